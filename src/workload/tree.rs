//! A whole workload, as it is read from its file.

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::application::{Application, Database, User};
use super::change::ConferenceBridge;
use super::cluster::{CallManagerGroup, Cti, DevicePool, Network, Node, Work};
use super::device::{CtiPorts, Destination, Phones, RoutePoint};
use super::fault::{Change, Fault, ParameterChange};
use super::files::Files;
use super::goal::GoalEntry;
use super::problem::{Problem, Reports, TextRange};
use super::queue::Queue;
use super::read::{Context, Table};
use super::run::Run;
use super::syntax::{SYNTAX_ERRORS_MAX, beginning_with_errors};
use super::traffic::{SpeedDial, Traffic};
use super::vocabulary::WORKLOAD;
use crate::domain::{ReleaseProfile, Topology};

/// The contents of a workload file, with every default filled in.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The question it answers.
    pub question: String,
    /// The release whose behaviour is simulated.
    pub release: ReleaseProfile,
    /// How applications reach devices.
    pub topology: Topology,
    /// The length of a run and the number of replications.
    pub run: Run,
    /// One-way delays.
    pub network: Network,
    /// Service parameters.
    pub cti: Cti,
    /// The servers.
    pub nodes: Vec<Node>,
    /// CallManager groups.
    pub groups: Vec<CallManagerGroup>,
    /// Device pools.
    pub pools: Vec<DevicePool>,
    /// Databases.
    pub databases: Vec<Database>,
    /// The users that applications log in as.
    pub users: Vec<User>,
    /// Applications.
    pub applications: Vec<Application>,
    /// CTI route points.
    pub route_points: Vec<RoutePoint>,
    /// Groups of CTI ports.
    pub cti_ports: Vec<CtiPorts>,
    /// Groups of phones.
    pub phones: Vec<Phones>,
    /// Numbers outside.
    pub destinations: Vec<Destination>,
    /// Bridges of conferences.
    pub conference_bridges: Vec<ConferenceBridge>,
    /// Queues of callers.
    pub queues: Vec<Queue>,
    /// Speed dials of phones.
    pub speed_dials: Vec<SpeedDial>,
    /// Sources of calls.
    pub traffic: Vec<Traffic>,
    /// Faults.
    pub faults: Vec<Fault>,
    /// Changes of forward settings and speed dials.
    pub changes: Vec<Change>,
    /// Changes of service parameters.
    pub parameter_changes: Vec<ParameterChange>,
    /// Required results.
    pub goals: Vec<GoalEntry>,
}

impl Workload {
    /// Reads a workload and reports all problems; `None` if the text is not TOML.
    pub fn read(text: &str, files: &dyn Files, reports: &Reports) -> Option<Workload> {
        let (document, errors) = match beginning_with_errors(text) {
            Some(beginning) => (empty(), DeTable::parse_recoverable(beginning).1),
            None => DeTable::parse_recoverable(text),
        };
        for error in errors.iter().take(SYNTAX_ERRORS_MAX) {
            reports.add(syntax_problem(text, error));
        }
        if let Some(next) = errors.get(SYNTAX_ERRORS_MAX) {
            let place = next.span().unwrap_or(0..0);
            reports.add(Problem::new(place, "there are more syntax errors: is this a TOML file?", "from here on"));
        }
        if !errors.is_empty() {
            return None;
        }
        let context = Context::new(reports, files);
        let table = Table::new(&context, &WORKLOAD, document.get_ref(), 0..0);
        let workload = Workload::from_table(&table);
        table.finish();
        Some(workload)
    }

    fn from_table(table: &Table<'_>) -> Workload {
        table.whole("format").required_or_default();
        let profiles = ReleaseProfile::ALL.map(|profile| (profile.name, profile));
        let release = table.key("profile", |value| value.choice(&profiles)).value();
        let topologies = [("ctimanager", Topology::CtiManager), ("direct", Topology::Direct)];
        let cti = table.section("cti", |table| Cti::read(table, &release));
        let work = table.section("work", |table| Work::read(table, None));
        Workload {
            question: table
                .string("question")
                .check(|text| !text.trim().is_empty(), "must not be empty")
                .required_or_default(),
            release,
            topology: table.key("topology", |value| value.choice(&topologies)).value(),
            run: table.section("run", Run::read),
            network: table.section("network", Network::read),
            nodes: table.each("node", |table| Node::read(table, &work)),
            groups: table.each("callmanager_group", CallManagerGroup::read),
            pools: table.each("device_pool", DevicePool::read),
            databases: table.each("database", Database::read),
            users: table.each("user", User::read),
            applications: table.each("application", Application::read),
            route_points: table.each("route_point", RoutePoint::read),
            cti_ports: table.each("cti_port", CtiPorts::read),
            phones: table.each("phone", Phones::read),
            destinations: table.each("destination", Destination::read),
            conference_bridges: table.each("conference_bridge", ConferenceBridge::read),
            queues: table.each("queue", Queue::read),
            speed_dials: table.each("speed_dial", SpeedDial::read),
            traffic: table.each("traffic", Traffic::read),
            faults: table.each("fault", Fault::read),
            changes: table.each("change", Change::read),
            parameter_changes: table.each("parameter_change", ParameterChange::read),
            goals: table.each("goal", GoalEntry::read),
            cti,
        }
    }
}

/// What to write for a value without quotes that TOML does not know.
fn value_meant(found: &str) -> String {
    let number = found.trim_end_matches(';').trim_end();
    if let Some((value, _)) = found.split_once("//") {
        return format!("a comment begins with `#`: write {} #", value.trim_end());
    }
    if number.len() < found.len() {
        return format!("nothing stands behind a value: write {number}");
    }
    match found {
        "yes" | "on" => "write true".to_owned(),
        "no" => "write false".to_owned(),
        "True" | "TRUE" | "False" | "FALSE" => format!("write {}", found.to_lowercase()),
        // Word processors make such quotes.
        _ => format!("write \"{}\"", found.trim_matches(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}'])),
    }
}

fn empty<'a>() -> Spanned<DeTable<'a>> {
    Spanned::new(0..0, DeTable::new())
}

/// The first key that has too many parts: the parser does not say where it is.
fn deepest(text: &str) -> Option<TextRange> {
    // More than any line of a workload has; the parser's own limit is higher.
    const DOTS: usize = 64;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split(['=', '#']).next().unwrap_or_default().trim_end();
        if key.bytes().filter(|&byte| byte == b'.').count() >= DOTS {
            let end = key.char_indices().nth(DOTS).map_or(key.len(), |(end, _)| end);
            return Some(start..start + end);
        }
        start += line.len();
    }
    None
}

fn syntax_problem(text: &str, error: &Error) -> Problem {
    let place = error.span().or_else(|| deepest(text)).unwrap_or(0..0);
    let (what, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), ""));
    let what = format!("this is not TOML: {what}");
    if what.ends_with("string values must be quoted") {
        let found = text.get(place.clone()).unwrap_or_default();
        return Problem::new(place, what, "").hint(value_meant(found));
    }
    let around = text.get(place.start.saturating_sub(1)..place.end).unwrap_or_default();
    let before = text[..place.start].trim_end_matches(',').ends_with(|it: char| it.is_ascii_digit());
    if around.contains(',') && before {
        return Problem::new(place, what, "")
            .hint("a number has a point before decimals, and nothing between thousands");
    }
    if around.contains(':') {
        return Problem::new(place, what, "").hint("write `=` between a key and its value");
    }
    let label = if expected.is_empty() { String::new() } else { format!("expected {expected}") };
    Problem::new(place, what, label)
}
