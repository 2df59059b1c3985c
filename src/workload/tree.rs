//! The parts of a workload, as its file says them.

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::fault::{Change, Fault};
use super::files::Files;
use super::goal::Goal;
use super::problem::{Place, Problem, Reports};
use super::read::{At, Context, Key, Name, Table, Value};
use super::traffic::Traffic;
use super::vocabulary::{BINS_MAX, FALL_BACK_AFTER, RUN_LONGEST, WORKLOAD};
use crate::domain::{Forward, ReleaseProfile};
use crate::engine::{Distribution, Span};

const R1: &str = "R1: at most one CTIManager runs on a node, and CTI needs at least one in the cluster";
const R7: &str = "R7: a CallManager group lists at most three CallManagers, best first";
const R4: &str = "R4: a device with media termination is opened over one connection only";
const R5: &str = "R5: a port has one active voice line, so that many concurrent calls with media need that many ports";
const R21: &str =
    "R21: an application leaves its CTIManager by itself only if that is its least-priority server, in later releases";
const R23: &str = "R23: the Application Heartbeat Minimum and Maximum parameters bound the interval";

/// All that a workload file says, with every default filled in.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The question it answers.
    pub question: String,
    /// Which release is simulated.
    pub release: ReleaseProfile,
    /// Whether each application is tied to one CallManager, as before there were CTIManagers (R25).
    pub direct: bool,
    /// How long and how often it is run.
    pub run: Run,
    /// Delays between the parts.
    pub network: Network,
    /// Service parameters.
    pub cti: Cti,
    /// The servers.
    pub nodes: Vec<Node>,
    /// Ordered lists of CallManagers.
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
    /// Sources of calls.
    pub traffic: Vec<Traffic>,
    /// Faults.
    pub faults: Vec<Fault>,
    /// Changes of forward settings.
    pub changes: Vec<Change>,
    /// What is wanted of the results.
    pub goals: Vec<Goal>,
}

/// `[run]`
#[derive(Clone, Debug)]
pub struct Run {
    /// What a run is about.
    pub study: Study,
    /// How long a run is.
    pub length: At<Span>,
    /// How much of its beginning is not measured; `None` where that is to be found out.
    pub warm_up: Option<At<Span>>,
    /// How often it is run.
    pub replications: u32,
    /// The seed of all luck.
    pub seed: u64,
    /// The length of a bin of the timeline.
    pub bin: At<Span>,
}

/// What a study is about: a stretch of time with a beginning and an end, or what goes on for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Study {
    /// It begins and ends as the workload says: a day, an outage and what follows.
    Terminating,
    /// What is so at any time, once the beginning has been forgotten.
    Steady,
}

impl Study {
    /// The word in workload files.
    pub const fn name(self) -> &'static str {
        match self {
            Study::Terminating => "terminating",
            Study::Steady => "steady",
        }
    }
}

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

/// `[cti]`: service parameters.
#[derive(Clone, Debug)]
pub struct Cti {
    /// Application Heartbeat Minimum Interval.
    pub heartbeat_minimum: Span,
    /// Application Heartbeat Maximum Interval.
    pub heartbeat_maximum: Span,
    /// Whether a checker on its own grid detects failures, rather than a timer.
    pub heartbeat_on_grid: bool,
    /// CTI New Call Accept Timer.
    pub new_call_accept: Span,
    /// CTI Request Timeout.
    pub request_timeout: Span,
    /// Forward Maximum Hop Count.
    pub forward_hops: u8,
    /// From a CallManager's failure, or return, to its being noticed by CTIManagers.
    pub callmanager_notice: Span,
    /// How many devices a second a CTIManager that recovers them asks for.
    pub reopen_rate: f64,
    /// How many phones a second return to a CallManager that is back.
    pub phone_return_rate: f64,
    /// The delays at which Code Yellow begins and ends; `None`: never.
    pub code_yellow: Option<(Span, Span)>,
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
    /// CallManager: connecting an answered call.
    pub answer: Distribution,
    /// CallManager: releasing a call.
    pub release: Distribution,
    /// CallManager: registering and opening a device.
    pub device_open: Distribution,
    /// CTIManager: passing an event on.
    pub event: Distribution,
    /// CTIManager: passing a request on.
    pub request: Distribution,
    /// CTIManager: noting a heartbeat.
    pub heartbeat: Distribution,
    /// CTIManager: opening a device.
    pub cti_device_open: Distribution,
}

