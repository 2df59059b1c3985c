//! The formats in which a page can be drawn. To add one: its file, and a row in each of the functions here.

use super::page::Page;
use super::text::Ink;
#[cfg(feature = "xlsx")]
use super::xlsx;
use super::{csv, dot, json, junit, markdown, mermaid, sarif, text};

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
}

impl Format {
    /// What every page can be drawn as. Of the others, a page says which it has something for.
    pub const EVERY: [Format; 4] = [Format::Table, Format::Csv, Format::Json, Format::Md];

    /// All of them.
    const ALL: [Format; 9] = [
        Format::Table,
        Format::Csv,
        Format::Json,
        Format::Md,
        Format::Xlsx,
        Format::Junit,
        Format::Sarif,
        Format::Dot,
        Format::Mermaid,
    ];

    /// By which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Md => "md",
            Format::Xlsx => "xlsx",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Dot => "dot",
            Format::Mermaid => "mermaid",
        }
    }

    /// What it is for.
    pub const fn meaning(self) -> &'static str {
        match self {
            Format::Table => "For people",
            Format::Csv => "For spreadsheets, with all digits",
            Format::Json => "For programs, with all digits",
            Format::Md => "For pull requests and wikis",
            Format::Xlsx => {
                "A workbook with a sheet for each table, and charts, as one more file beside the table that is printed; with \
                 --no-files it is printed itself"
            }
            Format::Junit => "JUnit XML, for pipelines",
            Format::Sarif => "The findings as SARIF 2.1.0, for code review tools",
            Format::Dot => "A picture for Graphviz",
            Format::Mermaid => "A picture for Mermaid",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Draws a page.
///
/// # Errors
/// What does not fit into that format, or that the page has nothing for it.
pub fn draw(page: &Page<'_>, format: Format, ink: Ink) -> Result<Vec<u8>, String> {
    let nothing = || format!("{} has nothing to draw as {}", page.name, format.name());
    Ok(match format {
        Format::Table => text::draw(page, ink).into_bytes(),
        Format::Csv => csv::csv(page.rows().ok_or_else(nothing)?),
        Format::Json => match (&page.document, page.rows()) {
            (Some(document), _) => document.draw(),
            (None, rows) => json::rows(rows.ok_or_else(nothing)?),
        },
        Format::Md => markdown::draw(page).into_bytes(),
        #[cfg(feature = "xlsx")]
        Format::Xlsx => xlsx::draw(page)?,
        #[cfg(not(feature = "xlsx"))]
        Format::Xlsx => return Err("this copy of ctisim was built without workbooks".to_owned()),
        Format::Junit => junit::draw(page.tests.as_ref().ok_or_else(nothing)?),
        Format::Sarif => sarif::draw(page.findings.as_ref().ok_or_else(nothing)?),
        Format::Dot => dot::draw(page.graph.as_ref().ok_or_else(nothing)?).into_bytes(),
        Format::Mermaid => mermaid::draw(page.graph.as_ref().ok_or_else(nothing)?).into_bytes(),
    })
}
