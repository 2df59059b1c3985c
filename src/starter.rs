//! A first workload: text made from a few answers, for people to read and change.
//!
//! Answers that are left open follow from the others, so that the site can carry its busy hour.

use std::fmt::Write;

use crate::oracle::servers_for_service_level;
use crate::workload::advised::{CALLS_AT_ROUTE_POINT, DEVICES_OF_PROVIDER, DEVICES_ON_CTIMANAGER};

/// What a planner knows of a site at the start. `None` follows from the other answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The name of the site.
    pub name: Option<String>,
    /// The number of nodes that run a CallManager.
    pub nodes: Option<u32>,
    /// Calls in the busy hour.
    pub calls_an_hour: Option<u32>,
    /// The number of applications.
    pub applications: Option<u32>,
    /// The number of CTI ports of all applications together.
    pub ports: Option<u32>,
    /// The number of people who answer calls; 0: none, callers are served at the ports.
    pub agents: Option<u32>,
    /// The mean talk time, in seconds.
    pub talk: Option<u32>,
}

/// The largest answers, with the reason for each.
pub mod most {
    use crate::workload::advised::DEVICES_OF_PROVIDER;

    /// A cluster has at most eight nodes that process calls.
    pub const NODES: u32 = 8;
    /// More sections are hard to read: further applications can be copied in the file.
    pub const APPLICATIONS: u32 = 10;
    /// Two and a half providers of the advised size; for more, change `count` in the file.
    pub const PORTS: u32 = DEVICES_OF_PROVIDER.most / 2 * 5;
    /// Ten of the largest pairs of nodes serve this many.
    pub const AGENTS: u32 = 20_000;
    /// Nearly twice the load of a reference design for 12,000 agents.
    pub const CALLS_AN_HOUR: u32 = 200_000;
    /// A call longer than the busy hour would never end in it.
    pub const TALK_S: u32 = 3600;
}

/// Seconds that a call spends at a port before people answer it.
const MENU_S: f64 = 30.0;
/// The share of callers who ask for a person after the menu.
const TRANSFERRED: f64 = 0.6;
/// The share of calls that go to the IVRs if there are routing applications, too.
const TO_IVRS: f64 = 0.8;
/// Seconds that a phone rings, with the delay before.
const ANSWERS_S: f64 = 5.0;
/// The usual service level: this share of callers reach a person within `WITHIN_S` seconds.
const LEVEL: f64 = 0.8;
const WITHIN_S: f64 = 20.0;
/// Seconds of CallManager time that a call takes, all nodes together.
const WORK_S: f64 = 0.08;
/// The longest time until a silent failure is detected: two heartbeat intervals.
const DETECTION_S: f64 = 60.0;

/// A site with all numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    name: Option<String>,
    nodes: u32,
    calls_an_hour: u32,
    applications: u32,
    ports: u32,
    agents: u32,
    talk: u32,
}

impl Answers {
    /// Fills in what was left open. Each answer must be within [`most`], and all but `agents` above zero.
    pub fn complete(&self) -> Site {
        let applications = self.applications.unwrap_or(2);
        let talk = self.talk.unwrap_or(180);
        let to_ivrs = if applications > 1 { TO_IVRS } else { 1.0 };
        let staffed = self.agents != Some(0);
        // The share of all calls that reach a person, and how long a call stays at a port.
        let to_people = if staffed { to_ivrs * TRANSFERRED + (1.0 - to_ivrs) } else { 0.0 };
        let at_port = if staffed { MENU_S + 5.0 } else { f64::from(talk) };
        let busy = f64::from(talk) + ANSWERS_S;
        // Given people and ports take a load that keeps them two thirds busy.
        let from_agents = self.agents.filter(|_| staffed).map(|agents| f64::from(agents) / busy / to_people);
        let from_ports = self.ports.map(|ports| f64::from(ports) / at_port / to_ivrs);
        let affordable = [from_agents, from_ports].into_iter().flatten().reduce(f64::min);
        let calls_an_hour = self.calls_an_hour.unwrap_or_else(|| match affordable {
            Some(rate) => within(rate * 3600.0 * 2.0 / 3.0, most::CALLS_AN_HOUR),
            None => 3600,
        });
        let rate = f64::from(calls_an_hour) / 3600.0;
        Site {
            name: self.name.clone(),
            nodes: self.nodes.unwrap_or_else(|| within((rate * WORK_S / 0.5).ceil(), most::NODES).max(3)),
            calls_an_hour,
            applications,
            ports: self.ports.unwrap_or_else(|| servers(rate * to_ivrs * at_port, most::PORTS)),
            agents: self.agents.unwrap_or_else(|| servers(rate * to_people * busy, most::AGENTS)),
            talk,
        }
    }
}

