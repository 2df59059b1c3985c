//! ctisim's full model of the telephone system, as a study runs it. It is not comparable to a bare engine: it shows the
//! additional cost of the full workload format, possible failures and all recording.

use std::time::Duration;

use cpu_time::ProcessTime;
use ctisim::experiment::{Audit, MeasuredCluster as Metered, Replicator};
use ctisim::plan::compile;
use ctisim::record::{Catalogue, Count, Metric, ReplicationSummary, Scope};
use ctisim::workload::{NoFiles, set};

use super::MeasuredCluster;
use crate::models::{Batches, telephone};

/// Runs about `calls` calls in as many replications as other engines keep batches. With `audit`, every fact also goes to
/// the auditor, which checks the identities of the model.
pub(super) fn run(calls: u64, seed: u64, audit: Audit) -> (MeasuredCluster, Duration) {
    let nanos = calls / Batches::KEPT * telephone::INTERARRIVAL;
    let settings = [format!("run.length={}ms", nanos / 1_000_000)];
    let text = set(include_str!("telephone.toml"), &settings).expect("the setting fits");
    let plan = compile("telephone", &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let catalogue = Catalogue::new(&plan);
    let workers = catalogue.durations.iter().position(|series| {
        series.metric == Metric::StationWait && series.scope == Scope::Station && series.name == "router.workers"
    });
    let workers = workers.expect("the application is a station");

    let mut worker = Metered::new(&plan, plan.window(), seed, audit);
    let start = ProcessTime::now();
    let summaries: Vec<ReplicationSummary> = (0..Batches::KEPT)
        .map(|replication| worker.run(replication).unwrap_or_else(|broken| panic!("{}", broken.join("\n"))))
        .collect();
    let took = start.elapsed();

    let decision_wait = |summary: &ReplicationSummary| {
        let waits = summary.durations[workers];
        waits.sum_nanos as f64 / waits.count as f64 / 1e9
    };
    let blocked =
        |summary: &ReplicationSummary| summary.count(Count::RefusedBusy) as f64 / summary.count(Count::Offered) as f64;
    // The wait at the CallManager is not compared: messages that take no time wait there too, and are counted.
    let measured = vec![
        ("decision wait", summaries.iter().map(decision_wait).collect()),
        ("blocked", summaries.iter().map(blocked).collect()),
    ];
    (measured, took)
}
