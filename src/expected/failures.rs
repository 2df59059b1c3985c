//! Failures: time to detection, number, and calls that find no CallManager.

use super::conditions::{
    callmanager_of, constant_rate, control_is_calm, control_messages, controls, dialled, direct_traffic, measured,
    seconds,
};
use super::expectation::{Expected, Predicted};
use super::words::{per_hour, time};
use crate::domain::{
    ApplicationFault, ApplicationId, DeviceId, DeviceKind, FaultTarget, NodeId, ProcessFault, RoutePointId, Target,
};
use crate::engine::Distribution;
use crate::oracle::{Detection, Repairable};
use crate::plan::{Fault, HeartbeatReading, Occurs, Plan, Window};

/// Applications that fail silently, once, at a known time, if nothing but applications fails: their last
/// message is a heartbeat, whose phase is uniform, or a later request, if requests come as a Poisson process.
pub(super) fn detection(plan: &Plan, window: Window) -> Vec<Expected> {
    let failing: Vec<Option<ApplicationId>> = plan.faults.iter().map(application_of).collect();
    if failing.contains(&None) || !control_is_calm(plan) {
        return Vec::new();
    }
    let once = |id: &ApplicationId| failing.iter().filter(|other| **other == Some(*id)).count() == 1;
    let faults = plan.faults.iter().zip(failing.iter().flatten());
    faults.filter(|(_, id)| once(id)).filter_map(|(fault, id)| detection_of(plan, window, fault, *id)).collect()
}

fn application_of(fault: &Fault) -> Option<ApplicationId> {
    match fault.failing {
        FaultTarget::Application(id, _) => Some(id),
        _ => None,
    }
}

fn detection_of(plan: &Plan, window: Window, fault: &Fault, id: ApplicationId) -> Option<Expected> {
    let it = &plan.applications[id.index()];
    let FaultTarget::Application(_, ApplicationFault::Silent) = fault.failing else { return None };
    let Occurs::Once { at, duration } = fault.occurs else { return None };
    let messages = control_messages(plan);
    let (reading, interval) = (plan.parameters.heartbeat_reading, it.heartbeat.seconds());
    // Each call to a route point makes the application send one message, and calls at its ports more.
    let (rate, all) = calls_to(plan, id, messages);
    let detection = Detection { reading, interval, messages: rate };
    // With any number of messages, the last one came at the moment of the failure.
    let latest_mean = match (all, reading) {
        (Known::All, _) => detection.mean(),
        (Known::Some, HeartbeatReading::Timer) => 2.0 * interval,
        (Known::Some, HeartbeatReading::Grid) => 2.5 * interval,
    };
    // Detected before it is restarted, which would reveal it, and before the end.
    let latest = detection.longest() + 10.0 * messages;
    let in_time = duration.seconds() > latest && at.seconds() + latest < plan.length.seconds() && at >= window.warm_up;
    if !in_time || !controls(plan, id) || messages > 0.02 * detection.interval {
        return None;
    }
    let (form, reading) = match detection.reading {
        HeartbeatReading::Timer => ("2 H less the age of the last message", "a timer of two intervals"),
        HeartbeatReading::Grid => ("H to 3 H by the age of the last message", "a checker of two empty intervals"),
    };
    Some(Expected {
        measure: Predicted::Detection(id),
        low: detection.mean(),
        high: latest_mean + messages,
        form,
        why: format!("`{}` fails silently and {reading} of {} detects it", it.name, time(detection.interval)),
    })
}

/// Whether a rate is that of all messages of an application, or of some of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    All,
    Some,
}

/// The constant rate of calls to the route points of an application, as far as it is known.
fn calls_to(plan: &Plan, id: ApplicationId, messages: f64) -> (f64, Known) {
    let (mut rate, mut known) = (0.0, Known::All);
    let place = |device: &DeviceId| (plan.devices[device.index()].kind, plan.devices[device.index()].row);
    let mut places: Vec<_> = plan.applications[id.index()].devices.iter().map(place).collect();
    places.dedup();
    for (kind, row) in places {
        match kind {
            DeviceKind::RoutePoint => {
                let calls = direct_traffic(plan, Target::RoutePoint(RoutePointId(row)), messages);
                match calls {
                    Some((calls, impatient)) => rate += calls * (1.0 - impatient),
                    None if dialled(plan, Target::RoutePoint(RoutePointId(row))).is_some_and(|all| all.is_empty()) => {}
                    None => known = Known::Some,
                }
            }
            DeviceKind::CtiPort => known = Known::Some,
            DeviceKind::Phone => {}
        }
    }
    (rate, known)
}

