//! What a search says: the answer, the bottleneck, the walk to it, and how full everything is where the goals are missed.

use crate::analysis::{Capacity, Evaluated, Judged, Resource, Verdict as Judgement};
use crate::experiment::Turn;
use crate::record::Goal;
use crate::report::capacity::{
    answer as sentence, assumption, bottleneck, is_always_zero, parts, table, title as place, without_effect,
};
use crate::report::chart::{Axis, Chart, Plot, Point, Row, RowMark, Rows, Scale, Series, Shape, Stroke};
use crate::report::goals::tone;
use crate::report::page::Tone;
use crate::report::words::{counted, human, percent, plural};

use super::parts::{Ids, axis_of, axis_of_measure, drawn, emphasised, figure, level, point, report, tone_of};
use super::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};

/// So many resources are drawn.
const MOST_RESOURCES: usize = 12;

/// The report of it.
pub(in crate::report) fn capacity_report(capacity: &Capacity, command: &str) -> Report {
    let mut walk: Vec<Item> = walks(capacity).into_iter().map(Item::Chart).collect();
    walk.extend(
        capacity.goals.iter().filter(|goal| is_always_zero(capacity, goal)).map(without_effect).map(Item::Note),
    );
    let mut chapters = vec![Chapter {
        heading: "The way to the answer".to_owned(),
        about: format!(
            "Each value that was evaluated, with its interval, and the goal as a line. {}",
            assumption(capacity)
        ),
        items: walk,
    }];
    chapters.extend(resources(capacity).map(|chart| Chapter {
        heading: "What is busy".to_owned(),
        about: String::new(),
        items: vec![Item::Chart(chart)],
    }));
    chapters.push(Chapter {
        heading: "All numbers".to_owned(),
        about: String::new(),
        items: vec![Item::Table(table(capacity))],
    });
    Report {
        about: about(capacity),
        digest: Some(capacity.digest.clone()),
        verdicts: vec![verdict(capacity)],
        answer: answer(capacity),
        advice: advice(capacity),
        figures: figures(capacity),
        chapters,
        ..report("capacity", &capacity.workload, &*capacity.question, command)
    }
}

/// What was searched.
fn about(capacity: &Capacity) -> String {
    let most = capacity.replications.end - capacity.replications.start;
    let (values, first) = (&capacity.values, capacity.replications.start);
    let ends = match &**values {
        [first, .., last] => format!(", {first} to {last}"),
        values => values.first().map_or_else(String::new, |only| format!(", {only}")),
    };
    let numbers = if first == 0 { String::new() } else { format!(" from number {first} on") };
    format!(
        "{} of {}{ends}; at most {} replication{} each{numbers}, seed {}",
        counted(values.len(), ["value", "values"]),
        capacity.key,
        human(most as f64),
        plural(most),
        capacity.seed
    )
}

/// The value that is the answer, if there is one.
fn answered(capacity: &Capacity) -> Option<usize> {
    match capacity.turn {
        Turn::Between { yes, .. } => yes,
        Turn::Twice { .. } => capacity.met_within().map(|(from, _)| from),
        Turn::Everywhere | Turn::Nowhere | Turn::Undetermined | Turn::Contradiction { .. } => None,
    }
}

/// Whether values above the answer miss the goals.
fn is_largest(capacity: &Capacity) -> Option<bool> {
    match capacity.turn {
        Turn::Between { yes: Some(yes), no: Some(no) } => Some(yes < no),
        // The undecided values lie on the side of those that miss the goals.
        Turn::Between { yes: Some(yes), no: None } => Some(capacity.undecided().start > yes),
        _ => None,
    }
}

