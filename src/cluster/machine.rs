//! The cluster: its plan, its rows of state, its future event list.

use super::event::Event;
use super::rows::application::ApplicationState;
use super::rows::call::Call;
use super::rows::change::Progress;
use super::rows::connection::{ConnectionState, Ends};
use super::rows::endpoint::{Endpoint, EndpointKind};
use super::rows::group::{PhoneState, PortState, QueueState, WrapUp};
use super::rows::link::LinkState;
use super::rows::node::{NodeState, Processor};
use super::rows::notification::Notification;
use super::rows::registration::{Claim, Registration};
use super::rows::source::SourceState;
use crate::domain::{CallName, DeviceKind, FaultTarget, Forwards, ProcessFault, StationId, Target};
use crate::engine::{
    Calendar, Distribution, Handle, Pool, Server, Servers, Service, Span, Stream, Time, Watchdog, stream_number,
};
use crate::facts::{Fact, Message, Party, Recorder, Task};
use crate::plan::{Fault, Occurs, Plan};
use crate::rules::node_choice;

/// One cluster. It is built once for a plan and used for any number of replications, which reuse its memory and nothing
/// else.
pub struct Cluster<'p, R> {
    pub(super) plan: &'p Plan,
    /// Observes the run.
    pub recorder: R,
    pub(super) now: Time,
    pub(super) calendar: Calendar<Event>,
    pub(super) calls: Pool<Call>,
    /// The devices, by [`crate::domain::DeviceId`], followed by the numbers outside.
    pub(super) endpoints: Vec<Endpoint>,
    /// The registrations of the devices, in the same order.
    pub(super) registrations: Vec<Registration>,
    /// The CallManager and the CTIManager of each node, by [`StationId`].
    pub(super) processors: Vec<Processor>,
    pub(super) nodes: Vec<NodeState>,
    /// Between nodes, and from applications to nodes.
    pub(super) links: Vec<LinkState>,
    pub(super) links_fail: bool,
    /// Whether a request for a connection may get no answer at all.
    pub(super) requests_get_lost: bool,
    /// How many CallManagers hang without anybody having noticed.
    pub(super) hangs_unnoticed: u32,
    pub(super) databases: Vec<Servers>,
    pub(super) applications: Vec<ApplicationState>,
    pub(super) connections: Vec<ConnectionState>,
    /// Their ends, in the same order.
    pub(super) ends: Vec<Ends>,
    /// Whether some device has several applications.
    pub(super) some_are_shared: bool,
    /// The claims of devices' further applications, in the order of the plan.
    pub(super) further_claims: Vec<Claim>,
    /// Messages about single devices: calls at route points that several applications have open, events of phones, requests.
    pub(super) notifications: Pool<Notification>,
    /// The slots of the calls that some application was notified of and can still act on, while this is looked up.
    pub(super) acted_on: Vec<usize>,
    /// Whether applications control phones. If none does, no phone has events.
    pub(super) phones_are_controlled: bool,
    /// How many people have asked an application for something that has not been done yet.
    pub(super) people_wait: u32,
    pub(super) ports: Vec<PortState>,
    pub(super) phones: Vec<PhoneState>,
    /// The calls that wait for people.
    pub(super) queues: Vec<QueueState>,
    /// The after-call work at each device, if there is any in the plan; otherwise empty.
    pub(super) wrap_ups: Vec<Option<WrapUp>>,
    /// Since when each device has been free, if it is a phone and some queue needs that; otherwise empty.
    pub(super) idle_since: Vec<Time>,
    /// The forward settings as they are now (R12): of all lines, then those of single devices that change by themselves,
    /// and last those of numbers outside, which have none.
    pub(super) forwards: Vec<Forwards>,
    /// What each speed dial dials now (R12).
    pub(super) speed_dials: Vec<Target>,
    /// The calls on each line of devices that have several.
    pub(super) line_calls: Vec<u32>,
    pub(super) sources: Vec<SourceState>,
    /// Whether devices dial. If none does, no call looks for the one that dialled it.
    pub(super) devices_dial: bool,
    /// The call that each device has dialled, if devices dial.
    pub(super) dialling: Vec<Option<Handle>>,
    /// What is being done with calls at phones, in the slots of the calls, if people at phones change calls.
    pub(super) progress: Vec<Progress>,
    /// How many conferences each bridge has.
    pub(super) bridges: Vec<u32>,
    /// The random number stream for how long phones take to notice that they have lost their CallManager.
    pub(super) phone_stream: Stream,
    /// One random number stream for each fault; only random faults draw from it.
    pub(super) fault_streams: Vec<Stream>,
    pub(super) accept_timers: Watchdog<(Handle, u8)>,
    pub(super) request_timers: Watchdog<(Handle, u8)>,
    /// Of what people ask applications for.
    pub(super) asked_timers: Watchdog<Handle>,
    /// Calls stranded by a failure, by when they reached their endpoint, while they are handled in that order.
    pub(super) stranded: Vec<(Time, u32, Handle)>,
}

