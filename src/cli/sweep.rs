//! `ctisim sweep`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::StyledStr;
use sha2::{Digest, Sha256};

use crate::analysis::{Point, PointResult, Sweep, hex};
use crate::experiment::Failure;
use crate::plan::Plan;
use crate::record::{Goal, Measure};
use crate::report::{self, Format};
use crate::studies::{self, Axis, Grid, Planned};
use crate::verify::FINGERPRINTS;
use crate::workload::units;

use super::doubts;
use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::help;
use super::input::{self, FILE_BYTES_MAX, Kind};
use super::memory;
use super::model::{Changes, Origin};
use super::output::{Folder, results};
use super::pages::{Output, PageArguments};
use super::prelude::{Prelude, jobs, jobs_for};
use super::repeat::Repeat;
use super::stop::{Halt, Stop, stopped};
use super::vary::{Parameter, one_warm_up};
use super::workbook::{self, Workbook};

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[
            "All points have the same callers, unless their traffic is varied. Finished points are kept in <out>/points/: the \
             same command after an interruption, or one with more points, runs only those that are missing. Delete the \
             directory to start again.",
        ],
        &[
            (0, "done, whatever the verdicts"),
            help::FAILED,
            help::USAGE,
            (3, "invalid workload at a point"),
            help::VIOLATED,
            help::INTERRUPTED,
        ],
        &[
            ("ctisim sweep site.toml --vary cti_port.ports.count=10..50:10", "Five numbers of ports"),
            (
                "ctisim sweep site.toml --vary application.ivr.workers=2,4,8 \\\n      --vary traffic.main.talk=2m,3m",
                "A grid of six points",
            ),
            (
                "ctisim sweep site.toml --vary 'sum(phone.*.count)=100..120:5'",
                "So many people in all, spread over the groups as the workload has them",
            ),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct SweepArguments {
    /// Workload file, or - for standard input
    workload: PathBuf,

    /// A key of the workload and its values: KEY=A,B,C or KEY=LOW..HIGH:STEP; may be repeated for a grid, in which
    /// the last key varies fastest. Several keys together: 'sum(phone.*.count)=100..120:5' is how many in all, spread as the
    /// workload has them, 'each(traffic.*.talk)=2m,3m' the same value for every one
    #[arg(long = "vary", value_name = "KEY=VALUES", value_parser = Parameter::parse, required = true)]
    parameters: Vec<Parameter>,

    /// Measure in the table, e.g. setup_delay.p95 or station:ivr.workers/utilisation; may be repeated [default:
    /// setup_delay.p99, abandoned.share, refused.share]
    #[arg(long = "metric", value_name = "MEASURE", value_parser = Measure::parse)]
    measures: Vec<Measure>,

    /// A goal beside the workload's own, e.g. "setup_delay.p99<=500ms"; may be repeated. The table has a verdict for each
    /// point
    #[arg(long = "goal", value_name = "MEASURE<=BOUND", value_parser = Goal::parse)]
    goals: Vec<Goal>,

    #[command(flatten)]
    study: StudyArguments,

    /// Directory for sweep.csv and the finished points [default: results/<workload>.sweep]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html, Format::Xlsx]))]
    format: Format,

    #[command(flatten)]
    page: PageArguments,

    /// Print only; write no files, keep no points
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
}

/// The file that a sweep writes, and the directory of its points.
const FILE: &str = "sweep.csv";
const POINTS: &str = "points";

/// The measures in the table by default.
const SHOWN: [&str; 3] = ["setup_delay.p99", "abandoned.share", "refused.share"];

/// The most points of a grid.
const MOST: usize = 10_000;

/// Runs a workload at many points, keeps each, writes them together and prints a table.
pub(super) fn run(arguments: &SweepArguments) -> Result<(), Stop> {
    let study = &arguments.study;
    workbook::check(arguments.format)?;
    if arguments.no_files {
        workbook::check_output(arguments.format)?;
    }
    let source = Origin::read(Some(&arguments.workload), &study.allowed, "give the path of a workload file")?;
    let measures = measures(arguments);
    let axes = arguments.parameters.iter().map(|parameter| parameter.axis(&source, &study.settings));
    let axes = axes.collect::<Result<Vec<Axis>, Stop>>()?;
    let planned = points(arguments, Grid(&axes), &source, &measures)?;
    let default = format!("{}.sweep", planned[0].workload);
    let workbook = workbook::name(&planned[0].workload);
    let with_workbook = (arguments.format == Format::Xlsx).then_some(&*workbook);
    let names: Vec<&str> = [FILE].into_iter().chain(with_workbook).collect();
    let directory = (!arguments.no_files).then(|| results(arguments.out.as_deref(), &default));
    let output = Output::claim(&arguments.page, directory, &names, &source.inputs())?;
    let store = output.directory().map(|output| output.folder(POINTS).map(Files)).transpose()?;

    let [command, kept] = [Repeat::path, Repeat::name].map(|path| command(arguments, path));
    let verbosity = study.verbosity();
    let mut prelude = Prelude::new(command.clone(), 0, verbosity);
    prelude.bar.titles = (0..planned.len()).map(|at| title(Grid(&axes), at, planned.len())).collect();
    // The files that the workload names are read once, for all points.
    let load =
        |point: &Planned| Ok::<Plan, Halt>(Plan { asked: point.asked.clone(), ..source.load(&point.settings)?.plan });
    // The seed of each point is in its plan.
    let runner = prelude.runner(0, jobs(study.jobs));
    let found = match &store {
        Some(store) => studies::sweep(&planned, load, store, &runner),
        None => studies::sweep(&planned, load, &(), &runner),
    };
    let found = found.map_err(|halt| match halt {
        Halt::Stop(stop) => stop,
        Halt::Failure(Failure::Interrupted { .. }) => paused(prelude.bar.finished(), &planned, store.as_ref()),
        Halt::Failure(failure) => stopped(&failure, 0, &command),
    })?;
    let finished = prelude.bar.finished();
    prelude.commit().map_err(|_| paused(finished, &planned, store.as_ref()))?;

    let sweep = swept(Grid(&axes), planned, found, measures);
    let page = report::sweep_page(&sweep, &kept);
    let workbook = (arguments.format == Format::Xlsx).then(|| Workbook::of(&page));
    let files = || {
        let table = (FILE.to_owned(), report::csv(&report::sweep_sheet(&sweep)));
        [table].into_iter().chain(workbook.as_ref().and_then(Workbook::file)).collect()
    };
    let wrote = output.write(&page, files)?;
    match workbook.as_ref().filter(|_| arguments.no_files) {
        Some(workbook) => workbook.print()?,
        None if workbook.is_some() => show(&page, Format::Table)?,
        None => show(&page, arguments.format)?,
    }
    wrote.into_iter().for_each(|wrote| verbosity.remark(&wrote));
    workbook.map_or(Ok(()), Workbook::finish)
}

/// The measures in the table: those asked for, or the default ones. Those of goals are added later.
fn measures(arguments: &SweepArguments) -> Vec<Measure> {
    let default = || SHOWN.iter().filter_map(|name| Measure::parse(name).ok()).collect();
    if arguments.measures.is_empty() { default() } else { arguments.measures.clone() }
}

/// Every point of the grid. Each is compiled, so that an error in any of them shows before the first is run.
fn points(
    arguments: &SweepArguments,
    grid: Grid<'_>,
    source: &Origin,
    measures: &[Measure],
) -> Result<Vec<Planned>, Stop> {
    let axes = grid.0;
    for (at, axis) in axes.iter().enumerate() {
        if axes[..at].iter().any(|other| other.key == axis.key) {
            return Err(Stop::Usage(format!("--vary {0}: `{0}` is varied twice", axis.key)));
        }
    }
    let count = grid.points().filter(|&count| count <= MOST).ok_or_else(|| {
        let each = axes.iter().map(|axis| axis.values.len().to_string()).collect::<Vec<_>>().join(" x ");
        Stop::Usage(format!("a grid of {each} points: at most {MOST} are possible\n  help: use larger steps"))
    })?;
    (0..count).map(|at| point(arguments, grid, source, measures, at, count)).collect()
}

/// The name of a point in remarks.
fn title(grid: Grid<'_>, at: usize, count: usize) -> String {
    format!("point {} of {count}: {}", at + 1, grid.title(at))
}

/// The point `at` of `count` of the grid.
fn point(
    arguments: &SweepArguments,
    grid: Grid<'_>,
    source: &Origin,
    measures: &[Measure],
    at: usize,
    count: usize,
) -> Result<Planned, Stop> {
    let here = title(grid, at, count);
    let own = grid.settings(at);
    let changes = Changes { set: &arguments.study.settings, own: ("--vary", &own) };
    let settings = changes.all();
    let mut loaded = source.load(changes).map_err(|stop| match stop {
        Stop::Invalid(problems) => Stop::Invalid(format!("{}\nnote: this is {here}\n", problems.trim_end())),
        stop => stop,
    })?;
    loaded.goals.extend(arguments.goals.iter().cloned());
    let usage = |what: String, why: String| Stop::Usage(format!("{what}: {why}\nnote: this is {here}"));
    for goal in &arguments.goals {
        goal.measure.asked_of(&mut loaded.plan).map_err(|why| usage(format!("--goal {goal}"), why))?;
    }
    for measure in measures {
        measure.asked_of(&mut loaded.plan).map_err(|why| usage(format!("--metric {measure}"), why))?;
    }
    one_warm_up(&loaded.plan)?;
    if at == 0 {
        doubts::warn(&loaded.plan, &loaded.goals, arguments.study.verbosity());
    }
    let StudyArguments { seed, replications, .. } = &arguments.study;
    let count = replications.as_ref().map_or(u64::from(loaded.plan.replications), |range| range.end - range.start);
    memory::check_study(&[&loaded.plan], count, jobs_for(arguments.study.jobs, count))?;
    Ok(Planned::new(loaded.into_case(), grid.values(at), settings, *seed, replications.clone()))
}

/// All points together.
fn swept(grid: Grid<'_>, planned: Vec<Planned>, found: Vec<PointResult>, mut measures: Vec<Measure>) -> Sweep {
    for goal in planned.iter().flat_map(|point| &point.goals) {
        if !measures.contains(&goal.measure) {
            measures.push(goal.measure.clone());
        }
    }
    let (workload, question) = (planned[0].workload.clone(), planned[0].question.clone());
    let point = |(at, (planned, result)): (usize, (Planned, PointResult))| {
        let Planned { values, seed, replications, goals, .. } = planned;
        Point { values, parts: grid.parts(at), seed, replications, goals, result }
    };
    let points = planned.into_iter().zip(found).enumerate().map(point).collect();
    let keys = grid.0.iter().map(|axis| axis.key.clone()).collect();
    Sweep { workload, question, keys, points, measures }
}

/// An interruption: what is kept, and how to go on.
fn paused(finished: usize, planned: &[Planned], store: Option<&Files>) -> Stop {
    let of = planned.len();
    Stop::Paused(match store {
        Some(store) => {
            let done = planned.iter().filter(|point| studies::Store::<Halt>::read(store, point).is_some()).count();
            let path = store.0.path().display();
            format!("{done} of {of} points are done and kept in {path}; run the same command to continue")
        }
        None => format!("{finished} of {of} points were done; nothing was written"),
    })
}

/// The command, for bug reports, or for what is kept.
fn command(arguments: &SweepArguments, path: impl Fn(Repeat, &Path) -> Repeat) -> String {
    let study = &arguments.study;
    path(Repeat::of("sweep"), &arguments.workload)
        .values("--vary", arguments.parameters.iter().map(|parameter| &parameter.written))
        .values("--goal", &arguments.goals)
        .values("--metric", &arguments.measures)
        .settings(study)
        .values("--replications", study.replications.iter().map(|range| format!("{}..{}", range.start, range.end)))
        .values("--seed", study.seed)
        .written()
}

/// Finished points, each in its own file, which appears whole or not at all.
///
/// A file is named after everything that determines its content, and its first line is a checksum of name and content: one
/// that was damaged, truncated or renamed is ignored.
struct Files(Folder);

impl<E: From<Stop>> studies::Store<E> for Files {
    fn read(&self, point: &Planned) -> Option<PointResult> {
        let key = key(point);
        let stored = input::read(&self.0.path().join(file_name(&key)), FILE_BYTES_MAX, Kind::Regular).ok()?;
        unsealed(&key, &stored)
    }

    fn write(&self, point: &Planned, result: &PointResult) -> Result<(), E> {
        let key = key(point);
        let content = serde_json::to_vec(result).expect("numbers and texts are JSON");
        Ok(self.0.write(&file_name(&key), &sealed(&key, &content))?)
    }
}

/// The content of a file of this name.
pub(super) fn sealed(key: &str, content: &[u8]) -> Vec<u8> {
    let mut stored = checksum(key, content).into_bytes();
    stored.push(b'\n');
    stored.extend(content);
    stored
}

/// The point in a file of this name, unless it is damaged.
pub(super) fn unsealed(key: &str, stored: &[u8]) -> Option<PointResult> {
    let (sum, content) = stored.split_at_checked(checksum(key, b"").len())?;
    let content = content.strip_prefix(b"\n")?;
    let result: PointResult = serde_json::from_slice(content).ok().filter(PointResult::is_whole)?;
    (sum == checksum(key, content).as_bytes()).then_some(result)
}

fn file_name(key: &str) -> String {
    format!("{key}.json")
}

/// A name made of everything that determines the results of a point: this version of the program, the workload, the seed and
/// the replications.
fn key(point: &Planned) -> String {
    let Planned { workload, digest, seed, replications, asked, .. } = point;
    let (seed, replications) = (seed.to_string(), format!("{replications:?}"));
    // What the command line asks for is in no file.
    let within: Vec<String> = asked.within().iter().map(|time| units::words(*time)).collect();
    let asked = format!("{} {:?}", within.join(" "), asked.percentiles());
    let mut hash = Sha256::new();
    // The number is that of the file format. Between two versions, the fingerprints of the shipped workloads distinguish one
    // state of the program from another.
    let program = ["ctisim point 1", env!("CARGO_PKG_VERSION"), FINGERPRINTS];
    for piece in program.into_iter().chain([workload.as_str(), digest, &seed, &replications, &asked]) {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hex(&hash.finalize())
}

fn checksum(key: &str, content: &[u8]) -> String {
    hex(&Sha256::new().chain_update(key).chain_update(content).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        sweep: SweepArguments,
    }

    /// Exactly what determines the result is in it, as it was typed.
    #[test]
    fn the_command_reproduces_the_sweep() {
        let line = "sweep some/a.toml --vary cti_port.p.count=10..30:10 --vary x=1,2 --goal refused<=1% --metric setup_delay.p95 --set y=1 --replications 5..9 --seed 255 --jobs 3 --quiet --out elsewhere";
        let again = command(&Line::parse_from(line.split(' ')).sweep, Repeat::path);
        assert_eq!(
            again,
            "ctisim sweep some/a.toml --vary cti_port.p.count=10..30:10 --vary x=1,2 --goal 'refused.share <= 1%' --metric setup_delay.p95 --set y=1 --replications 5..9 --seed 255"
        );
    }
}
