//! Every section and key of a workload file: its meaning, kind, bounds, default and source. The reader knows no other
//! keys, bounds and defaults; the schema and the tables of docs/reference/workload-file.md are generated from this.

pub use super::term::{Absent, Condition, Rule, Section, Term, ValueKind, Zero};
use crate::engine::Span;

/// The most replications of a study.
pub const REPLICATIONS_MAX: u64 = 1_000_000;
/// How many applications a device may have.
pub(super) const APPLICATIONS_MAX: usize = 16;
/// How many devices all groups of a workload may have together.
pub const DEVICES_MAX: u32 = 1 << 24;

use Absent::{Is, Means, Usually, Wrong};
use ValueKind::{
    Clock, DirectoryNumber, Either, FirstNumber, Flag, List, Name, Named, Number, Overriding, PositiveNumber, Rate,
    Reference, Sentence, Share, Table, Tables, Target, Text, Whole, Word,
};
use Zero::{Allowed, Excluded};

const DURATION: ValueKind = ValueKind::Duration(Allowed);
const POSITIVE_DURATION: ValueKind = ValueKind::Duration(Excluded);
const DISTRIBUTION_OR_ZERO: ValueKind = ValueKind::Distribution(Allowed, &DISTRIBUTION);
const DISTRIBUTION_ABOVE_ZERO: ValueKind = ValueKind::Distribution(Excluded, &DISTRIBUTION);
const DURATION_OR_OFF: ValueKind = Either(&POSITIVE_DURATION, &OFF);
/// In the unit of the measure that it bounds: `"500ms"`, `"0.1%"`, 40.
const BOUND: ValueKind = Either(&Number(0.0, f64::INFINITY), &Sentence);
const OFF: ValueKind = Word(&["off"]);
/// A list of nodes without repetition.
const NODES: ValueKind = List { of: &Reference, least: 0, most: None, distinct: true };
const SOME_NODES: ValueKind = List { of: &Reference, least: 1, most: None, distinct: true };
/// More servers at one station than any real one has.
const SERVERS: ValueKind = Whole(1, 65_535);
const DEVICES: ValueKind = Whole(1, DEVICES_MAX as u64);
/// The most lines of a device.
const LINES_MAX: usize = 200;
/// The most calls on a line of a phone.
const PHONE_CALLS_MAX: u64 = 200;
/// Each forward takes up to four of the 255 steps that a call has.
const FORWARD_HOPS: ValueKind = Whole(0, 60);
const NONE: Absent = Means("none");

const ASSUMPTION: &str = "assumption";
const GUIDE: &str = "System Guide 3.3/4.x";
const GUIDES: &str = "System Guide 3.3 to 12.5";
const GUIDE_R7: &str = "System Guide 3.3/4.x (R7)";
const CONFIGURATION: &str = "System Configuration Guide 12.5(1)";

/// Every section of the format, each once: the whole file and its sections, then those of distributions.
pub fn sections() -> Vec<&'static Section> {
    let mut sections: Vec<&'static Section> = vec![&WORKLOAD, &DISTRIBUTION];
    let mut next = 0;
    while let Some(section) = sections.get(next) {
        for below in section.terms.iter().filter_map(|term| term.kind.section()) {
            if sections.iter().all(|known| !std::ptr::eq(*known, below)) {
                sections.push(below);
            }
        }
        next += 1;
    }
    sections
}

/// A section without keys, and with nothing to say about them.
const PLAIN: Section = Section { name: "", about: "", terms: &[], one_of: &[], rules: &[], former: &[] };

const fn term(key: &'static str, kind: ValueKind, absent: Absent, meaning: &'static str, source: &'static str) -> Term {
    Term { key, kind, absent, meaning, source }
}

/// The whole file.
pub static WORKLOAD: Section = Section {
    name: "",
    about: "What is simulated: a cluster, its applications, its callers, its failures, and the question to answer.",
    terms: &[
        term("format", Whole(1, 1), Wrong, "the format of this file", ""),
        term("question", Sentence, Wrong, "the question that the workload answers, in a sentence", ""),
        term(
            "profile",
            Word(&["3.3", "12.5"]),
            Is("\"3.3\""),
            "the release whose behaviour is simulated: how an unopened device forwards calls (`\"3.3\"`: by CFNA; \
             `\"12.5\"`: by CFUR, then CFNA) and the default of `cti.new_call_accept`",
            "System Guide 3.3/4.x, System Configuration Guide 12.5(1); the order of CFUR and CFNA is derived",
        ),
        term(
            "topology",
            Word(&["ctimanager", "direct"]),
            Is("\"ctimanager\""),
            "how applications reach devices: through CTIManagers, or each tied to one CallManager, as before CTIManagers \
             existed (R25)",
            GUIDE,
        ),
        term("run", Table(&RUN), Means("all defaults"), "the length of a run and the number of replications", ""),
        term("network", Table(&NETWORK), Means("all defaults"), "one-way delays", ""),
        term("cti", Table(&CTI), Means("all defaults"), "service parameters of the cluster", ""),
        term("work", Table(&WORK), Means("all defaults"), "the service time of each message, on all nodes", ""),
        term("node", Tables(&NODE), Wrong, "the servers of the cluster", ""),
        term("callmanager_group", Tables(&GROUP), NONE, "ordered lists of CallManagers that devices register with", ""),
        term("device_pool", Tables(&POOL), NONE, "named choices of CallManager group", ""),
        term("database", Tables(&DATABASE), NONE, "databases in which applications look up callers", ""),
        term("user", Tables(&USER), NONE, "the users that applications log in as", ""),
        term("application", Tables(&APPLICATION), NONE, "the CTI applications", ""),
        term("route_point", Tables(&ROUTE_POINT), NONE, "CTI route points", ""),
        term("cti_port", Tables(&CTI_PORT), NONE, "groups of CTI ports", ""),
        term("phone", Tables(&PHONE), NONE, "groups of phones", ""),
        term("destination", Tables(&DESTINATION), NONE, "numbers outside the cluster", ""),
        term("queue", Tables(&QUEUE), NONE, "queues in which callers wait for a phone of one or several groups", ""),
        term(
            "conference_bridge",
            Tables(&CONFERENCE_BRIDGE),
            NONE,
            "bridges of conferences, which people at phones ask for",
            "",
        ),
        term(
            "speed_dial",
            Tables(&SPEED_DIAL),
            NONE,
            "numbers that phones dial by a name, which their users set (R12)",
            "",
        ),
        term("traffic", Tables(&TRAFFIC), NONE, "the sources of calls", ""),
        term("fault", Tables(&FAULT), NONE, "failures: what fails, and when", ""),
        term(
            "change",
            Tables(&CHANGE),
            NONE,
            "forward settings and speed dials that change while the cluster runs (R12)",
            "",
        ),
        term(
            "parameter_change",
            Tables(&PARAMETER_CHANGE),
            NONE,
            "service parameters of a CTIManager that are changed while the cluster runs",
            "",
        ),
        term("goal", Tables(&GOAL), NONE, "the required results", ""),
    ],
    ..PLAIN
};

/// The longest run: 366 days.
pub(super) const RUN_LONGEST: Span = Span::from_secs(366 * 86_400);
/// A timeline has fewer bins than this.
pub(super) const BINS_MAX: u64 = 100_000;

static RUN: Section = Section {
    name: "run",
    about: "The length of a run and the number of replications.",
    terms: &[
        term(
            "length",
            POSITIVE_DURATION,
            Is("\"1h\""),
            "the length of a run, warm-up included; up to 366 days",
            "a busy hour",
        ),
        term(
            "study",
            Word(&["terminating", "steady"]),
            Is("\"terminating\""),
            "`\"terminating\"`: a period with a beginning and an end; `\"steady\"`: the steady state, after the initial \
             transient. A steady study has no fault or change at a known time, and no traffic that varies with the time of \
             day",
            "the usual classification of simulation studies (A. M. Law, *Simulation Modeling and Analysis*, chapter 9)",
        ),
        term(
            "warm_up",
            DURATION,
            Usually("\"0s\"", "`\"0s\"`; in a steady study, found by MSER-5 on pilot runs"),
            "the initial transient: calls and faults before this time are simulated but not measured; less than `length`",
            "K. P. White, M. A. Minnox, WSC 1994",
        ),
        term(
            "replications",
            Whole(1, REPLICATIONS_MAX),
            Is("200"),
            "the number of independent replications",
            "assumption: makes most 99th percentiles estimable",
        ),
        term("seed", Whole(0, u64::MAX), Is("1"), "the random seed; the same seed gives the same callers", ""),
        term(
            "bin",
            POSITIVE_DURATION,
            Means("a sixtieth of `length`, at least 1 s"),
            "the length of a bin of the timeline; up to 100,000 bins",
            "",
        ),
        term(
            "starts",
            Clock,
            Means("times are shown from the start of the run only"),
            "the time of day at which a run starts, of 24 hours: `\"08:00\"` or `\"08:00:30\"`; results show the clock beside the \
             time since the start. Times in this file still count from the start",
            "",
        ),
        term(
            "answered_within",
            List { of: &DURATION, least: 0, most: Some(20), distinct: false },
            Is("[\"20s\"]"),
            "the times within which callers are to be answered by a person: results have the share for each \
             (`answered_within`). The times of goals are measured too",
            "80 % within 20 s is the usual goal of contact centres",
        ),
    ],
    ..PLAIN
};

