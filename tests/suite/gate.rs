//! `ctisim gate`: how often it is wrong, and that what it cannot judge never passes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use ctisim::analysis::{Baseline, Gate, GateReport, Gated, Reason, Speed, SpeedResult, Study, Unsound};
use ctisim::experiment::{Audit, MeasuredCluster, replicate};
use ctisim::plan::{Plan, compile};
use ctisim::record::Measure;
use ctisim::workload::NoFiles;

/// A CallManager that is busy a fifth of the time, with nothing but its callers.
fn workload(setup: &str) -> String {
    format!(
        "format = 1\nquestion = \"Has it become slower?\"\nrun = {{ length = \"30s\", replications = 30 }}\n\
         work = {{ setup = {{ exponential = \"{setup}\" }} }}\n[[node]]\nname = \"sub1\"\n[[destination]]\n\
         name = \"outside\"\n[[traffic]]\nname = \"callers\"\nto = \"outside\"\n\
         arrivals = {{ poisson = \"10/s\" }}\ntalk = \"1s\"\n"
    )
}

fn plan(setup: &str) -> Plan {
    compile("small.toml", &workload(setup), &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
}

fn study(plan: &Plan, seed: u64) -> Study<'_> {
    let worker = || MeasuredCluster::new(plan, plan.window(), seed, Audit::Off);
    let outcome = replicate(0..30, 2, worker, &(), &AtomicBool::new(false)).expect("it runs");
    Study::new(plan, plan.window(), seed, outcome)
}

fn gated<'a>(study: &'a Study<'a>) -> Gated<'a> {
    Gated { study, digest: "the same", asked: &[], fingerprint: ctisim::report::fingerprint(study) }
}

/// The gate's report on the second study, compared with the first, with `margin` a share of the mean.
fn gate(before: &Study<'_>, now: &Study<'_>, margin: Option<f64>) -> GateReport {
    let mut baseline = gated(before).baseline(margin, String::new(), None);
    baseline.seed = now.seed;
    let baseline = baseline.sealed();
    // Written and read back, as from a file.
    let baseline = Baseline::read(std::str::from_utf8(&baseline.json()).expect("JSON is text")).expect("it is sound");
    GateReport::new(&gated(now), &baseline, None)
}

/// Only the random numbers have changed: false alarms must be no more frequent than the level allows, with no margin either.
#[test]
fn false_alarms_are_no_more_frequent_than_allowed() {
    let plan = plan("20ms");
    let (mut without_margin, mut with_margin) = (0, 0);
    for seed in 0..500 {
        let (before, now) = (study(&plan, seed), study(&plan, 1000 + seed));
        let alarm = |margin: Option<f64>| u32::from(gate(&before, &now, margin).verdict == Gate::Regression);
        without_margin += alarm(Some(0.0));
        with_margin += alarm(None);
    }
    println!("{without_margin} and {with_margin} false alarms of 500");
    assert!(without_margin <= 25, "{without_margin} of 500 with 5 % allowed");
    assert!(with_margin <= without_margin, "{with_margin}");
    // With the same seed there is no difference at all.
    let (before, now) = (study(&plan, 7), study(&plan, 7));
    let report = gate(&before, &now, Some(0.0));
    assert_eq!((report.verdict, report.same), (Gate::Pass, Some(true)));
    assert!(report.rows.iter().all(|row| row.verdict == Gate::Pass));
}

#[test]
fn it_finds_a_service_that_takes_5_percent_longer() {
    let (before, slower, faster) = (plan("20ms"), plan("21ms"), plan("19ms"));
    let verdict = |plan: &Plan, seed: u64| gate(&study(&before, seed), &study(plan, seed), None).verdict;
    let found = (0..200).filter(|&seed| verdict(&slower, seed) == Gate::Regression).count();
    println!("{found} of 200 found");
    assert!(found >= 190, "{found} of 200");
    assert!((0..20).all(|seed| verdict(&faster, seed) != Gate::Regression));
    assert!((0..20).any(|seed| {
        gate(&study(&before, seed), &study(&faster, seed), None).rows.iter().any(|row| row.verdict == Gate::Improvement)
    }));
}

