//! `ctisim compare`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::StyledStr;

use crate::analysis::{Difference, Study};
use crate::engine::Time;
use crate::plan::{Plan, StudyKind};
use crate::record::Measure;
use crate::report::{self, Callers, Format, Listed, Pair};
use crate::studies::{self, Comparison, common_measures, is_open};

use super::doubts;
use super::flags::StudyArguments;
use super::formats::{every_and, show};
use super::help;
use super::memory;
use super::model::{Changes, Loaded, Origin};
use super::output::results;
use super::pages::{Output, PageArguments};
use super::prelude::{Prelude, jobs_for};
use super::repeat::{Repeat, quoted};
use super::stop::Stop;
use super::terminal::Verbosity;
use super::values::{Share, setting};
use super::vary::not_of_the_study;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["Both are run with the seed and the number of replications of A, and so with the same callers."],
        &[help::DONE, help::FAILED, help::USAGE, help::INVALID, help::VIOLATED, help::INTERRUPTED],
        &[
            ("ctisim compare site.toml site-with-four-nodes.toml", "Two files"),
            (
                "ctisim compare site.toml --set-b application.ivr.heartbeat=10s",
                "One file, and the same with one value changed",
            ),
            ("ctisim compare site.toml --set-a 'fault=[]'", "One file without its faults, and with them"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct CompareArguments {
    /// Workload A: a file, or - for standard input
    pub(super) a: PathBuf,

    /// Workload B [default: A, as changed by --set-b]
    pub(super) b: Option<PathBuf>,

    /// Change a value of A only; may be repeated
    #[arg(long = "set-a", value_name = "KEY=VALUE", value_parser = setting)]
    pub(super) settings_a: Vec<String>,

    /// Change a value of B only; may be repeated
    #[arg(long = "set-b", value_name = "KEY=VALUE", value_parser = setting)]
    pub(super) settings_b: Vec<String>,

    /// Measure to compare, e.g. setup_delay.p99; may be repeated [default: all calls, delays, losses and stations]
    #[arg(long = "metric", value_name = "MEASURE", value_parser = Measure::parse)]
    pub(super) measures: Vec<Measure>,

    /// A difference of less than this share of A's value does not matter: the two are called alike
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = Share::parse)]
    pub(super) margin: Share,

    #[command(flatten)]
    pub(super) study: StudyArguments,

    /// Show all measures, including those that are alike or the same
    #[arg(long)]
    pub(super) all: bool,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html]))]
    pub(super) format: Format,

    /// Directory for comparison.csv [default: results/<A>.compare]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    #[command(flatten)]
    page: PageArguments,

    /// Print only; write no file
    #[arg(long, conflicts_with = "out")]
    pub(super) no_files: bool,
}

/// The file that a comparison writes.
const FILE: &str = "comparison.csv";

/// Runs both workloads with the same callers, and prints what differs.
pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Stop> {
    let CompareArguments { study, .. } = arguments;
    if arguments.b.is_none() && arguments.settings_a.is_empty() && arguments.settings_b.is_empty() {
        let help = "give a second workload, or change a value of the first with --set-b KEY=VALUE";
        return Err(Stop::Usage(format!("there is nothing to compare with\n  help: {help}")));
    }
    for (flag, setting) in named("--set-a", &arguments.settings_a).chain(named("--set-b", &arguments.settings_b)) {
        let key = setting.split_once('=').map_or(setting, |(key, _)| key);
        not_of_the_study(key).map_err(|why| Stop::Usage(format!("{flag} {setting}: {why}")))?;
    }
    let help = "give the path of a workload file";
    let b_path = arguments.b.as_deref().unwrap_or(&arguments.a);
    // Standard input can be read only once.
    let source = Origin::read(Some(&arguments.a), &study.allowed, help)?;
    let other = (b_path != arguments.a).then(|| Origin::read(Some(b_path), &study.allowed, help)).transpose()?;
    let changes = |own| Changes { set: &study.settings, own };
    let Loaded { plan: mut a, .. } = source.load(changes(("--set-a", &arguments.settings_a)))?;
    let Loaded { plan: mut b, .. } =
        other.as_ref().unwrap_or(&source).load(changes(("--set-b", &arguments.settings_b)))?;
    let measures = measures(&arguments.measures, &mut a, &mut b)?;

    let seed = study.seed.unwrap_or(a.seed);
    let replications = study.replications.clone().unwrap_or(0..u64::from(a.replications));
    let each = replications.end - replications.start;
    let both = each.saturating_mul(2);
    let jobs = jobs_for(study.jobs, each);
    let verbosity = study.verbosity();
    notes(&a, &b, verbosity);
    doubts::warn_of_nothing(&arguments.measures, &[&a, &b], verbosity);
    let default = format!("{}.compare", a.name);
    let inputs = || other.iter().fold(source.inputs(), |inputs, other| inputs.join(other.inputs()));
    let directory = (!arguments.no_files).then(|| results(arguments.out.as_deref(), &default));
    let output = Output::claim(&arguments.page, directory, &[FILE], &inputs())?;
    memory::check_study(&[&a, &b], each, jobs)?;

    let [command, kept] = [Repeat::path, Repeat::name].map(|path| command(arguments, &replications, seed, path));
    let prelude = Prelude::new(command.clone(), both, verbosity);
    let runner = prelude.runner(seed, jobs);
    let found = studies::compare([&a, &b], &measures, arguments.margin.value, replications.clone(), &runner);
    let Comparison { first, compared, .. } = prelude.finish(found)?;

    // Measures that were asked for are always shown.
    let listed = if arguments.all || !arguments.measures.is_empty() { Listed::All } else { Listed::Differing };
    let pair = pair(arguments, (&first, &b), b_path, replications);
    let page = report::comparison_page(&pair, &compared, listed, &kept);
    let files = || vec![(FILE.to_owned(), report::csv(&report::comparison_sheet(&compared)))];
    let wrote = output.write(&page, files)?;
    show(&page, arguments.format)?;
    wrote.into_iter().for_each(|wrote| verbosity.remark(&wrote));
    let differs = compared.iter().any(|it| !matches!(it.difference(), Difference::Same | Difference::Nothing));
    if !differs {
        verbosity.remark("note: A and B are the same in every replication");
    }
    Ok(())
}

