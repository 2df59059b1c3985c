//! Arranging replications.

mod measured;
mod replicate;
mod sequential;
mod warm_up;

pub use measured::Measured;
pub use replicate::{Failure, Outcome, Progress, Worker, replicate};
pub use sequential::{checkpoints, until};
pub use warm_up::{WarmUp, warm_up};
