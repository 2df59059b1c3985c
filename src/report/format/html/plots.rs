//! Curves and points on a page. Text and axes stand at percentages; what is drawn stands in a picture of its own that stretches, so
//! that zooming changes only what part of it is seen.

use super::{Page, class};
use crate::report::chart::{Chart, Plot, Scale, Series, StretchKind, Stroke};
use crate::report::format::drawing::labels::{Label, width};
use crate::report::format::drawing::numbers::{coordinate, percent, whole};
use crate::report::format::drawing::plot::{Curve, Dot, Labels, Plotted, is_time};
use crate::report::format::drawing::scale::LETTERS;
use crate::report::format::drawing::words::{described_plot, edges_of, named, said, tones_of};
use crate::report::table::Tone;

/// The width and height of the picture that stretches.
const SIDE: f64 = 10_000.0;
/// The heights of charts, in pixels.
const OF_TIME: f64 = 150.0;
const OF_OTHERS: f64 = 260.0;
/// The height of a row of labels.
const LANE: f64 = 15.0;
/// The least width of charts on a wide page, of those beside each other, and on a narrow page.
const WIDE: f64 = 540.0;
const BESIDE: f64 = 340.0;
const NARROW: f64 = 270.0;
/// The room for the labels of a vertical axis, by the number in the class.
const MARGINS: [f64; 6] = [34.0, 46.0, 58.0, 72.0, 90.0, 112.0];

/// The number of the margin that the labels of a vertical axis need.
fn margin_of(plotted: &Plotted) -> usize {
    let widest = plotted.y.ticks.iter().map(|tick| width(&tick.words, LETTERS)).fold(0.0, f64::max);
    MARGINS.iter().position(|margin| widest + 10.0 <= *margin).unwrap_or(MARGINS.len() - 1)
}

impl Page {
    /// The number of the margin of a chart over time.
    pub(super) fn margin_of(&self, plot: &Plot) -> usize {
        margin_of(&Plotted::of(plot, self.time, OF_TIME, [WIDE, NARROW]))
    }

    pub(super) fn plot(&mut self, chart: &Chart, plot: &Plot, beside: bool) {
        let is_time = is_time(&plot.x.scale);
        let height = if is_time { OF_TIME } else { OF_OTHERS };
        let plotted = Plotted::of(plot, self.time, height, [if beside { BESIDE } else { WIDE }, NARROW]);
        self.caption(chart);
        self.legend(plot);
        self.markup.end();
        let name = named(&plot.y);
        let has_name = !name.is_empty() && !chart.title.to_lowercase().contains(&name.to_lowercase());
        let lanes = plotted.wide.lanes().max(plotted.narrow.lanes());
        let margin = if is_time { self.margin } else { margin_of(&plotted) };
        // The name of the vertical axis stands above its labels; a long one needs a row of its own.
        let is_long = has_name && width(&name, LETTERS) + 10.0 > MARGINS[margin];
        let rows = if is_long { lanes + 1 } else { lanes.max(usize::from(has_name)) };
        let below = if is_time { "" } else { " n" };
        let class = format!("plot m{margin} l{rows}{below}");
        let tag = self.markup.tag("div").set("class", class);
        let steps = plot.series.iter().any(|series| series.stroke == Stroke::Steps).then_some("");
        let clock = match plot.x.scale {
            Scale::Clock { starts } => Some(starts),
            _ => None,
        };
        tag.set_if("data-steps", steps).set_if("data-clock", clock).set("data-of", self.charts).open();
        let tag = self.markup.tag("svg").set("class", "c").set("width", "100%").set("height", coordinate(height));
        let number = self.charts;
        tag.set("role", "img").set("aria-labelledby", format_args!("t{number} d{number}")).open();
        self.described(chart, &described_plot(plot, &plotted));
        self.axes(&plotted, is_time);
        if has_name {
            let text = self.markup.tag("text").set("class", "t");
            match is_long {
                true => {
                    text.set("x", coordinate(8.0 - MARGINS[margin])).set("y", coordinate(-8.0 - LANE * lanes as f64))
                }
                false => text.set("x", -8).set("y", -11).set("text-anchor", "end"),
            }
            .words(&name);
        }
        self.drawn(&plotted);
        self.markup.tag("line").set("class", "ax").set("x2", "100%").set("y1", "100%").set("y2", "100%").empty();
        self.below(&plotted, if is_time { String::new() } else { named(&plot.x) });
        self.arrows(&plotted);
        self.levels(&plotted);
        match plotted.wide.all == plotted.narrow.all {
            true => self.labels(&plotted.wide, &plotted, ""),
            false => {
                self.labels(&plotted.wide, &plotted, " w");
                self.labels(&plotted.narrow, &plotted, " s");
            }
        }
        if plotted.is_empty() {
            let text = self.markup.tag("text").set("class", "t").set("x", "50%").set("y", "50%");
            text.set("text-anchor", "middle").words("no values");
        }
        self.markup.end();
        self.markup.end();
        self.events(plot, &plotted);
        for note in &plotted.notes {
            self.note(note);
        }
        self.numbers_of_plot(plot, &plotted);
    }

