//! R5, R10, R12, R13, R17: a line is a directory number on a device, and has limits and forwards of its own.

use crate::story::{expect, plan, story};
use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, PoolId, Recorder};

/// A node, a group of it, and an application that takes 100 ms to decide; two sources of calls.
fn told(callers_dial: &str, others_dial: &str, rest: &str, calls: &'static str) -> String {
    let text = format!(
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
decide = "100ms"
[[destination]]
name = "operator"
[[destination]]
name = "voicemail"
[[traffic]]
name = "callers"
to = "{callers_dial}"
arrivals = {{ file = "calls.csv" }}
[[traffic]]
name = "others"
to = "{others_dial}"
arrivals = {{ file = "others.csv" }}
{rest}
"#
    );
    story(&plan(&text, calls))
}

#[test]
fn r5_a_port_can_be_dialled_and_is_no_longer_among_the_free_ones_of_its_group() {
    // Free are 1, 2, 3; 5002 takes 2, so that the group has 1 and 3. 2 is free again after them, at 5.1: the next call to the
    // group takes 1, which has been idle since 3.1.
    expect(
        &told(
            "5002",
            "port",
            r#"
[[cti_port]]
name = "port"
count = 3
first_dn = "5001"
device_pool = "main"
application = "ivr"
cfb = "operator"
"#,
            "at_s,talk_s\n1,4\n1.5,0.9\n6,4\n==\nat_s,talk_s\n2,1\n2.5,1\n3,1\n6.5,1\n",
        ),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes port/2
         1.100 caller 1 connected
         1.500 caller 2 at sub1
         1.500 caller 2 takes operator
         1.500 caller 2 forwarded by cfb
         1.500 it rings for caller 2
         1.500 caller 2 connected
         2.000 other 1 at sub1
         2.000 other 1 takes port/1
         2.100 other 1 connected
         2.400 caller 2 ends: Completed
         2.500 other 2 at sub1
         2.500 other 2 takes port/3
         2.600 other 2 connected
         3.000 other 3 at sub1
         3.000 other 3 takes operator
         3.000 other 3 forwarded by cfb
         3.000 it rings for other 3
         3.000 other 3 connected
         3.100 other 1 ends: Completed
         3.600 other 2 ends: Completed
         4.000 other 3 ends: Completed
         5.100 caller 1 ends: Completed
         6.000 caller 3 at sub1
         6.000 caller 3 takes port/2
         6.100 caller 3 connected
         6.500 other 4 at sub1
         6.500 other 4 takes port/1
         6.600 other 4 connected
         7.600 other 4 ends: Completed
        10.100 caller 3 ends: Completed",
    );
}

#[test]
fn r5_a_port_has_one_call_whatever_the_line_and_a_busy_line_forwards_by_its_own_cfb() {
    expect(
        &told(
            "5001",
            "6001",
            r#"
[[cti_port]]
name = "port"
count = 1
lines = [{ first_dn = "5001" }, { first_dn = "6001", cfb = "voicemail" }]
device_pool = "main"
application = "ivr"
cfb = "operator"
"#,
            "at_s,talk_s\n1,4\n3,1\n==\nat_s,talk_s\n2,0.5\n6,1\n",
        ),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes port/1
         1.100 caller 1 connected
         2.000 other 1 at sub1
         2.000 other 1 takes voicemail
         2.000 other 1 forwarded by cfb
         2.000 it rings for other 1
         2.000 other 1 connected
         2.500 other 1 ends: Completed
         3.000 caller 2 at sub1
         3.000 caller 2 takes operator
         3.000 caller 2 forwarded by cfb
         3.000 it rings for caller 2
         3.000 caller 2 connected
         4.000 caller 2 ends: Completed
         5.100 caller 1 ends: Completed
         6.000 other 2 at sub1
         6.000 other 2 takes port/1
         6.100 other 2 connected
         7.100 other 2 ends: Completed",
    );
}

const DESKS: &str = r#"
[[phone]]
name = "desk"
count = 2
first_dn = "2001"
device_pool = "main"
answer = "1s"
no_answer = "5s"
cfb = "voicemail"
cfna = "voicemail"
"#;

