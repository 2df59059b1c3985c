//! A plan and a model small enough to check by hand, for tests of measuring and reporting that do not need the cluster.

use crate::domain::{
    ApplicationFault, ApplicationId, CallName, Contact, DeviceId, Ending, Forward, GiveUpReason, NodeId, OutageCause,
    PortGroupId, Refusal, RoutePointId, SourceId, StationId, Target, TransferredBy,
};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Path, PoolId, Reached, Recorder, SentTo, Share, Task};
use crate::plan::{self, Plan};
use crate::workload::NoFiles;

/// Two nodes, one of them with a CTIManager, an application with a route point and three ports, two phones, an
/// operator outside. Ten minutes, the first of them warm-up. The application fails, then the first node's CallManager, then
/// its CTIManager.
pub(crate) fn plan() -> Plan {
    plan::compile("fake", FAKE, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"))
}

const FAKE: &str = r#"
format = 1
question = "Does the report say what was measured?"
run = { length = "10m", warm_up = "1m", bin = "2m", replications = 5, seed = 1 }
network = { between_nodes = "1ms", to_application = "1ms", from_caller = "0s" }
[cti]
request_timeout = "5s"
callmanager_notice = "1s"
reopen_rate = "50/s"
phone_return_rate = "10/s"
code_yellow = { entry = "20s", exit = "5s" }
[work]
setup = "1ms"
offer = "1ms"
redirect = "1ms"
answer = "1ms"
release = "1ms"
device_open = "1ms"
event = "1ms"
request = "1ms"
heartbeat = "1ms"
cti_device_open = "1ms"
[[node]]
name = "sub1"
[[node]]
name = "sub2"
ctimanager = false
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[database]]
name = "directory"
connections = 2
[[application]]
name = "ivr"
workers = 2
decide = "1ms"
lookup = "1ms"
database = "directory"
reconnect = "5s"
open_rate = "100/s"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "ivr-ports"
maximum_calls = 100
[[cti_port]]
name = "ivr-ports"
count = 3
device_pool = "main"
application = "ivr"
cannot_open_on = ["sub2"]
[[phone]]
name = "agents"
count = 2
device_pool = "main"
answer = "1ms"
failover = "1ms"
[[destination]]
name = "operator"
answer = "1ms"
lines = 30
egress = "sub2"
[[traffic]]
name = "town"
to = "welcome"
arrivals = { poisson = "0.5/s" }
talk = "1ms"
[[fault]]
application = "ivr"
kind = "silent"
at = "5m"
for = "1m"
[[fault]]
callmanager = "sub1"
at = "400s"
for = "30s"
[[fault]]
ctimanager = "sub1"
at = "560s"
for = "10s"
"#;

/// A small random number generator (the SplitMix64 step).
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// One replication of something that looks like a run of [`plan`]: every kind of fact occurs, and every call ends at most
/// once. Returns a number of events.
pub(crate) fn simulate(plan: &Plan, seed: u64, replication: u64, recorder: &mut impl Recorder) -> u64 {
    let facts = facts(plan, seed, replication);
    for &(at, fact) in &facts {
        recorder.note(at, fact);
    }
    2 * facts.len() as u64
}

/// What happens in a replication, in order of time.
pub(crate) fn facts(plan: &Plan, seed: u64, replication: u64) -> Vec<(Time, Fact)> {
    let mut random = SplitMix(seed.wrapping_mul(1_000_003).wrapping_add(replication));
    let mut facts = Vec::new();
    let mut at = Time::ZERO;
    for number in 0.. {
        at = at + Span::from_nanos(random.below(4_000_000_000) + 1);
        if at >= plan.length {
            break;
        }
        call(&mut facts, &mut random, number, at);
    }
    failure(&mut facts, &mut random);
    callmanager_failure(&mut facts, &mut random);
    ctimanager_failure(&mut facts, &mut random);
    facts.retain(|&(at, _)| at < plan.length);
    facts.sort_by_key(|&(at, _)| at);
    facts
}

