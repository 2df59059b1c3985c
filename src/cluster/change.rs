//! Changes of a call at a phone: hold and retrieve, transfer with and without consulting, conference (R15).
//!
//! A third party is called for a call by the call itself: it travels to that party like any other, while the phone at which it
//! was put aside stays in use. If it is refused on the way, it comes back.

use super::event::Event;
use super::machine::Cluster;
use super::rows::call::Call;
use super::rows::change::Progress;
use super::rows::endpoint::{Endpoint, EndpointKind, NOWHERE};
use super::rows::source::{AT_END, CONFERENCE_LASTS, CONSULT_TALK, HOLD_LASTS, HOLDS, fraction};
use crate::domain::{
    ApplicationId, ConferenceBridgeId, Contact, DeviceId, Ending, NodeId, Phase, PhoneEvent, PhoneGroupId, Target,
    ThirdParty, TransferredBy,
};
use crate::engine::{Handle, Span};
use crate::facts::{Fact, Message, Party, Recorder, Task};
use crate::plan::CallChanges;
use crate::rules::call_survival::{self, Media};
use crate::rules::change::{self, AtEnd, Next, Stage, Work};
use std::ops::Range;

impl<R: Recorder> Cluster<'_, R> {
    /// What is being done with a call.
    pub(super) fn progress(&self, handle: Handle) -> Progress {
        self.progress.get(handle.slot()).copied().unwrap_or(Progress::answered(0))
    }

    fn progress_mut(&mut self, handle: Handle) -> &mut Progress {
        let slot = handle.slot();
        if slot >= self.progress.len() {
            self.progress.resize(slot + 1, Progress::answered(0));
        }
        &mut self.progress[slot]
    }

    /// What the people at a phone do with calls.
    fn changes_at(&self, phone: u32) -> Option<&CallChanges> {
        let Endpoint { kind, row, .. } = self.endpoints[phone as usize];
        (kind == EndpointKind::Phone).then(|| &self.plan.phone_groups[usize::from(row)].changes)
    }

    /// The phone whose person does something with a call: where it is, or was put aside.
    fn phone_of(&self, handle: Handle) -> u32 {
        let aside = self.progress(handle).aside;
        let at = || self.calls.get(handle).map_or(NOWHERE, |call| call.endpoint);
        if aside == NOWHERE { at() } else { aside }
    }

    /// The random words of a caller for what is done with the call since it was last answered.
    fn words_of_change(&mut self, handle: Handle) -> [u64; 8] {
        let hop = self.progress(handle).hop;
        let call = self.call(handle);
        let (source, number) = (call.source, call.number);
        self.sources[usize::from(source)].for_changes(number, hop)
    }

    // What is done, and when.

    /// A call has been answered, to last this long: how long until something is done with it, or it is over.
    #[inline(never)]
    pub(super) fn until_change(&mut self, handle: Handle, lasts: Span) -> Span {
        let hop = self.call(handle).hops;
        *self.progress_mut(handle) = Progress::answered(hop);
        if !self.holds(handle) {
            return lasts;
        }
        let (first, rest) = change::halves(lasts);
        self.progress_mut(handle).rest = rest;
        first
    }

    /// Whether the person at a phone puts a call on hold.
    fn holds(&mut self, handle: Handle) -> bool {
        let Some(hold) = self.changes_at(self.phone_of(handle)).and_then(|it| it.hold.as_ref()) else { return false };
        let share = hold.done.share;
        fraction(self.words_of_change(handle)[HOLDS]) < share
    }

    /// What the person at a phone does with a call at the end of the talk.
    fn at_end(&mut self, handle: Handle) -> AtEnd {
        let Some(changes) = self.changes_at(self.phone_of(handle)) else { return AtEnd::HangsUp };
        let transfers = changes.transfer.as_ref().map_or(0.0, |it| it.done.share);
        let consults = changes.consult.as_ref().map_or(0.0, |it| it.done.share);
        let conferences = changes.conference.as_ref().map_or(0.0, |it| it.done.share);
        change::at_end(fraction(self.words_of_change(handle)[AT_END]), transfers, consults, conferences)
    }

    /// A talk at a phone or with a number outside is over, or a hold, or a consultation.
    #[inline(never)]
    pub(super) fn stage_ends(&mut self, handle: Handle) {
        let (holds, at_end) = (self.holds(handle), self.at_end(handle));
        match change::next(self.progress(handle).stage, holds, at_end) {
            Next::Ends => self.end(handle, Ending::Completed),
            Next::Asks(stage) => self.asks_for(handle, stage),
        }
    }

    /// A person asks for something to be done with a call. From now on it is being modified.
    fn asks_for(&mut self, handle: Handle, stage: Stage) {
        let call = *self.call(handle);
        if let Some(ending) = change::out_of_control(call.control) {
            return self.end(handle, ending);
        }
        let phone = self.phone_of(handle);
        let node = self.endpoints[phone as usize].node;
        if stage == Stage::ToPutAside(ThirdParty::Joins) && !self.takes_bridge(handle, phone) {
            return self.end(handle, Ending::Completed);
        }
        let now = self.now;
        let progress = self.progress_mut(handle);
        progress.stage = stage;
        if !matches!(stage, Stage::ToComplete(_)) {
            progress.asked = now;
        }
        if matches!(stage, Stage::ToTransfer | Stage::ToPutAside(_)) {
            self.awaits_person(handle, node);
        }
        let step = self.call(handle).enter(Phase::Changing);
        if self.hangs_unnoticed > 0
            && let Some(&hung) = self.legs(handle, &call).iter().find(|it| self.nodes[it.index()].hangs_unnoticed)
        {
            return self.hold(handle, hung);
        }
        let by = self.done_by(phone, stage);
        self.asks(handle, step, phone, by);
    }

    /// The caller waits for somebody else from now on, for as long as its patience lasts.
    fn awaits_person(&mut self, handle: Handle, node: NodeId) {
        let now = self.now;
        self.progress_mut(handle).talks_since = self.call(handle).waits_since;
        let call = self.call(handle);
        (call.contact, call.waits_since, call.sent_by) = (Contact::AwaitsPerson, now, node.0);
        self.schedule_end_of_wait(handle);
    }

    /// The application through which a person at a phone does something; `None`: by hand.
    fn done_by(&self, phone: u32, stage: Stage) -> Option<ApplicationId> {
        let changes = self.changes_at(phone)?;
        match stage {
            Stage::ToHold | Stage::ToRetrieve => changes.hold.as_ref()?.done.by,
            Stage::ToTransfer => changes.transfer.as_ref()?.done.by,
            Stage::ToPutAside(ThirdParty::TakesOver) | Stage::ToComplete(ThirdParty::TakesOver) => {
                changes.consult.as_ref()?.done.by
            }
            Stage::ToPutAside(ThirdParty::Joins) | Stage::ToComplete(ThirdParty::Joins) => {
                changes.conference.as_ref()?.done.by
            }
            _ => None,
        }
    }

    // Carrying it out.

    /// The CallManager of a phone does what was asked for; a third party is joined in by that of the bridge.
    #[cold]
    #[inline(never)]
    pub(super) fn carries_out_change(&mut self, handle: Handle, step: u8) {
        let Progress { stage, bridge, .. } = self.progress(handle);
        let node = self.endpoints[self.phone_of(handle) as usize].node;
        let work = &self.plan.nodes[node.index()].callmanager;
        let name = self.call(handle).name();
        let (work, task) = match change::work(stage) {
            Work::Hold => (&work.hold, Task::Hold),
            Work::Redirect => (&work.redirect, Task::Redirect),
            Work::Conference => {
                let bridge = self.node_of_bridge(bridge);
                let reaches = self.arrives(node, bridge, self.now);
                let (from, to) = (Party::CallManager(node), Party::CallManager(bridge));
                self.sends(name, Message::Join, (from, self.now), (to, reaches));
                return self.schedule(reaches, Event::ReachesBridge { call: handle, step });
            }
        };
        let done = self.work(self.plan.callmanager(node), work, task, Some(name));
        self.schedule(done, Event::ChangeTakesEffect { call: handle, step });
    }

    pub(super) fn reaches_bridge(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let name = call.name();
        let bridge = self.node_of_bridge(self.progress(handle).bridge);
        let node = self.endpoints[self.phone_of(handle) as usize].node;
        let work = &self.plan.nodes[bridge.index()].callmanager.conference;
        let done = self.work(self.plan.callmanager(bridge), work, Task::Conference, Some(name));
        let arrives = self.arrives(bridge, node, done);
        self.sends(name, Message::Join, (Party::CallManager(bridge), done), (Party::CallManager(node), arrives));
        self.schedule(arrives, Event::ChangeTakesEffect { call: handle, step });
    }

    #[inline(never)]
    pub(super) fn change_takes_effect(&mut self, handle: Handle, step: u8) {
        let Some(&mut call) = self.current(handle, step) else { return };
        let Progress { stage, asked, rest, .. } = self.progress(handle);
        let (name, delay) = (call.name(), self.now - asked);
        if self.phones_are_controlled {
            self.dialling_phone_event(handle, PhoneEvent::Changed);
        }
        match stage {
            Stage::ToHold => {
                self.note(Fact::Held { call: name, delay });
                self.changed_at(handle, call.endpoint);
                let word = self.words_of_change(handle)[HOLD_LASTS];
                let hold = self.changes_at(call.endpoint).and_then(|it| it.hold.as_ref());
                let lasts = hold.map_or(Span::ZERO, |it| it.lasts.sample(word));
                self.goes_on(handle, Stage::OnHold, lasts);
            }
            Stage::ToRetrieve => {
                self.note(Fact::Retrieved { call: name, delay });
                self.changed_at(handle, call.endpoint);
                self.goes_on(handle, Stage::Retrieved, rest);
            }
            Stage::ToTransfer => {
                if let Some(to) = self.changes_at(call.endpoint).and_then(|it| it.transfer).map(|it| it.to) {
                    self.sends_on(handle, to);
                    // The phone counts as in use until the call has a place, so that it does not get its own call.
                    if self.calls.get(handle).is_some() {
                        self.let_go(handle, false);
                    }
                }
            }
            Stage::ToPutAside(third) => {
                let changes = self.changes_at(call.endpoint);
                let to = changes.and_then(|it| match third {
                    ThirdParty::TakesOver => it.consult.as_ref().map(|it| it.to),
                    ThirdParty::Joins => it.conference.as_ref().map(|it| it.with),
                });
                if let Some(to) = to {
                    self.progress_mut(handle).stage = Stage::Calling(third);
                    self.changed_at(handle, call.endpoint);
                    self.sends_on(handle, to);
                }
            }
            Stage::ToComplete(ThirdParty::TakesOver) => {
                let third_since = self.progress(handle).third_since;
                self.let_go(handle, false);
                let delay = self.now - call.waits_since;
                let it = self.call(handle);
                (it.contact, it.waits_since) = (Contact::Connected, third_since);
                let by = TransferredBy::Consultation;
                self.note(Fact::Transferred { call: name, by, path: call.path(), delay });
                self.changed_at(handle, call.endpoint);
                let talk = self.talk(handle);
                let lasts = self.until_change(handle, talk);
                self.goes_on(handle, Stage::Untouched, lasts);
            }
            Stage::ToComplete(ThirdParty::Joins) => {
                self.call(handle).contact = Contact::Connected;
                self.note(Fact::Joined { call: name, delay });
                self.changed_at(handle, self.phone_of(handle));
                self.changed_at(handle, call.endpoint);
                let word = self.words_of_change(handle)[CONFERENCE_LASTS];
                let conference = self.changes_at(self.phone_of(handle)).and_then(|it| it.conference.as_ref());
                let lasts = conference.map_or(Span::ZERO, |it| it.lasts.sample(word));
                self.goes_on(handle, Stage::InConference, lasts);
            }
            _ => {}
        }
    }

    /// A change has taken effect: the call is connected, and stays so for this long.
    fn goes_on(&mut self, handle: Handle, stage: Stage, lasts: Span) {
        self.progress_mut(handle).stage = stage;
        let step = self.call(handle).enter(Phase::Talking);
        self.schedule(self.now + lasts, Event::TalkEnds { call: handle, step });
    }

    /// A change is an event of the phone, if somebody controls it.
    fn changed_at(&mut self, handle: Handle, endpoint: u32) {
        if self.phones_are_controlled && self.endpoints[endpoint as usize].kind == EndpointKind::Phone {
            self.phone_event(handle, endpoint, PhoneEvent::Changed);
        }
    }

    /// Whether a call that came to a phone with these hops is put aside there.
    pub(super) fn is_aside(&self, handle: Handle, phone: DeviceId, hops: u8) -> bool {
        let Progress { aside, hop, .. } = self.progress(handle);
        aside == phone.0 && hop == hops
    }

    // The call while it is elsewhere.

    /// A call is put aside at its phone, and goes to where a target leads.
    fn sends_on(&mut self, handle: Handle, to: Target) {
        let Call { endpoint, line, .. } = *self.call(handle);
        let Endpoint { row, node, .. } = self.endpoints[endpoint as usize];
        let progress = self.progress_mut(handle);
        (progress.aside, progress.line) = (endpoint, line);
        let call = self.call(handle);
        (call.endpoint, call.line, call.node, call.phase) = (NOWHERE, 0, node, Phase::Routing);
        let name = call.name();
        self.note(Fact::PutAside { call: name, phones: PhoneGroupId(row), device: DeviceId(endpoint) });
        self.next_hop(handle, to, node);
    }

    /// The phone at which a call was put aside is in use by it no longer; `cut`: because the call is lost.
    fn let_go(&mut self, handle: Handle, cut: bool) {
        let progress = self.progress_mut(handle);
        let (phone, line) = (std::mem::replace(&mut progress.aside, NOWHERE), progress.line);
        let (hop, talks_since) = (progress.hop, progress.talks_since);
        if phone == NOWHERE {
            return;
        }
        self.has_talked(handle, phone, talks_since, cut);
        let (call, row) = (self.call(handle).name(), self.endpoints[phone as usize].row);
        if self.phones_are_controlled {
            self.phone_event(handle, phone, PhoneEvent::Ended);
        }
        self.give_line(phone, line);
        self.note(Fact::LetGo { call, phones: PhoneGroupId(row), device: DeviceId(phone) });
        if self.wrap_ups.is_empty() || !self.wraps_up(handle, phone, line, hop) {
            self.call_leaves_phone(phone, false);
        }
    }

    /// How a call came to the person who has answered it.
    pub(super) fn transferred_by(&self, handle: Handle) -> TransferredBy {
        let stage = if self.plan.changes_calls { self.progress(handle).stage } else { Stage::Untouched };
        match stage {
            Stage::ToTransfer => TransferredBy::Person,
            _ => TransferredBy::Application,
        }
    }

    /// Somebody or something answers a call that went to a third party. Returns whether it did.
    #[inline(never)]
    pub(super) fn third_party_answers(&mut self, handle: Handle) -> bool {
        let Progress { stage: Stage::Calling(third), asked, .. } = self.progress(handle) else { return false };
        let call = *self.call(handle);
        if !matches!(self.endpoints[call.endpoint as usize].kind, EndpointKind::Phone | EndpointKind::Outside) {
            // It was forwarded to a machine.
            self.comes_back(handle, third);
            return true;
        }
        self.note(Fact::Consulted { call: call.name(), delay: self.now - asked });
        self.changed_at(handle, self.phone_of(handle));
        if self.phones_are_controlled && self.endpoints[call.endpoint as usize].kind == EndpointKind::Phone {
            self.phone_event(handle, call.endpoint, PhoneEvent::Connected);
        }
        let word = self.words_of_change(handle)[CONSULT_TALK];
        let changes = self.changes_at(self.phone_of(handle));
        let talk = changes.and_then(|it| match third {
            ThirdParty::TakesOver => it.consult.as_ref().map(|it| &it.talk),
            ThirdParty::Joins => it.conference.as_ref().map(|it| &it.talk),
        });
        let lasts = talk.map_or(Span::ZERO, |talk| talk.sample(word));
        let now = self.now;
        let progress = self.progress_mut(handle);
        (progress.stage, progress.third_since) = (Stage::Consulting(third), now);
        let step = self.call(handle).enter(Phase::Changing);
        self.schedule(self.now + lasts, Event::TalkEnds { call: handle, step });
        true
    }

    /// A call whose third party was not reached is at its phone again, where the person ends it.
    fn comes_back(&mut self, handle: Handle, third: ThirdParty) {
        self.leave(handle);
        let progress = self.progress_mut(handle);
        let (phone, line) = (std::mem::replace(&mut progress.aside, NOWHERE), progress.line);
        progress.stage = Stage::Retrieved;
        let talks_since = progress.talks_since;
        let Endpoint { row, node, .. } = self.endpoints[phone as usize];
        let call = self.call(handle);
        (call.endpoint, call.line, call.node) = (phone, line, node);
        (call.phase, call.contact, call.waits_since) = (Phase::Talking, Contact::Connected, talks_since);
        let name = call.name();
        self.note(Fact::TakenBack { call: name, phones: PhoneGroupId(row), device: DeviceId(phone) });
        self.note(Fact::ConsultFailed { call: name, third });
        self.end(handle, Ending::Completed);
    }

    /// A call that would end so goes back to the person who called a third party for it, if that is so.
    #[inline(never)]
    pub(super) fn goes_back(&mut self, handle: Handle, ending: Ending) -> bool {
        let Progress { stage, .. } = self.progress(handle);
        let goes_back = change::goes_back(stage, ending);
        if let Stage::Calling(third) = stage
            && goes_back
        {
            self.comes_back(handle, third);
        }
        goes_back
    }

    /// A call is over: whatever it occupies beside its endpoint is free, and the CallManager of the phone at which it was put
    /// aside has work releasing it.
    #[inline(never)]
    pub(super) fn releases_the_rest(&mut self, handle: Handle, already: [NodeId; 2], cut: bool) {
        let Progress { aside, bridge, .. } = self.progress(handle);
        if aside != NOWHERE {
            let node = self.endpoints[aside as usize].node;
            if !already.contains(&node) {
                let name = self.call(handle).name();
                self.releases(node, name);
            }
            self.let_go(handle, cut);
        }
        if let Some(bridge) = bridge {
            self.bridges[bridge.index()] -= 1;
            let call = self.call(handle).name();
            self.note(Fact::BridgeFreed { call, bridge });
        }
        *self.progress_mut(handle) = Progress::answered(0);
    }

    // Conference bridges.

    /// Takes the bridge of a conference; returns whether there was room.
    fn takes_bridge(&mut self, handle: Handle, phone: u32) -> bool {
        let Some(bridge) = self.changes_at(phone).and_then(|it| it.conference.as_ref()).map(|it| it.bridge) else {
            return false;
        };
        let plan = &self.plan.conference_bridges[bridge.index()];
        let there = self.seems_up(plan.node) && self.reaches(self.endpoints[phone as usize].node, plan.node);
        let call = self.call(handle).name();
        let has_room = change::has_room(there, self.bridges[bridge.index()], plan.conferences);
        if has_room {
            self.bridges[bridge.index()] += 1;
            self.progress_mut(handle).bridge = Some(bridge);
            self.note(Fact::BridgeTaken { call, bridge });
        } else {
            self.note(Fact::ConferenceBlocked { call, bridge });
        }
        has_room
    }

    fn node_of_bridge(&self, bridge: Option<ConferenceBridgeId>) -> NodeId {
        let bridge = bridge.expect("a conference has taken its bridge");
        self.plan.conference_bridges[bridge.index()].node
    }

    // Survival (R15).

    /// The CallManagers of what a call occupies beside its endpoint: of the phone at which it was put aside, and of its bridge.
    pub(super) fn further_legs(&self, handle: Handle) -> [Option<NodeId>; 2] {
        let Progress { aside, bridge, .. } = self.progress(handle);
        let aside = (aside != NOWHERE).then(|| self.endpoints[aside as usize].node);
        [aside, bridge.map(|bridge| self.node_of_bridge(Some(bridge)))]
    }

    /// Whether one of these phones is kept in use by a call that was put aside there.
    pub(super) fn is_aside_at(&self, handle: Handle, phones: Range<u32>) -> bool {
        self.plan.changes_calls && phones.contains(&self.progress(handle).aside)
    }

    /// Whether a failure of this node takes the bridge away that a call's media goes through.
    pub(super) fn bridge_fails(&self, handle: Handle, node: NodeId) -> bool {
        let Progress { stage, bridge, .. } = self.progress(handle);
        change::is_on_bridge(stage) && bridge.is_some() && self.node_of_bridge(bridge) == node
    }

    /// Whether the media of what a call occupies beside its endpoint continues: that of the phone at which it was put aside, if
    /// that supports it, and what goes through a bridge as long as that is there.
    pub(super) fn further_media(&self, handle: Handle) -> Media {
        let Progress { aside, stage, bridge, .. } = self.progress(handle);
        let aside = match aside {
            NOWHERE => Media::Continues,
            phone => self.plan.media_without_callmanager(self.target_of(phone)),
        };
        let on_bridge = match bridge.filter(|_| change::is_on_bridge(stage)) {
            Some(_) if !self.callmanager_up(self.node_of_bridge(bridge)) => Media::Stops,
            _ => Media::Continues,
        };
        call_survival::media_between(aside, on_bridge)
    }
}