    fn legend(&mut self, plot: &Plot) {
        let (tones, edges) = (tones_of(plot), edges_of(plot));
        if plot.series.len() < 2 && tones.is_empty() && edges.is_empty() {
            return;
        }
        self.markup.open("span", "legend");
        for (index, series) in plot.series.iter().take(Plot::MOST_SERIES).enumerate() {
            self.markup.open("span", "key");
            self.key(index, series);
            self.markup.text(&series.name);
            self.markup.end();
            self.markup.text(" ");
        }
        for words in edges {
            self.markup.tag("span").set("class", "key").words(&words);
            self.markup.text(" ");
        }
        for (tone, words) in tones {
            self.markup.open("span", "key");
            self.key_svg();
            self.points(&[whole(13.0), whole(5.0)], class(tone));
            self.markup.end();
            self.markup.text(words);
            self.markup.end();
            self.markup.text(" ");
        }
        self.markup.end();
    }

    fn key_svg(&mut self) {
        let tag = self.markup.tag("svg").set("class", "k").set("width", 26).set("height", 10);
        tag.set("aria-hidden", "true").open();
    }

    fn key(&mut self, index: usize, series: &Series) {
        self.key_svg();
        let has_band = matches!(series.stroke, Stroke::Line | Stroke::Steps) && !series.edges.is_empty();
        if has_band {
            let rect = self.markup.tag("rect").set("class", format_args!("b z{index}"));
            rect.set("width", 26).set("height", 10).empty();
        }
        if matches!(series.stroke, Stroke::Line | Stroke::Steps | Stroke::LineAndDots) {
            self.markup.tag("path").set("class", format_args!("l z{index}")).set("d", "M0 5H26").empty();
        }
        match series.stroke {
            Stroke::Dots | Stroke::LineAndDots => self.points(&[13, 5], &format!("z{index}")),
            Stroke::Ticks => self.markup.tag("path").set("class", "ce").set("d", "M13 0V10").empty(),
            Stroke::Line | Stroke::Steps => {}
        }
        self.markup.end();
    }

    /// Points: lines of no length with wide ends, which stay round when the picture is stretched.
    fn points(&mut self, places: &[i64], class: &str) {
        let path: String = places.chunks_exact(2).map(|at| format!("M{} {}h0", at[0], at[1])).collect();
        self.markup.tag("path").set("class", format_args!("p {class}")).set("d", &path).empty();
        if matches!(class, "open" | "z2" | "z3") {
            self.markup.tag("path").set("class", "p in").set("d", path).empty();
        }
    }

    /// The grid and the labels of the vertical axis.
    fn axes(&mut self, plotted: &Plotted, is_time: bool) {
        for tick in &plotted.y.ticks {
            let at = percent(1.0 - tick.at);
            self.markup.tag("line").set("class", "g").set("x2", "100%").set("y1", &at).set("y2", &at).empty();
            let text = self.markup.tag("text").set("class", "t").set("x", "-8").set("y", at);
            text.set("dy", ".33em").set("text-anchor", "end").words(&tick.words);
        }
        for tick in plotted.x.ticks.iter().filter(|_| !is_time) {
            let at = percent(tick.at);
            self.markup.tag("line").set("class", "g").set("x1", &at).set("x2", at).set("y2", "100%").empty();
        }
    }

