//! What can be typed.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;

use super::study::Precision;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::check::CheckArguments;
use super::deps::DepsArguments;

/// What a Cisco CallManager cluster and its CTI applications do under load and failure, before it happens.
///
/// Without a command, runs the built-in busy hour.
#[derive(Clone, Debug, Parser)]
#[command(name = "ctisim", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 internal or I/O error, 2 usage, 3 workload invalid, 11 a precision was not reached, 13 a self-check failed, 130 interrupted";

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Run replications of a workload and report what was measured
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),

    /// Check a workload without running it: the configuration checklist, every error, and warnings
    #[command(after_help = super::check::AFTER_HELP)]
    Check(CheckArguments),

    /// Show what uses what in a workload, and what would be affected if a part of it went
    #[command(after_help = EXIT_CODES)]
    Deps(DepsArguments),
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(RunArguments::default())
    }
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct RunArguments {
    /// Workload file; without one, the built-in busy hour with an application failure
    pub(super) workload: Option<PathBuf>,

    /// How many replications, or which: 200, or 200..400 (the last not included) [default: the workload's]
    #[arg(long, value_name = "N|A..B", value_parser = replications, allow_hyphen_values = true)]
    pub(super) replications: Option<Range<u64>>,

    /// Run until the interval of a measure is this narrow, e.g. setup_delay.p99=2% (half of it, of the value); may be
    /// repeated. Then --replications is the most there may be [default: 100,000]
    #[arg(long = "precision", value_name = "MEASURE=PERCENT", value_parser = Precision::parse)]
    pub(super) precisions: Vec<Precision>,

    /// Seed, decimal or hexadecimal (0x...) [default: the workload's]
    #[arg(long, value_name = "S", value_parser = seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// How many threads; the results do not depend on it [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Directory for the result files [default: results/<workload>]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// What to print on standard output
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,

    /// Change a value of the workload, e.g. run.length=10m; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub(super) settings: Vec<String>,

    /// No progress bar and no remarks
    #[arg(long, short)]
    pub(super) quiet: bool,

    /// Check every identity of the model on every call as well (slower)
    #[arg(long)]
    pub(super) audit: bool,

    /// Print only; write no files
    #[arg(long, conflicts_with = "out")]
    pub(super) no_files: bool,
}

/// How the summary is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people: calls, delays, failures, the busiest stations
    #[default]
    Table,
    /// The rows of summary.csv
    Csv,
    /// The same rows as JSON
    Json,
    /// The same rows as a Markdown table
    Md,
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
    fn bare_is_run() {
        let bare = Arguments::parse_from(["ctisim"]).command.unwrap_or_default();
        let run = Arguments::parse_from(["ctisim", "run"]).command.unwrap();
        assert_eq!(format!("{bare:?}"), format!("{run:?}"));
    }
}
