//! Calls from inside: a phone dials, and is in use until its call is over.

use super::machine::Cluster;
use super::rows::call::Call;
use super::rows::source::{CALLING_PHONE, share_of};
use crate::domain::{CallName, DeviceId, NodeId, PhoneGroupId};
use crate::engine::Handle;
use crate::facts::{Fact, Recorder};
use crate::rules::admission;
use std::ops::Range;

/// What a person finds who is about to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dials {
    /// A phone that is registered with this CallManager.
    Phone(u32, NodeId),
    /// A phone without a CallManager; it was registered with this one last.
    NoDialTone(NodeId),
    /// The phone is in use: there is no call.
    InUse,
}

impl<R: Recorder> Cluster<'_, R> {
    /// The phone from which a caller of a group calls, whether or not it does: drawn from the caller's own random numbers, so
    /// that it need not be stored with the call.
    fn calling_phone(&mut self, group: PhoneGroupId, name: CallName) -> u32 {
        let word = self.sources[name.source.index()].again(name.number, 0)[CALLING_PHONE];
        let phones = &self.plan.phone_groups[group.index()];
        phones.first.0 + share_of(word, phones.count)
    }

    /// What the next caller of a group finds. Each attempt is that of one phone, drawn at random: so idle phones dial
    /// independently, at the same rate (T. O. Engset, 1918).
    pub(super) fn about_to_dial(&mut self, group: PhoneGroupId, name: CallName) -> Dials {
        let phone = self.calling_phone(group, name);
        let endpoint = self.endpoints[phone as usize];
        if admission::is_free(endpoint.is_open(), endpoint.calls) {
            Dials::Phone(phone, endpoint.node)
        } else if endpoint.calls > 0 {
            Dials::InUse
        } else {
            Dials::NoDialTone(endpoint.node)
        }
    }

    /// A phone is in use by the call that it dials.
    pub(super) fn off_hook(&mut self, handle: Handle, phone: u32) {
        self.unlist(phone);
        self.take_line(phone, 0);
        let group = PhoneGroupId(self.endpoints[phone as usize].row);
        self.dialling[phone as usize] = Some(handle);
        let call = self.call(handle).name();
        self.note(Fact::OffHook { call, phones: group, device: DeviceId(phone) });
    }

    /// A call is over: if a phone dialled it, that phone is free.
    pub(super) fn on_hook(&mut self, handle: Handle) {
        let call = *self.call(handle);
        let Some(group) = self.plan.sources[usize::from(call.source)].from else { return };
        let phone = self.calling_phone(group, call.name());
        if self.dialling[phone as usize] != Some(handle) {
            // There was no dial tone.
            return;
        }
        self.dialling[phone as usize] = None;
        self.give_line(phone, 0);
        self.note(Fact::OnHook { call: call.name(), phones: group, device: DeviceId(phone) });
        self.call_leaves_phone(phone, false);
    }

    /// Whether one of these phones dialled the call.
    pub(super) fn is_dialled_from(&self, call: &Call, phones: Range<u32>) -> bool {
        let phones = phones.start as usize..phones.end as usize;
        let calls = self.dialling.get(phones).into_iter().flatten().flatten();
        let mut names = calls.filter_map(|&handle| Some(self.calls.get(handle)?.name()));
        names.any(|name| name == call.name())
    }
}
