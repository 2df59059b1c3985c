//! Confidence levels and the quantiles that belong to them.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::normal::normal_quantile;

/// The confidence level of a two-sided interval, with equal tails.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence {
    /// The probability in each tail.
    tail: f64,
}

/// The 97.5 % quantile of the normal distribution.
const Z_975: f64 = 1.959_963_984_540_054;

impl Confidence {
    /// 95 %, as in every report.
    pub const P95: Confidence = Confidence { tail: 0.025 };

    /// A confidence between 0 and 1.
    pub fn of(confidence: f64) -> Confidence {
        debug_assert!(confidence > 0.0 && confidence < 1.0, "{confidence} is not a confidence level");
        Confidence { tail: (1.0 - confidence) / 2.0 }
    }

    /// The confidence of an interval that belongs to a two-sided test with this significance level.
    pub fn within(level: f64) -> Confidence {
        Confidence { tail: level / 2.0 }
    }

    /// The confidence of each of several intervals that are to hold simultaneously (Bonferroni).
    pub fn of_each(self, intervals: usize) -> Confidence {
        Confidence { tail: self.tail / intervals.max(1) as f64 }
    }

    /// The probability in each tail.
    pub const fn tail(self) -> f64 {
        self.tail
    }

    /// The quantile of the standard normal distribution at which the upper tail begins.
    pub fn z(self) -> f64 {
        if self == Confidence::P95 { Z_975 } else { normal_quantile(1.0 - self.tail) }
    }

    /// The same quantile of Student's t: the half-width of an interval in standard errors.
    pub fn t(self, freedom: f64) -> f64 {
        // From here on the root finder is less exact than the expansion, which at 1000 is off by less than 1e-12.
        const MANY: f64 = 1000.0;
        let quantile = if freedom < MANY {
            StudentsT::new(0.0, 1.0, freedom).expect("at least one degree of freedom").inverse_cdf(1.0 - self.tail)
        } else {
            // Cornish and Fisher's expansion around the normal quantile.
            let z = self.z();
            let z2 = z * z;
            z + z * (z2 + 1.0) / (4.0 * freedom)
                + z * ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * freedom * freedom)
                + z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / (384.0 * freedom * freedom * freedom)
        };
        // Rounded: further digits carry no information and may vary by platform.
        (quantile * 1e9).round() / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_as_in_the_tables() {
        for (freedom, expected) in [
            (1.0, 12.706_204_736),
            (2.0, 4.302_652_730),
            (9.0, 2.262_157_163),
            (29.0, 2.045_229_642),
            (99.0, 1.984_216_952),
            (999.0, 1.962_341_461),
            (9_999.0, 1.960_201_264),
            (99_999.0, 1.959_987_708),
        ] {
            assert!((Confidence::P95.t(freedom) - expected).abs() < 2e-9, "{freedom}");
        }
    }

    #[test]
    fn the_two_ways_to_students_t_meet() {
        for confidence in [Confidence::P95, Confidence::of(0.999), Confidence::P95.of_each(50)] {
            let exact = StudentsT::new(0.0, 1.0, 1000.0).unwrap().inverse_cdf(1.0 - confidence.tail());
            assert!((confidence.t(1000.0) - exact).abs() < 2e-8, "{confidence:?}");
        }
    }

    #[test]
    fn a_confidence_has_many_names() {
        assert!((Confidence::of(0.95).tail() - Confidence::P95.tail()).abs() < 1e-15);
        assert_eq!(Confidence::within(0.05), Confidence::P95);
        assert_eq!(Confidence::P95.of_each(5), Confidence { tail: 0.005 });
    }
}
