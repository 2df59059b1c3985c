//! From what a workload says to what is simulated: names become row numbers, and whatever does not fit is reported.

use std::path::Path;
use std::sync::Arc;

use super::control;
use super::directory::{Directory, R7};
use super::happenings::{changes, faults};
use super::limits;
use super::model::{
    Application, Arrivals, CallManagerWork, CtiManagerWork, Database, Destination, Device, HeartbeatReading, Links,
    ListedCall, ModulationState, Node, Parameters, PhoneGroup, Plan, PortGroup, RoutePoint, Source, Topology,
    Treatment,
};
use super::rates::curve;
use crate::domain::{ApplicationId, DestinationId, DeviceId, DeviceKind, NodeId, Target};
use crate::engine::{Span, Time};
use crate::rules::heartbeat::effective_interval;
use crate::workload::{self as said, Calls, Files, Name, Place, Problem, Problems, Reports, Workload};

const R1: &str = "R1: CTI needs a node that runs a CTIManager";
const R2: &str = "R2: an application reaches its devices through CTIManagers";
const R17: &str = "R17: a device that a CallManager of its group cannot open is closed";
const R21: &str = "R21: the least-priority CTIManager is one of several that an application may use";
const R10: &str = "R10: a call at a route point is redirected to a port, a phone or another number";

/// Reads and checks a workload. `name` is how the user knows it, mostly a path; the plan is called after its last part.
pub fn compile(name: &str, text: &str, files: &dyn Files) -> Result<Plan, Problems> {
    compile_workload(name, text, files).map(|(_, plan)| plan)
}

/// The same, with what the text says beside it: names as they are written, and their places.
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

/// The plan of a workload that has been read; `None` if anything was or is reported.
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
        let problem = Problem::new(0..0, "there is no `[[node]]`: a cluster has one at least", "").rule(R1);
        reports.add(problem);
    }
    let group = |pool: &Name| directory.group(workload, pool).map(|row| groups[row].clone()).unwrap_or_default();
    let homes = |pool: &Name, cannot_open_on: &[Name]| {
        let group = group(pool);
        let cannot_open_on = unable(cannot_open_on, &group, &directory);
        Homes { group: group.into(), cannot_open_on: cannot_open_on.into() }
    };
    let route_point_homes: Vec<Homes> =
        workload.route_points.iter().map(|it| homes(&it.device_pool, &it.cannot_open_on)).collect();
    let port_homes: Vec<Homes> =
        workload.cti_ports.iter().map(|it| homes(&it.device_pool, &it.cannot_open_on)).collect();
    let phone_homes: Vec<Homes> = workload.phones.iter().map(|it| homes(&it.device_pool, &it.cannot_open_on)).collect();

    let mut plan = Plan {
        name: Path::new(name).file_stem().map_or(name.into(), |stem| stem.to_string_lossy()).into_owned(),
        question: workload.question.clone(),
        length: Time::ZERO + workload.run.length.value,
        study: workload.run.study,
        warm_up: workload.run.warm_up.as_ref().map(|it| Time::ZERO + it.value),
        bin: workload.run.bin.value,
        replications: workload.run.replications,
        seed: workload.run.seed,
        release: workload.release,
        parameters: Parameters {
            new_call_accept: workload.cti.new_call_accept,
            request_timeout: workload.cti.request_timeout,
            forward_hops: workload.cti.forward_hops,
            heartbeat_reading: match workload.cti.heartbeat_on_grid {
                true => HeartbeatReading::Grid,
                false => HeartbeatReading::Timer,
            },
            callmanager_notice: workload.cti.callmanager_notice,
            reopen_interval: Span::from_seconds(1.0 / workload.cti.reopen_rate),
            phone_return_interval: Span::from_seconds(1.0 / workload.cti.phone_return_rate),
            code_yellow: workload.cti.code_yellow,
        },
        links: Links {
            between_nodes: workload.network.between_nodes,
            to_application: workload.network.to_application,
            from_caller: workload.network.from_caller,
        },
        nodes: workload.nodes.iter().map(node).collect(),
        databases: workload
            .databases
            .iter()
            .map(|database| Database { name: database.name.value.clone(), connections: database.connections })
            .collect(),
        applications: workload.applications.iter().map(|it| application(it, workload, &directory)).collect(),
        route_points: workload.route_points.iter().map(|it| route_point(it, &directory)).collect(),
        port_groups: workload.cti_ports.iter().map(|it| port_group(it, &directory)).collect(),
        phone_groups: workload.phones.iter().map(|it| phone_group(it, &directory)).collect(),
        destinations: workload.destinations.iter().map(|it| destination(it, &directory)).collect(),
        devices: Vec::new(),
        sources: workload.traffic.iter().map(|it| source(it, workload, &directory)).collect(),
        faults: faults(workload, &directory),
        changes: changes(workload, &directory),
        topology: if workload.direct { Topology::Direct } else { Topology::CtiManager },
    };
    if workload.direct {
        plan.tie_applications(workload);
    }
    nobody_stays_for_ever(&plan, workload, reports);
    steady_has_no_moments(workload, reports);
    limits::check_calls(&plan, workload, reports);
    // Only now: a wrong plan may ask for any number of devices.
    if !reports.is_empty() {
        return None;
    }
    for (row, homes) in route_point_homes.into_iter().enumerate() {
        let RoutePoint { count, application, .. } = plan.route_points[row];
        plan.route_points[row].first = plan.add_devices(DeviceKind::RoutePoint, row, count, application, &homes);
    }
    for (row, homes) in port_homes.into_iter().enumerate() {
        let PortGroup { count, application, .. } = plan.port_groups[row];
        plan.port_groups[row].first = plan.add_devices(DeviceKind::CtiPort, row, count, application, &homes);
    }
    for (row, homes) in phone_homes.into_iter().enumerate() {
        let PhoneGroup { count, application, .. } = plan.phone_groups[row];
        plan.phone_groups[row].first = plan.add_devices(DeviceKind::Phone, row, count, application, &homes);
    }
    Some(plan)
}

