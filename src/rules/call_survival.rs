//! R15: which calls survive the failure of a CallManager, and what can be done with them afterwards; R10: how a call ends if
//! its application gets no answer.

use crate::domain::{Contact, Control, Ending, Phase};

/// Whether the media between the two ends of a call continues without a CallManager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// Both support that.
    Continues,
    /// At least one end does not.
    Stops,
}

/// How far a call has progressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not answered, and nothing is being changed.
    SettingUp,
    /// Not answered, and being redirected.
    Redirecting,
    /// Connected.
    Connected,
    /// Connected, and being transferred or waiting to be.
    Changing,
}

const fn stage(phase: Phase, contact: Contact) -> Stage {
    match phase {
        Phase::Talking => Stage::Connected,
        _ if contact.is_connected() => Stage::Changing,
        Phase::Requested => Stage::Redirecting,
        _ => Stage::SettingUp,
    }
}

/// How a call through a failed CallManager ends; `None` if it goes on. Connected media continues if both ends support
/// that; a call being set up or modified is dropped.
pub const fn callmanager_failed(phase: Phase, contact: Contact, media: Media) -> Option<Ending> {
    match (stage(phase, contact), media) {
        (Stage::SettingUp, _) => Some(Ending::DroppedInSetup),
        (Stage::Redirecting | Stage::Changing, _) => Some(Ending::DroppedInChange),
        (Stage::Connected, Media::Stops) => Some(Ending::DroppedConnected),
        (Stage::Connected, Media::Continues) => None,
    }
}

/// Whether an application can still transfer a call at its port: the port's CallManager knows the call, and the
/// application has the port open.
pub const fn can_be_transferred(control: Control, port_is_open: bool) -> bool {
    port_is_open && !matches!(control, Control::Lost)
}

/// What an application requests for a call at its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Answer it there.
    Answer,
    /// Redirect or transfer it.
    SendOn,
}

/// How a call ends when its application gives it up because a request got no answer in time: dropped in set-up if it had
/// not been answered, and in a change otherwise.
pub const fn request_timed_out(request: Request, contact: Contact) -> Ending {
    match request {
        Request::Answer if !contact.is_connected() => Ending::DroppedInSetup,
        Request::Answer | Request::SendOn => Ending::DroppedInChange,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECTED: Contact = Contact::Connected;

    #[test]
    fn r15_media_connected_continues_and_what_is_set_up_or_modified_is_dropped() {
        assert_eq!(callmanager_failed(Phase::Talking, CONNECTED, Media::Continues), None);
        assert_eq!(callmanager_failed(Phase::Talking, CONNECTED, Media::Stops), Some(Ending::DroppedConnected));
        for media in [Media::Continues, Media::Stops] {
            for phase in [Phase::Routing, Phase::Presented, Phase::Ringing] {
                assert_eq!(callmanager_failed(phase, Contact::Nothing, media), Some(Ending::DroppedInSetup));
                assert_eq!(callmanager_failed(phase, CONNECTED, media), Some(Ending::DroppedInChange));
            }
            for phase in [Phase::Requested, Phase::Changing, Phase::Waiting] {
                assert_eq!(callmanager_failed(phase, CONNECTED, media), Some(Ending::DroppedInChange));
            }
            let redirected = callmanager_failed(Phase::Requested, Contact::Nothing, media);
            assert_eq!(redirected, Some(Ending::DroppedInChange));
        }
    }

    #[test]
    fn r10_a_call_is_in_setup_until_it_is_answered_for_the_first_time() {
        assert_eq!(request_timed_out(Request::Answer, Contact::Nothing), Ending::DroppedInSetup);
        assert_eq!(request_timed_out(Request::Answer, CONNECTED), Ending::DroppedInChange);
        assert_eq!(request_timed_out(Request::SendOn, Contact::Nothing), Ending::DroppedInChange);
    }

    #[test]
    fn a_call_that_no_callmanager_knows_can_never_be_transferred() {
        assert!(can_be_transferred(Control::Full, true));
        assert!(can_be_transferred(Control::Interrupted, true));
        assert!(!can_be_transferred(Control::Interrupted, false));
        assert!(!can_be_transferred(Control::Lost, true));
    }
}
