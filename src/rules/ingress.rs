//! The ingress CallManager of a call (R13: a gateway fails over to the next of its list).

use crate::domain::NodeId;

/// The node of a source's list whose turn it is, counted from zero, or the next one that is up. If none is up, the error is
/// the node whose turn it was.
pub fn chosen(list: &[NodeId], turn: u32, live: impl Fn(NodeId) -> bool) -> Result<NodeId, NodeId> {
    let first = turn as usize % list.len();
    let (before, from) = list.split_at(first);
    from.iter().chain(before).copied().find(|&node| live(node)).ok_or(list[first])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_take_turns_and_the_next_one_takes_over() {
        let list = [NodeId(4), NodeId(2), NodeId(7)];
        assert_eq!(chosen(&list, 0, |_| true), Ok(NodeId(4)));
        assert_eq!(chosen(&list, 5, |_| true), Ok(NodeId(7)));
        assert_eq!(chosen(&list, 5, |node| node != NodeId(7)), Ok(NodeId(4)));
        assert_eq!(chosen(&list, 1, |_| false), Err(NodeId(2)));
    }
}
