//! From a workload file to a plan.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::check::{self, Compiled, Examination};
use crate::plan::Plan;
use crate::record::Goal;
use crate::studies::Case;
use crate::workload::{self, Files, Severity, TEXT_BYTES_MAX, Workload, text_of};

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

/// A file beside a workload may be up to 1 GiB long: tens of millions of calls.
const FILE_BYTES_MAX: usize = 1 << 30;

/// The files beside a workload.
pub(super) struct Beside<'a>(pub(super) &'a Path);

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match read(&self.0.join(path), FILE_BYTES_MAX) {
            Ok(bytes) if bytes.len() > FILE_BYTES_MAX => Err("is longer than 1 GiB".to_owned()),
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(format!("cannot be read: {error}")),
        }
    }
}

/// A whole file, or one byte more than `most`, which shows that it is too long.
pub(super) fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    read_from(File::open(path)?, most)
}

fn read_from(from: impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a workload, read once, and where the files beside it are.
pub(super) struct Origin {
    /// The whole path, which problems show; the plan takes its name from the last part.
    name: String,
    text: String,
    directory: PathBuf,
    is_standard_input: bool,
}

impl Origin {
    /// Reads a workload, or the built-in one if there is no path. `help` is shown if it cannot be read.
    pub(super) fn read(workload: Option<&Path>, help: &str) -> Result<Origin, Stop> {
        let (path, text) = match workload {
            Some(path) => (path, text(path, help)?),
            None => (Path::new(BUILT_IN), BUILT_IN_TEXT.to_owned()),
        };
        Ok(Origin {
            name: shown(path).into_owned(),
            text,
            directory: path.parent().unwrap_or(Path::new("")).to_owned(),
            is_standard_input: path == Path::new(STANDARD_INPUT),
        })
    }

    /// Compiles it with some of its values changed.
    pub(super) fn load(&self, settings: &[String]) -> Result<Loaded, Stop> {
        let loaded = compile(&self.name, &self.text, settings, &self.directory);
        let mut loaded = loaded.map_err(Stop::Invalid)?;
        if self.is_standard_input {
            loaded.plan.name = "stdin".to_owned();
        }
        Ok(loaded)
    }
}

/// Reads and compiles a workload with some of its values changed, or the built-in one if there is no path. `help` is shown if
/// it cannot be read.
pub(super) fn load(workload: Option<&Path>, settings: &[String], help: &str) -> Result<Loaded, Stop> {
    Origin::read(workload, help)?.load(settings)
}

/// The name of a workload in its problems.
pub(super) fn shown(path: &Path) -> Cow<'_, str> {
    if path == Path::new(STANDARD_INPUT) { NAME_OF_INPUT.into() } else { path.to_string_lossy() }
}

/// The text of a workload file or of standard input; `help` is shown if it cannot be read.
pub(super) fn text(path: &Path, help: &str) -> Result<String, Stop> {
    let bytes = match path == Path::new(STANDARD_INPUT) {
        true => read_from(io::stdin().lock(), TEXT_BYTES_MAX),
        false => read(path, TEXT_BYTES_MAX),
    };
    let shown = shown(path);
    let bytes = bytes.map_err(|error| Stop::Failed(format!("cannot read {shown}: {error}\n  help: {help}")))?;
    match text_of(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(why) => {
            Err(Stop::Invalid(format!("error: {shown} {why}\n  help: docs/reference/workload-file.md has every key")))
        }
    }
}

/// Examines a workload with some of its values changed.
pub(super) fn examine(name: &str, text: &str, settings: &[String], directory: &Path) -> Result<Examination, String> {
    let text = workload::set(text, settings).map_err(|problem| format!("error: {problem}"))?;
    Ok(check::examine(name, &text, &Beside(directory)))
}

/// The number of warnings of `check` about a workload that was loaded from a file.
pub(super) fn warnings(path: &Path, loaded: &str) -> usize {
    let directory = path.parent().unwrap_or(Path::new(""));
    check::examine(&shown(path), loaded, &Beside(directory)).count(Severity::Warning)
}

/// Compiles a workload with some of its values changed, or returns all of its problems, ready to print.
fn compile(name: &str, text: &str, settings: &[String], directory: &Path) -> Result<Loaded, String> {
    let files = Beside(directory);
    let text = workload::set(text, settings).map_err(|problem| format!("error: {problem}"))?;
    let Compiled { workload, plan, goals } = check::compile(name, &text, &files).map_err(|problems| {
        let mut report = problems.render(ink(&io::stderr()));
        if !settings.is_empty() {
            report += &format!("note: the text above has the changes of --set {}\n", settings.join(" --set "));
        }
        report
    })?;
    let digest = workload::digest(&text, &files);
    Ok(Loaded { workload, plan, goals, text, digest })
}
