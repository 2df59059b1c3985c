//! What a sweep says: which values meet the goals, and every measure over the values of the keys.

use std::cmp::Ordering;

use crate::analysis::{Judged, Measured, Point, Sweep, Verdict as Judgement, judge_found};
use crate::record::{Goal, Measure};
use crate::report::chart::{self, Axis, Chart, Plot, Series, Shape, Stroke};
use crate::report::goals::{found, interval};
use crate::report::sweep::{described, table};
use crate::report::table::Tone;
use crate::report::words::{counted, human, plural};

use super::parts::{
    Ids, axis_of, axis_of_measure, bound, drawn, estimate, figure, level, listed, named, point, report, titled, tone_of,
};
use crate::report::kept::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};

/// So many charts of a measure are drawn; what else there is stands in the table.
const MOST_CHARTS: usize = 4;

/// The report of it.
pub(crate) fn sweep_report(sweep: &Sweep, command: &str) -> Report {
    let tried = Tried::new(sweep);
    let mut items = charts(sweep);
    items.insert(0, Item::Note(BELOW.to_owned()));
    Report {
        about: format!("{} {}", sweep.question, described(sweep)),
        verdicts: verdicts(&tried),
        answer: answer(sweep, &tried),
        advice: advice(sweep, &tried),
        surer: undecided(sweep, &tried).into_iter().collect(),
        figures: figures(sweep, &tried),
        chapters: vec![
            Chapter {
                heading: format!("Over the values of {}", listed(&sweep.keys, 3)),
                about: "A point for each value, with its 95 % interval, and the goal as a line.".to_owned(),
                items,
            },
            Chapter { heading: "All numbers".to_owned(), about: String::new(), items: vec![Item::Table(table(sweep))] },
        ],
        ..report("sweep", &sweep.workload, question(sweep), command)
    }
}

/// What is asked.
fn question(sweep: &Sweep) -> String {
    let keys = listed(&sweep.keys, 3);
    let mut goals: Vec<String> = Vec::new();
    for goal in sweep.points.iter().flat_map(|point| &point.goals) {
        let words = format!("{} {}", named(&goal.measure), bound(goal));
        if !goals.contains(&words) {
            goals.push(words);
        }
    }
    match goals.len() {
        0 => format!("What does {keys} change?"),
        _ => format!("Which {keys} keeps {}?", goals.join(" and ")),
    }
}

/// What holds for all charts.
const BELOW: &str = "Each interval holds for its own point: of many points, about one in twenty lies outside. All points have the \
                     same callers, so that two of them can be told apart more exactly than their intervals suggest: \
                     ctisim compare does.";

/// Where along the points the goals are met.
#[derive(Debug, PartialEq)]
enum Met {
    /// There are no goals.
    NoGoals,
    /// At every point.
    All,
    /// At none that is known.
    None,
    /// From this one on, to the last.
    From(usize),
    /// From the first one up to this.
    UpTo(usize),
    /// At these, which are neither the first ones nor the last.
    Some(Vec<usize>),
}

/// Where along the points verdicts are met; `None` has no goals.
fn met(verdicts: &[Option<Judgement>]) -> Met {
    let met: Vec<usize> = (0..verdicts.len()).filter(|&at| verdicts[at] == Some(Judgement::Met)).collect();
    match *met {
        _ if verdicts.iter().all(Option::is_none) => Met::NoGoals,
        [] => Met::None,
        _ if met.len() == verdicts.len() => Met::All,
        [first, ..] if first + met.len() == verdicts.len() => Met::From(first),
        [first, .., last] if first == 0 && last + 1 == met.len() => Met::UpTo(last),
        [0] => Met::UpTo(0),
        _ => Met::Some(met),
    }
}

/// A sweep with its verdicts.
struct Tried {
    /// Those on the goals of each point.
    judged: Vec<Vec<Judged>>,
    /// Those on all goals of each point together.
    verdicts: Vec<Option<Judgement>>,
    /// Where the goals are met; along the points of a grid, only at which.
    met: Met,
    /// All goals.
    goals: Vec<String>,
}

impl Tried {
    fn new(sweep: &Sweep) -> Tried {
        let judged: Vec<Vec<Judged>> = sweep.points.iter().map(Point::judged).collect();
        let of = |judged: &Vec<Judged>| (!judged.is_empty()).then(|| all(judged));
        let verdicts: Vec<Option<Judgement>> = judged.iter().map(of).collect();
        let met = match met(&verdicts) {
            // The points of a grid have no single order.
            Met::From(first) if sweep.keys.len() > 1 => Met::Some((first..verdicts.len()).collect()),
            Met::UpTo(last) if sweep.keys.len() > 1 => Met::Some((0..=last).collect()),
            met => met,
        };
        Tried { judged, verdicts, met, goals: sweep.goals() }
    }

    /// How many points have this verdict.
    fn count(&self, verdict: Judgement) -> usize {
        self.verdicts.iter().filter(|it| **it == Some(verdict)).count()
    }

    /// The points next to those that meet the goals, the nearest first.
    fn beside(&self) -> Vec<usize> {
        match self.met {
            Met::From(first) => (0..first).rev().collect(),
            Met::UpTo(last) => (last + 1..self.verdicts.len()).collect(),
            _ => Vec::new(),
        }
    }

