//! Files that are written: the only place in the program that writes any.
//!
//! A command claims what it is going to write before it runs: an hour of simulation may lie between that and the results.
//! A claim finds what cannot be written, what would be lost, and who else is writing there; and it finishes or undoes what a
//! program that was killed has left ([`install`]). The files of a directory then appear all together or not at all.

mod aside;
mod help;
mod install;
mod target;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

pub(super) use aside::Aside;
use help::Help;
pub(super) use install::Failure;
use install::{EACH, Lock, Place, lock, make};
use target::{Identity, Target, canonical, directory};

use super::signals::{self, Undo};
use super::stop::Stop;
use super::terminal::print;

/// A file to write: its name and its content.
pub(super) type File<Name = &'static str> = (Name, Vec<u8>);

/// The directory for results that was asked for, or `default` below `results`.
pub(super) fn results(asked: Option<&Path>, default: &str) -> PathBuf {
    asked.map_or_else(|| Path::new("results").join(default), Path::to_owned)
}

/// What happens to a file that exists.
pub(super) enum Former {
    /// It is replaced.
    Replaced,
    /// It is kept, and this is the error.
    Kept(String),
}

/// The files that a command reads, which it must not write.
#[derive(Default)]
pub(super) struct Inputs(Vec<PathBuf>);

impl Inputs {
    /// These and those of another part of the command.
    pub(super) fn and(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Inputs {
        self.0.extend(paths);
        self
    }

    /// These and those of another workload.
    pub(super) fn join(self, other: Inputs) -> Inputs {
        self.and(other.0)
    }

    /// Which of them this is.
    fn find(&self, target: &Target) -> Option<&Path> {
        let own = Identity::of(&target.path()?).filter(|_| !target.is_sink())?;
        self.0.iter().find(|input| Identity::of(input).is_some_and(|input| input == own)).map(PathBuf::as_path)
    }
}

/// A file that a command is going to write.
struct Slot {
    /// As the user knows it.
    shown: PathBuf,
    target: Target,
    former: Former,
}

/// What a command is going to write. When this is dropped, directories that it made and that are still empty are removed.
pub(super) struct Claim {
    /// Where names begin; empty if they are paths themselves.
    base: PathBuf,
    slots: Vec<Slot>,
    help: Help,
    _made: Vec<Undo>,
    _lock: Option<Lock>,
}

impl Claim {
    /// Files of these names in a directory, which need not exist yet. No other program may claim it meanwhile.
    pub(super) fn directory(path: PathBuf, names: &[&str], inputs: &Inputs) -> Result<Claim, Stop> {
        let help = Help::Directory;
        let failed = |error| explained(help, (path.clone(), error), &[]);
        let (made, lock) = claimed(&path).map_err(failed)?;
        let mut claim = Claim { base: path, slots: Vec::new(), help, _made: made, _lock: Some(lock) };
        let directory = claim.base.clone();
        claim.recover(help, &directory)?;
        for name in names {
            claim.add(help, name, claim.base.join(name), Former::Replaced, inputs)?;
        }
        claim.try_out(help, &directory)?;
        Ok(claim)
    }

    /// Files of single paths, each with the flag that it was given with.
    pub(super) fn files<'a>(
        asked: impl IntoIterator<Item = (&'a str, &'a Path, Former)>,
        inputs: &Inputs,
    ) -> Result<Claim, Stop> {
        let mut claim =
            Claim { base: PathBuf::new(), slots: Vec::new(), help: Help::File, _made: Vec::new(), _lock: None };
        for (flag, path, former) in asked {
            claim = claim.also(flag, path, former, inputs)?;
        }
        Ok(claim)
    }

