//! Numbers about numbers: intervals over replications.
//!
//! The replication is the unit of inference: calls of one replication share its luck, replications do not. Every
//! function here takes one value a replication, in replication order, so that its sums of floats have one order too.

mod quantile;
mod survival;
mod warm_up;

pub use quantile::{Clustered, effective_count, quantile_ranks, spread_ranks};
pub use survival::Survival;
pub use warm_up::mser5;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// A mean, and how far off it may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean of the values.
    pub mean: f64,
    /// The ends of the confidence interval of the mean, 95 % unless asked otherwise; `None` with fewer than two values.
    pub interval: Option<(f64, f64)>,
}

/// Mean and 95 % confidence interval by Student's t; `None` without values.
pub fn estimate(values: &[f64]) -> Option<Estimate> {
    estimate_by(values, t_quantile_975)
}

/// The same with an interval of another confidence, between 0 and 1.
pub fn estimate_at(values: &[f64], confidence: f64) -> Option<Estimate> {
    let upper = (1.0 + confidence) / 2.0;
    estimate_by(values, |freedom| {
        StudentsT::new(0.0, 1.0, freedom).expect("at least one degree of freedom").inverse_cdf(upper)
    })
}

fn estimate_by(values: &[f64], quantile: impl Fn(f64) -> f64) -> Option<Estimate> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return Some(Estimate { mean, interval: None });
    }
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let half = quantile(count - 1.0) * (squares / (count - 1.0) / count).sqrt();
    Some(Estimate { mean, interval: Some((mean - half, mean + half)) })
}

/// The ratio of two sums over replications, and its 95 % confidence interval: `None` where the lower sum is zero. The
/// deviation of a ratio is that of its linear part, `x - ratio y` (W. G. Cochran, *Sampling Techniques*, 1977, chapter 6).
pub fn ratio(above: &[f64], below: &[f64]) -> Option<Estimate> {
    debug_assert_eq!(above.len(), below.len(), "one value each a replication");
    let (numerator, denominator) = (above.iter().sum::<f64>(), below.iter().sum::<f64>());
    if denominator <= 0.0 {
        return None;
    }
    let mean = numerator / denominator;
    let count = above.len() as f64;
    if above.len() < 2 {
        return Some(Estimate { mean, interval: None });
    }
    let squares: f64 = above.iter().zip(below).map(|(x, y)| (x - mean * y) * (x - mean * y)).sum();
    let half = t_quantile_975(count - 1.0) * (squares * count / (count - 1.0)).sqrt() / denominator;
    Some(Estimate { mean, interval: Some((mean - half, mean + half)) })
}

/// The 97.5 % quantile of the normal distribution.
const Z_975: f64 = 1.959_963_984_540_054;

/// The 97.5 % quantile of Student's t: the half-width of a 95 % interval in standard errors.
fn t_quantile_975(freedom: f64) -> f64 {
    // From here on the root finder is less exact than the expansion, which at 1000 is off by less than 1e-12.
    const MANY: f64 = 1000.0;
    let quantile = if freedom < MANY {
        StudentsT::new(0.0, 1.0, freedom).expect("at least one degree of freedom").inverse_cdf(0.975)
    } else {
        // Cornish and Fisher's expansion around the normal quantile.
        let z = Z_975;
        let z2 = z * z;
        z + z * (z2 + 1.0) / (4.0 * freedom)
            + z * ((5.0 * z2 + 16.0) * z2 + 3.0) / (96.0 * freedom * freedom)
            + z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / (384.0 * freedom * freedom * freedom)
    };
    // Ten digits are more than any interval is worth, and the ones after them may vary by platform.
    (quantile * 1e9).round() / 1e9
}

/// The quantile of the normal distribution with mean 0 and variance 1.
pub fn normal_quantile(quantile: f64) -> f64 {
    Normal::standard().inverse_cdf(quantile)
}

/// The 95 % confidence interval of a probability of which `hits` of `trials` came true (E. B. Wilson, *JASA* 22 (1927)
/// 209-212); `None` without trials.
pub fn proportion_interval(hits: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 {
        return None;
    }
    let (count, share) = (trials as f64, hits as f64 / trials as f64);
    let z2 = Z_975 * Z_975;
    let centre = share + z2 / (2.0 * count);
    let half = Z_975 * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
    let whole = 1.0 + z2 / count;
    Some(((centre - half) / whole, (centre + half) / whole))
}

