//! R13, R14, R18: who knows what when, at which pace devices open, and what failback costs. Each test says what was reckoned
//! by hand first.

use crate::story::{expect, plan, story};
use ctisim::cluster::Cluster;
use ctisim::engine::{Span, Time};
use ctisim::facts::{Fact, Recorder, Share};
use ctisim::plan::Plan;
use ctisim::record::{Catalogue, Meter, Metric};

/// The lines of a story that contain one of these.
fn lines(log: &str, any: &[&str]) -> String {
    log.lines().filter(|line| any.iter().any(|what| line.contains(what))).collect::<Vec<_>>().join("\n")
}

/// Three CallManagers, a CTIManager on a fourth node, and four ports.
fn ports(cti: &str, more: &str, calls: &'static str) -> String {
    story(&ports_plan(cti, more, calls))
}

fn ports_plan(cti: &str, more: &str, calls: &'static str) -> Plan {
    let text = format!(
        r#"
[run]
length = "100s"
[cti]
callmanager_notice = "5s"
{cti}
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
name = "cti"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2", "sub3"]
[[application]]
name = "ivr"
decide = "0s"
[[cti_port]]
name = "port"
count = 4
device_pool = "main"
application = "ivr"
treatment = "20s"
cfna = "voicemail"
cfb = "voicemail"
[[destination]]
name = "voicemail"
egress = "cti"
[[traffic]]
name = "callers"
to = "port"
ingress = ["cti"]
arrivals = {{ file = "calls.csv" }}
{more}
"#
    );
    plan(&text, calls)
}

fn fault(what: &str, at: u32, lasts: u32) -> String {
    format!("[[fault]]\n{what}\nat = \"{at}s\"\nfor = \"{lasts}s\"\n")
}

fn sub1_fails(at: u32, lasts: u32) -> String {
    fault("callmanager = \"sub1\"", at, lasts)
}

#[test]
fn r13_a_callmanager_that_flaps_costs_a_notice_and_not_the_run() {
    // Down from 10 to 11 and from 14 to 17. The loss of 10 is noticed at 15, when sub1 is down: sub2 opens the ports, the fourth
    // 30 ms later. The return of 11 comes to attention at 16, when sub1 is not there to go back to. The loss of 14, noticed at
    // 19, has taken nothing; the return of 17 is noticed at 22.
    let log = ports("", &(sub1_fails(10, 1) + &sub1_fails(14, 3)), "at_s,talk_s\n1,1\n");
    expect(
        &lines(&log, &["port/4"]),
        "10.000 port/4 out: CallManagerFailed
         15.030 port/4 opened on sub2
         22.000 port/4 waits to rehome
         22.030 port/4 starts to rehome
         22.030 port/4 out: Rehoming
         22.030 port/4 opened on sub1
         22.030 port/4 has rehomed",
    );
    // Back from 15 on, it is the first that answers when the fourth port's turn comes.
    let log = ports("", &(sub1_fails(10, 1) + &sub1_fails(14, 1)), "at_s,talk_s\n1,1\n");
    expect(&lines(&log, &["port/4"]), "10.000 port/4 out: CallManagerFailed\n15.030 port/4 opened on sub1");
}

#[test]
fn r13_what_a_callmanager_lost_that_is_back_before_the_notice_is_opened_there_when_the_loss_is_noticed() {
    // Down at 10, back at 12. The loss is noticed at 15, and the first member of the group that answers is sub1 itself: it
    // is home at once, and its return has nothing left to change. The fourth port is asked for 30 ms later.
    let log = ports("", &sub1_fails(10, 2), "at_s,talk_s\n1,1\n");
    expect(&lines(&log, &["port/4"]), "10.000 port/4 out: CallManagerFailed\n15.030 port/4 opened on sub1");
}

#[test]
fn r13_what_another_callmanager_took_away_is_not_found_out_by_this_ones_notice() {
    // sub1 fails at 10, the ports are on sub2 from 15 on; sub1 stays away until 90, and sub2 fails at 30, which is noticed at 35.
    // sub3 fails at 28 and is back at 29: its notices, at 33 and 34, say nothing about sub2.
    let more = sub1_fails(10, 80) + &fault("callmanager = \"sub2\"", 30, 60) + &fault("callmanager = \"sub3\"", 28, 1);
    let log = ports("", &more, "at_s,talk_s\n1,1\n");
    let opened = lines(&log, &["port/4 opened"]);
    expect(&opened, "15.030 port/4 opened on sub2\n35.030 port/4 opened on sub3\n95.030 port/4 opened on sub1");
}

