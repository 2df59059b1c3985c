//! The calls of a source as a varying rate, the places they visit, and the number of simultaneous calls there.

use std::collections::BTreeMap;

use crate::domain::Target;
use crate::engine::{Distribution, Span};
use crate::plan::{Arrivals, Plan, Source, routing};

/// The calls of a source as a varying rate, and their paths.
pub(super) struct Stream<'a> {
    pub(super) source: &'a Source,
    /// Times in seconds, and the rates from then on in calls per second.
    pub(super) rates: Vec<(f64, f64)>,
    /// The mean number of visits of a call to each place.
    pub(super) visits: BTreeMap<Target, f64>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(source: &'a Source, plan: &Plan, length: Span) -> Stream<'a> {
        let mut visits = BTreeMap::new();
        for (place, share) in routing::visits(plan, source) {
            // A call to a number is at its device.
            *visits.entry(plan.group_of(place)).or_insert(0.0) += share;
        }
        Stream { source, rates: rates(&source.arrivals, length), visits }
    }

    pub(super) fn visits(&self, target: Target) -> f64 {
        self.visits.get(&target).copied().unwrap_or_default()
    }

    /// Equally likely talk times.
    pub(super) fn talk(&self) -> Vec<f64> {
        let talks = likely(&self.source.talk);
        match &self.source.arrivals {
            Arrivals::Listed(calls) if calls.iter().any(|call| call.talk.is_some()) => {
                let mean = talks.iter().sum::<f64>() / talks.len() as f64;
                // Every `step`-th call of a long list.
                let step = 1 + calls.len() / talks.len();
                calls.iter().step_by(step).map(|call| call.talk.map_or(mean, Span::seconds)).collect()
            }
            _ => talks,
        }
    }
}

pub(super) fn seconds(distribution: &Distribution) -> f64 {
    distribution.mean().seconds()
}

/// The rate of a source over a run. Random states and days count with their mean factor, and listed calls per minute.
fn rates(arrivals: &Arrivals, length: Span) -> Vec<(f64, f64)> {
    const MINUTE: f64 = 60.0;
    match arrivals {
        Arrivals::Poisson(curve) => curve.steps.iter().map(|&(at, rate)| (at.seconds(), rate)).collect(),
        Arrivals::Modulated(curve, modulation) => {
            let factor = modulation.mean();
            curve.steps.iter().map(|&(at, rate)| (at.seconds(), rate * factor)).collect()
        }
        Arrivals::Listed(calls) => {
            let mut minutes: BTreeMap<u64, f64> = BTreeMap::new();
            for call in calls.iter().filter(|call| call.at.nanos() < length.nanos()) {
                let minute = (call.at.seconds() / MINUTE) as u64;
                minutes.entry(minute + 1).or_default();
                *minutes.entry(minute).or_default() += 1.0 / MINUTE;
            }
            minutes.into_iter().map(|(minute, rate)| (minute as f64 * MINUTE, rate)).collect()
        }
    }
}

/// Calls with a varying rate, and how long they stay: equally likely times.
pub(super) struct Stay<'a> {
    pub(super) rates: &'a [(f64, f64)],
    pub(super) share: f64,
    pub(super) seconds: Vec<f64>,
}

/// The calls of all sources at a place, each staying as long as `stay` says.
pub(super) fn stays<'a>(
    streams: &'a [Stream<'a>],
    target: Target,
    stay: impl Fn(&Stream<'_>) -> Vec<f64>,
) -> Vec<Stay<'a>> {
    let there = streams.iter().filter(|stream| stream.visits(target) > 0.0);
    there.map(|stream| Stay { rates: &stream.rates, share: stream.visits(target), seconds: stay(stream) }).collect()
}

