//! Arranging replications.

mod replicate;
mod worker;

pub use replicate::{Failure, Outcome, Progress, replicate};
pub use worker::{Audit, ClusterWorker, Violation, Worker};

#[cfg(test)]
pub(crate) use worker::fake::FakeWorker;