static NETWORK: Section = Section {
    name: "network",
    about: "One-way delays. Messages stay in order, and there is no delay within a node.",
    terms: &[
        term(
            "between_nodes",
            DURATION,
            Is("\"2ms\""),
            "between two nodes",
            "assumption: one site; designs allow 20 ms one way (older SRND texts)",
        ),
        term(
            "to_application",
            DURATION,
            Is("\"1ms\""),
            "between a CTIManager and an application",
            "assumption: one LAN",
        ),
        term(
            "from_caller",
            DURATION,
            Is("\"0ms\""),
            "from a caller to the ingress node",
            "delays are measured from the arrival there",
        ),
    ],
    ..PLAIN
};

static CTI: Section = Section {
    name: "cti",
    about: "Service parameters of the cluster.",
    terms: &[
        term(
            "heartbeat_minimum",
            POSITIVE_DURATION,
            Is("\"5s\""),
            "Application Heartbeat Minimum Interval (R23)",
            CONFIGURATION,
        ),
        term(
            "heartbeat_maximum",
            POSITIVE_DURATION,
            Is("\"3600s\""),
            "Application Heartbeat Maximum Interval (R23)",
            CONFIGURATION,
        ),
        term(
            "heartbeat_reading",
            Word(&["timer", "grid"]),
            Is("\"timer\""),
            "how two intervals without a heartbeat are detected: by a timer that each message restarts, or by a check at \
             fixed intervals",
            "assumption: the guides allow both readings",
        ),
        term(
            "new_call_accept",
            DURATION_OR_OFF,
            Means("`\"off\"` in 3.3, `\"4s\"` in 12.5"),
            "CTI New Call Accept Timer: how long an application may take to act on a call at a route point",
            "System Configuration Guide 12.5(1); the 3.3 chapter names no such timer",
        ),
        term(
            "t301",
            DURATION_OR_OFF,
            Is("\"180s\""),
            "T301 Timer: how long a phone or a number outside rings before CallManager clears the call",
            "assumption: the usual value; no document was found",
        ),
        term(
            "request_timeout",
            POSITIVE_DURATION,
            Is("\"15s\""),
            "CTI Request Timeout: how long an application waits for an answer",
            "JTAPI Developers Guide 14",
        ),
        term(
            "forward_hops",
            FORWARD_HOPS,
            Is("12"),
            "the most times that a call is forwarded; after that it is refused",
            "assumption; the parameter Forward Maximum Hop Count exists, its default was not found",
        ),
        term(
            "callmanager_notice",
            DURATION,
            Is("\"5s\""),
            "how long until CTIManagers notice that a CallManager has failed or is back (R13, R18)",
            "assumption: no document says how CTIManagers watch CallManagers",
        ),
        term(
            "open_timeout",
            DURATION,
            Is("\"21s\""),
            "how long a CTIManager waits for a CallManager that it asks to open a device and that does not answer, because its \
             host is gone or the link to it is cut; then it asks the next of the group. It asks none that it knows is lost (R13)",
            "assumption: a TCP connection to a host that does not answer is given up after three attempts, 3 s, 6 s and 12 s \
             apart, as Windows 2000 did by default",
        ),
        term(
            "reopen_rate",
            Rate(Excluded),
            Is("\"100/s\""),
            "how many devices each CTIManager opens per second while it recovers them (R13)",
            "assumption: no registration capacity was found. With the assumed `device_open` of 5 ms it keeps a CallManager \
             half busy",
        ),
        term(
            "phone_return_rate",
            Rate(Excluded),
            Is("\"10/s\""),
            "how many phones per second rehome to a CallManager that is back (R14, R18)",
            "assumption. The parameter MaxPhonesFallBackQueueDepth limits how many phones queue to return (System \
             Guide 4.1); its default, often quoted as 10, is not confirmed, and it is a depth, not a rate",
        ),
        term(
            "code_yellow",
            Either(&OFF, &Table(&CODE_YELLOW)),
            Is("\"off\""),
            "whether an overloaded CallManager refuses new calls: from an expected delay of `entry` until the delay is below \
             `exit`, as in `{ entry = \"20ms\", exit = \"8ms\" }`",
            "Call Throttling, System Configuration Guide 11.5(1)",
        ),
    ],
    ..PLAIN
};

static CODE_YELLOW: Section = Section {
    name: "cti.code_yellow",
    about: "The delays at which a CallManager starts and stops refusing new calls.",
    terms: &[
        term(
            "entry",
            POSITIVE_DURATION,
            Is("\"20ms\""),
            "Code Yellow Entry Latency",
            "20 in alarms of 4.x and 11.x, without a unit",
        ),
        term(
            "exit",
            DURATION,
            Usually("\"8ms\"", "`\"8ms\"`, or `entry` if that is shorter"),
            "Code Yellow Exit Latency, not longer than `entry`",
            "8 in the same alarms",
        ),
    ],
    ..PLAIN
};

/// No Cisco document gives these times. With them a call to an IVR takes about 60 ms of a CallManager, which fits 2000 agents
/// and 15 calls a second on one pair of subscribers.
static WORK: Section = Section {
    name: "work",
    about: "The service time of each message at a CallManager or a CTIManager.",
    terms: &[
        term(
            "setup",
            DISTRIBUTION_OR_ZERO,
            Is("\"15ms\""),
            "CallManager: digit analysis and set-up of a new call, at its ingress",
            ASSUMPTION,
        ),
        term("offer", DISTRIBUTION_OR_ZERO, Is("\"8ms\""), "CallManager: offering a call at a device", ASSUMPTION),
        term(
            "redirect",
            DISTRIBUTION_OR_ZERO,
            Is("\"10ms\""),
            "CallManager: redirecting, forwarding or transferring",
            ASSUMPTION,
        ),
        term(
            "hold",
            DISTRIBUTION_OR_ZERO,
            Is("\"6ms\""),
            "CallManager: putting a call on hold, retrieving it, or putting it aside to consult somebody",
            "assumption: as much as `answer`",
        ),
        term(
            "conference",
            DISTRIBUTION_OR_ZERO,
            Is("\"10ms\""),
            "CallManager of a conference bridge: joining three parties there",
            "assumption: as much as `redirect`",
        ),
        term("answer", DISTRIBUTION_OR_ZERO, Is("\"6ms\""), "CallManager: connecting an answered call", ASSUMPTION),
        term("release", DISTRIBUTION_OR_ZERO, Is("\"6ms\""), "CallManager: releasing a call", ASSUMPTION),
        term(
            "device_open",
            DISTRIBUTION_OR_ZERO,
            Is("\"5ms\""),
            "CallManager: registering and opening a device, its first line included",
            ASSUMPTION,
        ),
        term(
            "line_open",
            DISTRIBUTION_OR_ZERO,
            Means("as much as `device_open`"),
            "CallManager: opening each further line of a device",
            ASSUMPTION,
        ),
        term(
            "event",
            DISTRIBUTION_OR_ZERO,
            Is("\"1ms\""),
            "CTIManager: passing an event to an application",
            ASSUMPTION,
        ),
        term(
            "request",
            DISTRIBUTION_OR_ZERO,
            Is("\"1ms\""),
            "CTIManager: passing a request to a CallManager",
            ASSUMPTION,
        ),
        term("heartbeat", DISTRIBUTION_OR_ZERO, Is("\"0.1ms\""), "CTIManager: noting a heartbeat", ASSUMPTION),
        term(
            "cti_device_open",
            DISTRIBUTION_OR_ZERO,
            Is("\"2ms\""),
            "CTIManager: opening a device for an application, its first line included",
            ASSUMPTION,
        ),
        term(
            "cti_line_open",
            DISTRIBUTION_OR_ZERO,
            Means("as much as `cti_device_open`"),
            "CTIManager: opening each further line of a device for an application",
            ASSUMPTION,
        ),
        term(
            "notice",
            DISTRIBUTION_OR_ZERO,
            Is("\"0s\""),
            "CTIManager: telling an application that one device is out of service, or back in service, when it is the CTIManager \
             that opens it anew (R13)",
            "assumption: many notices fit in one message",
        ),
    ],
    ..PLAIN
};

