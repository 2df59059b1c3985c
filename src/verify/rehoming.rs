//! R18: how long a route point waits on its backup once its CallManager is back.
//!
//! It rehomes at the first moment without a call. The workload is a cluster of two nodes in which messages cost nothing and
//! take no time, Poisson calls whose stay has a known distribution, and a failure of the first node; what is measured is
//! `rehome_wait`, from the return of the node to the start of rehoming. The closed form is in [`crate::oracle`]: the time
//! until M/G/infinity, or M/M/c/c, is empty. The two are independent of each other.
//!
//! The unit of time is the mean residence, one minute. Compared are the mean, with a twin whose load is 5 % off, and the
//! share of waits that do not exceed the median and the 90th percentile of the closed form, with a twin whose load is 10 %
//! off, because a proportion is less informative than a mean. No wait is censored by the end of a run: the runs are long
//! enough, and a replication with such a wait is an error.

use crate::cluster::Cluster;
use crate::domain::{DeviceId, Ending, Refusal};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::oracle::{
    LastToEmpty, Residence, Start, TimeToEmpty, Traffic, erlang_b, markov_moments, mean_time_to_empty,
};
use crate::plan::Plan;
use crate::record::Auditor;

use super::comparison::{Cell, Comparison, FREE, Watch};

/// Seconds in a mean residence.
const UNIT: f64 = 60.0;
/// The number of route points in a cluster, each with its own callers.
const POINTS: usize = 8;
/// The number of replications of each plan that run with the auditor, too.
const AUDITED: u64 = 4;

/// When things happen, in mean residences from the start.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) fails: f64,
    pub(super) outage: f64,
    /// From the return of the node.
    pub(super) watched: f64,
}

impl Times {
    /// Traffic for so long that the calls at the failure are in steady state; an outage so short that many of them, whose media
    /// survive, are still there when the node is back; and a run so long that hardly one wait in ten million is longer.
    fn steady(traffic_for: f64, wait: &TimeToEmpty) -> Times {
        Times { fails: traffic_for, outage: 0.5, watched: wait.quantile(1.0 - 1e-7) }
    }
}

/// A cluster in which nothing but the stay of the calls takes time.
pub(super) fn cluster(times: Times, points: usize, residence: &str, arrivals: &str, more: &str) -> String {
    let seconds = |units: f64| units * UNIT;
    let mut text = format!(
        r#"{FREE}
        run = {{ length = "{}s" }}
        cti = {{ callmanager_notice = "0s", reopen_rate = "1000000/s" }}
        [[node]]
        name = "sub1"
        [[node]]
        name = "sub2"
        [[callmanager_group]]
        name = "main"
        members = ["sub1", "sub2"]
        [[application]]
        name = "announcer"
        workers = 65535
        decide = "0s"
        heartbeat = "3600s"
        [[fault]]
        callmanager = "sub1"
        at = "{}s"
        for = "{}s"
        "#,
        seconds(times.fails + times.outage + times.watched).ceil(),
        seconds(times.fails),
        seconds(times.outage),
    );
    for point in 0..points {
        text += &format!(
            r#"
            [[route_point]]
            name = "point{point}"
            device_pool = "main"
            application = "announcer"
            answers = true
            treatment = {residence}
            {more}
            [[traffic]]
            name = "callers{point}"
            to = "point{point}"
            arrivals = {arrivals}
            "#
        );
    }
    text
}

/// The wait of each route point, in mean residences.
#[derive(Clone, Default, PartialEq, Debug)]
struct Waits {
    waits: [Option<f64>; POINTS],
    preserved: u32,
    wrong: Option<String>,
}

impl Recorder for Waits {
    fn note(&mut self, _: Time, fact: Fact) {
        match fact {
            Fact::HomeReturned { ago, .. } if ago.nanos() > 0 => {
                self.wrong = Some(format!("a return was noticed after {} s", ago.seconds()));
            }
            Fact::RehomeStarted { device: DeviceId(row), waited } => {
                let before = self.waits[row as usize].replace(waited.seconds() / UNIT);
                if before.is_some() {
                    self.wrong = Some("a route point rehomed twice".to_owned());
                }
            }
            Fact::Preserved { .. } => self.preserved += 1,
            Fact::Ended { ending: Ending::Completed | Ending::Refused(Refusal::Busy), .. } => {}
            Fact::Ended { ending, .. } => self.wrong = Some(format!("a call ended with {ending:?}")),
            _ => {}
        }
    }
}

