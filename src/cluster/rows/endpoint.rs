//! A place where a call can be: a device or a number outside.

use crate::domain::{ApplicationId, NodeId};
use crate::rules::rehoming::Rehoming;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointKind {
    RoutePoint,
    Port,
    Phone,
    Outside,
}

/// Where no call is.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// A place where a call can be: a device or a number outside. What calls need of it, and no more: sixteen bytes, four to a
/// line of the cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    pub(crate) kind: EndpointKind,
    pub(crate) service: Service,
    /// Whether a port or phone stands in its group's list of free ones.
    pub(crate) listed: bool,
    pub(crate) rehoming: Rehoming,
    /// The row of its route point, group or destination.
    pub(crate) row: u16,
    /// The CallManager where it is registered, was last, or is being registered.
    pub(crate) node: NodeId,
    /// Who controls it.
    pub(crate) application: Option<ApplicationId>,
    /// How many calls are there.
    pub(crate) calls: u32,
}

/// Whether a place takes calls, and if not, what is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// An application has it open; a phone is registered, a number outside always is.
    Open,
    /// Nobody has asked for it; a phone has no CallManager.
    Closed,
    /// It is for the CTIManager to open it again. Phones are not: they move themselves.
    Lost,
    /// It is being opened or, being a phone, registered.
    Pending,
}

impl Endpoint {
    pub(crate) const fn new(
        kind: EndpointKind,
        row: u16,
        node: NodeId,
        application: Option<ApplicationId>,
    ) -> Endpoint {
        Endpoint {
            kind,
            service: Service::Closed,
            listed: false,
            rehoming: Rehoming::Settled,
            row,
            node,
            application,
            calls: 0,
        }
    }
    pub(crate) fn is_open(&self) -> bool {
        self.service == Service::Open
    }

    /// What was asked for about it is void.
    pub(crate) fn void_request(&mut self) {
        if self.service == Service::Pending {
            self.service = Service::Closed;
        }
    }
}

impl Service {
    /// How a route point or port is after the loss of its CallManager: whoever had it, or was to have it, wants it back.
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
    fn four_places_fill_a_line_of_the_cache() {
        assert_eq!(size_of::<Endpoint>(), 16);
    }
}
