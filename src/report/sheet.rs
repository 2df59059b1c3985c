//! A table for spreadsheets and programs: named columns, and cells that know whether they are a number or a text.

use crate::analysis::Cell;

/// The rows of a sheet, each with a cell for each column.
pub type SheetRows<'a> = Box<dyn Iterator<Item = Vec<Cell>> + 'a>;

/// A table. Its rows are made on demand: a study may have a hundred thousand.
pub struct Sheet<'a> {
    /// Its name; its file is `<name>.csv`.
    pub name: &'static str,
    /// The names of its columns.
    pub columns: Vec<String>,
    rows: Box<dyn Fn() -> SheetRows<'a> + 'a>,
}

impl<'a> Sheet<'a> {
    /// A table of these columns, with the rows that `rows` makes.
    pub fn new<Made: IntoIterator<Item = Vec<Cell>, IntoIter: 'a>>(
        name: &'static str,
        columns: impl IntoIterator<Item = impl Into<String>>,
        rows: impl Fn() -> Made + 'a,
    ) -> Sheet<'a> {
        let columns = columns.into_iter().map(Into::into).collect();
        Sheet { name, columns, rows: Box::new(move || Box::new(rows().into_iter())) }
    }

    /// Its rows.
    pub fn rows(&self) -> SheetRows<'a> {
        (self.rows)()
    }
}
