//! What a command shows, independent of format: sentences, tables of typed entries, sheets for programs.
//! Alignment, escapes, fonts and colours belong to the files that draw a page, one per format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::Position;
use crate::workload::{Problem, Severity, shown};

use super::document::Document;
use super::overview::Report;
use super::sheet::Sheet;
use super::words;

/// Everything that a command shows.
#[derive(Default)]
pub struct Page<'a> {
    /// Its subject, usually the workload's name. Its files are named after that.
    pub name: String,
    /// The sections that people read, in order.
    pub sections: Vec<Section<'a>>,
    /// Makes what `report.json` holds and pages show.
    pub report: Option<Box<dyn Fn() -> Report + 'a>>,
    /// The sheets for spreadsheets and programs, with all digits.
    pub sheets: Vec<Sheet<'a>>,
    /// The index of the sheet whose rows are printed for programs.
    pub printed: usize,
    /// The JSON document, if it has more than the rows of a sheet.
    pub document: Option<Document<'a>>,
    /// The tests that passed or failed, for CI pipelines.
    pub tests: Option<Suite>,
    /// The findings that code review tools show in place.
    pub findings: Option<Findings<'a>>,
    /// The dependency graph.
    pub graph: Option<Graph>,
}

impl<'a> Page<'a> {
    /// An empty page with this name.
    pub fn new(name: impl Into<String>) -> Page<'a> {
        Page { name: name.into(), ..Page::default() }
    }

    /// Adds an empty section.
    pub fn section(&mut self, extent: Extent) -> &mut Section<'a> {
        self.sections.push(Section { extent, blocks: Vec::new(), made: None });
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }

    /// Adds a section that is made only if it is shown, so that a costly one costs nothing in other formats.
    pub fn section_made(&mut self, extent: Extent, made: impl Fn(&mut Section<'a>) + 'a) {
        self.section(extent).made = Some(Box::new(made));
    }

    /// Passes each block of this extent to `show`, in order.
    pub fn each_block(&self, extent: Extent, mut show: impl FnMut(&Block<'a>)) {
        let shown = |section: &&Section| section.extent == extent || section.extent == Extent::Both;
        for section in self.sections.iter().filter(shown) {
            section.blocks.iter().for_each(&mut show);
            if let Some(made) = &section.made {
                let mut section = Section { extent, blocks: Vec::new(), made: None };
                made(&mut section);
                section.blocks.iter().for_each(&mut show);
            }
        }
    }

    /// What `report.json` holds.
    pub fn report(&self) -> Option<Report> {
        self.report.as_ref().map(|report| report())
    }

    /// The sheet whose rows are printed for programs.
    pub fn rows(&self) -> Option<&Sheet<'a>> {
        self.sheets.get(self.printed)
    }
}

/// Where a section is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// In the whole report, as on a terminal.
    Report,
    /// In an excerpt, which becomes part of a pull request or a wiki page.
    Excerpt,
    /// In both.
    #[default]
    Both,
}

/// Blocks that are shown in the same extent.
#[derive(Default)]
pub struct Section<'a> {
    /// Where they are shown.
    pub extent: Extent,
    /// The blocks, from top to bottom.
    pub blocks: Vec<Block<'a>>,
    /// Makes further blocks when the section is shown.
    made: Option<Made<'a>>,
}

/// Words as they are shown: a question or the name of a file may have what a terminal would obey.
fn plain(words: impl Into<String>) -> String {
    let words = words.into();
    match shown(&words) {
        Cow::Borrowed(_) => words,
        Cow::Owned(shown) => shown,
    }
}

/// Makes the blocks of a section.
type Made<'a> = Box<dyn Fn(&mut Section<'a>) + 'a>;

impl<'a> Section<'a> {
    /// Adds a heading.
    pub fn heading(&mut self, rank: Rank, words: impl Into<String>) {
        self.blocks.push(Block::Heading(rank, plain(words)));
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Paragraph(plain(words)));
    }

    /// Adds a note on the block above.
    pub fn note(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Note(plain(words)));
    }

    /// Adds a table unless it has no rows. Returns whether it was added.
    pub fn table(&mut self, mut table: Table) -> bool {
        let columns = table.columns.iter_mut().map(|column| &mut column.name);
        let entries = table.rows.iter_mut().flatten().filter_map(|entry| match entry {
            Entry::Text(words) | Entry::Verdict { words, .. } => Some(words),
            Entry::Number { .. } | Entry::Interval { .. } | Entry::Missing(_) => None,
        });
        for words in columns.chain(entries).chain(&mut table.caption) {
            *words = plain(std::mem::take(words));
        }
        let some = !table.rows.is_empty();
        if some {
            self.blocks.push(Block::Table(table));
        }
        some
    }
}