static NODE: Section = Section {
    name: "node",
    about: "A server. Every node runs a CallManager.",
    terms: &[
        term("name", Name, Wrong, "its name; every node runs a CallManager", ""),
        term(
            "ctimanager",
            Flag,
            Is("true"),
            "whether it also runs a CTIManager",
            "at most one per node: System Guide 3.3/4.x (R1)",
        ),
        term(
            "work",
            Overriding(&WORK),
            Means("`[work]`"),
            "its own service times, where they differ from those of all nodes",
            "",
        ),
        term(
            "cti_connections",
            Whole(1, 65_535),
            Means("no limit"),
            "Maximum CTI Connections: how many connections its CTIManager takes; an application beyond that tries the next \
             CTIManager of its list. No less than the applications that begin there",
            "the parameter exists (alarm CtiMaxConnectionReached); its value was not found: assumption",
        ),
    ],
    ..PLAIN
};

static GROUP: Section = Section {
    name: "callmanager_group",
    about: "An ordered list of CallManagers that devices register with.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term(
            "members",
            List { of: &Reference, least: 1, most: Some(3), distinct: true },
            Wrong,
            "its CallManagers, in order of preference",
            "System Guide 4.0(1) (R7)",
        ),
    ],
    ..PLAIN
};

static POOL: Section = Section {
    name: "device_pool",
    about: "A named choice of CallManager group, for devices to refer to.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term("callmanager_group", Reference, Wrong, "the group with which its devices register", GUIDE_R7),
    ],
    ..PLAIN
};

static DATABASE: Section = Section {
    name: "database",
    about: "A database in which applications look up callers.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term("connections", SERVERS, Wrong, "how many look-ups it serves at a time", ""),
    ],
    ..PLAIN
};

static USER: Section = Section {
    name: "user",
    about: "A user that applications log in as.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term(
            "cti_enabled",
            Flag,
            Is("true"),
            "whether it may use CTI, the box *Enable CTI Application Use* (R2). If not, an application that logs in as \
             this user never connects, and its devices are never opened (R22)",
            GUIDE,
        ),
        term(
            "devices",
            Either(&Word(&["all"]), &List { of: &Reference, least: 0, most: None, distinct: true }),
            Wrong,
            "the devices it may control: route points, groups of ports and of phones, or `\"all\"` for a super provider (R3)",
            "System Guide 3.3/4.x; JTAPI Developers Guide 15",
        ),
    ],
    ..PLAIN
};

/// Beyond these, JTAPI silently takes 300 s for `fall_back_after`.
pub(super) const FALL_BACK_AFTER: std::ops::RangeInclusive<Span> = Span::from_secs(120)..=Span::from_secs(600);

static APPLICATION: Section = Section {
    name: "application",
    about: "A CTI application.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term(
            "interface",
            Word(&["jtapi", "tapi", "qbe"]),
            Is("\"jtapi\""),
            "its interface; with `\"tapi\"` a port has one line (R6)",
            GUIDE,
        ),
        term(
            "user",
            Reference,
            Means("none: it may control all its devices"),
            "the user it logs in as: it opens nothing unless that user may use CTI (R2), and controls the devices \
             associated with that user (R3)",
            GUIDE,
        ),
        term(
            "voice_lines",
            DEVICES,
            Means("none: the number is not checked"),
            "how many calls with media it has to handle at a time; fewer ports than this are an error (R5)",
            GUIDE,
        ),
        term(
            "ctimanagers",
            SOME_NODES,
            Means("the first node of the file that runs one, and no backup"),
            "the nodes whose CTIManagers it may use: its primary, then its backups in this order (R20)",
            "System Guide 3.3/4.x: a second CTIManager is used only by an application that supports it, or a TSP configured for it",
        ),
        term(
            "connections",
            Whole(1, 100),
            Is("1"),
            "how many connections to CTIManagers its process holds at a time: the k-th begins with the k-th of `ctimanagers` and \
             goes on round the list, and its devices are dealt to them in turn (R4). Each has heartbeats, a pace of opening and \
             a failure of its CTIManager to itself; workers and their queue are the process's",
            GUIDE,
        ),
        term("workers", SERVERS, Is("8"), "how many events it handles at a time", ASSUMPTION),
        term(
            "decide",
            DISTRIBUTION_OR_ZERO,
            Is("\"2ms\""),
            "the time that a worker takes for an event, without the look-up",
            ASSUMPTION,
        ),
        term(
            "lookup",
            DISTRIBUTION_OR_ZERO,
            NONE,
            "the time to look up a caller at a route point, or one who rings at a phone that it controls (the screen pop); the worker waits \
             for it",
            "",
        ),
        term(
            "database",
            Reference,
            NONE,
            "the database in which it looks up callers; without one a look-up never queues",
            "",
        ),
        term(
            "heartbeat",
            POSITIVE_DURATION,
            Is("\"30s\""),
            "the heartbeat interval it requests; the interval it gets is within the bounds of `[cti]`",
            "Server Heartbeat Interval, JTAPI Developers Guide 14; that the bounds clamp it is derived",
        ),
        term(
            "reconnect",
            DURATION,
            Means("`\"30s\"`; with `interface = \"qbe\"` `\"60s\"`"),
            "the time from a connection that a CTIManager closed, or from an attempt with no CTIManager up, to the next attempt \
             to connect; less than 10 ms counts as 10 ms",
            "Provider Retry Interval, JTAPI Developers Guide 14; Connection Retry Time Out of an application that speaks QBE, \
             Extended Functions 3.3/4.0; that of a TSP was not found: assumption",
        ),
        term(
            "provider_open_timeout",
            POSITIVE_DURATION,
            Means("`\"200s\"`; with `interface = \"qbe\"` `\"30s\"`"),
            "how long it waits for a CTIManager that neither opens its connection nor refuses it, before it tries the next",
            "Provider Open Request Timeout, JTAPI Developers Guide 14; Provider Open Call Time Out, Extended Functions 3.3/4.0; \
             that of a TSP was not found: assumption",
        ),
        term(
            "open_rate",
            Rate(Excluded),
            Is("\"50/s\""),
            "how many devices it opens per second",
            "assumption; a UCCE peripheral opens 5 route points a second (SRND 7.0 to 7.5)",
        ),
        term(
            "recovery",
            Flag,
            Is("true"),
            "whether its devices are recovered when their CallManager fails; if not, its ports and route points close, \
             and it loses its phones, which move by themselves (R19)",
            GUIDE,
        ),
        term(
            "least_priority",
            Reference,
            Means("none: it never leaves a CTIManager that is up"),
            "the CTIManager of its list that it leaves again: after each `fall_back_after` there, it tries the others \
             (R21)",
            "JTAPI Developers Guide 15; 3.3 and 12.5 have nothing of the kind, and no `profile` forbids it",
        ),
        term(
            "fall_back_after",
            POSITIVE_DURATION,
            Is("\"300s\""),
            "how long it stays at `least_priority` before it tries the others, `\"120s\"` to `\"600s\"`",
            "JTAPI Developers Guide 15, where anything else silently becomes 300 s: here it is an error. The TSP of 15SU2 \
             takes 1 to 3,600 minutes, which is not modelled",
        ),
    ],
    rules: &[Rule { with: "fall_back_after", holds: Condition::Present("least_priority") }],
    ..PLAIN
};

