//! The coverage of the program's own 95 % intervals: how often they contain the true value.
//!
//! Thousands of small studies of workloads whose true values are known, each evaluated as `ctisim run` does. Only here does it
//! show that the assumptions of an interval hold approximately: skewed values, few replications, correlated calls.

use crate::analysis::{self, Row, Study};
use crate::engine::Span;
use crate::experiment::{Audit, Failure, MeasuredCluster, Outcome, Replicator};
use crate::oracle::{self, Residence, Start, TimeToEmpty, Traffic};
use crate::record::Histogram;
use crate::stats::proportion_interval;

use super::check::{Check, CheckVerdict, Figure, Part};
use super::comparison::{compile, free};
use super::rehoming::{Times, cluster};
use super::theory::{CALLS, Callers, INTERVAL, deaths, loss_system};
use super::workers::Workers;

/// Which interval of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Mean,
    P50,
    P90,
    P95,
    P99,
    KaplanMeier50,
    KaplanMeier90,
}

impl Of {
    const fn name(self) -> &'static str {
        match self {
            Of::Mean => "mean",
            Of::P50 => "p50",
            Of::P90 => "p90",
            Of::P95 => "p95",
            Of::P99 => "p99",
            Of::KaplanMeier50 => "km_p50",
            Of::KaplanMeier90 => "km_p90",
        }
    }

    const fn share(self) -> f64 {
        match self {
            Of::Mean => f64::NAN,
            Of::P50 | Of::KaplanMeier50 => 0.5,
            Of::P90 | Of::KaplanMeier90 => 0.9,
            Of::P95 => 0.95,
            Of::P99 => 0.99,
        }
    }

    const fn ends(self, row: &Row) -> (Option<f64>, Option<f64>) {
        match self {
            Of::Mean => (row.mean_low, row.mean_high),
            Of::P50 => (row.p50_low, row.p50_high),
            Of::P90 => (row.p90_low, row.p90_high),
            Of::P95 => (row.p95_low, row.p95_high),
            Of::P99 => (row.p99_low, row.p99_high),
            Of::KaplanMeier50 => (row.km_p50_low, row.km_p50_high),
            Of::KaplanMeier90 => (row.km_p90_low, row.km_p90_high),
        }
    }
}

/// A number of `summary.csv` whose true value is known.
#[derive(Clone, Debug)]
struct Truth {
    metric: &'static str,
    of: Of,
    /// A histogram knows a duration to about a thousandth: all values from the true one to the upper edge of its cell are
    /// equal to it.
    value: (f64, f64),
}

impl Truth {
    fn exact(metric: &'static str, of: Of, value: f64) -> Truth {
        Truth { metric, of, value: (value, value) }
    }

    /// A percentile of a duration, in milliseconds, which is kept in a histogram.
    fn binned(metric: &'static str, of: Of, millis: f64) -> Truth {
        let mut histogram = Histogram::default();
        histogram.record(Span::from_nanos((millis * 1e6) as u64));
        let edge = histogram.quantile_micros(0.5) as f64 / 1e3;
        Truth { metric, of, value: (millis, edge.max(millis)) }
    }

    /// Whether the interval contains it; `None` if there is no interval. One without an upper end is unbounded.
    fn is_covered(&self, rows: &[Row]) -> Option<bool> {
        let row = rows.iter().find(|row| row.scope == "cluster" && row.metric == self.metric)?;
        let (low, high) = self.of.ends(row);
        Some(low? <= self.value.1 && high.is_none_or(|high| high >= self.value.0))
    }
}

/// A workload, the number of replications in a study of it, and its true values.
pub(super) struct KnownTruth {
    pub(super) name: &'static str,
    workload: String,
    replications: u64,
    truths: Vec<Truth>,
}

/// The number of studies: the standard error of a coverage of 95 % is then half a percent.
pub(super) const STUDIES: u64 = 2_000;
/// With `--quick`: one and a half percent.
pub(super) const STUDIES_QUICK: u64 = 200;

/// The coverage that passes, in percent.
const GOOD: (f64, f64) = (94.0, 96.0);

