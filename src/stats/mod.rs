//! Numbers about numbers: intervals over replications.
//!
//! The replication is the unit of inference: calls of one replication share its luck, replications do not. Every
//! function here takes one value a replication, in replication order, so that its sums of floats have one order too.

mod confidence;
mod paired;
mod quantile;
mod survival;
mod warm_up;

pub use confidence::Confidence;
pub use paired::{Paired, holm};
pub use quantile::{Clustered, effective_count, quantile_ranks, spread_ranks};
pub use survival::Survival;
pub use warm_up::mser5;

use statrs::distribution::{ContinuousCDF, Normal};

/// A mean, and how far off it may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean of the values.
    pub mean: f64,
    /// The ends of the confidence interval of the mean; `None` with fewer than two values.
    pub interval: Option<(f64, f64)>,
}

/// Mean and confidence interval by Student's t; `None` without values.
pub fn estimate(values: &[f64], confidence: Confidence) -> Option<Estimate> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return Some(Estimate { mean, interval: None });
    }
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let half = confidence.t(count - 1.0) * (squares / (count - 1.0) / count).sqrt();
    Some(Estimate { mean, interval: Some((mean - half, mean + half)) })
}

/// The ratio of two sums over replications, and its confidence interval: `None` where the lower sum is zero. The
/// deviation of a ratio is that of its linear part, `x - ratio y` (W. G. Cochran, *Sampling Techniques*, 1977, chapter 6).
pub fn ratio(above: &[f64], below: &[f64], confidence: Confidence) -> Option<Estimate> {
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
    let half = confidence.t(count - 1.0) * (squares * count / (count - 1.0)).sqrt() / denominator;
    Some(Estimate { mean, interval: Some((mean - half, mean + half)) })
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
    let z = Confidence::USUAL.z();
    let z2 = z * z;
    let centre = share + z2 / (2.0 * count);
    let half = z * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
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

/// The values between which the quantile of ascending, independent values lies with that confidence; `None` with too few.
pub fn order_interval(ascending: &[f64], quantile: f64, confidence: Confidence) -> Option<(f64, f64)> {
    debug_assert!(ascending.is_sorted(), "not in ascending order");
    let (low, high) = quantile_ranks(ascending.len() as u64, quantile, confidence)?;
    Some((ascending[low as usize - 1], ascending[high as usize - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Confidence = Confidence::USUAL;

    #[test]
    fn a_known_interval() {
        // Mean 3, variance 2.5, five values: 3 -+ 2.776445 * sqrt(2.5 / 5).
        let estimate = estimate(&[1.0, 2.0, 3.0, 4.0, 5.0], USUAL).unwrap();
        let (low, high) = estimate.interval.unwrap();
        assert_eq!(estimate.mean, 3.0);
        assert!((low - 1.036_756_838_5).abs() < 1e-9 && (high - 4.963_243_161_5).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_to_a_constant_is_a_mean() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let (ratio, mean) = (ratio(&values, &[2.0; 5], USUAL).unwrap(), estimate(&values, USUAL).unwrap());
        let (low, high) = ratio.interval.unwrap();
        let (from, to) = mean.interval.unwrap();
        assert!((ratio.mean - 1.5).abs() < 1e-12);
        assert!((low - from / 2.0).abs() < 1e-12 && (high - to / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_ratio_that_never_varies_is_certain() {
        let ratio = ratio(&[1.0, 2.0, 7.0], &[2.0, 4.0, 14.0], USUAL).unwrap();
        assert_eq!(ratio.interval, Some((0.5, 0.5)));
        assert_eq!(super::ratio(&[0.0], &[0.0], USUAL), None);
    }

    #[test]
    fn other_confidences_as_in_the_tables() {
        // Standard error 1, four degrees of freedom: 4.604095 at 99 %, 8.610302 at 99.9 %.
        let values: Vec<f64> = [1.0, 2.0, 3.0, 4.0, 5.0].iter().map(|value: &f64| value * 2.0_f64.sqrt()).collect();
        for (confidence, expected) in [(0.95, 2.776_445), (0.99, 4.604_095), (0.999, 8.610_302), (0.99999, 27.771_648)]
        {
            let estimate = estimate(&values, Confidence::of(confidence)).unwrap();
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
        assert_eq!(estimate(&[7.0], USUAL), Some(Estimate { mean: 7.0, interval: None }));
        assert_eq!(estimate(&[], USUAL), None);
    }

    #[test]
    fn like_values_have_an_interval_of_no_width() {
        assert_eq!(estimate(&[2.0; 10], USUAL).unwrap().interval, Some((2.0, 2.0)));
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
