//! Callers who ask for a person, and how many of them are answered within the times that are asked for.

use crate::domain::{CallName, QueueId};
use crate::engine::{Span, Time};
use crate::facts::Path;
use crate::plan::Plan;

use super::asks::Asks;
use super::catalogue::Catalogue;

/// How soon the callers of one thing were answered in one replication, for one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceLevel {
    /// How many were answered by a person within the time.
    pub in_time: u32,
    /// How many were answered by a person at all.
    pub answered: u32,
    /// How many asked for one. Who still waits at the end, and has waited for less than the time, may yet be answered within it, and is not
    /// among them.
    pub asked: u32,
}

/// Counts them.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) asks: Option<Asks>,
    times: Box<[Span]>,
    /// For each row of the catalogue, one for each time.
    levels: Vec<ServiceLevel>,
    applications: usize,
    queues: usize,
    /// The calls of queues for which a phone was found and that nobody has answered yet: since when they waited.
    ringing: Vec<(CallName, QueueId, Time)>,
}

impl Service {
    pub(super) fn new(plan: &Plan, catalogue: &Catalogue) -> Service {
        let times = plan.asked.within();
        Service {
            asks: Asks::of(plan).ok().filter(|_| !times.is_empty()),
            times: times.into(),
            levels: vec![ServiceLevel::default(); catalogue.service.len() * times.len()],
            applications: 1,
            queues: 1 + plan.applications.len(),
            ringing: Vec::new(),
        }
    }

    pub(super) fn start(&mut self) {
        self.levels.fill(ServiceLevel::default());
        self.ringing.clear();
    }

    pub(super) fn finish(&self) -> Box<[ServiceLevel]> {
        self.levels.as_slice().into()
    }

    /// The levels of a row of the catalogue, with their times.
    fn of_row(&mut self, row: usize) -> impl Iterator<Item = (&mut ServiceLevel, Span)> {
        let each = self.times.len();
        self.levels[row * each..(row + 1) * each].iter_mut().zip(self.times.iter().copied())
    }

    /// The rows of a call, beside that of its queue.
    fn rows(&self, path: Path) -> impl Iterator<Item = usize> + use<> {
        let first = self.applications;
        std::iter::once(0).chain(path.application.map(|it| first + it.index()))
    }

    fn answered_in(&mut self, row: usize, waited: Span) {
        for (level, time) in self.of_row(row) {
            level.asked += 1;
            level.answered += 1;
            level.in_time += u32::from(waited <= time);
        }
    }

    fn ended_in(&mut self, row: usize, wait: Wait) {
        for (level, time) in self.of_row(row) {
            level.asked += u32::from(match wait {
                Wait::InVain => true,
                Wait::NotOver(waited) => waited >= time,
            });
        }
    }

    /// A person has answered a caller who asked for one.
    pub(super) fn answered(&mut self, path: Path, waited: Span) {
        for row in self.rows(path) {
            self.answered_in(row, waited);
        }
    }

    /// A caller who asked for a person has not been answered by one.
    pub(super) fn ended(&mut self, path: Path, wait: Wait) {
        for row in self.rows(path) {
            self.ended_in(row, wait);
        }
    }

    /// A phone was found for a call of a queue that is measured; it came there at this time.
    pub(super) fn distributed(&mut self, call: CallName, queue: QueueId, since: Time) {
        if self.asks.is_some() {
            self.ringing.push((call, queue, since));
        }
    }

    /// A person has answered a call; it may be one of a queue.
    pub(super) fn reached(&mut self, call: CallName, now: Time, warm_up: Time) {
        if let Some((queue, since)) = self.left(call, warm_up) {
            self.answered_in(self.queues + queue.index(), now - since);
        }
    }

    /// A call has ended that nobody answered; it may be one of a queue that rang somewhere.
    pub(super) fn rang_in_vain(&mut self, call: CallName, warm_up: Time) {
        if let Some((queue, _)) = self.left(call, warm_up) {
            self.ended_in(self.queues + queue.index(), Wait::InVain);
        }
    }

    /// The run is over, and a call has not been answered; it may be one of a queue that rings somewhere.
    pub(super) fn still_rings(&mut self, call: CallName, now: Time, warm_up: Time) {
        if let Some((queue, since)) = self.left(call, warm_up) {
            self.ended_in(self.queues + queue.index(), Wait::NotOver(now - since));
        }
    }

    /// A call has left a queue that is measured without a phone, or waits there at the end of the run.
    pub(super) fn not_distributed(&mut self, queue: QueueId, wait: Wait) {
        if self.asks.is_some() {
            self.ended_in(self.queues + queue.index(), wait);
        }
    }

    fn left(&mut self, call: CallName, warm_up: Time) -> Option<(QueueId, Time)> {
        let place = self.ringing.iter().position(|(other, ..)| *other == call)?;
        let (_, queue, since) = self.ringing.swap_remove(place);
        (since >= warm_up).then_some((queue, since))
    }
}

/// How the wait of a caller ended whom nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// In vain.
    InVain,
    /// It is not over, and has lasted so long.
    NotOver(Span),
}
