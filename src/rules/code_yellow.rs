//! Code Yellow: when a CallManager refuses new calls.

use crate::engine::Span;

/// Whether a CallManager takes new calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewCalls {
    /// It does.
    #[default]
    Taken,
    /// It is in Code Yellow.
    Refused,
}

/// Whether the next call is taken, given whether the previous one was: refusing begins when the expected delay reaches the
/// entry latency, and ends when it falls below the exit latency.
pub fn next_call(before: NewCalls, delay: Span, entry: Span, exit: Span) -> NewCalls {
    let bound = match before {
        NewCalls::Taken => entry,
        NewCalls::Refused => exit,
    };
    if delay >= bound { NewCalls::Refused } else { NewCalls::Taken }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusing_begins_at_the_entry_latency_and_ends_below_the_exit_latency() {
        let next =
            |before, delay| next_call(before, Span::from_millis(delay), Span::from_millis(20), Span::from_millis(8));
        assert_eq!(next(NewCalls::Taken, 19), NewCalls::Taken);
        assert_eq!(next(NewCalls::Taken, 20), NewCalls::Refused);
        assert_eq!(next(NewCalls::Refused, 19), NewCalls::Refused);
        assert_eq!(next(NewCalls::Refused, 8), NewCalls::Refused);
        assert_eq!(next(NewCalls::Refused, 7), NewCalls::Taken);
    }
}
