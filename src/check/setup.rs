//! The configuration of each application and each device, examined in the workload as it is read, with or without errors.

use std::collections::{BTreeMap, BTreeSet};

use super::advice::{
    APPLICATION_WITHOUT_DEVICES, APPLICATION_WITHOUT_USER, CTI_NOT_ENABLED, FORWARD_OF_ANOTHER_RELEASE,
    HEARTBEAT_OUT_OF_BOUNDS, MANY_CALLS_AT_ROUTE_POINT, MISSING_FORWARD, NO_APPLICATION, NO_BACKUP_CALLMANAGER,
    NO_BACKUP_CTIMANAGER, NO_DIRECTORY_NUMBER, Scope, WITHOUT_EFFECT,
};
use super::checklist::Step;
use super::notes::Notes;
use crate::domain::{Forward, Rejection, ReleaseProfile};
use crate::engine::Span;
use crate::rules::heartbeat::effective_interval;
use crate::workload::advised::CALLS_AT_ROUTE_POINT;
use crate::workload::{
    Application, CallManagerGroup, Line, Name, Problem, RoutePoint, TextRange, Topology, User, Workload, enumeration,
};

const CALLS_MAX: u32 = CALLS_AT_ROUTE_POINT.most;

/// Examines each entry. `doubtful` says whether the entry at a place has errors.
pub(super) fn examine(workload: &Workload, doubtful: impl Fn(&TextRange) -> bool, notes: &mut Notes) {
    let devices = devices(workload);
    let setup = Setup::new(workload, &devices);
    let unclear = devices.iter().any(|device| device.application.is_none() && doubtful(&device.name.place));
    for application in &workload.applications {
        devices_of(application, unclear, &setup, notes);
        user_of(application, &setup, notes);
        heartbeat_of(application, workload, notes);
        ctimanagers_of(application, workload, notes);
    }
    without_effect(workload, notes);
    for group in &workload.groups {
        callmanagers_of(group, &setup, notes);
    }
    for route_point in &workload.route_points {
        calls_at(route_point, notes);
    }
    for device in &devices {
        application_of(device, workload, notes);
        number_of(device, notes);
        forwards_of(device, &setup, notes);
        forwards_in_release(device, workload, notes);
    }
}

/// Relations between entries, by name.
struct Setup<'a> {
    workload: &'a Workload,
    /// The devices of each application.
    controlled: BTreeMap<&'a str, Vec<&'a Name>>,
    /// The devices that register with each CallManager group.
    registered: BTreeMap<&'a str, Vec<&'a str>>,
    /// The forwards of each device that change during a run.
    changed: BTreeSet<(&'a str, Forward)>,
    applications: BTreeSet<&'a str>,
    users: BTreeMap<&'a str, &'a User>,
}

impl<'a> Setup<'a> {
    fn new(workload: &'a Workload, devices: &[Device<'a>]) -> Setup<'a> {
        let groups: BTreeMap<&str, &str> =
            workload.pools.iter().map(|it| (it.name.value.as_str(), it.callmanager_group.value.as_str())).collect();
        let mut setup = Setup {
            workload,
            controlled: BTreeMap::new(),
            registered: BTreeMap::new(),
            changed: BTreeSet::new(),
            applications: workload.applications.iter().map(|it| it.name.value.as_str()).collect(),
            users: workload.users.iter().rev().map(|user| (user.name.value.as_str(), user)).collect(),
        };
        for device in devices {
            for application in device.applications {
                setup.controlled.entry(&application.value).or_default().push(device.name);
            }
            let pool = device.device_pool.value.as_str();
            let group = groups.get(pool).copied().unwrap_or(pool);
            setup.registered.entry(group).or_default().push(&device.name.value);
        }
        for change in &workload.changes {
            setup.changed.extend(change.settings.iter().map(|(forward, _)| (change.of.value.as_str(), *forward)));
        }
        setup
    }

    fn exists(&self, application: &str) -> bool {
        self.applications.contains(application)
    }
}

/// The kinds of devices that differ here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SetupKind {
    RoutePoint,
    Ports,
    Phones,
}

/// A route point, a group of ports or a group of phones.
struct Device<'a> {
    kind: SetupKind,
    name: &'a Name,
    application: Option<&'a Name>,
    applications: &'a [Name],
    device_pool: &'a Name,
    lines: &'a [Line],
    has_number: bool,
}

