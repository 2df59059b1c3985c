//! Events at known or random times: faults, and changes of settings.

use std::collections::BTreeMap;

use super::directory::Directory;
use super::forwards;
use crate::domain::{ApplicationId, DeviceKind, FaultTarget, Forward, LinkEnd, NodeId, SpeedDialId, Target};
use crate::engine::{Distribution, Span, Time};
use crate::workload::{self as source, At, Name, Problem, Reports, SpeedDial, TextRange, Topology, Workload, units};

const R1: &str = "R1: a node runs one CTIManager, or none";
const R5: &str = "R5: a call takes one port or phone of a group, and any route point that several share";
const R12: &str = "R12: forward settings belong to route points, ports and phones, and speed dials to phones";
const R23: &str = "R23: the Application Heartbeat Minimum and Maximum parameters bound the interval";
const R25: &str = "R25: before there were CTIManagers, an application was tied to a CallManager";

/// The most failures of a fault in a run, on average.
const FAILURES_MAX: f64 = 1_000_000.0;

/// A fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What fails.
    pub failing: FaultTarget,
    /// When, and for how long.
    pub occurs: Occurs,
}

/// When a fault occurs.
#[derive(Clone, Debug, PartialEq)]
pub enum Occurs {
    /// Once.
    Once {
        /// When it occurs.
        at: Time,
        /// How long it lasts; [`Span::FOREVER`]: to the end of the run.
        duration: Span,
    },
    /// Again and again, at random.
    Random {
        /// From the beginning of the run, or from the last repair, to the next failure; its mean is the MTBF.
        time_to_failure: Distribution,
        /// From a failure to its repair; its mean is the MTTR.
        time_to_repair: Distribution,
        /// The fault's name, which selects its random number stream.
        name: String,
    },
}

/// A setting of a device that is changed while the cluster runs (R12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Time,
    /// The route point, or the group of ports or phones, whose setting changes on all lines; or the numbers. Of a speed dial, the
    /// phones that have it.
    pub whose: Target,
    /// The application that makes the change, if it is not an administrator.
    pub through: Option<ApplicationId>,
    /// The setting, and its new value.
    pub setting: Setting,
}

/// A setting with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A forward, and where it leads, if anywhere.
    Forward(Forward, Option<Target>),
    /// A speed dial, and what it dials.
    SpeedDial(SpeedDialId, Target),
}

impl Setting {
    /// Where it leads, if anywhere.
    pub const fn leads(self) -> Option<Target> {
        match self {
            Setting::Forward(_, leads) => leads,
            Setting::SpeedDial(_, to) => Some(to),
        }
    }
}

/// Service parameters of a CTIManager from some time on; it reads them when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterChange {
    /// When they are changed.
    pub at: Time,
    /// The node of the CTIManager.
    pub node: NodeId,
    /// The shortest interval of heartbeats, if it changes.
    pub heartbeat_minimum: Option<Span>,
    /// The longest.
    pub heartbeat_maximum: Option<Span>,
    /// How many connections it takes, if that changes.
    pub cti_connections: Option<u32>,
}

/// Reports an event after the end of the run.
fn in_time(at: &At<Span>, what: &str, workload: &Workload, directory: &Directory<'_>) -> bool {
    let length = workload.run.length.value;
    let in_time = at.value < length;
    if !in_time {
        let label = format!("`run.length` is {}", units::words(length));
        directory.reports.add(Problem::new(at.place.clone(), format!("{what}: the run is over by then"), label));
    }
    in_time
}

