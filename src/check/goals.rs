//! What is known of a goal before anything is run: that no number of replications decides it, or that it does not see the
//! trouble it is meant to rule out.

use std::fmt;

use super::advice::{EMPTY_START, GOAL_BLIND, GOAL_CANNOT_OCCUR, GOAL_OF_ZERO};
use super::filling::{EmptyStart, empty_start};
use super::notes::{Known, Notes};
use super::words::percent;
use crate::domain::{Rejection, SourceId, Target};
use crate::plan::{Plan, routing};
use crate::record::{Count, Goal, Measure, Metric, OfDuration, Service, cannot_occur};
use crate::workload::{Side, units};

/// A reason to doubt the verdict on a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Its measure cannot occur in this workload, for want of this.
    CannotOccur(&'static str),
    /// It bounds a number at exactly nothing, or a share at everything. That something was not seen does not show that it cannot
    /// occur.
    OfZero,
    /// Something is not in its measure, and would be in another one.
    Blind {
        /// What is not in it, as a clause.
        to: String,
        /// The measure that has it.
        seen_by: Measure,
    },
    /// What it judges begins before calls have settled.
    EmptyStart(EmptyStart),
}

/// A goal, and a doubt about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubtful<'a> {
    /// The goal.
    pub goal: &'a Goal,
    /// The doubt.
    pub doubt: Doubt,
}

/// The doubts about goals of a plan, in their order; that the measured time begins empty is reported once, with
/// the first that it concerns.
pub fn doubts<'a>(plan: &Plan, goals: &'a [Goal]) -> Vec<Doubtful<'a>> {
    let mut found = Vec::new();
    let mut empty = empty_start(plan);
    for goal in goals {
        let mut add = |doubt| found.push(Doubtful { goal, doubt });
        if let Some(needs) = goal.measure.lacks(plan) {
            add(Doubt::CannotOccur(needs));
            continue;
        }
        if goal.is_of_zero() {
            add(Doubt::OfZero);
        }
        blind(plan, goal, goals).into_iter().for_each(&mut add);
        if follows_load(&goal.measure)
            && let Some(empty) = empty.take()
        {
            add(Doubt::EmptyStart(empty));
        }
    }
    found
}

impl Doubtful<'_> {
    /// Whether no number of replications can show that the goal is met.
    pub fn is_undecidable(&self) -> bool {
        match self.doubt {
            Doubt::OfZero => true,
            // It has no value at all, where a count is known to be zero.
            Doubt::CannotOccur(_) => matches!(self.goal.measure, Measure::Duration(..) | Measure::Service(..)),
            Doubt::Blind { .. } | Doubt::EmptyStart(_) => false,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        let goal = self.goal;
        match &self.doubt {
            Doubt::CannotOccur(_) => "leave the goal out, or bound what can occur".to_owned(),
            Doubt::OfZero if goal.side == Side::AtMost => match goal.measure {
                Measure::Count(..) => format!("bound it above zero, e.g. `{}<=0.1%`", goal.measure.metric()),
                _ => "bound it above zero".to_owned(),
            },
            Doubt::OfZero => match &goal.measure {
                Measure::Count(..) => format!("bound it below everything, e.g. `{}>=99.9%`", goal.measure.metric()),
                measure => format!("bound it below everything, e.g. `{measure}>=99.9%`"),
            },
            Doubt::Blind { seen_by, .. } => format!("a second goal on `{seen_by}` does"),
            Doubt::EmptyStart(EmptyStart { settled: Some(settled), .. }) => format!(
                "with `warm_up = \"{}\"` they have settled; leave it if the beginning is part of the question",
                units::words(*settled)
            ),
            Doubt::EmptyStart(EmptyStart { settled: None, .. }) => {
                "they never settle in this `run.length`; leave it if the beginning is part of the question".to_owned()
            }
        }
    }
}

