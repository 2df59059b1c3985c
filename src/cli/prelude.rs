//! What every command that simulates begins with, and what it ends with.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::experiment::{Audit, Failure};
use crate::studies::Runner;

use super::progress::Bar;
use super::stop::{Halt, Stop, stopped};
use super::terminal::{Talk, say};

/// As many threads as were asked for, or as there are cores.
pub(super) fn jobs(asked: Option<NonZeroUsize>) -> usize {
    let jobs = asked.or_else(|| std::thread::available_parallelism().ok());
    jobs.map_or(1, usize::from)
}

/// As many threads as were asked for or as there are cores, but no more than there are replications: more would have nothing
/// to do.
pub(super) fn jobs_for(asked: Option<NonZeroUsize>, replications: u64) -> usize {
    jobs(asked).min(usize::try_from(replications).unwrap_or(usize::MAX))
}

/// A command that simulates, while it does. From its beginning on a panic says how to see it again, the first Ctrl-C ends
/// the study in good order, and a bar shows how far it is.
pub(super) struct Prelude {
    /// The command that shows a bug again.
    command: String,
    /// How many replications there are to do.
    wanted: u64,
    interrupt: Interrupt,
    pub(super) bar: Bar,
}

impl Prelude {
    /// Before so many replications.
    pub(super) fn new(command: String, wanted: u64, talk: Talk) -> Result<Prelude, Stop> {
        explain_panics(command.clone());
        Ok(Prelude { command, wanted, interrupt: Interrupt::listen()?, bar: Bar::new(wanted, talk) })
    }

    /// What ends the study before its time.
    pub(super) fn stop(&self) -> &AtomicBool {
        &self.interrupt.stop
    }

    /// Replications with this seed on so many threads.
    pub(super) fn runner(&self, seed: u64, jobs: usize) -> Runner<'_, Bar> {
        Runner { seed, jobs, audit: Audit::Off, observer: &self.bar, stop: self.stop() }
    }

    /// Why the study ended before its time.
    pub(super) fn stopped(&self, failure: &Failure) -> Stop {
        stopped(failure, self.wanted, &self.command)
    }

    /// The study is over: what is complete is from now on written whatever comes.
    pub(super) fn finish<T>(self, result: Result<T, impl Into<Halt>>) -> Result<T, Stop> {
        let result = result.map_err(|halt| match halt.into() {
            Halt::Failure(failure) => self.stopped(&failure),
            Halt::Stop(stop) => stop,
        })?;
        self.commit();
        Ok(result)
    }

    /// There is little left to do and much to lose: from now on results are written whatever comes.
    pub(super) fn commit(self) {
        self.interrupt.commit();
    }
}

/// A panic is a bug of ours: it tells how to see it again, and ends the program with 1 whichever thread it is on.
fn explain_panics(command: String) {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        say(&format!(
            "error: this is a bug in ctisim {}; please report it with the workload file and this command:\n  {command}",
            env!("CARGO_PKG_VERSION")
        ));
        std::process::exit(1);
    }));
}

/// What Ctrl-C does, and the signals that ask a program to end.
struct Interrupt {
    /// Raised by the first one.
    stop: Arc<AtomicBool>,
    /// Whether the results are complete: then they are written whatever comes.
    committed: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on the first Ctrl-C raises the flag, and the second one ends the program.
    fn listen() -> Result<Interrupt, Stop> {
        let interrupt = Interrupt { stop: Arc::default(), committed: Arc::default() };
        let (stop, committed) = (Arc::clone(&interrupt.stop), Arc::clone(&interrupt.committed));
        ctrlc::set_handler(move || {
            if committed.load(Ordering::Relaxed) {
                return;
            }
            if stop.swap(true, Ordering::Relaxed) {
                say("interrupted at once: what was under way is lost");
                std::process::exit(i32::from(Stop::Interrupted { done: 0, wanted: 0 }.exit_code()));
            }
            say("finishing the replications under way; Ctrl-C again stops at once");
        })
        .map_err(|error| Stop::Failed(format!("cannot listen for Ctrl-C: {error}")))?;
        Ok(interrupt)
    }

    /// The results are complete: from now on they are written whatever comes.
    fn commit(&self) {
        self.committed.store(true, Ordering::Relaxed);
    }
}
