//! Where a workbook goes: beside the other files, or to standard output if there are none.

use std::io::{self, IsTerminal};

use crate::report::{Format, Ink, Page, draw};

use super::output::File;
use super::stop::Stop;
use super::terminal::print;

/// Refuses a workbook that cannot be made, before hours are spent on it.
pub(super) fn check(format: Format) -> Result<(), Stop> {
    if format == Format::Xlsx && !cfg!(feature = "xlsx") {
        return Err(Stop::Usage(
            "this copy of ctisim was built without workbooks\n  help: build it with the feature `xlsx`, or open the CSV \
             files"
                .into(),
        ));
    }
    Ok(())
}

/// Refuses a workbook on standard output if that is a terminal.
pub(super) fn check_output(format: Format) -> Result<(), Stop> {
    if format == Format::Xlsx && io::stdout().is_terminal() {
        return Err(Stop::Usage(
            "a workbook is nothing for a terminal\n  help: leave out --no-files, or send it on: ctisim ... > study.xlsx"
                .into(),
        ));
    }
    Ok(())
}

/// A workbook that was asked for.
pub(super) struct Workbook {
    name: String,
    content: Result<Vec<u8>, String>,
}

impl Workbook {
    /// That of a page, or what does not fit into it.
    pub(super) fn of(page: &Page<'_>) -> Workbook {
        Workbook { name: name(&page.name), content: draw(page, Format::Xlsx, Ink::Plain) }
    }

    /// Its file, unless it could not be made: that is no reason to lose the others.
    pub(super) fn file(&self) -> Option<File<String>> {
        self.content.as_ref().ok().map(|content| (self.name.clone(), content.clone()))
    }

    /// Prints it where there are no files.
    pub(super) fn print(&self) -> Result<(), Stop> {
        self.content.as_ref().map_or(Ok(()), |content| print(content))
    }

    /// Says if it could not be made.
    pub(super) fn finish(self) -> Result<(), Stop> {
        self.content.map(|_| ()).map_err(|why| {
            Stop::Failed(format!("there is no {}: {why}\n  help: the CSV files have no such limit", self.name))
        })
    }
}

/// The name of the workbook of a workload.
pub(super) fn name(workload: &str) -> String {
    format!("{workload}.xlsx")
}
