//! Timers of calls that nobody answers: No Answer, New Call Accept and T301 (R10, R22).

use crate::domain::{Phase, Rejection};
use crate::engine::Span;

/// What ends the ringing of a phone or of a number outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// It is answered after this time.
    Answered(Span),
    /// A timer runs out after this time.
    RingsOut(Span),
    /// Nothing, until the caller hangs up.
    Lasts,
}

/// What ends the ringing, given how long it takes to be answered, the No Answer timer and T301. Whatever never happens takes
/// forever. An answer at the instant at which a timer runs out is in time.
pub fn ring(answered: Span, no_answer: Span, t301: Span) -> Ring {
    let rings_out = no_answer.min(t301);
    if answered <= rings_out && answered < Span::FOREVER {
        Ring::Answered(answered)
    } else if rings_out < Span::FOREVER {
        Ring::RingsOut(rings_out)
    } else {
        Ring::Lasts
    }
}

/// What happens to a call that rings out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungOut {
    /// It is rejected, and forwarded if there is a forward for that.
    Rejected(Rejection),
    /// It is cleared without regard to forwards.
    Cleared(Rejection),
}

/// What happens to a call that rings out: the No Answer timer forwards it, T301 clears it.
pub fn rung_out(no_answer: Span, t301: Span) -> RungOut {
    if no_answer <= t301 { RungOut::Rejected(Rejection::NotAnswered) } else { RungOut::Cleared(Rejection::NotAnswered) }
}

/// Why a call at an application's device is rejected when the timer of the device runs out: New Call Accept at a route point,
/// No Answer at a port. `None`: the CallManager has the application's request already, so that the call is being handled.
pub const fn timer_runs_out(phase: Phase) -> Option<Rejection> {
    match phase {
        Phase::Presented => Some(Rejection::NotAnswered),
        Phase::Requested | Phase::Routing | Phase::Ringing | Phase::Talking | Phase::Changing | Phase::Waiting => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOREVER: Span = Span::FOREVER;

    const fn seconds(seconds: u64) -> Span {
        Span::from_secs(seconds)
    }

    #[test]
    fn the_first_of_answer_and_timers_ends_the_ringing() {
        assert_eq!(ring(seconds(12), seconds(12), seconds(180)), Ring::Answered(seconds(12)));
        assert_eq!(ring(seconds(13), seconds(12), seconds(180)), Ring::RingsOut(seconds(12)));
        assert_eq!(ring(FOREVER, FOREVER, seconds(180)), Ring::RingsOut(seconds(180)));
        assert_eq!(ring(seconds(200), FOREVER, FOREVER), Ring::Answered(seconds(200)));
        assert_eq!(ring(FOREVER, FOREVER, FOREVER), Ring::Lasts);
    }

    #[test]
    fn no_answer_forwards_and_t301_clears() {
        assert_eq!(rung_out(seconds(12), seconds(180)), RungOut::Rejected(Rejection::NotAnswered));
        assert_eq!(rung_out(FOREVER, seconds(180)), RungOut::Cleared(Rejection::NotAnswered));
    }

    #[test]
    fn a_call_is_handled_once_its_callmanager_has_the_request() {
        assert_eq!(timer_runs_out(Phase::Presented), Some(Rejection::NotAnswered));
        assert_eq!(timer_runs_out(Phase::Requested), None);
    }
}
