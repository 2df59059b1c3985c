//! What a run of a plan measures, and the row of each measurement in its tables.

use std::ops::Index;

use crate::domain::{
    ApplicationId, ConferenceBridgeId, DestinationId, DeviceKind, NodeId, OutageCause, PhoneGroupId, PortGroupId,
    QueueId, RoutePointId, StationId,
};
use crate::engine::Span;
use crate::facts::PoolId;
use crate::plan::Plan;

use super::asks::Asks;
use super::metric::{Count, Gauge, Metric, Row, Scope, Service, Unit};
use super::named::Named;
use super::possible::unused;

/// One measurement: what, of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<M> {
    /// What.
    pub metric: M,
    /// Of what.
    pub scope: Scope,
    /// The name of the member of the scope; empty for the cluster.
    pub name: String,
    /// The divisor of a gauge's reading: a station's servers for their utilisation, people for their occupancy, otherwise 1.
    pub servers: u32,
    /// Whether there is such a thing: a node need not run a CTIManager.
    pub exists: bool,
}

/// The first row of one metric in each scope; none if the metric is not measured in the scope.
#[derive(Clone, Copy, Debug, Default)]
struct Starts([Option<u32>; Scope::ALL.len()]);

impl Index<Scope> for Starts {
    type Output = Option<u32>;
    fn index(&self, scope: Scope) -> &Option<u32> {
        &self.0[scope as usize]
    }
}

/// The numbers of calls that are counted for every member of a scope, in this order: those offered, and how they ended.
pub const OF_CALLS: [Count; 8] = [
    Count::Offered,
    Count::Completed,
    Count::Abandoned,
    Count::Refused,
    Count::DroppedInSetup,
    Count::DroppedInChange,
    Count::DroppedConnected,
    Count::InProgress,
];

/// Whose calls are counted: by [`OF_CALLS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallsOf {
    /// Of what.
    pub scope: Scope,
    /// The name of the member of the scope.
    pub name: String,
}

/// Every measurement of a plan, and its row. Two catalogues of one plan are the same.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The durations.
    pub durations: Vec<Series<Metric>>,
    /// The gauges: first those that step up and down (the first [`Catalogue::steps`] of them), then those of stations.
    pub gauges: Vec<Series<Gauge>>,
    /// Whose calls are counted; sources come first.
    pub calls: Vec<CallsOf>,
    /// Whose callers ask for people: the cluster's, then those of each application and queue.
    pub service: Vec<Series<()>>,
    /// The times within which they are to be answered, ascending: each row of [`Catalogue::service`] has a level for each.
    pub within: Vec<Span>,
    starts: [Starts; Metric::ALL.len()],
    starts_of_calls: Starts,
    devices: usize,
    throttled: usize,
    route_point_calls: usize,
    port_groups: usize,
    phone_groups: usize,
    destinations: usize,
    bridges: usize,
    occupancies: usize,
    occupancies_of_queues: usize,
    waiting: usize,
    queues: usize,
    stations: usize,
}

/// Every kind of device, in the order of reports.
pub const KINDS: [DeviceKind; 3] = [DeviceKind::RoutePoint, DeviceKind::CtiPort, DeviceKind::Phone];

/// Every reason to be out of service, in the order of reports.
pub const CAUSES: [OutageCause; 7] = [
    OutageCause::ApplicationClosed,
    OutageCause::CallManagerFailed,
    OutageCause::CtiManagerFailed,
    OutageCause::LinkCut,
    OutageCause::DeviceFailed,
    OutageCause::Rehoming,
    OutageCause::HandedOver,
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
pub const fn cause_name(because: OutageCause) -> &'static str {
    match because {
        OutageCause::ApplicationClosed => "application_closed",
        OutageCause::CallManagerFailed => "callmanager_failed",
        OutageCause::CtiManagerFailed => "ctimanager_failed",
        OutageCause::LinkCut => "link_cut",
        OutageCause::DeviceFailed => "device_failed",
        OutageCause::Rehoming => "rehoming",
        OutageCause::HandedOver => "handed_over",
    }
}

