//! The models, the same for every engine, and their theoretical values.
//!
//! A model is a function from an event to the events that follow it; the engine keeps these until they are due. So no engine
//! has an easier model than another. Time is in whole nanoseconds.

use std::collections::VecDeque;

/// A mean service or increment of the models that have no unit of their own.
const SECOND: u64 = 1_000_000_000;

/// The source of a model's random numbers.
pub trait Generator {
    /// An exponential span with this mean, both in nanoseconds.
    fn exponential(&mut self, mean: u64) -> u64;
}

/// At most two events follow from one, each after a delay.
pub type Next<E> = [Option<(u64, E)>; 2];

/// What the engines run.
pub trait Model {
    type Event: Copy;

    /// The events that are pending at time zero.
    fn begin(&mut self, generator: &mut impl Generator) -> Vec<(u64, Self::Event)>;

    /// What follows from an event at its time.
    fn handle(&mut self, now: u64, event: Self::Event, generator: &mut impl Generator) -> Next<Self::Event>;

    /// Whether all requested units are complete.
    fn is_over(&self) -> bool;

    /// The batch means, by quantity.
    fn measured(&self) -> Vec<(&'static str, Vec<f64>)>;
}

/// One of the models of the comparison, with the number of units to simulate: customers, holds or calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Case {
    Queue { servers: u32, load_percent: u64 },
    Hold { pending: u64 },
    Telephone,
}

impl Case {
    pub const ALL: [(&str, Case); 7] = [
        ("mm1", Case::Queue { servers: 1, load_percent: 80 }),
        ("mm50", Case::Queue { servers: 50, load_percent: 90 }),
        ("hold-16", Case::Hold { pending: 16 }),
        ("hold-1024", Case::Hold { pending: 1024 }),
        ("hold-65536", Case::Hold { pending: 65_536 }),
        ("hold-1000000", Case::Hold { pending: 1_000_000 }),
        ("telephone", Case::Telephone),
    ];

    pub fn named(name: &str) -> Option<Case> {
        Case::ALL.iter().find(|(other, _)| *other == name).map(|(_, case)| *case)
    }

    /// What a unit is, and how many events it takes.
    pub fn unit(self) -> (&'static str, f64) {
        match self {
            Case::Queue { .. } => ("customer", 2.0),
            Case::Hold { .. } => ("hold", 1.0),
            Case::Telephone => ("call", 4.0 + (1.0 - erlang_b(telephone::OFFERED_TO_PORTS, telephone::PORTS))),
        }
    }

    /// The theoretical values: name and value, in seconds or as a share. All exact except `decision wait` and `blocked` of the
    /// telephone model; see [`telephone`].
    pub fn theory(self) -> Vec<(&'static str, f64)> {
        match self {
            Case::Queue { servers, load_percent } => {
                let offered = f64::from(servers) * load_percent as f64 / 100.0;
                vec![("wait", mmc_mean_wait(offered, 1.0, servers))]
            }
            // Each of the pending events is a Poisson process of its own.
            Case::Hold { pending } => vec![("gap", 1.0 / pending as f64)],
            Case::Telephone => {
                let rate = SECOND as f64 / telephone::INTERARRIVAL as f64;
                let seconds = |nanos: u64| nanos as f64 / SECOND as f64;
                let set_up = seconds(telephone::SET_UP);
                vec![
                    ("set-up wait", rate * set_up * set_up / (2.0 * (1.0 - rate * set_up))),
                    ("decision wait", mmc_mean_wait(rate, seconds(telephone::DECISION), telephone::WORKERS)),
                    ("blocked", erlang_b(telephone::OFFERED_TO_PORTS, telephone::PORTS)),
                ]
            }
        }
    }
}

/// The share of calls that find all servers busy (Erlang's loss formula), as the sum of its definition.
pub fn erlang_b(offered: f64, servers: u32) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for busy in 1..=servers {
        term *= offered / f64::from(busy);
        sum += term;
    }
    term / sum
}

/// The mean wait in M/M/c (Erlang's delay formula); with one server, in M/M/1.
pub fn mmc_mean_wait(rate: f64, service: f64, servers: u32) -> f64 {
    let offered = rate * service;
    let load = offered / f64::from(servers);
    let blocked = erlang_b(offered, servers);
    let waits = blocked / (1.0 - load * (1.0 - blocked));
    waits * service / (f64::from(servers) - offered)
}

/// Means of batches of equal size. The first batch is the warm-up and discarded, as is an incomplete last one.
#[derive(Clone)]
pub struct Batches {
    size: u64,
    left: u64,
    sum: u64,
    means: Vec<f64>,
}

impl Batches {
    /// The number of batches kept of a run.
    pub const KEPT: u64 = 20;

    /// Room for `values` values.
    pub fn new(values: u64) -> Batches {
        let size = (values / (Batches::KEPT + 1)).max(1);
        Batches { size, left: size, sum: 0, means: Vec::with_capacity(Batches::KEPT as usize + 2) }
    }

