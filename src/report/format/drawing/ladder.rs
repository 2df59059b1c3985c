//! A ladder as a picture: lines of life from left to right, steps from top to bottom, a row each. The picture is the same on a page, whose
//! style sheet has its colours, and by itself, where it must name them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::labels::{cut, width};
use super::markup::{Markup, Tag};
use super::numbers::coordinate;
use super::told::{Shown, Told};
use crate::report::ladder::Event;

/// Of a longer ladder no more is drawn: a picture is for the eye.
pub(crate) const MOST_STEPS: usize = 150;
/// Nor of a wider one.
pub(crate) const MOST_LANES: usize = 24;

/// The height of a row, and of the heads above the first.
const ROW: f64 = 26.0;
const HEADS: f64 = 46.0;
/// The size of letters.
const SIZE: f64 = 12.0;
/// The distance of lanes.
const NEAR: f64 = 76.0;
const FAR: f64 = 230.0;
/// The longest words beside a line.
const LONGEST: f64 = 460.0;
/// How far a message that takes time goes down.
const SLANT: f64 = 5.0;
/// Half the width of a piece of work.
const HALF: f64 = 4.0;

/// Where its colours come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skin {
    /// The style sheet of the page.
    Page,
    /// Attributes.
    Alone,
}

/// What lines and shapes are, from back to front.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ink {
    /// A line of life.
    Life,
    /// A box around a head.
    Head,
    /// What concerns all lanes.
    Across,
    /// A message of a call, by its colour.
    Wire(usize),
    /// Waiting for a station.
    Wait(usize),
    /// Its work, and a moment.
    Solid(usize),
    /// What goes wrong.
    Bad,
    /// Behind letters.
    Ground,
}

/// The colours of calls, which colour-blind people tell apart.
const COLOURS: [&str; 6] = ["#0068b5", "#c14b00", "#00795a", "#8e3a96", "#7d6200", "#4a5560"];
const CLASSES: [&str; 6] = ["z0", "z1", "z2", "z3", "z4", "z5"];

impl Ink {
    fn dress<'m>(self, tag: Tag<'m>, skin: Skin) -> Tag<'m> {
        let colour = |call: usize| (COLOURS[call % COLOURS.len()], CLASSES[call % CLASSES.len()]);
        match (skin, self) {
            (Skin::Page, Ink::Life) => tag.set("class", "ax"),
            (Skin::Page, Ink::Head) => tag.set("class", "nb"),
            (Skin::Page, Ink::Across) => tag.set("class", "mo"),
            (Skin::Page, Ink::Wire(call)) => tag.set("class", format_args!("l {}", colour(call).1)),
            (Skin::Page, Ink::Wait(call)) => tag.set("class", format_args!("dot open {}", colour(call).1)),
            (Skin::Page, Ink::Solid(call)) => tag.set("class", format_args!("bar {}", colour(call).1)),
            (Skin::Page, Ink::Bad) => tag.set("class", "l bad"),
            (Skin::Page, Ink::Ground) => tag.set("class", "gr"),
            (Skin::Alone, Ink::Life) => tag.set("stroke", "#aab2ba"),
            (Skin::Alone, Ink::Head) => tag.set("fill", "#f6f8fa").set("stroke", "#aab2ba"),
            (Skin::Alone, Ink::Across) => tag.set("stroke", "#59636e").set("stroke-dasharray", "4 3"),
            (Skin::Alone, Ink::Wire(call)) => lined(tag, colour(call).0).set("fill", "none"),
            (Skin::Alone, Ink::Wait(call)) => lined(tag, colour(call).0).set("fill", "#ffffff"),
            (Skin::Alone, Ink::Solid(call)) => tag.set("fill", colour(call).0),
            (Skin::Alone, Ink::Bad) => lined(tag, "#b3261e").set("fill", "none"),
            (Skin::Alone, Ink::Ground) => tag.set("fill", "#ffffff"),
        }
    }
}

fn lined<'m>(tag: Tag<'m>, colour: &str) -> Tag<'m> {
    tag.set("stroke", colour).set("stroke-width", 1.8)
}

