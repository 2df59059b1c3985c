//! R20, R21: which CTIManager of its list an application connects to.

use crate::domain::NodeId;

/// The next live CTIManager of an application's own list after the one it lost, going round; the lost one itself comes
/// last. `None` while none is live. An application that has just started has lost none and takes the first.
///
/// Nothing here leads back to an earlier one while the present one lives (R21).
pub fn next(list: &[NodeId], lost: Option<usize>, live: impl Fn(NodeId) -> bool) -> Option<usize> {
    let first = lost.map_or(0, |lost| lost + 1);
    (first..first + list.len()).map(|index| index % list.len()).find(|&index| live(list[index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: [NodeId; 3] = [NodeId(4), NodeId(2), NodeId(7)];

    #[test]
    fn r20_the_next_of_its_own_list_that_lives() {
        assert_eq!(next(&LIST, Some(0), |_| true), Some(1));
        assert_eq!(next(&LIST, Some(0), |node| node != NodeId(2)), Some(2));
        assert_eq!(next(&LIST, Some(2), |node| node != NodeId(7)), Some(0));
        assert_eq!(next(&LIST, Some(1), |node| node == NodeId(2)), Some(1));
        assert_eq!(next(&LIST, Some(1), |_| false), None);
        assert_eq!(next(&LIST[..1], Some(0), |node| node != NodeId(4)), None);
    }

    #[test]
    fn r21_a_restarted_application_begins_at_the_top_of_its_list() {
        assert_eq!(next(&LIST, None, |_| true), Some(0));
    }
}
