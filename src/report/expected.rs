//! Closed forms beside what was simulated.

use crate::expected::{Expected, Measure, expected};
use crate::record::{Count, DurationSummary, Metric, ReplicationSummary};
use crate::stats::{Confidence, estimate, proportion_interval};

use super::Study;
use super::answer::time;
use super::summary::NOT_ESTIMABLE;
use super::table::{block, human, new_table};

/// The section of the table; nothing if no form applies.
pub(super) fn closed_forms(study: &Study) -> String {
    let mut table = new_table(["closed forms that apply", "expected", "simulated", "95 % interval", "form"]);
    let mut reasons = String::new();
    for it in expected(study.plan) {
        let values = simulated(study, it.measure);
        let Some(found) = estimate(&values, Confidence::USUAL) else { continue };
        let shown = |value: f64| shown(it.measure, value);
        let interval = match it.measure {
            Measure::HomeByEnd(_) => proportion_interval(values.iter().sum::<f64>() as u64, values.len() as u64),
            // What never varied says nothing of how far off it may be.
            _ => found.interval.filter(|(low, high)| low < high),
        };
        let interval = interval.map(|(low, high)| format!("[{}, {}]", shown(low.max(0.0)), shown(high)));
        table.add_row([
            name(study, it.measure),
            range(&it, shown),
            shown(found.mean),
            interval.unwrap_or_else(|| NOT_ESTIMABLE.to_owned()),
            it.form.to_owned(),
        ]);
        reasons += &format!("{}: {}.\n", name(study, it.measure), it.why);
    }
    if table.row_count() == 0 {
        return String::new();
    }
    block(table)
        + &reasons
        + "One interval in twenty misses what is true; a range is for the time that messages take.\n"
}

fn range(it: &Expected, shown: impl Fn(f64) -> String) -> String {
    let (low, high) = (shown(it.low), shown(it.high));
    if low == high { low } else { format!("{low} to {high}") }
}

/// The values of a measure, one for each replication that has one.
pub fn simulated(study: &Study, measure: Measure) -> Vec<f64> {
    let summaries = || study.outcome.summaries.iter();
    let share = |count: Count| {
        let offered = summaries().filter(|it| it.count(Count::Offered) > 0);
        offered.map(|it| it.count(count) as f64 / it.count(Count::Offered) as f64).collect()
    };
    let means = |row: usize| study.duration_means(row).into_iter().map(|millis| 1e-3 * millis).collect();
    match measure {
        Measure::Offered => study.counts(Count::Offered),
        Measure::Failures => study.counts(Count::CallManagerFailures),
        Measure::RefusedBusy => share(Count::RefusedBusy),
        Measure::ForwardedBusy => share(Count::Cfb),
        Measure::Unreachable => share(Count::RefusedNoCallManager),
        Measure::Calls(id) => study.gauge_means(study.catalogue.calls(id)),
        Measure::QueueDelay(id) => means(study.catalogue.application(Metric::AppQueueDelay, id)),
        Measure::Detection(id) => means(study.catalogue.application(Metric::ApplicationDetectionDelay, id)),
        Measure::RehomeWait(id) => means(study.catalogue.route_point(Metric::RehomeWait, id)),
        Measure::HomeByEnd(id) => {
            let row = study.catalogue.route_point(Metric::RehomeWait, id);
            let of = |summary: &ReplicationSummary| summary.durations[row];
            let waits = |it: &DurationSummary| it.count + it.censored;
            let some = summaries().map(of).filter(|it| waits(it) > 0);
            some.map(|it| it.count as f64 / waits(&it) as f64).collect()
        }
    }
}

fn name(study: &Study, measure: Measure) -> String {
    let plan = study.plan;
    match measure {
        Measure::Offered => "offered".to_owned(),
        Measure::RefusedBusy => "refused_busy of offered".to_owned(),
        Measure::ForwardedBusy => "cfb of offered".to_owned(),
        Measure::Unreachable => "refused_no_callmanager of offered".to_owned(),
        Measure::Failures => "callmanager_failures".to_owned(),
        Measure::Calls(id) => format!("{} calls", plan.route_points[id.index()].name),
        Measure::QueueDelay(id) => format!("{} app_queue_delay, mean", plan.applications[id.index()].name),
        Measure::Detection(id) => format!("{} detection_delay, mean", plan.applications[id.index()].name),
        Measure::HomeByEnd(id) => format!("{} home at the end", plan.route_points[id.index()].name),
        Measure::RehomeWait(id) => format!("{} rehome_wait, mean", plan.route_points[id.index()].name),
    }
}

fn shown(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Offered | Measure::Failures | Measure::Calls(_) => human(value),
        Measure::RefusedBusy | Measure::ForwardedBusy | Measure::Unreachable | Measure::HomeByEnd(_) => {
            format!("{:.3} %", 100.0 * value)
        }
        Measure::QueueDelay(_) | Measure::Detection(_) | Measure::RehomeWait(_) => time(value),
    }
}
