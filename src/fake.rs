//! A plan and a model small enough to check by hand: something to measure and report where the cluster itself is
//! beside the point.

use std::sync::Arc;

use crate::domain::{
    ApplicationFault, ApplicationId, CallName, ClosedBecause, DatabaseId, DeviceId, DeviceKind, Ending, Failing,
    Forward, Forwards, NodeId, OutBecause, PortGroupId, Refusal, ReleaseProfile, RoutePointId, SourceId, StationId,
    Target,
};
use crate::engine::{Distribution, Span, Time};
use crate::facts::{Fact, Path, PoolId, Recorder, Share};
use crate::plan::{
    Application, Arrivals, CallManagerWork, CtiManagerWork, Database, Destination, Device, Fault, HeartbeatReading,
    Links, Node, Occurs, Parameters, PhoneGroup, Plan, PortGroup, RateCurve, RoutePoint, Source, StudyKind, Topology,
    Treatment,
};

/// Two nodes, one of them with a CTIManager, an application with a route point and three ports, two phones, an
/// operator outside. Ten minutes, the first of them warm-up. The application fails, then the first node's CallManager, then
/// its CTIManager.
pub(crate) fn plan() -> Plan {
    let message = || Distribution::Constant(Span::from_millis(1));
    let node = |name: &str, ctimanager| Node {
        name: name.into(),
        callmanager: CallManagerWork {
            setup: message(),
            offer: message(),
            redirect: message(),
            answer: message(),
            release: message(),
            device_open: message(),
        },
        ctimanager,
    };
    let manager = CtiManagerWork { event: message(), request: message(), heartbeat: message(), device_open: message() };
    let device = |kind, row, application| Device {
        kind,
        row,
        application,
        group: Arc::new([NodeId(0), NodeId(1)]),
        cannot_open_on: if kind == DeviceKind::CtiPort { Arc::new([NodeId(1)]) } else { Arc::new([]) },
    };
    let ivr = Some(ApplicationId(0));
    Plan {
        name: "fake".into(),
        question: "Does the report say what was measured?".into(),
        length: Time::ZERO + Span::from_secs(600),
        study: StudyKind::Terminating,
        warm_up: Some(Time::ZERO + Span::from_secs(60)),
        bin: Span::from_secs(120),
        replications: 5,
        seed: 1,
        release: ReleaseProfile::R3_3,
        parameters: Parameters {
            new_call_accept: Span::FOREVER,
            request_timeout: Span::from_secs(5),
            forward_hops: 12,
            heartbeat_reading: HeartbeatReading::Timer,
            callmanager_notice: Span::from_secs(1),
            reopen_interval: Span::from_millis(20),
            phone_return_interval: Span::from_millis(100),
            code_yellow: Some((Span::from_secs(20), Span::from_secs(5))),
        },
        links: Links {
            between_nodes: Span::from_millis(1),
            to_application: Span::from_millis(1),
            from_caller: Span::ZERO,
        },
        nodes: vec![node("sub1", Some(manager)), node("sub2", None)],
        databases: vec![Database { name: "directory".into(), connections: 2 }],
        applications: vec![Application {
            name: "ivr".into(),
            may_use_cti: true,
            ctimanagers: vec![NodeId(0)],
            workers: 2,
            decide: message(),
            lookup: Some(message()),
            database: Some(DatabaseId(0)),
            heartbeat: Span::from_secs(30),
            reconnect: Span::from_secs(5),
            open_interval: Span::from_millis(10),
            recovery: true,
            least_priority: None,
            devices: (0..4).map(DeviceId).collect(),
        }],
        route_points: vec![RoutePoint {
            name: "welcome".into(),
            first: DeviceId(0),
            count: 1,
            numbers: vec!["7000".into()],
            application: ivr,
            treatment: Treatment::Redirect(vec![(1.0, Target::Ports(PortGroupId(0)))]),
            busy_trigger: 100,
            maximum_calls: 100,
            forwards: Forwards::default(),
        }],
        port_groups: vec![PortGroup {
            name: "ivr-ports".into(),
            application: ivr,
            first: DeviceId(1),
            count: 3,
            treatment: None,
            transfer: None,
            media_from_application: true,
            keeps_media: true,
            forwards: Forwards::default(),
        }],
        phone_groups: vec![PhoneGroup {
            name: "agents".into(),
            first: DeviceId(4),
            count: 2,
            answer: message(),
            answered: 1.0,
            no_answer: Span::FOREVER,
            queue: false,
            application: None,
            failover: message(),
            keeps_media: true,
            forwards: Forwards::default(),
        }],
        destinations: vec![Destination { name: "operator".into(), answer: message(), lines: 30, egress: NodeId(1) }],
        devices: vec![
            device(DeviceKind::RoutePoint, 0, ivr),
            device(DeviceKind::CtiPort, 0, ivr),
            device(DeviceKind::CtiPort, 0, ivr),
            device(DeviceKind::CtiPort, 0, ivr),
            device(DeviceKind::Phone, 0, None),
            device(DeviceKind::Phone, 0, None),
        ],
        sources: vec![Source {
            name: "town".into(),
            ingress: vec![NodeId(0), NodeId(1)],
            to: Target::RoutePoint(RoutePointId(0)),
            arrivals: Arrivals::Poisson(RateCurve { steps: vec![(Time::ZERO, 0.5)] }),
            patience: None,
            talk: message(),
        }],
        faults: vec![
            fault(Failing::Application(ApplicationId(0), ApplicationFault::Silent), 300, 60),
            fault(Failing::CallManager(NodeId(0)), 400, 30),
            fault(Failing::CtiManager(NodeId(0)), 560, 10),
        ],
        changes: Vec::new(),
        topology: Topology::CtiManager,
    }
}

