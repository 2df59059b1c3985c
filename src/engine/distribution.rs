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
    /// temporary
    pub fn sample(&self, luck: u64) -> Span {
        match self {
            Distribution::Constant(s) => *s,
            Distribution::Exponential { mean } => {
                Span::from_nanos((mean.nanos() as f64 * super::unit_exponential(luck) + 0.5) as u64)
            }
            _ => todo!(),
        }
    }
}