    /// The point nearest to those that meet the goals that misses them.
    fn missed(&self) -> Option<usize> {
        self.beside().into_iter().find(|&at| self.verdicts[at] == Some(Judgement::Missed))
    }
}

fn all(judged: &[Judged]) -> Judgement {
    Judgement::of_all(judged.iter().map(|it| it.verdict))
}

/// `the goal` or `all goals`.
fn goals_of(tried: &Tried) -> &'static str {
    if tried.goals.len() == 1 { "the goal" } else { "all goals" }
}

/// The values of a point, with their keys.
fn name(sweep: &Sweep, at: usize) -> String {
    let values = sweep.keys.iter().zip(&sweep.points[at].values);
    values.map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
}

/// The value of a point of one key, or its values with their keys.
fn short(sweep: &Sweep, at: usize) -> String {
    if sweep.keys.len() == 1 { sweep.points[at].values[0].clone() } else { name(sweep, at) }
}

/// How often each goal is met.
fn verdicts(tried: &Tried) -> Vec<Verdict> {
    let verdict = |goal: &String| {
        let judged = tried.judged.iter().flatten().filter(|it| it.goal.to_string() == *goal);
        let verdicts: Vec<Judgement> = judged.map(|it| it.verdict).collect();
        let count = |verdict| verdicts.iter().filter(|it| **it == verdict).count();
        let (met, missed, of) = (count(Judgement::Met), count(Judgement::Missed), verdicts.len());
        let (tone, words) = match (met, missed, of - met - missed) {
            (met, ..) if met == of => (Tone::Good, "met at every point".to_owned()),
            (_, missed, _) if missed == of => (Tone::Bad, "missed at every point".to_owned()),
            (0, 0, _) => (Tone::Open, "undecided at every point".to_owned()),
            (met, _, 0) => (Tone::Plain, format!("met at {met} of {of} points")),
            (met, _, open) => (Tone::Open, format!("met at {met} of {of} points, undecided at {open}")),
        };
        Verdict { tone, words, about: goal.clone() }
    };
    tried.goals.iter().map(verdict).collect()
}

/// What happened.
fn answer(sweep: &Sweep, tried: &Tried) -> Vec<Sentence> {
    match tried.met {
        Met::NoGoals => sweep.measures.iter().take(3).map(|measure| trend(sweep, measure)).collect(),
        _ => std::iter::once(headline(sweep, tried)).chain(evidence(sweep, tried)).collect(),
    }
}

/// Which points meet the goals.
fn headline(sweep: &Sweep, tried: &Tried) -> Sentence {
    let (points, goals) = (sweep.points.len(), goals_of(tried));
    let (missed, open) = (tried.count(Judgement::Missed), tried.count(Judgement::Undecided));
    let at_edge = |at: usize, which: &str, others: Option<&str>| {
        let others = others.map_or_else(String::new, |others| format!(", as do those {others} it"));
        let sentence = Sentence::default().strong(name(sweep, at));
        let says = format!(" is the {which} of {points} values tried that meets {goals}{others}");
        sentence.plain(format!("{says}{}.", beside(sweep, tried)))
    };
    match &tried.met {
        Met::NoGoals => Sentence::default(),
        Met::All if points == 1 => Sentence::default().strong(format!("{} meets {goals}.", name(sweep, 0))),
        Met::All => Sentence::default().strong(format!("All {points} points meet {goals}.")),
        Met::None if open == 0 && points == 1 => {
            Sentence::default().strong(format!("{} does not meet {goals}.", name(sweep, 0)))
        }
        Met::None if open == 0 => Sentence::default().strong(format!("None of the {points} points meets {goals}.")),
        Met::None => Sentence::default()
            .strong(format!("No point is known to meet {goals}"))
            .plain(format!(": {}.", tally(tried, missed, open))),
        Met::From(first) => at_edge(*first, "first", (first + 1 < points).then_some("after")),
        Met::UpTo(last) => at_edge(*last, "last", (*last > 0).then_some("before")),
        Met::Some(met) => {
            let names: Vec<String> = met.iter().map(|&at| short(sweep, at)).collect();
            let verb = if met.len() == 1 { "meets" } else { "meet" };
            let rest = tally(tried, missed, open);
            let sentence = Sentence::default().strong(format!("{} of {points} points {verb} {goals}", met.len()));
            sentence.plain(format!(": {}; {rest}.", names_of(&names, sweep.keys.len() > 1)))
        }
    }
}

/// The names of points in a list; those of a grid have commas in them.
fn names_of(names: &[String], is_grid: bool) -> String {
    const MOST: usize = 4;
    match names.len().checked_sub(MOST) {
        _ if !is_grid => listed(names, MOST),
        Some(more @ 1..) => format!("{} and {} more", names[..MOST].join("; "), human(more as f64)),
        _ => names.join("; "),
    }
}

