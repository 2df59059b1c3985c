//! Random workloads, as text: valid, but unlike those of users.
//!
//! A workload is a function of its case number. It is small, because small ones reach more states per second, and
//! unbalanced on purpose: each case first draws the scales of its work, links and timers, and then the values, so that some
//! cases are all overload, some all failures and some all zero delays.

mod changes;

use crate::draw::{Draw, WORK};
use ctisim::engine::{Stream, stream_number};
use std::fmt::Write;

/// Kinds of records; a record's name is its kind and number.
const ROUTE_POINT: &str = "route-point";
const PORTS: &str = "ports";
const PHONES: &str = "phones";
const OUTSIDE: &str = "outside";

fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect();
    format!("[{}]", names.join(", "))
}

fn names(kind: &str, count: u64) -> Vec<String> {
    (0..count).map(|row| format!("{kind}{row}")).collect()
}

const MILLI: u64 = 1_000;
const SECOND: u64 = 1_000_000;

/// A name that the phones of a group dial.
struct SpeedDial {
    name: String,
    phones: usize,
    to: String,
}

/// A queue for groups of phones, by their rows.
struct Queue {
    name: String,
    phones: Vec<usize>,
    priority: usize,
}

struct Generator {
    draw: Draw,
    /// What is drawn for queues, wishes and work after calls, apart: without any, a case is what it was before there were these.
    apart: Draw,
    queues: Vec<Queue>,
    /// What callers may want; empty if nobody asks.
    wishes: Vec<String>,
    text: String,
    /// All times are in microseconds.
    length: u64,
    /// How long a message's work takes.
    work: u64,
    nodes: Vec<String>,
    managers: Vec<String>,
    /// The CTIManagers that each application names, if it names any.
    lists: Vec<Option<Vec<String>>>,
    /// How many connections each application holds.
    connections: Vec<u64>,
    /// The CTIManagers with parameters that change.
    changed: Vec<String>,
    /// Each pool with the members of its group.
    pools: Vec<(String, Vec<String>)>,
    direct: bool,
    databases: Vec<String>,
    applications: Vec<String>,
    route_points: Vec<String>,
    controllers_of_route_points: Vec<Vec<String>>,
    /// The rows of groups of ports with an application.
    controlled_ports: Vec<u64>,
    phones: Vec<String>,
    controllers_of_phones: Vec<Vec<String>>,
    /// Whether people at phones change calls.
    calls_are_changed: bool,
    speed_dials: Vec<SpeedDial>,
    destinations: Vec<String>,
    /// How many lines each route point has; without numbers, none.
    route_point_lines: Vec<u64>,
    /// How many devices and lines each group of ports has, and each group of phones.
    port_lines: Vec<(u64, u64)>,
    phone_lines: Vec<(u64, u64)>,
    /// Everything to which a call can be sent.
    targets: Vec<String>,
}

/// The numbers of a line: its first, and the range of all, for the line of a row of `kind`.
fn numbers(kind: u64, row: u64, line: u64, count: u64) -> (String, String) {
    let first = kind * 10_000 + row * 1_000 + line * 100 + 1;
    (first.to_string(), format!("{first}-{}", first + count - 1))
}

/// The first digits of the numbers of route points, ports and phones.
const OF_ROUTE_POINTS: u64 = 7;
const OF_PORTS: u64 = 5;
const OF_PHONES: u64 = 2;

/// Up to three queues, for any of the groups and in any order; no two of one priority.
fn queues(draw: &mut Draw, groups: usize) -> Vec<Queue> {
    let many = if groups > 0 { draw.pick(&[0, 0, 1, 2, 3]) } else { 0 };
    let mut priorities = vec![1, 2, 3];
    let queue = |name| {
        let priority = priorities.swap_remove(draw.below(priorities.len() as u64) as usize);
        Queue { name, phones: draw.some(&(0..groups).collect::<Vec<_>>(), groups), priority }
    };
    names("queue", many).into_iter().map(queue).collect()
}

