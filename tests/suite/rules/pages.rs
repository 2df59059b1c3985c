//! What the page on the model says, and a reader would count with: R10, R14, R15, R18, R21.

use crate::story::{Calls, expect, plan, story};
use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};

/// The lines of a story that speak of one of these.
fn about(story: &str, what: &[&str]) -> String {
    let lines = story.lines().filter(|line| what.iter().any(|it| line.contains(it)));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The application exits at 10 s and is back at 20 s. Its request arrives at 20.050 s, is worked until 20.250 s, and answered at
/// 20.300 s. Then the route point is asked for, which the CTIManager hears at 20.350 s, and the port a second later.
#[test]
fn r21_opening_a_provider_is_a_request_and_comes_before_the_first_device() {
    let text = r#"
format = 1
question = "What does the rule say?"
network = { between_nodes = "0s", to_application = "50ms" }
[run]
length = "60s"
[work]
event = "0s"
request = "200ms"
heartbeat = "0s"
cti_device_open = "0s"
device_open = "0s"
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
open_rate = "1/s"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "port"
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { file = "calls.csv" }
[[fault]]
application = "ivr"
kind = "exit"
at = "10s"
for = "10s"
"#;
    let plan =
        ctisim::plan::compile("tiny", text, &Calls("at_s\n59\n")).unwrap_or_else(|problems| panic!("{problems}"));
    expect(
        &about(&story(&plan), &["is back", "is connected", "opened on"]),
        "20.000 ivr is back
         20.300 ivr is connected to sub1
         20.350 welcome opened on sub1
         21.350 port/1 opened on sub1",
    );
}

/// Ports on sub1 that ask each caller for a second, and a queue for one agent, who answers at once and whose phone is at home at sub2.
fn desk(more: &str) -> String {
    format!(
        r#"
[run]
length = "60s"
[cti]
callmanager_notice = "1s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "ports"
members = ["sub1"]
[[callmanager_group]]
name = "agents"
members = ["sub2", "sub1"]
[[application]]
name = "ivr"
decide = "0s"
heartbeat = "30s"
[[cti_port]]
name = "port"
count = 9
device_pool = "ports"
application = "ivr"
treatment = "1s"
transfer_to = "only"
[[phone]]
name = "agent"
count = 1
device_pool = "agents"
answer = "0s"
failover = "2s"
[[queue]]
name = "only"
phones = ["agent"]
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
{more}"#
    )
}

/// Caller 1 has the agent from 2 s to 12 s, and caller 2 waits from 3.2 s on. The application dies silently at 5 s. It was heard at 3.2 s
/// and has 30 s for its next message: nobody knows until it restarts, at 20 s. Then who waited is lost (R24).
#[test]
fn r10_nobody_leaves_a_queue_while_the_application_is_dead_and_nobody_knows() {
    let calls = "at_s,talk_s\n1,10\n2.2,10\n";
    let of_calls = ["waits in", "takes agent", "ends", "ivr"];
    expect(
        &about(&story(&plan(&desk(""), calls)), &of_calls),
        "2.000 caller 1 takes agent/1
         3.200 caller 2 waits in only
        12.000 caller 2 takes agent/1
        12.000 caller 1 ends: Completed
        22.000 caller 2 ends: Completed",
    );
    let dies = "[[fault]]\napplication = \"ivr\"\nkind = \"silent\"\nat = \"5s\"\nfor = \"15s\"\n";
    expect(
        &about(&story(&plan(&desk(dies), calls)), &of_calls),
        "2.000 caller 1 takes agent/1
         3.200 caller 2 waits in only
         5.000 ivr fails: Silent
        12.000 caller 1 ends: Completed
        20.000 ivr closed
        20.000 caller 2 ends: DroppedInChange
        20.000 ivr is back
        20.000 ivr is connected to sub1",
    );
}

/// When phones are controlled and no longer controlled, in milliseconds.
#[derive(Default)]
struct Control(Vec<(u64, u32, bool)>);

impl Recorder for Control {
    fn note(&mut self, now: Time, fact: Fact) {
        if let Fact::Controlled { device, .. } | Fact::ControlLost { device, .. } = fact {
            self.0.push((now.nanos() / 1_000_000, device.0, matches!(fact, Fact::Controlled { .. })));
        }
    }
}

/// Their CallManager fails at 10 s, and both phones notice at 11 s. Registering takes the other one 100 ms for each: they work at 11.1 s and
/// 11.2 s. Then the CTIManager opens the first in 500 ms, and the CallManager in 100 ms: it is controlled at 11.7 s. The turn of the
/// second is one second after that of the first, at 12.1 s, and takes as long: 12.7 s.
#[test]
fn r14_a_phone_that_has_moved_works_at_once_and_is_controlled_after_its_turn() {
    let text = r#"
[run]
length = "60s"
[cti]
reopen_rate = "1/s"
[work]
setup = "0s"
offer = "0s"
answer = "0s"
release = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
cti_device_open = "500ms"
device_open = "100ms"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "desktop"
decide = "0s"
lookup = "50ms"
[[phone]]
name = "agents"
count = 2
device_pool = "main"
application = "desktop"
answer = "0s"
failover = "1s"
[[traffic]]
name = "callers"
to = "agents"
ingress = ["sub2"]
arrivals = { file = "calls.csv" }
[[fault]]
callmanager = "sub1"
at = "10s"
"#;
    // Caller 1 gets the first phone before it is controlled. Caller 2 gets the other one, which is free for longer, after that; the
    // look-up takes 50 ms.
    let plan = plan(text, "at_s,talk_s\n11.3,0.1\n13,0.1\n");
    expect(
        &about(&story(&plan), &["caller", "opened"]),
        "11.100 agents/1 opened on sub2
         11.200 agents/2 opened on sub2
         11.300 caller 1 at sub2
         11.300 caller 1 takes agents/1
         11.300 it rings for caller 1
         11.300 desktop does not show who caller 1 is
         11.300 caller 1 connected
         11.400 caller 1 ends: Completed
         13.000 caller 2 at sub2
         13.000 caller 2 takes agents/2
         13.000 it rings for caller 2
         13.000 caller 2 connected
         13.050 desktop shows who caller 2 is
         13.100 caller 2 ends: Completed",
    );
    let mut cluster = Cluster::new(&plan, Control::default());
    cluster.run(1, 0);
    assert_eq!(cluster.recorder.0, [(10_000, 0, false), (10_000, 1, false), (11_700, 0, true), (12_700, 1, true)]);
}

/// The nodes whose CallManagers work, and when they begin, in milliseconds.
#[derive(Default)]
struct Worked(Vec<(usize, u64)>);

impl Recorder for Worked {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::Served { station, started, finished, .. } = fact
            && started < finished
        {
            // A CallManager and a CTIManager for each node.
            assert!(station.index().is_multiple_of(2), "only CallManagers work");
            self.0.push((station.index() / 2 + 1, started.nanos() / 1_000_000));
        }
    }
}

