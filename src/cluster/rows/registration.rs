//! The registration of a device with its CallManager and application.

use super::endpoint::{Endpoint, Service};
use crate::domain::NodeId;
use crate::engine::Time;
use crate::rules::device_recovery::RegistrationStatus;
use crate::rules::phones::Awareness;

/// The registration of a device with its CallManager and application. It is needed only when something happens to the
/// device, and so kept apart from what every call needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registration {
    /// When its home was last back; valid unless rehoming is settled.
    pub(crate) home_returned_at: Time,
    /// Since when it has been out of service, while it is; while it is due to rehome, since when.
    pub(crate) out_since: Time,
    /// Where it was when the run began, and where it rehomes to (R18).
    pub(crate) home: NodeId,
    /// Counts what voids pending open requests.
    pub(crate) stamp: u16,
    /// The number of faults that keep it down.
    pub(crate) faults: u16,
    pub(crate) status: RegistrationStatus,
    /// Whether its application has left the connection that it is open over, which is open on the CTIManager's side.
    pub(crate) held: bool,
    /// How far its first application has got with taking control of it; for phones, and for what another connection holds. The
    /// application that holds a route point or port controls it while it is open.
    pub(crate) claim: Claim,
    /// For phones only: whether it knows that it has lost its CallManager; valid while it is closed.
    pub(crate) awareness: Awareness,
    /// Whether it went out of service with its CallManager, which is noticed only after a while.
    pub(crate) lost_with_callmanager: bool,
    /// Whether an earlier one of its applications is to have it once no call is there.
    pub(crate) wanted: bool,
    /// How many members of its group, from the first one on, its CTIManager has asked in vain for the pending request.
    pub(crate) asked: u8,
}

/// How far an application has got with taking control of a phone, or of a device that another connection holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It has not requested control, or has lost it.
    None,
    /// It, or its CTIManager, has requested control.
    Requested,
    /// It has opened the device, which is not yet registered where it can be controlled (R20).
    Opened,
    /// It has opened the device, and the request to the CallManager is pending.
    Opening,
    /// It controls the device.
    Controlled,
}

impl Claim {
    /// Requests control; returns whether a new request is needed.
    pub(crate) fn request(&mut self) -> bool {
        let before = *self;
        *self = match before {
            Claim::None => Claim::Requested,
            Claim::Opened => Claim::Opening,
            Claim::Requested | Claim::Opening | Claim::Controlled => before,
        };
        *self != before
    }

    /// The request has been answered or has failed.
    pub(crate) fn request_ended(&mut self) {
        *self = match *self {
            Claim::Requested => Claim::None,
            Claim::Opening => Claim::Opened,
            other => other,
        };
    }

    /// The request has reached the CTIManager: the device is open, whether it is registered or not.
    pub(crate) fn open(&mut self) {
        *self = match *self {
            Claim::None => Claim::Opened,
            Claim::Requested => Claim::Opening,
            other => other,
        };
    }

    /// Whether the application has opened it and waits for it to register.
    pub(crate) const fn is_opened(self) -> bool {
        matches!(self, Claim::Opened | Claim::Opening)
    }
}

impl Registration {
    /// The registration of a device that is at home.
    pub(crate) const fn at(home: NodeId) -> Registration {
        Registration {
            home_returned_at: Time::ZERO,
            out_since: Time::ZERO,
            home,
            stamp: 0,
            faults: 0,
            status: RegistrationStatus::Registered,
            held: false,
            claim: Claim::None,
            awareness: Awareness::Unaware,
            lost_with_callmanager: false,
            wanted: false,
            asked: 0,
        }
    }

    /// The application that holds a route point or port, or its CTIManager, requests it; its calls are in `endpoint`. Returns
    /// whether a new request is needed.
    pub(crate) fn request(&mut self, endpoint: &mut Endpoint) -> bool {
        let asks = matches!(endpoint.service, Service::Closed | Service::Lost);
        if asks {
            self.asked = 0;
            endpoint.service = Service::Pending;
        }
        asks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_is_small() {
        assert!(size_of::<Registration>() <= 32);
    }

    #[test]
    fn a_phone_is_requested_once_and_stays_opened_when_the_request_fails() {
        let mut claim = Claim::None;
        assert!(claim.request() && !claim.request());
        claim.open();
        claim.request_ended();
        assert_eq!(claim, Claim::Opened);
        assert!(claim.request() && claim.is_opened());
    }
}
