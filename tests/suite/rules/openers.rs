//! R4: who has a device open: several connections of one application, and several applications of one device. With it R12 and
//! R19, by device.

use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};

use crate::story::{expect, plan, story};

/// Two nodes with CTIManagers, and one without whose CallManager has all devices. Nothing takes time but what a test sets.
const SITE: &str = r#"
[run]
length = "60s"
[cti]
callmanager_notice = "4s"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[node]]
name = "sub3"
ctimanager = false
[[callmanager_group]]
name = "main"
members = ["sub3"]
[[destination]]
name = "out"
[[destination]]
name = "voicemail"
"#;

/// What a run shows, without its callers.
fn told(text: &str, calls: &'static str) -> String {
    let told = story(&plan(&format!("{SITE}{text}"), calls));
    told.lines().filter(|line| !line.contains("caller")).map(|line| format!("{line}\n")).collect()
}

fn fault(what: &str, kind: &str, at: u32, lasts: u32) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!("kind = \"{kind}\"\n") };
    format!("[[fault]]\n{what}\n{kind}at = \"{at}s\"\nfor = \"{lasts}s\"\n")
}

/// Nobody calls before the end.
const QUIET: &str = "at_s\n59\n";

// Several connections of one application.

fn two_connections(faults: &str) -> String {
    let text = r#"
[[application]]
name = "ivr"
connections = 2
ctimanagers = ["sub1", "sub2"]
heartbeat = "5s"
open_rate = "1/s"
reconnect = "5s"
decide = "0s"
[[cti_port]]
name = "port"
count = 4
device_pool = "main"
application = "ivr"
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub3"]
arrivals = { file = "calls.csv" }
"#;
    told(&format!("{text}{faults}"), QUIET)
}

#[test]
fn r4_a_ctimanager_takes_one_of_two_connections_and_half_of_the_devices() {
    // Ports 1 and 3 are dealt to the first connection, which begins with sub1 and goes on with sub2.
    expect(
        &two_connections(&fault("ctimanager = \"sub1\"", "", 10, 20)),
        "10.000 CTIManager sub1 fails
         10.000 port/1 out: CtiManagerFailed
         10.000 port/3 out: CtiManagerFailed
         10.000 ivr notices the loss
         10.000 ivr is connected to sub2
         10.000 port/1 opened on sub3
         10.000 recovered: Half
         11.000 port/3 opened on sub3
         11.000 recovered: NinetyFive
         11.000 recovered: All
         30.000 CTIManager sub1 is back",
    );
}

#[test]
fn r4_the_second_connection_begins_with_the_second_ctimanager_and_goes_on_round_the_list() {
    expect(
        &two_connections(&fault("ctimanager = \"sub2\"", "", 10, 20)),
        "10.000 CTIManager sub2 fails
         10.000 port/2 out: CtiManagerFailed
         10.000 port/4 out: CtiManagerFailed
         10.000 ivr notices the loss
         10.000 ivr is connected to sub1
         10.000 port/2 opened on sub3
         10.000 recovered: Half
         11.000 port/4 opened on sub3
         11.000 recovered: NinetyFive
         11.000 recovered: All
         30.000 CTIManager sub2 is back",
    );
}

#[test]
fn r4_the_death_of_the_process_takes_all_of_its_connections() {
    expect(
        &two_connections(&fault("application = \"ivr\"", "exit", 10, 10)),
        "10.000 ivr fails: Exit
         10.000 ivr closed
         10.000 port/1 out: ApplicationClosed
         10.000 port/3 out: ApplicationClosed
         10.000 ivr closed
         10.000 port/2 out: ApplicationClosed
         10.000 port/4 out: ApplicationClosed
         20.000 ivr is back
         20.000 ivr is connected to sub1
         20.000 ivr is connected to sub2
         20.000 port/1 opened on sub3
         20.000 port/2 opened on sub3
         20.000 recovered: Half
         21.000 port/3 opened on sub3
         21.000 port/4 opened on sub3
         21.000 recovered: NinetyFive
         21.000 recovered: All",
    );
}

#[test]
fn r23_each_ctimanager_misses_the_heartbeats_on_its_own_connection() {
    let told = two_connections(&fault("application = \"ivr\"", "silent", 10, 30));
    let closed: Vec<f64> = told.lines().filter(|line| line.contains("ivr closed")).map(seconds).collect();
    assert!(matches!(closed[..], [one, other] if one != other), "{told}");
    assert!(closed.iter().all(|at| (15.0..=20.0).contains(at)), "{told}");
}

