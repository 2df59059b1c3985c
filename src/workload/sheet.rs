//! CSV files that a workload refers to, with a header row: the one reader of them all.

use std::ops::Range;
use std::sync::Arc;

use super::encoding;
use super::files::{Contents, Files};
use super::problem::{Elsewhere, Problem, Reports, TextRange, enumeration, nearest, suggestion};
use super::read::Value;
use super::rows::{Cell, Fault, Rows};

/// More problems in one file than this are likely to have the same cause.
const PROBLEMS_MAX: usize = 5;

/// Where a file is named, and where its problems go.
#[derive(Clone)]
pub(super) struct Named<'a> {
    pub(super) file: &'a str,
    pub(super) place: TextRange,
    pub(super) files: &'a dyn Files,
    pub(super) reports: &'a Reports,
}

/// A table from a file. Its rows are read one by one: there may be millions.
pub(super) struct Sheet<'a> {
    named: Named<'a>,
    contents: Arc<Contents>,
    header: Vec<String>,
    problems: std::cell::Cell<usize>,
}

/// A row of a sheet.
pub(super) struct Row<'r> {
    line: usize,
    cells: &'r [Cell<'r>],
}

impl Row<'_> {
    /// The line at which it begins, counted from one.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The text of a cell; empty if the row is too short.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.text)
    }
}