impl Catalogue {
    /// Everything that is measured in a run of `plan`.
    pub fn new(plan: &Plan) -> Catalogue {
        let (mut durations, starts) = rows(plan, Metric::ALL.map(|metric| (metric, metric.row())));
        let (mut gauges, starts_of_gauges) = rows(plan, Gauge::ALL.map(|gauge| (gauge, gauge.row())));
        for series in &mut gauges {
            series.exists &= unused(plan, Named::Gauge(series.metric)).is_none();
        }
        let pops_up = |name: &str| {
            let applications = (0..).map(ApplicationId).zip(&plan.applications);
            applications.into_iter().any(|(id, it)| it.name == name && plan.pops_up(id))
        };
        for series in &mut durations {
            series.exists &= match (series.metric, series.scope) {
                (Metric::ScreenPopDelay, Scope::Application) => pops_up(&series.name),
                (metric, _) => unused(plan, Named::Duration(metric)).is_none(),
            };
        }
        let mut calls = Vec::new();
        let mut starts_of_calls = Starts::default();
        for &scope in Count::Offered.row().scopes.iter().filter(|scope| **scope != Scope::Cluster) {
            starts_of_calls.0[scope as usize] = Some(calls.len() as u32);
            calls.extend(members(plan, scope).into_iter().map(|member| CallsOf { scope, name: member.name }));
        }
        let (mut service, _) = rows(plan, [((), Service::AnsweredWithin.row())]);
        let asks = Asks::of(plan);
        for series in &mut service {
            series.exists = match (series.scope, asks) {
                (Scope::Queue, _) => true,
                (Scope::Application, Ok(asks)) => asks.pass(plan, &series.name),
                (_, asks) => asks.is_ok(),
            };
        }
        let start = |gauge: Gauge, scope: Scope| {
            starts_of_gauges[gauge as usize][scope].expect("a gauge is measured in its own scopes") as usize
        };
        let queues = start(Gauge::Queue, Scope::Station);
        let utilisations = start(Gauge::Utilisation, Scope::Station);

        Catalogue {
            calls,
            service,
            within: plan.asked.within().to_vec(),
            starts,
            starts_of_calls,
            devices: start(Gauge::Devices, Scope::Node),
            throttled: start(Gauge::Throttled, Scope::Node),
            route_point_calls: start(Gauge::Calls, Scope::RoutePoint),
            port_groups: start(Gauge::InUse, Scope::PortGroup),
            phone_groups: start(Gauge::InUse, Scope::PhoneGroup),
            destinations: start(Gauge::InUse, Scope::Destination),
            bridges: start(Gauge::InUse, Scope::ConferenceBridge),
            occupancies: start(Gauge::Occupancy, Scope::PhoneGroup),
            occupancies_of_queues: start(Gauge::Occupancy, Scope::Queue),
            waiting: start(Gauge::Waiting, Scope::Queue),
            queues,
            stations: utilisations - queues,
            durations,
            gauges,
        }
    }

    /// The row of the calls in progress.
    pub const CALLS_IN_PROGRESS: usize = 0;
    /// The row of the devices in service.
    pub const DEVICES_IN_SERVICE: usize = 1;
    /// The row of the devices that an application controls.
    pub const DEVICES_CONTROLLED: usize = 2;

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

    /// The row of the ports, phones or lines of a pool that are in use.
    pub const fn in_use(&self, pool: PoolId) -> usize {
        match pool {
            PoolId::Ports(PortGroupId(row)) => self.port_groups + row as usize,
            PoolId::Phones(PhoneGroupId(row)) => self.phone_groups + row as usize,
            PoolId::Outside(DestinationId(row)) => self.destinations + row as usize,
        }
    }

    /// The row of the conferences on a bridge.
    pub const fn conferences(&self, bridge: ConferenceBridgeId) -> usize {
        self.bridges + bridge.index()
    }

    /// The rows that are the sum of others, and those: the people of a group or queue that are in use.
    pub fn sums(&self, plan: &Plan) -> Vec<(usize, Vec<usize>)> {
        let in_use = |group: PhoneGroupId| self.in_use(PoolId::Phones(group));
        let groups =
            (0..plan.phone_groups.len()).map(|row| (self.occupancies + row, vec![in_use(PhoneGroupId(row as u16))]));
        let queues = plan.queues[..plan.named_queues()]
            .iter()
            .enumerate()
            .map(|(row, queue)| (self.occupancies_of_queues + row, queue.groups.iter().copied().map(in_use).collect()));
        groups.chain(queues).collect()
    }

    /// The row of the callers who wait in a queue that the workload names.
    pub const fn waiting(&self, queue: QueueId) -> usize {
        self.waiting + queue.index()
    }

    /// The rows of all these queues.
    pub(super) fn all_waiting(&self) -> std::ops::Range<usize> {
        let queues = self.gauges[self.waiting..].iter().take_while(|series| series.metric == Gauge::Waiting);
        self.waiting..self.waiting + queues.count()
    }

    /// The row of a station's queue.
    pub const fn queue(&self, station: StationId) -> usize {
        self.queues + station.index()
    }

    /// The row of a station's utilisation.
    pub const fn utilisation(&self, station: StationId) -> usize {
        self.queues + self.stations + station.index()
    }

    /// The number of stations with rows.
    pub const fn stations(&self) -> usize {
        self.stations
    }

    /// The row of a duration for the whole cluster, if it is measured there.
    pub fn cluster(&self, metric: Metric) -> Option<usize> {
        self.starts[metric as usize][Scope::Cluster].map(|row| row as usize)
    }

    /// The row of a duration for one member of a scope in which it is measured.
    #[inline]
    fn row(&self, metric: Metric, scope: Scope, member: usize) -> usize {
        let start = self.starts[metric as usize][scope].expect("a duration is recorded in its own scopes");
        start as usize + member
    }

    /// The row of a duration at a node: for calls, the ingress node.
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

