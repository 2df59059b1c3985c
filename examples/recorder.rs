//! A recorder of your own: `cargo run --example recorder`.
//!
//! A run reports everything that happens as a `Fact`. A recorder receives the facts in order of time and cannot influence the run. This one
//! measures something that the program does not: after the failure of the IVR, the longest time without any connected call.

use std::error::Error;

use ctisim::cluster::Cluster;
use ctisim::engine::{Span, Time};
use ctisim::facts::{Fact, Recorder};
use ctisim::{plan, workload};

/// The longest gap between two connected calls.
#[derive(Default)]
struct LongestGap {
    last: Time,
    gap: Span,
    connected: u64,
}

impl Recorder for LongestGap {
    fn note(&mut self, now: Time, fact: Fact) {
        if let Fact::Connected { .. } = fact {
            self.gap = self.gap.max(now.since(self.last));
            self.last = now;
            self.connected += 1;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // A workload of the repository: an application hangs, and nobody notices for a while.
    let text = include_str!("../workloads/application_hang.toml");
    let plan = plan::compile("application_hang", text, &workload::NoFiles)?;

    // A cluster keeps its memory from one replication to the next, and its recorder: start each with an empty one.
    let mut cluster = Cluster::new(&plan, LongestGap::default());
    let mut gaps = Vec::new();
    for replication in 0..20 {
        cluster.recorder = LongestGap::default();
        cluster.run(plan.seed, replication);
        assert!(cluster.recorder.connected > 0, "somebody was served");
        gaps.push(cluster.recorder.gap);
    }

    gaps.sort();
    let (median, longest) = (gaps[gaps.len() / 2].seconds(), gaps[gaps.len() - 1].seconds());
    println!(
        "the longest time without a connected call: {median:.1} s in half of 20 replications, {longest:.1} s at most"
    );
    // Calls come every 3.6 s on average. While the application hangs, callers reach the duty officer by CFNA after 4 s.
    assert!(median > 10.0 && longest < 120.0, "{gaps:?}");
    Ok(())
}
