//! What time was spent on, and why calls fared so, in words.

use std::collections::BTreeMap;

use crate::analysis::Explanation;
use crate::domain::{Rejection, StationId, Target};
use crate::facts::{Party, Task};
use crate::plan::Plan;
use crate::rules::admission::Missing;
use crate::trace::{Cause, Milestone, Why};

use super::words::percent;

/// What a station is.
enum At<'p> {
    CallManager(&'p str),
    CtiManager(&'p str),
    Workers(&'p str),
    Connections(&'p str),
}

fn at(plan: &Plan, station: StationId) -> At<'_> {
    let (nodes, applications) = (plan.nodes.len() * 2, plan.applications.len());
    match station.index() {
        row if row < nodes && row.is_multiple_of(2) => At::CallManager(&plan.nodes[row / 2].name),
        row if row < nodes => At::CtiManager(&plan.nodes[row / 2].name),
        row if row < nodes + applications => At::Workers(&plan.applications[row - nodes].name),
        row => At::Connections(&plan.databases[row - nodes - applications].name),
    }
}

/// The name of a station in files.
pub(super) fn station(plan: &Plan, station: StationId) -> String {
    match at(plan, station) {
        At::CallManager(name) => format!("{name}.callmanager"),
        At::CtiManager(name) => format!("{name}.ctimanager"),
        At::Workers(name) => format!("{name}.workers"),
        At::Connections(name) => format!("{name}.connections"),
    }
}

/// A party in words.
fn party(plan: &Plan, party: Party) -> String {
    match party {
        Party::Caller => "the caller".to_owned(),
        Party::CallManager(id) => format!("CallManager {}", plan.nodes[id.index()].name),
        Party::CtiManager(id) => format!("CTIManager {}", plan.nodes[id.index()].name),
        Party::Application(id) => plan.applications[id.index()].name.clone(),
    }
}

/// The name of a party in files.
fn party_name(plan: &Plan, party: Party) -> String {
    match party {
        Party::Caller => "caller".to_owned(),
        Party::CallManager(id) => station(plan, plan.callmanager(id)),
        Party::CtiManager(id) => station(plan, plan.ctimanager(id)),
        Party::Application(id) => plan.applications[id.index()].name.clone(),
    }
}

/// What is done, as in "CallManager sub1 sets calls up".
const fn does(task: Task) -> &'static str {
    match task {
        Task::SetUp => "setting calls up",
        Task::Offer => "offering calls to devices",
        Task::Answer => "connecting calls",
        Task::Redirect => "redirecting and forwarding calls",
        Task::Hold => "putting calls on hold and retrieving them",
        Task::Conference => "joining third parties in",
        Task::Release => "releasing calls",
        Task::Register => "registering devices",
        Task::Event => "passing events on",
        Task::Request => "passing requests on",
        Task::Open => "opening devices",
        Task::Notice => "notifying applications of devices",
        Task::Provider => "opening providers",
        Task::Heartbeat => "reading heartbeats",
        Task::Decide { .. } => "deciding",
        Task::LookUp => "looking callers up",
    }
}

/// A task in words.
pub(super) fn task(task: Task) -> &'static str {
    does(task)
}

/// The name of a task in files.
pub(super) const fn task_name(task: Task) -> &'static str {
    match task {
        Task::SetUp => "setup",
        Task::Offer => "offer",
        Task::Answer => "answer",
        Task::Redirect => "redirect",
        Task::Hold => "hold",
        Task::Conference => "conference",
        Task::Release => "release",
        Task::Register => "register",
        Task::Event => "event",
        Task::Request => "request",
        Task::Open => "open",
        Task::Notice => "notice",
        Task::Provider => "provider",
        Task::Heartbeat => "heartbeat",
        Task::Decide { .. } => "decide",
        Task::LookUp => "lookup",
    }
}