/// The text of a case's workload.
pub(crate) fn workload(case: u64) -> String {
    let mut draw = Draw(Stream::new(case, 0, stream_number("swarm", "workload")));
    let length = draw.magnitude(2, 120) * SECOND;
    // None, well within capacity, near it, far beyond it.
    let work = draw.pick(&[0, 50, 2 * MILLI, 2 * MILLI, 20 * MILLI, 300 * MILLI]);
    let (nodes, applications, route_points) = (draw.between(1, 4), draw.between(1, 3), draw.between(1, 4));
    let (ports, phones, destinations) = (draw.below(4), draw.below(3), draw.between(1, 2));
    let counts = [(ROUTE_POINT, route_points), (PORTS, ports), (PHONES, phones), (OUTSIDE, destinations)];
    let databases = draw.below(3);
    let route_point_lines: Vec<u64> = (0..route_points).map(|_| draw.pick(&[0, 0, 1, 2, 3])).collect();
    let port_lines: Vec<(u64, u64)> = (0..ports).map(|_| (draw.magnitude(1, 16), draw.pick(&[0, 1, 1, 2]))).collect();
    let phone_lines: Vec<(u64, u64)> = (0..phones).map(|_| (draw.magnitude(1, 8), draw.pick(&[0, 1, 1, 2]))).collect();
    let mut targets: Vec<String> = counts.iter().flat_map(|(kind, count)| names(kind, *count)).collect();
    for (row, lines) in (0..).zip(&route_point_lines) {
        targets.extend((0..*lines).map(|line| numbers(OF_ROUTE_POINTS, row, line, 1).0));
    }
    for (kind, groups) in [(OF_PORTS, &port_lines), (OF_PHONES, &phone_lines)] {
        for (row, (count, lines)) in (0..).zip(groups) {
            for (first, range) in (0..*lines).map(|line| numbers(kind, row, line, *count)) {
                targets.extend([first, range]);
            }
        }
    }
    let mut apart = Draw(Stream::new(case, 0, stream_number("swarm", "queues")));
    let queues = queues(&mut apart, phones as usize);
    let wishes = if apart.chance(40) { names("wish", apart.between(1, 3)) } else { Vec::new() };
    let mut generator = Generator {
        draw,
        apart,
        queues,
        wishes,
        text: String::new(),
        length,
        work,
        nodes: names("node", nodes),
        managers: Vec::new(),
        lists: Vec::new(),
        connections: Vec::new(),
        changed: Vec::new(),
        pools: Vec::new(),
        direct: false,
        databases: names("database", databases),
        applications: names("application", applications),
        route_points: names(ROUTE_POINT, route_points),
        controllers_of_route_points: Vec::new(),
        controlled_ports: Vec::new(),
        phones: names(PHONES, phones),
        controllers_of_phones: Vec::new(),
        calls_are_changed: false,
        speed_dials: Vec::new(),
        destinations: names(OUTSIDE, destinations),
        route_point_lines,
        port_lines,
        phone_lines,
        targets,
    };
    generator.head(case);
    generator.cluster();
    generator.users();
    generator.applications();
    generator.route_points();
    generator.ports(ports);
    generator.phones();
    generator.waiting();
    generator.destinations();
    generator.traffic();
    generator.faults();
    generator.parameter_changes();
    generator.node_faults();
    generator.changes();
    generator.speed_dials();
    generator.text
}

impl Generator {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn key(&mut self, key: &str, value: impl std::fmt::Display) {
        writeln!(self.text, "{key} = {value}").expect("a string takes anything");
    }

    fn micros(&mut self, key: &str, micros: u64) {
        self.key(key, format_args!("\"{micros}us\""));
    }

    /// A distribution around the case's work per message, or none at all.
    fn work_distribution(&mut self) -> String {
        let mean = if self.work == 0 || self.draw.chance(15) { 0 } else { self.work / 2 + self.draw.below(self.work) };
        self.draw.distribution(mean)
    }

    fn head(&mut self, case: u64) {
        self.key("format", 1);
        self.key("question", format_args!("\"Does case {case} of the swarm keep the books?\""));
        let profile = self.draw.pick(&["\"3.3\"", "\"12.5\""]);
        self.key("profile", profile);
        self.direct = self.draw.chance(10);
        if self.direct {
            self.key("topology", "\"direct\"");
        }
        self.line("[run]");
        let length = self.length;
        self.micros("length", length);
        let warm_up = self.draw.below(length / 2);
        self.micros("warm_up", warm_up);
        self.key("replications", 2);
        self.key("seed", case);
        self.line("[network]");
        let slow = self.draw.pick(&[0, 0, 2 * MILLI, 20 * MILLI, SECOND]);
        for link in ["between_nodes", "to_application", "from_caller"] {
            let delay = self.draw.below(slow + 1);
            self.micros(link, delay);
        }
        self.line("[cti]");
        self.key("heartbeat_minimum", "\"1ms\"");
        let reading = self.draw.pick(&["\"timer\"", "\"grid\""]);
        self.key("heartbeat_reading", reading);
        match self.draw.below(3) {
            0 => {}
            1 => self.key("new_call_accept", "\"off\""),
            _ => {
                let limit = self.draw.magnitude(MILLI, 8 * SECOND);
                self.micros("new_call_accept", limit);
            }
        }
        if self.draw.chance(60) {
            let limit = self.draw.magnitude(MILLI, 16 * SECOND);
            self.micros("request_timeout", limit);
        }
        if self.draw.chance(40) {
            let limit = self.draw.magnitude(MILLI, 16 * SECOND);
            self.micros("t301", limit);
        }
        let notice = self.draw.pick(&[0, MILLI, 100 * MILLI, 3 * SECOND]);
        self.micros("callmanager_notice", notice);
        if self.draw.chance(80) {
            let patience = self.draw.magnitude(MILLI, 8 * SECOND);
            self.micros("open_timeout", patience);
        }
        for rate in ["reopen_rate", "phone_return_rate"] {
            let value = self.draw.magnitude(1, 1000);
            self.key(rate, format_args!("\"{value}/s\""));
        }
        if self.draw.chance(20) {
            let entry = self.draw.magnitude(MILLI, 2 * SECOND);
            let exit = 1 + self.draw.below(entry);
            self.key("code_yellow", format_args!("{{ entry = \"{entry}us\", exit = \"{exit}us\" }}"));
        }
        let hops = self.draw.pick(&[0, 1, 3, 12, 12, 60]);
        self.key("forward_hops", hops);
        self.calls_are_changed = hops <= 20 && self.draw.chance(60);
        self.line("[work]");
        for work in WORK {
            let distribution = self.work_distribution();
            self.key(work, distribution);
        }
    }

