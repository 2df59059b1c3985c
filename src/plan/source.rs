//! Sources of calls.

use std::sync::Arc;

use super::directory::Directory;
use super::rates::{RateCurve, curve};
use super::speed_dial;
use crate::domain::{ApplicationId, DestinationId, Forward, NodeId, SpeedDialId, Target};
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
    /// A Poisson process whose rate follows a curve times the factor of a state that changes at random (a
    /// Markov-modulated Poisson process): each state lasts an exponential time, then the next one follows in turn.
    Modulated(RateCurve, Vec<ModulationState>),
    /// Calls at known times, in order.
    Listed(Arc<Vec<ListedCall>>),
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
            match it.arrivals.states.is_empty() {
                true => Arrivals::Poisson(curve),
                false => Arrivals::Modulated(curve, it.arrivals.states.iter().map(state).collect()),
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
    }
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
