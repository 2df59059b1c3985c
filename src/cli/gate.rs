//! `ctisim gate`.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::{Baseline, Gate, GateReport, Gated, Reason, Speed, SpeedResult, Unsound, Workloads};
use crate::plan::Plan;
use crate::record::Measure;
use crate::report::{self, Format, Ink, draw};
use crate::studies;

use super::doubts;
use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::help;
use super::input::{FILE_BYTES_MAX, Kind, read};
use super::instructions;
use super::memory;
use super::model::{Loaded, Origin};
use super::output::{Claim, Former, Inputs};
use super::pages::{Output, PageArguments};
use super::prelude::{Prelude, jobs_for};
use super::repeat::Repeat;
use super::stop::Stop;
use super::terminal::message;
use super::values::Share;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["Record a baseline once, have it reviewed, and compare every change with it."],
        &[
            (0, "pass or improvement; only this is a pass"),
            help::FAILED,
            help::USAGE,
            help::INVALID,
            (10, "regression"),
            (11, "inconclusive"),
            (12, "the baseline is missing or not comparable"),
            help::VIOLATED,
            help::INTERRUPTED,
        ],
        &[
            ("ctisim gate site.toml --baseline baselines/site.json --record", "Record the baseline"),
            (
                "ctisim gate site.toml --baseline baselines/site.json --junit gate.xml",
                "Judge the workload as it is now",
            ),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct GateArguments {
    /// Workload file
    pub(super) workload: PathBuf,

    /// The baseline to compare with, or to record
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: PathBuf,

    /// Record the baseline; an older one is replaced
    #[arg(long)]
    pub(super) record: bool,

    /// Measure to judge, e.g. setup_delay.p99; may be repeated [default: those of the baseline; with --record, all calls,
    /// delays, losses and stations]
    #[arg(long = "metric", value_name = "MEASURE", value_parser = Measure::parse)]
    pub(super) measures: Vec<Measure>,

    /// With --record: a change for the worse of up to this share of the mean does not matter. It is stored for each
    /// measure in the baseline, where you can edit it [default: 1%, or one call in 10,000 if that is more]
    #[arg(long, value_name = "PERCENT", requires = "record", value_parser = Share::parse)]
    pub(super) margin: Option<Share>,

    /// With --record: also count the instructions per event, with valgrind
    #[arg(long, requires = "record")]
    pub(super) speed: bool,

    /// Do not judge speed, even if the baseline has it
    #[arg(long, conflicts_with = "record")]
    pub(super) no_speed: bool,

    /// Accept a workload that is not the recorded one
    #[arg(long, conflicts_with = "record")]
    pub(super) changed: bool,

    #[command(flatten)]
    pub(super) study: StudyArguments,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html, Format::Junit]))]
    pub(super) format: Format,

    /// Write gate.csv, gate.json and report.json to this directory
    #[arg(long, value_name = "DIR", conflicts_with = "record")]
    pub(super) out: Option<PathBuf>,

    #[command(flatten)]
    pub(super) page: PageArguments,

    /// Write JUnit XML to this file
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub(super) junit: Option<PathBuf>,

    /// Write Markdown for a pull request to this file
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub(super) markdown: Option<PathBuf>,

    /// Write JSON to this file
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    pub(super) json: Option<PathBuf>,
}

/// The files that are written with --out.
const FILES: [&str; 2] = ["gate.csv", "gate.json"];

/// More instructions by up to so many percent do not matter.
const SPEED_MARGIN: f64 = 2.0;

