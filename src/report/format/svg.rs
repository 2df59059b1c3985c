//! One chart as a picture for slides and documents: absolute places, and attributes only, for programs of slides know no style sheets.

mod ladder;
mod plots;
mod rows;

use super::drawing::labels::{cut, width, wrapped};
use super::drawing::markup::{Markup, Tag};
use super::drawing::numbers::coordinate;
use crate::report::chart::{Chart, Shape};
use crate::report::ladder::Ladder;
use crate::report::table::Tone;

/// The size of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Default for PictureSize {
    /// That of a slide.
    fn default() -> PictureSize {
        PictureSize { width: 960, height: 540 }
    }
}

/// The first of them is the one of which the renderer of PNG files has a copy.
const FONTS: &str = "DejaVu Sans, Segoe UI, Helvetica, Arial, sans-serif";
const TEXT: &str = "#1b1f24";
const MUTED: &str = "#59636e";
const GRID: &str = "#e3e7ea";
const AXIS: &str = "#aab2ba";
const FAULT: &str = "#c14b00";
/// The colours of series, which colour-blind people tell apart.
const COLOURS: [&str; 6] = ["#0068b5", "#c14b00", "#00795a", "#8e3a96", "#7d6200", "#4a5560"];
/// How they are dashed, for those who see no colours at all.
const DASHES: [Option<&str>; 6] = [None, Some("7 3"), Some("2 2"), Some("9 3 2 3"), Some("4 4"), Some("1 4")];
/// The sizes of letters.
const LARGE: f64 = 20.0;
const SMALL: f64 = 13.0;

/// A picture that is being written.
struct Picture {
    markup: Markup,
    width: f64,
    height: f64,
    /// How far down it is written.
    top: f64,
}

/// A part of a picture.
#[derive(Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Area {
    fn x(&self, share: f64) -> f64 {
        self.left + share * self.width
    }

    /// From a share that is counted from the bottom.
    fn y(&self, share: f64) -> f64 {
        self.top + (1.0 - share) * self.height
    }

    fn right(&self) -> f64 {
        self.left + self.width
    }

    fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// The chart, for `ctisim plot`.
pub fn svg(chart: &Chart, size: PictureSize) -> Vec<u8> {
    let [width, height] = [size.width, size.height].map(|side| f64::from(side.clamp(64, 20_000)));
    let mut picture = Picture::new(&chart.title, width, height);
    match &chart.shape {
        Shape::Plot(plot) => picture.plot(chart, plot),
        Shape::Rows(rows) => picture.rows(chart, rows),
    }
    picture.markup.finish()
}

/// Calls, message by message, for `ctisim trace`.
pub(super) fn svg_of_ladder(ladder: &Ladder) -> Vec<u8> {
    Picture::of_ladder(ladder).markup.finish()
}

impl Picture {
    /// An empty picture with a title.
    fn new(title: &str, width: f64, height: f64) -> Picture {
        let mut picture = Picture { markup: Markup::default(), width, height, top: 16.0 };
        let tag = picture.markup.tag("svg").set("xmlns", "http://www.w3.org/2000/svg");
        let tag = tag.set("width", coordinate(width)).set("height", coordinate(height));
        let tag = tag.set("viewBox", format_args!("0 0 {} {}", coordinate(width), coordinate(height)));
        let tag = tag.set("font-family", FONTS).set("font-size", coordinate(SMALL)).set("role", "img");
        tag.set("aria-labelledby", "title desc").open();
        picture.markup.tag("title").set("id", "title").words(title);
        picture
    }

    /// How far down the head goes that is written with these words.
    fn room_of_head(title: &str, about: &str, width: f64) -> f64 {
        let lines = |words: &str, size: f64| wrapped(words, size, width - 48.0, 2).len() as f64;
        24.0 + (LARGE + 4.0) * lines(title, LARGE * 1.08) + (SMALL + 5.0) * lines(about, SMALL)
    }

