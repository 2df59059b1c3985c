//! The events of the simulation, named in the present tense: everything the calendar can hold.

use crate::engine::Handle;

/// On whose behalf a CTIManager opens a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// Its application has asked for it, and is answered.
    Application,
    /// Nobody but the CTIManager itself, which recovers or rehomes the device: the application is notified.
    CtiManager,
}

/// An event. It takes eight bytes, so a pending event and its time take sixteen.
///
/// A call's event carries the `step` the call was at when it was scheduled: once the call has moved on, the steps
/// differ and the event does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    // A caller.
    /// The next caller's set-up reaches its ingress CallManager.
    CallerDials { source: u16 },
    /// The caller's patience ends, wherever the call is by then.
    PatienceEnds { call: Handle },
    /// The patience of a caller who waits for a person ends.
    WaitEnds { call: Handle },

    // A call between nodes and at a device.
    /// Digit analysis is done: the call goes to where its number leads.
    Routes { call: Handle, step: u8 },
    /// The call reaches the CallManager of the device.
    Offers { call: Handle, step: u8 },
    /// The CallManager has offered it: the device accepts or rejects it.
    Presents { call: Handle, step: u8 },
    /// A person, or the number outside, picks up.
    PicksUp { call: Handle, step: u8 },
    /// Nobody has answered in time: a timer of the phone or of its CallManager runs out.
    RingsOut { call: Handle, step: u8 },
    /// The answer reaches the caller's side: the parties are connected.
    Connects { call: Handle, step: u8 },
    /// The treatment or the talk is over.
    TalkEnds { call: Handle, step: u8 },
    /// The person at a phone is done with the work after a call.
    WrapUpEnds { device: u32 },
    /// The CallManager has done what a forward asks for: the call goes on to where the forward leads.
    Forwards { call: Handle, step: u8 },

    // A call and its application.
    /// The notification of the call reaches the application's CTIManager.
    NotificationReachesManager { call: Handle, step: u8 },
    /// The notification reaches the application.
    NotificationReachesApplication { call: Handle, step: u8 },
    /// A worker has decided.
    WorkerDecides { application: u16, worker: u32 },
    /// The application's request reaches its CTIManager.
    RequestReachesManager { call: Handle, step: u8 },
    /// The request reaches the device's CallManager.
    RequestReachesCallManager { call: Handle, step: u8 },
    /// A message between an application and a CallManager about a single device is a step further.
    NotificationMoves { notification: Handle },
    /// The CallManager has done what the application asked for.
    TakesEffect { call: Handle, step: u8 },
    /// The request to join a third party in reaches the CallManager of the conference bridge.
    ReachesBridge { call: Handle, step: u8 },
    /// What a person at a phone asked for has been done.
    ChangeTakesEffect { call: Handle, step: u8 },
    /// A New Call Accept timer may have run out.
    AcceptTimerExpires,
    /// The No Answer timer of a call on a line of a group of ports may have run out.
    PortTimerExpires { group: u16, line: u8 },
    /// A CTI request timer may have run out.
    RequestTimerExpires,
    /// The same, of something that a person asked an application for.
    AskedTimerExpires,

    // An application and its CTIManager.
    /// The application's heartbeat is due.
    HeartbeatDue { connection: u16, attempt: u16 },
    /// A heartbeat reaches the CTIManager.
    HeartbeatReachesManager { connection: u16, number: u16 },
    /// The CTIManager checks whether it has heard from the application.
    HeartbeatChecked { connection: u16, number: u16 },
    /// The CTIManager sees the application's connection closed.
    ConnectionCloses { connection: u16, number: u16 },
    /// A heartbeat of the CTIManager leaves for the application; simulated only while a link may keep it away.
    ManagerBeats { connection: u16, lookout: u16 },
    /// It reaches the application.
    ManagerHeard { connection: u16, lookout: u16 },
    /// The application checks whether it has heard from its CTIManager.
    ManagerChecked { connection: u16, lookout: u16 },
    /// The application asks for a new connection.
    ProviderAsks { connection: u16, attempt: u16 },
    /// Its CTIManager has opened the provider.
    ProviderOpens { connection: u16, attempt: u16 },
    /// The application has waited long enough for the answer to its request for a connection.
    ProviderOpenTimesOut { connection: u16, attempt: u16 },
    /// The application asks for the next of its devices.
    AsksForDevice { connection: u16, attempt: u16 },
    /// The request to open a device reaches the CTIManager.
    OpenReachesManager { opener: u32, stamp: u16 },
    /// The request to open a device reaches its CallManager.
    OpenReachesCallManager { opener: u32, stamp: u16, asker: Asker },
    /// The CallManager that was asked to open the device has not answered in time.
    OpenTimesOut { opener: u32, stamp: u16 },
    /// The device is open.
    DeviceOpens { opener: u32, stamp: u16, asker: Asker },

    /// The application sees that it has lost its CTIManager.
    LossNoticed { connection: u16, attempt: u16 },
    /// A CTIManager has learnt that devices are closed that another application had open.
    ClosingNoticed { connection: u16, number: u16 },
    /// The application tries the CTIManagers of its list.
    Reconnects { connection: u16, attempt: u16 },
    /// The application leaves its least-priority CTIManager if another one is up.
    FallsBack { connection: u16, attempt: u16 },

    // CallManagers, and the devices that move between them.
    /// A CTIManager notices that a CallManager has failed.
    FailureNoticed { manager: u16, node: u16 },
    /// Everybody notices that a CallManager hangs.
    HangNoticed { node: u16 },
    /// A CTIManager notices that a CallManager is back.
    ReturnNoticed { manager: u16, node: u16 },
    /// A CTIManager starts to recover the next device in its queue.
    ManagerReopens { manager: u16, epoch: u16 },
    /// A phone that has lost its CallManager looks for another one.
    PhoneMoves { device: u32, stamp: u16 },
    /// A CallManager has registered a phone.
    PhoneRegisters { device: u32, stamp: u16 },
    /// Two nodes notice that the link between them is cut or restored.
    LinkNoticed { from: u16, to: u16 },
    /// Phones notice that a CallManager is back.
    PhonesNoticeReturn { node: u16 },
    /// A CallManager that is back lets the next phone rehome to it.
    PhoneRehomes { node: u16, epoch: u16 },

    // Events of the workload.
    /// A forward setting changes.
    SettingChanges { change: u16 },
    /// A fault strikes.
    FaultStrikes { fault: u16 },
    /// The fault is over.
    FaultEnds { fault: u16 },
}

impl Event {
    /// The call that the event concerns, if it concerns exactly one.
    #[inline]
    pub(super) const fn call(self) -> Option<Handle> {
        match self {
            Event::PatienceEnds { call }
            | Event::WaitEnds { call }
            | Event::Routes { call, .. }
            | Event::Offers { call, .. }
            | Event::Presents { call, .. }
            | Event::PicksUp { call, .. }
            | Event::RingsOut { call, .. }
            | Event::Connects { call, .. }
            | Event::TalkEnds { call, .. }
            | Event::Forwards { call, .. }
            | Event::NotificationReachesManager { call, .. }
            | Event::NotificationReachesApplication { call, .. }
            | Event::RequestReachesManager { call, .. }
            | Event::RequestReachesCallManager { call, .. }
            | Event::TakesEffect { call, .. }
            | Event::ReachesBridge { call, .. }
            | Event::ChangeTakesEffect { call, .. } => Some(call),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_takes_eight_bytes() {
        assert_eq!(size_of::<Event>(), 8);
    }
}
