//! What can be typed.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;

use super::study::Precision;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::capacity::CapacityArguments;
use super::check::CheckArguments;
use super::compare::CompareArguments;
use super::deps::DepsArguments;
use super::gate::GateArguments;
use super::oracle::OracleArguments;
use super::sweep::SweepArguments;
use crate::engine::Span;
use crate::record::Goal;
use crate::starter::most;
use crate::workload::units;

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
    #[command(after_help = super::sweep::AFTER_HELP)]
    Sweep(SweepArguments),

    /// Find the largest, or the smallest, value of a key with which a workload meets its goals
    #[command(after_help = super::capacity::AFTER_HELP, mut_arg("replications", |it| it.help(super::capacity::REPLICATIONS)))]
    Capacity(CapacityArguments),

    /// Check a workload without running it: the configuration checklist, every error, and warnings
    #[command(after_help = super::check::AFTER_HELP)]
    Check(CheckArguments),

    /// Run two workloads with the same callers, and tell what differs and by how much
    #[command(after_help = super::compare::AFTER_HELP)]
    Compare(CompareArguments),

    /// Hold a workload against a recorded baseline: has anything become worse? For pipelines
    #[command(after_help = super::gate::AFTER_HELP)]
    Gate(GateArguments),

    /// Show what uses what in a workload, and what would be affected if a part of it went
    #[command(after_help = EXIT_CODES)]
    Deps(DepsArguments),

    /// Answer a planner's question with a closed form: no workload, no simulation
    #[command(after_help = super::oracle::AFTER_HELP)]
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

#[derive(Clone, Debug, Default, Args)]
pub(super) struct RunArguments {
    /// Workload file; - for standard input, whose files are sought in the current directory; without one, the built-in busy hour with an application failure
    pub(super) workload: Option<PathBuf>,

    #[command(flatten)]
    pub(super) study: StudyArguments,

    /// Run until the interval of a measure is this narrow, e.g. setup_delay.p99=2% (half of it, of the value); may be
    /// repeated. Then --replications is the most there may be [default: 100,000]
    #[arg(long = "precision", value_name = "MEASURE=PERCENT", value_parser = Precision::parse)]
    pub(super) precisions: Vec<Precision>,

    /// What is wanted, beside the workload's own goals, e.g. "setup_delay.p99<=500ms"; may be repeated. Exit code 10 if one
    /// is missed, 11 if one is undecided
    #[arg(long = "goal", value_name = "MEASURE<=BOUND", value_parser = Goal::parse)]
    pub(super) goals: Vec<Goal>,

    /// Directory for the result files [default: results/<workload>]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// What to print on standard output
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,

    /// Check every identity of the model on every call as well (slower)
    #[arg(long)]
    pub(super) audit: bool,

    /// Print only; write no files
    #[arg(long, conflicts_with = "out")]
    pub(super) no_files: bool,
}

/// What every command that runs replications is told.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct StudyArguments {
    /// How many replications, or which: 200, or 200..400 (the last not included) [default: the workload's]
    #[arg(long, value_name = "N|A..B", value_parser = replications, allow_hyphen_values = true)]
    pub(super) replications: Option<Range<u64>>,

    /// Seed, decimal or hexadecimal (0x...) [default: the workload's]
    #[arg(long, value_name = "S", value_parser = seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// How many threads; the results do not depend on it [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Change a value of the workload, e.g. run.length=10m; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub(super) settings: Vec<String>,

    /// No progress bar and no remarks
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct VerifyArguments {
    /// Only what has one of these in its name: a part (theory, identities, sameness, fingerprints, coverage), a workload,
    /// a rule (R18) or a queue (M/M/1)
    #[arg(value_name = "NAME")]
    pub(super) filters: Vec<String>,

    /// Half a minute instead of some: fewer replications, studies and workloads
    #[arg(long)]
    pub(super) quick: bool,

    /// Another seed than the frozen one; verdicts then allow for chance: a true program fails once in 1,000 runs
    #[arg(long, value_name = "S", value_parser = seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// How many threads; the outcome does not depend on it [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// What to print on standard output
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: VerifyFormat,

    /// No progress bar
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// How the outcome of a verification is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum VerifyFormat {
    /// For people
    #[default]
    Table,
    /// With all digits
    Json,
    /// For pull requests and wikis
    Md,
}

