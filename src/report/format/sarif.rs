//! Findings as SARIF 2.1.0 (the Static Analysis Results Interchange Format of OASIS), which code review tools show in place.
//!
//! The dozen objects used here are written out: the crates that have all of SARIF generate theirs from its schema, with
//! builders for each, and bring more than they take off.

use std::borrow::Cow;

use serde::Serialize;

use crate::check::Position;
use crate::report::document::pretty;
use crate::report::page::{Finding, FindingKind, Findings, Related};
use crate::workload::Severity;

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
    text: Cow<'a, str>,
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

/// A log with one run.
pub(super) fn draw(findings: &Findings<'_>) -> Vec<u8> {
    let results = findings.found.iter().map(|finding| result(finding, findings)).collect();
    pretty(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "ctisim",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: findings.kinds.iter().map(rule).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results,
        }],
    })
}

fn rule(kind: &FindingKind) -> Rule {
    Rule {
        id: kind.id,
        short_description: Message { text: kind.short.into() },
        full_description: Message { text: kind.full.into() },
        default_configuration: Configuration { level: level(kind.severity) },
    }
}

fn result<'a>(finding: &'a Finding<'_>, findings: &'a Findings<'_>) -> ResultRow<'a> {
    let uri = uri(findings.file);
    let here = |at: &[Position; 2], words: Option<&'a str>| {
        let [begin, end] = at;
        let region = Region {
            start_line: begin.line,
            start_column: Some(begin.column),
            end_line: Some(end.line),
            end_column: Some(end.column),
        };
        location(uri.clone(), region, words)
    };
    let related = finding.related.iter().map(|related| match related {
        Related::Here(at, words) => here(at, Some(words)),
        Related::Beside { file, line, words } => {
            let region = Region { start_line: *line, start_column: None, end_line: None, end_column: None };
            location(beside(&uri, file), region, Some(words))
        }
    });
    ResultRow {
        rule_id: finding.id,
        rule_index: findings.kinds.iter().position(|kind| kind.id == finding.id).unwrap_or_default(),
        level: level(finding.severity),
        message: Message { text: (&*finding.message).into() },
        locations: [here(&finding.at, None)],
        related_locations: related.collect(),
    }
}

fn location(uri: String, region: Region, words: Option<&str>) -> Location<'_> {
    Location {
        physical_location: PhysicalLocation { artifact_location: ArtifactLocation { uri }, region },
        message: words.map(|text| Message { text: text.into() }),
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
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
