//! The clock and the dice. Nothing here knows of telephony.

mod calendar;
mod distribution;
mod draw;
mod time;

pub use calendar::Calendar;
pub use distribution::Distribution;
pub use draw::{Stream, stream_number};
pub use time::{Span, Time};
