//! Rows of text as CSV has them.

/// A name as the text of a cell. Spreadsheets run what begins like a formula, and make a number, a date, a time or a truth
/// value of what looks like one; an apostrophe in front keeps it a text.
pub(super) fn cell(text: &str) -> String {
    if is_taken_for_more(text) { format!("'{text}") } else { text.to_owned() }
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

/// Rows as RFC 4180 has them.
pub(super) fn csv_of(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows have one length and memory does not fail");
    }
    writer.into_inner().expect("memory does not fail")
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(cell(name), format!("'{name}"));
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
            assert_eq!(cell(name), name);
        }
    }
}
