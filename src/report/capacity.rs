//! How much of something is enough: the answer, what binds, and the values that were tried.

use serde_json::{Value, json};

use crate::analysis::{Capacity, Cell, Evaluated, Judged, Measured, Resource, ResourceKind};
use crate::experiment::Turn;
use crate::workload::Side;

use super::document::Document;
use super::goals::{finite, found, interval, verdict};
use super::page::{Column, Entry, Extent, Form, Page, Rank, Table};
use super::parameters::typed;
use super::sheet::Sheet;
use super::words::{human, percent};

/// The page of an answer.
pub fn capacity_page(capacity: &Capacity) -> Page<'_> {
    let mut page = Page::new(&*capacity.workload);
    let section = page.section(Extent::Both);
    section.heading(Rank::Chapter, format!("{}: {}", capacity.workload, capacity.question));
    section.paragraph(answer(capacity));
    if let Some(bottleneck) = bottleneck(capacity) {
        section.note(bottleneck);
    }
    section.table(table(capacity));
    section.note(assumption(capacity));
    page.sheets = vec![capacity_sheet(capacity)];
    page.document = Some(Document::new(|| document(capacity)));
    page
}

/// What was found, in a sentence or two.
pub fn answer(capacity: &Capacity) -> String {
    let value = |at: usize| capacity.values[at].as_str();
    let (first, last) = (value(0), value(capacity.values.len() - 1));
    match capacity.turn {
        Turn::Everywhere => format!(
            "All of them: {first} and {last} both meet what is wanted. The range is too short to find where that ends."
        ),
        Turn::Nowhere => format!(
            "None of them: {first} and {last} both miss what is wanted. The range is too short, or the key does not help."
        ),
        Turn::Between { yes: Some(yes), no: Some(no) } => {
            let kind = if yes < no { "largest" } else { "smallest" };
            let between = format!("Between {} and {} with 95 %", value(yes.min(no)), value(yes.max(no)));
            match capacity.undecided().len() {
                0 => format!("{between}: {} is the {kind} value that meets what is wanted.", value(yes)),
                left => format!(
                    "{between}: {} meets what is wanted, {} does not. {}",
                    value(yes),
                    value(no),
                    undecided(capacity, left)
                ),
            }
        }
        Turn::Between { yes: Some(yes), no: None } => {
            format!("{} meets what is wanted. {}", value(yes), undecided(capacity, capacity.undecided().len()))
        }
        Turn::Between { yes: None, no: Some(no) } => {
            format!("{} does not meet what is wanted. {}", value(no), undecided(capacity, capacity.undecided().len()))
        }
        Turn::Between { yes: None, no: None } | Turn::Undetermined => {
            format!(
                "Nothing is known: neither {first} nor {last} could be told. {}",
                undecided(capacity, capacity.undecided().len())
            )
        }
        Turn::Contradiction { yes, no } => format!(
            "No answer: {} meets what is wanted and {} does not, although it should be easier there. What is asked of \
             the values does not change once along them, or in the other direction.",
            value(yes),
            value(no)
        ),
    }
}

/// What is undecided, and how many replications would help.
fn undecided(capacity: &Capacity, left: usize) -> String {
    let range = capacity.undecided();
    let tried = capacity.evaluated.iter().filter(|it| range.contains(&it.at));
    let such = tried.filter_map(|it| Some((it.would_decide()?, &capacity.values[it.at])));
    let most = capacity.replications.end - capacity.replications.start;
    let help = match such.min() {
        Some((needed, value)) => {
            format!(": about {} replications would decide {value}", human(needed.max(most + 1) as f64))
        }
        None => String::new(),
    };
    let values = if left == 1 { "One value" } else { "values" };
    let left = if left == 1 { String::new() } else { format!("{left} ") };
    format!("{left}{values} could not be decided with {} replications{help}.", human(most as f64))
}

/// The sentence that names what binds.
fn bottleneck(capacity: &Capacity) -> Option<String> {
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
        return Some(format!(
            "What binds is time, not room: nothing fills up from where the goals are met to where they are missed{fullest}."
        ));
    };
    let before = met.and_then(|met| {
        let before = met.same_resource(place)?;
        Some(format!(" At {} it is {}.", capacity.values[met.at], use_of(before)))
    });
    Some(format!("What binds is {}: {here} it is {}.{}", title(place), use_of(place), before.unwrap_or_default()))
}

