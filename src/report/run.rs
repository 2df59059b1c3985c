//! The report of a study: calls, delays, failures, devices, ports, stations, closed forms and goals. The names in its tables
//! are those of the files.

use crate::analysis::{Judged, Measured, Provenance, Row, Study, count_row, duration_row, rows, share_of_offered};
use crate::check::{self, Doubt};
use crate::domain::FaultTarget;
use crate::engine::{Span, Time};
use crate::plan::StudyKind;
use crate::record::{self, Censoring, Count, Goal, Metric};
use crate::stats::Confidence;

use super::callers::whose_calls;
use super::devices::devices_sheet;
use super::document::Document;
use super::expected::closed_forms;
use super::goals::{goals_sheet, goals_table};
use super::outages::devices;
use super::page::{Extent, Page, Rank, Section};
use super::provenance::provenance_sheet;
use super::queues::queues;
use super::replications::replications_sheet;
use super::resources::{pools, stations};
use super::service::service;
use super::summary::{interval, mean, seldom, summary_sheet, summary_table};
use super::table::{Entry, Table};
use super::timeline::timeline_sheet;
use super::words::{human, measured_beside, percent, plural, span, whole};

/// The page of a study, with the verdicts on its goals; `dependencies` are those of its plan, if what depends on what is to be shown.
pub(super) fn page<'a>(study: &'a Study<'_>, judged: &'a [Judged], provenance: &'a Provenance) -> Page<'a> {
    let mut page = Page::new(&*study.plan.name);
    page.section_made(Extent::Report, move |section| report(study, judged, section));
    page.section_made(Extent::Excerpt, move |section| excerpt(study, section));
    page.sheets = vec![
        summary_sheet(study),
        goals_sheet(study, judged),
        replications_sheet(study),
        devices_sheet(study),
        timeline_sheet(study),
        provenance_sheet(provenance),
    ];
    page.document = Some(Document::new(move || rows(study)));
    page
}

fn report(study: &Study, judged: &[Judged], section: &mut Section<'_>) {
    title(study, section);
    numbers(study, judged, section);
}

/// Every table, with its notes.
pub(super) fn numbers(study: &Study, judged: &[Judged], section: &mut Section<'_>) {
    section.table(calls(study));
    let counts: Vec<Row> = record::counts(study.plan).map(|count| count_row(study, count)).collect();
    seldom(&counts).into_iter().for_each(|words| section.note(words));
    service(study, section);
    whose_calls(study, section);
    if study.plan.changes_calls {
        section.table(changes(study));
    }
    delays(study, section);
    queues(study, section);
    if has_failures(study) {
        failures(study, section);
    }
    devices(study, section);
    pools(study, section);
    stations(study, section);
    closed_forms(study, section);
    section.table(goals_table(judged));
    unseen(study, judged, section);
}

/// What goals did not see, where it occurred.
fn unseen(study: &Study, judged: &[Judged], section: &mut Section<'_>) {
    let goals: Vec<Goal> = judged.iter().map(|it| it.goal.clone()).collect();
    for it in check::doubts(study.plan, &goals) {
        if let Doubt::Blind { seen_by, .. } = &it.doubt {
            let Measured { value, unit, .. } = seen_by.of(study, Confidence::P95);
            if let Some(value) = value.filter(|value| *value > 0.0) {
                section.note(format!("Note that {it}: {seen_by} is {}.", measured_beside(unit, value, value)));
            }
        }
    }
}

/// Only the numbers, to be put into a wiki page.
fn excerpt(study: &Study, section: &mut Section<'_>) {
    section.heading(Rank::Chapter, &*study.plan.name);
    section.paragraph(&*study.plan.question);
    section.table(summary_table(study));
}

fn title(study: &Study, section: &mut Section<'_>) {
    let plan = study.plan;
    let first = study.outcome.summaries[0].replication;
    let number = study.outcome.summaries.len() as u64;
    let range = match (first, number) {
        (0, _) => String::new(),
        (_, 1) => format!(" (number {first})"),
        _ => format!(" (numbers {first} to {})", first + number - 1),
    };
    let warm_up = match study.window.warm_up.nanos() {
        0 => String::new(),
        nanos => format!(", warm-up {}", span(Span::from_nanos(nanos))),
    };
    section.paragraph(format!(
        "{}: {number} {}replication{}{range} of {}{warm_up}, seed {}",
        plan.name,
        if plan.study == StudyKind::Steady { "steady-state " } else { "" },
        plural(number),
        span(plan.length.since(Time::ZERO)),
        study.seed
    ));
    section.note(&*plan.question);
    section
        .note("(Means are over replications, with 95 % confidence intervals; percentiles are of all values together.)");
}

