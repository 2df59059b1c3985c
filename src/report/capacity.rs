//! The report of a capacity search: the answer, the bottleneck, and the values that were evaluated.

use serde_json::{Value, json};

use crate::analysis::{Capacity, Cell, Evaluated, Judged, Resource, ResourceKind};
use crate::experiment::Turn;
use crate::record::Goal;
use crate::workload::Side;

use super::document::Document;
use super::goals::{found, interval, verdict};
use super::page::{Extent, Page, Rank};
use super::parameters::typed;
use super::sheet::Sheet;
use super::table::{Column, Entry, Form, Table};
use super::words::{human, percent};

/// The page of an answer.
pub(super) fn page(capacity: &Capacity) -> Page<'_> {
    let mut page = Page::new(&*capacity.workload);
    let section = page.section(Extent::Both);
    section.heading(Rank::Chapter, format!("{}: {}", capacity.workload, capacity.question));
    section.paragraph(answer(capacity));
    if let Some(parts) = parts(capacity) {
        section.note(parts);
    }
    if let Some(bottleneck) = bottleneck(capacity) {
        section.note(bottleneck);
    }
    section.table(table(capacity));
    for goal in capacity.goals.iter().filter(|goal| is_always_zero(capacity, goal)) {
        section.note(without_effect(goal));
    }
    section.note(assumption(capacity));
    page.sheets = vec![capacity_sheet(capacity)];
    page.document = Some(Document::new(|| document(capacity)));
    page
}

/// The answer, in a sentence or two.
pub fn answer(capacity: &Capacity) -> String {
    let value = |at: usize| capacity.values[at].as_str();
    let (first, last) = (value(0), value(capacity.values.len() - 1));
    match capacity.turn {
        Turn::Everywhere => {
            format!("Both ends of the range, {first} and {last}, meet the goals: the limit lies outside the range.")
        }
        Turn::Nowhere => format!(
            "Both ends of the range, {first} and {last}, miss the goals: the range is too narrow, or another key is the limit."
        ),
        Turn::Between { yes: Some(yes), no: Some(no) } => {
            let kind = if yes < no { "largest" } else { "smallest" };
            match capacity.undecided().len() {
                0 => format!(
                    "{} is the {kind} value that meets the goals (95 % confidence); {} misses them.",
                    value(yes),
                    value(no)
                ),
                left => format!(
                    "{} meets the goals, {} misses them (95 % confidence). {}",
                    value(yes),
                    value(no),
                    undecided(capacity, left)
                ),
            }
        }
        Turn::Between { yes: Some(yes), no: None } => {
            let left = undecided(capacity, capacity.undecided().len());
            format!("{} meets the goals (95 % confidence). {left}", value(yes))
        }
        Turn::Between { yes: None, no: Some(no) } => {
            let left = undecided(capacity, capacity.undecided().len());
            format!("{} misses the goals (95 % confidence). {left}", value(no))
        }
        Turn::Between { yes: None, no: None } | Turn::Undetermined => {
            format!(
                "No answer: neither {first} nor {last} could be decided. {}",
                undecided(capacity, capacity.undecided().len())
            )
        }
        Turn::Twice { from, to, undecided } => twice(capacity, from, to, undecided),
        Turn::Contradiction { yes, no } => format!(
            "No answer: {} meets the goals, but {}, where they should be easier to meet, misses them. The goals are not \
             monotone in the value, or they turn in the other direction.",
            value(yes),
            value(no)
        ),
    }
}

/// What the answer is for each of the keys over which it is spread.
pub(super) fn parts(capacity: &Capacity) -> Option<String> {
    let at = match capacity.turn {
        Turn::Between { yes, .. } => yes?,
        Turn::Twice { .. } => capacity.met_within()?.0,
        _ => return None,
    };
    let settings = &capacity.settings[at];
    (settings.len() > 1).then(|| format!("{} is {}.", capacity.values[at], settings.join(", ")))
}

/// Goals of which some are missed at the first value and others at the last.
fn twice(capacity: &Capacity, from: Option<usize>, to: Option<usize>, undecided: usize) -> String {
    let value = |at: usize| capacity.values[at].as_str();
    let open = match undecided {
        0 => String::new(),
        1 => " One value could not be decided.".to_owned(),
        more => format!(" {more} values could not be decided."),
    };
    let found = match (from, to) {
        (Some(from), Some(to)) if from <= to => {
            format!("All goals are met from {} to {} (95 % confidence)", value(from), value(to))
        }
        (Some(from), Some(to)) => format!(
            "No value meets all goals: some are met only from {} on, others only up to {}",
            value(from),
            value(to)
        ),
        (Some(from), None) => format!("Some goals are met from {} on; for the others no value is known", value(from)),
        (None, Some(to)) => format!("Some goals are met up to {}; for the others no value is known", value(to)),
        (None, None) => "No value is known to meet the goals".to_owned(),
    };
    format!("{found}: the goals turn twice, some miss the lower values and others the higher ones.{open}")
}

