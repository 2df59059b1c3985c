//! R13, R16, R17, R19: what becomes of a device whose CallManager failed.

use super::node_choice;
use crate::domain::{ClosedBecause, NodeId};

/// Whether a CTIManager recovers, after the failure of a CallManager, what an application had open, or leaves it for good:
/// `recovery` is what the application allows (R19). It concerns route points and ports, which close otherwise, and phones,
/// which move all the same; what the application asks for of itself, or what goes home (R18), it does not concern.
pub const fn may_recover(recovery: bool) -> Result<(), ClosedBecause> {
    if recovery { Ok(()) } else { Err(ClosedBecause::RecoveryForbidden) }
}

/// What the CTIManager does with a device that is out of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Opens it there: on the next live CallManager of its group (R13).
    Open(NodeId),
    /// Waits until a CallManager of its group is back (R16).
    Wait,
    /// Closes it.
    GiveUp(ClosedBecause),
}

/// Whether the registration stands that a device began the run with, or under which an application last had it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does. All do when a run begins, also of devices that are out of their application's reach (R25).
    Stands,
    /// It was lost with its CallManager, given up with its application, or left to go home, and nothing has been opened under
    /// the next one yet.
    Gone,
}

/// Decides where, if anywhere, a device that is, or was, registered with `at` is opened again. A registration that stands is
/// taken up where it is; otherwise it is opened anew on the first live CallManager of its group. `cannot_open_on` are the
/// CallManagers that turn out unable to open it (R17).
pub fn recover(
    standing: Standing,
    at: NodeId,
    group: &[NodeId],
    cannot_open_on: &[NodeId],
    live: impl Fn(NodeId) -> bool,
) -> Recovery {
    if standing == Standing::Stands && live(at) {
        return Recovery::Open(at);
    }
    match node_choice::first_live(group, live) {
        None => Recovery::Wait,
        Some(node) if can_open(Standing::Gone, node, cannot_open_on) => Recovery::Open(node),
        Some(_) => Recovery::GiveUp(ClosedBecause::CannotOpen),
    }
}

/// R17: whether a CallManager can open a device, be that the device's home or not. What it had open before it has open
/// still.
pub fn can_open(standing: Standing, node: NodeId, cannot_open_on: &[NodeId]) -> bool {
    standing == Standing::Stands || !cannot_open_on.contains(&node)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];

    #[test]
    fn r13_the_next_live_member_of_the_group_opens_it() {
        assert_eq!(
            recover(Standing::Gone, NodeId(0), &GROUP, &[], |node| node != NodeId(0)),
            Recovery::Open(NodeId(1))
        );
    }

    #[test]
    fn r16_without_a_live_member_it_waits() {
        assert_eq!(recover(Standing::Gone, NodeId(0), &GROUP, &[], |_| false), Recovery::Wait);
    }

    #[test]
    fn r17_where_it_cannot_be_opened_it_is_closed() {
        let recovery = recover(Standing::Gone, NodeId(0), &GROUP, &[NodeId(1)], |node| node != NodeId(0));
        assert_eq!(recovery, Recovery::GiveUp(ClosedBecause::CannotOpen));
        assert!(can_open(Standing::Gone, NodeId(0), &[NodeId(1)]));
    }

    #[test]
    fn r17_home_is_no_exception_but_what_was_open_there_stays_open() {
        let home = NodeId(0);
        let recovered = |standing| recover(standing, home, &GROUP, &[home], |_| true);
        assert_eq!(recovered(Standing::Gone), Recovery::GiveUp(ClosedBecause::CannotOpen));
        assert_eq!(recovered(Standing::Stands), Recovery::Open(home));
        assert!(!can_open(Standing::Gone, home, &[home]));
        assert!(can_open(Standing::Stands, home, &[home]));
    }

    #[test]
    fn a_registration_that_stands_is_taken_up_where_it_is_if_that_lives() {
        let recovered = |live: NodeId| recover(Standing::Stands, NodeId(1), &GROUP, &[], |node| node >= live);
        assert_eq!(recovered(NodeId(0)), Recovery::Open(NodeId(1)));
        assert_eq!(recovered(NodeId(2)), Recovery::Open(NodeId(2)));
    }

    #[test]
    fn r19_an_application_that_forbids_recovery_loses_it() {
        assert_eq!(may_recover(true), Ok(()));
        assert_eq!(may_recover(false), Err(ClosedBecause::RecoveryForbidden));
    }
}
