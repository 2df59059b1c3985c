//! Numbers that hold when events are rare, cut short or early, and whose calls they are.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ctisim::analysis::{Row, Verdict, rows};
use ctisim::experiment::Audit;
use ctisim::record::{Goal, Measure};
use ctisim::studies::{Run, Runner, run};
use ctisim::workload::NoFiles;
use ctisim::{check, plan};
use std::sync::atomic::AtomicBool;

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).output().unwrap()
}

/// The rows of a study, and its goals judged.
fn study<T>(text: &str, replications: u64, goals: &[&str], read: impl FnOnce(&Run<'_>, Vec<Row>) -> T) -> T {
    let plan = plan::compile("w", text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let goals: Vec<Goal> = goals.iter().map(|goal| Goal::parse(goal).unwrap()).collect();
    let stop = AtomicBool::new(false);
    let runner = Runner { seed: plan.seed, jobs: 2, audit: Audit::On, observer: &(), stop: &stop, records: None };
    let found = run(&plan, &goals, &[], 0..replications, &runner).unwrap();
    let rows = rows(&found.study);
    read(&found, rows)
}

fn row<'r>(rows: &'r [Row], scope: &str, name: &str, metric: &str) -> &'r Row {
    let row = rows.iter().find(|row| (row.scope, &*row.name, &*row.metric) == (scope, name, metric));
    row.unwrap_or_else(|| panic!("no {scope} {name} {metric}"))
}

/// Two hotlines with calls from lists. Sales, at 10 s and 20 s, are answered outside and talk 5 s each. Support has a single line
/// outside: of the calls at 11, 12 and 13 s, which talk 100 s, the first gets it, the second finds it busy and goes to the mailbox,
/// the third hangs up there before it is answered. The run ends at 60 s, when the first still talks.
const HOTLINES: &str = r#"
format = 1
question = "Which of the two hotlines loses callers?"
run = { length = "1m", replications = 2 }
network = { between_nodes = "0s", to_application = "0s", from_caller = "0s" }
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "0s"
release = "0s"
event = "0s"
request = "0s"
[[node]]
name = "n"
[[callmanager_group]]
name = "g"
members = ["n"]
[[application]]
name = "app"
decide = "0s"
[[route_point]]
name = "sales"
lines = [{ dn = "7001" }]
device_pool = "g"
application = "app"
redirect_to = "shop"
[[route_point]]
name = "support"
lines = [{ dn = "7002" }]
device_pool = "g"
application = "app"
redirect_to = "desk"
[[destination]]
name = "shop"
answer = "0s"
[[destination]]
name = "desk"
answer = "0s"
lines = 1
cfb = "mailbox"
[[destination]]
name = "mailbox"
answer = "15s"
[[traffic]]
name = "buyers"
to = "sales"
arrivals = { file = "buyers.csv" }
[[traffic]]
name = "users"
to = "support"
arrivals = { file = "users.csv" }
"#;

