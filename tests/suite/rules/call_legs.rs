//! R15: the CallManagers that a call goes through, and until when each of them counts.

use crate::story::{plan, story};

/// Callers come in at `cti`, where the only CTIManager is. The devices of group `a` are on `sub1`, those of `b` on `sub2`.
const SITE: &str = r#"
[run]
length = "120s"
[cti]
callmanager_notice = "2s"
WORK
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
ctimanager = false
[[node]]
name = "cti"
[[callmanager_group]]
name = "a"
members = ["sub1", "sub2"]
[[callmanager_group]]
name = "b"
members = ["sub2", "sub1"]
[[application]]
name = "ivr"
decide = "0s"
"#;

const ROUTE_POINT: &str = r#"
[[route_point]]
name = "welcome"
device_pool = "a"
application = "ivr"
redirect_to = "line"
"#;

const PORTS: &str = r#"
[[cti_port]]
name = "port"
count = 1
device_pool = "a"
application = "ivr"
treatment = "2s"
transfer_to = "agent"
[[phone]]
name = "agent"
count = 1
device_pool = "b"
answer = "10s"
failover = "90s"
"#;

fn line(keys: &str) -> String {
    format!("[[destination]]\nname = \"line\"\n{keys}\n")
}

fn fails(what: &str, at: &str, lasts: &str) -> String {
    format!("[[fault]]\n{what}\nat = \"{at}\"\nfor = \"{lasts}\"\n")
}

fn callers(to: &str) -> String {
    format!(
        "[[traffic]]\nname = \"callers\"\nto = \"{to}\"\ningress = [\"cti\"]\narrivals = {{ file = \"calls.csv\" }}\n"
    )
}

/// What is reported of each caller's end and of media that is kept.
fn ends(parts: &[&str], calls: &'static str) -> Vec<String> {
    timed("", parts, calls)
}

fn timed(work: &str, parts: &[&str], calls: &'static str) -> Vec<String> {
    let none = "redirect = \"0s\"\nsetup = \"0s\"\noffer = \"0s\"\nanswer = \"0s\"\nrelease = \"0s\"\nevent = \"0s\"\n\
                request = \"0s\"\ndevice_open = \"0s\"\nheartbeat = \"0s\"\ncti_device_open = \"0s\"\n";
    let free = none.lines().filter(|line| !work.starts_with(line.split(' ').next().unwrap_or_default()));
    let work = format!("[work]\n{}\n{work}", free.collect::<Vec<_>>().join("\n"));
    let log = story(&plan(&format!("{}{}", SITE.replace("WORK", &work), parts.concat()), calls));
    let kept = log.lines().map(str::trim).filter(|line| line.contains("caller") && !line.contains("the application"));
    kept.filter(|line| line.contains(" ends: ") || line.contains("keeps its media")).map(str::to_owned).collect()
}

#[test]
fn r15_a_call_over_an_outside_line_goes_through_the_callmanager_of_its_egress() {
    let (to, down) = (callers("line"), fails("callmanager = \"sub1\"", "5s", "100s"));
    let run = |keys: &str, calls| ends(&[&line(&format!("egress = \"sub1\"\n{keys}")), &down, &to], calls);
    // Dialled at 1, it would be answered at 11; the CallManager of its egress fails at 5.
    assert_eq!(run("answer = \"10s\"", "at_s,talk_s\n1,20\n"), ["5.000 caller 1 ends: DroppedInSetup"]);
    // Answered at 3, it ends at 3 + 20.
    let connected = "at_s,talk_s\n1,20\n";
    assert_eq!(
        run("answer = \"2s\"", connected),
        ["5.000 caller 1 keeps its media", "23.000 caller 1 ends: Completed"]
    );
    let dropped = ["5.000 caller 1 ends: DroppedConnected"];
    assert_eq!(run("answer = \"2s\"\nkeeps_media = false", connected), dropped);
    // A call that comes while it is down leaves at the next live node.
    assert_eq!(run("answer = \"2s\"", "at_s,talk_s\n6,20\n"), ["28.000 caller 1 ends: Completed"]);
}

#[test]
fn r15_a_call_stays_with_the_egress_at_which_it_left() {
    let first = fails("callmanager = \"sub1\"", "5s", "5s");
    let line = line("egress = \"sub1\"\nanswer = \"60s\"");
    let run = |then: &str| ends(&[&line, &first, then, &callers("line")], "at_s,talk_s\n6,1\n");
    // Caller 1 leaves at `sub2` at 6; new calls leave at `sub1` again from 10 on.
    let own = run(&fails("callmanager = \"sub2\"", "20s", "5s"));
    assert_eq!(own, ["20.000 caller 1 ends: DroppedInSetup"]);
    let other = run(&fails("callmanager = \"sub1\"", "20s", "5s"));
    assert_eq!(other, ["67.000 caller 1 ends: Completed"]);
}

