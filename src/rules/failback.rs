//! R18: when a device goes home.

use crate::domain::NodeId;

/// Whether a device goes home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Homing {
    /// It is there, or has no home to go to for now.
    Settled,
    /// It is elsewhere, its home is known to be back, and it waits for the moment to go.
    Waiting,
    /// It is on its way.
    Leaving,
}

/// Whether a device that is in service begins to wait for that moment, once its home is known to be back.
pub fn begins_to_wait(at: NodeId, home: NodeId, homing: Homing) -> bool {
    at != home && homing != Homing::Waiting
}

/// Whether a device leaves for its home now: it is elsewhere, its home is known to be back, and no call is being
/// processed or active on it.
pub fn goes_home(at: NodeId, home: NodeId, homing: Homing, calls: u32) -> bool {
    at != home && homing == Homing::Waiting && calls == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r18_only_without_a_call_and_only_once_home_is_back() {
        let (at, home) = (NodeId(1), NodeId(0));
        assert!(goes_home(at, home, Homing::Waiting, 0));
        assert!(!goes_home(at, home, Homing::Waiting, 1));
        assert!(!goes_home(at, home, Homing::Settled, 0));
        assert!(!goes_home(home, home, Homing::Waiting, 0));
    }

    #[test]
    fn r18_it_begins_to_wait_once() {
        let (at, home) = (NodeId(1), NodeId(0));
        assert!(begins_to_wait(at, home, Homing::Settled));
        assert!(!begins_to_wait(at, home, Homing::Waiting));
        assert!(!begins_to_wait(home, home, Homing::Settled));
    }
}
