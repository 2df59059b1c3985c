//! One row a kind of device and what had taken it out of service.

use crate::domain::{DeviceKind, OutBecause};
use crate::record::{CAUSES, Catalogue, KINDS, Metric, cause_name, kind_name};
use crate::stats::Survival;

use super::{Cell, NANOS_PER_MILLI, Sheet, Study, millis};

const COLUMNS: [&str; 20] = [
    "workload",
    "device_kind",
    "because",
    "out",
    "reopened",
    "closed",
    "still_out",
    "out_of_service_p50_ms",
    "out_of_service_p95_ms",
    "out_of_service_max_ms",
    "rehomed",
    "rehome_lost",
    "still_waiting",
    "rehome_wait_km_p50_ms",
    "rehome_wait_km_p90_ms",
    "rehome_wait_km_p95_ms",
    "rehome_delay_km_p50_ms",
    "rehome_delay_km_p90_ms",
    "rehome_delay_km_p95_ms",
    "replications_waiting",
];

/// What became of the devices of a kind that one thing had taken out of service: in all replications together.
pub(super) struct Fate {
    pub(super) kind: DeviceKind,
    pub(super) because: OutBecause,
    /// Outages that were over after the warm-up, or not at all.
    pub(super) out: u64,
    /// Of these, back in service.
    pub(super) reopened: u64,
    /// Of these, given up and not opened again.
    pub(super) closed: u64,
    /// Of these, neither: how long they last is not known.
    pub(super) still_out: u64,
    /// The row of how long those that are back were out.
    pub(super) out_of_service: usize,
}

/// How the devices of a kind went home: in all replications together.
pub(super) struct Homing {
    pub(super) kind: DeviceKind,
    /// How many were in service at home again.
    pub(super) rehomed: u64,
    /// How many waits or ways home were cut short.
    pub(super) lost: u64,
    /// How many still waited at the end.
    pub(super) waiting: u64,
    /// How many waits there were.
    pub(super) waits: u64,
    /// In how many replications at least one still waited at the end.
    pub(super) replications_waiting: usize,
    /// How long they waited.
    pub(super) wait: Survival,
    /// How long it took until they were at home.
    pub(super) delay: Survival,
}

/// Every kind of device there is, by every reason to be out of service.
pub(super) fn fates(study: &Study) -> Vec<Fate> {
    let summaries = &study.outcome.summaries;
    let fate = |kind: DeviceKind, because: OutBecause| {
        let row = study.catalogue.device_fate(Metric::OutOfService, kind, because);
        let ends = || summaries.iter().map(|summary| summary.fates[kind as usize][because as usize]);
        let reopened = study.outcome.merged.histograms[row].totals().count;
        let closed = ends().map(|fate| u64::from(fate.closed)).sum();
        let still_out = ends().map(|fate| u64::from(fate.still_out)).sum();
        let out = reopened + closed + still_out;
        Fate { kind, because, out, reopened, closed, still_out, out_of_service: row }
    };
    kinds(study).flat_map(|kind| CAUSES.map(|because| fate(kind, because))).collect()
}

/// Every kind of device there is, and how it went home.
pub(super) fn homings(study: &Study) -> Vec<Homing> {
    kinds(study).map(|kind| homing(study, kind)).collect()
}

fn homing(study: &Study, kind: DeviceKind) -> Homing {
    let catalogue: &Catalogue = &study.catalogue;
    let [wait, delay] = [Metric::RehomeWait, Metric::RehomeDelay].map(|metric| catalogue.device_kind(metric, kind));
    let merged = &study.outcome.merged;
    let waiting: Vec<u64> =
        study.outcome.summaries.iter().map(|summary| u64::from(summary.waiting[kind as usize])).collect();
    let still_waiting: u64 = waiting.iter().sum();
    Homing {
        kind,
        rehomed: merged.histograms[delay].totals().count,
        lost: study.censored(wait) - still_waiting,
        waiting: still_waiting,
        waits: merged.histograms[wait].totals().count + study.censored(wait),
        replications_waiting: waiting.iter().filter(|&&waiting| waiting > 0).count(),
        wait: study.survival(wait),
        delay: study.survival(delay),
    }
}

fn kinds(study: &Study) -> impl Iterator<Item = DeviceKind> {
    KINDS.into_iter().filter(|&kind| study.plan.devices.iter().any(|device| device.kind == kind))
}

