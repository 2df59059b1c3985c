//! What is reported about goals before anything is run.

use crate::check::{self, Doubtful};
use crate::plan::Plan;
use crate::record::{Goal, Measure, cannot_occur};

use super::stop::Stop;
use super::terminal::Verbosity;

/// Warns of verdicts that are to be doubted.
pub(super) fn warn(plan: &Plan, goals: &[Goal], verbosity: Verbosity) {
    for doubt in check::doubts(plan, goals) {
        verbosity.remark(&format!("warning: {doubt}\n  help: {}", doubt.hint()));
    }
}

/// Warns of measures that were asked for and cannot occur in any of these plans.
pub(super) fn warn_of_nothing(measures: &[Measure], plans: &[&Plan], verbosity: Verbosity) {
    for measure in measures {
        let lacking: Option<Vec<&str>> = plans.iter().map(|plan| measure.lacks(plan)).collect();
        if let Some(needs) = lacking.as_deref().and_then(<[&str]>::first) {
            verbosity.remark(&format!("warning: --metric {measure}: {}", cannot_occur(measure.metric(), needs)));
        }
    }
}

/// The goals of these that no number of replications decides, each as an error.
pub(super) fn undecidable(plan: &Plan, goals: &[Goal]) -> Vec<Stop> {
    let doubts = check::doubts(plan, goals);
    let such = doubts.iter().filter(|doubt| doubt.is_undecidable());
    such.map(|doubt| Stop::Usage(format!("{doubt}\n  help: {}", Doubtful::hint(doubt)))).collect()
}
