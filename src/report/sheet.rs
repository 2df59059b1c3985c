//! A table for spreadsheets and programs: named columns, and cells that know whether they are a number or a text.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::csv::{cell, csv_of};
use crate::analysis::{Cell, full};

impl Cell {
    /// As it stands in a CSV file.
    fn written(&self) -> String {
        match self {
            Cell::Whole(number) => number.to_string(),
            Cell::Number(number) => full(*number),
            Cell::Text(text) => cell(text),
            Cell::Missing => String::new(),
        }
    }
}

/// A table. Its rows are made when they are asked for: a study may have a hundred thousand.
pub struct Sheet<'a> {
    /// What it is called; its file is `<name>.csv`.
    pub name: &'static str,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with a cell for each column.
    pub rows: Box<dyn Iterator<Item = Vec<Cell>> + 'a>,
}

impl<'a> Sheet<'a> {
    /// A table of these columns and rows.
    pub fn new(
        name: &'static str,
        columns: impl IntoIterator<Item = impl Into<String>>,
        rows: impl IntoIterator<Item = Vec<Cell>, IntoIter: 'a>,
    ) -> Sheet<'a> {
        let columns = columns.into_iter().map(Into::into).collect();
        Sheet { name, columns, rows: Box::new(rows.into_iter()) }
    }

    /// As CSV (RFC 4180).
    pub fn csv(self) -> Vec<u8> {
        let head = self.columns.iter().map(|name| cell(name)).collect();
        csv_of(std::iter::once(head).chain(self.rows.map(|row| row.iter().map(Cell::written).collect())))
    }

    /// As a JSON array of objects, one a row, with a member a column; what is missing is `null`.
    pub fn json(self) -> Vec<u8> {
        struct Object<'a>(&'a [String], Vec<Cell>);
        impl Serialize for Object<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut members = serializer.serialize_map(Some(self.0.len()))?;
                for (name, cell) in self.0.iter().zip(&self.1) {
                    members.serialize_entry(name, cell)?;
                }
                members.end()
            }
        }
        let rows: Vec<Object> = self.rows.map(|row| Object(&self.columns, row)).collect();
        let mut json = serde_json::to_vec_pretty(&rows).expect("numbers and texts are JSON");
        json.push(b'\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet<'static> {
        let row = |name: &str, value: Option<f64>| vec![name.into(), Cell::Whole(u64::MAX), value.into()];
        Sheet::new("s", ["=name", "whole", "value"], [row("-1", Some(0.1 + 0.2)), row("a,b", None)])
    }

    #[test]
    fn a_table_as_files_have_it() {
        let csv = String::from_utf8(sheet().csv()).unwrap();
        assert_eq!(
            csv,
            "'=name,whole,value\r\n'-1,18446744073709551615,0.30000000000000004\r\n\"a,b\",18446744073709551615,\r\n"
        );
        let json: serde_json::Value = serde_json::from_slice(&sheet().json()).unwrap();
        assert_eq!(
            json,
            serde_json::json!([
                {"=name": "-1", "whole": u64::MAX, "value": 0.1 + 0.2},
                {"=name": "a,b", "whole": u64::MAX, "value": null},
            ])
        );
    }

    #[test]
    fn a_cell_comes_back_as_it_was() {
        for cell in [
            Cell::Whole(u64::MAX),
            Cell::Number(1.0),
            Cell::Number(5e-324),
            Cell::Number(0.1 + 0.2),
            Cell::Number(1.797_693_134_862_315_7e308),
            Cell::Text("1".into()),
            Cell::Missing,
        ] {
            let json = serde_json::to_string(&cell).unwrap();
            assert_eq!(serde_json::from_str::<Cell>(&json).unwrap(), cell, "{json}");
        }
    }
}
