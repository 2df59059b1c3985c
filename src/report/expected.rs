//! Closed forms beside the simulated values.

use super::page::Section;
use super::table::{Entry, Table};
use super::words::{human, sized, time_beside};
use crate::analysis::{Beside, NOT_ESTIMABLE, Study, beside};
use crate::expected::{Expected, Predicted};

/// Every applicable closed form; nothing if there is none.
pub(super) fn closed_forms(study: &Study, section: &mut Section<'_>) {
    let mut table = Table::of_numbers(["applicable closed forms", "expected", "simulated", "95 % interval", "form"]);
    let mut reasons = Vec::new();
    for Beside { expected: it, mean, interval } in beside(study) {
        let size = sized([Some(mean), Some(it.high)]);
        let words = |value: f64| words(it.measure, value, size);
        let unit = unit(it.measure);
        let interval = interval.map(|(low, high)| Entry::interval(low, high, unit, words));
        table.row([
            name(study, it.measure).into(),
            range(&it, words),
            Entry::number(mean, unit, words),
            interval.unwrap_or(Entry::missing(NOT_ESTIMABLE)),
            it.form.into(),
        ]);
        reasons.push(format!("{}: {}.", name(study, it.measure), it.why));
    }
    if section.table(table) {
        reasons.into_iter().for_each(|reason| section.note(reason));
        section.note(
            "About one 95 % interval in twenty misses the true value. An expected range allows for message delays.",
        );
    }
}

fn range(it: &Expected, words: impl Fn(f64) -> String) -> Entry {
    let (low, high) = (words(it.low), words(it.high));
    let words = if low == high { low } else { format!("{low} to {high}") };
    Entry::Interval { low: Some(it.low), high: Some(it.high), unit: unit(it.measure).into(), words }
}

fn name(study: &Study, measure: Predicted) -> String {
    let plan = study.plan;
    match measure {
        Predicted::Offered => "offered".to_owned(),
        Predicted::RefusedBusy => "refused_busy of offered".to_owned(),
        Predicted::ForwardedBusy => "cfb of offered".to_owned(),
        Predicted::Unreachable => "refused_no_callmanager of offered".to_owned(),
        Predicted::Failures => "callmanager_failures".to_owned(),
        Predicted::Calls(id) => format!("{} calls", plan.route_points[id.index()].name),
        Predicted::QueueDelay(id) => format!("{} app_queue_delay, mean", plan.applications[id.index()].name),
        Predicted::QueueWait(id) => format!("{} queue_wait, mean", plan.queues[id.index()].name),
        Predicted::Detection(id) => format!("{} detection_delay, mean", plan.applications[id.index()].name),
        Predicted::HomeByEnd(id) => format!("{} rehomed by the end", plan.route_points[id.index()].name),
        Predicted::RehomeWait(id) => format!("{} rehome_wait, mean", plan.route_points[id.index()].name),
    }
}

const fn unit(measure: Predicted) -> &'static str {
    match measure {
        Predicted::Offered | Predicted::Failures | Predicted::Calls(_) => "count",
        Predicted::RefusedBusy | Predicted::ForwardedBusy | Predicted::Unreachable | Predicted::HomeByEnd(_) => "ratio",
        Predicted::QueueDelay(_) | Predicted::QueueWait(_) | Predicted::Detection(_) | Predicted::RehomeWait(_) => "s",
    }
}

/// A value as text; a time in the unit of a value beside it.
fn words(measure: Predicted, value: f64, size: f64) -> String {
    match unit(measure) {
        "ratio" => format!("{:.3} %", 100.0 * value),
        "s" => time_beside(value, size),
        _ => human(value),
    }
}
