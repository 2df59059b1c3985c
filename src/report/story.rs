//! From what happened to calls to a ladder: who takes part, and every step in words.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::domain::{
    ApplicationFault, CallName, DeviceId, DeviceKind, GiveUpReason, NodeId, OutageCause, Rejection, StationId, Target,
    ThirdParty,
};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Message, Party, Place, PoolId, SentTo, Task};
use crate::plan::Plan;
use crate::rules::admission::Missing;
use crate::trace::{Trace, parts};

use super::causes::cause_names;
use super::ladder::{Call, Event, Ladder, Lane, LaneKind, Part, Step};
use super::words::{counted, time};

/// One that takes part: what it is, and its row in the plan.
type Key = (LaneKind, u16);

/// The ladder of traced calls. With a stretch of time, only what happens in it.
pub fn story(plan: &Plan, replication: u64, trace: &Trace, stretch: Option<&Range<Time>>) -> Ladder {
    let shown = stretch.cloned().unwrap_or_else(|| extent(trace));
    let mut steps = Vec::new();
    for (row, (_, followed, _)) in trace.calls.iter().enumerate() {
        let mut teller = Teller { plan, row, cluster: &trace.cluster, target: None, steps: &mut steps };
        followed.facts.iter().for_each(|&(now, fact)| teller.tell(now, fact));
    }
    let its_own: BTreeSet<Key> = steps.iter().flat_map(Told::lanes).collect();
    // What happens to the cluster comes before what follows from it at the same moment.
    let of_calls = std::mem::replace(&mut steps, still_failed(plan, &trace.cluster, shown.start));
    steps.extend(of_cluster(plan, &trace.cluster, &shown).into_iter().filter(|step| match step.event {
        // Devices that the calls have nothing to do with are left out.
        Happens::Moment { lane: Some(lane @ (kind, _)), .. } if kind > LaneKind::Application => {
            stretch.is_some() || its_own.contains(&lane)
        }
        _ => true,
    }));
    steps.extend(of_calls);
    if let Some(stretch) = stretch {
        steps.retain(|step| (stretch.start.nanos()..stretch.end.nanos()).contains(&step.begins()));
    }
    steps.sort_by_key(Told::begins);
    let keys: BTreeSet<Key> = steps.iter().flat_map(Told::lanes).collect();
    let keys: Vec<Key> = keys.into_iter().collect();
    let lanes = keys.iter().map(|&(kind, row)| Lane { kind, name: lane_name(plan, kind, row) }).collect();
    let names: Vec<String> = trace.calls.iter().map(|(call, ..)| plan.call_name(*call)).collect();
    Ladder {
        id: "calls".to_owned(),
        title: title(&names, stretch),
        description: format!("{} in replication {replication}, message by message.", listed(&names)),
        replication,
        starts: plan.clock.map(|clock| clock.starts().nanos()),
        lanes,
        calls: trace
            .calls
            .iter()
            .map(|(name, followed, _)| call(plan, *name, &followed.facts, &trace.cluster))
            .collect(),
        steps: steps.into_iter().map(|step| step.placed(&keys)).collect(),
        note: None,
    }
}

/// The time from the first call's beginning to the last one's end.
fn extent(trace: &Trace) -> Range<Time> {
    let facts = || trace.calls.iter().flat_map(|(_, followed, _)| followed.facts.iter().map(|(now, _)| *now));
    match (facts().min(), facts().max()) {
        (Some(first), Some(last)) => first..Time::from_nanos(last.nanos() + 1),
        _ => Time::ZERO..Time::ZERO,
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "No call".to_owned(),
        [one] => format!("Call {one}"),
        several => counted(several.len(), ["call", "calls"]),
    }
}

fn title(names: &[String], stretch: Option<&Range<Time>>) -> String {
    match stretch {
        Some(Range { start, end }) => format!("What happens from {} to {}", at(*start), at(*end)),
        None => format!("{}, message by message", listed(names)),
    }
}

fn at(moment: Time) -> String {
    time(moment.nanos() as f64 / 1e9)
}

