//! What one thread needs to run replications.

use crate::cluster::Cluster;
use crate::engine::Time;
use crate::plan::Plan;
use crate::record::{Auditor, Merged, Meter, Recorder, ReplicationSummary};

/// Runs one replication after another. What a replication does depends on nothing but its number.
pub trait Worker {
    /// Runs the replication of this number.
    ///
    /// # Errors
    /// If an audit finds that it broke an identity of the model.
    fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Violation>;

    /// What all of them have added up to.
    fn into_merged(self) -> Merged;
}

/// A replication that broke an identity of the model: a bug of ours, found by its audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which replication.
    pub replication: u64,
    /// What was violated, in order.
    pub violated: Vec<String>,
}

/// Someone who watches beside the meter and has a verdict at the end.
pub trait Audit: Recorder {
    /// A replication begins.
    fn start(&mut self);
    /// It is over.
    ///
    /// # Errors
    /// What it has violated.
    fn finish(&mut self, end: Time) -> Result<(), Vec<String>>;
}

/// Nobody watches.
impl Audit for () {
    fn start(&mut self) {}
    fn finish(&mut self, _: Time) -> Result<(), Vec<String>> {
        Ok(())
    }
}

impl Audit for Auditor<'_> {
    fn start(&mut self) {
        Auditor::start(self);
    }
    fn finish(&mut self, end: Time) -> Result<(), Vec<String>> {
        Auditor::finish(self, end)
    }
}

/// A cluster with a meter, and an auditor or nobody beside it.
pub struct ClusterWorker<'plan, A> {
    plan: &'plan Plan,
    seed: u64,
    cluster: Cluster<'plan, (Meter, A)>,
}

impl<'plan, A: Audit> ClusterWorker<'plan, A> {
    /// A worker for replications of `plan` with the luck of `seed`.
    pub fn new(plan: &'plan Plan, seed: u64, audit: A) -> ClusterWorker<'plan, A> {
        ClusterWorker { plan, seed, cluster: Cluster::new(plan, (Meter::new(plan), audit)) }
    }
}

impl<A: Audit> Worker for ClusterWorker<'_, A> {
    fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Violation> {
        self.cluster.recorder.0.start(replication);
        self.cluster.recorder.1.start();
        let events = self.cluster.run(self.seed, replication);
        let (meter, audit) = &mut self.cluster.recorder;
        // The audit first: what it says explains more than an assertion of the meter would.
        audit.finish(self.plan.length).map_err(|violated| Violation { replication, violated })?;
        Ok(meter.finish(self.plan.length, events))
    }

    fn into_merged(self) -> Merged {
        let (meter, _) = self.cluster.recorder;
        meter.into_merged()
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use super::*;

    /// Measures the fake model; `before` is told of every replication before it begins, and may object.
    pub(crate) struct FakeWorker<'plan, F> {
        plan: &'plan Plan,
        meter: Meter,
        before: F,
    }

    impl<'plan, F: FnMut(u64) -> Result<(), Violation>> FakeWorker<'plan, F> {
        pub(crate) fn new(plan: &'plan Plan, before: F) -> Self {
            FakeWorker { plan, meter: Meter::new(plan), before }
        }
    }

    impl<F: FnMut(u64) -> Result<(), Violation>> Worker for FakeWorker<'_, F> {
        fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Violation> {
            (self.before)(replication)?;
            self.meter.start(replication);
            let events = crate::fake::simulate(self.plan, self.plan.seed, replication, &mut self.meter);
            Ok(self.meter.finish(self.plan.length, events))
        }

        fn into_merged(self) -> Merged {
            self.meter.into_merged()
        }
    }
}
