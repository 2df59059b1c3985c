//! The model against closed forms.

use crate::cluster::Cluster;
use crate::experiment::Failure;
use crate::facts::Recorder;
use crate::plan::{self, Plan};
use crate::stats::{Confidence, estimate};
use crate::workload::{Ink, NoFiles};

use super::check::{Check, CheckVerdict, Figure, Part};
use super::workers::Workers;

/// The head of a workload in which no message costs work or takes time unless a node or an application says so. Then callers
/// wait at one station only, and its closed form holds for the whole model.
pub const FREE: &str = r#"
format = 1
question = "Does the model agree with the closed form?"
network = { between_nodes = "0s", to_application = "0s", from_caller = "0s" }
work.setup = "0s"
work.offer = "0s"
work.redirect = "0s"
work.hold = "0s"
work.conference = "0s"
work.answer = "0s"
work.release = "0s"
work.device_open = "0s"
work.event = "0s"
work.request = "0s"
work.heartbeat = "0s"
work.cti_device_open = "0s"
"#;

/// A group for the devices.
const GROUP: &str = r#"
[[callmanager_group]]
name = "main"
members = ["sub1"]
"#;

/// A workload with the [`FREE`] head and a group `main` of the node `sub1`. `rest` begins with keys of the top level.
pub fn free(rest: &str) -> String {
    format!("{FREE}{rest}{GROUP}")
}

/// The plan of an embedded workload.
pub(super) fn compile(name: &str, text: &str) -> Plan {
    match plan::compile(name, text, &NoFiles) {
        Ok(plan) => plan,
        Err(problems) => panic!("an embedded workload is invalid: {}\n{text}", problems.render(Ink::Plain)),
    }
}

/// Runs a replication on a new cluster and returns a value for each cell, or what should never have happened.
pub(super) type Watch = Box<dyn Fn(&Plan, u64, u64) -> Result<Vec<f64>, String> + Send + Sync>;

/// The values that `measure` computes from what a recorder has seen of a replication.
pub(super) fn watch<R: Recorder>(
    recorder: impl Fn(&Plan) -> R + Send + Sync + 'static,
    measure: impl Fn(&Plan, R) -> Result<Vec<f64>, String> + Send + Sync + 'static,
) -> Watch {
    Box::new(move |plan, seed, replication| {
        let mut cluster = Cluster::new(plan, recorder(plan));
        cluster.run(seed, replication);
        measure(plan, cluster.recorder)
    })
}

/// One number that the model has to reproduce.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What it is.
    pub name: String,
    /// The value of the closed form.
    pub expected: f64,
    /// Its value with a parameter that is 5 % off, or 10 % for a proportion: what the model must *not* reproduce. A
    /// comparison that cannot distinguish the twin from the true value proves nothing.
    pub twin: f64,
    /// The largest half-width of the interval, as a share of the value, with which the comparison means much.
    pub precision: f64,
}

/// A workload, what is measured of it, and the closed form.
///
/// Each replication gives one value per cell; their mean with its interval by Student's t is compared with the closed form.
/// The seed is fixed, so that the outcome of a comparison never changes by chance.
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// The text of the workload.
    pub workload: String,
    /// The number of replications that it takes to distinguish the twins.
    pub replications: u64,
    /// The numbers compared.
    pub cells: Vec<Cell>,
    pub(super) watch: Watch,
}

/// The outcome of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The cell.
    pub cell: Cell,
    /// The mean over replications.
    pub mean: f64,
    /// The half-width of its interval.
    pub half_width: f64,
}

impl Reading {
    /// Whether the closed form lies within the interval.
    pub fn agrees(&self) -> bool {
        self.holds(self.cell.expected)
    }

    /// Whether the twin does not.
    pub fn excludes_the_twin(&self) -> bool {
        !self.holds(self.cell.twin)
    }

    /// Whether the interval is narrow enough to mean much.
    pub fn is_precise(&self) -> bool {
        self.half_width <= self.cell.precision * self.cell.expected
    }

    fn holds(&self, value: f64) -> bool {
        (self.mean - value).abs() <= self.half_width
    }
}

impl Comparison {
    /// Runs so many replications with this seed, and returns the cells with intervals of this confidence.
    ///
    /// # Errors
    /// If it was interrupted. The inner error is something that should never have happened in a replication.
    pub fn read(
        &self,
        workers: &Workers,
        seed: u64,
        replications: u64,
        confidence: f64,
    ) -> Result<Result<Vec<Reading>, String>, Failure> {
        let plan = compile("verify", &self.workload);
        let found = workers.each(0..replications, |replication| (self.watch)(&plan, seed, replication))?;
        Ok(found.into_iter().collect::<Result<Vec<_>, _>>().map(|values| {
            let cells = self.cells.iter().enumerate();
            cells
                .map(|(row, cell)| {
                    let column: Vec<f64> = values.iter().map(|values| values[row]).collect();
                    let estimate = estimate(&column, Confidence::of(confidence)).expect("there are replications");
                    let (low, high) = estimate.interval.expect("there are two replications at least");
                    Reading { cell: cell.clone(), mean: estimate.mean, half_width: (high - low) / 2.0 }
                })
                .collect()
        }))
    }

    /// The rows of a report.
    pub(super) fn check(
        &self,
        workers: &Workers,
        seed: u64,
        replications: u64,
        confidence: f64,
    ) -> Result<Vec<Check>, Failure> {
        let part = Part::Theory;
        Ok(match self.read(workers, seed, replications, confidence)? {
            Ok(readings) => readings
                .into_iter()
                .map(|reading| Check {
                    part,
                    name: reading.cell.name.clone(),
                    expected: Figure::Number(reading.cell.expected),
                    found: Figure::Number(reading.mean),
                    interval: Some((reading.mean - reading.half_width, reading.mean + reading.half_width)),
                    verdict: CheckVerdict::of(reading.agrees()),
                })
                .collect(),
            Err(what) => {
                let expected = Figure::Text("possible events only".into());
                vec![Check::exact(part, self.name.clone(), expected, Figure::Text(what), false)]
            }
        })
    }
}
