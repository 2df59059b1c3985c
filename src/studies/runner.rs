//! How replications are run.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use crate::analysis::Study;
use crate::experiment::{self, Audit, Failure, MeasuredCluster, Outcome, until};
use crate::plan::{Plan, Window};
use crate::records::Records;

use super::observer::Observer;

/// How replications are run: the seed, the number of threads, the observer and the stop flag.
pub struct Runner<'a, O> {
    /// The seed: the same seed gives the same results.
    pub seed: u64,
    /// The number of threads; the results do not depend on it.
    pub jobs: usize,
    /// Whether every replication is checked against the identities of the model.
    pub audit: Audit,
    /// The observer; `&()` for none.
    pub observer: &'a O,
    /// Once it is raised, the study ends within some milliseconds.
    pub stop: &'a AtomicBool,
    /// Who takes the records of calls, if anybody does.
    pub records: Option<&'a dyn Records>,
}

impl<O: Observer> Runner<'_, O> {
    /// The same with another seed.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        Runner { seed, ..*self }
    }

    /// Runs these replications of a plan and measures this window of each.
    ///
    /// # Errors
    /// Why there is no outcome.
    pub fn replicate<'p>(&self, plan: &'p Plan, window: Window, range: Range<u64>) -> Result<Study<'p>, Failure> {
        let worker = || MeasuredCluster::recorded(plan, window, self.seed, self.audit, self.records);
        let outcome = experiment::replicate(range, self.jobs, worker, self.observer, self.stop)?;
        Ok(Study::new(plan, window, self.seed, outcome))
    }

    /// Runs replications of a plan until they are `enough`, but no more than `range`, and returns whether they are. The
    /// stopping rule is evaluated only at certain numbers of replications: see [`experiment::checkpoints`].
    ///
    /// # Errors
    /// Why there is no outcome.
    pub fn replicate_until<'p>(
        &self,
        plan: &'p Plan,
        window: Window,
        range: Range<u64>,
        mut enough: impl FnMut(&Study) -> bool,
    ) -> Result<(Study<'p>, bool), Failure> {
        let worker = || MeasuredCluster::recorded(plan, window, self.seed, self.audit, self.records);
        let run = |range| experiment::replicate(range, self.jobs, worker, self.observer, self.stop);
        let look = |outcome: Outcome| {
            let study = Study::new(plan, window, self.seed, outcome);
            let enough = enough(&study);
            (study.outcome, enough)
        };
        let (outcome, enough) = until(range, run, look)?;
        Ok((Study::new(plan, window, self.seed, outcome), enough))
    }
}
