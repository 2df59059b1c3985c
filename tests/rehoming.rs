//! R18 against theory: how long a route point waits on its backup once its CallManager is back.
//!
//! It goes home at the first moment without a call. What the model is told is a cluster of two nodes in which messages
//! cost nothing and take no time, calls that come at random and stay for a time of a known law, and a failure of the first
//! node; what is measured is `rehome_wait`, from the return of the node to the departure for home. What theory says is
//! [`ctisim::oracle`]: the time until M/G/infinity, or M/M/c/c, is empty. Neither knows of the other.
//!
//! The unit of time is the mean residence, one minute. Each comparison is made as in `tests/theory.rs`, with the 99.9 %
//! interval of Student's t over replications: the mean, with a twin whose load is 5 % off; and the share of waits
//! that do not exceed the median and the 90th percentile of the oracle, with a twin whose load is 10 % off, because a share of
//! yes and no says less than a mean. No wait is cut off by the end of a run: the runs are long enough, and that is asserted.
//!
//! `cargo test --test rehoming -- --nocapture` prints the table.

mod common;

use common::{FREE, Measured, compile, replicate};
use ctisim::domain::{DeviceId, Ending, Refusal};
use ctisim::engine::Time;
use ctisim::oracle::{LastToEmpty, Residence, Start, TimeToEmpty, Traffic, markov_moments, mean_time_to_empty};
use ctisim::plan::Plan;
use ctisim::record::{Auditor, Fact, Recorder};

/// Seconds in a mean residence.
const UNIT: f64 = 60.0;
/// So many route points in one cluster, each with callers of its own.
const POINTS: usize = 8;
/// So many replications of each plan run under the auditor too.
const AUDITED: u64 = 4;

/// What can be said about a wait without a formula of its own.
trait Wait {
    fn exceeds(&self, t: f64) -> f64;
    fn quantile(&self, q: f64) -> f64;
}

impl Wait for TimeToEmpty {
    fn exceeds(&self, t: f64) -> f64 {
        self.exceeds(t)
    }

    fn quantile(&self, q: f64) -> f64 {
        self.quantile(q)
    }
}

impl Wait for LastToEmpty<'_> {
    fn exceeds(&self, t: f64) -> f64 {
        self.exceeds(t)
    }

    fn quantile(&self, q: f64) -> f64 {
        self.quantile(q)
    }
}

/// When things happen, in mean residences from the beginning.
#[derive(Clone, Copy)]
struct Times {
    fails: f64,
    outage: f64,
    /// From the return of the node: so long that hardly one wait in ten million is longer.
    watched: f64,
}

impl Times {
    /// Traffic for so long that what is there at the failure is as good as at any moment; and an outage so short that many
    /// of those calls, which kept their media, are still there when the node is back.
    fn steady(traffic_for: f64, wait: &TimeToEmpty) -> Times {
        Times { fails: traffic_for, outage: 0.5, watched: wait.quantile(1.0 - 1e-7) }
    }
}

/// A cluster in which everything but the stay of the calls is free and takes no time.
fn cluster(times: Times, residence: &str, arrivals: &str, more: &str) -> Plan {
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
    for point in 0..POINTS {
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
    compile("rehoming", &text)
}

/// The wait of each route point, in mean residences.
#[derive(Clone, Default, PartialEq, Debug)]
struct Waits {
    waits: [Option<f64>; POINTS],
    preserved: u32,
    busy: u32,
}

impl Recorder for Waits {
    fn note(&mut self, _: Time, fact: Fact) {
        match fact {
            Fact::HomeReturned { ago, .. } => assert_eq!(ago.nanos(), 0, "noticed at once"),
            Fact::RehomeStarted { device: DeviceId(row), waited } => {
                let before = self.waits[row as usize].replace(waited.seconds() / UNIT);
                assert_eq!(before, None, "each goes home once");
            }
            Fact::Preserved { .. } => self.preserved += 1,
            Fact::Ended { ending: Ending::Completed, .. } => {}
            Fact::Ended { ending: Ending::Refused(Refusal::Busy), .. } => self.busy += 1,
            Fact::Ended { ending, .. } => panic!("a call ended with {ending:?}"),
            _ => {}
        }
    }
}

/// What `waits` waits or a few more were, by replication: all of them, none of them cut off by the end.
fn waits(plan: &Plan, waits: u64) -> Vec<Waits> {
    let found = replicate(plan, waits.div_ceil(POINTS as u64), Waits::default, |waits| waits);
    for waits in &found {
        assert!(waits.waits.iter().all(Option::is_some), "still waiting at the end: {waits:?}");
    }
    let recorder = || (Waits::default(), Auditor::new(plan));
    let audited = replicate(plan, AUDITED, recorder, |(waits, mut auditor)| {
        auditor.finish(plan.length).expect("every identity holds");
        waits
    });
    assert_eq!(audited, found[..AUDITED as usize]);
    found
}

/// The mean over a replication's route points, `together` at a time: of so many, the longest wait counts.
fn measured<'a>(what: &'a str, found: &[Waits], together: usize, value: impl Fn(f64) -> f64) -> Measured<'a> {
    let of_one = |waits: &Waits| {
        let longest = waits.waits.chunks(together).map(|waits| waits.iter().flatten().copied().fold(0.0, f64::max));
        longest.map(&value).sum::<f64>() * together as f64 / POINTS as f64
    };
    Measured::new(what, found.iter().map(of_one))
}