/// A whole number from one to `most`.
fn within(number: f64, most: u32) -> u32 {
    (number as u32).clamp(1, most)
}

/// Enough servers for this load: hardly any call finds all of them busy.
fn servers(erlangs: f64, most: u32) -> u32 {
    within((erlangs * 1.1 + 4.0 * erlangs.sqrt() + 2.0).ceil(), most)
}

/// `total` in `parts` parts that differ by at most one.
fn split(total: u32, parts: u32) -> Vec<u32> {
    (0..parts).map(|part| total / parts + u32::from(part < total % parts)).collect()
}

/// A rate in thousandths of a call per hour, as a workload writes it.
fn per_hour(thousandths: u32) -> String {
    let digits = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    format!("\"{}/h\"", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// A route point: its name, number, node and traffic.
struct Point {
    name: String,
    number: u32,
    node: u32,
    thousandths: u32,
}

/// A group of ports or phones.
struct Group {
    name: String,
    count: u32,
    first: u32,
    node: u32,
}

/// An application with what it controls.
struct Program {
    name: String,
    /// Whether it answers calls at ports; otherwise it redirects them.
    is_ivr: bool,
    /// Its number, from zero; it determines its first CTIManager.
    row: u32,
    thousandths: u32,
    points: Vec<Point>,
    ports: Vec<Group>,
}

impl Site {
    /// Warnings about this site, in sentences for the user.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let load = self.rate() * WORK_S / f64::from(self.nodes) * 100.0;
        if load > 70.0 {
            remarks.push(format!(
                "{} calls per hour keep {} about {load:.0} % busy with the assumed service times: expect long queues, \
                 or add --nodes",
                self.calls_an_hour,
                counted(self.nodes, "node"),
            ));
        }
        remarks.extend(self.too_few_agents());
        let largest = self.ports.div_ceil(self.ivrs());
        if largest > DEVICES_ON_CTIMANAGER.most {
            remarks.push(format!(
                "an application has {largest} ports: Cisco advises at most {} devices per CTIManager and {} per provider; \
                 more --applications spread them",
                DEVICES_ON_CTIMANAGER.most, DEVICES_OF_PROVIDER.most,
            ));
        }
        remarks
    }

    /// A warning if callers would wait for people until they give up.
    fn too_few_agents(&self) -> Option<String> {
        // If the calls follow from the people, these are two thirds busy.
        const BUSY: f64 = 0.7;
        let to_ivrs = if self.applications > 1 { TO_IVRS } else { 1.0 };
        let rate = self.rate() * (to_ivrs * TRANSFERRED + (1.0 - to_ivrs));
        let busy = f64::from(self.talk) + ANSWERS_S;
        if self.agents == 0 || rate * busy < BUSY * f64::from(self.agents) {
            return None;
        }
        // Each group has a queue of its own.
        let ports: usize = self.programs().iter().map(|program| program.ports.len()).sum();
        let groups = self.nodes.min(ports as u32).max(1);
        let enough = groups * servers_for_service_level(rate / f64::from(groups), busy, WITHIN_S, LEVEL);
        (enough > self.agents).then(|| {
            format!(
                "{} are too few for {:.0} calls per hour to a person: many callers wait, and give up or go to the operator; with \
                 --agents {enough} four in five are answered within {WITHIN_S} s",
                counted(self.agents, "agent"),
                rate * 3600.0,
            )
        })
    }

    /// The number of nodes that run a CallManager.
    pub fn nodes(&self) -> u32 {
        self.nodes
    }

    /// Calls in the busy hour.
    pub fn calls_an_hour(&self) -> u32 {
        self.calls_an_hour
    }

    /// The number of CTI ports.
    pub fn ports(&self) -> u32 {
        self.ports
    }

    /// The number of people who answer calls.
    pub fn agents(&self) -> u32 {
        self.agents
    }

    fn rate(&self) -> f64 {
        f64::from(self.calls_an_hour) / 3600.0
    }

    fn ivrs(&self) -> u32 {
        self.applications.div_ceil(2).min(self.ports)
    }

    /// The mean time of a call at its port.
    fn at_port(&self) -> f64 {
        if self.agents > 0 { MENU_S } else { f64::from(self.talk) }
    }

    fn pool(&self, row: u32) -> String {
        format!("sub{}-first", row % self.nodes + 1)
    }

    /// `count` nodes in cyclic order, beginning with `first`.
    fn nodes_from(&self, first: u32, count: u32) -> String {
        let names: Vec<String> =
            (0..count.min(self.nodes)).map(|step| format!("\"sub{}\"", (first + step) % self.nodes + 1)).collect();
        format!("[{}]", names.join(", "))
    }

    fn programs(&self) -> Vec<Program> {
        let ivrs = self.ivrs();
        let all = self.calls_an_hour * 1000;
        let to_ivrs = if self.applications > 1 { all / 10 * 8 } else { all };
        let shares = split(to_ivrs, ivrs).into_iter().chain(split(all - to_ivrs, (self.applications - ivrs).max(1)));
        let shares: Vec<u32> = shares.collect();
        let ports = split(self.ports, ivrs);
        let (mut number, mut port, mut node) = (7000, 30_001, 0);
        let mut programs = Vec::new();
        for row in 0..self.applications {
            let is_ivr = row < ivrs;
            let name = match (is_ivr, row) {
                (true, 0) => "ivr".to_owned(),
                (true, _) => format!("ivr-{}", row + 1),
                (false, _) if row == ivrs => "attendant".to_owned(),
                (false, _) => format!("attendant-{}", row - ivrs + 1),
            };
            let thousandths = shares[row as usize];
            // If the application hangs, callers wait where they are until that is detected.
            let waiting = f64::from(thousandths) / 3_600_000.0 * DETECTION_S;
            let count = (waiting / f64::from(CALLS_AT_ROUTE_POINT.most)).ceil().max(1.0) as u32;
            let mut points = Vec::new();
            for (step, thousandths) in split(thousandths, count).into_iter().enumerate() {
                let name = if count == 1 { format!("{name}-line") } else { format!("{name}-line-{}", step + 1) };
                points.push(Point { name, number, node: row + step as u32, thousandths: thousandths.max(1) });
                number += 1;
            }
            let mut groups = Vec::new();
            if is_ivr {
                let own = ports[row as usize];
                let parts = self.nodes.div_ceil(ivrs).max(2).min(self.nodes).min(own);
                for (step, count) in split(own, parts).into_iter().enumerate() {
                    let name = if parts <= 1 { format!("{name}-ports") } else { format!("{name}-ports-{}", step + 1) };
                    groups.push(Group { name, count, first: port, node });
                    port += count;
                    node += 1;
                }
            }
            programs.push(Program { name, is_ivr, row, thousandths, points, ports: groups });
        }
        programs
    }

    /// The people, a group for each node that has ports, in proportion to its ports.
    fn people(&self, programs: &[Program]) -> Vec<Group> {
        let ports = || programs.iter().flat_map(|program| &program.ports);
        let parts = self.nodes.min(self.agents).min(ports().count() as u32);
        let mut weights = vec![0; parts as usize];
        for group in ports() {
            if let Some(weight) = weights.get_mut((group.node % parts.max(1)) as usize) {
                *weight += group.count;
            }
        }
        // One for each group, the rest in proportion.
        let rest = self.agents - parts;
        let mut counts: Vec<u32> = weights
            .iter()
            .map(|&weight| 1 + (u64::from(rest) * u64::from(weight) / u64::from(self.ports)) as u32)
            .collect();
        let left = self.agents - counts.iter().sum::<u32>();
        for (count, more) in counts.iter_mut().zip(split(left, parts.max(1))) {
            *count += more;
        }
        let mut first = 50_001;
        let mut groups = Vec::new();
        for (node, count) in (0..).zip(counts) {
            let name = if parts == 1 { "agents".to_owned() } else { format!("agents-{}", node + 1) };
            groups.push(Group { name, count, first, node });
            first += count;
        }
        groups
    }

    /// Whether the first attendant controls the phones as well.
    fn phones_are_controlled(&self) -> bool {
        self.applications > 1 && self.agents > 0 && self.agents < DEVICES_ON_CTIMANAGER.most / 2
    }
}

fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("one {what}") } else { format!("{count} {what}s") }
}

