//! The tables of a plan, and what can be asked of them.

use std::sync::Arc;

use crate::domain::{
    ApplicationId, DatabaseId, DestinationId, DeviceId, DeviceKind, Failing, Forward, Forwards, NodeId, PhoneGroupId,
    PortGroupId, ReleaseProfile, RoutePointId, StationId, Target,
};
use crate::engine::{Distribution, Span, Time};
use crate::workload::Study as StudyKind;

use super::window::Window;

/// One workload, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The workload's name: its file name without extension.
    pub name: String,
    /// The question it answers, in a sentence.
    pub question: String,
    /// What it is about: a stretch of time, or what goes on for ever.
    pub study: StudyKind,
    /// When a run ends. Time zero is the start of the warm-up.
    pub length: Time,
    /// When measuring is to begin, as the workload asks; `None`: it leaves that to pilot runs.
    pub warm_up: Option<Time>,
    /// The length that the workload asks for a bin of the timeline.
    pub bin: Span,
    /// How many replications the workload asks for.
    pub replications: u32,
    /// The seed the workload asks for.
    pub seed: u64,
    /// How this release forwards calls.
    pub release: ReleaseProfile,
    /// Service parameters of the cluster.
    pub parameters: Parameters,
    /// Delays between parts.
    pub links: Links,
    /// The servers.
    pub nodes: Vec<Node>,
    /// Databases.
    pub databases: Vec<Database>,
    /// Applications.
    pub applications: Vec<Application>,
    /// Route points.
    pub route_points: Vec<RoutePoint>,
    /// Groups of CTI ports.
    pub port_groups: Vec<PortGroup>,
    /// Groups of phones.
    pub phone_groups: Vec<PhoneGroup>,
    /// Numbers outside.
    pub destinations: Vec<Destination>,
    /// Every device: the route points in order, then the ports group by group, then the phones group by group.
    pub devices: Vec<Device>,
    /// Sources of calls.
    pub sources: Vec<Source>,
    /// Faults, in the order of the file.
    pub faults: Vec<Fault>,
    /// Changes of forward settings (R12), in order of time.
    pub changes: Vec<Change>,
    /// Whether applications are tied to one CallManager each, as before there were CTIManagers (R25).
    pub topology: Topology,
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

/// A forward setting that is changed while the cluster runs (R12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Time,
    /// Whose: a route point, or the ports or phones of a group.
    pub whose: Target,
    /// Which setting.
    pub forward: Forward,
    /// Where it leads from then on, if anywhere.
    pub leads: Option<Target>,
}

/// Service parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// The time an application has to act on a new call at a route point; [`Span::FOREVER`] where there is no limit.
    pub new_call_accept: Span,
    /// How long an application waits for the answer to a request before it gives the call up.
    pub request_timeout: Span,
    /// A call forwarded more often than this is refused.
    pub forward_hops: u8,
    /// Which of the two readings of R23 is simulated.
    pub heartbeat_reading: HeartbeatReading,
    /// From a CallManager's failure, or return, to its being noticed by CTIManagers (R13).
    pub callmanager_notice: Span,
    /// A CTIManager that recovers devices asks a CallManager to open one each time this long.
    pub reopen_interval: Span,
    /// A CallManager that is back lets one phone return to it each time this long.
    pub phone_return_interval: Span,
    /// The expected delay at which a CallManager begins to refuse new calls, and the one at which it stops doing so
    /// (Code Yellow); `None`: it never does.
    pub code_yellow: Option<(Span, Span)>,
}

/// The two ways to read "no message in two consecutive intervals" (R23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeartbeatReading {
    /// Each message restarts a timer of two intervals: a silent death is seen after one to two intervals, uniformly.
    Timer,
    /// A checker looks once an interval, on a grid of its own, and wants two empty intervals in a row: one to three
    /// intervals, triangularly.
    Grid,
}

/// One-way delays. They never reorder. Two parts on one node are no distance apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    /// From node to node.
    pub between_nodes: Span,
    /// From a CTIManager to an application, and back.
    pub to_application: Span,
    /// From a caller to the ingress node.
    pub from_caller: Span,
}

