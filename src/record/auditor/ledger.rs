//! The auditor's ledger: its state, and the identities that hold over all of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::domain::{
    ApplicationId, CallName, ConferenceBridgeId, DeviceId, DeviceKind, GiveUpReason, NodeId, OutageCause, QueueId,
};
use crate::engine::{Span, Time};
use crate::facts::{Fact, PoolId};
use crate::plan::Plan;

/// Violations beyond this number are only counted.
const MOST: usize = 20;

/// A screen pop: of which call, at which phone, for which application.
pub(super) type ScreenPop = (CallName, DeviceId, ApplicationId);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occupied {
    Nothing,
    RoutePoint {
        device: DeviceId,
        line: u8,
        presented: Time,
    },
    Pool {
        pool: PoolId,
        device: Option<DeviceId>,
        line: u8,
    },
    /// It waits at a phone in use.
    Waits {
        device: DeviceId,
        line: u8,
    },
}

impl Occupied {
    /// The port or phone that a call occupies, or at which it waits.
    pub(super) fn at(self) -> Option<DeviceId> {
        match self {
            Occupied::Pool { device, .. } => device,
            Occupied::Waits { device, .. } => Some(device),
            Occupied::Nothing | Occupied::RoutePoint { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct AuditedCall {
    pub(super) offered: Time,
    pub(super) ingress: NodeId,
    pub(super) alerted: bool,
    pub(super) connected: bool,
    /// The phone that dialled it, for a call from inside.
    pub(super) caller: Option<DeviceId>,
    pub(super) held: Occupied,
    /// The phone at which it was put aside, and its line there.
    pub(super) aside: Option<(DeviceId, u8)>,
    /// The conference bridge that was taken for it.
    pub(super) bridge: Option<ConferenceBridgeId>,
    /// Whether it is on hold.
    pub(super) on_hold: bool,
    /// The CallManager at which it was presented last.
    pub(super) presented_by: Option<NodeId>,
}

/// A device and its home (R18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuditedRehoming {
    /// At home, or its home is not known to be back.
    Settled,
    /// Waiting to rehome; its home has been back since then.
    Waiting(Time),
    /// Rehoming; its home has been back since then.
    Leaving(Time),
}

#[derive(Clone, Debug)]
pub(super) struct AuditedDevice {
    /// The node of the CallManager at which it is in service.
    pub(super) at: Option<NodeId>,
    /// The node at which it was in service last.
    pub(super) last: Option<NodeId>,
    /// When and why it went out of service last.
    pub(super) closed: Option<(Time, OutageCause)>,
    pub(super) given_up: Option<GiveUpReason>,
    /// The applications that control it; of a route point or port, beside the one that it is registered through.
    pub(super) controllers: Vec<ApplicationId>,
    /// The application that a route point or port is in service for.
    pub(super) holder: Option<ApplicationId>,
    pub(super) rehoming: AuditedRehoming,
    /// When it last started to rehome.
    pub(super) left: Option<Time>,
    pub(super) taken_by: Option<CallName>,
    /// The call after which its person has work, and the line at which that was.
    pub(super) wraps_up: Option<(CallName, u8)>,
    pub(super) calls: u32,
    /// How many calls wait there, if it is a phone.
    pub(super) waiting: u32,
    /// Whether it has failed by itself.
    pub(super) failed: bool,
}

impl AuditedDevice {
    /// Whether a call has it, or its person has work after one.
    pub(super) const fn is_in_use(&self) -> bool {
        self.taken_by.is_some() || self.wraps_up.is_some()
    }
}

/// A process that can fail.
#[derive(Clone, Debug, Default)]
pub(super) struct Process {
    pub(super) down: bool,
    /// When it failed, each time.
    pub(super) failures: Vec<Time>,
}

/// A recorder that checks, for one replication at a time, that
///
/// - time never goes back, and every call is offered once, ends once, and occurs in facts only in between;
/// - offered = the sum of the endings + in progress, and the time integral of calls in progress = the sum of their
///   sojourns, clipped at the end (Little's law, in whole nanoseconds);
/// - a call is at one device at a time; a port, phone or outside line has one call, and others wait only at a phone that has
///   one; a line has no more calls than its maximum, and gets none once it is busy; no call is presented at a device that is out of service, or left unanswered at one that closes;
/// - after-call work begins at a phone that a connected call has just left, and keeps it and that line in use until it ends, once;
/// - a call is put aside at the phone where it is, which stays in use until it is let go, once; a call that is retrieved was on
///   hold; a bridge has no more conferences than it has room for, and each is given back once;
/// - a station never serves more at once than it has servers, takes up work in order of arrival, and gets none while its
///   process is down;
/// - a device is in service at one CallManager at a time, which is up and in its group; once a CallManager has failed, no
///   device is in service there (R13);
/// - a device that has failed by itself is in service nowhere until it is back (R15);
/// - a call waits for a CallManager that hangs only until that is noticed, and it is noticed in time;
/// - a device is given up only while it is out of service, and only if the workload allows it (R17, R19);
/// - an application controls only devices of its own that are in service, and loses none twice; a device with media is open to
///   one application at a time (R4);
/// - a device rehomes only after its home is back and while it has no call, and is then at an earlier member of its group
///   than before (R18);
/// - a call that waits in a queue leaves it once, and its caller is at a device whose calls are transferred there; while one waits
///   that its application could transfer, no phone of the queue is free; a phone takes the call of the best priority, and of one
///   queue the first that could be transferred (R10);
/// - every duration that a fact reports agrees with the facts before it.
pub struct Auditor<'p> {
    pub(super) plan: &'p Plan,
    pub(super) now: Time,
    pub(super) calls: BTreeMap<CallName, AuditedCall>,
    pub(super) offered: u64,
    pub(super) ended: u64,
    /// The time integral of calls in progress up to `now`.
    pub(super) integral: u128,
    /// The sum of the sojourns of the calls that have ended.
    pub(super) sojourns: u128,
    pub(super) devices: Vec<AuditedDevice>,
    /// By node.
    pub(super) callmanagers: Vec<Process>,
    pub(super) ctimanagers: Vec<Process>,
    /// By node: since when its CallManager hangs and nobody knows.
    pub(super) hangs: Vec<Option<Time>>,
    /// CallManagers whose hang was noticed at `now`.
    pub(super) hangs_known: Vec<NodeId>,
    pub(super) throttled: Vec<bool>,
    /// When the cut of a link was noticed last.
    pub(super) link_cut: Time,
    /// By application; a stalled one counts as down.
    pub(super) applications: Vec<Process>,
    /// By application: when a link from it to a node failed.
    pub(super) application_links: Vec<Process>,
    pub(super) lines: Vec<u32>,
    /// The conferences on each bridge.
    pub(super) bridges: Vec<u32>,
    /// The calls on each line of the devices, where there are any.
    pub(super) line_calls: BTreeMap<(DeviceId, u8), u32>,
    /// The screen pops that are due, and how many of each.
    pub(super) screen_pops: BTreeMap<ScreenPop, u32>,
    /// The application that has been asked to do something with a call.
    pub(super) asked: BTreeMap<CallName, ApplicationId>,
    pub(super) stations: Vec<BinaryHeap<Reverse<Time>>>,
    pub(super) servers: Vec<u32>,
    pub(super) last_start: Vec<Time>,
    /// Devices that closed at `now`: once time advances, no unanswered call may be left there.
    pub(super) closed: Vec<DeviceId>,
    /// Devices that rehomed at `now`, with the position in their group that they had before.
    pub(super) rehomed: Vec<(DeviceId, Option<usize>)>,
    /// Devices that failed at `now`.
    pub(super) struck: Vec<DeviceId>,
    /// CallManagers that failed at `now`.
    pub(super) failed: Vec<NodeId>,
    /// The calls in each queue, in the order in which they came.
    pub(super) queues: Vec<VecDeque<(CallName, Time)>>,
    /// A call for which a phone was found, until it takes it, and the queue.
    pub(super) distributed: Option<(CallName, QueueId)>,
    /// Ports and phones that a call left at `now`.
    pub(super) left_waiting: Vec<DeviceId>,
    pub(super) violations: Vec<String>,
    pub(super) violated: usize,
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
            hangs: Vec::new(),
            hangs_known: Vec::new(),
            throttled: Vec::new(),
            link_cut: Time::NEVER,
            applications: Vec::new(),
            application_links: Vec::new(),
            lines: Vec::new(),
            bridges: Vec::new(),
            line_calls: BTreeMap::new(),
            screen_pops: BTreeMap::new(),
            asked: BTreeMap::new(),
            stations: vec![BinaryHeap::new(); servers.len()],
            last_start: vec![Time::ZERO; servers.len()],
            servers,
            closed: Vec::new(),
            rehomed: Vec::new(),
            struck: Vec::new(),
            failed: Vec::new(),
            queues: vec![VecDeque::new(); plan.queues.len()],
            distributed: None,
            left_waiting: Vec::new(),
            violations: Vec::new(),
            violated: 0,
        };
        auditor.start();
        auditor
    }

