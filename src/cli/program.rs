//! The program, from its command line to its exit code.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::arguments::Arguments;
use super::heap;
use super::signals;
use super::stop::Stop;
use super::terminal::message;

/// Parses the command line and runs its command.
pub fn main() -> ExitCode {
    heap::reserve();
    let arguments = Arguments::parse();
    if let Err(error) = signals::listen() {
        message(&format!("error: cannot listen for signals: {error}"));
        return ExitCode::FAILURE;
    }
    match arguments.command.unwrap_or_default().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Misused(why)) => Arguments::command().error(ErrorKind::InvalidValue, why).exit(),
        Err(stop) => {
            if stop != Stop::Found {
                message(&stop.message());
            }
            ExitCode::from(match stop {
                Stop::Interrupted { .. } | Stop::Paused(_) => signals::exit_code(),
                _ => stop.exit_code(),
            })
        }
    }
}
