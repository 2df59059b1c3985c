//! `--set key=value`: changes one value in the text of a workload, before it is read.

use toml_edit::{DocumentMut, InlineTable, Item, TableLike, Value};

use super::problem::{enumeration, suggestion};

/// The sections in which a key can be set even if the workload lacks them.
const SECTIONS: [&str; 4] = ["run", "network", "cti", "work"];

/// The name of the whole in messages.
const WORKLOAD: &str = "the workload";

/// Applies assignments such as `run.length=10m`, `traffic.main.arrivals.poisson=40000/h` or
/// `node.sub1.work.setup=1ms`, in order. An entry of a list of tables is named by its name, or by its position from 1.
/// The value is TOML, or else a string; in place of a string, a number becomes a string, so that directory numbers
/// need no quotes. A whole list of tables can only be set to `[]`. The reader checks whether the key exists.
pub fn set<S: AsRef<str>>(text: &str, assignments: &[S]) -> Result<String, String> {
    if assignments.is_empty() {
        return Ok(text.to_owned());
    }
    // The reader reports syntax errors of the file better.
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        return Ok(text.to_owned());
    };
    for assignment in assignments {
        let assignment = assignment.as_ref();
        assign(&mut document, assignment).map_err(|why| format!("--set {assignment}: {why}"))?;
    }
    Ok(document.to_string())
}

fn assign(document: &mut DocumentMut, assignment: &str) -> Result<(), String> {
    let (path, value) = assignment.split_once('=').ok_or("expected `key=value`")?;
    let keys: Vec<&str> = path.trim().split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err("a part of the key is empty".to_owned());
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
    walk(document.as_item_mut(), WORKLOAD, &keys, value.trim())
}

/// Follows the keys from `item`, which messages call `here`, and sets the value there.
fn walk(item: &mut Item, here: &str, keys: &[&str], value: &str) -> Result<(), String> {
    let Some((&key, rest)) = keys.split_first() else {
        return put(item, here, value);
    };
    let below = within(key, here);
    if let Some(tables) = item.as_array_of_tables_mut() {
        let names: Vec<String> = tables.iter().map(|table| name_of(table)).collect();
        let table = tables.get_mut(entry(&names, key, here)?).ok_or("there is no such entry")?;
        return walk_table(table, &below, rest, value);
    }
    if let Some(values) = item.as_array_mut() {
        let names: Vec<String> =
            values.iter().map(|value| value.as_inline_table().map_or(String::new(), |table| name_of(table))).collect();
        let index = entry(&names, key, here)?;
        let value_there = values.get_mut(index).ok_or("there is no such entry")?;
        let mut element = Item::Value(value_there.clone());
        walk(&mut element, &below, rest, value)?;
        if let Ok(changed) = element.into_value() {
            *value_there = changed;
        }
        return Ok(());
    }
    let kind = item.type_name();
    match item.as_table_like_mut() {
        Some(table) => walk_table(table, here, keys, value),
        None => Err(format!("{here} is {kind}, with no `{key}` in it")),
    }
}

fn walk_table(table: &mut dyn TableLike, here: &str, keys: &[&str], value: &str) -> Result<(), String> {
    let Some((&key, rest)) = keys.split_first() else {
        return Err(format!("{here} is a table: name one of its keys"));
    };
    if !table.contains_key(key) {
        if rest.is_empty() {
            table.insert(key, Item::Value(parsed(value, None)));
            return Ok(());
        }
        table.insert(key, Item::Value(InlineTable::new().into()));
    }
    match table.get_mut(key) {
        Some(item) => walk(item, &within(key, here), rest, value),
        None => Err(format!("`{key}` of {here} cannot be set")),
    }
}

/// The `key` of `here` in messages.
fn within(key: &str, here: &str) -> String {
    if here == WORKLOAD { format!("`{key}`") } else { format!("`{key}` of {here}") }
}

fn put(item: &mut Item, here: &str, value: &str) -> Result<(), String> {
    // `[]` is allowed: a run without the faults, for example.
    let none = item.is_array_of_tables() && value == "[]";
    if (item.is_table() || item.is_array_of_tables()) && !none {
        return Err(format!("{here} is a table: name one of its keys"));
    }
    *item = Item::Value(parsed(value, item.as_value()));
    Ok(())
}

/// The value of `text` in place of `old`.
fn parsed(text: &str, old: Option<&Value>) -> Value {
    let was_text = old.is_some_and(Value::is_str);
    let mut value = match text.parse::<Value>() {
        Ok(number) if was_text && (number.is_integer() || number.is_float()) => Value::from(text),
        Ok(parsed) => parsed,
        Err(_) => Value::from(text),
    };
    match old {
        Some(old) => *value.decor_mut() = old.decor().clone(),
        None => value.decor_mut().clear(),
    }
    value
}

fn name_of(table: &dyn TableLike) -> String {
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

fn no_such(key: &str, here: &str, there: &[&str]) -> String {
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
        let text = changed("profile=12.5");
        assert!(text.contains("profile = 12.5"), "{text}");
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
        ] {
            let error = set(TEXT, &[assignment]).expect_err(assignment);
            assert!(error.contains(words), "{error}");
        }
    }
}
