//! Values of several things in a picture.

use super::{AXIS, Area, COLOURS, GRID, MUTED, Picture, SMALL, TEXT, colour, small, widest};
use crate::report::chart::{Chart, Row, Rows};
use crate::report::format::drawing::labels::lanes;
use crate::report::format::drawing::numbers::coordinate;
use crate::report::format::drawing::rows::{Placed, Rowed};
use crate::report::format::drawing::words::{described_rows, named};
use crate::report::table::Tone;

/// The least height of a row.
const LEAST: f64 = 15.0;

impl Picture {
    pub(super) fn rows(&mut self, chart: &Chart, rows: &Rows) {
        self.head(&chart.title, &chart.about, &described_rows(rows));
        let room = self.width - 48.0;
        let names = widest(rows.rows.iter().map(|row| row.name.as_str())).min(0.34 * room);
        let words = widest(rows.rows.iter().map(|row| row.words.as_str())).min(0.34 * room);
        let left = 24.0 + names + 14.0;
        let wide = (self.width - 24.0 - words - 14.0 - left).max(10.0);
        let rowed = Rowed::of(rows, [wide * 12.0 / SMALL; 2]);
        let named_levels = rowed.levels.iter().map(|(at, words)| (*at, small(words, wide)));
        let labels = lanes(&named_levels.collect::<Vec<_>>(), SMALL, wide).unwrap_or_default();
        let above = labels.iter().map(|label| label.lane + 1).max().unwrap_or(0);
        let top = self.top + 10.0 + 16.0 * above as f64;
        let height = (self.height - 50.0 - top).max(LEAST);
        // Rows for which there is no room are said to be missing.
        let shown = rowed.rows.len().min((height / LEAST) as usize).max(1);
        let each = (height / shown as f64).min(44.0);
        let area = Area { left, top, width: wide, height: each * shown as f64 };
        for tick in &rowed.axis.ticks {
            let x = area.x(tick.at);
            self.line([x, area.top], [x, area.bottom()], GRID, 1.0).empty();
            if !tick.words.is_empty() {
                self.anchored(x, area.bottom() + 18.0, MUTED, "middle", &tick.words);
            }
        }
        self.line([area.left, area.bottom()], [area.right(), area.bottom()], AXIS, 1.0).empty();
        for (at, _) in &rowed.levels {
            let x = area.x(*at);
            self.line([x, area.top], [x, area.bottom()], TEXT, 1.2).set("stroke-dasharray", "6 4").empty();
        }
        for label in labels {
            let (x, anchor) = if label.at_edge { (area.right(), "end") } else { (area.x(label.at), "start") };
            self.anchored(x, area.top - 5.0 - 16.0 * label.lane as f64, TEXT, anchor, &label.words);
        }
        for (index, (row, placed)) in rows.rows.iter().zip(&rowed.rows).take(shown).enumerate() {
            let middle = area.top + each * (index as f64 + 0.5);
            self.row(row, placed, area, middle, each);
        }
        if rows.rows.is_empty() {
            self.anchored(area.x(0.5), area.y(0.5), MUTED, "middle", "no values");
        }
        let missing = rows.rows.len().saturating_sub(shown);
        let note = if missing > 0 { format!("{missing} more rows are not drawn.") } else { String::new() };
        self.letters(24.0, area.bottom() + 36.0, MUTED).words(&note);
        let name = small(&named(&rows.axis), wide);
        self.anchored(area.right(), area.bottom() + 36.0, MUTED, "end", &name);
    }

    fn row(&mut self, row: &Row, placed: &Placed, area: Area, middle: f64, each: f64) {
        let base = middle + 0.36 * SMALL;
        let name = small(&row.name, area.left - 38.0);
        self.letters(24.0, base, TEXT).words(&name);
        let colour_of_row = if row.tone == Tone::Plain { COLOURS[0] } else { colour(row.tone) };
        let said = small(&row.words, self.width - 24.0 - area.right() - 14.0 + 1.0);
        let said_in = if row.tone == Tone::Plain { MUTED } else { colour_of_row };
        self.letters(area.right() + 14.0, base, said_in).words(&said);
        if let Some([from, to]) = placed.bar {
            let high = (0.6 * each).min(20.0);
            let rect =
                self.markup.tag("rect").set("x", coordinate(area.x(from))).set("y", coordinate(middle - high / 2.0));
            let rect = rect.set("width", coordinate(area.x(to) - area.x(from))).set("height", coordinate(high));
            rect.set("fill", colour_of_row).empty();
        }
        if let Some(interval) = placed.interval {
            let [low, high] = [interval.low, interval.high].map(|end| area.x(end));
            self.line([low, middle], [high, middle], TEXT, 1.6).empty();
            if interval.is_open_below {
                self.arrow([low, middle], [-1.0, 0.0], TEXT);
            }
            if interval.is_open_above {
                self.arrow([high, middle], [1.0, 0.0], TEXT);
            }
        }
        if let Some(tick) = placed.tick {
            let (x, high) = (area.x(tick), (0.4 * each).min(14.0));
            self.line([x, middle - high], [x, middle + high], TEXT, 2.0).empty();
        }
        if let Some(at) = placed.dot {
            self.dot(area.x(at), middle, 0, row.tone);
        }
    }
}