fn devices(workload: &Workload) -> Vec<Device<'_>> {
    let route_points = workload.route_points.iter().map(|it| Device {
        kind: SetupKind::RoutePoint,
        name: &it.name,
        application: it.control.application(),
        applications: &it.control.applications,
        device_pool: &it.device_pool,
        lines: &it.lines,
        has_number: it.numbers().next().is_some(),
    });
    let ports = workload.cti_ports.iter().map(|it| Device {
        kind: SetupKind::Ports,
        name: &it.name,
        application: it.control.application(),
        applications: &it.control.applications,
        device_pool: &it.device_pool,
        lines: &it.lines,
        has_number: it.lines[0].number.is_some(),
    });
    let phones = workload.phones.iter().map(|it| Device {
        kind: SetupKind::Phones,
        name: &it.name,
        application: it.control.application(),
        applications: &it.control.applications,
        device_pool: &it.device_pool,
        lines: &it.lines,
        has_number: it.lines[0].number.is_some() || it.number.is_some() && it.count.value == 1,
    });
    route_points.chain(ports).chain(phones).collect()
}

fn devices_of(application: &Application, unclear: bool, setup: &Setup<'_>, notes: &mut Notes) {
    let name = &application.name;
    // A device that names an unknown application may mean this one.
    if !setup.controlled.contains_key(name.value.as_str()) && setup.controlled.keys().all(|it| setup.exists(it)) {
        // A device that could not be read may belong to it.
        if unclear {
            return notes.uncertain.push(Step::Devices);
        }
        let what = format!("`{}` controls no device", name.value);
        let hint = format!("add `application = \"{}\"` to a route point, a port group or a phone group", name.value);
        notes.warn(&APPLICATION_WITHOUT_DEVICES, &name.place, what, hint);
        notes.undone(Step::Devices, name, &APPLICATION_WITHOUT_DEVICES, &name.place);
    }
}

fn user_of(application: &Application, setup: &Setup<'_>, notes: &mut Notes) {
    let name = &application.name;
    let Some(source) = &application.user else {
        let what = format!("`{}` has no user: a run assumes one that may control all its devices", name.value);
        let hint = "set `user`, and add a `[[user]]` of that name with its `devices`";
        notes.warn(&APPLICATION_WITHOUT_USER, &name.place, what, hint);
        notes.undone(Step::UserEnabled, name, &APPLICATION_WITHOUT_USER, &name.place);
        for device in setup.controlled.get(name.value.as_str()).into_iter().flatten() {
            notes.undone(Step::Association, device, &APPLICATION_WITHOUT_USER, &name.place);
        }
        return;
    };
    if let Some(user) = setup.users.get(source.value.as_str()).filter(|user| !user.cti_enabled.value) {
        let what = format!(
            "the user `{}` may not use CTI, so the application `{}` opens nothing",
            user.name.value, name.value
        );
        let problem = Problem::warning(CTI_NOT_ENABLED.id, user.cti_enabled.place.clone(), what)
            .also(source.place.clone(), "its application")
            .hint("set `cti_enabled = true`, unless the run is meant to show this");
        notes.add(&CTI_NOT_ENABLED, problem);
        notes.undone(Step::UserEnabled, name, &CTI_NOT_ENABLED, &name.place);
    }
}

fn heartbeat_of(application: &Application, workload: &Workload, notes: &mut Notes) {
    let cti = &workload.cti;
    let asked = &application.heartbeat;
    let granted = effective_interval(asked.value, cti.heartbeat_minimum, cti.heartbeat_maximum);
    if granted != asked.value {
        let bound = if granted < asked.value { "longest" } else { "shortest" };
        let name = &application.name.value;
        let what = format!(
            "`{name}` requests a heartbeat interval of {}, and gets {}",
            seconds(asked.value),
            seconds(granted)
        );
        let hint = format!("{} is the {bound} interval that `[cti]` allows", seconds(granted));
        notes.warn(&HEARTBEAT_OUT_OF_BOUNDS, &asked.place, what, hint);
        notes.undone(Step::Parameters, &application.name, &HEARTBEAT_OUT_OF_BOUNDS, &asked.place);
    }
}

fn seconds(span: Span) -> String {
    format!("{}s", span.seconds())
}

