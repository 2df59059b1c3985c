//! The machine that moves: one cluster, its callers and its applications, through one replication.
//!
//! [`Cluster::handle`] is the one place that leads from an event to its handler. A handler looks up, asks the rule,
//! changes state, notes the fact and schedules what follows. Handlers are grouped by whose life they are part of: a
//! caller's in `source`, a call's in `call` (R10), a device's in `device` and `recovery`, a node's in `node`, an
//! application's in `application`. That calls
//! which fan in to one place wait for each other (R11) follows from the stations all their messages pass.

mod application;
mod call;
mod device;
mod event;
mod link;
mod node;
mod recovery;
mod source;

use crate::domain::{DeviceKind, Forwards, StationId};
use crate::engine::{Calendar, Distribution, Handle, Pool, Server, Servers, Stream, Time, Watchdog, stream_number};
use crate::facts::{Fact, Recorder};
use crate::plan::Plan;
use crate::rules::node_choice;
use application::ApplicationState;
use call::Call;
use device::{PhoneState, Place, PlaceKind, PortState, Registration};
use event::Event;
use link::LinkState;
use node::{NodeState, fault_luck};
use source::SourceState;

/// A station of one server, with the luck of its service times.
struct Processor {
    server: Server,
    luck: Stream,
}

/// One cluster. It is built once for a plan and used for any number of replications: what a replication leaves behind
/// is memory, nothing else.
pub struct Cluster<'p, R> {
    plan: &'p Plan,
    /// Who takes note.
    pub recorder: R,
    now: Time,
    calendar: Calendar<Event>,
    calls: Pool<Call>,
    /// The devices, by [`crate::domain::DeviceId`], and behind them the numbers outside.
    places: Vec<Place>,
    /// Of the devices, in the same order.
    registrations: Vec<Registration>,
    /// The CallManager and the CTIManager of each node, by [`StationId`].
    processors: Vec<Processor>,
    nodes: Vec<NodeState>,
    /// Between nodes, and from applications to nodes.
    links: Vec<LinkState>,
    links_fail: bool,
    databases: Vec<Servers>,
    applications: Vec<ApplicationState>,
    ports: Vec<PortState>,
    phones: Vec<PhoneState>,
    /// The forward settings as they are now (R12).
    route_point_forwards: Vec<Forwards>,
    port_forwards: Vec<Forwards>,
    phone_forwards: Vec<Forwards>,
    sources: Vec<SourceState>,
    /// How long phones take to notice that they have lost their CallManager.
    phone_luck: Stream,
    /// One for each fault; only those that strike at random draw from it.
    fault_luck: Vec<Stream>,
    accept_timers: Watchdog<(Handle, u8)>,
    request_timers: Watchdog<(Handle, u8)>,
    /// Calls that a failing application leaves behind, by when they came where they are, while they are dealt with in order.
    stranded: Vec<(Time, u32, Handle)>,
}

