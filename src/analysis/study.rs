//! A plan with the results of its replications, and the numbers derived from them.

use std::ops::Range;

use crate::engine::Span;
use crate::experiment::Outcome;
use crate::plan::{Plan, Window};
use crate::record::{
    Banded, Catalogue, Count, CountRow, DurationSummary, GaugeSummary, ReplicationSummary, Service, ServiceLevel,
};
use crate::stats::{Clustered, Confidence, Survival};

/// At most one in this many is few.
const FEW_CENSORED: u64 = 10;

/// Nanoseconds per millisecond.
pub const NANOS_PER_MILLI: f64 = 1e6;

/// A plan with the results of its replications.
#[derive(Clone, Debug)]
pub struct Study<'plan> {
    /// The plan that was simulated.
    pub plan: &'plan Plan,
    /// The part of each run that was measured.
    pub window: Window,
    /// The seed.
    pub seed: u64,
    /// The results.
    pub outcome: Outcome,
    /// The meaning of each row of the results.
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

    /// A count over all replications, as the mean per replication.
    pub fn per_replication(&self, count: u64) -> f64 {
        count as f64 / self.outcome.summaries.len() as f64
    }

    /// A count of the whole cluster, in each replication.
    pub fn counts(&self, count: Count) -> Vec<f64> {
        self.counts_at(CountRow { count, of: None })
    }

    /// A count, in each replication.
    pub fn counts_at(&self, row: CountRow) -> Vec<f64> {
        let value = |summary: &ReplicationSummary| match (row.count, row.of) {
            (Count::Waited, Some(of)) => f64::from(summary.waited[1 + self.catalogue.queue_of_calls(of)]),
            _ => summary.count_at(row) as f64,
        };
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The calls offered to the same, in each replication.
    pub fn offered(&self, row: CountRow) -> Vec<f64> {
        self.counts_at(CountRow { count: Count::Offered, ..row })
    }

    /// The callers answered in time and those among whom they are, in each replication.
    pub fn answered_in_time(&self, row: usize, service: Service) -> (Vec<f64>, Vec<f64>) {
        let levels = self.outcome.summaries.iter().map(|summary| summary.service[row]);
        levels.map(|level| (f64::from(level.in_time), f64::from(among(level, service)))).unzip()
    }

    /// The mean of a duration in milliseconds, in each replication that has one.
    pub fn duration_means(&self, row: usize) -> Vec<f64> {
        let durations = self.outcome.summaries.iter().map(|summary| &summary.durations[row]);
        durations.filter(|duration| duration.count > 0).map(mean_millis).collect()
    }

    /// How many values of a duration were censored (not over at the end, or cut short), in all replications.
    pub fn censored(&self, row: usize) -> u64 {
        self.outcome.merged.censored[row].totals().count
    }

    /// How many values of a duration were censored, in each replication.
    pub fn censored_counts(&self, row: usize) -> Vec<f64> {
        self.outcome.summaries.iter().map(|summary| summary.durations[row].censored as f64).collect()
    }

    /// The Kaplan-Meier estimate of a duration, in nanoseconds, which takes censored values into account.
    pub fn survival(&self, row: usize) -> Survival {
        let merged = &self.outcome.merged;
        Survival::new(merged.histograms[row].steps(&merged.censored[row]))
    }

    /// The censored values of a duration, by replication.
    fn cut_clusters(&self, row: usize) -> Clustered {
        let none =
            Clustered { clusters: 0, values: 0, below: 0, below_squared: 0, below_times_values: 0, values_squared: 0 };
        self.outcome.summaries.iter().map(|summary| &summary.durations[row]).fold(none, |sum, it| {
            let (cut, values) = (u128::from(it.censored), u128::from(it.count + it.censored));
            Clustered {
                clusters: sum.clusters + u64::from(values > 0),
                values: sum.values + it.count + it.censored,
                below: sum.below + it.censored,
                below_squared: sum.below_squared + cut * cut,
                below_times_values: sum.below_times_values + cut * values,
                values_squared: sum.values_squared + values * values,
            }
        })
    }

    /// The confidence interval of a quantile of that, in milliseconds. Without censored values it is that of the values. If
    /// more than a tenth are censored, the values of one replication count as one, because they may all have the same cause.
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
            let (low, high) = ended.quantile_interval(quantile, confidence);
            return (low.map(millis), high.map(millis));
        }
        let with_a_value =
            |summary: &&ReplicationSummary| summary.durations[row].count + summary.durations[row].censored > 0;
        let replications = self.outcome.summaries.iter().filter(with_a_value).count();
        let all = ended.totals().count + censored.totals().count;
        let alike = match self.cut_clusters(row) {
            // With few censored, the values themselves show how much those of a replication are alike.
            cut if cut.below * FEW_CENSORED <= all => {
                ended.design_effect(quantile).zip(cut.design_effect()).map(|(ended, cut)| ended.max(cut).max(1.0))
            }
            _ => None,
        };
        let alike = alike.unwrap_or(all as f64 / replications as f64);
        let nanos = |nanos: u64| nanos as f64 / NANOS_PER_MILLI;
        match survival.quantile_interval(quantile, alike, confidence) {
            Some((low, high)) if replications > 1 => (Some(nanos(low)), high.map(nanos)),
            _ => (None, None),
        }
    }

    /// The time-weighted average of a gauge over the measured time, in each replication; empty if no time was measured.
    pub fn gauge_means(&self, row: usize) -> Vec<f64> {
        self.outcome.summaries.iter().filter_map(|summary| self.gauge_mean(row, &summary.gauges[row])).collect()
    }

    /// The time-weighted average of a gauge in one replication; `None` if no time was measured.
    pub fn gauge_mean(&self, row: usize, gauge: &GaugeSummary) -> Option<f64> {
        let whole = self.measured_nanos() as f64 * f64::from(self.catalogue.gauges[row].servers);
        (whole > 0.0).then(|| gauge.integral as f64 / whole)
    }

    /// The peak of a gauge, in each replication.
    pub fn gauge_peaks(&self, row: usize) -> Vec<f64> {
        let value = |summary: &ReplicationSummary| summary.gauges[row].peak as f64;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The mean of a gauge over a bin of the timeline and over all replications.
    pub fn timeline_means(&self, row: usize) -> Vec<f64> {
        let servers = f64::from(self.catalogue.gauges[row].servers);
        self.level_means(row..row + 1, servers).collect()
    }

    /// The mean of the sum of these gauges, whose readings are divided by `servers`, over each bin and all replications.
    fn level_means(&self, rows: Range<usize>, servers: f64) -> impl Iterator<Item = f64> {
        let merged = &self.outcome.merged;
        let mut sums = vec![0; merged.timeline.bins()];
        for row in rows {
            sums.iter_mut().zip(merged.timeline.row(row)).for_each(|(sum, integral)| *sum += integral);
        }
        sums.into_iter().enumerate().map(move |(bin, integral)| {
            let (start, end) = merged.timeline.bounds(bin);
            integral as f64 / (end.since(start).nanos() as f64 * servers * merged.replications as f64)
        })
    }

    /// What replications have in each bin of the timeline, on average. Of a wait it is the mean of all that ended in the bin, whatever the
    /// replication, in milliseconds; `None` if none did.
    pub fn bin_means(&self, of: Banded) -> Vec<Option<f64>> {
        let bins = self.outcome.merged.bins.sums().iter();
        match of {
            Banded::Calls(tally) => bins.map(|bin| Some(self.per_replication(bin.count(tally)))).collect(),
            Banded::Dropped => bins.map(|bin| Some(self.per_replication(bin.dropped()))).collect(),
            Banded::Wait(wait) => {
                let mean = |(ended, nanos): (u64, u128)| nanos as f64 / ended as f64 / NANOS_PER_MILLI;
                bins.map(|bin| Some(bin.wait(wait)).filter(|(ended, _)| *ended > 0).map(mean)).collect()
            }
            Banded::Level(level) => self.level_means(level.rows(&self.catalogue), 1.0).map(Some).collect(),
        }
    }
}

/// The callers among whom those answered in time are counted.
pub fn among(level: ServiceLevel, service: Service) -> u32 {
    match service {
        Service::AnsweredWithin => level.asked,
        Service::AnsweredWithinOfAnswered => level.answered,
    }
}

/// The mean of a duration in milliseconds; there must be a value.
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
