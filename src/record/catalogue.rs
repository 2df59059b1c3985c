//! What a run measures, under which names, and in which row of its tables each measurement lives.

use std::ops::Index;

use crate::domain::{
    ApplicationId, DestinationId, DeviceKind, NodeId, OutBecause, PhoneGroupId, PortGroupId, RoutePointId, StationId,
};
use crate::plan::Plan;

use crate::facts::PoolId;

macro_rules! names {
    ($(#[$meta:meta])* $enum:ident: $($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum {
            $($(#[$doc])* $variant,)*
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
        }
    };
}

names! {
    /// A kind of duration.
    Metric:
    /// From offered to the first alerting or, without one, to the answer.
    PostDialDelay = "post_dial_delay",
    /// From offered to connected.
    SetupDelay = "setup_delay",
    /// From presented at a route point to the application's request taking effect.
    RoutePointDelay = "route_point_delay",
    /// A look-up of a caller, waiting for a connection included.
    LookupDelay = "lookup_delay",
    /// From an event's arrival at its application to a worker taking it.
    AppQueueDelay = "app_queue_delay",
    /// From the end of the treatment at a port to the person it was to be transferred to.
    TransferDelay = "transfer_delay",
    /// From a fault to its detection, whatever failed.
    DetectionDelay = "detection_delay",
    /// From an application's failure to its CTIManager taking it as failed (R23).
    ApplicationDetectionDelay = "application_detection_delay",
    /// From a CallManager's failure to a CTIManager noticing it (R13).
    CallManagerDetectionDelay = "callmanager_detection_delay",
    /// From a CTIManager's failure to an application noticing it (R20).
    CtiManagerDetectionDelay = "ctimanager_detection_delay",
    /// From the fault that took a device away, or its leaving for home, to its return.
    OutOfService = "out_of_service",
    /// From the return of a device's home CallManager to the device leaving for it (R18).
    RehomeWait = "rehome_wait",
    /// From the return of a device's home CallManager to the device being in service there.
    RehomeDelay = "rehome_delay",
    /// From a fault to half of the application's devices under its control.
    AppRecovery50 = "app_recovery_50",
    /// The same for 95 %.
    AppRecovery95 = "app_recovery_95",
    /// The same for all of them.
    AppRecovery100 = "app_recovery_100",
    /// From an application's failure to a call presented at its CFOF number.
    CfofDelay = "cfof_delay",
    /// From a call's arrival at a device to its arrival at the CFOF number.
    CfofWait = "cfof_wait",
    /// The same by CFNA.
    CfnaDelay = "cfna_delay",
    /// The same by CFB.
    CfbDelay = "cfb_delay",
    /// How long a call occupied a route point.
    RoutePointStay = "route_point_stay",
    /// From a piece of work's arrival at a station to its start.
    StationWait = "station_wait",
}

names! {
    /// What a measurement is about.
    Scope:
    /// All of it.
    Cluster = "cluster",
    /// Calls that came in at a node.
    Node = "node",
    /// An application.
    Application = "application",
    /// A route point.
    RoutePoint = "route_point",
    /// The devices of a kind.
    DeviceKind = "device_kind",
    /// The devices of a kind that were out of service for one reason.
    DeviceFate = "device_fate",
    /// A station.
    Station = "station",
    /// A group of ports.
    PortGroup = "port_group",
    /// A group of phones.
    PhoneGroup = "phone_group",
    /// A number outside.
    Destination = "destination",
}

names! {
    /// What is counted, once a replication.
    Count:
    /// Engine events handled.
    Events = "events",
    /// Calls offered after the warm-up; every ending counts only these.
    Offered = "offered",
    /// Ended after talking to the end.
    Completed = "completed",
    /// Ended by the caller, unserved.
    Abandoned = "abandoned",
    /// Turned away, for whatever reason.
    Refused = "refused",
    /// Lost while being set up.
    DroppedInSetup = "dropped_in_setup",
    /// Lost while being transferred or redirected.
    DroppedInChange = "dropped_in_change",
    /// Lost while connected: the media died with the application.
    DroppedConnected = "dropped_connected",
    /// Not over when the run was.
    InProgress = "in_progress",
    /// Connected calls that kept their media through the failure of the controlling application.
    Preserved = "preserved",
    /// Forwards by CFOF.
    Cfof = "cfof",
    /// Forwards by CFNA.
    Cfna = "cfna",
    /// Forwards by CFB.
    Cfb = "cfb",
    /// Forwards by CFUR.
    Cfur = "cfur",
    /// Applications taken as failed that were running.
    FalseFailures = "false_failures",
    /// Requests that an application gave up waiting for.
    RequestTimeouts = "request_timeouts",
    /// Of the refused: nothing was free.
    RefusedBusy = "refused_busy",
    /// Of the refused: no application had the device open.
    RefusedNotOpened = "refused_not_opened",
    /// Of the refused: nobody acted in time.
    RefusedNotAnswered = "refused_not_answered",
    /// Of the refused: forwarded too often.
    RefusedTooManyHops = "refused_too_many_hops",
    /// Of the refused: the ingress CallManager refused new calls.
    RefusedThrottled = "refused_throttled",
    /// Of the refused: no CallManager was up for the caller.
    RefusedNoCallManager = "refused_no_callmanager",
    /// Failures of a CallManager.
    CallManagerFailures = "callmanager_failures",
    /// Failures of a CTIManager.
    CtiManagerFailures = "ctimanager_failures",
    /// Times a device was back in service after a fault.
    Reopened = "reopened",
    /// Devices that a fault had taken away and that were neither back nor given up at the end.
    StillOut = "still_out",
    /// Devices given up because a CallManager could not open them (R17).
    ClosedCannotOpen = "closed_cannot_open",
    /// Devices given up because their application forbids recovery (R19).
    ClosedRecoveryForbidden = "closed_recovery_forbidden",
    /// Devices given up because they went home to a CallManager that their application does not reach (R25).
    ClosedOutOfReach = "closed_out_of_reach",
    /// Times a device was in service at home again (R18).
    Rehomed = "rehomed",
    /// Waits for going home that were cut short: the home, or the device's service, was lost again.
    RehomeLost = "rehome_lost",
    /// Devices that still waited to go home at the end.
    RehomeWaiting = "rehome_waiting",
}

names! {
    /// What is followed over time.
    Gauge:
    /// Calls offered and not over.
    CallsInProgress = "calls_in_progress",
    /// Devices in service: registered with a live CallManager and, unless they are phones, open to their application.
    DevicesInService = "devices_in_service",
    /// Those of them that are registered with a node's CallManager.
    Devices = "devices",
    /// Whether a node's CallManager refuses new calls (Code Yellow).
    Throttled = "throttled",
    /// Calls at a route point.
    Calls = "calls",
    /// Ports, phones or lines taken.
    InUse = "in_use",
    /// Pieces of work waiting at a station.
    Queue = "queue",
    /// The share of a station's servers that work.
    Utilisation = "utilisation",
}

/// One measurement: what, of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<M> {
    /// What.
    pub metric: M,
    /// Of what.
    pub scope: Scope,
    /// Of which; empty for the cluster.
    pub name: String,
    /// By how much a gauge's reading is divided: a station's servers, otherwise 1.
    pub servers: u32,
    /// Whether there is such a thing: a node need not run a CTIManager.
    pub exists: bool,
}

/// Where the rows of one duration begin, scope by scope. A scope the duration is not measured under has none.
#[derive(Clone, Copy, Debug, Default)]
struct Starts([Option<u32>; Scope::ALL.len()]);

impl Index<Scope> for Starts {
    type Output = Option<u32>;
    fn index(&self, scope: Scope) -> &Option<u32> {
        &self.0[scope as usize]
    }
}

/// Every measurement of a plan, and the row each has. Two catalogues of one plan are the same.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The durations.
    pub durations: Vec<Series<Metric>>,
    /// The gauges: first those that step up and down (the first [`Catalogue::steps`] of them), then those of stations.
    pub gauges: Vec<Series<Gauge>>,
    starts: [Starts; Metric::ALL.len()],
    devices: usize,
    throttled: usize,
    route_point_calls: usize,
    port_groups: usize,
    phone_groups: usize,
    destinations: usize,
    queues: usize,
    stations: usize,
}

