//! How much of something is enough.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::analysis::{Evaluated, Judged, Study, Verdict, judge};
use crate::experiment::{self, End, Failure, Turn};
use crate::stats::Confidence;

use super::case::Case;
use super::observer::{Observer, Remark};
use super::runner::Runner;
use super::window::window;

/// Which values there are, and how long each may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// How many values there are.
    pub values: usize,
    /// At which end the goals are met: the largest value is sought where that is the first one, the smallest where it is the
    /// last one. `None`: as the two ends say.
    pub met_at: Option<End>,
    /// How many goals each value has: the doubt is divided among them.
    pub goals: usize,
    /// Which replications of a value there may be at most.
    pub replications: Range<u64>,
}

impl Search {
    /// How sure each interval has to be, so that all of them, and so the answer, hold with 95 %: the doubt is divided among
    /// all that could go wrong, each look at each value for each goal.
    pub fn confidence(&self) -> Confidence {
        let looks = experiment::looks(self.replications.end - self.replications.start);
        Confidence::P95.of_each(experiment::points(self.values) * looks * self.goals)
    }
}

/// Finds where along the values the goals turn from met to missed, and gives what was found at those that were tried, in
/// their order. `load` makes the case of a value. Each takes only as many replications as it takes to tell, all with the
/// same callers.
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
/// let (turn, tried) = capacity(&search, load, &runner)?;
/// println!("{turn:?} after {} values", tried.len());
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
        runner.observer.remark(Remark::Tried { at, verdict, replications: found.replications });
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
