//! The first sheet: the question and the answer.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use crate::report::kept::{Piece, Report, Sentence};
use crate::report::table::Tone;
use crate::workload::shown;

use super::paper::Paper;

/// The name of the sheet.
const NAME: &str = "report";

/// The width of what something is, and of what there is to say, in letters.
const WIDTHS: [f64; 2] = [30.0, 106.0];

/// How many letters of a text certainly fit into a line, and how high that is, in points. Not every spreadsheet makes rows as high as
/// their text.
const LETTERS: usize = 95;
const LINE: f64 = 15.0;

/// Writes it.
pub(super) fn put(sheet: &mut Worksheet, report: &Report, paper: &Paper) -> Result<(), XlsxError> {
    sheet.set_name(NAME)?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let plain = Format::new().set_align(FormatAlign::Top);
    let (bold, wrapped) = (plain.clone().set_bold(), plain.clone().set_text_wrap());
    let mut row = 0;
    let mut line = |left: &str, format: &Format, right: &str| {
        sheet.write_string_with_format(row, 0, shown(left), format)?;
        sheet.write_string_with_format(row, 1, shown(right), &wrapped)?;
        let lines = right.chars().count().div_ceil(LETTERS).max(1);
        if lines > 1 {
            sheet.set_row_height(row, LINE * lines as f64)?;
        }
        row += 1;
        Ok::<(), XlsxError>(())
    };
    line(&report.question, &bold.clone().set_font_size(14), "")?;
    line(&report.about, &plain, "")?;
    line("", &plain, "")?;
    for verdict in &report.verdicts {
        line(&verdict.words, &toned(&bold, verdict.tone), &verdict.about)?;
    }
    for (heading, sentences) in
        [("What happened", &report.answer), ("What to do", &report.advice), ("To be surer", &report.surer)]
    {
        for (at, sentence) in sentences.iter().enumerate() {
            line(if at == 0 { heading } else { "" }, &bold, &words(sentence))?;
        }
    }
    for figure in &report.figures {
        let about = if figure.about.is_empty() { String::new() } else { format!(" ({})", figure.about) };
        line(&figure.name, &toned(&bold, figure.tone), &format!("{}{about}", figure.value))?;
    }
    line("", &plain, "")?;
    line("The same bytes again", &bold, &report.command)?;
    line("Version of ctisim", &bold, &report.version)?;
    if let Some(digest) = &report.digest {
        line("Digest of the workload", &bold, digest)?;
    }
    paper.set(sheet, "");
    sheet.set_print_area(0, 0, row - 1, 1)?.set_print_fit_to_pages(1, 0);
    Ok(())
}

fn words(sentence: &Sentence) -> String {
    let words = sentence.0.iter().map(|piece| match piece {
        Piece::Plain(words) | Piece::Strong(words) | Piece::Code(words) => words.as_str(),
    });
    words.collect()
}

fn toned(format: &Format, tone: Tone) -> Format {
    match tone {
        Tone::Good => format.clone().set_font_color("#2A6B17"),
        Tone::Bad => format.clone().set_font_color("#A32015"),
        Tone::Open => format.clone().set_font_color("#8A5A00"),
        Tone::Plain => format.clone(),
    }
}
