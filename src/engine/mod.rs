//! The clock and the dice. Nothing here knows of telephony.

mod distribution;
mod time;

pub use distribution::Distribution;
pub use time::{Span, Time};
