//! Phones, which register by themselves (R14).

use super::event::Event;
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use super::rows::registration::Registration;
use crate::domain::{DeviceId, NodeId, PhoneGroupId};
use crate::engine::Span;
use crate::facts::{Fact, Recorder};
use crate::rules::phones::{self, AfterMoving, Moved};
use crate::rules::rehoming::{self, Rehoming};
use crate::rules::{device_recovery, notice};

impl<R: Recorder> Cluster<'_, R> {
    /// A phone has lost its CallManager: after a while it notices.
    pub(super) fn phone_lost(&mut self, row: usize) {
        let group = &self.plan.phone_groups[self.endpoints[row].row as usize];
        let notices = group.failover.sample(self.phone_stream.next_u64());
        let stamp = self.registrations[row].stamp;
        self.schedule(self.now + notices, Event::PhoneMoves { device: row as u32, stamp });
    }

    /// A phone looks for a CallManager of its group, but not during a call. If none is up, it waits.
    pub(super) fn phone_moves(&mut self, device: u32, stamp: u16) {
        let endpoint = self.endpoints[device as usize];
        let registration = &self.registrations[device as usize];
        if registration.stamp != stamp || endpoint.service != Service::Closed {
            return;
        }
        let group = &self.plan.devices[device as usize].group;
        if let Some(node) = phones::moves_to(endpoint.calls, group, |node| self.callmanager_up(node)) {
            self.phone_asks(device, node);
        }
    }

    pub(super) fn phone_asks(&mut self, device: u32, node: NodeId) {
        let endpoint = &mut self.endpoints[device as usize];
        (endpoint.node, endpoint.service) = (node, Service::Pending);
        let stamp = self.registrations[device as usize].stamp;
        let done = self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.device_open);
        self.schedule(done, Event::PhoneRegisters { device, stamp });
    }

    pub(super) fn phone_registers(&mut self, device: u32, stamp: u16) {
        let endpoint = &mut self.endpoints[device as usize];
        let registration = &mut self.registrations[device as usize];
        if registration.stamp != stamp {
            return;
        }
        endpoint.service = Service::Open;
        let (row, node, application) = (endpoint.row, endpoint.node, endpoint.application);
        let Registration { phone_control, status, .. } = *registration;
        let out_of_service = self.now - registration.out_since;
        let state = &mut self.phones[row as usize];
        state.open += 1;
        if endpoint.calls == 0 && !endpoint.listed {
            endpoint.listed = true;
            state.free.push_back(device);
        }
        self.note(Fact::DeviceOpened { device: DeviceId(device), application, node, out_of_service });
        self.finish_rehoming(device);
        if let Some(application) = application {
            let cannot_open_on = &self.plan.devices[device as usize].cannot_open_on;
            let moved = Moved {
                connected: self.applications[application.index()].connected,
                opened: phone_control.is_opened(),
                recovery: self.plan.applications[application.index()].recovery,
                can_open: device_recovery::can_open(status, node, cannot_open_on),
            };
            match phones::after_moving(moved) {
                AfterMoving::Controls => self.gain_phone(DeviceId(device), application),
                AfterMoving::Reopens => self.queue_recovery(self.manager_of(application), device),
                AfterMoving::Away | AfterMoving::Forbidden | AfterMoving::CannotOpen => {}
            }
        }
        self.phone_considers_rehoming(device);
        self.serve_waiting(PhoneGroupId(row));
    }

    /// A phone that is elsewhere while its home is back queues to rehome.
    pub(super) fn phone_considers_rehoming(&mut self, device: u32) {
        let Endpoint { service, node, rehoming, .. } = self.endpoints[device as usize];
        let home = self.registrations[device as usize].home;
        let returned = self.nodes[home.index()].returned_at;
        let noticed = notice::is_noticed(returned, self.plan.parameters.callmanager_notice, self.now);
        let begins = rehoming::begins_to_wait(node, home, rehoming);
        if service == Service::Open && self.callmanager_up(home) && noticed && begins {
            self.wait_to_rehome(device, returned);
            self.note(Fact::HomeReturned { device: DeviceId(device), ago: self.now - returned });
            self.phone_queues(device);
        }
    }

    pub(super) fn phone_queues(&mut self, device: u32) {
        let home = self.registrations[device as usize].home;
        let state = &mut self.nodes[home.index()];
        state.phones_to_rehome.push_back(device);
        if !std::mem::replace(&mut state.rehomes_phones, true) {
            let epoch = state.epoch;
            self.schedule(self.now, Event::PhoneRehomes { node: home.0, epoch });
        }
    }

    /// Phones notice that a CallManager is back: those without a CallManager try it, and those it is home to rehome.
    pub(super) fn phones_notice_return(&mut self, node: u16) {
        let node = NodeId(node);
        if !self.callmanager_up(node) {
            return;
        }
        for row in 0..self.plan.devices.len() {
            let endpoint = self.endpoints[row];
            if endpoint.kind != EndpointKind::Phone {
                continue;
            }
            if self.registrations[row].home == node {
                self.phone_considers_rehoming(row as u32);
            }
            if !endpoint.is_open() && self.plan.devices[row].group.contains(&node) {
                self.phone_moves(row as u32, self.registrations[row].stamp);
            }
        }
    }

    pub(super) fn phone_rehomes(&mut self, node: u16, epoch: u16) {
        let home = NodeId(node);
        if self.nodes[home.index()].epoch != epoch {
            return;
        }
        while let Some(device) = self.nodes[home.index()].phones_to_rehome.pop_front() {
            let endpoint = self.endpoints[device as usize];
            // A phone with a call queues again when the call has ended.
            if endpoint.is_open() && rehoming::rehomes(endpoint.node, home, endpoint.rehoming, endpoint.calls) {
                self.start_rehoming(device);
                self.phone_asks(device, home);
                break;
            }
        }
        let state = &mut self.nodes[home.index()];
        if state.phones_to_rehome.is_empty() {
            state.rehomes_phones = false;
        } else {
            let next = self.now + self.plan.parameters.phone_return_interval.max(Span::from_nanos(1));
            self.schedule(next, Event::PhoneRehomes { node, epoch });
        }
    }

    /// A phone's call is over: what it put off because of the call is due now.
    pub(super) fn phone_is_idle(&mut self, device: u32) {
        let endpoint = self.endpoints[device as usize];
        if endpoint.calls > 0 {
            return;
        }
        match endpoint.service {
            Service::Open if endpoint.rehoming == Rehoming::Waiting => self.phone_queues(device),
            Service::Closed => self.phone_moves(device, self.registrations[device as usize].stamp),
            Service::Open | Service::Lost | Service::Pending => {}
        }
    }
}
