//! Closed forms beside a run: each kind that is recognised on a plan holds for the full model, and near misses are not recognised.
//!
//! A form holds if the simulated values agree with it at 99.9 %, by Student's t over replications with fixed seeds. Every form has a
//! twin, the form for a workload that is a few per cent off, which the same check on the same numbers must reject.
//!
//! `cargo test --test suite expected:: -- --nocapture` prints the numbers. `UPDATE=1` rewrites the golden file of the shipped workloads.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::common::{Beside, FREE, compile};
use ctisim::analysis::{Study, simulated};
use ctisim::expected::{Expected, Predicted, expected};
use ctisim::experiment::{Audit, MeasuredCluster, replicate};
use ctisim::plan::{self, Plan};
use ctisim::workload;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A kind of measure, of any subject.
type Kind = fn(&Predicted) -> bool;

fn matching(plan: &Plan, kind: Kind) -> Vec<Expected> {
    expected(plan, plan.window()).into_iter().filter(|it| kind(&it.measure)).collect()
}

/// The plan of a workload with some values changed.
fn changed(text: &str, settings: &[&str]) -> Plan {
    compile("expected", &workload::set(text, settings).unwrap_or_else(|why| panic!("{why}")))
}

/// The expected value of this kind agrees with `replications` audited replications of the model, and its value with `twin` does not.
#[track_caller]
fn holds(text: &str, kind: Kind, replications: u64, twin: &str) {
    let plan = changed(text, &[]);
    let worker = || MeasuredCluster::new(&plan, plan.window(), plan.seed, Audit::On);
    let outcome = replicate(0..replications, 2, worker, &(), &AtomicBool::new(false)).expect("every identity holds");
    let study = Study::new(&plan, plan.window(), plan.seed, outcome);
    let forms = matching(&plan, kind);
    let twins = matching(&changed(text, &[twin]), kind);
    assert!(!forms.is_empty(), "nothing of the kind applies");
    assert_eq!(forms.len(), twins.len(), "the twin is of the same kind");
    for (form, twin) in forms.iter().zip(&twins) {
        let values = simulated(&study, form.measure);
        let count = values.len() as f64;
        assert!(count > 0.95 * replications as f64, "{form:?}: hardly a value");
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
        let t = StudentsT::new(0.0, 1.0, count - 1.0).expect("there are two at least").inverse_cdf(0.9995);
        let half = t * (variance / count).sqrt();
        let agrees = |it: &Expected| it.low <= mean + half && mean - half <= it.high;
        println!(
            "{:?}: {} to {}, found {mean} +- {half}, twin {} to {}",
            form.measure, form.low, form.high, twin.low, twin.high
        );
        assert!(form.low <= form.high && form.high <= 1.06 * form.low, "{form:?} is too wide");
        assert!(agrees(form), "{form:?}: found {mean} +- {half}");
        assert!(!agrees(twin), "{form:?}: cannot be distinguished from the wrong {twin:?}, found {mean} +- {half}");
    }
}

/// The kind applies, but no longer with any one of these changes.
#[track_caller]
fn only_without(text: &str, kind: Kind, changes: &[&[&str]]) {
    assert!(!matching(&changed(text, &[]), kind).is_empty(), "it applies at first");
    for change in changes {
        let found = matching(&changed(text, change), kind);
        assert!(found.is_empty(), "with {change:?} it must not apply: {found:?}");
    }
}

const HEAD: &str = r#"
format = 1
question = "Does it agree?"
"#;

/// Two nodes, and a group of both.
const NODES: &str = r#"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
"#;

// The number of calls.

fn offered_calls() -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "40m", warm_up = "10m" }}
        network = {{ from_caller = "2s" }}
        {NODES}
        [[destination]]
        name = "outside"
        [[traffic]]
        name = "one"
        to = "outside"
        arrivals = {{ profile = [{{ at = "0h", rate = "600/h" }}, {{ at = "20m", rate = "1800/h" }}] }}
        [[traffic]]
        name = "other"
        to = "outside"
        arrivals = {{ poisson = "300/h", steps = [{{ at = "5m", for = "10m", times = 3.0 }}] }}
        "#
    )
}

