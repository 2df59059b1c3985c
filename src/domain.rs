//! The types of the domain: the parts of a cluster, and the closed lists of what can happen to a call.

use crate::engine::Span;
use serde::Serialize;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($repr:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(pub $repr);

        impl $name {
            /// The row in the plan's table of this kind.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A server of the cluster. It runs a CallManager, and a CTIManager beside it or none.
    NodeId(u16);
    /// An application: IVR, auto attendant, contact centre.
    ApplicationId(u16);
    /// A connection of an application to a CTIManager: those of the first application first.
    ConnectionId(u16);
    /// A database that applications look callers up in.
    DatabaseId(u16);
    /// A CTI route point.
    RoutePointId(u16);
    /// A group of like CTI ports.
    PortGroupId(u16);
    /// A group of like phones.
    PhoneGroupId(u16);
    /// A number outside the cluster.
    DestinationId(u16);
    /// A conference bridge.
    ConferenceBridgeId(u16);
    /// A directory number, or a range of them, that something refers to.
    NumbersId(u16);
    /// A speed dial of a group of phones.
    SpeedDialId(u16);
    /// A queue of callers for groups of phones.
    QueueId(u16);
    /// What callers may want, as their application finds out.
    WishId(u16);
    /// A source of calls.
    SourceId(u16);
    /// One device: a route point, one CTI port or one phone. Route points come first, then ports, then phones.
    DeviceId(u32);
    /// A device, as one of the applications that may have it open sees it. The number of a device is also that of its first
    /// application's view of it; the views of further applications follow the devices.
    OpenerId(u32);
    /// A station, where work queues: first the CallManager and the CTIManager of each node, then the applications, then the
    /// databases.
    StationId(u16);
}

/// Where a call can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A CTI route point.
    RoutePoint(RoutePointId),
    /// Any free port of a group.
    Ports(PortGroupId),
    /// Any free phone of a group.
    Phones(PhoneGroupId),
    /// A number outside the cluster.
    Outside(DestinationId),
    /// One line of a device, by its number, or any of a range of numbers.
    Numbers(NumbersId),
}

/// The kinds of device (R5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Virtual; holds many calls at once for an application to redirect.
    RoutePoint,
    /// Virtual; one active voice call, with media from the application.
    CtiPort,
    /// A real phone, which a person answers.
    Phone,
}

/// What a device with media does once an application is back that comes before the one that has it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standby {
    /// It goes back to that application as soon as it has no call.
    Returns,
    /// It stays where it is.
    Stays,
}

/// Which of the free phones of a queue's groups takes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueOrder {
    /// The one that has been free for longest, whatever its group.
    LongestIdle,
    /// One of the first of its groups that has a free one, and there the one that has been free for longest.
    TopDown,
}

/// A call's name, the same in every run with the same traffic: the source, and the index of the caller within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CallName {
    /// The source the caller belongs to.
    pub source: SourceId,
    /// Counted from zero in order of arrival.
    pub number: u32,
}

/// The forward settings of a line that matter to CTI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Forward {
    /// Call forward busy: the busy trigger or the maximum number of calls is reached, or no port or phone is free.
    Cfb,
    /// Call forward no answer: nobody answered in time; in release 3.3 also: no application has opened the device.
    Cfna,
    /// Call forward on (CTI) failure: the application failed while the call was there unanswered.
    Cfof,
    /// Call forward unregistered: the number has no registered device. Release 12.5.
    Cfur,
    /// Call forward all: every call, whatever the state of the device.
    Cfa,
}

impl Forward {
    /// All of them, in the order of the table [`Forwards`] is indexed by.
    pub const ALL: [Forward; 5] = [Forward::Cfb, Forward::Cfna, Forward::Cfof, Forward::Cfur, Forward::Cfa];

    /// The lower-case name, as in workload files and column names.
    pub const fn name(self) -> &'static str {
        match self {
            Forward::Cfb => "cfb",
            Forward::Cfna => "cfna",
            Forward::Cfof => "cfof",
            Forward::Cfur => "cfur",
            Forward::Cfa => "cfa",
        }
    }
}

