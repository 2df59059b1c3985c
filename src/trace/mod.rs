//! The calls behind the numbers: which fact has which value of a measure, what a call spent its time on, and all that happened to it.
//!
//! A replication is a seed and a number, so nothing is stored for this: the replication is run again, and the meter itself says which
//! fact it took which value from.

mod behind;
mod find;
mod follow;
mod moments;
mod parts;
mod replay;
mod select;
mod watch;

pub use find::{Audience, Finder, Found, Why};
pub use follow::{Followed, Follower};
pub use parts::{Cause, Milestone, Part, parts};
pub use replay::{Trace, Value, follow, select};
pub use select::{Comparison, Condition, End, Selected, Selection, duration_column, read_call_name};
pub use watch::{Observed, Observer, Watch};
