//! What a command has to show, and nothing of how: sentences, tables of typed entries, charts as data, sheets for
//! programs. Alignment, escapes, fonts and colours belong to the files that draw a page, one a format.

use std::collections::BTreeMap;

use crate::analysis::Cell;
use crate::check::Position;
use crate::workload::{Problem, Severity};

use super::document::Document;
use super::sheet::Sheet;
use super::words;

/// All that a command has to show.
#[derive(Default)]
pub struct Page<'a> {
    /// What it is about, in a word: its workload's name, or that of what was asked. Files of it are named after that.
    pub name: String,
    /// What people read, in its order.
    pub sections: Vec<Section<'a>>,
    /// Makes the curves that belong to it, for formats that draw them.
    pub charts: Option<Box<dyn Fn() -> Vec<Chart> + 'a>>,
    /// What spreadsheets and programs read, with all digits.
    pub sheets: Vec<Sheet<'a>>,
    /// Which of the sheets has the rows that are printed for programs.
    pub printed: usize,
    /// What JSON has, where that is more than the rows of a sheet.
    pub document: Option<Document<'a>>,
    /// What pipelines take for tests that passed or failed.
    pub tests: Option<Suite>,
    /// What code review tools show in place.
    pub findings: Option<Findings<'a>>,
    /// What uses what, as a picture.
    pub graph: Option<Graph>,
}

impl<'a> Page<'a> {
    /// An empty page about something.
    pub fn new(name: impl Into<String>) -> Page<'a> {
        Page { name: name.into(), ..Page::default() }
    }

    /// One more section, with nothing in it yet.
    pub fn section(&mut self, extent: Extent) -> &mut Section<'a> {
        self.sections.push(Section { extent, blocks: Vec::new(), made: None });
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }

    /// One more section, which is made only if it is shown: what takes long to work out costs nothing where nobody reads it.
    pub fn section_made(&mut self, extent: Extent, made: impl Fn(&mut Section<'a>) + 'a) {
        self.section(extent).made = Some(Box::new(made));
    }

    /// Shows what stands there, in its order.
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

    /// Its curves.
    pub fn charts(&self) -> Vec<Chart> {
        self.charts.as_ref().map_or_else(Vec::new, |charts| charts())
    }

    /// The sheet whose rows are printed for programs.
    pub fn rows(&self) -> Option<&Sheet<'a>> {
        self.sheets.get(self.printed)
    }
}

/// Where a section is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// In the whole report, which stands for itself, as on a terminal.
    Report,
    /// In an excerpt, which stands within something else: a pull request or a page of a wiki.
    Excerpt,
    /// In both.
    #[default]
    Both,
}

/// Blocks that are shown in the same places.
#[derive(Default)]
pub struct Section<'a> {
    /// Where that is.
    pub extent: Extent,
    /// One below the other.
    pub blocks: Vec<Block<'a>>,
    /// Makes more of them once they are shown.
    made: Option<Made<'a>>,
}

/// Makes what stands in a section.
type Made<'a> = Box<dyn Fn(&mut Section<'a>) + 'a>;

impl<'a> Section<'a> {
    /// The title of all that follows.
    pub fn heading(&mut self, rank: Rank, words: impl Into<String>) {
        self.blocks.push(Block::Heading(rank, words.into()));
    }

    /// A line that begins something new.
    pub fn paragraph(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Paragraph(words.into()));
    }

    /// A line about what is right above it.
    pub fn note(&mut self, words: impl Into<String>) {
        self.blocks.push(Block::Note(words.into()));
    }

    /// A table; nothing if it has no rows. Says whether there is one.
    pub fn table(&mut self, table: Table) -> bool {
        let some = !table.rows.is_empty();
        if some {
            self.blocks.push(Block::Table(table));
        }
        some
    }
}

/// What stands in a section.
#[derive(Debug)]
pub enum Block<'a> {
    /// A title.
    Heading(Rank, String),
    /// A line that begins something new.
    Paragraph(String),
    /// A line about what is right above it.
    Note(String),
    /// A table with rows.
    Table(Table),
    /// Something wrong with a file, and where.
    Excerpt(Excerpt<'a>),
}

