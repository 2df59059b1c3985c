//! A place where a call can be: a device or a number outside.

use crate::domain::{ApplicationId, NodeId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceKind {
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
pub(crate) struct Place {
    pub(crate) kind: PlaceKind,
    /// Whether an application has it open; phones and numbers outside always are.
    pub(crate) open: bool,
    /// Whether a port or phone stands in its group's list of free ones.
    pub(crate) listed: bool,
    pub(crate) homing: Homing,
    /// The row of its route point, group or destination.
    pub(crate) row: u16,
    /// The CallManager where it is registered, was last, or is being registered.
    pub(crate) node: NodeId,
    /// Who controls it.
    pub(crate) application: Option<ApplicationId>,
    /// How many calls are there.
    pub(crate) calls: u32,
}

/// Whether a device goes home (R18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Homing {
    /// It is there, or has no home to go to for now.
    Settled,
    /// It is elsewhere, its home is back, and it waits for the moment to go.
    Waiting,
    /// It is on its way.
    Leaving,
}

impl Place {
    pub(crate) const fn new(kind: PlaceKind, row: u16, node: NodeId, application: Option<ApplicationId>) -> Place {
        Place { kind, open: false, listed: false, homing: Homing::Settled, row, node, application, calls: 0 }
    }
}
