//! A replication is run again: once to find calls, once to follow them.

use std::sync::atomic::AtomicBool;

use crate::cluster::Cluster;
use crate::domain::CallName;
use crate::engine::{Span, Time};
use crate::facts::{Fact, Recorder};
use crate::plan::Plan;
use crate::record::{Catalogue, Column, Metric, OfDuration, Scope};

use super::follow::{Followed, Follower};
use super::select::{Selected, Selection, Selector};
use super::watch::{Observed, Observer, Watch};

/// Finds calls in a replication, at most so many. `None`: it was stopped.
pub fn select(
    plan: &Plan,
    (seed, replication): (u64, u64),
    selection: &Selection,
    most: usize,
    stop: &AtomicBool,
) -> Option<Selected> {
    if let Selection::Call(call) = selection {
        return Some(Selected { calls: vec![*call], ..Selected::default() });
    }
    let finder = Selector::new(plan, selection, most);
    let columns = finder.columns();
    let mut cluster = Cluster::new(plan, Judged(Watch::new(plan, columns, finder)));
    cluster.recorder.0.start(replication);
    cluster.run_unless(stop, seed, replication)?;
    let mut found = cluster.recorder.0.observer.found;
    found.calls.sort_unstable();
    if let Some(call) = found.worst.and_then(|worst| worst.fact.call()) {
        found.calls = vec![call];
    }
    Some(found)
}

/// Judges a call that is over once its values are known.
struct Judged<'s>(Watch<Selector<'s>>);

impl Recorder for Judged<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        self.0.note(now, fact);
        self.0.observer.judge(fact);
    }
}

/// A value of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Of what.
    pub metric: Metric,
    /// When it was known.
    pub at: Time,
    /// How long.
    pub value: Span,
}

/// What happened to calls.
#[derive(Debug, Default)]
pub struct Trace {
    /// The calls, with all that happened to them.
    pub calls: Vec<(CallName, Followed, Vec<Value>)>,
    /// What happened to the cluster.
    pub cluster: Vec<(Time, Fact)>,
    /// How many calls each traffic offered.
    pub offered: Vec<u32>,
}

/// Follows calls through a replication. What happens to each is the same whichever others are followed. `None`: it was stopped.
pub fn follow(plan: &Plan, (seed, replication): (u64, u64), names: &[CallName], stop: &AtomicBool) -> Option<Trace> {
    let catalogue = Catalogue::new(plan);
    let of_cluster = |metric: Metric| {
        let row =
            catalogue.durations.iter().position(|it| it.exists && it.scope == Scope::Cluster && it.metric == metric);
        row.map(|row| (metric, Column::Duration(row, OfDuration::Mean)))
    };
    let (metrics, columns): (Vec<Metric>, Vec<Column>) = Metric::ALL.into_iter().filter_map(of_cluster).unzip();
    let following = Following {
        follower: Follower::new(names.iter().copied()),
        metrics,
        values: Vec::new(),
        offered: vec![0; plan.sources.len()],
    };
    let mut cluster = Cluster::new(plan, Watch::new(plan, columns, following));
    cluster.recorder.start(replication);
    cluster.run_unless(stop, seed, replication)?;
    let Following { mut follower, values, offered, .. } = cluster.recorder.observer;
    let calls = names.iter().filter_map(|name| {
        let followed = follower.calls.remove(name)?;
        let its_own = values.iter().filter(|(call, _)| call == name).map(|(_, value)| *value).collect();
        Some((*name, followed, its_own))
    });
    Some(Trace { calls: calls.collect(), cluster: std::mem::take(&mut follower.cluster), offered })
}

struct Following {
    follower: Follower,
    metrics: Vec<Metric>,
    values: Vec<(CallName, Value)>,
    offered: Vec<u32>,
}

impl Observer for Following {
    fn noted(&mut self, now: Time, fact: Fact) {
        if let Fact::Offered { call, .. } | Fact::NotDialled { call, .. } = fact {
            let count = &mut self.offered[call.source.index()];
            *count = (*count).max(call.number + 1);
        }
        self.follower.note(now, fact);
    }

    fn observed(&mut self, observed: Observed) {
        let Some(call) = observed.fact.call().filter(|call| self.follower.follows(*call)) else { return };
        if !observed.censored {
            let value = Value { metric: self.metrics[observed.measure], at: observed.at, value: observed.value };
            self.values.push((call, value));
        }
    }
}
