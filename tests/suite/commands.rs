//! The reference of commands is made of their help.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "<!-- commands, from src/cli/: UPDATE=1 cargo test --test suite commands:: -->\n";
const END: &str = "<!-- end of commands -->\n";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/commands.md")
}

/// What `ctisim COMMAND --help` prints, at the width it has where there is no terminal.
fn help(command: &[&str]) -> String {
    let mut ctisim = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    let output = ctisim.env_remove("COLUMNS").args(command).arg("--help").output().expect("ctisim runs");
    let text = String::from_utf8(output.stdout).expect("help is text");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// The names in the list of commands of a help text; `help` itself is left out.
fn commands_in(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names =
        listed.take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

fn write_commands(command: &[&str], page: &mut String) {
    let text = help(command);
    let name = [&["ctisim"], command].concat().join(" ");
    *page += &format!("\n## {name}\n\n```text\n{text}\n```\n");
    for sub in commands_in(&text) {
        write_commands(&[command, &[sub]].concat(), page);
    }
}

#[test]
fn the_reference_has_every_command_as_its_help_has_it() {
    let kept = fs::read_to_string(page()).expect("the page");
    let (before, rest) = kept.split_once(BEGIN).expect("a list of commands");
    let (_, after) = rest.split_once(END).expect("its end");
    let mut commands = String::new();
    write_commands(&[], &mut commands);
    let now = format!("{before}{BEGIN}{commands}\n{END}{after}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(page(), &now).expect("the page can be written");
    }
    assert!(
        now == fs::read_to_string(page()).expect("the page"),
        "docs/reference/commands.md is behind the help of the commands: run with UPDATE=1"
    );
    assert!(commands.matches("\n## ").count() > 15, "subcommands are found in the help");
}

#[test]
fn the_reference_explains_every_exit_code_of_the_help() {
    let kept = fs::read_to_string(page()).expect("the page");
    let (table, _) = kept.split_once(BEGIN).expect("a list of commands");
    let explained = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok());
    let explained: BTreeSet<u32> = explained.collect();
    let help = help(&[]);
    let (_, codes) = help.split_once("Exit codes:").expect("exit codes in the help");
    let (codes, _) = codes.split_once("Examples:").expect("examples after them");
    let listed: BTreeSet<u32> = codes.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(listed.len() > 5, "{codes}");
    assert_eq!(explained, listed);
}
