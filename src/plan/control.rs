//! Which application controls which device, and whether it may (R2, R3, R5, R6).

use std::collections::{BTreeMap, BTreeSet};

use super::directory::Directory;
use crate::workload::{
    Application, Associated, Control, Interface, Name, Problem, Reports, TextRange, Topology, User, Workload,
    suggestion,
};

const R3: &str = "R3: an application controls the devices that are associated with its user, and no others";
const R4: &str = "R4: an application opens a device over one connection";
const R25: &str = "R25: before there were CTIManagers, an application reached the devices of one CallManager only";
const R5: &str = "R5: a port has one active voice line, so n concurrent calls with media need n ports";
const R6: &str = "R6: a port that a TAPI application controls has one line";

/// Whether an application may use CTI (R2): one without a user may.
pub(super) fn may_use_cti(application: &Application, workload: &Workload, directory: &Directory<'_>) -> bool {
    user(application, workload, directory).is_none_or(|user| user.cti_enabled.value)
}

fn user<'a>(application: &Application, workload: &'a Workload, directory: &Directory<'_>) -> Option<&'a User> {
    let name = application.user.as_ref()?;
    directory.users.rows.get(name.value.as_str()).map(|(row, _)| &workload.users[*row])
}

/// A route point, or a group of ports or phones, with its applications.
struct Controlled<'a> {
    name: &'a Name,
    control: &'a Control,
}

fn devices(workload: &Workload) -> impl Iterator<Item = Controlled<'_>> {
    let controlled = |name, control| Controlled { name, control };
    let route_points = workload.route_points.iter().map(move |it| controlled(&it.name, &it.control));
    let ports = workload.cti_ports.iter().map(move |it| controlled(&it.name, &it.control));
    let phones = workload.phones.iter().map(move |it| controlled(&it.name, &it.control));
    route_points.chain(ports).chain(phones)
}

/// Reports applications that may not control their devices, or that have too few ports.
pub(super) fn check(workload: &Workload, directory: &Directory<'_>) {
    let known: BTreeSet<&str> = devices(workload).map(|device| device.name.value.as_str()).collect();
    // Pairs of a user and a device, to avoid searching lists.
    let mut associated: BTreeSet<(&str, &str)> = BTreeSet::new();
    for user in &workload.users {
        if let Associated::Listed(names) = &user.devices {
            associated_devices_exist(names, &known, directory.reports);
            associated.extend(names.iter().map(|name| (user.name.value.as_str(), name.value.as_str())));
        }
    }
    let mut ports: BTreeMap<&str, u64> = BTreeMap::new();
    for group in &workload.cti_ports {
        for application in &group.control.applications {
            *ports.entry(&application.value).or_default() += u64::from(group.count.value);
        }
    }
    for application in &workload.applications {
        if let Some(name) = &application.user {
            directory.users.find(name);
        }
        let ports = ports.get(application.name.value.as_str()).copied().unwrap_or(0);
        enough_ports(application, ports, directory.reports);
    }
    for device in devices(workload) {
        once_each(&device, directory.reports);
        if let (Topology::Direct, [_, second, ..]) = (workload.topology, &device.control.applications[..]) {
            let what = format!("`{}` has several applications", device.name.value);
            let label = "with `topology = \"direct\"` it has one";
            let problem = Problem::new(second.place.clone(), what, label);
            directory.reports.add(problem.hint("leave this one out").rule(R25));
        }
        for named in &device.control.applications {
            if let Some(application) = found(named, workload, directory) {
                is_associated(&device, named, application, &associated, workload, directory);
            }
        }
    }
    for ports in &workload.cti_ports {
        let controls = ports.control.applications.iter().filter_map(|name| found(name, workload, directory));
        let tapi = controls.filter(|application| application.interface == Interface::Tapi);
        for application in tapi.filter(|_| ports.lines.len() > 1) {
            let name = &application.name;
            let what = format!("a port of `{}` has {} lines", ports.name.value, ports.lines.len());
            let problem = Problem::new(ports.lines_place.clone(), what, "only one is allowed")
                .also(name.place.clone(), "this application has `interface = \"tapi\"`");
            directory.reports.add(problem.rule(R6));
        }
    }
}

/// Reports an application that is named twice.
fn once_each(device: &Controlled<'_>, reports: &Reports) {
    let mut seen: BTreeMap<&str, &TextRange> = BTreeMap::new();
    for Name { value, place } in &device.control.applications {
        if let Some(first) = seen.insert(value, place) {
            let what = format!("`{value}` is listed twice for `{}`", device.name.value);
            let problem = Problem::new(place.clone(), what, "").also(first.clone(), "first listed here");
            reports.add(problem.hint("an application opens a device once; leave the second out").rule(R4));
        }
    }
}

fn found<'a>(application: &Name, workload: &'a Workload, directory: &Directory<'_>) -> Option<&'a Application> {
    let (id, _) = directory.applications.rows.get(application.value.as_str())?;
    Some(&workload.applications[id.index()])
}

fn associated_devices_exist(names: &[Name], known: &BTreeSet<&str>, reports: &Reports) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for name in names {
        let value = name.value.as_str();
        let problem = |what: String| Problem::new(name.place.clone(), what, "").rule(R3);
        if !known.contains(value) {
            let what = format!("there is no route point, port group or phone group named `{value}`");
            let mut problem = problem(what);
            if !reports.is_full() {
                problem.hint = suggestion(value, known.iter().copied());
            }
            reports.add(problem);
        } else if !seen.insert(value) {
            reports.add(problem(format!("`{value}` is listed twice")));
        }
    }
}

fn is_associated(
    device: &Controlled<'_>,
    named: &Name,
    application: &Application,
    associated: &BTreeSet<(&str, &str)>,
    workload: &Workload,
    directory: &Directory<'_>,
) {
    let Some(user) = user(application, workload, directory) else { return };
    if matches!(user.devices, Associated::Listed(_))
        && !device.name.value.is_empty()
        && !associated.contains(&(user.name.value.as_str(), device.name.value.as_str()))
    {
        let (device, user) = (&device.name.value, &user.name);
        let what = format!("`{}` may not control `{device}`", application.name.value);
        let label = format!("its user `{}` is not associated with it", user.value);
        let problem = Problem::new(named.place.clone(), what, label)
            .also(user.place.clone(), "this user")
            .hint(format!("add \"{device}\" to the `devices` of that user"));
        directory.reports.add(problem.rule(R3));
    }
}

fn enough_ports(application: &Application, ports: u64, reports: &Reports) {
    let Some(lines) = &application.voice_lines else { return };
    if ports < u64::from(lines.value) {
        let what = format!("`{}` asks for {} voice lines and has {ports} ports", application.name.value, lines.value);
        let place: TextRange = lines.place.clone();
        let missing = u64::from(lines.value) - ports;
        let hint = match ports {
            0 => format!("add {missing} ports, or leave out `voice_lines`"),
            _ => format!("lower it to {ports}, or add {missing} ports"),
        };
        reports.add(Problem::new(place, what, format!("{missing} too many")).hint(hint).rule(R5));
    }
}
