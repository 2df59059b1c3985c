//! Applications: their heartbeats, how they fail and how they come back (R23, R24).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::{ALL_SHARES, Health, Job};
use super::rows::connection::{ConnectionState, Ends, Lookout};
use super::turn::Closed;
use crate::domain::{ApplicationFault, ApplicationId, ConnectionId, NodeId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder, Task};
use crate::rules::application_failure::Lost;
use crate::rules::heartbeat;
use crate::rules::manager_choice::ConnectReason;

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_applications(&mut self, seed: u64, replication: u64) {
        for (state, plan) in self.applications.iter_mut().zip(&self.plan.applications) {
            (state.health, state.fault) = (Health::Up, None);
            (state.struck_at, state.lost_at) = (Time::ZERO, Time::ZERO);
            state.workers.clear();
            state.idle_rows.clear();
            state.busy = 0;
            state.queue.clear();
            let its_own = plan.devices.iter().map(|device| &self.plan.devices[device.index()]);
            state.open = its_own.filter(|device| self.plan.starts_controlled(device)).count() as u32;
            state.shares = ALL_SHARES;
            state.work_stream.reset(seed, replication);
        }
        self.ends.clear();
        self.ends.extend(self.plan.connections.iter().map(|it| Ends {
            application: it.application,
            // Without one, a plan is not run.
            manager: it.ctimanagers.first().copied().unwrap_or(NodeId(0)),
        }));
        for row in 0..self.connections.len() {
            let state = &mut self.connections[row];
            let plan = &self.plan.applications[state.application.index()];
            state.failed_at = Time::ZERO;
            (state.manager, state.seeks) = (0, ConnectReason::Started);
            state.connected = plan.may_use_cti;
            (state.number, state.attempt, state.waits_for_hung, state.lost) = (0, 0, None, None);
            // It has asked for all of its devices.
            (state.opening, state.next_request) = (self.plan.connections[row].devices.len(), Time::ZERO);
            state.heartbeat = plan.heartbeat;
            state.heartbeat_stream.reset(seed, replication);
            state.lookout_stream.reset(seed, replication);
            (state.lookout, state.left) = (Lookout::default(), None);
            if !plan.may_use_cti {
                continue;
            }
            // A run begins between two heartbeats of an application that has long been up: both phases are random.
            let next = Time::ZERO + state.part_of(plan.heartbeat);
            let phase = state.part_of(plan.heartbeat);
            state.watch = heartbeat::heard_before(next, plan.heartbeat);
            let reading = self.plan.parameters.heartbeat_reading;
            let first_look = heartbeat::first_look(reading, state.watch, Time::ZERO, phase);
            let connection = row as u16;
            self.schedule(next, Event::HeartbeatDue { connection, attempt: 0 });
            self.schedule(first_look, Event::HeartbeatChecked { connection, number: 0 });
        }
    }

    /// The application of a connection.
    #[inline]
    pub(super) fn application_of(&self, connection: ConnectionId) -> ApplicationId {
        self.ends[connection.index()].application
    }

    /// Whether the process that holds a connection runs and responds, or for how long it does not.
    pub(super) fn health_of(&self, connection: ConnectionId) -> Health {
        self.applications[self.application_of(connection).index()].health
    }

    // Heartbeats (R23).

    pub(super) fn heartbeat_due(&mut self, connection: ConnectionId, attempt: u16) {
        let state = &self.connections[connection.index()];
        if state.attempt != attempt {
            return;
        }
        let due = Event::HeartbeatDue { connection: connection.0, attempt };
        if let Health::Stalled(until) = self.health_of(connection) {
            // Like any timer of a stalled process, it expires as soon as the process resumes.
            return self.schedule(until, due);
        }
        self.queue(self.application_of(connection), Job::Heartbeat(connection));
        let next = self.now + self.connections[connection.index()].heartbeat;
        self.schedule(next, due);
    }

    pub(super) fn heartbeat_reaches_manager(&mut self, connection: ConnectionId, number: u16) {
        let state = &self.connections[connection.index()];
        if state.connected && state.number == number {
            let manager = self.manager_of(connection);
            self.hears_application(connection);
            let work = &self.ctimanager_work(manager).heartbeat;
            self.work(self.plan.ctimanager(manager), work, Task::Heartbeat, None);
        }
    }

    /// A message of an application reaches its CTIManager: a sign of life, whatever it says, and read when it arrives (R23).
    pub(super) fn hears_application(&mut self, connection: ConnectionId) {
        let state = &mut self.connections[connection.index()];
        state.watch = heartbeat::heard(self.now, state.heartbeat);
    }

    pub(super) fn heartbeat_checked(&mut self, connection: ConnectionId, number: u16) {
        let state = &mut self.connections[connection.index()];
        let left = state.has_left(number);
        let (watch, interval) = match &mut state.left {
            Some(it) if left => (&mut it.watch, it.heartbeat),
            _ if state.connected && state.number == number => (&mut state.watch, state.heartbeat),
            _ => return,
        };
        let reading = self.plan.parameters.heartbeat_reading;
        let (after, next_look) = heartbeat::look(reading, *watch, self.now, interval);
        *watch = after;
        match next_look {
            Some(at) => self.schedule(at, Event::HeartbeatChecked { connection: connection.0, number }),
            None if left => self.close_left(connection),
            None => self.close_connection(connection),
        }
    }

    pub(super) fn connection_closes(&mut self, connection: ConnectionId, number: u16) {
        let state = &self.connections[connection.index()];
        if state.has_left(number) {
            self.close_left(connection);
        } else if state.connected && state.number == number {
            self.close_connection(connection);
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
        let its_connections = self.plan.applications[application.index()].all_connections();
        let state = &mut self.applications[application.index()];
        if state.health == Health::Down || (state.health != Health::Up && fault == ApplicationFault::Stall) {
            // It has failed already, and the fault that caused this determines when it is back.
            return;
        }
        // A stalled application that now dies counts as failed since it stalled: from outside, nothing changes.
        if state.health == Health::Up {
            state.struck_at = self.now;
            for connection in its_connections.clone() {
                let connection = &mut self.connections[connection.index()];
                if connection.connected {
                    connection.failed_at = self.now;
                }
            }
        }
        state.fault = Some(row);
        self.note(Fact::ApplicationFailed { application, fault });
        if fault == ApplicationFault::Stall {
            self.applications[application.index()].health = Health::Stalled(ends);
        } else {
            self.lose_process(application);
        }
        for connection in its_connections {
            let ConnectionState { connected, number, .. } = self.connections[connection.index()];
            if fault == ApplicationFault::Exit && connected {
                let seen = self.arrives_at_application(connection, self.now);
                self.schedule(seen, Event::ConnectionCloses { connection: connection.0, number });
            }
        }
    }

    /// The process is gone, with all work that waited in it and all of its connections.
    pub(super) fn lose_process(&mut self, application: ApplicationId) {
        let station = self.plan.workers(application);
        for connection in self.plan.applications[application.index()].all_connections() {
            let state = &mut self.connections[connection.index()];
            state.attempt = state.attempt.wrapping_add(1);
            state.lookout.stand_down();
        }
        let state = &mut self.applications[application.index()];
        state.health = Health::Down;
        state.busy = 0;
        for row in 0..self.applications[application.index()].workers.len() {
            let worker = &mut self.applications[application.index()].workers[row];
            worker.abandoned = true;
            if let Job::Notification(notification) = worker.job {
                self.lost_with_process(notification);
            }
        }
        while let Some((arrived, job)) = self.applications[application.index()].queue.pop_front() {
            let call = self.whose(job);
            match job {
                Job::Call(..) => self.note(Fact::Skipped { station, call, arrived, until: self.now }),
                Job::Notification(notification) => {
                    self.lost_with_process(notification);
                    self.note(Fact::Skipped { station, call, arrived, until: self.now });
                }
                Job::Heartbeat(_) => {}
            }
        }
    }

    pub(super) fn application_returns(&mut self, application: ApplicationId, row: u16) {
        let its_connections = self.plan.applications[application.index()].all_connections();
        let state = &mut self.applications[application.index()];
        if state.fault != Some(row) {
            return;
        }
        state.fault = None;
        let stalled = matches!(state.health, Health::Stalled(_));
        for connection in its_connections.clone() {
            if !stalled && self.connections[connection.index()].connected {
                // The restarted application requests a connection while the old one is still open: this reveals the failure.
                self.close_connection(connection);
            }
        }
        self.note(Fact::ApplicationReturned { application });
        self.applications[application.index()].health = Health::Up;
        if stalled {
            self.start_workers(application);
            if its_connections.clone().any(|connection| self.connections[connection.index()].connected) {
                self.serve_all_waiting();
            }
        }
        for connection in its_connections {
            let state = &mut self.connections[connection.index()];
            if stalled && state.connected {
                continue;
            }
            // It starts its connection attempts over.
            state.attempt = state.attempt.wrapping_add(1);
            let attempt = state.attempt;
            if stalled {
                // It finds its connection closed, and waits before it reconnects.
                state.seeks = ConnectReason::Closed(state.manager);
                let wait = self.plan.applications[application.index()].reconnect;
                let finds = self.readable_from(connection);
                self.schedule(finds + wait, Event::Reconnects { connection: connection.0, attempt });
            } else {
                // An application that starts begins at the top of its list (R21).
                self.connect(connection, ConnectReason::Started);
            }
        }
    }

    /// The CTIManager considers the application failed, rightly or not, and closes its connection (R24).
    pub(super) fn close_connection(&mut self, connection: ConnectionId) {
        let manager = self.manager_of(connection);
        let cut = self.cut_off_since(connection);
        let state = &mut self.connections[connection.index()];
        let application = state.application;
        let process = &self.applications[application.index()];
        let (false_failure, delay, lost) = match (process.health, cut) {
            // It runs, and the link to it is what has failed.
            (Health::Up, Some(since)) => (true, Some(self.now - since), Lost::CtiManager),
            (Health::Up, None) => (true, None, Lost::Application),
            (Health::Stalled(_), _) => (true, Some(self.now - process.struck_at), Lost::Application),
            (Health::Down, _) => (false, Some(self.now - process.struck_at), Lost::Application),
        };
        let health = process.health;
        if health == Health::Up {
            state.failed_at = cut.unwrap_or(self.now);
        }
        let failed_at = state.failed_at;
        state.connected = false;
        state.number = state.number.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        let attempt = state.attempt;
        self.note(Fact::ApplicationClosed { application, delay, false_failure });
        self.release_devices(connection, failed_at, OutageCause::ApplicationClosed);
        self.strand_calls(connection, lost);
        if health == Health::Up {
            let finds = self.arrives_at_application(connection, self.now);
            let state = &mut self.connections[connection.index()];
            state.seeks = ConnectReason::Closed(state.manager);
            let reconnect = self.plan.applications[application.index()].reconnect;
            self.schedule(finds + reconnect, Event::Reconnects { connection: connection.0, attempt });
        }
        self.offer_to_others(connection, Closed::By(manager));
    }
}
