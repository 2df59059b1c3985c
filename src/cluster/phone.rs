//! Phones, which register by themselves (R14).

use super::event::Event;
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use super::rows::registration::Claim;
use crate::domain::{ConnectionId, DeviceId, NodeId, OpenerId, PhoneGroupId};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder};
use crate::rules::device_failure;
use crate::rules::device_recovery::{self, Asked};
use crate::rules::notice;
use crate::rules::phones::{self, AfterMoving, Awareness, Moved};
use crate::rules::rehoming::{self, Rehoming, Turn};

impl<R: Recorder> Cluster<'_, R> {
    /// A phone has lost its CallManager: after a while it notices.
    pub(super) fn phone_lost(&mut self, row: usize) {
        let group = &self.plan.phone_groups[self.endpoints[row].row as usize];
        let notices = group.failover.sample(self.phone_stream.next_u64());
        self.registrations[row].awareness = Awareness::Unaware;
        let stamp = self.registrations[row].stamp;
        self.schedule(self.now + notices, Event::PhoneMoves { device: row as u32, stamp });
    }

    /// A phone notices that it has lost its CallManager.
    pub(super) fn phone_moves(&mut self, device: u32, stamp: u16) {
        if self.registrations[device as usize].stamp == stamp {
            self.registrations[device as usize].awareness = Awareness::Aware;
            self.phone_looks(device);
        }
    }

    /// A phone that knows that it has no CallManager looks for one of its group, but not during a call. If none is up, it
    /// waits.
    fn phone_looks(&mut self, device: u32) {
        let endpoint = self.endpoints[device as usize];
        let there = device_failure::can_register(self.registrations[device as usize].faults);
        if endpoint.service != Service::Closed || !there {
            return;
        }
        let awareness = self.registrations[device as usize].awareness;
        let group = &self.plan.devices[device as usize].group;
        let calls = self.calls_at_phone(device);
        if let Some(node) = phones::moves_to(awareness, calls, group, |node| self.callmanager_up(node)) {
            self.phone_asks(device, node);
        }
    }

    pub(super) fn phone_asks(&mut self, device: u32, node: NodeId) {
        let endpoint = &mut self.endpoints[device as usize];
        (endpoint.node, endpoint.service) = (node, Service::Pending);
        let stamp = self.registrations[device as usize].stamp;
        let done = self.registers(device, node);
        self.schedule(done, Event::PhoneRegisters { device, stamp });
    }

    pub(super) fn phone_registers(&mut self, device: u32, stamp: u16) {
        let endpoint = &mut self.endpoints[device as usize];
        let registration = &mut self.registrations[device as usize];
        if registration.stamp != stamp {
            return;
        }
        endpoint.service = Service::Open;
        let (row, node, connection) = (endpoint.row, endpoint.node, endpoint.connection);
        let out_of_service = self.now - registration.out_since;
        self.phones[row as usize].open += 1;
        if endpoint.calls == 0 && !endpoint.listed {
            self.phone_becomes_free(device);
        }
        let application = connection.map(|connection| self.application_of(connection));
        self.note(Fact::DeviceOpened { device: DeviceId(device), application, node, out_of_service });
        self.finish_rehoming(device);
        for opener in self.plan.openers_of(DeviceId(device)) {
            self.follow(opener);
        }
        self.phone_considers_rehoming(device);
        self.serve_waiting(PhoneGroupId(row));
    }

    /// A device is registered again that an application opens by a claim: it takes control of it, or its CTIManager opens it again.
    pub(super) fn follow(&mut self, opener: OpenerId) {
        let Some(connection) = self.plan.connection_of(opener) else { return };
        let manager = self.manager_of(connection);
        match self.after_moving(opener, connection) {
            // Where its CTIManager has lost the link to, it is controlled once the link is back.
            AfterMoving::Controls
                if !self.reaches(manager, self.endpoints[self.plan.device_of(opener).index()].node) => {}
            AfterMoving::Controls => {
                self.gain_claim(opener, connection);
                self.send_notice(connection);
            }
            AfterMoving::Reopens => self.queue_recovery(manager, opener),
            AfterMoving::Away | AfterMoving::Forbidden | AfterMoving::CannotOpen => {}
        }
    }

    /// What an application does about a device that is registered again.
    fn after_moving(&self, opener: OpenerId, connection: ConnectionId) -> AfterMoving {
        let device = self.plan.device_of(opener);
        let status = self.registrations[device.index()].status;
        let (node, plan) = (self.endpoints[device.index()].node, &self.plan.devices[device.index()]);
        phones::after_moving(Moved {
            connected: self.connections[connection.index()].connected,
            opened: self.claim(opener).is_opened(),
            recovery: self.plan.recovers(device, self.application_of(connection)),
            can_open: device_recovery::can_open(status, node, &plan.cannot_open_on),
        })
    }

    /// A CTIManager reaches a node again: it opens the phones there that it lost with the link, as if they had moved, and what
    /// others hold.
    pub(super) fn reopen_phones_on(&mut self, manager: NodeId, node: NodeId) {
        for connection in self.connected_to(manager) {
            for &opener in &self.plan.connections[connection.index()].devices {
                let Endpoint { service, node: at, .. } = self.endpoints[self.plan.device_of(opener).index()];
                let controlled = self.claim(opener) == Claim::Controlled;
                let shares = !self.plan.devices[self.plan.device_of(opener).index()].with_media;
                if !self.claims(opener) || !shares || service != Service::Open || at != node || controlled {
                    continue;
                }
                match self.after_moving(opener, connection) {
                    AfterMoving::Controls | AfterMoving::Reopens => self.queue_recovery(manager, opener),
                    AfterMoving::Away | AfterMoving::Forbidden | AfterMoving::CannotOpen => {}
                }
            }
        }
    }

    /// A phone that is elsewhere while its home is back queues to rehome.
    pub(super) fn phone_considers_rehoming(&mut self, device: u32) {
        let home = self.registrations[device as usize].home;
        let returned = self.nodes[home.index()].returned_at;
        if notice::is_noticed(returned, self.plan.parameters.callmanager_notice, self.now) {
            self.phone_begins_to_wait(device, returned);
        }
    }

    fn phone_begins_to_wait(&mut self, device: u32, returned: Time) {
        let Endpoint { service, node, rehoming, .. } = self.endpoints[device as usize];
        let home = self.registrations[device as usize].home;
        let begins = rehoming::begins_to_wait(node, home, rehoming);
        if service == Service::Open && self.callmanager_up(home) && begins {
            self.wait_to_rehome(device, returned);
            self.note(Fact::HomeReturned { device: DeviceId(device), ago: self.now - returned });
            self.phone_queues_if_idle(device);
        }
    }

    /// A phone may rehome once it has no call, and does when its turn comes.
    fn phone_queues_if_idle(&mut self, device: u32) {
        let Endpoint { node, rehoming, .. } = self.endpoints[device as usize];
        let home = self.registrations[device as usize].home;
        if !rehoming::rehomes(node, home, rehoming, self.calls_at_phone(device)) {
            return;
        }
        self.due_to_rehome(device);
        let state = &mut self.nodes[home.index()];
        state.phones_to_rehome.push_back(device);
        if !std::mem::replace(&mut state.rehomes_phones, true) {
            let (epoch, next) = (state.epoch, state.next_phone.max(self.now));
            self.schedule(next, Event::PhoneRehomes { node: home.0, epoch });
        }
    }

    /// Phones notice that a CallManager is back: those without a CallManager try it, and those it is home to rehome.
    pub(super) fn phones_notice_return(&mut self, node: u16) {
        let node = NodeId(node);
        if !self.callmanager_up(node) {
            return;
        }
        let returned = Time::from_nanos(self.now.nanos() - self.plan.parameters.callmanager_notice.nanos());
        for row in 0..self.plan.devices.len() {
            let endpoint = self.endpoints[row];
            if endpoint.kind != EndpointKind::Phone {
                continue;
            }
            if self.registrations[row].home == node {
                self.phone_begins_to_wait(row as u32, returned);
            }
            if !endpoint.is_open() && self.plan.devices[row].group.contains(&node) {
                self.phone_looks(row as u32);
            }
        }
    }

    pub(super) fn phone_rehomes(&mut self, node: u16, epoch: u16) {
        let home = NodeId(node);
        if self.nodes[home.index()].epoch != epoch {
            return;
        }
        while let Some(device) = self.nodes[home.index()].phones_to_rehome.pop_front() {
            let Endpoint { service, rehoming, .. } = self.endpoints[device as usize];
            if service != Service::Open || rehoming != Rehoming::Due {
                continue;
            }
            let runs = self.callmanager_up(home);
            let answer = device_recovery::answer(Asked { runs, reachable: runs, noticed: !runs });
            match rehoming::at_its_turn(self.calls_at_phone(device), answer) {
                Turn::Leaves => {}
                Turn::WaitsAgain => {
                    self.endpoints[device as usize].rehoming = Rehoming::Waiting;
                    continue;
                }
                Turn::Stays => {
                    self.cancel_rehoming(DeviceId(device));
                    continue;
                }
            }
            self.start_rehoming(device);
            self.phone_asks(device, home);
            let interval = self.plan.parameters.phone_return_interval.max(Span::from_nanos(1));
            self.nodes[home.index()].next_phone = self.now + interval;
            break;
        }
        let state = &mut self.nodes[home.index()];
        if state.phones_to_rehome.is_empty() {
            state.rehomes_phones = false;
        } else {
            let next = state.next_phone;
            self.schedule(next, Event::PhoneRehomes { node, epoch });
        }
    }

    /// A phone's call is over: what it put off because of the call is due now.
    pub(super) fn phone_is_idle(&mut self, device: u32) {
        let endpoint = self.endpoints[device as usize];
        if self.calls_at_phone(device) > 0 {
            return;
        }
        match endpoint.service {
            Service::Open if endpoint.rehoming == Rehoming::Waiting => self.phone_queues_if_idle(device),
            Service::Closed => self.phone_looks(device),
            Service::Open | Service::Lost | Service::Pending => {}
        }
    }
}
