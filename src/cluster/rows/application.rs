//! An application: its workers, its connection, and its heartbeats as seen by its CTIManager.

use crate::domain::NodeId;
use crate::engine::{Handle, Span, Stream, Time, stream_number, uniform};
use crate::facts::Share;
use crate::plan::Application;
use crate::rules::heartbeat::{self, Watch};
use crate::rules::manager_choice::ConnectReason;
use std::collections::VecDeque;

/// The state of an application, whatever its CTIManager believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Up,
    /// Stalled until then.
    Stalled(Time),
    Down,
}

/// What a worker takes up next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Job {
    /// An event about a call.
    Call(Handle, u8),
    /// The application's own heartbeat: it waits its turn like everything else, which is how overload delays it.
    Heartbeat,
}

/// A worker with a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker {
    pub(crate) call: Handle,
    pub(crate) step: u8,
    /// Whether its process has failed: then it only returns its row.
    pub(crate) abandoned: bool,
    /// How long the look-up took, if it made one.
    pub(crate) lookup: Option<Span>,
}

/// The number of shares that are reported.
pub(crate) const ALL_SHARES: u8 = 3;

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
    pub(crate) connection: u16,
    /// Since when the two do not reach each other.
    pub(crate) since: Time,
    /// The interval of heartbeats on it.
    pub(crate) heartbeat: Span,
    /// What the CTIManager has heard over it (R23).
    pub(crate) watch: Watch,
}

/// An application in a run.
pub(crate) struct ApplicationState {
    pub(crate) health: Health,
    /// The fault it suffers from.
    pub(crate) fault: Option<u16>,
    /// When the fault it suffers from struck.
    pub(crate) struck_at: Time,
    /// Since when its devices count as out of service: when it failed while connected, or was last considered failed.
    pub(crate) failed_at: Time,
    /// Which CTIManager of its list it is connected to, or was last.
    pub(crate) manager: usize,
    /// How it looks for one when it next tries.
    pub(crate) seeks: ConnectReason,
    /// When it last lost control of a device.
    pub(crate) lost_at: Time,
    /// Whether its CTIManager holds a connection open for it.
    pub(crate) connected: bool,
    /// Counts the connections: what was scheduled for an earlier one is stale.
    pub(crate) connection: u16,
    /// Counts the application's restarts and attempts to connect: what was scheduled for an earlier one is stale.
    pub(crate) attempt: u16,
    /// The attempt at which it will notice by missing heartbeats that its CTIManager hung, unless a restart tells it before.
    pub(crate) waits_for_hung: Option<u16>,
    pub(crate) workers: Vec<Worker>,
    pub(crate) idle_rows: Vec<u32>,
    pub(crate) busy: u32,
    pub(crate) queue: VecDeque<(Time, Job)>,
    /// The interval of heartbeats on its connection.
    pub(crate) heartbeat: Span,
    /// What its CTIManager has heard of it (R23).
    pub(crate) watch: Watch,
    /// How it watches its CTIManager in its turn.
    pub(crate) lookout: Lookout,
    /// A connection that it has left and that the CTIManager there still holds open.
    pub(crate) left: Option<LeftConnection>,
    /// The next of its devices to ask for.
    pub(crate) opening: usize,
    /// How many of its devices are open.
    pub(crate) open: u32,
    pub(crate) shares: u8,
    pub(crate) heartbeat_stream: Stream,
    /// For the heartbeats of its CTIManager, which are looked at only while something may keep them away.
    pub(crate) lookout_stream: Stream,
    pub(crate) work_stream: Stream,
}

impl ApplicationState {
    pub(crate) fn new(application: &Application) -> ApplicationState {
        let stream = |purpose| Stream::new(0, 0, stream_number(purpose, &application.name));
        ApplicationState {
            health: Health::Up,
            fault: None,
            struck_at: Time::ZERO,
            failed_at: Time::ZERO,
            manager: 0,
            seeks: ConnectReason::Started,
            lost_at: Time::ZERO,
            connected: false,
            connection: 0,
            attempt: 0,
            waits_for_hung: None,
            workers: Vec::new(),
            idle_rows: Vec::new(),
            busy: 0,
            queue: VecDeque::new(),
            heartbeat: application.heartbeat,
            watch: heartbeat::heard(Time::ZERO, application.heartbeat),
            lookout: Lookout::default(),
            left: None,
            opening: 0,
            open: 0,
            shares: 0,
            heartbeat_stream: stream("heartbeat"),
            lookout_stream: stream("CTIManager heartbeat"),
            work_stream: stream("work"),
        }
    }

    /// Whether it is up and responds.
    pub(crate) fn acts(&self) -> bool {
        self.health == Health::Up
    }

    /// Whether this is the number of a connection that it has left and that is still open on the CTIManager's side.
    pub(crate) fn has_left(&self, connection: u16) -> bool {
        self.left.is_some_and(|left| left.connection == connection)
    }

    /// When it resumes, if it is stalled.
    pub(crate) fn resumes(&self) -> Option<Time> {
        match self.health {
            Health::Stalled(until) => Some(until),
            Health::Up | Health::Down => None,
        }
    }

    /// A uniformly distributed part of a span.
    pub(crate) fn part_of(&mut self, span: Span) -> Span {
        Span::from_nanos((uniform(self.heartbeat_stream.next_u64()) * span.nanos() as f64) as u64)
    }

    /// Until the next heartbeat of its CTIManager is due.
    pub(crate) fn manager_beats_in(&mut self, interval: Span) -> Span {
        Span::from_nanos((uniform(self.lookout_stream.next_u64()) * interval.nanos() as f64) as u64)
    }

    /// It controls one device less. If that is because of something that `failed`, and not because the device rehomes, its
    /// recovery is timed from then.
    pub(crate) fn lose_device(&mut self, failed: Option<Time>) {
        self.open -= 1;
        if let Some(failed) = failed {
            // A fault supersedes an earlier one that has not been recovered, even if it is noticed first.
            let recovered = self.shares == ALL_SHARES;
            self.lost_at = if recovered { failed } else { self.lost_at.max(failed) };
            self.shares = 0;
        }
    }

    /// Its CTIManager lost some of its devices at `since`.
    pub(crate) fn lost_reach(&mut self, since: Time) {
        if self.health == Health::Up {
            self.failed_at = since;
        }
    }

    /// The next share of its devices that it controls again, if it has just reached one. Each is reported once.
    pub(crate) fn next_share(&mut self, devices: usize) -> Option<Share> {
        const SHARES: [(Share, usize); ALL_SHARES as usize] =
            [(Share::Half, 50), (Share::NinetyFive, 95), (Share::All, 100)];
        let (share, percent) = *SHARES.get(self.shares as usize)?;
        if (self.open as usize) * 100 < devices * percent {
            return None;
        }
        self.shares += 1;
        Some(share)
    }
}
