//! What a command shows, independent of format: sentences, tables of typed entries, sheets for programs.
//! Alignment, escapes, fonts and colours belong to the files that draw a page, one per format.

use crate::check::Position;
use crate::workload::{Problem, Severity};

use super::diagram::Graph;
use super::document::Document;
use super::kept::Report;
use super::ladder::Ladder;
use super::sheet::Sheet;
use super::table::{Entry, Table, plain};

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
    /// Calls, message by message: below the sections where people read, and by themselves in the formats that have nothing else.
    pub ladder: Option<Ladder>,
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
