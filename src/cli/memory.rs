//! Whether a study fits into the memory there is.

use std::path::Path;

use super::limits;
use super::signals;
use super::stop::Stop;
use crate::experiment::{Audit, MeasuredCluster, Replicator};
use crate::plan::Plan;
use crate::record::{Bins, ReplicationSummary};
use crate::records::Records;

/// Where the files of the system are.
const ROOT: &str = "/";

/// What a program takes that simulates nothing: its code, its threads' stacks, its report.
const PROGRAM: u64 = 10 << 20;

/// So many replications are simulated to see what they take. Their calls may differ a lot: a source with random states has quiet
/// and busy ones.
const PILOTS: u64 = 3;

/// What a replication of a study of many takes at most, of those that were simulated, as a quotient: others have more calls at
/// once, and each thread has some memory to spare.
const MORE: (u64, u64) = (6, 5);

/// The summary of a replication with its share of the report, as a quotient: rows of files are made of it.
const REPORTED: (u64, u64) = (5, 4);

/// What Linux can provide without swapping, within the limits of containers and of the shell.
pub(super) fn available() -> Option<u64> {
    limits::available(Path::new(ROOT))
}

/// What the replications of some plans, one plan after the other, take at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// To simulate, on all threads.
    pub(super) clusters: u64,
    /// For the results.
    pub(super) results: u64,
}

impl Need {
    /// All of it.
    fn all(self) -> u64 {
        self.clusters.saturating_add(self.results)
    }

    /// An error if there is less.
    fn within(self, available: u64, jobs: usize) -> Result<(), Stop> {
        let Need { clusters, results } = self;
        if self.all() <= available {
            return Ok(());
        }
        Err(Stop::Invalid(format!(
            "error: this study needs about {} of memory, and {} are available: {} for {jobs} replications at once, {} \
             for the results of all replications\n  help: {}",
            size(self.all()),
            size(available),
            size(clusters),
            size(results),
            if results > clusters {
                "reduce --replications"
            } else {
                "reduce --jobs, or the number of devices, the calls per hour or the length of calls"
            }
        )))
    }
}

/// Rejects a study that needs more memory than there is: so many replications of each of these plans, one plan after the other.
/// Where the bounds do not decide it, a few replications of each are simulated, which shows what they take. Where the available
/// memory is not known, the study goes ahead.
pub(super) fn check_study(plans: &[&Plan], replications: u64, jobs: usize) -> Result<(), Stop> {
    check(plans, replications, jobs, None)
}

/// The same of a study of one plan, whose calls are on record or not.
pub(super) fn check_run(plan: &Plan, replications: u64, jobs: usize, are_recorded: bool) -> Result<(), Stop> {
    check(&[plan], replications, jobs, are_recorded.then_some(&()))
}

/// What is known of a call in progress for its record takes up to twice as much as the call itself.
const RECORDED: u64 = 3;

fn check(plans: &[&Plan], replications: u64, jobs: usize, records: Option<&dyn Records>) -> Result<(), Stop> {
    let Some(available) = available() else { return Ok(()) };
    let bound = plans.iter().map(|plan| plan.memory_bound(jobs)).max().unwrap_or(0);
    let bound = Need {
        clusters: bound.saturating_mul(if records.is_some() { RECORDED } else { 1 }),
        results: results(plans, replications, jobs),
    };
    if bound.all() <= available {
        return Ok(());
    }
    let least = plans.iter().map(|plan| plan.memory_least(jobs)).max().unwrap_or(0);
    Need { clusters: least, ..bound }.within(available, jobs)?;
    estimated(plans, replications, jobs, records)?.within(available, jobs)
}

/// What a study takes, from a few replications of each plan. The process must not have had more memory before.
pub(super) fn estimate(plans: &[&Plan], replications: u64, jobs: usize) -> Result<Need, Stop> {
    estimated(plans, replications, jobs, None)
}

fn estimated(plans: &[&Plan], replications: u64, jobs: usize, records: Option<&dyn Records>) -> Result<Need, Stop> {
    let resident = || limits::resident(Path::new(ROOT)).unwrap_or((0, 0));
    let (before, _) = resident();
    let of_one_thread = replications.div_ceil(jobs as u64).clamp(1, PILOTS);
    let threads = (PILOTS / of_one_thread).min(jobs as u64);
    // On a thread, as in a study: the system's allocator keeps the memory of threads in another way than that of the program.
    let done = std::thread::scope(|scope| {
        let pilot = scope.spawn(|| plans.iter().all(|plan| simulate(plan, threads, of_one_thread, records)));
        pilot.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    if !done {
        return Err(Stop::Interrupted { done: 0, of: replications });
    }
    let (_, peak) = resident();
    let worker = peak.saturating_sub(before) / threads / MORE.1 * MORE.0;
    Ok(Need { clusters: worker.saturating_mul(jobs as u64), results: results(plans, replications, jobs) })
}

/// Simulates so many replications of each of so many threads, unless it is interrupted. What a thread keeps from one to the next
/// grows a little.
fn simulate(plan: &Plan, threads: u64, of_one_thread: u64, records: Option<&dyn Records>) -> bool {
    let study = signals::Study::begin();
    let mut clusters = Vec::new();
    for thread in 0..threads {
        let mut cluster = MeasuredCluster::recorded(plan, plan.window(), plan.seed, Audit::Off, records);
        for replication in (0..of_one_thread).map(|it| thread * of_one_thread + it) {
            if let Ok(None) = cluster.run_unless(study.stop(), replication) {
                return false;
            }
        }
        clusters.push(cluster);
    }
    true
}

/// What a whole process takes that is in this state and goes on with such a study.
pub(super) fn of_process(need: Need) -> u64 {
    let (now, peak) = limits::resident(Path::new(ROOT)).unwrap_or((0, 0));
    now.saturating_add(PROGRAM).saturating_add(need.all()).max(peak)
}

/// For the results of so many replications of each plan on so many threads, and the report on them.
fn results(plans: &[&Plan], replications: u64, jobs: usize) -> u64 {
    let one_of_each = plans.iter().fold(0, |sum: u64, plan| sum.saturating_add(ReplicationSummary::bytes(plan)));
    let bands = plans.iter().fold(0, |sum: u64, plan| sum.saturating_add(Bins::bytes(plan, replications, jobs)));
    (one_of_each.saturating_mul(replications) / REPORTED.1).saturating_mul(REPORTED.0).saturating_add(bands)
}

/// Whether there are so many bytes to read a file into, or why not.
pub(super) fn room(bytes: u64) -> Result<(), String> {
    match available() {
        Some(available) if bytes > available => {
            Err(format!("need about {} of memory, and {} are available", size(bytes), size(available)))
        }
        _ => Ok(()),
    }
}

/// A size in words.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..=0x3fff_ffff => format!("{} MiB", bytes.div_ceil(1 << 20)),
        _ => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_rejected_with_its_size() {
        let need = Need { clusters: 1 << 60, results: 1 };
        let Err(Stop::Invalid(message)) = need.within(1 << 40, 7) else { panic!("an exbibyte is available") };
        assert!(message.contains("about 1073741824.0 GiB of memory, and 1024.0 GiB are available"), "{message}");
        assert!(message.contains("for 7 replications at once") && message.contains("reduce --jobs"), "{message}");
        let need = Need { clusters: 1, results: u64::MAX };
        let Err(Stop::Invalid(message)) = need.within(1 << 40, 1) else { panic!("sixteen exbibytes are available") };
        assert!(message.contains("reduce --replications"), "{message}");
        assert_eq!(Need { clusters: 1, results: 1 }.within(2, 1), Ok(()));
    }
}
