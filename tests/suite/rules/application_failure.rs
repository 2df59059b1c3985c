//! R24: what becomes of calls when the CTIManager closes a failed application, and how it comes back.

use crate::story::{expect, plan, story};

/// Callers 1 and 2 are being looked up, callers 3 and 4 are connected, when the application exits at ten seconds.
const EXIT: &str = r#"
[run]
length = "40s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
decide = "0s"
lookup = "3s"
open_rate = "1/s"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "port"
cfna = "voicemail"
FORWARDS
[[cti_port]]
name = "port"
count = 2
device_pool = "main"
application = "ivr"
media = "MEDIA"
[[destination]]
name = "operator"
[[destination]]
name = "voicemail"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
[[fault]]
at = "10s"
application = "ivr"
kind = "exit"
for = "8s"
"#;

fn exit(forwards: &str, media: &str) -> String {
    let rest = EXIT.replace("FORWARDS", forwards).replace("MEDIA", media);
    story(&plan(&rest, "at_s,talk_s\n1,30\n2,10\n8,1\n9,1\n15,1\n30,1\n"))
}

#[test]
fn r24_unanswered_calls_go_to_cfof_new_ones_to_cfna_until_the_devices_are_open_again() {
    expect(
        &exit("cfof = \"operator\"", "application"),
        "1.000 caller 1 at sub1
         1.000 caller 1 presented at welcome
         2.000 caller 2 at sub1
         2.000 caller 2 presented at welcome
         4.000 the application acts on caller 1
         4.000 caller 1 takes port/1
         4.000 caller 1 connected
         5.000 the application acts on caller 2
         5.000 caller 2 takes port/2
         5.000 caller 2 connected
         8.000 caller 3 at sub1
         8.000 caller 3 presented at welcome
         9.000 caller 4 at sub1
         9.000 caller 4 presented at welcome
        10.000 ivr fails: Exit
        10.000 ivr closed
        10.000 welcome out: ApplicationClosed
        10.000 port/1 out: ApplicationClosed
        10.000 port/2 out: ApplicationClosed
        10.000 caller 1 ends: DroppedConnected
        10.000 caller 2 ends: DroppedConnected
        10.000 caller 3 takes operator
        10.000 caller 4 takes operator
        10.000 caller 3 forwarded by cfof
        10.000 it rings for caller 3
        10.000 caller 4 forwarded by cfof
        10.000 it rings for caller 4
        10.000 caller 3 connected
        10.000 caller 4 connected
        11.000 caller 3 ends: Completed
        11.000 caller 4 ends: Completed
        15.000 caller 5 at sub1
        15.000 caller 5 takes voicemail
        15.000 caller 5 forwarded by cfna
        15.000 it rings for caller 5
        15.000 caller 5 connected
        16.000 caller 5 ends: Completed
        18.000 ivr is back
        18.000 ivr is connected to sub1
        18.000 welcome opened on sub1
        19.000 port/1 opened on sub1
        19.000 recovered: Half
        20.000 port/2 opened on sub1
        20.000 recovered: NinetyFive
        20.000 recovered: All
        30.000 caller 6 at sub1
        30.000 caller 6 presented at welcome
        33.000 the application acts on caller 6
        33.000 caller 6 takes port/1
        33.000 caller 6 connected
        34.000 caller 6 ends: Completed",
    );
}

#[test]
fn r24_media_that_does_not_come_from_the_application_outlives_it() {
    let log = exit("cfof = \"operator\"", "separate");
    let of_the_connected: Vec<&str> =
        log.lines().filter(|line| line.contains("caller 1 ") || line.contains("caller 2 ")).collect();
    expect(
        &of_the_connected[8..].join("\n"),
        "10.000 caller 1 keeps its media
         10.000 caller 2 keeps its media
         15.000 caller 2 ends: Completed
         34.000 caller 1 ends: Completed",
    );
}

#[test]
fn r24_without_any_forward_an_unanswered_call_is_lost() {
    let log = exit("", "application").replace("cfna", "");
    assert!(log.contains("caller 3 takes voicemail"), "CFNA follows CFOF:\n{log}");
    let rest = EXIT.replace("FORWARDS", "").replace("MEDIA", "application").replace("cfna = \"voicemail\"", "");
    let log = story(&plan(&rest, "at_s,talk_s\n8,1\n15,1\n"));
    assert!(log.contains("10.000 caller 1 ends: DroppedInSetup"), "{log}");
    assert!(log.contains("15.000 caller 2 ends: Refused(NotOpened)"), "{log}");
}

#[test]
fn r24_in_12_5_the_new_call_accept_timer_frees_a_caller_before_the_death_is_seen() {
    let rest = EXIT
        .replace("FORWARDS", "cfof = \"operator\"")
        .replace("MEDIA", "application")
        .replace("kind = \"exit\"", "kind = \"silent\"");
    let log = |profile: &str| {
        let text = format!("profile = \"{profile}\"\n[cti]\nheartbeat_minimum = \"10s\"\n{rest}");
        story(&plan(&text.replace("open_rate", "heartbeat = \"10s\"\nopen_rate"), "at_s,talk_s\n12,1\n"))
    };
    // Four seconds after it was presented, whatever the heartbeats say.
    let accept = log("12.5");
    assert!(accept.contains("16.000 caller 1 takes voicemail"), "{accept}");
    // Without the timer it waits until the restarted application asks for a connection, or its heartbeats are missed.
    let patient = log("3.3");
    assert!(patient.contains("caller 1 forwarded by cfof"), "{patient}");
}
