//! `--set key=value` and `--set key+=value`: change one value in the text of a workload, before it is read.

use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};

use super::problem::{enumeration, suggestion};
use super::syntax::beginning_with_errors;
use super::term::ValueKind;
use super::vocabulary::WORKLOAD as VOCABULARY;

/// The sections in which a key can be set even if the workload lacks them.
const SECTIONS: [&str; 4] = ["run", "network", "cti", "work"];

/// The most parts of a key.
const PARTS_MAX: usize = 16;

/// The name of the whole in messages.
const WORKLOAD: &str = "the workload";

/// What an assignment does with its value.
#[derive(Clone, Copy)]
enum Change<'a> {
    /// `=`: the value takes the place of the one there.
    Becomes(&'a str),
    /// `+=`: the value joins the list there, or begins one. A list adds each of its entries.
    Joins(&'a str),
}

/// Applies assignments such as `run.length=10m`, `traffic.main.arrivals.poisson=40000/h`, `node.sub1.work.setup=1ms`,
/// `fault=[{ node = "sub1", at = "5m" }]` or `fault+={ node = "sub2", at = "9m" }`, in order. An entry of a list of tables
/// is named by its name, or by its position from 1. The value is TOML, or else a string; in place of a string, a number
/// becomes a string, so that directory numbers need no quotes. `+=` adds to a list. No assignment may undo an earlier one, by
/// whatever name. The reader checks whether the key exists.
pub fn set<S: AsRef<str>>(text: &str, assignments: &[S]) -> Result<String, String> {
    edit(text, assignments).map_err(|(at, why)| format!("{}: {why}", assignments[at].as_ref()))
}

/// The same; an error is the index of the assignment that is not possible, and why.
pub fn edit<S: AsRef<str>>(text: &str, assignments: &[S]) -> Result<String, (usize, String)> {
    if assignments.is_empty() {
        return Ok(text.to_owned());
    }
    // The reader reports syntax errors of the file better, and those of a long one take less memory there.
    if beginning_with_errors(text).is_some() {
        return Ok(text.to_owned());
    }
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        return Ok(text.to_owned());
    };
    // Where earlier ones have put a value, each with its index.
    let mut given: Vec<(Place, usize)> = Vec::new();
    for (at, assignment) in assignments.iter().enumerate() {
        let changed = assign(&mut document, assignment.as_ref()).map_err(|why| (at, why))?;
        let Some(place) = changed else { continue };
        // The same by another name, or a part of it.
        if let Some((_, before)) = given.iter().find(|(other, _)| other.starts_with(&place)) {
            return Err((at, format!("`{}` sets the same, and this would undo it", assignments[*before].as_ref())));
        }
        given.push((place, at));
    }
    Ok(document.to_string())
}

/// A place in a workload: keys, and the positions of entries, whatever they were called.
type Place = Vec<String>;

/// Makes a change, and returns where it put a value in place of what was there.
fn assign(document: &mut DocumentMut, assignment: &str) -> Result<Option<Place>, String> {
    let (path, value) = assignment.split_once('=').ok_or("expected `key=value`")?;
    let value = value.trim();
    let (path, change) = match path.strip_suffix('+') {
        Some(path) => (path, Change::Joins(value)),
        None => (path, Change::Becomes(value)),
    };
    let keys: Vec<&str> = path.trim().split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err("a part of the key is empty".to_owned());
    }
    // The walk goes one call deeper for each.
    if keys.len() > PARTS_MAX {
        return Err(format!(
            "the key has {} parts; the longest keys of a workload have fewer than {PARTS_MAX}",
            keys.len()
        ));
    }
    let root = keys[0];
    if keys.len() > 1 && !document.contains_key(root) {
        if !SECTIONS.contains(&root) {
            let there: Vec<&str> = document.iter().map(|(key, _)| key).chain(SECTIONS).collect();
            return Err(no_such(root, WORKLOAD, &there));
        }
        let mut section = toml_edit::Table::new();
        section.set_position(None);
        document.insert(root, Item::Table(section));
    }
    // What only a text can be is one, whether the workload has the key or not: `profile=3.3`, `question=true`.
    let kind = kind_of(&keys);
    let is_table =
        |kind: &ValueKind| matches!(kind, ValueKind::Table(_) | ValueKind::Overriding(_) | ValueKind::Tables(_));
    let is_text = |kind: Option<&ValueKind>| kind.is_some_and(|kind| !kind.is_bare() && !is_table(kind));
    let quoted = |value: &str| is_bare(value).then(|| Value::from(value).to_string());
    let text = match change {
        Change::Becomes(value) if is_text(kind) => quoted(value),
        Change::Joins(value) if is_text(kind.and_then(ValueKind::element)) => quoted(value),
        _ => None,
    };
    let change = match (change, text.as_deref()) {
        (Change::Becomes(_), Some(text)) => Change::Becomes(text),
        (Change::Joins(_), Some(text)) => Change::Joins(text),
        (change, None) => change,
    };
    let mut place = Place::new();
    walk(document.as_item_mut(), WORKLOAD, &keys, change, &mut place)?;
    Ok(matches!(change, Change::Becomes(_)).then_some(place))
}

