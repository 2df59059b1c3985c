//! What a gate has found, for people and for pipelines.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::columns::{block, new_table};
use super::words::{change, human, relative_percent as percent, shown, signed};
use crate::analysis::{Gate, GateReport, Held, SpeedHeld, relative};

/// The columns for people.
const HEAD: [&str; 8] = ["measure", "before", "now", "change", "interval", "relative", "matters above", "verdict"];

fn line(held: &Held) -> [String; HEAD.len()] {
    let compared = &held.compared;
    let unit = compared.measure.unit();
    let value = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| shown(unit, value));
    let [difference, interval, relative] = match (&compared.paired, compared.interval()) {
        (Some(paired), Some((low, high))) => [
            signed(unit, paired.mean()),
            format!("[{}, {}]", change(unit, low), change(unit, high)),
            percent(relative(paired.mean(), compared.first)),
        ],
        _ => [const { String::new() }; 3],
    };
    let verdict = match held.settled_by() {
        Some(replications) => {
            format!("{}, settled by {} replications", held.verdict.name(), human(replications as f64))
        }
        None => held.verdict.name().to_owned(),
    };
    let [before, now] = [value(compared.first), value(compared.second)];
    let matters = change(unit, compared.matters);
    [compared.measure.to_string(), before, now, difference, interval, relative, matters, verdict]
}

/// Those that are more than a pass, the worst first.
fn told(report: &GateReport) -> Vec<&Held> {
    let mut told: Vec<&Held> = report.held.iter().filter(|held| held.verdict != Gate::Pass).collect();
    told.sort_by_key(|held| std::cmp::Reverse(held.verdict));
    told
}

/// The sentence that says it all.
fn headline(report: &GateReport) -> String {
    let count = |verdict: Gate| report.held.iter().filter(|held| held.verdict == verdict).count();
    let said = match report.verdict {
        Gate::Pass if report.same == Some(true) => "every result is the same, byte for byte".to_owned(),
        Gate::NotComparable if report.held.is_empty() => report.reasons.join("; "),
        _ => {
            let verdicts = [Gate::Regression, Gate::Inconclusive, Gate::Improvement, Gate::Pass];
            let some = verdicts.into_iter().map(|verdict| (count(verdict), verdict)).filter(|(count, _)| *count > 0);
            let told: Vec<String> = some.map(|(count, verdict)| format!("{count} {}", verdict.name())).collect();
            let behaviour = if report.same == Some(true) { "the same behaviour" } else { "behaviour has changed" };
            format!("{behaviour}; of {} measures {}", report.held.len(), told.join(", "))
        }
    };
    format!("{}: {}: {said}", report.workload, report.verdict.name().replace('_', " "))
}

/// What is to be said of speed.
fn speed_line(speed: &SpeedHeld) -> String {
    let said = match (speed.now, &speed.why) {
        (Some(now), _) => format!(
            "{} instructions an event, {} before ({})",
            human(now),
            human(speed.before),
            percent(relative(now - speed.before, Some(speed.before)))
        ),
        (None, why) => format!("not counted: {}", why.as_deref().unwrap_or("nobody knows why")),
    };
    format!("speed: {}: {said}", speed.verdict.name().replace('_', " "))
}

/// What would help.
fn helps(report: &GateReport) -> Vec<String> {
    let mut helps = Vec::new();
    if report.verdict == Gate::Inconclusive {
        let help = "record the baseline with more replications, or with a wider margin for what is inconclusive";
        helps.push(help.to_owned());
    }
    if report.verdict == Gate::Regression || (report.verdict <= Gate::Improvement && report.same == Some(false)) {
        helps.push("if this change is meant, record the baseline anew and have that reviewed".to_owned());
    }
    helps
}

