//! The numbers of a chart in columns, as a spreadsheet draws them.

use crate::analysis::Cell;
use crate::report::chart::{Axis, Chart, Plot, Row, RowMark, Rows, Scale, Series, Shape, Stretch, StretchKind, Stroke};

use super::axes::{Bounds, number, title};

/// The numbers of a chart, and which of them are drawn how.
pub(super) struct Columns<'c> {
    /// The kind of the chart.
    pub(super) kind: Kind,
    /// The axis of what is drawn, and that of its values.
    pub(super) axes: [&'c Axis; 2],
    /// Where these begin and end.
    pub(super) bounds: [Option<Bounds>; 2],
    /// The columns, from left to right.
    pub(super) columns: Vec<Column>,
    /// What is drawn.
    pub(super) drawn: Vec<Drawn>,
}

/// A kind of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Points in a plane.
    Plane,
    /// Points above names.
    Names,
    /// A bar beside each name.
    Bars,
}

/// A column.
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Whether it has times of the day.
    pub(super) is_clock: bool,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
}

/// What is drawn of some columns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawn {
    /// The column of where.
    pub(super) across: usize,
    /// The column of the values.
    pub(super) values: usize,
    /// The columns of how far intervals reach above and below the values.
    pub(super) reach: Option<[usize; 2]>,
    /// How it looks.
    pub(super) look: Look,
}

/// How something looks. The number is that of the series, and so of its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A line.
    Line(usize),
    /// The edge of the band of a line.
    Edge(usize),
    /// Points.
    Dots(usize),
    /// Points and a line.
    LineAndDots(usize),
    /// Small strokes.
    Ticks(usize),
    /// Bars.
    Bars(usize),
    /// A level.
    Level,
    /// Moments.
    Moments,
    /// A hatch.
    Hatch(StretchKind),
}

