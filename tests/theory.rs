//! The model against closed forms: with everything else made free, each of its parts is a queue whose answer is known.
//!
//! The replication is the unit of inference: what is compared is the mean over replications of a replication's own
//! mean, with the 99.9 % interval of Student's t. Seeds are frozen, so each comparison is a constant, not a lottery.
//! Every one has a twin: the closed form with a parameter that is 5 % off must be rejected by the same check on the same
//! numbers. A check that cannot tell the twin from the truth would prove nothing.
//!
//! `cargo test --test theory -- --nocapture` prints the table.

mod common;

use common::{Measured, free, replicate};
use ctisim::domain::{ApplicationId, CallName, Ending, Forward, Refusal};
use ctisim::engine::{Span, Time};
use ctisim::oracle::{self, Detection};
use ctisim::plan::HeartbeatReading;
use ctisim::record::{Fact, Recorder};
use std::collections::{BTreeMap, VecDeque};

/// Few and long: a replication's mean has next to no bias then, and the interval is still within 10 % of the normal one.
const REPLICATIONS: u64 = 40;

// A CallManager is one server: M/M/1, M/D/1.

/// The waits of new calls at the first node's CallManager.
struct SetUpWaits {
    warm_up: Time,
    /// The next work at a CallManager is the set-up of a call just offered.
    offered: bool,
    count: u64,
    waited: u128,
    longer_than: Span,
    longer: u64,
}

impl Recorder for SetUpWaits {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Offered { .. } => self.offered = now >= self.warm_up,
            Fact::Served { arrived, started, .. } if self.offered => {
                self.offered = false;
                self.count += 1;
                self.waited += u128::from((started - arrived).nanos());
                self.longer += u64::from(started - arrived > self.longer_than);
            }
            _ => {}
        }
    }
}

/// Mean wait in seconds, and share of waits longer than 10 ms, by replication: calls of which a CallManager does the
/// set-up, 5 ms on average, before it finds that nobody has opened what they are for.
fn set_up_waits(setup: &str, rate: u32, seconds: u32) -> Vec<(f64, f64)> {
    let plan = free(&format!(
        r#"
        run = {{ length = "{seconds}s", warm_up = "20s" }}
        [[node]]
        name = "sub1"
        work = {{ setup = {setup} }}
        [[route_point]]
        name = "closed"
        device_pool = "main"
        [[traffic]]
        name = "callers"
        to = "closed"
        arrivals = {{ poisson = "{rate}/s" }}
        "#
    ));
    let recorder = || SetUpWaits {
        warm_up: plan.warm_up,
        offered: false,
        count: 0,
        waited: 0,
        longer_than: Span::from_millis(10),
        longer: 0,
    };
    replicate(&plan, REPLICATIONS, recorder, |waits| {
        let count = waits.count as f64;
        (waits.waited as f64 * 1e-9 / count, waits.longer as f64 / count)
    })
}

const SETUP: f64 = 0.005;

