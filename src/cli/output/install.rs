//! Files of one directory that appear all together or not at all, whatever happens meanwhile.
//!
//! They are written into a directory of their own, [`PLACE`], inside the one they are for, and are on the disk before any
//! is moved. Several files take a mark: until it is there, whoever finds the place removes it, and all files are the old ones;
//! from then on whoever finds the place goes on moving, and all files are the new ones. What is replaced is kept in the place
//! until the end, so that a file that cannot be moved takes the others back.
//!
//! | in the place | what it is |
//! |---|---|
//! | `new/NAME` | a file that is still to be moved |
//! | `old/NAME` | the file that it replaces, or has replaced |
//! | `none/NAME` | empty: there was no such file |
//! | `forward`, `back` | the mark: which way to go on |

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::signals::{self, Undo};
use super::target::Identity;

/// The name of the place.
const PLACE: &str = ".ctisim.new";

const NEW: &str = "new";
const OLD: &str = "old";
const NONE: &str = "none";
const FORWARD: &str = "forward";
const BACK: &str = "back";

/// How often, and how many times, it is asked whether another program has finished moving its files.
pub(super) const EACH: Duration = Duration::from_millis(10);
const TIMES: u32 = 3_000;

/// A file that failed, and why.
pub(crate) type Failure = (PathBuf, io::Error);

/// The place of files that are about to be moved into this directory. Only one program at a time has it.
pub(super) struct Place {
    directory: PathBuf,
    path: PathBuf,
    _lock: Lock,
}

impl Place {
    /// Makes the place, and what removes it should the program end before its time. Leftovers of a program that was
    /// killed are dealt with first.
    pub(super) fn make(directory: &Path) -> Result<(Place, Undo), Failure> {
        let path = directory.join(PLACE);
        let failed = |error| (path.clone(), error);
        for _ in 0..TIMES {
            let made = path.clone();
            match Undo::of(|| fs::create_dir(&path), move || discard(&made)) {
                Ok(undo) => {
                    step();
                    if let Some(lock) = lock(&path).map_err(failed)? {
                        step();
                        for part in [NEW, OLD, NONE] {
                            fs::create_dir(path.join(part)).map_err(failed)?;
                        }
                        return Ok((Place { directory: directory.to_owned(), path, _lock: lock }, undo));
                    }
                    undo.forget();
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    if !recover(directory)? {
                        std::thread::sleep(EACH);
                    }
                }
                Err(error) => return Err((directory.to_owned(), error)),
            }
        }
        Err(failed(io::Error::other("another program is writing there")))
    }

    /// Writes a file that is to be moved.
    pub(super) fn stage(&self, name: &OsStr, content: &[u8]) -> Result<(), Failure> {
        let staged = self.path.join(NEW).join(name);
        let target = self.directory.join(name);
        let write = || {
            let mut file = File::create_new(&staged)?;
            file.write_all(content)?;
            like(&file, &target)?;
            file.sync_all()
        };
        write().map_err(|error| (target.clone(), error))?;
        step();
        Ok(())
    }

    /// Moves the only file, which takes no mark; `keep`: unless there is such a file by now.
    pub(super) fn move_one(&self, name: &OsStr, keep: bool) -> Result<(), Failure> {
        let (staged, target) = (self.path.join(NEW).join(name), self.directory.join(name));
        let moved = match keep {
            false => is_replaceable(&target).and_then(|_| fs::rename(&staged, &target)),
            true => match fs::hard_link(&staged, &target) {
                // No links on this file system: there is a moment between the question and the answer.
                Err(error) if error.kind() != ErrorKind::AlreadyExists && !target.exists() => {
                    fs::rename(&staged, &target)
                }
                linked => linked,
            },
        };
        moved.map_err(|error| (target, error))?;
        step();
        sync(&self.directory);
        self.remove();
        Ok(())
    }

    /// From now on the files appear, whatever happens.
    pub(super) fn mark(&self) -> Result<(), Failure> {
        sync(&self.path.join(NEW));
        let mark = self.path.join(FORWARD);
        File::create_new(&mark).and_then(|file| file.sync_all()).map_err(|error| (mark, error))?;
        sync(&self.path);
        step();
        Ok(())
    }

    /// Moves the files, or none of them.
    pub(super) fn move_all(&self) -> Result<(), Failure> {
        forward(&self.directory, &self.path).or_else(|failure| {
            back(&self.directory, &self.path)?;
            unmark(&self.path);
            Err(failure)
        })
    }

    /// Takes back what [`Place::move_all`] has moved, because the files of another directory could not be moved.
    pub(super) fn take_back(&self) {
        // Nothing is lost if it fails: the old files are in the place, and the next command tries again.
        if is_marked(&self.path) && back(&self.directory, &self.path).is_ok() {
            unmark(&self.path);
        }
    }

    /// Everything is in its place: this one is no longer needed.
    pub(super) fn remove(&self) {
        finish(&self.path);
    }
}

/// Keeps other programs out of a directory; nothing, where directories cannot be locked.
pub(super) struct Lock {
    _file: Option<File>,
}

