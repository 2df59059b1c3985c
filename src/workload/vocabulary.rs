//! Every section and key of a workload file: what it means, what it may be, what holds without it, and where that comes
//! from. The reader knows no other keys, bounds and defaults; the schema and the tables of docs/reference/workload-file.md are made of this.

pub use super::term::{Absent, Condition, Rule, Section, Term, ValueKind, Zero};
use crate::engine::Span;

/// How many devices all groups of a workload may have together.
pub const DEVICES_MAX: u32 = 1 << 24;

use Absent::{Is, Means, Usually, Wrong};
use ValueKind::{
    DirectoryNumber, Either, FirstNumber, Flag, List, Name, Number, Overriding, PositiveNumber, Rate, Reference,
    Sentence, Share, Table, Tables, Target, Text, Whole, Word,
};
use Zero::{Allowed, Excluded};

const DURATION: ValueKind = ValueKind::Duration(Allowed);
const POSITIVE_DURATION: ValueKind = ValueKind::Duration(Excluded);
const DISTRIBUTION_OR_ZERO: ValueKind = ValueKind::Distribution(Allowed, &DISTRIBUTION);
const DISTRIBUTION_ABOVE_ZERO: ValueKind = ValueKind::Distribution(Excluded, &DISTRIBUTION);
const DURATION_OR_OFF: ValueKind = Either(&POSITIVE_DURATION, &OFF);
/// Its unit is that of what it bounds: `"500ms"`, `"0.1%"`, 40.
const BOUND: ValueKind = Either(&Number(0.0, f64::INFINITY), &Sentence);
const OFF: ValueKind = Word(&["off"]);
/// Nodes, each once.
const NODES: ValueKind = List { of: &Reference, least: 0, most: None, distinct: true };
const SOME_NODES: ValueKind = List { of: &Reference, least: 1, most: None, distinct: true };
/// More servers at one station than any real one has.
const SERVERS: ValueKind = Whole(1, 65_535);
const DEVICES: ValueKind = Whole(1, DEVICES_MAX as u64);
/// Each forward takes a call up to four steps on, and a call has 255 of them.
const FORWARD_HOPS: ValueKind = Whole(0, 60);
const NONE: Absent = Means("none");

const ASSUMPTION: &str = "assumption";
const GUIDE: &str = "System Guide 3.3/4.x";
const GUIDES: &str = "System Guide 3.3 to 12.5";
const GUIDE_R7: &str = "System Guide 3.3/4.x (R7)";
const CONFIGURATION: &str = "System Configuration Guide 12.5(1)";

/// Every section of the format, each once: the whole file and what is in it, then distributions.
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
    about: "What is simulated: a cluster, its applications, who calls, what fails, and the question behind it.",
    terms: &[
        term("format", Whole(1, 1), Wrong, "the format of this file", ""),
        term("question", Sentence, Wrong, "what the workload is to answer, in a sentence", ""),
        term(
            "profile",
            Word(&["3.3", "12.5"]),
            Is("\"3.3\""),
            "how this release forwards calls (`\"3.3\"`: a device nobody opened forwards by CFNA; `\"12.5\"`: by CFUR, \
             then CFNA) and what New Call Accept is",
            "System Guide 3.3/4.x, System Configuration Guide 12.5(1); the order of CFUR and CFNA is derived",
        ),
        term(
            "topology",
            Word(&["ctimanager", "direct"]),
            Is("\"ctimanager\""),
            "how applications reach devices: through CTIManagers, or tied to one CallManager each as before there were \
             any (R25)",
            GUIDE,
        ),
        term("run", Table(&RUN), Means("all defaults"), "how long a run is, and how many there are", ""),
        term("network", Table(&NETWORK), Means("all defaults"), "delays, one way", ""),
        term("cti", Table(&CTI), Means("all defaults"), "service parameters of the cluster", ""),
        term("work", Table(&WORK), Means("all defaults"), "the time that each message takes, on all nodes", ""),
        term("node", Tables(&NODE), Wrong, "the servers of the cluster", ""),
        term("callmanager_group", Tables(&GROUP), NONE, "ordered lists of CallManagers that devices register with", ""),
        term("device_pool", Tables(&POOL), NONE, "names for where devices register", ""),
        term("database", Tables(&DATABASE), NONE, "where applications look callers up", ""),
        term("user", Tables(&USER), NONE, "whom applications log in as", ""),
        term("application", Tables(&APPLICATION), NONE, "the CTI applications", ""),
        term("route_point", Tables(&ROUTE_POINT), NONE, "CTI route points", ""),
        term("cti_port", Tables(&CTI_PORT), NONE, "groups of CTI ports", ""),
        term("phone", Tables(&PHONE), NONE, "groups of phones", ""),
        term("destination", Tables(&DESTINATION), NONE, "numbers outside the cluster", ""),
        term("traffic", Tables(&TRAFFIC), NONE, "who calls, whom and when", ""),
        term("fault", Tables(&FAULT), NONE, "what fails, and when", ""),
        term("change", Tables(&CHANGE), NONE, "forward settings that change while the cluster runs (R12)", ""),
        term("goal", Tables(&GOAL), NONE, "what is wanted of the results", ""),
    ],
    ..PLAIN
};

