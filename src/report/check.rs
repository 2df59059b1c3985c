//! What `check` found: the checklist and the findings, for people and for programs. `docs/CHECK.md` describes both.

use serde::Serialize;

use crate::check::{Examination, Finding, Positions, State};
use crate::workload::{Place, Problem, Severity};

/// The report for people: the checklist, the findings in the order of the file, and a line that sums up.
pub fn check_text(examination: &Examination, color: bool) -> String {
    let positions = Positions::new(&examination.text);
    let width = examination.checklist.iter().map(|line| line.step.title().len()).max().unwrap_or_default();
    let mut report = String::new();
    // Where nothing could be read, there are nine times nothing to say.
    let known = if readable(examination) { &examination.checklist[..] } else { &[] };
    for line in known {
        let state = match line.state {
            State::Done => "done",
            State::NotDone => "not done",
            State::Unknown => "cannot be told before the errors are mended",
        };
        let offenders: Vec<String> = line
            .offenders
            .iter()
            .take(OFFENDERS_SHOWN)
            .map(|offender| {
                let at = positions.at(offender.place.start);
                format!("{} ({}:{})", offender.name, at.line, at.column)
            })
            .chain(more(line.offenders.len(), OFFENDERS_SHOWN))
            .collect();
        let (number, title) = (line.step.number(), line.step.title());
        let why = match offenders.is_empty() {
            true if line.state == State::NotDone => ": 4 and 5 come first".to_owned(),
            true => String::new(),
            false => format!(": {}", offenders.join(", ")),
        };
        report += &format!("{number}  {title:<width$}  {state}{why}\n");
    }
    for finding in examination.findings.iter().take(FINDINGS_SHOWN) {
        report += &format!("\n{}\n", finding.problem.render(&examination.name, &examination.text, color));
    }
    if let Some(more) = more(examination.findings.len(), FINDINGS_SHOWN) {
        report += &format!("\n{more}: `--format json` has them all\n");
    }
    if examination.more > 0 {
        report += &format!("\n{} more errors come to light once these are mended\n", examination.more);
    }
    report += &format!("\n{}\n", in_short(examination));
    report.trim_start_matches('\n').to_owned()
}

fn readable(examination: &Examination) -> bool {
    examination.checklist.iter().any(|line| line.state != State::Unknown)
}

/// People read no more findings than these.
const FINDINGS_SHOWN: usize = 100;

/// Nor more names in a line.
const OFFENDERS_SHOWN: usize = 12;

/// What is not shown of so many.
fn more(count: usize, shown: usize) -> Option<String> {
    (count > shown).then(|| format!("{} more", count - shown))
}

fn in_short(examination: &Examination) -> String {
    let done = examination.checklist.iter().filter(|line| line.state == State::Done).count();
    let counted = |severity, one: &str| match examination.count(severity) {
        0 => format!("no {one}s"),
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let (errors, warnings) = (counted(Severity::Error, "error"), counted(Severity::Warning, "warning"));
    let steps = match readable(examination) {
        true => format!("{done} of {} steps done, ", examination.checklist.len()),
        false => String::new(),
    };
    let further = match examination.complete {
        true => "",
        false => "; further warnings are looked for once the errors are mended",
    };
    format!("{}: {steps}{errors}, {warnings}{further}", examination.name)
}

/// The report as JSON.
#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    workload: &'a str,
    errors: usize,
    warnings: usize,
    warnings_complete: bool,
    checklist: Vec<StepRow<'a>>,
    findings: Vec<FindingRow<'a>>,
}

#[derive(Serialize)]
struct StepRow<'a> {
    step: u8,
    title: &'a str,
    state: State,
    offenders: Vec<OffenderRow<'a>>,
}

#[derive(Serialize)]
struct OffenderRow<'a> {
    name: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct FindingRow<'a> {
    level: &'static str,
    id: &'a str,
    message: &'a str,
    label: Option<&'a str>,
    hint: Option<&'a str>,
    rule: Option<&'a str>,
    step: Option<u8>,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    also: Option<AlsoRow<'a>>,
    elsewhere: Option<ElsewhereRow<'a>>,
}

#[derive(Serialize)]
struct AlsoRow<'a> {
    label: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct ElsewhereRow<'a> {
    file: &'a str,
    line: usize,
}

/// What errors behind which there is no rule are called where everything has a name.
pub(super) const ERROR_ID: &str = "invalid";

/// The name of a problem's kind: of a warning its own, of an error the number of the rule behind it.
pub(super) fn id_of(problem: &Problem) -> &'static str {
    let number = || problem.rule.and_then(|rule| rule.split_once(": ")).map(|(number, _)| number);
    problem.id.or_else(number).unwrap_or(ERROR_ID)
}

/// The report as one JSON object.
pub fn check_json(examination: &Examination) -> Vec<u8> {
    let positions = Positions::new(&examination.text);
    let report = Report {
        format: 1,
        workload: &examination.name,
        errors: examination.count(Severity::Error),
        warnings: examination.count(Severity::Warning),
        warnings_complete: examination.complete,
        checklist: examination
            .checklist
            .iter()
            .map(|line| StepRow {
                step: line.step.number(),
                title: line.step.title(),
                state: line.state,
                offenders: line
                    .offenders
                    .iter()
                    .map(|offender| {
                        let at = positions.at(offender.place.start);
                        OffenderRow { name: &offender.name, line: at.line, column: at.column }
                    })
                    .collect(),
            })
            .collect(),
        findings: examination.findings.iter().map(|finding| row(finding, &positions)).collect(),
    };
    pretty(&report)
}

fn row<'a>(finding: &'a Finding, positions: &Positions<'_>) -> FindingRow<'a> {
    let problem = &finding.problem;
    let (begin, end) = (positions.at(problem.place.start), positions.at(problem.place.end));
    let also = |(place, label): &'a (Place, String)| {
        let at = positions.at(place.start);
        AlsoRow { label, line: at.line, column: at.column }
    };
    FindingRow {
        level: level(problem.severity),
        id: id_of(problem),
        message: &problem.what,
        label: Some(problem.label.as_str()).filter(|label| !label.is_empty()),
        hint: problem.hint.as_deref(),
        rule: problem.rule,
        step: finding.step.map(|step| step.number()),
        line: begin.line,
        column: begin.column,
        end_line: end.line,
        end_column: end.column,
        also: problem.also.as_ref().map(also),
        elsewhere: problem.elsewhere.as_ref().map(|it| ElsewhereRow { file: &it.file, line: it.line }),
    }
}

pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Indented, with a line end: these files are read by people, too.
pub(super) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("strings and numbers are JSON");
    bytes.push(b'\n');
    bytes
}
