//! Where results come from: all it takes to get them again.

use serde::Serialize;

use super::{Cell, Sheet, Study};

/// All it takes to get the same bytes again. No time of day and no path: they are not what the results depend on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Provenance {
    /// The program's name.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// The workload's name.
    pub workload: String,
    /// The digest of the workload and of every file it names.
    pub digest: String,
    /// The seed.
    pub seed: u64,
    /// What it is about: `terminating` or `steady`.
    pub study: &'static str,
    /// How much of the beginning was not measured, in seconds.
    pub warm_up_s: f64,
    /// The number of the first replication.
    pub first_replication: u64,
    /// How many there are.
    pub replications: u64,
    /// The command that gives these results.
    pub command: String,
}

impl Provenance {
    /// Of a study of the workload with this digest.
    pub fn new(study: &Study, digest: String, command: String) -> Provenance {
        Provenance {
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            workload: study.plan.name.clone(),
            digest,
            seed: study.seed,
            study: study.plan.study.name(),
            warm_up_s: study.plan.warm_up.seconds(),
            first_replication: study.outcome.summaries[0].replication,
            replications: study.outcome.summaries.len() as u64,
            command,
        }
    }
}

impl Provenance {
    /// The same as a table.
    pub fn sheet(&self) -> Sheet<'_> {
        let rows: [(&str, Cell); 10] = [
            ("program", self.program.into()),
            ("version", self.version.into()),
            ("workload", (&*self.workload).into()),
            ("digest", (&*self.digest).into()),
            ("seed", self.seed.into()),
            ("study", self.study.into()),
            ("warm_up_s", self.warm_up_s.into()),
            ("first_replication", self.first_replication.into()),
            ("replications", self.replications.into()),
            ("command", (&*self.command).into()),
        ];
        Sheet::new("run", ["key", "value"], rows.into_iter().map(|(key, value)| vec![key.into(), value]))
    }
}

/// `run.json`.
pub fn run_json(provenance: &Provenance) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(provenance).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}
