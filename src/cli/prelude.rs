//! The beginning and the end of every command that simulates.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::experiment::{Audit, Failure};
use crate::studies::Runner;

use super::progress::Bar;
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

/// A command that simulates, while it runs: a panic shows the command that reproduces it, the first Ctrl-C ends the study in
/// good order, and a bar shows the progress.
pub(super) struct Prelude {
    /// The command that reproduces a bug.
    command: String,
    /// The number of replications to run.
    replications: u64,
    interrupt: Interrupt,
    pub(super) bar: Bar,
}

impl Prelude {
    /// Before so many replications.
    pub(super) fn new(command: String, replications: u64, verbosity: Verbosity) -> Result<Prelude, Stop> {
        explain_panics(command.clone());
        let bar = Bar::new(replications, verbosity);
        Ok(Prelude { command, replications, interrupt: Interrupt::listen()?, bar })
    }

    /// Raised to end the study early.
    pub(super) fn stop(&self) -> &AtomicBool {
        &self.interrupt.stop
    }

    /// Replications with this seed on so many threads.
    pub(super) fn runner(&self, seed: u64, jobs: usize) -> Runner<'_, Bar> {
        Runner { seed, jobs, audit: Audit::Off, observer: &self.bar, stop: self.stop() }
    }

    /// Why the study ended early.
    pub(super) fn stopped(&self, failure: &Failure) -> Stop {
        stopped(failure, self.replications, &self.command)
    }

    /// The study is over: from now on Ctrl-C no longer keeps its results from being written.
    pub(super) fn finish<T>(self, result: Result<T, impl Into<Halt>>) -> Result<T, Stop> {
        let result = result.map_err(|halt| match halt.into() {
            Halt::Failure(failure) => self.stopped(&failure),
            Halt::Stop(stop) => stop,
        })?;
        self.commit();
        Ok(result)
    }

    /// From now on Ctrl-C is ignored: writing the results takes a moment, and they must not be lost.
    pub(super) fn commit(self) {
        self.interrupt.commit();
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
        std::process::exit(1);
    }));
}

/// The handler of Ctrl-C and of the signals that ask a program to end.
struct Interrupt {
    /// Raised by the first signal.
    stop: Arc<AtomicBool>,
    /// Whether the results are complete: then signals are ignored until they are written.
    committed: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on the first signal raises the flag, and the second one ends the program.
    fn listen() -> Result<Interrupt, Stop> {
        let interrupt = Interrupt { stop: Arc::default(), committed: Arc::default() };
        let (stop, committed) = (Arc::clone(&interrupt.stop), Arc::clone(&interrupt.committed));
        ctrlc::set_handler(move || {
            if committed.load(Ordering::Relaxed) {
                return;
            }
            if stop.swap(true, Ordering::Relaxed) {
                message("interrupted: the results so far are lost");
                std::process::exit(i32::from(Stop::Interrupted { done: 0, of: 0 }.exit_code()));
            }
            message("finishing the replications in progress; press Ctrl-C again to stop at once");
        })
        .map_err(|error| Stop::Failed(format!("cannot listen for Ctrl-C: {error}")))?;
        Ok(interrupt)
    }

    /// The results are complete: from now on signals are ignored.
    fn commit(&self) {
        self.committed.store(true, Ordering::Relaxed);
    }
}
