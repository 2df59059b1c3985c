//! Why the program ends without success, and its exit code then.

use crate::experiment::Failure;

/// Why the program ends without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// An internal error or one of the machine: what, why and what to do.
    Failed(String),
    /// Wrong usage that only shows with the workload, such as a name that it does not have.
    Usage(String),
    /// The workload is invalid: its problems, ready to print.
    Invalid(String),
    /// `check` found errors, which have been printed.
    Found,
    /// A goal is missed, or there is a regression; the results have been printed.
    Missed(String),
    /// The results have been printed, but take more replications to decide.
    Inconclusive(String),
    /// The baseline is missing or not comparable.
    NotComparable(String),
    /// A self-check failed: the numbers cannot be trusted.
    Violated(String),
    /// Ctrl-C, or a request to end from outside.
    Interrupted {
        /// The number of replications that were done by then.
        done: u64,
        /// The number that was to be run.
        of: u64,
    },
    /// Wrong usage that only shows when several flags are looked at together; printed as by the parser of flags.
    Misused(String),
    /// An interruption after which finished parts are kept: which, and how to go on.
    Paused(String),
}

impl Stop {
    /// The exit codes are part of the interface: pipelines depend on them. Most of 2, usage, comes from clap.
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Stop::Failed(_) => 1,
            Stop::Usage(_) | Stop::Misused(_) => 2,
            Stop::Invalid(_) | Stop::Found => 3,
            Stop::Missed(_) => 10,
            Stop::Inconclusive(_) => 11,
            Stop::NotComparable(_) => 12,
            Stop::Violated(_) => 13,
            // As a shell reports a process that SIGINT ended; another signal has a code of its own.
            Stop::Interrupted { .. } | Stop::Paused(_) => 130,
        }
    }

    pub(super) fn message(&self) -> String {
        match self {
            Stop::Failed(message) | Stop::Usage(message) | Stop::Misused(message) | Stop::Violated(message) => {
                format!("error: {message}")
            }
            Stop::Missed(message) => format!("failed: {message}"),
            Stop::Inconclusive(message) => format!("inconclusive: {message}"),
            Stop::NotComparable(message) => format!("not comparable: {message}"),
            Stop::Invalid(problems) => problems.trim_end().to_owned(),
            Stop::Paused(message) => format!("interrupted: {message}"),
            Stop::Found => String::new(),
            Stop::Interrupted { done, of } => {
                format!("interrupted after {done} of {of} replications: nothing was written")
            }
        }
    }
}

/// What ends a study of many runs early: a failure of theirs, or a stop between them.
#[derive(Debug)]
pub(super) enum Halt {
    /// Replications ended early.
    Failure(Failure),
    /// A workload that could not be loaded, for example, or a file that could not be written.
    Stop(Stop),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Halt {
        Halt::Failure(failure)
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Halt {
        Halt::Stop(stop)
    }
}

/// Why replications ended early; `command` reproduces a broken identity.
pub(super) fn stopped(failure: &Failure, of: u64, command: &str) -> Stop {
    match failure {
        Failure::Interrupted { done } => Stop::Interrupted { done: *done, of },
        Failure::Violated { .. } => Stop::Violated(format!(
            "{failure}\n  this is a bug in ctisim: please report it with the workload file and\n  {command}"
        )),
        Failure::Threads(_) => Stop::Failed(format!("{failure}\n  help: try fewer --jobs")),
    }
}
