//! Design and control of experiments: parallel replications, stopping rules, warm-up, search.

mod measured;
mod replicate;
mod search;
mod sequential;
mod warm_up;

pub use measured::{Audit, MeasuredCluster};
pub use replicate::{Failure, Outcome, Progress, Replicator, replicate};
pub use search::{End, Turn, points, search};
pub use sequential::{checkpoints, looks, until};
pub use warm_up::{WarmUp, warm_up};
