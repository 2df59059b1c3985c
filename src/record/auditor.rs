//! Holds a run to its identities, knowing nothing but facts and the plan.

use crate::domain::{
    ApplicationFault, ApplicationId, CallName, ClosedBecause, DeviceId, DeviceKind, Ending, NodeId, OutBecause,
    Refusal, StationId, Target,
};
use crate::engine::{Span, Time};
use crate::facts::{Fact, PoolId, Recorder};
use crate::plan::{Plan, Topology};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Violations beyond this many are only counted.
const MOST: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    RoutePoint { device: DeviceId, presented: Time },
    Pool { pool: PoolId, device: Option<DeviceId> },
}

#[derive(Clone, Copy, Debug)]
struct Audited {
    offered: Time,
    ingress: NodeId,
    alerted: bool,
    connected: bool,
    held: Held,
}

/// A device and its home (R18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Homing {
    /// At home, or with no home to go to for now.
    Settled,
    /// Its home has been back since then.
    Waiting(Time),
    /// It has left for its home, which has been back since then.
    Leaving(Time),
}

#[derive(Clone, Debug)]
struct DeviceBook {
    /// The CallManager where it is in service.
    at: Option<NodeId>,
    /// Where it was last.
    last: Option<NodeId>,
    /// When and why it went out of service last.
    closed: Option<(Time, OutBecause)>,
    given_up: Option<ClosedBecause>,
    homing: Homing,
    /// When it left for home last.
    left: Option<Time>,
    taken_by: Option<CallName>,
    calls: u32,
}

/// A process that can fail.
#[derive(Clone, Debug, Default)]
struct Process {
    down: bool,
    /// When it failed, each time.
    failures: Vec<Time>,
}

/// A recorder that checks, for one replication at a time, that
///
/// - time never goes back, and every call is offered once, ends once and is heard of only in between;
/// - offered = the sum of the endings + in progress, and the time integral of calls in progress = the sum of their
///   sojourns, clipped at the end (Little's law, in whole nanoseconds);
/// - a call is at one place at a time, a port, phone or outside line has one call, a route point no more than its
///   maximum, and no call is presented at a device that is out of service, or left unanswered at one that closes;
/// - a station never works on more at once than it has servers, one with a single server keeps the order of arrival,
///   and none is given work while its process is down;
/// - a device is in service at one CallManager at a time, one of its group that is up, and when a CallManager has
///   failed, nothing is in service there any more (R13);
/// - a device is closed for good only while it is out of service, and only where the workload says so (R17, R19);
/// - a device goes home only after its home has come back and while it has no call, and is then where it comes earlier
///   in its group than before (R18);
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
    /// By node.
    callmanagers: Vec<Process>,
    ctimanagers: Vec<Process>,
    throttled: Vec<bool>,
    /// When the cut of a link was noticed last.
    link_cut: Time,
    /// By application; one that stands still counts as down.
    applications: Vec<Process>,
    lines: Vec<u32>,
    stations: Vec<BinaryHeap<Reverse<Time>>>,
    servers: Vec<u32>,
    last_start: Vec<Time>,
    /// Devices that closed at `now`: once time moves on, no unanswered call may be left there.
    closed: Vec<DeviceId>,
    /// Devices that came home at `now`, with the place in their group that they had before.
    rehomed: Vec<(DeviceId, Option<usize>)>,
    /// CallManagers that failed at `now`.
    failed: Vec<NodeId>,
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
            callmanagers: Vec::new(),
            ctimanagers: Vec::new(),
            throttled: Vec::new(),
            link_cut: Time::NEVER,
            applications: Vec::new(),
            lines: Vec::new(),
            stations: vec![BinaryHeap::new(); servers.len()],
            last_start: vec![Time::ZERO; servers.len()],
            servers,
            closed: Vec::new(),
            rehomed: Vec::new(),
            failed: Vec::new(),
            violations: Vec::new(),
            violated: 0,
        };
        auditor.start();
        auditor
    }

    /// Forgets everything: another replication begins.
    pub fn start(&mut self) {
        self.link_cut = Time::NEVER;
        self.now = Time::ZERO;
        self.calls.clear();
        (self.offered, self.ended, self.integral, self.sojourns) = (0, 0, 0, 0);
        self.devices.clear();
        self.devices.extend(self.plan.devices.iter().map(|device| DeviceBook {
            at: self.plan.starts_open(device).then(|| device.group[0]),
            last: None,
            closed: None,
            given_up: None,
            homing: Homing::Settled,
            left: None,
            taken_by: None,
            calls: 0,
        }));
        for (processes, many) in [
            (&mut self.callmanagers, self.plan.nodes.len()),
            (&mut self.ctimanagers, self.plan.nodes.len()),
            (&mut self.applications, self.plan.applications.len()),
        ] {
            processes.clear();
            processes.resize(many, Process::default());
        }
        self.throttled.clear();
        self.throttled.resize(self.plan.nodes.len(), false);
        self.lines.clear();
        self.lines.resize(self.plan.destinations.len(), 0);
        self.stations.iter_mut().for_each(BinaryHeap::clear);
        self.last_start.fill(Time::ZERO);
        self.closed.clear();
        self.rehomed.clear();
        self.failed.clear();
        self.violations.clear();
        self.violated = 0;
    }

    /// The run has ended at `end`: closes the books.
    ///
    /// # Errors
    /// What was violated, in order; of very many only the first.
    pub fn finish(&mut self, end: Time) -> Result<(), Vec<String>> {
        self.advance(end);
        self.settle();
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
            self.settle();
            self.integral += self.calls.len() as u128 * u128::from(now.since(self.now).nanos());
            self.now = now;
        }
    }

    /// Time moves on: what may hold only once all of an instant's facts are told.
    fn settle(&mut self) {
        self.check_closed();
        for (device, before) in std::mem::take(&mut self.rehomed) {
            // Or was, if that very instant took it away again.
            let book = &self.devices[device.index()];
            let at = book.at.or(book.last);
            let rank = self.rank(device, at);
            let better = rank.is_some() && before.is_none_or(|before| rank < Some(before));
            self.require(better, |_| format!("{device:?} came home, but it is at {at:?}, place {rank:?}"));
        }
        for node in std::mem::take(&mut self.failed) {
            let left = self.devices.iter().position(|book| book.at == Some(node));
            let up = !self.callmanagers[node.index()].down;
            self.require(up || left.is_none(), |_| {
                format!("device {left:?} is in service at {node:?}, whose CallManager has failed")
            });
        }
    }

    /// The place of a node in a device's group.
    fn rank(&self, device: DeviceId, node: Option<NodeId>) -> Option<usize> {
        let group = &self.plan.devices[device.index()].group;
        group.iter().position(|&member| Some(member) == node)
    }

    fn check_closed(&mut self) {
        for device in std::mem::take(&mut self.closed) {
            let left = self.calls.iter().find(|(_, call)| {
                !call.connected
                    && match call.held {
                        Held::RoutePoint { device: held, .. } => held == device,
                        // A call on its way to a port finds it closed only when it arrives there.
                        Held::Pool { .. } | Held::Nothing => false,
                    }
            });
            let left = left.map(|(name, _)| *name);
            let open = self.serves(device);
            self.require(left.is_none() || open, |_| {
                format!("{left:?} is left unanswered at {device:?}, which is closed")
            });
        }
    }

    /// Whether a device is in service at a CallManager that is up.
    fn serves(&self, device: DeviceId) -> bool {
        self.devices[device.index()].at.is_some_and(|node| !self.callmanagers[node.index()].down)
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
        let taken_by = self.devices[device.index()].taken_by;
        let serves = self.serves(device);
        self.require(serves, |_| format!("{fact:?}: the device is out of service"));
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
        let down = self.is_down(station);
        self.require(!down, |_| format!("{fact:?}: its process is down"));
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
        if ending == Ending::Refused(Refusal::Throttled) {
            let refuses = self.throttled[call.ingress.index()];
            self.require(refuses, |_| format!("{fact:?}, but {:?} does not refuse calls", call.ingress));
        }
        self.sojourns += u128::from(self.now.since(offered).nanos());
        self.ended += 1;
        self.calls.remove(&name);
    }
}

