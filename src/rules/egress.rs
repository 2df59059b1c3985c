//! The node at which calls leave for a number outside.

use crate::domain::NodeId;

/// The CallManager that takes over the lines of a failed one: the next live one of the `nodes` nodes, in cyclic order; `None`
/// if no other is up.
pub fn next(failed: NodeId, nodes: u16, live: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    (1..nodes).map(|step| NodeId((failed.0 + step) % nodes)).find(|&next| live(next))
}

/// Where a line registers once a CallManager has `returned`: there, if that is its home or its present CallManager is down.
pub fn after_return(home: NodeId, present: NodeId, returned: NodeId, live: impl Fn(NodeId) -> bool) -> NodeId {
    if home == returned || !live(present) { returned } else { present }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_live_node_takes_the_lines_over() {
        assert_eq!(next(NodeId(2), 3, |_| true), Some(NodeId(0)));
        assert_eq!(next(NodeId(0), 3, |node| node != NodeId(1)), Some(NodeId(2)));
        assert_eq!(next(NodeId(0), 3, |_| false), None);
        assert_eq!(next(NodeId(0), 1, |_| true), None);
    }

    #[test]
    fn a_line_rehomes_or_registers_with_the_first_callmanager_that_is_back() {
        let (home, other, third) = (NodeId(0), NodeId(1), NodeId(2));
        assert_eq!(after_return(home, other, home, |_| true), home);
        assert_eq!(after_return(home, other, third, |_| true), other);
        assert_eq!(after_return(home, other, third, |node| node == third), third);
    }
}
