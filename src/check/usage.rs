//! Entries that nothing refers to, and those that no call can reach.

use std::collections::BTreeSet;

use super::advice::{UNREACHABLE, UNUSED};
use super::notes::{Known, Notes};
use crate::domain::{DestinationId, FaultTarget, NodeId, PhoneGroupId, PortGroupId, RoutePointId, SpeedDialId, Target};
use crate::plan::routing::{self, By};
use crate::plan::{Fault, Plan};
use crate::workload::{Name, Phones, Transfer, Treatment, Workload};

/// Looks for entries that could be left out.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    unused(known, notes);
    // Without traffic nothing is reached, and the file is not meant to be run.
    if !known.plan.sources.is_empty() {
        unreachable(known, notes);
    }
}

fn unused(known: &Known<'_>, notes: &mut Notes) {
    let Known { workload, plan } = known;
    let mut report = |kind: &str, name: &Name| {
        let what = format!("nothing uses the {kind} `{}`", name.value);
        notes.warn(&UNUSED, &name.place, what, "leave it out, or refer to it");
    };
    let nodes = nodes_used(workload, plan);
    for (row, node) in workload.nodes.iter().enumerate() {
        if !nodes.contains(&NodeId(row as u16)) {
            report("node", &node.name);
        }
    }
    let named_by_devices: BTreeSet<&str> = pools_named(workload).collect();
    let pools: BTreeSet<&str> = workload.pools.iter().map(|pool| pool.name.value.as_str()).collect();
    // A pool takes precedence over a group of the same name.
    let mut groups: BTreeSet<&str> = named_by_devices.difference(&pools).copied().collect();
    for pool in &workload.pools {
        groups.insert(&pool.callmanager_group.value);
        if !named_by_devices.contains(pool.name.value.as_str()) {
            report("device pool", &pool.name);
        }
    }
    for group in workload.groups.iter().filter(|group| !groups.contains(group.name.value.as_str())) {
        report("CallManager group", &group.name);
    }
    let databases: BTreeSet<usize> =
        plan.applications.iter().filter_map(|it| it.database.map(|database| database.index())).collect();
    for (row, database) in workload.databases.iter().enumerate() {
        if !databases.contains(&row) {
            report("database", &database.name);
        }
    }
    let dialled: BTreeSet<SpeedDialId> = plan.sources.iter().filter_map(|source| source.speed_dial).collect();
    for (row, speed_dial) in workload.speed_dials.iter().enumerate() {
        if !dialled.contains(&SpeedDialId(row as u16)) {
            report("speed dial", &speed_dial.name);
        }
    }
    let used = transfers(workload).flat_map(|it| it.to.places()).map(|name| name.value.as_str());
    let queues: BTreeSet<&str> = used.collect();
    for queue in workload.queues.iter().filter(|it| !queues.contains(it.name.value.as_str())) {
        report("queue", &queue.name);
    }
    let users: BTreeSet<&str> =
        workload.applications.iter().filter_map(|it| it.user.as_ref().map(|user| user.value.as_str())).collect();
    for user in workload.users.iter().filter(|user| !users.contains(user.name.value.as_str())) {
        report("user", &user.name);
    }
    let bridges: BTreeSet<&str> = bridges_named(workload).collect();
    for it in workload.conference_bridges.iter().filter(|it| !bridges.contains(it.name.value.as_str())) {
        report("conference bridge", &it.name);
    }
}

/// The conference bridges that people at phones ask for.
fn bridges_named(workload: &Workload) -> impl Iterator<Item = &str> {
    let conferences = workload.phones.iter().filter_map(|it| it.changes.conference.as_ref());
    conferences.map(|it| it.bridge.value.as_str())
}

