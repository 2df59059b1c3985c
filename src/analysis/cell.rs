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
