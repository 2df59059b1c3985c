//! A cell of a table: a number, a text or nothing.

use serde::{Deserialize, Serialize};

/// The content of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A whole number, exact.
    Whole(u64),
    /// A number.
    Number(f64),
    /// A text, even if it looks like a number.
    Text(String),
    /// A missing value.
    Missing,
    /// What a clock shows: spreadsheets and programs may take it for a time.
    Clock(String),
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::Whole(number)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Cell {
        Cell::Number(number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Missing, Into::into)
    }
}

/// Stands in place of a number of which there are too few replications to estimate it.
pub const NOT_ESTIMABLE: &str = "not estimable";

/// Stands in place of a number that was not reached within a run.
pub const NOT_REACHED: &str = "not reached";

/// Stands in place of an upper end that is not known, because some values were censored or too few were seen.
pub const UNKNOWN: &str = "unknown";

/// A number as a cell; an infinite one was not reached.
pub fn number(value: Option<f64>) -> Cell {
    match value {
        Some(f64::INFINITY) => NOT_REACHED.into(),
        value => value.into(),
    }
}

/// An end of an interval as a cell: missing where there is nothing to estimate, not estimable where there is.
pub fn end(end: Option<f64>, exists: bool) -> Cell {
    match end {
        None if exists => NOT_ESTIMABLE.into(),
        end => number(end),
    }
}

/// A number with all its digits: the shortest text that reads back as the same number.
pub fn full(value: f64) -> String {
    debug_assert!(value.is_finite());
    // Turns negative zero into zero, which spreadsheets expect.
    format!("{}", value + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_all_their_digits() {
        assert_eq!(full(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(full(-0.0), "0");
        assert_eq!(full(33_012.0), "33012");
        assert_eq!(full(1e-9), "0.000000001");
    }
}