    /// The description, the white ground, the title and how to read it.
    fn head(&mut self, title: &str, about: &str, description: &str) {
        self.markup.tag("desc").set("id", "desc").words(description);
        let ground = self.markup.tag("rect").set("width", coordinate(self.width));
        ground.set("height", coordinate(self.height)).set("fill", "#ffffff").empty();
        let room = self.width - 48.0;
        for line in wrapped(title, LARGE * 1.08, room, 2) {
            self.top += LARGE + 4.0;
            let text = self.letters(24.0, self.top, TEXT).set("font-size", coordinate(LARGE));
            text.set("font-weight", "bold").words(&line);
        }
        for line in wrapped(about, SMALL, room, 2) {
            self.top += SMALL + 5.0;
            self.letters(24.0, self.top, MUTED).words(&line);
        }
        self.top += 8.0;
    }

    /// Begins text.
    fn letters(&mut self, x: f64, y: f64, colour: &str) -> Tag<'_> {
        self.markup.tag("text").set("x", coordinate(x)).set("y", coordinate(y)).set("fill", colour)
    }

    /// Text that ends or is centred at a place.
    fn anchored(&mut self, x: f64, y: f64, colour: &str, anchor: &'static str, words: &str) {
        self.letters(x, y, colour).set("text-anchor", anchor).words(words);
    }

    fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], colour: &str, wide: f64) -> Tag<'_> {
        let tag = self.markup.tag("line").set("x1", coordinate(x1)).set("y1", coordinate(y1));
        tag.set("x2", coordinate(x2)).set("y2", coordinate(y2)).set("stroke", colour).set("stroke-width", wide)
    }

    /// The head of an arrow.
    fn arrow(&mut self, [x, y]: [f64; 2], [along, down]: [f64; 2], colour: &str) {
        // Along the arrow and across it.
        let wing = |side: f64| [x - 7.0 * along + 4.0 * side * down, y - 7.0 * down + 4.0 * side * along];
        let [a, b] = [wing(1.0), wing(-1.0)].map(|[x, y]| format!("{} {}", coordinate(x), coordinate(y)));
        let path = format!("M{a}L{} {}L{b}", coordinate(x), coordinate(y));
        let tag = self.markup.tag("path").set("d", path).set("fill", "none");
        tag.set("stroke", colour).set("stroke-width", 1.6).empty();
    }

    /// A point of a series, or one that is good or bad: told apart by shape as well.
    fn dot(&mut self, x: f64, y: f64, number: usize, tone: Tone) {
        let (colour, is_square, is_hollow) = match tone {
            Tone::Plain => (COLOURS[number % 6], number % 2 == 1, matches!(number, 2 | 3)),
            Tone::Good => (colour(tone), false, false),
            Tone::Bad => (colour(tone), true, false),
            Tone::Open => (colour(tone), false, true),
        };
        let tag = match is_square {
            true => {
                let tag = self.markup.tag("rect").set("x", coordinate(x - 4.5)).set("y", coordinate(y - 4.5));
                tag.set("width", 9).set("height", 9)
            }
            false => self.markup.tag("circle").set("cx", coordinate(x)).set("cy", coordinate(y)).set("r", 4.5),
        };
        let tag = tag.set("fill", if is_hollow { "#ffffff" } else { colour });
        tag.set("stroke", colour).set("stroke-width", 1.8).empty();
    }
}

const fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "#00714f",
        Tone::Bad => "#b3261e",
        Tone::Open => "#7d5700",
        Tone::Plain => COLOURS[0],
    }
}

/// The width of the widest, in small letters.
fn widest<'a>(words: impl Iterator<Item = &'a str>) -> f64 {
    words.map(|words| width(words, SMALL)).fold(0.0, f64::max)
}

/// Cut to the room, in small letters.
fn small(words: &str, room: f64) -> String {
    cut(words, SMALL, room)
}