const DEVICE_POOL: Term = term(
    "device_pool",
    Reference,
    Wrong,
    "where it registers: a device pool, or a CallManager group if no pool has that name",
    GUIDE_R7,
);
const CANNOT_OPEN_ON: Term = term(
    "cannot_open_on",
    NODES,
    NONE,
    "the CallManagers of its group that fail to open it during recovery, so that its application loses it; when the \
     run begins it opens anywhere (R17)",
    "System Guide 3.3/4.x; that it is closed and not left pending: TAPI Developers Guide 12 to 15",
);
const KEEPS_MEDIA: Term = term(
    "keeps_media",
    Flag,
    Is("true"),
    "whether connected calls survive the failure of a CallManager on their path (R15)",
    "System Guide 3.3/4.x: \"for devices that support it\"",
);
const APPLICATIONS: ValueKind =
    Either(&Reference, &List { of: &Reference, least: 1, most: Some(APPLICATIONS_MAX), distinct: true });
const STANDBY: Term = term(
    "standby",
    Word(&["returns", "stays"]),
    Is("\"returns\""),
    "what a device with media and several applications does once an earlier one of them is connected again: `\"returns\"`: it goes \
     back to that one as soon as it has no call; `\"stays\"`: it stays where it is (R4)",
    ASSUMPTION,
);
const RECOVERY: Term = term(
    "recovery",
    Flag,
    Means("as its application says"),
    "whether it is recovered when its CallManager fails (R19)",
    GUIDE,
);
const REFUSED: Absent = Means("none: the call is refused or lost");
const CFB: Term = term("cfb", Target, REFUSED, "where calls are forwarded if it is busy", GUIDES);
const CFNA: Term = term(
    "cfna",
    Target,
    REFUSED,
    "where calls are forwarded if they are not answered (in 3.3 also if no application has opened it)",
    GUIDES,
);
const CFOF: Term = term("cfof", Target, REFUSED, "where calls are forwarded if its application has failed", GUIDES);
const CFUR: Term = term("cfur", Target, REFUSED, "where calls are forwarded if it is unregistered (12.5)", GUIDES);
const CFA: Term = term(
    "cfa",
    Target,
    NONE,
    "where all calls are forwarded, whatever its state, by the CallManager that routes them",
    GUIDES,
);

static ROUTE_POINT: Section = Section {
    name: "route_point",
    about: "A CTI route point: a number whose calls an application redirects or answers.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term(
            "count",
            DEVICES,
            Is("1"),
            "how many route points share its calls; each call goes to one of them at random",
            "",
        ),
        term(
            "lines",
            List { of: &Table(&LINE), least: 0, most: Some(LINES_MAX), distinct: true },
            NONE,
            "its lines, each a directory number, as in `[{ dn = \"7000\" }]`; its name leads to the first",
            GUIDE,
        ),
        DEVICE_POOL,
        term(
            "application",
            APPLICATIONS,
            NONE,
            "the application that controls it; without one it is never opened (R22). Several, as in `[\"console\", \"recorder\"]`: one \
             that redirects calls is open to all of them at once, each call is an event to each, and the first request wins; of one \
             that answers calls the first that is connected has it open, and the others stand by (R4)",
            GUIDE,
        ),
        STANDBY,
        RECOVERY,
        term(
            "redirect_to",
            Either(&Target, &List { of: &Table(&REDIRECT), least: 1, most: None, distinct: false }),
            Means("`answers`"),
            "where its application redirects calls: a name or number, or a list of `{ to = \"a\", share = \"30%\" }` whose \
             shares sum to 1",
            "",
        ),
        term(
            "answers",
            Flag,
            Is("false"),
            "whether its application answers calls at the route point itself, with media",
            "possible since 4.0",
        ),
        term(
            "treatment",
            DISTRIBUTION_OR_ZERO,
            Means("the caller's talk time"),
            "how long an answered call stays at the route point",
            "",
        ),
        TRANSFER_TO,
        TRANSFER_SHARE,
        term(
            "busy_trigger",
            Whole(1, 10_000),
            Usually("4500", "4500, or `maximum_calls` if that is less"),
            "the number of calls at which a line is busy; up to `maximum_calls`",
            "Bulk Administration Guide",
        ),
        term(
            "maximum_calls",
            Whole(1, 10_000),
            Is("5000"),
            "the most calls that a line holds at a time",
            "Bulk Administration Guide; Administration Guide 7.1 advises 200",
        ),
        CANNOT_OPEN_ON,
        CFA,
        CFB,
        CFNA,
        CFOF,
        CFUR,
    ],
    rules: &[
        Rule { with: "redirect_to", holds: Condition::Not(&ANSWERS) },
        Rule { with: "treatment", holds: ANSWERS },
        Rule { with: "transfer_to", holds: ANSWERS },
        Rule { with: "transfer_share", holds: Condition::Present("transfer_to") },
        Rule { with: "application", holds: Condition::Any(&[Condition::Present("redirect_to"), ANSWERS]) },
    ],
    ..PLAIN
};

const ANSWERS: Condition = Condition::Is("answers", "true");

const TRANSFER_TO: Term = term(
    "transfer_to",
    Either(&Target, &Named(&Target)),
    NONE,
    "where calls are transferred after the treatment: a queue, a group of phones, the number of one, as \"5003\", or a range of \
     numbers, as \"2001-2500\", one of which the caller selects. By wish, as in `{ sales = \"sales-queue\", service = \"5003\" }`, \
     it has one for each `wish` of its callers",
    GUIDE,
);
const TRANSFER_SHARE: Term =
    term("transfer_share", Share(Allowed), Is("1"), "the share of calls that is transferred", "");

const OF_DEVICE: Absent = Means("as at the device");
const LINE_CANNOT_OPEN_ON: Term = term(
    "cannot_open_on",
    NODES,
    NONE,
    "the CallManagers that fail to open this line during recovery: its device is closed, with all its lines (R17)",
    GUIDE,
);
const LINE_CFA: Term = term("cfa", Target, OF_DEVICE, "where all calls to the line are forwarded", "");
const LINE_CFB: Term = term("cfb", Target, OF_DEVICE, "where its calls are forwarded if it is busy", "");
const LINE_CFNA: Term = term("cfna", Target, OF_DEVICE, "where its calls are forwarded if they are not answered", "");
const LINE_CFOF: Term =
    term("cfof", Target, OF_DEVICE, "where its calls are forwarded if the application has failed", "");
const LINE_CFUR: Term =
    term("cfur", Target, OF_DEVICE, "where its calls are forwarded if it is unregistered (12.5)", "");
const LINE_NO_ANSWER: Term =
    term("no_answer", DURATION_OR_OFF, OF_DEVICE, "how long a call waits or rings before it forwards by CFNA", "");
const LINE_TRIGGER: &str = "the number of calls at which the line is busy; up to its `maximum_calls`";
const LINE_FIRST_DN: Term = term(
    "first_dn",
    FirstNumber,
    Wrong,
    "the number of this line at the first device of the group; at the others, the numbers after it",
    "",
);

static LINE: Section = Section {
    name: "route_point.lines",
    about: "A line of a route point: a directory number with its own limits and forwards.",
    terms: &[
        term("dn", DirectoryNumber, Wrong, "the directory number of the line", ""),
        term("busy_trigger", Whole(1, 10_000), OF_DEVICE, LINE_TRIGGER, ""),
        term("maximum_calls", Whole(1, 10_000), OF_DEVICE, "the most calls that the line holds at a time", ""),
        LINE_CANNOT_OPEN_ON,
        LINE_CFA,
        LINE_CFB,
        LINE_CFNA,
        LINE_CFOF,
        LINE_CFUR,
    ],
    ..PLAIN
};

static PORT_LINE: Section = Section {
    name: "cti_port.lines",
    about: "A line of each port of a group.",
    terms: &[LINE_FIRST_DN, LINE_NO_ANSWER, LINE_CANNOT_OPEN_ON, LINE_CFA, LINE_CFB, LINE_CFNA, LINE_CFOF, LINE_CFUR],
    ..PLAIN
};

static PHONE_LINE: Section = Section {
    name: "phone.lines",
    about: "A line of each phone of a group.",
    terms: &[
        LINE_FIRST_DN,
        term("busy_trigger", Whole(1, PHONE_CALLS_MAX), OF_DEVICE, LINE_TRIGGER, ""),
        term("maximum_calls", Whole(1, PHONE_CALLS_MAX), OF_DEVICE, "the most calls that the line holds at a time", ""),
        LINE_NO_ANSWER,
        LINE_CANNOT_OPEN_ON,
        LINE_CFA,
        LINE_CFB,
        LINE_CFNA,
    ],
    ..PLAIN
};

