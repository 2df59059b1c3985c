//! Messages about single devices, between applications and CallManagers: calls at route points that several applications have
//! open, where the first request wins (R4, R10); events of phones; what people and applications ask for.

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Job;
use super::rows::call::{Call, some};
use super::rows::notification::{About, Notification, Stage};
use crate::domain::{ApplicationId, CallName, ConnectionId, DeviceId, OpenerId, Phase, Rejection};
use crate::engine::{Handle, Time};
use crate::facts::{Message, Party, Recorder, Task};

impl<R: Recorder> Cluster<'_, R> {
    /// A call is presented at a route point that several applications may have open: those that do are notified.
    #[cold]
    pub(super) fn notify_all(&mut self, call: Handle, step: u8, device: DeviceId) {
        for opener in self.plan.openers_of(device) {
            if let Some(connection) = self.plan.connection_of(opener).filter(|_| self.has_open(opener)) {
                self.notify(opener, connection, About::Offered { call, step });
            }
        }
    }

    /// A device's CallManager notifies an application that has it open.
    pub(super) fn notify(&mut self, opener: OpenerId, connection: ConnectionId, about: About) {
        let node = self.endpoints[self.plan.device_of(opener).index()].node;
        let notification = self.message(opener, connection, about, Stage::ToManager);
        let manager = self.manager_of(connection);
        let reaches = self.arrives(node, manager, self.now);
        let (from, to) = (Party::CallManager(node), Party::CtiManager(manager));
        self.sends_about(about, Message::Event, (from, self.now), (to, reaches));
        self.schedule(reaches, Event::NotificationMoves { notification });
    }

    /// A new message over a connection.
    pub(super) fn message(&mut self, opener: OpenerId, connection: ConnectionId, about: About, stage: Stage) -> Handle {
        let number = self.connections[connection.index()].number;
        self.notifications.insert(Notification { about, stage, opener, connection, number })
    }

    /// The message, if something can still come of it. One of which nothing can is dropped.
    #[cold]
    pub(super) fn pending(&mut self, notification: Handle) -> Option<Notification> {
        let it = *self.notifications.get(notification)?;
        if self.can_go_on(&it) {
            return Some(it);
        }
        self.drop_notification(notification);
        None
    }

    fn can_go_on(&self, it: &Notification) -> bool {
        match (it.about, it.stage) {
            (About::Offered { call, step }, _) => {
                let presented = |handle, step| {
                    self.calls.get(handle).is_some_and(|call| call.at(step) && call.phase == Phase::Presented)
                };
                presented(call, step) && self.can_act(it)
            }
            // What has reached an application is worked on there, whatever becomes of the connection.
            (About::Phone { .. } | About::Dialling { .. }, Stage::AtApplication) => true,
            (About::Phone { .. }, Stage::ToApplication) => self.is_open_still(it),
            (About::Phone { .. } | About::Dialling { .. }, _) => self.can_act(it),
            // If the application loses the phone meanwhile, the person learns of it.
            (About::Asked { call, step }, _) => self.calls.get(call).is_some_and(|call| call.at(step)),
        }
    }

    /// Whether a connection is the one over which a message was sent.
    fn is_open_still(&self, it: &Notification) -> bool {
        let state = &self.connections[it.connection.index()];
        state.connected && state.number == it.number
    }

    /// Whether an application still has the device open over that connection.
    fn can_act(&self, it: &Notification) -> bool {
        self.is_open_still(it) && self.has_open(it.opener)
    }

    #[inline(never)]
    pub(super) fn notification_moves(&mut self, notification: Handle) {
        let Some(Notification { about, stage, connection, opener, .. }) = self.pending(notification) else { return };
        let manager = self.manager_of(connection);
        let (work, call) = (self.ctimanager_work(manager), self.called(about));
        let (at, next) = match stage {
            Stage::ToManager => {
                let done = self.work(self.plan.ctimanager(manager), &work.event, Task::Event, call);
                let reaches = self.arrives_at_application(connection, done);
                let to = Party::Application(self.application_of(connection));
                self.sends_about(about, Message::Event, (Party::CtiManager(manager), done), (to, reaches));
                (reaches, Stage::ToApplication)
            }
            Stage::ToApplication | Stage::AtApplication => {
                let state = &mut self.connections[connection.index()];
                state.lookout.heard = Some(self.now);
                let application = state.application;
                self.moves_on(notification, Stage::AtApplication);
                return self.queue_notification(application, notification);
            }
            Stage::RequestToManager => {
                self.hears_application(connection);
                let done = self.work(self.plan.ctimanager(manager), &work.request, Task::Request, call);
                let node = self.endpoints[self.plan.device_of(opener).index()].node;
                let reaches = self.arrives(manager, node, done);
                let (from, to) = (Party::CtiManager(manager), Party::CallManager(node));
                self.sends_about(about, Message::Request, (from, done), (to, reaches));
                (reaches, Stage::RequestToCallManager)
            }
            Stage::RequestToCallManager => {
                self.take_notification(notification);
                return match about {
                    About::Offered { call, step } => {
                        // The first one wins: the others will find that the call is no longer theirs.
                        self.wins(call, connection);
                        self.request_reaches_callmanager(call, step);
                    }
                    About::Asked { call, step } => self.request_is_granted(call, step, connection),
                    About::Dialling { caller } => self.application_dials(caller, opener),
                    About::Phone { .. } => unreachable!("no request follows from an event of a phone"),
                };
            }
            Stage::ByHand => return self.request_fails(notification),
        };
        self.moves_on(notification, next);
        self.schedule(at, Event::NotificationMoves { notification });
    }

    /// A message waits for a worker of its application.
    pub(super) fn queue_notification(&mut self, application: ApplicationId, notification: Handle) {
        if !self.queue(application, Job::Notification(notification)) {
            self.lost_with_process(notification);
        }
    }

    /// A worker is done with a message: it is known, or a request follows.
    #[cold]
    pub(super) fn decides_as_notified(&mut self, notification: Handle) {
        // Of what has just been lost, the person learns at this very moment.
        let Some(it) = self.pending(notification).filter(|it| it.stage != Stage::ByHand) else { return };
        let connection = it.connection;
        match it.about {
            About::Phone { .. } => {
                self.take_notification(notification);
                return self.event_is_known(&it);
            }
            About::Offered { call, step } => {
                if let Some(expires) = self.request_timers.set(self.now, (call, step)) {
                    self.schedule(expires, Event::RequestTimerExpires);
                }
            }
            About::Asked { .. } | About::Dialling { .. } => {}
        }
        self.moves_on(notification, Stage::RequestToManager);
        let reaches = self.arrives_at_application(connection, self.now);
        let from = Party::Application(self.application_of(connection));
        let to = Party::CtiManager(self.manager_of(connection));
        self.sends_about(it.about, Message::Request, (from, self.now), (to, reaches));
        self.schedule(reaches, Event::NotificationMoves { notification });
    }

    /// The call that a message is about, if it is still known.
    pub(super) fn called(&self, about: About) -> Option<CallName> {
        match about {
            About::Offered { call, .. } | About::Asked { call, .. } => self.calls.get(call).map(Call::name),
            About::Phone { caller, .. } | About::Dialling { caller } => Some(caller),
        }
    }

    /// A message leaves that is about a call.
    fn sends_about(&mut self, about: About, message: Message, from: (Party, Time), to: (Party, Time)) {
        if let Some(call) = self.called(about) {
            self.sends(call, message, from, to);
        }
    }

    /// The message is over.
    pub(super) fn take_notification(&mut self, notification: Handle) -> Option<Notification> {
        let it = self.notifications.remove(notification)?;
        self.people_wait -= u32::from(it.asked().is_some());
        Some(it)
    }

    fn moves_on(&mut self, notification: Handle, stage: Stage) {
        self.notifications.get_mut(notification).expect("it has just been found").stage = stage;
    }

    /// The process that was to work on a message is gone. Of what a person asked for the person learns later.
    #[cold]
    pub(super) fn lost_with_process(&mut self, notification: Handle) {
        if self.notifications.get(notification).is_some_and(|it| it.asked().is_none()) {
            self.drop_notification(notification);
        }
    }

    /// Nothing comes of a message.
    #[cold]
    fn drop_notification(&mut self, notification: Handle) {
        let Some(it) = self.take_notification(notification) else { return };
        match it.about {
            About::Phone { event, caller, .. } => self.event_is_lost(it.opener, it.connection, event, caller),
            About::Dialling { caller } => self.is_not_dialled(caller, false),
            About::Offered { .. } | About::Asked { .. } => {}
        }
    }

    /// The request of an application is the first for a call. What happens to the call is measured under it, if this is the first
    /// route point that the call is at.
    fn wins(&mut self, handle: Handle, connection: ConnectionId) {
        let application = self.application_of(connection);
        let endpoint = self.call(handle).endpoint;
        let row = self.endpoints[endpoint as usize].row;
        let call = self.call(handle);
        if some(call.route_point) == Some(row) {
            call.application = application.0;
        }
    }

    /// The application that gives a call up because its request got no answer: the first one that has the device open and acts.
    pub(super) fn requester(&self, index: u32) -> ApplicationId {
        let mut holder = self.controller(index);
        if self.some_are_shared && self.plan.devices[index as usize].is_shared() {
            let acts = |&connection: &ConnectionId| self.applications[self.application_of(connection).index()].acts();
            let openers = self.plan.openers_of(DeviceId(index)).filter(|&opener| self.has_open(opener));
            holder = openers.filter_map(|opener| self.plan.connection_of(opener)).find(acts).unwrap_or(holder);
        }
        self.application_of(holder)
    }

    /// An application has lost a connection, or what it had open: the calls that only it could still act on are redirected. A request
    /// that has reached the CallManager is carried out, as long as any application has the route point open.
    pub(super) fn strand_notified(&mut self) {
        let mut acted_on = std::mem::take(&mut self.acted_on);
        acted_on.clear();
        let offered = self.notifications.iter().filter_map(|(_, it)| match it.about {
            About::Offered { call, .. } => Some((it, call)),
            About::Phone { .. } | About::Asked { .. } | About::Dialling { .. } => None,
        });
        let offered = offered.filter(|(it, call)| self.calls.get(*call).is_some() && self.can_act(it));
        acted_on.extend(offered.map(|(_, call)| call.slot()));
        acted_on.sort_unstable();
        let devices = self.plan.devices.len() as u32;
        let mut stranded = self.collect_calls(|cluster, call| {
            call.phase == Phase::Presented
                && call.endpoint < devices
                && cluster.plan.devices[call.endpoint as usize].is_shared()
                && cluster.endpoints[call.endpoint as usize].is_open()
                && !cluster.is_held(call.endpoint)
        });
        for (_, _, handle) in stranded.drain(..) {
            if acted_on.binary_search(&handle.slot()).is_err() {
                self.reject(handle, Rejection::ApplicationFailed);
            }
        }
        self.stranded = stranded;
        self.acted_on = acted_on;
    }
}
