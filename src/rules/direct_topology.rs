//! R25: what an application reaches, and what it loses, where there are no CTIManagers.

use crate::domain::{NodeId, Topology};

/// A process of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Its CallManager.
    CallManager,
    /// Its CTIManager.
    CtiManager,
}

/// The process that an application is connected to: with it, it loses every device it has.
pub const fn serves(topology: Topology) -> Process {
    match topology {
        Topology::CtiManager => Process::CtiManager,
        Topology::Direct => Process::CallManager,
    }
}

/// The nodes of its list that an application may connect to: tied to one CallManager, it is the first.
pub fn managers(topology: Topology, list: &[NodeId]) -> &[NodeId] {
    match topology {
        Topology::CtiManager => list,
        Topology::Direct => &list[..list.len().min(1)],
    }
}

/// Whether an application that is connected to `own` reaches a device that is registered with `node`.
pub fn reaches(topology: Topology, own: NodeId, node: NodeId) -> bool {
    match topology {
        Topology::CtiManager => true,
        Topology::Direct => own == node,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r25_tied_to_a_callmanager_an_application_reaches_what_is_registered_there_and_dies_with_it() {
        let (own, other) = (NodeId(0), NodeId(1));
        assert_eq!(serves(Topology::Direct), Process::CallManager);
        assert_eq!(managers(Topology::Direct, &[own, other]), [own]);
        assert!(reaches(Topology::Direct, own, own));
        assert!(!reaches(Topology::Direct, own, other));
    }

    #[test]
    fn through_a_ctimanager_it_reaches_every_callmanager() {
        let (own, other) = (NodeId(0), NodeId(1));
        assert_eq!(serves(Topology::CtiManager), Process::CtiManager);
        assert_eq!(managers(Topology::CtiManager, &[own, other]), [own, other]);
        assert!(reaches(Topology::CtiManager, own, other));
    }
}
