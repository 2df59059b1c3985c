//! A page as a workbook (Office Open XML): its sheets, and its charts on the first of them.
//!
//! The same page gives the same bytes: a workbook is dated, and its date is always the same.

use rust_xlsxwriter::{
    Chart as Drawing, ChartFont, ChartLine, ChartMarker, ChartType, DocProperties, ExcelDateTime, Format, Workbook,
    Worksheet, XlsxError,
};

use crate::analysis::Cell;
use crate::report::page::{Band, Chart, Marks, Page, Scale};
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

/// Small tables one below the other, each with its chart beside it.
fn charts(sheet: &mut Worksheet, drawn: &[Chart], head: &Format) -> Result<(), XlsxError> {
    /// How many rows and columns of usual size a chart takes.
    const ROWS: u32 = 22;
    // On paper, no chart is cut in two.
    sheet.set_name(CHARTS)?.set_landscape().set_print_fit_to_pages(1, 0);
    let width = drawn.iter().map(|drawn| drawn.columns.len()).max().unwrap_or(0) as u16;
    let mut top = 0;
    for drawn in drawn {
        put_row(sheet, top, 0, drawn.columns.iter().cloned().map(Cell::Text), head)?;
        for (row, cells) in (top + 1..).zip(&drawn.rows) {
            put_row(sheet, row, 0, cells.iter().cloned(), &Format::default())?;
        }
        sheet.insert_chart(top, width + 1, &chart(drawn, top))?;
        top += ROWS.max(drawn.rows.len() as u32 + 1) + 2;
    }
    sheet.set_autofit_max_width(WIDEST).autofit();
    Ok(())
}

/// The chart of a small table that begins in row `top` of the sheet of charts.
fn chart(drawn: &Chart, top: u32) -> Drawing {
    let mut chart = Drawing::new(match drawn.marks {
        Marks::Columns => ChartType::Column,
        Marks::Line => ChartType::ScatterStraight,
        Marks::LineWithPoints => ChartType::ScatterStraightWithMarkers,
    });
    let (first, last) = (top + 1, top + drawn.rows.len() as u32);
    let columns = drawn.columns.len() as u16;
    for column in 1..columns {
        let series = chart.add_series();
        series
            .set_name((CHARTS, top, column))
            .set_categories((CHARTS, first, 0, last, 0))
            .set_values((CHARTS, first, column, last, column));
        if drawn.axes[1].is_some() && column + 1 == columns {
            series.set_secondary_axis(true);
        }
        if drawn.band == Band::Interval && column > 1 {
            series.set_marker(ChartMarker::new().set_none());
            series.set_format(ChartLine::new().set_width(0.75).set_color("#808080"));
        }
    }
    chart.title().set_name(&*shown(&drawn.title)).set_font(ChartFont::new().set_size(12));
    chart.x_axis().set_name(&drawn.columns[0]);
    if let Some(name) = &drawn.axes[0] {
        chart.y_axis().set_name(name);
    }
    if let Some(name) = &drawn.axes[1] {
        chart.y2_axis().set_name(name);
    }
    if drawn.scale == Scale::Logarithmic {
        chart.y_axis().set_log_base(10);
    }
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
            axes: [Some("ms".into()), None],
            scale: Scale::Logarithmic,
            band: Band::None,
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
}
