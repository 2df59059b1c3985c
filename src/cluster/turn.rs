//! Devices with several applications: who has one open, who comes next, and when it goes back (R4).
//!
//! The connection that a route point or port is registered through is its *holder*. A device with media is open to its holder
//! alone, and the other applications stand by. One without is open to others beside it, each by a claim of its own, as phones
//! are; when the holder loses it, one of those becomes the holder, and nothing happens to the device.

use super::event::Event;
use super::machine::Cluster;
use super::rows::connection::ConnectionState;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use super::rows::registration::Claim;
use crate::domain::{ConnectionId, DeviceId, NodeId, OpenerId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::rules::device_recovery::RegistrationStatus;
use crate::rules::openers::{self, Situation, Turn};

/// Why a connection's devices are closed, from which it follows how the others learn of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// The CTIManager of this node has closed them.
    By(NodeId),
    /// Their CTIManager is gone.
    ManagerGone,
}

impl<R: Recorder> Cluster<'_, R> {
    // Claims.

    pub(super) fn claim(&self, opener: OpenerId) -> Claim {
        match opener.index().checked_sub(self.registrations.len()) {
            None => self.registrations[opener.index()].claim,
            Some(row) => self.further_claims[row],
        }
    }

    pub(super) fn claim_mut(&mut self, opener: OpenerId) -> &mut Claim {
        match opener.index().checked_sub(self.registrations.len()) {
            None => &mut self.registrations[opener.index()].claim,
            Some(row) => &mut self.further_claims[row],
        }
    }

    /// Whether an application opens a device by a claim: a phone, or what another connection holds.
    pub(super) fn claims(&self, opener: OpenerId) -> bool {
        let Endpoint { kind, connection, .. } = self.endpoints[self.plan.device_of(opener).index()];
        kind == EndpointKind::Phone || (self.some_are_shared && connection != self.plan.connection_of(opener))
    }

    /// Whether an application has a device open now.
    pub(super) fn has_open(&self, opener: OpenerId) -> bool {
        let device = self.plan.device_of(opener);
        if self.claims(opener) {
            return self.claim(opener) == Claim::Controlled;
        }
        self.endpoints[device.index()].is_open() && !self.is_held(device.0)
    }

    /// An application loses its claim to a device, which may go on working.
    pub(super) fn lose_claim(&mut self, opener: OpenerId, failed: Option<Time>) {
        if std::mem::replace(self.claim_mut(opener), Claim::None) == Claim::Controlled {
            let device = self.plan.device_of(opener);
            let connection = self.plan.connection_of(opener).expect("only an application controls a device");
            let application = self.application_of(connection);
            self.controls_less(application, failed);
            let last = !self.is_controlled(device);
            self.note(Fact::ControlLost { device, application, last });
            if self.people_wait > 0 {
                self.requests_are_lost(opener);
            }
        }
    }

    /// An application controls a device by its claim from now on.
    pub(super) fn gain_claim(&mut self, opener: OpenerId, connection: ConnectionId) {
        let device = self.plan.device_of(opener);
        let first = !self.is_controlled(device);
        *self.claim_mut(opener) = Claim::Controlled;
        self.registrations[device.index()].status = RegistrationStatus::Registered;
        let application = self.application_of(connection);
        self.note(Fact::Controlled { device, application, first });
        self.hears_manager(connection);
        self.gain_device(application);
    }

    /// Whether some application controls a device.
    fn is_controlled(&self, device: DeviceId) -> bool {
        let endpoint = &self.endpoints[device.index()];
        (endpoint.kind != EndpointKind::Phone && endpoint.is_open())
            || self.plan.openers_of(device).any(|opener| self.claim(opener) == Claim::Controlled)
    }

    // A connection loses its devices.

    /// An application loses what it has open over a connection.
    pub(super) fn release_devices(&mut self, connection: ConnectionId, out_since: Time, because: OutageCause) {
        for &opener in &self.plan.connections[connection.index()].devices {
            if !self.is_held(self.plan.device_of(opener).0) {
                self.release_device(opener, connection, out_since, because);
            }
        }
    }

    /// An application loses a device until it requests it again: because its CTIManager closed the connection, or because
    /// the CTIManager failed and only the registration is left.
    pub(super) fn release_device(
        &mut self,
        opener: OpenerId,
        connection: ConnectionId,
        out_since: Time,
        because: OutageCause,
    ) {
        let device = self.plan.device_of(opener);
        let Endpoint { kind, connection: holder, .. } = self.endpoints[device.index()];
        if kind == EndpointKind::Phone {
            self.lose_claim(opener, Some(out_since));
        } else if holder != Some(connection) {
            return self.lose_claim(opener, Some(out_since));
        } else if self.pass_on(opener, connection, Some(out_since)) {
            return;
        } else {
            self.void_requests(device);
            self.close_device(device, out_since, because);
            self.cancel_rehoming(device);
            self.endpoints[device.index()].service = Service::Closed;
        }
        if because != OutageCause::CtiManagerFailed {
            self.registrations[device.index()].status = RegistrationStatus::Unregistered;
        }
    }

    /// The holder of a device loses it, and another application has it open too: that one is the holder from now on. Returns
    /// whether there is one.
    pub(super) fn pass_on(&mut self, opener: OpenerId, holder: ConnectionId, failed: Option<Time>) -> bool {
        let Some(next) = self.next_in_control(opener) else { return false };
        let device = self.plan.device_of(opener);
        *self.claim_mut(next) = Claim::None;
        self.registrations[device.index()].held = false;
        self.endpoints[device.index()].connection = self.plan.connection_of(next);
        let application = self.application_of(holder);
        self.controls_less(application, failed);
        self.note(Fact::ControlLost { device, application, last: false });
        self.rehomes_through_another(device);
        true
    }

    /// The application that has a device open beside this one and comes first.
    pub(super) fn next_in_control(&self, opener: OpenerId) -> Option<OpenerId> {
        if !self.some_are_shared {
            return None;
        }
        let mut others = self.plan.openers_of(self.plan.device_of(opener));
        others.find(|&other| other != opener && self.claim(other) == Claim::Controlled)
    }

    // The others.

    /// The other applications of a connection's devices are to learn that these are closed: from its CTIManager, if that lives, or
    /// as it is noticed that a process is gone.
    pub(super) fn offer_to_others(&mut self, connection: ConnectionId, closed: Closed) {
        for &heir in &self.plan.connections[connection.index()].heirs {
            let ConnectionState { connected, number, .. } = self.connections[heir.index()];
            if connected {
                let known = match closed {
                    Closed::By(node) => self.arrives(node, self.manager_of(heir), self.now),
                    Closed::ManagerGone => self.now + self.plan.parameters.callmanager_notice,
                };
                self.schedule(known, Event::ClosingNoticed { connection: heir.0, number });
            }
        }
    }

    /// A CTIManager has learnt that devices are closed, and tells an application that may open them.
    pub(super) fn closing_noticed(&mut self, connection: ConnectionId, number: u16) {
        let state = &self.connections[connection.index()];
        if !state.connected || state.number != number {
            return;
        }
        for &opener in &self.plan.connections[connection.index()].devices {
            let device = self.plan.device_of(opener);
            let Endpoint { kind, connection: holder, .. } = self.endpoints[device.index()];
            let holder = holder.expect("an application may open it");
            if kind != EndpointKind::Phone && !self.is_held(device.0) && !self.connections[holder.index()].connected {
                self.send_notice(connection);
            }
        }
        let reads = self.arrives_at_application(connection, self.now);
        self.asks_again(connection, 0, reads);
    }

    /// What an application does that comes to a route point or port while it goes through its devices.
    pub(super) fn takes_its_turn(&mut self, opener: OpenerId, connection: ConnectionId) -> Turn {
        let device = self.plan.device_of(opener);
        let plan = &self.plan.devices[device.index()];
        if plan.further.is_empty() {
            return Turn::Opens;
        }
        let Endpoint { connection: holder, service, calls, .. } = self.endpoints[device.index()];
        let holder = holder.expect("an application may open it");
        let is_before = |one: ConnectionId, other: ConnectionId| {
            let mut order = self.plan.openers_of(device).filter_map(|opener| self.plan.connection_of(opener));
            order.find(|&it| it == one || it == other) == Some(one)
        };
        let mut before = self.plan.openers_of(device).take_while(|&other| other != opener);
        let turn = openers::turn(Situation {
            with_media: plan.with_media,
            standby: plan.standby,
            holds: holder == connection,
            held: self.connections[holder.index()].connected || self.is_held(device.0),
            before_holder: is_before(connection, holder),
            another_before: before.any(|other| {
                self.plan.connection_of(other).is_some_and(|other| self.connections[other.index()].connected)
            }),
            calls,
        });
        match turn {
            Turn::Opens if holder != connection => {
                if service == Service::Open {
                    self.close_device(device, self.now, OutageCause::HandedOver);
                }
                self.void_requests(device);
                self.cancel_rehoming(device);
                if self.connections[holder.index()].connected {
                    self.registrations[device.index()].status = RegistrationStatus::Unregistered;
                }
                *self.claim_mut(opener) = Claim::None;
                let endpoint = &mut self.endpoints[device.index()];
                (endpoint.connection, endpoint.service) = (Some(connection), Service::Closed);
                self.registrations[device.index()].wanted = false;
            }
            Turn::Awaits => self.registrations[device.index()].wanted = true,
            Turn::Opens | Turn::OpensBeside | Turn::StandsBy => {}
        }
        turn
    }

    /// A device that another application waits for goes to that one once it has no call.
    pub(super) fn hand_over_if_idle(&mut self, device: DeviceId) {
        if self.endpoints[device.index()].calls > 0
            || !std::mem::replace(&mut self.registrations[device.index()].wanted, false)
        {
            return;
        }
        let waits = |opener: &OpenerId| {
            let connection = self.plan.connection_of(*opener);
            connection.is_some_and(|connection| self.connections[connection.index()].connected)
        };
        let Some(next) = self.plan.openers_of(device).find(waits) else { return };
        let connection = self.plan.connection_of(next).expect("it waits over a connection");
        let devices = &self.plan.connections[connection.index()].devices;
        let place = devices.partition_point(|&other| self.plan.device_of(other) < device);
        self.asks_again(connection, place, self.now);
    }

    /// A device is open to its holder: it goes on to an earlier application that waits for it, and the others of one without media
    /// open it too.
    pub(super) fn opened_to_holder(&mut self, device: DeviceId) {
        if self.plan.devices[device.index()].with_media {
            return self.hand_over_if_idle(device);
        }
        for opener in self.plan.openers_of(device) {
            if self.claims(opener) {
                self.follow(opener);
            }
        }
    }
}
