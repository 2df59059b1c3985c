//! `ctisim check`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, StyledStr};

use crate::check::{ADVICE, Lint};
use crate::report::{Format, check_page};
use crate::workload::Severity;

use super::formats::{show, text_and};
use super::help;
use super::input::Allowed;
use super::model::Origin;
use super::stop::Stop;
use super::values::setting;

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[
            "A warning that is both denied and allowed by name is denied. One that is allowed by name stays so under --deny \
           warnings. docs/reference/checks.md explains each kind.",
        ],
        &[
            (0, "no errors"),
            help::FAILED,
            help::USAGE,
            (3, "errors, steps of the checklist that are not done, or denied warnings"),
        ],
        &[
            ("ctisim check site.toml", "Errors, warnings and the checklist"),
            (
                "ctisim check site.toml --deny warnings --format sarif > site.sarif",
                "For code review tools, in a pipeline",
            ),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct CheckArguments {
    /// Workload file, or - for standard input
    workload: PathBuf,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = text_and(&[Format::Sarif]))]
    format: Format,

    /// Treat a kind of warning, or all warnings, as errors; may be repeated
    #[arg(long, value_name = "ID|warnings", value_parser = denied(), hide_possible_values = true)]
    deny: Vec<String>,

    /// Do not report a kind of warning; may be repeated
    #[arg(long, value_name = "ID", value_parser = allowed(), hide_possible_values = true)]
    allow: Vec<String>,

    /// Change a value of the workload, e.g. run.length=10m, or add to a list, e.g. 'fault+={...}'; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<String>,

    #[command(flatten)]
    allowed: Allowed,
}

/// All warnings together.
const WARNINGS: &str = "warnings";

fn allowed() -> PossibleValuesParser {
    PossibleValuesParser::new(ADVICE.iter().map(|advice| advice.id))
}

fn denied() -> PossibleValuesParser {
    PossibleValuesParser::new(ADVICE.iter().map(|advice| advice.id).chain([WARNINGS]))
}

/// Examines a workload without running it, and prints what was found.
pub(super) fn check(arguments: &CheckArguments) -> Result<(), Stop> {
    let origin = Origin::read(Some(&arguments.workload), &arguments.allowed, "give the path of a workload file")?;
    let mut examination = origin.examine(&arguments.settings)?;
    examination.lint(|id| level(arguments, id));
    show(&check_page(&examination, &arguments.settings), arguments.format)?;
    match examination.count(Severity::Error) {
        0 => Ok(()),
        _ => Err(Stop::Found),
    }
}

/// Whether this finding means that a step of the checklist is not done: by R9 the exit code has to show it.
fn leaves_undone(id: &str) -> bool {
    ADVICE.iter().any(|advice| advice.id == id && advice.step.is_some())
}

/// A name takes precedence over `warnings`, and --deny over --allow.
fn level(arguments: &CheckArguments, id: &str) -> Lint {
    let named = |list: &[String], name: &str| list.iter().any(|it| it == name);
    if named(&arguments.deny, id) {
        Lint::Deny
    } else if named(&arguments.allow, id) {
        Lint::Allow
    } else if named(&arguments.deny, WARNINGS) || leaves_undone(id) {
        Lint::Deny
    } else {
        Lint::Warn
    }
}