static REDIRECT: Section = Section {
    name: "route_point.redirect_to",
    about: "One of several targets of a redirect.",
    terms: &[
        term("to", Target, Wrong, "where these calls are redirected", ""),
        term("share", Share(Excluded), Wrong, "the share of calls redirected there", ""),
    ],
    ..PLAIN
};

static CTI_PORT: Section = Section {
    name: "cti_port",
    about: "A group of identical CTI ports.",
    terms: &[
        term("name", Name, Wrong, "the group's name", ""),
        term("count", DEVICES, Wrong, "the number of ports", "one active call per port (R5)"),
        term(
            "lines_per_port",
            Whole(1, 200),
            Is("1"),
            "the number of lines of each port; a port has one call with media at a time, however many lines (R5), and with \
             a TAPI application one line (R6)",
            GUIDE,
        ),
        term(
            "first_dn",
            FirstNumber,
            NONE,
            "the directory number of the first line; the others follow it. A call to a number goes to that port; one to the \
             name of the group to any free port",
            "",
        ),
        term(
            "lines",
            List { of: &Table(&PORT_LINE), least: 0, most: Some(LINES_MAX), distinct: true },
            Means("`lines_per_port` alike, numbered from `first_dn`"),
            "the lines of each port where they differ, as in `[{ first_dn = \"5001\" }, { first_dn = \"6001\", cfb = \"out\" }]`: \
             the second port has the numbers 5002 and 6002",
            GUIDE,
        ),
        DEVICE_POOL,
        term(
            "application",
            APPLICATIONS,
            NONE,
            "the application that controls them. Several, as in `[\"ivr-a\", \"ivr-b\"]`: the first that is connected has them open, and \
             when it loses one, the next that is connected opens it (R4)",
            GUIDE,
        ),
        STANDBY,
        RECOVERY,
        term(
            "treatment",
            DISTRIBUTION_OR_ZERO,
            Means("the caller's talk time"),
            "how long a call is treated at a port",
            "",
        ),
        TRANSFER_TO,
        TRANSFER_SHARE,
        term(
            "media",
            Word(&["application", "separate"]),
            Is("\"application\""),
            "the source of the media: the application, whose failure ends it, or a separate server, which survives (R15)",
            ASSUMPTION,
        ),
        term(
            "no_answer",
            DURATION_OR_OFF,
            Usually("\"12s\"", "`\"12s\"` if `cfna` is set, else `\"off\"`"),
            "how long a call waits at a port for the application to answer it before it forwards by CFNA",
            "that a port not answered in time forwards by CFNA: UCCE Solution Design Guide, IP IVR; 12 s is an assumption, as \
             for phones",
        ),
        KEEPS_MEDIA,
        CANNOT_OPEN_ON,
        CFA,
        CFB,
        CFNA,
        CFOF,
        CFUR,
    ],
    rules: &[
        Rule { with: "transfer_share", holds: Condition::Present("transfer_to") },
        Rule { with: "lines_per_port", holds: Condition::Not(&Condition::Present("lines")) },
        Rule { with: "first_dn", holds: Condition::Not(&Condition::Present("lines")) },
    ],
    ..PLAIN
};

static PHONE: Section = Section {
    name: "phone",
    about: "A group of identical phones.",
    terms: &[
        term("name", Name, Wrong, "the group's name", ""),
        term("count", DEVICES, Wrong, "the number of phones", ""),
        DEVICE_POOL,
        term("dn", DirectoryNumber, NONE, "the directory number of the whole group, as of a hunt pilot", ""),
        term("first_dn", FirstNumber, NONE, "the directory number of the first phone; the others follow it", ""),
        term(
            "lines",
            List { of: &Table(&PHONE_LINE), least: 0, most: Some(LINES_MAX), distinct: true },
            Means("one, numbered from `first_dn`"),
            "the lines of each phone if it has several, or one that differs: `[{ first_dn = \"2001\" }, { first_dn = \"3001\" }]`",
            "",
        ),
        term(
            "maximum_calls",
            Whole(1, PHONE_CALLS_MAX),
            Is("4"),
            "the most calls that a line holds at a time, one of which a person talks to",
            "Bulk Administration Guide: 4, and up to 200",
        ),
        term(
            "busy_trigger",
            Whole(1, PHONE_CALLS_MAX),
            Usually("2", "2, or `maximum_calls` if that is less"),
            "the number of calls at which a line is busy for calls to its number; up to `maximum_calls`. A call to the whole group \
             takes a phone without calls",
            "assumption: one call and one that waits",
        ),
        term(
            "answer",
            DISTRIBUTION_OR_ZERO,
            Is("{ exponential = \"5s\" }"),
            "how long a phone rings until a person answers",
            "assumption; a public sample of 2018 has a median of 10 s from dialling to answer",
        ),
        term("answered", Share(Allowed), Is("1"), "the share of calls that a person answers", ""),
        term(
            "answer_by",
            Reference,
            Means("`\"hand\"`: at the phone itself"),
            "who answers: `\"hand\"`, or one of its applications, as a person clicks in a softphone or console. Then each answer is a \
             request: a worker, the CTIManager and the CallManager have work, and if the application is not there for it the person \
             answers by hand",
            "",
        ),
        term(
            "wrap_up",
            DISTRIBUTION_OR_ZERO,
            NONE,
            "after-call work: how long the person is busy after each call that a person answered here. Meanwhile the phone is in use, \
             as if the call went on",
            "",
        ),
        term(
            "no_answer",
            DURATION_OR_OFF,
            Usually("\"12s\"", "`\"12s\"` if `cfna` is set, else `\"off\"`"),
            "how long a phone rings before it forwards by CFNA",
            "assumption: the usual value; no document was found",
        ),
        term(
            "queue",
            Flag,
            Is("false"),
            "whether calls transferred here wait for a free phone, instead of finding it busy",
            "",
        ),
        term(
            "hold",
            Table(&PHONE_HOLD),
            NONE,
            "calls that are put on hold in the middle of the talk, and retrieved: `{ share = \"20%\", lasts = { exponential = \"45s\" } }`",
            "",
        ),
        term(
            "transfer",
            Table(&PHONE_TRANSFER),
            NONE,
            "calls that are transferred at the end of the talk without consulting anybody: `{ share = \"10%\", to = \"service\" }`. \
             A phone has no place where a call could wait: where calls queue, these find a free phone, or it is busy",
            "",
        ),
        term(
            "consult",
            Table(&PHONE_CONSULT),
            NONE,
            "calls that are transferred after consulting the target, while the caller waits and the phone stays in use: \
             `{ share = \"15%\", to = \"experts\", talk = \"40s\" }`. If the target is not reached, the person ends the call",
            "",
        ),
        term(
            "conference",
            Table(&PHONE_CONFERENCE),
            NONE,
            "calls that a third party is joined to at the end of the talk: `{ share = \"5%\", with = \"experts\", lasts = \"3min\", \
             bridge = \"bridge\" }`. `transfer`, `consult` and `conference` exclude each other: their shares sum to 100% at most",
            "",
        ),
        term(
            "application",
            APPLICATIONS,
            NONE,
            "the application that controls them as a third party (R14, R20); it opens them after its route points and ports. Several, \
             as in `[\"console\", \"recorder\"]`: each controls them, and loses them, by itself (R4)",
            GUIDE,
        ),
        RECOVERY,
        term(
            "failover",
            DISTRIBUTION_OR_ZERO,
            Is("{ uniform = [\"60s\", \"90s\"] }"),
            "the time from the failure of its CallManager until a phone starts to register elsewhere (R14)",
            "an SCCP phone gives up a CallManager that hangs after three keepalives of 30 s, so within 90 s (SRST FAQ); \
             that the time is uniform over the last 30 s is derived. One with a standby connection, whose CallManager \
             stops cleanly, moves at once: `\"0s\"`. A SIP phone takes up to 120 s",
        ),
        KEEPS_MEDIA,
        CANNOT_OPEN_ON,
        CFA,
        CFB,
        CFNA,
    ],
    rules: &[Rule { with: "first_dn", holds: Condition::Not(&Condition::Present("lines")) }],
    ..PLAIN
};

const BY: Term = term(
    "by",
    Reference,
    Is("\"hand\""),
    "who does it: `\"hand\"`, the person at the phone, or one of the applications of these phones, at the person's wish",
    "",
);
const CHANGED_SHARE: Term =
    term("share", Share(Allowed), Wrong, "the share of the calls that a person has answered", "");

