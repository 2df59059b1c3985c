//! R7: which CallManager of its group a device registers with.

use crate::domain::NodeId;

/// The first live member of a device's CallManager group, which lists them best first; `None` if the whole group is
/// down.
pub fn first_live(group: &[NodeId], live: impl Fn(NodeId) -> bool) -> Option<NodeId> {
    group.iter().copied().find(|&node| live(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_group_decides_among_the_live() {
        let group = [NodeId(2), NodeId(0), NodeId(1)];
        assert_eq!(first_live(&group, |_| true), Some(NodeId(2)));
        assert_eq!(first_live(&group, |node| node != NodeId(2)), Some(NodeId(0)));
        assert_eq!(first_live(&group, |node| node == NodeId(1)), Some(NodeId(1)));
        assert_eq!(first_live(&group, |_| false), None);
        assert_eq!(first_live(&[], |_| true), None);
    }
}
