//! What became of the devices, by kind and by what had taken them out of service.

use crate::domain::{DeviceKind, OutageCause, RoutePointId};
use crate::record::{CAUSES, Catalogue, KINDS, Metric};
use crate::stats::Survival;

use super::study::{NANOS_PER_MILLI, Study, millis};

/// What became of the devices of a kind that one thing had taken out of service: in all replications together.
pub struct Fate {
    /// Which kind.
    pub kind: DeviceKind,
    /// What had taken them out of service.
    pub because: OutageCause,
    /// Outages that were over after the warm-up, or not at all.
    pub out: u64,
    /// Of these, back in service.
    pub reopened: u64,
    /// Of these, given up and not opened again.
    pub closed: u64,
    /// Of these, neither: how long they last is not known.
    pub still_out: u64,
    /// How long those that are back were out, in milliseconds: median, 95 % quantile and maximum; `None` if none is.
    pub out_of_service: [Option<f64>; 3],
}

/// How the devices of a kind went home: in all replications together.
pub struct RehomingStatistics {
    /// Which kind.
    pub kind: DeviceKind,
    /// How many were in service at home again.
    pub rehomed: u64,
    /// How many waits or ways home were cut short.
    pub lost: u64,
    /// How many still waited at the end.
    pub waiting: u64,
    /// How many waits there were.
    pub waits: u64,
    /// In how many replications at least one still waited at the end.
    pub replications_waiting: usize,
    /// How long they waited.
    pub wait: Reached,
    /// How long it took until they were at home.
    pub delay: Reached,
}

impl RehomingStatistics {
    /// Which share of the waits was not over at the end.
    pub fn share_waiting(&self) -> f64 {
        self.waiting as f64 / self.waits as f64
    }
}

/// How a route point went home: in all replications together. Why a wait was not over is not kept for each of them.
pub struct PointHoming<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many waits there were.
    pub waits: u64,
    /// How often it was in service at home again.
    pub rehomed: u64,
    /// How long it waited.
    pub wait: Reached,
    /// How long it took until it was at home.
    pub delay: Reached,
}

/// The 50, 90 and 95 % quantiles, in milliseconds, of how long something lasts that was not always seen to end (Kaplan and
/// Meier); `None` where the curve does not get there.
pub type Reached = [Option<f64>; 3];

/// Every kind of device there is, by every reason to be out of service.
pub fn fates(study: &Study) -> Vec<Fate> {
    let summaries = &study.outcome.summaries;
    let fate = |kind: DeviceKind, because: OutageCause| {
        let row = study.catalogue.device_fate(Metric::OutOfService, kind, because);
        let ends = || summaries.iter().map(|summary| summary.fates[kind as usize][because as usize]);
        let reopened = study.outcome.merged.histograms[row].totals().count;
        let closed = ends().map(|fate| u64::from(fate.closed)).sum();
        let still_out = ends().map(|fate| u64::from(fate.still_out)).sum();
        let out = reopened + closed + still_out;
        Fate { kind, because, out, reopened, closed, still_out, out_of_service: spread(study, row) }
    };
    kinds(study).flat_map(|kind| CAUSES.map(|because| fate(kind, because))).collect()
}

/// Every kind of device there is, and how it went home.
pub fn homings(study: &Study) -> Vec<RehomingStatistics> {
    kinds(study).map(|kind| rehoming(study, kind)).collect()
}

fn rehoming(study: &Study, kind: DeviceKind) -> RehomingStatistics {
    let catalogue: &Catalogue = &study.catalogue;
    let [wait, delay] = [Metric::RehomeWait, Metric::RehomeDelay].map(|metric| catalogue.device_kind(metric, kind));
    let merged = &study.outcome.merged;
    let waiting: Vec<u64> =
        study.outcome.summaries.iter().map(|summary| u64::from(summary.waiting[kind as usize])).collect();
    let still_waiting: u64 = waiting.iter().sum();
    RehomingStatistics {
        kind,
        rehomed: merged.histograms[delay].totals().count,
        lost: study.censored(wait) - still_waiting,
        waiting: still_waiting,
        waits: merged.histograms[wait].totals().count + study.censored(wait),
        replications_waiting: waiting.iter().filter(|&&waiting| waiting > 0).count(),
        wait: reached(&study.survival(wait)),
        delay: reached(&study.survival(delay)),
    }
}

/// Every route point that had to go home, and how it went.
pub fn point_homings<'a>(study: &Study<'a>) -> Vec<PointHoming<'a>> {
    let ended = |row: usize| study.outcome.merged.histograms[row].totals().count;
    let rehoming = |(id, name): (u16, &'a str)| {
        let rows = [Metric::RehomeWait, Metric::RehomeDelay];
        let [wait, delay] = rows.map(|metric| study.catalogue.route_point(metric, RoutePointId(id)));
        let waits = ended(wait) + study.censored(wait);
        (waits > 0).then(|| PointHoming {
            name,
            waits,
            rehomed: ended(delay),
            wait: reached(&study.survival(wait)),
            delay: reached(&study.survival(delay)),
        })
    };
    (0..).zip(study.plan.route_points.iter().map(|point| &*point.name)).filter_map(rehoming).collect()
}

fn spread(study: &Study, row: usize) -> [Option<f64>; 3] {
    let histogram = &study.outcome.merged.histograms[row];
    if histogram.totals().count == 0 {
        return [None; 3];
    }
    let [p50, p95] = histogram.quantiles([0.5, 0.95]);
    [p50, p95, histogram.totals().max].map(|span| Some(millis(span)))
}

fn reached(survival: &Survival) -> Reached {
    [0.5, 0.9, 0.95].map(|quantile| survival.quantile(quantile).map(|nanos| nanos as f64 / NANOS_PER_MILLI))
}

fn kinds(study: &Study) -> impl Iterator<Item = DeviceKind> {
    KINDS.into_iter().filter(|&kind| study.plan.devices.iter().any(|device| device.kind == kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;

    #[test]
    fn who_still_waits_is_told_and_not_averaged() {
        let plan = crate::plan::Plan { replications: 40, ..fake::plan() };
        let study = study(&plan);
        let homings = homings(&study);
        let point = &homings[0];
        assert!(point.waiting > 0 && point.rehomed > 0);
        assert_eq!(point.replications_waiting as u64, point.waiting);
        assert_eq!((point.waits, point.lost), (40, 0));
        // Waits are uniform up to 300 s, and seen for 170 s.
        let median = point.wait[0].unwrap() / 1e3;
        assert!((100.0..170.0).contains(&median), "{median}");
        assert_eq!(point.wait[2], None);
        // One port loses its home in each replication.
        assert_eq!((homings[1].lost, homings[1].rehomed, homings[1].waiting), (40, 40, 0));
    }
}
