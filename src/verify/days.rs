//! Rates that are random themselves: the factor of a day, and states that follow one another.

use crate::engine::Time;
use crate::facts::{Fact, Recorder};

use super::comparison::{Cell, Comparison, free, watch};

/// Calls by source, each counted until its time.
struct Counts {
    /// For each source in order: from when until when.
    between: &'static [(f64, f64)],
    counts: Vec<u64>,
}

impl Counts {
    fn new(between: &'static [(f64, f64)]) -> Counts {
        Counts { between, counts: vec![0; between.len()] }
    }
}

impl Recorder for Counts {
    fn note(&mut self, now: Time, fact: Fact) {
        if let Fact::Offered { call, .. } = fact {
            let (from, to) = self.between[call.source.index()];
            self.counts[call.source.index()] += u64::from((from..to).contains(&now.seconds()));
        }
    }
}

/// A destination with room for everybody, and these sources of calls to it.
fn sources(length: u32, arrivals: &[&str]) -> String {
    let sources = arrivals.iter().enumerate().map(|(row, arrivals)| {
        format!("[[traffic]]\nname = \"source{row}\"\nto = \"outside\"\narrivals = {arrivals}\ntalk = \"0s\"\n")
    });
    free(&format!(
        "run = {{ length = \"{length}s\" }}\n[[node]]\nname = \"sub1\"\n[[destination]]\nname = \"outside\"\nanswer = \"0s\"\n{}",
        sources.collect::<String>()
    ))
}

/// The counts of a stretch with mean m are negative binomial: their variance is m + c^2 m^2, none come with the probability
/// (1 + c^2 m)^(-1 / c^2). Two sources that share the day have the covariance c^2 m1 m2, and two with days of their own have none.
/// The twins have a coefficient of variation that is 5 % off, 10 % for a share, and one day for two.
pub(super) fn days() -> Vec<Comparison> {
    // The last source is counted for a tenth of the run, in which it has 2 calls on average.
    const UNTIL: &[(f64, f64)] = &[(0.0, 100.0), (0.0, 100.0), (0.0, 10.0)];
    const MEANS: [f64; 3] = [20.0, 30.0, 2.0];
    const SITE: f64 = 0.5;
    const OTHER: f64 = 1.0;
    let arrivals = [
        r#"{ poisson = "0.2/s", day = { name = "site", cv = 0.5 } }"#,
        r#"{ poisson = "0.15/s", scale = 2.0, day = { name = "site" } }"#,
        r#"{ profile = [{ at = "0s", rate = "0.2/s" }, { at = "50s", rate = "1/s" }], day = { name = "other", cv = 1.0 } }"#,
    ];
    let [one, two, three] = MEANS;
    let variance = |cv: f64| one + cv * cv * one * one;
    let none = |cv: f64| libm::pow(1.0 + cv * cv * three, -1.0 / (cv * cv));
    let covariance = |cv: f64| cv * cv * one * two;
    let cell =
        |what: &str, expected, twin, precision| Cell { name: format!("Days: {what}"), expected, twin, precision };
    let cells = vec![
        cell("mean count", one, 1.05 * one, 0.02),
        cell("mean count, scaled", two, 1.05 * two, 0.02),
        cell("variance of a count", variance(SITE), variance(1.05 * SITE), 0.08),
        cell("P(no calls)", none(OTHER), none(1.1 * OTHER), 0.05),
        cell("covariance of two that share a day", covariance(SITE), covariance(1.05 * SITE), 0.08),
        cell("mean product of two with days of their own", one * three, one * three * (1.0 + SITE * OTHER), 0.05),
    ];
    let watch = watch(
        |_| Counts::new(UNTIL),
        |_, found| {
            let [first, second, third] = [0, 1, 2].map(|row| found.counts[row] as f64);
            let (off, other) = (first - MEANS[0], second - MEANS[1]);
            let none = if third == 0.0 { 1.0 } else { 0.0 };
            Ok(vec![first, second, off * off, none, off * other, first * third])
        },
    );
    vec![Comparison { name: "Days".to_owned(), workload: sources(100, &arrivals), replications: 40_000, cells, watch }]
}

/// A modulated source is in the steady state of its cycle from the start: the first seconds have as many calls on average as the
/// last. The states have 60 s and 20 s, so the mean factor is (0.2 x 60 + 3 x 20) / 80 = 0.9, and of 4 calls a second 36 come
/// in ten seconds.
///
/// From the first state the factor would be 0.9 - 0.7 e^(-t (1/60 + 1/20)), which is 0.389 on average over ten seconds. In the
/// first instant the variance of the factor is 0.75 x 0.2^2 + 0.25 x 3^2 - 0.9^2 = 1.47. It fades with the same exponential:
/// over ten seconds 2 (x - 1 + e^-x) / x^2 of it are left, where x = 10 / 15.
pub(super) fn states() -> Vec<Comparison> {
    const TEN: &[(f64, f64)] = &[(0.0, 10.0), (110.0, 120.0)];
    const MEAN: f64 = 36.0;
    let states = r#"{ poisson = "4/s", states = [{ times = 0.2, mean = "60s" }, { times = 3.0, mean = "20s" }] }"#;
    let left = {
        let x = 10.0 / 15.0;
        2.0 * (x - 1.0 + libm::exp(-x)) / (x * x)
    };
    let variance = |of_factor: f64| MEAN + 40.0 * 40.0 * of_factor * left;
    let cell =
        |what: &str, expected, twin, precision| Cell { name: format!("States: {what}"), expected, twin, precision };
    let cells = vec![
        cell("mean count of the first ten seconds", MEAN, 0.389 * 40.0, 0.04),
        cell("mean count of the last ten seconds", MEAN, 1.05 * MEAN, 0.04),
        cell("variance of the first ten seconds", variance(1.47), variance(1.05 * 1.05 * 1.47), 0.08),
    ];
    let watch = watch(
        |_| Counts::new(TEN),
        |_, found| {
            let [first, last] = [0, 1].map(|row| found.counts[row] as f64);
            Ok(vec![first, last, (first - MEAN) * (first - MEAN)])
        },
    );
    vec![Comparison {
        name: "States".to_owned(),
        workload: sources(120, &[states, states]),
        replications: 20_000,
        cells,
        watch,
    }]
}
