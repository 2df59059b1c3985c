//! Thousands of random small workloads, each under the auditor: the identities of the model hold for any workload.
//!
//! Each case also shows that a run depends on its workload, seed and replication alone: neither observers nor earlier runs on
//! the same cluster change any fact.
//!
//! `CTISIM_SWARM_CASES` is the number of cases (default 10,000) and `CTISIM_SWARM_FIRST` the number of the first.
//! A failing case is shrunk: tables and keys are removed while it still fails. The remaining workload is kept in
//! `target/tmp`, with the command that repeats it.

#[path = "../common/mod.rs"]
mod common;
mod draw;
mod heard;
mod random;

use common::{FactDigest, compile};
use ctisim::cluster::Cluster;
use ctisim::domain::{ApplicationFault, Ending, Forward, Refusal, TransferredBy};
use ctisim::engine::{Distribution, Span, Time};
use ctisim::facts::{Fact, PoolId, Recorder};
use ctisim::plan::{self, Arrivals, Occurs, Plan, Window};
use ctisim::record::{Auditor, Catalogue, Count, Merged, Meter, Metric, ReplicationSummary, Tally, Wait};
use ctisim::workload::NoFiles;
use heard::Heard;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// What happened, and how often: a swarm that never reaches a state proves nothing about it.
#[derive(Default)]
struct Marks {
    seen: BTreeMap<String, u64>,
    facts: u64,
    heard: Heard,
}

/// More facts than any case has: a run with more does not end.
const ENDLESS: u64 = 6_000_000;

impl Marks {
    fn mark(&mut self, what: impl Into<String>) {
        *self.seen.entry(what.into()).or_default() += 1;
    }
}

impl Recorder for Marks {
    fn note(&mut self, now: Time, fact: Fact) {
        self.facts += 1;
        assert!(self.facts < ENDLESS, "the run does not end: at {now} {fact:?}");
        self.heard.note(fact);
        match fact {
            Fact::Ended { ending, .. } => self.mark(format!("{ending:?}")),
            Fact::Forwarded { forward, .. } => self.mark(format!("{forward:?}")),
            Fact::ApplicationFailed { fault, .. } => self.mark(format!("{fault:?}")),
            Fact::ApplicationClosed { delay, false_failure, .. } => match (false_failure, delay) {
                (true, None) => self.mark("a slow application is closed"),
                (true, Some(_)) => self.mark("a stalled application is closed"),
                (false, _) => self.mark("a dead application is closed"),
            },
            Fact::Skipped { .. } => self.mark("an event is skipped"),
            Fact::LookedUp { .. } => self.mark("a caller is looked up"),
            Fact::RequestTimedOut { .. } => self.mark("a request times out"),
            Fact::Preserved { .. } => self.mark("a call is preserved"),
            Fact::Transferred { by: TransferredBy::Application, .. } => self.mark("a call is transferred"),
            Fact::Transferred { by: TransferredBy::Person, .. } => self.mark("a person transfers a call"),
            Fact::Transferred { by: TransferredBy::Consultation, .. } => self.mark("a consult transfer is completed"),
            Fact::Retrieved { .. } => self.mark("a call is retrieved from hold"),
            Fact::ConsultFailed { .. } => self.mark("a third party is not reached"),
            Fact::Joined { .. } => self.mark("a third party joins a call"),
            Fact::ConferenceBlocked { .. } => self.mark("a conference finds no room"),
            Fact::Distributed { waited: Some(_), .. } => self.mark("a call that waited in a queue gets a phone"),
            Fact::LeftQueue { hung_up: true, .. } => self.mark("a caller hangs up in a queue"),
            Fact::LeftQueue { hung_up: false, .. } => self.mark("a call is lost in a queue"),
            Fact::CallWaits { .. } => self.mark("a call waits at a phone"),
            Fact::WrapUpBegan { .. } => self.mark("a person works after a call"),
            Fact::Talked { cut: true, .. } => self.mark("a talk is cut short"),
            Fact::DeviceOpened { .. } => self.mark("a device is opened again"),
            Fact::DeviceClosed { because, .. } => self.mark(format!("{because:?}")),
            Fact::Controlled { first: true, .. } => self.mark("a phone is controlled again"),
            Fact::Controlled { first: false, .. } => self.mark("another application controls a device"),
            Fact::ControlLost { last: true, .. } => self.mark("control of a phone is lost"),
            Fact::ControlLost { last: false, .. } => self.mark("control is left to another application"),
            Fact::SettingNotChanged { .. } => self.mark("a setting does not change"),
            Fact::DeviceGivenUp { because, .. } => self.mark(format!("{because:?}")),
            Fact::Rehomed { .. } => self.mark("a device rehomes"),
            Fact::RehomeLost { .. } => self.mark("a home is lost again"),
            Fact::ManagerLossNoticed { .. } => self.mark("an application loses its CTIManager"),
            Fact::LinkHealNoticed { .. } => self.mark("a link heals"),
            Fact::DeviceReturned { .. } => self.mark("a device that failed is back"),
            Fact::HangNoticed { .. } => self.mark("a hang is noticed"),
            Fact::SettingChanged { .. } => self.mark("a setting changes"),
            Fact::Recovered { .. } => self.mark("an application recovers"),
            Fact::ScreenPopShown { .. } => self.mark("a screen pop is shown"),
            Fact::ScreenPopLost { .. } => self.mark("a screen pop is lost"),
            Fact::RequestGranted { .. } => self.mark("a request of a person is granted"),
            Fact::RequestFailed { .. } => self.mark("a request of a person fails"),
            Fact::NotDialled { in_use: true, .. } => self.mark("an application cannot dial from a device in use"),
            Fact::NotDialled { in_use: false, .. } => self.mark("an application does not dial"),
            Fact::OffHook { pool: PoolId::Ports(_), .. } => self.mark("a port dials"),
            _ => {}
        }
    }
}

