//! Dependency records (R8): what uses what, and what a failure would affect, each on a cluster of a few lines; and the
//! built-in workload in every format, as the program prints it.
//! `UPDATE=1 cargo test --test suite dependencies::` rewrites `tests/golden/deps`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ctisim::cluster::Cluster;
use ctisim::dependencies::{Consequence, Dependencies, RecordKind, Subject};
use ctisim::domain::{DeviceId, DeviceKind};
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::{Device, Plan, compile_workload};
use ctisim::workload::{NoFiles, Topology};

/// Two nodes, an application on both, a route point and ports with an operator to forward to.
const CLUSTER: &str = r#"
format = 1
question = "Who depends on whom?"
[[node]]
name = "one"
[[node]]
name = "two"
[[callmanager_group]]
name = "both"
members = ["one", "two"]
[[device_pool]]
name = "pool"
callmanager_group = "both"
[[database]]
name = "customers"
connections = 4
[[user]]
name = "ivr-user"
devices = ["welcome", "ports"]
[[application]]
name = "ivr"
user = "ivr-user"
ctimanagers = ["one", "two"]
lookup = "40ms"
database = "customers"
[[route_point]]
name = "welcome"
lines = [{ dn = "7000" }, { dn = "7001" }]
device_pool = "pool"
application = "ivr"
redirect_to = "ports"
cfna = "operator"
cfof = "operator"
[[cti_port]]
name = "ports"
count = 4
first_dn = "7101"
device_pool = "pool"
application = "ivr"
transfer_to = "people"
transfer_share = "20%"
[[phone]]
name = "people"
dn = "7200"
count = 2
device_pool = "pool"
[[destination]]
name = "operator"
dn = "9000"
[[traffic]]
name = "callers"
to = "7000"
ingress = ["one"]
arrivals = { poisson = "10/m" }
[[change]]
at = "5m"
of = "welcome"
cfna = "people"
"#;

