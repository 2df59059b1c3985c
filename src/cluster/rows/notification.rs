//! A message between an application and a CallManager about one device that the application has open.

use crate::domain::{CallName, ConnectionId, OpenerId, PhoneEvent};
use crate::engine::{Handle, Time};

/// A message of one application, how far it has got, and over which connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notification {
    pub(crate) about: About,
    pub(crate) stage: Stage,
    pub(crate) opener: OpenerId,
    pub(crate) connection: ConnectionId,
    /// The number of the connection: over another one, nothing comes of it.
    pub(crate) number: u16,
}

/// What it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    /// A call at a route point of which other applications are notified as well: a request of each follows.
    Offered { call: Handle, step: u8 },
    /// Something happened to a call at a phone. `hops` tells one visit of the call there from the next.
    Phone { event: PhoneEvent, call: Handle, caller: CallName, hops: u8, since: Time },
    /// A person has asked the application to do something with the call.
    Asked { call: Handle, step: u8 },
    /// The application dials.
    Dialling { caller: CallName },
}

impl Notification {
    /// The call, if it is about one for which somebody has asked the application.
    pub(crate) fn asked(&self) -> Option<(Handle, u8)> {
        match self.about {
            About::Asked { call, step } => Some((call, step)),
            About::Offered { .. } | About::Phone { .. } | About::Dialling { .. } => None,
        }
    }
}

/// Where it is on its way. What begins with the application begins in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// To the CTIManager.
    ToManager,
    /// To the application.
    ToApplication,
    /// At the application, until a worker has decided.
    AtApplication,
    /// Back to the CTIManager, as a request.
    RequestToManager,
    /// To the CallManager.
    RequestToCallManager,
    /// The application has lost the phone: the person does it by hand.
    ByHand,
}
