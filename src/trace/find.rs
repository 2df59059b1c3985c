//! The calls behind the values of measures, with what each spent its time on and why it fared so.

use std::collections::BTreeMap;

use super::behind::Backlog;
use super::moments::{Faults, moments};
use super::parts::{Cause, Part, group_of, parts};
use super::watch::{Observed, Observer};
use crate::domain::{
    ApplicationId, CallName, Contact, Ending, NodeId, Refusal, Rejection, RoutePointId, StationId, Target,
};
use crate::engine::{Span, Time};
use crate::facts::{Fact, Place, Task};
use crate::plan::Plan;
use crate::record::Column;
use crate::rules::admission::Missing;

/// Why a call was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It was turned away last there.
    TurnedAway {
        /// Where: a route point, a group of ports or phones, or a number outside.
        at: Target,
        /// Why.
        because: Rejection,
        /// What was missing on the way there, if that is why.
        missing: Option<Missing>,
    },
    /// The CallManager of a node refused new calls (Code Yellow).
    CodeYellow(NodeId),
    /// No CallManager was up for the caller.
    NoCallManager,
    /// What took the longest of its wait: since it was offered or, once connected, since its caller asked for a person.
    After(Cause),
    /// It was connected, and this is what it was in at last.
    During(Cause),
    /// It is of this application.
    Of(ApplicationId),
    /// Nothing went wrong.
    Counted,
}

/// A value of a measure, and what is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the measures that are watched.
    pub measure: usize,
    /// The call, if it is one's.
    pub call: Option<CallName>,
    /// The node at which the call came in.
    pub ingress: Option<NodeId>,
    /// The first route point that it was presented at.
    pub route_point: Option<RoutePointId>,
    /// The duration; zero for a count.
    pub value: Span,
    /// How often it counts.
    pub times: u64,
    /// Whether the duration was not over: it is not known then, and has no parts.
    pub censored: bool,
    /// When it began; for a call that was counted, when it was offered.
    pub from: Time,
    /// When it was known.
    pub at: Time,
    /// What it was spent on: of a duration, its lengths add up to the value; of a call that was counted, its time until then.
    pub parts: Vec<Part>,
    /// How long it waited for stations with one server, by what these did meanwhile. Waits of which only a part counts are not in it.
    pub behind: Vec<(StationId, Task, Span)>,
    /// Why a call was counted.
    pub why: Option<Why>,
    /// The faults that were there meanwhile, by their rows in the plan.
    pub faults: Vec<usize>,
}

/// Who is to know of values.
pub trait Audience {
    /// A value.
    fn found(&mut self, found: Found);
}

impl<F: FnMut(Found)> Audience for F {
    fn found(&mut self, found: Found) {
        self(found);
    }
}

/// What is known of a call in progress.
#[derive(Debug, Default)]
struct Call {
    facts: Vec<(Time, Fact)>,
    /// What it waited for at stations with one server: from when until when, and for how long for which task.
    waits: Vec<(StationId, Time, Time, BTreeMap<Task, Span>)>,
    ingress: Option<NodeId>,
    route_point: Option<RoutePointId>,
}

/// Finds what is behind each value of the measures that a [`Watch`](super::Watch) watches, with what is behind it.
pub struct Finder<'p, A> {
    plan: &'p Plan,
    columns: Vec<Column>,
    calls: BTreeMap<CallName, Call>,
    /// A call that is over, once the values of this fact are known.
    over: Option<CallName>,
    /// What failed, was noticed and came back.
    cluster: Vec<(Time, Fact)>,
    faults: Faults<'p>,
    backlogs: Vec<Backlog>,
    /// The work that stations did in all replications, in nanoseconds; of workers, look-ups apart from the rest.
    pub work: BTreeMap<(StationId, Task), u128>,
    /// Who is to know.
    pub audience: A,
}