/// What a planner knows of a site. What is not said follows from the rest.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct InitArguments {
    /// The file to write; - for standard output
    #[arg(default_value = "workload.toml")]
    pub(super) file: PathBuf,

    /// What the site is called
    #[arg(long, value_name = "NAME", value_parser = site_name)]
    pub(super) name: Option<String>,

    /// Nodes that process calls, 1 to 8; a publisher that does not is written by hand [default: enough for the calls, 3 at least]
    #[arg(long, value_name = "N", value_parser = nodes, allow_hyphen_values = true)]
    pub(super) nodes: Option<u32>,

    /// Calls in the busy hour, 3600 or 3600/h [default: 3600, or what the agents and ports can take]
    #[arg(long, value_name = "N", value_parser = calls_per_hour, allow_hyphen_values = true)]
    pub(super) calls_per_hour: Option<u32>,

    /// Applications, 1 to 10: IVRs with ports, and from the second on attendants that pass calls to people [default: 2]
    #[arg(long, value_name = "N", value_parser = applications, allow_hyphen_values = true)]
    pub(super) applications: Option<u32>,

    /// CTI ports in all, 1 to 5000 [default: enough for the calls]
    #[arg(long, value_name = "N", value_parser = ports, allow_hyphen_values = true)]
    pub(super) ports: Option<u32>,

    /// People who answer calls, up to 20000; 0: callers are served at the ports [default: enough for the calls]
    #[arg(long, value_name = "N", value_parser = agents, allow_hyphen_values = true)]
    pub(super) agents: Option<u32>,

    /// How long a caller talks on average, e.g. 3m, up to 1h [default: 3m]
    #[arg(long, value_name = "TIME", value_parser = talk, allow_hyphen_values = true)]
    pub(super) talk: Option<u32>,

    /// Replace the file if it is there already
    #[arg(long)]
    pub(super) force: bool,
}

/// The shells whose completions can be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompletedShell {
    /// Bourne Again Shell
    Bash,
    /// Z Shell
    Zsh,
    /// Friendly Interactive Shell
    Fish,
}

/// How what is no workbook is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TextFormat {
    /// For people
    #[default]
    Table,
    /// The rows of the file
    Csv,
    /// The same rows as JSON
    Json,
    /// For pull requests and wikis
    Md,
}

/// How the summary is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Table,
    /// The rows of summary.csv, or of sweep.csv
    Csv,
    /// The same rows as JSON
    Json,
    /// A Markdown table
    Md,
    /// A workbook with a sheet for each table, and charts, as one more file beside the table that is printed; with
    /// --no-files it is printed itself
    Xlsx,
}

fn replications(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse::<u64>().ok() } else { None };
        number.ok_or("expected how many, e.g. 200, or which, e.g. 200..400")
    };
    let range = match text.split_once("..") {
        Some((first, end)) => number(first)?..number(end)?,
        None => 0..number(text)?,
    };
    if range.is_empty() {
        return Err(
            "that is no replication at all: at least 1 is needed, and the end of a range is not included".into()
        );
    }
    Ok(range)
}

fn seed(text: &str) -> Result<u64, String> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    // The parser would take a sign.
    let plain = digits.chars().all(|digit| digit.is_digit(radix));
    let seed = if plain { u64::from_str_radix(digits, radix).ok() } else { None };
    seed.ok_or_else(|| format!("expected a whole number from 0 to {}, or 0x and up to 16 hexadecimal digits", u64::MAX))
}