/// The value at `quantile` of ascending values: the least one with at least that share at or below it, so always one
/// of them. `None` without values.
pub fn order_statistic(ascending: &[f64], quantile: f64) -> Option<f64> {
    debug_assert!(ascending.is_sorted(), "not in ascending order");
    let rank = (quantile * ascending.len() as f64).ceil() as usize;
    ascending.get(rank.max(1) - 1).copied()
}

/// The values between which the quantile of ascending, independent values lies with 95 % probability; `None` with too few.
pub fn order_interval(ascending: &[f64], quantile: f64) -> Option<(f64, f64)> {
    debug_assert!(ascending.is_sorted(), "not in ascending order");
    let (low, high) = quantile_ranks(ascending.len() as u64, quantile)?;
    Some((ascending[low as usize - 1], ascending[high as usize - 1]))
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
            assert!((t_quantile_975(freedom) - expected).abs() < 2e-9, "{freedom}");
        }
    }

    #[test]
    fn the_two_ways_to_students_t_meet() {
        let exact = StudentsT::new(0.0, 1.0, 1000.0).unwrap().inverse_cdf(0.975);
        assert!((t_quantile_975(1000.0) - exact).abs() < 1e-9);
    }

    #[test]
    fn a_known_interval() {
        // Mean 3, variance 2.5, five values: 3 -+ 2.776445 * sqrt(2.5 / 5).
        let estimate = estimate(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let (low, high) = estimate.interval.unwrap();
        assert_eq!(estimate.mean, 3.0);
        assert!((low - 1.036_756_838_5).abs() < 1e-9 && (high - 4.963_243_161_5).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_to_a_constant_is_a_mean() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let (ratio, mean) = (ratio(&values, &[2.0; 5]).unwrap(), estimate(&values).unwrap());
        let (low, high) = ratio.interval.unwrap();
        let (from, to) = mean.interval.unwrap();
        assert!((ratio.mean - 1.5).abs() < 1e-12);
        assert!((low - from / 2.0).abs() < 1e-12 && (high - to / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_ratio_that_never_varies_is_certain() {
        let ratio = ratio(&[1.0, 2.0, 7.0], &[2.0, 4.0, 14.0]).unwrap();
        assert_eq!(ratio.interval, Some((0.5, 0.5)));
        assert_eq!(super::ratio(&[0.0], &[0.0]), None);
    }

    #[test]
    fn other_confidences_as_in_the_tables() {
        // Standard error 1, four degrees of freedom: 4.604095 at 99 %, 8.610302 at 99.9 %.
        let values: Vec<f64> = [1.0, 2.0, 3.0, 4.0, 5.0].iter().map(|value: &f64| value * 2.0_f64.sqrt()).collect();
        for (confidence, expected) in [(0.95, 2.776_445), (0.99, 4.604_095), (0.999, 8.610_302), (0.99999, 27.771_648)]
        {
            let estimate = estimate_at(&values, confidence).unwrap();
            let (low, high) = estimate.interval.unwrap();
            assert!(((high - low) / 2.0 - expected).abs() < 1e-5, "{confidence}: {}", (high - low) / 2.0);
        }
    }

    /// Wilson's own formula at the points of Newcombe's table (*Statistics in Medicine* 17 (1998) 857-872).
    #[test]
    fn proportions_as_in_the_tables() {
        for (hits, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0)]
        {
            let found = proportion_interval(hits, trials).unwrap();
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{found:?}");
        }
        assert_eq!(proportion_interval(0, 0), None);
    }

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(estimate(&[7.0]), Some(Estimate { mean: 7.0, interval: None }));
        assert_eq!(estimate(&[]), None);
    }

    #[test]
    fn like_values_have_an_interval_of_no_width() {
        assert_eq!(estimate(&[2.0; 10]).unwrap().interval, Some((2.0, 2.0)));
    }

    #[test]
    fn order_statistics_are_values() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(order_statistic(&values, 0.0), Some(1.0));
        assert_eq!(order_statistic(&values, 0.5), Some(5.0));
        assert_eq!(order_statistic(&values, 0.51), Some(6.0));
        assert_eq!(order_statistic(&values, 0.99), Some(10.0));
        assert_eq!(order_statistic(&values, 1.0), Some(10.0));
        assert_eq!(order_statistic(&[], 0.5), None);
    }
}
