//! The program's reading of what is typed and kept, without its doing: tests read millions of command lines with it.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

use super::arguments::Arguments;
use super::sweep;
use super::vary::Parameter;
use crate::analysis::PointResult;

/// Reads command lines.
pub struct Prompt(clap::Command);

impl Default for Prompt {
    fn default() -> Prompt {
        let mut program = Arguments::command();
        program.build();
        Prompt(program)
    }
}

impl Prompt {
    /// The command of these words, which begin with the program's name; or the exit code, and what is printed.
    ///
    /// # Errors
    /// Not only of wrong usage: `--help` ends the program too.
    pub fn read(&mut self, words: &[OsString]) -> Result<String, (i32, String)> {
        let matches = self.0.try_get_matches_from_mut(words);
        let arguments = matches.and_then(|mut matches| Arguments::from_arg_matches_mut(&mut matches));
        match arguments {
            Ok(arguments) => Ok(format!("{arguments:?}")),
            Err(error) => Err((error.exit_code(), error.render().to_string())),
        }
    }
}

/// The key and the values of `--vary`.
///
/// # Errors
/// What is wrong with it.
pub fn varied(text: &str) -> Result<(String, Vec<String>), String> {
    Parameter::parse(text).map(|Parameter { key, values, .. }| (key, values))
}

/// The point of a sweep that was stored under this key; `None` if it is damaged.
pub fn stored_point(key: &str, stored: &[u8]) -> Option<PointResult> {
    sweep::unsealed(key, stored)
}

/// A point as it is stored under this key: the checksum fits, whatever the content is.
pub fn sealed_point(key: &str, content: &[u8]) -> Vec<u8> {
    sweep::sealed(key, content)
}
