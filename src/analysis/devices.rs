//! Outages and rehoming of devices, by kind of device and cause.

use crate::domain::{DeviceKind, OutageCause, RoutePointId};
use crate::record::{CAUSES, Catalogue, KINDS, Metric};
use crate::stats::Survival;

use super::study::{NANOS_PER_MILLI, Study, millis};

/// The outages of one kind of device for one cause, in all replications together.
pub struct Fate {
    /// The kind of device.
    pub kind: DeviceKind,
    /// The cause of the outages.
    pub because: OutageCause,
    /// Outages that ended after the warm-up or had not ended.
    pub out: u64,
    /// Of these, back in service.
    pub reopened: u64,
    /// Of these, given up and not opened again.
    pub closed: u64,
    /// Of these, still out at the end: censored.
    pub still_out: u64,
    /// The lengths of the outages that ended, in milliseconds: median, 95 % quantile and maximum; `None` if there are none.
    pub out_of_service: [Option<f64>; 3],
}

/// The rehoming of one kind of device, in all replications together.
pub struct RehomingStatistics {
    /// The kind of device.
    pub kind: DeviceKind,
    /// How many rehomed.
    pub rehomed: u64,
    /// How many waits or rehomings were cut short.
    pub lost: u64,
    /// How many still waited at the end.
    pub waiting: u64,
    /// How many waits there were.
    pub waits: u64,
    /// In how many replications at least one still waited at the end.
    pub replications_waiting: usize,
    /// How long they waited.
    pub wait: Reached,
    /// How long rehoming took in all.
    pub delay: Reached,
}

impl RehomingStatistics {
    /// The share of the waits that were not over at the end.
    pub fn share_waiting(&self) -> f64 {
        self.waiting as f64 / self.waits as f64
    }
}

/// The rehoming of one route point, in all replications together. Why a wait was censored is not kept per route point.
pub struct PointRehoming<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many waits there were.
    pub waits: u64,
    /// How often it rehomed.
    pub rehomed: u64,
    /// How long it waited.
    pub wait: Reached,
    /// How long rehoming took in all.
    pub delay: Reached,
}

/// The 50, 90 and 95 % quantiles, in milliseconds, of a censored duration (Kaplan-Meier); `None` where the curve does not
/// reach the quantile.
pub type Reached = [Option<f64>; 3];

/// The outages of every kind of device in the plan, by cause.
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
    let occurs = |kind, because| {
        study.catalogue.durations[study.catalogue.device_fate(Metric::OutOfService, kind, because)].exists
    };
    let all = kinds(study).flat_map(|kind| CAUSES.map(|because| (kind, because)));
    all.filter(|&(kind, because)| occurs(kind, because)).map(|(kind, because)| fate(kind, because)).collect()
}

/// The rehoming of every kind of device in the plan.
pub fn rehomings(study: &Study) -> Vec<RehomingStatistics> {
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

/// The rehoming of every route point that had to rehome.
pub fn point_rehomings<'a>(study: &Study<'a>) -> Vec<PointRehoming<'a>> {
    let ended = |row: usize| study.outcome.merged.histograms[row].totals().count;
    let rehoming = |(id, name): (u16, &'a str)| {
        let rows = [Metric::RehomeWait, Metric::RehomeDelay];
        let [wait, delay] = rows.map(|metric| study.catalogue.route_point(metric, RoutePointId(id)));
        let waits = ended(wait) + study.censored(wait);
        (waits > 0).then(|| PointRehoming {
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
    fn waits_that_are_not_over_are_censored_and_not_averaged() {
        let plan = crate::plan::Plan { replications: 40, ..fake::plan() };
        let study = study(&plan);
        let rehomings = rehomings(&study);
        let point = &rehomings[0];
        assert!(point.waiting > 0 && point.rehomed > 0);
        assert_eq!(point.replications_waiting as u64, point.waiting);
        assert_eq!((point.waits, point.lost), (40, 0));
        // Waits are uniform up to 300 s, and seen for 170 s.
        let median = point.wait[0].unwrap() / 1e3;
        assert!((100.0..170.0).contains(&median), "{median}");
        assert_eq!(point.wait[2], None);
        // One port loses its home in each replication.
        assert_eq!((rehomings[1].lost, rehomings[1].rehomed, rehomings[1].waiting), (40, 40, 0));
    }
}