/// The outcomes of the calls.
fn calls(study: &Study) -> Table {
    let mut table = Table::of_numbers(["calls", "mean per replication", "95 % interval", "of offered"]);
    let mut add = |count: Count, indent: &str| {
        let row = count_row(study, count);
        let share = Entry::number_if(share_of_offered(study, count), "ratio", percent);
        table.row([format!("{indent}{}", count.name()).into(), mean(&row), interval(&row, human), share]);
    };
    for count in Count::shown_in(record::Section::Calls) {
        add(count, "");
        if count == Count::Refused {
            let reasons = Count::shown_in(record::Section::Refusals);
            reasons.filter(|&reason| occurred(study, reason)).for_each(|reason| add(reason, "  "));
        }
    }
    table
}

/// What people at phones did with calls.
fn changes(study: &Study) -> Table {
    let mut table = Table::of_numbers(["changes of calls", "mean per replication", "95 % interval", "highest"]);
    let measured: Vec<Count> = record::counts(study.plan).collect();
    for count in Count::shown_in(record::Section::Changed).filter(|count| measured.contains(count)) {
        let row = count_row(study, count);
        let most = Entry::number_if(row.max, row.unit, human);
        table.row([row.metric.clone().into(), mean(&row), interval(&row, human), most]);
    }
    table
}

/// How long callers and applications waited.
fn delays(study: &Study, section: &mut Section<'_>) {
    durations(study, "delay, ms", Metric::shown_in(record::Section::Delays), section);
}

/// A table of those of the metrics that have values; nothing if none has.
fn durations(study: &Study, title: &str, metrics: impl Iterator<Item = Metric>, section: &mut Section<'_>) {
    let head = [title, "count", "mean", "95 % interval", "p50", "p90", "p95", "p99", "interval of p99", "p99.9", "max"];
    let mut table = Table::of_numbers(head);
    let mut censored = Vec::new();
    let rows = metrics.filter_map(|metric| Some((metric, duration_row(study, study.catalogue.cluster(metric)?)?)));
    for (metric, row) in rows.filter(|(_, row)| row.count > 0) {
        let mut name = row.metric.clone();
        if let Some(cut) = row.censored.filter(|&cut| cut > 0) {
            name.push('*');
            let all = row.count + cut;
            let why = match metric.row().censoring {
                Censoring::Callers => "callers hung up or were lost before",
                Censoring::Possible | Censoring::Never => "not over at the end",
            };
            let (name, cut, all) = (metric.name(), whole(cut), whole(all));
            censored.push(format!("* {name}: {cut} of {all} were censored ({why}) and are not in this row."));
        }
        let value = |value: Option<f64>| Entry::number_if(value, row.unit, human);
        let count = Entry::number(row.count as f64, "count", human);
        let tail = match (row.p99_low, row.p99_high) {
            (Some(low), Some(high)) => Entry::interval(low, high, row.unit, human),
            (Some(low), None) => Entry::at_least(low, row.unit, human),
            _ => Entry::missing("not estimable"),
        };
        let [p50, p90, p95, p99, p999, max] = [row.p50, row.p90, row.p95, row.p99, row.p999, row.max].map(value);
        table.row([name.into(), count, mean(&row), interval(&row, human), p50, p90, p95, p99, tail, p999, max]);
    }
    section.table(table);
    censored.into_iter().for_each(|note| section.note(note));
}

/// Whether a count is above zero in any replication.
fn occurred(study: &Study, count: Count) -> bool {
    study.counts(count).iter().any(|&value| value > 0.0)
}

fn has_failures(study: &Study) -> bool {
    let counts = [Count::Preserved, Count::Cfof, Count::FalseFailures, Count::DroppedConnected];
    !study.plan.faults.is_empty() || counts.iter().any(|&count| occurred(study, count))
}

