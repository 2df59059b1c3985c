//! From results to what people and programs read. Pure: the same results give the same bytes.
//!
//! Floats appear only here, at the very end: every sum before this is of whole numbers, and every loop over
//! replications goes in the order of their numbers.

mod answer;
mod capacity;
mod check;
mod comparison;
mod dependencies;
mod devices;
mod expected;
mod gate;
mod goals;
mod graph;
mod log;
mod measure;
mod provenance;
mod replications;
mod sarif;
mod sheet;
mod summary;
mod sweep;
mod table;
mod timeline;
#[cfg(feature = "xlsx")]
mod workbook;

use crate::experiment::Outcome;
use crate::plan::Plan;
use crate::record::{Catalogue, Count, DurationSummary, ReplicationSummary};
use crate::stats::{Confidence, Survival};

pub use answer::{Answer, Line, Quantity, time};
pub use capacity::{Capacity, Place, Walked};
pub use check::{check_json, check_text};
pub use comparison::{
    Compared, Difference, Sample, compare, comparison_markdown, comparison_sheet, comparison_table, samples,
};
pub use dependencies::{dependencies_json, dependencies_table, dependency_json, dependency_table};
pub use devices::devices_sheet;
pub use expected::simulated;
pub use gate::{
    Baseline, Better, Gate, GateReport, Gated, Held, Kept, Speed, SpeedHeld, fingerprint, gate_json, gate_junit,
    gate_markdown, gate_table,
};
pub use goals::{Judged, Verdict, goals_sheet, goals_table, judge, judge_found};
pub use graph::{Drawing, dot, mermaid};
pub use log::histograms_hlog;
pub use measure::{Measured, Values};
pub use provenance::{Provenance, run_json};
pub use replications::replications_sheet;
pub use sarif::check_sarif;
pub use sheet::{Cell, Sheet};
pub use summary::{Row, rows, summary_json, summary_markdown, summary_sheet};
pub use sweep::{Point, PointResult, Sweep};
pub use table::{span, table};
pub use timeline::timeline_sheet;
#[cfg(feature = "xlsx")]
pub use workbook::{sweep_workbook, workbook};

const NANOS_PER_MILLI: f64 = 1e6;

/// What was run, and what came of it.
#[derive(Clone, Debug)]
pub struct Study<'plan> {
    /// What was simulated.
    pub plan: &'plan Plan,
    /// With which luck.
    pub seed: u64,
    /// What came of it.
    pub outcome: Outcome,
    catalogue: Catalogue,
}

