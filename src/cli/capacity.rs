//! `ctisim capacity`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use clap::Args;

use crate::analysis::{Capacity, Judged, Study, Verdict, Walked, judge};
use crate::experiment::{self, Turn};
use crate::record::Goal;
use crate::report::{self, Format, Ink, draw};
use crate::stats::Confidence;

use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::memory;
use super::model::{Loaded, Source};
use super::output::OutputDirectory;
use super::prelude::{Prelude, jobs_for};
use super::repeat::Repeat;
use super::stop::Stop;
use super::study::one_warm_up;
use super::vary::Knob;

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
    #[arg(long, value_name = "KEY=VALUES", value_parser = Knob::parse)]
    vary: Knob,

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
    let knob = &arguments.vary;
    let values = knob.values.len();
    let text = Source::read(Some(&arguments.workload), "give the path of a workload file")?;
    let load = |at: usize| {
        let mut settings = arguments.study.settings.clone();
        settings.push(knob.setting(at));
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
    let prelude = Prelude::new(asked.clone(), wanted, talk)?;
    let runner = prelude.runner(seed, jobs);
    // The doubt is divided among all that could go wrong: each look at each value for each goal.
    let looks = experiment::looks(wanted);
    let confidence = Confidence::USUAL.of_each(experiment::points(values) * looks * goals.len());
    let mut walked = BTreeMap::new();
    let mut look = |at: usize| {
        let Loaded { mut plan, goals, .. } = load(at)?;
        let judged =
            |study: &Study| -> Vec<Judged> { goals.iter().map(|goal| judge(goal, study, confidence)).collect() };
        prelude.bar.restart();
        let decided = |study: &Study| Verdict::of_all(judged(study).iter().map(|it| it.verdict)) != Verdict::Undecided;
        let outcome = runner
            .find_warm_up(&mut plan, true)
            .and_then(|()| runner.replicate_until(&plan, replications.clone(), &prelude.bar, decided));
        let (outcome, _) = outcome.map_err(|failure| prelude.stopped(&failure))?;
        let study = Study::new(&plan, seed, outcome);
        let found = Walked::new(at, &study, judged(&study));
        let verdict = found.verdict();
        let title = knob.setting(at);
        prelude.bar.remark(&format!("{title}: {} after {} replications", verdict.name(), found.replications));
        walked.insert(at, found);
        Ok::<_, Stop>(match verdict {
            Verdict::Met => Some(true),
            Verdict::Missed => Some(false),
            Verdict::Undecided => None,
        })
    };
    let met_first = if arguments.largest { Some(true) } else { arguments.smallest.then_some(false) };
    let turn = experiment::search(values, met_first, &mut look)?;

    prelude.commit();
    let capacity = Capacity {
        workload: first.plan.name,
        question: first.plan.question,
        key: knob.key.clone(),
        values: knob.values.clone(),
        goals,
        walked: walked.into_values().collect(),
        turn,
        replications,
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
