//! Placeholder until the distributions land from their branch.
use super::Span;
/// A law of durations.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Memoryless.
    Exponential {
        /// Its mean.
        mean: Span,
    },
    /// Even between two bounds.
    Uniform {
        /// The least.
        low: Span,
        /// The most.
        high: Span,
    },
    /// A sum of like exponential phases.
    Erlang {
        /// How many.
        phases: u32,
        /// The mean of the sum.
        mean: Span,
    },
}
impl Distribution {
    /// Stand-in.
    pub fn lognormal(mean: Span, _cv: f64) -> Distribution {
        Distribution::Exponential { mean }
    }
    /// Stand-in.
    pub fn weibull(mean: Span, _shape: f64) -> Distribution {
        Distribution::Exponential { mean }
    }
    /// Stand-in.
    pub fn empirical(values: Vec<Span>) -> Distribution {
        Distribution::Constant(values[0])
    }
    /// Stand-in.
    pub fn mean(&self) -> Span {
        match *self {
            Distribution::Constant(mean) | Distribution::Exponential { mean } | Distribution::Erlang { mean, .. } => {
                mean
            }
            Distribution::Uniform { low, high } => Span::from_nanos((low.nanos() + high.nanos()) / 2),
        }
    }
}