    #[inline]
    fn add(&mut self, value: u64) {
        self.sum += value;
        self.left -= 1;
        if self.left == 0 {
            self.means.push(self.sum as f64 / self.size as f64);
            self.sum = 0;
            self.left = self.size;
        }
    }

    /// The means, each divided by `unit`.
    fn means(&self, unit: f64) -> Vec<f64> {
        self.means.iter().skip(1).map(|mean| mean / unit).collect()
    }
}

/// Identical servers with a FIFO queue.
struct Station<W> {
    idle: u32,
    waiting: VecDeque<W>,
}

impl<W> Station<W> {
    fn new(servers: u32) -> Station<W> {
        Station { idle: servers, waiting: VecDeque::new() }
    }

    /// A customer arrives: true if service starts now.
    #[inline]
    fn arrive(&mut self, who: W) -> bool {
        if self.idle > 0 {
            self.idle -= 1;
            return true;
        }
        self.waiting.push_back(who);
        false
    }

    /// A service ends: the customer served next.
    #[inline]
    fn depart(&mut self) -> Option<W> {
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.idle += 1;
        }
        next
    }
}

/// M/M/c with mean service of a second.
pub struct Queue {
    interarrival: u64,
    to_come: u64,
    to_go: u64,
    /// A waiting customer is represented by its arrival time.
    station: Station<u64>,
    waits: Batches,
}

#[derive(Clone, Copy, Debug)]
pub enum QueueEvent {
    Arrival,
    Departure,
}

impl Queue {
    pub fn new(servers: u32, load_percent: u64, customers: u64) -> Queue {
        Queue {
            interarrival: SECOND * 100 / (u64::from(servers) * load_percent),
            to_come: customers,
            to_go: customers,
            station: Station::new(servers),
            waits: Batches::new(customers),
        }
    }
}

impl Model for Queue {
    type Event = QueueEvent;

    fn begin(&mut self, generator: &mut impl Generator) -> Vec<(u64, QueueEvent)> {
        vec![(generator.exponential(self.interarrival), QueueEvent::Arrival)]
    }

    #[inline]
    fn handle(&mut self, now: u64, event: QueueEvent, generator: &mut impl Generator) -> Next<QueueEvent> {
        let mut departure = None;
        match event {
            QueueEvent::Arrival => {
                if self.station.arrive(now) {
                    self.waits.add(0);
                    departure = Some((generator.exponential(SECOND), QueueEvent::Departure));
                }
                self.to_come -= 1;
                let more = self.to_come > 0;
                [departure, more.then(|| (generator.exponential(self.interarrival), QueueEvent::Arrival))]
            }
            QueueEvent::Departure => {
                self.to_go -= 1;
                if let Some(came) = self.station.depart() {
                    self.waits.add(now - came);
                    departure = Some((generator.exponential(SECOND), QueueEvent::Departure));
                }
                [departure, None]
            }
        }
    }

    fn is_over(&self) -> bool {
        self.to_go == 0
    }

    fn measured(&self) -> Vec<(&'static str, Vec<f64>)> {
        vec![("wait", self.waits.means(SECOND as f64))]
    }
}

/// The hold model: every event is scheduled again after an exponential delay with mean one second. An event carries the number
/// of its customer.
pub struct Hold {
    pending: u64,
    to_go: u64,
    last: u64,
    gaps: Batches,
}

impl Hold {
    pub fn new(pending: u64, holds: u64) -> Hold {
        Hold { pending, to_go: holds, last: 0, gaps: Batches::new(holds) }
    }
}

impl Model for Hold {
    type Event = u32;

    fn begin(&mut self, generator: &mut impl Generator) -> Vec<(u64, u32)> {
        (0..self.pending).map(|who| (generator.exponential(SECOND), who as u32)).collect()
    }

    #[inline]
    fn handle(&mut self, now: u64, event: u32, generator: &mut impl Generator) -> Next<u32> {
        assert!(now >= self.last, "time goes backwards");
        self.gaps.add(now - self.last);
        self.last = now;
        self.to_go -= 1;
        [Some((generator.exponential(SECOND), event)), None]
    }

    fn is_over(&self) -> bool {
        self.to_go == 0
    }

    fn measured(&self) -> Vec<(&'static str, Vec<f64>)> {
        vec![("gap", self.gaps.means(SECOND as f64))]
    }
}

/// A small telephone system. A call arrives at the ingress (M/D/1), hops to a route point whose application has some
/// workers (nearly M/M/c) and takes a port of a group (nearly Erlang loss), or is blocked and leaves.
///
/// The ingress is exact. Its output has the right rate but is a little steadier than a Poisson process: the squared
/// coefficient of variation between calls is 1 - 0.1^2, so that the theoretical wait for a worker is too high by
/// less than half a per cent (Kingman's factor), and the blocking by less than that. See `ALLOWANCE`.
pub mod telephone {
    use super::SECOND;