const IS_OFFERED: Kind = |measure| *measure == Predicted::Offered;

#[test]
fn calls_offered_are_rate_times_time() {
    holds(&offered_calls(), IS_OFFERED, 200, "traffic.other.arrivals.poisson=345/h");
    let states = "traffic.other.arrivals.states=[{ times = 1, mean = '1m' }, { times = 2, mean = '1m' }]";
    let day = "traffic.other.arrivals.day={ name = 'site', cv = 0.1 }";
    only_without(&offered_calls(), IS_OFFERED, &[&[states], &[day]]);
    holds(&offered_calls(), IS_OFFERED, 200, "traffic.other.arrivals.scale=1.15");
}

// Ports, phones and lines.

fn ports() -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "3h", warm_up = "30m" }}
        {NODES}
        [[application]]
        name = "ivr"
        [[cti_port]]
        name = "ports"
        count = 12
        device_pool = "main"
        application = "ivr"
        treatment = {{ erlang = {{ mean = "2m", phases = 2 }} }}
        cfb = "overflow"
        [[destination]]
        name = "overflow"
        [[traffic]]
        name = "callers"
        to = "ports"
        arrivals = {{ poisson = "300/h" }}
        "#
    )
}

const FORWARDED: Kind = |measure| *measure == Predicted::ForwardedBusy;
const REFUSED: Kind = |measure| *measure == Predicted::RefusedBusy;

#[test]
fn ports_that_are_dialled_block_by_erlang_b() {
    holds(&ports(), FORWARDED, 400, "traffic.callers.arrivals.poisson=318/h");
    let text = ports();
    let fault = format!("{text}\n[[fault]]\nat = \"1h\"\napplication = \"ivr\"\nkind = \"exit\"\nfor = \"1m\"\n");
    assert!(matching(&changed(&fault, &[]), FORWARDED).is_empty(), "an application fails");
    let two = format!("{text}\n[[traffic]]\nname = \"more\"\nto = \"overflow\"\narrivals = {{ poisson = \"1/h\" }}\n");
    assert!(matching(&changed(&two, &[]), FORWARDED).is_empty(), "others are offered too");
    let people = format!("{text}\n[[phone]]\nname = \"people\"\ncount = 3\ndevice_pool = \"main\"\n");
    let transfers = ["cti_port.ports.transfer_to=people", "cti_port.ports.transfer_share=0.5"];
    assert!(matching(&changed(&people, &transfers), FORWARDED).is_empty(), "the transfer takes time at the port");
    only_without(
        &text,
        FORWARDED,
        &[
            &["traffic.callers.arrivals={ profile = [{ at = '0h', rate = '300/h' }, { at = '1h', rate = '310/h' }] }"],
            &["traffic.callers.patience={ exponential = '5s' }"],
            &["cti_port.ports.treatment=2s", "traffic.callers.arrivals.poisson=18000/h"],
            &["destination.overflow.lines=5"],
            &["run.warm_up=1m"],
            &["cti.code_yellow={ entry = '200ms', exit = '80ms' }"],
            &["work.setup=15s"],
        ],
    );
}

/// A number of a port leads to that port alone: of a range, each is a group of one, with a third of the calls.
#[test]
fn numbers_of_ports_block_by_erlang_b_one_by_one() {
    let settings = ["cti_port.ports.first_dn='5001'", "traffic.callers.to=5001-5003"];
    let text = workload::set(&ports(), &settings).expect("keys of the format");
    holds(&text, FORWARDED, 400, "traffic.callers.arrivals.poisson=318/h");
    let group = format!("{text}\n[[traffic]]\nname = \"more\"\nto = \"ports\"\narrivals = {{ poisson = \"1/h\" }}\n");
    assert!(matching(&changed(&group, &[]), FORWARDED).is_empty(), "the group has calls of its own");
}