    fn cluster(&mut self) {
        self.choose_managers();
        for row in 0..self.nodes.len() {
            self.line("[[node]]");
            let name = self.nodes[row].clone();
            self.key("name", format_args!("\"{name}\""));
            if !self.managers.contains(&name) {
                self.key("ctimanager", "false");
            } else if self.draw.chance(60) {
                // Enough for those that begin there; after a failure of another one it may be too few.
                let begin: usize = self.lists.iter().zip(&self.connections).map(|it| self.begin_at(it, &name)).sum();
                let begin = begin as u64;
                let limit = begin.max(1) + self.draw.below(2);
                self.key("cti_connections", limit);
            }
            if self.draw.chance(20) {
                let (work, distribution) = (self.draw.pick(&WORK), self.work_distribution());
                self.key("work", format_args!("{{ {work} = {distribution} }}"));
            }
        }
        for row in 0..self.draw.between(1, 3) {
            self.line("[[callmanager_group]]");
            self.key("name", format_args!("\"group{row}\""));
            let members = self.draw.some(&(0..self.nodes.len()).collect::<Vec<_>>(), 3);
            let members: Vec<String> = members.iter().map(|member| self.nodes[*member].clone()).collect();
            self.key("members", quoted(&members));
            self.pools.push((format!("group{row}"), members));
        }
        if self.draw.chance(50) {
            self.line("[[device_pool]]");
            self.key("name", "\"pool\"");
            self.key("callmanager_group", "\"group0\"");
            let members = self.pools[0].1.clone();
            self.pools.push(("pool".to_owned(), members));
        }
        for row in 0..self.databases.len() {
            self.line("[[database]]");
            self.key("name", format_args!("\"database{row}\""));
            let connections = self.draw.magnitude(1, 8);
            self.key("connections", connections);
        }
    }

    /// Which nodes run a CTIManager, one at least, and which of these each application names.
    fn choose_managers(&mut self) {
        let chosen = self.draw.below(self.nodes.len() as u64) as usize;
        let runs_one = (0..self.nodes.len()).filter(|&row| row == chosen || self.draw.chance(60));
        self.managers = runs_one.map(|row| self.nodes[row].clone()).collect();
        for _ in 0..self.applications.len() {
            let list = self.draw.chance(60).then(|| {
                let chosen = self.draw.some(&(0..self.managers.len()).collect::<Vec<_>>(), 4);
                chosen.iter().map(|&manager| self.managers[manager].clone()).collect()
            });
            self.lists.push(list);
            let connections = if self.draw.chance(35) { self.draw.between(2, 4) } else { 1 };
            self.connections.push(connections);
        }
    }

    /// How many connections of an application begin at a node: the k-th with the k-th of its list, round and round.
    fn begin_at(&self, (list, &connections): (&Option<Vec<String>>, &u64), name: &str) -> usize {
        let list = list.as_deref().unwrap_or(&self.managers[..1]);
        list.iter().cycle().take(connections as usize).filter(|manager| *manager == name).count()
    }

    fn users(&mut self) {
        for (name, enabled) in [("anybody", "true"), ("nobody", "false")] {
            self.line("[[user]]");
            self.key("name", format_args!("\"{name}\""));
            self.key("cti_enabled", enabled);
            self.key("devices", "\"all\"");
        }
    }

    fn applications(&mut self) {
        for row in 0..self.applications.len() {
            self.line("[[application]]");
            let name = self.applications[row].clone();
            self.key("name", format_args!("\"{name}\""));
            if let Some(list) = &self.lists[row] {
                let list = quoted(list);
                self.key("ctimanagers", list);
            }
            let workers = self.draw.magnitude(1, 8);
            self.key("workers", workers);
            let connections = self.connections[row];
            self.key("connections", connections);
            if self.draw.chance(15) {
                self.key("recovery", "false");
            }
            let user = if self.draw.chance(5) { "nobody" } else { "anybody" };
            self.key("user", format_args!("\"{user}\""));
            let decide = self.work_distribution();
            self.key("decide", decide);
            if self.draw.chance(60) {
                let lookup = self.work_distribution();
                self.key("lookup", lookup);
                if !self.databases.is_empty() && self.draw.chance(60) {
                    let database = self.draw.below(self.databases.len() as u64);
                    self.key("database", format_args!("\"database{database}\""));
                }
            }
            let heartbeat = self.draw.magnitude(10 * MILLI, 8 * SECOND);
            self.micros("heartbeat", heartbeat);
            let reconnect = self.draw.pick(&[0, 100 * MILLI, 2 * SECOND]);
            self.micros("reconnect", reconnect);
            let rate = self.draw.magnitude(1, 1000);
            self.key("open_rate", format_args!("\"{rate}/s\""));
        }
    }

