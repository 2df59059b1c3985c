//! The page of a trace: which calls, what was measured of each, and the ladder.

use std::ops::Range;

use crate::analysis::Cell;
use crate::domain::CallName;
use crate::engine::{Span, Time};
use crate::plan::Plan;
use crate::trace::{Trace, Value};

use super::ladder::Ladder;
use super::page::{Extent, Page};
use super::sheet::Sheet;
use super::story::story;
use super::table::{Entry, Table};
use super::words::counted;

/// A trace, and what it is to answer.
#[derive(Debug)]
pub struct Traced<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The seed.
    pub seed: u64,
    /// The replication.
    pub replication: u64,
    /// What happened.
    pub trace: &'a Trace,
    /// Only what happens in this stretch of time.
    pub stretch: Option<Range<Time>>,
    /// What was looked for, in words.
    pub question: String,
    /// How many more calls there are that are not traced.
    pub more: u64,
    /// The command that gives the same again.
    pub command: String,
    /// The digest of the workload.
    pub digest: String,
}

/// What is printed of a trace.
pub(super) fn page<'a>(traced: &'a Traced<'a>) -> Page<'a> {
    let mut page = Page::new(&*traced.plan.name);
    let ladder = ladder(traced);
    let section = page.section(Extent::Both);
    section.paragraph(format!("{}: {}", traced.plan.name, traced.question));
    section.table(values(traced));
    if let Some(note) = &ladder.note {
        section.note(note);
    }
    page.sheets = vec![sheet(traced)];
    page.ladder = Some(ladder);
    page
}

/// The ladder of a trace.
pub(super) fn ladder(traced: &Traced<'_>) -> Ladder {
    let ladder = story(traced.plan, traced.replication, traced.trace, traced.stretch.as_ref());
    let note = (traced.more > 0).then(|| {
        let more = counted(usize::try_from(traced.more).unwrap_or(usize::MAX), ["more call", "more calls"]);
        format!("{more} not shown; --most shows more.")
    });
    Ladder { note, ..ladder }
}

/// The durations that were measured of each call.
fn measured<'a>(traced: &'a Traced<'_>) -> impl Iterator<Item = (CallName, &'a Value)> {
    let calls = traced.trace.calls.iter();
    calls.flat_map(|(call, _, values)| values.iter().map(move |value| (*call, value)))
}

/// They as a table.
pub(super) fn values(traced: &Traced<'_>) -> Table {
    let mut table = Table::of_words(["call", "what was measured", "lasted", "until"]);
    for (call, value) in measured(traced) {
        let until = traced.plan.clock(value.at).unwrap_or_else(|| exact(value.at.since(Time::ZERO)));
        table.row([
            Entry::from(traced.plan.call_name(call)),
            value.metric.name().into(),
            exact(value.value).into(),
            until.into(),
        ]);
    }
    table
}

/// A duration with all its digits.
fn exact(span: Span) -> String {
    let nanos = span.nanos();
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    match fraction {
        0 => format!("{seconds} s"),
        _ => format!("{seconds}.{} s", format!("{fraction:09}").trim_end_matches('0')),
    }
}

fn sheet<'a>(traced: &'a Traced<'a>) -> Sheet<'a> {
    Sheet::new("values", ["workload", "replication", "call", "metric", "until_ns", "value_ns"], move || {
        measured(traced).map(move |(call, value)| {
            vec![
                Cell::from(&*traced.plan.name),
                Cell::from(traced.replication),
                Cell::Text(traced.plan.call_name(call)),
                Cell::from(value.metric.name()),
                Cell::from(value.at.nanos()),
                Cell::from(value.value.nanos()),
            ]
        })
    })
}
