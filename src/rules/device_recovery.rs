//! R13, R16, R17, R19: what happens to a device whose CallManager failed.

use crate::domain::{GiveUpReason, NodeId};

/// Whether a CTIManager recovers an application's open devices after the failure of a CallManager, or gives them up:
/// `recovery` is what the application allows (R19). Route points and ports are closed without recovery; phones move in any
/// case. The rule does not apply to devices that the application requests itself, or that rehome (R18).
pub const fn may_recover(recovery: bool) -> Result<(), GiveUpReason> {
    if recovery { Ok(()) } else { Err(GiveUpReason::RecoveryForbidden) }
}

/// A CallManager, as it is when a CTIManager thinks of asking it to open a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whether its process runs.
    pub runs: bool,
    /// Whether anything comes back from its host: the host is there, and no link to it is cut.
    pub reachable: bool,
    /// Whether the CTIManager has noticed that it is lost.
    pub noticed: bool,
}

/// What comes of asking a CallManager to open a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It answers.
    Answers,
    /// The host refuses the connection at once, since the process is gone; or, noticed as lost and out of reach, it is not
    /// even asked. Neither costs time or work.
    Refuses,
    /// Nothing comes back: asking it takes a time-out.
    Silent,
}

/// What comes of asking a CallManager to open a device. That it is lost is no reason not to ask one that is back already.
pub const fn answer(asked: Asked) -> Answer {
    match asked {
        Asked { reachable: true, runs: true, .. } => Answer::Answers,
        Asked { reachable: true, runs: false, .. } | Asked { reachable: false, noticed: true, .. } => Answer::Refuses,
        Asked { reachable: false, noticed: false, .. } => Answer::Silent,
    }
}

/// What the CTIManager does with a device that is out of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Opens it on this node: the next live CallManager of its group (R13).
    Open(NodeId),
    /// Asks the member of its group at this place in vain, until it gives that up and asks the next one.
    TimesOut(usize),
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
/// registered is opened where it is, otherwise on the first CallManager of its group that answers; so many members, from
/// the first one on, have been `asked` in vain, and are asked last. `cannot_open_on` are the CallManagers that cannot open it (R17).
pub fn recover(
    status: RegistrationStatus,
    at: NodeId,
    group: &[NodeId],
    asked: usize,
    cannot_open_on: &[NodeId],
    answer: impl Fn(NodeId) -> Answer,
) -> Recovery {
    if status == RegistrationStatus::Registered && answer(at) == Answer::Answers {
        return Recovery::Open(at);
    }
    // One that has asked in vain to the end of the list begins again: the first may be back by now, and is not announced twice.
    for place in (asked..group.len()).chain(0..asked.min(group.len())) {
        let node = group[place];
        match answer(node) {
            Answer::Refuses => {}
            Answer::Silent => return Recovery::TimesOut(place),
            Answer::Answers if can_open(RegistrationStatus::Unregistered, node, cannot_open_on) => {
                return Recovery::Open(node);
            }
            Answer::Answers => return Recovery::GiveUp(GiveUpReason::CannotOpen),
        }
    }
    Recovery::Wait
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

    /// A CallManager whose process runs, or has gone while its host is there.
    fn process(runs: bool) -> Answer {
        answer(Asked { runs, reachable: true, noticed: false })
    }

    #[test]
    fn r13_the_next_live_member_of_the_group_opens_it() {
        assert_eq!(
            recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, 0, &[], |node| process(node != NodeId(0))),
            Recovery::Open(NodeId(1))
        );
    }

    #[test]
    fn r13_one_that_is_lost_but_back_is_asked_and_one_out_of_reach_takes_a_time_out_unless_it_is_known() {
        assert_eq!(answer(Asked { runs: true, reachable: true, noticed: true }), Answer::Answers);
        assert_eq!(answer(Asked { runs: false, reachable: true, noticed: false }), Answer::Refuses);
        for runs in [true, false] {
            assert_eq!(answer(Asked { runs, reachable: false, noticed: true }), Answer::Refuses);
            assert_eq!(answer(Asked { runs, reachable: false, noticed: false }), Answer::Silent);
        }
    }

    #[test]
    fn r13_after_a_time_out_the_next_member_is_asked() {
        let answers = |node| if node == NodeId(1) { Answer::Silent } else { process(node != NodeId(0)) };
        let recovered = |asked| recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, asked, &[], answers);
        assert_eq!(recovered(0), Recovery::TimesOut(1));
        assert_eq!(recovered(2), Recovery::Open(NodeId(2)));
        assert_eq!(recovered(3), Recovery::TimesOut(1));
        let refused =
            |asked| recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, asked, &[], |_| process(false));
        assert_eq!((refused(0), refused(2), refused(3)), (Recovery::Wait, Recovery::Wait, Recovery::Wait));
        let back = recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, 3, &[], |_| process(true));
        assert_eq!(back, Recovery::Open(NodeId(0)));
    }

    #[test]
    fn r16_without_a_live_member_it_waits() {
        let recovery = recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, 0, &[], |_| process(false));
        assert_eq!(recovery, Recovery::Wait);
    }

    #[test]
    fn r17_a_device_that_cannot_be_opened_is_given_up() {
        let lives = |node| process(node != NodeId(0));
        let recovery = recover(RegistrationStatus::Unregistered, NodeId(0), &GROUP, 0, &[NodeId(1)], lives);
        assert_eq!(recovery, Recovery::GiveUp(GiveUpReason::CannotOpen));
        assert!(can_open(RegistrationStatus::Unregistered, NodeId(0), &[NodeId(1)]));
    }

    #[test]
    fn r17_applies_to_the_home_too_but_a_registered_device_can_be_opened() {
        let home = NodeId(0);
        let recovered = |status| recover(status, home, &GROUP, 0, &[home], |_| process(true));
        assert_eq!(recovered(RegistrationStatus::Unregistered), Recovery::GiveUp(GiveUpReason::CannotOpen));
        assert_eq!(recovered(RegistrationStatus::Registered), Recovery::Open(home));
        assert!(!can_open(RegistrationStatus::Unregistered, home, &[home]));
        assert!(can_open(RegistrationStatus::Registered, home, &[home]));
    }

    #[test]
    fn a_registered_device_is_opened_where_it_is_if_that_callmanager_is_up() {
        let recovered = |live: NodeId| {
            recover(RegistrationStatus::Registered, NodeId(1), &GROUP, 0, &[], |node| process(node >= live))
        };
        assert_eq!(recovered(NodeId(0)), Recovery::Open(NodeId(1)));
        assert_eq!(recovered(NodeId(2)), Recovery::Open(NodeId(2)));
    }

    #[test]
    fn r19_an_application_can_forbid_recovery() {
        assert_eq!(may_recover(true), Ok(()));
        assert_eq!(may_recover(false), Err(GiveUpReason::RecoveryForbidden));
    }
}