/// The cluster with some of its text replaced.
fn cluster(replaced: &[(&str, &str)]) -> String {
    replaced.iter().fold(CLUSTER.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

fn shipped() -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

fn with<T>(text: &str, look: impl FnOnce(&Dependencies<'_>) -> T) -> T {
    let (workload, plan) = compile_workload("tiny", text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    look(&Dependencies::new(&workload, &plan, text))
}

/// What would be affected, one line per effect.
fn affected(text: &str, asked: &str) -> String {
    affected_by(text, |dependencies| dependencies.find(asked).expect("it is there"))
}

/// The same for a process that hangs.
fn affected_by_hang(text: &str, asked: &str) -> String {
    affected_by(text, |dependencies| dependencies.hanging(dependencies.find(asked).unwrap()).unwrap())
}

/// The same for so many devices that fail, or all of them.
fn affected_by_failure(text: &str, asked: &str, count: Option<u32>) -> String {
    affected_by(text, |dependencies| dependencies.failing(dependencies.find(asked).unwrap(), count).unwrap())
}

fn affected_by(text: &str, subject: impl Fn(&Dependencies<'_>) -> Subject) -> String {
    with(text, |dependencies| {
        let effects = dependencies.affected(subject(dependencies));
        let line = |effect: &ctisim::dependencies::Effect| {
            format!("{}: {} [{}]\n", dependencies.full_name(effect.on), effect.what, effect.rules.join(" "))
        };
        effects.iter().map(line).collect()
    })
}

#[track_caller]
fn has(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "no\n{line}\nin\n{text}");
}

#[track_caller]
fn has_not(text: &str, words: &str) {
    assert!(!text.contains(words), "{words}\nin\n{text}");
}

#[test]
fn every_use_has_its_role_and_its_place() {
    let uses = |asked: &str| {
        with(CLUSTER, |dependencies| {
            let Subject { record, .. } = dependencies.find(asked).unwrap();
            let uses = dependencies.uses_of(record).map(|it| {
                let place = if it.implied { "default".to_owned() } else { format!("{}:{}", it.at.line, it.at.column) };
                format!("{} {} {place}", it.role.words(), dependencies.full_name(it.used))
            });
            let users = dependencies.users_of(record);
            let users = users.map(|it| format!("for {} {}", dependencies.full_name(it.user), it.role.words()));
            uses.chain(users).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        uses("welcome"),
        [
            "line directory_number:7000 28:17",
            "line directory_number:7001 28:34",
            "device pool device_pool:pool 29:15",
            "controlled by application:ivr 30:15",
            "redirect cti_port:ports 31:15",
            "cfna destination:operator 32:8",
            "cfof destination:operator 33:8",
            "for user:ivr-user associated",
            "for change:1 changes",
        ]
    );
    assert_eq!(
        uses("ivr"),
        [
            "CTIManager 1 node:one 23:16",
            "CTIManager 2 node:two 23:23",
            "user user:ivr-user 22:8",
            "lookup database:customers 25:12",
            "for route_point:welcome controlled by",
            "for cti_port:ports controlled by",
        ]
    );
    assert_eq!(uses("7200"), ["for phone:people line"], "the ports name the phones themselves, not their number");
    assert_eq!(
        uses("people"),
        [
            "line directory_number:7200 44:6",
            "device pool device_pool:pool 46:15",
            "for cti_port:ports transfer 20 %",
            "for change:1 cfna",
        ]
    );
    assert_eq!(uses("operator")[..2], ["line directory_number:9000 49:6", "egress node:one default"]);
    assert_eq!(uses("7000"), ["for traffic:callers traffic", "for route_point:welcome line"]);
    // One of the numbers that are given out in a row is the row's.
    assert_eq!(uses("7104"), ["for cti_port:ports line"]);
}

#[test]
fn a_name_that_is_not_there_or_belongs_to_two_is_explained() {
    with(&cluster(&[("ivr-user", "ivr")]), |dependencies| {
        let error = |asked: &str| {
            let (what, hint) = dependencies.find(asked).unwrap_err();
            format!("{what}; {}", hint.unwrap_or_default())
        };
        assert_eq!(error("welcme"), "there is no record called `welcme`; did you mean `welcome`?");
        assert_eq!(error("ivr"), "`ivr` is the name of 2 records; say which one: `application:ivr` and `user:ivr`");
        assert_eq!(error("node:three"), "there is no node called `three`; there are `one` and `two`");
        for asked in ["number:7000", "Directory numbers:7000", "directory-number:7000"] {
            assert_eq!(dependencies.find(asked), dependencies.find("directory_number:7000"), "{asked}");
        }
        assert_eq!(dependencies.find("ports:ports"), dependencies.find("port groups:ports"));
        assert_eq!(error("nod:one"), "there is no kind of record called `nod`; did you mean `node`?");
        assert!(error("7105").starts_with("there is no record called `7105`"));
        assert_ne!(dependencies.find("user:ivr"), dependencies.find("application:ivr"));
    });
    with(
        &cluster(&[
            ("name = \"two\"\n", "name = \"two\"\nctimanager = false\n"),
            ("s = [\"one\", \"two\"]\nl", "s = [\"one\"]\nl"),
        ]),
        |dependencies| {
            assert!(dependencies.find("ctimanager:two").is_err());
            assert!(dependencies.find("callmanager:two").is_ok());
        },
    );
}

#[test]
fn a_callmanager_with_another_one_in_the_group_only_moves_its_devices() {
    let affects = affected(CLUSTER, "callmanager:one");
    has(&affects, "route_point:welcome: moves to `two`, and rehomes when it has no call [R13 R18]");
    has(&affects, "route_point:welcome: meanwhile new calls go by cfna to `operator` [R22]");
    has(&affects, "cti_port:ports: meanwhile new calls are refused (not_opened): no forward of `ports` applies [R22]");
    has(&affects, "phone:people: each phone moves to `two` once it notices, but not during a call [R14]");
    has(&affects, "destination:operator: calls leave for it at `two` [R13]");
    has(&affects, "callmanager_group:both: has `two` left [R7]");
    // They come in at this node only.
    has(&affects, "traffic:callers: its calls are refused (no_callmanager): they have no other ingress [R13]");
    has_not(&affects, "application:");
    // The other way round nothing moves.
    let affects = affected(CLUSTER, "callmanager:two");
    assert_eq!(affects, "callmanager_group:both: has `one` left [R7]\n");
}

#[test]
fn a_callmanager_without_another_one_in_the_group_leaves_its_devices_out_of_service() {
    let affects = affected(&cluster(&[("members = [\"one\", \"two\"]", "members = [\"one\"]")]), "callmanager:one");
    has(&affects, "route_point:welcome: stays out of service: its group has no other CallManager [R16]");
    has(&affects, "phone:people: stays out of service: its group has no other CallManager [R14 R16]");
    has(&affects, "callmanager_group:both: has no member left [R7]");
}

#[test]
fn a_device_that_the_next_callmanager_cannot_open_or_may_not_recover_is_closed() {
    let affects = affected(&cluster(&[("cfof = ", "cannot_open_on = [\"two\"]\ncfof = ")]), "callmanager:one");
    has(&affects, "route_point:welcome: is closed: the next CallManager of its group cannot open it [R17]");
    let forbids = cluster(&[("lookup = ", "recovery = false\nlookup = ")]);
    has(&affected(&forbids, "callmanager:one"), "cti_port:ports: is closed: `ivr` forbids recovery [R19]");
    // An application that reconnects opens everything again, whatever its `recovery` is.
    let affects = affected(&forbids, "one");
    has_not(&affects, "forbids");
    has(
        &affects,
        "cti_port:ports: moves to `two` once `ivr` opens it through `two`, and rehomes when it has no call [R13 R18 R20]",
    );
}

#[test]
fn a_ctimanager_is_replaced_by_the_next_of_the_applications_list_if_there_is_one() {
    let affects = affected(CLUSTER, "ctimanager:one");
    has(&affects, "application:ivr: connects to the CTIManager of `two` [R20]");
    has(&affects, "route_point:welcome: is not open until `ivr` has opened it again through `two` [R20]");
    has(&affects, "route_point:welcome: calls that wait there unanswered go by cfof to `operator` [R20]");
    has(&affects, "cti_port:ports: connected calls go on [R20]");
    has_not(&affects, "phone:");
    assert_eq!(affected(CLUSTER, "ctimanager:two"), "application:ivr: may use `one` only [R20]\n");
    let affects =
        affected(&cluster(&[("ctimanagers = [\"one\", \"two\"]", "ctimanagers = [\"one\"]")]), "ctimanager:one");
    has(&affects, "application:ivr: stays out until the CTIManager of `one` is back: it may use no other [R20]");
    has(&affects, "traffic:callers: its calls to `7000` go by cfna to `operator` [R22]");
    has(&affects, "cti_port:ports: no call reaches it any more []");
}

/// The cluster with a notice of five seconds, and four devices opened again a second.
fn timed(replaced: &[(&str, &str)]) -> String {
    let times = "[cti]\ncallmanager_notice = \"5s\"\nreopen_rate = \"4/s\"\n[[node]]\nname = \"one\"";
    cluster(&[&[("[[node]]\nname = \"one\"", times)], replaced].concat())
}

#[test]
fn calls_through_a_callmanager_that_hangs_wait_until_that_is_noticed() {
    let affects = affected_by_hang(&timed(&[]), "callmanager:one");
    has(&affects, "route_point:welcome: for 5s new calls are sent there and wait [R15]");
    has(&affects, "route_point:welcome: after 5s, for a while, new calls go by cfna to `operator` [R22]");
    has(
        &affects,
        "route_point:welcome: calls being set up or changed wait, and are dropped after 5s; connected ones go on without \
         control [R15]",
    );
    has(&affects, "route_point:welcome: moves to `two`, and rehomes when it has no call [R13 R18]");
    // A port there is not chosen: it is out of service from the beginning.
    has(&affects, "cti_port:ports: meanwhile new calls are refused (not_opened): no forward of `ports` applies [R22]");
    has(&affects, "destination:operator: calls leave for it at `two` [R13]");
    has(&affects, "traffic:callers: for 5s its calls still come in at `one`, and wait there [R15]");
    has(
        &affects,
        "traffic:callers: calls that came in at `one` and are being set up or changed wait, and are dropped after 5s [R15]",
    );
    has(&affects, "traffic:callers: after 5s its calls are refused (no_callmanager): they have no other ingress [R13]");
    let both = timed(&[("ingress = [\"one\"]", "ingress = [\"one\", \"two\"]")]);
    let affects = affected_by_hang(&both, "callmanager:one");
    has(&affects, "traffic:callers: after 5s its calls come in at `two` only [R13]");
    has(&affects, "traffic:callers: after 5s, for a while, its calls to `7000` go by cfna to `operator` [R22]");
    // Ports that keep no media drop connected calls as well.
    let affects = affected_by_hang(&timed(&[("first_dn", "keeps_media = false\nfirst_dn")]), "callmanager:one");
    has(
        &affects,
        "cti_port:ports: calls being set up or changed wait, and are dropped after 5s; connected ones go on until then, \
         and are dropped, too [R15]",
    );
    // What is noticed at once is an end like any other.
    let at_once = timed(&[("notice = \"5s\"", "notice = \"0s\"")]);
    assert_eq!(affected_by_hang(&at_once, "callmanager:one"), affected(&at_once, "callmanager:one"));
}

#[test]
fn a_ctimanager_that_hangs_is_missed_after_one_to_two_heartbeats() {
    let text = cluster(&[("lookup = ", "heartbeat = \"10s\"\nlookup = ")]);
    let hangs = affected_by_hang(&text, "ctimanager:one");
    has(
        &hangs,
        "application:ivr: connects to the CTIManager of `two` once it has missed heartbeats for 10s to 20s [R20 R23]",
    );
    // Its devices and calls fare as when it ends.
    let others =
        |text: &str| text.lines().filter(|line| !line.starts_with("application")).collect::<Vec<_>>().join("\n");
    assert_eq!(others(&hangs), others(&affected(&text, "ctimanager:one")));
    assert_eq!(affected_by_hang(&text, "ctimanager:two"), affected(&text, "ctimanager:two"));
}

#[test]
fn of_a_group_only_the_devices_that_fail_are_out_of_service() {
    assert_eq!(
        affected_by_failure(&timed(&[]), "ports", Some(1)),
        "cti_port:ports: 1 of its 4 devices is out of service until the fault is over; then the CTIManager of `one` opens it \
         on `one` [R13]\n\
         cti_port:ports: new calls take the other 3 [R5]\n\
         cti_port:ports: at those that failed, calls being set up or changed are dropped; connected ones go on without control [R15]\n"
    );
    let three = affected_by_failure(&timed(&[]), "ports", Some(3));
    has(
        &three,
        "cti_port:ports: 3 of its 4 devices are out of service until the fault is over; then the CTIManager of `one` opens \
         one every 250ms on `one` [R13]",
    );
    has(&three, "cti_port:ports: new calls take the other one [R5]");
    let all = affected_by_failure(&timed(&[]), "ports", None);
    has(
        &all,
        "cti_port:ports: is out of service until the fault is over; then the CTIManager of `one` opens one every 250ms on \
         `one` [R13]",
    );
    has(&all, "cti_port:ports: new calls are refused (not_opened): no forward of `ports` applies [R22]");
    has(
        &all,
        "route_point:welcome: the calls it redirects to `ports` are refused (not_opened): no forward of `ports` applies [R22]",
    );
    // Each of several route points gets its share of the calls, whether it works or not.
    let several = timed(&[("name = \"welcome\"\n", "name = \"welcome\"\ncount = 3\n")]);
    let affects = affected_by_failure(&several, "welcome", Some(1));
    has(&affects, "route_point:welcome: 1 in 3 new calls go by cfna to `operator` [R5 R22]");
    has_not(&affects, "traffic:callers: its calls to `7000`");
}

#[test]
fn a_route_point_or_phone_that_fails_comes_back_by_its_own_rule() {
    let affects = affected_by_failure(CLUSTER, "welcome", None);
    has(
        &affects,
        "route_point:welcome: is out of service until the fault is over; then the CTIManager of `one` opens it on `one` [R13]",
    );
    has(&affects, "route_point:welcome: new calls go by cfna to `operator` [R22]");
    has(&affects, "traffic:callers: its calls to `7000` go by cfna to `operator` [R22]");
    has(&affects, "cti_port:ports: no call reaches it any more []");
    let affects = affected_by_failure(CLUSTER, "people", None);
    has(
        &affects,
        "phone:people: is out of service until the fault is over; then each registers by itself, but not during a call [R14]",
    );
    has_not(&affects, "controls");
    let controlled = |more: &str| {
        cluster(&[
            ("[\"welcome\", \"ports\"]", "[\"welcome\", \"ports\", \"people\"]"),
            ("dn = \"7200\"\n", "dn = \"7200\"\napplication = \"ivr\"\n"),
            ("lookup = ", more),
        ])
    };
    has(
        &affected_by_failure(&controlled("lookup = "), "people", Some(1)),
        "phone:people: `ivr` controls what failed once the CTIManager of `one` has opened it again [R14]",
    );
    has(
        &affected_by_failure(&controlled("recovery = false\nlookup = "), "people", Some(1)),
        "phone:people: `ivr` loses control of what failed: it forbids recovery [R19]",
    );
}

#[test]
fn a_failed_device_that_may_not_or_cannot_be_opened_again_is_closed() {
    let forbids = cluster(&[("lookup = ", "recovery = false\nlookup = ")]);
    has(
        &affected_by_failure(&forbids, "ports", Some(1)),
        "cti_port:ports: 1 of its 4 devices is closed: `ivr` forbids recovery [R19]",
    );
    let cannot = cluster(&[("cfof = ", "cannot_open_on = [\"one\"]\ncfof = ")]);
    has(
        &affected_by_failure(&cannot, "welcome", None),
        "route_point:welcome: is out of service, and closed when the fault is over: `one` cannot open it [R17]",
    );
    // Nobody misses a device that nobody has opened.
    let nobody = cluster(&[("application = \"ivr\"\nredirect_to = \"ports\"\n", "")]);
    assert_eq!(affected_by_failure(&nobody, "welcome", None), "");
}

#[test]
fn only_a_process_hangs_and_only_devices_fail_by_themselves() {
    with(CLUSTER, |dependencies| {
        let subject = |asked: &str| dependencies.find(asked).unwrap();
        let error = |found: Result<Subject, (String, Option<String>)>| {
            let (what, hint) = found.unwrap_err();
            format!("{what}; {}", hint.unwrap_or_default())
        };
        assert_eq!(
            error(dependencies.hanging(subject("one"))),
            "`one` is no process that can hang; say which process: `callmanager:one` or `ctimanager:one`"
        );
        assert_eq!(
            error(dependencies.hanging(subject("ports"))),
            "`ports` is no process that can hang; a CallManager or CTIManager can hang: say `callmanager:` or `ctimanager:` \
             and a node"
        );
        assert_eq!(
            error(dependencies.failing(subject("operator"), None)),
            "`operator` is no device that can fail by itself; a route point can fail, and ports or phones of a group"
        );
        assert_eq!(
            error(dependencies.failing(subject("ports"), Some(5))),
            "`ports` has 4 devices, of which 5 cannot fail; "
        );
        let loss = |subject| dependencies.loss(subject);
        assert_eq!(loss(dependencies.hanging(subject("callmanager:one")).unwrap()), "the CallManager of `one` hung");
        assert_eq!(loss(dependencies.failing(subject("welcome"), None).unwrap()), "`welcome` failed");
        assert_eq!(loss(dependencies.failing(subject("ports"), None).unwrap()), "all 4 devices of `ports` failed");
        assert_eq!(
            loss(dependencies.failing(subject("ports"), Some(2)).unwrap()),
            "2 of the 4 devices of `ports` failed"
        );
    });
}

#[test]
fn a_device_of_several_applications_goes_to_the_next_or_stays_with_it() {
    // The standby is at the other CTIManager; neither application has a backup.
    let other = "[[application]]\nname = \"ivr-b\"\nctimanagers = [\"two\"]\n[[route_point]]";
    let text = cluster(&[
        ("ctimanagers = [\"one\", \"two\"]", "ctimanagers = [\"one\"]"),
        ("application = \"ivr\"", "application = [\"ivr\", \"ivr-b\"]"),
        ("[[route_point]]", other),
    ]);
    for lost in ["ctimanager:one", "application:ivr"] {
        let affects = affected(&text, lost);
        has(&affects, "cti_port:ports: is not open until `ivr-b`, which stands by, has opened it [R4]");
        has(&affects, "route_point:welcome: `ivr-b` still has it open [R4]");
    }
    has(&affected(&text, "application:ivr-b"), "cti_port:ports: `ivr` still has it open [R4]");
    assert_eq!(affected(&text, "ctimanager:two").lines().count(), 1, "{}", affected(&text, "ctimanager:two"));
}

#[test]
fn a_ctimanager_takes_one_of_several_connections_and_its_share_of_the_devices() {
    // The route point is dealt to the first connection, the four ports to the second, first, second and first.
    let text = cluster(&[("lookup = ", "connections = 2\nlookup = ")]);
    let affects = affected(&text, "ctimanager:two");
    has(&affects, "application:ivr: connection 1: may use `one` only [R20]");
    has(&affects, "application:ivr: connection 2: connects to the CTIManager of `one` [R20]");
    has(&affects, "cti_port:ports: 2 of its devices: is not open until `ivr` has opened it again through `one` [R20]");
    has_not(&affects, "route_point:welcome: is not open");
}

#[test]
fn before_there_were_ctimanagers_a_callmanager_takes_its_application_with_it() {
    let affects =
        affected(&cluster(&[("[[node]]\nname = \"one\"", "topology = \"direct\"\n[[node]]\nname = \"one\"")]), "one");
    has(&affects, "application:ivr: stays out until `one`, which it is tied to, is back [R25]");
    has(&affects, "route_point:welcome: is not open until `ivr` is back [R22]");
}

#[test]
fn without_its_application_a_device_forwards_or_refuses() {
    let affects = affected(CLUSTER, "ivr");
    has(&affects, "traffic:callers: its calls to `7000` go by cfna to `operator` [R22]");
    has(&affects, "route_point:welcome: calls that wait there unanswered go by cfof to `operator` [R24]");
    has(&affects, "cti_port:ports: calls that wait there unanswered are lost: no forward of `ports` applies [R24]");
    has(&affects, "cti_port:ports: connected calls end: their media is the application's [R24]");
    // What it no longer sends on does not arrive either.
    has(&affects, "phone:people: no call reaches it any more []");
    let affects = affected(&cluster(&[("cfna = \"operator\"\n", "")]), "ivr");
    has(
        &affects,
        "traffic:callers: its calls to `7000` are refused (not_opened): no forward of `welcome` applies [R22]",
    );
    let affects = affected(&cluster(&[("transfer_to", "media = \"separate\"\ntransfer_to")]), "ivr");
    has(&affects, "cti_port:ports: connected calls go on, but can no longer be transferred [R24]");
    // Release 12.5 looks at Forward Unregistered first.
    let newer = cluster(&[
        ("[[node]]\nname = \"one\"", "profile = \"12.5\"\n[[node]]\nname = \"one\""),
        ("cfof = ", "cfur = \"people\"\ncfof = "),
    ]);
    has(&affected(&newer, "ivr"), "route_point:welcome: new calls go by cfur to `people` [R22]");
}

/// A desktop shows who calls, answers and dials; without it, the people at the phones go on by hand. Ports that it had open dial nothing.
#[test]
fn without_its_desktop_a_phone_goes_on_by_hand() {
    let desktop = "[[application]]\nname = \"desktop\"\nctimanagers = [\"two\"]\nlookup = \"1ms\"\n";
    let dialled = "[[traffic]]\nname = \"campaign\"\nfrom = \"people\"\ndial_by = \"desktop\"\nto = \"operator\"\n\
                   arrivals = { poisson = \"1/m\" }\n[[traffic]]\nname = \"reminders\"\nfrom = \"ports\"\nto = \"operator\"\n\
                   arrivals = { poisson = \"1/m\" }\n";
    let text = cluster(&[
        ("[[route_point]]", &format!("{desktop}[[route_point]]")),
        (
            "dn = \"7200\"\n",
            "dn = \"7200\"\napplication = \"desktop\"\nanswer_by = \"desktop\"\n\
          hold = { share = \"10%\", by = \"desktop\" }\ntransfer = { share = \"5%\", to = \"operator\" }\n",
        ),
        ("[[change]]", &format!("{dialled}[[change]]")),
    ]);
    let by_hand =
        "meanwhile nobody sees who calls, people answer by hand, people change calls by hand, nothing is dialled";
    let affects = affected(&text, "desktop");
    has(&affects, &format!("phone:people: `desktop` does not control it, but it still works; {by_hand} [R24]"));
    has(&affects, "traffic:campaign: `desktop` dials none of its calls [R10]");
    has_not(&affects, "traffic:reminders: `");
    with(&text, |dependencies| {
        let Subject { record, .. } = dependencies.find("desktop").unwrap();
        let users = dependencies.users_of(record);
        let users: Vec<String> =
            users.map(|it| format!("{} {}", dependencies.full_name(it.user), it.role.words())).collect();
        for used in [
            "phone:people controlled by",
            "phone:people answered by",
            "phone:people changed by",
            "traffic:campaign dialled by",
        ] {
            assert!(users.iter().any(|it| it == used), "{used}: {users:?}");
        }
    });
    let affects = affected(&text, "ctimanager:two");
    has(&affects, &format!("phone:people: `desktop` does not control it until it is back itself; {by_hand} [R20]"));
    has(&affected(&text, "ivr"), "traffic:reminders: `ivr` dials none of its calls [R10]");
}

#[test]
fn an_application_goes_with_its_user_and_with_a_database_it_cannot_do_without() {
    let affects = affected(CLUSTER, "ivr-user");
    has(&affects, "application:ivr: cannot log in, and opens nothing [R2]");
    has(&affects, "route_point:welcome: new calls go by cfna to `operator` [R22]");
    has(&affected(CLUSTER, "customers"), "cti_port:ports: no application has it open [R22]");
    // It names a database but makes no lookups.
    assert_eq!(affected(&cluster(&[("lookup = \"40ms\"\n", "")]), "customers"), "");
    // The user of an application that may not log in anyway is not missed.
    let disabled = cluster(&[("name = \"ivr-user\"\n", "name = \"ivr-user\"\ncti_enabled = false\n")]);
    assert_eq!(affected(&disabled, "ivr-user"), "");
}

#[test]
fn forwards_that_lead_to_each_other_loop() {
    let ring =
        cluster(&[("cfna = \"operator\"\n", "cfna = \"ports\"\n"), ("first_dn", "cfna = \"welcome\"\nfirst_dn")]);
    let affects = affected(&ring, "ivr");
    has(
        &affects,
        "traffic:callers: its calls to `7000` loop through their forwards until `forward_hops` ends them [R22]",
    );
    let chain =
        cluster(&[("cfna = \"operator\"\n", "cfna = \"ports\"\n"), ("first_dn", "cfna = \"operator\"\nfirst_dn")]);
    let affects = affected(&chain, "ivr");
    has(&affects, "route_point:welcome: new calls go by cfna to `ports`, from there by cfna to `operator` [R22]");
}

#[test]
fn r12_a_speed_dial_and_a_change_name_what_they_use() {
    let text = cluster(&[
        ("of = \"welcome\"\n", "of = \"boss\"\nthrough = \"ivr\"\n"),
        ("cfna = \"people\"\n", "to = \"operator\"\n"),
        ("to = \"7000\"\ningress = [\"one\"]\n", "to = \"boss\"\nfrom = \"people\"\n"),
        ("[[change]]", "[[speed_dial]]\nname = \"boss\"\nphones = \"people\"\nto = \"7000\"\n[[change]]"),
        ("dn = \"7200\"\n", "dn = \"7200\"\napplication = \"ivr\"\n"),
        ("devices = [\"welcome\", \"ports\"]", "devices = \"all\""),
    ]);
    let uses = |asked: &str| {
        with(&text, |dependencies| {
            let Subject { record, .. } = dependencies.find(asked).unwrap();
            let uses = dependencies.uses_of(record);
            uses.map(|it| format!("{} {}", it.role.words(), dependencies.full_name(it.used))).collect::<Vec<_>>()
        })
    };
    assert_eq!(uses("speed_dial:boss"), ["phones phone:people", "to directory_number:7000"]);
    assert_eq!(uses("callers"), ["speed dial speed_dial:boss", "traffic directory_number:7000", "from phone:people"]);
    assert_eq!(uses("change:1"), ["changes speed_dial:boss", "through application:ivr", "to destination:operator"]);
    has(&affected(&text, "ivr"), "change:1: does not happen while `ivr` is down [R12]");
    let affects = affected(&text, "boss");
    has(&affects, "traffic:callers: has no `boss` to dial [R12]");
    has(&affects, "change:1: has nothing to change [R12]");
    let affects = affected(&text, "welcome");
    has(&affects, "speed_dial:boss: the calls it dials to `7000` have nowhere to go []");
    has(&affected(&text, "operator"), "change:1: the calls dialled to `operator` from then on have nowhere to go []");
    has(&affected(&text, "people"), "speed_dial:boss: has no phones that dial it [R12]");
}

#[test]
fn r15_a_node_that_carries_a_bridge_takes_the_conferences_with_it() {
    let keys = "count = 2\ntransfer = { share = \"10%\", to = \"operator\" }\n\
                conference = { share = \"5%\", with = \"operator\", bridge = \"bridge\" }\n";
    let text = cluster(&[
        ("count = 2\n", keys),
        ("[[change]]", "[[conference_bridge]]\nname = \"bridge\"\nnode = \"two\"\nconferences = 4\n[[change]]"),
    ]);
    let affects = affected(&text, "callmanager:two");
    has(&affects, "conference_bridge:bridge: is out of service: the conferences on it are lost [R15]");
    has(&affects, "phone:people: the 5 % of its calls to be put in conference end without one [R15]");
    assert!(!affected(&text, "callmanager:one").contains("conference"));
    has(&affected(&text, "bridge"), "phone:people: the 5 % of its calls to be put in conference end without one [R15]");
    let affects = affected(&text, "operator");
    has(&affects, "phone:people: the 10 % of its calls it transfers to `operator` have nowhere to go []");
}

#[test]
fn r10_a_queue_depends_on_its_groups_and_what_transfers_to_it_on_the_queue() {
    let text = cluster(&[
        ("transfer_to = \"people\"\n", "transfer_to = { sales = \"sales\", service = \"people\" }\n"),
        ("to = \"7000\"\n", "to = \"7000\"\nwish = { sales = 0.5, service = 0.5 }\n"),
        (
            "[[change]]",
            "[[phone]]\nname = \"others\"\ncount = 1\ndevice_pool = \"pool\"\n\
             [[queue]]\nname = \"sales\"\nphones = [\"people\", \"others\"]\n[[change]]",
        ),
    ]);
    let uses = |asked: &str| {
        with(&text, |dependencies| {
            let Subject { record, .. } = dependencies.find(asked).unwrap();
            let uses = dependencies.uses_of(record);
            uses.map(|it| format!("{} {}", it.role.words(), dependencies.full_name(it.used))).collect::<Vec<_>>()
        })
    };
    assert_eq!(uses("queue:sales"), ["phones 1 phone:people", "phones 2 phone:others"]);
    let of_ports = uses("ports");
    assert!(
        of_ports.contains(&"transfer queue:sales".to_owned()) && of_ports.contains(&"transfer phone:people".to_owned())
    );
    let affects = affected(&text, "people");
    has(&affects, "queue:sales: only the phones of `others` take its calls [R10]");
    has(&affects, "cti_port:ports: the calls it transfers to `people` have nowhere to go []");
    has(&affected(&text, "sales"), "cti_port:ports: the calls it transfers to `sales` have nowhere to go []");
    has(&affected(&text, "sales"), "phone:others: no call reaches it any more []");
    // Both groups register with the same nodes, and follow when one fails; without any, the calls wait.
    let one = text.replace("phones = [\"people\", \"others\"]", "phones = [\"others\"]");
    let affects = affected(&one, "others");
    has(&affects, "queue:sales: no phone takes its calls [R10]");
    has(&affects, "cti_port:ports: the calls it transfers to `sales` wait at their ports [R10]");
}

#[test]
fn what_is_taken_out_leaves_those_that_name_it_without_a_way() {
    let affects = affected(CLUSTER, "welcome");
    has(&affects, "directory_number:7000: leads nowhere []");
    has(&affects, "traffic:callers: its calls to `7000` have nowhere to go []");
    has(&affects, "change:1: has nothing to change [R12]");
    has(&affects, "user:ivr-user: names `welcome`, which is gone [R3]");
    has(&affects, "cti_port:ports: no call reaches it any more []");
    let affects = affected(CLUSTER, "ports");
    has(&affects, "route_point:welcome: the calls it redirects to `ports` have nowhere to go []");
    let affects = affected(CLUSTER, "people");
    has(&affects, "cti_port:ports: the 20 % of its calls it transfers to `people` have nowhere to go []");
    has(&affects, "change:1: the calls forwarded to `people` from then on have nowhere to go []");
    has(&affects, "traffic:callers: its calls that are sent on to `people` find no device there []");
    let affects = affected(CLUSTER, "operator");
    has(&affects, "route_point:welcome: the calls it forwards to `operator` by cfna, cfof have nowhere to go []");
    assert_eq!(affected(CLUSTER, "change:1"), "");
}

#[test]
fn a_number_leads_away_from_a_device_that_another_number_still_reaches() {
    let affects = affected(CLUSTER, "7000");
    has(&affects, "traffic:callers: its calls to `7000` have nowhere to go []");
    has(&affects, "route_point:welcome: has `7001` left []");
    // The other number alone leads nobody there who does not know it.
    has(&affects, "route_point:welcome: no call reaches it any more []");
    let two = cluster(&[(
        "[[change]]",
        "[[traffic]]\nname = \"others\"\nto = \"7001\"\narrivals = { poisson = \"1/m\" }\n[[change]]",
    )]);
    let affects = affected(&two, "7000");
    has(&affects, "route_point:welcome: has `7001` left []");
    has_not(&affects, "no call reaches it");
    has_not(&affects, "traffic:others");
}

#[test]
fn devices_without_a_pool_or_group_have_nowhere_to_register() {
    let affects = affected(CLUSTER, "both");
    has(&affects, "device_pool:pool: names no CallManager group any more [R7]");
    has(&affects, "phone:people: has no CallManager to register with [R7]");
    has(&affects, "route_point:welcome: new calls go by cfna to `operator` [R22]");
    let affects = affected(CLUSTER, "pool");
    has(&affects, "cti_port:ports: has no CallManager to register with [R7]");
    has_not(&affects, "callmanager_group:");
}

#[test]
fn a_transferred_call_waits_where_phones_queue_their_calls() {
    let queue = cluster(&[("dn = \"7200\"\n", "dn = \"7200\"\nqueue = true\n")]);
    // Only the phones lose their CallManager.
    let apart = queue.replace(
        "count = 2\ndevice_pool = \"pool\"",
        "count = 2\ndevice_pool = \"alone\"\n[[callmanager_group]]\nname = \"alone\"\nmembers = [\"two\"]",
    );
    let affects = affected(&apart, "callmanager:two");
    has(&affects, "cti_port:ports: the 20 % of its calls it transfers to `people` wait at their ports [R10]");
}

// Compared with runs.

/// Which devices went out of service, and which came back.
struct Devices<'p> {
    plan: &'p Plan,
    closed: BTreeSet<(DeviceKind, u16)>,
    opened: BTreeSet<(DeviceKind, u16)>,
}

impl Recorder for Devices<'_> {
    fn note(&mut self, _: Time, fact: Fact) {
        let group = |device: DeviceId| {
            let Device { kind, row, .. } = self.plan.devices[device.index()];
            (kind, row)
        };
        match fact {
            Fact::DeviceClosed { device, .. } => _ = self.closed.insert(group(device)),
            Fact::DeviceOpened { device, .. } => _ = self.opened.insert(group(device)),
            _ => {}
        }
    }
}

/// A workload in which only this fails, with further keys of the fault.
fn failing(text: &str, key: &str, name: &str, more: &str) -> String {
    let mut document: toml_edit::DocumentMut = text.parse().unwrap();
    document.remove("fault");
    document.remove("change");
    document["run"] = toml_edit::Item::Table(toml_edit::Table::from_iter([("length", "30m")]));
    format!("{document}\n[[fault]]\n{key} = \"{name}\"\nat = \"1m\"\n{more}")
}

/// The predicted effects on devices are what happens to them in a run: for each process of each node of each shipped workload.
#[test]
fn a_run_confirms_the_effects_on_devices() {
    let (mut moved, mut stayed, mut untouched) = (0, 0, 0);
    for path in shipped() {
        let text = fs::read_to_string(&path).unwrap();
        let nodes = with(&text, |dependencies| {
            let nodes = dependencies.records().iter().filter(|record| record.kind == RecordKind::Node);
            nodes.map(|record| record.name.clone()).collect::<Vec<_>>()
        });
        let faults = [
            ("node", ""),
            ("callmanager", ""),
            ("ctimanager", ""),
            ("callmanager", "kind = \"hang\"\n"),
            ("ctimanager", "kind = \"hang\"\n"),
        ];
        for (node, (process, kind)) in nodes.iter().flat_map(|node| faults.map(|fault| (node, fault))) {
            let asked = format!("{process}:{node}");
            let text = failing(&text, process, node, kind);
            let Ok((workload, plan)) = compile_workload("failing", &text, &NoFiles) else {
                // There is no such process.
                assert_eq!(process, "ctimanager");
                continue;
            };
            let dependencies = Dependencies::new(&workload, &plan, &text);
            let subject = dependencies.find(&asked).unwrap();
            let hanging = || dependencies.hanging(subject).unwrap();
            let effects = dependencies.affected(if kind.is_empty() { subject } else { hanging() });
            let recorder = Devices { plan: &plan, closed: BTreeSet::new(), opened: BTreeSet::new() };
            let mut cluster = Cluster::new(&plan, recorder);
            cluster.run(1, 0);
            let Devices { closed, opened, .. } = cluster.recorder;
            let kinds = [
                (RecordKind::RoutePoint, DeviceKind::RoutePoint),
                (RecordKind::CtiPort, DeviceKind::CtiPort),
                (RecordKind::Phone, DeviceKind::Phone),
            ];
            for (kind, device) in kinds {
                let ids = dependencies.ids().filter(|&id| dependencies.record(id).kind == kind);
                for (row, id) in ids.enumerate() {
                    let has = |outcome| effects.iter().any(|it| it.on == id && it.outcome == outcome);
                    // Phones work without an application.
                    let reopens = has(Consequence::Moves) || kind != RecordKind::Phone && has(Consequence::Reopened);
                    let stays = has(Consequence::StaysOut) || has(Consequence::Closed);
                    let group = (device, row as u16);
                    let what = format!("{}: {asked}: {}", path.display(), dependencies.full_name(id));
                    // With a CallManager, a device may come within its application's reach without having been open.
                    assert!(
                        closed.contains(&group) == (reopens || stays)
                            || workload.topology == Topology::Direct && reopens,
                        "{what}"
                    );
                    assert_eq!(opened.contains(&group), reopens, "{what}");
                    moved += u32::from(reopens);
                    stayed += u32::from(stays);
                    untouched += u32::from(!reopens && !stays);
                }
            }
        }
    }
    assert!(moved > 100 && stayed > 10 && untouched > 100, "{moved} {stayed} {untouched}");
}

/// The predicted effects of devices that fail are what happens in a run, for each route point and group of each shipped workload:
/// which are out of service, and whether they are in service again when the fault is over.
#[test]
fn a_run_confirms_the_effects_of_devices_that_fail() {
    let (mut back, mut untouched) = (0, 0);
    for path in shipped() {
        let text = fs::read_to_string(&path).unwrap();
        let kinds = [
            (RecordKind::RoutePoint, DeviceKind::RoutePoint),
            (RecordKind::CtiPort, DeviceKind::CtiPort),
            (RecordKind::Phone, DeviceKind::Phone),
        ];
        for (kind, device) in kinds {
            let names = with(&text, |dependencies| {
                let records = dependencies.records().iter().filter(|record| record.kind == kind);
                records.map(|record| record.name.clone()).collect::<Vec<_>>()
            });
            for (row, name) in names.iter().enumerate() {
                let text = failing(&text, kind.name(), name, "count = 1\nfor = \"5m\"\n");
                let (workload, plan) = compile_workload("failing", &text, &NoFiles).unwrap();
                let dependencies = Dependencies::new(&workload, &plan, &text);
                let subject = dependencies.find(&format!("{}:{name}", kind.name())).unwrap();
                let effects = dependencies.affected(dependencies.failing(subject, Some(1)).unwrap());
                let own = effects.iter().find(|it| it.on == subject.record);
                let recorder = Devices { plan: &plan, closed: BTreeSet::new(), opened: BTreeSet::new() };
                let mut cluster = Cluster::new(&plan, recorder);
                cluster.run(1, 0);
                let Devices { closed, opened, .. } = cluster.recorder;
                let comes_back = own.is_some_and(|it| it.outcome != Consequence::Closed);
                let what = format!("{}: {name}: {own:?}", path.display());
                assert_eq!(closed, own.map(|_| (device, row as u16)).into_iter().collect(), "{what}");
                assert_eq!(opened, comes_back.then_some((device, row as u16)).into_iter().collect(), "{what}");
                back += u32::from(comes_back);
                untouched += u32::from(own.is_none());
            }
        }
    }
    assert!(back > 30, "{back} {untouched}");
}

// The program.

fn ctisim(arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("deps").args(arguments).output().unwrap()
}

#[test]
fn the_built_in_workload_is_shown_as_in_the_golden_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/deps");
    let about: [(&str, &[&str]); 6] = [
        ("all", &[]),
        ("sub1", &["sub1"]),
        ("welcome", &["welcome"]),
        ("ivr", &["application:ivr"]),
        ("sub1-hangs", &["callmanager:sub1", "--hang"]),
        ("ports-fail", &["ports-a", "--failed", "10"]),
    ];
    let formats = [("table", "txt"), ("json", "json"), ("dot", "dot"), ("mermaid", "mmd")];
    let mut differing: Vec<PathBuf> = Vec::new();
    for (file, name) in about {
        for (format, extension) in formats {
            let output = ctisim(&[&["workloads/busy_hour.toml", "--format", format], name].concat());
            assert!(output.status.success() && output.stderr.is_empty());
            let path = root.join(format!("{file}.{extension}"));
            if std::env::var_os("UPDATE").is_some() {
                fs::create_dir_all(&root).unwrap();
                fs::write(&path, &output.stdout).unwrap();
            }
            if fs::read(&path).unwrap_or_default() != output.stdout {
                differing.push(path);
            }
        }
    }
    assert!(differing.is_empty(), "if that is intended, run this test again with UPDATE=1: {differing:#?}");
}

#[test]
fn a_wrong_name_is_2_a_wrong_workload_3_and_a_changed_value_counts() {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let output = ctisim(&["workloads/busy_hour.toml", "wellcome"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "error: there is no record called `wellcome`\n  help: did you mean `welcome`?\n");
    let wrong = ["workloads/busy_hour.toml", "--set", "route_point.welcome.application=ivx"];
    let output = ctisim(&wrong);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("did you mean `ivr`?"));
    assert_eq!(ctisim(&["workloads/missing.toml"]).status.code(), Some(1));
    let alone = ["workloads/busy_hour.toml", "sub1", "--set", r#"callmanager_group.first-half.members=["sub1"]"#];
    let output = ctisim(&alone);
    assert!(text(&output.stdout).contains("stays out of service: its group has no other CallManager"));
}

#[test]
fn every_record_of_every_shipped_workload_can_be_asked_for() {
    let mut asked = 0;
    for path in shipped() {
        with(&fs::read_to_string(&path).unwrap(), |dependencies| {
            for id in dependencies.ids() {
                let subject = dependencies.find(&dependencies.full_name(id)).unwrap();
                assert_eq!(subject.record, id);
                let affected = dependencies.affected(subject);
                assert!(affected.iter().all(|effect| !effect.what.is_empty()), "{affected:?}");
                asked += 1;
            }
        });
    }
    assert!(asked > 200, "{asked}");
}
