//! The program, from its command line to its exit code.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::arguments::Arguments;
use super::stop::Stop;
use super::terminal::say;

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    match Arguments::parse().command.unwrap_or_default().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Misused(message)) => Arguments::command().error(ErrorKind::InvalidValue, message).exit(),
        Err(stop) => {
            if stop != Stop::Found {
                say(&stop.message());
            }
            ExitCode::from(stop.exit_code())
        }
    }
}
