//! Workbooks: written beside the other files, or to standard output with --no-files.

use std::io::{self, IsTerminal};

use crate::report::{Format, Ink, Page, draw};

use super::output::File;
use super::stop::Stop;
use super::terminal::print;

/// Rejects a workbook that this build cannot make, before hours are spent on it.
pub(super) fn check(format: Format) -> Result<(), Stop> {
    if format == Format::Xlsx && !cfg!(feature = "xlsx") {
        return Err(Stop::Usage(
            "this ctisim was built without workbooks\n  help: build it with the feature `xlsx`, or open the CSV \
             files"
                .into(),
        ));
    }
    Ok(())
}

/// Rejects a workbook on standard output if that is a terminal.
pub(super) fn check_output(format: Format) -> Result<(), Stop> {
    if format == Format::Xlsx && io::stdout().is_terminal() {
        return Err(Stop::Usage(
            "a workbook cannot be shown on a terminal\n  help: leave out --no-files, or redirect it: ctisim ... > study.xlsx"
                .into(),
        ));
    }
    Ok(())
}

/// A workbook that was requested.
pub(super) struct Workbook {
    name: String,
    content: Result<Vec<u8>, String>,
}

impl Workbook {
    /// The workbook of a page, or why it could not be made.
    pub(super) fn of(page: &Page<'_>) -> Workbook {
        Workbook { name: name(&page.name), content: draw(page, Format::Xlsx, Ink::Plain) }
    }

    /// Its file; none if it could not be made, which must not keep the others from being written.
    pub(super) fn file(&self) -> Option<File<String>> {
        self.content.as_ref().ok().map(|content| (self.name.clone(), content.clone()))
    }

    /// Prints it, for --no-files.
    pub(super) fn print(&self) -> Result<(), Stop> {
        self.content.as_ref().map_or(Ok(()), |content| print(content))
    }

    /// The error, if it could not be made.
    pub(super) fn finish(self) -> Result<(), Stop> {
        self.content.map(|_| ()).map_err(|why| {
            Stop::Failed(format!("cannot write {}: {why}\n  help: the CSV files have no such limit", self.name))
        })
    }
}

/// The name of the workbook of a workload.
pub(super) fn name(workload: &str) -> String {
    format!("{workload}.xlsx")
}
