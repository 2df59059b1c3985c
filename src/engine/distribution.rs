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
