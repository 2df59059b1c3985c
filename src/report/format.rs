//! The formats in which a page can be drawn. To add one takes its file, and a line in each of the functions here: it is
//! offered by every command as soon as it is one of [`Format::EVERY`].

mod canvas;
mod cdr;
mod colours;
mod csv;
mod dot;
mod drawing;
mod html;
mod json;
mod junit;
mod ladder;
mod markdown;
mod mermaid;
#[cfg(feature = "png")]
mod png;
mod sarif;
mod svg;
mod text;
#[cfg(feature = "xlsx")]
mod xlsx;

use super::document::pretty;
use super::kept::Report;
use super::page::Page;

pub use crate::workload::Ink;
pub use canvas::Canvas;
pub use cdr::{INTERVAL, Rows, cdr_columns_filled, cdr_file, cdr_head};
pub use csv::csv;
pub(super) use csv::safe;
pub use svg::{PictureSize, svg};

/// What a page is drawn as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Tables and sentences for people.
    #[default]
    Table,
    /// The rows of a sheet.
    Csv,
    /// The same, or all there is, for programs.
    Json,
    /// For pull requests and wikis.
    Md,
    /// A page that needs nothing else.
    Html,
    /// A workbook.
    Xlsx,
    /// Tests for pipelines.
    Junit,
    /// Findings for code review tools.
    Sarif,
    /// A picture for Graphviz.
    Dot,
    /// A picture for Mermaid.
    Mermaid,
    /// A picture for slides and documents.
    Svg,
    /// A trace for Perfetto and speedscope.
    Trace,
    /// A JSON object a line.
    Jsonl,
}

impl Format {
    /// What every page can be drawn as. Of the others, a page says which it has something for.
    pub const EVERY: [Format; 4] = [Format::Table, Format::Csv, Format::Json, Format::Md];

    /// By which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Md => "md",
            Format::Html => "html",
            Format::Xlsx => "xlsx",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Dot => "dot",
            Format::Mermaid => "mermaid",
            Format::Svg => "svg",
            Format::Trace => "trace",
            Format::Jsonl => "jsonl",
        }
    }

    /// What it is for.
    pub const fn meaning(self) -> &'static str {
        match self {
            Format::Table => "For people",
            Format::Csv => "For spreadsheets, with all digits",
            Format::Json => "For programs, with all digits",
            Format::Md => "For pull requests and wikis",
            Format::Html => "A page that opens without a network, with charts; `--html` writes it to a file",
            Format::Xlsx => {
                "A workbook with a sheet for each table, and charts, as one more file beside the table that is printed; with \
                 --no-files it is printed itself"
            }
            Format::Junit => "JUnit XML, for pipelines",
            Format::Sarif => "The findings as SARIF 2.1.0, for code review tools",
            Format::Dot => "A picture for Graphviz",
            Format::Mermaid => "A picture for Mermaid",
            Format::Svg => "A picture for slides and documents",
            Format::Trace => "A trace in the form of Chrome, for Perfetto and speedscope",
            Format::Jsonl => "For programs, an object a line, with times in nanoseconds",
        }
    }
}

/// Draws a page.
///
/// # Errors
/// What does not fit into that format, or that the page has nothing for it.
pub fn draw(page: &Page<'_>, format: Format, canvas: impl Into<Canvas>) -> Result<Vec<u8>, String> {
    let nothing = || format!("{} has nothing to draw as {}", page.name, format.name());
    Ok(match format {
        Format::Table => text::draw(page, canvas.into()).into_bytes(),
        Format::Csv => match (page.rows(), &page.ladder) {
            (Some(rows), _) => csv::csv(rows),
            (None, ladder) => csv::csv(&ladder::lines::sheet(ladder.as_ref().ok_or_else(nothing)?)),
        },
        Format::Json => match (&page.document, page.rows(), &page.ladder) {
            (Some(document), _, _) => document.bytes(),
            (None, Some(rows), _) => json::rows(rows),
            (None, None, ladder) => pretty(ladder.as_ref().ok_or_else(nothing)?),
        },
        Format::Md => markdown::draw(page).into_bytes(),
        Format::Html => page_html(&page.report().ok_or_else(nothing)?),
        #[cfg(feature = "xlsx")]
        Format::Xlsx => xlsx::draw(page)?,
        #[cfg(not(feature = "xlsx"))]
        Format::Xlsx => return Err("this copy of ctisim was built without workbooks".to_owned()),
        Format::Junit => junit::draw(page.tests.as_ref().ok_or_else(nothing)?),
        Format::Sarif => sarif::draw(page.findings.as_ref().ok_or_else(nothing)?),
        Format::Dot => dot::draw(page.graph.as_ref().ok_or_else(nothing)?).into_bytes(),
        Format::Mermaid => match (&page.graph, &page.ladder) {
            (Some(graph), _) => mermaid::draw(graph).into_bytes(),
            (None, ladder) => ladder::mermaid::draw(ladder.as_ref().ok_or_else(nothing)?).into_bytes(),
        },
        Format::Svg => svg::svg_of_ladder(page.ladder.as_ref().ok_or_else(nothing)?),
        Format::Trace => ladder::trace::draw(page.ladder.as_ref().ok_or_else(nothing)?),
        Format::Jsonl => ladder::lines::draw(page.ladder.as_ref().ok_or_else(nothing)?),
    })
}

