//! Standard output, which is for data, and standard error, which is for talk.

use std::io::{self, IsTerminal, Write};

use crate::report::Ink;

use super::stop::Stop;

/// Whether a command makes remarks and shows how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Talk {
    /// It does.
    Remarks,
    /// It was asked not to.
    Quiet,
}

impl Talk {
    /// Makes a remark, if it may.
    pub(super) fn remark(self, message: &str) {
        if self == Talk::Remarks {
            say(message);
        }
    }
}

/// What may be drawn on a stream: a terminal shows colours, unless its user wants none. Any value of NO_COLOR but an empty
/// one says so.
pub(super) fn ink(stream: &impl IsTerminal) -> Ink {
    let coloured = stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if coloured { Ink::Coloured } else { Ink::Plain }
}

/// Talks. Nobody to talk to is no reason to stop.
pub(super) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Writes data to standard output. A reader that has seen enough, as `head` has, is no error.
pub(super) fn print(data: &[u8]) -> Result<(), Stop> {
    let mut output = io::stdout().lock();
    match output.write_all(data).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::Failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
