//! `ctisim trace`.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::builder::StyledStr;
use clap::{ArgGroup, Args};

use crate::domain::CallName;
use crate::engine::{Span, Time};
use crate::plan::Plan;
use crate::record::{Column, Measure, cannot_occur};
use crate::report::{Format, Traced, trace_page};
use crate::trace::{Condition, Selected, Selection, duration_column, follow, read_call_name, select};
use crate::workload::{Clock, units};

use super::formats::{every_and, show};
use super::help;
use super::input::Allowed;
use super::model::{Loaded, Origin};
use super::pages::{Output, PageArguments};
use super::prelude::Prelude;
use super::repeat::Repeat;
use super::stop::Stop;
use super::terminal::Verbosity;
use super::values::{seed, setting};

/// A single time stands for so long a stretch.
const MOMENT: Span = Span::from_nanos(1_000_000_000);

/// More conditions nobody types.
const CONDITIONS_MAX: usize = 32;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[
            "A replication is a seed and a number: it is run again, and what happens to a call is the same whatever else is traced. A call \
           is named by its traffic and its number, counted from 0, as in callers:17.",
        ],
        &[help::DONE, help::FAILED, help::USAGE, help::INVALID, help::INTERRUPTED],
        &[
            ("ctisim trace site.toml --worst setup_delay", "The caller who waited longest, in replication 0"),
            ("ctisim trace site.toml --replication 17 --call callers:1234", "One call, message by message"),
            (
                "ctisim trace site.toml --where ended=dropped_in_change",
                "Calls that were lost while they were transferred",
            ),
            ("ctisim trace site.toml --at 20m..20m2s --format mermaid", "Two seconds, for a wiki"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["call", "at", "worst", "conditions"]))]
pub(super) struct TraceArguments {
    /// Workload file, or - for standard input [default: the built-in busy hour]
    workload: Option<PathBuf>,

    /// The replication to run again, counted from 0
    #[arg(long, value_name = "R", default_value_t = 0, allow_hyphen_values = true)]
    replication: u64,

    /// One call: its traffic and its number, as in callers:17, or its number alone if there is one traffic
    #[arg(long, value_name = "CALL")]
    call: Option<String>,

    /// What happens in a stretch of time: 20m..20m5s, or the second from 20m on; with a clock also 08:20:00
    #[arg(long, value_name = "TIME|A..B")]
    at: Option<String>,

    /// The call with the longest of a duration, e.g. setup_delay or application:ivr/app_queue_delay
    #[arg(long, value_name = "METRIC")]
    worst: Option<String>,

    /// Calls of which this is true; may be repeated. ended=ENDING, traffic=NAME, sent_to=NAME, forwarded=cfna, turned_away=busy,
    /// or a duration: setup_delay>=2s
    #[arg(long = "where", value_name = "CONDITION")]
    conditions: Vec<String>,

    /// The most calls to trace
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    most: u32,

    /// Change a value of the workload, e.g. run.length=10m; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<String>,

    #[command(flatten)]
    allowed: Allowed,

    /// Random seed, decimal or hexadecimal (0x...) [default: the workload's]
    #[arg(long, value_name = "S", value_parser = seed, allow_hyphen_values = true)]
    seed: Option<u64>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Html, Format::Svg, Format::Mermaid, Format::Trace, Format::Jsonl]))]
    format: Format,

    #[command(flatten)]
    page: PageArguments,

    /// Show no remarks
    #[arg(long, short, display_order = 900)]
    quiet: bool,
}

