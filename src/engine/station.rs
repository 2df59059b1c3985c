//! Servers with a queue, first come, first served (FIFO).

use super::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When the service of a piece of work starts and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// When a server starts it.
    pub started: Time,
    /// When it is done.
    pub finished: Time,
}

/// One server and a queue without abandonment. The end of a piece of work is known when it arrives, from the end of the one
/// before: no queue is kept, and a visit costs one event instead of two.
#[derive(Clone, Copy, Debug, Default)]
pub struct Server {
    free_at: Time,
}

impl Server {
    /// Work of this length arrives at `now`. Must be called in order of time.
    pub fn serve(&mut self, now: Time, work: Span) -> Service {
        let started = now.max(self.free_at);
        self.free_at = started + work;
        Service { started, finished: self.free_at }
    }
}

impl Server {
    /// How long work that arrived now would wait.
    pub fn backlog(&self, now: Time) -> Span {
        self.free_at.since(now)
    }
}

/// Several identical servers and a queue without abandonment.
#[derive(Clone, Debug)]
pub struct Servers {
    free_at: BinaryHeap<Reverse<Time>>,
    count: usize,
}

impl Servers {
    /// `count` idle servers. A server that never had work takes no memory.
    pub fn new(count: u32) -> Servers {
        Servers { free_at: BinaryHeap::new(), count: count as usize }
    }

    /// Makes all servers idle; keeps the memory.
    pub fn clear(&mut self) {
        self.free_at.clear();
    }

    /// Work of this length arrives at `now`. Must be called in order of time.
    pub fn serve(&mut self, now: Time, work: Span) -> Service {
        let idle = self.free_at.len() < self.count || self.free_at.peek().is_some_and(|earliest| earliest.0 <= now);
        let started = if idle { now } else { self.free_at.peek().map_or(now, |earliest| earliest.0) };
        if self.free_at.peek().is_some_and(|earliest| earliest.0 <= started) {
            self.free_at.pop();
        }
        self.free_at.push(Reverse(started + work));
        Service { started, finished: started + work }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    fn long(nanos: u64) -> Span {
        Span::from_nanos(nanos)
    }

    #[test]
    fn one_server_takes_work_in_order_of_arrival() {
        let mut server = Server::default();
        assert_eq!(server.serve(at(10), long(5)), Service { started: at(10), finished: at(15) });
        assert_eq!(server.serve(at(11), long(5)), Service { started: at(15), finished: at(20) });
        assert_eq!(server.serve(at(40), long(1)), Service { started: at(40), finished: at(41) });
    }

    #[test]
    fn work_goes_to_the_first_server_that_is_free() {
        let mut servers = Servers::new(2);
        assert_eq!(servers.serve(at(0), long(10)).finished, at(10));
        assert_eq!(servers.serve(at(0), long(4)).finished, at(4));
        assert_eq!(servers.serve(at(1), long(1)), Service { started: at(4), finished: at(5) });
        assert_eq!(servers.serve(at(1), long(9)), Service { started: at(5), finished: at(14) });
        assert_eq!(servers.serve(at(6), long(1)), Service { started: at(10), finished: at(11) });
        assert_eq!(servers.serve(at(50), long(1)).started, at(50));
    }
}