/// Where devices register.
struct Homes {
    group: Arc<[NodeId]>,
    cannot_open_on: Arc<[NodeId]>,
}

/// The CallManagers of a group that cannot open a device.
fn unable(names: &[Name], group: &[NodeId], directory: &Directory<'_>) -> Vec<NodeId> {
    for name in names {
        if let Some((node, _)) = directory.nodes.rows.get(name.value.as_str())
            && !group.is_empty()
            && !group.contains(node)
        {
            let what = format!("no device registers at `{}` here: its CallManager group does not name it", name.value);
            directory.reports.add(Problem::new(name.place.clone(), what, "").rule(R17));
        }
    }
    directory.nodes(names, Some(R17))
}

impl Plan {
    /// Adds like devices and says which is the first.
    fn add_devices(
        &mut self,
        kind: DeviceKind,
        row: usize,
        count: u32,
        application: Option<ApplicationId>,
        homes: &Homes,
    ) -> DeviceId {
        // What an application may not open belongs to nobody (R2, R22).
        let application = application.filter(|application| self.applications[application.index()].may_use_cti);
        let first = self.devices.len() as u32;
        for id in first..first + count {
            let Homes { group, cannot_open_on } = homes;
            let (group, cannot_open_on) = (Arc::clone(group), Arc::clone(cannot_open_on));
            self.devices.push(Device { kind, row: row as u16, application, group, cannot_open_on });
            if let Some(application) = application {
                self.applications[application.index()].devices.push(DeviceId(id));
            }
        }
        DeviceId(first)
    }

    /// Before there were CTIManagers, the CallManager that an application was tied to did their work (R25): the node has
    /// that work to do, and no other node has any.
    fn tie_applications(&mut self, workload: &Workload) {
        let mut tied = vec![false; self.nodes.len()];
        for application in &mut self.applications {
            application.ctimanagers.truncate(1);
            application.least_priority = None;
            for node in &application.ctimanagers {
                tied[node.index()] = true;
            }
        }
        for ((node, said), tied) in self.nodes.iter_mut().zip(&workload.nodes).zip(tied) {
            node.ctimanager = tied.then(|| ctimanager_work(said));
        }
    }
}

fn node(node: &said::Node) -> Node {
    let work = node.work.clone();
    Node {
        name: node.name.value.clone(),
        callmanager: CallManagerWork {
            setup: work.setup,
            offer: work.offer,
            redirect: work.redirect,
            answer: work.answer,
            release: work.release,
            device_open: work.device_open,
        },
        ctimanager: node.ctimanager.then(|| ctimanager_work(node)),
    }
}

fn ctimanager_work(node: &said::Node) -> CtiManagerWork {
    let work = node.work.clone();
    CtiManagerWork {
        event: work.event,
        request: work.request,
        heartbeat: work.heartbeat,
        device_open: work.cti_device_open,
    }
}

