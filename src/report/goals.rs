//! Goals and their verdicts.

use super::page::{Entry, Table, Tone};
use super::sheet::Sheet;
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
    found.value.map_or(Entry::Missing("no value"), |value| Entry::number(value, found.unit, in_words(found)))
}

/// The confidence interval of the estimate, cut off at zero: no measure can be negative.
pub(super) fn interval(found: &Measured) -> Entry {
    let unit = found.unit;
    let words = in_words(found);
    match (found.low.map(|low| low.max(0.0)), found.high) {
        (Some(low), Some(high)) => Entry::interval(low, high, unit, words),
        (Some(low), None) => Entry::Interval { low, high: None, unit, words: format!("[{}, unknown]", words(low)) },
        (None, _) => Entry::Missing(NOT_ESTIMABLE),
    }
}

/// Formats an estimate and the ends of its interval in one unit.
fn in_words(found: &Measured) -> impl Fn(f64) -> String {
    let (unit, other) = (found.unit, sized([found.value, found.high, found.low]));
    move |value| measured_beside(unit, value, other)
}

/// The verdict on a goal.
pub(super) fn verdict(verdict: Verdict) -> Entry {
    let tone = match verdict {
        Verdict::Met => Tone::Good,
        Verdict::Missed => Tone::Bad,
        Verdict::Undecided => Tone::Open,
    };
    Entry::verdict(tone, words::verdict(verdict.name()))
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
        let [value, low, high] = [it.found.value, it.found.low, it.found.high].map(finite);
        let end = |end| if end == Cell::Missing && it.found.low.is_none() { NOT_ESTIMABLE.into() } else { end };
        vec![
            (&*study.plan.name).into(),
            measure.subject().scope.name().into(),
            (&*measure.subject().name).into(),
            measure.metric().into(),
            measure.statistic().name().into(),
            it.found.unit.into(),
            bound(Side::AtMost),
            bound(Side::AtLeast),
            value,
            end(low),
            end(high),
            it.verdict.name().into(),
        ]
    };
    Sheet::new("goals", head, move || judged.iter().map(row))
}

/// A finite number; an infinite one, which was not reached, becomes an empty cell.
pub(super) fn finite(value: Option<f64>) -> Cell {
    value.filter(|value| value.is_finite()).into()
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
        assert!(
            csv.contains("offered,p999,count,1000000,,") && csv.contains("not estimable,not estimable,undecided"),
            "{csv}"
        );
    }

    /// A rare event: 0.4 per replication, 0.4 +- 0.7 by Student's t. Beyond a whole there may be something: a call may be
    /// forwarded twice.
    #[test]
    fn an_interval_does_not_reach_below_zero() {
        let ends = |unit, low, value, high| {
            let found = Measured { value: Some(value), low: Some(low), high: Some(high), unit };
            match interval(&found) {
                Entry::Interval { low, high, words, .. } => (low, high, words),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(ends("count", -0.3, 0.4, 1.1), (0.0, Some(1.1), "[0, 1.100]".to_owned()));
        assert_eq!(ends("ratio", -0.25, 0.5, 1.25), (0.0, Some(1.25), "[0 %, 125.0 %]".to_owned()));
        assert_eq!(ends("count", 0.1, 0.4, 0.7).0, 0.1);
    }
}
