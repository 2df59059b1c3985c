//! `ctisim completions` and `ctisim man`, both generated from the definitions of the flags.

use clap::ValueEnum;
use clap::builder::StyledStr;
use clap_complete::Shell;
use clap_mangen::Man;

use super::help;
use super::stop::Stop;
use super::terminal::print;

pub(super) fn after_help() -> StyledStr {
    help::below(&[], &[], &[("ctisim completions bash > /etc/bash_completion.d/ctisim", "Install them for bash")])
}

/// The shells for which there are completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompletedShell {
    /// Bourne Again Shell
    Bash,
    /// Z Shell
    Zsh,
    /// Friendly Interactive Shell
    Fish,
}

/// Prints completions for a shell.
pub(super) fn completions(shell: CompletedShell, program: &mut clap::Command) -> Result<(), Stop> {
    let shell = match shell {
        CompletedShell::Bash => Shell::Bash,
        CompletedShell::Zsh => Shell::Zsh,
        CompletedShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, program, "ctisim", &mut script);
    print(&script)
}

/// Prints the man page: one for the program, in which each command has a section. It is short enough
/// to read as a whole.
pub(super) fn page(mut program: clap::Command) -> Result<(), Stop> {
    program.build();
    let mut page = Vec::new();
    let rendered = render(&program, &mut page);
    rendered.map_err(|error| Stop::Failed(format!("cannot make the man page: {error}")))?;
    print(&page)
}

fn render(program: &clap::Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let man = Man::new(program.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    render_commands(program, "CTISIM", page)?;
    man.render_extra_section(page)?;
    man.render_version_section(page)
}

/// A section for each command and each subcommand of it.
fn render_commands(of: &clap::Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    for command in of.get_subcommands().filter(|command| command.get_name() != "help") {
        let man = Man::new(command.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        if command.get_arguments().next().is_some() {
            man.render_options_section(&mut section)?;
        }
        // The sections of a page of its own become the parts of one section.
        let parts = String::from_utf8_lossy(&section).replace("\n.SH ", "\n.SS ");
        let name = format!("{name} {}", command.get_name().to_uppercase());
        page.extend(format!(".SH \"{name}\"\n").bytes());
        page.extend(parts.replace(".SH SYNOPSIS", ".SS SYNOPSIS").bytes());
        render_commands(command, &name, page)?;
    }
    Ok(())
}