/// A point as it stands on its axes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Placed {
    x: f64,
    y: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl<'c> Columns<'c> {
    /// Those of a chart.
    pub(super) fn of(chart: &'c Chart) -> Columns<'c> {
        match &chart.shape {
            Shape::Plot(plot) => of_plot(plot),
            Shape::Rows(rows) => of_rows(rows),
        }
    }

    fn add(&mut self, name: &str, cells: Vec<Cell>) -> usize {
        self.columns.push(Column { name: name.to_owned(), is_clock: false, cells });
        self.columns.len() - 1
    }

    fn draw(&mut self, across: usize, values: usize, look: Look) {
        self.drawn.push(Drawn { across, values, reach: None, look });
    }

    /// The columns of values and of the ends of their intervals, if there are any.
    fn values(&mut self, name: &str, placed: &[Placed]) -> (usize, Vec<usize>) {
        let values = self.add(name, cells(placed, |it| it.y));
        type End = fn(&Placed) -> Option<f64>;
        let ends: [(&str, End); 2] = [("low", |it| it.low), ("high", |it| it.high)];
        let some = ends.into_iter().filter(|(_, end)| placed.iter().any(|it| end(it).is_some()));
        (values, some.map(|(which, end)| self.add(&format!("{name} {which}"), cells(placed, end))).collect())
    }

    /// The columns of how far intervals reach, if there are any.
    fn reach(&mut self, name: &str, placed: &[Placed]) -> Option<[usize; 2]> {
        let above = |it: &Placed| Some((it.high? - it.y?).max(0.0));
        let below = |it: &Placed| Some((it.y? - it.low?).max(0.0));
        let some = placed.iter().any(|it| above(it).or(below(it)).is_some());
        some.then(|| {
            let above = self.add(&format!("{name} above"), cells(placed, above));
            [above, self.add(&format!("{name} below"), cells(placed, below))]
        })
    }
}

fn cells(placed: &[Placed], value: impl Fn(&Placed) -> Option<f64>) -> Vec<Cell> {
    placed.iter().map(|it| value(it).filter(|value| value.is_finite()).into()).collect()
}

fn of_plot(plot: &Plot) -> Columns<'_> {
    let names = match &plot.x.scale {
        Scale::Names(names) => Some(names),
        _ => None,
    };
    let placed: Vec<Vec<Placed>> = plot.series.iter().map(|series| placed(plot, series)).collect();
    let all = || placed.iter().flatten();
    let levels = plot.levels.iter().filter_map(|level| Some((level, number(&plot.y.scale, level.at)?)));
    let ends = all().flat_map(|it| [it.y, it.low, it.high]).flatten().chain(levels.clone().map(|(_, at)| at));
    let bounds = [Bounds::of(&plot.x, all().map(|it| it.x)), Bounds::of(&plot.y, ends)];
    let kind = if names.is_some() { Kind::Names } else { Kind::Plane };
    let mut columns = Columns { kind, axes: [&plot.x, &plot.y], bounds, columns: Vec::new(), drawn: Vec::new() };
    let head = title(&plot.x);
    let mut across: Option<usize> = None;
    for (at, (series, placed)) in plot.series.iter().zip(&placed).enumerate().filter(|(_, (_, it))| !it.is_empty()) {
        let places: Vec<Cell> = match names {
            Some(names) => names.iter().map(|name| Cell::Text(name.clone())).collect(),
            None => placed.iter().map(|it| it.x.into()).collect(),
        };
        // Curves over the same minutes share a column.
        let x = across.filter(|&it| columns.columns[it].cells == places);
        let x = x.unwrap_or_else(|| columns.add(&head, places));
        across = Some(x);
        let (values, ends) = columns.values(&series.name, placed);
        match series.stroke {
            Stroke::Line | Stroke::Steps => {
                columns.draw(x, values, Look::Line(at));
                ends.into_iter().for_each(|end| columns.draw(x, end, Look::Edge(at)));
            }
            Stroke::Ticks => columns.draw(x, values, Look::Ticks(at)),
            Stroke::Dots | Stroke::LineAndDots => {
                let look = if series.stroke == Stroke::Dots { Look::Dots(at) } else { Look::LineAndDots(at) };
                let reach = columns.reach(&series.name, placed);
                columns.drawn.push(Drawn { across: x, values, reach, look });
            }
        }
    }
    if let (Some(x), Some(names)) = (across, names) {
        for (level, at) in levels {
            let values = columns.add(&level.words, vec![at.into(); names.len()]);
            columns.draw(x, values, Look::Level);
        }
    } else if let [Some(x), Some(y)] = columns.bounds.clone() {
        let mut path = |words: &str, points: Vec<(f64, Option<f64>)>, look: Look| {
            let (xs, ys) = points.into_iter().map(|(x, y)| (Cell::from(x), Cell::from(y))).unzip();
            let xs = columns.add(&head, xs);
            let ys = columns.add(words, ys);
            columns.draw(xs, ys, look);
        };
        for (level, at) in levels {
            path(&level.words, vec![(x.low, Some(at)), (x.high, Some(at))], Look::Level);
        }
        for kind in [StretchKind::WarmUp, StretchKind::Fault] {
            let stretches = || plot.spans.iter().filter(|stretch| stretch.kind == kind);
            let hatch: Vec<_> = stretches().take(STRETCHES_MAX).flat_map(|it| hatch(it, &plot.x, [&x, &y])).collect();
            if !hatch.is_empty() {
                path(&listed(stretches().map(|it| &*it.words)), hatch, Look::Hatch(kind));
            }
        }
        let moments = plot.moments.iter().take(STRETCHES_MAX).filter_map(|it| number(&plot.x.scale, it.at));
        let moments: Vec<_> = moments.filter(|&at| x.low <= at && at <= x.high).collect();
        if !moments.is_empty() {
            let upright = moments.into_iter().flat_map(|at| [(at, Some(y.low)), (at, Some(y.high)), (at, None)]);
            path(&listed(plot.moments.iter().map(|it| &*it.words)), upright.collect(), Look::Moments);
        }
    }
    let is_clock = matches!(plot.x.scale, Scale::Clock { .. });
    for drawn in &columns.drawn {
        columns.columns[drawn.across].is_clock = is_clock;
    }
    columns
}

