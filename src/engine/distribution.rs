//! Distributions of time: from one random word to one span.
//!
//! Every distribution is sampled by inverse transform: one uniform word gives one value, and a larger word never a shorter
//! span. The number of words does not depend on the parameters, so that two designs can be compared under common random
//! numbers. Only basic arithmetic, square roots and `libm` are used: the same bits on every platform.

use super::exponential::unit_exponential;
use super::time::Span;
use super::uniform::uniform;

/// A distribution of spans of time.
///
/// Parameters are times, not rates, as in "calls last three minutes".
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Exponential: memoryless.
    Exponential {
        /// Its mean, and its standard deviation.
        mean: Span,
    },
    /// Uniform between two bounds.
    Uniform {
        /// The shortest.
        low: Span,
        /// The longest; `low` is used if this is shorter.
        high: Span,
    },
    /// A sum of phases, each exponential with the same mean: the more phases, the less variable.
    Erlang {
        /// The number of phases; zero counts as one. Beyond a million, sampling takes milliseconds.
        phases: u32,
        /// The mean of the whole chain.
        mean: Span,
    },
    /// The logarithm is normal: talk times. See [`Distribution::lognormal`].
    Lognormal {
        /// The mean of the logarithm of the number of nanoseconds.
        mu: f64,
        /// The standard deviation of that logarithm.
        sigma: f64,
    },
    /// A failure rate that falls (shape below 1) or rises (above 1) with age. See [`Distribution::weibull`].
    Weibull {
        /// The span, in nanoseconds, that is exceeded with probability 1/e.
        scale: f64,
        /// The power of time with which the risk accumulates.
        shape: f64,
    },
    /// Measured values, each equally likely. See [`Distribution::empirical`].
    Empirical(Box<[Span]>),
}

impl Distribution {
    /// The lognormal distribution with this mean and coefficient of variation (standard deviation over mean).
    ///
    /// # Panics
    /// If `cv` is negative or not finite.
    pub fn lognormal(mean: Span, cv: f64) -> Distribution {
        assert!(cv >= 0.0 && cv.is_finite(), "a coefficient of variation of {cv}");
        let variance = libm::log1p(cv * cv);
        Distribution::Lognormal { mu: libm::log(mean.nanos() as f64) - variance / 2.0, sigma: variance.sqrt() }
    }

    /// The Weibull distribution with this mean and shape.
    ///
    /// # Panics
    /// If `shape` is not between 0.01 and 1,000: beyond, its moments are beyond the range of numbers.
    pub fn weibull(mean: Span, shape: f64) -> Distribution {
        assert!((0.01..=1000.0).contains(&shape), "a Weibull distribution of shape {shape}");
        Distribution::Weibull { scale: mean.nanos() as f64 / libm::tgamma(1.0 + 1.0 / shape), shape }
    }

    /// Resampling of measured `values`, in any order.
    ///
    /// # Panics
    /// If there are none.
    pub fn empirical(values: impl Into<Vec<Span>>) -> Distribution {
        let mut values = values.into();
        assert!(!values.is_empty(), "an empirical distribution of no values");
        values.sort_unstable();
        Distribution::Empirical(values.into())
    }

    /// The quantile at a uniform random word, rounded to whole nanoseconds.
    ///
    /// A larger word never gives a shorter time, except for words that differ only in their last bits, where rounding may
    /// cost or add a nanosecond. Any word is valid for any parameters.
    #[inline]
    pub fn sample(&self, word: u64) -> Span {
        match *self {
            Distribution::Constant(span) => span,
            Distribution::Exponential { mean } => rounded(mean.nanos() as f64 * unit_exponential(word)),
            _ => self.sample_others(word),
        }
    }

    /// The distributions for which a function call does not matter.
    fn sample_others(&self, word: u64) -> Span {
        let below = uniform(word);
        let above = 1.0 - below;
        match *self {
            Distribution::Constant(_) | Distribution::Exponential { .. } => self.sample(word),
            Distribution::Uniform { low, high } => {
                let width = high.nanos().saturating_sub(low.nanos());
                low + rounded(below * width as f64)
            }
            Distribution::Erlang { phases: 0 | 1, mean } => Distribution::Exponential { mean }.sample(word),
            Distribution::Erlang { phases, mean } => {
                rounded(erlang_quantile(phases, below, above) * (mean.nanos() as f64 / f64::from(phases)))
            }
            Distribution::Lognormal { mu, sigma } => rounded(libm::exp(mu + sigma * normal_quantile(below, above))),
            Distribution::Weibull { scale, shape } => rounded(scale * libm::pow(-libm::log(above), 1.0 / shape)),
            Distribution::Empirical(ref values) => {
                // The whole part of (word / 2^64) * length, in integers, and so never the length itself.
                let index = (u128::from(word) * values.len() as u128) >> u64::BITS;
                values.get(index as usize).copied().unwrap_or(Span::ZERO)
            }
        }
    }