/// Which nodes run a CTIManager, for who has named one that does not.
fn those_that_do(workload: &Workload) -> String {
    let nodes = workload.nodes.iter().filter(|node| node.ctimanager).map(|node| node.name.value.as_str());
    match nodes.collect::<Vec<_>>()[..] {
        [] => "no node does: give one `ctimanager = true`".to_owned(),
        [only] => format!("the one that does is `{only}`"),
        ref several => format!("those that do are {}", said::enumeration(several)),
    }
}

fn application(it: &said::Application, workload: &Workload, directory: &Directory<'_>) -> Application {
    // Where there are no CTIManagers, any node will do.
    let runs_one = |node: &NodeId| workload.direct || workload.nodes[node.index()].ctimanager;
    let ctimanagers = match &it.ctimanagers {
        Some(names) => {
            for name in names {
                if let Some((node, place)) = directory.nodes.rows.get(name.value.as_str())
                    && !runs_one(node)
                {
                    let what = format!("`{}` runs no CTIManager", name.value);
                    let problem = Problem::new(name.place.clone(), what, "").also((*place).clone(), "this node");
                    directory.reports.add(problem.hint(those_that_do(workload)).rule(R2));
                }
            }
            directory.nodes(names, Some(R2))
        }
        None => (0..workload.nodes.len()).map(|row| NodeId(row as u16)).filter(runs_one).collect(),
    };
    if ctimanagers.is_empty() && it.ctimanagers.is_none() && !workload.nodes.is_empty() {
        let what = format!("no node runs a CTIManager for `{}`", it.name.value);
        let problem = Problem::new(it.name.place.clone(), what, "").rule(R1);
        directory.reports.add(problem.hint("give one of the nodes `ctimanager = true`"));
    }
    let least_priority = it.least_priority.as_ref().and_then(|(name, after)| {
        let node = directory.nodes.find(name)?;
        let problem = match &ctimanagers[..] {
            list if !list.contains(&node) => format!("`{}` is no CTIManager that this application may use", name.value),
            [_] => format!("`{}` is the only CTIManager that this application may use", name.value),
            _ => return Some((node, *after)),
        };
        directory.reports.add(Problem::new(name.place.clone(), problem, "").rule(R21));
        None
    });
    Application {
        name: it.name.value.clone(),
        recovery: it.recovery,
        least_priority,
        ctimanagers,
        workers: it.workers,
        decide: it.decide.clone(),
        lookup: it.lookup.clone(),
        database: it.database.as_ref().and_then(|name| directory.databases.find(name)),
        may_use_cti: control::may_use_cti(it, workload, directory),
        heartbeat: effective_interval(
            it.heartbeat.value,
            workload.cti.heartbeat_minimum,
            workload.cti.heartbeat_maximum,
        ),
        reconnect: it.reconnect,
        open_interval: Span::from_seconds(1.0 / it.open_rate),
        devices: Vec::new(),
    }
}

fn route_point(it: &said::RoutePoint, directory: &Directory<'_>) -> RoutePoint {
    let treatment = match &it.treatment {
        said::Treatment::Answer(treatment) => Treatment::Answer(treatment.clone()),
        said::Treatment::Redirect(targets) => {
            let mut sum = 0.0;
            let cumulative = targets.iter().filter_map(|(name, share)| {
                sum += share;
                Some((sum, directory.targets.find(name)?))
            });
            let mut cumulative: Vec<(f64, Target)> = cumulative.collect();
            if let Some((last, _)) = cumulative.last_mut() {
                // A sum of decimal fractions may miss 1 by a hair; a luck beyond it must still lead somewhere.
                *last = 1.0;
            }
            Treatment::Redirect(cumulative)
        }
    };
    RoutePoint {
        name: it.name.value.clone(),
        first: DeviceId(0),
        count: it.count.value,
        numbers: it.numbers.iter().map(|number| number.value.clone()).collect(),
        application: it.application.as_ref().and_then(|name| directory.applications.find(name)),
        treatment,
        busy_trigger: it.busy_trigger,
        maximum_calls: it.maximum_calls,
        forwards: directory.forwards(&it.forwards),
    }
}

fn port_group(it: &said::CtiPorts, directory: &Directory<'_>) -> PortGroup {
    let transfer = it.transfer.as_ref().and_then(|(share, name)| {
        let to = directory.targets.find(name)?;
        if !matches!(to, Target::Phones(_)) {
            let what = format!("`{}` is no group of phones: a call is transferred to a person", name.value);
            directory.reports.add(Problem::new(name.place.clone(), what, "").rule(R10));
        }
        Some((*share, to))
    });
    PortGroup {
        name: it.name.value.clone(),
        application: it.application.as_ref().and_then(|name| directory.applications.find(name)),
        first: DeviceId(0),
        count: it.count.value,
        treatment: it.treatment.clone(),
        transfer,
        media_from_application: it.media_from_application,
        keeps_media: it.keeps_media,
        forwards: directory.forwards(&it.forwards),
    }
}

