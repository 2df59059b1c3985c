//! What is behind the values of measures: parts that add up to them exactly, and nothing unknown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use ctisim::cluster::Cluster;
use ctisim::domain::{ApplicationId, NodeId};
use ctisim::engine::Span;
use ctisim::facts::{Party, Task};
use ctisim::plan::{self, Plan};
use ctisim::record::{Catalogue, Column, Metric, OfDuration, Scope};
use ctisim::trace::{Cause, Finder, Found, Watch};

use crate::common::{Beside, compile};

/// The shipped workloads.
fn shipped() -> Vec<Plan> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads");
    let mut paths: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "toml"));
    paths.sort();
    assert!(paths.len() > 20);
    let plan = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        plan::compile(name, &fs::read_to_string(path).unwrap(), &Beside(directory.clone()))
            .unwrap_or_else(|_| panic!("{name}"))
    };
    paths.iter().map(plan).collect()
}

/// Every duration of a replication, with the metric and what is behind it: those of the cluster, and those that are measured of single
/// queues and route points only.
fn durations(plan: &Plan, replication: u64, mut each: impl FnMut(Metric, &Found)) {
    let catalogue = Catalogue::new(plan);
    let is_asked = |row: &usize| {
        let series = &catalogue.durations[*row];
        let only_there = matches!(series.metric, Metric::QueueWait | Metric::RoutePointStay);
        series.exists && (series.scope == Scope::Cluster || only_there)
    };
    let rows = (0..catalogue.durations.len()).filter(is_asked);
    let columns: Vec<Column> = rows.map(|row| Column::Duration(row, OfDuration::Mean)).collect();
    let metric = |measure: usize| match columns[measure] {
        Column::Duration(row, _) => catalogue.durations[row].metric,
        _ => unreachable!("only durations are asked for"),
    };
    let finder = Finder::new(plan, columns.clone(), |found: Found| each(metric(found.measure), &found));
    let mut cluster = Cluster::new(plan, Watch::over(plan, plan.window(), columns.clone(), finder));
    cluster.recorder.observer.start();
    cluster.recorder.start(replication);
    let events = cluster.run(plan.seed, replication);
    let measured = cluster.recorder.finish(plan.length, events);
    drop(measured);
}

/// Each value is exactly the sum of its parts, which follow each other without a gap, whatever the workload; and of what the calls of
/// the shipped workloads spend their time on, nothing is unknown.
#[test]
fn the_parts_of_every_value_add_up_to_it_and_none_is_unknown() {
    let plans = shipped();
    let halves = plans.split_at(plans.len() / 2);
    let counted = std::thread::scope(|scope| {
        let both = [halves.0, halves.1].map(|plans| scope.spawn(|| plans.iter().map(none_is_unknown).sum::<u64>()));
        both.map(|half| half.join().unwrap())
    });
    assert!(counted.iter().sum::<u64>() > 1_000_000, "{counted:?}");
}

/// Checks the values of a replication, and returns how many there are.
fn none_is_unknown(plan: &Plan) -> u64 {
    let mut unknown: BTreeMap<&str, Found> = BTreeMap::new();
    let mut values = 0;
    durations(plan, 1, |metric, found| {
        if found.censored {
            return;
        }
        values += 1;
        let sum: u64 = found.parts.iter().map(|part| part.length().nanos()).sum();
        assert_eq!(sum, found.value.nanos(), "{} {}: {found:?}", plan.name, metric.name());
        assert!(found.parts.windows(2).all(|pair| pair[0].until == pair[1].from), "{found:?}");
        if found.parts.iter().any(|it| it.cause == Cause::Unknown) {
            unknown.entry(metric.name()).or_insert_with(|| found.clone());
        }
    });
    assert!(unknown.is_empty(), "{}: {unknown:?}", plan.name);
    values
}

