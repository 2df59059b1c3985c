//! The comparison of two plans under common random numbers.

use std::ops::Range;

use crate::analysis::{self, Compared, Study, samples};
use crate::experiment::Failure;
use crate::plan::{Plan, Window};
use crate::record::Measure;

use super::observer::Observer;
use super::runner::Runner;
use super::window::{is_open, window};

/// Two plans that were run under common random numbers.
#[derive(Debug)]
pub struct Comparison<'p> {
    /// The results of the first.
    pub first: Study<'p>,
    /// The results of the second.
    pub second: Study<'p>,
    /// Each measure, compared.
    pub compared: Vec<Compared>,
}

/// The measures compared by default: the standard ones of the first plan that the second has too.
pub fn common_measures(first: &Plan, second: &Plan) -> Vec<Measure> {
    Measure::standard(first).into_iter().filter(|measure| measure.check(second).is_ok()).collect()
}

/// Runs the same replications of two plans with one seed, and so under common random numbers, and compares these measures
/// pair by pair. A difference within `margin`, a share of the first's mean, counts as alike. If a warm-up has to be found,
/// both use the longer one, because counts could not be compared otherwise.
///
/// ```
/// use ctisim::experiment::Audit;
/// use ctisim::studies::{Runner, common_measures, compare};
/// use ctisim::{plan, workload};
/// use std::sync::atomic::AtomicBool;
///
/// let compile = |lines: u32| {
///     let text = format!(r#"
///         format = 1
///         question = "How many lines?"
///         run = {{ length = "5m" }}
///         [[node]]
///         name = "sub1"
///         [[destination]]
///         name = "outside"
///         lines = {lines}
///         [[traffic]]
///         name = "callers"
///         to = "outside"
///         arrivals = {{ poisson = "10/m" }}
///     "#);
///     plan::compile("example", &text, &workload::NoFiles)
/// };
/// let (few, many) = (compile(2)?, compile(200)?);
/// let stop = AtomicBool::new(false);
/// let runner = Runner { seed: 1, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop, records: None };
/// let found = compare([&few, &many], &common_measures(&few, &many), 0.01, 0..10, &runner)?;
/// for it in &found.compared {
///     println!("{}: {}", it.measure, it.difference().name());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Why there is no outcome.
///
/// # Panics
/// If a plan does not measure what is to be compared: see [`Measure::check`].
pub fn compare<'p, O: Observer>(
    [first, second]: [&'p Plan; 2],
    measures: &[Measure],
    margin: f64,
    range: Range<u64>,
    runner: &Runner<'_, O>,
) -> Result<Comparison<'p>, Failure> {
    let mut windows = [window(first, runner)?, window(second, runner)?];
    if is_open(first) || is_open(second) {
        let warm_up = windows[0].warm_up.max(windows[1].warm_up);
        windows = windows.map(|window| Window { warm_up, ..window });
    }
    runner.observer.expect((range.end - range.start).saturating_mul(2));
    let first = runner.replicate(first, windows[0], range.clone())?;
    let second = runner.replicate(second, windows[1], range)?;
    let compared = analysis::compare(&samples(&first, measures), &samples(&second, measures), margin);
    Ok(Comparison { first, second, compared })
}