#[test]
fn r5_a_second_call_to_a_phone_waits_for_the_person_and_the_third_meets_busy() {
    // Caller 2 rings from 2.5 on, is free to be answered from 6 on, and is 1 s later, before its No Answer timer at 7.5. Meanwhile the
    // group has one idle phone.
    expect(
        &told("2001", "desk", DESKS, "at_s,talk_s\n1,4\n2.5,2\n3,1\n==\nat_s,talk_s\n2.7,1\n2.9,1\n"),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes desk/1
         1.000 it rings for caller 1
         2.000 caller 1 connected
         2.500 caller 2 at sub1
         2.500 caller 2 waits at desk/1
         2.500 it rings for caller 2
         2.700 other 1 at sub1
         2.700 other 1 takes desk/2
         2.700 it rings for other 1
         2.900 other 2 at sub1
         2.900 other 2 takes voicemail
         2.900 other 2 forwarded by cfb
         2.900 it rings for other 2
         2.900 other 2 connected
         3.000 caller 3 at sub1
         3.000 caller 3 takes voicemail
         3.000 caller 3 forwarded by cfb
         3.000 it rings for caller 3
         3.000 caller 3 connected
         3.700 other 1 connected
         3.900 other 2 ends: Completed
         4.000 caller 3 ends: Completed
         4.700 other 1 ends: Completed
         6.000 caller 2 takes desk/1
         6.000 caller 1 ends: Completed
         7.000 caller 2 connected
         9.000 caller 2 ends: Completed",
    );
}

#[test]
fn r5_a_call_that_waits_at_a_phone_rings_out_in_its_own_time() {
    // Caller 2 rings out at 7.5, while caller 1 talks until 8. Caller 4 has its turn at 15, and would be answered at 16, after its
    // timer of 15.5.
    expect(
        &told("2001", "desk", DESKS, "at_s,talk_s\n1,6\n2.5,1\n10,4\n10.5,1\n==\nat_s,talk_s\n50,1\n")
            .lines()
            .take_while(|line| !line.contains("other"))
            .collect::<Vec<_>>()
            .join("\n"),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes desk/1
         1.000 it rings for caller 1
         2.000 caller 1 connected
         2.500 caller 2 at sub1
         2.500 caller 2 waits at desk/1
         2.500 it rings for caller 2
         7.500 caller 2 takes voicemail
         7.500 caller 2 forwarded by cfna
         7.500 caller 2 connected
         8.000 caller 1 ends: Completed
         8.500 caller 2 ends: Completed
        10.000 caller 3 at sub1
        10.000 caller 3 takes desk/1
        10.000 it rings for caller 3
        10.500 caller 4 at sub1
        10.500 caller 4 waits at desk/1
        10.500 it rings for caller 4
        11.000 caller 3 connected
        15.000 caller 4 takes desk/1
        15.000 caller 3 ends: Completed
        15.500 caller 4 takes voicemail
        15.500 caller 4 forwarded by cfna
        15.500 caller 4 connected
        16.500 caller 4 ends: Completed",
    );
}

#[test]
fn r5_a_call_that_waits_at_a_phone_gives_up_in_its_own_time_and_makes_room_for_another() {
    expect(
        &told("2001", "2002", DESKS, "at_s,talk_s,patience_s\n1,8,\n2.5,1,2\n5,1,1\n==\nat_s,talk_s\n9,1\n"),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes desk/1
         1.000 it rings for caller 1
         2.000 caller 1 connected
         2.500 caller 2 at sub1
         2.500 caller 2 waits at desk/1
         2.500 it rings for caller 2
         4.500 caller 2 ends: Abandoned
         5.000 caller 3 at sub1
         5.000 caller 3 waits at desk/1
         5.000 it rings for caller 3
         6.000 caller 3 ends: Abandoned
         9.000 other 1 at sub1
         9.000 other 1 takes desk/2
         9.000 it rings for other 1
        10.000 caller 1 ends: Completed
        10.000 other 1 connected
        11.000 other 1 ends: Completed",
    );
}

