//! The workers of an application serve its queue of events.

use super::event::Event;
use super::machine::Cluster;
use super::rows::application::{Health, Job, Worker};
use super::rows::call::Call;
use super::rows::endpoint::EndpointKind;
use super::rows::notification::About;
use super::rows::source::Purpose;
use crate::domain::{ApplicationId, CallName, StationId};
use crate::engine::{Distribution, Handle, Service, Span, Time};
use crate::facts::{Fact, Recorder, Task};
use crate::plan::Application;

impl<R: Recorder> Cluster<'_, R> {
    /// An event about a call reaches the application. A failed application drops it.
    pub(super) fn queue_call(&mut self, application: ApplicationId, handle: Handle, step: u8) {
        if !self.queue(application, Job::Call(handle, step))
            && let Some(call) = self.calls.get(handle).map(Call::name)
        {
            self.note(Fact::EventLost { call, application });
        }
    }

    /// Returns whether the application runs: otherwise nothing comes of it.
    pub(super) fn queue(&mut self, application: ApplicationId, job: Job) -> bool {
        let state = &mut self.applications[application.index()];
        let runs = state.health != Health::Down;
        if runs {
            state.queue.push_back((self.now, job));
            self.start_workers(application);
        }
        runs
    }

    /// Idle workers take work from the queue, first come, first served (FIFO).
    pub(super) fn start_workers(&mut self, application: ApplicationId) {
        let plan = &self.plan.applications[application.index()];
        let station = self.plan.workers(application);
        loop {
            let state = &mut self.applications[application.index()];
            if state.busy >= plan.workers || state.health != Health::Up {
                return;
            }
            let Some((arrived, job)) = state.queue.pop_front() else {
                return;
            };
            let waits = match job {
                Job::Heartbeat(connection) => {
                    let number = self.connections[connection.index()].number;
                    let reaches = self.arrives_at_application(connection, self.now);
                    self.schedule(reaches, Event::HeartbeatReachesManager { connection: connection.0, number });
                    continue;
                }
                Job::Call(call, step) => self.calls.get(call).is_some_and(|row| row.step == step),
                Job::Notification(notification) => self.pending(notification).is_some(),
            };
            if waits {
                self.take_up(application, station, arrived, job);
            } else {
                self.note(Fact::Skipped { station, call: self.whose(job), arrived, until: self.now });
            }
        }
    }

    pub(super) fn take_up(&mut self, application: ApplicationId, station: StationId, arrived: Time, job: Job) {
        let plan = &self.plan.applications[application.index()];
        let call = self.whose(job);
        self.note(Fact::Taken { application, call, waited: self.now - arrived });
        let lookup = self.look_up(application, job);
        let state = &mut self.applications[application.index()];
        let decides = match &plan.decide {
            Distribution::Constant(span) => *span,
            random => random.sample(state.work_stream.next_u64()),
        };
        let finished = self.now + lookup.unwrap_or(Span::ZERO) + decides;
        let worker = Worker { job, abandoned: false, lookup };
        let row = match state.idle_rows.pop() {
            Some(row) => {
                state.workers[row as usize] = worker;
                row
            }
            None => {
                state.workers.push(worker);
                state.workers.len() as u32 - 1
            }
        };
        state.busy += 1;
        let task = Task::Decide { lookup: lookup.unwrap_or(Span::ZERO) };
        self.note(Fact::Served { station, task, call, arrived, started: self.now, finished });
        self.schedule(finished, Event::WorkerDecides { application: application.0, worker: row });
    }

    /// A worker looks up the caller of a new call at a route point, or of one that rings at a phone, and waits for the result.
    pub(super) fn look_up(&mut self, application: ApplicationId, job: Job) -> Option<Span> {
        let plan = &self.plan.applications[application.index()];
        let lookup = plan.lookup.as_ref()?;
        let call = match job {
            Job::Call(call, _) => call,
            Job::Notification(notification) => {
                let it = *self.notifications.get(notification)?;
                let About::Offered { call, .. } = it.about else {
                    let word = self.screen_pop_word(&it)?;
                    return Some(self.looked_up_after(plan, lookup.sample(word), self.whose(job)));
                };
                call
            }
            Job::Heartbeat(_) => return None,
        };
        let endpoint = self.calls.get(call)?.endpoint;
        if self.endpoints[endpoint as usize].kind != EndpointKind::RoutePoint {
            return None;
        }
        let length = lookup.sample(self.random_word(call, Purpose::Lookup));
        Some(self.looked_up_after(plan, length, self.whose(job)))
    }

    /// How long a look-up takes, with the wait for a connection of the database if there is one.
    #[inline(always)]
    fn looked_up_after(&mut self, plan: &Application, length: Span, call: Option<CallName>) -> Span {
        let Some(database) = plan.database else {
            return length;
        };
        let Service { started, finished } = self.databases[database.index()].serve(self.now, length);
        let station = self.plan.connections(database);
        self.note(Fact::Served { station, task: Task::LookUp, call, arrived: self.now, started, finished });
        finished - self.now
    }

    /// The call that a worker works for, if it is still known.
    #[inline(always)]
    pub(super) fn whose(&self, job: Job) -> Option<CallName> {
        match job {
            Job::Call(call, _) => self.calls.get(call).map(Call::name),
            Job::Notification(notification) => self.called(self.notifications.get(notification)?.about),
            Job::Heartbeat(_) => None,
        }
    }

    pub(super) fn worker_decides(&mut self, application: u16, row: u32) {
        let id = ApplicationId(application);
        let state = &mut self.applications[id.index()];
        let worker = state.workers[row as usize];
        if worker.abandoned {
            state.idle_rows.push(row);
            return;
        }
        if let Health::Stalled(until) = state.health {
            return self.schedule(until, Event::WorkerDecides { application, worker: row });
        }
        state.idle_rows.push(row);
        state.busy -= 1;
        if let Some(delay) = worker.lookup {
            self.note(Fact::LookedUp { application: id, call: self.whose(worker.job), delay });
        }
        match worker.job {
            Job::Call(call, step) => self.decides(call, step),
            Job::Notification(notification) => self.decides_as_notified(notification),
            Job::Heartbeat(_) => {}
        }
        self.start_workers(id);
    }
}
