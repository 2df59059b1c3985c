//! The clock and the dice. Nothing here knows of telephony.

mod calendar;
mod time;

pub use calendar::Calendar;
pub use time::{Span, Time};
