//! R15, and its like for a CTIManager (R20): which calls outlive the failure of a process they depend on.

use crate::domain::Ending;

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not answered, and nothing is being changed.
    SettingUp,
    /// Not answered, and being redirected.
    Redirecting,
    /// Connected.
    Connected,
    /// Connected, and being transferred or waiting to be.
    Changing,
}

/// What becomes of a call that goes through a failed CallManager: `None` if it goes on. Media that is connected
/// continues where both ends support that; what is being set up or modified is dropped.
pub const fn callmanager_failed(stage: Stage, keeps_media: bool) -> Option<Ending> {
    match (stage, keeps_media) {
        (Stage::SettingUp, _) => Some(Ending::DroppedInSetup),
        (Stage::Redirecting | Stage::Changing, _) => Some(Ending::DroppedInChange),
        (Stage::Connected, false) => Some(Ending::DroppedConnected),
        (Stage::Connected, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r15_media_connected_continues_and_what_is_set_up_or_modified_is_dropped() {
        assert_eq!(callmanager_failed(Stage::Connected, true), None);
        assert_eq!(callmanager_failed(Stage::Connected, false), Some(Ending::DroppedConnected));
        for keeps_media in [false, true] {
            assert_eq!(callmanager_failed(Stage::SettingUp, keeps_media), Some(Ending::DroppedInSetup));
            assert_eq!(callmanager_failed(Stage::Redirecting, keeps_media), Some(Ending::DroppedInChange));
            assert_eq!(callmanager_failed(Stage::Changing, keeps_media), Some(Ending::DroppedInChange));
        }
    }
}