/// `[[node]]`
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: Name,
    /// Whether it runs a CTIManager.
    pub ctimanager: bool,
    /// Its service times.
    pub work: Work,
}

/// `[[callmanager_group]]`
#[derive(Clone, Debug)]
pub struct CallManagerGroup {
    /// Its name.
    pub name: Name,
    /// Its CallManagers, best first.
    pub members: Vec<Name>,
}

/// `[[device_pool]]`
#[derive(Clone, Debug)]
pub struct DevicePool {
    /// Its name.
    pub name: Name,
    /// Where its devices register.
    pub callmanager_group: Name,
}

/// `[[database]]`
#[derive(Clone, Debug)]
pub struct Database {
    /// Its name.
    pub name: Name,
    /// How many look-ups it serves at once.
    pub connections: u32,
}

/// `[[user]]`: whom an application logs in as.
#[derive(Clone, Debug)]
pub struct User {
    /// Its name.
    pub name: Name,
    /// Whether it may use CTI at all (R2).
    pub cti_enabled: At<bool>,
    /// The devices that it may control (R3).
    pub devices: Associated,
}

/// Which devices are associated with a user.
#[derive(Clone, Debug, PartialEq)]
pub enum Associated {
    /// Every one: a super provider.
    All,
    /// Route points, groups of ports and groups of phones, by name.
    Listed(Vec<Name>),
}

/// `[[application]]`: one provider connection, and the process that has it.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name.
    pub name: Name,
    /// Through which interface it is connected.
    pub interface: Interface,
    /// Whom it logs in as; `None`: somebody who may use CTI and control all its devices.
    pub user: Option<Name>,
    /// How many calls with media it is to handle at once, where the workload asks for that (R5).
    pub voice_lines: Option<At<u32>>,
    /// The nodes whose CTIManagers it may use; `None`: all there are.
    pub ctimanagers: Option<Vec<Name>>,
    /// How many events it works on at once.
    pub workers: u32,
    /// A worker's time for an event.
    pub decide: Distribution,
    /// The look-up of a caller.
    pub lookup: Option<Distribution>,
    /// Where callers are looked up.
    pub database: Option<Name>,
    /// The interval of its heartbeats that it asks for.
    pub heartbeat: At<Span>,
    /// From a restart or a closed connection to the next provider open.
    pub reconnect: Span,
    /// How many devices it opens a second.
    pub open_rate: f64,
    /// Whether its devices are recovered when their CallManager fails.
    pub recovery: bool,
    /// The CTIManager that it leaves again, and after how long.
    pub least_priority: Option<(Name, Span)>,
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

/// The four forwards of a device: to names or directory numbers, in the order of [`Forward::ALL`].
pub type ForwardNames = [Option<Name>; 4];

/// What an application does with a call at a route point.
#[derive(Clone, Debug)]
pub enum Treatment {
    /// Sends it on, with these probabilities.
    Redirect(Vec<(Name, f64)>),
    /// Answers it there, for so long.
    Answer(Option<Distribution>),
}

/// `[[route_point]]`
#[derive(Clone, Debug)]
pub struct RoutePoint {
    /// Its name.
    pub name: Name,
    /// How many of them share its calls.
    pub count: At<u32>,
    /// The directory numbers of its lines.
    pub numbers: Vec<Name>,
    /// Its device pool.
    pub device_pool: Name,
    /// Who controls it.
    pub application: Option<Name>,
    /// What becomes of calls there.
    pub treatment: Treatment,
    /// From how many calls on it is busy.
    pub busy_trigger: u32,
    /// How many calls it takes.
    pub maximum_calls: u32,
    /// Where it says so, if it does.
    pub maximum_calls_place: Option<Place>,
    /// The CallManagers that cannot open it when it is to be recovered there.
    pub cannot_open_on: Vec<Name>,
    /// Its forwards.
    pub forwards: ForwardNames,
}

