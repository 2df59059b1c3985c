//! What a page for people is drawn on.

use crate::workload::Ink;

/// What a page for people is drawn on; other formats are the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// Whether it shows colours.
    pub ink: Ink,
    /// Its width in columns, if it is a terminal; a file or a pipe takes lines of any length.
    pub width: Option<usize>,
}

impl From<Ink> for Canvas {
    /// Of any width.
    fn from(ink: Ink) -> Canvas {
        Canvas { ink, width: None }
    }
}