/// What failures did to calls and applications.
fn failures(study: &Study, section: &mut Section<'_>) {
    let only_of_applications =
        study.plan.faults.iter().all(|fault| matches!(fault.failing, FaultTarget::Application(..)));
    let title = if only_of_applications { "application failure" } else { "failures" };
    durations(study, &format!("{title}, ms"), failure_metrics(study), section);
    section.table(losses(study));
}

/// Detection and recovery times of failures.
fn failure_metrics(study: &Study) -> impl Iterator<Item = Metric> {
    let measured = |metric: &Metric| {
        let row = study.catalogue.cluster(*metric);
        row.is_some_and(|row| study.outcome.merged.histograms[row].totals().count > 0)
    };
    // With a single kind of failure, the detection delays by kind repeat the total.
    let by_kind = Metric::shown_in(record::Section::DetectionByKind).filter(measured).count() > 1;
    Metric::ALL.into_iter().filter(move |metric| {
        let sections = metric.row().sections;
        sections.contains(&record::Section::Recovery) || by_kind && sections.contains(&record::Section::DetectionByKind)
    })
}

/// Forwarded and lost calls.
fn losses(study: &Study) -> Table {
    let of_application = study.plan.faults.iter().any(|fault| matches!(fault.failing, FaultTarget::Application(..)));
    let mut table = Table::of_numbers(["forwards and losses", "mean per replication", "95 % interval", "highest"]);
    use record::Section::{Failed, Forwarded, GivenUp, Lost, Survived};
    for count in [Failed, Forwarded, Survived, Lost, GivenUp].into_iter().flat_map(Count::shown_in) {
        // A zero in these counts matters only if an application failed.
        let of_interest =
            matches!(count, Count::Cfof | Count::Preserved | Count::DroppedConnected | Count::FalseFailures);
        if occurred(study, count) || of_interest && of_application {
            let row = count_row(study, count);
            let most = Entry::number_if(row.max, row.unit, human);
            table.row([row.metric.clone().into(), mean(&row), interval(&row, human), most]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{fake_study as study, rehomings};
    use crate::domain::OutageCause;
    use crate::fake;
    use crate::plan::Plan;
    use crate::report::format::{Format, Ink, csv, draw};
    use crate::report::log::histograms_hlog;
    use crate::report::provenance::run_json;

    fn text(study: &Study) -> String {
        let provenance = Provenance::new(study, String::new(), String::new());
        String::from_utf8(draw(&page(study, &[], &provenance), Format::Table, Ink::Plain).unwrap()).unwrap()
    }

    #[test]
    fn devices_that_had_not_rehomed_are_reported() {
        let plan = Plan { replications: 40, ..fake::plan() };
        let study = study(&plan);
        let text = text(&study);
        let waiting = rehomings(&study)[0].waiting;
        let sentence = format!(
            "In {waiting} of 40 replications a route point had not rehomed at the end: {waiting} of 40 waits were not over"
        );
        assert!(text.contains(&sentence), "{text}");
        assert!(text.contains("not reached") && text.contains("\nout_of_service*"), "{text}");
        assert!(!text.contains("a phone had not") && !text.contains("a CTI port had not"), "{text}");
    }

    #[test]
    fn without_such_failures_devices_are_not_reported() {
        let plan = fake::plan();
        let mut study = study(&plan);
        for because in [OutageCause::CallManagerFailed, OutageCause::CtiManagerFailed, OutageCause::Rehoming] {
            for kind in crate::record::KINDS {
                let row = study.catalogue.device_fate(Metric::OutOfService, kind, because);
                study.outcome.merged.histograms[row] = Default::default();
                for summary in &mut study.outcome.summaries {
                    summary.fates[kind as usize][because as usize] = Default::default();
                }
            }
        }
        let text = text(&study);
        assert!(!text.contains("\nrehoming ") && !text.contains("\ndevices "), "{text}");
        assert!(text.contains("app_recovery_100"));
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
            "{} differs; if that is intended, run the tests again with UPDATE=1. Now it is:\n{}",
            path.display(),
            String::from_utf8_lossy(actual)
        );
    }

    #[test]
    fn every_file_as_it_was() {
        let plan = fake::plan();
        let study = study(&plan);
        let provenance = Provenance::new(&study, "0".repeat(64), "ctisim run fake.toml".into());
        let page = page(&study, &[], &provenance);
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
        assert!(text(&study).contains("1 replication "));
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
}