/// The longest run: 366 days.
pub(super) const RUN_LONGEST: Span = Span::from_secs(366 * 86_400);
/// A timeline has fewer bins than this.
pub(super) const BINS_MAX: u64 = 100_000;

static RUN: Section = Section {
    name: "run",
    about: "How long a run is, and how many there are.",
    terms: &[
        term(
            "length",
            POSITIVE_DURATION,
            Is("\"1h\""),
            "how long a run is, warm-up included; up to 366 days",
            "a busy hour",
        ),
        term(
            "study",
            Word(&["terminating", "steady"]),
            Is("\"terminating\""),
            "what it is about: a stretch of time with a beginning and an end, or what is so at any time, once the beginning \
             is forgotten. A steady study has no fault or change at a known time, and no traffic that follows the time of \
             day",
            "the usual division of simulation studies (A. M. Law, *Simulation Modeling and Analysis*, chapter 9)",
        ),
        term(
            "warm_up",
            DURATION,
            Usually("\"0s\"", "`\"0s\"`; in a steady study, what pilot runs find by MSER-5"),
            "calls and faults before this are simulated but not measured; less than `length`",
            "K. P. White, M. A. Minnox, WSC 1994",
        ),
        term(
            "replications",
            Whole(1, 1_000_000),
            Is("200"),
            "how many runs, each with other luck",
            "assumption: makes most 99th percentiles estimable",
        ),
        term("seed", Whole(0, u64::MAX), Is("1"), "which luck", ""),
        term(
            "bin",
            POSITIVE_DURATION,
            Means("a sixtieth of `length`, at least 1 s"),
            "the length of a bin of the timeline; up to 100,000 bins",
            "",
        ),
    ],
    ..PLAIN
};

static NETWORK: Section = Section {
    name: "network",
    about: "Delays, one way. They never reorder, and two parts on one node are no distance apart.",
    terms: &[
        term(
            "between_nodes",
            DURATION,
            Is("\"2ms\""),
            "from node to node",
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
            "delays are counted from the arrival there",
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
            "how two empty intervals are noticed: a timer that each message restarts, or a checker on a grid of its own",
            "assumption: the guides can be read both ways",
        ),
        term(
            "new_call_accept",
            DURATION_OR_OFF,
            Means("`\"off\"` in 3.3, `\"4s\"` in 12.5"),
            "CTI New Call Accept Timer: how long an application may take to act on a call at a route point",
            "System Configuration Guide 12.5(1); the 3.3 chapter names no such timer",
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
            "a call forwarded more often is refused",
            "assumption; the parameter Forward Maximum Hop Count exists, its default was not found",
        ),
        term(
            "callmanager_notice",
            DURATION,
            Is("\"5s\""),
            "from a CallManager's failure, or its return, to its being noticed by CTIManagers (R13, R18)",
            "assumption: no document says how CTIManagers watch CallManagers",
        ),
        term(
            "reopen_rate",
            Rate(Excluded),
            Is("\"100/s\""),
            "how many devices a second each CTIManager asks for while it recovers them (R13)",
            "assumption: no capacity to register was found. With the assumed `device_open` of 5 ms it keeps a CallManager \
             half busy",
        ),
        term(
            "phone_return_rate",
            Rate(Excluded),
            Is("\"10/s\""),
            "how many phones a second a CallManager that is back lets return to it (R14, R18)",
            "assumption. The parameter MaxPhonesFallBackQueueDepth bounds how many phones queue to come back (System \
             Guide 4.1); its default, often quoted as 10, is not confirmed, and it is a depth, not a rate",
        ),
        term(
            "code_yellow",
            Either(&OFF, &Table(&CODE_YELLOW)),
            Is("\"off\""),
            "when a CallManager refuses new calls: from an expected delay of `entry` on, until one below `exit`, as in \
             `{ entry = \"20ms\", exit = \"8ms\" }`",
            "Call Throttling, System Configuration Guide 11.5(1)",
        ),
    ],
    ..PLAIN
};

