//! The identities of people: they talk to calls, and work after calls that they have talked to.

use crate::domain::{CallName, DeviceId, PhoneGroupId};
use crate::engine::Span;
use crate::facts::Fact;

use super::ledger::{AuditedDevice, Auditor};

impl Auditor<'_> {
    /// A person has talked to a call, no longer than it has been there.
    pub(super) fn talked(&mut self, fact: Fact, name: CallName, lasted: Span) {
        let Some(call) = self.call(name, fact) else { return };
        let possible = call.connected && lasted <= self.now - call.offered;
        self.require(possible, |_| format!("{fact:?} of {call:?}"));
    }

    /// A call that a person answered has left the phone, which stays in use.
    pub(super) fn wrap_up_began(
        &mut self,
        fact: Fact,
        name: CallName,
        phones: PhoneGroupId,
        device: DeviceId,
        line: u8,
    ) {
        let Some(call) = self.call(name, fact) else { return };
        let group = &self.plan.phone_groups[phones.index()];
        let its = (group.first.0..group.first.0 + group.count).contains(&device.0) && group.wrap_up.is_some();
        self.require(its && call.connected, |_| format!("{fact:?} of {call:?}: after-call work there: {its}"));
        let AuditedDevice { taken_by, wraps_up, .. } = self.devices[device.index()];
        // What a call has just left is looked at once time advances.
        let left = taken_by.is_none() && wraps_up.is_none() && self.left_waiting.contains(&device);
        self.require(left, |_| format!("{fact:?} while the phone has {taken_by:?} and {wraps_up:?}"));
        self.devices[device.index()].wraps_up = Some((name, line));
        self.take_line(fact, device, line);
    }

    pub(super) fn wrap_up_ended(&mut self, fact: Fact, name: CallName, device: DeviceId) {
        let Some((after, line)) = self.devices[device.index()].wraps_up.take() else {
            return self.require(false, |_| format!("{fact:?}: it has not begun"));
        };
        self.require(after == name, |_| format!("{fact:?}, but it began after {after:?}"));
        self.give_line(device, line);
        self.left_waiting.push(device);
    }
}
