//! Where results come from: all it takes to get them again.

use serde::Serialize;

use super::study::Study;

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
            warm_up_s: study.window.warm_up.seconds(),
            first_replication: study.outcome.summaries[0].replication,
            replications: study.outcome.summaries.len() as u64,
            command,
        }
    }
}
