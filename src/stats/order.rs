//! Quantiles of a few values, by rank.

use super::confidence::Confidence;
use super::quantile::quantile_ranks;

/// The value at `quantile` of ascending values: the least one with at least that share at or below it, so always one
/// of them. `None` without values.
pub fn order_statistic(ascending: &[f64], quantile: f64) -> Option<f64> {
    debug_assert!(ascending.is_sorted(), "not in ascending order");
    let rank = (quantile * ascending.len() as f64).ceil() as usize;
    ascending.get(rank.max(1) - 1).copied()
}

/// The ends of the confidence interval of a quantile, from ascending, independent values; `None` with too few for that end.
pub fn order_interval(ascending: &[f64], quantile: f64, confidence: Confidence) -> (Option<f64>, Option<f64>) {
    debug_assert!(ascending.is_sorted(), "not in ascending order");
    let (low, high) = quantile_ranks(ascending.len() as u64, quantile, confidence);
    let at = |rank: u64| ascending[rank as usize - 1];
    (low.map(at), high.map(at))
}

#[cfg(test)]
mod tests {
    use super::*;

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
