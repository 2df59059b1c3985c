//! The residence time of a call on a device, as used by the formulas: its tail and its equilibrium tail.

use crate::engine::{Distribution, Span};

/// The distribution of a residence time, in seconds (or in any other unit, if everything else is in that unit too).
///
/// [`Residence::exceeds`] and [`Residence::rest`] have an absolute error of some 1e-15, for the Erlang distribution with more
/// than a thousand phases some 1e-13.
#[derive(Clone, Debug, PartialEq)]
pub enum Residence {
    /// Exponential: memoryless.
    Exponential {
        /// Its mean.
        mean: f64,
    },
    /// Always the same.
    Fixed {
        /// How long.
        length: f64,
    },
    /// Uniform between two bounds.
    Uniform {
        /// The shortest.
        low: f64,
        /// The longest, which is longer than `low`.
        high: f64,
    },
    /// A sum of phases, each exponential with the same mean.
    Erlang {
        /// How many, at least one.
        phases: u32,
        /// The mean of the whole sum.
        mean: f64,
    },
    /// The logarithm is normal. See [`Residence::lognormal`].
    Lognormal {
        /// The mean of the logarithm.
        mu: f64,
        /// The standard deviation of the logarithm, above zero.
        sigma: f64,
    },
    /// `P(X > t) = exp(-(t / scale)^shape)`.
    Weibull {
        /// What is exceeded with probability 1/e.
        scale: f64,
        /// The power of time with which the risk accumulates.
        shape: f64,
    },
    /// Measured values, each equally likely. See [`Residence::empirical`].
    Empirical(Sample),
}

/// Measured values in order, and the sum of each and all longer ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    values: Vec<f64>,
    from_here: Vec<f64>,
}

impl Residence {
    /// The exponential distribution with this mean.
    pub fn exponential(mean: f64) -> Residence {
        Residence::Exponential { mean }
    }

    /// Always this long.
    pub fn fixed(length: f64) -> Residence {
        Residence::Fixed { length }
    }

    /// The sum of `phases` exponential times, with this mean in all.
    pub fn erlang(phases: u32, mean: f64) -> Residence {
        if phases <= 1 { Residence::Exponential { mean } } else { Residence::Erlang { phases, mean } }
    }

    /// The lognormal distribution with this mean and squared coefficient of variation.
    pub fn lognormal(mean: f64, cv_squared: f64) -> Residence {
        let variance = libm::log1p(cv_squared);
        Residence::of_logarithm(libm::log(mean) - variance / 2.0, variance.sqrt())
    }

    fn of_logarithm(mu: f64, sigma: f64) -> Residence {
        if sigma > 0.0 { Residence::Lognormal { mu, sigma } } else { Residence::fixed(libm::exp(mu)) }
    }

    /// Each of these values equally often; an empty list counts as one value of zero.
    pub fn empirical(values: impl Into<Vec<f64>>) -> Residence {
        let mut values = values.into();
        values.sort_unstable_by(f64::total_cmp);
        let mut from_here = values.clone();
        for at in (1..values.len()).rev() {
            from_here[at - 1] += from_here[at];
        }
        if values.is_empty() { Residence::fixed(0.0) } else { Residence::Empirical(Sample { values, from_here }) }
    }

    /// The mean, `h`.
    pub fn mean(&self) -> f64 {
        match *self {
            Residence::Exponential { mean } | Residence::Erlang { mean, .. } => mean,
            Residence::Fixed { length } => length,
            Residence::Uniform { low, high } => (low + high) / 2.0,
            Residence::Lognormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
            Residence::Weibull { scale, shape } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Residence::Empirical(ref measured) => measured.from_here[0] / measured.values.len() as f64,
        }
    }

    /// `1 - F(t)`: the probability of staying longer than `t`.
    pub fn exceeds(&self, t: f64) -> f64 {
        if t < 0.0 {
            return 1.0;
        }
        match *self {
            Residence::Exponential { mean: scale }
            | Residence::Erlang { mean: scale, .. }
            | Residence::Weibull { scale, .. }
                if scale <= 0.0 =>
            {
                0.0
            }
            Residence::Exponential { mean } => libm::exp(-t / mean),
            Residence::Fixed { length } => f64::from(t < length),
            Residence::Uniform { low, high } => ((high - t) / (high - low)).clamp(0.0, 1.0),
            Residence::Erlang { phases, mean } => {
                let phases = f64::from(phases);
                upper_gamma(phases, t / mean * phases).0
            }
            Residence::Lognormal { mu, sigma } => normal_exceeds((libm::log(t) - mu) / sigma),
            Residence::Weibull { scale, shape } => libm::exp(-libm::pow(t / scale, shape)),
            Residence::Empirical(ref measured) => measured.longer(t).len() as f64 / measured.values.len() as f64,
        }
    }