/// What is known of a call as a whole.
fn call(plan: &Plan, name: CallName, facts: &[(Time, Fact)], cluster: &[(Time, Fact)]) -> Call {
    let last = facts.last().map_or(Time::ZERO, |(now, _)| *now);
    let offered = facts.iter().find_map(|(now, fact)| matches!(fact, Fact::Offered { .. }).then_some(*now));
    let ended = facts.iter().find_map(|(now, fact)| match fact {
        Fact::Ended { ending, .. } => Some((*now, ending.name().to_owned())),
        Fact::Unfinished { .. } => Some((*now, "in_progress".to_owned())),
        Fact::NotDialled { .. } => Some((*now, "not_dialled".to_owned())),
        _ => None,
    });
    let offered = offered.unwrap_or(last);
    let (until, ending) = ended.unwrap_or((last, "in_progress".to_owned()));
    Call {
        name: plan.call_name(name),
        offered: offered.nanos(),
        until: until.nanos(),
        ending,
        parts: parts_in_words(plan, facts, cluster, offered, until),
    }
}

/// What a call's time was spent on, in words.
fn parts_in_words(plan: &Plan, facts: &[(Time, Fact)], cluster: &[(Time, Fact)], from: Time, until: Time) -> Vec<Part> {
    let parts = parts(plan, facts, cluster, from, until).into_iter().map(|part| {
        let (text, place) = cause_names(plan, part.cause);
        Part { text: text.replace('_', " "), place, from: part.from.nanos(), until: part.until.nanos() }
    });
    parts.collect()
}

/// A step with those who take part by their rows.
struct Told {
    call: Option<usize>,
    text: String,
    event: Happens,
}

enum Happens {
    Message { from: Key, to: Key, departs: Time, arrives: Time, lost: bool },
    Work { lane: Key, arrived: Time, started: Time, finished: Time },
    Moment { lane: Option<Key>, at: Time, bad: bool },
}

impl Told {
    fn begins(&self) -> u64 {
        match self.event {
            Happens::Message { departs: at, .. } | Happens::Work { arrived: at, .. } | Happens::Moment { at, .. } => {
                at.nanos()
            }
        }
    }

    fn lanes(&self) -> Vec<Key> {
        match self.event {
            Happens::Message { from, to, .. } => vec![from, to],
            Happens::Work { lane, .. } => vec![lane],
            Happens::Moment { lane, .. } => lane.into_iter().collect(),
        }
    }

    fn placed(self, keys: &[Key]) -> Step {
        let place = |key: Key| keys.binary_search(&key).expect("every one that takes part has a lane");
        let event = match self.event {
            Happens::Message { from, to, departs, arrives, lost } => Event::Message {
                from: place(from),
                to: place(to),
                departs: departs.nanos(),
                arrives: arrives.nanos(),
                lost,
            },
            Happens::Work { lane, arrived, started, finished } => Event::Work {
                lane: place(lane),
                arrived: arrived.nanos(),
                started: started.nanos(),
                finished: finished.nanos(),
            },
            Happens::Moment { lane, at, bad } => Event::Moment { lane: lane.map(place), at: at.nanos(), bad },
        };
        Step { call: self.call, text: self.text, event }
    }
}

fn lane_name(plan: &Plan, kind: LaneKind, row: u16) -> String {
    let at = usize::from(row);
    match kind {
        LaneKind::Caller => String::new(),
        LaneKind::CallManager | LaneKind::CtiManager => plan.nodes[at].name.clone(),
        LaneKind::Application => plan.applications[at].name.clone(),
        LaneKind::Database => plan.databases[at].name.clone(),
        LaneKind::RoutePoint => plan.route_points[at].name.clone(),
        LaneKind::Ports => plan.port_groups[at].name.clone(),
        LaneKind::Phones => plan.phone_groups[at].name.clone(),
        LaneKind::Outside => plan.destinations[at].name.clone(),
        LaneKind::Queue => plan.queues[at].name.clone(),
    }
}

const CALLER: Key = (LaneKind::Caller, 0);

fn party(party: Party) -> Key {
    match party {
        Party::Caller => CALLER,
        Party::CallManager(node) => (LaneKind::CallManager, node.0),
        Party::CtiManager(node) => (LaneKind::CtiManager, node.0),
        Party::Application(application) => (LaneKind::Application, application.0),
    }
}

fn station(plan: &Plan, StationId(row): StationId) -> Key {
    let (nodes, applications) = (plan.nodes.len() as u16, plan.applications.len() as u16);
    match row {
        _ if row < 2 * nodes && row.is_multiple_of(2) => (LaneKind::CallManager, row / 2),
        _ if row < 2 * nodes => (LaneKind::CtiManager, row / 2),
        _ if row < 2 * nodes + applications => (LaneKind::Application, row - 2 * nodes),
        _ => (LaneKind::Database, row - 2 * nodes - applications),
    }
}

