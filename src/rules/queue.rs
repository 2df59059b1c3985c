//! R10: calls that wait for a person in a queue: who is next, and which phone takes a call.

use crate::domain::QueueOrder;

/// Whether an application can transfer a waiting call now: it has the device open, and acts.
pub const fn can_leave(device_is_open: bool, application_acts: bool) -> bool {
    device_is_open && application_acts
}

/// The queues of a group of phones in the order in which a free phone looks at them: 1 is the best priority. A group is in one
/// queue of each priority at most.
pub fn by_priority<Q>(queues: &mut [(u32, Q)]) {
    queues.sort_by_key(|(priority, _)| *priority);
}

/// The caller whom a free phone takes: of the first of its queues in which someone can leave, the first who can.
/// `first_who_can` is the first to have come to a queue among those who can leave it.
pub fn next<Q: Copy, C>(by_priority: &[Q], first_who_can: impl Fn(Q) -> Option<C>) -> Option<(Q, C)> {
    by_priority.iter().find_map(|&queue| Some((queue, first_who_can(queue)?)))
}

/// The group of which a phone takes the next call of a queue. `groups` are the queue's, in its order, each with the time since
/// which its longest idle phone has been free, if it has a free one. Of two that have been free for as long, the first counts.
pub fn group<G, T: Ord>(order: QueueOrder, groups: impl IntoIterator<Item = (G, Option<T>)>) -> Option<G> {
    let mut free = groups.into_iter().filter_map(|(group, since)| Some((group, since?)));
    match order {
        QueueOrder::TopDown => free.next(),
        QueueOrder::LongestIdle => free.min_by(|(_, one), (_, other)| one.cmp(other)),
    }
    .map(|(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r10_only_what_its_application_can_transfer_leaves_a_queue() {
        assert!(can_leave(true, true));
        assert!(!can_leave(false, true));
        assert!(!can_leave(true, false));
    }

    #[test]
    fn r10_the_best_priority_is_first_and_a_queue_without_anyone_who_can_leave_is_passed_over() {
        let mut queues = [(3, 'c'), (1, 'a'), (2, 'b')];
        by_priority(&mut queues);
        let queues = queues.map(|(_, queue)| queue);
        assert_eq!(queues, ['a', 'b', 'c']);
        assert_eq!(next(&queues, Some), Some(('a', 'a')));
        assert_eq!(next(&queues, |queue| (queue != 'a').then_some(7)), Some(('b', 7)));
        assert_eq!(next(&queues, |_| None::<u32>), None);
    }

    #[test]
    fn r10_the_longest_idle_phone_of_all_groups_or_one_of_the_first_group() {
        let groups = [("a", Some(5)), ("b", Some(3)), ("c", None)];
        assert_eq!(group(QueueOrder::LongestIdle, groups), Some("b"));
        assert_eq!(group(QueueOrder::TopDown, groups), Some("a"));
        assert_eq!(group(QueueOrder::TopDown, [("a", None), ("b", Some(3))]), Some("b"));
        assert_eq!(group(QueueOrder::LongestIdle, [("a", Some(3)), ("b", Some(3))]), Some("a"));
        assert_eq!(group(QueueOrder::LongestIdle, [("a", None::<u32>)]), None);
    }
}
