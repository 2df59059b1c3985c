//! The house rules that a compiler does not hold: the order of the layers, and the way from a rule to its test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The rows of the table in docs/RULES.md: rule, file, test.
fn rules() -> Vec<[String; 3]> {
    let text = read("docs/RULES.md");
    let rows = text.lines().filter(|line| line.starts_with("| R"));
    let cells = rows.map(|line| line.split('|').map(str::trim).map(str::to_owned).collect::<Vec<_>>());
    cells.map(|cells| [cells[1].clone(), cells[3].replace('`', ""), cells[4].replace('`', "")]).collect()
}

#[test]
fn a_rule_leads_to_its_file_and_its_test() {
    let rules = rules();
    assert!(!rules.is_empty(), "docs/RULES.md has a table of rules");
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
            assert!(!is_rule || listed.contains(name), "docs/RULES.md does not list {name}");
        }
    }
}

/// Whoever asks for a measure finds its name.
#[test]
fn every_metric_is_in_the_documentation() {
    use ctisim::record::{Count, Gauge, Metric, Scope, Statistic};
    let text = fs::read_to_string(root().join("docs/RESULTS.md")).expect("docs/RESULTS.md");
    let from = text.find("## What is measured").expect("a list of measures");
    let list = &text[from..from + text[from..].find("\n## ").expect("its end")];
    let names = Count::ALL.into_iter().map(Count::name).chain(Metric::ALL.into_iter().map(Metric::name));
    let names = names.chain(Gauge::ALL.into_iter().map(Gauge::name)).chain(Scope::ALL.into_iter().map(Scope::name));
    let missing: Vec<&str> = names
        .chain(Statistic::ALL.into_iter().map(Statistic::name))
        .filter(|name| !list.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