static CODE_YELLOW: Section = Section {
    name: "cti.code_yellow",
    about: "The delays between which a CallManager refuses new calls.",
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

/// No Cisco document gives these times. They make a call to an IVR cost a CallManager some 60 ms, which is what 2000 agents
/// and 15 calls a second on one pair of subscribers leave room for.
static WORK: Section = Section {
    name: "work",
    about: "The time that each message takes at a CallManager or a CTIManager.",
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
        term("answer", DISTRIBUTION_OR_ZERO, Is("\"6ms\""), "CallManager: connecting an answered call", ASSUMPTION),
        term("release", DISTRIBUTION_OR_ZERO, Is("\"6ms\""), "CallManager: releasing a call", ASSUMPTION),
        term(
            "device_open",
            DISTRIBUTION_OR_ZERO,
            Is("\"5ms\""),
            "CallManager: registering and opening a device",
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
            "CTIManager: opening a device for an application",
            ASSUMPTION,
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
            "whether it runs a CTIManager too",
            "at most one a node: System Guide 3.3/4.x (R1)",
        ),
        term("work", Overriding(&WORK), Means("`[work]`"), "its service times where they differ", ""),
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
            "its CallManagers, best first",
            "System Guide 4.0(1) (R7)",
        ),
    ],
    ..PLAIN
};

static POOL: Section = Section {
    name: "device_pool",
    about: "A name for where devices register.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term("callmanager_group", Reference, Wrong, "where its devices register", GUIDE_R7),
    ],
    ..PLAIN
};

static DATABASE: Section = Section {
    name: "database",
    about: "A database in which applications look callers up.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term("connections", SERVERS, Wrong, "how many look-ups it serves at once", ""),
    ],
    ..PLAIN
};

static USER: Section = Section {
    name: "user",
    about: "Whom applications log in as.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term(
            "cti_enabled",
            Flag,
            Is("true"),
            "whether it may use CTI, the box *Enable CTI Application Use* (R2). If not, an application that logs in as \
             this user is never connected and opens nothing: its devices are not opened (R22)",
            GUIDE,
        ),
        term(
            "devices",
            Either(&Word(&["all"]), &List { of: &Reference, least: 0, most: None, distinct: true }),
            Wrong,
            "what it may control: route points, groups of ports and of phones, or `\"all\"` for a super provider (R3)",
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
            "how it is connected: with `\"tapi\"` a port has one line (R6)",
            GUIDE,
        ),
        term(
            "user",
            Reference,
            Means("none: somebody who may control all its devices"),
            "whom it logs in as: it opens nothing unless that user may use CTI (R2), and controls what is associated \
             with that user (R3)",
            GUIDE,
        ),
        term(
            "voice_lines",
            DEVICES,
            Means("none: whatever its ports can"),
            "how many calls with media it is meant to handle at once: as many ports are wanted (R5)",
            GUIDE,
        ),
        term(
            "ctimanagers",
            SOME_NODES,
            Means("all nodes that run one, in order of the file"),
            "the nodes whose CTIManagers it may use, the first first (R20)",
            "",
        ),
        term("workers", SERVERS, Is("8"), "how many events it works on at once", ASSUMPTION),
        term("decide", DISTRIBUTION_OR_ZERO, Is("\"2ms\""), "a worker's own time for an event", ASSUMPTION),
        term(
            "lookup",
            DISTRIBUTION_OR_ZERO,
            NONE,
            "the look-up of a caller at a route point, for which the worker waits",
            "",
        ),
        term("database", Reference, NONE, "where it looks callers up; without one a look-up never queues", ""),
        term(
            "heartbeat",
            POSITIVE_DURATION,
            Is("\"30s\""),
            "the interval it asks for; what it gets lies within the bounds of `[cti]`",
            "Server Heartbeat Interval, JTAPI Developers Guide 14; that the bounds clamp is derived",
        ),
        term(
            "reconnect",
            DURATION,
            Is("\"30s\""),
            "from finding its connection closed, or no CTIManager up, to its next try to connect; less than 10 ms counts \
             as that",
            "Provider Retry Interval, JTAPI Developers Guide 14",
        ),
        term(
            "open_rate",
            Rate(Excluded),
            Is("\"50/s\""),
            "how fast it asks for its devices",
            "assumption; a UCCE peripheral opens 5 route points a second (SRND 7.0 to 7.5)",
        ),
        term(
            "recovery",
            Flag,
            Is("true"),
            "whether its devices are recovered when their CallManager fails; if not, its ports and route points close \
             and it loses its phones, which rehome themselves (R19)",
            GUIDE,
        ),
        term(
            "least_priority",
            Reference,
            Means("none: it never goes back by itself"),
            "the one of its CTIManagers that it leaves again: each time `fall_back_after` has passed there, it looks \
             whether another is up (R21)",
            "JTAPI Developers Guide 15; 3.3 and 12.5 have nothing of the kind, and no `profile` forbids it",
        ),
        term(
            "fall_back_after",
            POSITIVE_DURATION,
            Is("\"300s\""),
            "how long it stays there, `\"120s\"` to `\"600s\"`",
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
    "where it registers: a pool, or a CallManager group where no pool has that name",
    GUIDE_R7,
);
const CANNOT_OPEN_ON: Term = term(
    "cannot_open_on",
    NODES,
    NONE,
    "the CallManagers of its group that turn out unable to open it when it is to be recovered there, so that its \
     application loses it; it opens anywhere when the run begins (R17)",
    "System Guide 3.3/4.x; that it is closed and not left pending: TAPI Developers Guide 12 to 15",
);
const KEEPS_MEDIA: Term = term(
    "keeps_media",
    Flag,
    Is("true"),
    "whether connected calls outlive the failure of a CallManager they go through (R15)",
    "System Guide 3.3/4.x: \"for devices that support it\"",
);
const REFUSED: Absent = Means("none: the call is refused or lost");
const CFB: Term = term("cfb", Target, REFUSED, "where calls are forwarded when it is busy", GUIDES);
const CFNA: Term = term(
    "cfna",
    Target,
    REFUSED,
    "where calls are forwarded that are not answered (in 3.3 also when nobody has it open)",
    GUIDES,
);
const CFOF: Term = term("cfof", Target, REFUSED, "where calls are forwarded whose application has failed", GUIDES);
const CFUR: Term = term("cfur", Target, REFUSED, "where calls are forwarded when it is unregistered (12.5)", GUIDES);