/// Everything that a swarm of sufficient size must have seen.
fn required() -> Vec<String> {
    let endings = [
        Ending::Completed,
        Ending::Abandoned,
        Ending::DroppedInSetup,
        Ending::DroppedInChange,
        Ending::DroppedConnected,
    ];
    let refusals = Refusal::ALL.map(Ending::Refused);
    let faults = [ApplicationFault::Exit, ApplicationFault::Silent, ApplicationFault::Stall];
    let mut required: Vec<String> = endings.iter().chain(&refusals).map(|ending| format!("{ending:?}")).collect();
    required.extend(Forward::ALL.map(|forward| format!("{forward:?}")));
    required.extend(faults.map(|fault| format!("{fault:?}")));
    let others = [
        "a slow application is closed",
        "a stalled application is closed",
        "a dead application is closed",
        "an event is skipped",
        "a caller is looked up",
        "a request times out",
        "a call is preserved",
        "a call is transferred",
        "a person transfers a call",
        "a consult transfer is completed",
        "a call is retrieved from hold",
        "a third party is not reached",
        "a third party joins a call",
        "a conference finds no room",
        "a call waits at a phone",
        "a person works after a call",
        "a talk is cut short",
        "a call that waited in a queue gets a phone",
        "a caller hangs up in a queue",
        "a call is lost in a queue",
        "a device is opened again",
        "a phone is controlled again",
        "control of a phone is lost",
        "another application controls a device",
        "control is left to another application",
        "a setting does not change",
        "HandedOver",
        "an application recovers",
        "a screen pop is shown",
        "a screen pop is lost",
        "a request of a person is granted",
        "a request of a person fails",
        "an application cannot dial from a device in use",
        "an application does not dial",
        "a port dials",
        "ApplicationClosed",
        "CallManagerFailed",
        "CtiManagerFailed",
        "Rehoming",
        "CannotOpen",
        "RecoveryForbidden",
        "OutOfReach",
        "LinkCut",
        "DeviceFailed",
        "a device that failed is back",
        "a hang is noticed",
        "a link heals",
        "a device rehomes",
        "a home is lost again",
        "an application loses its CTIManager",
        "a setting changes",
        "a call goes where a speed dial was set to lead",
        LIMIT_COUNTS,
        CHANGE_COUNTS,
    ];
    required.extend(others.map(str::to_owned));
    required
}

/// The digest of one replication on a cluster that may have run others before.
fn digest(cluster: &mut Cluster<'_, FactDigest>, seed: u64, replication: u64) -> (u64, FactDigest) {
    cluster.recorder = FactDigest::default();
    let events = cluster.run(seed, replication);
    (events, cluster.recorder)
}

