//! A caller: dials at an ingress, waits as long as its patience lasts, and has random numbers of its own.

use super::call::place;
use super::event::Event;
use super::inside::Finds;
use super::machine::Cluster;
use super::rows::call::{Call, Choice};
use super::rows::source::{ONE_OF_SEVERAL, Purpose, share_of};
use crate::domain::{CallName, Contact, DeviceId, Ending, NodeId, Refusal, SourceId};
use crate::engine::{Handle, Span, Time};
use crate::facts::{Fact, Message, Party, Recorder, Task};
use crate::plan::{Arrivals, Dials};
use crate::rules::code_yellow::NewCalls;
use crate::rules::ingress;

impl<R: Recorder> Cluster<'_, R> {
    pub(super) fn reset_sources(&mut self, seed: u64, replication: u64) {
        for row in 0..self.sources.len() {
            self.sources[row].reset(&self.plan.sources[row], seed, replication);
            self.schedule_next_caller(row as u16);
        }
    }

    pub(super) fn schedule_next_caller(&mut self, source: u16) {
        let dials = self.sources[source as usize].draw_next(&self.plan.sources[source as usize], self.plan.length);
        let reaches = dials + self.plan.links.from_caller;
        if reaches <= self.plan.length {
            self.schedule(reaches, Event::CallerDials { source });
        }
    }

    /// A call begins: its set-up reaches the ingress CallManager, which analyses the digits.
    pub(super) fn caller_dials(&mut self, source: u16) {
        let plan = &self.plan.sources[source as usize];
        let state = &mut self.sources[source as usize];
        let name = CallName { source: SourceId(source), number: state.number };
        state.number += 1;
        let phone = match &plan.from {
            None => None,
            Some(callers) if callers.by == Dials::Person => Some(self.about_to_dial(name)),
            Some(callers) => {
                self.application_is_to_dial(name, callers.by);
                return self.schedule_next_caller(source);
            }
        };
        let chosen = match phone {
            None => ingress::chosen(&plan.ingress, name.number, |node| self.seems_up(node)),
            Some(Finds::Free(_, node)) => Ok(node),
            Some(Finds::NoDialTone(node)) => Err(node),
            Some(Finds::InUse) => return self.schedule_next_caller(source),
        };
        let device = match phone {
            Some(Finds::Free(device, _)) => Some(device),
            _ => None,
        };
        let (Ok(ingress) | Err(ingress)) = chosen;
        let call = self.is_offered(name, ingress, device);
        self.schedule_next_caller(source);
        match chosen {
            Ok(_) => self.is_set_up(call, ingress),
            Err(_) => self.end(call, Ending::Refused(Refusal::NoCallManager)),
        }
    }

    /// A call reaches its ingress CallManager, from a device of the cluster or from outside.
    #[inline(always)]
    pub(super) fn is_offered(&mut self, name: CallName, ingress: NodeId, device: Option<u32>) -> Handle {
        let plan = &self.plan.sources[name.source.index()];
        let to = plan.speed_dial.map_or(plan.to, |id| self.speed_dials[id.index()]);
        let call = self.calls.insert(Call::new(name, ingress, to, self.now));
        let patience = self.sources[name.source.index()].random_word(name.number, Purpose::Patience);
        self.note(Fact::Offered { call: name, place: place(call), ingress });
        match device {
            Some(device) => self.off_hook(call, device),
            None => {
                let departs = Time::from_nanos(self.now.nanos() - self.plan.links.from_caller.nanos());
                let (from, to) = (Party::Caller, Party::CallManager(ingress));
                self.sends(name, Message::SetUp, (from, departs), (to, self.now));
            }
        }
        if let Some(patience) = self.patience(name, patience) {
            self.schedule(self.now + patience, Event::PatienceEnds { call });
        }
        call
    }

    /// The ingress CallManager takes a call, if it does, and analyses the digits.
    #[inline(always)]
    pub(super) fn is_set_up(&mut self, call: Handle, ingress: NodeId) {
        if self.hangs_unnoticed > 0 && !self.callmanager_up(ingress) {
            self.hold(call, ingress);
        } else if self.takes_new_call(ingress) == NewCalls::Refused {
            self.end(call, Ending::Refused(Refusal::Throttled));
        } else {
            let work = &self.plan.nodes[ingress.index()].callmanager.setup;
            let name = self.call(call).name();
            let done = self.work(self.plan.callmanager(ingress), work, Task::SetUp, Some(name));
            self.schedule(done, Event::Routes { call, step: 0 });
        }
    }

    pub(super) fn patience_ends(&mut self, handle: Handle) {
        if self.calls.get(handle).is_some_and(|call| !call.contact.is_connected()) {
            self.end(handle, Ending::Abandoned);
        }
    }

    pub(super) fn wait_ends(&mut self, handle: Handle) {
        let Some(&call) = self.calls.get(handle).filter(|call| call.contact == Contact::AwaitsPerson) else { return };
        // A caller who reached somebody and waits again has a new patience: this may be the event of the old one.
        let word = self.sources[call.source as usize].random_word(call.number, Purpose::Patience);
        let patience = self.patience(call.name(), word);
        if patience.is_some_and(|patience| call.waits_since + patience <= self.now) {
            self.end(handle, Ending::Abandoned);
        }
    }

    /// How long a caller waits, for an answer and once more for a person.
    pub(super) fn patience(&self, name: CallName, word: u64) -> Option<Span> {
        let source = &self.plan.sources[name.source.index()];
        let listed = match &source.arrivals {
            Arrivals::Listed(calls) => calls[name.number as usize].patience,
            _ => None,
        };
        listed.or_else(|| source.patience.as_ref().map(|patience| patience.sample(word)))
    }

    #[inline(always)]
    pub(super) fn talk(&mut self, handle: Handle) -> Span {
        let word = self.random_word(handle, Purpose::Talk);
        let call = self.call(handle);
        let (number, source) = (call.number, call.source);
        let source = &self.plan.sources[source as usize];
        let listed = match &source.arrivals {
            Arrivals::Listed(calls) => calls[number as usize].talk,
            _ => None,
        };
        listed.unwrap_or_else(|| source.talk.sample(word))
    }

    /// A random word of the caller's own for this purpose, independent of the design of the cluster (common random
    /// numbers). A purpose that occurs a second time draws from the block of the caller and hop.
    pub(super) fn random_word(&mut self, handle: Handle, purpose: Purpose) -> u64 {
        let bit = 1 << purpose as u8;
        self.draw(handle, purpose, bit)
    }

    /// Which of some devices a call goes to, as an endpoint.
    #[inline]
    pub(super) fn one_of(&mut self, handle: Handle, first: DeviceId, count: u32) -> u32 {
        if count == 1 { first.0 } else { first.0 + self.which_of(handle, count) }
    }

    /// Drawn anew for each hop, from the caller's own random numbers, and the same whenever it is asked for.
    fn which_of(&mut self, handle: Handle, count: u32) -> u32 {
        let call = self.call(handle);
        let (source, number, hops) = (call.source, call.number, call.hops);
        let word = self.sources[source as usize].again(number, hops)[ONE_OF_SEVERAL];
        share_of(word, count)
    }

    #[inline(always)]
    pub(super) fn draw(&mut self, handle: Handle, purpose: Purpose, bit: u8) -> u64 {
        let call = self.call(handle);
        if call.used & bit == 0 {
            call.used |= bit;
            let (source, number) = (call.source, call.number);
            return self.sources[source as usize].random_word(number, purpose);
        }
        self.draw_again(handle, purpose)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn draw_again(&mut self, handle: Handle, purpose: Purpose) -> u64 {
        let call = self.call(handle);
        let (source, number, hops) = (call.source, call.number, call.hops);
        self.sources[source as usize].again(number, hops)[purpose as usize]
    }

    /// A number from 0 up to but not including 1.
    pub(super) fn choice(&mut self, handle: Handle, choice: Choice) -> f64 {
        // Bits 6, 7 and 0 of the mask are not used by the draws above.
        let (bit, shift) = match choice {
            Choice::Redirect => (1 << 6, 43),
            Choice::Transfer => (1 << 7, 22),
            Choice::Answered => (1 << 0, 1),
        };
        let word = self.draw(handle, Purpose::Choices, bit);
        ((word >> shift) & 0x1f_ffff) as f64 / f64::from(1 << 21)
    }
}
