//! The search for a capacity: how much of something is enough.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::analysis::{Evaluated, Judged, Study, Verdict, judge};
use crate::experiment::{self, End, Failure, Turn};
use crate::stats::Confidence;

use super::case::Case;
use super::observer::{Observer, Remark};
use super::runner::Runner;
use super::window::window;

/// The parameters of a capacity search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The number of values.
    pub values: usize,
    /// The end at which the goals are met: with the first one, the largest value that meets them is sought, with the last one
    /// the smallest. `None`: found from the two ends.
    pub met_at: Option<End>,
    /// The number of goals: the error probability is divided among them.
    pub goals: usize,
    /// The replications allowed per value.
    pub replications: Range<u64>,
}

impl Search {
    /// The confidence of each interval that gives a simultaneous confidence of 95 %: the error probability is divided among
    /// all looks at each value for each goal (Bonferroni).
    pub fn confidence(&self) -> Confidence {
        let looks = experiment::looks(self.replications.end - self.replications.start);
        Confidence::P95.of_each(experiment::points(self.values) * looks * self.goals)
    }
}

/// Finds where along the values the goals turn from met to missed, and returns the evaluated values in order. `load` makes
/// the case of a value. Each value takes only as many replications as necessary to decide, under common random numbers.
///
/// ```
/// use ctisim::check;
/// use ctisim::experiment::{Audit, End};
/// use ctisim::studies::{Axis, Case, Runner, Search, capacity};
/// use ctisim::workload::{self, NoFiles};
/// use std::error::Error;
/// use std::sync::atomic::AtomicBool;
///
/// let text = r#"
///     format = 1
///     question = "How many lines?"
///     run = { length = "5m" }
///     [[node]]
///     name = "sub1"
///     [[destination]]
///     name = "outside"
///     lines = 1
///     [[traffic]]
///     name = "callers"
///     to = "outside"
///     arrivals = { poisson = "10/m" }
///     talk = "1m"
///     [[goal]]
///     metric = "refused"
///     at_most = "20%"
/// "#;
/// let values: Vec<String> = (1..=30).map(|lines| lines.to_string()).collect();
/// let axis = Axis { key: "destination.outside.lines".into(), values };
/// let load = |at: usize| -> Result<Case, Box<dyn Error>> {
///     let text = workload::set(text, &[axis.setting(at)])?;
///     let compiled = check::compile("example", &text, &NoFiles)?;
///     let digest = workload::digest(&text, &NoFiles);
///     Ok(Case { plan: compiled.plan, goals: compiled.goals, digest })
/// };
/// let stop = AtomicBool::new(false);
/// let runner = Runner { seed: 1, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop };
/// let search = Search { values: 30, met_at: Some(End::Last), goals: 1, replications: 0..60 };
/// let (turn, evaluated) = capacity(&search, load, &runner)?;
/// println!("{turn:?} after {} values", evaluated.len());
/// # Ok::<(), Box<dyn Error>>(())
/// ```
///
/// # Errors
/// Those of `load`, and why there is no outcome.
pub fn capacity<O: Observer, E: From<Failure>>(
    search: &Search,
    mut load: impl FnMut(usize) -> Result<Case, E>,
    runner: &Runner<'_, O>,
) -> Result<(Turn, Vec<Evaluated>), E> {
    let confidence = search.confidence();
    let mut evaluated = BTreeMap::new();
    let look = |at: usize| -> Result<Option<bool>, E> {
        let Case { plan, goals, .. } = load(at)?;
        let judged =
            |study: &Study| -> Vec<Judged> { goals.iter().map(|goal| judge(goal, study, confidence)).collect() };
        let decided = |study: &Study| Verdict::of_all(judged(study).iter().map(|it| it.verdict)) != Verdict::Undecided;
        let window = window(&plan, runner)?;
        runner.observer.expect(search.replications.end - search.replications.start);
        let (study, _) = runner.replicate_until(&plan, window, search.replications.clone(), decided)?;
        let found = Evaluated::new(at, &study, judged(&study));
        let verdict = found.verdict();
        runner.observer.remark(Remark::Evaluated { at, verdict, replications: found.replications });
        evaluated.insert(at, found);
        Ok(match verdict {
            Verdict::Met => Some(true),
            Verdict::Missed => Some(false),
            Verdict::Undecided => None,
        })
    };
    let turn = experiment::search(search.values, search.met_at, look)?;
    Ok((turn, evaluated.into_values().collect()))
}