/// The undecided values, and how many replications would decide one.
fn undecided(capacity: &Capacity, left: usize) -> String {
    let range = capacity.undecided();
    let open = capacity.evaluated.iter().filter(|it| range.contains(&it.at));
    let such = open.filter_map(|it| Some((it.would_decide()?, &capacity.values[it.at])));
    let most = capacity.replications.end - capacity.replications.start;
    let help = match such.min() {
        Some((needed, value)) => {
            format!(": deciding {value} would take about {} replications", human(needed.max(most + 1) as f64))
        }
        None => String::new(),
    };
    let values = if left == 1 { "One value" } else { "values" };
    let left = if left == 1 { String::new() } else { format!("{left} ") };
    format!("{left}{values} could not be decided with {} replications{help}.", human(most as f64))
}

/// The sentence that names the bottleneck.
pub(super) fn bottleneck(capacity: &Capacity) -> Option<String> {
    let missed = capacity.first_missed()?;
    let met = match capacity.turn {
        Turn::Between { yes: Some(yes), .. } => capacity.at(yes),
        _ => None,
    };
    let here = format!("at {}", capacity.values[missed.at]);
    let Some(place) = capacity.binding() else {
        if capacity.turn == Turn::Nowhere {
            return None;
        }
        let fullest = missed.fullest_resource().map_or(String::new(), |place| {
            format!(" (the fullest {here} is {}, {} in its busiest bin)", title(place), percent(place.busiest_bin))
        });
        return Some(format!("No resource saturates: the limit is delay, not capacity{fullest}."));
    };
    let before = met.and_then(|met| {
        let before = met.same_resource(place)?;
        Some(format!("; at {}, {}", capacity.values[met.at], use_of(before)))
    });
    Some(format!("The bottleneck is {}: {here}, {}{}.", title(place), use_of(place), before.unwrap_or_default()))
}

/// Whether the measure of a goal was zero at every value.
pub(super) fn is_always_zero(capacity: &Capacity, goal: &Goal) -> bool {
    let mut judged = capacity.evaluated.iter().flat_map(|it| &it.judged).filter(|it| it.goal == *goal).peekable();
    judged.peek().is_some() && judged.all(|it| it.found.value == Some(0.0))
}

/// Why such a goal says nothing about the value.
pub(super) fn without_effect(goal: &Goal) -> String {
    let why = match goal.measure.metric() {
        refused if refused.starts_with("refused") => {
            " (where a forward such as cfb is set, a call that finds everything busy counts there)"
        }
        _ => "",
    };
    format!("{} was 0 at every value{why}: the goal {goal} limits nothing here.", goal.measure)
}

/// The values that were evaluated.
pub(super) fn table(capacity: &Capacity) -> Table {
    let mut columns = vec![Column::words(&*capacity.key), Column::numbers("replications")];
    for goal in &capacity.goals {
        columns.extend([goal.to_string(), "interval".to_owned()].map(Column::numbers));
    }
    columns.extend(["verdict", "busiest station", "fullest group"].map(Column::words));
    let mut table = Table::of(Form::Things, columns);
    table.keep(|name| capacity.goals.iter().any(|goal| goal.to_string() == name));
    for evaluated in &capacity.evaluated {
        let mut row = vec![
            Entry::from(&*capacity.values[evaluated.at]),
            Entry::number(evaluated.replications as f64, "count", human),
        ];
        for it in &evaluated.judged {
            row.extend([found(&it.found), interval(&it.found)]);
        }
        row.push(verdict(evaluated.verdict()));
        let place = |place: Option<&Resource>| match place {
            Some(it) => Entry::from(format!("{} {}", it.name, percent(it.busiest_bin))),
            None => Entry::missing(""),
        };
        row.extend([place(evaluated.busiest_station()), place(evaluated.fullest_group())]);
        table.row(row);
    }
    table
}

pub(super) fn assumption(capacity: &Capacity) -> String {
    let evaluated = capacity.evaluated.len();
    let all = capacity.values.len();
    let contradicts = if matches!(capacity.turn, Turn::Contradiction { .. }) {
        "an evaluated value contradicts this"
    } else {
        "no evaluated value contradicts this"
    };
    format!(
        "{evaluated} of {all} values were evaluated, with common random numbers. Assumes the goals are monotone in the \
         value; {contradicts}. Simultaneous confidence: 95 %."
    )
}

