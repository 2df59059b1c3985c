//! Arranging replications.

mod measured;
mod replicate;

pub use measured::Measured;
pub use replicate::{Failure, Outcome, Progress, Worker, replicate};