/// How high a title stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// It begins a chapter of what it is put into.
    Chapter,
    /// It is put under somebody else's chapter.
    Section,
}

/// A problem of a workload, and the text it is a problem of.
#[derive(Debug)]
pub struct Excerpt<'a> {
    /// What is wrong, and where.
    pub problem: &'a Problem,
    /// The name of the file.
    pub file: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// A table for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What kind of table it is.
    pub form: Form,
    /// What it shows, if that has to be said.
    pub caption: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with an entry for each column; one without any parts those above it from those below.
    pub rows: Vec<Vec<Entry>>,
}

/// What kind of table it is: some need no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Things and what there is to say of each.
    Things,
    /// Steps and how far each is.
    Checklist,
    /// Names and values.
    Facts,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub holds: Holds,
    /// How many letters of it stand in a line at most, where lines are broken at all.
    pub widest: Option<u16>,
}

/// What is in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Names and words.
    Words,
    /// Numbers, and words about them.
    Numbers,
}

impl Column {
    /// A column of names or words.
    pub fn words(name: impl Into<String>) -> Column {
        Column { name: name.into(), holds: Holds::Words, widest: None }
    }

    /// A column of numbers, and of words about them.
    pub fn numbers(name: impl Into<String>) -> Column {
        Column { name: name.into(), holds: Holds::Numbers, widest: None }
    }
}

impl Table {
    /// A table of these columns, without rows yet.
    pub fn of(form: Form, columns: impl IntoIterator<Item = Column>) -> Table {
        Table { form, caption: None, columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// A table of things: the first column names them, the others have their numbers.
    pub fn of_numbers(columns: impl IntoIterator<Item = impl Into<String>>) -> Table {
        let mut table = Table::of(Form::Things, columns.into_iter().map(Column::numbers));
        if let Some(first) = table.columns.first_mut() {
            first.holds = Holds::Words;
        }
        table
    }

    /// A table of things, about which there are only words.
    pub fn of_words(columns: impl IntoIterator<Item = impl Into<String>>) -> Table {
        Table::of(Form::Things, columns.into_iter().map(Column::words))
    }

    /// What is above it apart from what is below.
    pub fn gap(&mut self) {
        self.rows.push(Vec::new());
    }

    /// One more row.
    pub fn row(&mut self, entries: impl IntoIterator<Item = impl Into<Entry>>) {
        let row: Vec<Entry> = entries.into_iter().map(Into::into).collect();
        debug_assert_eq!(row.len(), self.columns.len(), "an entry for each column");
        self.rows.push(row);
    }
}

/// What is in a table for people: it knows what it is, and what people read of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A name or words.
    Text(String),
    /// A number.
    Number {
        /// With all its digits; infinite where it was not reached.
        value: f64,
        /// What it is a number of.
        unit: &'static str,
        /// For people.
        words: String,
    },
    /// An interval.
    Interval {
        /// Its lower end.
        low: f64,
        /// Its upper end; `None` where that is not known.
        high: Option<f64>,
        /// What its ends are numbers of.
        unit: &'static str,
        /// For people.
        words: String,
    },
    /// What something comes to.
    Verdict {
        /// What to make of it.
        tone: Tone,
        /// For people.
        words: String,
    },
    /// There is nothing, and this says so.
    Missing(&'static str),
}

/// What to make of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Not known.
    Open,
    /// Neither good nor bad.
    Plain,
}

impl Entry {
    /// A number and how it is put into words.
    pub fn number(value: f64, unit: &'static str, words: impl Fn(f64) -> String) -> Entry {
        Entry::Number { value, unit, words: words(value) }
    }

    /// A number, if there is one.
    pub fn number_if(value: Option<f64>, unit: &'static str, words: impl Fn(f64) -> String) -> Entry {
        value.map_or(Entry::Missing(""), |value| Entry::number(value, unit, words))
    }

    /// An interval and how its ends are put into words.
    pub fn interval(low: f64, high: f64, unit: &'static str, wording: impl Fn(f64) -> String) -> Entry {
        Entry::Interval { low, high: Some(high), unit, words: words::interval(low, high, wording) }
    }

