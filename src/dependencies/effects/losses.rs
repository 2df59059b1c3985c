//! What is lost with a record.

use super::aftermath::{Aftermath, Pending, ServiceLoss};
use super::calls::Way;
use super::effect::{Consequence, Loss, Subject};
use crate::dependencies::graph::Dependencies;
use crate::dependencies::record::{RecordId, RecordKind, Role};
use crate::domain::{ApplicationId, Contact, DeviceId, DeviceKind, GiveUpReason, NodeId, Phase, ProcessFault, Target};
use crate::engine::Span;
use crate::plan::{Device, Dials, Plan, Topology, Treatment};
use crate::rules::admission::{self, Missing};
use crate::rules::application_failure::{self, Fate, Lost};
use crate::rules::device_recovery::{self, Asked, Recovery, RegistrationStatus};
use crate::rules::direct_topology::{self, Process};
use crate::rules::manager_choice::{self, ConnectReason};
use crate::rules::phones::{self, AfterMoving, Awareness, Moved};
use crate::rules::{call_survival, egress, heartbeat, ingress};
use crate::workload::units;

/// The connection of an application after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    /// As before.
    Kept,
    /// It changes over to the CTIManager of this node.
    Moves(NodeId),
    /// It has no other CTIManager to connect to.
    Lost,
}

/// The application that has a route point or port open after a failure.
#[derive(Clone, Copy)]
struct Opener {
    application: ApplicationId,
    /// What becomes of the connection over which it does.
    connection: Connection,
    /// Of how many of the devices that is said, if not of all.
    part: Option<u32>,
    /// Whether it is not the one that had it before.
    takes_over: bool,
}

/// The failure of a node or of one of its processes.
#[derive(Clone, Copy)]
struct NodeFailure {
    node: NodeId,
    callmanager: bool,
    ctimanager: bool,
    /// Whether the process that fails hangs.
    hangs: bool,
}

impl NodeFailure {
    fn lives(self, node: NodeId) -> bool {
        node != self.node || !self.callmanager
    }
}

impl Dependencies<'_> {
    pub(super) fn is_direct(&self) -> bool {
        self.plan.topology == Topology::Direct
    }

    /// The route points and the groups of ports and phones, each with one device that represents it.
    pub(super) fn devices(&self) -> impl Iterator<Item = (RecordId, &Device)> {
        let route_points = self.plan.route_points.iter().enumerate();
        let route_points = route_points.map(|(row, it)| (RecordKind::RoutePoint, row, it.first.index()));
        let ports = self.plan.port_groups.iter().enumerate();
        let ports = ports.map(|(row, group)| (RecordKind::CtiPort, row, group.first.index()));
        let phones = self.plan.phone_groups.iter().enumerate();
        let phones = phones.map(|(row, group)| (RecordKind::Phone, row, group.first.index()));
        let all = route_points.chain(ports).chain(phones);
        all.map(|(kind, row, device)| (self.of_kind(kind, row), &self.plan.devices[device]))
    }

    fn node_name(&self, node: NodeId) -> &str {
        &self.plan.nodes[node.index()].name
    }

    /// What opens the devices of applications at a node: its CTIManager, or before there were any its CallManager (R25).
    fn manager_name(&self, node: NodeId) -> String {
        let name = self.node_name(node);
        if self.is_direct() { format!("`{name}`") } else { format!("the CTIManager of `{name}`") }
    }
}

