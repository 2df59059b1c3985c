//! A CTIManager recovers the devices of a failed CallManager, and rehomes them (R13, R16-R19).

use super::event::Event;
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use crate::domain::{ApplicationId, DeviceId, NodeId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::rules::device_recovery::{self, RegistrationStatus};
use crate::rules::notice;
use crate::rules::rehoming::{self, Rehoming};

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn failure_noticed(&mut self, manager: u16, node: u16) {
        let (manager, node) = (NodeId(manager), NodeId(node));
        if !notice::is_noticed(self.nodes[node.index()].failed_at, self.plan.parameters.callmanager_notice, self.now) {
            // It has failed again since: that failure is noticed by an event of its own.
            return;
        }
        // A CTIManager without a connected application has no one to notify.
        if self.ctimanager_up(manager) && !self.connected_to(manager).is_empty() {
            self.note(Fact::FailureNoticed { manager, node, delay: self.plan.parameters.callmanager_notice });
            self.recover_lost(manager);
        }
    }

    pub(super) fn return_noticed(&mut self, manager: u16, node: u16) {
        let (manager, node) = (NodeId(manager), NodeId(node));
        let since = self.nodes[node.index()].returned_at;
        let due = notice::is_noticed(since, self.plan.parameters.callmanager_notice, self.now);
        if !self.ctimanager_up(manager) || !self.callmanager_up(node) || !due {
            return;
        }
        self.recover_lost(manager);
        if self.reaches(manager, node) {
            self.consider_rehoming_to(manager, node);
        }
    }

    /// The applications whose provider is open at a CTIManager.
    pub(super) fn connected_to(&self, manager: NodeId) -> Vec<ApplicationId> {
        let all = (0..self.applications.len() as u16).map(ApplicationId);
        all.filter(|id| self.applications[id.index()].connected && self.manager_of(*id) == manager).collect()
    }

    /// A CTIManager starts to open the devices that are out of service (R13), or gives them up if their application
    /// forbids recovery (R19). Opening waits while no CallManager of their group is up (R16).
    pub(super) fn recover_lost(&mut self, manager: NodeId) {
        for application in self.connected_to(manager) {
            let plan = &self.plan.applications[application.index()];
            for &device in &plan.devices {
                if self.endpoints[device.index()].service != Service::Lost {
                    continue;
                }
                match device_recovery::may_recover(plan.recovery) {
                    Ok(()) => self.queue_recovery(manager, device.0),
                    Err(because) => self.give_up(device.0, because),
                }
            }
        }
    }

    /// Queues a device for a CTIManager to open.
    pub(super) fn queue_recovery(&mut self, manager: NodeId, device: u32) {
        let registration = &mut self.registrations[device as usize];
        if !registration.request(&mut self.endpoints[device as usize]) {
            return;
        }
        let stamp = registration.stamp;
        let state = &mut self.nodes[manager.index()];
        state.reopening.push_back((device, stamp));
        if !std::mem::replace(&mut state.reopens, true) {
            let (epoch, next) = (state.epoch, state.next_reopening.max(self.now));
            self.schedule(next, Event::ManagerReopens { manager: manager.0, epoch });
        }
    }

    pub(super) fn manager_reopens(&mut self, manager: u16, epoch: u16) {
        if self.nodes[manager as usize].epoch != epoch {
            return;
        }
        while let Some((device, stamp)) = self.nodes[manager as usize].reopening.pop_front() {
            let Some(application) = self.endpoints[device as usize].application else { continue };
            if self.registrations[device as usize].stamp == stamp && self.applications[application.index()].connected {
                self.manager_opens(device, application);
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

    // Rehoming (R18).

    /// The devices of a CTIManager's applications whose home is this node start to rehome where they can.
    pub(super) fn consider_rehoming_to(&mut self, manager: NodeId, node: NodeId) {
        let plan = self.plan;
        for application in self.connected_to(manager) {
            for &DeviceId(device) in &plan.applications[application.index()].devices {
                let home = self.registrations[device as usize].home;
                if home == node && self.endpoints[device as usize].kind != EndpointKind::Phone {
                    self.consider_rehoming(device);
                }
            }
        }
    }

    /// A device that is elsewhere while its home is known to be back begins to wait until it can rehome.
    pub(super) fn consider_rehoming(&mut self, device: u32) {
        let Endpoint { service, node, rehoming, application, .. } = self.endpoints[device as usize];
        let home = self.registrations[device as usize].home;
        let Some(manager) = application.map(|application| self.manager_of(application)) else { return };
        let returned = self.nodes[home.index()].returned_at.max(self.in_reach_since(manager, home));
        let noticed = notice::is_noticed(returned, self.plan.parameters.callmanager_notice, self.now);
        let there = self.callmanager_up(home) && self.reaches(manager, home);
        if service == Service::Open && there && noticed && rehoming::begins_to_wait(node, home, rehoming) {
            self.wait_to_rehome(device, returned);
            self.note(Fact::HomeReturned { device: DeviceId(device), ago: self.now - returned });
            self.rehome_if_idle(device);
        }
    }

    /// A route point or port rehomes once no call is left on it.
    pub(super) fn rehome_if_idle(&mut self, device: u32) {
        let Endpoint { node, rehoming, calls, service, application, .. } = self.endpoints[device as usize];
        if service != Service::Open || rehoming != Rehoming::Waiting {
            // By far the most frequent case.
            return;
        }
        if !rehoming::rehomes(node, self.registrations[device as usize].home, rehoming, calls) {
            return;
        }
        self.start_rehoming(device);
        let application = application.expect("an application has it open");
        self.queue_recovery(self.manager_of(application), device);
    }

    pub(super) fn wait_to_rehome(&mut self, device: u32, home_returned_at: Time) {
        self.registrations[device as usize].home_returned_at = home_returned_at;
        self.endpoints[device as usize].rehoming = Rehoming::Waiting;
    }

    pub(super) fn start_rehoming(&mut self, device: u32) {
        let registration = &mut self.registrations[device as usize];
        registration.status = RegistrationStatus::Unregistered;
        let waited = self.now - registration.home_returned_at;
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
