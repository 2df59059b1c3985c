//! The search for a capacity: how much of something is enough.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::analysis::{Evaluated, Judged, Study, Verdict, judge};
use crate::experiment::{self, End, Failure, Turn};
use crate::stats::Confidence;

use super::case::Case;
use super::observer::{Observer, Remark};
use super::runner::Runner;
use super::window::window;

/// The parameters of a capacity search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The number of values.
    pub values: usize,
    /// The end at which the goals are met: with the first one, the largest value that meets them is sought, with the last one
    /// the smallest. `None`: found from the two ends.
    pub met_at: Option<End>,
    /// The number of goals: the error probability is divided among them.
    pub goals: usize,
    /// The replications allowed per value.
    pub replications: Range<u64>,
}

impl Search {
    /// The confidence of each interval that gives a simultaneous confidence of 95 %: the error probability is divided among
    /// all looks at each value for each goal (Bonferroni).
    pub fn confidence(&self) -> Confidence {
        let looks = experiment::looks(self.replications.end - self.replications.start);
        // Several goals may take two more searches.
        let searches = if self.goals > 1 { 3 } else { 1 };
        Confidence::P95.of_each(experiment::points(self.values) * searches * looks * self.goals)
    }
}

/// Finds where along the values the goals turn from met to missed, and returns the evaluated values in order. `load` makes
/// the case of a value. Each value takes only as many replications as necessary to decide, under common random numbers.
///
/// ```
/// use ctisim::check;
/// use ctisim::experiment::{Audit, End};
/// use ctisim::studies::{Axis, Case, Runner, Search, capacity};
/// use ctisim::workload::{self, NoFiles};
/// use std::error::Error;
/// use std::sync::atomic::AtomicBool;
///
/// let text = r#"
///     format = 1
///     question = "How many lines?"
///     run = { length = "5m" }
///     [[node]]
///     name = "sub1"
///     [[destination]]
///     name = "outside"
///     lines = 1
///     [[traffic]]
///     name = "callers"
///     to = "outside"
///     arrivals = { poisson = "10/m" }
///     talk = "1m"
///     [[goal]]
///     metric = "refused"
///     at_most = "20%"
/// "#;
/// let values: Vec<String> = (1..=30).map(|lines| lines.to_string()).collect();
/// let axis = Axis::of_key("destination.outside.lines", values);
/// let load = |at: usize| -> Result<Case, Box<dyn Error>> {
///     let text = workload::set(text, &axis.settings[at])?;
///     let compiled = check::compile("example", &text, &NoFiles)?;
///     let digest = workload::digest(&text, &NoFiles);
///     Ok(Case { plan: compiled.plan, goals: compiled.goals, digest })
/// };
/// let stop = AtomicBool::new(false);
/// let runner = Runner { seed: 1, jobs: 1, audit: Audit::Off, observer: &(), stop: &stop, records: None };
/// let search = Search { values: 30, met_at: Some(End::Last), goals: 1, replications: 0..60 };
/// let (turn, evaluated) = capacity(&search, load, &runner)?;
/// println!("{turn:?} after {} values", evaluated.len());
/// # Ok::<(), Box<dyn Error>>(())
/// ```
///
/// # Errors
/// Those of `load`, and why there is no outcome.
pub fn capacity<O: Observer, E: From<Failure>>(
    search: &Search,
    mut load: impl FnMut(usize) -> Result<Case, E>,
    runner: &Runner<'_, O>,
) -> Result<(Turn, Vec<Evaluated>), E> {
    let confidence = search.confidence();
    let mut evaluated: BTreeMap<usize, Evaluated> = BTreeMap::new();
    // Evaluates a value until the goals of these rows, of all if there are none, are decided.
    let mut look = |at: usize, rows: &[usize]| -> Result<Verdict, E> {
        let of = |judged: &[Judged]| {
            let asked = judged.iter().enumerate().filter(|(row, _)| rows.is_empty() || rows.contains(row));
            Verdict::of_all(asked.map(|(_, it)| it.verdict))
        };
        if let Some(known) = evaluated.get(&at).map(|it| of(&it.judged)).filter(|it| *it != Verdict::Undecided) {
            return Ok(known);
        }
        let Case { plan, goals, .. } = load(at)?;
        let judged =
            |study: &Study| -> Vec<Judged> { goals.iter().map(|goal| judge(goal, study, confidence)).collect() };
        let most = search.replications.end - search.replications.start;
        let enough = |study: &Study| {
            let judged = judged(study);
            let done = study.outcome.summaries.len() as u64;
            of(&judged) != Verdict::Undecided
                || (done * LOOKS_BEFORE_GIVING_UP >= most && is_out_of_reach(&judged, done, most))
        };
        let window = window(&plan, runner)?;
        runner.observer.expect(most);
        let (study, _) = runner.replicate_until(&plan, window, search.replications.clone(), enough)?;
        // One that is evaluated again, for other goals, keeps its place.
        let order = evaluated.get(&at).map_or(evaluated.len() + 1, |it| it.order);
        let found = Evaluated::new(at, order, &study, judged(&study));
        let (verdict, replications) = (of(&found.judged), found.replications);
        runner.observer.remark(Remark::Evaluated { at, verdict, replications });
        evaluated.insert(at, found);
        Ok(verdict)
    };
    let mut turn = experiment::search(search.values, search.met_at, |at| look(at, &[]).map(known))?;
    if turn == Turn::Nowhere && search.met_at.is_none() && search.values > 2 {
        let last = search.values - 1;
        let (mut at_first, mut at_last) = (Vec::new(), Vec::new());
        for goal in 0..search.goals {
            if look(0, &[goal])? == Verdict::Missed {
                at_first.push(goal);
            }
            if look(last, &[goal])? == Verdict::Missed {
                at_last.push(goal);
            }
        }
        if !at_first.iter().any(|goal| at_last.contains(goal)) {
            // Some want more and others less: the goals are met between, if anywhere.
            let rises = experiment::search(search.values, Some(End::Last), |at| look(at, &at_first).map(known))?;
            let falls = experiment::search(search.values, Some(End::First), |at| look(at, &at_last).map(known))?;
            turn = twice(&rises, &falls, last);
        }
    }
    Ok((turn, evaluated.into_values().collect()))
}

