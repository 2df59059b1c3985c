//! Means and ratios over replications, with confidence intervals.

use super::confidence::Confidence;

/// A mean with its confidence interval.
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
    debug_assert_eq!(above.len(), below.len(), "one value per replication each");
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

#[cfg(test)]
mod tests {
    use super::*;

    const P95: Confidence = Confidence::P95;

    #[test]
    fn a_known_interval() {
        // Mean 3, variance 2.5, five values: 3 -+ 2.776445 * sqrt(2.5 / 5).
        let estimate = estimate(&[1.0, 2.0, 3.0, 4.0, 5.0], P95).unwrap();
        let (low, high) = estimate.interval.unwrap();
        assert_eq!(estimate.mean, 3.0);
        assert!((low - 1.036_756_838_5).abs() < 1e-9 && (high - 4.963_243_161_5).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_to_a_constant_is_a_mean() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let (ratio, mean) = (ratio(&values, &[2.0; 5], P95).unwrap(), estimate(&values, P95).unwrap());
        let (low, high) = ratio.interval.unwrap();
        let (from, to) = mean.interval.unwrap();
        assert!((ratio.mean - 1.5).abs() < 1e-12);
        assert!((low - from / 2.0).abs() < 1e-12 && (high - to / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_ratio_that_never_varies_is_certain() {
        let ratio = ratio(&[1.0, 2.0, 7.0], &[2.0, 4.0, 14.0], P95).unwrap();
        assert_eq!(ratio.interval, Some((0.5, 0.5)));
        assert_eq!(super::ratio(&[0.0], &[0.0], P95), None);
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

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(estimate(&[7.0], P95), Some(Estimate { mean: 7.0, interval: None }));
        assert_eq!(estimate(&[], P95), None);
    }

    #[test]
    fn equal_values_have_an_interval_of_zero_width() {
        assert_eq!(estimate(&[2.0; 10], P95).unwrap().interval, Some((2.0, 2.0)));
    }
}
