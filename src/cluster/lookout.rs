//! An application watches its CTIManager (R23, the other way round), and leaves one that it misses (R20).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::{Health, LeftConnection};
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use crate::domain::{ApplicationId, DeviceId, LinkEnd, NodeId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::plan::Treatment;
use crate::rules::application_failure::Lost;
use crate::rules::heartbeat;
use crate::rules::manager_choice::ConnectReason;

/// What is kept open over a connection that its application leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Open,
    Nothing,
}

impl<R: Recorder> Cluster<'_, R> {
    /// Something begins to hold up or delay the messages of a CTIManager to an application. From now on its heartbeats are
    /// simulated, until they arrive as they should or the application has missed them.
    pub(super) fn watch_manager(&mut self, application: ApplicationId) {
        let link = &self.links[self.link(LinkEnd::Application(application), self.manager_of(application))];
        let interval = self.applications[application.index()].heartbeat;
        let (since, silent) = match link.cuts {
            0 => (self.now, link.slower),
            _ => (link.changed_at, link.held_until - link.changed_at),
        };
        let state = &mut self.applications[application.index()];
        let watches = state.connected && state.health != Health::Down && state.lookout.on.is_none();
        if !watches || !heartbeat::can_be_missed(silent, interval) {
            return;
        }
        let part = state.manager_beats_in(interval);
        let by_heartbeats = since + heartbeat::manager_missed_after(interval, part);
        state.lookout.on = Some((since, by_heartbeats));
        let lookout = state.lookout.number;
        let missed = heartbeat::manager_missed_at(by_heartbeats, state.lookout.heard, interval);
        let application = application.0;
        self.schedule(self.now.max(since + part), Event::ManagerBeats { application, lookout });
        self.schedule(self.now.max(missed), Event::ManagerChecked { application, lookout });
    }

    /// The CTIManager answers a request of an application, or tells it of a device: that is a sign of life too, unless the answer
    /// is held up.
    pub(super) fn hears_manager(&mut self, application: ApplicationId) {
        if !self.links_fail || self.is_well_connected(application) {
            self.applications[application.index()].lookout.heard = Some(self.now);
        }
    }

    pub(super) fn manager_beats(&mut self, application: u16, lookout: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        // One that has closed the connection sends nothing more over it.
        if state.lookout.number == lookout && state.connected {
            let reaches = self.arrives_at_application(id, self.now);
            self.schedule(reaches, Event::ManagerHeard { application, lookout });
            let next = self.now + self.applications[id.index()].heartbeat;
            self.schedule(next, Event::ManagerBeats { application, lookout });
        }
    }

    pub(super) fn manager_heard(&mut self, application: u16, lookout: u16) {
        let id = ApplicationId(application);
        if self.applications[id.index()].lookout.number != lookout {
            return;
        }
        let well = self.is_well_connected(id);
        let state = &mut self.applications[id.index()];
        state.lookout.heard = Some(self.now);
        if well {
            state.lookout.stand_down();
        }
    }

    pub(super) fn manager_checked(&mut self, application: u16, lookout: u16) {
        let id = ApplicationId(application);
        let state = &self.applications[id.index()];
        let Some((since, by_heartbeats)) = state.lookout.on.filter(|_| state.lookout.number == lookout) else { return };
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::ManagerChecked { application, lookout });
        }
        let interval = state.heartbeat;
        let missed = heartbeat::manager_missed_at(by_heartbeats, state.lookout.heard, interval);
        if missed > self.now {
            return self.schedule(missed, Event::ManagerChecked { application, lookout });
        }
        let notified = !state.connected && self.is_well_connected(id);
        self.applications[id.index()].lookout.stand_down();
        // One that has read that its connection is closed waits for its next try to connect.
        if !notified {
            self.misses_manager(id, since);
        }
    }

    /// Whether messages between an application and its CTIManager arrive without further delay.
    fn is_well_connected(&self, application: ApplicationId) -> bool {
        let link = &self.links[self.link(LinkEnd::Application(application), self.manager_of(application))];
        link.cuts == 0 && link.held_until + self.plan.links.to_application <= self.now
    }

    /// An application that has missed its CTIManager leaves the connection, whatever the CTIManager knows, and connects to
    /// the next one of its list at once.
    fn misses_manager(&mut self, application: ApplicationId, since: Time) {
        let closes = self.arrives_at_application(application, self.now);
        let manager = self.manager_of(application);
        let state = &mut self.applications[application.index()];
        state.attempt = state.attempt.wrapping_add(1);
        let (connection, lost, watch) = (state.connection, state.manager, state.watch);
        if std::mem::replace(&mut state.connected, false) {
            state.connection = state.connection.wrapping_add(1);
            state.failed_at = since;
            if state.left.is_none() {
                let heartbeat = state.heartbeat;
                state.left = Some(LeftConnection { manager, connection, since, heartbeat, watch });
            }
            self.schedule(closes, Event::ConnectionCloses { application: application.0, connection });
        }
        self.note(Fact::ManagerLossNoticed { application, delay: self.now - since });
        let holds = match self.applications[application.index()].has_left(connection) {
            true => Holds::Open,
            // Only one left connection is kept in mind: a second one, left before the first was closed, counts as closed at once.
            false => Holds::Nothing,
        };
        for &device in &self.plan.applications[application.index()].devices {
            self.leave_device(device, since, holds);
        }
        self.strand_calls(application, Lost::CtiManager);
        self.connect(application, ConnectReason::Lost(lost));
    }

    /// An application leaves the connection over which it has a device. What is open over it stays so on the CTIManager's side,
    /// except phones, which belong to no connection.
    fn leave_device(&mut self, device: DeviceId, since: Time, holds: Holds) {
        if self.registrations[device.index()].held {
            return;
        }
        let Endpoint { kind, service, .. } = self.endpoints[device.index()];
        match (kind, service, holds) {
            (EndpointKind::Phone, ..) => self.lose_control(device, Some(since)),
            (_, Service::Open, Holds::Open) => self.registrations[device.index()].held = true,
            _ => self.release_device(device, since, OutageCause::ApplicationClosed),
        }
    }

    /// A CTIManager closes a connection that the application has left: what was open over it can be opened over the new one.
    pub(super) fn close_left(&mut self, application: ApplicationId) {
        if let Some(left) = self.applications[application.index()].left {
            let delay = Some(self.now - left.since);
            self.note(Fact::ApplicationClosed { application, delay, false_failure: true });
            self.free_held(application, left, OutageCause::ApplicationClosed);
        }
    }

    /// The CTIManager of a node is gone, and with it all connections that applications have left there.
    pub(super) fn lose_left(&mut self, manager: NodeId) {
        for application in (0..self.applications.len() as u16).map(ApplicationId) {
            let left = self.applications[application.index()].left.filter(|left| left.manager == manager);
            if let Some(left) = left {
                self.free_held(application, left, OutageCause::CtiManagerFailed);
            }
        }
    }

    fn free_held(&mut self, application: ApplicationId, left: LeftConnection, because: OutageCause) {
        let plan = &self.plan.applications[application.index()];
        self.applications[application.index()].left = None;
        for &device in &plan.devices {
            if self.registrations[device.index()].held {
                self.release_device(device, left.since, because);
            }
        }
        self.strand_held_calls(application, Lost::CtiManager);
        for &device in &plan.devices {
            self.registrations[device.index()].held = false;
        }
        let state = &mut self.applications[application.index()];
        if state.connected {
            let asks = state.opening < plan.devices.len();
            state.opening = 0;
            if !asks {
                let attempt = state.attempt;
                self.asks_for_device(application.0, attempt);
            }
        }
    }

    /// Whether a device is open over a connection that its application has left.
    #[inline]
    pub(super) fn is_held(&self, device: u32) -> bool {
        self.links_fail && self.registrations[device as usize].held
    }

    /// The node of the CTIManager over which a device is open.
    #[inline(always)]
    pub(super) fn manager_at(&self, device: u32, application: ApplicationId) -> NodeId {
        if self.is_held(device)
            && let Some(left) = self.applications[application.index()].left
        {
            return left.manager;
        }
        self.manager_of(application)
    }

    /// R4: a device whose calls are answered there is open over one connection only. One whose calls are sent on can be opened over
    /// another one at once, and the calls that wait there since before are nobody's.
    pub(super) fn take_over_held(&mut self, device: DeviceId, application: ApplicationId) {
        let endpoint = self.endpoints[device.index()];
        let with_media = match endpoint.kind {
            EndpointKind::RoutePoint => {
                matches!(self.plan.route_points[endpoint.row as usize].treatment, Treatment::Answer { .. })
            }
            EndpointKind::Port | EndpointKind::Phone | EndpointKind::Outside => true,
        };
        let Some(left) = self.applications[application.index()].left.filter(|_| !with_media) else { return };
        self.release_device(device, left.since, OutageCause::ApplicationClosed);
        self.strand_calls_of(application, device);
        self.registrations[device.index()].held = false;
    }
}
