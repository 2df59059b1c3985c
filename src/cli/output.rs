//! Result files: each appears whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::stop::Stop;

/// A file to write: its name and its content.
pub(super) type File<Name = &'static str> = (Name, Vec<u8>);

/// A directory for results, which need not exist yet.
pub(super) struct OutputDirectory {
    path: PathBuf,
}

impl OutputDirectory {
    pub(super) fn new(path: PathBuf) -> OutputDirectory {
        OutputDirectory { path }
    }

    /// The directory that was asked for, or `default` below `results`.
    pub(super) fn of(asked: Option<&Path>, default: &str) -> OutputDirectory {
        OutputDirectory::new(asked.map_or_else(|| Path::new("results").join(default), Path::to_owned))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that files of these names can be written there, by writing one, and leaves everything as it was: an hour of
    /// simulation may lie between this and the results, and it may be interrupted.
    pub(super) fn check(&self, names: &[&str]) -> Result<(), Stop> {
        let created = self.create()?;
        let result = self.try_out(names);
        remove(&created);
        result
    }

    fn try_out(&self, names: &[&str]) -> Result<(), Stop> {
        for name in names {
            let path = self.path.join(name);
            if path.is_dir() {
                return Err(failure(&path, &ErrorKind::IsADirectory.into()));
            }
        }
        let mut file = self.temporary("check").map_err(|error| failure(&self.path, &error))?;
        file.write_all(b"?").map_err(|error| failure(&self.path, &error))
    }

    /// Writes the files. All are first written to temporary files, and renamed only when all of them are on the disk.
    pub(super) fn write<Name: AsRef<str>>(&self, files: &[File<Name>]) -> Result<(), Stop> {
        self.write_through(files, |file, content| file.write_all(content))
    }

    fn write_through<Name: AsRef<str>>(
        &self,
        files: &[File<Name>],
        write: impl Fn(&mut fs::File, &[u8]) -> io::Result<()>,
    ) -> Result<(), Stop> {
        let created = self.create()?;
        let result = self.stage(files, write).and_then(|staged| self.commit(staged));
        if result.is_err() {
            remove(&created);
        }
        result
    }

    /// All files, as temporary files, which are deleted when they are dropped.
    fn stage<Name: AsRef<str>>(
        &self,
        files: &[File<Name>],
        write: impl Fn(&mut fs::File, &[u8]) -> io::Result<()>,
    ) -> Result<Vec<(NamedTempFile, PathBuf)>, Stop> {
        let mut staged = Vec::new();
        for (name, content) in files {
            let name = name.as_ref();
            let path = self.path.join(name);
            let file = self.temporary(name).and_then(|mut file| {
                write(file.as_file_mut(), content)?;
                file.as_file().sync_all()?;
                Ok(file)
            });
            staged.push((file.map_err(|error| failure(&path, &error))?, path));
        }
        Ok(staged)
    }

    fn commit(&self, staged: Vec<(NamedTempFile, PathBuf)>) -> Result<(), Stop> {
        for (file, path) in staged {
            file.persist(&path).map_err(|error| failure(&path, &error.error))?;
        }
        // A rename is on the disk only when its directory is; some platforms cannot open directories, and need not.
        match fs::File::open(&self.path) {
            Ok(directory) => directory.sync_all().map_err(|error| failure(&self.path, &error)),
            Err(_) => Ok(()),
        }
    }

    fn temporary(&self, name: &str) -> io::Result<NamedTempFile> {
        let prefix = format!(".{name}.");
        let mut builder = Builder::new();
        builder.prefix(&prefix);
        // Others may read the results, subject to the umask.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(&self.path)
    }

    /// Creates the directory and its missing ancestors, and returns those it created.
    fn create(&self) -> Result<Vec<PathBuf>, Stop> {
        let missing: Vec<&Path> =
            self.path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
        let created: Vec<PathBuf> = missing.into_iter().rev().map(Path::to_owned).collect();
        fs::create_dir_all(&self.path)
            .map_err(|error| {
                remove(&created);
                failure(&self.path, &error)
            })
            .map(|()| created)
    }
}

/// What happens to a file that exists.
pub(super) enum Former {
    /// It is replaced.
    Replaced,
    /// It is kept, and this is the error.
    Kept(String),
}

/// Writes a file, whole or not at all.
pub(super) fn write_file(path: &Path, content: &[u8], former: &Former) -> Result<(), Stop> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let failed = |error: &io::Error| match (error.kind(), former) {
        (ErrorKind::AlreadyExists, Former::Kept(why)) => Stop::Failed(why.clone()),
        _ => Stop::Failed(format!(
            "cannot write {}: {error}\n  help: give a path that can be written to, or - for standard output",
            path.display()
        )),
    };
    let mut file = OutputDirectory::new(directory.to_owned()).temporary("new").map_err(|error| failed(&error))?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(|error| failed(&error))?;
    let persisted = match former {
        Former::Replaced => file.persist(path),
        Former::Kept(_) => file.persist_noclobber(path),
    };
    persisted.map(|_| ()).map_err(|error| failed(&error.error))
}

