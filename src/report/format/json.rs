//! The rows of a sheet as JSON.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::analysis::Cell;
use crate::report::document::pretty;
use crate::report::sheet::Sheet;

/// An array of objects, one a row, with a member a column; what is missing is `null`.
pub(super) fn rows(sheet: &Sheet<'_>) -> Vec<u8> {
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
    pretty(&sheet.rows().map(|row| Object(&sheet.columns, row)).collect::<Vec<Object>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_as_programs_have_it() {
        let row = |name: &str, value: Option<f64>| vec![name.into(), Cell::Whole(u64::MAX), value.into()];
        let sheet =
            Sheet::new("s", ["=name", "whole", "value"], move || [row("-1", Some(0.1 + 0.2)), row("a,b", None)]);
        let json: serde_json::Value = serde_json::from_slice(&rows(&sheet)).unwrap();
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
