//! Callers answered in time: people who take calls from a queue are Erlang C or, with impatient callers, Erlang A.
//!
//! The values are those that a study reports: they come from the meter's summaries.

use crate::experiment::{Audit, MeasuredCluster, Replicator};
use crate::oracle;
use crate::plan::Plan;
use crate::record::{Catalogue, Count, Metric, ReplicationSummary, Scope};

use super::comparison::{Cell, Comparison, free};

const REPLICATIONS: u64 = 40;

/// Ten people for calls of a second on average, sent to them at once.
fn comparison(name: String, rate: &str, within: &str, patience: &str, hours: u32, cells: Vec<Cell>) -> Comparison {
    let workload = free(&format!(
        r#"
        run = {{ length = "{hours}h", warm_up = "2m", answered_within = ["{within}"] }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 100
        decide = "0s"
        [[cti_port]]
        name = "ports"
        count = 2000
        device_pool = "main"
        application = "ivr"
        treatment = "0s"
        transfer_to = "sales"
        [[phone]]
        name = "people"
        count = 10
        device_pool = "main"
        answer = "0s"
        [[queue]]
        name = "sales"
        phones = ["people"]
        [[traffic]]
        name = "callers"
        to = "ports"
        arrivals = {{ poisson = "{rate}" }}
        talk = {{ exponential = "1s" }}
        {patience}
        "#
    ));
    let watch = |plan: &Plan, seed: u64, replication: u64| {
        let mut cluster = MeasuredCluster::new(plan, plan.window(), seed, Audit::Off);
        let summary = cluster.run(replication).map_err(|violations| violations.join("\n"))?;
        Ok(answered(plan, &summary))
    };
    Comparison { name, workload, replications: REPLICATIONS, cells, watch: Box::new(watch) }
}

/// What a replication measured: of all who asked, the share answered in time, by the cluster's count and by the queue's; the same of those answered;
/// the share who had to wait; and how many seconds these waited on average.
fn answered(plan: &Plan, summary: &ReplicationSummary) -> Vec<f64> {
    let catalogue = Catalogue::new(plan);
    let row = |scope: Scope| catalogue.service.iter().position(|it| it.scope == scope).expect("a row of each scope");
    let [all, queue] = [Scope::Cluster, Scope::Queue].map(|scope| summary.service[row(scope)]);
    let share = |part: u32, of: u32| f64::from(part) / f64::from(of);
    let stay = &summary.durations[catalogue.cluster(Metric::QueueStay).expect("it is measured for the cluster")];
    vec![
        share(all.in_time, all.asked),
        share(queue.in_time, queue.asked),
        share(all.in_time, all.answered),
        summary.count(Count::Waited) as f64 / summary.count(Count::Offered) as f64,
        stay.sum_nanos as f64 * 1e-9 / stay.count as f64,
    ]
}

fn cells(name: &str, expected: [f64; 5], twin: [f64; 5]) -> Vec<Cell> {
    let what = [
        "answered in time, of all",
        "answered in time, of all in the queue",
        "answered in time, of the answered",
        "had to wait",
        "mean wait of those who had to, s",
    ];
    // The waits of callers who come one after the other are alike: their mean varies most, and their twin differs most.
    let precisions = [0.03, 0.03, 0.03, 0.03, 0.06];
    let each = what.iter().zip(precisions).zip(expected.into_iter().zip(twin));
    each.map(|((what, precision), (expected, twin))| Cell {
        name: format!("{name}: {what}"),
        expected,
        twin,
        precision,
    })
    .collect()
}

/// P(W <= t) = 1 - C exp(-(c - A) t / h); those who wait do so for h / (c - A) on average. Nobody gives up.
pub(super) fn erlang_c() -> Vec<Comparison> {
    const WITHIN: f64 = 0.5;
    let name = "Erlang C (8, 10) within 0.5 s".to_owned();
    let of = |offered: f64| {
        let (waits, spare) = (oracle::erlang_c(offered, 10), 10.0 - offered);
        let in_time = 1.0 - waits * libm::exp(-spare * WITHIN);
        [in_time, in_time, in_time, waits, 1.0 / spare]
    };
    let cells = cells(&name, of(8.0), of(1.05 * 8.0));
    vec![comparison(name, "8/s", "500ms", "", 4, cells)]
}

/// From an independent integration of the Markov chain (Runge-Kutta over the callers ahead of one who comes), which also gives the published P(wait) = 0.542070
/// and P(abandon) = 0.125110 of 10 calls a second, a second's talk and a second's patience at 10 people. The mean wait of all is that of patience, one
/// second, times the share who give up, so those who wait do so for 0.125110 / 0.542070 s. The twin has 10.5 calls a second.
pub(super) fn erlang_a() -> Vec<Comparison> {
    let name = "Erlang A (10, 1, 10) within 0.1 s".to_owned();
    let expected = [0.575_126_9, 0.575_126_9, 0.657_370_6, 0.542_070_3, 0.125_110_0 / 0.542_070_3];
    let twin = [0.515_696_8, 0.515_696_8, 0.604_162_8, 0.602_867_4, 0.146_427_5 / 0.602_867_4];
    let cells = cells(&name, expected, twin);
    vec![comparison(name, "10/s", "100ms", "patience = { exponential = \"1s\" }", 1, cells)]
}