    /// The mean, rounded to whole nanoseconds.
    pub fn mean(&self) -> Span {
        match *self {
            Distribution::Constant(mean) | Distribution::Exponential { mean } | Distribution::Erlang { mean, .. } => {
                mean
            }
            Distribution::Uniform { low, high } => low + rounded(high.nanos().saturating_sub(low.nanos()) as f64 / 2.0),
            Distribution::Lognormal { mu, sigma } => rounded(libm::exp(mu + sigma * sigma / 2.0)),
            Distribution::Weibull { scale, shape } => rounded(scale * libm::tgamma(1.0 + 1.0 / shape)),
            Distribution::Empirical(ref values) => rounded(mean(values)),
        }
    }

    /// The squared coefficient of variation, as used in queueing theory: variance over squared mean, zero for a constant and 1
    /// for an exponential distribution. Zero if the mean is zero.
    pub fn cv_squared(&self) -> f64 {
        match *self {
            Distribution::Constant(_) => 0.0,
            _ if self.mean() == Span::ZERO => 0.0,
            Distribution::Exponential { .. } => 1.0,
            Distribution::Uniform { low, high } => {
                let low = low.nanos() as f64;
                let high = (high.nanos() as f64).max(low);
                // The variance is a twelfth of the squared width, the mean half the sum.
                let ratio = (high - low) / (high + low);
                ratio * ratio / 3.0
            }
            Distribution::Erlang { phases, .. } => 1.0 / f64::from(phases.max(1)),
            Distribution::Lognormal { sigma, .. } => libm::expm1(sigma * sigma),
            Distribution::Weibull { shape, .. } => {
                let mean = libm::tgamma(1.0 + 1.0 / shape);
                libm::tgamma(1.0 + 2.0 / shape) / (mean * mean) - 1.0
            }
            Distribution::Empirical(ref values) => {
                let mean = mean(values);
                let squares = values.iter().map(|value| value.nanos() as f64 / mean - 1.0).map(|ratio| ratio * ratio);
                squares.sum::<f64>() / values.len() as f64
            }
        }
    }
}

/// The mean of measured values in nanoseconds; zero of none. The sum is a whole number: exact, in any order.
fn mean(values: &[Span]) -> f64 {
    let sum: u128 = values.iter().map(|value| u128::from(value.nanos())).sum();
    sum as f64 / values.len().max(1) as f64
}

/// To the nearest nanosecond; NaN gives zero, and what is out of range [`Span::FOREVER`].
#[inline]
fn rounded(nanos: f64) -> Span {
    Span::from_nanos((nanos + 0.5) as u64)
}

/// The standard normal quantile where `below` of the probability lies below and `above` = 1 - `below` above, accurate
/// to about 16 digits: M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied
/// Statistics 37 (1988), routine PPND16.
pub(super) fn normal_quantile(below: f64, above: f64) -> f64 {
    let centred = below - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        return centred * ratio(r, &CENTRE);
    }
    let r = (-libm::log(below.min(above))).sqrt();
    let quantile = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &TAIL) };
    if centred < 0.0 { -quantile } else { quantile }
}

/// Coefficients of a numerator and a denominator, highest power first.
type Ratio = [[f64; 8]; 2];

/// One polynomial over another.
fn ratio(x: f64, [numerator, denominator]: &Ratio) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient);
    polynomial(numerator) / polynomial(denominator)
}

#[expect(clippy::excessive_precision, reason = "as published")]
const CENTRE: Ratio = [
    [
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080,
    ],
    [
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ],
];
#[expect(clippy::excessive_precision, reason = "as published")]
const MIDDLE: Ratio = [
    [
        7.7454501427834140764e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258,
        3.64784832476320460504,
        5.76949722146069140550,
        4.63033784615654529590,
        1.42343711074968357734,
    ],
    [
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940,
        2.05319162663775882187,
        1.0,
    ],
];
#[expect(clippy::excessive_precision, reason = "as published")]
const TAIL: Ratio = [
    [
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580,
        5.46378491116411436990,
        6.65790464350110377720,
    ],
    [
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ],
];

