//! Replications of one plan on many threads.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::record::{Merged, ReplicationSummary};

/// The results of replications: the same for any number of threads.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// One per replication, in order of their numbers.
    pub summaries: Vec<ReplicationSummary>,
    /// The totals over all replications.
    pub merged: Merged,
}

impl Outcome {
    /// Adds later replications.
    pub fn extend(&mut self, later: Outcome) {
        self.summaries.extend(later.summaries);
        self.merged.add(&later.merged);
    }
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Failure {
    /// The stop flag was raised.
    Interrupted {
        /// How many replications were done by then.
        done: u64,
    },
    /// The threads could not be started.
    Threads(rayon::ThreadPoolBuildError),
    /// A replication violated an identity of the model: its numbers cannot be trusted.
    Violated {
        /// Its number.
        replication: u64,
        /// The violations.
        violations: Vec<String>,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Interrupted { done } => write!(f, "interrupted after {done} replications"),
            Failure::Threads(cause) => write!(f, "cannot start the threads: {cause}"),
            Failure::Violated { replication, violations } => {
                write!(f, "replication {replication} violated an identity of the model:\n  {}", violations.join("\n  "))
            }
        }
    }
}

impl std::error::Error for Failure {}

/// Observes progress. Called from many threads.
pub trait Progress: Sync {
    /// Called after each replication.
    fn replication_done(&self);
}

/// No observer.
impl Progress for () {
    fn replication_done(&self) {}
}

/// Runs replications on one thread, one after the other.
pub trait Replicator: Send {
    /// Runs a replication. The result may depend on nothing but its number.
    ///
    /// # Errors
    /// The violations of identities.
    fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>>;

    /// The same; or nothing if `stop` is raised while it runs. One that is short may run to its end.
    ///
    /// # Errors
    /// Those of [`Replicator::run`].
    fn run_unless(&mut self, stop: &AtomicBool, replication: u64) -> Result<Option<ReplicationSummary>, Vec<String>> {
        let _ = stop;
        self.run(replication).map(Some)
    }

    /// The totals over all of its replications.
    fn into_merged(self) -> Merged;
}