/// A caller at sub1 comes at 1 s. The route point at sub2 sends the call to the phone at sub3, where it rings for 5 s and is talked for
/// one: it ends at 7 s. Only `release` takes time. When a failure drops the call at 3 s, while it is being set up, the ingress and the
/// phone's CallManager release it as otherwise at 7 s, unless they are what has failed. The CallManager of the route point, which the call
/// has left, does not.
#[test]
fn r15_a_dropped_call_is_released_by_the_callmanagers_that_are_up() {
    let released = |fault: &str, ending: &str| {
        let text = format!(
            r#"
[run]
length = "60s"
[cti]
callmanager_notice = "2s"
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "0s"
release = "10ms"
device_open = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
cti_device_open = "0s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
ctimanager = false
[[node]]
name = "sub3"
ctimanager = false
[[callmanager_group]]
name = "middle"
members = ["sub2"]
[[callmanager_group]]
name = "last"
members = ["sub3"]
[[application]]
name = "router"
decide = "0s"
[[route_point]]
name = "welcome"
lines = [{{ dn = "7000" }}]
device_pool = "middle"
application = "router"
redirect_to = "agent"
[[phone]]
name = "agent"
count = 1
device_pool = "last"
answer = "5s"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
{fault}"#
        );
        let plan = plan(&text, "at_s,talk_s\n1,1\n");
        let told = story(&plan);
        assert!(told.contains(&format!(" {ending}\n")), "{ending}\n{told}");
        let mut cluster = Cluster::new(&plan, Worked::default());
        cluster.run(1, 0);
        cluster.recorder.0
    };
    let fault = |what: &str| format!("[[fault]]\n{what}\nat = \"3s\"\n");
    let completed = "7.000 caller 1 ends: Completed";
    assert_eq!(released("", completed), [(1, 7_000), (3, 7_000)]);
    assert_eq!(released(&fault("callmanager = \"sub2\""), completed), [(1, 7_000), (3, 7_000)]);
    let dropped = "3.000 caller 1 ends: DroppedInSetup";
    assert_eq!(released(&fault("callmanager = \"sub1\""), dropped), [(3, 3_000)]);
    assert_eq!(released(&fault("callmanager = \"sub3\""), dropped), [(1, 3_000)]);
    // The host is gone, not only the process.
    assert_eq!(released(&fault("node = \"sub3\""), dropped), [(1, 3_000)]);
    // What fails is no CallManager: the phone, or the link between two that are both up, who notice after 2 s.
    assert_eq!(released(&fault("phone = \"agent\""), dropped), [(1, 3_000), (3, 3_000)]);
    let noticed = "5.000 caller 1 ends: DroppedInSetup";
    assert_eq!(released(&fault("link = [\"sub1\", \"sub3\"]"), noticed), [(1, 5_000), (3, 5_000)]);
}

