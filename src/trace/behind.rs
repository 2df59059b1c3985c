//! What is before a piece of work in the queue of a station.

use std::collections::{BTreeMap, VecDeque};

use crate::engine::{Span, Time};
use crate::facts::Task;

/// The work that a station with one server has accepted and not finished. It is served first come, first served, so that while something
/// waits the server does what came before, without a pause.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    /// Each piece: from when to when, and what.
    pieces: VecDeque<(Time, Time, Task)>,
    /// The length of all of them by task, in nanoseconds.
    nanos: BTreeMap<Task, u64>,
}

impl Backlog {
    /// The process is gone, and its queue with it.
    pub(super) fn clear(&mut self) {
        self.pieces.clear();
        self.nanos.clear();
    }

    /// How long a piece of work that arrives now waits for work of each kind.
    pub(super) fn before(&mut self, now: Time) -> BTreeMap<Task, Span> {
        while let Some((started, finished, task)) =
            self.pieces.front().copied().filter(|(_, finished, _)| *finished <= now)
        {
            self.pieces.pop_front();
            self.take(task, finished.since(started));
        }
        let mut waits: BTreeMap<Task, Span> =
            self.nanos.iter().map(|(task, nanos)| (*task, Span::from_nanos(*nanos))).collect();
        if let Some((started, _, task)) = self.pieces.front()
            && let Some(span) = waits.get_mut(task)
        {
            // Of the piece that is being served, a part is done.
            *span = Span::from_nanos(span.nanos() - now.since(*started).nanos());
        }
        waits.retain(|_, span| *span > Span::ZERO);
        waits
    }

    /// A piece of work has arrived.
    pub(super) fn add(&mut self, started: Time, finished: Time, task: Task) {
        if started < finished {
            self.pieces.push_back((started, finished, task));
            *self.nanos.entry(task).or_default() += finished.since(started).nanos();
        }
    }

    fn take(&mut self, task: Task, span: Span) {
        if let Some(nanos) = self.nanos.get_mut(&task) {
            *nanos -= span.nanos();
            if *nanos == 0 {
                self.nanos.remove(&task);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Span::from_millis(millis)
    }

    /// A registration from 0 to 10 ms, then a set-up until 13 ms and a registration until 23 ms. What arrives at 4 ms waits 19 ms: 6 and
    /// 10 ms for the registrations and 3 ms for the set-up. At 11 ms it is 2 and 10 ms. At 30 ms nothing is before it.
    #[test]
    fn a_wait_is_for_what_came_before() {
        let mut backlog = Backlog::default();
        backlog.add(at(0), at(10), Task::Register);
        backlog.add(at(10), at(13), Task::SetUp);
        backlog.add(at(13), at(23), Task::Register);
        let millis = Span::from_millis;
        assert_eq!(backlog.before(at(4)), BTreeMap::from([(Task::SetUp, millis(3)), (Task::Register, millis(16))]));
        assert_eq!(backlog.before(at(11)), BTreeMap::from([(Task::SetUp, millis(2)), (Task::Register, millis(10))]));
        assert_eq!(backlog.before(at(30)), BTreeMap::new());
        backlog.add(at(30), at(31), Task::SetUp);
        backlog.clear();
        assert_eq!(backlog.before(at(30)), BTreeMap::new());
    }
}
