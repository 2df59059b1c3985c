//! Links that are cut or slow: false detection on both sides, and a consistent end when they heal (R13, R18, R23).

use crate::story::{expect, plan, story};

fn split(faults: &str, calls: &'static str) -> String {
    let text = format!(
        r#"
[run]
length = "90s"
[cti]
callmanager_notice = "2s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
decide = "0s"
lookup = "3s"
heartbeat = "5s"
reconnect = "5s"
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "ivr"
redirect_to = "agent"
cfna = "voicemail"
cfof = "operator"
[[destination]]
name = "agent"
egress = "sub2"
[[destination]]
name = "operator"
egress = "sub1"
[[destination]]
name = "voicemail"
egress = "sub1"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
{faults}
"#
    );
    story(&plan(&text, calls))
}

const CUT: &str = "[[fault]]\nlink = [\"sub1\", \"sub2\"]\nat = \"10s\"\nfor = \"30s\"\n";

#[test]
fn r13_a_cut_link_makes_each_side_take_the_other_as_failed_and_ends_consistently_when_it_heals() {
    expect(
        &split(CUT, "at_s,talk_s\n9,1\n15,1\n50,1\n"),
        // Caller 1's event got through, the application's request did not: the call is at sub1, whose CallManager takes
        // the CTIManager as failed. Caller 2 finds the route point on the other side.
        "9.000 caller 1 at sub1
         9.000 caller 1 presented at welcome
        12.000 sub1 and sub2 take each other as failed
        12.000 welcome out: LinkCut
        12.000 caller 1 takes operator
        12.000 caller 1 forwarded by cfof
        12.000 it rings for caller 1
        12.000 welcome opened on sub2
        12.000 recovered: Half
        12.000 recovered: NinetyFive
        12.000 recovered: All
        12.000 caller 1 connected
        13.000 caller 1 ends: Completed
        15.000 caller 2 at sub1
        15.000 caller 2 takes voicemail
        15.000 caller 2 forwarded by cfna
        15.000 it rings for caller 2
        15.000 caller 2 connected
        16.000 caller 2 ends: Completed
        42.000 sub1 and sub2 reach each other again
        42.000 welcome waits to rehome
        42.000 welcome starts to rehome
        42.000 welcome out: Rehoming
        42.000 welcome opened on sub1
        42.000 welcome has rehomed
        50.000 caller 3 at sub1
        50.000 caller 3 presented at welcome
        53.000 the application acts on caller 3
        53.000 caller 3 takes agent
        53.000 it rings for caller 3
        53.000 caller 3 connected
        54.000 caller 3 ends: Completed",
    );
}

#[test]
fn r13_a_cut_too_short_to_be_noticed_only_delays() {
    let log = split(&CUT.replace("30s", "1500ms"), "at_s,talk_s\n7.5,1\n");
    // The request of 10.5 arrives when the link heals, at 11.5.
    assert!(log.contains("11.500 the application acts on caller 1"), "{log}");
    assert!(!log.contains("out:") && !log.contains("failed"), "{log}");
}

#[test]
fn r23_an_application_that_is_cut_off_is_closed_wrongly_and_reconnects_when_the_link_heals() {
    let cut = CUT.replace("\"sub1\", \"sub2\"", "\"ivr\", \"sub2\"");
    let log = split(&cut, "at_s,talk_s\n30,1\n60,1\n");
    assert!(log.contains("ivr closed, wrongly"), "{log}");
    assert!(log.contains("30.000 caller 1 forwarded by cfna"), "{log}");
    let back: Vec<&str> = log.lines().filter(|line| line.contains("is connected to")).collect();
    assert_eq!(back.len(), 1, "{log}");
    assert!(log.contains("60.000 caller 2 presented at welcome"), "{log}");
}

#[test]
fn r10_a_slow_link_delays_each_message_and_reorders_none() {
    let slow = format!("{}slow = \"500ms\"\n", CUT);
    let log = split(&slow, "at_s,talk_s\n20,1\n36.9,1\n60,1\n");
    // The event to the CTIManager on sub2 and the request back are half a second late each.
    assert!(log.contains("24.000 the application acts on caller 1"), "{log}");
    // The request leaves at 40.4, when the link is fast again, but not before what left at 39.999 has arrived.
    assert!(log.contains("40.500 the application acts on caller 2"), "{log}");
    assert!(log.contains("63.000 the application acts on caller 3"), "{log}");
}

/// An application with two CTIManagers, a route point whose calls it sends on, and a port that it answers itself.
fn two_managers(faults: &str, calls: &'static str) -> String {
    let text = format!(
        r#"
[run]
length = "120s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
ctimanagers = ["sub1", "sub2"]
heartbeat = "10s"
reconnect = "30s"
open_rate = "1000/s"
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "ivr"
redirect_to = "port"
cfof = "operator"
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
[[destination]]
name = "operator"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
{faults}
"#
    );
    story(&plan(&text, calls))
}

/// When each line with these words was told, in seconds.
fn times(log: &str, words: &str) -> Vec<f64> {
    let lines = log.lines().filter(|line| line.contains(words));
    lines.map(|line| line.trim().split(' ').next().expect("a time").parse().expect("seconds")).collect()
}

const CUT_OFF: &str = "[[fault]]\nlink = [\"ivr\", \"sub1\"]\nat = \"30s\"\nfor = \"70s\"\n";

#[test]
fn r23_each_side_misses_the_other_and_what_has_media_follows_when_the_old_ctimanager_has_closed_it() {
    let log = two_managers(CUT_OFF, "at_s,talk_s\n31,1\n90,1\n");
    // The last heartbeat of either side came at most ten seconds before the cut.
    let (leaves, closed) = (times(&log, "ivr notices the loss"), times(&log, "ivr closed, wrongly"));
    assert!(matches!(leaves[..], [at] if (40.0..=50.0).contains(&at)), "{log}");
    assert!(matches!(closed[..], [at] if (40.0..=50.0).contains(&at)), "{log}");
    // It does not wait for `reconnect`, and what it sends on it opens again at once.
    assert_eq!(times(&log, "ivr is connected to sub2"), leaves, "{log}");
    assert_eq!(times(&log, "welcome opened on sub1"), leaves, "{log}");
    assert_eq!(times(&log, "port/1 opened on sub1"), [leaves[0].max(closed[0])], "{log}");
    // The first caller waited at an application that never heard of it.
    assert!(log.contains("caller 1 forwarded by cfof"), "{log}");
    assert!(log.contains("90.000 caller 2 takes port/1") || log.contains("caller 2 connected"), "{log}");
    assert_eq!(times(&log, "is connected to").len(), 1, "no return to the primary (R21): {log}");
}

#[test]
fn r23_a_cut_of_less_than_an_interval_is_missed_by_nobody_and_a_slow_link_by_nobody_either() {
    for fault in [CUT_OFF.replace("70s", "9s"), format!("{CUT_OFF}slow = \"2s\"\n")] {
        let log = two_managers(&fault, "at_s,talk_s\n31,1\n");
        assert!(!log.contains("out:") && !log.contains("closed") && !log.contains("notices"), "{log}");
    }
}

#[test]
fn r23_a_link_so_slow_that_two_intervals_pass_without_a_message_is_missed_on_both_sides() {
    let log = two_managers(&format!("{CUT_OFF}slow = \"25s\"\n"), "at_s,talk_s\n90,1\n");
    assert_eq!(times(&log, "ivr notices the loss").len(), 1, "{log}");
    assert_eq!(times(&log, "ivr is connected to sub2").len(), 1, "{log}");
    assert!(log.contains("caller 1 connected"), "{log}");
}
