//! Applications: their workers, their heartbeats, how they fail and how they come back (R22, R23, R24).

use super::device::PlaceKind;
use super::source::Luck;
use super::{Cluster, Event};
use crate::domain::{ApplicationFault, ApplicationId, NodeId, OutBecause, PhoneGroupId, StationId};
use crate::engine::{Distribution, Handle, Service, Span, Stream, Time, stream_number, uniform};
use crate::facts::{Fact, Recorder, Share};
use crate::plan::{Application, CtiManagerWork, HeartbeatReading, Topology};
use crate::rules::manager_choice;
use std::collections::VecDeque;

/// How an application is, whatever its CTIManager believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Up,
    /// Standing still until then.
    Stalled(Time),
    Down,
}

/// What a worker takes up next.
#[derive(Clone, Copy, Debug)]
enum Job {
    /// An event about a call.
    Call(Handle, u8),
    /// The application's own heartbeat: it waits its turn like everything else, which is how overload delays it.
    Heartbeat,
}

/// A worker with a call.
#[derive(Clone, Copy, Debug)]
struct Worker {
    call: Handle,
    step: u8,
    /// Whether its process died under it: then it only gives its row back.
    abandoned: bool,
    /// How long the look-up took, if it made one.
    lookup: Option<Span>,
}

/// An application that finds no CTIManager tries again after its reconnect time, but not sooner than this: at no
/// distance, it would try for ever in one instant.
const SHORTEST_RETRY: Span = Span::from_millis(10);

/// How many shares are told.
const ALL_SHARES: u8 = 3;

/// An application in a run.
pub(super) struct ApplicationState {
    health: Health,
    /// The fault it suffers from.
    fault: Option<u16>,
    /// When the fault it suffers from struck.
    struck_at: Time,
    /// Since when its devices are out of service, or will be once that is noticed: when it failed while connected, or was
    /// last taken as failed.
    pub(super) failed_at: Time,
    /// Which CTIManager of its list it is connected to, or was last.
    manager: usize,
    /// When it last lost control of a device.
    pub(super) lost_at: Time,
    /// Whether its CTIManager holds a connection open for it.
    pub(super) connected: bool,
    /// Counts the connections: what was scheduled for an earlier one is stale.
    connection: u16,
    /// Counts the application's own lives and attempts to connect: what was scheduled for an earlier one is stale.
    attempt: u16,
    workers: Vec<Worker>,
    idle_rows: Vec<u32>,
    busy: u32,
    queue: VecDeque<(Time, Job)>,
    /// When the CTIManager gives it up, unless it hears from it before (reading "timer").
    deadline: Time,
    /// Whether it was heard since the last look, and how many intervals in a row it was not (reading "grid").
    heard: bool,
    misses: u8,
    /// The next of its devices to ask for.
    opening: usize,
    /// How many of its devices are open.
    pub(super) open: u32,
    shares: u8,
    heartbeat_luck: Stream,
    work_luck: Stream,
}

impl ApplicationState {
    pub(super) fn new(application: &Application) -> ApplicationState {
        let stream = |purpose| Stream::new(0, 0, stream_number(purpose, &application.name));
        ApplicationState {
            health: Health::Up,
            fault: None,
            struck_at: Time::ZERO,
            failed_at: Time::ZERO,
            manager: 0,
            lost_at: Time::ZERO,
            connected: false,
            connection: 0,
            attempt: 0,
            workers: Vec::new(),
            idle_rows: Vec::new(),
            busy: 0,
            queue: VecDeque::new(),
            deadline: Time::ZERO,
            heard: false,
            misses: 0,
            opening: 0,
            open: 0,
            shares: 0,
            heartbeat_luck: stream("heartbeat"),
            work_luck: stream("work"),
        }
    }

    /// Whether it is there and does what it should.
    pub(super) fn acts(&self) -> bool {
        self.health == Health::Up
    }

    /// When it goes on, if it only stands still.
    pub(super) fn resumes(&self) -> Option<Time> {
        match self.health {
            Health::Stalled(until) => Some(until),
            Health::Up | Health::Down => None,
        }
    }