/// The forward settings of a line: where each one leads, if it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forwards([Option<Target>; Forward::ALL.len()]);

impl Forwards {
    /// Where `forward` leads.
    pub const fn get(&self, forward: Forward) -> Option<Target> {
        self.0[forward as usize]
    }

    /// Sets or clears one setting.
    pub const fn set(&mut self, forward: Forward, target: Option<Target>) {
        self.0[forward as usize] = target;
    }
}

/// Why a device rejects a call, or cannot keep it; this determines which of its forwards apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// No application has the device open (R22).
    NotOpened,
    /// The busy trigger or the maximum number of calls is reached, or every port, phone or line is taken (R5).
    Busy,
    /// The controlling application failed while the call was there, unanswered (R24).
    ApplicationFailed,
    /// The application did not act within the New Call Accept time, or a person did not answer in time.
    NotAnswered,
}

impl Rejection {
    /// All of them.
    pub const ALL: [Rejection; 4] =
        [Rejection::NotOpened, Rejection::Busy, Rejection::ApplicationFailed, Rejection::NotAnswered];

    /// The name used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Rejection::NotOpened => "not_opened",
            Rejection::Busy => "busy",
            Rejection::ApplicationFailed => "application_failed",
            Rejection::NotAnswered => "not_answered",
        }
    }
}

/// What differs between releases, as data: the forwards tried for each rejection, in order, and the New Call Accept time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReleaseProfile {
    /// The name used in workload files.
    pub name: &'static str,
    /// Forwards tried when no application has the device open.
    pub not_opened: &'static [Forward],
    /// Forwards tried when the device is busy.
    pub busy: &'static [Forward],
    /// Forwards tried for an unanswered call whose application has failed.
    pub application_failed: &'static [Forward],
    /// Forwards tried when a call was not answered in time.
    pub not_answered: &'static [Forward],
    /// How long an application may take to act on a new call at a route point, in seconds; 0 means no limit.
    pub new_call_accept_seconds: u64,
}

impl ReleaseProfile {
    /// CallManager 3.3 and 4.x, as the chapter has it: a device nobody opened forwards by CFNA. The chapter names no
    /// New Call Accept timer, so there is none.
    pub const R3_3: ReleaseProfile = ReleaseProfile {
        name: "3.3",
        not_opened: &[Forward::Cfna],
        busy: &[Forward::Cfb],
        application_failed: &[Forward::Cfof, Forward::Cfna],
        not_answered: &[Forward::Cfna],
        new_call_accept_seconds: 0,
    };

    /// Unified CM 12.5: Forward Unregistered comes before CFNA, and an application has four seconds for a new call.
    pub const R12_5: ReleaseProfile = ReleaseProfile {
        name: "12.5",
        not_opened: &[Forward::Cfur, Forward::Cfna],
        new_call_accept_seconds: 4,
        ..ReleaseProfile::R3_3
    };

    /// Every profile a workload can name.
    pub const ALL: [ReleaseProfile; 2] = [ReleaseProfile::R3_3, ReleaseProfile::R12_5];

    /// The forwards tried for `rejection`, in order.
    pub const fn forwards(&self, rejection: Rejection) -> &'static [Forward] {
        match rejection {
            Rejection::NotOpened => self.not_opened,
            Rejection::Busy => self.busy,
            Rejection::ApplicationFailed => self.application_failed,
            Rejection::NotAnswered => self.not_answered,
        }
    }
}

/// The phase of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// On its way to a device.
    Routing,
    /// At a device of an application that has not requested anything yet.
    Presented,
    /// The same, and the application's request has reached the CallManager.
    Requested,
    /// A phone or a number outside rings.
    Ringing,
    /// Connected.
    Talking,
    /// Connected at a port; the application is transferring it.
    Changing,
    /// Connected at a port, until a phone is free for it.
    Waiting,
}

