//! R18: how long until a route point is empty, so that it can rehome.
//!
//! A device rehomes at the first instant without a call on it. With Poisson arrivals at rate
//! `lambda`, independent residence times of mean `h` and distribution `F`, and no limit on the number of calls, that is the
//! time until M/G/infinity is empty. Every mean follows from one formula, whatever the distribution and the start:
//!
//! `E[T] = int_0^inf exp(rho Te(t)) U(t) dt`, with `rho = lambda h`, `Te(t) = (1/h) int_t^inf (1 - F)`, and `U(t)` the
//! probability that some call of the start is still there at `t`.
//!
//! Derivation: let `p(t)` be the probability that no call that arrived after an instant is there `t` later, `exp(-rho (1 - Te(t)))`.
//! Being empty is a renewal, so `P(empty at t) = int_0^t p(t - s) dP(T <= s)`. By parts, that is an equation for
//! `P(T > t)` with nothing but positive terms,
//!
//! `P(T > t) = p(t) U(t) + int_0^t P(T > t - u) (-p'(u)) du`,
//!
//! which [`TimeToEmpty`](super::TimeToEmpty) solves; its integral over all `t` is the formula for the mean.
//!
//! The distribution matters: at three erlangs the mean is 5.4 `h` for calls that all take `h`, 8.3 `h` for exponential ones and
//! 14.7 `h` for lognormal ones of squared variation 4. Only the busy period does not depend on it.
//!
//! Units: all times in seconds and rates per second, or both in any other unit of time. What is beyond the range of
//! numbers (from some 715 erlangs on) is infinite. Sources: S. Browne, J. M. Steele, "Transient behavior of coverage
//! processes with applications to the infinite-server queue", J. Appl. Prob. 30 (1993) 589-602; F. Guillemin, A. Simonian,
//! "Transient characteristics of an M/M/infinity system", Adv. Appl. Prob. 27 (1995) 862-888; F. Roijers, M. Mandjes, H. van
//! den Berg, "Analysis of congestion periods of an M/M/infinity queue", Perf. Eval. 64 (2007) 737-754.

use super::quadrature;
use super::queueing::poisson_exactly;
use super::residence::Residence;

/// Which calls are on the route point at first.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// The stationary number of calls, which may be none.
    Steady,
    /// None at the failover; the node comes back this much later, and calls that arrived meanwhile are there.
    Outage {
        /// From the failover to the return of the primary.
        length: f64,
    },
    /// This many that have just arrived.
    Fresh(u32),
    /// This many, observed at a random instant.
    Aged(u32),
    /// One call for each entry, which is the distribution of its remaining time.
    Calls(Vec<Residence>),
}

impl Start {
    /// `U(t)`: the probability that a call of the start is still there at `t`, when calls arrived at `rate` before.
    pub(super) fn remains(&self, t: f64, rate: f64, residence: &Residence) -> f64 {
        let load = rate * residence.mean();
        // None of `count` calls is left with probability (1 - each)^count.
        let any = |count: u32, each: f64| {
            if count == 0 { 0.0 } else { -libm::expm1(f64::from(count) * libm::log1p(-each)) }
        };
        match self {
            Start::Steady => -libm::expm1(-load * residence.rest(t)),
            Start::Outage { length } => -libm::expm1(-load * (residence.rest(t) - residence.rest(t + length))),
            Start::Fresh(count) => any(*count, residence.exceeds(t)),
            Start::Aged(count) => any(*count, residence.rest(t)),
            Start::Calls(rests) => -libm::expm1(rests.iter().map(|rest| libm::log1p(-rest.exceeds(t))).sum()),
        }
    }

    /// Where `remains` is not smooth, in ascending order.
    fn knots(&self, residence: &Residence) -> Vec<f64> {
        let mut knots = residence.knots();
        match self {
            Start::Outage { length } => knots.extend(residence.knots().iter().map(|knot| knot - length)),
            Start::Calls(rests) => knots.extend(rests.iter().flat_map(Residence::knots)),
            Start::Steady | Start::Fresh(_) | Start::Aged(_) => {}
        }
        knots.sort_unstable_by(f64::total_cmp);
        knots
    }

