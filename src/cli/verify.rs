//! `ctisim verify`.

use std::num::NonZeroUsize;

use clap::Args;
use clap::builder::StyledStr;

use crate::experiment::Failure;
use crate::report::Format;
use crate::verify::{Options, Outcome, Part, Verification, Workers, verify_page};

use super::formats::{every_and, show};
use super::help;
use super::prelude::{Prelude, jobs};
use super::stop::Stop;
use super::terminal::Verbosity;
use super::values;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["The parts are theory, identities, sameness, fingerprints and coverage."],
        &[(0, "all checks passed"), help::FAILED, help::USAGE, (13, "a check failed"), help::INTERRUPTED],
        &[
            ("ctisim verify --quick", "A short check of everything"),
            ("ctisim verify theory M/M/1", "All closed forms, and whatever has M/M/1 in its name"),
        ],
    )
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct VerifyArguments {
    /// Only checks with one of these in their name: a part, a workload, a rule (R18) or a queue (M/M/1)
    #[arg(value_name = "NAME")]
    pub(super) filters: Vec<String>,

    /// Take half a minute instead of several: fewer replications, studies and workloads
    #[arg(long)]
    pub(super) quick: bool,

    /// Use this seed instead of the fixed one; a correct program then fails by chance once in 1,000 runs
    #[arg(long, value_name = "S", value_parser = values::seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// Number of threads; it does not change the outcome [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = values::jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[]))]
    pub(super) format: Format,

    /// Show no progress bar
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Verifies the program, and prints what was expected and what was found.
pub(super) fn run(arguments: &VerifyArguments) -> Result<(), Stop> {
    let verification =
        Verification::new(Options { quick: arguments.quick, seed: arguments.seed, filters: arguments.filters.clone() });
    if verification.is_empty() {
        let parts = Part::ALL.map(Part::name).join(", ");
        let message = format!(
            "no check has any of these in its name: {}\n  help: give a part ({parts}), a workload, a rule (R18) or a \
             queue (M/M/1)",
            arguments.filters.join(", ")
        );
        return Err(Stop::Misused(message));
    }
    let replications = verification.replications();
    let verbosity = if arguments.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let prelude = Prelude::new("ctisim verify".to_owned(), replications, verbosity);
    let jobs = jobs(arguments.jobs);
    let outcome = Workers::new(jobs, &prelude.bar, prelude.stop()).and_then(|workers| verification.run(&workers, jobs));
    drop(prelude);
    let outcome = outcome.map_err(|failure| match failure {
        Failure::Interrupted { done } => Stop::Interrupted { done, of: replications },
        Failure::Violated { .. } => Stop::Violated(failure.to_string()),
        Failure::Threads(_) => Stop::Failed(format!("{failure}\n  help: try fewer --jobs")),
    })?;
    show(&verify_page(&outcome), arguments.format)?;
    judged(&outcome)
}

/// Succeeds only if all checks passed.
fn judged(outcome: &Outcome) -> Result<(), Stop> {
    if outcome.passed() {
        return Ok(());
    }
    Err(Stop::Violated(format!(
        "{} of {} checks failed on this machine: the results of ctisim cannot be trusted here\n  please report \
         this with the rows marked FAILED, the machine and its operating system",
        outcome.failed,
        outcome.checks.len()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Check, CheckVerdict, Figure};

    #[test]
    fn one_failed_check_ends_the_program_with_13() {
        let check = |verdict| Check {
            part: Part::Fingerprints,
            name: "busy_hour".into(),
            expected: Figure::Text("5 files as released".into()),
            found: Figure::Text("others".into()),
            interval: None,
            verdict,
        };
        let outcome = |verdicts: &[CheckVerdict]| Outcome {
            version: "1",
            seed: 1,
            quick: false,
            confidence: 0.999,
            misses_expected: 0.0,
            failed: verdicts.iter().filter(|&&verdict| verdict == CheckVerdict::Failed).count(),
            checks: verdicts.iter().map(|&verdict| check(verdict)).collect(),
        };
        assert_eq!(judged(&outcome(&[CheckVerdict::Passed, CheckVerdict::Passed])), Ok(()));
        for failing in [&[CheckVerdict::Passed, CheckVerdict::Failed][..], &[]] {
            let stop = judged(&outcome(failing)).unwrap_err();
            assert_eq!(stop.exit_code(), 13, "{stop:?}");
        }
    }
}
