//! `ctisim run`.

use std::ops::Range;
use std::path::PathBuf;

use clap::builder::{StyledStr, UnknownArgumentValueParser};
use clap::{Arg, Args};

use crate::analysis::{Judged, Provenance, Study, Verdict};
use crate::dependencies::Dependencies;
use crate::experiment::Audit;
use crate::record::{Goal, Measure, cannot_occur};
use crate::records::Records;
use crate::report::{self, Format, Page};
use crate::stats::{Confidence, Seen};
use crate::studies::{self, Known, Precision, Run, Runner};

use super::doubts;
use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::help;
use super::inputs::{self, Made};
use super::memory;
use super::model::{Loaded, Origin};
use super::output::{File, results};
use super::pages::{Output, PageArguments};
use super::prelude::{Prelude, jobs_for};
use super::records::Recording;
use super::repeat::Repeat;
use super::stop::{Stop, stopped};
use super::terminal::{Verbosity, message};
use super::values::precision;
use super::workbook::{self, Workbook};

/// The most replications that a precision may take by default.
const MOST_REPLICATIONS: u64 = 100_000;

/// The files that a run writes.
const FILES: [&str; 8] = [
    "summary.csv",
    "goals.csv",
    "replications.csv",
    "devices.csv",
    "timeline.csv",
    "histograms.hlog",
    "run.json",
    inputs::NAME,
];

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[],
        &[
            (0, "done, and every goal is met"),
            help::FAILED,
            help::USAGE,
            help::INVALID,
            help::MISSED,
            help::UNDECIDED,
            help::VIOLATED,
            help::INTERRUPTED,
        ],
        &[
            ("ctisim run", "The built-in busy hour, during which an application fails"),
            ("ctisim run site.toml --goal 'setup_delay.p99<=500ms'", "A workload, and whether it meets a goal"),
            ("ctisim run site.toml --precision setup_delay.p99=2%", "As many replications as an interval of 2 % takes"),
            ("ctisim run site.toml --set traffic.main.talk=5m --no-files", "With one value changed, and no files"),
            ("ctisim run site.toml --records records", "With a row of each call, and CUCM call detail records"),
        ],
    )
}

