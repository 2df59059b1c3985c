//! A page as Markdown, for pull requests and wikis.

use super::drawing::told::Told;
use super::ladder::mermaid;
use crate::report::page::{Block, Excerpt, Extent, Page, Rank};
use crate::report::table::{Entry, Holds, Table};
use crate::workload::Ink;

/// The excerpt, block below block with an empty line between.
pub(super) fn draw(page: &Page<'_>) -> String {
    let mut text = String::new();
    let mut in_paragraph = false;
    page.each_block(Extent::Excerpt, |block| {
        let goes_on = in_paragraph && matches!(block, Block::Note(_));
        if !text.is_empty() && !goes_on {
            text.push('\n');
        }
        in_paragraph = matches!(block, Block::Paragraph(_) | Block::Note(_));
        match block {
            Block::Heading(Rank::Chapter, words) => text += &format!("## {words}\n"),
            Block::Heading(Rank::Section, words) => text += &format!("### {words}\n"),
            Block::Paragraph(words) | Block::Note(words) => text += &format!("{words}\n"),
            Block::Table(drawn) => text += &table(drawn),
            Block::Excerpt(Excerpt { problem, file, text: source }) => {
                text += &format!("```text\n{}\n```\n", problem.render(file, source, Ink::Plain).trim_end());
            }
        }
    });
    if let Some(ladder) = &page.ladder {
        let gap = if text.is_empty() { "" } else { "\n" };
        text += &format!("{gap}```mermaid\n{}```\n", mermaid::draw(ladder));
        for parts in Told::of(ladder, 0, 0).tables() {
            text += &format!("\n{}", table(&parts));
        }
    }
    text
}

fn table(table: &Table) -> String {
    let mut text = table.caption.iter().map(|caption| format!("{caption}\n\n")).collect::<String>();
    text += &line(table.columns.iter().map(|column| &*column.name));
    text += &table
        .columns
        .iter()
        .map(|column| if column.holds == Holds::Numbers { "|--:" } else { "|---" })
        .collect::<String>();
    text += "|\n";
    for row in table.rows.iter().filter(|row| !row.is_empty()) {
        text += &line(row.iter().map(Entry::words));
    }
    text
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}
