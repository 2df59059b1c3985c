//! R13, R15, R16, R17, R19: a CallManager fails.

use crate::story::{expect, plan, story};

/// Two CallManagers, a CTIManager on a third node, and a route point that holds each call for three seconds.
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
CANNOT
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
KEEPS
[[destination]]
name = "voicemail"
egress = "cti"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["cti"]
arrivals = { file = "calls.csv" }
"#;

const SUB1_FAILS: &str = "[[fault]]\ncallmanager = \"sub1\"\nat = \"10s\"\nfor = \"60s\"\n";

fn site(changes: &[(&str, &str)], faults: &str, calls: &'static str) -> String {
    let mut text = format!("{SITE}{faults}");
    for (mark, keys) in changes {
        text = text.replace(mark, keys);
    }
    for mark in ["RECOVERY", "CANNOT", "KEEPS"] {
        text = text.replace(mark, "");
    }
    story(&plan(&text, calls))
}

/// The lines that speak of this.
fn about(log: &str, what: &str) -> String {
    log.lines().filter(|line| line.contains(what)).collect::<Vec<_>>().join("\n")
}

#[test]
fn r13_devices_are_reopened_on_the_next_callmanager_once_the_failure_is_noticed() {
    expect(
        &site(&[], SUB1_FAILS, "at_s,talk_s\n11,1\n20,1\n"),
        "10.000 CallManager sub1 fails
         10.000 welcome out: CallManagerFailed
         10.000 port/1 out: CallManagerFailed
         11.000 caller 1 at cti
         11.000 caller 1 takes voicemail
         11.000 caller 1 forwarded by cfna
         11.000 it rings for caller 1
         11.000 caller 1 connected
         12.000 CTIManager cti notices that sub1 failed
         12.000 caller 1 ends: Completed
         12.000 welcome opened on sub2
         12.000 recovered: Half
         13.000 port/1 opened on sub2
         13.000 recovered: NinetyFive
         13.000 recovered: All
         20.000 caller 2 at cti
         20.000 caller 2 presented at welcome
         23.000 the application acts on caller 2
         23.000 caller 2 takes port/1
         23.000 caller 2 connected
         24.000 caller 2 ends: Completed",
    );
}

#[test]
fn r15_connected_media_continues_and_calls_in_setup_or_change_are_dropped() {
    // Caller 1 is connected at the port, callers 2 and 3 are at the route point.
    let calls = "at_s,talk_s\n1,20\n8.5,1\n9,1\n";
    let log = site(&[], SUB1_FAILS, calls);
    expect(
        &about(&log, "caller 1"),
        "1.000 caller 1 at cti
         1.000 caller 1 presented at welcome
         4.000 the application acts on caller 1
         4.000 caller 1 takes port/1
         4.000 caller 1 connected
        10.000 caller 1 keeps its media
        24.000 caller 1 ends: Completed",
    );
    assert!(log.contains("10.000 caller 2 ends: DroppedInSetup"), "{log}");
    assert!(log.contains("10.000 caller 3 ends: DroppedInSetup"), "{log}");
    let log = site(&[("KEEPS", "keeps_media = false")], SUB1_FAILS, calls);
    assert!(log.contains("10.000 caller 1 ends: DroppedConnected"), "{log}");
    // A redirect that the CallManager is at when it fails is a change.
    let text = SITE.replace("RECOVERY", "").replace("CANNOT", "").replace("KEEPS", "");
    let text = format!(
        "{text}{SUB1_FAILS}[work]\nredirect = \"9s\"\nsetup = \"0s\"\noffer = \"0s\"\nevent = \"0s\"\nrequest = \"0s\"\n"
    );
    let log = story(&plan(&text, "at_s,talk_s\n1,20\n"));
    assert!(log.contains("10.000 caller 1 ends: DroppedInChange"), "{log}");
}

