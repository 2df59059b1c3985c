//! Phones that applications control: events, screen pops, requests, and calls that applications dial (R10, R14, R20, R24).

use crate::story::{expect, plan, story};
use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::Plan;

/// An agent's phone with a desktop. An event takes the CTIManager 20 ms, a request 5 ms; the desktop decides in 10 ms and looks up
/// in 100 ms; the CallManager answers in 30 ms. The agent answers after 2 s.
const SITE: &str = r#"
[run]
length = "60s"
[cti]
request_timeout = "5s"
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "30ms"
release = "0s"
device_open = "0s"
event = "20ms"
request = "5ms"
heartbeat = "0s"
cti_device_open = "0s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "desktop"
ctimanagers = ["sub2"]
decide = "10ms"
lookup = "100ms"
[[destination]]
name = "outside"
answer = "1s"
[[traffic]]
name = "callers"
arrivals = { file = "calls.csv" }
"#;

const AGENT: &str = "to = \"agents\"\n[[phone]]\nname = \"agents\"\ncount = 1\ndevice_pool = \"main\"\nanswer = \"2s\"\n\
                     failover = \"1s\"\napplication = \"desktop\"\n";

const ONE: &str = "at_s,talk_s\n1,1\n";

fn told(more: &str) -> String {
    story(&plan(&format!("{SITE}{more}"), ONE))
}

/// What becomes of one call at the phone of an agent, with other keys of the phone and faults.
fn agent(more: &str) -> String {
    told(&format!("{AGENT}{more}"))
}

fn fault(what: &str, kind: &str, at: &str) -> String {
    format!("[[fault]]\n{what}\nkind = \"{kind}\"\nat = \"{at}\"\nfor = \"30s\"\n")
}

const DESKTOP: &str = "application = \"desktop\"";

/// The work of stations: when each piece begins and ends, in milliseconds.
struct Work<'p> {
    plan: &'p Plan,
    pieces: Vec<(String, u64, u64)>,
}

impl Recorder for Work<'_> {
    fn note(&mut self, _: Time, fact: Fact) {
        if let Fact::Served { station, started, finished, .. } = fact
            && started < finished
        {
            let millis = |time: Time| time.nanos() / 1_000_000;
            let name = self.plan.stations()[station.index()].name.clone();
            self.pieces.push((name, millis(started), millis(finished)));
        }
    }
}

/// The work at the stations of CTI.
fn work(plan: &Plan) -> Vec<(String, u64, u64)> {
    let mut cluster = Cluster::new(plan, Work { plan, pieces: Vec::new() });
    cluster.run(1, 0);
    let mut pieces = cluster.recorder.pieces;
    pieces.retain(|(station, ..)| station.ends_with(".ctimanager") || station.ends_with(".workers"));
    pieces
}

fn pieces(of: &[(&str, u64, u64)]) -> Vec<(String, u64, u64)> {
    of.iter().map(|&(station, from, to)| (station.to_owned(), from, to)).collect()
}

/// The phone rings at 1 s, is answered 2 s later, which takes 30 ms, and the call ends 1 s after that: three events. Each takes the
/// CTIManager 20 ms and then a worker 10 ms, the first one 100 ms more for the look-up: the data is there at 1.130 s.
#[test]
fn r10_a_call_at_a_controlled_phone_is_three_events_and_a_screen_pop() {
    expect(
        &agent(""),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes agents/1
         1.000 it rings for caller 1
         1.130 desktop shows who caller 1 is
         3.030 caller 1 connected
         4.030 caller 1 ends: Completed",
    );
    let expected = [
        ("sub2.ctimanager", 1000, 1020),
        ("desktop.workers", 1020, 1130),
        ("sub2.ctimanager", 3030, 3050),
        ("desktop.workers", 3050, 3060),
        ("sub2.ctimanager", 4030, 4050),
        ("desktop.workers", 4050, 4060),
    ];
    assert_eq!(work(&plan(&format!("{SITE}{AGENT}"), ONE)), pieces(&expected));
}

/// With a recorder beside the desktop each has its three events, one after the other at the CTIManager. The recorder looks nobody up.
#[test]
fn r4_each_application_that_has_a_phone_open_has_the_events() {
    let both = AGENT.replace("application = \"desktop\"", "application = [\"desktop\", \"recorder\"]");
    let recorder = "[[application]]\nname = \"recorder\"\nctimanagers = [\"sub2\"]\ndecide = \"1ms\"\n";
    let text = format!("{SITE}{both}{recorder}");
    let expected = [
        ("sub2.ctimanager", 1000, 1020),
        ("sub2.ctimanager", 1020, 1040),
        ("desktop.workers", 1020, 1130),
        ("recorder.workers", 1040, 1041),
        ("sub2.ctimanager", 3030, 3050),
        ("sub2.ctimanager", 3050, 3070),
        ("desktop.workers", 3050, 3060),
        ("recorder.workers", 3070, 3071),
        ("sub2.ctimanager", 4030, 4050),
        ("sub2.ctimanager", 4050, 4070),
        ("desktop.workers", 4050, 4060),
        ("recorder.workers", 4070, 4071),
    ];
    assert_eq!(work(&plan(&text, ONE)), pieces(&expected));
    // One that fails takes only its own along.
    let fails = story(&plan(&format!("{text}{}", fault("application = \"recorder\"", "exit", "0.5s")), ONE));
    assert!(fails.contains("1.130 desktop shows who caller 1 is"), "{fails}");
    let fails = story(&plan(&format!("{text}{}", fault(DESKTOP, "exit", "0.5s")), ONE));
    assert!(fails.contains("1.000 desktop does not show who caller 1 is"), "{fails}");
}

