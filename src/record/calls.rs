//! Whose calls were offered and lost: every call in progress with what it has reached.

use crate::domain::{CallName, DeviceId, Ending, QueueId, Target};
use crate::plan::Plan;

use super::catalogue::{Catalogue, OF_CALLS};
use super::metric::Scope;

/// How many things a call reaches at most without more ado.
const INLINE: usize = 5;
/// No call: no source has so many.
const FREE: u64 = u64::MAX;

/// A call in progress and the rows of what it has reached, in half a cache line.
#[derive(Clone, Copy, Debug)]
struct Call {
    name: u64,
    reached: u32,
    rows: [u32; INLINE],
}

impl Call {
    const FREE: Call = Call { name: FREE, reached: 0, rows: [NOTHING; INLINE] };
}

/// The calls offered after the warm-up by what they have reached: their source, and each application, route point, group of
/// ports or phones, queue and number outside to which they were sent, whether or not there was room. A call that is sent to one
/// of them twice counts once.
#[derive(Debug)]
pub(super) struct Calls {
    /// The rows of what a target leads to: those of route points, of groups of ports, and so on. The application first.
    route_points: Vec<[u32; 2]>,
    ports: Vec<[u32; 2]>,
    phones: Vec<u32>,
    outside: Vec<u32>,
    /// The groups of numbers that something refers to.
    numbers: Vec<Target>,
    /// The rows of queues: that of the group for the queue of a single one.
    queues: Vec<u32>,
    /// One number for each of [`OF_CALLS`], by row. Those in progress are counted at the end.
    counts: Vec<[u32; OF_CALLS.len()]>,
    /// The calls in progress by the hash of their names: open addressing, a power of two of places.
    table: Vec<Call>,
    in_progress: usize,
    /// What calls have reached beyond [`INLINE`].
    more: Vec<(u64, u32)>,
}

/// The row of nothing: a device without an application.
const NOTHING: u32 = u32::MAX;

impl Calls {
    pub(super) fn new(plan: &Plan, catalogue: &Catalogue) -> Calls {
        // Of several applications, the one that comes first.
        let of_application = |device: DeviceId| {
            let application = plan.applications_of(device).next();
            application.map_or(NOTHING, |it| catalogue.calls_of(Scope::Application, it.index()))
        };
        let rows = |scope: Scope, members: usize| (0..members).map(move |row| catalogue.calls_of(scope, row));
        let phones: Vec<u32> = rows(Scope::PhoneGroup, plan.phone_groups.len()).collect();
        let queue = |(row, it): (usize, &crate::plan::Queue)| match it.of_group {
            true => phones[it.groups[0].index()],
            false => catalogue.calls_of(Scope::Queue, row),
        };
        let points = plan.route_points.iter().map(|it| of_application(it.first));
        let groups = plan.port_groups.iter().map(|it| of_application(it.first));
        Calls {
            route_points: points
                .zip(rows(Scope::RoutePoint, plan.route_points.len()))
                .map(|(of, row)| [of, row])
                .collect(),
            ports: groups.zip(rows(Scope::PortGroup, plan.port_groups.len())).map(|(of, row)| [of, row]).collect(),
            outside: rows(Scope::Destination, plan.destinations.len()).collect(),
            numbers: plan.numbers.iter().map(|it| it.group).collect(),
            queues: plan.queues.iter().enumerate().map(queue).collect(),
            phones,
            counts: vec![[0; OF_CALLS.len()]; catalogue.calls.len()],
            table: vec![Call::FREE; 64],
            in_progress: 0,
            more: Vec::new(),
        }
    }

    /// A replication begins.
    pub(super) fn start(&mut self) {
        self.counts.fill([0; OF_CALLS.len()]);
        self.table.fill(Call::FREE);
        self.in_progress = 0;
        self.more.clear();
    }

    /// A call is offered. Only those that are count.
    #[inline]
    pub(super) fn offered(&mut self, call: CallName) {
        if 2 * self.in_progress >= self.table.len() {
            self.grow();
        }
        let place = self.place(key(call));
        self.table[place] = Call { name: key(call), ..Call::FREE };
        self.in_progress += 1;
        // Sources come first.
        self.counts[call.source.index()][0] += 1;
    }