impl Aftermath<'_> {
    /// The loss itself, and what follows for devices, applications and groups.
    pub(super) fn lose(&mut self, subject: Subject) {
        let Subject { record, loss } = subject;
        let row = self.dependencies.row(record);
        match self.dependencies.record(record).kind {
            RecordKind::Node => self.lose_node(NodeFailure {
                node: NodeId(row as u16),
                callmanager: !matches!(loss, Loss::CtiManager(_)),
                ctimanager: !matches!(loss, Loss::CallManager(_)),
                hangs: matches!(loss, Loss::CallManager(ProcessFault::Hang) | Loss::CtiManager(ProcessFault::Hang)),
            }),
            RecordKind::Application => self.lose_application(row),
            RecordKind::User => self.lose_user(record),
            RecordKind::Database => self.lose_database(row),
            RecordKind::DevicePool | RecordKind::CallManagerGroup => self.lose_homes(record),
            RecordKind::DirectoryNumber => self.lose_number(record),
            RecordKind::RoutePoint | RecordKind::CtiPort | RecordKind::Phone | RecordKind::Destination => match loss {
                Loss::Devices(failed) => self.fail_devices(record, failed),
                _ => self.lose_device(record),
            },
            RecordKind::Traffic | RecordKind::Queue => {
                self.after.gone.insert(record);
            }
            RecordKind::SpeedDial => self.lose_speed_dial(record),
            RecordKind::ConferenceBridge => self.lose_bridge(record),
            RecordKind::Fault | RecordKind::Change => {}
        }
    }

    // A node or one of its processes fails.

    fn lose_node(&mut self, failure: NodeFailure) {
        let notice = self.dependencies.plan.parameters.callmanager_notice;
        self.unnoticed = Some(notice).filter(|&notice| failure.callmanager && failure.hangs && notice > Span::ZERO);
        let connections = self.lose_ctimanager(failure);
        if failure.callmanager {
            self.lose_member(failure);
            self.lose_ingress(failure);
            self.lose_egress(failure);
            self.lose_bridges_at(failure.node);
        }
        let devices: Vec<(RecordId, &Device)> = self.dependencies.devices().collect();
        for (record, device) in devices {
            match device.kind {
                DeviceKind::Phone => self.phone_loses(record, device, failure, &connections),
                _ => self.device_loses(record, device, failure, &connections),
            }
        }
    }

    /// What becomes of the connections over which an application has the devices of a group open: the worst of it, and of how
    /// many of the devices, unless it is the same for all.
    fn connection_of(
        &self,
        record: RecordId,
        id: ApplicationId,
        connections: &[Connection],
    ) -> (Connection, Option<u32>) {
        let plan = self.dependencies.plan;
        let Some(place) = self.dependencies.target_of(record) else { return (Connection::Kept, None) };
        let (first, count) = (plan.first_device(place).0, plan.devices_of(place));
        let its_own = |device| {
            let mut openers = plan.openers_of(DeviceId(device)).filter_map(|opener| plan.connection_of(opener));
            openers.find(|connection| plan.connections[connection.index()].application == id)
        };
        let outcomes = (first..first + count).filter_map(its_own).map(|connection| connections[connection.index()]);
        let outcomes: Vec<Connection> = outcomes.collect();
        let is_lost = |it: &&Connection| **it == Connection::Lost;
        let moves = |it: &&Connection| matches!(it, Connection::Moves(_));
        let worst = outcomes.iter().find(is_lost).or(outcomes.iter().find(moves)).copied().unwrap_or(Connection::Kept);
        let kept = outcomes.iter().filter(|it| **it == Connection::Kept).count() as u32;
        let part = (worst != Connection::Kept && kept > 0).then(|| count - kept);
        (worst, part)
    }

    /// Which of its applications has a route point or port open after a failure, and what that takes: of several that have it open
    /// at once, the first that keeps its connection; of those that stand by, the first that has one again.
    fn opener_after(&self, record: RecordId, device: &Device, connections: &[Connection]) -> Option<Opener> {
        let first = device.application?;
        let of = |application| {
            let (connection, part) = self.connection_of(record, application, connections);
            Opener { application, connection, part, takes_over: application != first }
        };
        let further = device.further.clone().map(|row| self.dependencies.plan.openers[row as usize].application);
        let all: Vec<Opener> = std::iter::once(first).chain(further).map(of).collect();
        let kept = all.iter().find(|it| device.is_shared() && it.connection == Connection::Kept);
        let mut chosen = *kept.or(all.iter().find(|it| it.connection != Connection::Lost)).unwrap_or(&all[0]);
        if chosen.takes_over && device.with_media && chosen.connection == Connection::Kept {
            // It is opened over a connection that is there already.
            let plan = self.dependencies.plan;
            let first = plan.applications[chosen.application.index()].ctimanagers.first();
            chosen.connection = first.map_or(Connection::Kept, |&manager| Connection::Moves(manager));
        }
        Some(chosen)
    }

    /// R20: where each application that used the CTIManager of the node connects.
    fn lose_ctimanager(&mut self, failure: NodeFailure) -> Vec<Connection> {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        let fails = match direct_topology::serves(plan.topology) {
            Process::CallManager => failure.callmanager,
            Process::CtiManager => failure.ctimanager,
        };
        let lost = dependencies.node_name(failure.node);
        let mut connections = Vec::new();
        for it in &plan.connections {
            let application = &plan.applications[it.application.index()];
            let record = dependencies.of_kind(RecordKind::Application, it.application.index());
            // Of several connections it is said which.
            let one = match application.connections {
                1 => String::new(),
                _ => format!("connection {}: ", connections.len() as u16 - application.first_connection.0 + 1),
            };
            let list = direct_topology::managers(plan.topology, &it.ctimanagers);
            let place = list.iter().position(|&node| node == failure.node);
            let lives = |node: NodeId| node != failure.node;
            if !application.may_use_cti {
                connections.push(Connection::Kept);
                continue;
            }
            let connection = match (
                place.filter(|_| fails),
                manager_choice::next(list, place.map_or(ConnectReason::Started, ConnectReason::Lost), lives),
            ) {
                (None, _) => Connection::Kept,
                (Some(0), Some(next)) if failure.hangs => {
                    let missed = |part| units::words(heartbeat::manager_missed_after(application.heartbeat, part));
                    let what = format!(
                        "connects to the CTIManager of `{}` once it has missed heartbeats for {} to {}",
                        dependencies.node_name(list[next]),
                        missed(Span::ZERO),
                        missed(application.heartbeat)
                    );
                    self.add(record, Consequence::Reconnects, what, &["R20", "R23"]);
                    Connection::Moves(list[next])
                }
                (Some(0), Some(next)) => {
                    let what = format!("{one}connects to the CTIManager of `{}`", dependencies.node_name(list[next]));
                    self.add(record, Consequence::Reconnects, what, &["R20"]);
                    Connection::Moves(list[next])
                }
                (Some(0), None) if dependencies.is_direct() => {
                    let what = format!("stays out until `{lost}`, which it is tied to, is back");
                    self.add(record, Consequence::StaysOut, what, &["R25"]);
                    Connection::Lost
                }
                (Some(0), None) => {
                    let what = format!("{one}stays out until the CTIManager of `{lost}` is back: it may use no other");
                    self.add(record, Consequence::StaysOut, what, &["R20"]);
                    Connection::Lost
                }
                (Some(_), _) => {
                    let left = names(dependencies, list.iter().filter(|&&node| lives(node)));
                    self.add(record, Consequence::FewerSpares, format!("{one}may use {left} only"), &["R20"]);
                    Connection::Kept
                }
            };
            connections.push(connection);
        }
        connections
    }

    /// Groups that lose a member.
    fn lose_member(&mut self, failure: NodeFailure) {
        let dependencies = self.dependencies;
        let node = dependencies.of_kind(RecordKind::Node, failure.node.index());
        for group in dependencies.users_of(node).filter(|it| matches!(it.role, Role::Member(_))) {
            let members = dependencies.uses_of(group.user).filter(|it| it.used != node);
            let left: Vec<&str> = members.map(|it| dependencies.record(it.used).name.as_str()).collect();
            let (outcome, what) = match left[..] {
                [] => (Consequence::StaysOut, "has no member left".to_owned()),
                _ => (Consequence::FewerSpares, format!("has {} left", crate::workload::enumeration(&left))),
            };
            self.add(group.user, outcome, what, &["R7"]);
        }
    }

    /// Sources whose calls come in at the node.
    fn lose_ingress(&mut self, failure: NodeFailure) {
        let dependencies = self.dependencies;
        let lost = dependencies.node_name(failure.node);
        for (row, source) in dependencies.plan.sources.iter().enumerate() {
            let record = dependencies.of_kind(RecordKind::Traffic, row);
            if !source.ingress.contains(&failure.node) {
                continue;
            }
            let end = self.end_of_changing();
            let in_progress = format!("calls that came in at `{lost}` and are being set up or changed {end}");
            self.add(record, Consequence::Lost, in_progress, &["R15"]);
            let mut from_then_on = String::new();
            if let Some(unnoticed) = self.unnoticed.map(units::words) {
                let what = format!("for {unnoticed} its calls still come in at `{lost}`, and wait there");
                self.add(record, Consequence::Waits, what, &["R15"]);
                from_then_on = format!("after {unnoticed} ");
            }
            if ingress::chosen(&source.ingress, 0, |node| failure.lives(node)).is_err() {
                self.after.silenced.insert(record);
                let what = format!("{from_then_on}its calls are refused (no_callmanager): they have no other ingress");
                self.add(record, Consequence::Refused, what, &["R13"]);
            } else {
                let left = source.ingress.iter().filter(|&&node| failure.lives(node));
                let what = format!("{from_then_on}its calls come in at {} only", names(dependencies, left));
                self.add(record, Consequence::Moves, what, &["R13"]);
            }
        }
    }

    /// Outside lines of the node: they move to the next node in the order of the file.
    fn lose_egress(&mut self, failure: NodeFailure) {
        let dependencies = self.dependencies;
        let count = dependencies.plan.nodes.len() as u16;
        for (row, destination) in dependencies.plan.destinations.iter().enumerate() {
            if destination.egress != failure.node {
                continue;
            }
            let record = dependencies.of_kind(RecordKind::Destination, row);
            self.calls_through(record);
            if let Some(next) = egress::next(failure.node, count, |node| failure.lives(node)) {
                let what = format!("calls leave for it at `{}`", dependencies.node_name(next));
                self.add(record, Consequence::Moves, what, &["R13"]);
            } else {
                self.wait_until_noticed(record);
                self.after.out_of_service.insert(record, ServiceLoss::Out);
                self.add(record, Consequence::StaysOut, "cannot be reached: there is no other node", &["R13"]);
            }
        }
    }

    /// A route point or port group: out of service with its CallManager, not opened without its CTIManager.
    fn device_loses(&mut self, record: RecordId, device: &Device, failure: NodeFailure, connections: &[Connection]) {
        let Some(opener) = self.opener_after(record, device, connections) else { return };
        let Opener { application, connection, part, takes_over } = opener;
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        let is_home = !failure.lives(device.group[0]);
        let at = |node: NodeId| dependencies.node_name(node);
        let name = &plan.applications[application.index()].name;
        let it = &plan.applications[application.index()];
        // An application that opens all its devices again also requests those it had lost.
        let recovers = device.recovery.unwrap_or(it.recovery);
        let recovery = match (connection, device_recovery::may_recover(recovers)) {
            (Connection::Kept, Err(because)) => Recovery::GiveUp(because),
            _ => {
                let status = if is_home { RegistrationStatus::Unregistered } else { RegistrationStatus::Registered };
                // What a loss affects is said of the time when it has been noticed.
                let answer = |node| {
                    let lives = failure.lives(node);
                    device_recovery::answer(Asked { runs: lives, reachable: lives, noticed: !lives })
                };
                device_recovery::recover(status, device.group[0], &device.group, 0, &device.cannot_open_on, answer)
            }
        };
        let own = it.ctimanagers[0];
        let out_of_reach = |node: NodeId| !direct_topology::reaches(plan.topology, own, node);
        if self.before.out_of_service.contains_key(&record) {
            // An application tied to another CallManager than the device's reaches the device once it moves there (R25).
            if is_home && connection == Connection::Kept && recovery == Recovery::Open(own) {
                self.after.out_of_service.remove(&record);
                self.add(
                    record,
                    Consequence::Moves,
                    format!("moves to `{}`, where `{name}` reaches it", at(own)),
                    &["R25"],
                );
            }
            return;
        }
        type Description = (Consequence, String, &'static [&'static str], ServiceLoss);
        let (outcome, what, rules, loss): Description = match (connection, recovery) {
            (Connection::Kept, _) if !is_home => {
                if takes_over {
                    let what = format!("`{name}` still has it open");
                    self.add(record, Consequence::FewerSpares, what, &["R4"]);
                }
                return;
            }
            (Connection::Lost, _) => {
                let what = format!("is not open until `{name}` is back");
                (Consequence::StaysOut, what, &["R22"], ServiceLoss::Out)
            }
            (Connection::Moves(manager), _) if !is_home => {
                let what = match takes_over {
                    true => format!("is not open until `{name}`, which stands by, has opened it"),
                    false => format!("is not open until `{name}` has opened it again through `{}`", at(manager)),
                };
                let rules: &[&str] = if takes_over { &["R4"] } else { &["R20"] };
                (Consequence::Reopened, what, rules, ServiceLoss::Pauses)
            }
            // What is lost and cannot be reached is not asked, so that nothing times out.
            (_, Recovery::Wait | Recovery::TimesOut(_)) => {
                let what = "stays out of service: its group has no other CallManager".to_owned();
                (Consequence::StaysOut, what, &["R16"], ServiceLoss::Out)
            }
            (_, Recovery::GiveUp(GiveUpReason::CannotOpen)) => {
                let what = "is closed: the next CallManager of its group cannot open it".to_owned();
                (Consequence::Closed, what, &["R17"], ServiceLoss::Out)
            }
            (_, Recovery::GiveUp(_)) => {
                (Consequence::Closed, format!("is closed: `{name}` forbids recovery"), &["R19"], ServiceLoss::Out)
            }
            (Connection::Kept, Recovery::Open(node)) if out_of_reach(node) => {
                let what = format!("is not open until it rehomes: `{name}` does not reach `{}`", at(node));
                (Consequence::StaysOut, what, &["R25"], ServiceLoss::Out)
            }
            (Connection::Kept, Recovery::Open(node)) => {
                let what = format!("moves to `{}`, and rehomes when it has no call", at(node));
                (Consequence::Moves, what, &["R13", "R18"], ServiceLoss::Pauses)
            }
            (Connection::Moves(manager), Recovery::Open(node)) => {
                let (manager, node) = (at(manager), at(node));
                let what = format!(
                    "moves to `{node}` once `{name}` opens it through `{manager}`, and rehomes when it has no call"
                );
                (Consequence::Moves, what, &["R13", "R18", "R20"], ServiceLoss::Pauses)
            }
        };
        let (what, loss) = match part.filter(|_| !is_home) {
            // The others go on: they belong to another connection.
            Some(part) => (format!("{part} of its devices: {what}"), ServiceLoss::Pauses),
            None => (what, loss),
        };
        self.add(record, outcome, what, rules);
        if is_home && device.kind == DeviceKind::RoutePoint {
            // A port that is out of service is not chosen.
            self.wait_until_noticed(record);
        }
        self.put_out_of_service(record, loss);
        if is_home {
            self.calls_through(record);
        } else {
            self.calls_left(record, Lost::CtiManager, &["R20"]);
        }
    }

    /// A phone group: phones find another CallManager by themselves, and work without an application.
    fn phone_loses(&mut self, record: RecordId, device: &Device, failure: NodeFailure, connections: &[Connection]) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        let at = |node: NodeId| dependencies.node_name(node);
        let is_home = !failure.lives(device.group[0]);
        let moves_to =
            phones::moves_to(Awareness::Aware, 0, &device.group, |node| failure.lives(node)).filter(|_| is_home);
        if is_home {
            match moves_to {
                Some(node) => {
                    let what = format!("each phone moves to `{}` once it notices, but not during a call", at(node));
                    self.add(record, Consequence::Moves, what, &["R14"]);
                    self.put_out_of_service(record, ServiceLoss::Pauses);
                }
                None => {
                    let what = "stays out of service: its group has no other CallManager";
                    self.add(record, Consequence::StaysOut, what, &["R14", "R16"]);
                    self.put_out_of_service(record, ServiceLoss::Out);
                }
            }
            self.calls_through(record);
        }
        let further = device.further.clone().map(|row| plan.openers[row as usize].application);
        for id in device.application.into_iter().chain(further) {
            let (connection, part) = self.connection_of(record, id, connections);
            self.phone_loses_control(record, device, id, is_home, moves_to, connection, part);
        }
    }

    /// What it means for one of its applications.
    #[expect(clippy::too_many_arguments, reason = "all that is known of the phone and the application")]
    fn phone_loses_control(
        &mut self,
        record: RecordId,
        device: &Device,
        id: ApplicationId,
        is_home: bool,
        moves_to: Option<NodeId>,
        connection: Connection,
        part: Option<u32>,
    ) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        let at = |node: NodeId| dependencies.node_name(node);
        let application = &plan.applications[id.index()];
        let name = &application.name;
        if connection == Connection::Kept && !is_home {
            return;
        }
        let of = part.filter(|_| !is_home).map_or(String::new(), |part| format!("{part} of them: "));
        let can_open = |node| device_recovery::can_open(RegistrationStatus::Unregistered, node, &device.cannot_open_on);
        let moved = Moved {
            connected: connection != Connection::Lost,
            // A CTIManager that it changes over to opens all devices again.
            opened: matches!(connection, Connection::Moves(_)),
            recovery: device.recovery.unwrap_or(application.recovery),
            can_open: moves_to.is_none_or(can_open),
        };
        match (phones::after_moving(moved), connection, moves_to) {
            (AfterMoving::Away, ..) => {
                let what =
                    format!("{of}`{name}` does not control it until it is back itself{}", by_hand(plan, device, id));
                self.add(record, Consequence::Uncontrolled, what, &["R20"]);
            }
            (AfterMoving::Forbidden, ..) => {
                let what = format!("`{name}` loses control of it: it forbids recovery");
                self.add(record, Consequence::Uncontrolled, what, &["R19"]);
            }
            (AfterMoving::CannotOpen, _, Some(node)) => {
                let what = format!("`{name}` does not control it while it is on `{}`, which cannot open it", at(node));
                self.add(record, Consequence::Uncontrolled, what, &["R17"]);
            }
            (AfterMoving::Controls, Connection::Moves(manager), _) => {
                let by_hand = by_hand(plan, device, id);
                let what = format!(
                    "{of}`{name}` does not control it until it has opened it through `{}`{by_hand}",
                    at(manager)
                );
                self.add(record, Consequence::Reopened, what, &["R20"]);
            }
            (AfterMoving::CannotOpen | AfterMoving::Controls | AfterMoving::Reopens, ..) => {}
        }
    }

    /// R15: the calls at a device, or over an outside line, whose CallManager fails.
    fn calls_through(&mut self, record: RecordId) {
        self.calls_of(record, "");
    }

    /// The calls at devices of a record that fail: `which` says at which, if it is not all of them.
    fn calls_of(&mut self, record: RecordId, which: &str) {
        let Some(place) = self.dependencies.target_of(record) else { return };
        let media = self.dependencies.plan.media_without_callmanager(place);
        let end = self.end_of_changing();
        let connected = match call_survival::callmanager_failed(Phase::Talking, Contact::Connected, None, media) {
            None => "; connected ones go on without control",
            Some(_) if self.unnoticed.is_some() => "; connected ones go on until then, and are dropped, too",
            Some(_) => ", and so are connected ones",
        };
        let what = format!("{which}calls being set up or changed {end}{connected}");
        self.add(record, Consequence::Lost, what, &["R15"]);
    }

    /// R15: what happens to calls being set up or changed through what fails.
    fn end_of_changing(&self) -> String {
        match self.unnoticed {
            None => "are dropped".to_owned(),
            Some(unnoticed) => format!("wait, and are dropped after {}", units::words(unnoticed)),
        }
    }

    /// Describes the new calls that are sent to a CallManager that hangs until that is noticed.
    fn wait_until_noticed(&mut self, record: RecordId) {
        if let Some(unnoticed) = self.unnoticed {
            self.sent_in_vain.insert(record);
            let what = format!("for {} new calls are sent there and wait", units::words(unnoticed));
            self.add(record, Consequence::Waits, what, &["R15"]);
        }
    }

    /// Puts a device out of service, and prepares the description of its new calls.
    fn put_out_of_service(&mut self, record: RecordId, loss: ServiceLoss) {
        self.after.out_of_service.insert(record, loss);
        self.pending.push((self.effects.len(), Pending::New));
        self.add(record, Consequence::Refused, "", &["R22"]);
    }

    // Devices fail by themselves.

    /// R15: so many devices of a record, which stay failed until their fault is over.
    fn fail_devices(&mut self, record: RecordId, failed: u32) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        let Some((_, device)) = dependencies.devices().find(|(id, _)| *id == record) else { return };
        if self.before.out_of_service.contains_key(&record) {
            return;
        }
        let all = dependencies.record(record).count;
        let left = all - u64::from(failed);
        let are = match (left, failed) {
            (0, _) => "is".to_owned(),
            (_, 1) => format!("1 of its {all} devices is"),
            (_, _) => format!("{failed} of its {all} devices are"),
        };
        let (outcome, end, rules) = self.comeback(device, failed);
        let outcome = if left > 0 && outcome == Consequence::StaysOut { Consequence::FewerSpares } else { outcome };
        self.add(record, outcome, format!("{are} {end}"), rules);
        match (left, dependencies.target_of(record)) {
            (0, _) => self.put_out_of_service(record, ServiceLoss::Out),
            (_, Some(place @ Target::RoutePoint(_))) => {
                let rejection = admission::out_of_reach(Missing::Node, place);
                let route = dependencies.route(place, rejection, &self.after);
                let (outcome, way) = dependencies.way_in_words(&Way::Follows(route));
                self.add(record, outcome, format!("{failed} in {all} new calls {way}"), &["R5", "R22"]);
            }
            (1, _) => self.add(record, Consequence::Preserved, "new calls take the other one", &["R5"]),
            (_, _) => {
                self.add(record, Consequence::Preserved, format!("new calls take the other {left}"), &["R5"]);
            }
        }
        self.calls_of(record, if left > 0 { "at those that failed, " } else { "" });
        if device.kind == DeviceKind::Phone && plan.starts_controlled(device) {
            self.control_of_failed(record, device);
        }
    }

    /// What becomes of a failed device when its fault is over, after "it is".
    fn comeback(&self, device: &Device, failed: u32) -> (Consequence, String, &'static [&'static str]) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        let Some(application) = device.application.filter(|_| device.kind != DeviceKind::Phone) else {
            let end = "out of service until the fault is over; then each registers by itself, but not during a call";
            let end = if failed == 1 { end.replace("each", "it") } else { end.to_owned() };
            return (Consequence::StaysOut, end, &["R14"]);
        };
        let application = &plan.applications[application.index()];
        if device_recovery::may_recover(application.recovery).is_err() {
            return (Consequence::Closed, format!("closed: `{}` forbids recovery", application.name), &["R19"]);
        }
        let up = |_| device_recovery::answer(Asked { runs: true, reachable: true, noticed: false });
        let status = RegistrationStatus::Unregistered;
        match device_recovery::recover(status, device.group[0], &device.group, 0, &device.cannot_open_on, up) {
            Recovery::Open(node) => {
                let them = match failed {
                    1 => "it".to_owned(),
                    _ => format!("one every {}", units::words(plan.parameters.reopen_interval)),
                };
                let end = format!(
                    "out of service until the fault is over; then {} opens {them} on `{}`",
                    dependencies.manager_name(application.ctimanagers[0]),
                    dependencies.node_name(node)
                );
                (Consequence::StaysOut, end, &["R13"])
            }
            _ => {
                let home = dependencies.node_name(device.group[0]);
                let end = format!("out of service, and closed when the fault is over: `{home}` cannot open it");
                (Consequence::Closed, end, &["R17"])
            }
        }
    }

    /// The control of phones that fail and come back.
    fn control_of_failed(&mut self, record: RecordId, device: &Device) {
        let Some(id) = device.application else { return };
        let application = &self.dependencies.plan.applications[id.index()];
        let name = &application.name;
        if device_recovery::may_recover(application.recovery).is_err() {
            let what = format!("`{name}` loses control of what failed: it forbids recovery");
            self.add(record, Consequence::Uncontrolled, what, &["R19"]);
        } else {
            let manager = self.dependencies.manager_name(application.ctimanagers[0]);
            let what = format!("`{name}` controls what failed once {manager} has opened it again");
            self.add(record, Consequence::Reopened, what, &["R14"]);
        }
    }

    // An application fails, or can no longer do anything.

    fn lose_application(&mut self, row: usize) {
        self.lose_one_of(row, &[row]);
        let dependencies = self.dependencies;
        let application = dependencies.of_kind(RecordKind::Application, row);
        let name = &dependencies.record(application).name;
        for it in dependencies.users_of(application).filter(|it| it.role == Role::Through) {
            let what = format!("does not happen while `{name}` is down");
            self.add(it.user, Consequence::Lost, what, &["R12"]);
        }
    }

    /// Of several applications that fail together, one: its devices, and what it dials. Devices that name another one too are left to that.
    fn lose_one_of(&mut self, row: usize, rows: &[usize]) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        self.dials_nothing(row, rows);
        let devices: Vec<(RecordId, &Device)> = dependencies.devices().collect();
        for (record, device) in devices {
            let further = device.further.clone().map(|row| plan.openers[row as usize].application);
            let all: Vec<usize> = device.application.into_iter().chain(further).map(ApplicationId::index).collect();
            let left: Vec<usize> = all.iter().copied().filter(|other| !rows.contains(other)).collect();
            // Without any left, it is said of the first one.
            if !all.contains(&row) || left.is_empty() && device.kind != DeviceKind::Phone && all[0] != row {
                continue;
            }
            if let [next, ..] = left[..]
                && device.kind != DeviceKind::Phone
            {
                let next = &plan.applications[next].name;
                if all[0] == row && device.with_media {
                    let what = format!("is not open until `{next}`, which stands by, has opened it");
                    self.add(record, Consequence::Reopened, what, &["R4"]);
                    self.put_out_of_service(record, ServiceLoss::Pauses);
                    self.calls_left(record, Lost::Application, &["R24"]);
                } else {
                    let what = format!("`{next}` still has it open");
                    self.add(record, Consequence::FewerSpares, what, &["R4"]);
                }
                continue;
            }
            if device.kind == DeviceKind::Phone {
                let by_hand = by_hand(plan, device, ApplicationId(row as u16));
                let what =
                    format!("`{}` does not control it, but it still works{by_hand}", plan.applications[row].name);
                self.add(record, Consequence::Uncontrolled, what, &["R24"]);
            } else if !self.before.out_of_service.contains_key(&record) {
                self.add(record, Consequence::StaysOut, "no application has it open", &["R22"]);
                self.put_out_of_service(record, ServiceLoss::Out);
                self.calls_left(record, Lost::Application, &["R24"]);
            }
        }
    }

    /// The sources of which nothing is dialled while the applications of these rows are gone; said of one of them.
    fn dials_nothing(&mut self, row: usize, rows: &[usize]) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        for (source, it) in plan.sources.iter().enumerate() {
            let Some(callers) = it.from else { continue };
            let dials: Vec<usize> = match callers.by {
                Dials::Person => continue,
                Dials::Application(id) => vec![id.index()],
                Dials::Holder => {
                    plan.applications_of(plan.first_device(callers.group)).map(ApplicationId::index).collect()
                }
            };
            if dials.first() == Some(&row) && dials.iter().all(|it| rows.contains(it)) {
                let what = format!("`{}` dials none of its calls", plan.applications[row].name);
                self.add(dependencies.of_kind(RecordKind::Traffic, source), Consequence::Lost, what, &["R10"]);
            }
        }
    }

    /// R20, R24: the calls at a device that is no longer controlled, first those that wait there for the application.
    fn calls_left(&mut self, record: RecordId, lost: Lost, rules: &'static [&'static str]) {
        let plan = self.dependencies.plan;
        let Some(place) = self.dependencies.target_of(record) else { return };
        let fate = |phase| application_failure::fate(phase, lost, plan.media_at(place));
        if let Some(Fate::Redirected(rejection)) = fate(Phase::Presented) {
            self.pending.push((self.effects.len(), Pending::Waiting(rejection)));
            self.add(record, Consequence::Lost, "", rules);
        }
        let (outcome, what) = match (fate(Phase::Talking), lost) {
            // A route point that only redirects has no connected calls.
            (_, Lost::Application) if self.only_redirects(place) => return,
            (Some(Fate::Lost(_)), _) => (Consequence::Lost, "connected calls end: their media is the application's"),
            (_, Lost::Application) => {
                (Consequence::Preserved, "connected calls go on, but can no longer be transferred")
            }
            (_, Lost::CtiManager) => (Consequence::Preserved, "connected calls go on"),
        };
        self.add(record, outcome, what, rules);
    }

    fn only_redirects(&self, place: Target) -> bool {
        let Target::RoutePoint(id) = place else { return false };
        matches!(self.dependencies.plan.route_points[id.index()].treatment, Treatment::Redirect(_))
    }

    /// R2: an application without its user opens nothing.
    fn lose_user(&mut self, record: RecordId) {
        let dependencies = self.dependencies;
        let may_use_cti = |row: &usize| dependencies.plan.applications[*row].may_use_cti;
        let users = dependencies.users_of(record).map(|it| dependencies.row(it.user));
        let rows: Vec<usize> = users.filter(may_use_cti).collect();
        for &row in &rows {
            let user = dependencies.of_kind(RecordKind::Application, row);
            self.add(user, Consequence::StaysOut, "cannot log in, and opens nothing", &["R2"]);
            self.lose_one_of(row, &rows);
        }
    }

    /// No database fails in a run. This is what follows from the model of a database whose look-ups never end.
    fn lose_database(&mut self, row: usize) {
        let (dependencies, plan) = (self.dependencies, self.dependencies.plan);
        for (user, application) in plan.applications.iter().enumerate() {
            let looks_up = application.lookup.is_some() && application.database.is_some_and(|id| id.index() == row);
            let has_route_point =
                plan.route_points.iter().any(|it| it.openers.applications.iter().any(|id| id.index() == user));
            if looks_up && has_route_point {
                let what = "each new call at its route points holds a worker for good; when all wait, no heartbeat \
                            is sent and it is closed";
                self.add(
                    dependencies.of_kind(RecordKind::Application, user),
                    Consequence::Closed,
                    what,
                    &["R10", "R23"],
                );
                self.lose_application(user);
            }
        }
    }

    // Something is removed from the cluster.

    /// A pool or group: its devices have no CallManager to register with.
    fn lose_homes(&mut self, record: RecordId) {
        let dependencies = self.dependencies;
        for it in dependencies.users_of(record) {
            if dependencies.record(it.user).kind == RecordKind::DevicePool {
                self.add(it.user, Consequence::Astray, "names no CallManager group any more", &["R7"]);
                self.lose_homes(it.user);
            } else {
                self.add(it.user, Consequence::StaysOut, "has no CallManager to register with", &["R7"]);
                self.put_out_of_service(it.user, ServiceLoss::Out);
            }
        }
    }

    fn lose_number(&mut self, record: RecordId) {
        let dependencies = self.dependencies;
        self.after.gone.insert(record);
        for line in dependencies.users_of(record).filter(|it| it.role == Role::Line) {
            let others = dependencies.uses_of(line.user).filter(|it| it.role == Role::Line && it.used != record);
            let others: Vec<&str> = others.map(|it| dependencies.record(it.used).name.as_str()).collect();
            let what = match others[..] {
                [] => "has no number left: it gets only calls sent to its name".to_owned(),
                _ => format!("has {} left", crate::workload::enumeration(&others)),
            };
            self.add(line.user, Consequence::FewerSpares, what, &[]);
        }
    }

    fn lose_speed_dial(&mut self, record: RecordId) {
        let dependencies = self.dependencies;
        self.after.gone.insert(record);
        for it in dependencies.users_of(record) {
            match it.role {
                Role::SpeedDial => {
                    let what = format!("has no `{}` to dial", dependencies.record(record).name);
                    self.after.silenced.insert(it.user);
                    self.add(it.user, Consequence::Astray, what, &["R12"]);
                }
                _ => self.add(it.user, Consequence::Astray, "has nothing to change", &["R12"]),
            }
        }
    }

    fn lose_device(&mut self, record: RecordId) {
        let dependencies = self.dependencies;
        self.after.gone.insert(record);
        for it in dependencies.uses_of(record).filter(|it| it.role == Role::Line) {
            self.add(it.used, Consequence::Astray, "leads nowhere", &[]);
        }
        for it in dependencies.users_of(record).filter(|it| it.role == Role::Associated) {
            let what = format!("names `{}`, which is gone", dependencies.record(record).name);
            self.add(it.user, Consequence::Astray, what, &["R3"]);
        }
        for it in dependencies.users_of(record).filter(|it| it.role == Role::Changes) {
            self.add(it.user, Consequence::Astray, "has nothing to change", &["R12"]);
        }
        for it in dependencies.users_of(record).filter(|it| it.role == Role::Phones) {
            self.add(it.user, Consequence::Astray, "has no phones that dial it", &["R12"]);
        }
    }
}