    /// It controls one device less. If that is because of something that `failed`, and not because the device goes home,
    /// its recovery is timed from then.
    pub(super) fn lose_device(&mut self, failed: Option<Time>) {
        self.open -= 1;
        if let Some(failed) = failed {
            self.lost_at = failed;
            self.shares = 0;
        }
    }

    /// Its CTIManager has lost some of its devices, and that since then.
    pub(super) fn lost_reach(&mut self, since: Time) {
        if self.health == Health::Up {
            self.failed_at = since;
        }
    }

    /// The next share of its devices that it controls again, if it has just reached one. Each is told once.
    pub(super) fn next_share(&mut self, devices: usize) -> Option<Share> {
        const SHARES: [(Share, usize); ALL_SHARES as usize] =
            [(Share::Half, 50), (Share::NinetyFive, 95), (Share::All, 100)];
        let (share, percent) = *SHARES.get(self.shares as usize)?;
        if (self.open as usize) * 100 < devices * percent {
            return None;
        }
        self.shares += 1;
        Some(share)
    }
}

impl<'p, R: Recorder> Cluster<'p, R> {
    pub(super) fn reset_applications(&mut self, seed: u64, replication: u64) {
        for row in 0..self.applications.len() {
            let plan = &self.plan.applications[row];
            let state = &mut self.applications[row];
            state.health = Health::Up;
            state.fault = None;
            (state.struck_at, state.failed_at, state.lost_at) = (Time::ZERO, Time::ZERO, Time::ZERO);
            state.manager = 0;
            state.connected = plan.may_use_cti;
            (state.connection, state.attempt) = (0, 0);
            state.workers.clear();
            state.idle_rows.clear();
            state.busy = 0;
            state.queue.clear();
            (state.heard, state.misses) = (true, 0);
            let open = plan.devices.iter().filter(|device| self.plan.starts_open(&self.plan.devices[device.index()]));
            (state.opening, state.open) = (0, open.count() as u32);
            state.shares = ALL_SHARES;
            state.heartbeat_luck.reset(seed, replication);
            state.work_luck.reset(seed, replication);
            if !plan.may_use_cti {
                continue;
            }
            // A run begins amid the heartbeats of an application that has long been up: both phases are random.
            let phase = |luck: u64| Span::from_nanos((uniform(luck) * plan.heartbeat.nanos() as f64) as u64);
            let beats = phase(state.heartbeat_luck.next_u64());
            let looks = phase(state.heartbeat_luck.next_u64());
            state.deadline = Time::ZERO + beats + plan.heartbeat;
            let deadline = state.deadline;
            let application = row as u16;
            self.schedule(Time::ZERO + beats, Event::HeartbeatDue { application, attempt: 0 });
            let first_look = match self.plan.parameters.heartbeat_reading {
                HeartbeatReading::Timer => deadline,
                HeartbeatReading::Grid => Time::ZERO + looks,
            };
            self.schedule(first_look, Event::HeartbeatChecked { application, connection: 0 });
        }
    }

    /// The node whose CTIManager the application is connected to.
    pub(super) fn manager_of(&self, application: ApplicationId) -> NodeId {
        self.plan.applications[application.index()].ctimanagers[self.applications[application.index()].manager]
    }

