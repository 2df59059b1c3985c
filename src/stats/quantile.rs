//! Distribution-free confidence intervals of quantiles.
//!
//! Of `n` independent values in ascending order, the number at or below the true quantile `q` is binomial. So the values
//! of rank `l` and `u` enclose that quantile with probability `P(l <= Bin(n, q) < u)`, whatever their distribution
//! (G. J. Hahn, W. Q. Meeker, *Statistical Intervals*, 1991, chapter 5).
//!
//! Calls of one replication are not independent. Their effective sample size is smaller: the number of independent values
//! that would give the share at or below the quantile the same variance (E. L. Korn, B. I. Graubard, *Survey Methodology* 24 (1998) 193-201, where a
//! replication is a cluster). With that number the same ranks apply, as shares of all values (R. S. Woodruff, *JASA* 47
//! (1952) 635-646).

use super::confidence::Confidence;

/// The ranks, counted from one, of the ends of the confidence interval of the quantile, with at most half of the error
/// probability in each tail. With few values one of them has no rank: with 95 %, an upper end takes 6 values for p50, 36 for
/// p90, 72 for p95, 368 for p99, 3,688 for p99.9.
pub fn quantile_ranks(count: u64, quantile: f64, confidence: Confidence) -> (Option<u64>, Option<u64>) {
    // Beyond this the normal distribution is off by less than a thousandth of a standard deviation.
    const MANY: u64 = 10_000_000;
    let tail = confidence.tail();
    if count == 0 || quantile <= 0.0 || quantile >= 1.0 {
        return (None, None);
    }
    let mean = count as f64 * quantile;
    let deviation = (mean * (1.0 - quantile)).sqrt();
    if count > MANY {
        let z = confidence.z();
        let (low, high) = (mean - z * deviation, mean + z * deviation);
        return (Some(low.floor() as u64), Some(high.ceil() as u64 + 1));
    }
    // The probabilities of the numbers around the mode, relative to it; those farther out are below double precision.
    let reach = (12.0 * deviation).ceil() as u64 + 30;
    let mode = ((count + 1) as f64 * quantile).floor().min(count as f64) as u64;
    let (first, last) = (mode.saturating_sub(reach), (mode + reach).min(count));
    let odds = quantile / (1.0 - quantile);
    let mut relative = vec![1.0; (last - first + 1) as usize];
    for number in (first..mode).rev() {
        let at = (number - first) as usize;
        relative[at] = relative[at + 1] * ((number + 1) as f64 / (count - number) as f64 / odds);
    }
    for number in mode + 1..=last {
        let at = (number - first) as usize;
        relative[at] = relative[at - 1] * ((count - number + 1) as f64 / number as f64 * odds);
    }
    let total: f64 = relative.iter().sum();
    // The lower rank is the highest with at most `tail` below it, the upper rank the lowest with at most `tail` above.
    let (mut below, mut low, mut high) = (0.0, first, None);
    for (number, share) in (first..).zip(&relative) {
        if below <= tail {
            low = number;
        }
        below += share / total;
        if below >= 1.0 - tail {
            high = Some(number + 1);
            break;
        }
    }
    (Some(low).filter(|low| *low >= 1), high.filter(|high| *high <= count))
}

/// Values in clusters, and how many of them are at or below some time.
#[derive(Clone, Copy, Debug)]
pub struct Clustered {
    /// The number of clusters with a value.
    pub clusters: u64,
    /// The number of values.
    pub values: u64,
    /// How many of them are at or below the time.
    pub below: u64,
    /// Over all clusters, the sum of the squares of how many are at or below it.
    pub below_squared: u128,
    /// The sum of that number times the number of all values of the cluster.
    pub below_times_values: u128,
    /// The sum of the squares of the number of values.
    pub values_squared: u128,
}

impl Clustered {
    /// How many times the variance of the share at or below the time exceeds that of independent values; `None` where
    /// all or none are, or there is one cluster only.
    ///
    /// The share is a ratio of two sums over clusters; the variance is that of its linear part, `A - F N` for a cluster
    /// with `A` of `N` values at or below the time, where `F` is the share.
    pub fn design_effect(&self) -> Option<f64> {
        if self.clusters < 2 || self.below == 0 || self.below >= self.values {
            return None;
        }
        let share = self.below as f64 / self.values as f64;
        let squares = self.below_squared as f64 - 2.0 * share * self.below_times_values as f64
            + share * share * self.values_squared as f64;
        let clusters = self.clusters as f64;
        let variance = squares.max(0.0) * clusters / (clusters - 1.0);
        Some(variance / (self.values as f64 * share * (1.0 - share)))
    }

