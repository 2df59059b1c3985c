//! Access to the files that a workload refers to.

/// Access to the files that a workload refers to: nothing below the command line opens one itself.
pub trait Files {
    /// The contents of a file, by its path in the workload; or why it cannot be read, in words that follow its name.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// No files.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("cannot be read: this workload has no files".to_owned())
    }
}