/// The values that were tried.
fn table(capacity: &Capacity) -> Table {
    let mut columns = vec![Column::words(&*capacity.key), Column::numbers("replications")];
    for goal in &capacity.goals {
        columns.extend([goal.to_string(), "interval".to_owned()].map(Column::numbers));
    }
    columns.extend(["verdict", "busiest station", "fullest group"].map(Column::words));
    let mut table = Table::of(Form::Things, columns);
    for evaluated in &capacity.evaluated {
        let mut row = vec![
            Entry::from(&*capacity.values[evaluated.at]),
            Entry::number(evaluated.replications as f64, "count", human),
        ];
        for it in &evaluated.judged {
            // Nothing here can be negative.
            let kept = Measured { low: it.found.low.map(|low| low.max(0.0)), ..it.found };
            row.extend([found(&it.found), interval(&kept)]);
        }
        row.push(verdict(evaluated.verdict()));
        let place = |place: Option<&Resource>| match place {
            Some(it) => Entry::from(format!("{} {}", it.name, percent(it.busiest_bin))),
            None => Entry::Missing(""),
        };
        row.extend([place(evaluated.busiest_station()), place(evaluated.fullest_group())]);
        table.row(row);
    }
    table
}

fn assumption(capacity: &Capacity) -> String {
    let tried = capacity.evaluated.len();
    let all = capacity.values.len();
    let holds = if matches!(capacity.turn, Turn::Contradiction { .. }) {
        "and it does not hold"
    } else {
        "which none of them contradicts"
    };
    format!(
        "{tried} of {all} values were tried, with the same callers at each, on the assumption that the goals turn from met \
         to missed once along the values, {holds}. All intervals together, and so the answer, hold with 95 %."
    )
}

/// `capacity.csv`: a row a value and goal.
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
        vec![
            (&*capacity.workload).into(),
            (&*capacity.key).into(),
            typed(&capacity.values[evaluated.at]),
            evaluated.replications.into(),
            evaluated.verdict().name().into(),
            measure.subject().scope.name().into(),
            (&*measure.subject().name).into(),
            measure.metric().into(),
            measure.statistic().name().into(),
            it.found.unit.into(),
            bound(Side::AtMost),
            bound(Side::AtLeast),
            finite(it.found.value),
            finite(it.found.low),
            finite(it.found.high),
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

/// The answer and the values that were tried, with all that it takes to get them again.
fn document(capacity: &Capacity) -> Value {
    let value = |at: Option<usize>| at.map(|at| capacity.values[at].as_str());
    let (answer, met, missed) = match capacity.turn {
        Turn::Everywhere => ("all", None, None),
        Turn::Nowhere => ("none", None, None),
        Turn::Between { yes, no } => ("between", yes, no),
        Turn::Undetermined => ("unknown", None, None),
        Turn::Contradiction { yes, no } => ("contradiction", Some(yes), Some(no)),
    };
    let number = |value: Option<f64>| value.filter(|value| value.is_finite());
    let resources = |evaluated: &Evaluated| -> Vec<Value> {
        let place = |it: &Resource| {
            json!({ "kind": it.kind.name(), "name": it.name, "busiest_bin": it.busiest_bin, "size": it.size,
                    "peak": it.size.map(|_| it.peak), "wait_ms": it.wait })
        };
        evaluated.resources.iter().map(place).collect()
    };
    let goals = |evaluated: &Evaluated| -> Vec<Value> {
        let goal = |it: &Judged| {
            json!({ "goal": it.goal.to_string(), "unit": it.found.unit, "bound": it.goal.bound,
                    "value": number(it.found.value), "low": number(it.found.low), "high": number(it.found.high),
                    "verdict": it.verdict.name() })
        };
        evaluated.judged.iter().map(goal).collect()
    };
    let evaluated: Vec<Value> = capacity
        .evaluated
        .iter()
        .map(|it| {
            json!({ "value": capacity.values[it.at], "replications": it.replications, "verdict": it.verdict().name(),
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
        "missed": value(missed),
        "undecided": capacity.values[capacity.undecided()],
        "narrow": capacity.is_narrow(),
        "sentence": self::answer(capacity),
        "binding": binding,
        "walked": evaluated,
    })
}

fn title(place: &Resource) -> String {
    match place.kind {
        ResourceKind::Station => format!("the station {}", place.name),
        kind => format!("the {} `{}`", kind.name(), place.name),
    }
}

/// How much of a place is in use.
fn use_of(place: &Resource) -> String {
    let share = percent(place.busiest_bin);
    match (place.size, place.wait) {
        (Some(size), _) if place.peak >= f64::from(size) => {
            format!("{share} in use in the busiest bin, and at times all {} are", human(f64::from(size)))
        }
        (Some(size), _) => {
            format!("{share} in use in the busiest bin, {} of {} at most", human(place.peak), human(f64::from(size)))
        }
        (None, Some(wait)) => {
            format!("at work {share} of its busiest bin, and work waits {} ms on average", human(wait))
        }
        (None, None) => format!("at work {share} of its busiest bin"),
    }
}
