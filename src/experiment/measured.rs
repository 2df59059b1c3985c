//! A cluster with its meter and, if a study asks for them, an auditor and a clerk.

use std::sync::atomic::AtomicBool;

use super::replicate::Replicator;
use crate::cluster::Cluster;
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::plan::{Plan, Window};
use crate::record::{Auditor, Merged, Meter, ReplicationSummary};
use crate::records::{Clerk, Records};

/// Whether every replication is checked against the identities of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audit {
    /// No, which is faster.
    #[default]
    Off,
    /// Yes, for every call.
    On,
}

/// A cluster with nobody but the meter is a program of its own: where a fact is noted that the meter does not use, nothing is left of it,
/// and no question whether somebody else wants it.
enum Simulated<'p> {
    Measured(Box<Cluster<'p, Meter>>),
    Observed(Box<Cluster<'p, (Meter, Others<'p>)>>),
}

/// Observers that most runs do not have.
struct Others<'p> {
    auditor: Option<Auditor<'p>>,
    clerk: Option<Clerk<'p>>,
}

impl Recorder for Others<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        if let Some(auditor) = &mut self.auditor {
            auditor.note(now, fact);
        }
        if let Some(clerk) = &mut self.clerk {
            clerk.note(now, fact);
        }
    }
}

impl Others<'_> {
    fn start(&mut self, replication: u64) {
        if let Some(auditor) = &mut self.auditor {
            auditor.start();
        }
        if let Some(clerk) = &mut self.clerk {
            clerk.start(replication);
        }
    }

    fn finish(&mut self, end: Time) -> Result<(), Vec<String>> {
        if let Some(auditor) = &mut self.auditor {
            auditor.finish(end)?;
        }
        if let Some(clerk) = &mut self.clerk {
            clerk.finish();
        }
        Ok(())
    }
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
        MeasuredCluster::recorded(plan, window, seed, audit, None)
    }

    /// The same; the records of its calls are kept, if somebody takes them.
    pub fn recorded(
        plan: &'p Plan,
        window: Window,
        seed: u64,
        audit: Audit,
        records: Option<&'p dyn Records>,
    ) -> MeasuredCluster<'p> {
        let meter = Meter::new(plan, window);
        let auditor = (audit == Audit::On).then(|| Auditor::new(plan));
        let clerk = records.map(|records| Clerk::new(plan, window, records));
        let cluster = if auditor.is_some() || clerk.is_some() {
            Simulated::Observed(Box::new(Cluster::new(plan, (meter, Others { auditor, clerk }))))
        } else {
            Simulated::Measured(Box::new(Cluster::new(plan, meter)))
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
            Simulated::Observed(cluster) => {
                cluster.recorder.0.start(replication);
                cluster.recorder.1.start(replication);
                let Some(events) = cluster.run_unless(stop, seed, replication) else { return Ok(None) };
                let (meter, others) = &mut cluster.recorder;
                others.finish(end)?;
                Ok(Some(meter.finish(end, events)))
            }
        }
    }

    fn into_merged(self) -> Merged {
        match self.cluster {
            Simulated::Measured(cluster) => cluster.recorder.into_merged(),
            Simulated::Observed(cluster) => cluster.recorder.0.into_merged(),
        }
    }
}
