//! R8: collects the records and uses of a workload. The workload is valid: every name in it refers to something.

use std::collections::BTreeMap;

use super::graph::Dependencies;
use super::record::{Position, Record, RecordId, RecordKind, Role, Use};
use crate::domain::Forward;
use crate::plan::{Number, Plan};
use crate::workload::{
    Associated, CallChanges, ForwardNames, Line, Name, RoutePoint, TargetName, TextRange, Topology, Transfer,
    TransferTo, Treatment, Workload,
};

impl<'a> Dependencies<'a> {
    /// The records of a workload. `text` is its source, `plan` its compiled form.
    pub fn new(workload: &Workload, plan: &'a Plan, text: &str) -> Dependencies<'a> {
        let mut collector = Collector { lines: Lines::new(text), ..Collector::default() };
        collector.define_all(workload);
        collector.use_all(workload, plan);
        let Collector { records, uses, first, .. } = collector;
        let (mut by_user, mut by_used) = (vec![Vec::new(); records.len()], vec![Vec::new(); records.len()]);
        for (row, it) in uses.iter().enumerate() {
            by_user[it.user.index()].push(row as u32);
            by_used[it.used.index()].push(row as u32);
        }
        Dependencies { plan, records, uses, by_user, by_used, first }
    }
}

#[derive(Default)]
struct Collector<'w> {
    lines: Lines<'w>,
    records: Vec<Record>,
    uses: Vec<Use>,
    first: [u32; RecordKind::ALL.len()],
    names: BTreeMap<(RecordKind, &'w str), RecordId>,
    /// Everything that a call can be sent to, directory numbers included: they share one space of names.
    targets: BTreeMap<&'w str, RecordId>,
    /// Consecutive numbers: the first, how many, and their record.
    ranges: Vec<(Number<'w>, u64, RecordId)>,
}

impl<'w> Collector<'w> {
    // Records.

    fn define_all(&mut self, workload: &'w Workload) {
        self.begin(RecordKind::Traffic);
        workload.traffic.iter().for_each(|it| self.define(RecordKind::Traffic, &it.name, 1));
        self.begin(RecordKind::SpeedDial);
        workload.speed_dials.iter().for_each(|it| self.define(RecordKind::SpeedDial, &it.name, 1));
        self.begin(RecordKind::DirectoryNumber);
        let lines = workload.route_points.iter().flat_map(RoutePoint::numbers);
        let phones = workload.phones.iter().flat_map(|it| &it.number);
        let outside = workload.destinations.iter().flat_map(|it| &it.number);
        lines.chain(phones).chain(outside).for_each(|number| self.define(RecordKind::DirectoryNumber, number, 1));
        ranges(workload).for_each(|(first, count)| self.define_range(first, count));
        self.begin(RecordKind::RoutePoint);
        workload
            .route_points
            .iter()
            .for_each(|it| self.define(RecordKind::RoutePoint, &it.name, it.count.value.into()));
        self.begin(RecordKind::CtiPort);
        workload.cti_ports.iter().for_each(|it| self.define(RecordKind::CtiPort, &it.name, it.count.value.into()));
        self.begin(RecordKind::Phone);
        workload.phones.iter().for_each(|it| self.define(RecordKind::Phone, &it.name, it.count.value.into()));
        self.begin(RecordKind::Destination);
        workload.destinations.iter().for_each(|it| self.define(RecordKind::Destination, &it.name, 1));
        self.begin(RecordKind::ConferenceBridge);
        workload.conference_bridges.iter().for_each(|it| self.define(RecordKind::ConferenceBridge, &it.name, 1));
        self.begin(RecordKind::Queue);
        workload.queues.iter().for_each(|it| self.define(RecordKind::Queue, &it.name, 1));
        self.begin(RecordKind::Application);
        workload.applications.iter().for_each(|it| self.define(RecordKind::Application, &it.name, 1));
        self.begin(RecordKind::User);
        for it in &workload.users {
            self.define(RecordKind::User, &it.name, 1);
            self.records.last_mut().expect("just defined").controls_all = it.devices == Associated::All;
        }
        self.begin(RecordKind::Database);
        workload.databases.iter().for_each(|it| self.define(RecordKind::Database, &it.name, 1));
        self.begin(RecordKind::DevicePool);
        workload.pools.iter().for_each(|it| self.define(RecordKind::DevicePool, &it.name, 1));
        self.begin(RecordKind::CallManagerGroup);
        workload.groups.iter().for_each(|it| self.define(RecordKind::CallManagerGroup, &it.name, 1));
        self.begin(RecordKind::Node);
        workload.nodes.iter().for_each(|it| self.define(RecordKind::Node, &it.name, 1));
        self.begin(RecordKind::Fault);
        for (row, it) in workload.faults.iter().enumerate() {
            match it.name.value.as_str() {
                "" => self.define_unnamed(RecordKind::Fault, row, failing_place(it.failing.as_ref())),
                _ => self.define(RecordKind::Fault, &it.name, 1),
            }
        }
        self.begin(RecordKind::Change);
        for (row, it) in workload.changes.iter().enumerate() {
            self.define_unnamed(RecordKind::Change, row, &it.of.place);
        }
    }

    fn begin(&mut self, kind: RecordKind) {
        self.first[kind as usize] = self.records.len() as u32;
    }

    fn define(&mut self, kind: RecordKind, name: &'w Name, count: u64) {
        let id = self.push(kind, name.value.clone(), &name.place, count);
        self.names.insert((kind, &name.value), id);
        if kind.takes_calls() || kind == RecordKind::DirectoryNumber {
            self.targets.insert(&name.value, id);
        }
    }

    /// Consecutive numbers: a use of one of them, or of some, is one of the record.
    fn define_range(&mut self, first: &'w Name, count: u64) {
        let number = Number::read(&first.value).filter(|_| count > 1);
        let last = number.map_or(String::new(), |number| format!("-{}", number.after(count - 1)));
        let id = self.push(RecordKind::DirectoryNumber, format!("{}{last}", first.value), &first.place, count);
        self.names.insert((RecordKind::DirectoryNumber, &first.value), id);
        self.ranges.extend(Number::read(&first.value).map(|number| (number, count, id)));
    }

    fn define_unnamed(&mut self, kind: RecordKind, row: usize, place: &TextRange) {
        self.push(kind, (row + 1).to_string(), place, 1);
    }

    fn push(&mut self, kind: RecordKind, name: String, place: &TextRange, count: u64) -> RecordId {
        let at = self.lines.position(place.start);
        self.records.push(Record { kind, name, at, controls_all: false, count });
        RecordId(self.records.len() as u32 - 1)
    }

    // Uses.

    fn use_all(&mut self, workload: &'w Workload, plan: &Plan) {
        for (row, it) in workload.traffic.iter().enumerate() {
            let user = self.id(RecordKind::Traffic, row);
            match workload.speed_dials.iter().find(|dial| dial.name.value == it.to.value) {
                // Its calls go where the speed dial leads.
                Some(dial) => {
                    self.named(user, Role::SpeedDial, RecordKind::SpeedDial, &it.to);
                    self.calls(user, Role::Calls, &dial.to);
                }
                None => self.calls(user, Role::Calls, &it.to),
            }
            if let Some(by) = &it.dial_by {
                self.named(user, Role::DialledBy, RecordKind::Application, by);
            }
            match &it.from {
                Some(phones) => self.calls(user, Role::Callers, phones),
                None => {
                    self.nodes(
                        user,
                        Role::Ingress,
                        it.ingress.as_deref(),
                        workload.nodes.len(),
                        0..workload.nodes.len(),
                    );
                }
            }
        }
        for (row, it) in workload.speed_dials.iter().enumerate() {
            let user = self.id(RecordKind::SpeedDial, row);
            self.calls(user, Role::Phones, &it.phones);
            self.calls(user, Role::Dials, &it.to);
        }
        self.devices(workload);
        for (row, it) in workload.queues.iter().enumerate() {
            let user = self.id(RecordKind::Queue, row);
            for (index, phones) in it.phones.iter().enumerate() {
                self.calls(user, Role::TakenBy(index + 1), phones);
            }
        }
        let direct = workload.topology == Topology::Direct;
        for (row, it) in workload.applications.iter().enumerate() {
            let user = self.id(RecordKind::Application, row);
            // The plan knows which nodes run a CTIManager, and that an application may be tied to one CallManager.
            let managers = plan.applications[row].ctimanagers.iter().map(|node| node.index());
            let role: fn(usize) -> Role = if direct { |_| Role::TiedTo } else { Role::CtiManager };
            self.nodes(user, role, it.ctimanagers.as_deref(), managers.len(), managers);
            if let Some((node, _)) = it.least_priority.as_ref().filter(|_| !direct) {
                self.named(user, Role::LeastPriority, RecordKind::Node, node);
            }
            if let Some(name) = &it.user {
                self.named(user, Role::User, RecordKind::User, name);
            }
            if let Some(database) = &it.database {
                self.named(user, Role::LookUp, RecordKind::Database, database);
            }
        }
        for (row, it) in workload.users.iter().enumerate() {
            let user = self.id(RecordKind::User, row);
            if let Associated::Listed(names) = &it.devices {
                names.iter().for_each(|device| self.calls(user, Role::Associated, device));
            }
        }
        for (row, it) in workload.pools.iter().enumerate() {
            let user = self.id(RecordKind::DevicePool, row);
            self.named(user, Role::CallManagerGroup, RecordKind::CallManagerGroup, &it.callmanager_group);
        }
        for (row, it) in workload.groups.iter().enumerate() {
            let user = self.id(RecordKind::CallManagerGroup, row);
            self.nodes(user, Role::Member, Some(&it.members), it.members.len(), 0..0);
        }
        self.faults_and_changes(workload);
    }

    fn devices(&mut self, workload: &'w Workload) {
        for (row, it) in workload.route_points.iter().enumerate() {
            let user = self.id(RecordKind::RoutePoint, row);
            it.numbers().for_each(|number| self.named(user, Role::Line, RecordKind::DirectoryNumber, number));
            self.device(user, &it.device_pool, &it.control.applications);
            match &it.treatment {
                Treatment::Redirect(targets) => {
                    targets.iter().for_each(|(to, share)| self.calls(user, Role::Redirect(*share), to));
                }
                Treatment::Answer { transfer, .. } => {
                    transfer.iter().for_each(|it| self.transfers(user, it));
                }
            }
            self.settings(user, &it.forwards, &it.cannot_open_on);
            self.lines(&it.lines, &it.forwards);
        }
        for (row, it) in workload.cti_ports.iter().enumerate() {
            let user = self.id(RecordKind::CtiPort, row);
            let numbers = it.lines.iter().filter_map(|line| line.number.as_ref());
            numbers.for_each(|number| self.named(user, Role::Line, RecordKind::DirectoryNumber, number));
            self.device(user, &it.device_pool, &it.control.applications);
            it.transfer.iter().for_each(|it| self.transfers(user, it));
            self.settings(user, &it.forwards, &it.cannot_open_on);
            self.lines(&it.lines, &it.forwards);
        }
        for (row, it) in workload.phones.iter().enumerate() {
            let user = self.id(RecordKind::Phone, row);
            let numbers = it.number.iter().chain(it.lines.iter().filter_map(|line| line.number.as_ref()));
            numbers.for_each(|number| self.named(user, Role::Line, RecordKind::DirectoryNumber, number));
            self.device(user, &it.device_pool, &it.control.applications);
            self.changes_of_calls(user, &it.changes);
            if let Some(by) = &it.answer_by {
                self.named(user, Role::AnsweredBy, RecordKind::Application, by);
            }
            self.settings(user, &it.forwards, &it.cannot_open_on);
            self.lines(&it.lines, &it.forwards);
        }
        for (row, it) in workload.conference_bridges.iter().enumerate() {
            let user = self.id(RecordKind::ConferenceBridge, row);
            self.named(user, Role::Carries, RecordKind::Node, &it.node);
        }
        for (row, it) in workload.destinations.iter().enumerate() {
            let user = self.id(RecordKind::Destination, row);
            it.number.iter().for_each(|number| self.named(user, Role::Line, RecordKind::DirectoryNumber, number));
            match &it.egress {
                Some(node) => self.named(user, Role::Egress, RecordKind::Node, node),
                None => self.implied(user, Role::Egress, self.id(RecordKind::Node, 0)),
            }
        }
    }

    /// What the people at phones do with calls.
    fn changes_of_calls(&mut self, user: RecordId, changes: &'w CallChanges) {
        if let Some(it) = &changes.transfer {
            self.calls(user, Role::Transfer(it.done.share.value), &it.to);
        }
        if let Some(it) = &changes.consult {
            self.calls(user, Role::Consult(it.done.share.value), &it.to);
        }
        if let Some(it) = &changes.conference {
            let share = it.done.share.value;
            self.calls(user, Role::Joins(share), &it.with);
            self.named(user, Role::Conference(share), RecordKind::ConferenceBridge, &it.bridge);
        }
        for by in changes.done().filter_map(|it| it.by.as_ref()) {
            self.named(user, Role::ChangedBy, RecordKind::Application, by);
        }
    }

    /// Where an application transfers the calls at a device: to a queue, or to what takes calls.
    fn transfers(&mut self, user: RecordId, it: &'w Transfer) {
        let role = match it.to {
            TransferTo::One(_) => Role::Transfer(it.share),
            TransferTo::ByWish(_) => Role::TransferByWish,
        };
        for name in it.to.places() {
            match self.names.contains_key(&(RecordKind::Queue, name.value.as_str())) {
                true => self.named(user, role, RecordKind::Queue, name),
                false => self.calls(user, role, name),
            }
        }
    }

    /// Where a device registers, and which applications control it.
    fn device(&mut self, user: RecordId, pool: &'w Name, applications: &'w [Name]) {
        if self.names.contains_key(&(RecordKind::DevicePool, pool.value.as_str())) {
            self.named(user, Role::DevicePool, RecordKind::DevicePool, pool);
        } else {
            self.named(user, Role::CallManagerGroup, RecordKind::CallManagerGroup, pool);
        }
        for application in applications {
            self.named(user, Role::ControlledBy, RecordKind::Application, application);
        }
    }

    fn settings(&mut self, user: RecordId, forwards: &'w ForwardNames, cannot_open_on: &'w [Name]) {
        for (forward, to) in Forward::ALL.into_iter().zip(forwards) {
            if let Some(to) = to {
                self.calls(user, Role::Forward(forward), to);
            }
        }
        cannot_open_on.iter().for_each(|node| self.named(user, Role::CannotOpenOn, RecordKind::Node, node));
    }

    /// What lines set that differs from their device: it belongs to their numbers.
    fn lines(&mut self, lines: &'w [Line], of_device: &'w ForwardNames) {
        for (line, number) in lines.iter().filter_map(|line| Some((line, line.number.as_ref()?))) {
            let Some(&user) = self.names.get(&(RecordKind::DirectoryNumber, number.value.as_str())) else { continue };
            line.own_forwards(of_device).for_each(|(forward, to)| self.calls(user, Role::Forward(forward), to));
            line.cannot_open_on.iter().for_each(|node| self.named(user, Role::CannotOpenOn, RecordKind::Node, node));
        }
    }

    fn faults_and_changes(&mut self, workload: &'w Workload) {
        for (row, it) in workload.faults.iter().enumerate() {
            let user = self.id(RecordKind::Fault, row);
            match it.failing.as_ref() {
                Some(TargetName::Application(name, _)) => {
                    self.named(user, Role::Strikes, RecordKind::Application, name)
                }
                Some(TargetName::CallManager(name, _) | TargetName::CtiManager(name, _) | TargetName::Node(name)) => {
                    self.named(user, Role::Strikes, RecordKind::Node, name);
                }
                Some(TargetName::Devices(_, name, _)) => self.calls(user, Role::Strikes, name),
                Some(TargetName::Link(from, to, _)) => {
                    // A node and an application may have the same name; then the node is meant.
                    let is_node = self.names.contains_key(&(RecordKind::Node, from.value.as_str()));
                    let kind = if is_node { RecordKind::Node } else { RecordKind::Application };
                    self.named(user, Role::Strikes, kind, from);
                    self.named(user, Role::Strikes, RecordKind::Node, to);
                }
                None => {}
            }
        }
        for (row, it) in workload.changes.iter().enumerate() {
            let user = self.id(RecordKind::Change, row);
            match self.names.contains_key(&(RecordKind::SpeedDial, it.of.value.as_str())) {
                true => self.named(user, Role::Changes, RecordKind::SpeedDial, &it.of),
                false => self.calls(user, Role::Changes, &it.of),
            }
            if let Some(application) = &it.through {
                self.named(user, Role::Through, RecordKind::Application, application);
            }
            if let Some(to) = &it.to {
                self.calls(user, Role::Dials, to);
            }
            for (forward, setting) in &it.settings {
                if let Some(to) = &setting.value {
                    self.calls(user, Role::ChangesTo(*forward), to);
                }
            }
        }
    }

    fn id(&self, kind: RecordKind, row: usize) -> RecordId {
        RecordId(self.first[kind as usize] + row as u32)
    }

    /// A use by a name of a known kind.
    fn named(&mut self, user: RecordId, role: Role, kind: RecordKind, name: &'w Name) {
        let used = self.names.get(&(kind, name.value.as_str())).copied();
        self.add(user, role, used, &name.place);
    }

    /// A use of something that takes calls, by its name or a directory number.
    fn calls(&mut self, user: RecordId, role: Role, name: &'w Name) {
        let used = self.targets.get(name.value.as_str()).copied();
        self.add(user, role, used.or_else(|| self.range_of(&name.value)), &name.place);
    }

    /// The record of the numbers that hold a number, or a range as "2001-2500".
    fn range_of(&self, text: &str) -> Option<RecordId> {
        let first = Number::read(text.split_once('-').map_or(text, |(first, _)| first))?;
        let holds =
            |(from, count, _): &&(Number<'w>, u64, RecordId)| from.distance(first).is_some_and(|steps| steps < *count);
        self.ranges.iter().find(holds).map(|(_, _, id)| *id)
    }

    /// The nodes that the file names, as many of them as count, or those that are meant where it names none.
    fn nodes(
        &mut self,
        user: RecordId,
        role: fn(usize) -> Role,
        names: Option<&'w [Name]>,
        count: usize,
        meant: impl Iterator<Item = usize>,
    ) {
        match names {
            Some(names) => {
                for (index, name) in names.iter().take(count).enumerate() {
                    self.named(user, role(index + 1), RecordKind::Node, name);
                }
            }
            None => {
                for (index, row) in meant.enumerate() {
                    self.implied(user, role(index + 1), self.id(RecordKind::Node, row));
                }
            }
        }
    }

    fn implied(&mut self, user: RecordId, role: Role, used: RecordId) {
        let at = self.records[user.index()].at;
        self.uses.push(Use { user, used, role, at, implied: true });
    }

    fn add(&mut self, user: RecordId, role: Role, used: Option<RecordId>, place: &TextRange) {
        let used = used.expect("a valid workload defines everything it names");
        let at = self.lines.position(place.start);
        self.uses.push(Use { user, used, role, at, implied: false });
    }
}

/// The lines whose devices have consecutive numbers: the first number, and the count.
fn ranges(workload: &Workload) -> impl Iterator<Item = (&Name, u64)> {
    fn of_lines(lines: &[Line], count: u64) -> impl Iterator<Item = (&Name, u64)> {
        lines.iter().filter_map(move |line| Some((line.number.as_ref()?, count)))
    }
    let ports = workload
        .cti_ports
        .iter()
        .flat_map(|it| of_lines(&it.lines, u64::from(it.count.value) * u64::from(it.lines_per_port.value)));
    ports.chain(workload.phones.iter().flat_map(|it| of_lines(&it.lines, u64::from(it.count.value))))
}

/// Where the target of an unnamed fault is given.
fn failing_place(failing: Option<&TargetName>) -> &TextRange {
    const NOWHERE: &TextRange = &(0..0);
    match failing {
        Some(
            TargetName::Application(name, _)
            | TargetName::CallManager(name, _)
            | TargetName::CtiManager(name, _)
            | TargetName::Devices(_, name, _)
            | TargetName::Node(name)
            | TargetName::Link(name, ..),
        ) => &name.place,
        None => NOWHERE,
    }
}

/// The lines of a text, to find the position of a byte.
#[derive(Default)]
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(index, _)| index + 1);
        Lines { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    fn position(&self, byte: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= byte);
        let before = &self.text[self.starts[line - 1]..byte];
        Position { line, column: before.chars().count() + 1 }
    }
}
