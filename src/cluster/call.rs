//! The life of a call, from dialling to release, in the order of its messages (R10).

use super::device::{NOWHERE, Place, PlaceKind};
use super::source::{Luck, ROUTE_POINT};
use super::{Cluster, Event};
use crate::domain::{
    ApplicationId, CallName, DeviceId, Ending, Forward, Forwards, NodeId, PhoneGroupId, Refusal, RoutePointId, Target,
    Trouble,
};
use crate::engine::{Handle, Span, Time};
use crate::facts::{Fact, Path, Recorder};
use crate::plan::{Arrivals, Treatment};
use crate::rules::admission::{self, Door};
use crate::rules::application_failure::{self, Fate, Progress};
use crate::rules::call_survival::{self, Stage};
use crate::rules::forwarding;

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// On its way to a device.
    Routing,
    /// At a device of an application that has not acted on it.
    Presented,
    /// A phone or a number outside rings.
    Ringing,
    /// Connected.
    Talking,
    /// Connected at a port; the application is transferring it.
    Changing,
    /// Connected at a port, until a phone is free for it.
    Waiting,
}

/// A call in progress, packed so that it and what its slot adds take one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(super) struct Call {
    offered: Time,
    /// When it was presented where it is, or met trouble there.
    pub(super) since: Time,
    /// When its treatment ended, for a call that waits for a person.
    waits_since: Time,
    number: u32,
    /// Where it is, or is on its way to.
    pub(super) place: u32,
    source: u16,
    ingress: NodeId,
    /// The application of the device that forwarded it last, or [`NONE`].
    forwarded_by: u16,
    /// The first route point it was presented at, or [`NONE`].
    route_point: u16,
    /// The application of the first device it was presented at, or [`NONE`].
    application: u16,
    /// Where it goes next.
    target: Target,
    /// The CallManager that forwards it there.
    forwarding_node: NodeId,
    pub(super) phase: Phase,
    /// Counts the changes of phase, so that an event from before one is known to be stale.
    pub(super) step: u8,
    hops: u8,
    /// Which draws it has used.
    used: u8,
    /// The forward it is under way by, until it is presented where that leads.
    forward: Option<Forward>,
    alerted: bool,
    /// Whether the application's request for it is in the CallManager's hands.
    acted: bool,
    pub(super) connected: bool,
    /// Whether it waits for a person it is to be transferred to.
    pub(super) waits: bool,
    /// Whether it counts at the route point where it is.
    pub(super) resident: bool,
    /// Whether it kept its media through a failure.
    preserved: bool,
    /// Whether it did so without a CallManager that still knows of it: it can only go on or end.
    uncontrolled: bool,
}

/// No application and no route point: a plan has fewer.
const NONE: u16 = u16::MAX;

const fn some(id: u16) -> Option<u16> {
    if id == NONE { None } else { Some(id) }
}

impl Call {
    pub(super) fn new(name: CallName, ingress: NodeId, target: Target, now: Time) -> Call {
        Call {
            offered: now,
            since: now,
            waits_since: now,
            number: name.number,
            place: NOWHERE,
            source: name.source.0,
            ingress,
            forwarded_by: NONE,
            route_point: NONE,
            application: NONE,
            target,
            forwarding_node: ingress,
            phase: Phase::Routing,
            step: 0,
            hops: 0,
            used: 0,
            forward: None,
            alerted: false,
            acted: false,
            connected: false,
            waits: false,
            resident: false,
            preserved: false,
            uncontrolled: false,
        }
    }

    pub(super) fn name(&self) -> CallName {
        CallName { source: crate::domain::SourceId(self.source), number: self.number }
    }

    fn path(&self) -> Path {
        let (route_point, application) = (some(self.route_point), some(self.application));
        Path {
            ingress: self.ingress,
            route_point: route_point.map(RoutePointId),
            application: application.map(ApplicationId),
        }
    }

    /// The call moves on: whatever was scheduled for the step before is stale.
    fn enter(&mut self, phase: Phase) -> u8 {
        self.phase = phase;
        self.step = self.step.checked_add(1).expect("the hop limit keeps a call below 256 steps");
        self.step
    }

