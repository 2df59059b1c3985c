//! `ctisim init`: a first workload, from flags or from answers.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::starter::{self, Answers};

use super::output::{Former, write_file};
use super::repeat::quoted;
use super::stop::Stop;
use super::terminal::{print, say};
use super::values::{self, agents, applications, calls_per_hour, nodes, ports, site_name, talk};

/// What a planner knows of a site. What is not said follows from the rest.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct InitArguments {
    /// The file to write; - for standard output
    #[arg(default_value = "workload.toml")]
    pub(super) file: PathBuf,

    /// What the site is called
    #[arg(long, value_name = "NAME", value_parser = site_name)]
    pub(super) name: Option<String>,

    /// Nodes that process calls, 1 to 8; a publisher that does not is written by hand [default: enough for the calls, 3 at least]
    #[arg(long, value_name = "N", value_parser = nodes, allow_hyphen_values = true)]
    pub(super) nodes: Option<u32>,

    /// Calls in the busy hour, 3600 or 3600/h [default: 3600, or what the agents and ports can take]
    #[arg(long, value_name = "N", value_parser = calls_per_hour, allow_hyphen_values = true)]
    pub(super) calls_per_hour: Option<u32>,

    /// Applications, 1 to 10: IVRs with ports, and from the second on attendants that pass calls to people [default: 2]
    #[arg(long, value_name = "N", value_parser = applications, allow_hyphen_values = true)]
    pub(super) applications: Option<u32>,

    /// CTI ports in all, 1 to 5000 [default: enough for the calls]
    #[arg(long, value_name = "N", value_parser = ports, allow_hyphen_values = true)]
    pub(super) ports: Option<u32>,

    /// People who answer calls, up to 20000; 0: callers are served at the ports [default: enough for the calls]
    #[arg(long, value_name = "N", value_parser = agents, allow_hyphen_values = true)]
    pub(super) agents: Option<u32>,

    /// How long a caller talks on average, e.g. 3m, up to 1h [default: 3m]
    #[arg(long, value_name = "TIME", value_parser = talk, allow_hyphen_values = true)]
    pub(super) talk: Option<u32>,

    /// Replace the file if it is there already
    #[arg(long)]
    pub(super) force: bool,
}

/// Writes a workload to start from, and says what to do next.
pub(super) fn run(arguments: &InitArguments) -> Result<(), Stop> {
    let file = arguments.file.as_path();
    let printed = file == Path::new("-");
    let former = if arguments.force { Former::Replaced } else { Former::Kept(in_the_way(file)) };
    // Before any question: answers are not to be given in vain.
    if !printed {
        writable(file, &former)?;
    }
    let mut answers = from_flags(arguments);
    if answers == Answers::default() && io::stdin().is_terminal() && io::stderr().is_terminal() {
        say("A workload to start from. Enter takes what is in brackets; everything can be changed in the file.\n");
        answers = ask(&mut io::stdin().lock(), &mut io::stderr())?;
    }
    let site = answers.complete();
    let text = starter::workload(&site);
    if printed {
        print(text.as_bytes())?;
    } else {
        write_file(file, text.as_bytes(), &former)?;
    }
    for remark in site.remarks() {
        say(&format!("note: {remark}"));
    }
    if !printed {
        let name = quoted(&file.to_string_lossy());
        say(&format!("wrote {}; next:", file.display()));
        say(&format!("  ctisim check {name}   # what is wrong with it, and what Cisco advises"));
        say(&format!("  ctisim run {name}     # what callers meet in the busy hour"));
    }
    Ok(())
}

/// Whether a file can be written there, as far as can be told without writing it.
fn writable(file: &Path, former: &Former) -> Result<(), Stop> {
    if file.is_dir() {
        let inside = file.join("workload.toml");
        let help = format!("give the name of a file, e.g. {}", quoted(&inside.to_string_lossy()));
        return Err(Stop::Failed(format!("{} is a directory\n  help: {help}", file.display())));
    }
    if let Former::Kept(why) = former
        && file.exists()
    {
        return Err(Stop::Failed(why.clone()));
    }
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.exists() => Err(Stop::Failed(format!(
            "cannot write {}: there is no directory `{}`\n  help: make it first, or give another path",
            file.display(),
            parent.display()
        ))),
        _ => Ok(()),
    }
}

fn in_the_way(file: &Path) -> String {
    format!("{} is there already\n  help: give another name, or --force to replace it", file.display())
}

fn from_flags(arguments: &InitArguments) -> Answers {
    Answers {
        name: arguments.name.clone(),
        nodes: arguments.nodes,
        calls_an_hour: arguments.calls_per_hour,
        applications: arguments.applications,
        ports: arguments.ports,
        agents: arguments.agents,
        talk: arguments.talk,
    }
}

/// Asks one question after the other. The defaults shown follow from the answers so far.
fn ask(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<Answers, Stop> {
    let mut answers = Answers::default();
    let mut questions = Questions { input, output };
    answers.name = questions.ask("What the site is called", "none", values::site_name)?;
    let default = answers.complete();
    answers.calls_an_hour =
        questions.ask("Calls in the busy hour", &default.calls_an_hour().to_string(), values::calls_per_hour)?;
    answers.talk = questions.ask("How long a caller talks on average", "3m", values::talk)?;
    answers.applications =
        questions.ask("CTI applications, IVRs and attendants together", "2", values::applications)?;
    let default = answers.complete();
    let people = "People who answer calls (0: callers are served at the ports)";
    answers.agents = questions.ask(people, &default.agents().to_string(), values::agents)?;
    let default = answers.complete();
    answers.ports = questions.ask("CTI ports", &default.ports().to_string(), values::ports)?;
    let nodes = default.nodes().to_string();
    answers.nodes = questions.ask("Nodes that process calls", &nodes, values::nodes)?;
    Ok(answers)
}

/// Where questions go, and answers come from.
struct Questions<'a> {
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
}

impl Questions<'_> {
    /// The answer to a question, which is asked until it can be understood; `None`: the default.
    fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        read: fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Stop> {
        loop {
            // Nobody to talk to is no reason to stop.
            let _ = write!(self.output, "{question} [{default}]: ").and_then(|()| self.output.flush());
            let mut line = String::new();
            match self.input.read_line(&mut line) {
                Ok(0) => {
                    return Err(Stop::Failed("the answers ended before the questions: nothing was written".into()));
                }
                Ok(_) => {}
                Err(error) => return Err(Stop::Failed(format!("cannot read the answers: {error}"))),
            }
            if line.trim().is_empty() {
                return Ok(None);
            }
            match read(line.trim()) {
                Ok(answer) => return Ok(Some(answer)),
                Err(why) => {
                    let _ = writeln!(self.output, "  {why}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_is_asked_again_and_an_empty_one_is_the_default() {
        let mut said = Vec::new();
        let answers = ask(&mut "Acme\n7200/h\n180\n3m\n1\n\n\n9\n4\n".as_bytes(), &mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        let expected = Answers {
            name: Some("Acme".into()),
            nodes: Some(4),
            calls_an_hour: Some(7200),
            applications: Some(1),
            talk: Some(180),
            ports: None,
            agents: None,
        };
        assert_eq!(answers, expected);
        assert!(said.contains("`180` has no unit") && said.contains("at most eight nodes"), "{said}");
        let Err(Stop::Failed(message)) = ask(&mut "Acme\n".as_bytes(), &mut Vec::new()) else { panic!("answered") };
        assert!(message.contains("nothing was written"), "{message}");
    }
}