/// `[[cti_port]]`
#[derive(Clone, Debug)]
pub struct CtiPorts {
    /// Its name.
    pub name: Name,
    /// How many.
    pub count: At<u32>,
    /// How many lines each has. Only one of them can have an active voice call (R5).
    pub lines_per_port: At<u32>,
    /// The directory number of the first line of the first; the others count on from there.
    pub first_number: Option<Name>,
    /// Their device pool.
    pub device_pool: Name,
    /// Who controls them.
    pub application: Option<Name>,
    /// How long a call is treated there.
    pub treatment: Option<Distribution>,
    /// Which share of calls is transferred, and to which phones.
    pub transfer: Option<(f64, Name)>,
    /// Whether the application itself sends the media.
    pub media_from_application: bool,
    /// Whether connected calls outlive the failure of a CallManager.
    pub keeps_media: bool,
    /// The CallManagers that cannot open them when they are to be recovered there.
    pub cannot_open_on: Vec<Name>,
    /// Their forwards.
    pub forwards: ForwardNames,
}

/// `[[phone]]`
#[derive(Clone, Debug)]
pub struct Phones {
    /// Its name.
    pub name: Name,
    /// The number of the group as a whole.
    pub number: Option<Name>,
    /// The directory number of the first phone; the others count on from there.
    pub first_number: Option<Name>,
    /// How many.
    pub count: At<u32>,
    /// Their device pool.
    pub device_pool: Name,
    /// How long it rings until a person answers.
    pub answer: Distribution,
    /// Which share of calls a person answers at all.
    pub answered: f64,
    /// How long it rings at most.
    pub no_answer: Span,
    /// Whether calls wait for a free one.
    pub queue: bool,
    /// Who controls them as a third party.
    pub application: Option<Name>,
    /// From the failure of its CallManager until a phone registers elsewhere.
    pub failover: Distribution,
    /// Whether connected calls outlive the failure of a CallManager.
    pub keeps_media: bool,
    /// The CallManagers that cannot open them when they are to be recovered there.
    pub cannot_open_on: Vec<Name>,
    /// Their forwards.
    pub forwards: ForwardNames,
}

/// `[[destination]]`
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its name.
    pub name: Name,
    /// Its number.
    pub number: Option<Name>,
    /// How long it rings until it is answered.
    pub answer: Distribution,
    /// How many calls it takes at once.
    pub lines: u32,
    /// Where calls leave for it; `None`: at the first node.
    pub egress: Option<Name>,
}

impl Workload {
    /// Reads a workload and reports all that is wrong with it; `None` where the text is not TOML at all.
    pub fn read(text: &str, files: &dyn Files, reports: &Reports) -> Option<Workload> {
        // After each mistake the parser goes on, and a long text that is no TOML at all has millions.
        const FOUND_ALL_UP_TO: usize = 1 << 20;
        // What is CSV or JSON has no line that is right.
        const SYNTAX_ERRORS_MAX: usize = 5;
        let (document, errors) = match text.len() {
            ..=FOUND_ALL_UP_TO => DeTable::parse_recoverable(text),
            _ => DeTable::parse(text).map_or_else(|error| (empty(), vec![error]), |document| (document, Vec::new())),
        };
        for error in errors.iter().take(SYNTAX_ERRORS_MAX) {
            reports.add(syntax_problem(text, error));
        }
        if let Some(next) = errors.get(SYNTAX_ERRORS_MAX) {
            let place = next.span().unwrap_or(0..0);
            reports.add(Problem::new(place, "and more: is this a TOML file?", "there is more from here on"));
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
        table.whole("format").required();
        let profiles = ReleaseProfile::ALL.map(|profile| (profile.name, profile));
        let release = table.key("profile", |value| value.choice(&profiles)).value();
        let cti = table.section("cti", |table| Cti::read(table, &release));
        let work = table.section("work", |table| Work::read(table, None));
        Workload {
            question: table.string("question").check(|text| !text.trim().is_empty(), "is empty").required(),
            release,
            direct: table.key("topology", |value| value.choice(&[("ctimanager", false), ("direct", true)])).value(),
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
            traffic: table.each("traffic", Traffic::read),
            faults: table.each("fault", Fault::read),
            changes: table.each("change", Change::read),
            goals: table.each("goal", Goal::read),
            cti,
        }
    }
}

fn empty<'a>() -> Spanned<DeTable<'a>> {
    Spanned::new(0..0, DeTable::new())
}

fn syntax_problem(text: &str, error: &Error) -> Problem {
    let place = error.span().unwrap_or(0..0);
    let (what, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), ""));
    let what = format!("this is not TOML: {what}");
    if what.ends_with("string values must be quoted") {
        let found = text.get(place.clone()).unwrap_or_default();
        return Problem::new(place, what, "").hint(format!("write \"{found}\""));
    }
    let label = if expected.is_empty() { String::new() } else { format!("expected {expected}") };
    Problem::new(place, what, label)
}

