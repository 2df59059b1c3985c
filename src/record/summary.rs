//! What is left of a replication, and of many.

use crate::engine::Span;
use crate::plan::Plan;

use super::catalogue::{CAUSES, Catalogue, KINDS};
use super::histogram::{Histogram, MergedHistogram};
use super::metric::Count;
use super::quantile::Quantile;
use super::timeline::Timeline;

/// The quantiles a summary keeps, those of [`Quantile::ALL`].
pub const QUANTILES: [f64; Quantile::ALL.len()] = [
    Quantile::P50.share(),
    Quantile::P90.share(),
    Quantile::P95.share(),
    Quantile::P99.share(),
    Quantile::P999.share(),
];

/// What is left of a replication: small enough to keep thousands of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationSummary {
    /// Which replication.
    pub replication: u64,
    /// One number each of [`Count::ALL`].
    pub counts: [u64; Count::ALL.len()],
    /// One for each of the catalogue's durations.
    pub durations: Box<[DurationSummary]>,
    /// One for each of the catalogue's gauges.
    pub gauges: Box<[GaugeSummary]>,
    /// How the devices of each kind stood at the end, by what had taken them out of service.
    pub fates: [[FateSummary; CAUSES.len()]; KINDS.len()],
    /// How many devices of each kind still waited to go home at the end.
    pub waiting: [u32; KINDS.len()],
}

/// How devices stood at the end of a replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FateSummary {
    /// Given up and not opened again.
    pub closed: u32,
    /// Out of service and not given up.
    pub still_out: u32,
}

impl ReplicationSummary {
    /// How many bytes the summary of a run of `plan` takes: a few thousand, and a study keeps one a replication.
    pub fn bytes(plan: &Plan) -> u64 {
        let catalogue = Catalogue::new(plan);
        let durations = catalogue.durations.len() * size_of::<DurationSummary>();
        let gauges = catalogue.gauges.len() * size_of::<GaugeSummary>();
        (size_of::<ReplicationSummary>() + durations + gauges) as u64
    }

    /// One of the counts.
    pub const fn count(&self, count: Count) -> u64 {
        self.counts[count as usize]
    }
}

/// One duration in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationSummary {
    /// How often it was measured. Without that, the rest but what is censored means nothing.
    pub count: u64,
    /// How often, beside that, it was not over at the end or cut short: only how long it had lasted is known.
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
    /// What one replication's histograms hold, which move to those of all replications.
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
    /// How many replications went in.
    pub replications: u64,
    /// One for each of the catalogue's durations.
    pub histograms: Vec<MergedHistogram>,
    /// How long those of them had lasted that were not over, or cut short; one for each of the catalogue's durations.
    pub censored: Vec<MergedHistogram>,
    /// A row for each of the catalogue's gauges. The warm-up is included.
    pub timeline: Timeline,
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
    }
}
