//! Forwards that cannot be set: those of a line to itself.

use super::directory::Directory;
use super::numbers::Numbers;
use crate::domain::{PhoneGroupId, PortGroupId, RoutePointId, Target};
use crate::workload::{self as source, Name, Problem, Workload};

const R22: &str = "R22, R24: a forward leads to another number, where the call is taken instead";

/// Reports forwards that lead back to their own line. Loops over several lines are left to the hop limit.
pub(super) fn check(workload: &Workload, directory: &Directory<'_>) {
    let report = |group: Target, lines: &[source::Line]| {
        for (line, it) in lines.iter().enumerate() {
            for name in it.forwards.iter().flatten() {
                // An unknown target has been reported.
                if let Some(leads) = directory.target(name)
                    && leads_to_itself(group, Some(line as u8), None, leads, workload, directory)
                {
                    let whose =
                        it.number.as_ref().map_or(directory.name_of_group(group, workload), |number| &number.value);
                    report_itself(whose, name, directory);
                }
            }
        }
    };
    for (row, it) in workload.route_points.iter().enumerate() {
        report(Target::RoutePoint(RoutePointId(row as u16)), &it.lines);
    }
    for (row, it) in workload.cti_ports.iter().enumerate() {
        report(Target::Ports(PortGroupId(row as u16)), &it.lines);
    }
    for (row, it) in workload.phones.iter().enumerate() {
        report(Target::Phones(PhoneGroupId(row as u16)), &it.lines);
    }
}

/// Reports a change after which a line forwards to itself.
pub(super) fn check_change(whose: Target, leads: Target, name: &Name, workload: &Workload, directory: &Directory<'_>) {
    let numbers = match whose {
        Target::Numbers(id) => Some(directory.numbers(id)),
        _ => None,
    };
    let line = numbers.as_ref().map(|numbers| numbers.line);
    if leads_to_itself(directory.group_of(whose), line, numbers.as_ref(), leads, workload, directory) {
        let group = directory.name_of_group(whose, workload);
        report_itself(numbers.as_ref().map_or(group, |numbers| &numbers.name), name, directory);
    }
}

fn report_itself(whose: &str, leads: &Name, directory: &Directory<'_>) {
    let what = match leads.value == whose {
        true => format!("`{whose}` forwards to itself"),
        false => format!("`{whose}` forwards to `{}`, and so to itself", leads.value),
    };
    let hint = "name another number, or leave this out: then the call is refused";
    directory.reports.add(Problem::new(leads.place.clone(), what, "").hint(hint).rule(R22));
}

/// Whether a forward of a line leads to the same line. Without `line`, it is set on all lines of the devices; without `devices`,
/// on all devices of the group.
fn leads_to_itself(
    group: Target,
    line: Option<u8>,
    devices: Option<&Numbers>,
    leads: Target,
    workload: &Workload,
    directory: &Directory<'_>,
) -> bool {
    match leads {
        Target::Numbers(id) => {
            let to = directory.numbers(id);
            let meets = |it: &Numbers| it.first.0 < to.first.0 + to.count && to.first.0 < it.first.0 + it.count;
            to.group == group && line.is_none_or(|line| line == to.line) && devices.is_none_or(meets)
        }
        // The name leads to the first line: of a route point, or of any device of a group, which is another one if there are several.
        _ if leads != group || line.is_some_and(|line| line > 0) => false,
        Target::Ports(id) => workload.cti_ports[id.index()].count.value == 1,
        Target::Phones(id) => workload.phones[id.index()].count.value == 1,
        Target::RoutePoint(_) => true,
        Target::Outside(_) => false,
    }
}
