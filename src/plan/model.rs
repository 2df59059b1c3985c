//! The tables of a plan, and what can be asked of them.

use std::ops::Range;

use super::application::{Application, Connection, Database};
use super::asked::Asked;
use super::change::ConferenceBridge;
use super::device::{Destination, Device, PhoneGroup, PortGroup, RoutePoint};
use super::faults::{Change, Fault, ParameterChange};
use super::node::Node;
use super::numbers::Numbers;
use super::parameters::{Links, Parameters};
use super::queue::{Queue, Transfer};
use super::source::Source;
use super::speed_dial::SpeedDial;
use crate::domain::{
    ApplicationId, CallName, ConnectionId, DatabaseId, DestinationId, DeviceId, DeviceKind, FaultTarget, NodeId,
    OpenerId, PhoneGroupId, PortGroupId, ReleaseProfile, RoutePointId, StationId, Target,
};
use crate::engine::{Span, Time};
use crate::rules::{application_failure, call_survival, direct_topology};
use crate::workload::{Clock, Study as StudyKind, Topology};

use super::window::Window;

/// One workload, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The workload's name: its file name without extension.
    pub name: String,
    /// The question it answers, in a sentence.
    pub question: String,
    /// Whether the study is terminating or steady-state.
    pub study: StudyKind,
    /// When a run ends. Time zero is the start of the warm-up.
    pub length: Time,
    /// The warm-up that the workload sets; `None`: pilot runs find it.
    pub warm_up: Option<Time>,
    /// The length that the workload sets for a bin of the timeline.
    pub bin: Span,
    /// The clock, if the workload says what it shows when a run starts.
    pub clock: Option<Clock>,
    /// What is measured beyond what every run measures.
    pub asked: Asked,
    /// The number of replications that the workload sets.
    pub replications: u32,
    /// The seed that the workload sets.
    pub seed: u64,
    /// The behaviour of the release.
    pub release: ReleaseProfile,
    /// Service parameters of the cluster.
    pub parameters: Parameters,
    /// One-way delays.
    pub links: Links,
    /// The servers.
    pub nodes: Vec<Node>,
    /// Databases.
    pub databases: Vec<Database>,
    /// Applications.
    pub applications: Vec<Application>,
    /// Their connections, in the order of the applications.
    pub connections: Vec<Connection>,
    /// Devices as their second and further applications see them; a device's own row stands for its first one.
    pub openers: Vec<Opener>,
    /// Route points.
    pub route_points: Vec<RoutePoint>,
    /// Groups of CTI ports.
    pub port_groups: Vec<PortGroup>,
    /// Groups of phones.
    pub phone_groups: Vec<PhoneGroup>,
    /// Numbers outside.
    pub destinations: Vec<Destination>,
    /// Queues: those of the workload, then those that single groups of phones have.
    pub queues: Vec<Queue>,
    /// What callers may want.
    pub wishes: Vec<String>,
    /// Every device: the route points in order, then the ports group by group, then the phones group by group.
    pub devices: Vec<Device>,
    /// Numbers and ranges of numbers that something refers to.
    pub numbers: Vec<Numbers>,
    /// How many lines there are, those of the devices of a group counted once.
    pub lines: u32,
    /// How many lines there are on devices with several lines that may have calls at the same time.
    pub counted_lines: u32,
    /// Lines of single devices whose settings change by themselves, in order.
    pub own_settings: Vec<(DeviceId, u8)>,
    /// Whether any line forwards all calls, or comes to do so.
    pub forwards_all: bool,
    /// Conference bridges.
    pub conference_bridges: Vec<ConferenceBridge>,
    /// Whether people at phones change calls: hold, transfer, conference.
    pub changes_calls: bool,
    /// Speed dials of phones.
    pub speed_dials: Vec<SpeedDial>,
    /// Sources of calls.
    pub sources: Vec<Source>,
    /// Faults, in the order of the file.
    pub faults: Vec<Fault>,
    /// Changes of forward settings and speed dials (R12), in order of time.
    pub changes: Vec<Change>,
    /// Changes of service parameters, in order of time.
    pub parameter_changes: Vec<ParameterChange>,
    /// Whether applications are tied to one CallManager each, as before CTIManagers existed (R25).
    pub topology: Topology,
}

/// A device, as its second or a further application sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opener {
    /// Which device.
    pub device: DeviceId,
    /// The application.
    pub application: ApplicationId,
    /// The connection over which it opens the device.
    pub connection: ConnectionId,
}

impl Plan {
    /// What the clock shows at a time of a run: `09:30:00`, or `00:10:00 +1` after midnight. `None` if the workload does not
    /// say when a run starts.
    pub fn clock(&self, time: Time) -> Option<String> {
        self.clock.map(|clock| clock.at(time))
    }

    /// The device of an application's view of one.
    #[inline]
    pub fn device_of(&self, opener: OpenerId) -> DeviceId {
        match opener.index().checked_sub(self.devices.len()) {
            None => DeviceId(opener.0),
            Some(row) => self.openers[row].device,
        }
    }

