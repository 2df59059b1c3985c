//! R15 (first sentence): a device can fail by itself, and not only with its CallManager. Its calls fare as they do there
//! ([`call_survival`](super::call_survival)); this is about the device.

use crate::domain::DeviceKind;

/// Whether a device can be registered or opened: not while it is failed, by however many faults.
pub const fn can_register(faults: u16) -> bool {
    faults == 0
}

/// How a device that has failed comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comeback {
    /// It registers by itself, at once (R14).
    Registers,
    /// Its CTIManager opens it again, at once: the CallManager tells it (R13).
    Reopened,
    /// It is opened once its application asks for it (R19, R20, R22).
    Waits,
}

/// How a device comes back once the last of its faults is over. `lost`: an application had it open or has asked for it, and
/// its CTIManager is to open it again. `connected`: the application is connected to a CTIManager.
pub const fn comeback(kind: DeviceKind, lost: bool, connected: bool) -> Comeback {
    match kind {
        DeviceKind::Phone => Comeback::Registers,
        DeviceKind::RoutePoint | DeviceKind::CtiPort if lost && connected => Comeback::Reopened,
        DeviceKind::RoutePoint | DeviceKind::CtiPort => Comeback::Waits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_back_when_the_last_of_its_faults_is_over() {
        assert!(can_register(0) && !can_register(1) && !can_register(2));
    }

    #[test]
    fn a_phone_registers_by_itself_and_a_port_is_opened_again_if_it_was_lost() {
        assert_eq!(comeback(DeviceKind::Phone, false, false), Comeback::Registers);
        assert_eq!(comeback(DeviceKind::CtiPort, true, true), Comeback::Reopened);
        assert_eq!(comeback(DeviceKind::RoutePoint, true, false), Comeback::Waits);
        assert_eq!(comeback(DeviceKind::RoutePoint, false, true), Comeback::Waits);
    }
}
