//! The record of a call.

use crate::domain::{CallName, DestinationId, DeviceId, Ending, Forward, NodeId, Rejection, Target};
use crate::engine::{Span, Time};
use crate::facts::{Path, Place};

/// All that a row has about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Its name.
    pub call: CallName,
    /// When it was offered.
    pub offered: Time,
    /// Whether that was in the warm-up: then it is in no count.
    pub in_warm_up: bool,
    /// The phone or port that dialled it; `None`: it came from outside.
    pub dialled_from: Option<DeviceId>,
    /// Its ingress, and the first route point and application.
    pub path: Path,
    /// Where it was answered last.
    pub connected_at: Option<At>,
    /// From the offer until something rang or answered.
    pub post_dial_delay: Option<Span>,
    /// From the offer to the first answer.
    pub setup_delay: Option<Span>,
    /// In all queues together; zero if a phone was free; `None` if it came to no queue.
    pub queue_wait: Option<Span>,
    /// Connected to an application at ports and route points, until it was done with the call.
    pub treatment: Option<Span>,
    /// Connected to people, held calls and conferences included.
    pub talk: Option<Span>,
    /// How often it reached the person whom it was transferred to.
    pub transfers: u32,
    /// How long these transfers took together.
    pub transfer_delay: Option<Span>,
    /// How often it was sent on: redirected, forwarded or transferred.
    pub hops: u32,
    /// The forwards that it took.
    pub forwards: Vec<ForwardTaken>,
    /// Where it was turned away.
    pub turned_away: Vec<TurnedAway>,
    /// How it ended; `None`: it is in progress.
    pub ending: Option<Ending>,
    /// When it was over.
    pub over: Option<Time>,
    /// Its number in call detail records, which is counted at its ingress.
    pub call_id: u32,
}

/// Where a call is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At one line of a device.
    Device {
        /// Which device.
        device: DeviceId,
        /// Which of its lines.
        line: u8,
    },
    /// At a number outside.
    Outside(DestinationId),
}

/// A forward that a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardTaken {
    /// By which setting.
    pub forward: Forward,
    /// The CallManager that forwarded it.
    pub node: NodeId,
    /// From where.
    pub from: Place,
    /// Where to.
    pub to: Target,
}

/// That a call was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// Why.
    pub because: Rejection,
    /// Where.
    pub at: Place,
}
