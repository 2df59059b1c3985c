//! `ctisim verify`.

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::experiment::Failure;
use crate::verify::{self, Crew, Options, Outcome, Part, Verification};

use super::arguments::{Arguments, VerifyArguments, VerifyFormat};
use super::progress::Bar;
use super::run::{Interrupt, explain_panics};
use super::{Stop, print};

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
        Arguments::command().error(ErrorKind::InvalidValue, message).exit();
    }
    explain_panics("ctisim verify".to_owned());
    let interrupt = Interrupt::listen()?;
    let wanted = verification.replications();
    let progress = Bar::new(wanted, arguments.quiet);
    let jobs = super::run::jobs(arguments.jobs);
    let outcome = Crew::new(jobs, &progress, &interrupt.stop).and_then(|crew| verification.run(&crew, jobs));
    drop(progress);
    let outcome = outcome.map_err(|failure| match failure {
        Failure::Interrupted { done } => Stop::Interrupted { done, wanted },
        Failure::Violated { .. } => Stop::Violated(failure.to_string()),
        Failure::Threads(_) => Stop::Failed(format!("{failure}\n  help: try fewer --jobs")),
    })?;
    print(&match arguments.format {
        VerifyFormat::Table => verify::table(&outcome).into_bytes(),
        VerifyFormat::Json => verify::json(&outcome),
        VerifyFormat::Md => verify::markdown(&outcome).into_bytes(),
    })?;
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
    use crate::verify::{Check, Quantity, Verdict};

    #[test]
    fn one_failed_check_ends_the_program_with_13() {
        let check = |verdict| Check {
            part: Part::Fingerprints,
            name: "busy_hour".into(),
            expected: Quantity::Text("5 files as released".into()),
            found: Quantity::Text("others".into()),
            interval: None,
            verdict,
        };
        let outcome = |verdicts: &[Verdict]| Outcome {
            version: "1",
            seed: 1,
            quick: false,
            confidence: 0.999,
            misses_expected: 0.0,
            failed: verdicts.iter().filter(|&&verdict| verdict == Verdict::Failed).count(),
            checks: verdicts.iter().map(|&verdict| check(verdict)).collect(),
        };
        assert_eq!(judged(&outcome(&[Verdict::Passed, Verdict::Passed])), Ok(()));
        for failing in [&[Verdict::Passed, Verdict::Failed][..], &[]] {
            let stop = judged(&outcome(failing)).unwrap_err();
            assert_eq!(stop.exit_code(), 13, "{stop:?}");
        }
    }
}
