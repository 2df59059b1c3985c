//! The callers in queues, for as long as their waits are not over.

use std::collections::VecDeque;

use crate::domain::{CallName, QueueId};
use crate::engine::Time;

/// The callers who wait in each queue that a workload names, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Queues {
    waiting: Vec<VecDeque<(CallName, Time)>>,
}

impl Queues {
    pub(super) fn new(queues: usize) -> Queues {
        Queues { waiting: vec![VecDeque::new(); queues] }
    }

    /// A replication begins.
    pub(super) fn start(&mut self) {
        self.waiting.iter_mut().for_each(VecDeque::clear);
    }

    /// Whether a queue is measured: those of single groups are not.
    pub(super) fn measures(&self, queue: QueueId) -> bool {
        queue.index() < self.waiting.len()
    }

    pub(super) fn joined(&mut self, queue: QueueId, call: CallName, now: Time) {
        self.waiting[queue.index()].push_back((call, now));
    }

    pub(super) fn left(&mut self, queue: QueueId, call: CallName) {
        let waiting = &mut self.waiting[queue.index()];
        let place = waiting.iter().position(|(other, _)| *other == call);
        waiting.remove(place.expect("a call leaves only a queue that it is in"));
    }

    /// Those who still wait: the queue, and since when.
    pub(super) fn all(&self) -> impl Iterator<Item = (QueueId, Time)> {
        let queues = (0..).map(QueueId).zip(&self.waiting);
        queues.flat_map(|(queue, waiting)| waiting.iter().map(move |(_, since)| (queue, *since)))
    }
}