/// The measures to compare: those asked for, or those that both have.
fn measures(asked: &[Measure], a: &mut Plan, b: &mut Plan) -> Result<Vec<Measure>, Stop> {
    if asked.is_empty() {
        return Ok(common_measures(a, b));
    }
    for measure in asked {
        for (which, plan) in [("A", &mut *a), ("B", &mut *b)] {
            measure.asked_of(plan).map_err(|why| Stop::Usage(format!("--metric {measure}: in {which}, {why}")))?;
        }
        if !measure.is_per_replication() {
            return Err(Stop::Usage(format!(
                "--metric {measure}: it has no value per replication, so it cannot be compared\n  help: compare \
                 `{}`, the mean",
                measure.mean()
            )));
        }
    }
    let mut measures = asked.to_vec();
    measures.sort();
    measures.dedup();
    measures.sort_by_key(|measure| asked.iter().position(|it| it == measure));
    Ok(measures)
}

/// The command that reproduces this comparison.
fn command(
    arguments: &CompareArguments,
    replications: &Range<u64>,
    seed: u64,
    path: impl Fn(Repeat, &Path) -> Repeat,
) -> String {
    let files = path(Repeat::of("compare"), &arguments.a);
    let files = arguments.b.iter().fold(files, |command, b| path(command, b));
    files
        .values("--set-a", &arguments.settings_a)
        .values("--set-b", &arguments.settings_b)
        .values("--metric", &arguments.measures)
        .values("--margin", [&arguments.margin])
        .replications(replications, seed)
        .settings(&arguments.study)
        .written()
}

fn named<'a>(flag: &'static str, settings: &'a [String]) -> impl Iterator<Item = (&'static str, &'a str)> {
    settings.iter().map(move |setting| (flag, setting.as_str()))
}

/// Warns of what limits the comparison.
fn notes(a: &Plan, b: &Plan, verbosity: Verbosity) {
    let time = |plan: &Plan| (plan.length, plan.window().warm_up);
    if time(a) != time(b) && !(is_open(a) || is_open(b)) {
        verbosity.remark("warning: A and B are measured over different lengths of time, so their counts differ for that reason alone");
    }
    if a.study != b.study {
        verbosity.remark("warning: one of A and B is a steady study, and the other is not");
    }
    if a.sources != b.sources {
        verbosity.remark("note: the traffic of A and B differs, so that differences may come from their callers");
    }
}

/// What was compared.
fn pair(arguments: &CompareArguments, (first, b): (&Study, &Plan), b_path: &Path, replications: Range<u64>) -> Pair {
    let a = first.plan;
    let described = |path: &Path, settings: &[String]| {
        let sets: String = settings.iter().map(|setting| format!(" --set {}", quoted(setting))).collect();
        format!("{}{sets}", path.display())
    };
    Pair {
        name: a.name.clone(),
        a: described(&arguments.a, &arguments.settings_a),
        b: described(b_path, &arguments.settings_b),
        replications,
        seed: first.seed,
        callers: if a.sources == b.sources { Callers::Shared } else { Callers::Own },
        left_out: (a.study == StudyKind::Steady).then(|| first.window.warm_up.since(Time::ZERO)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        compare: CompareArguments,
    }

    /// Exactly what determines the result is in it.
    #[test]
    fn the_command_reproduces_the_comparison() {
        let line = [
            "compare",
            "a.toml",
            "--set",
            "run.length=10m",
            "--set-a",
            "fault=[]",
            "--set-b",
            "question=what's up",
            "--metric",
            "refused.share",
            "--margin",
            "2.5%",
            "--jobs",
            "3",
            "--quiet",
            "--all",
            "--out",
            "elsewhere",
        ];
        let arguments = Line::parse_from(line).compare;
        let again = command(&arguments, &(5..9), 255, Repeat::path);
        assert_eq!(
            again,
            r"ctisim compare a.toml --set-a 'fault=[]' --set-b 'question=what'\''s up' --metric refused.share --margin 2.5% --replications 5..9 --seed 255 --set run.length=10m"
        );
        let two = Line::parse_from(["compare", "a.toml", "b.toml"]).compare;
        assert_eq!(
            command(&two, &(0..9), 1, Repeat::path),
            "ctisim compare a.toml b.toml --margin 1% --replications 9 --seed 1"
        );
    }
}
