//! `ctisim run`.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::analysis::{Judged, Provenance, Study, Verdict, judge};
use crate::experiment::Failure;
use crate::record::ReplicationSummary;
use crate::report;
use crate::stats::Confidence;

use super::arguments::{Format, RunArguments};
use super::model::{self, Loaded};
use super::output::{File, OutputDirectory};
use super::progress::Bar;
use super::study::{Precision, Runner};
use super::workbook::Workbook;
use super::{Stop, memory, print, say, workbook};

/// The most replications that a precision may take if nobody says how many.
const MOST_REPLICATIONS: u64 = 100_000;

/// The files a run writes.
const FILES: [&str; 7] =
    ["summary.csv", "goals.csv", "replications.csv", "devices.csv", "timeline.csv", "histograms.hlog", "run.json"];

/// Runs replications of a workload, writes the result files and prints the summary.
pub(super) fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let help = "give the path of a workload file; `ctisim run` without one runs the built-in busy hour";
    let Loaded { mut plan, mut goals, digest, text, .. } =
        model::load(arguments.workload.as_deref(), &arguments.study.settings, help)?;
    for precision in &arguments.precisions {
        let measure = &precision.measure;
        measure.check(&plan).map_err(|why| Stop::Usage(format!("--precision {measure}: {why}")))?;
    }
    for goal in &arguments.goals {
        goal.measure.check(&plan).map_err(|why| Stop::Usage(format!("--goal {goal}: {why}")))?;
    }
    goals.extend(arguments.goals.iter().cloned());
    let seed = arguments.study.seed.unwrap_or(plan.seed);
    let most = if arguments.precisions.is_empty() { u64::from(plan.replications) } else { MOST_REPLICATIONS };
    let replications = arguments.study.replications.clone().unwrap_or(0..most);
    let wanted = replications.end - replications.start;
    // More threads than replications would have nothing to do.
    let jobs = jobs(arguments.study.jobs).min(usize::try_from(wanted).unwrap_or(usize::MAX));
    let asked = command(arguments, &replications, seed);

    if !arguments.study.quiet {
        for application in plan.applications.iter().filter(|application| !application.may_use_cti) {
            say(&format!("note: `{}` opens nothing, because its user may not use CTI (R2)", application.name));
        }
    }
    let output = (!arguments.no_files).then(|| {
        let default = || Path::new("results").join(&plan.name);
        OutputDirectory::new(arguments.out.clone().unwrap_or_else(default))
    });
    workbook::check(arguments.format, arguments.no_files)?;
    let workbook_name = workbook::name(&plan.name);
    let with_workbook = (arguments.format == Format::Xlsx).then_some(&*workbook_name);
    if let Some(output) = &output {
        output.check(&FILES.into_iter().chain(with_workbook).collect::<Vec<_>>())?;
    }
    let summaries = wanted.saturating_mul(ReplicationSummary::bytes(&plan));
    memory::check(plan.memory_needed(jobs), summaries, jobs)?;

    explain_panics(asked.clone());
    let interrupt = Interrupt::listen()?;
    let progress = Bar::new(wanted, arguments.study.quiet);
    let precisions = &arguments.precisions;
    let runner = Runner { seed, jobs, audit: arguments.audit, stop: &interrupt.stop };
    let outcome = runner
        .find_warm_up(&mut plan, arguments.study.quiet)
        .and_then(|()| runner.replicate(&plan, replications.clone(), precisions, &progress));
    drop(progress);
    let (outcome, reached) = outcome.map_err(|failure| stopped(&failure, wanted, &format!("{asked} --audit")))?;

    // From here on there is little left to do and much to lose: nobody is left with half of the files.
    interrupt.commit();
    let study = Study::new(&plan, seed, outcome);
    let done = replications.start..replications.start + study.outcome.summaries.len() as u64;
    let judged: Vec<Judged> = goals.iter().map(|goal| judge(goal, &study, Confidence::USUAL)).collect();
    // However many it took: so many give the same bytes again.
    let provenance = Provenance::new(&study, digest, command(arguments, &done, seed));
    let workbook = (arguments.format == Format::Xlsx).then(|| Workbook::of_study(&study, &judged, &provenance));
    let mut names = FILES.join(", ");
    if let Some(output) = &output {
        let mut files = files(&study, &judged, &provenance);
        if let Some(file) = workbook.as_ref().and_then(Workbook::file) {
            names = format!("{names}, {}", file.0);
            files.push(file);
        }
        output.write(&files)?;
    }
    let most = done.end - done.start;
    // After the files: results that took an hour are not lost because nobody could take the summary.
    match workbook.as_ref().filter(|_| arguments.no_files) {
        Some(workbook) => workbook.print()?,
        None => print(&summary(&study, &judged, arguments.format))?,
    }
    if let Some(output) = output.filter(|_| !arguments.study.quiet) {
        say(&format!("wrote {names} to {}", output.path().display()));
    }
    workbook.map_or(Ok(()), Workbook::finish)?;
    // The built-in workload is what it is.
    let warnings =
        arguments.workload.as_deref().filter(|_| !arguments.study.quiet).map(|path| model::warnings(path, &text));
    if let Some(warnings) = warnings.filter(|&warnings| warnings > 0) {
        let plural = if warnings == 1 { "" } else { "s" };
        say(&format!("note: {warnings} warning{plural} about this workload: `ctisim check` tells"));
    }
    let now = |precision: &Precision| match precision.reached(&study) {
        Some(percent) => format!("{} is known to {percent:.2} %", precision.measure),
        None => format!("{} has no interval yet", precision.measure),
    };
    if !reached {
        let missed: Vec<String> = precisions.iter().map(now).collect();
        return Err(Stop::Inconclusive(format!(
            "after {most} replications {}\n  help: allow more --replications, or less precision",
            missed.join(", ")
        )));
    }
    if !precisions.is_empty() && !arguments.study.quiet {
        let found: Vec<String> = precisions.iter().map(now).collect();
        say(&format!("after {most} replications {}", found.join(", ")));
    }
    outcome_of(&judged)
}