/// A route point with two lines, of which one is dialled.
fn line() -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "3h", warm_up = "30m" }}
        {NODES}
        [[application]]
        name = "ivr"
        [[route_point]]
        name = "welcome"
        lines = [{{ dn = "7001", busy_trigger = 12 }}, {{ dn = "7002" }}]
        device_pool = "main"
        application = "ivr"
        answers = true
        treatment = {{ erlang = {{ mean = "2m", phases = 2 }} }}
        [[traffic]]
        name = "callers"
        to = "7001"
        arrivals = {{ poisson = "300/h" }}
        "#
    )
}

#[test]
fn a_line_of_a_route_point_that_answers_blocks_by_erlang_b_at_its_trigger() {
    holds(&line(), REFUSED, 400, "traffic.callers.arrivals.poisson=318/h");
    let text = line();
    let other = format!("{text}\n[[traffic]]\nname = \"more\"\nto = \"7002\"\narrivals = {{ poisson = \"1/h\" }}\n");
    assert!(matching(&changed(&other, &[]), REFUSED).is_empty(), "others are offered too");
    let people = format!("{text}\n[[phone]]\nname = \"people\"\ncount = 3\ndevice_pool = \"main\"\n");
    let transfers = ["route_point.welcome.transfer_to=people", "route_point.welcome.transfer_share=0.5"];
    assert!(matching(&changed(&people, &transfers), REFUSED).is_empty(), "the transfer takes time at the line");
    only_without(
        &text,
        REFUSED,
        &[
            // The other line has room for all.
            &["traffic.callers.to=7002"],
            &["traffic.callers.patience={ exponential = '5s' }"],
            &["run.warm_up=1m"],
        ],
    );
}

/// Ringing takes the phone as well, before anyone talks. Nobody is cleared while it rings.
fn phones() -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "4h", warm_up = "40m" }}
        cti = {{ t301 = "off" }}
        {NODES}
        [[phone]]
        name = "desks"
        count = 6
        device_pool = "main"
        answer = {{ exponential = "20s" }}
        [[traffic]]
        name = "callers"
        to = "desks"
        arrivals = {{ poisson = "100/h" }}
        talk = {{ exponential = "150s" }}
        "#
    )
}

#[test]
fn phones_that_are_dialled_block_by_erlang_b() {
    holds(&phones(), REFUSED, 500, "traffic.callers.arrivals.poisson=108/h");
    only_without(
        &phones(),
        REFUSED,
        &[
            &["phone.desks.answered=90%"],
            &["phone.desks.no_answer=30s"],
            &["cti.t301=180s"],
            &["traffic.callers.patience=10m"],
            &["phone.desks.cfb=desks"],
        ],
    );
}

/// The work after a call takes the phone too, and only its mean matters.
#[test]
fn phones_with_work_after_calls_block_by_erlang_b_with_the_sum() {
    let wrap_up = "answer = { exponential = \"20s\" }\nwrap_up = { lognormal = { mean = \"60s\", cv = 1 } }";
    let text = phones().replace("answer = { exponential = \"20s\" }", wrap_up);
    holds(&text, REFUSED, 500, "phone.desks.wrap_up=72s");
}

