//! R23: how often an application sends a message, so that its CTIManager knows that it is up, and the other way round.

use crate::domain::HeartbeatReading;
use crate::engine::{Span, Time};

/// An application that sends no message in this many consecutive intervals has failed.
const CONSECUTIVE: u8 = 2;

/// The interval an application gets when it asks for `requested`: the service parameters Application Heartbeat Minimum and
/// Maximum Interval bound it. All three are spans, or all are in seconds.
///
/// The documents do not say whether a request out of bounds is clamped or rejected; clamping is assumed, because the
/// chapter says "bounded" and no document names an error for it. If the bounds contradict each other, the minimum wins; a
/// workload cannot have such bounds.
pub fn effective_interval<T: PartialOrd>(requested: T, minimum: T, maximum: T) -> T {
    let at_most = if requested > maximum { maximum } else { requested };
    if at_most < minimum { minimum } else { at_most }
}

/// What a CTIManager knows of an application's heartbeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// When it considers the application failed, unless it hears from it before (reading "timer").
    deadline: Time,
    /// Whether it has heard from it since the last check (reading "grid").
    heard: bool,
    /// The number of consecutive intervals without a message.
    empty: u8,
}

/// The state after a message has been heard now. The opening of a connection counts as one.
pub fn heard(now: Time, interval: Span) -> Watch {
    Watch { deadline: now + interval.times(u64::from(CONSECUTIVE)), heard: true, empty: 0 }
}

/// The state for an application that has long been up and sends its next message at `next`: the previous one was heard an
/// interval before.
pub fn heard_before(next: Time, interval: Span) -> Watch {
    Watch { deadline: next + interval.times(u64::from(CONSECUTIVE) - 1), heard: true, empty: 0 }
}

/// When the CTIManager checks for the first time. With reading "grid" that is `phase` from now: the grid is the
/// CTIManager's, not the application's.
pub fn first_look(reading: HeartbeatReading, watch: Watch, now: Time, phase: Span) -> Time {
    match reading {
        HeartbeatReading::Timer => watch.deadline,
        HeartbeatReading::Grid => now + phase,
    }
}

/// The CTIManager checks: the state afterwards, and when it checks again; `None` if it considers the application failed.
pub fn look(reading: HeartbeatReading, watch: Watch, now: Time, interval: Span) -> (Watch, Option<Time>) {
    match reading {
        // Hearing a message only moves the deadline: the one pending check re-arms itself.
        HeartbeatReading::Timer => (watch, (watch.deadline > now).then_some(watch.deadline)),
        HeartbeatReading::Grid => {
            let empty = if watch.heard { 0 } else { watch.empty + 1 };
            (Watch { heard: false, empty, ..watch }, (empty < CONSECUTIVE).then_some(now + interval))
        }
    }
}

/// The opposite direction: how long an application takes to miss the heartbeats of its CTIManager, if nothing closes their
/// connection. It does so after the same number of intervals; `part` of the first one was left.
pub fn manager_missed_after(interval: Span, part: Span) -> Span {
    interval.times(u64::from(CONSECUTIVE) - 1) + part
}

/// When an application misses its CTIManager: `by_heartbeats` as [`manager_missed_after`] says, or later if another message of the
/// CTIManager was `heard` since its last heartbeat, because any message is a sign of life.
pub fn manager_missed_at(by_heartbeats: Time, heard: Option<Time>, interval: Span) -> Time {
    let heard = heard.map(|heard| heard + interval.times(u64::from(CONSECUTIVE)));
    heard.map_or(by_heartbeats, |by_message| by_message.max(by_heartbeats))
}

/// Whether a CTIManager whose messages are held up or delayed for `silent` can be missed at all: if that is less than an interval,
/// they still arrive in time.
pub fn can_be_missed(silent: Span, interval: Span) -> bool {
    silent >= interval.times(u64::from(CONSECUTIVE) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_within_the_bounds_is_granted_and_one_beyond_them_gets_the_nearest_bound() {
        let (minimum, maximum) = (Span::from_secs(5), Span::from_secs(3600));
        let effective = |seconds| effective_interval(Span::from_secs(seconds), minimum, maximum);
        assert_eq!(effective(30), Span::from_secs(30));
        assert_eq!(effective(5), minimum);
        assert_eq!(effective(1), minimum);
        assert_eq!(effective(3600), maximum);
        assert_eq!(effective(7200), maximum);
    }

    const INTERVAL: Span = Span::from_secs(30);

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    #[test]
    fn r23_a_timer_of_two_intervals_is_restarted_by_each_message() {
        let reading = HeartbeatReading::Timer;
        let watch = heard(at(10), INTERVAL);
        assert_eq!(first_look(reading, watch, at(10), Span::from_secs(7)), at(70));
        assert_eq!(look(reading, watch, at(69), INTERVAL).1, Some(at(70)));
        assert_eq!(look(reading, watch, at(70), INTERVAL).1, None);
        assert_eq!(heard_before(at(40), INTERVAL), watch);
    }

    #[test]
    fn r23_the_grid_requires_two_consecutive_empty_intervals() {
        let reading = HeartbeatReading::Grid;
        let watch = heard(at(10), INTERVAL);
        assert_eq!(first_look(reading, watch, at(10), Span::from_secs(7)), at(17));
        let (watch, next) = look(reading, watch, at(17), INTERVAL);
        assert_eq!(next, Some(at(47)));
        let (once_empty, next) = look(reading, watch, at(47), INTERVAL);
        assert_eq!(next, Some(at(77)));
        assert_eq!(look(reading, once_empty, at(77), INTERVAL).1, None);
        let (watch, _) = look(reading, heard(at(60), INTERVAL), at(77), INTERVAL);
        assert_eq!(look(reading, watch, at(107), INTERVAL).1, Some(at(137)));
    }

    #[test]
    fn a_lost_host_is_missed_after_one_to_two_intervals() {
        assert_eq!(manager_missed_after(INTERVAL, Span::ZERO), INTERVAL);
        assert_eq!(manager_missed_after(INTERVAL, INTERVAL), Span::from_secs(60));
    }

    #[test]
    fn any_message_of_a_ctimanager_is_a_sign_of_life() {
        assert_eq!(manager_missed_at(at(100), None, INTERVAL), at(100));
        assert_eq!(manager_missed_at(at(100), Some(at(50)), INTERVAL), at(110));
        assert_eq!(manager_missed_at(at(100), Some(at(30)), INTERVAL), at(100));
    }

    #[test]
    fn a_ctimanager_that_is_silent_for_less_than_an_interval_is_not_missed() {
        assert!(!can_be_missed(Span::from_secs(29), INTERVAL));
        assert!(can_be_missed(INTERVAL, INTERVAL));
    }
}
