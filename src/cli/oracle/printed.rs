//! The output format of answers, and errors of usage.

use clap::Args;

use crate::analysis::Quantity;
use crate::cli::formats::every_and;
use crate::cli::stop::Stop;
use crate::report::{Format, Line};

/// How an answer is printed.
#[derive(Clone, Debug, Args)]
pub(super) struct Printed {
    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[]))]
    pub(super) format: Format,
}

/// A line of an answer.
pub(super) fn line(name: &'static str, value: Quantity, meaning: impl Into<String>) -> Line {
    Line { name, value, meaning: meaning.into() }
}

/// Wrong usage, with what to do about it.
pub(super) fn usage(what: impl AsRef<str>, help: impl AsRef<str>) -> Stop {
    Stop::Usage(format!("{}\n  help: {}", what.as_ref(), help.as_ref()))
}
