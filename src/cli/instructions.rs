//! Instructions per event, counted by callgrind: the count is the same on every run.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::flags::StudyArguments;

/// The target and profile of this build: instruction counts of different builds cannot be compared.
pub(super) fn build() -> String {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    format!("{}-{}, {profile}", std::env::consts::ARCH, std::env::consts::OS)
}

/// Instructions per event of a workload: those of two replications less those of one, which leaves out the program's start
/// and end.
///
/// # Errors
/// Why they could not be counted.
pub(super) fn per_event(workload: &Path, study: &StudyArguments, seed: u64) -> Result<f64, String> {
    let one = count(workload, study, seed, 1)?;
    let two = count(workload, study, seed, 2)?;
    let (instructions, events) = (two.0.saturating_sub(one.0), two.1 - one.1);
    if events <= 0.0 || instructions == 0 {
        return Err("the second replication had no events".to_owned());
    }
    Ok(instructions as f64 / events)
}

/// The instructions of so many replications, and their events.
fn count(workload: &Path, study: &StudyArguments, seed: u64, replications: u64) -> Result<(u64, f64), String> {
    let program =
        std::env::current_exe().map_err(|error| format!("the path of this program cannot be found: {error}"))?;
    let counts = tempfile::NamedTempFile::new().map_err(|error| format!("cannot create a temporary file: {error}"))?;
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", counts.path().display()))
        .arg(program)
        .args(["run", "--jobs", "1", "--no-files", "--quiet", "--format", "csv"])
        .args(["--replications", &replications.to_string(), "--seed", &seed.to_string()])
        .args(study.settings.iter().flat_map(|setting| ["--set", setting]))
        .args(study.allowed.directories.iter().flat_map(|it| [OsStr::new("--allow-read"), it.as_os_str()]))
        .arg(workload)
        .stdin(Stdio::null());
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "valgrind is not installed on this machine".to_owned(),
        _ => format!("cannot run valgrind: {error}"),
    })?;
    // 10 and 11 are about goals, which do not matter here.
    if !matches!(output.status.code(), Some(0 | 10 | 11)) {
        return Err(format!("the run failed under valgrind: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let text = std::fs::read_to_string(counts.path()).map_err(|error| format!("cannot read its counts: {error}"))?;
    let total = text.lines().rev().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:")));
    let instructions = total.and_then(|total| total.trim().parse().ok());
    let events = events(&output.stdout).map(|mean| mean * replications as f64);
    instructions.zip(events).ok_or_else(|| "callgrind left no counts".to_owned())
}

/// The mean number of events in `summary.csv`.
fn events(summary: &[u8]) -> Option<f64> {
    let mut rows = csv::Reader::from_reader(summary);
    let columns = rows.headers().ok()?.clone();
    let at = |name: &str| columns.iter().position(|column| column == name);
    let (metric, mean) = (at("metric")?, at("mean")?);
    let row = rows.records().flatten().find(|row| row.get(metric) == Some("events"))?;
    row.get(mean)?.parse().ok()
}
