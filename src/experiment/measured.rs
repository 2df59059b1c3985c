//! A cluster with its meter and an optional auditor.

use std::sync::atomic::AtomicBool;

use super::replicate::Replicator;
use crate::cluster::Cluster;
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

/// A cluster without an auditor is a program of its own: where a fact is noted that the meter does not use, nothing is left of it, and
/// no question whether somebody else wants it.
enum Simulated<'p> {
    Measured(Cluster<'p, Meter>),
    Audited(Box<Cluster<'p, (Meter, Auditor<'p>)>>),
}

/// Runs and measures replications of a plan on one cluster, whose memory they reuse one after the other.
pub struct MeasuredCluster<'p> {
    plan: &'p Plan,
    seed: u64,
    cluster: Simulated<'p>,
}

impl<'p> MeasuredCluster<'p> {
    /// A cluster for the plan that measures this window.
    pub fn new(plan: &'p Plan, window: Window, seed: u64, audit: Audit) -> MeasuredCluster<'p> {
        let meter = Meter::new(plan, window);
        let cluster = match audit {
            Audit::Off => Simulated::Measured(Cluster::new(plan, meter)),
            Audit::On => Simulated::Audited(Box::new(Cluster::new(plan, (meter, Auditor::new(plan))))),
        };
        MeasuredCluster { plan, seed, cluster }
    }
}

impl Replicator for MeasuredCluster<'_> {
    fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
        let never = AtomicBool::new(false);
        Ok(self.run_unless(&never, replication)?.expect("nobody raises the flag"))
    }

    fn run_unless(&mut self, stop: &AtomicBool, replication: u64) -> Result<Option<ReplicationSummary>, Vec<String>> {
        let (seed, end) = (self.seed, self.plan.length);
        match &mut self.cluster {
            Simulated::Measured(cluster) => {
                cluster.recorder.start(replication);
                let events = cluster.run_unless(stop, seed, replication);
                Ok(events.map(|events| cluster.recorder.finish(end, events)))
            }
            Simulated::Audited(cluster) => {
                cluster.recorder.0.start(replication);
                cluster.recorder.1.start();
                let Some(events) = cluster.run_unless(stop, seed, replication) else { return Ok(None) };
                let (meter, auditor) = &mut cluster.recorder;
                auditor.finish(end)?;
                Ok(Some(meter.finish(end, events)))
            }
        }
    }

    fn into_merged(self) -> Merged {
        match self.cluster {
            Simulated::Measured(cluster) => cluster.recorder.into_merged(),
            Simulated::Audited(cluster) => cluster.recorder.0.into_merged(),
        }
    }
}
