//! From a workload to a plan: names become row numbers, and problems are reported.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::application::{Application, Connection, R1, application, connections, database, number_connections};
use super::asked::Asked;
use super::change;
use super::control;
use super::day::days;
use super::device::{
    Device, Openers, PhoneGroup, PortGroup, RoutePoint, Treatment, destination, phone_group, port_group, route_point,
};
use super::directory::{Directory, R7};
use super::faults::{changes, faults, parameter_changes};
use super::forwards;
use super::limits;
use super::model::{Opener, Plan};
use super::node::{ctimanager_work, node};
use super::parameters::{Links, Parameters};
use super::queue::R10;
use super::source::source;
use super::speed_dial::speed_dials;
use super::transfers::{self, queues};
use super::wishes;
use crate::domain::{ApplicationId, ConnectionId, DeviceId, DeviceKind, NodeId, OpenerId, Target};
use crate::engine::Time;
use crate::workload::{self as source, Files, Name, Problem, Problems, Reports, TextRange, Topology, Workload};

const R17: &str = "R17: a device that a CallManager of its group cannot open is closed";

/// Reads and checks a workload. `name` is what the user calls it, usually a path; its last part is the name of the plan.
pub fn compile(name: &str, text: &str, files: &dyn Files) -> Result<Plan, Problems> {
    compile_workload(name, text, files).map(|(_, plan)| plan)
}

/// The same, with the workload as well: names as they are written, and their places.
pub fn compile_workload(name: &str, text: &str, files: &dyn Files) -> Result<(Workload, Plan), Problems> {
    let reports = Reports::default();
    let compiled = Workload::read(text, files, &reports).and_then(|workload| {
        let plan = build(name, &workload, &reports)?;
        Some((workload, plan))
    });
    match compiled {
        Some(compiled) if reports.is_empty() => Ok(compiled),
        _ => Err(reports.into_problems(name, text)),
    }
}

