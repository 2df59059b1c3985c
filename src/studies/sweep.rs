//! Parameter sweeps: one workload at many points.

use std::ops::Range;

use crate::analysis::PointResult;
use crate::experiment::Failure;
use crate::plan::{Asked, Plan};
use crate::record::Goal;

use super::case::Case;
use super::observer::{Observer, Remark};
use super::runner::Runner;
use super::window::window;

/// A point of a sweep before it is run. It has no plan: all of them at once may be large.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The values of the varied keys, in order.
    pub values: Vec<String>,
    /// All changes to the workload, as [`workload::set`](crate::workload::set) takes it.
    pub settings: Vec<String>,
    /// The workload's name.
    pub workload: String,
    /// Its question.
    pub question: String,
    /// The digest of its text and of every file that it names.
    pub digest: String,
    /// The goals.
    pub goals: Vec<Goal>,
    /// What is measured beyond what every run measures.
    pub asked: Asked,
    /// The seed.
    pub seed: u64,
    /// The replications.
    pub replications: Range<u64>,
}

impl Planned {
    /// A point with this case, with the plan's seed and replications unless others are given.
    pub fn new(
        case: Case,
        values: Vec<String>,
        settings: Vec<String>,
        seed: Option<u64>,
        replications: Option<Range<u64>>,
    ) -> Planned {
        let Case { plan, goals, digest } = case;
        Planned {
            values,
            settings,
            digest,
            goals,
            asked: plan.asked,
            seed: seed.unwrap_or(plan.seed),
            replications: replications.unwrap_or(0..u64::from(plan.replications)),
            workload: plan.name,
            question: plan.question,
        }
    }

    /// The number of its replications.
    pub fn count(&self) -> u64 {
        self.replications.end - self.replications.start
    }
}

/// Where finished points are kept.
pub trait Store<E> {
    /// The stored result of a point, if it is valid.
    fn read(&self, point: &Planned) -> Option<PointResult>;

    /// Stores a point.
    ///
    /// # Errors
    /// Why it cannot be stored.
    fn write(&self, point: &Planned, result: &PointResult) -> Result<(), E>;
}

/// Stores nothing.
impl<E> Store<E> for () {
    fn read(&self, _: &Planned) -> Option<PointResult> {
        None
    }

    fn write(&self, _: &Planned, _: &PointResult) -> Result<(), E> {
        Ok(())
    }
}

/// Runs every point that the store does not have, stores it, and returns the results of all points, in order. `load` makes a
/// point's plan. Each point has its own seed.
///
/// ```
/// use ctisim::check;
/// use ctisim::experiment::Audit;
/// use ctisim::studies::{Axis, Case, Grid, Planned, Runner, sweep};
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
/// "#;
/// let load = |settings: &[String]| -> Result<Case, Box<dyn Error>> {
///     let text = workload::set(text, settings)?;
///     let compiled = check::compile("example", &text, &NoFiles)?;
///     let digest = workload::digest(&text, &NoFiles);
///     Ok(Case { plan: compiled.plan, goals: compiled.goals, digest })
/// };
/// let axes = [Axis::of_key("destination.outside.lines", ["5", "50"].map(String::from).to_vec())];
/// let grid = Grid(&axes);
/// let mut points = Vec::new();
/// for at in 0..grid.points().unwrap_or(0) {
///     let settings = grid.settings(at);
///     points.push(Planned::new(load(&settings)?, grid.values(at), settings, None, Some(0..10)));
/// }
/// let stop = AtomicBool::new(false);
/// let runner = Runner { seed: 1, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop, records: None };
/// let found = sweep(&points, |point| load(&point.settings).map(|case| case.plan), &(), &runner)?;
/// assert_eq!(found.len(), 2);
/// # Ok::<(), Box<dyn Error>>(())
/// ```
///
/// # Errors
/// Those of `load` and of the store, and why there is no outcome.
pub fn sweep<O: Observer, E: From<Failure>>(
    points: &[Planned],
    mut load: impl FnMut(&Planned) -> Result<Plan, E>,
    store: &impl Store<E>,
    runner: &Runner<'_, O>,
) -> Result<Vec<PointResult>, E> {
    let kept: Vec<Option<PointResult>> = points.iter().map(|point| store.read(point)).collect();
    let missing = points.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
    runner.observer.expect(missing.map(|(point, _)| point.count()).sum());
    let mut found = Vec::new();
    for (at, (point, kept)) in points.iter().zip(kept).enumerate() {
        let (result, remark) = match kept {
            Some(kept) => (kept, Remark::Kept(at)),
            None => {
                let plan = load(point)?;
                let runner = runner.with_seed(point.seed);
                let window = window(&plan, &runner)?;
                let result = PointResult::of(&runner.replicate(&plan, window, point.replications.clone())?);
                store.write(point, &result)?;
                (result, Remark::Done(at))
            }
        };
        found.push(result);
        runner.observer.remark(remark);
    }
    Ok(found)
}
