//! The JSON of a page, where it has more than the rows of a sheet.

use serde::Serialize;

use crate::workload::shown_json;

/// A value that is serialised to JSON on demand.
pub struct Document<'a>(Box<dyn Fn() -> Vec<u8> + 'a>);

impl<'a> Document<'a> {
    /// A document of the value that `make` returns.
    pub fn new<Content: Serialize>(make: impl Fn() -> Content + 'a) -> Document<'a> {
        Document(Box::new(move || pretty(&make())))
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        (self.0)()
    }
}

/// A value as JSON: indented and with a final line end, because people read these files too.
pub(super) fn pretty(content: &impl Serialize) -> Vec<u8> {
    lines(&serde_json::to_string_pretty(content).expect("numbers and texts are JSON"))
}

/// A value as JSON in one line, for programs: a third of the size.
pub(super) fn compact(content: &impl Serialize) -> Vec<u8> {
    lines(&serde_json::to_string(content).expect("numbers and texts are JSON"))
}

/// JSON as a file, without what a terminal would obey.
pub(super) fn lines(json: &str) -> Vec<u8> {
    let mut shown = shown_json(json).into_owned();
    shown.push('\n');
    shown.into_bytes()
}
