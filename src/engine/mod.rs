//! The clock and the dice. Nothing here knows of telephony.

mod calendar;
mod distribution;
mod draw;
mod pool;
mod station;
mod time;
mod watchdog;

pub use calendar::Calendar;
pub use distribution::{Distribution, uniform, unit_exponential};
pub use draw::{Stream, stream_number};
pub use pool::{Handle, Pool};
pub use station::{Server, Servers, Service};
pub use time::{Span, Time};
pub use watchdog::Watchdog;
