//! Where the files come from that a workload refers to.

/// Where the files come from that a workload refers to: nothing below the command line opens one itself.
pub trait Files {
    /// All of a file, by the path the workload gives; or why it cannot be had, in words that follow its name.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// No files at all.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("cannot be read: this workload has no files".to_owned())
    }
}
