//! Replications of one plan on many threads.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Violation, Worker};
use crate::record::{Merged, ReplicationSummary};

/// What replications leave behind: the same whatever the number of threads.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// One a replication, in order of their numbers.
    pub summaries: Vec<ReplicationSummary>,
    /// All of them added up.
    pub merged: Merged,
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Failure {
    /// Somebody raised the stop flag.
    Interrupted {
        /// How many replications were done by then.
        done: u64,
    },
    /// An audit found a replication that broke an identity of the model.
    Violated(Violation),
    /// The threads could not be started.
    Threads(rayon::ThreadPoolBuildError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Interrupted { done } => write!(f, "interrupted after {done} replications"),
            Failure::Violated(Violation { replication, violated }) => {
                write!(f, "replication {replication} broke an identity: {}", violated.join("; "))
            }
            Failure::Threads(cause) => write!(f, "cannot start the threads: {cause}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Someone who wants to know how far it is. Called from many threads.
pub trait Progress: Sync {
    /// One more replication is done.
    fn replication_done(&self);
}

/// Nobody wants to know.
impl Progress for () {
    fn replication_done(&self) {}
}

/// Runs the replications with these numbers on `jobs` threads.
///
/// Each thread calls `make_worker` once and keeps what it returns. Which thread gets which replication is left to
/// chance, and makes no difference.
///
/// `stop` is looked at between replications, which are short.
///
/// # Errors
/// If `stop` was raised before the last replication began, if an audit objected, or if there can be no threads.
pub fn replicate<W: Worker>(
    replications: Range<u64>,
    jobs: usize,
    make_worker: impl Fn() -> W + Sync,
    progress: &impl Progress,
    stop: &AtomicBool,
) -> Result<Outcome, Failure> {
    let wanted = replications.end.saturating_sub(replications.start);
    let threads = jobs.min(usize::try_from(wanted).unwrap_or(usize::MAX)).max(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::Threads)?;

    let next = AtomicU64::new(replications.start);
    let violated = AtomicBool::new(false);
    let parts = pool.broadcast(|_| {
        let mut worker = make_worker();
        let mut summaries = Vec::new();
        while !stop.load(Ordering::Relaxed) && !violated.load(Ordering::Relaxed) {
            let replication = next.fetch_add(1, Ordering::Relaxed);
            if replication >= replications.end {
                break;
            }
            match worker.run(replication) {
                Ok(summary) => summaries.push(summary),
                Err(violation) => {
                    violated.store(true, Ordering::Relaxed);
                    return Err(violation);
                }
            }
            progress.replication_done();
        }
        Ok((summaries, worker.into_merged()))
    });

    let mut sum: Option<(Vec<ReplicationSummary>, Merged)> = None;
    for part in parts {
        let (summaries, merged) = part.map_err(Failure::Violated)?;
        match &mut sum {
            None => sum = Some((summaries, merged)),
            Some((all, total)) => {
                all.extend(summaries);
                total.add(&merged);
            }
        }
    }
    let (mut summaries, merged) = sum.expect("a pool has a thread");
    let done = summaries.len() as u64;
    if done < wanted {
        return Err(Failure::Interrupted { done });
    }
    summaries.sort_unstable_by_key(|summary| summary.replication);
    Ok(Outcome { summaries, merged })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{ClusterWorker, FakeWorker};
    use crate::fake;
    use crate::record::Auditor;

    fn run(replications: Range<u64>, jobs: usize) -> Outcome {
        let plan = fake::plan();
        replicate(replications, jobs, || FakeWorker::new(&plan, |_| Ok(())), &(), &AtomicBool::new(false)).unwrap()
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
    fn a_cluster_gives_the_same_on_any_thread_and_under_audit() {
        let plan = fake::plan();
        let stop = AtomicBool::new(false);
        let one = replicate(0..6, 1, || ClusterWorker::new(&plan, 7, ()), &(), &stop).unwrap();
        assert_eq!(replicate(0..6, 3, || ClusterWorker::new(&plan, 7, ()), &(), &stop).unwrap(), one);
        let audited = || ClusterWorker::new(&plan, 7, Auditor::new(&plan));
        assert_eq!(replicate(0..6, 2, audited, &(), &stop).unwrap(), one);
    }

    #[test]
    fn parts_of_a_range_add_up_to_it() {
        let (mut first, rest) = (run(0..7, 2), run(7..20, 2));
        first.summaries.extend(rest.summaries);
        first.merged.add(&rest.merged);
        assert_eq!(first, run(0..20, 2));
    }

    #[test]
    fn a_stop_is_heeded_between_replications() {
        let plan = fake::plan();
        let stop = AtomicBool::new(false);
        let worker = || {
            FakeWorker::new(&plan, |replication| {
                stop.store(replication == 3, Ordering::Relaxed);
                Ok(())
            })
        };
        match replicate(0..1_000_000, 1, worker, &(), &stop) {
            Err(Failure::Interrupted { done }) => assert_eq!(done, 4),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_stop_after_the_last_replication_comes_too_late() {
        let plan = fake::plan();
        let stop = AtomicBool::new(false);
        let worker = || {
            FakeWorker::new(&plan, |_| {
                stop.store(true, Ordering::Relaxed);
                Ok(())
            })
        };
        assert!(replicate(0..1, 1, worker, &(), &stop).is_ok());
    }

    #[test]
    fn a_violation_ends_it() {
        let plan = fake::plan();
        let violation = Violation { replication: 5, violated: vec!["a call ended twice".into()] };
        let worker =
            || FakeWorker::new(&plan, |replication| if replication == 5 { Err(violation.clone()) } else { Ok(()) });
        match replicate(0..1_000_000, 2, worker, &(), &AtomicBool::new(false)) {
            Err(Failure::Violated(found)) => assert_eq!(found, violation),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn progress_is_told_of_every_replication() {
        struct Counter(AtomicU64);
        impl Progress for Counter {
            fn replication_done(&self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let plan = fake::plan();
        let counter = Counter(AtomicU64::new(0));
        let worker = || FakeWorker::new(&plan, |_| Ok(()));
        replicate(0..25, 3, worker, &counter, &AtomicBool::new(false)).unwrap();
        assert_eq!(counter.0.into_inner(), 25);
    }
}
