//! R23: how often an application sends a message, so that its CTIManager knows it is there.

use crate::engine::Span;

/// The interval an application really gets when it asks for `requested`: the service parameters Application Heartbeat
/// Minimum and Maximum Interval bound it.
///
/// The documents do not say whether a request out of bounds is clamped or turned down; clamping is assumed, because
/// "bounded" is the chapter's word and no document names an error for it. Where the bounds contradict each other, the
/// minimum wins; a workload cannot say that.
pub fn effective_interval(requested: Span, minimum: Span, maximum: Span) -> Span {
    requested.min(maximum).max(minimum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_within_the_bounds_is_granted_and_one_beyond_them_gets_the_nearest_bound() {
        let (minimum, maximum) = (Span::from_secs(5), Span::from_secs(3600));
        let effective = |seconds| effective_interval(Span::from_secs(seconds), minimum, maximum);
        assert_eq!(effective(30), Span::from_secs(30));
        assert_eq!(effective(5), minimum);
        assert_eq!(effective(1), minimum);
        assert_eq!(effective(3600), maximum);
        assert_eq!(effective(7200), maximum);
    }
}
