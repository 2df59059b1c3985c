//! From a workload file to a plan.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{self, Compiled, Examination};
use crate::plan::Plan;
use crate::record::Goal;
use crate::studies::Case;
use crate::workload::{self, Contents, Located, Problems, Severity, TEXT_BYTES_MAX, Typed, Workload, text_of};

use super::input::{Allowed, Beside, read_from};
use super::output::Inputs;
use super::stop::Stop;
use super::terminal::ink;

/// A workload that can be run.
pub(super) struct Loaded {
    /// As read.
    pub(super) workload: Workload,
    pub(super) plan: Plan,
    /// The goals of the workload.
    pub(super) goals: Vec<Goal>,
    /// Its text, changed values included.
    pub(super) text: String,
    /// A digest of its text and of every file it names.
    pub(super) digest: String,
}

impl Loaded {
    /// The plan and its goals.
    pub(super) fn into_case(self) -> Case {
        Case { plan: self.plan, goals: self.goals, digest: self.digest }
    }
}

/// The name of the workload that needs no file.
const BUILT_IN: &str = "busy_hour";
/// Its text.
const BUILT_IN_TEXT: &str = include_str!("../../workloads/busy_hour.toml");

/// The path that stands for standard input, and the name of a workload from there.
const STANDARD_INPUT: &str = "-";
const NAME_OF_INPUT: &str = "standard-input";

/// The text of a workload and the files that it names, each read once.
pub(super) struct Origin {
    /// The whole path, which problems show; the plan takes its name from the last part.
    name: String,
    text: String,
    files: Beside,
    /// Where the text was read; `None` for the built-in workload.
    path: Option<PathBuf>,
}

/// Assignments that change a workload: those of `--set`, then those of one more flag.
#[derive(Clone, Copy)]
pub(super) struct Changes<'a> {
    /// Those of `--set`.
    pub(super) set: &'a [String],
    /// The other flag, and its own.
    pub(super) own: (&'static str, &'a [String]),
}

impl<'a> From<&'a [String]> for Changes<'a> {
    fn from(set: &'a [String]) -> Changes<'a> {
        Changes { set, own: ("--set", &[]) }
    }
}

impl<'a> From<&'a Vec<String>> for Changes<'a> {
    fn from(set: &'a Vec<String>) -> Changes<'a> {
        Changes::from(set.as_slice())
    }
}

impl Changes<'_> {
    /// All of them, in order.
    pub(super) fn all(self) -> Vec<String> {
        self.set.iter().chain(self.own.1).cloned().collect()
    }

    /// All of them, each with its flag.
    fn typed(&self) -> Vec<Typed<'_>> {
        let own = self.own.1.iter().map(|assignment| (self.own.0, assignment));
        let all = self.set.iter().map(|assignment| ("--set", assignment)).chain(own);
        all.map(|(flag, assignment)| Typed { flag, assignment }).collect()
    }

    /// The changed text. What is set for one of two may change what is set for both.
    fn apply(self, text: &str) -> Result<String, Stop> {
        let of_both = if self.own.0.starts_with("--set-") { self.set.len() } else { 0 };
        let (both, all) = (&self.set[..of_both], self.all());
        let edited = workload::edit(text, both)
            .and_then(|text| workload::edit(&text, &all[of_both..]).map_err(|(at, why)| (of_both + at, why)));
        edited.map_err(|(at, why)| {
            let Typed { flag, assignment } = self.typed()[at];
            Stop::Invalid(format!("error: {flag} {assignment}: {why}"))
        })
    }
}

impl Origin {
    /// Reads a workload, or the built-in one if there is no path. `help` is shown if it cannot be read.
    pub(super) fn read(workload: Option<&Path>, allowed: &Allowed, help: &str) -> Result<Origin, Stop> {
        let (path, text) = match workload {
            Some(path) => (path, text(path, help)?),
            None => (Path::new(BUILT_IN), BUILT_IN_TEXT.to_owned()),
        };
        Ok(Origin {
            name: shown(path).into_owned(),
            text,
            files: Beside::workload(path.parent().unwrap_or(Path::new("")), allowed),
            path: workload.map(Path::to_owned),
        })
    }

