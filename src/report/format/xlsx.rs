//! A page as a workbook (Office Open XML): its sheets, and its charts on the first of them.
//!
//! The same page gives the same bytes: a workbook is dated, and its date is always the same.

use rust_xlsxwriter::{
    Chart as Drawing, ChartAxisLabelPosition, ChartAxisTickType, ChartFont, ChartLegendPosition, ChartLine,
    ChartMarker, ChartSolidFill, ChartType, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError,
};

use crate::analysis::Cell;
use crate::report::page::{Chart, Drawn, Marks, Page, Scale};
use crate::workload::shown;

/// The workbook of a page.
///
/// # Errors
/// What does not fit into a sheet: more than 1,048,576 rows, for example.
pub(super) fn draw(page: &Page<'_>) -> Result<Vec<u8>, String> {
    written(page).map_err(|error| error.to_string())
}

fn written(page: &Page<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    charts(workbook.add_worksheet(), &page.charts(), &head)?;
    for drawn in &page.sheets {
        let sheet = workbook.add_worksheet().set_name(drawn.name)?;
        let last = drawn.columns.len() as u16 - 1;
        put_row(sheet, 0, 0, drawn.columns.iter().cloned().map(Cell::Text), &head)?;
        let mut count = 0;
        for row in drawn.rows() {
            count += 1;
            put_row(sheet, count, 0, row, &Format::default())?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofilter(0, 0, count, last)?;
        sheet.set_autofit_max_width(WIDEST).autofit();
    }
    workbook.save_to_buffer()
}

/// The name of the first sheet.
const CHARTS: &str = "charts";

/// How wide a column is at most, in pixels: what is longer is there, but need not be seen.
const WIDEST: u32 = 260;

/// Charts one below the other, and to the right of them the small tables they are drawn from.
fn charts(sheet: &mut Worksheet, drawn: &[Chart], head: &Format) -> Result<(), XlsxError> {
    /// How many rows and columns of usual size a chart takes, with some space.
    const ROWS: u32 = 22;
    const COLUMNS: u16 = 12;
    /// How many fit on an upright page.
    const A_PAGE: usize = 2;
    sheet.set_name(CHARTS)?;
    let mut left = COLUMNS;
    for (top, drawn) in (0..).step_by(ROWS as usize).zip(drawn) {
        put_row(sheet, 0, left, drawn.columns.iter().cloned().map(Cell::Text), head)?;
        for (row, cells) in (1..).zip(&drawn.rows) {
            put_row(sheet, row, left, cells.iter().cloned(), &Format::default())?;
        }
        sheet.insert_chart(top + 1, 0, &chart(drawn, left))?;
        left += drawn.columns.len() as u16 + 1;
    }
    if !drawn.is_empty() {
        // On paper there are the charts, and none is cut in two.
        sheet.set_print_area(0, 0, ROWS * drawn.len() as u32 - 1, COLUMNS - 1)?.set_print_scale(68);
        let breaks: Vec<u32> = (A_PAGE..drawn.len()).step_by(A_PAGE).map(|at| ROWS * at as u32).collect();
        sheet.set_page_breaks(&breaks)?;
    }
    sheet.set_autofit_max_width(WIDEST).autofit();
    Ok(())
}

/// The colours of the values of a chart, each with that of its edges; further ones begin anew.
const COLOURS: [[&str; 2]; 4] =
    [["#1F4E9E", "#9DB7E0"], ["#C55A11", "#EDB68C"], ["#3B7D23", "#A6CF92"], ["#7030A0", "#C6A5DC"]];

/// The chart of a small table that begins in this column of the sheet of charts.
fn chart(drawn: &Chart, left: u16) -> Drawing {
    let marks = match drawn.marks {
        Marks::Columns => ChartType::Column,
        Marks::Line => ChartType::Line,
        Marks::LineWithPoints => ChartType::ScatterStraightWithMarkers,
    };
    let (mut chart, mut spans) = (Drawing::new(marks), Drawing::new(ChartType::Column));
    let last = drawn.rows.len() as u32;
    let mut colours = COLOURS.iter().cycle();
    let mut edge = "";
    for (column, how) in (left + 1..).zip(&drawn.drawn) {
        let series = if *how == Drawn::Span { spans.add_series() } else { chart.add_series() };
        series
            .set_name((CHARTS, 0, column))
            .set_categories((CHARTS, 1, left, last, left))
            .set_values((CHARTS, 1, column, last, column));
        match how {
            Drawn::Value => {
                let &[value, lighter] = colours.next().expect("they begin anew");
                edge = lighter;
                if drawn.marks == Marks::Columns {
                    series.set_format(ChartSolidFill::new().set_color(value));
                } else {
                    series.set_format(ChartLine::new().set_width(2).set_color(value));
                }
            }
            Drawn::Edge => {
                series.set_marker(ChartMarker::new().set_none());
                series.set_format(ChartLine::new().set_width(1).set_color(edge));
            }
            Drawn::Span => {
                series.set_secondary_axis(true).set_gap(0);
                series.set_format(ChartSolidFill::new().set_color("#808080").set_transparency(75));
            }
        }
    }
    chart.title().set_name(&*shown(&drawn.title)).set_font(ChartFont::new().set_size(12));
    chart.x_axis().set_name(&drawn.columns[0]);
    chart.y_axis().set_name(&drawn.axis);
    if drawn.marks == Marks::Line {
        // Labels of a dozen rows can be read.
        let interval = (drawn.rows.len() / 12).clamp(1, usize::from(u16::MAX)) as u16;
        chart.x_axis().set_label_interval(interval).set_tick_interval(interval);
    }
    if drawn.drawn.contains(&Drawn::Span) {
        chart.combine(&spans);
        // An axis that is deleted is one that some programs do not heed: this one is there, and shows nothing.
        let none = (ChartAxisLabelPosition::None, ChartAxisTickType::None);
        chart.y2_axis().set_min(0).set_max(1).set_label_position(none.0).set_major_tick_type(none.1);
    }
    if drawn.scale == Scale::Logarithmic {
        chart.y_axis().set_log_base(10);
    }
    let edges = drawn.drawn.iter().enumerate().filter(|(_, how)| **how == Drawn::Edge);
    let edges: Vec<usize> = edges.map(|(at, _)| at).collect();
    chart.legend().set_position(ChartLegendPosition::Bottom).delete_entries(&edges);
    chart.set_width(720).set_height(400);
    chart
}

fn put_row(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cells: impl IntoIterator<Item = Cell>,
    format: &Format,
) -> Result<(), XlsxError> {
    /// Beyond it a spreadsheet's numbers do not tell every whole one.
    const EXACT: u64 = 1 << 53;
    for (column, cell) in (column..).zip(cells) {
        match cell {
            Cell::Whole(number) if number > EXACT => {
                sheet.write_string_with_format(row, column, number.to_string(), format)?
            }
            Cell::Whole(number) => sheet.write_number_with_format(row, column, number as f64, format)?,
            Cell::Number(number) => sheet.write_number_with_format(row, column, number + 0.0, format)?,
            Cell::Text(text) | Cell::Clock(text) => {
                sheet.write_string_with_format(row, column, shown(&text), format)?
            }
            Cell::Missing => sheet,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sheet::Sheet;

    /// The file of that name in an archive, as text.
    fn inside(archive: &[u8], name: &str) -> String {
        let number = |at: usize, bytes: usize| {
            archive[at..at + bytes].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte))
        };
        let entries = (0..archive.len() - 46).filter(|&at| archive[at..].starts_with(b"PK\x01\x02"));
        let mut named = entries.filter(|at| archive[at + 46..at + 46 + number(at + 28, 2)] == *name.as_bytes());
        let entry = named.next().unwrap_or_else(|| panic!("there is no {name}"));
        let (method, length, local) = (number(entry + 10, 2), number(entry + 20, 4), number(entry + 42, 4));
        let begin = local + 30 + number(local + 26, 2) + number(local + 28, 2);
        let bytes = &archive[begin..begin + length];
        let bytes = if method == 8 { miniz_oxide::inflate::decompress_to_vec(bytes).unwrap() } else { bytes.to_vec() };
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_workbook_has_the_numbers_of_its_page() {
        let rows = || [vec!["=1".into(), Cell::Number(0.1 + 0.2)], vec!["b".into(), Cell::Whole(u64::MAX)]];
        let mut page = Page::new("site");
        page.sheets = vec![Sheet::new("things", ["name", "value"], rows)];
        let chart = move || Chart {
            title: "how things are".into(),
            marks: Marks::Columns,
            columns: vec!["name".into(), "value".into()],
            rows: rows().to_vec(),
            drawn: vec![Drawn::Value],
            axis: "ms".into(),
            scale: Scale::Logarithmic,
        };
        page.charts = Some(Box::new(move || vec![chart()]));
        let workbook = draw(&page).unwrap();
        assert!(draw(&page).unwrap() == workbook, "the same page gives the same bytes");
        assert!(inside(&workbook, "xl/workbook.xml").contains("name=\"things\""));
        let sheet = inside(&workbook, "xl/worksheets/sheet2.xml");
        assert!(sheet.contains("<v>0.30000000000000004</v>"), "{sheet}");
        // What a spreadsheet cannot hold exactly as a number is a text, and no text is a formula.
        let texts = inside(&workbook, "xl/sharedStrings.xml");
        assert!(texts.contains("18446744073709551615") && texts.contains("=1"), "{texts}");
        let chart = inside(&workbook, "xl/charts/chart1.xml");
        assert!(chart.contains("how things are") && chart.contains("logBase"), "{chart}");
    }

    /// Three charts: a band and a span are drawn as such, and the third chart begins a page of its own.
    #[test]
    fn charts_show_bands_and_spans_and_no_page_cuts_one() {
        let row = |minute: f64, struck: Option<f64>| {
            let mut row = [minute, 3.0, 1.0, 5.0].map(Cell::Number).to_vec();
            row.push(struck.into());
            row
        };
        let chart = move || Chart {
            title: "calls".into(),
            marks: Marks::Line,
            columns: ["minute", "offered", "offered_p5", "offered_p95", "faults"].map(String::from).to_vec(),
            rows: vec![row(0.0, None), row(1.0, Some(1.0))],
            drawn: vec![Drawn::Value, Drawn::Edge, Drawn::Edge, Drawn::Span],
            axis: "calls".into(),
            scale: Scale::Linear,
        };
        let mut page = Page::new("site");
        page.charts = Some(Box::new(move || vec![chart(), chart(), chart()]));
        let workbook = draw(&page).unwrap();
        let first = inside(&workbook, "xl/charts/chart1.xml");
        let lines = first.split("<c:barChart>").next().unwrap().matches("<c:ser>").count();
        assert_eq!((lines, first.matches("<c:ser>").count()), (3, 4), "{first}");
        assert_eq!(first.matches("9DB7E0").count(), 2, "two edges in a lighter shade: {first}");
        let sheet = inside(&workbook, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("<rowBreaks count=\"1\" manualBreakCount=\"1\"><brk id=\"44\""), "{sheet}");
        assert!(inside(&workbook, "xl/workbook.xml").contains("charts!$A$1:$L$66"));
    }
}