fn ctimanagers_of(application: &Application, workload: &Workload, notes: &mut Notes) {
    // In the direct topology there are no CTIManagers.
    if workload.topology == Topology::Direct {
        return;
    }
    let active: Vec<&Name> = workload.nodes.iter().filter(|node| node.ctimanager).map(|node| &node.name).collect();
    let (only, place) = match &application.ctimanagers {
        Some(list) if list.len() == 1 => (&list[0], &list[0].place),
        None => match active.first() {
            Some(first) => (*first, &application.name.place),
            None => return,
        },
        Some(_) => return,
    };
    let what = format!("`{}` has no backup when the CTIManager of `{}` fails", application.name.value, only.value);
    let others: Vec<&str> =
        active.iter().filter(|name| name.value != only.value).map(|name| name.value.as_str()).collect();
    let hint = match others.is_empty() {
        true => "run a CTIManager on a second node".to_owned(),
        false if application.ctimanagers.is_none() => {
            format!("name its backup: `ctimanagers = [\"{}\", \"{}\"]`", only.value, others[0])
        }
        false => format!("add another node that runs one to `ctimanagers`: {}", enumeration(&others)),
    };
    notes.warn(&NO_BACKUP_CTIMANAGER, place, what, hint);
    if application.ctimanagers.is_some()
        && let Some(note) = notes.warnings.last_mut()
    {
        // Its own list does not depend on other entries.
        note.scope = &Scope::Entry;
    }
}

fn callmanagers_of(group: &CallManagerGroup, setup: &Setup<'_>, notes: &mut Notes) {
    let [only] = &group.members[..] else { return };
    let Some(devices) = setup.registered.get(group.name.value.as_str()) else { return };
    let have = if devices.len() == 1 { "has" } else { "have" };
    let what = format!("{} {have} no backup when the CallManager of `{}` fails", enumeration(devices), only.value);
    notes.warn(&NO_BACKUP_CALLMANAGER, &only.place, what, "add a second node, and perhaps a third");
}

fn calls_at(route_point: &RoutePoint, notes: &mut Notes) {
    // They are advised for the route point, with all its lines.
    let calls = |of: fn(&Line) -> u32| route_point.lines.iter().map(|line| u64::from(of(line))).sum::<u64>();
    if let Some(place) = &route_point.maximum_calls_place
        && calls(|line| line.busy_trigger.min(line.maximum_calls)) > u64::from(CALLS_MAX)
    {
        let name = &route_point.name.value;
        let most = calls(|line| line.maximum_calls);
        let what = format!("`{name}` may hold {most} calls at once; Cisco advises at most {CALLS_MAX}");
        let hint = format!("write {CALLS_MAX}, and spread the calls over several route points");
        notes.warn(&MANY_CALLS_AT_ROUTE_POINT, place, what, hint);
    }
}

fn application_of(device: &Device<'_>, workload: &Workload, notes: &mut Notes) {
    if device.application.is_some() || device.kind == SetupKind::Phones {
        return;
    }
    let name = &device.name.value;
    let set = |forward: Forward| device.lines.iter().all(|line| line.forwards[forward as usize].is_some());
    let leave = workload.release.not_opened.iter().find(|forward| set(**forward));
    let what = match leave {
        Some(forward) => format!("no application opens `{name}`: all its calls are forwarded by `{}`", forward.name()),
        None => format!("no application opens `{name}`: all its calls are refused"),
    };
    notes.warn(&NO_APPLICATION, &device.name.place, what, "set its `application`");
    notes.undone(Step::Association, device.name, &NO_APPLICATION, &device.name.place);
}

/// A forward that no rejection of the release leads to.
fn forwards_in_release(device: &Device<'_>, workload: &Workload, notes: &mut Notes) {
    let release = &workload.release;
    for forward in Forward::ALL {
        // One of the device is that of all its lines; Call Forward All asks for no rejection.
        let set = device.lines.iter().find_map(|line| line.forwards[forward as usize].as_ref());
        let Some(set) = set.filter(|_| forward != Forward::Cfa) else { continue };
        if Rejection::ALL.iter().any(|rejection| release.forwards(*rejection).contains(&forward)) {
            continue;
        }
        let other = ReleaseProfile::ALL.into_iter().find(|other| other.not_opened.contains(&forward));
        let instead = enumeration(&release.not_opened.iter().map(|forward| forward.name()).collect::<Vec<_>>());
        let what = format!("`{}` of `{}` does nothing in release {}", forward.name(), device.name.value, release.name);
        let hint = match other {
            Some(other) => format!("set {instead} instead, or `profile = \"{}\"`", other.name),
            None => format!("set {instead} instead"),
        };
        notes.warn(&FORWARD_OF_ANOTHER_RELEASE, &set.place, what, hint);
    }
}

