//! The command line: its commands, and the function that runs each.

use clap::builder::StyledStr;
use clap::{CommandFactory, Parser, Subcommand};

use super::capacity::{self, CapacityArguments};
use super::check::{self, CheckArguments};
use super::compare::{self, CompareArguments};
use super::deps::{self, DepsArguments};
use super::explain::{self, ExplainArguments};
use super::gate::{self, GateArguments};
use super::help;
use super::init::{self, InitArguments};
use super::manual::{self, CompletedShell};
use super::oracle::{self, OracleArguments};
use super::peaks::{self, PeaksArguments};
use super::plot::{self, PlotArguments};
use super::report::{self, ReportArguments};
use super::run::{self, RunArguments};
use super::stop::Stop;
use super::sweep::{self, SweepArguments};
use super::terminal::print;
use super::trace::{self, TraceArguments};
use super::verify::{self, VerifyArguments};
use crate::workload;

/// Simulate a Cisco CallManager cluster and its CTI applications under load and failure.
///
/// Without arguments, the same as `ctisim run`.
#[derive(Clone, Debug, Parser)]
#[command(name = "ctisim", version, max_term_width = 100, after_help = after_help())]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

fn after_help() -> StyledStr {
    help::below(
        &[],
        help::EXIT_CODES,
        &[
            ("ctisim init site.toml", "Write a workload to start from"),
            ("ctisim check site.toml", "Check it against the configuration checklist"),
            ("ctisim run site.toml", "Simulate it; results go to results/site"),
            ("ctisim compare site.toml --set-b application.ivr.heartbeat=10s", "Find out what a change does"),
        ],
    )
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Run replications of a workload and report the results
    #[command(after_help = run::after_help(), arg = run::no_metric())]
    Run(RunArguments),

    /// Run a workload at several values of a key, or over a grid of keys, with common random numbers
    #[command(after_help = sweep::after_help())]
    Sweep(SweepArguments),

    /// Find the largest, or the smallest, value of a key at which a workload meets its goals
    #[command(after_help = capacity::after_help(), mut_arg("replications", |it| it.help(capacity::REPLICATIONS)))]
    Capacity(CapacityArguments),

    /// Check a workload without running it: errors, warnings and the configuration checklist
    #[command(after_help = check::after_help())]
    Check(CheckArguments),

    /// Run two workloads with common random numbers and report what differs and by how much
    #[command(after_help = compare::after_help())]
    Compare(CompareArguments),

    /// Compare a workload with a recorded baseline, and fail if anything is worse: for pipelines
    #[command(after_help = gate::after_help(), mut_arg("html", |it| it.conflicts_with("record")))]
    Gate(GateArguments),

    /// Make the page of results that were written before: one HTML file, for everybody
    #[command(after_help = report::after_help())]
    Report(ReportArguments),

    /// Draw one chart of results for a slide or a document
    #[command(after_help = plot::after_help())]
    Plot(PlotArguments),

    /// Tell what happened to calls of one replication, message by message
    #[command(after_help = trace::after_help())]
    Trace(TraceArguments),

    /// Say what is behind a number of results: which calls, and what they waited for
    #[command(after_help = explain::after_help())]
    Explain(ExplainArguments),

    /// Show what depends on what in a workload, and what the loss of a part would affect
    #[command(after_help = deps::after_help())]
    Deps(DepsArguments),

    /// Answer a planner's question with a closed form, without a workload or a simulation
    #[command(after_help = oracle::after_help())]
    Oracle(OracleArguments),

    /// Write a commented workload to start from; without flags, asks a few questions
    #[command(after_help = init::after_help())]
    Init(InitArguments),

    /// Verify the program on this machine against closed forms, identities and the released results
    #[command(after_help = verify::after_help())]
    Verify(VerifyArguments),

    /// Print a completion script for a shell
    #[command(after_help = manual::after_help())]
    Completions {
        /// The shell
        shell: CompletedShell,
    },

    /// Print the man page, for `man -l`
    Man,

    /// Print the JSON Schema of the workload format, with which editors explain, complete and check keys
    #[command(after_help = after_help_of_schema())]
    Schema,

    /// Hold the estimates of memory against the peaks of random workloads
    #[command(name = "peaks", hide = true, after_help = peaks::after_help())]
    Peaks(PeaksArguments),
}

