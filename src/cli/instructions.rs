//! Instructions per event, counted by callgrind: the count is the same on every run.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::flags::StudyArguments;
use super::output::Scratch;
use super::signals::Undo;

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
    let temporary = |error| format!("cannot create a temporary file: {error}");
    let scratch = Scratch::new().map_err(temporary)?;
    let (counts, printed, said) = (scratch.path("counts"), scratch.path("printed"), scratch.path("said"));
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(program)
        .args(["run", "--jobs", "1", "--no-files", "--quiet", "--format", "csv"])
        .args(["--replications", &replications.to_string(), "--seed", &seed.to_string()])
        .args(study.settings.iter().flat_map(|setting| ["--set", setting]))
        .args(study.allowed.directories.iter().flat_map(|it| [OsStr::new("--allow-read"), it.as_os_str()]))
        .arg(workload)
        .stdin(Stdio::null())
        .stdout(scratch.file("printed").map_err(temporary)?)
        .stderr(scratch.file("said").map_err(temporary)?);
    let status = finished(&mut command).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "valgrind is not installed on this machine".to_owned(),
        _ => format!("cannot run valgrind: {error}"),
    })?;
    let text = |path| {
        let bytes = std::fs::read(path).map_err(|error| format!("cannot read its counts: {error}"))?;
        Ok::<String, String>(String::from_utf8_lossy(&bytes).into_owned())
    };
    // 10 and 11 are about goals, which do not matter here.
    if !matches!(status.code(), Some(0 | 10 | 11)) {
        return Err(format!("the run failed under valgrind: {}", text(said)?.trim()));
    }
    let (text, printed) = (text(counts)?, text(printed)?);
    let total = text.lines().rev().find_map(|line| line.strip_prefix("totals:").or(line.strip_prefix("summary:")));
    let instructions = total.and_then(|total| total.trim().parse().ok());
    let events = events(printed.as_bytes()).map(|mean| mean * replications as f64);
    instructions.zip(events).ok_or_else(|| "callgrind left no counts".to_owned())
}

/// Runs a command to its end. If a signal ends this program before that, it ends the command, too.
fn finished(command: &mut Command) -> std::io::Result<ExitStatus> {
    const EACH: Duration = Duration::from_millis(20);
    let child = Arc::new(Mutex::new(command.spawn()?));
    let locked = |child: &Mutex<Child>, act: fn(&mut Child) -> std::io::Result<Option<ExitStatus>>| {
        act(&mut child.lock().unwrap_or_else(PoisonError::into_inner))
    };
    let other = Arc::clone(&child);
    let _ended = Undo::of(|| Ok(()), move || drop(locked(&other, |child| child.kill().map(|()| None))))?;
    loop {
        if let Some(status) = locked(&child, Child::try_wait)? {
            return Ok(status);
        }
        std::thread::sleep(EACH);
    }
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