#[test]
fn r13_a_gone_process_refuses_at_once_a_gone_host_costs_a_time_out_and_a_known_one_nothing() {
    // sub1 fails at 10; sub2 fails at 12. At 15 the loss of sub2 is not known: it is asked. Its host refuses at once where the
    // process is gone, and is silent for the 3 s of the time-out where it is gone itself. The time-outs of four ports that are
    // asked for 10 ms apart end 10 ms apart.
    let sub2_fails = |what: &str, at| sub1_fails(10, 70) + &fault(what, at, 60);
    let opened = |more: &str| lines(&ports("open_timeout = \"3s\"", more, "at_s,talk_s\n1,1\n"), &["port/4 opened"]);
    expect(
        &opened(&sub2_fails("callmanager = \"sub2\"", 12)),
        "15.030 port/4 opened on sub3\n85.030 port/4 opened on sub1",
    );
    expect(&opened(&sub2_fails("node = \"sub2\"", 12)), "18.030 port/4 opened on sub3\n85.030 port/4 opened on sub1");
    // Noticed as lost at 14: passed over without asking.
    expect(&opened(&sub2_fails("node = \"sub2\"", 9)), "15.030 port/4 opened on sub3\n85.030 port/4 opened on sub1");
    // Behind a link that was cut at 12, which is noticed at 17, it does not refuse either.
    let link = "link = [\"sub2\", \"cti\"]";
    expect(&opened(&sub2_fails(link, 12)), "18.030 port/4 opened on sub3\n85.030 port/4 opened on sub1");
    expect(&opened(&sub2_fails(link, 9)), "15.030 port/4 opened on sub3\n85.030 port/4 opened on sub1");
}

#[test]
fn r13_whoever_has_asked_the_whole_group_in_vain_asks_it_again() {
    // sub1 and sub3 are down from 10 on, and at 15 sub2 is behind a link that is cut from 14 to 18, too short to be noticed. The
    // time-out ends at 17, and the others refuse; the next one ends at 19, when the link is whole.
    let more =
        sub1_fails(10, 80) + &fault("callmanager = \"sub3\"", 10, 80) + &fault("link = [\"sub2\", \"cti\"]", 14, 4);
    let log = ports("open_timeout = \"2s\"", &more, "at_s,talk_s\n1,1\n");
    expect(&lines(&log, &["port/4 opened"]), "19.030 port/4 opened on sub2\n95.030 port/4 opened on sub1");
    // The only member is back, and known to be, while the time-out runs: 12 to 33, back at 20, known at 25.
    let one = |more: &str| ports("open_timeout = \"21s\"", more, "at_s,talk_s\n1,1\n");
    let all = ["sub2", "sub3"].map(|node| fault(&format!("callmanager = \"{node}\""), 5, 90)).concat();
    let exits = "[[fault]]\napplication = \"ivr\"\nkind = \"exit\"\nat = \"11s\"\nfor = \"1s\"\n";
    let log = one(&(all + &fault("node = \"sub1\"", 10, 10) + exits));
    expect(&lines(&log, &["port/1 opened"]), "33.000 port/1 opened on sub1");
}

#[test]
fn r18_the_old_registration_stands_until_the_turn_comes() {
    // One port a second from 35 on, when it is known that sub1 is back since 30. The first two have calls until 53.1 and 53.2. The
    // third goes at once. The fourth is due, and until its turn at 36 it takes calls: of two that come meanwhile one gets the
    // third, the other the fourth, which is busy in its turn, and goes when that call is over at 55.5.
    let calls = "at_s,talk_s\n33.1,1\n33.2,1\n35.4,1\n35.5,1\n";
    let log = ports("reopen_rate = \"1/s\"", &sub1_fails(10, 20), calls);
    let log = lines(&log, &["starts to rehome", "takes", "forwarded"]);
    expect(
        &log,
        "33.100 caller 1 takes port/1
         33.200 caller 2 takes port/2
         35.000 port/3 starts to rehome
         35.400 caller 3 takes port/3
         35.500 caller 4 takes port/4
         53.100 port/1 starts to rehome
         54.100 port/2 starts to rehome
         55.500 port/4 starts to rehome",
    );
}

#[test]
fn r18_a_home_that_is_lost_again_before_the_turn_leaves_the_old_registration() {
    // Back at 30, known at 35, down again at 36.5: the ports whose turn is later stay on sub2, and are never out of service.
    let log = ports("reopen_rate = \"1/s\"", &(sub1_fails(10, 20) + &sub1_fails(36, 60)), "at_s,talk_s\n1,1\n");
    let out = lines(&log, &["port/4"]);
    expect(
        &out,
        "10.000 port/4 out: CallManagerFailed
         18.000 port/4 opened on sub2
         35.000 port/4 waits to rehome
         36.000 port/4 no longer rehomes",
    );
}

