//! Calls from inside: a phone that dials is in use, and its CallManager is the ingress (R5, R14, R15).

use crate::story::{expect, plan, story};

fn calls(phones: &str, more: &str, calls: &'static str) -> String {
    story(&plan(
        &format!(
            r#"
[run]
length = "60s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[phone]]
name = "desk"
device_pool = "main"
failover = "2s"
answer = "1s"
{phones}
[[destination]]
name = "outside"
answer = "5s"
egress = "sub2"
[[traffic]]
name = "staff"
from = "desk"
arrivals = {{ file = "calls.csv" }}
{more}
"#
        ),
        calls,
    ))
}

const SUB1_FAILS: &str = r#"
to = "outside"
[[fault]]
callmanager = "sub1"
at = "20s"
for = "100s"
"#;

#[test]
fn r15_a_phone_that_dialled_keeps_its_call_and_moves_after_it() {
    // The second attempt finds the phone in use: there is no such call.
    expect(
        &calls("count = 1", SUB1_FAILS, "at_s,talk_s\n10,20\n15,1\n40,1\n"),
        "10.000 caller 1 at sub1
         10.000 desk/1 is off hook for caller 1
         10.000 caller 1 takes outside
         10.000 it rings for caller 1
         15.000 caller 1 connected
         20.000 CallManager sub1 fails
         20.000 desk/1 out: CallManagerFailed
         20.000 caller 1 keeps its media
         35.000 caller 1 ends: Completed
         35.000 desk/1 opened on sub2
         40.000 caller 3 at sub2
         40.000 desk/1 is off hook for caller 3
         40.000 caller 3 takes outside
         40.000 it rings for caller 3
         45.000 caller 3 connected
         46.000 caller 3 ends: Completed",
    );
}

#[test]
fn r15_without_media_at_the_phone_that_dialled_the_call_is_dropped() {
    let dropped = calls("count = 1\nkeeps_media = false", SUB1_FAILS, "at_s,talk_s\n10,20\n");
    assert!(dropped.contains("20.000 caller 1 ends: DroppedConnected"), "{dropped}");
    // It noticed after two seconds, and had no call any more.
    assert!(dropped.contains("22.000 desk/1 opened on sub2"), "{dropped}");
}

#[test]
fn r15_a_phone_that_fails_takes_the_call_along_that_it_dialled() {
    let fails = "to = \"outside\"\n[[fault]]\nphone = \"desk\"\ncount = 1\nat = \"20s\"\nfor = \"5s\"\n";
    let kept = calls("count = 1", fails, "at_s,talk_s\n10,20\n");
    assert!(kept.contains("20.000 caller 1 keeps its media"), "{kept}");
    let dropped = calls("count = 1\nkeeps_media = false", fails, "at_s,talk_s\n10,20\n");
    assert!(dropped.contains("20.000 caller 1 ends: DroppedConnected"), "{dropped}");
}

#[test]
fn a_phone_without_a_callmanager_has_no_dial_tone() {
    expect(
        &calls("count = 1", SUB1_FAILS, "at_s,talk_s\n21,1\n23,1\n"),
        "20.000 CallManager sub1 fails
         20.000 desk/1 out: CallManagerFailed
         21.000 caller 1 at sub1
         21.000 caller 1 ends: Refused(NoCallManager)
         22.000 desk/1 opened on sub2
         23.000 caller 2 at sub2
         23.000 desk/1 is off hook for caller 2
         23.000 caller 2 takes outside
         23.000 it rings for caller 2
         28.000 caller 2 connected
         29.000 caller 2 ends: Completed",
    );
}

#[test]
fn r5_a_phone_that_dials_is_busy_and_free_again_after_the_call() {
    // Of two, the one takes the other; then both are free for the next.
    let two = calls("count = 2", "to = \"desk\"", "at_s,talk_s\n10,4\n20,4\n");
    assert_eq!(two.matches("off hook").count(), 2, "{two}");
    assert_eq!(two.matches(" takes desk/").count(), 2, "{two}");
    assert!(
        two.contains("15.000 caller 1 ends: Completed") && two.contains("25.000 caller 2 ends: Completed"),
        "{two}"
    );
}
