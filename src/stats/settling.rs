//! How many replications it takes to settle a question.

use super::confidence::Confidence;
use super::normal::normal_quantile;
use super::paired::POWER;

/// The number of replications with which an interval excludes a bound with a probability of 80 %, if the estimate is right:
/// the bound is at this distance from it, and with `count` replications the interval reaches as far as `half` to that side. An
/// interval that reaches just as far as the bound would exclude it in half of all studies only. `None` if the estimate
/// equals the bound, or beyond a billion.
pub fn replications_to_settle(count: u64, half: f64, distance: f64, confidence: Confidence) -> Option<u64> {
    let reach = half * (1.0 + normal_quantile(POWER) / confidence.z()) / distance;
    let needed = count as f64 * reach * reach;
    (distance > 0.0 && needed < 1e9).then(|| needed.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half-width 2 with 100 replications, the bound 1 away: (1.959964 + 0.841621)^2 times the variance, which is
    /// 100 (2 / 1.959964)^2 = 104.13, over 1: 817.4.
    #[test]
    fn eight_in_ten_settle() {
        assert_eq!(replications_to_settle(100, 2.0, 1.0, Confidence::P95), Some(818));
        assert_eq!(replications_to_settle(100, 2.0, 0.0, Confidence::P95), None);
        assert_eq!(replications_to_settle(100, 2.0, 1e-5, Confidence::P95), None);
    }
}