impl Run {
    fn read(table: &Table<'_>) -> Run {
        let length = table
            .duration("length")
            .check(|length| *length <= RUN_LONGEST, "is more than the 366 days a run may have")
            .at(Key::value);
        let study = table
            .key("study", |value| value.choice(&[Study::Terminating, Study::Steady].map(|study| (study.name(), study))))
            .value();
        let warm_up =
            table.duration("warm_up").check(|warm_up| *warm_up < length.value, "leaves nothing of the run to measure");
        let warm_up = match study {
            Study::Steady if !warm_up.is_present() => None,
            Study::Steady | Study::Terminating => Some(warm_up.at(Key::value)),
        };
        let second = Span::from_secs(1);
        let bin = table
            .duration("bin")
            .check(|bin| *bin <= length.value, "is longer than the run")
            .check(|bin| length.value.nanos() / bin.nanos() < BINS_MAX, "makes more than 100000 bins")
            .at(|bin| bin.default(Span::from_nanos(length.value.nanos() / 60).max(second).min(length.value)));
        Run {
            study,
            length,
            warm_up,
            replications: table.whole("replications").value() as u32,
            seed: table.whole("seed").value(),
            bin,
        }
    }
}

impl Network {
    fn read(table: &Table<'_>) -> Network {
        Network {
            between_nodes: table.duration("between_nodes").value(),
            to_application: table.duration("to_application").value(),
            from_caller: table.duration("from_caller").value(),
        }
    }
}

impl Cti {
    fn read(table: &Table<'_>, release: &ReleaseProfile) -> Cti {
        let no_limit_at_zero = |seconds| {
            if seconds == 0 { Span::FOREVER } else { Span::from_secs(seconds) }
        };
        let minimum = table.duration("heartbeat_minimum").value();
        let At { place, value: maximum } = table.duration("heartbeat_maximum").at(Key::value);
        if maximum < minimum {
            let title = "the shortest heartbeat interval is longer than the longest";
            let hint = format!(
                "`heartbeat_minimum` is {}, and `heartbeat_maximum` {}: swap them, lower the first, or raise the second",
                super::units::words(minimum),
                super::units::words(maximum),
            );
            table.reports().add(Problem::new(place, title, "").hint(hint).rule(R23));
        }
        Cti {
            heartbeat_minimum: minimum,
            heartbeat_maximum: maximum,
            heartbeat_on_grid: table
                .key("heartbeat_reading", |value| value.choice(&[("timer", false), ("grid", true)]))
                .value(),
            new_call_accept: table
                .key("new_call_accept", Value::duration_or_off)
                .default(no_limit_at_zero(release.new_call_accept_seconds)),
            request_timeout: table.duration("request_timeout").value(),
            forward_hops: table.whole("forward_hops").value() as u8,
            callmanager_notice: table.duration("callmanager_notice").value(),
            reopen_rate: table.key("reopen_rate", Value::rate).value(),
            phone_return_rate: table.key("phone_return_rate", Value::rate).value(),
            code_yellow: table.key("code_yellow", Value::code_yellow).value(),
        }
    }
}

