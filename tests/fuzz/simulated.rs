//! A workload that is simulated for a moment, under the auditor.

use std::sync::atomic::{AtomicBool, Ordering};

use ctisim::check::compile;
use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::record::{Auditor, Meter};
use ctisim::workload::{set, text_of};

use crate::file::{Beside, NAME};

/// More facts than this are not heard.
const FACTS: u64 = 40_000;

/// Stops a run after so many facts.
struct Budget<'a> {
    left: u64,
    stop: &'a AtomicBool,
}

impl Recorder for Budget<'_> {
    fn note(&mut self, _: Time, _: Fact) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs a workload, or its first minute if it is large; whether it came to its end.
pub(crate) fn run(bytes: &[u8]) -> bool {
    let Ok(text) = text_of(bytes) else { return false };
    let beside = Beside::new(b"at_s\n1\n2\n2\n", true);
    let plan = |text: &str| {
        let plan = compile(NAME, text, &beside).ok()?.plan;
        // What takes long shows no more.
        let is_small = plan.expected_calls() < 2_000.0 && plan.devices.len() < 2_000 && plan.memory_bound(1) < 64 << 20;
        is_small.then_some(plan)
    };
    let shorter = || plan(&set(text, &["run.length=1m", "run.bin=1s", "run.warm_up=0s"]).ok()?);
    let Some(plan) = plan(text).or_else(shorter) else { return false };
    let stop = AtomicBool::new(false);
    let budget = Budget { left: FACTS, stop: &stop };
    let mut cluster = Cluster::new(&plan, ((Auditor::new(&plan), Meter::new(&plan, plan.window())), budget));
    cluster.recorder.0.0.start();
    cluster.recorder.0.1.start(0);
    let Some(events) = cluster.run_unless(&stop, plan.seed, 0) else { return false };
    let (auditor, meter) = &mut cluster.recorder.0;
    auditor.finish(plan.length).unwrap_or_else(|violations| panic!("{}", violations.join("\n")));
    meter.finish(plan.length, events);
    true
}
