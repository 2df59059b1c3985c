//! Cells, as a spreadsheet holds them: numbers with all their digits, and texts that are no formulas.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::analysis::Cell;
use crate::workload::shown;

/// How wide a column is at most, in pixels: what is longer is there, but need not be seen.
pub(super) const WIDEST: u32 = 260;

/// Writes a row, and notes how many letters its cells take.
pub(super) fn put_row(
    sheet: &mut Worksheet,
    row: u32,
    left: u16,
    cells: impl IntoIterator<Item = Cell>,
    format: &Format,
    widths: &mut [usize],
) -> Result<(), XlsxError> {
    for ((column, cell), width) in (left..).zip(cells).zip(widths) {
        *width = put(sheet, row, column, cell, format)?.max(*width);
    }
    Ok(())
}

/// Writes a cell. Returns how many letters it takes.
pub(super) fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Cell,
    format: &Format,
) -> Result<usize, XlsxError> {
    /// Beyond it a spreadsheet's numbers do not tell every whole one.
    const EXACT: u64 = 1 << 53;
    let letters = match cell {
        Cell::Whole(number) if number > EXACT => {
            sheet.write_string_with_format(row, column, number.to_string(), format)?;
            20
        }
        Cell::Whole(number) => {
            sheet.write_number_with_format(row, column, number as f64, format)?;
            number.to_string().len()
        }
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, number + 0.0, format)?;
            number.to_string().len()
        }
        Cell::Text(text) | Cell::Clock(text) => {
            let text = shown(&text);
            sheet.write_string_with_format(row, column, &*text, format)?;
            text.chars().count()
        }
        Cell::Missing => 0,
    };
    Ok(letters)
}
