//! Gamma variables of mean 1, by inverse transform: one random word, one value, the same bits on every platform.

use super::distribution::{lower_tail_over_density, normal_quantile};
use super::uniform::uniform;

/// Beyond this shape, a series in the coefficient of variation has all digits.
const ROUND: f64 = 1e6;

/// The quantile, at a uniform random word, of the gamma distribution of mean 1 with this coefficient of variation (standard
/// deviation over mean): 1 if that is zero.
///
/// A larger word gives no smaller value. Accurate to about 11 digits in both tails, for coefficients up to 2.
///
/// # Panics
/// If `cv` is negative or above 2.
pub fn unit_gamma(cv: f64, word: u64) -> f64 {
    assert!((0.0..=2.0).contains(&cv), "a coefficient of variation of {cv}");
    let below = uniform(word);
    let above = 1.0 - below;
    let shape = 1.0 / (cv * cv);
    if shape > ROUND { nearly_normal(cv, normal_quantile(below, above)) } else { quantile(shape, below, above) / shape }
}

/// The expansion of Cornish and Fisher at a normal quantile `z`. What it leaves out is of the order of `(cv z)^5 / 1000`.
fn nearly_normal(cv: f64, z: f64) -> f64 {
    let z2 = z * z;
    let fourth = (6.0 * z2 * z2 + 14.0 * z2 - 32.0) / 1620.0;
    1.0 + cv * (z + cv * ((z2 - 1.0) / 3.0 + cv * (z * (z2 - 7.0) / 36.0 - cv * fourth)))
}

/// The point with probability `below` below it and `above` = 1 - `below` above it, of the gamma distribution of this shape and
/// scale 1.
///
/// Newton's method on the logarithm of the smaller of the two probabilities. The lower one is concave for every shape; the upper
/// one is concave for shapes above 1 and convex below. So from one side of the solution every step falls short of it; a step
/// across zero from the other side is guarded against.
fn quantile(shape: f64, below: f64, above: f64) -> f64 {
    let lower_half = below < 0.5;
    // Wilson and Hilferty: the cube root is nearly normal. Far below, where it is not, P(x) < x^k / k! is a bound.
    let root = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(below, above) / (3.0 * shape.sqrt());
    let mut x = shape * root.max(0.0) * root * root;
    if lower_half || x <= 0.0 {
        x = x.max(libm::exp((libm::log(below) + libm::lgamma(shape + 1.0)) / shape));
    }
    // Six steps are usual; the bound guarantees termination.
    for _ in 0..100 {
        let density = density(shape, x);
        let step = if lower_half {
            let probability = density * lower_tail_over_density(shape, x);
            probability / density * libm::log(below / probability)
        } else {
            let probability = upper_tail(shape, x, density);
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

/// x^(k-1) e^-x / Gamma(k).
fn density(shape: f64, x: f64) -> f64 {
    if shape <= 20.0 {
        return libm::exp((shape - 1.0) * libm::log(x) - x - libm::lgamma(shape));
    }
    // For a large shape the powers would cancel each other and most digits: C. Loader, "Fast and accurate computation of
    // binomial probabilities" (2000). What Stirling's formula misses of log k! is a series that is short from 20 on.
    let excess = x / shape - 1.0;
    let k2 = shape * shape;
    let stirling = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * k2)) / k2) / k2) / shape;
    let exponent = -shape * (excess - libm::log1p(excess)) - stirling;
    libm::exp(exponent) * shape / x / (2.0 * std::f64::consts::PI * shape).sqrt()
}

