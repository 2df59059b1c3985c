//! Devices: the calls at them, and which of a group is free (R5: one call to a port, many to a route point).

use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, NOWHERE, Service};
use super::rows::registration::{Claim, Registration};
use crate::domain::{
    ApplicationId, CallName, DestinationId, DeviceId, Forward, Forwards, NodeId, NumbersId, Phase, PhoneEvent,
    PhoneGroupId, PortGroupId, Rejection, RoutePointId, Target,
};
use crate::engine::{Handle, Watchdog};
use crate::facts::{Fact, PoolId, Recorder};
use crate::plan::{LineRows, Setting};
use crate::rules::admission::{self, Missing, Occupancy};
use crate::rules::settings;
use crate::rules::wrap_up;
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
            state.unanswered.iter_mut().for_each(Watchdog::clear);
            state.free.clear();
            state.free.extend(group.first.0..group.first.0 + state.open);
        }
        for (state, group) in self.phones.iter_mut().zip(&self.plan.phone_groups) {
            state.open = group.count;
            state.free.clear();
            state.free.extend(group.first.0..group.first.0 + group.count);
            state.call_waiting.clear();
        }
        self.wrap_ups.clear();
        self.wrap_ups.resize(if plan.some_wrap_up() { plan.devices.len() } else { 0 }, None);
        self.reset_queues();
        self.dialling.clear();
        self.dialling.resize(if self.devices_dial { plan.devices.len() } else { 0 }, None);
        self.progress.clear();
        self.bridges.clear();
        self.bridges.resize(plan.conference_bridges.len(), 0);
        self.speed_dials.clear();
        self.speed_dials.extend(plan.speed_dials.iter().map(|it| it.to));
        self.line_calls.clear();
        self.line_calls.resize(plan.counted_lines as usize, 0);
        let lines = plan.route_points.iter().flat_map(|it| &it.lines);
        let lines = lines.chain(plan.port_groups.iter().flat_map(|it| &it.lines));
        let lines = lines.chain(plan.phone_groups.iter().flat_map(|it| &it.lines));
        self.forwards.clear();
        self.forwards.extend(lines.map(|line| line.forwards));
        for &(DeviceId(device), line) in &plan.own_settings {
            let row = self.rows_of(device).settings as usize + usize::from(line);
            self.forwards.push(self.forwards[row]);
        }
        self.forwards.push(Forwards::default());
    }

    // Lines: each has limits and forwards of its own.

    /// Where the lines of a device are in tables of lines.
    fn rows_of(&self, endpoint: u32) -> LineRows {
        let Endpoint { kind, row, .. } = self.endpoints[endpoint as usize];
        match kind {
            EndpointKind::RoutePoint => self.plan.route_points[row as usize].rows,
            EndpointKind::Port => self.plan.port_groups[row as usize].rows,
            EndpointKind::Phone => self.plan.phone_groups[row as usize].rows,
            EndpointKind::Outside => unreachable!("a number outside has no lines of the cluster"),
        }
    }

    /// The row of the forward settings of a line.
    pub(super) fn settings_at(&self, endpoint: u32, line: u8) -> usize {
        if self.endpoints[endpoint as usize].kind == EndpointKind::Outside {
            return self.no_settings();
        }
        match self.plan.own_settings.binary_search(&(DeviceId(endpoint), line)) {
            Ok(own) => self.plan.lines as usize + own,
            Err(_) => self.rows_of(endpoint).settings as usize + usize::from(line),
        }
    }

    /// The row of the forward settings that apply to a call which is sent to a target and has no place there.
    #[inline]
    pub(super) fn settings_of(&mut self, handle: Handle, target: Target) -> usize {
        let rows = match target {
            Target::RoutePoint(id) => self.plan.route_points[id.index()].rows,
            Target::Ports(id) => self.plan.port_groups[id.index()].rows,
            Target::Phones(id) => self.plan.phone_groups[id.index()].rows,
            Target::Outside(_) => return self.no_settings(),
            Target::Numbers(id) => {
                let it = &self.plan.numbers[id.index()];
                let device = self.one_of(handle, it.first, it.count);
                return self.settings_at(device, it.line);
            }
        };
        rows.settings as usize
    }

    /// The row of a number outside, which forwards nowhere: the last one.
    fn no_settings(&self) -> usize {
        self.forwards.len() - 1
    }

    /// R12: a setting changes: a forward for calls that are forwarded from now on, a speed dial for those that are dialled.
    pub(super) fn setting_changes(&mut self, row: u16) {
        let plan = self.plan;
        let change = &plan.changes[row as usize];
        if change.through.is_some_and(|application| !self.may_change(application, change.whose)) {
            return self.note(Fact::SettingNotChanged { change: u32::from(row) });
        }
        match change.setting {
            Setting::Forward(forward, leads) => self.forward_changes(change.whose, forward, leads),
            Setting::SpeedDial(id, to) => self.speed_dials[id.index()] = to,
        }
        self.note(Fact::SettingChanged { change: u32::from(row) });
    }

    /// A forward of all lines of a route point or group, or of some numbers.
    fn forward_changes(&mut self, whose: Target, forward: Forward, leads: Option<Target>) {
        let plan = self.plan;
        let mut set = |at: usize| self.forwards[at] = settings::changed(self.forwards[at], forward, leads);
        let own = |device: DeviceId, line: u8| plan.own_settings.binary_search(&(device, line));
        match whose {
            Target::Numbers(id) => {
                let it = &plan.numbers[id.index()];
                if let Target::RoutePoint(route_point) = it.group {
                    set(plan.route_points[route_point.index()].rows.settings as usize + usize::from(it.line));
                } else {
                    let devices = (it.first.0..it.first.0 + it.count).map(DeviceId);
                    devices
                        .filter_map(|device| own(device, it.line).ok())
                        .for_each(|row| set(plan.lines as usize + row));
                }
            }
            group => {
                let (rows, lines) = plan.settings_of(group);
                (0..lines).for_each(|line| set(rows + line));
                // Those of its devices that have settings of their own change with it.
                let first = plan.first_device(group).0;
                let devices = first..first + plan.devices_of(group);
                let all = plan.own_settings.iter().enumerate().filter(|(_, (device, _))| devices.contains(&device.0));
                all.for_each(|(row, _)| set(plan.lines as usize + row));
            }
        }
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

    /// How many calls a line of a device has.
    #[inline]
    pub(super) fn calls_on(&self, endpoint: u32, line: u8) -> u32 {
        match self.counted(endpoint, line) {
            Some(row) => self.line_calls[row],
            None => self.endpoints[endpoint as usize].calls,
        }
    }

    /// The row in which the calls of a line are counted apart from those of its device, if it is one of several.
    #[inline]
    fn counted(&self, endpoint: u32, line: u8) -> Option<usize> {
        if self.line_calls.is_empty() { None } else { self.counted_apart(endpoint, line) }
    }

    #[cold]
    #[inline(never)]
    fn counted_apart(&self, endpoint: u32, line: u8) -> Option<usize> {
        let Endpoint { kind, row, .. } = self.endpoints[endpoint as usize];
        let (rows, first, lines) = match kind {
            EndpointKind::RoutePoint => {
                let it = &self.plan.route_points[row as usize];
                (it.rows, it.first, it.lines.len())
            }
            EndpointKind::Phone => {
                let it = &self.plan.phone_groups[row as usize];
                (it.rows, it.first, it.lines.len())
            }
            EndpointKind::Port | EndpointKind::Outside => return None,
        };
        rows.calls.map(|from| from as usize + (endpoint - first.0) as usize * lines + usize::from(line))
    }

    /// A call takes a line of a device.
    #[inline]
    pub(super) fn take_line(&mut self, endpoint: u32, line: u8) {
        self.endpoints[endpoint as usize].calls += 1;
        if let Some(row) = self.counted(endpoint, line) {
            self.line_calls[row] += 1;
        }
    }

    /// The call that a device has dialled leaves its line.
    pub(super) fn give_line(&mut self, endpoint: u32, line: u8) {
        self.endpoints[endpoint as usize].calls -= 1;
        if let Some(row) = self.counted(endpoint, line) {
            self.line_calls[row] -= 1;
        }
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
                let endpoint = self.route_point_of(call, id);
                return self.route_point_there(endpoint, target);
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
                let endpoint = self.outside(id);
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
            Target::Numbers(id) => return self.seize_number(call, id),
        };
        self.take_line(endpoint, 0);
        self.note_seized(call, pool, endpoint);
        Ok(endpoint)
    }

    #[inline(always)]
    fn note_seized(&mut self, call: Handle, pool: PoolId, endpoint: u32) {
        let device = self.device(endpoint);
        let call = self.calls.get(call).expect("a call that seizes an endpoint is in progress");
        let (name, line) = (call.name(), call.line);
        self.note(Fact::Seized { call: name, pool, device, line });
    }

    /// A route point can be reached if the CallManager that it is registered with is up.
    fn route_point_there(&self, endpoint: u32, target: Target) -> Result<u32, Rejection> {
        let alive = self.callmanager_up(self.endpoints[endpoint as usize].node);
        if alive { Ok(endpoint) } else { Err(admission::out_of_reach(Missing::Node, target)) }
    }

    /// The same for a line of one device. A port has one call, whatever its lines; at a phone that is in use a call waits until
    /// the person is free.
    fn seize_number(&mut self, handle: Handle, id: NumbersId) -> Result<u32, Rejection> {
        let it = &self.plan.numbers[id.index()];
        let (endpoint, line) = (self.one_of(handle, it.first, it.count), it.line);
        let limits = &self.plan.lines_of(it.group)[usize::from(line)];
        let (busy_trigger, maximum_calls) = (limits.busy_trigger, limits.maximum_calls);
        let in_use = self.endpoints[endpoint as usize].calls;
        let pool = match it.group {
            Target::RoutePoint(_) => {
                self.route_point_there(endpoint, it.group)?;
                self.call(handle).line = line;
                return Ok(endpoint);
            }
            Target::Ports(id) => PoolId::Ports(id),
            Target::Phones(id) => PoolId::Phones(id),
            Target::Outside(_) | Target::Numbers(_) => unreachable!("only devices have lines"),
        };
        if self.plan.changes_calls && self.progress(handle).aside == endpoint {
            // Its person holds the call.
            return Err(Rejection::Busy);
        }
        let open = self.endpoints[endpoint as usize].is_open();
        let calls = self.calls_on(endpoint, line);
        admission::admit(Occupancy { open, calls, busy_trigger, maximum_calls })?;
        self.unlist(endpoint);
        self.take_line(endpoint, line);
        self.call(handle).line = line;
        match pool {
            PoolId::Phones(group) if in_use > 0 => {
                self.phones[group.index()].call_waiting.push_back(handle);
                let name = self.call(handle).name();
                self.note(Fact::CallWaits { call: name, device: DeviceId(endpoint), line });
            }
            _ => self.note_seized(handle, pool, endpoint),
        }
        Ok(endpoint)
    }

    /// The endpoint of a call to route points: one of several that share the calls.
    #[inline(always)]
    pub(super) fn route_point_of(&mut self, call: Handle, id: RoutePointId) -> u32 {
        let it = &self.plan.route_points[id.index()];
        self.one_of(call, it.first, it.count)
    }

    /// The endpoint of a number outside.
    #[inline(always)]
    pub(super) fn outside(&self, id: DestinationId) -> u32 {
        self.plan.devices.len() as u32 + u32::from(id.0)
    }

    /// Takes a port or phone out of the list of free ones, wherever it stands: it is to be the last once its call is over.
    pub(super) fn unlist(&mut self, endpoint: u32) {
        let Endpoint { kind, row, .. } = self.endpoints[endpoint as usize];
        if !std::mem::replace(&mut self.endpoints[endpoint as usize].listed, false) {
            return;
        }
        let free = match kind {
            EndpointKind::Port => &mut self.ports[usize::from(row)].free,
            EndpointKind::Phone => &mut self.phones[usize::from(row)].free,
            EndpointKind::RoutePoint | EndpointKind::Outside => {
                unreachable!("only ports and phones are listed as free")
            }
        };
        let place = free.iter().position(|&other| other == endpoint).expect("a listed device is in the list");
        free.remove(place);
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
        let line = std::mem::replace(&mut call.line, 0);
        let (name, stayed, hop) = (call.name(), self.now - call.since.min(self.now), call.hops);
        // It counts at a route point only once it is presented there. A call that leaves no longer waits for a phone.
        let phase = std::mem::replace(&mut call.phase, Phase::Routing);
        let resident = phase != Phase::Routing;
        let device = self.device(endpoint);
        if let Some(row) = self.counted(endpoint, line)
            && (resident || self.endpoints[endpoint as usize].kind != EndpointKind::RoutePoint)
        {
            self.line_calls[row] -= 1;
        }
        let state = &mut self.endpoints[endpoint as usize];
        let row = state.row;
        match state.kind {
            EndpointKind::RoutePoint => {
                if resident {
                    state.calls -= 1;
                    self.note(Fact::Left {
                        call: name,
                        route_point: RoutePointId(row),
                        device: DeviceId(endpoint),
                        line,
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
                if self.phones_are_controlled && resident {
                    self.phone_event(handle, endpoint, PhoneEvent::Ended);
                }
                let waited = !self.phones[row as usize].call_waiting.is_empty()
                    && self.no_longer_waits(handle, endpoint, row, name);
                if !waited {
                    self.note(Fact::Freed { call: name, pool: PoolId::Phones(PhoneGroupId(row)), device });
                }
                if self.wrap_ups.is_empty()
                    || !wrap_up::is_answered(phase)
                    || !self.wraps_up(handle, endpoint, line, hop)
                {
                    self.call_leaves_phone(endpoint, waited);
                }
            }
            EndpointKind::Outside => {
                state.calls -= 1;
                self.note(Fact::Freed { call: name, pool: PoolId::Outside(DestinationId(row)), device });
            }
        }
    }

    /// The call that a port dialled is over.
    #[cold]
    pub(super) fn call_leaves_port(&mut self, port: u32) {
        let endpoint = &mut self.endpoints[port as usize];
        if endpoint.is_open() {
            endpoint.listed = true;
            self.ports[usize::from(endpoint.row)].free.push_back(port);
        }
        self.is_idle(port);
    }

    /// A call at a phone is over: one that waited there or, if it was the person's, the next one's turn has come.
    pub(super) fn call_leaves_phone(&mut self, phone: u32, waited: bool) {
        let Endpoint { calls: others, row, .. } = self.endpoints[phone as usize];
        let open = self.endpoints[phone as usize].is_open();
        if others > 0 {
            // Out of service, it takes none of those that wait: they are about to be lost.
            if open && !waited {
                self.person_turns_to_next(phone, row);
            }
            return;
        }
        if open {
            self.phone_becomes_free(phone);
        }
        self.phone_is_idle(phone);
        self.serve_waiting(PhoneGroupId(row));
    }

    /// A call leaves a phone. Returns whether it was one of those that waited there.
    fn no_longer_waits(&mut self, handle: Handle, phone: u32, group: u16, name: CallName) -> bool {
        let waiting = &mut self.phones[group as usize].call_waiting;
        let place = waiting.iter().position(|&call| call == handle);
        if let Some(place) = place {
            waiting.remove(place);
            self.note(Fact::CallWaited { call: name, device: DeviceId(phone) });
        }
        place.is_some()
    }

    /// Whether a call at a phone rings while the person has another one.
    pub(super) fn waits_at_phone(&self, handle: Handle, group: u16) -> bool {
        self.phones[group as usize].call_waiting.contains(&handle)
    }

    /// The person at a phone is free for the first of the calls that wait there.
    fn person_turns_to_next(&mut self, phone: u32, group: u16) {
        let (calls, waiting) = (&self.calls, &mut self.phones[group as usize].call_waiting);
        let place = waiting.iter().position(|&call| calls.get(call).is_some_and(|call| call.endpoint == phone));
        let next = place.and_then(|place| waiting.remove(place)).expect("a phone in use has a call, or one that waits");
        let name = self.call(next).name();
        self.note(Fact::CallWaited { call: name, device: DeviceId(phone) });
        self.note_seized(next, PoolId::Phones(PhoneGroupId(group)), phone);
        self.rings_on(next);
    }

    /// A call has left a route point or port: what was put off because of it may be due now.
    #[inline]
    fn is_idle(&mut self, endpoint: u32) {
        if self.some_are_shared {
            self.hand_over_if_idle(DeviceId(endpoint));
        }
        self.rehome_if_idle(endpoint);
    }

    /// A phone is the last of those of its group that take a call.
    pub(super) fn phone_becomes_free(&mut self, phone: u32) {
        let endpoint = &mut self.endpoints[phone as usize];
        endpoint.listed = true;
        self.phones[usize::from(endpoint.row)].free.push_back(phone);
        if let Some(since) = self.idle_since.get_mut(phone as usize) {
            *since = self.now;
        }
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
}

/// Takes the first endpoint that is really free from a list of free ones.
fn first_free(free: &mut VecDeque<u32>, endpoints: &mut [Endpoint]) -> Option<u32> {
    std::iter::from_fn(|| free.pop_front()).find(|&first| {
        let endpoint = &mut endpoints[first as usize];
        endpoint.listed = false;
        admission::is_free(endpoint.is_open(), endpoint.calls)
    })
}
