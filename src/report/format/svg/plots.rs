//! Curves and points in a picture.

use super::{AXIS, Area, COLOURS, DASHES, FAULT, GRID, MUTED, Picture, SMALL, TEXT, colour, small, widest};
use crate::report::chart::{Chart, Plot, Series, StretchKind, Stroke};
use crate::report::format::drawing::labels::width;
use crate::report::format::drawing::numbers::coordinate;
use crate::report::format::drawing::plot::{Curve, Plotted};
use crate::report::format::drawing::words::{described_plot, edges_of, named, said, tones_of};
use crate::report::table::Tone;

/// The height of a row of labels.
const LANE: f64 = 16.0;

impl Picture {
    pub(super) fn plot(&mut self, chart: &Chart, plot: &Plot) {
        let room = self.width - 48.0;
        // The labels of the vertical axis are known only when everything is placed; their room hardly matters for that.
        let guess = (room - 70.0).max(40.0);
        let plotted = Plotted::of(plot, None, (self.height - 180.0).max(40.0), [guess * 12.0 / SMALL; 2]);
        self.head(&chart.title, &chart.about, &described_plot(plot, &plotted));
        self.legend(plot);
        let name = named(&plot.y);
        let has_name = !name.is_empty() && !chart.title.to_lowercase().contains(&name.to_lowercase());
        if has_name {
            self.top += SMALL + 4.0;
            let words = small(&name, room);
            self.letters(24.0, self.top, MUTED).words(&words);
        }
        let labels = widest(plotted.y.ticks.iter().map(|tick| tick.words.as_str()));
        let left = (24.0 + labels + 8.0).min(0.5 * self.width);
        let top = self.top + 14.0 + LANE * plotted.wide.lanes() as f64;
        let listed = self.listed(plot, &plotted, room);
        let below = 46.0 + (SMALL + 4.0) * listed.len() as f64;
        let area = Area {
            left,
            top,
            width: (self.width - 36.0 - left).max(10.0),
            height: (self.height - below - top).max(10.0),
        };
        self.frame(plot, &plotted, area);
        for (number, curve) in plotted.curves.iter().enumerate() {
            self.bands(number, curve, area);
        }
        self.events(&plotted, area);
        for (number, curve) in plotted.curves.iter().enumerate().rev() {
            self.curve(number, curve, area);
        }
        self.levels(&plotted, area);
        if plotted.is_empty() {
            self.anchored(area.x(0.5), area.y(0.5), MUTED, "middle", "no values");
        }
        for (index, line) in listed.iter().enumerate() {
            let y = self.height - 14.0 - (SMALL + 4.0) * (listed.len() - 1 - index) as f64;
            self.letters(24.0, y, MUTED).words(line);
        }
    }

    /// What stands below: events whose labels are short, and what is not drawn.
    fn listed(&self, plot: &Plot, plotted: &Plotted, room: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        if plotted.wide.are_short {
            let numbered = plotted.events.iter().enumerate();
            for words in numbered.map(|(index, event)| format!("{}: {}", index + 1, said(event, &plot.x))) {
                match lines.last_mut() {
                    Some(line) if width(line, SMALL) + width(&words, SMALL) + 20.0 < room => {
                        *line += &format!("; {words}")
                    }
                    _ => lines.push(small(&words, room)),
                }
            }
            lines.truncate(5);
        }
        lines.extend(plotted.notes.iter().take(3).map(|note| small(note, room)));
        lines
    }

