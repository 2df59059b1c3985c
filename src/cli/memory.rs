//! Whether a study fits into this machine.

use super::Stop;

/// Refuses a study that needs more memory than there is. Where nobody knows how much there is, it goes ahead.
pub(super) fn check(needed: u64, jobs: usize) -> Result<(), Stop> {
    match available() {
        Some(available) if needed > available => Err(Stop::Invalid(format!(
            "error: this workload needs {} of memory with {jobs} jobs, and {} are free\n  \
             help: fewer --jobs need less, and so do fewer replications, fewer devices and a shorter run",
            gibibytes(needed),
            gibibytes(available)
        ))),
        _ => Ok(()),
    }
}

/// What Linux thinks can be had without swapping.
fn available() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn parse(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words() {
        let text = "MemTotal:       24000000 kB\nMemFree:         1 kB\nMemAvailable:   12000000 kB\n";
        assert_eq!(parse(text), Some(12_000_000 * 1024));
        assert_eq!(parse("MemTotal: 1 kB\n"), None);
        assert_eq!(parse("MemAvailable: many kB\n"), None);
    }

    #[test]
    fn too_much_is_refused_with_the_size() {
        if available().is_some() {
            let Err(Stop::Invalid(message)) = check(1 << 60, 7) else {
                panic!("an exbibyte was found");
            };
            assert!(message.contains("1073741824.0 GiB of memory with 7 jobs"), "{message}");
        }
        assert_eq!(check(0, 1), Ok(()));
    }
}