#[test]
fn every_loss_has_its_hotline_and_source() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let text = HOTLINES.replace("lines = 1\ncfb = \"mailbox\"", "lines = 1");
    fs::write(at.join("w.toml"), text).unwrap();
    fs::write(at.join("buyers.csv"), "at_s,talk_s\n10,5\n20,5\n").unwrap();
    fs::write(at.join("users.csv"), "at_s,talk_s\n11,100\n12,100\n13,100\n").unwrap();
    let output = ctisim(at, &["run", "w.toml", "--audit", "--out", "o"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_path(at.join("o/summary.csv")).unwrap();
    let head = reader.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|other| other == name).unwrap();
    let [scope, name, metric, mean] = ["scope", "name", "metric", "mean"].map(column);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let found = |of: &str, whose: &str| {
        ["offered", "completed", "refused", "in_progress"].map(|what| {
            let record = records.iter().find(|it| (&it[scope], &it[name], &it[metric]) == (of, whose, what));
            record.map_or(f64::NAN, |record| record[mean].parse().unwrap())
        })
    };
    assert_eq!(found("traffic", "buyers"), [2.0, 2.0, 0.0, 0.0]);
    assert_eq!(found("traffic", "users"), [3.0, 0.0, 2.0, 1.0]);
    assert_eq!(found("route_point", "sales"), [2.0, 2.0, 0.0, 0.0]);
    assert_eq!(found("route_point", "support"), [3.0, 0.0, 2.0, 1.0]);
    assert_eq!(found("application", "app"), [5.0, 2.0, 2.0, 1.0]);
    // The two that found the line busy were sent there as well.
    assert_eq!(found("destination", "desk"), [3.0, 0.0, 2.0, 1.0]);
    assert_eq!(found("destination", "mailbox"), [0.0; 4]);
    let shown = String::from_utf8(output.stdout).unwrap();
    let support = shown.lines().find(|line| line.starts_with("route point support")).expect("a row for each hotline");
    assert!(support.contains("66.7 %"), "{support}");
    let replications = fs::read_to_string(at.join("o/replications.csv")).unwrap();
    let head: Vec<&str> = replications.lines().next().unwrap().split(',').collect();
    let first: Vec<&str> = replications.lines().nth(1).unwrap().split(',').collect();
    let cell = |name: &str| first[head.iter().position(|it| *it == name).unwrap_or_else(|| panic!("{name}"))];
    assert_eq!(cell("route_point:support/refused"), "2");
    // One call of 5 s, two of sales: 10 s, and 49 s of support.
    let mean: f64 = cell("calls_in_progress").parse().unwrap();
    assert!((mean - 59.0 / 60.0).abs() < 1e-9, "{mean}");
    assert_eq!(cell("destination:desk/in_use_peak"), "1");
    assert_eq!(cell("setup_delay_mean_ms"), "0");
}

#[test]
fn goals_are_judged_for_one_hotline() {
    let text = HOTLINES
        .replace("arrivals = { file = \"buyers.csv\" }", "arrivals = { poisson = \"60/m\" }\ntalk = \"1s\"")
        .replace("arrivals = { file = \"users.csv\" }", "arrivals = { poisson = \"60/m\" }\ntalk = \"1m\"")
        .replace("lines = 1\ncfb = \"mailbox\"", "lines = 1");
    let goals = [
        "route_point:sales/refused.share<=1%",
        "route_point:support/refused.share<=50%",
        "traffic:users/refused.share>=90%",
    ];
    study(&text, 400, &goals, |found, _| {
        let verdicts: Vec<Verdict> = found.judged.iter().map(|it| it.verdict).collect();
        assert_eq!(verdicts, [Verdict::Met, Verdict::Missed, Verdict::Met]);
    });
    let plan = plan::compile("w", &text, &NoFiles).unwrap();
    let unknown = Measure::parse("route_point:sale/refused").unwrap().check(&plan).unwrap_err();
    assert!(unknown.contains("did you mean `sales`"), "{unknown}");
}

/// A fault 45 s before the warm-up ends is noticed between 60 and 120 s (heartbeats of 30 s, R23) after it, or between 30 and 60 s: some
/// within the warm-up. What is measured of it must not depend on when it is noticed.
#[test]
fn what_a_fault_in_the_warm_up_caused_is_not_measured() {
    let text = r#"
format = 1
question = "What is measured of a fault within the warm-up?"
run = { length = "10m", warm_up = "5m" }
[[node]]
name = "n"
[[callmanager_group]]
name = "g"
members = ["n"]
[[application]]
name = "app"
[[route_point]]
name = "rp"
lines = [{ dn = "7000" }]
device_pool = "g"
application = "app"
redirect_to = "out"
cfna = "out"
cfof = "out"
[[destination]]
name = "out"
answer = "2s"
[[traffic]]
name = "c"
to = "7000"
arrivals = { poisson = "1/s" }
patience = { exponential = "100s" }
talk = { exponential = "30s" }
[[fault]]
at = "4m15s"
application = "app"
kind = "silent"
for = "2m"
"#;
    study(text, 40, &[], |_, rows| {
        for metric in ["detection_delay", "app_recovery_100", "out_of_service", "cfof_delay"] {
            assert_eq!(row(&rows, "cluster", "", metric).count, 0, "{metric}");
        }
    });
    // One second into the measured time, all of it is.
    let later = text.replace("4m15s", "301s");
    study(&later, 40, &[], |_, rows| {
        let detection = row(&rows, "cluster", "", "detection_delay");
        assert_eq!((detection.count, detection.censored), (40, Some(0)));
        assert_eq!(row(&rows, "cluster", "", "app_recovery_100").count, 40);
    });
    let compiled = check::compile("w", text, &NoFiles).unwrap();
    assert_eq!(compiled.plan.warm_up.map(|at| at.seconds()), Some(300.0));
}

