//! `ctisim init`: a first workload, from flags or from answers.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::StyledStr;

use crate::starter::{self, Answers, Failure};

use super::help;
use super::output::{Claim, Former, Inputs};
use super::repeat::quoted;
use super::stop::Stop;
use super::terminal::{message, print};
use super::values::{self, agents, applications, calls_per_hour, failure, nodes, ports, site_name, some, talk};

pub(super) fn after_help() -> StyledStr {
    help::below(
        &[],
        &[help::DONE, help::FAILED, help::USAGE],
        &[
            ("ctisim init", "Ask a few questions, then write workload.toml"),
            (
                "ctisim init site.toml --calls-per-hour 7200 --talk 2m",
                "A site for 7,200 calls an hour of two minutes each",
            ),
            (
                "ctisim init site.toml --applications 1 --calls-per-hour 4200 --ports 140 \\\n      --menu 95s --to-agents 35% --talk 250s --patience 2m --fail none",
                "A contact centre behind one IVR, to ask how many people it needs",
            ),
        ],
    )
}

/// What a planner knows of a site. The rest is derived from it.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct InitArguments {
    /// File to write, or - for standard output
    #[arg(default_value = "workload.toml")]
    pub(super) file: PathBuf,

    /// Name of the site
    #[arg(long, value_name = "NAME", value_parser = site_name)]
    pub(super) name: Option<String>,

    /// Nodes that process calls, 1 to 8; a publisher that processes none is added by hand
    /// [default: enough for the calls, at least 3]
    #[arg(long, value_name = "N", value_parser = nodes, allow_hyphen_values = true)]
    pub(super) nodes: Option<u32>,

    /// Calls in the busy hour, e.g. 3600, 3600/h or 1800/30m [default: 3600, or what the agents and ports can handle]
    #[arg(long, value_name = "N", value_parser = calls_per_hour, allow_hyphen_values = true)]
    pub(super) calls_per_hour: Option<u32>,

    /// Applications, 1 to 10: IVRs with ports and, from the second on, attendants that pass calls to people [default: 2]
    #[arg(long, value_name = "N", value_parser = applications, allow_hyphen_values = true)]
    pub(super) applications: Option<u32>,

    /// CTI ports in all, 1 to 5000 [default: enough for the calls]
    #[arg(long, value_name = "N", value_parser = ports, allow_hyphen_values = true)]
    pub(super) ports: Option<u32>,

    /// People who answer calls, up to 20000; with 0, callers are served at the ports [default: enough for the calls]
    #[arg(long, value_name = "N", value_parser = agents, allow_hyphen_values = true)]
    pub(super) agents: Option<u32>,

    /// How long a caller talks on average, e.g. 3m, up to 1h [default: 3m]
    #[arg(long, value_name = "TIME", value_parser = talk, allow_hyphen_values = true)]
    pub(super) talk: Option<u32>,

    /// How long a caller spends in the menu of an IVR on average, e.g. 95s, up to 1h [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = talk, allow_hyphen_values = true)]
    pub(super) menu: Option<u32>,

    /// Share of the callers of an IVR who ask for a person after the menu, e.g. 35% [default: 60%]
    #[arg(long, value_name = "SHARE", value_parser = some, allow_hyphen_values = true)]
    pub(super) to_agents: Option<u32>,

    /// How long a caller waits on average before hanging up, e.g. 2m, up to 1h [default: 1m]
    #[arg(long, value_name = "TIME", value_parser = talk, allow_hyphen_values = true)]
    pub(super) patience: Option<u32>,

    /// What fails in the busy hour: ivr, node, callmanager or ctimanager (which hang), route-point, ports or phones (half of a
    /// group), desktop (which there is, then), restart (of the CTIManagers, with other parameters) or none [default: ivr]
    #[arg(long, value_name = "WHAT", value_parser = failure)]
    pub(super) fail: Option<Failure>,

    /// Give each IVR a standby, which opens its ports when it has lost them
    #[arg(long)]
    pub(super) standby: bool,

    /// Give people who answer calls a desktop, which shows who calls and answers at a click
    #[arg(long)]
    pub(super) desktop: bool,

    /// Replace the file if it exists
    #[arg(long)]
    pub(super) force: bool,
}

