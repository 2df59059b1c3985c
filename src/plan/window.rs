//! The measured part of a replication.

use crate::engine::{Span, Time};

/// The measured part of a replication, and the bins of its timeline. It does not change what happens: two windows on one
/// replication see the same calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Calls offered, and faults, before this instant are simulated but not measured.
    pub warm_up: Time,
    /// The length of a bin of the timeline.
    pub bin: Span,
}
