//! The cases of `tests/chapter`: a few calls at known times, and numbers worked out by hand before they were run.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use ctisim::analysis::{COLUMNS, Cell, Row, Study, rows};
use ctisim::experiment::Audit;
use ctisim::plan;
use ctisim::report::timeline_sheet;
use ctisim::studies::Runner;
use ctisim::workload::Ink;
use toml_edit::{DocumentMut, Item, Value};

use crate::common::Beside;

/// A nanosecond, in milliseconds: simulated times are whole nanoseconds.
const TOLERANCE: f64 = 1e-6;

const RULES: &str = include_str!("../../docs/reference/rules.md");
const CLAIMS: &str = include_str!("../chapter/README.md");

#[test]
fn every_case_gives_what_was_worked_out_by_hand() {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chapter");
    let entries = fs::read_dir(chapter).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut cases: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    assert!(cases.len() >= 100, "{} cases", cases.len());
    let wrong: Vec<String> = cases.iter().flat_map(|folder| differences(folder)).collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a case gives otherwise than expected, each with its name in front.
fn differences(folder: &Path) -> Vec<String> {
    let name = folder.file_name().expect("a name").to_string_lossy();
    let read = |file: &str| fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"));
    let found = read("workload.toml").and_then(|workload| {
        let case: DocumentMut = read("expect.toml")?.parse().map_err(|error| format!("expect.toml: {error}"))?;
        let mut wrong = misplaced(&name, &case);
        wrong.extend(run(&name, &workload, &Beside(folder.to_owned()), &case));
        Ok(wrong)
    });
    found.unwrap_or_else(|why| vec![why]).into_iter().map(|what| format!("{name}: {what}")).collect()
}

/// What is wrong with the name, the rules and the claims of a case.
fn misplaced(name: &str, case: &DocumentMut) -> Vec<String> {
    let list = |key: &str| case.get(key).and_then(Item::as_array).into_iter().flatten();
    let rules: Vec<&str> = list("rules").filter_map(Value::as_str).collect();
    let claims: Vec<i64> = list("claims").filter_map(Value::as_integer).collect();
    let rows = rules.iter().map(|rule| (RULES, format!("| {rule} |")));
    let rows = rows.chain(claims.iter().map(|claim| (CLAIMS, format!("| {claim} |"))));
    let mut wrong: Vec<String> = rows
        .filter(|(page, row)| !page.contains(&format!("\n{row}")))
        .map(|(_, row)| format!("there is no row {row}"))
        .collect();
    if !rules.first().is_some_and(|rule| name.starts_with(&format!("{}-", rule.to_lowercase()))) {
        wrong.push("is not named after its first rule".to_owned());
    }
    if claims.is_empty() || case.get("because").and_then(Item::as_str).is_none_or(|why| why.trim().is_empty()) {
        wrong.push("has no claim, or no reason".to_owned());
    }
    wrong
}

/// Compiles and runs a workload once, under the auditor, and compares it with what is expected.
fn run(name: &str, workload: &str, files: &Beside, case: &DocumentMut) -> Vec<String> {
    let refused = case.get("refused").and_then(Item::as_str);
    let plan = match (plan::compile(name, workload, files), refused) {
        (Err(problems), words) => {
            let report = problems.render(Ink::Plain);
            let meant = words.is_some_and(|words| report.contains(words)) && case.get("expect").is_none();
            return if meant { Vec::new() } else { vec![report] };
        }
        (Ok(_), Some(words)) => return vec![format!("is not refused: {words}")],
        (Ok(plan), None) => plan,
    };
    let stop = AtomicBool::new(false);
    let runner = Runner { seed: plan.seed, jobs: 1, audit: Audit::On, observer: &(), stop: &stop, records: None };
    match runner.replicate(&plan, plan.window(), 0..1) {
        Ok(study) => compare(case, |measure| measured(&study, measure)),
        Err(failure) => vec![format!("{failure:?}")],
    }
}

/// What differs from the numbers that are expected; none expected is wrong, too.
fn compare(case: &DocumentMut, measured: impl Fn(&str) -> Result<f64, String>) -> Vec<String> {
    let wanted: Vec<(&str, &Item)> =
        case.get("expect").and_then(Item::as_table).map(|table| table.iter().collect()).unwrap_or_default();
    if wanted.is_empty() {
        return vec!["expects nothing".to_owned()];
    }
    let differs = |(measure, wanted)| difference(wanted, measured(measure)).map(|what| format!("{measure} {what}"));
    wanted.into_iter().filter_map(differs).collect()
}

/// How a number differs from the one that is expected, or from the range.
fn difference(wanted: &Item, found: Result<f64, String>) -> Option<String> {
    let number = |value: &Value| value.as_float().or(value.as_integer().map(|whole| whole as f64));
    let range = match wanted.as_array() {
        Some(ends) => ends.iter().map(number).collect::<Option<Vec<f64>>>(),
        None => wanted.as_value().and_then(number).map(|exact| vec![exact - TOLERANCE, exact + TOLERANCE]),
    };
    match (range.as_deref(), found) {
        (Some(&[low, high]), Ok(found)) if low < high => {
            (!(low..=high).contains(&found)).then(|| format!("should be {}, and is {found}", wanted.to_string().trim()))
        }
        (Some(&[low, high]), Err(why)) if low < high => Some(why),
        _ => Some(format!("is compared with neither a number nor a range: {}", wanted.to_string().trim())),
    }
}

fn measured(study: &Study, measure: &str) -> Result<f64, String> {
    let cell = match measure.split_once(" at ") {
        Some((gauge, second)) => reading(study, gauge, second),
        None => rows(study).iter().find_map(|row| statistic(row, measure)),
    };
    match cell {
        Some(Cell::Whole(number)) => Ok(number as f64),
        Some(Cell::Number(number)) => Ok(number),
        Some(Cell::Missing) => Err("has no value".to_owned()),
        Some(Cell::Text(_) | Cell::Clock(_)) | None => Err("is no measure".to_owned()),
    }
}

/// A gauge of the timeline, in the bin that starts at a second.
fn reading(study: &Study, gauge: &str, second: &str) -> Option<Cell> {
    let sheet = timeline_sheet(study);
    let start = Cell::Number(second.strip_suffix(" s")?.parse().ok()?);
    let column = |name: &str| sheet.columns.iter().position(|column| column == name);
    let (starts, column) = (column("start_s")?, column(gauge)?);
    sheet.rows().find(|row| row[starts] == start).map(|row| row[column].clone())
}

/// A column of this row of the summary, if the measure is of it: `[scope:name/]metric[.column]`, without a column the mean.
fn statistic(row: &Row, measure: &str) -> Option<Cell> {
    let of = if row.name.is_empty() { String::new() } else { format!("{}:{}/", row.scope, row.name) };
    let rest = measure.strip_prefix(&of)?.strip_prefix(&row.metric)?;
    let name = if rest.is_empty() { "mean" } else { rest.strip_prefix('.')? };
    COLUMNS.iter().position(|column| *column == name).map(|column| row.cells()[column].clone())
}

/// A case in which all is well, with one thing written otherwise.
#[track_caller]
fn broken(what: &str, otherwise: &str) -> String {
    const WORKLOAD: &str = r#"
        format = 1
        question = "Can a case fail?"
        run = { length = "1m", bin = "1s" }
        node = [{ name = "sub1" }]
        work = { setup = "1ms", offer = "1ms", answer = "1ms" }
        destination = [{ name = "outside" }]
        traffic = [{ name = "callers", to = "outside", arrivals = { file = "calls.csv" } }]
    "#;
    const CASE: &str = r#"
        rules = ["R10"]
        claims = [1]
        because = "Set-up, offer and answer."
        [expect]
        setup_delay = 3
        "setup_delay.max" = [2, 4]
        "calls_in_progress at 18 s" = 1
    "#;
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chapter/r10-call-at-its-own-node");
    let [workload, case] = [WORKLOAD, CASE].map(|text| text.replace(what, otherwise));
    assert!(what == otherwise || (&*workload, &*case) != (WORKLOAD, CASE), "{what} is somewhere");
    let case: DocumentMut = case.parse().expect("a case");
    let wrong = [misplaced("r10-can-fail", &case), run("r10-can-fail", &workload, &Beside(files), &case)].concat();
    wrong.join("\n")
}

#[test]
fn a_case_fails_for_each_thing_that_is_wrong() {
    assert_eq!(broken("", ""), "");
    for (what, otherwise, why) in [
        ("setup_delay = 3", "setup_delay = 3.001", "setup_delay should be 3.001, and is 3"),
        ("[2, 4]", "[3.5, 4]", "setup_delay.max should be [3.5, 4], and is 3"),
        ("[2, 4]", "[4, 2]", "setup_delay.max is compared with neither a number nor a range: [4, 2]"),
        ("[2, 4]", "\"three\"", "setup_delay.max is compared with neither a number nor a range: \"three\""),
        ("delay.max", "delay.longest", "setup_delay.longest is no measure"),
        ("18 s", "18.5 s", "calls_in_progress at 18.5 s is no measure"),
        ("setup_delay = 3", "cfna_delay = 3", "cfna_delay has no value"),
        ("[expect]", "[expected]", "expects nothing"),
        ("[expect]", "refused = \"R1\"\n[expect]", "is not refused: R1"),
        ("R10", "R26", "there is no row | R26 |\nis not named after its first rule"),
        ("[1]", "[77]", "there is no row | 77 |"),
        ("[1]", "[]", "has no claim, or no reason"),
    ] {
        assert_eq!(broken(what, otherwise), why);
    }
    assert!(broken("format = 1", "format = 2").contains("`format`"));
}
