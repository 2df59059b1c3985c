//! Sources of calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::day::Day;
use super::directory::Directory;
use super::queue::Wishes;
use super::rates::{RateCurve, curve};
use super::speed_dial;
use crate::domain::{ApplicationId, DestinationId, Forward, NodeId, SpeedDialId, Target, WishId};
use crate::engine::{Distribution, Span};
pub use crate::workload::ListedCall;
use crate::workload::{self as source, BY_HAND, Calls, Name, Problem, Workload};

/// A source of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name in the workload, which selects the random number stream of its callers.
    pub name: String,
    /// The phones or ports from which its calls come; `None`: from outside.
    pub from: Option<Callers>,
    /// The nodes at which its calls arrive, in turn. Calls from inside arrive at the CallManager of their device; this is the
    /// one at which the devices start.
    pub ingress: Vec<NodeId>,
    /// The target that its callers dial; by a speed dial, when a run begins.
    pub to: Target,
    /// The speed dial by which they dial, if they do.
    pub speed_dial: Option<SpeedDialId>,
    /// When they call.
    pub arrivals: Arrivals,
    /// How long a caller waits for an answer before hanging up, and again for a person after a transfer; `None`: forever.
    pub patience: Option<Distribution>,
    /// How long a caller talks.
    pub talk: Distribution,
    /// What its callers want.
    pub wishes: Wishes,
}

/// Devices that dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callers {
    /// Their group: of phones, or of ports.
    pub group: Target,
    /// Who dials.
    pub by: Dials,
}

/// Who dials at a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dials {
    /// The person at the phone, by hand.
    Person,
    /// This application, which controls the phone.
    Application(ApplicationId),
    /// The application that has the port open.
    Holder,
}

/// When the callers of a source call.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// A Poisson process whose rate changes over time.
    Poisson(RateCurve),
    /// A Poisson process whose rate follows a curve times factors that are random themselves.
    Modulated(RateCurve, Modulation),
    /// Calls at known times, in order.
    Listed(Arc<Vec<ListedCall>>),
}

/// What multiplies the rate of a source at random.
#[derive(Clone, Debug, PartialEq)]
pub struct Modulation {
    /// States that follow each other in turn, each for an exponential time (a Markov-modulated Poisson process); none: the
    /// rate does not change at random during a run. A run begins in the steady state of their cycle.
    pub states: Vec<ModulationState>,
    /// The day, whose factor is the same for a whole run.
    pub day: Option<Day>,
}

impl Modulation {
    /// The mean of all factors together.
    pub fn mean(&self) -> f64 {
        if self.states.is_empty() {
            return 1.0;
        }
        let time: f64 = self.states.iter().map(|state| state.mean.seconds()).sum();
        let weighted: f64 = self.states.iter().map(|state| state.factor * state.mean.seconds()).sum();
        weighted / time
    }

    /// The factor of the busiest state.
    pub(super) fn busiest_state(&self) -> f64 {
        if self.states.is_empty() {
            return 1.0;
        }
        self.states.iter().map(|state| state.factor).fold(0.0, f64::max)
    }

    /// The factor of the busiest day of all: that of the greatest random word.
    pub(super) fn busiest_day(&self) -> f64 {
        self.day.as_ref().map_or(1.0, |day| day.factor(u64::MAX))
    }

    /// The factor of the quietest day of all.
    pub(super) fn quietest_day(&self) -> f64 {
        self.day.as_ref().map_or(1.0, |day| day.factor(0))
    }
}

/// A state of a modulated source.
#[derive(Clone, Debug, PartialEq)]
pub struct ModulationState {
    /// The factor of the rate.
    pub factor: f64,
    /// The mean duration of the state.
    pub mean: Span,
}

pub(super) fn source(
    it: &source::Traffic,
    workload: &Workload,
    directory: &Directory<'_>,
    days: &BTreeMap<&str, f64>,
    starts_at: impl Fn(Target) -> Option<NodeId>,
) -> Source {
    let from = it.from.as_ref().and_then(|name| callers(name, it, workload, directory));
    let every_node = || (0..workload.nodes.len()).map(|row| NodeId(row as u16)).collect();
    let ingress = match from {
        Some(callers) => starts_at(callers.group).into_iter().collect(),
        None => it.ingress.as_ref().map_or_else(every_node, |names| directory.nodes(names, None)),
    };
    let speed_dial = directory.speed_dial(&it.to);
    if let Some(id) = speed_dial {
        speed_dial::check_dialled(it, id, workload, directory);
    }
    // The target of a wrong workload does not matter: its plan is never returned.
    let to = directory
        .target(speed_dial.map_or(&it.to, |id| &workload.speed_dials[id.index()].to))
        .unwrap_or(Target::Outside(DestinationId(0)));
    let arrivals = match &it.arrivals.calls {
        Calls::Listed(list) => Arrivals::Listed(list.calls.clone()),
        _ => {
            let curve = curve(&it.arrivals, workload.run.length.value);
            let states: Vec<ModulationState> = it.arrivals.states.iter().map(state).collect();
            let day = it.arrivals.day.as_ref().and_then(|day| {
                let name = &day.name.value;
                // Days that do not vary are no days.
                let cv = days.get(name.as_str()).copied().filter(|cv| *cv > 0.0)?;
                Some(Day { name: name.clone(), cv })
            });
            match states.is_empty() && day.is_none() {
                true => Arrivals::Poisson(curve),
                false => Arrivals::Modulated(curve, Modulation { states, day }),
            }
        }
    };
    Source {
        name: it.name.value.clone(),
        from,
        ingress,
        to,
        speed_dial,
        arrivals,
        patience: it.patience.clone(),
        talk: it.talk.clone(),
        wishes: wishes(it, directory),
    }
}