/// `capacity.csv`: one row per value and goal.
pub fn capacity_sheet(capacity: &Capacity) -> Sheet<'_> {
    let head = [
        "workload",
        "key",
        "setting",
        "replications",
        "verdict",
        "scope",
        "name",
        "metric",
        "statistic",
        "unit",
        "at_most",
        "at_least",
        "value",
        "low",
        "high",
        "goal_verdict",
        "busiest_station",
        "station_busiest_bin",
        "station_wait_ms",
        "fullest_group",
        "group_busiest_bin",
        "group_peak",
    ];
    let row = move |(evaluated, it): (&Evaluated, &Judged)| {
        let measure = &it.goal.measure;
        let bound = |side: Side| Cell::from((it.goal.side == side).then_some(it.goal.bound));
        let (station, group) = (evaluated.busiest_station(), evaluated.fullest_group());
        let name = |place: Option<&Resource>| Cell::from(place.map(|it| &*it.name));
        let bin = |place: Option<&Resource>| Cell::from(place.map(|it| it.busiest_bin));
        let [value, low, high] = it.found.cells();
        vec![
            (&*capacity.workload).into(),
            (&*capacity.key).into(),
            typed(&capacity.values[evaluated.at]),
            evaluated.replications.into(),
            evaluated.verdict().name().into(),
            measure.subject().scope.name().into(),
            (&*measure.subject().name).into(),
            measure.metric().into(),
            (&*measure.statistic().name()).into(),
            it.found.unit.into(),
            bound(Side::AtMost),
            bound(Side::AtLeast),
            value,
            low,
            high,
            it.verdict.name().into(),
            name(station),
            bin(station),
            station.and_then(|it| it.wait).into(),
            name(group),
            bin(group),
            group.map(|it| it.peak).into(),
        ]
    };
    Sheet::new("capacity", head, move || {
        let rows =
            capacity.evaluated.iter().flat_map(|evaluated| evaluated.judged.iter().map(move |it| (evaluated, it)));
        rows.map(row)
    })
}

/// The answer and the values that were evaluated, with everything needed to reproduce them.
fn document(capacity: &Capacity) -> Value {
    let value = |at: Option<usize>| at.map(|at| capacity.values[at].as_str());
    let (answer, met, missed) = match capacity.turn {
        Turn::Everywhere => ("all", None, None),
        Turn::Nowhere => ("none", None, None),
        Turn::Between { yes, no } => ("between", yes, no),
        Turn::Undetermined => ("unknown", None, None),
        Turn::Twice { .. } => ("twice", capacity.met_within().map(|(from, _)| from), None),
        Turn::Contradiction { yes, no } => ("contradiction", Some(yes), Some(no)),
    };
    let resources = |evaluated: &Evaluated| -> Vec<Value> {
        let place = |it: &Resource| {
            json!({ "kind": it.kind.name(), "name": it.name, "busiest_bin": it.busiest_bin, "size": it.size,
                    "peak": it.size.map(|_| it.peak), "wait_ms": it.wait })
        };
        evaluated.resources.iter().map(place).collect()
    };
    let goals = |evaluated: &Evaluated| -> Vec<Value> {
        let goal = |it: &Judged| {
            let [value, low, high] = it.found.cells();
            json!({ "goal": it.goal.to_string(), "unit": it.found.unit, "bound": it.goal.bound,
                    "value": value, "low": low, "high": high, "verdict": it.verdict.name() })
        };
        evaluated.judged.iter().map(goal).collect()
    };
    let evaluated: Vec<Value> = capacity
        .evaluated
        .iter()
        .map(|it| {
            json!({ "value": capacity.values[it.at], "settings": capacity.settings[it.at], "replications": it.replications, "verdict": it.verdict().name(),
                    "goals": goals(it), "places": resources(it) })
        })
        .collect();
    let binding = capacity.binding().map(|it| json!({ "kind": it.kind.name(), "name": it.name }));
    json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "workload": capacity.workload,
        "digest": capacity.digest,
        "seed": capacity.seed,
        "first_replication": capacity.replications.start,
        "replications_at_most": capacity.replications.end - capacity.replications.start,
        "command": capacity.command,
        "key": capacity.key,
        "answer": answer,
        "met": value(met),
        "met_to": value(capacity.met_within().map(|(_, to)| to)),
        "missed": value(missed),
        "undecided": capacity.values[capacity.undecided()],
        "narrow": capacity.is_narrow(),
        "sentence": self::answer(capacity),
        "binding": binding,
        "walked": evaluated,
    })
}

pub(super) fn title(place: &Resource) -> String {
    match place.kind {
        ResourceKind::Station => format!("the station {}", place.name),
        kind => format!("the {} `{}`", kind.name(), place.name),
    }
}

/// How much of a resource is in use.
fn use_of(place: &Resource) -> String {
    let share = percent(place.busiest_bin);
    match (place.size, place.wait) {
        (Some(size), _) if place.peak >= f64::from(size) => {
            format!("on average {share} are in use in the busiest bin, at times all {}", human(f64::from(size)))
        }
        (Some(size), _) => {
            format!(
                "on average {share} are in use in the busiest bin, at most {} of {}",
                human(place.peak),
                human(f64::from(size))
            )
        }
        (None, Some(wait)) => {
            format!("it is busy {share} of its busiest bin, with a mean wait of {} ms", human(wait))
        }
        (None, None) => format!("it is busy {share} of its busiest bin"),
    }
}