/// What words are.
#[derive(Clone, Copy)]
enum Letters {
    Plain,
    Faint,
    Strong,
    Bad,
}

impl Letters {
    /// Of all of a group, except on a page, whose style sheet has a colour for each text.
    fn dress_all<'m>(self, tag: Tag<'m>, skin: Skin) -> Tag<'m> {
        let colour = match self {
            Letters::Plain | Letters::Strong => "#1b1f24",
            Letters::Faint => "#59636e",
            Letters::Bad => "#b3261e",
        };
        let tag = if skin == Skin::Alone { tag.set("fill", colour) } else { tag };
        if matches!(self, Letters::Strong) { tag.set("font-weight", "bold") } else { tag }
    }

    const fn class(self, skin: Skin) -> Option<&'static str> {
        match (skin, self) {
            (Skin::Page, Letters::Faint) => Some("t"),
            (Skin::Page, Letters::Bad) => Some("lb"),
            _ => None,
        }
    }
}

/// Words at a place.
struct Label {
    x: f64,
    y: f64,
    anchor: &'static str,
    words: String,
}

/// A picture that is laid out.
pub(crate) struct Picture {
    pub(crate) width: f64,
    pub(crate) height: f64,
    shapes: BTreeMap<Ink, String>,
    /// Faint, strong, plain and bad words.
    faint: Vec<Label>,
    strong: Vec<Label>,
    plain: Vec<Label>,
    bad: Vec<Label>,
}

impl Picture {
    pub(crate) fn of(told: &Told<'_>) -> Picture {
        let lanes = Lanes::of(told);
        let bottom = HEADS + ROW * (told.steps.len() as f64 + 0.7);
        let mut picture = Picture {
            width: lanes.width,
            height: bottom,
            shapes: BTreeMap::new(),
            faint: Vec::new(),
            strong: Vec::new(),
            plain: Vec::new(),
            bad: Vec::new(),
        };
        picture.heads(told, &lanes, bottom);
        // The lower ends of the pieces of work so far, of each lane: those that overlap stand beside each other.
        let mut busy: Vec<Vec<f64>> = vec![Vec::new(); lanes.x.len()];
        for (number, step) in told.steps.iter().enumerate() {
            let y = row(number);
            let words = told.since(step.begins());
            picture.faint.push(Label { x: lanes.times, y: y + 4.0, anchor: "end", words });
            let mark = told.mark(step.call);
            if !mark.is_empty() {
                picture.strong.push(Label { x: lanes.times + 10.0, y: y + 4.0, anchor: "start", words: mark });
            }
            picture.step(told, &lanes, &mut busy, y, step);
        }
        picture
    }

    fn shape(&mut self, ink: Ink) -> &mut String {
        self.shapes.entry(ink).or_default()
    }

