//! R12 and R25, and throttling.

use crate::story::{expect, plan, story};

#[test]
fn r12_a_forward_setting_changed_while_the_cluster_runs_counts_for_later_calls() {
    let plan = plan(
        r#"
[run]
length = "20s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
redirect_to = "night"
cfna = "day"
[[destination]]
name = "day"
[[destination]]
name = "night"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
[[change]]
at = "5s"
of = "welcome"
cfna = "night"
[[change]]
at = "10s"
of = "welcome"
cfna = "none"
"#,
        "at_s,talk_s\n1,1\n6,1\n11,1\n",
    );
    let log = story(&plan);
    let takes: Vec<&str> = log.lines().filter(|line| line.contains("takes") || line.contains("Refused")).collect();
    expect(
        &takes.join("\n"),
        "1.000 caller 1 takes day
         6.000 caller 2 takes night
        11.000 caller 3 ends: Refused(NotOpened)",
    );
}

/// A desk that dials `boss` in the set-up of two seconds, with this change at 5 s, and these calls of a second.
fn boss(change: &str, calls: &'static str) -> String {
    let text = format!(
        r#"
[run]
length = "60s"
[cti]
callmanager_notice = "0s"
[work]
setup = "2s"
offer = "0s"
answer = "0s"
release = "0s"
device_open = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
cti_device_open = "0s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "assistant"
[[phone]]
name = "desk"
dn = "2000"
count = 1
device_pool = "main"
application = "assistant"
[[destination]]
name = "day"
[[destination]]
name = "night"
[[speed_dial]]
name = "boss"
phones = "desk"
to = "day"
[[traffic]]
name = "callers"
to = "boss"
from = "2000"
arrivals = {{ file = "calls.csv" }}
{change}
"#
    );
    let log = story(&plan(&text, calls));
    log.lines().filter(|line| line.contains("takes") || line.contains("a setting")).collect::<Vec<_>>().join("\n")
}

#[test]
fn r12_a_speed_dial_that_is_set_anew_counts_for_calls_dialled_later() {
    // The second call is on its way when the speed dial changes; the fourth is dialled at the moment of the second change.
    let changes = "[[change]]\nat = \"5s\"\nof = \"boss\"\nto = \"night\"\n\
                   [[change]]\nat = \"13s\"\nof = \"boss\"\nto = \"day\"\n";
    expect(
        &boss(changes, "at_s,talk_s\n0.5,1\n4,1\n8,1\n13,1\n"),
        "2.500 caller 1 takes day
         5.000 a setting changes
         6.000 caller 2 takes day
        10.000 caller 3 takes night
        13.000 a setting changes
        15.000 caller 4 takes day",
    );
}

#[test]
fn r12_a_speed_dial_is_set_through_an_application_in_control_of_its_phones() {
    let change = |fault: &str| {
        let change = "[[change]]\nat = \"5s\"\nof = \"boss\"\nthrough = \"assistant\"\nto = \"night\"\n";
        boss(&format!("{change}{fault}"), "at_s,talk_s\n8,1\n")
    };
    expect(&change(""), "5.000 a setting changes\n10.000 caller 1 takes night");
    let down = "[[fault]]\nat = \"4s\"\nkind = \"exit\"\napplication = \"assistant\"\nfor = \"2s\"\n";
    expect(&change(down), "5.000 a setting does not change\n10.000 caller 1 takes day");
}

/// An application on sub1, a port at home on sub2: what it is notified of depends on the topology.
fn port(topology: &str) -> String {
    let text = format!(
        r#"topology = "{topology}"
[run]
length = "60s"
[cti]
callmanager_notice = "1s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "away"
members = ["sub2", "sub1"]
[[application]]
name = "ivr"
decide = "0s"
ctimanagers = ["sub1", "sub2"]
[[cti_port]]
name = "port"
count = 1
device_pool = "away"
application = "ivr"
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
[[fault]]
callmanager = "sub2"
at = "20s"
for = "20s"
"#
    );
    story(&plan(&text, "at_s,talk_s\n1,1\n30,1\n50,1\n"))
}

#[test]
fn r25_an_application_tied_to_one_callmanager_reaches_only_what_is_registered_there() {
    let endings = |log: &str| -> Vec<String> {
        log.lines().filter(|line| line.contains("ends")).map(|line| line.trim().to_owned()).collect()
    };
    // Through a CTIManager the port on sub2 is the application's wherever it is.
    let through = port("ctimanager");
    assert_eq!(
        endings(&through),
        ["2.000 caller 1 ends: Completed", "31.000 caller 2 ends: Completed", "51.000 caller 3 ends: Completed"]
    );
    // Tied to sub1, it has the port only while that is on sub1: after sub2 failed, until it rehomes.
    let tied = port("direct");
    assert_eq!(
        endings(&tied),
        [
            "1.000 caller 1 ends: Refused(NotOpened)",
            "31.000 caller 2 ends: Completed",
            "50.000 caller 3 ends: Refused(NotOpened)"
        ],
        "{tied}"
    );
}

#[test]
fn an_overloaded_callmanager_in_code_yellow_refuses_new_calls_until_it_has_caught_up() {
    let plan = plan(
        r#"
[run]
length = "20s"
[cti]
code_yellow = { entry = "1500ms", exit = "200ms" }
[work]
setup = "1s"
offer = "0s"
answer = "0s"
release = "0s"
[[node]]
name = "sub1"
[[destination]]
name = "outside"
[[traffic]]
name = "callers"
to = "outside"
arrivals = { file = "calls.csv" }
"#,
        "at_s,talk_s\n1,1\n1.1,1\n1.2,1\n2.5,1\n4,1\n",
    );
    let log = story(&plan);
    let found: Vec<&str> =
        log.lines().filter(|line| line.contains("new calls") || line.contains("Throttled")).collect();
    expect(
        &found.join("\n"),
        "1.200 sub1 refuses new calls
         1.200 caller 3 ends: Refused(Throttled)
         2.500 caller 4 ends: Refused(Throttled)
         4.000 sub1 takes new calls",
    );
}
