//! Verdicts: what was never seen is not known, and what cannot be decided is reported before the run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Erlangs on ports: 180 calls an hour of 3 min are 9 erlangs.
const PORTS: &str = r#"
format = 1
question = "How many ports?"
run = { length = "1h", replications = 30 }
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
[[cti_port]]
name = "ports"
count = 24
device_pool = "main"
application = "ivr"
[[traffic]]
name = "callers"
to = "ports"
arrivals = { poisson = "180/h" }
talk = { exponential = "3m" }
"#;

/// The same with an operator who takes what finds all ports busy.
const OVERFLOW: &str = "[[destination]]\nname = \"operator\"\n";

fn site(more: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("w.toml"), PORTS.to_owned() + more).unwrap();
    directory
}

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).output().unwrap()
}

/// The exit code, and what is printed on standard error and on standard output.
fn ended(directory: &tempfile::TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = ctisim(directory.path(), &[arguments, &["--no-files"]].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stderr), text(&output.stdout))
}

/// 9 erlangs on 24 ports refuse by Erlang's formula 1.6e-5 of the calls: one in about 350 hours. Of these 30 none has any, and
/// 1 - 0.025^(1/30) = 11.57 %.
#[test]
fn what_was_never_seen_is_not_known() {
    let directory = site("");
    let (code, said, _) = ended(&directory, &["run", "w.toml", "--precision", "refused=5%", "--replications", "30"]);
    assert_eq!(code, Some(11), "{said}");
    let words = "refused is not known: none was seen, so that fewer than 11.57 % of all replications have any";
    assert!(said.contains(words) && !said.contains("0.00 %"), "{said}");
}