/// Two nodes, the CTIManager on the second, and phones with an application.
fn phones(cti: &str, more: &str, calls: &'static str) -> String {
    let text = format!(
        r#"
[run]
length = "100s"
[cti]
callmanager_notice = "5s"
{cti}
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "console"
[[phone]]
name = "desk"
count = 4
device_pool = "main"
application = "console"
failover = "40s"
answer = "1s"
[[traffic]]
name = "callers"
to = "desk"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
{more}
"#
    );
    story(&plan(&text, calls))
}

#[test]
fn r14_a_phone_moves_when_it_has_noticed_and_is_free_whichever_is_later() {
    // sub1 fails at 10, during a call of a second phone until 22. Both notice at 50, and neither the end of the call nor the
    // return of sub1 at 20, known at 25, tells them earlier.
    let log = phones("", &sub1_fails(10, 10), "at_s,talk_s\n1,20\n");
    expect(
        &lines(&log, &["desk/1", "desk/2 opened"]).replace("caller 1 takes desk/1", "caller 1 rings"),
        "1.000 caller 1 rings
         10.000 desk/1 out: CallManagerFailed
         50.000 desk/1 opened on sub1
         50.000 desk/2 opened on sub1",
    );
    let log = phones("", &sub1_fails(10, 80), "at_s,talk_s\n1,60\n");
    expect(
        &lines(&log, &["desk/1 opened", "desk/2 opened"]),
        "50.000 desk/2 opened on sub2\n62.000 desk/1 opened on sub2\n95.000 desk/1 opened on sub1\n95.100 desk/2 opened on sub1",
    );
}

#[test]
fn r13_phones_are_controlled_again_once_the_link_to_them_is_whole() {
    // Cut at 10, noticed at 15, whole at 40, noticed at 45: the four phones worked all the time, and are asked for 10 ms apart.
    let log = phones("", &fault("link = [\"sub1\", \"sub2\"]", 10, 30), "at_s,talk_s\n1,1\n");
    assert!(!log.contains("out:"), "{log}");
    expect(&lines(&log, &["recovered"]), "45.010 recovered: Half\n45.030 recovered: NinetyFive\n45.030 recovered: All");
}

#[test]
fn r14_a_phone_that_moved_out_of_reach_is_controlled_once_the_link_is_whole() {
    // The CTIManager is on sub1, which is down for long, and so the application changes nothing here: see that the phones,
    // which move to sub2 at 50 while the link to it is cut until 60, are controlled when that is known at 65.
    let text_link = fault("link = [\"cti\", \"sub2\"]", 20, 40) + &sub1_fails(10, 80);
    let text = format!(
        r#"
[run]
length = "80s"
[cti]
callmanager_notice = "5s"
[[node]]
name = "sub1"
ctimanager = false
[[node]]
name = "sub2"
ctimanager = false
[[node]]
name = "cti"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "console"
[[phone]]
name = "desk"
count = 1
device_pool = "main"
application = "console"
failover = "40s"
answer = "1s"
[[traffic]]
name = "callers"
to = "desk"
ingress = ["sub2"]
arrivals = {{ file = "calls.csv" }}
{text_link}
"#
    );
    let log = story(&plan(&text, "at_s,talk_s\n1,1\n"));
    expect(
        &lines(&log, &["desk/1 o", "recovered: All"]),
        "10.000 desk/1 out: CallManagerFailed\n50.000 desk/1 opened on sub2\n65.000 recovered: All",
    );
}

#[test]
fn r13_paces_hold_between_any_two_openings() {
    // Phones that have moved come one by one, a millisecond of registration apart: the queue is empty before each of them, and
    // the first is opened at 50, the others a second apart all the same.
    let log = phones("reopen_rate = \"1/s\"", &sub1_fails(10, 80), "at_s,talk_s\n1,1\n");
    expect(&lines(&log, &["recovered"]), "51.000 recovered: Half\n53.000 recovered: NinetyFive\n53.000 recovered: All");
    // At failback too: two phones are free at 65, at 65.3 and 65.6 the others; one returns each half second.
    let text = phones("phone_return_rate = \"2/s\"", &sub1_fails(10, 50), "at_s,talk_s\n55,9.3\n55,9.6\n");
    expect(
        &lines(&text, &["starts to rehome"]),
        "65.000 desk/3 starts to rehome
         65.500 desk/4 starts to rehome
         66.000 desk/1 starts to rehome
         66.500 desk/2 starts to rehome",
    );
}

/// What two kinds of facts say: when a CTIManager worked on something, and for how long; how long an application took to
/// recover.
#[derive(Default)]
struct Heard {
    work: Vec<(Time, Span)>,
    recovered: Vec<(Share, Span)>,
}

