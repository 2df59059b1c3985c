//! The whole program, as users and pipelines see it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    command(directory, arguments).output().unwrap()
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Everything below a directory, with its content.
fn tree(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = tree(&path).into_iter();
            found.extend(below.map(|(below, content)| (format!("{name}/{below}"), content)));
            found.push((name + "/", Vec::new()));
        } else {
            found.push((name, fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn names(directory: &Path) -> Vec<String> {
    tree(directory).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_run_prints_a_table_and_writes_its_files() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["run", "--replications", "2"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("busy_hour: 2 replications of "));
    assert!(text(&output.stderr).starts_with("wrote summary.csv, "));
    assert_eq!(
        names(directory.path()),
        [
            "results/",
            "results/busy_hour/",
            "results/busy_hour/devices.csv",
            "results/busy_hour/histograms.hlog",
            "results/busy_hour/replications.csv",
            "results/busy_hour/run.json",
            "results/busy_hour/summary.csv",
            "results/busy_hour/timeline.csv",
        ]
    );
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    for (out, jobs) in [("a", "1"), ("b", "3")] {
        let output = ctisim(
            directory.path(),
            &["run", "--replications", "3..9", "--seed", "0xff", "--jobs", jobs, "--out", out],
        );
        assert!(output.status.success());
    }
    let (a, b) = (directory.path().join("a"), directory.path().join("b"));
    assert_eq!(tree(&a), tree(&b));
    let provenance = text(&fs::read(a.join("run.json")).unwrap());
    assert!(provenance.contains(r#""command": "ctisim run --replications 3..9 --seed 255""#));
    assert!(provenance.contains(r#""first_replication": 3"#));
}

#[test]
fn every_format_is_data_alone() {
    let directory = tempfile::tempdir().unwrap();
    let run = |format| {
        let output =
            ctisim(directory.path(), &["run", "--replications", "2", "--no-files", "--quiet", "--format", format]);
        assert!(output.status.success());
        assert_eq!(text(&output.stderr), "");
        text(&output.stdout)
    };
    assert!(run("csv").starts_with("workload,scope,"));
    assert!(run("json").starts_with("[\n"));
    assert!(run("md").starts_with("## busy_hour\n"));
    assert_eq!(names(directory.path()), [""; 0]);
}

#[test]
fn usage_is_2() {
    let directory = tempfile::tempdir().unwrap();
    for wrong in [
        &["fly"][..],
        &["run", "--replications", "0"],
        &["run", "--seed", "x"],
        &["run", "--jobs", "0"],
        &["run", "--set", "length"],
        &["run", "--no-files", "--out", "x"],
    ] {
        let output = ctisim(directory.path(), wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn an_invalid_workload_is_3() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("bad.toml"), "").unwrap();
    let output = ctisim(directory.path(), &["run", "bad.toml"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("format"), "{}", text(&output.stderr));
    assert_eq!(names(directory.path()), ["bad.toml"]);
}

/// A study keeps a summary of every replication.
#[cfg(target_os = "linux")]
#[test]
fn more_than_the_memory_there_is_is_3_and_said_before_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["run", "--replications", "1000000000000"]);
    assert_eq!(output.status.code(), Some(3));
    let message = text(&output.stderr);
    assert!(message.contains("GiB of memory") && message.contains("help:"), "{message}");
    assert_eq!(names(directory.path()), [""; 0]);
}

#[test]
fn an_audited_run_is_the_same_run() {
    let directory = tempfile::tempdir().unwrap();
    for (out, audit) in [("a", "--quiet"), ("b", "--audit")] {
        let output = ctisim(directory.path(), &["run", "--replications", "2", audit, "--out", out]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    assert_eq!(tree(&directory.path().join("a")), tree(&directory.path().join("b")));
}

#[test]
fn a_missing_workload_is_1() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["run", "missing.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("missing.toml") && message.contains("help:"), "{message}");
}

#[test]
fn a_file_in_the_way_is_1_and_found_before_the_run() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("results"), "").unwrap();
    let output = ctisim(directory.path(), &["run", "--replications", "1000000000"]);
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("results/busy_hour") && message.contains("--out"), "{message}");
    assert_eq!(names(directory.path()), ["results"]);
}

/// A limit on the size of files is as near to a full disk as a test gets without a disk of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_is_1_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    let script = format!("trap '' XFSZ; ulimit -f 4; exec '{}' run --replications 5", program.display());
    let output = Command::new("sh").args(["-c", &script]).current_dir(directory.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let message = text(&output.stderr);
    assert!(message.contains("cannot write results/busy_hour/"), "{message}");
    assert!(message.contains("make room there"), "{message}");
    assert_eq!(text(&output.stdout), "");
    assert_eq!(names(directory.path()), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_cannot_be_written_is_1_and_keeps_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let mut run = command(directory.path(), &["run", "--replications", "1"]);
    let output = run.stdout(fs::File::create("/dev/full").unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("standard output"));
    assert!(directory.path().join("results/busy_hour/summary.csv").exists());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let mut run = command(directory.path(), &["run", "--replications", "1", "--quiet"]);
    let mut child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_130_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut run = command(directory.path(), &["run", "--replications", "200000"]);
    let child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Long enough for the handler to be there, and nowhere near the end.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let message = text(&output.stderr);
    assert!(message.contains("replications were done, and nothing was written"), "{message}");
    assert_eq!(text(&output.stdout), "");
    assert_eq!(names(directory.path()), [""; 0]);
}
