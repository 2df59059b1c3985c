//! R14: phones move by themselves, and are opened where they are; R17, R19, R20: what their application does then.

use super::{device_recovery, node_choice};
use crate::domain::NodeId;

/// Whether a phone that has lost its CallManager knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awareness {
    /// Its failover time is not over: it still believes that it is registered.
    Unaware,
    /// It has noticed, and looks for another CallManager.
    Aware,
}

/// Where a phone that has lost its CallManager moves to: to the first live one of its group, but neither before it has
/// noticed nor during a call. `None`: it stays where it is for now.
pub fn moves_to(awareness: Awareness, calls: u32, group: &[NodeId], live: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    let may_move = awareness == Awareness::Aware && calls == 0;
    if may_move { node_choice::first_live(group, live) } else { None }
}

/// Where a CTIManager opens a phone: only where it is registered, if that is possible. A phone that has not yet moved to
/// another CallManager cannot be opened.
pub fn opened_on(registered: Option<NodeId>, possible: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    registered.filter(|&node| possible(node))
}

/// A phone that has registered, from the point of view of its application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whether the application is connected to a CTIManager.
    pub connected: bool,
    /// Whether it opened the phone before the phone had moved.
    pub opened: bool,
    /// Whether it allows recovery.
    pub recovery: bool,
    /// Whether the phone can be opened where it is now.
    pub can_open: bool,
}

/// What the application of a phone does once the phone has registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterMoving {
    /// It is not connected: it opens the phone when it is connected again (R20).
    Away,
    /// It has lost the phone until it connects again (R19).
    Forbidden,
    /// It has lost the phone for as long as the phone is registered there (R17).
    CannotOpen,
    /// It had opened the phone and controls it from now on (R20).
    Controls,
    /// Its CTIManager opens the phone again (R14).
    Reopens,
}

/// What the application of a phone does once the phone has registered. The most lasting obstacle takes precedence.
pub const fn after_moving(phone: Moved) -> AfterMoving {
    let Moved { connected, opened, recovery, can_open } = phone;
    if !connected {
        AfterMoving::Away
    } else if !opened && device_recovery::may_recover(recovery).is_err() {
        AfterMoving::Forbidden
    } else if !can_open {
        AfterMoving::CannotOpen
    } else if opened {
        AfterMoving::Controls
    } else {
        AfterMoving::Reopens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: [NodeId; 2] = [NodeId(0), NodeId(1)];

    #[test]
    fn r14_a_phone_moves_to_the_first_live_member_but_not_during_a_call() {
        assert_eq!(moves_to(Awareness::Aware, 0, &GROUP, |node| node != NodeId(0)), Some(NodeId(1)));
        assert_eq!(moves_to(Awareness::Aware, 1, &GROUP, |_| true), None);
        assert_eq!(moves_to(Awareness::Aware, 0, &GROUP, |_| false), None);
    }

    #[test]
    fn r14_a_phone_that_has_not_noticed_stays_even_if_it_is_idle() {
        assert_eq!(moves_to(Awareness::Unaware, 0, &GROUP, |node| node != NodeId(0)), None);
    }

    #[test]
    fn the_most_lasting_obstacle_takes_precedence() {
        let phone = Moved { connected: true, opened: false, recovery: true, can_open: true };
        assert_eq!(after_moving(phone), AfterMoving::Reopens);
        assert_eq!(after_moving(Moved { can_open: false, ..phone }), AfterMoving::CannotOpen);
        assert_eq!(after_moving(Moved { recovery: false, can_open: false, ..phone }), AfterMoving::Forbidden);
        let opened = Moved { opened: true, recovery: false, ..phone };
        assert_eq!(after_moving(opened), AfterMoving::Controls);
        assert_eq!(after_moving(Moved { can_open: false, ..opened }), AfterMoving::CannotOpen);
        assert_eq!(after_moving(Moved { connected: false, ..opened }), AfterMoving::Away);
    }

    #[test]
    fn r14_a_phone_is_opened_where_it_is_registered_and_not_at_all_while_it_is_not() {
        assert_eq!(opened_on(Some(NodeId(1)), |_| true), Some(NodeId(1)));
        assert_eq!(opened_on(Some(NodeId(1)), |_| false), None);
        assert_eq!(opened_on(None, |_| true), None);
    }
}