/// Reports `--metric`, which other commands have, with the reason why this one has not.
pub(super) fn no_metric() -> Arg {
    let parser = UnknownArgumentValueParser::suggest(
        "`run` prints every measure; `--metric` belongs to `sweep`, `compare` and `gate`",
    );
    Arg::new("metric").long("metric").hide(true).value_parser(parser)
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct RunArguments {
    /// Workload file, or - for standard input [default: the built-in busy hour]
    pub(super) workload: Option<PathBuf>,

    #[command(flatten)]
    pub(super) study: StudyArguments,

    /// Run until the half-width of a measure's interval is this share of its value, e.g. setup_delay.p99=2%; may be repeated.
    /// --replications then is the most to run [default: 100,000]
    #[arg(long = "precision", value_name = "MEASURE=PERCENT", value_parser = precision)]
    pub(super) precisions: Vec<Precision>,

    /// A goal beside the workload's own, e.g. "setup_delay.p99<=500ms"; may be repeated
    #[arg(long = "goal", value_name = "MEASURE<=BOUND", value_parser = Goal::parse)]
    pub(super) goals: Vec<Goal>,

    /// Directory for the result files [default: results/<workload>]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html, Format::Xlsx]))]
    pub(super) format: Format,

    #[command(flatten)]
    pub(super) page: PageArguments,

    /// Also write a row of each call and CUCM call detail records, all in this directory; it is made, or replaced if it has
    /// records of an earlier run
    #[arg(long, value_name = "DIR")]
    pub(super) records: Option<PathBuf>,

    /// Also check every identity of the model on every call (slower)
    #[arg(long)]
    pub(super) audit: bool,

    /// Print only; write no files
    #[arg(long, conflicts_with = "out")]
    pub(super) no_files: bool,
}

/// Runs replications of a workload, writes the result files and prints the summary.
pub(super) fn run(arguments: &RunArguments) -> Result<(), Stop> {
    let help = "give the path of a workload file; `ctisim run` without one runs the built-in busy hour";
    let origin = Origin::read(arguments.workload.as_deref(), &arguments.study.allowed, help)?;
    let Loaded { workload, mut plan, mut goals, digest, text } = origin.load(&arguments.study.settings)?;
    for precision in &arguments.precisions {
        let measure = &precision.measure;
        measure.asked_of(&mut plan).map_err(|why| Stop::Usage(format!("--precision {measure}: {why}")))?;
        if let Some(needs) = measure.lacks(&plan) {
            let why = cannot_occur(measure.metric(), needs);
            return Err(Stop::Usage(format!("--precision {measure}: {why}, so it is never known")));
        }
    }
    for goal in &arguments.goals {
        goal.measure.asked_of(&mut plan).map_err(|why| Stop::Usage(format!("--goal {goal}: {why}")))?;
    }
    goals.extend(arguments.goals.iter().cloned());
    doubts::warn(&plan, &goals, arguments.study.verbosity());
    let seed = arguments.study.seed.unwrap_or(plan.seed);
    let most = if arguments.precisions.is_empty() { u64::from(plan.replications) } else { MOST_REPLICATIONS };
    let replications = arguments.study.replications.clone().unwrap_or(0..most);
    let count = replications.end - replications.start;
    let jobs = jobs_for(arguments.study.jobs, count);
    let verbosity = arguments.study.verbosity();

    for application in plan.applications.iter().filter(|application| !application.may_use_cti) {
        verbosity.remark(&format!("note: `{}` opens nothing, because its user may not use CTI (R2)", application.name));
    }
    workbook::check(arguments.format)?;
    if arguments.no_files {
        workbook::check_output(arguments.format)?;
    }
    let workbook_name = workbook::name(&plan.name);
    let with_workbook = (arguments.format == Format::Xlsx).then_some(&*workbook_name);
    let names: Vec<&str> = FILES.into_iter().chain(with_workbook).collect();
    let directory = (!arguments.no_files).then(|| results(arguments.out.as_deref(), &plan.name));
    let output = Output::claim(&arguments.page, directory, &names, &origin.inputs())?;
    let aside = arguments.records.as_deref().map(|path| Recording::claim(path, &output.places()));
    let aside = aside.transpose()?;
    memory::check_run(&plan, count, jobs, aside.is_some())?;

    let repeat = command(arguments, &replications, seed).values("--precision", arguments.precisions.iter().map(typed));
    let repeat = repeat.written();
    let prelude = Prelude::new(repeat.clone(), count, verbosity);
    let precisions = &arguments.precisions;
    let audit = if arguments.audit { Audit::On } else { Audit::Off };
    let recording = aside.map(|aside| Recording::new(aside, &plan, seed, prelude.stop()));
    let records = recording.as_ref().map(|recording| recording as &dyn Records);
    let runner = Runner { audit, records, ..prelude.runner(seed, jobs) };
    let found = studies::run(&plan, &goals, precisions, replications.clone(), &runner);
    if let Some(stop) = recording.as_ref().and_then(Recording::failure) {
        return Err(stop);
    }
    let found = found.map_err(|failure| stopped(&failure, count, &format!("{repeat} --audit")))?;
    let Run { study, judged, .. } = &found;
    prelude.commit()?;

    let done = replications.start..replications.start + study.outcome.summaries.len() as u64;
    let asked = arguments.goals.iter().map(|goal| &goal.measure);
    let asked = asked.chain(arguments.precisions.iter().map(|precision| &precision.measure));
    let made = Made::of(study, &origin, (&text, &digest), &arguments.study.settings, asked);
    // The number it took, which reproduces the same bytes.
    let provenance = Provenance::new(study, digest, command(arguments, &done, seed).written());
    let dependencies = Dependencies::new(&workload, &plan, &text);
    let page = report::run_page(study, judged, &provenance, Some(&dependencies));
    let workbook = (arguments.format == Format::Xlsx).then(|| Workbook::of(&page));
    let files = || {
        files(&page, study, &provenance, &made).into_iter().chain(workbook.as_ref().and_then(Workbook::file)).collect()
    };
    let wrote = output.write(&page, files)?;
    let recorded = recording.zip(arguments.records.as_deref());
    let recorded = recorded.map(|(recording, path)| recording.install(&provenance, path)).transpose()?;
    // After the files: results that took an hour must not be lost because the summary could not be printed.
    match workbook.as_ref().filter(|_| arguments.no_files) {
        Some(workbook) => workbook.print()?,
        None if workbook.is_some() => show(&page, Format::Table)?,
        None => show(&page, arguments.format)?,
    }
    wrote.into_iter().chain(recorded).for_each(|wrote| verbosity.remark(&wrote));
    workbook.map_or(Ok(()), Workbook::finish)?;
    // Nobody can mend the built-in workload.
    if arguments.workload.is_some() && verbosity == Verbosity::Normal {
        warned(origin.warnings(&text));
    }
    precise(&found, precisions, verbosity)?;
    outcome_of(judged)
}

/// Mentions the warnings about the workload, if there are any.
fn warned(warnings: usize) {
    if warnings > 0 {
        let (plural, them) = if warnings == 1 { ("", "it") } else { ("s", "them") };
        message(&format!("note: {warnings} warning{plural} about this workload; `ctisim check` shows {them}"));
    }
}

/// Reports the precision of the study if one was asked for, and stops if it was not reached.
fn precise(found: &Run<'_>, precisions: &[Precision], verbosity: Verbosity) -> Result<(), Stop> {
    if precisions.is_empty() {
        return Ok(());
    }
    let known: Vec<(&Measure, Known)> = precisions.iter().map(|it| (&it.measure, it.known(&found.study))).collect();
    let now = known.iter().map(|(measure, known)| words(measure, *known)).collect::<Vec<_>>().join(", ");
    let reached = format!("after {} replications {now}", found.study.outcome.summaries.len());
    if !found.is_precise {
        let rare = known.iter().any(|(_, known)| matches!(known, Known::Rare(_)));
        let help = if rare {
            "allow more --replications; what is rarely seen takes many"
        } else {
            "allow more --replications, or a wider interval"
        };
        return Err(Stop::Inconclusive(format!("{reached}\n  help: {help}")));
    }
    verbosity.remark(&reached);
    Ok(())
}

/// How well a measure is known.
fn words(measure: &Measure, known: Known) -> String {
    match known {
        Known::Within(percent) => format!("the half-width of {measure} is {percent:.2} %"),
        Known::NoInterval => format!("{measure} has no interval yet"),
        Known::Rare(seen) => {
            let most = seen.most(Confidence::P95) * 100.0;
            let share = match most {
                most if most < 0.1 => format!("{most:.4} %"),
                most => format!("{most:.2} %"),
            };
            match seen.times {
                0 => format!(
                    "{measure} is not known: none was seen, so that fewer than {share} of all replications have any"
                ),
                times => format!(
                    "{measure} is not known: it was seen in {times} of the replications, fewer than {}; up to {share} of all have it",
                    Seen::ENOUGH
                ),
            }
        }
    }
}

/// The exit code that follows from the verdicts.
fn outcome_of(judged: &[Judged]) -> Result<(), Stop> {
    let goals = |verdict: Verdict| {
        let such = judged.iter().filter(|it| it.verdict == verdict).map(|it| it.goal.to_string());
        such.collect::<Vec<_>>().join(", ")
    };
    match Verdict::of_all(judged.iter().map(|it| it.verdict)) {
        Verdict::Met => Ok(()),
        Verdict::Missed => Err(Stop::Missed(format!("not met: {}", goals(Verdict::Missed)))),
        Verdict::Undecided => Err(Stop::Inconclusive(format!(
            "{}\n  help: {}",
            goals(Verdict::Undecided),
            match judged.iter().filter(|it| it.verdict == Verdict::Undecided).all(Judged::is_undecidable) {
                true =>
                    "no number of replications decides this: there are no such values, or what was never seen may still occur",
                false => "more --replications narrow the intervals",
            }
        ))),
    }
}

/// The command that reproduces the results of these replications. How many a precision takes is known only afterwards, so
/// that the command in a bug report has the precision, too.
fn command(arguments: &RunArguments, replications: &Range<u64>, seed: u64) -> Repeat {
    Repeat::of("run")
        .file(arguments.workload.as_deref())
        .replications(replications, seed)
        .settings(&arguments.study)
        .values("--goal", &arguments.goals)
}

/// A precision as it is typed.
fn typed(precision: &Precision) -> String {
    format!("{}={}%", precision.measure, precision.percent)
}

/// The result files, in the order of [`FILES`].
fn files(page: &Page<'_>, study: &Study, provenance: &Provenance, made: &Made) -> Vec<File<String>> {
    let sheets = page.sheets.iter().map(|sheet| (format!("{}.csv", sheet.name), sheet));
    let listed = sheets.filter(|(name, _)| FILES.contains(&&**name));
    let others = [
        ("histograms.hlog", report::histograms_hlog(study)),
        ("run.json", report::run_json(provenance)),
        (inputs::NAME, made.json()),
    ];
    let others = others.map(|(name, content)| (name.to_owned(), content));
    listed.map(|(name, sheet)| (name, report::csv(sheet))).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    #[test]
    fn the_command_has_exactly_what_determines_the_results() {
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
            command(&arguments, &(5..9), 255).written(),
            r"ctisim run 'Monday morning.toml' --replications 5..9 --seed 255 --set run.length=10m --set 'question=what'\''s up'"
        );
        assert_eq!(command(&RunArguments::default(), &(0..9), 1).written(), "ctisim run --replications 9 --seed 1");
    }

    #[test]
    fn a_precision_is_typed_as_it_was_read() {
        for text in ["setup_delay.p99=2.5%", "refused.share=10%"] {
            assert_eq!(typed(&precision(text).unwrap()), text);
        }
    }
}
