//! R4: which of the applications that may open a device has it open.

use crate::domain::Standby;

/// A device as an application finds it that goes through its devices to open them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Whether it is opened with media, and so over one connection at a time.
    pub with_media: bool,
    /// What it does once an earlier one of its applications is back.
    pub standby: Standby,
    /// Whether it is registered through this application, or was last.
    pub holds: bool,
    /// Whether the CTIManager keeps it open for the application that it is registered through.
    pub held: bool,
    /// Whether this application comes before that one.
    pub before_holder: bool,
    /// Whether any application that is connected comes before this one.
    pub another_before: bool,
    /// How many calls are there.
    pub calls: u32,
}

/// What the application does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Opens it: it is its turn.
    Opens,
    /// Opens it beside the one that it is registered through.
    OpensBeside,
    /// Waits until it has no call, and then opens it.
    Awaits,
    /// Leaves it to another one.
    StandsBy,
}

/// What an application does with a device when it goes through its devices.
///
/// A device without media is open to all of its applications. One with media is open over one connection, that of the first
/// application that was connected when it was free. It goes back to an earlier one, if it does, without the loss of a call; and a
/// call that has outlived the connection it was answered over is not taken over by another application.
pub const fn turn(it: Situation) -> Turn {
    if it.holds {
        return Turn::Opens;
    }
    if !it.with_media {
        return if it.held { Turn::OpensBeside } else { Turn::Opens };
    }
    let its_turn = match (it.held, it.standby) {
        (true, Standby::Returns) => it.before_holder && !it.another_before,
        (true, Standby::Stays) => false,
        (false, _) => !it.another_before,
    };
    match (its_turn, it.calls) {
        (false, _) => Turn::StandsBy,
        (true, 0) => Turn::Opens,
        (true, _) => Turn::Awaits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second of two applications that may open a port, while the first is connected and has it.
    const SECOND: Situation = Situation {
        with_media: true,
        standby: Standby::Returns,
        holds: false,
        held: true,
        before_holder: false,
        another_before: true,
        calls: 0,
    };
    /// The first of them, while the second has it.
    const FIRST: Situation = Situation { before_holder: true, another_before: false, ..SECOND };

    #[test]
    fn r4_a_device_with_media_is_open_to_one_and_the_next_takes_it_when_that_is_gone() {
        assert_eq!(turn(SECOND), Turn::StandsBy);
        assert_eq!(turn(Situation { held: false, another_before: false, ..SECOND }), Turn::Opens);
        // The third leaves it to the second.
        assert_eq!(turn(Situation { held: false, ..SECOND }), Turn::StandsBy);
    }

    #[test]
    fn r4_it_goes_back_to_an_earlier_one_or_stays() {
        assert_eq!(turn(FIRST), Turn::Opens);
        assert_eq!(turn(Situation { standby: Standby::Stays, ..FIRST }), Turn::StandsBy);
        // The second of three leaves that to the first.
        assert_eq!(turn(Situation { another_before: true, ..FIRST }), Turn::StandsBy);
    }

    #[test]
    fn r4_a_call_is_neither_interrupted_nor_taken_over() {
        assert_eq!(turn(Situation { calls: 1, ..FIRST }), Turn::Awaits);
        assert_eq!(turn(Situation { calls: 1, held: false, another_before: false, ..SECOND }), Turn::Awaits);
        assert_eq!(turn(Situation { calls: 1, holds: true, ..SECOND }), Turn::Opens);
    }

    #[test]
    fn r4_a_device_without_media_is_open_to_all() {
        let console = Situation { with_media: false, calls: 9, ..SECOND };
        assert_eq!(turn(console), Turn::OpensBeside);
        assert_eq!(turn(Situation { held: false, ..console }), Turn::Opens);
    }
}
