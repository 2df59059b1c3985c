//! Every metric in one row: its name and all that readers of results need to know of it.
//!
//! A new metric is specified completely here; nothing has a default. The list in
//! docs/reference/measures.md is made of these rows.

use serde::{Deserialize, Serialize};

use Better::{Higher, Lower, Neither};
use Censoring::{Callers, Never, Possible};
use Scope::{
    Application, Cluster, ConferenceBridge, Destination, DeviceFate, DeviceKind, Node, PhoneGroup, PortGroup,
    RoutePoint, Station, Traffic,
};
use Section::{
    Calls, Changed, Delays, DetectionByKind, Devices, Failed, Forwarded, GivenUp, Groups, Lost, Recovery, Refusals,
    Stations, Survived,
};

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Millis,
    /// A count.
    Count,
    /// A share of a whole, 1 being all of it.
    Ratio,
}

impl Unit {
    /// The name used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Millis => "ms",
            Unit::Count => "count",
            Unit::Ratio => "ratio",
        }
    }
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less is better: waits, losses, load.
    Lower,
    /// More is better: calls served.
    Higher,
    /// Neither: any change counts as worse until a new baseline accepts it.
    #[serde(rename = "same")]
    Neither,
}

/// Whether a duration may be censored: not over at the end of the run, so that only a lower bound is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Censoring {
    /// It is measured when it ends; what does not end is not measured.
    Never,
    /// What is not over at the end, or was cut short, is kept as censored.
    Possible,
    /// The same for callers who hung up or were lost before: their waits are in percentiles. The mean is that of the others, as is
    /// usual of answered calls, and the longest that of all: nobody waits any more.
    Callers,
}

impl Censoring {
    /// Whether something may be censored.
    pub const fn is_possible(self) -> bool {
        !matches!(self, Censoring::Never)
    }
}

/// The highest reading of a gauge, which is a metric of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peak {
    /// Its name.
    pub name: &'static str,
    /// Which way is better.
    pub better: Better,
}

/// A part of the report for a terminal, in which a metric is shown in the order of its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The endings of calls.
    Calls,
    /// Why calls were refused; only reasons that occurred.
    Refusals,
    /// Delays.
    Delays,
    /// Failures, from detection to recovery.
    Recovery,
    /// Detection, where more than one kind of process failed.
    DetectionByKind,
    /// Forwards and losses: what failed.
    Failed,
    /// Forwards and losses: where calls went.
    Forwarded,
    /// What people at phones did with calls.
    Changed,
    /// Forwards and losses: what survived.
    Survived,
    /// Forwards and losses: what was lost.
    Lost,
    /// Forwards and losses: devices given up.
    GivenUp,
    /// The fates of devices.
    Devices,
    /// The fullest groups.
    Groups,
    /// The busiest stations.
    Stations,
}

/// The properties of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name used in files. Spreadsheets depend on it: it never changes.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it is measured of.
    pub scopes: &'static [Scope],
    /// Whether it may be censored.
    pub censoring: Censoring,
    /// The highest reading, if it is kept.
    pub peak: Option<Peak>,
    /// Which way is better.
    pub better: Better,
    /// Where the report for a terminal shows it.
    pub sections: &'static [Section],
    /// What it is, in a sentence.
    pub what: &'static str,
}

/// The row of a count.
const fn count(name: &'static str, better: Better, sections: &'static [Section], what: &'static str) -> Row {
    let scopes = &[Scope::Cluster];
    Row { name, unit: Unit::Count, scopes, censoring: Censoring::Never, peak: None, better, sections, what }
}

/// The row of a number of calls, which is also counted for what they have reached.
const fn calls(name: &'static str, better: Better, sections: &'static [Section], what: &'static str) -> Row {
    const SCOPES: &[Scope] =
        &[Cluster, Traffic, Application, RoutePoint, PortGroup, PhoneGroup, Scope::Queue, Destination];
    Row { scopes: SCOPES, ..count(name, better, sections, what) }
}

/// The row of a number of calls that is also counted for the queues that the workload names.
const fn waits(name: &'static str, better: Better, sections: &'static [Section], what: &'static str) -> Row {
    Row { scopes: &[Cluster, Scope::Queue], ..count(name, better, sections, what) }
}

/// The row of a duration.
const fn duration(
    name: &'static str,
    scopes: &'static [Scope],
    censoring: Censoring,
    better: Better,
    sections: &'static [Section],
    what: &'static str,
) -> Row {
    Row { name, unit: Unit::Millis, scopes, censoring, peak: None, better, sections, what }
}

