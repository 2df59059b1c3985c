//! Devices that lose their CallManager, find another one, and go home (R13, R14, R16-R19).

use super::device::{Homing, Place, PlaceKind, Registration};
use super::{Cluster, Event};
use crate::domain::{ApplicationId, ClosedBecause, DeviceId, NodeId, OutBecause, PhoneGroupId};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder};
use crate::plan::Topology;
use crate::rules::device_recovery::{self, Recovery};
use crate::rules::{failback, node_choice};

impl<R: Recorder> Cluster<'_, R> {
    // Out of service.

    /// A device is out of service, if it was not before.
    pub(super) fn close_device(&mut self, device: DeviceId, out_since: Time, because: OutBecause) {
        let failed = (because != OutBecause::Rehoming).then_some(out_since);
        self.lose_control(device, failed);
        let place = &mut self.places[device.index()];
        if !place.open {
            return;
        }
        place.open = false;
        self.registrations[device.index()].out_since = out_since;
        let application = place.application;
        match place.kind {
            PlaceKind::Port => self.ports[place.row as usize].open -= 1,
            PlaceKind::Phone => self.phones[place.row as usize].open -= 1,
            PlaceKind::RoutePoint | PlaceKind::Outside => {}
        }
        if place.kind != PlaceKind::Phone
            && let Some(application) = application
        {
            self.applications[application.index()].lose_device(failed);
        }
        if because != OutBecause::Rehoming {
            self.forget_home(device);
        }
        self.note(Fact::DeviceClosed { device, application, because });
    }

    /// An application no longer controls a phone, which may go on working.
    pub(super) fn lose_control(&mut self, device: DeviceId, failed: Option<Time>) {
        let registration = &mut self.registrations[device.index()];
        registration.reopened = false;
        if std::mem::take(&mut registration.controlled) {
            let application = self.places[device.index()].application.expect("only an application controls a phone");
            self.applications[application.index()].lose_device(failed);
        }
    }

    /// Whatever was asked for about a device is void.
    pub(super) fn void_requests(&mut self, device: DeviceId) {
        let registration = &mut self.registrations[device.index()];
        registration.stamp = registration.stamp.wrapping_add(1);
        (registration.pending, registration.asked) = (false, false);
    }

    /// An application loses a device that is to come back only when it asks for it again: because its CTIManager closed
    /// the application, or because the CTIManager is gone and the registration alone is left.
    pub(super) fn release_device(&mut self, device: DeviceId, out_since: Time, because: OutBecause) {
        if self.places[device.index()].kind == PlaceKind::Phone {
            self.registrations[device.index()].asked = false;
            return self.lose_control(device, Some(out_since));
        }
        self.void_requests(device);
        self.close_device(device, out_since, because);
        self.forget_home(device);
        let registration = &mut self.registrations[device.index()];
        registration.lost = false;
        registration.stands &= because == OutBecause::CtiManagerFailed;
    }

    /// The devices that were registered, or being registered, with a CallManager that has failed.
    pub(super) fn lose_devices_of(&mut self, node: NodeId) {
        for row in 0..self.plan.devices.len() {
            let device = DeviceId(row as u32);
            let Place { kind, open, homing, .. } = self.places[row];
            let Registration { pending, lost, home, .. } = self.registrations[row];
            if home == node && homing == Homing::Waiting {
                self.forget_home(device);
            }
            if self.places[row].node != node {
                continue;
            }
            if kind == PlaceKind::Phone && !open && !pending {
                // It is looking for a CallManager as it is.
                continue;
            }
            self.void_requests(device);
            self.close_device(device, self.now, OutBecause::CallManagerFailed);
            self.registrations[row].stands = false;
            if kind == PlaceKind::Phone {
                self.phone_lost(row);
            } else {
                self.registrations[row].lost = open || pending || lost;
            }
        }
    }

    // Opening.

    /// The application's request to open a device leaves for the CTIManager.
    pub(super) fn ask_to_open(&mut self, device: DeviceId) {
        let application = self.places[device.index()].application.expect("only an application asks for its devices");
        let reaches = self.arrives_at_application(application, self.now);
        let place = &self.places[device.index()];
        let registration = &mut self.registrations[device.index()];
        let there = if place.kind == PlaceKind::Phone { registration.controlled } else { place.open };
        if !there && !std::mem::replace(registration.requested(place.kind), true) {
            let stamp = registration.stamp;
            self.schedule(reaches, Event::OpenReachesManager { device: device.0, stamp });
        }
    }

    pub(super) fn open_reaches_manager(&mut self, device: u32, stamp: u16) {
        if self.registrations[device as usize].stamp != stamp {
            return;
        }
        let place = self.places[device as usize];
        let application = place.application.expect("only an application's devices are opened");
        if self.applications[application.index()].connected {
            self.manager_opens(device, application);
        } else {
            *self.registrations[device as usize].requested(place.kind) = false;
        }
    }

    /// A CTIManager opens a device on the CallManager that the rules name, if they name one.
    fn manager_opens(&mut self, device: u32, application: ApplicationId) {
        let manager = self.manager_of(application);
        let place = self.places[device as usize];
        let node = if place.kind == PlaceKind::Phone {
            self.registrations[device as usize].reopened = true;
            // R14: a phone is opened where it is, and not at all while it is nowhere.
            let can_open = |node: &NodeId| self.reaches(manager, *node) && self.can_open(device, *node);
            place.open.then_some(place.node).filter(can_open)
        } else if self.registrations[device as usize].stands
            && self.callmanager_up(place.node)
            && self.reaches(manager, place.node)
        {
            Some(place.node)
        } else {
            let plan = &self.plan.devices[device as usize];
            let live = |node| self.callmanager_up(node) && self.reaches(manager, node);
            match device_recovery::recover(true, &plan.group, &plan.cannot_open_on, live) {
                Recovery::Open(node) => Some(node),
                Recovery::Wait => None,
                Recovery::GiveUp(because) => return self.give_up(device, because),
            }
        };
        // R25: before there were CTIManagers an application reached its own CallManager only.
        let in_reach = node.is_none_or(|node| self.plan.topology == Topology::CtiManager || node == manager);
        let Some(node) = node.filter(|_| in_reach) else {
            if !in_reach && place.homing == Homing::Leaving {
                self.give_up(device, ClosedBecause::OutOfReach);
            }
            let registration = &mut self.registrations[device as usize];
            *registration.requested(place.kind) = false;
            registration.lost = place.kind != PlaceKind::Phone;
            return;
        };
        self.places[device as usize].node = node;
        let stamp = self.registrations[device as usize].stamp;
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).device_open);
        self.schedule(self.arrives(manager, node, done), Event::OpenReachesCallManager { device, stamp });
    }

    fn give_up(&mut self, device: u32, because: ClosedBecause) {
        let registration = &mut self.registrations[device as usize];
        (registration.lost, registration.pending) = (false, false);
        self.forget_home(DeviceId(device));
        self.note(Fact::DeviceGivenUp { device: DeviceId(device), because });
    }

    pub(super) fn open_reaches_callmanager(&mut self, device: u32, stamp: u16) {
        if self.registrations[device as usize].stamp != stamp {
            return;
        }
        let node = self.places[device as usize].node;
        let work = &self.plan.nodes[node.index()].callmanager.device_open;
        let done = self.work(self.plan.callmanager(node), work);
        self.schedule(done, Event::DeviceOpens { device, stamp });
    }

    pub(super) fn device_opens(&mut self, device: u32, stamp: u16) {
        let place = &mut self.places[device as usize];
        let registration = &mut self.registrations[device as usize];
        if registration.stamp != stamp {
            return;
        }
        *registration.requested(place.kind) = false;
        let application = place.application.expect("only an application's devices are opened");
        if place.kind == PlaceKind::Phone {
            let connected = self.applications[application.index()].connected;
            if connected && place.open && !std::mem::replace(&mut registration.controlled, true) {
                self.gain_device(application);
            }
            return;
        }
        (place.open, registration.stands, registration.lost) = (true, true, false);
        let (row, node, out_since) = (place.row, place.node, registration.out_since);
        if place.kind == PlaceKind::Port {
            let state = &mut self.ports[row as usize];
            state.open += 1;
            // A call that kept its media may still be there; then the port is free when that one ends.
            if place.calls == 0 && !place.listed {
                place.listed = true;
                state.free.push_back(device);
            }
        }
        let out_of_service = self.now - out_since;
        self.note(Fact::DeviceOpened {
            device: DeviceId(device),
            application: Some(application),
            node,
            out_of_service,
        });
        self.arrived_home(device);
        self.gain_device(application);
        self.look_home(device);
    }

    fn gain_device(&mut self, application: ApplicationId) {
        let devices = self.plan.applications[application.index()].devices.len();
        let state = &mut self.applications[application.index()];
        state.open += 1;
        while let Some(share) = self.applications[application.index()].next_share(devices) {
            let delay = self.now - self.applications[application.index()].lost_at;
            self.note(Fact::Recovered { application, share, delay });
        }
    }

    // Recovery by a CTIManager.

    pub(super) fn failure_noticed(&mut self, manager: u16, node: u16) {
        let (manager, node) = (NodeId(manager), NodeId(node));
        if self.nodes[node.index()].failed_at + self.plan.parameters.callmanager_notice > self.now {
            // It has failed again since: that is noticed in its turn.
            return;
        }
        // One that no application is connected to has nobody to tell.
        if self.ctimanager_up(manager) && !self.connected_to(manager).is_empty() {
            self.note(Fact::FailureNoticed { manager, node, delay: self.plan.parameters.callmanager_notice });
            self.recover_lost(manager);
        }
    }

    pub(super) fn return_noticed(&mut self, manager: u16, node: u16) {
        let (manager, node) = (NodeId(manager), NodeId(node));
        let since = self.nodes[node.index()].returned_at;
        let due = since + self.plan.parameters.callmanager_notice <= self.now;
        if !self.ctimanager_up(manager) || !self.callmanager_up(node) || !due {
            return;
        }
        self.recover_lost(manager);
        if self.reaches(manager, node) {
            self.look_home_at(manager, node);
        }
    }

    /// The applications whose provider is open at a CTIManager.
    pub(super) fn connected_to(&self, manager: NodeId) -> Vec<ApplicationId> {
        let all = (0..self.applications.len() as u16).map(ApplicationId);
        all.filter(|id| self.applications[id.index()].connected && self.manager_of(*id) == manager).collect()
    }

    /// A CTIManager sets about opening the devices that are out of service (R13), closes them where their application
    /// forbids that (R19), or goes on waiting for a CallManager of their group (R16).
    pub(super) fn recover_lost(&mut self, manager: NodeId) {
        for application in self.connected_to(manager) {
            let plan = &self.plan.applications[application.index()];
            for &device in &plan.devices {
                let Registration { lost, pending, .. } = self.registrations[device.index()];
                if !lost || pending || self.places[device.index()].kind == PlaceKind::Phone {
                    continue;
                }
                if plan.recovery {
                    self.queue_recovery(manager, device.0);
                } else {
                    self.give_up(device.0, ClosedBecause::RecoveryForbidden);
                }
            }
        }
    }

    /// One more device for a CTIManager to open, in its turn.
    fn queue_recovery(&mut self, manager: NodeId, device: u32) {
        let registration = &mut self.registrations[device as usize];
        if std::mem::replace(registration.requested(self.places[device as usize].kind), true) {
            return;
        }
        let stamp = registration.stamp;
        let state = &mut self.nodes[manager.index()];
        state.reopening.push_back((device, stamp));
        if !std::mem::replace(&mut state.reopens, true) {
            let epoch = state.epoch;
            self.schedule(self.now, Event::ManagerReopens { manager: manager.0, epoch });
        }
    }

    pub(super) fn manager_reopens(&mut self, manager: u16, epoch: u16) {
        if self.nodes[manager as usize].epoch != epoch {
            return;
        }
        while let Some((device, stamp)) = self.nodes[manager as usize].reopening.pop_front() {
            let Some(application) = self.places[device as usize].application else { continue };
            if self.registrations[device as usize].stamp == stamp && self.applications[application.index()].connected {
                self.manager_opens(device, application);
                break;
            }
        }
        if self.nodes[manager as usize].reopening.is_empty() {
            self.nodes[manager as usize].reopens = false;
        } else {
            let next = self.now + self.plan.parameters.reopen_interval;
            self.schedule(next, Event::ManagerReopens { manager, epoch });
        }
    }

    // Home (R18).

    /// A device that is elsewhere while its home is known to be back begins to wait for the moment to go there.
    pub(super) fn look_home(&mut self, device: u32) {
        let Place { open, node, homing, application, .. } = self.places[device as usize];
        let home = self.registrations[device as usize].home;
        let Some(manager) = application.map(|application| self.manager_of(application)) else { return };
        let returned = self.nodes[home.index()].returned_at.max(self.in_reach_since(manager, home));
        let noticed = returned + self.plan.parameters.callmanager_notice <= self.now;
        let there = self.callmanager_up(home) && self.reaches(manager, home);
        if open && node != home && homing != Homing::Waiting && there && noticed {
            self.waits_to_go_home(device, returned);
            self.note(Fact::HomeReturned { device: DeviceId(device), ago: self.now - returned });
            self.may_go_home(device);
        }
    }

    /// A route point or port goes home once no call is left on it.
    pub(super) fn may_go_home(&mut self, device: u32) {
        let Place { node, homing, calls, open, application, .. } = self.places[device as usize];
        if !open || homing != Homing::Waiting {
            // As nearly all of them, nearly always.
            return;
        }
        if !failback::goes_home(node, self.registrations[device as usize].home, true, calls) {
            return;
        }
        self.leave_for_home(device);
        self.registrations[device as usize].lost = true;
        let application = application.expect("an application has it open");
        self.queue_recovery(self.manager_of(application), device);
    }

    fn waits_to_go_home(&mut self, device: u32, home_back: Time) {
        self.registrations[device as usize].home_back = home_back;
        self.places[device as usize].homing = Homing::Waiting;
    }

    fn leave_for_home(&mut self, device: u32) {
        let registration = &mut self.registrations[device as usize];
        registration.stands = false;
        let waited = self.now - registration.home_back;
        self.places[device as usize].homing = Homing::Leaving;
        self.note(Fact::RehomeStarted { device: DeviceId(device), waited });
        self.close_device(DeviceId(device), self.now, OutBecause::Rehoming);
        self.void_requests(DeviceId(device));
    }

    /// A device that was under way home is somewhere.
    fn arrived_home(&mut self, device: u32) {
        let place = &mut self.places[device as usize];
        if place.homing != Homing::Leaving {
            return;
        }
        place.homing = Homing::Settled;
        let registration = &self.registrations[device as usize];
        let (device, delay) = (DeviceId(device), self.now - registration.home_back);
        let home = place.node == registration.home;
        self.note(if home { Fact::Rehomed { device, delay } } else { Fact::HomeLost { device } });
    }

    /// A device no longer waits to go home, nor is it under way there.
    pub(super) fn forget_home(&mut self, device: DeviceId) {
        let homing = &mut self.places[device.index()].homing;
        if std::mem::replace(homing, Homing::Settled) != Homing::Settled {
            self.note(Fact::HomeLost { device });
        }
    }

    // Phones, which move themselves (R14).

    /// A phone has lost its CallManager: after a while it notices.
    fn phone_lost(&mut self, row: usize) {
        let group = &self.plan.phone_groups[self.places[row].row as usize];
        let notices = group.failover.sample(self.phone_luck.next_u64());
        let stamp = self.registrations[row].stamp;
        self.schedule(self.now + notices, Event::PhoneMoves { device: row as u32, stamp });
    }

    /// A phone looks for a CallManager of its group. During a call it does not, and without a live one it waits.
    pub(super) fn phone_moves(&mut self, device: u32, stamp: u16) {
        let place = self.places[device as usize];
        let registration = &self.registrations[device as usize];
        if registration.stamp != stamp || place.open || registration.pending || place.calls > 0 {
            return;
        }
        let group = &self.plan.devices[device as usize].group;
        if let Some(node) = node_choice::first_live(group, |node| self.callmanager_up(node)) {
            self.phone_asks(device, node);
        }
    }

    fn phone_asks(&mut self, device: u32, node: NodeId) {
        self.places[device as usize].node = node;
        let registration = &mut self.registrations[device as usize];
        registration.pending = true;
        let stamp = registration.stamp;
        let done = self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.device_open);
        self.schedule(done, Event::PhoneRegisters { device, stamp });
    }

    pub(super) fn phone_registers(&mut self, device: u32, stamp: u16) {
        let place = &mut self.places[device as usize];
        let registration = &mut self.registrations[device as usize];
        if registration.stamp != stamp {
            return;
        }
        (place.open, registration.stands, registration.pending) = (true, true, false);
        let (row, node, application, reopened) = (place.row, place.node, place.application, registration.reopened);
        let out_of_service = self.now - registration.out_since;
        let state = &mut self.phones[row as usize];
        state.open += 1;
        if place.calls == 0 && !place.listed {
            place.listed = true;
            state.free.push_back(device);
        }
        self.note(Fact::DeviceOpened { device: DeviceId(device), application, node, out_of_service });
        self.arrived_home(device);
        if let Some(application) = application {
            let state = &self.applications[application.index()];
            if !self.can_open(device, node) {
                // R17: its application has lost it, for as long as it is there.
            } else if reopened && state.connected {
                // R20: it was opened before it moved; from now on it can be controlled.
                self.registrations[device as usize].controlled = true;
                self.gain_device(application);
            } else if state.connected && self.plan.applications[application.index()].recovery {
                // R14: it has moved, so its CTIManager opens it again.
                self.queue_recovery(self.manager_of(application), device);
            }
        }
        self.phone_looks_home(device);
        self.serve_waiting(PhoneGroupId(row));
    }

    /// R17: whether a phone that has moved can be opened where it is.
    fn can_open(&self, device: u32, node: NodeId) -> bool {
        let plan = &self.plan.devices[device as usize];
        node == plan.group[0] || !plan.cannot_open_on.contains(&node)
    }

    /// A phone that is elsewhere while its home is back queues to return there.
    fn phone_looks_home(&mut self, device: u32) {
        let Place { open, node, homing, .. } = self.places[device as usize];
        let home = self.registrations[device as usize].home;
        let returned = self.nodes[home.index()].returned_at;
        let noticed = returned + self.plan.parameters.callmanager_notice <= self.now;
        if open && node != home && homing != Homing::Waiting && self.callmanager_up(home) && noticed {
            self.waits_to_go_home(device, returned);
            self.note(Fact::HomeReturned { device: DeviceId(device), ago: self.now - returned });
            self.phone_queues(device);
        }
    }

    fn phone_queues(&mut self, device: u32) {
        let home = self.registrations[device as usize].home;
        let state = &mut self.nodes[home.index()];
        state.returning.push_back(device);
        if !std::mem::replace(&mut state.lets_return, true) {
            let epoch = state.epoch;
            self.schedule(self.now, Event::PhoneReturns { node: home.0, epoch });
        }
    }

    /// Phones notice that a CallManager is back: those without one try it, those elsewhere that belong there return.
    pub(super) fn phones_notice_return(&mut self, node: u16) {
        let node = NodeId(node);
        if !self.callmanager_up(node) {
            return;
        }
        for row in 0..self.plan.devices.len() {
            let place = self.places[row];
            if place.kind != PlaceKind::Phone {
                continue;
            }
            if self.registrations[row].home == node {
                self.phone_looks_home(row as u32);
            }
            if !place.open && self.plan.devices[row].group.contains(&node) {
                self.phone_moves(row as u32, self.registrations[row].stamp);
            }
        }
    }

    pub(super) fn phone_returns(&mut self, node: u16, epoch: u16) {
        let home = NodeId(node);
        if self.nodes[home.index()].epoch != epoch {
            return;
        }
        while let Some(device) = self.nodes[home.index()].returning.pop_front() {
            let place = self.places[device as usize];
            // One with a call queues again when that has ended.
            let waits = place.homing == Homing::Waiting;
            if place.open && failback::goes_home(place.node, home, waits, place.calls) {
                self.leave_for_home(device);
                self.phone_asks(device, home);
                break;
            }
        }
        let state = &mut self.nodes[home.index()];
        if state.returning.is_empty() {
            state.lets_return = false;
        } else {
            let next = self.now + self.plan.parameters.phone_return_interval.max(Span::from_nanos(1));
            self.schedule(next, Event::PhoneReturns { node, epoch });
        }
    }

    /// A phone's call is over: what it put off because of the call is due.
    pub(super) fn phone_is_idle(&mut self, device: u32) {
        let place = self.places[device as usize];
        if place.calls > 0 {
            return;
        }
        if place.open {
            if place.homing == Homing::Waiting {
                self.phone_queues(device);
            }
            return;
        }
        let Registration { pending, stamp, .. } = self.registrations[device as usize];
        if !pending {
            self.phone_moves(device, stamp);
        }
    }
}
