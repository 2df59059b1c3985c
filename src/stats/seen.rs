//! How often something was seen, and what can be said if that is seldom.

use serde::{Deserialize, Serialize};

use super::confidence::Confidence;

/// In how many of all replications something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The number of replications with it.
    pub times: u64,
    /// The number of all replications.
    pub of: u64,
}

impl Seen {
    /// Below this many, the scatter of what was seen says too little about what was not.
    pub const ENOUGH: u64 = 5;

    /// How many of these values are above zero.
    pub fn among(values: &[f64]) -> Seen {
        Seen { times: values.iter().filter(|value| **value > 0.0).count() as u64, of: values.len() as u64 }
    }

    /// Whether a mean over replications has an interval: it was seen in five of them, or in every one of at least two.
    pub const fn is_enough(self) -> bool {
        self.times >= Seen::ENOUGH || (self.times == self.of && self.of >= 2)
    }

    /// The greatest share of replications in which it may happen: the upper end of the interval of C. J. Clopper and
    /// E. S. Pearson (*Biometrika* 26 (1934) 404-413), the share with which so few or fewer would be seen with the
    /// probability of the upper tail. Never seen in `n`, at 95 %: 3.7 over `n`.
    pub fn greatest_share(self, confidence: Confidence) -> f64 {
        if self.times >= self.of {
            return 1.0;
        }
        let all = self.of as f64;
        let so_few = |share: f64| {
            // The binomial probabilities of 0, 1, ..., each from the one before.
            let mut probability = libm::exp(all * libm::log1p(-share));
            let mut sum = probability;
            for number in 0..self.times {
                probability *= (all - number as f64) / (number as f64 + 1.0) * share / (1.0 - share);
                sum += probability;
            }
            sum
        };
        let (mut low, mut high) = (0.0, 1.0);
        // Until the middle is one of the ends: the last digit.
        loop {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                return high;
            }
            if so_few(middle) > confidence.tail() { low = middle } else { high = middle }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_enough_or_all() {
        let enough = |times, of| Seen { times, of }.is_enough();
        assert!(enough(5, 30) && enough(3, 3) && enough(2, 2) && enough(30, 30));
        assert!(!enough(4, 30) && !enough(0, 30) && !enough(1, 1) && !enough(0, 0) && !enough(2, 3));
        assert_eq!(Seen::among(&[0.0, 2.0, 0.0, 1.0]), Seen { times: 2, of: 4 });
    }

    /// The upper ends in the usual tables of exact binomial limits.
    #[test]
    fn the_greatest_share_as_in_the_tables() {
        for (times, of, expected) in
            [(0, 10, 0.3085), (1, 10, 0.4450), (2, 20, 0.3170), (4, 30, 0.3072), (0, 1000, 0.003_682), (10, 10, 1.0)]
        {
            let found = Seen { times, of }.greatest_share(Confidence::P95);
            assert!((found - expected).abs() < 5e-5, "{times} of {of}: {found}");
        }
        // The rule of three, at 95 % on both sides.
        let never = Seen { times: 0, of: 100_000 }.greatest_share(Confidence::P95);
        assert!((never * 100_000.0 - 3.689).abs() < 1e-3, "{never}");
    }
}
