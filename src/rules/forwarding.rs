//! R22, R24 and the forwards of R5: where a call goes that a device will not take or keep.

use crate::domain::{Contact, Ending, Forward, Forwards, Refusal, Rejection, ReleaseProfile, Target};

/// The forward that is taken: the first of the release's list for this trouble that the device has set.
pub fn next(release: &ReleaseProfile, trouble: Rejection, forwards: &Forwards) -> Option<(Forward, Target)> {
    release.forwards(trouble).iter().find_map(|&forward| forwards.get(forward).map(|target| (forward, target)))
}

/// How a call ends that had nowhere to be forwarded to. One that is connected has been answered before, and is on its way
/// from there to somebody else.
pub const fn unforwarded(trouble: Rejection, contact: Contact) -> Ending {
    match trouble {
        Rejection::NotOpened => Ending::Refused(Refusal::NotOpened),
        Rejection::Busy => Ending::Refused(Refusal::Busy),
        Rejection::NotAnswered => Ending::Refused(Refusal::NotAnswered),
        // It had been taken: this is a loss, not a refusal.
        Rejection::ApplicationFailed if contact.is_connected() => Ending::DroppedInChange,
        Rejection::ApplicationFailed => Ending::DroppedInSetup,
    }
}

/// Whether a call that is sent on for the `hops`th time goes on, or has been sent round too often: `limit` is the most.
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

    fn taken(release: ReleaseProfile, trouble: Rejection, settings: &[Forward]) -> Option<Forward> {
        next(&release, trouble, &set(settings)).map(|(forward, _)| forward)
    }

    #[test]
    fn a_call_goes_on_as_often_as_the_limit_says() {
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
