//! A planner's goal: a measure, and a bound for it.

use std::fmt;

use crate::engine::Span;
use crate::plan::Plan;
use crate::workload::{Problem, Reports, Side, TextRange, Workload, units};

use super::measure::{Measure, OfCount, OfDuration, OfGauge};
use super::metric::Unit;

/// A requirement that a measure be at most, or at least, a bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Of what.
    pub measure: Measure,
    /// The side of the bound on which it must be.
    pub side: Side,
    /// The bound, in the measure's unit.
    pub bound: f64,
    /// The bound as it was written.
    written: String,
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.measure, self.required())
    }
}

impl Goal {
    /// A bound for a measure, both as people write them: `500ms` for a duration, `0.1%` for a share, `40` for a count. A
    /// share of a count may leave out `.share`: the percent sign implies it.
    ///
    /// # Errors
    /// What is wrong, and what to write.
    pub fn new(measure: &str, side: Side, bound: &str) -> Result<Goal, String> {
        let mut measure = Measure::parse(measure)?;
        if let Measure::Count(.., statistic @ OfCount::Mean) = &mut measure
            && bound.ends_with('%')
        {
            *statistic = OfCount::Share;
        }
        let value = match measure.unit() {
            Unit::Millis => {
                units::duration(bound).map(|span| span.nanos() as f64 / Span::from_millis(1).nanos() as f64)
            }
            Unit::Ratio => share(bound),
            Unit::Count => units::number(bound),
        };
        let expected = match (measure.unit(), &measure) {
            (Unit::Millis, _) => "a duration such as 500ms",
            (Unit::Ratio, _) => "a share such as 0.1%",
            (Unit::Count, Measure::Count(..)) => "a number, or a share of the calls offered such as 0.1%",
            (Unit::Count, _) => "a number",
        };
        let bound_of = |why: String| format!("the bound of `{measure}` must be {expected}: {why}");
        value
            .map(|value| Goal { bound: value, written: bound.to_owned(), side, measure: measure.clone() })
            .map_err(bound_of)
    }

    /// Reads `setup_delay.p99<=500ms` or `completed.share>=95%`.
    ///
    /// # Errors
    /// What is wrong, and what to write.
    pub fn parse(text: &str) -> Result<Goal, String> {
        for (sign, side) in [("<=", Side::AtMost), (">=", Side::AtLeast)] {
            if let Some((measure, bound)) = text.split_once(sign) {
                return Goal::new(measure.trim(), side, bound.trim());
            }
        }
        Err("expected MEASURE<=BOUND or MEASURE>=BOUND, e.g. setup_delay.p99<=500ms".to_owned())
    }

    /// Whether it bounds a number at exactly zero, or a share at everything. It can be missed, but what was never seen may
    /// still occur, so that no replications show that it is met. A percentile over replications may well be zero.
    pub fn is_of_zero(&self) -> bool {
        let is_number = match self.measure {
            Measure::Count(.., statistic) => matches!(statistic, OfCount::Mean | OfCount::Share),
            Measure::Duration(.., statistic) => statistic == OfDuration::Censored,
            Measure::Gauge(.., statistic) | Measure::Peak(.., statistic) => statistic == OfGauge::Mean,
            Measure::Service(..) => true,
        };
        is_number
            && match self.side {
                Side::AtMost => self.bound == 0.0,
                Side::AtLeast => self.measure.unit() == Unit::Ratio && self.bound >= 1.0,
            }
    }

    /// The bound as people write it: `<= 500ms`.
    pub fn required(&self) -> String {
        let sign = match self.side {
            Side::AtMost => "<=",
            Side::AtLeast => ">=",
        };
        format!("{sign} {}", self.written)
    }
}

/// A share with its percent sign, or a number up to 1.
fn share(bound: &str) -> Result<f64, String> {
    if bound.ends_with('%') {
        return units::share(bound);
    }
    match units::number(bound)? {
        part @ ..=1.0 => Ok(part),
        ..=100.0 => Err(format!("`{bound}` is more than everything: write {bound}%, if that is what you mean")),
        _ => Err("a share must not be more than 100%".to_owned()),
    }
}

/// The goals of a workload. Errors in them are reported; whether runs measure them can be checked only with a plan, which is asked to.
pub fn goals(workload: &Workload, mut plan: Option<&mut Plan>, reports: &Reports) -> Vec<Goal> {
    let mut goals = Vec::new();
    for written in &workload.goals {
        let measure = match &written.of {
            Some((scope, name)) => format!("{scope}:{}/{}", name.value, written.metric.value),
            None => written.metric.value.clone(),
        };
        let report = |place: &TextRange, why: String| reports.add(Problem::new(place.clone(), why, ""));
        if written.metric.value.is_empty() {
            // It has been reported, or is reported as not being a goal.
            continue;
        }
        if let Err(why) = Measure::parse(&measure) {
            let problem = Problem::new(written.metric.place.clone(), why, "");
            reports.add(problem.hint("docs/reference/measures.md lists what is measured"));
            continue;
        }
        let Some(bound) = &written.bound else { continue };
        match Goal::new(&measure, written.side, &bound.value) {
            Err(why) => report(&bound.place, why),
            Ok(goal) => match plan.as_deref_mut().map(|plan| goal.measure.asked_of(plan)) {
                Some(Err(why)) => {
                    report(written.of.as_ref().map_or(&written.metric.place, |(_, name)| &name.place), why)
                }
                _ => goals.push(goal),
            },
        }
    }
    goals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_everything_cannot_be_shown() {
        let is = |text: &str| Goal::parse(text).unwrap().is_of_zero();
        for of_zero in
            ["refused<=0", "refused<=0%", "rehome_wait.censored<=0", "completed>=100%", "node:a/throttled<=0%"]
        {
            assert!(is(of_zero), "{of_zero}");
        }
        // Half of all replications, or more, without one: that is seen.
        for other in
            ["refused.p50<=0", "refused>=0", "refused<=0.1%", "completed>=99.9%", "offered>=1", "setup_delay<=0s"]
        {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn bounds_have_the_units_of_their_measures() {
        let goal = |text: &str| Goal::parse(text).map(|goal| (goal.to_string(), goal.bound));
        assert_eq!(goal("setup_delay.p99<=500ms"), Ok(("setup_delay.p99 <= 500ms".into(), 500.0)));
        assert_eq!(goal("refused <= 0.1%"), Ok(("refused.share <= 0.1%".into(), 0.001)));
        assert_eq!(goal("refused<=40"), Ok(("refused <= 40".into(), 40.0)));
        assert_eq!(
            goal("station:ivr.workers/utilisation<=80%"),
            Ok(("station:ivr.workers/utilisation <= 80%".into(), 0.8))
        );
        assert_eq!(goal("completed.share>=0.95").map(|it| it.1), Ok(0.95));
        for (wrong, word) in [
            ("setup_delay.p99", "expected MEASURE<=BOUND"),
            ("setup_dely.p99<=1s", "did you mean `setup_delay`"),
            ("setup_delay.p99<=500", "a duration such as 500ms: `500` has no unit"),
            ("setup_delay.p99<=5%", "a duration such as 500ms"),
            ("calls_in_progress<=5%", "must be a number"),
            ("refused<=120%", "must not be more than 100%"),
            ("answered_within.20s>=80", "`80` is more than everything: write 80%"),
            ("completed.share>=950", "must not be more than 100%"),
        ] {
            let error = Goal::parse(wrong).expect_err(wrong);
            assert!(error.contains(word), "{error}");
        }
    }
}
