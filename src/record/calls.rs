//! Whose calls were offered and lost: what every call in progress has reached.

use std::collections::BTreeMap;

use crate::domain::{DeviceId, Ending, QueueId, SourceId, Target};
use crate::facts::SentTo;
use crate::plan::Plan;

use super::catalogue::{Catalogue, OF_CALLS};
use super::metric::{Count, Scope};

/// The place of no call.
const NOTHING: u32 = u32::MAX;

/// The calls offered after the warm-up by what they have reached: their source, and each application, route point, group of
/// ports or phones, queue and number outside to which they were sent, whether or not there was room. A call that is sent to one
/// of them twice counts once.
///
/// There are few different sets of things that calls reach, and each is known by a number. So a call costs a step from one number to the
/// next each time it is sent somewhere, and one addition at its end, whatever it has reached.
#[derive(Debug)]
pub(super) struct Calls {
    /// The rows of what a call reaches that is sent somewhere, [`NOTHING`] for none: those of route points, groups of ports and so on
    /// in turn; the application first.
    rows: Vec<[u32; 2]>,
    ports: u32,
    phones: u32,
    outside: u32,
    queues: u32,
    /// Those of the waits in queues that the workload names.
    waits: u32,
    /// The groups of numbers that something refers to.
    numbers: Vec<Target>,

    /// The sets of rows that calls have reached, ascending. Those of sources come first.
    sets: Vec<Vec<u32>>,
    /// Their numbers.
    known: BTreeMap<Vec<u32>, u32>,
    steps: Steps,

    /// The set of each call in progress, by the place it has; [`NOTHING`] for none.
    in_progress: Vec<u32>,
    /// How many calls of each set ended, by the columns of [`OF_CALLS`].
    ended: Vec<[u32; OF_CALLS.len()]>,
    /// How many rows there are of calls by where they were sent.
    counted: usize,
    /// How many rows there are.
    all: usize,
}

impl Calls {
    pub(super) fn new(plan: &Plan, catalogue: &Catalogue) -> Calls {
        // Of several applications, the one that comes first.
        let of_application = |device: DeviceId| {
            let application = plan.applications_of(device).next();
            application.map_or(NOTHING, |it| catalogue.calls_of(Scope::Application, it.index()))
        };
        let row = |scope: Scope, member: usize| catalogue.calls_of(scope, member);
        let mut rows: Vec<[u32; 2]> = Vec::new();
        rows.extend(
            plan.route_points.iter().enumerate().map(|(at, it)| [of_application(it.first), row(Scope::RoutePoint, at)]),
        );
        let ports = rows.len() as u32;
        rows.extend(
            plan.port_groups.iter().enumerate().map(|(at, it)| [of_application(it.first), row(Scope::PortGroup, at)]),
        );
        let phones = rows.len() as u32;
        rows.extend((0..plan.phone_groups.len()).map(|at| [NOTHING, row(Scope::PhoneGroup, at)]));
        let outside = rows.len() as u32;
        rows.extend((0..plan.destinations.len()).map(|at| [NOTHING, row(Scope::Destination, at)]));
        let queues = rows.len() as u32;
        // Who waits for a single group has reached that.
        rows.extend(plan.queues.iter().enumerate().map(|(at, it)| match it.of_group {
            true => [NOTHING, row(Scope::PhoneGroup, it.groups[0].index())],
            false => [NOTHING, row(Scope::Queue, at)],
        }));
        let waits = rows.len() as u32;
        // Whose calls are counted, and behind them those who had to wait: anywhere, and in each queue.
        let anywhere = catalogue.calls.len() as u32;
        let named = plan.named_queues() as u32;
        rows.extend((0..named).map(|queue| [anywhere, anywhere + 1 + queue]));
        let sources = (0..plan.sources.len()).map(|at| vec![row(Scope::Traffic, at)]);
        let sets: Vec<Vec<u32>> = sources.collect();
        Calls {
            rows,
            ports,
            phones,
            outside,
            queues,
            waits,
            numbers: plan.numbers.iter().map(|it| it.group).collect(),
            known: sets.iter().cloned().zip(0..).collect(),
            steps: Steps::new(),
            in_progress: Vec::new(),
            ended: vec![[0; OF_CALLS.len()]; sets.len()],
            sets,
            counted: catalogue.calls.len(),
            all: catalogue.calls.len() + if named > 0 { 1 + named as usize } else { 0 },
        }
    }

    /// A replication begins.
    pub(super) fn start(&mut self) {
        self.in_progress.fill(NOTHING);
        self.ended.fill([0; OF_CALLS.len()]);
    }