/// How many points miss the goals and how many are undecided.
fn tally(tried: &Tried, missed: usize, open: usize) -> String {
    let it = if tried.goals.len() == 1 { "it" } else { "at least one" };
    let misses = (missed > 0).then(|| format!("{missed} miss{} {it}", if missed == 1 { "es" } else { "" }));
    let open = (open > 0).then(|| format!("{open} could not be decided"));
    misses.into_iter().chain(open).collect::<Vec<_>>().join(", ")
}

/// What the neighbours of the points that meet the goals are: undecided up to one that misses them.
fn beside(sweep: &Sweep, tried: &Tried) -> String {
    let it = if tried.goals.len() == 1 { "it" } else { "at least one" };
    let missed = tried.missed();
    let open: Vec<String> =
        tried.beside().into_iter().take_while(|at| Some(*at) != missed).map(|at| short(sweep, at)).collect();
    let open = (!open.is_empty()).then(|| format!("; {} could not be decided", listed(&open, 3)));
    let missed = missed.map(|at| format!("; {} misses {it}", short(sweep, at)));
    open.into_iter().chain(missed).collect()
}

/// The numbers that decided: of a goal that the nearest other point misses, there and at the edge.
fn evidence(sweep: &Sweep, tried: &Tried) -> Option<Sentence> {
    let missed_goal = |at: usize| tried.judged[at].iter().find(|it| it.verdict == Judgement::Missed);
    let asked = |it: &Judged| format!("; the goal is {}.", bound(&it.goal));
    match tried.met {
        Met::From(edge) | Met::UpTo(edge) => {
            let at = tried.missed()?;
            let it = missed_goal(at)?;
            let there = sweep.points[edge].result.found(&it.goal.measure);
            let sentence = Sentence::default().code(it.goal.measure.to_string());
            Some(sentence.plain(format!(
                " is {} at {} and {} at {}{}",
                estimate(&it.found),
                short(sweep, at),
                estimate(&there),
                short(sweep, edge),
                asked(it)
            )))
        }
        Met::None => {
            // The point that comes closest to a goal that every point misses.
            let all_miss = |goal: &&Goal| {
                let of = |judged: &Vec<Judged>| judged.iter().find(|it| it.goal == **goal).map(|it| it.verdict);
                tried.judged.iter().all(|judged| of(judged) == Some(Judgement::Missed))
            };
            let goal = sweep.points[0].goals.iter().find(all_miss)?;
            let away = |(at, judged): (usize, &Vec<Judged>)| {
                let it = judged.iter().find(|it| it.goal == *goal)?;
                drawn(it.found.value).map(|value| ((value - goal.bound).abs(), at))
            };
            let distances = tried.judged.iter().enumerate().filter_map(away);
            let (_, at) = distances.min_by(|one, other| one.0.total_cmp(&other.0))?;
            let it = tried.judged[at].iter().find(|it| it.goal == *goal)?;
            let sentence = Sentence::default().code(it.goal.measure.to_string());
            let closest = if sweep.points.len() == 1 { "is" } else { "comes closest" };
            let at = if sweep.points.len() == 1 { String::new() } else { format!(" at {}, with", short(sweep, at)) };
            Some(sentence.plain(format!(" {closest}{at} {}{}", estimate(&it.found), asked(it))))
        }
        _ => None,
    }
}

/// How a measure changes from the first point to the last, as far as the intervals show it.
fn trend(sweep: &Sweep, measure: &Measure) -> Sentence {
    let found: Vec<Measured> = sweep.points.iter().map(|point| point.result.found(measure)).collect();
    let values: Vec<(usize, f64)> = found.iter().enumerate().filter_map(|(at, it)| Some((at, it.value?))).collect();
    let sentence = || Sentence::default().code(measure.to_string());
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else {
        return sentence().plain(" has no value at any point.");
    };
    let lacking = found.len() - values.len();
    let lacks = match lacking {
        0 => String::new(),
        lacking => format!(" It has no value at {}.", counted(lacking, ["point", "points"])),
    };
    let says = |at: usize| estimate(&found[at]);
    if values.len() == 1 {
        return sentence().plain(format!(" is {} at {}.{lacks}", says(first.0), short(sweep, first.0)));
    }
    if values.iter().all(|(_, value)| *value == first.1) {
        return sentence().plain(format!(" is the same at every point: {}.{lacks}", says(first.0)));
    }
    let goes = |order: Ordering| {
        values
            .windows(2)
            .all(|pair| matches!(pair[1].1.total_cmp(&pair[0].1), it if it == order || it == Ordering::Equal))
    };
    let is_monotone = sweep.keys.len() == 1 && (goes(Ordering::Less) || goes(Ordering::Greater));
    let (from, to) = match is_monotone {
        true => (first.0, last.0),
        false => {
            let least = values.iter().min_by(|one, other| one.1.total_cmp(&other.1)).map_or(first.0, |it| it.0);
            // Of equal ones, the first.
            let most = values.iter().rev().max_by(|one, other| one.1.total_cmp(&other.1)).map_or(last.0, |it| it.0);
            (least, most)
        }
    };
    let (one, other) = (&found[from], &found[to]);
    let doubt = match (one.low.zip(one.high), other.low.zip(other.high)) {
        (Some((low, high)), Some((least, most))) if high < least || most < low => None,
        (Some(_), Some(_)) => Some("the intervals overlap, so that they show no difference"),
        _ => Some("an interval is unknown, so that they show no difference"),
    };
    let at = |at: usize| short(sweep, at);
    match (is_monotone, doubt) {
        (true, None) => {
            let verb = if goes(Ordering::Less) { "falls" } else { "rises" };
            let sentence = sentence().plain(format!(" {verb} from {} at {} to ", says(from), at(from)));
            sentence.strong(says(to)).plain(format!(" at {}.{lacks}", at(to)))
        }
        (true, Some(doubt)) => sentence().plain(format!(
            " is {} at {} and {} at {}: {doubt}.{lacks}",
            says(from),
            at(from),
            says(to),
            at(to)
        )),
        (false, doubt) => {
            let doubt = doubt.map_or_else(String::new, |doubt| format!(": {doubt}"));
            let (least, most) = (says(from), says(to));
            let words =
                format!(" is least at {}, {least}, and greatest at {}, {most}{doubt}.{lacks}", at(from), at(to));
            sentence().plain(words)
        }
    }
}

