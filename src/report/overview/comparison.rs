//! What a comparison says: every difference with its interval, the largest first.

use crate::analysis::Compared;
use crate::report::comparison::Pair;

use super::Report;

/// The report of it.
pub(in crate::report) fn comparison_report(pair: &Pair, _compared: &[Compared], command: &str) -> Report {
    Report {
        format: Report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: "compare".to_owned(),
        workload: pair.name.clone(),
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
