//! The quantiles that are kept.

/// A quantile that is kept of every duration and can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantile {
    /// The median.
    P50,
    /// The 90 % quantile.
    P90,
    /// The 95 % quantile.
    P95,
    /// The 99 % quantile.
    P99,
    /// The 99.9 % quantile.
    P999,
}

impl Quantile {
    /// All of them, in ascending order.
    pub const ALL: [Quantile; 5] = [Quantile::P50, Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999];

    /// The name in a measure and in the columns of files.
    pub const fn name(self) -> &'static str {
        match self {
            Quantile::P50 => "p50",
            Quantile::P90 => "p90",
            Quantile::P95 => "p95",
            Quantile::P99 => "p99",
            Quantile::P999 => "p999",
        }
    }

    /// The share of values at or below it.
    pub const fn share(self) -> f64 {
        match self {
            Quantile::P50 => 0.5,
            Quantile::P90 => 0.9,
            Quantile::P95 => 0.95,
            Quantile::P99 => 0.99,
            Quantile::P999 => 0.999,
        }
    }
}