    /// These and a file of a path of its own, with the flag that it was given with.
    pub(super) fn also(mut self, flag: &str, path: &Path, former: Former, inputs: &Inputs) -> Result<Claim, Stop> {
        let help = Help::File;
        let made = make(directory(path)).map_err(|error| explained(help, (path.to_owned(), error), &self.slots))?;
        self._made.extend(made);
        self.add(help, flag, path.to_owned(), former, inputs)?;
        Ok(self)
    }

    /// Adds a file, unless it must not be written or cannot.
    fn add(&mut self, help: Help, flag: &str, shown: PathBuf, former: Former, inputs: &Inputs) -> Result<(), Stop> {
        let refused = |why: String| {
            let what =
                if help == Help::File { format!("{flag} {}", shown.display()) } else { shown.display().to_string() };
            Stop::Usage(format!("{what}: {why}\n  help: {}", help.another()))
        };
        let target = Target::of(&shown).map_err(|error| explained(help, (shown.clone(), error), &self.slots))?;
        if let Some(input) = inputs.find(&target) {
            return Err(refused(format!(
                "this command reads {}, and does not overwrite what it reads",
                input.display()
            )));
        }
        if let Some(other) = self.slots.iter().find(|slot| slot.target.is_same(&target)) {
            return Err(refused(format!("{} is written to the same file", other.shown.display())));
        }
        if let (Former::Kept(why), Target::File { .. }) = (&former, &target)
            && target.path().is_some_and(|path| path.exists())
        {
            return Err(Stop::Failed(why.clone()));
        }
        if let Target::File { directory, .. } = &target
            && (help == Help::File || *directory != canonical(&self.base))
        {
            let directory = directory.clone();
            self.slots.push(Slot { shown, target, former });
            self.recover(help, &directory)?;
            return self.try_out(help, &directory);
        }
        self.slots.push(Slot { shown, target, former });
        Ok(())
    }

    /// Deals with what a program that was killed has left in a directory.
    fn recover(&self, help: Help, directory: &Path) -> Result<(), Stop> {
        install::recover(directory).map(|_| ()).map_err(|failure| explained(help, failure, &self.slots))
    }

    /// Writes a byte there, and leaves everything as it was.
    fn try_out(&self, help: Help, directory: &Path) -> Result<(), Stop> {
        let tried = Place::make(directory).and_then(|(place, _undo)| place.stage(OsStr::new("check"), b"?"));
        tried.map_err(|(_, error)| {
            let shown = self.slots.last().filter(|_| help == Help::File).map(|slot| slot.shown.clone());
            explained(help, (shown.unwrap_or_else(|| directory.to_owned()), error), &self.slots)
        })
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        &self.base
    }

    /// A directory in this one, whose files are written one at a time.
    pub(super) fn folder(&self, name: &str) -> Result<Folder, Stop> {
        let path = self.base.join(name);
        let made = make(&path).map_err(|error| self.failed((path.clone(), error)))?;
        self.recover(self.help, &path)?;
        self.try_out(self.help, &path)?;
        Ok(Folder { path, _made: made })
    }

    /// Writes files that were claimed: those of a directory all or none, and then what is written straight through.
    pub(super) fn write<Name: AsRef<Path>>(&self, files: &[File<Name>]) -> Result<(), Stop> {
        let find = |name: &Path| {
            let shown = self.base.join(name);
            let is_it = |slot: &&Slot| slot.shown == shown || slot.shown == name;
            self.slots.iter().find(is_it).expect("only what was claimed is written")
        };
        let files: Vec<(&Slot, &[u8])> =
            files.iter().map(|(name, content)| (find(name.as_ref()), content.as_slice())).collect();
        if self.help == Help::Directory {
            // Somebody may have removed it meanwhile.
            fs::create_dir_all(&self.base).map_err(|error| self.failed((self.base.clone(), error)))?;
        }
        installed(&files).map_err(|failure| self.kept(&files).unwrap_or_else(|| self.failed(failure)))?;
        for (slot, content) in files {
            match &slot.target {
                Target::File { .. } => {}
                Target::Output => print(content)?,
                Target::Error => drop(io::stderr().write_all(content)),
                Target::Stream(path) => {
                    stream(path, content).map_err(|error| self.failed((slot.shown.clone(), error)))?
                }
            }
        }
        Ok(())
    }

