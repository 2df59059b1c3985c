//! Where the program meets the compiler: from text to plan.
//!
//! Stand-ins, until the compiler is there: each function's body becomes a line or two.

use crate::fake;
use crate::plan::Plan;

/// A workload that can be run.
pub(super) struct Loaded {
    pub(super) plan: Plan,
    /// Names its text and every file it names.
    pub(super) digest: String,
}

/// The name of the workload that needs no file.
pub(super) const BUILT_IN: &str = "busy-hour";
/// Its text.
pub(super) const BUILT_IN_TEXT: &str = "format = 1\n";

/// Compiles a workload with some of its values changed, or says all that is wrong with it, ready to print.
///
/// To be: `workload::set::apply(text, settings)`, `plan::compile(name, &text, files)`, `problems.render(color)`,
/// `plan::digest(&text, files)`; `directory` is where the files it names are.
pub(super) fn compile(
    name: &str,
    text: &str,
    _settings: &[String],
    _directory: &std::path::Path,
    _color: bool,
) -> Result<Loaded, String> {
    if !text.contains("format = 1") {
        return Err(format!("error: {name}: `format` is missing\n"));
    }
    let plan = Plan { name: name.to_owned(), ..fake::plan() };
    Ok(Loaded { plan, digest: String::new() })
}

/// How much memory so many workers need. To be: `plan.memory_needed(workers)`.
pub(super) fn memory_needed(_plan: &Plan, _workers: usize) -> u64 {
    0
}
