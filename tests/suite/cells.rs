//! The JSON and the CSV of a command have the same cells: equal numbers, equal texts, a missing value is `null` in JSON
//! and empty in CSV, and a number that is not known has the same words in both. For a study, JSON is the same table, with the same names in the same order; other commands have a
//! document that contains the rows of their table.

use std::fs;
use std::process::Command;

use csv::StringRecord;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Names that look like something else, and a fault, so that there are durations of every kind and some that are missing.
const WORKLOAD: &str = r#"
format = 1
question = "Do both formats say the same?"
run = { length = "20m", warm_up = "2m" }
[[node]]
name = "1-5"
[[callmanager_group]]
name = "main"
members = ["1-5"]
[[user]]
name = "ivr"
devices = ["1-1", "2E3"]
[[application]]
name = "2026-11"
user = "ivr"
lookup = { exponential = "40ms" }
[[route_point]]
name = "1-1"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "2026-11"
redirect_to = "2E3"
cfna = "plain"
[[cti_port]]
name = "2E3"
count = 20
device_pool = "main"
application = "2026-11"
[[destination]]
name = "plain"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { poisson = "300/h" }
talk = { exponential = "1m" }
[[fault]]
at = "8m"
application = "2026-11"
kind = "silent"
for = "2m"
"#;

/// A directory with the workload in it.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("w.toml"), WORKLOAD).unwrap();
    directory
}

/// What the program prints on standard output, with nothing on standard error.
#[track_caller]
fn output(directory: &TempDir, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    let output = command.current_dir(directory.path()).args(arguments).output().unwrap();
    // The ports have no directory numbers: `check` reports that, with exit code 3.
    let expected = if arguments[0] == "check" { 3 } else { 0 };
    assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The same in a format.
#[track_caller]
fn printed(directory: &TempDir, arguments: &[&str], format: &str) -> Vec<u8> {
    output(directory, &[arguments, &["--format", format]].concat())
}

/// The texts that a spreadsheet would take for a number, a date or a formula: only these are marked.
const GUARDED: [&str; 8] = ["1-1", "1-5", "2E3", "2026-11", "1E5", "=1", "-2", "=3"];

/// Whether a cell of a CSV file equals a value of JSON, as readers of both understand them. Numbers are written alike, apart
/// from trailing zeros.
fn is_same(cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => cell.is_empty(),
        Value::Number(number) if number.is_u64() => cell == number.to_string(),
        Value::Number(number) => cell.parse().is_ok_and(|read: f64| Some(read) == number.as_f64()),
        Value::String(text) if GUARDED.contains(&&**text) => cell.strip_prefix('\'') == Some(text),
        Value::String(text) => cell == text && cell.parse::<f64>().is_err(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// The names of the members of every object of a JSON text, as they come.
fn members(json: &[u8]) -> Vec<Vec<String>> {
    /// An object whose members keep their order.
    struct Members(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Members {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Members, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Members;
                fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    to.write_str("an object")
                }
                fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Members, M::Error> {
                    let mut names = Vec::new();
                    while let Some((name, serde::de::IgnoredAny)) = map.next_entry::<String, _>()? {
                        names.push(name);
                    }
                    Ok(Members(names))
                }
            }
            from.deserialize_map(Visitor)
        }
    }
    let objects: Vec<Members> = serde_json::from_slice(json).expect("an array of objects");
    objects.into_iter().map(|Members(names)| names).collect()
}

/// A CSV file: the names of its columns, and its rows.
fn table(csv: &[u8]) -> (Vec<String>, Vec<StringRecord>) {
    let mut reader = csv::ReaderBuilder::new().from_reader(csv);
    let columns = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (columns, reader.records().map(Result::unwrap).collect())
}

/// Compares the rows of a CSV file with objects, whose members are named after its columns, except those `left_out`; returns
/// how many cells are numbers, texts and missing.
#[track_caller]
fn hold(csv: &[u8], objects: &[Value], left_out: &[&str]) -> [usize; 3] {
    let (columns, rows) = table(csv);
    assert!(!rows.is_empty());
    assert_eq!(rows.len(), objects.len(), "not as many rows");
    assert!(left_out.iter().all(|name| columns.iter().any(|column| column == name)), "{left_out:?} of {columns:?}");
    let mut seen = [0; 3];
    for (at, (row, object)) in rows.iter().zip(objects).enumerate() {
        for (column, cell) in columns.iter().zip(row).filter(|(column, _)| !left_out.contains(&&***column)) {
            let value = object.get(column).unwrap_or_else(|| panic!("row {at} has no {column}: {object}"));
            assert!(is_same(cell, value), "row {at}, {column}: {cell:?} is not {value}");
            seen[if value.is_number() { 0 } else { 1 + usize::from(value.is_null()) }] += 1;
        }
    }
    seen
}

/// Compares both formats of a command's table, where JSON is the same table.
#[track_caller]
fn compare(arguments: &[&str]) -> [usize; 3] {
    let directory = directory();
    let (csv, json) = (printed(&directory, arguments, "csv"), printed(&directory, arguments, "json"));
    let (columns, _) = table(&csv);
    for names in members(&json) {
        assert_eq!(names, columns, "{arguments:?}");
    }
    hold(&csv, &serde_json::from_slice::<Vec<Value>>(&json).unwrap(), &[])
}

/// Compares the CSV of a command with the rows that `rows` finds in its JSON.
#[track_caller]
fn compare_with(directory: &TempDir, arguments: &[&str], rows: impl Fn(&Value) -> Vec<Value>) -> [usize; 3] {
    let (csv, json) = (printed(directory, arguments, "csv"), printed(directory, arguments, "json"));
    hold(&csv, &rows(&serde_json::from_slice(&json).unwrap()), &[])
}

/// The elements of an array.
fn each(array: &Value) -> &[Value] {
    array.as_array().unwrap_or_else(|| panic!("no array: {array}"))
}

/// An object with the members of another beside its own.
fn with(mut object: Value, members: &Value) -> Value {
    let all = object.as_object_mut().unwrap();
    all.extend(members.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone())));
    object
}