/// One call, all of whose times are constant and known: 15 + 8 ms until it is at the route point; 1 ms at the CTIManager and 1 ms to the application, whose
/// worker takes 40 ms to look the caller up and 2 ms to decide; 1 + 1 ms back and 10 ms for the redirect; 8 ms to the port, 1 + 1 ms to the application, which
/// decides in 2 ms, and 1 + 1 + 6 ms to the answer. Together they are 99 ms.
#[test]
fn the_parts_of_a_call_are_its_steps_in_order() {
    let plan = compile(
        "one",
        r#"
format = 1
question = "What does one call wait for?"
run = { length = "1m" }
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
lookup = "40ms"
[[route_point]]
name = "welcome"
device_pool = "main"
application = "ivr"
redirect_to = "menu"
[[cti_port]]
name = "menu"
count = 1
device_pool = "main"
application = "ivr"
[[traffic]]
name = "callers"
to = "welcome"
arrivals = { poisson = "10/m" }
talk = "1s"
"#,
    );
    let mut steps = Vec::new();
    // Of these few calls the first one that meets nobody else.
    durations(&plan, 0, |metric, found| {
        if metric == Metric::SetupDelay && found.value.nanos() == 99_000_000 && steps.is_empty() {
            steps.extend(found.parts.iter().map(|part| (part.cause, part.length().nanos() / 1_000_000)));
        }
    });
    let (node, ivr) = (NodeId(0), ApplicationId(0));
    let (callmanager, ctimanager, workers) = (plan.callmanager(node), plan.ctimanager(node), plan.workers(ivr));
    let (to, back) = (Party::CtiManager(node), Party::Application(ivr));
    let decides = Cause::Work(workers, Task::Decide { lookup: Span::ZERO });
    let expected = [
        (Cause::Work(callmanager, Task::SetUp), 15),
        (Cause::Work(callmanager, Task::Offer), 8),
        (Cause::Work(ctimanager, Task::Event), 1),
        (Cause::Link(to, back), 1),
        (Cause::LookUp(ivr), 40),
        (decides, 2),
        (Cause::Link(back, to), 1),
        (Cause::Work(ctimanager, Task::Request), 1),
        (Cause::Work(callmanager, Task::Redirect), 10),
        (Cause::Work(callmanager, Task::Offer), 8),
        (Cause::Work(ctimanager, Task::Event), 1),
        (Cause::Link(to, back), 1),
        (decides, 2),
        (Cause::Link(back, to), 1),
        (Cause::Work(ctimanager, Task::Request), 1),
        (Cause::Work(callmanager, Task::Answer), 6),
    ];
    assert_eq!(steps, expected);
}

