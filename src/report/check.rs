//! What `check` found: the checklist and the findings. `docs/reference/checks.md` describes the file formats.

use std::collections::BTreeMap;

use serde::Serialize;

use super::document::Document;
use super::page::{Block, Excerpt, Extent, Finding, FindingKind, Findings, Page, Related, Section};
use super::sheet::Sheet;
use super::table::{Column, Entry, Form, Table, Tone};
use super::words::plural;
use crate::analysis::Cell;
use crate::check::{ADVICE, Examination, Finding as Found, Line, Position, Positions, State};
use crate::workload::{Problem, Severity, TextRange};

/// The most findings shown as text.
const FINDINGS_SHOWN: usize = 100;

/// The most names shown in a line.
const OFFENDERS_SHOWN: usize = 12;

/// The id of errors that break no rule of the chapter, in formats that need an id.
const ERROR_ID: &str = "invalid";

/// The checklist, the findings in the order of the file, and a summary line. `settings` are the `--set` assignments that
/// changed the workload.
pub fn check_page<'a>(examination: &'a Examination, settings: &[String]) -> Page<'a> {
    let positions = Positions::new(&examination.text);
    let mut page = Page::new(&*examination.name);
    report(examination, &positions, settings, page.section(Extent::Both));
    page.sheets.push(sheet(examination));
    page.document = Some(Document::new(|| Report::new(examination, &Positions::new(&examination.text))));
    page.findings = Some(findings(examination, &positions));
    page
}

fn report<'a>(examination: &'a Examination, positions: &Positions<'_>, settings: &[String], section: &mut Section<'a>) {
    let mut table = Table::of(Form::Checklist, ["step", "title", "state"].map(Column::words));
    // If the file could not be read, nothing is known of any step.
    for line in examination.checklist.iter().filter(|_| readable(examination)) {
        table.row([line.step.number().to_string().into(), line.step.title().into(), state(line, positions)]);
    }
    section.table(table);
    for finding in examination.findings.iter().take(FINDINGS_SHOWN) {
        let Examination { name: file, text, .. } = examination;
        section.blocks.push(Block::Excerpt(Excerpt { problem: &finding.problem, file, text }));
    }
    if let Some(more) = more(examination.findings.len(), FINDINGS_SHOWN) {
        section.paragraph(format!("{more}: `--format json` lists them all"));
    }
    if examination.more > 0 {
        section.paragraph(format!("{} more errors appear once these are fixed", examination.more));
    }
    section.paragraph(in_short(examination));
    if !settings.is_empty() {
        section.note(format!("note: read with --set {}", settings.join(" --set ")));
    }
}

fn readable(examination: &Examination) -> bool {
    examination.checklist.iter().any(|line| line.state != State::Unknown)
}

/// The state of a step, and what keeps it from being done.
fn state(line: &Line, positions: &Positions<'_>) -> Entry {
    let (tone, state) = match line.state {
        State::Done => (Tone::Good, "done"),
        State::NotDone => (Tone::Bad, "not done"),
        State::Unknown => (Tone::Open, "unknown until the errors are fixed"),
    };
    let named = line.offenders.iter().take(OFFENDERS_SHOWN).map(|offender| {
        let at = positions.at(offender.place.start);
        format!("{} ({}:{})", offender.name, at.line, at.column)
    });
    let offenders: Vec<String> = named.chain(more(line.offenders.len(), OFFENDERS_SHOWN)).collect();
    let why = match offenders.is_empty() {
        true if line.state == State::NotDone => ": steps 4 and 5 come first".to_owned(),
        true => String::new(),
        false => format!(": {}", offenders.join(", ")),
    };
    Entry::verdict(tone, format!("{state}{why}"))
}

/// How many of them are not shown.
fn more(count: usize, shown: usize) -> Option<String> {
    (count > shown).then(|| format!("{} more", count - shown))
}

fn in_short(examination: &Examination) -> String {
    let done = examination.checklist.iter().filter(|line| line.state == State::Done).count();
    let counted = |severity, one: &str| match examination.count(severity) {
        0 => format!("no {one}s"),
        count => format!("{count} {one}{}", plural(count as u64)),
    };
    let (errors, warnings) = (counted(Severity::Error, "error"), counted(Severity::Warning, "warning"));
    let steps = match readable(examination) {
        true => format!("{done} of {} steps done, ", examination.checklist.len()),
        false => String::new(),
    };
    let further = match examination.complete {
        true => "",
        false => "; more warnings may follow once the errors are fixed",
    };
    format!("{}: {steps}{errors}, {warnings}{further}", examination.name)
}