    fn device_head(&mut self, table: &str, name: &str) {
        self.line(format!("[[{table}]]"));
        self.key("name", format_args!("\"{name}\""));
        let pool = self.draw.below(self.pools.len() as u64) as usize;
        let (pool, members) = self.pools[pool].clone();
        self.key("device_pool", format_args!("\"{pool}\""));
        if self.draw.chance(8) {
            let member = self.draw.below(members.len() as u64) as usize;
            self.key("cannot_open_on", format_args!("[\"{}\"]", members[member]));
        }
    }

    /// Most devices have an application, and some have several; without one they are never opened.
    fn controllers(&mut self) -> Vec<String> {
        if !self.draw.chance(92) {
            return Vec::new();
        }
        let most = if !self.direct && self.draw.chance(40) { 3 } else { 1 };
        let chosen = self.draw.some(&(0..self.applications.len()).collect::<Vec<_>>(), most);
        let chosen: Vec<String> = chosen.into_iter().map(|row| self.applications[row].clone()).collect();
        match &chosen[..] {
            [only] => self.key("application", format_args!("\"{only}\"")),
            several => self.key("application", quoted(several)),
        }
        if self.draw.chance(15) {
            let recovery = self.draw.chance(50);
            self.key("recovery", recovery);
        }
        chosen
    }

    /// What a device with media does that several applications may open.
    fn standby(&mut self, applications: &[String]) {
        if applications.len() > 1 && self.draw.chance(60) {
            let standby = self.draw.pick(&["\"returns\"", "\"stays\""]);
            self.key("standby", standby);
        }
    }

    fn target(&mut self) -> String {
        let row = self.draw.below(self.targets.len() as u64) as usize;
        self.targets[row].clone()
    }

    /// The forwards of a device of this name, whose numbers begin so: to anything but itself.
    fn forwards(&mut self, name: &str, own: &str, settings: &[&str]) {
        let percent = self.draw.pick(&[0, 50, 100]);
        for setting in settings {
            if self.draw.chance(percent) {
                let target = self.other_than(name, own);
                self.key(setting, format_args!("\"{target}\""));
            }
        }
        // A line that forwards all calls has none.
        if self.draw.chance(6) {
            let target = self.other_than(name, own);
            self.key("cfa", format_args!("\"{target}\""));
        }
    }

    fn other_than(&mut self, name: &str, own: &str) -> String {
        let target = self.target();
        if target == name || target.starts_with(own) { format!("{OUTSIDE}0") } else { target }
    }

    /// The lines of a device, the second of which may have forwards of its own.
    fn lines(&mut self, key: &str, kind: u64, row: u64, lines: u64) {
        let mut written = Vec::new();
        for line in 0..lines {
            let (first, _) = numbers(kind, row, line, 1);
            let own = if line > 0 && self.draw.chance(50) {
                let target = self.other_than("", &format!("{kind}{row}"));
                let setting = self.draw.pick(&["cfb", "cfna", "cfna"]);
                format!(", {setting} = \"{target}\"")
            } else {
                String::new()
            };
            written.push(format!("{{ {key} = \"{first}\"{own} }}"));
        }
        if !written.is_empty() {
            self.key("lines", format_args!("[{}]", written.join(", ")));
        }
    }

    fn route_points(&mut self) {
        for row in 0..self.route_points.len() {
            let name = self.route_points[row].clone();
            self.device_head("route_point", &name);
            let applications = self.controllers();
            let controlled = !applications.is_empty();
            self.controllers_of_route_points.push(applications.clone());
            if controlled && self.draw.chance(25) {
                self.key("answers", "true");
                self.standby(&applications);
                if self.draw.chance(70) {
                    let treatment = self.draw.distribution_around(10 * MILLI, 30 * SECOND);
                    self.key("treatment", treatment);
                }
                self.transfer(30);
            } else if controlled {
                // A call must be able to leave the route points: every second way leads outside.
                let target = self.target();
                let way_out = format!("{OUTSIDE}{}", self.draw.below(self.destinations.len() as u64));
                let is_route_point = target.starts_with(ROUTE_POINT) || target.starts_with('7');
                if is_route_point || self.draw.chance(30) {
                    let shares =
                        format!("[{{ to = \"{target}\", share = 0.5 }}, {{ to = \"{way_out}\", share = 0.5 }}]");
                    self.key("redirect_to", shares);
                } else {
                    self.key("redirect_to", format_args!("\"{target}\""));
                }
            }
            if self.draw.chance(40) {
                let most = self.draw.magnitude(1, 32);
                self.key("maximum_calls", most);
                let trigger = self.draw.between(1, most);
                self.key("busy_trigger", trigger);
            }
            let lines = self.route_point_lines[row];
            self.lines("dn", OF_ROUTE_POINTS, row as u64, lines);
            self.forwards(&name, &format!("{OF_ROUTE_POINTS}{row}"), &["cfb", "cfna", "cfof", "cfur"]);
        }
    }

    /// Sometimes a transfer to phones, to one of them or to some.
    fn transfer(&mut self, percent: u64) {
        let phones = |target: &&String| target.starts_with(PHONES) || target.starts_with('2');
        let phones: Vec<String> = self.targets.iter().filter(phones).cloned().collect();
        if !phones.is_empty() && self.draw.chance(percent) {
            let row = self.draw.below(phones.len() as u64) as usize;
            let to = self.people(&phones[row]);
            self.key("transfer_to", to);
            let share = self.draw.pick(&["1.0", "0.5", "0.1"]);
            self.key("transfer_share", share);
        }
    }

