//! A directory of many files that appears whole or not at all: it is made beside its place, written bit by bit, and moved there at
//! the end.
//!
//! | beside `DIR` | what it is |
//! |---|---|
//! | `.DIR.ctisim.new` | what is being written |
//! | `.DIR.ctisim.old` | what `DIR` was, for the moment in which the other is moved to its place |
//!
//! Whoever comes next removes the first, if nobody is writing it, and moves the second back if there is no `DIR`.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::super::signals::{self, Undo};
use super::super::stop::Stop;
use super::help::Help;
use super::install::{Failure, Lock, lock, make, step, sync};
use super::target::{self, canonical_place};

/// A directory that is being written.
pub(crate) struct Aside {
    /// As the user knows it.
    shown: PathBuf,
    directory: PathBuf,
    new: PathBuf,
    old: PathBuf,
    undo: Undo,
    _lock: Lock,
    _made: Vec<Undo>,
}

impl Aside {
    /// A directory that need not exist. What is in one that does is replaced, if all of it `is_own`, by name; other files are not
    /// touched, and this is an error. `apart`: what else is written; it must not be in it, nor this in that.
    pub(crate) fn claim(
        flag: &str,
        path: &Path,
        is_own: impl Fn(&str) -> bool,
        apart: &[&Path],
    ) -> Result<Aside, Stop> {
        let failed = Aside::failed;
        let refused =
            |why: String, help: &str| Stop::Usage(format!("{flag} {}: {why}\n  help: {help}", path.display()));
        let another = "choose another directory, or remove what is there";
        if let Ok(found) = fs::metadata(path)
            && !found.is_dir()
        {
            return Err(refused("it is not a directory".to_owned(), "choose another directory"));
        }
        let parent = target::directory(path.components().as_path());
        let made = make(parent).map_err(|error| failed((parent.to_owned(), error)))?;
        // Links are followed, and what they lead to is replaced.
        let directory = match path.canonicalize() {
            Ok(directory) => Ok(directory),
            Err(error) if error.kind() == ErrorKind::NotFound => match path.file_name() {
                Some(name) => parent.canonicalize().map(|parent| parent.join(name)),
                None => Err(error),
            },
            Err(error) => Err(error),
        };
        let directory = directory.map_err(|error| failed((path.to_owned(), error)))?;
        for other in apart {
            let other = canonical_place(other);
            if directory.starts_with(&other) || other.starts_with(&directory) {
                let why = format!("{} is written by this command too", other.display());
                return Err(refused(why, "choose a directory that is not in it, and that it is not in"));
            }
        }
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        if here.is_ok_and(|here| here.starts_with(&directory)) {
            return Err(refused(
                "the command runs there".to_owned(),
                "name a directory of its own, as in --records records",
            ));
        }
        let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) else {
            return Err(refused("it cannot be replaced".to_owned(), "choose another directory"));
        };
        let beside = |kind: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(kind);
            parent.join(hidden)
        };
        let (new, old) = (beside(".ctisim.new"), beside(".ctisim.old"));
        let (undo, lock) = begun(&directory, &new, &old).map_err(failed)?;
        match fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed((path.to_owned(), error))),
            Ok(entries) => {
                for entry in entries {
                    let name = entry.map_err(|error| failed((path.to_owned(), error)))?.file_name();
                    if !name.to_str().is_some_and(&is_own) {
                        let why = format!("there is `{}`, which is no record of calls", name.to_string_lossy());
                        return Err(refused(why, another));
                    }
                }
            }
        }
        Ok(Aside { shown: path.to_owned(), directory, new, old, undo, _lock: lock, _made: made })
    }

    /// Makes a directory in it.
    pub(crate) fn folder(&self, name: &str) -> Result<(), Failure> {
        let path = self.new.join(name);
        fs::create_dir(&path).map_err(|error| (self.known(&path), error))
    }

    /// Adds to a file in it, which is made with the first bytes.
    pub(crate) fn append(&self, name: &Path, content: &[u8]) -> Result<(), Failure> {
        let path = self.new.join(name);
        let add = || OpenOptions::new().append(true).create(true).open(&path)?.write_all(content);
        add().map_err(|error| (self.known(&path), error))
    }

    /// The place at which the user will find a file.
    fn known(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.new).map_or_else(|_| path.to_owned(), |name| self.shown.join(name))
    }

    /// The error for the user.
    pub(crate) fn failed((path, error): Failure) -> Stop {
        Help::Aside.failure(&path, &error)
    }

    /// The directory appears.
    pub(crate) fn install(self) -> Result<(), Stop> {
        synced(&self.new).map_err(|(path, error)| Aside::failed((self.known(&path), error)))?;
        step();
        let Aside { shown, directory, new, old, undo, .. } = self;
        signals::whole(&[undo], || {
            let replaces = match fs::rename(&directory, &old) {
                Ok(()) => true,
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(error),
            };
            step();
            if let Err(error) = fs::rename(&new, &directory) {
                if replaces {
                    fs::rename(&old, &directory)?;
                }
                return Err(error);
            }
            step();
            if let Some(parent) = directory.parent() {
                sync(parent);
            }
            if replaces {
                // It is complete, whatever is left of the other.
                gone(&old);
            }
            Ok(())
        })
        .map_err(|error| Aside::failed((shown, error)))
    }
}

/// Begins a directory, after what a program that was killed has left is dealt with.
fn begun(directory: &Path, new: &Path, old: &Path) -> Result<(Undo, Lock), Failure> {
    const TIMES: usize = 3;
    let failed = |error| (new.to_owned(), error);
    let taken = || (directory.to_owned(), io::Error::other("another ctisim is writing there"));
    for _ in 0..TIMES {
        let made = new.to_owned();
        match Undo::of(|| fs::create_dir(new), move || gone(&made)) {
            Ok(undo) => match lock(new).map_err(failed)? {
                Some(lock) => {
                    recovered(directory, old).map_err(failed)?;
                    return Ok((undo, lock));
                }
                None => undo.forget(),
            },
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match lock(new).map_err(failed)? {
                Some(_lock) => gone(new),
                None if new.exists() => return Err(taken()),
                None => {}
            },
            Err(error) => return Err(failed(error)),
        }
    }
    Err(taken())
}

/// Finishes or undoes the moment in which one directory is replaced by another.
fn recovered(directory: &Path, old: &Path) -> io::Result<()> {
    if !old.exists() {
        return Ok(());
    }
    match directory.exists() {
        true => gone(old),
        false => fs::rename(old, directory)?,
    }
    Ok(())
}

/// Removes a directory with all that is in it. A thread that a signal has overtaken may add to it meanwhile.
fn gone(directory: &Path) {
    const TIMES: usize = 10;
    for _ in 0..TIMES {
        if fs::remove_dir_all(directory).is_ok() || !directory.exists() {
            return;
        }
    }
}

/// Sees that all that is in a directory is on the disk.
fn synced(directory: &Path) -> Result<(), Failure> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let path = entry.map_err(at(directory))?.path();
        match path.is_dir() {
            true => synced(&path)?,
            false => fs::File::open(&path).and_then(|file| file.sync_all()).map_err(at(&path))?,
        }
    }
    sync(directory);
    Ok(())
}
