//! `ctisim explain`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::{Asked, Example, Explanation, Number};
use crate::report::{Explained, Format, Ink, Ladder, csv, draw, explanation_page, story, summary_sheet};
use crate::studies::{Unexplained, explain as explained};
use crate::trace::follow;

use super::formats::{every_and, show};
use super::help;
use super::input::{Kind, read};
use super::inputs::{self, Made};
use super::memory;
use super::output::{Claim, Former, Inputs};
use super::pages::checked;
use super::prelude::{Prelude, jobs_for};
use super::repeat::Repeat;
use super::stop::{Stop, stopped};
use super::terminal::Verbosity;
use super::values::jobs;

/// The table whose numbers are explained.
const SUMMARY: &str = "summary.csv";
/// A study has no more rows than this takes.
const BYTES_MAX: usize = 64 << 20;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["The replications are run again: nothing had to be kept for this but what the results were made of."],
        &[help::DONE, help::FAILED, help::USAGE, help::INVALID, help::VIOLATED, help::INTERRUPTED],
        &[
            ("ctisim explain results/site setup_delay.p99", "What the slowest calls wait for"),
            ("ctisim explain results/site setup_delay.max", "The slowest of all"),
            ("ctisim explain results/site refused", "Why calls are refused, and which"),
            ("ctisim explain results/site queue:sales/queue_wait --format json", "For a program"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct ExplainArguments {
    /// Directory of results that `ctisim run` wrote
    results: PathBuf,

    /// A delay or a count, as goals have them, e.g. setup_delay.p99; or the longest of a delay, e.g. setup_delay.max
    #[arg(value_parser = Asked::parse)]
    measure: Asked,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html]))]
    format: Format,

    /// Write a page that opens in any browser without a network, and prints
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Number of threads; it does not change the results [default: the number of cores]
    #[arg(long, display_order = 800, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
    jobs: Option<NonZeroUsize>,

    /// Show no progress bar and no remarks
    #[arg(long, short, display_order = 900)]
    quiet: bool,
}

/// Says what is behind a number of results that were written before.
pub(super) fn explain(arguments: &ExplainArguments) -> Result<(), Stop> {
    let ExplainArguments { results, measure: asked, .. } = arguments;
    let verbosity = if arguments.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let made = Made::read(results)?;
    let plan = made.plan(results)?;
    let refused = |why: String| Stop::Usage(format!("{asked}: {why}"));
    asked.measure.check(&plan).map_err(refused)?;
    let column = asked.column(&crate::record::Catalogue::new(&plan)).map_err(refused)?;
    let claim = match &arguments.html {
        None => None,
        Some(path) => {
            checked("--html", path)?;
            let read = [inputs::NAME, SUMMARY].map(|name| results.join(name));
            Some((path, Claim::files([("--html", &**path, Former::Replaced)], &Inputs::default().and(read))?))
        }
    };
    let replications = made.replications();
    let count = replications.end - replications.start;
    let jobs = jobs_for(arguments.jobs, count);
    memory::check_study(&[&plan], count, jobs)?;
    let command = Repeat::of("explain").name(results).word(&asked.to_string()).written();
    // Each replication is run twice: for the number, and for what is behind it.
    let prelude = Prelude::new(command.clone(), 2 * count, verbosity);
    let runner = prelude.runner(made.seed(), jobs);
    let failure = |failure| stopped(&failure, 2 * count, &command);
    let study = runner.replicate(&plan, made.window(), replications).map_err(failure)?;
    same(results, &csv(&summary_sheet(&study)))?;
    let number = Number::of(asked, column, &study).map_err(refused)?;
    let explanation = explained(&study, asked, column, number, &runner).map_err(|why| match why {
        Unexplained::Failure(why) => failure(why),
        Unexplained::Contradiction(why) => Stop::Violated(format!(
            "{why}\n  this is a bug in ctisim: please report it with the directory of results and\n  {command}"
        )),
    })?;
    let ladder = ladder(&explanation, made.seed(), prelude.stop());
    prelude.commit()?;
    let (file, settings) = made.workload();
    let trace = Repeat::of("trace").file(file).values("--set", settings);
    let trace = if made.seed() == plan.seed { trace } else { trace.values("--seed", [made.seed()]) };
    let told = Explained {
        explanation: &explanation,
        command,
        trace: trace.written(),
        digest: made.digest().to_owned(),
        ladder,
    };
    let page = explanation_page(&told);
    if let Some((path, claim)) = claim {
        claim.write(&[(path, draw(&page, Format::Html, Ink::Plain).map_err(Stop::Failed)?)])?;
        verbosity.remark(&format!("wrote {}", path.display()));
    }
    show(&page, arguments.format)
}

/// The most typical call, message by message, if there is one.
fn ladder(explanation: &Explanation<'_>, seed: u64, stop: &AtomicBool) -> Option<Ladder> {
    let Example { replication, found } = explanation.example.as_ref()?;
    let trace = follow(explanation.plan, (seed, *replication), &[found.call?], stop)?;
    Some(story(explanation.plan, *replication, &trace, None))
}

/// The table beside the results has to be the one that a run gives now: its numbers are explained, and no others.
fn same(results: &Path, summary: &[u8]) -> Result<(), Stop> {
    let path = results.join(SUMMARY);
    let failed = |why: &str| {
        Err(Stop::Failed(format!(
            "{}: {why}\n  help: run the command in its run.json again, and explain those results",
            path.display()
        )))
    };
    match read(&path, BYTES_MAX, Kind::Regular) {
        Err(why) => failed(&why),
        Ok(bytes) if bytes != summary => {
            failed("a run gives other numbers now: the file was changed, or another build of ctisim wrote it")
        }
        Ok(_) => Ok(()),
    }
}