/// An SVG picture as PNG, this many pixels wide: the same bytes on every machine.
///
/// # Errors
/// What is wrong with the picture, which letters cannot be drawn, or that the program was built without PNG.
pub fn png(svg: &[u8], width: u32) -> Result<Vec<u8>, String> {
    #[cfg(feature = "png")]
    return png::png(svg, width);
    #[cfg(not(feature = "png"))]
    return Err(format!("this copy of ctisim was built without PNG, and cannot draw {} bytes {width} wide", svg.len()));
}

/// A report as one HTML file that needs nothing else.
pub fn page_html(report: &Report) -> Vec<u8> {
    html::draw(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Cell;
    use crate::report::page::{Case, Extent, Rank, Suite, Tested};
    use crate::report::sheet::Sheet;
    use crate::report::table::{Entry, Table, Tone};

    fn page() -> Page<'static> {
        let mut page = Page::new("site");
        let report = page.section(Extent::Report);
        report.paragraph("site: two things");
        report.note("What of it?");
        page.section(Extent::Excerpt).heading(Rank::Chapter, "site");
        let both = page.section(Extent::Both);
        let mut table = Table::of_numbers(["thing", "number", "95 % interval", "verdict"]);
        let good = || Entry::verdict(Tone::Good, "met");
        table.row(["a|b".into(), Entry::number(0.5, "ratio", |_| "50 %".into()), Entry::missing(""), good()]);
        let number = |value: f64| value.to_string();
        table.row([
            "c".into(),
            Entry::number(7.0, "count", number),
            Entry::interval(6.0, 8.0, "count", number),
            good(),
        ]);
        both.table(table);
        both.note("That is all.");
        both.table(Table::of_words(["nothing"]));
        page.sheets = vec![Sheet::new("things", ["thing", "number"], || [vec![Cell::from("a|b"), Cell::from(0.5)]])];
        page
    }

    fn drawn(format: Format) -> String {
        String::from_utf8(draw(&page(), format, Ink::Plain).unwrap()).unwrap()
    }

    #[test]
    fn a_page_for_people() {
        let report = "site: two things\nWhat of it?\n\nthing  number  95 % interval  verdict\n\
                      a|b      50 %                     met\nc           7         [6, 8]      met\nThat is all.\n";
        assert_eq!(drawn(Format::Table), report);
        let excerpt = "## site\n\n| thing | number | 95 % interval | verdict |\n|---|--:|--:|--:|\n\
                       | a\\|b | 50 % |  | met |\n| c | 7 | [6, 8] | met |\n\nThat is all.\n";
        assert_eq!(drawn(Format::Md), excerpt);
    }

    /// Names come from files of others, also where they stand in a verdict, a caption, the head of a column or a test.
    #[test]
    fn no_part_of_a_page_has_what_a_terminal_would_obey() {
        const ESCAPE: &str = "\u{1b}[31m\u{202e}";
        let mut page = Page::new("site");
        let mut table = Table::of_words([ESCAPE, "verdict"]);
        table.caption = Some(ESCAPE.to_owned());
        table.row([ESCAPE.into(), Entry::verdict(Tone::Bad, ESCAPE)]);
        page.section(Extent::Both).table(table);
        let case = Case { name: ESCAPE.into(), result: Tested::Failed, verdict: "regression", words: ESCAPE.into() };
        page.tests = Some(Suite { command: "gate", name: ESCAPE.into(), cases: vec![case] });
        for (format, times) in [(Format::Table, 4), (Format::Md, 4), (Format::Junit, 4)] {
            let drawn = String::from_utf8(draw(&page, format, Ink::Plain).unwrap()).unwrap();
            assert_eq!(drawn.matches("\\u{1b}[31m\\u{202e}").count(), times, "{drawn}");
            assert!(!drawn.contains(['\u{1b}', '\u{202e}']), "{drawn:?}");
        }
    }

    #[test]
    fn a_page_for_programs() {
        assert_eq!(drawn(Format::Csv), "thing,number\r\na|b,0.5\r\n");
        let json: serde_json::Value = serde_json::from_str(&drawn(Format::Json)).unwrap();
        assert_eq!(json, serde_json::json!([{ "thing": "a|b", "number": 0.5 }]));
        for format in Format::EVERY {
            assert!(!drawn(format).is_empty(), "{format:?}");
        }
        let nothing = draw(&page(), Format::Sarif, Ink::Plain).unwrap_err();
        assert_eq!(nothing, "site has nothing to draw as sarif");
    }
}