    fn path(&mut self, ink: Ink, points: &[[f64; 2]], closed: bool) {
        let path = self.shape(ink);
        for (index, [x, y]) in points.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if index == 0 { 'M' } else { 'L' }, coordinate(*x), coordinate(*y));
        }
        if closed {
            path.push('Z');
        }
    }

    fn rectangle(&mut self, ink: Ink, [left, top]: [f64; 2], [right, bottom]: [f64; 2]) {
        let [left, top, right, bottom] = [left, top, right, bottom].map(coordinate);
        let _ = write!(self.shape(ink), "M{left} {top}H{right}V{bottom}H{left}Z");
    }

    /// What each lane is, and its line.
    fn heads(&mut self, told: &Told<'_>, lanes: &Lanes, bottom: f64) {
        for (lane, head) in told.lanes.iter().enumerate() {
            let (x, half) = (lanes.x[lane], lanes.heads[lane] / 2.0);
            self.rectangle(Ink::Head, [x - half, 3.0], [x + half, HEADS - 8.0]);
            self.path(Ink::Life, &[[x, HEADS - 8.0], [x, bottom]], false);
            let room = 2.0 * half - 8.0;
            let kind = if width(head.kind, SIZE) <= room { head.kind } else { head.short };
            let y = if head.name.is_empty() { 25.0 } else { 18.0 };
            self.faint.push(Label { x, y, anchor: "middle", words: kind.to_owned() });
            if !head.name.is_empty() {
                self.strong.push(Label { x, y: 33.0, anchor: "middle", words: cut(&head.name, SIZE * 1.08, room) });
            }
        }
    }

    fn step(&mut self, told: &Told<'_>, lanes: &Lanes, busy: &mut [Vec<f64>], y: f64, step: &Shown) {
        let call = step.call.unwrap_or(0);
        match step.event {
            Event::Message { from, to, departs, arrives, lost } if from != to => {
                let down = if arrives > departs { SLANT } else { 0.0 };
                let [start, end] = [[lanes.x[from], y + 7.0], [lanes.x[to], y + 7.0 + down]];
                let back = if from < to { -1.0 } else { 1.0 };
                let ink = if lost { Ink::Bad } else { Ink::Wire(call) };
                let [x, y_end] = end;
                if lost {
                    let x = x + 14.0 * back;
                    self.path(ink, &[start, [x, y_end]], false);
                    self.cross(x, y_end);
                } else {
                    self.path(ink, &[start, end], false);
                    self.path(ink, &[[x + 7.0 * back, y_end - 4.0], end, [x + 7.0 * back, y_end + 4.0]], false);
                }
                let room = (lanes.x[from] - lanes.x[to]).abs() - 10.0;
                let middle = (lanes.x[from] + lanes.x[to]) / 2.0;
                self.label(step, middle, y + 2.0, "middle", room);
            }
            Event::Message { from: lane, .. } | Event::Moment { lane: Some(lane), .. } => {
                let x = lanes.x[lane];
                match step.is_bad() {
                    true => self.cross(x, y),
                    false => {
                        self.path(Ink::Solid(call), &[[x, y - 5.0], [x + 5.0, y], [x, y + 5.0], [x - 5.0, y]], true)
                    }
                }
                self.label(step, x + 11.0, y + 4.0, "start", lanes.width - x - 13.0);
            }
            Event::Work { lane, arrived, started, finished } => {
                let end = told.steps.iter().filter(|other| other.begins() < finished).count();
                let is_met = told.steps.get(end).is_some_and(|other| other.begins() == finished);
                let end = if is_met { row(end) - 3.0 } else { row(end) - ROW / 2.0 };
                let (top, end) = (y - 7.0, end.max(y + 9.0));
                busy[lane].retain(|&until| until > top);
                let x = lanes.x[lane] + 5.0 * busy[lane].len().min(3) as f64;
                busy[lane].push(end);
                let lasts = finished - arrived;
                let share = if lasts == 0 { 0.0 } else { (started - arrived) as f64 / lasts as f64 };
                // Both can be seen if both are there.
                let least = 4.0 / (end - top);
                let share = match (started > arrived, finished > started) {
                    (true, true) => share.clamp(least, 1.0 - least),
                    _ => share,
                };
                let middle = top + share * (end - top);
                if started > arrived {
                    self.rectangle(Ink::Wait(call), [x - HALF + 1.0, top], [x + HALF - 1.0, middle]);
                }
                self.rectangle(Ink::Solid(call), [x - HALF, middle], [x + HALF, end]);
                let from = x + HALF + 6.0;
                self.label(step, from, y + 4.0, "start", lanes.width - from - 2.0);
            }
            Event::Moment { lane: None, bad, .. } => {
                let left = lanes.x.first().copied().unwrap_or(lanes.times);
                self.path(if bad { Ink::Bad } else { Ink::Across }, &[[left - 20.0, y], [lanes.width - 4.0, y]], false);
                self.label(step, left + 10.0, y + 4.0, "start", lanes.width - left - 16.0);
            }
        }
    }

    fn cross(&mut self, x: f64, y: f64) {
        self.path(Ink::Bad, &[[x - 5.0, y - 5.0], [x + 5.0, y + 5.0]], false);
        self.path(Ink::Bad, &[[x - 5.0, y + 5.0], [x + 5.0, y - 5.0]], false);
    }

    /// Words, and a ground that hides the lines behind them.
    fn label(&mut self, step: &Shown, x: f64, y: f64, anchor: &'static str, room: f64) {
        let words = cut(&step.words, SIZE, room.min(LONGEST));
        let wide = width(&words, SIZE);
        let left = if anchor == "middle" { x - wide / 2.0 } else { x - 2.0 };
        self.rectangle(Ink::Ground, [left, y - 10.0], [left + wide, y + 3.0]);
        let label = Label { x, y, anchor, words };
        if step.is_bad() { self.bad.push(label) } else { self.plain.push(label) }
    }

    /// Writes what is drawn, without the element around it.
    pub(crate) fn write(self, markup: &mut Markup, skin: Skin) {
        for (ink, path) in self.shapes {
            ink.dress(markup.tag("path"), skin).set("d", path).empty();
        }
        let all = [
            (Letters::Faint, self.faint),
            (Letters::Strong, self.strong),
            (Letters::Plain, self.plain),
            (Letters::Bad, self.bad),
        ];
        for (letters, labels) in all {
            for anchor in ["end", "middle", "start"] {
                let labels: Vec<&Label> = labels.iter().filter(|label| label.anchor == anchor).collect();
                if labels.is_empty() {
                    continue;
                }
                letters.dress_all(markup.tag("g").set("text-anchor", anchor), skin).open();
                for label in labels {
                    let tag = markup.tag("text").set("x", coordinate(label.x)).set("y", coordinate(label.y));
                    tag.set_if("class", letters.class(skin)).words(&label.words);
                }
                markup.end();
            }
        }
    }
}

