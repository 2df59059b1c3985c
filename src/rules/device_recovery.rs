//! R13, R16, R17, R19: what happens to a device whose CallManager failed.

use super::node_choice;
use crate::domain::{GiveUpReason, NodeId};

/// Whether a CTIManager recovers an application's open devices after the failure of a CallManager, or gives them up:
/// `recovery` is what the application allows (R19). Route points and ports are closed without recovery; phones move in any
/// case. The rule does not apply to devices that the application requests itself, or that rehome (R18).
pub const fn may_recover(recovery: bool) -> Result<(), GiveUpReason> {
    if recovery { Ok(()) } else { Err(GiveUpReason::RecoveryForbidden) }
}

/// What the CTIManager does with a device that is out of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Opens it on this node: the next live CallManager of its group (R13).
    Open(NodeId),
    /// Waits until a CallManager of its group is back (R16).
    Wait,
    /// Gives it up.
    GiveUp(GiveUpReason),
}

/// Whether a device still has the registration it began the run with, or under which an application last had it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationStatus {
    /// It has. All devices have when a run begins, even those out of their application's reach (R25).
    Registered,
    /// The registration was lost with its CallManager, released with its application, or left to rehome, and the device has
    /// not been opened under another one yet.
    Unregistered,
}

/// Decides where, if anywhere, a device that is or was registered with `at` is opened again. A device that is still
/// registered is opened where it is, otherwise on the first live CallManager of its group. `cannot_open_on` are the
/// CallManagers that cannot open it (R17).
pub fn recover(
    status: RegistrationStatus,
    at: NodeId,
    group: &[NodeId],
    cannot_open_on: &[NodeId],
    live: impl Fn(NodeId) -> bool,
) -> Recovery {
    if status == RegistrationStatus::Registered && live(at) {
        return Recovery::Open(at);
    }
    match node_choice::first_live(group, live) {
        None => Recovery::Wait,
        Some(node) if can_open(RegistrationStatus::Unregistered, node, cannot_open_on) => Recovery::Open(node),
        Some(_) => Recovery::GiveUp(GiveUpReason::CannotOpen),
    }
}

/// R17: whether a CallManager can open a device, whether it is the device's home or not. A device that is still registered
/// there can always be opened.
pub fn can_open(status: RegistrationStatus, node: NodeId, cannot_open_on: &[NodeId]) -> bool {
    status == RegistrationStatus::Registered || !cannot_open_on.contains(&node)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];

    #[test]
    fn r13_the_next_live_member_of_the_group_opens_it() {
        assert_eq!(
            recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, &[], |node| node != NodeId(0)),
            Recovery::Open(NodeId(1))
        );
    }

    #[test]
    fn r16_without_a_live_member_it_waits() {
        assert_eq!(recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, &[], |_| false), Recovery::Wait);
    }

    #[test]
    fn r17_a_device_that_cannot_be_opened_is_given_up() {
        let recovery =
            recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, &[NodeId(1)], |node| node != NodeId(0));
        assert_eq!(recovery, Recovery::GiveUp(GiveUpReason::CannotOpen));
        assert!(can_open(RegistrationStatus::Unregistered, NodeId(0), &[NodeId(1)]));
    }

    #[test]
    fn r17_applies_to_the_home_too_but_a_registered_device_can_be_opened() {
        let home = NodeId(0);
        let recovered = |status| recover(status, home, &GROUP, &[home], |_| true);
        assert_eq!(recovered(RegistrationStatus::Unregistered), Recovery::GiveUp(GiveUpReason::CannotOpen));
        assert_eq!(recovered(RegistrationStatus::Registered), Recovery::Open(home));
        assert!(!can_open(RegistrationStatus::Unregistered, home, &[home]));
        assert!(can_open(RegistrationStatus::Registered, home, &[home]));
    }

    #[test]
    fn a_registered_device_is_opened_where_it_is_if_that_callmanager_is_up() {
        let recovered =
            |live: NodeId| recover(RegistrationStatus::Registered, NodeId(1), &GROUP, &[], |node| node >= live);
        assert_eq!(recovered(NodeId(0)), Recovery::Open(NodeId(1)));
        assert_eq!(recovered(NodeId(2)), Recovery::Open(NodeId(2)));
    }

    #[test]
    fn r19_an_application_can_forbid_recovery() {
        assert_eq!(may_recover(true), Ok(()));
        assert_eq!(may_recover(false), Err(GiveUpReason::RecoveryForbidden));
    }
}
