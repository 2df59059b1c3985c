//! Records of calls: a row of each call, as planners keep them, and call detail records, as the CallManagers of a cluster write them.
//!
//! A [`Clerk`] observes a replication. It knows a little of each call in progress and nothing of those that are over: these are handed
//! to a [`Sink`] as they end. How a record looks in a file is not known here.

mod call;
mod clerk;
mod date;
mod detail;
mod directory;
mod sink;
mod story;

pub use call::{At, CallRecord, ForwardTaken, TurnedAway};
pub use clerk::Clerk;
pub use date::Calendar;
pub use detail::{CALL_IDS, Called, Detail, Leg, OnBehalfOf, Party, REDIRECTS, Reason, cause};
pub use directory::Directory;
pub use sink::{Records, Sink};
