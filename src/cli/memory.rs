//! Whether a study fits into the memory of this machine.

use super::stop::Stop;
use crate::plan::Plan;
use crate::record::ReplicationSummary;

/// Rejects a study that needs more memory than there is: so many replications of each of these plans, one plan after the other.
pub(super) fn check_study(plans: &[&Plan], replications: u64, jobs: usize) -> Result<(), Stop> {
    let clusters = plans.iter().map(|plan| plan.memory_needed(jobs)).max().unwrap_or(0);
    let one_of_each = plans.iter().fold(0, |sum: u64, plan| sum.saturating_add(ReplicationSummary::bytes(plan)));
    check(clusters, one_of_each.saturating_mul(replications), jobs)
}

/// Rejects a study that needs more memory than there is: `clusters` bytes to simulate, and `summaries` bytes for the
/// results. Where the available memory is not known, the study goes ahead.
fn check(clusters: u64, summaries: u64, jobs: usize) -> Result<(), Stop> {
    let needed = clusters.saturating_add(summaries);
    match available() {
        Some(available) if needed > available => Err(Stop::Invalid(format!(
            "error: this study needs about {} of memory, and {} are available: {} for {jobs} replications at once, {} \
             for the results of all replications\n  help: {}",
            size(needed),
            size(available),
            size(clusters),
            size(summaries),
            if summaries > clusters {
                "reduce --replications"
            } else {
                "reduce --jobs, or the number of devices, the calls per hour or the length of calls"
            }
        ))),
        _ => Ok(()),
    }
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

/// What Linux can provide without swapping, within the limit of a container.
fn available() -> Option<u64> {
    let read = |path| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| parse(&text));
    // The whole limit: much of what a container uses is often cache, which is given up when needed.
    let container = read("/sys/fs/cgroup/memory.max").and_then(|text| limit(&text));
    machine.into_iter().chain(container).min()
}

/// The limit of a container; `max` means that there is none.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

fn parse(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=0x3fff_ffff => format!("{} MiB", bytes.div_ceil(1 << 20)),
        _ => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_read() {
        let text = "MemTotal:       24000000 kB\nMemFree:         1 kB\nMemAvailable:   12000000 kB\n";
        assert_eq!(parse(text), Some(12_000_000 * 1024));
        assert_eq!(parse("MemTotal: 1 kB\n"), None);
        assert_eq!(parse("MemAvailable: many kB\n"), None);
    }

    #[test]
    fn the_limit_of_a_container_is_read() {
        assert_eq!(limit("1000\n"), Some(1000));
        assert_eq!(limit("max\n"), None);
    }

    #[test]
    fn too_much_is_rejected_with_its_size() {
        if available().is_some() {
            let Err(Stop::Invalid(message)) = check(1 << 60, 1, 7) else {
                panic!("an exbibyte is available");
            };
            assert!(message.contains("about 1073741824.0 GiB of memory"), "{message}");
            assert!(message.contains("for 7 replications at once") && message.contains("reduce --jobs"), "{message}");
            let Err(Stop::Invalid(message)) = check(1, u64::MAX, 1) else {
                panic!("sixteen exbibytes are available");
            };
            assert!(message.contains("reduce --replications"), "{message}");
        }
        assert_eq!(check(0, 0, 1), Ok(()));
    }
}