/// The doubt, in a sentence.
impl fmt::Display for Doubtful<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let goal = self.goal;
        match &self.doubt {
            Doubt::CannotOccur(needs) => {
                let so = match (&goal.measure, goal.side) {
                    (Measure::Duration(..) | Measure::Service(..), _) => "no number of replications decides the goal",
                    (_, Side::AtMost) => "the goal limits nothing",
                    (_, Side::AtLeast) => "the goal cannot be met",
                };
                write!(f, "{}, so {so} `{goal}`", cannot_occur(goal.measure.metric(), needs))
            }
            Doubt::OfZero => {
                let (what, never) = match goal.side {
                    Side::AtMost => ("nothing", "what was never seen"),
                    Side::AtLeast => ("everything", "an exception that was never seen"),
                };
                write!(
                    f,
                    "no number of replications shows that the goal `{goal}` is met: that `{}` is exactly {what} cannot be \
                     seen, since {never} may still occur",
                    goal.measure
                )
            }
            Doubt::Blind { to, .. } => write!(f, "the goal `{goal}` does not see {to}"),
            Doubt::EmptyStart(EmptyStart { missing, .. }) => write!(
                f,
                "the measured time begins before calls have settled: over it, calls in progress are on average {} fewer than \
                 later, and the goal `{goal}` is met the more easily",
                percent(*missing)
            ),
        }
    }
}

/// The warnings about the goals of a file.
pub(super) fn examine(known: &Known<'_>, goals: &[Goal], notes: &mut Notes) {
    let written = &known.workload.goals;
    if written.len() != goals.len() {
        return;
    }
    for it in doubts(known.plan, goals) {
        let Some(at) = goals.iter().position(|goal| std::ptr::eq(goal, it.goal)) else { continue };
        let bound = written[at].bound.as_ref().map(|bound| &bound.place);
        let (advice, place) = match it.doubt {
            Doubt::CannotOccur(_) => (&GOAL_CANNOT_OCCUR, None),
            Doubt::OfZero => (&GOAL_OF_ZERO, bound),
            Doubt::Blind { .. } => (&GOAL_BLIND, None),
            Doubt::EmptyStart(_) => (&EMPTY_START, None),
        };
        notes.warn(advice, place.unwrap_or(&written[at].metric.place), it.to_string(), it.hint());
    }
}

/// Whether a measure depends on how many calls are in progress.
fn follows_load(measure: &Measure) -> bool {
    use Metric as M;
    match measure {
        Measure::Gauge(..) | Measure::Peak(..) | Measure::Service(..) => true,
        Measure::Count(_, count, _) => matches!(
            count,
            Count::Completed
                | Count::Abandoned
                | Count::Refused
                | Count::RefusedBusy
                | Count::RefusedThrottled
                | Count::Cfb
                | Count::QueueAbandoned
                | Count::ConferencesBlocked
                | Count::NotDialledInUse
        ),
        Measure::Duration(_, metric, _) => matches!(
            metric,
            M::PostDialDelay
                | M::SetupDelay
                | M::RoutePointDelay
                | M::LookupDelay
                | M::AppQueueDelay
                | M::TransferDelay
                | M::QueueWait
                | M::StationWait
        ),
    }
}

