//! The notification of one application of a call of which others are notified as well.

use crate::domain::{ConnectionId, OpenerId};
use crate::engine::Handle;

/// The notification of one application of a call, and how far that has got.
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
