//! The program, from its command line to its exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::arguments::Arguments;
use super::signals;
use super::stop::Stop;
use super::terminal::{message, printed};

/// Prints help or the version, as that was asked for.
fn told(text: &clap::Error) -> ExitCode {
    match printed(text.print().and_then(|()| io::stdout().flush())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            message(&stop.message());
            ExitCode::FAILURE
        }
    }
}

/// Parses the command line and runs its command.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => error.exit(),
        Err(text) => return told(&text),
    };
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
