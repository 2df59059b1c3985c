//! How long a replication takes.

use super::advice::LONG_RUN;
use super::notes::{Known, Notes};
use super::words::tidy;
use crate::engine::Span;
use crate::workload::units;

/// With more events than this, a replication takes minutes.
const MANY: f64 = 4e9;

/// What an event takes with many calls in flight, in seconds.
const EVENT: f64 = 80e-9;

/// Warns of a replication with very many events.
pub(super) fn examine(known: &Known<'_>, notes: &mut Notes) {
    let events = known.plan.expected_events();
    if events <= MANY {
        return;
    }
    let minutes = (events * EVENT / 60.0).round();
    let takes = units::words(Span::from_seconds(60.0 * minutes));
    let what = format!("a replication has about {} events, and takes about {takes} on one core", tidy(events));
    let hint = "a shorter run, or a smaller part of the cluster, may answer the question";
    notes.warn(&LONG_RUN, &known.workload.run.length.place, what, hint);
}
