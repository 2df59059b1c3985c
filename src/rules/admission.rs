//! R5, R10, R22: whether a device takes a call.

use crate::domain::{Rejection, Target};

/// The state of a route point that decides whether a call is presented there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupancy {
    /// Whether an application has it open. A phone is always open.
    pub open: bool,
    /// The number of calls there now.
    pub calls: u32,
    /// With this many calls there, the next one meets busy.
    pub busy_trigger: u32,
    /// The maximum number of calls.
    pub maximum_calls: u32,
}

/// Whether the call is presented, or why it is rejected. A device that no application has opened counts as unregistered,
/// and that takes precedence over busy (in every release; which forward follows depends on the release).
pub const fn admit(occupancy: Occupancy) -> Result<(), Rejection> {
    if !occupancy.open {
        return Err(Rejection::NotOpened);
    }
    if occupancy.calls >= occupancy.busy_trigger || occupancy.calls >= occupancy.maximum_calls {
        return Err(Rejection::Busy);
    }
    Ok(())
}

/// Whether a port or phone can be seized for a call: it is open and has none. A port has one active voice call; a second
/// call to a phone meets busy.
pub const fn is_free(open: bool, calls: u32) -> bool {
    open && calls == 0
}

/// Why a call is rejected when none of a group is free, given how many are open.
pub const fn none_free(open: u32) -> Rejection {
    if open == 0 { Rejection::NotOpened } else { Rejection::Busy }
}

/// Whether a port accepts a call that reaches it. The port was seized for the call beforehand, so the only possible reason
/// for a rejection is that no application has it open any more.
pub const fn admit_at_port(open: bool) -> Result<(), Rejection> {
    if open { Ok(()) } else { Err(Rejection::NotOpened) }
}

/// Whether a number outside has a free line.
pub const fn line_is_free(calls: u32, lines: u32) -> bool {
    calls < lines
}

/// What is missing on a call's path to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// What serves it: its node is down, or no application has it open.
    Node,
    /// The link to its node, which is known to be cut.
    Link,
}

/// Why a call that cannot reach its device is rejected: the device counts as unregistered. A number outside without its
/// egress node counts as busy.
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

    const OCCUPANCY: Occupancy = Occupancy { open: true, calls: 0, busy_trigger: 40, maximum_calls: 50 };

    #[test]
    fn a_trigger_of_40_makes_call_41_busy() {
        assert_eq!(admit(Occupancy { calls: 39, ..OCCUPANCY }), Ok(()));
        assert_eq!(admit(Occupancy { calls: 40, ..OCCUPANCY }), Err(Rejection::Busy));
    }

    #[test]
    fn the_maximum_holds_if_the_trigger_is_higher() {
        assert_eq!(admit(Occupancy { calls: 50, busy_trigger: 60, ..OCCUPANCY }), Err(Rejection::Busy));
    }

    #[test]
    fn not_opened_comes_before_busy() {
        assert_eq!(admit(Occupancy { open: false, calls: 99, ..OCCUPANCY }), Err(Rejection::NotOpened));
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
