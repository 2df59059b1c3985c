//! Two plans with the same callers: `cargo run --example two_plans`.
//!
//! An IVR hangs for five minutes. Is a heartbeat every 10 seconds worth it, compared with one every 30?

use std::error::Error;
use std::sync::atomic::AtomicBool;

use ctisim::analysis::Difference;
use ctisim::experiment::Audit;
use ctisim::record::Measure;
use ctisim::studies::{Runner, compare};
use ctisim::{plan, workload};

fn main() -> Result<(), Box<dyn Error>> {
    // Two texts that differ in one value.
    let today = include_str!("../workloads/busy_hour.toml");
    let proposal = today.replacen("heartbeat = \"30s\"", "heartbeat = \"10s\"", 1);
    assert_ne!(today, proposal, "the workload has a heartbeat of 30 s");
    let today = plan::compile("today", today, &workload::NoFiles)?;
    let proposal = plan::compile("proposal", &proposal, &workload::NoFiles)?;

    // What is compared: metrics, with a statistic where they have one.
    let measures: Vec<Measure> = ["abandoned", "cfof", "setup_delay.p99", "dropped_connected"]
        .into_iter()
        .map(Measure::parse)
        .collect::<Result<_, _>>()?;

    // The same 20 replications of both, with one seed: the same callers (common random numbers).
    let stop = AtomicBool::new(false);
    let runner = Runner { seed: today.seed, jobs: 2, audit: Audit::Off, observer: &(), stop: &stop, records: None };
    let found = compare([&today, &proposal], &measures, 0.01, 0..20, &runner)?;

    println!("proposal - today, with the interval of the difference; durations in ms");
    for compared in &found.compared {
        let (low, high) = compared.interval().unwrap_or_default();
        let name = compared.measure.to_string();
        println!("{name:<20} {:>10} [{low:.3}, {high:.3}]", compared.difference().name());
    }
    assert_eq!(found.compared[0].difference(), Difference::Lower, "fewer callers give up");
    assert_eq!(found.compared[3].difference(), Difference::Same, "those who were connected are lost either way");
    Ok(())
}