#[test]
fn lines_that_a_few_phones_dial_block_by_engset() {
    let text = format!(
        r#"{HEAD}
        run = {{ length = "4h", warm_up = "40m" }}
        {NODES}
        [[phone]]
        name = "desks"
        count = 8
        device_pool = "main"
        [[destination]]
        name = "bureau"
        lines = 3
        [[traffic]]
        name = "staff"
        from = "desks"
        to = "bureau"
        arrivals = {{ poisson = "100/h" }}
        talk = {{ exponential = "100s" }}
        "#
    );
    holds(&text, REFUSED, 500, "traffic.staff.arrivals.poisson=108/h");
    assert!(matching(&changed(&text, &[]), |measure| *measure == Predicted::Offered).is_empty(), "phones in use");
    let others = format!("{text}\n[[traffic]]\nname = \"more\"\nto = \"bureau\"\narrivals = {{ poisson = \"1/h\" }}\n");
    assert!(matching(&changed(&others, &[]), REFUSED).is_empty(), "others dial too");
    only_without(
        &text,
        REFUSED,
        &[
            &["traffic.staff.to=desks"],
            &["traffic.staff.patience=1s", "destination.bureau.answer=5s"],
            &["run.warm_up=2m"],
            &["work.setup=15s"],
            &["destination.bureau.answer=4m"],
        ],
    );
}

#[test]
fn lines_outside_block_by_erlang_b() {
    let text = format!(
        r#"{HEAD}
        run = {{ length = "4h", warm_up = "30m" }}
        {NODES}
        [[destination]]
        name = "bureau"
        lines = 5
        answer = "5s"
        [[traffic]]
        name = "callers"
        to = "bureau"
        arrivals = {{ poisson = "60/h" }}
        talk = "175s"
        [[traffic]]
        name = "others"
        to = "bureau"
        arrivals = {{ poisson = "20/h" }}
        talk = "115s"
        "#
    );
    holds(&text, REFUSED, 500, "traffic.callers.arrivals.poisson=66/h");
    only_without(&text, REFUSED, &[&["traffic.others.patience=1s"], &["run.warm_up=2m"]]);
}

// Route points that hold their calls.

fn queue() -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "20m", warm_up = "2m" }}
        {NODES}
        [[application]]
        name = "announcer"
        [[route_point]]
        name = "queue"
        device_pool = "main"
        application = "announcer"
        answers = true
        treatment = {{ lognormal = {{ mean = "3m", cv = 1.0 }} }}
        [[traffic]]
        name = "callers"
        to = "queue"
        arrivals = {{ poisson = "400/h" }}
        "#
    )
}

const IS_CALLS: Kind = |measure| matches!(measure, Predicted::Calls(_));

/// From empty: not yet settled, but the form is still exact.
#[test]
fn a_route_point_that_holds_calls_is_a_queue_without_limit() {
    holds(&queue(), IS_CALLS, 400, "traffic.callers.arrivals.poisson=420/h");
    let text = queue();
    let more = "\n[[route_point]]\nname = \"other\"\ndevice_pool = \"main\"\napplication = \"announcer\"\nredirect_to = \"queue\"\n";
    assert!(matching(&changed(&(text.clone() + more), &[]), IS_CALLS).is_empty(), "other calls come there");
    only_without(
        &text,
        IS_CALLS,
        &[
            &["route_point.queue.busy_trigger=25"],
            &["traffic.callers.patience={ exponential = '3s' }"],
            &["traffic.callers.arrivals={ poisson = '400/h', steps = [{ at = '5m', for = '1m', times = 2.0 }] }"],
            &["route_point.queue.treatment=1s"],
            &[
                "application.announcer.decide=400ms",
                "application.announcer.workers=1",
                "traffic.callers.arrivals.poisson=9000/h",
            ],
        ],
    );
}

// Workers.

fn workers(decide: &str, number: u32, rate: u32) -> String {
    format!(
        r#"{FREE}
        run = {{ length = "1h", warm_up = "5m" }}
        {NODES}
        [[application]]
        name = "ivr"
        workers = {number}
        decide = {decide}
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "outside"
        [[destination]]
        name = "outside"
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = {{ poisson = "{rate}/s" }}
        talk = "0s"
        "#
    )
}

const WORKERS: Kind = |measure| matches!(measure, Predicted::QueueDelay(_));

