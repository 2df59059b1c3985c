//! How a device stands with CallManager and application.

use super::endpoint::{Endpoint, EndpointKind, Service};
use crate::domain::NodeId;
use crate::engine::Time;
use crate::rules::device_recovery::Standing;

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
    pub(crate) standing: Standing,
    /// A phone's. Whoever has a route point or port open controls it.
    pub(crate) hold: Hold,
}

/// How far an application is with the control of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It has not asked, or has lost it.
    None,
    /// It has asked, or its CTIManager has.
    Asked,
    /// It has opened the phone, which is not where it can be controlled yet (R20).
    Opened,
    /// It has opened the phone, and the CallManager is being asked.
    Opening,
    /// It controls the phone.
    Controlled,
}

impl Hold {
    /// Control is asked for; says whether that is news.
    fn ask(&mut self) -> bool {
        let before = *self;
        *self = match before {
            Hold::None => Hold::Asked,
            Hold::Opened => Hold::Opening,
            Hold::Asked | Hold::Opening | Hold::Controlled => before,
        };
        *self != before
    }

    /// What was asked has come to an end, or to nothing.
    pub(crate) fn answered(&mut self) {
        *self = match *self {
            Hold::Asked => Hold::None,
            Hold::Opening => Hold::Opened,
            other => other,
        };
    }

    /// The request has reached the CTIManager: the phone is open, be it registered or not.
    pub(crate) fn opens(&mut self) {
        *self = match *self {
            Hold::None => Hold::Opened,
            Hold::Asked => Hold::Opening,
            other => other,
        };
    }

    /// Whether the application has opened it and waits for it to be somewhere.
    pub(crate) const fn is_opened(self) -> bool {
        matches!(self, Hold::Opened | Hold::Opening)
    }
}

impl Registration {
    /// Of a device that is at home.
    pub(crate) const fn at(home: NodeId) -> Registration {
        Registration {
            home_back: Time::ZERO,
            out_since: Time::ZERO,
            home,
            stamp: 0,
            standing: Standing::Stands,
            hold: Hold::None,
        }
    }

    /// An application or CTIManager asks for the device, which is at `endpoint`; says whether that is news. A phone can be
    /// asked for while it registers itself.
    pub(crate) fn ask(&mut self, endpoint: &mut Endpoint) -> bool {
        if endpoint.kind == EndpointKind::Phone {
            return self.hold.ask();
        }
        let asks = matches!(endpoint.service, Service::Closed | Service::Lost);
        if asks {
            endpoint.service = Service::Pending;
        }
        asks
    }

    /// What was asked comes to nothing. A phone that registers itself goes on with that.
    pub(crate) fn withdraw(&mut self, endpoint: &mut Endpoint) {
        if endpoint.kind == EndpointKind::Phone {
            self.hold.answered();
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
        assert!(size_of::<Registration>() <= 28);
    }

    #[test]
    fn a_phone_that_registers_itself_goes_on_when_a_request_for_it_comes_to_nothing() {
        let mut phone = Endpoint::new(EndpointKind::Phone, 0, NodeId(0), None);
        phone.service = Service::Pending;
        let mut registration = Registration::at(NodeId(0));
        assert!(registration.ask(&mut phone));
        registration.withdraw(&mut phone);
        assert_eq!((phone.service, registration.hold), (Service::Pending, Hold::None));
    }

    #[test]
    fn a_phone_is_asked_for_once_and_stays_opened_when_that_came_to_nothing() {
        let mut hold = Hold::None;
        assert!(hold.ask() && !hold.ask());
        hold.opens();
        hold.answered();
        assert_eq!(hold, Hold::Opened);
        assert!(hold.ask() && hold.is_opened());
    }
}
