//! One chart as a picture for slides and documents.

use crate::report::chart::Chart;

/// The size of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// The chart, for `ctisim plot`.
pub fn svg(_chart: &Chart, size: PictureSize) -> Vec<u8> {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\"/>\n", size.width, size.height)
        .into_bytes()
}