/// The middle of a row.
fn row(number: usize) -> f64 {
    HEADS + ROW * (number as f64 + 0.5)
}

/// Where the lanes stand.
struct Lanes {
    /// Where the times end.
    times: f64,
    x: Vec<f64>,
    /// The widths of the heads.
    heads: Vec<f64>,
    width: f64,
}

impl Lanes {
    fn of(told: &Told<'_>) -> Lanes {
        let times = told.steps.iter().map(|step| width(&told.since(step.begins()), SIZE));
        let times = times.fold(46.0, f64::max);
        let marks = told.steps.iter().map(|step| width(&told.mark(step.call), SIZE)).fold(0.0, f64::max);
        let heads: Vec<f64> = told
            .lanes
            .iter()
            .map(|head| (width(head.kind, SIZE).max(1.08 * width(&head.name, SIZE)) + 18.0).clamp(NEAR, FAR))
            .collect();
        let mut gaps: Vec<f64> = heads.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0 + 8.0).collect();
        for step in &told.steps {
            if let Event::Message { from, to, .. } = step.event
                && from.abs_diff(to) == 1
            {
                let gap = &mut gaps[from.min(to)];
                *gap = gap.max((width(&step.words, SIZE) + 24.0).min(FAR));
            }
        }
        let first = times + marks + 24.0 + heads.first().map_or(0.0, |wide| wide / 2.0);
        let mut x = vec![first];
        gaps.iter().for_each(|gap| x.push(x.last().copied().unwrap_or(0.0) + gap));
        x.truncate(told.lanes.len());
        let beside = |step: &Shown| match step.event {
            Event::Message { from, to, .. } if from != to => 0.0,
            Event::Message { from: lane, .. } | Event::Work { lane, .. } | Event::Moment { lane: Some(lane), .. } => {
                x[lane]
            }
            Event::Moment { lane: None, .. } => first,
        };
        let words = told.steps.iter().map(|step| beside(step) + width(&step.words, SIZE).min(LONGEST) + 34.0);
        let last = x.last().copied().unwrap_or(first) + heads.last().map_or(0.0, |wide| wide / 2.0) + 6.0;
        Lanes { times, width: words.fold(last, f64::max), x, heads }
    }
}
