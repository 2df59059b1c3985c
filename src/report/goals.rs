//! Whether goals were met.

use serde::Serialize;

use crate::record::{Goal, Measure};
use crate::stats::Confidence;
use crate::workload::Side;

use super::measure::{interval, shown};
use super::summary::NOT_ESTIMABLE;
use super::table::{block, new_table};
use super::{Cell, Measured, Sheet, Study};

/// What is to be said of a goal. The words are those of files: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval keeps the bound.
    Met,
    /// The whole interval breaks it.
    Missed,
    /// The bound lies within the interval, or there is none.
    Undecided,
}

impl Verdict {
    /// The word in files.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            Verdict::Undecided => "undecided",
        }
    }

    /// That of several goals together: one missed is all missed, and all are met only together.
    pub fn of_all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        let mut all = Verdict::Met;
        for verdict in verdicts {
            all = match (all, verdict) {
                (Verdict::Missed, _) | (_, Verdict::Missed) => Verdict::Missed,
                (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
                (Verdict::Met, Verdict::Met) => Verdict::Met,
            };
        }
        all
    }
}

/// A goal, what was found, and what that says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The goal.
    pub goal: Goal,
    /// What was found.
    pub found: Measured,
    /// What that says.
    pub verdict: Verdict,
}

/// Judges a goal by the whole interval of its measure, never by the point.
pub fn judge(goal: &Goal, study: &Study, confidence: Confidence) -> Judged {
    judge_found(goal, goal.measure.of(study, confidence))
}

impl Judged {
    /// Whether no number of replications would decide it: there is nothing to measure, or nothing is allowed and nothing was
    /// seen, which is never known for certain.
    pub fn is_hopeless(&self) -> bool {
        self.found.value.is_none() || (self.goal.bound == 0.0 && self.found.value == Some(0.0))
    }
}

/// Judges a goal by what was found of its measure.
pub fn judge_found(goal: &Goal, found: Measured) -> Judged {
    let verdict = match goal.side {
        Side::AtMost if found.high.is_some_and(|high| high <= goal.bound) => Verdict::Met,
        Side::AtMost if found.low.is_some_and(|low| low > goal.bound) => Verdict::Missed,
        Side::AtLeast if found.low.is_some_and(|low| low >= goal.bound) => Verdict::Met,
        Side::AtLeast if found.high.is_some_and(|high| high < goal.bound) => Verdict::Missed,
        _ => Verdict::Undecided,
    };
    Judged { goal: goal.clone(), found, verdict }
}

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
    use crate::fake;
    use crate::report::tests::study;

    #[test]
    fn a_goal_is_judged_by_the_whole_interval() {
        let plan = fake::plan();
        let study = study(&plan);
        let found = Measure::parse("offered").unwrap().of(&study, Confidence::USUAL);
        let (low, high) = (found.low.unwrap(), found.high.unwrap());
        assert!(low < high);
        let verdict = |sign: &str, bound: f64| {
            let goal = Goal::parse(&format!("offered{sign}{bound}")).unwrap();
            judge(&goal, &study, Confidence::USUAL).verdict
        };
        let middle = (low + high) / 2.0;
        assert_eq!(
            [verdict("<=", high), verdict("<=", middle), verdict("<=", low - 0.1)],
            [Verdict::Met, Verdict::Undecided, Verdict::Missed]
        );
        assert_eq!(
            [verdict(">=", low), verdict(">=", middle), verdict(">=", high + 0.1)],
            [Verdict::Met, Verdict::Undecided, Verdict::Missed]
        );
        // More doubt, wider interval.
        let goal = Goal::parse(&format!("offered<={high}")).unwrap();
        assert_eq!(judge(&goal, &study, Confidence::USUAL.of_each(10)).verdict, Verdict::Undecided);
    }

    #[test]
    fn what_has_no_interval_is_never_met() {
        let plan = fake::plan();
        let study = study(&plan);
        let goal = Goal::parse("offered.p999<=1000000").unwrap();
        let judged = judge(&goal, &study, Confidence::USUAL);
        assert_eq!((judged.found.low, judged.verdict), (None, Verdict::Undecided));
        let csv = String::from_utf8(goals_sheet(&study, &[judged]).csv()).unwrap();
        assert!(
            csv.contains("offered,p999,count,1000000,,") && csv.contains("not estimable,not estimable,undecided"),
            "{csv}"
        );
    }

    #[test]
    fn all_goals_together() {
        use Verdict::{Met, Missed, Undecided};
        assert_eq!(Verdict::of_all([]), Met);
        assert_eq!(Verdict::of_all([Met, Met]), Met);
        assert_eq!(Verdict::of_all([Met, Undecided, Met]), Undecided);
        assert_eq!(Verdict::of_all([Undecided, Missed, Met]), Missed);
    }
}
