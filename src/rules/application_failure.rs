//! R24, and R20 for a CTIManager: what becomes of the calls at the devices of an application that nobody controls any more.

use crate::domain::{Ending, Phase, Rejection};
use crate::engine::Time;

/// What was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The application: its CTIManager closes it.
    Application,
    /// Its CTIManager, or the link to that: the application lives.
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

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is redirected, by CFOF first.
    Redirected(Rejection),
    /// It goes on without anybody controlling it.
    Preserved,
    /// It is lost.
    Lost(Ending),
}

/// What becomes of a call at a route point or port; `None`: it notices nothing.
///
/// The chapter redirects *unterminated* calls, read as: not yet answered; a request of the application that has not taken
/// effect is void. It is silent on answered ones. They live as long as their media does (R15 has the same for a CallManager's
/// failure): if the media came from an application that is gone, it is gone too; if it came from elsewhere, or only the
/// CTIManager is gone, the call goes on, unless a change was under way that now nobody completes. A call that waits at its
/// port for a person waits on while its application lives.
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

/// What comes of a treatment whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treated {
    /// It is over, and the call goes on.
    GoesOn,
    /// It stands still until then.
    StandsStill(Time),
    /// The call is lost.
    Lost(Ending),
}

/// What comes of a treatment whose time is over, when the application may not act, or stands still until it `resumes`. What an
/// application gives stands still with it; if that is dead, so is the media.
pub const fn treatment_over(media: Media, acts: bool, resumes: Option<Time>) -> Treated {
    match (media, acts, resumes) {
        (Media::FromElsewhere, _, _) | (Media::FromApplication, true, _) => Treated::GoesOn,
        (Media::FromApplication, false, Some(resumes)) => Treated::StandsStill(resumes),
        (Media::FromApplication, false, None) => Treated::Lost(Ending::DroppedConnected),
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
    fn a_treatment_stands_still_with_its_application_and_dies_with_it() {
        let resumes = Time::ZERO;
        assert_eq!(treatment_over(Media::FromApplication, true, None), Treated::GoesOn);
        assert_eq!(treatment_over(Media::FromApplication, false, Some(resumes)), Treated::StandsStill(resumes));
        let lost = Treated::Lost(Ending::DroppedConnected);
        assert_eq!(treatment_over(Media::FromApplication, false, None), lost);
        assert_eq!(treatment_over(Media::FromElsewhere, false, None), Treated::GoesOn);
    }

    #[test]
    fn a_call_on_its_way_to_a_device_notices_nothing() {
        assert_eq!(fate(Phase::Routing, Lost::Application, Media::FromApplication), None);
        assert_eq!(fate(Phase::Ringing, Lost::Application, Media::FromApplication), None);
    }
}