/// The points of a curve on the axes of its chart. Above names there is one for each; steps have one at either end.
fn placed(plot: &Plot, series: &Series) -> Vec<Placed> {
    let value = |value: Option<f64>| number(&plot.y.scale, value?);
    let points = series.points.iter().filter_map(|point| {
        let [y, low, high] = [point.y, point.low, point.high].map(value);
        Some(Placed { x: number(&plot.x.scale, point.x)?, y, low, high })
    });
    let points: Vec<Placed> = points.collect();
    if let Scale::Names(names) = &plot.x.scale {
        let none = |x: f64| Placed { x, y: None, low: None, high: None };
        let named = (0..names.len()).map(|at| at as f64);
        return named.map(|x| points.iter().find(|it| it.x == x).copied().unwrap_or(none(x))).collect();
    }
    if series.stroke != Stroke::Steps {
        return points;
    }
    // Of time, the last one lasts as long as the one before it, but not longer than the axis.
    let most = plot.x.to.and_then(|to| number(&plot.x.scale, to)).unwrap_or(f64::INFINITY);
    let end = match (&*points, &plot.x.scale) {
        ([.., before, last], Scale::Elapsed | Scale::Clock { .. }) => Some((2.0 * last.x - before.x).min(most)),
        _ => None,
    };
    let end = end.filter(|&end| points.last().is_some_and(|last| last.x < end));
    let next = points.iter().skip(1).map(|next| Some(next.x)).chain([end]);
    points.iter().zip(next).flat_map(|(it, next)| [Some(*it), next.map(|x| Placed { x, ..*it })]).flatten().collect()
}

/// More stretches cannot be told apart.
const STRETCHES_MAX: usize = 60;

/// The way of a pen that hatches a stretch: up and down, with a gap after it.
fn hatch(stretch: &Stretch, axis: &Axis, [x, y]: [&Bounds; 2]) -> Vec<(f64, Option<f64>)> {
    /// How many strokes there are over the width of a chart.
    const STROKES: f64 = 120.0;
    let end = |end: f64| number(&axis.scale, end).map(|end| end.clamp(x.low, x.high));
    let (Some(from), Some(to)) = (end(stretch.from), end(stretch.to)) else { return Vec::new() };
    if from >= to {
        return Vec::new();
    }
    let apart = (x.high - x.low) / STROKES;
    let strokes = ((to - from) / apart).ceil().clamp(1.0, STROKES) as u32;
    let mut way: Vec<(f64, Option<f64>)> = (0..=strokes)
        .flat_map(|stroke| {
            let at = (from + f64::from(stroke) * apart).min(to);
            let (begin, end) = if stroke % 2 == 0 { (y.low, y.high) } else { (y.high, y.low) };
            [(at, Some(begin)), (at, Some(end))]
        })
        .collect();
    way.push((to, None));
    way
}

/// Each once, and not without end.
fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    const MOST: usize = 3;
    let mut distinct: Vec<&str> = Vec::new();
    for words in words {
        if !distinct.contains(&words) {
            distinct.push(words);
        }
    }
    let more = distinct.len().saturating_sub(MOST);
    distinct.truncate(MOST);
    let more = (more > 0).then(|| format!("{more} more"));
    distinct.into_iter().map(str::to_owned).chain(more).collect::<Vec<_>>().join(", ")
}

