//! What a page for everybody shows, as data: the answer first, then charts, tables and the topology. `report.json` keeps it, so that
//! `ctisim report` and `ctisim plot` need nothing else.

use serde::{Deserialize, Serialize};

use super::chart::Chart;
use super::diagram::Graph;
use super::document::compact;
use super::ladder::Ladder;
use super::table::{Table, Tone};

/// The answer of a command and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form: [`Report::FORMAT`].
    pub format: u32,
    /// The version of the program.
    pub version: String,
    /// The command, such as `run`.
    pub kind: String,
    /// The workload's name.
    pub workload: String,
    /// The question, which is the title.
    pub question: String,
    /// What was done: how many replications of what length, with which seed.
    pub about: String,
    /// The command that gives the same bytes again.
    pub command: String,
    /// The digest of the workload, if there is one.
    pub digest: Option<String>,
    /// The verdicts, such as those on goals.
    pub verdicts: Vec<Verdict>,
    /// What happened, in at most three sentences.
    pub answer: Vec<Sentence>,
    /// What to do, in at most three sentences.
    pub advice: Vec<Sentence>,
    /// How to be surer of that: more replications, a longer run, another command.
    pub surer: Vec<Sentence>,
    /// The numbers to remember, at most four.
    pub figures: Vec<KeyFigure>,
    /// What the answer rests on.
    pub chapters: Vec<Chapter>,
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Good, bad or open.
    pub tone: Tone,
    /// The verdict.
    pub words: String,
    /// On what, with the estimate.
    pub about: String,
}

/// A sentence, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sentence(pub Vec<Piece>);

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Piece {
    /// As the rest.
    Plain(String),
    /// What matters.
    Strong(String),
    /// What is typed.
    Code(String),
}

impl Sentence {
    /// With these words.
    pub fn plain(mut self, words: impl Into<String>) -> Sentence {
        self.0.push(Piece::Plain(words.into()));
        self
    }

    /// With what matters.
    pub fn strong(mut self, words: impl Into<String>) -> Sentence {
        self.0.push(Piece::Strong(words.into()));
        self
    }

    /// Its words, without what matters.
    pub fn text(&self) -> String {
        let words = |piece: &Piece| match piece {
            Piece::Plain(words) | Piece::Strong(words) | Piece::Code(words) => words.clone(),
        };
        self.0.iter().map(words).collect()
    }

    /// With what is typed.
    pub fn code(mut self, words: impl Into<String>) -> Sentence {
        self.0.push(Piece::Code(words.into()));
        self
    }
}

/// A number to remember.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyFigure {
    /// What it is.
    pub name: String,
    /// The number, with its unit.
    pub value: String,
    /// Its interval, or what it is of.
    pub about: String,
    /// Whether it is good or bad.
    pub tone: Tone,
}

/// What belongs together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chapter {
    /// Its heading.
    pub heading: String,
    /// How to read it.
    pub about: String,
    /// From top to bottom.
    pub items: Vec<Item>,
}

/// A part of a chapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// A chart.
    Chart(Chart),
    /// A table.
    Table(Table),
    /// Words.
    Note(String),
    /// What depends on what.
    Topology(Graph),
    /// Calls, message by message.
    Ladder(Ladder),
}

impl Report {
    /// The version of the form.
    pub const FORMAT: u32 = 1;
    /// More figures nobody remembers.
    pub(super) const MOST_FIGURES: usize = 4;

    /// Its charts, in order.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.chapters.iter().flat_map(|chapter| &chapter.items).filter_map(|item| match item {
            Item::Chart(chart) => Some(chart),
            Item::Table(_) | Item::Note(_) | Item::Topology(_) | Item::Ladder(_) => None,
        })
    }

    /// `report.json`.
    pub fn json(&self) -> Vec<u8> {
        compact(self)
    }

    /// What `report.json` holds.
    ///
    /// # Errors
    /// What is wrong with it; a file of another form names the version that wrote it.
    pub fn read(bytes: &[u8]) -> Result<Report, String> {
        /// What every version writes.
        #[derive(Deserialize)]
        struct Any {
            format: u32,
            version: String,
        }
        let any: Any = serde_json::from_slice(bytes).map_err(|why| format!("it is no report: {why}"))?;
        if any.format != Report::FORMAT {
            return Err(format!(
                "version {} wrote it in form {}; this is version {}, which reads form {}",
                any.version,
                any.format,
                env!("CARGO_PKG_VERSION"),
                Report::FORMAT
            ));
        }
        serde_json::from_slice(bytes).map_err(|why| format!("it is damaged: {why}"))
    }
}
