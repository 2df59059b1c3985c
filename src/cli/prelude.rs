//! The beginning and the end of every command that simulates.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use crate::experiment::{Audit, Failure};
use crate::studies::Runner;

use super::progress::Bar;
use super::signals;
use super::stop::{Halt, Stop, stopped};
use super::terminal::{Verbosity, message};

/// The number of threads: as asked for, or the number of cores.
pub(super) fn jobs(asked: Option<NonZeroUsize>) -> usize {
    let jobs = asked.or_else(|| std::thread::available_parallelism().ok());
    jobs.map_or(1, usize::from)
}

/// The same, but at most one thread per replication.
pub(super) fn jobs_for(asked: Option<NonZeroUsize>, replications: u64) -> usize {
    jobs(asked).min(usize::try_from(replications).unwrap_or(usize::MAX))
}

/// A command that simulates, while it runs: a panic shows the command that reproduces it, a signal ends the study in good
/// order, and a bar shows the progress.
pub(super) struct Prelude {
    /// The command that reproduces a bug.
    command: String,
    /// The number of replications to run.
    replications: u64,
    study: signals::Study,
    pub(super) bar: Bar,
}

impl Prelude {
    /// Before so many replications.
    pub(super) fn new(command: String, replications: u64, verbosity: Verbosity) -> Prelude {
        explain_panics(command.clone());
        let bar = Bar::new(replications, verbosity);
        Prelude { command, replications, study: signals::Study::begin(), bar }
    }

    /// Raised to end the study early.
    pub(super) fn stop(&self) -> &'static AtomicBool {
        self.study.stop()
    }

    /// Replications with this seed on so many threads.
    pub(super) fn runner(&self, seed: u64, jobs: usize) -> Runner<'_, Bar> {
        Runner { seed, jobs, audit: Audit::Off, observer: &self.bar, stop: self.stop(), records: None }
    }

    /// Why the study ended early.
    pub(super) fn stopped(&self, failure: &Failure) -> Stop {
        stopped(failure, self.replications, &self.command)
    }

    /// The study is over.
    pub(super) fn finish<T>(self, result: Result<T, impl Into<Halt>>) -> Result<T, Stop> {
        let result = result.map_err(|halt| match halt.into() {
            Halt::Failure(failure) => self.stopped(&failure),
            Halt::Stop(stop) => stop,
        })?;
        self.commit()?;
        Ok(result)
    }

    /// The study is over, unless a signal came first: then nothing of it is written.
    pub(super) fn commit(self) -> Result<(), Stop> {
        let of = self.replications;
        match self.study.end() {
            true => Ok(()),
            false => Err(Stop::Interrupted { done: of, of }),
        }
    }
}

/// A panic is a bug: it shows the command that reproduces it and ends the program with 1, on whichever thread it happens.
fn explain_panics(command: String) {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        message(&format!(
            "error: this is a bug in ctisim {}; please report it with the workload file and this command:\n  {command}",
            env!("CARGO_PKG_VERSION")
        ));
        signals::undo();
        std::process::exit(1);
    }));
}