    /// Whether its text came from standard input, so that it has no name.
    pub(super) fn is_standard_input(&self) -> bool {
        self.path.as_deref() == Some(Path::new(STANDARD_INPUT))
    }

    /// The files that it was read from so far, which the command must not overwrite.
    pub(super) fn inputs(&self) -> Inputs {
        // What a shell opened has a name where the system gives one to everything that is open.
        let text = if self.is_standard_input() { Some(PathBuf::from("/dev/stdin")) } else { self.path.clone() };
        Inputs::default().and(text).and(self.files.places())
    }

    /// The files that it names and that were read so far, as it names them.
    pub(super) fn contents(&self) -> Vec<(String, Arc<Contents>)> {
        self.files.contents()
    }

    /// The name of its file, without the directory; `None` for the built-in workload.
    pub(super) fn file_name(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        Some(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
    }

    /// Its text with some of its values changed.
    pub(super) fn changed<'a>(&self, changes: impl Into<Changes<'a>>) -> Result<String, Stop> {
        changes.into().apply(&self.text)
    }

    /// Compiles it with some of its values changed.
    pub(super) fn load<'a>(&self, changes: impl Into<Changes<'a>>) -> Result<Loaded, Stop> {
        let changes = changes.into();
        let text = changes.apply(&self.text)?;
        let Compiled { workload, mut plan, goals } = check::compile(&self.name, &text, &self.files)
            .map_err(|problems| Stop::Invalid(self.located(problems, changes).render(ink(&io::stderr()))))?;
        if self.is_standard_input() {
            plan.name = "stdin".to_owned();
        }
        let digest = workload::digest(&text, &self.files);
        Ok(Loaded { workload, plan, goals, text, digest })
    }

    /// Problems of the changed text, with their places in the file or on the command line.
    fn located(&self, problems: Problems, changes: Changes<'_>) -> Problems {
        if changes.all().is_empty() {
            return problems;
        }
        let typed = changes.typed();
        let located = Located::new(&self.text, &problems.text, &typed);
        let list = problems.list.iter().cloned().map(|problem| located.problem(problem)).collect();
        Problems { list, text: self.text.clone(), ..problems }
    }

    /// Examines it with some of its values changed.
    pub(super) fn examine(&self, settings: &[String]) -> Result<Examination, Stop> {
        let changes = Changes::from(settings);
        let text = changes.apply(&self.text)?;
        let mut examination = check::examine(&self.name, &text, &self.files);
        if !settings.is_empty() {
            let typed = changes.typed();
            let located = Located::new(&self.text, &text, &typed);
            for finding in &mut examination.findings {
                finding.problem = located.problem(finding.problem.clone());
            }
            for offender in examination.checklist.iter_mut().flat_map(|line| &mut line.offenders) {
                offender.place = located.place(&offender.place);
            }
            examination.text.clone_from(&self.text);
        }
        Ok(examination)
    }

    /// The number of warnings of `check` about the text of a workload that was loaded from here.
    pub(super) fn warnings(&self, loaded: &str) -> usize {
        check::examine(&self.name, loaded, &self.files).count(Severity::Warning)
    }
}

/// The name of a workload in its problems.
fn shown(path: &Path) -> Cow<'_, str> {
    if path == Path::new(STANDARD_INPUT) { NAME_OF_INPUT.into() } else { path.to_string_lossy() }
}

/// The text of a workload file or of standard input; `help` is shown if it cannot be read.
fn text(path: &Path, help: &str) -> Result<String, Stop> {
    let bytes = match path == Path::new(STANDARD_INPUT) {
        true => read_from(io::stdin().lock(), TEXT_BYTES_MAX, 0),
        // Devices and pipes too: it may be standard input by its name.
        false => File::open(path).and_then(|file| read_from(file, TEXT_BYTES_MAX, 0)),
    };
    let shown = workload::shown(&shown(path)).into_owned();
    let bytes = bytes.map_err(|error| Stop::Failed(format!("cannot read {shown}: {error}\n  help: {help}")))?;
    match text_of(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(why) => {
            Err(Stop::Invalid(format!("error: {shown} {why}\n  help: docs/reference/workload-file.md has every key")))
        }
    }
}
