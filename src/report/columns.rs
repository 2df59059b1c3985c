//! A table for a terminal: columns, and no lines but the one below its head.

use comfy_table::{CellAlignment, Table, presets};

/// A table without lines but the one below its head; numbers to the right.
pub(super) fn new_table(head: impl Into<comfy_table::Row>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(head);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The table with an empty line before it; nothing if it has no rows.
pub(super) fn block(table: Table) -> String {
    if table.row_count() == 0 {
        return String::new();
    }
    let mut text = String::from("\n");
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
