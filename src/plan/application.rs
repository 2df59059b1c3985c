//! Applications and their databases.

use super::control;
use super::directory::Directory;
use crate::domain::{ApplicationId, ConnectionId, DatabaseId, DeviceId, NodeId, OpenerId};
use crate::engine::{Distribution, Span};
use crate::rules::heartbeat::effective_interval;
use crate::rules::manager_choice::takes_connection;
use crate::workload::{self as source, At, Problem, Topology, Workload};

/// Cited if no CTIManager gives access to devices.
pub(super) const R1: &str = "R1: CTI needs a node that runs a CTIManager";
const R2: &str = "R2: an application reaches its devices through CTIManagers";
const R21: &str = "R21: the least-priority CTIManager is one of several that an application may use";

/// A database: a number of connections, each busy for one look-up at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Its name in the workload.
    pub name: String,
    /// How many look-ups run at a time.
    pub connections: u32,
}

/// An application.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its name in the workload.
    pub name: String,
    /// Whether its user may use CTI: otherwise it never connects, and its devices have no application (R2).
    pub may_use_cti: bool,
    /// The nodes whose CTIManagers it may use, in order of preference (R20).
    pub ctimanagers: Vec<NodeId>,
    /// Its connections: the first one, and how many (R4). One process holds all of them.
    pub first_connection: ConnectionId,
    /// See there.
    pub connections: u16,
    /// How many events it handles at a time.
    pub workers: u32,
    /// The time that a worker takes for each event, without the look-up.
    pub decide: Distribution,
    /// The time to look up a caller at a route point, if it does; the worker waits for it.
    pub lookup: Option<Distribution>,
    /// The database of its look-ups; without one, a look-up is a pure delay.
    pub database: Option<DatabaseId>,
    /// The interval of its heartbeats, already within the bounds of R23 when the run begins.
    pub heartbeat: Span,
    /// The one that it asks for.
    pub requested_heartbeat: Span,
    /// From a restart or a closed connection to its next attempt to connect.
    pub reconnect: Span,
    /// How long it waits for the answer to a provider open.
    pub provider_open_timeout: Span,
    /// The time between two devices that it opens.
    pub open_interval: Span,
    /// Whether its devices are recovered when their CallManager fails (R19).
    pub recovery: bool,
    /// The CTIManager of its list that it leaves again when another one is up, and after how long (R21, later releases).
    pub least_priority: Option<(NodeId, Span)>,
    /// Its devices, in the order it opens them: route points, then ports, then the phones it controls.
    pub devices: Vec<DeviceId>,
}

/// A connection of an application to a CTIManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Whose.
    pub application: ApplicationId,
    /// The nodes whose CTIManagers it may lead to, in order of preference: the list of its application, begun at another place
    /// by each connection (R4, R20).
    pub ctimanagers: Vec<NodeId>,
    /// The devices that its application opens over it, in that order.
    pub devices: Vec<OpenerId>,
    /// The connections over which other applications may open the same route points and ports.
    pub heirs: Vec<ConnectionId>,
}

impl Application {
    /// Its connections.
    pub fn all_connections(&self) -> impl Iterator<Item = ConnectionId> + Clone + use<> {
        let first = self.first_connection.0;
        (first..first + self.connections).map(ConnectionId)
    }

    /// The list of CTIManagers of its connection number `place`: connection k begins with member k, and goes on round the list. One
    /// that would begin with the least-priority member begins with the next.
    fn managers_of(&self, place: u16) -> Vec<NodeId> {
        let mut list = self.ctimanagers.clone();
        if list.is_empty() || place == 0 {
            return list;
        }
        let begins = usize::from(place) % list.len();
        list.rotate_left(begins);
        if self.least_priority.is_some_and(|(least, _)| list[0] == least) {
            list.rotate_left(1);
        }
        list
    }
}

/// Numbers the connections of all applications.
pub(super) fn number_connections(applications: &mut [Application]) -> Vec<Connection> {
    let mut all = Vec::new();
    for (row, application) in applications.iter_mut().enumerate() {
        application.first_connection = ConnectionId(all.len() as u16);
        all.extend((0..application.connections).map(|place| Connection {
            application: ApplicationId(row as u16),
            ctimanagers: application.managers_of(place),
            devices: Vec::new(),
            heirs: Vec::new(),
        }));
    }
    all
}

pub(super) fn database(it: &source::Database) -> Database {
    Database { name: it.name.value.clone(), connections: it.connections }
}

