//! The shipped workloads: their identities and the bytes of their results.

use sha2::{Digest, Sha256};

use crate::analysis::{Study, hex};
use crate::experiment::{Audit, Failure, Outcome, Replicator, replicate};
use crate::plan::Plan;
use crate::report;
use crate::studies::Runner;

use super::check::{Check, Figure, Part};
use super::comparison::compile;
use super::workers::Workers;

macro_rules! workloads {
    ($($name:literal,)*) => {
        /// The shipped workloads: name and text, in order of their names.
        pub const WORKLOADS: [(&str, &str); [$($name),*].len()] =
            [$(($name, include_str!(concat!("../../workloads/", $name, ".toml")))),*];
    };
}

workloads! {
    "application_exit",
    "application_hang",
    "attendant_console",
    "auto_attendant",
    "before_ctimanager",
    "busy_hour",
    "callmanager_failure",
    "callmanager_failure_no_spare",
    "contact_centre",
    "ctimanager_failure",
    "ctimanager_without_backup",
    "failback_at_night",
    "failback_split",
    "failback_under_load",
    "fan_in",
    "flash_crowd",
    "ivr_standby",
    "monday_morning",
    "node_failure_storm",
    "phones_without_standby",
    "ports_down",
    "random_failures",
    "recovery_forbidden",
    "rolling_restart",
    "softphone_dialler",
    "split_site",
    "whole_group_outage",
}

/// Those that cover every part of the model in a short time.
pub(super) const QUICK: [&str; 4] = ["application_hang", "callmanager_failure", "ctimanager_failure", "split_site"];

/// The SHA-256 of every result file of two replications of each of them, as `sha256sum --check` reads it.
pub const FINGERPRINTS: &str = include_str!("../../results/fingerprints.txt");

/// The number of replications of the fingerprints.
pub(super) const FINGERPRINTED: u64 = 2;

/// The files that a run writes, apart from the one that says how it was run.
const FILES: [&str; 5] = ["summary.csv", "replications.csv", "devices.csv", "timeline.csv", "histograms.hlog"];

fn files(study: &Study) -> [Vec<u8>; FILES.len()] {
    [
        report::csv(&report::summary_sheet(study)),
        report::csv(&report::replications_sheet(study)),
        report::csv(&report::devices_sheet(study)),
        report::csv(&report::timeline_sheet(study)),
        report::histograms_hlog(study),
    ]
}

/// The first digits of a digest, enough to see that two differ.
fn short(digest: &str) -> String {
    digest.chars().take(16).collect()
}

/// Runs a workload as `ctisim run` does.
fn study<'p>(
    plan: &'p Plan,
    seed: u64,
    replications: u64,
    jobs: usize,
    workers: &Workers,
) -> Result<Study<'p>, Failure> {
    let runner = Runner { seed, jobs, audit: Audit::Off, observer: workers, stop: workers.stop, records: None };
    runner.replicate(plan, plan.window(), 0..replications)
}

/// Whether the results of a workload have the bytes of these fingerprints.
pub(super) fn fingerprint(workers: &Workers, name: &str, text: &str, fingerprints: &str) -> Result<Check, Failure> {
    let plan = compile(name, text);
    let study = study(&plan, plan.seed, FINGERPRINTED, 1, workers)?;
    let lines = FILES.iter().zip(files(&study));
    let lines = lines.map(|(file, content)| (format!("{name}/{file}"), hex(&Sha256::digest(&content))));
    let kept = |path: &str| {
        fingerprints.lines().find_map(|line| line.split_once("  ").filter(|(_, of)| *of == path)).map(|(kept, _)| kept)
    };
    let mut same = format!("{} files as released", FILES.len());
    let mut agrees = true;
    for (path, digest) in lines {
        if kept(&path) != Some(&*digest) && agrees {
            let released = kept(&path).map_or("no fingerprint".to_owned(), short);
            same = format!("{path} is {}, released with {released}", short(&digest));
            agrees = false;
        }
    }
    let expected = Figure::Text(format!("{} files as released", FILES.len()));
    Ok(Check::exact(Part::Fingerprints, name.to_owned(), expected, Figure::Text(same), agrees))
}

/// The number of audited replications of each workload.
pub(super) const AUDITED: u64 = 4;

