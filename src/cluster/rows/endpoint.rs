//! An endpoint of calls: a device or a number outside.

use crate::domain::{ConnectionId, NodeId};
use crate::rules::rehoming::Rehoming;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointKind {
    RoutePoint,
    Port,
    Phone,
    Outside,
}

/// No endpoint.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// An endpoint of calls: a device or a number outside. It has only what calls need: sixteen bytes, four to a cache line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    pub(crate) kind: EndpointKind,
    pub(crate) service: Service,
    /// Whether a port or phone is in its group's list of free ones.
    pub(crate) listed: bool,
    pub(crate) rehoming: Rehoming,
    /// The row of its route point, group or destination.
    pub(crate) row: u16,
    /// The CallManager it is registered with, was last, or is being registered with.
    pub(crate) node: NodeId,
    /// The connection over which it is open, or was last, or is to be opened.
    pub(crate) connection: Option<ConnectionId>,
    /// The number of calls at it.
    pub(crate) calls: u32,
}

/// Whether an endpoint takes calls, and if not, what is being done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Open: by an application, or for a phone registered; a number outside always is.
    Open,
    /// No application has requested it, or the phone has no CallManager.
    Closed,
    /// The CTIManager is to open it again. Not used for phones, which register by themselves.
    Lost,
    /// It is being opened or, if it is a phone, registered.
    Pending,
}

impl Endpoint {
    pub(crate) const fn new(kind: EndpointKind, row: u16, node: NodeId, connection: Option<ConnectionId>) -> Endpoint {
        Endpoint {
            kind,
            service: Service::Closed,
            listed: false,
            rehoming: Rehoming::Settled,
            row,
            node,
            connection,
            calls: 0,
        }
    }
    pub(crate) fn is_open(&self) -> bool {
        self.service == Service::Open
    }

    /// Voids a pending request for it.
    pub(crate) fn void_request(&mut self) {
        if self.service == Service::Pending {
            self.service = Service::Closed;
        }
    }
}

impl Service {
    /// The state of a route point or port after the loss of its CallManager: if an application had opened or requested it,
    /// it is to be opened again.
    pub(crate) const fn after_loss(self) -> Service {
        match self {
            Service::Closed => Service::Closed,
            Service::Open | Service::Lost | Service::Pending => Service::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_endpoints_fill_a_cache_line() {
        assert_eq!(size_of::<Endpoint>(), 16);
    }
}
