//! What people at phones do with calls through an application: when it takes effect, what the applications hear of it, and what
//! becomes of it when something on the way fails (R10, R14, R15, R20).
//!
//! The caller is at sub1, the agent at sub2, the expert at sub3, the bridge at sub4, and a CTIManager for a desktop and a recorder
//! at cti. Nodes are 100 ms apart, and 50 ms from applications. The call comes at 10 s, rings at sub2 at 10.1 s, is answered there a
//! second later, of which sub1 hears at 11.2 s; they talk for 10 s.
//!
//! A request takes the desktop 10 ms; then 50 ms to the CTIManager, 5 ms there, and 100 ms to the CallManager, which has it 165 ms
//! after it was asked for. A hold takes the CallManager 1 s, a redirect 2 s, a conference 3 s. An event arrives at cti after 100 ms and
//! takes 20 ms for each application: first the desktop, 50 ms away, which takes 10 ms for it, then the recorder, which takes 1 ms.

use crate::story::{Calls, expect, story};
use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::{self, Plan};

const SITE: &str = r#"
format = 1
question = "What does the rule say?"
network = { between_nodes = "100ms", to_application = "50ms" }
[run]
length = "400s"
[cti]
callmanager_notice = "1s"
request_timeout = "5s"
# Room for a call that is sent on as often as can be.
forward_hops = 20
[work]
setup = "0s"
offer = "0s"
redirect = "2s"
hold = "1s"
conference = "3s"
answer = "0s"
release = "0s"
device_open = "0s"
event = "20ms"
request = "5ms"
heartbeat = "0s"
cti_device_open = "0s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
ctimanager = false
[[node]]
name = "sub3"
ctimanager = false
[[node]]
name = "sub4"
ctimanager = false
[[node]]
name = "cti"
[[callmanager_group]]
name = "agents"
members = ["sub2"]
[[callmanager_group]]
name = "experts"
members = ["sub3"]
[[conference_bridge]]
name = "bridge"
node = "sub4"
conferences = 1
[[application]]
name = "desktop"
ctimanagers = ["cti"]
decide = "10ms"
[[application]]
name = "recorder"
ctimanagers = ["cti"]
decide = "1ms"
[[traffic]]
name = "callers"
to = "agent"
ingress = ["sub1"]
arrivals = { file = "calls.csv" }
"#;

/// What the agent does.
const HOLD: &str = r#"hold = { share = 1, lasts = "4s", by = "desktop" }"#;
const TRANSFER: &str = r#"transfer = { share = 1, to = "expert", by = "desktop" }"#;
const CONSULT: &str = r#"consult = { share = 1, to = "expert", talk = "3s", by = "desktop" }"#;
const CONFERENCE: &str =
    r#"conference = { share = 1, with = "expert", bridge = "bridge", talk = "3s", lasts = "6s", by = "desktop" }"#;

const ONE: &str = "at_s,talk_s\n10,10\n";

fn compiled(agent: &str, expert: &str, more: &str, calls: &'static str) -> Plan {
    let count = if agent.contains("count") { "" } else { "count = 1" };
    let text = format!(
        "{SITE}
[[phone]]
name = \"agent\"
{count}
device_pool = \"agents\"
answer = \"1s\"
application = [\"desktop\", \"recorder\"]
{agent}
[[phone]]
name = \"expert\"
count = 1
device_pool = \"experts\"
answer = \"2s\"
{expert}
{more}"
    );
    plan::compile("tiny", &text, &Calls(calls)).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What becomes of one call, with faults.
fn course(agent: &str, faults: &str) -> String {
    story(&compiled(agent, "", faults, ONE))
}

fn fault(what: &str, at: &str) -> String {
    format!("[[fault]]\n{what}\nat = \"{at}s\"\nfor = \"100s\"\n")
}

fn desktop(kind: &str, at: &str) -> String {
    fault(&format!("application = \"desktop\"\nkind = \"{kind}\""), at)
}

/// The work of a station, in milliseconds.
struct Work<'p> {
    plan: &'p Plan,
    station: &'static str,
    pieces: Vec<(u64, u64)>,
}

impl Recorder for Work<'_> {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::Served { station, started, finished, .. } = fact
            && started < finished
            && self.plan.stations()[station.index()].name == self.station
        {
            self.pieces.push((started.nanos() / 1_000_000, finished.nanos() / 1_000_000));
        }
    }
}

fn work(plan: &Plan, station: &'static str) -> Vec<(u64, u64)> {
    let mut cluster = Cluster::new(plan, Work { plan, station, pieces: Vec::new() });
    cluster.run(1, 0);
    cluster.recorder.pieces
}

