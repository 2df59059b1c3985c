//! An application: its process, with its workers and their queue.

use crate::domain::ConnectionId;
use crate::engine::{Handle, Span, Stream, Time, stream_number};
use crate::facts::Share;
use crate::plan::Application;
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
    /// A message about a single device, or what a person asks for.
    Notification(Handle),
    /// The application's own heartbeat on a connection: it waits its turn like everything else, which is how overload delays
    /// it.
    Heartbeat(ConnectionId),
}

/// A worker with an event about a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker {
    pub(crate) job: Job,
    /// Whether its process has failed: then it only returns its row.
    pub(crate) abandoned: bool,
    /// How long the look-up took, if it made one.
    pub(crate) lookup: Option<Span>,
}

/// The number of shares that are reported.
pub(crate) const ALL_SHARES: u8 = 3;

/// An application in a run: its process, with whatever waits in it.
pub(crate) struct ApplicationState {
    pub(crate) health: Health,
    /// The fault it suffers from.
    pub(crate) fault: Option<u16>,
    /// When the fault it suffers from struck.
    pub(crate) struck_at: Time,
    /// When it last lost control of a device.
    pub(crate) lost_at: Time,
    pub(crate) workers: Vec<Worker>,
    pub(crate) idle_rows: Vec<u32>,
    pub(crate) busy: u32,
    pub(crate) queue: VecDeque<(Time, Job)>,
    /// How many of its devices are open.
    pub(crate) open: u32,
    pub(crate) shares: u8,
    pub(crate) work_stream: Stream,
}

impl ApplicationState {
    pub(crate) fn new(application: &Application) -> ApplicationState {
        ApplicationState {
            health: Health::Up,
            fault: None,
            struck_at: Time::ZERO,
            lost_at: Time::ZERO,
            workers: Vec::new(),
            idle_rows: Vec::new(),
            busy: 0,
            queue: VecDeque::new(),
            open: 0,
            shares: 0,
            work_stream: Stream::new(0, 0, stream_number("work", &application.name)),
        }
    }

    /// Whether it is up and responds.
    pub(crate) fn acts(&self) -> bool {
        self.health == Health::Up
    }

    /// When it resumes, if it is stalled.
    pub(crate) fn resumes(&self) -> Option<Time> {
        match self.health {
            Health::Stalled(until) => Some(until),
            Health::Up | Health::Down => None,
        }
    }

    /// It controls one device less. If that is because of something that `failed`, and not because the device rehomes, its
    /// recovery is timed from then: if it was not already, returns since when.
    pub(crate) fn lose_device(&mut self, failed: Option<Time>) -> Option<Time> {
        self.open -= 1;
        let failed = failed?;
        // A fault supersedes an earlier one that has not been recovered, even if it is noticed first.
        let recovered = self.shares == ALL_SHARES;
        let lost_at = if recovered { failed } else { self.lost_at.max(failed) };
        let begins = self.shares > 0 || lost_at > self.lost_at;
        (self.lost_at, self.shares) = (lost_at, 0);
        begins.then_some(lost_at)
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