/// Mean, median and 90th percentile. `mean` is that of the oracle and that of its twin 5 % off, `wait` the distributions of
/// the oracle and of its twin 10 % off.
#[track_caller]
fn compare(what: &str, found: &[Waits], together: usize, mean: [f64; 2], wait: [&dyn Wait; 2]) {
    measured(&format!("{what}: mean"), found, together, |wait| wait).tells(mean[0], mean[1]);
    for percent in [50, 90] {
        let limit = wait[0].quantile(f64::from(percent) / 100.0);
        let within = |t: f64| f64::from(t <= limit);
        let what = format!("{what}: share within p{percent}, {limit:.3}");
        measured(&what, found, together, within).tells(1.0 - wait[0].exceeds(limit), 1.0 - wait[1].exceeds(limit));
    }
}

/// How many waits it takes to tell a load from one 5 % off: the rarer a wait, the more.
fn enough(load: f64) -> u64 {
    match load {
        ..0.7 => 56_000,
        ..1.5 => 24_000,
        ..2.5 => 10_000,
        _ => 6_000,
    }
}

// Steady traffic, whatever the law of the residence.

/// Loads, and how many times `enough` they take.
const LOADS: [(f64, u64); 4] = [(0.5, 1), (1.0, 1), (2.0, 1), (3.0, 1)];

fn steady(name: &str, text: &str, law: &Residence, start: &Start, traffic_for: f64, loads: &[(f64, u64)]) {
    for &(load, times) in loads {
        let wait = |load: f64| TimeToEmpty::of(&Traffic::constant(load), law, start);
        let oracle = wait(load);
        let plan = cluster(Times::steady(traffic_for, &oracle), text, &format!("{{ poisson = \"{load}/m\" }}"), "");
        let found = waits(&plan, times * enough(load));
        assert!(found.iter().any(|waits| waits.preserved > 0), "calls live through the failure");
        let mean = |load: f64| mean_time_to_empty(load, law, start);
        let what = format!("{name}, load {load}");
        compare(&what, &found, 1, [mean(load), mean(1.05 * load)], [&oracle, &wait(1.1 * load)]);
    }
}

