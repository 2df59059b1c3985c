//! A value for each of several things: where it stands.

use super::plot::Interval;
use super::scale::{Fit, Scaled};
use crate::report::chart::{Row, RowMark, Rows};

/// Rows whose places are known, as fractions of the width.
pub(crate) struct Rowed {
    /// The axis.
    pub(crate) axis: Scaled,
    /// The rows.
    pub(crate) rows: Vec<Placed>,
    /// The levels, with their words.
    pub(crate) levels: Vec<(f64, String)>,
    /// How many rows are not drawn.
    pub(crate) left_out: usize,
}

/// A row.
pub(crate) struct Placed {
    /// Its bar.
    pub(crate) bar: Option<[f64; 2]>,
    /// Its point.
    pub(crate) dot: Option<f64>,
    /// Its interval.
    pub(crate) interval: Option<Interval>,
    /// Its second value.
    pub(crate) tick: Option<f64>,
}

/// More rows are not drawn.
const MOST_ROWS: usize = 200;

impl Rowed {
    /// Places everything. `room` is the width in pixels, and where there is little.
    pub(crate) fn of(rows: &Rows, room: [f64; 2]) -> Rowed {
        let is_bar = rows.mark == RowMark::Bar;
        let fit = Fit {
            zero: is_bar,
            round: is_bar,
            free: if is_bar { 0.0 } else { 0.03 },
            signed: !is_bar,
            ticks: 5.0,
            room: Some(room),
        };
        let drawn = &rows.rows[..rows.rows.len().min(MOST_ROWS)];
        let values = drawn.iter().flat_map(|row| [row.value, row.low, row.high, row.tick]).flatten();
        let axis = Scaled::of(&rows.axis, values.chain(rows.levels.iter().map(|level| level.at)), fit);
        let zero = axis.within(0.0).unwrap_or(0.0);
        let placed = |row: &Row| {
            let at = row.value.and_then(|value| axis.within(value));
            Placed {
                bar: at.filter(|_| is_bar).map(|at| [at.min(zero), at.max(zero)]),
                dot: at.filter(|_| !is_bar),
                interval: Interval::on(&axis, row.low, row.high),
                tick: row.tick.and_then(|tick| axis.within(tick)),
            }
        };
        let levels = rows.levels.iter().take(20);
        Rowed {
            rows: drawn.iter().map(placed).collect(),
            levels: levels.filter_map(|level| Some((axis.within(level.at)?, level.words.clone()))).collect(),
            left_out: rows.rows.len() - drawn.len(),
            axis,
        }
    }
}
