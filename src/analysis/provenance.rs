//! Provenance: everything needed to reproduce results.

use serde::Serialize;

use super::study::Study;

/// Everything needed to reproduce the same bytes. No time of day and no path, since results do not depend on them.
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
    /// The kind of study: `terminating` or `steady`.
    pub study: &'static str,
    /// The warm-up, in seconds.
    pub warm_up_s: f64,
    /// The number of the first replication.
    pub first_replication: u64,
    /// The number of replications.
    pub replications: u64,
    /// The command that reproduces these results.
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