/// Every kind of device, in the order of reports.
pub const KINDS: [DeviceKind; 3] = [DeviceKind::RoutePoint, DeviceKind::CtiPort, DeviceKind::Phone];

/// Every reason to be out of service, in the order of reports.
pub const CAUSES: [OutBecause; 5] = [
    OutBecause::ApplicationClosed,
    OutBecause::CallManagerFailed,
    OutBecause::CtiManagerFailed,
    OutBecause::LinkCut,
    OutBecause::Rehoming,
];

/// The name of a kind of device in files.
pub const fn kind_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::RoutePoint => "route_point",
        DeviceKind::CtiPort => "cti_port",
        DeviceKind::Phone => "phone",
    }
}

/// The name of a reason to be out of service in files.
pub const fn cause_name(because: OutBecause) -> &'static str {
    match because {
        OutBecause::ApplicationClosed => "application_closed",
        OutBecause::CallManagerFailed => "callmanager_failed",
        OutBecause::CtiManagerFailed => "ctimanager_failed",
        OutBecause::LinkCut => "link_cut",
        OutBecause::Rehoming => "rehoming",
    }
}

/// The scopes each duration is measured under, the cluster first.
const fn scopes(metric: Metric) -> &'static [Scope] {
    use Scope::{Application, Cluster, DeviceFate, DeviceKind, Node, RoutePoint, Station};
    match metric {
        Metric::PostDialDelay | Metric::SetupDelay => &[Cluster, Node, Application, RoutePoint],
        Metric::RoutePointDelay => &[Cluster, Application, RoutePoint],
        Metric::CallManagerDetectionDelay => &[Cluster, Node],
        Metric::OutOfService => &[Cluster, Application, DeviceKind, DeviceFate],
        Metric::RehomeWait | Metric::RehomeDelay => &[Cluster, RoutePoint, DeviceKind],
        Metric::AppRecovery50 | Metric::AppRecovery95 | Metric::AppRecovery100 => &[Cluster, Application],
        Metric::RoutePointStay => &[RoutePoint],
        Metric::StationWait => &[Station],
        Metric::LookupDelay
        | Metric::AppQueueDelay
        | Metric::TransferDelay
        | Metric::DetectionDelay
        | Metric::ApplicationDetectionDelay
        | Metric::CtiManagerDetectionDelay
        | Metric::CfofDelay
        | Metric::CfofWait
        | Metric::CfnaDelay
        | Metric::CfbDelay => &[Cluster, Application],
    }
}