static PHONE_HOLD: Section = Section {
    name: "phone.hold",
    about: "Calls that are put on hold half way through the talk, and retrieved.",
    terms: &[
        CHANGED_SHARE,
        term("lasts", DISTRIBUTION_OR_ZERO, Is("{ exponential = \"45s\" }"), "how long a call is on hold", ASSUMPTION),
        BY,
    ],
    ..PLAIN
};

static PHONE_TRANSFER: Section = Section {
    name: "phone.transfer",
    about: "Calls that are transferred without consulting anybody.",
    terms: &[CHANGED_SHARE, term("to", Target, Wrong, "where they go", ""), BY],
    ..PLAIN
};

static PHONE_CONSULT: Section = Section {
    name: "phone.consult",
    about: "Calls that are transferred after consulting the target.",
    terms: &[
        CHANGED_SHARE,
        term("to", Target, Wrong, "who is consulted and then has the call: phones, or a number outside", ""),
        term(
            "talk",
            DISTRIBUTION_OR_ZERO,
            Is("{ exponential = \"30s\" }"),
            "how long the two talk before the transfer is completed",
            ASSUMPTION,
        ),
        BY,
    ],
    ..PLAIN
};

static PHONE_CONFERENCE: Section = Section {
    name: "phone.conference",
    about: "Calls that a third party is joined to.",
    terms: &[
        CHANGED_SHARE,
        term("with", Target, Wrong, "the third party: phones, or a number outside", ""),
        term(
            "bridge",
            Reference,
            Wrong,
            "the `[[conference_bridge]]`; it is taken when the conference is asked for. If it is full, or its node is down, the talk ends \
             without a conference",
            "",
        ),
        term("talk", DISTRIBUTION_OR_ZERO, Is("\"0s\""), "how long the two talk before the caller joins them", ""),
        term("lasts", DISTRIBUTION_OR_ZERO, Is("{ exponential = \"120s\" }"), "how long all three talk", ASSUMPTION),
        BY,
    ],
    ..PLAIN
};

static CONFERENCE_BRIDGE: Section = Section {
    name: "conference_bridge",
    about: "A conference bridge, which mixes the media of conferences. It is lost with the CallManager of its node.",
    terms: &[
        term("name", Name, Wrong, "its name, which no device or number has", ""),
        term("node", Reference, Wrong, "the node whose CallManager has it", ""),
        term("conferences", SERVERS, Wrong, "how many conferences it has at a time", ""),
    ],
    ..PLAIN
};

static DESTINATION: Section = Section {
    name: "destination",
    about: "A number outside the cluster.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term("dn", DirectoryNumber, NONE, "its directory number", ""),
        term("answer", DISTRIBUTION_OR_ZERO, Is("\"0s\""), "how long it rings until it is answered", ""),
        term("lines", Whole(1, u32::MAX as u64), Means("no limit"), "how many calls it takes at a time", ""),
        term("egress", Reference, Means("the first node"), "the node at which calls to it leave the cluster", ""),
        KEEPS_MEDIA,
    ],
    ..PLAIN
};

static QUEUE: Section = Section {
    name: "queue",
    about: "A queue: callers whom an application transfers to it wait at its port or route point until a phone of one of its groups is \
            free. Only `transfer_to` leads to it; a group of phones of its own has one with `queue = true`.",
    terms: &[
        term("name", Name, Wrong, "its name, which no device or number has", ""),
        term(
            "phones",
            List { of: &Reference, least: 1, most: None, distinct: true },
            Wrong,
            "the groups of phones that take its calls; a group may be in several queues, of different priorities",
            "",
        ),
        term(
            "priority",
            Whole(1, 100),
            Is("1"),
            "its priority at these phones, 1 being the best: a phone that becomes free takes the caller of the best priority who waits, \
             and of one queue the first who came",
            "",
        ),
        term(
            "order",
            Word(&["longest_idle", "top_down"]),
            Is("\"longest_idle\""),
            "which free phone takes a call: `\"longest_idle\"`: of all groups the one that has been free for longest; `\"top_down\"`: one of \
             the first group, in the order of `phones`, that has a free one, and of that group the one that has been free for longest",
            "the distribution algorithms of CallManager's line groups are called so",
        ),
    ],
    ..PLAIN
};

static SPEED_DIAL: Section = Section {
    name: "speed_dial",
    about: "A number that phones dial by a name, which their users set (R12): a `[[change]]` sets it anew. Only calls from these phones \
            dial it, with `to` and `from` in `[[traffic]]`.",
    terms: &[
        term("name", Name, Wrong, "its name, which no device or number has", GUIDE),
        term("phones", Target, Wrong, "the group of phones that have it", ""),
        term(
            "to",
            Target,
            Wrong,
            "the name or number that it dials when a run begins, or a range, as in `[[traffic]]`",
            "",
        ),
    ],
    ..PLAIN
};

static TRAFFIC: Section = Section {
    name: "traffic",
    about: "A source of calls.",
    terms: &[
        term(
            "name",
            Name,
            Wrong,
            "its name; it selects the random number stream of its callers, so that they stay the same when the rest of \
             the workload changes",
            "",
        ),
        term(
            "to",
            Target,
            Wrong,
            "the name or number that its callers dial, or a range as \"2001-2500\": each call dials one of these numbers at random; \
             with `from` also a speed dial of those phones, which dials the number that it has at that moment",
            "",
        ),
        term(
            "from",
            Target,
            Means("from outside"),
            "the group of phones or ports from which its calls come: each call comes from one of them at random. A device in use \
             does not dial, so that fewer calls are offered than `arrivals` say; a phone that has lost its CallManager finds no \
             dial tone, and its call is refused",
            "assumption: idle phones dial independently, as in Engset's model",
        ),
        term(
            "dial_by",
            Reference,
            Means("`\"hand\"`; at ports, the application that has them open"),
            "who dials: `\"hand\"`, or one of the applications of these phones (a softphone, a dialler). Each call is then a request of \
             it; if it is down, or does not control the phone, or the phone is in use, nothing is dialled",
            "",
        ),
        term(
            "ingress",
            SOME_NODES,
            Means("all nodes, in order of the file"),
            "the nodes at which its calls arrive, in turn; if a node is down, its calls arrive at the next of the list that \
             is up, after the last the first again, as a gateway tries its CallManagers",
            "System Guide 4.0(1): gateways have a CallManager group, too; that a gateway switches at once is an \
             assumption",
        ),
        term("arrivals", Table(&ARRIVALS), Wrong, "when its callers call", ""),
        term(
            "patience",
            DISTRIBUTION_OR_ZERO,
            Means("forever"),
            "how long a caller waits for an answer before hanging up, and again for a person after a transfer",
            "",
        ),
        term(
            "talk",
            DISTRIBUTION_OR_ZERO,
            Is("{ exponential = \"3m\" }"),
            "how long a caller talks",
            "the agents of the UCCE SRND 7.5 talk 3 minutes",
        ),
        term(
            "wish",
            Named(&Share(Excluded)),
            NONE,
            "what its callers want, as an application finds out in its treatment: the share of each wish, which sum to 1, as in \
             `{ sales = \"60%\", service = \"40%\" }`; `transfer_to` may lead each wish elsewhere",
            "",
        ),
    ],
    rules: &[
        Rule { with: "from", holds: Condition::Not(&Condition::Present("ingress")) },
        Rule { with: "dial_by", holds: Condition::Present("from") },
    ],
    ..PLAIN
};

const THIS_OR_OTHERS: Absent = Means("none; one of `poisson`, `bhca`, `profile` and `file` is required");