/// When it is known that no data comes: as it rings if nobody has the phone open; when the event would reach the CTIManager or the
/// application; when the worker's process ends; when the data comes, after the caller has gone.
#[test]
fn r20_a_screen_pop_is_lost_with_whatever_it_needs() {
    let lost = |more: &str, at: &str| {
        let told = agent(more);
        let line = format!("{at} desktop does not show who caller 1 is");
        assert!(told.contains(&line), "{line}\n{told}");
        assert!(!told.contains("desktop shows"), "{told}");
        // The phone works on by hand.
        assert!(told.contains("3.030 caller 1 connected") || more.contains("patience"), "{told}");
    };
    lost(&fault(DESKTOP, "exit", "0.5s"), "1.000");
    lost(&fault(DESKTOP, "exit", "1.010s"), "1.020");
    lost(&fault(DESKTOP, "exit", "1.100s"), "1.100");
    lost(&fault(DESKTOP, "silent", "0.5s"), "1.020");
    lost(&fault("ctimanager = \"sub2\"", "exit", "0.5s"), "1.000");
    lost(&fault("ctimanager = \"sub2\"", "exit", "1.010s"), "1.020");
    lost(&fault(DESKTOP, "stall", "0.5s"), "30.610");
    // What has reached the application is worked on there.
    let told = agent(&fault("ctimanager = \"sub2\"", "exit", "1.050s"));
    assert!(told.contains("1.130 desktop shows who caller 1 is"), "{told}");
    // The caller gives up 100 ms after dialling; the data comes at 1.130 s.
    let gone = format!("patience = \"100ms\"\n{AGENT}");
    let told = story(&plan(&format!("{SITE}{gone}"), ONE));
    assert!(told.contains("1.100 caller 1 ends: Abandoned"), "{told}");
    assert!(told.contains("1.130 desktop does not show who caller 1 is"), "{told}");
}

/// The phone loses its CallManager at 0.5 s and is registered with the other one a second later: the desktop has it again.
#[test]
fn r14_a_phone_that_has_moved_is_controlled_where_it_is() {
    let moved = format!("{SITE}{AGENT}{}", "[[fault]]\ncallmanager = \"sub1\"\nat = \"0.5s\"\n");
    let told = story(&plan(&moved, "at_s,talk_s\n3,1\n"));
    assert!(told.contains("1.500 agents/1 opened on sub2"), "{told}");
    assert!(told.contains("3.130 desktop shows who caller 1 is"), "{told}");
}

/// The agent answers through the desktop at 3 s: a worker takes 10 ms, the CTIManager 5 ms, the CallManager 30 ms.
#[test]
fn r10_an_answer_through_an_application_is_a_request() {
    let by = "answer_by = \"desktop\"\n";
    expect(
        &agent(by),
        "1.000 caller 1 at sub1
         1.000 caller 1 takes agents/1
         1.000 it rings for caller 1
         1.130 desktop shows who caller 1 is
         3.000 desktop is asked about caller 1
         3.015 the request of desktop for caller 1 is granted
         3.045 caller 1 connected
         4.045 caller 1 ends: Completed",
    );
    let failed = |more: &str, fails: &str, connected: &str| {
        let told = agent(&format!("{by}{more}"));
        assert!(told.contains(&format!("{fails} the request of desktop for caller 1 fails")), "{fails}\n{told}");
        assert!(told.contains(&format!("{connected} caller 1 connected")), "{connected}\n{told}");
        assert_eq!(told.matches("the request of desktop").count(), 1, "{told}");
    };
    // Nobody is there to be asked: the agent answers by hand at once.
    failed(&fault(DESKTOP, "exit", "2s"), "3.000", "3.030");
    failed(&fault(DESKTOP, "silent", "2s"), "3.000", "3.030");
    failed(&fault("ctimanager = \"sub2\"", "exit", "2s"), "3.000", "3.030");
    // It hangs: after the time-out of 5 s the agent answers by hand.
    failed(&fault(DESKTOP, "stall", "2s"), "8.000", "8.030");
    // The phone is lost while the request is on its way, which is seen at once.
    failed(&fault(DESKTOP, "exit", "3.005s"), "3.005", "3.035");
    failed(&fault("ctimanager = \"sub2\"", "exit", "3.012s"), "3.012", "3.042");
    // The process is gone, which nobody notices before the time-out.
    failed(&fault(DESKTOP, "silent", "3.005s"), "8.000", "8.030");
}