/// The faults at random of CallManagers, with the node of each; nothing if one of a CallManager is not at random, or works for other than
/// an exponential time.
fn random_faults(plan: &Plan) -> Option<Vec<(NodeId, f64, &Distribution)>> {
    let mut found = Vec::new();
    for fault in &plan.faults {
        let Some(node) = callmanager_of(fault.failing) else { continue };
        match &fault.occurs {
            Occurs::Random { time_to_failure: Distribution::Exponential { mean }, time_to_repair, .. } => {
                found.push((node, mean.seconds(), time_to_repair));
            }
            Occurs::Random { .. } | Occurs::Once { .. } => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

/// Failures of CallManagers: while one is up, each fault occurs at the rate `1 / MTBF`. It is up at any moment with a
/// probability of at least `1 - MTTR / MTBF`, and while it is down for another reason it cannot fail.
pub(super) fn callmanager_failures(plan: &Plan, window: Window) -> Option<Expected> {
    let faults = random_faults(plan)?;
    let time_measured = measured(plan, window);
    let (mut low, mut high) = (0.0, 0.0);
    for (node, mtbf, _) in &faults {
        let same = faults.iter().filter(|(other, ..)| other == node);
        let down: f64 = same.map(|(_, mtbf, time_to_repair)| seconds(time_to_repair) / mtbf).sum();
        high += time_measured / mtbf;
        low += time_measured / mtbf * (1.0 - down).max(0.0);
    }
    Some(Expected {
        measure: Predicted::Failures,
        low,
        high,
        form: "time / (MTBF + MTTR)",
        why: format!("{} of CallManagers and nodes with exponential times to failure", counted(faults.len())),
    })
}

fn counted(faults: usize) -> String {
    if faults == 1 { "one random fault".to_owned() } else { format!("{faults} random faults") }
}

/// Calls that find no CallManager up: Poisson arrivals see time averages, and each node of a source has one random fault, with
/// exponential times, independent of the others.
pub(super) fn unreachable(plan: &Plan, window: Window) -> Option<Expected> {
    // Callers still reach one that hangs, and wait there, until that is noticed.
    let hangs = |fault: &Fault| matches!(fault.failing, FaultTarget::CallManager(_, ProcessFault::Hang));
    if plan.faults.iter().any(hangs) {
        return None;
    }
    let faults = random_faults(plan)?;
    let of = |node: NodeId| {
        let mut of_node = faults.iter().filter(|(other, ..)| *other == node);
        match (of_node.next(), of_node.next()) {
            (None, _) => Some(None),
            (Some(&(_, mtbf, Distribution::Exponential { mean })), None) => {
                Some(Some(Repairable { mtbf, mttr: mean.seconds() }))
            }
            _ => None,
        }
    };
    let (mut rate, mut missed) = (0.0, 0.0);
    for source in &plan.sources {
        let calls = constant_rate(source)?;
        rate += calls;
        let nodes: Vec<Option<Repairable>> = source.ingress.iter().map(|&node| of(node)).collect::<Option<_>>()?;
        // A node that never fails takes all calls.
        if let Some(nodes) = nodes.into_iter().collect::<Option<Vec<Repairable>>>() {
            missed += calls * mean_all_down(&nodes, window.warm_up.seconds(), plan.length.seconds());
        }
    }
    let share = missed / rate;
    (missed > 0.0).then(|| Expected {
        measure: Predicted::Unreachable,
        low: share,
        high: share,
        form: "MTTR / (MTBF + MTTR)",
        why: format!(
            "{} arrive at nodes that fail independently, with exponential times to failure and to repair",
            per_hour(rate)
        ),
    })
}

/// The mean probability between two times that all nodes are down, if all are up at zero.
fn mean_all_down(nodes: &[Repairable], from: f64, to: f64) -> f64 {
    // Simpson's rule, fine enough for the initial transient.
    const CELLS: u32 = 10_000;
    let width = (to - from) / f64::from(CELLS);
    let at = |cell: f64| nodes.iter().map(|node| node.down_at(from + cell * width)).product::<f64>();
    let cell = |cell: u32| {
        let cell = f64::from(cell);
        (at(cell) + 4.0 * at(cell + 0.5) + at(cell + 1.0)) / 6.0
    };
    (0..CELLS).map(cell).sum::<f64>() / f64::from(CELLS)
}