/// The faults, in the order of the file.
pub(super) fn faults(workload: &Workload, directory: &Directory<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut scheduled = Vec::new();
    for it in &workload.faults {
        let failing = it.failing.as_ref().and_then(|failing| self::failing(failing, workload, directory));
        let occurs = match &it.occurs {
            source::Occurs::Once { at, duration } => {
                if !in_time(at, "this fault never occurs", workload, directory) {
                    continue;
                }
                let strikes = Time::ZERO + at.value;
                if let Some(failing) = failing {
                    let from = Scheduled { at: strikes, until: strikes + *duration, place: &at.place };
                    scheduled.extend(Thing::of(failing).into_iter().flatten().map(|thing| (thing, from)));
                }
                Occurs::Once { at: strikes, duration: *duration }
            }
            source::Occurs::Random { time_to_failure: At { value: time_to_failure, place }, time_to_repair } => {
                let cycle = time_to_failure.mean().seconds() + time_to_repair.mean().seconds();
                too_many_failures(workload.run.length.value.seconds() / cycle, place, directory.reports);
                Occurs::Random {
                    time_to_failure: time_to_failure.clone(),
                    time_to_repair: time_to_repair.clone(),
                    name: it.name.value.clone(),
                }
            }
        };
        faults.extend(failing.map(|failing| Fault { failing, occurs }));
    }
    one_after_the_other(scheduled, directory);
    faults
}

/// Reports a fault with too many failures in a run, on average.
fn too_many_failures(failures: f64, place: &TextRange, reports: &Reports) {
    if failures > FAILURES_MAX {
        let what = format!("this fails {failures:.0} times per run on average; the limit is {FAILURES_MAX:.0}");
        reports.add(Problem::new(place.clone(), what, ""));
    }
}

fn failing(it: &source::TargetName, workload: &Workload, directory: &Directory<'_>) -> Option<FaultTarget> {
    match it {
        source::TargetName::Application(name, kind) => {
            directory.applications.find(name).map(|application| FaultTarget::Application(application, *kind))
        }
        source::TargetName::CallManager(name, kind) => {
            directory.nodes.find(name).map(|node| FaultTarget::CallManager(node, *kind))
        }
        source::TargetName::Node(name) => directory.nodes.find(name).map(FaultTarget::Node),
        source::TargetName::Devices(kind, name, count) => devices(*kind, name, count.as_ref(), workload, directory),
        source::TargetName::Link(from, to, slow) => {
            let to_node = directory.nodes.find(to)?;
            // If a node and an application have the same name, the node is meant.
            let end = if directory.nodes.rows.contains_key(from.value.as_str()) {
                LinkEnd::Node(directory.nodes.find(from)?)
            } else {
                LinkEnd::Application(directory.applications.find(from)?)
            };
            if end == LinkEnd::Node(to_node) {
                let problem = Problem::new(to.place.clone(), "a node has no link to itself", "");
                directory.reports.add(problem);
            }
            Some(FaultTarget::Link(end, to_node, *slow))
        }
        source::TargetName::CtiManager(name, kind) => {
            let hint = "a `callmanager` or a `node` can fail there";
            let node = ctimanager_of(name, "fail", hint, workload, directory);
            node.map(|node| FaultTarget::CtiManager(node, *kind))
        }
    }
}

/// The node of a CTIManager; reports one that runs none.
fn ctimanager_of(
    name: &Name,
    does: &str,
    hint: &str,
    workload: &Workload,
    directory: &Directory<'_>,
) -> Option<NodeId> {
    let node = directory.nodes.find(name)?;
    let report = |what: String, rule| {
        let (_, place) = directory.nodes.rows[name.value.as_str()];
        let problem = Problem::new(name.place.clone(), what, "").also(place.clone(), "this node");
        directory.reports.add(problem.hint(hint).rule(rule));
    };
    if workload.topology == Topology::Direct {
        report(format!("with `topology = \"direct\"` there is no CTIManager to {does}"), R25);
    } else if !workload.nodes[node.index()].ctimanager {
        report(format!("`{}` runs no CTIManager", name.value), R1);
    }
    Some(node)
}

