//! From what a workload says to what is simulated: names become row numbers, and whatever does not fit is reported.

use std::path::Path;

use super::directory::{Directory, R7};
use super::limits;
use super::rates::curve;
use super::{
    Application, Arrivals, CallManagerWork, CtiManagerWork, Database, Destination, Device, Fault, HeartbeatReading,
    Links, ListedCall, ModulationState, Node, Parameters, PhoneGroup, Plan, PortGroup, RoutePoint, Source, Treatment,
};
use crate::domain::{ApplicationId, DestinationId, DeviceId, DeviceKind, NodeId, Target};
use crate::engine::{Span, Time};
use crate::workload::{self as said, Calls, Files, Name, Place, Problem, Problems, Reports, Workload};

const R1: &str = "R1: CTI needs a node that runs a CTIManager";
const R2: &str = "R2: an application reaches its devices through CTIManagers";
const R10: &str = "R10: a call at a route point is redirected to a port, a phone or another number";

/// Reads and checks a workload. `name` is how the user knows it, mostly a path; the plan is called after its last part.
pub fn compile(name: &str, text: &str, files: &dyn Files) -> Result<Plan, Problems> {
    let reports = Reports::default();
    let plan = Workload::read(text, files, &reports).and_then(|workload| plan(name, &workload, &reports));
    match plan {
        Some(plan) if reports.is_empty() => Ok(plan),
        _ => Err(reports.into_problems(name, text)),
    }
}

fn plan(name: &str, workload: &Workload, reports: &Reports) -> Option<Plan> {
    limits::check_tables(workload, reports);
    let directory = Directory::new(workload, reports);
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
    let route_point_groups: Vec<Vec<NodeId>> = workload.route_points.iter().map(|it| group(&it.device_pool)).collect();
    let port_groups: Vec<Vec<NodeId>> = workload.cti_ports.iter().map(|it| group(&it.device_pool)).collect();
    let phone_groups: Vec<Vec<NodeId>> = workload.phones.iter().map(|it| group(&it.device_pool)).collect();

    let mut plan = Plan {
        name: Path::new(name).file_stem().map_or(name.into(), |stem| stem.to_string_lossy()).into_owned(),
        question: workload.question.clone(),
        length: Time::ZERO + workload.run.length.value,
        warm_up: Time::ZERO + workload.run.warm_up.value,
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
            callmanager_notice: Span::from_secs(1),
            reopen_interval: Span::from_millis(10),
            phone_return_interval: Span::from_millis(100),
            code_yellow: None,
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
        changes: Vec::new(),
        topology: super::Topology::CtiManager,
    };
    nobody_stays_for_ever(&plan, workload, reports);
    limits::check_calls(&plan, workload, reports);
    // Only now: a wrong plan may ask for any number of devices.
    if !reports.is_empty() {
        return None;
    }
    for (row, group) in route_point_groups.into_iter().enumerate() {
        let application = plan.route_points[row].application;
        plan.add_device(DeviceKind::RoutePoint, row, application, group);
    }
    for (row, group) in port_groups.into_iter().enumerate() {
        plan.port_groups[row].first = DeviceId(plan.devices.len() as u32);
        for _ in 0..plan.port_groups[row].count {
            plan.add_device(DeviceKind::CtiPort, row, plan.port_groups[row].application, group.clone());
        }
    }
    for (row, group) in phone_groups.into_iter().enumerate() {
        plan.phone_groups[row].first = DeviceId(plan.devices.len() as u32);
        for _ in 0..plan.phone_groups[row].count {
            plan.add_device(DeviceKind::Phone, row, None, group.clone());
        }
    }
    Some(plan)
}

impl Fault {
    fn once(&self) -> (Time, Span, Option<ApplicationId>) {
        match (&self.occurs, self.failing) {
            (&super::Occurs::Once { at, lasts }, crate::domain::Failing::Application(id, _)) => (at, lasts, Some(id)),
            _ => (Time::ZERO, Span::ZERO, None),
        }
    }
}

