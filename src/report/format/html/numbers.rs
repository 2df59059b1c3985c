//! The numbers of a chart as a table behind it: every one that is drawn, for people, programs and the script.

use super::Page;
use crate::report::chart::{Plot, Point, Row, Rows, Series};
use crate::report::format::drawing::numbers::{full, six, words};
use crate::report::format::drawing::plot::Plotted;

/// More rows are left to the files.
const MOST_ROWS: usize = 2_000;
/// More series too.
const MOST_SERIES: usize = 24;

impl Page {
    pub(super) fn numbers_of_plot(&mut self, plot: &Plot, plotted: &Plotted) {
        let series = &plot.series[..plot.series.len().min(MOST_SERIES)];
        let rows = table(series);
        if rows.is_empty() {
            return;
        }
        let y_unit = plot.y.unit.as_str();
        self.begin_numbers(y_unit);
        let x_name = if plot.x.name.is_empty() { "at" } else { &plot.x.name };
        self.markup.tag("th").set("scope", "col").words(x_name);
        for series in series {
            self.markup.tag("th").set("scope", "col").words(&series.name);
            if has_edges(series) {
                let edges = if series.edges.is_empty() { &series.name } else { &series.edges };
                for (kind, end) in [("l", "from"), ("h", "to")] {
                    self.markup.tag("th").set("scope", "col").set("data-k", kind).words(&format!("{edges}: {end}"));
                }
            }
        }
        let has_words = series.iter().flat_map(|series| &series.points).any(|point| point.words.is_some());
        if has_words {
            self.markup.tag("th").set("scope", "col").set("data-k", "w").words("");
        }
        self.end_head();
        for (x, row) in rows.iter().take(MOST_ROWS) {
            let at = plotted.x.at(*x).filter(|at| (-0.01..=1.01).contains(at));
            self.markup.tag("tr").set_if("data-p", at.map(|at| (10_000.0 * at).round() as i64)).open();
            self.markup.tag("th").set("scope", "row").open();
            self.markup.tag("data").set("value", full(*x)).words(&words(&plot.x, *x));
            self.markup.end();
            for (series, point) in series.iter().zip(row) {
                self.cell(y_unit, point.and_then(|point| point.y));
                if has_edges(series) {
                    self.cell(y_unit, point.and_then(|point| point.low));
                    self.cell(y_unit, point.and_then(|point| point.high));
                }
            }
            if has_words {
                let said = row.iter().flatten().filter_map(|point| point.words.as_deref());
                self.markup.tag("td").words(&said.collect::<Vec<_>>().join("; "));
            }
            self.markup.end();
        }
        self.end_numbers();
        let left_out = [(rows.len(), MOST_ROWS, "rows"), (plot.series.len(), MOST_SERIES, "series")];
        for (count, most, what) in left_out.into_iter().filter(|(count, most, _)| count > most) {
            self.note(&format!("The first {most} of {count} {what} stand here; the files of the results have all."));
        }
        self.markup.end();
    }

    pub(super) fn numbers_of_rows(&mut self, rows: &Rows) {
        if rows.rows.is_empty() {
            return;
        }
        let y_unit = rows.axis.unit.as_str();
        type Column = (&'static str, &'static str, fn(&Row) -> Option<f64>);
        let columns: [Column; 4] = [
            ("value", "v", |row| row.value),
            ("from", "l", |row| row.low),
            ("to", "h", |row| row.high),
            ("tick", "v", |row| row.tick),
        ];
        let used: Vec<Column> =
            columns.into_iter().filter(|(_, _, of)| rows.rows.iter().any(|row| of(row).is_some())).collect();
        let has_words = rows.rows.iter().any(|row| !row.words.is_empty());
        self.begin_numbers(y_unit);
        self.markup.tag("th").set("scope", "col").words("name");
        for (name, kind, _) in &used {
            self.markup.tag("th").set("scope", "col").set("data-k", kind).words(name);
        }
        if has_words {
            self.markup.tag("th").set("scope", "col").set("data-k", "w").words("");
        }
        self.end_head();
        for row in rows.rows.iter().take(MOST_ROWS) {
            self.markup.open("tr", "");
            self.markup.tag("th").set("scope", "row").words(&row.name);
            for (_, _, of) in &used {
                self.cell(y_unit, of(row));
            }
            if has_words {
                self.markup.tag("td").words(&row.words);
            }
            self.markup.end();
        }
        self.end_numbers();
        if rows.rows.len() > MOST_ROWS {
            self.note(&format!(
                "The first {MOST_ROWS} of {} rows stand here; the files of the results have all.",
                rows.rows.len()
            ));
        }
        self.markup.end();
    }

    /// Opens the table. Its unit stands above it, so that the heads are names as in files.
    fn begin_numbers(&mut self, unit: &str) {
        let unit = match unit {
            // A ratio has its unit at each number.
            "" | "count" | "ratio" => None,
            "percent" => Some("%"),
            unit => Some(unit),
        };
        let name = unit.map_or("The numbers".to_owned(), |unit| format!("The numbers, in {unit}"));
        self.markup.open("details", "");
        self.markup.tag("summary").words(&name);
        self.scrolling(&name);
        let table = self.markup.tag("table").set("id", format_args!("n{}", self.charts));
        table.set_if("data-u", unit.map(|unit| format!(" {unit}"))).open();
        self.markup.open("thead", "");
        self.markup.open("tr", "");
    }

    fn end_head(&mut self) {
        self.markup.end();
        self.markup.end();
        self.markup.open("tbody", "");
    }

    fn end_numbers(&mut self) {
        self.markup.end();
        self.markup.end();
        self.markup.end();
    }

    /// A number: its text has at most six digits, the element all of them.
    fn cell(&mut self, unit: &str, value: Option<f64>) {
        let Some(value) = value else { return self.markup.tag("td").words("") };
        let (text, is_rounded) = match unit {
            "ratio" => (six(100.0 * value).0 + " %", true),
            _ => six(value),
        };
        match is_rounded {
            false => self.markup.tag("td").words(&text),
            true => {
                self.markup.open("td", "");
                self.markup.tag("data").set("value", full(value)).words(&text);
                self.markup.end();
            }
        }
    }
}

fn has_edges(series: &Series) -> bool {
    series.points.iter().any(|point| point.low.is_some() || point.high.is_some())
}

/// The points of all series by place; a series may have several at one.
fn table(series: &[Series]) -> Vec<(f64, Vec<Option<&Point>>)> {
    let mut points: Vec<(f64, usize, usize, &Point)> = Vec::new();
    for (of, series) in series.iter().enumerate() {
        let mut last: Option<(f64, usize)> = None;
        for point in &series.points {
            let number = last.filter(|(x, _)| *x == point.x).map_or(0, |(_, number)| number + 1);
            last = Some((point.x, number));
            points.push((point.x, number, of, point));
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let row = |group: &[(f64, usize, usize, &'_ Point)]| group.first().map(|first| first.0);
    let mut rows: Vec<(f64, Vec<Option<&Point>>)> = Vec::new();
    for group in points.chunk_by(|a, b| a.0 == b.0 && a.1 == b.1) {
        let mut entries = vec![None; series.len()];
        for (_, _, of, point) in group {
            entries[*of] = Some(*point);
        }
        rows.extend(row(group).map(|x| (x, entries)));
    }
    rows
}