    /// The number of calls at first, of memoryless ones with mean `mean`: the probability of each number, from none on, up
    /// to `most`. Steady traffic is that of a route point which admits no more.
    pub(super) fn numbers(&self, rate: f64, mean: f64, most: u32) -> Vec<f64> {
        let exactly = |count: u32| {
            let mut numbers = vec![0.0; most as usize + 1];
            numbers[count.min(most) as usize] = 1.0;
            numbers
        };
        let poisson = |load: f64| {
            let mut numbers: Vec<f64> = (0..=most).map(|count| poisson_exactly(load, count)).collect();
            let sum: f64 = numbers.iter().sum();
            numbers.iter_mut().for_each(|probability| *probability /= sum);
            numbers
        };
        match self {
            Start::Steady => poisson(rate * mean),
            Start::Outage { length } => poisson(-rate * mean * libm::expm1(-length / mean)),
            Start::Fresh(count) | Start::Aged(count) => exactly(*count),
            Start::Calls(rests) => exactly(u32::try_from(rests.len()).unwrap_or(u32::MAX)),
        }
    }

    /// The largest number that the start names.
    fn named(&self) -> u32 {
        match self {
            Start::Steady | Start::Outage { .. } => 0,
            Start::Fresh(count) | Start::Aged(count) => *count,
            Start::Calls(rests) => u32::try_from(rests.len()).unwrap_or(u32::MAX),
        }
    }

    /// A number of calls that more than 1e-16 or so of the probability never lies beyond, at up to `load` erlangs.
    pub(super) fn most(&self, load: f64) -> u32 {
        self.named().saturating_add((load + 9.0 * load.sqrt() + 25.0) as u32)
    }
}

/// The mean time until the route point is empty, `E[T]`.
///
/// Closed forms where there are some: `h sum_j rho^j / (j j!) = h (Ei(rho) - ln rho - gamma)` for exponential residence
/// and `h sum_j rho^j / (j + 1)! = h ((e^rho - 1) / rho - 1)` for fixed residence, both from [`Start::Steady`]. Else the integral
/// of the module, to about 12 digits; this takes some hundreds of evaluations of the distribution, for measured residences
/// as many for each value.
pub fn mean_time_to_empty(arrival_rate: f64, residence: &Residence, start: &Start) -> f64 {
    let load = arrival_rate * residence.mean();
    match (residence, start) {
        (&Residence::Exponential { mean }, Start::Steady) => mean * exponential_series(load, |j| 1.0 / j),
        (&Residence::Fixed { length }, Start::Steady) => length * exponential_series(load, |j| 1.0 / (j + 1.0)),
        _ => mean_by_integral(arrival_rate, residence, start),
    }
}

/// `sum_(j >= 1) load^j / j! factor(j)`, in two halves of the exponent, so that no part of it overflows before it does.
fn exponential_series(load: f64, factor: impl Fn(f64) -> f64) -> f64 {
    let half = libm::exp(load / 2.0);
    let (mut term, mut sum, mut j) = (1.0 / half, 0.0, 0.0);
    while j < load || term > sum * 1e-18 {
        j += 1.0;
        term *= load / j;
        sum += term * factor(j);
    }
    sum * half
}

/// `int_0^inf exp(rho Te(t)) U(t) dt`, or for an outage `int_0^D (exp(rho Te(t)) - 1) dt`: the same, from which the parts
/// beyond the outage cancel.
fn mean_by_integral(arrival_rate: f64, residence: &Residence, start: &Start) -> f64 {
    let mean = residence.mean();
    let load = arrival_rate * mean;
    // In proportion to exp(rho), so that only the result overflows.
    let busy = |t: f64| libm::exp(load * (residence.rest(t) - 1.0));
    let scaled = if let Start::Outage { length } = *start {
        let inside = |t: f64| busy(t) * -libm::expm1(-load * residence.rest(t));
        let mut knots: Vec<f64> = residence.knots().into_iter().filter(|&knot| knot < length).collect();
        knots.push(length);
        let starts = std::iter::once(0.0).chain(knots.iter().copied());
        starts.zip(&knots).map(|(from, &to)| quadrature::between(from, to, &inside)).sum()
    } else {
        let scale = match start {
            Start::Calls(rests) => rests.iter().map(Residence::mean).fold(mean, f64::max),
            _ => mean,
        };
        let integrand = |t: f64| busy(t) * start.remains(t, arrival_rate, residence);
        quadrature::integral(0.0, scale, &start.knots(residence), integrand)
    };
    let half = libm::exp(load / 2.0);
    half * scaled * half
}

