//! A picture as PNG, for programs that do not take SVG.
//!
//! The same picture gives the same bytes on every machine. It is drawn by code in Rust alone, with the fonts in `fonts` and no
//! others. Of what `resvg` computes with, only two blend modes that no chart uses are approximate on some processors; sums and
//! products in vectors have the same bits as one by one. What compresses the file does so the same way on every processor, which
//! the compression of workbooks does not promise.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use miniz_oxide::deflate::compress_to_vec_zlib;
use resvg::tiny_skia::{Color, Pixmap, Transform};
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
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(file(&pixels))
}

/// The first bytes of a PNG file.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Pixels, none of which lets anything through, as a PNG file.
fn file(pixels: &Pixmap) -> Vec<u8> {
    /// Between speed and size.
    const LEVEL: u8 = 8;
    /// Eight bits a colour; red, green and blue; and no choice in the rest.
    const KIND: [u8; 5] = [8, 2, 0, 0, 0];
    let head = [&pixels.width().to_be_bytes()[..], &pixels.height().to_be_bytes(), &KIND].concat();
    let mut file = SIGNATURE.to_vec();
    file.extend(chunk(b"IHDR", &head));
    file.extend(chunk(b"IDAT", &compress_to_vec_zlib(&rows(pixels), LEVEL)));
    file.extend(chunk(b"IEND", &[]));
    file
}

/// The rows of pixels, each colour less that of the pixel above, for what is the same compresses well.
fn rows(pixels: &Pixmap) -> Vec<u8> {
    /// Says that a row is stored like that.
    const UP: u8 = 2;
    let width = 4 * pixels.width() as usize;
    let mut rows = Vec::with_capacity(pixels.height() as usize * (1 + width / 4 * 3));
    let mut above = vec![0; width];
    for row in pixels.data().chunks_exact(width) {
        rows.push(UP);
        let colours = row.iter().zip(&above).enumerate().filter(|(at, _)| at % 4 < 3);
        rows.extend(colours.map(|(_, (colour, above))| colour.wrapping_sub(*above)));
        above.copy_from_slice(row);
    }
    rows
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let checked = [kind, content].concat();
    [&(content.len() as u32).to_be_bytes()[..], &checked, &checksum(&checked).to_be_bytes()].concat()
}

/// CRC-32, as PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let shift = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), shift))
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

    /// The width and the height of a PNG, and how many of its pixels are not white.
    fn read(png: &[u8]) -> ([usize; 2], usize) {
        assert_eq!(png[..8], SIGNATURE);
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        let [width, height] = [16, 20].map(number);
        // The head takes 25 bytes; the length and the name of the data 8.
        let data = &png[41..41 + number(33)];
        let rows = miniz_oxide::inflate::decompress_to_vec_zlib(data).unwrap();
        let mut row = vec![0_u8; 3 * width];
        let mut inked = 0;
        for stored in rows.chunks_exact(1 + 3 * width) {
            row.iter_mut().zip(&stored[1..]).for_each(|(colour, more)| *colour = colour.wrapping_add(*more));
            inked += row.chunks_exact(3).filter(|pixel| *pixel != [255; 3]).count();
        }
        assert_eq!(rows.len(), height * (1 + 3 * width));
        ([width, height], inked)
    }

    /// Twice as wide is twice as high. A rectangle of 10 by 5 has 20 by 10 pixels then.
    #[test]
    fn a_picture_has_the_size_that_is_asked_for_and_its_text() {
        let drawn = png(picture("p99 ≤ 3 s").as_bytes(), 80).unwrap();
        let (size, inked) = read(&drawn);
        assert_eq!(size, [80, 40]);
        assert!((100..1600).contains(&inked), "{inked} pixels of text");
        assert!(drawn == png(picture("p99 ≤ 3 s").as_bytes(), 80).unwrap(), "the same picture gives the same bytes");
        assert_eq!(read(&png(picture("").as_bytes(), 80).unwrap()), ([80, 40], 0));
        let with = picture("").replace("<text", "<rect width=\"10\" height=\"5\" fill=\"#f00\"/><text");
        assert_eq!(read(&png(with.as_bytes(), 80).unwrap()), ([80, 40], 200));
    }

    /// The sum at the end of every PNG file, which has no content, and the usual example.
    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(checksum(b"IEND"), 0xae42_6082);
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
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
