//! The registration of a device with its CallManager and application.

use super::endpoint::{Endpoint, EndpointKind, Service};
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
    /// For phones only. The application that has a route point or port open controls it.
    pub(crate) phone_control: PhoneControl,
    /// For phones only: whether it knows that it has lost its CallManager; valid while it is closed.
    pub(crate) awareness: Awareness,
    /// How many members of its group, from the first one on, its CTIManager has asked in vain for the pending request.
    pub(crate) asked: u8,
}

/// How far an application has got with taking control of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PhoneControl {
    /// It has not requested control, or has lost it.
    None,
    /// It, or its CTIManager, has requested control.
    Requested,
    /// It has opened the phone, which is not yet registered where it can be controlled (R20).
    Opened,
    /// It has opened the phone, and the request to the CallManager is pending.
    Opening,
    /// It controls the phone.
    Controlled,
}

impl PhoneControl {
    /// Requests control; returns whether a new request is needed.
    fn request(&mut self) -> bool {
        let before = *self;
        *self = match before {
            PhoneControl::None => PhoneControl::Requested,
            PhoneControl::Opened => PhoneControl::Opening,
            PhoneControl::Requested | PhoneControl::Opening | PhoneControl::Controlled => before,
        };
        *self != before
    }

    /// The request has been answered or has failed.
    pub(crate) fn request_ended(&mut self) {
        *self = match *self {
            PhoneControl::Requested => PhoneControl::None,
            PhoneControl::Opening => PhoneControl::Opened,
            other => other,
        };
    }

    /// The request has reached the CTIManager: the phone is open, whether it is registered or not.
    pub(crate) fn open(&mut self) {
        *self = match *self {
            PhoneControl::None => PhoneControl::Opened,
            PhoneControl::Requested => PhoneControl::Opening,
            other => other,
        };
    }

    /// Whether the application has opened it and waits for it to register.
    pub(crate) const fn is_opened(self) -> bool {
        matches!(self, PhoneControl::Opened | PhoneControl::Opening)
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
            phone_control: PhoneControl::None,
            awareness: Awareness::Unaware,
            asked: 0,
        }
    }

    /// An application or CTIManager requests the device, whose calls are in `endpoint`; returns whether a new request is
    /// needed. A phone can be requested while it registers.
    pub(crate) fn request(&mut self, endpoint: &mut Endpoint) -> bool {
        if endpoint.kind == EndpointKind::Phone {
            return self.phone_control.request();
        }
        let asks = matches!(endpoint.service, Service::Closed | Service::Lost);
        if asks {
            self.asked = 0;
            endpoint.service = Service::Pending;
        }
        asks
    }

    /// The request fails. A phone that is registering goes on with that.
    pub(crate) fn withdraw(&mut self, endpoint: &mut Endpoint) {
        if endpoint.kind == EndpointKind::Phone {
            self.phone_control.request_ended();
        } else {
            endpoint.void_request();
        }
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
    fn a_phone_goes_on_registering_when_a_request_for_it_fails() {
        let mut phone = Endpoint::new(EndpointKind::Phone, 0, NodeId(0), None);
        phone.service = Service::Pending;
        let mut registration = Registration::at(NodeId(0));
        assert!(registration.request(&mut phone));
        registration.withdraw(&mut phone);
        assert_eq!((phone.service, registration.phone_control), (Service::Pending, PhoneControl::None));
    }

    #[test]
    fn a_phone_is_requested_once_and_stays_opened_when_the_request_fails() {
        let mut phone_control = PhoneControl::None;
        assert!(phone_control.request() && !phone_control.request());
        phone_control.open();
        phone_control.request_ended();
        assert_eq!(phone_control, PhoneControl::Opened);
        assert!(phone_control.request() && phone_control.is_opened());
    }
}
