//! Applications: their heartbeats, how they fail and how they come back (R23, R24).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::{ALL_SHARES, Health, Job, Lookout};
use crate::domain::{ApplicationFault, ApplicationId, OutageCause, PhoneGroupId};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::rules::application_failure::Lost;
use crate::rules::heartbeat;
use crate::rules::manager_choice::ConnectReason;

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_applications(&mut self, seed: u64, replication: u64) {
        for row in 0..self.applications.len() {
            let plan = &self.plan.applications[row];
            let state = &mut self.applications[row];
            state.health = Health::Up;
            state.fault = None;
            (state.struck_at, state.failed_at, state.lost_at) = (Time::ZERO, Time::ZERO, Time::ZERO);
            (state.manager, state.seeks) = (0, ConnectReason::Started);
            state.connected = plan.may_use_cti;
            (state.connection, state.attempt, state.waits_for_hung) = (0, 0, None);
            state.workers.clear();
            state.idle_rows.clear();
            state.busy = 0;
            state.queue.clear();
            let its_own = plan.devices.iter().map(|device| &self.plan.devices[device.index()]);
            let controlled = its_own.filter(|device| self.plan.starts_controlled(device));
            (state.opening, state.open) = (0, controlled.count() as u32);
            state.shares = ALL_SHARES;
            state.heartbeat = plan.heartbeat;
            state.heartbeat_stream.reset(seed, replication);
            state.lookout_stream.reset(seed, replication);
            (state.lookout, state.left) = (Lookout::default(), None);
            state.work_stream.reset(seed, replication);
            if !plan.may_use_cti {
                continue;
            }
            // A run begins between two heartbeats of an application that has long been up: both phases are random.
            let next = Time::ZERO + state.part_of(plan.heartbeat);
            let phase = state.part_of(plan.heartbeat);
            state.watch = heartbeat::heard_before(next, plan.heartbeat);
            let reading = self.plan.parameters.heartbeat_reading;
            let first_look = heartbeat::first_look(reading, state.watch, Time::ZERO, phase);
            let application = row as u16;
            self.schedule(next, Event::HeartbeatDue { application, attempt: 0 });
            self.schedule(first_look, Event::HeartbeatChecked { application, connection: 0 });
        }
    }

    // Heartbeats (R23).

    pub(super) fn heartbeat_due(&mut self, application: u16, attempt: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.attempt != attempt {
            return;
        }
        if let Health::Stalled(until) = state.health {
            // Like any timer of a stalled process, it expires as soon as the process resumes.
            return self.schedule(until, Event::HeartbeatDue { application, attempt });
        }
        self.queue(id, Job::Heartbeat);
        let next = self.now + self.applications[id.index()].heartbeat;
        self.schedule(next, Event::HeartbeatDue { application, attempt });
    }

    pub(super) fn heartbeat_reaches_manager(&mut self, application: u16, connection: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        if state.connected && state.connection == connection {
            let manager = self.manager_of(id);
            self.hears_application(id);
            self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).heartbeat);
        }
    }

    /// A message of an application reaches its CTIManager: a sign of life, whatever it says, and read when it arrives (R23).
    pub(super) fn hears_application(&mut self, application: ApplicationId) {
        let state = &mut self.applications[application.index()];
        state.watch = heartbeat::heard(self.now, state.heartbeat);
    }

    pub(super) fn heartbeat_checked(&mut self, application: u16, connection: u16) {
        let state = &mut self.applications[application as usize];
        let left = state.has_left(connection);
        let (watch, interval) = match &mut state.left {
            Some(it) if left => (&mut it.watch, it.heartbeat),
            _ if state.connected && state.connection == connection => (&mut state.watch, state.heartbeat),
            _ => return,
        };
        let reading = self.plan.parameters.heartbeat_reading;
        let (after, next_look) = heartbeat::look(reading, *watch, self.now, interval);
        *watch = after;
        match next_look {
            Some(at) => self.schedule(at, Event::HeartbeatChecked { application, connection }),
            None if left => self.close_left(ApplicationId(application)),
            None => self.close_application(ApplicationId(application)),
        }
    }

    pub(super) fn connection_closes(&mut self, application: u16, connection: u16) {
        let state = &self.applications[application as usize];
        if state.has_left(connection) {
            self.close_left(ApplicationId(application));
        } else if state.connected && state.connection == connection {
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
            // It has failed already, and the fault that caused this determines when it is back.
            return;
        }
        // A stalled application that now dies counts as failed since it stalled: from outside, nothing changes.
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

    /// The process is gone, with all work that waited in it.
    pub(super) fn lose_process(&mut self, application: ApplicationId) {
        let station = self.plan.workers(application);
        let state = &mut self.applications[application.index()];
        state.health = Health::Down;
        state.attempt = state.attempt.wrapping_add(1);
        state.lookout.stand_down();
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
            // The restarted application requests a connection while the old one is still open: this reveals the failure.
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
        // It starts its connection attempts over.
        state.attempt = state.attempt.wrapping_add(1);
        let attempt = state.attempt;
        if stalled {
            // It finds its connection closed, and waits before it reconnects.
            state.seeks = ConnectReason::Closed(state.manager);
            let wait = self.plan.applications[application.index()].reconnect;
            let finds = self.readable_from(application);
            self.schedule(finds + wait, Event::Reconnects { application: application.0, attempt });
        } else {
            // An application that starts begins at the top of its list (R21).
            self.connect(application, ConnectReason::Started);
        }
    }

    /// The CTIManager considers the application failed, rightly or not, and closes it (R24).
    pub(super) fn close_application(&mut self, application: ApplicationId) {
        let plan = &self.plan.applications[application.index()];
        let cut = self.cut_off_since(application);
        let state = &mut self.applications[application.index()];
        let (false_failure, delay, lost) = match (state.health, cut) {
            // It runs, and the link to it is what has failed.
            (Health::Up, Some(since)) => (true, Some(self.now - since), Lost::CtiManager),
            (Health::Up, None) => (true, None, Lost::Application),
            (Health::Stalled(_), _) => (true, Some(self.now - state.struck_at), Lost::Application),
            (Health::Down, _) => (false, Some(self.now - state.struck_at), Lost::Application),
        };
        if state.health == Health::Up {
            state.failed_at = cut.unwrap_or(self.now);
        }
        let failed_at = state.failed_at;
        state.connected = false;
        state.connection = state.connection.wrapping_add(1);
        state.attempt = state.attempt.wrapping_add(1);
        let (health, attempt) = (state.health, state.attempt);
        self.note(Fact::ApplicationClosed { application, delay, false_failure });
        for &device in &plan.devices {
            if !self.registrations[device.index()].held {
                self.release_device(device, failed_at, OutageCause::ApplicationClosed);
            }
        }
        self.strand_calls(application, lost);
        if health == Health::Up {
            let finds = self.arrives_at_application(application, self.now);
            let state = &mut self.applications[application.index()];
            state.seeks = ConnectReason::Closed(state.manager);
            self.schedule(finds + plan.reconnect, Event::Reconnects { application: application.0, attempt });
        }
    }
}