impl Recorder for Auditor<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        self.advance(now);
        match fact {
            Fact::Offered { call, ingress } => {
                let audited = Audited { offered: now, ingress, alerted: false, connected: false, held: Held::Nothing };
                let before = self.calls.insert(call, audited);
                self.require(before.is_none(), |_| format!("{fact:?} twice"));
                self.offered += 1;
            }
            Fact::Presented { call, route_point, device } => {
                self.take(call, fact, Held::RoutePoint { device, presented: now });
                let plan = &self.plan.route_points[route_point.index()];
                let most = plan.maximum_calls.min(plan.busy_trigger);
                let is_its = (plan.first.0..plan.first.0 + plan.count).contains(&device.0);
                self.require(is_its, |_| format!("{fact:?}: that is no device of this route point"));
                let book = &mut self.devices[device.index()];
                book.calls += 1;
                let calls = book.calls;
                let serves = self.serves(device);
                self.require(serves, |_| format!("{fact:?}: the route point is out of service"));
                self.require(calls <= most, |_| format!("{fact:?}: call {calls} of at most {most}"));
            }
            Fact::Left { call, device, stayed, .. } => {
                let Some(Audited { held: Held::RoutePoint { presented, .. }, .. }) = self.call(call, fact) else {
                    return self.require(false, |_| format!("{fact:?}: it was not there"));
                };
                self.give_back(call, fact, Held::RoutePoint { device, presented });
                self.told(fact, stayed, presented);
                self.devices[device.index()].calls -= 1;
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
                // Its workers are gone; those of its next life start afresh.
                if fault != ApplicationFault::Stall {
                    self.start_afresh(self.plan.workers(application));
                }
                let process = &mut self.applications[application.index()];
                // One that stands still may die before it goes on: it has failed since it stopped.
                if !std::mem::replace(&mut process.down, true) {
                    process.failures.push(now);
                }
            }
            Fact::ApplicationReturned { application } => self.applications[application.index()].down = false,
            Fact::ApplicationClosed { application, delay, false_failure } => {
                let process = &self.applications[application.index()];
                let since = process.failures.last().copied().filter(|_| process.down);
                self.require(delay.is_some() == since.is_some() && (false_failure || since.is_some()), |_| {
                    format!("{fact:?} of an application that failed at {since:?}")
                });
                if let (Some(delay), Some(since)) = (delay, since) {
                    self.told(fact, delay, since);
                }
            }
            Fact::DeviceOpened { device, application, node, out_of_service } => {
                self.opened(fact, device, application, node, out_of_service);
            }
            Fact::DeviceClosed { device, application, because } => self.closed(fact, device, application, because),
            Fact::DeviceGivenUp { device, because } => self.given_up(fact, device, because),
            Fact::HomeReturned { device, ago } => self.home_returned(fact, device, ago),
            Fact::HomeLost { device } => {
                let homing = std::mem::replace(&mut self.devices[device.index()].homing, Homing::Settled);
                self.require(homing != Homing::Settled, |_| format!("{fact:?}: it had no home to go to"));
            }
            Fact::RehomeStarted { device, waited } => self.rehome_started(fact, device, waited),
            Fact::Rehomed { device, delay } => self.rehomed(fact, device, delay),
            Fact::CallManagerFailed { node } => {
                self.turned(fact, true, |books| &mut books.callmanagers[node.index()]);
                self.start_afresh(self.plan.callmanager(node));
                self.throttled[node.index()] = false;
                self.failed.push(node);
            }
            Fact::CallManagerReturned { node } => {
                self.turned(fact, false, |books| &mut books.callmanagers[node.index()])
            }
            Fact::CtiManagerFailed { node } => {
                self.turned(fact, true, |books| &mut books.ctimanagers[node.index()]);
                self.start_afresh(self.plan.ctimanager(node));
            }
            Fact::CtiManagerReturned { node } => self.turned(fact, false, |books| &mut books.ctimanagers[node.index()]),
            Fact::FailureNoticed { manager, node, delay } => {
                let lives = !self.ctimanagers[manager.index()].down;
                self.require(lives, |_| format!("{fact:?}: who noticed has failed itself"));
                let known = self.failed_before(&self.callmanagers[node.index()], delay);
                self.require(known, |_| format!("{fact:?}: no failure was so long ago"));
            }
            Fact::ManagerLossNoticed { delay, .. } => {
                let known = self.managers().any(|process| self.failed_before(process, delay));
                self.require(known, |_| format!("{fact:?}: no failure was so long ago"));
            }
            Fact::ManagerChanged { application, manager } => {
                let listed = self.plan.applications[application.index()].ctimanagers.contains(&manager);
                let lives = !self.ctimanagers[manager.index()].down;
                self.require(listed && lives, |_| format!("{fact:?}: listed is {listed}, up is {lives}"));
            }
            Fact::SettingChanged { change } => {
                let due = self.plan.changes.get(change as usize).map(|change| change.at);
                self.require(due == Some(now), |_| format!("{fact:?}: it is due at {due:?}"));
            }
            Fact::Throttling { node, refuses } => {
                let before = std::mem::replace(&mut self.throttled[node.index()], refuses);
                // One that fails forgets that it refused calls.
                let down = self.callmanagers[node.index()].down;
                let changes = if down { !refuses } else { before != refuses };
                self.require(changes, |_| format!("{fact:?}: it was so already, or is down"));
                let can = self.plan.parameters.code_yellow.is_some();
                self.require(can, |_| format!("{fact:?}: the workload has it never do so"));
            }
            Fact::LinkCutNoticed { ago, .. } => {
                self.link_cut = now;
                let told = ago == self.plan.parameters.callmanager_notice;
                self.require(told, |_| format!("{fact:?}: it was noticed too soon or too late"));
            }
            Fact::LinkHealNoticed { .. } => {}
            Fact::Skipped { .. } | Fact::Taken { .. } | Fact::LookedUp { .. } | Fact::Recovered { .. } => {}
        }
    }
}