/// When a line of a story is.
fn seconds(line: &str) -> f64 {
    line.trim().split(' ').next().and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("a time in {line}"))
}

// Several applications of a device with media.

/// Three ports of two applications that have no CTIManager in common.
fn standby(keys: &str, faults: &str, calls: &'static str) -> String {
    let text = format!(
        r#"
[[application]]
name = "ivr-a"
ctimanagers = ["sub1"]
heartbeat = "5s"
open_rate = "1/s"
reconnect = "5s"
decide = "0s"
[[application]]
name = "ivr-b"
ctimanagers = ["sub2"]
heartbeat = "5s"
open_rate = "1/s"
reconnect = "5s"
decide = "0s"
[[cti_port]]
name = "port"
count = 3
device_pool = "main"
application = ["ivr-a", "ivr-b"]
{keys}
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub3"]
arrivals = {{ file = "calls.csv" }}
{faults}
"#
    );
    told(&text, calls)
}

/// From the exit at 10 s on: the second application is notified at once, and opens one port a second. A port that it has counts
/// for both.
const TAKEN_OVER: &str = "
    10.000 ivr-a fails: Exit
    10.000 ivr-a closed
    10.000 port/1 out: ApplicationClosed
    10.000 port/2 out: ApplicationClosed
    10.000 port/3 out: ApplicationClosed
    10.000 port/1 opened on sub3
    11.000 port/2 opened on sub3
    11.000 recovered: Half
    11.000 recovered: Half
    12.000 port/3 opened on sub3
    12.000 recovered: NinetyFive
    12.000 recovered: All
    12.000 recovered: NinetyFive
    12.000 recovered: All
    30.000 ivr-a is back
    30.000 ivr-a is connected to sub1
";

#[test]
fn r4_a_standby_takes_over_after_an_exit_and_gives_back_one_idle_port_after_the_other() {
    let back = "
        30.000 port/1 out: HandedOver
        30.000 port/1 opened on sub3
        31.000 port/2 out: HandedOver
        31.000 port/2 opened on sub3
        32.000 port/3 out: HandedOver
        32.000 port/3 opened on sub3";
    let exit = fault("application = \"ivr-a\"", "exit", 10, 20);
    expect(&standby("", &exit, QUIET), &format!("{TAKEN_OVER}{back}"));
}