/// A string as TOML writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn names<'a>(groups: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = groups.map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

/// The workload of a site, with comments.
pub fn workload(site: &Site) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(site, &mut text);
    text
}

fn write(site: &Site, out: &mut String) -> std::fmt::Result {
    let programs = site.programs();
    let people = site.people(&programs);
    opening(site, out)?;
    nodes(site, out)?;
    database(site, out)?;
    for program in &programs {
        application(site, program, &people, out)?;
    }
    phones(site, &programs, &people, out)?;
    outside(out)?;
    traffic(site, &programs, out)?;
    fault(out)
}

fn opening(site: &Site, out: &mut String) -> std::fmt::Result {
    let of = site.name.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let question = format!("What do callers{of} see when the IVR hangs for five minutes in the busy hour?");
    let warm_up = (2 * site.talk).clamp(300, 1200) / 60;
    // About two million calls in all.
    let replications = (2_000_000 / site.calls_an_hour).clamp(20, 200);
    writeln!(out, "# {question}")?;
    writeln!(
        out,
        r#"#
# A starting point: change it until it describes your site. Values marked ASSUMPTION were not asked for, and no document
# gives them: replace these first. docs/reference/workload-file.md explains every key, and
# `ctisim run --set KEY=VALUE` tries a value without changing this file.
format = 1
question = {}
profile = "3.3"          # how calls are forwarded; "12.5" for later Unified CM

# One busy hour. Its initial transient is not measured: calls in progress build up first, for about two talk times.
[run]
length = "1h"
warm_up = "{warm_up}m"
replications = {replications}       # more of them: narrower confidence intervals
seed = 1
"#,
        quoted(&question)
    )
}