/// Runs a case in every way that must give the same result, and returns what it has seen or what failed.
fn play(plan: &Plan) -> Result<Marks, String> {
    let seed = plan.seed;
    let watchers = ((Auditor::new(plan), Meter::new(plan, plan.window())), (FactDigest::default(), Marks::default()));
    let mut watched = Cluster::new(plan, watchers);
    let mut audited = Vec::new();
    for replication in 0..2 {
        watched.recorder.0.0.start();
        watched.recorder.0.1.start(replication);
        watched.recorder.1.0 = FactDigest::default();
        watched.recorder.1.1.heard = Heard::default();
        let events = watched.run(seed, replication);
        let ((auditor, meter), (digest, _)) = &mut watched.recorder;
        auditor
            .finish(plan.length)
            .map_err(|violations| format!("replication {replication}: {}", violations.join("\n  ")))?;
        meter.finish(plan.length, events);
        audited.push((events, *digest));
    }
    bins_add_up(plan)?;
    let mut alone = Cluster::new(plan, FactDigest::default());
    for (replication, expected, what) in [
        (0, audited[0], "watched and on its own"),
        (1, audited[1], "after another replication, watched and on its own"),
        (0, audited[0], "in fresh and in used memory"),
    ] {
        let found = digest(&mut alone, seed, replication);
        if found != expected {
            return Err(format!("replication {replication} differs {what}: {} and {} events", expected.0, found.0));
        }
    }
    settle(plan)?;
    let mut marks = watched.recorder.1.1;
    for (other, what) in without_parameters(plan) {
        if digest(&mut Cluster::new(&other, FactDigest::default()), seed, 0) != audited[0] {
            marks.mark(what);
        }
    }
    if plan.sources.iter().any(|source| source.speed_dial.is_some()) {
        let mut fixed = plan.clone();
        fixed.sources.iter_mut().for_each(|source| source.speed_dial = None);
        if digest(&mut Cluster::new(&fixed, FactDigest::default()), seed, 0) != audited[0] {
            marks.mark("a call goes where a speed dial was set to lead");
        }
    }
    Ok(marks)
}

/// Without a warm-up, what happens in the bins of a replication is all that is counted of it, whole numbers and nanoseconds.
fn bins_add_up(plan: &Plan) -> Result<(), String> {
    // Not as long as the run by a whole number: the last one is shorter.
    let window = Window { warm_up: Time::ZERO, bin: Span::from_nanos(plan.length.nanos() / 7 + 1) };
    let mut cluster = Cluster::new(plan, Meter::new(plan, window));
    cluster.recorder.start(0);
    let events = cluster.run(plan.seed, 0);
    let mut meter = cluster.recorder;
    let summary = meter.finish(plan.length, events);
    added_up(plan, &summary, &meter.into_merged())
}