    /// The row of a duration for a group of phones.
    #[inline]
    pub fn phone_group(&self, metric: Metric, group: PhoneGroupId) -> usize {
        self.row(metric, Scope::PhoneGroup, group.index())
    }

    /// The row of a duration for the devices of a kind.
    #[inline]
    pub fn device_kind(&self, metric: Metric, kind: DeviceKind) -> usize {
        self.row(metric, Scope::DeviceKind, kind as usize)
    }

    /// The row of a duration for the devices of a kind that were out for one reason.
    #[inline]
    pub fn device_fate(&self, metric: Metric, kind: DeviceKind, because: OutageCause) -> usize {
        self.row(metric, Scope::DeviceFate, kind as usize * CAUSES.len() + because as usize)
    }

    /// The row of a duration for a queue that the workload names.
    #[inline]
    pub fn of_queue(&self, metric: Metric, queue: QueueId) -> usize {
        self.row(metric, Scope::Queue, queue.index())
    }

    /// The row of the calls of one member of a scope.
    pub fn calls_of(&self, scope: Scope, member: usize) -> u32 {
        self.starts_of_calls[scope].expect("calls are counted in their own scopes") + member as u32
    }

    /// The row of the callers of a queue among all of whose calls are counted, from the first queue on.
    pub fn queue_of_calls(&self, row: usize) -> usize {
        row - self.calls_of(Scope::Queue, 0) as usize
    }

    /// The place of a time among those within which callers are to be answered.
    pub fn time(&self, within: Span) -> Option<usize> {
        self.within.iter().position(|time| *time == within)
    }

    /// The row of a duration for a station.
    #[inline]
    pub fn station(&self, metric: Metric, station: StationId) -> usize {
        self.row(metric, Scope::Station, station.index())
    }
}

/// The counts of a run of `plan`, in the order of reports: those of what its workload uses.
pub fn counts(plan: &Plan) -> impl Iterator<Item = Count> + use<> {
    let used = Count::ALL.map(|count| unused(plan, Named::Count(count)).is_none().then_some(count));
    used.into_iter().flatten()
}

/// A row for each member of each metric's scopes, and the first rows of each metric.
fn rows<M: Copy, const N: usize>(plan: &Plan, metrics: [(M, &Row); N]) -> (Vec<Series<M>>, [Starts; N]) {
    let mut rows = Vec::new();
    let starts = metrics.map(|(metric, row)| {
        let mut starts = Starts::default();
        for &scope in row.scopes {
            starts.0[scope as usize] = Some(rows.len() as u32);
            rows.extend(members(plan, scope).into_iter().map(|Member { name, servers, exists }| Series {
                metric,
                scope,
                name,
                // Of several servers, a ratio is the share of all.
                servers: if row.unit == Unit::Ratio { servers } else { 1 },
                exists,
            }));
        }
        starts
    });
    (rows, starts)
}

/// A member of a scope.
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

    fn people<'a>(groups: impl Iterator<Item = (&'a str, u32)>) -> Vec<Member> {
        groups.map(|(name, servers)| Member { name: name.to_owned(), servers, exists: true }).collect()
    }

    let of_kind = |kind, name| {
        let exists = plan.devices.iter().any(|device| device.kind == kind);
        Member { name, servers: 1, exists }
    };

    match scope {
        Scope::Cluster => named([""]),
        Scope::Traffic => named(plan.sources.iter().map(|source| &*source.name)),
        Scope::Node => named(plan.nodes.iter().map(|node| &*node.name)),
        Scope::Application => named(plan.applications.iter().map(|application| &*application.name)),
        Scope::RoutePoint => named(plan.route_points.iter().map(|route_point| &*route_point.name)),
        Scope::DeviceKind => KINDS.into_iter().map(|kind| of_kind(kind, kind_name(kind).to_owned())).collect(),
        Scope::DeviceFate => {
            let fates = KINDS.into_iter().flat_map(|kind| CAUSES.map(|because| (kind, because)));
            let name = |kind, because| format!("{}.{}", kind_name(kind), cause_name(because));
            let occurs = |because| match because {
                // Without a fault of devices, none fails by itself.
                OutageCause::DeviceFailed => plan.some_device_fails(),
                // Without several applications for one device, none goes back to another.
                OutageCause::HandedOver => plan.some_stand_by(),
                _ => true,
            };
            let fate = |(kind, because)| {
                let member = of_kind(kind, name(kind, because));
                Member { exists: member.exists && occurs(because), ..member }
            };
            fates.map(fate).collect()
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
        Scope::PhoneGroup => people(plan.phone_groups.iter().map(|it| (&*it.name, it.count))),
        Scope::ConferenceBridge => named(plan.conference_bridges.iter().map(|bridge| &*bridge.name)),
        Scope::Queue => people(plan.queues[..plan.named_queues()].iter().map(|it| {
            let groups = it.groups.iter().map(|group| plan.phone_groups[group.index()].count);
            (&*it.name, groups.sum())
        })),
        Scope::Destination => named(plan.destinations.iter().map(|destination| &*destination.name)),
    }
}
