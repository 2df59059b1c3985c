//! The rate of a source over a run.

use crate::engine::{Span, Time};
use crate::workload::{self as source, Calls};

/// A piecewise constant rate.
#[derive(Clone, Debug, PartialEq)]
pub struct RateCurve {
    /// The times at which the rate changes, and the rates from then on, in calls per second; in order, from time zero.
    pub steps: Vec<(Time, f64)>,
}

/// The number of periods of a profile in a run.
fn rounds(period: Option<Span>, length: Span) -> u64 {
    1 + length.nanos().saturating_sub(1) / period.map_or(u64::MAX, Span::nanos).max(1)
}

/// An upper bound on the changes of rate of a source in a run.
pub(super) fn steps(arrivals: &source::Arrivals, length: Span) -> u64 {
    let base = match &arrivals.calls {
        Calls::Rate(_) | Calls::Listed(_) => 1,
        Calls::Profile(points, repeat) => rounds(*repeat, length).saturating_mul(points.len() as u64),
    };
    // A modulated source goes through its states again and again.
    let cycle = arrivals.states.iter().fold(0, |sum: u64, (_, mean)| sum.saturating_add(mean.nanos()));
    let cycles = if arrivals.states.is_empty() { 0 } else { length.nanos() / cycle.max(1) };
    let states = cycles.saturating_mul(arrivals.states.len() as u64);
    base.saturating_add(2 * arrivals.bursts.len() as u64).saturating_add(states)
}

/// The rate of a source over a run: its profile, repeated, times its bursts and its scale.
pub(super) fn curve(arrivals: &source::Arrivals, length: Span) -> RateCurve {
    let mut base: Vec<(u64, f64)> = match &arrivals.calls {
        Calls::Rate(rate) => vec![(0, *rate)],
        Calls::Profile(points, repeat) => {
            let period = repeat.map_or(u64::MAX, Span::nanos);
            let rounds = (0..rounds(*repeat, length)).map(|round| round.saturating_mul(period));
            rounds.flat_map(|begin| points.iter().map(move |it| (begin + it.at.value.nanos(), it.rate))).collect()
        }
        Calls::Listed(_) => Vec::new(),
    };
    base.retain(|&(at, _)| at < length.nanos());
    let bursts: Vec<(u64, u64, f64)> = arrivals
        .bursts
        .iter()
        .map(|burst| (burst.at.nanos(), burst.at.nanos().saturating_add(burst.duration.nanos()), burst.times))
        .collect();
    let mut changes: Vec<u64> = base.iter().map(|&(at, _)| at).collect();
    changes.extend(bursts.iter().flat_map(|&(from, to, _)| [from, to]));
    changes.retain(|&at| at < length.nanos());
    changes.sort_unstable();
    changes.dedup();
    let mut edges: Vec<u64> = bursts.iter().flat_map(|&(from, to, _)| [from, to]).collect();
    edges.sort_unstable();
    let (mut edge, mut times) = (0, 1.0);
    let mut row = 0;
    let mut steps = Vec::with_capacity(changes.len());
    for at in changes {
        while base.get(row + 1).is_some_and(|&(next, _)| next <= at) {
            row += 1;
        }
        // A profile without a rate at zero has been reported.
        let rate = base.get(row).map_or(0.0, |&(_, rate)| rate);
        // Between the edges of bursts only the base changes.
        if edges.get(edge).is_some_and(|&edge| edge <= at) {
            edge += edges[edge..].partition_point(|&edge| edge <= at);
            times = bursts.iter().filter(|&&(from, to, _)| from <= at && at < to).map(|&(_, _, times)| times).product();
        }
        steps.push((Time::from_nanos(at), rate * times * arrivals.scale));
    }
    RateCurve { steps }
}