    /// A call is offered. Only those that are count.
    #[inline]
    pub(super) fn offered(&mut self, place: u32, source: SourceId) {
        match self.in_progress.get_mut(place as usize) {
            Some(set) => *set = source.0.into(),
            None => self.offered_beyond(place, source),
        }
    }

    #[cold]
    #[inline(never)]
    fn offered_beyond(&mut self, place: u32, source: SourceId) {
        self.in_progress.resize(place as usize + 1, NOTHING);
        self.in_progress[place as usize] = source.0.into();
    }

    /// It is sent somewhere.
    #[inline]
    pub(super) fn sent(&mut self, place: u32, to: SentTo) {
        let Some(&set) = self.in_progress.get(place as usize) else { return };
        if set == NOTHING {
            return;
        }
        let to = match to {
            SentTo::Target(target) => self.of_target(target),
            SentTo::Queue(QueueId(row)) => self.queues + u32::from(row),
        };
        self.step(place, set, to);
    }

    /// It begins to wait in a queue that the workload names.
    #[inline(never)]
    pub(super) fn waits(&mut self, place: u32, QueueId(queue): QueueId) {
        if let Some(&set) = self.in_progress.get(place as usize)
            && set != NOTHING
        {
            self.step(place, set, self.waits + u32::from(queue));
        }
    }

    #[inline]
    fn step(&mut self, place: u32, set: u32, to: u32) {
        let next = self.steps.next(set, to).unwrap_or_else(|| self.learn(set, to));
        self.in_progress[place as usize] = next;
    }

    #[inline]
    fn of_target(&self, target: Target) -> u32 {
        match target {
            Target::RoutePoint(id) => id.0.into(),
            Target::Ports(id) => self.ports + u32::from(id.0),
            Target::Phones(id) => self.phones + u32::from(id.0),
            Target::Outside(id) => self.outside + u32::from(id.0),
            // Numbers belong to a group or to a route point.
            Target::Numbers(id) => self.of_target(self.numbers[id.index()]),
        }
    }

    /// The set that a call has reached which has reached `set` and is sent on.
    #[cold]
    #[inline(never)]
    fn learn(&mut self, set: u32, to: u32) -> u32 {
        let mut rows = self.sets[set as usize].clone();
        rows.extend(self.rows[to as usize].into_iter().filter(|row| *row != NOTHING));
        rows.sort_unstable();
        rows.dedup();
        let next = *self.known.entry(rows).or_insert_with_key(|rows| {
            self.sets.push(rows.clone());
            self.ended.push([0; OF_CALLS.len()]);
            self.sets.len() as u32 - 1
        });
        self.steps.add(set, to, next);
        next
    }

    /// It is over.
    #[inline]
    pub(super) fn ended(&mut self, place: u32, ending: Ending) {
        let Some(set) = self.in_progress.get_mut(place as usize) else { return };
        let set = std::mem::replace(set, NOTHING);
        if set != NOTHING {
            self.ended[set as usize][column(ending)] += 1;
        }
    }

    /// How many calls of a row have ended so far in this way, one of [`OF_CALLS`]. Of those offered and in progress this is known only
    /// at the end.
    pub(super) fn counted(&self, row: usize, count: Count) -> u64 {
        let Some(column) = OF_CALLS.iter().position(|it| *it == count) else { return 0 };
        let of_row = self.sets.iter().zip(&self.ended).filter(|(rows, _)| rows.contains(&(row as u32)));
        of_row.map(|(_, ended)| u64::from(ended[column])).sum()
    }

    /// The replication is over: a number for each of [`OF_CALLS`], row by row; and how many calls had to wait, anywhere and in each queue.
    pub(super) fn finish(&mut self) -> (Box<[u32]>, Box<[u32]>) {
        for &set in self.in_progress.iter().filter(|set| **set != NOTHING) {
            self.ended[set as usize][OF_CALLS.len() - 1] += 1;
        }
        let mut counts = vec![[0; OF_CALLS.len()]; self.all];
        for (rows, ended) in self.sets.iter().zip(&self.ended) {
            let offered: u32 = ended.iter().sum();
            for &row in rows {
                let counts: &mut [u32; OF_CALLS.len()] = &mut counts[row as usize];
                counts[0] += offered;
                for (count, ended) in counts[1..].iter_mut().zip(&ended[1..]) {
                    *count += ended;
                }
            }
        }
        let (calls, waited) = counts.split_at(self.counted);
        (calls.as_flattened().into(), waited.iter().map(|counts| counts[0]).collect())
    }
}

/// The column of an ending in [`OF_CALLS`].
const fn column(ending: Ending) -> usize {
    match ending {
        Ending::Completed => 1,
        Ending::Abandoned => 2,
        Ending::Refused(_) => 3,
        Ending::DroppedInSetup => 4,
        Ending::DroppedInChange => 5,
        Ending::DroppedConnected => 6,
    }
}