static ARRIVALS: Section = Section {
    name: "traffic.arrivals",
    about: "When the callers of a source call: exactly one of `poisson`, `bhca`, `profile` and `file`.",
    terms: &[
        term("poisson", Rate(Excluded), THIS_OR_OTHERS, "a Poisson process with this constant rate", ""),
        term(
            "bhca",
            PositiveNumber,
            THIS_OR_OTHERS,
            "the same rate as busy-hour call attempts: a number of calls per hour, without a unit",
            "",
        ),
        term(
            "profile",
            List { of: &Table(&RATE_POINT), least: 1, most: None, distinct: false },
            THIS_OR_OTHERS,
            "a Poisson process whose rate changes at known times: a list of `{ at = \"8h\", rate = \"2400/h\" }` in order of \
             time, the first with `at = \"0h\"`",
            "",
        ),
        term(
            "file",
            Text,
            THIS_OR_OTHERS,
            "the calls of a CSV file with a header row, in order of time: column `at_s` (seconds) or `at` (a duration), and \
             optionally `talk_s` and `patience_s` (seconds) and `wish` (a name); the value of an empty cell is drawn from the \
             distribution",
            "",
        ),
        term(
            "repeat",
            POSITIVE_DURATION,
            Means("never"),
            "the period after which a `profile` starts again; longer than the time of its last rate",
            "",
        ),
        term(
            "steps",
            List { of: &Table(&STEP), least: 0, most: Some(1000), distinct: false },
            NONE,
            "bursts at known times, as in `[{ at = \"20m\", for = \"5m\", times = 4.0 }]`; the factors of overlapping bursts \
             multiply",
            "",
        ),
        term(
            "states",
            List { of: &Table(&STATE), least: 2, most: None, distinct: false },
            NONE,
            "a Markov-modulated Poisson process: states that multiply the rate, as in `[{ times = 1, mean = \"10m\" }, \
             { times = 5, mean = \"30s\" }]`; each lasts an exponential time, then the next of the list follows. A run begins in \
             any of them, as likely as it is in one at any other time",
            "",
        ),
        term(
            "day",
            Table(&DAY),
            Means("all days have the same rate"),
            "that some days have more calls than others: a random factor of the whole rate, one for each replication, as in \
             `{ name = \"site\", cv = 0.15 }`. Sources whose day has the same name share it",
            "recorded days of a call centre: within half an hour arrivals are Poisson, between days they are not",
        ),
        term(
            "scale",
            Number(0.0, f64::INFINITY),
            Is("1"),
            "the factor of the whole rate, such as 1.08 for 8 % growth; the expected number of calls grows with it",
            "",
        ),
    ],
    one_of: &[&["poisson", "bhca", "profile", "file"]],
    rules: &[
        Rule { with: "repeat", holds: Condition::Present("profile") },
        Rule { with: "steps", holds: Condition::Not(&Condition::Present("file")) },
        Rule { with: "states", holds: Condition::Not(&Condition::Present("file")) },
        Rule { with: "day", holds: Condition::Not(&Condition::Present("file")) },
        Rule { with: "scale", holds: Condition::Not(&Condition::Present("file")) },
    ],
    ..PLAIN
};

static DAY: Section = Section {
    name: "traffic.arrivals.day",
    about: "A day with more or fewer calls than others: a gamma factor of mean 1, the same for a whole replication.",
    terms: &[
        term("name", Name, Wrong, "the name by which sources share the day", ""),
        term(
            "cv",
            Number(0.0, 2.0),
            Means("stated at another source that shares the day"),
            "the coefficient of variation of the factor: the standard deviation of the daily number of calls over its mean, less \
             what is Poisson; 0: all days are alike. Stated once for a day, or equal",
            "0.156 on 34 recorded days of a call centre",
        ),
    ],
    ..PLAIN
};

static RATE_POINT: Section = Section {
    name: "traffic.arrivals.profile",
    about: "A change of the rate.",
    terms: &[
        term("at", DURATION, Wrong, "when the rate changes, from the start of the run", ""),
        term("rate", Rate(Allowed), Wrong, "the rate from then on; it may be zero", ""),
    ],
    ..PLAIN
};

static STEP: Section = Section {
    name: "traffic.arrivals.steps",
    about: "A burst: the rate is multiplied for a while.",
    terms: &[
        term("at", DURATION, Wrong, "when the burst begins, from the start of the run", ""),
        term("for", POSITIVE_DURATION, Wrong, "the duration of the burst", ""),
        term("times", Number(0.0, f64::INFINITY), Wrong, "the factor by which the burst multiplies the rate", ""),
    ],
    ..PLAIN
};

static STATE: Section = Section {
    name: "traffic.arrivals.states",
    about: "A state in which the rate is multiplied.",
    terms: &[
        term("times", Number(0.0, f64::INFINITY), Wrong, "the factor by which the state multiplies the rate", ""),
        term("mean", POSITIVE_DURATION, Wrong, "the mean duration of the state, which is exponential", ""),
    ],
    ..PLAIN
};

const THIS_TARGET: Absent = Means("none; exactly one of these eight is required");

static FAULT: Section = Section {
    name: "fault",
    about: "A failure of exactly one of `application`, `callmanager`, `ctimanager`, `node`, `link`, `route_point`, \
            `cti_port` and `phone`: once, at the time `at`, or repeatedly at random, with `time_to_failure` and \
            `time_to_repair`. Two scheduled faults of one thing do not overlap.",
    terms: &[
        term(
            "application",
            Reference,
            THIS_TARGET,
            "the application that fails, in the way of `kind` (R22 to R24)",
            "System Guide 3.3/4.x; System Error Messages",
        ),
        term(
            "callmanager",
            Reference,
            THIS_TARGET,
            "the node whose CallManager fails; its CTIManager continues (R13 to R19)",
            GUIDE,
        ),
        term(
            "ctimanager",
            Reference,
            THIS_TARGET,
            "the node whose CTIManager fails; its CallManager continues and devices stay registered (R20, R21)",
            GUIDE,
        ),
        term(
            "node",
            Reference,
            THIS_TARGET,
            "the node that fails with everything on it; no connection is closed, so the others notice only by missing \
             messages",
            "SRND 12.x",
        ),
        term(
            "link",
            List { of: &Reference, least: 2, most: Some(2), distinct: true },
            THIS_TARGET,
            "the link that fails, between two nodes, `[\"sub1\", \"sub2\"]`, or an application and a node, `[\"ivr\", \
             \"sub1\"]`: it is cut or, with `slow`, slower",
            "WAN advice of the SRND",
        ),
        term(
            "route_point",
            Reference,
            THIS_TARGET,
            "the route point that fails: it unregisters, and registers again at the end (R15)",
            GUIDE,
        ),
        term("cti_port", Reference, THIS_TARGET, "the group of ports of which the first `count` fail (R15)", GUIDE),
        term("phone", Reference, THIS_TARGET, "the group of phones of which the first `count` fail (R15)", GUIDE),
        term(
            "count",
            DEVICES,
            Means("all of them"),
            "for devices only: how many of the group fail, the first ones in order",
            "",
        ),
        term(
            "at",
            DURATION,
            Means("none; required unless `time_to_failure` is given"),
            "when the failure occurs, from the start of the run",
            "",
        ),
        term(
            "for",
            POSITIVE_DURATION,
            Means("until the end of the run; required for a stall"),
            "how long the failure lasts: the time to the restart, or until a stalled application continues",
            "",
        ),
        term(
            "time_to_failure",
            DISTRIBUTION_ABOVE_ZERO,
            Means("none; required unless `at` is given"),
            "the time to failure, from the start of the run or from the last repair; the mean of this distribution is the \
             MTBF",
            "",
        ),
        term(
            "time_to_repair",
            DISTRIBUTION_ABOVE_ZERO,
            Means("none; required with `time_to_failure`"),
            "the time to repair: how long each failure lasts; the mean of this distribution is the MTTR",
            "",
        ),
        term(
            "kind",
            Word(&["exit", "silent", "stall", "hang"]),
            Means("none for an application, where it is required; `\"exit\"` for a CallManager or CTIManager"),
            "how a process fails. `\"exit\"`: it ends and its connections close. Of an application only: `\"silent\"`, it hangs \
             and its connection stays open, so that only its heartbeats stop; `\"stall\"`, it pauses and then continues. Of a \
             CallManager or CTIManager only: `\"hang\"`, its host answers and its connections stay open, but it does nothing \
             until it is restarted at the end of the fault",
            "",
        ),
        term(
            "slow",
            POSITIVE_DURATION,
            Means("the link is cut"),
            "for a link only: the additional one-way delay of each message",
            "",
        ),
        term(
            "name",
            Name,
            Means("none; required for a random fault"),
            "its name; it selects the random number stream of a random fault",
            "",
        ),
    ],
    one_of: &[
        &["application", "callmanager", "ctimanager", "node", "link", "route_point", "cti_port", "phone"],
        &["at", "time_to_failure"],
    ],
    rules: &[
        Rule { with: "application", holds: Condition::Present("kind") },
        Rule { with: "for", holds: Condition::Present("at") },
        Rule {
            with: "time_to_failure",
            holds: Condition::All(&[Condition::Present("time_to_repair"), Condition::Present("name")]),
        },
        Rule { with: "time_to_repair", holds: Condition::Present("time_to_failure") },
        Rule {
            with: "kind",
            holds: Condition::Any(&[
                Condition::All(&[
                    Condition::Present("application"),
                    Condition::Not(&Condition::Is("kind", "\"hang\"")),
                    Condition::Any(&[
                        Condition::Not(&Condition::Is("kind", "\"stall\"")),
                        Condition::Present("for"),
                        Condition::Present("time_to_failure"),
                    ]),
                ]),
                Condition::All(&[
                    Condition::Any(&[Condition::Present("callmanager"), Condition::Present("ctimanager")]),
                    Condition::Any(&[Condition::Is("kind", "\"exit\""), Condition::Is("kind", "\"hang\"")]),
                ]),
            ]),
        },
        Rule {
            with: "count",
            holds: Condition::Any(&[
                Condition::Present("route_point"),
                Condition::Present("cti_port"),
                Condition::Present("phone"),
            ]),
        },
        Rule { with: "slow", holds: Condition::Present("link") },
    ],
    former: &[("works", "time_to_failure"), ("lasts", "time_to_repair")],
};

