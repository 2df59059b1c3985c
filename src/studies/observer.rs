//! Observers of a study.

use crate::analysis::Verdict;
use crate::engine::Span;
use crate::experiment::Progress;

/// A remark on a study while it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// In a steady-state study, the number of calls in progress has not settled by the middle of the run.
    NotSteady {
        /// The workload's name.
        workload: String,
        /// How long its runs are.
        length: Span,
    },
    /// In a steady-state study, the given warm-up ends before the number of calls in progress settles.
    ShortWarmUp {
        /// The warm-up.
        given: Span,
        /// When that number settles.
        settles: Span,
    },
    /// The warm-up of a steady-state study was found: this much of each run is not measured.
    SteadyAfter(Span),
    /// A point of a sweep, by its number from 0, was in the store.
    Kept(usize),
    /// A point of a sweep is done.
    Done(usize),
    /// A value of a search was evaluated.
    Evaluated {
        /// Which one, from 0.
        at: usize,
        /// The verdict on the goals.
        verdict: Verdict,
        /// After how many replications.
        replications: u64,
    },
}

/// Observes a study: counts its replications and receives remarks.
pub trait Observer: Progress {
    /// This many replications at most are about to begin.
    fn expect(&self, _replications: u64) {}

    /// Receives a remark.
    fn remark(&self, _remark: Remark) {}
}

/// No observer.
impl Observer for () {}