/// The changes of service parameters, in order of time.
pub(super) fn parameter_changes(workload: &Workload, directory: &Directory<'_>) -> Vec<ParameterChange> {
    let mut changes: Vec<(ParameterChange, &TextRange)> = Vec::new();
    for it in &workload.parameter_changes {
        in_time(&it.at, "nothing changes any more", workload, directory);
        let hint = "name a node with `ctimanager = true`";
        let Some(node) = ctimanager_of(&it.ctimanager, "change", hint, workload, directory) else { continue };
        let change = ParameterChange {
            at: Time::ZERO + it.at.value,
            node,
            heartbeat_minimum: it.heartbeat_minimum,
            heartbeat_maximum: it.heartbeat_maximum,
            cti_connections: it.cti_connections,
        };
        changes.push((change, &it.at.place));
    }
    changes.sort_by_key(|(change, _)| change.at);
    let mut bounds = vec![(workload.cti.heartbeat_minimum, workload.cti.heartbeat_maximum); workload.nodes.len()];
    for (change, place) in &changes {
        let (minimum, maximum) = &mut bounds[change.node.index()];
        *minimum = change.heartbeat_minimum.unwrap_or(*minimum);
        *maximum = change.heartbeat_maximum.unwrap_or(*maximum);
        if *minimum > *maximum {
            let what = format!(
                "from then on the minimum of the interval, {}, is above its maximum, {}",
                units::words(*minimum),
                units::words(*maximum)
            );
            directory.reports.add(Problem::new((*place).clone(), what, "").hint("change both").rule(R23));
        }
    }
    changes.into_iter().map(|(change, _)| change).collect()
}

/// The devices that a fault takes: the first so many of a route point or group, or all of them.
fn devices(
    kind: DeviceKind,
    name: &Name,
    count: Option<&At<u32>>,
    workload: &Workload,
    directory: &Directory<'_>,
) -> Option<FaultTarget> {
    let target = directory.target(name)?;
    let (found, key, there) = match target {
        Target::RoutePoint(id) => (DeviceKind::RoutePoint, "route_point", &workload.route_points[id.index()].count),
        Target::Ports(id) => (DeviceKind::CtiPort, "cti_port", &workload.cti_ports[id.index()].count),
        Target::Phones(id) => (DeviceKind::Phone, "phone", &workload.phones[id.index()].count),
        Target::Numbers(_) => {
            let group = directory.name_of_group(target, workload);
            let what = format!("`{}` is a number of `{group}`: a fault takes devices by their name", name.value);
            let hint = format!("write \"{group}\", and `count` if only the first so many fail");
            directory.reports.add(Problem::new(name.place.clone(), what, "").hint(hint));
            return None;
        }
        Target::Outside(_) => {
            let what =
                format!("`{}` is a number outside the cluster: no device of the cluster fails there", name.value);
            let hint = "a route point, ports or phones can fail; for outside lines, a fault of their node";
            directory.reports.add(Problem::new(name.place.clone(), what, "").hint(hint));
            return None;
        }
    };
    if found != kind {
        let what = format!("`{}` is not a {}", name.value, words(kind));
        let hint = format!("it is a {}: write `{key} = \"{}\"`", words(found), name.value);
        directory.reports.add(Problem::new(name.place.clone(), what, "").hint(hint));
        return None;
    }
    if let Some(count) = count.filter(|count| count.value > there.value) {
        let what = match there.value {
            1 => format!("{} devices of `{}` cannot fail: there is one", count.value, name.value),
            all => format!("{} devices of `{}` cannot fail: there are {all}", count.value, name.value),
        };
        let hint = "give fewer, or leave `count` out: then all of them fail";
        let problem = Problem::new(count.place.clone(), what, "").also(there.place.clone(), "as many as there are");
        directory.reports.add(problem.hint(hint).rule(R5));
        return None;
    }
    Some(FaultTarget::Devices(target, count.map_or(there.value, |count| count.value)))
}

const fn words(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::RoutePoint => "route point",
        DeviceKind::CtiPort => "group of ports",
        DeviceKind::Phone => "group of phones",
    }
}

/// What has at most one scheduled fault at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Application(ApplicationId),
    CallManager(NodeId),
    CtiManager(NodeId),
    /// A link, cut or slow: it can be slow first and then also cut.
    Link(LinkEnd, NodeId, LinkFault),
    Devices(Target),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LinkFault {
    Cut,
    Slow,
}

