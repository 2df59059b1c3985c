//! Explains a number: the replications are run again, and whoever made the number is asked what it took.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crate::analysis::{Asked, Example, Explanation, Group, Kind, Number, Spent, Study, causes_of};
use crate::cluster::Cluster;
use crate::domain::StationId;
use crate::engine::Span;
use crate::experiment::{Failure, Replicator, replicate};
use crate::facts::Task;
use crate::plan::{Plan, Window};
use crate::record::{Column, Merged, ReplicationSummary};
use crate::trace::{Audience, Cause, Finder, Found, Watch};

use super::observer::Observer;
use super::runner::Runner;

/// Why a number is not explained.
#[derive(Debug)]
pub enum Unexplained {
    /// Replications ended early.
    Failure(Failure),
    /// What was found is not the number: the program contradicts itself.
    Contradiction(String),
}

/// What was found so far.
#[derive(Clone, Debug, Default)]
struct Sums {
    group: Spent,
    all: Spent,
    /// Of each kind the one nearest to the number: how far it is from it, and which.
    examples: BTreeMap<Kind, (u64, Example)>,
    work: BTreeMap<(StationId, Task), u128>,
    /// A value whose parts do not add up to it.
    wrong: Option<Example>,
}

impl Sums {
    fn merge(&mut self, other: Sums) {
        self.group.merge(&other.group);
        self.all.merge(&other.all);
        for (kind, (far, example)) in other.examples {
            self.offer(kind, far, example);
        }
        other.work.into_iter().for_each(|(key, nanos)| *self.work.entry(key).or_default() += nanos);
        self.wrong = self.wrong.take().or(other.wrong);
    }

    fn offer(&mut self, kind: Kind, far: u64, example: Example) {
        let rank = |far: u64, it: &Example| (far, it.replication, it.found.at, it.found.call);
        match self.examples.get(&kind) {
            Some((kept, it)) if rank(*kept, it) <= rank(far, &example) => {}
            _ => {
                self.examples.insert(kind, (far, example));
            }
        }
    }
}

/// Adds up what one thread finds.
struct Listener<'n> {
    number: &'n Number,
    bin: Span,
    sums: Sums,
    replication: u64,
    /// The values of this replication, and what they were spent on.
    values: u64,
    causes: BTreeMap<Cause, u128>,
}

impl Listener<'_> {
    fn start(&mut self, replication: u64) {
        (self.replication, self.values) = (replication, 0);
        self.causes.clear();
    }

    fn end(&mut self) {
        self.sums.all.end(self.values, &self.causes);
        if self.number.group == Group::All {
            self.sums.group.end(self.values, &self.causes);
        }
    }
}

impl Audience for Listener<'_> {
    fn found(&mut self, found: Found) {
        if found.censored {
            return;
        }
        let causes = causes_of(&found);
        let sum: u128 = causes.values().sum();
        if found.why.is_none() && sum != u128::from(found.value.nanos()) {
            self.sums.wrong = Some(Example { replication: self.replication, found });
            return;
        }
        self.values += found.times;
        for (cause, nanos) in &causes {
            *self.causes.entry(*cause).or_default() += nanos * u128::from(found.times);
        }
        self.sums.all.count(self.replication, self.bin, &found);
        if !self.number.group.has(self.replication, found.value) {
            return;
        }
        self.sums.group.count(self.replication, self.bin, &found);
        let longest = causes.iter().rev().max_by_key(|(_, nanos)| **nanos).map(|(cause, _)| Kind::Cause(*cause));
        let kind = found.why.map(Kind::Why).or(longest).unwrap_or(Kind::Any);
        let far = found.value.nanos().abs_diff(self.number.typical.nanos());
        self.sums.offer(kind, far, Example { replication: self.replication, found });
    }
}

/// Runs replications and finds what is behind the values of a measure.
struct Explainer<'p, 'n> {
    plan: &'p Plan,
    seed: u64,
    cluster: Cluster<'p, Watch<Finder<'p, Listener<'n>>>>,
    /// Where it all is added up.
    whole: &'n Mutex<Sums>,
}