fn pool(pool: PoolId) -> Key {
    match pool {
        PoolId::Ports(id) => (LaneKind::Ports, id.0),
        PoolId::Phones(id) => (LaneKind::Phones, id.0),
        PoolId::Outside(id) => (LaneKind::Outside, id.0),
    }
}

fn target(plan: &Plan, target: Target) -> Key {
    match plan.group_of(target) {
        Target::RoutePoint(id) => (LaneKind::RoutePoint, id.0),
        Target::Ports(id) => (LaneKind::Ports, id.0),
        Target::Phones(id) => (LaneKind::Phones, id.0),
        Target::Outside(id) => (LaneKind::Outside, id.0),
        Target::Numbers(_) => unreachable!("numbers belong to a group or to a route point"),
    }
}

fn device(plan: &Plan, device: DeviceId) -> Key {
    let it = &plan.devices[device.index()];
    let kind = match it.kind {
        DeviceKind::RoutePoint => LaneKind::RoutePoint,
        DeviceKind::CtiPort => LaneKind::Ports,
        DeviceKind::Phone => LaneKind::Phones,
    };
    (kind, it.row)
}

/// What a station does, in a word or two.
pub(super) const fn task(task: Task) -> &'static str {
    match task {
        Task::SetUp => "set-up",
        Task::Offer => "offer",
        Task::Answer => "answer",
        Task::Redirect => "redirect",
        Task::Hold => "hold",
        Task::Conference => "conference",
        Task::Release => "release",
        Task::Register => "register a device",
        Task::Event => "event",
        Task::Request => "request",
        Task::Open => "open a device",
        Task::Notice => "notify of a device",
        Task::Provider => "open a provider",
        Task::Heartbeat => "heartbeat",
        Task::Decide { .. } => "decide",
        Task::LookUp => "look-up",
    }
}

/// The time that something took, after a word.
fn after(what: &str, took: Span) -> String {
    format!("{what} after {}", time(took.seconds()))
}

/// Tells what happens to one call.
struct Teller<'t> {
    plan: &'t Plan,
    row: usize,
    cluster: &'t [(Time, Fact)],
    /// Where it was sent last.
    target: Option<SentTo>,
    steps: &'t mut Vec<Told>,
}