impl Thing {
    /// What a fault strikes: with a node, both of its processes.
    fn of(failing: FaultTarget) -> [Option<Thing>; 2] {
        let one = |thing| [Some(thing), None];
        match failing {
            FaultTarget::Application(application, _) => one(Thing::Application(application)),
            FaultTarget::CallManager(node, _) => one(Thing::CallManager(node)),
            FaultTarget::CtiManager(node, _) => one(Thing::CtiManager(node)),
            FaultTarget::Node(node) => [Some(Thing::CallManager(node)), Some(Thing::CtiManager(node))],
            FaultTarget::Link(from, to, slow) => {
                // Both directions of a link between nodes are one link.
                let (from, to) = match from {
                    LinkEnd::Node(from) => (LinkEnd::Node(from.min(to)), from.max(to)),
                    LinkEnd::Application(_) => (from, to),
                };
                one(Thing::Link(from, to, if slow.is_some() { LinkFault::Slow } else { LinkFault::Cut }))
            }
            // It is always the first devices of a group that fail, so that two faults have some in common.
            FaultTarget::Devices(target, _) => one(Thing::Devices(target)),
        }
    }

    const fn is_application(self) -> bool {
        matches!(self, Thing::Application(_))
    }

    /// How a sentence goes on that says when the second fault occurs.
    const fn state(self) -> &'static str {
        match self {
            Thing::Application(_) => "the application is still down",
            Thing::CallManager(_) => "the CallManager is still down",
            Thing::CtiManager(_) => "the CTIManager is still down",
            Thing::Link(_, _, LinkFault::Cut) => "the link is still cut",
            Thing::Link(_, _, LinkFault::Slow) => "the link is still slow",
            Thing::Devices(_) => "some of these devices are still down",
        }
    }
}

/// When a scheduled fault strikes and ends, and its place.
#[derive(Clone, Copy)]
struct Scheduled<'a> {
    at: Time,
    until: Time,
    place: &'a TextRange,
}