/// A value is given up as undecided after this part of the replications allowed for it,
const LOOKS_BEFORE_GIVING_UP: u64 = 4;
/// if deciding it would take so many times as many as are allowed.
const OUT_OF_REACH: u64 = 32;

/// Whether deciding takes many more replications than are allowed.
fn is_out_of_reach(judged: &[Judged], done: u64, most: u64) -> bool {
    let undecided = judged.iter().filter(|it| it.verdict == Verdict::Undecided);
    undecided.filter_map(|it| it.would_decide(done)).any(|needed| needed > OUT_OF_REACH * most)
}

fn known(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Met => Some(true),
        Verdict::Missed => Some(false),
        Verdict::Undecided => None,
    }
}

/// Both turns: of the goals that are missed at the first value and met from some value on, and of those that are met up to some
/// value.
fn twice(rises: &Turn, falls: &Turn, last: usize) -> Turn {
    let ends = |turn: &Turn, everywhere: usize| match *turn {
        Turn::Between { yes, no } => (yes, no),
        Turn::Everywhere => (Some(everywhere), None),
        _ => (None, None),
    };
    let ((from, missed_to), (to, missed_from)) = (ends(rises, 0), ends(falls, last));
    let between = |one: Option<usize>, other: Option<usize>| match (one, other) {
        (Some(one), Some(other)) => one.abs_diff(other).saturating_sub(1),
        _ => last,
    };
    Turn::Twice { from, to, undecided: between(from, missed_to) + between(to, missed_from) }
}