    fn legend(&mut self, plot: &Plot) {
        let tones = tones_of(plot);
        let edges = edges_of(plot);
        if plot.series.len() < 2 && tones.is_empty() && edges.is_empty() {
            return;
        }
        self.top += SMALL + 5.0;
        let mut x = 24.0;
        let mut room_for = |picture: &mut Picture, wide: f64| {
            if x > 24.0 && x + wide > picture.width - 24.0 {
                picture.top += SMALL + 6.0;
                x = 24.0;
            }
            let at = x;
            x += wide + 18.0;
            at
        };
        for (number, series) in plot.series.iter().take(Plot::MOST_SERIES).enumerate() {
            let words = small(&series.name, 0.4 * self.width);
            let at = room_for(self, 32.0 + width(&words, SMALL));
            self.key(number, series, [at, self.top - 4.5]);
            self.letters(at + 32.0, self.top, TEXT).words(&words);
        }
        for words in edges {
            let words = small(&words, self.width - 48.0);
            let at = room_for(self, width(&words, SMALL));
            self.letters(at, self.top, MUTED).words(&words);
        }
        for (tone, words) in tones {
            let at = room_for(self, 16.0 + width(words, SMALL));
            self.dot(at + 5.0, self.top - 4.5, 0, tone);
            self.letters(at + 16.0, self.top, TEXT).words(words);
        }
    }

    fn key(&mut self, number: usize, series: &Series, [x, y]: [f64; 2]) {
        let colour = COLOURS[number % 6];
        if matches!(series.stroke, Stroke::Line | Stroke::Steps) && !series.edges.is_empty() {
            let rect = self.markup.tag("rect").set("x", coordinate(x)).set("y", coordinate(y - 5.0));
            rect.set("width", 26).set("height", 10).set("fill", colour).set("fill-opacity", "0.2").empty();
        }
        if matches!(series.stroke, Stroke::Line | Stroke::Steps | Stroke::LineAndDots) {
            self.line([x, y], [x + 26.0, y], colour, 2.0).set_if("stroke-dasharray", DASHES[number % 6]).empty();
        }
        match series.stroke {
            Stroke::Dots | Stroke::LineAndDots => self.dot(x + 13.0, y, number, Tone::Plain),
            Stroke::Ticks => self.line([x + 13.0, y - 5.0], [x + 13.0, y + 5.0], TEXT, 1.2).empty(),
            Stroke::Line | Stroke::Steps => {}
        }
    }

    /// Stretches, the grid and the axes.
    fn frame(&mut self, plot: &Plot, plotted: &Plotted, area: Area) {
        for (from, to, kind) in &plotted.stretches {
            let (fill, opacity) = if *kind == StretchKind::Fault { (FAULT, "0.13") } else { (MUTED, "0.12") };
            let [left, right] = [area.x(*from), area.x(*to)];
            let rect = self.markup.tag("rect").set("x", coordinate(left)).set("y", coordinate(area.top));
            let rect = rect.set("width", coordinate((right - left).max(1.0))).set("height", coordinate(area.height));
            rect.set("fill", fill).set("fill-opacity", opacity).empty();
        }
        for tick in &plotted.y.ticks {
            let y = area.y(tick.at);
            self.line([area.left, y], [area.right(), y], GRID, 1.0).empty();
            self.anchored(area.left - 8.0, y + 0.36 * SMALL, MUTED, "end", &tick.words);
        }
        let bottom = area.bottom();
        for tick in &plotted.x.ticks {
            let x = area.x(tick.at);
            self.line([x, bottom], [x, bottom + 4.0], AXIS, 1.0).empty();
            if !tick.words.is_empty() {
                self.anchored(x, bottom + 18.0, MUTED, "middle", &tick.words);
            }
        }
        self.line([area.left, bottom], [area.right(), bottom], AXIS, 1.0).empty();
        let name = small(&named(&plot.x), area.width);
        if !name.is_empty() {
            self.anchored(area.right(), bottom + 35.0, MUTED, "end", &name);
        }
    }