    /// These phones, or a queue, or some of both by what callers want.
    fn people(&mut self, phones: &str) -> String {
        let one = |generator: &mut Generator| match generator.queues.len() as u64 {
            many if many > 0 && generator.apart.chance(70) => {
                format!("\"{}\"", generator.queues[generator.apart.below(many) as usize].name)
            }
            _ => format!("\"{phones}\""),
        };
        if self.wishes.is_empty() || self.apart.chance(30) {
            return one(self);
        }
        let by_wish: Vec<String> = self.wishes.clone().iter().map(|wish| format!("{wish} = {}", one(self))).collect();
        format!("{{ {} }}", by_wish.join(", "))
    }

    /// The queues.
    fn waiting(&mut self) {
        for Queue { name, phones, priority } in std::mem::take(&mut self.queues) {
            self.line("[[queue]]");
            self.key("name", format_args!("\"{name}\""));
            let phones: Vec<&String> = phones.iter().map(|&row| &self.phones[row]).collect();
            let phones = quoted(&phones);
            self.key("phones", phones);
            self.key("priority", priority);
            let order = self.apart.pick(&["longest_idle", "top_down"]);
            self.key("order", format_args!("\"{order}\""));
        }
    }

    fn ports(&mut self, groups: u64) {
        for (row, name) in names(PORTS, groups).into_iter().enumerate() {
            self.device_head("cti_port", &name);
            let applications = self.controllers();
            if !applications.is_empty() {
                self.controlled_ports.push(row as u64);
            }
            self.standby(&applications);
            let (count, lines) = self.port_lines[row];
            self.key("count", count);
            self.lines("first_dn", OF_PORTS, row as u64, lines);
            if self.draw.chance(70) {
                let treatment = self.draw.distribution_around(10 * MILLI, 16 * SECOND);
                self.key("treatment", treatment);
            }
            self.transfer(60);
            let media = self.draw.pick(&["\"application\"", "\"separate\""]);
            self.key("media", media);
            if self.draw.chance(50) {
                let limit = self.draw.magnitude(MILLI, 8 * SECOND);
                self.micros("no_answer", limit);
            }
            let keeps_media = self.draw.chance(80);
            self.key("keeps_media", keeps_media);
            self.forwards(&name, &format!("{OF_PORTS}{row}"), &["cfb", "cfna", "cfof", "cfur"]);
        }
    }

    fn phones(&mut self) {
        for row in 0..self.phones.len() {
            let name = self.phones[row].clone();
            self.device_head("phone", &name);
            let (count, lines) = self.phone_lines[row];
            self.key("count", count);
            self.lines("first_dn", OF_PHONES, row as u64, lines);
            if self.draw.chance(30) {
                let most = self.draw.between(1, 4);
                self.key("maximum_calls", most);
            }
            let controllers = if self.draw.chance(50) { self.controllers() } else { Vec::new() };
            self.through_one_of("answer_by", &controllers, 50);
            self.controllers_of_phones.push(controllers);
            let failover = self.draw.distribution_around(MILLI, 8 * SECOND);
            self.key("failover", failover);
            let keeps_media = self.draw.chance(80);
            self.key("keeps_media", keeps_media);
            let answer = self.draw.distribution_around(MILLI, 8 * SECOND);
            self.key("answer", answer);
            let answered = self.draw.pick(&["1.0", "1.0", "0.5", "0.0"]);
            self.key("answered", answered);
            let wrap_up = if self.apart.chance(50) { 0 } else { self.apart.magnitude(MILLI, 8 * SECOND) };
            let wrap_up = self.apart.distribution(wrap_up);
            self.key("wrap_up", wrap_up);
            match self.draw.below(3) {
                0 => {}
                1 => self.key("no_answer", "\"off\""),
                _ => {
                    let limit = self.draw.magnitude(MILLI, 8 * SECOND);
                    self.micros("no_answer", limit);
                }
            }
            let queue = self.draw.chance(60);
            let in_another = self.queues.iter().any(|other| other.phones.contains(&row));
            self.key("queue", queue && !in_another);
            if self.calls_are_changed {
                self.changes_of_calls(row);
            }
            self.forwards(&name, &format!("{OF_PHONES}{row}"), &["cfb", "cfna"]);
        }
        if self.calls_are_changed {
            self.line("[[conference_bridge]]");
            self.key("name", "\"bridge\"");
            let node = self.draw.below(self.nodes.len() as u64) as usize;
            let node = self.nodes[node].clone();
            self.key("node", format_args!("\"{node}\""));
            let conferences = self.draw.magnitude(1, 8);
            self.key("conferences", conferences);
        }
    }

    /// Some people do it through an application.
    fn through_one_of(&mut self, key: &str, controllers: &[String], percent: u64) {
        if !controllers.is_empty() && self.draw.chance(percent) {
            let through = self.draw.below(controllers.len() as u64) as usize;
            self.key(key, format_args!("\"{}\"", controllers[through]));
        }
    }

