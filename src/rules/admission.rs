//! R5, R10, R22: whether a device takes a call.

use crate::domain::{Rejection, Target};

/// What a device is asked before a call is presented at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Whether an application has it open. A phone is always open.
    pub open: bool,
    /// How many calls are there now.
    pub calls: u32,
    /// With this many calls there, the next one is busy.
    pub busy_trigger: u32,
    /// Never more calls than this.
    pub maximum_calls: u32,
}

/// Whether the call is presented, or what stands in the way. A device that nobody opened is as good as unregistered,
/// so that comes before busy (the order of precedence is the same in every release; which forward follows is not).
pub const fn admit(door: Door) -> Result<(), Rejection> {
    if !door.open {
        return Err(Rejection::NotOpened);
    }
    if door.calls >= door.busy_trigger || door.calls >= door.maximum_calls {
        return Err(Rejection::Busy);
    }
    Ok(())
}

/// Whether a port or phone can be taken for a call: it is open and has none. A port has one active voice call; a phone's
/// second one is busy.
pub const fn is_free(open: bool, calls: u32) -> bool {
    open && calls == 0
}

/// What a caller meets who finds none of a group free, of which so many are open.
pub const fn none_free(open: u32) -> Rejection {
    if open == 0 { Rejection::NotOpened } else { Rejection::Busy }
}

/// Whether a port takes the call that comes to it. The port was taken for this call on its way, so that only its
/// application can be missing by now.
pub const fn admit_at_port(open: bool) -> Result<(), Rejection> {
    if open { Ok(()) } else { Err(Rejection::NotOpened) }
}

/// Whether a number outside takes one more call, of as many as it has lines.
pub const fn line_is_free(calls: u32, lines: u32) -> bool {
    calls < lines
}

/// What a call lacks on its way to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Whoever serves it there: its node is down, or no application has it open.
    Node,
    /// The link to its node, which is known to be cut.
    Link,
}

/// What a call meets that does not come as far as the device it is sent to: as good as unregistered, or for a number outside,
/// without the node where it leaves for there, as good as busy.
pub const fn out_of_reach(missing: Missing, device: Target) -> Rejection {
    match (missing, device) {
        (Missing::Node, Target::Outside(_)) => Rejection::Busy,
        (Missing::Node | Missing::Link, _) => Rejection::NotOpened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DestinationId, RoutePointId};

    const DOOR: Door = Door { open: true, calls: 0, busy_trigger: 40, maximum_calls: 50 };

    #[test]
    fn a_trigger_of_40_makes_call_41_busy() {
        assert_eq!(admit(Door { calls: 39, ..DOOR }), Ok(()));
        assert_eq!(admit(Door { calls: 40, ..DOOR }), Err(Rejection::Busy));
    }

    #[test]
    fn the_maximum_holds_where_the_trigger_is_higher() {
        assert_eq!(admit(Door { calls: 50, busy_trigger: 60, ..DOOR }), Err(Rejection::Busy));
    }

    #[test]
    fn not_opened_comes_before_busy() {
        assert_eq!(admit(Door { open: false, calls: 99, ..DOOR }), Err(Rejection::NotOpened));
    }

    #[test]
    fn r5_a_port_has_one_call() {
        assert!(is_free(true, 0));
        assert!(!is_free(true, 1));
        assert!(!is_free(false, 0));
        assert_eq!(none_free(3), Rejection::Busy);
        assert_eq!(none_free(0), Rejection::NotOpened);
        assert_eq!(admit_at_port(false), Err(Rejection::NotOpened));
    }

    #[test]
    fn what_is_out_of_reach_is_not_opened_but_a_line_without_its_node_is_busy() {
        let (route_point, outside) = (Target::RoutePoint(RoutePointId(0)), Target::Outside(DestinationId(0)));
        assert_eq!(out_of_reach(Missing::Node, route_point), Rejection::NotOpened);
        assert_eq!(out_of_reach(Missing::Node, outside), Rejection::Busy);
        assert_eq!(out_of_reach(Missing::Link, outside), Rejection::NotOpened);
    }

    #[test]
    fn a_number_outside_has_as_many_calls_as_lines() {
        assert!(line_is_free(1, 2));
        assert!(!line_is_free(2, 2));
    }
}