/// Reports scheduled faults of what is still down by another one. Random faults may meet these and each other: what several
/// of them keep down is back when all of them are over.
fn one_after_the_other(mut faults: Vec<(Thing, Scheduled<'_>)>, directory: &Directory<'_>) {
    faults.sort_by_key(|(_, fault)| fault.at);
    // The fault of each thing that ends last.
    let mut down: BTreeMap<Thing, Scheduled<'_>> = BTreeMap::new();
    let mut reported: Vec<&TextRange> = Vec::new();
    for (thing, fault) in faults {
        match down.get(&thing) {
            // Of an application, which is back only after whatever strikes at that instant, the two may not even meet.
            Some(latest) if latest.until > fault.at || latest.until == fault.at && thing.is_application() => {
                // A fault of a node strikes two things, and is reported once.
                if !reported.contains(&fault.place) {
                    let what = format!("this fault occurs while {}", thing.state());
                    let problem = Problem::new(fault.place.clone(), what, "");
                    let hint = "let the other one end before, with `for`, or make one longer fault of the two";
                    directory.reports.add(problem.also(latest.place.clone(), "because of this fault").hint(hint));
                    reported.push(fault.place);
                }
                if latest.until < fault.until {
                    down.insert(thing, fault);
                }
            }
            _ => {
                down.insert(thing, fault);
            }
        }
    }
}

/// The changes of forward settings, in order of time.
pub(super) fn changes(workload: &Workload, directory: &Directory<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for it in &workload.changes {
        in_time(&it.at, "this change never happens", workload, directory);
        if let Some(id) = directory.speed_dial(&it.of) {
            changes.extend(of_speed_dial(it, id, workload, directory));
            continue;
        }
        if let Some(to) = &it.to {
            let what = format!("`{}` is no speed dial, and has no `to`", it.of.value);
            let hint = "where its calls go instead is set by a forward, as `cfa`";
            directory.reports.add(Problem::new(to.place.clone(), what, "").hint(hint).rule(R12));
        }
        let whose = directory.target(&it.of);
        let through = it.through.as_ref().and_then(|name| directory.applications.find(name));
        if let (Some(name), Some(_), Some(whose)) = (&it.through, through, whose) {
            in_control(name, whose, &it.of, workload, directory);
        }
        if let Some(Target::Outside(_)) = whose {
            let what = format!("`{}` is a number outside the cluster: it has no forward settings", it.of.value);
            directory.reports.add(Problem::new(it.of.place.clone(), what, "").rule(R12));
        }
        for (forward, At { value, place }) in &it.settings {
            let leads = value.as_ref().map(|name| directory.target(name));
            if let Some(whose) = whose {
                if let Target::Phones(group) = directory.group_of(whose) {
                    check_phones(&workload.phones[group.index()], *forward, value.as_ref(), place, directory);
                }
                if let (Some(name), Some(Some(leads))) = (value, leads) {
                    forwards::check_change(whose, leads, name, workload, directory);
                }
            }
            // An unknown target has been reported.
            if let (Some(whose), None | Some(Some(_))) = (whose, leads) {
                let (at, leads) = (Time::ZERO + it.at.value, leads.flatten());
                changes.push(Change { at, whose, through, setting: Setting::Forward(*forward, leads) });
            }
        }
    }
    changes.sort_by_key(|change| change.at);
    changes
}

/// A change of what a speed dial dials, if it is sound.
fn of_speed_dial(
    it: &source::Change,
    id: SpeedDialId,
    workload: &Workload,
    directory: &Directory<'_>,
) -> Option<Change> {
    let SpeedDial { name, phones, .. } = &workload.speed_dials[id.index()];
    for (forward, At { place, .. }) in &it.settings {
        let what = format!("`{}` is a speed dial: it has no `{}`", it.of.value, forward.name());
        let problem = Problem::new(place.clone(), what, "").also(name.place.clone(), "the speed dial");
        directory.reports.add(problem.hint("give `to`, the number that it dials from then on").rule(R12));
    }
    let whose = Target::Phones(directory.phones(phones)?);
    let through = it.through.as_ref().and_then(|name| directory.applications.find(name));
    if let (Some(name), Some(_)) = (&it.through, through) {
        in_control(name, whose, phones, workload, directory);
    }
    let to = directory.target(it.to.as_ref()?)?;
    Some(Change { at: Time::ZERO + it.at.value, whose, through, setting: Setting::SpeedDial(id, to) })
}

/// Reports an application that is to change the settings of a device that it does not control.
fn in_control(through: &Name, whose: Target, of: &Name, workload: &Workload, directory: &Directory<'_>) {
    let control = match directory.group_of(whose) {
        Target::RoutePoint(id) => &workload.route_points[id.index()].control,
        Target::Ports(id) => &workload.cti_ports[id.index()].control,
        Target::Phones(id) => &workload.phones[id.index()].control,
        // It has been reported: it has no settings.
        Target::Outside(_) | Target::Numbers(_) => return,
    };
    if control.applications.iter().any(|name| name.value == through.value) {
        return;
    }
    let what = format!("`{}` does not control `{}`, and cannot change its settings", through.value, of.value);
    let mut problem = Problem::new(through.place.clone(), what, "");
    let names: Vec<&str> = control.applications.iter().map(|name| name.value.as_str()).collect();
    problem = problem.hint(match names[..] {
        [] => "leave `through` out: then an administrator changes them".to_owned(),
        _ => format!("name one that does: {}, or leave `through` out", source::enumeration(&names)),
    });
    directory.reports.add(problem.rule(R12));
}

/// Reports settings that phones do not have, and one that is never used.
fn check_phones(
    phones: &source::Phones,
    forward: Forward,
    leads: Option<&Name>,
    place: &TextRange,
    directory: &Directory<'_>,
) {
    let name = &phones.name;
    let report = |what: String, hint: &str| {
        let mut problem = Problem::new(place.clone(), what, "").also(name.place.clone(), "these phones").rule(R12);
        problem.hint = (!hint.is_empty()).then(|| hint.to_owned());
        directory.reports.add(problem);
    };
    match forward {
        Forward::Cfof | Forward::Cfur => report(format!("a phone has no `{}`", forward.name()), ""),
        Forward::Cfna if leads.is_some() && phones.lines.iter().all(|line| line.no_answer == Span::FOREVER) => {
            report(format!("`{}` has no `no_answer`, and never forwards by `cfna`", name.value), "set its `no_answer`");
        }
        Forward::Cfb | Forward::Cfna | Forward::Cfa => {}
    }
}
