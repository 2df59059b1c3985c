//! A cluster with its meter and an optional auditor.

use std::sync::atomic::AtomicBool;

use super::replicate::Replicator;
use crate::cluster::Cluster;
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::plan::{Plan, Window};
use crate::record::{Auditor, Merged, Meter, ReplicationSummary};

/// Whether every replication is checked against the identities of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audit {
    /// No, which is faster.
    #[default]
    Off,
    /// Yes, for every call.
    On,
}

/// The meter and the optional auditor.
struct Watch<'p> {
    meter: Meter,
    auditor: Option<Auditor<'p>>,
}

impl Recorder for Watch<'_> {
    #[inline(always)]
    fn note(&mut self, now: Time, fact: Fact) {
        self.meter.note(now, fact);
        if let Some(auditor) = &mut self.auditor {
            auditor.note(now, fact);
        }
    }
}

/// Runs and measures replications of a plan on one cluster, whose memory they reuse one after the other.
pub struct MeasuredCluster<'p> {
    plan: &'p Plan,
    seed: u64,
    cluster: Cluster<'p, Watch<'p>>,
}

impl<'p> MeasuredCluster<'p> {
    /// A cluster for the plan that measures this window.
    pub fn new(plan: &'p Plan, window: Window, seed: u64, audit: Audit) -> MeasuredCluster<'p> {
        let auditor = (audit == Audit::On).then(|| Auditor::new(plan));
        let watch = Watch { meter: Meter::new(plan, window), auditor };
        MeasuredCluster { plan, seed, cluster: Cluster::new(plan, watch) }
    }
}

impl Replicator for MeasuredCluster<'_> {
    fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
        let never = AtomicBool::new(false);
        Ok(self.run_unless(&never, replication)?.expect("nobody raises the flag"))
    }

    fn run_unless(&mut self, stop: &AtomicBool, replication: u64) -> Result<Option<ReplicationSummary>, Vec<String>> {
        self.cluster.recorder.meter.start(replication);
        if let Some(auditor) = &mut self.cluster.recorder.auditor {
            auditor.start();
        }
        let Some(events) = self.cluster.run_unless(stop, self.seed, replication) else { return Ok(None) };
        let Watch { meter, auditor } = &mut self.cluster.recorder;
        if let Some(auditor) = auditor {
            auditor.finish(self.plan.length)?;
        }
        Ok(Some(meter.finish(self.plan.length, events)))
    }

    fn into_merged(self) -> Merged {
        self.cluster.recorder.meter.into_merged()
    }
}