impl Teller<'_> {
    fn step(&mut self, text: impl Into<String>, event: Happens) {
        self.steps.push(Told { call: Some(self.row), text: text.into(), event });
    }

    fn moment(&mut self, at: Time, lane: Key, text: impl Into<String>) {
        self.step(text, Happens::Moment { lane: Some(lane), at, bad: false });
    }

    fn trouble(&mut self, at: Time, lane: Key, text: impl Into<String>) {
        self.step(text, Happens::Moment { lane: Some(lane), at, bad: true });
    }

    /// What arrives there at this moment comes to nothing.
    fn is_lost(&mut self, now: Time, lane: Key) {
        for step in self.steps.iter_mut().rev().filter(|step| step.call == Some(self.row)) {
            if let Happens::Message { to, arrives, lost, .. } = &mut step.event
                && (*to, *arrives) == (lane, now)
            {
                *lost = true;
                return;
            }
        }
    }

    fn sent_to(&self) -> &str {
        match self.target {
            Some(SentTo::Target(target)) => self.plan.target_name(target),
            Some(SentTo::Queue(queue)) => &self.plan.queues[queue.index()].name,
            None => "its target",
        }
    }

    fn tell(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Sent { to, .. } => self.target = Some(to),
            Fact::Sending { message, from, to, departs, arrives, .. } => {
                let (from, to) = (party(from), party(to));
                if from != to {
                    let text = self.message(message);
                    self.step(text, Happens::Message { from, to, departs, arrives, lost: false });
                }
            }
            Fact::Served { station: row, task: what, arrived, started, finished, .. } => {
                let text = match what {
                    Task::Decide { lookup } if lookup > Span::ZERO => {
                        format!("decide, after a look-up of {}", time(lookup.seconds()))
                    }
                    what => task(what).to_owned(),
                };
                self.step(text, Happens::Work { lane: station(self.plan, row), arrived, started, finished });
            }
            Fact::TurnedAway { at, because, missing, since, .. } => {
                let (lane, text) = self.turned_away(now, at, because, missing, since);
                self.trouble(now, lane, text);
            }
            Fact::Forwards { node, forward, to, .. } => {
                let to = self.plan.target_name(to);
                let text = format!("forwards it by {} to {to}", forward.name().to_uppercase());
                self.moment(now, (LaneKind::CallManager, node.0), text);
            }
            Fact::EventLost { application, .. } => {
                let lane = (LaneKind::Application, application.0);
                self.is_lost(now, lane);
                self.trouble(now, lane, "the event comes to nothing: nobody listens");
            }
            Fact::HeldUp { node, .. } => {
                self.trouble(now, (LaneKind::CallManager, node.0), "hangs: the call waits until that is noticed");
            }
            Fact::RequestTimedOut { application, .. } => {
                let text = "gives the call up: its request got no answer in time";
                self.trouble(now, (LaneKind::Application, application.0), text);
            }
            Fact::Skipped { station: row, .. } => {
                let text = "its event is dropped: the call has moved on";
                self.trouble(now, station(self.plan, row), text);
            }
            fact => self.place(now, fact),
        }
    }

    /// What happens where the call is.
    fn place(&mut self, now: Time, fact: Fact) {
        let plan = self.plan;
        match fact {
            Fact::Presented { device: id, .. } => {
                let text = format!("the call is presented at {}", plan.device_name(id));
                self.moment(now, device(plan, id), text);
            }
            Fact::Left { device: id, stayed, .. } => {
                self.moment(now, device(plan, id), after("the call leaves", stayed));
            }
            Fact::Seized { pool: of, device: id, .. } => {
                let text = id.map_or("takes a line".to_owned(), |id| format!("takes {}", plan.device_name(id)));
                self.moment(now, pool(of), text);
            }
            Fact::Freed { pool: of, device: id, .. } => {
                let text = id.map_or("a line is free".to_owned(), |id| format!("{} is free", plan.device_name(id)));
                self.moment(now, pool(of), text);
            }
            Fact::OffHook { device: id, .. } => {
                self.moment(now, device(plan, id), format!("{} dials", plan.device_name(id)));
            }
            Fact::OnHook { device: id, .. } => {
                self.moment(now, device(plan, id), format!("{} is on hook", plan.device_name(id)));
            }
            Fact::CallWaits { device: id, .. } => {
                self.trouble(now, device(plan, id), "rings, but the person has another call");
            }
            Fact::CallWaited { device: id, .. } => self.moment(now, device(plan, id), "the person is free"),
            Fact::Queued { queue, .. } => {
                self.moment(now, (LaneKind::Queue, queue.0), "waits: no phone is free");
            }
            Fact::Distributed { queue, waited: Some(waited), .. } => {
                self.moment(now, (LaneKind::Queue, queue.0), after("a phone is free", waited));
            }
            Fact::LeftQueue { queue, waited, hung_up, .. } => {
                let what = if hung_up { "the caller hangs up" } else { "the call is lost" };
                self.trouble(now, (LaneKind::Queue, queue.0), after(what, waited));
            }
            Fact::Rings { pool: of, device: id, .. } => {
                let text = id.map_or("rings".to_owned(), |id| format!("{} rings", plan.device_name(id)));
                self.moment(now, pool(of), text);
            }
            Fact::PickedUp { since, .. } => {
                let lane = self.target.map(|to| match to {
                    SentTo::Target(to) => target(plan, to),
                    SentTo::Queue(queue) => (LaneKind::Queue, queue.0),
                });
                self.moment(now, lane.unwrap_or(CALLER), after("picks up", now - since));
            }
            Fact::TreatmentEnded { device: id, .. } => self.moment(now, device(plan, id), "the treatment is over"),
            Fact::WrapUpBegan { device: id, .. } => self.moment(now, device(plan, id), "after-call work begins"),
            Fact::WrapUpEnded { device: id, .. } => self.moment(now, device(plan, id), "after-call work is over"),
            Fact::PutAside { device: id, .. } => self.moment(now, device(plan, id), "the call is put aside here"),
            Fact::TakenBack { device: id, .. } => self.moment(now, device(plan, id), "the call is back here"),
            Fact::LetGo { device: id, .. } => self.moment(now, device(plan, id), "lets the call go"),
            Fact::Asked { device: id, application, .. } => {
                let name = &plan.applications[application.index()].name;
                self.moment(now, device(plan, id), format!("the person asks {name}"));
            }
            Fact::RequestFailed { application, .. } => {
                let text = "does not do it: the person does it by hand";
                self.trouble(now, (LaneKind::Application, application.0), text);
            }
            Fact::ScreenPopShown { application, delay, .. } => {
                self.moment(now, (LaneKind::Application, application.0), after("screen pop", delay));
            }
            Fact::ScreenPopLost { application, .. } => {
                self.trouble(now, (LaneKind::Application, application.0), "no screen pop");
            }
            Fact::ConferenceBlocked { bridge, .. } => {
                let it = &plan.conference_bridges[bridge.index()];
                let text = format!("no conference: {} is full or not there", it.name);
                self.trouble(now, (LaneKind::CallManager, it.node.0), text);
            }
            Fact::NotDialled { in_use, .. } => {
                let text = if in_use { "is not dialled: the device is in use" } else { "is not dialled: nobody can" };
                self.trouble(now, CALLER, text);
            }
            fact => self.caller(now, fact),
        }
    }

    /// What the caller learns.
    fn caller(&mut self, now: Time, fact: Fact) {
        let (text, bad) = match fact {
            Fact::Alerting { since_offered, .. } => (after("hears it ring", since_offered), false),
            Fact::Connected { since_offered, .. } => (after("is connected", since_offered), false),
            Fact::Transferred { delay, .. } => (after("reaches the person", delay), false),
            Fact::ReachedMachine { delay, .. } => (after("reaches a machine, and no person", delay), true),
            Fact::Held { delay, .. } => (after("is on hold", delay), false),
            Fact::Retrieved { delay, .. } => (after("is retrieved", delay), false),
            Fact::Consulted { delay, .. } => (after("the third party answers", delay), false),
            Fact::ConsultFailed { third: ThirdParty::TakesOver, .. } => ("cannot be transferred".to_owned(), true),
            Fact::ConsultFailed { third: ThirdParty::Joins, .. } => ("gets no conference".to_owned(), true),
            Fact::Joined { delay, .. } => (after("all three talk", delay), false),
            Fact::Preserved { .. } => ("keeps talking: the media continues".to_owned(), false),
            Fact::Ended { ending, .. } => {
                let name = ending.name().replace('_', " ");
                (format!("the call is over: {name}"), ending != crate::domain::Ending::Completed)
            }
            Fact::Unfinished { .. } => ("the run is over, and the call is not".to_owned(), false),
            _ => return,
        };
        self.step(text, Happens::Moment { lane: Some(CALLER), at: now, bad });
    }

    fn message(&self, message: Message) -> String {
        match message {
            Message::SetUp => "set-up".to_owned(),
            Message::Offer => format!("call to {}", self.sent_to()),
            Message::Event => "event".to_owned(),
            Message::Request => "request".to_owned(),
            Message::Answer => "answered".to_owned(),
            Message::Join => "join".to_owned(),
        }
    }

    /// Why the call was turned away, and where.
    fn turned_away(
        &self,
        now: Time,
        at: Place,
        because: Rejection,
        missing: Option<Missing>,
        since: Time,
    ) -> (Key, String) {
        let plan = self.plan;
        let (lane, name, of_group, out) = match at {
            Place::Target(to) => {
                let (of_group, out) = match plan.group_of(to) {
                    Target::Ports(_) | Target::Phones(_) => (Some(plan.pool_size(to)), None),
                    Target::RoutePoint(_) => (None, self.outage(now, plan.first_device(to))),
                    Target::Outside(_) | Target::Numbers(_) => (None, None),
                };
                (target(plan, to), plan.target_name(to).to_owned(), of_group, out)
            }
            Place::Device { device: id, .. } => (device(plan, id), plan.device_name(id), None, self.outage(now, id)),
            Place::Outside(id) => ((LaneKind::Outside, id.0), plan.destinations[id.index()].name.clone(), None, None),
        };
        let why = match (because, missing, of_group) {
            (_, Some(Missing::Link), _) => "the link to its CallManager is cut".to_owned(),
            (_, Some(Missing::Node), _) => "its CallManager is down".to_owned(),
            (Rejection::Busy, None, Some(size)) => {
                format!("every one of its {} that is open is in use", counted(size as usize, ["device", "devices"]))
            }
            (Rejection::Busy, None, None) => "it is busy: its limit of calls is reached".to_owned(),
            (Rejection::NotOpened, None, Some(_)) => "none of its devices is open".to_owned(),
            (Rejection::NotOpened, None, None) => match out {
                Some(because) => format!("it is out of service: {}", outage(because)),
                None => "no application has it open".to_owned(),
            },
            (Rejection::ApplicationFailed, ..) => "its application is considered failed".to_owned(),
            (Rejection::NotAnswered, ..) => format!("nobody answered within {}", time((now - since).seconds())),
        };
        (lane, format!("{name} turns it away: {why}"))
    }

    /// Why a device is out of service, if it is.
    fn outage(&self, now: Time, device: DeviceId) -> Option<OutageCause> {
        let before = &self.cluster[..self.cluster.partition_point(|(at, _)| *at <= now)];
        let its = before.iter().rev().find_map(|(_, fact)| match *fact {
            Fact::DeviceClosed { device: it, because, .. } if it == device => Some(Some(because)),
            Fact::DeviceOpened { device: it, .. } if it == device => Some(None),
            _ => None,
        });
        its.flatten()
    }
}