/// The steps from set to set that are known: a hash table with open addressing, a power of two of places at most half full.
#[derive(Debug)]
struct Steps {
    places: Vec<(u64, u32)>,
    used: usize,
}

impl Steps {
    const FREE: (u64, u32) = (u64::MAX, 0);

    fn new() -> Steps {
        Steps { places: vec![Steps::FREE; 64], used: 0 }
    }

    const fn key(set: u32, to: u32) -> u64 {
        (set as u64) << 32 | to as u64
    }

    #[inline]
    fn next(&self, set: u32, to: u32) -> Option<u32> {
        let (key, next) = self.places[self.place(Steps::key(set, to))];
        (key != Steps::FREE.0).then_some(next)
    }

    /// The place of a step, or the free one in which it belongs.
    #[inline]
    fn place(&self, key: u64) -> usize {
        // The first digits of the product with the golden ratio: neighbouring numbers are spread evenly.
        let first = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - self.places.len().ilog2());
        let mut place = first as usize;
        while self.places[place].0 != key && self.places[place].0 != Steps::FREE.0 {
            place = (place + 1) & (self.places.len() - 1);
        }
        place
    }

    fn add(&mut self, set: u32, to: u32, next: u32) {
        if 2 * (self.used + 1) > self.places.len() {
            let twice = vec![Steps::FREE; 2 * self.places.len()];
            for (key, next) in std::mem::replace(&mut self.places, twice) {
                if key != Steps::FREE.0 {
                    let place = self.place(key);
                    self.places[place] = (key, next);
                }
            }
        }
        let place = self.place(Steps::key(set, to));
        self.places[place] = (Steps::key(set, to), next);
        self.used += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PortGroupId, Refusal, RoutePointId};
    use crate::fake;

    const TOWN: SourceId = SourceId(0);

    /// Of the fake plan: source `town`, application `ivr`, route point `welcome`, ports `ivr-ports`, phones `agents`, number outside
    /// `operator`, in this order of rows.
    #[test]
    fn a_call_counts_once_wherever_it_was_sent() {
        let plan = fake::plan();
        let catalogue = Catalogue::new(&plan);
        let mut calls = Calls::new(&plan, &catalogue);
        let point = SentTo::Target(Target::RoutePoint(RoutePointId(0)));
        let ports = SentTo::Target(Target::Ports(PortGroupId(0)));
        // Twice the same, to see that nothing is left of the first time.
        for _ in 0..2 {
            calls.start();
            for place in 0..4 {
                calls.offered(place, TOWN);
            }
            // The first completes at a port after two visits of the route point, the second is refused there, the third is in progress
            // at the route point, the fourth is abandoned before it was sent anywhere. One of the warm-up does not count.
            for to in [point, ports, point] {
                calls.sent(0, to);
            }
            calls.sent(1, ports);
            calls.sent(2, point);
            calls.sent(9, point);
            calls.ended(0, Ending::Completed);
            calls.ended(1, Ending::Refused(Refusal::Busy));
            calls.ended(3, Ending::Abandoned);
            calls.ended(9, Ending::Completed);
            // The place of the first is free for another call.
            calls.offered(0, TOWN);
            calls.ended(0, Ending::Abandoned);
            let (found, waited) = calls.finish();
            assert!(waited.is_empty(), "no queue has a name");
            let rows: Vec<&[u32]> = found.chunks(OF_CALLS.len()).collect();
            assert_eq!(rows[0], [5, 1, 2, 1, 0, 0, 0, 1], "town");
            assert_eq!(rows[1], [3, 1, 0, 1, 0, 0, 0, 1], "ivr");
            assert_eq!(rows[2], [2, 1, 0, 0, 0, 0, 0, 1], "welcome");
            assert_eq!(rows[3], [2, 1, 0, 1, 0, 0, 0, 0], "ivr-ports");
            assert_eq!(rows[4], [0; 8], "agents");
        }
        calls.start();
        assert!(calls.finish().0.iter().all(|&count| count == 0));
    }

    /// Against a map of what is added.
    #[test]
    fn no_step_is_mistaken_for_another() {
        let mut steps = Steps::new();
        let mut twin: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut state = 1_u64;
        let mut below = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % bound) as u32
        };
        for _ in 0..20_000 {
            let (set, to, next) = (below(300), below(300), below(1000));
            assert_eq!(steps.next(set, to), twin.get(&(set, to)).copied());
            if let std::collections::btree_map::Entry::Vacant(free) = twin.entry((set, to)) {
                free.insert(next);
                steps.add(set, to, next);
            }
        }
        assert!(twin.len() > 10_000 && twin.iter().all(|(&(set, to), &next)| steps.next(set, to) == Some(next)));
    }
}
