//! The whole program, as users and pipelines see it.

use std::fs;
use std::io::Write;
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
    // A busy machine may take so long that there is a line of progress before it.
    assert!(text(&output.stderr).lines().any(|line| line.starts_with("wrote summary.csv, ")));
    assert_eq!(
        names(directory.path()),
        [
            "results/",
            "results/busy_hour/",
            "results/busy_hour/devices.csv",
            "results/busy_hour/goals.csv",
            "results/busy_hour/histograms.hlog",
            "results/busy_hour/inputs.json",
            "results/busy_hour/replications.csv",
            "results/busy_hour/report.json",
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
fn the_schema_is_data_alone() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["schema"]);
    assert!(output.status.success());
    assert_eq!((text(&output.stderr), text(&output.stdout)), (String::new(), ctisim::workload::schema()));
    assert!(text(&output.stdout).ends_with("}\n"));
}

#[test]
fn usage_is_2() {
    let directory = tempfile::tempdir().unwrap();
    for wrong in [
        &["fly"][..],
        &["run", "--replications", "0"],
        &["run", "--replications", "5..5"],
        &["run", "--replications", "-1"],
        &["run", "--seed", "x"],
        &["run", "--seed", "-1"],
        &["run", "--seed", "18446744073709551616"],
        &["run", "--jobs", "0"],
        &["run", "--jobs", "-1"],
        &["run", "--set", "length"],
        &["run", "--no-files", "--out", "x"],
        &["run", "--out", ""],
    ] {
        let output = ctisim(directory.path(), wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert_eq!(text(&output.stdout), "");
        let message = text(&output.stderr);
        assert!(message.starts_with("error: ") && !message.contains("panic"), "{message}");
        // What was typed is shown, or what is missing.
        assert!(message.contains(wrong[wrong.len() - 1]) || message.contains("--out"), "{message}");
        assert_eq!(names(directory.path()), [""; 0]);
    }
    let message = text(&ctisim(directory.path(), &["run", "--metric", "cfna"]).stderr);
    assert!(message.contains("`--metric` belongs to `sweep`, `compare` and `gate`"), "{message}");
}

/// What is wrong, where, and how to mend it; and nothing is left behind.
#[test]
fn an_invalid_workload_is_3() {
    let good = include_str!("../../workloads/busy_hour.toml");
    let replaced = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };
    let cases: [(&str, Vec<u8>, &[&str]); 9] = [
        (
            "bare rate",
            replaced("{ poisson = \"36000/h\" }", "\"36000/h\""),
            &["`arrivals` should be a table", "write `{ poisson = \"36000/h\" }`"],
        ),
        ("key", replaced("workers = 8", "wokers = 8"), &["`wokers`", "--> key.toml:46:1", "did you mean `workers`?"]),
        ("bare", replaced("\"30s\"", "30"), &["`heartbeat` needs a unit", "--> bare.toml:", "\"30s\""]),
        ("device", replaced("{ to = \"ports-a\"", "{ to = \"ports-x\""), &["`ports-x`", "did you mean `ports-a`?"]),
        ("rate", replaced("36000/h", "-36000/h"), &["--> rate.toml:101:24", "a rate must not be negative"]),
        ("empty", Vec::new(), &["empty.toml is empty", "format = 1"]),
        ("binary", vec![0x7f, b'E', b'L', b'F', 0, 0xff, 0xfe], &["binary.toml is not a text file"]),
        ("long", vec![b'#'; 17 << 20], &["long.toml is longer than 16 MiB"]),
        ("calls", replaced("{ poisson = \"36000/h\" }", "{ file = \"list.csv\" }"), &["`when`", "--> list.csv:1:1"]),
    ];
    for (name, content, words) in cases {
        let directory = tempfile::tempdir().unwrap();
        let file = format!("{name}.toml");
        fs::write(directory.path().join(&file), content).unwrap();
        fs::write(directory.path().join("list.csv"), "when,talk_s\n1,5\n").unwrap();
        let output = ctisim(directory.path(), &["run", &file]);
        assert_eq!(output.status.code(), Some(3), "{name}: {}", text(&output.stderr));
        let message = text(&output.stderr);
        for word in words {
            assert!(message.contains(word), "{name}: {message}");
        }
        assert!(message.len() < 5_000 && !message.contains('\u{1b}'), "{name}: {message}");
        assert_eq!(text(&output.stdout), "");
        assert_eq!(tree(directory.path()).len(), 2, "{:?}", names(directory.path()));
    }
}