/// The mean and the variance of the time until empty, for exponential residence times of mean `mean`, and with no more than
/// `limit` calls at a time if there is a limit: a call that finds as many is blocked. Calls of the start beyond the
/// limit are left out, and those of [`Start::Calls`] are treated as memoryless.
///
/// The time from `n` calls to `n - 1` has mean `w(n) = (h + rho w(n + 1)) / n`, for at the next event one more comes, or one
/// goes; the sum of those for 1 to `n` is `sum_i (i-1)! / (lambda rho^(i-1)) sum_(j >= i) rho^j / j!`. The second
/// moment is that of the reward `2 E[T | n]`, by the same steps. Without subtractions: to about 14 digits.
/// With a limit, [`Start::Outage`] is not exact: the number of calls after it is taken for a truncated Poisson number.
pub fn markov_moments(arrival_rate: f64, mean: f64, limit: Option<u32>, start: &Start) -> (f64, f64) {
    let load = arrival_rate * mean;
    let most = limit.unwrap_or_else(|| start.most(load));
    let from_each = |reward: &dyn Fn(usize) -> f64| {
        let mut total = vec![0.0; most as usize + 1];
        let mut down = 0.0;
        for count in (1..=most as usize).rev() {
            down = (mean * reward(count) + load * down) / count as f64;
            total[count] = down;
        }
        for count in 1..=most as usize {
            total[count] += total[count - 1];
        }
        total
    };
    let first = from_each(&|_| 1.0);
    let second = from_each(&|count| 2.0 * first[count]);
    let numbers = start.numbers(arrival_rate, mean, most);
    let average = |of: &[f64]| -> f64 { numbers.iter().zip(of).map(|(probability, value)| probability * value).sum() };
    let first = average(&first);
    (first, average(&second) - first * first)
}

/// The mean busy period, `(e^rho - 1) / lambda`: from the first call that finds the route point empty until it is empty
/// again. It depends on the residence only through its mean.
pub fn busy_period_mean(arrival_rate: f64, residence_mean: f64) -> f64 {
    residence_mean * (1.0 + exponential_series(arrival_rate * residence_mean, |j| 1.0 / (j + 1.0)))
}

/// The second moment of the busy period, `2 e^rho / lambda` times the mean time to empty from [`Start::Steady`].
pub fn busy_period_second_moment(arrival_rate: f64, residence: &Residence) -> f64 {
    let steady = mean_time_to_empty(arrival_rate, residence, &Start::Steady);
    2.0 / arrival_rate * libm::exp(arrival_rate * residence.mean()) * steady
}

/// The mean busy period with no more than `limit` calls at a time, `(1/lambda) sum_(j = 1)^limit rho^j / j!`. It depends on
/// the residence only through its mean.
pub fn busy_period_mean_limited(arrival_rate: f64, residence_mean: f64, limit: u32) -> f64 {
    let load = arrival_rate * residence_mean;
    (1..=limit).rev().fold(0.0, |down, count| (residence_mean + load * down) / f64::from(count))
}

/// An approximation of the mean time to empty for exponential residence from some ten erlangs on:
/// `h e^rho / rho (1 + 1/rho + 2/rho^2 + 6/rho^3)`. It falls short by 0.4 % at 10 erlangs and by 0.02 % at 20. It shows
/// the growth; [`mean_time_to_empty`] is exact wherever this is finite.
pub fn asymptotic_mean(load: f64, mean: f64) -> f64 {
    let half = libm::exp(load / 2.0);
    half * (mean / load * (1.0 + (1.0 + (2.0 + 6.0 / load) / load) / load)) * half
}

