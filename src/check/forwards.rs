//! Forwards that form a loop, or lead to a device that has failed as well.

use std::collections::BTreeSet;

use super::advice::{FORWARD_LOOP, FORWARD_TO_SAME_APPLICATION};
use super::notes::{Known, Notes};
use crate::domain::{ApplicationId, Forward, NodeId, Rejection, Target};
use crate::plan::{Plan, routing};
use crate::workload::{ForwardNames, Problem};

/// Examines every forward.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    loops(known, notes);
    same_application(known, notes);
}

/// The forwards of the line that a call to this place takes, as they are written.
fn source<'w>(known: &Known<'w>, place: Target) -> Option<&'w ForwardNames> {
    let Known { workload, plan } = known;
    let line = match place {
        Target::Numbers(id) => usize::from(plan.numbers[id.index()].line),
        _ => 0,
    };
    let lines = match plan.group_of(place) {
        Target::RoutePoint(id) => &workload.route_points[id.index()].lines,
        Target::Ports(id) => &workload.cti_ports[id.index()].lines,
        Target::Phones(id) => &workload.phones[id.index()].lines,
        Target::Outside(_) | Target::Numbers(_) => return None,
    };
    lines.get(line).map(|line| &line.forwards)
}

/// Reports loops of devices that may all reject a call for the same reason at a time.
fn loops(known: &Known<'_>, notes: &mut Notes) {
    let mut reported: Vec<Vec<Target>> = Vec::new();
    let rejections = [
        (Rejection::NotOpened, "while no application has any of them open"),
        (Rejection::Busy, "while all of them are busy"),
        (Rejection::NotAnswered, "while nobody answers at any of them"),
    ];
    for (rejection, when) in rejections {
        let mut seen = BTreeSet::new();
        for first in routing::lines(known.plan) {
            let mut path = Vec::new();
            let mut here = first;
            while seen.insert(here) {
                path.push(here);
                match routing::forwarded(known.plan, rejection, here) {
                    Some((_, target)) => here = target,
                    None => break,
                }
            }
            let Some(begin) = path.iter().position(|device| *device == here) else { continue };
            let cycle = &path[begin..];
            if routing::forwarded(known.plan, rejection, here).is_none() || reported.iter().any(|other| other == cycle)
            {
                continue;
            }
            report_loop(known, rejection, cycle, when, notes);
            reported.push(cycle.to_vec());
        }
    }
}

fn report_loop(known: &Known<'_>, rejection: Rejection, cycle: &[Target], when: &str, notes: &mut Notes) {
    let plan = known.plan;
    let place = |device: Target| {
        let (forward, _) = routing::forwarded(plan, rejection, device)?;
        source(known, device)?[forward as usize].as_ref().map(|name| name.place.clone())
    };
    let Some(first) = place(cycle[0]) else { return };
    let names: Vec<String> = cycle.iter().map(|device| format!("`{}`", plan.target_name(*device))).collect();
    let (what, when) = match &names[..] {
        [only] => (format!("{only} forwards to itself"), "that does not help when it rejects a call"),
        _ => (format!("calls are forwarded in a loop: {} -> {}", names.join(" -> "), names[0]), when),
    };
    let problem = Problem::warning(FORWARD_LOOP.id, first, what).hint(format!("{when}; change one of these forwards"));
    let problem = match cycle.get(1).and_then(|device| place(*device)) {
        Some(second) => problem.also(second, "and on from there"),
        None => problem,
    };
    notes.add(&FORWARD_LOOP, problem);
}

/// The application of a route point or a group of ports, and where it registers.
fn controlled(plan: &Plan, device: Target) -> Option<(ApplicationId, &[NodeId])> {
    let application = routing::controller(plan, device)?;
    let first = routing::first_device(plan, device)?;
    Some((application, &plan.devices[first.index()].group))
}

/// Reports forwards for the failure of an application that lead to another of its devices. CFNA to a device that registers
/// elsewhere is not reported, since it helps after the failure of a CallManager.
fn same_application(known: &Known<'_>, notes: &mut Notes) {
    let plan = known.plan;
    for device in routing::lines(plan) {
        let Some((application, group)) = controlled(plan, device) else { continue };
        for forward in [Forward::Cfna, Forward::Cfof] {
            let Some(target) = routing::forwards(plan, device).get(forward) else { continue };
            let Some((other, its_group)) = controlled(plan, target) else { continue };
            let gone = other == application && (forward == Forward::Cfof || its_group == group);
            // A forward to the device itself by CFNA is a loop.
            if !gone || target == device && forward == Forward::Cfna {
                continue;
            }
            let Some(name) = source(known, device).and_then(|names| names[forward as usize].as_ref()) else {
                continue;
            };
            let owner = &plan.applications[application.index()].name;
            let what = format!(
                "`{}` of `{}` leads to `{}`, which closes together with it when `{owner}` fails",
                forward.name(),
                plan.target_name(device),
                plan.target_name(target)
            );
            let hint = "forward to phones, to a number outside or to another application";
            notes.warn(&FORWARD_TO_SAME_APPLICATION, &name.place, what, hint);
        }
    }
}