/// A share such as `1%`.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    units::share(text).map_err(|_| "expected a percentage such as 1%".to_owned())
}

/// A whole number within bounds that have a reason.
fn whole(text: &str, least: u32, most: u32, reason: &str) -> Result<u32, String> {
    let number = text.parse::<u32>().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("expected a whole number from {least} to {most}: {reason}"))
}

pub(super) fn nodes(text: &str) -> Result<u32, String> {
    whole(text, 1, most::NODES, "a cluster has at most eight nodes that process calls")
}

pub(super) fn calls_per_hour(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/h").unwrap_or(text);
    whole(number, 1, most::CALLS_AN_HOUR, "calls in the busy hour, of which the largest designs take some 100,000")
}

pub(super) fn applications(text: &str) -> Result<u32, String> {
    whole(text, 1, most::APPLICATIONS, "for more of them, copy a section of the file")
}

pub(super) fn ports(text: &str) -> Result<u32, String> {
    whole(text, 1, most::PORTS, "Cisco advises 2000 devices a provider; for more, change `count` in the file")
}

pub(super) fn agents(text: &str) -> Result<u32, String> {
    whole(text, 0, most::AGENTS, "the largest designs have 12,000")
}

/// An average talk time in whole seconds.
pub(super) fn talk(text: &str) -> Result<u32, String> {
    let span = units::duration(text).map_err(|why| format!("expected a time such as 3m or 200s: {why}"))?;
    let longest = Span::from_secs(u64::from(most::TALK_S));
    match span.nanos() / 1_000_000_000 {
        seconds @ 1.. if span <= longest => Ok(seconds as u32),
        _ => Err("expected 1s to 1h: a longer call would never end within the busy hour".into()),
    }
}

pub(super) fn site_name(text: &str) -> Result<String, String> {
    const LONGEST: usize = 60;
    match text.trim() {
        name if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) => {
            Err(format!("expected a name of 1 to {LONGEST} characters on one line"))
        }
        name => Ok(name.to_owned()),
    }
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a number of threads, at least 1".into())
}

pub(super) fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("expected KEY=VALUE, e.g. run.length=10m".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn replications_are_a_number_or_a_range() {
        assert_eq!(replications("200"), Ok(0..200));
        assert_eq!(replications("200..400"), Ok(200..400));
        for wrong in ["", "0", "5..5", "6..5", "-1", "+1", "1..", "..5", "a", "1...5"] {
            assert!(replications(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seeds_are_decimal_or_hexadecimal() {
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(seed("0xfF"), Ok(255));
        for wrong in ["", "0x", "-1", "+1", "1.5", "0x+1", "0xg", "0x10000000000000000", "18446744073709551616"] {
            assert!(seed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn answers_have_bounds_with_a_reason() {
        assert_eq!(calls_per_hour("36000/h"), Ok(36_000));
        assert_eq!((agents("0"), talk("1m30s"), nodes("8")), (Ok(0), Ok(90), Ok(8)));
        for (wrong, word) in [
            (nodes("9"), "eight nodes"),
            (nodes("-1"), "1 to 8"),
            (ports("0"), "1 to 5000"),
            (calls_per_hour("10/s"), "busy hour"),
            (applications("11"), "copy a section"),
            (agents("many"), "12,000"),
            (talk("0s"), "1s to 1h"),
            (talk("61m"), "1s to 1h"),
            (talk("180"), "no unit"),
        ] {
            let told = wrong.expect_err(word);
            assert!(told.contains(word), "{told}");
        }
        assert!(site_name(" \n").is_err() && site_name("a\tb").is_err());
    }

    #[test]
    fn bare_is_run() {
        let bare = Arguments::parse_from(["ctisim"]).command.unwrap_or_default();
        let run = Arguments::parse_from(["ctisim", "run"]).command.unwrap();
        assert_eq!(format!("{bare:?}"), format!("{run:?}"));
    }
}