    /// A verdict.
    pub fn verdict(tone: Tone, words: impl Into<String>) -> Entry {
        Entry::Verdict { tone, words: words.into() }
    }

    /// What people read.
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

/// A small table, and how it is drawn: its first column across, each of the others a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What stands for a value.
    pub marks: Marks,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// What the values are, on the left and, if the last column has another measure, on the right.
    pub axes: [Option<String>; 2],
    /// How values become heights.
    pub scale: Scale,
    /// What the last two columns are.
    pub band: Band,
}

/// What stands for a value in a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// Columns beside each other, for each of a few names.
    Columns,
    /// A line.
    Line,
    /// A line with a point for each value.
    LineWithPoints,
}

/// How values become heights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As they are.
    Linear,
    /// Ten times as much is a step.
    Logarithmic,
}

/// What the last two columns of a chart are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// Series as the others.
    None,
    /// The ends of the interval of the series before them.
    Interval,
}

/// What a pipeline takes for tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// The command they are of.
    pub command: &'static str,
    /// The name of the suite.
    pub name: String,
    /// Its tests.
    pub cases: Vec<Case>,
}

/// A test and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What is tested.
    pub name: String,
    /// What came of it.
    pub result: Tested,
    /// The word of files for that.
    pub verdict: &'static str,
    /// What there is to say of it.
    pub words: String,
}

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tested {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// It could not be tested.
    Broken,
}

/// What was found in a file, of which kinds, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The kinds of findings there may be.
    pub kinds: Vec<FindingKind>,
    /// What was found.
    pub found: Vec<Finding<'a>>,
}

/// A kind of finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingKind {
    /// By which it is known: it never changes.
    pub id: &'static str,
    /// What it is, in short.
    pub short: &'static str,
    /// Where there is more about it.
    pub full: &'static str,
    /// How bad it is unless somebody says otherwise.
    pub severity: Severity,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding<'a> {
    /// Of which kind it is.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What there is to say of it.
    pub message: String,
    /// Where it begins and ends.
    pub at: [Position; 2],
    /// Where else to look.
    pub related: Vec<Related<'a>>,
}

/// Where else to look.
#[derive(Clone, Debug, PartialEq)]
pub enum Related<'a> {
    /// From here to there in the same file.
    Here([Position; 2], &'a str),
    /// In a line of a file beside it.
    Beside {
        /// The file, as the first one names it.
        file: &'a str,
        /// The line.
        line: usize,
        /// What is there.
        words: &'a str,
    },
}

/// Boxes in groups, and arrows between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    /// What it shows.
    pub title: String,
    /// The boxes by their numbers, which have gaps.
    pub nodes: BTreeMap<usize, Node>,
    /// Which of them stand together, in their order.
    pub groups: Vec<Group>,
    /// What leads where.
    pub arrows: Vec<Arrow>,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// By which it is known in all pictures of its workload.
    pub id: String,
    /// What stands in it.
    pub label: String,
    /// What is special about it.
    pub mark: Option<Mark>,
}

/// Boxes that stand together.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// By which it is known.
    pub id: &'static str,
    /// What stands above it.
    pub title: &'static str,
    /// The numbers of its boxes.
    pub nodes: Vec<usize>,
}

/// An arrow from who uses something to what is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// The number of who uses.
    pub user: usize,
    /// The number of what is used.
    pub used: usize,
    /// What for.
    pub label: String,
    /// Which of the two stands first.
    pub first: First,
}

/// Which end of an arrow stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Who uses.
    User,
    /// What is used: calls come from a number to the device that uses it, and an application through its user to devices.
    Used,
}

/// What is special about a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It works, though not as before.
    Changed,
    /// It does not work, or calls are turned away or lost.
    Hurt,
    /// It is what goes.
    Gone,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 3] = [Mark::Changed, Mark::Hurt, Mark::Gone];

    /// Its name in pictures.
    pub const fn name(self) -> &'static str {
        match self {
            Mark::Changed => "changed",
            Mark::Hurt => "hurt",
            Mark::Gone => "gone",
        }
    }
}
