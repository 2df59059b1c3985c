//! Why the program stops short of its goal, and with which exit code.

use crate::experiment::Failure;

/// Why the program stops short of its goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Something of ours or of the machine's: what, why and what to do.
    Failed(String),
    /// Wrong usage that only the workload shows, as a name that is not there.
    Usage(String),
    /// The workload cannot be simulated: its problems, ready to print.
    Invalid(String),
    /// It has been found wanting, and all there is to say has been printed.
    Found,
    /// What was wanted is not so: all there is to say has been printed.
    Missed(String),
    /// The results are there, but fewer replications than it takes.
    Inconclusive(String),
    /// There is nothing to compare with, or it cannot be compared.
    NotComparable(String),
    /// A self-check failed: the numbers cannot be trusted.
    Violated(String),
    /// Ctrl-C, or a request to end from outside.
    Interrupted {
        /// How many replications were done by then.
        done: u64,
        /// Of how many.
        wanted: u64,
    },
    /// Wrong usage of a kind that is known only when the flags are looked at together: said as the parser of flags says it.
    Misused(String),
    /// The same as an interruption, but what is finished is kept: what, and how to go on.
    Paused(String),
}

impl Stop {
    /// The exit codes are part of the interface: pipelines depend on them. 2, usage, is mostly clap's.
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Stop::Failed(_) => 1,
            Stop::Usage(_) | Stop::Misused(_) => 2,
            Stop::Invalid(_) | Stop::Found => 3,
            Stop::Missed(_) => 10,
            Stop::Inconclusive(_) => 11,
            Stop::NotComparable(_) => 12,
            Stop::Violated(_) => 13,
            // What a shell makes of a process ended by SIGINT.
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
            Stop::Interrupted { done, wanted } => {
                format!("interrupted: {done} of {wanted} replications were done; they are lost, nothing was written")
            }
        }
    }
}

/// What ends a study of many runs: their failure, or a stop of ours between them.
#[derive(Debug)]
pub(super) enum Halt {
    /// Replications ended before their time.
    Failure(Failure),
    /// A workload that could not be loaded, say, or a file that could not be written.
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

/// Why replications ended before their time; `command` shows a broken identity again.
pub(super) fn stopped(failure: &Failure, wanted: u64, command: &str) -> Stop {
    match failure {
        Failure::Interrupted { done } => Stop::Interrupted { done: *done, wanted },
        Failure::Violated { .. } => Stop::Violated(format!(
            "{failure}\n  this is a bug in ctisim: please report it with the workload file and\n  {command}"
        )),
        Failure::Threads(_) => Stop::Failed(format!("{failure}\n  help: try fewer --jobs")),
    }
}
