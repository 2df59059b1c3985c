//! R10: when a call at a phone is one that a person has answered, after which there may be after-call work.

use crate::domain::Phase;

/// Whether a person at a phone talks to a call in this phase there. One that has picked up and is not connected yet does not.
pub const fn is_answered(phase: Phase) -> bool {
    match phase {
        Phase::Talking | Phase::Changing => true,
        Phase::Routing | Phase::Presented | Phase::Requested | Phase::Ringing | Phase::Waiting => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r10_only_who_was_connected_to_a_person_was_answered() {
        assert!(is_answered(Phase::Talking) && is_answered(Phase::Changing));
        assert!(!is_answered(Phase::Ringing) && !is_answered(Phase::Routing));
    }
}
