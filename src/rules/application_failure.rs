//! R24, and R20 for a CTIManager: what happens to the calls at the devices of an application that are no longer controlled.

use crate::domain::{Contact, Ending, Phase, Rejection};
use crate::engine::Time;

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The application: its CTIManager closes it.
    Application,
    /// Its CTIManager, or the link to it: the application is up.
    CtiManager,
}

/// Where the media of a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// From the application that controls the device.
    FromApplication,
    /// From elsewhere.
    FromElsewhere,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is redirected, by CFOF first.
    Redirected(Rejection),
    /// It goes on, but nothing controls it.
    Preserved,
    /// It is lost.
    Lost(Ending),
}

/// What happens to a call at a route point or port; `None` if it is not affected.
///
/// The chapter redirects *unterminated* calls. This is taken to mean calls that are not yet answered; a request of the
/// application that has not taken effect is void. The chapter does not mention answered calls. They last as long as their
/// media (as in R15 for the failure of a CallManager): media from a failed application is lost; if it came from elsewhere, or
/// only the CTIManager failed, the call goes on, unless it was being changed and nothing can complete the change. A call that
/// waits at its port for a person goes on waiting while its application is up.
pub const fn fate(phase: Phase, lost: Lost, media: Media) -> Option<Fate> {
    match (phase, lost, media) {
        (Phase::Routing | Phase::Ringing, _, _) => None,
        (Phase::Presented | Phase::Requested, _, _) => Some(Fate::Redirected(Rejection::ApplicationFailed)),
        (Phase::Talking, Lost::Application, Media::FromApplication) => Some(Fate::Lost(Ending::DroppedConnected)),
        (Phase::Talking, _, _) => Some(Fate::Preserved),
        (Phase::Waiting, Lost::CtiManager, _) => None,
        (Phase::Waiting | Phase::Changing, _, _) => Some(Fate::Lost(Ending::DroppedInChange)),
    }
}

/// What happens to a call that a port has dialled; `None` if it is not affected. Media from a failed application is lost, and with it
/// a call that is not connected yet; otherwise the CallManagers go on with it.
pub const fn fate_of_dialled(phase: Phase, contact: Contact, lost: Lost, media: Media) -> Option<Fate> {
    match (lost, media, contact.is_connected(), phase) {
        (Lost::Application, Media::FromApplication, true, Phase::Talking) => Some(Fate::Lost(Ending::DroppedConnected)),
        (Lost::Application, Media::FromApplication, true, _) => Some(Fate::Lost(Ending::DroppedInChange)),
        (Lost::Application, Media::FromApplication, false, _) => Some(Fate::Lost(Ending::DroppedInSetup)),
        (_, _, true, _) => Some(Fate::Preserved),
        (_, _, false, _) => None,
    }
}

/// What happens at the end of a treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreatmentEnd {
    /// The treatment is over, and the call continues.
    Continues,
    /// The treatment is stalled until then.
    StalledUntil(Time),
    /// The call is lost.
    Lost(Ending),
}

/// What happens at the end of a treatment, given whether the application acts, or when it `resumes` if it is stalled. Media
/// from an application stalls with it, and is lost if it has failed.
pub const fn treatment_over(media: Media, acts: bool, resumes: Option<Time>) -> TreatmentEnd {
    match (media, acts, resumes) {
        (Media::FromElsewhere, _, _) | (Media::FromApplication, true, _) => TreatmentEnd::Continues,
        (Media::FromApplication, false, Some(resumes)) => TreatmentEnd::StalledUntil(resumes),
        (Media::FromApplication, false, None) => TreatmentEnd::Lost(Ending::DroppedConnected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_unanswered_calls_are_redirected_and_answered_ones_live_as_long_as_their_media() {
        use Media::{FromApplication, FromElsewhere};
        for phase in [Phase::Presented, Phase::Requested] {
            let redirected = Some(Fate::Redirected(Rejection::ApplicationFailed));
            assert_eq!(fate(phase, Lost::Application, FromApplication), redirected);
            assert_eq!(fate(phase, Lost::CtiManager, FromElsewhere), redirected);
        }
        let dropped = Some(Fate::Lost(Ending::DroppedConnected));
        assert_eq!(fate(Phase::Talking, Lost::Application, FromApplication), dropped);
        assert_eq!(fate(Phase::Talking, Lost::Application, FromElsewhere), Some(Fate::Preserved));
        let changing = Some(Fate::Lost(Ending::DroppedInChange));
        assert_eq!(fate(Phase::Changing, Lost::CtiManager, FromApplication), changing);
        assert_eq!(fate(Phase::Waiting, Lost::Application, FromElsewhere), changing);
    }

    #[test]
    fn r20_a_ctimanager_takes_no_media_with_it_and_a_call_waits_on() {
        assert_eq!(fate(Phase::Talking, Lost::CtiManager, Media::FromApplication), Some(Fate::Preserved));
        assert_eq!(fate(Phase::Waiting, Lost::CtiManager, Media::FromApplication), None);
    }

    #[test]
    fn a_treatment_stalls_with_its_application_and_is_lost_with_it() {
        let resumes = Time::ZERO;
        assert_eq!(treatment_over(Media::FromApplication, true, None), TreatmentEnd::Continues);
        assert_eq!(treatment_over(Media::FromApplication, false, Some(resumes)), TreatmentEnd::StalledUntil(resumes));
        let lost = TreatmentEnd::Lost(Ending::DroppedConnected);
        assert_eq!(treatment_over(Media::FromApplication, false, None), lost);
        assert_eq!(treatment_over(Media::FromElsewhere, false, None), TreatmentEnd::Continues);
    }

    #[test]
    fn a_call_on_its_way_to_a_device_is_not_affected() {
        assert_eq!(fate(Phase::Routing, Lost::Application, Media::FromApplication), None);
        assert_eq!(fate(Phase::Ringing, Lost::Application, Media::FromApplication), None);
    }
}
