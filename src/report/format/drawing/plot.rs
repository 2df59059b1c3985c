//! Curves and points in a plane: where they stand.

use super::labels::{Label, cut, lanes};
use super::scale::{Fit, LETTERS, Scaled};
use crate::report::chart::{Plot, Point, Scale, Series, StretchKind, Stroke};
use crate::report::table::Tone;

/// A plot whose places are known: fractions of its width, from the left, and of its height, from the bottom.
pub(crate) struct Plotted {
    /// The horizontal axis.
    pub(crate) x: Scaled,
    /// The vertical axis.
    pub(crate) y: Scaled,
    /// Its curves.
    pub(crate) curves: Vec<Curve>,
    /// Its stretches: from, to, kind.
    pub(crate) stretches: Vec<(f64, f64, StretchKind)>,
    /// Its moments.
    pub(crate) moments: Vec<f64>,
    /// What is written above: words where there is room, numbers of [`Plotted::events`] where there is not.
    pub(crate) wide: Labels,
    /// The same where there is little room.
    pub(crate) narrow: Labels,
    /// What lasts and what happens, from left to right.
    pub(crate) events: Vec<Event>,
    /// Its levels, with their words.
    pub(crate) levels: Vec<(f64, String)>,
    /// What is written at levels: those near each other share a label.
    pub(crate) level_labels: Vec<(f64, String)>,
    /// Whether that stands at the left end, where the curve is farther from the levels.
    pub(crate) levels_at_left: bool,
    /// What is not drawn, or not as it is.
    pub(crate) notes: Vec<String>,
}

/// Labels of events.
pub(crate) struct Labels {
    /// The labels.
    pub(crate) all: Vec<Label>,
    /// Whether they are numbers, or cut, so that a list is needed.
    pub(crate) are_short: bool,
}

/// What lasts or happens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// Where it begins.
    pub(crate) from: f64,
    /// Where it ends.
    pub(crate) to: f64,
    /// Its words.
    pub(crate) words: String,
    /// Its kind; none of a moment.
    pub(crate) kind: Option<StretchKind>,
}

/// A series, drawn.
pub(crate) struct Curve {
    /// Lines from point to point.
    pub(crate) lines: Vec<Vec<[f64; 2]>>,
    /// Bands: place, lower edge, upper edge.
    pub(crate) bands: Vec<Vec<[f64; 3]>>,
    /// Points with their intervals.
    pub(crate) dots: Vec<Dot>,
    /// Small upright strokes.
    pub(crate) ticks: Vec<[f64; 2]>,
}

/// A point with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dot {
    /// Where.
    pub(crate) x: f64,
    /// Its value, unless it lies outside.
    pub(crate) y: Option<f64>,
    /// Its interval.
    pub(crate) interval: Option<Interval>,
    /// Good or bad.
    pub(crate) tone: Tone,
}

/// An interval; an end that is open, or beyond the axis, is an arrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    /// Its lower end.
    pub(crate) low: f64,
    /// Its upper end.
    pub(crate) high: f64,
    /// Whether there is no lower end.
    pub(crate) is_open_below: bool,
    /// Whether there is no upper end.
    pub(crate) is_open_above: bool,
}

impl Interval {
    /// The interval on an axis; `None` if there is none.
    pub(crate) fn on(axis: &Scaled, low: Option<f64>, high: Option<f64>) -> Option<Interval> {
        if low.is_none() && high.is_none() {
            return None;
        }
        let place = |end: Option<f64>, open: f64| end.and_then(|end| axis.at(end)).unwrap_or(open);
        let (low, high) = (place(low, -1.0), place(high, 2.0));
        let (low, high) = (low.min(high), low.max(high));
        Some(Interval {
            low: low.clamp(0.0, 1.0),
            high: high.clamp(0.0, 1.0),
            is_open_below: low < -1e-9,
            is_open_above: high > 1.0 + 1e-9,
        })
    }
}

/// More points of a curve are drawn through their least and greatest values.
const MOST_POINTS: usize = 2_000;
/// In so many columns.
const COLUMNS: f64 = 1_000.0;
/// More stretches, moments and levels are not drawn.
const MOST_EVENTS: usize = 60;

