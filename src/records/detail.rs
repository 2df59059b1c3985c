//! Call detail records: what a CallManager writes when a call ends or changes.

use crate::domain::{CallName, ConferenceBridgeId, DestinationId, DeviceId, Forward, NodeId, Target};
use crate::engine::Time;

/// A call's number has so many values: 24 bits; then they begin again.
pub const CALL_IDS: u32 = 1 << 24;

/// A row: one caller and one called party of a call, from when the second was dialled until one of them was no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The call of the model that it belongs to.
    pub call: CallName,
    /// Which of its rows, from 0.
    pub row: u16,
    /// The CallManager that has numbered the call and writes the row.
    pub node: NodeId,
    /// Its number there. A consultation is a call of its own.
    pub call_id: u32,
    /// The caller.
    pub from: Leg,
    /// The called party.
    pub to: Leg,
    /// What was dialled.
    pub original_called: Called,
    /// Where the call was presented last.
    pub final_called: Called,
    /// What sent it there.
    pub last_redirect: Called,
    /// Why what was dialled sent it on.
    pub original_reason: Reason,
    /// Why it was sent on last.
    pub last_reason: Reason,
    /// Why this row follows another.
    pub joined: OnBehalfOf,
    /// What split the call, if its causes say that it was.
    pub split_by: OnBehalfOf,
    /// When it began.
    pub began: Time,
    /// When it was answered.
    pub connected: Option<Time>,
    /// When it ended.
    pub ended: Time,
    /// The cause of the end, if the caller's side ended it; otherwise 0.
    pub from_cause: u32,
    /// The same of the called side.
    pub to_cause: u32,
}

/// One side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Its number: the node's in the upper eight bits. 0: there is none.
    pub id: u32,
    /// Who it is.
    pub party: Party,
    /// The node where it is registered, or enters or leaves the cluster.
    pub node: Option<NodeId>,
}

impl Leg {
    /// Nobody.
    pub const NONE: Leg = Leg { id: 0, party: Party::Nobody, node: None };
}

/// Who takes part in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// Nobody: no device was reached.
    Nobody,
    /// A caller from outside.
    Caller(CallName),
    /// A line of a device.
    Device(DeviceId, u8),
    /// A number outside.
    Outside(DestinationId),
    /// A conference bridge.
    Bridge(ConferenceBridgeId),
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Called {
    /// What a caller dials or a forward has: of a group, the number of the whole.
    Target(Target),
    /// A party that was reached.
    Party(Party),
}

/// Why a call was sent on, by its code in call detail records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Reason {
    /// It was not; or an application redirected it: which code that leaves is not documented.
    #[default]
    None = 0,
    /// Call forward busy.
    Busy = 1,
    /// Call forward no answer.
    NoAnswer = 2,
    /// A transfer.
    Transfer = 4,
    /// Call forward all.
    All = 15,
    /// Call forward on failure.
    Failure = 82,
    /// A conference.
    Conference = 98,
    /// Call forward unregistered.
    Unregistered = 178,
}

/// The reasons that forwards leave.
pub const REDIRECTS: [(Forward, Reason); Forward::ALL.len()] = [
    (Forward::Cfb, Reason::Busy),
    (Forward::Cfna, Reason::NoAnswer),
    (Forward::Cfof, Reason::Failure),
    (Forward::Cfur, Reason::Unregistered),
    (Forward::Cfa, Reason::All),
];

impl Reason {
    /// The reason that a forward leaves.
    pub const fn of(forward: Forward) -> Reason {
        REDIRECTS[forward as usize].1
    }

    /// On whose behalf that is.
    pub const fn on_behalf_of(self) -> OnBehalfOf {
        match self {
            Reason::None => OnBehalfOf::Unknown,
            Reason::Transfer => OnBehalfOf::Transfer,
            Reason::Conference => OnBehalfOf::Conference,
            Reason::Busy | Reason::NoAnswer | Reason::All | Reason::Failure | Reason::Unregistered => {
                OnBehalfOf::Forward
            }
        }
    }
}

/// On behalf of which feature something was done, by its code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum OnBehalfOf {
    /// None, or it is not known.
    #[default]
    Unknown = 0,
    /// A conference.
    Conference = 4,
    /// A forward.
    Forward = 5,
    /// A transfer.
    Transfer = 10,
    /// The device itself: somebody hung up.
    Device = 12,
}

/// Causes of the end of a call: those of ITU-T Q.850, and one of Cisco's.
pub mod cause {
    use crate::domain::{Refusal, Rejection};

    /// 16, normal call clearing.
    pub const NORMAL: u32 = 16;
    /// 17, user busy.
    pub const BUSY: u32 = 17;
    /// 19, no answer from user (user alerted).
    pub const NO_ANSWER: u32 = 19;
    /// 25, exchange routing error: more hops than allowed.
    pub const ROUTING_ERROR: u32 = 25;
    /// 27, destination out of order.
    pub const OUT_OF_ORDER: u32 = 27;
    /// 31, normal, unspecified.
    pub const UNSPECIFIED: u32 = 31;
    /// 38, network out of order.
    pub const NETWORK_OUT_OF_ORDER: u32 = 38;
    /// 41, temporary failure.
    pub const TEMPORARY_FAILURE: u32 = 41;
    /// 42, switching equipment congestion.
    pub const CONGESTION: u32 = 42;
    /// 393216, Cisco's: the call was split, by a transfer or a conference.
    pub const SPLIT: u32 = 393_216;

    /// The cause in the record of a refused call.
    pub const fn of_refusal(refusal: Refusal) -> u32 {
        match refusal {
            Refusal::Busy => BUSY,
            Refusal::NotOpened => OUT_OF_ORDER,
            Refusal::NotAnswered => NO_ANSWER,
            Refusal::TooManyHops => ROUTING_ERROR,
            Refusal::Throttled => CONGESTION,
            Refusal::NoCallManager => NETWORK_OUT_OF_ORDER,
        }
    }

    /// The cause for which a third party was not reached.
    pub const fn of_rejection(rejection: Option<Rejection>) -> u32 {
        match rejection {
            Some(Rejection::Busy) => BUSY,
            Some(Rejection::NotOpened) => OUT_OF_ORDER,
            Some(Rejection::NotAnswered) => NO_ANSWER,
            Some(Rejection::ApplicationFailed) => TEMPORARY_FAILURE,
            None => UNSPECIFIED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forward_has_its_reason() {
        assert!(REDIRECTS.iter().map(|(forward, _)| *forward).eq(Forward::ALL));
        let codes = Forward::ALL.map(|forward| Reason::of(forward) as u16);
        assert_eq!(codes, [1, 2, 82, 178, 15]);
        assert_eq!(Reason::of(Forward::Cfna).on_behalf_of() as u16, 5);
    }
}