#[test]
fn a_precision_of_what_cannot_occur_is_refused_at_once() {
    let directory = site("");
    for (measure, needs) in [
        ("cfof_delay", "it takes a line with `cfof`, and an `[[application]]` that may fail"),
        ("cfb.share", "it takes a line with `cfb`"),
        ("abandoned", "it takes traffic with `patience`"),
        ("hold_delay.p95", "it takes `hold` at a group of phones"),
        ("queue_wait", "it takes a `[[queue]]`"),
        ("cfa", "it takes a line with `cfa`"),
    ] {
        let (code, said, printed) = ended(&directory, &["run", "w.toml", "--precision", &format!("{measure}=5%")]);
        assert_eq!((code, &*printed), (Some(2), ""), "{said}");
        assert!(said.contains("cannot occur in this workload") && said.contains(needs), "{said}");
    }
    let (code, said, _) = ended(&directory, &["run", "w.toml", "--goal", "queue_wait.p95<=20s"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("it takes a `[[queue]]`") && !said.contains("`events`"), "{said}");
}

#[test]
fn a_capacity_that_nothing_can_show_is_not_looked_for() {
    let directory = site("");
    let search = |goal: &str| {
        ended(&directory, &["capacity", "w.toml", "--vary", "cti_port.ports.count=20..30", "--goal", goal])
    };
    for (goal, words) in [
        ("refused<=0", "no number of replications shows that the goal `refused <= 0` is met"),
        ("refused<=0%", "bound it above zero, e.g. `refused<=0.1%`"),
        ("completed>=100%", "bound it below everything, e.g. `completed>=99.9%`"),
        ("cfof_delay.p95<=10s", "no number of replications decides the goal"),
    ] {
        let (code, said, printed) = search(goal);
        assert_eq!((code, &*printed), (Some(2), ""), "{said}");
        assert!(said.contains(words), "{said}");
    }
    // In a run it may be missed, which is worth knowing.
    let few = ["run", "w.toml", "--set", "cti_port.ports.count=9", "--goal", "refused<=0"];
    let (code, said, _) = ended(&directory, &few);
    assert_eq!(code, Some(10), "{said}");
    assert!(said.contains("warning: no number of replications shows"), "{said}");
}

/// Calls of 3 min on average, in an hour that begins without any: 3/60 of them are missing.
#[test]
fn a_beginning_without_calls_is_reported_with_the_warm_up_that_helps() {
    let directory = site("");
    let search = |more: &[&str]| {
        let vary = ["capacity", "w.toml", "--vary", "cti_port.ports.count=10..20:10", "--goal", "refused<=5%"];
        ended(&directory, &[&vary[..], &["--replications", "60"], more].concat()).1
    };
    let said = search(&[]);
    assert!(said.contains("calls in progress are on average 5 % fewer than later"), "{said}");
    assert!(said.contains("with `warm_up = \"14m\"` they have settled"), "{said}");
    let said = search(&["--set", "run.warm_up=14m"]);
    assert!(!said.contains("fewer than later"), "{said}");
}

/// With 9 erlangs on 9 ports 22 % of the calls go on to the operator, and none is refused.
#[test]
fn a_goal_says_what_it_does_not_see() {
    let directory = site(OVERFLOW);
    let run = |more: &[&str]| {
        let few = ["run", "w.toml", "--set", "cti_port.ports.count=9", "--set", "cti_port.ports.cfb=operator"];
        ended(&directory, &[&few[..], &["--goal", "refused<=1%"], more].concat())
    };
    let (code, said, printed) = run(&[]);
    assert_eq!(code, Some(0), "{said}");
    let words =
        "the goal `refused.share <= 1%` does not see calls that find `ports` busy: they go on by CFB to `operator`";
    assert!(said.contains(words) && said.contains("a second goal on `cfb.share` does"), "{said}");
    assert!(printed.contains(words) && printed.contains("cfb.share is 2"), "{printed}");
    let (code, said, _) = run(&["--goal", "cfb<=1%"]);
    assert_eq!(code, Some(10));
    assert!(!said.contains("does not see"), "{said}");
}

#[test]
fn one_key_has_one_value_by_whatever_name() {
    let directory = site("");
    let vary = |more: &[&str]| {
        let grid = ["sweep", "w.toml", "--replications", "2", "--vary", "cti_port.ports.count=1,9"];
        ended(&directory, &[&grid[..], more].concat())
    };
    for more in [["--vary", "cti_port.1.count=2,3"], ["--set", "cti_port.1.count=2"]] {
        let (code, said, printed) = vary(&more);
        assert_eq!((code, &*printed), (Some(3), ""), "{said}");
        assert!(said.contains("sets the same, and this would undo it"), "{said}");
    }
    assert_eq!(vary(&["--vary", "traffic.1.talk=1m,2m"]).0, Some(0));
    // What is set for B alone may differ from what is set for both.
    let pair = ["compare", "w.toml", "--replications", "2", "--set", "cti_port.ports.count=9"];
    let (code, said, _) = ended(&directory, &[&pair[..], &["--set-b", "cti_port.1.count=10"]].concat());
    assert_eq!(code, Some(0), "{said}");
}

/// No count, time or level of any file is below zero, nor is an end of its interval.
#[test]
fn nothing_reaches_below_zero() {
    let directory = site(OVERFLOW);
    let few = ["--set", "cti_port.ports.cfb=operator", "--set", "cti_port.ports.count=18", "--replications", "5"];
    for command in [
        &["run", "w.toml", "--format", "csv"][..],
        &[
            "sweep",
            "w.toml",
            "--vary",
            "traffic.1.talk=2m,3m",
            "--metric",
            "cfb",
            "--metric",
            "refused",
            "--format",
            "csv",
        ],
    ] {
        let (code, said, printed) = ended(&directory, &[command, &few, &["--quiet"]].concat());
        assert_eq!(code, Some(0), "{said}");
        let mut reader = csv::Reader::from_reader(printed.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert!(!rows.is_empty());
        let negative = rows.iter().flatten().filter(|cell| cell.parse().is_ok_and(|number: f64| number < 0.0));
        assert_eq!(negative.collect::<Vec<_>>(), Vec::<&str>::new(), "{command:?}");
    }
}

/// One replication has no interval; what did not occur has no value.
#[test]
fn json_says_why_a_number_is_missing() {
    let directory = site("");
    let (code, said, printed) =
        ended(&directory, &["run", "w.toml", "--replications", "1", "--format", "json", "--quiet"]);
    assert_eq!(code, Some(0), "{said}");
    let rows: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let row = |metric: &str| {
        let of = |row: &&serde_json::Value| row["metric"] == metric && row["scope"] == "cluster";
        rows.as_array().unwrap().iter().find(of).unwrap().clone()
    };
    let offered = row("offered");
    assert!(
        offered["mean"].is_number() && offered["mean_low"] == "not estimable" && offered["p50_high"] == "not estimable"
    );
    let never = row("cfof_delay");
    assert!(never["mean"].is_null() && never["mean_low"].is_null() && never["p99"].is_null(), "{never}");
}

#[test]
fn replications_have_one_limit() {
    let directory = site("");
    for arguments in [["--replications", "1000001"], ["--set", "run.replications=1000001"]] {
        let (code, said, _) = ended(&directory, &[&["run", "w.toml"][..], &arguments].concat());
        assert!(matches!(code, Some(2 | 3)) && said.replace(',', "").contains("1000000"), "{said}");
    }
}