impl Plotted {
    /// Places everything. Axes of time extend over `time`. `room` is the width in pixels, and where there is little.
    pub(crate) fn of(plot: &Plot, time: Option<[f64; 2]>, height: f64, room: [f64; 2]) -> Plotted {
        let mut notes = Vec::new();
        if plot.series.len() > Plot::MOST_SERIES {
            notes.push(format!(
                "The first {} of {} series are drawn; the table has the others.",
                Plot::MOST_SERIES,
                plot.series.len()
            ));
        }
        let series = &plot.series[..plot.series.len().min(Plot::MOST_SERIES)];
        let points = || series.iter().flat_map(|series| &series.points);
        let has_dots = series.iter().any(|series| matches!(series.stroke, Stroke::Dots | Stroke::LineAndDots));
        let is_time = is_time(&plot.x.scale);
        let x_fit = Fit {
            free: if has_dots { 0.04 } else { 0.0 },
            ticks: if is_time { 8.0 } else { 6.0 },
            room: Some(room),
            ..Fit::default()
        };
        let mut x_axis = plot.x.clone();
        if let Some([from, to]) = time.filter(|_| is_time) {
            (x_axis.from, x_axis.to) = (Some(from), Some(to));
        }
        let x = Scaled::of(&x_axis, points().map(|point| point.x), x_fit);
        let y_fit =
            Fit { zero: plot.y.from.is_none(), round: true, ticks: (height / 45.0).clamp(2.0, 6.0), ..Fit::default() };
        let values = points().flat_map(|point| seen(point, has_dots)).chain(plot.levels.iter().map(|level| level.at));
        let y = Scaled::of(&plot.y, values, y_fit);
        let curve = |series: &Series| curve(series, &x, &y, is_time, &mut notes);
        let curves = series.iter().map(curve).collect();
        let events = events(plot, &x);
        let stretches =
            events.iter().filter_map(|event| Some((x.within(event.from)?, x.within(event.to)?, event.kind?)));
        let moments = events.iter().filter(|event| event.kind.is_none()).filter_map(|event| x.within(event.from));
        let levels =
            plot.levels.iter().take(MOST_EVENTS).filter_map(|level| Some((y.within(level.at)?, level.words.clone())));
        let levels: Vec<(f64, String)> = levels.collect();
        let [wide, narrow] = room.map(|room| Labels::of(&events, &x, room));
        Plotted {
            stretches: stretches.collect(),
            moments: moments.collect(),
            level_labels: together(&levels, 16.0 / height),
            levels_at_left: is_free_at_left(plot, &levels, &y),
            levels,
            curves,
            wide,
            narrow,
            events,
            x,
            y,
            notes,
        }
    }

    /// Whether nothing is drawn.
    pub(crate) fn is_empty(&self) -> bool {
        let nothing = |curve: &Curve| curve.lines.is_empty() && curve.dots.is_empty() && curve.ticks.is_empty();
        self.curves.iter().all(nothing)
    }
}

/// Whether the first curve is farther from the nearest level at its left end than at its right one.
fn is_free_at_left(plot: &Plot, levels: &[(f64, String)], y: &Scaled) -> bool {
    let Some(series) = plot.series.first() else { return false };
    let mut places = series.points.iter().filter_map(|point| y.within(point.y?));
    let Some(first) = places.next() else { return false };
    let last = places.next_back().unwrap_or(first);
    let apart = |place: f64| levels.iter().map(|(at, _)| (at - place).abs()).fold(f64::INFINITY, f64::min);
    apart(first) > apart(last)
}

