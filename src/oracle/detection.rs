//! R23: how long it takes to detect a silent failure.
//!
//! "No message in two consecutive intervals" can be read in two ways, each with an elementary distribution. With `H` the
//! interval, the application's last message came `A` before its failure, `A` uniform over `(0, H)`.
//!
//! - A timer of `2 H` restarted by each message expires `2 H - A` after the failure: uniform over `(H, 2 H)`.
//! - A check on a grid of its own comes first `B` after the failure, `B` uniform over `(0, H)`, and detects it at the second
//!   consecutive check without a message since the one before: at `B + H` if the last message came before the check that
//!   preceded the failure (`A + B > H`), otherwise at `B + 2 H`. This is triangular over `(H, 3 H)`.

use crate::plan::HeartbeatReading;

/// The delay from the silent failure of an application to its detection; all times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Which of the two readings of R23.
    pub reading: HeartbeatReading,
    /// The interval of heartbeats.
    pub interval: f64,
}

impl Detection {
    /// The mean: one and a half intervals with the timer, two with the grid.
    pub fn mean(&self) -> f64 {
        match self.reading {
            HeartbeatReading::Timer => 1.5 * self.interval,
            HeartbeatReading::Grid => 2.0 * self.interval,
        }
    }

    /// The variance: `H^2 / 12` with the timer, `H^2 / 6` with the grid.
    pub fn variance(&self) -> f64 {
        match self.reading {
            HeartbeatReading::Timer => self.interval * self.interval / 12.0,
            HeartbeatReading::Grid => self.interval * self.interval / 6.0,
        }
    }

    /// The probability that the failure is detected within `delay`.
    pub fn detected_by(&self, delay: f64) -> f64 {
        let intervals = delay / self.interval;
        match self.reading {
            HeartbeatReading::Timer => (intervals - 1.0).clamp(0.0, 1.0),
            HeartbeatReading::Grid => {
                let (rising, falling) = ((intervals - 1.0).clamp(0.0, 1.0), (3.0 - intervals).clamp(0.0, 1.0));
                if intervals < 2.0 { rising * rising / 2.0 } else { 1.0 - falling * falling / 2.0 }
            }
        }
    }

    /// The `q` quantile: `H (1 + q)` with the timer; with the grid `H (1 + sqrt(2 q))` up to the median and
    /// `H (3 - sqrt(2 (1 - q)))` from there.
    pub fn quantile(&self, q: f64) -> f64 {
        let intervals = match self.reading {
            HeartbeatReading::Timer => 1.0 + q,
            HeartbeatReading::Grid if q <= 0.5 => 1.0 + (2.0 * q).sqrt(),
            HeartbeatReading::Grid => 3.0 - (2.0 * (1.0 - q)).sqrt(),
        };
        intervals * self.interval
    }

    /// The longest delay: two intervals with the timer, three with the grid.
    pub fn longest(&self) -> f64 {
        self.quantile(1.0)
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
        for reading in READINGS {
            let detection = Detection { reading, interval: 30.0 };
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

    #[test]
    fn the_first_and_the_last_moment_of_each_reading() {
        let by = |reading, intervals| Detection { reading, interval: 10.0 }.detected_by(intervals * 10.0);
        for reading in READINGS {
            assert_eq!(by(reading, 1.0), 0.0);
            assert_eq!(by(reading, 3.0), 1.0);
        }
        assert_eq!(by(HeartbeatReading::Timer, 1.5), 0.5);
        assert_eq!(by(HeartbeatReading::Timer, 2.0), 1.0);
        assert_eq!(by(HeartbeatReading::Grid, 1.5), 0.125);
        assert_eq!(by(HeartbeatReading::Grid, 2.0), 0.5);
        assert_eq!(by(HeartbeatReading::Grid, 2.5), 0.875);
    }

    #[test]
    fn a_quantile_is_what_the_rest_exceeds() {
        for reading in READINGS {
            let (detection, twin) = (Detection { reading, interval: 30.0 }, Detection { reading, interval: 31.5 });
            for q in [0.01, 0.3, 0.5, 0.8, 0.95] {
                assert!((detection.detected_by(detection.quantile(q)) - q).abs() < 1e-12, "{reading:?}, {q}");
                assert!((detection.detected_by(twin.quantile(q)) - q).abs() > 1e-3, "{reading:?}, {q}");
            }
        }
        assert_eq!(READINGS.map(|reading| Detection { reading, interval: 30.0 }.longest()), [60.0, 90.0]);
    }

    #[test]
    fn calls_that_reach_a_failed_application() {
        let detection = Detection { reading: HeartbeatReading::Timer, interval: 30.0 };
        assert_eq!(detection.calls_before(10.0), 450.0);
        assert_eq!(detection.calls_before_variance(10.0), 450.0 + 100.0 * 75.0);
    }
}