    /// The labels of the horizontal axis.
    fn below(&mut self, plotted: &Plotted, name: String) {
        self.markup.open("g", "xt");
        for tick in &plotted.x.ticks {
            let mut one = |words: &str, class: &str| {
                let text = self.markup.tag("text").set("class", class).set("x", percent(tick.at)).set("y", "100%");
                text.set("dy", "1.4em").set("text-anchor", "middle").words(words);
            };
            match (tick.words.as_str(), tick.short.as_str()) {
                ("", "") => {}
                (wide, narrow) if wide == narrow => one(wide, "t"),
                (wide, narrow) => [(wide, "t w"), (narrow, "t s")]
                    .into_iter()
                    .filter(|it| !it.0.is_empty())
                    .for_each(|(words, class)| one(words, class)),
            }
        }
        self.markup.end();
        if !name.is_empty() {
            let text = self.markup.tag("text").set("class", "t").set("x", "100%").set("y", "100%");
            text.set("dy", "2.8em").set("text-anchor", "end").words(&name);
        }
    }

    /// What stretches.
    fn drawn(&mut self, plotted: &Plotted) {
        let tag = self.markup.tag("svg").set("class", "d").set("viewBox", "0 0 10000 10000");
        tag.set("preserveAspectRatio", "none").set("width", "100%").set("height", "100%").open();
        for (from, to, kind) in &plotted.stretches {
            let (left, right) = (whole(SIDE * from), whole(SIDE * to));
            let class = if *kind == StretchKind::Fault { "fs" } else { "ws" };
            let rect = self.markup.tag("rect").set("class", class).set("x", left);
            rect.set("width", (right - left).max(1)).set("height", SIDE).empty();
            if *kind == StretchKind::Fault {
                self.markup
                    .tag("path")
                    .set("class", "fe")
                    .set("d", format_args!("M{left} 0V10000M{right} 0V10000"))
                    .empty();
            }
        }
        for (index, curve) in plotted.curves.iter().enumerate() {
            for band in &curve.bands {
                let up = band.iter().map(|[x, _, high]| [*x, *high]);
                let down = band.iter().rev().map(|[x, low, _]| [*x, *low]);
                let path = path(up.chain(down)) + "Z";
                self.markup.tag("path").set("class", format_args!("b z{index}")).set("d", path).empty();
            }
        }
        for at in plotted.moments.iter().map(|at| whole(SIDE * at)) {
            self.markup.tag("path").set("class", "mo").set("d", format_args!("M{at} 0V10000")).empty();
        }
        for (at, _) in &plotted.levels {
            let at = whole(SIDE * (1.0 - at));
            self.markup.tag("path").set("class", "lv").set("d", format_args!("M0 {at}H10000")).empty();
        }
        // The most important is drawn last, above the others.
        for (index, curve) in plotted.curves.iter().enumerate().rev() {
            self.curve(index, curve);
        }
        self.markup.end();
    }

    fn curve(&mut self, index: usize, curve: &Curve) {
        let lines: String = curve.lines.iter().map(|line| path(line.iter().copied())).collect();
        if !lines.is_empty() {
            self.markup.tag("path").set("class", format_args!("l z{index}")).set("d", lines).empty();
        }
        let whisker = |dot: &Dot| {
            let interval = dot.interval?;
            let [low, high] = [interval.low, interval.high].map(|end| whole(SIDE * (1.0 - end)));
            Some(format!("M{} {low}V{high}", whole(SIDE * dot.x)))
        };
        let whiskers: String = curve.dots.iter().filter_map(whisker).collect();
        if !whiskers.is_empty() {
            self.markup.tag("path").set("class", "wh").set("d", whiskers).empty();
        }
        for tone in [Tone::Plain, Tone::Good, Tone::Bad, Tone::Open] {
            let places = curve.dots.iter().filter(|dot| dot.tone == tone).filter_map(|dot| Some([dot.x, 1.0 - dot.y?]));
            let places: Vec<i64> = places.flatten().map(|at| whole(SIDE * at)).collect();
            if !places.is_empty() {
                match tone {
                    Tone::Plain => self.points(&places, &format!("z{index}")),
                    tone => self.points(&places, class(tone)),
                }
            }
        }
        let tick = |[x, y]: &[f64; 2]| format!("M{} {}v440", whole(SIDE * x), whole(SIDE * (1.0 - y)) - 220);
        let ticks: String = curve.ticks.iter().map(tick).collect();
        if !ticks.is_empty() {
            self.markup.tag("path").set("class", "ce").set("d", ticks).empty();
        }
    }