/// Runs the replications with these numbers on `jobs` threads. Each thread makes one worker and keeps it; which thread runs
/// which replication is not determined.
///
/// `stop` ends them at once, and what a replication under way has found is lost. A replication that violates an identity
/// stops all threads when each has finished its own.
///
/// # Errors
/// If it was stopped, could not begin, or a replication violated an identity; of several, the first by number, for any
/// number of threads.
pub fn replicate<W: Replicator>(
    replications: Range<u64>,
    jobs: usize,
    make_worker: impl Fn() -> W + Sync,
    progress: &impl Progress,
    stop: &AtomicBool,
) -> Result<Outcome, Failure> {
    let total = replications.end.saturating_sub(replications.start);
    let threads = jobs.min(usize::try_from(total).unwrap_or(usize::MAX)).max(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::Threads)?;

    // Counted from zero, so that a range up to the largest number does not wrap around.
    let taken = AtomicU64::new(0);
    let broken = Mutex::new(BTreeMap::new());
    // Replications are taken in order and each one taken is finished: when this is raised, all earlier ones are under way,
    // so the first violation is found whichever thread raises it.
    let halt = AtomicBool::new(false);
    let parts = pool.broadcast(|_| {
        let mut worker = make_worker();
        let mut summaries = Vec::new();
        while !stop.load(Ordering::Relaxed) && !halt.load(Ordering::Relaxed) {
            let number = taken.fetch_add(1, Ordering::Relaxed);
            if number >= total {
                break;
            }
            let replication = replications.start + number;
            match worker.run_unless(stop, replication) {
                Ok(Some(summary)) => summaries.push(summary),
                Ok(None) => break,
                Err(violations) => {
                    broken.lock().expect("no thread panics while it holds this").insert(replication, violations);
                    halt.store(true, Ordering::Relaxed);
                    break;
                }
            }
            progress.replication_done();
        }
        // It is kept until all are done, so that a study takes as much memory whichever thread is done first.
        (summaries, worker)
    });
    if let Some((replication, violations)) = broken.into_inner().expect("no thread is left").pop_first() {
        return Err(Failure::Violated { replication, violations });
    }

    let mut parts = parts.into_iter().map(|(summaries, worker)| (summaries, worker.into_merged()));
    let (mut summaries, mut merged) = parts.next().expect("a pool has a thread");
    for (more, other) in parts {
        summaries.extend(more);
        merged.add(&other);
    }
    let done = summaries.len() as u64;
    if done < total {
        return Err(Failure::Interrupted { done });
    }
    summaries.sort_unstable_by_key(|summary| summary.replication);
    Ok(Outcome { summaries, merged })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;

    fn run(replications: Range<u64>, jobs: usize) -> Outcome {
        let plan = fake::plan();
        let worker = || fake::Replicator::new(&plan, 1);
        replicate(replications, jobs, worker, &(), &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn the_number_of_threads_makes_no_difference() {
        let one = run(10..43, 1);
        assert!(one.summaries.iter().map(|summary| summary.replication).eq(10..43));
        assert_eq!(one.merged.replications, 33);
        for jobs in [2, 3, 8, 100] {
            assert_eq!(run(10..43, jobs), one);
        }
    }

    #[test]
    fn parts_of_a_range_add_up_to_it() {
        let (mut first, rest) = (run(0..7, 2), run(7..20, 2));
        first.extend(rest);
        assert_eq!(first, run(0..20, 2));
    }

    #[test]
    fn a_stop_takes_effect_between_replications() {
        let plan = fake::plan();
        let stop = AtomicBool::new(false);
        struct StopAfter<'a>(fake::Replicator<'a>, u64, &'a AtomicBool);
        impl Replicator for StopAfter<'_> {
            fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
                self.2.store(replication == self.1, Ordering::Relaxed);
                self.0.run(replication)
            }
            fn into_merged(self) -> Merged {
                self.0.into_merged()
            }
        }
        let worker = || StopAfter(fake::Replicator::new(&plan, 1), 3, &stop);
        match replicate(0..1_000_000, 1, worker, &(), &stop) {
            Err(Failure::Interrupted { done }) => assert_eq!(done, 4),
            other => panic!("{other:?}"),
        }
    }

    /// Every replication from the sixth on violates an identity.
    #[test]
    fn a_violation_is_the_outcome_whichever_thread_found_it_and_ends_the_study() {
        struct Broken<'a>(fake::Replicator<'a>, &'a AtomicU64);
        impl Replicator for Broken<'_> {
            fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
                self.1.fetch_add(1, Ordering::Relaxed);
                if replication >= 5 { Err(vec!["it broke".to_owned()]) } else { self.0.run(replication) }
            }
            fn into_merged(self) -> Merged {
                self.0.into_merged()
            }
        }
        let plan = fake::plan();
        for jobs in [1, 2, 4] {
            let runs = AtomicU64::new(0);
            let worker = || Broken(fake::Replicator::new(&plan, 1), &runs);
            match replicate(0..1_000_000, jobs, worker, &(), &AtomicBool::new(false)) {
                Err(Failure::Violated { replication: 5, violations }) => assert_eq!(violations, ["it broke"]),
                other => panic!("{other:?}"),
            }
            // Each thread takes at most one with a violation.
            assert!(runs.into_inner() <= 5 + jobs as u64);
        }
    }

    #[test]
    fn a_thread_is_stopped_by_another_that_found_a_violation() {
        struct First<'a>(fake::Replicator<'a>);
        impl Replicator for First<'_> {
            fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
                if replication == 0 { Err(vec!["it broke".to_owned()]) } else { self.0.run(replication) }
            }
            fn into_merged(self) -> Merged {
                self.0.into_merged()
            }
        }
        let plan = fake::plan();
        // It would take hours if it were not stopped.
        let failure =
            replicate(0..u64::MAX, 2, || First(fake::Replicator::new(&plan, 1)), &(), &AtomicBool::new(false));
        assert!(matches!(failure, Err(Failure::Violated { replication: 0, .. })));
    }

    #[test]
    fn the_largest_number_does_not_wrap_around() {
        let outcome = run(u64::MAX - 3..u64::MAX, 3);
        assert!(outcome.summaries.iter().map(|summary| summary.replication).eq(u64::MAX - 3..u64::MAX));
    }

    #[test]
    fn progress_is_notified_of_every_replication() {
        struct Counter(AtomicU64);
        impl Progress for Counter {
            fn replication_done(&self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let plan = fake::plan();
        let counter = Counter(AtomicU64::new(0));
        let worker = || fake::Replicator::new(&plan, 1);
        replicate(0..25, 3, worker, &counter, &AtomicBool::new(false)).unwrap();
        assert_eq!(counter.0.into_inner(), 25);
    }
}
