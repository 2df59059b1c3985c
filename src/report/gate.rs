//! What a gate has found: whether a change made anything worse.

use std::fmt;

use serde::Serialize;

use crate::analysis::{Cell, Gate, GateReport, GateRow, Reason, SpeedHeld, Uncounted, Unsound, relative};
use crate::stats::Paired;

use super::comparison::{change_entries, value_entries};
use super::document::Document;
use super::page::{Case, Entry, Extent, Page, Rank, Suite, Table, Tested, Tone};
use super::sheet::Sheet;
use super::words::{self, change, human, relative_change};

/// The page of a gate.
pub fn gate_page(report: &GateReport) -> Page<'_> {
    let mut page = Page::new(&*report.workload);
    page.section(Extent::Report).paragraph(headline(report));
    let excerpt = page.section(Extent::Excerpt);
    excerpt.heading(Rank::Section, format!("ctisim gate: {}", words::verdict(report.verdict.name())));
    excerpt.paragraph(headline(report));
    page.section(Extent::Both).table(table(report));
    let speed = report.speed.as_ref().map(speed_line);
    let below = page.section(Extent::Report);
    speed.iter().for_each(|speed| below.note(&**speed));
    helps(report).for_each(|help| below.note(format!("help: {help}")));
    let below = page.section(Extent::Excerpt);
    speed.into_iter().for_each(|speed| below.paragraph(speed));
    helps(report).for_each(|help| below.paragraph(help));
    page.sheets = vec![sheet(report)];
    page.document = Some(Document::new(|| Whole::new(report)));
    page.tests = Some(suite(report));
    page
}

/// Those that are more than a pass, the worst first.
fn table(report: &GateReport) -> Table {
    let mut told: Vec<&GateRow> = report.held.iter().filter(|held| held.verdict != Gate::Pass).collect();
    told.sort_by_key(|held| std::cmp::Reverse(held.verdict));
    let head = ["measure", "before", "now", "change", "interval", "relative", "matters above", "verdict"];
    let mut table = Table::of_numbers(head);
    for held in told {
        table.row(row(held));
    }
    table
}

fn row(held: &GateRow) -> [Entry; 8] {
    let compared = &held.compared;
    let unit = compared.measure.unit().name();
    let said = match held.settled_by() {
        Some(replications) => {
            format!("{}, settled by {} replications", held.verdict.name(), human(replications as f64))
        }
        None => held.verdict.name().to_owned(),
    };
    let tone = match held.verdict {
        Gate::Pass | Gate::Improvement => Tone::Good,
        Gate::Regression => Tone::Bad,
        Gate::Inconclusive | Gate::NotComparable => Tone::Open,
    };
    let [before, now] = value_entries(compared);
    let [difference, interval, relative] = change_entries(compared);
    let matters = Entry::number(compared.matters, unit, |value| change(unit, value));
    let verdict = Entry::verdict(tone, said);
    [compared.measure.to_string().into(), before, now, difference, interval, relative, matters, verdict]
}

/// The sentence that says it all.
fn headline(report: &GateReport) -> String {
    let count = |verdict: Gate| report.held.iter().filter(|held| held.verdict == verdict).count();
    let said = match report.verdict {
        Gate::Pass if report.same == Some(true) => "every result is the same, byte for byte".to_owned(),
        Gate::NotComparable if report.held.is_empty() => reasons(report),
        _ => {
            let verdicts = [Gate::Regression, Gate::Inconclusive, Gate::Improvement, Gate::Pass];
            let some = verdicts.into_iter().map(|verdict| (count(verdict), verdict)).filter(|(count, _)| *count > 0);
            let told: Vec<String> = some.map(|(count, verdict)| format!("{count} {}", verdict.name())).collect();
            let behaviour = if report.same == Some(true) { "the same behaviour" } else { "behaviour has changed" };
            format!("{behaviour}; of {} measures {}", report.held.len(), told.join(", "))
        }
    };
    format!("{}: {}: {said}", report.workload, words::verdict(report.verdict.name()))
}

/// What is to be said of speed.
fn speed_line(speed: &SpeedHeld) -> String {
    let said = match (speed.now, &speed.why) {
        (Some(now), _) => format!(
            "{} instructions an event, {} before ({})",
            human(now),
            human(speed.before),
            relative(now - speed.before, Some(speed.before)).map(relative_change).unwrap_or_default()
        ),
        (None, why) => format!("not counted: {}", why.as_ref().map_or("nobody knows why".to_owned(), uncounted)),
    };
    format!("speed: {}: {said}", words::verdict(speed.verdict.name()))
}

