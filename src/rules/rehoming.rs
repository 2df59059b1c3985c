//! R18: when a device rehomes.

use crate::domain::NodeId;

/// Whether a device is rehoming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehoming {
    /// It is at home, or its home is not known to be back.
    Settled,
    /// It is elsewhere, its home is known to be back, and it waits until it can rehome.
    Waiting,
    /// It has left for its home.
    Leaving,
}

/// Whether a device that is in service begins to wait, once its home is known to be back.
pub fn begins_to_wait(at: NodeId, home: NodeId, rehoming: Rehoming) -> bool {
    at != home && rehoming != Rehoming::Waiting
}

/// Whether a device rehomes now: it is elsewhere, its home is known to be back, and no call is being processed or active on
/// it.
pub fn rehomes(at: NodeId, home: NodeId, rehoming: Rehoming, calls: u32) -> bool {
    at != home && rehoming == Rehoming::Waiting && calls == 0
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(!begins_to_wait(home, home, Rehoming::Settled));
    }
}
