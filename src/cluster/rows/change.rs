//! What is being done with a call at a phone.

use super::endpoint::NOWHERE;
use crate::domain::ConferenceBridgeId;
use crate::engine::{Span, Time};
use crate::rules::change::Stage;

/// What is being done with a call at a phone: kept beside the call, in the slot of the same number, and only where a plan has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// When what is being done was asked for; of a third party, when the call was put aside for it.
    pub(crate) asked: Time,
    /// Since when the person has talked who sends the call on or calls a third party; valid from the wish to do so.
    pub(crate) talks_since: Time,
    /// When the third party answered; valid while that one is consulted or in conference.
    pub(crate) third_since: Time,
    /// The talk after the hold.
    pub(crate) rest: Span,
    /// The phone at which the call was put aside, while it is elsewhere or in conference; or [`NOWHERE`].
    pub(crate) aside: u32,
    pub(crate) bridge: Option<ConferenceBridgeId>,
    pub(crate) stage: Stage,
    /// How often it had been sent on when somebody answered: what is done with it is drawn for that.
    pub(crate) hop: u8,
    /// The line at which it was put aside.
    pub(crate) line: u8,
}

impl Progress {
    /// A call that somebody has answered, after so many hops.
    pub(crate) const fn answered(hop: u8) -> Progress {
        Progress {
            asked: Time::ZERO,
            talks_since: Time::ZERO,
            third_since: Time::ZERO,
            rest: Span::ZERO,
            aside: NOWHERE,
            bridge: None,
            stage: Stage::Untouched,
            hop,
            line: 0,
        }
    }
}
