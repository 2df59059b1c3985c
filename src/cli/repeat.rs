//! The command that reproduces a result.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

use super::flags::StudyArguments;

/// A command line being built. Flags that do not change the results are left out.
///
/// Where the command is written to a file (`run.json`, `report.json`, a baseline and others), a workload goes by the name
/// of its file alone ([`Repeat::file`]): the same study leaves the same bytes wherever it is run. Where it is only shown
/// with a bug (`compare`, `sweep`, a `gate` that judges), paths are as they were given ([`Repeat::path`]), so that it can be
/// run as it is.
pub(super) struct Repeat(String);

impl Repeat {
    /// A command of this program.
    pub(super) fn of(command: &str) -> Repeat {
        Repeat(format!("ctisim {command}"))
    }

    /// One more word.
    pub(super) fn word(mut self, word: &str) -> Repeat {
        self.0.push(' ');
        self.0.push_str(&quoted(word));
        self
    }

    /// The name of a file, without its directory.
    pub(super) fn file(self, path: Option<&Path>) -> Repeat {
        match path.and_then(Path::file_name) {
            Some(name) => self.word(&name.to_string_lossy()),
            None => self,
        }
    }

    /// The same, of a file that is there.
    pub(super) fn name(self, path: &Path) -> Repeat {
        self.file(Some(path))
    }

    /// A file as it was given.
    pub(super) fn path(self, path: &Path) -> Repeat {
        self.word(&path.to_string_lossy())
    }

    /// A flag without a value, if it was given.
    pub(super) fn flag(self, flag: &str, given: bool) -> Repeat {
        if given { self.word(flag) } else { self }
    }

    /// A flag for each of its values.
    pub(super) fn values(self, flag: &str, values: impl IntoIterator<Item = impl Display>) -> Repeat {
        values.into_iter().fold(self, |command, value| command.word(flag).word(&value.to_string()))
    }

    /// The replications and the seed.
    pub(super) fn replications(self, range: &Range<u64>, seed: u64) -> Repeat {
        let range = match range {
            Range { start: 0, end } => end.to_string(),
            Range { start, end } => format!("{start}..{end}"),
        };
        self.values("--replications", [range]).values("--seed", [seed])
    }

    /// The changes to the workload.
    pub(super) fn settings(self, study: &StudyArguments) -> Repeat {
        let allowed = study.allowed.directories.iter().map(|directory| directory.display());
        self.values("--set", &study.settings).values("--allow-read", allowed)
    }

    /// The whole command line.
    pub(super) fn written(self) -> String {
        self.0
    }
}

/// A word, quoted for a shell if need be.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,%+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        let command = Repeat::of("run").file(Some(Path::new("some/where/Monday morning.toml"))).flag("--no", false);
        let command = command.values("--set", ["a=1", "q=what's up", ""]).replications(&(5..9), 255);
        assert_eq!(
            command.written(),
            r"ctisim run 'Monday morning.toml' --set a=1 --set 'q=what'\''s up' --set '' --replications 5..9 --seed 255"
        );
        assert_eq!(
            Repeat::of("run").file(None).replications(&(0..9), 1).written(),
            "ctisim run --replications 9 --seed 1"
        );
    }
}