/// The point with probability `below` below it and `above` = 1 - `below` above it, of the sum of `phases` (two or more)
/// exponential variables of mean 1. Accurate to about 12 digits in both tails for up to 10,000 phases.
///
/// Newton's method on the logarithm of the smaller of the two probabilities. Both logarithms are concave, so from one
/// side of the solution every step falls short of it, and the method converges from wherever it starts; only a step
/// across zero, from a start beyond the solution, is guarded against.
fn erlang_quantile(phases: u32, below: f64, above: f64) -> f64 {
    let k = f64::from(phases);
    let lower_half = below < 0.5;
    // Wilson and Hilferty: the cube root is nearly normal. Far below, where it is not, P(x) < x^k / k! is a bound.
    let mut x = {
        let root = 1.0 - 1.0 / (9.0 * k) + normal_quantile(below, above) / (3.0 * k.sqrt());
        k * root.max(0.0) * root * root
    };
    if lower_half {
        x = x.max(libm::exp((libm::log(below) + libm::lgamma(k + 1.0)) / k));
    }
    // Six steps are usual; the bound guarantees termination.
    for _ in 0..100 {
        let density = erlang_density(phases, x);
        let step = if lower_half {
            let probability = density * lower_tail_over_density(k, x);
            probability / density * libm::log(below / probability)
        } else {
            let probability = density * upper_tail_over_density(k, x);
            probability / density * libm::log(probability / above)
        };
        x = if x + step > 0.0 { x + step } else { x / 2.0 };
        // The error after a step is about the square of the step.
        if step.abs() <= 1e-9 * x {
            break;
        }
    }
    x
}

/// x^(k-1) e^-x / (k-1)!, to nearly all digits.
fn erlang_density(phases: u32, x: f64) -> f64 {
    let k = f64::from(phases);
    if phases <= 20 {
        return (1..phases).fold(libm::exp(-x), |product, i| product * (x / f64::from(i)));
    }
    // For many phases the powers would cancel each other and most digits: C. Loader, "Fast and accurate computation of
    // binomial probabilities" (2000). What Stirling's formula misses of log k! is a series that is short from 20 on.
    let excess = x / k - 1.0;
    let k2 = k * k;
    let stirling = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * k2)) / k2) / k2) / k;
    let exponent = -k * (excess - libm::log1p(excess)) - stirling;
    libm::exp(exponent) * k / x / (2.0 * std::f64::consts::PI * k).sqrt()
}

/// The probability below x over the density at x: x/k (1 + x/(k+1) (1 + x/(k+2) ...)).
pub(super) fn lower_tail_over_density(k: f64, x: f64) -> f64 {
    let mut term = x / k;
    let mut sum = term;
    let mut i = k;
    while term > sum * 1e-17 {
        i += 1.0;
        term *= x / i;
        sum += term;
    }
    sum
}

