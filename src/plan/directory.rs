//! Names and directory numbers, with the rows they stand for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::numbers::{self, NotFound, NumberRange, Numbers};
use super::queue;
use crate::domain::{
    ApplicationId, ConferenceBridgeId, DatabaseId, DestinationId, DeviceId, Forward, Forwards, NodeId, NumbersId,
    PhoneGroupId, PortGroupId, QueueId, RoutePointId, SpeedDialId, Target, WishId,
};
use crate::workload::{self as source, Name, Problem, QUEUES, Reports, TextRange, Workload, suggestion};

/// Cited if a device has no CallManager to register with.
pub(super) const R7: &str =
    "R7: a device pool names the CallManager group, and a group its CallManagers, each once, in order of preference";

/// Cited if a number leads nowhere.
const LINES: &str = "a line is a directory number on a device; a call to it goes to that device";

/// Cited if something else than a caller at its phones uses a speed dial.
pub(super) const SPEED_DIALS: &str = "R12: a speed dial belongs to phones; who controls one of them sets it";

/// The most numbers, or ranges of them, that a workload refers to.
const NUMBERS_MAX: usize = 65_535;

fn refer(referred: &mut Vec<Numbers>, name: &str, group: Target, first: u32, count: u32, line: u8) -> Target {
    referred.push(Numbers { name: name.to_owned(), group, first: DeviceId(first), count, line });
    Target::Numbers(NumbersId(referred.len() as u16 - 1))
}

/// The entries of one kind by name, with their rows and the places of their definitions.
pub(super) struct Names<'a, T> {
    pub(super) kind: &'static str,
    pub(super) reports: &'a Reports,
    pub(super) rows: BTreeMap<&'a str, (T, &'a TextRange)>,
}

impl<'a, T: Copy> Names<'a, T> {
    fn new(kind: &'static str, reports: &'a Reports) -> Names<'a, T> {
        Names { kind, reports, rows: BTreeMap::new() }
    }

    /// All entries of a list, in order.
    fn of<U>(
        kind: &'static str,
        reports: &'a Reports,
        entries: &'a [U],
        name: impl Fn(&'a U) -> &'a Name,
        row: impl Fn(u16) -> T,
    ) -> Names<'a, T> {
        let mut names = Names::new(kind, reports);
        for (index, entry) in entries.iter().enumerate() {
            names.define(name(entry), row(index as u16));
        }
        names
    }

    fn define(&mut self, name: &'a Name, row: T) {
        // A missing name has been reported.
        if name.value.is_empty() {
            return;
        }
        match self.rows.get(name.value.as_str()) {
            None => {
                self.rows.insert(&name.value, (row, &name.place));
            }
            Some((_, first)) => {
                let what = format!("`{}` is the name of more than one {}", name.value, self.kind);
                let problem = Problem::new(name.place.clone(), what, "defined again here")
                    .also((*first).clone(), "first defined here");
                self.reports.add(problem);
            }
        }
    }

    pub(super) fn find(&self, name: &Name) -> Option<T> {
        self.found(name, None)
    }

    /// The same for a name that a rule requires.
    pub(super) fn find_by(&self, name: &Name, rule: &'static str) -> Option<T> {
        self.found(name, Some(rule))
    }

    fn found(&self, name: &Name, rule: Option<&'static str>) -> Option<T> {
        if name.value.is_empty() {
            return None;
        }
        let found = self.rows.get(name.value.as_str()).map(|(row, _)| *row);
        if found.is_none() {
            self.unknown(name, rule);
        }
        found
    }

    fn unknown(&self, name: &Name, rule: Option<&'static str>) {
        let what = format!("there is no {} named `{}`", self.kind, name.value);
        let mut problem = Problem::new(name.place.clone(), what, "");
        if !self.reports.is_full() {
            problem.hint = suggestion(&name.value, self.rows.keys().copied());
        }
        problem.rule = rule;
        self.reports.add(problem);
    }
}