/// What the CTIManager and the applications work for when events happen and requests are made at these times (in milliseconds),
/// in that order. The phone rings at 10.1 s and is connected at 11.2 s.
#[track_caller]
fn expect_work(agent: &str, then: &[(&str, u64)]) {
    let plan = compiled(agent, "", "", ONE);
    let (mut cti, mut desktop, mut recorder) = (vec![], vec![], vec![]);
    for &(what, at) in [("event", 10_100), ("event", 11_200)].iter().chain(then) {
        if what == "request" {
            desktop.push((at, at + 10));
            cti.push((at + 60, at + 65));
        } else {
            cti.extend([(at + 100, at + 120), (at + 120, at + 140)]);
            desktop.push((at + 170, at + 180));
            recorder.push((at + 190, at + 191));
        }
    }
    assert_eq!(work(&plan, "cti.ctimanager"), cti, "CTIManager");
    assert_eq!(work(&plan, "desktop.workers"), desktop, "desktop");
    assert_eq!(work(&plan, "recorder.workers"), recorder, "recorder");
}

const ANSWERED: &str = "10.000 caller 1 at sub1
     10.000 caller 1 takes agent/1
     10.100 it rings for caller 1
     11.200 caller 1 connected\n";

// Their normal course.

/// They talk until 16.2 s; the hold takes effect at 16.365 s + 1 s and lasts 4 s, until 21.365 s; it is retrieved at 21.530 s + 1 s, and
/// they talk for 5 s more.
#[test]
fn a_hold_by_an_application_is_two_requests_and_two_changes() {
    expect(
        &course(HOLD, ""),
        &format!(
            "{ANSWERED}
             16.200 desktop is asked about caller 1
             16.365 the request of desktop for caller 1 is granted
             17.365 caller 1 is on hold
             21.365 desktop is asked about caller 1
             21.530 the request of desktop for caller 1 is granted
             22.530 caller 1 is retrieved
             27.530 caller 1 ends: Completed"
        ),
    );
    let then = [("request", 16_200), ("event", 17_365), ("request", 21_365), ("event", 22_530), ("event", 27_530)];
    expect_work(HOLD, &then);
}

/// Asked for at 21.2 s, effective at 21.365 s + 2 s. At sub3 100 ms later, it rings for 2 s, of which sub1 hears after 100 ms more.
#[test]
fn a_transfer_by_an_application_ends_the_call_at_its_phone() {
    expect(
        &course(TRANSFER, ""),
        &format!(
            "{ANSWERED}
             21.200 desktop is asked about caller 1
             21.365 the request of desktop for caller 1 is granted
             23.365 caller 1 is put aside at agent/1
             23.365 caller 1 takes expert/1
             23.365 agent/1 lets caller 1 go
             25.565 caller 1 reaches a person
             35.565 caller 1 ends: Completed"
        ),
    );
    expect_work(TRANSFER, &[("request", 21_200), ("event", 23_365)]);
}

/// Put aside at 21.365 s + 1 s, answered 2.2 s after that. Consulted for 3 s, until 27.565 s; completed at 27.730 s + 2 s. The phone
/// that was put aside hears of both, and asks a second time.
#[test]
fn a_consultation_by_an_application_is_two_requests() {
    expect(
        &course(CONSULT, ""),
        &format!(
            "{ANSWERED}
             21.200 desktop is asked about caller 1
             21.365 the request of desktop for caller 1 is granted
             22.365 caller 1 is put aside at agent/1
             22.365 caller 1 takes expert/1
             24.565 a third party answers for caller 1
             27.565 desktop is asked about caller 1
             27.730 the request of desktop for caller 1 is granted
             29.730 agent/1 lets caller 1 go
             29.730 caller 1 reaches a person
             39.730 caller 1 ends: Completed"
        ),
    );
    let asked = [("request", 21_200), ("event", 22_365), ("event", 24_565)];
    expect_work(CONSULT, &[&asked[..], &[("request", 27_565), ("event", 29_730)]].concat());
}

/// The same until 27.730 s. sub4 has it 100 ms later and works 3 s, of which sub2 hears at 30.930 s; 6 s more.
#[test]
fn a_conference_by_an_application_crosses_to_its_bridge() {
    expect(
        &course(CONFERENCE, ""),
        &format!(
            "{ANSWERED}
             21.200 caller 1 takes bridge
             21.200 desktop is asked about caller 1
             21.365 the request of desktop for caller 1 is granted
             22.365 caller 1 is put aside at agent/1
             22.365 caller 1 takes expert/1
             24.565 a third party answers for caller 1
             27.565 desktop is asked about caller 1
             27.730 the request of desktop for caller 1 is granted
             30.930 all three talk with caller 1
             36.930 agent/1 lets caller 1 go
             36.930 bridge is free of caller 1
             36.930 caller 1 ends: Completed"
        ),
    );
    let asked = [("request", 21_200), ("event", 22_365), ("event", 24_565)];
    expect_work(CONFERENCE, &[&asked[..], &[("request", 27_565), ("event", 30_930), ("event", 36_930)]].concat());
}