/// Why a device is out of service, in words.
const fn outage(because: OutageCause) -> &'static str {
    match because {
        OutageCause::ApplicationClosed => "its application was considered failed",
        OutageCause::CallManagerFailed => "its CallManager failed",
        OutageCause::CtiManagerFailed => "its CTIManager failed",
        OutageCause::LinkCut => "the link between its CallManager and its CTIManager is cut",
        OutageCause::DeviceFailed => "it failed itself",
        OutageCause::Rehoming => "it rehomes",
        OutageCause::HandedOver => "it goes back to an earlier application",
    }
}

/// What had failed by then and was not back.
fn still_failed(plan: &Plan, facts: &[(Time, Fact)], by: Time) -> Vec<Told> {
    let mut failed: Vec<(Key, Time, Fact)> = Vec::new();
    for &(now, fact) in facts.iter().take_while(|(now, _)| *now < by) {
        let returned = match fact {
            Fact::ApplicationFailed { .. } | Fact::CallManagerFailed { .. } | Fact::CtiManagerFailed { .. } => false,
            Fact::ApplicationReturned { .. } | Fact::CallManagerReturned { .. } | Fact::CtiManagerReturned { .. } => {
                true
            }
            _ => continue,
        };
        let Some((Some(lane), ..)) = of_fact(plan, fact) else { continue };
        failed.retain(|(it, ..)| *it != lane);
        if !returned {
            failed.push((lane, now, fact));
        }
    }
    let told = failed.into_iter().filter_map(|(lane, since, fact)| {
        let (_, text, bad) = of_fact(plan, fact)?;
        let text = format!("{text}: {} ago", time((by - since).seconds()));
        Some(Told { call: None, text, event: Happens::Moment { lane: Some(lane), at: by, bad } })
    });
    told.collect()
}

