//! R23: how long it takes to detect a silent failure.
//!
//! "No message in two consecutive intervals" can be read in two ways, and each has its distribution. With `H` the interval, the
//! application's last heartbeat came `U` before its failure, `U` uniform over `(0, H)`. If it sends other messages too, as a Poisson process
//! of rate `mu`, its last message came `A` before its failure, the lesser of `U` and an exponential time:
//! `P(A >= a) = (1 - a / H) exp(-mu a)`.
//!
//! - A timer of `2 H` restarted by each message runs out `2 H - A` after the failure. Without other messages that is uniform over `(H, 2 H)`;
//!   the more there are, the nearer it is to `2 H`.
//! - A checker on a grid of its own looks `B` after the failure for the first time, `B` uniform over `(0, H)`, and gives up at the second
//!   look in a row that nothing came before: at `B + H` if nothing came between the look that preceded the failure and the failure, which
//!   given `B` has the probability `P(A >= H - B) = B / H exp(-mu (H - B))`, else at `B + 2 H`. Without other messages that is triangular
//!   over `(H, 3 H)`.

use super::quadrature::between;
use crate::plan::HeartbeatReading;

/// The delay from the silent failure of an application to its detection; all times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Which of the two readings of R23.
    pub reading: HeartbeatReading,
    /// The interval of heartbeats.
    pub interval: f64,
    /// How many other messages the application sends a second.
    pub messages: f64,
}

impl Detection {
    /// The other messages in an interval.
    fn per_interval(&self) -> f64 {
        self.messages * self.interval
    }

    /// The integral from 0 to `upto` of `power(b) P(A >= 1 - b)`, in intervals.
    fn silent(&self, upto: f64, power: impl Fn(f64) -> f64) -> f64 {
        let silent = |b: f64| power(b) * b * libm::exp(-self.per_interval() * (1.0 - b));
        // All of it is near the upper end where there are many messages.
        let from = (upto - 60.0 / self.per_interval().max(1.0)).max(0.0);
        if upto > from { between(from, upto, &silent) } else { 0.0 }
    }

    /// The mean: without other messages, one and a half intervals by the timer, two by the grid.
    pub fn mean(&self) -> f64 {
        self.interval
            * match self.reading {
                HeartbeatReading::Timer => 2.0 - self.silent(1.0, |_| 1.0),
                HeartbeatReading::Grid => 2.5 - self.silent(1.0, |_| 1.0),
            }
    }

    /// The variance: without other messages, `H^2 / 12` by the timer, `H^2 / 6` by the grid.
    pub fn variance(&self) -> f64 {
        let square = match self.reading {
            // The mean of the square of A is the integral of 2 a P(A >= a), and a is 1 - b.
            HeartbeatReading::Timer => {
                let age = self.silent(1.0, |_| 1.0);
                self.silent(1.0, |b| 2.0 * (1.0 - b)) - age * age
            }
            // The delay is B + 2, less 1 if B found nothing.
            HeartbeatReading::Grid => {
                let mean = 2.5 - self.silent(1.0, |_| 1.0);
                19.0 / 3.0 - self.silent(1.0, |b| 2.0 * (b + 2.0) - 1.0) - mean * mean
            }
        };
        self.interval * self.interval * square
    }

    /// The probability that the failure is detected within `delay`.
    pub fn detected_by(&self, delay: f64) -> f64 {
        let intervals = delay / self.interval;
        match self.reading {
            HeartbeatReading::Timer if intervals >= 2.0 => 1.0,
            HeartbeatReading::Timer => {
                let rest = (intervals - 1.0).clamp(0.0, 1.0);
                rest * libm::exp(-self.per_interval() * (1.0 - rest))
            }
            HeartbeatReading::Grid => {
                let (early, late) = ((intervals - 1.0).clamp(0.0, 1.0), (intervals - 2.0).clamp(0.0, 1.0));
                self.silent(early, |_| 1.0) + late - self.silent(late, |_| 1.0)
            }
        }
    }

