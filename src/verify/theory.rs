//! Queues: with everything else free, each part of the model is a queue with a closed form.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{ApplicationId, CallName, Ending, Forward, Refusal};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder};
use crate::oracle::{self, Detection};
use crate::plan::HeartbeatReading;

use super::comparison::{Cell, Comparison, free, watch};

/// Few and long: then a replication's mean has almost no bias, and the interval is still within 10 % of the normal one.
const REPLICATIONS: u64 = 40;

/// A cell that is to be known to 1.6 %.
fn cell(name: String, expected: f64, twin: f64) -> Cell {
    Cell { name, expected, twin, precision: 0.016 }
}

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

/// The mean of set-up work, in seconds.
const SETUP: f64 = 0.005;

/// Calls that a CallManager sets up, in 5 ms on average, before it finds that nobody has opened the route point they are for.
/// The cells are the mean wait in milliseconds and, if there are two, the share of waits longer than 10 ms.
fn set_up_waits(name: String, setup: &str, rate: u32, seconds: u32, cells: Vec<Cell>) -> Comparison {
    let workload = free(&format!(
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
    let watch = watch(
        |plan| SetUpWaits {
            warm_up: plan.window().warm_up,
            offered: false,
            count: 0,
            waited: 0,
            longer_than: Span::from_millis(10),
            longer: 0,
        },
        |_, waits| {
            let count = waits.count as f64;
            Ok(vec![waits.waited as f64 * 1e-6 / count, waits.longer as f64 / count])
        },
    );
    Comparison { name, workload, replications: REPLICATIONS, cells, watch }
}

fn mm1_at(rate: u32, seconds: u32) -> Comparison {
    let (calls, off) = (f64::from(rate), 1.05 * f64::from(rate));
    let name = format!("M/M/1, load {:.1}", calls * SETUP);
    let wait = |rate| 1e3 * oracle::mm1_mean_wait(rate, SETUP);
    let longer = |rate| oracle::mm1_wait_exceeds(rate, SETUP, 0.01);
    let cells = vec![
        cell(format!("{name}: mean wait, ms"), wait(calls), wait(off)),
        cell(format!("{name}: P(wait > 10 ms)"), longer(calls), longer(off)),
    ];
    set_up_waits(name, r#"{ exponential = "5ms" }"#, rate, seconds, cells)
}

/// M/M/1 at loads of 0.5 and 0.7.
pub(super) fn mm1() -> Vec<Comparison> {
    vec![mm1_at(100, 1_500), mm1_at(140, 2_000)]
}

/// M/M/1 at a load of 0.8.
pub(super) fn mm1_busy() -> Vec<Comparison> {
    vec![mm1_at(160, 3_000)]
}

/// M/D/1.
pub(super) fn md1() -> Vec<Comparison> {
    let at = |rate: u32, seconds| {
        let (calls, off) = (f64::from(rate), 1.05 * f64::from(rate));
        let name = format!("M/D/1, load {:.1}", calls * SETUP);
        let wait = |rate| 1e3 * oracle::md1_mean_wait(rate, SETUP);
        let cells = vec![cell(format!("{name}: mean wait, ms"), wait(calls), wait(off))];
        set_up_waits(name, r#""5ms""#, rate, seconds, cells)
    };
    vec![at(100, 600), at(160, 1_000)]
}

/// Any other distribution: only the first two moments matter.
pub(super) fn mg1() -> Vec<Comparison> {
    let name = "M/G/1, cv 1.5, load 0.5".to_owned();
    let wait = |rate| 1e3 * oracle::mg1_mean_wait(rate, SETUP, 2.25);
    let cells = vec![cell(format!("{name}: mean wait, ms"), wait(100.0), wait(105.0))];
    vec![set_up_waits(name, r#"{ lognormal = { mean = "5ms", cv = 1.5 } }"#, 100, 6_000, cells)]
}

// A group of ports is a group of lines: Erlang B, whatever the distribution of the treatment.

#[derive(Default)]
struct Blocking {
    warm_up: Time,
    offered: u64,
    blocked: u64,
    wrong: Option<Ending>,
}

impl Recorder for Blocking {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Offered { .. } if now >= self.warm_up => self.offered += 1,
            Fact::Ended { ending, offered, .. } if offered >= self.warm_up => match ending {
                Ending::Refused(Refusal::Busy) => self.blocked += 1,
                Ending::Completed => {}
                ending => self.wrong = Some(ending),
            },
            _ => {}
        }
    }
}

/// One call a second on average, and so many ports.
pub(super) fn loss_system(treatment: &str, ports: u32, length: &str, warm_up: &str) -> String {
    free(&format!(
        r#"
        run = {{ length = "{length}", warm_up = "{warm_up}" }}
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
        arrivals = {{ poisson = "1/s" }}
        "#
    ))
}

/// Erlang B for fixed, exponential and highly variable treatments, and for a single port: with one erlang half the callers
/// find it busy.
pub(super) fn erlang_b() -> Vec<Comparison> {
    let with = |distribution: &str, treatment: &str, offered: f64, ports: u32, hours: u32| {
        let name = format!("Erlang B ({offered}, {ports}), {distribution}");
        let (expected, twin) = (oracle::erlang_b(offered, ports), oracle::erlang_b(1.05 * offered, ports));
        let watch = watch(
            |plan| Blocking { warm_up: plan.window().warm_up, ..Blocking::default() },
            |_, blocking| match blocking.wrong {
                None => Ok(vec![blocking.blocked as f64 / blocking.offered as f64]),
                Some(ending) => Err(format!("a call ended with {ending:?}")),
            },
        );
        Comparison {
            cells: vec![cell(format!("{name}: blocked"), expected, twin)],
            name,
            workload: loss_system(treatment, ports, &format!("{hours}h"), "2m"),
            replications: REPLICATIONS,
            watch,
        }
    };
    vec![
        with("exponential", r#"{ exponential = "3s" }"#, 3.0, 5, 16),
        with("fixed", r#""3s""#, 3.0, 5, 16),
        with("lognormal, cv 2", r#"{ lognormal = { mean = "3s", cv = 2.0 } }"#, 3.0, 5, 16),
        with("exponential", r#"{ exponential = "1s" }"#, 1.0, 1, 1),
    ]
}

/// Calls to the lines of a route point that answers: the busy trigger of each is as many servers, whatever the other line has. Each
/// has a call a second, and 3 erlangs; one trigger for the whole route point would be 6 erlangs on 5.
pub(super) fn erlang_b_of_a_line() -> Vec<Comparison> {
    const TRIGGER: u32 = 5;
    let name = format!("Erlang B (3, {TRIGGER}), a line of two");
    let workload = free(&format!(
        r#"
        run = {{ length = "16h", warm_up = "2m" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 100
        decide = "0s"
        [[route_point]]
        name = "welcome"
        lines = [{{ dn = "7001" }}, {{ dn = "7002" }}]
        busy_trigger = {TRIGGER}
        device_pool = "main"
        application = "ivr"
        answers = true
        treatment = {{ exponential = "3s" }}
        [[traffic]]
        name = "callers"
        to = "7001"
        arrivals = {{ poisson = "1/s" }}
        [[traffic]]
        name = "others"
        to = "7002"
        arrivals = {{ poisson = "1/s" }}
        "#
    ));
    let watch = watch(
        |plan| Blocking { warm_up: plan.window().warm_up, ..Blocking::default() },
        |_, blocking| match blocking.wrong {
            None => Ok(vec![blocking.blocked as f64 / blocking.offered as f64]),
            Some(ending) => Err(format!("a call ended with {ending:?}")),
        },
    );
    let (expected, twin) = (oracle::erlang_b(3.0, TRIGGER), oracle::erlang_b(1.05 * 3.0, TRIGGER));
    let cells = vec![cell(format!("{name}: blocked"), expected, twin)];
    vec![Comparison { cells, name, workload, replications: REPLICATIONS, watch }]
}

// People who take calls from queues are servers: Cobham with priorities, Erlang C for the calls of each wish.

/// The waits of calls for people, by queue.
struct PeopleWaits {
    warm_up: Time,
    count: Vec<u64>,
    waited: Vec<u128>,
}

impl Recorder for PeopleWaits {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Distributed { queue, waited, .. } if now >= self.warm_up => {
                self.count[queue.index()] += 1;
                self.waited[queue.index()] += u128::from(waited.unwrap_or(Span::ZERO).nanos());
            }
            _ => {}
        }
    }
}

/// Callers who want one thing or another, whom ports send on at once, and the mean waits for people, queue by queue.
fn people_waits(name: String, people: &str, rate: &str, wish: &str, talk: &str, cells: Vec<Cell>) -> Comparison {
    let workload = free(&format!(
        r#"
        run = {{ length = "30h", warm_up = "5m" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 100
        decide = "0s"
        [[cti_port]]
        name = "ports"
        count = 2000
        device_pool = "main"
        application = "ivr"
        treatment = "0s"
        transfer_to = {{ one = "first", other = "second" }}
        {people}
        [[traffic]]
        name = "callers"
        to = "ports"
        wish = {wish}
        arrivals = {{ poisson = "{rate}" }}
        talk = {talk}
        "#
    ));
    let watch = watch(
        |plan| {
            let queues = plan.queues.len();
            PeopleWaits { warm_up: plan.window().warm_up, count: vec![0; queues], waited: vec![0; queues] }
        },
        |_, waits| {
            let means =
                waits.count.iter().zip(&waits.waited).map(|(count, waited)| *waited as f64 * 1e-9 / *count as f64);
            Ok(means.collect())
        },
    );
    Comparison { name, workload, replications: REPLICATIONS, cells, watch }
}

/// Two queues of different priority for the same people. A call is taken by any of two groups, so that those too are one.
pub(super) fn cobham() -> Vec<Comparison> {
    let with = |distribution: &str, talk: &str, agents: [u32; 2], rate: f64, mean: f64, cv_squared: f64| {
        let servers: u32 = agents.iter().sum();
        let name = format!("Cobham ({rate}/s, {mean} s, {servers}), {distribution}");
        let groups = ["here", "there"].iter().zip(agents).filter(|(_, count)| *count > 0).map(|(name, count)| {
            format!("[[phone]]\nname = \"{name}\"\ncount = {count}\ndevice_pool = \"main\"\nanswer = \"0s\"\n")
        });
        let phones = if agents[1] > 0 { r#"["here", "there"]"# } else { r#"["here"]"# };
        let queues = format!(
            "[[queue]]\nname = \"first\"\nphones = {phones}\n[[queue]]\nname = \"second\"\nphones = {phones}\npriority = 2\n"
        );
        let people: String = groups.chain([queues]).collect();
        let waits = |rate: f64| oracle::priority_mean_waits(&[0.4 * rate, 0.6 * rate], mean, servers, cv_squared);
        let (expected, twin) = (waits(rate), waits(1.05 * rate));
        let cells = ["first", "second"].iter().zip(expected.into_iter().zip(twin)).map(|(queue, (expected, twin))| {
            Cell { precision: 0.03, ..cell(format!("{name}: mean wait in {queue}, s"), expected, twin) }
        });
        let wish = r#"{ one = "40%", other = "60%" }"#;
        people_waits(name.clone(), &people, &format!("{rate}/s"), wish, talk, cells.collect())
    };
    vec![
        with("exponential", r#"{ exponential = "1s" }"#, [1, 0], 0.6, 1.0, 1.0),
        with("fixed", r#""1s""#, [1, 0], 0.7, 1.0, 0.0),
        with("exponential", r#"{ exponential = "3s" }"#, [3, 1], 0.9, 3.0, 1.0),
    ]
}

/// A Poisson stream that is split by wishes is one for each: two groups, each an Erlang C of its own.
pub(super) fn erlang_c_by_wish() -> Vec<Comparison> {
    const RATE: f64 = 1.5;
    let name = format!("Erlang C by wish ({RATE}/s, 3 s)");
    let people: String = [("first", 4), ("second", 3)]
        .iter()
        .map(|(name, count)| {
            format!(
                "[[phone]]\nname = \"{name}\"\ncount = {count}\nqueue = true\ndevice_pool = \"main\"\nanswer = \"0s\"\n"
            )
        })
        .collect();
    let wait = |rate: f64, servers: u32| oracle::mmc_mean_wait(rate, 3.0, servers);
    let of = |queue: &str, share: f64, servers: u32| Cell {
        precision: 0.03,
        ..cell(
            format!("{name}: mean wait in {queue}, s"),
            wait(share * RATE, servers),
            wait(1.05 * share * RATE, servers),
        )
    };
    let cells = vec![of("first", 0.6, 4), of("second", 0.4, 3)];
    let wish = r#"{ one = "60%", other = "40%" }"#;
    vec![people_waits(name.clone(), &people, &format!("{RATE}/s"), wish, r#"{ exponential = "3s" }"#, cells)]
}

// Phones that dial a group of lines are its only callers: Engset, whatever the distribution of the holding time.

/// Ten phones, each of which calls every 3 s while it is idle, on three lines.
pub(super) fn engset() -> Vec<Comparison> {
    const PHONES: u32 = 10;
    const LINES: u32 = 3;
    const IDLE: f64 = 3.0;
    let with = |distribution: &str, talk: &str, mean: f64| {
        let name = format!("Engset ({PHONES}, {:.2}, {LINES}), {distribution}", mean / IDLE);
        let workload = free(&format!(
            r#"
            run = {{ length = "3h", warm_up = "2m" }}
            [[node]]
            name = "sub1"
            [[phone]]
            name = "desk"
            count = {PHONES}
            device_pool = "main"
            [[destination]]
            name = "outside"
            lines = {LINES}
            [[traffic]]
            name = "callers"
            from = "desk"
            to = "outside"
            arrivals = {{ poisson = "{}/h" }}
            talk = {talk}
            "#,
            3_600.0 * f64::from(PHONES) / IDLE
        ));
        let watch = watch(
            |plan| Blocking { warm_up: plan.window().warm_up, ..Blocking::default() },
            |_, blocking| match blocking.wrong {
                None => Ok(vec![blocking.blocked as f64 / blocking.offered as f64]),
                Some(ending) => Err(format!("a call ended with {ending:?}")),
            },
        );
        let blocked = |mean: f64| oracle::engset(PHONES, mean / IDLE, LINES);
        let cells = vec![cell(format!("{name}: blocked"), blocked(mean), blocked(1.05 * mean))];
        Comparison { name, workload, replications: REPLICATIONS, cells, watch }
    };
    vec![
        with("exponential", r#"{ exponential = "1s" }"#, 1.0),
        with("lognormal, cv 2", r#"{ lognormal = { mean = "1s", cv = 2.0 } }"#, 1.0),
    ]
}

// An application with impatient callers is Erlang A.

/// Follows the application's queue: first come, first served, so that calls are served in the order of presentation.
#[derive(Default)]
struct ImpatientQueue {
    warm_up: Time,
    queue: VecDeque<(CallName, Time)>,
    gone: BTreeMap<CallName, Time>,
    callers: u64,
    waited: u64,
    abandoned: u64,
    waits: u128,
    wrong: bool,
}

impl ImpatientQueue {
    fn leaves_queue(&mut self, now: Time, served: bool) {
        let Some((call, since)) = self.queue.pop_front() else {
            self.wrong = true;
            return;
        };
        let gone = self.gone.remove(&call);
        // A worker serves the callers that are still there, and no others.
        self.wrong |= gone.is_none() != served;
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

fn erlang_a_with(rate: u32, patience: u32, workers: u32, minutes: u32) -> Vec<Comparison> {
    let workload = free(&format!(
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
    let watch = watch(
        |plan| ImpatientQueue { warm_up: plan.window().warm_up, ..ImpatientQueue::default() },
        |_, queue| {
            if queue.wrong {
                return Err("the application's queue was not first come, first served".to_owned());
            }
            let callers = queue.callers as f64;
            let waits = queue.waits as f64 * 1e-9;
            Ok(vec![queue.waited as f64 / callers, queue.abandoned as f64 / callers, waits / callers])
        },
    );
    let (rate, patience) = (f64::from(rate), f64::from(patience));
    let expected = oracle::erlang_a(rate, 1.0, patience, workers);
    let twin = oracle::erlang_a(1.05 * rate, 1.0, patience, workers);
    let name = format!("Erlang A ({rate}, 1, {}, {workers})", 1.0 / patience);
    let cells = vec![
        cell(format!("{name}: P(wait)"), expected.waits, twin.waits),
        cell(format!("{name}: P(abandon)"), expected.abandons, twin.abandons),
        cell(format!("{name}: mean wait, s"), expected.mean_wait, twin.mean_wait),
    ];
    vec![Comparison { name, workload, replications: REPLICATIONS, cells, watch }]
}

/// Erlang A with a mean patience equal to the mean service time.
pub(super) fn erlang_a() -> Vec<Comparison> {
    erlang_a_with(10, 1, 10, 90)
}

/// Erlang A with callers who are more patient.
pub(super) fn erlang_a_patient() -> Vec<Comparison> {
    erlang_a_with(10, 2, 10, 120)
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

fn poisson_with(distribution: &str, lookup: &str) -> Vec<Comparison> {
    let workload = free(&format!(
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
    let watch = watch(
        |plan| Occupancy { warm_up: plan.window().warm_up, calls: 0, since: Time::ZERO, spent: Vec::new() },
        |plan, mut occupancy| {
            occupancy.change(plan.length);
            let total: u64 = occupancy.spent.iter().sum();
            let mean_of = |value: fn(f64) -> f64| {
                let terms = occupancy.spent.iter().enumerate().map(|(calls, time)| value(calls as f64) * *time as f64);
                terms.sum::<f64>() / total as f64
            };
            let at_most_five: u64 = occupancy.spent.iter().take(6).sum();
            let share = at_most_five as f64 / total as f64;
            Ok(vec![mean_of(|calls| calls), mean_of(|calls| calls * (calls - 1.0)), share])
        },
    );
    let name = format!("M/G/inf (5), {distribution}");
    // For a Poisson number N with mean A, the mean of N (N - 1) is A^2, which checks mean and variance at once.
    let values = |offered: f64| [offered, offered * offered, oracle::poisson_at_most(offered, 5)];
    let cells = ["mean of N", "mean of N (N - 1)", "P(N <= 5)"].into_iter().zip(values(5.0)).zip(values(5.25));
    let cells = cells.map(|((what, expected), twin)| cell(format!("{name}: {what}"), expected, twin)).collect();
    vec![Comparison { name, workload, replications: REPLICATIONS, cells, watch }]
}

/// M/M/infinity.
pub(super) fn poisson_exponential() -> Vec<Comparison> {
    poisson_with("exponential", r#"{ exponential = "1s" }"#)
}

/// M/G/infinity with highly variable stays.
pub(super) fn poisson_lognormal() -> Vec<Comparison> {
    poisson_with("lognormal, cv 2", r#"{ lognormal = { mean = "1s", cv = 2.0 } }"#)
}

// A silent failure is noticed by missing heartbeats (R23), and before that by callers (R22, R24).

/// Which applications have failed, after how long they were closed, and what happened to their calls from then on.
struct Deaths {
    died: Vec<bool>,
    delay: Vec<f64>,
    /// Calls presented since the failure; all of them wait there.
    unnoticed: Vec<u64>,
    cfof: Vec<u64>,
    cfna: Vec<u64>,
    wrong: Option<String>,
}

impl Deaths {
    fn new() -> Deaths {
        let none = || vec![0; APPLICATIONS];
        Deaths {
            died: vec![false; APPLICATIONS],
            delay: vec![f64::NAN; APPLICATIONS],
            unnoticed: none(),
            cfof: none(),
            cfna: none(),
            wrong: None,
        }
    }
}

impl Recorder for Deaths {
    fn note(&mut self, _: Time, fact: Fact) {
        match fact {
            Fact::ApplicationFailed { application, .. } => self.died[application.index()] = true,
            Fact::ApplicationClosed { application, delay: Some(delay), false_failure: false } => {
                self.delay[application.index()] = delay.seconds();
            }
            // The route points are in the order of their applications.
            Fact::Presented { route_point, .. } => {
                self.unnoticed[route_point.index()] += u64::from(self.died[route_point.index()]);
            }
            Fact::Forwarded { forward, application: Some(ApplicationId(row)), .. } => match forward {
                Forward::Cfof => self.cfof[usize::from(row)] += 1,
                Forward::Cfna => self.cfna[usize::from(row)] += 1,
                other => self.wrong = Some(format!("a call was forwarded by {other:?}, which is not configured")),
            },
            Fact::ApplicationClosed { .. } => self.wrong = Some("a running application was closed".to_owned()),
            _ => {}
        }
    }
}

/// The interval of heartbeats, in seconds.
pub(super) const INTERVAL: f64 = 30.0;
/// Calls a second at each route point.
pub(super) const CALLS: f64 = 0.2;
/// Applications in a cluster: each fails once, so that a replication has as many delays.
const APPLICATIONS: usize = 100;
/// From the failures to the end of the run, in seconds.
const AFTERMATH: f64 = 180.0;

/// Whether there are calls to the applications that fail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Callers {
    /// There are none.
    None,
    /// [`CALLS`] arrive at each.
    Poisson,
}

/// A workload in which so many applications fail silently.
pub(super) fn deaths(reading: &str, callers: Callers, applications: usize) -> String {
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
    for row in 0..applications {
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
        if callers == Callers::Poisson {
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
    free(&text)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn count(values: &[u64]) -> f64 {
    values.iter().sum::<u64>() as f64 / values.len() as f64
}

const fn reading_name(reading: HeartbeatReading) -> &'static str {
    match reading {
        HeartbeatReading::Timer => "timer",
        HeartbeatReading::Grid => "grid",
    }
}

fn detection_by(reading: HeartbeatReading) -> Vec<Comparison> {
    let of = |interval| Detection { reading, interval, messages: 0.0 };
    let (oracle, twin) = (of(INTERVAL), of(1.05 * INTERVAL));
    let (latest, early) = match reading {
        HeartbeatReading::Timer => (2.0 * INTERVAL, 1.4 * INTERVAL),
        HeartbeatReading::Grid => (3.0 * INTERVAL, 1.8 * INTERVAL),
    };
    let watch = watch(
        |_| Deaths::new(),
        move |_, deaths| {
            if let Some(what) = deaths.wrong {
                return Err(what);
            }
            if let Some(delay) = deaths.delay.iter().find(|delay| !(INTERVAL..=latest).contains(delay)) {
                return Err(format!("a failure was noticed after {delay} s"));
            }
            let centre = mean(&deaths.delay);
            let squares: f64 = deaths.delay.iter().map(|delay| (delay - centre) * (delay - centre)).sum();
            let noticed_early = deaths.delay.iter().filter(|delay| **delay <= early).count();
            Ok(vec![centre, squares / (APPLICATIONS - 1) as f64, noticed_early as f64 / APPLICATIONS as f64])
        },
    );
    let name = format!("R23, {}", reading_name(reading));
    let cells = vec![
        cell(format!("{name}: mean delay, s"), oracle.mean(), twin.mean()),
        cell(format!("{name}: variance of delay, s2"), oracle.variance(), twin.variance()),
        cell(format!("{name}: noticed early"), oracle.detected_by(early), twin.detected_by(early)),
    ];
    let workload = deaths(reading_name(reading), Callers::None, APPLICATIONS);
    vec![Comparison { name, workload, replications: 1_000, cells, watch }]
}

/// A timer notices a silent failure two intervals after the last message.
pub(super) fn detection_by_timer() -> Vec<Comparison> {
    detection_by(HeartbeatReading::Timer)
}

/// A checker notices it after two of its intervals in a row without a message.
pub(super) fn detection_by_grid() -> Vec<Comparison> {
    detection_by(HeartbeatReading::Grid)
}

fn callers_of_failed(reading: HeartbeatReading) -> Vec<Comparison> {
    // Each call makes the application send one request, which is a message too.
    let of = |interval| Detection { reading, interval, messages: CALLS };
    let (oracle, twin) = (of(INTERVAL), of(1.05 * INTERVAL));
    let watch = watch(
        |_| Deaths::new(),
        |_, deaths| match deaths.wrong {
            Some(what) => Err(what),
            None if deaths.cfof != deaths.unnoticed => {
                Err("CFOF forwarded a call that did not wait at a failed application, or did not forward one that did"
                    .to_owned())
            }
            None => Ok(vec![count(&deaths.cfof), count(&deaths.cfna)]),
        },
    );
    let name = reading_name(reading);
    let after = |detection: &Detection| CALLS * (AFTERMATH - detection.mean());
    let cells = vec![
        cell(format!("R24, {name}: calls before it is noticed"), oracle.calls_before(CALLS), twin.calls_before(CALLS)),
        cell(format!("R22, {name}: calls by CFNA after that"), after(&oracle), after(&twin)),
    ];
    let workload = deaths(name, Callers::Poisson, APPLICATIONS);
    vec![Comparison { name: format!("R22, R24, {name}"), workload, replications: 80, cells, watch }]
}

/// Callers reach a failed application until a timer expires.
pub(super) fn callers_until_timer() -> Vec<Comparison> {
    callers_of_failed(HeartbeatReading::Timer)
}

/// Callers reach a failed application until a checker notices.
pub(super) fn callers_until_grid() -> Vec<Comparison> {
    callers_of_failed(HeartbeatReading::Grid)
}