/// For a terminal.
pub fn gate_table(report: &GateReport) -> String {
    let mut text = headline(report) + "\n";
    let mut table = new_table(HEAD);
    for held in told(report) {
        table.add_row(line(held));
    }
    text += &block(table);
    if let Some(speed) = &report.speed {
        text += &(speed_line(speed) + "\n");
    }
    for help in helps(report) {
        text += &format!("help: {help}\n");
    }
    text
}

/// For a pull request.
pub fn gate_markdown(report: &GateReport) -> String {
    let escaped = |text: &str| text.replace('|', "\\|");
    let mut text =
        format!("### ctisim gate: {}\n\n{}\n", report.verdict.name().replace('_', " "), escaped(&headline(report)));
    let told = told(report);
    if !told.is_empty() {
        text += &format!("\n| {} |\n|---{}|\n", HEAD.join(" | "), "|--:".repeat(HEAD.len() - 1));
        for held in told {
            text += &format!("| {} |\n", line(held).map(|cell| escaped(&cell)).join(" | "));
        }
    }
    if let Some(speed) = &report.speed {
        text += &format!("\n{}\n", escaped(&speed_line(speed)));
    }
    for help in helps(report) {
        text += &format!("\n{help}\n");
    }
    text
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

/// All of it in JSON.
#[derive(Serialize)]
struct Whole<'a> {
    workload: &'a str,
    verdict: Gate,
    reasons: &'a [String],
    same_bytes: Option<bool>,
    speed: Option<&'a SpeedHeld>,
    measures: Vec<Row>,
}

/// For programs.
pub fn gate_json(report: &GateReport) -> Vec<u8> {
    let row = |held: &Held| {
        let interval = held.compared.interval();
        Row {
            measure: held.compared.measure.to_string(),
            unit: held.compared.measure.unit(),
            before: held.compared.first,
            now: held.compared.second,
            change: held.compared.paired.as_ref().map(crate::stats::Paired::mean),
            change_low: interval.map(|(low, _)| low),
            change_high: interval.map(|(_, high)| high),
            margin: held.compared.matters,
            settled_by: held.settled_by(),
            verdict: held.verdict,
        }
    };
    let whole = Whole {
        workload: &report.workload,
        verdict: report.verdict,
        reasons: &report.reasons,
        same_bytes: report.same,
        speed: report.speed.as_ref(),
        measures: report.held.iter().map(row).collect(),
    };
    let mut json = serde_json::to_vec_pretty(&whole).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}

/// For pipelines: a test case a measure, one for speed, and one for whether it is comparable at all. What is not a pass or
/// an improvement is a failure; what cannot be judged an error.
pub fn gate_junit(report: &GateReport) -> Vec<u8> {
    let status = |verdict: Gate, said: &str| {
        let kind = match verdict {
            Gate::Pass | Gate::Improvement => return TestCaseStatus::success(),
            Gate::Inconclusive | Gate::Regression => NonSuccessKind::Failure,
            Gate::NotComparable => NonSuccessKind::Error,
        };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(verdict.name()).set_message(said);
        status
    };
    let mut suite = TestSuite::new(report.workload.as_str());
    let mut add = |name: &str, verdict: Gate, said: &str| {
        let mut case = TestCase::new(name, status(verdict, said));
        case.set_classname(format!("ctisim.gate.{}", report.workload));
        suite.add_test_case(case);
    };
    let comparable = if report.held.is_empty() { Gate::NotComparable } else { Gate::Pass };
    add("comparable", comparable, &report.reasons.join("; "));
    for held in &report.held {
        let [name, before, now, change, interval, relative, matters, _] = line(held);
        add(
            &name,
            held.verdict,
            &format!("{before} before, {now} now: {change} {interval} {relative}, matters above {matters}"),
        );
    }
    if let Some(speed) = &report.speed {
        add("speed", speed.verdict, &speed_line(speed));
    }
    let mut whole = Report::new("ctisim gate");
    whole.add_test_suite(suite);
    whole.to_string().expect("names and texts are XML").into_bytes()
}
