//! Goals and their verdicts.

use super::sheet::Sheet;
use super::table::{Entry, Table, Tone};
use super::words::{self, measured_beside, sized};
use crate::analysis::{Cell, Judged, Measured, NOT_ESTIMABLE, Study, Verdict};
use crate::workload::Side;

/// Goals and their verdicts.
pub(super) fn goals_table(judged: &[Judged]) -> Table {
    let mut table = Table::of_numbers(["goals", "estimate", "95 % interval", "verdict"]);
    table.keep(|name| name == "estimate");
    for it in judged {
        table.row([it.goal.to_string().into(), found(&it.found), interval(&it.found), verdict(it.verdict)]);
    }
    table
}

/// The estimate.
pub(super) fn found(found: &Measured) -> Entry {
    found.value.map_or(Entry::missing("no value"), |value| Entry::number(value, found.unit, in_words(found)))
}

/// The confidence interval of the estimate.
pub(super) fn interval(found: &Measured) -> Entry {
    let unit = found.unit;
    let words = in_words(found);
    match (found.low, found.high) {
        (Some(low), Some(high)) => Entry::interval(low, high, unit, words),
        (Some(low), None) => Entry::at_least(low, unit, words),
        (None, Some(high)) => Entry::at_most(high, unit, words),
        (None, None) => Entry::missing(NOT_ESTIMABLE),
    }
}

/// Formats an estimate and the ends of its interval in one unit.
fn in_words(found: &Measured) -> impl Fn(f64) -> String {
    let (unit, other) = (found.unit, sized([found.value, found.high, found.low]));
    move |value| measured_beside(unit, value, other)
}

/// The verdict on a goal.
pub(super) fn verdict(verdict: Verdict) -> Entry {
    Entry::verdict(tone(verdict), words::verdict(verdict.name()))
}

/// Whether a verdict is good or bad.
pub(super) const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Met => Tone::Good,
        Verdict::Missed => Tone::Bad,
        Verdict::Undecided => Tone::Open,
    }
}

/// `goals.csv`: one row per goal.
pub fn goals_sheet<'a>(study: &'a Study<'_>, judged: &'a [Judged]) -> Sheet<'a> {
    let head = [
        "workload",
        "scope",
        "name",
        "metric",
        "statistic",
        "unit",
        "at_most",
        "at_least",
        "value",
        "low",
        "high",
        "verdict",
    ];
    let row = |it: &Judged| -> Vec<Cell> {
        let measure = &it.goal.measure;
        let bound = |side: Side| Cell::from((it.goal.side == side).then_some(it.goal.bound));
        let [value, low, high] = it.found.cells();
        vec![
            (&*study.plan.name).into(),
            measure.subject().scope.name().into(),
            (&*measure.subject().name).into(),
            measure.metric().into(),
            (&*measure.statistic().name()).into(),
            it.found.unit.into(),
            bound(Side::AtMost),
            bound(Side::AtLeast),
            value,
            low,
            high,
            it.verdict.name().into(),
        ]
    };
    Sheet::new("goals", head, move || judged.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{fake_study, judge};
    use crate::fake;
    use crate::record::Goal;
    use crate::report::format::csv;
    use crate::stats::Confidence;

    #[test]
    fn what_has_no_interval_says_so() {
        let plan = fake::plan();
        let study = fake_study(&plan);
        let goal = Goal::parse("offered.p999<=1000000").unwrap();
        let judged = judge(&goal, &study, Confidence::P95);
        let csv = String::from_utf8(csv(&goals_sheet(&study, &[judged]))).unwrap();
        assert!(csv.contains("offered,p999,count,1000000,,") && csv.contains(",unknown,undecided"), "{csv}");
    }
}
