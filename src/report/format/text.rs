//! A page for a terminal.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table as Drawing, Width, presets};

use crate::report::page::{Block, Entry, Excerpt, Extent, Form, Holds, Page, Table};
use crate::workload::Ink;

/// The whole report, block below block with an empty line between.
pub(super) fn draw(page: &Page<'_>, ink: Ink) -> String {
    let mut text = String::new();
    page.each_block(Extent::Report, |block| {
        if !text.is_empty() && !matches!(block, Block::Note(_)) {
            text.push('\n');
        }
        match block {
            Block::Heading(_, words) | Block::Paragraph(words) | Block::Note(words) => text += &format!("{words}\n"),
            Block::Table(drawn) => text += &table(drawn),
            Block::Excerpt(Excerpt { problem, file, text: source }) => {
                text += &format!("{}\n", problem.render(file, source, ink));
            }
        }
    });
    text
}

/// A table without lines but the one below its head; numbers to the right.
fn table(table: &Table) -> String {
    let (indent, gap) = match table.form {
        Form::Things | Form::Checklist => ("", 2),
        Form::Facts => ("  ", 3),
    };
    let mut drawing = Drawing::new();
    drawing.load_style(presets::NOTHING);
    if table.form == Form::Things {
        drawing.set_header(table.columns.iter().map(|column| &column.name));
    }
    for row in &table.rows {
        let gap = vec![""; table.columns.len()];
        drawing.add_row(if row.is_empty() { gap } else { row.iter().map(Entry::words).collect() });
    }
    if table.columns.iter().any(|column| column.widest.is_some()) {
        // Only these are broken, wherever they are printed.
        drawing.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::MAX);
    }
    for (column, drawn) in table.columns.iter().zip(drawing.column_iter_mut()) {
        drawn.set_padding((0, gap));
        if column.holds == Holds::Numbers {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
        if let Some(widest) = column.widest {
            drawn.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(widest)));
        }
    }
    let mut text = table.caption.iter().map(|caption| format!("{caption}\n")).collect::<String>();
    for line in drawing.lines() {
        text.push_str(format!("{indent}{line}").trim_end());
        text.push('\n');
    }
    text
}
