//! The regression gate: a plan compared with its baseline.

use std::ops::Range;

use crate::analysis::{Baseline, GateReport, Gated, SpeedResult, Study};
use crate::engine::{Span, Time};
use crate::experiment::Failure;
use crate::plan::{Plan, Window};
use crate::record::Measure;

use super::observer::Observer;
use super::runner::Runner;
use super::window::{is_open, window};

/// The study of a plan from which a baseline is made: see [`Gated::baseline`].
///
/// ```
/// use ctisim::analysis::{Baseline, Gate, Gated};
/// use ctisim::experiment::Audit;
/// use ctisim::report::fingerprint;
/// use ctisim::studies::{Runner, gate, record};
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
/// let digest = workload::digest(text, &workload::NoFiles);
/// let stop = AtomicBool::new(false);
/// let runner = Runner { seed: plan.seed, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop, records: None };
/// let study = record(&plan, 0..10, &runner)?;
/// let baseline = Gated { study: &study, digest: &digest, asked: &[], fingerprint: fingerprint(&study) }
///     .baseline(None, String::new(), None);
/// let baseline = Baseline::read(std::str::from_utf8(&baseline.json())?)?;
/// let found = gate(&plan, &digest, &[], &baseline, fingerprint, None, &runner)?;
/// assert_eq!(found.verdict, Gate::Pass);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Why there is no outcome.
pub fn record<'p, O: Observer>(
    plan: &'p Plan,
    range: Range<u64>,
    runner: &Runner<'_, O>,
) -> Result<Study<'p>, Failure> {
    let window = window(plan, runner)?;
    runner.observer.expect(range.end - range.start);
    runner.replicate(plan, window, range)
}

/// Runs the replications of a baseline, with its warm-up, and compares these measures with it; if there are none, the standard
/// ones. With the seed of the baseline both see the same callers, pair by pair; with another one they are independent, and it
/// takes many more replications to show that nothing is worse. `fingerprint` shows whether anything changed at all. Check first whether the two can be compared: see
/// [`Baseline::not_comparable`].
///
/// # Errors
/// Why there is no outcome.
///
/// # Panics
/// If the plan does not measure what is asked for: see [`Measure::check`].
pub fn gate<O: Observer>(
    plan: &Plan,
    digest: &str,
    asked: &[Measure],
    baseline: &Baseline,
    fingerprint: impl Fn(&Study) -> String,
    speed: Option<SpeedResult>,
    runner: &Runner<'_, O>,
) -> Result<GateReport, Failure> {
    // The recorded warm-up, so that the same time is measured.
    let window = match is_open(plan) {
        true => Window { warm_up: Time::ZERO + Span::from_nanos(baseline.warm_up_ns), ..plan.window() },
        false => window(plan, runner)?,
    };
    let range = baseline.range();
    runner.observer.expect(range.end - range.start);
    let study = runner.replicate(plan, window, range)?;
    let fingerprint = fingerprint(&study);
    Ok(GateReport::new(&Gated { study: &study, digest, asked, fingerprint }, baseline, speed))
}
