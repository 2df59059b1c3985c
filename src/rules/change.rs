//! What a person at a phone does with a call beside talking: hold and retrieve, transfer with and without consulting, conference.
//! R15 says what becomes of it when something on its path fails.

use crate::domain::{Control, Ending, ThirdParty};
use crate::engine::Span;

/// How far a call has got with what is done with it at a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has been done with it since somebody answered.
    Untouched,
    /// It is to be put on hold.
    ToHold,
    /// It is on hold.
    OnHold,
    /// It is to be retrieved.
    ToRetrieve,
    /// It has been on hold, and the two talk again.
    Retrieved,
    /// It is to be transferred without consulting, or on its way.
    ToTransfer,
    /// It is to be put aside, so that a third party can be called.
    ToPutAside(ThirdParty),
    /// The third party is being called.
    Calling(ThirdParty),
    /// The person consults the third party.
    Consulting(ThirdParty),
    /// The transfer is to be completed, or the third party to be joined in.
    ToComplete(ThirdParty),
    /// All three talk.
    InConference,
}

/// What a person does with a call at the end of the talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtEnd {
    /// Nothing: the call is over.
    HangsUp,
    /// Transfers it without consulting.
    Transfers,
    /// Calls a third party.
    Calls(ThirdParty),
}

/// What is asked for, if anything, when a stage has lasted as long as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The call is over.
    Ends,
    /// This is asked for.
    Asks(Stage),
}

/// What comes after a stage, given whether the call is put on hold in the middle of its talk and what is done at the end.
pub const fn next(stage: Stage, holds: bool, at_end: AtEnd) -> Next {
    match (stage, at_end) {
        (Stage::Untouched, _) if holds => Next::Asks(Stage::ToHold),
        (Stage::OnHold, _) => Next::Asks(Stage::ToRetrieve),
        (Stage::Untouched | Stage::Retrieved, AtEnd::Transfers) => Next::Asks(Stage::ToTransfer),
        (Stage::Untouched | Stage::Retrieved, AtEnd::Calls(third)) => Next::Asks(Stage::ToPutAside(third)),
        (Stage::Consulting(third), _) => Next::Asks(Stage::ToComplete(third)),
        _ => Next::Ends,
    }
}

/// The talk before a hold, and the talk after it.
pub const fn halves(talk: Span) -> (Span, Span) {
    let before = talk.nanos() / 2;
    (Span::from_nanos(before), Span::from_nanos(talk.nanos() - before))
}

/// What is done at the end of the talk, given the shares of calls that are transferred without and with consulting and put in
/// conference, and a number drawn uniformly from 0 up to 1.
pub fn at_end(drawn: f64, transfers: f64, consults: f64, conferences: f64) -> AtEnd {
    if drawn < transfers {
        AtEnd::Transfers
    } else if drawn < transfers + consults {
        AtEnd::Calls(ThirdParty::TakesOver)
    } else if drawn < transfers + consults + conferences {
        AtEnd::Calls(ThirdParty::Joins)
    } else {
        AtEnd::HangsUp
    }
}

/// Who works for what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The CallManager of the phone, as for a hold.
    Hold,
    /// The CallManager of the phone, as for a redirect.
    Redirect,
    /// The CallManager of the bridge, asked by that of the phone.
    Conference,
}

/// Who works for what a call at this stage is waiting for.
pub const fn work(stage: Stage) -> Work {
    match stage {
        Stage::ToTransfer | Stage::ToComplete(ThirdParty::TakesOver) => Work::Redirect,
        Stage::ToComplete(ThirdParty::Joins) => Work::Conference,
        _ => Work::Hold,
    }
}

/// How a call ends if something is to be done with it, and nothing can: no CallManager knows it any more (R15).
pub const fn out_of_control(control: Control) -> Option<Ending> {
    match control {
        Control::Lost => Some(Ending::DroppedInChange),
        Control::Full | Control::Interrupted | Control::Held => None,
    }
}

