//! R24: what becomes of the calls at the devices of an application that the CTIManager closes.

use crate::domain::{Ending, Trouble};

/// How far a call at a device has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not answered. A request of the application that has not taken effect is void.
    Unanswered,
    /// Connected, and nothing is being changed.
    Connected,
    /// Connected, and being transferred or waiting to be.
    InChange,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is redirected, by CFOF first.
    Redirected(Trouble),
    /// It goes on without anybody controlling it.
    Preserved,
    /// It is lost.
    Lost(Ending),
}

/// The chapter redirects *unterminated* calls, read as: not yet answered. It is silent on answered ones. They live as
/// long as their media does (R15 has the same for a CallManager's failure): if the media came from the application it
/// is gone; if it came from elsewhere the call goes on, unless a change was under way that now nobody completes.
pub const fn fate(progress: Progress, media_from_application: bool) -> Fate {
    match (progress, media_from_application) {
        (Progress::Unanswered, _) => Fate::Redirected(Trouble::ApplicationFailed),
        (Progress::Connected, true) => Fate::Lost(Ending::DroppedConnected),
        (Progress::Connected, false) => Fate::Preserved,
        (Progress::InChange, _) => Fate::Lost(Ending::DroppedInChange),
    }
}