#[test]
fn r5_each_line_of_a_phone_counts_its_own_calls_and_the_person_talks_to_one() {
    // 2001 has two calls, 3001 one: three at the phone, answered in the order in which they came.
    expect(
        &told(
            "2001",
            "3001",
            r#"
[[phone]]
name = "desk"
count = 1
lines = [{ first_dn = "2001" }, { first_dn = "3001", busy_trigger = 1 }]
device_pool = "main"
answer = "0s"
cfb = "voicemail"
"#,
            "at_s,talk_s\n1,4\n2,1\n==\nat_s,talk_s\n1.5,1\n3,1\n",
        ),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes desk/1
         1.000 it rings for caller 1
         1.000 caller 1 connected
         1.500 other 1 at sub1
         1.500 other 1 waits at desk/1
         1.500 it rings for other 1
         2.000 caller 2 at sub1
         2.000 caller 2 waits at desk/1
         2.000 it rings for caller 2
         3.000 other 2 at sub1
         3.000 other 2 takes voicemail
         3.000 other 2 forwarded by cfb
         3.000 it rings for other 2
         3.000 other 2 connected
         4.000 other 2 ends: Completed
         5.000 other 1 takes desk/1
         5.000 caller 1 ends: Completed
         5.000 other 1 connected
         6.000 caller 2 takes desk/1
         6.000 other 1 ends: Completed
         6.000 caller 2 connected
         7.000 caller 2 ends: Completed",
    );
}

#[test]
fn r5_each_line_of_a_route_point_has_its_own_trigger_and_forwards() {
    let told = told(
        "7001",
        "7002",
        r#"
[[route_point]]
name = "welcome"
lines = [{ dn = "7001", busy_trigger = 1, cfb = "operator" }, { dn = "7002" }]
device_pool = "main"
application = "ivr"
answers = true
cfb = "voicemail"
busy_trigger = 2
"#,
        "at_s,talk_s\n1,5\n1.5,5\n==\nat_s,talk_s\n1.2,5\n1.7,5\n2,5\n",
    );
    let taken: Vec<&str> = told.lines().filter(|line| line.contains("presented") || line.contains("takes")).collect();
    expect(
        &taken.join("\n"),
        "1.000 caller 1 presented at welcome
         1.200 other 1 presented at welcome
         1.500 caller 2 takes operator
         1.700 other 2 presented at welcome
         2.000 other 3 takes voicemail",
    );
}

#[test]
fn r12_cfa_of_one_number_is_set_and_cleared_while_the_cluster_runs() {
    let changes = r#"
[[change]]
at = "5s"
of = "2001"
cfa = "voicemail"
[[change]]
at = "10s"
of = "2001"
cfa = "none"
"#;
    let told =
        told("2001", "2002", &format!("{DESKS}{changes}"), "at_s,talk_s\n1,1\n6,1\n11,1\n==\nat_s,talk_s\n6.5,1\n");
    let taken: Vec<&str> =
        told.lines().filter(|line| ["takes", "forwarded", "changes"].iter().any(|word| line.contains(word))).collect();
    expect(
        &taken.join("\n"),
        "1.000 caller 1 takes desk/1
         5.000 a setting changes
         6.000 caller 2 takes voicemail
         6.000 caller 2 forwarded by cfa
         6.500 other 1 takes desk/2
        10.000 a setting changes
        11.000 caller 3 takes desk/1",
    );
}

#[test]
fn r12_a_change_of_a_group_changes_the_numbers_that_changed_by_themselves() {
    let changes = r#"
[[change]]
at = "2s"
of = "2001"
cfa = "voicemail"
[[change]]
at = "4s"
of = "desk"
cfa = "operator"
"#;
    let told =
        told("2001", "2002", &format!("{DESKS}{changes}"), "at_s,talk_s\n3,1\n5,1\n==\nat_s,talk_s\n3.5,1\n5.5,1\n");
    let taken: Vec<&str> = told.lines().filter(|line| line.contains("takes")).collect();
    expect(
        &taken.join("\n"),
        "3.000 caller 1 takes voicemail
         3.500 other 1 takes desk/2
         5.000 caller 2 takes operator
         5.500 other 2 takes operator",
    );
}