static ROUTE_POINT: Section = Section {
    name: "route_point",
    about: "A CTI route point: a number whose calls an application sends on, or answers itself.",
    terms: &[
        term("name", Name, Wrong, "its name", ""),
        term(
            "count",
            DEVICES,
            Is("1"),
            "how many route points share its calls: each call goes to one of them, drawn at random",
            "",
        ),
        term(
            "lines",
            List { of: &Table(&LINE), least: 0, most: None, distinct: true },
            NONE,
            "its directory numbers, as in `[{ dn = \"7000\" }]`",
            "",
        ),
        DEVICE_POOL,
        term("application", Reference, NONE, "who controls it; without one nobody opens it (R22)", ""),
        term(
            "redirect_to",
            Either(&Target, &List { of: &Table(&REDIRECT), least: 1, most: None, distinct: false }),
            Means("`answers`"),
            "where calls are sent: a name or number, or a list of `{ to = \"a\", share = \"30%\" }` whose `share`s sum \
             to 1",
            "",
        ),
        term("answers", Flag, Is("false"), "whether calls are answered right there, with media", "possible since 4.0"),
        term(
            "treatment",
            DISTRIBUTION_OR_ZERO,
            Means("as long as its caller talks"),
            "how long a call answered there stays",
            "",
        ),
        term(
            "busy_trigger",
            Whole(1, 10_000),
            Usually("4500", "4500, or `maximum_calls` if that is less"),
            "from how many calls on it is busy; up to `maximum_calls`",
            "Bulk Administration Guide",
        ),
        term(
            "maximum_calls",
            Whole(1, 10_000),
            Is("5000"),
            "how many calls it takes",
            "Bulk Administration Guide; Administration Guide 7.1 advises 200",
        ),
        CANNOT_OPEN_ON,
        CFB,
        CFNA,
        CFOF,
        CFUR,
    ],
    rules: &[
        Rule { with: "redirect_to", holds: Condition::Not(&ANSWERS) },
        Rule { with: "treatment", holds: ANSWERS },
        Rule { with: "application", holds: Condition::Any(&[Condition::Present("redirect_to"), ANSWERS]) },
    ],
    ..PLAIN
};

const ANSWERS: Condition = Condition::Is("answers", "true");