fn nodes(site: &Site, out: &mut String) -> std::fmt::Result {
    let load = site.rate() * WORK_S / f64::from(site.nodes) * 100.0;
    let busy = if load < 1.0 { "less than 1 %".to_owned() } else { format!("some {load:.0} %") };
    writeln!(
        out,
        r#"# The servers that process calls; each also runs a CTIManager (`ctimanager = false`: it does not).
# ASSUMPTION: their service times are the defaults. With these a call takes up to {:.0} ms of CallManager time,
# so that {} calls per hour keep {} {busy} busy. Write measured service times
# under [work]. A publisher that processes no calls is a node only if an application uses its CTIManager: it
# belongs in no group, and `ingress` and `egress` below keep calls away from it."#,
        WORK_S * 1000.0,
        site.calls_an_hour,
        if site.nodes == 1 { "this node".to_owned() } else { format!("these {} nodes", site.nodes) },
    )?;
    for node in 1..=site.nodes {
        writeln!(out, "\n[[node]]\nname = \"sub{node}\"")?;
    }
    let backup = match site.nodes {
        1 => "There is no backup: when this node fails, everything does. Add a second [[node]] to `members`.",
        _ => "The first member is the home, the others are its backups, in order of preference (at most three in all).",
    };
    writeln!(out, "\n# Where devices register.\n# {backup}")?;
    for node in 0..site.nodes {
        writeln!(out, "[[callmanager_group]]\nname = \"{}\"", site.pool(node))?;
        writeln!(out, "members = {}\n", site.nodes_from(node, 3))?;
    }
    Ok(())
}

