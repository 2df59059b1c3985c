//! `ctisim capacity` against closed forms: the bracket contains the exact answer, and excludes wrong ones that are near.
//!
//! The seed is fixed by the workloads, so the results are always the same.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ctisim::oracle::{
    LastToEmpty, Residence, RoutePointCalls, Start, Traffic, erlang_b, erlang_b_servers, load_for_blocking,
    mmc_mean_wait, servers_for_service_level,
};
use ctisim::verify::free;
use serde_json::Value;

fn capacity(directory: &Path, workload: &str, arguments: &[&str]) -> Output {
    fs::write(directory.join("w.toml"), workload).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(["capacity", "w.toml", "-q"]).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The JSON document, with the exit code.
fn find(workload: &str, vary: &str, goal: &str) -> (Value, Option<i32>) {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["--vary", vary, "--goal", goal, "--format", "json", "--no-files"];
    let output = capacity(directory.path(), workload, &arguments);
    let found = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (found, output.status.code())
}

/// The numbers of the last value that meets the goals and the first that misses them.
fn bracket(found: &Value) -> (f64, f64) {
    let number = |key: &str| {
        let text = found[key].as_str().unwrap_or_else(|| panic!("nothing {key}: {found:#}"));
        text.trim_end_matches("/h").parse::<f64>().unwrap()
    };
    (number("met"), number("missed"))
}

/// Whether the smallest sufficient value lies above the one that misses and not above the one that meets.
fn holds_smallest(found: &Value, truth: u32) -> bool {
    let (met, missed) = bracket(found);
    missed < f64::from(truth) && f64::from(truth) <= met
}

/// Calls of two minutes to outside lines, in steady state after the warm-up.
fn lines(lines: u32, calls_an_hour: u32) -> String {
    free(&format!(
        r#"
        run = {{ length = "70m", warm_up = "10m" }}
        [[node]]
        name = "sub1"
        [[destination]]
        name = "trunk"
        answer = "0s"
        lines = {lines}
        [[traffic]]
        name = "callers"
        to = "trunk"
        arrivals = {{ poisson = "{calls_an_hour}/h" }}
        talk = {{ exponential = "2m" }}
        "#
    ))
}

#[test]
fn the_fewest_lines_are_erlangs() {
    let (found, code) = find(&lines(30, 600), "destination.trunk.lines=10..60:1", "refused<=1%");
    let truth = erlang_b_servers(20.0, 0.01, 100).unwrap();
    assert!(holds_smallest(&found, truth), "{truth}: {found:#}");
    // The load alone, or the common rule of half as many again, must not be taken for the answer.
    for twin in [erlang_b_servers(19.0, 0.01, 100).unwrap(), erlang_b_servers(20.0, 0.02, 100).unwrap()] {
        assert!(twin != truth && !holds_smallest(&found, twin), "{twin}: {found:#}");
    }
    assert_eq!(code, Some(0));
    assert_eq!(found["binding"]["name"], "trunk");
}

#[test]
fn the_largest_load_on_some_lines_is_erlangs() {
    let (found, _) = find(&lines(30, 600), "traffic.callers.arrivals.poisson=300/h..1000/h:5/h", "refused<=1%");
    let calls = |lines| load_for_blocking(lines, 0.01) * 30.0;
    let (met, missed) = bracket(&found);
    assert!((erlang_b(met / 30.0, 30) <= 0.01) && erlang_b(missed / 30.0, 30) > 0.01, "{met} {missed}");
    assert!(met <= calls(30) && calls(30) < missed, "{met} {} {missed}", calls(30));
    for twin in [calls(29), calls(31)] {
        assert!(!(met <= twin && twin < missed), "{met} {twin} {missed}");
    }
}

/// Calls on which an application's workers decide for two seconds on average, four calls per second.
fn workers() -> String {
    free(
        r#"
        run = { length = "70m", warm_up = "10m" }
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 3
        decide = { exponential = "2s" }
        heartbeat = "3600s"
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "agent"
        [[destination]]
        name = "agent"
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = { poisson = "14400/h" }
        talk = "1s"
        "#,
    )
}

#[test]
fn the_fewest_workers_are_erlangs() {
    // Eight erlangs.
    let (rate, mean) = (4.0, 2.0);
    let fewest = |wait: f64| (9..40).find(|&servers| mmc_mean_wait(rate, mean, servers) <= wait).unwrap();
    let (found, _) = find(&workers(), "application.ivr.workers=7..40:1", "app_queue_delay<=200ms");
    assert!(holds_smallest(&found, fewest(0.2)), "{found:#}");
    for twin in [fewest(0.45), fewest(0.1)] {
        assert!(!holds_smallest(&found, twin), "{twin}: {found:#}");
    }
    assert_eq!((&found["binding"]["kind"], &found["binding"]["name"]), (&"station".into(), &"ivr.workers".into()));
    // At least 95 % wait at most a second.
    let (found, _) = find(&workers(), "application.ivr.workers=10..16", "app_queue_delay.p95<=1s");
    let (truth, twin) =
        (servers_for_service_level(rate, mean, 1.0, 0.95), servers_for_service_level(rate, mean, 1.0, 0.9));
    assert!(
        truth != twin && holds_smallest(&found, truth) && !holds_smallest(&found, twin),
        "{truth} {twin}: {found:#}"
    );
}

/// A queue of calls that stay for two minutes, whose CallManager fails for a minute once the queue is in steady state.
fn queue(calls_an_hour: u32) -> String {
    free(&format!(
        r#"
        run = {{ length = "90m" }}
        cti = {{ callmanager_notice = "0s", reopen_rate = "1000000/s" }}
        [[node]]
        name = "sub1"
        [[node]]
        name = "sub2"
        [[callmanager_group]]
        name = "both"
        members = ["sub1", "sub2"]
        [[application]]
        name = "announcer"
        workers = 65535
        decide = "0s"
        heartbeat = "3600s"
        [[fault]]
        callmanager = "sub1"
        at = "30m"
        for = "1m"
        [[route_point]]
        name = "queue"
        device_pool = "both"
        application = "announcer"
        answers = true
        treatment = {{ exponential = "2m" }}
        [[traffic]]
        name = "callers"
        to = "queue"
        arrivals = {{ poisson = "{calls_an_hour}/h" }}
        "#
    ))
}

const CALLS: RoutePointCalls =
    RoutePointCalls { residence: Residence::Exponential { mean: 120.0 }, limit: None, start: Start::Steady };

#[test]
fn the_fewest_route_points_that_all_rehome_in_time_are_the_oracles() {
    const WITHIN: f64 = 3000.0;
    let traffic = Traffic::constant(0.1);
    let (found, _) = find(&queue(360), "route_point.queue.count=3..8", "rehome_wait.max_p95<=50m");
    let truth = CALLS.fewest_route_points(&traffic, WITHIN, 0.95, 100).unwrap();
    assert!(holds_smallest(&found, truth), "{truth}: {found:#}");
    // This many are enough for any one of them, but not for the last to rehome.
    let alone = |points: &u32| CALLS.time_to_empty(&traffic.times(1.0 / f64::from(*points))).exceeds(WITHIN) <= 0.05;
    let twin = (1..100).find(alone).unwrap();
    assert!(twin < truth && !holds_smallest(&found, twin), "{twin}: {found:#}");
    assert!(found["binding"].is_null(), "{found:#}");
    // Each of them rehomes as the oracle says for its share of the calls.
    let of_each = CALLS.time_to_empty(&traffic.times(1.0 / f64::from(truth)));
    let last = LastToEmpty(&[(truth, &of_each)]).quantile(0.95);
    let met = found["walked"].as_array().unwrap().iter().find(|it| it["value"] == truth.to_string().as_str());
    let goal = &met.expect("the answer was evaluated")["goals"][0];
    let (low, high) = (goal["low"].as_f64().unwrap() / 1e3, goal["high"].as_f64().unwrap() / 1e3);
    assert!((low..=high).contains(&last), "{low} {last} {high}");
}

#[test]
fn the_largest_load_that_rehomes_in_time_is_the_oracles() {
    const WITHIN: f64 = 1800.0;
    let (found, _) =
        find(&queue(60), "traffic.callers.arrivals.poisson=10/h..200/h:5/h", "route_point:queue/rehome_wait.p95<=30m");
    let (met, missed) = bracket(&found);
    let calls = |share: f64| CALLS.largest_load(WITHIN, share) * 30.0;
    assert!(met <= calls(0.95) && calls(0.95) < missed, "{met} {} {missed}", calls(0.95));
    for twin in [calls(0.9), calls(0.99)] {
        assert!(!(met <= twin && twin < missed), "{met} {twin} {missed}");
    }
}

/// Callers who wait at ports for one of the people of some groups, which one queue leads to: 20 erlangs of two minutes each.
fn people(groups: &[u32]) -> String {
    let group = |(at, count): (usize, &u32)| {
        let first = 50_001 + 1000 * at;
        format!(
            "[[phone]]\nname = \"p{at}\"\ncount = {count}\ndevice_pool = \"main\"\nfirst_dn = \"{first}\"\nanswer = \"0s\"\n"
        )
    };
    let names: Vec<String> = (0..groups.len()).map(|at| format!("\"p{at}\"")).collect();
    free(&format!(
        r#"
        run = {{ length = "90m", warm_up = "30m" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 65535
        decide = "0s"
        heartbeat = "3600s"
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "ports"
        [[cti_port]]
        name = "ports"
        count = 500
        device_pool = "main"
        application = "ivr"
        treatment = {{ exponential = "10s" }}
        transfer_to = "waiting"
        [[queue]]
        name = "waiting"
        phones = [{}]
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = {{ poisson = "600/h" }}
        talk = {{ exponential = "2m" }}
        {}"#,
        names.join(", "),
        groups.iter().enumerate().map(group).collect::<String>(),
    ))
}

/// Groups behind one queue are one group, in all: the same callers wait as long, to the last digit. Of Erlang C it is the fewest
/// with which the mean wait is at most 20 s.
#[test]
fn so_many_in_all_are_as_many_in_one_group() {
    let goal = "transfer_delay<=20s";
    let (one, _) = find(&people(&[25]), "phone.p0.count=21..29:1", goal);
    let (several, code) = find(&people(&[12, 8, 5]), "sum(phone.*.count)=21..29:1", goal);
    let seen = |found: &Value| {
        let walked = found["walked"].as_array().unwrap().iter();
        walked.map(|it| (it["value"].clone(), it["replications"].clone(), it["goals"].clone())).collect::<Vec<_>>()
    };
    assert_eq!((seen(&one), code), (seen(&several), Some(0)));
    let truth = (21..40).find(|&people| mmc_mean_wait(600.0 / 3600.0, 120.0, people) <= 20.0).unwrap();
    assert!(holds_smallest(&several, truth), "{truth}: {several:#}");
    // Twins: the value of each group instead of all; and as many people with a queue for each of the three groups.
    let (each, _) = find(&people(&[12, 8, 5]), "each(phone.*.count)=7..10:1", goal);
    assert!(each["met"] != several["met"], "{each:#}");
    let alone = 3 * (7..40).find(|&people| mmc_mean_wait(200.0 / 3600.0, 120.0, people) <= 20.0).unwrap();
    assert!(alone != truth && !holds_smallest(&several, alone), "{alone}: {several:#}");
    // By hand, 25 of 25 are 12, 8 and 5, and 21 are 10.08, 6.72 and 4.2, which round to 10, 7 and 4.
    assert_eq!(several["key"], "sum(phone.*.count)");
    let settings = |total: &str| {
        let walked = several["walked"].as_array().unwrap().iter();
        walked.clone().find(|it| it["value"] == total).map(|it| it["settings"].clone()).unwrap()
    };
    assert_eq!(settings("21"), serde_json::json!(["phone.p0.count=10", "phone.p1.count=7", "phone.p2.count=4"]));
    assert_eq!(settings("25"), serde_json::json!(["phone.p0.count=12", "phone.p1.count=8", "phone.p2.count=5"]));
}

/// The largest load of two sources together, by Erlang's B, whatever part each has.
#[test]
fn the_largest_load_in_all_is_erlangs() {
    let second = "[[traffic]]\nname = \"more\"\nto = \"trunk\"\narrivals = { poisson = \"10/m\" }\ntalk = { exponential = \"2m\" }\n";
    let both = lines(30, 300) + second;
    let (found, _) = find(&both, "sum(traffic.*.arrivals.poisson)=300/h..1000/h:5/h", "refused<=1%");
    let (met, missed) = bracket(&found);
    assert!((erlang_b(met / 30.0, 30) <= 0.01) && erlang_b(missed / 30.0, 30) > 0.01, "{met} {missed}");
    // 300/h and 10/m are 1 to 2.
    let settings = &found["walked"][0]["settings"];
    assert_eq!(
        *settings,
        serde_json::json!(["traffic.callers.arrivals.poisson=100/h", "traffic.more.arrivals.poisson=200/h"])
    );
}

#[test]
fn a_search_without_an_answer_has_its_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    let w = lines(30, 600);
    let run = |arguments: &[&str]| {
        let output = capacity(directory.path(), &w, &[&["--no-files"], arguments].concat());
        (output.status.code(), stderr(&output), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let vary = ["--vary", "destination.trunk.lines=40..60:10"];
    let (code, _, table) = run(&[&vary[..], &["--goal", "refused<=1%"]].concat());
    assert_eq!(code, Some(0));
    assert!(table.contains("Both ends of the range, 40 and 60, meet the goals"), "{table}");
    let (_, _, table) = run(&[&vary[..], &["--goal", "cfof<=1%"]].concat());
    assert!(
        table.contains("cfof.share was 0 at every value: the goal cfof.share <= 1% limits nothing here."),
        "{table}"
    );
    let (code, error, _) = run(&[&vary[..], &["--goal", "refused>=90%"]].concat());
    assert_eq!(code, Some(10));
    assert!(error.contains("Both ends of the range, 40 and 60, miss the goals"), "{error}");
    let (code, error, table) =
        run(&["--vary", "destination.trunk.lines=20,29,30,40", "--goal", "refused<=1%", "--replications", "60"]);
    assert_eq!(code, Some(11));
    assert!(
        error.contains("could not be decided with 60 replications: deciding ") && table.contains("undecided"),
        "{error}"
    );
    // Met where they should be missed: the wrong direction.
    let (code, error, _) = run(&["--vary", "destination.trunk.lines=20..40:1", "--goal", "refused<=1%", "--largest"]);
    assert_eq!(code, Some(11));
    assert!(
        error.contains("No answer: 40 meets the goals, but 20, where they should be easier to meet, misses them"),
        "{error}"
    );
    let (code, error, _) = run(&vary);
    assert_eq!(code, Some(2));
    assert!(error.contains("there is no goal") && error.contains("--goal \"cfb<=1%\""), "{error}");
    // The last value is invalid: nothing is run.
    let (code, error, _) = run(&["--vary", "destination.trunk.lines=20,30,none", "--goal", "refused<=1%"]);
    assert_eq!(code, Some(3));
    assert!(error.contains("--> --vary:1:25") && error.contains("| destination.trunk.lines=none"), "{error}");
    let (code, error, _) =
        run(&["--vary", "destination.trunk.lines=20..40", "--goal", "route_point:x/rehome_wait<=1s"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("there is no route point"), "{error}");
}

#[test]
fn the_files_are_the_same_whatever_the_number_of_threads() {
    let w = lines(30, 600);
    let files = ["1", "3"].map(|jobs| {
        let directory = tempfile::tempdir().unwrap();
        let arguments = [
            "--vary",
            "destination.trunk.lines=20..40",
            "--goal",
            "refused<=2%",
            "--jobs",
            jobs,
            "--replications",
            "200",
        ];
        let output = capacity(directory.path(), &w, &arguments);
        assert_ne!(output.status.code(), Some(1), "{}", stderr(&output));
        ["capacity.csv", "capacity.json"]
            .map(|name| fs::read_to_string(directory.path().join("results/w.capacity").join(name)).unwrap())
    });
    assert_eq!(files[0], files[1]);
    let [csv, json] = &files[0];
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect();
    let json: Value = serde_json::from_str(json).unwrap();
    // In order of the parameter's values, and the same in both files.
    let settings: Vec<u32> = rows.iter().map(|row| row[2].parse().unwrap()).collect();
    assert!(settings.is_sorted() && settings.len() == json["walked"].as_array().unwrap().len());
    let command = json["command"].as_str().unwrap();
    assert!(command.starts_with("ctisim capacity w.toml --vary destination.trunk.lines=20..40 --goal"), "{command}");
}

/// Too few lines refuse calls: 1 % of 20 erlangs takes 30 (Erlang B). Too many let the peak of an hour go beyond 32: with up to 32
/// lines it cannot, with 60 it does in most hours. So both ends miss a goal, and the values between meet both.
#[test]
fn goals_that_fail_at_opposite_ends_are_met_between() {
    let directory = tempfile::tempdir().unwrap();
    let goals = ["--goal", "refused<=1%", "--goal", "destination:trunk/in_use_peak<=32.5"];
    let search = ["--vary", "destination.trunk.lines=10..60:1", "--format", "json", "--no-files"];
    let output = capacity(directory.path(), &lines(30, 600), &[&goals[..], &search].concat());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["answer"], output.status.code()), (&Value::from("twice"), Some(0)), "{found:#}");
    let number = |key: &str| found[key].as_str().unwrap().parse::<u32>().unwrap();
    assert_eq!(number("met"), erlang_b_servers(20.0, 0.01, 100).unwrap(), "{found:#}");
    assert!((32..=40).contains(&number("met_to")), "{found:#}");
    // Up to 20 lines the peak keeps within 20.5, but then more than 1 % are refused: no value meets both.
    let goals = ["--goal", "refused<=1%", "--goal", "destination:trunk/in_use_peak<=20.5"];
    let output = capacity(directory.path(), &lines(30, 600), &[&goals[..], &search].concat());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["answer"], output.status.code()), (&Value::from("twice"), Some(10)), "{found:#}");
    assert!(stderr(&output).contains("No value meets all goals"), "{}", stderr(&output));
}