static LINE: Section = Section {
    name: "route_point.lines",
    about: "A line of a route point.",
    terms: &[term("dn", DirectoryNumber, Wrong, "the directory number of a line", "")],
    ..PLAIN
};

static REDIRECT: Section = Section {
    name: "route_point.redirect_to",
    about: "One of several places where calls are sent.",
    terms: &[
        term("to", Target, Wrong, "where some calls are sent", ""),
        term("share", Share(Excluded), Wrong, "which share of them", ""),
    ],
    ..PLAIN
};

static CTI_PORT: Section = Section {
    name: "cti_port",
    about: "A group of CTI ports that are alike.",
    terms: &[
        term("name", Name, Wrong, "the group's name", ""),
        term("count", DEVICES, Wrong, "how many ports", "one active call a port (R5)"),
        term(
            "lines_per_port",
            Whole(1, 200),
            Is("1"),
            "how many lines each has; a second one takes no second call with media (R5), and a TAPI application allows \
             none (R6)",
            GUIDE,
        ),
        term(
            "first_dn",
            FirstNumber,
            NONE,
            "the directory number of the first line; the others count on from there. Nobody calls them: calls go to the \
             group, by its name",
            "",
        ),
        DEVICE_POOL,
        term("application", Reference, NONE, "who controls them", ""),
        term(
            "treatment",
            DISTRIBUTION_OR_ZERO,
            Means("as long as its caller talks"),
            "how long a call is treated there",
            "",
        ),
        term("transfer_to", Reference, NONE, "the phones that calls are transferred to after the treatment", ""),
        term("transfer_share", Share(Allowed), Is("1"), "how many of them are", ""),
        term(
            "media",
            Word(&["application", "separate"]),
            Is("\"application\""),
            "where the media comes from: the application, with which it dies, or something separate that survives it \
             (R15)",
            ASSUMPTION,
        ),
        KEEPS_MEDIA,
        CANNOT_OPEN_ON,
        CFB,
        CFNA,
        CFOF,
        CFUR,
    ],
    rules: &[Rule { with: "transfer_share", holds: Condition::Present("transfer_to") }],
    ..PLAIN
};

static PHONE: Section = Section {
    name: "phone",
    about: "A group of phones that are alike.",
    terms: &[
        term("name", Name, Wrong, "the group's name", ""),
        term("count", DEVICES, Wrong, "how many phones", ""),
        DEVICE_POOL,
        term("dn", DirectoryNumber, NONE, "the number of the group as a whole, as a hunt pilot has", ""),
        term("first_dn", FirstNumber, NONE, "the directory number of the first phone, as for ports", ""),
        term(
            "answer",
            DISTRIBUTION_OR_ZERO,
            Is("{ exponential = \"5s\" }"),
            "how long it rings until a person answers",
            "assumption; a public sample of 2018 has a median of 10 s from dialling to answer",
        ),
        term("answered", Share(Allowed), Is("1"), "which share of calls a person answers at all", ""),
        term(
            "no_answer",
            DURATION_OR_OFF,
            Usually("\"12s\"", "`\"12s\"` if `cfna` is set, else `\"off\"`"),
            "how long it rings before it forwards by CFNA",
            "the usual figure; no document was found",
        ),
        term(
            "queue",
            Flag,
            Is("false"),
            "whether calls transferred here wait for a free phone, rather than being busy",
            "",
        ),
        term(
            "application",
            Reference,
            NONE,
            "who controls it as a third party (R14, R20); such phones are opened after the application's route points \
             and ports",
            GUIDE,
        ),
        term(
            "failover",
            DISTRIBUTION_OR_ZERO,
            Is("{ uniform = [\"60s\", \"90s\"] }"),
            "from the failure of its CallManager until a phone has noticed and begins to register elsewhere (R14)",
            "an SCCP phone gives up a CallManager that hangs after three keepalives of 30 s, so within 90 s (SRST FAQ); \
             that it does so evenly in the last 30 s is derived. One whose CallManager is stopped cleanly, and which has \
             a standby connection, moves at once: `\"0s\"`. A SIP phone takes up to 120 s",
        ),
        KEEPS_MEDIA,
        CANNOT_OPEN_ON,
        CFB,
        CFNA,
    ],
    ..PLAIN
};