/// What an application that controls a phone learns of a call there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhoneEvent {
    /// It rings.
    Ringing,
    /// The parties are connected.
    Connected,
    /// It is held, retrieved, transferred or joined with others.
    Changed,
    /// It has left the phone.
    Ended,
}

/// How far a caller has got in a call so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Contact {
    /// Nothing.
    Nothing,
    /// A phone, or a number outside, has rung.
    Alerted,
    /// Somebody or something has answered.
    Connected,
    /// The same, and the caller waits for the person that the call is being transferred to.
    AwaitsPerson,
}

impl Contact {
    /// Whether the call has been answered.
    pub const fn is_connected(self) -> bool {
        matches!(self, Contact::Connected | Contact::AwaitsPerson)
    }
}

/// What can still act on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Everything on its path: no failure has affected it.
    Full,
    /// It kept its media when its application or CTIManager was lost: the application may act on it once it has the device
    /// open again.
    Interrupted,
    /// Nothing: it waits for a CallManager that hangs, which nobody has noticed yet.
    Held,
    /// Nothing: it kept its media when its CallManager failed, and can only go on or end.
    Lost,
}

/// What somebody at a phone calls a third party for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThirdParty {
    /// To take the call over: a transfer after consulting.
    TakesOver,
    /// To join the call: a conference.
    Joins,
}

/// How a call was transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransferredBy {
    /// By the application of a port or route point, after the treatment.
    Application,
    /// By a person at a phone, without consulting.
    Person,
    /// By a person at a phone, after consulting.
    Consultation,
}

/// Why a call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The device was busy, or no port, phone or line was free, and no forward applied.
    Busy,
    /// No application had the device open, and no forward applied.
    NotOpened,
    /// The call was not answered in time, and no forward applied.
    NotAnswered,
    /// Forwarded more often than the forward hop limit allows.
    TooManyHops,
    /// The ingress CallManager refuses new calls (Code Yellow).
    Throttled,
    /// No CallManager that the caller's line can register with was up.
    NoCallManager,
}

impl Refusal {
    /// Every reason, in the order of columns.
    pub const ALL: [Refusal; 6] = [
        Refusal::Busy,
        Refusal::NotOpened,
        Refusal::NotAnswered,
        Refusal::TooManyHops,
        Refusal::Throttled,
        Refusal::NoCallManager,
    ];

    /// The name used in columns.
    pub const fn name(self) -> &'static str {
        match self {
            Refusal::Busy => "busy",
            Refusal::NotOpened => "not_opened",
            Refusal::NotAnswered => "not_answered",
            Refusal::TooManyHops => "too_many_hops",
            Refusal::Throttled => "throttled",
            Refusal::NoCallManager => "no_callmanager",
        }
    }
}

/// How a call ended. Every call offered ends in exactly one of these, or is still in progress when the run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Connected, and ended normally.
    Completed,
    /// The caller hung up before being served.
    Abandoned,
    /// Refused.
    Refused(Refusal),
    /// Lost while being set up (R15, R24 with no forward set, a request that timed out).
    DroppedInSetup,
    /// Lost while being changed: transferred or redirected (R15).
    DroppedInChange,
    /// Lost while connected, because the device's media was lost with its application or its CallManager.
    DroppedConnected,
}

impl Ending {
    /// The name of the measure that counts such endings.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Completed => "completed",
            Ending::Abandoned => "abandoned",
            Ending::Refused(Refusal::Busy) => "refused_busy",
            Ending::Refused(Refusal::NotOpened) => "refused_not_opened",
            Ending::Refused(Refusal::NotAnswered) => "refused_not_answered",
            Ending::Refused(Refusal::TooManyHops) => "refused_too_many_hops",
            Ending::Refused(Refusal::Throttled) => "refused_throttled",
            Ending::Refused(Refusal::NoCallManager) => "refused_no_callmanager",
            Ending::DroppedInSetup => "dropped_in_setup",
            Ending::DroppedInChange => "dropped_in_change",
            Ending::DroppedConnected => "dropped_connected",
        }
    }

    /// Whether the call was lost: nobody ended or refused it.
    pub const fn is_loss(self) -> bool {
        matches!(self, Ending::DroppedInSetup | Ending::DroppedInChange | Ending::DroppedConnected)
    }
}

