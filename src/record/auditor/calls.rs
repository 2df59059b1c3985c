//! The identities of calls: a call is at one device at a time, and a device has no more calls than it may.

use crate::domain::{CallName, DeviceId, DeviceKind, Ending, PhoneGroupId, Refusal, Target};
use crate::engine::Time;
use crate::facts::{Fact, PoolId};

use super::ledger::{AuditedCall, Auditor, Occupied};

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

    pub(super) fn seized(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>) {
        self.take(name, fact, Occupied::Pool { pool, device });
        let target = match pool {
            PoolId::Ports(id) => Target::Ports(id),
            PoolId::Phones(id) => Target::Phones(id),
            PoolId::Outside(id) => Target::Outside(id),
        };
        if let PoolId::Outside(id) = pool {
            self.lines[id.index()] += 1;
            let (used, lines) = (self.lines[id.index()], self.plan.pool_size(target));
            return self.require(used <= lines, |_| format!("{fact:?}: {used} calls on {lines} lines"));
        }
        let Some(device) = device else {
            return self.require(false, |_| format!("{fact:?} names no device"));
        };
        self.occupy(fact, name, pool, device);
    }

    /// A call occupies a port or a phone, which must be free for it.
    fn occupy(&mut self, fact: Fact, name: CallName, pool: PoolId, device: DeviceId) {
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
        self.devices[device.index()].taken_by = Some(name);
    }

    /// A phone dials: it is in use by a call of a source that calls from its group.
    pub(super) fn off_hook(&mut self, fact: Fact, name: CallName, phones: PhoneGroupId, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        let dials = self.plan.sources[name.source.index()].from == Some(phones);
        self.require(dials, |_| format!("{fact:?}: its source does not call from this group"));
        self.require(call.caller.is_none(), |_| format!("{fact:?}: the call already came from {:?}", call.caller));
        let at = self.devices[device.index()].at;
        self.require(at == Some(call.ingress), |_| format!("{fact:?}: its ingress is {:?}, not {at:?}", call.ingress));
        self.calls.insert(name, AuditedCall { caller: Some(device), ..call });
        self.occupy(fact, name, PoolId::Phones(phones), device);
    }

    /// The phone that dialled a call is no longer in use.
    pub(super) fn on_hook(&mut self, fact: Fact, name: CallName, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.caller == Some(device), |_| format!("{fact:?}: the call came from {:?}", call.caller));
        self.calls.insert(name, AuditedCall { caller: None, ..call });
        self.devices[device.index()].taken_by = None;
    }

    pub(super) fn freed(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>) {
        self.give_back(name, fact, Occupied::Pool { pool, device });
        match (pool, device) {
            (PoolId::Outside(id), _) => self.lines[id.index()] = self.lines[id.index()].saturating_sub(1),
            (_, Some(device)) => self.devices[device.index()].taken_by = None,
            (_, None) => {}
        }
    }

    pub(super) fn ended(&mut self, fact: Fact, name: CallName, ending: Ending, offered: Time) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == Occupied::Nothing, |_| format!("{fact:?} while the call holds {:?}", call.held));
        self.require(call.caller.is_none(), |_| format!("{fact:?} while {:?} is off hook", call.caller));
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
    }
}