/// All waits of one replication; those of the first few have to be the same with the auditor.
fn waits(plan: &Plan, seed: u64, replication: u64) -> Result<(Vec<f64>, u32), String> {
    let mut alone = Cluster::new(plan, Waits::default());
    alone.run(seed, replication);
    if replication < AUDITED {
        let mut cluster = Cluster::new(plan, (Waits::default(), Auditor::new(plan)));
        cluster.run(seed, replication);
        let (audited, mut auditor) = cluster.recorder;
        auditor.finish(plan.length).map_err(|violations| violations.join("; "))?;
        if audited != alone.recorder {
            return Err("an auditor changed a replication".to_owned());
        }
    }
    let Waits { waits, preserved, wrong } = alone.recorder;
    if let Some(what) = wrong {
        return Err(what);
    }
    let waits: Option<Vec<f64>> = waits.into_iter().collect();
    waits
        .map(|waits| (waits, preserved))
        .ok_or_else(|| format!("replication {replication} ended with one still waiting"))
}

/// The value that is taken of a wait.
#[derive(Clone, Copy)]
enum Value {
    /// The wait itself.
    Wait,
    /// Whether it is at most this long.
    Within(f64),
    /// The number of calls that survive the failure instead.
    Preserved,
}

/// Values with the cells they are for.
type Values = Vec<(Value, Cell)>;

/// A cell that need not be precise, as long as it can be distinguished from its twin.
fn cell(name: String, expected: f64, twin: f64) -> Cell {
    Cell { name, expected, twin, precision: f64::INFINITY }
}

/// Mean, median and 90th percentile. `mean` has those of the closed form and of its twin 5 % off; `quantile` and `exceeds` are
/// of its distribution, and `twin` of the one 10 % off.
fn three(
    what: &str,
    mean: [f64; 2],
    quantile: impl Fn(f64) -> f64,
    exceeds: impl Fn(f64) -> f64,
    twin: impl Fn(f64) -> f64,
) -> Values {
    let mut values = vec![(Value::Wait, cell(format!("{what}: mean"), mean[0], mean[1]))];
    for percent in [50, 90] {
        let limit = quantile(f64::from(percent) / 100.0);
        let name = format!("{what}: share within p{percent}, {limit:.3}");
        values.push((Value::Within(limit), cell(name, 1.0 - exceeds(limit), 1.0 - twin(limit))));
    }
    values
}

/// The mean over a replication's route points in groups of `together`: of each group, the longest wait counts.
fn value_of(waits: &[f64], together: usize, value: Value, preserved: u32) -> f64 {
    let of = |wait: f64| match value {
        Value::Wait => wait,
        Value::Within(limit) => f64::from(wait <= limit),
        Value::Preserved => f64::from(preserved) / POINTS as f64,
    };
    let longest = waits.chunks(together).map(|waits| waits.iter().copied().fold(0.0, f64::max));
    longest.map(of).sum::<f64>() * together as f64 / POINTS as f64
}

/// A comparison over so many waits or a few more.
fn comparison(name: String, workload: String, waits_required: u64, together: usize, values: Values) -> Comparison {
    let (values, cells): (Vec<Value>, Vec<Cell>) = values.into_iter().unzip();
    let watch: Watch = Box::new(move |plan, seed, replication| {
        let (waits, preserved) = waits(plan, seed, replication)?;
        Ok(values.iter().map(|&value| value_of(&waits, together, value, preserved)).collect())
    });
    Comparison { name, workload, replications: waits_required.div_ceil(POINTS as u64), cells, watch }
}

/// The number of waits that it takes to distinguish a load from one 5 % off; it grows as waits get rarer.
fn enough(load: f64) -> u64 {
    match load {
        ..0.7 => 56_000,
        ..1.5 => 24_000,
        ..2.5 => 10_000,
        _ => 6_000,
    }
}

fn poisson(load: f64) -> String {
    format!("{{ poisson = \"{load}/m\" }}")
}

// Steady traffic and any distribution of the residence.

/// Loads, and the multiple of `enough` that each takes.
const LOADS: [(f64, u64); 4] = [(0.5, 1), (1.0, 1), (2.0, 1), (3.0, 1)];