/// What time was spent on, in words that follow "is".
pub fn cause(plan: &Plan, cause: Cause) -> String {
    let application = |id: crate::domain::ApplicationId| &*plan.applications[id.index()].name;
    let target = |it| plan.target_name(it);
    match cause {
        Cause::Waiting(id) => match at(plan, id) {
            At::CallManager(name) => format!("waiting for CallManager {name}"),
            At::CtiManager(name) => format!("waiting for CTIManager {name}"),
            At::Workers(name) => format!("waiting for a free worker of {name}"),
            At::Connections(name) => format!("waiting for a free connection of {name}"),
        },
        Cause::Work(id, task) => match at(plan, id) {
            At::CallManager(name) => format!("CallManager {name} {}", does(task)),
            At::CtiManager(name) => format!("CTIManager {name} {}", does(task)),
            At::Workers(name) | At::Connections(name) => format!("{name} {}", does(task)),
        },
        Cause::LookUp(id) => format!("{} looking callers up", application(id)),
        Cause::Link(from, to) => format!("the link from {} to {}", party(plan, from), party(plan, to)),
        Cause::LinkFailure(from, to) => {
            format!("the link from {} to {}, which was cut or slow", party(plan, from), party(plan, to))
        }
        Cause::Ringing(at) => format!("ringing at {} until somebody answers", target(at)),
        Cause::PersonBusy(at) => format!("ringing at a phone of {} whose person has another call", target(at)),
        Cause::NoAnswer(at) => format!("ringing at {} in vain until the no-answer timer runs out", target(at)),
        Cause::NotAccepted(at) => {
            format!("waiting at {} for an application that does not act until a timer runs out", target(at))
        }
        Cause::FailureUnnoticed(id) => {
            format!("a failure of {}, or of its connection, that nobody has noticed", application(id))
        }
        Cause::Person(id) => format!("waiting in queue {} until a person is free", plan.queues[id.index()].name),
        Cause::HungCallManager(id) => format!("waiting for CallManager {}, which hangs", plan.nodes[id.index()].name),
        Cause::Stalled(id) => format!("{} not going on, because it has stalled or failed", application(id)),
        Cause::Unheard(id) => format!("waiting for {}, which is down or has lost the device", application(id)),
        Cause::RequestTimer(id) => {
            format!("a request of {} without an answer until a timer runs out", application(id))
        }
        Cause::Until(milestone) => match milestone {
            Milestone::Noticed => "the time until the failure is noticed",
            Milestone::Returned => "the time until what failed runs again",
            Milestone::Connected => "the time until the application is connected to a CTIManager",
            Milestone::Idle => "the time until the device has no call and its turn comes",
            Milestone::Open => "the time until the devices are in service",
        }
        .to_owned(),
        Cause::Consulting => "waiting while a person consults another one".to_owned(),
        Cause::Connected => "being connected".to_owned(),
        Cause::OnHold => "being on hold".to_owned(),
        Cause::Unknown => "not known".to_owned(),
    }
}

/// The kind of a cause in files, and where: the station, link, group, queue, node or application.
pub(super) fn cause_names(plan: &Plan, cause: Cause) -> (&'static str, String) {
    let application = |id: crate::domain::ApplicationId| plan.applications[id.index()].name.clone();
    let target = |it| plan.target_name(it).to_owned();
    match cause {
        Cause::Waiting(id) => ("waiting", station(plan, id)),
        Cause::Work(id, task) => (task_name(task), station(plan, id)),
        Cause::LookUp(id) => ("lookup", application(id)),
        Cause::Link(from, to) => ("link", format!("{} to {}", party_name(plan, from), party_name(plan, to))),
        Cause::LinkFailure(from, to) => {
            ("link_failure", format!("{} to {}", party_name(plan, from), party_name(plan, to)))
        }
        Cause::Ringing(at) => ("ringing", target(at)),
        Cause::PersonBusy(at) => ("person_busy", target(at)),
        Cause::NoAnswer(at) => ("no_answer", target(at)),
        Cause::NotAccepted(at) => ("not_accepted", target(at)),
        Cause::FailureUnnoticed(id) => ("failure_unnoticed", application(id)),
        Cause::Person(id) => ("queue", plan.queues[id.index()].name.clone()),
        Cause::HungCallManager(id) => ("callmanager_hangs", plan.nodes[id.index()].name.clone()),
        Cause::Stalled(id) => ("stalled", application(id)),
        Cause::Unheard(id) => ("unheard", application(id)),
        Cause::RequestTimer(id) => ("request_timer", application(id)),
        Cause::Until(milestone) => (
            match milestone {
                Milestone::Noticed => "until_noticed",
                Milestone::Returned => "until_returned",
                Milestone::Connected => "until_connected",
                Milestone::Idle => "until_idle",
                Milestone::Open => "until_open",
            },
            String::new(),
        ),
        Cause::Consulting => ("consulting", String::new()),
        Cause::Connected => ("connected", String::new()),
        Cause::OnHold => ("on_hold", String::new()),
        Cause::Unknown => ("unknown", String::new()),
    }
}

/// Why a call was counted, in a clause.
pub(super) fn why(plan: &Plan, why: Why) -> String {
    match why {
        Why::TurnedAway { at, because, missing } => {
            let name = plan.target_name(at);
            match (because, missing, at) {
                (_, Some(Missing::Link), _) => format!("the link to {name} was cut"),
                (_, Some(Missing::Node), _) => format!("what serves {name} was down"),
                (Rejection::Busy, _, Target::Ports(_)) => format!("no port of {name} was free"),
                (Rejection::Busy, _, Target::Phones(_)) => format!("no phone of {name} was free"),
                (Rejection::Busy, _, Target::Outside(_)) => format!("no line to {name} was free"),
                (Rejection::Busy, ..) => {
                    format!("{name} was busy: it had as many calls as its busy trigger or its maximum allows")
                }
                (Rejection::NotOpened, ..) => format!("no application had {name} open"),
                (Rejection::NotAnswered, _, Target::Phones(_) | Target::Outside(_)) => {
                    format!("nobody answered at {name} in time")
                }
                (Rejection::NotAnswered, ..) => format!("the application of {name} did not act in time"),
                (Rejection::ApplicationFailed, ..) => format!("the application of {name} had failed"),
            }
        }
        Why::CodeYellow(id) => {
            format!("CallManager {} refused new calls (Code Yellow)", plan.nodes[id.index()].name)
        }
        Why::NoCallManager => "no CallManager was up for the caller".to_owned(),
        Why::After(it) => format!("the longest part of the wait was {}", cause(plan, it)),
        Why::During(Cause::Connected) => "the call was connected".to_owned(),
        Why::During(Cause::OnHold) => "the call was on hold".to_owned(),
        Why::During(it) => format!("what the call was in at last was {}", cause(plan, it)),
        Why::Of(id) => format!("it was at {}", plan.applications[id.index()].name),
        Why::Counted => "it was counted, and nothing turned it away".to_owned(),
    }
}

