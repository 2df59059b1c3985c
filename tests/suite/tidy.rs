//! The project's rules that the compiler does not check: the order of the layers, and the links from a rule to its test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::imports;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The modules of `src/lib.rs`, lowest first.
fn layers() -> Vec<String> {
    let layers: Vec<String> = read("src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    assert!(layers.len() > 5, "src/lib.rs lists the layers");
    layers
}

/// The names after `crate::` in a file, groups included.
fn modules_used(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for after in text.split("crate::").skip(1) {
        let names = match after.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default(),
            None => after,
        };
        for name in names.split(',') {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.push(name);
            if !after.starts_with('{') {
                break;
            }
        }
    }
    used
}

#[test]
fn a_module_uses_only_modules_above_it_in_the_list() {
    let layers = layers();
    let height: BTreeMap<&str, usize> =
        layers.iter().enumerate().map(|(height, name)| (name.as_str(), height)).collect();
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let inside = file.strip_prefix(root().join("src")).expect("a file of src");
        let module = inside.iter().next().expect("a name").to_string_lossy().replace(".rs", "");
        let Some(own) = height.get(module.as_str()) else { continue };
        for used in modules_used(&fs::read_to_string(&file).expect("readable")) {
            if height.get(used.as_str()).is_some_and(|used| used > own) {
                wrong.push(format!("{}: `{module}` uses `{used}`, which is a higher layer", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_is_a_layer() {
    let layers = layers();
    for entry in fs::read_dir(root().join("src")).expect("src") {
        let name = entry.expect("an entry").file_name().to_string_lossy().replace(".rs", "");
        // `fake` is there for unit tests only.
        assert!(
            ["lib", "main", "fake"].contains(&name.as_str()) || layers.contains(&name),
            "src/lib.rs does not list {name}"
        );
    }
}

#[test]
fn only_the_command_line_touches_the_world() {
    let worldly = ["std::fs", "std::env", "std::process", "Instant::now", "SystemTime", "available_parallelism"];
    for file in rust_files(&root().join("src")) {
        let inside = file.strip_prefix(root().join("src")).expect("a file of src");
        if inside.starts_with("cli") || inside == Path::new("main.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in worldly {
            assert!(!code.contains(word), "{} uses {word}; only src/cli may", inside.display());
        }
    }
}

/// Files are written in one place, which knows what may be replaced and what is left when the program is killed.
#[test]
fn only_one_module_writes_files() {
    let writing = [
        "File::create",
        "fs::write",
        "OpenOptions",
        "create_dir",
        "fs::rename",
        "fs::copy",
        "hard_link",
        "remove_file",
        "remove_dir",
        "set_permissions",
        "tempfile",
        "NamedTempFile",
        "persist(",
    ];
    for file in rust_files(&root().join("src")) {
        let inside = file.strip_prefix(root().join("src")).expect("a file of src");
        if inside.starts_with("cli/output") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in writing {
            assert!(!code.contains(word), "{} uses {word}; only src/cli/output may", inside.display());
        }
    }
}

/// Imports have no circles, within a folder either: to understand a file, a reader needs no file that depends on it.
#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = imports::circles(&root().join("src"));
    assert!(circles.is_empty(), "{} circles of imports:\n{}", circles.len(), circles.join("\n"));
}

/// Files that are tables; a table may be long.
const TABLES: [&str; 1] = ["workload/vocabulary.rs"];

#[test]
fn no_file_is_longer_than_a_thousand_lines() {
    let src = root().join("src");
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).expect("a file of src");
        let lines = fs::read_to_string(&file).expect("readable").lines().count();
        let is_table = TABLES.iter().any(|table| inside == Path::new(table));
        assert!(lines <= 1_000 || is_table, "{} has {lines} lines", inside.display());
    }
    for table in TABLES {
        assert!(src.join(table).exists(), "there is no table {table}");
    }
}

/// The rows of the table in docs/reference/rules.md: rule, file, test.
fn rules() -> Vec<[String; 3]> {
    let text = read("docs/reference/rules.md");
    let rows = text.lines().filter(|line| line.starts_with("| R"));
    let cells = rows.map(|line| line.split('|').map(str::trim).map(str::to_owned).collect::<Vec<_>>());
    cells.map(|cells| [cells[1].clone(), cells[3].replace('`', ""), cells[4].replace('`', "")]).collect()
}

#[test]
fn a_rule_leads_to_its_file_and_its_test() {
    let rules = rules();
    assert!(!rules.is_empty(), "docs/reference/rules.md has a table of rules");
    let tests: String =
        rust_files(&root().join("tests")).iter().map(|file| fs::read_to_string(file).expect("readable")).collect();
    for [rule, files, tests_named] in rules {
        for file in files.split(", ") {
            let text = read(file);
            assert!(text.contains(&rule), "{file} does not name {rule}");
        }
        for test in tests_named.split(", ") {
            assert!(tests.contains(&format!("fn {test}(")), "{rule}: there is no test {test}");
            assert!(test.starts_with(&format!("{}_", rule.to_lowercase())), "{test} does not carry the name of {rule}");
        }
    }
}

#[test]
fn a_test_named_by_a_rule_is_listed_with_it() {
    let listed: String = rules().into_iter().map(|[_, _, tests]| tests + ", ").collect();
    for file in rust_files(&root().join("tests/suite/rules")) {
        let text = fs::read_to_string(&file).expect("readable");
        for name in text.split("\nfn ").skip(1).filter_map(|after| after.split('(').next()) {
            let is_rule = name.starts_with('r') && name[1..].starts_with(|c: char| c.is_ascii_digit());
            assert!(!is_rule || listed.contains(name), "docs/reference/rules.md does not list {name}");
        }
    }
}

/// Every measure is documented with its name and meaning.
#[test]
fn the_list_of_measures_is_that_of_the_rows() {
    const BEGIN: &str = "<!-- measures, from src/record/metric.rs: UPDATE=1 cargo test --test suite tidy:: -->\n";
    const END: &str = "<!-- end of measures -->\n";
    let file = root().join("docs/reference/measures.md");
    let text = read(&file);
    let (before, rest) = text.split_once(BEGIN).expect("a list of measures");
    let (_, after) = rest.split_once(END).expect("its end");
    let page = format!("{before}{BEGIN}{}{END}{after}", list_of_measures());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &page).expect("the page can be written");
    }
    assert!(
        page == read(&file),
        "docs/reference/measures.md is out of date with src/record/metric.rs: run with UPDATE=1"
    );
}