static DESTINATION: Section = Section {
    name: "destination",
    about: "A number outside the cluster.",
    terms: &[
        term("name", Name, Wrong, "the name of a number outside the cluster", ""),
        term("dn", DirectoryNumber, NONE, "its number", ""),
        term("answer", DISTRIBUTION_OR_ZERO, Is("\"0s\""), "how long it rings", ""),
        term("lines", Whole(1, u32::MAX as u64), Means("no limit"), "how many calls it takes at once", ""),
        term("egress", Reference, Means("the first node"), "the node where calls leave for it", ""),
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
            "its name: the luck of its callers hangs on it, so that they stay the same callers when the rest of the \
             workload changes",
            "",
        ),
        term("to", Target, Wrong, "whom they call", ""),
        term(
            "ingress",
            SOME_NODES,
            Means("all nodes, in order of the file"),
            "the nodes their calls come in at, in turn; a call whose turn is a node that is down comes in at the next of \
             the list that is up, beginning again at its head, as a gateway tries its CallManagers",
            "System Guide 4.0(1): gateways have a CallManager group too; that a gateway goes over at once is an \
             assumption",
        ),
        term("arrivals", Table(&ARRIVALS), Wrong, "when they call", ""),
        term(
            "patience",
            DISTRIBUTION_OR_ZERO,
            Means("for ever"),
            "how long a caller waits unanswered before hanging up, and again for a person after that",
            "",
        ),
        term(
            "talk",
            DISTRIBUTION_OR_ZERO,
            Is("{ exponential = \"3m\" }"),
            "how long a caller talks",
            "the agents of the UCCE SRND 7.5 talk 3 minutes",
        ),
    ],
    ..PLAIN
};

const THIS_OR_OTHERS: Absent = Means("another of `poisson`, `bhca`, `profile` and `file`");

static ARRIVALS: Section = Section {
    name: "traffic.arrivals",
    about: "When the callers of a source call: exactly one of `poisson`, `bhca`, `profile` and `file`.",
    terms: &[
        term("poisson", Rate(Excluded), THIS_OR_OTHERS, "a Poisson process of this rate", ""),
        term(
            "bhca",
            PositiveNumber,
            THIS_OR_OTHERS,
            "the same as busy-hour call attempts: a bare number of calls an hour",
            "",
        ),
        term(
            "profile",
            List { of: &Table(&RATE_POINT), least: 1, most: None, distinct: false },
            THIS_OR_OTHERS,
            "a Poisson process whose rate changes: a list of `{ at = \"8h\", rate = \"2400/h\" }` in order of time, the \
             first `at = \"0h\"`",
            "",
        ),
        term(
            "file",
            Text,
            THIS_OR_OTHERS,
            "the calls of a CSV file with the columns `at_s` (seconds) or `at` (a duration), and if wanted `talk_s` and \
             `patience_s`; a header row; in order of time; an empty cell is drawn instead",
            "",
        ),
        term("repeat", POSITIVE_DURATION, Means("never"), "when a `profile` begins anew; after its last rate", ""),
        term(
            "steps",
            List { of: &Table(&STEP), least: 0, most: Some(1000), distinct: false },
            NONE,
            "bursts at known times, as in `[{ at = \"20m\", for = \"5m\", times = 4.0 }]`: those that overlap multiply",
            "",
        ),
        term(
            "states",
            List { of: &Table(&STATE), least: 2, most: None, distinct: false },
            NONE,
            "a state that multiplies the rate and changes at random, as in `[{ times = 1, mean = \"10m\" }, { times = 5, \
             mean = \"30s\" }]`: each lasts an exponential time, then the next one follows in turn (a Markov-modulated \
             Poisson process)",
            "",
        ),
    ],
    one_of: &[&["poisson", "bhca", "profile", "file"]],
    rules: &[
        Rule { with: "repeat", holds: Condition::Present("profile") },
        Rule { with: "steps", holds: Condition::Not(&Condition::Present("file")) },
        Rule { with: "states", holds: Condition::Not(&Condition::Present("file")) },
    ],
    ..PLAIN
};

static RATE_POINT: Section = Section {
    name: "traffic.arrivals.profile",
    about: "From when on which rate.",
    terms: &[
        term("at", DURATION, Wrong, "from when on", ""),
        term("rate", Rate(Allowed), Wrong, "the rate from then on", ""),
    ],
    ..PLAIN
};

static STEP: Section = Section {
    name: "traffic.arrivals.steps",
    about: "A burst: the rate is multiplied for a while.",
    terms: &[
        term("at", DURATION, Wrong, "when a burst begins", ""),
        term("for", POSITIVE_DURATION, Wrong, "how long it lasts", ""),
        term("times", Number(0.0, f64::INFINITY), Wrong, "by what it multiplies the rate", ""),
    ],
    ..PLAIN
};

