//! The identities of calls that are changed at phones: whatever a call occupies beside its device is given back once.

use crate::domain::{CallName, ConferenceBridgeId, DeviceId, PhoneGroupId};
use crate::facts::{Fact, PoolId};

use super::ledger::{AuditedCall, Auditor, Occupied};

impl Auditor<'_> {
    /// A call is put on hold, or retrieved: at a phone, and if it was not, or was, on hold.
    pub(super) fn held(&mut self, fact: Fact, name: CallName, on_hold: bool) {
        let Some(call) = self.call(name, fact) else { return };
        let at_phone = matches!(call.held, Occupied::Pool { pool: PoolId::Phones(_), .. });
        let possible = call.connected && at_phone && call.on_hold != on_hold;
        self.require(possible, |_| format!("{fact:?} of {call:?}"));
        self.calls.insert(name, AuditedCall { on_hold, ..call });
    }

    /// A call is put aside at the phone where it is.
    pub(super) fn put_aside(&mut self, fact: Fact, name: CallName, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        let Occupied::Pool { pool: PoolId::Phones(_), device: Some(at), line } = call.held else {
            return self.require(false, |_| format!("{fact:?} while the call holds {:?}", call.held));
        };
        let possible = at == device && call.aside.is_none() && call.connected && !call.on_hold;
        self.require(possible, |_| format!("{fact:?} of {call:?}"));
        self.calls.insert(name, AuditedCall { held: Occupied::Nothing, aside: Some((device, line)), ..call });
    }

    /// It is there again.
    pub(super) fn taken_back(&mut self, fact: Fact, name: CallName, phones: PhoneGroupId, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        let Some((at, line)) = call.aside else {
            return self.require(false, |_| format!("{fact:?} of a call that was not put aside"));
        };
        let possible = at == device && call.held == Occupied::Nothing;
        self.require(possible, |_| format!("{fact:?} of {call:?}"));
        let held = Occupied::Pool { pool: PoolId::Phones(phones), device: Some(device), line };
        self.calls.insert(name, AuditedCall { held, aside: None, ..call });
    }

    /// The phone at which it was put aside is in use by it no longer.
    pub(super) fn let_go(&mut self, fact: Fact, name: CallName, device: DeviceId) {
        let Some(call) = self.call(name, fact) else { return };
        let Some((at, line)) = call.aside else {
            return self.require(false, |_| format!("{fact:?} of a call that was not put aside"));
        };
        self.require(at == device, |_| format!("{fact:?}, but it was put aside at {at:?}"));
        self.calls.insert(name, AuditedCall { aside: None, ..call });
        let taken_by = self.devices[at.index()].taken_by.take();
        self.require(taken_by == Some(name), |_| format!("{fact:?}, but {at:?} was in use by {taken_by:?}"));
        self.give_line(at, line);
        self.left_waiting.push(at);
    }

    /// A third party was called for a call, which is aside, or was a moment ago.
    pub(super) fn consulted(&mut self, fact: Fact, name: CallName) {
        let Some(call) = self.call(name, fact) else { return };
        let answered = matches!(fact, Fact::Consulted { .. });
        let possible = call.connected && answered == call.aside.is_some();
        self.require(possible, |_| format!("{fact:?} of {call:?}"));
    }

    pub(super) fn bridge_taken(&mut self, fact: Fact, name: CallName, bridge: ConferenceBridgeId) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.bridge.is_none(), |_| format!("{fact:?} while the call has {:?}", call.bridge));
        self.calls.insert(name, AuditedCall { bridge: Some(bridge), ..call });
        self.bridges[bridge.index()] += 1;
        let (in_use, plan) = (self.bridges[bridge.index()], &self.plan.conference_bridges[bridge.index()]);
        self.require(in_use <= plan.conferences, |_| format!("{fact:?}: {in_use} of {}", plan.conferences));
        // One whose CallManager hangs is not known to be gone.
        let down = self.callmanagers[plan.node.index()].down && self.hangs[plan.node.index()].is_none();
        self.require(!down, |_| format!("{fact:?}: its node is down"));
    }

    pub(super) fn bridge_freed(&mut self, fact: Fact, name: CallName, bridge: ConferenceBridgeId) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.bridge == Some(bridge), |_| format!("{fact:?} while the call has {:?}", call.bridge));
        self.calls.insert(name, AuditedCall { bridge: None, ..call });
        self.bridges[bridge.index()] = self.bridges[bridge.index()].saturating_sub(1);
    }

    /// A conference was blocked: its bridge is full, or its node is down, or cut off.
    pub(super) fn blocked(&mut self, fact: Fact, name: CallName, bridge: ConferenceBridgeId) {
        if self.call(name, fact).is_none() {
            return;
        }
        let plan = &self.plan.conference_bridges[bridge.index()];
        let full = self.bridges[bridge.index()] >= plan.conferences;
        let down = self.callmanagers[plan.node.index()].down;
        let cut_off = self.link_cut <= self.now;
        self.require(full || down || cut_off, |_| format!("{fact:?}: there was room"));
    }

    /// All three talk: the call is at a phone or a number outside, put aside at another, and has a bridge.
    pub(super) fn joined(&mut self, fact: Fact, name: CallName) {
        let Some(call) = self.call(name, fact) else { return };
        let with_third = matches!(call.held, Occupied::Pool { pool: PoolId::Phones(_) | PoolId::Outside(_), .. });
        let possible = with_third && call.aside.is_some() && call.bridge.is_some();
        self.require(possible, |_| format!("{fact:?} of {call:?}"));
    }
}
