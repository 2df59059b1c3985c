//! What happens to a cluster while it runs: `[[fault]]` and `[[change]]`.

use super::problem::{Problem, TextRange};
use super::read::{At, Key, Name, Table, Value};
use crate::domain::{ApplicationFault, DeviceKind, Forward, ProcessFault};
use crate::engine::{Distribution, Span};

const R12: &str = "R12: forward settings and speed dials belong to a device, and change while the cluster runs";

/// `[[fault]]`
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its name; a random fault always has one, any other may have none.
    pub name: Name,
    /// What fails; `None` if the workload does not say, which has been reported.
    pub failing: Option<TargetName>,
    /// When.
    pub occurs: Occurs,
}

/// What fails.
#[derive(Clone, Debug)]
pub enum TargetName {
    /// An application, in one of three ways.
    Application(Name, ApplicationFault),
    /// The CallManager of a node, in one of two ways.
    CallManager(Name, ProcessFault),
    /// The CTIManager of a node, in one of two ways.
    CtiManager(Name, ProcessFault),
    /// A node with all that runs on it.
    Node(Name),
    /// A link, from an application or a node to a node: cut, or slower by this delay.
    Link(Name, Name, Option<Span>),
    /// Devices of this kind: of a route point, or a group of ports or phones; the first so many, or all of them.
    Devices(DeviceKind, Name, Option<At<u32>>),
}

/// What can fail.
const TARGETS: [&str; 8] =
    ["application", "callmanager", "ctimanager", "node", "link", "route_point", "cti_port", "phone"];

/// The words for how something fails.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FaultKind {
    Exit,
    Silent,
    Stall,
    Hang,
}

/// When a fault occurs.
#[derive(Clone, Debug)]
pub enum Occurs {
    /// Once.
    Once {
        /// When.
        at: At<Span>,
        /// For how long; [`Span::FOREVER`]: to the end of the run.
        duration: Span,
    },
    /// Again and again, at random.
    Random {
        /// From the beginning of the run, or from the last repair, to the next failure.
        time_to_failure: At<Distribution>,
        /// From a failure to its repair.
        time_to_repair: Distribution,
    },
}

impl Fault {
    pub(super) fn read(table: &Table<'_>) -> Fault {
        let target = table.one_of(&TARGETS);
        let kind = table.key("kind", |value| {
            value.choice(&[
                ("exit", FaultKind::Exit),
                ("silent", FaultKind::Silent),
                ("stall", FaultKind::Stall),
                ("hang", FaultKind::Hang),
            ])
        });
        let place = kind.place();
        let complain = |place: &TextRange, title: &str| {
            table.reports().add(Problem::new(place.clone(), title, ""));
        };
        let unfit = |title: &str, hint: &str| {
            table.reports().add(Problem::new(place.clone(), title, "").hint(hint));
        };
        let of_process = matches!(target, Some("callmanager" | "ctimanager"));
        if kind.is_present() && target.is_some_and(|target| target != "application") && !of_process {
            complain(&place, "`kind` is for a fault of an application, a CallManager or a CTIManager only");
        }
        let kind = if target == Some("application") { kind.required() } else { kind.optional() };
        let slow = table.duration("slow");
        if slow.is_present() && target != Some("link") {
            complain(&slow.place(), "`slow` is for a fault of a link only");
        }
        let slow = slow.optional();
        let count = table.key("count", Value::whole);
        if count.is_present() && !matches!(target, Some("route_point" | "cti_port" | "phone")) {
            complain(
                &count.place(),
                "`count` is for a fault of devices only: of a `route_point`, `cti_port` or `phone`",
            );
        }
        let count_place = count.place();
        let count = count.optional().map(|count| At { value: count as u32, place: count_place });
        let of_application = || match kind {
            Some(FaultKind::Hang) => {
                let hint =
                    "`\"silent\"` is an application that hangs until it is restarted, `\"stall\"` one that goes on";
                unfit("`\"hang\"` is for a fault of a CallManager or CTIManager only", hint);
                ApplicationFault::Silent
            }
            Some(FaultKind::Silent) => ApplicationFault::Silent,
            Some(FaultKind::Stall) => ApplicationFault::Stall,
            Some(FaultKind::Exit) | None => ApplicationFault::Exit,
        };
        let of_process = || match kind {
            Some(FaultKind::Silent | FaultKind::Stall) => {
                let hint = "`\"hang\"` is a process that does nothing until it is restarted, `\"exit\"` one that ends";
                unfit("this `kind` is for a fault of an application only", hint);
                ProcessFault::Hang
            }
            Some(FaultKind::Hang) => ProcessFault::Hang,
            Some(FaultKind::Exit) | None => ProcessFault::Exit,
        };
        let named = |key| table.reference(key).optional();
        let devices = |kind, key| {
            let count = count.clone();
            table.reference(key).optional().map(|name| TargetName::Devices(kind, name, count))
        };
        let failing = match target {
            Some("application") => named("application").map(|name| TargetName::Application(name, of_application())),
            Some("callmanager") => named("callmanager").map(|name| TargetName::CallManager(name, of_process())),
            Some("ctimanager") => named("ctimanager").map(|name| TargetName::CtiManager(name, of_process())),
            Some("node") => named("node").map(TargetName::Node),
            Some("link") => {
                table.key("link", Value::ends).optional().map(|(from, to)| TargetName::Link(from, to, slow))
            }
            Some("route_point") => devices(DeviceKind::RoutePoint, "route_point"),
            Some("cti_port") => devices(DeviceKind::CtiPort, "cti_port"),
            Some("phone") => devices(DeviceKind::Phone, "phone"),
            _ => None,
        };
        let random = table.one_of(&["at", "time_to_failure"]) == Some("time_to_failure");
        let duration = table.duration("for");
        let time_to_repair = table.distribution("time_to_repair");
        let name = table.key("name", Value::name);
        if random {
            if duration.is_present() {
                let title = "`for` is for a fault at a known time: a random one has `time_to_repair`, a distribution";
                complain(&duration.place(), title);
            }
            let never = || Distribution::Constant(Span::FOREVER);
            let time_to_failure = table.distribution("time_to_failure").at(|time| time.default(never()));
            let time_to_repair = time_to_repair.required().unwrap_or_else(never);
            let occurs = Occurs::Random { time_to_failure, time_to_repair };
            return Fault { name: name.required_or_default(), failing, occurs };
        }
        if time_to_repair.is_present() {
            let title = "`time_to_repair` is for a random fault: one at a known time has `for`, a duration";
            complain(&time_to_repair.place(), title);
        }
        if kind == Some(FaultKind::Stall) && target == Some("application") && !duration.is_present() {
            let problem = Problem::new(table.place(), "`for` is missing: a stall has an end", "it belongs here");
            let hint = "for an application that hangs until it is restarted, use `kind = \"silent\"`";
            table.reports().add(problem.hint(hint));
        }
        let at = table.duration("at").at(|at| at.default(Span::ZERO));
        let duration = duration.default(Span::FOREVER);
        Fault { name: name.optional().unwrap_or_default(), failing, occurs: Occurs::Once { at, duration } }
    }
}