    /// It is sent somewhere.
    #[inline]
    pub(super) fn sent(&mut self, call: CallName, target: Target) {
        let place = self.place(key(call));
        if self.table[place].name == FREE {
            return;
        }
        let target = match target {
            Target::Numbers(id) => self.numbers[id.index()],
            target => target,
        };
        match target {
            Target::RoutePoint(id) => self.reaches_both(place, self.route_points[id.index()]),
            Target::Ports(id) => self.reaches_both(place, self.ports[id.index()]),
            Target::Phones(id) => self.reaches(place, self.phones[id.index()]),
            Target::Outside(id) => self.reaches(place, self.outside[id.index()]),
            Target::Numbers(_) => unreachable!("numbers belong to a group or to a route point"),
        }
    }

    /// It is sent to a queue.
    pub(super) fn queued(&mut self, call: CallName, queue: QueueId) {
        let place = self.place(key(call));
        if self.table[place].name != FREE {
            self.reaches(place, self.queues[queue.index()]);
        }
    }

    /// It is over.
    #[inline]
    pub(super) fn ended(&mut self, call: CallName, ending: Ending) {
        let place = self.place(key(call));
        let ended = self.table[place];
        if ended.name == FREE {
            return;
        }
        let column = match ending {
            Ending::Completed => 1,
            Ending::Abandoned => 2,
            Ending::Refused(_) => 3,
            Ending::DroppedInSetup => 4,
            Ending::DroppedInChange => 5,
            Ending::DroppedConnected => 6,
        };
        self.counts[call.source.index()][column] += 1;
        for &row in ended.rows.iter().take_while(|row| **row != NOTHING) {
            self.counts[row as usize][column] += 1;
        }
        if ended.reached as usize > INLINE {
            self.end_more(ended.name, column);
        }
        self.remove(place);
    }

    /// The replication is over: a number for each of [`OF_CALLS`], row by row.
    pub(super) fn finish(&mut self) -> Box<[u32]> {
        for row in &mut self.counts {
            let [offered, endings @ .., in_progress] = row;
            *in_progress = *offered - endings.iter().sum::<u32>();
        }
        self.counts.as_flattened().into()
    }

    fn reaches_both(&mut self, place: usize, [application, row]: [u32; 2]) {
        if application != NOTHING {
            self.reaches(place, application);
        }
        self.reaches(place, row);
    }

    #[inline]
    fn reaches(&mut self, place: usize, row: u32) {
        let call = &mut self.table[place];
        // Every place is compared, which is faster than the places in use.
        if call.rows.iter().fold(false, |found, other| found | (*other == row)) {
            return;
        }
        match call.rows.get_mut(call.reached as usize) {
            Some(free) => *free = row,
            None if self.more.contains(&(call.name, row)) => return,
            None => self.more.push((call.name, row)),
        }
        call.reached += 1;
        self.counts[row as usize][0] += 1;
    }

    #[cold]
    #[inline(never)]
    fn end_more(&mut self, name: u64, column: usize) {
        let counts = &mut self.counts;
        self.more.retain(|&(of, row)| {
            if of == name {
                counts[row as usize][column] += 1;
            }
            of != name
        });
    }

    /// The place of a call, or the free one in which it belongs.
    #[inline]
    fn place(&self, name: u64) -> usize {
        let mut place = self.home(name);
        while self.table[place].name != name && self.table[place].name != FREE {
            place = (place + 1) & (self.table.len() - 1);
        }
        place
    }

    /// Where a call is if no other is in its way: the first digits of its name times the golden ratio, which spreads the
    /// numbers of a source evenly.
    #[inline]
    fn home(&self, name: u64) -> usize {
        (name.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - self.table.len().ilog2())) as usize
    }

    /// Takes a call out, and moves those up that it kept from their homes.
    #[inline]
    fn remove(&mut self, mut hole: usize) {
        let mask = self.table.len() - 1;
        let mut next = hole;
        loop {
            next = (next + 1) & mask;
            let call = self.table[next];
            if call.name == FREE {
                break;
            }
            // It may move to the hole unless its home lies after it.
            if (next.wrapping_sub(self.home(call.name)) & mask) >= (next.wrapping_sub(hole) & mask) {
                self.table[hole] = call;
                hole = next;
            }
        }
        self.table[hole] = Call::FREE;
        self.in_progress -= 1;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let twice = vec![Call::FREE; 2 * self.table.len()];
        let before = std::mem::replace(&mut self.table, twice);
        for call in before.into_iter().filter(|call| call.name != FREE) {
            let place = self.place(call.name);
            self.table[place] = call;
        }
    }
}