pub(super) fn application(it: &source::Application, workload: &Workload, directory: &Directory<'_>) -> Application {
    // In the direct topology any node will do.
    let runs_one = |node: &NodeId| workload.topology == Topology::Direct || workload.nodes[node.index()].ctimanager;
    let ctimanagers = match &it.ctimanagers {
        Some(names) => {
            for name in names {
                if let Some((node, place)) = directory.nodes.rows.get(name.value.as_str())
                    && !runs_one(node)
                {
                    let what = format!("`{}` runs no CTIManager", name.value);
                    let problem = Problem::new(name.place.clone(), what, "").also((*place).clone(), "this node");
                    directory.reports.add(problem.hint(those_that_do(workload)).rule(R2));
                }
            }
            directory.nodes(names, Some(R2))
        }
        // A backup is one only where it is named (R20).
        None => (0..workload.nodes.len()).map(|row| NodeId(row as u16)).find(runs_one).into_iter().collect(),
    };
    if ctimanagers.is_empty() && it.ctimanagers.is_none() && !workload.nodes.is_empty() {
        let what = format!("no node runs a CTIManager for `{}`", it.name.value);
        let problem = Problem::new(it.name.place.clone(), what, "").rule(R1);
        directory.reports.add(problem.hint("set `ctimanager = true` on one of the nodes"));
    }
    let least_priority = it.least_priority.as_ref().and_then(|(name, after)| {
        let node = directory.nodes.find(name)?;
        let problem = match &ctimanagers[..] {
            list if !list.contains(&node) => {
                format!("`{}` is not one of the CTIManagers that this application may use", name.value)
            }
            [_] => format!("`{}` is the only CTIManager that this application may use", name.value),
            _ => return Some((node, *after)),
        };
        directory.reports.add(Problem::new(name.place.clone(), problem, "").rule(R21));
        None
    });
    Application {
        name: it.name.value.clone(),
        recovery: it.recovery,
        least_priority,
        ctimanagers,
        first_connection: ConnectionId(0),
        connections: it.connections.value,
        workers: it.workers,
        decide: it.decide.clone(),
        lookup: it.lookup.clone(),
        database: it.database.as_ref().and_then(|name| directory.databases.find(name)),
        may_use_cti: control::may_use_cti(it, workload, directory),
        heartbeat: effective_interval(
            it.heartbeat.value,
            workload.cti.heartbeat_minimum,
            workload.cti.heartbeat_maximum,
        ),
        requested_heartbeat: it.heartbeat.value,
        reconnect: it.reconnect,
        provider_open_timeout: it.provider_open_timeout,
        open_interval: Span::from_seconds(1.0 / it.open_rate),
        devices: Vec::new(),
    }
}

/// Reports CTIManagers that take fewer connections than begin there.
pub(super) fn connections(
    applications: &[Application],
    connections: &[Connection],
    workload: &Workload,
    directory: &Directory<'_>,
) {
    for (row, node) in workload.nodes.iter().enumerate() {
        let Some(At { value: limit, place }) = &node.cti_connections else { continue };
        let begins_here = |it: &&Connection| {
            applications[it.application.index()].may_use_cti
                && it.ctimanagers.first().is_some_and(|node| node.index() == row)
        };
        let begin = connections.iter().filter(begins_here);
        let begin: Vec<&str> = begin.map(|it| applications[it.application.index()].name.as_str()).collect();
        let mut names = begin.clone();
        names.dedup();
        let what_begins = if names.len() == begin.len() { "applications" } else { "connections" };
        let taken = (0..begin.len() as u32).all(|open| takes_connection(open, *limit));
        if !taken {
            let many = if *limit == 1 { "1 connection".to_owned() } else { format!("{limit} connections") };
            let what = format!(
                "the CTIManager of `{}` takes {many}, and {} {what_begins} begin there: {}",
                node.name.value,
                begin.len(),
                source::enumeration(&names)
            );
            let hint =
                format!("raise it to {}, or let some of them begin their `ctimanagers` with another node", begin.len());
            directory.reports.add(Problem::new(place.clone(), what, "").hint(hint).rule(R2));
        }
    }
}

/// A hint with the nodes that run a CTIManager.
fn those_that_do(workload: &Workload) -> String {
    let nodes = workload.nodes.iter().filter(|node| node.ctimanager).map(|node| node.name.value.as_str());
    match nodes.collect::<Vec<_>>()[..] {
        [] => "no node does: set `ctimanager = true` on one".to_owned(),
        [only] => format!("only `{only}` does"),
        ref several => format!("these do: {}", source::enumeration(several)),
    }
}