fn database(site: &Site, out: &mut String) -> std::fmt::Result {
    let connections = (site.rate() * 0.04 * 4.0).ceil().max(4.0);
    writeln!(
        out,
        r#"# Where applications look up callers.
# ASSUMPTION: {connections} look-ups at a time; these calls keep at most a quarter of them busy.
[[database]]
name = "customers"
connections = {connections}
"#
    )
}

fn application(site: &Site, program: &Program, people: &[Group], out: &mut String) -> std::fmt::Result {
    let Program { name, is_ivr, row, .. } = program;
    let rate = f64::from(program.thousandths) / 3_600_000.0;
    let workers = (rate * 0.05 / 0.3).ceil().max(4.0);
    let does = match (is_ivr, people.is_empty()) {
        (true, true) => "It redirects calls to its ports, where callers are served to the end.",
        (true, false) => "It redirects calls to its ports, plays a menu, and transfers callers who ask for a person.",
        (false, true) => "It redirects calls to the operator without answering them.",
        (false, false) => "It redirects calls to people without answering them.",
    };
    writeln!(
        out,
        r#"# The application `{name}`. {does}
# ASSUMPTION: {workers} events at a time, 2 ms for each and 40 ms to look up a caller.
[[application]]
name = "{name}"
user = "{name}-user"
interface = "jtapi"
ctimanagers = {}   # the first is its primary, the next its backup
workers = {workers}
decide = "2ms"
lookup = {{ exponential = "40ms" }}
database = "customers"
heartbeat = "30s"        # a silent failure is detected after one to two of these
reconnect = "30s"
open_rate = "50/s"       # devices it opens per second when it comes back

# The user it logs in as: it may control these devices and no others."#,
        site.nodes_from(*row, 2),
    )?;
    let phones = if *is_ivr || !controls_phones(site, program) { &[][..] } else { people };
    let devices = program.points.iter().map(|it| it.name.as_str());
    let devices = devices.chain(program.ports.iter().chain(phones).map(|it| it.name.as_str()));
    writeln!(out, "[[user]]\nname = \"{name}-user\"\ncti_enabled = true\ndevices = {}\n", names(devices))?;
    writeln!(
        out,
        r#"# Where its calls arrive. If the application hangs, they wait here until that is detected: with {} calls per hour
# up to {:.0} at one route point; Cisco advises at most {}.
# All three forwards are set: busy (cfb), not open (cfna), application failed (cfof). Without them calls are
# lost."#,
        per_hour(program.thousandths).trim_matches('"').trim_end_matches("/h"),
        (rate * DETECTION_S / program.points.len() as f64).ceil(),
        CALLS_AT_ROUTE_POINT.most,
    )?;
    let leads = match (program.ports.is_empty(), people.is_empty()) {
        (false, _) => spread(&program.ports),
        (true, false) => spread(people),
        (true, true) => "\"operator\"".to_owned(),
    };
    for point in &program.points {
        writeln!(
            out,
            r#"[[route_point]]
name = "{}"
lines = [{{ dn = "{}" }}]
device_pool = "{}"
application = "{name}"
redirect_to = {leads}
cfb = "operator"
cfna = "operator"
cfof = "operator"
"#,
            point.name,
            point.number,
            site.pool(point.node),
        )?;
    }
    ports(site, program, people, out)
}

