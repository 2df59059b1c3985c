//! `ctisim sweep`.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use crate::analysis::{Point, PointResult, Study, Sweep};
use crate::experiment::Failure;
use crate::record::{Goal, Measure};
use crate::report::{self, Format};
use crate::verify::FINGERPRINTS;

use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::memory;
use super::model::{Loaded, Source};
use super::output::OutputDirectory;
use super::prelude::{Prelude, jobs};
use super::repeat::Repeat;
use super::stop::{Stop, stopped};
use super::study::{Runner, one_warm_up};
use super::vary::Knob;
use super::workbook::{self, Workbook};

pub(super) const AFTER_HELP: &str = "\
Every point has the same callers, unless it is their traffic that is varied. A finished point is kept in <out>/points/: the \
same command after an interruption, or one with more points, runs only what is not there. To begin anew, delete that directory.

Exit codes: 0 done, whatever the goals say of the points, 1 internal or I/O error, 2 usage, 3 workload invalid at a point, \
130 interrupted";

#[derive(Clone, Debug, Args)]
pub(super) struct SweepArguments {
    /// Workload file; - for standard input, whose files are sought in the current directory
    workload: PathBuf,

    /// A key of the workload and its values: KEY=A,B,C or KEY=LOW..HIGH:STEP; may be repeated for a grid, of which the last
    /// varies fastest
    #[arg(long = "vary", value_name = "KEY=VALUES", value_parser = Knob::parse, required = true)]
    knobs: Vec<Knob>,

    /// What the table shows, e.g. setup_delay.p95 or station:ivr.workers/utilisation; may be repeated [default:
    /// setup_delay.p99, abandoned.share, refused.share]
    #[arg(long = "metric", value_name = "MEASURE", value_parser = Measure::parse)]
    measures: Vec<Measure>,

    /// What is wanted, beside the workload's own goals, e.g. "setup_delay.p99<=500ms"; may be repeated. The table has a
    /// verdict for each point
    #[arg(long = "goal", value_name = "MEASURE<=BOUND", value_parser = Goal::parse)]
    goals: Vec<Goal>,

    #[command(flatten)]
    study: StudyArguments,

    /// Directory for sweep.csv and the finished points [default: results/<workload>.sweep]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Xlsx]))]
    format: Format,

    /// Print only; write no files, keep no points
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
}

/// The file a sweep writes, and the directory of its points.
const FILE: &str = "sweep.csv";
const POINTS: &str = "points";

/// What the table shows if nobody says.
const SHOWN: [&str; 3] = ["setup_delay.p99", "abandoned.share", "refused.share"];

/// The most points of a grid.
const MOST: usize = 10_000;

/// A point of the grid before it is run. Its plan is compiled again then: all of them at once may be large.
struct Wanted {
    /// The values of the knobs.
    values: Vec<String>,
    /// All that is set, as `--set` takes it.
    settings: Vec<String>,
    /// What it is called in remarks.
    title: String,
    digest: String,
    seed: u64,
    replications: Range<u64>,
    goals: Vec<Goal>,
    workload: String,
    question: String,
    /// Names all that decides what comes of it.
    key: String,
}

impl Wanted {
    fn count(&self) -> u64 {
        self.replications.end - self.replications.start
    }
}

