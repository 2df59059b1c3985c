//! Replications of one plan on many threads.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::plan::Plan;
use crate::record::{Merged, Meter, ReplicationSummary};

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
    /// The threads could not be started.
    Threads(rayon::ThreadPoolBuildError),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Interrupted { done } => write!(f, "interrupted after {done} replications"),
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
/// Each thread calls `make_worker` once and keeps what it returns: it runs the replication of a given number, tells
/// the meter its facts and returns how many engine events that took. What a replication does may depend on nothing
/// but its number; which thread gets it is left to chance.
///
/// `stop` is looked at between replications, which are short.
pub fn replicate<W>(
    plan: &Plan,
    replications: Range<u64>,
    jobs: usize,
    make_worker: impl Fn() -> W + Sync,
    progress: &impl Progress,
    stop: &AtomicBool,
) -> Result<Outcome, Failure>
where
    W: FnMut(u64, &mut Meter) -> u64,
{
    let wanted = replications.end.saturating_sub(replications.start);
    let threads = jobs.min(usize::try_from(wanted).unwrap_or(usize::MAX)).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(Failure::Threads)?;

    let next = AtomicU64::new(replications.start);
    let parts = pool.broadcast(|_| {
        let mut meter = Meter::new(plan);
        let mut worker = make_worker();
        let mut summaries = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let replication = next.fetch_add(1, Ordering::Relaxed);
            if replication >= replications.end {
                break;
            }
            meter.start(replication);
            let events = worker(replication, &mut meter);
            summaries.push(meter.finish(plan.length, events));
            progress.replication_done();
        }
        (summaries, meter.into_merged())
    });

    let mut parts = parts.into_iter();
    let (mut summaries, mut merged) = parts.next().expect("a pool has a thread");
    for (more, other) in parts {
        summaries.extend(more);
        merged.add(&other);
    }
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
    use crate::fake;

    fn run(replications: Range<u64>, jobs: usize) -> Outcome {
        let plan = fake::plan();
        let worker = || |replication, meter: &mut Meter| fake::simulate(&plan, 1, replication, meter);
        replicate(&plan, replications, jobs, worker, &(), &AtomicBool::new(false)).unwrap()
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
        first.summaries.extend(rest.summaries);
        first.merged.add(&rest.merged);
        assert_eq!(first, run(0..20, 2));
    }

    #[test]
    fn a_stop_is_heeded_between_replications() {
        let plan = fake::plan();
        let stop = AtomicBool::new(false);
        let worker = || {
            |replication, meter: &mut Meter| {
                if replication == 3 {
                    stop.store(true, Ordering::Relaxed);
                }
                fake::simulate(&plan, 1, replication, meter)
            }
        };
        match replicate(&plan, 0..1_000_000, 1, worker, &(), &stop) {
            Err(Failure::Interrupted { done }) => assert_eq!(done, 4),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_stop_after_the_last_replication_comes_too_late() {
        let plan = fake::plan();
        let stop = AtomicBool::new(false);
        let worker = || {
            |replication, meter: &mut Meter| {
                stop.store(true, Ordering::Relaxed);
                fake::simulate(&plan, 1, replication, meter)
            }
        };
        assert!(replicate(&plan, 0..1, 1, worker, &(), &stop).is_ok());
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
        let worker = || |replication, meter: &mut Meter| fake::simulate(&plan, 1, replication, meter);
        replicate(&plan, 0..25, 3, worker, &counter, &AtomicBool::new(false)).unwrap();
        assert_eq!(counter.0.into_inner(), 25);
    }
}
