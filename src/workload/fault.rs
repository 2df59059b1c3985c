//! What happens to a cluster while it runs: `[[fault]]` and `[[change]]`.

use super::problem::{Problem, TextRange};
use super::read::{At, Key, Name, Table, Value};
use crate::domain::{ApplicationFault, Forward};
use crate::engine::{Distribution, Span};

const R12: &str = "R12: forward settings belong to a device, and change while the cluster runs";

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
    /// The CallManager of a node.
    CallManager(Name),
    /// The CTIManager of a node.
    CtiManager(Name),
    /// A node with all that runs on it.
    Node(Name),
    /// A link, from an application or a node to a node: cut, or slower by this delay.
    Link(Name, Name, Option<Span>),
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
        let target = table.one_of(&["application", "callmanager", "ctimanager", "node", "link"]);
        let kind = table.key("kind", |value| {
            value.choice(&[
                ("exit", ApplicationFault::Exit),
                ("silent", ApplicationFault::Silent),
                ("stall", ApplicationFault::Stall),
            ])
        });
        let complain = |place: TextRange, title: &str| table.reports().add(Problem::new(place, title, ""));
        if kind.is_present() && matches!(target, Some("callmanager" | "ctimanager" | "node" | "link")) {
            complain(kind.place(), "`kind` is for a fault of an application only");
        }
        let kind = if target == Some("application") { kind.required() } else { None };
        let slow = table.duration("slow");
        if slow.is_present() && target != Some("link") {
            complain(slow.place(), "`slow` is for a fault of a link only");
        }
        let slow = slow.optional();
        let failing = match target {
            Some("application") => {
                let kind = kind.unwrap_or(ApplicationFault::Exit);
                table.reference("application").optional().map(|name| TargetName::Application(name, kind))
            }
            Some("callmanager") => table.reference("callmanager").optional().map(TargetName::CallManager),
            Some("ctimanager") => table.reference("ctimanager").optional().map(TargetName::CtiManager),
            Some("node") => table.reference("node").optional().map(TargetName::Node),
            Some("link") => {
                table.key("link", Value::ends).optional().map(|(from, to)| TargetName::Link(from, to, slow))
            }
            _ => None,
        };
        let random = table.one_of(&["at", "time_to_failure"]) == Some("time_to_failure");
        let duration = table.duration("for");
        let time_to_repair = table.distribution("time_to_repair");
        let name = table.key("name", Value::name);
        if random {
            if duration.is_present() {
                let title = "`for` is for a fault at a known time: a random one has `time_to_repair`, a distribution";
                complain(duration.place(), title);
            }
            let never = || Distribution::Constant(Span::FOREVER);
            let time_to_failure = table.distribution("time_to_failure").at(|time| time.default(never()));
            let time_to_repair = time_to_repair.required().unwrap_or_else(never);
            let occurs = Occurs::Random { time_to_failure, time_to_repair };
            return Fault { name: name.required_or_default(), failing, occurs };
        }
        if time_to_repair.is_present() {
            let title = "`time_to_repair` is for a random fault: one at a known time has `for`, a duration";
            complain(time_to_repair.place(), title);
        }
        if kind == Some(ApplicationFault::Stall) && !duration.is_present() {
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
    /// The device whose settings change.
    pub of: Name,
    /// The settings that change, each with its place and its new target, if any.
    pub settings: Vec<(Forward, At<Option<Name>>)>,
}

impl Change {
    pub(super) fn read(table: &Table<'_>) -> Change {
        let at = table.duration("at").at(Key::required_or_default);
        let of = table.reference("of").required_or_default();
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
        if !any {
            let title = "one of `cfb`, `cfna`, `cfof` and `cfur` is required";
            table.reports().add(Problem::new(table.place(), title, "it belongs here").rule(R12));
        }
        Change { at, of, settings }
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
            let title =
                "nothing changes here: one of `heartbeat_minimum`, `heartbeat_maximum` and `cti_connections` is wanted";
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