#[test]
fn r10_a_redirect_follows_cfa_and_so_does_a_call_to_a_device_that_nobody_opened() {
    expect(
        &told(
            "7000",
            "8000",
            r#"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "2001"
[[route_point]]
name = "closed"
lines = [{ dn = "8000", cfa = "operator" }]
device_pool = "main"
redirect_to = "operator"
cfna = "voicemail"
[[phone]]
name = "desk"
count = 1
lines = [{ first_dn = "2001", cfa = "voicemail" }]
device_pool = "main"
"#,
            "at_s,talk_s\n1,1\n==\nat_s,talk_s\n3,1\n",
        ),
        "1.000 caller 1 at sub1
         1.000 caller 1 presented at welcome
         1.100 the application acts on caller 1
         1.100 caller 1 takes voicemail
         1.100 caller 1 forwarded by cfa
         1.100 it rings for caller 1
         1.100 caller 1 connected
         2.100 caller 1 ends: Completed
         3.000 other 1 at sub1
         3.000 other 1 takes operator
         3.000 other 1 forwarded by cfa
         3.000 it rings for other 1
         3.000 other 1 connected
         4.000 other 1 ends: Completed",
    );
}

#[test]
fn r22_lines_that_forward_all_to_each_other_end_at_the_hop_limit() {
    let told = told(
        "2001",
        "2002",
        r#"
[cti]
forward_hops = 3
[[phone]]
name = "one"
count = 1
first_dn = "2001"
device_pool = "main"
cfa = "2002"
[[phone]]
name = "other"
count = 1
first_dn = "2002"
device_pool = "main"
cfa = "2001"
"#,
        "at_s,talk_s\n1,1\n==\nat_s,talk_s\n3,1\n",
    );
    // Each hop is noted when it has reached the next line; the fourth is one too many.
    expect(
        &told,
        "1.000 caller 1 at sub1
         1.000 caller 1 forwarded by cfa
         1.000 caller 1 forwarded by cfa
         1.000 caller 1 forwarded by cfa
         1.000 caller 1 ends: Refused(TooManyHops)
         3.000 other 1 at sub1
         3.000 other 1 forwarded by cfa
         3.000 other 1 forwarded by cfa
         3.000 other 1 forwarded by cfa
         3.000 other 1 ends: Refused(TooManyHops)",
    );
}

#[test]
fn r10_the_caller_selects_an_extension_and_waits_there_while_the_person_talks() {
    // Treatment 2 s, decision 0.1 s, 1 s until the person answers. Caller 2 reaches the phone at 6.7, and the person is free at 9.2.
    expect(
        &told(
            "port",
            "desk",
            &format!(
                r#"{DESKS}
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
treatment = "2s"
transfer_to = "2002"
"#
            ),
            "at_s,talk_s\n1,5\n4.5,5\n==\nat_s,talk_s\n50,1\n",
        )
        .lines()
        .take_while(|line| !line.contains("other"))
        .collect::<Vec<_>>()
        .join("\n"),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes port/1
         1.100 caller 1 connected
         3.200 caller 1 takes desk/2
         4.200 caller 1 reaches a person
         4.500 caller 2 at sub1
         4.500 caller 2 takes port/1
         4.600 caller 2 connected
         6.700 caller 2 waits at desk/2
         9.200 caller 2 takes desk/2
         9.200 caller 1 ends: Completed
        10.200 caller 2 reaches a person
        15.200 caller 2 ends: Completed",
    );
}

#[test]
fn r10_a_route_point_that_answers_transfers_to_an_extension_too() {
    expect(
        &told(
            "7000",
            "2002",
            &format!(
                r#"{DESKS}
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "main"
application = "ivr"
answers = true
treatment = "2s"
transfer_to = "2001"
"#
            ),
            "at_s,talk_s\n1,5\n==\nat_s,talk_s\n2,1\n",
        ),
        "1.000 caller 1 at sub1
         1.000 caller 1 presented at welcome
         1.100 the application acts on caller 1
         1.100 caller 1 connected
         2.000 other 1 at sub1
         2.000 other 1 takes desk/2
         2.000 it rings for other 1
         3.000 other 1 connected
         3.200 caller 1 takes desk/1
         4.000 other 1 ends: Completed
         4.200 caller 1 reaches a person
         9.200 caller 1 ends: Completed",
    );
}