/// Records a baseline, or compares a workload with one.
pub(super) fn gate(arguments: &GateArguments) -> Result<(), Stop> {
    let paths =
        [Some(&arguments.baseline), arguments.junit.as_ref(), arguments.markdown.as_ref(), arguments.json.as_ref()];
    if paths.into_iter().flatten().any(|path| path == Path::new("-")) {
        return Err(Stop::Usage("baselines and reports are written to files: `-` is not one".to_owned()));
    }
    let help = "give the path of a workload file";
    let study = &arguments.study;
    let origin = Origin::read(Some(&arguments.workload), &study.allowed, help)?;
    let mut loaded = origin.load(&study.settings)?;
    if arguments.record {
        // A baseline is kept: what it is compared with will have a name.
        if origin.is_standard_input() {
            loaded.plan.name = name_of(&arguments.baseline);
        }
        return record(arguments, loaded, &origin.inputs());
    }
    let files = [
        ("--junit", &arguments.junit, Format::Junit),
        ("--markdown", &arguments.markdown, Format::Md),
        ("--json", &arguments.json, Format::Json),
    ];
    let inputs = origin.inputs().and([arguments.baseline.clone()]);
    let output = Output::claim(&arguments.page, arguments.out.clone(), &FILES, &inputs)?;
    let mut asked = files.iter().filter_map(|(flag, path, _)| Some((*flag, path.as_deref()?)));
    let output = asked.try_fold(output, |output, (flag, path)| output.also(flag, path, &inputs))?;
    let report = judge(arguments, loaded)?;
    let command = judging(arguments, Repeat::name);
    let page = report::gate_page(&report, &command);
    let drawn = |format: Format| draw(&page, format, Ink::Plain).map_err(Stop::Failed);
    let own = files.iter().filter_map(|(_, path, format)| Some((path.as_ref()?.clone(), *format)));
    let own = own.map(|(path, format)| Ok((path, drawn(format)?))).collect::<Result<Vec<_>, Stop>>()?;
    let [csv, json] = FILES.map(str::to_owned);
    let wrote = output.write_with(&page, vec![(csv, drawn(Format::Csv)?), (json, drawn(Format::Json)?)], own)?;
    show(&page, arguments.format)?;
    wrote.into_iter().for_each(|wrote| study.verbosity().remark(&wrote));
    match report.verdict {
        Gate::Pass | Gate::Improvement => Ok(()),
        Gate::Regression => Err(Stop::Missed("there is a regression".to_owned())),
        Gate::Inconclusive => Err(Stop::Inconclusive("the intervals allow for both a regression and none".to_owned())),
        Gate::NotComparable => Err(Stop::NotComparable(match report.reasons.is_empty() {
            true => {
                "speed could not be judged\n  help: install valgrind, or leave speed out with --no-speed".to_owned()
            }
            false => format!(
                "{}: {}\n  help: leave out flags that were not given when it was recorded, compare a changed workload with \
                 --changed, or record a new baseline with --record and have it reviewed",
                arguments.baseline.display(),
                report::reasons(&report)
            ),
        })),
    }
}

/// The name of a workload that has none: that of its baseline.
fn name_of(baseline: &Path) -> String {
    baseline.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn record(arguments: &GateArguments, loaded: Loaded, inputs: &Inputs) -> Result<(), Stop> {
    let Loaded { mut plan, digest, .. } = loaded;
    check_measures(&arguments.measures, &mut plan)?;
    let seed = arguments.study.seed.unwrap_or(plan.seed);
    let range = arguments.study.replications.clone().unwrap_or(0..u64::from(plan.replications));
    if range.end - range.start < 2 {
        return Err(Stop::Usage("a baseline needs at least two replications".to_owned()));
    }
    let verbosity = arguments.study.verbosity();
    if range.end - range.start < 30 {
        verbosity.remark("warning: with fewer than 30 replications few regressions can be detected");
    }
    doubts::warn_of_nothing(&arguments.measures, &[&plan], verbosity);
    let output = Claim::files([("--baseline", &*arguments.baseline, Former::Replaced)], inputs)?;
    if arguments.speed && cfg!(debug_assertions) {
        message("note: this is a debug build; its speed can be compared with debug builds only");
    }
    let speed = match arguments.speed {
        false => None,
        true => Some(Speed {
            instructions_per_event: instructions::per_event(&arguments.workload, &arguments.study, seed)
                .map_err(|why| Stop::Failed(format!("cannot record speed: {why}")))?,
            margin_percent: SPEED_MARGIN,
            build: instructions::build(),
        }),
    };
    let command = recording(arguments, &range, seed);
    let prelude = prelude(arguments, command.clone(), &plan, &range)?;
    let jobs = jobs_for(arguments.study.jobs, range.end - range.start);
    let study = studies::record(&plan, range, &prelude.runner(seed, jobs));
    let study = prelude.finish(study)?;
    let gated =
        Gated { study: &study, digest: &digest, asked: &arguments.measures, fingerprint: report::fingerprint(&study) };
    let baseline = gated.baseline(arguments.margin.as_ref().map(|margin| margin.value), command, speed);
    output.write(&[(&arguments.baseline, baseline.json())])?;
    let measures = baseline.measures.len();
    verbosity.remark(&format!(
        "recorded {measures} measures of {} in {}",
        study.plan.name,
        arguments.baseline.display()
    ));
    Ok(())
}

/// The baseline and the measures it was recorded with, if the workload can be compared with it; or why not.
fn comparable(arguments: &GateArguments, loaded: &mut Loaded) -> Result<(Baseline, Vec<Measure>), Vec<Reason>> {
    if fs::metadata(&arguments.baseline).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return Err(vec![Reason::Missing]);
    }
    let unreadable = |why: String| vec![Reason::Unsound(Unsound::Unreadable(why))];
    let bytes = read(&arguments.baseline, FILE_BYTES_MAX, Kind::Piped).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| unreadable(error.to_string()))?;
    let baseline = Baseline::read(&text).map_err(|why| vec![Reason::Unsound(why)])?;
    let workloads = if arguments.changed { Workloads::Any } else { Workloads::Recorded };
    let mut reasons = baseline.not_comparable(&loaded.digest, &arguments.measures, workloads);
    if arguments.study.replications.as_ref().is_some_and(|asked| *asked != baseline.range()) {
        reasons.push(Reason::OtherReplications);
    }
    let asked = baseline.asked.iter().map(|name| Measure::parse(name)).collect::<Result<Vec<Measure>, String>>();
    let asked = asked.map_err(|why| vec![Reason::UnknownMeasure(why)])?;
    reasons
        .extend(asked.iter().filter_map(|measure| measure.asked_of(&mut loaded.plan).err()).map(Reason::NotMeasured));
    if reasons.is_empty() { Ok((baseline, asked)) } else { Err(reasons) }
}

