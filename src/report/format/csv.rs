//! A sheet as a CSV file (RFC 4180).

use crate::analysis::{Cell, full};
use crate::report::sheet::Sheet;
use crate::workload::shown;

/// The rows of a sheet below the names of its columns.
pub fn csv(sheet: &Sheet<'_>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let head = sheet.columns.iter().map(|name| safe(name)).collect();
    let rows = sheet.rows().map(|row| row.iter().map(written).collect());
    for row in std::iter::once(head).chain(rows) {
        let row: Vec<String> = row;
        writer.write_record(row).expect("rows have one length and memory does not fail");
    }
    writer.into_inner().expect("memory does not fail")
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Whole(number) => number.to_string(),
        Cell::Number(number) => full(*number),
        Cell::Text(words) => safe(words),
        Cell::Missing => String::new(),
        Cell::Clock(time) => time.clone(),
    }
}

/// A name as the text of a cell. Spreadsheets run what begins like a formula, and make a number, a date, a time or a truth
/// value of what looks like one; an apostrophe in front keeps it a text.
pub(crate) fn safe(text: &str) -> String {
    let text = shown(text);
    if is_taken_for_more(&text) { format!("'{text}") } else { text.into_owned() }
}

/// Whether a spreadsheet may take a text for something else: a formula by how it begins; a truth value; or digits with no
/// words between them but those of numbers (`1E5`), times (`7 pm`) and dates (`1-2`, `SEP2`).
fn is_taken_for_more(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim_start_matches(' ').to_lowercase();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) || ["true", "false"].contains(&text.trim_end()) {
        return true;
    }
    let begins_with_word = text.starts_with(char::is_alphabetic);
    let harmless = |word: &str| {
        let month = word.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(word));
        !month && (begins_with_word || !["e", "am", "pm", "t", "z"].contains(&word))
    };
    let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    text.contains(|c: char| c.is_ascii_digit()) && !words.any(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_as_files_have_it() {
        let row = |name: &str, value: Option<f64>| vec![name.into(), Cell::Whole(u64::MAX), value.into()];
        let rows = move || [row("-1", Some(0.1 + 0.2)), row("a,b", None)];
        let sheet = Sheet::new("s", ["=name", "whole", "value"], rows);
        assert_eq!(
            String::from_utf8(csv(&sheet)).unwrap(),
            "'=name,whole,value\r\n'-1,18446744073709551615,0.30000000000000004\r\n\"a,b\",18446744073709551615,\r\n"
        );
    }

    #[test]
    fn what_a_clock_shows_stays_a_time() {
        let sheet =
            Sheet::new("s", ["clock"], || ["08:00:00", "00:10:00 +1"].map(|it| vec![Cell::Clock(it.to_owned())]));
        assert_eq!(String::from_utf8(csv(&sheet)).unwrap(), "clock\r\n08:00:00\r\n00:10:00 +1\r\n");
    }

    #[test]
    fn names_stay_texts() {
        for name in [
            "=1+1",
            "+49",
            "-1",
            "@x",
            " =1",
            "007",
            "7000",
            "1E5",
            "1-2",
            "3/4",
            "1:30",
            "7 pm",
            "10 %",
            "$5",
            "SEP2",
            "Mar-1",
            "1 January 2026",
            "2026-01-02T03:04:05Z",
            "(5)",
            ".5",
            "true",
            "FALSE",
        ] {
            assert_eq!(safe(name), format!("'{name}"));
        }
        for name in [
            "",
            "sub1",
            "ports-a",
            "welcome 2",
            "3rd-floor",
            "E1",
            "e1-2",
            "march",
            "May",
            "Marchmont 1",
            "5s",
            "1h30m",
            "20000/h",
            "not estimable",
            "v1.2",
            "truest",
            "Büro 2",
        ] {
            assert_eq!(safe(name), name);
        }
    }
}