    fn destinations(&mut self) {
        for row in 0..self.destinations.len() {
            self.line("[[destination]]");
            let name = self.destinations[row].clone();
            self.key("name", format_args!("\"{name}\""));
            let answer = if self.draw.chance(50) { 0 } else { self.draw.magnitude(MILLI, 8 * SECOND) };
            let answer = self.draw.distribution(answer);
            self.key("answer", answer);
            if self.draw.chance(50) {
                let lines = self.draw.magnitude(1, 16);
                self.key("lines", lines);
            }
            if self.draw.chance(50) {
                let node = self.draw.below(self.nodes.len() as u64) as usize;
                let node = self.nodes[node].clone();
                self.key("egress", format_args!("\"{node}\""));
            }
            let keeps_media = self.draw.chance(80);
            self.key("keeps_media", keeps_media);
        }
    }

    fn traffic(&mut self) {
        let sources = self.draw.between(1, 4);
        for row in 0..sources {
            self.line("[[traffic]]");
            self.key("name", format_args!("\"callers{row}\""));
            // Most call a route point first: that is where most happens.
            let to = if self.draw.chance(70) {
                let row = self.draw.below(self.route_points.len() as u64) as usize;
                self.route_points[row].clone()
            } else {
                self.target()
            };
            let inside = !self.phones.is_empty() && self.draw.chance(35);
            let from_ports = !inside && !self.controlled_ports.is_empty() && self.draw.chance(30);
            if from_ports {
                let row = self.draw.below(self.controlled_ports.len() as u64) as usize;
                let row = self.controlled_ports[row];
                self.key("from", format_args!("\"{PORTS}{row}\""));
                let to = self.away_from_itself(to, self.port_lines[row as usize].0);
                self.key("to", format_args!("\"{to}\""));
            } else if inside {
                let row = self.draw.below(self.phones.len() as u64) as usize;
                let phones = self.phones[row].clone();
                self.key("from", format_args!("\"{phones}\""));
                let controllers = self.controllers_of_phones[row].clone();
                self.through_one_of("dial_by", &controllers, 60);
                let to = self.away_from_itself(to, self.phone_lines[row].0);
                // Some dial by a name.
                let dialled = match self.draw.chance(40) {
                    true => {
                        let name = format!("speed-dial{}", self.speed_dials.len());
                        self.speed_dials.push(SpeedDial { name: name.clone(), phones: row, to: to.clone() });
                        name
                    }
                    false => to.clone(),
                };
                self.key("to", format_args!("\"{dialled}\""));
            } else {
                self.key("to", format_args!("\"{to}\""));
            }
            if !inside && !from_ports && self.draw.chance(40) {
                let chosen = self.draw.some(&(0..self.nodes.len()).collect::<Vec<_>>(), 4);
                let chosen: Vec<&String> = chosen.iter().map(|node| &self.nodes[*node]).collect();
                let chosen = quoted(&chosen);
                self.key("ingress", chosen);
            }
            let arrivals = self.arrivals();
            self.key("arrivals", arrivals);
            if self.draw.chance(60) {
                let patience = self.draw.distribution_around(10 * MILLI, 64 * SECOND);
                self.key("patience", patience);
            }
            let talk = if self.draw.chance(10) { 0 } else { self.draw.magnitude(10 * MILLI, 64 * SECOND) };
            let talk = self.draw.distribution(talk);
            self.key("talk", talk);
            if !self.wishes.is_empty() {
                let shares: &[&str] = match self.wishes.len() {
                    1 => &["100%"],
                    2 => &["25%", "75%"],
                    _ => &["50%", "40%", "10%"],
                };
                let wishes: Vec<String> =
                    self.wishes.iter().zip(shares).map(|(wish, share)| format!("{wish} = \"{share}\"")).collect();
                self.key("wish", format_args!("{{ {} }}", wishes.join(", ")));
            }
        }
    }

    /// Where devices of a group dial: one alone outside, so that nothing leads back to it.
    fn away_from_itself(&self, to: String, count: u64) -> String {
        if count == 1 { self.destinations[0].clone() } else { to }
    }

    fn arrivals(&mut self) -> String {
        let calls = self.draw.magnitude(4, 128);
        // The calls per hour that give this expected number in the run.
        let rate = (calls * 3_600 * SECOND / self.length).max(1);
        let base = match self.draw.below(3) {
            0 => format!("poisson = \"{rate}/h\""),
            1 => format!("bhca = {rate}"),
            _ => {
                let (turn, repeat) = (self.length / 4, self.length / 2);
                let repeat = if self.draw.chance(50) { format!(", repeat = \"{repeat}us\"") } else { String::new() };
                format!(
                    "profile = [{{ at = \"0s\", rate = \"{}/h\" }}, {{ at = \"{turn}us\", rate = \"{}/h\" }}]{repeat}",
                    self.draw.pick(&[rate, 0]),
                    rate
                )
            }
        };
        let steps = if self.draw.chance(25) {
            let (at, lasts) = (self.draw.below(self.length), 1 + self.draw.below(self.length / 2));
            let times = self.draw.pick(&["0.0", "0.2", "4.0"]);
            format!(", steps = [{{ at = \"{at}us\", for = \"{lasts}us\", times = {times} }}]")
        } else {
            String::new()
        };
        let states = if self.draw.chance(25) {
            let (quiet, busy) = (1 + self.draw.below(self.length / 4), 1 + self.draw.below(self.length / 8));
            // States shorter than this would be most of the work of a run.
            format!(
                ", states = [{{ times = {}, mean = \"{}us\" }}, {{ times = 3.0, mean = \"{}us\" }}]",
                self.draw.pick(&["0.0", "0.5"]),
                quiet.max(self.length / 1_000),
                busy.max(self.length / 1_000)
            )
        } else {
            String::new()
        };
        let day = self.draw.pick(&["", "", ", scale = 0.5, day = { name = \"site\", cv = 0.4 }"]);
        format!("{{ {base}{steps}{states}{day} }}")
    }

