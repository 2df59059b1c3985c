//! Devices and destinations: route points, ports, phones, and numbers outside.

use std::ops::Range;
use std::sync::Arc;

use super::change::{CallChanges, call_changes};
use super::directory::Directory;
use super::queue::Transfer;
use super::source::controller;
use super::transfers::transfer;
use crate::domain::{ApplicationId, ConnectionId, DeviceId, DeviceKind, Forwards, NodeId, QueueId, Target};
use crate::engine::{Distribution, Span};
use crate::workload::{self as source, Standby};

/// What an application does with a call at a route point.
#[derive(Clone, Debug, PartialEq)]
pub enum Treatment {
    /// Redirects it to one of these, with the given cumulative probabilities (the last is 1); it leaves the route point
    /// as soon as that takes effect.
    Redirect(Vec<(f64, Target)>),
    /// Answers it at the route point itself, with media.
    Answer {
        /// How long it stays there; `None`: the talk time.
        treatment: Option<Distribution>,
        /// Where calls are transferred then, if any are.
        transfer: Option<Transfer>,
    },
}

impl Treatment {
    /// Where calls are transferred after their treatment, if any are.
    pub const fn transfer(&self) -> Option<&Transfer> {
        match self {
            Treatment::Answer { transfer, .. } => transfer.as_ref(),
            Treatment::Redirect(_) => None,
        }
    }
}

/// A line: a directory number on each device of a route point, or of a group of ports or phones. It has the limits and the
/// forwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number at the first device, if it has numbers.
    pub number: Option<String>,
    /// With this many calls it is busy.
    pub busy_trigger: u32,
    /// The most calls it holds.
    pub maximum_calls: u32,
    /// How long a call waits to be answered before it forwards by CFNA; [`Span::FOREVER`]: without limit. Not of a route point.
    pub no_answer: Span,
    /// Its forwards as a run begins.
    pub forwards: Forwards,
}

/// The rows of the lines of a route point or group in tables of all lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineRows {
    /// The first row in a table with a row for each of its lines.
    pub settings: u32,
    /// The first row in a table with a row for each line of each device, if it has more than one line.
    pub calls: Option<u32>,
}

/// The applications that may have a device open, and on what terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Openers {
    /// Which, in order. With media, one of them has it open at a time; without, all of them (R4).
    pub applications: Vec<ApplicationId>,
    /// What a device with media does once an earlier one is back.
    pub standby: Standby,
    /// Whether the device is recovered when its CallManager fails; `None`: as its application says (R19).
    pub recovery: Option<bool>,
}

impl Openers {
    fn of(control: &source::Control, directory: &Directory<'_>) -> Openers {
        let found = |name| directory.applications.find(name);
        Openers {
            applications: control.applications.iter().filter_map(found).collect(),
            standby: control.standby,
            recovery: control.recovery,
        }
    }

    /// The first of them.
    pub fn first(&self) -> Option<ApplicationId> {
        self.applications.first().copied()
    }
}

/// A CTI route point, or several identical ones that share its calls.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutePoint {
    /// Its name in the workload.
    pub name: String,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// The number of devices: each call goes to one of them at random.
    pub count: u32,
    /// Its lines, at least one: a call to its name goes to the first.
    pub lines: Vec<Line>,
    /// Where they are in tables of lines.
    pub rows: LineRows,
    /// The applications that may have it open; without one it never is.
    pub openers: Openers,
    /// What its application does with a call.
    pub treatment: Treatment,
}

/// A group of identical CTI ports.
#[derive(Clone, Debug, PartialEq)]
pub struct PortGroup {
    /// Its name in the workload.
    pub name: String,
    /// The applications that may have them open; without one they never are.
    pub openers: Openers,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many.
    pub count: u32,
    /// The lines of each, at least one: a call to the group takes the first of a free port.
    pub lines: Vec<Line>,
    /// How many consecutive numbers each port has, if its lines are numbered on from the first; otherwise 1.
    pub numbers_of_each: u32,
    /// Where they are in tables of lines.
    pub rows: LineRows,
    /// How long a call is treated at a port; `None`: the talk time.
    pub treatment: Option<Distribution>,
    /// Where calls are transferred after the treatment, if any are.
    pub transfer: Option<Transfer>,
    /// Whether the media comes from the application itself, and ends with it.
    pub media_from_application: bool,
    /// Whether connected calls survive the failure of a CallManager on their path (R15).
    pub keeps_media: bool,
}

/// A group of identical phones.
#[derive(Clone, Debug, PartialEq)]
pub struct PhoneGroup {
    /// Its name in the workload.
    pub name: String,
    /// The number of the whole group, if it has one.
    pub number: Option<String>,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many.
    pub count: u32,
    /// The lines of each, at least one: a call to the group takes the first of a phone without calls.
    pub lines: Vec<Line>,
    /// Where they are in tables of lines.
    pub rows: LineRows,
    /// How long a phone rings until a person answers.
    pub answer: Distribution,
    /// The share of calls that a person answers.
    pub answered: f64,
    /// The application through which people answer; `None`: by hand.
    pub answer_by: Option<ApplicationId>,
    /// How long a person is busy after a call that was answered there; `None`: not at all.
    pub wrap_up: Option<Distribution>,
    /// The queues whose calls they take, the best priority first (R10).
    pub queues: Vec<QueueId>,
    /// What the people at them do with calls.
    pub changes: CallChanges,
    /// The applications that control them as third parties, if any (R14, R20).
    pub openers: Openers,
    /// The time from the failure of its CallManager until a phone starts to register elsewhere (R14).
    pub failover: Distribution,
    /// Whether connected calls survive the failure of a CallManager on their path (R15).
    pub keeps_media: bool,
}

