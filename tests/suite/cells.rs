//! What a command prints as JSON and as CSV is the same table: the same names in the same order, and the same cells. A
//! number of one is the number of the other, a text the text, and what is missing is `null` there and empty here.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

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

/// What the program prints in a format, without a word beside it.
fn printed(arguments: &[&str], format: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("w.toml"), WORKLOAD).unwrap();
    let output = command(directory.path()).args(arguments).args(["--format", format]).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn command(directory: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory);
    command
}

/// Whether a cell of a CSV file is a value of JSON, as readers of both take them. A text that a spreadsheet would take for
/// something else has a mark before it; a number is written alike, but for how many zeros it has.
fn is_same(cell: &str, value: &Value) -> bool {
    match value {
        // An interval that so few values do not have: a reader of CSV sees why.
        Value::Null => cell.is_empty() || cell == "not estimable",
        Value::Number(number) if number.is_u64() => cell == number.to_string(),
        Value::Number(number) => cell.parse().is_ok_and(|read: f64| Some(read) == number.as_f64()),
        Value::String(text) => cell.parse::<f64>().is_err() && (cell == text || cell.strip_prefix('\'') == Some(text)),
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

/// Holds both formats of a command's table against each other; gives how many cells are numbers, texts and missing.
#[track_caller]
fn compare(arguments: &[&str]) -> [usize; 3] {
    let (csv, json) = (printed(arguments, "csv"), printed(arguments, "json"));
    let mut reader = csv::ReaderBuilder::new().from_reader(&csv[..]);
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let objects: Vec<Value> = serde_json::from_slice(&json).unwrap();
    assert!(!rows.is_empty());
    assert_eq!(rows.len(), objects.len(), "{arguments:?}: not as many rows");
    for names in members(&json) {
        assert_eq!(names, columns, "{arguments:?}");
    }
    let mut seen = [0; 3];
    for (at, (row, object)) in rows.iter().zip(&objects).enumerate() {
        for (column, cell) in columns.iter().zip(row) {
            let value = &object[column];
            assert!(is_same(cell, value), "{arguments:?}, row {at}, {column}: {cell:?} is not {value}");
            seen[if value.is_number() { 0 } else { 1 + usize::from(value.is_null()) }] += 1;
        }
    }
    seen
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
