//! What a path leads to: a file, something that is written straight through, or nothing that is written at all.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A regular file, or none yet. Links have been followed, and the directory exists.
    File {
        /// Its directory.
        directory: PathBuf,
        /// Its name there.
        name: OsString,
    },
    /// A device or a pipe: it is written straight through.
    Stream(PathBuf),
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// As many links are followed as Linux follows.
const LINKS_MAX: usize = 40;

impl Target {
    /// What this path leads to.
    ///
    /// # Errors
    /// Why nothing can be written there.
    pub(super) fn of(path: &Path) -> io::Result<Target> {
        let mut path = path.to_owned();
        for _ in 0..LINKS_MAX {
            if let Some(own) = own_stream(&path) {
                return Ok(own);
            }
            let found = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Target::file(&path),
                found => found?,
            };
            if found.is_symlink() {
                // The link stays, and what it leads to is written; that need not exist.
                path = directory(&path).join(fs::read_link(&path)?);
                continue;
            }
            return match is_stream(&found)? {
                true => Ok(Target::Stream(path)),
                false if found.permissions().readonly() => Err(io::Error::other("it is read-only")),
                false => Target::file(&path),
            };
        }
        Err(io::Error::other("too many links lead to each other"))
    }

    fn file(path: &Path) -> io::Result<Target> {
        let is_directory = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let name = path.file_name().filter(|_| !is_directory).ok_or(ErrorKind::IsADirectory)?.to_owned();
        Ok(Target::File { directory: directory(path).canonicalize()?, name })
    }

    /// The path of a file.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match self {
            Target::File { directory, name } => Some(directory.join(name)),
            Target::Stream(path) => Some(path.clone()),
            Target::Output | Target::Error => None,
        }
    }

    /// Whether what is written there twice is mixed up, or lost.
    pub(super) fn is_same(&self, other: &Target) -> bool {
        let identity = |target: &Target| target.path().and_then(|path| Identity::of(&path));
        let same = self == other || identity(self).is_some_and(|own| Some(own) == identity(other));
        same && !self.is_sink()
    }

    /// Whether it is a device such as `/dev/null`, which anything may be written to.
    pub(super) fn is_sink(&self) -> bool {
        matches!(self, Target::Stream(path) if fs::metadata(path).is_ok_and(|found| is_device(&found)))
    }
}

/// Where a path begins; the current directory if it says nothing of that.
pub(super) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The whole path of a directory, if it is there.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let current = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    current.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The same of what need not be there yet.
pub(super) fn canonical_place(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.file_name()) {
        (Err(_), Some(name)) => canonical(directory(path)).join(name),
        _ => canonical(path),
    }
}

/// Standard output or error by its name. What it leads to may be a file, which a shell has opened and goes on writing to.
fn own_stream(path: &Path) -> Option<Target> {
    match path.to_str()? {
        "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => Some(Target::Output),
        "/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2" => Some(Target::Error),
        other if other.starts_with("/dev/fd/") || other.starts_with("/proc/self/fd/") => {
            Some(Target::Stream(path.to_owned()))
        }
        _ => None,
    }
}

/// Whether it is written straight through.
#[cfg(unix)]
fn is_stream(found: &Metadata) -> io::Result<bool> {
    use std::os::unix::fs::FileTypeExt;

    let kind = found.file_type();
    match () {
        () if kind.is_file() => Ok(false),
        () if kind.is_fifo() || kind.is_char_device() => Ok(true),
        () if kind.is_dir() => Err(ErrorKind::IsADirectory.into()),
        () if kind.is_block_device() => Err(io::Error::other("it is a block device")),
        () => Err(io::Error::other("it is a socket")),
    }
}

#[cfg(not(unix))]
fn is_stream(found: &Metadata) -> io::Result<bool> {
    if found.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { Ok(false) }
}

#[cfg(unix)]
fn is_device(found: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&found.file_type())
}

#[cfg(not(unix))]
fn is_device(_: &Metadata) -> bool {
    false
}

/// Which file a path leads to, by whatever name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] PathBuf);

impl Identity {
    /// That of an existing file.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Identity> {
        fs::metadata(path).ok().map(|found| Identity::from(&found))
    }

    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Option<Identity> {
        path.canonicalize().ok().map(Identity)
    }
}

#[cfg(unix)]
impl From<&Metadata> for Identity {
    fn from(found: &Metadata) -> Identity {
        use std::os::unix::fs::MetadataExt;

        Identity((found.dev(), found.ino()))
    }
}
