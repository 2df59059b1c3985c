//! The connection of an application to a CTIManager, and to the next one (R20, R21).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Health;
use crate::domain::{ApplicationId, FailureMode, HeartbeatReading, NodeId, OutageCause};
use crate::engine::Span;
use crate::facts::{Fact, Recorder};
use crate::plan::{CtiManagerWork, ParameterChange};
use crate::rules::application_failure::Lost;
use crate::rules::manager_choice::{self, ConnectReason};
use crate::rules::{direct_topology, heartbeat, settings};

impl<'p, R: Recorder> Cluster<'p, R> {
    /// The node whose CTIManager the application is connected to.
    pub(super) fn manager_of(&self, application: ApplicationId) -> NodeId {
        self.plan.applications[application.index()].ctimanagers[self.applications[application.index()].manager]
    }

    pub(super) fn ctimanager_work(&self, node: NodeId) -> &'p CtiManagerWork {
        self.plan.nodes[node.index()]
            .ctimanager
            .as_ref()
            .expect("applications connect only to nodes that run a CTIManager")
    }

    /// The CTIManager that an application is connected to has failed. Its devices stay registered where they are, but
    /// nothing controls them.
    pub(super) fn lose_manager(&mut self, application: ApplicationId, mode: FailureMode) {
        let plan = &self.plan.applications[application.index()];
        let state = &mut self.applications[application.index()];
        state.connected = false;
        state.connection = state.connection.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        if state.health == Health::Up {
            state.failed_at = self.now;
        }
        let attempt = state.attempt;
        state.waits_for_hung = (mode == FailureMode::Hangs).then_some(attempt);
        let noticed = match mode {
            FailureMode::ProcessExits => self.arrives_at_application(application, self.now),
            FailureMode::HostLost | FailureMode::Hangs => {
                let part = state.part_of(state.heartbeat);
                let by_heartbeats = self.now + heartbeat::manager_missed_after(state.heartbeat, part);
                heartbeat::manager_missed_at(by_heartbeats, state.lookout.heard, state.heartbeat)
            }
        };
        for &device in &plan.devices {
            if !self.registrations[device.index()].held {
                self.release_device(device, self.now, OutageCause::CtiManagerFailed);
            }
        }
        self.strand_calls(application, Lost::CtiManager);
        self.schedule(noticed, Event::LossNoticed { application: application.0, attempt });
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
        self.applications[id.index()].waits_for_hung = None;
        self.note(Fact::ManagerLossNoticed { application: id, delay });
        self.connect(id, ConnectReason::Lost(lost));
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
        self.connect(id, state.seeks);
    }

    /// Requests a connection from the next live CTIManager of the application's list, or tries again later.
    pub(super) fn connect(&mut self, application: ApplicationId, reason: ConnectReason) {
        let plan = &self.plan.applications[application.index()];
        if !plan.may_use_cti {
            // R2: it is rejected, and an application whose first attempt fails does not try again.
            return;
        }
        let list = direct_topology::managers(self.plan.topology, &plan.ctimanagers);
        let next = manager_choice::next(list, reason, |node| self.can_connect(application, node));
        let id = application;
        let state = &mut self.applications[application.index()];
        // A request made before counts as given up.
        state.attempt = state.attempt.wrapping_add(1);
        let (application, attempt) = (application.0, state.attempt);
        match next {
            Some(manager) => {
                state.manager = manager;
                if self.requests_get_lost {
                    self.schedule(
                        self.now + plan.provider_open_timeout,
                        Event::ProviderOpenTimesOut { application, attempt },
                    );
                }
                let asks = self.arrives_at_application(id, self.now);
                self.schedule(asks, Event::ProviderAsks { application, attempt });
            }
            None => {
                state.seeks = ConnectReason::Started;
                let again = self.now + manager_choice::retry_after(plan.reconnect);
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
        if manager_choice::falls_back(&plan.ctimanagers, least, |node| self.can_connect(id, node)) {
            self.lose_manager(id, FailureMode::ProcessExits);
            let attempt = self.applications[id.index()].attempt;
            // It left on purpose: there is no loss to notice.
            self.applications[id.index()].attempt = attempt.wrapping_add(1);
            self.connect(id, ConnectReason::Started);
        } else {
            self.schedule(self.now + after, Event::FallsBack { application, attempt });
        }
    }

    /// The CTIManager has neither opened the connection nor refused it in time: the application tries the next one.
    pub(super) fn provider_open_times_out(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt || state.connected || state.health == Health::Down {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::ProviderOpenTimesOut { application, attempt });
        }
        self.connect(id, ConnectReason::Refused(state.manager));
    }

    /// The application's request for a connection reaches its CTIManager.
    pub(super) fn provider_asks(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        // A stalled application sends nothing; it requests a connection again when it resumes.
        if state.attempt != attempt || state.health != Health::Up {
            return;
        }
        let manager = self.manager_of(id);
        if !self.ctimanager_up(manager) {
            return self.seeks_another(application, attempt);
        }
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).request);
        self.schedule(self.arrives_at_application(id, done), Event::ProviderOpens { application, attempt });
    }

    /// The CTIManager failed while the application's request for a connection was in transit; another one may be up.
    fn seeks_another(&mut self, application: u16, attempt: u16) {
        if self.nodes[self.manager_of(ApplicationId(application)).index()].host_down > 0 {
            // A host that is gone refuses nothing: the application waits for its answer.
            return;
        }
        let state = &mut self.applications[application as usize];
        state.seeks = ConnectReason::Lost(state.manager);
        self.schedule(self.now + manager_choice::SHORTEST_RETRY, Event::Reconnects { application, attempt });
    }

    /// A service parameter as a CTIManager has read it when it started.
    fn parameter<T: Copy>(&self, manager: NodeId, at_first: T, of: impl Fn(&ParameterChange) -> Option<T>) -> T {
        let changes = self.plan.parameter_changes.iter().filter(|change| change.node == manager);
        let changes = changes.map(|change| (change.at, of(change)));
        settings::in_force(at_first, changes, self.nodes[manager.index()].ctimanager_started)
    }

    /// The interval of heartbeats that a CTIManager grants to an application (R23).
    fn granted_heartbeat(&self, manager: NodeId, application: ApplicationId) -> Span {
        let parameters = &self.plan.parameters;
        let minimum = self.parameter(manager, parameters.heartbeat_minimum, |change| change.heartbeat_minimum);
        let maximum = self.parameter(manager, parameters.heartbeat_maximum, |change| change.heartbeat_maximum);
        let requested = self.plan.applications[application.index()].requested_heartbeat;
        heartbeat::effective_interval(requested, minimum, maximum)
    }

    /// How many connections a CTIManager takes.
    fn connection_limit(&self, manager: NodeId) -> u32 {
        self.parameter(manager, self.plan.nodes[manager.index()].cti_connections, |change| change.cti_connections)
    }

    /// How many connections a CTIManager holds open.
    fn connections_at(&self, manager: NodeId) -> u32 {
        let left = self.applications.iter().filter(|state| state.left.is_some_and(|left| left.manager == manager));
        let all = (0..self.applications.len() as u16).map(ApplicationId);
        let held = all.filter(|id| self.applications[id.index()].connected && self.manager_of(*id) == manager);
        (left.count() + held.count()) as u32
    }

    pub(super) fn provider_opens(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let manager = self.manager_of(id);
        let up = self.ctimanager_up(manager);
        let state = &mut self.applications[id.index()];
        if state.attempt != attempt {
            return;
        }
        if !up {
            return self.seeks_another(application, attempt);
        }
        if self.applications[id.index()].left.is_some_and(|left| left.manager == manager) {
            // As with one that restarts, the new connection tells the CTIManager what has become of the old one.
            self.close_left(id);
        }
        let limit = self.connection_limit(manager);
        if !manager_choice::takes_connection(self.connections_at(manager), limit) {
            return self.connect(id, ConnectReason::Refused(self.applications[id.index()].manager));
        }
        let interval = self.granted_heartbeat(manager, id);
        let state = &mut self.applications[id.index()];
        state.lookout.stand_down();
        state.lookout.heard = Some(self.now);
        state.connected = true;
        state.connection = state.connection.wrapping_add(1);
        (state.heartbeat, state.watch) = (interval, heartbeat::heard(self.now, interval));
        state.opening = 0;
        let connection = state.connection;
        self.note(Fact::ManagerChanged { application: id, manager });
        if let Some((least, after)) = self.plan.applications[id.index()].least_priority
            && least == manager
        {
            self.schedule(self.now + after, Event::FallsBack { application, attempt });
        }
        self.schedule(self.now + interval, Event::HeartbeatDue { application, attempt });
        let reading = self.plan.parameters.heartbeat_reading;
        let state = &mut self.applications[id.index()];
        let phase = match reading {
            HeartbeatReading::Timer => Span::ZERO,
            HeartbeatReading::Grid => state.part_of(interval),
        };
        let first_look = heartbeat::first_look(reading, state.watch, self.now, phase);
        self.schedule(first_look, Event::HeartbeatChecked { application, connection });
        self.asks_for_device(application, attempt);
    }

    /// The application requests the next of its devices, and schedules the request for the one after that.
    pub(super) fn asks_for_device(&mut self, application: u16, attempt: u16) {
        let plan = &self.plan.applications[application as usize];
        let state = &self.applications[application as usize];
        if state.attempt != attempt {
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::AsksForDevice { application, attempt });
        }
        // What needs no request takes no time.
        let mut asked = false;
        while !asked {
            let state = &mut self.applications[application as usize];
            let Some(&device) = plan.devices.get(state.opening) else { return };
            state.opening += 1;
            asked = self.ask_to_open(device);
        }
        if self.applications[application as usize].opening < plan.devices.len() {
            self.schedule(self.now + plan.open_interval, Event::AsksForDevice { application, attempt });
        }
    }
}