#[test]
fn r4_a_standby_may_stay() {
    let exit = fault("application = \"ivr-a\"", "exit", 10, 20);
    expect(&standby("standby = \"stays\"", &exit, QUIET), TAKEN_OVER);
    // And if it fails in its turn, the first one takes over.
    let both = format!("{exit}{}", fault("application = \"ivr-b\"", "exit", 40, 10));
    let told = standby("standby = \"stays\"", &both, QUIET);
    for line in ["40.000 port/1 opened on sub3", "41.000 port/2 opened on sub3", "42.000 port/3 opened on sub3"] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn r4_a_port_goes_back_when_its_call_is_over() {
    // A call of 8 s begins at 25 s at port 1; the other two go back meanwhile, at their pace.
    let exit = fault("application = \"ivr-a\"", "exit", 10, 20);
    let back = "
        30.000 port/2 out: HandedOver
        30.000 port/2 opened on sub3
        31.000 port/3 out: HandedOver
        31.000 port/3 opened on sub3
        33.000 port/1 out: HandedOver
        33.000 port/1 opened on sub3";
    expect(&standby("", &exit, "at_s,talk_s\n25,8\n"), &format!("{TAKEN_OVER}{back}"));
}

#[test]
fn r23_a_standby_takes_over_from_one_that_hangs_once_its_heartbeats_are_missed() {
    let told = standby("", &fault("application = \"ivr-a\"", "silent", 10, 45), QUIET);
    let at = |words: &str| seconds(told.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{told}")));
    let closed = at("ivr-a closed");
    assert!((15.0..=20.0).contains(&closed), "{told}");
    let opened = [at("port/1 opened"), at("port/2 opened"), at("port/3 opened")].map(|at| at - closed);
    for (found, expected) in opened.into_iter().zip([0.0, 1.0, 2.0]) {
        assert!((found - expected).abs() < 0.0015, "{opened:?}");
    }
}

#[test]
fn r20_a_standby_elsewhere_takes_over_when_the_ctimanager_is_noticed_as_lost() {
    // Noticed after 4 s. The first application tries every 5 s; sub1 is back at 32 s.
    expect(
        &standby("", &fault("ctimanager = \"sub1\"", "", 10, 22), QUIET),
        "10.000 CTIManager sub1 fails
         10.000 port/1 out: CtiManagerFailed
         10.000 port/2 out: CtiManagerFailed
         10.000 port/3 out: CtiManagerFailed
         10.000 ivr-a notices the loss
         14.000 port/1 opened on sub3
         15.000 port/2 opened on sub3
         15.000 recovered: Half
         15.000 recovered: Half
         16.000 port/3 opened on sub3
         16.000 recovered: NinetyFive
         16.000 recovered: All
         16.000 recovered: NinetyFive
         16.000 recovered: All
         32.000 CTIManager sub1 is back
         35.000 ivr-a is connected to sub1
         35.000 port/1 out: HandedOver
         35.000 port/1 opened on sub3
         36.000 port/2 out: HandedOver
         36.000 port/2 opened on sub3
         37.000 port/3 out: HandedOver
         37.000 port/3 opened on sub3",
    );
}

#[test]
fn r20_an_application_with_a_backup_is_back_before_its_standby_is_told() {
    let faults = fault("ctimanager = \"sub1\"", "", 10, 22);
    let text = standby("", &faults, QUIET);
    assert!(text.contains("14.000 port/1 opened"), "{text}");
    // The same with a CTIManager in common: nothing happens at 14 s, although one port is still to be opened at 12 s.
    let text = SITE.to_owned()
        + r#"
[[application]]
name = "ivr-a"
ctimanagers = ["sub1", "sub2"]
open_rate = "1/s"
[[application]]
name = "ivr-b"
ctimanagers = ["sub2"]
open_rate = "1/s"
[[cti_port]]
name = "port"
count = 6
device_pool = "main"
application = ["ivr-a", "ivr-b"]
[[traffic]]
name = "callers"
to = "port"
arrivals = { file = "calls.csv" }
"# + &faults;
    let told = story(&plan(&text, QUIET));
    let opened: Vec<&str> = told.lines().filter(|line| line.contains("opened")).map(str::trim).collect();
    let expected = (1..=6).map(|port| format!("{}.000 port/{port} opened on sub3", port + 9)).collect::<Vec<_>>();
    assert_eq!(opened, expected, "{told}");
}

#[test]
fn r4_the_time_of_a_takeover_is_that_of_its_messages() {
    // Three notices of 1 ms, then the work of opening: 5 ms at the CTIManager, 10 ms at the CallManager.
    let work = r#"
[work]
setup = "0s"
offer = "0s"
redirect = "0s"
answer = "0s"
release = "0s"
event = "0s"
request = "0s"
heartbeat = "0s"
notice = "1ms"
cti_device_open = "5ms"
device_open = "10ms"
"#;
    let exit = fault("application = \"ivr-a\"", "exit", 10, 45) + work;
    let told = standby("", &exit, QUIET);
    let opened: Vec<&str> = told.lines().filter(|line| line.contains("opened")).map(str::trim).collect();
    let expected = ["10.018 port/1 opened on sub3", "11.015 port/2 opened on sub3", "12.015 port/3 opened on sub3"];
    assert_eq!(&opened[..3], expected, "{told}");
}

#[test]
fn r4_a_call_that_outlives_its_application_keeps_the_port_from_the_next_one() {
    // A separate server sends the media, so that the call of port 1 goes on until 20 s.
    let exit = fault("application = \"ivr-a\"", "exit", 10, 45);
    let told = standby("media = \"separate\"", &exit, "at_s,talk_s\n5,15\n");
    let opened: Vec<&str> = told.lines().filter(|line| line.contains("opened")).map(str::trim).collect();
    let expected = ["10.000 port/2 opened on sub3", "11.000 port/3 opened on sub3", "20.000 port/1 opened on sub3"];
    assert_eq!(&opened[..3], expected, "{told}");
}

// Several applications of a route point that redirects, and of a phone.

/// A route point of a console, which decides in 3 s, and a recorder, which takes 5 s.
fn shared_text(more: &str) -> String {
    format!(
        r#"{SITE}
[[application]]
name = "console"
ctimanagers = ["sub1"]
lookup = "3s"
decide = "0s"
reconnect = "5s"
[[application]]
name = "recorder"
ctimanagers = ["sub2"]
lookup = "5s"
decide = "0s"
reconnect = "5s"
[[route_point]]
name = "welcome"
device_pool = "main"
application = ["console", "recorder"]
redirect_to = "out"
cfof = "voicemail"
[[traffic]]
name = "callers"
to = "welcome"
ingress = ["sub3"]
arrivals = {{ file = "calls.csv" }}
{more}
"#
    )
}

/// What becomes of its calls.
fn shared(faults: &str, calls: &'static str) -> String {
    let told = story(&plan(&shared_text(faults), calls));
    let concerns = |line: &&str| ["acts", "welcome", "forwarded", "ends"].iter().any(|word| line.contains(word));
    told.lines().filter(concerns).map(|line| format!("{line}\n")).collect()
}

#[test]
fn r10_of_two_applications_the_first_request_wins() {
    expect(
        &shared("", "at_s,talk_s\n1,1\n"),
        "1.000 caller 1 presented at welcome
         4.000 console acts on caller 1
         5.000 caller 1 ends: Completed",
    );
}

#[test]
fn r24_no_call_is_lost_while_one_of_two_applications_is_left() {
    // The console dies at 2 s, without the route point; it is back at 12 s, and again the first at 21 s.
    expect(
        &shared(&fault("application = \"console\"", "exit", 2, 10), "at_s,talk_s\n1,1\n20,1\n"),
        "1.000 caller 1 presented at welcome
         6.000 recorder acts on caller 1
         7.000 caller 1 ends: Completed
        20.000 caller 2 presented at welcome
        23.000 console acts on caller 2
        24.000 caller 2 ends: Completed",
    );
}

#[test]
fn r24_a_call_is_forwarded_as_failed_when_neither_application_can_act() {
    let faults =
        fault("application = \"console\"", "exit", 2, 10) + &fault("application = \"recorder\"", "exit", 3, 30);
    expect(
        &shared(&faults, "at_s,talk_s\n1,1\n20,1\n"),
        "1.000 caller 1 presented at welcome
         3.000 welcome out: ApplicationClosed
         3.000 caller 1 forwarded by cfof
         4.000 caller 1 ends: Completed
        12.000 welcome opened on sub3
        20.000 caller 2 presented at welcome
        23.000 console acts on caller 2
        24.000 caller 2 ends: Completed",
    );
}

#[test]
fn r24_a_call_of_which_only_the_dead_one_was_told_is_forwarded_although_the_other_is_back() {
    // The console is down from 1 to 3 s; only the recorder is notified of the call at 2 s, and dies at 4 s.
    let faults = fault("application = \"console\"", "exit", 1, 2) + &fault("application = \"recorder\"", "exit", 4, 30);
    expect(
        &shared(&faults, "at_s,talk_s\n2,1\n"),
        "2.000 caller 1 presented at welcome
         4.000 caller 1 forwarded by cfof
         5.000 caller 1 ends: Completed",
    );
}

#[test]
fn r13_both_applications_have_the_route_point_again_after_its_callmanager_failed() {
    let moves = |text: &str| {
        text.replace("device_pool = \"main\"", "device_pool = \"two\"")
            .replace("ingress = [\"sub3\"]", "ingress = [\"sub2\"]")
    };
    let spare = "[[callmanager_group]]\nname = \"two\"\nmembers = [\"sub3\", \"sub2\"]\n";
    let text = shared_text(&format!("{spare}{}", fault("callmanager = \"sub3\"", "", 10, 45)));
    let told = story(&plan(&moves(&text), "at_s,talk_s\n30,1\n"));
    assert!(told.contains("10.000 welcome out: CallManagerFailed"), "{told}");
    assert!(told.contains("14.000 welcome opened on sub2"), "{told}");
    assert!(told.contains("33.000 console acts on caller 1"), "{told}");
    let text = text.replace("lookup = \"3s\"", "lookup = \"7s\"");
    let told = story(&plan(&moves(&text), "at_s,talk_s\n30,1\n"));
    assert!(told.contains("35.000 recorder acts on caller 1"), "{told}");
}

/// The changes of control of one device: when, which application, and whether it was the only one.
#[derive(Default)]
struct Control(Vec<(u64, u16, bool, bool)>);

impl Recorder for Control {
    fn note(&mut self, now: Time, fact: Fact) {
        let at = now.nanos() / 1_000_000_000;
        match fact {
            Fact::Controlled { application, first, .. } => self.0.push((at, application.0, true, first)),
            Fact::ControlLost { application, last, .. } => self.0.push((at, application.0, false, last)),
            _ => {}
        }
    }
}

#[test]
fn r4_each_application_controls_a_phone_and_loses_it_by_itself() {
    let phone =
        "[[phone]]\nname = \"desk\"\ncount = 1\ndevice_pool = \"main\"\napplication = [\"console\", \"recorder\"]\n";
    let faults =
        fault("application = \"console\"", "exit", 10, 20) + &fault("application = \"recorder\"", "exit", 20, 20);
    let text = shared_text(&format!("{phone}{faults}"));
    let plan = plan(
        &text.replace("application = [\"console\", \"recorder\"]\nredirect", "application = \"console\"\nredirect"),
        QUIET,
    );
    let mut cluster = Cluster::new(&plan, Control::default());
    cluster.run(1, 0);
    let (console, recorder, gained, lost) = (0, 1, true, false);
    let expected = [
        (10, console, lost, false),
        (20, recorder, lost, true),
        (30, console, gained, true),
        (40, recorder, gained, false),
    ];
    assert_eq!(cluster.recorder.0, expected);
}

#[test]
fn r13_only_the_loss_of_a_callmanager_has_to_be_noticed() {
    // sub1 does not reach sub3 from 6 s on, which both have noticed at 10 s; the link heals at 11 s, which is noticed at 15 s. At
    // 13 s the application loses sub2 and asks through sub1, in vain. That its device is closed needs no notice: it is opened at 15 s.
    let text = r#"
[[application]]
name = "ivr"
ctimanagers = ["sub2", "sub1"]
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub3"]
arrivals = { file = "calls.csv" }
"#;
    let faults = fault("link = [\"sub1\", \"sub3\"]", "", 6, 5) + &fault("ctimanager = \"sub2\"", "", 13, 40);
    let told = told(&format!("{text}{faults}"), QUIET);
    let of_port: Vec<&str> = told.lines().filter(|line| line.contains("port/1")).map(str::trim).collect();
    assert_eq!(of_port, ["13.000 port/1 out: CtiManagerFailed", "15.000 port/1 opened on sub3"], "{told}");
}

// Recovery by device, and settings that are changed through an application.

#[test]
fn r19_recovery_is_allowed_or_forbidden_by_device() {
    let text = |of_application: bool, of_port: &str| {
        format!(
            r#"
[[callmanager_group]]
name = "two"
members = ["sub3", "sub2"]
[[application]]
name = "ivr"
recovery = {of_application}
[[cti_port]]
name = "port"
count = 1
device_pool = "two"
application = "ivr"
{of_port}
[[cti_port]]
name = "other"
count = 1
device_pool = "two"
application = "ivr"
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
[[fault]]
callmanager = "sub3"
at = "10s"
"#
        )
    };
    let fate = |text: String, of: &str| {
        let told = told(&text, QUIET);
        let line =
            told.lines().find(|line| line.contains(of) && !line.contains("out:")).map(str::trim).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{told}"))
    };
    assert_eq!(fate(text(true, "recovery = false"), "port/1"), "14.000 port/1 given up: RecoveryForbidden");
    assert_eq!(fate(text(true, "recovery = false"), "other/1"), "14.000 other/1 opened on sub2");
    assert_eq!(fate(text(false, "recovery = true"), "port/1"), "14.000 port/1 opened on sub2");
    assert_eq!(fate(text(false, "recovery = true"), "other/1"), "14.000 other/1 given up: RecoveryForbidden");
    assert_eq!(fate(text(false, ""), "port/1"), "14.000 port/1 given up: RecoveryForbidden");
}

#[test]
fn r12_a_user_changes_settings_through_an_application_in_control() {
    // The port is taken by the first caller; the second one finds it busy.
    let forwarded = |through: &str, fails: &str| {
        let text = format!(
            r#"{SITE}
[[application]]
name = "ivr"
reconnect = "5s"
heartbeat = "5s"
[[cti_port]]
name = "port"
count = 1
device_pool = "main"
application = "ivr"
media = "separate"
cfb = "out"
[[traffic]]
name = "callers"
to = "port"
ingress = ["sub3"]
arrivals = {{ file = "calls.csv" }}
[[change]]
at = "20s"
of = "port"
{through}
cfb = "voicemail"
{fails}
"#
        );
        let told = story(&plan(&text, "at_s,talk_s\n1,50\n40,1\n"));
        told.lines().find(|line| line.contains("caller 2 takes")).map(|line| line.trim().to_owned()).unwrap_or(told)
    };
    let (ivr, down) = ("through = \"ivr\"", fault("application = \"ivr\"", "exit", 10, 20));
    assert_eq!(forwarded(ivr, ""), "40.000 caller 2 takes voicemail");
    assert_eq!(forwarded("", &down), "40.000 caller 2 takes voicemail");
    assert_eq!(forwarded(ivr, &down), "40.000 caller 2 takes out");
    // One that does not respond changes nothing either, though it is still connected.
    assert_eq!(forwarded(ivr, &fault("application = \"ivr\"", "stall", 19, 2)), "40.000 caller 2 takes out");
}
