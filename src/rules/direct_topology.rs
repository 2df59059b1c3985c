//! R25: what an application reaches, and what it loses, without CTIManagers.

use crate::domain::{NodeId, Topology};

/// A process of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Its CallManager.
    CallManager,
    /// Its CTIManager.
    CtiManager,
}

/// The process that an application is connected to: if it fails, the application loses all its devices.
pub const fn serves(topology: Topology) -> Process {
    match topology {
        Topology::CtiManager => Process::CtiManager,
        Topology::Direct => Process::CallManager,
    }
}

/// The nodes of its list that an application may connect to: only the first in the direct topology.
pub fn managers(topology: Topology, list: &[NodeId]) -> &[NodeId] {
    match topology {
        Topology::CtiManager => list,
        Topology::Direct => &list[..list.len().min(1)],
    }
}

/// Whether an application connected to `own` reaches a device registered with `node`.
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
    fn r25_an_application_tied_to_a_callmanager_reaches_only_its_devices_and_loses_them_with_it() {
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
