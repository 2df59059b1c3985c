//! R12: the settings of a device can be changed while it is in service. Claim 73: service parameters of a CTIManager are read when it
//! starts.

use crate::domain::{Forward, Forwards, Target};
use crate::engine::Time;

/// The forward settings of a device after one of them is changed to another target or cleared; the others stay. They apply to
/// every call forwarded from that instant on, including calls that are already at the device.
pub const fn changed(before: Forwards, forward: Forward, leads: Option<Target>) -> Forwards {
    let mut after = before;
    after.set(forward, leads);
    after
}

/// The value of a service parameter in a CTIManager that started at `started`: the last of the `changes` made until then, in order of
/// time, or else what it was at first. A later change waits for the next start.
pub fn in_force<T: Copy>(at_first: T, changes: impl IntoIterator<Item = (Time, Option<T>)>, started: Time) -> T {
    let made = changes.into_iter().take_while(|&(at, _)| at <= started);
    made.filter_map(|(_, value)| value).last().unwrap_or(at_first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DestinationId;
    use crate::engine::Span;

    #[test]
    fn a_service_parameter_is_read_when_the_ctimanager_starts() {
        let at = |seconds| Time::ZERO + Span::from_secs(seconds);
        let changes = [(at(10), Some(60)), (at(20), None), (at(30), Some(90))];
        let started = |seconds| in_force(30, changes, at(seconds));
        assert_eq!([0, 9, 10, 25, 30].map(started), [30, 30, 60, 60, 90]);
    }

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