/// A number outside the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// Its name in the workload.
    pub name: String,
    /// Its number, if it has one.
    pub number: Option<String>,
    /// How long it rings until it is answered.
    pub answer: Distribution,
    /// How many calls it takes at a time.
    pub lines: u32,
    /// The node at which calls to it leave.
    pub egress: NodeId,
    /// Whether connected calls survive the failure of the CallManager at which they left (R15).
    pub keeps_media: bool,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its kind.
    pub kind: DeviceKind,
    /// The row of its route point, port group or phone group.
    pub row: u16,
    /// The first of the applications that may have it open.
    pub application: Option<ApplicationId>,
    /// The connection over which that one opens it.
    pub connection: Option<ConnectionId>,
    /// The rows of its further applications in [`super::Plan::openers`], in order.
    pub further: Range<u32>,
    /// Whether calls are answered at it, so that it is open over one connection at a time (R4).
    pub with_media: bool,
    /// Whether it goes back to an earlier one of its applications.
    pub standby: Standby,
    /// Whether it is recovered when its CallManager fails; `None`: as its application says (R19).
    pub recovery: Option<bool>,
    /// The one to three CallManagers it may register with, in order of preference (R7). Identical devices share it.
    pub group: Arc<[NodeId]>,
    /// Those of the group that fail to open it during recovery (R17).
    pub cannot_open_on: Arc<[NodeId]>,
}

impl Device {
    /// Whether several applications may have it open, one at a time.
    #[inline]
    pub fn stands_by(&self) -> bool {
        self.with_media && !self.further.is_empty()
    }

    /// Whether several applications may have it open at once.
    #[inline]
    pub fn is_shared(&self) -> bool {
        !self.with_media && !self.further.is_empty()
    }
}

pub(super) fn route_point(it: &source::RoutePoint, directory: &Directory<'_>) -> RoutePoint {
    let treatment = match &it.treatment {
        source::Treatment::Answer { treatment, transfer } => {
            Treatment::Answer { treatment: treatment.clone(), transfer: self::transfer(transfer.as_ref(), directory) }
        }
        source::Treatment::Redirect(targets) => {
            let mut sum = 0.0;
            let cumulative = targets.iter().filter_map(|(name, share)| {
                sum += share;
                Some((sum, directory.target(name)?))
            });
            let mut cumulative: Vec<(f64, Target)> = cumulative.collect();
            if let Some((last, _)) = cumulative.last_mut() {
                // A sum of decimal fractions may be slightly below 1; a random number above it must still have a target.
                *last = 1.0;
            }
            Treatment::Redirect(cumulative)
        }
    };
    RoutePoint {
        name: it.name.value.clone(),
        first: DeviceId(0),
        count: it.count.value,
        lines: lines(&it.lines, directory),
        rows: LineRows::default(),
        openers: Openers::of(&it.control, directory),
        treatment,
    }
}

fn lines(lines: &[source::Line], directory: &Directory<'_>) -> Vec<Line> {
    let line = |it: &source::Line| Line {
        number: it.number.as_ref().map(|number| number.value.clone()),
        busy_trigger: it.busy_trigger,
        maximum_calls: it.maximum_calls,
        no_answer: it.no_answer,
        forwards: directory.forwards(&it.forwards),
    };
    lines.iter().map(line).collect()
}

pub(super) fn port_group(it: &source::CtiPorts, directory: &Directory<'_>) -> PortGroup {
    PortGroup {
        name: it.name.value.clone(),
        openers: Openers::of(&it.control, directory),
        first: DeviceId(0),
        count: it.count.value,
        lines: lines(&it.lines, directory),
        numbers_of_each: it.lines_per_port.value,
        rows: LineRows::default(),
        treatment: it.treatment.clone(),
        transfer: transfer(it.transfer.as_ref(), directory),
        media_from_application: it.media_from_application,
        keeps_media: it.keeps_media,
    }
}

pub(super) fn phone_group(it: &source::Phones, directory: &Directory<'_>) -> PhoneGroup {
    PhoneGroup {
        name: it.name.value.clone(),
        number: it.number.as_ref().map(|number| number.value.clone()),
        first: DeviceId(0),
        count: it.count.value,
        lines: lines(&it.lines, directory),
        rows: LineRows::default(),
        answer: it.answer.clone(),
        answered: it.answered,
        answer_by: it.answer_by.as_ref().and_then(|by| controller(by, &it.name, &it.control, directory)),
        wrap_up: it.wrap_up.clone().filter(|it| it.mean() > Span::ZERO),
        queues: Vec::new(),
        changes: call_changes(it, directory),
        openers: Openers::of(&it.control, directory),
        failover: it.failover.clone(),
        keeps_media: it.keeps_media,
    }
}

pub(super) fn destination(it: &source::Destination, directory: &Directory<'_>) -> Destination {
    let egress = it.egress.as_ref().and_then(|name| directory.nodes.find(name));
    Destination {
        name: it.name.value.clone(),
        number: it.number.as_ref().map(|number| number.value.clone()),
        answer: it.answer.clone(),
        lines: it.lines,
        egress: egress.unwrap_or(NodeId(0)),
        keeps_media: it.keeps_media,
    }
}
