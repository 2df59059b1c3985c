//! What is told of goals before anything is run.

use crate::check::{self, Doubtful};
use crate::plan::Plan;
use crate::record::Goal;

use super::stop::Stop;
use super::terminal::Verbosity;

/// Warns of verdicts that are to be doubted.
pub(super) fn warn(plan: &Plan, goals: &[Goal], verbosity: Verbosity) {
    for doubt in check::doubts(plan, goals) {
        verbosity.remark(&format!("warning: {doubt}\n  help: {}", doubt.hint()));
    }
}

/// The goals of these that no number of replications decides, each as an error.
pub(super) fn undecidable(plan: &Plan, goals: &[Goal]) -> Vec<Stop> {
    let doubts = check::doubts(plan, goals);
    let such = doubts.iter().filter(|doubt| doubt.is_undecidable());
    such.map(|doubt| Stop::Usage(format!("{doubt}\n  help: {}", Doubtful::hint(doubt)))).collect()
}
