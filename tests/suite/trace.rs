//! `ctisim trace`: the call behind a number, told the same whatever else is traced.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::AtomicBool;

use assert_cmd::Command;
use ctisim::domain::CallName;
use ctisim::experiment::{Audit, MeasuredCluster, Replicator};
use ctisim::plan::{Plan, compile};
use ctisim::record::{Catalogue, Metric, Scope};
use ctisim::trace::{Selection, Trace, duration_column, follow, select};
use ctisim::workload::{self, NoFiles};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads").join(name)
}

/// A shipped workload with some values changed, so that a run is short.
fn plan(name: &str, changes: &[&str]) -> Plan {
    let text = std::fs::read_to_string(shipped(name)).unwrap();
    let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
    let text = workload::edit(&text, &changes).map_err(|(_, why)| why).unwrap();
    compile(name, &text, &NoFiles).unwrap_or_else(|problems| panic!("{}", problems.render(workload::Ink::Plain)))
}

fn trace(plan: &Plan, names: &[CallName]) -> Trace {
    follow(plan, (plan.seed, 0), names, &AtomicBool::new(false)).expect("nobody stops it")
}

fn found(plan: &Plan, selection: &Selection, most: usize) -> Vec<CallName> {
    select(plan, (plan.seed, 0), selection, most, &AtomicBool::new(false)).expect("nobody stops it").calls
}

/// The meter's maximum of replication 0, and the value of the call that the trace names as the worst.
fn greatest(plan: &Plan, metrics: &[Metric]) -> BTreeSet<&'static str> {
    let catalogue = Catalogue::new(plan);
    let mut cluster = MeasuredCluster::new(plan, plan.window(), plan.seed, Audit::Off);
    let summary = cluster.run(0).unwrap();
    let mut seen = BTreeSet::new();
    for &metric in metrics {
        let row = catalogue.durations.iter().position(|it| it.scope == Scope::Cluster && it.metric == metric).unwrap();
        let expected = summary.durations[row];
        assert!(expected.count > 0, "{} has no {}", plan.name, metric.name());
        let worst = Selection::Worst(duration_column(metric.name(), plan).unwrap());
        let [call] = found(plan, &worst, 1)[..] else { panic!("{}: one call is the worst", metric.name()) };
        let trace = trace(plan, &[call]);
        let (name, _, values) = &trace.calls[0];
        let greatest = values.iter().filter(|it| it.metric == metric).map(|it| it.value).max();
        assert_eq!((*name, greatest), (call, Some(expected.max)), "{} of {}", metric.name(), plan.name);
        seen.insert(metric.name());
    }
    seen
}

#[test]
fn the_worst_call_has_the_greatest_value_of_the_table_to_the_nanosecond() {
    use Metric::{
        AppQueueDelay, CfnaDelay, CfofDelay, CfofWait, ConferenceDelay, ConsultDelay, HoldDelay, LookupDelay,
        PostDialDelay, QueueStay, RetrieveDelay, RoutePointDelay, ScreenPopDelay, SetupDelay, TransferDelay,
    };
    let busy_hour = plan("busy_hour.toml", &["run.length=30m"]);
    let mut seen = greatest(
        &busy_hour,
        &[PostDialDelay, SetupDelay, RoutePointDelay, LookupDelay, AppQueueDelay, CfofDelay, CfofWait, CfnaDelay],
    );
    let centre = plan("contact_centre.toml", &[]);
    seen.extend(greatest(
        &centre,
        &[TransferDelay, QueueStay, HoldDelay, RetrieveDelay, ConsultDelay, ConferenceDelay, ScreenPopDelay],
    ));
    assert_eq!(seen.len(), 15);
}

#[test]
fn what_happens_to_a_call_is_the_same_whatever_else_is_traced() {
    let plan = plan("callmanager_failure.toml", &[]);
    let conditions = |text: &str| vec![ctisim::trace::Condition::parse(text, &plan).unwrap()];
    let several = found(&plan, &Selection::Where(conditions("ended=completed")), 40);
    assert_eq!(several.len(), 40);
    let together = trace(&plan, &several);
    for (at, &name) in several.iter().enumerate().step_by(13) {
        let alone = trace(&plan, &[name]);
        assert_eq!(alone.calls[0], together.calls[at]);
        assert_eq!(alone.cluster, together.cluster);
    }
}

