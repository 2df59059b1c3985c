//! A cluster with its meter and, if they are wanted, an auditor and a clerk.

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

/// The meter, and who observes beside it.
struct Watch<'p> {
    meter: Meter,
    others: Option<Box<Others<'p>>>,
}

/// Observers that most runs do not have: together, so that these do not pay for each.
struct Others<'p> {
    auditor: Option<Auditor<'p>>,
    clerk: Option<Clerk<'p>>,
}

impl Recorder for Watch<'_> {
    #[inline(always)]
    fn note(&mut self, now: Time, fact: Fact) {
        self.meter.note(now, fact);
        if let Some(others) = &mut self.others {
            others.note(now, fact);
        }
    }
}

impl Recorder for Others<'_> {
    #[cold]
    #[inline(never)]
    fn note(&mut self, now: Time, fact: Fact) {
        if let Some(auditor) = &mut self.auditor {
            auditor.note(now, fact);
        }
        if let Some(clerk) = &mut self.clerk {
            clerk.note(now, fact);
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
        let auditor = (audit == Audit::On).then(|| Auditor::new(plan));
        let clerk = records.map(|records| Clerk::new(plan, window, records));
        let others = (auditor.is_some() || clerk.is_some()).then(|| Box::new(Others { auditor, clerk }));
        let watch = Watch { meter: Meter::new(plan, window), others };
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
        if let Some(others) = &mut self.cluster.recorder.others {
            if let Some(auditor) = &mut others.auditor {
                auditor.start();
            }
            if let Some(clerk) = &mut others.clerk {
                clerk.start(replication);
            }
        }
        let Some(events) = self.cluster.run_unless(stop, self.seed, replication) else { return Ok(None) };
        let Watch { meter, others } = &mut self.cluster.recorder;
        if let Some(others) = others {
            if let Some(auditor) = &mut others.auditor {
                auditor.finish(self.plan.length)?;
            }
            if let Some(clerk) = &mut others.clerk {
                clerk.finish();
            }
        }
        Ok(Some(meter.finish(self.plan.length, events)))
    }

    fn into_merged(self) -> Merged {
        self.cluster.recorder.meter.into_merged()
    }
}