/// The names of all entries of a workload.
pub(super) struct Directory<'a> {
    pub(super) nodes: Names<'a, NodeId>,
    pub(super) groups: Names<'a, usize>,
    pub(super) pools: Names<'a, usize>,
    pub(super) databases: Names<'a, DatabaseId>,
    pub(super) users: Names<'a, usize>,
    pub(super) applications: Names<'a, ApplicationId>,
    pub(super) targets: Names<'a, Target>,
    pub(super) bridges: Names<'a, ConferenceBridgeId>,
    speed_dials: Names<'a, SpeedDialId>,
    queues: Names<'a, QueueId>,
    /// The queues of groups of phones that have one of their own.
    queues_of_groups: BTreeMap<PhoneGroupId, QueueId>,
    wishes: Vec<String>,
    /// Whether some wishes could not be read.
    wishes_are_unknown: bool,
    wish_ids: BTreeMap<String, WishId>,
    /// The numbers of ports and phones.
    ranges: Vec<NumberRange<'a>>,
    /// The beginnings of the names that lead nowhere: the lines of a device have some in common, which are reported once.
    astray: RefCell<BTreeSet<usize>>,
    /// The numbers that something refers to. Their devices are counted from the first of their group.
    referred: RefCell<Vec<Numbers>>,
    pub(super) reports: &'a Reports,
}

