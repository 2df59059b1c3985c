//! From numbers to reports for people and programs. Pure: the same results give the same bytes. Numbers and verdicts come
//! from [`crate::analysis`].
//!
//! A command's results become a [`Page`]: sentences, typed entries and sheets, and a [`Report`] with its charts. [`draw`] turns it into the bytes of a
//! [`Format`]. The files that build pages (`run`, `sweep`, `comparison`, `capacity`, `gate`, `check`, `dependencies`,
//! `oracle`) decide what is shown where; those below `format`, one per format, decide how it looks.

mod callers;
mod capacity;
mod causes;
mod chart;
mod check;
mod comparison;
mod dependencies;
mod devices;
mod diagram;
mod document;
mod expected;
mod explanation;
mod fingerprint;
mod format;
mod gate;
mod goals;
mod graph;
mod kept;
mod ladder;
mod story;
mod trace;
mod parameters;
mod log;
mod oracle;
mod outages;
mod overview;
mod page;
mod pages;
mod resources;
mod provenance;
mod queues;
mod records;
mod replications;
mod run;
mod service;
mod sheet;
mod summary;
mod sweep;
mod table;
mod timeline;
mod words;

pub use capacity::{answer, capacity_sheet};
pub use causes::cause;
pub use chart::{
    Axis, Chart, Level, Moment, Plot, Point, Row, RowMark, Rows, Scale, Series, Shape, Stretch, StretchKind, Stroke,
};
pub use check::check_page;
pub use comparison::{Callers, Listed, Pair, comparison_sheet};
pub use dependencies::{dependencies_page, dependency_page};
pub use devices::devices_sheet;
pub use diagram::{Arrow, First, Graph, Group, Mark, Node};
pub use document::Document;
pub use explanation::{Explained, explanation_page};
pub use fingerprint::fingerprint;
pub use format::{
    Canvas, Format, INTERVAL, Ink, PictureSize, Rows as CdrRows, cdr_columns_filled, cdr_file, cdr_head, csv, draw,
    page_html, png, svg,
};
pub use gate::reasons;
pub use goals::goals_sheet;
pub use kept::{Chapter, Item, KeyFigure, Piece, Report, Sentence, Verdict};
pub use ladder::Ladder;
pub use log::histograms_hlog;
pub use oracle::{Answer, Line, oracle_page};
pub use page::{
    Block, Case, Excerpt, Extent, Finding, FindingKind, Findings, Page, Rank, Related, Section, Suite, Tested,
};
pub use pages::{capacity_page, comparison_page, gate_page, run_page, sweep_page, trace_page};
pub use provenance::run_json;
pub use records::{CALL_COLUMNS, call_row, calls_head, directory_rows};
pub use replications::replications_sheet;
pub use sheet::{Sheet, SheetRows};
pub use story::story;
pub use summary::summary_sheet;
pub use sweep::sweep_sheet;
pub use table::{Column, Entry, Form, Holds, Table, Tone};
pub use timeline::timeline_sheet;
pub use trace::Traced;
pub use words::{distribution, exact_percent, five_digits, span, time};
