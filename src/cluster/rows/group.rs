//! The ports and phones of a group.

use crate::domain::CallName;
use crate::engine::{Handle, Time, Watchdog};
use crate::plan::Line;
use std::collections::VecDeque;

/// The ports of a group.
#[derive(Clone, Debug)]
pub(crate) struct PortState {
    /// The free ports, longest idle first. A port that has been closed meanwhile is dropped when its turn comes.
    pub(crate) free: VecDeque<u32>,
    /// The number of open ports.
    pub(crate) open: u32,
    /// The No Answer timers of their calls, by line; nearly all are answered in time.
    pub(crate) unanswered: Vec<Watchdog<(Handle, u8)>>,
}

impl PortState {
    pub(crate) fn new(lines: &[Line]) -> PortState {
        let unanswered = lines.iter().map(|line| Watchdog::new(line.no_answer)).collect();
        PortState { free: VecDeque::new(), open: 0, unanswered }
    }
}

/// The calls in a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueState {
    /// In the order in which they came.
    pub(crate) waiting: VecDeque<Waiting>,
}

/// A call that waits at its device for a free phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) call: Handle,
    /// When it joined the queue.
    pub(crate) since: Time,
}

/// The phones of a group.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhoneState {
    /// The free phones, as with ports.
    pub(crate) free: VecDeque<u32>,
    /// The number of registered phones.
    pub(crate) open: u32,
    /// Calls to the numbers of phones that are in use, in the order in which they came.
    pub(crate) call_waiting: VecDeque<Handle>,
}

/// After-call work of the person at a phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrapUp {
    /// About which call.
    pub(crate) call: CallName,
    /// The line that the call was at.
    pub(crate) line: u8,
}