#[test]
fn a_wrong_setting_is_3_and_shown_as_it_was_typed() {
    let directory = tempfile::tempdir().unwrap();
    for (setting, words) in [
        ("run.lenght=10m", "did you mean `length`?"),
        ("run.length=10", "has no unit"),
        ("traffic.caller.talk=3m", "did you mean `callers`?"),
        ("cti_port.ports-a.count=100000000", "must be 1 to"),
    ] {
        let output = ctisim(directory.path(), &["run", "--replications", "1", "--set", setting]);
        assert_eq!(output.status.code(), Some(3), "{setting}");
        let message = text(&output.stderr);
        assert!(message.contains(words) && message.contains("--set") && message.contains(setting), "{message}");
    }
    assert_eq!(names(directory.path()), [""; 0]);
}

/// Thousands of millions of calls at once.
#[cfg(target_os = "linux")]
#[test]
fn a_workload_that_does_not_fit_into_memory_is_3_with_the_size_it_needs() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(
        directory.path(),
        &[
            "run",
            "--set",
            "traffic.callers.arrivals.poisson=1000000000/h",
            "--set",
            "traffic.callers.talk=10h",
            "--set",
            "run.length=3h",
        ],
    );
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let message = text(&output.stderr);
    assert!(message.contains("GiB of memory") && message.contains("help: reduce --jobs"), "{message}");
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
    fs::create_dir(directory.path().join("folder.toml")).unwrap();
    let output = ctisim(directory.path(), &["run", "folder.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("folder.toml"), "{}", text(&output.stderr));
    assert_eq!(names(directory.path()), ["folder.toml/"]);
}

/// Threads beyond the number of replications are not started, so they need no memory either.
#[test]
fn more_threads_than_replications_are_no_problem() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["run", "--replications", "1", "--jobs", "100000", "--no-files"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().unwrap();
    let (workload, out) = (std::ffi::OsStr::from_bytes(b"a\xff.toml"), std::ffi::OsStr::from_bytes(b"out\xfe"));
    fs::write(directory.path().join(workload), include_str!("../../workloads/busy_hour.toml")).unwrap();
    let mut run = command(directory.path(), &["run", "--replications", "1", "--quiet", "--out"]);
    let output = run.arg(out).arg(workload).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(directory.path().join(out).join("summary.csv").exists());
}

#[test]
fn a_file_in_the_way_is_1_and_found_before_the_run() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("results"), "").unwrap();
    let output = ctisim(directory.path(), &["run", "--replications", "1000000"]);
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
    assert!(message.contains("free some space"), "{message}");
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
fn an_interrupt_is_130_says_what_is_lost_and_leaves_nothing() {
    for signal in ["-INT", "-TERM"] {
        let directory = tempfile::tempdir().unwrap();
        let mut run = command(directory.path(), &["run", "--replications", "200000"]);
        let child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Long enough for the handler to be there, and nowhere near the end.
        std::thread::sleep(std::time::Duration::from_millis(500));
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(if signal == "-INT" { 130 } else { 143 }));
        let message = text(&output.stderr);
        assert!(
            message.starts_with("interrupted after ")
                && message.contains(" of 200000 replications: nothing was written"),
            "{message}"
        );
        assert_eq!(text(&output.stdout), "");
        assert_eq!(names(directory.path()), [""; 0]);
    }
}

#[test]
fn verify_states_what_was_expected_and_found() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["verify", "--quick", "M/D/1", "identities split", "fingerprints flash"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert!(table.contains("M/D/1, load 0.5: mean wait, ms    2.5000"), "{table}");
    assert!(table.contains("split_site  every identity holds  every identity holds"), "{table}");
    assert!(table.contains("flash_crowd   5 files as released"), "{table}");
    assert!(table.contains("all 4 checks passed (2 theory, 1 identities, 1 fingerprints)"), "{table}");
    assert_eq!(names(directory.path()), [""; 0]);

    let one = ctisim(directory.path(), &["verify", "--quick", "--format", "json", "--jobs", "1", "R24, grid"]);
    let two = ctisim(directory.path(), &["verify", "--quick", "--format", "json", "--jobs", "2", "R24, grid"]);
    assert!(one.status.success() && one.stdout == two.stdout);
}

#[test]
fn verify_without_anything_to_verify_is_wrong_usage() {
    let directory = tempfile::tempdir().unwrap();
    let output = ctisim(directory.path(), &["verify", "no such check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no check has any of these in its name: no such check"));
}