    /// The upper limit of the design effect: if all values of a cluster are equal.
    pub fn greatest_design_effect(&self) -> f64 {
        self.values_squared as f64 / self.values as f64
    }
}

/// The effective sample size of `values` in this number of `clusters`, given their design effect. Never more than there are;
/// less with few clusters, whose design effect is itself uncertain.
pub fn effective_count(values: u64, clusters: u64, design_effect: f64, confidence: Confidence) -> u64 {
    if clusters < 2 {
        return 0;
    }
    let few = confidence.z() / confidence.t(clusters as f64 - 1.0);
    (values as f64 / design_effect.max(1.0) * few * few) as u64
}

/// The lower rank among `effective` values as a rank among all `values`, rounded down.
pub fn spread_low(low: u64, effective: u64, values: u64) -> u64 {
    (u128::from(low - 1) * u128::from(values) / u128::from(effective)) as u64 + 1
}

/// The upper one, rounded up.
pub fn spread_high(high: u64, effective: u64, values: u64) -> u64 {
    let rank = (u128::from(high) * u128::from(values)).div_ceil(u128::from(effective)) as u64;
    rank.min(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_as_in_the_tables() {
        // Hahn and Meeker's way; the coverage of these is 0.9558 and 0.9548.
        assert_eq!(quantile_ranks(10_000, 0.99, Confidence::P95), (Some(9_880), Some(9_920)));
        assert_eq!(quantile_ranks(100_000, 0.999, Confidence::P95), (Some(99_880), Some(99_920)));
        assert_eq!(quantile_ranks(100, 0.5, Confidence::P95), (Some(40), Some(61)));
    }

    #[test]
    fn the_least_number_of_values() {
        for (quantile, least) in [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368), (0.999, 3_688)] {
            assert_eq!(quantile_ranks(least - 1, quantile, Confidence::P95).1, None, "{quantile}");
            assert_eq!(quantile_ranks(least, quantile, Confidence::P95).1, Some(least), "{quantile}");
        }
    }

    #[test]
    fn the_normal_distribution_takes_over_where_it_is_as_good() {
        let ranks = |count| match quantile_ranks(count, 0.9, Confidence::P95) {
            (Some(low), Some(high)) => (low, high),
            ranks => panic!("{ranks:?}"),
        };
        let (exact, normal) = (ranks(10_000_000), ranks(10_000_001));
        assert!(exact.0.abs_diff(normal.0) <= 2 && exact.1.abs_diff(normal.1) <= 2, "{exact:?} {normal:?}");
    }

    fn clustered(clusters: &[(u64, u64)]) -> Clustered {
        let sum = |of: fn(u128, u128) -> u128| clusters.iter().map(|&(below, all)| of(below.into(), all.into())).sum();
        Clustered {
            clusters: clusters.len() as u64,
            values: clusters.iter().map(|&(_, all)| all).sum(),
            below: clusters.iter().map(|&(below, _)| below).sum(),
            below_squared: sum(|below, _| below * below),
            below_times_values: sum(|below, all| below * all),
            values_squared: sum(|_, all| all * all),
        }
    }

    #[test]
    fn a_cluster_of_one_is_independent_and_clusters_of_equal_values_count_once() {
        let half: Vec<(u64, u64)> = (0..1000).map(|at| (at % 2, 1)).collect();
        let single = clustered(&half);
        assert!((single.design_effect().unwrap() - 1000.0 / 999.0).abs() < 1e-12);
        let alike: Vec<(u64, u64)> = half.iter().map(|&(below, all)| (7 * below, 7 * all)).collect();
        let alike = clustered(&alike);
        assert!((alike.design_effect().unwrap() - 7.0 * 1000.0 / 999.0).abs() < 1e-12);
        assert_eq!(alike.greatest_design_effect(), 7.0);
        let (one, seven) =
            (effective_count(1000, 1000, 1.0, Confidence::P95), effective_count(7000, 1000, 7.0, Confidence::P95));
        assert_eq!(one, seven);
        assert!((995..1000).contains(&one), "{one}");
    }

    #[test]
    fn ranks_spread_outwards_and_stay_at_full_sample_size() {
        let spread =
            |low, high, effective, values| (spread_low(low, effective, values), spread_high(high, effective, values));
        assert_eq!(spread(40, 61, 100, 100), (40, 61));
        assert_eq!(spread(40, 61, 100, 1000), (391, 610));
        assert_eq!(spread(1, 6, 6, 7), (1, 7));
    }
}
