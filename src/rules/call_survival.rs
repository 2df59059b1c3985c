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

/// The media of a call between two ends.
pub const fn media_between(one: Media, other: Media) -> Media {
    match (one, other) {
        (Media::Continues, Media::Continues) => Media::Continues,
        (Media::Stops, _) | (_, Media::Stops) => Media::Stops,
    }
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

const fn stage(phase: Phase, contact: Contact, carried_out: Option<Request>) -> Stage {
    match (phase, carried_out) {
        (Phase::Talking, _) => Stage::Connected,
        _ if contact.is_connected() => Stage::Changing,
        (_, Some(Request::SendOn)) => Stage::Redirecting,
        _ => Stage::SettingUp,
    }
}

/// How a call through a failed CallManager ends, given the request of its application that is being carried out; `None` if
/// the call goes on. Connected media continues if both ends support that; a call being set up or modified is dropped. To be
/// answered is to be set up.
pub const fn callmanager_failed(
    phase: Phase,
    contact: Contact,
    carried_out: Option<Request>,
    media: Media,
) -> Option<Ending> {
    match (stage(phase, contact, carried_out), media) {
        (Stage::SettingUp, _) => Some(Ending::DroppedInSetup),
        (Stage::Redirecting | Stage::Changing, _) => Some(Ending::DroppedInChange),
        (Stage::Connected, Media::Stops) => Some(Ending::DroppedConnected),
        (Stage::Connected, Media::Continues) => None,
    }
}

/// Whether a call that was sent on still goes through the CallManager that did so. A redirect or forward has taken effect when
/// the call is presented at its target; a transfer only when a person has answered, though its port is free before that.
pub const fn goes_through_sender(phase: Phase, contact: Contact) -> bool {
    match contact {
        Contact::AwaitsPerson => !matches!(phase, Phase::Talking),
        Contact::Nothing | Contact::Alerted | Contact::Connected => matches!(phase, Phase::Routing),
    }
}

/// Whether an application can still transfer a call at its port: the port's CallManager knows the call, and the
/// application has the port open.
pub const fn can_be_transferred(control: Control, port_is_open: bool) -> bool {
    port_is_open && !matches!(control, Control::Held | Control::Lost)
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
        let failed = |phase, contact, media| callmanager_failed(phase, contact, None, media);
        assert_eq!(failed(Phase::Talking, CONNECTED, Media::Continues), None);
        assert_eq!(failed(Phase::Talking, CONNECTED, Media::Stops), Some(Ending::DroppedConnected));
        for media in [Media::Continues, Media::Stops] {
            for phase in [Phase::Routing, Phase::Presented, Phase::Ringing] {
                assert_eq!(failed(phase, Contact::Nothing, media), Some(Ending::DroppedInSetup));
                assert_eq!(failed(phase, CONNECTED, media), Some(Ending::DroppedInChange));
            }
            for phase in [Phase::Requested, Phase::Changing, Phase::Waiting] {
                assert_eq!(failed(phase, CONNECTED, media), Some(Ending::DroppedInChange));
            }
        }
    }

    #[test]
    fn r15_a_redirect_is_a_change_until_it_is_presented_and_an_answer_belongs_to_the_set_up() {
        let failed = |phase, request| callmanager_failed(phase, Contact::Nothing, Some(request), Media::Continues);
        for phase in [Phase::Requested, Phase::Routing] {
            assert_eq!(failed(phase, Request::SendOn), Some(Ending::DroppedInChange));
        }
        assert_eq!(failed(Phase::Requested, Request::Answer), Some(Ending::DroppedInSetup));
    }

    #[test]
    fn r15_the_callmanager_of_a_transferring_port_counts_until_a_person_has_answered() {
        for phase in [Phase::Changing, Phase::Waiting, Phase::Routing, Phase::Ringing] {
            assert!(goes_through_sender(phase, Contact::AwaitsPerson));
        }
        assert!(!goes_through_sender(Phase::Talking, Contact::AwaitsPerson));
        assert!(goes_through_sender(Phase::Routing, Contact::Nothing));
        assert!(!goes_through_sender(Phase::Ringing, Contact::Alerted));
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
        assert!(!can_be_transferred(Control::Held, true));
    }
}