    /// The error, if the reason is a file that is to be kept.
    fn kept(&self, files: &[(&Slot, &[u8])]) -> Option<Stop> {
        files.iter().find_map(|(slot, _)| match &slot.former {
            Former::Kept(why) if slot.target.path()?.exists() => Some(Stop::Failed(why.clone())),
            _ => None,
        })
    }

    fn failed(&self, failure: Failure) -> Stop {
        explained(self.help, failure, &self.slots)
    }
}

/// A directory whose files are written one at a time, each whole or not at all. When this is dropped, it is removed if this
/// command made it and it is still empty.
pub(super) struct Folder {
    path: PathBuf,
    _made: Vec<Undo>,
}

impl Folder {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<(), Stop> {
        let write = || {
            fs::create_dir_all(&self.path).map_err(|error| (self.path.clone(), error))?;
            let (place, undo) = Place::make(&self.path)?;
            let name = OsStr::new(name);
            place.stage(name, content)?;
            signals::whole(&[undo], || place.move_one(name, false))
        };
        write().map_err(|failure| explained(Help::Directory, failure, &[]))
    }
}

/// A directory for what is not a result, which is removed when this is dropped or a signal ends the program.
pub(super) struct Scratch {
    path: PathBuf,
    _made: Undo,
}

impl Scratch {
    /// Makes it where the system keeps such.
    pub(super) fn new() -> io::Result<Scratch> {
        let path = tempfile::tempdir()?.keep();
        let made = path.clone();
        let undo = Undo::of(|| Ok(()), move || drop(fs::remove_dir_all(made)))?;
        Ok(Scratch { path, _made: undo })
    }

    /// A new file in it.
    pub(super) fn file(&self, name: &str) -> io::Result<fs::File> {
        fs::File::create_new(self.path.join(name))
    }

    /// The path of a file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// A regular file: its name in its directory, where it is to go, and its content.
type Named<'a> = (&'a OsStr, &'a Slot, &'a [u8]);

/// Writes all regular files: of a directory all or none, and none at all if one of any directory cannot be written.
fn installed(files: &[(&Slot, &[u8])]) -> Result<(), Failure> {
    let mut directories: BTreeMap<&Path, Vec<Named<'_>>> = BTreeMap::new();
    for (slot, content) in files {
        if let Target::File { directory, name } = &slot.target {
            directories.entry(directory).or_default().push((name, slot, content));
        }
    }
    let mut places = Vec::new();
    let mut undo = Vec::new();
    for (directory, files) in &directories {
        let (place, undone) = Place::make(directory)?;
        undo.push(undone);
        for (name, _, content) in files {
            place.stage(name, content)?;
        }
        places.push(place);
    }
    let single: Option<(&OsStr, &Slot)> = match &*directories.values().collect::<Vec<_>>() {
        [files] if files.len() == 1 => Some((files[0].0, files[0].1)),
        _ => None,
    };
    signals::whole(&undo, || match single {
        Some((name, slot)) => places[0].move_one(name, matches!(slot.former, Former::Kept(_))),
        None => moved(&places),
    })
}

/// Moves the files of all places, or none.
fn moved(places: &[Place]) -> Result<(), Failure> {
    let all = places.iter().try_for_each(Place::mark).and_then(|()| places.iter().try_for_each(Place::move_all));
    match all {
        Ok(()) => places.iter().for_each(Place::remove),
        Err(_) => places.iter().for_each(Place::take_back),
    }
    all
}

/// Writes through a device or a pipe. It is no error if the reader has seen enough.
fn stream(path: &Path, content: &[u8]) -> io::Result<()> {
    let written = fs::OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(content));
    written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Makes a directory and keeps other programs out of it.