#[test]
fn a_first_workload_is_written_and_runs() {
    let directory = tempfile::tempdir().unwrap();
    let site = ["--calls-per-hour", "6000/h", "--nodes", "2", "--applications", "2", "--name", "Acme"];
    let output = ctisim(directory.path(), &[&["init", "my site.toml"][..], &site[..]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "");
    let said = text(&output.stderr);
    assert!(said.contains("ctisim check 'my site.toml'") && said.contains("ctisim run 'my site.toml'"), "{said}");
    assert_eq!(names(directory.path()), ["my site.toml"]);

    let output = ctisim(
        directory.path(),
        &["run", "my site.toml", "--replications", "3", "--format", "csv", "--no-files", "--audit"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows = text(&output.stdout);
    let mean = |metric: &str| -> f64 {
        let found = rows.lines().find(|row| row.starts_with(&format!("my site,cluster,,{metric},")));
        found.unwrap_or_else(|| panic!("{metric} in\n{rows}")).split(',').nth(7).unwrap().parse().unwrap()
    };
    // Five minutes without the IVR cost something, but by and large the site copes.
    assert!(mean("offered") > 5000.0);
    assert!(mean("completed") > 0.9 * mean("offered"), "{} of {}", mean("completed"), mean("offered"));
    assert!(mean("dropped_connected") > 0.0 && mean("cfof") > 0.0);
    assert!(mean("refused") < 0.001 * mean("offered"));
}

#[test]
fn a_first_workload_takes_nothing_away() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("workload.toml"), "mine").unwrap();
    let output = ctisim(directory.path(), &["init"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--force"), "{}", text(&output.stderr));
    assert_eq!(fs::read(directory.path().join("workload.toml")).unwrap(), b"mine");
    let printed = ctisim(directory.path(), &["init", "-"]);
    assert!(printed.status.success() && text(&printed.stderr).is_empty());
    assert!(ctisim(directory.path(), &["init", "--force"]).status.success());
    assert_eq!(fs::read(directory.path().join("workload.toml")).unwrap(), printed.stdout);
    let nowhere = ctisim(directory.path(), &["init", "no/where.toml"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(text(&nowhere.stderr).contains("cannot write no/where.toml: there is no directory `no`\n"));
    fs::create_dir(directory.path().join("site")).unwrap();
    for there in [&["init", "site"][..], &["init", "site", "--force"]] {
        let output = ctisim(directory.path(), there);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).starts_with("error: site is a directory\n"), "{}", text(&output.stderr));
    }
    fs::remove_dir(directory.path().join("site")).unwrap();
    for wrong in [&["--nodes", "9"], &["--ports", "0"], &["--talk", "180"], &["--name", ""]] {
        let output = ctisim(directory.path(), &[&["init", "x.toml"][..], &wrong[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(text(&output.stderr).contains("expected"), "{}", text(&output.stderr));
    }
    assert_eq!(names(directory.path()), ["workload.toml"]);
}

#[test]
fn a_workload_may_come_from_standard_input() {
    let directory = tempfile::tempdir().unwrap();
    let given = |arguments: &[&str], input: &[u8]| {
        let mut child = command(directory.path(), arguments);
        let child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let site = ctisim(directory.path(), &["init", "-"]).stdout;
    let checked = given(&["check", "-"], &site);
    assert!(checked.status.success() && text(&checked.stdout).contains("\nstandard-input: "), "{checked:?}");
    let deps = given(&["deps", "-", "ivr"], &site);
    assert!(text(&deps.stdout).starts_with("stdin: application `ivr`"), "{deps:?}");
    let run = given(
        &[
            "run",
            "-",
            "--replications",
            "2",
            "--set",
            "run.warm_up=2m",
            "--set",
            "run.length=10m",
            "--set",
            "fault.1.at=5m",
        ],
        &site,
    );
    assert!(run.status.success(), "{}", text(&run.stderr));
    assert!(directory.path().join("results/stdin/summary.csv").exists());
    let wrong = given(&["run", "-"], b"format = 2");
    assert_eq!(wrong.status.code(), Some(3));
    assert!(text(&wrong.stderr).contains("--> standard-input:1:10"), "{}", text(&wrong.stderr));
}

#[test]
fn completions_are_scripts_that_their_shell_accepts() {
    let directory = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = ctisim(directory.path(), &["completions", shell]);
        assert!(output.status.success());
        let script = text(&output.stdout);
        assert!(script.contains("calls-per-hour") && script.contains("replications"), "{shell}: {script}");
    }
    let script = ctisim(directory.path(), &["completions", "bash"]).stdout;
    fs::write(directory.path().join("ctisim.bash"), script).unwrap();
    let bash = Command::new("bash").args(["-n", "ctisim.bash"]).current_dir(directory.path()).output().unwrap();
    assert!(bash.status.success() && bash.stderr.is_empty(), "{}", text(&bash.stderr));
}

#[test]
fn the_man_page_has_every_flag_of_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let page = text(&ctisim(directory.path(), &["man"]).stdout).replace("\\-", "-");
    assert!(
        page.contains(".TH ctisim 1") && page.contains("Exit codes:") && page.contains("130  interrupted"),
        "{page}"
    );
    let help = text(&ctisim(directory.path(), &["--help"]).stdout);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(commands.contains(&"init") && commands.contains(&"run"), "{commands:?}");
    for command in commands.into_iter().filter(|command| !command.is_empty() && *command != "help") {
        assert!(page.contains(&format!(".SH \"CTISIM {}\"", command.to_uppercase())), "{command}");
        let help = text(&ctisim(directory.path(), &[command, "--help"]).stdout);
        let flags = help.split_whitespace().filter(|word| word.starts_with("--"));
        for flag in flags.map(|flag| flag.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())) {
            assert!(page.contains(&format!("\\fB{flag}\\fR")), "{flag} of {command} in\n{page}");
        }
    }
}

/// A small steady loss system.
const STEADY: &str = r#"
format = 1
question = "How many calls find all lines taken, at any time?"
[run]
length = "2h"
study = "steady"
[[node]]
name = "sub1"
[[destination]]
name = "lines"
lines = 10
[[traffic]]
name = "callers"
to = "lines"
arrivals = { poisson = "150/h" }
talk = { exponential = "3m" }
"#;

#[test]
fn a_precision_takes_as_many_replications_as_it_does_whatever_the_threads() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("steady.toml"), STEADY).unwrap();
    let study = |out: &str, more: &[&str]| {
        let arguments = [&["run", "steady.toml", "--out", out], more].concat();
        let output = ctisim(directory.path(), &arguments);
        (output.status.code(), text(&output.stderr), tree(&directory.path().join(out)))
    };
    let precise = ["--precision", "refused.share=10%", "--precision", "setup_delay.p99=1%"];
    let (code, said, files) = study("one", &[&precise[..], &["--jobs", "1"]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warm-up of ") && said.contains("the half-width of refused.share is "), "{said}");
    assert_eq!(study("two", &[&precise[..], &["--jobs", "2"]].concat()).2, files);
    // The command that it leaves gives the same bytes again.
    let run: serde_json::Value =
        serde_json::from_slice(&fs::read(directory.path().join("one/run.json")).unwrap()).unwrap();
    assert_eq!(run["study"], "steady");
    assert!(run["warm_up_s"].as_f64().unwrap() > 0.0);
    let replications = run["replications"].to_string();
    assert!(["30", "45", "60", "90", "120", "180", "240"].contains(&&*replications), "{replications}");
    assert_eq!(study("again", &["--replications", &replications]).2, files);
}

#[test]
fn a_precision_that_is_not_reached_is_11_and_leaves_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("steady.toml"), STEADY).unwrap();
    let run = |precision: &str| {
        let arguments = ["run", "steady.toml", "--out", "out", "--replications", "40", "--precision", precision];
        ctisim(directory.path(), &arguments)
    };
    let output = run("refused.share=0.1%");
    assert_eq!(output.status.code(), Some(11));
    assert!(text(&output.stderr).contains("inconclusive: after 40 replications the half-width of refused.share is "));
    assert!(text(&output.stdout).starts_with("steady: 40 steady-state replications of 2 h, warm-up "));
    assert_eq!(names(&directory.path().join("out")).len(), 9);
    // What there cannot be is another matter.
    let output = run("route_point:nowhere/route_point_delay.p99=1%");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there is no route point `nowhere`"), "{}", text(&output.stderr));
}

#[test]
fn a_run_mentions_what_check_would_warn_of() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("steady.toml"), STEADY).unwrap();
    let run = |more: &[&str]| {
        let arguments = [&["run", "steady.toml", "--replications", "1", "--no-files"], more].concat();
        text(&ctisim(directory.path(), &arguments).stderr)
    };
    assert!(!run(&[]).contains("warning"), "{}", run(&[]));
    let unreachable = ["--set", "traffic.callers.to=others"];
    fs::write(directory.path().join("steady.toml"), STEADY.to_owned() + "[[destination]]\nname = \"others\"\n")
        .unwrap();
    let said = run(&unreachable);
    assert!(said.contains("note: 1 warning about this workload; `ctisim check` shows it"), "{said}");
    assert!(!run(&[&unreachable[..], &["--quiet"]].concat()).contains("warning"));
}