/// The probability above x over the density at x: 1 + (k-1)/x (1 + (k-2)/x ... (1 + 1/x)).
fn upper_tail_over_density(k: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = term;
    let mut i = k;
    while i > 1.0 && term > sum * 1e-17 {
        i -= 1.0;
        term *= i / x;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Span = Span::from_secs(1);

    fn all() -> Vec<Distribution> {
        vec![
            Distribution::Constant(SECOND),
            Distribution::Exponential { mean: SECOND },
            Distribution::Uniform { low: Span::from_millis(500), high: Span::from_millis(1500) },
            Distribution::Uniform { low: Span::ZERO, high: Span::from_secs(2) },
            Distribution::Erlang { phases: 0, mean: SECOND },
            Distribution::Erlang { phases: 1, mean: SECOND },
            Distribution::Erlang { phases: 2, mean: SECOND },
            Distribution::Erlang { phases: 20, mean: SECOND },
            Distribution::Erlang { phases: 21, mean: SECOND },
            Distribution::Erlang { phases: 400, mean: SECOND },
            Distribution::lognormal(SECOND, 0.0),
            Distribution::lognormal(SECOND, 0.3),
            Distribution::lognormal(SECOND, 1.5),
            Distribution::weibull(SECOND, 0.7),
            Distribution::weibull(SECOND, 1.0),
            Distribution::weibull(SECOND, 3.5),
            Distribution::empirical([2000, 300, 700].map(Span::from_millis)),
        ]
    }

    /// One random word from the middle of each of `count` equal parts of the range.
    fn strata(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(move |i| u64::MAX / count * i + u64::MAX / count / 2)
    }

    fn assert_close(value: f64, expected: f64, tolerance: f64, what: &dyn std::fmt::Debug) {
        let error = (value - expected).abs();
        assert!(error <= tolerance * expected.abs(), "{what:?}: {value} is not {expected}");
    }

    #[test]
    fn moments_are_those_of_the_parameters() {
        for distribution in all() {
            assert_eq!(distribution.mean(), SECOND, "{distribution:?}");
            let values: Vec<f64> = strata(20_000).map(|word| distribution.sample(word).seconds()).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance =
                values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64;
            // The strata miss a little of the tails.
            assert_close(mean, 1.0, 2e-3, &distribution);
            let expected = distribution.cv_squared();
            assert_close(variance + 1.0, expected + 1.0, if expected > 1.0 { 0.05 } else { 2e-3 }, &distribution);
        }
    }

    #[test]
    fn squared_variations_are_those_of_the_textbook() {
        let cases = [
            (Distribution::Uniform { low: Span::ZERO, high: SECOND }, 1.0 / 3.0),
            (Distribution::Erlang { phases: 4, mean: SECOND }, 0.25),
            (Distribution::lognormal(SECOND, 1.5), 2.25),
            (Distribution::weibull(SECOND, 1.0), 1.0),
            (Distribution::weibull(SECOND, 0.5), 5.0),
            (Distribution::empirical([SECOND, Span::from_secs(3)]), 0.25),
            (Distribution::Exponential { mean: Span::ZERO }, 0.0),
        ];
        for (distribution, expected) in cases {
            assert_close(distribution.cv_squared(), expected, 1e-12, &distribution);
        }
    }

    #[test]
    fn quantiles_are_the_closed_forms() {
        // Long enough for a nanosecond to be far below the required accuracy.
        let mean = Span::from_secs(1_000_000);
        let scale = mean.nanos() as f64;
        for word in strata(1000) {
            let u = uniform(word);
            let exponential = -libm::log1p(-u);
            let sample = |distribution: Distribution| (distribution.sample(word).nanos() as f64 / scale, distribution);

            let (x, distribution) = sample(Distribution::Exponential { mean });
            assert_close(x, exponential, 1e-11, &distribution);
            let (x, distribution) = sample(Distribution::Uniform { low: Span::ZERO, high: mean });
            assert_close(x, u, 1e-11, &distribution);
            let (x, distribution) = sample(Distribution::Erlang { phases: 2, mean });
            assert_close(1.0 - (1.0 + 2.0 * x) * libm::exp(-2.0 * x), u, 1e-11, &distribution);
            let (x, distribution) = sample(Distribution::weibull(mean, 0.5));
            assert_close(x, exponential * exponential / 2.0, 1e-8, &distribution);
            // The normal distribution function at the logarithm, put back into units of sigma.
            let (x, distribution) = sample(Distribution::lognormal(mean, 1.0));
            let variance = libm::log(2.0);
            let z = (libm::log(x) + variance / 2.0) / variance.sqrt();
            assert_close(libm::erfc(-z / 2.0_f64.sqrt()) / 2.0, u, 1e-10, &distribution);
        }
    }

    #[test]
    fn resampling_takes_each_value_equally_often() {
        let distribution = Distribution::empirical([30, 10, 20].map(Span::from_secs));
        let third = u64::MAX / 3;
        let expected = [(0, 10), (third, 10), (third + 1, 20), (2 * third, 20), (2 * third + 1, 30), (u64::MAX, 30)];
        for (word, seconds) in expected {
            assert_eq!(distribution.sample(word), Span::from_secs(seconds), "{word}");
        }
        assert_eq!(Distribution::Empirical(Box::new([])).sample(0), Span::ZERO);
    }

    /// From arithmetic with 50 digits.
    #[test]
    #[rustfmt::skip]
    fn quantiles_are_accurate_in_both_tails() {
        let phases = [2, 5, 20, 21, 300, 5000];
        let cases: [(u64, f64, [f64; 6]); 7] = [
            (0, -8.2095361516014, [1.4901161267863e-8, 0.0016789579520526, 1.4151290181256, 1.6246837220431, 179.08352560818, 4441.4320025433]),
            (1 << 44, -4.7630010342443, [0.0013817041176968, 0.16742111573570, 5.3470219309004, 5.8379853089526, 224.60413012971, 4670.4039231630]),
            (1 << 60, -1.5341205443525, [0.40352656659662, 2.1037614217657, 13.633474624617, 14.463039603037, 273.89078783071, 4891.9752672712]),
            ((1 << 63) - 1, -2.7829164246718e-16, [1.6783469900167, 4.6709088827960, 19.667672423306, 20.667623706310, 299.66673259044, 4999.6666706176]),
            (1 << 63, 2.7829164246718e-16, [1.6783469900167, 4.6709088827960, 19.667672423306, 20.667623706311, 299.66673259044, 4999.6666706176]),
            (u64::MAX << 52, 3.4871041041146, [10.784556029927, 16.641298257283, 39.398580209396, 40.782255095652, 364.14519419712, 5250.3024036550]),
            (u64::MAX, 8.2095361516014, [40.461567483087, 49.227431945838, 81.200206477032, 83.064068578949, 465.06517292874, 5602.8253666048]),
        ];
        for (word, normal, erlangs) in cases {
            let below = uniform(word);
            assert_close(normal_quantile(below, 1.0 - below), normal, 1e-13, &("normal", word));
            for (phases, erlang) in phases.into_iter().zip(erlangs) {
                assert_close(
                    erlang_quantile(phases, below, 1.0 - below),
                    erlang,
                    1e-12,
                    &("erlang", phases, word),
                );
            }
        }
    }

    #[test]
    fn no_word_and_no_parameter_panics() {
        let spans = [Span::ZERO, Span::from_nanos(1), SECOND, Span::FOREVER];
        let mut distributions = all();
        for mean in spans {
            distributions.push(Distribution::Constant(mean));
            distributions.push(Distribution::Exponential { mean });
            distributions.extend(spans.map(|high| Distribution::Uniform { low: mean, high }));
            distributions.extend([0, 3, 100_000].map(|phases| Distribution::Erlang { phases, mean }));
            distributions.extend([0.0, 1.0, 1e9].map(|cv| Distribution::lognormal(mean, cv)));
            distributions.extend([0.01, 1.0, 1000.0].map(|shape| Distribution::weibull(mean, shape)));
            distributions.push(Distribution::Empirical(Box::new([mean])));
        }
        distributions.push(Distribution::Lognormal { mu: f64::NAN, sigma: f64::INFINITY });
        distributions.push(Distribution::Weibull { scale: f64::NAN, shape: 0.0 });
        for distribution in distributions {
            for word in [0, 1, 1 << 12, 1 << 63, u64::MAX - (1 << 12), u64::MAX] {
                distribution.sample(word);
            }
            distribution.mean();
            distribution.cv_squared();
        }
    }

    #[test]
    fn the_extremes_are_finite_and_symmetric() {
        assert_eq!(uniform(0), 1.0 / (1_u64 << 53) as f64);
        assert_eq!(1.0 - uniform(u64::MAX), uniform(0));
        let longest = Distribution::Exponential { mean: SECOND }.sample(u64::MAX);
        assert_eq!(longest, Span::from_nanos(36_736_800_570));
    }

    /// From arithmetic with 50 digits, rounded. If one of these changes, the results of every study do.
    #[test]
    fn values_are_the_same_to_the_bit_everywhere() {
        let words = [0x0123_4567_89ab_cdef, 0x7fff_ffff_ffff_ffff, 0xfedc_ba98_7654_3210];
        let cases: [(Distribution, [u64; 3]); 6] = [
            (Distribution::Exponential { mean: Span::from_secs(180) }, [801_783_063, 124_766_492_501, 974_898_072_397]),
            (
                Distribution::Uniform { low: SECOND, high: Span::from_secs(180) },
                [1_795_555_556, 90_500_000_000, 179_204_444_444],
            ),
            (
                Distribution::Erlang { phases: 4, mean: Span::from_secs(180) },
                [29_243_626_629, 165_242_733_698, 501_008_739_590],
            ),
            (
                Distribution::Erlang { phases: 40, mean: Span::from_secs(180) },
                [114_288_171_172, 178_502_242_548, 263_198_628_452],
            ),
            (Distribution::lognormal(Span::from_secs(180), 1.3), [8_130_363_963, 109_747_936_953, 1_481_435_483_149]),
            (Distribution::weibull(Span::from_secs(180), 0.8), [182_819_230, 100_478_521_202, 1_312_652_565_232]),
        ];
        for (distribution, expected) in cases {
            assert_eq!(words.map(|word| distribution.sample(word).nanos()), expected, "{distribution:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_larger_word_is_never_a_shorter_time(one: u64, other: u64, near in 20..64_u32) {
            for other in [other, one.saturating_add(other >> near)] {
                for distribution in all() {
                    let (less, more) = (one.min(other), one.max(other));
                    prop_assert!(distribution.sample(less) <= distribution.sample(more), "{distribution:?}");
                }
            }
        }
    }
}
