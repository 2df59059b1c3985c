//! What a sweep says: every measure over the values of the keys.

use crate::analysis::Sweep;

use super::Report;

/// The report of it.
pub(in crate::report) fn sweep_report(sweep: &Sweep, command: &str) -> Report {
    Report {
        format: Report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: "sweep".to_owned(),
        workload: sweep.workload.clone(),
        question: sweep.question.clone(),
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
