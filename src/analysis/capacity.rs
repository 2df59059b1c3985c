//! How much of something is enough: the values that were tried, between which the answer lies, and what binds.

use crate::experiment::Turn;
use crate::record::Goal;

use super::goals::{Judged, Verdict};
use super::resources::{Resource, resources};
use super::study::Study;

/// A value that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// Which of the values it is.
    pub at: usize,
    /// How many replications it took to tell, or were allowed.
    pub replications: u64,
    /// What became of each goal.
    pub judged: Vec<Judged>,
    /// Everything that work or calls can fill.
    pub resources: Vec<Resource>,
}

impl Evaluated {
    /// What a study of this value says.
    pub fn new(at: usize, study: &Study, judged: Vec<Judged>) -> Evaluated {
        let replications = study.outcome.summaries.len() as u64;
        Evaluated { at, replications, judged, resources: resources(study) }
    }

    /// That of all goals together.
    pub fn verdict(&self) -> Verdict {
        Verdict::of_all(self.judged.iter().map(|it| it.verdict))
    }

    /// How many replications would decide this value, if what was found stays as it is: the width of an interval goes with
    /// their root. `None` if that is decided, or the bound is right where the value is.
    pub fn would_decide(&self) -> Option<u64> {
        let of = |it: &Judged| {
            let (value, low, high) = (it.found.value?, it.found.low?, it.found.high?);
            let half = if value > it.goal.bound { value - low } else { high - value };
            let ratio = half / (value - it.goal.bound).abs();
            let needed = self.replications as f64 * ratio * ratio;
            (needed.is_finite() && needed < 1e9).then_some(needed.ceil() as u64)
        };
        let undecided = self.judged.iter().filter(|it| it.verdict == Verdict::Undecided);
        undecided.map(of).try_fold(0, |most, needed| Some(most.max(needed?))).filter(|needed| *needed > 0)
    }

    /// What is fullest of all; of those as full as each other, the last of the workload.
    pub fn fullest_resource(&self) -> Option<&Resource> {
        self.resources.iter().max_by(|a, b| a.busiest_bin.total_cmp(&b.busiest_bin))
    }

    /// A place of another value, at this one.
    pub fn same_resource(&self, other: &Resource) -> Option<&Resource> {
        self.resources.iter().find(|place| (place.kind, &place.name) == (other.kind, &other.name))
    }

    /// The station that is busiest.
    pub fn busiest_station(&self) -> Option<&Resource> {
        self.fullest(|place| place.size.is_none())
    }

    /// The group of ports, phones or lines that is fullest.
    pub fn fullest_group(&self) -> Option<&Resource> {
        self.fullest(|place| place.size.is_some())
    }

    fn fullest(&self, of: impl Fn(&Resource) -> bool) -> Option<&Resource> {
        let such = self.resources.iter().filter(|place| of(place));
        // Of those as full as each other, the first of the workload.
        such.rev().max_by(|a, b| a.busiest_bin.total_cmp(&b.busiest_bin))
    }
}

/// The answer to how much is enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    /// The workload's name.
    pub workload: String,
    /// Its question.
    pub question: String,
    /// The key that was varied.
    pub key: String,
    /// The values it could have, in their order.
    pub values: Vec<String>,
    /// What is wanted.
    pub goals: Vec<Goal>,
    /// The values that were tried, in their order.
    pub evaluated: Vec<Evaluated>,
    /// Where the goals stop being met.
    pub turn: Turn,
    /// Which replications there may be, at most.
    pub replications: std::ops::Range<u64>,
    /// The seed.
    pub seed: u64,
    /// The digest of the workload with the first of the values.
    pub digest: String,
    /// The command that gives this answer again.
    pub command: String,
}

/// A place as full where the goals are met as where they are missed does not bind: this much fuller is more than luck.
const GROWN: f64 = 0.05;
/// What is less full than this binds nothing.
const FULL_ENOUGH: f64 = 0.5;
/// A station as busy as this holds up what comes to it, and what is before it fills as well.
const SATURATED: f64 = 0.95;
/// Of so many values one may stay undecided for an answer that is narrow enough.
const NARROW: usize = 20;

impl Capacity {
    /// What was found at a value, if it was tried.
    pub fn at(&self, value: usize) -> Option<&Evaluated> {
        self.evaluated.iter().find(|it| it.at == value)
    }

    /// The values between which the answer lies that are neither known to meet the goals nor to miss them.
    pub fn undecided(&self) -> std::ops::Range<usize> {
        let last = self.values.len();
        match self.turn {
            Turn::Between { yes: Some(yes), no: Some(no) } => yes.min(no) + 1..yes.max(no),
            // On which side the open end is, the verdict of the first value tells.
            Turn::Between { yes: Some(at), no: None } | Turn::Between { yes: None, no: Some(at) } => {
                match self.evaluated.first().map(Evaluated::verdict) {
                    Some(Verdict::Undecided) => 0..at,
                    _ => at + 1..last,
                }
            }
            Turn::Undetermined => 0..last,
            _ => 0..0,
        }
    }

    /// Whether there is an answer, and what is left undecided is at most a twentieth of the values.
    pub fn is_narrow(&self) -> bool {
        match self.turn {
            Turn::Everywhere | Turn::Nowhere => true,
            Turn::Between { .. } => self.undecided().len() <= self.values.len() / NARROW,
            Turn::Undetermined | Turn::Contradiction { .. } => false,
        }
    }

    /// The value whose study shows what binds: the first that misses the goals.
    pub fn first_missed(&self) -> Option<&Evaluated> {
        match self.turn {
            Turn::Between { no: Some(no), .. } => self.at(no),
            // The one that comes nearest to what is wanted is not known: the ends are what there is.
            Turn::Nowhere => self.evaluated.last(),
            _ => None,
        }
    }

    /// The place that binds at the first value that misses the goals: full there, and fuller than where they are met.
    /// A station that works all the time comes first, because what is before it fills too.
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
                // What is full where the goals are missed binds, whether or not it is also full where they are met.
                Some(_) if place.busiest_bin >= SATURATED => true,
                Some(best) => most - share(best, place) >= GROWN && place.busiest_bin >= FULL_ENOUGH,
                // Where the goals are met nowhere, only what is full beyond doubt can be blamed.
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