fn after_help_of_schema() -> StyledStr {
    help::below(
        &[
            "Keep the schema beside your workloads and begin each of them with the line below. Editors with Taplo or Tombi \
             read it (in VS Code: Even Better TOML).",
            "  #:schema ./workload.schema.json",
        ],
        &[],
        &[("ctisim schema > workload.schema.json", "Write the schema to a file")],
    )
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(RunArguments::default())
    }
}

impl Command {
    /// Runs it.
    pub(super) fn run(&self) -> Result<(), Stop> {
        match self {
            Command::Run(run) => run::run(run),
            Command::Sweep(sweep) => sweep::run(sweep),
            Command::Capacity(capacity) => capacity::run(capacity),
            Command::Verify(verify) => verify::run(verify),
            Command::Gate(gate) => gate::gate(gate),
            Command::Compare(compare) => compare::compare(compare),
            Command::Plot(plot) => plot::plot(plot),
            Command::Check(check) => check::check(check),
            Command::Report(report) => report::report(report),
            Command::Trace(trace) => trace::run(trace),
            Command::Explain(explain) => explain::explain(explain),
            Command::Deps(deps) => deps::deps(deps),
            Command::Oracle(oracle) => oracle::oracle(oracle),
            Command::Init(init) => init::run(init),
            Command::Completions { shell } => manual::completions(*shell, &mut Arguments::command()),
            Command::Man => manual::page(Arguments::command()),
            Command::Peaks(peaks) => peaks::run(peaks),
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

    /// The help of every command, short and long, in lines of this width.
    fn helps(width: usize) -> Vec<(String, String)> {
        fn collect(command: &clap::Command, width: usize, helps: &mut Vec<(String, String)>) {
            let mut wide = command.clone().term_width(width).max_term_width(width);
            helps.push((command.get_name().to_owned(), wide.render_help().to_string()));
            helps.push((command.get_name().to_owned(), wide.render_long_help().to_string()));
            command.get_subcommands().for_each(|command| collect(command, width, helps));
        }
        let mut program = Arguments::command();
        program.build();
        let mut helps = Vec::new();
        collect(&program, width, &mut helps);
        helps
    }

    #[test]
    fn help_fits_the_terminal() {
        for width in [60, 80, 100] {
            for (name, help) in helps(width) {
                for line in help.lines().filter(|line| !line.trim_start().starts_with("Usage:")) {
                    let is_one_word = !line.trim().contains(' ');
                    assert!(line.chars().count() <= width || is_one_word, "{name} at {width}: {line:?}");
                }
            }
        }
        for (name, help) in helps(80) {
            let examples: Vec<&str> = help.split("Example").skip(1).flat_map(str::lines).collect();
            let broken = examples
                .iter()
                .find(|line| line.starts_with("  ") && !line.starts_with("      ") && !line.starts_with("  ctisim "));
            assert!(broken.is_none(), "{name}: an example does not fit into 80 columns: {broken:?}");
        }
    }

    /// A text that is broken into lines here would be broken again by the terminal's width.
    #[test]
    fn help_is_wrapped_once() {
        for (name, help) in helps(10_000) {
            let lines: Vec<&str> = help.lines().collect();
            for pair in lines.windows(2) {
                let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ') && !line.ends_with(':');
                assert!(!(is_prose(pair[0]) && is_prose(pair[1])), "{name}: {pair:?}");
            }
        }
    }

    #[test]
    fn every_command_says_what_it_does_and_most_have_an_example() {
        let program = Arguments::command();
        for command in program.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.ends_with('.'), "{}: {about}", command.get_name());
            let below = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(below.contains("Example") || command.get_name() == "man", "{} has no example", command.get_name());
        }
    }

    #[test]
    fn bare_is_run() {
        let bare = Arguments::parse_from(["ctisim"]).command.unwrap_or_default();
        let run = Arguments::parse_from(["ctisim", "run"]).command.unwrap();
        assert_eq!(format!("{bare:?}"), format!("{run:?}"));
    }
}
