//! `explain` names the cause that a workload was given: one site with one thing wrong at a time. What it has to say was written down
//! before it was asked.

use std::sync::atomic::AtomicBool;

use ctisim::analysis::{Asked, Explanation, Number};
use ctisim::experiment::Audit;
use ctisim::record::Catalogue;
use ctisim::report::{Explained, Format, Ink, draw, explanation_page};
use ctisim::studies::{Runner, explain, run};

use crate::common::compile;

/// A site in which nobody waits long: a call a second is looked up in 40 ms, treated for 20 s, and answered by a person.
const SITE: &str = r#"
format = 1
question = "What is behind the number?"
profile = "3.3"
run = { length = "10m", replications = 3 }
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[database]]
name = "crm"
connections = 50
[[application]]
name = "ivr"
ctimanagers = ["sub1", "sub2"]
workers = 50
lookup = { exponential = "40ms" }
database = "crm"
[[route_point]]
name = "welcome"
device_pool = "main"
application = "ivr"
redirect_to = "menu"
[[cti_port]]
name = "menu"
count = 100
first_dn = "8001"
device_pool = "main"
application = "ivr"
treatment = { exponential = "20s" }
transfer_to = "sales"
[[queue]]
name = "sales"
phones = ["agents"]
priority = 1
[[phone]]
name = "agents"
count = 60
first_dn = "5001"
device_pool = "main"
answer = "1s"
[[destination]]
name = "overflow"
[[traffic]]
name = "callers"
to = "welcome"
arrivals = { poisson = "1/s" }
talk = { exponential = "20s" }
"#;

/// What `explain` says of a measure of the site, with these changes of lines and these further sections.
#[track_caller]
fn told(measure: &str, changes: &[(&str, &str)], more: &str) -> String {
    let text = changes.iter().fold(SITE.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    });
    let plan = compile("site", &format!("{text}{more}"));
    let stop = AtomicBool::new(false);
    let runner = Runner { seed: plan.seed, jobs: 2, audit: Audit::On, records: None, observer: &(), stop: &stop };
    let study = run(&plan, &[], &[], 0..3, &runner).unwrap().study;
    let asked = Asked::parse(measure).unwrap();
    asked.measure.check(&plan).unwrap();
    let column = asked.column(&Catalogue::new(&plan)).unwrap();
    let number = Number::of(&asked, column, &study).unwrap();
    let explanation = explain(&study, &asked, column, number, &runner).unwrap();
    adds_up(&explanation);
    let (command, trace) = (format!("ctisim explain site {measure}"), "ctisim trace site.toml".to_owned());
    let explained = Explained { explanation: &explanation, command, trace, digest: String::new(), ladder: None };
    let page = explanation_page(&explained);
    String::from_utf8(draw(&page, Format::Table, Ink::Plain).unwrap()).unwrap()
}

/// The causes of all values add up to them in nanoseconds, and those of a mean to the mean, to less than one.
#[track_caller]
fn adds_up(it: &Explanation<'_>) {
    let sum: u128 = it.group.causes.values().map(|share| share.nanos).sum();
    assert_eq!(sum, it.group.nanos);
    if !it.is_count() {
        assert_eq!((it.all.values, it.all.nanos), (it.number.values, it.number.nanos));
        if it.group == it.all {
            let parts: f64 = it.parts().iter().map(|(_, millis)| millis * 1e6).sum();
            assert!((parts - it.number.value * 1e6).abs() < 1.0, "{parts} {}", it.number.value);
        }
    }
}

/// Whether what is said has all of these.
#[track_caller]
fn says(told: &str, words: &[&str]) {
    // Sentences are broken into lines.
    let line = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(line.contains(words), "`{words}` is not in:\n{told}");
    }
}

/// A look-up takes 3 s and nobody waits for a connection: 15 + 8 + 10 + 8 + 6 ms at the CallManager, 2 ms each of two decisions, 4 ms at the CTIManager and
/// 4 ms on its links to the application, 2 ms to half of the callers' nodes and a little waiting make 3.06 s, of which the database is 98 %.
#[test]
fn a_slow_database() {
    let told = told("setup_delay", &[("{ exponential = \"40ms\" }", "\"3s\"")], "");
    says(&told, &["97.9 % of that time is crm looking callers up"]);
}