    /// Applications fail independently, so that their failures overlap; one that is down does not fail again.
    fn faults(&mut self) {
        for row in 0..self.applications.len() {
            let mut from = 0;
            for _ in 0..self.draw.below(4) {
                let at = from + self.draw.below(self.length / 2);
                if at >= self.length {
                    break;
                }
                let kind = self.draw.pick(&["exit", "silent", "stall"]);
                let lasts = self.draw.magnitude(MILLI, self.length);
                let for_good = kind != "stall" && self.draw.chance(15);
                self.line("[[fault]]");
                self.micros("at", at);
                let application = self.applications[row].clone();
                self.key("application", format_args!("\"{application}\""));
                self.key("kind", format_args!("\"{kind}\""));
                if for_good {
                    break;
                }
                self.micros("for", lasts);
                // Sometimes the next one strikes at the very time when this one ends.
                from = at + lasts + if self.draw.chance(20) { 0 } else { self.draw.below(SECOND) };
            }
        }
    }

    /// CallManagers, CTIManagers, whole nodes, links and devices fail, once or repeatedly, in turn or all together. All failures
    /// end two thirds through the run, so that the return to normal can be checked. Two scheduled ones of one thing do not
    /// overlap; a random one may overlap with any.
    fn node_faults(&mut self) {
        let over = self.length / 3 * 2;
        let mut taken: Vec<(String, u64, u64)> = Vec::new();
        for row in 0..self.draw.pick(&[0, 0, 1, 2, 4, 8]) {
            let (keys, things) = match self.draw.below(20) {
                0..7 => self.link_fault(),
                7..12 => self.device_fault(),
                _ => self.process_fault(),
            };
            let is_link = keys.iter().any(|(key, _)| *key == "link");
            if !is_link && self.draw.chance(15) {
                self.line("[[fault]]");
                self.key("name", format_args!("\"random{row}\""));
                let time_to_failure = self.draw.distribution_around(SECOND, self.length.max(2 * SECOND));
                self.key("time_to_failure", time_to_failure);
                let time_to_repair = self.draw.distribution_around(MILLI, self.length);
                self.key("time_to_repair", time_to_repair);
            } else {
                let at = self.draw.below(over);
                let until = at + 1 + self.draw.below((over - at).min(self.length / 4));
                let meets =
                    |(thing, from, to): &(String, u64, u64)| things.contains(thing) && at < *to && *from < until;
                if taken.iter().any(meets) {
                    continue;
                }
                taken.extend(things.into_iter().map(|thing| (thing, at, until)));
                self.line("[[fault]]");
                self.micros("at", at);
                self.micros("for", until - at);
            }
            for (key, value) in keys {
                self.key(key, value);
            }
        }
    }