/// Locks a directory for as long as the lock is kept; `None` if another program has locked it, or it is no longer there.
pub(super) fn lock(directory: &Path) -> io::Result<Option<Lock>> {
    let file = match File::open(directory) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        // Directories that can be written to and not be read, and systems that open none.
        Err(_) => return Ok(Some(Lock { _file: None })),
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        // There are file systems without locks.
        Err(TryLockError::Error(_)) => return Ok(Some(Lock { _file: None })),
        Ok(()) => {}
    }
    // Another program may have removed it in between, and a third one made it again.
    #[cfg(unix)]
    if Some(Identity::from(&file.metadata()?)) != Identity::of(directory) {
        return Ok(None);
    }
    Ok(Some(Lock { _file: Some(file) }))
}

/// Finishes what a program that was killed has begun in this directory, or undoes it. Whether nothing is left of it; if so
/// not, another program is at work.
pub(super) fn recover(directory: &Path) -> Result<bool, Failure> {
    signals::whole(&[], || recovered(directory))
}

fn recovered(directory: &Path) -> Result<bool, Failure> {
    let path = directory.join(PLACE);
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err((path, error)),
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err((path, io::Error::other("it is not ctisim's, and in the way"))),
    }
    let Some(_lock) = lock(&path).map_err(|error| (path.clone(), error))? else { return Ok(false) };
    let is_begun = path.join(FORWARD).exists() && forward(directory, &path).is_ok();
    if !is_begun && is_marked(&path) {
        back(directory, &path)?;
    }
    finish(&path);
    match path.exists() {
        true => Err((path, io::Error::other("it is left over, and cannot be removed"))),
        false => Ok(true),
    }
}

/// Moves what is still to be moved.
fn forward(directory: &Path, path: &Path) -> Result<(), Failure> {
    for name in names(&path.join(NEW))? {
        let [new, old, none] = [NEW, OLD, NONE].map(|part| path.join(part).join(&name));
        let target = directory.join(&name);
        let replace = || {
            match is_replaceable(&target)? {
                true if old.exists() => {}
                // It stays where it is until it is replaced, where there are links.
                true => fs::hard_link(&target, &old).or_else(|_| fs::rename(&target, &old))?,
                false if old.exists() => {}
                false => drop(File::create(none)?),
            }
            step();
            fs::rename(&new, &target)
        };
        replace().map_err(|error| (target.clone(), error))?;
        step();
    }
    sync(directory);
    step();
    Ok(())
}

/// Puts back what was replaced, and removes what was not there.
fn back(directory: &Path, path: &Path) -> Result<(), Failure> {
    let marks = fs::rename(path.join(FORWARD), path.join(BACK));
    if let Err(error) = marks
        && error.kind() != ErrorKind::NotFound
    {
        return Err((path.join(BACK), error));
    }
    sync(path);
    step();
    for part in [OLD, NONE] {
        for name in names(&path.join(part))? {
            let target = directory.join(&name);
            let (new, kept) = (path.join(NEW).join(&name), path.join(part).join(&name));
            // Done before, if it is there again.
            if !new.exists() {
                match fs::rename(&target, &new) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err((target, error)),
                    _ => {}
                }
            }
            step();
            if part == OLD {
                fs::rename(&kept, &target).map_err(|error| (target, error))?;
                step();
            }
        }
    }
    sync(directory);
    Ok(())
}

/// Whether its files are to be moved, or to be put back.
fn is_marked(path: &Path) -> bool {
    [FORWARD, BACK].iter().any(|mark| path.join(mark).exists())
}

/// Removes a place before anything is moved. One that is marked has the only copy of files.
fn discard(path: &Path) {
    if !is_marked(path) {
        finish(path);
    }
}

/// Removes a place that is no longer needed, and its mark first: without one, it is only removed.
fn finish(path: &Path) {
    // A thread that a signal has overtaken may add to it until it sees that it is gone.
    const TIMES: usize = 10;
    unmark(path);
    step();
    for _ in 0..TIMES {
        [NEW, OLD, NONE].iter().for_each(|part| empty(&path.join(part)));
        if fs::remove_dir(path).is_ok() || fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
    }
}

/// Makes a directory and its missing ancestors. Those that it made are removed with the result, if they are empty then.
pub(super) fn make(path: &Path) -> io::Result<Vec<Undo>> {
    // `new/.` is there as soon as `new` is.
    let path = path.components().as_path();
    let missing: Vec<&Path> =
        path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    let mut made = Vec::new();
    for directory in missing.into_iter().rev() {
        let undone = directory.to_owned();
        match Undo::of(|| fs::create_dir(directory), move || drop(fs::remove_dir(undone))) {
            Ok(undo) => made.push(undo),
            // Another program was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => {
                // The last one is the first to go.
                while made.pop().is_some() {}
                return Err(error);
            }
        }
    }
    // The last one is dropped first.
    made.reverse();
    match path.as_os_str().is_empty() || path.is_dir() {
        true => Ok(made),
        false => Err(ErrorKind::NotADirectory.into()),
    }
}

