//! Text of others, as it is shown.

use std::borrow::Cow;
use std::fmt::Write;

/// A text without what a terminal would obey, or what would show it in another order than it is: such a character is
/// replaced by its number, as in `\u{1b}`. Line ends and tabs stay.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |shown, number| write!(shown, "\\u{{{number:x}}}"))
}

/// The same for a JSON text, which stands for the same values after that.
pub fn shown_json(json: &str) -> Cow<'_, str> {
    escaped(json, |shown, number| write!(shown, "\\u{number:04x}"))
}

fn escaped(text: &str, escape: fn(&mut String, u32) -> std::fmt::Result) -> Cow<'_, str> {
    let Some(first) = text.find(is_obeyed) else { return Cow::Borrowed(text) };
    let mut shown = text[..first].to_owned();
    for character in text[first..].chars() {
        match is_obeyed(character) {
            true => escape(&mut shown, u32::from(character)).expect("memory does not fail"),
            false => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Controls, the marks and controls of writing direction, and what is not seen at all.
pub(super) fn is_obeyed(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_by_its_number() {
        assert!(matches!(shown("Grüße,\n\t日本 `x`"), Cow::Borrowed(_)));
        assert_eq!(shown("a\u{1b}[31mb\r\u{9b}c\u{7f}\0"), "a\\u{1b}[31mb\\u{d}\\u{9b}c\\u{7f}\\u{0}");
        assert_eq!(shown_json("[\"\u{202e}a\u{9b}\"]"), "[\"\\u202ea\\u009b\"]");
        assert_eq!(shown("\u{202e}abc\u{2066}\u{200f}"), "\\u{202e}abc\\u{2066}\\u{200f}");
    }
}