fn list_of_measures() -> String {
    use ctisim::record::{Better, Censoring, Count, Gauge, Metric, Row, Scope, Service, Statistic, Unit};
    let better = |better: Better| match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
        Better::Neither => "same",
    };
    let quoted = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let scopes = |row: &Row| quoted(row.scopes.iter().map(|scope| scope.name()).collect());
    let mut text = String::from("\n| count, one per replication | what it is | better |\n|---|---|---|\n");
    for row in Count::ALL.map(Count::row) {
        text += &format!("| `{}` | {} | {} |\n", row.name, row.what, better(row.better));
    }
    text += "\n| duration, in ms | what it is | scopes | better |\n|---|---|---|---|\n";
    for row in Metric::ALL.map(Metric::row) {
        let censored = match row.censoring {
            Censoring::Never => "",
            Censoring::Possible => " May be censored.",
            Censoring::Callers => " The mean is of the others.",
        };
        text += &format!("| `{}` | {}{censored} | {} | {} |\n", row.name, row.what, scopes(row), better(row.better));
    }
    text += "\n| share of callers, for a time | what it is | scopes | better |\n|---|---|---|---|\n";
    for row in Service::ALL.map(Service::row) {
        text += &format!("| `{}` | {} | {} | {} |\n", row.name, row.what, scopes(row), better(row.better));
    }
    text += "\n| gauge, followed over time | what it is | unit | scopes | better |\n|---|---|---|---|---|\n";
    for row in Gauge::ALL.map(Gauge::row) {
        let unit = row.unit.name();
        text += &format!("| `{}` | {} | {unit} | {} | {} |\n", row.name, row.what, scopes(row), better(row.better));
        if let Some(peak) = row.peak {
            let (what, unit) = (format!("The highest reading of `{}`.", row.name), Unit::Count.name());
            text += &format!("| `{}` | {what} | {unit} | {} | {} |\n", peak.name, scopes(row), better(peak.better));
        }
    }
    text += "\n| scope | what it is |\n|---|---|\n";
    for scope in Scope::ALL {
        text += &format!("| `{}` | {} |\n", scope.name(), scope.what());
    }
    text += "\n| statistic | what it is |\n|---|---|\n";
    for statistic in Statistic::ALL {
        text += &format!("| `{}` | {} |\n", statistic.name(), statistic.what());
    }
    text + "\n"
}
