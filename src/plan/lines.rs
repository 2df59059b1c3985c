//! The lines of a plan: their rows in tables, and what cannot be set on them.

use super::device::{Line, LineRows, Numbers};
use super::directory::Directory;
use super::faults::Change;
use super::model::Plan;
use crate::domain::{DeviceId, DeviceKind, Forward, PhoneGroupId, PortGroupId, RoutePointId, Target};
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
                    report_itself(it.number.as_ref(), name, directory.name_of_group(group, workload), directory);
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
    let (line, devices) = match whose {
        Target::Numbers(id) => {
            let numbers = directory.numbers(id);
            (Some(numbers.line), Some(numbers))
        }
        _ => (None, None),
    };
    if leads_to_itself(directory.group_of(whose), line, devices.as_ref(), leads, workload, directory) {
        report_itself(None, name, directory.name_of_group(whose, workload), directory);
    }
}

fn report_itself(number: Option<&Name>, leads: &Name, group: &str, directory: &Directory<'_>) {
    let whose = number.map_or(group, |number| &number.value);
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

impl Plan {
    /// Gives the lines their rows in tables, and the numbers that something refers to their devices.
    pub(super) fn number_lines(&mut self) {
        let (mut settings, mut calls) = (0, 0);
        let mut next = |lines: &[Line], devices: u32, counts: bool| {
            let rows = LineRows { settings, calls: (counts && lines.len() > 1).then_some(calls) };
            settings += lines.len() as u32;
            calls += rows.calls.map_or(0, |_| devices * lines.len() as u32);
            rows
        };
        for it in &mut self.route_points {
            it.rows = next(&it.lines, it.count, true);
        }
        for it in &mut self.port_groups {
            // A port has one call, whatever its lines.
            it.rows = next(&it.lines, it.count, false);
        }
        for it in &mut self.phone_groups {
            it.rows = next(&it.lines, it.count, true);
        }
        (self.lines, self.counted_lines) = (settings, calls);
        for row in 0..self.numbers.len() {
            let first = self.first_device(self.numbers[row].group);
            self.numbers[row].first.0 += first.0;
        }
        self.own_settings = self.changes.iter().flat_map(|change| self.lines_of_their_own(change)).collect();
        self.own_settings.sort_unstable();
        self.own_settings.dedup();
        self.forwards_all = self.some_line_forwards_all();
    }

    /// The lines of single devices whose settings a change makes differ from those of their group.
    fn lines_of_their_own(&self, change: &Change) -> Vec<(DeviceId, u8)> {
        let Target::Numbers(id) = change.whose else { return Vec::new() };
        let it = &self.numbers[id.index()];
        match it.group {
            // The devices of a route point have their numbers in common.
            Target::RoutePoint(_) => Vec::new(),
            _ => (it.first.0..it.first.0 + it.count).map(|device| (DeviceId(device), it.line)).collect(),
        }
    }

    fn some_line_forwards_all(&self) -> bool {
        let route_points = self.route_points.iter().flat_map(|it| &it.lines);
        let ports = self.port_groups.iter().flat_map(|it| &it.lines);
        let phones = self.phone_groups.iter().flat_map(|it| &it.lines);
        route_points.chain(ports).chain(phones).any(|line| line.forwards.get(Forward::Cfa).is_some())
            || self.changes.iter().any(|change| change.forward == Forward::Cfa)
    }

    /// The lines of the devices of a route point or group; a number outside has none.
    pub fn lines_of(&self, group: Target) -> &[Line] {
        match group {
            Target::RoutePoint(id) => &self.route_points[id.index()].lines,
            Target::Ports(id) => &self.port_groups[id.index()].lines,
            Target::Phones(id) => &self.phone_groups[id.index()].lines,
            Target::Outside(_) => &[],
            Target::Numbers(id) => self.lines_of(self.numbers[id.index()].group),
        }
    }

    /// Where the settings of the lines of a route point or group are in a table of all lines, and how many there are.
    pub fn settings_of(&self, group: Target) -> (usize, usize) {
        let rows = match group {
            Target::RoutePoint(id) => self.route_points[id.index()].rows,
            Target::Ports(id) => self.port_groups[id.index()].rows,
            Target::Phones(id) => self.phone_groups[id.index()].rows,
            Target::Outside(_) => LineRows::default(),
            Target::Numbers(id) => return self.settings_of(self.numbers[id.index()].group),
        };
        (rows.settings as usize, self.lines_of(group).len())
    }

    /// How many devices a route point, a group or a range of numbers has.
    pub fn devices_of(&self, target: Target) -> u32 {
        match target {
            Target::RoutePoint(id) => self.route_points[id.index()].count,
            Target::Ports(id) => self.port_groups[id.index()].count,
            Target::Phones(id) => self.phone_groups[id.index()].count,
            Target::Outside(_) => 0,
            Target::Numbers(id) => self.numbers[id.index()].count,
        }
    }

    /// The line that a call to this target takes; a number outside has none.
    pub fn line(&self, target: Target) -> Option<&Line> {
        match target {
            Target::Numbers(id) => {
                let it = &self.numbers[id.index()];
                self.lines_of(it.group).get(usize::from(it.line))
            }
            group => self.lines_of(group).first(),
        }
    }

    /// The route point, group or number outside of a target: that of its devices, if it is a number.
    pub fn group_of(&self, target: Target) -> Target {
        match target {
            Target::Numbers(id) => self.numbers[id.index()].group,
            group => group,
        }
    }

    /// How many lines a device has.
    pub fn lines_at(&self, kind: DeviceKind, row: u16) -> usize {
        let row = usize::from(row);
        match kind {
            DeviceKind::RoutePoint => self.route_points[row].lines.len(),
            DeviceKind::CtiPort => self.port_groups[row].lines.len(),
            DeviceKind::Phone => self.phone_groups[row].lines.len(),
        }
    }
}