    fn events(&mut self, plotted: &Plotted, area: Area) {
        for at in &plotted.moments {
            let x = area.x(*at);
            self.line([x, area.top], [x, area.bottom()], MUTED, 1.0).set("stroke-dasharray", "4 3").empty();
        }
        for (from, to, _) in plotted.stretches.iter().filter(|it| it.2 == StretchKind::Fault) {
            for x in [from, to].map(|at| area.x(*at)) {
                self.line([x, area.top], [x, area.bottom()], FAULT, 1.0).set("stroke-dasharray", "3 3").empty();
            }
        }
        for label in &plotted.wide.all {
            let is_fault = plotted.events.get(label.of).is_some_and(|event| event.kind == Some(StretchKind::Fault));
            let (x, anchor) = if label.at_edge { (area.right(), "end") } else { (area.x(label.at), "start") };
            let y = area.top - 5.0 - LANE * label.lane as f64;
            let text = self.letters(x, y, if is_fault { FAULT } else { MUTED }).set("text-anchor", anchor);
            text.set("font-size", 12).set("font-weight", if is_fault { "bold" } else { "normal" }).words(&label.words);
        }
    }

    fn bands(&mut self, number: usize, curve: &Curve, area: Area) {
        for band in &curve.bands {
            let up = band.iter().map(|[x, _, high]| [area.x(*x), area.y(*high)]);
            let down = band.iter().rev().map(|[x, low, _]| [area.x(*x), area.y(*low)]);
            let path = path(up.chain(down)) + "Z";
            self.markup.tag("path").set("d", path).set("fill", COLOURS[number % 6]).set("fill-opacity", "0.2").empty();
        }
    }

    fn curve(&mut self, number: usize, curve: &Curve, area: Area) {
        let colour_of_series = COLOURS[number % 6];
        for line in &curve.lines {
            let path = path(line.iter().map(|[x, y]| [area.x(*x), area.y(*y)]));
            let tag = self.markup.tag("path").set("d", path).set("fill", "none").set("stroke", colour_of_series);
            tag.set("stroke-width", 2)
                .set("stroke-linejoin", "round")
                .set_if("stroke-dasharray", DASHES[number % 6])
                .empty();
        }
        for dot in &curve.dots {
            let x = area.x(dot.x);
            let colour = if dot.tone == Tone::Plain { colour_of_series } else { colour(dot.tone) };
            if let Some(interval) = dot.interval {
                let [low, high] = [interval.low, interval.high].map(|end| area.y(end));
                self.line([x, low], [x, high], colour, 1.6).empty();
                if interval.is_open_below {
                    self.arrow([x, low], [0.0, 1.0], colour);
                }
                if interval.is_open_above {
                    self.arrow([x, high], [0.0, -1.0], colour);
                }
            }
            if let Some(y) = dot.y {
                self.dot(x, area.y(y), number, dot.tone);
            }
        }
        for [x, y] in &curve.ticks {
            let [x, y] = [area.x(*x), area.y(*y)];
            self.line([x, y - 5.0], [x, y + 5.0], TEXT, 1.2).empty();
        }
    }

    fn levels(&mut self, plotted: &Plotted, area: Area) {
        for (at, _) in &plotted.levels {
            let y = area.y(*at);
            self.line([area.left, y], [area.right(), y], TEXT, 1.2).set("stroke-dasharray", "6 4").empty();
        }
        for (at, words) in &plotted.level_labels {
            let y = area.y(*at) + if *at > 0.93 { 14.0 } else { -5.0 };
            let words = small(words, area.width);
            match plotted.levels_at_left {
                true => self.anchored(area.left + 4.0, y, TEXT, "start", &words),
                false => self.anchored(area.right() - 4.0, y, TEXT, "end", &words),
            }
        }
    }
}

/// Lines through places.
fn path(places: impl Iterator<Item = [f64; 2]>) -> String {
    let mut text = String::new();
    let mut last: Option<[String; 2]> = None;
    for place in places {
        let at = place.map(|place| format!("{place:.1}").trim_end_matches(".0").to_owned());
        match &last {
            None => text += &format!("M{} {}", at[0], at[1]),
            Some(before) if *before == at => {}
            Some(before) if before[1] == at[1] => text += &format!("H{}", at[0]),
            Some(before) if before[0] == at[0] => text += &format!("V{}", at[1]),
            Some(_) => text += &format!("L{} {}", at[0], at[1]),
        }
        last = Some(at);
    }
    text
}
