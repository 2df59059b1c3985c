//! Where the program meets the compiler: from text to plan.
//!
//! Stand-ins, until the compiler is there: what each function becomes stands above it.

use std::path::Path;

use crate::fake;
use crate::plan::Plan;

/// A workload that can be run.
pub(super) struct Loaded {
    pub(super) plan: Plan,
    /// Names what it says, and what the files say that it refers to.
    pub(super) digest: String,
}

/// The name of the workload that needs no file.
pub(super) const BUILT_IN: &str = "busy_hour.toml";
/// Its text. To be: `include_str!("../../workloads/busy_hour.toml")`.
pub(super) const BUILT_IN_TEXT: &str = "format = 1\n";

/// Compiles a workload with some of its values changed, or says all that is wrong with it, ready to print. `path` is
/// how the user knows it; the files it refers to are looked for in the same directory.
///
/// To be: `let text = workload::set(text, settings)?; let plan = plan::compile(path, &text, &files)` with
/// `map_err(|problems| problems.render(color))`, and `workload::digest(&text, &files)`, where `files` reads with
/// `std::fs::read` below `Path::new(path).parent()`.
pub(super) fn compile(path: &str, text: &str, _settings: &[String], _color: bool) -> Result<Loaded, String> {
    if !text.contains("format = 1") {
        return Err(format!("error: {path}: `format` is missing\n"));
    }
    let name = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Loaded { plan: Plan { name, ..fake::plan() }, digest: String::new() })
}

/// How much memory so many workers need. To be: `plan.memory_needed(workers)`.
pub(super) fn memory_needed(_plan: &Plan, _workers: usize) -> u64 {
    0
}
