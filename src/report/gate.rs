//! The report of a gate: whether a change made anything worse.

use std::fmt;

use serde::Serialize;

use crate::analysis::{Cell, Gate, GateReport, GateRow, Reason, SpeedResult, Uncounted, Unsound, end, relative};
use crate::stats::Paired;

use super::comparison::{change_entries, value_entries};
use super::document::Document;
use super::page::{Case, Extent, Page, Rank, Suite, Tested};
use super::sheet::Sheet;
use super::table::{Entry, Table, Tone};
use super::words::{self, change, human, relative_change};

/// The page of a gate.
pub(super) fn page(report: &GateReport) -> Page<'_> {
    let mut page = Page::new(&*report.workload);
    page.section(Extent::Report).paragraph(headline(report));
    let excerpt = page.section(Extent::Excerpt);
    excerpt.heading(Rank::Section, format!("ctisim gate: {}", words::verdict(report.verdict.name())));
    excerpt.paragraph(headline(report));
    page.section(Extent::Both).table(table(report, |row| row.verdict != Gate::Pass));
    let speed = report.speed.as_ref().map(speed_line);
    let below = page.section(Extent::Report);
    speed.iter().for_each(|speed| below.note(&**speed));
    notes(report).for_each(|note| below.note(note));
    helps(report).for_each(|help| below.note(format!("help: {help}")));
    let below = page.section(Extent::Excerpt);
    speed.into_iter().for_each(|speed| below.paragraph(speed));
    notes(report).for_each(|note| below.paragraph(note));
    helps(report).for_each(|help| below.paragraph(help));
    page.sheets = vec![sheet(report)];
    page.document = Some(Document::new(|| Whole::new(report)));
    page.tests = Some(suite(report));
    page
}

/// The measures that are `shown`, the worst first.
pub(super) fn table(report: &GateReport, shown: fn(&GateRow) -> bool) -> Table {
    let mut shown: Vec<&GateRow> = report.rows.iter().filter(|row| shown(row)).collect();
    shown.sort_by_key(|row| std::cmp::Reverse(row.verdict));
    let head = ["measure", "before", "now", "change", "interval", "relative", "margin", "verdict"];
    let mut table = Table::of_numbers(head);
    for row in shown {
        table.row(entries(row));
    }
    table
}

fn entries(row: &GateRow) -> [Entry; 8] {
    let compared = &row.compared;
    let unit = compared.measure.unit().name();
    let verdict = match row.settled_by() {
        Some(replications) => {
            format!("{}, settled by {} replications", row.verdict.name(), human(replications as f64))
        }
        None => row.verdict.name().to_owned(),
    };
    let tone = match row.verdict {
        Gate::Pass | Gate::Improvement => Tone::Good,
        Gate::Regression => Tone::Bad,
        Gate::Inconclusive | Gate::NotComparable => Tone::Open,
    };
    let [before, now] = value_entries(compared);
    let [difference, interval, relative] = change_entries(compared);
    let margin = Entry::number(compared.margin, unit, |value| change(unit, value));
    let verdict = Entry::verdict(tone, verdict);
    [compared.measure.to_string().into(), before, now, difference, interval, relative, margin, verdict]
}

/// The summary in one line.
pub(super) fn headline(report: &GateReport) -> String {
    let count = |verdict: Gate| report.rows.iter().filter(|row| row.verdict == verdict).count();
    let summary = match report.verdict {
        Gate::Pass if report.same == Some(true) => "all results are identical, byte for byte".to_owned(),
        Gate::NotComparable if report.rows.is_empty() => reasons(report),
        _ => {
            let verdicts = [Gate::Regression, Gate::Inconclusive, Gate::Improvement, Gate::Pass];
            let some = verdicts.into_iter().map(|verdict| (count(verdict), verdict)).filter(|(count, _)| *count > 0);
            let counts: Vec<String> = some.map(|(count, verdict)| format!("{count} {}", verdict.name())).collect();
            let behaviour = if report.same == Some(true) { "behaviour is unchanged" } else { "behaviour has changed" };
            format!("{behaviour}; of {} measures: {}", report.rows.len(), counts.join(", "))
        }
    };
    format!("{}: {}: {summary}", report.workload, words::verdict(report.verdict.name()))
}

