//! R10: what people do after a call: the phone is in use, and no call reaches it.

use crate::story::{expect, plan, story};

/// A node, and phones that are answered at once; what a test adds. No message takes any time.
fn course(phones: &str, to: &str, rest: &str, calls: &'static str) -> String {
    answered(phones, to, rest, calls, "0s")
}

fn answered(phones: &str, to: &str, rest: &str, calls: &'static str, answer: &str) -> String {
    story(&plan(
        &format!(
            r#"
[run]
length = "60s"
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
ctimanagers = ["sub2"]
[[cti_port]]
name = "port"
count = 9
device_pool = "other"
application = "ivr"
treatment = "0s"
transfer_to = "agent"
[[callmanager_group]]
name = "other"
members = ["sub2"]
[[destination]]
name = "operator"
egress = "sub2"
[[phone]]
name = "agent"
device_pool = "main"
answer = "{answer}"
wrap_up = "3s"
failover = "1s"
{phones}
[[traffic]]
name = "callers"
to = "{to}"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
{rest}"#
        ),
        calls,
    ))
}

/// The lines of a story about phones, and how calls end.
fn of_phones(story: &str) -> String {
    let words = [
        " takes ",
        " waits",
        " after-call ",
        " is done",
        " ends",
        "forwarded",
        " rehome",
        "opened on",
        " out: ",
        "lets",
    ];
    let lines = story.lines().filter(|line| {
        words.iter().any(|word| line.contains(word)) && !line.contains("takes port") && !line.contains(" ivr")
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn r10_a_queue_is_served_once_the_work_after_the_call_is_done() {
    // The first call lasts from 1 to 5, its wrap-up until 8: then the second, who has waited since 2, until 12; at 15 nobody is left.
    expect(
        &of_phones(&course("count = 1\nqueue = true", "port", "", "at_s,talk_s\n1,4\n2,4\n")),
        "1.000 caller 1 takes agent/1
         5.000 after-call work at agent/1
         5.000 caller 1 ends: Completed
         8.000 agent/1 is done with it
         8.000 caller 2 takes agent/1
        12.000 after-call work at agent/1
        12.000 caller 2 ends: Completed
        15.000 agent/1 is done with it",
    );
}

#[test]
fn r10_a_call_to_a_group_finds_a_phone_busy_that_has_work_after_a_call() {
    // Busy until 8, so that the call of 7.9 is forwarded; that of 8.1 finds it free.
    expect(
        &of_phones(&course("count = 1\ncfb = \"operator\"", "agent", "", "at_s,talk_s\n1,4\n7.9,1\n8.1,1\n")),
        "1.000 caller 1 takes agent/1
         5.000 after-call work at agent/1
         5.000 caller 1 ends: Completed
         7.900 caller 2 takes operator
         7.900 caller 2 forwarded by cfb
         8.000 agent/1 is done with it
         8.100 caller 3 takes agent/1
         8.900 caller 2 ends: Completed
         9.100 after-call work at agent/1
         9.100 caller 3 ends: Completed
        12.100 agent/1 is done with it",
    );
}

#[test]
fn r10_the_line_stays_taken_and_a_call_to_the_number_waits_as_during_a_call() {
    // A line is busy with two calls: one of the second and the third, at 2 and 6, may wait. The second rings from 2 on, and the
    // person turns to it at 8. Of the third, at 6, the line has the wrap-up and the second: busy.
    expect(
        &of_phones(&course(
            "count = 1\nfirst_dn = \"2001\"\ncfb = \"operator\"",
            "2001",
            "",
            "at_s,talk_s\n1,4\n2,4\n6,1\n",
        )),
        "1.000 caller 1 takes agent/1
         2.000 caller 2 waits at agent/1
         5.000 after-call work at agent/1
         5.000 caller 1 ends: Completed
         6.000 caller 3 takes operator
         6.000 caller 3 forwarded by cfb
         7.000 caller 3 ends: Completed
         8.000 agent/1 is done with it
         8.000 caller 2 takes agent/1
        12.000 after-call work at agent/1
        12.000 caller 2 ends: Completed
        15.000 agent/1 is done with it",
    );
}

#[test]
fn r10_idle_is_since_the_end_of_the_work() {
    // 1 is free from 5 + 3 = 8 on, 2 from 7 + 3 = 10 on: at 11 it is 1 that has been idle for longer. 1 again at 20: it is free
    // since 12 + 3 = 15, and 2 since 10.
    let story = course("count = 2", "agent", "", "at_s,talk_s\n1,4\n2,5\n11,1\n20,1\n");
    let takes: Vec<&str> = story.lines().filter_map(|line| line.split(" takes ").nth(1)).collect();
    assert_eq!(takes, ["agent/1", "agent/2", "agent/1", "agent/2"]);
}

#[test]
fn r10_nobody_works_after_a_call_that_was_not_answered() {
    // The caller hangs up at 3, while it rings: the phone is free at once, for the call of 3.5. That one is answered at 8.5.
    expect(
        &of_phones(&answered("count = 1", "agent", "", "at_s,talk_s,patience_s\n1,4,2\n3.5,1,99\n", "5s")),
        "1.000 caller 1 takes agent/1
         3.000 caller 1 ends: Abandoned
         3.500 caller 2 takes agent/1
         9.500 after-call work at agent/1
         9.500 caller 2 ends: Completed
        12.500 agent/1 is done with it",
    );
}

#[test]
fn r14_a_phone_moves_while_its_person_works_and_takes_no_call() {
    // sub1 fails at 6, during the wrap-up from 5 to 8. The phone notices at 7 and registers with sub2 at once, since it has no
    // call; the call of 7.4 finds it busy all the same, that of 8.5 does not.
    let fault = "[[fault]]\ncallmanager = \"sub1\"\nat = \"6s\"\n";
    expect(
        &of_phones(&course("count = 1\ncfb = \"operator\"", "agent", fault, "at_s,talk_s\n1,4\n7.4,1\n8.5,1\n")),
        "1.000 caller 1 takes agent/1
         5.000 after-call work at agent/1
         5.000 caller 1 ends: Completed
         6.000 agent/1 out: CallManagerFailed
         7.000 agent/1 opened on sub2
         7.400 caller 2 takes operator
         7.400 caller 2 forwarded by cfb
         8.000 agent/1 is done with it
         8.400 caller 2 ends: Completed
         8.500 caller 3 takes agent/1
         9.500 after-call work at agent/1
         9.500 caller 3 ends: Completed
        12.500 agent/1 is done with it",
    );
}

#[test]
fn r10_each_person_works_after_their_own_part_of_a_transferred_call() {
    // The agent talks from 1 to 5 and sends the caller on to the expert, who answers at once and talks for 4 s more, from 5 to 9. The
    // agent works from 5 to 8, the expert, 2 s, from 9 to 11.
    let expert = "[[phone]]\nname = \"expert\"\ncount = 1\ndevice_pool = \"main\"\nanswer = \"0s\"\nwrap_up = \"2s\"\n";
    let transfers = "count = 1\ntransfer = { share = 1, to = \"expert\" }";
    expect(
        &of_phones(&course(transfers, "agent", expert, "at_s,talk_s\n1,4\n")),
        "1.000 caller 1 takes agent/1
         5.000 caller 1 takes expert/1
         5.000 agent/1 lets caller 1 go
         5.000 after-call work at agent/1
         8.000 agent/1 is done with it
         9.000 after-call work at expert/1
         9.000 caller 1 ends: Completed
        11.000 expert/1 is done with it",
    );
    // After consulting for 2 s, from 5 to 7, the expert has the call until 11; so the agent works from 7 to 10.
    let consults = "count = 1\nconsult = { share = 1, to = \"expert\", talk = \"2s\" }";
    expect(
        &of_phones(&course(consults, "agent", expert, "at_s,talk_s\n1,4\n")),
        "1.000 caller 1 takes agent/1
         5.000 caller 1 takes expert/1
         7.000 agent/1 lets caller 1 go
         7.000 after-call work at agent/1
        10.000 agent/1 is done with it
        11.000 after-call work at expert/1
        11.000 caller 1 ends: Completed
        13.000 expert/1 is done with it",
    );
}

#[test]
fn r10_a_lost_call_is_worked_after_and_a_phone_that_dials_has_no_work() {
    // The CallManager of the caller fails at 3, and with it the media: the person works until 6.
    let fault = "[[fault]]\ncallmanager = \"sub2\"\nat = \"3s\"\n";
    expect(
        &of_phones(&course("count = 1\nkeeps_media = false", "agent", fault, "at_s,talk_s\n1,4\n"))
            .lines()
            .filter(|line| !line.contains("port"))
            .map(|line| format!("{line}\n"))
            .collect::<String>(),
        "1.000 caller 1 takes agent/1
         3.000 after-call work at agent/1
         3.000 caller 1 ends: DroppedConnected
         6.000 agent/1 is done with it",
    );
    let dials = "[[traffic]]\nname = \"others\"\nfrom = \"agent\"\nto = \"operator\"\ntalk = \"1s\"\narrivals = { poisson = \"60/m\" }\n";
    let story = course("count = 1", "agent", dials, "at_s,talk_s\n59,4\n");
    assert!(story.contains("off hook") && !story.contains("after-call work"), "{story}");
}