    /// The connection of an application's view of a device; `None` for a device without an application.
    #[inline]
    pub fn connection_of(&self, opener: OpenerId) -> Option<ConnectionId> {
        match opener.index().checked_sub(self.devices.len()) {
            None => self.devices[opener.index()].connection,
            Some(row) => Some(self.openers[row].connection),
        }
    }

    /// Every application's view of a device, in order; one even if it has no application.
    pub fn openers_of(&self, device: DeviceId) -> impl Iterator<Item = OpenerId> + Clone + use<> {
        let first_further = self.devices.len() as u32;
        let Range { start, end } = self.devices[device.index()].further;
        std::iter::once(OpenerId(device.0)).chain((first_further + start..first_further + end).map(OpenerId))
    }

    /// The applications that may have a device open, in order.
    pub fn applications_of(&self, device: DeviceId) -> impl Iterator<Item = ApplicationId> + Clone {
        let connections = self.openers_of(device).filter_map(|opener| self.connection_of(opener));
        connections.map(|connection| self.connections[connection.index()].application)
    }

    /// Whether an application allows a device to be recovered when its CallManager fails (R19).
    pub fn recovers(&self, device: DeviceId, application: ApplicationId) -> bool {
        self.devices[device.index()].recovery.unwrap_or(self.applications[application.index()].recovery)
    }

    /// The window that the workload sets; without a warm-up, the whole replication.
    pub fn window(&self) -> Window {
        Window { warm_up: self.warm_up.unwrap_or(Time::ZERO), bin: self.bin }
    }

    /// Whether the media of a connected call at a place survives the failure of a CallManager.
    #[inline]
    pub fn media_without_callmanager(&self, place: Target) -> call_survival::Media {
        let keeps_media = match self.group_of(place) {
            Target::Ports(id) => self.port_groups[id.index()].keeps_media,
            Target::Phones(id) => self.phone_groups[id.index()].keeps_media,
            Target::Outside(id) => self.destinations[id.index()].keeps_media,
            Target::RoutePoint(_) | Target::Numbers(_) => true,
        };
        if keeps_media { call_survival::Media::Continues } else { call_survival::Media::Stops }
    }

    /// The source of the media of calls that an application has at a place.
    #[inline]
    pub fn media_at(&self, place: Target) -> application_failure::Media {
        match self.group_of(place) {
            Target::Ports(id) if !self.port_groups[id.index()].media_from_application => {
                application_failure::Media::FromElsewhere
            }
            _ => application_failure::Media::FromApplication,
        }
    }

    /// The station of a node's CallManager.
    pub const fn callmanager(&self, node: NodeId) -> StationId {
        StationId(node.0 * 2)
    }

    /// The station of a node's CTIManager.
    pub const fn ctimanager(&self, node: NodeId) -> StationId {
        StationId(node.0 * 2 + 1)
    }

    /// The station of an application's workers.
    pub fn workers(&self, application: ApplicationId) -> StationId {
        StationId((self.nodes.len() * 2) as u16 + application.0)
    }

    /// The station of a database's connections.
    pub fn connections(&self, database: DatabaseId) -> StationId {
        StationId((self.nodes.len() * 2 + self.applications.len()) as u16 + database.0)
    }

    /// Every station's name, number of servers and whether it exists, in order of their ids.
    pub fn stations(&self) -> Vec<Station> {
        let mut stations = Vec::new();
        for node in &self.nodes {
            stations.push(Station { name: format!("{}.callmanager", node.name), servers: 1, exists: true });
            stations.push(Station {
                name: format!("{}.ctimanager", node.name),
                servers: 1,
                exists: node.ctimanager.is_some(),
            });
        }
        for application in &self.applications {
            stations.push(Station {
                name: format!("{}.workers", application.name),
                servers: application.workers,
                exists: true,
            });
        }
        for database in &self.databases {
            stations.push(Station {
                name: format!("{}.connections", database.name),
                servers: database.connections,
                exists: true,
            });
        }
        stations
    }

    /// Whether a device is in service when a run begins: every phone, and every route point and port whose application
    /// reaches it (in the direct topology only those of its own CallManager, R25).
    pub fn starts_open(&self, device: &Device) -> bool {
        device.kind == DeviceKind::Phone || self.starts_controlled(device)
    }

    /// Whether an application controls a device when a run begins: it controls all its devices that it reaches.
    pub fn starts_controlled(&self, device: &Device) -> bool {
        device.application.is_some_and(|application| {
            let own = self.applications[application.index()].ctimanagers[0];
            direct_topology::reaches(self.topology, own, device.group[0])
        })
    }

    /// The applications that control a device when a run begins by a claim of their own: a phone's, and those of what several have
    /// open, but for the one that it is registered through.
    pub fn controlled_at_start(&self, device: &Device) -> Vec<ApplicationId> {
        let further = device.further.clone().map(|row| self.openers[row as usize].application);
        match (device.kind, device.with_media) {
            (_, true) => Vec::new(),
            (DeviceKind::Phone, _) if !self.starts_controlled(device) => Vec::new(),
            (DeviceKind::Phone, _) => device.application.into_iter().chain(further).collect(),
            _ => further.collect(),
        }
    }

