//! Running what a study needs: its warm-up, and its replications.

use std::ops::Range;
use std::sync::atomic::AtomicBool;

use crate::analysis::Study;
use crate::engine::Time;
use crate::experiment::{self, Failure, Measured, Outcome, Progress, WarmUp, until};
use crate::plan::{Plan, StudyKind};
use crate::record::Measure;
use crate::stats::Confidence;

use super::stop::Stop;
use super::terminal::say;

/// How narrow the interval of a measure is to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Precision {
    pub(super) measure: Measure,
    /// Half the interval, in the value's hundredths.
    pub(super) percent: f64,
}

impl Precision {
    /// `setup_delay.p99=2%`
    pub(super) fn parse(text: &str) -> Result<Precision, String> {
        let (measure, percent) = text.rsplit_once('=').ok_or("expected MEASURE=PERCENT, e.g. setup_delay.p99=2%")?;
        let measure = Measure::parse(measure.trim())?;
        let number = percent.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match number {
            Some(percent) if percent > 0.0 && percent <= 100.0 => Ok(Precision { measure, percent }),
            _ => Err(format!("`{percent}` is no precision: expected a percentage up to 100%, e.g. 2%")),
        }
    }

    /// Half the interval in percent of the value; `None` while there is no interval.
    pub(super) fn reached(&self, study: &Study) -> Option<f64> {
        let found = self.measure.of(study, Confidence::USUAL);
        let (value, low, high) = (found.value?, found.low?, found.high.filter(|high| high.is_finite())?);
        let half = (high - low) / 2.0;
        // What never varies is known, even if it is nothing: no part of that would be less.
        if half == 0.0 || value == 0.0 { Some(0.0) } else { Some(half / value.abs() * 100.0) }
    }

    fn is_reached(&self, study: &Study) -> bool {
        self.reached(study).is_some_and(|percent| percent <= self.percent)
    }
}

/// Whether it is for pilot runs to say how much of the beginning is left out.
pub(super) fn warm_up_is_open(plan: &Plan) -> bool {
    plan.study == StudyKind::Steady && plan.finds_warm_up
}

/// Refuses a steady study of many values whose warm-up is open: pilot runs would find another one at each, and counts would
/// be of other stretches of time.
pub(super) fn one_warm_up(plan: &Plan) -> Result<(), Stop> {
    match warm_up_is_open(plan) {
        false => Ok(()),
        true => Err(Stop::Usage(
            "values of a steady study are compared over one stretch of time, and the workload leaves its beginning open\n  \
             help: give it with --set run.warm_up=15m or the like; `ctisim run` at the heaviest value tells what it takes"
                .to_owned(),
        )),
    }
}

/// How replications are run.
#[derive(Clone, Copy)]
pub(super) struct Runner<'a> {
    pub(super) seed: u64,
    pub(super) jobs: usize,
    pub(super) audit: bool,
    pub(super) stop: &'a AtomicBool,
}

impl Runner<'_> {
    /// Finds the warm-up of a steady study whose workload leaves that open, and tells what it found. A warm-up that the
    /// workload gives stays as it is, but is held against the same rule.
    pub(super) fn find_warm_up(&self, plan: &mut Plan, quiet: bool) -> Result<(), Failure> {
        if plan.study != StudyKind::Steady {
            return Ok(());
        }
        let WarmUp { length, settles } = experiment::warm_up(plan, self.seed, self.jobs, self.stop)?;
        let settled = Time::ZERO + length;
        if !settles {
            say(&format!(
                "warning: {} of `{}` are too short to be steady: the number of calls in progress has not settled by the \
             middle of the run (MSER-5)\n  help: a longer `run.length`; where load exceeds capacity nothing settles",
                crate::report::span(plan.length.since(Time::ZERO)),
                plan.name
            ));
        } else if !plan.finds_warm_up && settled > plan.warm_up {
            say(&format!(
                "warning: a `warm_up` of {} is short: the number of calls in progress settles after {} (MSER-5)",
                crate::report::span(plan.warm_up.since(Time::ZERO)),
                crate::report::span(length)
            ));
        }
        if plan.finds_warm_up {
            plan.warm_up = settled;
            if settles && !quiet {
                say(&format!("steady after {}: what was before is not measured (MSER-5)", crate::report::span(length)));
            }
        }
        Ok(())
    }

    /// Runs the replications of a plan: all of `range`, or as many as the precisions take. Says whether these were reached.
    pub(super) fn replicate(
        &self,
        plan: &Plan,
        range: Range<u64>,
        precisions: &[Precision],
        progress: &impl Progress,
    ) -> Result<(Outcome, bool), Failure> {
        if precisions.is_empty() {
            let worker = || Measured::new(plan, self.seed, self.audit);
            return Ok((experiment::replicate(range, self.jobs, worker, progress, self.stop)?, true));
        }
        let reached = |study: &Study| precisions.iter().all(|precision| precision.is_reached(study));
        self.replicate_until(plan, range, progress, reached)
    }

    /// Runs replications of a plan until there are enough of them, but no more than these. Says whether there are enough.
    pub(super) fn replicate_until(
        &self,
        plan: &Plan,
        range: Range<u64>,
        progress: &impl Progress,
        mut enough: impl FnMut(&Study) -> bool,
    ) -> Result<(Outcome, bool), Failure> {
        let worker = || Measured::new(plan, self.seed, self.audit);
        let run = |range| experiment::replicate(range, self.jobs, worker, progress, self.stop);
        let look = |outcome: Outcome| {
            let study = Study::new(plan, self.seed, outcome);
            let enough = enough(&study);
            (study.outcome, enough)
        };
        until(range, run, look)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precisions_are_percentages() {
        let precision = Precision::parse("setup_delay.p99=2.5%").unwrap();
        assert_eq!((precision.measure.to_string().as_str(), precision.percent), ("setup_delay.p99", 2.5));
        for wrong in
            ["setup_delay.p99", "setup_delay.p99=2", "setup_delay.p99=0%", "setup_delay.p99=101%", "x=1%", "=2%"]
        {
            assert!(Precision::parse(wrong).is_err(), "{wrong}");
        }
    }
}