/// What to do.
fn advice(sweep: &Sweep, tried: &Tried) -> Vec<Sentence> {
    let words = |words: &str| Sentence::default().plain(words);
    let mut advice = Vec::new();
    match tried.met {
        Met::NoGoals => {
            let sentence = words("State what is to be met, and a sweep says which values meet it: ");
            let bound = sweep.measures.first().map_or_else(String::new, |measure| match measure.unit().name() {
                "ms" => format!("--goal '{measure}<=500ms'"),
                "ratio" => format!("--goal '{measure}<=1%'"),
                _ => format!("--goal '{measure}<=10'"),
            });
            advice.push(sentence.code(bound).plain(", for example."));
        }
        Met::From(edge) | Met::UpTo(edge) => {
            let side = if matches!(tried.met, Met::From(_)) { "later" } else { "earlier" };
            let others = if tried.count(Judgement::Met) == 1 { "" } else { side };
            let others = if others.is_empty() { String::new() } else { format!(", or one of the {others} values") };
            advice.push(words("Choose ").strong(name(sweep, edge)).plain(format!("{others}.")));
            advice.extend(between(sweep, tried, edge));
        }
        Met::All if sweep.points.len() > 1 => {
            advice.push(words("Choose any of these values. The limit, if it matters, lies outside of them."));
        }
        Met::None if tried.count(Judgement::Undecided) == 0 => {
            advice.push(words("Try values outside of this range, or vary another key."));
        }
        Met::None if sweep.keys.len() == 1 => advice.extend(beyond(sweep, tried)),
        Met::Some(_) => advice.push(words("Choose one of the points that meet the goals.")),
        Met::All | Met::None => {}
    }
    advice.truncate(3);
    advice
}

/// Where to look if the one end of the range is undecided, and all others miss.
fn beyond(sweep: &Sweep, tried: &Tried) -> Option<Sentence> {
    let last = tried.verdicts.len() - 1;
    let open: Vec<usize> = (0..=last).filter(|&at| tried.verdicts[at] == Some(Judgement::Undecided)).collect();
    let [end] = *open.as_slice() else { return None };
    let side = if end == last { "after" } else { "before" };
    (last > 0 && (end == 0 || end == last)).then(|| {
        let sentence = Sentence::default().plain("Try values ").strong(format!("{side} {}", name(sweep, end)));
        sentence.plain(": it is close to the bound, and all others miss the goal.")
    })
}

/// How to find the value between two whole numbers at which the goals turn.
fn between(sweep: &Sweep, tried: &Tried, edge: usize) -> Option<Sentence> {
    let whole = |at: usize| sweep.points[at].values[0].parse::<u64>().ok();
    let missed = tried.missed()?;
    let (one, other) = (whole(missed)?, whole(edge)?);
    let vary = format!("--vary '{}={}..{}'", sweep.keys[0], one.min(other), one.max(other));
    let sentence = Sentence::default().plain("The values between were not tried: ").code("ctisim capacity");
    (one.abs_diff(other) > 1).then(|| sentence.plain(" with ").code(vary).plain(" finds where the goals turn."))
}

/// What would decide an undecided point.
fn undecided(sweep: &Sweep, tried: &Tried) -> Option<Sentence> {
    let open = || {
        let judged = tried.judged.iter().enumerate();
        judged.flat_map(|(at, judged)| {
            let open = judged.iter().filter(|it| it.verdict == Judgement::Undecided);
            open.map(move |it| (at, it))
        })
    };
    if let Some((_, it)) = open().find(|(_, it)| it.is_undecidable()) {
        let sentence = Sentence::default().plain("No number of replications shows that ").code(it.goal.to_string());
        return Some(sentence.plain(match it.goal.is_of_zero() {
            true => " is met: what was never seen may still occur. Give it another bound.",
            false => " is met: the measure has no value there.",
        }));
    }
    let needed = |(at, it): (usize, &Judged)| {
        let replications = &sweep.points[at].replications;
        Some((it.would_decide(replications.end - replications.start)?, at))
    };
    /// More than this nobody waits for.
    const MOST: u64 = 100_000;
    let (replications, at) = open().filter_map(needed).min()?;
    if replications > MOST {
        let sentence =
            Sentence::default().strong(short(sweep, at)).plain(" is so close to the bound that no number of ");
        return Some(sentence.plain("replications that could be run decides it: it is as good as the bound."));
    }
    let sentence = Sentence::default().plain("About ").strong(format!("{} replications", human(replications as f64)));
    Some(sentence.plain(format!(" decide {} in eight of ten cases.", short(sweep, at))))
}