/// Whether a device can ever be in service.
fn can_serve(device: &crate::plan::Device) -> bool {
    device.kind == DeviceKind::Phone || device.application.is_some()
}

impl Auditor<'_> {
    fn owned(&mut self, fact: Fact, device: DeviceId, application: Option<ApplicationId>) {
        let owner = self.plan.devices[device.index()].application;
        self.require(owner == application, |_| format!("{fact:?}: it belongs to {owner:?}"));
    }

    fn opened(
        &mut self,
        fact: Fact,
        device: DeviceId,
        application: Option<ApplicationId>,
        node: NodeId,
        out_of_service: Span,
    ) {
        self.owned(fact, device, application);
        let plan = &self.plan.devices[device.index()];
        let able = can_serve(plan) && plan.group.contains(&node);
        self.require(able, |_| format!("{fact:?}: that can never be"));
        let up = !self.callmanagers[node.index()].down;
        self.require(up, |_| format!("{fact:?}: the CallManager is down"));
        let book = &mut self.devices[device.index()];
        let was = book.at.replace(node);
        book.given_up = None;
        let closed = book.closed;
        self.require(was.is_none(), |_| format!("{fact:?}: it was in service at {was:?} already"));
        // The fault came before its detection, and not before the beginning.
        let (now, least) = (self.now, closed.map_or(Span::ZERO, |(at, _)| self.now.since(at)));
        let possible = out_of_service >= least && out_of_service <= now.since(Time::ZERO);
        self.require(possible, |_| format!("{fact:?} tells {out_of_service}, but it closed {least} ago"));
    }

    fn closed(&mut self, fact: Fact, device: DeviceId, application: Option<ApplicationId>, because: OutBecause) {
        self.owned(fact, device, application);
        let now = self.now;
        let book = &mut self.devices[device.index()];
        let was = book.at.take();
        book.closed = Some((now, because));
        book.last = was.or(book.last);
        let (calls, left) = (book.calls, book.left);
        self.require(was.is_some(), |_| format!("{fact:?}: it was out of service already"));
        let true_to_it = match because {
            OutBecause::ApplicationClosed => application.is_some(),
            OutBecause::CallManagerFailed => was.is_none_or(|node| self.callmanagers[node.index()].down),
            OutBecause::CtiManagerFailed => application.is_some() && self.managers().any(|it| it.down),
            OutBecause::LinkCut => application.is_some() && self.link_cut == now,
            OutBecause::Rehoming => calls == 0 && left == Some(now),
        };
        self.require(true_to_it, |_| format!("{fact:?}: that is not what has happened"));
        self.closed.push(device);
    }

    fn given_up(&mut self, fact: Fact, device: DeviceId, because: ClosedBecause) {
        let at = self.devices[device.index()].at;
        self.require(at.is_none(), |_| format!("{fact:?}: it is in service at {at:?}"));
        let plan = &self.plan.devices[device.index()];
        let said = match because {
            ClosedBecause::CannotOpen => !plan.cannot_open_on.is_empty(),
            ClosedBecause::RecoveryForbidden => {
                plan.application.is_some_and(|application| !self.plan.applications[application.index()].recovery)
            }
            ClosedBecause::OutOfReach => self.plan.topology == Topology::Direct,
        };
        self.require(said, |_| format!("{fact:?}: the workload does not say so"));
        self.devices[device.index()].given_up = Some(because);
    }

    fn home_returned(&mut self, fact: Fact, device: DeviceId, ago: Span) {
        let since = Time::from_nanos(self.now.nanos().saturating_sub(ago.nanos()));
        self.require(ago <= self.now.since(Time::ZERO), |_| format!("{fact:?}: that was before the beginning"));
        let book = &self.devices[device.index()];
        let (at, homing) = (book.at, book.homing);
        let away = at.is_none() || self.rank(device, at) > Some(0);
        self.require(away, |_| format!("{fact:?}: it is at home"));
        self.require(!matches!(homing, Homing::Waiting(_)), |_| format!("{fact:?}: it waits already"));
        self.devices[device.index()].homing = Homing::Waiting(since);
    }

    fn rehome_started(&mut self, fact: Fact, device: DeviceId, waited: Span) {
        let DeviceBook { homing, taken_by, calls, at, .. } = self.devices[device.index()];
        if let Homing::Waiting(since) = homing {
            self.told(fact, waited, since);
            self.devices[device.index()].homing = Homing::Leaving(since);
        } else {
            self.require(false, |_| format!("{fact:?}: it did not wait for that"));
        }
        self.require(calls == 0 && taken_by.is_none(), |_| {
            format!("{fact:?}: it has {calls} calls, and {taken_by:?} has it")
        });
        let now = self.now;
        let book = &mut self.devices[device.index()];
        book.left = Some(now);
        book.last = at.or(book.last);
    }

    fn rehomed(&mut self, fact: Fact, device: DeviceId, delay: Span) {
        let DeviceBook { homing, last, .. } = self.devices[device.index()];
        let Homing::Leaving(since) = homing else {
            return self.require(false, |_| format!("{fact:?}: it had not left for home"));
        };
        self.told(fact, delay, since);
        self.devices[device.index()].homing = Homing::Settled;
        self.rehomed.push((device, self.rank(device, last)));
    }

    /// A process failed or is back.
    fn turned(&mut self, fact: Fact, down: bool, process: impl FnOnce(&mut Self) -> &mut Process) {
        let now = self.now;
        let process = process(self);
        let before = std::mem::replace(&mut process.down, down);
        if down {
            process.failures.push(now);
        }
        self.require(before != down, |_| format!("{fact:?}: it was so already"));
    }

    /// What applications are connected to: CTIManagers, or before there were any, CallManagers (R25).
    fn managers(&self) -> impl Iterator<Item = &Process> {
        match self.plan.topology {
            Topology::CtiManager => self.ctimanagers.iter(),
            Topology::Direct => self.callmanagers.iter(),
        }
    }

    /// Whether the process failed just so long ago.
    fn failed_before(&self, process: &Process, delay: Span) -> bool {
        process.failures.iter().any(|&failure| self.now.since(failure) == delay)
    }

    /// A station's process ends: what it had begun, and what waited, is gone.
    fn start_afresh(&mut self, station: StationId) {
        self.stations[station.index()].clear();
        self.last_start[station.index()] = Time::ZERO;
    }

    /// Whether the process of a station is down; databases never are.
    fn is_down(&self, station: usize) -> bool {
        let nodes = self.plan.nodes.len();
        match station.checked_sub(nodes * 2) {
            None if station.is_multiple_of(2) => self.callmanagers[station / 2].down,
            None => self.ctimanagers[station / 2].down,
            Some(application) => self.applications.get(application).is_some_and(|process| process.down),
        }
    }

    /// Whether everything has come to rest, for when all faults are over and there was time to recover: each device is
    /// in service, at home unless a call keeps it where it is or its home cannot take it, or it is closed by a rule.
    ///
    /// Closed by a rule is what was given up (R17, R19), what has no CallManager of its group up (R16), and what has no
    /// application, or no CTIManager for it, up (R20, R22). A phone in a call that outlived its CallManager looks for
    /// another one after that call (R14, R15).
    ///
    /// # Errors
    /// The devices that are neither, and why not.
    pub fn at_rest(&self) -> Result<(), Vec<String>> {
        let restless: Vec<String> = (0..self.devices.len())
            .filter_map(|row| {
                let device = DeviceId(row as u32);
                Some(format!("{device:?} {}", self.restless(device)?))
            })
            .collect();
        if restless.is_empty() { Ok(()) } else { Err(restless) }
    }

    /// How many calls are in progress.
    pub fn in_progress(&self) -> usize {
        self.calls.len()
    }

    /// Why a device is not at rest; `None` if it is.
    fn restless(&self, device: DeviceId) -> Option<String> {
        let (plan, book) = (&self.plan.devices[device.index()], &self.devices[device.index()]);
        let up = |node: &NodeId| !self.callmanagers[node.index()].down;
        let busy = book.calls > 0 || book.taken_by.is_some();
        if let Some(node) = book.at {
            let home = plan.group.iter().find(|&node| up(node) && !plan.cannot_open_on.contains(node));
            return match book.homing {
                Homing::Leaving(since) => Some(format!("is in service at {node:?}, and left for home since {since}")),
                Homing::Waiting(_) if busy => None,
                Homing::Waiting(since) => Some(format!("has no call, and has waited to go home since {since}")),
                Homing::Settled
                    if home.is_some() && self.rank(device, home.copied()) < self.rank(device, Some(node)) =>
                {
                    Some(format!("is in service at {node:?} and does not wait to go home to {home:?}"))
                }
                Homing::Settled => None,
            };
        }
        if !can_serve(plan) || book.given_up.is_some() || !plan.group.iter().any(up) {
            return None;
        }
        if plan.kind == DeviceKind::Phone {
            // R15: it keeps its call, and looks for a CallManager when that is over.
            if busy {
                return None;
            }
        } else {
            let application = plan.application?;
            let managers = &self.plan.applications[application.index()].ctimanagers;
            let no_manager = managers.iter().all(|node| self.ctimanagers[node.index()].down);
            // R25: it reaches nothing but what is on its own CallManager.
            let out_of_reach =
                self.plan.topology == Topology::Direct && plan.group.iter().find(|&node| up(node)) != managers.first();
            if self.applications[application.index()].down || no_manager || out_of_reach {
                return None;
            }
        }
        let since = book.closed.map(|(at, because)| format!("since {at}, because {because:?}"));
        Some(format!("is out of service {}", since.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PhoneGroupId, PortGroupId, RoutePointId, SourceId};
    use crate::fake;
    use crate::plan::Change;
    use std::sync::Arc;

    const POINT: DeviceId = DeviceId(0);
    const PORT: DeviceId = DeviceId(1);
    const PHONE: DeviceId = DeviceId(4);
    const IVR: ApplicationId = ApplicationId(0);
    const SUB1: NodeId = NodeId(0);
    const SUB2: NodeId = NodeId(1);
    const CALL: CallName = CallName { source: SourceId(0), number: 0 };

    fn at(second: u64) -> Time {
        Time::ZERO + Span::from_secs(second)
    }

    fn closed(device: DeviceId, because: OutBecause) -> Fact {
        Fact::DeviceClosed { device, application: (device.0 < 4).then_some(IVR), because }
    }

    fn opened(device: DeviceId, node: NodeId, out: u64) -> Fact {
        let application = (device.0 < 4).then_some(IVR);
        Fact::DeviceOpened { device, application, node, out_of_service: Span::from_secs(out) }
    }

    fn waits(device: DeviceId) -> Fact {
        Fact::HomeReturned { device, ago: Span::from_secs(1) }
    }

    fn leaves(device: DeviceId, waited: u64) -> Fact {
        Fact::RehomeStarted { device, waited: Span::from_secs(waited) }
    }

    fn home(device: DeviceId, delay: u64) -> Fact {
        Fact::Rehomed { device, delay: Span::from_secs(delay) }
    }

    const FAILED: Fact = Fact::CallManagerFailed { node: SUB1 };
    const RETURNED: Fact = Fact::CallManagerReturned { node: SUB1 };

    fn audited<'p>(plan: &'p Plan, facts: &[(u64, Fact)]) -> Auditor<'p> {
        let mut auditor = Auditor::new(plan);
        for &(second, fact) in facts {
            auditor.note(at(second), fact);
        }
        auditor
    }

    #[track_caller]
    fn holds(facts: &[(u64, Fact)]) {
        let plan = fake::plan();
        assert_eq!(audited(&plan, facts).finish(plan.length), Ok(()));
    }

    /// The facts break one identity, and this is what is said of it.
    #[track_caller]
    fn broken(facts: &[(u64, Fact)], words: &str) {
        let plan = fake::plan();
        let found = audited(&plan, facts).finish(plan.length).expect_err(words);
        assert!(found.len() == 1 && found[0].contains(words), "expected {words:?}, found {found:#?}");
    }

    /// These facts after the others.
    fn and(first: &[(u64, Fact)], then: &[(u64, Fact)]) -> Vec<(u64, Fact)> {
        [first, then].concat()
    }

    /// Everything is at the second node, and the first one is back at 100 s.
    fn failed_over() -> Vec<(u64, Fact)> {
        let devices = || (0..6).map(DeviceId);
        let mut facts = vec![(50, FAILED)];
        facts.extend(devices().map(|device| (50, closed(device, OutBecause::CallManagerFailed))));
        facts.extend(devices().map(|device| (60, opened(device, SUB2, 10))));
        facts.push((100, RETURNED));
        facts
    }

    #[test]
    fn failing_over_and_going_home_holds() {
        let mut facts = failed_over();
        for device in (0..6).map(DeviceId) {
            facts.extend([(101, waits(device)), (101, leaves(device, 1)), (101, closed(device, OutBecause::Rehoming))]);
        }
        facts.extend((0..6).map(DeviceId).flat_map(|device| [(102, opened(device, SUB1, 1)), (102, home(device, 2))]));
        holds(&facts);
        let plan = fake::plan();
        assert_eq!(audited(&plan, &facts).at_rest(), Ok(()));
    }

    #[test]
    fn nothing_is_in_service_at_a_callmanager_that_has_failed() {
        broken(&[(50, FAILED)], "is in service at NodeId(0), whose CallManager has failed");
        // Told later than that instant is too late.
        let mut late = failed_over();
        late[1].0 = 51;
        late.sort_by_key(|&(at, _)| at);
        broken(&late, "device Some(0) is in service at NodeId(0)");
        // One that is back at once has taken nothing away.
        holds(&[(50, FAILED), (50, RETURNED)]);
    }

    #[test]
    fn a_device_is_in_service_at_one_live_callmanager_of_its_group() {
        let mut facts = vec![(50, closed(POINT, OutBecause::ApplicationClosed))];
        holds(&and(&facts, &[(51, opened(POINT, SUB2, 1))]));
        broken(&[(51, opened(POINT, SUB2, 1))], "it was in service at Some(NodeId(0)) already");
        broken(&and(&facts, &[(51, closed(POINT, OutBecause::ApplicationClosed))]), "it was out of service already");
        broken(&and(&facts, &[(55, opened(POINT, SUB2, 4))]), "it closed 5.000000000s ago");
        broken(&and(&facts, &[(55, opened(POINT, SUB2, 56))]), "it closed 5.000000000s ago");
        let mut plan = fake::plan();
        plan.devices[POINT.index()].group = Arc::new([SUB1]);
        let found = audited(&plan, &and(&facts, &[(55, opened(POINT, SUB2, 5))])).finish(plan.length).unwrap_err();
        assert!(found[0].contains("that can never be"), "{found:?}");
        let mut down = failed_over();
        down.truncate(7);
        broken(&and(&down, &[(60, opened(POINT, SUB1, 10))]), "the CallManager is down");
        facts[0].1 = Fact::DeviceClosed { device: POINT, application: None, because: OutBecause::ApplicationClosed };
        let plan = fake::plan();
        let found = audited(&plan, &facts).finish(plan.length).unwrap_err();
        assert!(found[0].contains("it belongs to Some(ApplicationId(0))"), "{found:?}");
    }

    #[test]
    fn a_device_is_out_because_of_what_has_happened() {
        let words = "that is not what has happened";
        broken(&[(50, closed(POINT, OutBecause::CallManagerFailed))], words);
        broken(&[(50, closed(POINT, OutBecause::CtiManagerFailed))], words);
        broken(&[(50, closed(PHONE, OutBecause::ApplicationClosed))], words);
        broken(&[(50, closed(POINT, OutBecause::Rehoming))], words);
        holds(&[(50, Fact::CtiManagerFailed { node: SUB1 }), (51, closed(POINT, OutBecause::CtiManagerFailed))]);
    }

    #[test]
    fn a_device_goes_home_only_after_its_home_is_back() {
        let facts = failed_over();
        broken(&[(50, waits(POINT))], "it is at home");
        broken(&and(&facts, &[(110, leaves(POINT, 10))]), "it did not wait for that");
        broken(&and(&facts, &[(110, home(POINT, 10))]), "it had not left for home");
        broken(&and(&facts, &[(110, Fact::HomeLost { device: POINT })]), "it had no home to go to");
        let facts = and(&facts, &[(101, waits(POINT))]);
        holds(&facts);
        holds(&and(&facts, &[(110, Fact::HomeLost { device: POINT })]));
        broken(&and(&facts, &[(102, waits(POINT))]), "it waits already");
        broken(&and(&facts, &[(110, leaves(POINT, 9))]), "tells 9.000000000s, the facts before it give 10.000000000s");
        let facts = and(&facts, &[(110, leaves(POINT, 10)), (110, closed(POINT, OutBecause::Rehoming))]);
        holds(&facts);
        broken(&and(&facts, &[(110, closed(POINT, OutBecause::Rehoming))]), "it was out of service already");
        holds(&and(&facts, &[(112, opened(POINT, SUB1, 2)), (112, home(POINT, 12))]));
        broken(&and(&facts, &[(112, opened(POINT, SUB1, 2)), (112, home(POINT, 2))]), "the facts before it give");
        broken(&and(&facts, &[(112, opened(POINT, SUB2, 2)), (112, home(POINT, 12))]), "came home, but it is at");
        broken(&and(&facts, &[(112, home(POINT, 12))]), "came home, but it is at");
        // Once in service elsewhere, it has to leave anew.
        let astray = [(112, opened(POINT, SUB2, 2)), (112, Fact::HomeLost { device: POINT }), (113, home(POINT, 13))];
        broken(&and(&facts, &astray), "it had not left for home");
    }

    #[test]
    fn a_device_with_a_call_does_not_go_home() {
        let facts = failed_over();
        let ingress = SUB2;
        let (route_point, offered) = (RoutePointId(0), (101, Fact::Offered { call: CALL, ingress }));
        let presented = (101, Fact::Presented { call: CALL, route_point, device: POINT });
        let left = (110, Fact::Left { call: CALL, route_point, device: POINT, stayed: Span::from_secs(9) });
        let waits_and_leaves =
            |device| vec![(109, Fact::HomeReturned { device, ago: Span::from_secs(9) }), (110, leaves(device, 10))];
        let at_point = and(&facts, &[offered, presented]);
        broken(&and(&at_point, &waits_and_leaves(POINT)), "it has 1 calls");
        let mut gone = and(&at_point, &waits_and_leaves(POINT));
        gone.insert(gone.len() - 1, left);
        holds(&gone);
        for (device, pool) in [(PORT, PoolId::Ports(PortGroupId(0))), (PHONE, PoolId::Phones(PhoneGroupId(0)))] {
            let seized = (101, Fact::Seized { call: CALL, pool, device: Some(device) });
            let taken = and(&facts, &[offered, seized]);
            broken(&and(&taken, &waits_and_leaves(device)), "it has 0 calls, and Some(CallName");
            let freed = (105, Fact::Freed { call: CALL, pool, device: Some(device) });
            holds(&and(&and(&taken, &[freed]), &waits_and_leaves(device)));
        }
    }

    #[test]
    fn no_call_comes_to_a_device_out_of_service() {
        let offered = (51, Fact::Offered { call: CALL, ingress: SUB2 });
        let mut facts = failed_over();
        facts.truncate(7);
        let presented = (52, Fact::Presented { call: CALL, route_point: RoutePointId(0), device: POINT });
        broken(&and(&facts, &[offered, presented]), "the route point is out of service");
        for (device, pool) in [(PORT, PoolId::Ports(PortGroupId(0))), (PHONE, PoolId::Phones(PhoneGroupId(0)))] {
            let seized = (52, Fact::Seized { call: CALL, pool, device: Some(device) });
            broken(&and(&facts, &[offered, seized]), "the device is out of service");
        }
        // In the instant of the failure, before its device is closed.
        let presented = (50, Fact::Presented { call: CALL, route_point: RoutePointId(0), device: POINT });
        let left = (50, Fact::Left { call: CALL, route_point: RoutePointId(0), device: POINT, stayed: Span::ZERO });
        let mut facts = failed_over();
        facts.splice(1..1, [(50, offered.1), presented, left]);
        broken(&facts, "the route point is out of service");
    }

    #[test]
    fn a_device_is_given_up_where_the_workload_says_so() {
        let mut facts = failed_over();
        facts.truncate(7);
        let given_up = |device, because| (60, Fact::DeviceGivenUp { device, because });
        holds(&and(&facts, &[given_up(PORT, ClosedBecause::CannotOpen)]));
        holds(&and(&facts, &[given_up(PORT, ClosedBecause::CannotOpen), (70, opened(PORT, SUB2, 20))]));
        broken(&[given_up(PORT, ClosedBecause::CannotOpen)], "it is in service at Some(NodeId(0))");
        for (device, because) in [
            (POINT, ClosedBecause::CannotOpen),
            (PORT, ClosedBecause::RecoveryForbidden),
            (PHONE, ClosedBecause::RecoveryForbidden),
            (PORT, ClosedBecause::OutOfReach),
        ] {
            broken(&and(&facts, &[given_up(device, because)]), "the workload does not say so");
        }
    }

    #[test]
    fn a_process_that_is_down_does_no_work() {
        let served = |station, second, started| {
            let (arrived, started) = (at(second), at(started));
            (
                second,
                Fact::Served { station: StationId(station), arrived, started, finished: started + Span::from_secs(5) },
            )
        };
        let facts = &failed_over()[..7];
        broken(&and(facts, &[served(0, 60, 60)]), "its process is down");
        holds(&and(facts, &[served(1, 60, 60), served(2, 60, 60)]));
        let down = (50, Fact::CtiManagerFailed { node: SUB1 });
        broken(&[down, served(1, 60, 60)], "its process is down");
        holds(&[down, (59, Fact::CtiManagerReturned { node: SUB1 }), served(1, 60, 60)]);
        for fault in [ApplicationFault::Exit, ApplicationFault::Silent, ApplicationFault::Stall] {
            let down = (50, Fact::ApplicationFailed { application: IVR, fault });
            broken(&[down, served(4, 60, 60)], "its process is down");
            holds(&[down, (59, Fact::ApplicationReturned { application: IVR }), served(4, 60, 60)]);
        }
        // What a failure took away keeps nobody busy, and nobody waiting, in the next life.
        let mut facts = failed_over();
        facts.insert(0, served(0, 49, 300));
        holds(&and(&facts, &[served(0, 101, 101)]));
        broken(&and(&facts, &[served(0, 101, 101), served(0, 103, 103)]), "2 at once at 1 servers");
    }

    #[test]
    fn processes_fail_when_they_are_up_and_come_back_when_they_are_down() {
        broken(&[(50, RETURNED)], "it was so already");
        broken(&and(&failed_over()[..7], &[(51, FAILED)]), "it was so already");
        broken(&[(50, Fact::CtiManagerReturned { node: SUB1 })], "it was so already");
    }

    #[test]
    fn what_is_noticed_has_happened_just_so_long_ago() {
        let noticed = |node, delay| Fact::FailureNoticed { manager: SUB1, node, delay: Span::from_secs(delay) };
        let facts = failed_over();
        holds(&and(&facts[..7], &[(51, noticed(SUB1, 1))]));
        broken(&and(&facts[..7], &[(52, noticed(SUB1, 1))]), "no failure was so long ago");
        broken(&and(&facts[..7], &[(51, noticed(SUB2, 1))]), "no failure was so long ago");
        let manager_down = (50, Fact::CtiManagerFailed { node: SUB1 });
        let other_down = (50, Fact::CallManagerFailed { node: SUB2 });
        broken(&[manager_down, other_down, (51, noticed(SUB2, 1))], "who noticed has failed itself");
        let lost = |delay| Fact::ManagerLossNoticed { application: IVR, delay: Span::from_secs(delay) };
        holds(&[manager_down, (55, lost(5))]);
        broken(&[manager_down, (55, lost(4))], "no failure was so long ago");
        let changed = |manager| (60, Fact::ManagerChanged { application: IVR, manager });
        holds(&[changed(SUB1)]);
        broken(&[manager_down, changed(SUB1)], "listed is true, up is false");
        broken(&[changed(SUB2)], "listed is false, up is true");
    }

    #[test]
    fn an_application_is_closed_after_what_has_gone_on() {
        let failed = (50, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Stall });
        let dies = (55, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Exit });
        let closes = |delay: Option<u64>, false_failure| {
            (60, Fact::ApplicationClosed { application: IVR, delay: delay.map(Span::from_secs), false_failure })
        };
        holds(&[failed, dies, closes(Some(10), false)]);
        broken(&[failed, dies, closes(Some(5), false)], "the facts before it give 10.000000000s");
        broken(&[closes(None, false)], "of an application that failed at None");
        holds(&[closes(None, true)]);
    }

    #[test]
    fn new_calls_are_refused_by_who_says_so() {
        let throttling = |refuses| Fact::Throttling { node: SUB2, refuses };
        let offered = (50, Fact::Offered { call: CALL, ingress: SUB2 });
        let ended = (50, Fact::Ended { call: CALL, ending: Ending::Refused(Refusal::Throttled), offered: at(50) });
        holds(&[(40, throttling(true)), offered, ended, (60, throttling(false))]);
        broken(&[offered, ended], "NodeId(1) does not refuse calls");
        broken(&[(40, throttling(false))], "it was so already");
    }

    #[test]
    fn settings_change_when_they_are_due() {
        let mut plan = fake::plan();
        let whose = Target::RoutePoint(RoutePointId(0));
        plan.changes = vec![Change { at: at(50), whose, forward: crate::domain::Forward::Cfb, leads: None }];
        let changed = Fact::SettingChanged { change: 0 };
        assert_eq!(audited(&plan, &[(50, changed)]).finish(plan.length), Ok(()));
        assert!(audited(&plan, &[(51, changed)]).finish(plan.length).is_err());
    }

    #[track_caller]
    fn restless(plan: &Plan, facts: &[(u64, Fact)], words: &[&str]) {
        let mut auditor = audited(plan, facts);
        assert_eq!(auditor.finish(plan.length), Ok(()));
        let found = auditor.at_rest().err().unwrap_or_default();
        let told = found.len() == words.len() && found.iter().zip(words).all(|(found, words)| found.contains(words));
        assert!(told, "expected {words:#?}, found {found:#?}");
    }

    #[test]
    fn who_is_not_at_rest_is_told() {
        let plan = fake::plan();
        restless(&plan, &[], &[]);
        // Nobody of the group is up (R16); then somebody is.
        let mut down = failed_over();
        down.truncate(7);
        let both = and(&down, &[(50, Fact::CallManagerFailed { node: SUB2 })]);
        restless(&plan, &both, &[]);
        restless(&plan, &and(&both, &[(70, RETURNED)]), &["because CallManagerFailed"; 6]);
        // Given up by a rule.
        let given_up = (70, Fact::DeviceGivenUp { device: PORT, because: ClosedBecause::CannotOpen });
        restless(&plan, &and(&both, &[given_up, (70, RETURNED)]), &["because CallManagerFailed"; 5]);
        // Its application, or the way to it, is gone (R20, R22); then it is there.
        let closes = (50, closed(POINT, OutBecause::ApplicationClosed));
        let fails = (40, Fact::ApplicationFailed { application: IVR, fault: ApplicationFault::Silent });
        restless(&plan, &[fails, closes], &[]);
        restless(&plan, &[fails, closes, (60, Fact::ApplicationReturned { application: IVR })], &["ApplicationClosed"]);
        restless(&plan, &[(40, Fact::CtiManagerFailed { node: SUB1 }), closes], &[]);
        // A phone talks on (R15).
        let (pool, ingress) = (PoolId::Phones(PhoneGroupId(0)), SUB2);
        let talks =
            [(40, Fact::Offered { call: CALL, ingress }), (40, Fact::Seized { call: CALL, pool, device: Some(PHONE) })];
        let back = [(70, Fact::CallManagerReturned { node: SUB2 })];
        restless(&plan, &and(&and(&talks, &both), &back), &["because CallManagerFailed"; 5]);
    }

    #[test]
    fn only_a_call_keeps_a_device_from_home_for_ever() {
        let plan = fake::plan();
        let mut facts = failed_over();
        facts.retain(|(_, fact)| !matches!(fact, Fact::DeviceOpened { .. }));
        facts.extend((0..6).map(DeviceId).map(|device| (100, opened(device, SUB1, 50))));
        let away = |device| [(200, closed(device, OutBecause::ApplicationClosed)), (201, opened(device, SUB2, 1))];
        let facts = and(&facts, &away(POINT));
        restless(&plan, &facts, &["DeviceId(0) is in service at NodeId(1) and does not wait to go home"]);
        let facts = and(&facts, &[(202, waits(POINT))]);
        restless(&plan, &facts, &["DeviceId(0) has no call, and has waited to go home since 201"]);
        let route_point = RoutePointId(0);
        let comes = [
            (203, Fact::Offered { call: CALL, ingress: SUB2 }),
            (203, Fact::Presented { call: CALL, route_point, device: POINT }),
        ];
        restless(&plan, &and(&facts, &comes), &[]);
        restless(&plan, &and(&facts, &[(210, leaves(POINT, 9))]), &["left for home since 201"]);
    }
}