/// A server. Its CallManager is station `2 * id`, its CTIManager station `2 * id + 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name in the workload.
    pub name: String,
    /// What each message costs its CallManager.
    pub callmanager: CallManagerWork,
    /// What each message costs its CTIManager, if it runs one (R1: at most one).
    pub ctimanager: Option<CtiManagerWork>,
}

/// The service time of each kind of message at a CallManager.
#[derive(Clone, Debug, PartialEq)]
pub struct CallManagerWork {
    /// Digit analysis and set-up of a new call, at its ingress.
    pub setup: Distribution,
    /// Offering a call at a device.
    pub offer: Distribution,
    /// Redirecting, forwarding or transferring a call.
    pub redirect: Distribution,
    /// Connecting an answered call.
    pub answer: Distribution,
    /// Releasing a call.
    pub release: Distribution,
    /// Registering and opening a device.
    pub device_open: Distribution,
}

/// The service time of each kind of message at a CTIManager.
#[derive(Clone, Debug, PartialEq)]
pub struct CtiManagerWork {
    /// Passing an event to an application.
    pub event: Distribution,
    /// Passing an application's request to a CallManager.
    pub request: Distribution,
    /// Noting a heartbeat.
    pub heartbeat: Distribution,
    /// Opening a device for an application.
    pub device_open: Distribution,
}

/// A database: so many connections, each busy for one look-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Its name in the workload.
    pub name: String,
    /// How many look-ups run at once.
    pub connections: u32,
}

/// An application.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its name in the workload.
    pub name: String,
    /// Whether its user may use CTI: one that may not is never connected, and its devices are nobody's (R2).
    pub may_use_cti: bool,
    /// The nodes whose CTIManagers it may use, the first first (R20).
    pub ctimanagers: Vec<NodeId>,
    /// How many events it works on at once.
    pub workers: u32,
    /// A worker's own time for each event.
    pub decide: Distribution,
    /// The look-up of a caller at a route point, if it makes one: the worker waits for it.
    pub lookup: Option<Distribution>,
    /// Where it looks callers up; without one, a look-up is a pure delay.
    pub database: Option<DatabaseId>,
    /// The interval of its heartbeats, already within the bounds of R23.
    pub heartbeat: Span,
    /// From a restart, or from finding its connection closed, to its next provider open.
    pub reconnect: Span,
    /// The time from one device open it asks for to the next.
    pub open_interval: Span,
    /// Whether its devices are recovered when their CallManager fails (R19).
    pub recovery: bool,
    /// The CTIManager of its list that it leaves again when another one is up, and after how long (R21, later releases).
    pub least_priority: Option<(NodeId, Span)>,
    /// Its devices, in the order it opens them: route points, then ports, then the phones it controls.
    pub devices: Vec<DeviceId>,
}

/// What an application does with a call at a route point.
#[derive(Clone, Debug, PartialEq)]
pub enum Treatment {
    /// Sends it on, to one of these with the given cumulative probabilities (the last is 1): the route point is rid
    /// of it as soon as that takes effect.
    Redirect(Vec<(f64, Target)>),
    /// Answers it at the route point itself, with media; the call stays there to its end, for this long or, if that
    /// is `None`, for as long as its caller talks.
    Answer(Option<Distribution>),
}

/// A CTI route point, or several that are alike and share its calls.
#[derive(Clone, Debug, PartialEq)]
pub struct RoutePoint {
    /// Its name in the workload.
    pub name: String,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many they are: each call goes to one of them, drawn at random.
    pub count: u32,
    /// The directory numbers of its lines.
    pub numbers: Vec<String>,
    /// Its application; without one it is never opened.
    pub application: Option<ApplicationId>,
    /// What becomes of a call there.
    pub treatment: Treatment,
    /// With this many calls at one of them, the next one there is busy.
    pub busy_trigger: u32,
    /// Never more calls than this.
    pub maximum_calls: u32,
    /// Its forwards.
    pub forwards: Forwards,
}