/// Whether a call that nobody takes goes back to the person who called a third party for it, instead of ending so.
pub const fn goes_back(stage: Stage, ending: Ending) -> bool {
    matches!((stage, ending), (Stage::Calling(_), Ending::Refused(_)))
}

/// Whether the media goes through the bridge: then it is lost with the bridge.
pub const fn is_on_bridge(stage: Stage) -> bool {
    matches!(stage, Stage::InConference)
}

/// Whether a conference can be had: its bridge is there, and not full.
pub const fn has_room(is_there: bool, in_use: u32, conferences: u32) -> bool {
    is_there && in_use < conferences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Refusal;

    #[test]
    fn a_hold_comes_in_the_middle_and_what_else_is_done_at_the_end() {
        let transfers = AtEnd::Transfers;
        assert_eq!(next(Stage::Untouched, true, transfers), Next::Asks(Stage::ToHold));
        assert_eq!(next(Stage::OnHold, true, transfers), Next::Asks(Stage::ToRetrieve));
        assert_eq!(next(Stage::Retrieved, true, transfers), Next::Asks(Stage::ToTransfer));
        assert_eq!(next(Stage::Untouched, false, transfers), Next::Asks(Stage::ToTransfer));
        assert_eq!(next(Stage::Untouched, false, AtEnd::HangsUp), Next::Ends);
        assert_eq!(next(Stage::InConference, true, transfers), Next::Ends);
    }

    #[test]
    fn a_third_party_is_called_consulted_and_then_takes_over_or_joins() {
        for third in [ThirdParty::TakesOver, ThirdParty::Joins] {
            assert_eq!(next(Stage::Retrieved, true, AtEnd::Calls(third)), Next::Asks(Stage::ToPutAside(third)));
            assert_eq!(next(Stage::Consulting(third), true, AtEnd::Calls(third)), Next::Asks(Stage::ToComplete(third)));
        }
        assert_eq!(work(Stage::ToComplete(ThirdParty::TakesOver)), Work::Redirect);
        assert_eq!(work(Stage::ToComplete(ThirdParty::Joins)), Work::Conference);
        assert_eq!(work(Stage::ToPutAside(ThirdParty::Joins)), Work::Hold);
    }

    #[test]
    fn the_shares_follow_each_other() {
        let drawn = |number| at_end(number, 0.1, 0.2, 0.3);
        assert_eq!(drawn(0.0), AtEnd::Transfers);
        assert_eq!(drawn(0.1), AtEnd::Calls(ThirdParty::TakesOver));
        assert_eq!(drawn(0.31), AtEnd::Calls(ThirdParty::Joins));
        assert_eq!(drawn(0.61), AtEnd::HangsUp);
    }

    #[test]
    fn a_talk_with_a_hold_is_as_long_as_one_without() {
        assert_eq!(halves(Span::from_nanos(7)), (Span::from_nanos(3), Span::from_nanos(4)));
    }

    #[test]
    fn a_consultation_that_nobody_answers_goes_back_and_one_that_is_lost_does_not() {
        let calling = Stage::Calling(ThirdParty::TakesOver);
        assert!(goes_back(calling, Ending::Refused(Refusal::Busy)));
        assert!(!goes_back(calling, Ending::Abandoned));
        assert!(!goes_back(calling, Ending::DroppedInChange));
        // A transfer without consulting has left its phone.
        assert!(!goes_back(Stage::ToTransfer, Ending::Refused(Refusal::Busy)));
    }

    #[test]
    fn r15_a_call_that_no_callmanager_knows_can_be_changed_no_more() {
        assert_eq!(out_of_control(Control::Lost), Some(Ending::DroppedInChange));
        assert_eq!(out_of_control(Control::Interrupted), None);
    }

    #[test]
    fn a_bridge_has_so_many_conferences() {
        assert!(has_room(true, 3, 4) && !has_room(true, 4, 4) && !has_room(false, 0, 4));
    }
}
