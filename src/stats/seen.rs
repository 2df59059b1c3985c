//! In how many replications something was seen.

use super::confidence::Confidence;

/// In how many of a number of independent replications something was seen at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// In so many.
    pub times: u64,
    /// Of so many.
    pub replications: u64,
}

impl Seen {
    /// From so many on, a mean over replications has an interval that means something: seen in fewer, its spread is known by
    /// luck alone.
    pub const ENOUGH: u64 = 5;

    /// Of one value per replication, where zero is nothing.
    pub fn among(values: &[f64]) -> Seen {
        Seen { times: values.iter().filter(|value| **value != 0.0).count() as u64, replications: values.len() as u64 }
    }

    /// Whether it was never seen.
    pub const fn is_never(self) -> bool {
        self.times == 0
    }

    /// Whether it was seen often enough for its mean to be known: in five, or in every one of at least two.
    pub const fn is_enough(self) -> bool {
        self.times >= Seen::ENOUGH || (self.times == self.replications && self.times >= 2)
    }

    /// The upper end of the interval of the share of replications that have it (C. J. Clopper, E. S. Pearson, *Biometrika*
    /// 26 (1934) 404-413): the share with which as few as this would be seen with the probability of one tail. Never seen in
    /// `n` is 3.7 / `n` at 95 %. It says nothing of how much there is in a replication that has it.
    ///
    /// 1 without replications.
    pub fn most(self, confidence: Confidence) -> f64 {
        let Seen { times, replications } = self;
        if times >= replications {
            return 1.0;
        }
        let (count, tail) = (replications as f64, confidence.tail());
        if times == 0 {
            return 1.0 - libm::exp(libm::log(tail) / count);
        }
        // The probability of seeing it in at most so many replications falls as the share rises.
        let at_most = |share: f64| {
            let odds = share / (1.0 - share);
            let mut term = libm::exp(count * libm::log1p(-share));
            let mut sum = term;
            for number in 0..times {
                term *= (count - number as f64) / (number + 1) as f64 * odds;
                sum += term;
            }
            sum
        };
        let (mut low, mut high) = (times as f64 / count, 1.0);
        // Until the two are neighbours, or nearly.
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if at_most(middle) > tail { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_nothing() {
        let seen = Seen::among(&[0.0, 3.0, 0.0, 0.5]);
        assert_eq!(seen, Seen { times: 2, replications: 4 });
        assert!(!seen.is_never() && !seen.is_enough());
        assert!(Seen::among(&[0.0; 9]).is_never() && Seen::among(&[1.0; 5]).is_enough());
    }

    /// Never seen: 1 - 0.025^(1/n), which is 1 - e^(-3.688879/n). Of 30: 1 - e^(-0.1229626) = 0.1157033. Clopper and Pearson's
    /// limits of 1 of 10 end at 0.44502, of 2 of 20 at 0.31698 and of 4 of 100 at 0.09926, as in tables of exact binomial
    /// limits.
    #[test]
    fn shares_as_in_the_tables() {
        let most = |times, replications| Seen { times, replications }.most(Confidence::P95);
        for (times, replications, expected) in
            [(0, 30, 0.115_703), (0, 1, 0.975), (1, 10, 0.445_02), (2, 20, 0.316_98), (4, 100, 0.099_26), (3, 3, 1.0)]
        {
            assert!(
                (most(times, replications) - expected).abs() < 5e-6,
                "{times} of {replications}: {}",
                most(times, replications)
            );
        }
        // Never seen in many: 3.69 / n.
        assert!((most(0, 100_000) * 1e5 - 3.688_81).abs() < 1e-4);
        assert_eq!(most(0, 0), 1.0);
    }

    /// The share at which one of two is all that is seen with 2.5 %: (1-p)^2 + 2p(1-p) = 1 - p^2 = 0.025.
    #[test]
    fn one_of_two_by_hand() {
        let most = Seen { times: 1, replications: 2 }.most(Confidence::P95);
        assert!((most - 0.975_f64.sqrt()).abs() < 1e-12, "{most}");
    }
}