/// The row of a gauge.
const fn gauge(
    name: &'static str,
    unit: Unit,
    scopes: &'static [Scope],
    peak: Option<Peak>,
    better: Better,
    sections: &'static [Section],
    what: &'static str,
) -> Row {
    Row { name, unit, scopes, censoring: Censoring::Never, peak, better, sections, what }
}

/// The row of a share of the callers who ask for a person.
const fn service(name: &'static str, scopes: &'static [Scope], what: &'static str) -> Row {
    let sections = &[];
    Row {
        name,
        unit: Unit::Ratio,
        scopes,
        censoring: Censoring::Never,
        peak: None,
        better: Better::Higher,
        sections,
        what,
    }
}

/// A highest reading that is kept.
const fn peak(name: &'static str, better: Better) -> Option<Peak> {
    Some(Peak { name, better })
}

macro_rules! metrics {
    ($(#[$meta:meta])* $enum:ident: $($variant:ident = $row:ident($($value:expr),*), $what:literal;)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = $what] $variant,)*
        }

        impl $enum {
            const ROWS: &[Row] = &[$($row($($value,)* $what)),*];

            /// All of them, in the order of reports.
            pub const ALL: [$enum; $enum::ROWS.len()] = [$($enum::$variant),*];

            /// Its properties.
            pub const fn row(self) -> &'static Row {
                &$enum::ROWS[self as usize]
            }

            /// The name used in files. Spreadsheets depend on it: it never changes.
            pub const fn name(self) -> &'static str {
                self.row().name
            }

            /// Those that a section of the report for a terminal shows.
            pub fn shown_in(section: Section) -> impl Iterator<Item = $enum> {
                $enum::ALL.into_iter().filter(move |metric| metric.row().sections.contains(&section))
            }
        }
    };
}