/// The numbers to remember: at the point to choose if there is one, or else from the least to the greatest.
fn figures(sweep: &Sweep, tried: &Tried) -> Vec<KeyFigure> {
    // Measures of goals first.
    let mut measures: Vec<&Measure> = sweep.measures.iter().collect();
    let has_goal = |measure: &Measure| tried.judged.iter().flatten().any(|it| it.goal.measure == *measure);
    measures.sort_by_key(|measure| !has_goal(measure));
    let chosen = match tried.met {
        Met::From(edge) | Met::UpTo(edge) => Some(edge),
        _ => None,
    };
    let Some(edge) = chosen else {
        return measures.into_iter().take(4).filter_map(|measure| range(sweep, measure)).collect();
    };
    let which = if matches!(tried.met, Met::From(_)) { "the first" } else { "the last" };
    let value = KeyFigure {
        name: sweep.keys[0].clone(),
        value: short(sweep, edge),
        about: format!("{which} value tried that meets {}", goals_of(tried)),
        tone: Tone::Good,
    };
    let there = |measure: &Measure| {
        let judged = tried.judged[edge].iter().filter(|it| it.goal.measure == *measure);
        figure(
            format!("{measure} at {}", short(sweep, edge)),
            &sweep.points[edge].result.found(measure),
            tone_of(judged),
        )
    };
    std::iter::once(value).chain(measures.into_iter().take(3).map(there)).collect()
}

/// The least and the greatest value of a measure.
fn range(sweep: &Sweep, measure: &Measure) -> Option<KeyFigure> {
    let all: Vec<Measured> = sweep.points.iter().map(|point| point.result.found(measure)).collect();
    let value = |it: &&Measured| it.value.unwrap_or(f64::NAN);
    let some = || all.iter().filter(|it| it.value.is_some());
    let least = some().min_by(|one, other| value(one).total_cmp(&value(other)))?;
    let most = some().max_by(|one, other| value(one).total_cmp(&value(other)))?;
    let (low, high) = (found(least).words().to_owned(), found(most).words().to_owned());
    let about = match sweep.points.len() {
        1 => interval(least).words().to_owned(),
        points => format!("over {points} points"),
    };
    let value = if low == high { low } else { format!("{low} to {high}") };
    Some(KeyFigure { name: titled(measure), value, about, tone: Tone::Plain })
}

/// The charts of each measure.
fn charts(sweep: &Sweep) -> Vec<Item> {
    let across = across(sweep);
    let values: Vec<&str> = sweep.points.iter().map(|point| &*point.values[across]).collect();
    let (x, at) = axis_of(&sweep.keys[across], &values);
    let groups = groups(sweep, across);
    let mut ids = Ids::default();
    // Those of goals first.
    let has_goal =
        |measure: &&Measure| sweep.points.iter().any(|it| it.goals.iter().any(|goal| goal.measure == **measure));
    let (with, without): (Vec<&Measure>, Vec<&Measure>) = sweep.measures.iter().partition(has_goal);
    let measures = with.into_iter().chain(without);
    measures.flat_map(|measure| of_measure(sweep, measure, (&x, &at), &groups, &mut ids)).collect()
}

/// The key that varies fastest.
fn across(sweep: &Sweep) -> usize {
    let last = sweep.keys.len().saturating_sub(1);
    match &*sweep.points {
        [first, second, ..] => (0..=last).rev().find(|&at| first.values[at] != second.values[at]).unwrap_or(last),
        _ => last,
    }
}

/// The points that differ in one key only, with the values of the others.
fn groups(sweep: &Sweep, across: usize) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, point) in sweep.points.iter().enumerate() {
        let keys = sweep.keys.iter().zip(&point.values).enumerate().filter(|(key, _)| *key != across);
        let name = keys.map(|(_, (key, value))| format!("{key} = {value}")).collect::<Vec<_>>().join(", ");
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(at),
            None => groups.push((name, vec![at])),
        }
    }
    groups
}

