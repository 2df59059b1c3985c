//! The steps of a call: messages, work at stations, places.

use crate::domain::{ApplicationId, DestinationId, DeviceId, NodeId, Target};
use crate::engine::Span;

/// One end of a message about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The caller, outside the cluster.
    Caller,
    /// The CallManager of a node.
    CallManager(NodeId),
    /// The CTIManager of a node.
    CtiManager(NodeId),
    /// An application.
    Application(ApplicationId),
}

/// A message about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Message {
    /// The set-up: somebody dials.
    SetUp,
    /// The call goes to the CallManager of its device.
    Offer,
    /// An event: something happens to a call at a device.
    Event,
    /// What an application requests for a call.
    Request,
    /// The answer goes to the caller's side.
    Answer,
    /// A third party is to be joined in, at the CallManager of the conference bridge; or has been.
    Join,
}

/// What a station does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// A CallManager analyses the digits of a new call.
    SetUp,
    /// It offers a call to a device.
    Offer,
    /// It connects a call that was answered.
    Answer,
    /// It redirects, transfers or forwards a call.
    Redirect,
    /// It puts a call on hold, or retrieves it, or puts it aside.
    Hold,
    /// It joins a third party in.
    Conference,
    /// It releases a call.
    Release,
    /// It registers and opens a device.
    Register,
    /// A CTIManager passes an event on.
    Event,
    /// It passes a request on.
    Request,
    /// It opens a device.
    Open,
    /// It notifies an application of a device that is in service, or is not.
    Notice,
    /// It opens a provider.
    Provider,
    /// It reads a heartbeat.
    Heartbeat,
    /// A worker of an application decides, after it has looked the caller up for so long.
    Decide {
        /// How long, waiting for a connection of the database included. It comes first.
        lookup: Span,
    },
    /// A database looks a caller up.
    LookUp,
}

/// Where a call was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Where it was sent: it has not reached a device.
    Target(Target),
    /// At a device.
    Device {
        /// Which one.
        device: DeviceId,
        /// Which of its lines.
        line: u8,
    },
    /// At a number outside.
    Outside(DestinationId),
}