/// Equally likely times from a distribution, with its mean.
pub(super) fn likely(distribution: &Distribution) -> Vec<f64> {
    const TIMES: u64 = 200;
    let step = u64::MAX / TIMES;
    let mut times: Vec<f64> = (0..TIMES).map(|row| distribution.sample(row * step + step / 2).seconds()).collect();
    let mean = times.iter().sum::<f64>() / TIMES as f64;
    if mean > 0.0 {
        // So few times do not represent a long tail well.
        times.iter_mut().for_each(|time| *time *= seconds(distribution) / mean);
    }
    times
}

/// The cumulative calls of a stream at each of its changes of rate.
struct Arrived<'a> {
    rates: &'a [(f64, f64)],
    sums: Vec<f64>,
}

impl<'a> Arrived<'a> {
    fn new(rates: &'a [(f64, f64)]) -> Arrived<'a> {
        let mut sum = 0.0;
        let lasting = rates.windows(2).map(|pair| pair[0].1 * (pair[1].0 - pair[0].0));
        let sums = std::iter::once(0.0).chain(lasting.map(|calls| {
            sum += calls;
            sum
        }));
        Arrived { rates, sums: sums.collect() }
    }

    fn until(&self, moment: f64) -> f64 {
        match self.rates.partition_point(|(at, _)| *at <= moment).checked_sub(1) {
            Some(row) => self.sums[row] + self.rates[row].1 * (moment - self.rates[row].0),
            None => 0.0,
        }
    }
}

/// The highest expected number of simultaneous calls: those that have arrived and whose stay is not over, as if there were
/// room for all of them. A burst much shorter than a call therefore counts less than its rate.
pub(super) fn most_at_once(stays: &[Stay<'_>], length: f64) -> f64 {
    const MOMENTS_MAX: usize = 300;
    // The number of calls is highest where a rate falls, or at the end.
    let falls = stays.iter().flat_map(|stay| stay.rates.windows(2).filter(|pair| pair[1].1 < pair[0].1));
    let mut moments: Vec<f64> = falls.map(|pair| pair[1].0).collect();
    moments.push(length);
    moments.sort_by(f64::total_cmp);
    moments.dedup();
    if moments.len() > MOMENTS_MAX {
        moments = (1..=MOMENTS_MAX).map(|part| length * part as f64 / MOMENTS_MAX as f64).collect();
    }
    let arrived: Vec<Arrived<'_>> = stays.iter().map(|stay| Arrived::new(stay.rates)).collect();
    let at = |moment: f64| {
        let here = |(stay, arrived): (&Stay<'_>, &Arrived<'_>)| {
            let until = arrived.until(moment);
            let sum: f64 = stay.seconds.iter().map(|seconds| until - arrived.until(moment - seconds)).sum();
            stay.share * sum / stay.seconds.len().max(1) as f64
        };
        stays.iter().zip(&arrived).map(here).sum::<f64>()
    };
    moments.into_iter().map(at).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_build_up_over_a_stay_and_a_short_burst_does_not_count_as_if_it_lasted() {
        let distribution = Distribution::Exponential { mean: Span::from_secs(100) };
        let most = |rates: &[(f64, f64)], length| {
            most_at_once(&[Stay { rates, share: 0.5, seconds: likely(&distribution) }], length)
        };
        let about =
            |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 0.01, "{found}, not {expected}");
        about(most(&[(0.0, 2.0)], 1e6), 100.0);
        about(most(&[(0.0, 2.0)], 100.0), 100.0 * (1.0 - libm::exp(-1.0)));
        let burst = [(0.0, 2.0), (5000.0, 20.0), (5010.0, 2.0)];
        about(most(&burst, 1e6), 1000.0 - 900.0 * libm::exp(-0.1));
        let two = [
            Stay { rates: &[(0.0, 1.0), (2000.0, 0.0)], share: 1.0, seconds: vec![10.0] },
            Stay { rates: &[(0.0, 0.0), (2000.0, 1.0)], share: 1.0, seconds: vec![10.0] },
        ];
        about(most_at_once(&two, 4000.0), 10.0);
    }
}
