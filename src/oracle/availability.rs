//! What fails and is repaired, over and over: how much of the time it is there.
//!
//! Sources: R. E. Barlow, F. Proschan, *Mathematical Theory of Reliability* (1965), chapters 3 and 5; K. S. Trivedi,
//! *Probability and Statistics with Reliability, Queuing and Computer Science Applications* (2002), section 8.

/// Something that works for a time, is repaired for a time, and works again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repairable {
    /// The mean time it works until it fails (MTBF), above zero.
    pub works: f64,
    /// The mean time it is down (MTTR).
    pub down: f64,
}

impl Repairable {
    /// The share of time that it works in the long run, whatever the laws of both times: `MTBF / (MTBF + MTTR)`.
    pub fn availability(&self) -> f64 {
        self.works / (self.works + self.down)
    }

    /// The share of time that it is down in the long run. Not one minus the other: of little, all digits are kept.
    pub fn unavailability(&self) -> f64 {
        self.down / (self.works + self.down)
    }

    /// How often it fails in a unit of time in the long run: `1 / (MTBF + MTTR)`.
    pub fn failures(&self) -> f64 {
        1.0 / (self.works + self.down)
    }

    /// The probability that it is down at `t` if it began to work at zero, where both times are exponential:
    /// `U (1 - e^-(1 / MTBF + 1 / MTTR) t)` with the unavailability `U`.
    pub fn down_at(&self, t: f64) -> f64 {
        if self.down <= 0.0 {
            return 0.0;
        }
        self.unavailability() * -libm::expm1(-t * (1.0 / self.works + 1.0 / self.down))
    }
}

/// Two alike that fail independently of each other with exponential times, where one is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Each of them.
    pub unit: Repairable,
    /// Whether both can be repaired at once; otherwise the second one waits for the first.
    pub two_crews: bool,
}

impl Pair {
    /// The mean time for which both are down, once they are: until one of them is back.
    pub fn outage(&self) -> f64 {
        if self.two_crews { self.unit.down / 2.0 } else { self.unit.down }
    }

    /// The shares of time in the long run in which none, one and both are down: a birth and death process with the rates
    /// `2 / MTBF`, `1 / MTBF` up, `1 / MTTR` and `1 / outage` down.
    pub fn shares(&self) -> [f64; 3] {
        let one = 2.0 * self.unit.down / self.unit.works;
        let both = one * self.outage() / self.unit.works;
        let all = 1.0 + one + both;
        [1.0 / all, one / all, both / all]
    }

    /// How often both go down in a unit of time in the long run: `P(one is down) / MTBF`.
    pub fn outages(&self) -> f64 {
        self.shares()[1] / self.unit.works
    }

    /// The mean time until both are down for the first time, if both work at first: `(3 l + m) / (2 l^2)` with
    /// `l = 1 / MTBF` and `m = 1 / MTTR`. The number of crews does not matter for it.
    pub fn first_outage(&self) -> f64 {
        let Repairable { works, down } = self.unit;
        works * (3.0 + works / down) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Repairable = Repairable { works: 1000.0, down: 1.0 };

    #[test]
    fn the_published_points() {
        for (works, down, digits) in [(1000.0, 1.0, "0.999000999"), (2160.0, 4.0, "0.998151571")] {
            let found = Repairable { works, down }.availability();
            assert_eq!(format!("{found:.9}"), digits);
            assert!((found + Repairable { works, down }.unavailability() - 1.0).abs() < 1e-15);
        }
        let both = |two_crews| Pair { unit: UNIT, two_crews }.shares()[2];
        assert_eq!(format!("{:.5e} {:.6e}", both(true), both(false)), "9.98003e-7 1.996004e-6");
        assert!((Pair { unit: UNIT, two_crews: true }.first_outage() - 501_500.0).abs() < 1e-6);
    }

    /// With a crew each they know nothing of each other.
    #[test]
    fn two_crews_are_two_units_apart() {
        let unit = Repairable { works: 7.0, down: 3.0 };
        let [none, one, both] = Pair { unit, two_crews: true }.shares();
        let (up, down) = (0.7, 0.3);
        for (found, expected) in [(none, up * up), (one, 2.0 * up * down), (both, down * down)] {
            assert!((found - expected).abs() < 1e-15, "{found} not {expected}");
        }
        let alone = Pair { unit, two_crews: false }.shares();
        assert!((alone[2] - both).abs() > 0.05, "one crew is not the same: {alone:?}");
    }

    /// Small steps of time through the chain of two units, from both up: the shares it settles at, and how long until both
    /// are down where that is the end.
    #[test]
    fn the_chain_step_by_step() {
        for two_crews in [false, true] {
            let pair = |works: f64| Pair { unit: Repairable { works, down: 2.0 }, two_crews };
            let (found, twin) = (pair(5.0), pair(5.25));
            let (fails, repairs, step) = (1.0 / 5.0, 1.0 / 2.0, 1e-3);
            let both_repair = if two_crews { 2.0 * repairs } else { repairs };
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
    fn from_working_to_the_long_run() {
        let unit = Repairable { works: 4.0, down: 1.0 };
        assert_eq!(unit.down_at(0.0), 0.0);
        assert!((unit.down_at(1e3) - 0.2).abs() < 1e-15);
        // It begins as an exponential time, at the rate of failures.
        assert!((unit.down_at(1e-6) - 0.25e-6).abs() < 1e-11);
        assert_eq!(Repairable { works: 4.0, down: 0.0 }.down_at(3.0), 0.0);
    }
}
