//! A workload that can be simulated.

use crate::plan::Plan;
use crate::record::Goal;

/// A workload that can be simulated, with its goals.
#[derive(Clone, Debug)]
pub struct Case {
    /// The plan.
    pub plan: Plan,
    /// The goals.
    pub goals: Vec<Goal>,
    /// The digest of its text and of every file that it names.
    pub digest: String,
}
