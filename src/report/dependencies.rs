//! Dependency records (R8), for people and for programs.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use serde::Serialize;

use super::columns::block;
use super::words::human;
use crate::dependencies::{Dependencies, Effect, Kind, Loss, Position, Record, RecordId, Role, Subject, Use};

/// Names are listed as long as they take no more room than this.
const SHORT: usize = 56;
/// How wide the words about an effect may get.
const SENTENCE: u16 = 80;

/// The summary: a table for each kind of record.
pub fn dependencies_table(dependencies: &Dependencies<'_>) -> String {
    let mut text = format!(
        "{}: {}, {}\n",
        dependencies.name(),
        counted(dependencies.records().len(), ["record", "records"]),
        counted(dependencies.uses().len(), ["use of one by another", "uses of one by another"])
    );
    for kind in Kind::ALL {
        text += &of_kind(dependencies, kind);
    }
    text
}

fn of_kind(dependencies: &Dependencies<'_>, kind: Kind) -> String {
    let has_numbers = matches!(kind, Kind::RoutePoint | Kind::CtiPort | Kind::Phone | Kind::Destination);
    let uses_others = !matches!(kind, Kind::DirectoryNumber | Kind::Database | Kind::Node);
    let is_used = !matches!(kind, Kind::Traffic | Kind::Fault | Kind::Change);
    let mut head = vec![kind.words()[1], "at"];
    head.extend(has_numbers.then_some("directory numbers"));
    head.extend(uses_others.then_some("uses"));
    head.extend(is_used.then_some("used by"));
    let mut table = left_table(&head);
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
            cells.push(few(dependencies, users, "nobody"));
        }
        table.add_row(cells);
    }
    block(table)
}

/// Names while they are short, or else how many of which kind.
fn few(dependencies: &Dependencies<'_>, ids: impl Iterator<Item = RecordId>, nothing: &str) -> String {
    let mut distinct: Vec<RecordId> = Vec::new();
    let mut length = 0;
    for id in ids {
        // A long list is counted below: only neighbours in it can be the same.
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
    let kinds = Kind::ALL.into_iter().filter_map(|kind| {
        let count = distinct.iter().filter(|&&id| dependencies.record(id).kind == kind).count();
        (count > 0).then(|| counted(count, kind.words()))
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// The details of one record: what it uses, who uses it, and what would be affected if it went.
pub fn dependency_table(dependencies: &Dependencies<'_>, subject: Subject) -> String {
    let record = dependencies.record(subject.record);
    let kind = record.kind.words()[0];
    let mut text = format!("{}: {kind} `{}`, defined at {}\n", dependencies.name(), sized(record), at(record.at));
    let mut uses = left_table(&["it uses", "", "as", "at"]);
    for it in dependencies.uses_of(subject.record).filter(|_| subject.loss == Loss::Whole) {
        uses.add_row(use_cells(dependencies, it, it.used));
    }
    if record.controls_all {
        uses.add_row(["every device", "", "associated", ""]);
    }
    text += &block(uses);
    let mut users = left_table(&["used by", "", "as", "at"]);
    for it in users_of(dependencies, subject) {
        users.add_row(use_cells(dependencies, it, it.user));
    }
    for it in dependencies.dialled_by(subject.record) {
        let [kind, name, role, place] = use_cells(dependencies, it, it.user);
        users.add_row([kind, name, format!("{role}, by {}", dependencies.record(it.used).name), place]);
    }
    let nobody = users.row_count() == 0;
    text += &block(users);
    if nobody {
        text += "\nNobody uses it.\n";
    }
    text + &affected(dependencies, subject)
}

fn affected(dependencies: &Dependencies<'_>, subject: Subject) -> String {
    let effects = dependencies.affected(subject);
    let loss = dependencies.loss(subject);
    if effects.is_empty() {
        return format!("\nIf {loss}, nothing else would be affected.\n");
    }
    let mut table = left_table(&["affected", "", "what happens", "rule"]);
    // Only sentences are broken, wherever they are printed.
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::MAX);
    if let Some(sentences) = table.column_mut(2) {
        sentences.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(SENTENCE)));
    }
    let mut last = None;
    for effect in &effects {
        let record = dependencies.record(effect.on);
        // A record is named once.
        let [kind, name] = match last.replace(effect.on) == Some(effect.on) {
            true => [String::new(), String::new()],
            false => [record.kind.words()[0].to_owned(), record.name.clone()],
        };
        table.add_row([kind, name, effect.what.clone(), effect.rules.join(", ")]);
    }
    format!("\nIf {loss}:\n{}", block(table))
}

fn users_of<'d>(dependencies: &'d Dependencies<'_>, subject: Subject) -> impl Iterator<Item = &'d Use> {
    dependencies.users_of(subject.record).filter(move |it| subject.loss.concerns(it.role))
}

fn use_cells(dependencies: &Dependencies<'_>, it: &Use, other: RecordId) -> [String; 4] {
    let record = dependencies.record(other);
    let place = if it.implied { "by default".to_owned() } else { at(it.at) };
    [record.kind.words()[0].to_owned(), record.name.clone(), it.role.words(), place]
}

/// The name, and how many there are if it stands for more than one.
fn sized(record: &Record) -> String {
    match record.count {
        1 => record.name.clone(),
        count => format!("{} ({})", record.name, human(count as f64)),
    }
}

fn at(position: Position) -> String {
    format!("{}:{}", position.line, position.column)
}

fn counted(count: usize, words: [&str; 2]) -> String {
    format!("{} {}", human(count as f64), words[usize::from(count != 1)])
}

/// A table of words: all to the left.
fn left_table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(head);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
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
    /// What is supposed to happen, in words.
    #[serde(rename = "if")]
    loss: String,
    affected: Vec<JsonEffect<'a>>,
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
struct JsonEffect<'a> {
    id: String,
    outcome: &'static str,
    what: &'a str,
    rules: &'static [&'static str],
}

/// The summary as JSON: every record with its uses.
pub fn dependencies_json(dependencies: &Dependencies<'_>) -> Vec<u8> {
    let whole = |record| Subject { record, loss: Loss::Whole };
    let records = dependencies.ids().map(|id| json_record(dependencies, whole(id))).collect();
    as_json(&JsonSummary { workload: dependencies.name(), records })
}

/// The details of one record as JSON.
pub fn dependency_json(dependencies: &Dependencies<'_>, subject: Subject) -> Vec<u8> {
    let effects = dependencies.affected(subject);
    let affected = effects.iter().map(|effect| {
        let Effect { on, outcome, what, rules } = effect;
        JsonEffect { id: dependencies.full_name(*on), outcome: outcome.name(), what, rules }
    });
    as_json(&JsonDetails {
        workload: dependencies.name(),
        record: json_record(dependencies, subject),
        loss: dependencies.loss(subject),
        affected: affected.collect(),
    })
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

fn as_json(value: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}
