//! Closed forms beside the simulated values.

use crate::expected::{Expected, Predicted, expected};
use crate::record::{Count, DurationSummary, Metric, ReplicationSummary};
use crate::stats::{Confidence, estimate, proportion_interval};

use super::study::Study;

/// The value of a closed form, and the simulated one.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The closed form.
    pub expected: Expected,
    /// The simulated mean.
    pub mean: f64,
    /// Its 95 % interval; `None`: not estimable.
    pub interval: Option<(f64, f64)>,
}

/// Every closed form that applies to the plan and whose measure has a simulated value.
pub fn beside(study: &Study) -> Vec<Beside> {
    let each = |it: Expected| {
        let values = simulated(study, it.measure);
        let found = estimate(&values, Confidence::P95)?;
        let interval = match it.measure {
            Predicted::HomeByEnd(_) => proportion_interval(values.iter().sum::<f64>() as u64, values.len() as u64),
            // Values that never vary give no estimate of the error.
            _ => found.interval.filter(|(low, high)| low < high),
        };
        Some(Beside { expected: it, mean: found.mean, interval })
    };
    expected(study.plan, study.window).into_iter().filter_map(each).collect()
}

/// The values of a measure, one for each replication that has one.
pub fn simulated(study: &Study, measure: Predicted) -> Vec<f64> {
    let summaries = || study.outcome.summaries.iter();
    let share = |count: Count| {
        let offered = summaries().filter(|it| it.count(Count::Offered) > 0);
        offered.map(|it| it.count(count) as f64 / it.count(Count::Offered) as f64).collect()
    };
    let means = |row: usize| study.duration_means(row).into_iter().map(|millis| 1e-3 * millis).collect();
    match measure {
        Predicted::Offered => study.counts(Count::Offered),
        Predicted::Failures => study.counts(Count::CallManagerFailures),
        Predicted::RefusedBusy => share(Count::RefusedBusy),
        Predicted::ForwardedBusy => share(Count::Cfb),
        Predicted::Unreachable => share(Count::RefusedNoCallManager),
        Predicted::Calls(id) => study.gauge_means(study.catalogue.calls(id)),
        Predicted::QueueDelay(id) => means(study.catalogue.application(Metric::AppQueueDelay, id)),
        Predicted::QueueWait(id) => means(study.catalogue.of_queue(Metric::QueueWait, id)),
        Predicted::Detection(id) => means(study.catalogue.application(Metric::ApplicationDetectionDelay, id)),
        Predicted::RehomeWait(id) => means(study.catalogue.route_point(Metric::RehomeWait, id)),
        Predicted::HomeByEnd(id) => {
            let row = study.catalogue.route_point(Metric::RehomeWait, id);
            let of = |summary: &ReplicationSummary| summary.durations[row];
            let waits = |it: &DurationSummary| it.count + it.censored;
            let some = summaries().map(of).filter(|it| waits(it) > 0);
            some.map(|it| it.count as f64 / waits(&it) as f64).collect()
        }
    }
}