/// `devices.csv`: counts are means over the replications. What is about going home stands in the rows `rehoming`; its
/// times are Kaplan-Meier's, and empty where the curve does not get there.
pub fn devices_sheet<'a>(study: &'a Study) -> Sheet<'a> {
    let replications = study.outcome.summaries.len() as f64;
    let mean = move |count: u64| Cell::Number(count as f64 / replications);
    let spread = |row: usize| -> [Cell; 3] {
        let histogram = &study.outcome.merged.histograms[row];
        if histogram.totals().count == 0 {
            return [const { Cell::Missing }; 3];
        }
        let [p50, p95] = histogram.quantiles([0.5, 0.95]);
        [p50, p95, histogram.totals().max].map(|span| millis(span).into())
    };
    let homings = homings(study);
    let row = move |fate: Fate| {
        let mut cells: Vec<Cell> =
            vec![(&*study.plan.name).into(), kind_name(fate.kind).into(), cause_name(fate.because).into()];
        cells.extend([fate.out, fate.reopened, fate.closed, fate.still_out].map(mean));
        cells.extend(spread(fate.out_of_service));
        let homing = homings.iter().find(|homing| homing.kind == fate.kind);
        match homing.filter(|_| fate.because == OutBecause::Rehoming) {
            None => cells.resize(COLUMNS.len(), Cell::Missing),
            Some(homing) => {
                cells.extend([homing.rehomed, homing.lost, homing.waiting].map(mean));
                for survival in [&homing.wait, &homing.delay] {
                    let millis = |quantile| survival.quantile(quantile).map(|nanos| nanos as f64 / NANOS_PER_MILLI);
                    cells.extend([0.5, 0.9, 0.95].map(|quantile| Cell::from(millis(quantile))));
                }
                cells.push((homing.replications_waiting as u64).into());
            }
        }
        cells
    };
    Sheet::new("devices", COLUMNS, fates(study).into_iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;
    use crate::record::Count;
    use crate::report::tests::study;

    fn number(cell: &str) -> f64 {
        cell.parse().unwrap()
    }

    #[test]
    fn columns_never_move() {
        let plan = fake::plan();
        let csv = String::from_utf8(devices_sheet(&study(&plan)).csv()).unwrap();
        assert_eq!(
            csv.lines().next().unwrap(),
            "workload,device_kind,because,out,reopened,closed,still_out,out_of_service_p50_ms,out_of_service_p95_ms,\
             out_of_service_max_ms,rehomed,rehome_lost,still_waiting,rehome_wait_km_p50_ms,rehome_wait_km_p90_ms,\
             rehome_wait_km_p95_ms,rehome_delay_km_p50_ms,rehome_delay_km_p90_ms,rehome_delay_km_p95_ms,\
             replications_waiting"
        );
        assert_eq!(csv.lines().count(), 1 + 15);
    }

    #[test]
    fn a_kind_that_is_not_there_has_no_rows() {
        let mut plan = fake::plan();
        plan.devices.iter_mut().for_each(|device| {
            if device.kind == DeviceKind::Phone {
                device.kind = DeviceKind::CtiPort;
                device.application = Some(crate::domain::ApplicationId(0));
            }
        });
        let csv = String::from_utf8(devices_sheet(&study(&plan)).csv()).unwrap();
        assert!(csv.lines().count() == 1 + 10 && !csv.contains("phone"));
    }

    #[test]
    fn every_outage_has_one_fate() {
        let plan = fake::plan();
        let study = study(&plan);
        let csv = devices_sheet(&study).csv();
        let mut reopened = 0.0;
        for record in csv::Reader::from_reader(&csv[..]).records() {
            let record = record.unwrap();
            let [out, back, closed, still_out] = [3, 4, 5, 6].map(|column| number(&record[column]));
            assert!((out - back - closed - still_out).abs() < 1e-9, "{record:?}");
            let expected = match (&record[1], &record[2]) {
                // The route point and its ports; one of them was given up in the second fault.
                ("route_point", "application_closed" | "callmanager_failed") => (1.0, 0.0),
                ("cti_port", "application_closed") => (3.0, 0.0),
                ("cti_port", "callmanager_failed") => (3.0, 1.0),
                ("cti_port", "ctimanager_failed") => (2.0, 0.0),
                ("phone", "callmanager_failed") => (2.0, 0.0),
                ("cti_port", "rehoming") => (1.0, 0.0),
                ("phone", "rehoming") => (2.0, 0.0),
                ("route_point", "rehoming") => (out, 0.0),
                _ => (0.0, 0.0),
            };
            assert_eq!((out, closed), expected, "{record:?}");
            if &record[2] != "rehoming" {
                reopened += back;
                assert!(record.iter().skip(10).all(str::is_empty), "{record:?}");
            }
        }
        let counted: f64 = study.counts(Count::Reopened).iter().sum();
        assert!((reopened * 5.0 - counted).abs() < 1e-9);
    }

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
        let median = point.wait.quantile(0.5).unwrap() as f64 / 1e9;
        assert!((100.0..170.0).contains(&median), "{median}");
        assert_eq!(point.wait.quantile(0.95), None);
        // One port loses its home in each replication.
        assert_eq!((homings[1].lost, homings[1].rehomed, homings[1].waiting), (40, 40, 0));
    }
}