/// What the goals make of the exit code.
fn outcome_of(judged: &[Judged]) -> Result<(), Stop> {
    let told = |verdict: Verdict| {
        let such = judged.iter().filter(|it| it.verdict == verdict).map(|it| it.goal.to_string());
        such.collect::<Vec<_>>().join(", ")
    };
    match Verdict::of_all(judged.iter().map(|it| it.verdict)) {
        Verdict::Met => Ok(()),
        Verdict::Missed => Err(Stop::Missed(format!("not met: {}", told(Verdict::Missed)))),
        Verdict::Undecided => Err(Stop::Inconclusive(format!(
            "{}\n  help: {}",
            told(Verdict::Undecided),
            match judged.iter().filter(|it| it.verdict == Verdict::Undecided).all(Judged::is_hopeless) {
                true =>
                    "no number of replications decides that: nothing of the kind came up, or the bound is nothing at all",
                false => "more --replications narrow the intervals",
            }
        ))),
    }
}

/// Why replications ended before their time; `command` shows a broken identity again.
pub(super) fn stopped(failure: &Failure, wanted: u64, command: &str) -> Stop {
    match failure {
        Failure::Interrupted { done } => Stop::Interrupted { done: *done, wanted },
        Failure::Violated { .. } => Stop::Violated(format!(
            "{failure}\n  this is a bug in ctisim: please report it with the workload file and\n  {command}"
        )),
        Failure::Threads(_) => Stop::Failed(format!("{failure}\n  help: try fewer --jobs")),
    }
}

/// As many threads as were asked for, or as there are cores.
pub(super) fn jobs(asked: Option<NonZeroUsize>) -> usize {
    let jobs = asked.or_else(|| std::thread::available_parallelism().ok());
    jobs.map_or(1, usize::from)
}

