//! CSV files that a workload refers to, with a header row.

use std::ops::Range;

use super::problem::{Elsewhere, Problem, enumeration, suggestion};
use super::read::Value;

/// More problems in one file than this are likely to have the same cause.
const PROBLEMS_MAX: usize = 5;

/// A table from a file, with the places of its cells.
pub(super) struct Sheet<'a> {
    named: Value<'a>,
    file: &'a str,
    text: String,
    header: Vec<String>,
    rows: Vec<(usize, csv::StringRecord)>,
    problems: std::cell::Cell<usize>,
}

impl<'a> Sheet<'a> {
    /// Reads the file that `named` names.
    pub(super) fn read(named: Value<'a>) -> Option<Sheet<'a>> {
        let Some(file) = named.text() else {
            named.string();
            return None;
        };
        let bytes = match named.context().files.read(file) {
            Ok(bytes) => bytes,
            Err(why) => return refuse(named, format!("{file} {why}")),
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return refuse(named, format!("{file} is not a text file"));
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = match reader.headers() {
            Ok(header) if !header.is_empty() => header.iter().map(str::to_owned).collect(),
            _ => return refuse(named, format!("{file} has no header row")),
        };
        let mut sheet =
            Sheet { named, file, text: text.to_owned(), header, rows: Vec::new(), problems: std::cell::Cell::new(0) };
        for record in reader.into_records() {
            // The text is UTF-8 and rows may have any length, so reading a record cannot fail.
            let Ok(record) = record else { continue };
            let line = record.position().map_or(1, |position| position.line() as usize);
            sheet.rows.push((line, record));
        }
        for (line, record) in &sheet.rows {
            // A comma in place of a decimal point would silently shift everything after it.
            if record.len() > sheet.header.len() {
                let what = format!("this row of {} has more cells than the header row", sheet.file);
                let hint = "write numbers with a decimal point, and quote a cell that contains a comma".to_owned();
                sheet.report(*line, 0..usize::MAX, what, Some(hint));
            }
        }
        Some(sheet)
    }

    /// How many rows there are below the header.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The position of a column, if there is one.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Reports a column that is missing.
    pub(super) fn no_column(&self, name: &str) {
        let columns: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let hint = match columns[..] {
            [only] if only.contains([';', '\t']) => "separate the columns by commas".to_owned(),
            _ => suggestion(name, columns.iter().copied()).unwrap_or_else(|| enumeration(&columns)),
        };
        self.report(1, 0..usize::MAX, format!("{} has no column `{name}`", self.file), Some(hint));
    }

    /// Reports columns that are not used.
    pub(super) fn only_columns(&self, known: &[&str]) {
        for column in &self.header {
            if !known.contains(&column.as_str()) {
                let title = format!("`{column}` is not a column of {}", self.file);
                self.report(1, 0..usize::MAX, title, suggestion(column, known.iter().copied()));
            }
        }
    }

    /// The text of a cell; empty if the row is too short.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows[row].1.get(column).unwrap_or_default()
    }

    /// Reports a cell.
    pub(super) fn wrong(&self, row: usize, column: usize, what: &str) {
        // Finding the line again is slow, and there may be millions of wrong cells.
        if self.problems.get() >= PROBLEMS_MAX {
            return;
        }
        let (line, ref record) = self.rows[row];
        let text = self.line(line);
        // Counting commas finds the cell, unless the row has quotes; then the whole row is shown.
        let before = text.split(',').take(column).map(|cell| cell.len() + 1).sum::<usize>();
        let place = match text.split(',').nth(column) {
            Some(cell) if !text.contains('"') => before..before + cell.len(),
            _ => 0..usize::MAX,
        };
        let cell = record.get(column).unwrap_or_default();
        let title = format!("`{cell}` in column `{}` {what}", self.header[column]);
        self.report(line, place, title, None);
    }

    fn report(&self, line: usize, place: Range<usize>, what: String, hint: Option<String>) {
        self.problems.set(self.problems.get() + 1);
        if self.problems.get() > PROBLEMS_MAX {
            return;
        }
        let text = self.line(line).to_owned();
        let place = place.start.min(text.len())..place.end.min(text.len());
        let mut problem = Problem::new(self.named.place(), what, "named here").elsewhere(Elsewhere {
            file: self.file.to_owned(),
            line,
            text,
            place,
        });
        problem.hint = hint;
        if self.problems.get() == PROBLEMS_MAX {
            problem.hint = Some(format!("there may be more like this in {}; only {PROBLEMS_MAX} are shown", self.file));
        }
        self.named.context().reports.add(problem);
    }

    /// The text of a line, counted from one.
    fn line(&self, line: usize) -> &str {
        self.text.lines().nth(line - 1).unwrap_or_default()
    }

    /// Whether no problem of this file has been reported.
    pub(super) fn is_sound(&self) -> bool {
        self.problems.get() == 0
    }
}

fn refuse<T>(named: Value<'_>, what: String) -> Option<T> {
    named.context().reports.add(Problem::new(named.place(), what, ""));
    None
}