/// Removes directories that [`OutputDirectory::create`] created, unless there is something in them by now.
fn remove(created: &[PathBuf]) {
    for directory in created.iter().rev() {
        let _ = fs::remove_dir(directory);
    }
}

/// The path, the reason and what to do about it.
fn failure(path: &Path, error: &io::Error) -> Stop {
    let help = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space, or choose another directory with --out"
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "move what is in its place, or choose another directory with --out"
        }
        _ => "choose a directory that can be written to with --out, or print only with --no-files",
    };
    Stop::Failed(format!("cannot write {}: {error}\n  help: {help}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 2] = ["a.csv", "b.csv"];

    fn files() -> Vec<File> {
        FILES.map(|name| (name, name.as_bytes().to_vec())).to_vec()
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn failed(result: Result<(), Stop>) -> String {
        match result {
            Err(stop @ Stop::Failed(_)) => stop.message(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files_replace_those_of_the_run_before() {
        let root = tempfile::tempdir().unwrap();
        let output = OutputDirectory::new(root.path().join("results/x"));
        output.check(&FILES).unwrap();
        assert_eq!(names(root.path()), [""; 0]);
        output.write(&[("a.csv", b"old".to_vec())]).unwrap();
        output.check(&FILES).unwrap();
        output.write(&files()).unwrap();
        assert_eq!(names(&output.path), FILES);
        assert_eq!(fs::read(output.path.join("a.csv")).unwrap(), b"a.csv");
    }

    /// The second file meets a disk that is full.
    #[cfg(target_os = "linux")]
    fn full_disk(file: &mut fs::File, content: &[u8]) -> io::Result<()> {
        if content == b"b.csv" {
            return fs::File::create("/dev/full")?.write_all(content);
        }
        file.write_all(content)
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let output = OutputDirectory::new(root.path().join("results/x"));
        let message = failed(output.write_through(&files(), full_disk));
        assert!(message.contains("b.csv") && message.contains("No space left"), "{message}");
        assert!(message.contains("free some space"), "{message}");
        assert_eq!(names(root.path()), [""; 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_results_of_the_run_before() {
        let root = tempfile::tempdir().unwrap();
        let output = OutputDirectory::new(root.path().to_owned());
        output.write(&[("a.csv", b"old".to_vec())]).unwrap();
        failed(output.write_through(&files(), full_disk));
        assert_eq!(names(root.path()), ["a.csv"]);
        assert_eq!(fs::read(root.path().join("a.csv")).unwrap(), b"old");
    }

    #[test]
    fn a_file_in_the_place_of_the_directory() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("results"), "").unwrap();
        let output = OutputDirectory::new(root.path().join("results/x"));
        let message = failed(output.check(&FILES));
        assert!(message.contains("results/x") && message.contains("--out"), "{message}");
        failed(output.write(&files()));
        assert_eq!(names(root.path()), ["results"]);
    }

    #[test]
    fn a_directory_in_the_place_of_a_file() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("b.csv")).unwrap();
        let output = OutputDirectory::new(root.path().to_owned());
        assert!(failed(output.check(&FILES)).contains("b.csv"));
        assert_eq!(names(root.path()), ["b.csv"]);
    }
}
