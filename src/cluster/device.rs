//! Devices: the calls at them, and which of a group is free (R5: one call to a port, many to a route point).

use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, NOWHERE, Service};
use super::rows::registration::{Claim, Registration};
use crate::domain::{
    ApplicationId, DestinationId, DeviceId, Forwards, NodeId, Phase, PhoneGroupId, PortGroupId, Rejection,
    RoutePointId, Target,
};
use crate::engine::Handle;
use crate::facts::{Fact, PoolId, Recorder};
use crate::rules::admission::{self, Missing};
use crate::rules::settings;
use std::collections::VecDeque;

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_devices(&mut self) {
        let plan = self.plan;
        for (endpoint, (registration, device)) in
            self.endpoints.iter_mut().zip(self.registrations.iter_mut().zip(&plan.devices))
        {
            let open = plan.starts_open(device);
            let controlled = endpoint.kind == EndpointKind::Phone && plan.starts_controlled(device);
            let claim = if controlled { Claim::Controlled } else { Claim::None };
            *registration = Registration { claim, ..Registration::at(registration.home) };
            let service = match (open, device.connection) {
                (true, _) => Service::Open,
                // A device out of its application's reach is opened once it comes within reach (R25). Until then it is
                // registered like any other.
                (false, Some(_)) => Service::Lost,
                (false, None) => Service::Closed,
            };
            let fresh = Endpoint::new(endpoint.kind, endpoint.row, registration.home, device.connection);
            *endpoint = Endpoint { service, listed: open, ..fresh };
        }
        self.further_claims.clear();
        self.further_claims.extend(plan.openers.iter().map(
            |opener| match plan.devices[opener.device.index()].with_media {
                true => Claim::None,
                false => Claim::Controlled,
            },
        ));
        for (endpoint, number) in self.endpoints[plan.devices.len()..].iter_mut().zip(&plan.destinations) {
            *endpoint = Endpoint {
                service: Service::Open,
                listed: true,
                ..Endpoint::new(endpoint.kind, endpoint.row, number.egress, None)
            };
        }
        for (state, group) in self.ports.iter_mut().zip(&self.plan.port_groups) {
            let open = plan.starts_open(&plan.devices[group.first.index()]);
            state.open = if open { group.count } else { 0 };
            state.unanswered.clear();
            state.free.clear();
            state.free.extend(group.first.0..group.first.0 + state.open);
        }
        for (state, group) in self.phones.iter_mut().zip(&self.plan.phone_groups) {
            state.open = group.count;
            state.free.clear();
            state.free.extend(group.first.0..group.first.0 + group.count);
            state.waiting.clear();
        }
        self.route_point_forwards.clear();
        self.route_point_forwards.extend(self.plan.route_points.iter().map(|it| it.forwards));
        self.port_forwards.clear();
        self.port_forwards.extend(self.plan.port_groups.iter().map(|it| it.forwards));
        self.phone_forwards.clear();
        self.phone_forwards.extend(self.plan.phone_groups.iter().map(|it| it.forwards));
    }

    /// The forward settings as they are now.
    pub(super) fn forwards_of(&self, target: Target) -> Forwards {
        match target {
            Target::RoutePoint(id) => self.route_point_forwards[id.index()],
            Target::Ports(id) => self.port_forwards[id.index()],
            Target::Phones(id) => self.phone_forwards[id.index()],
            Target::Outside(_) => Forwards::default(),
        }
    }

    /// R12: a forward setting changes, for calls that are forwarded from now on.
    pub(super) fn setting_changes(&mut self, row: u16) {
        let change = &self.plan.changes[row as usize];
        if change.through.is_some_and(|application| !self.may_change(application, change.whose)) {
            return self.note(Fact::SettingNotChanged { change: u32::from(row) });
        }
        let forwards = match change.whose {
            Target::RoutePoint(id) => &mut self.route_point_forwards[id.index()],
            Target::Ports(id) => &mut self.port_forwards[id.index()],
            Target::Phones(id) => &mut self.phone_forwards[id.index()],
            Target::Outside(_) => unreachable!("a number outside has no settings"),
        };
        *forwards = settings::changed(*forwards, change.forward, change.leads);
        self.note(Fact::SettingChanged { change: u32::from(row) });
    }

    /// R12: whether an application is in control of a device of a route point or group, and so can change its settings for a user.
    fn may_change(&self, application: ApplicationId, whose: Target) -> bool {
        let first = self.plan.first_device(whose).0;
        let all = (first..first + self.plan.devices_of(whose)).map(DeviceId);
        self.applications[application.index()].acts()
            && all.flat_map(|device| self.plan.openers_of(device)).any(|opener| {
                let connection =
                    self.plan.connection_of(opener).map(|connection| &self.connections[connection.index()]);
                connection.is_some_and(|it| it.application == application && it.connected) && self.has_open(opener)
            })
    }

    /// What a caller would dial to reach this endpoint.
    pub(super) fn target_of(&self, endpoint: u32) -> Target {
        let endpoint = &self.endpoints[endpoint as usize];
        match endpoint.kind {
            EndpointKind::RoutePoint => Target::RoutePoint(RoutePointId(endpoint.row)),
            EndpointKind::Port => Target::Ports(PortGroupId(endpoint.row)),
            EndpointKind::Phone => Target::Phones(PhoneGroupId(endpoint.row)),
            EndpointKind::Outside => Target::Outside(DestinationId(endpoint.row)),
        }
    }

    /// Finds an endpoint for a target and, unless it is a route point, seizes it for the call. A call occupies a route
    /// point only once it is presented there.
    pub(super) fn seize(&mut self, call: Handle, target: Target) -> Result<u32, Rejection> {
        let (endpoint, pool) = match target {
            Target::RoutePoint(id) => {
                let it = &self.plan.route_points[id.index()];
                let endpoint = match it.count {
                    1 => it.first.0,
                    count => it.first.0 + self.which_route_point(call, count),
                };
                let alive = self.callmanager_up(self.endpoints[endpoint as usize].node);
                return if alive { Ok(endpoint) } else { Err(admission::out_of_reach(Missing::Node, target)) };
            }
            Target::Ports(id) => {
                let state = &mut self.ports[id.index()];
                let busy = admission::none_free(state.open);
                (first_free(&mut state.free, &mut self.endpoints).ok_or(busy)?, PoolId::Ports(id))
            }
            Target::Phones(id) => {
                let state = &mut self.phones[id.index()];
                let busy = admission::none_free(state.open);
                (first_free(&mut state.free, &mut self.endpoints).ok_or(busy)?, PoolId::Phones(id))
            }
            Target::Outside(id) => {
                let endpoint = self.plan.devices.len() as u32 + u32::from(id.0);
                let Endpoint { node, calls, .. } = self.endpoints[endpoint as usize];
                let lines = self.plan.destinations[id.index()].lines;
                if !self.callmanager_up(node) {
                    return Err(admission::out_of_reach(Missing::Node, target));
                }
                if !admission::line_is_free(calls, lines) {
                    return Err(Rejection::Busy);
                }
                (endpoint, PoolId::Outside(id))
            }
        };
        self.endpoints[endpoint as usize].calls += 1;
        let device = self.device(endpoint);
        let name = self.calls.get(call).expect("a call that seizes an endpoint is in progress").name();
        self.note(Fact::Seized { call: name, pool, device });
        Ok(endpoint)
    }

    /// The CallManager that has a call at this endpoint. A call to a number outside stays with the one at which it leaves for
    /// as long as it lasts, wherever later calls leave.
    #[inline]
    pub(super) fn node_at(&self, endpoint: u32, leaves_at: NodeId) -> NodeId {
        let Endpoint { kind, node, .. } = self.endpoints[endpoint as usize];
        if kind == EndpointKind::Outside { leaves_at } else { node }
    }

    pub(super) fn device(&self, endpoint: u32) -> Option<DeviceId> {
        ((endpoint as usize) < self.plan.devices.len()).then_some(DeviceId(endpoint))
    }

    /// The call leaves its endpoint, if it is at one.
    pub(super) fn leave(&mut self, handle: Handle) {
        let call = self.calls.get_mut(handle).expect("a call that leaves an endpoint is in progress");
        let endpoint = std::mem::replace(&mut call.endpoint, NOWHERE);
        if endpoint == NOWHERE {
            return;
        }
        let (name, stayed) = (call.name(), self.now - call.since.min(self.now));
        // It counts at a route point only once it is presented there. A call that leaves no longer waits for a phone.
        let resident = std::mem::replace(&mut call.phase, Phase::Routing) != Phase::Routing;
        let row = self.endpoints[endpoint as usize].row;
        let device = self.device(endpoint);
        let state = &mut self.endpoints[endpoint as usize];
        match state.kind {
            EndpointKind::RoutePoint => {
                if resident {
                    state.calls -= 1;
                    self.note(Fact::Left {
                        call: name,
                        route_point: RoutePointId(row),
                        device: DeviceId(endpoint),
                        stayed,
                    });
                    self.is_idle(endpoint);
                }
            }
            EndpointKind::Port => {
                state.calls -= 1;
                if state.is_open() {
                    state.listed = true;
                    self.ports[row as usize].free.push_back(endpoint);
                }
                self.note(Fact::Freed { call: name, pool: PoolId::Ports(PortGroupId(row)), device });
                self.is_idle(endpoint);
            }
            EndpointKind::Phone => {
                state.calls -= 1;
                if state.is_open() {
                    state.listed = true;
                    self.phones[row as usize].free.push_back(endpoint);
                }
                self.note(Fact::Freed { call: name, pool: PoolId::Phones(PhoneGroupId(row)), device });
                self.phone_is_idle(endpoint);
                self.serve_waiting(PhoneGroupId(row));
            }
            EndpointKind::Outside => {
                state.calls -= 1;
                self.note(Fact::Freed { call: name, pool: PoolId::Outside(DestinationId(row)), device });
            }
        }
    }

    /// A call has left a route point or port: what was put off because of it may be due now.
    #[inline]
    fn is_idle(&mut self, endpoint: u32) {
        if self.some_are_shared {
            self.hand_over_if_idle(DeviceId(endpoint));
        }
        self.rehome_if_idle(endpoint);
    }

    /// Whether a phone of the group could take a call now.
    pub(super) fn phone_is_free(&mut self, group: PhoneGroupId) -> bool {
        let free = &mut self.phones[group.index()].free;
        while let Some(&first) = free.front() {
            let endpoint = &mut self.endpoints[first as usize];
            if admission::is_free(endpoint.is_open(), endpoint.calls) {
                return true;
            }
            endpoint.listed = false;
            free.pop_front();
        }
        false
    }

    /// A call waits at its port until a phone of the group is free.
    pub(super) fn wait_for_phone(&mut self, call: Handle, group: PhoneGroupId) {
        // Entering a phase of its own makes the request's timers stale.
        self.call(call).enter(Phase::Waiting);
        self.phones[group.index()].waiting.push_back(call);
    }

    /// Sends waiting calls to free phones, first come, first served among those whose application can act.
    pub(super) fn serve_waiting(&mut self, group: PhoneGroupId) {
        while self.phone_is_free(group) {
            let (calls, endpoints) = (&self.calls, &self.endpoints);
            let (connections, applications) = (&self.connections, &self.applications);
            let waits = |call: Handle| calls.get(call).filter(|call| call.phase == Phase::Waiting);
            let waiting = &mut self.phones[group.index()].waiting;
            while waiting.front().is_some_and(|&first| waits(first).is_none()) {
                waiting.pop_front();
            }
            let ready = waiting.iter().position(|&call| {
                let port = waits(call).map(|call| &endpoints[call.endpoint as usize]);
                port.is_some_and(|port| {
                    port.is_open()
                        && port.connection.is_some_and(|connection| {
                            applications[connections[connection.index()].application.index()].acts()
                        })
                })
            });
            let Some(first) = ready else { return };
            let call = waiting.remove(first).expect("its position was just found");
            self.transfer_to_free_phone(call, group);
        }
    }
}

/// Takes the first endpoint that is really free from a list of free ones.
fn first_free(free: &mut VecDeque<u32>, endpoints: &mut [Endpoint]) -> Option<u32> {
    std::iter::from_fn(|| free.pop_front()).find(|&first| {
        let endpoint = &mut endpoints[first as usize];
        endpoint.listed = false;
        admission::is_free(endpoint.is_open(), endpoint.calls)
    })
}
