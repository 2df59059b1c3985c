//! Gauges over time: the integral of each gauge over every bin of a run.

use crate::engine::Time;

/// Integrals over bins (reading times nanoseconds), of one replication or the sum of many.
///
/// An interval may be added before or after time reaches the bins it falls into, and may span many of them: its ends are
/// added to their two bins, and the whole bins between are noted as a step up and a step down, so that the cost does not
/// depend on its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// When the last bin ends.
    length: u64,
    bin: u64,
    bins: usize,
    /// Row after row, bin after bin.
    integrals: Vec<u128>,
    /// Row after row, how much higher the gauge was throughout this bin than throughout the previous one. There is one more
    /// column than bins, for the step down after the last.
    steps: Vec<i64>,
    /// The bin that most intervals fall into.
    current: Bin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bin {
    index: usize,
    start: u64,
    end: u64,
}

impl Timeline {
    /// An empty timeline for `rows` gauges.
    pub(super) fn new(rows: usize, length: Time, bin: crate::engine::Span) -> Timeline {
        let (length, bin) = (length.nanos(), bin.nanos());
        assert!(bin > 0 && length > 0, "a timeline needs a length and bins");
        let bins = length.div_ceil(bin) as usize;
        Timeline {
            length,
            bin,
            bins,
            integrals: vec![0; rows * bins],
            steps: vec![0; rows * (bins + 1)],
            current: Bin { index: 0, start: 0, end: bin.min(length) },
        }
    }

    /// The number of bins.
    pub const fn bins(&self) -> usize {
        self.bins
    }

    /// When a bin begins and ends: the last one may be shorter.
    pub fn bounds(&self, bin: usize) -> (Time, Time) {
        let start = bin as u64 * self.bin;
        (Time::from_nanos(start), Time::from_nanos(start.saturating_add(self.bin).min(self.length)))
    }

    /// A new replication begins.
    pub(super) fn rewind(&mut self) {
        self.enter(0);
    }

    fn enter(&mut self, index: usize) {
        let (start, end) = self.bounds(index);
        self.current = Bin { index, start: start.nanos(), end: end.nanos() };
    }

    /// Time has reached the end of the current bin, which is not the last: advances to the next.
    pub(super) fn advance(&mut self) {
        self.enter(self.current.index + 1);
    }

    /// The current bin, and how many nanoseconds it lasts.
    pub(super) const fn current(&self) -> (usize, u64) {
        (self.current.index, self.current.end - self.current.start)
    }

    /// The end of the current bin.
    pub(super) const fn current_end(&self) -> u64 {
        self.current.end
    }

    /// Adds to the current bin.
    pub(super) fn add_integral(&mut self, row: usize, integral: u128) {
        self.integrals[row * self.bins + self.current.index] += integral;
    }

    /// The gauge is one higher from `from` to `to`, which is not beyond the end.
    #[inline]
    pub(super) fn add_interval(&mut self, row: usize, from: u64, to: u64) {
        debug_assert!(from <= to && to <= self.length);
        if from >= self.current.start && to <= self.current.end {
            self.integrals[row * self.bins + self.current.index] += u128::from(to - from);
        } else {
            self.add_far_interval(row, from, to);
        }
    }

    fn add_far_interval(&mut self, row: usize, from: u64, to: u64) {
        let (first, last) = ((from / self.bin) as usize, (to / self.bin) as usize);
        let bins = row * self.bins;
        if first == last {
            // At the very end of the last bin an interval can only be empty.
            if from < to {
                self.integrals[bins + first] += u128::from(to - from);
            }
            return;
        }
        self.integrals[bins + first] += u128::from((first as u64 + 1) * self.bin - from);
        let rest = to - last as u64 * self.bin;
        if rest > 0 {
            self.integrals[bins + last] += u128::from(rest);
        }
        let steps = row * (self.bins + 1);
        self.steps[steps + first + 1] += 1;
        self.steps[steps + last] -= 1;
    }

    /// Takes an interval back that was added before, so that it leaves no trace.
    pub(super) fn take_back(&mut self, row: usize, from: u64, to: u64) {
        let (first, last) = ((from / self.bin) as usize, (to / self.bin) as usize);
        let bins = row * self.bins;
        if first == last {
            if from < to {
                self.integrals[bins + first] -= u128::from(to - from);
            }
            return;
        }
        self.integrals[bins + first] -= u128::from((first as u64 + 1) * self.bin - from);
        let rest = to - last as u64 * self.bin;
        if rest > 0 {
            self.integrals[bins + last] -= u128::from(rest);
        }
        let steps = row * (self.bins + 1);
        self.steps[steps + first + 1] -= 1;
        self.steps[steps + last] += 1;
    }

    /// Adds another's integrals.
    pub(super) fn add(&mut self, other: &Timeline) {
        for (sum, integral) in self.integrals.iter_mut().zip(&other.integrals) {
            *sum += integral;
        }
        for (sum, step) in self.steps.iter_mut().zip(&other.steps) {
            *sum += step;
        }
    }

    /// A gauge's integral over each bin.
    pub fn row(&self, row: usize) -> Vec<u128> {
        let integrals = &self.integrals[row * self.bins..][..self.bins];
        let steps = &self.steps[row * (self.bins + 1)..][..self.bins];
        let mut throughout = 0i64;
        let whole_bin = u128::from(self.bin);
        let mut total = |(integral, step): (&u128, &i64)| {
            throughout += step;
            let whole = u128::try_from(throughout).expect("no gauge is below zero");
            integral + whole * whole_bin
        };
        integrals.iter().zip(steps).map(&mut total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use proptest::prelude::*;

    #[test]
    fn the_last_bin_may_be_shorter() {
        let timeline = Timeline::new(1, Time::from_nanos(25), Span::from_nanos(10));
        assert_eq!(timeline.bins(), 3);
        assert_eq!(timeline.bounds(2), (Time::from_nanos(20), Time::from_nanos(25)));
    }

    proptest! {
        /// Whatever the interval and whichever bin is the current one: each bin gets the part that falls into it.
        #[test]
        fn intervals_are_cut_at_the_bins(
            length in 1..200u64,
            bin in 1..250u64,
            intervals in prop::collection::vec((0..200u64, 0..200u64, 0..20usize), 0..30),
        ) {
            let mut timeline = Timeline::new(2, Time::from_nanos(length), Span::from_nanos(bin));
            let mut expected = vec![0u128; timeline.bins()];
            for (a, b, current) in intervals {
                let (from, to) = (a.min(b).min(length), a.max(b).min(length));
                timeline.enter(current % timeline.bins());
                timeline.add_interval(1, from, to);
                for nano in from..to {
                    expected[(nano / bin) as usize] += 1;
                }
            }
            prop_assert_eq!(timeline.row(1), expected);
            prop_assert!(timeline.row(0).iter().all(|&integral| integral == 0));
            let before = timeline.clone();
            let (from, to) = (length / 3, length);
            timeline.add_interval(1, from, to);
            timeline.take_back(1, from, to);
            prop_assert_eq!(timeline, before);
        }
    }
}