/// The plan of a workload that has been read; `None` if there are problems.
pub fn build(name: &str, workload: &Workload, reports: &Reports) -> Option<Plan> {
    if !limits::check_tables(workload, reports) {
        return None;
    }
    let directory = Directory::new(workload, reports);
    control::check(workload, &directory);
    let groups: Vec<Vec<NodeId>> =
        workload.groups.iter().map(|group| directory.nodes(&group.members, Some(R7))).collect();
    for pool in &workload.pools {
        directory.groups.find(&pool.callmanager_group);
    }
    if workload.nodes.is_empty() {
        let problem = Problem::new(0..0, "there is no `[[node]]`: a cluster has at least one", "").rule(R1);
        reports.add(problem);
    }
    let group = |pool: &Name| directory.group(workload, pool).map(|row| groups[row].clone()).unwrap_or_default();
    let homes = |pool: &Name, of_device: &[Name], lines: &[source::Line]| {
        let group = group(pool);
        let mut cannot_open_on = unable(of_device, &group, &directory);
        for line in lines {
            // With a line that cannot be opened the device is closed, and so all its lines (R17).
            let of_line = unable(&line.cannot_open_on, &group, &directory);
            cannot_open_on
                .extend(of_line.into_iter().filter(|node| !cannot_open_on.contains(node)).collect::<Vec<_>>());
        }
        Homes { group: group.into(), cannot_open_on: cannot_open_on.into() }
    };
    let route_point_homes: Vec<Homes> =
        workload.route_points.iter().map(|it| homes(&it.device_pool, &it.cannot_open_on, &it.lines)).collect();
    let port_homes: Vec<Homes> =
        workload.cti_ports.iter().map(|it| homes(&it.device_pool, &it.cannot_open_on, &it.lines)).collect();
    let phone_homes: Vec<Homes> =
        workload.phones.iter().map(|it| homes(&it.device_pool, &it.cannot_open_on, &it.lines)).collect();

    let starts_at = |group: Target| match group {
        Target::Phones(id) => phone_homes[id.index()].group.first().copied(),
        Target::Ports(id) => port_homes[id.index()].group.first().copied(),
        Target::RoutePoint(_) | Target::Outside(_) | Target::Numbers(_) => None,
    };

    let days = days(workload, reports);
    let mut plan = Plan {
        name: stem(name),
        question: workload.question.clone(),
        length: Time::ZERO + workload.run.length.value,
        study: workload.run.study,
        warm_up: workload.run.warm_up.as_ref().map(|it| Time::ZERO + it.value),
        bin: workload.run.bin.value,
        clock: workload.run.clock,
        asked: Asked::new(&workload.run.answered_within),
        replications: workload.run.replications,
        seed: workload.run.seed,
        release: workload.release,
        parameters: Parameters::of(&workload.cti),
        links: Links::of(&workload.network),
        nodes: workload.nodes.iter().map(node).collect(),
        connections: Vec::new(),
        openers: Vec::new(),
        databases: workload.databases.iter().map(database).collect(),
        applications: workload.applications.iter().map(|it| application(it, workload, &directory)).collect(),
        route_points: workload.route_points.iter().map(|it| route_point(it, &directory)).collect(),
        port_groups: workload.cti_ports.iter().map(|it| port_group(it, &directory)).collect(),
        phone_groups: workload.phones.iter().map(|it| phone_group(it, &directory)).collect(),
        destinations: workload.destinations.iter().map(|it| destination(it, &directory)).collect(),
        queues: queues(workload, &directory),
        wishes: directory.wishes().to_vec(),
        devices: Vec::new(),
        numbers: Vec::new(),
        lines: 0,
        counted_lines: 0,
        own_settings: Vec::new(),
        forwards_all: false,
        conference_bridges: workload
            .conference_bridges
            .iter()
            .map(|it| change::conference_bridge(it, &directory))
            .collect(),
        changes_calls: workload.phones.iter().any(|it| !it.changes.is_empty()),
        speed_dials: speed_dials(workload, &directory),
        sources: workload.traffic.iter().map(|it| source(it, workload, &directory, &days, starts_at)).collect(),
        faults: faults(workload, &directory),
        changes: changes(workload, &directory),
        parameter_changes: parameter_changes(workload, &directory),
        topology: workload.topology,
    };
    if workload.topology == Topology::Direct {
        plan.tie_applications(workload);
    }
    plan.connections = number_connections(&mut plan.applications);
    if workload.topology == Topology::CtiManager {
        connections(&plan.applications, &plan.connections, workload, &directory);
    }
    forwards::check(workload, &directory);
    change::check_hops(workload, &directory);
    plan.numbers = directory.referred();
    transfers::check_priorities(workload, &plan.queues, &directory);
    for (group, queues) in plan.phone_groups.iter_mut().zip(transfers::queues_of_groups(workload, &plan.queues)) {
        group.queues = queues;
    }
    wishes::check(&plan, workload, &directory);
    no_call_stays_forever(&plan, workload, reports);
    steady_state_has_no_events_at_known_times(workload, reports);
    limits::check_calls(&plan, workload, reports);
    limits::check_heartbeats(&plan, workload, reports);
    // Only now, since a wrong plan may have any number of devices.
    if !reports.is_empty() {
        return None;
    }
    for (row, homes) in route_point_homes.into_iter().enumerate() {
        let RoutePoint { count, ref openers, ref treatment, .. } = plan.route_points[row];
        let (openers, with_media) = (openers.clone(), matches!(treatment, Treatment::Answer { .. }));
        let like = Like { kind: DeviceKind::RoutePoint, row, openers, with_media, homes };
        plan.route_points[row].first = plan.add_devices(count, &like);
    }
    for (row, homes) in port_homes.into_iter().enumerate() {
        let PortGroup { count, ref openers, .. } = plan.port_groups[row];
        let like = Like { kind: DeviceKind::CtiPort, row, openers: openers.clone(), with_media: true, homes };
        plan.port_groups[row].first = plan.add_devices(count, &like);
    }
    for (row, homes) in phone_homes.into_iter().enumerate() {
        let PhoneGroup { count, ref openers, .. } = plan.phone_groups[row];
        let like = Like { kind: DeviceKind::Phone, row, openers: openers.clone(), with_media: false, homes };
        plan.phone_groups[row].first = plan.add_devices(count, &like);
    }
    plan.number_lines();
    plan.deal_devices();
    Some(plan)
}

