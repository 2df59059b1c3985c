//! R12: the settings of a device can be changed while it is in service.

use crate::domain::{Forward, Forwards, Target};

/// The forward settings of a device after one of them is changed to another target or cleared; the others stay. They apply to
/// every call forwarded from that instant on, including calls that are already at the device.
pub const fn changed(before: Forwards, forward: Forward, leads: Option<Target>) -> Forwards {
    let mut after = before;
    after.set(forward, leads);
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DestinationId;

    #[test]
    fn r12_one_setting_changes_and_the_others_stay() {
        let (one, other) = (Target::Outside(DestinationId(1)), Target::Outside(DestinationId(2)));
        let before = changed(changed(Forwards::default(), Forward::Cfb, Some(one)), Forward::Cfna, Some(one));
        let after = changed(before, Forward::Cfna, Some(other));
        assert_eq!(after.get(Forward::Cfb), Some(one));
        assert_eq!(after.get(Forward::Cfna), Some(other));
        assert_eq!(changed(after, Forward::Cfna, None).get(Forward::Cfna), None);
    }
}