fn added_up(plan: &Plan, summary: &ReplicationSummary, merged: &Merged) -> Result<(), String> {
    let catalogue = Catalogue::new(plan);
    let sums = merged.bins.sums();
    let of = |tally: Tally| sums.iter().map(|bin| bin.count(tally)).sum::<u64>();
    let waits = |wait: Wait| {
        sums.iter().map(|bin| bin.wait(wait)).fold((0, 0), |(count, sum), (more, nanos)| (count + more, sum + nanos))
    };
    let counted = |counts: &[Count]| counts.iter().map(|&count| summary.count(count)).sum::<u64>();
    let mut wrong = Vec::new();
    for (tally, counts) in [
        (Tally::Offered, &[Count::Offered][..]),
        (Tally::Completed, &[Count::Completed]),
        (Tally::Abandoned, &[Count::Abandoned]),
        (Tally::Refused, &[Count::Refused]),
        (Tally::DroppedInSetup, &[Count::DroppedInSetup]),
        (Tally::DroppedInChange, &[Count::DroppedInChange]),
        (Tally::DroppedConnected, &[Count::DroppedConnected]),
        (Tally::Forwarded, &[Count::Cfa, Count::Cfb, Count::Cfna, Count::Cfof, Count::Cfur]),
    ] {
        let (bins, all) = (of(tally), counted(counts));
        if bins != all {
            wrong.push(format!("{tally:?}: {bins} in bins, {all} in all"));
        }
    }
    let durations = |metric: Metric| {
        let rows = catalogue.durations.iter().zip(&summary.durations).enumerate();
        let own = rows.filter(|(row, (series, _))| {
            series.metric == metric && (metric == Metric::QueueWait || catalogue.cluster(metric) == Some(*row))
        });
        own.fold((0, 0), |(count, sum), (_, (_, it))| (count + it.count, sum + it.sum_nanos))
    };
    for (wait, metric) in [(Wait::Setup, Metric::SetupDelay), (Wait::Queue, Metric::QueueWait)] {
        let (bins, all) = (waits(wait), durations(metric));
        if bins != all {
            wrong.push(format!("{wait:?}: {bins:?} in bins, {all:?} in all"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("bins do not add up: {}", wrong.join("; "))) }
}

const LIMIT_COUNTS: &str = "a limit of connections makes a difference";
const CHANGE_COUNTS: &str = "a changed parameter makes a difference";

/// The plan without its limits of connections, and without its changes of parameters, if it has any.
fn without_parameters(plan: &Plan) -> impl Iterator<Item = (Plan, &'static str)> {
    let changes = !plan.parameter_changes.is_empty();
    let limits = plan.nodes.iter().any(|node| node.cti_connections < u32::MAX);
    let unlimited = limits.then(|| (unlimited(plan.clone()), LIMIT_COUNTS));
    let unchanged = changes.then(|| (Plan { parameter_changes: Vec::new(), ..plan.clone() }, CHANGE_COUNTS));
    unlimited.into_iter().chain(unchanged)
}

/// The plan with as many connections of each CTIManager as anybody asks for.
fn unlimited(mut plan: Plan) -> Plan {
    plan.nodes.iter_mut().for_each(|node| node.cti_connections = u32::MAX);
    plan.parameter_changes.iter_mut().for_each(|change| change.cti_connections = None);
    plan
}

/// The time to reach a quiet state: many times the longest talk and the slowest reopening.
const BOUND: Span = Span::from_secs(6 * 3600);

/// Runs a case again with all faults over and all callers gone by its end, and checks that every device is at home, in service
/// elsewhere by a rule or closed by one, and every call is over.
fn settle(plan: &Plan) -> Result<(), String> {
    // A CTIManager that is full would keep an application out for good.
    let (mut calm, end) = (unlimited(plan.clone()), plan.length);
    calm.length = end + BOUND;
    calm.bin = BOUND;
    calm.faults.retain(|fault| matches!(fault.occurs, Occurs::Once { .. }));
    for fault in &mut calm.faults {
        if let Occurs::Once { at, duration } = &mut fault.occurs {
            *duration = (*duration).min(end.since(*at));
        }
    }
    for application in &mut calm.applications {
        // If heartbeats take longer than their interval, the application keeps being closed by false failures.
        let long = Span::from_secs(60);
        application.heartbeat = application.heartbeat.max(long);
        application.requested_heartbeat = application.requested_heartbeat.max(long);
        calm.parameters.heartbeat_maximum = calm.parameters.heartbeat_maximum.max(long);
    }
    // Nor may a changed maximum shorten it again.
    calm.parameter_changes.iter_mut().for_each(|change| change.heartbeat_maximum = None);
    for source in &mut calm.sources {
        // A caller with unlimited patience may still wait at the end.
        source.patience.get_or_insert(Distribution::Constant(Span::from_secs(20)));
        match &mut source.arrivals {
            Arrivals::Poisson(curve) | Arrivals::Modulated(curve, _) => {
                curve.steps.retain(|(from, _)| *from < end);
                curve.steps.push((end, 0.0));
            }
            Arrivals::Listed(calls) => Arc::make_mut(calls).retain(|call| call.at < end),
        }
    }
    let mut cluster = Cluster::new(&calm, (Auditor::new(&calm), Marks::default()));
    cluster.run(calm.seed, 0);
    let auditor = &mut cluster.recorder.0;
    auditor.finish(calm.length).map_err(|violations| format!("on the way to rest: {}", violations.join("\n  ")))?;
    auditor.at_rest().map_err(|restless| format!("not at rest: {}", restless.join("\n  ")))?;
    match auditor.in_progress() {
        0 => Ok(()),
        left => Err(format!("{left} calls are in progress although nothing keeps them")),
    }
}

fn file(case: u64) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("swarm-{case}.toml"))
}