/// Runs a replication again and tells what happens to calls.
pub(super) fn run(arguments: &TraceArguments) -> Result<(), Stop> {
    let help = "give the path of a workload file; without one, the built-in busy hour is traced";
    let origin = Origin::read(arguments.workload.as_deref(), &arguments.allowed, help)?;
    let Loaded { plan, digest, .. } = origin.load(&arguments.settings)?;
    let seed = arguments.seed.unwrap_or(plan.seed);
    let verbosity = if arguments.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let asked = Asked::read(arguments, &plan)?;
    let output = Output::claim(&arguments.page, None, &[], &origin.inputs())?;
    let replication = arguments.replication;
    if replication >= u64::from(plan.replications) {
        verbosity.remark(&format!(
            "note: `run` has {} replications of this workload, the last of which is {}; this is another one",
            plan.replications,
            plan.replications - 1
        ));
    }

    let command = command(arguments, seed);
    let prelude = Prelude::new(command.clone(), 1, Verbosity::Quiet);
    let traced = traced(&plan, (seed, replication), &asked, arguments.most as usize, prelude.stop());
    let interrupted = || Stop::Interrupted { done: 0, of: 1 };
    let (found, trace) = match traced {
        Some(traced) => traced?,
        None => return Err(interrupted()),
    };
    prelude.commit()?;
    if let (Selection::Call(call), true) = (&asked.selection, trace.calls.is_empty()) {
        return Err(no_such_call(&plan, *call, replication, &trace.offered));
    }
    let stretch = match (&asked.selection, &found.worst) {
        (Selection::During(stretch), _) => Some(stretch.clone()),
        // What is not of one call is a stretch of the cluster's time.
        (Selection::Worst(_), Some(worst)) if found.calls.is_empty() => {
            Some(Time::from_nanos(worst.at.nanos().saturating_sub(worst.value.nanos()))..after(worst.at))
        }
        _ => None,
    };
    let question = asked.question(&plan, replication, &found);
    let traced =
        Traced { plan: &plan, seed, replication, trace: &trace, stretch, question, more: found.more, command, digest };
    let page = trace_page(&traced);
    let wrote = output.write(&page, Vec::new)?;
    show(&page, arguments.format)?;
    wrote.into_iter().for_each(|wrote| verbosity.remark(&wrote));
    Ok(())
}

fn after(moment: Time) -> Time {
    moment + Span::from_nanos(1)
}

/// Finds calls and follows them; `None`: it was interrupted.
fn traced(
    plan: &Plan,
    run: (u64, u64),
    asked: &Asked<'_>,
    most: usize,
    stop: &AtomicBool,
) -> Option<Result<(Selected, crate::trace::Trace), Stop>> {
    let found = select(plan, run, &asked.selection, most, stop)?;
    if let Err(why) = asked.judge(plan, run.1, &found) {
        return Some(Err(why));
    }
    let trace = follow(plan, run, &found.calls, stop)?;
    Some(Ok((found, trace)))
}

/// What was asked for, as it was typed and as it is meant.
struct Asked<'a> {
    typed: &'a TraceArguments,
    selection: Selection,
}

