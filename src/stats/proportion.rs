//! The confidence interval of a proportion.

use super::confidence::Confidence;

/// The 95 % confidence interval of a probability, from `hits` successes in `trials` (E. B. Wilson, *JASA* 22 (1927)
/// 209-212); `None` without trials.
pub fn proportion_interval(hits: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 {
        return None;
    }
    let (count, share) = (trials as f64, hits as f64 / trials as f64);
    let z = Confidence::P95.z();
    let z2 = z * z;
    let centre = share + z2 / (2.0 * count);
    let half = z * (share * (1.0 - share) / count + z2 / (4.0 * count * count)).sqrt();
    let whole = 1.0 + z2 / count;
    Some(((centre - half) / whole, (centre + half) / whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wilson's formula at the points of Newcombe's table (*Statistics in Medicine* 17 (1998) 857-872).
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
}
