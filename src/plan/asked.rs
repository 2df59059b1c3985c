//! What a study asks for beyond what every run measures. It has to be known before a replication is run.

use crate::engine::Span;

/// Times within which callers are to be answered, and percentiles that a replication keeps beyond the usual ones. The order in which they
/// were asked for makes no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    within: Vec<Span>,
    percentiles: Vec<u32>,
}

impl Asked {
    /// The times of a workload.
    pub fn new(within: &[Span]) -> Asked {
        let mut asked = Asked::default();
        within.iter().for_each(|time| asked.add_within(*time));
        asked
    }

    /// Asks who is answered within this time.
    pub fn add_within(&mut self, time: Span) {
        add(&mut self.within, time);
    }

    /// Asks for a percentile, in millionths: 800,000 is the 80th.
    pub fn add_percentile(&mut self, millionths: u32) {
        add(&mut self.percentiles, millionths);
    }

    /// The times, each once, ascending.
    pub fn within(&self) -> &[Span] {
        &self.within
    }

    /// The percentiles in millionths, each once, ascending.
    pub fn percentiles(&self) -> &[u32] {
        &self.percentiles
    }
}

fn add<T: Ord + Copy>(list: &mut Vec<T>, value: T) {
    if let Err(place) = list.binary_search(&value) {
        list.insert(place, value);
    }
}
