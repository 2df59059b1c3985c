//! A connection of an application to a CTIManager: its heartbeats as seen from there, and what is opened over it.

use crate::domain::{ApplicationId, NodeId};
use crate::engine::{Span, Stream, Time, stream_number, uniform};
use crate::plan::{Application, Connection, Plan};
use crate::rules::heartbeat::{self, Watch};
use crate::rules::manager_choice::ConnectReason;

/// How an application watches its CTIManager. Nothing is simulated of that, except while a link may keep messages away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lookout {
    /// When it last heard from it by anything but a heartbeat, or by one that was simulated.
    pub(crate) heard: Option<Time>,
    /// While it is on: since when messages may be kept away, and when it misses the CTIManager by its heartbeats alone.
    pub(crate) on: Option<(Time, Time)>,
    /// Counts the times it was on: what was scheduled for an earlier one is stale.
    pub(crate) number: u16,
}

impl Lookout {
    /// Messages arrive again, or it no longer waits for any.
    pub(crate) fn stand_down(&mut self) {
        if self.on.take().is_some() {
            self.number = self.number.wrapping_add(1);
        }
    }
}

/// A connection that an application has left because it missed the CTIManager, while that has not missed the application: all
/// that it opened there with media is open there (R4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeftConnection {
    /// The node of the CTIManager.
    pub(crate) manager: NodeId,
    /// The number of the connection.
    pub(crate) number: u16,
    /// Since when the two do not reach each other.
    pub(crate) since: Time,
    /// The interval of heartbeats on it.
    pub(crate) heartbeat: Span,
    /// What the CTIManager has heard over it (R23).
    pub(crate) watch: Watch,
}

/// The two ends of a connection, which every message needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) application: ApplicationId,
    /// The node of the CTIManager that it leads to, or did last.
    pub(crate) manager: NodeId,
}

/// A connection in a run. It belongs to its application's process, and fails with it.
pub(crate) struct ConnectionState {
    pub(crate) application: ApplicationId,
    /// Since when the devices opened over it count as out of service: when the application failed while connected, or was last
    /// considered failed.
    pub(crate) failed_at: Time,
    /// Which CTIManager of its list it leads to, or did last.
    pub(crate) manager: usize,
    /// How the application looks for one when it next tries.
    pub(crate) seeks: ConnectReason,
    /// Whether the CTIManager holds it open.
    pub(crate) connected: bool,
    /// Counts how often it was opened or closed: what was scheduled for it before is stale.
    pub(crate) number: u16,
    /// Counts the application's restarts and attempts to connect: what was scheduled for an earlier one is stale.
    pub(crate) attempt: u16,
    /// The attempt at which it will notice by missing heartbeats that its CTIManager hung, unless a restart tells it before.
    pub(crate) waits_for_hung: Option<u16>,
    /// The attempt at which its application will notice that it has lost the CTIManager, and since when.
    pub(crate) lost: Option<(u16, Time)>,
    /// The interval of heartbeats on it.
    pub(crate) heartbeat: Span,
    /// What the CTIManager has heard over it (R23).
    pub(crate) watch: Watch,
    /// How the application watches the CTIManager in its turn.
    pub(crate) lookout: Lookout,
    /// The connection before it that the application has left and that the CTIManager there still holds open.
    pub(crate) left: Option<LeftConnection>,
    /// The next of its devices to ask for.
    pub(crate) opening: usize,
    /// Until then it asks for none: the pace holds between any two requests.
    pub(crate) next_request: Time,
    pub(crate) heartbeat_stream: Stream,
    /// For the heartbeats of the CTIManager, which are looked at only while something may keep them away.
    pub(crate) lookout_stream: Stream,
}

impl ConnectionState {
    pub(crate) fn new(plan: &Plan, connection: &Connection, place: u16) -> ConnectionState {
        let Application { name, heartbeat, .. } = &plan.applications[connection.application.index()];
        // What the first connection draws does not depend on how many there are.
        let name = if place == 0 { name.clone() } else { format!("{name} {place}") };
        let stream = |purpose| Stream::new(0, 0, stream_number(purpose, &name));
        ConnectionState {
            application: connection.application,
            failed_at: Time::ZERO,
            manager: 0,
            seeks: ConnectReason::Started,
            connected: false,
            number: 0,
            attempt: 0,
            waits_for_hung: None,
            lost: None,
            heartbeat: *heartbeat,
            watch: heartbeat::heard(Time::ZERO, *heartbeat),
            lookout: Lookout::default(),
            left: None,
            opening: 0,
            next_request: Time::ZERO,
            heartbeat_stream: stream("heartbeat"),
            lookout_stream: stream("CTIManager heartbeat"),
        }
    }

    /// Whether this is the number of a connection that was left and that is still open on the CTIManager's side.
    pub(crate) fn has_left(&self, number: u16) -> bool {
        self.left.is_some_and(|left| left.number == number)
    }

    /// A uniformly distributed part of a span.
    pub(crate) fn part_of(&mut self, span: Span) -> Span {
        Span::from_nanos((uniform(self.heartbeat_stream.next_u64()) * span.nanos() as f64) as u64)
    }

    /// Until the next heartbeat of the CTIManager is due.
    pub(crate) fn manager_beats_in(&mut self, interval: Span) -> Span {
        Span::from_nanos((uniform(self.lookout_stream.next_u64()) * interval.nanos() as f64) as u64)
    }
}
