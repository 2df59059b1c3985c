//! Holds a run to its identities, knowing nothing but facts and the plan.

use super::{Fact, PoolId, Recorder};
use crate::domain::{ApplicationFault, CallName, DeviceId, DeviceKind, Ending, Target};
use crate::engine::{Span, Time};
use crate::plan::Plan;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Violations beyond this many are only counted.
const MOST: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    RoutePoint { row: u16, presented: Time },
    Pool { pool: PoolId, device: Option<DeviceId> },
}

#[derive(Clone, Copy, Debug)]
struct Audited {
    offered: Time,
    alerted: bool,
    connected: bool,
    held: Held,
}

#[derive(Clone, Debug, Default)]
struct DeviceBook {
    open: bool,
    taken_by: Option<CallName>,
    calls: u32,
}

/// A recorder that checks, for one replication at a time, that
///
/// - time never goes back, and every call is offered once, ends once and is heard of only in between;
/// - offered = the sum of the endings + in progress, and the time integral of calls in progress = the sum of their
///   sojourns, clipped at the end (Little's law, in whole nanoseconds);
/// - a call is at one place at a time, a port, phone or outside line has one call, a route point no more than its
///   maximum, and no call is presented at a device that is not open, or left unanswered at one that closes;
/// - a station never works on more at once than it has servers, and one with a single server keeps the order of
///   arrival;
/// - every duration a fact tells is the one that the facts before it give.
pub struct Auditor<'p> {
    plan: &'p Plan,
    now: Time,
    calls: BTreeMap<CallName, Audited>,
    offered: u64,
    ended: u64,
    /// The time integral of calls in progress up to `now`.
    integral: u128,
    /// The sum of the sojourns of the calls that have ended.
    sojourns: u128,
    devices: Vec<DeviceBook>,
    lines: Vec<u32>,
    stations: Vec<BinaryHeap<Reverse<Time>>>,
    servers: Vec<u32>,
    last_start: Vec<Time>,
    /// Devices that closed at `now`: once time moves on, no unanswered call may be left there.
    closed: Vec<DeviceId>,
    /// Since when each application suffers from a fault.
    failed: Vec<Option<Time>>,
    violations: Vec<String>,
    violated: usize,
}

