//! Applications, their users and their databases.

use super::change::BY_HAND;
use super::problem::Problem;
use super::read::{At, Key, Name, Table, Value};
use super::vocabulary::FALL_BACK_AFTER;
use crate::engine::{Distribution, Span};

const R5: &str = "R5: a port has one active voice line, so n concurrent calls with media need n ports";
const R21: &str = "R21: only from its least-priority server does an application move by itself, in later releases";

/// `[[database]]`
#[derive(Clone, Debug)]
pub struct Database {
    /// Its name.
    pub name: Name,
    /// How many look-ups it serves at a time.
    pub connections: u32,
}

impl Database {
    pub(super) fn read(table: &Table<'_>) -> Database {
        Database {
            name: table.key("name", Value::name).required_or_default(),
            connections: table.whole("connections").required().unwrap_or(1) as u32,
        }
    }
}

/// `[[user]]`: the user that an application logs in as.
#[derive(Clone, Debug)]
pub struct User {
    /// Its name.
    pub name: Name,
    /// Whether it may use CTI at all (R2).
    pub cti_enabled: At<bool>,
    /// The devices that it may control (R3).
    pub devices: Associated,
}

impl User {
    pub(super) fn read(table: &Table<'_>) -> User {
        User {
            name: table.key("name", Value::name).required_or_default(),
            cti_enabled: table.flag("cti_enabled").at(Key::value),
            devices: table.key("devices", Value::associated).required().unwrap_or(Associated::All),
        }
    }
}

/// Which devices are associated with a user.
#[derive(Clone, Debug, PartialEq)]
pub enum Associated {
    /// All devices: a super provider.
    All,
    /// Route points, groups of ports and groups of phones, by name.
    Listed(Vec<Name>),
}

/// `[[application]]`: a process with one or more provider connections.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name.
    pub name: Name,
    /// Its interface.
    pub interface: Interface,
    /// Its user; `None`: one that may use CTI and control all its devices.
    pub user: Option<Name>,
    /// How many calls with media it has to handle at a time, if the workload sets that (R5).
    pub voice_lines: Option<At<u32>>,
    /// The nodes whose CTIManagers it may use; `None`: that of the first node that runs one.
    pub ctimanagers: Option<Vec<Name>>,
    /// How many connections it holds at a time.
    pub connections: At<u16>,
    /// How many events it handles at a time.
    pub workers: u32,
    /// A worker's time for an event.
    pub decide: Distribution,
    /// The time to look up a caller.
    pub lookup: Option<Distribution>,
    /// The database of its look-ups.
    pub database: Option<Name>,
    /// The heartbeat interval that it requests.
    pub heartbeat: At<Span>,
    /// From a restart or a closed connection to the next attempt to connect.
    pub reconnect: Span,
    /// How long it waits for the answer to a provider open.
    pub provider_open_timeout: Span,
    /// How many devices it opens per second.
    pub open_rate: f64,
    /// Whether its devices are recovered when their CallManager fails.
    pub recovery: bool,
    /// The CTIManager that it leaves again, and after what time.
    pub least_priority: Option<(Name, Span)>,
}

/// The name of an application. Where it is an alternative to doing something by hand, the two must differ.
fn name_of(table: &Table<'_>) -> Name {
    let name = table.key("name", Value::name).required_or_default();
    if name.value == BY_HAND {
        let title = format!("an application cannot be named `{BY_HAND}`");
        let problem = Problem::new(name.place.clone(), title, "").hint("give it another name");
        let why = "`answer_by`, `dial_by` and `by` name an application, or say that people do it by hand";
        table.reports().add(problem.rule(why));
    }
    name
}

impl Application {
    pub(super) fn read(table: &Table<'_>) -> Application {
        let interfaces = [("jtapi", Interface::Jtapi), ("tapi", Interface::Tapi), ("qbe", Interface::Qbe)];
        let interface = table.key("interface", |value| value.choice(&interfaces)).value();
        let (reconnect, provider_open_timeout) = interface.timers();
        let voice_lines = table.whole("voice_lines").rule(R5);
        let voice_lines_place = voice_lines.place();
        Application {
            name: name_of(table),
            interface,
            user: table.reference("user").optional(),
            voice_lines: voice_lines.optional().map(|lines| At { value: lines as u32, place: voice_lines_place }),
            ctimanagers: table.list("ctimanagers", Value::reference).length("must name at least one node").optional(),
            connections: table.whole("connections").map(|many| many as u16).at(Key::value),
            workers: table.whole("workers").value() as u32,
            decide: table.distribution("decide").value(),
            lookup: table.distribution("lookup").optional(),
            database: table.reference("database").optional(),
            heartbeat: table.duration("heartbeat").at(Key::value),
            reconnect: table.duration("reconnect").default(reconnect),
            provider_open_timeout: table.duration("provider_open_timeout").default(provider_open_timeout),
            open_rate: table.key("open_rate", Value::rate).value(),
            recovery: table.flag("recovery").value(),
            least_priority: Application::least_priority(table),
        }
    }

    fn least_priority(table: &Table<'_>) -> Option<(Name, Span)> {
        let server = table.reference("least_priority");
        let after = table
            .duration("fall_back_after")
            .check(
                |after| FALL_BACK_AFTER.contains(after),
                "must be 120s to 600s: outside this range JTAPI silently uses 300s",
            )
            .rule(R21);
        if after.is_present() && !server.is_present() {
            let title = "`fall_back_after` has no effect without `least_priority`";
            table.reports().add(Problem::new(after.place(), title, "").rule(R21));
        }
        let after = after.value();
        server.optional().map(|server| (server, after))
    }
}

/// The interfaces of applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// Java.
    Jtapi,
    /// Windows.
    Tapi,
    /// The protocol itself.
    Qbe,
}

impl Interface {
    /// Its timers where the workload does not say them: until the next try to connect, and until one without an answer is given up.
    const fn timers(self) -> (Span, Span) {
        match self {
            Interface::Jtapi | Interface::Tapi => (Span::from_secs(30), Span::from_secs(200)),
            Interface::Qbe => (Span::from_secs(60), Span::from_secs(30)),
        }
    }
}

impl Value<'_> {
    /// Names of devices, or `"all"` of them.
    fn associated(self) -> Option<Associated> {
        match self.text() {
            Some("all") => Some(Associated::All),
            Some(_) => self
                .wrong("should be \"all\" or a list of names", Some("write `[\"welcome\", \"ivr-ports\"]`".to_owned())),
            None => self.list(Value::reference).map(Associated::Listed),
        }
    }
}