/// A block of a section.
#[derive(Debug)]
pub enum Block<'a> {
    /// A heading.
    Heading(Rank, String),
    /// A paragraph.
    Paragraph(String),
    /// A note on the block above.
    Note(String),
    /// A table with rows.
    Table(Table),
    /// A problem of a file, with the place.
    Excerpt(Excerpt<'a>),
}

/// The rank of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// It begins a chapter of the document it becomes part of.
    Chapter,
    /// It stands below a chapter of that document.
    Section,
}

/// A problem of a workload, with the workload's text.
#[derive(Debug)]
pub struct Excerpt<'a> {
    /// The problem, with its place.
    pub problem: &'a Problem,
    /// The name of the file.
    pub file: &'a str,
    /// Its content.
    pub text: &'a str,
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

/// A test suite for CI pipelines.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// The command.
    pub command: &'static str,
    /// The name of the suite.
    pub name: String,
    /// Its tests.
    pub cases: Vec<Case>,
}

/// A test and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The name of the test.
    pub name: String,
    /// The result.
    pub result: Tested,
    /// The verdict as in files.
    pub verdict: &'static str,
    /// The details.
    pub words: String,
}

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tested {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It could not be tested.
    Broken,
}

/// The findings in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The kinds of findings there may be.
    pub kinds: Vec<FindingKind>,
    /// The findings.
    pub found: Vec<Finding<'a>>,
}

/// A kind of finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingKind {
    /// Its id; stable.
    pub id: &'static str,
    /// A short description.
    pub short: &'static str,
    /// Where to read more about it.
    pub full: &'static str,
    /// Its default severity.
    pub severity: Severity,
}

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding<'a> {
    /// The id of its kind.
    pub id: &'static str,
    /// Its severity.
    pub severity: Severity,
    /// The message.
    pub message: String,
    /// Where it begins and ends.
    pub at: [Position; 2],
    /// Related places.
    pub related: Vec<Related<'a>>,
}

/// A place related to a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Related<'a> {
    /// A range in the same file, with a label.
    Here([Position; 2], &'a str),
    /// A line of another file.
    Beside {
        /// The file, as the first one names it.
        file: &'a str,
        /// The line.
        line: usize,
        /// The message.
        words: &'a str,
    },
}

/// A graph: nodes in groups, and arrows between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// Its title.
    pub title: String,
    /// The nodes by number; numbers may have gaps.
    pub nodes: BTreeMap<usize, Node>,
    /// The groups of nodes, in order.
    pub groups: Vec<Group>,
    /// The arrows.
    pub arrows: Vec<Arrow>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its id, the same in every graph of the workload.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its mark, if any.
    pub mark: Option<Mark>,
    /// What there is to say about it, such as when it is down.
    pub note: Option<String>,
}

/// A group of nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: Cow<'static, str>,
    /// Its title.
    pub title: Cow<'static, str>,
    /// The numbers of its nodes.
    pub nodes: Vec<usize>,
}

/// An arrow from a user to what it uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrow {
    /// The number of the node that uses the other.
    pub user: usize,
    /// The number of the node that is used.
    pub used: usize,
    /// The kinds of use.
    pub label: String,
    /// Which of the two is placed first.
    pub first: First,
}

/// Which end of an arrow is placed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum First {
    /// The user.
    User,
    /// What is used: calls come from a number to the device that uses it, and an application reaches devices through its user.
    Used,
}

/// The mark of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mark {
    /// It works, but not as before.
    Changed,
    /// It does not work, or calls are turned away or lost.
    Hurt,
    /// It is what fails.
    Gone,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 3] = [Mark::Changed, Mark::Hurt, Mark::Gone];

    /// Its name in graphs.
    pub const fn name(self) -> &'static str {
        match self {
            Mark::Changed => "changed",
            Mark::Hurt => "hurt",
            Mark::Gone => "gone",
        }
    }
}