impl<'p, R: Recorder> Cluster<'p, R> {
    /// A cluster for this plan.
    pub fn new(plan: &'p Plan, recorder: R) -> Cluster<'p, R> {
        let devices = plan.devices.iter().map(|device| {
            let kind = match device.kind {
                DeviceKind::RoutePoint => PlaceKind::RoutePoint,
                DeviceKind::CtiPort => PlaceKind::Port,
                DeviceKind::Phone => PlaceKind::Phone,
            };
            // Every CallManager lives when a run begins.
            let node = node_choice::first_live(&device.group, |_| true).expect("a plan's groups have members");
            Place::new(kind, device.row, node, device.application)
        });
        let outside = plan.destinations.iter().enumerate();
        let outside = outside.map(|(row, number)| Place::new(PlaceKind::Outside, row as u16, number.egress, None));
        let processors = plan.stations().into_iter().take(plan.nodes.len() * 2).map(|station| {
            let luck = Stream::new(0, 0, stream_number("work", &station.name));
            Processor { server: Server::default(), luck }
        });
        Cluster {
            plan,
            recorder,
            now: Time::ZERO,
            calendar: Calendar::new(),
            calls: Pool::new(),
            registrations: devices.clone().map(|device| Registration::at(device.node)).collect(),
            places: devices.chain(outside).collect(),
            processors: processors.collect(),
            nodes: NodeState::all(plan),
            links: Vec::new(),
            links_fail: Self::some_link_fails(plan),
            databases: plan.databases.iter().map(|database| Servers::new(database.connections)).collect(),
            applications: plan.applications.iter().map(ApplicationState::new).collect(),
            ports: plan.port_groups.iter().map(|_| PortState::default()).collect(),
            phones: plan.phone_groups.iter().map(|_| PhoneState::default()).collect(),
            route_point_forwards: Vec::new(),
            port_forwards: Vec::new(),
            phone_forwards: Vec::new(),
            sources: plan.sources.iter().map(|source| SourceState::new(source, plan.sources.len())).collect(),
            phone_luck: Stream::new(0, 0, stream_number("phones", "")),
            fault_luck: plan.faults.iter().map(fault_luck).collect(),
            accept_timers: Watchdog::new(plan.parameters.new_call_accept),
            request_timers: Watchdog::new(plan.parameters.request_timeout),
            stranded: Vec::new(),
        }
    }

    /// Plays one replication from its beginning to the end of the plan, and says how many events it took. What happens
    /// is a function of the plan, the seed and the replication's number alone.
    pub fn run(&mut self, seed: u64, replication: u64) -> u64 {
        self.reset(seed, replication);
        let end = self.plan.length;
        let mut events = 0;
        while let Some((now, event)) = self.next_event(end) {
            self.now = now;
            events += 1;
            self.handle(event);
        }
        self.now = end;
        events
    }

    /// The next event until the end. Of events that come near together, the calls are fetched together.
    #[inline(always)]
    fn next_event(&mut self, end: Time) -> Option<(Time, Event)> {
        self.calendar.pop_until(end, |soon| {
            if let Some(call) = soon.call() {
                self.calls.fetch(call);
            }
        })
    }

    fn reset(&mut self, seed: u64, replication: u64) {
        self.now = Time::ZERO;
        self.calendar.clear();
        self.calls.clear();
        self.accept_timers.clear();
        self.request_timers.clear();
        for processor in &mut self.processors {
            processor.server = Server::default();
            processor.luck.reset(seed, replication);
        }
        for database in &mut self.databases {
            database.clear();
        }
        self.phone_luck.reset(seed, replication);
        self.reset_links();
        self.reset_nodes(seed, replication);
        self.reset_devices();
        self.reset_applications(seed, replication);
        self.reset_sources(seed, replication);
    }

    // Part of the loop: its many registers are saved once a run instead of once an event.
    #[inline(always)]
    fn handle(&mut self, event: Event) {
        match event {
            Event::CallerDials { source } => self.caller_dials(source),
            Event::PatienceEnds { call } => self.patience_ends(call),
            Event::WaitEnds { call } => self.wait_ends(call),

            Event::Routes { call, step } => self.routes(call, step),
            Event::Offers { call, step } => self.offers(call, step),
            Event::Presents { call, step } => self.presents(call, step),
            Event::PicksUp { call, step } => self.picks_up(call, step),
            Event::RingsOut { call, step } => self.rings_out(call, step),
            Event::Connects { call, step } => self.connects(call, step),
            Event::TalkEnds { call, step } => self.talk_ends(call, step),
            Event::Forwards { call, step } => self.forwards(call, step),

            Event::NewsReachesManager { call, step } => self.news_reaches_manager(call, step),
            Event::NewsReachesApplication { call, step } => self.news_reaches_application(call, step),
            Event::WorkerDecides { application, worker } => self.worker_decides(application, worker),
            Event::RequestReachesManager { call, step } => self.request_reaches_manager(call, step),
            Event::RequestReachesCallManager { call, step } => self.request_reaches_callmanager(call, step),
            Event::TakesEffect { call, step } => self.takes_effect(call, step),
            Event::AcceptTimerExpires => self.accept_timer_expires(),
            Event::RequestTimerExpires => self.request_timer_expires(),

            Event::HeartbeatDue { application, attempt } => self.heartbeat_due(application, attempt),
            Event::HeartbeatReachesManager { application, connection } => {
                self.heartbeat_reaches_manager(application, connection);
            }
            Event::HeartbeatHeard { application, connection } => self.heartbeat_heard(application, connection),
            Event::HeartbeatChecked { application, connection } => self.heartbeat_checked(application, connection),
            Event::ConnectionCloses { application, connection } => self.connection_closes(application, connection),
            Event::ProviderAsks { application, attempt } => self.provider_asks(application, attempt),
            Event::ProviderOpens { application, attempt } => self.provider_opens(application, attempt),
            Event::AsksForDevice { application, attempt } => self.asks_for_device(application, attempt),
            Event::OpenReachesManager { device, stamp } => self.open_reaches_manager(device, stamp),
            Event::OpenReachesCallManager { device, stamp } => self.open_reaches_callmanager(device, stamp),
            Event::DeviceOpens { device, stamp } => self.device_opens(device, stamp),

            Event::LossNoticed { application, attempt } => self.loss_noticed(application, attempt),
            Event::Reconnects { application, attempt } => self.reconnects(application, attempt),
            Event::FallsBack { application, attempt } => self.falls_back(application, attempt),

            Event::FailureNoticed { manager, node } => self.failure_noticed(manager, node),
            Event::ReturnNoticed { manager, node } => self.return_noticed(manager, node),
            Event::ManagerReopens { manager, epoch } => self.manager_reopens(manager, epoch),
            Event::PhoneMoves { device, stamp } => self.phone_moves(device, stamp),
            Event::PhoneRegisters { device, stamp } => self.phone_registers(device, stamp),
            Event::LinkNoticed { from, to } => self.link_noticed(from, to),
            Event::PhonesNoticeReturn { node } => self.phones_notice_return(node),
            Event::PhoneReturns { node, epoch } => self.phone_returns(node, epoch),

            Event::SettingChanges { change } => self.setting_changes(change),
            Event::FaultStrikes { fault } => self.fault_strikes(fault),
            Event::FaultEnds { fault } => self.fault_ends(fault),
        }
    }

    fn schedule(&mut self, at: Time, event: Event) {
        self.calendar.push(at, event);
    }

    #[inline(always)]
    fn note(&mut self, fact: Fact) {
        self.recorder.note(self.now, fact);
    }

    /// Work arrives at a node's CallManager or CTIManager now; gives the time at which it is done.
    fn work(&mut self, station: StationId, length: &Distribution) -> Time {
        let processor = &mut self.processors[station.index()];
        let length = match length {
            Distribution::Constant(span) => *span,
            random => random.sample(processor.luck.next_u64()),
        };
        let service = processor.server.serve(self.now, length);
        self.note(Fact::Served { station, arrived: self.now, started: service.started, finished: service.finished });
        service.finished
    }
}
