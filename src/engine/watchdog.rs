//! Timers of one length, nearly all of which are cancelled in time.

use super::growth::grow_ring;
use super::time::{Span, Time};
use std::collections::VecDeque;

/// A queue of timers of the same length, which expire in the order in which they were set. Only the first that may still
/// matter is in the calendar: a timer that is nearly always cancelled in time costs a place in a ring instead of an event.
///
/// `T` identifies what is guarded; the caller knows whether it still matters.
#[derive(Clone, Debug)]
pub struct Watchdog<T> {
    length: Span,
    ring: VecDeque<(Time, T)>,
}

impl<T: Copy> Watchdog<T> {
    /// Timers of this length; [`Span::FOREVER`] sets none.
    pub const fn new(length: Span) -> Watchdog<T> {
        Watchdog { length, ring: VecDeque::new() }
    }

    /// Forgets all timers and keeps the memory.
    pub fn clear(&mut self) {
        self.ring.clear();
    }

    /// Sets a timer. Returns the time to schedule in the calendar if no timer event is pending.
    #[must_use]
    #[inline]
    pub fn set(&mut self, now: Time, guarded: T) -> Option<Time> {
        if self.length == Span::FOREVER {
            return None;
        }
        let expires = now + self.length;
        if self.ring.len() == self.ring.capacity() {
            grow_ring(&mut self.ring);
        }
        self.ring.push_back((expires, guarded));
        (self.ring.len() == 1).then_some(expires)
    }

    /// Takes the next timer that has expired by `now`, whether or not it still matters.
    pub fn expired(&mut self, now: Time) -> Option<T> {
        let (expires, guarded) = *self.ring.front()?;
        if expires > now {
            return None;
        }
        self.ring.pop_front();
        Some(guarded)
    }

    /// Drops timers that no longer matter from the front, and returns the time of the first that does, for the calendar.
    #[must_use]
    pub fn next(&mut self, mut matters: impl FnMut(T) -> bool) -> Option<Time> {
        while let Some(&(expires, guarded)) = self.ring.front() {
            if matters(guarded) {
                return Some(expires);
            }
            self.ring.pop_front();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_serves_many_timers() {
        let at = Time::from_nanos;
        let mut watchdog = Watchdog::new(Span::from_nanos(10));
        assert_eq!(watchdog.set(at(0), 'a'), Some(at(10)));
        assert_eq!(watchdog.set(at(3), 'b'), None);
        assert_eq!(watchdog.set(at(5), 'c'), None);
        assert_eq!(watchdog.expired(at(10)), Some('a'));
        assert_eq!(watchdog.expired(at(10)), None);
        assert_eq!(watchdog.next(|guarded| guarded == 'c'), Some(at(15)));
        assert_eq!(watchdog.expired(at(15)), Some('c'));
        assert_eq!(watchdog.next(|_| true), None);
    }
}