fn claimed(path: &Path) -> io::Result<(Vec<Undo>, Lock)> {
    // Another program may remove what it made and did not need, or be about to end.
    const TIMES: usize = 20;
    let mut why = io::Error::other("another ctisim is writing there");
    for _ in 0..TIMES {
        match make(path) {
            Ok(made) => match lock(path)? {
                Some(lock) => return Ok((made, lock)),
                None => why = io::Error::other("another ctisim is writing there"),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => why = error,
            Err(error) => return Err(error),
        }
        std::thread::sleep(EACH);
    }
    Err(why)
}

/// The error for the user: the path as the user knows it.
fn explained(help: Help, (path, error): Failure, slots: &[Slot]) -> Stop {
    let known = slots.iter().find_map(|slot| {
        let target = slot.target.path()?;
        let beside = || Some(directory(&slot.shown).join(path.strip_prefix(target.parent()?).ok()?));
        if target == path { Some(slot.shown.clone()) } else { beside() }
    });
    help.failure(&known.unwrap_or(path), &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 2] = ["a.csv", "b.csv"];

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn claim(path: PathBuf) -> Result<Claim, Stop> {
        Claim::directory(path, &FILES, &Inputs::default())
    }

    fn failed<T>(result: Result<T, Stop>) -> String {
        match result {
            Err(stop @ Stop::Failed(_)) => stop.message(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it can be written"),
        }
    }

    #[test]
    fn files_replace_those_of_the_run_before() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("results/x");
        drop(claim(path.clone()).unwrap());
        assert_eq!(names(root.path()), [""; 0], "nothing was written");
        for content in ["old", "new"] {
            let claim = claim(path.clone()).unwrap();
            claim.write(&FILES.map(|name| (name, content.into()))).unwrap();
            drop(claim);
            assert_eq!(names(&path), FILES);
            assert!(FILES.iter().all(|name| fs::read(path.join(name)).unwrap() == content.as_bytes()));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_is_claimed_once() {
        let root = tempfile::tempdir().unwrap();
        let first = claim(root.path().join("x")).unwrap();
        std::os::unix::fs::symlink("x", root.path().join("y")).unwrap();
        let message = failed(claim(root.path().join("y")));
        assert!(message.contains("y: another ctisim is writing there") && message.contains("--out"), "{message}");
        drop(first);
        claim(root.path().join("x")).unwrap();
    }

    #[test]
    fn a_file_in_the_place_of_the_directory() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("results"), "").unwrap();
        let message = failed(claim(root.path().join("results/x")));
        assert!(message.contains("results/x") && message.contains("--out"), "{message}");
        assert_eq!(names(root.path()), ["results"]);
    }

    #[test]
    fn a_directory_in_the_place_of_a_file() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("b.csv")).unwrap();
        assert!(failed(claim(root.path().to_owned())).contains("b.csv"));
        assert_eq!(names(root.path()), ["b.csv"]);
    }

    /// Two files of different directories, one of which cannot be written: neither is.
    #[test]
    fn files_of_several_directories_are_all_written_or_none() {
        let root = tempfile::tempdir().unwrap();
        let paths = ["x/a", "y/b"].map(|path| root.path().join(path));
        let asked = paths.iter().map(|path| ("--json", path.as_path(), Former::Replaced));
        let claim = Claim::files(asked, &Inputs::default()).unwrap();
        let files = paths.each_ref().map(|path| (path, b"new".to_vec()));
        fs::create_dir(&paths[1]).unwrap();
        failed(claim.write(&files));
        assert_eq!((names(&root.path().join("x")), names(&root.path().join("y"))), (vec![], vec!["b".to_owned()]));
        fs::remove_dir(&paths[1]).unwrap();
        claim.write(&files).unwrap();
        assert!(paths.iter().all(|path| fs::read(path).unwrap() == b"new"));
    }
}
