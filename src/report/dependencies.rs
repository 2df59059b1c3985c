//! Dependency records (R8): what uses what, and what would be affected if a part failed.

use serde::Serialize;

use super::document::Document;
use super::graph;
use super::page::{Extent, Page, Section};
use super::sheet::Sheet;
use super::table::{Column, Form, Table};
use super::words::{counted, whole};
use crate::analysis::Cell;
use crate::dependencies::{Dependencies, Effect, Loss, Position, Record, RecordId, RecordKind, Role, Subject, Use};

/// Names are listed while they take at most this many characters; beyond, they are counted.
const SHORT: usize = 56;
/// The widest the description of an effect may be.
const SENTENCE: u16 = 78;

/// The summary: a table for each kind of record.
pub fn dependencies_page<'d>(dependencies: &'d Dependencies<'d>) -> Page<'d> {
    let mut page = Page::new(dependencies.name());
    let section = page.section(Extent::Both);
    section.paragraph(format!(
        "{}: {}, {}",
        dependencies.name(),
        counted(dependencies.records().len(), ["record", "records"]),
        counted(dependencies.uses().len(), ["use", "uses"])
    ));
    for kind in RecordKind::ALL {
        section.table(of_kind(dependencies, kind));
    }
    page.sheets.push(uses_sheet(dependencies));
    page.document = Some(Document::new(|| {
        let whole = |record| Subject { record, loss: Loss::Whole };
        let records = dependencies.ids().map(|id| json_record(dependencies, whole(id))).collect();
        JsonSummary { workload: dependencies.name(), records }
    }));
    page.graph = Some(graph::whole(dependencies));
    page
}

fn of_kind(dependencies: &Dependencies<'_>, kind: RecordKind) -> Table {
    let has_numbers =
        matches!(kind, RecordKind::RoutePoint | RecordKind::CtiPort | RecordKind::Phone | RecordKind::Destination);
    let uses_others = match kind {
        // A line may have forwards of its own.
        RecordKind::DirectoryNumber => {
            let numbers = dependencies.ids().filter(|&id| dependencies.record(id).kind == kind);
            numbers.flat_map(|id| dependencies.uses_of(id)).next().is_some()
        }
        RecordKind::Database | RecordKind::Node => false,
        _ => true,
    };
    let is_used = !matches!(kind, RecordKind::Traffic | RecordKind::Fault | RecordKind::Change);
    let mut head = vec![kind.words()[1], "at"];
    head.extend(has_numbers.then_some("directory numbers"));
    head.extend(uses_others.then_some("uses"));
    head.extend(is_used.then_some("used by"));
    let mut table = Table::of_words(head);
    for id in dependencies.ids().filter(|&id| dependencies.record(id).kind == kind) {
        let record = dependencies.record(id);
        let mut cells = vec![sized(record), at(record.at)];
        if has_numbers {
            let numbers = dependencies.uses_of(id).filter(|it| it.role == Role::Line).map(|it| it.used);
            cells.push(few(dependencies, numbers, "none"));
        }
        if uses_others {
            let others = dependencies.uses_of(id).filter(|it| it.role != Role::Line).map(|it| it.used);
            let nothing = if record.controls_all { "every device" } else { "nothing" };
            cells.push(few(dependencies, others, nothing));
        }
        if is_used {
            let users = dependencies.dialled_by(id).chain(dependencies.users_of(id)).map(|it| it.user);
            cells.push(few(dependencies, users, "nothing"));
        }
        table.row(cells);
    }
    table
}

