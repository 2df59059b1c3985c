//! One row per kind of device and cause of the outage.

use super::sheet::Sheet;
use crate::analysis::{Cell, Fate, RehomingStatistics, Study, fates, rehomings};
use crate::domain::OutageCause;
use crate::record::{cause_name, kind_name};

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

/// `devices.csv`: counts are means per replication. The columns about rehoming are filled in the rows `rehoming`; their
/// times are Kaplan-Meier estimates, empty where the curve does not reach the percentile.
pub fn devices_sheet<'a>(study: &'a Study<'_>) -> Sheet<'a> {
    Sheet::new("devices", COLUMNS, move || {
        let rehomings = rehomings(study);
        let of_kind = |fate: &Fate| rehomings.iter().find(|rehoming| rehoming.kind == fate.kind);
        fates(study).iter().map(|fate| cells(study, fate, of_kind(fate))).collect::<Vec<_>>()
    })
}

fn cells(study: &Study, fate: &Fate, rehoming: Option<&RehomingStatistics>) -> Vec<Cell> {
    let mean = |count: u64| Cell::Number(study.per_replication(count));
    let mut cells: Vec<Cell> =
        vec![(&*study.plan.name).into(), kind_name(fate.kind).into(), cause_name(fate.because).into()];
    cells.extend([fate.out, fate.reopened, fate.closed, fate.still_out].map(mean));
    cells.extend(fate.out_of_service.map(Cell::from));
    match rehoming.filter(|_| fate.because == OutageCause::Rehoming) {
        None => cells.resize(COLUMNS.len(), Cell::Missing),
        Some(rehoming) => {
            cells.extend([rehoming.rehomed, rehoming.lost, rehoming.waiting].map(mean));
            cells.extend([rehoming.wait, rehoming.delay].into_iter().flatten().map(Cell::from));
            cells.push((rehoming.replications_waiting as u64).into());
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::domain::DeviceKind;
    use crate::fake;
    use crate::record::Count;
    use crate::report::format::csv;

    fn number(cell: &str) -> f64 {
        cell.parse().unwrap()
    }

    #[test]
    fn columns_never_move() {
        let plan = fake::plan();
        let csv = String::from_utf8(csv(&devices_sheet(&study(&plan)))).unwrap();
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
        let csv = String::from_utf8(csv(&devices_sheet(&study(&plan)))).unwrap();
        assert!(csv.lines().count() == 1 + 10 && !csv.contains("phone"));
    }

    #[test]
    fn every_outage_has_one_fate() {
        let plan = fake::plan();
        let study = study(&plan);
        let csv = csv(&devices_sheet(&study));
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
}