/// Removes a part of a place. There may be hardly a file left that may be opened: one directory is opened at a time, and an
/// empty one not at all.
fn empty(part: &Path) {
    if fs::remove_dir(part).is_err() {
        names(part).unwrap_or_default().iter().for_each(|name| drop(fs::remove_file(part.join(name))));
        let _ = fs::remove_dir(part);
    }
}

fn unmark(path: &Path) {
    for mark in [FORWARD, BACK] {
        let _ = fs::remove_file(path.join(mark));
    }
}

/// The names in a part of the place, in order; none if it is not there yet.
fn names(part: &Path) -> Result<Vec<std::ffi::OsString>, Failure> {
    let read = || fs::read_dir(part)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>();
    let mut names = match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        names => names.map_err(|error| (part.to_owned(), error))?,
    };
    names.sort();
    Ok(names)
}

/// Whether there is a file to be replaced. Anything else has come since the command began.
fn is_replaceable(target: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
        Ok(found) if found.is_file() => Ok(true),
        Ok(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(_) => Err(io::Error::other("it has become something other than a file")),
    }
}

/// A new file has the permissions, and if possible the owner, of the one that it replaces.
#[cfg(unix)]
fn like(file: &File, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let Ok(former) = fs::metadata(target) else { return Ok(()) };
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (former.uid(), former.gid()) {
        let _ = fchown(file, Some(former.uid()), Some(former.gid()));
    }
    file.set_permissions(former.permissions())
}

#[cfg(not(unix))]
fn like(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

/// A file is on the disk only when its directory is; some systems cannot open directories, and need not.
pub(super) fn sync(directory: &Path) {
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
}

/// A moment between two changes of the disk. Debug builds end at the one that a test names, as if they were killed.
#[inline]
pub(super) fn step() {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicU32, Ordering};
        static STEPS: AtomicU32 = AtomicU32::new(0);
        let named = std::env::var("CTISIM_KILLED_AT").ok().and_then(|step| step.parse().ok());
        if named == Some(STEPS.fetch_add(1, Ordering::Relaxed)) {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 3] = ["a", "b", "c"];

    fn staged(directory: &Path) -> (Place, Undo) {
        let (place, undo) = Place::make(directory).unwrap();
        FILES.iter().for_each(|name| place.stage(OsStr::new(name), b"new").unwrap());
        place.mark().unwrap();
        (place, undo)
    }

    fn content(directory: &Path) -> Vec<(String, Vec<u8>)> {
        let names = names(directory).unwrap().into_iter().map(|name| name.into_string().unwrap());
        let files = names.map(|name| (fs::read(directory.join(&name)).unwrap_or_default(), name));
        files.map(|(content, name)| (name, content)).collect()
    }

    /// A directory comes to be where the last of three files goes: `a` was not there, and `b` is to be as it was.
    #[test]
    fn what_cannot_be_moved_takes_the_others_back() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("b"), "old").unwrap();
        let (place, undo) = staged(directory.path());
        fs::create_dir(directory.path().join("c")).unwrap();
        let (path, error) = place.move_all().unwrap_err();
        assert_eq!((path, error.kind()), (directory.path().join("c"), ErrorKind::IsADirectory));
        drop(undo);
        assert_eq!(content(directory.path()), [("b".to_owned(), b"old".to_vec()), ("c".to_owned(), Vec::new())]);
    }

    /// The same where a program that was killed had the mark: whoever comes next finds the old files.
    #[test]
    fn what_cannot_be_finished_is_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("b"), "old").unwrap();
        let (place, undo) = staged(directory.path());
        undo.forget();
        drop(place);
        fs::create_dir(directory.path().join("c")).unwrap();
        assert!(recover(directory.path()).unwrap());
        assert_eq!(content(directory.path()), [("b".to_owned(), b"old".to_vec()), ("c".to_owned(), Vec::new())]);
    }

    /// A signal comes while the place is being made: one thread removes it, and the other one goes on until it sees that.
    #[test]
    fn a_place_that_is_still_being_made_is_removed() {
        for _ in 0..200 {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join(PLACE);
            fs::create_dir(&path).unwrap();
            let made = path.clone();
            let maker = std::thread::spawn(move || {
                [NEW, OLD, NONE].iter().try_for_each(|part| fs::create_dir(made.join(part)))?;
                File::create_new(made.join(NEW).join("check")).map(drop)
            });
            discard(&path);
            let _ = maker.join().unwrap();
            assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_place_is_one_programs() {
        let directory = tempfile::tempdir().unwrap();
        let (place, undo) = staged(directory.path());
        assert!(!recover(directory.path()).unwrap(), "somebody is at work");
        assert!(lock(&place.path).unwrap().is_none());
        place.move_all().unwrap();
        place.remove();
        undo.forget();
        assert_eq!(content(directory.path()), FILES.map(|name| (name.to_owned(), b"new".to_vec())));
        assert!(recover(directory.path()).unwrap());
    }
}