impl<'p, R: Recorder> Cluster<'p, R> {
    /// A cluster for this plan.
    pub fn new(plan: &'p Plan, recorder: R) -> Cluster<'p, R> {
        let devices = plan.devices.iter().map(|device| {
            let kind = match device.kind {
                DeviceKind::RoutePoint => EndpointKind::RoutePoint,
                DeviceKind::CtiPort => EndpointKind::Port,
                DeviceKind::Phone => EndpointKind::Phone,
            };
            // Every CallManager is up when a run begins.
            let node = node_choice::first_live(&device.group, |_| true).expect("a plan's groups have members");
            Endpoint::new(kind, device.row, node, device.connection)
        });
        let outside = plan.destinations.iter().enumerate();
        let outside =
            outside.map(|(row, number)| Endpoint::new(EndpointKind::Outside, row as u16, number.egress, None));
        let processors = plan.stations().into_iter().take(plan.nodes.len() * 2).map(|station| {
            let stream = Stream::new(0, 0, stream_number("work", &station.name));
            Processor { server: Server::default(), stream }
        });
        let connections = plan.connections.iter().zip(0..).map(|(connection, row): (_, u16)| {
            let first = plan.applications[connection.application.index()].first_connection;
            ConnectionState::new(plan, connection, row - first.0)
        });
        Cluster {
            plan,
            recorder,
            now: Time::ZERO,
            calendar: Calendar::new(),
            calls: Pool::new(),
            registrations: devices.clone().map(|device| Registration::at(device.node)).collect(),
            endpoints: devices.chain(outside).collect(),
            processors: processors.collect(),
            nodes: plan.nodes.iter().map(|_| NodeState::default()).collect(),
            links: Vec::new(),
            links_fail: some_link_fails(plan),
            requests_get_lost: plan.faults.iter().any(|fault| loses_requests(fault.failing)),
            hangs_unnoticed: 0,
            databases: plan.databases.iter().map(|database| Servers::new(database.connections)).collect(),
            applications: plan.applications.iter().map(ApplicationState::new).collect(),
            connections: connections.collect(),
            ends: Vec::new(),
            some_are_shared: !plan.openers.is_empty(),
            further_claims: Vec::new(),
            notifications: Pool::new(),
            acted_on: Vec::new(),
            phones_are_controlled: plan.phone_groups.iter().any(|group| group.openers.first().is_some()),
            people_wait: 0,
            ports: plan.port_groups.iter().map(|group| PortState::new(&group.lines)).collect(),
            phones: plan.phone_groups.iter().map(|_| PhoneState::default()).collect(),
            queues: plan.queues.iter().map(|_| QueueState::default()).collect(),
            wrap_ups: Vec::new(),
            idle_since: Vec::new(),
            forwards: Vec::new(),
            line_calls: Vec::new(),
            speed_dials: Vec::new(),
            sources: plan.sources.iter().map(|source| SourceState::new(source, plan.sources.len())).collect(),
            devices_dial: plan.sources.iter().any(|source| source.from.is_some()),
            dialling: Vec::new(),
            progress: Vec::new(),
            bridges: Vec::new(),
            phone_stream: Stream::new(0, 0, stream_number("phones", "")),
            fault_streams: plan.faults.iter().map(fault_stream).collect(),
            accept_timers: Watchdog::new(plan.parameters.new_call_accept),
            request_timers: Watchdog::new(plan.parameters.request_timeout),
            asked_timers: Watchdog::new(plan.parameters.request_timeout),
            stranded: Vec::new(),
        }
    }

    pub(super) fn schedule(&mut self, at: Time, event: Event) {
        self.calendar.push(at, event);
    }

    #[inline(always)]
    pub(super) fn note(&mut self, fact: Fact) {
        self.recorder.note(self.now, fact);
    }

    /// Work arrives at a node's CallManager or CTIManager now; returns the time at which it is done. All work is served
    /// first come, first served: so delay grows with the calls that fan in to one process (R11).
    pub(super) fn work(
        &mut self,
        station: StationId,
        length: &Distribution,
        task: Task,
        call: Option<CallName>,
    ) -> Time {
        let length = self.processors[station.index()].draw(length);
        self.serve(station, length, task, call)
    }

    /// A device is opened, with all its lines: one piece of work, which has a first line and may have further ones.
    #[inline(never)]
    pub(super) fn opening(
        &mut self,
        station: StationId,
        task: Task,
        device: &Distribution,
        line: &Distribution,
        lines: usize,
    ) -> Time {
        let processor = &mut self.processors[station.index()];
        let mut length = processor.draw(device);
        for _ in 1..lines {
            length += processor.draw(line);
        }
        self.serve(station, length, task, None)
    }

    #[inline(always)]
    fn serve(&mut self, station: StationId, length: Span, task: Task, call: Option<CallName>) -> Time {
        let Service { started, finished } = self.processors[station.index()].server.serve(self.now, length);
        self.note(Fact::Served { station, task, call, arrived: self.now, started, finished });
        finished
    }

    /// A message about a call leaves at `departs`, and arrives at `arrives`.
    #[inline(always)]
    pub(super) fn sends(
        &mut self,
        call: CallName,
        message: Message,
        (from, departs): (Party, Time),
        (to, arrives): (Party, Time),
    ) {
        self.note(Fact::Sending { call, message, from, to, departs, arrives });
    }
}

/// Whether any link of this plan ever fails. If none does, messages need not check the links.
fn some_link_fails(plan: &Plan) -> bool {
    plan.faults.iter().any(|fault| matches!(fault.failing, FaultTarget::Link(..)))
}

/// Whether something does not answer, and does not refuse to either, while this fault lasts.
const fn loses_requests(failing: FaultTarget) -> bool {
    match failing {
        FaultTarget::Node(_)
        | FaultTarget::Link(..)
        | FaultTarget::CallManager(_, ProcessFault::Hang)
        | FaultTarget::CtiManager(_, ProcessFault::Hang) => true,
        FaultTarget::Application(..)
        | FaultTarget::CallManager(_, ProcessFault::Exit)
        | FaultTarget::CtiManager(_, ProcessFault::Exit)
        | FaultTarget::Devices(..) => false,
    }
}

/// The random number stream of a random fault.
fn fault_stream(fault: &Fault) -> Stream {
    match &fault.occurs {
        Occurs::Random { name, .. } => Stream::new(0, 0, stream_number("fault", name)),
        Occurs::Once { .. } => Stream::new(0, 0, 0),
    }
}