#[test]
fn workers_are_mmc_or_mg1() {
    holds(
        &workers(r#"{ exponential = "400ms" }"#, 4, 7),
        WORKERS,
        60,
        "application.ivr.decide={ exponential = '420ms' }",
    );
    holds(
        &workers(r#"{ uniform = ["20ms", "120ms"] }"#, 1, 8),
        WORKERS,
        60,
        "application.ivr.decide={ uniform = ['21ms', '126ms'] }",
    );
    let mmc = workers(r#"{ exponential = "400ms" }"#, 4, 7);
    let port = "\n[[cti_port]]\nname = \"ports\"\ncount = 2\ndevice_pool = \"main\"\napplication = \"ivr\"\n";
    assert!(matching(&changed(&(mmc.clone() + port), &[]), WORKERS).is_empty(), "the ports ask for workers too");
    only_without(
        &mmc,
        WORKERS,
        &[
            &["work.setup=1ms"],
            &["work.event=1ms"],
            &["application.ivr.lookup=1ms"],
            &["application.ivr.decide=400ms"],
            &["traffic.callers.patience=1m"],
            &["cti.new_call_accept=4s"],
            &["route_point.welcome.busy_trigger=20"],
            &["run.warm_up=1s"],
            &["traffic.callers.arrivals.poisson=10/s"],
        ],
    );
}

// Queues for people.

/// Callers who want one thing or another, and wait for the same people, who are at two places.
fn people(callers: &str) -> String {
    format!(
        r#"{FREE}
        run = {{ length = "20h", warm_up = "1h" }}
        {NODES}
        [[application]]
        name = "ivr"
        workers = 100
        decide = "0s"
        [[cti_port]]
        name = "ports"
        count = 300
        device_pool = "main"
        application = "ivr"
        treatment = {{ uniform = ["10s", "30s"] }}
        transfer_to = {{ sales = "sales", service = "service" }}
        transfer_share = 0.9
        [[queue]]
        name = "sales"
        phones = ["here", "there"]
        [[queue]]
        name = "service"
        phones = ["there", "here"]
        priority = 2
        order = "top_down"
        [[phone]]
        name = "here"
        count = 3
        device_pool = "main"
        answer = "0s"
        [[phone]]
        name = "there"
        count = 2
        device_pool = "main"
        answer = "0s"
        [[destination]]
        name = "outside"
        [[traffic]]
        name = "callers"
        to = "ports"
        wish = {{ sales = "40%", service = "60%" }}
        arrivals = {{ poisson = "{callers}" }}
        talk = {{ exponential = "20s" }}
        "#
    )
}

const PEOPLE: Kind = |measure| matches!(measure, Predicted::QueueWait(_));

#[test]
fn callers_of_two_priorities_wait_by_cobham() {
    // 648 of 720 calls an hour reach a queue: 3.6 erlangs on 5 people.
    let text = people("720/h");
    let plan = changed(&text, &[]);
    assert_eq!(matching(&plan, PEOPLE).iter().map(|it| it.form).collect::<Vec<_>>(), ["Cobham", "Cobham"]);
    holds(&text, PEOPLE, 60, "traffic.callers.arrivals.poisson=756/h");
    only_without(
        &text,
        PEOPLE,
        &[
            &["traffic.callers.patience=10m"],
            &["traffic.callers.talk=20s"],
            &["traffic.callers.arrivals.poisson=950/h"],
            &["phone.here.answered=0.9"],
            &["phone.here.answer=5s"],
            &["phone.here.wrap_up=10s"],
            &["phone.here.no_answer=1m"],
            &["queue.sales.phones=['here']"],
            &["cti_port.ports.count=20"],
            &["cti_port.ports.cfb=here"],
            &["fault=[{ application = 'ivr', kind = 'exit', at = '2h', for = '1m' }]"],
            &["run.warm_up=1m"],
        ],
    );
}

// A silent death.

fn death(reading: &str) -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "20m", warm_up = "5m" }}
        cti = {{ heartbeat_reading = "{reading}" }}
        {NODES}
        [[application]]
        name = "ivr"
        heartbeat = "30s"
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "outside"
        [[destination]]
        name = "outside"
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = {{ poisson = "60/h" }}
        patience = "20s"
        [[fault]]
        name = "hang"
        at = "10m"
        application = "ivr"
        kind = "silent"
        for = "3m"
        "#
    )
}