/// The answer in a few words.
fn verdict(capacity: &Capacity) -> Verdict {
    let value = |at: usize| capacity.values[at].as_str();
    let narrow = if capacity.is_narrow() { Tone::Good } else { Tone::Open };
    let (tone, words) = match capacity.turn {
        Turn::Everywhere => (Tone::Good, "met at every value tried".to_owned()),
        Turn::Nowhere => (Tone::Bad, "missed at every value tried".to_owned()),
        Turn::Between { yes: Some(yes), .. } => match is_largest(capacity) {
            Some(true) => (narrow, format!("met up to {}", value(yes))),
            _ => (narrow, format!("met from {} on", value(yes))),
        },
        Turn::Between { yes: None, no: Some(no) } => (Tone::Open, format!("missed at {}, else undecided", value(no))),
        Turn::Between { yes: None, no: None } | Turn::Undetermined => (Tone::Open, "undecided".to_owned()),
        Turn::Twice { from: Some(from), to: Some(to), .. } if from <= to => {
            (narrow, format!("met from {} to {}", value(from), value(to)))
        }
        Turn::Twice { from: Some(_), to: Some(_), .. } => (Tone::Bad, "no value meets all goals".to_owned()),
        Turn::Twice { .. } => (Tone::Open, "no value is known to meet all goals".to_owned()),
        Turn::Contradiction { .. } => (Tone::Open, "no answer: the goals are not monotone".to_owned()),
    };
    let goals: Vec<String> = capacity.goals.iter().map(Goal::to_string).collect();
    Verdict { tone, words, about: goals.join(", ") }
}

/// The answer, what it is for each key, and the bottleneck.
fn answer(capacity: &Capacity) -> Vec<Sentence> {
    let first = emphasised(&sentence(capacity), answered(capacity).map_or("", |at| &capacity.values[at]));
    let others = parts(capacity).into_iter().chain(bottleneck(capacity));
    std::iter::once(first).chain(others.map(|words| Sentence::default().plain(words))).collect()
}

/// What to do.
fn advice(capacity: &Capacity) -> Vec<Sentence> {
    let words = |words: &str| Sentence::default().plain(words);
    let setting = |at: usize| format!("{} = {}", capacity.key, capacity.values[at]);
    let mut advice = Vec::new();
    match capacity.turn {
        Turn::Between { yes: Some(yes), .. } => advice.push(match is_largest(capacity) {
            Some(true) => words("Plan for at most ").strong(setting(yes)).plain("."),
            _ => words("Provide at least ").strong(setting(yes)).plain("."),
        }),
        Turn::Twice { from: Some(from), to: Some(to), .. } if from == to => {
            advice.push(words("Take ").strong(setting(from)).plain("."));
        }
        Turn::Twice { from: Some(from), to: Some(to), .. } if from < to => {
            let to = format!(" to {}", capacity.values[to]);
            advice.push(words("Stay within ").strong(format!("{}{to}", setting(from))).plain("."));
        }
        Turn::Twice { from: Some(_), to: Some(_), .. } => {
            advice.push(words("Change another key as well: this one cannot meet all goals together."));
        }
        Turn::Everywhere => advice.push(words("Widen the range of ").code("--vary").plain(" if the limit matters.")),
        Turn::Nowhere => {
            advice.push(words("Widen the range of ").code("--vary").plain(", or vary another key."));
        }
        Turn::Contradiction { .. } => advice.push(
            words("Look at the values between with ")
                .code("ctisim sweep")
                .plain(", which shows how the measure changes."),
        ),
        Turn::Between { .. } | Turn::Undetermined | Turn::Twice { .. } => {}
    }
    if !capacity.is_narrow() && !matches!(capacity.turn, Turn::Contradiction { .. }) {
        let more = words("Allow more ").code("--replications").plain(", or use a larger step: ");
        advice.push(more.plain("too many values could not be decided."));
    }
    advice.extend(relief(capacity));
    advice.truncate(3);
    advice
}

