//! Random workloads, as text: valid, but unlike those of users.
//!
//! A workload is a function of its case number. It is small, because small ones reach more states per second, and
//! unbalanced on purpose: each case first draws the scales of its work, links and timers, and then the values, so that some
//! cases are all overload, some all failures and some all zero delays.

use ctisim::engine::{Stream, stream_number};
use std::fmt::Write;

/// Kinds of records; a record's name is its kind and number.
const ROUTE_POINT: &str = "route-point";
const PORTS: &str = "ports";
const PHONES: &str = "phones";
const OUTSIDE: &str = "outside";

struct Dice(Stream);

impl Dice {
    /// From 0 up to but not including `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(limit)) >> u64::BITS) as u64
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A number of any size between these two: each power of two as likely as the next.
    fn magnitude(&mut self, least: u64, most: u64) -> u64 {
        let doublings = u64::from((most / least).max(1).ilog2());
        let low = least << self.below(doublings + 1);
        self.between(low, (2 * low).min(most))
    }

    /// Some of these in a random order, one at least.
    fn some<T: Copy>(&mut self, from: &[T], most: usize) -> Vec<T> {
        let mut rest = from.to_vec();
        let count = self.between(1, most.min(from.len()) as u64) as usize;
        (0..count).map(|_| rest.swap_remove(self.below(rest.len() as u64) as usize)).collect()
    }

    /// A distribution of durations with this mean in microseconds; none takes no time.
    fn distribution(&mut self, micros: u64) -> String {
        if micros == 0 {
            return "\"0s\"".to_owned();
        }
        match self.below(7) {
            0 | 1 => format!("\"{micros}us\""),
            2 | 3 => format!("{{ exponential = \"{micros}us\" }}"),
            4 => format!("{{ uniform = [\"{}us\", \"{}us\"] }}", micros / 2, micros + micros / 2),
            5 => {
                let cv = self.pick(&["0.3", "1.2", "3.0"]);
                format!("{{ lognormal = {{ mean = \"{micros}us\", cv = {cv} }} }}")
            }
            _ if self.chance(50) => {
                let phases = self.between(1, 5);
                format!("{{ erlang = {{ mean = \"{micros}us\", phases = {phases} }} }}")
            }
            _ => {
                let shape = self.pick(&["0.5", "2.0", "8.0"]);
                format!("{{ weibull = {{ mean = \"{micros}us\", shape = {shape} }} }}")
            }
        }
    }

    /// A distribution with a mean of this magnitude.
    fn distribution_around(&mut self, least: u64, most: u64) -> String {
        let mean = self.magnitude(least, most);
        self.distribution(mean)
    }
}

fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect();
    format!("[{}]", names.join(", "))
}

fn names(kind: &str, count: u64) -> Vec<String> {
    (0..count).map(|row| format!("{kind}{row}")).collect()
}

const MILLI: u64 = 1_000;
const SECOND: u64 = 1_000_000;

struct Generator {
    dice: Dice,
    text: String,
    /// All times are in microseconds.
    length: u64,
    /// How long a message's work takes.
    work: u64,
    nodes: Vec<String>,
    managers: Vec<String>,
    /// Each pool with the members of its group.
    pools: Vec<(String, Vec<String>)>,
    direct: bool,
    databases: Vec<String>,
    applications: Vec<String>,
    route_points: Vec<String>,
    controllers_of_route_points: Vec<Vec<String>>,
    phones: Vec<String>,
    destinations: Vec<String>,
    /// Everything to which a call can be sent.
    targets: Vec<String>,
}

