//! What is behind the values of measures: parts that add up to them exactly, and nothing unknown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ctisim::cluster::Cluster;
use ctisim::plan::{self, Plan};
use ctisim::record::{Catalogue, Column, Metric, OfDuration};
use ctisim::trace::{Cause, Finder, Found, Part, Watch};

use crate::common::Beside;

/// The shipped workloads.
fn shipped() -> Vec<Plan> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads");
    let mut paths: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "toml"));
    paths.sort();
    assert!(paths.len() > 20);
    let plan = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        plan::compile(name, &fs::read_to_string(path).unwrap(), &Beside(directory.clone()))
            .unwrap_or_else(|_| panic!("{name}"))
    };
    paths.iter().map(plan).collect()
}

/// Every duration of a replication, of each scope, with the metric and what is behind it.
fn durations(plan: &Plan, replication: u64, mut each: impl FnMut(Metric, &Found)) {
    let catalogue = Catalogue::new(plan);
    let rows = (0..catalogue.durations.len()).filter(|row| catalogue.durations[*row].exists);
    let columns: Vec<Column> = rows.map(|row| Column::Duration(row, OfDuration::Mean)).collect();
    let metric = |measure: usize| match columns[measure] {
        Column::Duration(row, _) => catalogue.durations[row].metric,
        _ => unreachable!("only durations are asked for"),
    };
    let finder = Finder::new(plan, columns.clone(), |found: Found| each(metric(found.measure), &found));
    let mut cluster = Cluster::new(plan, Watch::over(plan, plan.window(), columns.clone(), finder));
    cluster.recorder.observer.start();
    cluster.recorder.start(replication);
    let events = cluster.run(plan.seed, replication);
    let measured = cluster.recorder.finish(plan.length, events);
    drop(measured);
}

/// Each value is exactly the sum of its parts, which follow each other without a gap, whatever the workload; and of what the calls of
/// the shipped workloads spend their time on, nothing is unknown.
#[test]
fn the_parts_of_every_value_add_up_to_it_and_none_is_unknown() {
    let mut unknown: BTreeMap<(String, &str), Vec<(Found, u64)>> = BTreeMap::new();
    let mut values = 0_u64;
    for plan in shipped() {
        durations(&plan, 1, |metric, found| {
            if found.censored {
                return;
            }
            values += 1;
            let sum: u64 = found.parts.iter().map(|part| part.length().nanos()).sum();
            assert_eq!(sum, found.value.nanos(), "{} {}: {found:?}", plan.name, metric.name());
            assert!(found.parts.windows(2).all(|pair| pair[0].until == pair[1].from), "{found:?}");
            let lost: u64 =
                found.parts.iter().filter(|it| it.cause == Cause::Unknown).map(|it| Part::length(it).nanos()).sum();
            if lost > 0 {
                unknown.entry((plan.name.clone(), metric.name())).or_default().push((found.clone(), lost));
            }
        });
    }
    assert!(values > 100_000, "{values}");
    for ((plan, metric), found) in &unknown {
        let (worst, lost) = found.iter().max_by_key(|(_, lost)| *lost).unwrap();
        eprintln!("{plan} {metric}: {} values, worst {lost} ns of {:?}", found.len(), worst);
    }
    assert!(unknown.is_empty(), "{:?}", unknown.keys().collect::<Vec<_>>());
}