impl Catalogue {
    /// Everything that is measured in a run of `plan`.
    pub fn new(plan: &Plan) -> Catalogue {
        let mut durations = Vec::new();
        let mut starts = [Starts::default(); Metric::ALL.len()];
        for metric in Metric::ALL {
            for &scope in scopes(metric) {
                starts[metric as usize].0[scope as usize] = Some(durations.len() as u32);
                durations.extend(members(plan, scope).into_iter().map(|member| Series {
                    metric,
                    scope,
                    name: member.name,
                    servers: 1,
                    exists: member.exists,
                }));
            }
        }

        let mut gauges = Vec::new();
        let mut add = |metric, scope| {
            let start = gauges.len();
            gauges.extend(members(plan, scope).into_iter().map(|member| Series {
                metric,
                scope,
                name: member.name,
                servers: if metric == Gauge::Utilisation { member.servers } else { 1 },
                // Nobody looks for what cannot be.
                exists: member.exists && (metric != Gauge::Throttled || plan.parameters.code_yellow.is_some()),
            }));
            start
        };
        add(Gauge::CallsInProgress, Scope::Cluster);
        add(Gauge::DevicesInService, Scope::Cluster);
        let devices = add(Gauge::Devices, Scope::Node);
        let throttled = add(Gauge::Throttled, Scope::Node);
        let route_point_calls = add(Gauge::Calls, Scope::RoutePoint);
        let port_groups = add(Gauge::InUse, Scope::PortGroup);
        let phone_groups = add(Gauge::InUse, Scope::PhoneGroup);
        let destinations = add(Gauge::InUse, Scope::Destination);
        let queues = add(Gauge::Queue, Scope::Station);
        let utilisations = add(Gauge::Utilisation, Scope::Station);

        Catalogue {
            durations,
            gauges,
            starts,
            devices,
            throttled,
            route_point_calls,
            port_groups,
            phone_groups,
            destinations,
            queues,
            stations: utilisations - queues,
        }
    }

    /// The row of the calls in progress.
    pub const CALLS_IN_PROGRESS: usize = 0;
    /// The row of the devices in service.
    pub const DEVICES_IN_SERVICE: usize = 1;

    /// How many gauges step up and down; those of stations follow.
    pub const fn steps(&self) -> usize {
        self.queues
    }

    /// The row of the devices in service at a node.
    pub const fn devices(&self, node: NodeId) -> usize {
        self.devices + node.index()
    }

    /// The row of a node's throttling.
    pub const fn throttled(&self, node: NodeId) -> usize {
        self.throttled + node.index()
    }

    /// The row of the calls at a route point.
    pub const fn calls(&self, route_point: RoutePointId) -> usize {
        self.route_point_calls + route_point.index()
    }

