//! How answers are put, and what is wrong with a question.

use clap::{Args, ValueEnum};

use crate::analysis::Quantity;
use crate::cli::stop::Stop;
use crate::report::Line;

/// How an answer is printed.
#[derive(Clone, Debug, Args)]
pub(super) struct Printed {
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OracleFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OracleFormat {
    /// For people
    #[default]
    Table,
    /// For spreadsheets, with all digits: times in seconds, rates per second, shares as parts of one
    Csv,
    /// The same for programs
    Json,
}

/// A line of an answer.
pub(super) fn line(name: &'static str, value: Quantity, meaning: impl Into<String>) -> Line {
    Line { name, value, meaning: meaning.into() }
}

/// Wrong usage, with what to do about it.
pub(super) fn usage(what: impl AsRef<str>, help: impl AsRef<str>) -> Stop {
    Stop::Usage(format!("{}\n  help: {}", what.as_ref(), help.as_ref()))
}
