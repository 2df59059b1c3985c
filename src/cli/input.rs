//! Files that are read: each once, whole, and bounded.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::memory;
use crate::workload::{Contents, Files};

/// The largest file beside a workload, or baseline: tens of millions of calls.
pub(super) const FILE_BYTES_MAX: usize = 1 << 30;

/// The option of every command that reads a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(super) struct Allowed {
    /// Let the workload name files below this directory too, not only below its own; may be repeated
    #[arg(long = "allow-read", display_order = 790, value_name = "DIR")]
    pub(super) directories: Vec<PathBuf>,
}

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    Regular,
    /// Or a pipe, as of a shell's `<(...)`.
    Piped,
}

/// A whole file; or why not, in words that follow its name. A device is never opened, and nothing is read without end.
pub(super) fn read(path: &Path, most: usize, kind: Kind) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    let found = fs::metadata(path).map_err(unreadable)?;
    if found.is_dir() {
        return Err("is a directory".to_owned());
    }
    let readable = found.is_file() || kind == Kind::Piped && is_pipe(&found);
    if !readable {
        return Err("is not a regular file: it is not read".to_owned());
    }
    let bytes = read_from(File::open(path).map_err(unreadable)?, most, found.len()).map_err(unreadable)?;
    match bytes.len() > most {
        true => Err(format!("is longer than {} MiB", most >> 20)),
        false => Ok(bytes),
    }
}

#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// Everything, or one byte more than `most`, which shows that it is too long. `likely` bytes are expected.
pub(super) fn read_from(from: impl Read, most: usize, likely: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = most as u64 + 1;
    bytes.try_reserve_exact(likely.min(most) as usize)?;
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The files that a workload names, each read once: what was digested is what was simulated.
pub(super) struct Beside {
    /// Where relative paths begin.
    directory: PathBuf,
    /// What is within reach; `None`: everything, since the user named the file.
    within: Option<Vec<PathBuf>>,
    kept: RefCell<BTreeMap<String, Result<Arc<Contents>, String>>>,
    /// Where those that were read are.
    places: RefCell<Vec<PathBuf>>,
}

impl Beside {
    /// The files of a workload in this directory, and in those that the user allows.
    pub(super) fn workload(directory: &Path, allowed: &Allowed) -> Beside {
        let within = [directory].into_iter().chain(allowed.directories.iter().map(PathBuf::as_path));
        Beside {
            directory: directory.to_owned(),
            within: Some(within.filter_map(|it| current(it).canonicalize().ok()).collect()),
            kept: RefCell::default(),
            places: RefCell::default(),
        }
    }

    /// The files that the user names on the command line.
    pub(super) fn named() -> Beside {
        Beside { directory: PathBuf::new(), within: None, kept: RefCell::default(), places: RefCell::default() }
    }

    /// The files that were read so far.
    pub(super) fn places(&self) -> Vec<PathBuf> {
        self.places.borrow().clone()
    }

    /// The files that were read so far, as the workload names them.
    pub(super) fn contents(&self) -> Vec<(String, Arc<Contents>)> {
        let kept = self.kept.borrow();
        kept.iter().filter_map(|(path, found)| Some((path.clone(), found.as_ref().ok()?.clone()))).collect()
    }

    fn find(&self, path: &str) -> Result<Arc<Contents>, String> {
        let place = self.directory.join(path);
        let Some(within) = &self.within else {
            return read(&place, FILE_BYTES_MAX, Kind::Piped).map(Contents::quotable);
        };
        // Links are followed first: what counts is where the file is.
        let place = place.canonicalize().map_err(|error| format!("cannot be read: {error}"))?;
        if !within.iter().any(|directory| place.starts_with(directory)) {
            return Err(
                "is outside the directory of the workload: copy it there, or allow its directory with --allow-read \
                        DIR"
                .to_owned(),
            );
        }
        let own = current(&self.directory).canonicalize();
        let quotable = own.is_ok_and(|own| place.starts_with(own));
        read(&place, FILE_BYTES_MAX, Kind::Regular).map(|bytes| Arc::new(Contents { bytes, quotable }))
    }
}

/// An empty path is the current directory.
fn current(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Arc<Contents>, String> {
        if let Some(kept) = self.kept.borrow().get(path) {
            return kept.clone();
        }
        let found = self.find(path);
        self.places.borrow_mut().push(self.directory.join(path));
        self.kept.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    fn room(&self, bytes: u64) -> Result<(), String> {
        memory::room(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(beside: &Beside, path: &str) -> String {
        beside.read(path).expect_err(path)
    }

    #[test]
    fn a_file_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.csv");
        fs::write(&path, "before").unwrap();
        let beside = Beside::workload(directory.path(), &Allowed::default());
        assert_eq!(beside.read("a.csv").unwrap().bytes, b"before");
        fs::write(&path, "after").unwrap();
        assert_eq!(beside.read("a.csv").unwrap().bytes, b"before");
        assert!(refused(&beside, "b.csv").contains("cannot be read"));
        fs::write(directory.path().join("b.csv"), "later").unwrap();
        assert!(refused(&beside, "b.csv").contains("cannot be read"));
    }

    #[test]
    fn files_elsewhere_are_read_only_where_that_is_allowed_and_never_quoted() {
        let root = tempfile::tempdir().unwrap();
        let (site, shared) = (root.path().join("site"), root.path().join("shared"));
        fs::create_dir_all(site.join("lists")).unwrap();
        fs::create_dir(&shared).unwrap();
        fs::write(site.join("lists/a.csv"), "a").unwrap();
        fs::write(shared.join("secret"), "s").unwrap();
        let beside = Beside::workload(&site, &Allowed::default());
        for own in
            ["lists/a.csv", "lists/../lists/a.csv", "../site/lists/a.csv", &site.join("lists/a.csv").to_string_lossy()]
        {
            assert!(beside.read(own).unwrap().quotable, "{own}");
        }
        let absolute = shared.join("secret").to_string_lossy().into_owned();
        for other in ["../shared/secret", &absolute] {
            assert!(refused(&beside, other).contains("--allow-read DIR"), "{other}");
        }
        let allowed = Allowed { directories: vec![shared.clone()] };
        let beside = Beside::workload(&site, &allowed);
        assert!(beside.read("lists/a.csv").unwrap().quotable);
        assert!(!beside.read("../shared/secret").unwrap().quotable);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&absolute, site.join("link")).unwrap();
            assert!(!beside.read("link").unwrap().quotable);
            assert!(refused(&Beside::workload(&site, &Allowed::default()), "link").contains("outside"));
        }
        assert!(Beside::named().read(&absolute).unwrap().quotable);
    }

    /// A FIFO of its own: opening it would wait for ever.
    #[cfg(unix)]
    #[test]
    fn nothing_but_regular_files_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let beside = Beside::workload(directory.path(), &Allowed::default());
        assert!(refused(&beside, "fifo").contains("not a regular file"));
        assert!(refused(&beside, ".").contains("is a directory"));
        let long = directory.path().join("long");
        fs::write(&long, [b'x'; 11]).unwrap();
        assert_eq!(read(&long, 11, Kind::Regular).map(|bytes| bytes.len()), Ok(11));
        assert!(read(&long, 10, Kind::Regular).unwrap_err().contains("longer"));
        assert_eq!(read_from(io::repeat(0), 10, u64::MAX).unwrap().len(), 11);
    }
}