metrics! {
    /// What is counted, once per replication: the name, which way is better, the sections that show it.
    Count:
    Events = count("events", Neither, &[]), "Engine events handled.";
    Offered = calls("offered", Neither, &[Calls]), "Calls offered after the warm-up; every ending counts only these.";
    Completed = calls("completed", Higher, &[Calls]), "Connected, and ended normally.";
    Abandoned = calls("abandoned", Lower, &[Calls]), "Ended by the caller before being served.";
    Refused = calls("refused", Lower, &[Calls]), "Refused, for any reason.";
    DroppedInSetup = calls("dropped_in_setup", Lower, &[Calls]), "Lost while being set up.";
    DroppedInChange = calls("dropped_in_change", Lower, &[Calls]), "Lost while being transferred or redirected.";
    DroppedConnected = calls("dropped_connected", Lower, &[Calls, Lost]),
        "Lost while connected: the media was lost with the application or its CallManager.";
    InProgress = calls("in_progress", Neither, &[Calls]), "Still in progress at the end of the run.";
    Preserved = count("preserved", Neither, &[Survived]),
        "Connected calls that kept their media through the failure of a CallManager, CTIManager or application.";
    Cfof = count("cfof", Neither, &[Forwarded]), "Forwards by CFOF.";
    Cfna = count("cfna", Lower, &[Forwarded]), "Forwards by CFNA.";
    Cfb = count("cfb", Lower, &[Forwarded]), "Forwards by CFB.";
    Cfur = count("cfur", Lower, &[Forwarded]), "Forwards by CFUR.";
    Cfa = count("cfa", Neither, &[Forwarded]), "Forwards by CFA, where a line of the workload has one.";
    FalseFailures = count("false_failures", Lower, &[Lost]), "Applications considered failed that were running.";
    RequestTimeouts = count("request_timeouts", Lower, &[Lost]), "Requests that an application gave up waiting for.";
    RefusedBusy = count("refused_busy", Lower, &[Refusals]), "Of the refused: nothing was free.";
    RefusedNotOpened = count("refused_not_opened", Lower, &[Refusals]),
        "Of the refused: no application had the device open.";
    RefusedNotAnswered = count("refused_not_answered", Lower, &[Refusals]), "Of the refused: not answered in time.";
    RefusedTooManyHops = count("refused_too_many_hops", Lower, &[Refusals]), "Of the refused: forwarded too often.";
    RefusedThrottled = count("refused_throttled", Lower, &[Refusals]),
        "Of the refused: the ingress CallManager refused new calls.";
    RefusedNoCallManager = count("refused_no_callmanager", Lower, &[Refusals]),
        "Of the refused: no CallManager was up for the caller.";
    CallManagerFailures = count("callmanager_failures", Neither, &[Failed]), "Failures of a CallManager.";
    CtiManagerFailures = count("ctimanager_failures", Neither, &[Failed]), "Failures of a CTIManager.";
    Reopened = count("reopened", Neither, &[Devices]), "Times a device was back in service after a fault.";
    StillOut = count("still_out", Lower, &[Devices]),
        "Devices out of service after a fault that were neither back nor given up at the end.";
    ClosedCannotOpen = count("closed_cannot_open", Lower, &[GivenUp]),
        "Devices given up because a CallManager could not open them (R17).";
    ClosedRecoveryForbidden = count("closed_recovery_forbidden", Lower, &[GivenUp]),
        "Devices given up because their application forbids recovery (R19).";
    ClosedOutOfReach = count("closed_out_of_reach", Lower, &[GivenUp]),
        "Devices given up because they rehomed to a CallManager that their application does not reach (R25).";
    Rehomed = count("rehomed", Neither, &[Devices]), "Times a device was in service at home again (R18).";
    RehomeLost = count("rehome_lost", Lower, &[Devices]),
        "Waits to rehome that were cut short: the home, or the device's service, was lost again.";
    RehomeWaiting = count("rehome_waiting", Lower, &[Devices]), "Devices that still waited to rehome at the end.";
    Held = count("held", Neither, &[Changed]), "Calls put on hold.";
    BlindTransfers = count("blind_transfers", Neither, &[Changed]),
        "Calls that a person at a phone transferred without consulting, and that reached the person they were to be transferred to.";
    ConsultTransfers = count("consult_transfers", Neither, &[Changed]),
        "Calls that a person at a phone transferred after consulting the target.";
    TransfersFailed = count("transfers_failed", Lower, &[Changed]),
        "Consultations for a transfer whose target was not reached: the call was over.";
    Conferences = count("conferences", Neither, &[Changed]), "Conferences that a third party was joined to.";
    ConferencesFailed = count("conferences_failed", Lower, &[Changed]),
        "Consultations for a conference whose third party was not reached: the call was over.";
    ConferencesBlocked = count("conferences_blocked", Lower, &[Changed]),
        "Conferences for which there was no bridge: it was full, or its node was down.";
    QueueAbandoned = count("queue_abandoned", Lower, &[Lost]),
        "Callers who hung up while they waited in a `[[queue]]`.";
    Waited = waits("waited", Lower, &[]),
        "Calls that had to wait in a `[[queue]]`: no person was free when they came. Each counts once.";
    SettingsNotChanged = count("settings_not_changed", Lower, &[Lost]),
        "Settings that a user could not change: the application was not in control of the device (R12).";
    ScreenPopsLost = count("screen_pops_lost", Lower, &[Lost]),
        "Screen pops that did not come while the call was at the phone, if ever: no application had the phone open, or it was too late.";
    RequestsFailed = count("requests_failed", Lower, &[Lost]),
        "Requests of people at phones that their application did not carry out: they did it by hand.";
    NotDialled = count("not_dialled", Lower, &[Lost]),
        "Calls that an application was to dial and did not: it was down, had not the device open, or that was in use.";
    NotDialledInUse = count("not_dialled_in_use", Neither, &[Lost]), "Of these: the phone or port was in use.";
}