/// The words of levels from the lowest, those that are nearer than the gap in one label.
fn together(levels: &[(f64, String)], gap: f64) -> Vec<(f64, String)> {
    let mut sorted: Vec<&(f64, String)> = levels.iter().filter(|(_, words)| !words.is_empty()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut labels: Vec<(f64, String)> = Vec::new();
    for (at, words) in sorted {
        match labels.last_mut() {
            Some((last, said)) if at - *last < gap => *said += &format!("; {words}"),
            _ => labels.push((*at, words.clone())),
        }
    }
    labels
}

/// Whether it is an axis of time in a run.
pub(crate) fn is_time(scale: &Scale) -> bool {
    matches!(scale, Scale::Elapsed | Scale::Clock { .. })
}

impl Labels {
    fn of(events: &[Event], x: &Scaled, room: f64) -> Labels {
        let places = |words: &dyn Fn(usize, &Event) -> String| -> Vec<(f64, String)> {
            let place = |(index, event): (usize, &Event)| Some((x.within(event.from)?, words(index, event)));
            events.iter().enumerate().filter_map(place).collect()
        };
        let whole = places(&|_, event| event.words.clone());
        let longest = (room * 0.4).max(120.0);
        if let Some(all) = lanes(&whole, LETTERS, room).filter(|all| all.len() <= 12) {
            return Labels { all, are_short: false };
        }
        let cut = places(&|_, event| cut(&event.words, LETTERS, longest));
        if let Some(all) = lanes(&cut, LETTERS, room).filter(|all| all.len() <= 12) {
            return Labels { all, are_short: true };
        }
        let numbers = places(&|index, _| (index + 1).to_string());
        Labels { all: lanes(&numbers, LETTERS, room).unwrap_or_default(), are_short: true }
    }

    /// The rows that they take.
    pub(crate) fn lanes(&self) -> usize {
        self.all.iter().map(|label| label.lane + 1).max().unwrap_or(0)
    }
}

fn events(plot: &Plot, x: &Scaled) -> Vec<Event> {
    let stretch = |it: &crate::report::chart::Stretch| Event {
        from: it.from.min(it.to),
        to: it.from.max(it.to),
        words: it.words.clone(),
        kind: Some(it.kind),
    };
    let stretches = plot.spans.iter().take(MOST_EVENTS).map(stretch);
    let moments = plot.moments.iter().take(MOST_EVENTS);
    let moments = moments.map(|it| Event { from: it.at, to: it.at, words: it.words.clone(), kind: None });
    let is_seen =
        |event: &Event| x.at(event.from).is_some_and(|at| at <= 1.0) && x.at(event.to).is_some_and(|at| at >= 0.0);
    let mut events: Vec<Event> = stretches.chain(moments).filter(is_seen).collect();
    events.sort_by(|a, b| a.from.total_cmp(&b.from));
    events
}

fn curve(series: &Series, x: &Scaled, y: &Scaled, is_time: bool, notes: &mut Vec<String>) -> Curve {
    let mut curve = Curve { lines: Vec::new(), bands: Vec::new(), dots: Vec::new(), ticks: Vec::new() };
    let steps = series.stroke == Stroke::Steps;
    if matches!(series.stroke, Stroke::Line | Stroke::Steps | Stroke::LineAndDots) {
        let place = |point: &Point| Some([x.at(point.x)?, y.within(point.y?)?]);
        let runs = runs(&series.points, place);
        curve.lines = drawn_runs(runs, steps, is_time);
        let points: usize = curve.lines.iter().map(Vec::len).sum();
        if points > 2 * MOST_POINTS {
            curve.lines = curve.lines.into_iter().map(|line| extremes(&line)).collect();
            notes.push(format!(
                "{}: {} points, drawn through the least and the greatest of each of {COLUMNS} columns.",
                series.name,
                series.points.len()
            ));
        }
    }
    if matches!(series.stroke, Stroke::Line | Stroke::Steps) {
        // Where an end of the interval is missing, the band ends: an edge there would be invented.
        let place = |point: &Point| {
            let [middle, low, high] = [point.y?, point.low?, point.high?].map(|end| y.within(end));
            let (middle, low, high) = (middle?, low?, high?);
            Some([x.at(point.x)?, low.min(middle).min(high), high.max(middle).max(low)])
        };
        curve.bands = drawn_runs(runs(&series.points, place), steps, is_time);
        curve.bands = curve.bands.into_iter().map(envelope).collect();
    }
    let inside = |point: &&Point| x.at(point.x).is_some_and(|at| (-1e-9..=1.0 + 1e-9).contains(&at));
    let some = series.points.iter().filter(inside).take(MOST_POINTS);
    match series.stroke {
        Stroke::Dots | Stroke::LineAndDots => curve.dots = some.filter_map(|point| dot(point, x, y)).collect(),
        Stroke::Ticks => curve.ticks = some.filter_map(|it| Some([x.within(it.x)?, y.within(it.y?)?])).collect(),
        Stroke::Line | Stroke::Steps => {
            // A value between two gaps would not be seen as a line.
            let alone = |line: &Vec<[f64; 2]>| line.len() == 1 || line.iter().all(|place| place == &line[0]);
            let dot =
                |line: &Vec<[f64; 2]>| Dot { x: line[0][0], y: Some(line[0][1]), interval: None, tone: Tone::Plain };
            curve.dots = curve.lines.iter().filter(|line| alone(line)).map(dot).collect();
            curve.lines.retain(|line| !alone(line));
        }
    }
    if matches!(series.stroke, Stroke::Dots | Stroke::LineAndDots | Stroke::Ticks) && series.points.len() > MOST_POINTS
    {
        notes.push(format!("{}: the first {MOST_POINTS} of {} points are drawn.", series.name, series.points.len()));
    }
    curve
}

/// The values of a point that its axis shows: above an interval without an upper end there is room for an arrow.
fn seen(point: &Point, has_arrows: bool) -> impl Iterator<Item = f64> {
    let is_open = has_arrows && point.low.is_some() && point.high.is_none();
    let room = point.y.filter(|_| is_open).map(|y| y + 0.15 * y.abs());
    let is_there = |end: &f64| point.y.is_some() && end.is_finite();
    [point.y, point.low.filter(is_there), point.high.filter(is_there), room].into_iter().flatten()
}

fn dot(point: &Point, x: &Scaled, y: &Scaled) -> Option<Dot> {
    let at = y.at(point.y?)?;
    let seen = (-1e-9..=1.0 + 1e-9).contains(&at).then(|| at.clamp(0.0, 1.0));
    let interval = Interval::on(y, point.low, point.high);
    Some(Dot { x: x.within(point.x)?, y: seen, interval, tone: point.tone })
}

/// The points without gaps, in order.
fn runs<const N: usize>(points: &[Point], place: impl Fn(&Point) -> Option<[f64; N]>) -> Vec<Vec<[f64; N]>> {
    let mut runs: Vec<Vec<[f64; N]>> = vec![Vec::new()];
    for point in points {
        match (place(point), runs.last_mut()) {
            (Some(place), Some(run)) => run.push(place),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The runs as they are drawn, within the width.
fn drawn_runs<const N: usize>(runs: Vec<Vec<[f64; N]>>, steps: bool, lasts: bool) -> Vec<Vec<[f64; N]>> {
    let drawn = |run: Vec<[f64; N]>| if steps { stepped(&run, lasts) } else { run };
    runs.into_iter().map(drawn).flat_map(|run| clipped(&run)).collect()
}

/// Each value until the next point. Of time, the last lasts as long as the one before it.
fn stepped<const N: usize>(run: &[[f64; N]], lasts: bool) -> Vec<[f64; N]> {
    let mut places: Vec<[f64; N]> = Vec::with_capacity(2 * run.len());
    for place in run {
        if let Some(mut end) = places.last().copied() {
            end[0] = place[0];
            places.push(end);
        }
        places.push(*place);
    }
    if let ([.., before, last], true) = (run, lasts) {
        let mut end = *last;
        end[0] = (2.0 * last[0] - before[0]).min(1.0).max(last[0]);
        places.push(end);
    }
    places
}

/// What lies within the width; lines that leave it end at its edge.
fn clipped<const N: usize>(run: &[[f64; N]]) -> Vec<Vec<[f64; N]>> {
    let is_inside = |place: &[f64; N]| (0.0..=1.0).contains(&place[0]);
    if run.iter().all(is_inside) {
        return vec![run.to_vec()];
    }
    let at_edge = |from: &[f64; N], to: &[f64; N], edge: f64| {
        let share = (edge - from[0]) / (to[0] - from[0]);
        let mut place = *from;
        for (end, to) in place.iter_mut().zip(to) {
            *end += share * (to - *end);
        }
        place[0] = edge;
        place
    };
    let mut parts: Vec<Vec<[f64; N]>> = Vec::new();
    let mut part: Vec<[f64; N]> = Vec::new();
    for (index, place) in run.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| &run[index]);
        if let Some(before) = before {
            let mut edges: Vec<f64> = [0.0, 1.0]
                .into_iter()
                .filter(|edge| (before[0] < *edge && *edge < place[0]) || (place[0] < *edge && *edge < before[0]))
                .collect();
            if before[0] > place[0] {
                edges.reverse();
            }
            for edge in edges {
                part.push(at_edge(before, place, edge));
                if is_inside(before) || part.len() == 2 {
                    parts.push(std::mem::take(&mut part));
                }
            }
        }
        if is_inside(place) {
            part.push(*place);
        } else if !part.is_empty() && before.is_some_and(is_inside) {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

/// The least and the greatest place of each column, in order.
fn extremes(line: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for column in line.chunk_by(|a, b| (a[0] * COLUMNS).floor() == (b[0] * COLUMNS).floor()) {
        let by_height = |a: &(usize, [f64; 2]), b: &(usize, [f64; 2])| a.1[1].total_cmp(&b.1[1]);
        let places = || column.iter().copied().enumerate();
        let ends = [places().min_by(by_height), places().max_by(by_height)];
        let mut ends: Vec<(usize, [f64; 2])> =
            ends.into_iter().flatten().chain([(0, column[0]), (column.len() - 1, column[column.len() - 1])]).collect();
        ends.sort_by_key(|(index, _)| *index);
        ends.dedup_by_key(|(index, _)| *index);
        kept.extend(ends.into_iter().map(|(_, place)| place));
    }
    kept
}

/// A band of many points as the widest of each column.
fn envelope(band: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
    if band.len() <= 2 * MOST_POINTS {
        return band;
    }
    let widest = |column: &[[f64; 3]]| {
        column.iter().fold(column[0], |[x, low, high], place| [x, low.min(place[1]), high.max(place[2])])
    };
    band.chunk_by(|a, b| (a[0] * COLUMNS).floor() == (b[0] * COLUMNS).floor()).map(widest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_the_edges() {
        // From -1 to 1 it rises by 2, so that it enters at half the way; it leaves again between 1 and 2.
        let parts = clipped(&[[-1.0, 0.0], [1.0, 2.0], [2.0, 2.0], [3.0, 0.0]]);
        assert_eq!(parts, [vec![[0.0, 1.0], [1.0, 2.0]]]);
        // One segment through all of it.
        assert_eq!(clipped(&[[-1.0, 0.0], [3.0, 4.0]]), [vec![[0.0, 1.0], [1.0, 2.0]]]);
        // Out and in again.
        let parts = clipped(&[[0.5, 1.0], [1.5, 2.0], [0.5, 3.0]]);
        assert_eq!(parts, [vec![[0.5, 1.0], [1.0, 1.5]], vec![[1.0, 2.5], [0.5, 3.0]]]);
    }

    #[test]
    fn a_step_lasts_until_the_next() {
        assert_eq!(stepped(&[[0.0, 5.0], [0.25, 7.0]], true), [[0.0, 5.0], [0.25, 5.0], [0.25, 7.0], [0.5, 7.0]]);
        assert_eq!(stepped(&[[0.0, 5.0], [0.25, 7.0]], false), [[0.0, 5.0], [0.25, 5.0], [0.25, 7.0]]);
    }

    #[test]
    fn many_points_keep_their_extremes() {
        let line: Vec<[f64; 2]> =
            (0..100_000).map(|index| [f64::from(index) / 1e5, f64::from(index % 97) / 97.0]).collect();
        let kept = extremes(&line);
        assert!(kept.len() <= 4_100, "{}", kept.len());
        assert!(kept.iter().any(|place| place[1] == 0.0) && kept.iter().any(|place| place[1] == 96.0 / 97.0));
    }
}