/// The application fails one minute before the end and is restarted after two: in no run is it noticed in time (heartbeats of 30 s
/// are missed within one minute at the latest, so most are) or recovered. Each is censored at what was seen of it, and a goal
/// on it cannot be met.
#[test]
fn a_recovery_that_a_run_does_not_see_is_censored() {
    let text = r#"
format = 1
question = "Is it recovered?"
run = { length = "10m" }
[[node]]
name = "n"
[[callmanager_group]]
name = "g"
members = ["n"]
[[application]]
name = "app"
[[route_point]]
name = "rp"
lines = [{ dn = "7000" }]
device_pool = "g"
application = "app"
redirect_to = "out"
[[destination]]
name = "out"
[[traffic]]
name = "c"
to = "7000"
arrivals = { poisson = "1/m" }
[[fault]]
at = "9m"
application = "app"
kind = "exit"
for = "2m"
"#;
    let goals = ["app_recovery_100.p50<=60s", "app_recovery_100<=60s", "app_recovery_100.max_p95<=70s"];
    study(text, 80, &goals, |found, rows| {
        let recovery = row(&rows, "application", "app", "app_recovery_100");
        assert_eq!((recovery.count, recovery.censored), (0, Some(80)));
        assert!(found.judged.iter().all(|it| it.verdict != Verdict::Met), "{:?}", found.judged);
        assert_eq!(row(&rows, "cluster", "", "detection_delay").count, 80);
    });
    // Of a silent death at 9 min 50 s nobody knows at the end: 10 s at least.
    let silent = text.replace("\"exit\"", "\"silent\"").replace("\"9m\"", "\"9m50s\"");
    study(&silent, 20, &["detection_delay.p50<=15s"], |found, rows| {
        let detection = row(&rows, "cluster", "", "detection_delay");
        assert_eq!((detection.count, detection.censored), (0, Some(20)));
        assert_eq!(found.judged[0].verdict, Verdict::Undecided);
    });
}

/// Callers with a patience of exactly 10 s and a line that takes 20 s to answer: nobody gets through, and every wait is
/// longer than 10 s.
#[test]
fn the_waits_of_those_who_gave_up_count() {
    let text = r#"
format = 1
question = "How long do callers wait?"
run = { length = "10m" }
[[node]]
name = "n"
[[destination]]
name = "out"
answer = "20s"
[[traffic]]
name = "c"
to = "out"
arrivals = { poisson = "10/m" }
patience = "10s"
"#;
    study(text, 30, &["setup_delay.p50<=15s", "setup_delay.p50>=9s"], |found, rows| {
        let setup = row(&rows, "cluster", "", "setup_delay");
        let lost = row(&rows, "cluster", "", "abandoned").mean.unwrap()
            + row(&rows, "cluster", "", "in_progress").mean.unwrap();
        assert_eq!((setup.count, setup.censored), (0, Some((30.0 * lost).round() as u64)));
        let verdicts: Vec<Verdict> = found.judged.iter().map(|it| it.verdict).collect();
        assert_eq!(verdicts[0], Verdict::Undecided);
        // It rang at once.
        assert!(row(&rows, "cluster", "", "post_dial_delay").count > 0);
    });
}

/// Thirty replications of 10 s of an M/M/1 queue at a load of 0.8: whether an interval of p95 and p99 is shown must not depend on
/// how the replications happen to differ. The lower end is always known.
#[test]
fn percentiles_have_ends_whatever_the_luck() {
    let text = ctisim::verify::free(
        r#"
        run = { length = "11s", warm_up = "1s" }
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 1
        decide = { exponential = "10ms" }
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "anywhere"
        [[destination]]
        name = "anywhere"
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = { poisson = "80/s" }
        talk = "0s"
        "#,
    );
    for seed in 1..=20 {
        let text = text.replacen("run = {", &format!("run = {{ seed = {seed},"), 1);
        study(&text, 30, &[], |_, rows| {
            let wait = row(&rows, "cluster", "", "app_queue_delay");
            for (low, value) in [(wait.p95_low, wait.p95), (wait.p99_low, wait.p99)] {
                assert!(low.is_some_and(|low| Some(low) <= value), "seed {seed}: {wait:?}");
            }
        });
    }
}
