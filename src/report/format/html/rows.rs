//! Values of several things below each other, on a page: names and words are text that wraps, so that they never overlap.

use super::{Page, class};
use crate::report::chart::{Chart, Row, Rows};
use crate::report::format::drawing::labels::{cut, lanes, width};
use crate::report::format::drawing::numbers::{coordinate, percent};
use crate::report::format::drawing::rows::{Placed, Rowed};
use crate::report::format::drawing::scale::LETTERS;
use crate::report::format::drawing::words::{described_rows, named};
use crate::report::table::Tone;

/// The least width of the bars: on a wide page, beside another chart, on a narrow page.
const WIDE: f64 = 420.0;
const BESIDE: f64 = 340.0;
const NARROW: f64 = 300.0;
/// The height of a row of bars, in pixels.
const HEIGHT: f64 = 22.0;

impl Page {
    pub(super) fn rows(&mut self, chart: &Chart, rows: &Rows, beside: bool) {
        let rowed = Rowed::of(rows, [if beside { BESIDE } else { WIDE }, NARROW]);
        self.caption(chart);
        self.markup.end();
        self.markup.tag("div").set("class", "rows").set("data-of", self.charts).open();
        self.row_levels(&rowed, beside);
        for (row, placed) in rows.rows.iter().zip(&rowed.rows) {
            self.row(row, placed, &rowed);
        }
        if rows.rows.is_empty() {
            self.markup.tag("p").set("class", "rn mut").words("no values");
        }
        self.beside_nothing();
        let number = self.charts;
        let name = named(&rows.axis);
        let tag = self.markup.tag("svg").set("class", "rb c").set("height", if name.is_empty() { 22 } else { 40 });
        tag.set("role", "img").set("aria-labelledby", format_args!("t{number} d{number}")).open();
        self.described(chart, &described_rows(rows));
        self.markup.tag("line").set("class", "ax").set("x2", "100%").empty();
        for tick in &rowed.axis.ticks {
            let anchor = match tick.at {
                at if at < 0.04 => "start",
                at if at > 0.96 => "end",
                _ => "middle",
            };
            let class = match (tick.words.is_empty(), tick.short.is_empty()) {
                (true, _) => continue,
                (false, true) => "t w",
                (false, false) => "t",
            };
            let text = self.markup.tag("text").set("class", class).set("x", percent(tick.at));
            text.set("y", 15).set("text-anchor", anchor).words(&tick.words);
        }
        if !name.is_empty() {
            let text = self.markup.tag("text").set("class", "t").set("x", "100%").set("y", 33);
            text.set("text-anchor", "end").words(&name);
        }
        self.markup.end();
        self.markup.end();
        self.markup.end();
        if rowed.left_out > 0 {
            self.note(&format!("{} more rows are not drawn; the table has them.", rowed.left_out));
        }
        self.numbers_of_rows(rows);
    }

    /// The names of levels, above the rows.
    fn row_levels(&mut self, rowed: &Rowed, beside: bool) {
        let room = if beside { BESIDE } else { NARROW };
        let named = rowed.levels.iter().filter(|(_, words)| !words.is_empty());
        let mut places: Vec<(f64, String)> = named.map(|(at, words)| (*at, cut(words, LETTERS, room))).collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        let Some(labels) = lanes(&places, LETTERS, room) else { return };
        let Some(most) = labels.iter().map(|label| label.lane).max() else { return };
        let height = 16.0 * (most + 1) as f64;
        self.beside_nothing();
        self.markup.tag("svg").set("class", "rb c").set("height", coordinate(height)).set("aria-hidden", "true").open();
        for label in labels {
            // Around the level where there is room for that.
            let half = width(&label.words, LETTERS) / 2.0;
            let is_free = most == 0 && places.len() == 1 && label.at * room > half && (1.0 - label.at) * room > half;
            let (at, anchor) = match (is_free, label.at_edge) {
                (true, _) => (label.at, "middle"),
                (false, true) => (1.0, "end"),
                (false, false) => (label.at, "start"),
            };
            let text = self.markup.tag("text").set("class", "n").set("x", percent(at));
            text.set("y", coordinate(height - 5.0 - 16.0 * label.lane as f64))
                .set("text-anchor", anchor)
                .words(&label.words);
        }
        self.markup.end();
        self.markup.end();
    }

    /// Opens a row without name and words.
    fn beside_nothing(&mut self) {
        self.markup.open("div", "r");
        self.markup.tag("span").set("class", "rn").words("");
        self.markup.tag("span").set("class", "rw").words("");
    }

    fn row(&mut self, row: &Row, placed: &Placed, rowed: &Rowed) {
        self.markup.tag("div").set("class", "r").set("data-r", "").open();
        self.markup.tag("span").set("class", "rn").words(&row.name);
        self.markup.open("span", "rw");
        match row.tone {
            Tone::Plain => self.markup.text(&row.words),
            tone => self.badge(tone, &row.words),
        }
        self.markup.end();
        let tag = self.markup.tag("svg").set("class", "rb c").set("height", coordinate(HEIGHT));
        tag.set("aria-hidden", "true").open();
        let middle = coordinate(HEIGHT / 2.0);
        for tick in &rowed.axis.ticks {
            let at = percent(tick.at);
            self.markup.tag("line").set("class", "g").set("x1", &at).set("x2", at).set("y2", "100%").empty();
        }
        for (at, _) in &rowed.levels {
            let at = percent(*at);
            self.markup.tag("line").set("class", "lv").set("x1", &at).set("x2", at).set("y2", "100%").empty();
        }
        let tone = if row.tone == Tone::Plain { "z0" } else { class(row.tone) };
        if let Some([from, to]) = placed.bar {
            let rect = self.markup.tag("rect").set("class", format_args!("bar {tone}")).set("x", percent(from));
            rect.set("y", 5).set("width", percent(to - from)).set("height", coordinate(HEIGHT - 10.0)).empty();
        }
        if let Some(interval) = placed.interval {
            let line = self.markup.tag("line").set("class", "wh").set("x1", percent(interval.low));
            line.set("x2", percent(interval.high)).set("y1", &middle).set("y2", &middle).empty();
            if interval.is_open_below {
                self.arrow(percent(interval.low), middle.clone(), "M7 -4L0 0L7 4");
            }
            if interval.is_open_above {
                self.arrow(percent(interval.high), middle.clone(), "M-7 -4L0 0L-7 4");
            }
        }
        if let Some(tick) = placed.tick {
            let at = percent(tick);
            self.markup
                .tag("line")
                .set("class", "tk")
                .set("x1", &at)
                .set("x2", at)
                .set("y1", 2)
                .set("y2", coordinate(HEIGHT - 2.0))
                .empty();
        }
        if let Some(at) = placed.dot {
            match row.tone {
                Tone::Bad => {
                    let holder = self.markup.tag("svg").set("class", "o").set("x", percent(at)).set("y", &middle);
                    holder.open();
                    let rect = self.markup.tag("rect").set("class", "dot bad").set("x", "-5").set("y", "-5");
                    rect.set("width", 10).set("height", 10).empty();
                    self.markup.end();
                }
                _ => {
                    let circle =
                        self.markup.tag("circle").set("class", format_args!("dot {tone}")).set("cx", percent(at));
                    circle.set("cy", &middle).set("r", 5).empty();
                }
            }
        }
        self.markup.end();
        self.markup.end();
    }
}