impl<'p> Auditor<'p> {
    /// An auditor for runs of this plan, ready for the first one.
    pub fn new(plan: &'p Plan) -> Auditor<'p> {
        let servers: Vec<u32> = plan.stations().iter().map(|station| station.servers).collect();
        let mut auditor = Auditor {
            plan,
            now: Time::ZERO,
            calls: BTreeMap::new(),
            offered: 0,
            ended: 0,
            integral: 0,
            sojourns: 0,
            devices: Vec::new(),
            lines: Vec::new(),
            stations: vec![BinaryHeap::new(); servers.len()],
            last_start: vec![Time::ZERO; servers.len()],
            servers,
            closed: Vec::new(),
            failed: Vec::new(),
            violations: Vec::new(),
            violated: 0,
        };
        auditor.start();
        auditor
    }

    /// Forgets everything: another replication begins.
    pub fn start(&mut self) {
        self.now = Time::ZERO;
        self.calls.clear();
        (self.offered, self.ended, self.integral, self.sojourns) = (0, 0, 0, 0);
        self.devices.clear();
        let open = |device: &crate::plan::Device| self.plan.starts_open(device);
        let books = self.plan.devices.iter().map(|device| DeviceBook { open: open(device), ..DeviceBook::default() });
        self.devices.extend(books);
        self.lines.clear();
        self.lines.resize(self.plan.destinations.len(), 0);
        self.stations.iter_mut().for_each(BinaryHeap::clear);
        self.last_start.fill(Time::ZERO);
        self.closed.clear();
        self.failed.clear();
        self.failed.resize(self.plan.applications.len(), None);
        self.violations.clear();
        self.violated = 0;
    }

    /// The run has ended at `end`: closes the books.
    ///
    /// # Errors
    /// What was violated, in order; of very many only the first.
    pub fn finish(&mut self, end: Time) -> Result<(), Vec<String>> {
        self.advance(end);
        self.check_closed();
        let in_progress = self.calls.len() as u64;
        self.require(self.offered == self.ended + in_progress, |books| {
            format!("{} calls offered, but {} ended and {in_progress} in progress", books.offered, books.ended)
        });
        let clipped: u128 = self.calls.values().map(|call| u128::from((end - call.offered).nanos())).sum();
        self.require(self.integral == self.sojourns + clipped, |books| {
            format!(
                "the integral of calls in progress is {} ns, their sojourns {} ns",
                books.integral,
                books.sojourns + clipped
            )
        });
        if self.violated == 0 {
            return Ok(());
        }
        let mut violations = std::mem::take(&mut self.violations);
        if self.violated > violations.len() {
            violations.push(format!("and {} more", self.violated - violations.len()));
        }
        Err(violations)
    }

    fn require(&mut self, holds: bool, violation: impl FnOnce(&Self) -> String) {
        if !holds {
            self.violated += 1;
            if self.violations.len() < MOST {
                let violation = format!("at {}: {}", self.now, violation(self));
                self.violations.push(violation);
            }
        }
    }

    fn advance(&mut self, now: Time) {
        self.require(now >= self.now, |books| format!("time went back from {} to {now}", books.now));
        if now > self.now {
            self.check_closed();
            self.integral += self.calls.len() as u128 * u128::from(now.since(self.now).nanos());
            self.now = now;
        }
    }

    fn check_closed(&mut self) {
        for device in std::mem::take(&mut self.closed) {
            let left = self.calls.iter().find(|(_, call)| {
                !call.connected
                    && match call.held {
                        Held::RoutePoint { row, .. } => u32::from(row) == device.0,
                        // A call on its way to a port finds it closed only when it arrives there.
                        Held::Pool { .. } | Held::Nothing => false,
                    }
            });
            let left = left.map(|(name, _)| *name);
            let open = self.devices[device.index()].open;
            self.require(left.is_none() || open, |_| {
                format!("{left:?} is left unanswered at {device:?}, which is closed")
            });
        }
    }

    /// The call's entry; a violation and `None` if it is not in progress.
    fn call(&mut self, name: CallName, fact: Fact) -> Option<Audited> {
        let call = self.calls.get(&name).copied();
        self.require(call.is_some(), |_| format!("{fact:?} of a call that is not in progress"));
        call
    }

    fn take(&mut self, name: CallName, fact: Fact, held: Held) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == Held::Nothing, |_| format!("{fact:?} while it holds {:?}", call.held));
        self.calls.insert(name, Audited { held, ..call });
    }

    fn give_back(&mut self, name: CallName, fact: Fact, held: Held) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == held, |_| format!("{fact:?} while it holds {:?}", call.held));
        self.calls.insert(name, Audited { held: Held::Nothing, ..call });
    }

    fn told(&mut self, fact: Fact, told: Span, since: Time) {
        let found = self.now.since(since);
        self.require(told == found, |_| format!("{fact:?} tells {told}, the facts before it give {found}"));
    }

    fn seized(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>) {
        self.take(name, fact, Held::Pool { pool, device });
        let target = match pool {
            PoolId::Ports(id) => Target::Ports(id),
            PoolId::Phones(id) => Target::Phones(id),
            PoolId::Outside(id) => Target::Outside(id),
        };
        if let PoolId::Outside(id) = pool {
            self.lines[id.index()] += 1;
            let (used, lines) = (self.lines[id.index()], self.plan.pool_size(target));
            return self.require(used <= lines, |_| format!("{fact:?}: {used} calls on {lines} lines"));
        }
        let Some(device) = device else {
            return self.require(false, |_| format!("{fact:?} names no device"));
        };
        let row = self.plan.devices[device.index()].row;
        let belongs = match (self.plan.devices[device.index()].kind, pool) {
            (DeviceKind::CtiPort, PoolId::Ports(id)) => id.0 == row,
            (DeviceKind::Phone, PoolId::Phones(id)) => id.0 == row,
            _ => false,
        };
        self.require(belongs, |_| format!("{fact:?}: the device is not of that group"));
        let DeviceBook { open, taken_by, .. } = self.devices[device.index()].clone();
        self.require(open, |_| format!("{fact:?}: the device is not open"));
        self.require(taken_by.is_none(), |_| format!("{fact:?}: {taken_by:?} has it"));
        self.devices[device.index()].taken_by = Some(name);
    }

    fn freed(&mut self, fact: Fact, name: CallName, pool: PoolId, device: Option<DeviceId>) {
        self.give_back(name, fact, Held::Pool { pool, device });
        match (pool, device) {
            (PoolId::Outside(id), _) => self.lines[id.index()] = self.lines[id.index()].saturating_sub(1),
            (_, Some(device)) => self.devices[device.index()].taken_by = None,
            (_, None) => {}
        }
    }

    fn served(&mut self, fact: Fact, station: usize, arrived: Time, started: Time, finished: Time) {
        self.require(arrived <= started && started <= finished, |_| format!("{fact:?}: not in that order"));
        let in_order = started >= self.last_start[station];
        self.require(in_order, |_| format!("{fact:?}: taken up before something that came earlier"));
        self.last_start[station] = started;
        let busy = &mut self.stations[station];
        while busy.peek().is_some_and(|finishes| finishes.0 <= started) {
            busy.pop();
        }
        busy.push(Reverse(finished));
        let (at_once, servers) = (busy.len(), self.servers[station]);
        self.require(at_once <= servers as usize, |_| format!("{fact:?}: {at_once} at once at {servers} servers"));
    }

    fn ended(&mut self, fact: Fact, name: CallName, ending: Ending, offered: Time) {
        let Some(call) = self.call(name, fact) else { return };
        self.require(call.held == Held::Nothing, |_| format!("{fact:?} while it holds {:?}", call.held));
        self.require(call.offered == offered, |_| format!("{fact:?}, but it was offered at {}", call.offered));
        let possible = match ending {
            Ending::Completed | Ending::DroppedConnected => call.connected,
            Ending::DroppedInSetup => !call.connected,
            Ending::Abandoned | Ending::Refused(_) | Ending::DroppedInChange => true,
        };
        self.require(possible, |_| format!("{fact:?}, but connected is {}", call.connected));
        self.sojourns += u128::from(self.now.since(offered).nanos());
        self.ended += 1;
        self.calls.remove(&name);
    }
}