    /// `Te(t) = 1 - Ge(t) = (1/h) int_t^inf (1 - F)`: the probability that a call observed at a random instant stays
    /// longer than `t` from then on.
    pub fn rest(&self, t: f64) -> f64 {
        let h = self.mean();
        if h <= 0.0 {
            return 0.0;
        }
        if t <= 0.0 {
            return 1.0;
        }
        let rest = match *self {
            Residence::Exponential { .. } => self.exceeds(t),
            Residence::Fixed { length } => 1.0 - t / length,
            Residence::Uniform { low, .. } if t < low => 1.0 - t / h,
            Residence::Uniform { low, high } => {
                let above = (high - t).max(0.0);
                above * above / (2.0 * (high - low) * h)
            }
            // With x = k t / h: Q(k, x) - (x / k) Q(k - 1, x), and Q(k, x) - Q(k - 1, x) = x^(k-1) e^-x / (k - 1)!.
            Residence::Erlang { phases, .. } => {
                let phases = f64::from(phases);
                let (exceeds, density) = upper_gamma(phases, t / h * phases);
                exceeds * (1.0 - t / h) + density
            }
            Residence::Lognormal { mu, sigma } => {
                let z = (libm::log(t) - mu) / sigma;
                normal_exceeds(z - sigma) - t / h * normal_exceeds(z)
            }
            Residence::Weibull { scale, shape } => upper_gamma(1.0 / shape, libm::pow(t / scale, shape)).0,
            Residence::Empirical(ref measured) => {
                let longer = measured.longer(t).len();
                let sum = measured.from_here.get(measured.values.len() - longer).copied().unwrap_or(0.0);
                (sum - longer as f64 * t) / measured.from_here[0]
            }
        };
        rest.clamp(0.0, 1.0)
    }

    /// Where the distribution is not smooth, in ascending order: between two of these an integral over it converges fast.
    pub(super) fn knots(&self) -> Vec<f64> {
        match *self {
            Residence::Fixed { length } => vec![length],
            Residence::Uniform { low, high } => vec![low, high],
            Residence::Empirical(ref measured) => measured.values.clone(),
            _ => Vec::new(),
        }
    }
}

impl From<&Distribution> for Residence {
    /// The same distribution, in seconds.
    fn from(distribution: &Distribution) -> Residence {
        let nano = Span::from_nanos(1).seconds();
        match *distribution {
            Distribution::Constant(span) => Residence::fixed(span.seconds()),
            Distribution::Exponential { mean } => Residence::exponential(mean.seconds()),
            Distribution::Uniform { low, high } if high <= low => Residence::fixed(low.seconds()),
            Distribution::Uniform { low, high } => Residence::Uniform { low: low.seconds(), high: high.seconds() },
            Distribution::Erlang { phases, mean } => Residence::erlang(phases, mean.seconds()),
            Distribution::Lognormal { mu, sigma } => Residence::of_logarithm(mu + libm::log(nano), sigma),
            Distribution::Weibull { scale, shape } => Residence::Weibull { scale: scale * nano, shape },
            Distribution::Empirical(ref values) => {
                Residence::empirical(values.iter().map(|value| value.seconds()).collect::<Vec<f64>>())
            }
        }
    }
}

impl Sample {
    /// The values above `t`.
    fn longer(&self, t: f64) -> &[f64] {
        &self.values[self.values.partition_point(|&value| value <= t)..]
    }
}

