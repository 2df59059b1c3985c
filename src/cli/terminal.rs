//! Standard output, which is for data, and standard error, which is for messages.

use std::io::{self, Write};

use anstream::ColorChoice;
use anstream::stream::RawStream;
use anstyle::AnsiColor;

use crate::report::{Canvas, Ink};

use super::stop::Stop;

/// Whether a command shows remarks and its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// It does.
    Normal,
    /// With --quiet it does not.
    Quiet,
}

impl Verbosity {
    /// Shows a remark, unless --quiet is given.
    pub(super) fn remark(self, text: &str) {
        if self == Verbosity::Normal {
            message(text);
        }
    }
}

/// Whether a stream shows colours: a terminal does unless `TERM` is `dumb` or `NO_COLOR` is set; `CLICOLOR_FORCE` asks for
/// colours everywhere.
pub(super) fn ink(stream: &impl RawStream) -> Ink {
    match anstream::AutoStream::choice(stream) {
        ColorChoice::Never => Ink::Plain,
        _ => Ink::Coloured,
    }
}

/// What is printed to standard output is drawn on this: as wide as the terminal, and of any width if it is none.
pub(super) fn canvas() -> Canvas {
    let output = io::stdout();
    let width = terminal_size::terminal_size_of(&output).map(|(width, _)| usize::from(width.0));
    Canvas { ink: ink(&output), width }
}

/// Writes a message to standard error; that it cannot be written does not matter. On a terminal with colours, `error:`,
/// `warning:` and the like are coloured as clap colours its own.
pub(super) fn message(text: &str) {
    let error = io::stderr();
    let text = if ink(&error) == Ink::Coloured { coloured(text) } else { text.to_owned() };
    let _ = writeln!(error.lock(), "{text}");
}

/// A message whose first line, and whose help, begin in colour.
fn coloured(text: &str) -> String {
    let colour = |line: &str| {
        let label = line.split_once(": ").map(|(label, _)| label.trim_start());
        let colour = match label {
            Some("error" | "failed" | "not comparable") => AnsiColor::Red,
            Some("warning" | "inconclusive" | "interrupted") => AnsiColor::Yellow,
            Some("note" | "help") => AnsiColor::Cyan,
            _ => return line.to_owned(),
        };
        let (style, label) = (colour.on_default().bold(), label.unwrap_or_default());
        line.replacen(&format!("{label}:"), &format!("{style}{label}:{style:#}"), 1)
    };
    text.split('\n').map(colour).collect::<Vec<String>>().join("\n")
}

/// Writes data to standard output. It is not an error if the reader, such as `head`, has closed it.
pub(super) fn print(data: &[u8]) -> Result<(), Stop> {
    let mut output = io::stdout().lock();
    match output.write_all(data).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::Failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