/// One connection of 0.85 s a look-up is busy 85 % of the time: the mean wait is 0.85 / (1 - 0.85) = 5.7 times as long as that.
#[test]
fn too_few_connections_of_a_database() {
    let changes = [("connections = 50", "connections = 1"), ("\"40ms\"", "\"850ms\"")];
    let told = told("setup_delay", &changes, "");
    says(&told, &["of that time is waiting for a free connection of crm", "The only connection of crm was busy for"]);
}

/// One worker, whose calls take 0.7 s of looking up: they wait for it, and it does nothing but that.
#[test]
fn too_few_workers() {
    let changes = [("workers = 50", "workers = 1"), ("\"40ms\"", "\"700ms\"")];
    let told = told("setup_delay.p95", &changes, "");
    says(
        &told,
        &[
            "of their time is waiting for a free worker of ivr",
            "Its only worker spent 99",
            "% looking callers up in crm",
        ],
    );
}

/// 20 erlangs on 5 ports.
#[test]
fn too_few_ports() {
    let told = told("refused", &[("count = 100", "count = 5")], "");
    says(&told, &["In all of them no port of menu was free."]);
}

/// 21 erlangs on 10 people.
#[test]
fn too_few_people() {
    let told = told("queue:sales/queue_wait.p95", &[("count = 60", "count = 10")], "");
    says(&told, &["100.0 % of their time is waiting in queue sales until a person is free"]);
    let changes = [("count = 60", "count = 10"), ("talk = {", "patience = \"30s\"\ntalk = {")];
    let told = self::told("abandoned", &changes, "");
    says(&told, &["the longest part of the wait was waiting in queue sales until a person is free"]);
}

/// The application hangs: after 4 s of New Call Accept, calls are forwarded, and that is all they waited for.
#[test]
fn an_application_that_hangs() {
    let changes = [("\"3.3\"", "\"12.5\""), ("redirect_to", "cfna = \"overflow\"\ncfof = \"overflow\"\nredirect_to")];
    let fault = "[[fault]]\nat = \"4m\"\nfor = \"2m\"\napplication = \"ivr\"\nkind = \"silent\"\n";
    let cfna = told("cfna_delay", &changes, fault);
    says(&cfna, &["of that time is waiting at welcome for an application that does not act until a timer runs out"]);
    says(&cfna, &["100.0 % of them fall into the time of a fault", "application ivr hangs, after 4 min"]);
    let cfof = told("cfof_delay", &changes, fault);
    says(&cfof, &["of that time is a failure of ivr, or of its connection, that nobody has noticed"]);
}

/// The link to the application is cut for 20 s of 600: 20 of 600 calls wait for it, more than one in a hundred.
#[test]
fn a_link_that_is_cut() {
    let fault = "[[fault]]\nat = \"5m\"\nfor = \"20s\"\nlink = [\"ivr\", \"sub1\"]\n";
    let told = told("setup_delay.p99", &[], fault);
    says(&told, &["ivr, which was cut or slow (of all values:", "link ivr to sub1 is cut, after 5 min"]);
}

/// Callers come in over a link of half a second: there and back, the two halves of a second.
#[test]
fn a_slow_link_between_sites() {
    let changes = [
        ("run = {", "network = { between_nodes = \"500ms\" }\nrun = {"),
        ("to = \"welcome\"", "to = \"welcome\"\ningress = [\"sub2\"]"),
    ];
    let told = told("setup_delay", &changes, "");
    says(
        &told,
        &["the link from CallManager sub1 to CallManager sub2", "the link from CallManager sub2 to CallManager sub1"],
    );
}

/// 25 calls a second are more than a CallManager with some 50 ms a call can do: it refuses new ones.
#[test]
fn code_yellow() {
    let changes = [
        (
            "run = { length = \"10m\"",
            "cti = { code_yellow = { entry = \"20ms\", exit = \"8ms\" } }\nrun = { length = \"1m\"",
        ),
        ("\"1/s\"", "\"25/s\""),
        ("count = 100", "count = 1000"),
        ("count = 60", "count = 1000"),
        ("first_dn = \"5001\"", "first_dn = \"50001\""),
        ("first_dn = \"8001\"", "first_dn = \"80001\""),
    ];
    let told = told("refused", &changes, "");
    says(&told, &["In all of them CallManager sub1 refused new calls (Code Yellow)."]);
}

