//! R18 inverted: how much load a route point may carry, and over how many to split it, so that all rehome in time.

use super::emptying::{LastToEmpty, TimeToEmpty, Traffic};
use super::rehoming::Start;
use super::residence::Residence;

/// The largest load on one route point, in erlangs: beyond it the time until it is empty is close to the limit of the range of
/// numbers.
pub const LOAD_MAX: f64 = 700.0;

/// The calls of a route point: their residence, their limit, and the calls at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutePointCalls {
    /// How long each stays.
    pub residence: Residence,
    /// The limit of calls at a time, if there is one: for exponential residence only.
    pub limit: Option<u32>,
    /// The calls at the start.
    pub start: Start,
}

impl RoutePointCalls {
    /// The distribution of the time until empty, by the more accurate method: the Markov chain for exponential residence, the
    /// renewal equation, which has no limit, for any other.
    pub fn time_to_empty(&self, traffic: &Traffic) -> TimeToEmpty {
        match self.residence {
            Residence::Exponential { mean } => TimeToEmpty::markov(traffic, mean, self.limit, &self.start),
            _ => TimeToEmpty::of(traffic, &self.residence, &self.start),
        }
    }

    /// Whether `count` identical route points, which share the traffic evenly, are all empty within a time with probability
    /// `share`.
    fn all_within(&self, traffic: &Traffic, count: u32, within: f64, share: f64) -> bool {
        let traffic = traffic.times(1.0 / f64::from(count));
        if traffic.peak() * self.residence.mean() > LOAD_MAX {
            return false;
        }
        let one = self.time_to_empty(&traffic);
        LastToEmpty(&[(count, &one)]).exceeds(within) <= 1.0 - share
    }

    /// The largest constant load, in erlangs, with which it is empty `within` a time with probability `share`: to four digits.
    /// Zero if the calls of the start alone take longer.
    pub fn largest_load(&self, within: f64, share: f64) -> f64 {
        let fits = |load: f64| self.all_within(&Traffic::constant(load / self.residence.mean()), 1, within, share);
        let (mut low, mut high) = (0.0, 1.0);
        while fits(high) && high <= LOAD_MAX {
            (low, high) = (high, high * 2.0);
        }
        while high - low > 1e-5 * high && high > 1e-9 {
            let middle = f64::midpoint(low, high);
            if fits(middle) { low = middle } else { high = middle }
        }
        low
    }

    /// The fewest route points, up to `most`, over which to split the traffic evenly so that all are empty `within` a time with
    /// probability `share`; `None` if even `most` are too few, because single calls stay too long.
    pub fn fewest_route_points(&self, traffic: &Traffic, within: f64, share: f64, most: u32) -> Option<u32> {
        let fits = |count: u32| self.all_within(traffic, count, within, share);
        if !fits(most) {
            return None;
        }
        let (mut few, mut enough) = (0, 1_u32);
        while !fits(enough) {
            (few, enough) = (enough, enough.saturating_mul(2).min(most));
        }
        while enough - few > 1 {
            let middle = few + (enough - few) / 2;
            if fits(middle) { enough = middle } else { few = middle }
        }
        Some(enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(residence: Residence, start: Start) -> RoutePointCalls {
        RoutePointCalls { residence, limit: None, start }
    }

    fn steady() -> RoutePointCalls {
        calls(Residence::exponential(1.0), Start::Steady)
    }

    #[test]
    fn the_largest_load_fits_and_a_little_more_does_not() {
        let distributions = [Residence::exponential(1.0), Residence::fixed(1.0), Residence::lognormal(1.0, 4.0)];
        for (distribution, start) in
            distributions.into_iter().zip([Start::Steady, Start::Outage { length: 2.0 }, Start::Steady])
        {
            let calls = calls(distribution.clone(), start.clone());
            let load = calls.largest_load(20.0, 0.95);
            let late = |load: f64| TimeToEmpty::of(&Traffic::constant(load), &distribution, &start).exceeds(20.0);
            assert!(late(0.999 * load) < 0.05 && late(1.001 * load) > 0.05, "{distribution:?}: {load}");
        }
        // The table of loads: 95 % of returns within 25.92582 mean stays at 3 erlangs.
        assert!((steady().largest_load(25.92582, 0.95) - 3.0).abs() < 1e-3);
        assert_eq!(calls(Residence::fixed(10.0), Start::Fresh(1)).largest_load(9.0, 0.95), 0.0);
    }

    /// 12 erlangs: with probability 95 %, two are empty within 308 mean stays, three within 73.5, and so on.
    #[test]
    fn a_queue_of_twelve_erlangs_is_split_as_the_table_has_it() {
        let all_day = Traffic::constant(12.0);
        for (within, count) in [(308.3, 2), (307.0, 3), (73.6, 3), (73.3, 4), (38.2, 4), (37.9, 5), (20.4, 6)] {
            assert_eq!(steady().fewest_route_points(&all_day, within, 0.95, 1000), Some(count), "{within}");
        }
        assert_eq!(steady().fewest_route_points(&all_day, 0.5, 0.95, 1000), None, "each call alone stays longer");
    }

    #[test]
    fn as_many_route_points_as_have_the_largest_load_each_or_more() {
        let calls = steady();
        let each = calls.largest_load(20.0, 0.95);
        let enough = calls.fewest_route_points(&Traffic::constant(2.0 * each), 20.0, 0.95, 1000);
        assert!(enough > Some(2), "both of two rehome later than each of them: {enough:?}");
    }
}
