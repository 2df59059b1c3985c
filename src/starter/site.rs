//! A site: what a planner knows of it, and what follows from that.

use super::failure::Failure;
use crate::oracle::{erlang_b, erlang_b_servers, servers_for_service_level};
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
    /// The mean time that a caller spends in the menu of an IVR, in seconds.
    pub menu: Option<u32>,
    /// The share of the callers of an IVR who ask for a person after the menu, in hundredths of a percent, above 0.
    pub to_agents: Option<u32>,
    /// How long a caller waits on average until he hangs up, in seconds.
    pub patience: Option<u32>,
    /// What fails.
    pub failure: Option<Failure>,
    /// Whether each IVR has a standby that opens its ports when it has lost them.
    pub standby: bool,
    /// Whether the people have a desktop that controls their phones. It is there, too, if it is what fails.
    pub desktop: bool,
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
const MENU_S: u32 = 30;
/// The share of callers who ask for a person after the menu, in hundredths of a percent.
const TO_AGENTS: u32 = 6_000;
/// How long a caller waits on average, in seconds.
const PATIENCE_S: u32 = 60;
/// The share of calls that go to the IVRs if there are routing applications, too.
const TO_IVRS: f64 = 0.8;
/// Seconds that a phone rings, with the delay before.
const ANSWERS_S: f64 = 5.0;
/// The usual service level: this share of callers reach a person within `WITHIN_S` seconds.
const LEVEL: f64 = 0.8;
/// The share of calls that may find all ports of a group busy.
const BLOCKED: f64 = 0.01;
const WITHIN_S: f64 = 20.0;
/// Seconds of CallManager time that a call takes, all nodes together.
pub(super) const WORK_S: f64 = 0.08;
/// The longest time until a silent failure is detected: two heartbeat intervals.
pub(super) const DETECTION_S: f64 = 60.0;

/// A site with all numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    pub(super) name: Option<String>,
    pub(super) nodes: u32,
    pub(super) calls_an_hour: u32,
    pub(super) applications: u32,
    pub(super) ports: u32,
    pub(super) agents: u32,
    pub(super) talk: u32,
    pub(super) menu: u32,
    pub(super) to_agents: u32,
    pub(super) patience: u32,
    /// Whether the menu and who asks for a person are assumed, and whether the patience is.
    pub(super) assumed: (bool, bool),
    pub(super) failure: Failure,
    pub(super) standby: bool,
    desktop: bool,
}

impl Answers {
    /// Fills in what was left open. Each answer must be within [`most`], and all but `agents` above zero.
    pub fn complete(&self) -> Site {
        let applications = self.applications.unwrap_or(2);
        let talk = self.talk.unwrap_or(180);
        let (menu, to_agents) = (self.menu.unwrap_or(MENU_S), self.to_agents.unwrap_or(TO_AGENTS));
        let to_ivrs = if applications > 1 { TO_IVRS } else { 1.0 };
        let staffed = self.agents != Some(0);
        // The share of all calls that reach a person, and how long a call stays at a port.
        let to_people = if staffed { share_to_people(to_ivrs, to_agents) } else { 0.0 };
        let at_port = if staffed { f64::from(menu) + 5.0 } else { f64::from(talk) };
        let busy = f64::from(talk) + ANSWERS_S;
        // Given people and ports take a load that keeps them two thirds busy.
        let from_agents = self.agents.filter(|_| staffed).map(|agents| f64::from(agents) / busy / to_people);
        let from_ports = self.ports.map(|ports| f64::from(ports) / at_port / to_ivrs);
        let affordable = [from_agents, from_ports].into_iter().flatten().reduce(f64::min);
        let site = |calls_an_hour: u32| {
            let rate = f64::from(calls_an_hour) / 3600.0;
            let nodes = self.nodes.unwrap_or_else(|| within((rate * WORK_S / 0.5).ceil(), most::NODES).max(3));
            Site {
                name: self.name.clone(),
                nodes,
                calls_an_hour,
                applications,
                ports: self.ports.unwrap_or_else(|| enough_ports(rate * to_ivrs * at_port, applications, nodes)),
                agents: self.agents.unwrap_or_else(|| servers(rate * to_people * busy, most::AGENTS)),
                talk,
                menu,
                to_agents,
                patience: self.patience.unwrap_or(PATIENCE_S),
                assumed: (self.menu.is_none() || self.to_agents.is_none(), self.patience.is_none()),
                failure: self.failure.unwrap_or_default(),
                standby: self.standby,
                desktop: self.desktop,
            }
        };
        let mut calls_an_hour = self.calls_an_hour.unwrap_or_else(|| match affordable {
            Some(rate) => within(rate * 3600.0 * 2.0 / 3.0, most::CALLS_AN_HOUR),
            None => 3600,
        });
        // Few ports in several groups cannot be kept as busy as many in one.
        while self.calls_an_hour.is_none() && calls_an_hour > 1 && site(calls_an_hour).too_few_ports().is_some() {
            calls_an_hour -= calls_an_hour.div_ceil(10);
        }
        site(calls_an_hour)
    }
}

