//! What applications hear of a call at a phone: in order, each thing once, and the end of all that they heard of.

use ctisim::domain::{ApplicationId, CallName, DeviceId, PhoneEvent};
use ctisim::facts::Fact;
use std::collections::BTreeMap;

/// The last thing that each application has heard of each call at each phone, while it has the phone open.
#[derive(Default)]
pub(crate) struct Heard {
    last: BTreeMap<(CallName, DeviceId, ApplicationId), PhoneEvent>,
    dialled_from: BTreeMap<CallName, DeviceId>,
}

impl Heard {
    pub(crate) fn note(&mut self, fact: Fact) {
        match fact {
            Fact::OffHook { call, device, .. } => {
                self.dialled_from.insert(call, device);
            }
            Fact::PhoneEventSent { call, device, application, event } => {
                let last = self.last.insert((call, device, application), event);
                // A call can be transferred to the phone that dialled it, where it is two calls.
                let is_twice = self.dialled_from.get(&call) == Some(&device);
                assert!(is_twice || follows(last, event), "{fact:?} follows {last:?}");
            }
            // It may miss what happens until it has the phone again.
            Fact::ControlLost { device, application, .. } => {
                self.last.retain(|&(_, at, of), _| (at, of) != (device, application));
            }
            Fact::Ended { call, .. } => {
                self.dialled_from.remove(&call);
                let of_call =
                    (call, DeviceId(0), ApplicationId(0))..=(call, DeviceId(u32::MAX), ApplicationId(u16::MAX));
                self.last.range(of_call.clone()).for_each(|(of, &last)| {
                    assert_eq!(last, PhoneEvent::Ended, "{fact:?}: {of:?} heard nothing of the end");
                });
                self.last.retain(|of, _| !of_call.contains(of));
            }
            _ => {}
        }
    }
}

/// Whether an event can come after the last one; after nothing, if the application has not had the phone open all the time.
fn follows(last: Option<PhoneEvent>, event: PhoneEvent) -> bool {
    match last {
        None => true,
        Some(PhoneEvent::Ringing) => matches!(event, PhoneEvent::Connected | PhoneEvent::Ended),
        Some(PhoneEvent::Connected | PhoneEvent::Changed) => matches!(event, PhoneEvent::Changed | PhoneEvent::Ended),
        Some(PhoneEvent::Ended) => event == PhoneEvent::Ringing,
    }
}

#[test]
fn what_comes_twice_or_out_of_order_is_noticed() {
    use PhoneEvent::{Changed, Connected, Ended, Ringing};
    for (last, event) in
        [(Ended, Ended), (Ended, Changed), (Ringing, Changed), (Ringing, Ringing), (Connected, Connected)]
    {
        assert!(!follows(Some(last), event), "{last:?} {event:?}");
    }
    assert!(follows(Some(Ended), Ringing) && follows(Some(Changed), Changed) && follows(None, Ended));
}
