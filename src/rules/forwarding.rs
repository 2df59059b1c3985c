//! R22, R24 and the forwards of R5: where a call goes when a device rejects it; Call Forward All.

use crate::domain::{Contact, Ending, Forward, Forwards, Refusal, Rejection, ReleaseProfile, Target};

/// The forward to use: the first of the release's list for this rejection that the device has set.
pub fn next(release: &ReleaseProfile, rejection: Rejection, forwards: &Forwards) -> Option<(Forward, Target)> {
    release.forwards(rejection).iter().find_map(|&forward| forwards.get(forward).map(|target| (forward, target)))
}

/// Call Forward All: where a call to a line goes at once, whatever the state of its device, if that is set.
pub fn all(forwards: &Forwards) -> Option<(Forward, Target)> {
    forwards.get(Forward::Cfa).map(|target| (Forward::Cfa, target))
}

/// How a rejected call ends if no forward applies. A connected call has been answered before, and is being sent on to
/// somebody else.
pub const fn unforwarded(rejection: Rejection, contact: Contact) -> Ending {
    match rejection {
        Rejection::NotOpened => Ending::Refused(Refusal::NotOpened),
        Rejection::Busy => Ending::Refused(Refusal::Busy),
        Rejection::NotAnswered => Ending::Refused(Refusal::NotAnswered),
        // It had been accepted: this is a loss, not a refusal.
        Rejection::ApplicationFailed if contact.is_connected() => Ending::DroppedInChange,
        Rejection::ApplicationFailed => Ending::DroppedInSetup,
    }
}

/// Whether a call that is sent on for the `hops`th time is within the hop limit.
pub const fn may_go_on(hops: usize, limit: u8) -> Result<(), Refusal> {
    if hops > limit as usize { Err(Refusal::TooManyHops) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DestinationId;

    fn set(settings: &[Forward]) -> Forwards {
        let mut forwards = Forwards::default();
        for &forward in settings {
            forwards.set(forward, Some(Target::Outside(DestinationId(forward as u16))));
        }
        forwards
    }

    fn taken(release: ReleaseProfile, rejection: Rejection, settings: &[Forward]) -> Option<Forward> {
        next(&release, rejection, &set(settings)).map(|(forward, _)| forward)
    }

    #[test]
    fn a_call_is_sent_on_up_to_the_limit() {
        assert_eq!(may_go_on(12, 12), Ok(()));
        assert_eq!(may_go_on(13, 12), Err(Refusal::TooManyHops));
    }

    #[test]
    fn a_device_nobody_opened_forwards_by_cfna_and_in_12_5_first_by_forward_unregistered() {
        use Forward::{Cfna, Cfof, Cfur};
        let all = [Cfna, Cfof, Cfur];
        assert_eq!(taken(ReleaseProfile::R3_3, Rejection::NotOpened, &all), Some(Cfna));
        assert_eq!(taken(ReleaseProfile::R12_5, Rejection::NotOpened, &all), Some(Cfur));
        assert_eq!(taken(ReleaseProfile::R12_5, Rejection::NotOpened, &[Cfna]), Some(Cfna));
        assert_eq!(taken(ReleaseProfile::R3_3, Rejection::NotOpened, &[Cfof]), None);
    }

    #[test]
    fn an_unanswered_call_of_a_failed_application_forwards_by_cfof_before_cfna() {
        use Forward::{Cfb, Cfna, Cfof};
        for release in ReleaseProfile::ALL {
            assert_eq!(taken(release, Rejection::ApplicationFailed, &[Cfb, Cfna, Cfof]), Some(Cfof));
            assert_eq!(taken(release, Rejection::ApplicationFailed, &[Cfb, Cfna]), Some(Cfna));
            assert_eq!(taken(release, Rejection::ApplicationFailed, &[Cfb]), None);
        }
    }
}