impl<'a> Sheet<'a> {
    /// Opens the file that `value` names.
    pub(super) fn read(value: Value<'a>) -> Option<Sheet<'a>> {
        let Some(file) = value.text() else {
            value.string();
            return None;
        };
        let context = value.context();
        Sheet::open(Named { file, place: value.place(), files: context.files, reports: context.reports })
    }

    /// Opens a file and reads its header row.
    pub(super) fn open(named: Named<'a>) -> Option<Sheet<'a>> {
        let contents = match named.files.read(named.file) {
            Ok(contents) => contents,
            Err(why) => return named.refuse(&why),
        };
        if let Err(why) = encoding::text(&contents.bytes) {
            return named.refuse(&why);
        }
        let mut sheet = Sheet { named, contents, header: Vec::new(), problems: std::cell::Cell::new(0) };
        let mut cells = Vec::new();
        let header = match Rows::new(sheet.text()).next(&mut cells) {
            Ok(Some(_)) => cells.iter().map(|cell| cell.text.to_string()).collect(),
            Ok(None) => return sheet.named.refuse("has no header row"),
            Err(fault) => {
                sheet.fault(&fault);
                return None;
            }
        };
        sheet.header = header;
        Some(sheet)
    }

    fn text(&self) -> &str {
        encoding::text(&self.contents.bytes).unwrap_or_default()
    }

    /// At most so many rows are below the header: there is one in a line.
    pub(super) fn rows_max(&self) -> usize {
        let ends = |byte: u8| self.contents.bytes.iter().filter(|&&it| it == byte).count();
        ends(b'\n').max(ends(b'\r'))
    }

    /// Reports it if there is no room for so many bytes for each row.
    pub(super) fn has_room(&self, bytes_per_row: usize) -> bool {
        let bytes = self.rows_max() as u64 * bytes_per_row as u64;
        match self.named.files.room(bytes) {
            Ok(()) => true,
            Err(why) => {
                let rows = self.rows_max();
                self.problems.set(self.problems.get() + 1);
                self.named.refuse::<()>(&format!("has {rows} rows, which {why}"));
                false
            }
        }
    }

    /// Reads all rows below the header.
    pub(super) fn each(&self, mut read: impl FnMut(&Row<'_>)) {
        let text = self.text();
        let (mut rows, mut cells) = (Rows::new(text), Vec::new());
        let mut is_header = true;
        rows.expect(self.header.len());
        loop {
            let line = match rows.next(&mut cells) {
                Ok(Some(line)) => line,
                Ok(None) => return,
                Err(fault) => return self.fault(&fault),
            };
            if std::mem::take(&mut is_header) {
                continue;
            }
            let row = Row { line, cells: &cells };
            // A comma in place of a decimal point would silently shift everything after it.
            if cells.iter().skip(self.header.len()).any(|cell| !cell.text.is_empty()) {
                let what = format!("this row of {} has more cells than the header row", self.named.file);
                let hint = "write numbers with a decimal point, and quote a cell that contains a comma".to_owned();
                self.report(line, self.whole_line(cells[0].place.start), what, Some(hint));
            }
            read(&row);
        }
    }

    /// The position of a column, if there is one. A column that is there twice is reported.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let mut found = self.header.iter().enumerate().filter(|(_, column)| *column == name).map(|(at, _)| at);
        let first = found.next()?;
        if let Some(second) = found.next() {
            let (one, other) = (first + 1, second + 1);
            let what = match self.contents.quotable {
                true => format!("`{name}` is the name of columns {one} and {other} of {}", self.named.file),
                false => format!("columns {one} and {other} of {} have the same name", self.named.file),
            };
            self.at_header(what, Some("leave one of them out, or give it another name".to_owned()));
        }
        Some(first)
    }

    /// Reports a column that is missing.
    pub(super) fn no_column(&self, name: &str) {
        let columns: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let capitals = columns.iter().find(|column| column.eq_ignore_ascii_case(name));
        let hint = match columns[..] {
            [only] if only.contains([';', '\t']) => Some(
                "separate the columns by commas, or say what separates them in a first line such as `sep=;`".to_owned(),
            ),
            _ if !self.contents.quotable => None,
            _ => match capitals {
                Some(column) => Some(format!("write `{name}` instead of `{column}`")),
                None => suggestion(name, columns.iter().copied()).or_else(|| Some(enumeration(&columns))),
            },
        };
        self.at_header(format!("{} has no column `{name}`", self.named.file), hint);
    }

    /// Reports two columns of which one is enough.
    pub(super) fn either(&self, one: &str, other: &str) {
        let what = format!("{} has both columns, `{one}` and `{other}`", self.named.file);
        self.at_header(what, Some("leave one of them out: it is not clear which one counts".to_owned()));
    }

    /// The columns that are not among these. Those that look like one of them are reported.
    pub(super) fn others(&self, known: &[&str]) -> Vec<String> {
        let mut others = Vec::new();
        let others_of = self.header.iter().filter(|column| !column.is_empty() && !known.contains(&column.as_str()));
        for column in others_of {
            let absent: Vec<&str> =
                known.iter().copied().filter(|name| !self.header.iter().any(|it| it == name)).collect();
            let meant = nearest(&column.to_lowercase(), &absent)
                .or_else(|| absent.iter().copied().find(|name| column.eq_ignore_ascii_case(name)));
            match meant.filter(|_| self.contents.quotable) {
                Some(name) => {
                    let what = format!("`{column}` is not a column of {}", self.named.file);
                    self.at_header(what, Some(format!("did you mean `{name}`?")));
                }
                None if self.contents.quotable => others.push(column.clone()),
                None => {}
            }
        }
        others
    }

    /// Reports a cell: its name and `what` make a sentence.
    pub(super) fn wrong(&self, row: &Row<'_>, column: usize, what: &str) {
        // There may be millions.
        if self.problems.get() >= PROBLEMS_MAX {
            return;
        }
        let cell = row.cells.get(column);
        let title = match cell {
            Some(cell) if self.contents.quotable => {
                format!("`{}` in column `{}` {what}", cell.text.escape_debug(), self.header[column])
            }
            _ if self.contents.quotable => format!("the cell in column `{}` {what}", self.header[column]),
            // The reason may have a part of the cell.
            _ => format!("the cell in column {} {}", column + 1, what.split(": ").next().unwrap_or(what)),
        };
        let start = row.cells[0].place.start;
        let place = cell.map_or_else(|| self.whole_line(start), |cell| cell.place.clone());
        // The row may have begun in a line before.
        let line = row.line + line_ends(&self.text()[start..place.start.max(start)]);
        self.report(line, place, title, None);
    }

    fn fault(&self, fault: &Fault) {
        let what = format!("{} {}", self.named.file, fault.what);
        self.report(fault.line, fault.place.clone(), what, Some(fault.hint.to_owned()));
    }

    fn at_header(&self, what: String, hint: Option<String>) {
        let (mut rows, mut cells) = (Rows::new(self.text()), Vec::new());
        if let Ok(Some(line)) = rows.next(&mut cells) {
            self.report(line, self.whole_line(cells[0].place.start), what, hint);
        }
    }

    /// The line of a byte.
    fn whole_line(&self, byte: usize) -> Range<usize> {
        let text = self.text();
        let start = text[..byte].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let end = text[byte..].find(['\n', '\r']).map_or(text.len(), |length| byte + length);
        start..end
    }

    fn report(&self, line: usize, place: Range<usize>, what: String, hint: Option<String>) {
        self.problems.set(self.problems.get() + 1);
        if self.problems.get() > PROBLEMS_MAX {
            return;
        }
        let (text, place) = match self.contents.quotable {
            true => self.excerpt(place),
            false => (String::new(), 0..0),
        };
        let mut problem = Problem::new(self.named.place.clone(), what, "named here");
        problem = problem.elsewhere(Elsewhere { file: self.named.file.to_owned(), line, text, place, typed: false });
        problem.hint = hint;
        if self.problems.get() == PROBLEMS_MAX {
            let file = self.named.file;
            problem.hint = Some(format!("there may be more like this in {file}; only {PROBLEMS_MAX} are shown"));
        }
        self.named.reports.add(problem);
    }

    /// The line of a place and the place in it; of a very long line only what is near.
    fn excerpt(&self, place: Range<usize>) -> (String, Range<usize>) {
        const NEAR: usize = 400;
        let text = self.text();
        let line = self.whole_line(place.start);
        let boundary = |mut byte: usize| {
            while !text.is_char_boundary(byte) {
                byte -= 1;
            }
            byte
        };
        let end = if line.end - place.start > NEAR { boundary(place.start + NEAR) } else { line.end };
        // From its beginning if possible: columns are counted from there.
        let start = if place.start - line.start > NEAR { boundary(place.start - NEAR) } else { line.start };
        (text[start..end].to_owned(), place.start - start..place.end.min(end) - start)
    }

    /// Whether no problem of this file has been reported.
    pub(super) fn is_sound(&self) -> bool {
        self.problems.get() == 0
    }
}

/// The number of line ends in a text.
fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).filter(ends).count()
}

impl Named<'_> {
    fn refuse<T>(&self, why: &str) -> Option<T> {
        self.reports.add(Problem::new(self.place.clone(), format!("{} {why}", self.file), ""));
        None
    }
}
