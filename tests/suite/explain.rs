//! What is behind the values of measures: parts that add up to them exactly, and nothing unknown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use ctisim::cluster::Cluster;
use ctisim::plan::{self, Plan};
use ctisim::record::{Catalogue, Column, Metric, OfDuration, Scope};
use ctisim::trace::{Cause, Finder, Found, Part, Watch};

use crate::common::Beside;

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
    let mut unknown: BTreeMap<(String, &str), Vec<(Found, u64)>> = BTreeMap::new();
    let mut values = 0_u64;
    for plan in shipped() {
        let started = std::time::Instant::now();
        durations(&plan, 1, |metric, found| {
            if found.censored {
                return;
            }
            values += 1;
            let sum: u64 = found.parts.iter().map(|part| part.length().nanos()).sum();
            assert_eq!(sum, found.value.nanos(), "{} {}: {found:?}", plan.name, metric.name());
            assert!(found.parts.windows(2).all(|pair| pair[0].until == pair[1].from), "{found:?}");
            let lost: u64 =
                found.parts.iter().filter(|it| it.cause == Cause::Unknown).map(|it| Part::length(it).nanos()).sum();
            if lost > 0 {
                unknown.entry((plan.name.clone(), metric.name())).or_default().push((found.clone(), lost));
            }
        });
        eprintln!("{} {:?} {values}", plan.name, started.elapsed());
    }
    assert!(values > 100_000, "{values}");
    for ((plan, metric), found) in &unknown {
        let (worst, lost) = found.iter().max_by_key(|(_, lost)| *lost).unwrap();
        eprintln!("{plan} {metric}: {} values, worst {lost} ns of {:?}", found.len(), worst);
    }
    assert!(unknown.is_empty(), "{:?}", unknown.keys().collect::<Vec<_>>());
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

/// The list of calls is kept beside the results, which a list that was deleted shows. Each call that comes through waits for a set-up of 10 ms, the
/// offer and the answer of the CallManager, and rings for 2 s: that is what most of the time is.
#[test]
fn a_number_is_explained_from_its_results_alone() {
    let directory = site(" --set work.offer=8ms --seed 7");
    let at = directory.path();
    fs::remove_file(at.join("calls.csv")).unwrap();
    fs::remove_file(at.join("site.toml")).unwrap();
    let (code, told, problems) = ctisim(at, "explain results setup_delay.max --quiet");
    assert_eq!((code, &*problems), (0, ""), "{told}");
    for words in [
        "% of its time is ringing at outside until somebody answers",
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

/// What cannot be explained is told with what to do, and ends with the code of its kind.
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
    changed("\"seed\": 1", "\"seed\": 2", &["summary.csv: a run gives other numbers now"]);
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