impl Recorder for Auditor<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        self.advance(now);
        match fact {
            Fact::Offered { call, .. } => {
                let audited = Audited { offered: now, alerted: false, connected: false, held: Held::Nothing };
                let before = self.calls.insert(call, audited);
                self.require(before.is_none(), |_| format!("{fact:?} twice"));
                self.offered += 1;
            }
            Fact::Presented { call, route_point } => {
                self.take(call, fact, Held::RoutePoint { row: route_point.0, presented: now });
                let plan = &self.plan.route_points[route_point.index()];
                let most = plan.maximum_calls.min(plan.busy_trigger);
                let book = &mut self.devices[route_point.index()];
                book.calls += 1;
                let (open, calls) = (book.open, book.calls);
                self.require(open, |_| format!("{fact:?}: the route point is not open"));
                self.require(calls <= most, |_| format!("{fact:?}: call {calls} of at most {most}"));
            }
            Fact::Left { call, route_point, stayed } => {
                let Some(Audited { held: Held::RoutePoint { presented, .. }, .. }) = self.call(call, fact) else {
                    return self.require(false, |_| format!("{fact:?}: it was not there"));
                };
                self.give_back(call, fact, Held::RoutePoint { row: route_point.0, presented });
                self.told(fact, stayed, presented);
                self.devices[route_point.index()].calls -= 1;
            }
            Fact::Seized { call, pool, device } => self.seized(fact, call, pool, device),
            Fact::Freed { call, pool, device } => self.freed(fact, call, pool, device),
            Fact::Served { station, arrived, started, finished } => {
                self.served(fact, station.index(), arrived, started, finished);
            }
            Fact::Acted { call, delay, .. } => {
                if let Some(Audited { held: Held::RoutePoint { presented, .. }, .. }) = self.call(call, fact) {
                    self.told(fact, delay, presented);
                } else {
                    self.require(false, |_| format!("{fact:?}: it was not there"));
                }
            }
            Fact::Alerting { call: name, since_offered, .. } => {
                let Some(call) = self.call(name, fact) else { return };
                self.require(!call.alerted && !call.connected, |_| format!("{fact:?}: not its first sign"));
                self.told(fact, since_offered, call.offered);
                self.calls.insert(name, Audited { alerted: true, ..call });
            }
            Fact::Connected { call: name, since_offered, first_sign, .. } => {
                let Some(call) = self.call(name, fact) else { return };
                self.require(!call.connected && first_sign != call.alerted, |_| format!("{fact:?}: {call:?}"));
                self.told(fact, since_offered, call.offered);
                self.calls.insert(name, Audited { connected: true, ..call });
            }
            Fact::Transferred { call, .. } | Fact::Preserved { call } => {
                let connected = self.call(call, fact).is_some_and(|call| call.connected);
                self.require(connected, |_| format!("{fact:?}: it was not connected"));
            }
            Fact::Forwarded { call, .. } | Fact::RequestTimedOut { call, .. } => {
                self.call(call, fact);
            }
            Fact::Ended { call, ending, offered } => self.ended(fact, call, ending, offered),
            Fact::ApplicationFailed { application, fault } => {
                // One that stands still may die before it goes on: it has failed since it stopped.
                self.failed[application.index()].get_or_insert(now);
                // Its workers are gone; those of its next life start afresh.
                if fault != ApplicationFault::Stall {
                    self.stations[self.plan.workers(application).index()].clear();
                }
            }
            Fact::DeviceOpened { device, application, .. } => self.turned(fact, device, application, true),
            Fact::DeviceClosed { device, application, .. } => {
                self.turned(fact, device, application, false);
                self.closed.push(device);
            }
            Fact::ApplicationReturned { application } => self.failed[application.index()] = None,
            Fact::ApplicationClosed { application, delay, false_failure } => {
                let since = self.failed[application.index()];
                self.require(delay.is_some() == since.is_some() && (false_failure || since.is_some()), |_| {
                    format!("{fact:?} of an application that failed at {since:?}")
                });
                if let (Some(delay), Some(since)) = (delay, since) {
                    self.told(fact, delay, since);
                }
            }
            _ => {}
        }
    }
}

impl Auditor<'_> {
    fn turned(&mut self, fact: Fact, device: DeviceId, application: Option<crate::domain::ApplicationId>, open: bool) {
        let owner = self.plan.devices[device.index()].application;
        self.require(owner == application, |_| format!("{fact:?}: it belongs to {owner:?}"));
        let was_open = std::mem::replace(&mut self.devices[device.index()].open, open);
        self.require(was_open != open, |_| format!("{fact:?}: it was so already"));
    }
}
