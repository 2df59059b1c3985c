//! A CallManager that hangs: it does nothing, and nobody knows yet. R15 says what happens once it is known.

use crate::domain::Phase;

/// What a call through a CallManager that hangs does until that is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meanwhile {
    /// Its media goes on: that needs no CallManager.
    GoesOn,
    /// It waits for a message that does not come.
    Waits,
}

/// What a call in this phase does while a CallManager that it goes through hangs unnoticed: a connected call goes on; one that
/// is being set up or modified waits, and only its caller can end it.
pub const fn meanwhile(phase: Phase) -> Meanwhile {
    match phase {
        Phase::Talking => Meanwhile::GoesOn,
        Phase::Routing | Phase::Presented | Phase::Requested | Phase::Ringing | Phase::Changing | Phase::Waiting => {
            Meanwhile::Waits
        }
    }
}

/// Whether a CallManager seems to be up to those that send calls to it: if it is, or as long as nobody has noticed that it
/// hangs, since its host still takes their messages.
pub const fn seems_up(up: bool, hangs_unnoticed: bool) -> bool {
    up || hangs_unnoticed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_connected_call_goes_on() {
        assert_eq!(meanwhile(Phase::Talking), Meanwhile::GoesOn);
        for phase in [Phase::Routing, Phase::Presented, Phase::Requested, Phase::Ringing, Phase::Changing] {
            assert_eq!(meanwhile(phase), Meanwhile::Waits);
        }
    }

    #[test]
    fn a_callmanager_seems_up_until_its_hang_is_noticed() {
        assert!(seems_up(true, false) && seems_up(false, true) && !seems_up(false, false));
    }
}
