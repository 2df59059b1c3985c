//! What JSON has where that is more than the rows of a sheet.

use serde::Serialize;

/// Anything that can be put into JSON, kept until somebody asks for that.
pub struct Document<'a>(Box<dyn Fn() -> Vec<u8> + 'a>);

impl<'a> Document<'a> {
    /// What this makes is in JSON.
    pub fn new<Content: Serialize>(make: impl Fn() -> Content + 'a) -> Document<'a> {
        Document(Box::new(move || pretty(&make())))
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        (self.0)()
    }
}

/// Anything as JSON: indented and with a line end, because these files are read by people, too.
pub(super) fn pretty(content: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(content).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}