/// How an application fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationFault {
    /// The process ends: its connection closes, which is noticed at once.
    Exit,
    /// It hangs for good, or its host or link is lost: no connection closes, only the heartbeats stop.
    Silent,
    /// It stalls for a while and then resumes where it was, unaware of the stall.
    Stall,
}

/// How a CallManager or CTIManager process fails by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessFault {
    /// It ends: its connections close, which is noticed at once.
    Exit,
    /// It hangs until it is restarted: its host answers and its connections stay open, but it does nothing.
    Hang,
}

/// How a CallManager or CTIManager fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureMode {
    /// The process ends: its connections close, which is noticed at once.
    ProcessExits,
    /// Its host is lost: no connection is closed.
    HostLost,
    /// It hangs: no connection is closed either, and new ones are accepted; only what it should do no longer comes.
    Hangs,
}

impl From<ProcessFault> for FailureMode {
    fn from(fault: ProcessFault) -> FailureMode {
        match fault {
            ProcessFault::Exit => FailureMode::ProcessExits,
            ProcessFault::Hang => FailureMode::Hangs,
        }
    }
}

/// How applications reach devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// Through CTIManagers, which reach every CallManager.
    CtiManager,
    /// Through one CallManager each, the node of the application's first CTIManager: it controls only what is registered
    /// there, and loses everything with it (R25).
    Direct,
}

/// The two ways to read "no message in two consecutive intervals" (R23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeartbeatReading {
    /// Each message restarts a timer of two intervals: a silent failure is detected after one to two intervals: two
    /// after the last message.
    Timer,
    /// The CTIManager checks once per interval, on a grid of its own, and requires two consecutive empty intervals: a silent
    /// failure is detected after one to three intervals.
    Grid,
}

/// One end of a link; the other is a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkEnd {
    /// Another node.
    Node(NodeId),
    /// An application.
    Application(ApplicationId),
}

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultTarget {
    /// An application, in one of three ways.
    Application(ApplicationId, ApplicationFault),
    /// The CallManager process of a node; its CTIManager goes on (R13-R18).
    CallManager(NodeId, ProcessFault),
    /// The CTIManager process of a node; its CallManager goes on (R20, R21).
    CtiManager(NodeId, ProcessFault),
    /// A node, with all that runs on it. No connection is closed, so an application notices by missing heartbeats.
    Node(NodeId),
    /// A link: cut, or slower by this much. Messages sent while it is cut arrive when it is restored, in order.
    Link(LinkEnd, NodeId, Option<Span>),
    /// The first so many devices of a route point, or of a group of ports or phones (R15).
    Devices(Target, u32),
}

/// Why a device is not in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutageCause {
    /// Its application was considered failed (R24).
    ApplicationClosed,
    /// Its CallManager failed (R13).
    CallManagerFailed,
    /// The CTIManager through which it is controlled failed (R20).
    CtiManagerFailed,
    /// The link between its CallManager and its CTIManager is cut: each considers the other failed.
    LinkCut,
    /// It failed itself (R15).
    DeviceFailed,
    /// It is rehoming (R18).
    Rehoming,
    /// It goes back to an earlier one of its applications (R4).
    HandedOver,
}

impl OutageCause {
    /// Whether nothing has failed: the outage is meant.
    pub const fn is_planned(self) -> bool {
        matches!(self, OutageCause::Rehoming | OutageCause::HandedOver)
    }
}

/// Why a device was given up: it stays closed until its application restarts or reconnects and opens it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GiveUpReason {
    /// A CallManager could not open it (R17).
    CannotOpen,
    /// Its application forbids recovery (R19).
    RecoveryForbidden,
    /// It rehomed to a CallManager that its application does not reach (R25).
    OutOfReach,
}