/// `[[change]]`
#[derive(Clone, Debug)]
pub struct Change {
    /// When.
    pub at: At<Span>,
    /// The device whose settings change, or the speed dial.
    pub of: Name,
    /// The application that makes the change; `None`: an administrator.
    pub through: Option<Name>,
    /// The settings that change, each with its place and its new target, if any.
    pub settings: Vec<(Forward, At<Option<Name>>)>,
    /// The name or number that a speed dial dials from then on.
    pub to: Option<Name>,
}

impl Change {
    pub(super) fn read(table: &Table<'_>) -> Change {
        let at = table.duration("at").at(Key::required_or_default);
        let of = table.reference("of").required_or_default();
        let through = table.reference("through").optional();
        let mut settings = Vec::new();
        let mut any = false;
        for forward in Forward::ALL {
            let leads = table.key(forward.name(), Value::forward_or_none);
            any |= leads.is_present();
            let place = leads.place();
            if let Some(value) = leads.optional() {
                settings.push((forward, At { value, place }));
            }
        }
        let to = table.reference("to");
        any |= to.is_present();
        if !any {
            let title = "one of `cfa`, `cfb`, `cfna`, `cfof` and `cfur`, or the `to` of a speed dial, is required";
            table.reports().add(Problem::new(table.place(), title, "it belongs here").rule(R12));
        }
        Change { at, of, through, settings, to: to.optional() }
    }
}

/// `[[parameter_change]]`
#[derive(Clone, Debug)]
pub struct ParameterChange {
    /// When.
    pub at: At<Span>,
    /// The node of the CTIManager.
    pub ctimanager: Name,
    /// The shortest interval of heartbeats from then on, if it changes.
    pub heartbeat_minimum: Option<Span>,
    /// The longest.
    pub heartbeat_maximum: Option<Span>,
    /// How many connections the CTIManager takes from then on, if that changes.
    pub cti_connections: Option<u32>,
}

impl ParameterChange {
    pub(super) fn read(table: &Table<'_>) -> ParameterChange {
        let it = ParameterChange {
            at: table.duration("at").at(Key::required_or_default),
            ctimanager: table.reference("ctimanager").required_or_default(),
            heartbeat_minimum: table.duration("heartbeat_minimum").optional(),
            heartbeat_maximum: table.duration("heartbeat_maximum").optional(),
            cti_connections: table.whole("cti_connections").optional().map(|limit| limit as u32),
        };
        if (it.heartbeat_minimum, it.heartbeat_maximum, it.cti_connections) == (None, None, None) {
            let title = "nothing changes here: one of `heartbeat_minimum`, `heartbeat_maximum` and `cti_connections` is required";
            table.reports().add(Problem::new(table.place(), title, "here"));
        }
        it
    }
}

impl Value<'_> {
    /// The two ends of a link.
    fn ends(self) -> Option<(Name, Name)> {
        let place = self.place();
        let mut ends = self.list(Value::reference)?;
        match (ends.pop(), ends.pop(), ends.pop()) {
            (Some(to), Some(from), None) => Some((from, to)),
            _ => {
                let problem = Problem::new(place, "a link has two ends", "");
                self.context()
                    .reports
                    .add(problem.hint("name an application or a node, and a node: `[\"ivr\", \"sub1\"]`"));
                None
            }
        }
    }

    /// The target of a forward, or `"none"`.
    fn forward_or_none(self) -> Option<Option<Name>> {
        match self.text() {
            Some("none") => Some(None),
            _ => self.reference().map(Some),
        }
    }
}