/// The kind of a reason in files, and where.
pub(super) fn why_names(plan: &Plan, why: Why) -> (&'static str, String) {
    match why {
        Why::TurnedAway { at, because, missing } => (
            match (because, missing) {
                (_, Some(Missing::Link)) => "link_cut",
                (_, Some(Missing::Node)) => "node_down",
                (Rejection::Busy, None) => "busy",
                (Rejection::NotOpened, None) => "not_opened",
                (Rejection::NotAnswered, None) => "not_answered",
                (Rejection::ApplicationFailed, None) => "application_failed",
            },
            plan.target_name(at).to_owned(),
        ),
        Why::CodeYellow(id) => ("code_yellow", plan.nodes[id.index()].name.clone()),
        Why::NoCallManager => ("no_callmanager", String::new()),
        Why::After(it) | Why::During(it) => cause_names(plan, it),
        Why::Of(id) => ("of", plan.applications[id.index()].name.clone()),
        Why::Counted => ("counted", String::new()),
    }
}

/// What explains a wait for a station: what this was doing.
pub(super) fn meanwhile(explanation: &Explanation<'_>, id: StationId) -> Option<String> {
    let Explanation { plan, group, work, .. } = explanation;
    /// What is less than this is not worth a word.
    const WORTH_A_WORD: f64 = 0.1;
    let shares = |nanos: Vec<(Task, u128)>| {
        let whole = nanos.iter().map(|(_, nanos)| *nanos).sum::<u128>().max(1) as f64;
        let mut shares: Vec<(Task, f64)> = nanos.iter().map(|(it, nanos)| (*it, *nanos as f64 / whole)).collect();
        shares.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        shares.retain(|(_, share)| *share >= WORTH_A_WORD);
        shares
    };
    let of = |sums: &BTreeMap<(StationId, Task), u128>| {
        sums.iter().filter(|((at, _), _)| *at == id).map(|((_, task), nanos)| (*task, *nanos)).collect::<Vec<_>>()
    };
    let listed = |shares: &[(Task, f64)]| {
        let each = shares.iter().map(|(task, share)| format!("{} {}", percent(*share), does(*task)));
        each.collect::<Vec<_>>().join(" and ")
    };
    match at(plan, id) {
        At::CallManager(name) => {
            let shares = shares(of(&group.behind));
            (!shares.is_empty()).then(|| format!("While they waited, CallManager {name} spent {}.", listed(&shares)))
        }
        At::CtiManager(name) => {
            let shares = shares(of(&group.behind));
            (!shares.is_empty()).then(|| format!("While they waited, CTIManager {name} spent {}.", listed(&shares)))
        }
        At::Workers(name) => {
            let shares = shares(of(work));
            let application = plan.applications.iter().find(|it| it.name == name)?;
            let looks_up = shares.first().is_some_and(|(task, _)| *task == Task::LookUp);
            let database = application.database.filter(|_| looks_up).map(|id| {
                let it = &plan.databases[id.index()];
                let busy = of_station(work, plan.connections(id)) as f64;
                let whole = plan.length.nanos() as f64 * f64::from(it.connections) * explanation.replications as f64;
                let busy = percent(busy / whole.max(1.0));
                let (connections, were) = connections(it.connections);
                format!(" in {}, whose {connections} {were} busy for {busy} of the run", it.name)
            });
            (!shares.is_empty()).then(|| {
                let workers = application.workers;
                format!(
                    "Its {} spent {}{}.",
                    if workers == 1 { "only worker".to_owned() } else { format!("{workers} workers") },
                    listed(&shares[..if database.is_some() { 1 } else { shares.len() }]),
                    database.unwrap_or_default()
                )
            })
        }
        At::Connections(name) => {
            let it = plan.databases.iter().find(|it| it.name == name)?;
            let whole = plan.length.nanos() as f64 * f64::from(it.connections) * explanation.replications as f64;
            let busy = of_station(work, id) as f64 / whole.max(1.0);
            let (connections, were) = connections(it.connections);
            Some(format!("The {connections} of {name} {were} busy for {} of the run.", percent(busy)))
        }
    }
}

fn of_station(work: &BTreeMap<(StationId, Task), u128>, id: StationId) -> u128 {
    work.iter().filter(|((at, _), _)| *at == id).map(|(_, nanos)| *nanos).sum()
}

fn connections(count: u32) -> (String, &'static str) {
    if count == 1 { ("only connection".to_owned(), "was") } else { (format!("{count} connections"), "were") }
}
