//! What can be typed.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What a Cisco CallManager cluster and its CTI applications do under load and failure, before it happens.
///
/// Without a command, runs the built-in busy hour.
#[derive(Clone, Debug, Parser)]
#[command(name = "ctisim", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 internal or I/O error, 2 usage, 3 workload invalid, 13 a self-check failed, 130 interrupted";

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Command {
    /// Run replications of a workload and report what was measured
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),
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
    #[arg(long, value_name = "N|A..B", value_parser = replications)]
    pub(super) replications: Option<Range<u64>>,

    /// Seed, decimal or hexadecimal (0x...) [default: the workload's]
    #[arg(long, value_name = "S", value_parser = seed)]
    pub(super) seed: Option<u64>,

    /// How many threads; the results do not depend on it [default: the number of cores]
    #[arg(long, value_name = "N")]
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
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("`{text}`: {error}"));
    let range = match text.split_once("..") {
        Some((first, end)) => number(first)?..number(end)?,
        None => 0..number(text)?,
    };
    if range.is_empty() {
        return Err("that is no replication at all".into());
    }
    Ok(range)
}

fn seed(text: &str) -> Result<u64, String> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hexadecimal {
        // The parser would take a sign.
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16),
        _ => text.parse(),
    }
    .map_err(|error| error.to_string())
}

fn setting(text: &str) -> Result<String, String> {
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
        for wrong in ["", "0", "5..5", "6..5", "-1", "1..", "..5", "a", "1...5"] {
            assert!(replications(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seeds_are_decimal_or_hexadecimal() {
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(seed("0xfF"), Ok(255));
        for wrong in ["", "0x", "-1", "1.5", "0x+1", "18446744073709551616"] {
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
