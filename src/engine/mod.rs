//! The simulation clock, the future event list, random number streams and servers. Nothing here knows of telephony.

mod calendar;
mod distribution;
mod stream;
mod exponential;
mod gamma;
mod growth;
mod pool;
mod station;
mod time;
mod uniform;
mod watchdog;

pub use calendar::Calendar;
pub use distribution::Distribution;
pub use exponential::{Exponentials, unit_exponential};
pub use gamma::unit_gamma;
pub use pool::{Handle, Pool};
pub use station::{Server, Servers, Service};
pub use stream::{Stream, stream_number};
pub use time::{Span, Time};
pub use uniform::uniform;
pub use watchdog::Watchdog;
