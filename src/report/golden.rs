//! Every file of a small study, as it was.

use super::*;
use crate::analysis::{Provenance, fake_study as study, rows};
use crate::fake;
use crate::plan::Plan;

/// Compares with the file of that name under `tests/golden/report`, or writes it if `UPDATE` is set.
fn golden(name: &str, actual: &[u8]) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; if that is meant, run the tests again with UPDATE=1. Now it is:\n{}",
        path.display(),
        String::from_utf8_lossy(actual)
    );
}

#[test]
fn every_file_as_it_was() {
    let plan = fake::plan();
    let study = study(&plan);
    let provenance = Provenance::new(&study, "0".repeat(64), "ctisim run fake.toml".into());
    let page = run_page(&study, &[], &provenance);
    let drawn = |format| draw(&page, format, Ink::Plain).unwrap();
    golden("summary.csv", &drawn(Format::Csv));
    golden("summary.md", &drawn(Format::Md));
    golden("replications.csv", &csv(&replications_sheet(&study)));
    golden("timeline.csv", &csv(&timeline_sheet(&study)));
    golden("devices.csv", &csv(&devices_sheet(&study)));
    golden("histograms.hlog", &histograms_hlog(&study));
    golden("table.txt", &drawn(Format::Table));
    golden("run.json", &run_json(&provenance));
}

#[test]
fn one_replication_is_enough_for_a_report() {
    let plan = Plan { replications: 1, ..fake::plan() };
    let study = study(&plan);
    let provenance = Provenance::new(&study, String::new(), String::new());
    let table = draw(&run_page(&study, &[], &provenance), Format::Table, Ink::Plain).unwrap();
    assert!(String::from_utf8(table).unwrap().contains("1 replication "));
    let rows = rows(&study);
    assert!(rows.iter().all(|row| row.mean_low.is_none() && row.mean_high.is_none()));
}

#[test]
fn no_name_is_run_as_a_formula() {
    let mut plan = fake::plan();
    plan.name = "=1+1".into();
    plan.route_points[0].name = "@welcome".into();
    plan.port_groups[0].name = "+ports,\"quoted\"".into();
    let study = study(&plan);
    for file in [summary_sheet(&study), replications_sheet(&study), timeline_sheet(&study), devices_sheet(&study)] {
        let file = csv(&file);
        for record in ::csv::ReaderBuilder::new().has_headers(false).from_reader(&file[..]).records() {
            for cell in &record.unwrap() {
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
    }
}
