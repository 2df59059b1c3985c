//! Goals and what became of them.

use super::columns::{block, new_table};
use super::sheet::Sheet;
use super::words::{interval, shown};
use crate::analysis::{Cell, Judged, NOT_ESTIMABLE, Study};
use crate::record::Measure;
use crate::workload::Side;

/// Goals and their verdicts for a terminal; nothing without goals.
pub fn goals_table(judged: &[Judged]) -> String {
    let mut table = new_table(["goals", "found", "95 % interval", "verdict"]);
    for it in judged {
        let found = it.found.value.map_or_else(|| "nothing".to_owned(), |value| shown(it.found.unit, value));
        table.add_row([it.goal.to_string(), found, interval(&it.found), it.verdict.name().to_owned()]);
    }
    block(table)
}

/// `goals.csv`: a row a goal.
pub fn goals_sheet<'a>(study: &'a Study, judged: &'a [Judged]) -> Sheet<'a> {
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
        let Measure { scope, name, metric, statistic } = &it.goal.measure;
        let bound = |side: Side| Cell::from((it.goal.side == side).then_some(it.goal.bound));
        let [value, low, high] = [it.found.value, it.found.low, it.found.high].map(finite);
        let end = |end| if end == Cell::Missing && it.found.low.is_none() { NOT_ESTIMABLE.into() } else { end };
        vec![
            (&*study.plan.name).into(),
            (*scope).into(),
            (&**name).into(),
            (&**metric).into(),
            statistic.name().into(),
            it.found.unit.into(),
            bound(Side::AtMost),
            bound(Side::AtLeast),
            value,
            end(low),
            end(high),
            it.verdict.name().into(),
        ]
    };
    Sheet::new("goals", head, judged.iter().map(row))
}

/// A number, if there is one: what was not reached has none.
pub(super) fn finite(value: Option<f64>) -> Cell {
    value.filter(|value| value.is_finite()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{fake_study, judge};
    use crate::fake;
    use crate::record::Goal;
    use crate::stats::Confidence;

    #[test]
    fn what_has_no_interval_says_so() {
        let plan = fake::plan();
        let study = fake_study(&plan);
        let goal = Goal::parse("offered.p999<=1000000").unwrap();
        let judged = judge(&goal, &study, Confidence::USUAL);
        let csv = String::from_utf8(goals_sheet(&study, &[judged]).csv()).unwrap();
        assert!(
            csv.contains("offered,p999,count,1000000,,") && csv.contains("not estimable,not estimable,undecided"),
            "{csv}"
        );
    }
}
