//! What a gate says: what changed, the worst first.

use crate::analysis::GateReport;

use super::Report;

/// The report of it.
pub(in crate::report) fn gate_report(report: &GateReport, command: &str) -> Report {
    Report {
        format: Report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: "gate".to_owned(),
        workload: report.workload.clone(),
        question: String::new(),
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
