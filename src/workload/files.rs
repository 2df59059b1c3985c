//! Access to the files that a workload refers to.

use std::sync::Arc;

/// A file that a workload refers to, as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Whether problems may quote it. A workload from somebody else may name files that are not meant to be printed.
    pub quotable: bool,
}

impl Contents {
    /// Contents that problems may quote.
    pub fn quotable(bytes: Vec<u8>) -> Arc<Contents> {
        Arc::new(Contents { bytes, quotable: true })
    }
}

/// Access to the files that a workload refers to: nothing below the command line opens one itself.
pub trait Files {
    /// The contents of a file, by its path in the workload, the same each time; or why it cannot be read, in words that
    /// follow its name.
    fn read(&self, path: &str) -> Result<Arc<Contents>, String>;

    /// Whether there is room for so many bytes that are made of a file; or why not, in words that follow its name.
    fn room(&self, _bytes: u64) -> Result<(), String> {
        Ok(())
    }
}

/// No files.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Arc<Contents>, String> {
        Err("cannot be read: this workload has no files".to_owned())
    }
}
