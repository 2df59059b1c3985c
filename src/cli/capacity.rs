//! `ctisim capacity`.

use std::ops::Range;
use std::path::PathBuf;

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::Capacity;
use crate::experiment::{End, Turn};
use crate::record::Goal;
use crate::report::{self, Format, Ink, draw};
use crate::studies::{self, Search};

use super::doubts;
use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::help;
use super::memory;
use super::model::{Changes, Loaded, Origin};
use super::output::results;
use super::pages::{Output, PageArguments};
use super::prelude::{Prelude, jobs_for};
use super::repeat::Repeat;
use super::stop::{Halt, Stop};
use super::vary::{Parameter, one_warm_up};

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[
            "Assumes that the goals are monotone in the value: they turn once along the values, from met to missed or from \
           missed to met. Each value gets as many replications as its verdict takes, up to the number of --replications.",
        ],
        &[
            (0, "found, or met at every value"),
            help::FAILED,
            help::USAGE,
            help::INVALID,
            (10, "met at no value"),
            (11, "inconclusive: over 5 % of the values undecided, or not monotone"),
            help::VIOLATED,
            help::INTERRUPTED,
        ],
        &[
            (
                "ctisim capacity site.toml --vary cti_port.ports.count=10..100:5 \\\n      --goal 'cfb<=1%'",
                "The fewest ports with which at most 1 % of the calls find all of them busy",
            ),
            (
                "ctisim capacity site.toml --vary 'sum(phone.*.count)=100..120:1' \\\n      --goal 'abandoned.share<=2%'",
                "The fewest people in all groups together with which at most 2 % of the callers give up",
            ),
            (
                "ctisim capacity site.toml \\\n      --vary traffic.main.arrivals.poisson=20000/h..60000/h",
                "The highest rate of calls at which the workload's own goals are met",
            ),
        ],
    )
}

/// What `--replications` means here.
pub(super) const REPLICATIONS: &str =
    "The most replications of a value, or which ones: 200, or 200..400 (without 400) [default: 4000]";

/// The most replications of a value by default.
const MOST_REPLICATIONS: u64 = 4_000;

/// The files that are written.
const FILES: [&str; 2] = ["capacity.csv", "capacity.json"];

#[derive(Clone, Debug, Args)]
pub(super) struct CapacityArguments {
    /// Workload file; - for standard input
    workload: PathBuf,

    /// The key and its values in order, e.g. cti_port.ports.count=10..100:5 or
    /// traffic.main.arrivals.poisson=20000/h..60000/h. Several keys together: 'sum(phone.*.count)=100..120:1' is how many in
    /// all, spread as the workload has them, 'each(traffic.*.talk)=2m,3m' the same value for every one
    #[arg(long, value_name = "KEY=VALUES", value_parser = Parameter::parse)]
    vary: Parameter,

    /// A goal beside the workload's own, e.g. "cfb<=1%"; may be repeated. At least one goal is needed
    #[arg(long = "goal", value_name = "MEASURE<=BOUND", value_parser = Goal::parse)]
    goals: Vec<Goal>,

    /// Look for the largest value: the first values meet the goals, the last miss them [default: inferred
    /// from both ends of the range]
    #[arg(long, conflicts_with = "smallest")]
    largest: bool,

    /// Look for the smallest value: the first values miss the goals, the last meet them [default: inferred
    /// from both ends of the range]
    #[arg(long)]
    smallest: bool,

    #[command(flatten)]
    study: StudyArguments,

    /// Directory for the result files [default: results/<workload>.capacity]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html]))]
    format: Format,

    #[command(flatten)]
    page: PageArguments,

    /// Print only; write no files
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
}

