//! `ctisim deps`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::dependencies::Dependencies;
use crate::report::{self, Drawing};

use super::model::{self, Loaded};
use super::stop::Stop;
use super::terminal::print;
use super::values::setting;

#[derive(Clone, Debug, Args)]
pub(super) struct DepsArguments {
    /// Workload file; - for standard input, whose files are sought in the current directory
    workload: PathBuf,

    /// All about one record: a name, a directory number or KIND:NAME, e.g. node:sub1, callmanager:sub1, ctimanager:sub1
    name: Option<String>,

    /// What to print on standard output
    #[arg(long, value_enum, default_value_t)]
    format: DepsFormat,

    /// Change a value of the workload, e.g. application.ivr.ctimanagers=["sub1"]; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<String>,
}

/// How dependency records are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum DepsFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// A picture for Graphviz
    Dot,
    /// A picture for Mermaid
    Mermaid,
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
    let drawing = || match subject {
        None => Drawing::whole(&dependencies),
        Some(subject) => Drawing::around(&dependencies, subject),
    };
    let data = match (arguments.format, subject) {
        (DepsFormat::Table, None) => report::dependencies_table(&dependencies).into_bytes(),
        (DepsFormat::Table, Some(subject)) => report::dependency_table(&dependencies, subject).into_bytes(),
        (DepsFormat::Json, None) => report::dependencies_json(&dependencies),
        (DepsFormat::Json, Some(subject)) => report::dependency_json(&dependencies, subject),
        (DepsFormat::Dot, _) => report::dot(&drawing()).into_bytes(),
        (DepsFormat::Mermaid, _) => report::mermaid(&drawing()).into_bytes(),
    };
    print(&data)
}