/// Writes a workload to start from, and shows the next steps.
pub(super) fn run(arguments: &InitArguments) -> Result<(), Stop> {
    let file = arguments.file.as_path();
    let printed = file == Path::new("-");
    let former = if arguments.force { Former::Replaced } else { Former::Kept(already_exists(file)) };
    // Before the questions: their answers must not be lost.
    let claim = || {
        writable(file)?;
        Claim::files([("FILE", file, former)], &Inputs::default())
    };
    let output = (!printed).then(claim).transpose()?;
    let mut answers = from_flags(arguments);
    if answers == Answers::default() && io::stdin().is_terminal() && io::stderr().is_terminal() {
        message(
            "This writes a workload to start from. Enter accepts the default in brackets; everything can be changed in the file later.\n",
        );
        answers = ask(&mut io::stdin().lock(), &mut io::stderr())?;
    }
    let site = answers.complete();
    let text = starter::workload(&site);
    match &output {
        None => print(text.as_bytes())?,
        Some(output) => output.write(&[(file, text.into_bytes())])?,
    }
    for remark in site.remarks() {
        message(&format!("note: {remark}"));
    }
    if !printed {
        let name = quoted(&file.to_string_lossy());
        message(&format!("wrote {}; next:", file.display()));
        message(&format!("  ctisim check {name}   # errors, and where it departs from Cisco's advice"));
        message(&format!("  ctisim run {name}     # what callers experience in the busy hour"));
        if let Some((least, most)) = site.people_to_try() {
            let busy = if site.has_attendants() { format!(" --goal '{NOT_BUSY}'") } else { String::new() };
            message(&format!(
                "  ctisim capacity {name} --vary 'sum(phone.*.count)={least}..{most}:1' --set 'fault=[]' --goal '{GOAL}'{busy}\n    \
                 # how many people in all are enough on a day without failures"
            ));
        }
    }
    Ok(())
}

/// The goal with which the number of people is sought.
const GOAL: &str = "answered_within.20s>=80%";

/// The goal beside it where attendants send calls to people without a queue: of a busy group they go to the operator.
const NOT_BUSY: &str = "cfb<=2%";

/// Whether the file can be written, as far as that shows without writing it.
fn writable(file: &Path) -> Result<(), Stop> {
    if file.is_dir() {
        let inside = file.join("workload.toml");
        let help = format!("give the name of a file, e.g. {}", quoted(&inside.to_string_lossy()));
        return Err(Stop::Failed(format!("{} is a directory\n  help: {help}", file.display())));
    }
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.exists() => Err(Stop::Failed(format!(
            "cannot write {}: there is no directory `{}`\n  help: create it, or give another path",
            file.display(),
            parent.display()
        ))),
        _ => Ok(()),
    }
}

fn already_exists(file: &Path) -> String {
    format!("{} already exists\n  help: give another name, or --force to replace it", file.display())
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
        menu: arguments.menu,
        to_agents: arguments.to_agents,
        patience: arguments.patience,
        failure: arguments.fail,
        standby: arguments.standby,
        desktop: arguments.desktop,
    }
}

/// Asks the questions in order. The defaults shown are derived from the answers so far.
fn ask(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<Answers, Stop> {
    let mut answers = Answers::default();
    let mut questions = Questions { input, output };
    answers.name = questions.ask("Name of the site", "none", values::site_name)?;
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
    let names = Failure::ALL.map(Failure::name);
    let (last, others) = names.split_last().expect("there are some");
    let failing = format!("What fails ({} or {last})", others.join(", "));
    answers.failure = questions.ask(&failing, Failure::default().name(), values::failure)?;
    Ok(answers)
}

/// Where questions are written to, and answers read from.
struct Questions<'a> {
    input: &'a mut dyn BufRead,
    output: &'a mut dyn Write,
}

impl Questions<'_> {
    /// The answer to a question, which is repeated until the answer is valid; `None` stands for the default.
    fn ask<T>(
        &mut self,
        question: &str,
        default: &str,
        read: fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Stop> {
        loop {
            // A prompt that cannot be written does not matter.
            let _ = write!(self.output, "{question} [{default}]: ").and_then(|()| self.output.flush());
            let mut line = String::new();
            match self.input.read_line(&mut line) {
                Ok(0) => {
                    return Err(Stop::Failed("the input ended before the last question: nothing was written".into()));
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
        let mut shown = Vec::new();
        let answers = ask(&mut "Acme\n7200/h\n180\n3m\n1\n\n\n9\n4\nprots\nports\n".as_bytes(), &mut shown).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        let expected = Answers {
            name: Some("Acme".into()),
            nodes: Some(4),
            calls_an_hour: Some(7200),
            applications: Some(1),
            talk: Some(180),
            menu: None,
            to_agents: None,
            patience: None,
            ports: None,
            agents: None,
            failure: Some(Failure::Ports),
            standby: false,
            desktop: false,
        };
        assert_eq!(answers, expected);
        assert!(shown.contains("`180` has no unit") && shown.contains("at most eight nodes"), "{shown}");
        let Err(Stop::Failed(message)) = ask(&mut "Acme\n".as_bytes(), &mut Vec::new()) else { panic!("answered") };
        assert!(message.contains("nothing was written"), "{message}");
    }
}
