//! What a search says: the answer, the bottleneck, the walk to it, and how full everything is where the goals are missed.

use crate::analysis::{Capacity, Evaluated, Judged, Resource, Verdict as Judgement};
use crate::experiment::Turn;
use crate::record::Goal;
use crate::report::capacity::{
    answer as sentence, assumption, bottleneck, is_always_zero, parts, table, title as place, without_effect,
};
use crate::report::chart::{Axis, Chart, Plot, Point, Row, RowMark, Rows, Scale, Series, Shape, Stroke};
use crate::report::goals::tone;
use crate::report::table::Tone;
use crate::report::words::{counted, human, percent, plural};

use super::parts::{
    Ids, axis_of, axis_of_measure, bound, drawn, emphasised, figure, level, named, point, report, tone_of,
};
use crate::report::kept::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};

/// So many resources are drawn.
const MOST_RESOURCES: usize = 12;

/// The report of it.
pub(crate) fn capacity_report(capacity: &Capacity, command: &str) -> Report {
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
        about: format!("{} {}", capacity.question, about(capacity)),
        digest: Some(capacity.digest.clone()),
        verdicts: vec![verdict(capacity)],
        answer: answer(capacity),
        advice: advice(capacity),
        surer: surer(capacity),
        figures: figures(capacity),
        chapters,
        ..report("capacity", &capacity.workload, question(capacity), command)
    }
}