/// Whether TOML has a type of its own for a value that was typed without quotes or brackets: a number, `true`, a date.
fn is_bare(value: &str) -> bool {
    let is_other = |it: Value| !it.is_str() && !it.is_array() && !it.is_inline_table();
    value.parse::<f64>().is_ok() || value.parse().is_ok_and(is_other)
}

/// The kind of value that the vocabulary has at these keys; none where it has no such key.
pub(super) fn kind_of(keys: &[&str]) -> Option<&'static ValueKind> {
    let (mut section, mut keys) = (&VOCABULARY, keys.iter());
    loop {
        let mut kind = &section.term(keys.next()?)?.kind;
        if keys.len() > 0 && kind.element().is_some() {
            // The name or the position of an entry.
            keys.next();
            if keys.len() == 0 {
                return kind.element();
            }
        } else if let (1, Some(named)) = (keys.len(), kind.named()) {
            kind = named;
            keys.next();
        }
        if keys.len() == 0 {
            return Some(kind);
        }
        section = kind.section()?;
    }
}

/// Follows the keys from `item`, which messages call `here`, and makes the change there. Adds the way to `place`.
fn walk(item: &mut Item, here: &str, keys: &[&str], change: Change<'_>, place: &mut Place) -> Result<(), String> {
    let Some((&key, rest)) = keys.split_first() else {
        return match change {
            Change::Becomes(value) => put(item, here, value),
            Change::Joins(value) => join(item, here, value),
        };
    };
    let below = within(key, here);
    if let Some(tables) = item.as_array_of_tables_mut() {
        let names: Vec<String> = tables.iter().map(|table| name_of(table)).collect();
        let index = entry(&names, key, here)?;
        place.push(index.to_string());
        let table = tables.get_mut(index).ok_or("there is no such entry")?;
        return walk_table(table, &below, rest, change, place);
    }
    if let Some(values) = item.as_array_mut() {
        let names: Vec<String> =
            values.iter().map(|value| value.as_inline_table().map_or(String::new(), |table| name_of(table))).collect();
        let index = entry(&names, key, here)?;
        place.push(index.to_string());
        let value_there = values.get_mut(index).ok_or("there is no such entry")?;
        let mut element = Item::Value(value_there.clone());
        walk(&mut element, &below, rest, change, place)?;
        if let Ok(changed) = element.into_value() {
            *value_there = changed;
        }
        return Ok(());
    }
    let kind = item.type_name();
    match item.as_table_like_mut() {
        Some(table) => walk_table(table, here, keys, change, place),
        None => Err(format!("{here} is {kind}, with no `{key}` in it")),
    }
}

