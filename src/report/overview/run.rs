//! What a study says: the answer, its minutes, its delays, its devices and what is busy.

use crate::analysis::{Judged, Provenance, Study};

use super::Report;

/// The report of a study.
pub(in crate::report) fn run_report(study: &Study, _judged: &[Judged], provenance: &Provenance) -> Report {
    Report {
        format: Report::FORMAT,
        version: provenance.version.to_owned(),
        kind: "run".to_owned(),
        workload: study.plan.name.clone(),
        question: study.plan.question.clone(),
        about: String::new(),
        command: provenance.command.clone(),
        digest: Some(provenance.digest.clone()),
        verdicts: Vec::new(),
        answer: Vec::new(),
        advice: Vec::new(),
        figures: Vec::new(),
        chapters: Vec::new(),
    }
}
