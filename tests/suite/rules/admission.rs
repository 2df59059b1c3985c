//! R5: how many calls a device takes.

use crate::story::{expect, plan, story};

#[test]
fn r5_a_port_has_one_call_and_when_all_are_taken_the_next_is_busy() {
    let plan = plan(
        r#"
[run]
length = "10s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
decide = "100ms"
[[cti_port]]
name = "port"
count = 2
device_pool = "main"
application = "ivr"
cfb = "operator"
[[destination]]
name = "operator"
answer = "1s"
[[traffic]]
name = "callers"
to = "port"
arrivals = { file = "calls.csv" }
"#,
        "at_s,talk_s\n1,4\n1.5,9\n2,2\n6,1\n",
    );
    expect(
        &story(&plan),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes port/1
         1.100 caller 1 connected
         1.500 caller 2 at sub1
         1.500 caller 2 takes port/2
         1.600 caller 2 connected
         2.000 caller 3 at sub1
         2.000 caller 3 takes operator
         2.000 caller 3 forwarded by cfb
         2.000 it rings for caller 3
         3.000 caller 3 connected
         5.000 caller 3 ends: Completed
         5.100 caller 1 ends: Completed
         6.000 caller 4 at sub1
         6.000 caller 4 takes port/1
         6.100 caller 4 connected
         7.100 caller 4 ends: Completed",
    );
}

#[test]
fn r5_a_route_point_holds_many_calls_and_the_busy_trigger_turns_the_next_away() {
    let plan = plan(
        r#"
[run]
length = "10s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "queue"
decide = "2s"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "queue"
redirect_to = "agent"
busy_trigger = 2
cfb = "operator"
[[destination]]
name = "agent"
[[destination]]
name = "operator"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
"#,
        "at_s,talk_s\n1,1\n1.5,1\n2,1\n3.2,1\n",
    );
    expect(
        &story(&plan),
        "1.000 caller 1 at sub1
         1.000 caller 1 presented at welcome
         1.500 caller 2 at sub1
         1.500 caller 2 presented at welcome
         2.000 caller 3 at sub1
         2.000 caller 3 takes operator
         2.000 caller 3 forwarded by cfb
         2.000 it rings for caller 3
         2.000 caller 3 connected
         3.000 caller 3 ends: Completed
         3.000 the application acts on caller 1
         3.000 caller 1 takes agent
         3.000 it rings for caller 1
         3.000 caller 1 connected
         3.200 caller 4 at sub1
         3.200 caller 4 presented at welcome
         3.500 the application acts on caller 2
         3.500 caller 2 takes agent
         3.500 it rings for caller 2
         3.500 caller 2 connected
         4.000 caller 1 ends: Completed
         4.500 caller 2 ends: Completed
         5.200 the application acts on caller 4
         5.200 caller 4 takes agent
         5.200 it rings for caller 4
         5.200 caller 4 connected
         6.200 caller 4 ends: Completed",
    );
}