/// The failure of a workload, if it fails; `None` also if it does not compile.
fn wrong_with(text: &str) -> Option<String> {
    let plan = plan::compile("swarm", text, &NoFiles).ok()?;
    match catch_unwind(AssertUnwindSafe(|| play(&plan))) {
        Ok(played) => played.err(),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            Some(message.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned())
        }
    }
}

/// The tables of a workload, each with its keys; the keys before the first count as one.
fn tables(text: &str) -> Vec<String> {
    let mut tables = vec![String::new()];
    for line in text.lines() {
        if line.starts_with('[') {
            tables.push(String::new());
        }
        let table = tables.last_mut().expect("there is one from the start");
        *table += line;
        *table += "\n";
    }
    tables
}

/// Removes parts one by one while the workload still fails; but not the run length, because a short run is easier to read.
fn without(mut parts: Vec<String>) -> String {
    // From the end: records mostly stand before those that refer to them.
    for index in (0..parts.len()).rev() {
        let part = parts.remove(index);
        if part.contains("length") || wrong_with(&parts.concat()).is_none() {
            parts.insert(index, part);
        }
    }
    parts.concat()
}

/// The same failure with as few tables, and then keys, as possible.
fn shrink(text: &str) -> String {
    let few_tables = without(tables(text));
    let few_keys = without(few_tables.lines().map(|line| format!("{line}\n")).collect());
    // With fewer keys, more tables are no longer referred to.
    without(tables(&few_keys))
}

/// Runs a case; if it fails, leaves the shrunk workload in a file and reports how to repeat it.
fn case(number: u64) -> Result<Marks, String> {
    let text = random::workload(number);
    // Written before the run, so that it is there even if the whole process dies.
    std::fs::write(file(number), &text).expect("target/tmp takes a file");
    let played = catch_unwind(AssertUnwindSafe(|| play(&compile("swarm", &text))));
    if let Ok(Ok(marks)) = played {
        std::fs::remove_file(file(number)).expect("it was written just now");
        return Ok(marks);
    }
    let small = shrink(&text);
    let wrong = wrong_with(&small).unwrap_or_else(|| "it does not compile".to_owned());
    std::fs::write(file(number), &small).expect("target/tmp takes a file");
    let file = file(number);
    let file = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&file);
    Err(format!(
        "case {number}: {wrong}\n  repeat it: cargo run --release -- run {} --audit --replications 2 --no-files\n  \
         or, with what follows the run: CTISIM_SWARM_FIRST={number} CTISIM_SWARM_CASES=1 cargo test --test swarm",
        file.display()
    ))
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}

#[test]
fn random_workloads_keep_every_identity() {
    let (first, cases) = (setting("CTISIM_SWARM_FIRST", 0), setting("CTISIM_SWARM_CASES", 10_000));
    let played: Vec<Result<Marks, String>> = (first..first + cases).into_par_iter().map(case).collect();
    let mut marks = Marks::default();
    let mut failures = Vec::new();
    for outcome in played {
        match outcome {
            Ok(seen) => seen.seen.into_iter().for_each(|(what, times)| *marks.seen.entry(what).or_default() += times),
            Err(wrong) => failures.push(wrong),
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases fail. The first ones:\n{}", failures.len(), {
        failures.truncate(5);
        failures.join("\n")
    });
    println!("{cases} cases: {:#?}", marks.seen);
    if cases >= 500 {
        let missing: Vec<String> = required().into_iter().filter(|what| !marks.seen.contains_key(what)).collect();
        assert!(missing.is_empty(), "no case ever saw: {}", missing.join(", "));
    }
}

/// A failure found by the swarm: states that follow one another endlessly while the rate is zero to the end of the run.
#[test]
fn arrivals_end_where_the_rate_stays_zero() {
    let states = "states = [{ times = 0.5, mean = \"1s\" }, { times = 3.0, mean = \"1s\" }]";
    let rates = "profile = [{ at = \"0s\", rate = \"10/s\" }, { at = \"5s\", rate = \"0/s\" }]";
    let plan = common::free(&format!(
        r#"
        run = {{ length = "10s" }}
        [[node]]
        name = "sub1"
        [[destination]]
        name = "anywhere"
        [[traffic]]
        name = "callers"
        to = "anywhere"
        arrivals = {{ {rates}, {states} }}
        talk = "0s"
        "#
    ));
    let seen = play(&plan).expect("a small workload").seen;
    assert!(seen["Completed"] > 10, "{seen:?}");
}