/// What a goal does not see that bounds something bad from above, or something good from below, and no other goal does either.
fn blind(plan: &Plan, goal: &Goal, goals: &[Goal]) -> Option<Doubt> {
    let is_of_good = matches!(goal.measure, Measure::Service(..));
    if (goal.side == Side::AtLeast) != is_of_good {
        return None;
    }
    let bounded = |is: &[Count]| {
        goals.iter().any(|other| match &other.measure {
            Measure::Count(_, count, _) => is.contains(count),
            _ => false,
        })
    };
    let gives_up = Measure::share_of(Count::Abandoned);
    let some_give_up = gives_up.lacks(plan).is_none();
    // Those who complete their calls are the others.
    const GIVE_UP: &[Count] = &[Count::Abandoned, Count::QueueAbandoned, Count::Completed];
    const REFUSED: &[Count] = &[Count::Refused, Count::RefusedBusy, Count::Completed];
    let doubt = |to: String, seen_by: Measure| Some(Doubt::Blind { to, seen_by });
    match &goal.measure {
        Measure::Count(_, Count::Refused | Count::RefusedBusy, _) => {
            if !bounded(&[Count::Cfb])
                && let Some((place, outside)) = overflow(plan)
            {
                let (place, outside) = (plan.target_name(place), plan.target_name(outside));
                let to = format!(
                    "calls that find `{place}` busy: they go on by CFB to `{outside}`, which is never busy, and are not refused"
                );
                return doubt(to, Measure::share_of(Count::Cfb));
            }
            if !plan.queues.is_empty() && some_give_up && !bounded(GIVE_UP) {
                return doubt("callers who give up while they wait: they are not refused".to_owned(), gives_up);
            }
            None
        }
        Measure::Count(_, Count::Abandoned | Count::QueueAbandoned, _) => {
            let place = limits(plan)?;
            let unbounded = !bounded(REFUSED);
            let to =
                || format!("calls that find `{}` busy: they are refused, and do not wait", plan.target_name(place));
            if unbounded { doubt(to(), Measure::share_of(Count::Refused)) } else { None }
        }
        Measure::Service(of, service, time) => {
            // Calls that overflow outside are answered there at once.
            if !bounded(&[Count::Cfb])
                && let Some((place, outside)) = overflow(plan)
            {
                let (place, outside) = (plan.target_name(place), plan.target_name(outside));
                let to = format!(
                    "calls that find `{place}` busy: they go on by CFB to `{outside}`, which is never busy, and do not wait"
                );
                return doubt(to, Measure::share_of(Count::Cfb));
            }
            let is_seen = goals.iter().any(|it| matches!(it.measure, Measure::Service(_, Service::AnsweredWithin, _)));
            if *service == Service::AnsweredWithinOfAnswered && some_give_up && !is_seen && !bounded(GIVE_UP) {
                let to = "callers who gave up before: it has only those who were answered".to_owned();
                return doubt(to, Measure::Service(of.clone(), Service::AnsweredWithin, *time));
            }
            // Who finds every port busy has not come so far as to ask for a person.
            let place = limits(plan)?;
            let transfers = plan.port_groups.iter().any(|it| it.transfer.is_some());
            let to = || {
                format!(
                    "calls that find `{}` busy: they are refused before they ask for a person",
                    plan.target_name(place)
                )
            };
            if transfers && !bounded(REFUSED) { doubt(to(), Measure::share_of(Count::Refused)) } else { None }
        }
        // Percentiles have their waits.
        Measure::Duration(_, Metric::SetupDelay | Metric::PostDialDelay | Metric::TransferDelay, OfDuration::Mean) => {
            let to = "callers who gave up before: it has only the others".to_owned();
            let unseen = some_give_up && !bounded(GIVE_UP);
            if unseen { doubt(to, gives_up) } else { None }
        }
        _ => None,
    }
}

/// Every place that a call may come to.
fn reached(plan: &Plan) -> impl Iterator<Item = Target> + '_ {
    let sources = (0..plan.sources.len() as u16).map(SourceId);
    let places: std::collections::BTreeSet<Target> =
        sources.flat_map(|source| routing::reached_by(plan, source)).collect();
    places.into_iter()
}

/// A place that calls come to and that, while it and all others of limited size are busy, forwards them to a number outside
/// that is never busy.
fn overflow(plan: &Plan) -> Option<(Target, Target)> {
    let limited = |place: Target| match place {
        Target::Outside(id) if plan.destinations[id.index()].lines == u32::MAX => None,
        _ => Some(Rejection::Busy),
    };
    let from = |place: Target| {
        routing::forwarded(plan, Rejection::Busy, place)?;
        let route = routing::follow(plan, place, Rejection::Busy, |it| routing::forwards(plan, it), limited);
        match route.end {
            routing::End::Taken(outside) => Some((place, outside)),
            _ => None,
        }
    };
    reached(plan).find_map(from)
}

/// A place of limited size that calls come to, and that refuses them while it is busy.
fn limits(plan: &Plan) -> Option<Target> {
    let refuses = |place: &Target| {
        let limited = match plan.group_of(*place) {
            Target::Ports(_) => true,
            Target::Outside(id) => plan.destinations[id.index()].lines < u32::MAX,
            Target::RoutePoint(_) | Target::Phones(_) | Target::Numbers(_) => false,
        };
        limited && routing::forwarded(plan, Rejection::Busy, *place).is_none()
    };
    reached(plan).find(refuses)
}
