//! How much memory there is: what the machine, the groups of processes that a container is made of, and the shell allow.

use std::fs;
use std::path::{Path, PathBuf};

/// The bytes that can be had beyond those in use, without swapping: the least that any limit leaves. `None` where the system
/// does not say.
pub(super) fn available(root: &Path) -> Option<u64> {
    let read = |path: &str| fs::read_to_string(root.join(path)).ok();
    let machine = read("proc/meminfo").and_then(|text| kibibytes(&text, "MemAvailable:"));
    let groups = read("proc/self/cgroup").map(|text| group_directories(root, &text)).unwrap_or_default();
    let groups = groups.into_iter().filter_map(|(directory, version)| version.left(&directory));
    let status = read("proc/self/status").unwrap_or_default();
    let limits = read("proc/self/limits").unwrap_or_default();
    let process = [("Max address space", "VmSize:"), ("Max data size", "VmData:")]
        .into_iter()
        .filter_map(|(limit, used)| Some(soft_limit(&limits, limit)?.saturating_sub(kibibytes(&status, used)?)));
    machine.into_iter().chain(groups).chain(process).min()
}

/// The bytes that a process has in memory now, and the most it has had.
pub(super) fn resident(root: &Path) -> Option<(u64, u64)> {
    let status = fs::read_to_string(root.join("proc/self/status")).ok()?;
    Some((kibibytes(&status, "VmRSS:")?, kibibytes(&status, "VmHWM:")?))
}

/// A line such as `MemAvailable:   12000000 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The first number of a line such as `Max address space   204800000   unlimited   bytes`.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The versions of Linux's control groups, which name their files differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

impl Version {
    /// What the limit of a group leaves. Files that are cached are given up when memory is short.
    fn left(self, directory: &Path) -> Option<u64> {
        let read = |name: &str| fs::read_to_string(directory.join(name)).ok();
        let (limit, usage, cached) = match self {
            Version::V1 => ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "),
            Version::V2 => ("memory.max", "memory.current", "inactive_file "),
        };
        // `max` means that there is none.
        let limit: u64 = read(limit)?.trim().parse().ok()?;
        let used: u64 = read(usage).and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        let cached: u64 = read("memory.stat")
            .and_then(|text| text.lines().find_map(|line| line.strip_prefix(cached)?.trim().parse().ok()))
            .unwrap_or(0);
        Some(limit.saturating_sub(used.saturating_sub(cached)))
    }
}

/// The directories of the groups of a process, each with those above it: any may have a limit. A container that sees only its
/// own group sees it as the topmost one.
fn group_directories(root: &Path, groups: &str) -> Vec<(PathBuf, Version)> {
    let mut found = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (top, version) = match controllers {
            "" => (root.join("sys/fs/cgroup"), Version::V2),
            _ if controllers.split(',').any(|it| it == "memory") => (root.join("sys/fs/cgroup/memory"), Version::V1),
            _ => continue,
        };
        let inside = Path::new(path.trim_start_matches('/'));
        found.extend(inside.ancestors().map(|group| (top.join(group), version)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// A machine: files below a directory of its own.
    struct Machine(tempfile::TempDir);

    impl Machine {
        fn with(files: &[(&str, &str)]) -> Machine {
            let machine = Machine(tempfile::tempdir().unwrap());
            for (path, text) in files {
                let path = machine.0.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            machine
        }

        fn available(&self) -> Option<u64> {
            available(self.0.path())
        }
    }

    const MEMINFO: (&str, &str) =
        ("proc/meminfo", "MemTotal:       24000000 kB\nMemFree:         1 kB\nMemAvailable:   12000000 kB\n");

    #[test]
    fn what_is_not_known_does_not_limit() {
        assert_eq!(Machine::with(&[]).available(), None);
        assert_eq!(Machine::with(&[MEMINFO]).available(), Some(12_000_000 * 1024));
        for odd in ["MemTotal: 1 kB\n", "MemAvailable: many kB\n"] {
            assert_eq!(Machine::with(&[("proc/meminfo", odd)]).available(), None);
        }
    }

    /// The group may have 100 MiB, the one above it 64 MiB, the topmost one is not limited. 60 MiB are used below the one above,
    /// 12 MiB of these are cached files: 64 - 48 = 16 MiB are left there, and 100 - 20 = 80 MiB in the group.
    #[test]
    fn of_nested_groups_the_tightest_counts() {
        let v2 = Machine::with(&[
            MEMINFO,
            ("proc/self/cgroup", "0::/above/job\n"),
            ("sys/fs/cgroup/memory.max", "max\n"),
            ("sys/fs/cgroup/above/memory.max", "67108864\n"),
            ("sys/fs/cgroup/above/memory.current", "62914560\n"),
            ("sys/fs/cgroup/above/memory.stat", "anon 1\ninactive_file 12582912\nactive_file 7\n"),
            ("sys/fs/cgroup/above/job/memory.max", "104857600\n"),
            ("sys/fs/cgroup/above/job/memory.current", "20971520\n"),
        ]);
        assert_eq!(v2.available(), Some(16 * MIB));
        let v1 = Machine::with(&[
            MEMINFO,
            ("proc/self/cgroup", "9:cpu:/elsewhere\n4:hugetlb,memory:/above/job\n0::/\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("sys/fs/cgroup/memory/above/memory.limit_in_bytes", "67108864\n"),
            ("sys/fs/cgroup/memory/above/memory.usage_in_bytes", "62914560\n"),
            ("sys/fs/cgroup/memory/above/memory.stat", "cache 1\ninactive_file 5\ntotal_inactive_file 12582912\n"),
            ("sys/fs/cgroup/memory/above/job/memory.limit_in_bytes", "104857600\n"),
            ("sys/fs/cgroup/memory/above/job/memory.usage_in_bytes", "20971520\n"),
            ("sys/fs/cgroup/memory/elsewhere/memory.limit_in_bytes", "1\n"),
        ]);
        assert_eq!(v1.available(), Some(16 * MIB));
    }

    /// A container sees its own group as the topmost one, whatever path the file names.
    #[test]
    fn a_container_has_its_limit_at_the_top() {
        let files = [
            MEMINFO,
            ("proc/self/cgroup", "4:memory:/docker/0123\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "33554432\n"),
        ];
        assert_eq!(Machine::with(&files).available(), Some(32 * MIB));
    }

    /// `ulimit -v 200000` is 204,800,000 bytes, of which 4,800,000 / 1024 = 4,687.5 kB are taken; here 4,000 kB are.
    #[test]
    fn the_limits_of_the_shell_count() {
        const LIMITS: &str = "Limit                     Soft Limit           Hard Limit           Units     \n\
                              Max data size             unlimited            unlimited            bytes     \n\
                              Max address space         204800000            unlimited            bytes     \n";
        let status = "VmSize:\t    4000 kB\nVmData:\t    1000 kB\nVmHWM:\t 3000 kB\nVmRSS:\t 2000 kB\n";
        let files = [MEMINFO, ("proc/self/limits", LIMITS), ("proc/self/status", status)];
        let machine = Machine::with(&files);
        assert_eq!(machine.available(), Some(204_800_000 - 4_096_000));
        assert_eq!(resident(machine.0.path()), Some((2_048_000, 3_072_000)));
        let data = LIMITS.replace("size             unlimited", "size             10240000 ");
        let files = [MEMINFO, ("proc/self/limits", &*data), ("proc/self/status", status)];
        assert_eq!(Machine::with(&files).available(), Some(10_240_000 - 1_024_000));
    }
}