/// A key that is read only where another one is set.
fn without_effect(workload: &Workload, notes: &mut Notes) {
    let mut report = |place: &TextRange, key: &str, of: &Name, needed: &str| {
        let what = format!("`{key}` of `{}` does nothing without `{needed}`", of.value);
        notes.warn(&WITHOUT_EFFECT, place, what, format!("set `{needed}`, or leave `{key}` out"));
    };
    for it in workload.applications.iter().filter(|it| it.lookup.is_none()) {
        if let Some(database) = &it.database {
            report(&database.place, "database", &it.name, "lookup");
        }
    }
    for it in workload.phones.iter().filter(|it| it.control.applications.is_empty()) {
        if it.control.recovery.is_some() {
            report(&it.name.place, "recovery", &it.name, "application");
        }
    }
}

fn number_of(device: &Device<'_>, notes: &mut Notes) {
    if device.has_number || device.application.is_none() {
        return;
    }
    let (what, hint) = match device.kind {
        SetupKind::RoutePoint => ("has no directory number", "add one, as in `lines = [{ dn = \"7000\" }]`"),
        SetupKind::Ports => {
            ("have no directory numbers", "add the first, as in `first_dn = \"7101\"`; the others follow it")
        }
        SetupKind::Phones => {
            ("have no directory numbers", "add the first, as in `first_dn = \"5101\"`; the others follow it")
        }
    };
    notes.warn(&NO_DIRECTORY_NUMBER, &device.name.place, format!("`{}` {what}", device.name.value), hint);
    notes.undone(Step::Numbers, device.name, &NO_DIRECTORY_NUMBER, &device.name.place);
}

fn forwards_of(device: &Device<'_>, setup: &Setup<'_>, notes: &mut Notes) {
    if device.kind == SetupKind::Phones || device.application.is_none() {
        return;
    }
    let of_lines: Vec<Lost> = device.lines.iter().map(|line| lost_without_forwards(device, line, setup)).collect();
    // Lines that lack the same are the device's; each of the others is named by its number.
    let alike = of_lines.iter().all(|lost| *lost == of_lines[0]);
    let named = device.lines.iter().zip(&of_lines).filter_map(|(line, lost)| Some((line.number.as_ref()?, lost)));
    let of_device = [(device.name, &of_lines[0])].into_iter();
    let lacking: Vec<(&Name, &Lost)> = if alike { of_device.collect() } else { named.collect() };
    for (name, lost) in lacking.into_iter().filter(|(_, lost)| !lost.is_empty()) {
        let names: Vec<&str> = lost.iter().map(|(forward, _)| forward.name()).collect();
        let what = format!("`{}` lacks {}", name.value, enumeration(&names));
        let hint: Vec<String> =
            lost.iter().map(|(forward, what)| format!("without `{}` {what}", forward.name())).collect();
        let problem = Problem::warning(MISSING_FORWARD.id, name.place.clone(), what).hint(hint.join("; "));
        notes.add(&MISSING_FORWARD, problem);
    }
}

/// Forwards, and what happens without them.
type Lost = Vec<(Forward, &'static str)>;

/// What is lost at a line for want of forwards.
fn lost_without_forwards(device: &Device<'_>, line: &Line, setup: &Setup<'_>) -> Lost {
    let workload = setup.workload;
    // A forward that changes during a run counts as set.
    let set = |forward: Forward| {
        let mut called = line.number.iter().chain([device.name]);
        line.forwards[forward as usize].is_some()
            || called.any(|name| setup.changed.contains(&(name.value.as_str(), forward)))
    };
    if line.forwards[Forward::Cfa as usize].is_some() {
        // No call gets there.
        return Vec::new();
    }
    let accept = device.kind == SetupKind::RoutePoint && workload.cti.new_call_accept != Span::FOREVER;
    let unopened = workload.release.not_opened.iter().copied().any(set);
    let mut lost = Vec::new();
    if !set(Forward::Cfb) {
        lost.push((Forward::Cfb, "a call that finds it busy is refused"));
    }
    if !set(Forward::Cfna) {
        match (unopened, accept) {
            (false, false) => lost.push((Forward::Cfna, "a call is refused while no application has it open")),
            (false, true) => {
                lost.push((
                    Forward::Cfna,
                    "a call is refused if no application has it open, or accepts the call in time",
                ));
            }
            (true, true) => lost.push((Forward::Cfna, "a call that is not accepted in time is refused")),
            (true, false) => {}
        }
    }
    match (set(Forward::Cfof), set(Forward::Cfna)) {
        (true, _) => {}
        (false, true) => lost.push((Forward::Cfof, "unanswered calls of a failed application are forwarded by `cfna`")),
        (false, false) => lost.push((Forward::Cfof, "unanswered calls of a failed application are lost")),
    }
    lost
}
