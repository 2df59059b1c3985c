//! The life of a call, from dialling to release, in the order of its messages (R10).

use super::event::Event;
use super::machine::Cluster;
use super::rows::call::{Call, Choice, NONE, some};
use super::rows::endpoint::{Endpoint, EndpointKind, NOWHERE};
use super::rows::source::Purpose;
use crate::domain::{
    ApplicationId, CallName, ConnectionId, Contact, Control, DestinationId, DeviceId, Ending, Forward, NodeId, Phase,
    PhoneEvent, PhoneGroupId, Rejection, RoutePointId, Target,
};
use crate::engine::{Handle, Pool, Span, Time};
use crate::facts::{Fact, Message, Party, Place, PoolId, Recorder, SentTo, Task};
use crate::plan::Treatment;
use crate::rules::admission::{self, Missing, Occupancy};
use crate::rules::application_failure::{self, TreatmentEnd};
use crate::rules::call_survival::{self, Request};
use crate::rules::forwarding;
use crate::rules::no_answer::{self, Ring, RungOut};

impl<R: Recorder> Cluster<'_, R> {
    /// The call, if it is still at the step at which the event was scheduled.
    pub(super) fn current(&mut self, call: Handle, step: u8) -> Option<&mut Call> {
        self.calls.get_mut(call).filter(|call| call.at(step))
    }

    #[inline(always)]
    pub(super) fn call(&mut self, call: Handle) -> &mut Call {
        self.calls.get_mut(call).expect("the handler has checked that the call exists")
    }

    // Routing to a device.

    /// Digit analysis is done at the ingress.
    pub(super) fn routes(&mut self, handle: Handle, step: u8) {
        if let Some(call) = self.current(handle, step) {
            let (target, ingress) = (call.target, call.ingress);
            self.route(handle, target, ingress);
        }
    }

    /// Sends a call that is at no device from a CallManager to where `target` leads.
    pub(super) fn route(&mut self, handle: Handle, target: Target, from: NodeId) {
        self.sent(handle, SentTo::Target(target));
        if self.plan.forwards_all
            && let Some(forward) = self.forwards_all(handle, target)
        {
            self.reached(handle);
            self.call(handle).since = self.now;
            return self.forward(handle, forward, NOWHERE, from);
        }
        self.route_to_device(handle, target, from);
    }

    #[inline(always)]
    pub(super) fn sent(&mut self, handle: Handle, to: SentTo) {
        self.note(Fact::Sent { place: place(handle), to });
    }

    /// The same, if it is not forwarded from there at once.
    #[inline(always)]
    pub(super) fn route_to_device(&mut self, handle: Handle, target: Target, from: NodeId) {
        if self.hangs_unnoticed > 0
            && let Some(node) = self.hung_node_of(handle, target)
        {
            return self.hold(handle, node);
        }
        match self.seize(handle, target) {
            Ok(endpoint) if self.reaches(from, self.endpoints[endpoint as usize].node) => {
                self.send(handle, endpoint, self.now, from);
            }
            Ok(endpoint) => {
                self.call(handle).endpoint = endpoint;
                self.leave(handle);
                let missing = Missing::Link;
                self.turned_away(handle, admission::out_of_reach(missing, target), Some(missing), target, from);
            }
            Err(rejection) => self.turned_away(handle, rejection, None, target, from),
        }
    }

    /// Where a call that is sent to a line goes at once.
    pub(super) fn forwards_all(&mut self, handle: Handle, target: Target) -> Option<(Forward, Target)> {
        let row = self.settings_of(handle, target);
        forwarding::all(&self.forwards[row])
    }

    /// A call has no place where it is sent.
    #[inline]
    fn turned_away(
        &mut self,
        handle: Handle,
        rejection: Rejection,
        missing: Option<Missing>,
        target: Target,
        from: NodeId,
    ) {
        self.reached(handle);
        self.call(handle).since = self.now;
        let (call, at, since) = (self.call(handle).name(), Place::Target(target), self.now);
        self.note(Fact::TurnedAway { call, at, because: rejection, missing, since });
        let settings = self.settings_of(handle, target);
        self.forward_or_end(handle, rejection, settings, NOWHERE, from);
    }

    /// The call leaves a CallManager for a known endpoint, which has been seized for it unless it is a route point.
    pub(super) fn send(&mut self, handle: Handle, endpoint: u32, departs: Time, from: NodeId) {
        let node = self.endpoints[endpoint as usize].node;
        let arrives = self.arrives(from, node, departs);
        let call = self.call(handle);
        (call.endpoint, call.node) = (endpoint, node);
        let (name, step) = (call.name(), call.enter(Phase::Routing));
        self.sends(name, Message::Offer, (Party::CallManager(from), departs), (Party::CallManager(node), arrives));
        self.schedule(arrives, Event::Offers { call: handle, step });
    }

    pub(super) fn offers(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, endpoint, leaves_at) = (call.name(), call.endpoint, call.node);
        let node = self.node_at(endpoint, leaves_at);
        let work = &self.plan.nodes[node.index()].callmanager.offer;
        let done = self.work(self.plan.callmanager(node), work, Task::Offer, Some(name));
        self.schedule(done, Event::Presents { call: handle, step });
    }

    pub(super) fn presents(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (index, line) = (call.endpoint, call.line);
        self.reached(handle);
        let now = self.now;
        let call = self.call(handle);
        call.since = now;
        let endpoint = self.endpoints[index as usize];
        match endpoint.kind {
            EndpointKind::RoutePoint => {
                let plan = &self.plan.route_points[endpoint.row as usize].lines[usize::from(line)];
                let (busy_trigger, maximum_calls) = (plan.busy_trigger, plan.maximum_calls);
                let (open, calls) = (endpoint.is_open(), self.calls_on(index, line));
                match admission::admit(Occupancy { open, calls, busy_trigger, maximum_calls }) {
                    Ok(()) => {
                        self.take_line(index, line);
                        let route_point = RoutePointId(endpoint.row);
                        let call = self.call(handle);
                        call.route_point = some(call.route_point).unwrap_or(endpoint.row);
                        let name = call.name();
                        self.note(Fact::Presented { call: name, route_point, device: DeviceId(index), line });
                        self.notify_application(handle, index);
                    }
                    Err(rejection) => self.reject(handle, rejection),
                }
            }
            EndpointKind::Port => match admission::admit_at_port(endpoint.is_open()) {
                Ok(()) => self.notify_application(handle, index),
                Err(rejection) => self.reject(handle, rejection),
            },
            EndpointKind::Phone | EndpointKind::Outside => self.rings(handle, index),
        }
    }

    /// The call has reached the target of its last forward, if it was forwarded.
    pub(super) fn reached(&mut self, handle: Handle) {
        let call = self.call(handle);
        let Some(forward) = call.forward.take() else { return };
        let (name, since) = (call.name(), call.since);
        let connection = some(call.forwarded_by).map(ConnectionId);
        let since_failure = match (forward, connection) {
            (Forward::Cfof, Some(connection)) => Some(self.now - self.connections[connection.index()].failed_at),
            _ => None,
        };
        let application = connection.map(|connection| self.application_of(connection));
        let waited = self.now - since;
        self.note(Fact::Forwarded { call: name, forward, application, waited, since_failure });
    }

    // At an application's device.

    pub(super) fn notify_application(&mut self, handle: Handle, endpoint: u32) {
        let Endpoint { connection, node, kind, row, .. } = self.endpoints[endpoint as usize];
        let connection = connection.expect("only an application's device is open");
        let application = self.application_of(connection);
        let call = self.call(handle);
        call.application = some(call.application).unwrap_or(application.0);
        let (name, step, line) = (call.name(), call.enter(Phase::Presented), call.line);
        let timer = (handle, step);
        let (expires, event) = match kind {
            EndpointKind::RoutePoint => (self.accept_timers.set(self.now, timer), Event::AcceptTimerExpires),
            _ => {
                let timers = &mut self.ports[row as usize].unanswered[usize::from(line)];
                (timers.set(self.now, timer), Event::PortTimerExpires { group: row, line })
            }
        };
        if let Some(expires) = expires {
            self.schedule(expires, event);
        }
        if self.some_are_shared && self.plan.devices[endpoint as usize].is_shared() {
            return self.notify_all(handle, step, DeviceId(endpoint));
        }
        let manager = self.manager_at(endpoint, connection);
        let reaches = self.arrives(node, manager, self.now);
        self.sends(name, Message::Event, (Party::CallManager(node), self.now), (Party::CtiManager(manager), reaches));
        self.schedule(reaches, Event::NotificationReachesManager { call: handle, step });
    }

    pub(super) fn notification_reaches_manager(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, endpoint) = (call.name(), call.endpoint);
        let connection = self.controller(endpoint);
        let manager = self.manager_at(endpoint, connection);
        let work = &self.ctimanager_work(manager).event;
        let done = self.work(self.plan.ctimanager(manager), work, Task::Event, Some(name));
        let application = self.application_of(connection);
        if self.is_held(endpoint) {
            // It leaves over a connection that nobody listens to any more.
            return self.note(Fact::EventLost { call: name, application });
        }
        let reaches = self.arrives_at_application(connection, done);
        let to = Party::Application(application);
        self.sends(name, Message::Event, (Party::CtiManager(manager), done), (to, reaches));
        self.schedule(reaches, Event::NotificationReachesApplication { call: handle, step });
    }

    pub(super) fn notification_reaches_application(&mut self, handle: Handle, step: u8) {
        if let Some(call) = self.current(handle, step) {
            let (name, endpoint) = (call.name(), call.endpoint);
            let connection = self.controller(endpoint);
            if self.is_held(endpoint) {
                let application = self.application_of(connection);
                return self.note(Fact::EventLost { call: name, application });
            }
            // Any message of a CTIManager is a sign of life.
            self.connections[connection.index()].lookout.heard = Some(self.now);
            self.queue_call(self.application_of(connection), handle, step);
        }
    }

    /// The application has decided and sends its request.
    pub(super) fn decides(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, endpoint) = (call.name(), call.endpoint);
        if self.is_held(endpoint) {
            // Its application has left the connection over which it could ask.
            return;
        }
        if let Some(expires) = self.request_timers.set(self.now, (handle, step)) {
            self.schedule(expires, Event::RequestTimerExpires);
        }
        let connection = self.controller(endpoint);
        let reaches = self.arrives_at_application(connection, self.now);
        let from = Party::Application(self.application_of(connection));
        let to = Party::CtiManager(self.manager_at(endpoint, connection));
        self.sends(name, Message::Request, (from, self.now), (to, reaches));
        self.schedule(reaches, Event::RequestReachesManager { call: handle, step });
    }

    pub(super) fn request_reaches_manager(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, endpoint) = (call.name(), call.endpoint);
        let connection = self.controller(endpoint);
        let manager = self.manager_at(endpoint, connection);
        if !self.is_held(endpoint) {
            self.hears_application(connection);
        }
        let work = &self.ctimanager_work(manager).request;
        let done = self.work(self.plan.ctimanager(manager), work, Task::Request, Some(name));
        let node = self.endpoints[endpoint as usize].node;
        let reaches = self.arrives(manager, node, done);
        let (from, to) = (Party::CtiManager(manager), Party::CallManager(node));
        self.sends(name, Message::Request, (from, done), (to, reaches));
        self.schedule(reaches, Event::RequestReachesCallManager { call: handle, step });
    }

    // Part of the loop, although a call that several applications were notified of comes here too.
    #[inline(always)]
    pub(super) fn request_reaches_callmanager(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        // Once the CallManager has the request, the application has acted: the accept timer no longer matters.
        if call.phase == Phase::Presented {
            call.phase = Phase::Requested;
        }
        let (name, index, phase) = (call.name(), call.endpoint, call.phase);
        let node = self.endpoints[index as usize].node;
        let work = &self.plan.nodes[node.index()].callmanager;
        let (work, task) = match self.requested(index, phase) {
            Request::Answer => (&work.answer, Task::Answer),
            Request::SendOn => (&work.redirect, Task::Redirect),
        };
        let done = self.work(self.plan.callmanager(node), work, task, Some(name));
        self.schedule(done, Event::TakesEffect { call: handle, step });
    }

    /// What the application requests for a call at this endpoint.
    pub(super) fn requested(&self, index: u32, phase: Phase) -> Request {
        let Endpoint { kind, row, .. } = self.endpoints[index as usize];
        let redirects = kind == EndpointKind::RoutePoint
            && matches!(self.plan.route_points[row as usize].treatment, Treatment::Redirect(_));
        // A call that a phone forwarded to another port is connected already, and yet new at that port.
        let new = matches!(phase, Phase::Presented | Phase::Requested);
        if new && !redirects { Request::Answer } else { Request::SendOn }
    }

    pub(super) fn takes_effect(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, index, since, phase) = (call.name(), call.endpoint, call.since, call.phase);
        let Endpoint { kind, row, node, connection, .. } = self.endpoints[index as usize];
        if let Some(connection) = connection {
            self.hears_manager(connection);
        }
        match kind {
            EndpointKind::RoutePoint if phase == Phase::Changing => self.transfers(handle),
            EndpointKind::RoutePoint => {
                let (route_point, delay) = (RoutePointId(row), self.now - since);
                let application = self.acts_at(handle, index);
                self.note(Fact::Acted { call: name, route_point, application, delay });
                match &self.plan.route_points[row as usize].treatment {
                    Treatment::Answer { .. } => self.answered(handle, node),
                    Treatment::Redirect(choices) => {
                        let drawn = self.choice(handle, Choice::Redirect);
                        let chosen = choices.iter().find(|(upto, _)| drawn < *upto).or(choices.last());
                        let target = chosen.expect("a route point redirects somewhere").1;
                        self.leave(handle);
                        self.call(handle).sent_by = node.0;
                        self.next_hop(handle, target, node);
                    }
                }
            }
            EndpointKind::Port => match self.requested(index, phase) {
                Request::Answer => self.answered(handle, node),
                Request::SendOn => self.transfers(handle),
            },
            EndpointKind::Phone | EndpointKind::Outside => unreachable!("no application controls these"),
        }
    }

    /// Routes a call on, if it is within the hop limit.
    pub(super) fn next_hop(&mut self, handle: Handle, target: Target, from: NodeId) {
        if self.may_go_on(handle) {
            self.route(handle, target, from);
        }
    }

    /// Counts a hop. Beyond the limit the call ends.
    pub(super) fn may_go_on(&mut self, handle: Handle) -> bool {
        let limit = self.plan.parameters.forward_hops;
        let call = self.call(handle);
        call.hops += 1;
        let refused = forwarding::may_go_on(usize::from(call.hops), limit).err();
        if let Some(refusal) = refused {
            self.end(handle, Ending::Refused(refusal));
        }
        refused.is_none()
    }

    pub(super) fn accept_timer_expires(&mut self) {
        while let Some((handle, step)) = self.accept_timers.expired(self.now) {
            self.timer_runs_out(handle, step);
        }
        let calls = &self.calls;
        if let Some(expires) = self.accept_timers.next(|timer| still_waits(calls, timer)) {
            self.schedule(expires, Event::AcceptTimerExpires);
        }
    }

    pub(super) fn port_timer_expires(&mut self, group: u16, line: u8) {
        let (row, of_line) = (group as usize, usize::from(line));
        while let Some((handle, step)) = self.ports[row].unanswered[of_line].expired(self.now) {
            self.timer_runs_out(handle, step);
        }
        let calls = &self.calls;
        if let Some(expires) = self.ports[row].unanswered[of_line].next(|timer| still_waits(calls, timer)) {
            self.schedule(expires, Event::PortTimerExpires { group, line });
        }
    }

    fn timer_runs_out(&mut self, handle: Handle, step: u8) {
        let rejection = self.current(handle, step).and_then(|call| no_answer::timer_runs_out(call.phase));
        if let Some(rejection) = rejection {
            self.reject(handle, rejection);
        }
    }

    /// The application got no answer to its request in time and gives the call up.
    pub(super) fn request_timer_expires(&mut self) {
        while let Some((handle, step)) = self.request_timers.expired(self.now) {
            let Some(call) = self.current(handle, step) else {
                continue;
            };
            let (name, index, phase, contact) = (call.name(), call.endpoint, call.phase, call.contact);
            let application = self.requester(index);
            if !self.applications[application.index()].acts() {
                continue;
            }
            self.note(Fact::RequestTimedOut { call: name, application });
            self.end(handle, call_survival::request_timed_out(self.requested(index, phase), contact));
        }
        let calls = &self.calls;
        let matters = |(handle, step)| calls.get(handle).is_some_and(|call| call.at(step));
        if let Some(expires) = self.request_timers.next(matters) {
            self.schedule(expires, Event::RequestTimerExpires);
        }
    }

    // Ringing and talking.

    pub(super) fn rings(&mut self, handle: Handle, index: u32) {
        let Endpoint { kind, row, .. } = self.endpoints[index as usize];
        let now = self.now;
        let (pool, device) = self.pool_at(index);
        let call = self.call(handle);
        let (name, step) = (call.name(), call.enter(Phase::Ringing));
        self.note(Fact::Rings { call: name, pool, device });
        let call = self.call(handle);
        if call.contact == Contact::Nothing {
            call.contact = Contact::Alerted;
            let fact = Fact::Alerting { call: call.name(), path: call.path(), since_offered: now - call.offered };
            self.note(fact);
        }
        if self.phones_are_controlled && kind == EndpointKind::Phone {
            self.phone_event(handle, index, PhoneEvent::Ringing);
        }
        if kind == EndpointKind::Phone && self.waits_at_phone(handle, row) {
            // The person has another call: this one can only ring out.
            if let Ring::RingsOut(after) =
                no_answer::ring(Span::FOREVER, self.no_answer_of(handle), self.plan.parameters.t301)
            {
                self.schedule(now + after, Event::RingsOut { call: handle, step });
            }
            return;
        }
        let answered = self.answered_after(handle, kind, row);
        match no_answer::ring(answered, self.no_answer_of(handle), self.plan.parameters.t301) {
            Ring::Answered(after) => self.schedule(self.now + after, Event::PicksUp { call: handle, step }),
            Ring::RingsOut(after) => self.schedule(self.now + after, Event::RingsOut { call: handle, step }),
            Ring::Lasts => {}
        }
    }

    /// How long it takes a person to answer a call; [`Span::FOREVER`]: nobody does.
    #[inline(always)]
    fn answered_after(&mut self, handle: Handle, kind: EndpointKind, row: u16) -> Span {
        let plan = self.plan;
        let word = self.random_word(handle, Purpose::Answer);
        if kind == EndpointKind::Phone {
            let group = &plan.phone_groups[row as usize];
            let answered = self.choice(handle, Choice::Answered) < group.answered;
            if answered { group.answer.sample(word) } else { Span::FOREVER }
        } else {
            plan.destinations[row as usize].answer.sample(word)
        }
    }

    /// The person is free for a call that waited at the phone. Its timers go on from when it began to ring.
    #[inline(never)]
    pub(super) fn rings_on(&mut self, handle: Handle) {
        let call = self.call(handle);
        let (index, since) = (call.endpoint, call.since);
        // It may still be on its way, or wait for a CallManager that hangs.
        if call.phase != Phase::Ringing || call.control == Control::Held {
            return;
        }
        let Endpoint { kind, row, .. } = self.endpoints[index as usize];
        let answered = (self.now - since) + self.answered_after(handle, kind, row);
        if let Ring::Answered(after) = no_answer::ring(answered, self.no_answer_of(handle), self.plan.parameters.t301) {
            let step = self.call(handle).enter(Phase::Ringing);
            self.schedule(since + after, Event::PicksUp { call: handle, step });
        }
    }

    /// The No Answer timer of the line that a call is at; a number outside has none.
    #[inline(always)]
    pub(super) fn no_answer_of(&mut self, handle: Handle) -> Span {
        let (index, line) = (self.call(handle).endpoint, self.call(handle).line);
        match self.endpoints[index as usize] {
            Endpoint { kind: EndpointKind::Phone, row, .. } => {
                self.plan.phone_groups[row as usize].lines[usize::from(line)].no_answer
            }
            _ => Span::FOREVER,
        }
    }

    pub(super) fn picks_up(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, since) = (call.name(), call.since);
        self.note(Fact::PickedUp { call: name, since });
        if self.phones_are_controlled
            && let Some(application) = self.answers_by(handle)
        {
            return self.asks_to_answer(handle, step, application);
        }
        self.answers(handle);
    }

    /// A person, or the number outside, answers.
    #[inline(always)]
    pub(super) fn answers(&mut self, handle: Handle) {
        let call = self.call(handle);
        let (name, endpoint, leaves_at) = (call.name(), call.endpoint, call.node);
        let node = self.node_at(endpoint, leaves_at);
        let work = &self.plan.nodes[node.index()].callmanager.answer;
        let done = self.work(self.plan.callmanager(node), work, Task::Answer, Some(name));
        self.answer_travels(handle, node, done);
    }

    pub(super) fn rings_out(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let contact = call.contact;
        match no_answer::rung_out(self.no_answer_of(handle), self.plan.parameters.t301) {
            RungOut::Rejected(rejection) => self.reject(handle, rejection),
            RungOut::Cleared(rejection) => self.end(handle, forwarding::unforwarded(rejection, contact)),
        }
    }

    /// A device's CallManager has answered the call: the answer travels to the caller's side.
    pub(super) fn answered(&mut self, handle: Handle, node: NodeId) {
        self.answer_travels(handle, node, self.now);
    }

    #[inline(always)]
    fn answer_travels(&mut self, handle: Handle, node: NodeId, departs: Time) {
        let call = self.call(handle);
        let (name, step, ingress) = (call.name(), call.step, call.ingress);
        let arrives = self.arrives(node, ingress, departs);
        let (from, to) = (Party::CallManager(node), Party::CallManager(ingress));
        self.sends(name, Message::Answer, (from, departs), (to, arrives));
        self.schedule(arrives, Event::Connects { call: handle, step });
    }

    pub(super) fn connects(&mut self, handle: Handle, step: u8) {
        if self.current(handle, step).is_none() || (self.plan.changes_calls && self.third_party_answers(handle)) {
            return;
        }
        let now = self.now;
        let call = self.call(handle);
        let (call_name, path, index) = (call.name(), call.path(), call.endpoint);
        let step = call.enter(Phase::Talking);
        let before = std::mem::replace(&mut call.contact, Contact::Connected);
        let (since_offered, delay) = (now - call.offered, now - call.waits_since);
        call.waits_since = now;
        let Endpoint { kind, row, .. } = self.endpoints[index as usize];
        let by_person = matches!(kind, EndpointKind::Phone | EndpointKind::Outside);
        match before {
            Contact::Nothing | Contact::Alerted => {
                let first_sign = before == Contact::Nothing;
                self.note(Fact::Connected { call: call_name, path, since_offered, first_sign, by_person });
            }
            Contact::Connected => {}
            Contact::AwaitsPerson if by_person => {
                let by = self.transferred_by(handle);
                self.note(Fact::Transferred { call: call_name, by, path, delay });
            }
            // The person's phone forwarded it to another port.
            Contact::AwaitsPerson => self.note(Fact::ReachedMachine { call: call_name, path, delay }),
        }
        if self.phones_are_controlled {
            if kind == EndpointKind::Phone {
                self.phone_event(handle, index, PhoneEvent::Connected);
            }
            if !before.is_connected() {
                self.dialling_phone_event(handle, PhoneEvent::Connected);
            }
        }
        let plan = self.plan;
        let treatment = match kind {
            EndpointKind::Port => plan.port_groups[row as usize].treatment.as_ref(),
            EndpointKind::RoutePoint => match &plan.route_points[row as usize].treatment {
                Treatment::Answer { treatment, .. } => treatment.as_ref(),
                Treatment::Redirect(_) => None,
            },
            EndpointKind::Phone | EndpointKind::Outside => None,
        };
        let lasts = match treatment {
            Some(treatment) => treatment.sample(self.random_word(handle, Purpose::Treatment)),
            None => self.talk(handle),
        };
        let lasts = if plan.changes_calls { self.until_change(handle, lasts) } else { lasts };
        self.schedule(now + lasts, Event::TalkEnds { call: handle, step });
    }

    pub(super) fn talk_ends(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        let (name, index) = (call.name(), call.endpoint);
        let Endpoint { kind, connection, .. } = self.endpoints[index as usize];
        let (EndpointKind::RoutePoint | EndpointKind::Port, Some(connection)) = (kind, connection) else {
            return if self.plan.changes_calls { self.stage_ends(handle) } else { self.end(handle, Ending::Completed) };
        };
        let application = self.application_of(connection);
        let state = &self.applications[application.index()];
        match application_failure::treatment_over(self.media_at(index), state.acts(), state.resumes()) {
            TreatmentEnd::Continues => {}
            TreatmentEnd::StalledUntil(resumes) => {
                return self.schedule(resumes, Event::TalkEnds { call: handle, step });
            }
            TreatmentEnd::Lost(ending) => return self.end(handle, ending),
        }
        self.note(Fact::TreatmentEnded { call: name, device: DeviceId(index) });
        match self.transfer_from(index) {
            Some(it) if self.choice(handle, Choice::Transfer) < it.share => self.asks_for_transfer(handle, application),
            _ => self.end(handle, Ending::Completed),
        }
    }

    // Transfer to a person.

    pub(super) fn asks_for_transfer(&mut self, handle: Handle, application: ApplicationId) {
        let index = self.call(handle).endpoint;
        let (port_is_open, node) = (self.endpoints[index as usize].is_open(), self.endpoints[index as usize].node);
        if !call_survival::can_be_transferred(self.call(handle).control, port_is_open) {
            // The application has lost control of the port: nothing can transfer the call.
            return self.end(handle, Ending::DroppedInChange);
        }
        let now = self.now;
        let call = self.call(handle);
        (call.contact, call.waits_since, call.sent_by) = (Contact::AwaitsPerson, now, node.0);
        let step = call.enter(Phase::Changing);
        self.schedule_end_of_wait(handle);
        self.queue_call(application, handle, step);
    }

    /// A caller who was connected waits for somebody from now on.
    pub(super) fn schedule_end_of_wait(&mut self, handle: Handle) {
        let name = self.call(handle).name();
        let word = self.sources[name.source.index()].random_word(name.number, Purpose::Patience);
        if let Some(patience) = self.patience(name, word) {
            self.schedule(self.now + patience, Event::WaitEnds { call: handle });
        }
    }

    // Rejection and the end.

    /// The device where the call is, or has just arrived, rejects it or cannot keep it.
    pub(super) fn reject(&mut self, handle: Handle, rejection: Rejection) {
        let call = self.call(handle);
        let (name, index, leaves_at, line) = (call.name(), call.endpoint, call.node, call.line);
        let since = call.since;
        let node = self.node_at(index, leaves_at);
        let at = self.place_of(index, line);
        self.note(Fact::TurnedAway { call: name, at, because: rejection, missing: None, since });
        let settings = self.settings_at(index, line);
        self.forward_or_end(handle, rejection, settings, index, node);
    }

    /// Forwards the call by the settings in a row, or ends it if none applies.
    pub(super) fn forward_or_end(
        &mut self,
        handle: Handle,
        rejection: Rejection,
        settings: usize,
        from: u32,
        node: NodeId,
    ) {
        match forwarding::next(&self.plan.release, rejection, &self.forwards[settings]) {
            Some(forward) => self.forward(handle, forward, from, node),
            None => {
                let contact = self.call(handle).contact;
                self.end(handle, forwarding::unforwarded(rejection, contact));
            }
        }
    }

    /// The CallManager of `node` forwards a call, which was at the endpoint `from` or at none.
    #[inline]
    fn forward(&mut self, handle: Handle, (forward, target): (Forward, Target), from: u32, node: NodeId) {
        let name = self.call(handle).name();
        self.note(Fact::Forwards { call: name, node, forward, to: target });
        self.leave(handle);
        let work = &self.plan.nodes[node.index()].callmanager.redirect;
        let done = self.work(self.plan.callmanager(node), work, Task::Redirect, Some(name));
        let connection = if from == NOWHERE { None } else { self.endpoints[from as usize].connection };
        let call = self.call(handle);
        call.forwarded_by = connection.map_or(NONE, |connection| connection.0);
        (call.forward, call.target, call.node) = (Some(forward), target, node);
        if call.contact != Contact::AwaitsPerson {
            // The port that transfers a call goes on transferring it, whatever forwards it on the way.
            call.sent_by = node.0;
        }
        let step = call.enter(Phase::Routing);
        self.schedule(done, Event::Forwards { call: handle, step });
    }

    pub(super) fn forwards(&mut self, handle: Handle, step: u8) {
        if let Some(call) = self.current(handle, step) {
            let (target, node) = (call.target, call.node);
            self.next_hop(handle, target, node);
        }
    }

    /// The application whose request takes effect for a call at a route point.
    #[inline]
    fn acts_at(&self, handle: Handle, index: u32) -> Option<ApplicationId> {
        let Endpoint { row, connection, .. } = self.endpoints[index as usize];
        if self.some_are_shared && self.plan.devices[index as usize].is_shared() {
            let call = self.calls.get(handle)?;
            if some(call.route_point) == Some(row) {
                return some(call.application).map(ApplicationId);
            }
        }
        connection.map(|connection| self.application_of(connection))
    }

    pub(super) fn controller(&self, index: u32) -> ConnectionId {
        self.endpoints[index as usize].connection.expect("only calls at an application's devices have messages for one")
    }

    /// The call is over: each CallManager on its path has work releasing it.
    pub(super) fn end(&mut self, handle: Handle, ending: Ending) {
        if self.plan.changes_calls && self.goes_back(handle, ending) {
            return;
        }
        if self.call(handle).phase == Phase::Waiting {
            self.leaves_queue(handle, ending == Ending::Abandoned);
        }
        let call = self.call(handle);
        let (name, offered, ingress, index) = (call.name(), call.offered, call.ingress, call.endpoint);
        let (leaves_at, reached) = (call.node, call.reached());
        self.releases(ingress, name);
        let mut released = [ingress; 2];
        if index != NOWHERE {
            let node = self.node_at(index, leaves_at);
            released[1] = node;
            if node != ingress {
                self.releases(node, name);
            }
            if self.endpoints[index as usize].kind == EndpointKind::Phone {
                self.talk_is_over(handle, index, ending.is_loss());
            }
            self.leave(handle);
        }
        if self.plan.changes_calls {
            self.releases_the_rest(handle, released, ending.is_loss());
        }
        if self.devices_dial {
            self.on_hook(handle);
        }
        self.calls.remove(handle);
        self.note(Fact::Ended { call: name, place: place(handle), ending, offered, reached });
    }

    /// A CallManager has work releasing a call, unless it is down.
    pub(super) fn releases(&mut self, node: NodeId, call: CallName) {
        if self.callmanager_up(node) {
            let work = &self.plan.nodes[node.index()].callmanager.release;
            self.work(self.plan.callmanager(node), work, Task::Release, Some(call));
        }
    }

    /// Where a call is at an endpoint.
    #[inline(always)]
    fn place_of(&self, index: u32, line: u8) -> Place {
        match index.checked_sub(self.plan.devices.len() as u32) {
            None => Place::Device { device: DeviceId(index), line },
            Some(row) => Place::Outside(DestinationId(row as u16)),
        }
    }

    /// The pool of a phone or of a number outside, and the phone.
    #[inline(always)]
    fn pool_at(&self, index: u32) -> (PoolId, Option<DeviceId>) {
        let row = self.endpoints[index as usize].row;
        match self.endpoints[index as usize].kind {
            EndpointKind::Outside => (PoolId::Outside(DestinationId(row)), None),
            _ => (PoolId::Phones(PhoneGroupId(row)), Some(DeviceId(index))),
        }
    }
}

/// The place of a call among those in progress.
pub(super) const fn place(handle: Handle) -> u32 {
    handle.slot() as u32
}

/// Whether a call still waits for its application at the step at which a timer was set.
fn still_waits(calls: &Pool<Call>, (handle, step): (Handle, u8)) -> bool {
    calls.get(handle).is_some_and(|call| call.at(step) && no_answer::timer_runs_out(call.phase).is_some())
}