/// The line about speed.
pub(super) fn speed_line(speed: &SpeedResult) -> String {
    let summary = match (speed.now, &speed.why) {
        (Some(now), _) => format!(
            "{} instructions per event, {} before ({})",
            human(now),
            human(speed.before),
            relative(now - speed.before, Some(speed.before)).map(relative_change).unwrap_or_default()
        ),
        (None, why) => format!("not counted: {}", why.as_ref().map_or("for an unknown reason".to_owned(), uncounted)),
    };
    format!("speed: {}: {summary}", words::verdict(speed.verdict.name()))
}

/// What else decided.
pub(super) fn notes(report: &GateReport) -> impl Iterator<Item = &'static str> {
    report
        .other_terms
        .then_some("note: margins or directions of the baseline were edited since it was recorded")
        .into_iter()
}

/// What would help.
pub(super) fn helps(report: &GateReport) -> impl Iterator<Item = &'static str> {
    let inconclusive = report.verdict == Gate::Inconclusive;
    let changed = report.verdict <= Gate::Improvement && report.same == Some(false);
    let more = "record the baseline with more replications, or with wider margins for the inconclusive measures";
    let anew = "if this change is intended, record a new baseline and have it reviewed";
    let anew = (report.verdict == Gate::Regression || changed).then_some(anew);
    inconclusive.then_some(more).into_iter().chain(anew)
}

/// A measure in JSON.
#[derive(Serialize)]
struct Row {
    measure: String,
    unit: &'static str,
    before: Option<f64>,
    now: Option<f64>,
    change: Cell,
    change_low: Cell,
    change_high: Cell,
    margin: f64,
    settled_by: Option<u64>,
    verdict: Gate,
}

/// Why a study cannot be compared with its baseline.
pub(super) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Missing => "the baseline does not exist".to_owned(),
        Reason::Unsound(why) => why.to_string(),
        Reason::NotMeasured(why) => why.clone(),
        Reason::Version(version) => {
            format!("it was recorded by version {version}; this is {}", env!("CARGO_PKG_VERSION"))
        }
        Reason::Workload => "the workload differs from the recorded one".to_owned(),
        Reason::OtherMeasures => "it was recorded with measures other than those of --metric".to_owned(),
        Reason::OtherReplications => "it was recorded with other replications than requested".to_owned(),
        Reason::Replications => "its replications differ from those of this study".to_owned(),
        Reason::UnknownMeasure(why) => format!("this version does not know its measures: {why}"),
        Reason::Lacks(names) => format!("it has no values of these measures: {}", names.join(", ")),
        Reason::Gone(names) => format!("this study has no values of these measures: {}", names.join(", ")),
        Reason::Order => "its measures are in another order".to_owned(),
    }
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsound::Unreadable(why) => write!(f, "it cannot be read: {why}"),
            Unsound::Format { found, read } => write!(f, "its format is {found}; this version reads {read}"),
            Unsound::Empty => f.write_str("it has no measures, or fewer than two replications"),
            Unsound::Changed => f.write_str("its checksum does not match: it was edited or truncated"),
            Unsound::Values { measure, values, replications } => {
                write!(f, "`{measure}` has {values} values for {replications} replications")
            }
            Unsound::Margin(measure) => write!(f, "the margin of `{measure}` must not be negative"),
        }
    }
}

impl std::error::Error for Unsound {}

/// Why speed could not be judged.
pub(super) fn uncounted(why: &Uncounted) -> String {
    match why {
        Uncounted::Failed(why) => why.clone(),
        Uncounted::OtherBuild { recorded, this } => {
            format!("it was recorded with a build for {recorded}; this build is for {this}")
        }
    }
}