impl<'a> Directory<'a> {
    /// Collects all names.
    pub(super) fn new(workload: &'a Workload, reports: &'a Reports) -> Directory<'a> {
        let mut targets = Names::new("device or number", reports);
        let mut referred = Vec::new();
        for (row, route_point) in workload.route_points.iter().enumerate() {
            let target = Target::RoutePoint(RoutePointId(row as u16));
            targets.define(&route_point.name, target);
            for (line, number) in
                route_point.lines.iter().enumerate().filter_map(|(line, it)| Some((line, it.number.as_ref()?)))
            {
                let target = match route_point.lines.len() {
                    // Its only line is all of it.
                    1 => target,
                    _ => refer(&mut referred, &number.value, target, 0, route_point.count.value, line as u8),
                };
                targets.define(number, target);
            }
        }
        for (row, ports) in workload.cti_ports.iter().enumerate() {
            targets.define(&ports.name, Target::Ports(PortGroupId(row as u16)));
        }
        for (row, phones) in workload.phones.iter().enumerate() {
            let target = Target::Phones(PhoneGroupId(row as u16));
            targets.define(&phones.name, target);
            phones.number.iter().for_each(|number| targets.define(number, target));
        }
        for (row, destination) in workload.destinations.iter().enumerate() {
            let target = Target::Outside(DestinationId(row as u16));
            targets.define(&destination.name, target);
            destination.number.iter().for_each(|number| targets.define(number, target));
        }
        let ranges = numbers::ranges(workload, targets.rows.iter().map(|(name, (_, place))| (*name, *place)), reports);
        // Nothing refers to a source, but its name selects a random number stream, so it must be unique.
        Names::of("source of calls", reports, &workload.traffic, |traffic| &traffic.name, usize::from);
        let own_queues = workload.phones.iter().enumerate().filter(|(_, it)| it.queue);
        let own_queues = own_queues.map(|(row, _)| PhoneGroupId(row as u16));
        let queues_of_groups = own_queues.zip((workload.queues.len() as u16..).map(QueueId)).collect();
        let wishes = queue::wishes(workload);
        let wish_ids = wishes.iter().cloned().zip((0..).map(WishId)).collect();
        // The same holds for a fault.
        Names::of("fault", reports, &workload.faults, |fault| &fault.name, usize::from);
        Directory {
            nodes: Names::of("node", reports, &workload.nodes, |node| &node.name, NodeId),
            groups: Names::of("CallManager group", reports, &workload.groups, |group| &group.name, usize::from),
            pools: Names::of("device pool", reports, &workload.pools, |pool| &pool.name, usize::from),
            databases: Names::of("database", reports, &workload.databases, |database| &database.name, DatabaseId),
            users: Names::of("user", reports, &workload.users, |user| &user.name, usize::from),
            applications: Names::of(
                "application",
                reports,
                &workload.applications,
                |application| &application.name,
                ApplicationId,
            ),
            targets,
            bridges: Names::of(
                "conference bridge",
                reports,
                &workload.conference_bridges,
                |it| &it.name,
                ConferenceBridgeId,
            ),
            speed_dials: Names::of("speed dial", reports, &workload.speed_dials, |it| &it.name, SpeedDialId),
            queues: Names::of("queue", reports, &workload.queues, |it| &it.name, QueueId),
            queues_of_groups,
            wishes,
            wishes_are_unknown: workload.traffic.iter().any(|it| it.wishes_are_unknown),
            wish_ids,
            ranges,
            astray: RefCell::default(),
            referred: RefCell::new(referred),
            reports,
        }
    }

    /// Where calls go that are sent to a name, a directory number or a range of numbers.
    pub(super) fn target(&self, name: &Name) -> Option<Target> {
        if let Some((target, _)) = self.targets.rows.get(name.value.as_str()) {
            return Some(*target);
        }
        if self.astray.borrow().contains(&name.place.start) {
            return None;
        }
        let target = self.target_of_numbers(name);
        if target.is_none() {
            self.astray.borrow_mut().insert(name.place.start);
        }
        target
    }

    fn target_of_numbers(&self, name: &Name) -> Option<Target> {
        let report = |what: String, hint: &str| {
            self.reports.add(Problem::new(name.place.clone(), what, "").hint(hint).rule(LINES));
            None
        };
        let text = &name.value;
        match numbers::refer(&self.ranges, text) {
            Ok(found) => {
                let mut referred = self.referred.borrow_mut();
                let known = referred.iter().position(|it| it.name == *text);
                let known = known.map(|row| Target::Numbers(NumbersId(row as u16)));
                if known.is_none() && referred.len() >= NUMBERS_MAX {
                    return report(
                        format!("this refers to more than {NUMBERS_MAX} numbers or ranges"),
                        "use ranges, or groups",
                    );
                }
                Some(
                    known.unwrap_or_else(|| {
                        refer(&mut referred, text, found.target, found.device, found.count, found.line)
                    }),
                )
            }
            Err(NotFound::Unknown) if self.speed_dial(name).is_some() => {
                let what = format!("`{text}` is a speed dial, which only callers at its phones dial");
                let problem = Problem::new(name.place.clone(), what, "").hint("name the device or number itself");
                self.reports.add(problem.rule(SPEED_DIALS));
                None
            }
            Err(NotFound::Unknown) if self.queue(name).is_some() => {
                let what = format!("`{text}` is a queue, to which only the transfer of an application leads");
                let hint = "name it in `transfer_to` of a port, or of a route point that answers";
                self.reports.add(Problem::new(name.place.clone(), what, "").hint(hint).rule(QUEUES));
                None
            }
            Err(NotFound::Unknown) => self.targets.find(name),
            Err(NotFound::NoRange) => report(
                format!("`{text}` is no range of numbers"),
                "a range is two numbers of as many digits, the second not before the first, as in \"2001-2500\"",
            ),
            Err(NotFound::NotOneLine(first, Some(last))) if first != last => report(
                format!("the numbers `{text}` begin in `{first}` and end in `{last}`"),
                "a range is of one group; use two sources or shares",
            ),
            Err(NotFound::NotOneLine(first, Some(_))) => report(
                format!("the numbers `{text}` are of several lines of `{first}`"),
                "a range is of one line; number the lines apart, as in `lines = [{ first_dn = \"5001\" }, { first_dn = \"6001\" }]`",
            ),
            Err(NotFound::NotOneLine(first, None)) => report(
                format!("not all of the numbers `{text}` exist: they begin in `{first}`"),
                "end it with the last number of the group",
            ),
        }
    }

    /// The speed dial of a name.
    pub(super) fn speed_dial(&self, name: &Name) -> Option<SpeedDialId> {
        self.speed_dials.rows.get(name.value.as_str()).map(|(id, _)| *id)
    }

    /// The queue of a name.
    pub(super) fn queue(&self, name: &Name) -> Option<QueueId> {
        self.queues.rows.get(name.value.as_str()).map(|(id, _)| *id)
    }

    /// The queue that a group of phones has of its own.
    pub(super) fn queue_of(&self, group: PhoneGroupId) -> Option<QueueId> {
        self.queues_of_groups.get(&group).copied()
    }

    /// What callers may want.
    pub(super) fn wishes(&self) -> &[String] {
        &self.wishes
    }

    /// Whether some wishes could not be read, which has been reported.
    pub(super) fn wishes_are_unknown(&self) -> bool {
        self.wishes_are_unknown
    }

    /// The wish of a name.
    pub(super) fn wish(&self, name: &str) -> Option<WishId> {
        self.wish_ids.get(name).copied()
    }

    /// The group of phones of a name, if it is that of one.
    pub(super) fn phones(&self, name: &Name) -> Option<PhoneGroupId> {
        match self.targets.rows.get(name.value.as_str())? {
            (Target::Phones(id), _) => Some(*id),
            _ => None,
        }
    }

    /// Where the device or number of a name is defined.
    fn place_of(&self, name: &str) -> Option<&'a TextRange> {
        self.targets.rows.get(name).map(|(_, place)| *place).or_else(|| numbers::place_of(&self.ranges, name))
    }

    /// Reports the name of something else, a queue for example, that a device or number has too.
    pub(super) fn sets_apart(&self, name: &Name, kind: &str, why: &'static str) {
        if let Some(other) = self.place_of(&name.value) {
            let what = format!("`{}` is also a device or number", name.value);
            let problem = Problem::new(name.place.clone(), what, "").also(other.clone(), "this one");
            self.reports.add(problem.hint(format!("give the {kind} a name of its own")).rule(why));
        }
    }

    /// The route point or group of a target; a number outside is itself.
    pub(super) fn group_of(&self, target: Target) -> Target {
        match target {
            Target::Numbers(id) => self.referred.borrow()[id.index()].group,
            other => other,
        }
    }

    /// The name of the route point or group of a target.
    pub(super) fn name_of_group<'w>(&self, target: Target, workload: &'w Workload) -> &'w str {
        let name = match self.group_of(target) {
            Target::RoutePoint(id) => &workload.route_points[id.index()].name,
            Target::Ports(id) => &workload.cti_ports[id.index()].name,
            Target::Phones(id) => &workload.phones[id.index()].name,
            Target::Outside(id) => &workload.destinations[id.index()].name,
            Target::Numbers(_) => unreachable!("a group is no number"),
        };
        &name.value
    }

    /// What the numbers of a target are.
    pub(super) fn numbers(&self, id: NumbersId) -> Numbers {
        self.referred.borrow()[id.index()].clone()
    }

    /// All numbers that something refers to.
    pub(super) fn referred(&self) -> Vec<Numbers> {
        self.referred.borrow().clone()
    }

    pub(super) fn nodes(&self, names: &[Name], rule: Option<&'static str>) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for name in names {
            let Some(node) = self.nodes.find(name) else { continue };
            if nodes.contains(&node) {
                let mut problem = Problem::new(name.place.clone(), format!("`{}` is listed twice", name.value), "");
                problem.rule = rule;
                self.reports.add(problem);
            } else {
                nodes.push(node);
            }
        }
        nodes
    }

    /// The CallManager group of a device pool, or the group of that name.
    pub(super) fn group(&self, workload: &Workload, pool: &Name) -> Option<usize> {
        let name = pool.value.as_str();
        if let Some((row, _)) = self.pools.rows.get(name) {
            let group = &workload.pools[*row].callmanager_group.value;
            return self.groups.rows.get(group.as_str()).map(|(row, _)| *row);
        }
        if let Some((row, _)) = self.groups.rows.get(name) {
            return Some(*row);
        }
        if !name.is_empty() {
            let what = format!("there is no device pool and no CallManager group named `{name}`");
            let mut problem = Problem::new(pool.place.clone(), what, "").rule(R7);
            if !self.reports.is_full() {
                let known = self.pools.rows.keys().chain(self.groups.rows.keys()).copied();
                problem.hint = suggestion(name, known);
            }
            self.reports.add(problem);
        }
        None
    }

    pub(super) fn forwards(&self, names: &source::ForwardNames) -> Forwards {
        let mut forwards = Forwards::default();
        for (forward, name) in Forward::ALL.into_iter().zip(names) {
            forwards.set(forward, name.as_ref().and_then(|name| self.target(name)));
        }
        forwards
    }
}
