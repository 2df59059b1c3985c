//! The result of a capacity search: the evaluated values, between which of them the limit lies, and the bottleneck.

use crate::experiment::Turn;
use crate::record::Goal;

use super::goals::{Judged, Verdict};
use super::resources::{Resource, resources};
use super::study::Study;

/// A value that was evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// Its index among the values.
    pub at: usize,
    /// When it was evaluated: 1 for the first value that was.
    pub order: usize,
    /// How many replications it took to decide, or were allowed.
    pub replications: u64,
    /// The verdict on each goal.
    pub judged: Vec<Judged>,
    /// Every resource with its use.
    pub resources: Vec<Resource>,
}

impl Evaluated {
    /// From a study of this value, the `order`-th to be evaluated.
    pub fn new(at: usize, order: usize, study: &Study, judged: Vec<Judged>) -> Evaluated {
        let replications = study.outcome.summaries.len() as u64;
        Evaluated { at, order, replications, judged, resources: resources(study) }
    }

    /// The verdict on all goals together.
    pub fn verdict(&self) -> Verdict {
        Verdict::of_all(self.judged.iter().map(|it| it.verdict))
    }

    /// How many replications decide this value in eight of ten cases, if the estimate is right. `None` if it is decided, if the
    /// estimate equals the bound, or if it was seen too seldom to tell.
    pub fn would_decide(&self) -> Option<u64> {
        let undecided = self.judged.iter().filter(|it| it.verdict == Verdict::Undecided);
        let mut needed = undecided.map(|it| it.would_decide(self.replications));
        needed.try_fold(0, |most, needed| Some(most.max(needed?))).filter(|needed| *needed > 0)
    }

    /// The fullest resource; of equally full ones the last in the workload.
    pub fn fullest_resource(&self) -> Option<&Resource> {
        self.resources.iter().max_by(|a, b| a.busiest_bin.total_cmp(&b.busiest_bin))
    }

    /// The same resource as `other`, at this value.
    pub fn same_resource(&self, other: &Resource) -> Option<&Resource> {
        self.resources.iter().find(|place| (place.kind, &place.name) == (other.kind, &other.name))
    }

    /// The busiest station.
    pub fn busiest_station(&self) -> Option<&Resource> {
        self.fullest(|place| place.size.is_none())
    }

    /// The fullest group of ports, phones or lines.
    pub fn fullest_group(&self) -> Option<&Resource> {
        self.fullest(|place| place.size.is_some())
    }

    fn fullest(&self, of: impl Fn(&Resource) -> bool) -> Option<&Resource> {
        let such = self.resources.iter().filter(|place| of(place));
        // Of equally full ones, the first in the workload.
        such.rev().max_by(|a, b| a.busiest_bin.total_cmp(&b.busiest_bin))
    }
}

/// The result of a capacity search.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    /// The workload's name.
    pub workload: String,
    /// Its question.
    pub question: String,
    /// The key that was varied, or several that are tied together.
    pub key: String,
    /// The values to choose from, in order.
    pub values: Vec<String>,
    /// What each value sets in the workload.
    pub settings: Vec<Vec<String>>,
    /// The goals.
    pub goals: Vec<Goal>,
    /// The values that were evaluated, in order.
    pub evaluated: Vec<Evaluated>,
    /// Where the goals turn from met to missed.
    pub turn: Turn,
    /// The replications allowed per value.
    pub replications: std::ops::Range<u64>,
    /// The seed.
    pub seed: u64,
    /// The digest of the workload with the first of the values.
    pub digest: String,
    /// The command that reproduces this result.
    pub command: String,
}

/// A resource is the bottleneck only if it is fuller where the goals are missed than where they are met, by at least this
/// much: less may be random variation.
const GROWN: f64 = 0.05;
/// A resource less full than this is no bottleneck.
const FULL_ENOUGH: f64 = 0.5;
/// A station at least this busy is saturated: work queues, and the resources upstream fill as well.
const SATURATED: f64 = 0.95;
/// A result is narrow if at most one in this many values is undecided.
const NARROW: usize = 20;

