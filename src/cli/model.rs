//! From a workload file to a plan.

use std::fs;
use std::path::Path;

use crate::plan::{self, Plan};
use crate::workload::{self, Files};

/// A workload that can be run.
pub(super) struct Loaded {
    pub(super) plan: Plan,
    /// Names its text and every file it names.
    pub(super) digest: String,
}

/// The name of the workload that needs no file.
pub(super) const BUILT_IN: &str = "busy_hour";
/// Its text.
pub(super) const BUILT_IN_TEXT: &str = include_str!("../../workloads/busy_hour.toml");

/// The files beside a workload.
struct Beside<'a>(&'a Path);

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(self.0.join(path)).map_err(|error| format!("cannot be read: {error}"))
    }
}

/// Compiles a workload with some of its values changed, or says all that is wrong with it, ready to print.
pub(super) fn compile(
    name: &str,
    text: &str,
    settings: &[String],
    directory: &Path,
    color: bool,
) -> Result<Loaded, String> {
    let files = Beside(directory);
    let text = workload::set(text, settings).map_err(|problem| format!("error: {problem}"))?;
    let plan = plan::compile(name, &text, &files).map_err(|problems| problems.render(color))?;
    let digest = workload::digest(&text, &files);
    Ok(Loaded { plan, digest })
}