impl Work {
    /// Reads a table of service times; what is absent is as in `default`, or else as in the vocabulary.
    fn read(table: &Table<'_>, default: Option<&Work>) -> Work {
        let law = |key, of: fn(&Work) -> &Distribution| match default {
            Some(default) => table.law(key).written().unwrap_or_else(|| of(default).clone()),
            None => table.law(key).value(),
        };
        Work {
            setup: law("setup", |work| &work.setup),
            offer: law("offer", |work| &work.offer),
            redirect: law("redirect", |work| &work.redirect),
            answer: law("answer", |work| &work.answer),
            release: law("release", |work| &work.release),
            device_open: law("device_open", |work| &work.device_open),
            event: law("event", |work| &work.event),
            request: law("request", |work| &work.request),
            heartbeat: law("heartbeat", |work| &work.heartbeat),
            cti_device_open: law("cti_device_open", |work| &work.cti_device_open),
        }
    }
}

impl Node {
    fn read(table: &Table<'_>, work: &Work) -> Node {
        Node {
            name: table.key("name", Value::name).required(),
            ctimanager: table.flag("ctimanager").rule(R1).value(),
            work: table.section("work", |table| Work::read(table, Some(work))),
        }
    }
}

impl CallManagerGroup {
    fn read(table: &Table<'_>) -> CallManagerGroup {
        let members = table.list("members", Value::reference);
        CallManagerGroup {
            name: table.key("name", Value::name).required(),
            members: members.length("must name one to three nodes").rule(R7).required(),
        }
    }
}

impl DevicePool {
    fn read(table: &Table<'_>) -> DevicePool {
        DevicePool {
            name: table.key("name", Value::name).required(),
            callmanager_group: table.reference("callmanager_group").required(),
        }
    }
}

impl Database {
    fn read(table: &Table<'_>) -> Database {
        Database {
            name: table.key("name", Value::name).required(),
            connections: table.whole("connections").wanted().unwrap_or(1) as u32,
        }
    }
}

impl User {
    fn read(table: &Table<'_>) -> User {
        User {
            name: table.key("name", Value::name).required(),
            cti_enabled: table.flag("cti_enabled").at(Key::value),
            devices: table.key("devices", Value::associated).wanted().unwrap_or(Associated::All),
        }
    }
}

impl Application {
    fn read(table: &Table<'_>) -> Application {
        let interfaces = [("jtapi", Interface::Jtapi), ("tapi", Interface::Tapi), ("qbe", Interface::Qbe)];
        let voice_lines = table.whole("voice_lines").rule(R5);
        let voice_lines_place = voice_lines.place();
        Application {
            name: table.key("name", Value::name).required(),
            interface: table.key("interface", |value| value.choice(&interfaces)).value(),
            user: table.reference("user").optional(),
            voice_lines: voice_lines.optional().map(|lines| At { value: lines as u32, place: voice_lines_place }),
            ctimanagers: table.list("ctimanagers", Value::reference).length("names no node").optional(),
            workers: table.whole("workers").value() as u32,
            decide: table.law("decide").value(),
            lookup: table.law("lookup").optional(),
            database: table.reference("database").optional(),
            heartbeat: table.duration("heartbeat").at(Key::value),
            reconnect: table.duration("reconnect").value(),
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
                "must be 120s to 600s: beyond these JTAPI silently takes 300s",
            )
            .rule(R21);
        if after.is_present() && !server.is_present() {
            let title = "`fall_back_after` is of no use without `least_priority`";
            table.reports().add(Problem::new(after.place(), title, "").rule(R21));
        }
        let after = after.value();
        server.optional().map(|server| (server, after))
    }
}

/// Who controls a device: one application, for its media can go one way only.
fn controlled_by(table: &Table<'_>) -> Option<Name> {
    table.reference("application").rule(R4).optional()
}

fn first_number(table: &Table<'_>) -> Option<Name> {
    table.key("first_dn", Value::first_number).optional()
}

fn cannot_open_on(table: &Table<'_>) -> Vec<Name> {
    table.list("cannot_open_on", Value::reference).default(Vec::new())
}

fn keeps_media(table: &Table<'_>) -> bool {
    table.flag("keeps_media").value()
}