/// The exit code, and what is printed to both streams.
fn ctisim(directory: &Path, line: &str) -> (i32, String, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    let output = command.current_dir(directory).args(line.split(' ')).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// 30 calls, a second apart, for one line: each is answered after 2 s, and talks for 10 s. One comes through in 12 s, the others are refused.
const LISTED: &str = r#"
format = 1
question = "What becomes of these calls?"
run = { length = "1m", replications = 2 }
work = { setup = "10ms" }
[[node]]
name = "sub1"
[[destination]]
name = "outside"
lines = 1
answer = "2s"
[[traffic]]
name = "callers"
to = "outside"
arrivals = { file = "calls.csv" }
talk = "10s"
"#;

fn site(options: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let calls: String = (1..=30).map(|second| format!("{second}\n")).collect();
    fs::write(directory.path().join("calls.csv"), format!("at_s\n{calls}")).unwrap();
    fs::write(directory.path().join("site.toml"), LISTED).unwrap();
    let (code, _, problems) = ctisim(directory.path(), &format!("run site.toml --quiet --out results{options}"));
    assert_eq!(code, 0, "{problems}");
    directory
}

/// The list of calls is kept beside the results, which a list that was deleted shows. Each call that comes through takes 10 + 8 + 6 ms of
/// set-up, offer and answer, and rings for 2 s, which is 98.8 % of 2.024 s.
#[test]
fn a_number_is_explained_from_its_results_alone() {
    let directory = site(" --set work.offer=8ms --seed 7");
    let at = directory.path();
    fs::remove_file(at.join("calls.csv")).unwrap();
    fs::remove_file(at.join("site.toml")).unwrap();
    let (code, told, problems) = ctisim(at, "explain results setup_delay.max --quiet");
    assert_eq!((code, &*problems), (0, ""), "{told}");
    for words in [
        "98.8 % of their time is ringing at outside until somebody answers",
        "ctisim trace site.toml --set work.offer=8ms --seed 7 --replication 0",
        "--call callers:",
        "CallManager sub1 setting calls up",
    ] {
        assert!(told.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "`{words}` is not in:\n{told}");
    }
    // Whatever the number of threads.
    for format in ["table", "csv", "json", "md", "html"] {
        let of = |jobs: u32| ctisim(at, &format!("explain results refused --jobs {jobs} --format {format} --quiet"));
        assert_eq!(of(1), of(2), "{format}");
        assert_eq!(of(1).0, 0);
    }
    let (code, json, _) = ctisim(at, "explain results setup_delay --quiet --format json");
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let causes = json["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == "cause");
    let (nanos, mean): (Vec<u64>, Vec<f64>) =
        causes.map(|row| (row["nanos"].as_u64().unwrap(), row["mean_ms"].as_f64().unwrap())).unzip();
    assert_eq!(nanos.iter().sum::<u64>().to_string(), json["all_nanos"].as_str().unwrap());
    // All calls are alike in both replications: 2 s and the work of the CallManager.
    assert!((mean.iter().sum::<f64>() - json["value"].as_f64().unwrap()).abs() < 1e-6);
    let (code, _, wrote) = ctisim(at, "explain results refused.share --html why.html");
    assert_eq!(code, 0);
    assert!(wrote.contains("wrote why.html"), "{wrote}");
    assert!(fs::read_to_string(at.join("why.html")).unwrap().contains("no line to outside was free"));
}

/// What cannot be explained is an error that says what to do, and ends with the code of its kind.
#[test]
fn what_is_not_explained_is_said() {
    let directory = site("");
    let at = directory.path();
    let refused = |line: &str, code: i32, words: &[&str]| {
        let (found, _, told) = ctisim(at, line);
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(found, code, "{line}: {told}");
        for words in words {
            assert!(told.contains(words), "{line}: `{words}` is not in {told}");
        }
        assert!(told.contains("help:") || code == 2, "{told}");
    };
    let of = |measure: &str| format!("explain results {measure} --quiet");
    refused(&of("cfna"), 2, &["cfna: it never occurred in 2 replications"]);
    refused(&of("setup_dely"), 2, &["did you mean `setup_delay`"]);
    refused(&of("refused.max"), 2, &["only a duration has a longest one"]);
    refused(&of("setup_delay.p99.max"), 2, &["has a statistic already"]);
    refused(&of("calls_in_progress"), 2, &["followed over time", "help: ask for"]);
    refused(&of("calls_in_progress_peak"), 2, &["highest reading"]);
    refused(&of("station:sub1.callmanager/utilisation"), 2, &["`station:sub1.callmanager/station_wait.p99`"]);
    refused(&of("setup_delay.censored"), 2, &["`abandoned`"]);
    refused(&of("in_progress"), 2, &["at the end of the run"]);
    refused(&of("route_point:nowhere/setup_delay"), 2, &["there is no route point `nowhere`"]);
    refused("explain nowhere setup_delay", 1, &["nowhere: there is no such directory", "`ctisim run`"]);
    refused("explain site.toml setup_delay", 1, &["it is no directory"]);
    refused("explain . setup_delay", 1, &["there is no inputs.json in it"]);
    refused("explain results setup_delay --html page.toml", 2, &["ends in .html"]);

    let sweep = "sweep site.toml --vary destination.outside.lines=1,2 --replications 2 --quiet --out sweep";
    assert_eq!(ctisim(at, sweep).0, 0);
    refused("explain sweep setup_delay", 1, &["the results of `ctisim sweep`", "help: run the workload alone"]);

    let inputs = at.join("results/inputs.json");
    let kept = fs::read_to_string(&inputs).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(kept.contains(&version));
    let changed = |from: &str, to: &str, words: &[&str]| {
        assert!(kept.contains(from), "{from}");
        fs::write(&inputs, kept.replacen(from, to, 1)).unwrap();
        refused(&of("setup_delay"), 1, words);
        fs::write(&inputs, &kept).unwrap();
    };
    changed(&version, "\"version\": \"0.0.1\"", &["version 0.0.1 wrote it", "run the command in its run.json again"]);
    changed("answer = \\\"2s\\\"", "answer = \\\"3s\\\"", &["was changed: its workload has another digest"]);
    changed("\"replications\": 2", "\"replications\": 3", &["summary.csv: a run gives other numbers now"]);
    changed("{", "[", &["cannot be read"]);
    let summary = at.join("results/summary.csv");
    let table = fs::read_to_string(&summary).unwrap();
    fs::write(&summary, table.replacen("completed", "complete", 1)).unwrap();
    refused(&of("setup_delay"), 1, &["summary.csv: a run gives other numbers now"]);
    fs::remove_file(&summary).unwrap();
    refused(&of("setup_delay"), 1, &["summary.csv: cannot be read"]);
    fs::remove_file(&inputs).unwrap();
    refused(&of("setup_delay"), 1, &["it was written by a version that kept none"]);
}

/// A list outside the directory of the workload may be meant for nobody else: only its digest is kept, and it has to be there again.
#[test]
fn a_list_from_elsewhere_is_not_kept() {
    let root = tempfile::tempdir().unwrap();
    let (site, lists) = (root.path().join("site"), root.path().join("lists"));
    fs::create_dir(&site).unwrap();
    fs::create_dir(&lists).unwrap();
    fs::write(site.join("site.toml"), LISTED.replace("calls.csv", "../lists/calls.csv")).unwrap();
    fs::write(lists.join("calls.csv"), "at_s\n1\n2\n").unwrap();
    let run = ctisim(root.path(), "run site/site.toml --allow-read lists --quiet --out results");
    assert_eq!(run.0, 0, "{}", run.2);
    let kept: serde_json::Value =
        serde_json::from_slice(&fs::read(root.path().join("results/inputs.json")).unwrap()).unwrap();
    assert_eq!((&kept["files"][0]["path"], &kept["files"][0]["text"]), (&"../lists/calls.csv".into(), &().into()));
    let explain = |from: &Path, results: &str| ctisim(from, &format!("explain {results} refused --quiet"));
    let (code, _, told) = explain(root.path(), "results");
    assert!(code == 3 && told.contains("change to the directory of the workload"), "{code} {told}");
    assert_eq!(explain(&site, "../results").0, 0);
    fs::write(lists.join("calls.csv"), "at_s\n1\n3\n").unwrap();
    let (code, _, told) = explain(&site, "../results");
    assert!(code == 3 && told.contains("has changed since the results were written"), "{code} {told}");
}