fn walk_table(
    table: &mut dyn TableLike,
    here: &str,
    keys: &[&str],
    change: Change<'_>,
    place: &mut Place,
) -> Result<(), String> {
    let Some((&key, rest)) = keys.split_first() else {
        return Err(format!("{here} is a table: name one of its keys"));
    };
    place.push(key.to_owned());
    if !table.contains_key(key) {
        if rest.is_empty() {
            let value = match change {
                Change::Becomes(value) => parsed(value, None)?,
                Change::Joins(value) => Value::Array(entries(parsed(value, None)?).into_iter().collect()),
            };
            table.insert(key, Item::Value(value));
            return Ok(());
        }
        table.insert(key, Item::Value(InlineTable::new().into()));
    }
    match table.get_mut(key) {
        Some(item) => walk(item, &within(key, here), rest, change, place),
        None => Err(format!("`{key}` of {here} cannot be set")),
    }
}

/// The `key` of `here` in messages.
fn within(key: &str, here: &str) -> String {
    if here == WORKLOAD { format!("`{key}`") } else { format!("`{key}` of {here}") }
}

fn put(item: &mut Item, here: &str, value: &str) -> Result<(), String> {
    if item.is_table() {
        return Err(format!("{here} is a table: name one of its keys"));
    }
    let of_tables = item.is_array_of_tables();
    let value = parsed(value, item.as_value())?;
    // `[]` is a list of tables too: a run without the faults, for example.
    if of_tables && !value.as_array().is_some_and(|list| list.iter().all(Value::is_inline_table)) {
        let example = "`[{ key = value, ... }, ...]` to replace it, or `+={ key = value, ... }` to add one";
        return Err(format!("{here} is a list of tables: name a key of one of them, or give {example}"));
    }
    *item = Item::Value(value);
    Ok(())
}

/// Adds a value, or each entry of a list, to the list there.
fn join(item: &mut Item, here: &str, value: &str) -> Result<(), String> {
    let kind = item.type_name();
    if let Some(tables) = item.as_array_of_tables_mut() {
        for entry in entries(parsed(value, None)?) {
            match entry {
                Value::InlineTable(table) => tables.push(table.into_table()),
                other => {
                    let kind = other.type_name();
                    return Err(format!(
                        "{here} is a list of tables, and this is {kind}: give `{{ key = value, ... }}`"
                    ));
                }
            }
        }
        return Ok(());
    }
    match item.as_array_mut() {
        Some(list) => {
            let of_text = list.get(0).cloned();
            for mut entry in entries(parsed(value, of_text.as_ref())?) {
                entry.decor_mut().clear();
                list.push(entry);
            }
            Ok(())
        }
        None => Err(format!("{here} is {kind}: `+=` adds to a list; `=` sets the value")),
    }
}

/// The entries that a value adds to a list.
fn entries(value: Value) -> Array {
    match value {
        Value::Array(list) => list,
        one => Array::from_iter([one]),
    }
}

/// The value of `text` in place of `old`.
fn parsed(text: &str, old: Option<&Value>) -> Result<Value, String> {
    let was_text = old.is_some_and(Value::is_str);
    let mut value = match text.parse::<Value>() {
        Ok(number) if was_text && (number.is_integer() || number.is_float()) => Value::from(text),
        Ok(parsed) => parsed,
        // A list or table is not a string: a shell has taken its quotes, or a bracket is missing.
        Err(why) if text.starts_with(['[', '{']) => {
            let why = why.to_string();
            let why = why.trim().lines().last().unwrap_or_default();
            return Err(format!("the value is not TOML: {why}; put the whole assignment between single quotes"));
        }
        Err(_) => Value::from(text),
    };
    match old {
        Some(old) => *value.decor_mut() = old.decor().clone(),
        None => value.decor_mut().clear(),
    }
    Ok(value)
}

pub(super) fn name_of(table: &dyn TableLike) -> String {
    let name = table.get("name").or_else(|| table.get("dn"));
    name.and_then(Item::as_str).unwrap_or_default().to_owned()
}