/// Names with shares in proportion to their sizes, or a single name.
fn spread(groups: &[Group]) -> String {
    let [first, rest @ ..] = groups else { return "\"operator\"".to_owned() };
    if rest.is_empty() {
        return format!("\"{}\"", first.name);
    }
    let all: u32 = groups.iter().map(|group| group.count).sum();
    // In ten-thousandths; the first takes what rounding leaves.
    let shares: Vec<u32> = rest.iter().map(|group| (u64::from(group.count) * 10_000 / u64::from(all)) as u32).collect();
    let left = 10_000 - shares.iter().sum::<u32>();
    let entries = groups.iter().zip([left].into_iter().chain(shares));
    let entries = entries.filter(|(_, share)| *share > 0).map(|(group, share)| {
        format!("    {{ to = \"{}\", share = \"{}.{:02}%\" }},\n", group.name, share / 100, share % 100)
    });
    format!("[\n{}]", entries.collect::<String>())
}

fn controls_phones(site: &Site, program: &Program) -> bool {
    site.phones_are_controlled() && program.row == site.ivrs()
}

fn ports(site: &Site, program: &Program, people: &[Group], out: &mut String) -> std::fmt::Result {
    if program.ports.is_empty() {
        return Ok(());
    }
    let own: u32 = program.ports.iter().map(|group| group.count).sum();
    let erlangs = f64::from(program.thousandths) / 3_600_000.0 * site.at_port();
    writeln!(
        out,
        r#"# Its ports, one call each, spread over the nodes: {own} in all,
# for {erlangs:.1} erlangs of {}.
# `media`: the application sends the media, so that its failure ends the call; or a "separate" server does."#,
        if people.is_empty() { "talk" } else { "menu, and for callers who wait" },
    )?;
    if !people.is_empty() {
        writeln!(out, "# ASSUMPTION: a menu of 30 s, after which 60 % of the callers ask for a person.")?;
    }
    for group in &program.ports {
        let Group { name, count, first, node } = group;
        writeln!(out, "[[cti_port]]\nname = \"{name}\"\ncount = {count}\nfirst_dn = \"{first}\"")?;
        writeln!(out, "device_pool = \"{}\"\napplication = \"{}\"", site.pool(*node), program.name)?;
        if let Some(to) = people.get(*node as usize % people.len().max(1)) {
            writeln!(out, "treatment = {{ erlang = {{ mean = \"30s\", phases = 3 }} }}")?;
            writeln!(out, "transfer_to = \"{}\"\ntransfer_share = \"60%\"", to.name)?;
        }
        writeln!(out, "media = \"application\"\ncfb = \"operator\"\ncfna = \"operator\"\ncfof = \"operator\"\n")?;
    }
    Ok(())
}

fn phones(site: &Site, programs: &[Program], people: &[Group], out: &mut String) -> std::fmt::Result {
    if people.is_empty() {
        return Ok(());
    }
    let controller = programs.iter().find(|program| controls_phones(site, program));
    let control = match controller {
        Some(program) => format!(
            "`application`: `{0}` controls their phones as a third party, beside the\n\
             # people. Remove it, and their names from the devices of `{0}-user`, for ordinary phones.",
            program.name
        ),
        None => "They have ordinary phones. `application` would name the one that controls\n\
                 # them as a third party, beside the people: its user needs them among its `devices`, too."
            .into(),
    };
    writeln!(
        out,
        r#"# The people who answer. {control}
# ASSUMPTION: a person answers after 4 s on average; after 12 s the call goes to the operator.
# `queue`: callers transferred by an IVR wait at their ports until a phone is free; others find it busy."#
    )?;
    for group in people {
        let Group { name, count, first, node } = group;
        writeln!(out, "[[phone]]\nname = \"{name}\"\ncount = {count}\nfirst_dn = \"{first}\"")?;
        writeln!(out, "device_pool = \"{}\"", site.pool(*node))?;
        match (controller, programs.first()) {
            (Some(program), _) => writeln!(out, "application = \"{}\"", program.name)?,
            (None, Some(program)) => writeln!(out, "# application = \"{}\"", program.name)?,
            (None, None) => {}
        }
        writeln!(
            out,
            "answer = {{ exponential = \"4s\" }}\nno_answer = \"12s\"\nqueue = true\ncfb = \"operator\"\ncfna = \"operator\"\n"
        )?;
    }
    Ok(())
}

