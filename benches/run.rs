//! What an event of the full model costs: whole replications, measured as a study measures them, one after the other on
//! one core and on one cluster, whose memory they reuse.
//!
//! An element is an event, so criterion's throughput line is events per second.
#![allow(missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ctisim::experiment::{Measured, Worker};
use ctisim::plan::{Plan, compile};
use ctisim::record::{Catalogue, Count, ReplicationSummary};
use ctisim::workload::{NoFiles, set};

/// The same luck each time: an iteration is the same work.
const REPLICATION: u64 = 0;

/// A shipped workload with some of its values changed.
fn plan(name: &str, text: &str, settings: &[String]) -> Plan {
    let text = set(text, settings).expect("the settings fit");
    compile(name, &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
}

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn bench(criterion: &mut Criterion, group: &str, id: &str, plan: &Plan) -> ReplicationSummary {
    let mut worker = Measured::new(plan, plan.seed, false);
    let summary = worker.run(REPLICATION).expect("nobody audits");
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Elements(summary.count(Count::Events)));
    group.bench_function(BenchmarkId::from_parameter(id), |bencher| {
        bencher.iter(|| black_box(worker.run(black_box(REPLICATION)).expect("nobody audits")));
    });
    group.finish();
    summary
}

/// Each shipped workload as it is.
fn workloads(criterion: &mut Criterion) {
    for name in ["busy_hour", "fan_in", "application_hang", "application_exit", "monday_morning", "flash_crowd"] {
        let plan = plan(name, &shipped(&format!("{name}.toml")), &[]);
        bench(criterion, "workload", name, &plan);
    }
}

/// The built-in busy hour without its fault, with more calls in flight: more calls an hour, and everything as much
/// faster and larger, so that the stations stay as loaded as they are.
fn in_flight(criterion: &mut Criterion) {
    let text = shipped("busy_hour.toml");
    let (without_fault, _) = text.split_once("[[fault]]").expect("it has a fault");
    for (factor, calls) in [(1, 2_000), (10, 20_000)] {
        let work = [("setup", 15_000), ("offer", 8_000), ("redirect", 10_000), ("answer", 6_000), ("release", 6_000)];
        let manager = [("event", 1_000), ("request", 1_000)];
        let mut settings: Vec<String> =
            work.iter().chain(&manager).map(|(key, micros)| format!("work.{key}={}us", micros / factor)).collect();
        settings.extend([
            "run.length=20m".to_owned(),
            // Calls of three minutes: twenty times their number come in an hour.
            format!("traffic.callers.arrivals.poisson={}/h", calls * 20),
            format!("cti_port.ports-a.count={}", 1_100 * factor),
            format!("cti_port.ports-b.count={}", 1_100 * factor),
            format!("application.ivr.workers={}", 8 * factor),
            format!("database.customers.connections={}", 40 * factor),
        ]);
        let plan = plan("busy_hour", without_fault, &settings);
        let summary = bench(criterion, "in_flight", &calls.to_string(), &plan);
        let peak = summary.gauges[Catalogue::CALLS_IN_PROGRESS].peak;
        assert!(peak.abs_diff(calls) < calls / 10, "{peak} calls in flight instead of {calls}");
    }
}

criterion_group!(benches, workloads, in_flight);
criterion_main!(benches);
