//! How a device stands with CallManager and application.

use super::place::PlaceKind;
use crate::domain::NodeId;
use crate::engine::Time;

/// How a device stands with CallManager and application: what is needed when something happens to it, and so kept apart
/// from what every call at it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registration {
    /// Since when its home has been back; means something unless it is settled.
    pub(crate) home_back: Time,
    /// Since when it has been out of service, while it is.
    pub(crate) out_since: Time,
    /// Where it was when the run began, and where it returns to (R18).
    pub(crate) home: NodeId,
    /// Counts what makes open requests under way void.
    pub(crate) stamp: u16,
    /// Whether its registration at its node stands, even if nobody has it open.
    pub(crate) stands: bool,
    /// Whether it is for the CTIManager to open it again.
    pub(crate) lost: bool,
    /// Whether it is being opened or, being a phone, registered.
    pub(crate) pending: bool,
    /// A phone's: whether its control is being asked for.
    pub(crate) asked: bool,
    /// A phone's: whether its application controls it.
    pub(crate) controlled: bool,
    /// A phone's: whether its application has opened it, be it registered or not (R20).
    pub(crate) reopened: bool,
}

impl Registration {
    /// Of a device that is at home.
    pub(crate) const fn at(home: NodeId) -> Registration {
        Registration {
            home_back: Time::ZERO,
            out_since: Time::ZERO,
            home,
            stamp: 0,
            stands: true,
            lost: false,
            pending: false,
            asked: false,
            controlled: false,
            reopened: false,
        }
    }

    /// Whether an application or CTIManager has asked for it. A phone can be asked for while it registers itself.
    pub(crate) const fn requested(&mut self, kind: PlaceKind) -> &mut bool {
        match kind {
            PlaceKind::Phone => &mut self.asked,
            _ => &mut self.pending,
        }
    }
}
