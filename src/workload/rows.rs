//! The rows of a CSV text (RFC 4180), with the place of each cell. Strict about quotes: libraries read on after a stray one, and
//! a whole file becomes one cell without a word.

use std::borrow::Cow;
use std::ops::Range;

/// A cell of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell<'t> {
    /// Its text, without the blanks around it.
    pub(super) text: Cow<'t, str>,
    /// Its place in the text of the file, with its quotes.
    pub(super) place: Range<usize>,
}

/// A mistake after which the rest of a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong, in words that follow the name of the file.
    pub(super) what: &'static str,
    /// What to do about it.
    pub(super) hint: &'static str,
    /// Its line, counted from one.
    pub(super) line: usize,
    /// Its place in the text of the file.
    pub(super) place: Range<usize>,
}

/// The rows of a text, from the first to the last.
#[derive(Clone, Debug)]
pub(super) struct Rows<'t> {
    text: &'t str,
    /// The next byte.
    at: usize,
    /// Its line, counted from one.
    line: usize,
    delimiter: u8,
    /// The number of columns, once it is known: lines within a quoted cell are not to look like rows.
    columns: usize,
}

impl<'t> Rows<'t> {
    /// The rows of a text, separated by commas, or by what a first line `sep=;` says.
    pub(super) fn new(text: &'t str) -> Rows<'t> {
        let mut rows = Rows { text, at: 0, line: 1, delimiter: b',', columns: usize::MAX };
        let first = text.split(['\n', '\r']).next().unwrap_or_default();
        let bare = first.trim_matches(' ');
        let declared = bare.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(bare);
        if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter @ (b',' | b';' | b'\t' | b'|')] =
            declared.as_bytes()
        {
            rows.delimiter = *delimiter;
            rows.at = first.len();
            rows.end_line();
        }
        rows
    }

    /// From now on a row has so many cells.
    pub(super) fn expect(&mut self, columns: usize) {
        self.columns = columns;
    }

    /// Reads the next row that is not empty into `cells`; its line, or `None` at the end.
    pub(super) fn next(&mut self, cells: &mut Vec<Cell<'t>>) -> Result<Option<usize>, Fault> {
        while self.at < self.text.len() {
            let line = self.line;
            self.row(cells)?;
            // Spreadsheets leave rows of nothing but separators.
            if cells.iter().any(|cell| !cell.text.is_empty()) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte == b' ' || byte == b'\t' && self.delimiter != b'\t') {
            self.at += 1;
        }
    }

    /// Goes over the end of a line, if there is one.
    fn end_line(&mut self) {
        match self.text.as_bytes().get(self.at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => self.at += 2,
            [b'\r' | b'\n', ..] => self.at += 1,
            _ => return,
        }
        self.line += 1;
    }

    fn row(&mut self, cells: &mut Vec<Cell<'t>>) -> Result<(), Fault> {
        cells.clear();
        loop {
            self.skip_blanks();
            let cell = match self.peek() {
                Some(b'"') => self.quoted()?,
                _ => self.plain()?,
            };
            cells.push(cell);
            match self.peek() {
                Some(byte) if byte == self.delimiter => self.at += 1,
                _ => {
                    self.end_line();
                    return Ok(());
                }
            }
        }
    }

