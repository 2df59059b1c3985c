//! `ctisim verify`.

use std::num::NonZeroUsize;

use clap::Args;

use crate::experiment::Failure;
use crate::report::Format;
use crate::verify::{Options, Outcome, Part, Verification, Workers, verify_page};

use super::formats::{every_and, show};
use super::prelude::{Prelude, jobs};
use super::stop::Stop;
use super::terminal::Talk;
use super::values;

#[derive(Clone, Debug, Default, Args)]
pub(super) struct VerifyArguments {
    /// Only what has one of these in its name: a part (theory, identities, sameness, fingerprints, coverage), a workload,
    /// a rule (R18) or a queue (M/M/1)
    #[arg(value_name = "NAME")]
    pub(super) filters: Vec<String>,

    /// Half a minute instead of some: fewer replications, studies and workloads
    #[arg(long)]
    pub(super) quick: bool,

    /// Another seed than the frozen one; verdicts then allow for chance: a true program fails once in 1,000 runs
    #[arg(long, value_name = "S", value_parser = values::seed, allow_hyphen_values = true)]
    pub(super) seed: Option<u64>,

    /// How many threads; the outcome does not depend on it [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = values::jobs, allow_hyphen_values = true)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[]))]
    pub(super) format: Format,

    /// No progress bar
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Checks the program itself, and prints what was expected and found.
pub(super) fn run(arguments: &VerifyArguments) -> Result<(), Stop> {
    let verification =
        Verification::new(Options { quick: arguments.quick, seed: arguments.seed, filters: arguments.filters.clone() });
    if verification.is_empty() {
        let parts = Part::ALL.map(Part::name).join(", ");
        let message = format!(
            "no check has one of these in its name: {}\n  help: the parts are {parts}; or name a workload, a rule (R18) \
             or a queue (M/M/1)",
            arguments.filters.join(", ")
        );
        return Err(Stop::Misused(message));
    }
    let wanted = verification.replications();
    let talk = if arguments.quiet { Talk::Quiet } else { Talk::Remarks };
    let prelude = Prelude::new("ctisim verify".to_owned(), wanted, talk)?;
    let jobs = jobs(arguments.jobs);
    let outcome = Workers::new(jobs, &prelude.bar, prelude.stop()).and_then(|workers| verification.run(&workers, jobs));
    drop(prelude);
    let outcome = outcome.map_err(|failure| match failure {
        Failure::Interrupted { done } => Stop::Interrupted { done, wanted },
        Failure::Violated { .. } => Stop::Violated(failure.to_string()),
        Failure::Threads(_) => Stop::Failed(format!("{failure}\n  help: try fewer --jobs")),
    })?;
    show(&verify_page(&outcome), arguments.format)?;
    judged(&outcome)
}

/// Nothing but an outcome in which all passed is a pass.
fn judged(outcome: &Outcome) -> Result<(), Stop> {
    if outcome.passed() {
        return Ok(());
    }
    Err(Stop::Violated(format!(
        "{} of {} checks failed on this machine: the numbers of ctisim cannot be trusted here\n  please report it with \
         the rows that say FAILED, the machine and its operating system",
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
