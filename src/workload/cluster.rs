//! The cluster: its nodes, their service times, the delays between them and its service parameters.

use super::problem::Problem;
use super::read::{At, Key, Name, Table, Value};
use super::units;
use crate::domain::{HeartbeatReading, ReleaseProfile};
use crate::engine::{Distribution, Span};

const R1: &str = "R1: at most one CTIManager runs on a node, and CTI needs at least one in the cluster";
const R7: &str = "R7: a CallManager group lists at most three CallManagers, in order of preference";
const R23: &str = "R23: the Application Heartbeat Minimum and Maximum parameters bound the interval";

/// `[network]`: one-way delays.
#[derive(Clone, Debug)]
pub struct Network {
    /// From node to node.
    pub between_nodes: Span,
    /// Between a CTIManager and an application.
    pub to_application: Span,
    /// From a caller to the ingress node.
    pub from_caller: Span,
}

impl Network {
    pub(super) fn read(table: &Table<'_>) -> Network {
        Network {
            between_nodes: table.duration("between_nodes").value(),
            to_application: table.duration("to_application").value(),
            from_caller: table.duration("from_caller").value(),
        }
    }
}

/// `[cti]`: service parameters.
#[derive(Clone, Debug)]
pub struct Cti {
    /// Application Heartbeat Minimum Interval.
    pub heartbeat_minimum: Span,
    /// Application Heartbeat Maximum Interval.
    pub heartbeat_maximum: Span,
    /// How missed heartbeats are detected.
    pub heartbeat_reading: HeartbeatReading,
    /// CTI New Call Accept Timer.
    pub new_call_accept: Span,
    /// T301 Timer: how long anything rings.
    pub t301: Span,
    /// CTI Request Timeout.
    pub request_timeout: Span,
    /// Forward Maximum Hop Count.
    pub forward_hops: u8,
    /// From a CallManager's failure, or return, until CTIManagers notice it.
    pub callmanager_notice: Span,
    /// How long a CTIManager waits for a CallManager that does not answer.
    pub open_timeout: Span,
    /// How many devices a CTIManager opens per second while it recovers them.
    pub reopen_rate: f64,
    /// How many phones per second rehome to a CallManager that is back.
    pub phone_return_rate: f64,
    /// The delays at which Code Yellow starts and stops; `None`: never.
    pub code_yellow: Option<(Span, Span)>,
}

impl Cti {
    pub(super) fn read(table: &Table<'_>, release: &ReleaseProfile) -> Cti {
        let no_limit_at_zero = |seconds| {
            if seconds == 0 { Span::FOREVER } else { Span::from_secs(seconds) }
        };
        let minimum = table.duration("heartbeat_minimum").value();
        let At { place, value: maximum } = table.duration("heartbeat_maximum").at(Key::value);
        if maximum < minimum {
            let title = "the shortest heartbeat interval is longer than the longest";
            let hint = format!(
                "`heartbeat_minimum` is {}, and `heartbeat_maximum` {}: swap them, lower the first, or raise the second",
                units::words(minimum),
                units::words(maximum),
            );
            table.reports().add(Problem::new(place, title, "").hint(hint).rule(R23));
        }
        let readings = [("timer", HeartbeatReading::Timer), ("grid", HeartbeatReading::Grid)];
        Cti {
            heartbeat_minimum: minimum,
            heartbeat_maximum: maximum,
            heartbeat_reading: table.key("heartbeat_reading", |value| value.choice(&readings)).value(),
            new_call_accept: table
                .key("new_call_accept", Value::duration_or_off)
                .default(no_limit_at_zero(release.new_call_accept_seconds)),
            t301: table.key("t301", Value::duration_or_off).value(),
            request_timeout: table.duration("request_timeout").value(),
            forward_hops: table.whole("forward_hops").value() as u8,
            callmanager_notice: table.duration("callmanager_notice").value(),
            open_timeout: table.duration("open_timeout").value(),
            reopen_rate: table.key("reopen_rate", Value::rate).value(),
            phone_return_rate: table.key("phone_return_rate", Value::rate).value(),
            code_yellow: table.key("code_yellow", Value::code_yellow).value(),
        }
    }
}

/// Service times: `[work]`, and per node `work`.
#[derive(Clone, Debug)]
pub struct Work {
    /// CallManager: digit analysis and set-up of a new call.
    pub setup: Distribution,
    /// CallManager: offering a call at a device.
    pub offer: Distribution,
    /// CallManager: redirecting, forwarding or transferring.
    pub redirect: Distribution,
    /// CallManager: putting a call on hold, retrieving it, or putting it aside to consult somebody.
    pub hold: Distribution,
    /// CallManager: joining a third party to a call on a conference bridge.
    pub conference: Distribution,
    /// CallManager: connecting an answered call.
    pub answer: Distribution,
    /// CallManager: releasing a call.
    pub release: Distribution,
    /// CallManager: registering and opening a device, its first line included.
    pub device_open: Distribution,
    /// CallManager: opening each further line of a device; `None`: as much as a device.
    pub line_open: Option<Distribution>,
    /// CTIManager: passing an event to an application.
    pub event: Distribution,
    /// CTIManager: passing a request to a CallManager.
    pub request: Distribution,
    /// CTIManager: noting a heartbeat.
    pub heartbeat: Distribution,
    /// CTIManager: opening a device, its first line included.
    pub cti_device_open: Distribution,
    /// CTIManager: opening each further line of a device; `None`: as much as a device.
    pub cti_line_open: Option<Distribution>,
    /// CTIManager: telling an application that a device is out of service, or back.
    pub notice: Distribution,
}

