//! How sheets come out of a printer: A4 across, one page wide, with the workload above and the number of the page below. A table
//! may have hundreds of columns and thousands of rows, which nobody reads on paper: it is cut, and the foot of the page says so.

use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::workload::shown;

/// How many rows of a table are printed at most.
pub(super) const ROWS_ON_PAPER: u32 = 90;

/// How many letters of usual size fit beside each other where a page can still be read.
const LETTERS_ON_PAPER: usize = 230;

/// How many letters a column takes at least and at most, with the arrow of its filter.
const COLUMN_LETTERS: (usize, usize) = (8, 36);

/// What all sheets of a workbook have on paper.
pub(super) struct Paper {
    head: String,
}

impl Paper {
    /// That of a page with this name.
    pub(super) fn of(name: &str) -> Paper {
        /// Spreadsheets take 255 letters for the whole head.
        const LONGEST: usize = 80;
        let name: String = shown(name).chars().take(LONGEST).collect();
        Paper { head: format!("&L{}&R&A", literal(&name)) }
    }

    /// A4 across, with this at the foot.
    pub(super) fn set(&self, sheet: &mut Worksheet, foot: &str) {
        /// The number of A4.
        const A4: u8 = 9;
        sheet.set_paper_size(A4).set_landscape().set_margins(0.5, 0.5, 0.7, 0.6, 0.3, 0.3);
        sheet.set_header(&self.head).set_footer(format!("&L{}&RPage &P of &N", literal(foot)));
    }

    /// One page wide; the first `heads` rows stand on every page.
    pub(super) fn set_table(
        &self,
        sheet: &mut Worksheet,
        widths: &[usize],
        rows: u32,
        heads: u32,
        most: u32,
    ) -> Result<(), XlsxError> {
        let columns = fitting(widths);
        let printed = rows.min(heads + most);
        self.set(sheet, &cut((columns, widths.len()), (printed.saturating_sub(heads), rows.saturating_sub(heads))));
        sheet.set_print_fit_to_pages(1, 0);
        if columns > 0 && rows > 0 {
            sheet.set_print_area(0, 0, printed - 1, columns as u16 - 1)?;
            sheet.set_repeat_rows(0, heads - 1)?;
        }
        Ok(())
    }
}

/// How many of these columns fit on a page.
fn fitting(widths: &[usize]) -> usize {
    let (least, most) = COLUMN_LETTERS;
    let mut letters = 0;
    let fits = |width: &&usize| {
        letters += (**width).clamp(least, most);
        letters <= LETTERS_ON_PAPER
    };
    widths.iter().take_while(fits).count()
}

/// What is not on paper.
fn cut(columns: (usize, usize), rows: (u32, u32)) -> String {
    let columns = (columns.0 < columns.1).then(|| format!("{} of {} columns", columns.0, columns.1));
    let rows = (rows.0 < rows.1).then(|| format!("{} of {} rows", rows.0, rows.1));
    match [columns, rows].into_iter().flatten().collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => none,
        cut => format!("The first {cut}; the others are in the file"),
    }
}

/// A text in the head or at the foot of a page, where `&` begins a code.
fn literal(text: &str) -> String {
    text.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 230 letters: six columns of 36 are 216, a seventh is too much; 28 of 8 are 224.
    #[test]
    fn as_many_columns_are_printed_as_can_be_read() {
        assert_eq!(fitting(&[100; 10]), 6);
        assert_eq!(fitting(&[1; 300]), 28);
        assert_eq!(fitting(&[20, 20]), 2);
        assert_eq!(fitting(&[]), 0);
    }

    #[test]
    fn what_is_cut_is_said() {
        assert_eq!(cut((6, 6), (90, 90)), "");
        assert_eq!(cut((6, 300), (50, 50)), "The first 6 of 300 columns; the others are in the file");
        let both = "The first 6 of 7 columns, 90 of 1000 rows; the others are in the file";
        assert_eq!(cut((6, 7), (90, 1000)), both);
    }

    #[test]
    fn a_name_is_no_code() {
        assert_eq!(Paper::of("a&P b").head, "&La&&P b&R&A");
    }
}