    /// The keys of a fault of a process or node, and what it takes down.
    fn process_fault(&mut self) -> (Vec<(&'static str, String)>, Vec<String>) {
        let node = self.draw.below(self.nodes.len() as u64) as usize;
        let (kind, node) = match self.draw.below(5) {
            // What has changed counts after a restart.
            0..3 if !self.changed.is_empty() => ("ctimanager", self.changed[node % self.changed.len()].clone()),
            0 | 1 => ("callmanager", self.nodes[node].clone()),
            2 => ("node", self.nodes[node].clone()),
            _ if self.direct => ("node", self.nodes[node].clone()),
            _ => ("ctimanager", self.managers[node % self.managers.len()].clone()),
        };
        let mut keys = vec![(kind, format!("\"{node}\""))];
        if kind != "node" && self.draw.chance(60) {
            let how = self.draw.pick(&["exit", "hang", "hang"]);
            keys.push(("kind", format!("\"{how}\"")));
        }
        let things = match kind {
            "node" => vec![format!("callmanager {node}"), format!("ctimanager {node}")],
            _ => vec![format!("{kind} {node}")],
        };
        (keys, things)
    }

    /// The keys of a fault of devices, all of a group or the first of it, and what it takes down.
    fn device_fault(&mut self) -> (Vec<(&'static str, String)>, Vec<String>) {
        let names = |targets: &[String], kind: &str| -> Vec<String> {
            targets.iter().filter(|name| name.starts_with(kind)).cloned().collect()
        };
        let kinds = [("route_point", ROUTE_POINT), ("cti_port", PORTS), ("phone", PHONES)];
        let all: Vec<(&'static str, String)> = kinds
            .into_iter()
            .flat_map(|(key, kind)| names(&self.targets, kind).into_iter().map(move |name| (key, name)))
            .collect();
        let (key, name) = all[self.draw.below(all.len() as u64) as usize].clone();
        let mut keys = vec![(key, format!("\"{name}\""))];
        if self.draw.chance(50) {
            keys.push(("count", "1".to_owned()));
        }
        (keys, vec![name])
    }

    /// The keys of a fault of a link, cut or slow, between two nodes or from an application to one, and what it takes down.
    fn link_fault(&mut self) -> (Vec<(&'static str, String)>, Vec<String>) {
        let to = self.draw.below(self.nodes.len() as u64) as usize;
        let to = self.nodes[to].clone();
        let from = if self.nodes.len() > 1 && self.draw.chance(70) {
            let others: Vec<String> = self.nodes.iter().filter(|&node| *node != to).cloned().collect();
            others[self.draw.below(others.len() as u64) as usize].clone()
        } else {
            let row = self.draw.below(self.applications.len() as u64) as usize;
            self.applications[row].clone()
        };
        let mut ends = [from.clone(), to.clone()];
        ends.sort();
        let mut keys = vec![("link", quoted(&[from, to]))];
        let slow = self.draw.chance(40);
        if slow {
            let slow = self.draw.magnitude(MILLI, 2 * SECOND);
            keys.push(("slow", format!("\"{slow}us\"")));
        }
        (keys, vec![format!("link {ends:?} {slow}")])
    }

    fn changes(&mut self) {
        for _ in 0..self.draw.pick(&[0, 0, 1, 3]) {
            self.line("[[change]]");
            let at = self.draw.below(self.length);
            self.micros("at", at);
            // A route point, or one number of phones or ports.
            let singles = |target: &&String| target.starts_with(['2', '5']) && !target.contains('-');
            let singles: Vec<String> = self.targets.iter().filter(singles).cloned().collect();
            let mut applications = Vec::new();
            let (of, device, own, setting) = if !singles.is_empty() && self.draw.chance(50) {
                let of = singles[self.draw.below(singles.len() as u64) as usize].clone();
                let group = if of.starts_with('2') { PHONES } else { PORTS };
                let (device, own) = (format!("{group}{}", &of[1..2]), of[..2].to_owned());
                (of, device, own, self.draw.pick(&["cfb", "cfa"]))
            } else {
                let row = self.draw.below(self.route_points.len() as u64) as usize;
                let setting = self.draw.pick(&["cfb", "cfna", "cfof", "cfur", "cfa"]);
                let of = self.route_points[row].clone();
                applications.clone_from(&self.controllers_of_route_points[row]);
                (of.clone(), of, format!("{OF_ROUTE_POINTS}{row}"), setting)
            };
            self.key("of", format_args!("\"{of}\""));
            if !applications.is_empty() && self.draw.chance(60) {
                let through = self.draw.below(applications.len() as u64) as usize;
                self.key("through", format_args!("\"{}\"", applications[through]));
            }
            let leads = if self.draw.chance(30) { "none".to_owned() } else { self.other_than(&device, &own) };
            self.key(setting, format_args!("\"{leads}\""));
        }
    }

    /// What phones dial by a name, and who sets it anew.
    fn speed_dials(&mut self) {
        for SpeedDial { name, phones, to } in std::mem::take(&mut self.speed_dials) {
            self.line("[[speed_dial]]");
            self.key("name", format_args!("\"{name}\""));
            self.key("phones", format_args!("\"{}\"", self.phones[phones].clone()));
            self.key("to", format_args!("\"{to}\""));
            for _ in 0..self.draw.pick(&[0, 1, 3]) {
                self.line("[[change]]");
                let at = self.draw.below(self.length);
                self.micros("at", at);
                self.key("of", format_args!("\"{name}\""));
                let controllers = self.controllers_of_phones[phones].clone();
                if !controllers.is_empty() && self.draw.chance(60) {
                    let through = self.draw.below(controllers.len() as u64) as usize;
                    self.key("through", format_args!("\"{}\"", controllers[through]));
                }
                let to = self.target();
                self.key("to", format_args!("\"{to}\""));
            }
        }
    }

    /// Service parameters change, and count once their CTIManager starts again.
    fn parameter_changes(&mut self) {
        let changes = if self.direct { 0 } else { self.draw.pick(&[0, 0, 1, 3]) };
        for _ in 0..changes {
            self.line("[[parameter_change]]");
            let at = self.draw.below(self.length);
            self.micros("at", at);
            let row = self.draw.below(self.managers.len() as u64) as usize;
            let manager = self.managers[row].clone();
            self.key("ctimanager", format_args!("\"{manager}\""));
            self.changed.push(manager);
            // No minimum is above any maximum, in whatever order they change.
            match self.draw.below(3) {
                0 => {
                    let minimum = self.draw.magnitude(MILLI, SECOND);
                    self.micros("heartbeat_minimum", minimum);
                }
                1 => {
                    let maximum = self.draw.magnitude(SECOND, 8 * SECOND);
                    self.micros("heartbeat_maximum", maximum);
                }
                _ => {
                    let limit = self.draw.between(1, 3);
                    self.key("cti_connections", limit);
                }
            }
        }
    }
}