/// The charts of a measure, and how much of it is not drawn.
fn of_measure(
    sweep: &Sweep,
    measure: &Measure,
    (x, at): (&Axis, &[f64]),
    groups: &[(String, Vec<usize>)],
    ids: &mut Ids,
) -> Vec<Item> {
    let series = |(name, points): &(String, Vec<usize>)| {
        let mut points: Vec<chart::Point> = points
            .iter()
            .map(|&it| point(at[it], &sweep.points[it].result.found(measure), tone_at(sweep, it, measure)))
            .collect();
        points.sort_by(|one, other| one.x.total_cmp(&other.x));
        let name = if name.is_empty() { measure.to_string() } else { name.clone() };
        Series { name, stroke: Stroke::LineAndDots, edges: "95 % interval".to_owned(), points }
    };
    let levels: Vec<Goal> = common_goals(sweep, measure);
    let values = sweep.points.iter().map(|point| point.result.found(measure).value);
    let y = axis_of_measure(measure, values.chain(levels.iter().map(|goal| Some(goal.bound))));
    let parts = groups.chunks(Plot::MOST_SERIES).count();
    let chart = |(part, groups): (usize, &[(String, Vec<usize>)])| {
        let of = if parts > 1 { format!(" ({} of {parts})", part + 1) } else { String::new() };
        Item::Chart(Chart {
            id: ids.of(&measure.to_string()),
            title: format!("{}{of}", title(sweep, measure)),
            about: about(sweep, measure),
            shape: Shape::Plot(Plot {
                x: x.clone(),
                y: y.clone(),
                series: groups.iter().map(series).collect(),
                spans: Vec::new(),
                moments: Vec::new(),
                levels: levels.iter().map(level).collect(),
            }),
        })
    };
    let mut items: Vec<Item> = groups.chunks(Plot::MOST_SERIES).enumerate().take(MOST_CHARTS).map(chart).collect();
    let drawn = MOST_CHARTS * Plot::MOST_SERIES;
    if let Some(more @ 1..) = groups.len().checked_sub(drawn) {
        let (curves, are) = (plural(more as u64), if more == 1 { "is" } else { "are" });
        items.push(Item::Note(format!(
            "{} more curve{curves} of {measure} {are} in the table only.",
            human(more as f64)
        )));
    }
    items
}

/// The verdict on the goals of a measure at a point.
fn tone_at(sweep: &Sweep, at: usize, measure: &Measure) -> Tone {
    tone_of(sweep.points[at].judged().iter().filter(|it| it.goal.measure == *measure))
}

/// The goals on a measure that all points have.
fn common_goals(sweep: &Sweep, measure: &Measure) -> Vec<Goal> {
    let [first, others @ ..] = &*sweep.points else { return Vec::new() };
    let of_it = first.goals.iter().filter(|goal| goal.measure == *measure);
    of_it.filter(|goal| others.iter().all(|point| point.goals.contains(goal))).cloned().collect()
}

/// The title of the charts of a measure: where its goal is met, if all points have one.
fn title(sweep: &Sweep, measure: &Measure) -> String {
    let over = format!("{measure} over {}", sweep.keys[across(sweep)]);
    let ([goal], 1) = (&*common_goals(sweep, measure), sweep.keys.len()) else { return over };
    let verdicts: Vec<Judgement> =
        sweep.points.iter().map(|point| judge_found(goal, point.result.found(measure)).verdict).collect();
    let open = verdicts.iter().filter(|it| **it == Judgement::Undecided).count();
    let where_met = match met(&verdicts.iter().copied().map(Some).collect::<Vec<_>>()) {
        Met::NoGoals => return over,
        Met::All => "is met at every value".to_owned(),
        Met::None if open == verdicts.len() => "is undecided at every value".to_owned(),
        Met::None if open == 0 => "is missed at every value".to_owned(),
        Met::None => "is met at no value for certain".to_owned(),
        Met::From(first) => format!("is met from {} on", short(sweep, first)),
        Met::UpTo(last) => format!("is met up to {}", short(sweep, last)),
        Met::Some(met) => format!("is met at {} of {} values", met.len(), verdicts.len()),
    };
    format!("{measure}: the goal of {} {where_met}", bound(goal))
}

