//! R18: when a device goes home.

use crate::domain::NodeId;

/// Whether a device leaves for its home now: it is elsewhere, its home is known to be back, and no call is being
/// processed or active on it.
pub fn goes_home(at: NodeId, home: NodeId, home_is_back: bool, calls: u32) -> bool {
    at != home && home_is_back && calls == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r18_only_without_a_call_and_only_once_home_is_back() {
        let (at, home) = (NodeId(1), NodeId(0));
        assert!(goes_home(at, home, true, 0));
        assert!(!goes_home(at, home, true, 1));
        assert!(!goes_home(at, home, false, 0));
        assert!(!goes_home(home, home, true, 0));
    }
}