/// The probability above x, whose density is known.
fn upper_tail(shape: f64, x: f64, density: f64) -> f64 {
    if x < shape + 1.0 {
        return 1.0 - density * lower_tail_over_density(shape, x);
    }
    // Legendre's continued fraction for Gamma(k, x) e^x x^(1-k), evaluated by the method of Lentz and Thompson.
    let mut b = x + 1.0 - shape;
    let (mut c, mut d) = (f64::INFINITY, 1.0 / b);
    let mut fraction = d;
    let mut i = 0.0;
    loop {
        i += 1.0;
        let a = i * (shape - i);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        let ratio = c * d;
        fraction *= ratio;
        // A shape of a million takes some thousand terms.
        if (ratio - 1.0).abs() < 1e-15 || i > 1e5 {
            return density * fraction * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::LN_2;

    const CVS: [f64; 8] = [0.0005, 0.0011, 0.01, 0.156, 0.5, 1.0, 1.3, 2.0];

    /// From quadrature of the density with 30 digits.
    #[test]
    #[rustfmt::skip]
    fn quantiles_are_accurate_in_both_tails() {
        let words = [0, 1 << 44, 1 << 60, (1 << 63) - 1, 1 << 63, u64::MAX << 52, u64::MAX];
        let expected: [[f64; 7]; CVS.len()] = [
            [0.99590076324181, 0.9976203064049, 0.99923305254639, 0.99999991666667, 0.99999991666667, 1.0017444821057, 1.0041103028367],
            [0.99099627179108, 0.99476944285577, 0.99831301358682, 0.9999995966667, 0.9999995966667, 1.0038403163365, 1.0090572879883],
            [0.9201039065709, 0.95309076596973, 0.98470410987973, 0.9999666668642, 0.9999666668642, 1.0352435310564, 1.0843221779893],
            [0.19457882341542, 0.42366799044337, 0.77239526111088, 0.99189980274077, 0.99189980274077, 1.6360713185618, 2.8624831819122],
            [5.680219410529e-5, 0.017535909216237, 0.3686600540971, 0.91801518721272, 0.91801518721272, 3.7056916106972, 11.632625422942],
            [1.1102230246252e-16, 9.5367477126491e-7, 0.064538521137571, LN_2, LN_2, 8.3177661667198, 36.736800569677],
            [1.5179158164836e-27, 9.3258954966232e-11, 0.012930858222251, 0.52092056300966, 0.52092056300966, 11.928842903081, 58.920735985302],
            [4.1019016708771e-64, 2.2332876961488e-24, 4.1197225994903e-5, 0.17469520941149, 0.17469520941149, 22.496266830077, 131.23513534372],
        ];
        for (cv, expected) in CVS.into_iter().zip(expected) {
            for (word, expected) in words.into_iter().zip(expected) {
                let found = unit_gamma(cv, word);
                assert!((found / expected - 1.0).abs() < 2e-11, "cv {cv}, word {word}: {found} is not {expected}");
            }
        }
    }

    /// The mean is 1, the variance cv^2, the third moment about the mean 2 cv^4: of the middles of a million equal parts of the
    /// range, which miss a little of the tails.
    #[test]
    fn moments_are_those_of_the_coefficient() {
        const PARTS: u64 = 1_000_000;
        for cv in [0.05, 0.156, 0.5, 1.0] {
            let (mut mean, mut variance, mut third) = (0.0, 0.0, 0.0);
            for part in 0..PARTS {
                let x = unit_gamma(cv, u64::MAX / PARTS * part + u64::MAX / PARTS / 2) - 1.0;
                mean += x / PARTS as f64;
                variance += x * x / PARTS as f64;
                third += x * x * x / PARTS as f64;
            }
            let cv2 = cv * cv;
            assert!(mean.abs() < 1e-5, "cv {cv}: {mean}");
            assert!((variance / cv2 - 1.0).abs() < 2e-4, "cv {cv}: {variance}");
            assert!((third / (2.0 * cv2 * cv2) - 1.0).abs() < 3e-3, "cv {cv}: {third}");
        }
    }

    #[test]
    fn without_variation_the_value_is_one() {
        for word in [0, 1 << 63, u64::MAX] {
            assert_eq!(unit_gamma(0.0, word), 1.0);
            assert_eq!(unit_gamma(1e-200, word), 1.0);
            assert!((unit_gamma(1e-9, word) - 1.0).abs() < 1e-8);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Apart from the last digits, in which rounding may cost or add something.
        #[test]
        fn a_larger_word_is_never_a_smaller_value(one: u64, other: u64, cv in 0.0..2.0f64) {
            for cv in [cv, cv * 1e-3] {
                let (less, more) = (unit_gamma(cv, one.min(other)), unit_gamma(cv, one.max(other)));
                prop_assert!(more >= less * (1.0 - 1e-11), "cv {cv}: {less}, {more}");
                prop_assert!(less > 0.0 && more.is_finite(), "cv {cv}: {less}, {more}");
            }
        }
    }
}
