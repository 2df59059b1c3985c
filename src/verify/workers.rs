//! Threads that share work.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::experiment::{Failure, Progress};
use crate::studies::Observer;

/// Threads, the flag that stops them, and the observer of their progress.
pub struct Workers<'a> {
    pool: rayon::ThreadPool,
    pub(super) progress: &'a dyn Progress,
    pub(super) stop: &'a AtomicBool,
    done: AtomicU64,
}

impl<'a> Workers<'a> {
    /// So many threads.
    ///
    /// # Errors
    /// If they could not be started.
    pub fn new(jobs: usize, progress: &'a dyn Progress, stop: &'a AtomicBool) -> Result<Workers<'a>, Failure> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().map_err(Failure::Threads)?;
        Ok(Workers { pool, progress, stop, done: AtomicU64::new(0) })
    }

    /// The results of `work` for each number, in order.
    ///
    /// # Errors
    /// If it was interrupted.
    pub fn each<T: Send>(&self, numbers: Range<u64>, work: impl Fn(u64) -> T + Sync) -> Result<Vec<T>, Failure> {
        let one = |number| {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            let made = work(number);
            self.replication_done();
            Some(made)
        };
        let made: Option<Vec<T>> = self.pool.install(|| numbers.into_par_iter().map(one).collect());
        made.ok_or_else(|| Failure::Interrupted { done: self.done.load(Ordering::Relaxed) })
    }
}

/// Replications outside of [`Workers::each`] count, too.
impl Progress for Workers<'_> {
    fn replication_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.progress.replication_done();
    }
}

/// It observes progress only.
impl Observer for Workers<'_> {}
