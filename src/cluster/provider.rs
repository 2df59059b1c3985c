//! The connection of an application to a CTIManager, and to the next one (R20, R21).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Health;
use super::turn::Closed;
use crate::domain::{ConnectionId, FailureMode, HeartbeatReading, NodeId, OutageCause};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder, Task};
use crate::plan::{CtiManagerWork, ParameterChange};
use crate::rules::application_failure::Lost;
use crate::rules::manager_choice::{self, ConnectReason};
use crate::rules::{direct_topology, heartbeat, settings};

impl<'p, R: Recorder> Cluster<'p, R> {
    /// The node whose CTIManager a connection leads to.
    #[inline]
    pub(super) fn manager_of(&self, connection: ConnectionId) -> NodeId {
        self.ends[connection.index()].manager
    }

    pub(super) fn ctimanager_work(&self, node: NodeId) -> &'p CtiManagerWork {
        self.plan.nodes[node.index()]
            .ctimanager
            .as_ref()
            .expect("applications connect only to nodes that run a CTIManager")
    }

    /// The CTIManager that a connection leads to has failed. The devices stay registered where they are, but nothing controls them.
    pub(super) fn lose_manager(&mut self, connection: ConnectionId, mode: FailureMode) {
        let health = self.health_of(connection);
        let state = &mut self.connections[connection.index()];
        state.connected = false;
        state.number = state.number.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        if health == Health::Up {
            state.failed_at = self.now;
        }
        let attempt = state.attempt;
        state.waits_for_hung = (mode == FailureMode::Hangs).then_some(attempt);
        state.lost = Some((attempt, self.now));
        let noticed = match mode {
            FailureMode::ProcessExits => self.arrives_at_application(connection, self.now),
            FailureMode::HostLost | FailureMode::Hangs => {
                let part = state.part_of(state.heartbeat);
                let by_heartbeats = self.now + heartbeat::manager_missed_after(state.heartbeat, part);
                heartbeat::manager_missed_at(by_heartbeats, state.lookout.heard, state.heartbeat)
            }
        };
        self.release_devices(connection, self.now, OutageCause::CtiManagerFailed);
        self.strand_calls(connection, Lost::CtiManager);
        self.schedule(noticed, Event::LossNoticed { connection: connection.0, attempt });
        self.offer_to_others(connection, Closed::ManagerGone);
    }

    pub(super) fn loss_noticed(&mut self, connection: ConnectionId, attempt: u16) {
        let state = &self.connections[connection.index()];
        if state.attempt != attempt || self.health_of(connection) == Health::Down {
            return;
        }
        if let Health::Stalled(until) = self.health_of(connection) {
            return self.schedule(until, Event::LossNoticed { connection: connection.0, attempt });
        }
        let (delay, lost) = (self.now - state.failed_at, state.manager);
        let state = &mut self.connections[connection.index()];
        (state.waits_for_hung, state.lost) = (None, None);
        self.note(Fact::ManagerLossNoticed { application: self.application_of(connection), delay });
        self.connect(connection, ConnectReason::Lost(lost));
    }

    pub(super) fn reconnects(&mut self, connection: ConnectionId, attempt: u16) {
        let state = &self.connections[connection.index()];
        if state.attempt != attempt || self.health_of(connection) == Health::Down {
            return;
        }
        if let Health::Stalled(until) = self.health_of(connection) {
            return self.schedule(until, Event::Reconnects { connection: connection.0, attempt });
        }
        self.connect(connection, state.seeks);
    }

    /// Requests a connection from the next live CTIManager of the application's list, or tries again later.
    pub(super) fn connect(&mut self, connection: ConnectionId, reason: ConnectReason) {
        let plan = &self.plan.applications[self.application_of(connection).index()];
        if !plan.may_use_cti {
            // R2: it is rejected, and an application whose first attempt fails does not try again.
            return;
        }
        let list =
            direct_topology::managers(self.plan.topology, &self.plan.connections[connection.index()].ctimanagers);
        let next = manager_choice::next(list, reason, |node| self.can_connect(connection, node));
        let state = &mut self.connections[connection.index()];
        // A request made before counts as given up.
        state.attempt = state.attempt.wrapping_add(1);
        let attempt = state.attempt;
        match next {
            Some(manager) => {
                state.manager = manager;
                self.ends[connection.index()].manager = list[manager];
                if self.requests_get_lost {
                    self.schedule(
                        self.now + plan.provider_open_timeout,
                        Event::ProviderOpenTimesOut { connection: connection.0, attempt },
                    );
                }
                let asks = self.arrives_at_application(connection, self.now);
                self.schedule(asks, Event::ProviderAsks { connection: connection.0, attempt });
            }
            None => {
                state.seeks = ConnectReason::Started;
                let again = self.now + manager_choice::retry_after(plan.reconnect);
                self.schedule(again, Event::Reconnects { connection: connection.0, attempt });
            }
        }
    }

    /// R21 as of release 15: an application leaves its least-priority CTIManager once another one is up.
    pub(super) fn falls_back(&mut self, connection: ConnectionId, attempt: u16) {
        let plan = &self.plan.applications[self.application_of(connection).index()];
        let state = &self.connections[connection.index()];
        let Some((least, after)) = plan.least_priority else { return };
        if state.attempt != attempt
            || !state.connected
            || self.health_of(connection) != Health::Up
            || self.manager_of(connection) != least
        {
            return;
        }
        if manager_choice::falls_back(&self.plan.connections[connection.index()].ctimanagers, least, |node| {
            self.can_connect(connection, node)
        }) {
            self.lose_manager(connection, FailureMode::ProcessExits);
            let attempt = self.connections[connection.index()].attempt;
            // It left on purpose: there is no loss to notice.
            self.connections[connection.index()].attempt = attempt.wrapping_add(1);
            self.connect(connection, ConnectReason::Started);
        } else {
            self.schedule(self.now + after, Event::FallsBack { connection: connection.0, attempt });
        }
    }

    /// The CTIManager has neither opened the connection nor refused it in time: the application tries the next one.
    pub(super) fn provider_open_times_out(&mut self, connection: ConnectionId, attempt: u16) {
        let state = &self.connections[connection.index()];
        if state.attempt != attempt || state.connected || self.health_of(connection) == Health::Down {
            return;
        }
        if let Health::Stalled(until) = self.health_of(connection) {
            return self.schedule(until, Event::ProviderOpenTimesOut { connection: connection.0, attempt });
        }
        self.connect(connection, ConnectReason::Refused(state.manager));
    }

    /// The application's request for a connection reaches its CTIManager.
    pub(super) fn provider_asks(&mut self, connection: ConnectionId, attempt: u16) {
        let state = &self.connections[connection.index()];
        // A stalled application sends nothing; it requests a connection again when it resumes.
        if state.attempt != attempt || self.health_of(connection) != Health::Up {
            return;
        }
        let manager = self.manager_of(connection);
        if !self.ctimanager_up(manager) {
            return self.seeks_another(connection, attempt);
        }
        let work = &self.ctimanager_work(manager).request;
        let done = self.work(self.plan.ctimanager(manager), work, Task::Provider, None);
        self.schedule(
            self.arrives_at_application(connection, done),
            Event::ProviderOpens { connection: connection.0, attempt },
        );
    }

    /// The CTIManager failed while the application's request for a connection was in transit; another one may be up.
    fn seeks_another(&mut self, connection: ConnectionId, attempt: u16) {
        if self.nodes[self.manager_of(connection).index()].host_down > 0 {
            // A host that is gone refuses nothing: the application waits for its answer.
            return;
        }
        let state = &mut self.connections[connection.index()];
        state.seeks = ConnectReason::Lost(state.manager);
        self.schedule(
            self.now + manager_choice::SHORTEST_RETRY,
            Event::Reconnects { connection: connection.0, attempt },
        );
    }

    /// A service parameter as a CTIManager has read it when it started.
    fn parameter<T: Copy>(&self, manager: NodeId, at_first: T, of: impl Fn(&ParameterChange) -> Option<T>) -> T {
        let changes = self.plan.parameter_changes.iter().filter(|change| change.node == manager);
        let changes = changes.map(|change| (change.at, of(change)));
        settings::in_force(at_first, changes, self.nodes[manager.index()].ctimanager_started)
    }

    /// The interval of heartbeats that a CTIManager grants to an application (R23).
    fn granted_heartbeat(&self, manager: NodeId, connection: ConnectionId) -> Span {
        let parameters = &self.plan.parameters;
        let minimum = self.parameter(manager, parameters.heartbeat_minimum, |change| change.heartbeat_minimum);
        let maximum = self.parameter(manager, parameters.heartbeat_maximum, |change| change.heartbeat_maximum);
        let requested = self.plan.applications[self.application_of(connection).index()].requested_heartbeat;
        heartbeat::effective_interval(requested, minimum, maximum)
    }

    /// How many connections a CTIManager takes.
    fn connection_limit(&self, manager: NodeId) -> u32 {
        self.parameter(manager, self.plan.nodes[manager.index()].cti_connections, |change| change.cti_connections)
    }

    /// How many connections a CTIManager holds open.
    fn connections_at(&self, manager: NodeId) -> u32 {
        let left = self.connections.iter().filter(|state| state.left.is_some_and(|left| left.manager == manager));
        let held = self.connected_to(manager);
        (left.count() + held.len()) as u32
    }

    pub(super) fn provider_opens(&mut self, connection: ConnectionId, attempt: u16) {
        let manager = self.manager_of(connection);
        let up = self.ctimanager_up(manager);
        let state = &mut self.connections[connection.index()];
        if state.attempt != attempt {
            return;
        }
        if !up {
            return self.seeks_another(connection, attempt);
        }
        if self.connections[connection.index()].left.is_some_and(|left| left.manager == manager) {
            // As with one that restarts, the new connection tells the CTIManager what has become of the old one.
            self.close_left(connection);
        }
        let limit = self.connection_limit(manager);
        if !manager_choice::takes_connection(self.connections_at(manager), limit) {
            return self.connect(connection, ConnectReason::Refused(self.connections[connection.index()].manager));
        }
        let interval = self.granted_heartbeat(manager, connection);
        let state = &mut self.connections[connection.index()];
        state.lookout.stand_down();
        state.lookout.heard = Some(self.now);
        state.connected = true;
        state.number = state.number.wrapping_add(1);
        (state.heartbeat, state.watch) = (interval, heartbeat::heard(self.now, interval));
        state.opening = 0;
        let (application, number) = (state.application, state.number);
        self.note(Fact::ManagerChanged { application, manager });
        if let Some((least, after)) = self.plan.applications[application.index()].least_priority
            && least == manager
        {
            self.schedule(self.now + after, Event::FallsBack { connection: connection.0, attempt });
        }
        self.schedule(self.now + interval, Event::HeartbeatDue { connection: connection.0, attempt });
        let reading = self.plan.parameters.heartbeat_reading;
        let state = &mut self.connections[connection.index()];
        let phase = match reading {
            HeartbeatReading::Timer => Span::ZERO,
            HeartbeatReading::Grid => state.part_of(interval),
        };
        let first_look = heartbeat::first_look(reading, state.watch, self.now, phase);
        self.schedule(first_look, Event::HeartbeatChecked { connection: connection.0, number });
        self.asks_for_device(connection, attempt);
    }

    /// The application requests the next of a connection's devices, and schedules the request for the one after that.
    pub(super) fn asks_for_device(&mut self, connection: ConnectionId, attempt: u16) {
        if self.connections[connection.index()].attempt != attempt {
            return;
        }
        let asks_again = Event::AsksForDevice { connection: connection.0, attempt };
        match self.health_of(connection) {
            Health::Up => {}
            Health::Stalled(until) => return self.schedule(until, asks_again),
            Health::Down => return,
        }
        let devices = &self.plan.connections[connection.index()].devices;
        // What needs no request takes no time.
        let mut asked = false;
        while !asked {
            let state = &mut self.connections[connection.index()];
            let Some(&opener) = devices.get(state.opening) else { return };
            state.opening += 1;
            asked = self.ask_to_open(opener);
        }
        let next = self.now + self.plan.applications[self.application_of(connection).index()].open_interval;
        let state = &mut self.connections[connection.index()];
        state.next_request = next;
        if state.opening < devices.len() {
            self.schedule(next, asks_again);
        }
    }

    /// The application goes through a connection's devices again, from this one on; `from` is when it knows that it has to.
    pub(super) fn asks_again(&mut self, connection: ConnectionId, first: usize, from: Time) {
        let state = &mut self.connections[connection.index()];
        let asks = state.opening < self.plan.connections[connection.index()].devices.len();
        state.opening = state.opening.min(first);
        if asks {
            return;
        }
        let (attempt, at) = (state.attempt, from.max(state.next_request));
        if at > self.now {
            self.schedule(at, Event::AsksForDevice { connection: connection.0, attempt });
        } else {
            self.asks_for_device(connection, attempt);
        }
    }
}
