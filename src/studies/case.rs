//! A workload that can be simulated.

use crate::plan::Plan;
use crate::record::Goal;

/// A workload that can be simulated, with what is asked of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is simulated.
    pub plan: Plan,
    /// What its results are judged by.
    pub goals: Vec<Goal>,
    /// The digest of its text and of every file that it names.
    pub digest: String,
}
