//! The cost of an event in the full model: whole replications, measured as in a study, one after the other on one core and on
//! one cluster, whose memory they reuse.
//!
//! An element is an event, so criterion's throughput line is events per second.
#![allow(missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ctisim::experiment::{Audit, MeasuredCluster, Replicator};
use ctisim::plan::{Plan, compile};
use ctisim::record::Count;
use ctisim::workload::NoFiles;

/// The same replication each time, so that each iteration does the same work.
const REPLICATION: u64 = 0;

/// A shipped workload.
fn plan(name: &str) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    compile(name, &text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
}

fn bench(criterion: &mut Criterion, name: &str) {
    let plan = &plan(name);
    let mut worker = MeasuredCluster::new(plan, plan.window(), plan.seed, Audit::Off);
    let summary = worker.run(REPLICATION).expect("nobody audits");
    let mut group = criterion.benchmark_group("workload");
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Elements(summary.count(Count::Events)));
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter(|| black_box(worker.run(black_box(REPLICATION)).expect("nobody audits")));
    });
    group.finish();
}

/// Shipped workloads as they are; the benchmark `growth` shows how the cost grows with the calls in progress.
fn workloads(criterion: &mut Criterion) {
    for name in ["busy_hour", "fan_in", "application_hang", "application_exit", "monday_morning", "flash_crowd"] {
        bench(criterion, name);
    }
}

criterion_group!(benches, workloads);
criterion_main!(benches);
