//! The identities of calls: a call is at one device at a time, and a device has no more calls than it may.

use crate::domain::{CallName, DeviceId, DeviceKind, Ending, PhoneGroupId, PortGroupId, Refusal, RoutePointId, Target};
use crate::engine::Time;
use crate::facts::{Fact, PoolId};

use super::ledger::{AuditedCall, AuditedDevice, Auditor, Occupied};

impl Auditor<'_> {
    /// The call's entry; a violation and `None` if it is not in progress.
    pub(super) fn call(&mut self, name: CallName, fact: Fact) -> Option<AuditedCall> {
        let call = self.calls.get(&name).copied();
        self.require(call.is_some(), |_| format!("{fact:?} of a call that is not in progress"));
        call
    }

    pub(super) fn take(&mut self, name: CallName, fact: Fact, held: Occupied) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == Occupied::Nothing, |_| format!("{fact:?} while the call holds {:?}", call.held));
        self.calls.insert(name, AuditedCall { held, ..call });
    }

    pub(super) fn give_back(&mut self, name: CallName, fact: Fact, held: Occupied) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == held, |_| format!("{fact:?} while the call holds {:?}", call.held));
        self.calls.insert(name, AuditedCall { held: Occupied::Nothing, ..call });
    }

    /// A call takes a line of a device.
    pub(super) fn take_line(&mut self, fact: Fact, device: DeviceId, line: u8) {
        let plan = &self.plan.devices[device.index()];
        let group = match plan.kind {
            DeviceKind::RoutePoint => Target::RoutePoint(RoutePointId(plan.row)),
            DeviceKind::CtiPort => Target::Ports(PortGroupId(plan.row)),
            DeviceKind::Phone => Target::Phones(PhoneGroupId(plan.row)),
        };
        let Some(limits) = self.plan.lines_of(group).get(usize::from(line)) else {
            return self.require(false, |_| format!("{fact:?}: the device has no such line"));
        };
        let most = limits.maximum_calls.min(limits.busy_trigger);
        let calls = self.line_calls.entry((device, line)).or_default();
        *calls += 1;
        let calls = *calls;
        self.require(calls <= most, |_| format!("{fact:?}: {calls} calls, but at most {most} are allowed"));
    }

    pub(super) fn give_line(&mut self, device: DeviceId, line: u8) {
        if let Some(calls) = self.line_calls.get_mut(&(device, line)) {
            *calls = calls.saturating_sub(1);
        }
    }

    /// A call waits at a phone that is in use.
    pub(super) fn waits(&mut self, fact: Fact, name: CallName, device: DeviceId, line: u8) {
        self.take(name, fact, Occupied::Waits { device, line });
        let in_use = self.devices[device.index()].is_in_use();
        let is_phone = self.plan.devices[device.index()].kind == DeviceKind::Phone;
        self.require(in_use && is_phone, |_| format!("{fact:?}: a phone: {is_phone}, in use: {in_use}"));
        let serves = self.serves(device);
        self.require(serves, |_| format!("{fact:?}: the phone is out of service"));
        self.take_line(fact, device, line);
        self.devices[device.index()].waiting += 1;
    }

    /// It no longer does.
    pub(super) fn waited(&mut self, fact: Fact, name: CallName, device: DeviceId) {
        let held = self.calls.get(&name).map(|call| call.held);
        let Some(Occupied::Waits { device: at, line }) = held else {
            return self.require(false, |_| format!("{fact:?} while the call holds {held:?}"));
        };
        self.give_back(name, fact, Occupied::Waits { device: at, line });
        self.require(at == device, |_| format!("{fact:?}, but it waited at {at:?}"));
        self.give_line(at, line);
        self.devices[at.index()].waiting -= 1;
    }

    /// Time advances: no call waits at a phone whose person has none.
    pub(super) fn check_turned(&mut self) {
        for device in std::mem::take(&mut self.left_waiting) {
            let AuditedDevice { waiting, .. } = self.devices[device.index()];
            // Out of service, it takes none.
            let attended = self.devices[device.index()].is_in_use() || waiting == 0 || !self.serves(device);
            self.require(attended, |_| format!("{waiting} calls wait at {device:?}, which is free"));
        }
    }

    pub(super) fn seized(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>, line: u8) {
        self.take(name, fact, Occupied::Pool { pool, device, line });
        let target = match pool {
            PoolId::Ports(id) => Target::Ports(id),
            PoolId::Phones(id) => Target::Phones(id),
            PoolId::Outside(id) => Target::Outside(id),
        };
        if let PoolId::Phones(group) = pool {
            self.takes_phone(fact, name, group);
        }
        if let PoolId::Outside(id) = pool {
            self.lines[id.index()] += 1;
            let (used, lines) = (self.lines[id.index()], self.plan.pool_size(target));
            return self.require(used <= lines, |_| format!("{fact:?}: {used} calls on {lines} lines"));
        }
        let Some(device) = device else {
            return self.require(false, |_| format!("{fact:?} names no device"));
        };
        self.occupy(fact, name, pool, device, line);
    }

    /// It rings where a call is.
    pub(super) fn rings(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>) {
        let Some(AuditedCall { held, .. }) = self.call(name, fact) else { return };
        let there = match held {
            Occupied::Pool { pool: its, device: at, .. } => (its, at) == (pool, device),
            Occupied::Waits { device: at, .. } => Some(at) == device,
            Occupied::Nothing | Occupied::RoutePoint { .. } => false,
        };
        self.require(there, |_| format!("{fact:?} while the call holds {held:?}"));
    }

    /// A call occupies a port or a phone, which must be free for it.
    fn occupy(&mut self, fact: Fact, name: CallName, pool: PoolId, device: DeviceId, line: u8) {
        let row = self.plan.devices[device.index()].row;
        let belongs = match (self.plan.devices[device.index()].kind, pool) {
            (DeviceKind::CtiPort, PoolId::Ports(id)) => id.0 == row,
            (DeviceKind::Phone, PoolId::Phones(id)) => id.0 == row,
            _ => false,
        };
        self.require(belongs, |_| format!("{fact:?}: the device is not in that group"));
        let taken_by = self.devices[device.index()].taken_by;
        let serves = self.serves(device);
        self.require(serves, |_| format!("{fact:?}: the device is out of service"));
        self.require(taken_by.is_none(), |_| format!("{fact:?}: the device is already taken by {taken_by:?}"));
        let wraps_up = self.devices[device.index()].wraps_up;
        self.require(wraps_up.is_none(), |_| format!("{fact:?}: its person has work after {wraps_up:?}"));
        self.devices[device.index()].taken_by = Some(name);
        self.take_line(fact, device, line);
    }

    /// A device dials: it is in use by a call of a source that calls from its group.
    pub(super) fn off_hook(&mut self, fact: Fact, name: CallName, pool: PoolId, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        let group = match pool {
            PoolId::Ports(id) => Target::Ports(id),
            PoolId::Phones(id) => Target::Phones(id),
            PoolId::Outside(id) => Target::Outside(id),
        };
        let dials = self.plan.sources[name.source.index()].from.is_some_and(|callers| callers.group == group);
        self.require(dials, |_| format!("{fact:?}: its source does not call from this group"));
        self.require(call.caller.is_none(), |_| format!("{fact:?}: the call already came from {:?}", call.caller));
        let at = self.devices[device.index()].at;
        self.require(at == Some(call.ingress), |_| format!("{fact:?}: its ingress is {:?}, not {at:?}", call.ingress));
        self.calls.insert(name, AuditedCall { caller: Some(device), ..call });
        self.occupy(fact, name, pool, device, 0);
    }

    /// The phone that dialled a call is no longer in use.
    pub(super) fn on_hook(&mut self, fact: Fact, name: CallName, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.caller == Some(device), |_| format!("{fact:?}: the call came from {:?}", call.caller));
        self.calls.insert(name, AuditedCall { caller: None, ..call });
        self.devices[device.index()].taken_by = None;
        self.give_line(device, 0);
        self.left_waiting.push(device);
    }

    pub(super) fn freed(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>) {
        let line = match self.calls.get(&name).map(|call| call.held) {
            Some(Occupied::Pool { line, .. }) => line,
            _ => 0,
        };
        self.give_back(name, fact, Occupied::Pool { pool, device, line });
        match (pool, device) {
            (PoolId::Outside(id), _) => self.lines[id.index()] = self.lines[id.index()].saturating_sub(1),
            (_, Some(device)) => {
                self.devices[device.index()].taken_by = None;
                self.give_line(device, line);
                self.left_waiting.push(device);
            }
            (_, None) => {}
        }
    }

    pub(super) fn ended(&mut self, fact: Fact, name: CallName, ending: Ending, offered: Time) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == Occupied::Nothing, |_| format!("{fact:?} while the call holds {:?}", call.held));
        self.require(call.caller.is_none(), |_| format!("{fact:?} while {:?} is off hook", call.caller));
        let further = (call.aside, call.bridge);
        self.require(further == (None, None), |_| format!("{fact:?} while the call holds {further:?}"));
        let waits = self.queues.iter().flatten().any(|(other, _)| *other == name);
        self.require(!waits, |_| format!("{fact:?} while it waits in a queue"));
        self.require(call.offered == offered, |_| format!("{fact:?}, but the call was offered at {}", call.offered));
        let possible = match ending {
            Ending::Completed | Ending::DroppedConnected => call.connected,
            Ending::DroppedInSetup => !call.connected,
            Ending::Abandoned | Ending::Refused(_) | Ending::DroppedInChange => true,
        };
        self.require(possible, |_| format!("{fact:?}, which is impossible with connected = {}", call.connected));
        if ending == Ending::Refused(Refusal::Throttled) {
            let refuses = self.throttled[call.ingress.index()];
            self.require(refuses, |_| format!("{fact:?}, but {:?} does not refuse calls", call.ingress));
        }
        self.sojourns += u128::from(self.now.since(offered).nanos());
        self.ended += 1;
        self.calls.remove(&name);
        self.asked.remove(&name);
    }
}