/// The bottleneck, which might be relieved instead, unless it is what the key sets.
fn relief(capacity: &Capacity) -> Option<Sentence> {
    let (bottleneck, missed) = (capacity.binding()?, capacity.first_missed()?);
    let sizes = || capacity.evaluated.iter().filter_map(|it| Some(it.same_resource(bottleneck)?.size));
    if sizes().any(|size| size != bottleneck.size) {
        return None;
    }
    let sentence = Sentence::default().plain(format!("What is full at {} is ", capacity.values[missed.at]));
    Some(sentence.strong(place(bottleneck)).plain(": more of it, or less work for it, may move the limit."))
}

/// The answer, and the measures of the first goal at both sides of the turn.
fn figures(capacity: &Capacity) -> Vec<KeyFigure> {
    let answer = answered(capacity).map(|at| KeyFigure {
        name: capacity.key.clone(),
        value: match capacity.met_within() {
            Some((from, to)) if from != to => format!("{} to {}", capacity.values[from], capacity.values[to]),
            _ => capacity.values[at].clone(),
        },
        about: match is_largest(capacity).filter(|_| capacity.undecided().is_empty()) {
            Some(true) => "the largest value that meets the goals".to_owned(),
            Some(false) => "the smallest value that meets the goals".to_owned(),
            None => "meets the goals".to_owned(),
        },
        tone: Tone::Good,
    });
    let sides = [answered(capacity).and_then(|at| capacity.at(at)), capacity.first_missed()];
    // The goal that is missed on the other side, or else the first.
    let missed = |it: &Evaluated| it.judged.iter().position(|it| it.verdict == Judgement::Missed);
    let row = capacity.first_missed().and_then(missed).unwrap_or(0);
    let measured = sides.into_iter().flatten().filter_map(|it| {
        let judged = it.judged.get(row)?;
        let name = format!("{} at {}", judged.goal.measure, capacity.values[it.at]);
        Some(figure(name, &judged.found, tone(judged.verdict)))
    });
    let full = capacity.first_missed().and_then(|it| Some((it, capacity.binding()?)));
    let full = full.map(|(missed, it)| KeyFigure {
        name: format!("{} at {}", it.name, capacity.values[missed.at]),
        value: percent(it.busiest_bin),
        about: "in use in its busiest bin".to_owned(),
        tone: Tone::Bad,
    });
    answer.into_iter().chain(measured).chain(full).collect()
}

/// The walk along the values, one chart per measure.
fn walks(capacity: &Capacity) -> Vec<Chart> {
    let mut rows: Vec<usize> = Vec::new();
    for (row, goal) in capacity.goals.iter().enumerate() {
        if !rows.iter().any(|&known| capacity.goals[known].measure == goal.measure) {
            rows.push(row);
        }
    }
    let values: Vec<&str> = capacity.evaluated.iter().map(|it| &*capacity.values[it.at]).collect();
    let (x, at) = axis_of(&capacity.key, &values);
    let mut ids = Ids::default();
    rows.into_iter().map(|row| walk(capacity, row, (&x, &at), &mut ids)).collect()
}

