//! Calls at a route point that several applications have open: each of them is notified, and the first request wins (R4, R10).

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::Job;
use super::rows::call::some;
use super::rows::telling::{Stage, Telling};
use crate::domain::{ApplicationId, ConnectionId, DeviceId, Phase, Rejection};
use crate::engine::Handle;
use crate::facts::Recorder;

impl<R: Recorder> Cluster<'_, R> {
    /// A call is presented at a route point that several applications may have open: those that do are told.
    #[cold]
    pub(super) fn tell_all(&mut self, call: Handle, step: u8, device: DeviceId) {
        let node = self.endpoints[device.index()].node;
        for opener in self.plan.openers_of(device) {
            let Some(connection) = self.plan.connection_of(opener).filter(|_| self.has_open(opener)) else { continue };
            let number = self.connections[connection.index()].number;
            let telling = Telling { call, step, stage: Stage::ToManager, opener, connection, number };
            let reaches = self.arrives(node, self.manager_of(connection), self.now);
            let telling = self.tellings.insert(telling);
            self.schedule(reaches, Event::TellingMoves { telling });
        }
    }

    /// The call that an application is told of, at the step at which it was told, if it can still act on it. What comes to
    /// nothing is dropped.
    #[cold]
    pub(super) fn told(&mut self, telling: Handle) -> Option<(Handle, u8)> {
        let it = *self.tellings.get(telling)?;
        let waits = self.calls.get(it.call).is_some_and(|call| call.at(it.step) && call.phase == Phase::Presented);
        if waits && self.can_act(&it) {
            return Some((it.call, it.step));
        }
        self.tellings.remove(telling);
        None
    }

    /// Whether an application still has the route point open over the connection over which it was told.
    fn can_act(&self, telling: &Telling) -> bool {
        let state = &self.connections[telling.connection.index()];
        state.connected && state.number == telling.number && self.has_open(telling.opener)
    }

    #[inline(never)]
    pub(super) fn telling_moves(&mut self, telling: Handle) {
        let Some((call, step)) = self.told(telling) else { return };
        let Telling { stage, connection, opener, .. } = *self.tellings.get(telling).expect("it has just been found");
        let manager = self.manager_of(connection);
        let (at, next) = match stage {
            Stage::ToManager => {
                let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).event);
                (self.arrives_at_application(connection, done), Stage::ToApplication)
            }
            Stage::ToApplication => {
                let state = &mut self.connections[connection.index()];
                state.lookout.heard = Some(self.now);
                let application = state.application;
                return self.queue(application, Job::Telling(telling));
            }
            Stage::RequestToManager => {
                self.hears_application(connection);
                let done = self.work(self.plan.ctimanager(manager), &self.ctimanager_work(manager).request);
                let node = self.endpoints[self.plan.device_of(opener).index()].node;
                (self.arrives(manager, node, done), Stage::RequestToCallManager)
            }
            Stage::RequestToCallManager => {
                // The first one wins: the others will find that the call is no longer theirs.
                self.tellings.remove(telling);
                self.wins(call, connection);
                return self.request_reaches_callmanager(call, step);
            }
        };
        self.moves_on(telling, next);
        self.schedule(at, Event::TellingMoves { telling });
    }

    /// A worker has decided on a call that several applications were told of.
    #[cold]
    pub(super) fn decides_as_told(&mut self, telling: Handle) {
        let Some((call, step)) = self.told(telling) else { return };
        if let Some(expires) = self.request_timers.set(self.now, (call, step)) {
            self.schedule(expires, Event::RequestTimerExpires);
        }
        let connection = self.tellings.get(telling).expect("it has just been found").connection;
        self.moves_on(telling, Stage::RequestToManager);
        let reaches = self.arrives_at_application(connection, self.now);
        self.schedule(reaches, Event::TellingMoves { telling });
    }

    fn moves_on(&mut self, telling: Handle, stage: Stage) {
        self.tellings.get_mut(telling).expect("it has just been found").stage = stage;
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
    pub(super) fn strand_told(&mut self) {
        let mut acted_on = std::mem::take(&mut self.acted_on);
        acted_on.clear();
        let tellings = self.tellings.iter().map(|(_, it)| it).filter(|it| self.calls.get(it.call).is_some());
        acted_on.extend(tellings.filter(|it| self.can_act(it)).map(|it| it.call.slot()));
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