fn forwards(table: &Table<'_>, settings: &[Forward]) -> ForwardNames {
    Forward::ALL.map(|forward| match settings.contains(&forward) {
        true => table.reference(forward.name()).optional(),
        false => None,
    })
}

impl RoutePoint {
    fn read(table: &Table<'_>) -> RoutePoint {
        let maximum_calls = table.whole("maximum_calls");
        let maximum_calls_place = maximum_calls.is_present().then(|| maximum_calls.place());
        let maximum_calls = maximum_calls.value();
        let application = controlled_by(table);
        RoutePoint {
            name: table.key("name", Value::name).required(),
            count: table.whole("count").map(|count| count as u32).at(Key::value),
            numbers: table.list("lines", Value::line).default(Vec::new()),
            device_pool: table.reference("device_pool").required(),
            treatment: RoutePoint::treatment(table, application.is_some()),
            application,
            busy_trigger: table
                .whole("busy_trigger")
                .check(|trigger| *trigger <= maximum_calls, "is more than `maximum_calls`")
                .or(|usual| usual.min(maximum_calls)) as u32,
            maximum_calls: maximum_calls as u32,
            maximum_calls_place,
            cannot_open_on: cannot_open_on(table),
            forwards: forwards(table, &Forward::ALL),
        }
    }

    fn treatment(table: &Table<'_>, controlled: bool) -> Treatment {
        let redirect = table.key("redirect_to", Value::redirect);
        let answers = table.flag("answers");
        let treatment = table.law("treatment");
        let answers_place = answers.place();
        let treatment_place = treatment.place();
        let (redirects, answers, treated) = (redirect.is_present(), answers.value(), treatment.is_present());
        let complain = |place: Place, title: &str| table.reports().add(Problem::new(place, title, ""));
        if redirects && answers {
            complain(answers_place, "a route point either answers a call or redirects it");
        } else if treated && !answers {
            complain(treatment_place, "`treatment` is for a route point with `answers = true`");
        } else if controlled && !redirects && !answers {
            let title = "what the application does with a call is missing";
            let problem = Problem::new(table.place(), title, "`redirect_to` or `answers = true`");
            table.reports().add(problem);
        }
        match redirect.optional() {
            Some(targets) => Treatment::Redirect(targets),
            // A route point without an application never gets so far.
            None => Treatment::Answer(treatment.optional()),
        }
    }
}

impl CtiPorts {
    fn read(table: &Table<'_>) -> CtiPorts {
        let transfer_to = table.reference("transfer_to").optional();
        let transfer_share = table.share("transfer_share");
        if transfer_share.is_present() && transfer_to.is_none() {
            let title = "`transfer_share` is of no use without `transfer_to`";
            table.reports().add(Problem::new(transfer_share.place(), title, ""));
        }
        let share = transfer_share.value();
        CtiPorts {
            name: table.key("name", Value::name).required(),
            count: count(table),
            lines_per_port: table.whole("lines_per_port").map(|lines| lines as u32).at(Key::value),
            first_number: first_number(table),
            device_pool: table.reference("device_pool").required(),
            application: controlled_by(table),
            treatment: table.law("treatment").optional(),
            transfer: transfer_to.map(|to| (share, to)),
            media_from_application: table
                .key("media", |value| value.choice(&[("application", true), ("separate", false)]))
                .value(),
            keeps_media: keeps_media(table),
            cannot_open_on: cannot_open_on(table),
            forwards: forwards(table, &Forward::ALL),
        }
    }
}

const CODE_YELLOW: &str = "as in { entry = \"20ms\", exit = \"8ms\" }";

fn count(table: &Table<'_>) -> At<u32> {
    table.whole("count").map(|count| count as u32).at(Key::required)
}