impl Plan {
    fn add_device(&mut self, kind: DeviceKind, row: usize, application: Option<ApplicationId>, group: Vec<NodeId>) {
        let id = DeviceId(self.devices.len() as u32);
        self.devices.push(Device { kind, row: row as u16, application, group, cannot_open_on: Vec::new() });
        if let Some(application) = application {
            self.applications[application.index()].devices.push(id);
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
        ctimanager: node.ctimanager.then_some(CtiManagerWork {
            event: work.event,
            request: work.request,
            heartbeat: work.heartbeat,
            device_open: work.cti_device_open,
        }),
    }
}

fn application(it: &said::Application, workload: &Workload, directory: &Directory<'_>) -> Application {
    let runs_one = |node: &NodeId| workload.nodes[node.index()].ctimanager;
    let ctimanagers = match &it.ctimanagers {
        Some(names) => {
            for name in names {
                if let Some((node, place)) = directory.nodes.rows.get(name.value.as_str())
                    && !runs_one(node)
                {
                    let what = format!("`{}` runs no CTIManager", name.value);
                    let problem = Problem::new(name.place.clone(), what, "").also((*place).clone(), "this node");
                    directory.reports.add(problem.rule(R2));
                }
            }
            directory.nodes(names, Some(R2))
        }
        None => (0..workload.nodes.len()).map(|row| NodeId(row as u16)).filter(runs_one).collect(),
    };
    if ctimanagers.is_empty() && it.ctimanagers.is_none() && !workload.nodes.is_empty() {
        let what = format!("no node runs a CTIManager for `{}`", it.name.value);
        directory.reports.add(Problem::new(it.name.place.clone(), what, "").rule(R1));
    }
    Application {
        name: it.name.value.clone(),
        ctimanagers,
        workers: it.workers,
        decide: it.decide.clone(),
        lookup: it.lookup.clone(),
        database: it.database.as_ref().and_then(|name| directory.databases.find(name)),
        heartbeat: it.heartbeat,
        reconnect: it.reconnect,
        open_interval: Span::from_seconds(1.0 / it.open_rate),
        recovery: true,
        least_priority: None,
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
        keeps_media: true,
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
        application: None,
        failover: crate::engine::Distribution::Constant(Span::from_secs(60)),
        keeps_media: true,
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
            let curve = curve(&it.arrivals, workload.run.length.value, directory.reports);
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

fn faults(workload: &Workload, directory: &Directory<'_>) -> Vec<Fault> {
    let length = workload.run.length.value;
    let mut faults: Vec<(Fault, &Place)> = Vec::new();
    for it in &workload.faults {
        if it.at.value >= length {
            let what = "this fault never strikes: the run is over by then";
            let label = format!("`run.length` is {}s", length.seconds());
            directory.reports.add(Problem::new(it.at.place.clone(), what, label));
            continue;
        }
        let Some(application) = directory.applications.find(&it.application) else {
            continue;
        };
        let at = Time::ZERO + it.at.value;
        let failing = crate::domain::Failing::Application(application, it.kind);
        let fault = Fault { failing, occurs: super::Occurs::Once { at, lasts: it.lasts } };
        faults.push((fault, &it.at.place));
    }
    faults.sort_by_key(|(fault, _)| fault.once().0);
    for later in 1..faults.len() {
        let (fault, place) = &faults[later];
        let earlier = faults[..later]
            .iter()
            .find(|(earlier, _)| {
                earlier.once().2 == fault.once().2 && earlier.once().0 + earlier.once().1 > fault.once().0
            });
        if let Some((_, first)) = earlier {
            let what = "this fault strikes an application that is still down";
            let problem = Problem::new((*place).clone(), what, "").also((*first).clone(), "since this one");
            directory.reports.add(problem);
        }
    }
    faults.into_iter().map(|(fault, _)| fault).collect()
}

/// Route points that pass a call only among themselves would pass it on for ever. Forwards are another matter: the hop
/// limit ends those.
fn nobody_stays_for_ever(plan: &Plan, workload: &Workload, reports: &Reports) {
    let mut leaves: Vec<bool> =
        plan.route_points.iter().map(|route_point| !matches!(route_point.treatment, Treatment::Redirect(_))).collect();
    loop {
        let before = leaves.clone();
        for (row, route_point) in plan.route_points.iter().enumerate() {
            if let Treatment::Redirect(targets) = &route_point.treatment {
                leaves[row] |= targets.is_empty()
                    || targets.iter().any(|(_, target)| match target {
                        Target::RoutePoint(id) => leaves[id.index()],
                        _ => true,
                    });
            }
        }
        if leaves == before {
            break;
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
