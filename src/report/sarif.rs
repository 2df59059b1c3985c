//! What `check` found, as SARIF 2.1.0 (the Static Analysis Results Interchange Format of OASIS), which code review tools
//! show in place.
//!
//! The dozen objects used here are written out: the crates that have all of SARIF generate theirs from its schema, with
//! builders for each, and bring more than they take off.

use std::collections::BTreeMap;

use serde::Serialize;

use super::check::{ERROR_ID, id_of, level, pretty};
use crate::check::{ADVICE, Examination, Finding, Positions};
use crate::workload::Place;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<ResultRow<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

/// The findings as a SARIF log with one run.
pub fn check_sarif(examination: &Examination) -> Vec<u8> {
    let rules = rules(examination);
    let positions = Positions::new(&examination.text);
    let results = examination.findings.iter().map(|finding| result(finding, examination, &positions, &rules)).collect();
    pretty(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver { name: "ctisim", semantic_version: env!("CARGO_PKG_VERSION"), rules } },
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

/// Every kind of finding: errors first, of them those that break a rule of the chapter by its number, then the warnings.
fn rules(examination: &Examination) -> Vec<Rule> {
    let rule = |id, short: &'static str, full: &'static str, level| Rule {
        id,
        short_description: Message { text: short.into() },
        full_description: Message { text: full.into() },
        default_configuration: Configuration { level },
    };
    let errors =
        rule(ERROR_ID, "the workload cannot be run", "docs/MODEL.md has every key, docs/RULES.md every rule", "error");
    let problems = examination.findings.iter().map(|finding| &finding.problem);
    let errors_by_rule = problems.filter(|problem| problem.id.is_none()).filter_map(|problem| problem.rule);
    let broken: BTreeMap<&'static str, &'static str> =
        errors_by_rule.filter_map(|rule| rule.split_once(": ")).collect();
    let broken =
        broken.into_iter().map(|(number, rule_text)| rule(number, rule_text, "docs/RULES.md has every rule", "error"));
    let warnings = ADVICE.iter().map(|advice| rule(advice.id, advice.meaning, advice.source, "warning"));
    std::iter::once(errors).chain(broken).chain(warnings).collect()
}

fn result<'a>(
    finding: &'a Finding,
    examination: &Examination,
    positions: &Positions<'_>,
    rules: &[Rule],
) -> ResultRow<'a> {
    let problem = &finding.problem;
    let rule_id = id_of(problem);
    let mut text = problem.what.clone();
    // Where the trouble is in another file, the label only says who names that.
    let label = Some(problem.label.as_str()).filter(|_| problem.elsewhere.is_none());
    for (before, more) in [(": ", label), ("; ", problem.hint.as_deref()), (" (", problem.rule)] {
        if let Some(more) = more.filter(|more| !more.is_empty()) {
            text = text + before + more + if before == " (" { ")" } else { "" };
        }
    }
    let uri = uri(&examination.name);
    let here = |place: &Place, label: Option<&'a str>| Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri.clone() },
            region: region(place, positions),
        },
        message: label.map(|label| Message { text: label.into() }),
    };
    let also = problem.also.iter().map(|(place, label)| here(place, Some(label)));
    let elsewhere = problem.elsewhere.iter().map(|it| Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: beside(&uri, &it.file) },
            region: Region { start_line: it.line, start_column: None, end_line: None, end_column: None },
        },
        message: Some(Message { text: problem.what.as_str().into() }),
    });
    ResultRow {
        rule_id,
        rule_index: rules.iter().position(|rule| rule.id == rule_id).unwrap_or_default(),
        level: level(problem.severity),
        message: Message { text: text.into() },
        locations: [here(&problem.place, None)],
        related_locations: also.chain(elsewhere).collect(),
    }
}

fn region(place: &Place, positions: &Positions<'_>) -> Region {
    let (begin, end) = (positions.at(place.start), positions.at(place.end));
    Region {
        start_line: begin.line,
        start_column: Some(begin.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
    }
}

/// A path as a URI reference: relative stays relative.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => uri.push(byte as char),
            b'\\' if cfg!(windows) => uri.push('/'),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// A file that is named by the one at a URI, and sought beside it.
fn beside(other: &str, file: &str) -> String {
    match other.rfind('/') {
        Some(slash) if !file.starts_with('/') => format!("{}{}", &other[..=slash], uri(file)),
        _ => uri(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("workloads/Monday morning.toml"), "workloads/Monday%20morning.toml");
        assert_eq!(uri("/a/b.toml"), "file:///a/b.toml");
        assert_eq!(beside("workloads/x.toml", "calls.csv"), "workloads/calls.csv");
        assert_eq!(beside("x.toml", "calls.csv"), "calls.csv");
    }
}
