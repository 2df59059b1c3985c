//! Charts as data, independent of what draws them: the page, a slide, a workbook.

use serde::{Deserialize, Serialize};

use super::table::Tone;

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// By which `ctisim plot` finds it: lower-case words with hyphens, unique in a report.
    pub id: String,
    /// What it shows; where a rule can tell, what it says.
    pub title: String,
    /// How to read it, in a sentence or two.
    pub about: String,
    /// What is drawn.
    pub shape: Shape,
}

/// What a chart draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// Curves or points in a plane.
    Plot(Plot),
    /// A value for each of several things, one below the other.
    Rows(Rows),
}

/// Curves or points in a plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, the most important first; at most [`Plot::MOST_SERIES`].
    pub series: Vec<Series>,
    /// Stretches of the horizontal axis, such as the warm-up and faults.
    pub spans: Vec<Stretch>,
    /// Moments on the horizontal axis, such as when a fault was noticed.
    pub moments: Vec<Moment>,
    /// Levels on the vertical axis, such as the bound of a goal.
    pub levels: Vec<Level>,
}

impl Plot {
    /// More curves in one chart cannot be told apart.
    pub const MOST_SERIES: usize = 6;
}

/// A value for each of several things.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// The axis of the values.
    pub axis: Axis,
    /// The things, from top to bottom.
    pub rows: Vec<Row>,
    /// How values are drawn.
    pub mark: RowMark,
    /// Levels on the axis, such as no difference.
    pub levels: Vec<Level>,
}

/// How the values of rows are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowMark {
    /// A bar from zero.
    Bar,
    /// A point with its interval.
    Dot,
}

/// One thing and its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its value, if there is one.
    pub value: Option<f64>,
    /// The lower end of the interval of the value; without it the interval has no lower end.
    pub low: Option<f64>,
    /// The upper end of the interval of the value; without it the interval has no upper end.
    pub high: Option<f64>,
    /// A second value, drawn as a tick: what it is stands in the chart's `about`.
    pub tick: Option<f64>,
    /// What stands beside it.
    pub words: String,
    /// Whether that is good or bad.
    pub tone: Tone,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What it measures.
    pub name: String,
    /// The unit of its values, as in files: `ms`, `s`, `count`, `ratio`, `percent`; empty for a bare number.
    pub unit: String,
    /// Its scale.
    pub scale: Scale,
    /// Where it begins, if not at the least value.
    pub from: Option<f64>,
    /// Where it ends, if not at the greatest value.
    pub to: Option<f64>,
}

/// The scale of an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// Linear.
    Linear,
    /// Logarithmic, base ten.
    Logarithmic,
    /// Of a share p: 1 / (1 - p), base ten, as users of HdrHistogram know it. Each step to the right is ten times rarer.
    Tail,
    /// Seconds of a run, shown as minutes since its start.
    Elapsed,
    /// Seconds of a run, shown as what the clock says.
    Clock {
        /// The second of the day at which the run starts.
        starts: u32,
    },
    /// Names at 0, 1, 2 and so on.
    Names(Vec<String>),
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its name, as in files where it has one.
    pub name: String,
    /// How it is drawn.
    pub stroke: Stroke,
    /// What `low` and `high` of its points are, such as "5 and 95 % of the replications"; empty if they have none.
    pub edges: String,
    /// Its points, from left to right.
    pub points: Vec<Point>,
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stroke {
    /// A line from point to point, with a band between the edges.
    Line,
    /// Each value lasts until the next point, with a band between the edges.
    Steps,
    /// Points, each with its interval.
    Dots,
    /// Points, each with its interval, and a line between them.
    LineAndDots,
    /// Small upright strokes: censored values on the curve before.
    Ticks,
}

/// A point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Where.
    pub x: f64,
    /// Its value; without it the curve has a gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<f64>,
    /// The lower edge; without it, where there is a value and an upper edge, the interval has no lower end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper edge; without it, where there is a value and a lower edge, the interval has no upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Whether that is good or bad.
    #[serde(default = "Tone::plain", skip_serializing_if = "Tone::is_plain")]
    pub tone: Tone,
}

impl Point {
    /// A point without an interval.
    pub fn new(x: f64, y: impl Into<Option<f64>>) -> Point {
        Point { x, y: y.into(), low: None, high: None, words: None, tone: Tone::Plain }
    }
}

/// A stretch of the horizontal axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What lasts.
    pub words: String,
    /// Its kind.
    pub kind: StretchKind,
}

/// What lasts for a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StretchKind {
    /// A fault.
    Fault,
    /// The warm-up, which is not measured.
    WarmUp,
}

/// A moment on the horizontal axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: f64,
    /// What happens.
    pub words: String,
}

/// A level on an axis of values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Where.
    pub at: f64,
    /// What it is.
    pub words: String,
}