/// The names if they are short, or else the number of each kind.
fn few(dependencies: &Dependencies<'_>, ids: impl Iterator<Item = RecordId>, nothing: &str) -> String {
    let mut distinct: Vec<RecordId> = Vec::new();
    let mut length = 0;
    for id in ids {
        // A long list is deduplicated below: here it is enough to compare neighbours.
        let known = if length <= SHORT { distinct.contains(&id) } else { distinct.last() == Some(&id) };
        if !known {
            length += dependencies.record(id).label().chars().count() + 2;
            distinct.push(id);
        }
    }
    if distinct.is_empty() {
        return nothing.to_owned();
    }
    if length <= SHORT + 2 {
        let names: Vec<String> = distinct.iter().map(|&id| dependencies.record(id).label()).collect();
        return names.join(", ");
    }
    distinct.sort_unstable();
    distinct.dedup();
    let kinds = RecordKind::ALL.into_iter().filter_map(|kind| {
        let count = distinct.iter().filter(|&&id| dependencies.record(id).kind == kind).count();
        (count > 0).then(|| counted(count, kind.words()))
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// One record: what it uses, what uses it, and what would be affected if it failed.
pub fn dependency_page<'d>(dependencies: &'d Dependencies<'d>, subject: Subject) -> Page<'d> {
    let effects = dependencies.affected(subject);
    let mut page = Page::new(dependencies.name());
    let section = page.section(Extent::Both);
    uses(dependencies, subject, section);
    affected(dependencies, subject, &effects, section);
    page.graph = Some(graph::around(dependencies, subject, &effects));
    page.sheets.push(effects_sheet(dependencies, subject));
    page.document = Some(Document::new(move || JsonDetails {
        workload: dependencies.name(),
        record: json_record(dependencies, subject),
        loss: dependencies.loss(subject),
        affected: effects.iter().map(|effect| JsonEffect::of(dependencies, effect)).collect(),
    }));
    page
}

fn uses(dependencies: &Dependencies<'_>, subject: Subject, section: &mut Section<'_>) {
    let record = dependencies.record(subject.record);
    let kind = record.kind.words()[0];
    section.paragraph(format!("{}: {kind} `{}`, defined at {}", dependencies.name(), sized(record), at(record.at)));
    let mut uses = Table::of_words(["it uses", "", "as", "at"]);
    for it in dependencies.uses_of(subject.record).filter(|_| !subject.loss.is_of_process()) {
        uses.row(use_cells(dependencies, it, it.used));
    }
    if record.controls_all {
        uses.row(["every device", "", "associated", ""]);
    }
    section.table(uses);
    let mut users = Table::of_words(["used by", "", "as", "at"]);
    for it in users_of(dependencies, subject) {
        users.row(use_cells(dependencies, it, it.user));
    }
    for it in dependencies.dialled_by(subject.record) {
        let [kind, name, role, place] = use_cells(dependencies, it, it.user);
        users.row([kind, name, format!("{role}, by {}", dependencies.record(it.used).name), place]);
    }
    if !section.table(users) {
        section.paragraph("Nothing uses it.");
    }
}

fn affected(dependencies: &Dependencies<'_>, subject: Subject, effects: &[Effect], section: &mut Section<'_>) {
    let loss = dependencies.loss(subject);
    if effects.is_empty() {
        section.paragraph(format!("If {loss}, nothing else would be affected."));
        return;
    }
    section.paragraph(format!("If {loss}:"));
    let what = Column { widest: Some(SENTENCE), ..Column::words("what happens") };
    let columns = [Column::words("affected"), Column::words(""), what, Column::words("rule")];
    let mut table = Table::of(Form::Things, columns);
    let mut last = None;
    for effect in effects {
        let record = dependencies.record(effect.on);
        // A record is named only in its first row.
        let [kind, name] = match last.replace(effect.on) == Some(effect.on) {
            true => [String::new(), String::new()],
            false => [record.kind.words()[0].to_owned(), record.name.clone()],
        };
        table.row([kind, name, effect.what.clone(), effect.rules.join(", ")]);
    }
    section.table(table);
}

fn users_of<'d>(dependencies: &'d Dependencies<'_>, subject: Subject) -> impl Iterator<Item = &'d Use> {
    dependencies.users_of(subject.record).filter(move |it| subject.loss.concerns(it.role))
}

fn use_cells(dependencies: &Dependencies<'_>, it: &Use, other: RecordId) -> [String; 4] {
    let record = dependencies.record(other);
    let place = if it.implied { "by default".to_owned() } else { at(it.at) };
    [record.kind.words()[0].to_owned(), record.name.clone(), it.role.words(), place]
}

/// The name, with the count of a record that stands for more than one.
fn sized(record: &Record) -> String {
    match record.count {
        1 => record.name.clone(),
        count => format!("{} ({})", record.name, whole(count)),
    }
}

fn at(position: Position) -> String {
    format!("{}:{}", position.line, position.column)
}

/// A row for each use of a record by another.
fn uses_sheet<'d>(dependencies: &'d Dependencies<'_>) -> Sheet<'d> {
    let columns = ["workload", "user", "used", "role", "position", "share", "line", "column", "default"];
    let row = |it: &Use| -> Vec<Cell> {
        let [user, used] = [it.user, it.used].map(|id| Cell::Text(dependencies.full_name(id)));
        let whole = |number: usize| Cell::Whole(number as u64);
        vec![
            dependencies.name().into(),
            user,
            used,
            it.role.name().into(),
            it.role.position().map_or(Cell::Missing, whole),
            it.role.share().into(),
            whole(it.at.line),
            whole(it.at.column),
            if it.implied { "yes" } else { "no" }.into(),
        ]
    };
    Sheet::new("uses", columns, move || dependencies.uses().iter().map(row))
}

/// A row for each effect.
fn effects_sheet<'d>(dependencies: &'d Dependencies<'_>, subject: Subject) -> Sheet<'d> {
    let columns = ["workload", "affected", "outcome", "what", "rules"];
    let row = |effect: Effect| -> Vec<Cell> {
        let affected = Cell::Text(dependencies.full_name(effect.on));
        let (outcome, rules) = (effect.outcome.name().into(), Cell::Text(effect.rules.join(" ")));
        vec![dependencies.name().into(), affected, outcome, Cell::Text(effect.what), rules]
    };
    Sheet::new("affected", columns, move || dependencies.affected(subject).into_iter().map(row))
}

// For programs.

#[derive(Serialize)]
struct JsonSummary<'a> {
    workload: &'a str,
    records: Vec<JsonRecord<'a>>,
}

#[derive(Serialize)]
struct JsonDetails<'a> {
    workload: &'a str,
    record: JsonRecord<'a>,
    /// The assumed failure, in words.
    #[serde(rename = "if")]
    loss: String,
    affected: Vec<JsonEffect>,
}

#[derive(Serialize)]
struct JsonRecord<'a> {
    id: String,
    kind: &'static str,
    name: &'a str,
    count: u64,
    at: JsonPosition,
    controls_all: bool,
    uses: Vec<JsonUse>,
    used_by: Vec<JsonUse>,
}