#[test]
fn r15_a_transferring_port_counts_until_a_person_has_answered() {
    // Answered at 1, transferred at 3, the agent's phone rings until 13, and the call lasts until 33.
    let run = |fault: &str| ends(&[PORTS, fault, &callers("port")], "at_s,talk_s\n1,20\n");
    for node in ["sub1", "sub2", "cti"] {
        let lost = run(&fails(&format!("callmanager = \"{node}\""), "8s", "100s"));
        assert_eq!(lost, ["8.000 caller 1 ends: DroppedInChange"], "{node}");
    }
    assert_eq!(run(&fails("callmanager = \"sub1\"", "14s", "100s")), ["33.000 caller 1 ends: Completed"]);
    // A cut link between the port and the phone is noticed two seconds later.
    let cut = run(&fails("link = [\"sub1\", \"sub2\"]", "8s", "100s"));
    assert_eq!(cut, ["10.000 caller 1 ends: DroppedInChange"]);
    let cut = run(&fails("link = [\"sub1\", \"sub2\"]", "14s", "100s"));
    assert_eq!(cut, ["33.000 caller 1 ends: Completed"]);
}

#[test]
fn r15_the_port_of_a_blind_transfer_is_free_while_the_phone_rings() {
    // Caller 2 takes the port at 5; caller 1 is talking to the only agent when caller 2 is transferred at 7.
    let log = ends(&[PORTS, &callers("port")], "at_s,talk_s\n1,20\n5,20\n");
    assert_eq!(log, ["7.000 caller 2 ends: Refused(Busy)", "33.000 caller 1 ends: Completed"]);
}

#[test]
fn r15_a_redirecting_route_point_counts_until_the_call_is_presented_at_its_target() {
    let line = line("egress = \"cti\"\nanswer = \"10s\"");
    let run = |at: &str, node: &str| {
        let fault = fails(&format!("callmanager = \"{node}\""), at, "100s");
        timed("offer = \"4s\"", &[ROUTE_POINT, &line, &fault, &callers("welcome")], "at_s,talk_s\n1,20\n")
    };
    // Presented at the route point at 5 and at the line at 9, where it rings until 19.
    assert_eq!(run("3s", "sub1"), ["3.000 caller 1 ends: DroppedInSetup"]);
    assert_eq!(run("7s", "sub1"), ["7.000 caller 1 ends: DroppedInChange"]);
    assert_eq!(run("7s", "cti"), ["7.000 caller 1 ends: DroppedInChange"]);
    assert_eq!(run("7s", "sub2"), ["39.000 caller 1 ends: Completed"]);
    assert_eq!(run("10s", "sub1"), ["39.000 caller 1 ends: Completed"]);
    assert_eq!(run("10s", "cti"), ["10.000 caller 1 ends: DroppedInSetup"]);
}

#[test]
fn r15_a_forwarding_device_counts_until_the_call_is_presented_at_its_target() {
    // The phone on `sub2` gives up at 4 + 5; the line is reached another 4 later.
    let phone = "[[phone]]\nname = \"desk\"\ncount = 1\ndevice_pool = \"b\"\nanswered = \"0%\"\nno_answer = \"5s\"\n\
                 cfna = \"line\"\nfailover = \"90s\"\n";
    let line = line("egress = \"cti\"\nanswer = \"10s\"");
    let run = |at: &str| {
        let fault = fails("callmanager = \"sub2\"", at, "100s");
        timed("offer = \"4s\"", &[phone, &line, &fault, &callers("desk")], "at_s,talk_s\n0,20\n")
    };
    assert_eq!(run("11s"), ["11.000 caller 1 ends: DroppedInSetup"]);
    assert_eq!(run("14s"), ["43.000 caller 1 ends: Completed"]);
}

#[test]
fn r15_a_call_whose_answer_is_under_way_is_being_set_up() {
    // The port's CallManager takes five seconds for the answer.
    let fault = fails("callmanager = \"sub1\"", "3s", "100s");
    let log = timed("answer = \"5s\"", &[PORTS, &fault, &callers("port")], "at_s,talk_s\n1,20\n");
    assert_eq!(log, ["3.000 caller 1 ends: DroppedInSetup"]);
}

#[test]
fn r15_a_call_kept_without_control_is_dropped_when_its_transfer_falls_due() {
    // The treatment ends at 3; the CallManager of the port, or of the caller, fails at 2.
    for node in ["sub1", "cti"] {
        let fault = fails(&format!("callmanager = \"{node}\""), "2s", "100s");
        let log = ends(&[PORTS, &fault, &callers("port")], "at_s,talk_s\n1,20\n");
        assert_eq!(log, ["2.000 caller 1 keeps its media", "3.000 caller 1 ends: DroppedInChange"], "{node}");
    }
}
