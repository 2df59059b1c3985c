//! A node.

use crate::domain::OpenerId;
use crate::engine::{Distribution, Server, Span, Stream, Time};
use crate::rules::code_yellow::NewCalls;
use std::collections::VecDeque;

/// A node in a run.
#[derive(Default)]
pub(crate) struct NodeState {
    /// The number of faults that keep its CallManager down, and its CTIManager.
    pub(crate) callmanager_down: u32,
    pub(crate) ctimanager_down: u32,
    /// The number of faults that took its host away: then nothing there answers, or refuses to.
    pub(crate) host_down: u32,
    /// Whether its CallManager hangs and nobody has noticed.
    pub(crate) hangs_unnoticed: bool,
    /// When its CallManager last failed.
    pub(crate) failed_at: Time,
    /// When its CallManager was last back; it was up when the run began.
    pub(crate) returned_at: Time,
    /// Whether its CallManager takes new calls (Code Yellow).
    pub(crate) new_calls: NewCalls,
    /// When its CTIManager last started, and so read its service parameters.
    pub(crate) ctimanager_started: Time,
    /// Counts the failures of its processes: what was scheduled before one is stale.
    pub(crate) epoch: u16,
    /// Devices that its CTIManager is to open, with their stamps, and whether it is opening them.
    pub(crate) reopening: VecDeque<(OpenerId, u16)>,
    pub(crate) reopens: bool,
    /// Until then it opens none: the pace holds between any two openings, however long nothing waited.
    pub(crate) next_reopening: Time,
    /// Phones that queue to rehome to its CallManager, and whether it is letting them.
    pub(crate) phones_to_rehome: VecDeque<u32>,
    pub(crate) rehomes_phones: bool,
    /// Until then it lets none.
    pub(crate) next_phone: Time,
}

/// A station of one server, with the random number stream of its service times.
pub(crate) struct Processor {
    pub(crate) server: Server,
    pub(crate) stream: Stream,
}

impl Processor {
    /// How long a piece of work takes.
    #[inline]
    pub(crate) fn draw(&mut self, length: &Distribution) -> Span {
        match length {
            Distribution::Constant(span) => *span,
            random => random.sample(self.stream.next_u64()),
        }
    }
}
