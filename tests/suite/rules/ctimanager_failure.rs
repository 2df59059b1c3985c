//! R20, R21: a CTIManager fails.

use crate::story::{expect, plan, problems, story};

fn site(list: &str, keys: &str, faults: &str, calls: &'static str) -> String {
    story(&plan(&text(list, keys, faults), calls))
}

fn text(list: &str, keys: &str, faults: &str) -> String {
    format!(
        r#"
[run]
length = "60s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub2"]
[[application]]
name = "ivr"
decide = "0s"
lookup = "3s"
open_rate = "1/s"
reconnect = "5s"
ctimanagers = {list}
{keys}
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "ivr"
redirect_to = "port"
cfna = "voicemail"
cfof = "operator"
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
[[destination]]
name = "operator"
[[destination]]
name = "voicemail"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
{faults}
"#
    )
}

const SUB1_FAILS: &str = "[[fault]]\nctimanager = \"sub1\"\nat = \"10s\"\nfor = \"20s\"\n";

#[test]
fn r20_the_application_reconnects_to_the_next_ctimanager_of_its_list_and_reopens_every_device() {
    expect(
        &site("[\"sub1\", \"sub2\"]", "", SUB1_FAILS, "at_s,talk_s\n1,30\n9,1\n10.5,1\n"),
        "1.000 caller 1 at sub2
         1.000 caller 1 presented at welcome
         4.000 the application acts on caller 1
         4.000 caller 1 takes port/1
         4.000 caller 1 connected
         9.000 caller 2 at sub2
         9.000 caller 2 presented at welcome
        10.000 CTIManager sub1 fails
        10.000 welcome out: CtiManagerFailed
        10.000 port/1 out: CtiManagerFailed
        10.000 caller 1 keeps its media
        10.000 caller 2 takes operator
        10.000 ivr notices the loss
        10.000 caller 2 forwarded by cfof
        10.000 it rings for caller 2
        10.000 ivr is connected to sub2
        10.000 caller 2 connected
        10.000 welcome opened on sub2
        10.000 recovered: Half
        10.500 caller 3 at sub2
        10.500 caller 3 presented at welcome
        11.000 caller 2 ends: Completed
        11.000 port/1 opened on sub2
        11.000 recovered: NinetyFive
        11.000 recovered: All
        13.500 the application acts on caller 3
        13.500 caller 3 ends: Refused(Busy)
        30.000 CTIManager sub1 is back
        34.000 caller 1 ends: Completed",
    );
}

#[test]
fn r20_an_application_without_a_backup_stays_out_until_its_ctimanager_is_back() {
    let log = site("[\"sub1\"]", "", SUB1_FAILS, "at_s,talk_s\n20,1\n40,1\n");
    assert!(log.contains("20.000 caller 1 forwarded by cfna"), "{log}");
    // It tries every five seconds.
    assert!(log.contains("30.000 CTIManager sub1 is back\n"), "{log}");
    assert!(log.contains("30.000 ivr is connected to sub1\n") || log.contains("35.000 ivr is connected to sub1\n"));
    assert!(log.contains("40.000 caller 2 presented at welcome"), "{log}");
}

#[test]
fn r20_a_phone_can_be_reopened_before_it_has_moved_but_not_controlled_until_then() {
    let faults = "[[fault]]\nnode = \"sub1\"\nat = \"10s\"\nfor = \"60s\"\n[[callmanager_group]]\nname = \"desks\"\nmembers = [\"sub1\", \"sub2\"]\n[[phone]]\nname = \"desk\"\ncount = 1\ndevice_pool = \"desks\"\napplication = \"ivr\"\nfailover = \"40s\"\n";
    let log = site("[\"sub1\", \"sub2\"]", "heartbeat = \"5s\"", faults, "at_s\n59\n");
    let found: Vec<&str> = log.lines().filter(|line| line.contains("recovered") || line.contains("desk/1")).collect();
    // Two of three devices are back some seconds after the loss is noticed, the third when the phone has moved.
    assert!(found[0].contains("10.000 desk/1 out: CallManagerFailed"), "{log}");
    assert!(found[1].contains("recovered: Half"), "{log}");
    assert_eq!(found[2].trim(), "50.000 desk/1 opened on sub2", "{log}");
    assert_eq!(found[3].trim(), "50.000 recovered: NinetyFive", "{log}");
}

#[test]
fn r21_the_application_does_not_return_to_its_primary_ctimanager_by_itself() {
    let faults = format!("{SUB1_FAILS}[[fault]]\nctimanager = \"sub2\"\nat = \"40s\"\nfor = \"1s\"\n");
    let log = site("[\"sub1\", \"sub2\"]", "", &faults, "at_s\n59\n");
    let connections: Vec<&str> = log.lines().filter(|line| line.contains("is connected")).map(str::trim).collect();
    // Only when the backup fails in its turn.
    assert_eq!(connections, ["10.000 ivr is connected to sub2", "40.000 ivr is connected to sub1"]);
    // Or when the application restarts.
    let faults = format!("{SUB1_FAILS}[[fault]]\napplication = \"ivr\"\nkind = \"exit\"\nat = \"40s\"\nfor = \"1s\"\n");
    let log = site("[\"sub1\", \"sub2\"]", "", &faults, "at_s\n59\n");
    let connections: Vec<&str> = log.lines().filter(|line| line.contains("is connected")).map(str::trim).collect();
    assert_eq!(connections, ["10.000 ivr is connected to sub2", "41.000 ivr is connected to sub1"]);
}

