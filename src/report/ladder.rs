//! Calls, message by message, as data: who takes part, what happens in order of time, and what each call spent its time on. Text, SVG,
//! Mermaid, trace files and JSON lines are drawn from it and from nothing else.

use serde::{Deserialize, Serialize};

/// A stretch of one replication, or calls of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// Its id in the report.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// In words, for those who do not see it.
    pub description: String,
    /// The replication.
    pub replication: u64,
    /// The clock when the run begins, in nanoseconds since midnight, if the workload says so.
    pub starts: Option<u64>,
    /// Who takes part, from left to right.
    pub lanes: Vec<Lane>,
    /// The calls.
    pub calls: Vec<Call>,
    /// What happens, in order of time.
    pub steps: Vec<Step>,
    /// What was left out, if anything.
    pub note: Option<String>,
}

/// One that takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What it is.
    pub kind: LaneKind,
    /// Its name; empty of callers.
    pub name: String,
}

/// What takes part, in the order of lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LaneKind {
    /// The caller.
    Caller,
    /// A CallManager.
    CallManager,
    /// A CTIManager.
    CtiManager,
    /// An application.
    Application,
    /// A database.
    Database,
    /// A route point.
    RoutePoint,
    /// A group of ports.
    Ports,
    /// A group of phones.
    Phones,
    /// A number outside.
    Outside,
    /// A queue.
    Queue,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its name: the traffic and the number of the caller, as in `callers:17`.
    pub name: String,
    /// When it was offered, in nanoseconds since the run began, like all times here.
    pub offered: u64,
    /// When it was over; the end of the run, if it was not.
    pub until: u64,
    /// How it ended.
    pub ending: String,
    /// What its time was spent on, without gaps.
    pub parts: Vec<Part>,
}

/// A part of a call's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it was spent on.
    pub text: String,
    /// Where, which may be the same for several parts that follow each other: waiting for a station, and its work.
    pub place: String,
    /// From when.
    pub from: u64,
    /// Until when.
    pub until: u64,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// To which call, by its place in the list; `None`: to the cluster.
    pub call: Option<usize>,
    /// What, in few words.
    pub text: String,
    /// When and where.
    pub event: Event,
}

/// When and where something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A message.
    Message {
        /// The lane of the sender.
        from: usize,
        /// The lane of the receiver.
        to: usize,
        /// When it leaves.
        departs: u64,
        /// When it arrives.
        arrives: u64,
        /// Whether nothing came of it.
        lost: bool,
    },
    /// A piece of work at a station.
    Work {
        /// The lane of the station.
        lane: usize,
        /// When it joined the queue.
        arrived: u64,
        /// When it was started.
        started: u64,
        /// When it was done.
        finished: u64,
    },
    /// A moment.
    Moment {
        /// The lane; `None`: it concerns all.
        lane: Option<usize>,
        /// When.
        at: u64,
        /// Whether something goes wrong.
        bad: bool,
    },
}

impl Event {
    /// When it begins.
    pub const fn begins(&self) -> u64 {
        match *self {
            Event::Message { departs, .. } => departs,
            Event::Work { arrived, .. } => arrived,
            Event::Moment { at, .. } => at,
        }
    }

    /// Its lanes.
    pub(super) const fn lanes(&self) -> [Option<usize>; 2] {
        match *self {
            Event::Message { from, to, .. } => [Some(from), Some(to)],
            Event::Work { lane, .. } => [Some(lane), None],
            Event::Moment { lane, .. } => [lane, None],
        }
    }

    /// With nothing before what it follows, which files of others may hold.
    pub(super) fn in_order(mut self) -> Event {
        match &mut self {
            Event::Message { departs, arrives, .. } => *arrives = (*arrives).max(*departs),
            Event::Work { arrived, started, finished, .. } => {
                *started = (*started).max(*arrived);
                *finished = (*finished).max(*started);
            }
            Event::Moment { .. } => {}
        }
        self
    }
}

impl Step {
    /// When it begins.
    pub const fn begins(&self) -> u64 {
        self.event.begins()
    }
}