#[test]
fn steady_with_exponential_residence() {
    let law = Residence::exponential(1.0);
    steady("exponential", r#"{ exponential = "1m" }"#, &law, &Start::Steady, 16.0, &LOADS);
}

#[test]
fn steady_with_fixed_residence() {
    steady("fixed", r#""1m""#, &Residence::fixed(1.0), &Start::Steady, 2.0, &LOADS);
}

#[test]
fn steady_with_erlang_residence() {
    let law = Residence::erlang(4, 1.0);
    steady("Erlang-4", r#"{ erlang = { phases = 4, mean = "1m" } }"#, &law, &Start::Steady, 8.0, &LOADS);
}

/// Some of these stay for an hour, so that nothing is ever quite steady. But a route point on which traffic began 40.5
/// residences ago holds exactly what one holds after an outage of that length.
#[test]
fn steady_with_lognormal_residence() {
    let law = Residence::lognormal(1.0, 4.0);
    let text = r#"{ lognormal = { mean = "1m", cv = 2.0 } }"#;
    let start = Start::Outage { length: 40.5 };
    steady("lognormal, cv 2", text, &law, &start, 40.0, &[(1.0, 2), (2.0, 1), (3.0, 1)]);
}

// No call at the failure, and an outage of a known length.

fn outage(name: &str, text: &str, law: &Residence, load: f64, length: f64) {
    let start = Start::Outage { length };
    let wait = |load: f64| TimeToEmpty::of(&Traffic::constant(load), law, &start);
    let oracle = wait(load);
    // Nobody calls until the moment of the failure.
    let times = Times { fails: 1.0, outage: length, watched: oracle.quantile(1.0 - 1e-7) };
    let arrivals =
        format!("{{ profile = [{{ at = \"0m\", rate = \"0/m\" }}, {{ at = \"1m\", rate = \"{load}/m\" }}] }}");
    let found = waits(&cluster(times, text, &arrivals, ""), 2 * enough(load));
    assert!(found.iter().all(|waits| waits.preserved == 0), "no call was there at the failure");
    let mean = |load: f64| mean_time_to_empty(load, law, &start);
    let what = format!("{name}, load {load}, outage {length}");
    compare(&what, &found, 1, [mean(load), mean(1.05 * load)], [&oracle, &wait(1.1 * load)]);
}

#[test]
fn after_an_outage_of_some_length_from_nothing() {
    outage("exponential", r#"{ exponential = "1m" }"#, &Residence::exponential(1.0), 2.0, 0.5);
    outage("exponential", r#"{ exponential = "1m" }"#, &Residence::exponential(1.0), 3.0, 1.0);
    outage("fixed", r#""1m""#, &Residence::fixed(1.0), 2.0, 0.5);
    outage(
        "lognormal, cv 2",
        r#"{ lognormal = { mean = "1m", cv = 2.0 } }"#,
        &Residence::lognormal(1.0, 4.0),
        2.0,
        1.0,
    );
}

// No more than so many calls at a time: M/M/c/c.

fn capped(load: f64, limit: u32) {
    let wait = |load: f64, limit| TimeToEmpty::markov(&Traffic::constant(load), 1.0, limit, &Start::Steady);
    let oracle = wait(load, Some(limit));
    let plan = cluster(
        Times::steady(16.0, &oracle),
        r#"{ exponential = "1m" }"#,
        &format!("{{ poisson = \"{load}/m\" }}"),
        &format!("busy_trigger = {limit}\nmaximum_calls = {limit}"),
    );
    // A limit makes the mean depend less on the load.
    let found = waits(&plan, 4 * enough(load));
    assert!(found.iter().any(|waits| waits.busy > 0), "some callers find it full");
    let mean = |load: f64, limit| markov_moments(load, 1.0, limit, &Start::Steady).0;
    let what = format!("M/M/{limit}/{limit}, load {load}");
    let means = [mean(load, Some(limit)), mean(1.05 * load, Some(limit))];
    compare(&what, &found, 1, means, [&oracle, &wait(1.1 * load, Some(limit))]);
    // It is the limit, not only the load.
    measured(&format!("{what}: mean, not without limit"), &found, 1, |wait| wait).tells(means[0], mean(load, None));
}

#[test]
fn with_a_limit_to_the_calls_at_a_time() {
    capped(2.0, 2);
    capped(3.0, 5);
}

// Traffic split over route points: it is over when the last one is home.

#[test]
fn split_over_two_and_four_route_points() {
    for (each, together) in [(1.5, 2_u32), (1.0, 4), (2.0, 4)] {
        let wait = |load: f64| TimeToEmpty::of(&Traffic::constant(load), &Residence::exponential(1.0), &Start::Steady);
        let (oracle, off_5, off_10) = (wait(each), wait(1.05 * each), wait(1.1 * each));
        let plan = cluster(
            Times::steady(16.0, &oracle),
            r#"{ exponential = "1m" }"#,
            &format!("{{ poisson = \"{each}/m\" }}"),
            "",
        );
        let found = waits(&plan, u64::from(together) * enough(each));
        let (oracle, off_5, off_10) = ([(together, &oracle)], [(together, &off_5)], [(together, &off_10)]);
        let means = [LastToEmpty(&oracle).mean(), LastToEmpty(&off_5).mean()];
        let what = format!("last of {together}, load {each} each");
        compare(&what, &found, together as usize, means, [&LastToEmpty(&oracle), &LastToEmpty(&off_10)]);
        // The last of many, not just anyone.
        let fewer = LastToEmpty(&[(together - 1, oracle[0].1)]).mean();
        measured(&format!("{what}: mean, not of one less"), &found, together as usize, |wait| wait)
            .tells(means[0], fewer);
    }
}

// A day: busy from 8 to 18 o'clock. The node is back at 17 o'clock.

/// What goes home does so in the last busy hour, of sixty residences, or else in the evening.
#[test]
fn through_a_day_of_changing_traffic() {
    let (day, night) = (5.0, 1.0);
    let wait = |times: f64| {
        let day_and_night = [(60.0, times * day), (14.0 * 60.0, times * night), (9.0 * 60.0, times * day)];
        TimeToEmpty::markov(&Traffic::cycle(day_and_night), 1.0, None, &Start::Steady)
    };
    let oracle = wait(1.0);
    // The morning is left out: an hour of the day's traffic is as good as eight. The run ends at 19:30.
    let times = Times { fails: 16.5 * 60.0, outage: 30.0, watched: 2.5 * 60.0 };
    assert!(oracle.exceeds(times.watched) < 1e-9);
    let arrivals = format!(
        r#"{{ repeat = "24h", profile = [{{ at = "0h", rate = "0/m" }}, {{ at = "16h", rate = "{day}/m" }}, {{ at = "18h", rate = "{night}/m" }}] }}"#
    );
    let found = waits(&cluster(times, r#"{ exponential = "1m" }"#, &arrivals, ""), 6_000);
    compare("day and night", &found, 1, [oracle.mean(), wait(1.05).mean()], [&oracle, &wait(1.1)]);
    let at_closing_time = measured("day and night: share before night", &found, 1, |wait| f64::from(wait <= 60.0));
    at_closing_time.tells(1.0 - oracle.exceeds(60.0), 1.0 - wait(1.05).exceeds(60.0));
}