/// The share of all calls that reach a person, if there are some, of the share that goes to IVRs.
fn share_to_people(to_ivrs: f64, to_agents: u32) -> f64 {
    to_ivrs * f64::from(to_agents) / 1e4 + (1.0 - to_ivrs)
}

/// Enough ports for this load, although a call that finds the group busy that it is sent to does not try another one.
fn enough_ports(erlangs: f64, applications: u32, nodes: u32) -> u32 {
    let ivrs = applications.div_ceil(2);
    let groups = ivrs * groups(nodes, ivrs);
    let each = erlang_b_servers(erlangs / f64::from(groups), BLOCKED, most::PORTS).unwrap_or(most::PORTS);
    servers(erlangs, most::PORTS).max(groups * each).min(most::PORTS)
}

/// The number of groups over which an IVR spreads its ports, if it has so many.
fn groups(nodes: u32, ivrs: u32) -> u32 {
    nodes.div_ceil(ivrs).max(2).min(nodes)
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

/// How many numbers a group of so many devices keeps: twice as many, so that more of them can be tried, in thousands.
fn room(count: u32) -> u32 {
    (2 * count).next_multiple_of(1000)
}

/// A route point: its name, number, node and traffic.
pub(super) struct Point {
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) node: u32,
    pub(super) thousandths: u32,
}

/// A group of ports or phones.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) count: u32,
    pub(super) first: u32,
    pub(super) node: u32,
}

