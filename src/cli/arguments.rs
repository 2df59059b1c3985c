//! What can be typed.

use clap::{CommandFactory, Parser, Subcommand};

use super::capacity::{self, CapacityArguments};
use super::check::{self, CheckArguments};
use super::compare::{self, CompareArguments};
use super::deps::{self, DepsArguments};
use super::gate::{self, GateArguments};
use super::init::{self, InitArguments};
use super::manual::{self, CompletedShell};
use super::oracle::{self, OracleArguments};
use super::run::{self, RunArguments};
use super::stop::Stop;
use super::sweep::{self, SweepArguments};
use super::terminal::print;
use super::verify::{self, VerifyArguments};
use crate::workload;

/// What a Cisco CallManager cluster and its CTI applications do under load and failure, before it happens.
///
/// Without a command, runs the built-in busy hour.
#[derive(Clone, Debug, Parser)]
#[command(name = "ctisim", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

pub(super) const EXIT_CODES: &str = "Exit codes: 0 done, goals met, 1 internal or I/O error, 2 usage, 3 workload invalid, 10 a goal was missed or there is a regression, 11 inconclusive: too few replications, 12 baseline missing or not comparable, 13 a self-check failed, 130 interrupted";

const SCHEMA: &str = "\
Keep it beside your workloads:

    ctisim schema > workload.schema.json

and begin each of them with this line, which editors with Taplo or Tombi understand (in VS Code: Even Better TOML):

    #:schema ./workload.schema.json";

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Run replications of a workload and report what was measured
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),

    /// Run a workload at many values of a key, or a grid of keys, with the same callers at each
    #[command(after_help = sweep::AFTER_HELP)]
    Sweep(SweepArguments),

    /// Find the largest, or the smallest, value of a key with which a workload meets its goals
    #[command(after_help = capacity::AFTER_HELP, mut_arg("replications", |it| it.help(capacity::REPLICATIONS)))]
    Capacity(CapacityArguments),

    /// Check a workload without running it: the configuration checklist, every error, and warnings
    #[command(after_help = check::AFTER_HELP)]
    Check(CheckArguments),

    /// Run two workloads with the same callers, and tell what differs and by how much
    #[command(after_help = compare::AFTER_HELP)]
    Compare(CompareArguments),

    /// Hold a workload against a recorded baseline: has anything become worse? For pipelines
    #[command(after_help = gate::AFTER_HELP)]
    Gate(GateArguments),

    /// Show what uses what in a workload, and what would be affected if a part of it went
    #[command(after_help = EXIT_CODES)]
    Deps(DepsArguments),

    /// Answer a planner's question with a closed form: no workload, no simulation
    #[command(after_help = oracle::AFTER_HELP)]
    Oracle(OracleArguments),

    /// Write a commented workload to start from; asks for what it needs if no flag tells
    #[command(after_help = EXIT_CODES)]
    Init(InitArguments),

    /// Check the program itself on this machine: closed forms, identities, same bytes, coverage of intervals
    #[command(after_help = EXIT_CODES)]
    Verify(VerifyArguments),

    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: CompletedShell,
    },

    /// Print the man page, for `man -l`
    Man,

    /// Print the JSON Schema of the workload format, with which an editor explains, completes and checks keys
    #[command(after_help = SCHEMA)]
    Schema,
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(RunArguments::default())
    }
}

impl Command {
    /// Does what it says.
    pub(super) fn run(&self) -> Result<(), Stop> {
        match self {
            Command::Run(run) => run::run(run),
            Command::Sweep(sweep) => sweep::run(sweep),
            Command::Capacity(capacity) => capacity::run(capacity),
            Command::Verify(verify) => verify::run(verify),
            Command::Gate(gate) => gate::gate(gate),
            Command::Compare(compare) => compare::compare(compare),
            Command::Check(check) => check::check(check),
            Command::Deps(deps) => deps::deps(deps),
            Command::Oracle(oracle) => oracle::oracle(oracle),
            Command::Init(init) => init::run(init),
            Command::Completions { shell } => manual::completions(*shell, &mut Arguments::command()),
            Command::Man => manual::page(Arguments::command()),
            Command::Schema => print(workload::schema().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn bare_is_run() {
        let bare = Arguments::parse_from(["ctisim"]).command.unwrap_or_default();
        let run = Arguments::parse_from(["ctisim", "run"]).command.unwrap();
        assert_eq!(format!("{bare:?}"), format!("{run:?}"));
    }
}
