//! The end of the initial transient of a series.

/// How many observations of the initial transient to delete, by the rule MSER-5; `None` if the series is too short: fewer
/// than twenty batches, or a transient that reaches into its second half.
///
/// Over batch means of five observations, the truncation point is the one within the first half that gives the mean of the
/// rest the least standard error: `d* = argmin_d sum_(i > d) (Y_i - mean_(> d))^2 / (n - d)^2` (K. P. White, M. A. Minnox, WSC 1994;
/// S. C. Spratt 1998). By the rule, a truncation point beyond the middle means that the series has not settled. A few batches
/// near the end may agree by chance, so here it takes a truncation point in the third quarter with less than 0.7 of the
/// error; a series that grows linearly has 0.5.
pub fn mser5(series: &[f64]) -> Option<usize> {
    const BATCH: usize = 5;
    const FEWEST: usize = 20;
    const CLEARLY_LESS: f64 = 0.7;
    let batches: Vec<f64> = series.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    if batches.len() < FEWEST {
        return None;
    }
    let middle = batches.len() / 2;
    // From the end, so that each truncation point adds one batch to the sums. Shifted to avoid cancellation in the squares.
    let shift = batches[batches.len() - 1];
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut beyond = f64::INFINITY;
    let mut best = (f64::INFINITY, 0);
    for (first, batch) in batches.iter().enumerate().rev() {
        let value = batch - shift;
        sum += value;
        squares += value * value;
        let left = (batches.len() - first) as f64;
        let error = (squares - sum * sum / left).max(0.0) / (left * left);
        if first > middle {
            // The last quarter has too few batches for a comparison.
            if first <= middle + middle / 2 {
                beyond = beyond.min(error);
            }
        } else if error <= best.0 {
            // Of equal ones the earliest: a constant series has no transient.
            best = (error, first);
        }
    }
    let (error, first) = best;
    (beyond >= CLEARLY_LESS * error).then_some(first * BATCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exponential noise of mean zero, from a linear congruential generator.
    fn noise(count: usize, seed: u64) -> Vec<f64> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        (0..count).map(|_| -libm::log(uniform()) - 1.0).collect()
    }

    #[test]
    fn a_series_without_a_transient_loses_nothing() {
        assert_eq!(mser5(&[3.0; 100]), Some(0));
    }

    #[test]
    fn a_transient_is_deleted_and_little_more() {
        for seed in 0..50 {
            let mut series = noise(1000, seed);
            for (at, value) in series.iter_mut().enumerate() {
                *value += 20.0 * (1.0 - libm::exp(-(at as f64) / 30.0));
            }
            // After 90 the rise is down to 5 % of 20, the size of the noise; after 200 to a thirtieth of a percent.
            let left_out = mser5(&series).unwrap();
            assert!((60..=300).contains(&left_out), "{left_out}");
        }
    }

    #[test]
    fn a_series_that_grows_to_its_end_has_no_answer() {
        let growing: Vec<f64> = (0..1000).map(f64::from).collect();
        assert_eq!(mser5(&growing), None);
        assert_eq!(mser5(&[1.0; 99]), None);
    }

    /// Against the definition, term by term.
    #[test]
    fn it_is_the_least_error_by_the_definition() {
        for seed in 0..20 {
            let series = noise(200, seed);
            let batches: Vec<f64> = series.chunks_exact(5).map(|batch| batch.iter().sum::<f64>() / 5.0).collect();
            let error = |first: usize| {
                let rest = &batches[first..];
                let mean = rest.iter().sum::<f64>() / rest.len() as f64;
                rest.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (rest.len() * rest.len()) as f64
            };
            let least = (0..=20).min_by(|&one, &two| error(one).total_cmp(&error(two))).unwrap();
            let beyond = (21..=30).map(error).fold(f64::INFINITY, f64::min);
            assert_eq!(mser5(&series), (beyond >= 0.7 * error(least)).then_some(5 * least));
        }
    }
}