/// An application with what it controls.
pub(super) struct Program {
    pub(super) name: String,
    /// Whether it answers calls at ports; otherwise it redirects them.
    pub(super) is_ivr: bool,
    /// Its number, from zero; it determines its first CTIManager.
    pub(super) row: u32,
    pub(super) thousandths: u32,
    pub(super) points: Vec<Point>,
    pub(super) ports: Vec<Group>,
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
        remarks.extend(self.too_few_ports());
        remarks.extend(self.too_many_devices());
        if self.failure != self.failure() {
            let instead = if self.failure == Failure::Phones { "ports fail" } else { "the IVR hangs" };
            remarks.push(format!("there are no phones that could fail or have a desktop: {instead} instead"));
        } else if self.desktop && !self.has_desktop() {
            remarks.push("there are no phones for a desktop: none is written".to_owned());
        }
        remarks
    }

    /// A warning if calls would find the ports busy that they are sent to.
    fn too_few_ports(&self) -> Option<String> {
        // Calls that wait for a person stay at their ports.
        let at_port = self.at_port() + if self.agents > 0 { ANSWERS_S } else { 0.0 };
        let programs = self.programs();
        let sent_to_groups = programs.iter().flat_map(|program| {
            let own: u32 = program.ports.iter().map(|group| group.count).sum();
            let erlangs = f64::from(program.thousandths) / 3_600_000.0 * at_port;
            program.ports.iter().map(move |group| (erlangs * f64::from(group.count) / f64::from(own), group.count))
        });
        let blocked = sent_to_groups.map(|(erlangs, ports)| erlang_b(erlangs, ports)).fold(0.0, f64::max);
        (blocked > BLOCKED).then(|| {
            format!(
                "{} too few for {} calls per hour: up to {:.1} % find all ports of their group busy, and go to the operator",
                if self.ports == 1 { "one port is".to_owned() } else { format!("{} ports are", self.ports) },
                self.calls_an_hour,
                blocked * 100.0
            )
        })
    }

    /// A warning if an application or CTIManager controls more devices than is advised.
    fn too_many_devices(&self) -> Option<String> {
        let programs = self.programs();
        let devices = |program: &Program| {
            let phones = if controls_phones(self, program) { self.agents } else { 0 };
            program.points.len() as u32 + program.ports.iter().map(|group| group.count).sum::<u32>() + phones
        };
        // What an application may open, and the node at which it begins. A standby begins one further, and may open as much.
        let first = programs.iter().map(|program| (program.row, devices(program)));
        let standby = programs.iter().filter(|program| stands_by(self, program));
        let standby = standby.map(|program| (program.row + 1, devices(program)));
        let desktop = self.has_desktop().then_some((self.applications, self.agents));
        let opens: Vec<(u32, u32)> = first.chain(standby).chain(desktop).collect();
        // Of each CTIManager, at the start or after the failure of another one.
        let most_at = |node: u32| {
            let previous = (node + self.nodes - 1) % self.nodes;
            let there = |row: u32| row % self.nodes == node || row % self.nodes == previous;
            opens.iter().filter(|(row, _)| there(*row)).map(|(_, devices)| devices).sum::<u32>()
        };
        let on_manager = (0..self.nodes).map(most_at).max().unwrap_or(0);
        let of_application = opens.iter().map(|&(_, devices)| devices).max().unwrap_or(0);
        (on_manager > DEVICES_ON_CTIMANAGER.most || of_application > DEVICES_OF_PROVIDER.most).then(|| {
            format!(
                "an application controls up to {of_application} devices, and a CTIManager up to {on_manager} if another one fails: \
                 Cisco advises at most {} per CTIManager and {} per provider; more --applications and --nodes spread them{}",
                DEVICES_ON_CTIMANAGER.most,
                DEVICES_OF_PROVIDER.most,
                if self.has_desktop() { ", and several desktops in the file" } else { "" },
            )
        })
    }

    /// What fails: ports or the IVR where there are no phones.
    pub(super) fn failure(&self) -> Failure {
        match self.failure {
            Failure::Phones if self.agents == 0 => Failure::Ports,
            Failure::Desktop if self.agents == 0 => Failure::Ivr,
            failure => failure,
        }
    }

    /// Whether the phones have a desktop.
    pub(super) fn has_desktop(&self) -> bool {
        self.agents > 0 && (self.desktop || self.failure == Failure::Desktop)
    }

    /// A warning if callers would wait for people until they give up.
    fn too_few_agents(&self) -> Option<String> {
        // If the calls follow from the people, these are two thirds busy.
        const BUSY: f64 = 0.7;
        let (rate, busy) = (self.rate_to_people(), f64::from(self.talk) + ANSWERS_S);
        if rate * busy < BUSY * f64::from(self.agents) {
            return None;
        }
        // One queue leads to all of them.
        let enough = servers_for_service_level(rate, busy, WITHIN_S, LEVEL);
        (enough > self.agents).then(|| {
            format!(
                "{} are too few for {:.0} calls per hour to a person: many callers wait, and give up or go to the operator; with \
                 --agents {enough} four in five are answered within {WITHIN_S} s",
                counted(self.agents, "agent"),
                rate * 3600.0,
            )
        })
    }

    /// How few and how many people a search for enough of them begins with: from a load that would keep them more than busy to
    /// one at which hardly anybody waits. `None`: there are no people.
    pub fn people_to_try(&self) -> Option<(u32, u32)> {
        let erlangs = self.rate_to_people() * (f64::from(self.talk) + ANSWERS_S);
        let groups = self.people(&self.programs()).len() as u32;
        let least = within((erlangs * 0.9).floor(), most::AGENTS).max(groups);
        (self.agents > 0).then(|| (least, servers(erlangs, most::AGENTS).max(least + 1)))
    }

    /// Minutes until the queue of the people is as long as it stays: it takes several times what a call takes. Calls that are
    /// served at ports do not wait.
    pub(super) fn warm_up(&self) -> u32 {
        match self.agents {
            0 => (2 * self.talk).clamp(300, 1200) / 60,
            _ => (10 * (self.menu + self.talk) / 60).clamp(30, 60),
        }
    }

    /// Whether attendants send calls to people.
    pub fn has_attendants(&self) -> bool {
        self.applications > self.ivrs() && self.agents > 0
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

    pub(super) fn rate(&self) -> f64 {
        f64::from(self.calls_an_hour) / 3600.0
    }

    /// Calls a second that reach a person.
    pub(super) fn rate_to_people(&self) -> f64 {
        let to_ivrs = if self.applications > 1 { TO_IVRS } else { 1.0 };
        if self.agents > 0 { self.rate() * share_to_people(to_ivrs, self.to_agents) } else { 0.0 }
    }

    pub(super) fn ivrs(&self) -> u32 {
        self.applications.div_ceil(2).min(self.ports)
    }

    /// The mean time of a call at its port.
    pub(super) fn at_port(&self) -> f64 {
        if self.agents > 0 { f64::from(self.menu) } else { f64::from(self.talk) }
    }

    pub(super) fn pool(&self, row: u32) -> String {
        format!("sub{}-first", row % self.nodes + 1)
    }

    /// `count` nodes in cyclic order, beginning with `first`.
    pub(super) fn nodes_from(&self, first: u32, count: u32) -> String {
        let names: Vec<String> =
            (0..count.min(self.nodes)).map(|step| format!("\"sub{}\"", (first + step) % self.nodes + 1)).collect();
        format!("[{}]", names.join(", "))
    }

    pub(super) fn programs(&self) -> Vec<Program> {
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
            let mut port_groups = Vec::new();
            if is_ivr {
                let own = ports[row as usize];
                let parts = groups(self.nodes, ivrs).min(own);
                for (step, count) in split(own, parts).into_iter().enumerate() {
                    let name = if parts <= 1 { format!("{name}-ports") } else { format!("{name}-ports-{}", step + 1) };
                    port_groups.push(Group { name, count, first: port, node });
                    port += room(count);
                    node += 1;
                }
            }
            programs.push(Program { name, is_ivr, row, thousandths, points, ports: port_groups });
        }
        programs
    }

    /// The people, a group for each node that has ports, in proportion to the calls at these.
    pub(super) fn people(&self, programs: &[Program]) -> Vec<Group> {
        let groups = programs.iter().map(|program| program.ports.len() as u32).sum();
        let parts = self.nodes.min(self.agents).min(groups);
        let weights = transferred_to(parts, programs);
        let all: u64 = weights.iter().sum();
        // One for each group, the rest in proportion.
        let rest = self.agents - parts;
        let mut counts: Vec<u32> =
            weights.iter().map(|&weight| 1 + (u64::from(rest) * weight / all.max(1)) as u32).collect();
        let left = self.agents - counts.iter().sum::<u32>();
        for (count, more) in counts.iter_mut().zip(split(left, parts.max(1))) {
            *count += more;
        }
        let mut first = 50_001;
        let mut groups = Vec::new();
        for (node, count) in (0..).zip(counts) {
            let name = if parts == 1 { "agents".to_owned() } else { format!("agents-{}", node + 1) };
            groups.push(Group { name, count, first, node });
            first += room(count);
        }
        groups
    }

    /// Whether the first attendant controls the phones as well.
    fn phones_are_controlled(&self) -> bool {
        self.applications > 1 && self.agents > 0 && self.agents < DEVICES_ON_CTIMANAGER.most / 2
    }
}

/// The calls an hour, in thousandths, at the ports that transfer to each of so many groups of people.
fn transferred_to(groups: u32, programs: &[Program]) -> Vec<u64> {
    let mut calls = vec![0; groups as usize];
    for Program { thousandths, ports, .. } in programs.iter().filter(|_| groups > 0) {
        let own: u32 = ports.iter().map(|group| group.count).sum();
        for group in ports {
            calls[(group.node % groups) as usize] += u64::from(*thousandths) * u64::from(group.count) / u64::from(own);
        }
    }
    calls
}

/// Whether a program has a standby: an IVR, which has ports to lose.
pub(super) fn stands_by(site: &Site, program: &Program) -> bool {
    site.standby && program.is_ivr && !program.ports.is_empty()
}

pub(super) fn controls_phones(site: &Site, program: &Program) -> bool {
    site.phones_are_controlled() && program.row == site.ivrs()
}

fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("one {what}") } else { format!("{count} {what}s") }
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