    /// Ten calls a second.
    pub const INTERARRIVAL: u64 = SECOND / 10;
    /// Constant: the ingress is busy a tenth of the time.
    pub const SET_UP: u64 = SECOND / 100;
    pub const HOP: u64 = SECOND / 200;
    pub const WORKERS: u32 = 8;
    /// Exponential: the workers are busy four fifths of the time.
    pub const DECISION: u64 = SECOND / 100 * 64;
    pub const PORTS: u32 = 200;
    /// Exponential.
    pub const TALK: u64 = 20 * SECOND;
    pub const OFFERED_TO_PORTS: f64 = (TALK / INTERARRIVAL) as f64;
    /// The relative tolerance of a mean, beyond its confidence interval, where theory is not exact.
    pub const ALLOWANCE: f64 = 0.005;
}

/// The telephone model of [`telephone`].
pub struct Telephone {
    to_come: u64,
    to_go: u64,
    /// When each call arrived at its current stage, by its number; numbers are reused.
    since: Vec<u64>,
    free: Vec<u32>,
    ingress: Station<u32>,
    application: Station<u32>,
    ports_free: u32,
    set_up_waits: Batches,
    decision_waits: Batches,
    blocked: Batches,
}

/// What happens to a call, by its number.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub enum CallEvent {
    Offered,
    SetUp(u32),
    Presented(u32),
    Decided(u32),
    Released(u32),
}

impl Telephone {
    pub fn new(calls: u64) -> Telephone {
        Telephone {
            to_come: calls,
            to_go: calls,
            since: Vec::new(),
            free: Vec::new(),
            ingress: Station::new(1),
            application: Station::new(telephone::WORKERS),
            ports_free: telephone::PORTS,
            set_up_waits: Batches::new(calls),
            decision_waits: Batches::new(calls),
            blocked: Batches::new(calls),
        }
    }

    fn call(&mut self, now: u64) -> u32 {
        if let Some(call) = self.free.pop() {
            self.since[call as usize] = now;
            return call;
        }
        self.since.push(now);
        self.since.len() as u32 - 1
    }

    fn end(&mut self, call: u32) {
        self.free.push(call);
        self.to_go -= 1;
    }
}

impl Model for Telephone {
    type Event = CallEvent;

    fn begin(&mut self, generator: &mut impl Generator) -> Vec<(u64, CallEvent)> {
        vec![(generator.exponential(telephone::INTERARRIVAL), CallEvent::Offered)]
    }

    #[inline]
    fn handle(&mut self, now: u64, event: CallEvent, generator: &mut impl Generator) -> Next<CallEvent> {
        match event {
            CallEvent::Offered => {
                let call = self.call(now);
                let starts = self.ingress.arrive(call);
                if starts {
                    self.set_up_waits.add(0);
                }
                self.to_come -= 1;
                let next =
                    (self.to_come > 0).then(|| (generator.exponential(telephone::INTERARRIVAL), CallEvent::Offered));
                [starts.then_some((telephone::SET_UP, CallEvent::SetUp(call))), next]
            }
            CallEvent::SetUp(call) => {
                let next = self.ingress.depart().map(|next| {
                    self.set_up_waits.add(now - self.since[next as usize]);
                    (telephone::SET_UP, CallEvent::SetUp(next))
                });
                [next, Some((telephone::HOP, CallEvent::Presented(call)))]
            }
            CallEvent::Presented(call) => {
                self.since[call as usize] = now;
                let starts = self.application.arrive(call);
                if starts {
                    self.decision_waits.add(0);
                }
                [starts.then(|| (generator.exponential(telephone::DECISION), CallEvent::Decided(call))), None]
            }
            CallEvent::Decided(call) => {
                let next = self.application.depart().map(|next| {
                    self.decision_waits.add(now - self.since[next as usize]);
                    (generator.exponential(telephone::DECISION), CallEvent::Decided(next))
                });
                let takes = self.ports_free > 0;
                self.blocked.add(u64::from(!takes));
                if takes {
                    self.ports_free -= 1;
                } else {
                    self.end(call);
                }
                [next, takes.then(|| (generator.exponential(telephone::TALK), CallEvent::Released(call)))]
            }
            CallEvent::Released(call) => {
                self.ports_free += 1;
                self.end(call);
                [None, None]
            }
        }
    }

    fn is_over(&self) -> bool {
        self.to_go == 0
    }

    fn measured(&self) -> Vec<(&'static str, Vec<f64>)> {
        let seconds = SECOND as f64;
        vec![
            ("set-up wait", self.set_up_waits.means(seconds)),
            ("decision wait", self.decision_waits.means(seconds)),
            ("blocked", self.blocked.means(1.0)),
        ]
    }
}