/// The walk of the measure of the goal in this row.
fn walk(capacity: &Capacity, row: usize, (x, at): (&Axis, &[f64]), ids: &mut Ids) -> Chart {
    let measure = &capacity.goals[row].measure;
    let of_it = |it: &&Judged| it.goal.measure == *measure;
    let point = |(it, &x): (&Evaluated, &f64)| {
        let judged = it.judged.get(row)?;
        let point = point(x, &judged.found, tone_of(it.judged.iter().filter(of_it)));
        let replications = counted(it.replications as usize, ["replication", "replications"]);
        let when = format!("evaluated {}, {replications}", ordinal(it.order));
        let words = match point.words {
            Some(words) => format!("{when}; {words}"),
            None => when,
        };
        Some(Point { words: Some(words), ..point })
    };
    let mut points: Vec<Point> = capacity.evaluated.iter().zip(at).filter_map(point).collect();
    points.sort_by(|one, other| one.x.total_cmp(&other.x));
    let goals: Vec<&Goal> = capacity.goals.iter().filter(|goal| goal.measure == *measure).collect();
    let values = capacity.evaluated.iter().filter_map(|it| Some(it.judged.get(row)?.found.value));
    let y = axis_of_measure(measure, values.chain(goals.iter().map(|goal| Some(goal.bound))));
    let title = match &*goals {
        [goal] => format!("{measure}: the goal is {}", goal.required()),
        _ => measure.to_string(),
    };
    Chart {
        id: ids.of(&if capacity.goals.len() == 1 { "walk".to_owned() } else { format!("walk {measure}") }),
        title,
        about: "Intervals are as wide as the search needs them to be right in all its verdicts together.".to_owned(),
        shape: Shape::Plot(Plot {
            x: x.clone(),
            y,
            series: vec![Series {
                name: measure.to_string(),
                stroke: Stroke::LineAndDots,
                edges: "interval of the search".to_owned(),
                points,
            }],
            spans: Vec::new(),
            moments: Vec::new(),
            levels: goals.into_iter().map(level).collect(),
        }),
    }
}

/// `1st`, `2nd`, `3rd`, `11th`.
fn ordinal(number: usize) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// How full every resource is at the first value that misses the goals, the fullest first; else at the last value evaluated.
fn resources(capacity: &Capacity) -> Option<Chart> {
    let shown = capacity.first_missed().or(capacity.evaluated.last())?;
    let beside = answered(capacity).and_then(|at| capacity.at(at)).filter(|it| it.at != shown.at);
    let mut ranked: Vec<&Resource> = shown.resources.iter().collect();
    // Stable: equally full ones stay in the order of the workload.
    ranked.sort_by(|one, other| other.busiest_bin.total_cmp(&one.busiest_bin));
    let more = ranked.len().saturating_sub(MOST_RESOURCES);
    let binding = capacity.binding().filter(|_| capacity.first_missed().is_some());
    let row = |it: &&Resource| Row {
        name: it.name.clone(),
        value: drawn(Some(it.busiest_bin)),
        low: None,
        high: None,
        tick: beside.and_then(|beside| drawn(Some(beside.same_resource(it)?.busiest_bin))),
        words: fullness(it),
        tone: match binding {
            Some(place) if (place.kind, &place.name) == (it.kind, &it.name) => Tone::Bad,
            _ => Tone::Plain,
        },
    };
    let rows: Vec<Row> = ranked.iter().take(MOST_RESOURCES).map(row).collect();
    let value = &capacity.values[shown.at];
    let tick = beside.map(|it| format!(" Tick: at {}.", capacity.values[it.at])).unwrap_or_default();
    let rest = if more > 0 { format!(" {} less full ones are not shown.", human(more as f64)) } else { String::new() };
    (!rows.is_empty()).then(|| Chart {
        id: "resources".to_owned(),
        title: match binding {
            Some(it) => format!("At {value}, {} is the bottleneck", place(it)),
            None => format!("How full it is at {value}"),
        },
        about: format!("The share in use in the busiest bin of the timeline, the fullest first.{tick}{rest}"),
        shape: Shape::Rows(Rows {
            axis: Axis {
                name: "in use in the busiest bin".to_owned(),
                unit: "ratio".to_owned(),
                scale: Scale::Linear,
                from: Some(0.0),
                to: Some(1.0),
            },
            rows,
            mark: RowMark::Bar,
            levels: Vec::new(),
        }),
    })
}

/// How full a resource is, in short.
fn fullness(it: &Resource) -> String {
    let share = percent(it.busiest_bin);
    match (it.size, it.wait) {
        (Some(size), _) => format!("{share}, at most {} of {}", human(it.peak), human(f64::from(size))),
        (None, Some(wait)) => format!("{share}, mean wait {} ms", human(wait)),
        (None, None) => share,
    }
}
