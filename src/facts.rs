//! Facts: what has happened, named in the past tense. They are all that a run reports.

mod call;
mod steps;

pub use steps::{Message, Party, Place, Task};

use crate::domain::{
    ApplicationFault, ApplicationId, CallName, ConferenceBridgeId, Contact, DestinationId, DeviceId, Ending, Forward,
    GiveUpReason, NodeId, OutageCause, PhoneEvent, PhoneGroupId, PortGroupId, QueueId, Rejection, RoutePointId,
    StationId, Target, ThirdParty, TransferredBy,
};
use crate::engine::{Span, Time};
use crate::rules::admission::Missing;

/// What a call's delays are recorded under: its ingress and what it first reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The ingress node.
    pub ingress: NodeId,
    /// The first route point it was presented at, if any.
    pub route_point: Option<RoutePointId>,
    /// The application of that route point, or of the first port.
    pub application: Option<ApplicationId>,
}

/// A pool of interchangeable ports, phones or lines, each of which takes one call at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PoolId {
    /// The ports of a group.
    Ports(PortGroupId),
    /// The phones of a group.
    Phones(PhoneGroupId),
    /// The lines to a number outside.
    Outside(DestinationId),
}

/// Where a call is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentTo {
    /// Where a target leads.
    Target(Target),
    /// To a queue.
    Queue(QueueId),
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reached {
    /// What its delays are recorded under.
    pub path: Path,
    /// What the caller has heard.
    pub contact: Contact,
    /// Since when it waits for a person, if it does.
    pub waits_since: Time,
}

/// A failure that nobody has noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnnoticedFailure {
    /// An application's, by the CTIManager of one of its connections.
    Application(ApplicationId),
    /// A CallManager's, by a CTIManager.
    CallManager(NodeId),
    /// A CTIManager's, by an application.
    CtiManager(ApplicationId),
}

/// A share of an application's devices: recovery times are reported until it controls that many again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// 50 %.
    Half,
    /// 95 %.
    NinetyFive,
    /// All of them.
    All,
}

