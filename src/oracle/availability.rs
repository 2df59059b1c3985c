//! Availability of units that fail and are repaired.
//!
//! Sources: R. E. Barlow, F. Proschan, *Mathematical Theory of Reliability* (1965), chapters 3 and 5; K. S. Trivedi,
//! *Probability and Statistics with Reliability, Queuing and Computer Science Applications* (2002), section 8.

/// A unit that alternates between operation and repair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repairable {
    /// The mean time to failure (MTBF), above zero.
    pub mtbf: f64,
    /// The mean time to repair (MTTR).
    pub mttr: f64,
}

impl Repairable {
    /// The long-run share of time in operation, whatever the distributions of both times: `MTBF / (MTBF + MTTR)`.
    pub fn availability(&self) -> f64 {
        self.mtbf / (self.mtbf + self.mttr)
    }

    /// The long-run share of time that it is down. Not computed as one minus the other, so that small values keep all digits.
    pub fn unavailability(&self) -> f64 {
        self.mttr / (self.mtbf + self.mttr)
    }

    /// The long-run rate of failures: `1 / (MTBF + MTTR)`.
    pub fn failures(&self) -> f64 {
        1.0 / (self.mtbf + self.mttr)
    }

    /// The probability that it is down at `t` if it was put into operation at zero, and both times are exponential:
    /// `U (1 - e^-(1 / MTBF + 1 / MTTR) t)` with the unavailability `U`.
    pub fn down_at(&self, t: f64) -> f64 {
        if self.mttr <= 0.0 {
            return 0.0;
        }
        self.unavailability() * -libm::expm1(-t * (1.0 / self.mtbf + 1.0 / self.mttr))
    }
}

/// Two identical units that fail independently with exponential times, one of which is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Each of the units.
    pub unit: Repairable,
    /// Whether both can be repaired at once; otherwise the second waits for the first.
    pub two_repairers: bool,
}

impl Pair {
    /// The mean time for which both are down, until one of them is back.
    pub fn outage(&self) -> f64 {
        if self.two_repairers { self.unit.mttr / 2.0 } else { self.unit.mttr }
    }

    /// The long-run shares of time in which none, one and both are down: a birth and death process with the rates
    /// `2 / MTBF`, `1 / MTBF` up, `1 / MTTR` and `1 / outage` down.
    pub fn shares(&self) -> [f64; 3] {
        let one = 2.0 * self.unit.mttr / self.unit.mtbf;
        let both = one * self.outage() / self.unit.mtbf;
        let all = 1.0 + one + both;
        [1.0 / all, one / all, both / all]
    }

    /// The long-run rate at which both go down: `P(one is down) / MTBF`.
    pub fn outages(&self) -> f64 {
        self.shares()[1] / self.unit.mtbf
    }

    /// The mean time until both are down for the first time, if both are up at first: `(3 l + m) / (2 l^2)` with
    /// `l = 1 / MTBF` and `m = 1 / MTTR`. It does not depend on the number of repairers.
    pub fn first_outage(&self) -> f64 {
        let Repairable { mtbf, mttr } = self.unit;
        mtbf * (3.0 + mtbf / mttr) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Repairable = Repairable { mtbf: 1000.0, mttr: 1.0 };

    #[test]
    fn the_published_points() {
        for (mtbf, mttr, digits) in [(1000.0, 1.0, "0.999000999"), (2160.0, 4.0, "0.998151571")] {
            let found = Repairable { mtbf, mttr }.availability();
            assert_eq!(format!("{found:.9}"), digits);
            assert!((found + Repairable { mtbf, mttr }.unavailability() - 1.0).abs() < 1e-15);
        }
        let both = |two_repairers| Pair { unit: UNIT, two_repairers }.shares()[2];
        assert_eq!(format!("{:.5e} {:.6e}", both(true), both(false)), "9.98003e-7 1.996004e-6");
        assert!((Pair { unit: UNIT, two_repairers: true }.first_outage() - 501_500.0).abs() < 1e-6);
    }

    /// With a repairer each they are independent.
    #[test]
    fn two_repairers_make_independent_units() {
        let unit = Repairable { mtbf: 7.0, mttr: 3.0 };
        let [none, one, both] = Pair { unit, two_repairers: true }.shares();
        let (up, down) = (0.7, 0.3);
        for (found, expected) in [(none, up * up), (one, 2.0 * up * down), (both, down * down)] {
            assert!((found - expected).abs() < 1e-15, "{found} not {expected}");
        }
        let alone = Pair { unit, two_repairers: false }.shares();
        assert!((alone[2] - both).abs() > 0.05, "one repairer is not the same: {alone:?}");
    }

    /// Small steps of time through the chain of two units, from both up: the shares it settles at, and how long until both
    /// are down where that is the end.
    #[test]
    fn the_chain_step_by_step() {
        for two_repairers in [false, true] {
            let pair = |mtbf: f64| Pair { unit: Repairable { mtbf, mttr: 2.0 }, two_repairers };
            let (found, twin) = (pair(5.0), pair(5.25));
            let (fails, repairs, step) = (1.0 / 5.0, 1.0 / 2.0, 1e-3);
            let both_repair = if two_repairers { 2.0 * repairs } else { repairs };
            let (mut shares, mut alive, mut until) = ([1.0, 0.0, 0.0], [1.0, 0.0], 0.0);
            for _ in 0..400_000 {
                let [none, one, both] = shares;
                let (first, second) = (2.0 * fails * none - repairs * one, fails * one - both_repair * both);
                shares = [none - step * first, one + step * (first - second), both + step * second];
                until += step * (alive[0] + alive[1]);
                let first = 2.0 * fails * alive[0] - repairs * alive[1];
                alive = [alive[0] - step * first, alive[1] + step * (first - fails * alive[1])];
            }
            let close = |one: f64, other: f64| (one - other).abs() < 1e-3 * other;
            for (found, expected) in found.shares().into_iter().zip(shares) {
                assert!((found - expected).abs() < 1e-9, "{found} not {expected}");
            }
            assert!(close(found.first_outage(), until) && !close(twin.first_outage(), until), "{until}");
            assert!(!close(twin.shares()[2], shares[2]));
            assert!((found.outages() * found.outage() - found.shares()[2]).abs() < 1e-15);
        }
    }

    #[test]
    fn from_operation_to_the_long_run() {
        let unit = Repairable { mtbf: 4.0, mttr: 1.0 };
        assert_eq!(unit.down_at(0.0), 0.0);
        assert!((unit.down_at(1e3) - 0.2).abs() < 1e-15);
        // At first it grows at the failure rate.
        assert!((unit.down_at(1e-6) - 0.25e-6).abs() < 1e-11);
        assert_eq!(Repairable { mtbf: 4.0, mttr: 0.0 }.down_at(3.0), 0.0);
    }
}
