//! The calls behind the numbers: which fact has which value of a measure, what a call spent its time on, and all that happened to it.
//!
//! A replication is a seed and a number, so nothing is stored for this: the replication is run again, and the meter itself says which
//! fact it took which value from.

mod follow;
mod parts;
mod replay;
mod select;
mod watch;

pub use follow::{Followed, Follower};
pub use parts::{Cause, Part, parts};
pub use replay::{Trace, Value, find, follow};
pub use select::{
    Comparison, Condition, End, Found, Selection, call_name, duration_column, ending_name, name_of, rejection_name,
};
pub use watch::{Observed, Observer, Watch};
