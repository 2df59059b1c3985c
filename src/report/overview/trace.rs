//! The report of a trace.

use crate::report::kept::{Chapter, Item, Report};
use crate::report::trace::{Traced, ladder, values};
use crate::report::words::{time, whole};

use super::headline::capital;
use super::parts::report;

/// What the page of a trace says.
pub(crate) fn trace_report(traced: &Traced<'_>) -> Report {
    let mut report = report("trace", &traced.plan.name, capital(&traced.question), &traced.command);
    report.about = format!(
        "replication {}, seed {}; the run lasts {}",
        whole(traced.replication),
        traced.seed,
        time(traced.plan.length.nanos() as f64 / 1e9)
    );
    report.digest = Some(traced.digest.clone());
    let ladder = ladder(traced);
    let note = ladder.note.clone().map(Item::Note);
    let table = values(traced);
    let table = (!table.rows.is_empty()).then_some(Item::Table(table));
    report.chapters = vec![Chapter {
        heading: "Message by message".to_owned(),
        about: String::new(),
        items: table.into_iter().chain([Item::Ladder(ladder)]).chain(note).collect(),
    }];
    report
}
