//! The call that a fact is about.

use super::Fact;
use crate::domain::CallName;

impl Fact {
    /// The call that it is about, if it is about one that is known. [`Fact::Sent`] names only the call's place.
    pub const fn call(&self) -> Option<CallName> {
        match *self {
            Fact::Offered { call, .. }
            | Fact::Presented { call, .. }
            | Fact::Left { call, .. }
            | Fact::Seized { call, .. }
            | Fact::CallWaits { call, .. }
            | Fact::CallWaited { call, .. }
            | Fact::Queued { call, .. }
            | Fact::Distributed { call, .. }
            | Fact::LeftQueue { call, .. }
            | Fact::Freed { call, .. }
            | Fact::OffHook { call, .. }
            | Fact::OnHook { call, .. }
            | Fact::NotDialled { call, .. }
            | Fact::PhoneEventSent { call, .. }
            | Fact::ScreenPopDue { call, .. }
            | Fact::ScreenPopShown { call, .. }
            | Fact::ScreenPopLost { call, .. }
            | Fact::Asked { call, .. }
            | Fact::RequestGranted { call, .. }
            | Fact::RequestFailed { call, .. }
            | Fact::Sending { call, .. }
            | Fact::EventLost { call, .. }
            | Fact::HeldUp { call, .. }
            | Fact::Rings { call, .. }
            | Fact::PickedUp { call, .. }
            | Fact::TreatmentEnded { call, .. }
            | Fact::TurnedAway { call, .. }
            | Fact::Forwards { call, .. }
            | Fact::Acted { call, .. }
            | Fact::Alerting { call, .. }
            | Fact::Connected { call, .. }
            | Fact::Transferred { call, .. }
            | Fact::ReachedMachine { call, .. }
            | Fact::Talked { call, .. }
            | Fact::WrapUpBegan { call, .. }
            | Fact::WrapUpEnded { call, .. }
            | Fact::Held { call, .. }
            | Fact::Retrieved { call, .. }
            | Fact::PutAside { call, .. }
            | Fact::TakenBack { call, .. }
            | Fact::LetGo { call, .. }
            | Fact::Consulted { call, .. }
            | Fact::ConsultFailed { call, .. }
            | Fact::BridgeTaken { call, .. }
            | Fact::BridgeFreed { call, .. }
            | Fact::ConferenceBlocked { call, .. }
            | Fact::Joined { call, .. }
            | Fact::Forwarded { call, .. }
            | Fact::Ended { call, .. }
            | Fact::Unfinished { call, .. }
            | Fact::RequestTimedOut { call, .. }
            | Fact::Preserved { call, .. } => Some(call),
            Fact::Served { call, .. }
            | Fact::Skipped { call, .. }
            | Fact::Taken { call, .. }
            | Fact::LookedUp { call, .. } => call,
            Fact::Sent { .. }
            | Fact::Unnoticed { .. }
            | Fact::RecoveryBegan { .. }
            | Fact::ApplicationFailed { .. }
            | Fact::ApplicationReturned { .. }
            | Fact::ApplicationClosed { .. }
            | Fact::DeviceFailed { .. }
            | Fact::DeviceReturned { .. }
            | Fact::DeviceOpened { .. }
            | Fact::DeviceClosed { .. }
            | Fact::Controlled { .. }
            | Fact::ControlLost { .. }
            | Fact::DeviceGivenUp { .. }
            | Fact::HomeReturned { .. }
            | Fact::RehomeLost { .. }
            | Fact::RehomeStarted { .. }
            | Fact::Rehomed { .. }
            | Fact::CallManagerFailed { .. }
            | Fact::CallManagerHangs { .. }
            | Fact::HangNoticed { .. }
            | Fact::CallManagerReturned { .. }
            | Fact::FailureNoticed { .. }
            | Fact::CtiManagerFailed { .. }
            | Fact::CtiManagerReturned { .. }
            | Fact::ApplicationLinkFailed { .. }
            | Fact::ManagerLossNoticed { .. }
            | Fact::ManagerChanged { .. }
            | Fact::LinkCutNoticed { .. }
            | Fact::LinkHealNoticed { .. }
            | Fact::SettingChanged { .. }
            | Fact::SettingNotChanged { .. }
            | Fact::Throttling { .. }
            | Fact::Recovered { .. } => None,
        }
    }
}
