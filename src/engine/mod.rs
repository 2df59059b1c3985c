//! The clock and the dice. Nothing here knows of telephony.

mod time;

pub use time::{Span, Time};