#[test]
fn r16_while_the_whole_group_is_down_devices_wait_for_a_callmanager_and_are_opened_there() {
    let faults = "[[fault]]\ncallmanager = \"sub1\"\nat = \"10s\"\nfor = \"30s\"\n[[fault]]\ncallmanager = \"sub2\"\nat = \"5s\"\nfor = \"20s\"\n";
    expect(
        &site(&[], faults, "at_s\n59\n").lines().filter(|line| !line.contains("caller")).collect::<Vec<_>>().join("\n"),
        "5.000 CallManager sub2 fails
         7.000 CTIManager cti notices that sub2 failed
        10.000 CallManager sub1 fails
        10.000 welcome out: CallManagerFailed
        10.000 port/1 out: CallManagerFailed
        12.000 CTIManager cti notices that sub1 failed
        25.000 CallManager sub2 is back
        27.000 welcome opened on sub2
        27.000 recovered: Half
        28.000 port/1 opened on sub2
        28.000 recovered: NinetyFive
        28.000 recovered: All
        40.000 CallManager sub1 is back
        42.000 welcome waits to rehome
        42.000 port/1 waits to rehome
        42.000 welcome starts to rehome
        42.000 welcome out: Rehoming
        42.000 welcome opened on sub1
        42.000 welcome has rehomed
        43.000 port/1 starts to rehome
        43.000 port/1 out: Rehoming
        43.000 port/1 opened on sub1
        43.000 port/1 has rehomed",
    );
}

#[test]
fn r17_a_device_that_cannot_be_opened_is_closed_and_its_calls_go_to_cfna() {
    let log = site(&[("CANNOT", "cannot_open_on = [\"sub2\"]")], SUB1_FAILS, "at_s,talk_s\n20,1\n");
    assert!(log.contains("12.000 welcome given up: CannotOpen"), "{log}");
    assert!(log.contains("port/1 opened on sub2"), "{log}");
    assert!(log.contains("20.000 caller 1 forwarded by cfna"), "{log}");
}

#[test]
fn r17_a_port_that_its_home_cannot_open_is_closed_when_it_goes_back_there() {
    let fault = "[[fault]]\ncallmanager = \"sub1\"\nat = \"10s\"\nfor = \"30s\"\n";
    let log = site(&[("KEEPS", "cannot_open_on = [\"sub1\"]")], fault, "at_s,talk_s\n1,1\n50,1\n");
    // It is open there when the run begins.
    assert!(log.contains("4.000 caller 1 takes port/1"), "{log}");
    expect(
        &about(&log, "port/1"),
        "4.000 caller 1 takes port/1
        10.000 port/1 out: CallManagerFailed
        13.000 port/1 opened on sub2
        42.000 port/1 waits to rehome
        43.000 port/1 starts to rehome
        43.000 port/1 out: Rehoming
        43.000 port/1 no longer rehomes
        43.000 port/1 given up: CannotOpen",
    );
}

#[test]
fn r19_where_recovery_is_forbidden_devices_close_and_phones_still_rehome_themselves() {
    let phone =
        "[[phone]]\nname = \"desk\"\ncount = 1\ndevice_pool = \"main\"\napplication = \"ivr\"\nfailover = \"3s\"\n";
    let faults = format!("{SUB1_FAILS}{phone}");
    let forbids = site(&[("RECOVERY", "recovery = false")], &faults, "at_s,talk_s\n30,1\n");
    expect(
        &forbids,
        "10.000 CallManager sub1 fails
         10.000 welcome out: CallManagerFailed
         10.000 port/1 out: CallManagerFailed
         10.000 desk/1 out: CallManagerFailed
         12.000 CTIManager cti notices that sub1 failed
         12.000 welcome given up: RecoveryForbidden
         12.000 port/1 given up: RecoveryForbidden
         13.000 desk/1 opened on sub2
         30.000 caller 1 at cti
         30.000 caller 1 takes voicemail
         30.000 caller 1 forwarded by cfna
         30.000 it rings for caller 1
         30.000 caller 1 connected
         31.000 caller 1 ends: Completed",
    );
    let allows = site(&[], &faults, "at_s,talk_s\n30,1\n");
    assert!(allows.contains("welcome opened on sub2") && allows.contains("recovered: All"), "{allows}");
}
