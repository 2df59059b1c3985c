//! R23: when a CTIManager takes an application as failed.

use crate::story::{plan, story};
use ctisim::cluster::Cluster;
use ctisim::engine::{Span, Time};
use ctisim::facts::{Fact, Recorder};

const IVR: &str = r#"
[run]
length = "200s"
[cti]
heartbeat_reading = "READING"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
heartbeat = "10s"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "operator"
[[destination]]
name = "operator"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
[[fault]]
at = "100s"
application = "ivr"
kind = "KIND"
for = "FOR"
"#;

#[derive(Default)]
struct Detected(Option<(Option<Span>, bool)>);

impl Recorder for Detected {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::ApplicationClosed { delay, false_failure, .. } = fact {
            self.0 = Some((delay, false_failure));
        }
    }
}

/// When the failure was seen, and whether it was none, in 200 replications.
fn detections(reading: &str, kind: &str, lasts: &str) -> Vec<Option<(Option<Span>, bool)>> {
    let text = IVR.replace("READING", reading).replace("KIND", kind).replace("FOR", lasts);
    let plan = plan(&text, "at_s\n1\n");
    let mut cluster = Cluster::new(&plan, Detected::default());
    let run = |replication| {
        cluster.recorder = Detected::default();
        cluster.run(1, replication);
        cluster.recorder.0
    };
    (0..200).map(run).collect()
}

#[test]
fn r23_a_silent_death_is_seen_after_one_to_two_intervals_or_on_a_grid_one_to_three() {
    for (reading, most) in [("timer", 20), ("grid", 30)] {
        for detected in detections(reading, "silent", "90s") {
            let Some((Some(delay), false)) = detected else { panic!("{reading}: {detected:?}") };
            assert!(delay >= Span::from_secs(10) && delay <= Span::from_secs(most), "{reading}: {delay}");
        }
    }
}

#[test]
fn r23_a_stall_shorter_than_an_interval_goes_unseen_and_a_long_one_is_a_false_failure() {
    assert!(detections("timer", "stall", "9s").iter().all(Option::is_none));
    for detected in detections("timer", "stall", "25s") {
        let Some((Some(delay), true)) = detected else { panic!("{detected:?}") };
        assert!(delay <= Span::from_secs(20), "{delay}");
    }
    // In between it depends on where in the interval it strikes.
    let seen = detections("timer", "stall", "15s").iter().filter(|detected| detected.is_some()).count();
    assert!((60..140).contains(&seen), "{seen} of 200");
}

#[test]
fn r23_an_exit_is_seen_at_once() {
    let text = IVR.replace("READING", "timer").replace("KIND", "exit").replace("FOR", "90s");
    let log = story(&plan(&text, "at_s\n1\n"));
    assert!(log.contains("100.000 ivr fails: Exit\n 100.000 ivr closed\n"), "{log}");
}

#[test]
fn r23_an_application_that_falls_behind_is_taken_as_failed_although_it_runs() {
    // One worker, and each of the calls that flood in keeps it busy for a minute: its heartbeats wait their turn.
    let text = IVR
        .replace("READING", "timer")
        .replace("heartbeat = \"10s\"", "heartbeat = \"10s\"\nworkers = 1\ndecide = \"60s\"")
        .replace("at = \"100s\"", "at = \"199s\"")
        .replace("KIND", "exit")
        .replace("FOR", "1s");
    let log = story(&plan(&text, "at_s\n1\n2\n3\n4\n"));
    assert!(log.contains("ivr closed, wrongly"), "{log}");
}

#[test]
fn r23_any_message_is_a_sign_of_life() {
    // One worker, and four calls that keep it busy for nine seconds each: its heartbeats wait behind them, but its requests leave
    // at 10, 19, 28 and 37 s, so that no two intervals of ten seconds pass without a message.
    let text = IVR
        .replace("READING", "timer")
        .replace("heartbeat = \"10s\"", "heartbeat = \"10s\"\nworkers = 1\ndecide = \"9s\"")
        .replace("at = \"100s\"", "at = \"199s\"")
        .replace("KIND", "exit")
        .replace("FOR", "1s");
    let log = story(&plan(&text, "at_s\n1\n1\n1\n1\n"));
    assert!(!log.contains("wrongly"), "{log}");
    // Nor is a request a sign of life later than its arrival: after the last one two intervals count.
    let silent =
        text.replace("at = \"199s\"", "at = \"20s\"").replace("\"exit\"", "\"silent\"").replace("\"1s\"", "\"100s\"");
    let log = story(&plan(&silent, "at_s\n1\n1\n1\n1\n"));
    assert!(log.contains("39.000 ivr closed\n"), "{log}");
}
