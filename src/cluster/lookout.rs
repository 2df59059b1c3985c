//! An application watches its CTIManager (R23, the other way round), and leaves one that it misses (R20).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Health;
use super::rows::connection::{ConnectionState, LeftConnection};
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use super::turn::Closed;
use crate::domain::{ConnectionId, DeviceId, NodeId, OpenerId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
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
    pub(super) fn watch_manager(&mut self, connection: ConnectionId) {
        let link = self.link_of(connection);
        let interval = self.connections[connection.index()].heartbeat;
        let (since, silent) = match link.cuts {
            0 => (self.now, link.slower),
            _ => (link.changed_at, link.held_until - link.changed_at),
        };
        let runs = self.health_of(connection) != Health::Down;
        let state = &mut self.connections[connection.index()];
        let watches = state.connected && runs && state.lookout.on.is_none();
        if !watches || !heartbeat::can_be_missed(silent, interval) {
            return;
        }
        let part = state.manager_beats_in(interval);
        let by_heartbeats = since + heartbeat::manager_missed_after(interval, part);
        state.lookout.on = Some((since, by_heartbeats));
        let lookout = state.lookout.number;
        let missed = heartbeat::manager_missed_at(by_heartbeats, state.lookout.heard, interval);
        self.schedule(self.now.max(since + part), Event::ManagerBeats { connection: connection.0, lookout });
        self.schedule(self.now.max(missed), Event::ManagerChecked { connection: connection.0, lookout });
    }

    /// The CTIManager answers a request of an application, or tells it of a device: that is a sign of life too, unless the answer
    /// is held up.
    #[inline]
    pub(super) fn hears_manager(&mut self, connection: ConnectionId) {
        if !self.links_fail || self.is_well_connected(connection) {
            self.connections[connection.index()].lookout.heard = Some(self.now);
        }
    }

    pub(super) fn manager_beats(&mut self, connection: ConnectionId, lookout: u16) {
        let state = &self.connections[connection.index()];
        // One that has closed the connection sends nothing more over it.
        if state.lookout.number == lookout && state.connected {
            let reaches = self.arrives_at_application(connection, self.now);
            self.schedule(reaches, Event::ManagerHeard { connection: connection.0, lookout });
            let next = self.now + self.connections[connection.index()].heartbeat;
            self.schedule(next, Event::ManagerBeats { connection: connection.0, lookout });
        }
    }

    pub(super) fn manager_heard(&mut self, connection: ConnectionId, lookout: u16) {
        if self.connections[connection.index()].lookout.number != lookout {
            return;
        }
        let well = self.is_well_connected(connection);
        let state = &mut self.connections[connection.index()];
        state.lookout.heard = Some(self.now);
        if well {
            state.lookout.stand_down();
        }
    }

    pub(super) fn manager_checked(&mut self, connection: ConnectionId, lookout: u16) {
        let state = &self.connections[connection.index()];
        let Some((since, by_heartbeats)) = state.lookout.on.filter(|_| state.lookout.number == lookout) else { return };
        if let Health::Stalled(until) = self.health_of(connection) {
            return self.schedule(until, Event::ManagerChecked { connection: connection.0, lookout });
        }
        let interval = state.heartbeat;
        let missed = heartbeat::manager_missed_at(by_heartbeats, state.lookout.heard, interval);
        if missed > self.now {
            return self.schedule(missed, Event::ManagerChecked { connection: connection.0, lookout });
        }
        let notified = !state.connected && self.is_well_connected(connection);
        self.connections[connection.index()].lookout.stand_down();
        // One that has read that its connection is closed waits for its next try to connect.
        if !notified {
            self.misses_manager(connection, since);
        }
    }

    /// Whether messages between an application and its CTIManager arrive without further delay.
    fn is_well_connected(&self, connection: ConnectionId) -> bool {
        let link = self.link_of(connection);
        link.cuts == 0 && link.held_until + self.plan.links.to_application <= self.now
    }

    /// An application that has missed its CTIManager leaves the connection, whatever the CTIManager knows, and connects to
    /// the next one of its list at once.
    fn misses_manager(&mut self, connection: ConnectionId, since: Time) {
        let closes = self.arrives_at_application(connection, self.now);
        let manager = self.manager_of(connection);
        let state = &mut self.connections[connection.index()];
        state.attempt = state.attempt.wrapping_add(1);
        let (application, number, lost, watch) = (state.application, state.number, state.manager, state.watch);
        if std::mem::replace(&mut state.connected, false) {
            state.number = state.number.wrapping_add(1);
            state.failed_at = since;
            if state.left.is_none() {
                let heartbeat = state.heartbeat;
                state.left = Some(LeftConnection { manager, number, since, heartbeat, watch });
            }
            self.schedule(closes, Event::ConnectionCloses { connection: connection.0, number });
        }
        self.note(Fact::ManagerLossNoticed { application, delay: self.now - since });
        let holds = match self.connections[connection.index()].has_left(number) {
            true => Holds::Open,
            // Only one left connection is kept in mind: a second one, left before the first was closed, counts as closed at once.
            false => Holds::Nothing,
        };
        for &opener in &self.plan.connections[connection.index()].devices {
            self.leave_device(opener, connection, since, holds);
        }
        self.strand_calls(connection, Lost::CtiManager);
        if holds == Holds::Nothing {
            self.offer_to_others(connection, Closed::By(manager));
        }
        self.connect(connection, ConnectReason::Lost(lost));
    }

    /// An application leaves the connection over which it has a device. What is open over it stays so on the CTIManager's side,
    /// except phones, which belong to no connection.
    fn leave_device(&mut self, opener: OpenerId, connection: ConnectionId, since: Time, holds: Holds) {
        let device = self.plan.device_of(opener);
        let Endpoint { kind, service, connection: holder, .. } = self.endpoints[device.index()];
        if self.registrations[device.index()].held && holder == Some(connection) {
            return;
        }
        let stays = kind != EndpointKind::Phone && service == Service::Open && holder == Some(connection);
        match holds {
            Holds::Open if stays && self.next_in_control(opener).is_none() => {
                self.registrations[device.index()].held = true;
            }
            _ if kind == EndpointKind::Phone => self.lose_claim(opener, Some(since)),
            _ => self.release_device(opener, connection, since, OutageCause::ApplicationClosed),
        }
    }

    /// A CTIManager closes a connection that the application has left: what was open over it can be opened over the new one.
    pub(super) fn close_left(&mut self, connection: ConnectionId) {
        let ConnectionState { application, left, .. } = self.connections[connection.index()];
        if let Some(left) = left {
            let delay = Some(self.now - left.since);
            self.note(Fact::ApplicationClosed { application, delay, false_failure: true });
            self.free_held(connection, left, OutageCause::ApplicationClosed);
        }
    }

    /// The CTIManager of a node is gone, and with it all connections that applications have left there.
    pub(super) fn lose_left(&mut self, manager: NodeId) {
        for connection in (0..self.connections.len() as u16).map(ConnectionId) {
            let left = self.connections[connection.index()].left.filter(|left| left.manager == manager);
            if let Some(left) = left {
                self.free_held(connection, left, OutageCause::CtiManagerFailed);
            }
        }
    }

    fn free_held(&mut self, connection: ConnectionId, left: LeftConnection, because: OutageCause) {
        let devices = &self.plan.connections[connection.index()].devices;
        self.connections[connection.index()].left = None;
        for &opener in devices {
            if self.is_held_over(self.plan.device_of(opener), connection) {
                self.release_device(opener, connection, left.since, because);
            }
        }
        self.strand_held_calls(connection, Lost::CtiManager);
        for &opener in devices {
            let device = self.plan.device_of(opener);
            if self.is_held_over(device, connection) {
                self.registrations[device.index()].held = false;
            }
        }
        if self.connections[connection.index()].connected {
            self.asks_again(connection, 0, self.now);
        }
        let closed =
            if because == OutageCause::CtiManagerFailed { Closed::ManagerGone } else { Closed::By(left.manager) };
        self.offer_to_others(connection, closed);
    }

    /// Whether a device is open over this connection's predecessor, which its application has left.
    pub(super) fn is_held_over(&self, device: DeviceId, connection: ConnectionId) -> bool {
        self.is_held(device.0) && self.endpoints[device.index()].connection == Some(connection)
    }

    /// Whether a device is open over a connection that its application has left.
    #[inline]
    pub(super) fn is_held(&self, device: u32) -> bool {
        self.links_fail && self.registrations[device as usize].held
    }

    /// The node of the CTIManager over which a device is open.
    #[inline(always)]
    pub(super) fn manager_at(&self, device: u32, connection: ConnectionId) -> NodeId {
        if self.is_held(device)
            && let Some(left) = self.connections[connection.index()].left
        {
            return left.manager;
        }
        self.manager_of(connection)
    }

    /// R4: a device whose calls are answered there is open over one connection only. One whose calls are sent on can be opened over
    /// another one at once, and the calls that wait there since before are nobody's.
    pub(super) fn take_over_held(&mut self, opener: OpenerId, connection: ConnectionId) {
        let device = self.plan.device_of(opener);
        let with_media = self.plan.devices[device.index()].with_media;
        let Some(left) = self.connections[connection.index()].left.filter(|_| !with_media) else { return };
        self.release_device(opener, connection, left.since, OutageCause::ApplicationClosed);
        self.strand_calls_of(connection, device);
        self.registrations[device.index()].held = false;
    }
}