impl<'p, A: Audience> Finder<'p, A> {
    /// For these columns of runs of a plan.
    pub fn new(plan: &'p Plan, columns: Vec<Column>, audience: A) -> Finder<'p, A> {
        Finder {
            plan,
            columns,
            calls: BTreeMap::new(),
            over: None,
            cluster: Vec::new(),
            faults: Faults::new(plan),
            backlogs: (0..plan.nodes.len() * 2).map(|_| Backlog::default()).collect(),
            work: BTreeMap::new(),
            audience,
        }
    }

    /// A replication begins.
    pub fn start(&mut self) {
        self.calls.clear();
        self.over = None;
        self.cluster.clear();
        self.faults.start();
        self.backlogs.iter_mut().for_each(Backlog::clear);
    }

    fn served(&mut self, now: Time, fact: Fact) {
        let Fact::Served { station, task, call, arrived, started, finished } = fact else { return };
        let until = finished.min(self.plan.length);
        let did = |from: Time, until: Time| u128::from(until.since(from).nanos());
        let mut add = |task, nanos| *self.work.entry((station, task)).or_default() += nanos;
        match task {
            Task::Decide { lookup } => {
                let known = (started + lookup).min(until);
                add(Task::LookUp, did(started, known));
                add(Task::Decide { lookup: Span::ZERO }, did(known, until));
            }
            task => add(task, did(started, until)),
        }
        let Some(backlog) = self.backlogs.get_mut(station.index()) else { return };
        if started > arrived
            && let Some(call) = call.and_then(|name| self.calls.get_mut(&name))
        {
            call.waits.push((station, arrived, started, backlog.before(now)));
        }
        backlog.before(now);
        backlog.add(started, finished, task);
    }

    /// The interval of a value.
    fn interval(&self, observed: &Observed, call: Option<&Call>) -> (Time, Time) {
        let Observed { at, fact, value, .. } = *observed;
        match fact {
            Fact::Served { arrived, started, .. } => (arrived, started),
            Fact::LookedUp { delay, .. } => {
                // The worker decides after the look-up, before it is noted.
                let its = call.and_then(|call| looked_up(&call.facts, delay));
                its.map_or((before(at, value), at), |(started, _)| (started, started + delay))
            }
            _ => (before(at, value), at),
        }
    }

    /// What a duration was spent on.
    fn spent(&self, observed: &Observed, call: Option<&Call>, from: Time, until: Time) -> Vec<Part> {
        match (observed.fact, call) {
            (Fact::Served { station, .. }, _) => whole(Cause::Waiting(station), from, until),
            (Fact::Taken { application, .. }, _) => whole(Cause::Waiting(self.plan.workers(application)), from, until),
            (Fact::Forwarded { since_failure: Some(value), waited, .. }, Some(call)) if value == observed.value => {
                // The application may have failed before the call came.
                let presented = before(until, waited).max(from);
                let failed = call.facts.iter().rev().find_map(|(_, fact)| match fact {
                    Fact::TurnedAway { at: Place::Device { device, .. }, .. } => {
                        self.plan.applications_of(*device).next()
                    }
                    _ => None,
                });
                let cause = failed.map_or(Cause::Unknown, Cause::FailureUnnoticed);
                let mut spent = whole(cause, from, presented);
                spent.extend(parts(self.plan, &call.facts, &self.cluster, presented, until));
                spent
            }
            (Fact::LookedUp { application, delay, .. }, call) => {
                match call.and_then(|call| looked_up(&call.facts, delay)?.1) {
                    Some((database, begun)) => {
                        let mut spent = whole(Cause::Waiting(database), from, begun);
                        spent.extend(whole(Cause::Work(database, Task::LookUp), begun, until));
                        spent
                    }
                    None => whole(Cause::LookUp(application), from, until),
                }
            }
            (_, Some(call)) => parts(self.plan, &call.facts, &self.cluster, from, until),
            (fact, None) => moments(&self.cluster, fact, from, until),
        }
    }

    /// Why a call was counted.
    fn why(&self, observed: &Observed, call: Option<&Call>, life: &[Part]) -> Why {
        let last = || {
            call?.facts.iter().rev().find_map(|(_, fact)| match *fact {
                Fact::TurnedAway { at, because, missing, .. } => {
                    Some(Why::TurnedAway { at: self.place(at), because, missing })
                }
                _ => None,
            })
        };
        let longest = |since: Time| {
            let longest = life.iter().rev().filter(|part| part.until > since);
            let longest = longest.max_by_key(|part| part.until.since(part.from.max(since)))?;
            Some(Why::After(longest.cause))
        };
        let of = |application: Option<ApplicationId>| application.map(Why::Of);
        let why = match observed.fact {
            Fact::Ended { ending: Ending::Refused(Refusal::Throttled), .. } => {
                call.and_then(|call| call.ingress).map(Why::CodeYellow)
            }
            Fact::Ended { ending: Ending::Refused(Refusal::NoCallManager), .. } => Some(Why::NoCallManager),
            Fact::Ended { ending: Ending::Refused(_), .. } | Fact::Forwarded { .. } => last(),
            Fact::Ended { ending: Ending::Completed, .. } => None,
            Fact::Ended { reached, offered, .. } => match reached.contact {
                Contact::Nothing | Contact::Alerted => longest(offered),
                Contact::AwaitsPerson => longest(reached.waits_since),
                Contact::Connected => life.last().map(|part| Why::During(part.cause)),
            },
            Fact::LeftQueue { waited, .. } => longest(before(observed.at, waited)),
            Fact::RequestTimedOut { application, .. }
            | Fact::RequestFailed { application, .. }
            | Fact::ScreenPopLost { application, .. }
            | Fact::ApplicationClosed { application, .. } => of(Some(application)),
            Fact::DeviceGivenUp { device, .. } | Fact::DeviceOpened { device, .. } => {
                of(self.plan.applications_of(device).next())
            }
            _ => None,
        };
        why.unwrap_or(Why::Counted)
    }

    fn place(&self, at: Place) -> Target {
        match at {
            Place::Target(target) => self.plan.group_of(target),
            Place::Device { device, .. } => group_of(self.plan, device),
            Place::Outside(id) => Target::Outside(id),
        }
    }
}

impl<A: Audience> Observer for Finder<'_, A> {
    fn noted(&mut self, now: Time, fact: Fact) {
        if let Some(over) = self.over.take() {
            self.calls.remove(&over);
        }
        self.faults.note(now, fact);
        self.served(now, fact);
        match fact {
            Fact::CallManagerFailed { node } => self.backlogs[usize::from(node.0) * 2].clear(),
            Fact::CtiManagerFailed { node } => self.backlogs[usize::from(node.0) * 2 + 1].clear(),
            _ => {}
        }
        let Some(name) = fact.call() else {
            if super::moments::tells(&fact) {
                self.cluster.push((now, fact));
            }
            return;
        };
        let call = match fact {
            Fact::Offered { .. } => self.calls.entry(name).or_default(),
            _ => match self.calls.get_mut(&name) {
                Some(call) => call,
                // What is left of a call that is over.
                None => return,
            },
        };
        match fact {
            Fact::Offered { ingress, .. } => call.ingress = Some(ingress),
            Fact::Presented { route_point, .. } => call.route_point = call.route_point.or(Some(route_point)),
            Fact::Ended { .. } => self.over = Some(name),
            _ => {}
        }
        call.facts.push((now, fact));
    }

