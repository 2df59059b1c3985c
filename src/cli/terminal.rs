//! Standard output, which is for data, and standard error, which is for messages.

use std::io::{self, Write};
use std::time::Duration;

use anstream::ColorChoice;
use anstream::stream::RawStream;
use anstyle::AnsiColor;

use crate::report::{Canvas, Ink};
use crate::workload::shown;

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
    let text = match ink(&error) {
        Ink::Coloured => coloured(&obeyed(text)),
        Ink::Plain => shown(text).into_owned(),
    };
    let _ = writeln!(error.lock(), "{text}");
}

/// Writes what is wrong with the command line to standard error: clap shows what was typed as it is.
pub(super) fn misuse(wrong: &clap::Error) {
    let error = io::stderr();
    let text = match ink(&error) {
        Ink::Coloured => obeyed(&wrong.render().ansi().to_string()),
        Ink::Plain => shown(&wrong.render().to_string()).into_owned(),
    };
    let _ = write!(error.lock(), "{text}");
}

/// A text in which a terminal obeys nothing but colours: problems have them already.
fn obeyed(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut obeyed = shown(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let parameters = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        obeyed += if parameters.starts_with('m') { "\u{1b}[" } else { "\\u{1b}[" };
        obeyed += &shown(part);
    }
    obeyed
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
    let mut output = Patient(io::stdout().lock());
    printed(output.write_all(data).and_then(|()| output.flush()))
}

/// What has come of writing to standard output.
pub(super) fn printed(result: io::Result<()>) -> Result<(), Stop> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::Failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// A stream that waits for its reader: whoever shares a pipe or a terminal with this program may have set it not to block.
struct Patient<Stream>(Stream);

impl<Stream> Patient<Stream> {
    fn when_ready<T>(&mut self, write: impl Fn(&mut Stream) -> io::Result<T>) -> io::Result<T> {
        loop {
            match write(&mut self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
                done => return done,
            }
        }
    }
}

impl<Stream: Write> Write for Patient<Stream> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.when_ready(|stream| stream.write(data))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.when_ready(Write::flush)
    }
}

/// How often a reader that is not ready is asked again.
const PAUSE: Duration = Duration::from_millis(5);