impl<'a> Asked<'a> {
    fn read(typed: &'a TraceArguments, plan: &Plan) -> Result<Asked<'a>, Stop> {
        let wrong = |flag: &str, text: &str, why: String| Stop::Usage(format!("{flag} {text}: {why}"));
        let selection = if let Some(text) = &typed.call {
            read_call_name(text, plan).map(Selection::Call).map_err(|why| wrong("--call", text, why))
        } else if let Some(text) = &typed.at {
            stretch(text, plan).map(Selection::During).map_err(|why| wrong("--at", text, why))
        } else if let Some(text) = &typed.worst {
            worst(text, plan).map(Selection::Worst).map_err(|why| wrong("--worst", text, why))
        } else if typed.conditions.len() > CONDITIONS_MAX {
            Err(Stop::Usage(format!("--where: at most {CONDITIONS_MAX} conditions are possible")))
        } else {
            let read = |text: &String| Condition::parse(text, plan).map_err(|why| wrong("--where", text, why));
            typed.conditions.iter().map(read).collect::<Result<_, _>>().map(Selection::Where)
        };
        Ok(Asked { typed, selection: selection? })
    }

    /// Whether anything was found.
    fn judge(&self, plan: &Plan, replication: u64, found: &Selected) -> Result<(), Stop> {
        let nothing = |what: String| {
            let help = "try another replication";
            Err(Stop::Failed(format!("{what} in replication {replication} of `{}`\n  help: {help}", plan.name)))
        };
        match &self.selection {
            Selection::Worst(_) if found.worst.is_none() => {
                nothing(format!("no {} was measured", self.typed.worst.as_deref().unwrap_or_default()))
            }
            Selection::Where(_) if found.calls.is_empty() => {
                nothing(format!("there is no call with {}", self.typed.conditions.join(" and ")))
            }
            _ => Ok(()),
        }
    }

    /// What the trace shows.
    fn question(&self, plan: &Plan, replication: u64, found: &Selected) -> String {
        let name = |call: &CallName| plan.call_name(*call);
        match &self.selection {
            Selection::Call(call) => format!("call {} of replication {replication}", name(call)),
            Selection::During(_) => {
                format!("{} of replication {replication}", self.typed.at.as_deref().unwrap_or_default())
            }
            Selection::Worst(_) => {
                let metric = self.typed.worst.as_deref().unwrap_or_default();
                let whose = found.calls.first().map_or(String::new(), |call| format!(", call {}", name(call)));
                format!("the longest {metric} of replication {replication}{whose}")
            }
            Selection::Where(_) => {
                format!("calls of replication {replication} with {}", self.typed.conditions.join(" and "))
            }
        }
    }
}

/// The values of a duration that runs of the plan can have.
fn worst(metric: &str, plan: &Plan) -> Result<Column, String> {
    let column = duration_column(metric, plan)?;
    let measure = Measure::parse(metric)?;
    match measure.lacks(plan) {
        Some(needs) => Err(cannot_occur(measure.metric(), needs)),
        None => Ok(column),
    }
}

/// A stretch of time within the run.
fn stretch(text: &str, plan: &Plan) -> Result<Range<Time>, String> {
    let range = match text.split_once("..") {
        Some((from, until)) => moment(from, plan)?..moment(until, plan)?,
        None => {
            let from = moment(text, plan)?;
            from..from + MOMENT
        }
    };
    let length = || units::words(plan.length.since(Time::ZERO));
    if range.start >= plan.length {
        return Err(format!("the run lasts {}", length()));
    }
    if range.start >= range.end {
        return Err("it ends before it begins".to_owned());
    }
    Ok(range)
}

/// A moment of the run: since its beginning, or as the clock shows it.
fn moment(text: &str, plan: &Plan) -> Result<Time, String> {
    if !text.contains(':') {
        return units::duration(text).map(|span| Time::ZERO + span);
    }
    const DAY: u64 = 86_400_000_000_000;
    let shown = Clock::parse(text)?.starts().nanos();
    let starts = plan.clock.map(|clock| clock.starts().nanos());
    let starts =
        starts.ok_or("the workload does not say what the clock shows (`run.starts`): write 20m, for example")?;
    Ok(Time::from_nanos((shown + DAY - starts) % DAY))
}

/// That a call does not exist, and which do.
fn no_such_call(plan: &Plan, call: CallName, replication: u64, offered: &[u32]) -> Stop {
    let traffic = &plan.sources[call.source.index()].name;
    let which = match offered[call.source.index()] {
        0 => format!("`{traffic}` has no calls there"),
        count => format!("the last one there is {traffic}:{}", count - 1),
    };
    Stop::Failed(format!("there is no call {} in replication {replication}\n  help: {which}", plan.call_name(call)))
}

/// The command that gives the same again.
fn command(arguments: &TraceArguments, seed: u64) -> String {
    Repeat::of("trace")
        .file(arguments.workload.as_deref())
        .values("--replication", [arguments.replication])
        .values("--call", &arguments.call)
        .values("--at", &arguments.at)
        .values("--worst", &arguments.worst)
        .values("--where", &arguments.conditions)
        .values("--most", [arguments.most])
        .values("--seed", [seed])
        .values("--set", &arguments.settings)
        .values("--allow-read", arguments.allowed.directories.iter().map(|directory| directory.display()))
        .written()
}