metrics! {
    /// A kind of duration: the name, what it is measured of, whether it may be censored, which way is better, the
    /// sections that show it.
    Metric:
    PostDialDelay = duration("post_dial_delay", &[Cluster, Node, Application, RoutePoint], Callers, Lower, &[Delays]),
        "From offered to the first alerting or, without one, to the answer; censored if the caller hung up, or the call was lost, before.";
    SetupDelay = duration("setup_delay", &[Cluster, Node, Application, RoutePoint], Callers, Lower, &[Delays]),
        "From offered to connected; censored if the caller hung up, or the call was lost, before.";
    RoutePointDelay = duration("route_point_delay", &[Cluster, Application, RoutePoint], Never, Lower, &[Delays]),
        "From presented at a route point to the application's request taking effect.";
    LookupDelay = duration("lookup_delay", &[Cluster, Application], Never, Lower, &[Delays]),
        "A look-up of a caller, waiting for a connection included.";
    AppQueueDelay = duration("app_queue_delay", &[Cluster, Application], Never, Lower, &[Delays]),
        "From an event's arrival at its application to a worker taking it.";
    TransferDelay = duration("transfer_delay", &[Cluster, Application], Callers, Lower, &[Delays]),
        "From the end of the treatment at a port, or from the wish of a person at a phone, to the person the call was to be transferred to; censored if the caller hung up, or the call was lost, before.";
    HoldDelay = duration("hold_delay", &[Cluster], Never, Lower, &[Delays]),
        "From the wish to put a call on hold to its effect.";
    RetrieveDelay = duration("retrieve_delay", &[Cluster], Never, Lower, &[Delays]),
        "From the wish to retrieve a call from hold to its effect.";
    ConsultDelay = duration("consult_delay", &[Cluster], Never, Lower, &[Delays]),
        "From the wish to consult somebody, for a transfer or a conference, to that person's answer.";
    ConferenceDelay = duration("conference_delay", &[Cluster], Never, Lower, &[Delays]),
        "From the wish for a conference to all three talking, the consultation included.";
    QueueWait = duration("queue_wait", &[Scope::Queue], Possible, Lower, &[]),
        "From a call's transfer to a queue to a phone found for it, zero if one was free; censored if the caller hung up or the call was lost before.";
    QueueStay = duration("queue_stay", &[Cluster, Scope::Queue], Possible, Lower, &[Delays]),
        "How long callers stayed in a queue who had to wait there, whether a phone was found for them, they hung up or were lost: the wait of all who waited; censored only at the end of the run.";
    Talk = duration("talk", &[Cluster, PhoneGroup], Never, Neither, &[]),
        "From the answer of a person at a phone to the end of that person's part of the call, holds and consultations included; of those that ended, unless the call was lost.";
    DetectionDelay = duration("detection_delay", &[Cluster, Application], Possible, Lower, &[Recovery]),
        "From a fault to its detection, whatever failed; a cut link between nodes is detected on either side.";
    ApplicationDetectionDelay = duration("application_detection_delay", &[Cluster, Application], Possible, Lower, &[DetectionByKind]),
        "From an application's failure to its CTIManager considering it failed (R23).";
    CallManagerDetectionDelay = duration("callmanager_detection_delay", &[Cluster, Node], Possible, Lower, &[DetectionByKind]),
        "From a CallManager's failure to a CTIManager noticing it (R13).";
    CtiManagerDetectionDelay = duration("ctimanager_detection_delay", &[Cluster, Application], Possible, Lower, &[DetectionByKind]),
        "From a CTIManager's failure to an application noticing it (R20).";
    OutOfService = duration("out_of_service", &[Cluster, Application, DeviceKind, DeviceFate], Possible, Lower, &[Devices, Recovery]),
        "From the fault that took a device out of service, or the start of its rehoming, to its return to service.";
    RehomeWait = duration("rehome_wait", &[Cluster, RoutePoint, DeviceKind], Possible, Lower, &[Devices]),
        "From the return of a device's home CallManager until the device can rehome, without a call (R18).";
    RehomeDelay = duration("rehome_delay", &[Cluster, RoutePoint, DeviceKind], Possible, Lower, &[Devices]),
        "From the return of a device's home CallManager to the device being in service there, its turn included.";
    AppRecovery50 = duration("app_recovery_50", &[Cluster, Application], Possible, Lower, &[Recovery]),
        "From a fault to half of the application's devices under its control; a device that others stand by for counts while any has it.";
    AppRecovery95 = duration("app_recovery_95", &[Cluster, Application], Possible, Lower, &[Recovery]),
        "From a fault to 95 % of the application's devices under its control.";
    AppRecovery100 = duration("app_recovery_100", &[Cluster, Application], Possible, Lower, &[Recovery]),
        "From a fault to all of the application's devices under its control.";
    CfofDelay = duration("cfof_delay", &[Cluster, Application], Never, Lower, &[Recovery]),
        "From an application's failure to a call presented at its CFOF number.";
    CfofWait = duration("cfof_wait", &[Cluster, Application], Never, Lower, &[Recovery]),
        "From a call's arrival at a device to its arrival at the CFOF number.";
    CfnaDelay = duration("cfna_delay", &[Cluster, Application], Never, Lower, &[Delays]),
        "From a call's arrival at a device to its arrival at the CFNA number.";
    CfbDelay = duration("cfb_delay", &[Cluster, Application], Never, Lower, &[Delays]),
        "From a call's arrival at a device to its arrival at the CFB number.";
    CfaDelay = duration("cfa_delay", &[Cluster], Never, Lower, &[Delays]),
        "From the routing of a call to a line with CFA to its arrival at the CFA number.";
    ScreenPopDelay = duration("screen_pop_delay", &[Cluster, Application], Never, Lower, &[Delays]),
        "From a phone's ringing to the data of the caller being there, which an application looks up that controls the phone.";
    RoutePointStay = duration("route_point_stay", &[RoutePoint], Never, Neither, &[]),
        "How long a call occupied a route point.";
    StationWait = duration("station_wait", &[Station], Never, Lower, &[Stations]),
        "From a piece of work's arrival at a station to its start.";
}

