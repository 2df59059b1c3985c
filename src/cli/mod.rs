//! The program: the only place that knows of files, clocks, terminals, the number of cores and exit codes.
//!
//! Standard output is for data, standard error for talk.

mod arguments;
mod capacity;
mod check;
mod compare;
mod deps;
mod gate;
mod init;
mod instructions;
mod manual;
mod memory;
mod model;
mod oracle;
mod output;
mod progress;
mod run;
mod study;
mod sweep;
mod vary;
mod verify;
mod workbook;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

use crate::workload;

/// Why the program stops short of its goal.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stop {
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
    /// The same, but what is finished is kept: what, and how to go on.
    Paused(String),
}

impl Stop {
    /// The exit codes are part of the interface: pipelines depend on them. 2, usage, is mostly clap's.
    const fn exit_code(&self) -> u8 {
        match self {
            Stop::Failed(_) => 1,
            Stop::Usage(_) => 2,
            Stop::Invalid(_) | Stop::Found => 3,
            Stop::Missed(_) => 10,
            Stop::Inconclusive(_) => 11,
            Stop::NotComparable(_) => 12,
            Stop::Violated(_) => 13,
            // What a shell makes of a process ended by SIGINT.
            Stop::Interrupted { .. } | Stop::Paused(_) => 130,
        }
    }

    fn message(&self) -> String {
        match self {
            Stop::Failed(message) | Stop::Usage(message) | Stop::Violated(message) => format!("error: {message}"),
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

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command.unwrap_or_default() {
        Command::Run(run) => run::run(&run),
        Command::Sweep(sweep) => sweep::run(&sweep),
        Command::Capacity(capacity) => capacity::run(&capacity),
        Command::Verify(verify) => verify::run(&verify),
        Command::Gate(gate) => gate::gate(&gate),
        Command::Compare(compare) => compare::compare(&compare),
        Command::Check(check) => check::check(&check),
        Command::Deps(deps) => deps::deps(&deps),
        Command::Oracle(oracle) => oracle::oracle(&oracle),
        Command::Init(init) => init::run(&init),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::page(),
        Command::Schema => print(workload::schema().as_bytes()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            if stop != Stop::Found {
                say(&stop.message());
            }
            ExitCode::from(stop.exit_code())
        }
    }
}

/// Whether a stream shows colours: a terminal does, unless its user wants none. Any value of NO_COLOR but an empty one
/// says so.
fn colored(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Talks. Nobody to talk to is no reason to stop.
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Writes data to standard output. A reader that has seen enough, as `head` has, is no error.
fn print(data: &[u8]) -> Result<(), Stop> {
    let mut output = io::stdout().lock();
    match output.write_all(data).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::Failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
