//! `ctisim deps`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::StyledStr;

use crate::dependencies::{Dependencies, Subject};
use crate::report::{Format, dependencies_page, dependency_page};

use super::formats::{every_and, show};
use super::help;
use super::input::Allowed;
use super::model::{Loaded, Origin};
use super::stop::Stop;
use super::values::{Failed, failed, setting};

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[],
        help::EXIT_CODES_OF_READING,
        &[
            ("ctisim deps site.toml", "Every record, what it uses and what uses it"),
            ("ctisim deps site.toml node:sub1", "What the loss of a node would affect"),
            ("ctisim deps site.toml callmanager:sub1 --hang", "The same for a CallManager that hangs"),
            ("ctisim deps site.toml ports --failed 2", "The failure of two ports of a group"),
            ("ctisim deps site.toml --format dot | dot -Tsvg > site.svg", "A picture of all records"),
        ],
    )
}

#[derive(Clone, Debug, Args)]
pub(super) struct DepsArguments {
    /// Workload file, or - for standard input
    workload: PathBuf,

    /// Show one record only: its name, directory number or KIND:NAME, e.g. node:sub1, callmanager:sub1, ctimanager:sub1
    name: Option<String>,

    /// The CallManager or CTIManager that is named hangs instead of ending
    #[arg(long, requires = "name")]
    hang: bool,

    /// So many devices of the route point or group that is named fail by themselves, or `all` of them, instead of being taken
    /// out of the cluster
    #[arg(long, value_name = "N|all", requires = "name", conflicts_with = "hang", value_parser = failed)]
    failed: Option<Failed>,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = every_and(&[Format::Dot, Format::Mermaid]))]
    format: Format,

    /// Change a value of the workload, e.g. 'application.ivr.ctimanagers=["sub1"]'; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<String>,

    #[command(flatten)]
    allowed: Allowed,
}

impl DepsArguments {
    /// What is asked about. The error is a sentence, and a suggestion.
    fn subject(&self, name: &str, dependencies: &Dependencies<'_>) -> Result<Subject, (String, Option<String>)> {
        let named = dependencies.find(name)?;
        match (self.hang, self.failed) {
            (true, _) => dependencies.hanging(named),
            (false, Some(Failed(count))) => dependencies.failing(named, count),
            (false, None) => Ok(named),
        }
    }
}

/// Prints the dependency records of a workload, or everything about one of them.
pub(super) fn deps(arguments: &DepsArguments) -> Result<(), Stop> {
    let Loaded { plan, workload, text, .. } =
        Origin::read(Some(&arguments.workload), &arguments.allowed, "give the path of a workload file")?
            .load(&arguments.settings)?;
    let dependencies = Dependencies::new(&workload, &plan, &text);
    let subject = match &arguments.name {
        None => None,
        Some(name) => Some(arguments.subject(name, &dependencies).map_err(|(what, hint)| {
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