/// The command that gives these results again: without what makes no difference to them, and without the way to the
/// workload file, so that the same study leaves the same bytes wherever it is run.
fn command(arguments: &RunArguments, replications: &Range<u64>, seed: u64) -> String {
    let mut words = vec!["ctisim".to_owned(), "run".to_owned()];
    if let Some(name) = arguments.workload.as_deref().and_then(Path::file_name) {
        words.push(quoted(&name.to_string_lossy()));
    }
    words.push("--replications".into());
    words.push(match replications {
        Range { start: 0, end } => end.to_string(),
        Range { start, end } => format!("{start}..{end}"),
    });
    words.push("--seed".into());
    words.push(seed.to_string());
    for setting in &arguments.study.settings {
        words.push("--set".into());
        words.push(quoted(setting));
    }
    for goal in &arguments.goals {
        words.push("--goal".into());
        words.push(quoted(&goal.to_string()));
    }
    words.join(" ")
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,%+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A panic is a bug of ours: it tells how to see it again, and ends the program with 1 whichever thread it is on.
pub(super) fn explain_panics(command: String) {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        say(&format!(
            "error: this is a bug in ctisim {}; please report it with the workload file and this command:\n  {command}",
            env!("CARGO_PKG_VERSION")
        ));
        std::process::exit(1);
    }));
}

/// What Ctrl-C does, and the signals that ask a program to end.
pub(super) struct Interrupt {
    /// Raised by the first one.
    pub(super) stop: Arc<AtomicBool>,
    /// Whether the results are complete: then they are written whatever comes.
    committed: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on the first Ctrl-C raises the flag, and the second one ends the program.
    pub(super) fn listen() -> Result<Interrupt, Stop> {
        let interrupt = Interrupt { stop: Arc::default(), committed: Arc::default() };
        let (stop, committed) = (Arc::clone(&interrupt.stop), Arc::clone(&interrupt.committed));
        ctrlc::set_handler(move || {
            if committed.load(Ordering::Relaxed) {
                return;
            }
            if stop.swap(true, Ordering::Relaxed) {
                say("interrupted at once: what was under way is lost");
                std::process::exit(i32::from(Stop::Interrupted { done: 0, wanted: 0 }.exit_code()));
            }
            say("finishing the replications under way; Ctrl-C again stops at once");
        })
        .map_err(|error| Stop::Failed(format!("cannot listen for Ctrl-C: {error}")))?;
        Ok(interrupt)
    }

    /// The results are complete: from now on they are written whatever comes.
    pub(super) fn commit(&self) {
        self.committed.store(true, Ordering::Relaxed);
    }
}

/// The result files, in the order of [`FILES`].
fn files(study: &Study, judged: &[Judged], provenance: &Provenance) -> Vec<File<String>> {
    let contents = [
        report::summary_sheet(study).csv(),
        report::goals_sheet(study, judged).csv(),
        report::replications_sheet(study).csv(),
        report::devices_sheet(study).csv(),
        report::timeline_sheet(study).csv(),
        report::histograms_hlog(study),
        report::run_json(provenance),
    ];
    FILES.map(String::from).into_iter().zip(contents).collect()
}

fn summary(study: &Study, judged: &[Judged], format: Format) -> Vec<u8> {
    match format {
        Format::Table | Format::Xlsx => (report::table(study) + &report::goals_table(judged)).into_bytes(),
        Format::Csv => report::summary_sheet(study).csv(),
        Format::Json => report::summary_json(study),
        Format::Md => report::summary_markdown(study).into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::StudyArguments;
    use std::path::PathBuf;

    #[test]
    fn the_command_says_what_matters_and_no_more() {
        let arguments = RunArguments {
            workload: Some(PathBuf::from("some/where/Monday morning.toml")),
            study: StudyArguments {
                jobs: NonZeroUsize::new(7),
                settings: vec!["run.length=10m".into(), "question=what's up".into()],
                ..StudyArguments::default()
            },
            out: Some(PathBuf::from("elsewhere")),
            ..RunArguments::default()
        };
        assert_eq!(
            command(&arguments, &(5..9), 255),
            r"ctisim run 'Monday morning.toml' --replications 5..9 --seed 255 --set run.length=10m --set 'question=what'\''s up'"
        );
        assert_eq!(command(&RunArguments::default(), &(0..9), 1), "ctisim run --replications 9 --seed 1");
    }
}