fn judge(arguments: &GateArguments, mut loaded: Loaded) -> Result<GateReport, Stop> {
    let (baseline, asked) = match comparable(arguments, &mut loaded) {
        Ok(found) => found,
        Err(reasons) => return Ok(GateReport::not_comparable(&loaded.plan.name, reasons)),
    };
    let Loaded { plan, digest, .. } = loaded;
    let speed = baseline.speed.as_ref().filter(|_| !arguments.no_speed).map(|before| {
        let now = instructions::per_event(&arguments.workload, &arguments.study, baseline.seed);
        SpeedResult::new(before, now, &instructions::build())
    });
    // The name is in every file; it must not make a difference.
    let plan = Plan { name: baseline.workload.clone(), ..plan };
    let prelude = prelude(arguments, judging(arguments, Repeat::path), &plan, &baseline.range())?;
    let jobs = jobs_for(arguments.study.jobs, baseline.replications);
    // Other callers have another seed: then the pairs are as different as any two replications.
    let runner = prelude.runner(arguments.study.seed.unwrap_or(baseline.seed), jobs);
    let report = studies::gate(&plan, &digest, &asked, &baseline, report::fingerprint, speed, &runner);
    prelude.finish(report)
}

fn check_measures(measures: &[Measure], plan: &mut Plan) -> Result<(), Stop> {
    for measure in measures {
        measure.asked_of(plan).map_err(|why| Stop::Usage(format!("--metric {measure}: {why}")))?;
        if !measure.is_per_replication() {
            let why = "it has no value per replication, so it cannot be compared";
            return Err(Stop::Usage(format!("--metric {measure}: {why}")));
        }
    }
    Ok(())
}

/// Checks the memory and starts the progress bar.
fn prelude(arguments: &GateArguments, command: String, plan: &Plan, range: &Range<u64>) -> Result<Prelude, Stop> {
    let replications = range.end - range.start;
    memory::check_study(&[plan], replications, jobs_for(arguments.study.jobs, replications))?;
    Ok(Prelude::new(command, replications, arguments.study.verbosity()))
}

/// The command that records the same baseline again.
fn recording(arguments: &GateArguments, range: &Range<u64>, seed: u64) -> String {
    Repeat::of("gate")
        .file(Some(&arguments.workload))
        .word("--record")
        .word("--baseline")
        .file(Some(&arguments.baseline))
        .replications(range, seed)
        .values("--metric", &arguments.measures)
        .settings(&arguments.study)
        .values("--margin", &arguments.margin)
        .flag("--speed", arguments.speed)
        .written()
}

/// The command that judges the same again, for bug reports. Replications are those of the baseline, and so is the seed unless
/// another is given.
fn judging(arguments: &GateArguments, path: impl Fn(Repeat, &Path) -> Repeat) -> String {
    let files = path(Repeat::of("gate"), &arguments.workload).word("--baseline");
    path(files, &arguments.baseline)
        .values("--metric", &arguments.measures)
        .values("--seed", arguments.study.seed)
        .settings(&arguments.study)
        .flag("--changed", arguments.changed)
        .flag("--no-speed", arguments.no_speed)
        .written()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        gate: GateArguments,
    }

    fn arguments(line: &str) -> GateArguments {
        Line::parse_from(line.split(' ')).gate
    }

    /// Exactly what determines the baseline is in it.
    #[test]
    fn a_baseline_has_the_command_that_records_it_again() {
        let plain = arguments("gate some/a.toml --baseline some/a.json --record --jobs 3 --quiet");
        let again = "ctisim gate a.toml --record --baseline a.json --replications 30 --seed 1";
        assert_eq!(recording(&plain, &(0..30), 1), again);
        let line = "gate a.toml --baseline a.json --record --metric refused.share --margin 2.5% --speed --set x=1";
        assert_eq!(
            recording(&arguments(line), &(5..9), 255),
            "ctisim gate a.toml --record --baseline a.json --replications 5..9 --seed 255 --metric refused.share --set x=1 --margin 2.5% --speed"
        );
    }

    /// A command that is shown with a bug must not overwrite the baseline.
    #[test]
    fn a_bug_while_judging_is_shown_by_judging_again() {
        let line = "gate some/a.toml --baseline some/a.json --metric refused.share --set x=1 --jobs 3 --junit a.xml";
        let again = "ctisim gate some/a.toml --baseline some/a.json --metric refused.share --set x=1";
        assert_eq!(judging(&arguments(line), Repeat::path), again);
        let both = format!("{line} --changed --no-speed");
        assert_eq!(judging(&arguments(&both), Repeat::path), format!("{again} --changed --no-speed"));
    }
}