/// Two nodes, the first of which loses its CallManager at 20 s; its CTIManager goes on.
fn failing(work: &str, device: &str) -> String {
    let text = format!(
        r#"
[run]
length = "60s"
[cti]
callmanager_notice = "1s"
reopen_rate = "100/s"
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "0s"
release = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
{work}
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
ctimanagers = ["sub1"]
{device}
[[fault]]
callmanager = "sub1"
at = "20s"
"#
    );
    let told = story(&plan(&text, ""));
    let opened: Vec<&str> =
        told.lines().filter(|line| ["opened", "out:", "given up"].iter().any(|word| line.contains(word))).collect();
    opened.join("\n")
}

const PORTS: &str = r#"
[[cti_port]]
name = "port"
count = 2
lines_per_port = 3
device_pool = "main"
application = "ivr"
"#;

#[test]
fn r13_a_device_is_opened_with_all_its_lines_in_one_piece_of_work() {
    // 4 + 2 x 1 ms at the CTIManager, 10 + 2 x 5 ms at the CallManager; the turns are 10 ms apart.
    let work = "device_open = \"10ms\"\nline_open = \"5ms\"\ncti_device_open = \"4ms\"\ncti_line_open = \"1ms\"";
    expect(
        &failing(work, PORTS),
        "20.000 port/1 out: CallManagerFailed
         20.000 port/2 out: CallManagerFailed
         21.026 port/1 opened on sub2
         21.046 port/2 opened on sub2",
    );
    // By default a further line costs as much as the device: 12 ms and 30 ms.
    let work = "device_open = \"10ms\"\ncti_device_open = \"4ms\"";
    expect(
        &failing(work, PORTS),
        "20.000 port/1 out: CallManagerFailed
         20.000 port/2 out: CallManagerFailed
         21.042 port/1 opened on sub2
         21.072 port/2 opened on sub2",
    );
}

#[test]
fn r17_a_device_with_a_line_that_cannot_be_opened_is_closed_with_all_its_lines() {
    let device = |lines: &str| {
        format!(
            r#"
[[route_point]]
name = "welcome"
lines = [{lines}]
device_pool = "main"
application = "ivr"
answers = true
"#
        )
    };
    let work = "device_open = \"0s\"\ncti_device_open = \"0s\"";
    expect(
        &failing(work, &device(r#"{ dn = "7001" }, { dn = "7002" }"#)),
        "20.000 welcome out: CallManagerFailed
         21.000 welcome opened on sub2",
    );
    expect(
        &failing(work, &device(r#"{ dn = "7001" }, { dn = "7002", cannot_open_on = ["sub2"] }"#)),
        "20.000 welcome out: CallManagerFailed
         21.000 welcome given up: CannotOpen",
    );
}

/// The calls that each phone took.
#[derive(Default)]
struct Taken([u32; 4]);

impl Recorder for Taken {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::Seized { pool: PoolId::Phones(_), device: Some(device), .. } = fact {
            self.0[device.index()] += 1;
        }
    }
}

#[test]
fn r5_a_range_of_numbers_is_dialled_at_random() {
    let plan = plan(
        r#"
[run]
length = "3000s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[phone]]
name = "desk"
count = 4
first_dn = "2001"
device_pool = "main"
answer = "0s"
[[traffic]]
name = "callers"
to = "2002-2004"
arrivals = { poisson = "1/s" }
talk = "1ms"
"#,
        "",
    );
    let mut cluster = Cluster::new(&plan, Taken::default());
    cluster.run(1, 0);
    let Taken([first, ranges @ ..]) = cluster.recorder;
    assert_eq!(first, 0);
    // A third of 3,000 each, and five standard deviations of a binomial count: 5 x sqrt(3000 x 1/3 x 2/3) = 129; the total is Poisson.
    for calls in ranges {
        assert!((840..=1160).contains(&calls), "{ranges:?}");
    }
}
