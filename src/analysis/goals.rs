//! The verdicts on goals.

use serde::Serialize;

use crate::record::Goal;
use crate::stats::{Confidence, replications_to_settle};
use crate::workload::Side;

use super::measure::Measured;
use super::study::Study;

/// The verdict on a goal. Its names stand in files and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole confidence interval keeps the bound.
    Met,
    /// The whole confidence interval breaks the bound.
    Missed,
    /// The bound lies within the confidence interval, or there is no interval.
    Undecided,
}

impl Verdict {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            Verdict::Undecided => "undecided",
        }
    }

    /// The verdict on several goals together: missed if one is missed, met only if all are.
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

/// A goal, the estimate of its measure, and the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The goal.
    pub goal: Goal,
    /// The estimate.
    pub found: Measured,
    /// The verdict.
    pub verdict: Verdict,
}

/// Judges a goal by the whole confidence interval of its measure, never by the point estimate.
pub fn judge(goal: &Goal, study: &Study, confidence: Confidence) -> Judged {
    judge_found(goal, goal.measure.of(study, confidence))
}

impl Judged {
    /// Whether no number of replications would decide it: there is no value, or what the goal rules out was never seen, which
    /// can never be certain.
    pub fn is_undecidable(&self) -> bool {
        self.found.value.is_none() || self.goal.is_of_zero()
    }

    /// How many replications decide it in eight of ten cases, if the estimate after so many is right; `None` if it equals the
    /// bound, or if it was seen too seldom to tell.
    pub fn would_decide(&self, replications: u64) -> Option<u64> {
        let (value, low, high) = (self.found.value?, self.found.low?, self.found.high?);
        // The lower half may have been cut at zero.
        let half = if value > self.goal.bound { (value - low).max(high - value) } else { high - value };
        replications_to_settle(replications, half, (value - self.goal.bound).abs(), Confidence::P95)
    }
}

/// Judges a goal by the estimate of its measure.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;
    use crate::record::Measure;

    #[test]
    fn a_goal_is_judged_by_the_whole_interval() {
        let plan = fake::plan();
        let study = study(&plan);
        let found = Measure::parse("offered").unwrap().of(&study, Confidence::P95);
        let (low, high) = (found.low.unwrap(), found.high.unwrap());
        assert!(low < high);
        let verdict = |sign: &str, bound: f64| {
            let goal = Goal::parse(&format!("offered{sign}{bound}")).unwrap();
            judge(&goal, &study, Confidence::P95).verdict
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
        // A higher confidence makes a wider interval.
        let goal = Goal::parse(&format!("offered<={high}")).unwrap();
        assert_eq!(judge(&goal, &study, Confidence::P95.of_each(10)).verdict, Verdict::Undecided);
    }

    #[test]
    fn what_has_no_interval_is_never_met() {
        let plan = fake::plan();
        let study = study(&plan);
        let goal = Goal::parse("offered.p999<=1000000").unwrap();
        let judged = judge(&goal, &study, Confidence::P95);
        assert_eq!((judged.found.high, judged.verdict), (None, Verdict::Undecided));
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
