//! The required precision of an estimate.

use crate::analysis::Study;
use crate::record::Measure;
use crate::stats::{Confidence, Seen};

/// The required relative half-width of a confidence interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// The measure.
    pub measure: Measure,
    /// The half-width, in percent of the value.
    pub percent: f64,
}

/// How well a measure is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// It was seen in too few replications, or in none: its mean is not known, however many there are.
    Rare(Seen),
    /// There is no interval yet.
    NoInterval,
    /// The half-width of its interval in percent of its value; of an uneven interval, the longer half.
    Within(f64),
}

impl Precision {
    /// How well the measure is known.
    pub fn known(&self, study: &Study) -> Known {
        if let Some(seen) = self.measure.seen(study).filter(|seen| !seen.is_enough()) {
            return Known::Rare(seen);
        }
        let found = self.measure.of(study, Confidence::P95);
        let (Some(value), Some(low), Some(high)) = (found.value, found.low, found.high) else {
            return Known::NoInterval;
        };
        let half = (high - value).max(value - low);
        match half {
            _ if !half.is_finite() => Known::NoInterval,
            // What never varies is exact; of a percentile, the value may be zero.
            0.0 => Known::Within(0.0),
            _ if value == 0.0 => Known::NoInterval,
            half => Known::Within(half / value.abs() * 100.0),
        }
    }

    /// Whether the required precision is reached.
    pub fn is_reached(&self, study: &Study) -> bool {
        matches!(self.known(study), Known::Within(percent) if percent <= self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study;
    use crate::fake;
    use crate::record::Count;

    /// Whether something was seen decides before any interval does: three lost calls in each of the first `times` replications
    /// of 40. In 40 of 40 it never varies.
    #[test]
    fn what_was_seen_in_fewer_than_five_replications_is_not_known() {
        let plan = crate::plan::Plan { replications: 40, ..fake::plan() };
        let mut study = fake_study(&plan);
        let precision = Precision { measure: Measure::parse("refused").unwrap(), percent: 150.0 };
        let mut known = |times: usize| {
            for (at, summary) in study.outcome.summaries.iter_mut().enumerate() {
                summary.counts[Count::Refused as usize] = if at < times { 3 } else { 0 };
            }
            (precision.known(&study), precision.is_reached(&study))
        };
        for times in 0..5 {
            let seen = Seen { times: times as u64, replications: 40 };
            assert_eq!(known(times), (Known::Rare(seen), false));
        }
        // Mean 0.375; the squares sum to 5 x 2.625^2 + 35 x 0.375^2 = 39.375, so the standard error is
        // sqrt(39.375 / 39 / 40) = 0.158873, and t(39) is 2.022691. The skewness is 0.75 / sqrt(0.125 x 0.875) = 2.267787, so a is
        // 0.358569, and the upper end is farther away: 1 + a (-t - a / 6) = 0.253298, its cube root 0.632719, T(-t) = -3.072881: a half of
        // 0.488198, 130.2 % of the mean.
        let (Known::Within(percent), true) = known(5) else { panic!("seen in five") };
        assert!((percent - 130.18).abs() < 0.05, "{percent}");
        assert_eq!(known(40), (Known::Within(0.0), true));
    }

    /// None refused in any of 40 replications: the median of a replication is none, by rank, however rare they are.
    #[test]
    fn a_percentile_over_replications_may_be_zero() {
        let plan = crate::plan::Plan { replications: 40, ..fake::plan() };
        let mut study = fake_study(&plan);
        study.outcome.summaries.iter_mut().for_each(|it| it.counts[Count::Refused as usize] = 0);
        let known = |measure: &str| Precision { measure: Measure::parse(measure).unwrap(), percent: 5.0 }.known(&study);
        assert_eq!(known("refused.p50"), Known::Within(0.0));
        assert_eq!(known("refused.p99"), Known::NoInterval);
        assert_eq!(known("refused.share"), Known::Rare(Seen { times: 0, replications: 40 }));
    }
}