#[test]
fn a_goal_decides_the_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let goal = "[[goal]]\nmetric = \"refused\"\nat_most = \"50%\"\n";
    fs::write(directory.path().join("steady.toml"), format!("{STEADY}{goal}")).unwrap();
    let run = |more: &[&str]| {
        let output =
            ctisim(directory.path(), &[&["run", "steady.toml", "--replications", "40", "--out", "out"], more].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, table, _) = run(&[]);
    assert_eq!(code, Some(0));
    assert!(table.contains("refused.share <= 50%") && table.trim_end().ends_with("met"), "{table}");
    let (code, _, said) = run(&["--goal", "refused<=0.01%"]);
    assert_eq!(code, Some(10));
    assert!(said.contains("failed: not met: refused.share <= 0.01%"), "{said}");
    let goals = text(&fs::read(directory.path().join("out/goals.csv")).unwrap());
    assert_eq!(goals.lines().count(), 3);
    assert!(goals.lines().nth(2).unwrap().ends_with(",missed"), "{goals}");
    // 40 replications are too few for a p99 of a count.
    let (code, _, said) = run(&["--goal", "offered.p99<=1000000"]);
    assert_eq!(code, Some(11));
    assert!(said.contains("inconclusive: offered.p99 <= 1000000"), "{said}");
    let (code, _, said) = run(&["--goal", "rehome_wait<=1h", "--goal", "node:nowhere/setup_delay<=1s"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--goal node:nowhere/setup_delay"), "{said}");
}

#[test]
fn a_comparison_tells_what_differs_and_what_cannot() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("steady.toml"), STEADY).unwrap();
    let compare = |more: &[&str]| {
        let base = ["compare", "steady.toml", "--replications", "30"];
        let output = ctisim(directory.path(), &[&base, more].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(compare(&["--no-files"]).0, Some(2));
    assert_eq!(compare(&["--set-b", "run.seed=7", "--no-files"]).0, Some(2));
    let (code, table, said) = compare(&["steady.toml", "--no-files"]);
    assert_eq!(code, Some(0));
    assert!(table.contains("0 alike") && said.contains("the same in every replication"), "{table}{said}");
    // Fewer lines refuse more calls of the same callers.
    let fewer = ["--set-b", "destination.lines.lines=8", "--out", "out"];
    let (_, table, _) = compare(&fewer);
    let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("refused_busy ").ends_with("higher") && line("completed ").ends_with("lower"), "{table}");
    assert_eq!(line("offered "), "");
    let csv = fs::read(directory.path().join("out/comparison.csv")).unwrap();
    let again = ["--set-b", "destination.lines.lines=8", "--out", "again", "--jobs", "1"];
    compare(&again);
    assert_eq!(fs::read(directory.path().join("again/comparison.csv")).unwrap(), csv);
    // Of a percentile over replications there is none for each.
    let (code, _, said) = compare(&["steady.toml", "--metric", "offered.p95", "--no-files"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("compare `offered`"), "{said}");
}

/// Mistakes in what was typed, and files that a workload may not read.
#[test]
fn what_was_typed_and_what_may_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let (site, shared) = (directory.path().join("site"), directory.path().join("shared"));
    fs::create_dir_all(&site).unwrap();
    fs::create_dir(&shared).unwrap();
    fs::write(site.join("steady.toml"), STEADY).unwrap();
    fs::write(shared.join("calls.csv"), "at_s\nsecret\n").unwrap();
    let said = |arguments: &[&str]| {
        let output = ctisim(&site, arguments);
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let mistyped = ["compare", "steady.toml", "--set-b", "destination.lines.lines=x", "--no-files"];
    let (code, shown) = said(&mistyped);
    assert_eq!(code, Some(3));
    assert!(shown.contains("--> --set-b:1:25") && !shown.contains("--set "), "{shown}");
    let (code, shown) = said(&["sweep", "steady.toml", "--vary", "destination.lines.limes=1,2", "--no-files"]);
    assert_eq!(code, Some(3));
    assert!(shown.contains("--> --vary:1:19") && !shown.contains("--set "), "{shown}");
    let (code, shown) = said(&["run", "steady.toml", "--set", "destination.line.lines=1", "--no-files"]);
    assert_eq!(code, Some(3));
    assert!(shown.contains("--set destination.line.lines=1: there is no `line`"), "{shown}");

    let listed =
        |file: &str| format!("traffic=[{{ name = \"t\", to = \"lines\", arrivals = {{ file = \"{file}\" }} }}]");
    let (inside, outside) = (listed("missing.csv"), listed("../shared/calls.csv"));
    for arguments in [&["run", "--no-files", "--replications", "2"][..], &["check"], &["deps"]] {
        let with = |more: &[&str]| {
            let (command, rest) = arguments.split_first().unwrap();
            said(&[&[command, "steady.toml"], rest, more].concat())
        };
        let (code, shown) = with(&["--set", &outside]);
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("allow its directory with --allow-read DIR"), "{shown}");
        let (code, shown) = with(&["--set", &outside, "--allow-read", "../shared"]);
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("calls.csv:2:1") && !shown.contains("secret"), "{shown}");
        assert!(with(&["--set", &inside]).1.contains("missing.csv cannot be read"));
    }
    fs::write(shared.join("calls.csv"), "at_s\n1\n").unwrap();
    let terminating = ["run", "steady.toml", "--no-files", "--set", "run.study=terminating", "--replications", "2"];
    let (code, shown) = said(&[&terminating[..], &["--set", &outside, "--allow-read", "../shared"]].concat());
    assert_eq!(code, Some(0), "{shown}");
}

