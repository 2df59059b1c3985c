//! The values of `--format`, and printing in the chosen one.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::report::{Format, Page, draw};

use super::stop::Stop;
use super::terminal::{canvas, print};

/// The formats of every command, and these.
pub(super) fn every_and(also: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    offered(Format::Table.name(), also)
}

/// The same for `check`, whose table has always been called `text`.
pub(super) fn text_and(also: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    offered("text", also)
}

fn offered(table: &'static str, also: &'static [Format]) -> impl TypedValueParser<Value = Format> {
    let name = move |format: Format| if format == Format::Table { table } else { format.name() };
    let formats = move || Format::EVERY.iter().chain(also).copied();
    let values = formats().map(|format| PossibleValue::new(name(format)).help(format.meaning()));
    let chosen = move |word: String| formats().find(|&format| name(format) == word).unwrap_or_default();
    PossibleValuesParser::new(values.collect::<Vec<_>>()).map(chosen)
}

/// Draws a page and prints it.
pub(super) fn show(page: &Page<'_>, format: Format) -> Result<(), Stop> {
    print(&draw(page, format, canvas()).map_err(Stop::Failed)?)
}