/// Runs a workload at many points, keeps each, writes them together and prints a table.
pub(super) fn run(arguments: &SweepArguments) -> Result<(), Stop> {
    let study = &arguments.study;
    workbook::check(arguments.format, arguments.no_files)?;
    let source = Source::read(Some(&arguments.workload), "give the path of a workload file")?;
    let measures = measures(arguments);
    let jobs = jobs(study.jobs);
    let wanted = points(arguments, &source, &measures, jobs)?;
    let default = format!("{}.sweep", wanted[0].workload);
    let output = (!arguments.no_files).then(|| OutputDirectory::of(arguments.out.as_deref(), &default));
    let store = output.as_ref().map(|output| Store(OutputDirectory::new(output.path().join(POINTS))));
    if let (Some(output), Some(store)) = (&output, &store) {
        let workbook = workbook::name(&wanted[0].workload);
        let with_workbook = (arguments.format == Format::Xlsx).then_some(&*workbook);
        output.check(&[FILE].into_iter().chain(with_workbook).collect::<Vec<_>>())?;
        store.0.check(&[])?;
    }

    let asked = command(arguments);
    let mut found: Vec<Option<PointResult>> = match &store {
        Some(store) => wanted.iter().map(|point| store.read(&point.key)).collect(),
        None => wanted.iter().map(|_| None).collect(),
    };
    let missing = wanted.iter().zip(&found).filter(|(_, found)| found.is_none());
    let talk = study.talk();
    let prelude = Prelude::new(asked.clone(), missing.map(|(point, _)| point.count()).sum(), talk)?;
    let said = |at: usize, what: &str| {
        prelude.bar.remark(&format!("point {} of {}: {}: {what}", at + 1, wanted.len(), wanted[at].title));
    };
    for (at, point) in wanted.iter().enumerate() {
        if found[at].is_some() {
            said(at, "had it");
            continue;
        }
        let Loaded { mut plan, digest, .. } = source.load(&point.settings)?;
        if digest != point.digest {
            return Err(Stop::Failed(format!(
                "a file beside {} was changed during the sweep\n  help: run it again; points of before the change are not \
                 taken for new ones",
                arguments.workload.display()
            )));
        }
        let runner = Runner { seed: point.seed, jobs, audit: false, stop: prelude.stop() };
        let outcome = runner
            .find_warm_up(&mut plan, true)
            .and_then(|()| runner.replicate(&plan, point.replications.clone(), &[], &prelude.bar));
        let (outcome, _) = outcome.map_err(|failure| match failure {
            Failure::Interrupted { .. } => {
                let done = found.iter().flatten().count();
                paused(done, wanted.len(), store.as_ref().map(|store| store.0.path()))
            }
            failure => stopped(&failure, point.count(), &asked),
        })?;
        let result = PointResult::of(&Study::new(&plan, point.seed, outcome));
        if let Some(store) = &store {
            store.write(&point.key, &result)?;
        }
        found[at] = Some(result);
        said(at, "done");
    }
    prelude.commit();

    let sweep = swept(arguments, wanted, found, measures);
    let page = report::sweep_page(&sweep);
    let workbook = (arguments.format == Format::Xlsx).then(|| Workbook::of(&page));
    let mut names = FILE.to_owned();
    if let Some(output) = &output {
        let mut files = vec![(names.clone(), report::csv(&report::sweep_sheet(&sweep)))];
        if let Some(file) = workbook.as_ref().and_then(Workbook::file) {
            names = format!("{names}, {}", file.0);
            files.push(file);
        }
        output.write(&files)?;
    }
    match workbook.as_ref().filter(|_| arguments.no_files) {
        Some(workbook) => workbook.print()?,
        None if workbook.is_some() => show(&page, Format::Table)?,
        None => show(&page, arguments.format)?,
    }
    if let Some(output) = output {
        talk.remark(&format!("wrote {names} to {}", output.path().display()));
    }
    workbook.map_or(Ok(()), Workbook::finish)
}

/// What the table shows: what was asked for, and the measures of goals as far as they are known beforehand.
fn measures(arguments: &SweepArguments) -> Vec<Measure> {
    let usual = || SHOWN.iter().filter_map(|name| Measure::parse(name).ok()).collect();
    if arguments.measures.is_empty() { usual() } else { arguments.measures.clone() }
}

/// Every point of the grid, the last knob varying fastest; each has been compiled, so that what is wrong with any is known
/// before the first is run.
fn points(arguments: &SweepArguments, source: &Source, measures: &[Measure], jobs: usize) -> Result<Vec<Wanted>, Stop> {
    let knobs = &arguments.knobs;
    for (at, knob) in knobs.iter().enumerate() {
        if knobs[..at].iter().any(|other| other.key == knob.key) {
            return Err(Stop::Usage(format!("--vary {0}: `{0}` is varied twice", knob.key)));
        }
    }
    let count = knobs.iter().try_fold(1_usize, |count, knob| count.checked_mul(knob.values.len()));
    let count = count.filter(|&count| count <= MOST).ok_or_else(|| {
        let each = knobs.iter().map(|knob| knob.values.len().to_string()).collect::<Vec<_>>().join(" x ");
        Stop::Usage(format!("a grid of {each} points: {MOST} are the most\n  help: take longer steps"))
    })?;
    (0..count).map(|at| point(arguments, source, measures, jobs, at, count)).collect()
}

