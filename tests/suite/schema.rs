//! One vocabulary: what the reader reads, what the schema has and what the documentation lists are the same keys.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ctisim::check::compile;
use ctisim::plan::Plan;
use ctisim::workload::vocabulary::{Absent, Section, Term, ValueKind, WORKLOAD, Zero, sections};
use ctisim::workload::{Problems, schema, units};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};
use toml_edit::{DocumentMut, Item, Value};

use crate::common::Beside;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a directory with this ending, in order of their names.
fn files(directory: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(directory)).expect("a directory of the project");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    paths.sort();
    paths
}

/// Workloads that can be run: all that are shipped, and those of the tests.
fn good() -> Vec<PathBuf> {
    [files("workloads", ".toml"), files("tests/bad", ".toml.in")].concat()
}

/// The one that has every key.
fn every_key() -> String {
    read(&root().join("tests/bad/every_key.toml.in"))
}

fn compiled(text: &str) -> Result<Plan, Problems> {
    compile("test.toml", text, &Beside(root().join("tests/bad"))).map(|compiled| compiled.plan)
}

fn validator() -> Validator {
    let schema: Json = serde_json::from_str(&schema()).expect("the schema is JSON");
    jsonschema::draft7::new(&schema).expect("the schema is sound")
}

/// What an editor makes of a workload before it asks the schema; `None` where it is not TOML.
fn as_json(text: &str) -> Option<Json> {
    let (document, errors) = DeTable::parse_recoverable(text);
    errors.is_empty().then(|| table_as_json(document.get_ref()))
}

fn table_as_json(table: &DeTable<'_>) -> Json {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), value_as_json(value.get_ref()))).collect()
}

fn value_as_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => {
            let number = i128::from_str_radix(&number.as_str().replace('_', ""), number.radix()).expect("digits");
            serde_json::from_str(&number.to_string()).expect("a number")
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().expect("a number").into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(values) => values.iter().map(|value| value_as_json(value.get_ref())).collect(),
        DeValue::Table(table) => table_as_json(table),
    }
}

#[test]
fn the_schema_is_a_schema_and_explains_every_key() {
    let schema: Json = serde_json::from_str(&schema()).expect("the schema is JSON");
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    jsonschema::meta::validate(&schema).expect("the meta-schema accepts it");
    let mut explained = 0;
    each_property(&schema, &mut |key, property| {
        if property.get("$ref").is_none() {
            for keyword in ["title", "description"] {
                assert!(property[keyword].as_str().is_some_and(|it| it.len() > 1), "`{key}` has no {keyword}");
            }
            explained += 1;
        }
    });
    assert!(explained > 150, "{explained}");
    // A default that the schema itself refuses would be a poor thing to complete with.
    let mut defaults = 0;
    each_property(&schema, &mut |key, property| {
        if let Some(default) = property.get("default") {
            let mut property = property.clone();
            property["definitions"] = schema["definitions"].clone();
            assert!(jsonschema::draft7::is_valid(&property, default), "{key} = {default}");
            defaults += 1;
        }
    });
    assert!(defaults > 40, "{defaults}");
}

/// Everything that is under `properties`, except for relations between keys.
fn each_property(schema: &Json, seen: &mut impl FnMut(&str, &Json)) {
    let Json::Object(entries) = schema else { return };
    for (keyword, value) in entries {
        match (keyword.as_str(), value) {
            ("properties" | "definitions", Json::Object(properties)) => {
                for (key, property) in properties {
                    seen(key, property);
                    each_property(property, seen);
                }
            }
            ("items", items) => each_property(items, seen),
            _ => {}
        }
    }
}