/// The text of a case's workload.
pub(crate) fn workload(case: u64) -> String {
    let mut dice = Dice(Stream::new(case, 0, stream_number("swarm", "workload")));
    let length = dice.magnitude(2, 120) * SECOND;
    // None, well within capacity, near it, far beyond it.
    let work = dice.pick(&[0, 50, 2 * MILLI, 2 * MILLI, 20 * MILLI, 300 * MILLI]);
    let (nodes, applications, route_points) = (dice.between(1, 4), dice.between(1, 3), dice.between(1, 4));
    let (ports, phones, destinations) = (dice.below(4), dice.below(3), dice.between(1, 2));
    let counts = [(ROUTE_POINT, route_points), (PORTS, ports), (PHONES, phones), (OUTSIDE, destinations)];
    let databases = dice.below(3);
    let mut generator = Generator {
        dice,
        text: String::new(),
        length,
        work,
        nodes: names("node", nodes),
        managers: Vec::new(),
        pools: Vec::new(),
        direct: false,
        databases: names("database", databases),
        applications: names("application", applications),
        route_points: names(ROUTE_POINT, route_points),
        controllers_of_route_points: Vec::new(),
        phones: names(PHONES, phones),
        destinations: names(OUTSIDE, destinations),
        targets: counts.iter().flat_map(|(kind, count)| names(kind, *count)).collect(),
    };
    generator.head(case);
    generator.cluster();
    generator.users();
    generator.applications();
    generator.route_points();
    generator.ports(ports);
    generator.phones();
    generator.destinations();
    generator.traffic();
    generator.faults();
    generator.node_faults();
    generator.changes();
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
        let mean = if self.work == 0 || self.dice.chance(15) { 0 } else { self.work / 2 + self.dice.below(self.work) };
        self.dice.distribution(mean)
    }

    fn head(&mut self, case: u64) {
        self.key("format", 1);
        self.key("question", format_args!("\"Does case {case} of the swarm keep the books?\""));
        let profile = self.dice.pick(&["\"3.3\"", "\"12.5\""]);
        self.key("profile", profile);
        self.direct = self.dice.chance(10);
        if self.direct {
            self.key("topology", "\"direct\"");
        }
        self.line("[run]");
        let length = self.length;
        self.micros("length", length);
        let warm_up = self.dice.below(length / 2);
        self.micros("warm_up", warm_up);
        self.key("replications", 2);
        self.key("seed", case);
        self.line("[network]");
        let slow = self.dice.pick(&[0, 0, 2 * MILLI, 20 * MILLI, SECOND]);
        for link in ["between_nodes", "to_application", "from_caller"] {
            let delay = self.dice.below(slow + 1);
            self.micros(link, delay);
        }
        self.line("[cti]");
        self.key("heartbeat_minimum", "\"1ms\"");
        let reading = self.dice.pick(&["\"timer\"", "\"grid\""]);
        self.key("heartbeat_reading", reading);
        match self.dice.below(3) {
            0 => {}
            1 => self.key("new_call_accept", "\"off\""),
            _ => {
                let limit = self.dice.magnitude(MILLI, 8 * SECOND);
                self.micros("new_call_accept", limit);
            }
        }
        if self.dice.chance(60) {
            let limit = self.dice.magnitude(MILLI, 16 * SECOND);
            self.micros("request_timeout", limit);
        }
        if self.dice.chance(40) {
            let limit = self.dice.magnitude(MILLI, 16 * SECOND);
            self.micros("t301", limit);
        }
        let notice = self.dice.pick(&[0, MILLI, 100 * MILLI, 3 * SECOND]);
        self.micros("callmanager_notice", notice);
        if self.dice.chance(80) {
            let patience = self.dice.magnitude(MILLI, 8 * SECOND);
            self.micros("open_timeout", patience);
        }
        for rate in ["reopen_rate", "phone_return_rate"] {
            let value = self.dice.magnitude(1, 1000);
            self.key(rate, format_args!("\"{value}/s\""));
        }
        if self.dice.chance(20) {
            let entry = self.dice.magnitude(MILLI, 2 * SECOND);
            let exit = 1 + self.dice.below(entry);
            self.key("code_yellow", format_args!("{{ entry = \"{entry}us\", exit = \"{exit}us\" }}"));
        }
        let hops = self.dice.pick(&[0, 1, 3, 12, 12, 60]);
        self.key("forward_hops", hops);
        self.line("[work]");
        for work in WORK {
            let distribution = self.work_distribution();
            self.key(work, distribution);
        }
    }

    fn cluster(&mut self) {
        let chosen = self.dice.below(self.nodes.len() as u64) as usize;
        for row in 0..self.nodes.len() {
            self.line("[[node]]");
            let name = self.nodes[row].clone();
            self.key("name", format_args!("\"{name}\""));
            if row != chosen && self.dice.chance(40) {
                self.key("ctimanager", "false");
            } else {
                self.managers.push(name);
            }
            if self.dice.chance(20) {
                let (work, distribution) = (self.dice.pick(&WORK), self.work_distribution());
                self.key("work", format_args!("{{ {work} = {distribution} }}"));
            }
        }
        for row in 0..self.dice.between(1, 3) {
            self.line("[[callmanager_group]]");
            self.key("name", format_args!("\"group{row}\""));
            let members = self.dice.some(&(0..self.nodes.len()).collect::<Vec<_>>(), 3);
            let members: Vec<String> = members.iter().map(|member| self.nodes[*member].clone()).collect();
            self.key("members", quoted(&members));
            self.pools.push((format!("group{row}"), members));
        }
        if self.dice.chance(50) {
            self.line("[[device_pool]]");
            self.key("name", "\"pool\"");
            self.key("callmanager_group", "\"group0\"");
            let members = self.pools[0].1.clone();
            self.pools.push(("pool".to_owned(), members));
        }
        for row in 0..self.databases.len() {
            self.line("[[database]]");
            self.key("name", format_args!("\"database{row}\""));
            let connections = self.dice.magnitude(1, 8);
            self.key("connections", connections);
        }
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
            if self.dice.chance(60) {
                let chosen = self.dice.some(&(0..self.managers.len()).collect::<Vec<_>>(), 4);
                let chosen: Vec<&String> = chosen.iter().map(|manager| &self.managers[*manager]).collect();
                let chosen = quoted(&chosen);
                self.key("ctimanagers", chosen);
            }
            let workers = self.dice.magnitude(1, 8);
            self.key("workers", workers);
            if self.dice.chance(35) {
                let connections = self.dice.between(2, 4);
                self.key("connections", connections);
            }
            if self.dice.chance(15) {
                self.key("recovery", "false");
            }
            let user = if self.dice.chance(5) { "nobody" } else { "anybody" };
            self.key("user", format_args!("\"{user}\""));
            let decide = self.work_distribution();
            self.key("decide", decide);
            if self.dice.chance(60) {
                let lookup = self.work_distribution();
                self.key("lookup", lookup);
                if !self.databases.is_empty() && self.dice.chance(60) {
                    let database = self.dice.below(self.databases.len() as u64);
                    self.key("database", format_args!("\"database{database}\""));
                }
            }
            let heartbeat = self.dice.magnitude(10 * MILLI, 8 * SECOND);
            self.micros("heartbeat", heartbeat);
            let reconnect = self.dice.pick(&[0, 100 * MILLI, 2 * SECOND]);
            self.micros("reconnect", reconnect);
            let rate = self.dice.magnitude(1, 1000);
            self.key("open_rate", format_args!("\"{rate}/s\""));
        }
    }

    fn device_head(&mut self, table: &str, name: &str) {
        self.line(format!("[[{table}]]"));
        self.key("name", format_args!("\"{name}\""));
        let pool = self.dice.below(self.pools.len() as u64) as usize;
        let (pool, members) = self.pools[pool].clone();
        self.key("device_pool", format_args!("\"{pool}\""));
        if self.dice.chance(8) {
            let member = self.dice.below(members.len() as u64) as usize;
            self.key("cannot_open_on", format_args!("[\"{}\"]", members[member]));
        }
    }

    /// Most devices have an application, and some have several; without one they are never opened.
    fn controllers(&mut self) -> Vec<String> {
        if !self.dice.chance(92) {
            return Vec::new();
        }
        let most = if !self.direct && self.dice.chance(40) { 3 } else { 1 };
        let chosen = self.dice.some(&(0..self.applications.len()).collect::<Vec<_>>(), most);
        let chosen: Vec<String> = chosen.into_iter().map(|row| self.applications[row].clone()).collect();
        match &chosen[..] {
            [only] => self.key("application", format_args!("\"{only}\"")),
            several => self.key("application", quoted(several)),
        }
        if self.dice.chance(15) {
            let recovery = self.dice.chance(50);
            self.key("recovery", recovery);
        }
        chosen
    }

    /// What a device with media does that several applications may open.
    fn standby(&mut self, applications: &[String]) {
        if applications.len() > 1 && self.dice.chance(60) {
            let standby = self.dice.pick(&["\"returns\"", "\"stays\""]);
            self.key("standby", standby);
        }
    }

    fn target(&mut self) -> String {
        let row = self.dice.below(self.targets.len() as u64) as usize;
        self.targets[row].clone()
    }

    fn forwards(&mut self, settings: &[&str]) {
        let percent = self.dice.pick(&[0, 50, 100]);
        for setting in settings {
            if self.dice.chance(percent) {
                let target = self.target();
                self.key(setting, format_args!("\"{target}\""));
            }
        }
    }

    fn route_points(&mut self) {
        for row in 0..self.route_points.len() {
            let name = self.route_points[row].clone();
            self.device_head("route_point", &name);
            let applications = self.controllers();
            let controlled = !applications.is_empty();
            self.controllers_of_route_points.push(applications.clone());
            if controlled && self.dice.chance(25) {
                self.key("answers", "true");
                self.standby(&applications);
                if self.dice.chance(70) {
                    let treatment = self.dice.distribution_around(10 * MILLI, 30 * SECOND);
                    self.key("treatment", treatment);
                }
            } else if controlled {
                // A call must be able to leave the route points: every second way leads outside.
                let target = self.target();
                let way_out = format!("{OUTSIDE}{}", self.dice.below(self.destinations.len() as u64));
                if target.starts_with(ROUTE_POINT) || self.dice.chance(30) {
                    let shares =
                        format!("[{{ to = \"{target}\", share = 0.5 }}, {{ to = \"{way_out}\", share = 0.5 }}]");
                    self.key("redirect_to", shares);
                } else {
                    self.key("redirect_to", format_args!("\"{target}\""));
                }
            }
            if self.dice.chance(40) {
                let most = self.dice.magnitude(1, 32);
                self.key("maximum_calls", most);
                let trigger = self.dice.between(1, most);
                self.key("busy_trigger", trigger);
            }
            self.forwards(&["cfb", "cfna", "cfof", "cfur"]);
        }
    }

    fn ports(&mut self, groups: u64) {
        for name in names(PORTS, groups) {
            self.device_head("cti_port", &name);
            let applications = self.controllers();
            self.standby(&applications);
            let count = self.dice.magnitude(1, 16);
            self.key("count", count);
            if self.dice.chance(70) {
                let treatment = self.dice.distribution_around(10 * MILLI, 16 * SECOND);
                self.key("treatment", treatment);
            }
            if !self.phones.is_empty() && self.dice.chance(60) {
                let row = self.dice.below(self.phones.len() as u64);
                self.key("transfer_to", format_args!("\"{PHONES}{row}\""));
                let share = self.dice.pick(&["1.0", "0.5", "0.1"]);
                self.key("transfer_share", share);
            }
            let media = self.dice.pick(&["\"application\"", "\"separate\""]);
            self.key("media", media);
            if self.dice.chance(50) {
                let limit = self.dice.magnitude(MILLI, 8 * SECOND);
                self.micros("no_answer", limit);
            }
            let keeps_media = self.dice.chance(80);
            self.key("keeps_media", keeps_media);
            self.forwards(&["cfb", "cfna", "cfof", "cfur"]);
        }
    }

    fn phones(&mut self) {
        for row in 0..self.phones.len() {
            let name = self.phones[row].clone();
            self.device_head("phone", &name);
            let count = self.dice.magnitude(1, 8);
            self.key("count", count);
            if self.dice.chance(50) {
                self.controllers();
            }
            let failover = self.dice.distribution_around(MILLI, 8 * SECOND);
            self.key("failover", failover);
            let keeps_media = self.dice.chance(80);
            self.key("keeps_media", keeps_media);
            let answer = self.dice.distribution_around(MILLI, 8 * SECOND);
            self.key("answer", answer);
            let answered = self.dice.pick(&["1.0", "1.0", "0.5", "0.0"]);
            self.key("answered", answered);
            match self.dice.below(3) {
                0 => {}
                1 => self.key("no_answer", "\"off\""),
                _ => {
                    let limit = self.dice.magnitude(MILLI, 8 * SECOND);
                    self.micros("no_answer", limit);
                }
            }
            let queue = self.dice.chance(60);
            self.key("queue", queue);
            self.forwards(&["cfb", "cfna"]);
        }
    }

    fn destinations(&mut self) {
        for row in 0..self.destinations.len() {
            self.line("[[destination]]");
            let name = self.destinations[row].clone();
            self.key("name", format_args!("\"{name}\""));
            let answer = if self.dice.chance(50) { 0 } else { self.dice.magnitude(MILLI, 8 * SECOND) };
            let answer = self.dice.distribution(answer);
            self.key("answer", answer);
            if self.dice.chance(50) {
                let lines = self.dice.magnitude(1, 16);
                self.key("lines", lines);
            }
            if self.dice.chance(50) {
                let node = self.dice.below(self.nodes.len() as u64) as usize;
                let node = self.nodes[node].clone();
                self.key("egress", format_args!("\"{node}\""));
            }
            let keeps_media = self.dice.chance(80);
            self.key("keeps_media", keeps_media);
        }
    }

    fn traffic(&mut self) {
        let sources = self.dice.between(1, 4);
        for row in 0..sources {
            self.line("[[traffic]]");
            self.key("name", format_args!("\"callers{row}\""));
            // Most call a route point first: that is where most happens.
            let to = if self.dice.chance(70) {
                let row = self.dice.below(self.route_points.len() as u64) as usize;
                self.route_points[row].clone()
            } else {
                self.target()
            };
            self.key("to", format_args!("\"{to}\""));
            if self.dice.chance(40) {
                let chosen = self.dice.some(&(0..self.nodes.len()).collect::<Vec<_>>(), 4);
                let chosen: Vec<&String> = chosen.iter().map(|node| &self.nodes[*node]).collect();
                let chosen = quoted(&chosen);
                self.key("ingress", chosen);
            }
            let arrivals = self.arrivals();
            self.key("arrivals", arrivals);
            if self.dice.chance(60) {
                let patience = self.dice.distribution_around(10 * MILLI, 64 * SECOND);
                self.key("patience", patience);
            }
            let talk = if self.dice.chance(10) { 0 } else { self.dice.magnitude(10 * MILLI, 64 * SECOND) };
            let talk = self.dice.distribution(talk);
            self.key("talk", talk);
        }
    }

    fn arrivals(&mut self) -> String {
        let calls = self.dice.magnitude(4, 128);
        // The calls per hour that give this expected number in the run.
        let rate = (calls * 3_600 * SECOND / self.length).max(1);
        let base = match self.dice.below(3) {
            0 => format!("poisson = \"{rate}/h\""),
            1 => format!("bhca = {rate}"),
            _ => {
                let (turn, repeat) = (self.length / 4, self.length / 2);
                let repeat = if self.dice.chance(50) { format!(", repeat = \"{repeat}us\"") } else { String::new() };
                format!(
                    "profile = [{{ at = \"0s\", rate = \"{}/h\" }}, {{ at = \"{turn}us\", rate = \"{}/h\" }}]{repeat}",
                    self.dice.pick(&[rate, 0]),
                    rate
                )
            }
        };
        let steps = if self.dice.chance(25) {
            let (at, lasts) = (self.dice.below(self.length), 1 + self.dice.below(self.length / 2));
            let times = self.dice.pick(&["0.0", "0.2", "4.0"]);
            format!(", steps = [{{ at = \"{at}us\", for = \"{lasts}us\", times = {times} }}]")
        } else {
            String::new()
        };
        let states = if self.dice.chance(25) {
            let (quiet, busy) = (1 + self.dice.below(self.length / 4), 1 + self.dice.below(self.length / 8));
            // States shorter than this would be most of the work of a run.
            let least = self.length / 1_000;
            format!(
                ", states = [{{ times = {}, mean = \"{}us\" }}, {{ times = 3.0, mean = \"{}us\" }}]",
                self.dice.pick(&["0.0", "0.5"]),
                quiet.max(least),
                busy.max(least)
            )
        } else {
            String::new()
        };
        format!("{{ {base}{steps}{states} }}")
    }

    /// Applications fail independently, so that their failures overlap; one that is down does not fail again.
    fn faults(&mut self) {
        for row in 0..self.applications.len() {
            let mut from = 0;
            for _ in 0..self.dice.below(4) {
                let at = from + self.dice.below(self.length / 2);
                if at >= self.length {
                    break;
                }
                let kind = self.dice.pick(&["exit", "silent", "stall"]);
                let lasts = self.dice.magnitude(MILLI, self.length);
                let for_good = kind != "stall" && self.dice.chance(15);
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
                from = at + lasts + if self.dice.chance(20) { 0 } else { self.dice.below(SECOND) };
            }
        }
    }

    /// CallManagers, CTIManagers, whole nodes, links and devices fail, once or repeatedly, in turn or all together. All failures
    /// end two thirds through the run, so that the return to normal can be checked. Two scheduled ones of one thing do not
    /// overlap; a random one may overlap with any.
    fn node_faults(&mut self) {
        let over = self.length / 3 * 2;
        let mut taken: Vec<(String, u64, u64)> = Vec::new();
        for row in 0..self.dice.pick(&[0, 0, 1, 2, 4, 8]) {
            let (keys, things) = match self.dice.below(20) {
                0..7 => self.link_fault(),
                7..12 => self.device_fault(),
                _ => self.process_fault(),
            };
            let is_link = keys.iter().any(|(key, _)| *key == "link");
            if !is_link && self.dice.chance(15) {
                self.line("[[fault]]");
                self.key("name", format_args!("\"random{row}\""));
                let time_to_failure = self.dice.distribution_around(SECOND, self.length.max(2 * SECOND));
                self.key("time_to_failure", time_to_failure);
                let time_to_repair = self.dice.distribution_around(MILLI, self.length);
                self.key("time_to_repair", time_to_repair);
            } else {
                let at = self.dice.below(over);
                let until = at + 1 + self.dice.below((over - at).min(self.length / 4));
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
        let node = self.dice.below(self.nodes.len() as u64) as usize;
        let (kind, node) = match self.dice.below(5) {
            0 | 1 => ("callmanager", self.nodes[node].clone()),
            2 => ("node", self.nodes[node].clone()),
            _ if self.direct => ("node", self.nodes[node].clone()),
            _ => ("ctimanager", self.managers[node % self.managers.len()].clone()),
        };
        let mut keys = vec![(kind, format!("\"{node}\""))];
        if kind != "node" && self.dice.chance(60) {
            let how = self.dice.pick(&["exit", "hang", "hang"]);
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
        let (key, name) = all[self.dice.below(all.len() as u64) as usize].clone();
        let mut keys = vec![(key, format!("\"{name}\""))];
        if self.dice.chance(50) {
            keys.push(("count", "1".to_owned()));
        }
        (keys, vec![name])
    }

    /// The keys of a fault of a link, cut or slow, between two nodes or from an application to one, and what it takes down.
    fn link_fault(&mut self) -> (Vec<(&'static str, String)>, Vec<String>) {
        let to = self.dice.below(self.nodes.len() as u64) as usize;
        let to = self.nodes[to].clone();
        let from = if self.nodes.len() > 1 && self.dice.chance(70) {
            let others: Vec<String> = self.nodes.iter().filter(|&node| *node != to).cloned().collect();
            others[self.dice.below(others.len() as u64) as usize].clone()
        } else {
            let row = self.dice.below(self.applications.len() as u64) as usize;
            self.applications[row].clone()
        };
        let mut ends = [from.clone(), to.clone()];
        ends.sort();
        let mut keys = vec![("link", quoted(&[from, to]))];
        let slow = self.dice.chance(40);
        if slow {
            let slow = self.dice.magnitude(MILLI, 2 * SECOND);
            keys.push(("slow", format!("\"{slow}us\"")));
        }
        (keys, vec![format!("link {ends:?} {slow}")])
    }

    fn changes(&mut self) {
        for _ in 0..self.dice.pick(&[0, 0, 1, 3]) {
            self.line("[[change]]");
            let at = self.dice.below(self.length);
            self.micros("at", at);
            let row = self.dice.below(self.route_points.len() as u64) as usize;
            let of = self.route_points[row].clone();
            self.key("of", format_args!("\"{of}\""));
            let applications = self.controllers_of_route_points[row].clone();
            if !applications.is_empty() && self.dice.chance(60) {
                let through = self.dice.below(applications.len() as u64) as usize;
                self.key("through", format_args!("\"{}\"", applications[through]));
            }
            let setting = self.dice.pick(&["cfb", "cfna", "cfof", "cfur"]);
            let leads = if self.dice.chance(30) { "none".to_owned() } else { self.target() };
            self.key(setting, format_args!("\"{leads}\""));
        }
    }
}

const WORK: [&str; 11] = [
    "setup",
    "offer",
    "redirect",
    "answer",
    "release",
    "device_open",
    "event",
    "request",
    "heartbeat",
    "cti_device_open",
    "notice",
];