/// How to read the charts of a measure.
fn about(sweep: &Sweep, measure: &Measure) -> String {
    let found: Vec<Measured> = sweep.points.iter().map(|point| point.result.found(measure)).collect();
    let count = |is: &dyn Fn(&Measured) -> bool| found.iter().filter(|it| is(it)).count();
    let of_points =
        |count: usize, words: &str| (count > 0).then(|| format!("{} {words}.", counted(count, ["point", "points"])));
    let seldom = of_points(count(&|it| it.seldom.is_some()), "saw it too seldom for an interval");
    let unknown = |it: &Measured| it.seldom.is_none() && it.value.is_some() && (it.low.is_none() || it.high.is_none());
    let unknown = of_points(count(&unknown), "with an end of the interval unknown");
    let none = of_points(count(&|it| it.value.is_none()), "without a value");
    let never = of_points(count(&|it| it.value == Some(f64::INFINITY)), "where it was not reached within the run");
    let differ = sweep.points.iter().any(|point| point.goals.iter().any(|goal| goal.measure == *measure))
        && common_goals(sweep, measure).is_empty();
    let differ = differ.then(|| "The goal differs from point to point.".to_owned());
    let parts = [seldom, unknown, none, never, differ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::parts::text;
    use super::*;
    use crate::analysis::{Cell, PointResult};
    use crate::report::pages::sweep_page;
    use crate::report::sweep::sweep_sheet;
    use serde_json::json;

    /// A sweep over one key: of each point the value, and the estimate of a measure with its interval.
    fn sweep(measure: &str, goals: &[&str], points: &[(&str, [Option<f64>; 3])]) -> Sweep {
        grid(
            &["cti_port.ports.count"],
            measure,
            goals,
            &points.iter().map(|(value, found)| (vec![*value], *found)).collect::<Vec<_>>(),
        )
    }

    fn grid(keys: &[&str], measure: &str, goals: &[&str], points: &[(Vec<&str>, [Option<f64>; 3])]) -> Sweep {
        let goals: Vec<Goal> = goals.iter().map(|goal| Goal::parse(goal).unwrap()).collect();
        let point = |(values, found): &(Vec<&str>, [Option<f64>; 3])| {
            let number = |it: &Option<f64>| match it {
                Some(number) if number.is_infinite() => json!("not reached"),
                it => json!(it),
            };
            let kept = json!({ "found": found.iter().map(number).collect::<Vec<_>>(), "seldom": null });
            Point {
                values: values.iter().map(|it| (*it).to_owned()).collect(),
                parts: Vec::new(),
                seed: 1,
                replications: 0..30,
                goals: goals.clone(),
                result: serde_json::from_value(json!({ "rows": [], "measures": { measure: kept } })).unwrap(),
            }
        };
        Sweep {
            workload: "site".into(),
            question: "How many ports?".into(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            points: points.iter().map(point).collect(),
            measures: vec![Measure::parse(measure).unwrap()],
        }
    }

    const fn known(value: f64, low: f64, high: f64) -> [Option<f64>; 3] {
        [Some(value), Some(low), Some(high)]
    }

    fn answer(sweep: &Sweep) -> Vec<String> {
        text(&sweep_report(sweep, "").answer)
    }

    fn advice(sweep: &Sweep) -> Vec<String> {
        let report = sweep_report(sweep, "");
        [text(&report.advice), text(&report.surer)].concat()
    }

    const MISSED: [Option<f64>; 3] = known(0.05, 0.04, 0.06);
    const OPEN: [Option<f64>; 3] = known(0.011, 0.009, 0.013);
    const MET: [Option<f64>; 3] = known(0.0025, 0.0005, 0.005);

    fn shares(points: &[(&str, [Option<f64>; 3])]) -> Sweep {
        sweep("refused.share", &["refused<=1%"], points)
    }

    /// Undecided: the half-width is 0.2 points and the bound 0.1 points away, with 30 replications:
    /// 30 (2 (1 + 0.841621 / 1.959964))^2 = 30 * 2.858813^2 = 245.2.
    #[test]
    fn the_first_value_that_meets_the_goal() {
        let rises = shares(&[("10", MISSED), ("20", OPEN), ("30", MET), ("40", MET)]);
        assert_eq!(
            answer(&rises),
            [
                "cti_port.ports.count = 30 is the first of 4 values tried that meets the goal, as do those after it; 20 could \
                 not be decided; 10 misses it.",
                "refused.share is 5 % [4 %, 6 %] at 10 and 0.250 % [0.050 %, 0.500 %] at 30; the goal is at most 1%."
            ]
        );
        assert_eq!(
            advice(&rises),
            [
                "Choose cti_port.ports.count = 30, or one of the later values.",
                "The values between were not tried: ctisim capacity with --vary 'cti_port.ports.count=10..30' finds where the \
                 goals turn.",
                "About 246 replications decide 20 in eight of ten cases."
            ]
        );
        let report = sweep_report(&rises, "ctisim sweep");
        let verdict = &report.verdicts[0];
        assert_eq!((verdict.tone, &*verdict.words), (Tone::Open, "met at 2 of 4 points, undecided at 1"));
        let chart = report.charts().next().unwrap();
        assert_eq!(
            (&*chart.id, &*chart.title),
            ("refused-share", "refused.share: the goal of at most 1% is met from 30 on")
        );
        let falls = shares(&[("10", MET), ("20", MISSED)]);
        assert_eq!(
            answer(&falls)[0],
            "cti_port.ports.count = 10 is the last of 2 values tried that meets the goal; 20 misses it."
        );
        assert_eq!(advice(&falls)[0], "Choose cti_port.ports.count = 10.");
    }

    #[test]
    fn met_everywhere_nowhere_and_here_and_there() {
        let of = |found: &[[Option<f64>; 3]]| {
            let names = ["10", "20", "30", "40"];
            answer(&shares(&names.into_iter().zip(found.iter().copied()).collect::<Vec<_>>()))
        };
        assert_eq!(of(&[MET, MET]), ["All 2 points meet the goal."]);
        assert_eq!(of(&[MET]), ["cti_port.ports.count = 10 meets the goal."]);
        assert_eq!(
            of(&[MISSED, known(0.02, 0.015, 0.025)]),
            [
                "None of the 2 points meets the goal.",
                "refused.share comes closest at 20, with 2 % [1.500 %, 2.500 %]; the goal is at most 1%."
            ]
        );
        assert_eq!(of(&[MISSED, OPEN]), ["No point is known to meet the goal: 1 misses it, 1 could not be decided."]);
        assert_eq!(
            of(&[MISSED, MET, MISSED, OPEN]),
            ["1 of 4 points meets the goal: 20; 2 miss it, 1 could not be decided."]
        );
        let zero = sweep("refused", &["refused<=0"], &[("10", known(0.0, 0.0, 0.0))]);
        // An interval of a number that was never seen has no upper end.
        let never = sweep("refused", &["refused<=0"], &[("10", [Some(0.0), None, None])]);
        assert_eq!(answer(&zero), ["cti_port.ports.count = 10 meets the goal."]);
        assert_eq!(
            advice(&never),
            [
                "No number of replications shows that refused <= 0 is met: what was never seen may still occur. Give it another \
                 bound."
            ]
        );
    }

    #[test]
    fn without_goals_only_what_the_intervals_show() {
        let of = |points: &[[Option<f64>; 3]]| {
            let names = ["10", "20", "30"];
            answer(&sweep("setup_delay.p99", &[], &names.into_iter().zip(points.iter().copied()).collect::<Vec<_>>()))
                .concat()
        };
        let (long, middle, short) =
            (known(1200.0, 1100.0, 1300.0), known(600.0, 500.0, 750.0), known(320.0, 300.0, 340.0));
        assert_eq!(
            of(&[long, middle, short]),
            "setup_delay.p99 falls from 1,200 ms [1,100 ms, 1,300 ms] at 10 to 320 ms [300 ms, 340 ms] at 30."
        );
        assert_eq!(
            of(&[known(600.0, 400.0, 800.0), known(500.0, 450.0, 550.0)]),
            "setup_delay.p99 is 600 ms [400 ms, 800 ms] at 10 and 500 ms [450 ms, 550 ms] at 20: the intervals overlap, so \
             that they show no difference."
        );
        assert_eq!(
            of(&[middle, long, short]),
            "setup_delay.p99 is least at 30, 320 ms [300 ms, 340 ms], and greatest at 20, 1,200 ms [1,100 ms, 1,300 ms]."
        );
        assert_eq!(
            of(&[middle, [Some(900.0), None, None], [None; 3]]),
            "setup_delay.p99 is 600 ms [500 ms, 750 ms] at 10 and 900 ms (interval unknown) at 20: an interval is unknown, so \
             that they show no difference. It has no value at 1 point."
        );
        assert_eq!(of(&[middle, middle]), "setup_delay.p99 is the same at every point: 600 ms [500 ms, 750 ms].");
        assert_eq!(of(&[[None; 3]]), "setup_delay.p99 has no value at any point.");
    }

    /// Two servers with each of eight numbers of ports: more curves than one chart has.
    #[test]
    fn a_grid_has_a_curve_for_each_combination_of_the_other_keys() {
        let names: Vec<String> = (1..=8).map(|workers| workers.to_string()).collect();
        let points: Vec<(Vec<&str>, [Option<f64>; 3])> =
            names.iter().flat_map(|workers| ["10", "20"].map(|ports| (vec![&**workers, ports], MET))).collect();
        let report = sweep_report(&grid(&["workers", "ports"], "refused.share", &["refused<=1%"], &points), "");
        let charts: Vec<&Chart> = report.charts().collect();
        assert_eq!(charts.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["refused-share", "refused-share-2"]);
        let series = |chart: &Chart| match &chart.shape {
            Shape::Plot(plot) => plot.series.clone(),
            Shape::Rows(_) => Vec::new(),
        };
        assert_eq!([6, 2], [charts[0], charts[1]].map(|it| series(it).len()));
        let first = &series(charts[0])[0];
        assert_eq!((&*first.name, first.points.len(), first.points[1].x), ("workers = 1", 2, 20.0));
        assert_eq!(charts[0].title, "refused.share over ports (1 of 2)");
    }

    /// Point for point what the file has, and words where it has words.
    #[test]
    fn the_chart_has_the_numbers_of_the_file() {
        let never = [Some(f64::INFINITY), Some(300.0), Some(f64::INFINITY)];
        let sweep = sweep(
            "setup_delay.p99",
            &["setup_delay.p99<=500ms"],
            &[("1m", known(320.0, 300.0, 340.0)), ("90s", never)],
        );
        let report = sweep_report(&sweep, "");
        let Shape::Plot(plot) = &report.charts().next().unwrap().shape else { panic!("a plot") };
        let page = sweep_page(&sweep, "");
        let rows: Vec<Vec<Cell>> = page.sheets[0].rows().collect();
        let cell = |it: Option<f64>, otherwise: &str| it.map_or(Cell::from(otherwise), Cell::from);
        for (point, row) in plot.series[0].points.iter().zip(&rows) {
            let [value, low, high] = [point.y, point.low, point.high].map(|it| cell(it, "not reached"));
            assert_eq!([Cell::from(point.x), value, low, high], row[2..6]);
        }
        assert_eq!(plot.x.unit, "s");
        assert_eq!((plot.levels[0].at, &*plot.levels[0].words), (500.0, "goal: at most 500ms"));
        assert_eq!(plot.series[0].points[1].words.as_deref(), Some("not reached"));
        assert_eq!([Tone::Good, Tone::Open], [0, 1].map(|at: usize| plot.series[0].points[at].tone));
        assert!(sweep_sheet(&sweep).columns.contains(&"cti_port.ports.count_s".to_owned()));
        let read = Report::read(&report.json()).unwrap();
        assert_eq!(read, report);
        let _: &PointResult = &sweep.points[0].result;
    }
}