/// What devices of one group have in common.
struct Like {
    kind: DeviceKind,
    row: usize,
    openers: Openers,
    with_media: bool,
    homes: Homes,
}

/// The CallManagers with which devices register.
struct Homes {
    group: Arc<[NodeId]>,
    cannot_open_on: Arc<[NodeId]>,
}

/// The CallManagers of a group that fail to open a device.
fn unable(names: &[Name], group: &[NodeId], directory: &Directory<'_>) -> Vec<NodeId> {
    for name in names {
        if let Some((node, _)) = directory.nodes.rows.get(name.value.as_str())
            && !group.is_empty()
            && !group.contains(node)
        {
            let what =
                format!("these devices do not register at `{}`: it is not in their CallManager group", name.value);
            directory.reports.add(Problem::new(name.place.clone(), what, "").rule(R17));
        }
    }
    directory.nodes(names, Some(R17))
}

/// The name of a workload: that of its file without its ending, unless nothing but dots is left, which would lead results
/// into another directory.
fn stem(name: &str) -> String {
    let stem = Path::new(name).file_stem().map_or(name.into(), |stem| stem.to_string_lossy());
    match &*stem {
        "." | ".." => name.rsplit('/').next().unwrap_or(name).to_owned(),
        _ => stem.into_owned(),
    }
}

impl Plan {
    /// Adds identical devices and returns the first.
    fn add_devices(&mut self, count: u32, like: &Like) -> DeviceId {
        let Like { kind, row, openers, with_media, homes: Homes { group, cannot_open_on } } = like;
        // A device that no application may open has no application (R2, R22).
        let may_open = |application: &&ApplicationId| self.applications[application.index()].may_use_cti;
        let may_open: Vec<ApplicationId> = openers.applications.iter().filter(may_open).copied().collect();
        let first = self.devices.len() as u32;
        for id in first..first + count {
            let further = self.openers.len() as u32;
            for &application in may_open.iter().skip(1) {
                self.openers.push(Opener { device: DeviceId(id), application, connection: ConnectionId(0) });
            }
            self.devices.push(Device {
                kind: *kind,
                row: *row as u16,
                application: may_open.first().copied(),
                connection: None,
                further: further..self.openers.len() as u32,
                with_media: *with_media,
                standby: openers.standby,
                recovery: openers.recovery,
                group: Arc::clone(group),
                cannot_open_on: Arc::clone(cannot_open_on),
            });
            for application in &may_open {
                self.applications[application.index()].devices.push(DeviceId(id));
            }
        }
        DeviceId(first)
    }

    /// Deals the devices of each application to its connections in turn: device i of its list to connection i mod k.
    fn deal_devices(&mut self) {
        let mut dealt = vec![0; self.applications.len()];
        let mut deal = |connections: &mut [Connection], application: ApplicationId, opener: OpenerId| {
            let Application { first_connection, connections: many, .. } = self.applications[application.index()];
            let turn = &mut dealt[application.index()];
            let connection = ConnectionId(first_connection.0 + *turn % many);
            *turn = (*turn + 1) % many;
            connections[connection.index()].devices.push(opener);
            connection
        };
        let devices = self.devices.len() as u32;
        for (id, device) in (0..).zip(&mut self.devices) {
            device.connection = device.application.map(|it| deal(&mut self.connections, it, OpenerId(id)));
            for row in device.further.clone() {
                let opener = &mut self.openers[row as usize];
                opener.connection = deal(&mut self.connections, opener.application, OpenerId(devices + row));
            }
        }
        let mut heirs: Vec<BTreeSet<ConnectionId>> = vec![BTreeSet::new(); self.connections.len()];
        for (id, device) in (0..).zip(&self.devices) {
            if device.kind == DeviceKind::Phone || device.further.is_empty() {
                continue;
            }
            let all = self.openers_of(DeviceId(id)).filter_map(|opener| self.connection_of(opener));
            for one in all.clone() {
                heirs[one.index()].extend(all.clone().filter(|&other| other != one));
            }
        }
        for (connection, heirs) in self.connections.iter_mut().zip(heirs) {
            connection.heirs = heirs.into_iter().collect();
        }
    }