    /// Whether an event scheduled at `step` still concerns it.
    fn at(&self, step: u8) -> bool {
        self.step == step
    }
}

/// One of a call's three yes-or-no and which-one choices, each 21 bits of one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// Where an application redirects it.
    Redirect,
    /// Whether it is transferred after its treatment.
    Transfer,
    /// Whether a person answers at all.
    Answered,
}

impl<R: Recorder> Cluster<'_, R> {
    /// The call, if it is still at the step at which the event was scheduled.
    fn current(&mut self, call: Handle, step: u8) -> Option<&mut Call> {
        self.calls.get_mut(call).filter(|call| call.at(step))
    }

    fn call(&mut self, call: Handle) -> &mut Call {
        self.calls.get_mut(call).expect("its handler has looked it up")
    }

    // The caller.

    /// How long a caller waits, for an answer and once more for a person.
    pub(super) fn patience(&self, name: CallName, luck: u64) -> Option<Span> {
        let source = &self.plan.sources[name.source.index()];
        let listed = match &source.arrivals {
            Arrivals::Listed(calls) => calls[name.number as usize].patience,
            _ => None,
        };
        listed.or_else(|| source.patience.as_ref().map(|patience| patience.sample(luck)))
    }

    fn talk(&mut self, handle: Handle) -> Span {
        let word = self.luck(handle, Luck::Talk);
        let call = self.call(handle);
        let (number, source) = (call.number, call.source);
        let source = &self.plan.sources[source as usize];
        let listed = match &source.arrivals {
            Arrivals::Listed(calls) => calls[number as usize].talk,
            _ => None,
        };
        listed.unwrap_or_else(|| source.talk.sample(word))
    }

    /// A draw of the caller's own: the same for this purpose whatever the cluster is like. A purpose that comes up a
    /// second time draws from the block of the caller and hop.
    pub(super) fn luck(&mut self, handle: Handle, purpose: Luck) -> u64 {
        let bit = 1 << purpose as u8;
        self.draw(handle, purpose, bit)
    }

    /// Which of `count` route points a call goes to: drawn anew for each hop, and as the caller's own as any luck.
    pub(super) fn which_route_point(&mut self, handle: Handle, count: u32) -> u32 {
        let call = self.call(handle);
        let (source, number, hops) = (call.source, call.number, call.hops);
        let word = self.sources[source as usize].again(number, hops)[ROUTE_POINT];
        // The upper half of the product: even to within `count` in 2^64.
        ((u128::from(word) * u128::from(count)) >> 64) as u32
    }

    #[inline(always)]
    fn draw(&mut self, handle: Handle, purpose: Luck, bit: u8) -> u64 {
        let call = self.call(handle);
        if call.used & bit == 0 {
            call.used |= bit;
            let (source, number) = (call.source, call.number);
            return self.sources[source as usize].luck(number, purpose);
        }
        self.draw_again(handle, purpose)
    }

    #[cold]
    #[inline(never)]
    fn draw_again(&mut self, handle: Handle, purpose: Luck) -> u64 {
        let call = self.call(handle);
        let (source, number, hops) = (call.source, call.number, call.hops);
        self.sources[source as usize].again(number, hops)[purpose as usize]
    }

    /// A number from 0 up to but not including 1.
    fn choice(&mut self, handle: Handle, choice: Choice) -> f64 {
        // Bits 6, 7 and 0 of the mask are not used by the draws above.
        let (bit, shift) = match choice {
            Choice::Redirect => (1 << 6, 43),
            Choice::Transfer => (1 << 7, 22),
            Choice::Answered => (1 << 0, 1),
        };
        let word = self.draw(handle, Luck::Choices, bit);
        ((word >> shift) & 0x1f_ffff) as f64 / f64::from(1 << 21)
    }

    pub(super) fn patience_ends(&mut self, handle: Handle) {
        if self.calls.get(handle).is_some_and(|call| !call.connected) {
            self.end(handle, Ending::Abandoned);
        }
    }

    pub(super) fn wait_ends(&mut self, handle: Handle) {
        let Some(&call) = self.calls.get(handle).filter(|call| call.waits) else { return };
        // A call that reached somebody and waits again has its patience anew: this may be the end of the old one.
        let luck = self.sources[call.source as usize].luck(call.number, Luck::Patience);
        let patience = self.patience(call.name(), luck);
        if patience.is_some_and(|patience| call.waits_since + patience <= self.now) {
            self.end(handle, Ending::Abandoned);
        }
    }

    // To a device.

    /// Digit analysis is done at the ingress.
    pub(super) fn routes(&mut self, handle: Handle, step: u8) {
        if let Some(call) = self.current(handle, step) {
            let (target, ingress) = (call.target, call.ingress);
            self.route(handle, target, ingress);
        }
    }

    /// Sends a call that is at no device from a CallManager to where `target` leads.
    fn route(&mut self, handle: Handle, target: Target, from: NodeId) {
        match self.seize(handle, target) {
            Ok(place) if self.reaches(from, self.places[place as usize].node) => {
                self.send(handle, place, self.now, from);
            }
            Ok(place) => {
                // Across a link that is known to be cut there is nobody.
                self.call(handle).place = place;
                self.leave(handle);
                self.reached(handle);
                self.call(handle).since = self.now;
                self.trouble(handle, Trouble::NotOpened, self.forwards_of(target), NOWHERE, from);
            }
            Err(trouble) => {
                self.reached(handle);
                self.call(handle).since = self.now;
                self.trouble(handle, trouble, self.forwards_of(target), NOWHERE, from);
            }
        }
    }

    /// The call leaves a CallManager for a place that is known, and taken for it where places are taken.
    fn send(&mut self, handle: Handle, place: u32, departs: Time, from: NodeId) {
        let node = self.places[place as usize].node;
        let arrives = self.arrives(from, node, departs);
        let call = self.call(handle);
        call.place = place;
        let step = call.enter(Phase::Routing);
        self.schedule(arrives, Event::Offers { call: handle, step });
    }

    pub(super) fn offers(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let place = call.place;
        let node = self.places[place as usize].node;
        let done = self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.offer);
        self.schedule(done, Event::Presents { call: handle, step });
    }

    pub(super) fn presents(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let index = call.place;
        self.reached(handle);
        let now = self.now;
        let call = self.call(handle);
        call.since = now;
        let place = self.places[index as usize];
        match place.kind {
            PlaceKind::RoutePoint => {
                let plan = &self.plan.route_points[place.row as usize];
                let (busy_trigger, maximum_calls) = (plan.busy_trigger, plan.maximum_calls);
                let door = Door { open: place.open, calls: place.calls, busy_trigger, maximum_calls };
                match admission::admit(door) {
                    Ok(()) => {
                        self.places[index as usize].calls += 1;
                        let route_point = RoutePointId(place.row);
                        let call = self.call(handle);
                        call.resident = true;
                        call.route_point = some(call.route_point).unwrap_or(place.row);
                        let name = call.name();
                        self.note(Fact::Presented { call: name, route_point, device: DeviceId(index) });
                        self.tell_application(handle, index);
                    }
                    Err(trouble) => self.turn_away(handle, trouble),
                }
            }
            // A port is taken by one call at a time, so only its application can be missing.
            PlaceKind::Port if !place.open => self.turn_away(handle, Trouble::NotOpened),
            PlaceKind::Port => self.tell_application(handle, index),
            PlaceKind::Phone | PlaceKind::Outside => self.rings(handle, index),
        }
    }

    /// The call is now where its last forward led, if it came by one.
    fn reached(&mut self, handle: Handle) {
        let call = self.call(handle);
        let Some(forward) = call.forward.take() else { return };
        let (name, since) = (call.name(), call.since);
        let application = some(call.forwarded_by).map(ApplicationId);
        let since_failure = match (forward, application) {
            (Forward::Cfof, Some(application)) => Some(self.now - self.applications[application.index()].failed_at),
            _ => None,
        };
        let waited = self.now - since;
        self.note(Fact::Forwarded { call: name, forward, application, waited, since_failure });
    }

    // At an application's device.

    fn tell_application(&mut self, handle: Handle, place: u32) {
        let Place { application, node, kind, .. } = self.places[place as usize];
        let application = application.expect("only an application's device is open");
        let call = self.call(handle);
        call.application = some(call.application).unwrap_or(application.0);
        call.acted = false;
        let step = call.enter(Phase::Presented);
        if kind == PlaceKind::RoutePoint
            && let Some(expires) = self.accept_timers.set(self.now, (handle, step))
        {
            self.schedule(expires, Event::AcceptTimerExpires);
        }
        let reaches = self.arrives(node, self.manager_of(application), self.now);
        self.schedule(reaches, Event::NewsReachesManager { call: handle, step });
    }

    pub(super) fn news_reaches_manager(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let place = call.place;
        let application = self.controller(place);
        let manager = self.manager_of(application);
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).event);
        let reaches = self.arrives_at_application(application, done);
        self.schedule(reaches, Event::NewsReachesApplication { call: handle, step });
    }

    pub(super) fn news_reaches_application(&mut self, handle: Handle, step: u8) {
        if let Some(call) = self.current(handle, step) {
            let place = call.place;
            self.queue_call(self.controller(place), handle, step);
        }
    }

    /// The application has decided: its request leaves.
    pub(super) fn decides(&mut self, handle: Handle, step: u8) {
        if self.current(handle, step).is_none() {
            return;
        }
        if let Some(expires) = self.request_timers.set(self.now, (handle, step)) {
            self.schedule(expires, Event::RequestTimerExpires);
        }
        let place = self.call(handle).place;
        let reaches = self.arrives_at_application(self.controller(place), self.now);
        self.schedule(reaches, Event::RequestReachesManager { call: handle, step });
    }

    pub(super) fn request_reaches_manager(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let place = call.place;
        let manager = self.manager_of(self.controller(place));
        let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).request);
        let reaches = self.arrives(manager, self.places[place as usize].node, done);
        self.schedule(reaches, Event::RequestReachesCallManager { call: handle, step });
    }

    pub(super) fn request_reaches_callmanager(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        // In the CallManager's hands the application has acted: the accept timer no longer matters.
        call.acted = true;
        let (index, phase) = (call.place, call.phase);
        let node = self.places[index as usize].node;
        let work = &self.plan.nodes[node.index()].callmanager;
        let work = if self.answers(index, phase) { &work.answer } else { &work.redirect };
        let done = self.work(self.plan.callmanager(node), work);
        self.schedule(done, Event::TakesEffect { call: handle, step });
    }

    /// Whether the application answers a call there; otherwise it redirects or transfers it.
    fn answers(&self, index: u32, phase: Phase) -> bool {
        let Place { kind, row, .. } = self.places[index as usize];
        match kind {
            PlaceKind::RoutePoint => matches!(self.plan.route_points[row as usize].treatment, Treatment::Answer(_)),
            // A call that a phone forwarded to another port is connected already, and yet new there.
            _ => phase == Phase::Presented,
        }
    }

    pub(super) fn takes_effect(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, index, since, phase) = (call.name(), call.place, call.since, call.phase);
        let Place { kind, row, node, .. } = self.places[index as usize];
        match kind {
            PlaceKind::RoutePoint => {
                self.note(Fact::Acted { call: name, route_point: RoutePointId(row), delay: self.now - since });
                match &self.plan.route_points[row as usize].treatment {
                    Treatment::Answer(_) => self.answered(handle, node),
                    Treatment::Redirect(choices) => {
                        let drawn = self.choice(handle, Choice::Redirect);
                        let chosen = choices.iter().find(|(upto, _)| drawn < *upto).or(choices.last());
                        let target = chosen.expect("a route point redirects somewhere").1;
                        self.leave(handle);
                        self.next_hop(handle, target, node);
                    }
                }
            }
            PlaceKind::Port if self.answers(index, phase) => self.answered(handle, node),
            PlaceKind::Port => self.transfers(handle),
            PlaceKind::Phone | PlaceKind::Outside => unreachable!("no application controls these"),
        }
    }

    /// Routes a call on, if it has not been sent round too often.
    fn next_hop(&mut self, handle: Handle, target: Target, from: NodeId) {
        let limit = self.plan.parameters.forward_hops;
        let call = self.call(handle);
        call.hops += 1;
        if call.hops > limit {
            self.end(handle, Ending::Refused(Refusal::TooManyHops));
        } else {
            self.route(handle, target, from);
        }
    }

    pub(super) fn accept_timer_expires(&mut self) {
        while let Some((handle, step)) = self.accept_timers.expired(self.now) {
            if self.current(handle, step).is_some_and(|call| !call.acted) {
                self.turn_away(handle, Trouble::NotAnswered);
            }
        }
        let calls = &self.calls;
        let matters = |(handle, step)| calls.get(handle).is_some_and(|call| call.at(step) && !call.acted);
        if let Some(expires) = self.accept_timers.next(matters) {
            self.schedule(expires, Event::AcceptTimerExpires);
        }
    }

    /// The application asked and got no answer in time: it gives the call up.
    pub(super) fn request_timer_expires(&mut self) {
        while let Some((handle, step)) = self.request_timers.expired(self.now) {
            let Some(call) = self.current(handle, step) else {
                continue;
            };
            let (name, index, phase, connected) = (call.name(), call.place, call.phase, call.connected);
            let application = self.controller(index);
            if !self.applications[application.index()].acts() {
                continue;
            }
            self.note(Fact::RequestTimedOut { call: name, application });
            let answering = !connected && self.answers(index, phase);
            self.end(handle, if answering { Ending::DroppedInSetup } else { Ending::DroppedInChange });
        }
        let calls = &self.calls;
        let matters = |(handle, step)| calls.get(handle).is_some_and(|call| call.at(step));
        if let Some(expires) = self.request_timers.next(matters) {
            self.schedule(expires, Event::RequestTimerExpires);
        }
    }

    // Ringing and talking.

    fn rings(&mut self, handle: Handle, index: u32) {
        let Place { kind, row, .. } = self.places[index as usize];
        let now = self.now;
        let call = self.call(handle);
        let step = call.enter(Phase::Ringing);
        if !call.alerted && !call.connected {
            call.alerted = true;
            let fact = Fact::Alerting { call: call.name(), path: call.path(), since_offered: now - call.offered };
            self.note(fact);
        }
        let plan = self.plan;
        let word = self.luck(handle, Luck::Answer);
        let (rings, gives_up) = if kind == PlaceKind::Phone {
            let group = &plan.phone_groups[row as usize];
            let answered = self.choice(handle, Choice::Answered) < group.answered;
            (if answered { group.answer.sample(word) } else { Span::FOREVER }, group.no_answer)
        } else {
            (plan.destinations[row as usize].answer.sample(word), Span::FOREVER)
        };
        if rings <= gives_up && rings < Span::FOREVER {
            self.schedule(self.now + rings, Event::PicksUp { call: handle, step });
        } else if gives_up < Span::FOREVER {
            self.schedule(self.now + gives_up, Event::RingsOut { call: handle, step });
        }
    }

    pub(super) fn picks_up(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let place = call.place;
        let node = self.places[place as usize].node;
        let done = self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.answer);
        let ingress = self.call(handle).ingress;
        self.schedule(self.arrives(node, ingress, done), Event::Connects { call: handle, step });
    }

    pub(super) fn rings_out(&mut self, handle: Handle, step: u8) {
        if self.current(handle, step).is_some() {
            self.turn_away(handle, Trouble::NotAnswered);
        }
    }

    /// A device's CallManager has answered the call: the caller's side learns of it.
    fn answered(&mut self, handle: Handle, node: NodeId) {
        let call = self.call(handle);
        let (step, ingress) = (call.step, call.ingress);
        self.schedule(self.arrives(node, ingress, self.now), Event::Connects { call: handle, step });
    }

    pub(super) fn connects(&mut self, handle: Handle, step: u8) {
        if self.current(handle, step).is_none() {
            return;
        }
        let now = self.now;
        let call = self.call(handle);
        let (call_name, path, index) = (call.name(), call.path(), call.place);
        let step = call.enter(Phase::Talking);
        if std::mem::take(&mut call.waits) {
            let delay = now - call.waits_since;
            // Where the person's phone forwarded it to another port, nobody was reached.
            if matches!(self.places[index as usize].kind, PlaceKind::Phone | PlaceKind::Outside) {
                self.note(Fact::Transferred { call: call_name, path, delay });
            }
        } else if !call.connected {
            call.connected = true;
            let (since_offered, first_sign) = (now - call.offered, !call.alerted);
            self.note(Fact::Connected { call: call_name, path, since_offered, first_sign });
        }
        let Place { kind, row, .. } = self.places[index as usize];
        let plan = self.plan;
        let treatment = match kind {
            PlaceKind::Port => plan.port_groups[row as usize].treatment.as_ref(),
            PlaceKind::RoutePoint => match &plan.route_points[row as usize].treatment {
                Treatment::Answer(treatment) => treatment.as_ref(),
                Treatment::Redirect(_) => None,
            },
            PlaceKind::Phone | PlaceKind::Outside => None,
        };
        let lasts = match treatment {
            Some(treatment) => treatment.sample(self.luck(handle, Luck::Treatment)),
            None => self.talk(handle),
        };
        self.schedule(now + lasts, Event::TalkEnds { call: handle, step });
    }

    pub(super) fn talk_ends(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let index = call.place;
        let Place { kind, application, .. } = self.places[index as usize];
        let (PlaceKind::RoutePoint | PlaceKind::Port, Some(application)) = (kind, application) else {
            return self.end(handle, Ending::Completed);
        };
        let state = &self.applications[application.index()];
        let (acts, resumes) = (state.acts(), state.resumes());
        if self.media_from_application(index) && !acts {
            // The treatment stands still with the application that gives it; if that is dead, so is the media.
            return match resumes {
                Some(resumes) => self.schedule(resumes, Event::TalkEnds { call: handle, step }),
                None => self.end(handle, Ending::DroppedConnected),
            };
        }
        let transfer = match kind {
            PlaceKind::Port => self.plan.port_groups[self.places[index as usize].row as usize].transfer,
            _ => None,
        };
        match transfer {
            Some((share, _)) if self.choice(handle, Choice::Transfer) < share => {
                self.asks_for_transfer(handle, application)
            }
            _ => self.end(handle, Ending::Completed),
        }
    }

    // Transfer to a person.

    fn asks_for_transfer(&mut self, handle: Handle, application: ApplicationId) {
        let index = self.call(handle).place;
        if !self.places[index as usize].open
            || self.call(handle).uncontrolled
            || !self.applications[application.index()].connected
        {
            // The call outlived the application's control of its port: nobody is left to transfer it.
            return self.end(handle, Ending::DroppedInChange);
        }
        let now = self.now;
        let call = self.call(handle);
        let name = call.name();
        (call.waits, call.waits_since, call.acted) = (true, now, false);
        let step = call.enter(Phase::Changing);
        let luck = self.sources[name.source.index()].luck(name.number, Luck::Patience);
        if let Some(patience) = self.patience(name, luck) {
            self.schedule(now + patience, Event::WaitEnds { call: handle });
        }
        self.queue_call(application, handle, step);
    }

    /// The transfer takes effect: the call leaves its port for the phones, or waits at the port for one of them.
    fn transfers(&mut self, handle: Handle) {
        let index = self.call(handle).place;
        let Place { row, node, .. } = self.places[index as usize];
        let (_, target) = self.plan.port_groups[row as usize].transfer.expect("only such a port transfers");
        if let Target::Phones(group) = target
            && self.plan.phone_groups[group.index()].queue
            && !self.phone_is_free(group)
        {
            // Entering a phase of its own makes the request's timers stale.
            self.call(handle).enter(Phase::Waiting);
            return self.wait_for_phone(handle, group);
        }
        self.leave(handle);
        self.next_hop(handle, target, node);
    }

    /// A phone is free for a call that waited at its port.
    pub(super) fn transfer_to_free_phone(&mut self, handle: Handle, group: PhoneGroupId) {
        let port = self.call(handle).place;
        let node = self.places[port as usize].node;
        let done = self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.redirect);
        self.leave(handle);
        let phone = self.seize(handle, Target::Phones(group)).expect("a phone was free just now");
        self.call(handle).hops += 1;
        self.send(handle, phone, done, node);
    }

    // Trouble and the end.

    /// The device where the call is, or has just arrived, will not take or keep it.
    fn turn_away(&mut self, handle: Handle, trouble: Trouble) {
        let index = self.call(handle).place;
        let node = self.places[index as usize].node;
        let forwards = self.forwards_of(self.target_of(index));
        self.trouble(handle, trouble, forwards, index, node);
    }

    /// Forwards the call by the device's settings, or ends it where none leads on.
    fn trouble(&mut self, handle: Handle, trouble: Trouble, forwards: Forwards, from: u32, node: NodeId) {
        let Some((forward, target)) = forwarding::next(&self.plan.release, trouble, &forwards) else {
            let connected = self.call(handle).connected;
            return self.end(handle, forwarding::unforwarded(trouble, connected));
        };
        self.leave(handle);
        let done = self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.redirect);
        let application = if from == NOWHERE { None } else { self.places[from as usize].application };
        let call = self.call(handle);
        call.forwarded_by = application.map_or(NONE, |application| application.0);
        (call.forward, call.target, call.forwarding_node) = (Some(forward), target, node);
        let step = call.enter(Phase::Routing);
        self.schedule(done, Event::Forwards { call: handle, step });
    }

    pub(super) fn forwards(&mut self, handle: Handle, step: u8) {
        if let Some(call) = self.current(handle, step) {
            let (target, node) = (call.target, call.forwarding_node);
            self.next_hop(handle, target, node);
        }
    }

    /// Deals with the calls at the devices of an application that lost its CTIManager or was closed by it, in the order
    /// in which they came there. If it is the CTIManager that is gone, the media is not (R20), and a call that waits for a
    /// person can go on waiting; if it is the application, both follow R24.
    pub(super) fn strand_calls(&mut self, application: ApplicationId, manager_failed: bool) {
        self.strand(application, manager_failed, |place| place.kind != PlaceKind::Phone);
    }

    /// The same for its devices on a node that its CTIManager cannot reach any more.
    pub(super) fn strand_calls_at(&mut self, application: ApplicationId, node: NodeId) {
        self.strand(application, true, |place| place.kind != PlaceKind::Phone && place.node == node);
    }

    fn strand(&mut self, application: ApplicationId, manager_failed: bool, concerned: impl Fn(&Place) -> bool) {
        let mut stranded = self.collect_calls(|cluster, call| {
            call.place != NOWHERE
                && !matches!(call.phase, Phase::Routing | Phase::Ringing)
                && !(manager_failed && call.phase == Phase::Waiting)
                && cluster.places[call.place as usize].application == Some(application)
                && concerned(&cluster.places[call.place as usize])
        });
        for (_, _, handle) in stranded.drain(..) {
            // The end of one call can be the end of another's waiting.
            let Some(call) = self.calls.get(handle) else { continue };
            let index = call.place;
            let progress = match call.phase {
                Phase::Presented => Progress::Unanswered,
                Phase::Talking => Progress::Connected,
                _ => Progress::InChange,
            };
            let media_dies = !manager_failed && self.media_from_application(index);
            match application_failure::fate(progress, media_dies) {
                Fate::Redirected(trouble) => self.turn_away(handle, trouble),
                Fate::Preserved => self.preserve(handle),
                Fate::Lost(ending) => self.end(handle, ending),
            }
        }
        self.stranded = stranded;
    }

    /// Deals with the calls that go through a CallManager that has failed (R15), in the order of their last step.
    pub(super) fn lose_calls_of(&mut self, node: NodeId) {
        let mut stranded = self.collect_calls(|cluster, call| {
            let at =
                if call.place == NOWHERE { call.forwarding_node } else { cluster.places[call.place as usize].node };
            !call.uncontrolled && (call.ingress == node || at == node)
        });
        self.survive(&mut stranded);
        self.stranded = stranded;
    }

    /// Deals in the same way with the calls that have one leg on each side of a link that is cut.
    pub(super) fn lose_calls_over(&mut self, one: NodeId, other: NodeId) {
        let mut stranded = self
            .collect_calls(|cluster, call| !call.uncontrolled && cluster.spans(call.ingress, call.place, one, other));
        self.survive(&mut stranded);
        self.stranded = stranded;
    }

    fn survive(&mut self, stranded: &mut Vec<(Time, u32, Handle)>) {
        for (_, _, handle) in stranded.drain(..) {
            let Some(call) = self.calls.get(handle) else { continue };
            let stage = match call.phase {
                Phase::Talking => Stage::Connected,
                _ if call.connected => Stage::Changing,
                Phase::Presented if call.acted => Stage::Redirecting,
                _ => Stage::SettingUp,
            };
            let keeps_media = self.keeps_media(call.place);
            match call_survival::callmanager_failed(stage, keeps_media) {
                Some(ending) => self.end(handle, ending),
                None => {
                    self.preserve(handle);
                    self.call(handle).uncontrolled = true;
                }
            }
        }
    }

    /// The calls for which `concerned` holds, in the order of their last step; calls of one instant in the order of their
    /// slots, which is as fixed as any.
    fn collect_calls(&mut self, concerned: impl Fn(&Self, &Call) -> bool) -> Vec<(Time, u32, Handle)> {
        let mut collected = std::mem::take(&mut self.stranded);
        collected.clear();
        let concerned = self.calls.iter().filter(|(_, call)| concerned(self, call));
        collected.extend(concerned.zip(0..).map(|((handle, call), row)| (call.since, row, handle)));
        // A sort that kept the order of the slots by itself would ask for memory.
        collected.sort_unstable_by_key(|&(since, row, _)| (since, row));
        collected
    }

    /// A connected call keeps its media through a failure. It is told once.
    fn preserve(&mut self, handle: Handle) {
        let call = self.call(handle);
        let name = call.name();
        if !std::mem::replace(&mut call.preserved, true) {
            self.note(Fact::Preserved { call: name });
        }
    }

    /// Whether a connected call at this place outlives the failure of a CallManager.
    fn keeps_media(&self, index: u32) -> bool {
        if index == NOWHERE {
            return true;
        }
        let Place { kind, row, .. } = self.places[index as usize];
        match kind {
            PlaceKind::Port => self.plan.port_groups[row as usize].keeps_media,
            PlaceKind::Phone => self.plan.phone_groups[row as usize].keeps_media,
            PlaceKind::RoutePoint | PlaceKind::Outside => true,
        }
    }

    /// Whether the media of calls at this device comes from its application and dies with it.
    fn media_from_application(&self, index: u32) -> bool {
        let Place { kind, row, .. } = self.places[index as usize];
        kind != PlaceKind::Port || self.plan.port_groups[row as usize].media_from_application
    }

    fn controller(&self, index: u32) -> ApplicationId {
        self.places[index as usize].application.expect("only calls at an application's devices have messages for one")
    }

    /// The call is over: whoever was on its path has work releasing it.
    pub(super) fn end(&mut self, handle: Handle, ending: Ending) {
        let call = self.call(handle);
        let (name, offered, ingress, index) = (call.name(), call.offered, call.ingress, call.place);
        self.releases(ingress);
        if index != NOWHERE {
            let node = self.places[index as usize].node;
            if node != ingress {
                self.releases(node);
            }
            // A call that has ended waits for nobody, also while the phone it leaves looks for the next one.
            self.call(handle).phase = Phase::Routing;
            self.leave(handle);
        }
        self.calls.remove(handle);
        self.note(Fact::Ended { call: name, ending, offered });
    }

    /// A CallManager has work releasing a call; one that is down has not.
    fn releases(&mut self, node: NodeId) {
        if self.callmanager_up(node) {
            self.work(self.plan.callmanager(node), &self.plan.nodes[node.index()].callmanager.release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_leaves_four_bytes_of_a_line_of_the_cache_to_its_slot() {
        assert_eq!(size_of::<Call>(), 60);
    }
}