/// What would help.
fn helps(report: &GateReport) -> impl Iterator<Item = &'static str> {
    let inconclusive = report.verdict == Gate::Inconclusive;
    let changed = report.verdict <= Gate::Improvement && report.same == Some(false);
    let more = "record the baseline with more replications, or with a wider margin for what is inconclusive";
    let anew = "if this change is meant, record the baseline anew and have that reviewed";
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
    change: Option<f64>,
    change_low: Option<f64>,
    change_high: Option<f64>,
    margin: f64,
    settled_by: Option<u64>,
    verdict: Gate,
}

/// Why a study cannot be held against its baseline.
fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Missing => "there is no such baseline".to_owned(),
        Reason::Unsound(why) => why.to_string(),
        Reason::NotMeasured(why) => why.clone(),
        Reason::Version(version) => {
            format!("it was recorded by version {version}, and this is {}", env!("CARGO_PKG_VERSION"))
        }
        Reason::Workload => "the workload is not the one it was recorded of".to_owned(),
        Reason::OtherMeasures => "it was recorded with other measures than --metric asks for".to_owned(),
        Reason::OtherReplications => {
            "it was recorded with another seed or other replications than are asked for".to_owned()
        }
        Reason::Replications => "it has another seed or other replications than this study".to_owned(),
        Reason::UnknownMeasure(why) => format!("this version does not know its measures: {why}"),
        Reason::Lacks(names) => format!("it has no values of these measures: {}", names.join(", ")),
        Reason::Gone(names) => format!("this study has none of these: {}", names.join(", ")),
        Reason::Order => "its measures are in another order".to_owned(),
    }
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsound::Unreadable(why) => write!(f, "it cannot be read: {why}"),
            Unsound::Format { found, read } => write!(f, "its format is {found}, and this version reads {read}"),
            Unsound::Empty => {
                f.write_str("it has nothing to compare with: no measures, or fewer than two replications")
            }
            Unsound::Changed => f.write_str("it is not what was recorded: somebody changed or cut it"),
            Unsound::Values { measure, values, replications } => {
                write!(f, "`{measure}` has {values} values of {replications} replications")
            }
            Unsound::Margin(measure) => write!(f, "the margin of `{measure}` is not zero or more"),
        }
    }
}

impl std::error::Error for Unsound {}

/// Why speed could not be judged.
fn uncounted(why: &Uncounted) -> String {
    match why {
        Uncounted::Failed(why) => why.clone(),
        Uncounted::OtherBuild { recorded, this } => {
            format!("it was recorded with a build for {recorded}, and this is one for {this}")
        }
    }
}

/// All that keeps a study from being held against its baseline.
pub fn reasons(report: &GateReport) -> String {
    report.reasons.iter().map(reason).collect::<Vec<_>>().join("; ")
}

/// All of it in JSON.
#[derive(Serialize)]
struct Whole<'a> {
    workload: &'a str,
    verdict: Gate,
    reasons: Vec<String>,
    same_bytes: Option<bool>,
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
    fn of(speed: &SpeedHeld) -> SpeedRow {
        let SpeedHeld { before, now, margin_percent, verdict, ref why } = *speed;
        SpeedRow { before, now, margin_percent, verdict, why: why.as_ref().map(uncounted) }
    }
}

impl Row {
    fn of(held: &GateRow) -> Row {
        let interval = held.compared.interval();
        Row {
            measure: held.compared.measure.to_string(),
            unit: held.compared.measure.unit().name(),
            before: held.compared.first,
            now: held.compared.second,
            change: held.compared.paired.as_ref().map(Paired::mean),
            change_low: interval.map(|(low, _)| low),
            change_high: interval.map(|(_, high)| high),
            margin: held.compared.matters,
            settled_by: held.settled_by(),
            verdict: held.verdict,
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
            speed: report.speed.as_ref().map(SpeedRow::of),
            measures: report.held.iter().map(Row::of).collect(),
        }
    }
}

/// A row a measure.
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
        report.held.iter().map(Row::of).map(|row| {
            let names = [&*report.workload, &*row.measure, row.unit].map(Cell::from);
            let numbers = [row.before, row.now, row.change, row.change_low, row.change_high, Some(row.margin)];
            let last = [row.settled_by.into(), row.verdict.name().into()];
            names.into_iter().chain(numbers.map(Cell::from)).chain(last).collect()
        })
    })
}

/// A test a measure, one for speed, and one for whether it is comparable at all.
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
    let comparable = if report.held.is_empty() { Gate::NotComparable } else { Gate::Pass };
    let mut cases = vec![case("comparable", comparable, reasons(report))];
    cases.extend(report.held.iter().map(|held| {
        let row = row(held);
        let [name, before, now, change, interval, relative, matters, _] = row.each_ref().map(Entry::words);
        let words = format!("{before} before, {now} now: {change} {interval} {relative}, matters above {matters}");
        case(name, held.verdict, words)
    }));
    cases.extend(report.speed.iter().map(|speed| case("speed", speed.verdict, speed_line(speed))));
    Suite { command: "gate", name: report.workload.clone(), cases }
}