impl<'plan> Study<'plan> {
    /// The results of replications of `plan`; there is at least one.
    pub fn new(plan: &'plan Plan, seed: u64, outcome: Outcome) -> Study<'plan> {
        assert!(!outcome.summaries.is_empty(), "a study without replications");
        Study { plan, seed, outcome, catalogue: Catalogue::new(plan) }
    }

    /// The time measured in a replication, in nanoseconds.
    fn measured_nanos(&self) -> u64 {
        self.plan.length.since(self.plan.warm_up).nanos()
    }

    /// A count in every replication.
    fn counts(&self, count: Count) -> Vec<f64> {
        let value = |summary: &ReplicationSummary| summary.count(count) as f64;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The mean of a duration in milliseconds, in every replication that has one.
    fn duration_means(&self, row: usize) -> Vec<f64> {
        let durations = self.outcome.summaries.iter().map(|summary| &summary.durations[row]);
        durations.filter(|duration| duration.count > 0).map(mean_millis).collect()
    }

    /// How many of a duration were not over at the end, or cut short, in all replications.
    fn censored(&self, row: usize) -> u64 {
        self.outcome.merged.censored[row].totals().count
    }

    /// How long a duration lasts, in nanoseconds, with those taken into account that were not over at the end.
    fn survival(&self, row: usize) -> Survival {
        let merged = &self.outcome.merged;
        Survival::new(merged.histograms[row].steps(&merged.censored[row]))
    }

    /// The interval of a quantile of that, in milliseconds. Where all were over it is that of the values; otherwise those
    /// of one replication count as one, for they may all have been held up by the same.
    fn survival_interval(
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
    fn gauge_means(&self, row: usize) -> Vec<f64> {
        let measured = self.measured_nanos();
        if measured == 0 {
            return Vec::new();
        }
        let whole = measured as f64 * f64::from(self.catalogue.gauges[row].servers);
        let value = |summary: &ReplicationSummary| summary.gauges[row].integral as f64 / whole;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The highest reading of a gauge in every replication.
    fn gauge_peaks(&self, row: usize) -> Vec<f64> {
        let value = |summary: &ReplicationSummary| summary.gauges[row].peak as f64;
        self.outcome.summaries.iter().map(value).collect()
    }

    /// The mean of a gauge over a bin of the timeline and over all replications.
    fn timeline_means(&self, row: usize) -> Vec<f64> {
        let merged = &self.outcome.merged;
        let servers = f64::from(self.catalogue.gauges[row].servers);
        let mean = |(bin, integral): (usize, u128)| {
            let (start, end) = merged.timeline.bounds(bin);
            integral as f64 / (end.since(start).nanos() as f64 * servers * merged.replications as f64)
        };
        merged.timeline.row(row).into_iter().enumerate().map(mean).collect()
    }
}

fn mean_millis(duration: &DurationSummary) -> f64 {
    duration.sum_nanos as f64 / duration.count as f64 / NANOS_PER_MILLI
}

fn millis(span: crate::engine::Span) -> f64 {
    span.nanos() as f64 / NANOS_PER_MILLI
}

/// A number with all its digits: the shortest text that reads back as the same number.
fn full(value: f64) -> String {
    debug_assert!(value.is_finite());
    // Zero has two signs; a spreadsheet wants one.
    format!("{}", value + 0.0)
}

/// A name as the text of a cell. Spreadsheets run what begins like a formula, and make a number, a date, a time or a truth
/// value of what looks like one; an apostrophe in front keeps it a text.
fn cell(text: &str) -> String {
    if is_taken_for_more(text) { format!("'{text}") } else { text.to_owned() }
}

/// Whether a spreadsheet may take a text for something else: a formula by how it begins; a truth value; or digits with no
/// words between them but those of numbers (`1E5`), times (`7 pm`) and dates (`1-2`, `SEP2`).
fn is_taken_for_more(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim_start_matches(' ').to_lowercase();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) || ["true", "false"].contains(&text.trim_end()) {
        return true;
    }
    let begins_with_word = text.starts_with(char::is_alphabetic);
    let harmless = |word: &str| {
        let month = word.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(word));
        !month && (begins_with_word || !["e", "am", "pm", "t", "z"].contains(&word))
    };
    let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    text.contains(|c: char| c.is_ascii_digit()) && !words.any(harmless)
}

/// Rows as RFC 4180 has them.
fn csv_of(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows have one length and memory does not fail");
    }
    writer.into_inner().expect("memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;
    use std::sync::atomic::AtomicBool;

    /// A small study of the fake model.
    pub(super) fn study(plan: &Plan) -> Study<'_> {
        let worker = || fake::Worker::new(plan, plan.seed);
        let replications = 0..u64::from(plan.replications);
        let outcome = crate::experiment::replicate(replications, 1, worker, &(), &AtomicBool::new(false)).unwrap();
        Study::new(plan, plan.seed, outcome)
    }

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
        golden("summary.csv", &summary_sheet(&study).csv());
        golden("summary.json", &summary_json(&study));
        golden("summary.md", summary_markdown(&study).as_bytes());
        golden("replications.csv", &replications_sheet(&study).csv());
        golden("timeline.csv", &timeline_sheet(&study).csv());
        golden("devices.csv", &devices_sheet(&study).csv());
        golden("histograms.hlog", &histograms_hlog(&study));
        golden("table.txt", table(&study).as_bytes());
        let provenance = Provenance::new(&study, "0".repeat(64), "ctisim run fake.toml".into());
        golden("run.json", &run_json(&provenance));
    }

    #[test]
    fn one_replication_is_enough_for_a_report() {
        let plan = Plan { replications: 1, ..fake::plan() };
        let study = study(&plan);
        assert!(table(&study).contains("1 replication "));
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
        for file in [
            summary_sheet(&study).csv(),
            replications_sheet(&study).csv(),
            timeline_sheet(&study).csv(),
            devices_sheet(&study).csv(),
        ] {
            for record in csv::ReaderBuilder::new().has_headers(false).from_reader(&file[..]).records() {
                for cell in &record.unwrap() {
                    let number = cell.parse::<f64>().is_ok();
                    assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
                }
            }
        }
    }

    #[test]
    fn names_stay_texts() {
        for name in [
            "=1+1",
            "+49",
            "-1",
            "@x",
            " =1",
            "007",
            "7000",
            "1E5",
            "1-2",
            "3/4",
            "1:30",
            "7 pm",
            "10 %",
            "$5",
            "SEP2",
            "Mar-1",
            "1 January 2026",
            "2026-01-02T03:04:05Z",
            "(5)",
            ".5",
            "true",
            "FALSE",
        ] {
            assert_eq!(cell(name), format!("'{name}"));
        }
        for name in [
            "",
            "sub1",
            "ports-a",
            "welcome 2",
            "3rd-floor",
            "E1",
            "e1-2",
            "march",
            "May",
            "Marchmont 1",
            "5s",
            "1h30m",
            "20000/h",
            "not estimable",
            "v1.2",
            "truest",
            "Büro 2",
        ] {
            assert_eq!(cell(name), name);
        }
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        assert_eq!(full(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(full(-0.0), "0");
        assert_eq!(full(33_012.0), "33012");
        assert_eq!(full(1e-9), "0.000000001");
    }
}