/// The index of an entry, by name or by position from one.
fn entry(names: &[String], key: &str, here: &str) -> Result<usize, String> {
    if let Some(index) = names.iter().position(|name| name == key) {
        return Ok(index);
    }
    match key.parse::<usize>() {
        Ok(position) if (1..=names.len()).contains(&position) => Ok(position - 1),
        _ => {
            let there: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
            match (there.is_empty(), names.len()) {
                (true, 1) => Err(format!("{here} has one entry, without a name: its position is 1")),
                (true, count) => {
                    Err(format!("{here} has {count} entries, without names: their positions are 1 to {count}"))
                }
                _ => Err(no_such(key, here, &there)),
            }
        }
    }
}

pub(super) fn no_such(key: &str, here: &str, there: &[&str]) -> String {
    let hint = suggestion(key, there.iter().copied()).unwrap_or_else(|| format!("there is {}", enumeration(there)));
    format!("there is no `{key}` in {here}; {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# why
format = 1
[[node]]
name = "sub1"
[[traffic]]
name = "main"
to = "7000" # the welcome line
arrivals = { poisson = "36000/h", steps = [{ at = "20m", for = "5m", times = 4.0 }] }
[[fault]]
at = "20m"
"#;

    fn changed(assignment: &str) -> String {
        set(TEXT, &[assignment]).expect(assignment)
    }

    #[test]
    fn a_value_changes_in_place_and_the_rest_stays_as_written() {
        let text = changed("traffic.main.to=7001");
        assert_eq!(text, TEXT.replace("\"7000\"", "\"7001\""));
        let text = changed("traffic.main.arrivals.poisson=40000/h");
        assert_eq!(text, TEXT.replace("36000/h", "40000/h"));
        let text = changed("traffic.main.arrivals.steps.1.times=8");
        assert_eq!(text, TEXT.replace("4.0", "8"));
        assert_eq!(changed("fault.1.at=\"10m\""), TEXT.replace("\"20m\"\n", "\"10m\"\n"));
    }

    #[test]
    fn what_is_absent_is_made() {
        let text = changed("run.length=10m");
        assert!(text.contains("[run]\nlength = \"10m\""), "{text}");
        let text = changed("node.sub1.work.setup=1ms");
        assert!(text.contains("work = { setup = \"1ms\" }"), "{text}");
        let text = changed("node.sub1.ctimanager=false");
        assert!(text.contains("ctimanager = false"), "{text}");
        let text = changed("fault=[]");
        assert!(text.contains("fault= []") && !text.contains("[[fault]]"), "{text}");
        let text = changed("node.sub1.groups+=one");
        assert!(text.contains("groups = [\"one\"]"), "{text}");
        let text = changed("profile=12.5");
        assert!(text.contains("profile = \"12.5\""), "{text}");
        let text = changed("traffic.main.from=5001");
        assert!(text.contains("from = \"5001\""), "{text}");
        // By the kind of the key, not by what TOML would make of it.
        let text = changed("question=true");
        assert!(text.contains("question = \"true\""), "{text}");
        let text = changed("question=2026-11-27");
        assert!(text.contains("question = \"2026-11-27\""), "{text}");
        let text = changed("question=\"quoted\"");
        assert!(text.contains("question = \"quoted\""), "{text}");
        let text = changed("node.sub1.ctimanager=true");
        assert!(text.contains("ctimanager = true"), "{text}");
        let text = changed("traffic.main.ingress+=7");
        assert!(text.contains("ingress = [\"7\"]"), "{text}");
        let text = changed("run.replications=12");
        assert!(text.contains("replications = 12"), "{text}");
    }

    #[test]
    fn a_list_of_tables_is_replaced_or_grows() {
        let faults = |assignments: &[&str]| {
            let text = set(TEXT, assignments).expect("these are possible");
            let document: DocumentMut = text.parse().expect("it is TOML");
            let times = |fault: &dyn TableLike| fault.get("at").and_then(Item::as_str).expect("a time").to_owned();
            match (document["fault"].as_array_of_tables(), document["fault"].as_array()) {
                (Some(tables), _) => tables.iter().map(|fault| times(fault)).collect::<Vec<_>>(),
                (_, Some(list)) => list.iter().map(|fault| times(fault.as_inline_table().unwrap())).collect(),
                _ => panic!("`fault` is a list: {text}"),
            }
        };
        let replaced = r#"fault=[{ node = "sub1", at = "5m" }, { node = "sub1", at = "7m", for = "1m" }]"#;
        assert_eq!(faults(&[replaced]), ["5m", "7m"]);
        let added = r#"fault+={ node = "sub1", at = "9m" }"#;
        assert_eq!(faults(&[added]), ["20m", "9m"]);
        assert_eq!(faults(&[replaced, added]), ["5m", "7m", "9m"]);
        assert_eq!(faults(&["fault=[]", added]), ["9m"]);
        assert_eq!(faults(&[added, "fault.2.at=11m"]), ["20m", "11m"]);
        assert_eq!(faults(&[replaced, "fault.1.at=6m"]), ["6m", "7m"]);
        assert_eq!(faults(&[r#"fault += [{ at = "1m" }, { at = "2m" }]"#]), ["20m", "1m", "2m"]);
        // The text beside it stays as written.
        assert!(changed(added).starts_with(TEXT.trim_end()));
    }

    /// `main` is the first of the traffic: two names of one key.
    #[test]
    fn no_assignment_undoes_another() {
        let undone = |assignments: &[&str]| edit(TEXT, assignments).expect_err("one undoes another");
        for assignments in [
            &["run.length=5m", "traffic.main.to=7001", "traffic.1.to=7002"][..],
            &["run.length=5m", "fault.1.at=7m", "fault=[]"],
            &["run.length=5m", "traffic.1.arrivals.poisson=1/h", "traffic.main.arrivals={ poisson = \"2/h\" }"],
            &["run.length=5m", "run.warm_up=1m", "run.length=10m"],
        ] {
            let (at, why) = undone(assignments);
            assert_eq!(at, 2, "{why}");
            let before = if assignments[1].starts_with("run") { assignments[0] } else { assignments[1] };
            assert_eq!(why, format!("`{before}` sets the same, and this would undo it"));
        }
        // First the whole, then a part of it; and what is added stays.
        for assignments in [
            ["fault=[{ node = \"sub1\", at = \"1m\" }]", "fault.1.at=2m"],
            ["fault+={ node = \"sub1\", at = \"1m\" }", "fault+={ node = \"sub1\", at = \"2m\" }"],
            ["traffic.main.to=7001", "traffic.main.talk=1m"],
        ] {
            assert!(edit(TEXT, &assignments).is_ok(), "{assignments:?}");
        }
    }

    #[test]
    fn a_list_of_names_grows() {
        let text = set("members = [\"sub1\"]\n", &["members+=sub2"]).unwrap();
        assert_eq!(text, "members = [\"sub1\", \"sub2\"]\n");
        let text = set("numbers = [\"7000\"]\n", &["numbers+=7001"]).unwrap();
        assert_eq!(text, "numbers = [\"7000\", \"7001\"]\n");
    }

    #[test]
    fn an_impossible_assignment_is_refused_with_the_choices() {
        for (assignment, words) in [
            ("run.length", "`key=value`"),
            ("nodes.sub1.work.setup=1ms", "did you mean `node`?"),
            ("node.sub9.work.setup=1ms", "did you mean `sub1`?"),
            ("node.elsewhere.work.setup=1ms", "there is only `sub1`"),
            ("traffic.main.to.more=1", "is string"),
            ("traffic.main=1", "a table"),
            ("fault.2.at=1s", "its position is 1"),
            ("run..length=1h", "empty"),
            (format!("run{}=1", ".a".repeat(6000)).as_str(), "the key has 6001 parts"),
            ("fault=1", "a list of tables"),
            ("fault=[1]", "a list of tables"),
            ("fault+=1", "and this is integer"),
            ("traffic.main.to+=7001", "`+=` adds to a list"),
            ("fault+={ at = 1m }", "between single quotes"),
        ] {
            let error = set(TEXT, &[assignment]).expect_err(assignment);
            assert!(error.contains(words), "{error}");
        }
    }
}