/// The expert rings at 22.3 s, after a hold by hand, and wants to answer at 24.3 s. The request is at sub3 by 24.465 s; sub1 hears of the
/// answer at 24.565 s.
#[test]
fn a_third_party_answers_through_its_own_application() {
    let agent = CONSULT.replace(", by = \"desktop\"", "");
    let answered = |faults: &str| {
        let expert = "application = \"desktop\"\nanswer_by = \"desktop\"";
        story(&compiled(&agent, expert, faults, ONE))
    };
    let normal = answered("");
    for line in [
        "22.200 caller 1 takes expert/1",
        "24.300 desktop is asked about caller 1",
        "24.465 the request of desktop for caller 1 is granted",
        "24.565 a third party answers for caller 1",
        "29.565 caller 1 reaches a person",
    ] {
        assert!(normal.contains(line), "{line}\n{normal}");
    }
    // Gone before it is asked; or 50 ms after it exits, at 24.355 s, cti closes its connection: by hand.
    for (at, fails, answers) in [("23", "24.300", "24.400"), ("24.305", "24.355", "24.455")] {
        let course = answered(&desktop("exit", at));
        assert!(course.contains(&format!("{fails} the request of desktop for caller 1 fails")), "{course}");
        assert!(course.contains(&format!("{answers} a third party answers for caller 1")), "{course}");
    }
}

// What fails on the way.

/// When the first request fails, and when its effect comes.
#[track_caller]
fn fails(agent: &str, faults: &str, fails: &str, effect: &str) {
    let course = course(agent, faults);
    let first = course.lines().find(|line| line.contains("the request of desktop")).unwrap_or_default().trim();
    assert_eq!(first, format!("{fails} the request of desktop for caller 1 fails"), "{faults}\n{course}");
    assert!(course.contains(effect), "{effect}: {faults}\n{course}");
}

/// A hold is asked for at 16.200 s, is at the desktop until 16.210 s, at cti from 16.260 s to 16.265 s, and at sub2 at 16.365 s. By
/// hand it takes effect 1 s after the person turns to the phone.
#[test]
fn r20_a_person_does_by_hand_what_an_application_does_not() {
    let hold = |faults: &str, at: &str, effect: &str| fails(HOLD, faults, at, &format!("{effect} caller 1 is on hold"));
    // Nobody there to be asked, which everybody sees.
    hold(&desktop("exit", "15"), "16.200", "17.200");
    hold(&desktop("silent", "15"), "16.200", "17.200");
    hold(&fault("ctimanager = \"cti\"", "15"), "16.200", "17.200");
    // It exits: cti closes its connection 50 ms later.
    hold(&desktop("exit", "16.205"), "16.255", "17.255");
    hold(&desktop("exit", "16.230"), "16.280", "17.280");
    // It dies silently or hangs before it has sent the request: 5 s after the person has asked for it.
    hold(&desktop("silent", "16.205"), "21.200", "22.200");
    hold(&desktop("stall", "16.205"), "21.200", "22.200");
    hold(&desktop("stall", "15"), "21.200", "22.200");
    // Its CTIManager dies while it works, or has sent it on.
    hold(&fault("ctimanager = \"cti\"", "16.262"), "16.262", "17.262");
    hold(&fault("ctimanager = \"cti\"", "16.300"), "16.300", "17.300");
    // cti and sub2 notice after 1 s that they do not reach each other.
    hold(&fault("link = [\"cti\", \"sub2\"]", "16"), "17.000", "18.000");
}

/// One that hangs for 1 s decides as it goes on, at 17.205 s: granted at 17.360 s. One that dies silently has sent it at 16.210 s. A
/// recorder that dies takes nothing along.
#[test]
fn r10_a_request_that_arrives_in_time_is_granted() {
    let granted = |faults: &str, at: &str, effect: &str| {
        let course = course(HOLD, faults);
        assert!(course.contains(&format!("{at} the request of desktop for caller 1 is granted")), "{course}");
        assert!(course.contains(&format!("{effect} caller 1 is on hold")), "{course}");
    };
    granted(&desktop("stall", "16.205").replace("100s", "1s"), "17.360", "18.360");
    granted(&desktop("silent", "16.230"), "16.365", "17.365");
    // cti closes its connection at 16.370 s.
    granted(&desktop("exit", "16.320"), "16.365", "17.365");
    granted(&fault("application = \"recorder\"\nkind = \"exit\"", "16.205"), "16.365", "17.365");
}