    /// The delay that a share `q` of failures does not exceed: without other messages, `H (1 + q)` by the timer, by the grid
    /// `H (1 + sqrt(2 q))` up to the median and `H (3 - sqrt(2 (1 - q)))` from there.
    pub fn quantile(&self, q: f64) -> f64 {
        let (mut low, mut high) = (self.interval, self.longest());
        // As many halvings as a fraction has digits.
        for _ in 0..53 {
            let middle = low + (high - low) / 2.0;
            if self.detected_by(middle) < q {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The longest delay: two intervals with the timer, three with the grid.
    pub fn longest(&self) -> f64 {
        let intervals = match self.reading {
            HeartbeatReading::Timer => 2.0,
            HeartbeatReading::Grid => 3.0,
        };
        intervals * self.interval
    }

    /// The expected number of calls that reach the failed application before detection: `lambda E[delay]`. Given the delay, the
    /// number is Poisson.
    pub fn calls_before(&self, arrival_rate: f64) -> f64 {
        arrival_rate * self.mean()
    }

    /// The variance of that number: that of the Poisson distribution, and that of the delay.
    pub fn calls_before_variance(&self, arrival_rate: f64) -> f64 {
        self.calls_before(arrival_rate) + arrival_rate * arrival_rate * self.variance()
    }

    /// The standard deviation of that number, from failure to failure.
    pub fn calls_before_deviation(&self, arrival_rate: f64) -> f64 {
        self.calls_before_variance(arrival_rate).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READINGS: [HeartbeatReading; 2] = [HeartbeatReading::Timer, HeartbeatReading::Grid];

    /// The moments of a distribution on an interval, from its cumulative distribution function alone.
    #[test]
    fn mean_and_variance_are_those_of_the_distribution() {
        for (reading, messages) in READINGS.into_iter().flat_map(|it| [(it, 0.0), (it, 0.2), (it, 3.0)]) {
            let detection = Detection { reading, interval: 30.0, messages };
            let (steps, end) = (100_000, 90.0);
            let step = end / f64::from(steps);
            let at = |row: u32| (f64::from(row) + 0.5) * step;
            let late = |delay: f64| 1.0 - detection.detected_by(delay);
            let mean: f64 = (0..steps).map(|row| late(at(row)) * step).sum();
            let square: f64 = (0..steps).map(|row| 2.0 * at(row) * late(at(row)) * step).sum();
            assert!((mean - detection.mean()).abs() < 1e-6, "{reading:?}: {mean}");
            assert!((square - mean * mean - detection.variance()).abs() < 1e-4, "{reading:?}");
        }
    }

    /// With `m` messages in an interval the mean age of the last one is `(m - 1 + exp(-m)) / m^2` intervals.
    #[test]
    fn other_messages_make_the_detection_later() {
        let m: f64 = 6.0;
        let age = (m - 1.0 + libm::exp(-m)) / (m * m);
        let by = |reading| Detection { reading, interval: 30.0, messages: 0.2 }.mean();
        assert!((by(HeartbeatReading::Timer) - 30.0 * (2.0 - age)).abs() < 1e-9);
        assert!((by(HeartbeatReading::Grid) - 30.0 * (2.5 - age)).abs() < 1e-9);
        let busy = Detection { reading: HeartbeatReading::Timer, interval: 30.0, messages: 1e6 };
        assert!((busy.mean() - 60.0).abs() < 1e-3);
    }

    #[test]
    fn the_first_and_the_last_moment_of_each_reading() {
        let by =
            |reading, intervals| Detection { reading, interval: 10.0, messages: 0.0 }.detected_by(intervals * 10.0);
        for reading in READINGS {
            assert_eq!(by(reading, 1.0), 0.0);
            assert_eq!(by(reading, 3.0), 1.0);
        }
        assert_eq!(by(HeartbeatReading::Timer, 1.5), 0.5);
        assert_eq!(by(HeartbeatReading::Timer, 2.0), 1.0);
        for (intervals, share) in [(1.5, 0.125), (2.0, 0.5), (2.5, 0.875)] {
            assert!((by(HeartbeatReading::Grid, intervals) - share).abs() < 1e-12);
        }
    }

    #[test]
    fn a_quantile_is_what_the_rest_exceeds() {
        for reading in READINGS {
            let (detection, twin) = (
                Detection { reading, interval: 30.0, messages: 0.0 },
                Detection { reading, interval: 31.5, messages: 0.0 },
            );
            for q in [0.01, 0.3, 0.5, 0.8, 0.95] {
                assert!((detection.detected_by(detection.quantile(q)) - q).abs() < 1e-12, "{reading:?}, {q}");
                assert!((detection.detected_by(twin.quantile(q)) - q).abs() > 1e-3, "{reading:?}, {q}");
            }
        }
        assert_eq!(
            READINGS.map(|reading| Detection { reading, interval: 30.0, messages: 0.0 }.longest()),
            [60.0, 90.0]
        );
    }

    #[test]
    fn calls_that_meet_a_dead_application() {
        let detection = Detection { reading: HeartbeatReading::Timer, interval: 30.0, messages: 0.0 };
        assert!((detection.calls_before(10.0) - 450.0).abs() < 1e-9);
        assert!((detection.calls_before_variance(10.0) - (450.0 + 100.0 * 75.0)).abs() < 1e-6);
    }
}