/// Until the request has been carried out the phone rings, and rings out: here 6 s after the call came, one second before the time-out.
#[test]
fn r10_a_phone_rings_out_while_a_request_waits() {
    let by = "answer_by = \"desktop\"\nno_answer = \"6s\"\ncfna = \"outside\"\n";
    let told = agent(&format!("{by}{}", fault(DESKTOP, "stall", "2s")));
    assert!(told.contains("7.000 caller 1 takes outside") && !told.contains("fails\n   8"), "{told}");
    assert!(told.contains("8.030 caller 1 connected"), "{told}");
}

/// The desktop dials at 1 s: a worker takes 10 ms, the CTIManager 5 ms; then the CallManager has the call. The number outside answers
/// after 1 s, which takes its CallManager 30 ms. The desktop has two events of it.
#[test]
fn r10_an_application_dials_from_a_phone() {
    let dials =
        format!("from = \"agents\"\ndial_by = \"desktop\"\n{}", AGENT.replace("to = \"agents\"", "to = \"outside\""));
    expect(
        &told(&dials),
        "1.015 caller 1 at sub1
         1.015 agents/1 is off hook for caller 1
         1.015 caller 1 takes outside
         1.015 it rings for caller 1
         2.045 caller 1 connected
         3.045 caller 1 ends: Completed",
    );
    let expected = [
        ("desktop.workers", 1000, 1010),
        ("sub2.ctimanager", 1010, 1015),
        ("sub2.ctimanager", 2045, 2065),
        ("desktop.workers", 2065, 2075),
        ("sub2.ctimanager", 3045, 3065),
        ("desktop.workers", 3065, 3075),
    ];
    assert_eq!(work(&plan(&format!("{SITE}{dials}"), ONE)), pieces(&expected));
    // Dead, without a connection, or dying on the way, it dials nothing.
    for (what, kind, at, not_dialled) in [
        (DESKTOP, "exit", "0.5s", "1.000"),
        (DESKTOP, "silent", "0.5s", "1.000"),
        ("ctimanager = \"sub2\"", "exit", "0.5s", "1.000"),
        (DESKTOP, "exit", "1.005s", "1.005"),
        ("ctimanager = \"sub2\"", "exit", "1.012s", "1.015"),
    ] {
        let told = told(&format!("{dials}{}", fault(what, kind, at)));
        assert!(told.contains(&format!("{not_dialled} caller 1 is not dialled")), "{what} {at}\n{told}");
        assert!(!told.contains("caller 1 at sub1"), "{told}");
    }
    // One that hangs dials as soon as it goes on.
    let stalled = told(&format!("{dials}{}", fault(DESKTOP, "stall", "0.5s")));
    assert!(stalled.contains("30.515 caller 1 at sub1"), "{stalled}");
    // A phone in use is not dialled from.
    let twice = story(&plan(&format!("{SITE}{dials}"), "at_s,talk_s\n1,1\n1.5,1\n"));
    assert!(twice.contains("1.515 caller 2 is not dialled"), "{twice}");
}

const PORT: &str = "from = \"lines\"\nto = \"outside\"\n[[cti_port]]\nname = \"lines\"\ncount = 1\ndevice_pool = \"main\"\n\
                    application = \"desktop\"\n";

/// From a port: the same times. The call occupies the port, and lives as long as its media (R24).
#[test]
fn r24_a_call_that_a_port_dialled_dies_with_the_media_of_its_application() {
    let told_of = |more: &str| told(&format!("{PORT}{more}"));
    expect(
        &told_of(""),
        "1.015 caller 1 at sub1
         1.015 lines/1 is off hook for caller 1
         1.015 caller 1 takes outside
         1.015 it rings for caller 1
         2.045 caller 1 connected
         3.045 caller 1 ends: Completed",
    );
    let setting_up = told_of(&fault(DESKTOP, "exit", "1.5s"));
    assert!(setting_up.contains("1.500 caller 1 ends: DroppedInSetup"), "{setting_up}");
    let connected = told_of(&fault(DESKTOP, "exit", "2.5s"));
    assert!(connected.contains("2.500 caller 1 ends: DroppedConnected"), "{connected}");
    // Media from elsewhere, or a CTIManager that fails: the call goes on.
    for kept in [
        told(&format!("{PORT}media = \"separate\"\n{}", fault(DESKTOP, "exit", "2.5s"))),
        told_of(&fault("ctimanager = \"sub2\"", "exit", "2.5s")),
    ] {
        assert!(kept.contains("2.500 caller 1 keeps its media"), "{kept}");
        assert!(kept.contains("3.045 caller 1 ends: Completed"), "{kept}");
    }
    // Its CallManager is the ingress (R15).
    let callmanager = told_of("[[fault]]\ncallmanager = \"sub1\"\nat = \"1.5s\"\n");
    assert!(callmanager.contains("1.500 caller 1 ends: DroppedInSetup"), "{callmanager}");
    let down = told_of(&fault(DESKTOP, "exit", "0.5s"));
    assert!(down.contains("1.000 caller 1 is not dialled"), "{down}");
}
