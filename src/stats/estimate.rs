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

/// The mean of amounts, which are never negative, and its confidence interval; `None` without values.
pub fn estimate(values: &[f64], confidence: Confidence) -> Option<Estimate> {
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let deviations = values.iter().map(|value| value - mean);
    Some(Estimate { mean, interval: skewed(mean, 1.0, deviations, confidence) })
}

/// The ratio of two sums of amounts over replications, and its confidence interval: `None` where the lower sum is zero. The
/// deviation of a ratio is that of its linear part, `x - ratio y` (W. G. Cochran, *Sampling Techniques*, 1977, chapter 6).
pub fn ratio(above: &[f64], below: &[f64], confidence: Confidence) -> Option<Estimate> {
    debug_assert_eq!(above.len(), below.len(), "one value per replication each");
    let (numerator, denominator) = (above.iter().sum::<f64>(), below.iter().sum::<f64>());
    if denominator <= 0.0 {
        return None;
    }
    let mean = numerator / denominator;
    let deviations = above.iter().zip(below).map(|(x, y)| x - mean * y);
    Some(Estimate { mean, interval: skewed(mean, denominator / above.len() as f64, deviations, confidence) })
}

/// The interval of a mean from the deviations of its values, in units of `each`, by Student's t as transformed for skewed
/// values by P. Hall (*Journal of the Royal Statistical Society* B 54 (1992) 221-228): with `g` the skewness of `n` values and
/// `a = g / sqrt(n)`, the quantile `t` is replaced by `3 / a (cbrt(1 + a (t - a / 6)) - 1)`. The longer end is the one with
/// the long tail; without skewness it is Student's interval. Cut off at zero. `None` with fewer than two values.
fn skewed(
    mean: f64,
    each: f64,
    deviations: impl ExactSizeIterator<Item = f64>,
    confidence: Confidence,
) -> Option<(f64, f64)> {
    let count = deviations.len() as f64;
    if count < 2.0 {
        return None;
    }
    let (squares, cubes) = deviations.fold((0.0, 0.0), |(squares, cubes), deviation| {
        let square = deviation * deviation;
        (squares + square, cubes + square * deviation)
    });
    if squares == 0.0 {
        return Some((mean, mean));
    }
    let variance = squares / count;
    let skewness = cubes / count / (variance * variance.sqrt());
    let error = (squares / (count - 1.0) / count).sqrt() / each;
    let quantile = confidence.t(count - 1.0);
    let a = skewness / count.sqrt();
    let transformed = |quantile: f64| {
        // Where the transformation is that of a straight line, to the last digit.
        if a.abs() < 1e-9 { quantile } else { 3.0 / a * (libm::cbrt(1.0 + a * (quantile - a / 6.0)) - 1.0) }
    };
    Some(((mean - transformed(quantile) * error).max(0.0), mean - transformed(-quantile) * error))
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
        let values: Vec<f64> =
            [1.0, 2.0, 3.0, 4.0, 5.0].iter().map(|value: &f64| 50.0 + value * 2.0_f64.sqrt()).collect();
        for (confidence, expected) in [(0.95, 2.776_445), (0.99, 4.604_095), (0.999, 8.610_302), (0.99999, 27.771_648)]
        {
            let estimate = estimate(&values, Confidence::of(confidence)).unwrap();
            let (low, high) = estimate.interval.unwrap();
            assert!(((high - low) / 2.0 - expected).abs() < 1e-5, "{confidence}: {}", (high - low) / 2.0);
        }
    }

    /// Ten values 0 and one each of 1 and 11, worked by hand: n = 12, mean 1, sum of squares 10 + 0 + 100 = 110, of cubes
    /// -10 + 0 + 1000 = 990, so g = 82.5 / (110 / 12)^1.5 = 2.972602, a = 0.858116, standard error
    /// sqrt(110 / 11 / 12) = 0.912871, t = 2.200985 with 11 degrees of freedom. 1 + a (t - a / 6) = 2.765974, its cube root 1.403727,
    /// T(t) = 1.411442; 1 + a (-t - a / 6) = -1.011429, its cube root -1.003795, T(-t) = -7.005327.
    #[test]
    fn the_longer_end_is_where_the_rare_bad_hours_are() {
        let mut values = vec![0.0; 10];
        values.extend([1.0, 11.0]);
        let (low, high) = estimate(&values, P95).unwrap().interval.unwrap();
        assert_eq!(low, 0.0);
        assert!((high - (1.0 + 7.005_327 * 0.912_871)).abs() < 1e-5, "{high}");
        let shifted: Vec<f64> = values.iter().map(|value| value + 5.0).collect();
        let (low, high) = estimate(&shifted, P95).unwrap().interval.unwrap();
        assert!((low - (6.0 - 1.411_442 * 0.912_871)).abs() < 1e-5, "{low}");
        assert!((high - (6.0 + 7.005_327 * 0.912_871)).abs() < 1e-5, "{high}");
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