const FEW: [&str; 5] = ["--replications", "3", "--quiet", "--jobs", "1"];

#[test]
fn a_run_has_the_same_cells_in_json_and_csv() {
    let seen = compare(&[&["run", "w.toml", "--no-files"], &FEW[..]].concat());
    assert!(seen.iter().all(|&cells| cells > 100), "{seen:?}");
}

#[test]
fn a_comparison_has_the_same_cells_in_json_and_csv() {
    let seen = compare(
        &[&["compare", "w.toml", "--set-b", "application.2026-11.heartbeat=5s", "--no-files"], &FEW[..]].concat(),
    );
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}

#[test]
fn a_sweep_has_the_same_cells_in_json_and_csv() {
    let grid = ["sweep", "w.toml", "--vary", "application.2026-11.heartbeat=5s,30s", "--vary", "question=1E5,=1,-2,=3"];
    let seen = compare(&[&grid[..], &["--no-files"], &FEW[..]].concat());
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}

/// The CSV has several columns for a goal, the document one text.
#[test]
fn a_search_has_the_same_cells_in_its_two_files() {
    let directory = directory();
    let search = ["capacity", "w.toml", "--vary", "cti_port.2E3.count=1..20", "--goal", "refused<=20%", "--out", "."];
    output(&directory, &[&search[..], &["--replications", "200", "--quiet", "--jobs", "1"]].concat());
    let read = |name: &str| fs::read(directory.path().join(name)).unwrap();
    let json: Value = serde_json::from_slice(&read("capacity.json")).unwrap();
    let mut rows = Vec::new();
    for walked in each(&json["walked"]) {
        let setting = walked["value"].as_str().unwrap();
        let setting: Value = setting.parse::<u64>().map_or_else(|_| setting.into(), Value::from);
        for goal in each(&walked["goals"]) {
            rows.push(json!({
                "workload": json["workload"], "key": json["key"], "setting": setting,
                "replications": walked["replications"], "verdict": walked["verdict"],
                "unit": goal["unit"], "at_most": goal["bound"], "at_least": null,
                "value": goal["value"], "low": goal["low"], "high": goal["high"], "goal_verdict": goal["verdict"],
            }));
        }
    }
    let of_goals = ["scope", "name", "metric", "statistic"];
    let of_places = ["busiest_station", "station_busiest_bin", "station_wait_ms"];
    let of_groups = ["fullest_group", "group_busiest_bin", "group_peak"];
    let seen = hold(&read("capacity.csv"), &rows, &[&of_goals[..], &of_places, &of_groups].concat());
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}

#[test]
fn a_gate_has_the_same_cells_in_json_and_csv() {
    let directory = directory();
    let gate = ["gate", "w.toml", "--baseline", "b.json", "--quiet", "--jobs", "1"];
    output(&directory, &[&gate[..], &["--record", "--replications", "3"]].concat());
    let seen = compare_with(&directory, &gate, |json| {
        each(&json["measures"]).iter().map(|row| with(json!({ "workload": json["workload"] }), row)).collect()
    });
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}

#[test]
fn a_check_has_the_same_cells_in_json_and_csv() {
    let seen = compare_with(&directory(), &["check", "w.toml"], |json| {
        each(&json["findings"]).iter().map(|row| with(json!({ "workload": json["workload"] }), row)).collect()
    });
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}

#[test]
fn dependencies_have_the_same_cells_in_json_and_csv() {
    let seen = compare_with(&directory(), &["deps", "w.toml"], |json| {
        let uses = |record: &Value| -> Vec<Value> {
            let row = |it: &Value| {
                let default = if it["default"] == true { "yes" } else { "no" };
                json!({
                    "workload": json["workload"], "user": record["id"], "used": it["id"], "role": it["role"],
                    "position": it["position"], "share": it["share"], "line": it["at"]["line"],
                    "column": it["at"]["column"], "default": default,
                })
            };
            each(&record["uses"]).iter().map(row).collect()
        };
        each(&json["records"]).iter().flat_map(uses).collect()
    });
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}

#[test]
fn what_would_be_affected_has_the_same_cells_in_json_and_csv() {
    let seen = compare_with(&directory(), &["deps", "w.toml", "node:1-5"], |json| {
        let row = |it: &Value| {
            let rules: Vec<&str> = each(&it["rules"]).iter().map(|rule| rule.as_str().unwrap()).collect();
            json!({
                "workload": json["workload"], "affected": it["id"], "outcome": it["outcome"], "what": it["what"],
                "rules": rules.join(" "),
            })
        };
        each(&json["affected"]).iter().map(row).collect()
    });
    assert!(seen[1] > 0, "{seen:?}");
}

#[test]
fn a_verification_has_the_same_cells_in_json_and_csv() {
    let verify = ["verify", "--quick", "--quiet", "--jobs", "1", "R24, grid", "identities split"];
    let seen = compare_with(&directory(), &verify, |json| {
        let row = |check: &Value| {
            let end = |at: usize| check["interval"].get(at).cloned().unwrap_or(Value::Null);
            with(json!({ "low": end(0), "high": end(1) }), check)
        };
        each(&json["checks"]).iter().map(row).collect()
    });
    assert!(seen.iter().all(|&cells| cells > 0), "{seen:?}");
}
