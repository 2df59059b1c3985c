//! Closed forms beside what was simulated.

use super::columns::{block, new_table};
use super::words::{human, time};
use crate::analysis::{Beside, NOT_ESTIMABLE, Study, beside};
use crate::expected::{Expected, Measure};

/// The section of the table; nothing if no form applies.
pub(super) fn closed_forms(study: &Study) -> String {
    let mut table = new_table(["closed forms that apply", "expected", "simulated", "95 % interval", "form"]);
    let mut reasons = String::new();
    for Beside { expected: it, mean, interval } in beside(study) {
        let shown = |value: f64| shown(it.measure, value);
        let interval = interval.map(|(low, high)| format!("[{}, {}]", shown(low.max(0.0)), shown(high)));
        table.add_row([
            name(study, it.measure),
            range(&it, shown),
            shown(mean),
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