fn of_rows(rows: &Rows) -> Columns<'_> {
    let value = |value: Option<f64>| number(&rows.axis.scale, value?);
    let place = |(at, row): (usize, &Row)| {
        let [y, low, high] = [row.value, row.low, row.high].map(value);
        Placed { x: at as f64, y, low, high }
    };
    let placed: Vec<Placed> = rows.rows.iter().enumerate().map(place).collect();
    let levels: Vec<_> =
        rows.levels.iter().filter_map(|level| Some((level, number(&rows.axis.scale, level.at)?))).collect();
    let ticks: Vec<Option<f64>> = rows.rows.iter().map(|row| value(row.tick)).collect();
    let ends = placed.iter().flat_map(|it| [it.y, it.low, it.high]).chain(ticks.iter().copied()).flatten();
    let ends = ends.chain(levels.iter().map(|(_, at)| *at));
    let (kind, look): (_, fn(usize) -> Look) = match rows.mark {
        RowMark::Bar => (Kind::Bars, Look::Bars),
        RowMark::Dot => (Kind::Names, Look::Dots),
    };
    // Bars begin at zero.
    let zero = (kind == Kind::Bars).then_some(0.0).filter(|_| matches!(rows.axis.scale, Scale::Linear));
    let bounds = [None, Bounds::of(&rows.axis, ends.chain(zero))];
    let axes = [&rows.axis, &rows.axis];
    let mut columns = Columns { kind, axes, bounds, columns: Vec::new(), drawn: Vec::new() };
    if rows.rows.is_empty() {
        return columns;
    }
    let texts = |text: fn(&Row) -> &String| rows.rows.iter().map(|row| Cell::Text(text(row).clone())).collect();
    let x = columns.add("", texts(|row| &row.name));
    let name = title(&rows.axis);
    let (values, _) = columns.values(&name, &placed);
    let reach = columns.reach(&name, &placed);
    columns.drawn.push(Drawn { across: x, values, reach, look: look(0) });
    if ticks.iter().any(Option::is_some) {
        let ticks = columns.add("tick", ticks.into_iter().map(Cell::from).collect());
        columns.draw(x, ticks, look(1));
    }
    // A line cannot be drawn across bars.
    for (level, at) in levels.into_iter().filter(|_| kind == Kind::Names) {
        let values = columns.add(&level.words, vec![at.into(); rows.rows.len()]);
        columns.draw(x, values, Look::Level);
    }
    if rows.rows.iter().any(|row| !row.words.is_empty()) {
        columns.add("", texts(|row| &row.words));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{Level, Moment, Point};
    use crate::report::table::Tone;

    fn axis(scale: Scale, unit: &str) -> Axis {
        Axis { name: "it".into(), unit: unit.into(), scale, from: None, to: None }
    }

    fn series(stroke: Stroke, points: Vec<Point>) -> Series {
        Series { name: "calls".into(), stroke, edges: String::new(), points }
    }

    fn plot(x: Scale, series: Vec<Series>) -> Plot {
        let (x, y) = (axis(x, "s"), axis(Scale::Linear, "count"));
        Plot { x, y, series, spans: Vec::new(), moments: Vec::new(), levels: Vec::new() }
    }

    fn with(x: f64, y: f64, low: Option<f64>, high: Option<f64>) -> Point {
        Point { low, high, ..Point::new(x, y) }
    }

    /// The cells of a column: numbers, and none for those that are missing.
    fn numbers(columns: &Columns<'_>, column: usize) -> Vec<Option<f64>> {
        let cells = columns.columns[column].cells.iter();
        cells.map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None }).collect()
    }

    fn names(columns: &Columns<'_>) -> Vec<String> {
        columns.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// 5 for the first minute, 7 for the second, then nothing, which lasts a minute as well.
    #[test]
    fn steps_last_until_the_next() {
        let points = vec![Point::new(0.0, 5.0), Point::new(60.0, 7.0), Point::new(120.0, None)];
        let plot = plot(Scale::Elapsed, vec![series(Stroke::Steps, points)]);
        let columns = of_plot(&plot);
        assert_eq!(numbers(&columns, 0), [0.0, 1.0, 1.0, 2.0, 2.0, 3.0].map(Some));
        assert_eq!(numbers(&columns, 1), [Some(5.0), Some(5.0), Some(7.0), Some(7.0), None, None]);
        // The last bin of a run ends with it; and of what is no time, nobody knows how long the last one lasts.
        for (scale, to, ends) in [(Scale::Elapsed, 150.0, Some(2.5)), (Scale::Linear, 900.0, Some(120.0))] {
            let x = Axis { scale, to: Some(to), ..plot.x.clone() };
            assert_eq!(numbers(&of_plot(&Plot { x, ..plot.clone() }), 0).last(), Some(&ends));
        }
    }

    /// Two curves over the same times share these, and a third has its own.
    #[test]
    fn curves_have_bands_and_share_what_they_can() {
        let points = |x: f64| vec![with(0.0, 2.0, Some(1.0), Some(3.0)), with(x, 4.0, Some(3.0), None)];
        let curve = |x| series(Stroke::Line, points(x));
        let plot = plot(Scale::Elapsed, vec![curve(60.0), curve(60.0), curve(90.0)]);
        let columns = of_plot(&plot);
        let three = ["calls", "calls low", "calls high"];
        let all = [&["it, minutes"][..], &three, &three, &["it, minutes"], &three].concat();
        assert_eq!(names(&columns), all);
        let looks: Vec<(usize, Look)> = columns.drawn.iter().map(|it| (it.across, it.look)).collect();
        assert_eq!(looks[..4], [(0, Look::Line(0)), (0, Look::Edge(0)), (0, Look::Edge(0)), (0, Look::Line(1))]);
        assert_eq!(looks[6], (7, Look::Line(2)));
        assert_eq!(numbers(&columns, 3), [Some(3.0), None]);
    }

    /// An hour has a stroke every half minute: at 15, 15.5, 16 and 16.2. The values are from 0 to 10.
    #[test]
    fn a_fault_is_hatched_and_what_was_noticed_is_upright() {
        let points = vec![Point::new(0.0, 0.0), Point::new(3600.0, 10.0)];
        let stretch = |from, to| Stretch { from, to, words: "ivr hangs".into(), kind: StretchKind::Fault };
        let plot = Plot {
            spans: vec![stretch(900.0, 972.0), stretch(5.0, 5.0), stretch(9e9, f64::MAX)],
            moments: vec![Moment { at: 945.0, words: "noticed".into() }, Moment { at: -60.0, words: "before".into() }],
            levels: vec![Level { at: 9.0, words: "goal".into() }],
            ..plot(Scale::Elapsed, vec![series(Stroke::Line, points)])
        };
        let columns = of_plot(&plot);
        let looks: Vec<Look> = columns.drawn.iter().map(|it| it.look).collect();
        assert_eq!(looks, [Look::Line(0), Look::Level, Look::Hatch(StretchKind::Fault), Look::Moments]);
        assert_eq!(numbers(&columns, 2), [Some(0.0), Some(60.0)]);
        assert_eq!(numbers(&columns, 3), [Some(9.0); 2]);
        assert_eq!(numbers(&columns, 4), [15.0, 15.0, 15.5, 15.5, 16.0, 16.0, 16.2, 16.2, 16.2].map(Some));
        let way = [0.0, 10.0, 10.0, 0.0, 0.0, 10.0, 10.0, 0.0].map(Some);
        assert_eq!(numbers(&columns, 5), [&way[..], &[None]].concat());
        assert_eq!(columns.columns[5].name, "ivr hangs");
        assert_eq!(numbers(&columns, 6), [15.75; 3].map(Some));
        assert_eq!(numbers(&columns, 7), [Some(0.0), Some(10.0), None]);
    }

    #[test]
    fn above_names_there_is_a_value_or_none_for_each() {
        let names_ = ["a", "b", "c"].map(String::from).to_vec();
        let points = vec![with(2.0, 5.0, Some(4.0), Some(8.0)), with(0.0, 1.0, None, Some(2.0)), Point::new(7.0, 1.0)];
        let plot = plot(Scale::Names(names_), vec![series(Stroke::Dots, points)]);
        let columns = of_plot(&plot);
        assert_eq!(columns.kind, Kind::Names);
        assert_eq!(names(&columns), ["it", "calls", "calls low", "calls high", "calls above", "calls below"]);
        assert_eq!(columns.columns[0].cells, ["a", "b", "c"].map(Cell::from));
        assert_eq!(numbers(&columns, 1), [Some(1.0), None, Some(5.0)]);
        // From the value to the upper end, and to the lower one where there is one.
        assert_eq!(numbers(&columns, 4), [Some(1.0), None, Some(3.0)]);
        assert_eq!(numbers(&columns, 5), [None, None, Some(1.0)]);
        assert_eq!(columns.drawn[0].reach, Some([4, 5]));
    }

    #[test]
    fn bars_begin_at_zero_and_may_have_a_second_value() {
        let row = |name: &str, value: f64, tick: Option<f64>| Row {
            name: name.into(),
            value: Some(value),
            low: None,
            high: None,
            tick,
            words: "12 of 20".into(),
            tone: Tone::Plain,
        };
        let rows = |mark| Rows {
            axis: axis(Scale::Linear, "ratio"),
            rows: vec![row("db", 0.5, Some(0.9)), row("ports", 0.4, None)],
            mark,
            levels: vec![Level { at: 0.0, words: "none".into() }],
        };
        let bars = rows(RowMark::Bar);
        let columns = of_rows(&bars);
        assert_eq!(names(&columns), ["", "it", "tick", ""]);
        assert_eq!(columns.drawn.iter().map(|it| it.look).collect::<Vec<_>>(), [Look::Bars(0), Look::Bars(1)]);
        assert_eq!(columns.bounds[1], Some(Bounds { low: 0.0, high: 1.0, step: 0.2 }));
        let dots = rows(RowMark::Dot);
        let looks: Vec<Look> = of_rows(&dots).drawn.iter().map(|it| it.look).collect();
        assert_eq!(looks, [Look::Dots(0), Look::Dots(1), Look::Level]);
    }
}
