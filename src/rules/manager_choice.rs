//! R20, R21: which CTIManager of its list an application connects to.

use crate::domain::NodeId;
use crate::engine::Span;

/// Why an application looks for a CTIManager; the numbers are positions in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectReason {
    /// It has just started: it begins at the top (R21).
    Started,
    /// It has lost this one.
    Lost(usize),
    /// This one closed its connection, or could not be reached: it tries there first.
    Closed(usize),
}

/// The live CTIManager of an application's own list that it connects to, in cyclic order: a lost one comes last. `None` if
/// none is up.
///
/// An application never goes back to an earlier one while its present one is up (R21).
pub fn next(list: &[NodeId], reason: ConnectReason, live: impl Fn(NodeId) -> bool) -> Option<usize> {
    let first = match reason {
        ConnectReason::Started => 0,
        ConnectReason::Lost(lost) => lost + 1,
        ConnectReason::Closed(closed) => closed,
    };
    (first..first + list.len()).map(|index| index % list.len()).find(|&index| live(list[index]))
}

/// R21 as of release 15: whether an application leaves its least-priority CTIManager because another one of its list is up.
pub fn falls_back(list: &[NodeId], least: NodeId, live: impl Fn(NodeId) -> bool) -> bool {
    list.iter().any(|&node| node != least && live(node))
}

/// An application that finds no CTIManager tries again after its reconnect time, but not sooner than this: with a zero
/// interval, it would try for ever in one instant.
pub const SHORTEST_RETRY: Span = Span::from_millis(10);

/// How long an application that finds no CTIManager waits until it tries again.
pub fn retry_after(reconnect: Span) -> Span {
    reconnect.max(SHORTEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: [NodeId; 3] = [NodeId(4), NodeId(2), NodeId(7)];

    #[test]
    fn r20_the_next_of_its_own_list_that_lives() {
        assert_eq!(next(&LIST, ConnectReason::Lost(0), |_| true), Some(1));
        assert_eq!(next(&LIST, ConnectReason::Lost(0), |node| node != NodeId(2)), Some(2));
        assert_eq!(next(&LIST, ConnectReason::Lost(2), |node| node != NodeId(7)), Some(0));
        assert_eq!(next(&LIST, ConnectReason::Lost(1), |node| node == NodeId(2)), Some(1));
        assert_eq!(next(&LIST, ConnectReason::Lost(1), |_| false), None);
        assert_eq!(next(&LIST[..1], ConnectReason::Lost(0), |node| node != NodeId(4)), None);
    }

    #[test]
    fn r20_one_that_was_closed_tries_first_where_it_was() {
        assert_eq!(next(&LIST, ConnectReason::Closed(1), |_| true), Some(1));
        assert_eq!(next(&LIST, ConnectReason::Closed(1), |node| node != NodeId(2)), Some(2));
    }

    #[test]
    fn r21_a_restarted_application_begins_at_the_top_of_its_list() {
        assert_eq!(next(&LIST, ConnectReason::Started, |_| true), Some(0));
    }

    #[test]
    fn r21_in_release_15_it_leaves_the_least_priority_one_once_another_lives() {
        assert!(falls_back(&LIST, NodeId(7), |node| node == NodeId(2)));
        assert!(!falls_back(&LIST, NodeId(7), |node| node == NodeId(7)));
    }

    #[test]
    fn it_never_tries_for_ever_in_one_instant() {
        assert_eq!(retry_after(Span::ZERO), SHORTEST_RETRY);
        assert_eq!(retry_after(Span::from_secs(30)), Span::from_secs(30));
    }
}
