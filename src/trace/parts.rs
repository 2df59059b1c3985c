//! What a call spent its time on.
//!
//! The facts of a call say which spans of time there were: work and waiting for it, messages on links, ringing, timers. The walk begins
//! at the end and goes back: what ends at this very moment is what the call came from, and before that is what ends where it began. What
//! was under way beside the call, or was overtaken, ends nowhere on that path. Where nothing ends the call was in a state: it was connected,
//! or waited for something that did not come in time.

use crate::domain::{
    ApplicationId, DeviceId, DeviceKind, NodeId, PhoneGroupId, PortGroupId, QueueId, Rejection, RoutePointId,
    StationId, Target,
};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Message, Party, Place, PoolId, Task};
use crate::plan::Plan;

/// What time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Waiting until a station begins with the call's work.
    Waiting(StationId),
    /// A station's work. The look-up of [`Task::Decide`] is zero here: it is a cause of its own.
    Work(StationId, Task),
    /// An application looks the caller up, other than in a database with connections.
    LookUp(ApplicationId),
    /// A message on a link, as long as it takes while nothing has failed.
    Link(Party, Party),
    /// The rest of the time that it took because the link was cut or slow.
    LinkFailure(Party, Party),
    /// It rings until a person answers.
    Ringing(Target),
    /// It rings at a phone whose person has another call.
    PersonBusy(Target),
    /// It rings until the no-answer timer runs out.
    NoAnswer(Target),
    /// Its application does not answer it or send it on until a timer runs out.
    NotAccepted(Target),
    /// Something that an application needs has failed, and nobody has noticed.
    FailureUnnoticed(ApplicationId),
    /// It waits in a queue until a person is free.
    Person(QueueId),
    /// It waits for a CallManager that hangs.
    HungCallManager(NodeId),
    /// It is in the hands of an application that does not go on.
    Stalled(ApplicationId),
    /// Its application was down, or had lost its device, when it was notified.
    Unheard(ApplicationId),
    /// An application, or the person who asked it, waits for an answer to its request until a timer runs out.
    RequestTimer(ApplicationId),
    /// Something has failed, and this has yet to happen.
    Until(Milestone),
    /// Its caller waits while a person talks to a third party about it.
    Consulting,
    /// It is connected.
    Connected,
    /// It is on hold.
    OnHold,
    /// It is not known.
    Unknown,
}

/// What has to happen before what failed is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Milestone {
    /// The failure is noticed.
    Noticed,
    /// What failed runs again.
    Returned,
    /// An application is connected to a CTIManager.
    Connected,
    /// A device has no call and its turn has come.
    Idle,
    /// Devices are in service.
    Open,
}

/// A part of a call's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it was spent on.
    pub cause: Cause,
    /// From when.
    pub from: Time,
    /// Until when: not at once.
    pub until: Time,
}

impl Part {
    /// How long it took.
    pub const fn length(&self) -> Span {
        self.until.since(self.from)
    }
}

/// What a span or a state belongs to. A walk prefers what it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strand {
    /// The call.
    Call,
    /// What an application learns of the call at a phone: the call does not wait for it.
    PhoneEvent,
    /// The work that is left when a call leaves a CallManager.
    Release,
}

/// The parts of a call's time between two moments, from the call's facts and those of the cluster, both in order of time: they follow each
/// other without a gap, so that their lengths add up to the whole.
pub fn parts(plan: &Plan, facts: &[(Time, Fact)], cluster: &[(Time, Fact)], from: Time, until: Time) -> Vec<Part> {
    let mut history = History::new(plan, cluster);
    for &(now, fact) in facts.iter().take_while(|(now, _)| *now <= until) {
        history.note(now, fact);
    }
    history.walk(from, until)
}

/// The spans and states of a call.
struct History<'a> {
    plan: &'a Plan,
    cluster: &'a [(Time, Fact)],
    spans: Vec<(Part, Strand)>,
    /// From when the call is in a state, if nothing else is known.
    states: Vec<(Time, Cause, Strand)>,
    /// Where what an application learns of the call at a phone arrives, and when.
    phone_events: Vec<(Party, Time)>,
    /// An event of a phone is about to be sent.
    phone_event_sent: Option<Time>,
    /// Where it rings or rang last.
    rings: Option<Target>,
    /// Since when it waits at a phone whose person has another call, and until when.
    waits_at_phone: Option<(Time, Option<Time>)>,
    /// A look-up in a database for the worker whose fact follows: its station, when it came there, was begun and was done.
    look_up: Option<(StationId, Time, Time, Time)>,
    asked: Option<Time>,
    requested: Option<Time>,
    /// Whether it is a screen pop that the walk follows.
    follows: Strand,
}