/// The names of nodes.
fn names<'n>(dependencies: &Dependencies<'_>, nodes: impl Iterator<Item = &'n NodeId>) -> String {
    let names: Vec<&str> = nodes.map(|&node| dependencies.node_name(node)).collect();
    crate::workload::enumeration(&names)
}

/// What is missing at a phone while an application does not control it, which works on by hand: nothing if the application only
/// follows what happens.
fn by_hand(plan: &Plan, device: &Device, application: ApplicationId) -> String {
    let group = &plan.phone_groups[usize::from(device.row)];
    let shows = plan.applications[application.index()].lookup.is_some();
    let answers = group.answer_by == Some(application);
    let changes = group.changes.done().any(|it| it.by == Some(application));
    let dials = plan.sources.iter().filter_map(|it| it.from).any(|callers| {
        callers.by == Dials::Application(application) && plan.first_device(callers.group) == group.first
    });
    let missing = [
        (shows, "nobody sees who calls"),
        (answers, "people answer by hand"),
        (changes, "people change calls by hand"),
        (dials, "nothing is dialled"),
    ];
    let missing: Vec<&str> = missing.into_iter().filter_map(|(is_so, what)| is_so.then_some(what)).collect();
    if missing.is_empty() { String::new() } else { format!("; meanwhile {}", missing.join(", ")) }
}
