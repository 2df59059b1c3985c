//! What was run, what came of it, and the numbers that are read from it.

use crate::engine::Span;
use crate::experiment::Outcome;
use crate::plan::{Plan, Window};
use crate::record::{Catalogue, Count, DurationSummary, ReplicationSummary};
use crate::stats::{Confidence, Survival};

/// How many nanoseconds a millisecond has.
pub const NANOS_PER_MILLI: f64 = 1e6;

/// What was run, and what came of it.
#[derive(Clone, Debug)]
pub struct Study<'plan> {
    /// What was simulated.
    pub plan: &'plan Plan,
    /// What of it was measured.
    pub window: Window,
    /// With which luck.
    pub seed: u64,
    /// What came of it.
    pub outcome: Outcome,
    /// Which row of it is what.
    pub catalogue: Catalogue,
}

impl<'plan> Study<'plan> {
    /// The results of replications of `plan`, of which this window was measured; there is at least one.
    pub fn new(plan: &'plan Plan, window: Window, seed: u64, outcome: Outcome) -> Study<'plan> {
        assert!(!outcome.summaries.is_empty(), "a study without replications");
        Study { plan, window, seed, outcome, catalogue: Catalogue::new(plan) }
    }

    /// The time measured in a replication, in nanoseconds.
    pub fn measured_nanos(&self) -> u64 {
        self.plan.length.since(self.window.warm_up).nanos()
    }

    /// A count in all replications, as the mean of one.
    pub fn per_replication(&self, count: u64) -> f64 {
        count as f64 / self.outcome.summaries.len() as f64
    }

    /// A count in every replication.
    pub fn counts(&self, count: Count) -> Vec<f64> {
        let value = |summary: &ReplicationSummary| summary.count(count) as f64;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The mean of a duration in milliseconds, in every replication that has one.
    pub fn duration_means(&self, row: usize) -> Vec<f64> {
        let durations = self.outcome.summaries.iter().map(|summary| &summary.durations[row]);
        durations.filter(|duration| duration.count > 0).map(mean_millis).collect()
    }

    /// How many of a duration were not over at the end, or cut short, in all replications.
    pub fn censored(&self, row: usize) -> u64 {
        self.outcome.merged.censored[row].totals().count
    }

    /// How long a duration lasts, in nanoseconds, with those taken into account that were not over at the end.
    pub fn survival(&self, row: usize) -> Survival {
        let merged = &self.outcome.merged;
        Survival::new(merged.histograms[row].steps(&merged.censored[row]))
    }

    /// The interval of a quantile of that, in milliseconds. Where all were over it is that of the values; otherwise those
    /// of one replication count as one, for they may all have been held up by the same.
    pub fn survival_interval(
        &self,
        row: usize,
        survival: &Survival,
        quantile: f64,
        confidence: Confidence,
    ) -> (Option<f64>, Option<f64>) {
        let merged = &self.outcome.merged;
        let (ended, censored) = (&merged.histograms[row], &merged.censored[row]);
        if censored.totals().count == 0 {
            let interval = ended.quantile_interval(quantile, confidence);
            return (interval.map(|(low, _)| millis(low)), interval.map(|(_, high)| millis(high)));
        }
        let with_a_value =
            |summary: &&ReplicationSummary| summary.durations[row].count + summary.durations[row].censored > 0;
        let replications = self.outcome.summaries.iter().filter(with_a_value).count();
        let alike = (ended.totals().count + censored.totals().count) as f64 / replications as f64;
        let nanos = |nanos: u64| nanos as f64 / NANOS_PER_MILLI;
        match survival.quantile_interval(quantile, alike, confidence) {
            Some((low, high)) if replications > 1 => (Some(nanos(low)), high.map(nanos)),
            _ => (None, None),
        }
    }

    /// The mean of a gauge over the time measured, in every replication; nothing if no time was.
    pub fn gauge_means(&self, row: usize) -> Vec<f64> {
        let measured = self.measured_nanos();
        if measured == 0 {
            return Vec::new();
        }
        let whole = measured as f64 * f64::from(self.catalogue.gauges[row].servers);
        let value = |summary: &ReplicationSummary| summary.gauges[row].integral as f64 / whole;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The highest reading of a gauge in every replication.
    pub fn gauge_peaks(&self, row: usize) -> Vec<f64> {
        let value = |summary: &ReplicationSummary| summary.gauges[row].peak as f64;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The mean of a gauge over a bin of the timeline and over all replications.
    pub fn timeline_means(&self, row: usize) -> Vec<f64> {
        let merged = &self.outcome.merged;
        let servers = f64::from(self.catalogue.gauges[row].servers);
        let mean = |(bin, integral): (usize, u128)| {
            let (start, end) = merged.timeline.bounds(bin);
            integral as f64 / (end.since(start).nanos() as f64 * servers * merged.replications as f64)
        };
        merged.timeline.row(row).into_iter().enumerate().map(mean).collect()
    }
}

/// The mean of a duration in milliseconds; it has a value.
pub fn mean_millis(duration: &DurationSummary) -> f64 {
    duration.sum_nanos as f64 / duration.count as f64 / NANOS_PER_MILLI
}

/// A length of time in milliseconds.
pub fn millis(span: Span) -> f64 {
    span.nanos() as f64 / NANOS_PER_MILLI
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::fake;
    use std::sync::atomic::AtomicBool;

    /// A small study of the fake model.
    pub(crate) fn study(plan: &Plan) -> Study<'_> {
        let worker = || fake::Replicator::new(plan, plan.seed);
        let replications = 0..u64::from(plan.replications);
        let outcome = crate::experiment::replicate(replications, 1, worker, &(), &AtomicBool::new(false)).unwrap();
        Study::new(plan, plan.window(), plan.seed, outcome)
    }
}