/// Where applications transfer calls.
fn transfers(workload: &Workload) -> impl Iterator<Item = &Transfer> {
    let route_points = workload.route_points.iter().filter_map(|it| match &it.treatment {
        Treatment::Answer { transfer, .. } => transfer.as_ref(),
        Treatment::Redirect(_) => None,
    });
    workload.cti_ports.iter().filter_map(|it| it.transfer.as_ref()).chain(route_points)
}

/// The pools, or groups, that devices name.
fn pools_named(workload: &Workload) -> impl Iterator<Item = &str> {
    let route_points = workload.route_points.iter().map(|it| it.device_pool.value.as_str());
    let ports = workload.cti_ports.iter().map(|it| it.device_pool.value.as_str());
    let phones = workload.phones.iter().map(|it| it.device_pool.value.as_str());
    route_points.chain(ports).chain(phones)
}

/// The nodes at which devices register, applications connect, or calls arrive or leave.
fn nodes_used(workload: &Workload, plan: &Plan) -> BTreeSet<NodeId> {
    let devices = plan.devices.iter().flat_map(|device| device.group.iter());
    let applications = plan.applications.iter().flat_map(|application| &application.ctimanagers);
    let sources = plan.sources.iter().flat_map(|source| &source.ingress);
    let bridges = plan.conference_bridges.iter().map(|bridge| &bridge.node);
    let mut nodes: BTreeSet<NodeId> = devices.chain(applications).chain(sources).chain(bridges).copied().collect();
    for (source, destination) in workload.destinations.iter().zip(&plan.destinations) {
        if source.egress.is_some() || plan.nodes.len() == 1 {
            nodes.insert(destination.egress);
        }
    }
    nodes
}

fn unreachable(known: &Known<'_>, notes: &mut Notes) {
    let Known { workload, plan } = known;
    let reached = reached(plan);
    let dials = |target| plan.sources.iter().any(|source| source.from.is_some_and(|callers| callers.group == target));
    let mut report = |kind: &str, name: &Name, target: Target| {
        if !reached.contains(&target) && !dials(target) {
            let what = format!("no call can reach the {kind} `{}`", name.value);
            let hint = "nothing leads there: no traffic, redirect, transfer or forward";
            notes.warn(&UNREACHABLE, &name.place, what, hint);
        }
    };
    for (row, it) in workload.route_points.iter().enumerate() {
        report("route point", &it.name, Target::RoutePoint(RoutePointId(row as u16)));
    }
    for (row, it) in workload.cti_ports.iter().enumerate() {
        report("ports", &it.name, Target::Ports(PortGroupId(row as u16)));
    }
    // Phones without calls still move when their CallManager fails, and that is work.
    let move_on = |fault: &Fault| matches!(fault.failing, FaultTarget::CallManager(..) | FaultTarget::Node(_));
    let phones: &[Phones] = if plan.faults.iter().any(move_on) { &[] } else { &workload.phones };
    for (row, it) in phones.iter().enumerate() {
        report("phones", &it.name, Target::Phones(PhoneGroupId(row as u16)));
    }
    for (row, it) in workload.destinations.iter().enumerate() {
        report("destination", &it.name, Target::Outside(DestinationId(row as u16)));
    }
}

/// Every place that a call may reach, with any failures on the way.
fn reached(plan: &Plan) -> BTreeSet<Target> {
    let dialled = plan.sources.iter().map(|source| source.to);
    // Settings may change during a run.
    let changed = plan.changes.iter().filter_map(|change| change.setting.leads());
    let reached = routing::reached(dialled.chain(changed), |place| {
        let has_application = match plan.group_of(place) {
            Target::RoutePoint(id) => plan.route_points[id.index()].openers.first().is_some(),
            Target::Ports(id) => plan.port_groups[id.index()].openers.first().is_some(),
            Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => false,
        };
        let onward = routing::onward(plan, place).into_iter();
        onward
            .filter(move |it| has_application || matches!(it.by, By::Forward(_) | By::Person | By::Conference))
            .map(|it| it.to)
    });
    reached.into_iter().map(|place| plan.group_of(place)).collect()
}