    fn observed(&mut self, observed: Observed) {
        let Observed { measure, at, fact, value, times, censored } = observed;
        let name = fact.call();
        let call = name.and_then(|name| self.calls.get(&name));
        let is_count = matches!(self.columns[measure], Column::Count(..));
        let offered = call.and_then(|call| call.facts.first()).map(|(at, _)| *at);
        let (from, until) = match is_count || censored {
            true => (offered.unwrap_or(at), at),
            false => self.interval(&observed, call),
        };
        let parts = match () {
            () if censored => Vec::new(),
            () if is_count => call.map_or(Vec::new(), |call| parts(self.plan, &call.facts, &self.cluster, from, until)),
            () => self.spent(&observed, call, from, until),
        };
        let waits = call.map_or(&[][..], |call| &call.waits);
        let is_whole = |station: StationId, arrived: Time, started: Time| {
            parts.contains(&Part { cause: Cause::Waiting(station), from: arrived, until: started })
        };
        let waits = waits.iter().filter(|(station, arrived, started, _)| is_whole(*station, *arrived, *started));
        let behind = waits.flat_map(|(station, _, _, tasks)| tasks.iter().map(|(task, span)| (*station, *task, *span)));
        let found = Found {
            measure,
            call: name,
            ingress: call.and_then(|call| call.ingress),
            route_point: call.and_then(|call| call.route_point),
            value,
            times,
            censored,
            from,
            at,
            behind: behind.collect(),
            why: (is_count && !censored).then(|| self.why(&observed, call, &parts)),
            faults: self.faults.between(from, at),
            parts,
        };
        self.audience.found(found);
    }
}

/// The last look-up of a call that took so long: when the worker began, and the database with when it began, if there is one.
fn looked_up(facts: &[(Time, Fact)], delay: Span) -> Option<(Time, Option<(StationId, Time)>)> {
    let decides = |fact: &Fact| matches!(fact, Fact::Served { task: Task::Decide { lookup }, .. } if *lookup == delay);
    let at = facts.iter().rposition(|(_, fact)| decides(fact))?;
    let Fact::Served { started, .. } = facts[at].1 else { return None };
    let before = facts[..at].last().map(|(_, fact)| *fact);
    let database = match before {
        Some(Fact::Served { task: Task::LookUp, station, started, .. }) => Some((station, started)),
        _ => None,
    };
    Some((started, database))
}

/// One part, unless it takes no time.
fn whole(cause: Cause, from: Time, until: Time) -> Vec<Part> {
    if from < until { vec![Part { cause, from, until }] } else { Vec::new() }
}

fn before(now: Time, span: Span) -> Time {
    Time::from_nanos(now.nanos().saturating_sub(span.nanos()))
}
