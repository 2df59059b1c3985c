//! `ctisim deps`.

use std::path::PathBuf;

use clap::Args;

use crate::dependencies::Dependencies;
use crate::report::{Format, dependencies_page, dependency_page};

use super::formats::{every_and, show};
use super::model::{self, Loaded};
use super::stop::Stop;
use super::values::setting;

#[derive(Clone, Debug, Args)]
pub(super) struct DepsArguments {
    /// Workload file; - for standard input, whose files are sought in the current directory
    workload: PathBuf,

    /// All about one record: a name, a directory number or KIND:NAME, e.g. node:sub1, callmanager:sub1, ctimanager:sub1
    name: Option<String>,

    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Dot, Format::Mermaid]))]
    format: Format,

    /// Change a value of the workload, e.g. application.ivr.ctimanagers=["sub1"]; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<String>,
}

/// Prints the dependency records of a workload, or all about one of them.
pub(super) fn deps(arguments: &DepsArguments) -> Result<(), Stop> {
    let Loaded { plan, workload, text, .. } =
        model::load(Some(&arguments.workload), &arguments.settings, "give the path of a workload file")?;
    let dependencies = Dependencies::new(&workload, &plan, &text);
    let subject = match &arguments.name {
        None => None,
        Some(name) => Some(dependencies.find(name).map_err(|(what, hint)| {
            let hint = hint.map_or(String::new(), |hint| format!("\n  help: {hint}"));
            Stop::Usage(what + &hint)
        })?),
    };
    let page = match subject {
        None => dependencies_page(&dependencies),
        Some(subject) => dependency_page(&dependencies, subject),
    };
    show(&page, arguments.format)
}