fn steady(
    name: &str,
    text: &str,
    distribution: &Residence,
    start: &Start,
    traffic_for: f64,
    loads: &[(f64, u64)],
) -> Vec<Comparison> {
    let of = |&(load, times): &(f64, u64)| {
        let wait = |load: f64| TimeToEmpty::of(&Traffic::constant(load), distribution, start);
        let (oracle, twin) = (wait(load), wait(1.1 * load));
        let mean = |load: f64| mean_time_to_empty(load, distribution, start);
        let name = format!("R18, {name}, load {load}");
        let means = [mean(load), mean(1.05 * load)];
        let mut values = three(&name, means, |q| oracle.quantile(q), |t| oracle.exceeds(t), |t| twin.exceeds(t));
        // All calls that are there at the failure survive it.
        let there = |load: f64| load * (1.0 - distribution.rest(traffic_for));
        let kept = cell(format!("{name}: calls kept at the failure"), there(load), there(1.05 * load));
        values.push((Value::Preserved, kept));
        let workload = cluster(Times::steady(traffic_for, &oracle), POINTS, text, &poisson(load), "");
        comparison(name, workload, times * enough(load), 1, values)
    };
    loads.iter().map(of).collect()
}

/// Exponential residence.
pub(super) fn exponential() -> Vec<Comparison> {
    let distribution = Residence::exponential(1.0);
    steady("exponential", r#"{ exponential = "1m" }"#, &distribution, &Start::Steady, 16.0, &LOADS)
}

/// Constant residence.
pub(super) fn fixed() -> Vec<Comparison> {
    steady("fixed", r#""1m""#, &Residence::fixed(1.0), &Start::Steady, 2.0, &LOADS)
}

/// Four phases.
pub(super) fn erlang() -> Vec<Comparison> {
    let distribution = Residence::erlang(4, 1.0);
    let loads = [(0.5, 1), (1.0, 1), (2.0, 2), (3.0, 1)];
    steady("Erlang-4", r#"{ erlang = { phases = 4, mean = "1m" } }"#, &distribution, &Start::Steady, 8.0, &loads)
}

/// Some of these calls stay for an hour, so that a steady state is never quite reached. But a route point on which traffic
/// began 40.5 residences ago has exactly the calls of one after an outage of that length.
pub(super) fn lognormal() -> Vec<Comparison> {
    let distribution = Residence::lognormal(1.0, 4.0);
    let text = r#"{ lognormal = { mean = "1m", cv = 2.0 } }"#;
    let start = Start::Outage { length: 40.5 };
    steady("lognormal, cv 2", text, &distribution, &start, 40.0, &[(1.0, 2), (2.0, 1), (3.0, 1)])
}

// No calls at the failure, and an outage of a known length.

/// After an outage of some length that began without calls.
pub(super) fn outage() -> Vec<Comparison> {
    let of = |name: &str, text: &str, distribution: &Residence, load: f64, length: f64| {
        let start = Start::Outage { length };
        let wait = |load: f64| TimeToEmpty::of(&Traffic::constant(load), distribution, &start);
        let (oracle, twin) = (wait(load), wait(1.1 * load));
        let mean = |load: f64| mean_time_to_empty(load, distribution, &start);
        // There are no calls until the failure.
        let times = Times { fails: 1.0, outage: length, watched: oracle.quantile(1.0 - 1e-7) };
        let arrivals =
            format!("{{ profile = [{{ at = \"0m\", rate = \"0/m\" }}, {{ at = \"1m\", rate = \"{load}/m\" }}] }}");
        let name = format!("R18, {name}, load {load}, outage {length}");
        let means = [mean(load), mean(1.05 * load)];
        let values = three(&name, means, |q| oracle.quantile(q), |t| oracle.exceeds(t), |t| twin.exceeds(t));
        comparison(name, cluster(times, POINTS, text, &arrivals, ""), 2 * enough(load), 1, values)
    };
    let (exponential, lognormal) = (Residence::exponential(1.0), Residence::lognormal(1.0, 4.0));
    vec![
        of("exponential", r#"{ exponential = "1m" }"#, &exponential, 2.0, 0.5),
        of("exponential", r#"{ exponential = "1m" }"#, &exponential, 3.0, 1.0),
        of("fixed", r#""1m""#, &Residence::fixed(1.0), 2.0, 0.5),
        of("lognormal, cv 2", r#"{ lognormal = { mean = "1m", cv = 2.0 } }"#, &lognormal, 2.0, 1.0),
    ]
}

// At most so many calls at a time: M/M/c/c.

/// With a limit on the calls at a time.
pub(super) fn limited() -> Vec<Comparison> {
    let of = |load: f64, limit: u32| {
        let wait = |load: f64| TimeToEmpty::markov(&Traffic::constant(load), 1.0, Some(limit), &Start::Steady);
        let (oracle, twin) = (wait(load), wait(1.1 * load));
        let mean = |load: f64, limit| markov_moments(load, 1.0, limit, &Start::Steady).0;
        let name = format!("R18, M/M/{limit}/{limit}, load {load}");
        let expected = mean(load, Some(limit));
        let means = [expected, mean(1.05 * load, Some(limit))];
        let mut values = three(&name, means, |q| oracle.quantile(q), |t| oracle.exceeds(t), |t| twin.exceeds(t));
        // The limit has to matter, not only the load.
        values.push((Value::Wait, cell(format!("{name}: mean, not without limit"), expected, mean(load, None))));
        let there = |load: f64| load * (1.0 - erlang_b(load, limit));
        values.push((Value::Preserved, cell(format!("{name}: calls kept at the failure"), there(load), load)));
        let more = format!("busy_trigger = {limit}\nmaximum_calls = {limit}");
        let times = Times::steady(16.0, &oracle);
        let workload = cluster(times, POINTS, r#"{ exponential = "1m" }"#, &poisson(load), &more);
        // With a limit the mean depends less on the load.
        comparison(name, workload, 4 * enough(load), 1, values)
    };
    vec![of(2.0, 2), of(3.0, 5)]
}

// Traffic split over route points: the last one to rehome counts.

/// Split over two and four route points.
pub(super) fn split() -> Vec<Comparison> {
    let of = |each: f64, together: u32| {
        let wait = |load: f64| TimeToEmpty::of(&Traffic::constant(load), &Residence::exponential(1.0), &Start::Steady);
        let (oracle, off_5, off_10) = (wait(each), wait(1.05 * each), wait(1.1 * each));
        let name = format!("R18, last of {together}, load {each} each");
        let (all, off_5, off_10) = ([(together, &oracle)], [(together, &off_5)], [(together, &off_10)]);
        let (last, twin) = (LastToEmpty(&all), LastToEmpty(&off_10));
        let means = [last.mean(), LastToEmpty(&off_5).mean()];
        let mut values = three(&name, means, |q| last.quantile(q), |t| last.exceeds(t), |t| twin.exceeds(t));
        // The last of them, not any other.
        let fewer = LastToEmpty(&[(together - 1, &oracle)]).mean();
        values.push((Value::Wait, cell(format!("{name}: mean, not of one less"), means[0], fewer)));
        let times = Times::steady(16.0, &oracle);
        let workload = cluster(times, POINTS, r#"{ exponential = "1m" }"#, &poisson(each), "");
        comparison(name, workload, u64::from(together) * enough(each), together as usize, values)
    };
    vec![of(1.5, 2), of(1.0, 4), of(2.0, 4)]
}

// A day with busy hours from 8:00 to 18:00. The node is back at 17:00.

/// A route point rehomes in the last busy hour, which is sixty residences long, or else in the evening.
pub(super) fn day() -> Vec<Comparison> {
    let (day, night) = (5.0, 1.0);
    let wait = |times: f64| {
        let day_and_night = [(60.0, times * day), (14.0 * 60.0, times * night), (9.0 * 60.0, times * day)];
        TimeToEmpty::markov(&Traffic::cycle(day_and_night), 1.0, None, &Start::Steady)
    };
    let (oracle, off_5, off_10) = (wait(1.0), wait(1.05), wait(1.1));
    // The morning is left out: after an hour of the day's traffic the state is as after eight. The run ends at 19:30, by when
    // all but one wait in a thousand million are over.
    let times = Times { fails: 16.5 * 60.0, outage: 30.0, watched: 2.5 * 60.0 };
    let arrivals = format!(
        r#"{{ repeat = "24h", profile = [{{ at = "0h", rate = "0/m" }}, {{ at = "16h", rate = "{day}/m" }}, {{ at = "18h", rate = "{night}/m" }}] }}"#
    );
    let name = "R18, day and night".to_owned();
    let means = [oracle.mean(), off_5.mean()];
    let mut values = three(&name, means, |q| oracle.quantile(q), |t| oracle.exceeds(t), |t| off_10.exceeds(t));
    let before_night = |wait: &TimeToEmpty| 1.0 - wait.exceeds(60.0);
    let share = cell(format!("{name}: share before night"), before_night(&oracle), before_night(&off_5));
    values.push((Value::Within(60.0), share));
    let workload = cluster(times, POINTS, r#"{ exponential = "1m" }"#, &arrivals, "");
    vec![comparison(name, workload, 6_000, 1, values)]
}