fn mm1_at(rate: u32, seconds: u32) {
    let found = set_up_waits(r#"{ exponential = "5ms" }"#, rate, seconds);
    let (rate, off) = (f64::from(rate), 1.05 * f64::from(rate));
    let what = format!("M/M/1, load {:.1}: mean wait, ms", rate * SETUP);
    Measured::new(&what, found.iter().map(|(wait, _)| 1e3 * wait))
        .holds(1e3 * oracle::mm1_mean_wait(rate, SETUP), 1e3 * oracle::mm1_mean_wait(off, SETUP));
    let what = format!("M/M/1, load {:.1}: P(wait > 10 ms)", rate * SETUP);
    Measured::new(&what, found.iter().map(|(_, longer)| *longer))
        .holds(oracle::mm1_wait_exceeds(rate, SETUP, 0.01), oracle::mm1_wait_exceeds(off, SETUP, 0.01));
}

fn md1_at(rate: u32, seconds: u32) {
    let found = set_up_waits(r#""5ms""#, rate, seconds);
    let (rate, off) = (f64::from(rate), 1.05 * f64::from(rate));
    let what = format!("M/D/1, load {:.1}: mean wait, ms", rate * SETUP);
    Measured::new(&what, found.iter().map(|(wait, _)| 1e3 * wait))
        .holds(1e3 * oracle::md1_mean_wait(rate, SETUP), 1e3 * oracle::md1_mean_wait(off, SETUP));
}

#[test]
fn a_callmanager_with_exponential_work_is_mm1() {
    mm1_at(100, 1_500);
    mm1_at(140, 2_000);
}

#[test]
fn a_callmanager_under_heavy_load_is_mm1() {
    mm1_at(160, 3_000);
}

#[test]
fn a_callmanager_with_constant_work_is_md1() {
    md1_at(100, 600);
    md1_at(160, 1_000);
}

/// Any other law: the second moment is all that counts.
#[test]
fn a_callmanager_with_lognormal_work_is_mg1() {
    let found = set_up_waits(r#"{ lognormal = { mean = "5ms", cv = 1.5 } }"#, 100, 6_000);
    let expected = |rate| 1e3 * oracle::mg1_mean_wait(rate, SETUP, 2.25);
    Measured::new("M/G/1, cv 1.5, load 0.5: mean wait, ms", found.iter().map(|(wait, _)| 1e3 * wait))
        .holds(expected(100.0), expected(105.0));
}

// A group of ports is a group of lines: Erlang B, whatever the treatment's law.

#[derive(Default)]
struct Blocking {
    warm_up: Time,
    offered: u64,
    blocked: u64,
}

impl Recorder for Blocking {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Offered { .. } if now >= self.warm_up => self.offered += 1,
            Fact::Ended { ending, offered, .. } if offered >= self.warm_up => match ending {
                Ending::Refused(Refusal::Busy) => self.blocked += 1,
                ending => assert_eq!(ending, Ending::Completed),
            },
            _ => {}
        }
    }
}

fn blocking(treatment: &str, rate: u32, ports: u32, hours: u32) -> Vec<f64> {
    let plan = free(&format!(
        r#"
        run = {{ length = "{hours}h", warm_up = "2m" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 100
        decide = "0s"
        [[cti_port]]
        name = "ports"
        count = {ports}
        device_pool = "main"
        application = "ivr"
        treatment = {treatment}
        [[traffic]]
        name = "callers"
        to = "ports"
        arrivals = {{ poisson = "{rate}/s" }}
        "#
    ));
    let recorder = || Blocking { warm_up: plan.warm_up, ..Blocking::default() };
    replicate(&plan, REPLICATIONS, recorder, |blocking| blocking.blocked as f64 / blocking.offered as f64)
}

fn erlang_b_with(law: &str, treatment: &str) {
    let found = blocking(treatment, 1, 5, 16);
    Measured::new(&format!("Erlang B (3, 5), {law}: blocked"), found.into_iter())
        .holds(oracle::erlang_b(3.0, 5), oracle::erlang_b(3.15, 5));
}

#[test]
fn ports_block_by_erlang_b_with_exponential_treatment() {
    erlang_b_with("exponential", r#"{ exponential = "3s" }"#);
}

#[test]
fn ports_block_by_erlang_b_with_fixed_treatment() {
    erlang_b_with("fixed", r#""3s""#);
}

#[test]
fn ports_block_by_erlang_b_with_lognormal_treatment() {
    erlang_b_with("lognormal, cv 2", r#"{ lognormal = { mean = "3s", cv = 2.0 } }"#);
}

/// A single port: half the callers of one erlang find it busy.
#[test]
fn one_port_blocks_by_erlang_b() {
    let found = blocking(r#"{ exponential = "1s" }"#, 1, 1, 1);
    Measured::new("Erlang B (1, 1), exponential: blocked", found.into_iter())
        .holds(oracle::erlang_b(1.0, 1), oracle::erlang_b(1.05, 1));
}

// An application with impatient callers is Erlang A.

/// Follows the application's queue: first come, first served, so that the order of presentation tells whose turn it is.
#[derive(Default)]
struct ImpatientQueue {
    warm_up: Time,
    queue: VecDeque<(CallName, Time)>,
    gone: BTreeMap<CallName, Time>,
    callers: u64,
    waited: u64,
    abandoned: u64,
    waits: u128,
}

impl ImpatientQueue {
    fn leaves_queue(&mut self, now: Time, served: bool) {
        let (call, since) = self.queue.pop_front().expect("who leaves the queue has joined it");
        let gone = self.gone.remove(&call);
        assert_eq!(gone.is_none(), served, "a worker takes up the callers that are still there");
        if since >= self.warm_up {
            let until = gone.unwrap_or(now);
            self.callers += 1;
            self.waited += u64::from(until > since);
            self.abandoned += u64::from(!served);
            self.waits += u128::from((until - since).nanos());
        }
    }
}

impl Recorder for ImpatientQueue {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Presented { call, .. } => self.queue.push_back((call, now)),
            Fact::Taken { .. } => self.leaves_queue(now, true),
            Fact::Skipped { .. } => self.leaves_queue(now, false),
            Fact::Ended { call, .. } if self.queue.iter().any(|(queued, _)| *queued == call) => {
                self.gone.insert(call, now);
            }
            _ => {}
        }
    }
}

fn erlang_a_with(rate: u32, patience: u32, workers: u32, minutes: u32) {
    let plan = free(&format!(
        r#"
        run = {{ length = "{minutes}m", warm_up = "30s" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = {workers}
        decide = {{ exponential = "1s" }}
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "anywhere"
        [[destination]]
        name = "anywhere"
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = {{ poisson = "{rate}/s" }}
        patience = {{ exponential = "{patience}s" }}
        talk = "0s"
        "#
    ));
    let recorder = || ImpatientQueue { warm_up: plan.warm_up, ..ImpatientQueue::default() };
    let found = replicate(&plan, REPLICATIONS, recorder, |queue| {
        let callers = queue.callers as f64;
        [queue.waited as f64 / callers, queue.abandoned as f64 / callers, queue.waits as f64 * 1e-9 / callers]
    });
    let (rate, patience) = (f64::from(rate), f64::from(patience));
    let expected = oracle::erlang_a(rate, 1.0, patience, workers);
    let twin = oracle::erlang_a(1.05 * rate, 1.0, patience, workers);
    let name = |what: &str| format!("Erlang A ({rate}, 1, {}, {workers}): {what}", 1.0 / patience);
    Measured::new(&name("P(wait)"), found.iter().map(|it| it[0])).holds(expected.waits, twin.waits);
    Measured::new(&name("P(abandon)"), found.iter().map(|it| it[1])).holds(expected.abandons, twin.abandons);
    Measured::new(&name("mean wait, s"), found.iter().map(|it| it[2])).holds(expected.mean_wait, twin.mean_wait);
}

#[test]
fn an_application_with_callers_as_patient_as_it_is_fast_is_erlang_a() {
    erlang_a_with(10, 1, 10, 90);
}

#[test]
fn an_application_with_more_patient_callers_is_erlang_a() {
    erlang_a_with(10, 2, 10, 120);
}

// A route point that holds calls without limit is M/G/infinity.

/// The time that a route point spends with each number of calls on it.
struct Occupancy {
    warm_up: Time,
    calls: usize,
    since: Time,
    spent: Vec<u64>,
}

impl Occupancy {
    fn change(&mut self, now: Time) {
        if self.spent.len() <= self.calls {
            self.spent.resize(self.calls + 1, 0);
        }
        self.spent[self.calls] += now.since(self.since.max(self.warm_up)).nanos();
        self.since = now;
    }
}

impl Recorder for Occupancy {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Presented { .. } => {
                self.change(now);
                self.calls += 1;
            }
            Fact::Left { .. } => {
                self.change(now);
                self.calls -= 1;
            }
            _ => {}
        }
    }
}

fn poisson_with(law: &str, lookup: &str) {
    let plan = free(&format!(
        r#"
        run = {{ length = "2h", warm_up = "1m" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 65535
        decide = "0s"
        lookup = {lookup}
        [[route_point]]
        name = "welcome"
        device_pool = "main"
        application = "ivr"
        redirect_to = "anywhere"
        [[destination]]
        name = "anywhere"
        [[traffic]]
        name = "callers"
        to = "welcome"
        arrivals = {{ poisson = "5/s" }}
        talk = "0s"
        "#
    ));
    let recorder = || Occupancy { warm_up: plan.warm_up, calls: 0, since: Time::ZERO, spent: Vec::new() };
    let found = replicate(&plan, REPLICATIONS, recorder, |mut occupancy| {
        occupancy.change(plan.length);
        let total: u64 = occupancy.spent.iter().sum();
        let mean_of = |value: fn(f64) -> f64| {
            let terms = occupancy.spent.iter().enumerate().map(|(calls, time)| value(calls as f64) * *time as f64);
            terms.sum::<f64>() / total as f64
        };
        let at_most_five: u64 = occupancy.spent.iter().take(6).sum();
        [mean_of(|calls| calls), mean_of(|calls| calls * (calls - 1.0)), at_most_five as f64 / total as f64]
    });
    // Of a Poisson number N with mean A, the mean of N (N - 1) is A^2: mean and variance in one.
    let expected = |offered: f64| [offered, offered * offered, oracle::poisson_at_most(offered, 5)];
    for (row, what) in ["mean of N", "mean of N (N - 1)", "P(N <= 5)"].into_iter().enumerate() {
        Measured::new(&format!("M/G/inf (5), {law}: {what}"), found.iter().map(|it| it[row]))
            .holds(expected(5.0)[row], expected(5.25)[row]);
    }
}

#[test]
fn calls_at_a_route_point_are_poisson_with_exponential_residence() {
    poisson_with("exponential", r#"{ exponential = "1s" }"#);
}

#[test]
fn calls_at_a_route_point_are_poisson_with_lognormal_residence() {
    poisson_with("lognormal, cv 2", r#"{ lognormal = { mean = "1s", cv = 2.0 } }"#);
}

// A silent death is noticed by the missing heartbeats (R23), and by callers before (R22, R24).

/// Which applications have died, after how long they were closed, and what became of its calls from then on.
struct Deaths {
    died: Vec<bool>,
    delay: Vec<f64>,
    /// Calls presented since the death; all of them wait there for whatever happens.
    unnoticed: Vec<u64>,
    cfof: Vec<u64>,
    cfna: Vec<u64>,
}

impl Recorder for Deaths {
    fn note(&mut self, _: Time, fact: Fact) {
        match fact {
            Fact::ApplicationFailed { application, .. } => self.died[application.index()] = true,
            Fact::ApplicationClosed { application, delay, false_failure } => {
                assert!(!false_failure);
                self.delay[application.index()] = delay.expect("it has died").seconds();
            }
            // The route points are in the order of their applications.
            Fact::Presented { route_point, .. } => {
                self.unnoticed[route_point.index()] += u64::from(self.died[route_point.index()]);
            }
            Fact::Forwarded { forward, application: Some(ApplicationId(row)), .. } => match forward {
                Forward::Cfof => self.cfof[usize::from(row)] += 1,
                Forward::Cfna => self.cfna[usize::from(row)] += 1,
                other => panic!("nobody set {other:?}"),
            },
            _ => {}
        }
    }
}

/// The interval of heartbeats, in seconds.
const INTERVAL: f64 = 30.0;
/// Calls a second at each route point.
const CALLS: f64 = 0.2;
/// Applications in a cluster: each dies once, so that a replication has as many delays.
const APPLICATIONS: usize = 100;
/// From the deaths to the end of the run, in seconds.
const AFTERMATH: f64 = 180.0;

fn deaths(reading: &str, calls: bool, replications: u64) -> Vec<Deaths> {
    let mut text = format!(
        r#"
        run = {{ length = "280s" }}
        cti = {{ heartbeat_reading = "{reading}" }}
        [[node]]
        name = "sub1"
        [[destination]]
        name = "operator"
        "#
    );
    for row in 0..APPLICATIONS {
        text += &format!(
            r#"
            [[application]]
            name = "ivr{row}"
            decide = "0s"
            heartbeat = "30s"
            [[route_point]]
            name = "welcome{row}"
            device_pool = "main"
            application = "ivr{row}"
            redirect_to = "operator"
            cfof = "operator"
            cfna = "operator"
            [[fault]]
            at = "100s"
            application = "ivr{row}"
            kind = "silent"
            "#
        );
        if calls {
            text += &format!(
                r#"
                [[traffic]]
                name = "callers{row}"
                to = "welcome{row}"
                arrivals = {{ poisson = "{CALLS}/s" }}
                talk = "0s"
                "#
            );
        }
    }
    let plan = free(&text);
    let none = || vec![0; APPLICATIONS];
    let recorder = || Deaths {
        died: vec![false; APPLICATIONS],
        delay: vec![f64::NAN; APPLICATIONS],
        unnoticed: none(),
        cfof: none(),
        cfna: none(),
    };
    replicate(&plan, replications, recorder, |deaths| deaths)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn count(values: &[u64]) -> f64 {
    values.iter().sum::<u64>() as f64 / values.len() as f64
}

fn detection_by(name: &str, reading: HeartbeatReading) {
    let found = deaths(name, false, 1_000);
    let (oracle, twin) = (Detection { reading, interval: INTERVAL }, Detection { reading, interval: 1.05 * INTERVAL });
    let (earliest, latest) = (INTERVAL, if reading == HeartbeatReading::Timer { 2.0 } else { 3.0 } * INTERVAL);
    for delay in found.iter().flat_map(|deaths| &deaths.delay) {
        assert!((earliest..=latest).contains(delay), "a death noticed after {delay} s");
    }
    Measured::new(&format!("R23, {name}: mean delay, s"), found.iter().map(|deaths| mean(&deaths.delay)))
        .holds(oracle.mean(), twin.mean());
    let spread = |deaths: &Deaths| {
        let centre = mean(&deaths.delay);
        let squares: f64 = deaths.delay.iter().map(|delay| (delay - centre) * (delay - centre)).sum();
        squares / (APPLICATIONS - 1) as f64
    };
    Measured::new(&format!("R23, {name}: variance of delay, s2"), found.iter().map(spread))
        .holds(oracle.variance(), twin.variance());
    let early = if reading == HeartbeatReading::Timer { 1.4 } else { 1.8 } * INTERVAL;
    let early_share =
        |deaths: &Deaths| deaths.delay.iter().filter(|delay| **delay <= early).count() as f64 / APPLICATIONS as f64;
    let measured = found.iter().map(early_share);
    Measured::new(&format!("R23, {name}: noticed early"), measured)
        .holds(oracle.detected_by(early), twin.detected_by(early));
}

#[test]
fn a_timer_notices_a_silent_death_within_one_to_two_intervals_uniformly() {
    detection_by("timer", HeartbeatReading::Timer);
}

#[test]
fn a_checker_notices_a_silent_death_within_one_to_three_intervals_triangularly() {
    detection_by("grid", HeartbeatReading::Grid);
}

fn callers_of_the_dead(name: &str, reading: HeartbeatReading) {
    let found = deaths(name, true, 80);
    for deaths in &found {
        assert_eq!(deaths.cfof, deaths.unnoticed, "who waits at the dead application leaves by CFOF, nobody else");
    }
    let (oracle, twin) = (Detection { reading, interval: INTERVAL }, Detection { reading, interval: 1.05 * INTERVAL });
    Measured::new(&format!("R24, {name}: calls before it is noticed"), found.iter().map(|it| count(&it.cfof)))
        .holds(oracle.calls_before(CALLS), twin.calls_before(CALLS));
    let after = |detection: &Detection| CALLS * (AFTERMATH - detection.mean());
    Measured::new(&format!("R22, {name}: calls by CFNA after that"), found.iter().map(|it| count(&it.cfna)))
        .holds(after(&oracle), after(&twin));
}

#[test]
fn callers_meet_a_dead_application_until_a_timer_runs_out() {
    callers_of_the_dead("timer", HeartbeatReading::Timer);
}

#[test]
fn callers_meet_a_dead_application_until_a_checker_notices() {
    callers_of_the_dead("grid", HeartbeatReading::Grid);
}