/// The point `at` of `count` of the grid.
fn point(
    arguments: &SweepArguments,
    source: &Source,
    measures: &[Measure],
    jobs: usize,
    at: usize,
    count: usize,
) -> Result<Wanted, Stop> {
    let mut rest = at;
    let mut chosen: Vec<usize> = Vec::new();
    for knob in arguments.knobs.iter().rev() {
        chosen.push(rest % knob.values.len());
        rest /= knob.values.len();
    }
    chosen.reverse();
    let knobs = || arguments.knobs.iter().zip(&chosen);
    let varied: Vec<String> = knobs().map(|(knob, &value)| knob.setting(value)).collect();
    let title = varied.join(", ");
    let here = format!("point {} of {count}: {title}", at + 1);
    let settings: Vec<String> = arguments.study.settings.iter().cloned().chain(varied).collect();
    let Loaded { plan, mut goals, digest, .. } = source.load(&settings).map_err(|stop| match stop {
        Stop::Invalid(problems) => Stop::Invalid(format!("{}\nnote: this is {here}\n", problems.trim_end())),
        stop => stop,
    })?;
    goals.extend(arguments.goals.iter().cloned());
    let usage = |what: String, why: String| Stop::Usage(format!("{what}: {why}\nnote: this is {here}"));
    for goal in &arguments.goals {
        goal.measure.check(&plan).map_err(|why| usage(format!("--goal {goal}"), why))?;
    }
    for measure in measures {
        measure.check(&plan).map_err(|why| usage(format!("--metric {measure}"), why))?;
    }
    one_warm_up(&plan)?;
    let seed = arguments.study.seed.unwrap_or(plan.seed);
    let replications = arguments.study.replications.clone().unwrap_or(0..u64::from(plan.replications));
    let number = replications.end - replications.start;
    let jobs = jobs.min(usize::try_from(number).unwrap_or(usize::MAX));
    memory::check_study(&[&plan], number, jobs)?;
    Ok(Wanted {
        values: knobs().map(|(knob, &value)| knob.values[value].clone()).collect(),
        key: key(&[&plan.name, &digest, &seed.to_string(), &format!("{replications:?}")]),
        settings,
        title,
        digest,
        seed,
        replications,
        goals,
        workload: plan.name.clone(),
        question: plan.question.clone(),
    })
}

/// All points together.
fn swept(
    arguments: &SweepArguments,
    wanted: Vec<Wanted>,
    found: Vec<Option<PointResult>>,
    mut measures: Vec<Measure>,
) -> Sweep {
    for goal in wanted.iter().flat_map(|point| &point.goals) {
        if !measures.contains(&goal.measure) {
            measures.push(goal.measure.clone());
        }
    }
    let (workload, question) = (wanted[0].workload.clone(), wanted[0].question.clone());
    let point = |(wanted, result): (Wanted, PointResult)| {
        let Wanted { values, seed, replications, goals, .. } = wanted;
        Point { values, seed, replications, goals, result }
    };
    let points = wanted.into_iter().zip(found.into_iter().flatten()).map(point).collect();
    let keys = arguments.knobs.iter().map(|knob| knob.key.clone()).collect();
    Sweep { workload, question, keys, points, measures }
}

/// An interruption, and what is left.
fn paused(done: usize, of: usize, kept: Option<&Path>) -> Stop {
    Stop::Paused(match kept {
        Some(path) => format!(
            "{done} of {of} points are done and kept in {}; the same command goes on with the rest",
            path.display()
        ),
        None => format!("{done} of {of} points were done; they are lost, nothing was written"),
    })
}

/// The command, for reports of bugs.
fn command(arguments: &SweepArguments) -> String {
    let study = &arguments.study;
    Repeat::of("sweep")
        .path(&arguments.workload)
        .values("--vary", arguments.knobs.iter().map(|knob| format!("{}={}", knob.key, knob.values.join(","))))
        .settings(study)
        .values("--replications", study.replications.iter().map(|range| format!("{}..{}", range.start, range.end)))
        .values("--seed", study.seed)
        .written()
}

/// Finished points, each in a file of its own that is there as a whole or not at all.
///
/// A file is named by all that decides what is in it, and begins with a checksum of its name and its content, a line of
/// its own: one that was damaged, cut short or renamed is not believed.
struct Store(OutputDirectory);

impl Store {
    fn name(key: &str) -> String {
        format!("{key}.json")
    }

    /// The point of this key, if there is one to be believed.
    fn read(&self, key: &str) -> Option<PointResult> {
        let stored = fs::read(self.0.path().join(Store::name(key))).ok()?;
        let (sum, content) = stored.split_at_checked(checksum(key, b"").len())?;
        let content = content.strip_prefix(b"\n")?;
        let result: PointResult = serde_json::from_slice(content).ok().filter(PointResult::is_whole)?;
        (sum == checksum(key, content).as_bytes()).then_some(result)
    }

    fn write(&self, key: &str, result: &PointResult) -> Result<(), Stop> {
        let content = serde_json::to_vec(result).expect("numbers and texts are JSON");
        let mut stored = checksum(key, &content).into_bytes();
        stored.push(b'\n');
        stored.extend(content);
        self.0.write(&[(Store::name(key), stored)])
    }
}

/// Names all that decides what comes of a point: this version of the program, and `pieces`.
fn key(pieces: &[&str]) -> String {
    let mut hash = Sha256::new();
    // The number is that of the content's form; between two versions, the bytes that the shipped workloads leave tell one
    // state of the program from the next.
    for piece in ["ctisim point 1", env!("CARGO_PKG_VERSION"), FINGERPRINTS].iter().chain(pieces) {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hexadecimal(hash)
}

fn checksum(key: &str, content: &[u8]) -> String {
    hexadecimal(Sha256::new().chain_update(key).chain_update(content))
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
