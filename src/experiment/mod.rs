//! Arranging replications.

mod measured;
mod replicate;
mod search;
mod sequential;
mod warm_up;

pub use measured::{Audit, Measured};
pub use replicate::{Failure, Outcome, Progress, Worker, replicate};
pub use search::{End, Turn, points, search};
pub use sequential::{checkpoints, looks, until};
pub use warm_up::{WarmUp, warm_up};
