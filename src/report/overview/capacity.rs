//! What a search says: the answer, and the values on the way to it.

use crate::analysis::Capacity;

use super::Report;

/// The report of it.
pub(in crate::report) fn capacity_report(capacity: &Capacity, command: &str) -> Report {
    Report {
        format: Report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: "capacity".to_owned(),
        workload: capacity.workload.clone(),
        question: capacity.question.clone(),
        about: String::new(),
        command: command.to_owned(),
        digest: None,
        verdicts: Vec::new(),
        answer: Vec::new(),
        advice: Vec::new(),
        figures: Vec::new(),
        chapters: Vec::new(),
    }
}