/// Whether every identity holds in a workload.
pub(super) fn identities<W: Replicator>(
    workers: &Workers,
    name: &str,
    jobs: usize,
    worker: impl Fn() -> W + Sync,
) -> Result<Check, Failure> {
    let expected = Figure::Text("every identity holds".into());
    let found = match replicate(0..AUDITED, jobs, worker, workers, workers.stop) {
        Ok(_) => expected.clone(),
        Err(Failure::Violated { replication, violations }) => {
            let first = violations.into_iter().next().unwrap_or_default();
            Figure::Text(format!("replication {replication}: {first}"))
        }
        Err(other) => return Err(other),
    };
    let agrees = found == expected;
    Ok(Check::exact(Part::Identities, name.to_owned(), expected, found, agrees))
}

/// The number of replications for the sameness of a workload, which 2 and 3 do not divide.
pub(super) const COMPARED: u64 = 7;

/// A way to run the same replications.
#[derive(Clone, Copy)]
enum Way {
    Threads(usize),
    /// In so many parts, the last one first, which are then merged. Parts of one replication have memory that nothing has used
    /// before.
    Parts(u64),
    /// With an auditor.
    Audited,
}

impl Way {
    fn name(self) -> String {
        match self {
            Way::Threads(1) => "1 thread".to_owned(),
            Way::Threads(threads) => format!("{threads} threads"),
            Way::Parts(parts) => format!("{parts} parts merged"),
            Way::Audited => "audited".to_owned(),
        }
    }
}

/// The ways that are compared with one thread that runs them all.
const WAYS: [Way; 7] = [
    Way::Threads(2),
    Way::Threads(3),
    Way::Threads(8),
    Way::Parts(2),
    Way::Parts(3),
    Way::Parts(COMPARED),
    Way::Audited,
];

/// The number of replications of [`sameness`].
pub(super) const fn sameness_replications() -> u64 {
    COMPARED * (WAYS.len() as u64 + 1)
}

/// Whether every way to run the same replications gives the same bytes. `worker` makes a worker with or without an auditor.
pub(super) fn sameness<W: Replicator>(
    workers: &Workers,
    plan: &Plan,
    seed: u64,
    worker: impl Fn(Audit) -> W + Sync,
) -> Result<Check, Failure> {
    let bytes = |outcome: Outcome| files(&Study::new(plan, plan.window(), seed, outcome));
    let reference = bytes(replicate(0..COMPARED, 1, || worker(Audit::Off), workers, workers.stop)?);
    let expected = Figure::Text(format!("the same {} files in {} ways", FILES.len(), WAYS.len() + 1));
    let mut found = expected.clone();
    for way in WAYS {
        let outcome = match way {
            Way::Threads(threads) => replicate(0..COMPARED, threads, || worker(Audit::Off), workers, workers.stop),
            Way::Parts(parts) => in_parts(workers, parts, || worker(Audit::Off)),
            Way::Audited => replicate(0..COMPARED, 2, || worker(Audit::On), workers, workers.stop),
        };
        let differing = match outcome {
            Ok(outcome) => {
                let files = FILES.iter().zip(bytes(outcome)).zip(&reference);
                files.filter(|((_, ours), theirs)| ours != *theirs).map(|((file, _), _)| *file).collect::<Vec<_>>()
            }
            Err(Failure::Violated { .. }) => vec!["an identity"],
            Err(other) => return Err(other),
        };
        if !differing.is_empty() {
            found = Figure::Text(format!("{}: {} differs", way.name(), differing.join(", ")));
            break;
        }
    }
    let agrees = found == expected;
    Ok(Check::exact(Part::Sameness, plan.name.clone(), expected, found, agrees))
}

/// The replications in so many parts, the last first, merged in that order.
fn in_parts<W: Replicator>(workers: &Workers, parts: u64, worker: impl Fn() -> W + Sync) -> Result<Outcome, Failure> {
    let mut sum: Option<Outcome> = None;
    for part in (0..parts).rev() {
        let range = part * COMPARED / parts..(part + 1) * COMPARED / parts;
        let mut outcome = replicate(range, 1, &worker, workers, workers.stop)?;
        if let Some(later) = sum.take() {
            outcome.summaries.extend(later.summaries);
            let mut merged = later.merged;
            merged.add(&outcome.merged);
            outcome.merged = merged;
        }
        sum = Some(outcome);
    }
    Ok(sum.expect("there is a part"))
}
