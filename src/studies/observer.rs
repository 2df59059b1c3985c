//! Who watches a study.

use crate::analysis::Verdict;
use crate::engine::Span;
use crate::experiment::Progress;

/// What is worth saying of a study while it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// A steady study whose number of calls in progress has not settled by the middle of the run.
    NotSteady {
        /// The workload's name.
        workload: String,
        /// How long its runs are.
        length: Span,
    },
    /// A steady study whose warm-up, as it is given, is over before the number of calls in progress settles.
    ShortWarmUp {
        /// The warm-up.
        given: Span,
        /// When that number settles.
        settles: Span,
    },
    /// The warm-up of a steady study was found: so much of each run is not measured.
    SteadyAfter(Span),
    /// A point of a sweep, by its number from 0, was in the store.
    Kept(usize),
    /// A point of a sweep is done.
    Done(usize),
    /// A value of a search was tried.
    Tried {
        /// Which one, from 0.
        at: usize,
        /// What became of the goals.
        verdict: Verdict,
        /// After how many replications.
        replications: u64,
    },
}

/// Someone who watches a study: counts its replications and hears what is worth saying.
pub trait Observer: Progress {
    /// So many replications are about to begin, if it takes them all.
    fn expect(&self, _replications: u64) {}

    /// Something is worth saying.
    fn remark(&self, _remark: Remark) {}
}

/// Nobody watches.
impl Observer for () {}
