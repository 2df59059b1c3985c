//! Threads that share work out among themselves.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::experiment::{Failure, Progress};
use crate::studies::Observer;

/// Threads, and who may stop them or wants to know how far they are.
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

    /// What `work` makes of each number, in their order, whichever thread did it.
    ///
    /// # Errors
    /// If it was stopped.
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

/// What is done outside of [`Workers::each`] counts as well.
impl Progress for Workers<'_> {
    fn replication_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.progress.replication_done();
    }
}

/// It hears nothing but how far it is.
impl Observer for Workers<'_> {}