/// The largest load, in erlangs, with which the mean time to empty is at most `within`, with this residence and from this
/// start. Zero if the calls of the start alone take longer. To about 12 digits; some 60 means.
pub fn largest_load(residence: &Residence, start: &Start, within: f64) -> f64 {
    let mean = residence.mean();
    let fits = |load: f64| mean_time_to_empty(load / mean, residence, start) <= within;
    let (mut low, mut high) = (0.0, 1.0);
    // Above some 715 erlangs no time is finite.
    while high < 1024.0 && fits(high) {
        (low, high) = (high, high * 2.0);
    }
    while high - low > 1e-12 * high {
        let middle = f64::midpoint(low, high);
        if fits(middle) { low = middle } else { high = middle }
    }
    if low < 1e-300 { 0.0 } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal in all the digits that are given.
    #[track_caller]
    fn anchored(found: f64, digits: &str) {
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert_eq!(format!("{found:.decimals$}"), digits);
    }

    #[track_caller]
    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{found} is not {expected}");
    }

    fn distributions() -> Vec<Residence> {
        vec![
            Residence::exponential(1.0),
            Residence::fixed(1.0),
            Residence::Uniform { low: 0.2, high: 1.8 },
            Residence::erlang(4, 1.0),
            Residence::lognormal(1.0, 4.0),
            Residence::Weibull { scale: 0.5, shape: 0.5 },
            Residence::empirical([0.4, 1.0, 1.6]),
        ]
    }

    #[test]
    fn the_mean_from_a_steady_start() {
        for (load, exponential, fixed, busy, deviation) in [
            (0.5, "0.570151", "0.297443", "1.297443", "1.18006"),
            (1.0, "1.317902", "0.718282", "1.718282", "2.00745"),
            (2.0, "3.683872", "2.194528", "3.194528", "4.35638"),
            (3.0, "8.258005", "5.361846", "6.361846", "8.83795"),
            (5.0, "37.998622", "28.482632", "29.482632", "38.3728"),
            (10.0, "2489.349175", "2201.546579", "2202.546579", ""),
            (20.0, "25615649.1", "24258258.7", "24258259.7", ""),
        ] {
            anchored(mean_time_to_empty(load, &Residence::exponential(1.0), &Start::Steady), exponential);
            anchored(mean_time_to_empty(load, &Residence::fixed(1.0), &Start::Steady), fixed);
            anchored(busy_period_mean(load, 1.0), busy);
            let (mean, variance) = markov_moments(load, 1.0, None, &Start::Steady);
            anchored(mean, exponential);
            if !deviation.is_empty() {
                anchored(variance.sqrt(), deviation);
            }
        }
        let lognormal = mean_time_to_empty(3.0, &Residence::lognormal(1.0, 4.0), &Start::Steady);
        anchored(lognormal, "14.7347");
    }

    #[test]
    fn three_minutes_on_the_route_point() {
        let after = |load: f64| mean_time_to_empty(load / 180.0, &Residence::exponential(180.0), &Start::Steady);
        let (minute, hour, day) = (60.0, 3600.0, 86400.0);
        for (load, unit, digits) in [
            (0.5, minute, "1.7"),
            (1.0, minute, "4.0"),
            (2.0, minute, "11"),
            (3.0, minute, "25"),
            (5.0, hour, "1.9"),
            (10.0, day, "5.2"),
            (20.0, 365.25 * day, "146"),
        ] {
            anchored(after(load) / unit, digits);
        }
        for (within, digits) in [
            (minute, "0.3079"),
            (5.0 * minute, "1.1918"),
            (15.0 * minute, "2.3641"),
            (hour, "4.1634"),
            (4.0 * hour, "5.9448"),
            (day, "8.1082"),
        ] {
            anchored(largest_load(&Residence::exponential(180.0), &Start::Steady, within), digits);
        }
    }

    #[test]
    fn the_mean_from_a_number_of_calls() {
        let exponential = Residence::exponential(1.0);
        for (count, load, digits) in [
            (3, 2.0, "4.889056"),
            (5, 1.0, "3.4216"),
            (5, 5.0, "38.942668"),
            (10, 10.0, "2490.579992"),
            (5, 0.5, "2.767046"),
        ] {
            anchored(mean_time_to_empty(load, &exponential, &Start::Fresh(count)), digits);
            anchored(markov_moments(load, 1.0, None, &Start::Aged(count)).0, digits);
            let calls = Start::Calls(vec![exponential.clone(); count as usize]);
            anchored(mean_time_to_empty(load, &exponential, &calls), digits);
        }
    }

    #[test]
    fn the_mean_with_a_limit() {
        for (load, limit, digits) in [
            (3.0, 5, "7.270924"),
            (3.0, 10, "8.254033"),
            (5.0, 10, "37.412838"),
            (8.0, 10, "356.425079"),
            (10.0, 15, "2367.780828"),
        ] {
            anchored(markov_moments(load, 1.0, Some(limit), &Start::Steady).0, digits);
            let busy = markov_moments(load, 1.0, Some(limit), &Start::Fresh(1)).0;
            close(busy_period_mean_limited(load, 1.0, limit), busy, 1e-14);
        }
        close(busy_period_mean_limited(3.0, 2.0, 60), busy_period_mean(3.0, 2.0), 1e-14);
    }

    /// The closed forms, the steps of the chain and the integral are three ways to one number.
    #[test]
    fn closed_form_chain_and_integral_agree() {
        for load in [0.01, 0.5, 3.0, 12.0, 40.0] {
            for distribution in [Residence::exponential(2.0), Residence::fixed(2.0)] {
                let closed = mean_time_to_empty(load / 2.0, &distribution, &Start::Steady);
                close(mean_by_integral(load / 2.0, &distribution, &Start::Steady), closed, 1e-12);
            }
            for start in [Start::Steady, Start::Fresh(1), Start::Aged(7), Start::Outage { length: 0.7 }] {
                let integral = mean_time_to_empty(load / 2.0, &Residence::exponential(2.0), &start);
                close(markov_moments(load / 2.0, 2.0, None, &start).0, integral, 1e-11);
            }
        }
    }

    #[test]
    fn what_holds_for_every_distribution() {
        for distribution in distributions() {
            for load in [0.3, 3.0, 9.0] {
                let mean = |start: Start| mean_time_to_empty(load, &distribution, &start);
                close(mean(Start::Fresh(1)), busy_period_mean(load, 1.0), 1e-11);
                // A thousand values miss a little of the longest tails.
                close(mean(Start::Aged(2)), mean(Start::Calls(vec![equilibrium(&distribution); 2])), 2e-2);
                close(mean(Start::Outage { length: 1e6 }), mean(Start::Steady), 1e-9);
                // What came in a long outage is steady traffic; in none, nothing.
                assert_eq!(mean(Start::Outage { length: 0.0 }), 0.0);
                assert!(mean(Start::Outage { length: 0.5 }) < mean(Start::Outage { length: 0.6 }), "{distribution:?}");
                assert_eq!(mean(Start::Fresh(0)), 0.0);
                assert_eq!(mean(Start::Calls(vec![])), 0.0);
                // The general formula with the outage's own U, which the mean does not use.
                let outage = Start::Outage { length: 0.5 };
                let integrand =
                    |t: f64| libm::exp(load * distribution.rest(t)) * outage.remains(t, load, &distribution);
                let general = quadrature::integral(0.0, 1.0, &outage.knots(&distribution), integrand);
                close(mean(outage.clone()), general, 1e-11);
            }
        }
    }

    /// What is left of a call met at a random moment, as a thousand equally likely values.
    fn equilibrium(distribution: &Residence) -> Residence {
        let quantile = |u: f64| {
            let (mut low, mut high) = (0.0, 1e4);
            for _ in 0..60 {
                let middle = f64::midpoint(low, high);
                if distribution.rest(middle) > u { low = middle } else { high = middle }
            }
            low
        };
        Residence::empirical((0..1000).map(|part| quantile((f64::from(part) + 0.5) / 1000.0)).collect::<Vec<f64>>())
    }

    #[test]
    fn the_second_moment_of_the_busy_period() {
        for load in [0.5, 3.0] {
            let (mean, variance) = markov_moments(load, 1.0, None, &Start::Fresh(1));
            let second = busy_period_second_moment(load, &Residence::exponential(1.0));
            close(second, variance + mean * mean, 1e-12);
        }
    }

    #[test]
    fn large_loads_are_near_the_asymptote_until_they_are_beyond_numbers() {
        let exact = |load: f64| mean_time_to_empty(load, &Residence::exponential(1.0), &Start::Steady);
        anchored(asymptotic_mean(10.0, 1.0), "2480.2");
        assert!((0.0036..0.0037).contains(&(1.0 - asymptotic_mean(10.0, 1.0) / exact(10.0))));
        assert!((0.0001..0.0003).contains(&(1.0 - asymptotic_mean(20.0, 1.0) / exact(20.0))));
        close(asymptotic_mean(700.0, 1.0), exact(700.0), 1e-9);
        close(mean_by_integral(714.0, &Residence::exponential(1.0), &Start::Steady), exact(714.0), 1e-11);
        close(asymptotic_mean(714.0, 1.0), exact(714.0), 1e-9);
        assert_eq!(exact(800.0), f64::INFINITY);
    }

    #[test]
    fn no_calls_and_no_time() {
        for distribution in distributions() {
            assert_eq!(mean_time_to_empty(0.0, &distribution, &Start::Steady), 0.0);
            close(mean_time_to_empty(0.0, &distribution, &Start::Fresh(1)), 1.0, 1e-11);
        }
        assert_eq!(mean_time_to_empty(3.0, &Residence::fixed(0.0), &Start::Steady), 0.0);
        assert_eq!(mean_time_to_empty(3.0, &Residence::exponential(0.0), &Start::Fresh(2)), 0.0);
        assert_eq!(largest_load(&Residence::fixed(10.0), &Start::Fresh(1), 9.0), 0.0);
        close(largest_load(&Residence::fixed(10.0), &Start::Fresh(1), 31.94528), 2.0, 1e-6);
    }
}
