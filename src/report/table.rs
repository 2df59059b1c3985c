//! Tables for people: columns, and typed entries with their words.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::words;
use crate::workload::shown;

/// Words as they are shown: a question or the name of a file may have what a terminal would obey.
pub(super) fn plain(words: impl Into<String>) -> String {
    let words = words.into();
    match shown(&words) {
        Cow::Borrowed(_) => words,
        Cow::Owned(shown) => shown,
    }
}

/// A table for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its kind.
    pub form: Form,
    /// Its caption, if it needs one.
    pub caption: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with an entry for each column; an empty row separates those above from those below.
    pub rows: Vec<Vec<Entry>>,
}

/// The kind of a table: some need no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Things and their properties.
    Things,
    /// Steps and their states.
    Checklist,
    /// Names and values.
    Facts,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The kind of its content.
    pub holds: Holds,
    /// The most characters in a line, in formats that wrap lines.
    pub widest: Option<u16>,
    /// Where there is no room for all columns, those with a higher number are left out before others.
    pub spare: usize,
    /// Whether it is never left out.
    pub kept: bool,
}

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holds {
    /// Names and text.
    Words,
    /// Numbers, and text about them.
    Numbers,
}

impl Column {
    /// A column of names or text.
    pub fn words(name: impl Into<String>) -> Column {
        Column { name: name.into(), holds: Holds::Words, widest: None, spare: 0, kept: false }
    }

    /// A column of numbers, and of text about them.
    pub fn numbers(name: impl Into<String>) -> Column {
        Column { name: name.into(), holds: Holds::Numbers, widest: None, spare: 0, kept: false }
    }
}

impl Table {
    /// A table of these columns, without rows yet.
    pub fn of(form: Form, columns: impl IntoIterator<Item = Column>) -> Table {
        Table { form, caption: None, columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// A table of things: the first column has their names, the others have their numbers.
    pub fn of_numbers(columns: impl IntoIterator<Item = impl Into<String>>) -> Table {
        let mut table = Table::of(Form::Things, columns.into_iter().map(Column::numbers));
        if let Some(first) = table.columns.first_mut() {
            first.holds = Holds::Words;
        }
        table
    }

    /// A table of things, with text only.
    pub fn of_words(columns: impl IntoIterator<Item = impl Into<String>>) -> Table {
        Table::of(Form::Things, columns.into_iter().map(Column::words))
    }

    /// Says which columns are left out first where there is no room for all.
    pub fn spare(&mut self, names: &[&str]) {
        for column in &mut self.columns {
            column.spare = names.iter().rev().position(|name| *name == column.name).map_or(0, |rank| rank + 1);
        }
    }

    /// Says which columns are shown even where there is no room for all.
    pub fn keep(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.columns.iter_mut().for_each(|column| column.kept = is_kept(&column.name));
    }

    /// Adds an empty row that separates those above from those below.
    pub fn gap(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Adds a row.
    pub fn row(&mut self, entries: impl IntoIterator<Item = impl Into<Entry>>) {
        let row: Vec<Entry> = entries.into_iter().map(Into::into).collect();
        debug_assert_eq!(row.len(), self.columns.len(), "an entry for each column");
        self.rows.push(row);
    }
}

/// An entry of a table: a typed value with its text for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// A name or text.
    Text(String),
    /// A number.
    Number {
        /// With all its digits; infinite if it was not reached.
        #[serde(with = "any_number")]
        value: f64,
        /// Its unit.
        unit: Cow<'static, str>,
        /// For people.
        words: String,
    },
    /// An interval.
    Interval {
        /// Its lower end; `None` if there is an upper end only.
        #[serde(with = "any_number_or_none")]
        low: Option<f64>,
        /// Its upper end; `None` if unknown.
        #[serde(with = "any_number_or_none")]
        high: Option<f64>,
        /// The unit of its ends.
        unit: Cow<'static, str>,
        /// For people.
        words: String,
    },
    /// A verdict.
    Verdict {
        /// Good, bad or open.
        tone: Tone,
        /// For people.
        words: String,
    },
    /// No value; this text stands in its place.
    Missing(Cow<'static, str>),
}

/// Whether a verdict is good or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Good.
    Good,
    /// Bad.
    Bad,
    /// Undecided.
    Open,
    /// Neither good nor bad.
    Plain,
}

impl Tone {
    /// That of most values, which files leave out.
    pub(super) const fn plain() -> Tone {
        Tone::Plain
    }

    /// Whether it is that.
    pub(super) fn is_plain(&self) -> bool {
        *self == Tone::Plain
    }
}

impl Entry {
    /// A number, formatted by `words`.
    pub fn number(value: f64, unit: &'static str, words: impl Fn(f64) -> String) -> Entry {
        Entry::Number { value, unit: unit.into(), words: words(value) }
    }

    /// A number, if there is one.
    pub fn number_if(value: Option<f64>, unit: &'static str, words: impl Fn(f64) -> String) -> Entry {
        value.map_or(Entry::missing(""), |value| Entry::number(value, unit, words))
    }

    /// An interval, with its ends formatted by `wording`.
    pub fn interval(low: f64, high: f64, unit: &'static str, wording: impl Fn(f64) -> String) -> Entry {
        Entry::Interval {
            low: Some(low),
            high: Some(high),
            unit: unit.into(),
            words: words::interval(low, high, wording),
        }
    }

    /// A lower end without an upper one.
    pub fn at_least(low: f64, unit: &'static str, wording: impl Fn(f64) -> String) -> Entry {
        Entry::Interval { low: Some(low), high: None, unit: unit.into(), words: format!("[{}, unknown]", wording(low)) }
    }

    /// An upper end without a lower one.
    pub fn at_most(high: f64, unit: &'static str, wording: impl Fn(f64) -> String) -> Entry {
        Entry::Interval { low: None, high: Some(high), unit: unit.into(), words: format!("at most {}", wording(high)) }
    }

    /// No value; this text stands in its place.
    pub const fn missing(words: &'static str) -> Entry {
        Entry::Missing(Cow::Borrowed(words))
    }

    /// A verdict.
    pub fn verdict(tone: Tone, words: impl Into<String>) -> Entry {
        Entry::Verdict { tone, words: plain(words) }
    }

    /// The text for people.
    pub fn words(&self) -> &str {
        match self {
            Entry::Text(words)
            | Entry::Number { words, .. }
            | Entry::Interval { words, .. }
            | Entry::Verdict { words, .. } => words,
            Entry::Missing(words) => words,
        }
    }
}

impl From<String> for Entry {
    fn from(text: String) -> Entry {
        Entry::Text(text)
    }
}

impl From<&str> for Entry {
    fn from(text: &str) -> Entry {
        Entry::Text(text.to_owned())
    }
}

/// Numbers in JSON that may be infinite: those stand there as text.
mod any_number {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Any {
        Finite(f64),
        Other(String),
    }

    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        let any = if value.is_finite() { Any::Finite(*value) } else { Any::Other(value.to_string()) };
        any.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Any::deserialize(deserializer)? {
            Any::Finite(value) => Ok(value),
            Any::Other(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// The same, where there may be none.
mod any_number_or_none {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Number(#[serde(with = "super::any_number")] f64);

    pub(super) fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(Number).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Number>::deserialize(deserializer)?.map(|it| it.0))
    }
}
