//! Devices: who is at them, who has them open, and which of a group is free (R5: one call to a port, many to a route
//! point).

use super::{Cluster, Event};
use crate::cluster::call::Phase;
use crate::domain::{
    ApplicationId, DestinationId, DeviceId, Forwards, NodeId, PhoneGroupId, PortGroupId, RoutePointId, Target, Trouble,
};
use crate::engine::{Handle, Time};
use crate::record::{Fact, PoolId, Recorder};
use std::collections::VecDeque;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceKind {
    RoutePoint,
    Port,
    Phone,
    Outside,
}

/// Where no call is.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A place where a call can be: a device or a number outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) kind: PlaceKind,
    /// Whether an application has it open; phones and numbers outside always are.
    pub(super) open: bool,
    /// Whether a port or phone stands in its group's list of free ones.
    listed: bool,
    /// The row of its route point, group or destination.
    pub(super) row: u16,
    /// The CallManager where it is registered.
    pub(super) node: NodeId,
    /// Who controls it.
    pub(super) application: Option<ApplicationId>,
    /// Counts its closings: an open request from before the last one is void.
    stamp: u16,
    /// How many calls are there.
    pub(super) calls: u32,
    /// Since when it has been out of service, while it is.
    pub(super) out_since: Time,
}

impl Place {
    pub(super) fn new(kind: PlaceKind, row: u16, node: NodeId, application: Option<ApplicationId>) -> Place {
        Place { kind, open: false, listed: false, row, node, application, stamp: 0, calls: 0, out_since: Time::ZERO }
    }
}

/// The ports of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct PortState {
    /// The free ones, longest idle first. One that was closed meanwhile is dropped when its turn comes.
    free: VecDeque<u32>,
    /// How many are open.
    open: u32,
}

