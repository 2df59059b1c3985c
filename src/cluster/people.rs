//! People at phones: how long they talk, and their work after a call, during which the phone is in use and has no call (R10).

use super::event::Event;
use super::machine::Cluster;
use super::rows::call::Call;
use super::rows::endpoint::{Endpoint, NOWHERE};
use super::rows::group::WrapUp;
use super::rows::source::WRAP_UP;
use crate::domain::{Contact, DeviceId, PhoneGroupId};
use crate::engine::{Handle, Span, Time};
use crate::facts::{Fact, Recorder};
use crate::rules::wrap_up;

impl<R: Recorder> Cluster<'_, R> {
    /// A call at a phone is over: if a person has answered it there, the talk is too; `cut`: the call is lost.
    #[inline]
    pub(super) fn talk_is_over(&mut self, handle: Handle, phone: u32, cut: bool) {
        let call = *self.call(handle);
        if wrap_up::is_answered(call.phase) {
            self.has_talked(handle, phone, self.talks_since(handle, &call), cut);
        }
    }

    /// Since when the person at the phone where a call is has talked to it.
    fn talks_since(&self, handle: Handle, call: &Call) -> Time {
        if !self.plan.changes_calls {
            return call.waits_since;
        }
        let progress = self.progress(handle);
        match call.contact {
            // Somebody else has put it aside.
            _ if progress.aside != NOWHERE => progress.third_since,
            // The person has asked for it to be sent on.
            Contact::AwaitsPerson => progress.talks_since,
            Contact::Nothing | Contact::Alerted | Contact::Connected => call.waits_since,
        }
    }

    pub(super) fn has_talked(&mut self, handle: Handle, phone: u32, since: Time, cut: bool) {
        let (call, row) = (self.call(handle).name(), self.endpoints[phone as usize].row);
        self.note(Fact::Talked { call, phones: PhoneGroupId(row), lasted: self.now - since, cut });
    }

    /// A call that a person answered after so many hops has left the phone. Returns whether the person has work after it: then
    /// the phone is in use, and its line taken, as if the call went on.
    #[inline(never)]
    pub(super) fn wraps_up(&mut self, handle: Handle, phone: u32, line: u8, hop: u8) -> bool {
        let plan = self.plan;
        let row = self.endpoints[phone as usize].row;
        let Some(wrap_up) = &plan.phone_groups[usize::from(row)].wrap_up else { return false };
        // At a phone where calls are changed, a call may have gone on from there in vain.
        let hop = match plan.changes_calls && self.progress(handle).aside == NOWHERE {
            true => self.progress(handle).hop,
            false => hop,
        };
        let call = self.call(handle).name();
        let lasts = wrap_up.sample(self.sources[call.source.index()].for_changes(call.number, hop)[WRAP_UP]);
        if lasts == Span::ZERO {
            return false;
        }
        self.take_line(phone, line);
        self.wrap_ups[phone as usize] = Some(WrapUp { call, line });
        self.note(Fact::WrapUpBegan { call, phones: PhoneGroupId(row), device: DeviceId(phone), line });
        self.schedule(self.now + lasts, Event::WrapUpEnds { device: phone });
        // Without a call it registers elsewhere if it has to (R14, R18), whatever its person does.
        self.phone_is_idle(phone);
        true
    }

    #[cold]
    #[inline(never)]
    pub(super) fn wrap_up_ends(&mut self, phone: u32) {
        let WrapUp { call, line } =
            self.wrap_ups[phone as usize].take().expect("it has begun, and nothing ends it before");
        let row = self.endpoints[phone as usize].row;
        self.give_line(phone, line);
        self.note(Fact::WrapUpEnded { call, phones: PhoneGroupId(row), device: DeviceId(phone) });
        self.call_leaves_phone(phone, false);
    }

    /// How many calls a phone has. The work after one keeps the phone in use, and is none.
    pub(super) fn calls_at_phone(&self, phone: u32) -> u32 {
        let Endpoint { calls, .. } = self.endpoints[phone as usize];
        let wraps_up = self.wrap_ups.get(phone as usize).is_some_and(Option::is_some);
        calls - u32::from(wraps_up)
    }
}
