//! R15: a device fails by itself, and comes back (R13, R14, R17, R19).

use crate::story::{expect, plan, story};

/// A CTIManager, two CallManagers and a route point that holds each call for three seconds. Two of three ports fail at 10 s,
/// for 20 s.
const SITE: &str = r#"
[run]
length = "60s"
[cti]
callmanager_notice = "2s"
reopen_rate = "1/s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
ctimanager = false
[[node]]
name = "cti"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
decide = "0s"
lookup = "3s"
RECOVERY
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "port"
cfna = "voicemail"
[[cti_port]]
name = "port"
count = 3
device_pool = "main"
application = "ivr"
KEEPS
[[phone]]
name = "desk"
count = 2
device_pool = "main"
answer = "1s"
KEEPS
[[destination]]
name = "voicemail"
egress = "cti"
[[traffic]]
name = "callers"
to = "WHOM"
ingress = ["cti"]
arrivals = { file = "calls.csv" }
"#;

const PORTS_FAIL: &str = "[[fault]]\ncti_port = \"port\"\ncount = 2\nat = \"10s\"\nfor = \"20s\"\n";

fn site(changes: &[(&str, &str)], faults: &str, calls: &'static str) -> String {
    let mut text = format!("{SITE}{faults}");
    for (mark, keys) in changes.iter().chain(&[("RECOVERY", ""), ("KEEPS", ""), ("WHOM", "7000")]) {
        text = text.replace(mark, keys);
    }
    story(&plan(&text, calls))
}

/// The lines that speak of one of these.
fn about(log: &str, what: &[&str]) -> String {
    log.lines().filter(|line| what.iter().any(|it| line.contains(it))).collect::<Vec<_>>().join("\n")
}

#[test]
fn r15_the_first_ports_of_a_group_fail_and_are_opened_again_when_they_are_back() {
    // Callers 1 and 2 are connected at the first two ports, and keep their media. The third port serves the others. One port
    // a second is opened again; of four devices two are left, then three, then four.
    let calls = "at_s,talk_s\n1,20\n2,30\n9,1\n11,1\n";
    let log = site(&[], PORTS_FAIL, calls);
    expect(
        &about(&log, &["port/", "recovered", "media", "ends"]),
        " 4.000 caller 1 takes port/1
          5.000 caller 2 takes port/2
         10.000 port/1 fails
         10.000 port/1 out: DeviceFailed
         10.000 port/2 fails
         10.000 port/2 out: DeviceFailed
         10.000 caller 1 keeps its media
         10.000 caller 2 keeps its media
         12.000 caller 3 takes port/3
         13.000 caller 3 ends: Completed
         14.000 caller 4 takes port/3
         15.000 caller 4 ends: Completed
         24.000 caller 1 ends: Completed
         30.000 port/1 is back
         30.000 port/2 is back
         30.000 port/1 opened on sub1
         30.000 recovered: Half
         31.000 port/2 opened on sub1
         31.000 recovered: NinetyFive
         31.000 recovered: All
         35.000 caller 2 ends: Completed",
    );
    let log = site(&[("KEEPS", "keeps_media = false")], PORTS_FAIL, calls);
    expect(
        &about(&log, &["caller 1 ends", "caller 2 ends"]),
        "10.000 caller 1 ends: DroppedConnected\n10.000 caller 2 ends: DroppedConnected",
    );
}

#[test]
fn r15_a_call_that_waits_at_a_route_point_that_fails_is_dropped_and_later_ones_are_forwarded() {
    let faults = "[[fault]]\nroute_point = \"welcome\"\nat = \"10s\"\nfor = \"20s\"\n";
    expect(
        &site(&[], faults, "at_s,talk_s\n8.5,1\n15,1\n35,1\n"),
        "  8.500 caller 1 at cti
           8.500 caller 1 presented at welcome
          10.000 welcome fails
          10.000 welcome out: DeviceFailed
          10.000 caller 1 ends: DroppedInSetup
          15.000 caller 2 at cti
          15.000 caller 2 takes voicemail
          15.000 caller 2 forwarded by cfna
          15.000 it rings for caller 2
          15.000 caller 2 connected
          16.000 caller 2 ends: Completed
          30.000 welcome is back
          30.000 welcome opened on sub1
          30.000 recovered: Half
          30.000 recovered: NinetyFive
          30.000 recovered: All
          35.000 caller 3 at cti
          35.000 caller 3 presented at welcome
          38.000 the application acts on caller 3
          38.000 caller 3 takes port/1
          38.000 caller 3 connected
          39.000 caller 3 ends: Completed",
    );
}

#[test]
fn r14_a_phone_that_was_down_registers_by_itself_but_not_during_a_call() {
    // Caller 1 talks at desk/1 from 2 s to 25 s; the ringing call of caller 2 at desk/2 is dropped.
    let faults = "[[fault]]\nphone = \"desk\"\nat = \"10s\"\nfor = \"5s\"\n";
    let log = site(&[("WHOM", "desk")], faults, "at_s,talk_s\n1,23\n9.5,5\n12,1\n");
    expect(
        &about(&log, &["desk/", "caller 1 ends", "caller 2 ends", "caller 3 ends", "media"]),
        " 1.000 caller 1 takes desk/1
          9.500 caller 2 takes desk/2
         10.000 desk/1 fails
         10.000 desk/1 out: DeviceFailed
         10.000 desk/2 fails
         10.000 desk/2 out: DeviceFailed
         10.000 caller 1 keeps its media
         10.000 caller 2 ends: DroppedInSetup
         12.000 caller 3 ends: Refused(NotOpened)
         15.000 desk/1 is back
         15.000 desk/2 is back
         15.000 desk/2 opened on sub1
         25.000 caller 1 ends: Completed
         25.000 desk/1 opened on sub1",
    );
}

#[test]
fn r13_a_device_that_comes_back_registers_where_a_callmanager_of_its_group_is_up() {
    let faults = format!("{PORTS_FAIL}[[fault]]\ncallmanager = \"sub1\"\nat = \"20s\"\nfor = \"30s\"\n");
    let log = site(&[], &faults, "at_s\n59\n");
    assert!(log.contains("30.000 port/1 opened on sub2"), "{log}");
    // Home again: it was noticed at 52 s, and each has its turn after the route point and the third port.
    assert!(log.contains("port/1 has rehomed") && log.contains("port/2 has rehomed"), "{log}");
}

#[test]
fn r19_a_device_that_fails_is_given_up_where_recovery_is_forbidden() {
    let log = site(&[("RECOVERY", "recovery = false")], PORTS_FAIL, "at_s\n59\n");
    expect(
        &about(&log, &["port/1"]),
        "10.000 port/1 fails
         10.000 port/1 out: DeviceFailed
         10.000 port/1 given up: RecoveryForbidden
         30.000 port/1 is back",
    );
}

#[test]
fn r17_a_device_that_its_home_cannot_open_is_given_up_when_it_comes_back() {
    let log = site(&[("count = 3", "count = 3\ncannot_open_on = [\"sub1\"]")], PORTS_FAIL, "at_s\n59\n");
    assert!(log.contains("30.000 port/1 given up: CannotOpen"), "{log}");
}