    /// The row of what is taken of a pool.
    pub const fn in_use(&self, pool: PoolId) -> usize {
        match pool {
            PoolId::Ports(PortGroupId(row)) => self.port_groups + row as usize,
            PoolId::Phones(PhoneGroupId(row)) => self.phone_groups + row as usize,
            PoolId::Outside(DestinationId(row)) => self.destinations + row as usize,
        }
    }

    /// The row of a station's queue.
    pub const fn queue(&self, station: StationId) -> usize {
        self.queues + station.index()
    }

    /// The row of a station's utilisation.
    pub const fn utilisation(&self, station: StationId) -> usize {
        self.queues + self.stations + station.index()
    }

    /// How many stations there are rows for.
    pub const fn stations(&self) -> usize {
        self.stations
    }

    /// The row of a duration for the whole cluster, if it is measured there.
    pub fn cluster(&self, metric: Metric) -> Option<usize> {
        self.starts[metric as usize][Scope::Cluster].map(|row| row as usize)
    }

    /// The row of a duration for one member of a scope it is measured under.
    #[inline]
    fn row(&self, metric: Metric, scope: Scope, member: usize) -> usize {
        let start = self.starts[metric as usize][scope].expect("a duration is recorded under its own scopes");
        start as usize + member
    }

    /// Whether a duration may not be over when the run is, so that what is known of it then is only how long it has
    /// lasted: it is censored.
    pub const fn may_be_censored(metric: Metric) -> bool {
        matches!(metric, Metric::OutOfService | Metric::RehomeWait | Metric::RehomeDelay)
    }

    /// The row of a duration at a node: for calls, the one they came in at.
    #[inline]
    pub fn node(&self, metric: Metric, node: NodeId) -> usize {
        self.row(metric, Scope::Node, node.index())
    }

    /// The row of a duration for an application.
    #[inline]
    pub fn application(&self, metric: Metric, application: ApplicationId) -> usize {
        self.row(metric, Scope::Application, application.index())
    }

    /// The row of a duration for a route point.
    #[inline]
    pub fn route_point(&self, metric: Metric, route_point: RoutePointId) -> usize {
        self.row(metric, Scope::RoutePoint, route_point.index())
    }

    /// The row of a duration for the devices of a kind.
    #[inline]
    pub fn device_kind(&self, metric: Metric, kind: DeviceKind) -> usize {
        self.row(metric, Scope::DeviceKind, kind as usize)
    }

    /// The row of a duration for the devices of a kind that were out for one reason.
    #[inline]
    pub fn device_fate(&self, metric: Metric, kind: DeviceKind, because: OutBecause) -> usize {
        self.row(metric, Scope::DeviceFate, kind as usize * CAUSES.len() + because as usize)
    }

    /// The row of a duration for a station.
    #[inline]
    pub fn station(&self, metric: Metric, station: StationId) -> usize {
        self.row(metric, Scope::Station, station.index())
    }
}

/// One of the things a scope speaks of.
struct Member {
    name: String,
    servers: u32,
    exists: bool,
}

fn members(plan: &Plan, scope: Scope) -> Vec<Member> {
    fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Member> {
        let member = |name: &str| Member { name: name.to_owned(), servers: 1, exists: true };
        names.into_iter().map(member).collect()
    }

    let of_kind = |kind, name| {
        let exists = plan.devices.iter().any(|device| device.kind == kind);
        Member { name, servers: 1, exists }
    };

    match scope {
        Scope::Cluster => named([""]),
        Scope::Node => named(plan.nodes.iter().map(|node| &*node.name)),
        Scope::Application => named(plan.applications.iter().map(|application| &*application.name)),
        Scope::RoutePoint => named(plan.route_points.iter().map(|route_point| &*route_point.name)),
        Scope::DeviceKind => KINDS.into_iter().map(|kind| of_kind(kind, kind_name(kind).to_owned())).collect(),
        Scope::DeviceFate => {
            let fates = KINDS.into_iter().flat_map(|kind| CAUSES.map(|because| (kind, because)));
            let name = |kind, because| format!("{}.{}", kind_name(kind), cause_name(because));
            fates.map(|(kind, because)| of_kind(kind, name(kind, because))).collect()
        }
        Scope::Station => {
            let member = |station: crate::plan::Station| Member {
                name: station.name,
                servers: station.servers,
                exists: station.exists,
            };
            plan.stations().into_iter().map(member).collect()
        }
        Scope::PortGroup => named(plan.port_groups.iter().map(|group| &*group.name)),
        Scope::PhoneGroup => named(plan.phone_groups.iter().map(|group| &*group.name)),
        Scope::Destination => named(plan.destinations.iter().map(|destination| &*destination.name)),
    }
}