/// Where a condition is on how calls end, it finds as many as the meter counts.
#[test]
fn a_condition_finds_as_many_calls_as_are_counted() {
    let plan = plan("busy_hour.toml", &["run.length=25m", "run.warm_up=0s"]);
    let mut cluster = MeasuredCluster::new(&plan, plan.window(), plan.seed, Audit::Off);
    let summary = cluster.run(0).unwrap();
    for count in [ctisim::record::Count::Abandoned, ctisim::record::Count::InProgress] {
        let condition = ctisim::trace::Condition::parse(&format!("ended={}", count.name()), &plan).unwrap();
        let calls = found(&plan, &Selection::Where(vec![condition]), usize::MAX);
        assert_eq!(calls.len() as u64, summary.count(count), "{}", count.name());
        assert!(!calls.is_empty());
    }
}

fn ctisim(arguments: &[&str]) -> Output {
    let busy_hour = shipped("busy_hour.toml");
    let arguments =
        ["trace", busy_hour.to_str().unwrap(), "--set", "run.length=22m"].into_iter().chain(arguments.iter().copied());
    Command::new(assert_cmd::cargo::cargo_bin!("ctisim")).args(arguments).output().unwrap()
}

#[test]
fn what_does_not_exist_is_said() {
    for (arguments, code, words) in [
        (&["--call", "callers:99999999"][..], 1, "there is no call callers:99999999 in replication 0"),
        (&["--call", "99999999"], 1, "the last one there is callers:"),
        (&["--call", "caller:1"], 2, "there is no traffic `caller`; did you mean `callers`?"),
        (&["--call", "callers:one"], 2, "`one` is no number of a call"),
        (&["--at", "22m"], 2, "the run lasts 22m"),
        (&["--at", "2m..1m"], 2, "it ends before it begins"),
        (&["--at", "08:20"], 2, "`run.starts`"),
        (&["--at", "soon"], 2, "--at soon"),
        (&["--worst", "setup_dely"], 2, "did you mean `setup_delay`?"),
        (&["--worst", "setup_delay.p99"], 2, "a single one has `setup_delay`"),
        (&["--worst", "refused"], 2, "`refused` is no duration"),
        (&["--worst", "hold_delay"], 2, "cannot occur in this workload"),
        (&["--worst", "app_recovery_100"], 1, "no app_recovery_100 was measured in replication 0"),
        (&["--where", "ended=refusd"], 2, "did you mean `refused`?"),
        (&["--where", "sent_to=welcom"], 2, "did you mean `welcome`?"),
        (&["--where", "colour=red"], 2, "nothing of a call is called `colour`"),
        (&["--where", "setup_delay>=soon"], 2, "`soon` is no duration"),
        (&["--where", "ended=refused_no_callmanager"], 1, "there is no call with ended=refused_no_callmanager"),
        (&[], 2, "--worst"),
        (&["--replication", "-1", "--worst", "setup_delay"], 2, "--replication"),
        (&["--call", "1", "--at", "2m"], 2, "cannot be used with"),
    ] {
        let output = ctisim(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

/// The caller who waits longest in the busy hour is one of whom the application, which hangs, is not notified.
#[test]
fn a_message_that_comes_to_nothing_is_marked() {
    let busy_hour = plan("busy_hour.toml", &["run.length=30m"]);
    let worst = Selection::Worst(duration_column("setup_delay", &busy_hour).unwrap());
    let trace = trace(&busy_hour, &found(&busy_hour, &worst, 1));
    let ladder = serde_json::to_value(ctisim::report::story(&busy_hour, 0, &trace, None)).unwrap();
    let steps = ladder["steps"].as_array().unwrap();
    let lost: Vec<&serde_json::Value> = steps.iter().filter(|it| it["event"]["Message"]["lost"] == true).collect();
    let [event] = lost[..] else { panic!("{lost:?}") };
    let to = event["event"]["Message"]["to"].as_u64().unwrap() as usize;
    assert_eq!((&event["text"], &ladder["lanes"][to]["name"]), (&"event".into(), &"ivr".into()));
}

/// A replication beyond those of the workload is one more: it is said, and run.
#[test]
fn another_replication_is_one_more() {
    let output = ctisim(&["--replication", "1000000", "--call", "0"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("this is another one"));
}

const BY_HAND: &str = r#"
format = 1
question = "What does one call meet?"
run = { length = "1m", replications = 1 }
network = { between_nodes = "2ms", to_application = "1ms", from_caller = "0s" }
work = { setup = "15ms", offer = "8ms", redirect = "10ms", answer = "6ms", release = "6ms", event = "1ms", request = "1ms" }
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
ctimanagers = ["sub2"]
decide = "2ms"
[[route_point]]
name = "welcome"
device_pool = "main"
application = "ivr"
redirect_to = "operator"
[[destination]]
name = "operator"
egress = "sub2"
answer = "4s"
[[traffic]]
name = "callers"
to = "welcome"
ingress = ["sub1"]
arrivals = { file = "calls.csv" }
"#;

/// Two calls, the second a millisecond after the first, in ms since 10 s. CallManager sub1 sets the first up until 15 and the second until 30, so
/// that the first waits from 15 for its offer, until 38. The event goes to CTIManager sub2 (2 ms, and 1 ms of work), on to the application (1 ms),
/// which decides for 2 ms; its request goes back (1 + 1 + 2 ms) and is at sub1 at 48, which redirects until 58. At sub2 the offer takes from 60 to 68,
/// and the operator 4 s; the answer is worked on for 6 ms and travels for 2 ms: the call is connected at 4,076, and over 20 s later.
#[test]
fn a_trace_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("site.toml"), BY_HAND).unwrap();
    std::fs::write(folder.path().join("calls.csv"), "at_s,talk_s,patience_s\n10,20,\n10.001,20,\n").unwrap();
    let workload = folder.path().join("site.toml");
    let lines = |call: &str| -> Vec<serde_json::Value> {
        let arguments = ["trace", workload.to_str().unwrap(), "--call", call, "--format", "jsonl"];
        let output = Command::new(assert_cmd::cargo::cargo_bin!("ctisim")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let word = |line: &serde_json::Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    let millis = |line: &serde_json::Value, field: &str| line[field].as_u64().unwrap() as f64 / 1e6 - 10_000.0;
    let first = lines("callers:0");
    let parts: Vec<(String, String, f64, f64)> = first
        .iter()
        .filter(|line| line["kind"] == "part")
        .map(|it| (word(it, "what"), word(it, "place"), millis(it, "from_ns"), millis(it, "until_ns")))
        .collect();
    let expected = [
        ("setup", "sub1.callmanager", 0.0, 15.0),
        ("waiting", "sub1.callmanager", 15.0, 30.0),
        ("offer", "sub1.callmanager", 30.0, 38.0),
        ("link", "sub1.callmanager to sub2.ctimanager", 38.0, 40.0),
        ("event", "sub2.ctimanager", 40.0, 41.0),
        ("link", "sub2.ctimanager to ivr", 41.0, 42.0),
        ("decide", "ivr.workers", 42.0, 44.0),
        ("link", "ivr to sub2.ctimanager", 44.0, 45.0),
        ("request", "sub2.ctimanager", 45.0, 46.0),
        ("link", "sub2.ctimanager to sub1.callmanager", 46.0, 48.0),
        ("redirect", "sub1.callmanager", 48.0, 58.0),
        ("link", "sub1.callmanager to sub2.callmanager", 58.0, 60.0),
        ("offer", "sub2.callmanager", 60.0, 68.0),
        ("ringing", "operator", 68.0, 4068.0),
        ("answer", "sub2.callmanager", 4068.0, 4074.0),
        ("link", "sub2.callmanager to sub1.callmanager", 4074.0, 4076.0),
        ("connected", "", 4076.0, 24_076.0),
    ];
    let expected: Vec<_> =
        expected.map(|(what, place, from, until)| (what.to_owned(), place.to_owned(), from, until)).into();
    assert_eq!(parts, expected);

    let messages: Vec<(String, String, String, f64, f64)> = first
        .iter()
        .filter(|line| line["kind"] == "message")
        .map(|it| {
            (word(it, "what"), word(it, "from"), word(it, "to"), millis(it, "departs_ns"), millis(it, "arrives_ns"))
        })
        .collect();
    let expected = [
        ("set-up", "caller", "callmanager:sub1", 0.0, 0.0),
        ("event", "callmanager:sub1", "ctimanager:sub2", 38.0, 40.0),
        ("event", "ctimanager:sub2", "application:ivr", 41.0, 42.0),
        ("request", "application:ivr", "ctimanager:sub2", 44.0, 45.0),
        ("request", "ctimanager:sub2", "callmanager:sub1", 46.0, 48.0),
        ("call to operator", "callmanager:sub1", "callmanager:sub2", 58.0, 60.0),
        ("answered", "callmanager:sub2", "callmanager:sub1", 4074.0, 4076.0),
    ];
    let expected: Vec<_> = expected
        .map(|(what, from, to, departs, arrives)| (what.to_owned(), from.to_owned(), to.to_owned(), departs, arrives))
        .into();
    assert_eq!(messages, expected);

    // The second waits for its set-up from 1 to 15, for its offer from 30 to 38, and for its redirection from 56 to 58.
    let waits: Vec<(f64, f64)> = lines("callers:1")
        .iter()
        .filter(|line| line["kind"] == "part" && line["what"] == "waiting")
        .map(|it| (millis(it, "from_ns"), millis(it, "until_ns")))
        .collect();
    assert_eq!(waits, [(1.0, 15.0), (30.0, 38.0), (56.0, 58.0)]);
}