impl KnownTruth {
    /// The number of replications of so many studies.
    pub(super) const fn replications(&self, studies: u64) -> u64 {
        self.replications * studies
    }

    /// The number of intervals that are judged.
    pub(super) const fn intervals(&self) -> usize {
        self.truths.len()
    }

    /// The coverage in so many studies. The bounds of [`GOOD`] are widened by `slack` standard errors.
    pub(super) fn check(&self, workers: &Workers, seed: u64, studies: u64, slack: f64) -> Result<Vec<Check>, Failure> {
        let plan = compile("verify", &self.workload);
        let one = |number: u64| {
            let mut worker = MeasuredCluster::new(&plan, plan.window(), seed, Audit::Off);
            let range = number * self.replications..(number + 1) * self.replications;
            let run = |replication| {
                // The workers count the study as one.
                if replication > number * self.replications {
                    crate::experiment::Progress::replication_done(workers);
                }
                worker.run(replication).expect("without an auditor nothing is checked")
            };
            let summaries = range.map(run).collect();
            let study = Study::new(&plan, plan.window(), seed, Outcome { summaries, merged: worker.into_merged() });
            let rows = analysis::rows(&study);
            self.truths.iter().map(|truth| truth.is_covered(&rows)).collect::<Vec<_>>()
        };
        let found = workers.each(0..studies, one)?;
        let of = |(row, truth): (usize, &Truth)| {
            let with_interval = found.iter().filter_map(|held| held[row]);
            let (count, held) = with_interval.fold((0, 0), |(count, held), holds| (count + 1, held + u64::from(holds)));
            self.judged(truth, studies, count, held, slack)
        };
        Ok(self.truths.iter().enumerate().map(of).collect())
    }

    /// The row for a true value that `held` of `count` intervals contain.
    fn judged(&self, truth: &Truth, studies: u64, count: u64, held: u64, slack: f64) -> Check {
        let percent = |share: f64| 100.0 * share;
        let coverage = percent(held as f64 / count.max(1) as f64);
        let more = percent(slack * (0.95 * 0.05 / studies as f64).sqrt());
        // The interval of a quantile goes from rank to rank, which can only increase its coverage.
        let (low, high) = (GOOD.0 - more, if truth.of == Of::Mean { GOOD.1 + more } else { 100.0 });
        let good = (low..=high).contains(&coverage);
        // All but a few of the studies have to have an interval.
        let enough = count * 10 >= studies * 9;
        let expected = match truth.of {
            Of::Mean => format!("{low:.1} to {:.1} %", high.min(100.0)),
            _ => format!("at least {low:.1} %"),
        };
        Check {
            part: Part::Coverage,
            name: format!("{}: {} {}", self.name, truth.metric, truth.of.name()),
            expected: Figure::Text(expected),
            found: Figure::Number(coverage),
            interval: proportion_interval(held, count).map(|(low, high)| (percent(low), percent(high))),
            verdict: CheckVerdict::of(good && enough),
        }
    }
}

#[cfg(test)]
impl KnownTruth {
    /// Keeps only the first true value, and changes it.
    pub(super) fn keep_one_truth(&mut self, change: impl Fn(&f64) -> f64) {
        self.truths.truncate(1);
        let truth = &mut self.truths[0];
        truth.value = (change(&truth.value.0), change(&truth.value.1));
    }

    /// A study of one replication, which has no interval.
    pub(super) fn of_one_replication(self) -> KnownTruth {
        KnownTruth { replications: 1, ..self }
    }
}

/// The median and the 90th, 95th and 99th percentile.
const PERCENTILES: [Of; 4] = [Of::P50, Of::P90, Of::P95, Of::P99];

/// All workloads with known true values.
pub(super) fn known_truths() -> Vec<KnownTruth> {
    vec![
        losses(),
        waits(),
        days("Days, 30 replications", 30),
        days("Days, 100 replications", 100),
        detections(),
        callers_of_one_death(),
        rehoming(),
        rehoming_interrupted(),
    ]
}