/// What happens to the cluster in a stretch of time. Devices that open or close together are one step.
fn of_cluster(plan: &Plan, facts: &[(Time, Fact)], shown: &Range<Time>) -> Vec<Told> {
    let mut steps: Vec<Told> = Vec::new();
    let within = facts.iter().filter(|(now, _)| shown.contains(now));
    let mut devices: Vec<Devices> = Vec::new();
    for &(now, fact) in within {
        if let Some((first, change)) = device_change(fact) {
            let lane = device(plan, first);
            // Those of the same moment follow each other.
            let mut together = devices.iter_mut().rev().take_while(|it| it.at == now);
            match together.find(|it| (it.lane, it.change) == (lane, change)) {
                Some(it) => it.count += 1,
                None => devices.push(Devices { lane, change, at: now, first, count: 1 }),
            }
        } else if let Some((lane, text, bad)) = of_fact(plan, fact) {
            steps.push(Told { call: None, text, event: Happens::Moment { lane, at: now, bad } });
        }
    }
    steps.extend(devices.iter().map(|it| it.told(plan)));
    steps
}

/// Devices of a route point or group that go out of service, or are back, at the same moment.
struct Devices {
    lane: Key,
    change: Change,
    at: Time,
    first: DeviceId,
    count: usize,
}

/// What happens to a device.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Out(OutageCause),
    Back(NodeId),
}

fn device_change(fact: Fact) -> Option<(DeviceId, Change)> {
    match fact {
        Fact::DeviceClosed { device, because, .. } => Some((device, Change::Out(because))),
        Fact::DeviceOpened { device, node, .. } => Some((device, Change::Back(node))),
        _ => None,
    }
}

