//! Which fact has which value of a measure.

use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder};
use crate::plan::{Plan, Window};
use crate::record::{Column, Merged, Meter, Reading, ReplicationSummary};

/// A value of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Which of the measures that are watched.
    pub measure: usize,
    /// When it was known.
    pub at: Time,
    /// The fact that has it.
    pub fact: Fact,
    /// The duration, or zero for a count.
    pub value: Span,
    /// How often this fact counts: more than once only where several notice the same.
    pub times: u64,
    /// Whether the duration was not over, so that only a lower bound is known: `value` is zero then.
    pub censored: bool,
}

/// Who is to know.
pub trait Observer {
    /// A fact, before its values.
    fn noted(&mut self, now: Time, fact: Fact);
    /// A value of a measure.
    fn observed(&mut self, observed: Observed);
}

/// Watches measures: the meter is asked before and after every fact, so that what is found is exactly what it records.
#[derive(Debug)]
pub struct Watch<O> {
    meter: Meter,
    columns: Vec<Column>,
    before: Vec<Reading>,
    /// Who is to know.
    pub observer: O,
}

impl<O: Observer> Watch<O> {
    /// Watches these columns of runs of a plan.
    pub fn new(plan: &Plan, columns: Vec<Column>, observer: O) -> Watch<O> {
        Watch::over(plan, plan.window(), columns, observer)
    }

    /// The same in a window other than that of the workload, as of a study in the steady state whose warm-up was found.
    pub fn over(plan: &Plan, window: Window, columns: Vec<Column>, observer: O) -> Watch<O> {
        Watch { meter: Meter::new(plan, window), before: vec![Reading::default(); columns.len()], columns, observer }
    }

    /// A replication begins.
    pub fn start(&mut self, replication: u64) {
        self.meter.start(replication);
        self.before.fill(Reading::default());
    }

    /// The replication is over.
    pub fn finish(&mut self, end: Time, events: u64) -> ReplicationSummary {
        self.meter.finish(end, events)
    }

    /// What was measured in all replications, and who came to know.
    pub fn into_parts(self) -> (Merged, O) {
        (self.meter.into_merged(), self.observer)
    }
}

impl<O: Observer> Recorder for Watch<O> {
    fn note(&mut self, now: Time, fact: Fact) {
        self.observer.noted(now, fact);
        self.meter.note(now, fact);
        if !Meter::is_measured(&fact) {
            return;
        }
        for (measure, (column, before)) in self.columns.iter().zip(&mut self.before).enumerate() {
            let after = self.meter.reading(*column);
            if after == *before {
                continue;
            }
            let (times, nanos) = (after.times - before.times, after.nanos - before.nanos);
            let observed = Observed { measure, at: now, fact, value: Span::ZERO, times, censored: false };
            if times > 0 {
                // Where a fact counts several times, each has the same value.
                let value = Span::from_nanos(u64::try_from(nanos / u128::from(times)).unwrap_or(u64::MAX));
                self.observer.observed(Observed { value, ..observed });
            }
            if after.censored > before.censored {
                self.observer.observed(Observed {
                    times: after.censored - before.censored,
                    censored: true,
                    ..observed
                });
            }
            *before = after;
        }
    }
}