    /// A cell without quotes, up to a separator or the end of the line.
    fn plain(&mut self) -> Result<Cell<'t>, Fault> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' | b'\r' => break,
                b'"' => {
                    let what = "has a quote within a cell";
                    let hint = "put the whole cell in quotes and double those within it, or leave them out";
                    let (line, place) = (self.line, self.at..self.at + 1);
                    return Err(Fault { what, hint, line, place });
                }
                byte if byte == self.delimiter => break,
                _ => self.at += 1,
            }
        }
        let text = self.text[start..self.at].trim_end();
        Ok(Cell { text: Cow::Borrowed(text), place: start..start + text.len() })
    }

    /// A cell in quotes, which may go on over several lines.
    fn quoted(&mut self) -> Result<Cell<'t>, Fault> {
        const OPEN: &str = "has a quote that opens here and is not closed before the next row";
        const HINT: &str =
            "close it, or leave it out; a cell in quotes may go on over several lines, but none that looks like a row";
        let (start, line) = (self.at, self.line);
        let opening = start..start + 1;
        let bytes = self.text.as_bytes();
        self.at += 1;
        let (mut from, mut unquoted, mut separators) = (self.at, String::new(), None);
        loop {
            match self.peek() {
                None => return Err(Fault { what: OPEN, hint: HINT, line, place: opening }),
                Some(b'"') if bytes.get(self.at + 1) == Some(&b'"') => {
                    unquoted.push_str(&self.text[from..=self.at]);
                    self.at += 2;
                    from = self.at;
                }
                Some(b'"') => break,
                Some(b'\n' | b'\r') => {
                    self.end_line();
                    separators = Some(0);
                }
                Some(byte) => {
                    self.at += 1;
                    if let Some(count) = separators.as_mut().filter(|_| byte == self.delimiter) {
                        *count += 1;
                        if self.columns > 1 && *count + 1 >= self.columns {
                            return Err(Fault { what: OPEN, hint: HINT, line, place: opening });
                        }
                    }
                }
            }
        }
        let rest = &self.text[from..self.at];
        self.at += 1;
        let place = start..self.at;
        self.skip_blanks();
        if self.peek().is_some_and(|byte| byte != self.delimiter && byte != b'\n' && byte != b'\r') {
            let hint = "put the whole cell in quotes and double those within it, or leave them out";
            return Err(Fault { what: "has text after a cell in quotes", hint, line, place });
        }
        let text = match unquoted.is_empty() {
            true => Cow::Borrowed(rest.trim()),
            false => Cow::Owned((unquoted + rest).trim().to_owned()),
        };
        Ok(Cell { text, place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of a row, and its line.
    type Numbered = (usize, Vec<String>);

    /// The rows of a text with their lines, and the line at which reading stopped.
    fn read(text: &str) -> (Vec<Numbered>, Option<(usize, &'static str)>) {
        let (mut rows, mut cells, mut found) = (Rows::new(text), Vec::new(), Vec::new());
        loop {
            match rows.next(&mut cells) {
                Ok(Some(line)) => {
                    rows.expect(if found.is_empty() { cells.len() } else { rows.columns });
                    found.push((line, cells.iter().map(|cell| cell.text.to_string()).collect()));
                }
                Ok(None) => return (found, None),
                Err(fault) => return (found, Some((fault.line, fault.what))),
            }
        }
    }

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        let (found, fault) = read(text);
        assert_eq!(fault, None, "{text:?}");
        found
    }

    #[test]
    fn rows_have_the_lines_that_people_count() {
        let row = |line: usize, cells: &[&str]| (line, cells.iter().map(|cell| (*cell).to_owned()).collect());
        let two = [row(1, &["a", "b"]), row(2, &["1", "2"])];
        for text in
            ["a,b\n1,2\n", "a,b\n1,2", "a,b\r\n1,2\r\n", "a,b\r1,2\r", " a ,\tb\n \"1\" , 2 \n", "a,b\n1,2\n,\n\n , \n"]
        {
            assert_eq!(rows(text), two, "{text:?}");
        }
        assert_eq!(rows("a\r\n1\r\n\r\nx\r\n"), [row(1, &["a"]), row(2, &["1"]), row(4, &["x"])]);
        for text in ["sep=;\na;b\n1,5;2\n", "\"sep=;\"\r\na;b\r\n1,5;2\r\n"] {
            assert_eq!(rows(text), [row(2, &["a", "b"]), row(3, &["1,5", "2"])], "{text:?}");
        }
        // A quote of its own is no part of it.
        assert!(Rows::new("sep=;\"\na;b\n").delimiter == b',' && Rows::new("sep=;\na;b\n").delimiter == b';');
        assert_eq!(rows("sep=,\na,b\n1,2\n")[1], row(3, &["1", "2"]));
        assert_eq!(rows("sep=\t\na\t b\n")[0], row(2, &["a", "b"]));
        assert_eq!(
            rows("a,b\n\"said \"\"no\"\", twice\",\"x\ny\"\n1,\n")[1..],
            [row(2, &["said \"no\", twice", "x\ny"]), row(4, &["1", ""]),]
        );
        assert_eq!(rows("").len() + rows("\n\n").len() + rows("sep=,").len(), 0);
    }

    #[test]
    fn a_stray_quote_is_found_where_it_opens() {
        for (text, line, word) in [
            ("id,dur,note\n1,60,\"ok\n2,240,fine\n3,300,fine\n", 2, "opens here"),
            ("id,dur,note\n1,60,\"ok\n2,240,\"fine\n", 2, "opens here"),
            ("at_s,talk_s\n1,\"10\n", 2, "opens here"),
            ("dur\n1\n\"60\"5\n", 3, "after a cell"),
            ("dur\r\n6\"0\r\n", 2, "within a cell"),
            ("a,b\n1,2\n1,\"x", 3, "opens here"),
        ] {
            let (_, fault) = read(text);
            let (found, what) = fault.unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!(found, line, "{text:?}");
            assert!(what.contains(word), "{text:?}: {what}");
        }
    }
}