fn outside(out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        r#"# The target of forwards: a number outside, with unlimited lines (`lines` would limit them).
# Calls leave at the first node unless `egress` names another.
[[destination]]
name = "operator"
dn = "9000"
answer = "4s"
"#
    )
}

fn traffic(site: &Site, programs: &[Program], out: &mut String) -> std::fmt::Result {
    let count: usize = programs.iter().map(|program| program.points.len()).sum();
    writeln!(
        out,
        r#"# Traffic: {} calls per hour{}, a Poisson process. A `profile` has rates by the
# time of day instead, and a `file` lists calls one by one.
# Calls arrive at every node in turn; `ingress` names those that the gateways use, without a publisher for example.
# ASSUMPTION: callers without an answer hang up after about a minute; talk times vary as in a real sample."#,
        site.calls_an_hour,
        if count > 1 { ", over all route points" } else { "" },
    )?;
    let talk = if site.talk.is_multiple_of(60) { format!("{}m", site.talk / 60) } else { format!("{}s", site.talk) };
    for point in programs.iter().flat_map(|program| &program.points) {
        writeln!(
            out,
            r#"[[traffic]]
name = "callers-{0}"
to = "{0}"
arrivals = {{ poisson = {1} }}
patience = {{ weibull = {{ mean = "60s", shape = 2.0 }} }}
talk = {{ lognormal = {{ mean = "{2}", cv = 1.2 }} }}
"#,
            point.number,
            per_hour(point.thousandths),
            talk,
        )?;
    }
    Ok(())
}

fn fault(out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        r#"# A failure: the IVR hangs silently, and is restarted after five minutes. Other failures to try:
# `kind = "exit"`, which is detected at once; `node = "sub1"` instead of `application` and `kind`; or no fault at all.
[[fault]]
at = "30m"
application = "ivr"
kind = "silent"
for = "5m""#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_whole() {
        assert_eq!(split(10, 4), [3, 3, 2, 2]);
        assert_eq!(split(1, 3), [1, 0, 0]);
    }

    #[test]
    fn rates_are_written_without_needless_digits() {
        assert_eq!(per_hour(3_600_000), "\"3600/h\"");
        assert_eq!(per_hour(333_334), "\"333.334/h\"");
        assert_eq!(per_hour(1), "\"0.001/h\"");
    }

    #[test]
    fn what_is_left_open_follows_from_the_rest() {
        let asked = Answers { agents: Some(300), ..Answers::default() };
        let site = asked.complete();
        assert!((2_000..10_000).contains(&site.calls_an_hour), "{site:?}");
        assert!(site.remarks().is_empty(), "{:?}", site.remarks());
        let alone = Answers { calls_an_hour: Some(200_000), nodes: Some(1), ports: Some(5000), ..Answers::default() };
        assert_eq!(alone.complete().remarks().len(), 2);
        let few = Answers { agents: Some(5), calls_an_hour: Some(6000), ..Answers::default() };
        let [remark] = &few.complete().remarks()[..] else { panic!("one remark is due") };
        let enough = remark.split("--agents ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        assert!(enough.is_some_and(|enough: u32| (200..260).contains(&enough)), "{remark}");
        let mended = Answers { agents: enough, ..few };
        assert!(mended.complete().remarks().is_empty(), "{:?}", mended.complete().remarks());
    }
}
