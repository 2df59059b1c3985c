//! `ctisim check`.

use std::path::Path;

use crate::check::Lint;
use crate::report;
use crate::workload::Severity;

use super::arguments::{CheckArguments, CheckFormat, WARNINGS};
use super::{Stop, colored, model, print};

/// Examines a workload without running it, and prints what was found.
pub(super) fn check(arguments: &CheckArguments) -> Result<(), Stop> {
    let path = &arguments.workload;
    let text = model::text(path, "give the path of a workload file")?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut examination =
        model::examine(&path.to_string_lossy(), &text, &arguments.settings, directory).map_err(Stop::Invalid)?;
    examination.lint(|id| level(arguments, id));
    let report = match arguments.format {
        CheckFormat::Text => {
            let mut report = report::check_text(&examination, colored(&std::io::stdout()));
            if !arguments.settings.is_empty() {
                report += &format!("note: this is how it reads with --set {}\n", arguments.settings.join(" --set "));
            }
            report.into_bytes()
        }
        CheckFormat::Json => report::check_json(&examination),
        CheckFormat::Sarif => report::check_sarif(&examination),
    };
    print(&report)?;
    match examination.count(Severity::Error) {
        0 => Ok(()),
        _ => Err(Stop::Found),
    }
}

/// A name weighs more than all warnings together, and to deny it more than to allow it.
fn level(arguments: &CheckArguments, id: &str) -> Lint {
    let named = |list: &[String], name: &str| list.iter().any(|it| it == name);
    if named(&arguments.deny, id) {
        Lint::Deny
    } else if named(&arguments.allow, id) {
        Lint::Allow
    } else if named(&arguments.deny, WARNINGS) {
        Lint::Deny
    } else {
        Lint::Warn
    }
}
