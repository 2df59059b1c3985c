//! A link.

use crate::engine::{Span, Time};

/// The state of a link in a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LinkState {
    /// A message that leaves before this arrives as if it had left then: the link is cut until then, or was slower before.
    pub(crate) held_until: Time,
    /// The delay that faults add.
    pub(crate) slower: Span,
    /// The number of faults that keep it cut.
    pub(crate) cuts: u32,
    /// Since when it is cut or restored.
    pub(crate) changed_at: Time,
    /// Whether both ends consider each other failed.
    pub(crate) noticed: bool,
    /// When it was restored after both ends had considered each other failed.
    pub(crate) healed_at: Time,
}
