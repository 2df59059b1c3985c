//! R13: when the failure of a CallManager or link, or its end, is noticed.

use crate::engine::{Span, Time};

/// Whether a change at `since` is noticed by now: it takes `notice`. A change since then is noticed by an event of its own.
pub fn is_noticed(since: Time, notice: Span, now: Time) -> bool {
    since + notice <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_noticed_when_the_notice_is_over() {
        let at = |seconds| Time::ZERO + Span::from_secs(seconds);
        assert!(is_noticed(at(10), Span::from_secs(2), at(12)));
        assert!(!is_noticed(at(11), Span::from_secs(2), at(12)));
    }
}