/// The program in a directory with the small workload.
fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).output().expect("the program is there")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A directory with a workload and its baseline.
fn recorded(more: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("small.toml"), workload("20ms")).expect("it can be written");
    let arguments = ["gate", "small.toml", "--baseline", "kept/small.json", "--record", "--quiet"];
    let output = ctisim(directory.path(), &[&arguments, more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    directory
}

/// The exit code of a gate, and what it says.
fn verdict(directory: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output =
        ctisim(directory, &[&["gate", "small.toml", "--baseline", "kept/small.json", "--quiet"], more].concat());
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn a_pipeline_gets_a_verdict_a_code_and_its_files() {
    let directory = recorded(&[]);
    let at = directory.path();
    let (code, printed) = verdict(at, &["--junit", "gate.xml", "--markdown", "gate.md", "--json", "gate.json"]);
    assert_eq!((code, &*printed), (Some(0), "small: pass: all results are identical, byte for byte\n"));
    let read = |name: &str| fs::read_to_string(at.join(name)).expect("it was written");
    assert!(read("gate.xml").contains("failures=\"0\" errors=\"0\""), "{}", read("gate.xml"));
    assert!(read("gate.md").starts_with("### ctisim gate: pass\n"));
    // Slower, and with a gate that accepts the changed workload.
    let slower = ["--set", "work.setup.exponential=25ms", "--changed", "--junit", "gate.xml", "--json", "gate.json"];
    let (code, printed) = verdict(at, &slower);
    assert_eq!(code, Some(10), "{printed}");
    assert!(printed.contains("station:sub1.callmanager/utilisation") && printed.contains("regression"), "{printed}");
    assert!(read("gate.xml").contains("type=\"regression\""));
    let json: serde_json::Value = serde_json::from_str(&read("gate.json")).expect("it is JSON");
    assert_eq!(json["verdict"], "regression");
    // A change too small to be certain, and too large to pass.
    let (code, printed) = verdict(at, &["--set", "traffic.callers.arrivals.poisson=10.05/s", "--changed"]);
    assert_eq!(code, Some(11), "{printed}");
    assert!(printed.contains("settled by"), "{printed}");
}

/// Ways in which regression gates have turned green by mistake in practice.
#[test]
fn what_cannot_be_judged_is_never_a_pass() {
    let directory = recorded(&[]);
    let at = directory.path();
    let kept = fs::read_to_string(at.join("kept/small.json")).expect("the baseline");
    let with = |text: String| fs::write(at.join("kept/small.json"), text).expect("it can be written");
    let refuses = |word: &str, more: &[&str]| {
        let (code, printed) = verdict(at, &[&["--junit", "gate.xml"], more].concat());
        assert_eq!(code, Some(12), "{word}: {printed}");
        assert!(printed.contains(word), "{word}: {printed}");
        assert!(fs::read_to_string(at.join("gate.xml")).expect("JUnit").contains("errors=\"1\""), "{word}");
    };
    // Another workload, other replications, other measures.
    refuses("the workload differs from the recorded one", &["--set", "run.length=20s"]);
    refuses("other replications", &["--replications", "40"]);
    refuses("measures other than", &["--metric", "offered"]);
    // A baseline that is truncated, empty, edited, of another format or version.
    with(kept[..kept.len() / 2].to_owned());
    refuses("cannot be read", &[]);
    with(String::new());
    refuses("cannot be read", &[]);
    let values = kept.find("\"values\": \"").expect("values") + 11;
    with(format!("{}9{}", &kept[..values], &kept[values + 1..]));
    refuses("its checksum does not match", &[]);
    with(kept.replacen("\"first_replication\": 0", "\"first_replication\": 1", 1));
    refuses("its checksum does not match", &[]);
    with(kept.replacen("\"format\": 2", "\"format\": 1", 1));
    refuses("its format is 1", &[]);
    let mut other = Baseline::read(&kept).expect("it is sound");
    other.version = "0.2.0".to_owned();
    with(String::from_utf8(other.sealed().json()).expect("JSON is text"));
    refuses("recorded by version 0.2.0", &[]);
    // A margin or a direction may be edited, and that is said.
    assert!(kept.contains("\"better\": \"lower\""));
    with(kept.replacen("\"better\": \"lower\"", "\"better\": \"higher\"", 1));
    let (code, printed) = verdict(at, &["--json", "gate.json"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("note: margins or directions of the baseline were edited"), "{printed}");
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(at.join("gate.json")).expect("JSON")).expect("JSON");
    assert_eq!(json["other_terms"], true);
    let margin = kept.find("\"margin\": ").expect("a margin") + 10;
    with(format!("{}-{}", &kept[..margin], &kept[margin..]));
    refuses("margin", &[]);
    // One with one measure, that claims to have all of them.
    let arguments = ["gate", "small.toml", "--baseline", "kept/small.json", "--record", "--metric", "offered"];
    assert!(ctisim(at, &arguments).status.success());
    assert_eq!(verdict(at, &[]).0, Some(0));
    let one = fs::read_to_string(at.join("kept/small.json")).expect("the baseline");
    let mut one = Baseline::read(&one).expect("it is sound");
    one.asked.clear();
    with(String::from_utf8(one.sealed().json()).expect("JSON is text"));
    refuses("it has no values of these measures: completed, ", &[]);
    // None at all, which is not the same as wrong usage.
    fs::remove_file(at.join("kept/small.json")).expect("it was there");
    refuses("the baseline does not exist", &[]);
    assert_eq!(verdict(at, &["--such-a-flag"]).0, Some(2));
    assert_eq!(verdict(at, &["--set", "run.length=nonsense"]).0, Some(3));
}

/// The script for any pipeline, as it is shipped.
#[cfg(unix)]
#[test]
fn the_script_ends_with_the_worst_code() {
    let directory = recorded(&[]);
    let at = directory.path();
    let program = Path::new(assert_cmd::cargo::cargo_bin!("ctisim")).parent().expect("a directory").to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci/gate.sh");
    let run = |baselines: &str, more: &[&str]| {
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.current_dir(at).arg(&script).args(more).env("PATH", path);
        let output = shell.env("WORKLOADS", ".").env("BASELINES", baselines).env("REPORTS", "reports").output();
        output.expect("there is a shell").status.code()
    };
    assert_eq!(run("kept", &[]), Some(0));
    assert!(at.join("reports/small.xml").exists() && at.join("reports/small.md").exists());
    assert_eq!(run("kept", &["--set", "work.setup.exponential=25ms", "--changed"]), Some(10));
    assert_eq!(run("kept", &["--set", "work.setup.exponential=25ms"]), Some(12));
    assert_eq!(run("nowhere", &[]), Some(12));
}

/// More than two per cent are a regression, and what cannot be counted does not pass.
#[test]
fn speed_is_a_matter_of_instructions() {
    let before = Speed { instructions_per_event: 500.0, margin_percent: 2.0, build: "this one".to_owned() };
    let judged = |now: Result<f64, String>, build: &str| SpeedResult::new(&before, now, build).verdict;
    assert_eq!(judged(Ok(509.9), "this one"), Gate::Pass);
    assert_eq!(judged(Ok(510.1), "this one"), Gate::Regression);
    assert_eq!(judged(Ok(489.9), "this one"), Gate::Improvement);
    assert_eq!(judged(Ok(500.0), "another one"), Gate::NotComparable);
    assert_eq!(judged(Err("no valgrind".to_owned()), "this one"), Gate::NotComparable);

    // On a machine without valgrind.
    let directory = recorded(&[]);
    let path = directory.path().join("kept/small.json");
    let kept = fs::read_to_string(&path).expect("the baseline");
    let speed = "\"speed\": { \"instructions_per_event\": 500.0, \"margin_percent\": 2.0, \"build\": \"this one\" }";
    let edited = kept.replacen("\"speed\": null", speed, 1);
    fs::write(&path, &edited).expect("it can be written");
    let (code, printed) = verdict(directory.path(), &[]);
    assert!(code == Some(12) && printed.contains("its checksum does not match"), "{printed}");
    let mut baseline = Baseline::read(&kept).expect("it is sound");
    baseline.speed = Some(before);
    let recorded = baseline.sealed().json();
    // Its figures decide, so that nobody edits or removes them unnoticed; its margin is a term, as every margin is.
    let recorded_text = text(&recorded);
    let faster = recorded_text.replacen("500.0", "600.0", 1);
    let other_build = recorded_text.replacen("this one", "other", 1);
    assert!(faster != recorded_text && other_build != recorded_text);
    for edited in [&faster, &other_build] {
        assert_eq!(Baseline::read(edited), Err(Unsound::Changed));
    }
    let wider = Baseline::read(&recorded_text.replacen("\"margin_percent\": 2.0", "\"margin_percent\": 9.0", 1));
    assert!(wider.is_ok_and(|wider| wider.has_other_terms()));
    fs::write(&path, recorded).expect("it can be written");
    let gate = |more: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
        command.current_dir(directory.path()).env("PATH", directory.path());
        let arguments = ["gate", "small.toml", "--baseline", "kept/small.json", "--quiet"];
        let output = command.args(arguments).args(more).output().expect("the program is there");
        (output.status.code(), text(&output.stdout))
    };
    let (code, printed) = gate(&[]);
    assert_eq!(code, Some(12), "{printed}");
    assert!(printed.contains("valgrind is not installed on this machine"), "{printed}");
    assert_eq!(gate(&["--no-speed"]).0, Some(0));
}

/// A baseline that lacks a measure of this version.
#[test]
fn a_measure_without_recorded_values_is_reported() {
    let plan = plan("20ms");
    let study = study(&plan, 1);
    let mut baseline = gated(&study).baseline(None, String::new(), None);
    baseline.measures.pop();
    let report = GateReport::new(&gated(&study), &baseline, None);
    let last = Measure::standard(&plan).pop().expect("a measure").to_string();
    assert_eq!(report.verdict, Gate::NotComparable);
    assert_eq!(report.reasons, [Reason::Lacks(vec![last.clone()])]);
    assert_eq!(ctisim::report::reasons(&report), format!("it has no values of these measures: {last}"));
}

/// Other callers, and nothing changed. Of 200 replications with 300 calls on average the difference of the means has a standard error of
/// sqrt(2 * 300 / 200) = 1.73 calls, and its interval reaches 3.4 calls to either side. With a margin of 3 %, 9 calls, a gate passes
/// unless the difference is beyond 5.6 calls or 3.2 standard errors, which it is once in 700 times. With 1 %, 3 calls, none can pass.
#[test]
fn with_other_callers_a_gate_passes_once_there_are_enough() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = directory.path();
    fs::write(at.join("small.toml"), workload("20ms")).expect("it can be written");
    let gate = |more: &[&str]| {
        let output = ctisim(at, &[&["gate", "small.toml", "--baseline", "b.json", "-q"], more].concat());
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    for (margin, expected) in [("3%", Some(0)), ("1%", Some(11))] {
        let record = ["--record", "--metric", "offered", "--margin", margin, "--replications", "200"];
        assert_eq!(gate(&record).0, Some(0));
        for seed in ["2", "3", "4", "5"] {
            let (code, printed) = gate(&["--seed", seed]);
            assert_eq!(code, expected, "{margin}, seed {seed}: {printed}");
        }
        // The callers of the baseline are the same, so nothing differs.
        assert_eq!(gate(&[]).0, Some(0));
    }
}
