//! What an application is told of a call that others are told of as well.

use crate::domain::{ConnectionId, OpenerId};
use crate::engine::Handle;

/// What one application is told of a call, and how far it has got with that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Telling {
    pub(crate) call: Handle,
    pub(crate) step: u8,
    pub(crate) stage: Stage,
    pub(crate) opener: OpenerId,
    pub(crate) connection: ConnectionId,
    /// The number of the connection: over another one, nothing comes of it.
    pub(crate) number: u16,
}

/// Where it is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// To the CTIManager.
    ToManager,
    /// To the application, and there until a worker has decided.
    ToApplication,
    /// Back to the CTIManager, as a request.
    RequestToManager,
    /// To the CallManager.
    RequestToCallManager,
}