static STATE: Section = Section {
    name: "traffic.arrivals.states",
    about: "A state in which the rate is multiplied.",
    terms: &[
        term("times", Number(0.0, f64::INFINITY), Wrong, "by what a state multiplies the rate", ""),
        term("mean", POSITIVE_DURATION, Wrong, "how long it lasts on average", ""),
    ],
    ..PLAIN
};

const THIS_TARGET: Absent = Means("another of these five");

static FAULT: Section = Section {
    name: "fault",
    about: "A failure: what fails is exactly one of `application`, `callmanager`, `ctimanager`, `node` and `link`; when \
            it does is set by `at`, or at random by `time_to_failure`.",
    terms: &[
        term(
            "application",
            Reference,
            THIS_TARGET,
            "an application, in one of the ways of `kind` (R22 to R24)",
            "System Guide 3.3/4.x; System Error Messages",
        ),
        term(
            "callmanager",
            Reference,
            THIS_TARGET,
            "the CallManager of the node of this name; its CTIManager goes on (R13 to R19)",
            GUIDE,
        ),
        term(
            "ctimanager",
            Reference,
            THIS_TARGET,
            "the CTIManager of the node; its CallManager goes on and devices stay registered (R20, R21)",
            GUIDE,
        ),
        term(
            "node",
            Reference,
            THIS_TARGET,
            "the node with all that runs on it; nothing closes a connection, so everybody finds out by what no longer \
             comes",
            "SRND 12.x",
        ),
        term(
            "link",
            List { of: &Reference, least: 2, most: Some(2), distinct: true },
            THIS_TARGET,
            "the link between two nodes, `[\"sub1\", \"sub2\"]`, or from an application to a node, `[\"ivr\", \"sub1\"]`: \
             cut or, with `slow`, slower",
            "WAN advice of the SRND",
        ),
        term("at", DURATION, Means("`time_to_failure`"), "when it strikes", ""),
        term(
            "for",
            POSITIVE_DURATION,
            Means("to the end of the run; required for a stall"),
            "how long until it is restarted or goes on",
            "",
        ),
        term(
            "time_to_failure",
            DISTRIBUTION_ABOVE_ZERO,
            Means("`at`"),
            "the time to failure, from the beginning of the run or from the last repair; the mean of this distribution \
             is the MTBF",
            "",
        ),
        term(
            "time_to_repair",
            DISTRIBUTION_ABOVE_ZERO,
            Means("required with `time_to_failure`"),
            "the time to repair: how long it is down after a failure; the mean of this distribution is the MTTR",
            "",
        ),
        term(
            "kind",
            Word(&["exit", "silent", "stall"]),
            Means("required for an application"),
            "for an application only. `\"exit\"`: the process ends and its connection closes; `\"silent\"`: only its \
             heartbeats stop; `\"stall\"`: it stands still and then goes on where it was",
            "",
        ),
        term(
            "slow",
            POSITIVE_DURATION,
            Means("the link is cut"),
            "for a link only: how much longer each message takes, one way; without it the link is cut",
            "",
        ),
        term(
            "name",
            Name,
            Means("none; required for a fault at random"),
            "its name: the luck of a fault at random hangs on it",
            "",
        ),
    ],
    one_of: &[&["application", "callmanager", "ctimanager", "node", "link"], &["at", "time_to_failure"]],
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
            holds: Condition::All(&[
                Condition::Present("application"),
                Condition::Any(&[
                    Condition::Not(&Condition::Is("kind", "\"stall\"")),
                    Condition::Present("for"),
                    Condition::Present("time_to_failure"),
                ]),
            ]),
        },
        Rule { with: "slow", holds: Condition::Present("link") },
    ],
    former: &[("works", "time_to_failure"), ("lasts", "time_to_repair")],
};

const AS_BEFORE: Absent = Means("as before");

static CHANGE: Section = Section {
    name: "change",
    about: "Forward settings that change while the cluster runs (R12).",
    terms: &[
        term("at", DURATION, Wrong, "when", ""),
        term("of", Target, Wrong, "whose settings: a route point, a group of ports or a group of phones", ""),
        term("cfb", Target, AS_BEFORE, "where `cfb` leads from then on, or `\"none\"`", ""),
        term("cfna", Target, AS_BEFORE, "where `cfna` leads from then on, or `\"none\"`", ""),
        term("cfof", Target, AS_BEFORE, "where `cfof` leads from then on, or `\"none\"`", ""),
        term("cfur", Target, AS_BEFORE, "where `cfur` leads from then on, or `\"none\"`", ""),
    ],
    rules: &[Rule {
        with: "at",
        holds: Condition::Any(&[
            Condition::Present("cfb"),
            Condition::Present("cfna"),
            Condition::Present("cfof"),
            Condition::Present("cfur"),
        ]),
    }],
    ..PLAIN
};