fn fault(failing: Failing, at: u64, lasts: u64) -> Fault {
    Fault { failing, occurs: Occurs::Once { at: Time::ZERO + Span::from_secs(at), lasts: Span::from_secs(lasts) } }
}

/// A few random bits after a few random bits (the SplitMix64 step).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// One replication of something that looks like a run of [`plan`]: every kind of fact occurs, every call that ends
/// does so once. Returns how many events it pretends to have handled.
pub(crate) fn simulate(plan: &Plan, seed: u64, replication: u64, recorder: &mut impl Recorder) -> u64 {
    let facts = facts(plan, seed, replication);
    for &(at, fact) in &facts {
        recorder.note(at, fact);
    }
    2 * facts.len() as u64
}

/// What happens in a replication, in order of time.
pub(crate) fn facts(plan: &Plan, seed: u64, replication: u64) -> Vec<(Time, Fact)> {
    let mut dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(replication));
    let mut facts = Vec::new();
    let mut at = Time::ZERO;
    for number in 0.. {
        at = at + Span::from_nanos(dice.below(4_000_000_000) + 1);
        if at >= plan.length {
            break;
        }
        call(&mut facts, &mut dice, number, at);
    }
    failure(&mut facts, &mut dice);
    callmanager_failure(&mut facts, &mut dice);
    ctimanager_failure(&mut facts, &mut dice);
    facts.retain(|&(at, _)| at < plan.length);
    facts.sort_by_key(|&(at, _)| at);
    facts
}

