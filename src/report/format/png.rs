//! A picture as PNG, for programs that do not take SVG.
//!
//! The same picture gives the same bytes on every machine. It is drawn by code in Rust alone, with the fonts in `fonts` and no
//! others. Of what `resvg` computes with, only two blend modes that no chart uses are approximate on some processors; sums and
//! products in vectors have the same bits as one by one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, ID, Source};
use resvg::usvg::{FontResolver, Options, Tree};

use crate::workload::enumeration;

/// Regular and bold.
const FONTS: [&[u8]; 2] = [include_bytes!("fonts/regular.ttf"), include_bytes!("fonts/bold.ttf")];

/// From which weight on letters are bold.
const BOLD: u16 = 600;

/// An SVG picture as PNG, this many pixels wide.
///
/// # Errors
/// What is wrong with the picture, or which letters none of the fonts has: they would be empty boxes.
pub(super) fn png(svg: &[u8], width: u32) -> Result<Vec<u8>, String> {
    let unknown = Mutex::new(BTreeSet::new());
    let tree = Tree::from_data(svg, &options(&unknown)).map_err(|why| format!("it is no picture: {why}"))?;
    let unknown = unknown.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !unknown.is_empty() {
        let letters: Vec<String> = unknown.into_iter().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        return Err(format!("the fonts of PNG pictures lack {}", enumeration(&letters)));
    }
    let scale = width as f32 / tree.size().width();
    let height = (tree.size().height() * scale).round() as u32;
    let mut pixels = Pixmap::new(width, height).ok_or_else(|| format!("{width} by {height} pixels are too many"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|why| why.to_string())
}

/// How pictures are drawn: whatever font they ask for, with those of [`FONTS`]. Collects the letters that these do not have.
fn options(unknown: &Mutex<BTreeSet<char>>) -> Options<'_> {
    let mut fonts = Database::new();
    let [regular, bold] = FONTS.map(|font| fonts.load_font_source(Source::Binary(Arc::new(font))).first().copied());
    Options {
        font_resolver: FontResolver {
            select_font: Box::new(move |font, _: &mut Arc<Database>| if font.weight() < BOLD { regular } else { bold }),
            select_fallback: Box::new(|letter, _: &[ID], _: &mut Arc<Database>| {
                unknown.lock().unwrap_or_else(PoisonError::into_inner).insert(letter);
                None
            }),
        },
        fontdb: Arc::new(fonts),
        ..Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 40 by 20 with this text in the middle, black on white.
    fn picture(text: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\" viewBox=\"0 0 40 20\"><title>日</title>\
             <rect width=\"40\" height=\"20\" fill=\"#fff\"/><text x=\"20\" y=\"14\" font-size=\"10\" font-weight=\"bold\" \
             font-family=\"Nobody has this\" text-anchor=\"middle\">{text}</text></svg>"
        )
    }

    /// The width and the height of a PNG, as its header says.
    fn size(png: &[u8]) -> [u32; 2] {
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
    }

    /// Twice as wide is twice as high; what has no letters is not as large as what has.
    #[test]
    fn a_picture_has_the_size_that_is_asked_for_and_its_text() {
        let drawn = png(picture("p99 ≤ 3 s").as_bytes(), 80).unwrap();
        assert_eq!(size(&drawn), [80, 40]);
        assert!(drawn == png(picture("p99 ≤ 3 s").as_bytes(), 80).unwrap(), "the same picture gives the same bytes");
        let empty = png(picture("").as_bytes(), 80).unwrap();
        assert!(drawn.len() > 2 * empty.len(), "{} {}", drawn.len(), empty.len());
    }

    #[test]
    fn the_fonts_have_what_charts_write() {
        let signs = "Größe Žižka Łódź é ñ × · … – — ≤ ≥ ± ° ∞ − → ↓ ‹ › α Δ µ % €";
        assert!(png(picture(signs).as_bytes(), 80).is_ok());
    }

    /// The title is not drawn.
    #[test]
    fn letters_that_cannot_be_drawn_are_named() {
        assert_eq!(png(picture("a日b").as_bytes(), 80).unwrap_err(), "the fonts of PNG pictures lack `日`");
    }

    #[test]
    fn what_is_no_picture_is_an_error() {
        assert!(png(b"<svg", 80).unwrap_err().starts_with("it is no picture"));
        assert!(png(picture("a").as_bytes(), u32::MAX).unwrap_err().ends_with("too many"));
        assert!(png(picture("a").as_bytes(), 0).is_err());
    }
}
