//! A link.

use crate::engine::{Span, Time};

/// A link that has something the matter with it now and then.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LinkState {
    /// What leaves before this arrives as if it had left then: the link is cut until then, or was slower before.
    pub(crate) held_until: Time,
    /// How much slower it is than it should be.
    pub(crate) slower: Span,
    /// How many faults keep it cut.
    pub(crate) cuts: u32,
    /// Since when it is cut, or whole again.
    pub(crate) changed_at: Time,
    /// Whether both ends take each other as failed.
    pub(crate) noticed: bool,
    /// When it was whole again after both had taken each other as failed.
    pub(crate) healed_at: Time,
}
