//! The clock and the dice. Nothing here knows of telephony.

mod calendar;
mod distribution;
mod draw;
mod exponential;
mod pool;
mod station;
mod time;
mod uniform;
mod watchdog;

pub use calendar::Calendar;
pub use distribution::Distribution;
pub use draw::{Stream, stream_number};
pub use exponential::{Exponentials, unit_exponential};
pub use pool::{Handle, Pool};
pub use station::{Server, Servers, Service};
pub use time::{Span, Time};
pub use uniform::uniform;
pub use watchdog::Watchdog;