impl Phones {
    fn read(table: &Table<'_>) -> Phones {
        let forwards = forwards(table, &[Forward::Cfb, Forward::Cfna]);
        let no_answer =
            table.key("no_answer", Value::duration_or_off).or(|usual| match forwards[Forward::Cfna as usize] {
                Some(_) => usual,
                None => Span::FOREVER,
            });
        Phones {
            name: table.key("name", Value::name).required(),
            number: table.key("dn", Value::directory_number).optional(),
            first_number: first_number(table),
            count: count(table),
            device_pool: table.reference("device_pool").required(),
            answer: table.law("answer").value(),
            answered: table.share("answered").value(),
            no_answer,
            queue: table.flag("queue").value(),
            application: controlled_by(table),
            failover: table.law("failover").value(),
            keeps_media: keeps_media(table),
            cannot_open_on: cannot_open_on(table),
            forwards,
        }
    }
}

impl Destination {
    fn read(table: &Table<'_>) -> Destination {
        Destination {
            name: table.key("name", Value::name).required(),
            number: table.key("dn", Value::directory_number).optional(),
            answer: table.law("answer").value(),
            lines: table.whole("lines").default(u64::from(u32::MAX)) as u32,
            egress: table.reference("egress").optional(),
        }
    }
}

impl<'a> Value<'a> {
    /// A duration, or `"off"` for one without end.
    fn duration_or_off(self) -> Option<Span> {
        match self.text() {
            Some("off") => Some(Span::FOREVER),
            _ => self.duration(),
        }
    }

    /// `{ entry = "20ms", exit = "8ms" }`, or `"off"`.
    fn code_yellow(self) -> Option<Option<(Span, Span)>> {
        match self.text() {
            Some("off") => return Some(None),
            Some(_) => return self.wrong("should be \"off\" or two delays", Some(CODE_YELLOW.to_owned())),
            None => {}
        }
        let table = self.table()?;
        let entry = table.duration("entry").value();
        let exit = table.duration("exit").or(|usual| usual.min(entry));
        table.finish();
        match exit <= entry {
            true => Some(Some((entry, exit))),
            false => self.wrong("ends at a longer delay than it begins", Some(CODE_YELLOW.to_owned())),
        }
    }

    /// Names of devices, or `"all"` of them.
    fn associated(self) -> Option<Associated> {
        match self.text() {
            Some("all") => Some(Associated::All),
            Some(_) => self
                .wrong("should be \"all\" or a list of names", Some("write `[\"welcome\", \"ivr-ports\"]`".to_owned())),
            None => self.list(Value::reference).map(Associated::Listed),
        }
    }

    /// A directory number that one can count on from.
    fn first_number(self) -> Option<Name> {
        let number = self.directory_number()?;
        let digits = number.value.strip_prefix('+').unwrap_or(&number.value);
        match (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Some(number),
            false => self.wrong(
                "cannot be counted on from",
                Some("it has up to 18 digits, and perhaps a `+` before them".to_owned()),
            ),
        }
    }

    /// `{ dn = "7000" }`
    fn line(self) -> Option<Name> {
        let table = self.table()?;
        let number = table.key("dn", Value::directory_number).wanted();
        table.finish();
        number
    }

    /// One name, or a list of `{ to = .., share = .. }` whose shares make a whole.
    fn redirect(self) -> Option<Vec<(Name, f64)>> {
        if self.text().is_some() {
            return self.reference().map(|to| vec![(to, 1.0)]);
        }
        let in_percent = std::cell::Cell::new(true);
        let each = |value: Value<'a>| {
            let table = value.table()?;
            let to = table.reference("to").wanted();
            let share = table.key("share", |value| {
                in_percent.set(in_percent.get() && value.text().is_some());
                value.share()
            });
            let share = share.wanted();
            table.finish();
            to.zip(share)
        };
        // One that is wrong leaves no sum to speak of.
        let targets: Vec<(Name, f64)> = self.list(|value| Some(each(value)))?.into_iter().collect::<Option<_>>()?;
        let sum: f64 = targets.iter().map(|(_, share)| share).sum();
        if (sum - 1.0).abs() > 1e-9 {
            let title = match in_percent.get() {
                true => format!("has shares that sum to {}%, not to 100%", (sum * 1e8).round() / 1e6),
                false => format!("has shares that sum to {}, not to 1", (sum * 1e6).round() / 1e6),
            };
            return self.wrong(title, None);
        }
        Some(targets)
    }
}