impl Replicator for Explainer<'_, '_> {
    fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
        let never = AtomicBool::new(false);
        Ok(self.run_unless(&never, replication)?.expect("nobody raises the flag"))
    }

    fn run_unless(&mut self, stop: &AtomicBool, replication: u64) -> Result<Option<ReplicationSummary>, Vec<String>> {
        let watch = &mut self.cluster.recorder;
        watch.observer.start();
        watch.observer.audience.start(replication);
        watch.start(replication);
        let Some(events) = self.cluster.run_unless(stop, self.seed, replication) else { return Ok(None) };
        let watch = &mut self.cluster.recorder;
        watch.observer.audience.end();
        Ok(Some(watch.finish(self.plan.length, events)))
    }

    fn into_merged(self) -> Merged {
        let (merged, finder) = self.cluster.recorder.into_parts();
        let Finder { work, audience: Listener { mut sums, .. }, .. } = finder;
        sums.work = work;
        self.whole.lock().expect("no thread panics while it holds this").merge(sums);
        merged
    }
}

/// Explains a number of a study, which is in this column: runs its replications once more.
///
/// # Errors
/// Why that failed, or how what was found contradicts the study.
pub fn explain<'p, O: Observer>(
    study: &Study<'p>,
    asked: &Asked,
    column: Column,
    number: Number,
    runner: &Runner<'_, O>,
) -> Result<Explanation<'p>, Unexplained> {
    let Study { plan, window, seed, ref outcome, .. } = *study;
    let first = outcome.summaries[0].replication;
    let replications = first..first + outcome.summaries.len() as u64;
    let whole = Mutex::new(Sums::default());
    let worker = || listener(plan, window, seed, column, &number, &whole);
    let again = replicate(replications.clone(), runner.jobs, worker, runner.observer, runner.stop)
        .map_err(Unexplained::Failure)?;
    let Sums { group, all, examples, work, wrong } = whole.into_inner().expect("no thread is left");
    if let Some(Example { replication, found }) = wrong {
        return Err(Unexplained::Contradiction(format!(
            "the parts of a value of {asked} in replication {replication} do not add up to it: {found:?}"
        )));
    }
    let sum = if number.nanos == 0 { 0 } else { all.nanos };
    if again != *outcome || (all.values, sum) != (number.values, number.nanos) {
        return Err(Unexplained::Contradiction(format!(
            "{asked} has {} values of {} ns in all, and {} of {sum} ns were found",
            number.values, number.nanos, all.values
        )));
    }
    let top = match group.whys.iter().max_by_key(|(why, times)| (**times, std::cmp::Reverse(**why))) {
        Some((why, _)) => Some(Kind::Why(*why)),
        None => group.ranked().first().map(|(cause, ..)| Kind::Cause(*cause)),
    };
    // The greatest cause of all together need not be the greatest of any.
    let nearest = || examples.values().min_by_key(|(far, it)| (*far, it.replication, it.found.at, it.found.call));
    let example = top.and_then(|top| examples.get(&top)).or_else(nearest).map(|(_, example)| example.clone());
    let replications = replications.end - replications.start;
    Ok(Explanation { plan, asked: asked.clone(), number, replications, group, all, example, work, bin: window.bin })
}

fn listener<'p, 'n>(
    plan: &'p Plan,
    window: Window,
    seed: u64,
    column: Column,
    number: &'n Number,
    whole: &'n Mutex<Sums>,
) -> Explainer<'p, 'n> {
    let listener =
        Listener { number, bin: window.bin, sums: Sums::default(), replication: 0, values: 0, causes: BTreeMap::new() };
    let finder = Finder::new(plan, vec![column], listener);
    Explainer { plan, seed, cluster: Cluster::new(plan, Watch::over(plan, window, vec![column], finder)), whole }
}
