//! How a person at a phone does what an application could do (R10, R14, R20).

/// The way that a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Through the application, its CTIManager and the CallManager of the phone.
    ThroughApplication,
    /// By hand, at once: the application is not there for it.
    ByHand,
}

/// The way of a request that a person would make through an application: by hand if that does not control the phone, or is seen to
/// be gone. One that hangs is asked, in vain.
pub const fn path(controls: bool, runs: bool) -> Path {
    if controls && runs { Path::ThroughApplication } else { Path::ByHand }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_a_phone_works_on_by_hand() {
        assert_eq!(path(true, true), Path::ThroughApplication);
        for (controls, runs) in [(false, true), (true, false), (false, false)] {
            assert_eq!(path(controls, runs), Path::ByHand);
        }
    }
}