/// A group of like CTI ports.
#[derive(Clone, Debug, PartialEq)]
pub struct PortGroup {
    /// Its name in the workload.
    pub name: String,
    /// Their application; without one they are never opened.
    pub application: Option<ApplicationId>,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many.
    pub count: u32,
    /// How long a call is treated there; `None` is as long as its caller talks.
    pub treatment: Option<Distribution>,
    /// The share of calls transferred to a phone after the treatment, and where to.
    pub transfer: Option<(f64, Target)>,
    /// Whether the media comes from the application itself, and dies with it.
    pub media_from_application: bool,
    /// Whether connected calls outlive the failure of a CallManager they go through (R15).
    pub keeps_media: bool,
    /// Their forwards.
    pub forwards: Forwards,
}

/// A group of like phones.
#[derive(Clone, Debug, PartialEq)]
pub struct PhoneGroup {
    /// Its name in the workload.
    pub name: String,
    /// The first of its devices; the rest follow.
    pub first: DeviceId,
    /// How many.
    pub count: u32,
    /// How long it rings until a person answers.
    pub answer: Distribution,
    /// The share of calls that a person answers at all.
    pub answered: f64,
    /// How long it rings before it forwards by CFNA; [`Span::FOREVER`] if it does not.
    pub no_answer: Span,
    /// Whether a call transferred here waits at its port until a phone is free, rather than being busy (R10: a queue).
    pub queue: bool,
    /// Who controls them as a third party, if anybody does (R14, R20).
    pub application: Option<ApplicationId>,
    /// From the failure of its CallManager until a phone notices and registers elsewhere (R14).
    pub failover: Distribution,
    /// Whether connected calls outlive the failure of a CallManager they go through (R15).
    pub keeps_media: bool,
    /// Their forwards.
    pub forwards: Forwards,
}

/// A number outside the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// Its name in the workload.
    pub name: String,
    /// How long it rings until it is answered.
    pub answer: Distribution,
    /// How many calls it takes at once.
    pub lines: u32,
    /// Where calls leave for it.
    pub egress: NodeId,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it is.
    pub kind: DeviceKind,
    /// The row of its route point, port group or phone group.
    pub row: u16,
    /// Who controls it.
    pub application: Option<ApplicationId>,
    /// The CallManagers it may register with, best first (R7): one to three. Like devices share it.
    pub group: Arc<[NodeId]>,
    /// Of these, the ones that turn out unable to open it when it is to be recovered there (R17).
    pub cannot_open_on: Arc<[NodeId]>,
}

/// A source of calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name in the workload: the luck of its callers hangs on it.
    pub name: String,
    /// The nodes its calls come in at, taken in turn.
    pub ingress: Vec<NodeId>,
    /// What its callers dial.
    pub to: Target,
    /// When they call.
    pub arrivals: Arrivals,
    /// How long a caller waits unanswered before hanging up, and again for a person after that; `None`: for ever.
    pub patience: Option<Distribution>,
    /// How long a caller talks.
    pub talk: Distribution,
}

/// When the callers of a source call.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// A Poisson process whose rate changes over time.
    Poisson(RateCurve),
    /// A Poisson process whose rate follows a curve times the factor of a state that changes at random (a
    /// Markov-modulated Poisson process): each state lasts an exponential time, then the next one follows in turn.
    Modulated(RateCurve, Vec<ModulationState>),
    /// These calls, in order of time.
    Listed(Vec<ListedCall>),
}

/// A rate that is constant between changes.
#[derive(Clone, Debug, PartialEq)]
pub struct RateCurve {
    /// From when on which rate, in calls a second; the first is from time zero, the rest in order of time.
    pub steps: Vec<(Time, f64)>,
}

/// A state of a modulated source.
#[derive(Clone, Debug, PartialEq)]
pub struct ModulationState {
    /// What the rate is multiplied by.
    pub factor: f64,
    /// How long the state lasts on average.
    pub mean: Span,
}

/// One call of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCall {
    /// When it is dialled.
    pub at: Time,
    /// How long the caller talks, if the list says.
    pub talk: Option<Span>,
    /// How long the caller waits, if the list says.
    pub patience: Option<Span>,
}

/// A fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What fails.
    pub failing: Failing,
    /// When, and for how long.
    pub occurs: Occurs,
}