/// What the callers of a source want.
fn wishes(it: &source::Traffic, directory: &Directory<'_>) -> Wishes {
    let mut shares = vec![0.0; directory.wishes().len()];
    let mut sum = 0.0;
    let drawn = it.wishes.iter().filter_map(|(name, share)| {
        sum += share;
        Some((sum, directory.wish(&name.value)?))
    });
    let mut drawn: Vec<(f64, WishId)> = drawn.collect();
    if let Some((last, _)) = drawn.last_mut() {
        // A sum of decimal fractions may be slightly below 1.
        *last = 1.0;
    }
    let Calls::Listed(list) = &it.arrivals.calls else {
        let by_wish = it.wishes.iter().filter_map(|(name, share)| Some((directory.wish(&name.value)?, share)));
        by_wish.for_each(|(wish, share)| shares[wish.index()] = *share);
        return Wishes { drawn, listed: Vec::new(), shares };
    };
    let listed: Vec<WishId> = list.wishes.iter().filter_map(|(name, _)| directory.wish(name)).collect();
    let each = 1.0 / list.calls.len().max(1) as f64;
    let mut open = 0.0;
    for call in list.calls.iter() {
        match call.wish {
            Some(position) => shares[listed[usize::from(position)].index()] += each,
            None => open += each,
        }
    }
    for (name, share) in &it.wishes {
        if let Some(wish) = directory.wish(&name.value) {
            shares[wish.index()] += open * share;
        }
    }
    Wishes { drawn, listed, shares }
}

/// The devices from which calls come, and who dials there.
fn callers(name: &Name, it: &source::Traffic, workload: &Workload, directory: &Directory<'_>) -> Option<Callers> {
    let group = directory.targets.find(name)?;
    let report = |problem: Problem| directory.reports.add(problem);
    let (by, count) = match group {
        Target::Phones(id) => {
            let phones = &workload.phones[id.index()];
            let by = match &it.dial_by {
                None => Dials::Person,
                // What is wrong with it has been reported.
                Some(by) => {
                    controller(by, &phones.name, &phones.control, directory).map_or(Dials::Person, Dials::Application)
                }
            };
            (by, phones.count.value)
        }
        Target::Ports(id) => {
            let ports = &workload.cti_ports[id.index()];
            if let Some(by) = &it.dial_by {
                let what = format!("`{}` is a group of ports, and who dials there needs no saying", name.value);
                let problem = Problem::new(by.place.clone(), what, "leave this out");
                report(problem.hint("the application that has a port open dials"));
            }
            if ports.control.applications.is_empty() {
                let what = format!("`{}` has no application, and nobody else dials at a port", name.value);
                let problem = Problem::new(name.place.clone(), what, "").also(ports.name.place.clone(), "these ports");
                report(problem.hint("add `application = ...` to the ports, or call from phones"));
            }
            (Dials::Holder, ports.count.value)
        }
        Target::RoutePoint(_) | Target::Outside(_) | Target::Numbers(_) => {
            let what = format!("`{}` is not a group of phones or ports, and nothing else dials", name.value);
            let hint =
                "calls from outside have no `from`; an application dials from a port or a phone that it controls";
            report(Problem::new(name.place.clone(), what, "").hint(hint));
            return None;
        }
    };
    let to = directory.speed_dial(&it.to).map_or(&it.to, |id| &workload.speed_dials[id.index()].to);
    if count == 1 && leads_to(to, group, workload, directory) {
        let what = format!("`{}` dials itself: there is one device, and it is in use", name.value);
        let problem = Problem::new(it.to.place.clone(), what, "").also(name.place.clone(), "the calls come from here");
        report(problem.hint("dial another number, or call from a group of several"));
    }
    Some(Callers { group, by })
}

/// Whether what is dialled leads to a group, perhaps by forwards that hold always.
fn leads_to(dialled: &Name, group: Target, workload: &Workload, directory: &Directory<'_>) -> bool {
    // A circle of forwards leads nowhere.
    const FORWARDS_MAX: usize = 20;
    let mut next = directory.target(dialled);
    for _ in 0..FORWARDS_MAX {
        let Some(target) = next else { return false };
        let there = directory.group_of(target);
        if there == group {
            return true;
        }
        let line = match target {
            Target::Numbers(id) => usize::from(directory.numbers(id).line),
            Target::RoutePoint(_) | Target::Ports(_) | Target::Phones(_) | Target::Outside(_) => 0,
        };
        let lines = match there {
            Target::RoutePoint(id) => &workload.route_points[id.index()].lines,
            Target::Ports(id) => &workload.cti_ports[id.index()].lines,
            Target::Phones(id) => &workload.phones[id.index()].lines,
            Target::Outside(_) | Target::Numbers(_) => return false,
        };
        let all = lines.get(line).and_then(|line| line.forwards[Forward::Cfa as usize].as_ref());
        next = all.and_then(|name| directory.target(name));
    }
    false
}

/// An application through which people at a group of phones act.
pub(super) fn controller(
    name: &Name,
    of: &Name,
    control: &source::Control,
    directory: &Directory<'_>,
) -> Option<ApplicationId> {
    let found = directory.applications.find(name)?;
    if !control.applications.iter().any(|it| it.value == name.value) {
        let what = format!("`{}` does not control the phones of `{}`", name.value, of.value);
        let problem = Problem::new(name.place.clone(), what, "").also(of.place.clone(), "these phones");
        let hint = format!("add \"{}\" to the `application` of `{}`, or write \"{BY_HAND}\"", name.value, of.value);
        directory.reports.add(problem.hint(hint));
        return None;
    }
    Some(found)
}

fn state(&(factor, mean): &(f64, Span)) -> ModulationState {
    ModulationState { factor, mean }
}
