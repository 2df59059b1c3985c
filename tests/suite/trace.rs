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
        (&["--call", "99999999"], 1, "from callers:0 to callers:"),
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

/// A replication beyond those of the workload is one more: it is said, and run.
#[test]
fn another_replication_is_one_more() {
    let output = ctisim(&["--replication", "1000000", "--call", "0"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("this is another one"));
}
