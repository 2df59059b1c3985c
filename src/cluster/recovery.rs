//! A CTIManager recovers the devices of a failed CallManager, and rehomes them (R13, R16-R19).

use super::event::{Asker, Event};
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, Service};
use super::rows::registration::Registration;
use crate::domain::{ConnectionId, DeviceId, NodeId, OpenerId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::rules::device_recovery::{self, RegistrationStatus};
use crate::rules::notice;
use crate::rules::rehoming::{self, Rehoming, Turn};

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn failure_noticed(&mut self, manager: u16, node: u16) {
        // Whether or not it is back, or has failed again, by now: what was registered there is lost.
        let (manager, node) = (NodeId(manager), NodeId(node));
        // A CTIManager without a connected application has no one to notify.
        if self.ctimanager_up(manager) && !self.connected_to(manager).is_empty() {
            self.note(Fact::FailureNoticed { manager, node, delay: self.plan.parameters.callmanager_notice });
            self.recover_lost(manager);
        }
    }

    pub(super) fn return_noticed(&mut self, manager: u16, node: u16) {
        let (manager, node) = (NodeId(manager), NodeId(node));
        if !self.ctimanager_up(manager) {
            return;
        }
        self.recover_lost(manager);
        if self.reaches(manager, node) {
            let returned = Time::from_nanos(self.now.nanos() - self.plan.parameters.callmanager_notice.nanos());
            self.home_returned(manager, node, returned);
        }
    }

    /// The connections that are open at a CTIManager.
    pub(super) fn connected_to(&self, manager: NodeId) -> Vec<ConnectionId> {
        let all = (0..self.connections.len() as u16).map(ConnectionId);
        all.filter(|id| self.connections[id.index()].connected && self.manager_of(*id) == manager).collect()
    }

    /// A CTIManager starts to open the devices that are out of service (R13), or gives them up if their application
    /// forbids recovery (R19). Opening waits while no CallManager of their group is up (R16).
    pub(super) fn recover_lost(&mut self, manager: NodeId) {
        for connection in self.connected_to(manager) {
            for &opener in &self.plan.connections[connection.index()].devices {
                let device = self.plan.device_of(opener);
                let lost = self.endpoints[device.index()].service == Service::Lost && !self.claims(opener);
                let Registration { out_since, lost_with_callmanager, .. } = self.registrations[device.index()];
                // Another CallManager may have failed meanwhile: what was lost with that is noticed in its own time.
                let noticed = !lost_with_callmanager
                    || notice::is_noticed(out_since, self.plan.parameters.callmanager_notice, self.now);
                if !lost || self.is_held(device.0) || !noticed {
                    continue;
                }
                match device_recovery::may_recover(self.plan.recovers(device, self.application_of(connection))) {
                    Ok(()) => self.queue_recovery(manager, opener),
                    Err(because) => {
                        self.give_up(device.0, because);
                        self.send_notice(connection);
                    }
                }
            }
        }
    }

    /// Queues a device for a CTIManager to open.
    pub(super) fn queue_recovery(&mut self, manager: NodeId, opener: OpenerId) {
        if self.requests(opener) {
            self.queue_turn(manager, opener);
        }
    }

    /// The holder of a device, as its CTIManager sees it.
    pub(super) fn holder_of(&self, device: DeviceId) -> Option<(OpenerId, ConnectionId)> {
        let connection = self.endpoints[device.index()].connection?;
        if !self.some_are_shared {
            return Some((OpenerId(device.0), connection));
        }
        let mut openers = self.plan.openers_of(device);
        let opener = openers.find(|&opener| self.plan.connection_of(opener) == Some(connection))?;
        Some((opener, connection))
    }

    /// A device waits for its turn: to be opened, or to rehome.
    pub(super) fn queue_turn(&mut self, manager: NodeId, opener: OpenerId) {
        let stamp = self.registrations[self.plan.device_of(opener).index()].stamp;
        let state = &mut self.nodes[manager.index()];
        state.reopening.push_back((opener, stamp));
        if !std::mem::replace(&mut state.reopens, true) {
            let (epoch, next) = (state.epoch, state.next_reopening.max(self.now));
            self.schedule(next, Event::ManagerReopens { manager: manager.0, epoch });
        }
    }

    pub(super) fn manager_reopens(&mut self, manager: u16, epoch: u16) {
        if self.nodes[manager as usize].epoch != epoch {
            return;
        }
        while let Some((opener, stamp)) = self.nodes[manager as usize].reopening.pop_front() {
            if self.takes_turn(NodeId(manager), opener, stamp) {
                self.nodes[manager as usize].next_reopening = self.now + self.plan.parameters.reopen_interval;
                break;
            }
        }
        let state = &mut self.nodes[manager as usize];
        if state.reopening.is_empty() {
            state.reopens = false;
        } else {
            let next = state.next_reopening;
            self.schedule(next, Event::ManagerReopens { manager, epoch });
        }
    }

    /// A device's turn has come. Returns whether a CallManager was asked to open it: what asks nothing takes no time.
    fn takes_turn(&mut self, manager: NodeId, opener: OpenerId, stamp: u16) -> bool {
        let DeviceId(device) = self.plan.device_of(opener);
        let Endpoint { service, rehoming, calls, .. } = self.endpoints[device as usize];
        let Some(connection) = self.plan.connection_of(opener) else { return false };
        let registration = &self.registrations[device as usize];
        let connected = self.connections[connection.index()].connected && self.manager_of(connection) == manager;
        if registration.stamp != stamp || !connected {
            return false;
        }
        if self.claims(opener) || service == Service::Pending {
            let asked = self.manager_opens(opener, connection, Asker::CtiManager);
            // The notice that it is out of service follows the opening, which must not wait for it.
            self.send_notice(connection);
            return asked;
        }
        if service != Service::Open || rehoming != Rehoming::Due {
            return false;
        }
        match rehoming::at_its_turn(calls, self.answer(manager, registration.home)) {
            Turn::Leaves => {
                self.start_rehoming(device);
                self.requests(opener);
                let asked = self.manager_opens(opener, connection, Asker::CtiManager);
                self.send_notice(connection);
                asked
            }
            Turn::WaitsAgain => {
                self.endpoints[device as usize].rehoming = Rehoming::Waiting;
                false
            }
            Turn::Stays => {
                self.cancel_rehoming(DeviceId(device));
                false
            }
        }
    }

    // Rehoming (R18).

    /// The devices of a CTIManager's applications whose home is this node, which was back at `returned`, start to rehome
    /// where they can.
    pub(super) fn home_returned(&mut self, manager: NodeId, node: NodeId, returned: Time) {
        self.each_with_home(manager, node, |cluster, device| cluster.begin_to_wait(device, returned));
    }

    /// The same where the link to the node is whole again.
    pub(super) fn consider_rehoming_to(&mut self, manager: NodeId, node: NodeId) {
        self.each_with_home(manager, node, Self::consider_rehoming);
    }

    /// Goes through the route points and ports of a CTIManager's applications whose home is this node.
    fn each_with_home(&mut self, manager: NodeId, node: NodeId, rehomes: impl Fn(&mut Self, u32)) {
        let plan = self.plan;
        for connection in self.connected_to(manager) {
            for &opener in &plan.connections[connection.index()].devices {
                let DeviceId(device) = plan.device_of(opener);
                let at_home = self.registrations[device as usize].home == node;
                if at_home && !self.claims(opener) {
                    rehomes(self, device);
                }
            }
        }
    }

    /// A device that has been opened elsewhere begins to wait if its home is known to be back.
    pub(super) fn consider_rehoming(&mut self, device: u32) {
        let connection = self.endpoints[device as usize].connection;
        let home = self.registrations[device as usize].home;
        let Some(manager) = connection.map(|connection| self.manager_of(connection)) else { return };
        let returned = self.nodes[home.index()].returned_at.max(self.in_reach_since(manager, home));
        let noticed = notice::is_noticed(returned, self.plan.parameters.callmanager_notice, self.now);
        if noticed && self.reaches(manager, home) {
            self.begin_to_wait(device, returned);
        }
    }

    /// A device that is elsewhere begins to wait until it can rehome: its home was back at `returned`.
    fn begin_to_wait(&mut self, device: u32, returned: Time) {
        let Endpoint { service, node, rehoming, .. } = self.endpoints[device as usize];
        let home = self.registrations[device as usize].home;
        let begins = rehoming::begins_to_wait(node, home, rehoming);
        if service == Service::Open && !self.is_held(device) && self.callmanager_up(home) && begins {
            self.wait_to_rehome(device, returned);
            self.note(Fact::HomeReturned { device: DeviceId(device), ago: self.now - returned });
            self.rehome_if_idle(device);
        }
    }

    /// A route point or port may rehome once no call is left on it, and does when its turn comes.
    pub(super) fn rehome_if_idle(&mut self, device: u32) {
        let Endpoint { node, rehoming, calls, service, .. } = self.endpoints[device as usize];
        if service != Service::Open || rehoming != Rehoming::Waiting {
            // By far the most frequent case.
            return;
        }
        if self.is_held(device) || !rehoming::rehomes(node, self.registrations[device as usize].home, rehoming, calls) {
            return;
        }
        self.due_to_rehome(device);
        let (opener, connection) = self.holder_of(DeviceId(device)).expect("an application has it open");
        self.queue_turn(self.manager_of(connection), opener);
    }

    /// Another application holds a device from now on: if it was due to rehome, it waits for a turn at another CTIManager, which
    /// may also reach a home that the one before did not.
    pub(super) fn rehomes_through_another(&mut self, device: DeviceId) {
        let rehoming = &mut self.endpoints[device.index()].rehoming;
        if *rehoming == Rehoming::Due {
            *rehoming = Rehoming::Waiting;
            self.rehome_if_idle(device.0);
        }
        self.consider_rehoming(device.0);
    }

    pub(super) fn due_to_rehome(&mut self, device: u32) {
        self.endpoints[device as usize].rehoming = Rehoming::Due;
        self.registrations[device as usize].out_since = self.now;
    }

    pub(super) fn wait_to_rehome(&mut self, device: u32, home_returned_at: Time) {
        self.registrations[device as usize].home_returned_at = home_returned_at;
        self.endpoints[device as usize].rehoming = Rehoming::Waiting;
    }

    /// A device's turn has come: its old registration is closed, the one at home is next.
    pub(super) fn start_rehoming(&mut self, device: u32) {
        let registration = &mut self.registrations[device as usize];
        registration.status = RegistrationStatus::Unregistered;
        let waited = registration.out_since - registration.home_returned_at;
        self.endpoints[device as usize].rehoming = Rehoming::Leaving;
        self.note(Fact::RehomeStarted { device: DeviceId(device), waited });
        self.close_device(DeviceId(device), self.now, OutageCause::Rehoming);
        self.void_requests(DeviceId(device));
    }

    /// A device that was rehoming is in service, at home or elsewhere.
    pub(super) fn finish_rehoming(&mut self, device: u32) {
        let endpoint = &mut self.endpoints[device as usize];
        if endpoint.rehoming != Rehoming::Leaving {
            return;
        }
        endpoint.rehoming = Rehoming::Settled;
        let registration = &self.registrations[device as usize];
        let (device, delay) = (DeviceId(device), self.now - registration.home_returned_at);
        let home = endpoint.node == registration.home;
        self.note(if home { Fact::Rehomed { device, delay } } else { Fact::RehomeLost { device } });
    }

    /// A device no longer waits to rehome, nor is it rehoming.
    pub(super) fn cancel_rehoming(&mut self, device: DeviceId) {
        let rehoming = &mut self.endpoints[device.index()].rehoming;
        if std::mem::replace(rehoming, Rehoming::Settled) != Rehoming::Settled {
            self.note(Fact::RehomeLost { device });
        }
    }
}