/// The id of a problem's kind: its own for a warning, the number of the broken rule for an error.
fn id_of(problem: &Problem) -> &'static str {
    let number = || problem.rule.and_then(|rule| rule.split_once(": ")).map(|(number, _)| number);
    problem.id.or_else(number).unwrap_or(ERROR_ID)
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn stretch(place: &TextRange, positions: &Positions<'_>) -> [Position; 2] {
    [place.start, place.end].map(|at| positions.at(at))
}

/// One row per finding.
fn sheet(examination: &Examination) -> Sheet<'_> {
    let columns = [
        "workload",
        "level",
        "id",
        "message",
        "label",
        "hint",
        "rule",
        "step",
        "line",
        "column",
        "end_line",
        "end_column",
    ];
    Sheet::new("findings", columns, move || {
        let positions = Positions::new(&examination.text);
        examination.findings.iter().map(move |finding| {
            let row = FindingRow::of(finding, &positions);
            let texts = [
                Some(&*examination.name),
                Some(row.level),
                Some(row.id),
                Some(row.message),
                row.label,
                row.hint,
                row.rule,
            ];
            let resources =
                [row.line, row.column, row.end_line, row.end_column].map(|number| Cell::Whole(number as u64));
            let step = row.step.map(u64::from).into();
            texts.map(Cell::from).into_iter().chain([step]).chain(resources).collect()
        })
    })
}

/// The JSON document.
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

impl<'a> Report<'a> {
    fn new(examination: &'a Examination, positions: &Positions<'_>) -> Report<'a> {
        let step = |line: &'a Line| StepRow {
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
        };
        Report {
            format: 1,
            workload: &examination.name,
            errors: examination.count(Severity::Error),
            warnings: examination.count(Severity::Warning),
            warnings_complete: examination.complete,
            checklist: examination.checklist.iter().map(step).collect(),
            findings: examination.findings.iter().map(|finding| FindingRow::of(finding, positions)).collect(),
        }
    }
}

impl<'a> FindingRow<'a> {
    fn of(finding: &'a Found, positions: &Positions<'_>) -> FindingRow<'a> {
        let problem = &finding.problem;
        let [begin, end] = stretch(&problem.place, positions);
        let also = |(place, label): &'a (TextRange, String)| {
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
            elsewhere: problem
                .elsewhere
                .as_ref()
                .filter(|it| !it.typed)
                .map(|it| ElsewhereRow { file: &it.file, line: it.line }),
        }
    }
}

/// What code review tools show in place.
fn findings<'a>(examination: &'a Examination, positions: &Positions<'_>) -> Findings<'a> {
    Findings {
        file: &examination.name,
        kinds: kinds(examination),
        found: examination.findings.iter().map(|finding| in_place(&finding.problem, positions)).collect(),
    }
}

/// Every kind of finding: errors first, those that break a rule of the chapter by number, then warnings.
fn kinds(examination: &Examination) -> Vec<FindingKind> {
    let kind = |id, short, full, severity| FindingKind { id, short, full, severity };
    let more = "docs/reference/workload-file.md has every key, docs/reference/rules.md every rule";
    let errors = kind(ERROR_ID, "the workload cannot be run", more, Severity::Error);
    let problems = examination.findings.iter().map(|finding| &finding.problem);
    let errors_by_rule = problems.filter(|problem| problem.id.is_none()).filter_map(|problem| problem.rule);
    let broken: BTreeMap<&'static str, &'static str> =
        errors_by_rule.filter_map(|rule| rule.split_once(": ")).collect();
    let broken = broken
        .into_iter()
        .map(|(number, rule)| kind(number, rule, "docs/reference/rules.md has every rule", Severity::Error));
    let warnings = ADVICE.iter().map(|advice| kind(advice.id, advice.meaning, advice.source, Severity::Warning));
    std::iter::once(errors).chain(broken).chain(warnings).collect()
}

fn in_place<'a>(problem: &'a Problem, positions: &Positions<'_>) -> Finding<'a> {
    let mut message = problem.what.clone();
    // If the problem is in another file, the label only says what refers to that file.
    let label = Some(problem.label.as_str()).filter(|_| problem.elsewhere.is_none());
    for (before, more) in [(": ", label), ("; ", problem.hint.as_deref()), (" (", problem.rule)] {
        if let Some(more) = more.filter(|more| !more.is_empty()) {
            message = message + before + more + if before == " (" { ")" } else { "" };
        }
    }
    let also = problem.also.iter().map(|(place, label)| Related::Here(stretch(place, positions), label));
    let elsewhere = problem.elsewhere.iter().filter(|it| !it.typed).map(|it| Related::Beside {
        file: &it.file,
        line: it.line,
        words: &problem.what,
    });
    Finding {
        id: id_of(problem),
        severity: problem.severity,
        message,
        at: stretch(&problem.place, positions),
        related: also.chain(elsewhere).collect(),
    }
}