impl Recorder for Heard {
    fn note(&mut self, _: Time, fact: Fact) {
        match fact {
            // The CTIManager of the fourth node.
            Fact::Served { station, started, finished, .. } if station.0 == 7 && finished > started => {
                self.work.push((started, finished - started));
            }
            Fact::Recovered { share, delay, .. } => self.recovered.push((share, delay)),
            _ => {}
        }
    }
}

fn heard(plan: &Plan) -> Heard {
    let mut cluster = Cluster::new(plan, Heard::default());
    cluster.run(1, 0);
    cluster.recorder
}

#[test]
fn r13_each_side_detects_a_cut_link() {
    // Cut at 10, noticed at 15 by the CTIManager and by the node: two detections of 5 s. The outage counts from the cut: the
    // ports are opened on sub2 from 15 on, 10 ms apart, out for 5 to 5.03 s.
    let plan = ports_plan("", &fault("link = [\"sub1\", \"cti\"]", 10, 80), "at_s,talk_s\n1,1\n");
    let mut meter = Meter::new(&plan, plan.window());
    meter.start(0);
    let mut cluster = Cluster::new(&plan, meter);
    let events = cluster.run(1, 0);
    let summary = cluster.recorder.finish(plan.length, events);
    let catalogue = Catalogue::new(&plan);
    let duration = |metric| summary.durations[catalogue.cluster(metric).expect("a row")];
    let detection = duration(Metric::DetectionDelay);
    assert_eq!((detection.count, detection.sum_nanos), (2, 10_000_000_000));
    let out = duration(Metric::OutOfService);
    assert_eq!((out.count, out.sum_nanos), (4, 20_060_000_000));
}

#[test]
fn r13_notices_come_after_openings_and_an_own_request_is_answered() {
    let free = [
        "setup",
        "offer",
        "redirect",
        "answer",
        "release",
        "device_open",
        "event",
        "request",
        "heartbeat",
        "cti_device_open",
    ];
    let work = free.map(|key| format!("{key} = \"0s\"\n")).concat() + "notice = \"2ms\"\n";
    let with_notices = |fails: &str| ports_plan("", &format!("{fails}[work]\n{work}"), "at_s,talk_s\n1,1\n");
    let of = |plan: &Plan| {
        let millis = |time: Time| time.nanos() / 1_000_000;
        heard(plan).work.iter().map(|&(at, took)| (millis(at), took)).collect::<Vec<_>>()
    };
    let two = Span::from_millis(2);
    // Noticed at 15: each port is reported out in its turn and back at once, since work takes no time here. At 90 sub1 is
    // back, known at 95, and each is reported out and back as it rehomes.
    let log: Vec<(u64, Span)> = [15_000, 95_000]
        .into_iter()
        .flat_map(|at| (0..4).flat_map(move |port| [0, 2].map(|n| (at + 10 * port + n, two))))
        .collect();
    assert_eq!(of(&with_notices(&sub1_fails(10, 80))), log);
    // Openings do not wait for the notices about them.
    let opened = lines(&story(&with_notices(&sub1_fails(10, 80))), &["port/4 opened"]);
    expect(&opened, "15.030 port/4 opened on sub2\n95.030 port/4 opened on sub1");
    // An application that has been away asks for its ports itself.
    let exits = "[[fault]]\napplication = \"ivr\"\nkind = \"exit\"\nat = \"10s\"\nfor = \"5s\"\n";
    assert_eq!(of(&with_notices(exits)), []);
}

#[test]
fn r13_an_earlier_fault_that_is_not_recovered_is_superseded_even_if_it_is_noticed_later() {
    // The link to sub2 is cut at 10, which is noticed at 15; sub1 fails at 12, noticed at 17. The port on sub2 is open again at
    // 15, half of the ports, 3 s after the last fault; the other at 17, 5 s after it.
    let cut = fault("link = [\"cti\", \"sub2\"]", 10, 80) + &sub1_fails(12, 80);
    let text = format!(
        r#"
[run]
length = "60s"
[cti]
callmanager_notice = "5s"
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
name = "cti"
[[callmanager_group]]
name = "one"
members = ["sub1", "sub3"]
[[callmanager_group]]
name = "two"
members = ["sub2", "sub3"]
[[application]]
name = "ivr"
decide = "0s"
[[cti_port]]
name = "first"
count = 1
device_pool = "one"
application = "ivr"
[[cti_port]]
name = "second"
count = 1
device_pool = "two"
application = "ivr"
[[traffic]]
name = "callers"
to = "first"
ingress = ["cti"]
arrivals = {{ file = "calls.csv" }}
{cut}
"#
    );
    let recovered = heard(&plan(&text, "at_s,talk_s\n1,1\n")).recovered;
    let seconds = Span::from_secs;
    assert_eq!(recovered, [(Share::Half, seconds(3)), (Share::NinetyFive, seconds(5)), (Share::All, seconds(5))]);
}
