//! Phones that applications control: every call there is events to them, and what people do with it may be requests of theirs
//! (R10, R14, R20). A phone works on by hand when nobody controls it.

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Health;
use super::rows::endpoint::{Endpoint, EndpointKind};
use super::rows::notification::{About, Notification, Stage};
use crate::domain::{ApplicationId, CallName, ConnectionId, DeviceId, OpenerId, Phase, PhoneEvent};
use crate::engine::{Handle, Span};
use crate::facts::{Fact, Recorder};
use crate::rules::no_answer::{self, Ring};
use crate::rules::request::{self, Path};

impl<R: Recorder> Cluster<'_, R> {
    // Events.

    /// Something happens to a call at a phone: each application that has the phone open is notified. One that looks callers up shows
    /// who calls when the phone rings (the screen pop).
    #[cold]
    #[inline(never)]
    pub(super) fn phone_event(&mut self, handle: Handle, phone: u32, event: PhoneEvent) {
        let call = *self.call(handle);
        let (caller, hops, since) = (call.name(), call.hops, self.now);
        let device = DeviceId(phone);
        for opener in self.plan.openers_of(device) {
            let Some(connection) = self.plan.connection_of(opener) else { continue };
            let application = self.application_of(connection);
            if self.pops_up(application, event) {
                self.note(Fact::ScreenPopDue { call: caller, device, application });
            }
            if !self.has_open(opener) {
                self.event_is_lost(opener, connection, event, caller);
                continue;
            }
            self.note(Fact::PhoneEventSent { call: caller, device, application, event });
            self.notify(opener, connection, About::Phone { event, call: handle, caller, hops, since });
        }
    }

    /// The phone that dialled a call, if it did, has an event of it.
    #[cold]
    #[inline(never)]
    pub(super) fn dialling_phone_event(&mut self, handle: Handle, event: PhoneEvent) {
        if let Some(device) = self.dialled_from(handle)
            && self.endpoints[device as usize].kind == EndpointKind::Phone
        {
            self.phone_event(handle, device, event);
        }
    }

    /// Whether an application looks the caller up at an event of a phone.
    pub(super) fn pops_up(&self, application: ApplicationId, event: PhoneEvent) -> bool {
        event == PhoneEvent::Ringing && self.plan.applications[application.index()].lookup.is_some()
    }

    /// The random word of the look-up for a screen pop: the caller's own, another one for each visit to a phone and each of its
    /// applications.
    pub(super) fn screen_pop_word(&mut self, it: &Notification) -> Option<u64> {
        let About::Phone { event, caller, hops, .. } = it.about else { return None };
        if !self.pops_up(self.application_of(it.connection), event) {
            return None;
        }
        let mut openers = self.plan.openers_of(self.plan.device_of(it.opener));
        let place = openers.position(|opener| opener == it.opener)?;
        Some(self.sources[caller.source.index()].screen_pops(caller.number, hops)[place % 8])
    }

    /// A worker has taken note of an event of a phone.
    pub(super) fn event_is_known(&mut self, it: &Notification) {
        let About::Phone { event, call, caller, hops, since } = it.about else { return };
        let application = self.application_of(it.connection);
        if !self.pops_up(application, event) {
            return;
        }
        let device = self.plan.device_of(it.opener);
        let is_there = |at: u32, after: u8| at == device.0 && after == hops;
        match self.calls.get(call) {
            Some(there) if is_there(there.endpoint, there.hops) => {
                let delay = self.now - since;
                self.note(Fact::ScreenPopShown { call: caller, device, application, delay });
            }
            _ => self.note(Fact::ScreenPopLost { call: caller, device, application }),
        }
    }

    /// An event of a phone does not reach an application, or is lost there.
    #[cold]
    pub(super) fn event_is_lost(
        &mut self,
        opener: OpenerId,
        connection: ConnectionId,
        event: PhoneEvent,
        call: CallName,
    ) {
        let application = self.application_of(connection);
        if self.pops_up(application, event) {
            let device = self.plan.device_of(opener);
            self.note(Fact::ScreenPopLost { call, device, application });
        }
    }

    // Requests.

    /// An application's view of a device that it has open now.
    pub(super) fn open_to(&self, device: DeviceId, application: ApplicationId) -> Option<(OpenerId, ConnectionId)> {
        let its_own = |opener: OpenerId| {
            let connection = self.plan.connection_of(opener)?;
            let open = self.application_of(connection) == application
                && self.connections[connection.index()].connected
                && self.has_open(opener);
            open.then_some((opener, connection))
        };
        self.plan.openers_of(device).find_map(its_own)
    }

    /// The person at a phone wants what the phase of a call says: by hand, or through an application.
    #[cold]
    #[inline(never)]
    pub(super) fn asks(&mut self, handle: Handle, step: u8, by: Option<ApplicationId>) {
        let Some(application) = by else { return self.carries_out(handle, step) };
        let call = self.call(handle);
        let (device, name) = (DeviceId(call.endpoint), call.name());
        let open = self.open_to(device, application);
        let runs = self.applications[application.index()].health != Health::Down;
        match (request::path(open.is_some(), runs), open) {
            (Path::ThroughApplication, Some((opener, connection))) => {
                self.people_wait += 1;
                self.note(Fact::Asked { call: name, device, application });
                let about = About::Asked { call: handle, step };
                let notification = self.message(opener, connection, about, Stage::AtApplication);
                if let Some(expires) = self.asked_timers.set(self.now, notification) {
                    self.schedule(expires, Event::AskedTimerExpires);
                }
                self.queue_notification(application, notification);
            }
            _ => {
                self.note(Fact::RequestFailed { call: name, application });
                self.carries_out(handle, step);
            }
        }
    }

    /// The request of an application reaches the CallManager.
    pub(super) fn request_is_granted(&mut self, handle: Handle, step: u8, connection: ConnectionId) {
        let call = self.call(handle).name();
        let application = self.application_of(connection);
        self.hears_manager(connection);
        self.note(Fact::RequestGranted { call, application });
        self.carries_out(handle, step);
    }

    /// An application has lost a phone: what people there have asked it for they do by hand, as soon as all of the failure has
    /// taken its course.
    #[cold]
    pub(super) fn requests_are_lost(&mut self, opener: OpenerId) {
        let lost = |it: &Notification| it.opener == opener && it.asked().is_some() && it.stage != Stage::ByHand;
        loop {
            let Some(notification) = self.notifications.iter().find(|(_, it)| lost(it)).map(|(handle, _)| handle)
            else {
                return;
            };
            if let Some(it) = self.notifications.get_mut(notification) {
                it.stage = Stage::ByHand;
            }
            self.schedule(self.now, Event::NotificationMoves { notification });
        }
    }

    /// Nobody has done in time what people asked applications for.
    #[cold]
    pub(super) fn asked_timer_expires(&mut self) {
        while let Some(notification) = self.asked_timers.expired(self.now) {
            if self.pending(notification).is_some() {
                self.request_fails(notification);
            }
        }
        let notifications = &self.notifications;
        if let Some(expires) = self.asked_timers.next(|it| notifications.get(it).is_some()) {
            self.schedule(expires, Event::AskedTimerExpires);
        }
    }

    /// A request has failed: the person does it by hand.
    #[cold]
    pub(super) fn request_fails(&mut self, notification: Handle) {
        let Some(it) = self.take_notification(notification) else { return };
        let Some((handle, step)) = it.asked() else { return };
        let application = self.application_of(it.connection);
        let call = self.call(handle).name();
        self.note(Fact::RequestFailed { call, application });
        self.carries_out(handle, step);
    }

    /// The application through which the person at a phone answers a call, if it is at one and there is one.
    pub(super) fn answers_by(&mut self, handle: Handle) -> Option<ApplicationId> {
        let endpoint = self.call(handle).endpoint;
        let Endpoint { kind, row, .. } = self.endpoints[endpoint as usize];
        match kind {
            EndpointKind::Phone => self.plan.phone_groups[usize::from(row)].answer_by,
            EndpointKind::RoutePoint | EndpointKind::Port | EndpointKind::Outside => None,
        }
    }

    /// The CallManager of a phone does what was asked for.
    pub(super) fn carries_out(&mut self, handle: Handle, step: u8) {
        let Some(call) = self.current(handle, step) else { return };
        match call.phase {
            Phase::Ringing => {
                // It no longer rings out.
                call.enter(Phase::Ringing);
                self.answers(handle);
            }
            phase => unreachable!("nobody asks for anything for a call that is {phase:?}"),
        }
    }

    /// The person at a phone wants to answer through an application. Until that has happened, the phone rings and may ring out.
    #[cold]
    #[inline(never)]
    pub(super) fn asks_to_answer(&mut self, handle: Handle, step: u8, by: ApplicationId) {
        let since = self.call(handle).since;
        if let Ring::RingsOut(after) =
            no_answer::ring(Span::FOREVER, self.no_answer_of(handle), self.plan.parameters.t301)
        {
            self.schedule(since + after, Event::RingsOut { call: handle, step });
        }
        self.asks(handle, step, Some(by));
    }
}