metrics! {
    /// How soon callers are answered by a person: a share of the callers who ask for one, for every time that is asked for. The name, and what it
    /// is measured of.
    Service:
    AnsweredWithin = service("answered_within", &[Cluster, Application, Scope::Queue]),
        "The share of all callers who asked for a person that were answered within the time; those who hung up, were refused or lost, or were sent to a machine were not.";
    AnsweredWithinOfAnswered = service("answered_within_of_answered", &[Cluster, Application, Scope::Queue]),
        "The share of the callers answered by a person that were answered within the time.";
}

metrics! {
    /// What is measured over time, as time-weighted averages: the name, the unit, what it is measured of, the highest reading
    /// if it is kept, which way is better, the sections that show it.
    Gauge:
    CallsInProgress = gauge("calls_in_progress", Unit::Count, &[Cluster], peak("calls_in_progress_peak", Lower), Neither, &[]),
        "Calls in progress.";
    DevicesInService = gauge("devices_in_service", Unit::Count, &[Cluster], None, Higher, &[]),
        "Devices in service: registered with a live CallManager and, unless they are phones, open to their application.";
    DevicesControlled = gauge("devices_controlled", Unit::Count, &[Cluster], None, Higher, &[]),
        "Devices controlled by an application: route points and ports in service, and phones that some application has open.";
    Devices = gauge("devices", Unit::Count, &[Node], None, Neither, &[]),
        "Devices in service that are registered with a node's CallManager.";
    Throttled = gauge("throttled", Unit::Ratio, &[Node], None, Lower, &[]),
        "Whether a node's CallManager refuses new calls (Code Yellow).";
    Calls = gauge("calls", Unit::Count, &[RoutePoint], peak("calls_peak", Lower), Neither, &[]),
        "Calls at a route point.";
    InUse = gauge("in_use", Unit::Count, &[PortGroup, PhoneGroup, Destination, ConferenceBridge], peak("in_use_peak", Lower), Neither, &[Groups]),
        "Ports, phones, lines or conferences in use; a phone with after-call work is.";
    Occupancy = gauge("occupancy", Unit::Ratio, &[PhoneGroup, Scope::Queue], None, Neither, &[]),
        "The share of the people at a group of phones, or at all groups of a queue, that ring, talk or have after-call work, of all whose phones there are.";
    Waiting = gauge("waiting", Unit::Count, &[Scope::Queue], peak("waiting_peak", Lower), Neither, &[]),
        "Callers who wait in a queue.";
    Queue = gauge("queue", Unit::Count, &[Station], None, Lower, &[Stations]), "Pieces of work waiting at a station.";
    Utilisation = gauge("utilisation", Unit::Ratio, &[Station], None, Lower, &[Stations]),
        "The share of a station's servers that are busy.";
}

macro_rules! scopes {
    ($(#[$meta:meta])* $enum:ident: $($variant:ident = $name:literal, $what:literal;)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = $what] $variant,)*
        }

        impl $enum {
            /// All of them, in the order of reports.
            pub const ALL: [$enum; [$($name),*].len()] = [$($enum::$variant),*];

            /// The name used in files. Spreadsheets depend on it: it never changes.
            pub const fn name(self) -> &'static str {
                match self {
                    $($enum::$variant => $name,)*
                }
            }

            /// What it is, in a sentence.
            pub const fn what(self) -> &'static str {
                match self {
                    $($enum::$variant => $what,)*
                }
            }
        }
    };
}

scopes! {
    /// What a measurement is about.
    Scope:
    Cluster = "cluster", "The whole cluster.";
    Traffic = "traffic", "A source of calls.";
    Node = "node", "A node: calls that came in there, what failed there, devices registered there.";
    Application = "application", "An application.";
    RoutePoint = "route_point", "A route point.";
    DeviceKind = "device_kind", "The devices of a kind.";
    DeviceFate = "device_fate", "The devices of a kind that were out of service for one reason.";
    Station = "station", "A station.";
    PortGroup = "port_group", "A group of ports.";
    PhoneGroup = "phone_group", "A group of phones.";
    Destination = "destination", "A number outside.";
    ConferenceBridge = "conference_bridge", "A conference bridge.";
    Queue = "queue", "A queue.";
}
