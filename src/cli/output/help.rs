//! What to do about a path that cannot be written.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::super::stop::Stop;

/// How a path was given, and so what to do about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Help {
    /// As a directory for results.
    Directory,
    /// As a file.
    File,
    /// As a directory of its own.
    Aside,
}

impl Help {
    /// What else to give.
    pub(super) fn another(self) -> &'static str {
        match self {
            Help::Directory => "choose another directory with --out",
            Help::File => "give another path",
            Help::Aside => "choose another directory with --records",
        }
    }

    /// The path, the reason and what to do about it.
    pub(super) fn failure(self, shown: &Path, error: &io::Error) -> Stop {
        let help = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => match self {
                Help::Directory => "free some space, or choose another directory with --out",
                Help::File => "free some space, or give another path",
                Help::Aside => "free some space, or choose another directory with --records",
            },
            ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => match self {
                Help::Directory => "move what is in its place, or choose another directory with --out",
                Help::File => "move what is in its place, or give another path",
                Help::Aside => "move what is in its place, or choose another directory with --records",
            },
            _ => match self {
                Help::Directory => {
                    "choose a directory that can be written to with --out, or print only with --no-files"
                }
                Help::File => "give a path that can be written to",
                Help::Aside => "choose a directory that can be written to with --records",
            },
        };
        Stop::Failed(format!("cannot write {}: {error}\n  help: {help}", shown.display()))
    }
}
