//! The faults of a plan in words, and when they strike.

use crate::domain::{ApplicationFault, FaultTarget, ProcessFault};
use crate::engine::{Span, Time};
use crate::plan::{Fault, Occurs, Plan};
use crate::report::timeline;
use crate::report::words::span;

/// A fault that strikes at a known time.
#[derive(Clone, Copy)]
pub(super) struct Struck<'a> {
    /// The fault.
    pub fault: &'a Fault,
    /// When it strikes.
    pub at: Time,
    /// How long it lasts; [`Span::FOREVER`]: to the end of the run.
    pub lasts: Span,
}

impl Struck<'_> {
    /// When it is over, if that is before the run is.
    pub(super) fn over(&self, plan: &Plan) -> Option<Time> {
        Some(self.at + self.lasts).filter(|over| *over < plan.length)
    }
}

/// The faults that strike at known times, in order of time; of those that strike together, in the order of the file.
pub(super) fn scheduled(plan: &Plan) -> Vec<Struck<'_>> {
    let struck = plan.faults.iter().filter_map(|fault| match fault.occurs {
        Occurs::Once { at, duration } => Some(Struck { fault, at, lasts: duration }),
        Occurs::Random { .. } => None,
    });
    let mut all: Vec<Struck<'_>> = struck.collect();
    all.sort_by_key(|it| it.at);
    all
}

/// The only fault of a plan, if it strikes at a known time: what is measured of faults is then of this one.
pub(super) fn only(plan: &Plan) -> Option<Struck<'_>> {
    if plan.faults.len() == 1 { scheduled(plan).pop() } else { None }
}

/// How many faults strike at random times.
pub(super) fn at_random(plan: &Plan) -> usize {
    plan.faults.iter().filter(|fault| matches!(fault.occurs, Occurs::Random { .. })).count()
}

/// What happens, such as "application ivr hangs".
pub(crate) fn words(plan: &Plan, fault: &Fault) -> String {
    let thing = timeline::words(plan, fault);
    // By the key in files, and by the name that people know.
    let thing = match thing.split_once(' ') {
        Some(("callmanager", node)) => format!("CallManager {node}"),
        Some(("ctimanager", node)) => format!("CTIManager {node}"),
        _ => thing,
    };
    let happens = match fault.failing {
        FaultTarget::Application(_, ApplicationFault::Silent)
        | FaultTarget::CallManager(_, ProcessFault::Hang)
        | FaultTarget::CtiManager(_, ProcessFault::Hang) => "hangs",
        FaultTarget::Application(_, ApplicationFault::Stall) => "stalls",
        FaultTarget::Application(_, ApplicationFault::Exit) => "ends",
        FaultTarget::Link(_, _, None) => "is cut",
        FaultTarget::Link(_, _, Some(slower)) => {
            return format!("{} is slower by {}", thing.trim_start_matches("slow "), span(slower));
        }
        FaultTarget::Devices(_, count) if count > 1 => "fail",
        FaultTarget::CallManager(..)
        | FaultTarget::CtiManager(..)
        | FaultTarget::Node(_)
        | FaultTarget::Devices(..) => "fails",
    };
    format!("{thing} {happens}")
}

/// When a fault strikes, in a sentence, if that is known.
pub(crate) fn started(plan: &Plan, fault: &Fault) -> Option<String> {
    match fault.occurs {
        Occurs::Once { at, .. } => Some(when(plan, at)),
        Occurs::Random { .. } => None,
    }
}

/// When, in a sentence.
pub(super) fn when(plan: &Plan, time: Time) -> String {
    format!("{} {}", if plan.clock.is_some() { "at" } else { "after" }, clock(plan, time))
}

/// What the clock shows or, without one, how long the run has lasted.
pub(crate) fn clock(plan: &Plan, time: Time) -> String {
    let Some(shown) = plan.clock(time) else { return span(time.since(Time::ZERO)) };
    // Nobody reads seconds that are none.
    let short = shown.split_at_checked(5).and_then(|(minute, rest)| Some((minute, rest.strip_prefix(":00")?)));
    match short.filter(|(_, rest)| !rest.starts_with('.')) {
        Some((minute, rest)) => format!("{minute}{rest}"),
        None => shown,
    }
}