/// Searches the values of a key for where the goals stop being met.
pub(super) fn run(arguments: &CapacityArguments) -> Result<(), Stop> {
    let text = Origin::read(Some(&arguments.workload), &arguments.study.allowed, "give the path of a workload file")?;
    let axis = arguments.vary.axis(&text, &arguments.study.settings)?;
    let values = axis.values.len();
    let load = |at: usize| {
        let mut loaded = text.load(Changes { set: &arguments.study.settings, own: ("--vary", &axis.settings[at]) })?;
        for goal in &arguments.goals {
            goal.measure.asked_of(&mut loaded.plan).map_err(|why| Stop::Usage(format!("--goal {goal}: {why}")))?;
        }
        loaded.goals.extend(arguments.goals.iter().cloned());
        Ok::<Loaded, Stop>(loaded)
    };
    let first = load(0)?;
    let (goals, seed) = (first.goals.clone(), arguments.study.seed.unwrap_or(first.plan.seed));
    if goals.is_empty() {
        return Err(Stop::Usage(
            "there is no goal\n  help: give one with --goal \"cfb<=1%\", or as a `[[goal]]` in the workload".to_owned(),
        ));
    }
    let replications = arguments.study.replications.clone().unwrap_or(0..MOST_REPLICATIONS);
    let most = replications.end - replications.start;
    let jobs = jobs_for(arguments.study.jobs, most);
    let verbosity = arguments.study.verbosity();
    // Every value is checked before any is run: a mistake in the last one must not show after an hour.
    let mut undecidable = doubts::undecidable(&first.plan, &goals);
    for at in 0..values {
        let Loaded { plan, goals, .. } = load(at)?;
        one_warm_up(&plan)?;
        memory::check_study(&[&plan], most, jobs)?;
        // What can be decided at one value at least may turn there.
        let still = doubts::undecidable(&plan, &goals);
        undecidable.retain(|doubt| still.contains(doubt));
    }
    if let Some(doubt) = undecidable.into_iter().next() {
        return Err(doubt);
    }
    doubts::warn(&first.plan, &goals, verbosity);
    let default = format!("{}.capacity", first.plan.name);
    let directory = (!arguments.no_files).then(|| results(arguments.out.as_deref(), &default));
    let output = Output::claim(&arguments.page, directory, &FILES, &text.inputs())?;

    let command = command(arguments, &replications, seed);
    let mut prelude = Prelude::new(command.clone(), most, verbosity);
    prelude.bar.titles = (0..values).map(|at| axis.title(at)).collect();
    let met_at = if arguments.largest { Some(End::First) } else { arguments.smallest.then_some(End::Last) };
    let search = Search { values, met_at, goals: goals.len(), replications };
    let load = |at: usize| Ok::<_, Halt>(load(at)?.into_case());
    let found = studies::capacity(&search, load, &prelude.runner(seed, jobs));
    let (turn, evaluated) = prelude.finish(found)?;

    let capacity = Capacity {
        workload: first.plan.name,
        question: first.plan.question,
        key: axis.key,
        values: axis.values,
        settings: axis.settings,
        goals,
        evaluated,
        turn,
        replications: search.replications,
        seed,
        digest: first.digest,
        command,
    };
    let page = report::capacity_page(&capacity);
    let json = draw(&page, Format::Json, Ink::Plain).map_err(Stop::Failed)?;
    let contents = [report::csv(&report::capacity_sheet(&capacity)), json];
    let wrote = output.write(&page, || FILES.map(str::to_owned).into_iter().zip(contents).collect())?;
    show(&page, arguments.format)?;
    wrote.into_iter().for_each(|wrote| verbosity.remark(&wrote));
    match capacity.turn {
        Turn::Nowhere => Err(Stop::Missed(report::answer(&capacity))),
        Turn::Twice { from: Some(from), to: Some(to), .. } if from > to => Err(Stop::Missed(report::answer(&capacity))),
        Turn::Contradiction { .. } => Err(Stop::Inconclusive(format!(
            "{}\n  help: `ctisim run` at some values in between shows how the measure changes",
            report::answer(&capacity)
        ))),
        _ if capacity.is_narrow() => Ok(()),
        _ => Err(Stop::Inconclusive(format!(
            "{}\n  help: allow more --replications, or use a larger step",
            report::answer(&capacity)
        ))),
    }
}

/// The command that reproduces this answer.
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
