//! ctisim's calendar: events by value, times in nanoseconds. Its generator is one stream of ChaCha8, with the inverse transform.

use std::time::Duration;

use cpu_time::ProcessTime;
use ctisim::engine::{Calendar, Exponentials, Span, Stream, Time};

use super::{MeasuredCluster, Runs};
use crate::models::{Generator, Model};

pub(super) struct Inverse(Exponentials);

impl Inverse {
    pub(super) fn new(seed: u64) -> Inverse {
        Inverse(Exponentials::new(Stream::new(seed, 0, 0)))
    }
}

impl Generator for Inverse {
    #[inline]
    fn exponential(&mut self, mean: u64) -> u64 {
        (mean as f64 * self.0.draw() + 0.5) as u64
    }
}

pub(super) struct Bare<D>(pub(super) D);

impl<D: Generator, M: Model> Runs<M> for Bare<D> {
    fn run(mut self, mut model: M) -> (MeasuredCluster, Duration) {
        let mut calendar = Calendar::new();
        for (at, event) in model.begin(&mut self.0) {
            calendar.push(Time::from_nanos(at), event);
        }
        let start = ProcessTime::now();
        while !model.is_over() {
            let (now, event) = calendar.pop().expect("a model that is not over has something pending");
            for (delay, event) in model.handle(now.nanos(), event, &mut self.0).into_iter().flatten() {
                calendar.push(now + Span::from_nanos(delay), event);
            }
        }
        let took = start.elapsed();
        (model.measured(), took)
    }
}