/// A program on a terminal of some width, and all that it shows there.
#[cfg(target_os = "linux")]
fn on_a_terminal(columns: usize, environment: &[(&str, &str)], arguments: &str) -> String {
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    let typed = format!("stty rows 50 cols {columns}; exec '{}' {arguments}", program.display());
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &typed, "/dev/null"]).stdin(Stdio::null());
    // `CI` is taken for a terminal with colours, whatever `TERM` says.
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        script.env_remove(name);
    }
    let output = script.env("TERM", "xterm-256color").envs(environment.iter().copied()).output().unwrap();
    text(&output.stdout).replace("\r\n", "\n")
}

/// What a terminal shows of it.
#[cfg(target_os = "linux")]
fn without_colours(shown: &str) -> String {
    let mut pieces = shown.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_tables_that_fit_and_a_pipe_has_them_whole() {
    let directory = tempfile::tempdir().unwrap();
    let run = "run --replications 2 --no-files --quiet";
    let piped = text(&ctisim(directory.path(), &run.split(' ').collect::<Vec<_>>()).stdout);
    assert!(piped.lines().any(|line| line.len() > 100) && !piped.contains("not shown"), "{piped}");
    for columns in [60, 80, 100] {
        let shown = without_colours(&on_a_terminal(columns, &[], run));
        let longest = shown.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(columns), "{columns}: {longest:?}\n{shown}");
        assert!(shown.contains(" columns not shown: widen the terminal"), "{shown}");
    }
    let wide = without_colours(&on_a_terminal(300, &[], run));
    assert_eq!(wide, piped);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_colours_unless_it_is_dumb_or_its_user_wants_none() {
    let verify = "verify --quick --quiet M/D/1";
    let passed = "\u{1b}[32mpassed\u{1b}[0m";
    let shown = on_a_terminal(100, &[], verify);
    assert!(shown.contains(passed) && shown.contains("\u{1b}[1mtheory\u{1b}[0m"), "{shown}");
    let wrong = on_a_terminal(100, &[], "run missing.toml");
    assert!(wrong.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m cannot read missing.toml"), "{wrong:?}");
    for plain in [("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR", "0")] {
        for arguments in [verify, "run missing.toml", "run --help", "fly"] {
            let shown = on_a_terminal(100, &[plain], arguments);
            assert!(!shown.is_empty() && !shown.contains('\u{1b}'), "{plain:?} {arguments}: {shown:?}");
        }
    }
}

#[test]
fn a_pipe_has_no_colours_unless_they_are_forced() {
    let directory = tempfile::tempdir().unwrap();
    let verify = |environment: &[(&str, &str)]| {
        let mut verify = command(directory.path(), &["verify", "--quick", "--quiet", "M/D/1"]);
        verify.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(environment.iter().copied());
        text(&verify.output().unwrap().stdout)
    };
    assert!(!verify(&[("COLUMNS", "40")]).contains('\u{1b}'));
    assert_eq!(verify(&[("COLUMNS", "40")]), verify(&[]));
    assert!(verify(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[32mpassed\u{1b}[0m"));
    assert!(!verify(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}