    /// The ends of intervals that have none.
    fn arrows(&mut self, plotted: &Plotted) {
        let dots = || plotted.curves.iter().flat_map(|curve| &curve.dots);
        for dot in dots() {
            let Some(interval) = dot.interval else { continue };
            let up = interval.is_open_above.then_some((interval.high, "M-4 7L0 0L4 7"));
            let down = interval.is_open_below.then_some((interval.low, "M-4 -7L0 0L4 -7"));
            for (at, path) in [up, down].into_iter().flatten() {
                self.arrow(percent(dot.x), percent(1.0 - at), path);
            }
        }
    }

    /// The head of an arrow.
    pub(super) fn arrow(&mut self, x: String, y: String, path: &str) {
        self.markup.tag("svg").set("class", "o").set("x", x).set("y", y).open();
        self.markup.tag("path").set("class", "wh").set("d", path).empty();
        self.markup.end();
    }

    fn levels(&mut self, plotted: &Plotted) {
        for (at, words) in &plotted.level_labels {
            let is_high = *at > 0.9;
            let (x, dx, anchor) = if plotted.levels_at_left { ("0", 4, "start") } else { ("100%", -4, "end") };
            let text = self.markup.tag("text").set("class", "n h").set("x", x).set("y", percent(1.0 - at));
            text.set("dx", dx)
                .set("dy", if is_high { "1.1em" } else { "-.35em" })
                .set("text-anchor", anchor)
                .words(words);
        }
    }

    fn labels(&mut self, labels: &Labels, plotted: &Plotted, class: &str) {
        for Label { at, at_edge, lane, words, of } in &labels.all {
            let Some(event) = plotted.events.get(*of) else { continue };
            let kind = if event.kind == Some(StretchKind::Fault) { "fl" } else { "t" };
            let text = self.markup.tag("text").set("class", format_args!("{kind}{class}"));
            let text = text.set("x", if *at_edge { "100%".to_owned() } else { percent(*at) });
            let text =
                text.set("y", coordinate(-5.0 - LANE * *lane as f64)).set_if("text-anchor", at_edge.then_some("end"));
            let text = text
                .set("data-x", whole(SIDE * at))
                .set("data-e", whole(SIDE * plotted.x.within(event.to).unwrap_or(1.0)));
            text.set("data-l", lane).words(words);
        }
    }

    /// What lasts and happens, in full, where the labels do not say it and it was not listed just before.
    fn events(&mut self, plot: &Plot, plotted: &Plotted) {
        let is_needed = plotted.wide.are_short || plotted.narrow.are_short;
        if !is_needed || plotted.events == self.listed {
            return;
        }
        self.listed.clone_from(&plotted.events);
        self.markup.open("ol", "events");
        for event in &plotted.events {
            self.markup.tag("li").words(&said(event, &plot.x));
        }
        self.markup.end();
    }
}

/// Lines through places, in whole numbers.
fn path(places: impl Iterator<Item = [f64; 2]>) -> String {
    let mut text = String::new();
    let mut last: Option<[i64; 2]> = None;
    for [x, y] in places {
        let at = [whole(SIDE * x), whole(SIDE * (1.0 - y))];
        match last {
            None => text += &format!("M{} {}", at[0], at[1]),
            Some(before) if before == at => {}
            Some(before) if before[1] == at[1] => text += &format!("H{}", at[0]),
            Some(before) if before[0] == at[0] => text += &format!("V{}", at[1]),
            Some(_) => text += &format!("L{} {}", at[0], at[1]),
        }
        last = Some(at);
    }
    text
}
