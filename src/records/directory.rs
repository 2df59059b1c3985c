//! The names and numbers of devices in call detail records.

use super::detail::{Called, Party};
use crate::domain::{DeviceId, DeviceKind, NodeId, Target};
use crate::plan::{Line, Number, Plan};

/// Names devices and numbers lines. A workload need not number anything; what has no number in it gets one that is longer than all of
/// its own, so that none is there twice.
#[derive(Clone, Debug)]
pub struct Directory<'p> {
    plan: &'p Plan,
    /// How many digits a number has that is not of the workload, and that of a caller.
    digits: usize,
    of_callers: usize,
    /// How many digits the source of a caller takes.
    sources: usize,
    /// Where the lines of each route point, group of ports and group of phones begin, if all lines are counted.
    route_points: Vec<u64>,
    ports: Vec<u64>,
    phones: Vec<u64>,
}

/// The most digits of a caller's number in its traffic.
const CALLERS: usize = 10;

impl<'p> Directory<'p> {
    /// That of a plan.
    pub fn new(plan: &'p Plan) -> Directory<'p> {
        let mut next = (plan.port_groups.len() + plan.phone_groups.len() + plan.destinations.len()) as u64;
        let mut begin = |lines: &[Line], count: u32| {
            let own = next;
            next += lines.len() as u64 * u64::from(count);
            own
        };
        let route_points: Vec<u64> = plan.route_points.iter().map(|it| begin(&it.lines, 1)).collect();
        let ports: Vec<u64> = plan.port_groups.iter().map(|it| begin(&it.lines, it.count)).collect();
        let phones: Vec<u64> = plan.phone_groups.iter().map(|it| begin(&it.lines, it.count)).collect();
        let lines = plan.route_points.iter().flat_map(|it| &it.lines);
        let lines = lines.chain(plan.port_groups.iter().flat_map(|it| &it.lines));
        let lines = lines.chain(plan.phone_groups.iter().flat_map(|it| &it.lines));
        let whole = plan.phone_groups.iter().map(|it| &it.number).chain(plan.destinations.iter().map(|it| &it.number));
        let numbers = lines.map(|line| &line.number).chain(whole).flatten();
        let longest = numbers.map(String::len).max().unwrap_or(0);
        let digits = (longest + 1).max(1 + decimal(next)).max(5);
        let sources = decimal(plan.sources.len() as u64);
        let of_callers = (1 + sources + CALLERS).max(digits + 1);
        Directory { plan, digits, of_callers, sources, route_points, ports, phones }
    }

    /// The name of a device: those of route points and ports have that of the workload, with the number of the device counted from
    /// 1; phones have the form `SEP000000000001`.
    pub fn device(&self, device: DeviceId) -> String {
        let (name, at) = self.place(device);
        match self.plan.devices[device.index()].kind {
            DeviceKind::RoutePoint => format!("CTIRP_{name}_{}", at + 1),
            DeviceKind::CtiPort => format!("CTIP_{name}_{}", at + 1),
            DeviceKind::Phone => format!("SEP{:012X}", device.0 + 1),
        }
    }

    /// The name of its route point or group, and which of its devices it is, from 0.
    pub fn place(&self, device: DeviceId) -> (&'p str, u32) {
        let it = &self.plan.devices[device.index()];
        let row = usize::from(it.row);
        let (name, first) = match it.kind {
            DeviceKind::RoutePoint => (&self.plan.route_points[row].name, self.plan.route_points[row].first),
            DeviceKind::CtiPort => (&self.plan.port_groups[row].name, self.plan.port_groups[row].first),
            DeviceKind::Phone => (&self.plan.phone_groups[row].name, self.plan.phone_groups[row].first),
        };
        (name, device.0 - first.0)
    }

    /// The name of a party's device: a trunk at the node for what is outside; empty if there is none.
    pub fn name(&self, party: Party, node: Option<NodeId>) -> String {
        match party {
            Party::Device(device, _) => self.device(device),
            Party::Caller(_) | Party::Outside(_) => {
                node.map_or(String::new(), |node| format!("TRUNK_{}", self.plan.nodes[node.index()].name))
            }
            Party::Bridge(bridge) => format!("CFB_{}", self.plan.conference_bridges[bridge.index()].name),
            Party::Nobody => String::new(),
        }
    }

    /// A number that is called.
    pub fn called(&self, called: Called) -> String {
        match called {
            Called::Party(party) => self.number(party),
            Called::Target(Target::RoutePoint(id)) => self.line(self.plan.route_points[id.index()].first, 0),
            Called::Target(Target::Numbers(id)) => {
                let it = &self.plan.numbers[id.index()];
                self.line(it.first, it.line)
            }
            Called::Target(Target::Ports(id)) => self.own(u64::from(id.0)),
            Called::Target(Target::Phones(id)) => match &self.plan.phone_groups[id.index()].number {
                Some(number) => number.clone(),
                None => self.own(self.plan.port_groups.len() as u64 + u64::from(id.0)),
            },
            Called::Target(Target::Outside(id)) => self.number(Party::Outside(id)),
        }
    }

    /// The number of a party; empty of none.
    pub fn number(&self, party: Party) -> String {
        match party {
            Party::Nobody => String::new(),
            Party::Caller(call) => {
                let (sources, callers) = (self.sources, self.of_callers - 1 - self.sources);
                format!("9{:0sources$}{:0callers$}", call.source.0, call.number)
            }
            Party::Device(device, line) => self.line(device, line),
            Party::Outside(id) => match &self.plan.destinations[id.index()].number {
                Some(number) => number.clone(),
                None => self.own((self.plan.port_groups.len() + self.plan.phone_groups.len()) as u64 + u64::from(id.0)),
            },
            Party::Bridge(bridge) => format!("b00{:09}", u32::from(bridge.0) + 1),
        }
    }

    fn line(&self, device: DeviceId, line: u8) -> String {
        let it = &self.plan.devices[device.index()];
        let (row, (_, at)) = (usize::from(it.row), self.place(device));
        let at = u64::from(at);
        let line = usize::from(line);
        let (lines, begins, of_each, at) = match it.kind {
            // The devices of a route point have their numbers in common.
            DeviceKind::RoutePoint => (&self.plan.route_points[row].lines, self.route_points[row], 1, 0),
            DeviceKind::CtiPort => {
                (&self.plan.port_groups[row].lines, self.ports[row], self.plan.port_groups[row].numbers_of_each, at)
            }
            DeviceKind::Phone => (&self.plan.phone_groups[row].lines, self.phones[row], 1, at),
        };
        let (first, steps) = match of_each {
            1 => (lines.get(line), at),
            _ => (lines.first(), at * u64::from(of_each) + line as u64),
        };
        match first.and_then(|it| it.number.as_deref()) {
            Some(number) => Number::read(number).map_or_else(|| number.to_owned(), |number| number.after(steps)),
            None => self.own(begins + at * lines.len() as u64 + line as u64),
        }
    }

    /// A number that the workload does not have.
    fn own(&self, at: u64) -> String {
        format!("8{at:0digits$}", digits = self.digits - 1)
    }
}

/// How many digits a number has.
const fn decimal(number: u64) -> usize {
    match number.checked_ilog10() {
        Some(power) => power as usize + 1,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CallName, DestinationId, PhoneGroupId, PortGroupId, RoutePointId, SourceId};
    use crate::fake;

    /// Of the fake plan: route point `welcome` (7000), three ports, two phones, an operator outside. The longest number has four
    /// digits, so others have five. Pilots: ports 0, phones 1, operator 2; lines: the route point's 3, the ports' 4 to 6, the phones' 7
    /// and 8.
    #[test]
    fn what_has_no_number_gets_one() {
        let plan = fake::plan();
        let directory = Directory::new(&plan);
        let device = |id: u32| (directory.device(DeviceId(id)), directory.number(Party::Device(DeviceId(id), 0)));
        let all: Vec<(String, String)> = (0..6).map(device).collect();
        let expected = [
            ("CTIRP_welcome_1", "7000"),
            ("CTIP_ivr-ports_1", "80004"),
            ("CTIP_ivr-ports_2", "80005"),
            ("CTIP_ivr-ports_3", "80006"),
            ("SEP000000000005", "80007"),
            ("SEP000000000006", "80008"),
        ];
        assert_eq!(all, expected.map(|(name, number)| (name.to_owned(), number.to_owned())));
        let targets = [
            Target::RoutePoint(RoutePointId(0)),
            Target::Ports(PortGroupId(0)),
            Target::Phones(PhoneGroupId(0)),
            Target::Outside(DestinationId(0)),
        ];
        let called = targets.map(|target| directory.called(Called::Target(target)));
        assert_eq!(called, ["7000", "80000", "80001", "80002"]);
        let caller = Party::Caller(CallName { source: SourceId(0), number: 17 });
        assert_eq!(directory.number(caller), "900000000017");
    }

    /// Three ports with two numbers each from 4000 on; two phones with two lines, the second from 6001 on.
    #[test]
    fn numbers_are_counted_on_as_the_workload_does() {
        let mut plan = fake::plan();
        let ports = &mut plan.port_groups[0];
        ports.numbers_of_each = 2;
        ports.lines[0].number = Some("4000".to_owned());
        ports.lines.push(Line { number: None, ..ports.lines[0].clone() });
        let phones = &mut plan.phone_groups[0];
        phones.lines.push(Line { number: Some("6001".to_owned()), ..phones.lines[0].clone() });
        let directory = Directory::new(&plan);
        let number = |device, line| directory.number(Party::Device(DeviceId(device), line));
        assert_eq!([number(1, 0), number(1, 1), number(3, 1)], ["4000", "4001", "4005"]);
        assert_eq!([number(4, 1), number(5, 1)], ["6001", "6002"]);
        // Pilots 0 to 2, the route point's line 3, six of ports, then each phone's two.
        assert_eq!([number(4, 0), number(5, 0)], ["80010", "80012"]);
    }
}