    /// Resets the auditor for another replication.
    pub fn start(&mut self) {
        self.link_cut = Time::NEVER;
        self.now = Time::ZERO;
        self.calls.clear();
        (self.offered, self.ended, self.integral, self.sojourns) = (0, 0, 0, 0);
        self.devices.clear();
        self.devices.extend(self.plan.devices.iter().map(|device| AuditedDevice {
            at: self.plan.starts_open(device).then(|| device.group[0]),
            last: None,
            closed: None,
            given_up: None,
            controllers: self.plan.controlled_at_start(device),
            holder: device.application.filter(|_| device.kind != DeviceKind::Phone && self.plan.starts_open(device)),
            rehoming: AuditedRehoming::Settled,
            left: None,
            taken_by: None,
            wraps_up: None,
            calls: 0,
            waiting: 0,
            failed: false,
        }));
        for (processes, many) in [
            (&mut self.callmanagers, self.plan.nodes.len()),
            (&mut self.ctimanagers, self.plan.nodes.len()),
            (&mut self.applications, self.plan.applications.len()),
            (&mut self.application_links, self.plan.applications.len()),
        ] {
            processes.clear();
            processes.resize(many, Process::default());
        }
        self.hangs.clear();
        self.hangs.resize(self.plan.nodes.len(), None);
        self.hangs_known.clear();
        self.throttled.clear();
        self.throttled.resize(self.plan.nodes.len(), false);
        self.line_calls.clear();
        self.screen_pops.clear();
        self.asked.clear();
        self.bridges.clear();
        self.bridges.resize(self.plan.conference_bridges.len(), 0);
        self.lines.clear();
        self.lines.resize(self.plan.destinations.len(), 0);
        self.stations.iter_mut().for_each(BinaryHeap::clear);
        self.last_start.fill(Time::ZERO);
        self.closed.clear();
        self.rehomed.clear();
        self.struck.clear();
        self.failed.clear();
        self.left_waiting.clear();
        self.queues.iter_mut().for_each(VecDeque::clear);
        self.distributed = None;
        self.violations.clear();
        self.violated = 0;
    }