/// The phones of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct PhoneState {
    free: VecDeque<u32>,
    /// Calls that wait at their ports for a free phone.
    waiting: VecDeque<Handle>,
}

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_devices(&mut self) {
        for place in &mut self.places {
            place.open = match place.kind {
                PlaceKind::RoutePoint | PlaceKind::Port => place.application.is_some(),
                PlaceKind::Phone | PlaceKind::Outside => true,
            };
            place.listed = place.open;
            (place.stamp, place.calls, place.out_since) = (0, 0, Time::ZERO);
        }
        for (state, group) in self.ports.iter_mut().zip(&self.plan.port_groups) {
            state.open = if group.application.is_some() { group.count } else { 0 };
            state.free.clear();
            state.free.extend(group.first.0..group.first.0 + state.open);
        }
        for (state, group) in self.phones.iter_mut().zip(&self.plan.phone_groups) {
            state.free.clear();
            state.free.extend(group.first.0..group.first.0 + group.count);
            state.waiting.clear();
        }
    }

    /// The place's forward settings.
    pub(super) fn forwards_of(&self, target: Target) -> Forwards {
        match target {
            Target::RoutePoint(id) => self.plan.route_points[id.index()].forwards,
            Target::Ports(id) => self.plan.port_groups[id.index()].forwards,
            Target::Phones(id) => self.plan.phone_groups[id.index()].forwards,
            Target::Outside(_) => Forwards::default(),
        }
    }

    /// What a caller would dial to reach this place.
    pub(super) fn target_of(&self, place: u32) -> Target {
        let place = &self.places[place as usize];
        match place.kind {
            PlaceKind::RoutePoint => Target::RoutePoint(RoutePointId(place.row)),
            PlaceKind::Port => Target::Ports(PortGroupId(place.row)),
            PlaceKind::Phone => Target::Phones(PhoneGroupId(place.row)),
            PlaceKind::Outside => Target::Outside(DestinationId(place.row)),
        }
    }

    /// Finds the place a target stands for and, unless that is a route point, takes it for the call. A route point
    /// takes the call when it is presented there.
    pub(super) fn seize(&mut self, call: Handle, target: Target) -> Result<u32, Trouble> {
        let (place, pool) = match target {
            Target::RoutePoint(id) => return Ok(self.plan.route_point_device(id).0),
            Target::Ports(id) => {
                let state = &mut self.ports[id.index()];
                let busy = if state.open == 0 { Trouble::NotOpened } else { Trouble::Busy };
                let places = &mut self.places;
                let free = std::iter::from_fn(|| state.free.pop_front()).find(|&port| {
                    let place = &mut places[port as usize];
                    place.listed = false;
                    place.open && place.calls == 0
                });
                (free.ok_or(busy)?, PoolId::Ports(id))
            }
            Target::Phones(id) => {
                let phone = self.phones[id.index()].free.pop_front().ok_or(Trouble::Busy)?;
                self.places[phone as usize].listed = false;
                (phone, PoolId::Phones(id))
            }
            Target::Outside(id) => {
                let place = self.plan.devices.len() as u32 + u32::from(id.0);
                if self.places[place as usize].calls >= self.plan.destinations[id.index()].lines {
                    return Err(Trouble::Busy);
                }
                (place, PoolId::Outside(id))
            }
        };
        self.places[place as usize].calls += 1;
        let device = self.device(place);
        let name = self.calls.get(call).expect("a call that seizes a place lives").name();
        self.note(Fact::Seized { call: name, pool, device });
        Ok(place)
    }

    fn device(&self, place: u32) -> Option<DeviceId> {
        ((place as usize) < self.plan.devices.len()).then_some(DeviceId(place))
    }

    /// The call leaves the place where it is, if it is anywhere.
    pub(super) fn leave(&mut self, handle: Handle) {
        let call = self.calls.get_mut(handle).expect("a call that leaves a place lives");
        let place = std::mem::replace(&mut call.place, NOWHERE);
        if place == NOWHERE {
            return;
        }
        let (name, stayed) = (call.name(), self.now - call.since.min(self.now));
        let resident = std::mem::take(&mut call.resident);
        let row = self.places[place as usize].row;
        let device = self.device(place);
        let state = &mut self.places[place as usize];
        match state.kind {
            PlaceKind::RoutePoint => {
                if resident {
                    state.calls -= 1;
                    self.note(Fact::Left { call: name, route_point: RoutePointId(row), stayed });
                }
            }
            PlaceKind::Port => {
                state.calls -= 1;
                if state.open {
                    state.listed = true;
                    self.ports[row as usize].free.push_back(place);
                }
                self.note(Fact::Freed { call: name, pool: PoolId::Ports(PortGroupId(row)), device });
            }
            PlaceKind::Phone => {
                state.calls -= 1;
                state.listed = true;
                self.phones[row as usize].free.push_back(place);
                self.note(Fact::Freed { call: name, pool: PoolId::Phones(PhoneGroupId(row)), device });
                self.serve_waiting(PhoneGroupId(row));
            }
            PlaceKind::Outside => {
                state.calls -= 1;
                self.note(Fact::Freed { call: name, pool: PoolId::Outside(DestinationId(row)), device });
            }
        }
    }

    /// Whether a phone of the group could take a call now.
    pub(super) fn phone_is_free(&self, group: PhoneGroupId) -> bool {
        !self.phones[group.index()].free.is_empty()
    }

    /// A call waits at its port until a phone of the group is free.
    pub(super) fn wait_for_phone(&mut self, call: Handle, group: PhoneGroupId) {
        self.calls.get_mut(call).expect("a call that waits lives").phase = Phase::Waiting;
        self.phones[group.index()].waiting.push_back(call);
    }

    /// Sends waiting calls to free phones, first come, first served among those whose application can act.
    pub(super) fn serve_waiting(&mut self, group: PhoneGroupId) {
        while !self.phones[group.index()].free.is_empty() {
            let (calls, places, applications) = (&self.calls, &self.places, &self.applications);
            let waits = |call: Handle| calls.get(call).filter(|call| call.phase == Phase::Waiting);
            let waiting = &mut self.phones[group.index()].waiting;
            while waiting.front().is_some_and(|&first| waits(first).is_none()) {
                waiting.pop_front();
            }
            let ready = waiting.iter().position(|&call| {
                let application = waits(call).and_then(|call| places[call.place as usize].application);
                application.is_some_and(|application| applications[application.index()].acts())
            });
            let Some(first) = ready else { return };
            let call = waiting.remove(first).expect("its position was just found");
            self.transfer_to_free_phone(call, group);
        }
    }

    /// A device's application has lost it.
    pub(super) fn close_device(&mut self, device: DeviceId, out_since: Time) {
        let place = &mut self.places[device.index()];
        if !place.open {
            return;
        }
        place.open = false;
        place.out_since = out_since;
        let application = place.application.expect("only an application's devices close");
        if place.kind == PlaceKind::Port {
            self.ports[place.row as usize].open -= 1;
        }
        self.applications[application.index()].open -= 1;
        let because = crate::domain::OutBecause::ApplicationClosed;
        self.note(Fact::DeviceClosed { device, application: Some(application), because });
    }

    /// Open requests under way for this device are void from now on.
    pub(super) fn void_open_requests(&mut self, device: DeviceId) {
        let place = &mut self.places[device.index()];
        place.stamp = place.stamp.wrapping_add(1);
    }

    /// The application's request to open a device leaves for the CTIManager.
    pub(super) fn ask_to_open(&mut self, device: DeviceId) {
        let place = &self.places[device.index()];
        if !place.open {
            let reaches = self.now + self.plan.links.to_application;
            self.schedule(reaches, Event::OpenReachesManager { device: device.0, stamp: place.stamp });
        }
    }

    pub(super) fn open_reaches_manager(&mut self, device: u32, stamp: u16) {
        let place = self.places[device as usize];
        if place.stamp != stamp {
            return;
        }
        let manager = self.manager_of(place.application.expect("only an application's devices are opened"));
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).device_open);
        self.schedule(done + self.hop(manager, place.node), Event::OpenReachesCallManager { device, stamp });
    }

    pub(super) fn open_reaches_callmanager(&mut self, device: u32, stamp: u16) {
        let place = self.places[device as usize];
        if place.stamp != stamp {
            return;
        }
        let work = &self.plan.nodes[place.node.index()].callmanager.device_open;
        let done = self.work(self.plan.callmanager(place.node), work);
        self.schedule(done, Event::DeviceOpens { device, stamp });
    }

    pub(super) fn device_opens(&mut self, device: u32, stamp: u16) {
        let place = &mut self.places[device as usize];
        if place.stamp != stamp || place.open {
            return;
        }
        place.open = true;
        let application = place.application.expect("only an application's devices are opened");
        let out_of_service = self.now - place.out_since;
        if place.kind == PlaceKind::Port {
            let state = &mut self.ports[place.row as usize];
            state.open += 1;
            // A call that kept its media may still be there; then the port is free when that one ends.
            if place.calls == 0 && !place.listed {
                place.listed = true;
                state.free.push_back(device);
            }
        }
        let node = place.node;
        let opened = DeviceId(device);
        self.note(Fact::DeviceOpened { device: opened, application: Some(application), node, out_of_service });
        let state = &mut self.applications[application.index()];
        state.open += 1;
        let devices = self.plan.applications[application.index()].devices.len();
        while let Some(share) = self.applications[application.index()].next_share(devices) {
            let delay = self.now - self.applications[application.index()].failed_at;
            self.note(Fact::Recovered { application, share, delay });
        }
    }
}