/// Something that has happened. Each variant carries all that a recorder needs: no recorder looks into the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// A caller's set-up reached its ingress CallManager: the call is in progress from now on.
    Offered {
        /// Which call.
        call: CallName,
        /// Its place among the calls in progress: no two have the same at a time.
        place: u32,
        /// The ingress node.
        ingress: NodeId,
    },
    /// A call was sent somewhere, whether or not there is room.
    Sent {
        /// The place of the call.
        place: u32,
        /// Where.
        to: SentTo,
    },
    /// A call began to occupy a route point.
    Presented {
        /// Which call.
        call: CallName,
        /// Where.
        route_point: RoutePointId,
        /// Which of the route point's devices.
        device: DeviceId,
        /// Which of its lines.
        line: u8,
    },
    /// A call no longer occupies a route point: redirected, forwarded or ended.
    Left {
        /// Which call.
        call: CallName,
        /// Where it was.
        route_point: RoutePointId,
        /// Which of the route point's devices.
        device: DeviceId,
        /// Which of its lines.
        line: u8,
        /// Since it was presented there.
        stayed: Span,
    },
    /// A call took a port, a phone or an outside line.
    Seized {
        /// Which call.
        call: CallName,
        /// From which pool.
        pool: PoolId,
        /// The port or phone; an outside line is not a device.
        device: Option<DeviceId>,
        /// Which of its lines.
        line: u8,
    },
    /// A call to the number of a phone that is in use began to wait there until the person is free.
    CallWaits {
        /// Which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
        /// Which of its lines.
        line: u8,
    },
    /// It no longer waits: it takes the phone, or leaves.
    CallWaited {
        /// Which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
    },
    /// A call began to wait at its device, in a queue.
    Queued {
        /// Which call.
        call: CallName,
        /// Its place.
        place: u32,
        /// Which queue.
        queue: QueueId,
    },
    /// A free phone was found for a call of a queue (`queue_wait`).
    Distributed {
        /// Which call.
        call: CallName,
        /// Which queue.
        queue: QueueId,
        /// Since it began to wait; `None`: a phone was free when it came.
        waited: Option<Span>,
    },
    /// A call left a queue without a phone.
    LeftQueue {
        /// Which call.
        call: CallName,
        /// Which queue.
        queue: QueueId,
        /// Since it began to wait.
        waited: Span,
        /// Whether its caller hung up; otherwise it was lost.
        hung_up: bool,
    },
    /// A call gave it back.
    Freed {
        /// Which call.
        call: CallName,
        /// From which pool.
        pool: PoolId,
        /// The port or phone; an outside line is not a device.
        device: Option<DeviceId>,
    },
    /// A phone or port dials: its call occupies it until the end, beside what it occupies at its destination.
    OffHook {
        /// Which call.
        call: CallName,
        /// The group of the phone or port.
        pool: PoolId,
        /// The phone or port.
        device: DeviceId,
    },
    /// The call of a phone or port that dialled is over.
    OnHook {
        /// Which call.
        call: CallName,
        /// The group of the phone or port.
        pool: PoolId,
        /// The phone or port.
        device: DeviceId,
    },
    /// An application was to dial and did not: it was down, did not have the phone or port open, or that was in use.
    NotDialled {
        /// The name that the call would have had.
        call: CallName,
        /// Whether the device was in use.
        in_use: bool,
    },
    /// An event of a phone left for an application that has it open.
    PhoneEventSent {
        /// Of which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
        /// Which event.
        event: PhoneEvent,
    },
    /// A call rings at a phone of an application that looks callers up: a screen pop is due.
    ScreenPopDue {
        /// Which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
    },
    /// The caller's data was there while the call was.
    ScreenPopShown {
        /// Which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
        /// Since it rang there.
        delay: Span,
    },
    /// The caller's data did not come, or came after the call had left.
    ScreenPopLost {
        /// Which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
    },
    /// A person at a phone asked an application to do something with a call.
    Asked {
        /// Which call.
        call: CallName,
        /// The phone.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
    },
    /// The application's request has reached the CallManager of the phone.
    RequestGranted {
        /// Which call.
        call: CallName,
        /// The application.
        application: ApplicationId,
    },
    /// The application was not there to be asked, or lost the request: the person did it by hand.
    RequestFailed {
        /// Which call.
        call: CallName,
        /// The application.
        application: ApplicationId,
    },
    /// A message about a call left. Noted when it is known when it will: that may lie in the future.
    Sending {
        /// Which call.
        call: CallName,
        /// What.
        message: Message,
        /// Who sends it.
        from: Party,
        /// Who receives it.
        to: Party,
        /// When it leaves.
        departs: Time,
        /// When it arrives, unless the call has moved on by then.
        arrives: Time,
    },
    /// An event about a call came to nothing: its application is down, or the connection over which it was sent is gone.
    EventLost {
        /// Which call.
        call: CallName,
        /// The application.
        application: ApplicationId,
    },
    /// A call waits for a CallManager that hangs, until that is noticed.
    HeldUp {
        /// Which call.
        call: CallName,
        /// Its node.
        node: NodeId,
    },
    /// A phone or a number outside rings.
    Rings {
        /// Which call.
        call: CallName,
        /// The pool of the phone or line.
        pool: PoolId,
        /// The phone.
        device: Option<DeviceId>,
    },
    /// A person picks up, or asks an application to answer.
    PickedUp {
        /// Which call.
        call: CallName,
        /// When it was presented there.
        since: Time,
    },
    /// The treatment of a call by its application, at a port or route point, is over.
    TreatmentEnded {
        /// Which call.
        call: CallName,
        /// Where.
        device: DeviceId,
    },
    /// A call was turned away. Unless a forward applies, that ends it.
    TurnedAway {
        /// Which call.
        call: CallName,
        /// Where.
        at: Place,
        /// Why.
        because: Rejection,
        /// What is missing on the way there, if that is why.
        missing: Option<Missing>,
        /// When it was presented at the device; now, if it has not reached one.
        since: Time,
    },
    /// A CallManager begins to forward a call.
    Forwards {
        /// Which call.
        call: CallName,
        /// Its node.
        node: NodeId,
        /// By which setting.
        forward: Forward,
        /// Where to.
        to: Target,
    },
    /// A piece of work was scheduled at a station. Noted as soon as its times are known: at its arrival if the queue is first
    /// come, first served, otherwise when it starts. `started` and `finished` may lie in the future.
    Served {
        /// Which station.
        station: StationId,
        /// What it is.
        task: Task,
        /// For which call, if it is for one.
        call: Option<CallName>,
        /// When it joined the queue.
        arrived: Time,
        /// When a server starts it.
        started: Time,
        /// When it is done.
        finished: Time,
    },
    /// An event left an application's queue unserved, because its call had ended or moved on, or the application failed.
    Skipped {
        /// The application's station.
        station: StationId,
        /// Of which call, if that is known.
        call: Option<CallName>,
        /// When it joined the queue.
        arrived: Time,
        /// When a worker came to it, or the application failed: an event whose call is gone stays in the queue until its
        /// turn.
        until: Time,
    },
    /// A worker of the application took an event (`app_queue_delay`).
    Taken {
        /// Which application.
        application: ApplicationId,
        /// Of which call.
        call: Option<CallName>,
        /// Since it reached the application.
        waited: Span,
    },
    /// A caller was looked up (`lookup_delay`, waiting for a connection included).
    LookedUp {
        /// For which application.
        application: ApplicationId,
        /// The call of which caller.
        call: Option<CallName>,
        /// From request to result.
        delay: Span,
    },
    /// The application's request for a call at a route point took effect (`route_point_delay`).
    Acted {
        /// Which call.
        call: CallName,
        /// At which route point.
        route_point: RoutePointId,
        /// Which application.
        application: Option<ApplicationId>,
        /// Since it was presented there.
        delay: Span,
    },
    /// A phone or an outside number rings, for the first time in this call.
    Alerting {
        /// Which call.
        call: CallName,
        /// What its delays are recorded under.
        path: Path,
        /// Since it was offered.
        since_offered: Span,
    },
    /// The call was answered, for the first time.
    Connected {
        /// Which call.
        call: CallName,
        /// What its delays are recorded under.
        path: Path,
        /// Since it was offered.
        since_offered: Span,
        /// Whether nothing had rung before: then the answer also ends the post-dial delay.
        first_sign: bool,
        /// Whether a person answered, at a phone or outside, and not a machine at a port or a route point.
        by_person: bool,
    },
    /// A connected call reached the person it was to be transferred to.
    Transferred {
        /// Which call.
        call: CallName,
        /// How.
        by: TransferredBy,
        /// What its delays are recorded under.
        path: Path,
        /// Since its treatment at the port ended, or since a person at a phone asked for it.
        delay: Span,
    },
    /// A connected call that was to be transferred to a person reached a machine instead: it was forwarded to a port or a route point.
    ReachedMachine {
        /// Which call.
        call: CallName,
        /// What its delays are recorded under.
        path: Path,
        /// Since its treatment at the port ended, or since a person at a phone asked for it.
        delay: Span,
    },
    /// A person at a phone has talked to a caller, and no longer does.
    Talked {
        /// To which one.
        call: CallName,
        /// The group of the phone.
        phones: PhoneGroupId,
        /// Since the person answered.
        lasted: Span,
        /// Whether the talk was not over: the call was lost.
        cut: bool,
    },
    /// The person at a phone begins with the work after a call that a person answered there: the phone stays in use.
    WrapUpBegan {
        /// After which call.
        call: CallName,
        /// The group of the phone.
        phones: PhoneGroupId,
        /// The phone.
        device: DeviceId,
        /// The line at which the call was.
        line: u8,
    },
    /// The person is done with it.
    WrapUpEnded {
        /// After which call.
        call: CallName,
        /// The group of the phone.
        phones: PhoneGroupId,
        /// The phone.
        device: DeviceId,
    },
    /// A call was put on hold.
    Held {
        /// Which call.
        call: CallName,
        /// Since that was asked for.
        delay: Span,
    },
    /// It was retrieved.
    Retrieved {
        /// Which call.
        call: CallName,
        /// Since that was asked for.
        delay: Span,
    },
    /// A call was put aside at a phone whose person calls a third party for it, or sends it on: it goes to where that is, and
    /// the phone stays in use.
    PutAside {
        /// Which call.
        call: CallName,
        /// The group of the phone.
        phones: PhoneGroupId,
        /// The phone.
        device: DeviceId,
    },
    /// The call is back at the phone at which it was put aside.
    TakenBack {
        /// Which call.
        call: CallName,
        /// The group of the phone.
        phones: PhoneGroupId,
        /// The phone.
        device: DeviceId,
    },
    /// The phone at which a call was put aside is no longer in use by it.
    LetGo {
        /// Which call.
        call: CallName,
        /// The group of the phone.
        phones: PhoneGroupId,
        /// The phone.
        device: DeviceId,
    },
    /// The third party that was called for a call has answered.
    Consulted {
        /// Which call.
        call: CallName,
        /// Since that was asked for.
        delay: Span,
    },
    /// The third party was not reached.
    ConsultFailed {
        /// Which call.
        call: CallName,
        /// What for.
        third: ThirdParty,
    },
    /// A conference bridge was taken for a call.
    BridgeTaken {
        /// Which call.
        call: CallName,
        /// The bridge.
        bridge: ConferenceBridgeId,
    },
    /// It is free for another one.
    BridgeFreed {
        /// Which call.
        call: CallName,
        /// The bridge.
        bridge: ConferenceBridgeId,
    },
    /// A conference was asked for, and the bridge was full or out of service.
    ConferenceBlocked {
        /// Which call.
        call: CallName,
        /// The bridge.
        bridge: ConferenceBridgeId,
    },
    /// The third party was joined in: all three talk.
    Joined {
        /// Which call.
        call: CallName,
        /// Since the conference was asked for.
        delay: Span,
    },
    /// A forwarded call was presented at the target of its forward.
    Forwarded {
        /// Which call.
        call: CallName,
        /// By which setting.
        forward: Forward,
        /// The application of the device that forwarded it, if it has one.
        application: Option<ApplicationId>,
        /// Since it was presented at that device.
        waited: Span,
        /// Since the application's failure; only with [`Forward::Cfof`].
        since_failure: Option<Span>,
    },
    /// The call is over.
    Ended {
        /// Which call.
        call: CallName,
        /// Its place, which is free now.
        place: u32,
        /// How.
        ending: Ending,
        /// When it was offered.
        offered: Time,
        /// How far it had come.
        reached: Reached,
    },
    /// The run is over, and the call is not.
    Unfinished {
        /// Which call.
        call: CallName,
        /// When it was offered.
        offered: Time,
        /// How far it has come.
        reached: Reached,
    },
    /// The run is over, and a failure has not been noticed.
    Unnoticed {
        /// By whom it would be.
        failure: UnnoticedFailure,
        /// When it happened.
        since: Time,
    },
    /// An application controls fewer of its devices because of a fault: its recovery is timed from then.
    RecoveryBegan {
        /// Which application.
        application: ApplicationId,
        /// When the fault happened, if it is later than that of a recovery that was not over.
        since: Time,
    },
    /// An application failed.
    ApplicationFailed {
        /// Which.
        application: ApplicationId,
        /// How.
        fault: ApplicationFault,
    },
    /// An application is back: restarted, or the stall is over.
    ApplicationReturned {
        /// Which.
        application: ApplicationId,
    },
    /// The CTIManager considered an application failed and closed it (R23, R24).
    ApplicationClosed {
        /// Which.
        application: ApplicationId,
        /// Since the fault; `None` if it had not failed but only fallen behind.
        delay: Option<Span>,
        /// Whether the application was in fact still running: stalled or merely late.
        false_failure: bool,
    },
    /// An application's request for a call got no answer in time (CTI request timeout).
    RequestTimedOut {
        /// Which call.
        call: CallName,
        /// Which application.
        application: ApplicationId,
    },
    /// A connected call kept its media through the failure of the application that controls its device.
    Preserved {
        /// Which call.
        call: CallName,
    },
    /// A device failed by itself: it is registered nowhere until it is back.
    DeviceFailed {
        /// Which device.
        device: DeviceId,
    },
    /// It is back, and may register and be opened again.
    DeviceReturned {
        /// Which device.
        device: DeviceId,
    },
    /// A device is in service: registered with a live CallManager and, unless it is a phone, open to its application.
    DeviceOpened {
        /// Which device.
        device: DeviceId,
        /// Its application, if it has one.
        application: Option<ApplicationId>,
        /// The CallManager it is registered with.
        node: NodeId,
        /// Since the fault, or the rehoming, that took it out of service.
        out_of_service: Span,
    },
    /// A device is out of service.
    DeviceClosed {
        /// Which device.
        device: DeviceId,
        /// Its application, if it has one.
        application: Option<ApplicationId>,
        /// Why.
        because: OutageCause,
        /// Since when: the time of the fault, not of its detection.
        since: Time,
    },
    /// An application controls a phone from now on, or a route point that another one has open too. The application that a route
    /// point or port is registered through controls it whenever that is in service.
    Controlled {
        /// Which device.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
        /// Whether no other one controls it.
        first: bool,
    },
    /// An application no longer controls such a device, which may go on working.
    ControlLost {
        /// Which device.
        device: DeviceId,
        /// The application.
        application: ApplicationId,
        /// Whether no other one controls it any more.
        last: bool,
    },
    /// A device that is out of service will not be recovered.
    DeviceGivenUp {
        /// Which device.
        device: DeviceId,
        /// Why.
        because: GiveUpReason,
    },
    /// The home CallManager of a device that is elsewhere is back: from now on it waits until it has no call (R18).
    HomeReturned {
        /// Which device.
        device: DeviceId,
        /// How long ago the home came back: this takes a while to be noticed.
        ago: Span,
    },
    /// A device no longer waits to rehome, or no longer rehomes: its home, or its service, was lost again.
    RehomeLost {
        /// Which device.
        device: DeviceId,
    },
    /// A device starts to rehome: it has no call, and its turn has come (R18).
    RehomeStarted {
        /// Which device.
        device: DeviceId,
        /// From its home's return until it had no call any more and could go (`rehome_wait`); its turn may have come later.
        waited: Span,
    },
    /// A device is in service at home again.
    Rehomed {
        /// Which device.
        device: DeviceId,
        /// Since its home was back (`rehome_delay`).
        delay: Span,
    },
    /// A CallManager process failed.
    CallManagerFailed {
        /// On which node.
        node: NodeId,
    },
    /// It failed by hanging: nobody knows yet.
    CallManagerHangs {
        /// On which node.
        node: NodeId,
    },
    /// Everybody knows that a CallManager hung: it was noticed, or it is restarted.
    HangNoticed {
        /// On which node.
        node: NodeId,
        /// Since it began to hang.
        delay: Span,
    },
    /// It is back.
    CallManagerReturned {
        /// On which node.
        node: NodeId,
    },
    /// A CTIManager noticed that a CallManager failed, and notifies applications that their devices there are out of service
    /// (R13).
    FailureNoticed {
        /// The node of the CTIManager.
        manager: NodeId,
        /// The node of the failed CallManager.
        node: NodeId,
        /// Since the failure.
        delay: Span,
    },
    /// A CTIManager process failed.
    CtiManagerFailed {
        /// On which node.
        node: NodeId,
    },
    /// It is back.
    CtiManagerReturned {
        /// On which node.
        node: NodeId,
    },
    /// The link between an application and a node is cut, or slower, from now on.
    ApplicationLinkFailed {
        /// Which application.
        application: ApplicationId,
        /// Which node.
        node: NodeId,
    },
    /// An application noticed that it lost its CTIManager (R20).
    ManagerLossNoticed {
        /// Which application.
        application: ApplicationId,
        /// Since the failure.
        delay: Span,
    },
    /// An application's provider is open at a CTIManager.
    ManagerChanged {
        /// Which application.
        application: ApplicationId,
        /// On which node.
        manager: NodeId,
    },
    /// Both ends have noticed that the link between two nodes is cut.
    LinkCutNoticed {
        /// One end.
        from: NodeId,
        /// The other.
        to: NodeId,
        /// How long ago it was cut.
        ago: Span,
    },
    /// Both ends have noticed that such a link is restored.
    LinkHealNoticed {
        /// One end.
        from: NodeId,
        /// The other.
        to: NodeId,
        /// How long ago it was restored.
        ago: Span,
    },
    /// A forward setting was changed (R12).
    SettingChanged {
        /// The row of the change in the plan.
        change: u32,
    },
    /// A forward setting was not changed: the application that was to do it was not in control of the device (R12).
    SettingNotChanged {
        /// The row of the change in the plan.
        change: u32,
    },
    /// A CallManager entered or left Code Yellow.
    Throttling {
        /// On which node.
        node: NodeId,
        /// Whether it refuses new calls from now on.
        refuses: bool,
    },
    /// An application controls this share of its devices again.
    Recovered {
        /// Which application.
        application: ApplicationId,
        /// Which share.
        share: Share,
        /// Since the fault.
        delay: Span,
    },
}

/// An observer of a run. It receives every fact and cannot influence the run.
pub trait Recorder {
    /// Notes that `fact` happened at `now`. Times never go back.
    fn note(&mut self, now: Time, fact: Fact);
}

/// No observer.
impl Recorder for () {
    fn note(&mut self, _: Time, _: Fact) {}
}

/// Two observers at once.
impl<A: Recorder, B: Recorder> Recorder for (A, B) {
    fn note(&mut self, now: Time, fact: Fact) {
        self.0.note(now, fact);
        self.1.note(now, fact);
    }
}

impl<R: Recorder> Recorder for &mut R {
    fn note(&mut self, now: Time, fact: Fact) {
        (**self).note(now, fact);
    }
}
