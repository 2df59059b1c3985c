//! A run of one plan, with as many replications as necessary.

use std::ops::Range;

use crate::analysis::{Judged, Study, judge};
use crate::experiment::Failure;
use crate::plan::Plan;
use crate::record::Goal;
use crate::stats::Confidence;

use super::observer::Observer;
use super::precision::Precision;
use super::runner::Runner;
use super::window::window;

/// A plan that was run.
#[derive(Debug)]
pub struct Run<'p> {
    /// The results.
    pub study: Study<'p>,
    /// The verdict on each goal.
    pub judged: Vec<Judged>,
    /// Whether every required precision was reached.
    pub is_precise: bool,
}

/// Runs replications of a plan: all of `range` or, with precisions, as many as these require. A steady-state study without a
/// given warm-up finds it first.
///
/// ```
/// use ctisim::experiment::Audit;
/// use ctisim::record::Goal;
/// use ctisim::studies::{Runner, run};
/// use ctisim::{plan, workload};
/// use std::sync::atomic::AtomicBool;
///
/// let text = r#"
///     format = 1
///     question = "Does a call get through?"
///     run = { length = "1m" }
///     [[node]]
///     name = "sub1"
///     [[destination]]
///     name = "outside"
///     [[traffic]]
///     name = "callers"
///     to = "outside"
///     arrivals = { poisson = "10/m" }
/// "#;
/// let plan = plan::compile("example", text, &workload::NoFiles)?;
/// let stop = AtomicBool::new(false);
/// let runner = Runner { seed: plan.seed, jobs: 1, audit: Audit::On, observer: &(), stop: &stop, records: None };
/// let goal = Goal::parse("refused<=1%")?;
/// let found = run(&plan, &[goal], &[], 0..20, &runner)?;
/// println!("{:?}: {}", found.judged[0].found.value, found.judged[0].verdict.name());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Why there is no outcome.
///
/// # Panics
/// If the plan does not have the measure of a goal or a precision: see [`Measure::check`](crate::record::Measure::check).
pub fn run<'p, O: Observer>(
    plan: &'p Plan,
    goals: &[Goal],
    precisions: &[Precision],
    range: Range<u64>,
    runner: &Runner<'_, O>,
) -> Result<Run<'p>, Failure> {
    let window = window(plan, runner)?;
    runner.observer.expect(range.end - range.start);
    let (study, is_precise) = if precisions.is_empty() {
        (runner.replicate(plan, window, range)?, true)
    } else {
        let reached = |study: &Study| precisions.iter().all(|precision| precision.is_reached(study));
        runner.replicate_until(plan, window, range, reached)?
    };
    let judged = goals.iter().map(|goal| judge(goal, &study, Confidence::P95)).collect();
    Ok(Run { study, judged, is_precise })
}
