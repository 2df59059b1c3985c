//! R20, R21: which CTIManager of its list an application connects to.

use crate::domain::NodeId;
use crate::engine::Span;

/// Why an application looks for a CTIManager; the numbers are positions in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectReason {
    /// It begins at the top of its list: it has just started (R21), or found no CTIManager up.
    Started,
    /// It has lost this one, or this one did not take it: it tries there last.
    Lost(usize),
    /// This one refused it, or did not answer: it tries those after it in its list, then waits and begins again.
    Refused(usize),
    /// This one closed its connection, and lives: it tries there first.
    Closed(usize),
}

/// The live CTIManager of an application's own list that it connects to. `None` if none is up.
///
/// The list is a ranking, not a ring: an application that has lost its backup goes back to its primary, which is the first of its
/// list that is up, and not on to the one after the backup (R21). It never goes back while its present one is up.
pub fn next(list: &[NodeId], reason: ConnectReason, live: impl Fn(NodeId) -> bool) -> Option<usize> {
    let live = |&index: &usize| live(list[index]);
    let but = |other: usize| (0..list.len()).filter(move |&index| index != other);
    match reason {
        ConnectReason::Started => (0..list.len()).find(live),
        ConnectReason::Lost(lost) => but(lost).chain([lost]).find(live),
        ConnectReason::Refused(refused) => (refused + 1..list.len()).find(live),
        ConnectReason::Closed(closed) => [closed].into_iter().chain(but(closed)).find(live),
    }
}

/// Whether a CTIManager with so many `open` connections takes another one: Maximum CTI Connections is a limit that it keeps.
pub const fn takes_connection(open: u32, maximum: u32) -> bool {
    open < maximum
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
    fn r21_a_lost_backup_leads_back_to_the_first_of_the_list_that_is_up() {
        assert_eq!(next(&LIST, ConnectReason::Lost(1), |_| true), Some(0));
        assert_eq!(next(&LIST, ConnectReason::Lost(1), |node| node != NodeId(4)), Some(2));
        assert_eq!(next(&LIST, ConnectReason::Lost(2), |_| true), Some(0));
        assert_eq!(next(&LIST, ConnectReason::Closed(2), |node| node != NodeId(7)), Some(0));
    }

    #[test]
    fn r20_one_that_was_closed_tries_first_where_it_was() {
        assert_eq!(next(&LIST, ConnectReason::Closed(1), |_| true), Some(1));
        assert_eq!(next(&LIST, ConnectReason::Closed(1), |node| node != NodeId(2)), Some(0));
    }

    #[test]
    fn r21_a_restarted_application_begins_at_the_top_of_its_list() {
        assert_eq!(next(&LIST, ConnectReason::Started, |_| true), Some(0));
    }

    #[test]
    fn one_that_was_refused_goes_on_down_its_list_and_not_round_it() {
        assert_eq!(next(&LIST, ConnectReason::Refused(0), |_| true), Some(1));
        assert_eq!(next(&LIST, ConnectReason::Refused(0), |node| node != NodeId(2)), Some(2));
        assert_eq!(next(&LIST, ConnectReason::Refused(2), |_| true), None);
        assert!(takes_connection(1, 2) && !takes_connection(2, 2));
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