/// Callers refused because no port is free, a count whose mean is given by Erlang B, and callers, whose number is Poisson.
fn losses() -> KnownTruth {
    let seconds = 100.0;
    let refused = seconds * oracle::erlang_b(3.0, 5);
    let offered = |of: Of| {
        let at_least = (0..).find(|&calls| oracle::poisson_at_most(seconds, calls) >= of.share());
        Truth::exact("offered", of, f64::from(at_least.expect("a number has a quantile")))
    };
    KnownTruth {
        name: "Erlang B, 100 replications",
        workload: loss_system(r#"{ exponential = "3s" }"#, 5, "130s", "30s"),
        replications: 100,
        truths: vec![
            Truth::exact("offered", Of::Mean, seconds),
            Truth::exact("refused_busy", Of::Mean, refused),
            offered(Of::P50),
            offered(Of::P90),
            offered(Of::P95),
        ],
    }
}

/// Calls that an application with one worker redirects after 5 ms on average, exponentially distributed.
fn one_worker(length: &str, arrivals: &str) -> String {
    free(&format!(
        r#"
        run = {{ length = "{length}", warm_up = "1s" }}
        [[node]]
        name = "sub1"
        [[application]]
        name = "ivr"
        workers = 1
        decide = {{ exponential = "5ms" }}
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
        arrivals = {arrivals}
        talk = "0s"
        "#
    ))
}

/// Waits in a queue: the waits of one replication are correlated. A replication's mean is skewed and slightly biased, as it has
/// more calls the longer they wait; both effects grow as the run gets shorter. This run is long enough: with 3 s at a load of
/// 0.6 the interval of the mean would contain the true value 93.75 % of the time.
fn waits() -> KnownTruth {
    let (rate, service) = (110.0, 0.005);
    let workload = one_worker("10s", r#"{ poisson = "110/s" }"#);
    let metric = "app_queue_delay";
    let mut truths = vec![Truth::exact(metric, Of::Mean, 1e3 * oracle::mm1_mean_wait(rate, service))];
    let percentile = |of: Of| Truth::binned(metric, of, 1e3 * oracle::mm1_wait_quantile(rate, service, of.share()));
    truths.extend(PERCENTILES.map(percentile));
    KnownTruth { name: "M/M/1, 50 replications", workload, replications: 50, truths }
}

/// Days with more or fewer calls than others: a replication's calls and its mean wait both vary with its day. The mean wait of all
/// days is that of M/M/1 at the load of a day, averaged over the gamma density of the factor. It is more skewed than that of equal
/// days: with 30 replications its interval contained it 93.5 % of the time, which is less than is required, with 100 in 94.0 %.
fn days(name: &'static str, replications: u64) -> KnownTruth {
    const RATE: f64 = 80.0;
    const SERVICE: f64 = 0.005;
    const CV: f64 = 0.156;
    let workload = one_worker("5s", r#"{ poisson = "80/s", day = { name = "site", cv = 0.156 } }"#);
    // The density of the factor by the rectangle rule; beyond a factor of 2.4 there is less than a millionth of a millionth.
    const PARTS: u32 = 10_000;
    let shape = 1.0 / (CV * CV);
    let constant = shape * libm::log(shape) - libm::lgamma(shape);
    let density = |factor: f64| libm::exp(constant + (shape - 1.0) * libm::log(factor) - shape * factor);
    let width = 2.4 / f64::from(PARTS);
    let waits = (0..PARTS).map(|part| {
        let factor = width * (f64::from(part) + 0.5);
        density(factor) * oracle::mm1_mean_wait(factor * RATE, SERVICE)
    });
    let offered = Truth::exact("offered", Of::Mean, 4.0 * RATE);
    let waits = Truth::exact("app_queue_delay", Of::Mean, 1e3 * waits.sum::<f64>() * width);
    KnownTruth {
        name,
        workload,
        replications,
        truths: [Some(offered), (replications >= 100).then_some(waits)].into_iter().flatten().collect(),
    }
}

/// One silent failure per replication: one value each, uniform between one and two intervals of 30 s.
fn detections() -> KnownTruth {
    let metric = "detection_delay";
    let mut truths = vec![Truth::exact(metric, Of::Mean, 45e3)];
    truths.extend(PERCENTILES.map(|of| Truth::binned(metric, of, 30e3 * (1.0 + of.share()))));
    KnownTruth { name: "R23, 400 replications", workload: deaths("timer", Callers::None, 1), replications: 400, truths }
}

/// Callers who wait when a failure is noticed all leave at once: their delays in a replication are equal, and there are more of
/// them the longer it took. So the density of a delay is that of a detection, times the delay. For p95 there are usually too
/// few failures.
fn callers_of_one_death() -> KnownTruth {
    let metric = "cfof_delay";
    let percentile = |of: Of| Truth::binned(metric, of, 1e3 * delay_of_callers(of.share()));
    KnownTruth {
        name: "R24, 100 replications",
        workload: deaths("timer", Callers::Poisson, 1),
        replications: 100,
        truths: [Of::P50, Of::P90].map(percentile).to_vec(),
    }
}

/// The delay, in seconds, that a share `q` of the callers who wait when a failure is noticed does not exceed.
///
/// The failure is noticed two intervals `H` after the last message, whose age `A` at the failure is at least `a` with the
/// probability `S(a) = exp(-lambda a) (1 - a / H)`: no call, and no heartbeat, for so long. The mean of the delays up to `d`
/// is `d S(a)` less the integral of `S` from `a = 2 H - d` to `H`.
fn delay_of_callers(q: f64) -> f64 {
    let silent = |age: f64| libm::exp(-CALLS * age);
    let rest = |age: f64| silent(age) * ((1.0 - age / INTERVAL) - 1.0 / (CALLS * INTERVAL)) / CALLS;
    let mean_up_to = |delay: f64| {
        let age = 2.0 * INTERVAL - delay;
        delay * silent(age) * (1.0 - age / INTERVAL) - (rest(age) - rest(INTERVAL))
    };
    let (mut low, mut high) = (INTERVAL, 2.0 * INTERVAL);
    for _ in 0..53 {
        let middle = low + (high - low) / 2.0;
        if mean_up_to(middle) < q * mean_up_to(2.0 * INTERVAL) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The wait before rehoming at two erlangs, in milliseconds.
fn rehome_wait() -> impl Fn(Of) -> Truth {
    let wait = TimeToEmpty::of(&Traffic::constant(2.0), &Residence::exponential(1.0), &Start::Steady);
    move |of: Of| Truth::binned("rehome_wait", of, 60e3 * wait.quantile(of.share()))
}

/// Waits of which one in seven is censored by the end of the run.
fn rehoming() -> KnownTruth {
    let times = Times { fails: 16.0, outage: 0.5, watched: 12.0 };
    let truth = rehome_wait();
    KnownTruth {
        name: "R18 censored by the end, 100 replications",
        workload: cluster(times, 1, r#"{ exponential = "1m" }"#, r#"{ poisson = "2/m" }"#, ""),
        replications: 100,
        truths: vec![truth(Of::KaplanMeier50), truth(Of::KaplanMeier90)],
    }
}

/// Waits that are censored by the next failure at a random time. An outage is so long that a wait does not depend on the last
/// one.
fn rehoming_interrupted() -> KnownTruth {
    let text = cluster(
        Times { fails: 16.0, outage: 20.0, watched: 24.0 },
        1,
        r#"{ exponential = "1m" }"#,
        r#"{ poisson = "2/m" }"#,
        "",
    );
    let (head, rest) = text.split_once("[[fault]]").expect("the cluster has a fault");
    let (_, rest) = rest.split_once("[[route_point]]").expect("the cluster has a route point");
    let fault = r#"[[fault]]
        name = "crash"
        callmanager = "sub1"
        time_to_failure = { exponential = "6m" }
        time_to_repair = "20m"
        "#;
    let truth = rehome_wait();
    KnownTruth {
        name: "R18 censored by failures, 100 replications",
        workload: format!("{head}{fault}[[route_point]]{rest}"),
        replications: 100,
        truths: vec![truth(Of::KaplanMeier50)],
    }
}