/// The CallManager fails while callers wait for people: they are lost.
#[test]
fn a_callmanager_that_fails() {
    let fault = "[[fault]]\nat = \"5m\"\nfor = \"3m\"\ncallmanager = \"sub1\"\n";
    let told = told("dropped_in_change", &[("count = 60", "count = 10")], fault);
    says(&told, &["waiting in queue sales until a person is free", "CallManager sub1 fails, after 5 min"]);
}

/// An application with 600 ports is back and opens them at once, 20 ms each: calls wait behind that.
#[test]
fn devices_that_are_opened_before_calls() {
    let changes = [
        ("run = {", "work.device_open = \"20ms\"\nrun = {"),
        ("count = 100", "count = 600"),
        ("workers = 50", "workers = 50\nopen_rate = \"500/s\""),
    ];
    let more = "[[traffic]]\nname = \"direct\"\nto = \"overflow\"\narrivals = { poisson = \"1/s\" }\n[[fault]]\nat = \"4m\"\nfor = \"30s\"\napplication = \"ivr\"\nkind = \"exit\"\n";
    let told = told("post_dial_delay.p99", &changes, more);
    says(&told, &["of their time is waiting for CallManager sub1", "% registering devices"]);
}

/// A set-up takes 0.9 s, a call a second: what calls wait for is other calls' set-up.
#[test]
fn a_slow_callmanager() {
    let told = told("post_dial_delay", &[("run = {", "work.setup = \"900ms\"\nrun = {")], "");
    says(&told, &["of that time is waiting for CallManager sub1", "CallManager sub1 spent", "% setting calls up"]);
}

/// A second call meets busy while the first is looked up, for 2 s.
#[test]
fn a_low_busy_trigger() {
    let changes = [("\"40ms\"", "\"2s\""), ("redirect_to", "busy_trigger = 1\nredirect_to")];
    let told = told("refused", &changes, "");
    says(&told, &["In all of them welcome was busy: it had as many calls as its busy trigger or its maximum allows."]);
}

/// Calls wait for a CallManager that hangs, for up to 30 s until that is noticed, and are lost then.
#[test]
fn a_callmanager_that_hangs() {
    let fault = "[[fault]]\nat = \"5m\"\nfor = \"2m\"\ncallmanager = \"sub1\"\nkind = \"hang\"\n";
    let told = told("dropped_in_setup", &[("run = {", "cti = { callmanager_notice = \"30s\" }\nrun = {")], fault);
    says(
        &told,
        &["the longest part of the wait was waiting for CallManager sub1, which hangs", "CallManager sub1 hangs"],
    );
}

/// Nobody answers within the 12 s of the no-answer timer.
#[test]
fn people_who_do_not_answer() {
    let changes = [
        ("answer = \"1s\"", "answer = \"1h\"\nno_answer = \"12s\"\ncfna = \"overflow\""),
        ("to = \"welcome\"", "to = \"agents\""),
    ];
    let told = told("cfna_delay", &changes, "");
    says(&told, &["of that time is ringing at agents in vain until the no-answer timer runs out"]);
    let changes = [("answer = \"1s\"", "answer = \"9s\""), ("to = \"welcome\"", "to = \"agents\"")];
    says(&self::told("setup_delay.max", &changes, ""), &["of its time is ringing at agents until somebody answers"]);
}

/// Devices come back in two steps: a failure is noticed after 5 s, and then they are opened one after the other.
#[test]
fn what_a_recovery_is_made_of() {
    let fault = "[[fault]]\nat = \"5m\"\nfor = \"3m\"\ncallmanager = \"sub1\"\n";
    let told = told("app_recovery_100", &[], fault);
    says(
        &told,
        &["% of that time is the time until the failure is noticed", "the time until the devices are in service"],
    );
    says(&told, &["CallManager sub1 fails, after 5 min"]);
}