    /// The first device of a route point, or of a group of ports or phones.
    ///
    /// # Panics
    /// For a number outside, which has none.
    pub fn first_device(&self, target: Target) -> DeviceId {
        match target {
            Target::RoutePoint(id) => self.route_points[id.index()].first,
            Target::Ports(id) => self.port_groups[id.index()].first,
            Target::Phones(id) => self.phone_groups[id.index()].first,
            Target::Numbers(id) => self.numbers[id.index()].first,
            Target::Outside(_) => panic!("a number outside has no devices"),
        }
    }

    /// Whether a device with media has several applications.
    pub fn some_stand_by(&self) -> bool {
        self.devices.iter().any(Device::stands_by)
    }

    /// Whether an application looks up callers that ring at phones: then it pops up who calls.
    pub fn pops_up(&self, application: ApplicationId) -> bool {
        self.applications[application.index()].lookup.is_some()
            && self.phone_groups.iter().any(|group| group.openers.applications.contains(&application))
    }

    /// Whether any application does.
    pub fn some_pop_up(&self) -> bool {
        (0..self.applications.len() as u16).any(|row| self.pops_up(ApplicationId(row)))
    }

    /// Whether people at any phones do something through an application.
    pub fn some_ask(&self) -> bool {
        self.phone_groups.iter().any(|it| it.answer_by.is_some() || it.changes.some_by_application())
    }

    /// Whether any people have after-call work.
    pub fn some_wrap_up(&self) -> bool {
        self.phone_groups.iter().any(|it| it.wrap_up.is_some())
    }

    /// Whether any fault is of devices.
    pub fn some_device_fails(&self) -> bool {
        self.faults.iter().any(|fault| matches!(fault.failing, FaultTarget::Devices(..)))
    }

    /// What an application does with the calls at its device after their treatment, if it transfers any.
    pub fn transfer_at(&self, place: Target) -> Option<&Transfer> {
        match self.group_of(place) {
            Target::Ports(id) => self.port_groups[id.index()].transfer.as_ref(),
            Target::RoutePoint(id) => self.route_points[id.index()].treatment.transfer(),
            Target::Phones(_) | Target::Outside(_) | Target::Numbers(_) => None,
        }
    }

    /// How many queues the workload names itself: the first ones. Only these are measured.
    pub fn named_queues(&self) -> usize {
        self.queues.iter().take_while(|queue| !queue.of_group).count()
    }

    /// A target's name in the workload.
    pub fn target_name(&self, target: Target) -> &str {
        match target {
            Target::RoutePoint(id) => &self.route_points[id.index()].name,
            Target::Ports(id) => &self.port_groups[id.index()].name,
            Target::Phones(id) => &self.phone_groups[id.index()].name,
            Target::Outside(id) => &self.destinations[id.index()].name,
            Target::Numbers(id) => &self.numbers[id.index()].name,
        }
    }

    /// A call's name for people: its traffic, and the number of the caller there, counted from 0.
    pub fn call_name(&self, call: CallName) -> String {
        format!("{}:{}", self.sources[call.source.index()].name, call.number)
    }

    /// A device's name: that of its route point or group, and its number there if there are several.
    pub fn device_name(&self, device: DeviceId) -> String {
        let it = &self.devices[device.index()];
        let group = match it.kind {
            DeviceKind::RoutePoint => Target::RoutePoint(RoutePointId(it.row)),
            DeviceKind::CtiPort => Target::Ports(PortGroupId(it.row)),
            DeviceKind::Phone => Target::Phones(PhoneGroupId(it.row)),
        };
        let name = self.target_name(group);
        match self.devices_of(group) {
            1 => name.to_owned(),
            _ => format!("{name}/{}", device.0 - self.first_device(group).0 + 1),
        }
    }

    /// How many calls a pool takes at a time: a group of phones one each.
    pub fn pool_size(&self, pool: Target) -> u32 {
        match pool {
            Target::RoutePoint(RoutePointId(row)) => {
                let it = &self.route_points[row as usize];
                let of_each = it.lines.iter().fold(0, |sum: u32, line| sum.saturating_add(line.maximum_calls));
                of_each.saturating_mul(it.count)
            }
            Target::Numbers(id) => self.numbers[id.index()].count,
            Target::Ports(PortGroupId(row)) => self.port_groups[row as usize].count,
            Target::Phones(PhoneGroupId(row)) => self.phone_groups[row as usize].count,
            Target::Outside(DestinationId(row)) => self.destinations[row as usize].lines,
        }
    }
}

/// A station, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// `node.callmanager`, `node.ctimanager`, `application.workers` or `database.connections`.
    pub name: String,
    /// How many servers it has.
    pub servers: u32,
    /// Whether it exists: a node need not run a CTIManager.
    pub exists: bool,
}