impl Capacity {
    /// What was found at a value, if it was evaluated.
    pub fn at(&self, value: usize) -> Option<&Evaluated> {
        self.evaluated.iter().find(|it| it.at == value)
    }

    /// The range of values that are neither known to meet the goals nor to miss them.
    pub fn undecided(&self) -> std::ops::Range<usize> {
        let last = self.values.len();
        match self.turn {
            Turn::Between { yes: Some(yes), no: Some(no) } => yes.min(no) + 1..yes.max(no),
            // The verdict on the first value shows which end is undecided.
            Turn::Between { yes: Some(at), no: None } | Turn::Between { yes: None, no: Some(at) } => {
                match self.evaluated.first().map(Evaluated::verdict) {
                    Some(Verdict::Undecided) => 0..at,
                    _ => at + 1..last,
                }
            }
            Turn::Between { yes: None, no: None } | Turn::Undetermined => 0..last,
            Turn::Everywhere | Turn::Nowhere | Turn::Twice { .. } | Turn::Contradiction { .. } => 0..0,
        }
    }

    /// Whether there is an answer, with at most a twentieth of the values undecided.
    pub fn is_narrow(&self) -> bool {
        match self.turn {
            Turn::Everywhere | Turn::Nowhere => true,
            Turn::Between { .. } => self.undecided().len() <= self.values.len() / NARROW,
            Turn::Twice { undecided, .. } => undecided <= self.values.len() / NARROW,
            Turn::Undetermined | Turn::Contradiction { .. } => false,
        }
    }

    /// The values, first and last, that are known to meet all goals, where these turn twice.
    pub fn met_within(&self) -> Option<(usize, usize)> {
        match self.turn {
            Turn::Twice { from: Some(from), to: Some(to), .. } if from <= to => Some((from, to)),
            _ => None,
        }
    }

    /// The value whose study shows the bottleneck: the first that misses the goals.
    pub fn first_missed(&self) -> Option<&Evaluated> {
        match self.turn {
            Turn::Between { no: Some(no), .. } => self.at(no),
            // Which value comes closest to the goals is not known: take an end of the range.
            Turn::Nowhere => self.evaluated.last(),
            _ => None,
        }
    }

    /// The bottleneck at the first value that misses the goals: a resource that is full there, and fuller than where they
    /// are met. A saturated station comes first, because the resources upstream of it fill too.
    pub fn binding(&self) -> Option<&Resource> {
        let missed = self.first_missed()?;
        let of = |verdict| self.evaluated.iter().filter(move |it| it.verdict() == verdict);
        let distance = |it: &&Evaluated| it.at.abs_diff(missed.at);
        let best = of(Verdict::Met).max_by_key(distance);
        let worst = of(Verdict::Missed).max_by_key(|it| best.map_or(0, |best| it.at.abs_diff(best.at)))?;
        let share = |of: &Evaluated, like: &Resource| of.same_resource(like).map_or(0.0, |place| place.busiest_bin);
        let grew = |place: &&Resource| {
            let most = share(worst, place).max(place.busiest_bin);
            match best {
                // A resource that saturates where the goals are missed counts even if it also does where they are met.
                Some(_) if place.busiest_bin >= SATURATED => true,
                Some(best) => most - share(best, place) >= GROWN && place.busiest_bin >= FULL_ENOUGH,
                // If no value meets the goals, only a saturated resource is certain to be the bottleneck.
                None => place.busiest_bin >= SATURATED,
            }
        };
        let rank = |place: &&Resource| (place.size.is_none() && place.busiest_bin >= SATURATED, place.busiest_bin);
        let candidates = missed.resources.iter().filter(grew);
        candidates.rev().max_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    }
}
