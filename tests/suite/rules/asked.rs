//! The cluster asks the rules: each of them, and with what is the case, never with an answer made up beforehand.

use std::fs;
use std::path::{Path, PathBuf};

/// What is settled before a run begins, once for all runs: the plan asks for it, and the cluster is given the answer.
const ASKED_BY_THE_PLAN: [&str; 2] = ["heartbeat::effective_interval", "queue::by_priority"];

/// What is so, whatever the plan: every CallManager lives when a run begins, so that a device starts on the first of its group.
const SO_AT_THE_START: [(&str, &str); 1] = [("node_choice::first_live", "|_| true")];

/// How many rules there are, so that none vanishes unnoticed.
const RULES: usize = 73;

fn source(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)
}

/// The Rust files of a folder and of those in it, without their unit tests, with their names.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        files.push((path.file_stem().expect("a name").to_string_lossy().into_owned(), code.join("\n")));
    }
    files.sort();
    files
}

/// The code of a folder, in one text.
fn code(folder: &str) -> String {
    files(&source(folder)).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// Every public function of the rules, as `file::function`.
fn rules() -> Vec<String> {
    let mut rules = Vec::new();
    for (file, text) in files(&source("rules")) {
        for line in text.lines() {
            let line = line.trim_start();
            let function = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const fn "));
            let Some(function) = function else { continue };
            let name: String = function.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            rules.push(format!("{file}::{name}"));
        }
    }
    rules
}

/// The arguments of each call of a rule.
fn calls<'t>(code: &'t str, rule: &str) -> Vec<Vec<&'t str>> {
    let call = format!("{rule}(");
    let begins = |at: &usize| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let places = code.match_indices(&call).map(|(at, _)| at).filter(begins);
    places.map(|at| arguments(&code[at + call.len()..])).collect()
}

/// What stands between the commas up to the closing parenthesis.
fn arguments(code: &str) -> Vec<&str> {
    let (mut arguments, mut depth, mut begin) = (Vec::new(), 0, 0);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                arguments.push(code[begin..at].trim());
                return arguments;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                arguments.push(code[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    panic!("a call that does not end");
}

/// Whether an argument is, or has a field that is, an answer and no question.
fn is_literal(argument: &str) -> bool {
    let mut values = std::iter::once(argument).chain(argument.split(": ").skip(1));
    values.any(is_answer)
}

/// Whether a value is an answer: written out, nothing at all, or what a closure gives whatever it is asked.
fn is_answer(value: &str) -> bool {
    let value = value.trim_start_matches(['-', '&', '!']);
    let closure = value.strip_prefix("move ").unwrap_or(value).strip_prefix('|').and_then(|rest| rest.split_once('|'));
    if let Some((_, body)) = closure {
        return is_answer(body.trim_start());
    }
    if let Some(inner) = value.strip_prefix("Some(") {
        return is_answer(inner);
    }
    let word: String = value.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    value.starts_with(|c: char| c.is_ascii_digit() || c == '"')
        || value.starts_with("[]")
        || matches!(word.as_str(), "true" | "false" | "None") && !value[word.len()..].starts_with(['(', '.', ':'])
}

#[test]
fn every_rule_is_asked_by_the_cluster_and_never_with_a_literal() {
    let (cluster, plan) = (code("cluster"), code("plan"));
    let rules = rules();
    assert_eq!(rules.len(), RULES, "src/rules/ has the rules: {rules:?}");
    let (mut wrong, mut so_at_the_start) = (Vec::new(), Vec::new());
    for rule in &rules {
        let asked =
            if ASKED_BY_THE_PLAN.contains(&rule.as_str()) { calls_in_plan(&plan, rule) } else { calls(&cluster, rule) };
        if asked.is_empty() {
            wrong.push(format!("{rule} is asked by nobody"));
        }
        for argument in asked.iter().flatten().filter(|argument| is_literal(argument)) {
            match SO_AT_THE_START.contains(&(rule.as_str(), *argument)) {
                true => so_at_the_start.push((rule.as_str(), *argument)),
                false => wrong.push(format!("{rule} is asked with `{argument}`")),
            }
        }
    }
    assert_eq!(so_at_the_start, SO_AT_THE_START, "each exception is one call");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The plan may bring the function in by its name alone.
fn calls_in_plan<'t>(plan: &'t str, rule: &str) -> Vec<Vec<&'t str>> {
    let name = rule.split("::").last().unwrap_or_default();
    calls(plan, name)
}

#[test]
fn a_literal_is_recognised_wherever_it_stands() {
    let code = "if rehoming::rehomes(at, self.homes[row].home, true, |node| f(node, 1)) { heartbeat::heard(now) }";
    let asked = calls(code, "rehoming::rehomes");
    assert_eq!(asked, [["at", "self.homes[row].home", "true", "|node| f(node, 1)"]]);
    let literal: Vec<bool> = asked[0].iter().map(|argument| is_literal(argument)).collect();
    assert_eq!(literal, [false, false, true, false]);
    for argument in
        ["false", "0", "2.5", "\"busy\"", "-1", "&0", "Occupancy { open: true, calls }", "Occupancy { calls: 0 }"]
    {
        assert!(is_literal(argument), "{argument}");
    }
    for argument in
        ["&[]", "None", "Some(3)", "Some(true)", "!true", "|_| true", "move |_| false", "|| None", "|n| Some(0)"]
    {
        assert!(is_literal(argument), "{argument}");
    }
    for argument in ["truely", "now", "Occupancy { open: place.is_open() }", "place.calls", "Past::Started", "|_| up"] {
        assert!(!is_literal(argument), "{argument}");
    }
    for argument in ["&[node]", "Some(node)", "!up", "Hold::None", "|node| self.up(node)", "|node| node != NodeId(0)"] {
        assert!(!is_literal(argument), "{argument}");
    }
}