const DETECTION: Kind = |measure| matches!(measure, Predicted::Detection(_));

#[test]
fn a_silent_death_is_noticed_as_the_reading_says() {
    holds(&death("timer"), DETECTION, 2_000, "application.ivr.heartbeat=31s");
    holds(&death("grid"), DETECTION, 2_000, "application.ivr.heartbeat=31s");
    let text = death("timer");
    let more = "\n[[fault]]\nat = \"1m\"\nctimanager = \"sub1\"\nfor = \"1m\"\n";
    assert!(
        matching(&changed(&(text.clone() + more), &[]), DETECTION).is_empty(),
        "it has moved to another CTIManager"
    );
    let again = "\n[[fault]]\nat = \"16m\"\napplication = \"ivr\"\nkind = \"exit\"\nfor = \"1m\"\n";
    assert!(matching(&changed(&(text.clone() + again), &[]), DETECTION).is_empty(), "it fails twice");
    only_without(
        &text,
        DETECTION,
        &[
            &["fault.hang.for=50s"],
            &["fault.hang.kind=exit"],
            &["fault.hang.kind=stall"],
            &["fault.hang.at=19m30s"],
            &["fault.hang.at=4m"],
            &["work.event=1m"],
            &["application.ivr.decide=9s", "application.ivr.workers=1", "traffic.callers.arrivals.poisson=240/h"],
        ],
    );
}

// Failures at random.

fn random(lasts: &str) -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "240h", bin = "1h" }}
        {NODES}
        [[destination]]
        name = "outside"
        [[traffic]]
        name = "callers"
        to = "outside"
        ingress = ["sub1"]
        arrivals = {{ poisson = "4/h" }}
        talk = "10s"
        [[fault]]
        name = "software"
        callmanager = "sub1"
        time_to_failure = {{ exponential = "10h" }}
        time_to_repair = {lasts}
        [[fault]]
        name = "hardware"
        node = "sub2"
        time_to_failure = {{ exponential = "20h" }}
        time_to_repair = {lasts}
        "#
    )
}

const FAILURES: Kind = |measure| *measure == Predicted::Failures;
const UNREACHABLE: Kind = |measure| *measure == Predicted::Unreachable;

#[test]
fn callmanagers_fail_as_often_as_their_times_say() {
    let distribution = r#"{ lognormal = { mean = "15m", cv = 1.0 } }"#;
    holds(&random(distribution), FAILURES, 1_000, "fault.software.time_to_failure={ exponential = '9h' }");
    let once = "\n[[fault]]\nat = \"50h\"\ncallmanager = \"sub1\"\nfor = \"1h\"\n";
    assert!(matching(&changed(&(random(distribution) + once), &[]), FAILURES).is_empty(), "one is not at random");
    only_without(
        &random(distribution),
        FAILURES,
        &[&["fault.hardware.time_to_failure={ erlang = { mean = '20h', phases = 2 } }"]],
    );
}

