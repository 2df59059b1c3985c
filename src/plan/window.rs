//! What of a replication is measured.

use crate::engine::{Span, Time};

/// What of a replication is measured, and how finely. It decides nothing of what happens: two windows on one replication see
/// the same calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Calls offered, and faults, before this instant are simulated but not measured.
    pub warm_up: Time,
    /// The length of a bin of the timeline.
    pub bin: Span,
}
