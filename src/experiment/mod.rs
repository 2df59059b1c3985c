//! Arranging replications.

mod replicate;

pub use replicate::{Failure, Outcome, Progress, replicate};
