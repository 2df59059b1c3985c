//! What stands below the options in a command's help: notes, exit codes and examples. None of it is broken into lines here:
//! that is done once, by clap, at the width of the terminal.

use clap::builder::StyledStr;
use clap::builder::styling::Styles;

/// An exit code and when the program ends with it.
pub(super) type ExitCode = (u8, &'static str);

pub(super) const DONE: ExitCode = (0, "done");
pub(super) const FAILED: ExitCode = (1, "internal or I/O error");
pub(super) const USAGE: ExitCode = (2, "wrong usage");
pub(super) const INVALID: ExitCode = (3, "invalid workload");
pub(super) const MISSED: ExitCode = (10, "a goal is missed");
pub(super) const UNDECIDED: ExitCode = (11, "inconclusive: more replications are needed");
pub(super) const VIOLATED: ExitCode = (13, "a self-check failed");
pub(super) const INTERRUPTED: ExitCode = (130, "interrupted; 143 by SIGTERM, 129 by SIGHUP");

/// Those of all commands.
pub(super) const EXIT_CODES: &[ExitCode] = &[
    (0, "done, and every goal is met"),
    FAILED,
    USAGE,
    INVALID,
    (10, "a goal is missed, or there is a regression"),
    UNDECIDED,
    (12, "the baseline is missing or not comparable"),
    VIOLATED,
    INTERRUPTED,
];

/// Those of commands that run nothing.
pub(super) const EXIT_CODES_OF_READING: &[ExitCode] = &[DONE, FAILED, USAGE, INVALID];

/// A command as it is typed, and what it does.
pub(super) type Example = (&'static str, &'static str);

/// Puts it together: notes of a paragraph each, then the exit codes, then the examples.
pub(super) fn below(notes: &[&str], exit_codes: &[ExitCode], examples: &[Example]) -> StyledStr {
    let header = Styles::styled().get_header().to_owned();
    let title = |title: &str| format!("{header}{title}:{header:#}");
    let mut blocks: Vec<String> = notes.iter().map(|note| (*note).to_owned()).collect();
    if !exit_codes.is_empty() {
        let lines = exit_codes.iter().map(|(code, meaning)| format!("\n  {code:<3}  {meaning}"));
        blocks.push(title("Exit codes") + &lines.collect::<String>());
    }
    if !examples.is_empty() {
        let lines = examples.iter().map(|(command, meaning)| format!("\n  {command}\n        {meaning}"));
        blocks.push(title(if examples.len() == 1 { "Example" } else { "Examples" }) + &lines.collect::<String>());
    }
    blocks.join("\n\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_apart() {
        let text = below(&["A note."], &[DONE, INTERRUPTED], &[("ctisim run", "Runs")]).to_string();
        assert_eq!(
            text,
            "A note.\n\nExit codes:\n  0    done\n  130  interrupted; 143 by SIGTERM, 129 by SIGHUP\n\nExample:\n  ctisim run\n        Runs"
        );
    }
}