#[test]
fn callers_find_no_callmanager_as_often_as_none_is_there() {
    let text = random(r#"{ exponential = "2h" }"#);
    holds(&text, UNREACHABLE, 500, "fault.software.time_to_repair={ exponential = '150m' }");
    let both = workload::set(&text, &["traffic.callers.ingress=['sub1', 'sub2']"]).unwrap();
    holds(&both, UNREACHABLE, 3_000, "fault.software.time_to_repair={ exponential = '3h' }");
    let more = "\n[[fault]]\nname = \"power\"\nnode = \"sub1\"\ntime_to_failure = { exponential = \"90h\" }\ntime_to_repair = { exponential = \"1h\" }\n";
    assert!(matching(&changed(&(text.clone() + more), &[]), UNREACHABLE).is_empty(), "two faults of one node overlap");
    only_without(
        &text,
        UNREACHABLE,
        &[
            &["fault.software.time_to_repair=2h"],
            &["traffic.callers.arrivals={ profile = [{ at = '0h', rate = '4/h' }, { at = '9h', rate = '5/h' }] }"],
        ],
    );
}

// Rehoming.

fn rehoming(rate: u32) -> String {
    format!(
        r#"{HEAD}
        run = {{ length = "5h", warm_up = "10m", bin = "10m" }}
        {NODES}
        [[application]]
        name = "announcer"
        [[route_point]]
        name = "queue"
        device_pool = "main"
        application = "announcer"
        answers = true
        treatment = {{ lognormal = {{ mean = "2m", cv = 0.8 }} }}
        [[traffic]]
        name = "callers"
        to = "queue"
        arrivals = {{ poisson = "{rate}/h" }}
        patience = {{ exponential = "60s" }}
        [[fault]]
        name = "crash"
        at = "30m"
        callmanager = "sub1"
        for = "20m"
        "#
    )
}

const HOME_BY_END: Kind = |measure| matches!(measure, Predicted::HomeByEnd(_));
const REHOME_WAIT: Kind = |measure| matches!(measure, Predicted::RehomeWait(_));

#[test]
fn a_route_point_rehomes_when_theory_says() {
    holds(&rehoming(55), REHOME_WAIT, 4_000, "traffic.callers.arrivals.poisson=60/h");
    holds(&rehoming(200), HOME_BY_END, 2_000, "traffic.callers.arrivals.poisson=225/h");
}

#[test]
fn what_changes_rehoming_is_noticed() {
    let two = rehoming(55) + "\n[[fault]]\nat = \"2h\"\ncallmanager = \"sub2\"\nfor = \"10m\"\n";
    assert!(matching(&changed(&two, &[]), REHOME_WAIT).is_empty(), "two CallManagers fail");
    only_without(
        &rehoming(55),
        REHOME_WAIT,
        &[
            &["callmanager_group.main.members=['sub1']"],
            &["callmanager_group.main.members=['sub2', 'sub1']"],
            &["application.announcer.recovery=false"],
            &["topology=direct"],
            &["fault.crash.at=5m"],
            &["fault.crash.for=4s"],
            &["route_point.queue.cannot_open_on=['sub2']"],
            &["traffic.callers.patience={ exponential = '5s' }"],
            &["traffic.callers.arrivals={ profile = [{ at = '0h', rate = '55/h' }, { at = '2h', rate = '30/h' }] }"],
            &["route_point.queue.maximum_calls=4", "route_point.queue.busy_trigger=4"],
        ],
    );
}

// The shipped workloads.

#[test]
fn the_shipped_workloads_match_what_they_matched() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("workloads");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("workloads")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    let mut text = String::new();
    for name in names {
        let file = fs::read_to_string(folder.join(&name)).expect("readable");
        let plan = plan::compile(&name, &file, &Beside(folder.clone())).expect("it compiles");
        writeln!(text, "{}", plan.name).expect("memory does not fail");
        for it in expected(&plan, plan.window()) {
            writeln!(text, "  {:?}: {:.4} to {:.4}, {}: {}", it.measure, it.low, it.high, it.form, it.why)
                .expect("memory does not fail");
        }
    }
    let golden = root.join("tests/golden/expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, &text).expect("writable");
    }
    let before = fs::read_to_string(&golden).unwrap_or_default();
    assert!(text == before, "if that is meant, run the tests again with UPDATE=1. Now it is:\n{text}");
}
