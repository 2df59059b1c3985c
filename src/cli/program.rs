//! The program, from its command line to its exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::arguments::Arguments;
use super::heap;
use super::signals;
use super::stop::Stop;
use super::terminal::{message, misuse, printed};

/// Parses the command line and runs its command.
pub fn main() -> ExitCode {
    heap::keep_large_blocks_apart();
    heap::reserve();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    if let Err(error) = signals::listen() {
        message(&format!("error: cannot listen for signals: {error}"));
        return ExitCode::FAILURE;
    }
    match arguments.command.unwrap_or_default().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Misused(why)) => misused(&Arguments::command().error(ErrorKind::InvalidValue, why)),
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

/// Says what is wrong with the command line; or prints the help or the version that it asks for.
fn misused(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        misuse(error);
        return ExitCode::from(error.exit_code() as u8);
    }
    match printed(error.print().and_then(|()| io::stdout().flush())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            message(&stop.message());
            ExitCode::FAILURE
        }
    }
}
