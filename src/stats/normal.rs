//! The normal distribution.

use statrs::distribution::{ContinuousCDF, Normal};

/// The quantile of the normal distribution with mean 0 and variance 1.
pub fn normal_quantile(quantile: f64) -> f64 {
    Normal::standard().inverse_cdf(quantile)
}