/// A call: presented, looked up, redirected and connected, or ended on the way.
fn call(facts: &mut Vec<(Time, Fact)>, random: &mut SplitMix, number: u32, offered: Time) {
    let call = CallName { source: SourceId(0), number };
    let application = ApplicationId(0);
    let route_point = RoutePointId(0);
    let ingress = NodeId((number % 2) as u16);
    let path = Path { ingress, route_point: Some(route_point), application: Some(application) };
    let pool = PoolId::Ports(PortGroupId(0));
    let mut millis = |bound: u64| Span::from_nanos(random.below(bound * 1_000_000));

    facts.push((offered, Fact::Offered { call, place: number, ingress }));
    let started = offered + millis(20);
    let presented = started + millis(5);
    facts.push((
        offered,
        Fact::Served {
            station: StationId(ingress.0 * 2),
            task: Task::SetUp,
            call: Some(call),
            arrived: offered,
            started,
            finished: presented,
        },
    ));
    facts.push((presented, Fact::Sent { place: number, to: SentTo::Target(Target::RoutePoint(route_point)) }));
    facts.push((presented, Fact::Presented { call, route_point, device: DeviceId(0), line: 0 }));
    let waited = millis(50);
    let lookup = millis(200);
    let taken = presented + waited;
    let acted = taken + lookup;
    let stayed = acted - presented;
    let fate = random.below(20);
    let left = |at| (at, Fact::Left { call, route_point, device: DeviceId(0), line: 0, stayed: at - presented });
    let ended = |at, ending, contact| {
        let reached = Reached { path, contact, waits_since: offered };
        (at, Fact::Ended { call, place: number, ending, offered, reached })
    };
    if fate == 0 {
        let station = StationId(4);
        facts.push((taken, Fact::Skipped { station, call: Some(call), arrived: presented, until: taken }));
        facts.extend([left(taken), ended(taken, Ending::Abandoned, Contact::Nothing)]);
        return;
    }
    facts.push((taken, Fact::Taken { application, call: Some(call), waited }));
    let (station, task) = (StationId(4), Task::Decide { lookup });
    facts.push((
        taken,
        Fact::Served { station, task, call: Some(call), arrived: presented, started: taken, finished: acted },
    ));
    facts.push((acted, Fact::LookedUp { application, call: Some(call), delay: lookup }));
    if fate <= 2 {
        let ending =
            [Ending::Refused(Refusal::ALL[number as usize / 3 % 6]), Ending::DroppedInSetup, Ending::DroppedInChange]
                [number as usize % 3];
        facts.push((acted, Fact::RequestTimedOut { call, application }));
        facts.extend([left(acted), ended(acted, ending, Contact::Nothing)]);
        return;
    }
    facts.push((acted, Fact::Acted { call, route_point, application: Some(application), delay: stayed }));
    facts.push(left(acted));
    if fate <= 4 {
        let forward = [Forward::Cfb, Forward::Cfna, Forward::Cfof, Forward::Cfur][number as usize % 4];
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
    facts.push((acted, Fact::Sent { place: number, to: SentTo::Target(Target::Ports(PortGroupId(0))) }));
    facts.push((acted, Fact::Seized { call, pool, device, line: 0 }));
    let connected = acted + Span::from_nanos(random.below(40_000_000));
    facts.push((
        connected,
        Fact::Connected { call, path, since_offered: connected - offered, first_sign: fate > 4, by_person: false },
    ));
    let over = connected + Span::from_nanos(random.below(240_000_000_000));
    if fate == 5 {
        facts.push((
            over,
            Fact::Transferred {
                call,
                by: TransferredBy::Application,
                path,
                delay: Span::from_nanos(random.below(9_000_000_000)),
            },
        ));
        facts.push((over, Fact::Preserved { call }));
    }
    let ending = if fate == 6 { Ending::DroppedConnected } else { Ending::Completed };
    facts.push((over, Fact::Freed { call, pool, device }));
    facts.push(ended(over, ending, Contact::Connected));
}

/// The application fails silently, is closed and comes back.
fn failure(facts: &mut Vec<(Time, Fact)>, random: &mut SplitMix) {
    let application = ApplicationId(0);
    let failed = Time::ZERO + Span::from_secs(300);
    let fault = ApplicationFault::Silent;
    facts.push((failed, Fact::ApplicationFailed { application, fault }));
    let closed = failed + Span::from_secs(30) + Span::from_nanos(random.below(30_000_000_000));
    let delay = Some(closed - failed);
    let false_failure = random.below(3) == 0;
    facts.push((closed, Fact::ApplicationClosed { application, delay, false_failure }));
    let returned = failed + Span::from_secs(60);
    facts.push((returned, Fact::ApplicationReturned { application }));
    for device in (0..4).map(DeviceId) {
        let (application, because) = (Some(application), OutageCause::ApplicationClosed);
        facts.push((closed, Fact::DeviceClosed { device, application, because, since: failed }));
        let opened = returned + Span::from_nanos(u64::from(device.0 + 1) * 100_000_000 + random.below(50_000_000));
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

/// The first node's CallManager fails and is back after half a minute. One port is given up; the other devices move to the
/// second node and rehome, some late or not at all; the second port's rehoming is cut short.
fn callmanager_failure(facts: &mut Vec<(Time, Fact)>, random: &mut SplitMix) {
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
    let mut millis = |bound: u64| Span::from_nanos(random.below(bound * 1_000_000));
    for device in (0..6).map(DeviceId) {
        let application = (device.0 < 4).then_some(ApplicationId(0));
        facts.push((
            failed,
            Fact::DeviceClosed { device, application, because: OutageCause::CallManagerFailed, since: failed },
        ));
        if device.0 == 3 {
            facts.push((noticed, Fact::DeviceGivenUp { device, because: GiveUpReason::CannotOpen }));
            continue;
        }
        let opened = noticed + millis(20_000);
        let out_of_service = opened - failed;
        facts.push((opened, Fact::DeviceOpened { device, application, node: backup, out_of_service }));
        facts.push((returned + ago, Fact::HomeReturned { device, ago }));
        if device.0 == 2 {
            facts.push((returned + Span::from_secs(20), Fact::RehomeLost { device }));
            continue;
        }
        // The route point may wait beyond the end: facts after it are dropped.
        let left = returned + ago + if device.0 == 0 { millis(300_000) } else { millis(5_000) };
        let back = left + millis(900);
        facts.push((left, Fact::RehomeStarted { device, waited: left - returned }));
        facts.push((left, Fact::DeviceClosed { device, application, because: OutageCause::Rehoming, since: left }));
        facts.push((back, Fact::DeviceOpened { device, application, node: home, out_of_service: back - left }));
        facts.push((back, Fact::Rehomed { device, delay: back - returned }));
    }
}

/// The CTIManager fails; two ports are controlled through it, and the second may not be back when the run ends.
fn ctimanager_failure(facts: &mut Vec<(Time, Fact)>, random: &mut SplitMix) {
    let (manager, application) = (NodeId(0), ApplicationId(0));
    let failed = Time::ZERO + Span::from_secs(560);
    let noticed = failed + Span::from_nanos(random.below(9_000_000_000));
    let returned = failed + Span::from_secs(10);
    facts.push((failed, Fact::CtiManagerFailed { node: manager }));
    facts.push((noticed, Fact::ManagerLossNoticed { application, delay: noticed - failed }));
    facts.push((returned, Fact::CtiManagerReturned { node: manager }));
    facts.push((returned, Fact::ManagerChanged { application, manager }));
    for device in (1..3).map(DeviceId) {
        let application = Some(application);
        facts.push((
            failed,
            Fact::DeviceClosed { device, application, because: OutageCause::CtiManagerFailed, since: failed },
        ));
        let opened =
            returned + Span::from_secs(u64::from(device.0) * 12) + Span::from_nanos(random.below(15_000_000_000));
        // The first one rehomed, the second one did not.
        let node = NodeId(device.0 as u16 - 1);
        facts.push((opened, Fact::DeviceOpened { device, application, node, out_of_service: opened - failed }));
    }
}

/// Runs replications of the fake model.
pub(crate) struct Replicator<'p> {
    plan: &'p Plan,
    seed: u64,
    meter: crate::record::Meter,
}

impl<'p> Replicator<'p> {
    /// A worker for this plan.
    pub(crate) fn new(plan: &'p Plan, seed: u64) -> Replicator<'p> {
        Replicator { plan, seed, meter: crate::record::Meter::new(plan, plan.window()) }
    }
}

impl crate::experiment::Replicator for Replicator<'_> {
    fn run(&mut self, replication: u64) -> Result<crate::record::ReplicationSummary, Vec<String>> {
        self.meter.start(replication);
        let events = simulate(self.plan, self.seed, replication, &mut self.meter);
        Ok(self.meter.finish(self.plan.length, events))
    }

    fn into_merged(self) -> crate::record::Merged {
        self.meter.into_merged()
    }
}