    /// The run has ended at `end`: checks the final balance.
    ///
    /// # Errors
    /// The violations, in order; only the first ones if there are very many.
    pub fn finish(&mut self, end: Time) -> Result<(), Vec<String>> {
        self.advance(end);
        self.settle();
        let in_progress = self.calls.len() as u64;
        self.require(self.offered == self.ended + in_progress, |auditor| {
            format!("{} calls offered, but {} ended and {in_progress} in progress", auditor.offered, auditor.ended)
        });
        let clipped: u128 = self.calls.values().map(|call| u128::from((end - call.offered).nanos())).sum();
        self.require(self.integral == self.sojourns + clipped, |auditor| {
            format!(
                "the integral of calls in progress is {} ns, but their sojourns sum to {} ns",
                auditor.integral,
                auditor.sojourns + clipped
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

    /// How many calls are in progress.
    pub fn in_progress(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn require(&mut self, holds: bool, violation: impl FnOnce(&Self) -> String) {
        if !holds {
            self.violated += 1;
            if self.violations.len() < MOST {
                let violation = format!("at {}: {}", self.now, violation(self));
                self.violations.push(violation);
            }
        }
    }

    pub(super) fn advance(&mut self, now: Time) {
        self.require(now >= self.now, |auditor| format!("time went back from {} to {now}", auditor.now));
        if now > self.now {
            self.settle();
            self.integral += self.calls.len() as u128 * u128::from(now.since(self.now).nanos());
            self.now = now;
        }
    }

    pub(super) fn check_span(&mut self, fact: Fact, reported: Span, since: Time) {
        let found = self.now.since(since);
        self.require(reported == found, |_| {
            format!("{fact:?} reports {reported}, but the facts before it give {found}")
        });
    }

    /// Time advances: checks what need hold only once all facts of an instant are known.
    fn settle(&mut self) {
        self.check_closed();
        self.check_rehomed();
        self.check_failed();
        self.check_struck();
        self.check_hangs();
        self.check_turned();
        self.check_queues();
    }
}