    /// In the direct topology, the CallManager to which an application is tied does the work of a CTIManager (R25), and no
    /// other node has any.
    fn tie_applications(&mut self, workload: &Workload) {
        let mut tied = vec![false; self.nodes.len()];
        for application in &mut self.applications {
            application.ctimanagers.truncate(1);
            application.least_priority = None;
            for node in &application.ctimanagers {
                tied[node.index()] = true;
            }
        }
        for ((node, source), tied) in self.nodes.iter_mut().zip(&workload.nodes).zip(tied) {
            node.ctimanager = tied.then(|| ctimanager_work(source));
            node.cti_connections = u32::MAX;
        }
    }
}

/// Reports events at known times in a steady-state study.
fn steady_state_has_no_events_at_known_times(workload: &Workload, reports: &Reports) {
    if workload.run.study == source::Study::Terminating {
        return;
    }
    let report = |place: &TextRange, what: &str| {
        let hint = "leave it out, or set `study = \"terminating\"`";
        reports.add(Problem::new(place.clone(), format!("a steady study cannot have {what}"), "").hint(hint));
    };
    for fault in &workload.faults {
        if let source::Occurs::Once { at, .. } = &fault.occurs {
            report(&at.place, "a fault at a known time");
        }
    }
    for change in &workload.changes {
        report(&change.at.place, "a change of settings");
    }
    for change in &workload.parameter_changes {
        report(&change.at.place, "a service parameter changes");
    }
    for traffic in &workload.traffic {
        if traffic.arrivals.varies() {
            report(&traffic.arrivals.place, "traffic that varies with the time of day");
        }
    }
}

/// Reports route points that redirect a call among themselves forever. Forwards are different: the hop limit ends those.
fn no_call_stays_forever(plan: &Plan, workload: &Workload, reports: &Reports) {
    let mut leaves: Vec<bool> = plan.route_points.iter().map(|_| false).collect();
    // The route points that redirect to each route point, to go backwards.
    let mut comes_from: Vec<Vec<usize>> = plan.route_points.iter().map(|_| Vec::new()).collect();
    let mut left: Vec<usize> = Vec::new();
    for (row, route_point) in plan.route_points.iter().enumerate() {
        let targets = match &route_point.treatment {
            Treatment::Redirect(targets) => targets.as_slice(),
            Treatment::Answer { .. } => &[],
        };
        let mut inside = 0;
        for (_, target) in targets {
            if let Target::RoutePoint(id) = plan.group_of(*target) {
                comes_from[id.index()].push(row);
                inside += 1;
            }
        }
        if targets.is_empty() || inside < targets.len() {
            left.push(row);
        }
    }
    while let Some(row) = left.pop() {
        if !std::mem::replace(&mut leaves[row], true) {
            left.append(&mut comes_from[row]);
        }
    }
    for (row, _) in leaves.iter().enumerate().filter(|(_, leaves)| !**leaves) {
        if let source::Treatment::Redirect(targets) = &workload.route_points[row].treatment {
            let name = &workload.route_points[row].name.value;
            let place = targets.first().map_or(0..0, |(name, _)| name.place.clone());
            let what = format!("a call at `{name}` is redirected among route points forever");
            reports.add(Problem::new(place, what, "").rule(R10));
        }
    }
}
