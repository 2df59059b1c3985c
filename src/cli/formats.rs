//! What `--format` takes, and printing what it asks for.

use std::io;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::report::{Format, Ink, Page, draw};

use super::stop::Stop;
use super::terminal::{colored, print};

/// What every command's output can be drawn as, and these as well.
pub(super) fn every_and(also: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    let value = |format: &Format| PossibleValue::new(format.name()).help(format.meaning());
    values(Format::EVERY.iter().chain(also).map(value).collect())
}

/// The same where tables and sentences have always been called text.
pub(super) fn text_and(also: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    let value = |format: &Format| match format {
        Format::Table => PossibleValue::new("text").alias(format.name()).help(format.meaning()),
        _ => PossibleValue::new(format.name()).help(format.meaning()),
    };
    values(Format::EVERY.iter().chain(also).map(value).collect())
}

fn values(values: Vec<PossibleValue>) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(values).map(|name| Format::parse(&name).unwrap_or_default())
}

/// Draws a page and prints it.
pub(super) fn show(page: &Page<'_>, format: Format) -> Result<(), Stop> {
    let ink = if colored(&io::stdout()) { Ink::Coloured } else { Ink::Plain };
    print(&draw(page, format, ink).map_err(Stop::Failed)?)
}
