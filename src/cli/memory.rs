//! Whether a study fits into the memory there is.

use std::path::Path;

use super::limits;
use super::signals;
use super::stop::Stop;
use crate::experiment::{Audit, MeasuredCluster, Replicator};
use crate::plan::Plan;
use crate::record::{Bins, ReplicationSummary};

/// Where the files of the system are.
const ROOT: &str = "/";

/// What a program takes that simulates nothing: its code, its threads' stacks, its report.
const PROGRAM: u64 = 6 << 20;

/// What one replication is estimated to take of a study of many, as a quotient: other replications have more calls at once, and
/// each thread has some memory to spare.
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
/// Where the bounds do not decide it, one replication of each is simulated, which shows what it takes. Where the available
/// memory is not known, the study goes ahead.
pub(super) fn check_study(plans: &[&Plan], replications: u64, jobs: usize) -> Result<(), Stop> {
    let Some(available) = available() else { return Ok(()) };
    let bound = Need {
        clusters: plans.iter().map(|plan| plan.memory_bound(jobs)).max().unwrap_or(0),
        results: results(plans, replications, jobs),
    };
    if bound.all() <= available {
        return Ok(());
    }
    let least = plans.iter().map(|plan| plan.memory_least(jobs)).max().unwrap_or(0);
    Need { clusters: least, ..bound }.within(available, jobs)?;
    estimate(plans, replications, jobs)?.within(available, jobs)
}

/// What a study takes, from one replication of each plan. The process must not have had more memory before.
pub(super) fn estimate(plans: &[&Plan], replications: u64, jobs: usize) -> Result<Need, Stop> {
    let resident = || limits::resident(Path::new(ROOT)).unwrap_or((0, 0));
    let (before, _) = resident();
    for plan in plans {
        let study = signals::Study::begin();
        let mut cluster = MeasuredCluster::new(plan, plan.window(), plan.seed, Audit::Off);
        if let Ok(None) = cluster.run_unless(study.stop(), 0) {
            return Err(Stop::Interrupted { done: 0, of: replications });
        }
    }
    let (_, peak) = resident();
    let worker = peak.saturating_sub(before) / MORE.1 * MORE.0;
    Ok(Need { clusters: worker.saturating_mul(jobs as u64), results: results(plans, replications, jobs) })
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
