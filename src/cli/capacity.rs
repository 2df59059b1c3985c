//! `ctisim capacity`.

use std::ops::Range;
use std::path::PathBuf;

use clap::Args;

use crate::analysis::Capacity;
use crate::experiment::{End, Turn};
use crate::record::Goal;
use crate::report::{self, Format, Ink, draw};
use crate::studies::{self, Search};

use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::memory;
use super::model::{Loaded, Origin};
use super::output::OutputDirectory;
use super::prelude::{Prelude, jobs_for};
use super::repeat::Repeat;
use super::stop::{Halt, Stop};
use super::vary::{Parameter, one_warm_up};

pub(super) const AFTER_HELP: &str = "\
The goals are taken to turn from met to missed, or from missed to met, once along the values. Up to 4,000 replications of a value are
run, or --replications, but only as many as it takes to tell.

Exit codes: 0 found, or met everywhere, 1 internal or I/O error, 2 usage, 3 workload invalid, 10 met nowhere, 11 inconclusive: more than one
in twenty of the values is left undecided, or the goals turn more than once, 13 a self-check failed, 130 interrupted";

/// What `--replications` means here.
pub(super) const REPLICATIONS: &str =
    "How many replications of a value at most, or which: 200, or 200..400 (the last not included) [default: 4000]";

/// The most replications of a value if nobody says how many.
const MOST_REPLICATIONS: u64 = 4_000;

/// The files that are written.
const FILES: [&str; 2] = ["capacity.csv", "capacity.json"];

#[derive(Clone, Debug, Args)]
pub(super) struct CapacityArguments {
    /// Workload file; - for standard input
    workload: PathBuf,

    /// The key, and the values it may have in their order, e.g. cti_port.ports.count=10..100:5 or
    /// traffic.main.arrivals.poisson=20000/h..60000/h
    #[arg(long, value_name = "KEY=VALUES", value_parser = Parameter::parse)]
    vary: Parameter,

    /// What is wanted, beside the workload's own goals, e.g. "refused<=1%"; may be repeated. One at least is needed
    #[arg(long = "goal", value_name = "MEASURE<=BOUND", value_parser = Goal::parse)]
    goals: Vec<Goal>,

    /// The goals are met at the first values and missed at the last [default: as the two ends say]
    #[arg(long, conflicts_with = "smallest")]
    largest: bool,

    /// The goals are missed at the first values and met at the last [default: as the two ends say]
    #[arg(long)]
    smallest: bool,

    #[command(flatten)]
    study: StudyArguments,

    /// Directory for the result files [default: results/<workload>.capacity]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[]))]
    format: Format,

    /// Print only; write no files
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
}

/// Searches the values of a key for where the goals stop being met.
pub(super) fn run(arguments: &CapacityArguments) -> Result<(), Stop> {
    let axis = &arguments.vary.axis;
    let values = axis.values.len();
    let text = Origin::read(Some(&arguments.workload), "give the path of a workload file")?;
    let load = |at: usize| {
        let mut settings = arguments.study.settings.clone();
        settings.push(axis.setting(at));
        let mut loaded = text.load(&settings)?;
        for goal in &arguments.goals {
            goal.measure.check(&loaded.plan).map_err(|why| Stop::Usage(format!("--goal {goal}: {why}")))?;
        }
        loaded.goals.extend(arguments.goals.iter().cloned());
        Ok::<Loaded, Stop>(loaded)
    };
    let first = load(0)?;
    let (goals, seed) = (first.goals.clone(), arguments.study.seed.unwrap_or(first.plan.seed));
    if goals.is_empty() {
        return Err(Stop::Usage(
            "there is no goal: nothing says what is enough\n  help: as in --goal \"refused<=1%\", or a `[[goal]]` in the workload".to_owned(),
        ));
    }
    let replications = arguments.study.replications.clone().unwrap_or(0..MOST_REPLICATIONS);
    let wanted = replications.end - replications.start;
    let jobs = jobs_for(arguments.study.jobs, wanted);
    let talk = arguments.study.talk();
    // Every value before any is run: a mistake in the last one is not found after an hour.
    for at in 0..values {
        let plan = load(at)?.plan;
        one_warm_up(&plan)?;
        memory::check_study(&[&plan], wanted, jobs)?;
    }
    let default = format!("{}.capacity", first.plan.name);
    let output = (!arguments.no_files).then(|| OutputDirectory::of(arguments.out.as_deref(), &default));
    if let Some(output) = &output {
        output.check(&FILES)?;
    }

    let asked = command(arguments, &replications, seed);
    let mut prelude = Prelude::new(asked.clone(), wanted, talk)?;
    prelude.bar.titles = (0..values).map(|at| axis.setting(at)).collect();
    let met_at = if arguments.largest { Some(End::First) } else { arguments.smallest.then_some(End::Last) };
    let search = Search { values, met_at, goals: goals.len(), replications };
    let load = |at: usize| Ok::<_, Halt>(load(at)?.into_case());
    let found = studies::capacity(&search, load, &prelude.runner(seed, jobs));
    let (turn, evaluated) = prelude.finish(found)?;

    let capacity = Capacity {
        workload: first.plan.name,
        question: first.plan.question,
        key: axis.key.clone(),
        values: axis.values.clone(),
        goals,
        evaluated,
        turn,
        replications: search.replications,
        seed,
        digest: first.digest,
        command: asked,
    };
    let page = report::capacity_page(&capacity);
    if let Some(output) = &output {
        let json = draw(&page, Format::Json, Ink::Plain).map_err(Stop::Failed)?;
        output.write(&[(FILES[0], report::csv(&report::capacity_sheet(&capacity))), (FILES[1], json)])?;
    }
    show(&page, arguments.format)?;
    if let Some(output) = output {
        talk.remark(&format!("wrote {} to {}", FILES.join(", "), output.path().display()));
    }
    match capacity.turn {
        Turn::Nowhere => Err(Stop::Missed(report::answer(&capacity))),
        Turn::Contradiction { .. } => Err(Stop::Inconclusive(format!(
            "{}\n  help: `ctisim run` at some values between shows how the measure goes",
            report::answer(&capacity)
        ))),
        _ if capacity.is_narrow() => Ok(()),
        _ => Err(Stop::Inconclusive(format!(
            "{}\n  help: allow more --replications, or take a longer step",
            report::answer(&capacity)
        ))),
    }
}

/// The command that gives this answer again.
fn command(arguments: &CapacityArguments, replications: &Range<u64>, seed: u64) -> String {
    Repeat::of("capacity")
        .file(Some(&arguments.workload))
        .values("--vary", [&arguments.vary.written])
        .values("--goal", &arguments.goals)
        .replications(replications, seed)
        .settings(&arguments.study)
        .flag("--largest", arguments.largest)
        .flag("--smallest", arguments.smallest)
        .written()
}
