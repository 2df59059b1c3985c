//! The program, from its command line to its exit code.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::arguments::Arguments;
use super::stop::Stop;
use super::terminal::message;

/// Parses the command line and runs its command.
pub fn main() -> ExitCode {
    match Arguments::parse().command.unwrap_or_default().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Misused(why)) => Arguments::command().error(ErrorKind::InvalidValue, why).exit(),
        Err(stop) => {
            if stop != Stop::Found {
                message(&stop.message());
            }
            ExitCode::from(stop.exit_code())
        }
    }
}