fn phone_group(it: &said::Phones, directory: &Directory<'_>) -> PhoneGroup {
    PhoneGroup {
        name: it.name.value.clone(),
        first: DeviceId(0),
        count: it.count.value,
        answer: it.answer.clone(),
        answered: it.answered,
        no_answer: it.no_answer,
        queue: it.queue,
        application: it.application.as_ref().and_then(|name| directory.applications.find(name)),
        failover: it.failover.clone(),
        keeps_media: it.keeps_media,
        forwards: directory.forwards(&it.forwards),
    }
}

fn destination(it: &said::Destination, directory: &Directory<'_>) -> Destination {
    let egress = it.egress.as_ref().and_then(|name| directory.nodes.find(name));
    Destination {
        name: it.name.value.clone(),
        answer: it.answer.clone(),
        lines: it.lines,
        egress: egress.unwrap_or(NodeId(0)),
    }
}

fn source(it: &said::Traffic, workload: &Workload, directory: &Directory<'_>) -> Source {
    let every_node = || (0..workload.nodes.len()).map(|row| NodeId(row as u16)).collect();
    let ingress = it.ingress.as_ref().map_or_else(every_node, |names| directory.nodes(names, None));
    // A call goes nowhere in a workload that is wrong: such a plan is never returned.
    let to = directory.targets.find(&it.to).unwrap_or(Target::Outside(DestinationId(0)));
    let arrivals = match &it.arrivals.calls {
        Calls::Listed(calls) => Arrivals::Listed(calls.iter().map(listed).collect()),
        _ => {
            let curve = curve(&it.arrivals, workload.run.length.value);
            match it.arrivals.states.is_empty() {
                true => Arrivals::Poisson(curve),
                false => Arrivals::Modulated(curve, it.arrivals.states.iter().map(state).collect()),
            }
        }
    };
    Source { name: it.name.value.clone(), ingress, to, arrivals, patience: it.patience.clone(), talk: it.talk.clone() }
}

fn listed(call: &said::ListedCall) -> ListedCall {
    ListedCall { at: Time::ZERO + call.at, talk: call.talk, patience: call.patience }
}

fn state(&(factor, mean): &(f64, Span)) -> ModulationState {
    ModulationState { factor, mean }
}

/// What happens at a known time makes a study one of a stretch of time, whatever it says.
fn steady_has_no_moments(workload: &Workload, reports: &Reports) {
    if workload.run.study == said::Study::Terminating {
        return;
    }
    let report = |place: &Place, what: &str| {
        let hint = "leave it out, or leave out `study`: then the run is a stretch of time with a beginning and an end";
        reports.add(Problem::new(place.clone(), format!("nothing is steady where {what}"), "").hint(hint));
    };
    for fault in &workload.faults {
        if let said::Occurs::Once { at, .. } = &fault.occurs {
            report(&at.place, "a fault has its time");
        }
    }
    for change in &workload.changes {
        report(&change.at.place, "a setting changes");
    }
    for traffic in &workload.traffic {
        if traffic.arrivals.varies() {
            report(&traffic.arrivals.place, "traffic follows the time of day");
        }
    }
}

/// Route points that pass a call only among themselves would pass it on for ever. Forwards are another matter: the hop
/// limit ends those.
fn nobody_stays_for_ever(plan: &Plan, workload: &Workload, reports: &Reports) {
    let mut leaves: Vec<bool> = plan.route_points.iter().map(|_| false).collect();
    // Who redirects to each route point, for news to travel backwards.
    let mut comes_from: Vec<Vec<usize>> = plan.route_points.iter().map(|_| Vec::new()).collect();
    let mut left: Vec<usize> = Vec::new();
    for (row, route_point) in plan.route_points.iter().enumerate() {
        let targets = match &route_point.treatment {
            Treatment::Redirect(targets) => targets.as_slice(),
            Treatment::Answer(_) => &[],
        };
        let mut inside = 0;
        for (_, target) in targets {
            if let Target::RoutePoint(id) = target {
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
        if let said::Treatment::Redirect(targets) = &workload.route_points[row].treatment {
            let name = &workload.route_points[row].name.value;
            let place = targets.first().map_or(0..0, |(name, _)| name.place.clone());
            let what = format!("a call at `{name}` is redirected among route points for ever");
            reports.add(Problem::new(place, what, "").rule(R10));
        }
    }
}