/// The transfer is completed from the phone that was put aside: asked for at 27.565 s. By hand it takes sub2 2 s.
#[test]
fn r20_a_request_for_a_call_that_was_put_aside_is_lost_with_that_phone() {
    let second = |faults: &str, at: &str, effect: &str| {
        let course = course(CONSULT, faults);
        assert!(course.contains("21.365 the request of desktop for caller 1 is granted"), "{course}");
        assert!(course.contains(&format!("{at} the request of desktop for caller 1 fails")), "{at}\n{course}");
        assert!(course.contains(&format!("{effect} caller 1 reaches a person")), "{effect}\n{course}");
        assert_eq!(course.matches("the request of desktop").count(), 2, "{course}");
    };
    second(&desktop("exit", "27"), "27.565", "29.565");
    second(&desktop("exit", "27.570"), "27.620", "29.620");
    second(&desktop("stall", "27"), "32.565", "34.565");
    second(&fault("ctimanager = \"cti\"", "27.627"), "27.627", "29.627");
}

/// From the request on, a call is being modified (R15), and nothing remains of the request: it would be at cti 60 ms after it was
/// asked for.
#[test]
fn r15_a_request_is_void_with_its_call() {
    let void = |agent: &str, node: &str, at: &str, reaches: (u64, u64), granted: usize| {
        let fault = fault(&format!("callmanager = \"{node}\""), at);
        let course = course(agent, &fault);
        assert!(course.contains(&format!("{at} caller 1 ends: DroppedInChange")), "{node} {at}\n{course}");
        assert_eq!(course.matches("is granted").count(), granted, "{node} {at}\n{course}");
        assert!(!course.contains("request of desktop for caller 1 fails"), "{node} {at}\n{course}");
        let work = work(&compiled(agent, "", &fault, ONE), "cti.ctimanager");
        assert!(!work.contains(&reaches), "{node} {at}: {work:?}");
    };
    for node in ["sub1", "sub2"] {
        void(HOLD, node, "16.230", (16_260, 16_265), 0);
        void(HOLD, node, "21.400", (21_425, 21_430), 1);
        void(TRANSFER, node, "21.230", (21_260, 21_265), 0);
    }
    for node in ["sub1", "sub2", "sub3"] {
        void(CONSULT, node, "27.600", (27_625, 27_630), 1);
    }
    void(CONFERENCE, "sub4", "21.230", (21_260, 21_265), 0);
    void(CONFERENCE, "sub4", "27.600", (27_625, 27_630), 1);
}

/// Held from when it hangs until that is noticed, 1 s later: the request comes to nothing, and is not made again.
#[test]
fn r15_a_request_is_void_if_a_callmanager_hangs() {
    for node in ["sub1", "sub2"] {
        let course = course(TRANSFER, &fault(&format!("callmanager = \"{node}\"\nkind = \"hang\""), "21.230"));
        assert!(course.contains("22.230 caller 1 ends: DroppedInChange"), "{node}\n{course}");
        assert!(!course.contains("the request of desktop"), "{node}\n{course}");
    }
}

/// The caller waits from 21.2 s on, while the desktop hangs.
#[test]
fn a_caller_who_hangs_up_takes_the_request_along() {
    let gone = |agent: &str, stalls: &str, calls: &'static str| {
        let plan = compiled(agent, "", &desktop("stall", stalls).replace("100s", "10s"), calls);
        let course = story(&plan);
        assert!(!course.contains("request of desktop for caller 1 fails"), "{course}");
        (course, work(&plan, "cti.ctimanager"))
    };
    let (course, work) = gone(TRANSFER, "21", "at_s,talk_s,patience_s\n10,10,2\n");
    assert!(course.contains("23.200 caller 1 ends: Abandoned"), "{course}");
    // As it goes on, the desktop asks for nothing: the last event was of the end.
    assert_eq!(work.last(), Some(&(23_320, 23_340)));
    let (course, work) = gone(CONSULT, "27", "at_s,talk_s,patience_s\n10,10,8\n");
    assert!(
        course.contains("29.200 agent/1 lets caller 1 go") && course.contains("29.200 caller 1 ends: Aband"),
        "{course}"
    );
    assert_eq!(work.last(), Some(&(29_320, 29_340)));
}

/// Everything that can be done with a call each time: it is sent on twenty times, and the twenty-first is refused, so that it goes
/// back. From the first phone 9 steps, from each other one 11: 229 of 255.
#[test]
fn a_call_that_is_changed_as_often_as_can_be_has_steps_enough() {
    let consult = CONSULT.replace("expert", "agent");
    let agent = format!("count = 2\nanswer_by = \"desktop\"\n{HOLD}\n{consult}");
    let text = story(&compiled(&agent, "", "", "at_s,talk_s\n0,0.01\n"));
    assert_eq!(text.matches("caller 1 reaches a person").count(), 20, "{text}");
}
