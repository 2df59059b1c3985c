//! R14: phones move themselves.

use crate::story::{expect, plan, story};

fn phones(group: &str, calls: &'static str) -> String {
    story(&plan(&site(group, ""), calls))
}

fn site(group: &str, more: &str) -> String {
    format!(
        r#"
[run]
length = "60s"
[cti]
callmanager_notice = "2s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = {group}
[[application]]
name = "console"
[[phone]]
name = "desk"
count = 1
device_pool = "main"
application = "console"
failover = "20s"
{more}
answer = "1s"
[[traffic]]
name = "callers"
to = "desk"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
[[fault]]
callmanager = "sub1"
at = "10s"
for = "30s"
"#
    )
}

#[test]
fn r14_a_phone_is_reopened_where_it_has_moved_and_not_at_all_without_a_second_callmanager() {
    expect(
        &phones("[\"sub1\", \"sub2\"]", "at_s,talk_s\n15,1\n35,1\n"),
        "10.000 CallManager sub1 fails
         10.000 desk/1 out: CallManagerFailed
         12.000 CTIManager sub2 notices that sub1 failed
         15.000 caller 1 at sub2
         15.000 caller 1 ends: Refused(NotOpened)
         30.000 desk/1 opened on sub2
         30.000 recovered: Half
         30.000 recovered: NinetyFive
         30.000 recovered: All
         35.000 caller 2 at sub2
         35.000 caller 2 takes desk/1
         35.000 it rings for caller 2
         36.000 caller 2 connected
         37.000 caller 2 ends: Completed
         40.000 CallManager sub1 is back
         42.000 desk/1 waits to rehome
         42.000 desk/1 starts to rehome
         42.000 desk/1 out: Rehoming
         42.000 desk/1 opened on sub1
         42.000 desk/1 has rehomed",
    );
    expect(
        &phones("[\"sub1\"]", "at_s,talk_s\n35,1\n"),
        "10.000 CallManager sub1 fails
         10.000 desk/1 out: CallManagerFailed
         12.000 CTIManager sub2 notices that sub1 failed
         35.000 caller 1 at sub2
         35.000 caller 1 ends: Refused(NotOpened)
         40.000 CallManager sub1 is back
         42.000 desk/1 opened on sub1
         42.000 recovered: Half
         42.000 recovered: NinetyFive
         42.000 recovered: All",
    );
}

#[test]
fn r14_a_phone_moves_neither_away_nor_back_during_a_call() {
    let log = phones("[\"sub1\", \"sub2\"]", "at_s,talk_s\n5,30\n38,10\n");
    assert!(log.contains("10.000 caller 1 keeps its media"), "{log}");
    // It would have noticed after thirty seconds, but its call lasts until 36.
    assert!(log.contains("36.000 desk/1 opened on sub2"), "{log}");
    // Its home is noticed to be back at 42, during the second call.
    assert!(log.contains("42.000 desk/1 waits to rehome"), "{log}");
    assert!(log.contains("49.000 desk/1 starts to rehome"), "{log}");
}

#[test]
fn r17_a_phone_that_cannot_be_opened_where_it_has_moved_is_lost_to_its_application_until_it_is_home() {
    let cannot = site("[\"sub1\", \"sub2\"]", "cannot_open_on = [\"sub2\"]");
    expect(
        &story(&plan(&cannot, "at_s,talk_s\n35,1\n")),
        "10.000 CallManager sub1 fails
         10.000 desk/1 out: CallManagerFailed
         12.000 CTIManager sub2 notices that sub1 failed
         30.000 desk/1 opened on sub2
         35.000 caller 1 at sub2
         35.000 caller 1 takes desk/1
         35.000 it rings for caller 1
         36.000 caller 1 connected
         37.000 caller 1 ends: Completed
         40.000 CallManager sub1 is back
         42.000 desk/1 waits to rehome
         42.000 desk/1 starts to rehome
         42.000 desk/1 out: Rehoming
         42.000 desk/1 opened on sub1
         42.000 desk/1 has rehomed
         42.000 recovered: Half
         42.000 recovered: NinetyFive
         42.000 recovered: All",
    );
}

/// What is reported of an application's control of its devices.
fn recovered(log: &str) -> Vec<&str> {
    log.lines().map(str::trim).filter(|line| line.contains("recovered")).collect()
}

#[test]
fn r17_a_phone_that_its_home_cannot_open_is_lost_once_that_has_failed() {
    // The only member of its group fails and is back: the phone is registered there again.
    let calls = "at_s,talk_s\n45,1\n";
    let opens = story(&plan(&site("[\"sub1\"]", ""), calls));
    assert_eq!(recovered(&opens), ["42.000 recovered: Half", "42.000 recovered: NinetyFive", "42.000 recovered: All"]);
    let cannot = story(&plan(&site("[\"sub1\"]", "cannot_open_on = [\"sub1\"]"), calls));
    assert!(cannot.contains("42.000 desk/1 opened on sub1"), "{cannot}");
    assert!(cannot.contains("46.000 caller 1 connected"), "the phone works all the same: {cannot}");
    assert_eq!(recovered(&cannot), [""; 0]);
}

#[test]
fn r17_a_phone_that_its_home_cannot_open_is_controlled_there_until_that_fails() {
    // Its application fails over to the other CTIManager before anything happens to the phone's home.
    let site = |cannot: &str| {
        let two = "ctimanagers = [\"sub2\", \"sub3\"]\n[[node]]\nname = \"sub3\"";
        let text = site("[\"sub1\"]", cannot).replace("name = \"console\"", &format!("name = \"console\"\n{two}"));
        format!("{text}[[fault]]\nctimanager = \"sub2\"\nat = \"5s\"\nfor = \"60s\"\n")
    };
    for cannot in ["", "cannot_open_on = [\"sub1\"]"] {
        let log = story(&plan(&site(cannot), "at_s,talk_s\n45,1\n"));
        let before: Vec<&str> = recovered(&log).into_iter().filter(|line| line.starts_with("5.000")).collect();
        assert_eq!(before.len(), 3, "{log}");
    }
}
