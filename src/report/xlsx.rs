//! A page as a workbook (Office Open XML): its sheets, and its charts on the first of them.
//!
//! The same page gives the same bytes: a workbook is dated, and its date is always the same.

use rust_xlsxwriter::{
    Chart as Drawing, ChartFont, ChartLine, ChartMarker, ChartType, DocProperties, ExcelDateTime, Format, Workbook,
    Worksheet, XlsxError,
};

use super::page::{Band, Chart, Marks, Page, Scale};
use crate::analysis::Cell;

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
    charts(workbook.add_worksheet(), &page.charts, &head)?;
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
    chart.title().set_name(&drawn.title).set_font(ChartFont::new().set_size(12));
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
            Cell::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
            Cell::Missing => sheet,
        };
    }
    Ok(())
}
