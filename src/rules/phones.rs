//! R14: phones move by themselves, and are opened where they are.

use super::node_choice;
use crate::domain::NodeId;

/// Where a phone that has lost its CallManager moves to, once it has noticed: to the first live one of its group, but not
/// during a call. `None`: it stays where it is for now.
pub fn moves_to(calls: u32, group: &[NodeId], live: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    if calls > 0 { None } else { node_choice::first_live(group, live) }
}

/// Where a CTIManager opens a phone: where it is registered, if that is possible there, and nowhere else. A phone that has not
/// moved to another CallManager cannot be opened.
pub fn opened_on(registered: Option<NodeId>, possible: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    registered.filter(|&node| possible(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: [NodeId; 2] = [NodeId(0), NodeId(1)];

    #[test]
    fn r14_a_phone_moves_to_the_first_live_member_but_not_during_a_call() {
        assert_eq!(moves_to(0, &GROUP, |node| node != NodeId(0)), Some(NodeId(1)));
        assert_eq!(moves_to(1, &GROUP, |_| true), None);
        assert_eq!(moves_to(0, &GROUP, |_| false), None);
    }

    #[test]
    fn r14_a_phone_is_opened_where_it_is_registered_and_not_at_all_while_it_is_not() {
        assert_eq!(opened_on(Some(NodeId(1)), |_| true), Some(NodeId(1)));
        assert_eq!(opened_on(Some(NodeId(1)), |_| false), None);
        assert_eq!(opened_on(None, |_| true), None);
    }
}