/// All reasons why a study cannot be compared with its baseline.
pub fn reasons(report: &GateReport) -> String {
    report.reasons.iter().map(reason).collect::<Vec<_>>().join("; ")
}

/// The JSON document.
#[derive(Serialize)]
struct Whole<'a> {
    workload: &'a str,
    verdict: Gate,
    reasons: Vec<String>,
    same_bytes: Option<bool>,
    other_terms: bool,
    speed: Option<SpeedRow>,
    measures: Vec<Row>,
}

/// Speed in JSON.
#[derive(Serialize)]
struct SpeedRow {
    before: f64,
    now: Option<f64>,
    margin_percent: f64,
    verdict: Gate,
    why: Option<String>,
}

impl SpeedRow {
    fn of(speed: &SpeedResult) -> SpeedRow {
        let SpeedResult { before, now, margin_percent, verdict, ref why } = *speed;
        SpeedRow { before, now, margin_percent, verdict, why: why.as_ref().map(uncounted) }
    }
}

impl Row {
    fn of(row: &GateRow) -> Row {
        let interval = row.compared.interval();
        let estimated = |number: Option<f64>| end(number, row.compared.pairs > 0);
        Row {
            measure: row.compared.measure.to_string(),
            unit: row.compared.measure.unit().name(),
            before: row.compared.first,
            now: row.compared.second,
            change: estimated(row.compared.paired.as_ref().map(Paired::mean)),
            change_low: estimated(interval.map(|(low, _)| low)),
            change_high: estimated(interval.map(|(_, high)| high)),
            margin: row.compared.margin,
            settled_by: row.settled_by(),
            verdict: row.verdict,
        }
    }
}

impl<'a> Whole<'a> {
    fn new(report: &'a GateReport) -> Whole<'a> {
        Whole {
            workload: &report.workload,
            verdict: report.verdict,
            reasons: report.reasons.iter().map(reason).collect(),
            same_bytes: report.same,
            other_terms: report.other_terms,
            speed: report.speed.as_ref().map(SpeedRow::of),
            measures: report.rows.iter().map(Row::of).collect(),
        }
    }
}

/// One row per measure.
fn sheet(report: &GateReport) -> Sheet<'_> {
    let columns = [
        "workload",
        "measure",
        "unit",
        "before",
        "now",
        "change",
        "change_low",
        "change_high",
        "margin",
        "settled_by",
        "verdict",
    ];
    Sheet::new("gate", columns, move || {
        report.rows.iter().map(Row::of).map(|row| {
            let names = [&*report.workload, &*row.measure, row.unit].map(Cell::from);
            let means = [row.before, row.now].map(Cell::from);
            let change = [row.change, row.change_low, row.change_high];
            let last = [row.margin.into(), row.settled_by.into(), row.verdict.name().into()];
            names.into_iter().chain(means).chain(change).chain(last).collect()
        })
    })
}

/// One test per measure, one for speed, and one for comparability.
fn suite(report: &GateReport) -> Suite {
    let case = |name: &str, verdict: Gate, words: String| Case {
        name: name.to_owned(),
        result: match verdict {
            Gate::Pass | Gate::Improvement => Tested::Passed,
            Gate::Inconclusive | Gate::Regression => Tested::Failed,
            Gate::NotComparable => Tested::Broken,
        },
        verdict: verdict.name(),
        words,
    };
    let comparable = if report.rows.is_empty() { Gate::NotComparable } else { Gate::Pass };
    let mut cases = vec![case("comparable", comparable, reasons(report))];
    cases.extend(report.rows.iter().map(|row| {
        let entries = entries(row);
        let [name, before, now, change, interval, relative, margin, _] = entries.each_ref().map(Entry::words);
        let words = format!("{before} before, {now} now: {change} {interval} {relative}, margin {margin}");
        case(name, row.verdict, words)
    }));
    cases.extend(report.speed.iter().map(|speed| case("speed", speed.verdict, speed_line(speed))));
    Suite { command: "gate", name: report.workload.clone(), cases }
}