impl<'a> History<'a> {
    fn new(plan: &'a Plan, cluster: &'a [(Time, Fact)]) -> History<'a> {
        History {
            plan,
            cluster,
            spans: Vec::new(),
            states: Vec::new(),
            phone_events: Vec::new(),
            phone_event_sent: None,
            rings: None,
            waits_at_phone: None,
            look_up: None,
            asked: None,
            requested: None,
            follows: Strand::Call,
        }
    }

    fn span(&mut self, cause: Cause, from: Time, until: Time, strand: Strand) {
        if from < until {
            self.spans.push((Part { cause, from, until }, strand));
        }
        self.states.push((until, Cause::Unknown, strand));
    }

    fn state(&mut self, since: Time, cause: Cause) {
        self.states.push((since, cause, Strand::Call));
    }

    /// The call moves on: what was under way for it comes to nothing.
    fn overtakes(&mut self, now: Time) {
        self.spans.retain(|(part, strand)| part.until <= now || *strand != Strand::Call);
        self.states.retain(|(since, _, strand)| *since <= now || *strand != Strand::Call);
    }

    fn note(&mut self, now: Time, fact: Fact) {
        self.follows = Strand::Call;
        match fact {
            Fact::Offered { .. } => self.state(now, Cause::Unknown),
            Fact::Sending { message, from, to, departs, arrives, .. } => {
                self.sending(now, message, (from, departs), (to, arrives));
            }
            Fact::Served { station, task, arrived, started, finished, .. } => {
                self.served(station, task, arrived, started, finished);
            }
            Fact::PhoneEventSent { .. } => self.phone_event_sent = Some(now),
            Fact::Asked { application, .. } => {
                self.asked = Some(now);
                self.state(now, Cause::Waiting(self.plan.workers(application)));
            }
            Fact::RequestFailed { application, .. } => {
                self.overtakes(now);
                if let Some(asked) = self.asked.take() {
                    self.span(Cause::RequestTimer(application), asked, now, Strand::Call);
                }
            }
            Fact::RequestTimedOut { application, .. } => {
                self.overtakes(now);
                if let Some(requested) = self.requested.take() {
                    self.span(Cause::RequestTimer(application), requested, now, Strand::Call);
                }
            }
            Fact::EventLost { application, .. } => self.state(now, Cause::Unheard(application)),
            Fact::HeldUp { node, .. } => {
                self.overtakes(now);
                self.state(now, Cause::HungCallManager(node));
            }
            Fact::CallWaits { .. } => self.waits_at_phone = Some((now, None)),
            Fact::CallWaited { .. } => {
                if let Some((_, until @ None)) = &mut self.waits_at_phone {
                    *until = Some(now);
                    if let Some(target) = self.rings {
                        self.state(now, Cause::Ringing(target));
                    }
                }
            }
            Fact::Rings { pool, .. } => {
                let target = target_of(pool);
                self.rings = Some(target);
                let is_free = !matches!(self.waits_at_phone, Some((_, None)));
                self.state(now, if is_free { Cause::Ringing(target) } else { Cause::PersonBusy(target) });
            }
            Fact::PickedUp { since, .. } => self.picked_up(now, since),
            Fact::TurnedAway { at, because, since, .. } => self.turned_away(now, at, because, since),
            Fact::Queued { queue, .. } => self.state(now, Cause::Person(queue)),
            Fact::Distributed { queue, waited: Some(waited), .. } | Fact::LeftQueue { queue, waited, .. } => {
                self.span(Cause::Person(queue), before(now, waited), now, Strand::Call);
            }
            Fact::TreatmentEnded { device, .. } => {
                if let Some(application) = self.plan.applications_of(device).next() {
                    self.state(now, Cause::Waiting(self.plan.workers(application)));
                }
            }
            Fact::Held { .. } => self.state(now, Cause::OnHold),
            Fact::Consulted { .. } => self.state(now, Cause::Consulting),
            Fact::Retrieved { .. } | Fact::Joined { .. } | Fact::Transferred { .. } => {
                self.state(now, Cause::Connected)
            }
            Fact::TakenBack { .. } => {
                self.overtakes(now);
                self.state(now, Cause::Connected);
            }
            Fact::ScreenPopShown { .. } => self.follows = Strand::PhoneEvent,
            _ => {}
        }
    }

    fn sending(&mut self, now: Time, message: Message, (from, departs): (Party, Time), (to, arrives): (Party, Time)) {
        let is_of_phone = message == Message::Event
            && match from {
                Party::CallManager(_) => self.phone_event_sent.take() == Some(now),
                _ => self.phone_events.contains(&(from, now)),
            };
        let strand = if is_of_phone { Strand::PhoneEvent } else { Strand::Call };
        if is_of_phone {
            self.phone_events.push((to, arrives));
        }
        let in_time = arrives.min(departs + self.delay(from, to));
        self.span(Cause::Link(from, to), departs, in_time, strand);
        if in_time < arrives {
            self.span(Cause::LinkFailure(from, to), in_time, arrives, strand);
        }
        match (message, from, to) {
            (Message::Event, _, Party::Application(application)) => {
                let waits = Cause::Waiting(self.plan.workers(application));
                self.states.push((arrives, waits, strand));
            }
            (Message::Answer, ..) => self.state(arrives, Cause::Connected),
            (Message::Request, Party::Application(_), _) => self.requested = Some(departs),
            _ => {}
        }
    }

    /// What a message takes from one to the other while nothing has failed.
    fn delay(&self, from: Party, to: Party) -> Span {
        let node = |party| match party {
            Party::CallManager(node) | Party::CtiManager(node) => Some(node),
            Party::Caller | Party::Application(_) => None,
        };
        match (from, to) {
            (Party::Caller, _) | (_, Party::Caller) => self.plan.links.from_caller,
            (Party::Application(_), _) | (_, Party::Application(_)) => self.plan.links.to_application,
            _ if node(from) == node(to) => Span::ZERO,
            _ => self.plan.links.between_nodes,
        }
    }

    fn served(&mut self, station: StationId, task: Task, arrived: Time, started: Time, finished: Time) {
        let nodes = self.plan.nodes.len() as u16;
        let at = match station.0.checked_sub(nodes * 2) {
            None if station.0.is_multiple_of(2) => Party::CallManager(NodeId(station.0 / 2)),
            None => Party::CtiManager(NodeId(station.0 / 2)),
            Some(row) => Party::Application(ApplicationId(row)),
        };
        let strand = match task {
            Task::Release => Strand::Release,
            // It belongs to what the worker that waits for it works on.
            Task::LookUp => return self.look_up = Some((station, arrived, started, finished)),
            _ if self.asked != Some(arrived) && self.phone_events.contains(&(at, arrived)) => Strand::PhoneEvent,
            _ => Strand::Call,
        };
        self.span(Cause::Waiting(station), arrived, started, strand);
        match (task, at) {
            (Task::Decide { lookup }, Party::Application(application)) => {
                let known = started + lookup;
                match self.look_up.take() {
                    Some((database, arrived, begun, done)) => {
                        self.span(Cause::Waiting(database), arrived, begun, strand);
                        self.span(Cause::Work(database, Task::LookUp), begun, done, strand);
                    }
                    None => self.span(Cause::LookUp(application), started, known, strand),
                }
                let decides = Task::Decide { lookup: Span::ZERO };
                self.span(Cause::Work(station, decides), known, finished, strand);
                self.states.push((finished, Cause::Stalled(application), strand));
            }
            _ => self.span(Cause::Work(station, task), started, finished, strand),
        }
    }

    fn picked_up(&mut self, now: Time, since: Time) {
        let Some(target) = self.rings else { return };
        let free = match self.waits_at_phone.take() {
            Some((_, free)) => free.unwrap_or(now).max(since),
            None => since,
        };
        self.span(Cause::PersonBusy(target), since, free, Strand::Call);
        self.span(Cause::Ringing(target), free, now, Strand::Call);
    }

    fn turned_away(&mut self, now: Time, at: Place, because: Rejection, since: Time) {
        self.overtakes(now);
        self.waits_at_phone = None;
        let (target, application) = match at {
            Place::Target(target) => (target, None),
            Place::Outside(id) => (Target::Outside(id), None),
            Place::Device { device, .. } => (group_of(self.plan, device), self.plan.applications_of(device).next()),
        };
        match because {
            Rejection::NotAnswered if matches!(target, Target::Phones(_) | Target::Outside(_)) => {
                self.span(Cause::NoAnswer(target), since, now, Strand::Call);
            }
            Rejection::NotAnswered => self.span(Cause::NotAccepted(target), since, now, Strand::Call),
            Rejection::ApplicationFailed => {
                if let Some(application) = application {
                    let failed = self.failed(application, now).max(since);
                    self.span(Cause::FailureUnnoticed(application), failed, now, Strand::Call);
                }
            }
            Rejection::NotOpened | Rejection::Busy => self.state(now, Cause::Unknown),
        }
    }

    /// When what has been noticed now had failed.
    fn failed(&self, application: ApplicationId, now: Time) -> Time {
        let before = self.cluster.iter().rev().skip_while(|(at, _)| *at > now);
        let failure = |fact: &Fact| match *fact {
            Fact::ApplicationFailed { application: it, .. } | Fact::ApplicationLinkFailed { application: it, .. } => {
                it == application
            }
            Fact::CtiManagerFailed { .. } => true,
            _ => false,
        };
        before.filter(|(_, fact)| failure(fact)).map(|(at, _)| *at).next().unwrap_or(Time::ZERO)
    }

    fn walk(&self, from: Time, until: Time) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut at = until;
        while at > from {
            let part = self.ends_at(at).unwrap_or_else(|| self.state_until(at, from));
            at = part.from.max(from);
            match parts.last_mut() {
                Some(later) if later.cause == part.cause => later.from = at,
                _ => parts.push(Part { from: at, ..part }),
            }
        }
        parts.reverse();
        parts
    }

    /// The span that ends at a moment: of several the latest, of those that the walk follows if there are any.
    fn ends_at(&self, at: Time) -> Option<Part> {
        let ending = || self.spans.iter().rev().filter(|(part, _)| part.until == at);
        let its = ending().find(|(_, strand)| *strand == self.follows);
        its.or_else(|| ending().next()).map(|(part, _)| *part)
    }

    /// What a call was in before a moment at which nothing ends: what was under way, or else the state that it was in.
    fn state_until(&self, at: Time, from: Time) -> Part {
        let earlier = || self.states.iter().enumerate().filter(|(_, (since, ..))| *since < at);
        let its = earlier().filter(|(_, (_, _, strand))| *strand == self.follows || *strand == Strand::Call);
        let last = its.max_by_key(|(row, (since, cause, _))| (*since, *cause != Cause::Unknown, *row));
        let (since, cause) = last.map_or((from, Cause::Unknown), |(_, (since, cause, _))| (*since, *cause));
        let under_way = self.spans.iter().filter(|(part, strand)| {
            part.from >= since && part.from < at && part.until > at && *strand == self.follows
        });
        let under_way = under_way.max_by_key(|(part, _)| part.from);
        under_way.map_or(Part { cause, from: since, until: at }, |(part, _)| Part { until: at, ..*part })
    }
}

/// The route point or group of a device.
pub(super) fn group_of(plan: &Plan, device: DeviceId) -> Target {
    let it = &plan.devices[device.index()];
    match it.kind {
        DeviceKind::RoutePoint => Target::RoutePoint(RoutePointId(it.row)),
        DeviceKind::CtiPort => Target::Ports(PortGroupId(it.row)),
        DeviceKind::Phone => Target::Phones(PhoneGroupId(it.row)),
    }
}

fn before(now: Time, span: Span) -> Time {
    Time::from_nanos(now.nanos().saturating_sub(span.nanos()))
}

const fn target_of(pool: PoolId) -> Target {
    match pool {
        PoolId::Ports(id) => Target::Ports(id),
        PoolId::Phones(id) => Target::Phones(id),
        PoolId::Outside(id) => Target::Outside(id),
    }
}