impl Work {
    /// Reads a table of service times; absent keys are as in `default`, or else as in the vocabulary.
    pub(super) fn read(table: &Table<'_>, default: Option<&Work>) -> Work {
        let distribution = |key, of: fn(&Work) -> &Distribution| match default {
            Some(default) => table.distribution(key).written().unwrap_or_else(|| of(default).clone()),
            None => table.distribution(key).value(),
        };
        let further = |key, of: fn(&Work) -> &Option<Distribution>| {
            table.distribution(key).written().or_else(|| of(default?).clone())
        };
        Work {
            setup: distribution("setup", |work| &work.setup),
            offer: distribution("offer", |work| &work.offer),
            redirect: distribution("redirect", |work| &work.redirect),
            hold: distribution("hold", |work| &work.hold),
            conference: distribution("conference", |work| &work.conference),
            answer: distribution("answer", |work| &work.answer),
            release: distribution("release", |work| &work.release),
            device_open: distribution("device_open", |work| &work.device_open),
            line_open: further("line_open", |work| &work.line_open),
            event: distribution("event", |work| &work.event),
            request: distribution("request", |work| &work.request),
            heartbeat: distribution("heartbeat", |work| &work.heartbeat),
            cti_device_open: distribution("cti_device_open", |work| &work.cti_device_open),
            cti_line_open: further("cti_line_open", |work| &work.cti_line_open),
            notice: distribution("notice", |work| &work.notice),
        }
    }
}

/// `[[node]]`
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: Name,
    /// Whether it runs a CTIManager.
    pub ctimanager: bool,
    /// How many connections its CTIManager takes, if there is a limit.
    pub cti_connections: Option<At<u32>>,
    /// Its service times.
    pub work: Work,
}

impl Node {
    pub(super) fn read(table: &Table<'_>, work: &Work) -> Node {
        let ctimanager = table.flag("ctimanager").rule(R1).value();
        let connections = table.whole("cti_connections");
        let place = connections.place();
        if connections.is_present() && !ctimanager {
            let title = "`cti_connections` is for a node that runs a CTIManager";
            table.reports().add(Problem::new(place.clone(), title, "").hint("leave it out").rule(R1));
        }
        Node {
            name: table.key("name", Value::name).required_or_default(),
            ctimanager,
            cti_connections: connections.optional().map(|limit| At { value: limit as u32, place }),
            work: table.section("work", |table| Work::read(table, Some(work))),
        }
    }
}

/// `[[callmanager_group]]`
#[derive(Clone, Debug)]
pub struct CallManagerGroup {
    /// Its name.
    pub name: Name,
    /// Its CallManagers, in order of preference.
    pub members: Vec<Name>,
}

impl CallManagerGroup {
    pub(super) fn read(table: &Table<'_>) -> CallManagerGroup {
        let members = table.list("members", Value::reference);
        CallManagerGroup {
            name: table.key("name", Value::name).required_or_default(),
            members: members.length("must name one to three nodes").rule(R7).required_or_default(),
        }
    }
}

/// `[[device_pool]]`
#[derive(Clone, Debug)]
pub struct DevicePool {
    /// Its name.
    pub name: Name,
    /// The group with which its devices register.
    pub callmanager_group: Name,
}

impl DevicePool {
    pub(super) fn read(table: &Table<'_>) -> DevicePool {
        DevicePool {
            name: table.key("name", Value::name).required_or_default(),
            callmanager_group: table.reference("callmanager_group").required_or_default(),
        }
    }
}

const CODE_YELLOW: &str = "as in { entry = \"20ms\", exit = \"8ms\" }";

impl Value<'_> {
    /// `{ entry = "20ms", exit = "8ms" }`, or `"off"`.
    fn code_yellow(self) -> Option<Option<(Span, Span)>> {
        match self.text() {
            Some("off") => return Some(None),
            Some(_) => return self.wrong("should be \"off\" or two delays", Some(CODE_YELLOW.to_owned())),
            None => {}
        }
        let table = self.table()?;
        let entry = table.duration("entry").value();
        let exit = table.duration("exit").or(|default| default.min(entry));
        table.finish();
        match exit <= entry {
            true => Some(Some((entry, exit))),
            false => self.wrong("has a longer `exit` than `entry`", Some(CODE_YELLOW.to_owned())),
        }
    }
}