const AS_BEFORE: Absent = Means("as before");

static CHANGE: Section = Section {
    name: "change",
    about: "Forward settings, or a speed dial, that change while the cluster runs (R12).",
    terms: &[
        term("at", DURATION, Wrong, "when the settings change, from the start of the run", ""),
        term(
            "of",
            Target,
            Wrong,
            "the route point, group of ports or group of phones whose settings change, with those of all its lines; or a \
             directory number, or a range, whose settings alone change; or a speed dial",
            "",
        ),
        term(
            "through",
            Reference,
            Means("an administrator makes the change"),
            "the application, in control of the device, that makes the change for a user: it happens only if that application is up, \
             connected, and has one of these devices open at that moment; for a speed dial, one of its phones",
            GUIDE,
        ),
        term("cfa", Target, AS_BEFORE, "where `cfa` leads from then on, or `\"none\"`", ""),
        term("cfb", Target, AS_BEFORE, "where `cfb` leads from then on, or `\"none\"`", ""),
        term("cfna", Target, AS_BEFORE, "where `cfna` leads from then on, or `\"none\"`", ""),
        term("cfof", Target, AS_BEFORE, "where `cfof` leads from then on, or `\"none\"`", ""),
        term("cfur", Target, AS_BEFORE, "where `cfur` leads from then on, or `\"none\"`", ""),
        term(
            "to",
            Target,
            AS_BEFORE,
            "of a speed dial, which has none of the others: what it dials from then on",
            GUIDE,
        ),
    ],
    rules: &[Rule {
        with: "at",
        holds: Condition::Any(&[
            Condition::Present("cfa"),
            Condition::Present("cfb"),
            Condition::Present("cfna"),
            Condition::Present("cfof"),
            Condition::Present("cfur"),
            Condition::Present("to"),
        ]),
    }],
    ..PLAIN
};

static PARAMETER_CHANGE: Section = Section {
    name: "parameter_change",
    about: "Service parameters of a CTIManager that are changed while the cluster runs. A CTIManager reads them when it starts: the \
            change takes effect when it is next back after a fault, for the connections that are opened from then on.",
    terms: &[
        term("at", DURATION, Wrong, "when it is changed", ""),
        term("ctimanager", Reference, Wrong, "the node of the CTIManager", GUIDE),
        term(
            "heartbeat_minimum",
            POSITIVE_DURATION,
            AS_BEFORE,
            "Application Heartbeat Minimum Interval from then on (R23)",
            "",
        ),
        term(
            "heartbeat_maximum",
            POSITIVE_DURATION,
            AS_BEFORE,
            "Application Heartbeat Maximum Interval from then on (R23)",
            "",
        ),
        term("cti_connections", Whole(1, 65_535), AS_BEFORE, "Maximum CTI Connections from then on", ""),
    ],
    rules: &[Rule {
        with: "at",
        holds: Condition::Any(&[
            Condition::Present("heartbeat_minimum"),
            Condition::Present("heartbeat_maximum"),
            Condition::Present("cti_connections"),
        ]),
    }],
    ..PLAIN
};

static GOAL: Section = Section {
    name: "goal",
    about: "A required result: met or missed if the whole confidence interval of the measure is on one side of the bound, \
            otherwise undecided.",
    terms: &[
        term(
            "metric",
            Sentence,
            Wrong,
            "the measure, `[scope:name/]metric[.statistic]` as in `setup_delay.p99` (docs/reference/measures.md)",
            "",
        ),
        term("route_point", Reference, Means("the whole cluster"), "the route point that is measured", ""),
        term("application", Reference, Means("the whole cluster"), "the application that is measured", ""),
        term("node", Reference, Means("the whole cluster"), "the node that is measured", ""),
        term(
            "at_most",
            BOUND,
            Means("none; required unless `at_least` is given"),
            "the upper bound, in the unit of the measure",
            "",
        ),
        term(
            "at_least",
            BOUND,
            Means("none; required unless `at_most` is given"),
            "the lower bound, in the unit of the measure",
            "",
        ),
    ],
    one_of: &[&["at_most", "at_least"]],
    ..PLAIN
};

const THIS_DISTRIBUTION: Absent = Means("none; exactly one of these seven is required");

/// A distribution by itself, outside a workload.
pub(super) static LONE_DISTRIBUTION: Section = Section {
    name: "",
    about: "A distribution of durations.",
    terms: &[term("distribution", DISTRIBUTION_OR_ZERO, Wrong, "the distribution", "")],
    ..PLAIN
};

/// A distribution of durations that is not a bare duration.
pub static DISTRIBUTION: Section = Section {
    name: "distribution",
    about: "A distribution of durations: exactly one of these keys.",
    terms: &[
        term("constant", DURATION, THIS_DISTRIBUTION, "always this duration; the same as the bare duration", ""),
        term("exponential", POSITIVE_DURATION, THIS_DISTRIBUTION, "exponential with this mean", ""),
        term(
            "uniform",
            List { of: &DURATION, least: 2, most: Some(2), distinct: false },
            THIS_DISTRIBUTION,
            "uniform between these two durations, as in `[\"10ms\", \"20ms\"]`",
            "",
        ),
        term("erlang", Table(&ERLANG), THIS_DISTRIBUTION, "Erlang: the sum of exponential phases", ""),
        term("lognormal", Table(&LOGNORMAL), THIS_DISTRIBUTION, "lognormal", ""),
        term("weibull", Table(&WEIBULL), THIS_DISTRIBUTION, "Weibull", ""),
        term(
            "empirical",
            Table(&EMPIRICAL),
            THIS_DISTRIBUTION,
            "empirical: each row of a column of a CSV file is equally likely",
            "",
        ),
    ],
    one_of: &[&["constant", "exponential", "uniform", "erlang", "lognormal", "weibull", "empirical"]],
    ..PLAIN
};

const MEAN: Term = term("mean", POSITIVE_DURATION, Wrong, "its mean", "");

static ERLANG: Section = Section {
    name: "distribution.erlang",
    about: "An Erlang distribution: the sum of exponential phases.",
    terms: &[MEAN, term("phases", Whole(1, 1000), Wrong, "the number of phases", "")],
    ..PLAIN
};

static LOGNORMAL: Section = Section {
    name: "distribution.lognormal",
    about: "A lognormal distribution.",
    terms: &[
        MEAN,
        term("cv", Number(0.001, 100.0), Wrong, "its coefficient of variation: standard deviation over mean", ""),
    ],
    ..PLAIN
};

static WEIBULL: Section = Section {
    name: "distribution.weibull",
    about: "A Weibull distribution.",
    terms: &[MEAN, term("shape", Number(0.1, 100.0), Wrong, "its shape parameter; 1 is exponential", "")],
    ..PLAIN
};

static EMPIRICAL: Section = Section {
    name: "distribution.empirical",
    about: "Measured durations: a column of a CSV file.",
    terms: &[
        term("file", Text, Wrong, "the CSV file, with a header row; its path is relative to the workload", ""),
        term("column", Text, Wrong, "the column of the file", ""),
        term("unit", Word(&["s", "ms"]), Is("\"s\""), "the unit of the numbers", ""),
    ],
    ..PLAIN
};