/// The name of a call as one number.
const fn key(call: CallName) -> u64 {
    (call.source.0 as u64) << 32 | call.number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Refusal, SourceId};
    use crate::fake;
    use std::collections::BTreeMap;

    fn call(number: u32) -> CallName {
        CallName { source: SourceId(0), number }
    }

    /// Of the fake plan: source `town`, application `ivr`, route point `welcome`, ports `ivr-ports`, phones `agents`, number outside
    /// `operator`, in this order of rows.
    #[test]
    fn a_call_counts_once_wherever_it_was_sent() {
        let plan = fake::plan();
        let catalogue = Catalogue::new(&plan);
        let mut calls = Calls::new(&plan, &catalogue);
        let (point, ports) =
            (Target::RoutePoint(crate::domain::RoutePointId(0)), Target::Ports(crate::domain::PortGroupId(0)));
        for number in 0..4 {
            calls.offered(call(number));
        }
        // The first completes at a port after two visits of the route point, the second is refused there, the third
        // is in progress at the route point, the fourth is abandoned before it was sent anywhere. One of the warm-up does not count.
        for target in [point, ports, point] {
            calls.sent(call(0), target);
        }
        calls.sent(call(1), ports);
        calls.sent(call(2), point);
        calls.sent(call(99), point);
        calls.ended(call(0), Ending::Completed);
        calls.ended(call(1), Ending::Refused(Refusal::Busy));
        calls.ended(call(3), Ending::Abandoned);
        calls.ended(call(99), Ending::Completed);
        let found = calls.finish();
        let rows: Vec<&[u32]> = found.chunks(OF_CALLS.len()).collect();
        assert_eq!(rows[0], [4, 1, 1, 1, 0, 0, 0, 1], "town");
        assert_eq!(rows[1], [3, 1, 0, 1, 0, 0, 0, 1], "ivr");
        assert_eq!(rows[2], [2, 1, 0, 0, 0, 0, 0, 1], "welcome");
        assert_eq!(rows[3], [2, 1, 0, 1, 0, 0, 0, 0], "ivr-ports");
        assert_eq!(rows[4], [0; 8], "agents");
        calls.start();
        assert!(calls.finish().iter().all(|&count| count == 0));
    }

    /// Against a map: thousands of calls that come and go in any order, of which each reaches up to eight things.
    #[test]
    fn no_call_is_mistaken_for_another() {
        let plan = fake::plan();
        let mut calls = Calls::new(&plan, &Catalogue::new(&plan));
        calls.counts = vec![[0; OF_CALLS.len()]; 10];
        let mut twin: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut counts = calls.counts.clone();
        let mut state = 1_u64;
        let mut below = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % bound) as u32
        };
        for number in 0..20_000 {
            calls.offered(call(number));
            twin.insert(number, Vec::new());
            counts[0][0] += 1;
            for _ in 0..below(12) {
                let (of, row) = (number - below(200).min(number), below(8) + 1);
                let place = calls.place(key(call(of)));
                assert_eq!(calls.table[place].name != FREE, twin.contains_key(&of), "{of}");
                if let Some(reached) = twin.get_mut(&of) {
                    calls.reaches(place, row);
                    if !reached.contains(&row) {
                        reached.push(row);
                        counts[row as usize][0] += 1;
                    }
                }
            }
            for _ in 0..2 {
                let of = number - below(150).min(number);
                calls.ended(call(of), Ending::Abandoned);
                if let Some(reached) = twin.remove(&of) {
                    counts[0][2] += 1;
                    reached.iter().for_each(|&row| counts[row as usize][2] += 1);
                }
            }
        }
        assert_eq!(calls.in_progress, twin.len());
        assert!(twin.len() > 1000, "{}", twin.len());
        for (counts, row) in counts.iter_mut().zip(calls.finish().chunks(OF_CALLS.len())) {
            counts[7] = counts[0] - counts[2];
            assert_eq!(row, counts);
        }
    }
}
