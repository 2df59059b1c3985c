//! R10: what an application does with a call, each leg with its own delay.

use crate::story::{expect, plan, story};

/// A cluster of one node in which every kind of message takes a time of its own.
const TIMED: &str = r#"
[run]
length = "60s"
[work]
setup = "1ms"
offer = "2ms"
redirect = "4ms"
answer = "8ms"
release = "0s"
event = "16ms"
request = "32ms"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
decide = "100ms"
lookup = "1s"
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
treatment = "5s"
transfer_to = "agent"
[[phone]]
name = "agent"
count = 1
device_pool = "main"
answer = "3s"
no_answer = "6s"
cfna = "voicemail"
[[destination]]
name = "voicemail"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
"#;

fn timed(route_point: &str, calls: &'static str) -> String {
    let route_point = format!(
        "[[route_point]]\nname = \"welcome\"\nlines = [{{ dn = \"7000\" }}]\ndevice_pool = \"main\"\napplication = \"ivr\"\n{route_point}\n"
    );
    story(&plan(&format!("{TIMED}{route_point}"), calls))
}

#[test]
fn r10_looked_up_redirected_to_a_port_answered_with_media_transferred_to_a_phone() {
    // set-up 1 + offer 2 | event 16, look-up 1000 and decision 100, request 32, redirect 4 | offer 2, event 16,
    // decision 100, request 32, answer 8 | treatment 5000 | decision 100, request 32, redirect 4 | offer 2, ring 3000,
    // answer 8 | talk 10000
    expect(
        &timed("redirect_to = \"port\"", "at_s,talk_s\n1,10\n"),
        "1.000 caller 1 at sub1
         1.003 caller 1 presented at welcome
         2.155 the application acts on caller 1
         2.155 caller 1 takes port/1
         2.313 caller 1 connected
         7.449 caller 1 takes agent/1
        10.459 caller 1 reaches a person
        20.459 caller 1 ends: Completed",
    );
}

#[test]
fn r10_redirected_to_a_phone_that_rings_and_is_answered() {
    expect(
        &timed("redirect_to = \"agent\"", "at_s,talk_s\n1,10\n"),
        "1.000 caller 1 at sub1
         1.003 caller 1 presented at welcome
         2.155 the application acts on caller 1
         2.155 caller 1 takes agent/1
         2.157 it rings for caller 1
         5.165 caller 1 connected
        15.165 caller 1 ends: Completed",
    );
}

#[test]
fn r10_redirected_to_a_number_outside() {
    expect(
        &timed("redirect_to = \"voicemail\"", "at_s,talk_s\n1,10\n"),
        "1.000 caller 1 at sub1
         1.003 caller 1 presented at welcome
         2.155 the application acts on caller 1
         2.155 caller 1 takes voicemail
         2.157 it rings for caller 1
         2.165 caller 1 connected
        12.165 caller 1 ends: Completed",
    );
}

#[test]
fn r10_answered_with_media_at_the_route_point_itself() {
    expect(
        &timed("answers = true\ntreatment = \"7s\"", "at_s,talk_s\n1,10\n"),
        "1.000 caller 1 at sub1
         1.003 caller 1 presented at welcome
         2.159 the application acts on caller 1
         2.159 caller 1 connected
         9.159 caller 1 ends: Completed",
    );
}

#[test]
fn r10_a_caller_hangs_up_when_nobody_answers_in_time() {
    expect(
        &timed("redirect_to = \"agent\"", "at_s,talk_s,patience_s\n1,10,2\n"),
        "1.000 caller 1 at sub1
         1.003 caller 1 presented at welcome
         2.155 the application acts on caller 1
         2.155 caller 1 takes agent/1
         2.157 it rings for caller 1
         3.000 caller 1 ends: Abandoned",
    );
}

#[test]
fn r10_a_queue_a_transferred_call_waits_at_its_port_until_a_phone_is_free() {
    let plan = plan(
        r#"
[run]
length = "60s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
decide = "0s"
[[cti_port]]
name = "port"
count = 5
device_pool = "main"
application = "ivr"
treatment = "1s"
transfer_to = "agent"
[[phone]]
name = "agent"
count = 1
device_pool = "main"
answer = "0s"
queue = true
[[traffic]]
name = "callers"
to = "port"
arrivals = { file = "calls.csv" }
"#,
        "at_s,talk_s,patience_s\n1,10,99\n2,10,99\n3,10,5\n4,10,99\n",
    );
    expect(
        &story(&plan),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes port/1
         1.000 caller 1 connected
         2.000 caller 2 at sub1
         2.000 caller 2 takes port/2
         2.000 caller 1 takes agent/1
         2.000 caller 1 reaches a person
         2.000 caller 2 connected
         3.000 caller 3 at sub1
         3.000 caller 3 takes port/3
         3.000 caller 3 connected
         4.000 caller 4 at sub1
         4.000 caller 4 takes port/4
         4.000 caller 4 connected
         9.000 caller 3 ends: Abandoned
        12.000 caller 2 takes agent/1
        12.000 caller 1 ends: Completed
        12.000 caller 2 reaches a person
        22.000 caller 4 takes agent/1
        22.000 caller 2 ends: Completed
        22.000 caller 4 reaches a person
        32.000 caller 4 ends: Completed",
    );
}

/// A phone that forwards a connected call to another port: that port answers it like any new call, transfers nothing,
/// and nobody has been reached.
#[test]
fn r10_a_transferred_call_that_nobody_answers_is_new_at_the_port_it_is_forwarded_to() {
    // ... ring 6000, redirect 4 | offer 2, event 16, decision 100, request 32, answer 8 | treatment 7000
    let mailbox = "[[cti_port]]\nname = \"mailbox\"\ncount = 1\ndevice_pool = \"main\"\napplication = \"ivr\"\ntreatment = \"7s\"\n";
    let text = TIMED.replace("cfna = \"voicemail\"", "answered = 0.0\ncfna = \"mailbox\"").replace("7000", "port");
    expect(
        &story(&plan(&format!("{text}{mailbox}"), "at_s,talk_s,patience_s\n1,10,9\n")),
        "1.000 caller 1 at sub1
         1.001 caller 1 takes port/1
         1.159 caller 1 connected
         6.295 caller 1 takes agent/1
         12.301 caller 1 takes mailbox/1
         12.303 caller 1 forwarded by cfna
         12.459 caller 1 reaches a machine and no person
         19.459 caller 1 ends: Completed",
    );
}