/// A call: presented, looked up, redirected and talking, or one of the ways it does not get there.
fn call(facts: &mut Vec<(Time, Fact)>, dice: &mut Dice, number: u32, offered: Time) {
    let call = CallName { source: SourceId(0), number };
    let application = ApplicationId(0);
    let route_point = RoutePointId(0);
    let ingress = NodeId((number % 2) as u16);
    let path = Path { ingress, route_point: Some(route_point), application: Some(application) };
    let pool = PoolId::Ports(PortGroupId(0));
    let mut millis = |bound: u64| Span::from_nanos(dice.below(bound * 1_000_000));

    facts.push((offered, Fact::Offered { call, ingress }));
    let started = offered + millis(20);
    let presented = started + millis(5);
    facts.push((
        offered,
        Fact::Served { station: StationId(ingress.0 * 2), arrived: offered, started, finished: presented },
    ));
    facts.push((presented, Fact::Presented { call, route_point, device: DeviceId(0) }));
    let waited = millis(50);
    let lookup = millis(200);
    let taken = presented + waited;
    let acted = taken + lookup;
    let stayed = acted - presented;
    let fate = dice.below(20);
    let left = |at| (at, Fact::Left { call, route_point, device: DeviceId(0), stayed: at - presented });
    let ended = |at, ending| (at, Fact::Ended { call, ending, offered });
    if fate == 0 {
        let station = StationId(4);
        facts.push((taken, Fact::Skipped { station, arrived: presented, until: taken }));
        facts.extend([left(taken), ended(taken, Ending::Abandoned)]);
        return;
    }
    facts.push((taken, Fact::Taken { application, waited }));
    facts.push((taken, Fact::Served { station: StationId(4), arrived: presented, started: taken, finished: acted }));
    facts.push((acted, Fact::LookedUp { application, delay: lookup }));
    if fate <= 2 {
        let ending =
            [Ending::Refused(Refusal::ALL[number as usize / 3 % 6]), Ending::DroppedInSetup, Ending::DroppedInChange]
                [number as usize % 3];
        facts.push((acted, Fact::RequestTimedOut { call, application }));
        facts.extend([left(acted), ended(acted, ending)]);
        return;
    }
    facts.push((acted, Fact::Acted { call, route_point, delay: stayed }));
    facts.push(left(acted));
    if fate <= 4 {
        let forward = Forward::ALL[number as usize % 4];
        facts.push((
            acted,
            Fact::Forwarded {
                call,
                forward,
                application: Some(application),
                waited: stayed,
                since_failure: (forward == Forward::Cfof).then_some(stayed),
            },
        ));
        facts.push((acted, Fact::Alerting { call, path, since_offered: acted - offered }));
    }
    let device = Some(DeviceId(1 + number % 3));
    facts.push((acted, Fact::Seized { call, pool, device }));
    let connected = acted + Span::from_nanos(dice.below(40_000_000));
    facts.push((connected, Fact::Connected { call, path, since_offered: connected - offered, first_sign: fate > 4 }));
    let over = connected + Span::from_nanos(dice.below(240_000_000_000));
    if fate == 5 {
        facts.push((over, Fact::Transferred { call, path, delay: Span::from_nanos(dice.below(9_000_000_000)) }));
        facts.push((over, Fact::Preserved { call }));
    }
    let ending = if fate == 6 { Ending::DroppedConnected } else { Ending::Completed };
    facts.push((over, Fact::Freed { call, pool, device }));
    facts.push(ended(over, ending));
}

/// The application goes silent, is found out and comes back.
fn failure(facts: &mut Vec<(Time, Fact)>, dice: &mut Dice) {
    let application = ApplicationId(0);
    let failed = Time::ZERO + Span::from_secs(300);
    let fault = ApplicationFault::Silent;
    facts.push((failed, Fact::ApplicationFailed { application, fault }));
    let closed = failed + Span::from_secs(30) + Span::from_nanos(dice.below(30_000_000_000));
    let delay = Some(closed - failed);
    let false_failure = dice.below(3) == 0;
    facts.push((closed, Fact::ApplicationClosed { application, delay, false_failure }));
    let returned = failed + Span::from_secs(60);
    facts.push((returned, Fact::ApplicationReturned { application }));
    for device in (0..4).map(DeviceId) {
        let (application, because) = (Some(application), OutBecause::ApplicationClosed);
        facts.push((closed, Fact::DeviceClosed { device, application, because }));
        let opened = returned + Span::from_nanos(u64::from(device.0 + 1) * 100_000_000 + dice.below(50_000_000));
        let out_of_service = opened - failed;
        let node = NodeId(0);
        facts.push((opened, Fact::DeviceOpened { device, application, node, out_of_service }));
        let shares: &[Share] = match device.0 {
            1 => &[Share::Half],
            3 => &[Share::NinetyFive, Share::All],
            _ => &[],
        };
        let application = ApplicationId(0);
        for &share in shares {
            facts.push((opened, Fact::Recovered { application, share, delay: out_of_service }));
        }
    }
}