/// The probability that a standard normal variable exceeds `z`.
fn normal_exceeds(z: f64) -> f64 {
    libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The regularised incomplete gamma function `Q(a, x)`, and `x^a e^-x / Gamma(a + 1)`.
///
/// The series of `P = 1 - Q` up to `x = a + 1`, Legendre's continued fraction by Lentz's method beyond: W. H. Press et
/// al., *Numerical Recipes* (2007), section 6.2; *NIST Handbook of Mathematical Functions* (2010), 8.7.1 and 8.9.2.
fn upper_gamma(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (1.0, 0.0);
    }
    if x > 1e300 {
        return (0.0, 0.0);
    }
    let scale = power_over_gamma(a, x);
    // Both are at their slowest at x = a, where they take some multiple of sqrt(a) steps.
    let steps = 100 + (20.0 * a.sqrt()) as u32;
    if x < a + 1.0 {
        let (mut term, mut sum, mut i) = (1.0, 1.0, a);
        for _ in 0..steps {
            i += 1.0;
            term *= x / i;
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return ((1.0 - scale * sum).max(0.0), scale);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (f64::MAX, 1.0 / b);
    let mut fraction = d;
    for step in 1..steps {
        let i = f64::from(step);
        let numerator = i * (a - i);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        fraction *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (scale * a * fraction, scale)
}

/// `x^a e^-x / Gamma(a + 1)`. Where powers would cancel each other and most digits, the deviance form of C. Loader, "Fast
/// and accurate computation of binomial probabilities" (2000).
fn power_over_gamma(a: f64, x: f64) -> f64 {
    if a < 20.0 {
        return libm::exp(a * libm::log(x) - x - libm::lgamma(a + 1.0));
    }
    let excess = x / a - 1.0;
    let a2 = a * a;
    let stirling = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * a2)) / a2) / a2) / a;
    libm::exp(-a * (excess - libm::log1p(excess)) - stirling) / (2.0 * std::f64::consts::PI * a).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::quadrature::integral;
    use super::*;

    fn distributions() -> Vec<Residence> {
        vec![
            Residence::exponential(2.0),
            Residence::fixed(2.0),
            Residence::Uniform { low: 0.5, high: 3.5 },
            Residence::erlang(2, 2.0),
            Residence::erlang(7, 2.0),
            Residence::erlang(30, 2.0),
            Residence::erlang(4000, 2.0),
            Residence::lognormal(2.0, 0.01),
            Residence::lognormal(2.0, 4.0),
            Residence::Weibull { scale: 1.0, shape: 0.5 },
            Residence::Weibull { scale: 2.0, shape: 2.0 },
            Residence::empirical([5.0, 0.3, 0.3, 1.0]),
        ]
    }

    /// `rest` is a closed form, `exceeds` another; here the one is the integral of the other.
    #[test]
    fn the_rest_is_the_integral_of_what_exceeds() {
        for distribution in distributions() {
            let h = distribution.mean();
            assert_eq!((distribution.rest(0.0), distribution.exceeds(-1.0)), (1.0, 1.0), "{distribution:?}");
            for t in [0.0, 0.1, 0.9, 1.7, 2.0, 2.1, 6.0, 40.0] {
                let expected = integral(t, h, &distribution.knots(), |u| distribution.exceeds(u)) / h;
                assert!(
                    (distribution.rest(t) - expected).abs() < 1e-12,
                    "{distribution:?} at {t}: {} not {expected}",
                    distribution.rest(t)
                );
            }
        }
    }

    /// The closed form of the Erlang distribution: a sum of Poisson probabilities.
    #[test]
    fn erlang_exceeds_is_its_sum() {
        for phases in [2, 5, 19, 25] {
            let distribution = Residence::erlang(phases, f64::from(phases));
            for x in [0.1, 1.0, 4.0, 20.0, 25.0, 30.0, 60.0] {
                let (mut term, mut sum) = (libm::exp(-x), 0.0);
                for phase in 1..=phases {
                    sum += term;
                    term *= x / f64::from(phase);
                }
                assert!(
                    (distribution.exceeds(x) - sum).abs() < 1e-14,
                    "{phases} at {x}: {} not {sum}",
                    distribution.exceeds(x)
                );
            }
        }
    }

    /// A draw of `u` samples what a share `u` of residences does not exceed: the simulator's distributions and these agree.
    #[test]
    fn a_residence_keeps_its_distribution() {
        let second = Span::from_secs(1);
        for distribution in [
            Distribution::Constant(second),
            Distribution::Exponential { mean: second },
            Distribution::Uniform { low: Span::from_millis(500), high: Span::from_millis(1500) },
            Distribution::Erlang { phases: 3, mean: second },
            Distribution::Erlang { phases: 50, mean: second },
            Distribution::lognormal(second, 2.0),
            Distribution::weibull(second, 0.7),
        ] {
            let residence = Residence::from(&distribution);
            assert!((residence.mean() - 1.0).abs() < 1e-9, "{distribution:?}");
            for word in [1_u64 << 60, 1 << 62, 1 << 63, 0xf << 60] {
                let u = word as f64 / 18_446_744_073_709_551_616.0;
                let exceeds = residence.exceeds(distribution.sample(word).seconds());
                let constant = matches!(distribution, Distribution::Constant(_));
                assert!(constant || (exceeds - (1.0 - u)).abs() < 1e-7, "{distribution:?}: {exceeds} at {u}");
            }
        }
        let measured = Residence::from(&Distribution::empirical([3, 1].map(Span::from_secs)));
        assert_eq!((measured.mean(), measured.exceeds(1.0), measured.rest(2.0)), (2.0, 0.5, 0.25));
        for nothing in [Distribution::Constant(Span::ZERO), Distribution::lognormal(Span::ZERO, 1.0)] {
            let distribution = Residence::from(&nothing);
            assert_eq!(
                (distribution.mean(), distribution.rest(0.0), distribution.exceeds(1.0)),
                (0.0, 0.0, 0.0),
                "{distribution:?}"
            );
        }
    }
}