/// When an application connects, and to which CTIManager.
fn connections(text: &str) -> Vec<String> {
    let log = story(&plan(text, "at_s\n59\n"));
    log.lines().filter(|line| line.contains("is connected")).map(|line| line.trim().to_owned()).collect()
}

const THREE: &str = "[\"sub1\", \"sub2\", \"sub3\"]";
const SUB3: &str = "[[node]]\nname = \"sub3\"\n";

#[test]
fn r21_a_failed_backup_leads_back_to_the_primary_and_not_on_to_the_third() {
    let faults = format!("{SUB3}[[fault]]\nctimanager = \"sub2\"\nat = \"40s\"\n");
    let back = connections(&text(THREE, "", &format!("{faults}{SUB1_FAILS}")));
    assert_eq!(back, ["10.000 ivr is connected to sub2", "40.000 ivr is connected to sub1"]);
    // It does so only if the primary is down.
    let on = connections(&text(THREE, "", &format!("{faults}{}", SUB1_FAILS.replace("20s", "40s"))));
    assert_eq!(on, ["10.000 ivr is connected to sub2", "40.000 ivr is connected to sub3"]);
}

#[test]
fn r20_there_is_no_backup_that_is_not_named() {
    let unnamed = text(THREE, "", &format!("{SUB3}{SUB1_FAILS}")).replace(&format!("ctimanagers = {THREE}\n"), "");
    // Lost at 10 s, it tries every five seconds; sub1 is back at 30 s.
    let connected = connections(&unnamed);
    assert!(matches!(&connected[..], [only] if only.ends_with("ivr is connected to sub1")), "{connected:?}");
}

/// Another application, which is connected to sub2 from the beginning.
const OTHER: &str = "[[application]]\nname = \"other\"\nctimanagers = [\"sub2\"]\n";

#[test]
fn a_ctimanager_that_is_full_leaves_an_application_to_the_next_of_its_list() {
    let full = |list| {
        let text = text(list, "", &format!("{SUB3}{OTHER}{SUB1_FAILS}"));
        text.replace("name = \"sub2\"\n", "name = \"sub2\"\ncti_connections = 1\n")
    };
    assert_eq!(connections(&full(THREE)), ["10.000 ivr is connected to sub3"]);
    // Without a next one it begins again at the top of its list after each `reconnect`: sub1 is back at 30 s.
    let waits = connections(&full("[\"sub1\", \"sub2\"]"));
    assert!(matches!(&waits[..], [only] if only == "30.000 ivr is connected to sub1"), "{waits:?}");
}

#[test]
fn a_ctimanager_that_takes_fewer_connections_than_begin_there_is_an_error() {
    let text = text("[\"sub2\"]", "", OTHER);
    let text = text.replace("name = \"sub2\"\n", "name = \"sub2\"\ncti_connections = 1\n");
    let log = problems(&text, "at_s\n59\n");
    assert!(log.contains("takes 1 connection, and 2 applications begin there: `ivr` and `other`"), "{log}");
    assert!(log.contains("raise it to 2"), "{log}");
}

#[test]
fn the_time_to_the_next_attempt_is_that_of_the_interface() {
    // The CTIManager fails at 10 s for 20 s: the next attempt after the one at 10 s is 30 s later, or 60.
    let alone = |keys: &str| {
        let text = text("[\"sub1\"]", keys, SUB1_FAILS).replace("reconnect = \"5s\"\n", "");
        connections(&text.replace("length = \"60s\"", "length = \"100s\""))
    };
    assert_eq!(alone(""), ["40.000 ivr is connected to sub1"]);
    assert_eq!(alone("interface = \"qbe\"\n"), ["70.000 ivr is connected to sub1"]);
}

#[test]
fn a_service_parameter_counts_once_the_ctimanager_has_started_again() {
    // It dies silently at 40 s; the interval is 5 s, or 20 s once the new minimum is in force.
    let died = |changed_at: &str| {
        let keys = "heartbeat = \"5s\"\n";
        let more = format!(
            "{SUB1_FAILS}[[fault]]\napplication = \"ivr\"\nkind = \"silent\"\nat = \"40s\"\n\
             [[parameter_change]]\nat = \"{changed_at}\"\nctimanager = \"sub1\"\nheartbeat_minimum = \"20s\"\n"
        );
        let text = text("[\"sub1\"]", keys, &more).replace("length = \"60s\"", "length = \"100s\"");
        let log = story(&plan(&text, "at_s\n1\n"));
        let closed = log.lines().find(|line| line.contains("ivr closed")).unwrap_or_else(|| panic!("{log}"));
        let at: f64 = closed.trim().split(' ').next().expect("a time").parse().expect("seconds");
        at - 40.0
    };
    assert!((20.0..=40.0).contains(&died("20s")), "changed while it was down: {}", died("20s"));
    assert!((5.0..=10.0).contains(&died("35s")), "changed after its start: {}", died("35s"));
}
