//! Where forwards lead: round in a circle, or to what is gone as well.

use std::collections::BTreeSet;

use super::advice::{FORWARD_LOOP, FORWARD_TO_SAME_APPLICATION};
use super::notes::{Known, Notes};
use crate::domain::{ApplicationId, Forward, NodeId, Rejection, Target};
use crate::plan::{Plan, routing};
use crate::workload::{ForwardNames, Problem, Workload};

/// Looks where every forward leads.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    circles(known, notes);
    same_application(known, notes);
}

fn source(workload: &Workload, device: Target) -> Option<&ForwardNames> {
    match device {
        Target::RoutePoint(id) => Some(&workload.route_points[id.index()].forwards),
        Target::Ports(id) => Some(&workload.cti_ports[id.index()].forwards),
        Target::Phones(id) => Some(&workload.phones[id.index()].forwards),
        Target::Outside(_) => None,
    }
}

/// Reports circles of devices that may all be in the same trouble at once.
fn circles(known: &Known<'_>, notes: &mut Notes) {
    let mut reported: Vec<Vec<Target>> = Vec::new();
    let troubles = [
        (Rejection::NotOpened, "while no application has any of them open"),
        (Rejection::Busy, "while all of them are busy"),
        (Rejection::NotAnswered, "while nobody answers at any of them"),
    ];
    for (trouble, when) in troubles {
        let mut seen = BTreeSet::new();
        for first in routing::places(known.plan) {
            let mut path = Vec::new();
            let mut here = first;
            while seen.insert(here) {
                path.push(here);
                match routing::forwarded(known.plan, trouble, here) {
                    Some((_, target)) => here = target,
                    None => break,
                }
            }
            let Some(begin) = path.iter().position(|device| *device == here) else { continue };
            let circle = &path[begin..];
            if routing::forwarded(known.plan, trouble, here).is_none() || reported.iter().any(|other| other == circle) {
                continue;
            }
            report_circle(known, trouble, circle, when, notes);
            reported.push(circle.to_vec());
        }
    }
}

fn report_circle(known: &Known<'_>, trouble: Rejection, circle: &[Target], when: &str, notes: &mut Notes) {
    let Known { workload, plan } = known;
    let place = |device: Target| {
        let (forward, _) = routing::forwarded(plan, trouble, device)?;
        source(workload, device)?[forward as usize].as_ref().map(|name| name.place.clone())
    };
    let Some(first) = place(circle[0]) else { return };
    let names: Vec<String> = circle.iter().map(|device| format!("`{}`", plan.target_name(*device))).collect();
    let (what, when) = match &names[..] {
        [only] => (format!("{only} forwards to itself"), "when it is in trouble, that does not help"),
        _ => (format!("calls are forwarded round in a circle: {} -> {}", names.join(" -> "), names[0]), when),
    };
    let problem =
        Problem::warning(FORWARD_LOOP.id, first, what).hint(format!("{when}; let one of them lead to somewhere else"));
    let problem = match circle.get(1).and_then(|device| place(*device)) {
        Some(second) => problem.also(second, "and on from there"),
        None => problem,
    };
    notes.add(&FORWARD_LOOP, problem);
}

/// Who controls a route point or a group of ports, and where it registers.
fn controlled(plan: &Plan, device: Target) -> Option<(ApplicationId, &[NodeId])> {
    let application = routing::controller(plan, device)?;
    let first = routing::first_device(plan, device)?;
    Some((application, &plan.devices[first.index()].group))
}

/// Reports forwards for the failure of an application that lead to another device of it. After the failure of a CallManager
/// CFNA may well lead to one that registers elsewhere, so that is not reported.
fn same_application(known: &Known<'_>, notes: &mut Notes) {
    let Known { workload, plan } = known;
    for device in routing::places(plan) {
        let Some((application, group)) = controlled(plan, device) else { continue };
        for forward in [Forward::Cfna, Forward::Cfof] {
            let Some(target) = routing::forwards(plan, device).get(forward) else { continue };
            let Some((other, its_group)) = controlled(plan, target) else { continue };
            let gone = other == application && (forward == Forward::Cfof || its_group == group);
            // One that goes back to itself by CFNA is a circle.
            if !gone || target == device && forward == Forward::Cfna {
                continue;
            }
            let Some(name) = source(workload, device).and_then(|names| names[forward as usize].as_ref()) else {
                continue;
            };
            let owner = &plan.applications[application.index()].name;
            let what = format!(
                "`{}` of `{}` leads to `{}`, which is closed together with it when `{owner}` fails",
                forward.name(),
                plan.target_name(device),
                plan.target_name(target)
            );
            let hint = "let it lead to phones, to a number outside or to another application";
            notes.warn(&FORWARD_TO_SAME_APPLICATION, &name.place, what, hint);
        }
    }
}