impl Devices {
    fn told(&self, plan: &Plan) -> Told {
        let Devices { lane, change, at, first, count } = *self;
        let who = match count {
            1 => format!("{} is", plan.device_name(first)),
            several => counted(several, ["device is", "devices are"]),
        };
        let (text, bad) = match change {
            Change::Out(because) => (format!("{who} out of service: {}", outage(because)), !because.is_planned()),
            Change::Back(node) => (format!("{who} in service at {}", plan.nodes[node.index()].name), false),
        };
        Told { call: None, text, event: Happens::Moment { lane: Some(lane), at, bad } }
    }
}

/// A fact of the cluster that matters to those who read of calls.
fn of_fact(plan: &Plan, fact: Fact) -> Option<(Option<Key>, String, bool)> {
    let callmanager = |node: crate::domain::NodeId| Some((LaneKind::CallManager, node.0));
    let ctimanager = |node: crate::domain::NodeId| Some((LaneKind::CtiManager, node.0));
    let application = |id: crate::domain::ApplicationId| Some((LaneKind::Application, id.0));
    let node = |node: crate::domain::NodeId| &*plan.nodes[node.index()].name;
    let told = match fact {
        Fact::ApplicationFailed { application: id, fault } => {
            let how = match fault {
                ApplicationFault::Exit => "its process ends",
                ApplicationFault::Silent => "it hangs, or its host is lost",
                ApplicationFault::Stall => "it stalls",
            };
            (application(id), how.to_owned(), true)
        }
        Fact::ApplicationReturned { application: id } => (application(id), "it is back".to_owned(), false),
        Fact::ApplicationClosed { application: id, false_failure, .. } => {
            let text = match false_failure {
                true => "its CTIManager considers it failed, although it runs",
                false => "its CTIManager considers it failed",
            };
            (application(id), text.to_owned(), true)
        }
        Fact::CallManagerFailed { node: id } => (callmanager(id), "it fails".to_owned(), true),
        Fact::CallManagerHangs { node: id } => (callmanager(id), "it hangs".to_owned(), true),
        Fact::HangNoticed { node: id, .. } => (callmanager(id), "its hang is noticed".to_owned(), true),
        Fact::CallManagerReturned { node: id } => (callmanager(id), "it is back".to_owned(), false),
        Fact::CtiManagerFailed { node: id } => (ctimanager(id), "it fails".to_owned(), true),
        Fact::CtiManagerReturned { node: id } => (ctimanager(id), "it is back".to_owned(), false),
        Fact::FailureNoticed { manager, node: id, .. } => {
            (ctimanager(manager), format!("notices that CallManager {} failed", node(id)), true)
        }
        Fact::ManagerLossNoticed { application: id, .. } => {
            (application(id), "notices that it lost its CTIManager".to_owned(), true)
        }
        Fact::ManagerChanged { application: id, manager } => {
            (application(id), format!("is connected to CTIManager {}", node(manager)), false)
        }
        Fact::ApplicationLinkFailed { application: id, node: to } => {
            (application(id), format!("its link to {} is cut or slow", node(to)), true)
        }
        Fact::LinkCutNoticed { from, to, .. } => {
            (callmanager(from), format!("the link between {} and {} is cut", node(from), node(to)), true)
        }
        Fact::LinkHealNoticed { from, to, .. } => {
            (callmanager(from), format!("the link between {} and {} is whole again", node(from), node(to)), false)
        }
        Fact::Throttling { node: id, refuses: true } => {
            (callmanager(id), "refuses new calls (Code Yellow)".to_owned(), true)
        }
        Fact::Throttling { node: id, refuses: false } => (callmanager(id), "takes new calls again".to_owned(), false),
        Fact::DeviceFailed { device: id } => (Some(device(plan, id)), format!("{} fails", plan.device_name(id)), true),
        Fact::DeviceGivenUp { device: id, because } => {
            let why = match because {
                GiveUpReason::CannotOpen => "its CallManager cannot open it",
                GiveUpReason::RecoveryForbidden => "its application forbids recovery",
                GiveUpReason::OutOfReach => "its application does not reach it",
            };
            (Some(device(plan, id)), format!("{} is given up: {why}", plan.device_name(id)), true)
        }
        _ => return None,
    };
    Some(told)
}
