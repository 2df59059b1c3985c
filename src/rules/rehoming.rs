//! R18: when a device rehomes.

use super::device_recovery::Answer;
use crate::domain::NodeId;

/// Whether a device is rehoming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehoming {
    /// It is at home, or its home is not known to be back.
    Settled,
    /// It is elsewhere, its home is known to be back, and it waits until it can rehome.
    Waiting,
    /// It has no call left, and goes when its turn comes. Until then it is in service where it is.
    Due,
    /// It has left for its home.
    Leaving,
}

/// Whether a device that is in service begins to wait, once its home is known to be back.
pub fn begins_to_wait(at: NodeId, home: NodeId, rehoming: Rehoming) -> bool {
    at != home && !matches!(rehoming, Rehoming::Waiting | Rehoming::Due)
}

/// Whether a device may rehome from now on: it is elsewhere, its home is known to be back, and no call is being processed or
/// active on it.
pub fn rehomes(at: NodeId, home: NodeId, rehoming: Rehoming, calls: u32) -> bool {
    at != home && rehoming == Rehoming::Waiting && calls == 0
}

/// What a device does when its turn to rehome comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It leaves for its home.
    Leaves,
    /// It has a call again, and waits again for its end.
    WaitsAgain,
    /// Its home is lost again: it keeps the registration that it has.
    Stays,
}

/// What a device does when its turn comes, with so many calls on it and a home that, asked to open it, gives this answer.
/// The old registration is closed only to open the new one: until then the device takes calls.
pub fn at_its_turn(calls: u32, home: Answer) -> Turn {
    match home {
        Answer::Refuses | Answer::Silent => Turn::Stays,
        Answer::Answers if calls > 0 => Turn::WaitsAgain,
        Answer::Answers => Turn::Leaves,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r18_at_its_turn_it_leaves_unless_it_has_a_call_or_its_home_is_lost() {
        assert_eq!(at_its_turn(0, Answer::Answers), Turn::Leaves);
        assert_eq!(at_its_turn(1, Answer::Answers), Turn::WaitsAgain);
        for calls in [0, 1] {
            assert_eq!(at_its_turn(calls, Answer::Refuses), Turn::Stays);
            assert_eq!(at_its_turn(calls, Answer::Silent), Turn::Stays);
        }
    }

    #[test]
    fn r18_only_without_a_call_and_only_once_home_is_back() {
        let (at, home) = (NodeId(1), NodeId(0));
        assert!(rehomes(at, home, Rehoming::Waiting, 0));
        assert!(!rehomes(at, home, Rehoming::Waiting, 1));
        assert!(!rehomes(at, home, Rehoming::Settled, 0));
        assert!(!rehomes(home, home, Rehoming::Waiting, 0));
    }

    #[test]
    fn r18_it_begins_to_wait_once() {
        let (at, home) = (NodeId(1), NodeId(0));
        assert!(begins_to_wait(at, home, Rehoming::Settled));
        assert!(!begins_to_wait(at, home, Rehoming::Waiting));
        assert!(!begins_to_wait(at, home, Rehoming::Due));
        assert!(!begins_to_wait(home, home, Rehoming::Settled));
    }
}
