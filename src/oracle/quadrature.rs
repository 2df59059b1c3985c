//! Numerical integration to nearly full precision.
//!
//! H. Takahasi, M. Mori, "Double exponential formulas for numerical integration", Publ. RIMS 9 (1974) 721-741: after a
//! substitution that makes the integrand fall doubly exponentially, the plain sum converges as fast as any, for whatever is
//! smooth inside the interval, however it behaves at the ends. The step is halved until nothing changes.

use std::f64::consts::PI;

/// Up to this many halvings; convergence is usual after five or six.
const HALVINGS: u32 = 11;
/// Beyond, the substituted integrand is below the last digit.
const REACH: f64 = 4.0;

/// The integral of `f` from `from` to infinity: in pieces between the `knots` beyond `from`, where `f` may jump or bend, and
/// with `scale` as the order of magnitude on which it falls. The knots are in ascending order.
pub(super) fn integral(from: f64, scale: f64, knots: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut start = from;
    let mut sum = 0.0;
    for &knot in knots {
        if knot > start {
            sum += between(start, knot, &f);
            start = knot;
        }
    }
    sum + beyond(start, scale, &f)
}

/// The integral of `f` from `low` to `high`: the tanh-sinh rule.
pub(super) fn between(low: f64, high: f64, f: &impl Fn(f64) -> f64) -> f64 {
    let width = high - low;
    let inside = |offset: f64| f((low + offset).min(high));
    refined(|u| {
        // The point is `share` of the width from the nearer end.
        let q = libm::exp(-PI * libm::sinh(u.abs()));
        let share = q / (1.0 + q);
        let weight = PI * libm::cosh(u) * q / ((1.0 + q) * (1.0 + q)) * width;
        if weight == 0.0 {
            return 0.0;
        }
        weight * inside(if u < 0.0 { share * width } else { width - share * width })
    })
}

/// The integral of `f` from `low` to infinity: the exp-sinh rule.
fn beyond(low: f64, scale: f64, f: &impl Fn(f64) -> f64) -> f64 {
    refined(|u| {
        let offset = scale * libm::exp(PI / 2.0 * libm::sinh(u));
        f(low + offset) * (offset * PI / 2.0 * libm::cosh(u))
    })
}

/// The integral of `term` over the whole line, with ever smaller steps.
fn refined(term: impl Fn(f64) -> f64) -> f64 {
    let mut step = 0.5;
    let mut points = (2.0 * REACH / step) as u32;
    let mut sum: f64 = (0..=points).map(|point| term(f64::from(point) * step - REACH)).sum();
    let mut before = sum * step;
    for _ in 0..HALVINGS {
        sum += (0..points).map(|point| term((f64::from(point) + 0.5) * step - REACH)).sum::<f64>();
        step /= 2.0;
        points *= 2;
        let now = sum * step;
        // The number of right digits doubles each time: what changed the 11th leaves nothing for the next to change.
        if (now - before).abs() <= 1e-11 * now.abs() {
            return now;
        }
        before = now;
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_integrals() {
        let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-13, "{found} {expected}");
        close(integral(0.0, 1.0, &[], |t| libm::exp(-t)), 1.0);
        close(integral(2.0, 1.0, &[], |t| libm::exp(-t)), libm::exp(-2.0));
        close(integral(0.0, 1.0, &[], |t| 1.0 / ((1.0 + t) * (1.0 + t))), 1.0);
        close(integral(0.0, 1.0, &[1.0, 3.0], |t| if t < 1.0 { t.sqrt() } else { f64::from(t < 3.0) }), 8.0 / 3.0);
        // A peak a thousand times narrower than the scale.
        close(integral(0.0, 1.0, &[], |t| libm::exp(-1000.0 * t)), 1e-3);
        close(between(0.0, 1.0, &|t: f64| libm::log(t)), -1.0);
        assert_eq!(integral(0.0, 0.0, &[], |_| 1.0), 0.0);
    }
}