    pub(super) fn ctimanager_work(&self, node: NodeId) -> &'p CtiManagerWork {
        self.plan.nodes[node.index()].ctimanager.as_ref().expect("applications connect where a CTIManager runs")
    }

    // Workers.

    /// An event about a call reaches the application. A dead one hears nothing.
    pub(super) fn queue_call(&mut self, application: ApplicationId, call: Handle, step: u8) {
        self.queue(application, Job::Call(call, step));
    }

    fn queue(&mut self, application: ApplicationId, job: Job) {
        let state = &mut self.applications[application.index()];
        if state.health != Health::Down {
            state.queue.push_back((self.now, job));
            self.start_workers(application);
        }
    }

    /// Idle workers take up what waits, first come, first served.
    fn start_workers(&mut self, application: ApplicationId) {
        let plan = &self.plan.applications[application.index()];
        let station = self.plan.workers(application);
        loop {
            let state = &mut self.applications[application.index()];
            if state.busy >= plan.workers || state.health != Health::Up {
                return;
            }
            let Some((arrived, job)) = state.queue.pop_front() else {
                return;
            };
            match job {
                Job::Heartbeat => {
                    let connection = state.connection;
                    let reaches = self.arrives_at_application(application, self.now);
                    let application = application.0;
                    self.schedule(reaches, Event::HeartbeatReachesManager { application, connection });
                }
                Job::Call(call, step) => match self.calls.get(call).filter(|row| row.step == step) {
                    None => self.note(Fact::Skipped { station, arrived, until: self.now }),
                    Some(_) => self.take_up(application, station, arrived, call, step),
                },
            }
        }
    }

    fn take_up(&mut self, application: ApplicationId, station: StationId, arrived: Time, call: Handle, step: u8) {
        let plan = &self.plan.applications[application.index()];
        self.note(Fact::Taken { application, waited: self.now - arrived });
        let lookup = self.look_up(application, call);
        let state = &mut self.applications[application.index()];
        let decides = match &plan.decide {
            Distribution::Constant(span) => *span,
            random => random.sample(state.work_luck.next_u64()),
        };
        let finished = self.now + lookup.unwrap_or(Span::ZERO) + decides;
        let worker = Worker { call, step, abandoned: false, lookup };
        let row = match state.idle_rows.pop() {
            Some(row) => {
                state.workers[row as usize] = worker;
                row
            }
            None => {
                state.workers.push(worker);
                state.workers.len() as u32 - 1
            }
        };
        state.busy += 1;
        self.note(Fact::Served { station, arrived, started: self.now, finished });
        self.schedule(finished, Event::WorkerDecides { application: application.0, worker: row });
    }

    /// A worker looks the caller of a new call at a route point up, and waits for the result.
    fn look_up(&mut self, application: ApplicationId, call: Handle) -> Option<Span> {
        let plan = &self.plan.applications[application.index()];
        let lookup = plan.lookup.as_ref()?;
        let place = self.calls.get(call)?.place;
        if self.places[place as usize].kind != PlaceKind::RoutePoint {
            return None;
        }
        let length = lookup.sample(self.luck(call, Luck::Lookup));
        let Some(database) = plan.database else {
            return Some(length);
        };
        let Service { started, finished } = self.databases[database.index()].serve(self.now, length);
        self.note(Fact::Served { station: self.plan.connections(database), arrived: self.now, started, finished });
        Some(finished - self.now)
    }

    pub(super) fn worker_decides(&mut self, application: u16, row: u32) {
        let id = ApplicationId(application);
        let state = &mut self.applications[id.index()];
        let worker = state.workers[row as usize];
        if worker.abandoned {
            state.idle_rows.push(row);
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::WorkerDecides { application, worker: row });
        }
        state.idle_rows.push(row);
        state.busy -= 1;
        if let Some(delay) = worker.lookup {
            self.note(Fact::LookedUp { application: id, delay });
        }
        self.decides(worker.call, worker.step);
        self.start_workers(id);
    }

    // Heartbeats (R23).

    pub(super) fn heartbeat_due(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt {
            return;
        }
        if let Health::Stalled(until) = state.health {
            // Like any timer of a process that stood still, it goes off as soon as that goes on.
            return self.schedule(until, Event::HeartbeatDue { application, attempt });
        }
        self.queue(id, Job::Heartbeat);
        let next = self.now + self.plan.applications[id.index()].heartbeat;
        self.schedule(next, Event::HeartbeatDue { application, attempt });
    }

    pub(super) fn heartbeat_reaches_manager(&mut self, application: u16, connection: u16) {
        let state = &self.applications[application as usize];
        if !state.connected || state.connection != connection {
            return;
        }
        let manager = self.manager_of(ApplicationId(application));
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).heartbeat);
        self.schedule(done, Event::HeartbeatHeard { application, connection });
    }

    pub(super) fn heartbeat_heard(&mut self, application: u16, connection: u16) {
        let interval = self.plan.applications[application as usize].heartbeat;
        let state = &mut self.applications[application as usize];
        if state.connected && state.connection == connection {
            state.deadline = self.now + interval.times(2);
            state.heard = true;
        }
    }

    pub(super) fn heartbeat_checked(&mut self, application: u16, connection: u16) {
        let interval = self.plan.applications[application as usize].heartbeat;
        let state = &mut self.applications[application as usize];
        if !state.connected || state.connection != connection {
            return;
        }
        let next_look = match self.plan.parameters.heartbeat_reading {
            // Hearing a heartbeat only moves the deadline: the one pending look re-arms itself.
            HeartbeatReading::Timer => (state.deadline > self.now).then_some(state.deadline),
            HeartbeatReading::Grid => {
                state.misses = if std::mem::take(&mut state.heard) { 0 } else { state.misses + 1 };
                (state.misses < 2).then_some(self.now + interval)
            }
        };
        match next_look {
            Some(at) => self.schedule(at, Event::HeartbeatChecked { application, connection }),
            None => self.close_application(ApplicationId(application)),
        }
    }

    pub(super) fn connection_closes(&mut self, application: u16, connection: u16) {
        let state = &self.applications[application as usize];
        if state.connected && state.connection == connection {
            self.close_application(ApplicationId(application));
        }
    }

    // Failure (R24) and return.

    pub(super) fn application_fails(
        &mut self,
        application: ApplicationId,
        fault: ApplicationFault,
        row: u16,
        ends: Time,
    ) {
        let state = &mut self.applications[application.index()];
        if state.health == Health::Down || (state.health != Health::Up && fault == ApplicationFault::Stall) {
            // It has failed already, and the fault that did so says when it is back.
            return;
        }
        // A stalled application that now dies has failed since it stalled: nobody saw a difference.
        if state.health == Health::Up {
            state.struck_at = self.now;
            if state.connected {
                state.failed_at = self.now;
            }
        }
        state.fault = Some(row);
        self.note(Fact::ApplicationFailed { application, fault });
        if fault == ApplicationFault::Stall {
            self.applications[application.index()].health = Health::Stalled(ends);
        } else {
            self.lose_process(application);
        }
        if fault == ApplicationFault::Exit && self.applications[application.index()].connected {
            let connection = self.applications[application.index()].connection;
            let seen = self.arrives_at_application(application, self.now);
            self.schedule(seen, Event::ConnectionCloses { application: application.0, connection });
        }
    }

    /// The process is gone, with all that waited in it.
    fn lose_process(&mut self, application: ApplicationId) {
        let station = self.plan.workers(application);
        let state = &mut self.applications[application.index()];
        state.health = Health::Down;
        state.attempt = state.attempt.wrapping_add(1);
        state.busy = 0;
        for row in 0..state.workers.len() {
            state.workers[row].abandoned = true;
        }
        while let Some((arrived, job)) = self.applications[application.index()].queue.pop_front() {
            if let Job::Call(..) = job {
                self.note(Fact::Skipped { station, arrived, until: self.now });
            }
        }
    }

    pub(super) fn application_returns(&mut self, application: ApplicationId, row: u16) {
        let state = &mut self.applications[application.index()];
        if state.fault != Some(row) {
            return;
        }
        state.fault = None;
        let stalled = matches!(state.health, Health::Stalled(_));
        if !stalled && state.connected {
            // The restarted application asks for a connection while the dead one's stands open: that reveals the death.
            self.close_application(application);
        }
        self.note(Fact::ApplicationReturned { application });
        let state = &mut self.applications[application.index()];
        state.health = Health::Up;
        if stalled {
            self.start_workers(application);
        }
        let state = &mut self.applications[application.index()];
        if stalled && state.connected {
            for group in 0..self.phones.len() {
                self.serve_waiting(PhoneGroupId(group as u16));
            }
            return;
        }
        // Whatever it had been about to try, it tries anew.
        state.attempt = state.attempt.wrapping_add(1);
        let attempt = state.attempt;
        if stalled {
            // It finds its connection closed, and waits before it does.
            let wait = self.plan.applications[application.index()].reconnect;
            self.schedule(self.now + wait, Event::Reconnects { application: application.0, attempt });
        } else {
            // One that starts begins at the top of its list (R21).
            self.connect(application, None);
        }
    }

    /// The CTIManager takes the application as failed, rightly or not, and closes it (R24).
    fn close_application(&mut self, application: ApplicationId) {
        let plan = &self.plan.applications[application.index()];
        let state = &mut self.applications[application.index()];
        let (false_failure, delay) = match state.health {
            Health::Up => (true, None),
            Health::Stalled(_) => (true, Some(self.now - state.struck_at)),
            Health::Down => (false, Some(self.now - state.struck_at)),
        };
        if state.health == Health::Up {
            state.failed_at = self.now;
        }
        let failed_at = state.failed_at;
        state.connected = false;
        state.connection = state.connection.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        let (health, attempt) = (state.health, state.attempt);
        self.note(Fact::ApplicationClosed { application, delay, false_failure });
        for &device in &plan.devices {
            self.release_device(device, failed_at, OutBecause::ApplicationClosed);
        }
        self.strand_calls(application, false);
        if health == Health::Up {
            let tries = self.now + self.plan.links.to_application + plan.reconnect;
            self.schedule(tries, Event::Reconnects { application: application.0, attempt });
        }
    }

    // Another CTIManager (R20, R21).

    /// The CTIManager that an application is connected to is gone. The registrations of its devices stay where they are,
    /// but nobody controls them.
    pub(super) fn lose_manager(&mut self, application: ApplicationId, silently: bool) {
        let plan = &self.plan.applications[application.index()];
        let state = &mut self.applications[application.index()];
        state.connected = false;
        state.connection = state.connection.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        if state.health == Health::Up {
            state.failed_at = self.now;
        }
        let attempt = state.attempt;
        // A process that ends closes its connections; a host that is lost is missed like a heartbeat, after one to two
        // intervals.
        let noticed = if silently {
            let luck = uniform(state.heartbeat_luck.next_u64());
            plan.heartbeat + Span::from_nanos((luck * plan.heartbeat.nanos() as f64) as u64)
        } else {
            self.plan.links.to_application
        };
        for &device in &plan.devices {
            self.release_device(device, self.now, OutBecause::CtiManagerFailed);
        }
        self.strand_calls(application, true);
        self.schedule(self.now + noticed, Event::LossNoticed { application: application.0, attempt });
    }

    pub(super) fn loss_noticed(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt || state.health == Health::Down {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::LossNoticed { application, attempt });
        }
        let (delay, lost) = (self.now - state.failed_at, state.manager);
        self.note(Fact::ManagerLossNoticed { application: id, delay });
        self.connect(id, Some(lost));
    }

    pub(super) fn reconnects(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt || state.health == Health::Down {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::Reconnects { application, attempt });
        }
        // It tries first where it was.
        let before = (state.manager + self.plan.applications[id.index()].ctimanagers.len() - 1)
            % self.plan.applications[id.index()].ctimanagers.len();
        self.connect(id, Some(before));
    }

    /// Asks the next live CTIManager of the application's list for a connection, or tries again later.
    fn connect(&mut self, application: ApplicationId, lost: Option<usize>) {
        let plan = &self.plan.applications[application.index()];
        if !plan.may_use_cti {
            // R2: it is turned away, and one whose first attempt fails does not try again.
            return;
        }
        let list = match self.plan.topology {
            Topology::CtiManager => &plan.ctimanagers[..],
            Topology::Direct => &plan.ctimanagers[..1],
        };
        let lost = lost.map(|lost| lost.min(list.len() - 1));
        let next = manager_choice::next(list, lost, |node| self.can_connect(application, node));
        let id = application;
        let state = &mut self.applications[application.index()];
        let (application, attempt) = (application.0, state.attempt);
        match next {
            Some(manager) => {
                state.manager = manager;
                let asks = self.arrives_at_application(id, self.now);
                self.schedule(asks, Event::ProviderAsks { application, attempt });
            }
            None => {
                let again = self.now + plan.reconnect.max(SHORTEST_RETRY);
                self.schedule(again, Event::Reconnects { application, attempt });
            }
        }
    }

    /// R21 as of release 15: an application leaves its least-priority CTIManager once another one is up.
    pub(super) fn falls_back(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let plan = &self.plan.applications[id.index()];
        let state = &self.applications[id.index()];
        let Some((least, after)) = plan.least_priority else { return };
        if state.attempt != attempt || !state.connected || !state.acts() || self.manager_of(id) != least {
            return;
        }
        let better = |node: &NodeId| *node != least && self.can_connect(id, *node);
        if plan.ctimanagers.iter().any(better) {
            self.lose_manager(id, false);
            let attempt = self.applications[id.index()].attempt;
            // It knows what it did: it need not notice.
            self.applications[id.index()].attempt = attempt.wrapping_add(1);
            self.connect(id, None);
        } else {
            self.schedule(self.now + after, Event::FallsBack { application, attempt });
        }
    }

    /// The application's request for a connection reaches its CTIManager.
    pub(super) fn provider_asks(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        // One that stands still asks nothing; when it goes on it asks anew.
        if state.attempt != attempt || state.health != Health::Up {
            return;
        }
        let manager = self.manager_of(id);
        if !self.ctimanager_up(manager) {
            // It died while the request was under way; another one may be up.
            return self.schedule(self.now + SHORTEST_RETRY, Event::Reconnects { application, attempt });
        }
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).request);
        self.schedule(self.arrives_at_application(id, done), Event::ProviderOpens { application, attempt });
    }

    pub(super) fn provider_opens(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let interval = self.plan.applications[id.index()].heartbeat;
        let manager = self.manager_of(id);
        let up = self.ctimanager_up(manager);
        let state = &mut self.applications[id.index()];
        if state.attempt != attempt {
            return;
        }
        if !up {
            return self.schedule(self.now + SHORTEST_RETRY, Event::Reconnects { application, attempt });
        }
        state.connected = true;
        state.connection = state.connection.wrapping_add(1);
        state.deadline = self.now + interval.times(2);
        (state.heard, state.misses) = (true, 0);
        state.opening = 0;
        let connection = state.connection;
        self.note(Fact::ManagerChanged { application: id, manager });
        if let Some((least, after)) = self.plan.applications[id.index()].least_priority
            && least == manager
        {
            self.schedule(self.now + after, Event::FallsBack { application, attempt });
        }
        self.schedule(self.now + interval, Event::HeartbeatDue { application, attempt });
        let first_look = match self.plan.parameters.heartbeat_reading {
            HeartbeatReading::Timer => interval.times(2),
            HeartbeatReading::Grid => {
                let luck = self.applications[id.index()].heartbeat_luck.next_u64();
                Span::from_nanos((uniform(luck) * interval.nanos() as f64) as u64)
            }
        };
        self.schedule(self.now + first_look, Event::HeartbeatChecked { application, connection });
        self.asks_for_device(application, attempt);
    }

    /// The application asks for the next of its devices, and for the one after that a while later.
    pub(super) fn asks_for_device(&mut self, application: u16, attempt: u16) {
        let plan = &self.plan.applications[application as usize];
        let state = &mut self.applications[application as usize];
        if state.attempt != attempt {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::AsksForDevice { application, attempt });
        }
        let Some(&device) = plan.devices.get(state.opening) else {
            return;
        };
        state.opening += 1;
        let more = state.opening < plan.devices.len();
        self.ask_to_open(device);
        if more {
            self.schedule(self.now + plan.open_interval, Event::AsksForDevice { application, attempt });
        }
    }
}