/// The first node's CallManager fails and is back after half a minute. One port is given up, the other devices move to
/// the second node. Home again, late or not at all, go the others; the second port loses its home on the way.
fn callmanager_failure(facts: &mut Vec<(Time, Fact)>, dice: &mut Dice) {
    let (home, backup) = (NodeId(0), NodeId(1));
    let failed = Time::ZERO + Span::from_secs(400);
    let returned = failed + Span::from_secs(30);
    let noticed = failed + Span::from_secs(1);
    let ago = Span::from_secs(1);
    facts.push((failed, Fact::CallManagerFailed { node: home }));
    facts.push((noticed, Fact::FailureNoticed { manager: home, node: home, delay: noticed - failed }));
    facts.push((failed, Fact::Throttling { node: backup, refuses: true }));
    facts.push((returned + ago, Fact::Throttling { node: backup, refuses: false }));
    facts.push((returned, Fact::CallManagerReturned { node: home }));
    let mut millis = |bound: u64| Span::from_nanos(dice.below(bound * 1_000_000));
    for device in (0..6).map(DeviceId) {
        let application = (device.0 < 4).then_some(ApplicationId(0));
        facts.push((failed, Fact::DeviceClosed { device, application, because: OutBecause::CallManagerFailed }));
        if device.0 == 3 {
            facts.push((noticed, Fact::DeviceGivenUp { device, because: ClosedBecause::CannotOpen }));
            continue;
        }
        let opened = noticed + millis(20_000);
        let out_of_service = opened - failed;
        facts.push((opened, Fact::DeviceOpened { device, application, node: backup, out_of_service }));
        facts.push((returned + ago, Fact::HomeReturned { device, ago }));
        if device.0 == 2 {
            facts.push((returned + Span::from_secs(20), Fact::HomeLost { device }));
            continue;
        }
        // The route point may wait beyond the end: the facts after it are never told.
        let left = returned + ago + if device.0 == 0 { millis(300_000) } else { millis(5_000) };
        let back = left + millis(900);
        facts.push((left, Fact::RehomeStarted { device, waited: left - returned }));
        facts.push((left, Fact::DeviceClosed { device, application, because: OutBecause::Rehoming }));
        facts.push((back, Fact::DeviceOpened { device, application, node: home, out_of_service: back - left }));
        facts.push((back, Fact::Rehomed { device, delay: back - returned }));
    }
}

/// The CTIManager fails; two ports are controlled through it, and the second may not be back when the run ends.
fn ctimanager_failure(facts: &mut Vec<(Time, Fact)>, dice: &mut Dice) {
    let (manager, application) = (NodeId(0), ApplicationId(0));
    let failed = Time::ZERO + Span::from_secs(560);
    let noticed = failed + Span::from_nanos(dice.below(9_000_000_000));
    let returned = failed + Span::from_secs(10);
    facts.push((failed, Fact::CtiManagerFailed { node: manager }));
    facts.push((noticed, Fact::ManagerLossNoticed { application, delay: noticed - failed }));
    facts.push((returned, Fact::CtiManagerReturned { node: manager }));
    facts.push((returned, Fact::ManagerChanged { application, manager }));
    for device in (1..3).map(DeviceId) {
        let application = Some(application);
        facts.push((failed, Fact::DeviceClosed { device, application, because: OutBecause::CtiManagerFailed }));
        let opened =
            returned + Span::from_secs(u64::from(device.0) * 12) + Span::from_nanos(dice.below(15_000_000_000));
        // The first one went home, the second one did not.
        let node = NodeId(device.0 as u16 - 1);
        facts.push((opened, Fact::DeviceOpened { device, application, node, out_of_service: opened - failed }));
    }
}

/// Runs replications of the fake model.
pub(crate) struct Worker<'p> {
    plan: &'p Plan,
    seed: u64,
    meter: crate::record::Meter,
}

impl<'p> Worker<'p> {
    /// A worker for this plan.
    pub(crate) fn new(plan: &'p Plan, seed: u64) -> Worker<'p> {
        Worker { plan, seed, meter: crate::record::Meter::new(plan, plan.window()) }
    }
}

impl crate::experiment::Worker for Worker<'_> {
    fn run(&mut self, replication: u64) -> Result<crate::record::ReplicationSummary, Vec<String>> {
        self.meter.start(replication);
        let events = simulate(self.plan, self.seed, replication, &mut self.meter);
        Ok(self.meter.finish(self.plan.length, events))
    }

    fn into_merged(self) -> crate::record::Merged {
        self.meter.into_merged()
    }
}