/// What is searched for.
fn question(capacity: &Capacity) -> String {
    let goals: Vec<String> =
        capacity.goals.iter().map(|goal| format!("{} {}", named(&goal.measure), bound(goal))).collect();
    format!("Which {} keeps {}?", capacity.key, goals.join(" and "))
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
    let open = match capacity.undecided().len() {
        0 => String::new(),
        open => format!(", {} undecided", counted(open, ["value", "values"])),
    };
    let (tone, words) = match capacity.turn {
        Turn::Everywhere => (Tone::Good, "met at every value tried".to_owned()),
        Turn::Nowhere => (Tone::Bad, "missed at every value tried".to_owned()),
        Turn::Between { yes: Some(yes), .. } => match is_largest(capacity) {
            Some(true) => (Tone::Good, format!("met up to {}{open}", value(yes))),
            _ => (Tone::Good, format!("met from {} on{open}", value(yes))),
        },
        Turn::Between { yes: None, no: Some(no) } => (Tone::Open, format!("missed at {}, else undecided", value(no))),
        Turn::Between { yes: None, no: None } | Turn::Undetermined => (Tone::Open, "undecided".to_owned()),
        Turn::Twice { from: Some(from), to: Some(to), .. } if from == to => {
            (Tone::Good, format!("met at {}", value(from)))
        }
        Turn::Twice { from: Some(from), to: Some(to), .. } if from < to => {
            (Tone::Good, format!("met from {} to {}", value(from), value(to)))
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
    let words = sentence(capacity);
    // Without a value, what comes before the reason or the rest.
    let start = [": ", ". "].into_iter().filter_map(|end| words.find(end)).min().map_or("", |end| &words[..end]);
    let first = emphasised(&words, answered(capacity).map_or(start, |at| &capacity.values[at]));
    let others = parts(capacity).into_iter().chain(bottleneck(capacity).map(|words| words.replace('`', "")));
    std::iter::once(first).chain(others.map(|words| Sentence::default().plain(words))).collect()
}

/// How to be surer of it.
fn surer(capacity: &Capacity) -> Vec<Sentence> {
    if capacity.is_narrow() || matches!(capacity.turn, Turn::Contradiction { .. }) {
        return Vec::new();
    }
    let open = match capacity.turn {
        Turn::Twice { undecided, .. } => undecided,
        _ => capacity.undecided().len(),
    };
    let open = counted(open, ["value", "values"]);
    let more = Sentence::default().plain("Allow more ").code("--replications").plain(", or use a larger step: ");
    vec![more.plain(format!("{open} could not be decided."))]
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
    Some(
        sentence
            .strong(place(bottleneck).replace('`', ""))
            .plain(": more of it, or less work for it, may move the limit."),
    )
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
        [goal] => format!("{measure}: the goal is {}", bound(goal)),
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
            Some(it) => format!("At {value}, {} is the bottleneck", place(it).replace('`', "")),
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

#[cfg(test)]
mod tests {
    use super::super::parts::text;
    use super::*;
    use crate::analysis::{Cell, Measured, ResourceKind, judge_found};
    use crate::report::capacity::capacity_sheet;

    fn resource(kind: ResourceKind, name: &str, busiest_bin: f64, size: Option<u32>) -> Resource {
        let wait = size.is_none().then_some(12.0);
        let peak = size.map_or(0.0, f64::from);
        Resource { kind, name: name.into(), busiest_bin, size, peak, wait }
    }

    /// A value that was evaluated: the estimate of each goal's measure with its interval, and how busy the workers are.
    fn evaluated(goals: &[Goal], at: usize, order: usize, found: &[[f64; 3]], busy: f64) -> Evaluated {
        let measured = |(goal, [value, low, high]): (&Goal, &[f64; 3])| {
            let found = Measured {
                value: Some(*value),
                low: Some(*low),
                high: Some(*high),
                unit: goal.measure.unit().name(),
                seldom: None,
            };
            judge_found(goal, found)
        };
        Evaluated {
            at,
            order,
            replications: 30 * order as u64,
            judged: goals.iter().zip(found).map(measured).collect(),
            resources: vec![
                resource(ResourceKind::Station, "ivr.workers", busy, None),
                resource(ResourceKind::Ports, "ports", 0.4, Some(100)),
            ],
        }
    }

    const MET: [f64; 3] = [0.005, 0.004, 0.006];
    const OPEN: [f64; 3] = [0.01, 0.008, 0.012];
    const MISSED: [f64; 3] = [0.02, 0.015, 0.025];

    /// A search over 10, 20 and so on up to 90, with one goal: the places that were evaluated, in their order.
    fn capacity(turn: Turn, found: &[(usize, usize, [f64; 3], f64)]) -> Capacity {
        let goals = vec![Goal::parse("refused.share<=1%").unwrap()];
        let evaluated = found.iter().map(|(at, order, found, busy)| evaluated(&goals, *at, *order, &[*found], *busy));
        Capacity {
            workload: "site".into(),
            question: "How many calls an hour?".into(),
            key: "traffic.main.arrivals.poisson".into(),
            values: (1..=9).map(|value| format!("{value}0/h")).collect(),
            settings: (1..=9).map(|value| vec![format!("traffic.main.arrivals.poisson={value}0/h")]).collect(),
            evaluated: evaluated.collect(),
            goals,
            turn,
            replications: 0..4000,
            seed: 1,
            digest: "d1".into(),
            command: "ctisim capacity".into(),
        }
    }

    fn found() -> Capacity {
        let turn = Turn::Between { yes: Some(4), no: Some(5) };
        capacity(turn, &[(0, 1, MET, 0.1), (4, 3, MET, 0.8), (5, 4, MISSED, 0.97), (8, 2, MISSED, 1.0)])
    }

    #[test]
    fn the_answer_the_bottleneck_and_what_to_do() {
        let report = capacity_report(&found(), "ctisim capacity");
        assert_eq!(
            report.about,
            "How many calls an hour? 9 values of traffic.main.arrivals.poisson, 10/h to 90/h; at most 4,000 replications each, seed 1"
        );
        assert_eq!(
            text(&report.answer),
            [
                "50/h is the largest value that meets the goals (95 % confidence); 60/h misses them.",
                "The bottleneck is the station ivr.workers: at 60/h, it is busy 97.0 % of its busiest bin, with a mean wait of 12 ms; \
                 at 50/h, it is busy 80.0 % of its busiest bin, with a mean wait of 12 ms."
            ]
        );
        assert_eq!(report.answer[0].0[0], crate::report::kept::Piece::Strong("50/h".into()));
        assert_eq!(
            text(&report.advice),
            [
                "Plan for at most traffic.main.arrivals.poisson = 50/h.",
                "What is full at 60/h is the station ivr.workers: more of it, or less work for it, may move the limit."
            ]
        );
        let figures: Vec<(&str, &str)> = report.figures.iter().map(|it| (&*it.name, &*it.value)).collect();
        let expected = [
            ("traffic.main.arrivals.poisson", "50/h"),
            ("refused.share at 50/h", "0.500 %"),
            ("refused.share at 60/h", "2 %"),
            ("ivr.workers at 60/h", "97.0 %"),
        ];
        assert_eq!(figures, expected);
        assert_eq!((report.verdicts[0].tone, &*report.verdicts[0].words), (Tone::Good, "met up to 50/h"));
        assert_eq!(Report::read(&report.json()).unwrap(), report);
    }

    #[test]
    fn the_walk_has_the_numbers_of_the_file_and_the_order_of_the_search() {
        let capacity = found();
        let report = capacity_report(&capacity, "");
        let charts: Vec<&Chart> = report.charts().collect();
        assert_eq!(charts.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["walk", "resources"]);
        let Shape::Plot(plot) = &charts[0].shape else { panic!("a plot") };
        let points = &plot.series[0].points;
        let words: Vec<&str> = points.iter().filter_map(|it| it.words.as_deref()).collect();
        let expected = [
            "evaluated 1st, 30 replications",
            "evaluated 3rd, 90 replications",
            "evaluated 4th, 120 replications",
            "evaluated 2nd, 60 replications",
        ];
        assert_eq!(words, expected);
        let tones: Vec<Tone> = points.iter().map(|it| it.tone).collect();
        assert_eq!(tones, [Tone::Good, Tone::Good, Tone::Bad, Tone::Bad]);
        let sheet = capacity_sheet(&capacity);
        let rows: Vec<Vec<Cell>> = sheet.rows().collect();
        let at = |name: &str| sheet.columns.iter().position(|column| column == name).unwrap();
        for (point, row) in points.iter().zip(&rows) {
            let numbers = [point.y, point.low, point.high].map(Cell::from);
            assert_eq!(numbers, ["value", "low", "high"].map(|name| row[at(name)].clone()));
        }
        assert_eq!(plot.levels[0].at, 0.01);
        assert_eq!(points.iter().map(|it| it.x).collect::<Vec<_>>(), [10.0, 50.0, 60.0, 90.0]);
        let Shape::Rows(rows) = &charts[1].shape else { panic!("rows") };
        assert_eq!(
            (&*rows.rows[0].name, rows.rows[0].value, rows.rows[0].tick),
            ("ivr.workers", Some(0.97), Some(0.8))
        );
        assert_eq!((rows.rows[0].tone, rows.rows[1].tone), (Tone::Bad, Tone::Plain));
        assert_eq!(rows.rows[1].words, "40.0 %, at most 100 of 100");
    }

    /// Two goals on one measure and one on another: two charts, of which the first has both lines.
    #[test]
    fn a_chart_for_each_measure() {
        let goals: Vec<Goal> = ["refused.share<=1%", "refused.share>=0.1%", "setup_delay.p99<=500ms"]
            .map(|goal| Goal::parse(goal).unwrap())
            .to_vec();
        let walked = evaluated(&goals, 0, 1, &[MET, MET, [320.0, 300.0, 340.0]], 0.5);
        let search = Capacity { goals, evaluated: vec![walked], ..capacity(Turn::Everywhere, &[]) };
        let report = capacity_report(&search, "");
        let ids: Vec<&str> = report.charts().map(|it| &*it.id).collect();
        assert_eq!(ids, ["walk-refused-share", "walk-setup-delay-p99", "resources"]);
        let Shape::Plot(plot) = &report.charts().next().unwrap().shape else { panic!("a plot") };
        assert_eq!(plot.levels.len(), 2);
    }

    #[test]
    fn every_way_a_search_can_end() {
        let says = |turn: Turn, found: &[(usize, usize, [f64; 3], f64)]| {
            let report = capacity_report(&capacity(turn, found), "");
            let verdict = &report.verdicts[0];
            (verdict.tone, verdict.words.clone(), [text(&report.advice), text(&report.surer)].concat())
        };
        let (first, last) = ((0, 1, MET, 0.1), (8, 2, MET, 0.2));
        let expected = vec!["Widen the range of --vary if the limit matters.".to_owned()];
        assert_eq!(says(Turn::Everywhere, &[first, last]), (Tone::Good, "met at every value tried".into(), expected));
        let missed = [(0, 1, MISSED, 0.1), (8, 2, MISSED, 0.2)];
        let expected = vec!["Widen the range of --vary, or vary another key.".to_owned()];
        assert_eq!(says(Turn::Nowhere, &missed), (Tone::Bad, "missed at every value tried".into(), expected));
        let smallest = Turn::Between { yes: Some(5), no: Some(4) };
        let at = [(4, 3, MISSED, 0.1), (5, 4, MET, 0.1)];
        let expected = vec!["Provide at least traffic.main.arrivals.poisson = 60/h.".to_owned()];
        assert_eq!(says(smallest, &at), (Tone::Good, "met from 60/h on".into(), expected));
        // Four of nine values are open: more than one in twenty.
        let wide = Turn::Between { yes: Some(1), no: Some(6) };
        let at = [(0, 1, MET, 0.1), (1, 2, MET, 0.1), (3, 5, OPEN, 0.1), (6, 4, MISSED, 0.1), (8, 3, MISSED, 0.1)];
        let more = |open: usize| {
            format!("Allow more --replications, or use a larger step: {open} values could not be decided.")
        };
        let expected = vec!["Plan for at most traffic.main.arrivals.poisson = 20/h.".to_owned(), more(4)];
        assert_eq!(says(wide, &at), (Tone::Good, "met up to 20/h, 4 values undecided".into(), expected));
        let half = Turn::Between { yes: Some(1), no: None };
        let at = [(0, 1, MET, 0.1), (1, 3, MET, 0.1), (8, 2, OPEN, 0.1)];
        let expected = vec!["Plan for at most traffic.main.arrivals.poisson = 20/h.".to_owned(), more(7)];
        assert_eq!(says(half, &at), (Tone::Good, "met up to 20/h, 7 values undecided".into(), expected));
        let other = Turn::Between { yes: None, no: Some(8) };
        let expected = (Tone::Open, "missed at 90/h, else undecided".into(), vec![more(8)]);
        assert_eq!(says(other, &[(0, 1, OPEN, 0.1), (8, 2, MISSED, 0.1)]), expected);
        let nothing = [(0, 1, OPEN, 0.1), (8, 2, OPEN, 0.1)];
        assert_eq!(says(Turn::Undetermined, &nothing), (Tone::Open, "undecided".into(), vec![more(9)]));
        let twice = |from, to, undecided| Turn::Twice { from, to, undecided };
        let expected = vec!["Stay within traffic.main.arrivals.poisson = 30/h to 50/h.".to_owned()];
        assert_eq!(says(twice(Some(2), Some(4), 0), &missed), (Tone::Good, "met from 30/h to 50/h".into(), expected));
        let expected = vec!["Take traffic.main.arrivals.poisson = 30/h.".to_owned()];
        assert_eq!(says(twice(Some(2), Some(2), 0), &missed), (Tone::Good, "met at 30/h".into(), expected));
        let expected = vec!["Change another key as well: this one cannot meet all goals together.".to_owned()];
        assert_eq!(says(twice(Some(4), Some(2), 0), &missed), (Tone::Bad, "no value meets all goals".into(), expected));
        let expected = (Tone::Open, "no value is known to meet all goals".into(), vec![more(5)]);
        assert_eq!(says(twice(None, Some(2), 5), &missed), expected);
        let no = Turn::Contradiction { yes: 8, no: 0 };
        let expected =
            vec!["Look at the values between with ctisim sweep, which shows how the measure changes.".to_owned()];
        assert_eq!(says(no, &missed), (Tone::Open, "no answer: the goals are not monotone".into(), expected));
    }

    #[test]
    fn ordinals() {
        let expected = ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"];
        assert_eq!([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal), expected.map(str::to_owned));
    }
}