#[derive(Serialize)]
struct JsonPosition {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct JsonUse {
    id: String,
    role: &'static str,
    position: Option<usize>,
    share: Option<f64>,
    at: JsonPosition,
    default: bool,
}

#[derive(Serialize)]
struct JsonEffect {
    id: String,
    outcome: &'static str,
    what: String,
    rules: &'static [&'static str],
}

impl JsonEffect {
    fn of(dependencies: &Dependencies<'_>, effect: &Effect) -> JsonEffect {
        let Effect { on, outcome, what, rules } = effect;
        JsonEffect { id: dependencies.full_name(*on), outcome: outcome.name(), what: what.clone(), rules }
    }
}

fn json_record<'d>(dependencies: &'d Dependencies<'_>, subject: Subject) -> JsonRecord<'d> {
    let record = dependencies.record(subject.record);
    let json_use = |it: &Use, other: RecordId| JsonUse {
        id: dependencies.full_name(other),
        role: it.role.name(),
        position: it.role.position(),
        share: it.role.share(),
        at: json_position(it.at),
        default: it.implied,
    };
    JsonRecord {
        id: dependencies.full_name(subject.record),
        kind: record.kind.name(),
        name: &record.name,
        count: record.count,
        at: json_position(record.at),
        controls_all: record.controls_all,
        uses: dependencies.uses_of(subject.record).map(|it| json_use(it, it.used)).collect(),
        used_by: users_of(dependencies, subject).map(|it| json_use(it, it.user)).collect(),
    }
}

fn json_position(at: Position) -> JsonPosition {
    JsonPosition { line: at.line, column: at.column }
}
