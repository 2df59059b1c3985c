//! The lines of a plan: their rows in tables, and what can be asked of them.

use super::device::{Line, LineRows};
use super::faults::{Change, Setting};
use super::model::Plan;
use crate::domain::{DeviceId, DeviceKind, Forward, Target};

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
            || self.changes.iter().any(|change| matches!(change.setting, Setting::Forward(Forward::Cfa, _)))
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

    /// How many devices a route point, a group or a range of numbers has; a number outside has none.
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