/// When a fault strikes.
#[derive(Clone, Debug, PartialEq)]
pub enum Occurs {
    /// Once.
    Once {
        /// When it strikes.
        at: Time,
        /// How long until what failed is there again; [`Span::FOREVER`]: not in this run.
        lasts: Span,
    },
    /// Again and again, at random: how long it works (its mean is the MTBF) and how long it is down (the MTTR).
    Random {
        /// From the beginning, or from its last return, to its next failure.
        works: Distribution,
        /// From a failure to its return.
        lasts: Distribution,
        /// The fault's name: its luck hangs on it.
        name: String,
    },
}

impl Plan {
    /// What the workload asks to be measured: all of a replication where it leaves the warm-up open.
    pub fn window(&self) -> Window {
        Window { warm_up: self.warm_up.unwrap_or(Time::ZERO), bin: self.bin }
    }

    /// The station of a node's CallManager.
    pub const fn callmanager(&self, node: NodeId) -> StationId {
        StationId(node.0 * 2)
    }

    /// The station of a node's CTIManager.
    pub const fn ctimanager(&self, node: NodeId) -> StationId {
        StationId(node.0 * 2 + 1)
    }

    /// The station of an application's workers.
    pub fn workers(&self, application: ApplicationId) -> StationId {
        StationId((self.nodes.len() * 2) as u16 + application.0)
    }

    /// The station of a database's connections.
    pub fn connections(&self, database: DatabaseId) -> StationId {
        StationId((self.nodes.len() * 2 + self.applications.len()) as u16 + database.0)
    }

    /// Every station's name, number of servers and whether there is such a station at all, in order of their ids.
    pub fn stations(&self) -> Vec<Station> {
        let mut stations = Vec::new();
        for node in &self.nodes {
            stations.push(Station { name: format!("{}.callmanager", node.name), servers: 1, exists: true });
            stations.push(Station {
                name: format!("{}.ctimanager", node.name),
                servers: 1,
                exists: node.ctimanager.is_some(),
            });
        }
        for application in &self.applications {
            stations.push(Station {
                name: format!("{}.workers", application.name),
                servers: application.workers,
                exists: true,
            });
        }
        for database in &self.databases {
            stations.push(Station {
                name: format!("{}.connections", database.name),
                servers: database.connections,
                exists: true,
            });
        }
        stations
    }

    /// Whether a device is in service when a run begins: every phone, and every route point and port that an application
    /// has and reaches (before there were CTIManagers it reached those of its own CallManager only, R25).
    pub fn starts_open(&self, device: &Device) -> bool {
        match device.application {
            _ if device.kind == DeviceKind::Phone => true,
            None => false,
            Some(application) => {
                let own = self.applications[application.index()].ctimanagers.first();
                self.topology == Topology::CtiManager || own == device.group.first()
            }
        }
    }

    /// A target's name in the workload.
    pub fn target_name(&self, target: Target) -> &str {
        match target {
            Target::RoutePoint(id) => &self.route_points[id.index()].name,
            Target::Ports(id) => &self.port_groups[id.index()].name,
            Target::Phones(id) => &self.phone_groups[id.index()].name,
            Target::Outside(id) => &self.destinations[id.index()].name,
        }
    }

    /// How many calls a pool takes at once.
    pub fn pool_size(&self, pool: Target) -> u32 {
        match pool {
            Target::RoutePoint(RoutePointId(row)) => {
                let it = &self.route_points[row as usize];
                it.maximum_calls.saturating_mul(it.count)
            }
            Target::Ports(PortGroupId(row)) => self.port_groups[row as usize].count,
            Target::Phones(PhoneGroupId(row)) => self.phone_groups[row as usize].count,
            Target::Outside(DestinationId(row)) => self.destinations[row as usize].lines,
        }
    }
}

/// What a report needs to know of a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// `node.callmanager`, `node.ctimanager`, `application.workers` or `database.connections`.
    pub name: String,
    /// How many servers it has.
    pub servers: u32,
    /// Whether it is there: a node need not run a CTIManager.
    pub exists: bool,
}