/// Two nodes, and a phone at sub2 that is answered at once; callers come in at sub1.
fn two_nodes(more: &str) -> String {
    format!(
        r#"
[run]
length = "60s"
[cti]
callmanager_notice = "1s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub2"]
[[phone]]
name = "desk"
count = 9
device_pool = "main"
answer = "0s"
[[traffic]]
name = "callers"
to = "desk"
ingress = ["sub1"]
arrivals = {{ file = "calls.csv" }}
{more}"#
    )
}

/// The CallManager of the ingress fails at 10 s for 10 s: at 10 s it is down already. At 20 s it is up for who was scheduled after the
/// fault struck, because the one before came at 10 s or later, and still down for who was scheduled before that.
#[test]
fn a_fault_comes_first_in_its_instant_and_its_end_before_callers_scheduled_later() {
    let fault = "[[fault]]\ncallmanager = \"sub1\"\nat = \"10s\"\nfor = \"10s\"\n";
    let ends = |calls| about(&story(&plan(&two_nodes(fault), calls)), &["ends", "sub1 fails", "sub1 is back"]);
    expect(
        &ends("at_s,talk_s\n5,1\n10,1\n20,1\n"),
        "6.000 caller 1 ends: Completed
        10.000 CallManager sub1 fails
        10.000 caller 2 ends: Refused(NoCallManager)
        20.000 CallManager sub1 is back
        21.000 caller 3 ends: Completed",
    );
    expect(
        &ends("at_s,talk_s\n5,1\n20,1\n20,1\n"),
        "6.000 caller 1 ends: Completed
        10.000 CallManager sub1 fails
        20.000 caller 2 ends: Refused(NoCallManager)
        20.000 CallManager sub1 is back
        21.000 caller 3 ends: Completed",
    );
    expect(
        &ends("at_s,talk_s\n20,1\n"),
        "10.000 CallManager sub1 fails
        20.000 caller 1 ends: Refused(NoCallManager)
        20.000 CallManager sub1 is back",
    );
}

/// Two faults of one instant come in the order of the file, whatever they strike. One that strikes at 20 s was scheduled before the end,
/// at 20 s, of one that struck at 10 s.
#[test]
fn faults_of_one_instant_come_in_the_order_of_the_file_and_before_an_end() {
    let fault = |node: &str, at: &str| format!("[[fault]]\ncallmanager = \"{node}\"\nat = \"{at}\"\nfor = \"10s\"\n");
    let events = |first: &str, second: &str| {
        let faults = about(&story(&plan(&two_nodes(&format!("{first}{second}")), "at_s\n59\n")), &["CallManager sub"]);
        faults.lines().map(|line| line.trim().replace(" CallManager", "")).collect::<Vec<_>>()
    };
    assert_eq!(
        events(&fault("sub1", "10s"), &fault("sub2", "10s")),
        ["10.000 sub1 fails", "10.000 sub2 fails", "20.000 sub1 is back", "20.000 sub2 is back"]
    );
    assert_eq!(
        events(&fault("sub2", "10s"), &fault("sub1", "10s")),
        ["10.000 sub2 fails", "10.000 sub1 fails", "20.000 sub2 is back", "20.000 sub1 is back"]
    );
    assert_eq!(
        events(&fault("sub1", "10s"), &fault("sub2", "20s")),
        ["10.000 sub1 fails", "20.000 sub2 fails", "20.000 sub1 is back", "30.000 sub2 is back"]
    );
}

/// The home of the agent's phone is down from 5 s to 15 s. The phone keeps its call, and moves when that is over, at 12 s; it takes caller 2
/// there. That its home is back is noticed at 16 s. At 22 s the phone is to rehome, and takes caller 3 first; at 32 s nobody waits.
#[test]
fn r18_a_phone_takes_the_next_caller_of_its_queue_before_it_rehomes() {
    let fault = "[[fault]]\ncallmanager = \"sub2\"\nat = \"5s\"\nfor = \"10s\"\n";
    let told = story(&plan(&desk(fault), "at_s,talk_s\n1,10\n2.2,10\n3.4,10\n"));
    expect(
        &about(&told, &["waits in", "agent/1", "ends"]),
        "2.000 caller 1 takes agent/1
         3.200 caller 2 waits in only
         4.400 caller 3 waits in only
         5.000 agent/1 out: CallManagerFailed
        12.000 caller 1 ends: Completed
        12.000 agent/1 opened on sub1
        12.000 caller 2 takes agent/1
        16.000 agent/1 waits to rehome
        22.000 caller 3 takes agent/1
        22.000 caller 2 ends: Completed
        32.000 caller 3 ends: Completed
        32.000 agent/1 starts to rehome
        32.000 agent/1 out: Rehoming
        32.000 agent/1 opened on sub2
        32.000 agent/1 has rehomed",
    );
}