static GOAL: Section = Section {
    name: "goal",
    about: "What is wanted of the results: met or missed if the whole interval of the measure is on one side of the bound, \
            undecided if it is not.",
    terms: &[
        term(
            "metric",
            Sentence,
            Wrong,
            "what is measured, `[scope:name/]metric[.statistic]` as in `setup_delay.p99` (docs/reference/measures.md)",
            "",
        ),
        term("route_point", Reference, Means("all of the cluster"), "the route point that it is about", ""),
        term("application", Reference, Means("all of the cluster"), "the application that it is about", ""),
        term("node", Reference, Means("all of the cluster"), "the node that it is about", ""),
        term("at_most", BOUND, Means("`at_least`"), "the bound that it is not to exceed, in its unit", ""),
        term("at_least", BOUND, Means("`at_most`"), "the bound that it is not to stay below, in its unit", ""),
    ],
    one_of: &[&["at_most", "at_least"]],
    ..PLAIN
};

const THIS_DISTRIBUTION: Absent = Means("another of these seven");

/// A distribution on its own, where there is no workload around it.
pub(super) static LONE_DISTRIBUTION: Section = Section {
    name: "",
    about: "A distribution of durations.",
    terms: &[term("distribution", DISTRIBUTION_OR_ZERO, Wrong, "the distribution", "")],
    ..PLAIN
};

/// A distribution of durations, where it is not just a duration.
pub static DISTRIBUTION: Section = Section {
    name: "distribution",
    about: "A distribution of durations: exactly one of these keys.",
    terms: &[
        term("constant", DURATION, THIS_DISTRIBUTION, "always this long: the same as the bare duration", ""),
        term("exponential", POSITIVE_DURATION, THIS_DISTRIBUTION, "exponential with this mean", ""),
        term(
            "uniform",
            List { of: &DURATION, least: 2, most: Some(2), distinct: false },
            THIS_DISTRIBUTION,
            "any duration from the first of these to the second, as in `[\"10ms\", \"20ms\"]`",
            "",
        ),
        term("erlang", Table(&ERLANG), THIS_DISTRIBUTION, "the sum of exponential phases", ""),
        term("lognormal", Table(&LOGNORMAL), THIS_DISTRIBUTION, "lognormal", ""),
        term("weibull", Table(&WEIBULL), THIS_DISTRIBUTION, "Weibull", ""),
        term(
            "empirical",
            Table(&EMPIRICAL),
            THIS_DISTRIBUTION,
            "each row of a column of a CSV file equally likely",
            "",
        ),
    ],
    one_of: &[&["constant", "exponential", "uniform", "erlang", "lognormal", "weibull", "empirical"]],
    ..PLAIN
};

const MEAN: Term = term("mean", POSITIVE_DURATION, Wrong, "its mean", "");

static ERLANG: Section = Section {
    name: "distribution.erlang",
    about: "The sum of exponential phases.",
    terms: &[MEAN, term("phases", Whole(1, 1000), Wrong, "of how many phases", "")],
    ..PLAIN
};

static LOGNORMAL: Section = Section {
    name: "distribution.lognormal",
    about: "A lognormal distribution.",
    terms: &[MEAN, term("cv", Number(0.001, 100.0), Wrong, "its standard deviation over its mean", "")],
    ..PLAIN
};

static WEIBULL: Section = Section {
    name: "distribution.weibull",
    about: "A Weibull distribution.",
    terms: &[MEAN, term("shape", Number(0.1, 100.0), Wrong, "its shape; 1 is exponential", "")],
    ..PLAIN
};

static EMPIRICAL: Section = Section {
    name: "distribution.empirical",
    about: "Durations seen somewhere: a column of a CSV file.",
    terms: &[
        term("file", Text, Wrong, "a file with a header row, sought beside the workload", ""),
        term("column", Text, Wrong, "which column of it", ""),
        term("unit", Word(&["s", "ms"]), Is("\"s\""), "the unit of its numbers", ""),
    ],
    ..PLAIN
};