#[test]
fn the_schema_accepts_every_workload_that_can_be_run() {
    let schema = validator();
    let good = good();
    assert!(good.len() > 20);
    for path in good {
        let name = path.display();
        compiled(&read(&path)).unwrap_or_else(|problems| panic!("{name}: {problems}"));
        let json = as_json(&read(&path)).expect("TOML");
        let errors: Vec<String> =
            schema.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// Files that the reader refuses for what no schema sees, and what that is.
const BEYOND_A_SCHEMA: [(&str, &[&str]); 6] = [
    (
        "a name that refers to nothing, or to the wrong kind of entry",
        &[
            "answered_by_no_controller",
            "calls_from_nothing_that_dials",
            "change_by_a_stranger",
            "conference_bridge_unknown",
            "consult_a_machine",
            "dialled_by_no_controller",
            "dialled_by_nobody",
            "dialled_by_port",
            "direct_ctimanager",
            "fault_devices",
            "fault_no_ctimanager",
            "goal_metric",
            "goal_service_level",
            "missing_device",
            "missing_number",
            "no_ctimanager",
            "number_unknown",
            "pool_unknown",
            "queue_target",
            "speed_dial_changes",
            "speed_dial_dialled",
            "user_not_associated",
            "user_unknown",
            "through_stranger",
            "wish_unknown",
            "wrong_ctimanager",
        ],
    ),
    (
        "two things of one name or number",
        &[
            "application_named_hand",
            "clash",
            "conference_bridge_named_as_phones",
            "duplicate_node",
            "number_clash",
            "traffic_twice",
        ],
    ),
    (
        "a value that depends on another one",
        &[
            "bin_too_long",
            "changes_and_hops",
            "day_shared",
            "direct_several",
            "fault_meets",
            "fault_overlap",
            "heartbeat_bounds",
            "heartbeats_too_many",
            "line_limits",
            "profile_order",
            "queue_priorities",
            "standby_alone",
            "standby_of_redirect",
            "steady",
            "tapi_lines",
            "voice_lines",
            "wish_none",
            "wish_without_target",
        ],
    ),
    (
        "shares that do not sum to 1, or to more, calls that go round in a circle",
        &[
            "changes_of_all_calls",
            "dials_itself",
            "dials_itself_by_cfa",
            "forward_to_itself",
            "redirect_loop",
            "share_sum",
        ],
    ),
    ("what is in another file", &["calls_file", "calls_none", "calls_ragged", "calls_semicolons", "wish_list"]),
    ("a limit of the whole", &["calls_too_fast", "rates_too_many", "too_many_calls", "too_many_devices"]),
];

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let schema = validator();
    let beyond: BTreeSet<&str> = BEYOND_A_SCHEMA.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut wrong = Vec::new();
    for path in files("tests/bad", ".toml") {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        // A file that is not text or not TOML is refused before.
        let Some(json) = fs::read_to_string(&path).ok().and_then(|text| as_json(&text)) else { continue };
        if schema.is_valid(&json) != beyond.contains(name.as_str()) {
            wrong.push(format!("{name} is {}", if schema.is_valid(&json) { "accepted" } else { "refused" }));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in beyond {
        assert!(root().join(format!("tests/bad/{name}.toml")).exists(), "there is no {name}");
    }
}

/// What may be at a key, in a few words.
fn kind(kind: &ValueKind) -> String {
    let words = |words: &[&str]| words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
    let or_more = |zero: Zero, what: &str| match zero {
        Zero::Allowed => what.to_owned(),
        Zero::Excluded => format!("{what} above 0"),
    };
    match kind {
        ValueKind::Flag => "true, false".to_owned(),
        ValueKind::Text | ValueKind::Sentence => "text".to_owned(),
        ValueKind::Word(these) => words(these),
        ValueKind::Whole(low, high) if low == high => low.to_string(),
        ValueKind::Whole(low, u64::MAX) => format!("{low} or more"),
        ValueKind::Whole(low, high) => format!("{low} to {}", grouped(*high)),
        ValueKind::Number(low, high) if high.is_infinite() => format!("number, {low} or more"),
        ValueKind::Number(low, high) => format!("{low} to {high}"),
        ValueKind::PositiveNumber => "number above 0".to_owned(),
        ValueKind::Duration(zero) => or_more(*zero, "duration"),
        ValueKind::Clock => "time of day".to_owned(),
        ValueKind::Rate(zero) => or_more(*zero, "rate"),
        ValueKind::Share(zero) => or_more(*zero, "share"),
        ValueKind::Distribution(zero, _) => or_more(*zero, "distribution"),
        ValueKind::Name | ValueKind::Reference => "name".to_owned(),
        ValueKind::DirectoryNumber => "digits".to_owned(),
        ValueKind::FirstNumber => "up to 18 digits, perhaps after a `+`".to_owned(),
        ValueKind::Target => "name or number".to_owned(),
        ValueKind::List { of, least, most, .. } => {
            let many = match (least, most) {
                (0, None) => "list".to_owned(),
                (least, None) => format!("list of {least} or more"),
                (0, Some(most)) => format!("list of up to {}", grouped(*most as u64)),
                (least, Some(most)) if least == most => format!("list of {least}"),
                (least, Some(most)) => format!("list of {least} to {most}"),
            };
            format!("{many}: {}", self::kind(of))
        }
        ValueKind::Named(of) => format!("table of names, each with a {}", self::kind(of)),
        ValueKind::Table(_) | ValueKind::Overriding(_) => "table".to_owned(),
        ValueKind::Tables(_) => "tables".to_owned(),
        ValueKind::Either(one, other) => format!("{}, or {}", self::kind(one), self::kind(other)),
    }
}

/// A number as people write it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A table of the documentation: the keys of these sections, or single ones.
fn keys_table(named: &str, listed: &mut Vec<String>) -> String {
    let is_section = |name: &str| vocabulary().iter().any(|(section, _)| section.name == name);
    let mut table = String::from("| key | meaning | kind | default | source |\n|---|---|---|---|---|\n");
    for required in named.split_whitespace() {
        let before = listed.len();
        for (section, term) in vocabulary() {
            let name = if section.name.is_empty() { "workload" } else { section.name };
            let of_key = !is_section(required) && required == path(section, term);
            // A section of the file has its own heading; its tables are not listed again.
            if (name != required && !of_key) || (name == "workload" && term.kind.section().is_some()) {
                continue;
            }
            let absent = match term.absent {
                Absent::Wrong => "required".to_owned(),
                Absent::Is(value) => format!("`{value}`"),
                Absent::Means(what) | Absent::Usually(_, what) => what.to_owned(),
            };
            let cells = [&format!("`{}`", path(section, term)), term.meaning, &kind(&term.kind), &absent, term.source];
            table += &format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |");
            listed.push(path(section, term));
        }
        assert!(listed.len() > before, "docs/reference/workload-file.md needs a table of `{required}`");
    }
    table
}

#[test]
fn the_documentation_lists_the_vocabulary() {
    const END: &str = "<!-- end of keys -->";
    let file = root().join("docs/reference/workload-file.md");
    let kept = read(&file);
    let mut listed = Vec::new();
    let mut parts = kept.split("<!-- keys: ");
    let mut page = parts.next().expect("a beginning").to_owned();
    for part in parts {
        let (named, rest) = part.split_once(" -->\n").expect("a marker is a line");
        let (_, after) = rest.split_once(END).expect("a table has an end");
        page += &format!("<!-- keys: {named} -->\n{}{END}{after}", keys_table(named, &mut listed));
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &page).expect("the page can be written");
    }
    assert!(
        page == read(&file),
        "docs/reference/workload-file.md is behind src/workload/vocabulary.rs: run with UPDATE=1"
    );
    let sections =
        vocabulary().into_iter().filter(|(section, term)| !section.name.is_empty() || term.kind.section().is_none());
    let mut keys: Vec<String> = sections.map(|(section, term)| path(section, term)).collect();
    keys.sort();
    listed.sort();
    assert_eq!(listed, keys, "every key is listed once");
}

/// Every key of the vocabulary with its section, each section once.
fn vocabulary() -> Vec<(&'static Section, &'static Term)> {
    sections().into_iter().flat_map(|section| section.terms.iter().map(move |term| (section, term))).collect()
}

fn path(section: &Section, term: &Term) -> String {
    if section.name.is_empty() { term.key.to_owned() } else { format!("{}.{}", section.name, term.key) }
}

/// A step on the way to a value.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Entry(usize),
}

/// Every value of a workload that has a key, with the key's term.
fn values(text: &str) -> Vec<(Vec<Step>, &'static Section, &'static Term)> {
    fn walk(
        value: &Json,
        section: &'static Section,
        steps: &[Step],
        found: &mut Vec<(Vec<Step>, &'static Section, &'static Term)>,
    ) {
        match value {
            Json::Object(entries) => {
                for (key, value) in entries {
                    let term = section.term(key).unwrap_or_else(|| panic!("`{key}` in {steps:?}"));
                    let steps = [steps, &[Step::Key(key.clone())]].concat();
                    found.push((steps.clone(), section, term));
                    if let Some(below) = term.kind.section() {
                        walk(value, below, &steps, found);
                    }
                }
            }
            Json::Array(values) => {
                for (row, value) in values.iter().enumerate() {
                    walk(value, section, &[steps, &[Step::Entry(row)]].concat(), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(&as_json(text).expect("TOML"), &WORKLOAD, &[], &mut found);
    found
}

/// The table that the last of some steps leads out of.
fn with_table(document: &mut DocumentMut, steps: &[Step], change: impl FnOnce(&mut dyn toml_edit::TableLike, &str)) {
    let (Some(Step::Key(last)), before) = (steps.last(), &steps[..steps.len() - 1]) else { panic!("no key") };
    let mut item: &mut Item = document.as_item_mut();
    for (at, step) in before.iter().enumerate() {
        match step {
            Step::Key(key) => item = item.get_mut(key).expect("the key is there"),
            Step::Entry(row) if item.is_array_of_tables() => {
                let table = item.get_mut(*row).expect("the entry is there");
                item = table;
            }
            Step::Entry(row) => {
                let value = item.as_array_mut().and_then(|list| list.get_mut(*row)).expect("the entry is there");
                assert_eq!(at + 1, before.len(), "a table in a list in a list");
                return change(value.as_inline_table_mut().expect("a table"), last);
            }
        }
    }
    change(item.as_table_like_mut().expect("a table"), last);
}

fn edited(text: &str, steps: &[Step], change: impl FnOnce(&mut dyn toml_edit::TableLike, &str)) -> String {
    let mut document: DocumentMut = text.parse().expect("TOML");
    with_table(&mut document, steps, change);
    document.to_string()
}

fn item(value: &str) -> Item {
    Item::Value(value.parse::<Value>().unwrap_or_else(|error| panic!("{value}: {error}")))
}

#[test]
fn the_reader_reads_every_key_of_the_vocabulary() {
    let text = every_key();
    let values = values(&text);
    for (section, term) in vocabulary() {
        let found = values.iter().find(|(_, within, it)| std::ptr::eq(*within, section) && it.key == term.key);
        let Some((steps, ..)) = found else { panic!("every_key.toml.in has no `{}`", path(section, term)) };
        // No value can be a date: the reader of the key reports it.
        let dated = edited(&text, steps, |table, key| _ = table.insert(key, item("1979-05-27")));
        let problems = compiled(&dated).expect_err("a date");
        let of_key = format!("`{}` ", term.key);
        let reported = problems.list.iter().any(|it| it.what.starts_with(&of_key) && !it.what.contains("not a key"));
        assert!(reported, "{}: {problems}", path(section, term));
    }
}

#[test]
fn a_default_that_is_written_out_changes_nothing() {
    let mut held = BTreeSet::new();
    let workloads = [every_key(), read(&root().join("workloads/busy_hour.toml"))];
    for text in workloads {
        for (steps, section, term) in values(&text) {
            let Absent::Is(default) = term.absent else { continue };
            // What is absent in a node's own work is as in `[work]`.
            if section.name == "work" && steps.len() > 2 {
                continue;
            }
            let without = edited(&text, &steps, |table, key| _ = table.remove(key));
            let with = edited(&text, &steps, |table, key| _ = table.insert(key, item(default)));
            match (compiled(&without), compiled(&with)) {
                (Ok(without), Ok(with)) => {
                    assert_eq!(without, with, "{} = {default}", path(section, term));
                    held.insert(path(section, term));
                }
                // Some other key does not go with it.
                (Err(_), Err(_)) => {}
                (without, _) => panic!("{} = {default}: {}", path(section, term), without.is_ok()),
            }
        }
    }
    for (section, term) in vocabulary() {
        if matches!(term.absent, Absent::Is(_)) {
            assert!(held.contains(&path(section, term)), "`{}` was not tried", path(section, term));
        }
    }
}

/// Parts of the messages of problems that no schema can find.
const SEMANTIC: [&str; 57] = [
    // Names.
    "there is no ",
    "is the name of more than one",
    "is listed twice",
    "forwards to",
    "is no range of numbers",
    "are of several lines of",
    "not all of the numbers",
    "is a number of",
    "begin in `",
    "runs no CTIManager",
    "no node runs a CTIManager",
    "there is no CTIManager to fail",
    "may not control",
    "devices do not register at",
    "is not one of the CTIManagers that this application may use",
    "is the only CTIManager that this application may use",
    "is not a group of phones",
    "it has no forward settings",
    "never forwards by `cfna`",
    "a phone has no",
    "a node has no link to itself",
    "is also a number of",
    " overlap",
    "need more digits",
    // Values that depend on others.
    "the bound of `",
    "only a count has a `share`",
    "before the metric",
    "a goal has one scope",
    "is more than `maximum_calls`",
    "is more than the `maximum_calls` of the line",
    "must not be more than 366 days",
    "leaves nothing of the run to measure",
    "is longer than the run",
    "makes more than 100000 bins",
    "the shortest heartbeat interval is longer",
    "must be 120s to 600s",
    "has a longer `exit` than `entry`",
    "has its bounds the wrong way round",
    "has shares that sum to",
    "a profile must begin at",
    "a profile must be in order of time",
    "must be longer than the time of the last rate",
    "the run is over by then",
    "still down",
    "voice lines and has",
    "cannot fail: there ",
    "redirected among route points forever",
    "`standby` has no effect",
    "`standby` is for devices with media",
    "has several applications",
    "does not control ",
    "is no speed dial, and has no `to`",
    "no caller has the wish",
    " begin there: `",
    // Files, and limits of the whole.
    "cannot be read",
    "the limit is",
    "has no column",
];

/// Whether the reader and the schema agree on a workload; if not, why.
fn agree(text: &str, schema: &Validator) -> Result<(), String> {
    let json = as_json(text).expect("TOML");
    let refused = schema.iter_errors(&json).next().map(|error| format!("{}: {error}", error.instance_path()));
    match (compiled(text), refused) {
        (Ok(_), Some(error)) => Err(format!("only the schema refuses this: {error}")),
        (Err(problems), None) => {
            let seen = |what: &str| SEMANTIC.iter().all(|semantic| !what.contains(semantic));
            match problems.list.iter().find(|problem| seen(&problem.what)) {
                Some(problem) => Err(format!("only the reader refuses this: {} ({:?})", problem.what, problem.hint)),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Values of all kinds, most of them wrong wherever they are put. There is no date, which JSON lacks, and no `8.0`, which
/// is a whole number there.
const PALETTE: [&str; 42] = [
    "true",
    "false",
    "0",
    "1",
    "-1",
    "7",
    "201",
    "20000",
    "99999999999",
    "0.5",
    "1.5",
    "-0.5",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"out\"",
    "\"x y\"",
    "\"all\"",
    "\"none\"",
    "\"off\"",
    "\"7000\"",
    "\"+7200\"",
    "\"0s\"",
    "\"5s\"",
    "\"150s\"",
    "\"1m30s\"",
    "\"30s1m\"",
    "\"0.5ns\"",
    "\"5\"",
    "\"-5s\"",
    "\"10/h\"",
    "\"0/h\"",
    "\"10/w\"",
    "\"50%\"",
    "\"150%\"",
    "[]",
    "{}",
    "[\"a\"]",
    "[\"a\", \"b\"]",
    "[\"a\", \"a\"]",
    "{ exponential = \"5s\" }",
    "{ poison = \"5/h\" }",
];

/// A key for each quantity: one that may be zero, one that may not.
const QUANTITIES: [&str; 6] = [
    "/properties/network/properties/between_nodes",
    "/properties/run/properties/length",
    "/properties/traffic/items/properties/arrivals/properties/profile/items/properties/rate",
    "/properties/cti/properties/reopen_rate",
    "/properties/cti_port/items/properties/transfer_share",
    "/properties/route_point/items/properties/redirect_to/items/properties/share",
];

fn pattern(key: &str) -> Validator {
    let schema: Json = serde_json::from_str(&schema()).expect("the schema is JSON");
    jsonschema::draft7::new(schema.pointer(key).expect("the key is there")).expect("the schema is sound")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_reader_and_the_schema_agree_on_a_slip_of_the_hand(
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        slip in 0..PALETTE.len() + 5,
    ) {
        thread_local!(static SCHEMA: Validator = validator());
        let good = good();
        let text = read(&good[file.index(good.len())]);
        let values = values(&text);
        let (steps, section, term) = at.get(&values);
        let slipped = edited(&text, steps, |table, key| match slip {
            0 => _ = table.remove(key),
            1 => {
                let value = table.remove(key).unwrap_or_default();
                table.insert(&format!("{key}x"), value);
            }
            // A sensible value of another key here.
            2 | 3 => {
                let other = &section.terms[at.index(section.terms.len())];
                if let (Absent::Is(default), false) = (other.absent, table.contains_key(other.key)) {
                    table.insert(other.key, item(default));
                }
            }
            4 => _ = table.insert(key, item(&format!("\"{}\"", "n".repeat(65)))),
            _ => _ = table.insert(key, item(PALETTE[slip - 5])),
        });
        SCHEMA.with(|schema| agree(&slipped, schema))
            .map_err(|why| TestCaseError::fail(format!("{}: {why}\n{slipped}", path(section, term))))?;
    }

    #[test]
    fn patterns_accept_what_the_reader_accepts(
        quantity in "[0-9]{0,2}(\\.[0-9]{0,12})?(d|h|m|s|ms|us|ns|x| )?([0-9]{1,2}(\\.[05]{0,3})?(m|s|ms|us|ns))?",
        rate in "[ \t]?[0-9]{0,3}\\.?[0-9]{0,3}[ \t]?[/ ][ ]?([0-9]{1,2}(\\.[05]{0,3})?)?(s|m|h|d|w|ms)?([0-9]{1,2}s)?[ ]?",
        share in "[ ]?-?[0-9]{0,3}\\.?[0-9]{0,3}[ ]?%?",
    ) {
        thread_local!(static PATTERNS: [Validator; 6] = QUANTITIES.map(pattern));
        let duration = units::duration(&quantity).map(|span| span.nanos() as f64);
        let read = [(quantity, duration), (rate.clone(), units::rate(&rate)), (share.clone(), units::share(&share))];
        PATTERNS.with(|patterns| {
            for (row, validator) in patterns.iter().enumerate() {
                let (text, read) = &read[row / 2];
                let fits = match read {
                    Ok(value) => row % 2 == 0 || *value > 0.0,
                    // Where nanoseconds end within a minute, an hour or a day, a pattern cannot check.
                    Err(why) if why.contains("finer than a nanosecond") => {
                        if ["d", "h", "m"].iter().any(|unit| text.contains(unit)) { continue }
                        false
                    }
                    Err(_) => false,
                };
                prop_assert_eq!(validator.is_valid(&Json::from(text.as_str())), fits, "{:?} {:?}", text, read);
            }
            Ok(())
        })?;
    }
}
