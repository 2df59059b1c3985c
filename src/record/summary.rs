//! The summary of a replication, and the merged results of many.

use crate::engine::Span;
use crate::plan::Plan;

use super::bins::Bins;
use super::catalogue::{CAUSES, Catalogue, KINDS, OF_CALLS};
use super::histogram::{Histogram, MergedHistogram};
use super::measure::CountRow;
use super::metric::Count;
use super::quantile::Quantile;
use super::service::ServiceLevel;
use super::timeline::Timeline;

/// The quantiles a summary keeps, those of [`Quantile::ALL`].
pub const QUANTILES: [f64; Quantile::ALL.len()] = [
    Quantile::P50.share(),
    Quantile::P90.share(),
    Quantile::P95.share(),
    Quantile::P99.share(),
    Quantile::P999.share(),
];

/// The summary of a replication: small enough to keep thousands of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationSummary {
    /// Which replication.
    pub replication: u64,
    /// One number each of [`Count::ALL`].
    pub counts: [u64; Count::ALL.len()],
    /// The calls of every member of a scope: for each of the catalogue's, one number each of [`OF_CALLS`].
    pub calls: Box<[u32]>,
    /// The calls that had to wait in a queue: of the cluster, then of each queue that the workload names; empty without any.
    pub waited: Box<[u32]>,
    /// How soon callers were answered by a person: for each of the catalogue's rows, one for each time.
    pub service: Box<[ServiceLevel]>,
    /// One for each of the catalogue's durations.
    pub durations: Box<[DurationSummary]>,
    /// For each of these the percentiles that the plan asks for beyond [`QUANTILES`], ascending.
    pub percentiles: Box<[Span]>,
    /// One for each of the catalogue's gauges.
    pub gauges: Box<[GaugeSummary]>,
    /// The devices of each kind that were out of service at the end, by cause.
    pub fates: [[FateSummary; CAUSES.len()]; KINDS.len()],
    /// The number of devices of each kind that still waited to rehome at the end.
    pub waiting: [u32; KINDS.len()],
}

/// Devices out of service at the end of a replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FateSummary {
    /// Given up and not opened again.
    pub closed: u32,
    /// Out of service and not given up.
    pub still_out: u32,
}

impl ReplicationSummary {
    /// The size in bytes of the summary of a run of `plan`: a few thousand; a study keeps one per replication.
    pub fn bytes(plan: &Plan) -> u64 {
        let catalogue = Catalogue::new(plan);
        let durations = catalogue.durations.len() * size_of::<DurationSummary>();
        let gauges = catalogue.gauges.len() * size_of::<GaugeSummary>();
        let calls = catalogue.calls.len() * size_of::<[u32; OF_CALLS.len()]>();
        let waited = (1 + plan.named_queues()) * size_of::<u32>();
        let service = catalogue.service.len() * catalogue.within.len() * size_of::<ServiceLevel>();
        let percentiles = catalogue.durations.len() * plan.asked.percentiles().len() * size_of::<Span>();
        (size_of::<ReplicationSummary>() + durations + gauges + calls + waited + service + percentiles) as u64
    }

    /// One of the counts of the whole cluster.
    pub const fn count(&self, count: Count) -> u64 {
        self.counts[count as usize]
    }

    /// One of the counts.
    ///
    /// # Panics
    /// If it is not counted for members of a scope: see [`OF_CALLS`]. The waits in queues are in `waited`.
    pub fn count_at(&self, row: CountRow) -> u64 {
        let Some(of) = row.of else { return self.count(row.count) };
        let column = OF_CALLS.iter().position(|count| *count == row.count).expect("one of those that are counted");
        u64::from(self.calls[of * OF_CALLS.len() + column])
    }
}

/// One duration in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationSummary {
    /// How often it was measured. If zero, the rest is meaningless except what is censored.
    pub count: u64,
    /// How often, in addition, it was censored: not over at the end or cut short, so that only a lower bound is known.
    pub censored: u64,
    /// How long the longest of these had lasted.
    pub longest_censored: Span,
    /// The sum in nanoseconds.
    pub sum_nanos: u128,
    /// The least.
    pub min: Span,
    /// The greatest.
    pub max: Span,
    /// The values at [`QUANTILES`], to three digits of a microsecond count.
    pub quantiles: [Span; QUANTILES.len()],
}

impl DurationSummary {
    /// Summarises one replication's histograms and moves their values to those of all replications.
    pub(super) fn take(
        ended: (&mut Histogram, &mut MergedHistogram),
        censored: (&mut Histogram, &mut MergedHistogram),
    ) -> DurationSummary {
        let (totals, cut) = (*ended.0.totals(), *censored.0.totals());
        let [] = censored.0.move_to(censored.1, []);
        DurationSummary {
            count: totals.count,
            censored: cut.count,
            longest_censored: cut.max,
            sum_nanos: totals.sum_nanos,
            min: totals.min,
            max: totals.max,
            quantiles: ended.0.move_to(ended.1, QUANTILES),
        }
    }
}

/// One gauge in one replication, after the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GaugeSummary {
    /// Reading times nanoseconds.
    pub integral: u128,
    /// The highest reading; 0 for the gauges of stations, whose peaks are not kept.
    pub peak: u64,
}

/// The histograms and the timeline of many replications. Whole numbers throughout: they add up to the same whatever
/// the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The number of replications.
    pub replications: u64,
    /// One for each of the catalogue's durations.
    pub histograms: Vec<MergedHistogram>,
    /// The lengths of the censored ones; one for each of the catalogue's durations.
    pub censored: Vec<MergedHistogram>,
    /// A row for each of the catalogue's gauges. The warm-up is included.
    pub timeline: Timeline,
    /// The calls and waits of each of its bins.
    pub bins: Bins,
}

impl Merged {
    /// Adds another's replications.
    pub fn add(&mut self, other: &Merged) {
        self.replications += other.replications;
        for (sum, histogram) in self.histograms.iter_mut().zip(&other.histograms) {
            sum.add(histogram);
        }
        for (sum, histogram) in self.censored.iter_mut().zip(&other.censored) {
            sum.add(histogram);
        }
        self.timeline.add(&other.timeline);
        self.bins.add(&other.bins);
    }
}
