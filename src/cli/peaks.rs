//! `ctisim peaks`, which is not listed: estimates of memory held against the peaks of random studies, each in a process of its
//! own.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use clap::builder::StyledStr;

use super::flags::StudyArguments;
use super::help;
use super::input::Allowed;
use super::limits::resident;
use super::memory;
use super::model::Origin;
use super::output::Scratch;
use super::prelude::{jobs, jobs_for};
use super::run::{self, RunArguments};
use super::stop::Stop;
use super::terminal::print;
use crate::verify::DrawnStudy;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &["A peak may not exceed its estimate, and an estimate may not exceed 1.5 times the peak and 16 MiB."],
        &[(0, "every estimate is right"), help::FAILED, help::USAGE, (13, "one is not")],
        &[("ctisim peaks --studies 1000", "Of a thousand studies, some of which take a gigabyte")],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct PeaksArguments {
    /// How many studies
    #[arg(long, value_name = "N", default_value_t = 1000)]
    studies: u64,

    /// The number of the first
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,

    /// The most calls in a replication, about
    #[arg(long, value_name = "N", default_value_t = 4_000_000)]
    calls: u64,

    /// How many at once [default: the number of cores]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Print the workload of the first
    #[arg(long, conflicts_with_all = ["estimate", "peak"])]
    show: bool,

    /// Only estimate the first
    #[arg(long, conflicts_with = "peak")]
    estimate: bool,

    /// Only run the first
    #[arg(long)]
    peak: bool,
}

/// The most that an estimate may be for this peak.
fn most(peak: u64) -> u64 {
    peak / 2 * 3 + (16 << 20)
}

/// Draws studies, estimates and runs each, and prints those whose estimate is wrong.
pub(super) fn run(arguments: &PeaksArguments) -> Result<(), Stop> {
    let drawn = DrawnStudy::new(arguments.first, arguments.calls);
    if arguments.show {
        return print(drawn.text.as_bytes());
    }
    if arguments.estimate || arguments.peak {
        return print(format!("{}\n", one(&drawn, arguments.estimate)?).as_bytes());
    }
    let next = AtomicU64::new(arguments.first);
    let end = arguments.first.saturating_add(arguments.studies);
    let work = || {
        let mut wrong = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= end {
                return Ok(wrong);
            }
            let (estimate, peak) = (child(arguments, number, "--estimate")?, child(arguments, number, "--peak")?);
            if peak > estimate || estimate > most(peak) {
                let kib = |bytes: u64| bytes / 1024;
                wrong.push(format!("study {number}: estimate {} KiB, peak {} KiB", kib(estimate), kib(peak)));
            }
        }
    };
    let threads = jobs(arguments.jobs);
    let found: Result<Vec<Vec<String>>, Stop> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let wrong = found?.concat();
    print(format!("{} of {} estimates are wrong\n", wrong.len(), arguments.studies).as_bytes())?;
    if wrong.is_empty() { Ok(()) } else { Err(Stop::Violated(wrong.join("\n  "))) }
}

/// The estimate or the peak of a study, in bytes, of this process: everything that `ctisim run` does, files included.
fn one(drawn: &DrawnStudy, only_estimate: bool) -> Result<u64, Stop> {
    let failed = |error: io::Error| Stop::Failed(format!("cannot use a temporary directory: {error}"));
    let scratch = Scratch::new().map_err(failed)?;
    scratch.file("drawn.toml").and_then(|mut file| file.write_all(drawn.text.as_bytes())).map_err(failed)?;
    let path = scratch.path("drawn.toml");
    let count = NonZeroUsize::new(drawn.jobs as usize);
    if only_estimate {
        let origin = Origin::read(Some(&path), &Allowed::default(), "")?;
        let plan = origin.load(&Vec::new())?.plan;
        let need = memory::estimate(&[&plan], drawn.replications, jobs_for(count, drawn.replications))?;
        return Ok(memory::of_process(need));
    }
    let study = StudyArguments { jobs: count, quiet: true, ..StudyArguments::default() };
    let out = Some(scratch.path("out"));
    run::run(&RunArguments { workload: Some(path), study, out, ..RunArguments::default() })?;
    resident(Path::new("/")).map(|(_, peak)| peak).ok_or_else(|| Stop::Failed("the system names no peak".to_owned()))
}

/// The last line that a process of its own prints for this study, as a number.
fn child(arguments: &PeaksArguments, number: u64, what: &str) -> Result<u64, Stop> {
    let failed = |why: String| Stop::Failed(format!("study {number}: {why}"));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(program);
    command.args(["peaks", what, "--first", &number.to_string(), "--calls", &arguments.calls.to_string()]);
    let output = command.stdin(Stdio::null()).output().map_err(|error| failed(error.to_string()))?;
    let Output { status, stdout, stderr } = output;
    let last = String::from_utf8_lossy(&stdout).lines().last().and_then(|line| line.parse().ok());
    match last {
        Some(bytes) if status.success() => Ok(bytes),
        _ => Err(failed(format!("{status}: {}", String::from_utf8_lossy(&stderr)))),
    }
}
