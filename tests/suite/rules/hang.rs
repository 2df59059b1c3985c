//! A CallManager or CTIManager hangs (R13, R15, R20, R23).

use crate::story::{expect, plan, story};

/// Two CallManagers and their CTIManagers; callers reach sub1 first, and its loss is noticed after five seconds.
const SITE: &str = r#"
[run]
length = "120s"
[cti]
callmanager_notice = "5s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
decide = "0s"
lookup = "3s"
heartbeat = "10s"
ctimanagers = ["MANAGERS"]
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "port"
[[cti_port]]
name = "port"
count = 2
device_pool = "main"
application = "ivr"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub1", "sub2"]
arrivals = { file = "calls.csv" }
"#;

fn site(managers: &str, fault: &str, calls: &'static str) -> String {
    let text = SITE.replace("MANAGERS", managers);
    story(&plan(&format!("{text}{fault}"), calls))
}

/// The lines that speak of one of these.
fn about(log: &str, what: &[&str]) -> String {
    log.lines().filter(|line| what.iter().any(|it| line.contains(it))).collect::<Vec<_>>().join("\n")
}

#[test]
fn r15_calls_through_a_callmanager_that_hangs_wait_until_that_is_noticed() {
    // Caller 1 talks on; that it does so without control is known when the hang is. Caller 2 waits at the route point, caller 3 dials into the hung CallManager; both are dropped once the
    // hang is noticed, 5 s after it began, unless they give up before, as caller 4 does after 2 s. Caller 5 comes after that
    // and takes the other way in.
    let calls = "at_s,talk_s,patience_s\n1,30,60\n8.5,1,60\n12,1,60\n12.5,1,2\n16,1,60\n";
    let fault = "[[fault]]\ncallmanager = \"sub1\"\nkind = \"hang\"\nat = \"10s\"\nfor = \"60s\"\n";
    let log = site("sub2", fault, calls);
    expect(
        &about(&log, &["at sub", "ends", "media", "CallManager sub"]),
        " 1.000 caller 1 at sub1
          8.500 caller 2 at sub2
         10.000 CallManager sub1 fails
         12.000 caller 3 at sub1
         12.500 caller 4 at sub2
         14.500 caller 4 ends: Abandoned
         15.000 caller 1 keeps its media
         15.000 caller 2 ends: DroppedInSetup
         15.000 caller 3 ends: DroppedInSetup
         15.000 CTIManager sub2 notices that sub1 failed
         16.000 caller 5 at sub2
         20.000 caller 5 ends: Completed
         34.000 caller 1 ends: Completed
         70.000 CallManager sub1 is back",
    );
}

#[test]
fn a_callmanager_that_is_restarted_before_its_hang_is_noticed_drops_what_waited() {
    let fault = "[[fault]]\ncallmanager = \"sub1\"\nkind = \"hang\"\nat = \"10s\"\nfor = \"3s\"\n";
    let log = site("sub2", fault, "at_s,talk_s\n8.5,1\n12,1\n25,1\n");
    expect(
        &about(&log, &["ends", "opened"]),
        "13.000 caller 1 ends: DroppedInSetup
         13.000 caller 2 ends: DroppedInSetup
         15.000 welcome opened on sub1
         15.010 port/1 opened on sub1
         15.020 port/2 opened on sub1
         29.000 caller 3 ends: Completed",
    );
}

#[test]
fn r20_a_ctimanager_that_hangs_is_missed_by_its_heartbeats() {
    let fault = "[[fault]]\nctimanager = \"sub1\"\nkind = \"hang\"\nat = \"30s\"\nfor = \"80s\"\n";
    let log = site("sub1\", \"sub2", fault, "at_s\n1\n");
    // After one to two intervals of 10 s, as for a lost host.
    let noticed = log.lines().find(|line| line.contains("notices the loss")).expect("it is noticed");
    let at: f64 = noticed.trim().split(' ').next().and_then(|at| at.parse().ok()).expect("a time");
    assert!((40.0..=50.0).contains(&at), "{log}");
    assert!(log.contains("ivr is connected to sub2"), "{log}");
    // A restart closes the connection, which is noticed at once.
    let fault = "[[fault]]\nctimanager = \"sub1\"\nkind = \"hang\"\nat = \"30s\"\nfor = \"5s\"\n";
    let log = site("sub1\", \"sub2", fault, "at_s\n1\n");
    assert!(log.contains("35.000 ivr notices the loss"), "{log}");
}
