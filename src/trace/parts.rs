//! What a call spent its time on.

use crate::engine::Time;
use crate::facts::Fact;

/// What time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It is not known.
    Unknown,
}

/// A part of a call's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it was spent on.
    pub cause: Cause,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// The parts of a call's time between two moments: they follow each other without a gap, so that their lengths add up to the whole.
pub fn parts(facts: &[(Time, Fact)], from: Time, until: Time) -> Vec<Part> {
    let _ = facts;
    vec![Part { cause: Cause::Unknown, from, until }]
}
