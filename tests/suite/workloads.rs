//! Workload files, good and bad.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ctisim::domain::{ApplicationFault, ApplicationId, DeviceKind, FaultTarget, Forward, NodeId, ProcessFault};
use ctisim::engine::{Distribution, Span, Time};
use ctisim::plan::{Fault, Occurs, Plan, Setting, Topology, compile};
use ctisim::report::{Format, Ink, draw};
use ctisim::workload::{Contents, Files, digest, set, text_of};
use proptest::prelude::*;

use crate::common::Beside;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a directory with this ending, in order of their names.
fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the directory is there");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == ending)).collect();
    paths.sort();
    paths
}

fn shipped(name: &str) -> String {
    fs::read_to_string(directory("workloads").join(name)).expect("a shipped workload")
}

fn compiled(text: &str) -> Plan {
    let beside = Beside(directory("tests/bad"));
    compile("test.toml", text, &beside).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A fault at a known time, in seconds.
fn once(failing: FaultTarget, at: u64, duration: u64) -> Fault {
    Fault {
        failing,
        occurs: Occurs::Once { at: Time::ZERO + Span::from_secs(at), duration: Span::from_secs(duration) },
    }
}

/// The report that a user gets about a file.
fn report(path: &Path) -> String {
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    let bytes = fs::read(path).expect("the file can be read");
    match text_of(&bytes) {
        Err(why) => format!("{name} {why}\n"),
        Ok(text) => match ctisim::check::compile(&name, text, &Beside(directory("tests/bad"))) {
            Ok(_) => format!("{name} has no problems\n"),
            Err(problems) => problems.render(Ink::Plain),
        },
    }
}

#[test]
fn every_shipped_workload_compiles_and_is_listed_with_its_question() {
    let readme = shipped("README.md");
    let workloads = files(&directory("workloads"), "toml");
    assert!(workloads.len() >= 20);
    for path in workloads {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a text file");
        let plan =
            compile(&name, &text, &Beside(directory("workloads"))).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(text.starts_with("# "), "{name} opens with its question");
        assert_eq!(format!("{}.toml", plan.name), name);
        assert!(plan.question.ends_with('?'), "{name}");
        assert!(readme.contains(&format!("| `{name}` | {}", plan.question)), "{name} in workloads/README.md");
        assert!(plan.memory_bound(1) < 1 << 30, "{name} needs up to {}", plan.memory_bound(1));
        let devices = 1..=10_000;
        assert!(devices.contains(&plan.devices.len()), "{name} has {} devices", plan.devices.len());
    }
}

#[test]
fn bad_files_get_the_reports_kept_beside_them() {
    let update = std::env::var_os("UPDATE").is_some();
    let bad = files(&directory("tests/bad"), "toml");
    assert!(bad.len() >= 25, "{} bad files", bad.len());
    let mut wrong = Vec::new();
    for path in bad {
        let (report, kept) = (report(&path), path.with_extension("txt"));
        if update {
            fs::write(&kept, &report).expect("the report can be written");
        }
        let expected = fs::read_to_string(&kept).unwrap_or_default();
        if report != expected {
            wrong.push(format!("{}:\n{report}\ninstead of\n{expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE=1 if these are better:\n{}", wrong.join("\n"));
}

/// Wrong settings, one per line, with the errors: at once, or when the workload is read.
#[test]
fn wrong_settings_get_the_reports_kept_beside_them() {
    let directory = directory("tests/bad");
    let settings = fs::read_to_string(directory.join("settings.in")).expect("the settings");
    let mut report = String::new();
    for setting in settings.lines() {
        let error = match set(&minimal(), &[setting]) {
            Err(why) => format!("{why}\n"),
            Ok(text) => compile("good.toml", &text, &Beside(directory.clone())).expect_err(setting).render(Ink::Plain),
        };
        report += &format!("== --set {setting}\n{error}\n");
    }
    let kept = directory.join("settings.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&kept, &report).expect("the report can be written");
    }
    let expected = fs::read_to_string(&kept).unwrap_or_default();
    assert_eq!(report, expected, "run with UPDATE=1 if these are better");
}

/// Absurd files, as a slip or a script may write: each of these once took minutes, or all memory.
#[test]
fn absurd_workloads_are_refused_in_moments_and_in_few_words() {
    let many = |count: usize, each: &dyn Fn(usize) -> String| (0..count).map(each).collect::<String>();
    let point = |row: usize, to: String| {
        format!("[[route_point]]\nname=\"r{row}\"\ndevice_pool=\"main\"\napplication=\"ivr\"\nredirect_to=\"{to}\"\n")
    };
    let source = |row: usize, to: String| format!("[[traffic]]\nname=\"t{row}\"\nto=\"{to}\"\narrivals={{bhca=1}}\n");
    let repeats = "arrivals={profile=[{at=\"0h\",rate=\"1/h\"}],repeat=\"5ms\"}\n";
    let cases = [
        ("keys", many(200_000, &|row| format!("k{row}=1\n")), "more problems not shown"),
        ("nested", format!("x = {}", "[".repeat(1 << 20)), "this is not TOML"),
        ("no toml", "=\n".repeat(1 << 20), "this is not TOML"),
        ("deep", format!("[{}a]\n", "a.".repeat(3000)), "absurd.toml:25:1"),
        (
            "states",
            source(0, "out".into()).replace("bhca=1", "bhca=1,states=[{times=1,mean=\"1ns\"},{times=2,mean=\"1ns\"}]"),
            "rates change 3600000000002 times in the run",
        ),
        ("one line", format!("[[node]]\nname=\"c\"\nwork=[{}]\n", "1,".repeat(1 << 20)), "should be a table"),
        ("nodes", many(20_000, &|row| format!("[[node]]\nname=\"n{row}\"\n")), "the limit is 1000"),
        ("ring", many(30_000, &|row| point(row, format!("r{}", (row + 1) % 30_000))), "forever"),
        (
            "chain",
            many(30_000, &|row| point(row, if row < 29_999 { format!("r{}", row + 1) } else { "nowhere".into() })),
            "`nowhere`",
        ),
        ("unknown", many(20_000, &|row| source(row, format!("{row:060}"))), "device or number"),
        (
            "steps",
            many(500, &|row| format!("[[traffic]]\nname=\"t{row}\"\nto=\"out\"\n{repeats}")),
            "the limit is 1000000",
        ),
    ];
    for (name, more, words) in cases {
        let text = minimal() + &more;
        let problems = compile("absurd.toml", &text, &Beside(directory("tests/bad"))).expect_err(name);
        let report = problems.render(Ink::Plain);
        assert!(report.contains(words), "{name}: {report}");
        assert!(problems.list.len() <= 100 && report.len() < 400_000, "{name}: {} bytes", report.len());
    }
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let text = "format = 2\n";
    let problems = compile("x.toml", text, &Beside(directory("tests/bad"))).expect_err("format 2");
    let (plain, colored) = (problems.render(Ink::Plain), problems.render(Ink::Coloured));
    assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'));
    assert_eq!(problems.to_string(), plain);
}

/// What the renderer leaves is marked, byte for byte: three bytes by U+FFFD, two by U+00BF, so that the lines below point at
/// the same columns. `"a` is 8 columns from the left, and each mark is one column.
#[test]
fn what_a_terminal_would_obey_in_a_line_is_marked() {
    for (obeyed, mark) in [
        ('\u{feff}', '\u{fffd}'),
        ('\u{200f}', '\u{fffd}'),
        ('\u{2028}', '\u{fffd}'),
        ('\u{61c}', '\u{bf}'),
        ('\u{9b}', '\u{bf}'),
    ] {
        let text = minimal() + &format!("[[node]]\nname = \"a{obeyed}b\"\n");
        let problems = compile("x.toml", &text, &Beside(directory("tests/bad"))).expect_err("not a name");
        let report = problems.render(Ink::Plain);
        assert!(!report.contains(obeyed), "{report:?}");
        assert!(report.contains(&format!(" name = \"a{mark}b\"\n")), "{report}");
        assert!(report.contains("|        ^^^^^\n"), "{report}");
    }
}

#[test]
fn busy_hour_becomes_the_plan_it_describes() {
    let plan = compiled(&shipped("busy_hour.toml"));
    assert_eq!(plan.devices.len(), 2001);
    assert_eq!(plan.applications[0].devices.len(), 2001);
    assert_eq!(plan.port_groups[1].first.0, 1001);
    assert_eq!(plan.expected_calls(), 36_000.0);
    assert_eq!(plan.bin.seconds(), 60.0);
    assert_eq!(plan.faults.len(), 1);
    let ivr = FaultTarget::Application(ApplicationId(0), ApplicationFault::Silent);
    assert_eq!(plan.faults, [once(ivr, 1200, 300)]);
    assert_eq!(plan.applications[0].open_interval.seconds(), 0.02);
    assert!(plan.nodes[2].ctimanager.is_none());
    assert_eq!(plan.stations().iter().filter(|station| !station.exists).count(), 1);
}

#[test]
fn rates_follow_profiles_repeats_and_bursts() {
    use ctisim::plan::Arrivals;
    let steps = |arrivals: &str| {
        let text = minimal().replace("{ poisson = \"100/h\" }", arrivals);
        let plan = compiled(&text);
        match &plan.sources[0].arrivals {
            Arrivals::Poisson(curve) | Arrivals::Modulated(curve, _) => {
                curve.steps.iter().map(|(at, rate)| (at.seconds(), (rate * 3600.0).round())).collect::<Vec<_>>()
            }
            Arrivals::Listed(_) => Vec::new(),
        }
    };
    assert_eq!(steps("{ bhca = 7200 }"), [(0.0, 7200.0)]);
    assert_eq!(
        steps("{ poisson = \"1/s\", steps = [{ at = \"10m\", for = \"5m\", times = 4 }] }"),
        [(0.0, 3600.0), (600.0, 14_400.0), (900.0, 3600.0)]
    );
    assert_eq!(
        steps("{ profile = [{ at = \"0h\", rate = \"60/h\" }, { at = \"10m\", rate = \"0/h\" }], repeat = \"40m\" }"),
        [(0.0, 60.0), (600.0, 0.0), (2400.0, 60.0), (3000.0, 0.0)]
    );
    assert_eq!(
        steps(
            "{ profile = [{ at = \"0h\", rate = \"60/h\" }, { at = \"2h\", rate = \"0/h\" }], \
               steps = [{ at = \"50m\", for = \"1h\", times = 2 }, { at = \"55m\", for = \"1m\", times = 3 }] }"
        ),
        [(0.0, 60.0), (3000.0, 120.0), (3300.0, 360.0), (3360.0, 120.0)]
    );
}

/// The run of an hour may have 4e9 calls. Of 1e9 an hour the busiest day has 36.74e9: with a coefficient of variation of 1 the
/// factor is exponential, and the greatest random word gives ln(2^53).
#[test]
fn the_busiest_day_counts_against_the_limits() {
    let with = |arrivals: &str| {
        let text = minimal().replace("{ poisson = \"100/h\" }", arrivals);
        let compiled = compile("day.toml", &text, &Beside(directory("tests/bad")));
        compiled.map_err(|problems| problems.render(Ink::Plain))
    };
    assert!(with("{ bhca = 1e9 }").is_ok());
    assert!(with("{ bhca = 1e9, scale = 3 }").is_ok());
    let scaled = with("{ bhca = 1e9, scale = 5 }").expect_err("5e9 calls");
    assert!(scaled.contains("a replication has 5000000000 calls; the limit is 4000000000"), "{scaled}");
    let day = with("{ bhca = 1e9, day = { name = \"site\", cv = 1 } }").expect_err("36e9 calls");
    assert!(day.contains("a replication has 36736800570 calls on the busiest day; the limit is"), "{day}");
    let rate = with("{ poisson = \"90000000/s\", day = { name = \"site\", cv = 0.156 } }").expect_err("2.6e8 a second");
    assert!(rate.contains("this is up to 2.6e8 calls per second; the limit is 1e8"), "{rate}");
    let [calm, varied] = ["", ", day = { name = \"site\", cv = 1 }"]
        .map(|day| with(&format!("{{ bhca = 1e6{day} }}")).expect("a million calls"));
    assert_eq!(varied.expected_calls(), 1e6);
    assert!(
        varied.memory_bound(1) > 36 * (calm.memory_bound(1) - (64 << 20)),
        "each call of the busiest day takes memory"
    );
}

/// TOML has a type for times of day, which has seconds.
#[test]
fn a_run_may_have_a_clock() {
    let with = |starts: &str| compiled(&minimal().replacen("[[node]]", &format!("run.starts = {starts}\n[[node]]"), 1));
    let plan = with("\"22:30\"");
    assert_eq!(plan.clock(Time::ZERO).as_deref(), Some("22:30:00"));
    assert_eq!(plan.clock(Time::ZERO + Span::from_secs(5_400)).as_deref(), Some("00:00:00 +1"));
    assert_eq!(with("22:30:00"), plan);
    assert_eq!(compiled(&minimal()).clock(Time::ZERO), None);
}

#[test]
fn calls_may_come_from_a_file() {
    use ctisim::plan::Arrivals;
    let plan = compiled(&minimal().replace("{ poisson = \"100/h\" }", "{ file = \"good_calls.csv\" }"));
    let Arrivals::Listed(calls) = &plan.sources[0].arrivals else { panic!("not listed") };
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[1].at.seconds(), 1.25);
    assert_eq!(calls[1].talk.map(|talk| talk.seconds()), Some(60.5));
    assert_eq!((calls[1].patience, calls[2].talk), (None, None));
    assert_eq!(plan.expected_calls(), 3.0);
}

#[test]
fn a_device_pool_may_name_a_group_directly_and_a_pool_goes_first() {
    let text = minimal();
    let direct = compiled(&text);
    let pooled = compiled(&text.replace(
        "[[destination]]",
        "[[callmanager_group]]\nname = \"other\"\nmembers = [\"b\"]\n\
         [[device_pool]]\nname = \"main\"\ncallmanager_group = \"other\"\n[[destination]]",
    ));
    assert_eq!(direct.devices[0].group.iter().map(|node| node.0).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(pooled.devices[0].group.iter().map(|node| node.0).collect::<Vec<_>>(), [1]);
}

#[test]
fn heartbeats_are_granted_within_their_bounds() {
    for (asked, granted) in [("1s", 5.0), ("40s", 40.0), ("2h", 3600.0)] {
        let text = set(&minimal(), &[format!("application.ivr.heartbeat={asked}")]).expect("a key");
        assert_eq!(compiled(&text).applications[0].heartbeat.seconds(), granted);
    }
}

#[test]
fn new_call_accept_follows_the_release() {
    let accept =
        |assignments: &[&str]| compiled(&set(&minimal(), assignments).expect("keys")).parameters.new_call_accept;
    assert_eq!(accept(&[]), Span::FOREVER);
    assert_eq!(accept(&["profile=\"12.5\""]), Span::from_secs(4));
    assert_eq!(accept(&["profile=\"12.5\"", "cti.new_call_accept=off"]), Span::FOREVER);
    assert_eq!(accept(&["cti.new_call_accept=2.5s"]), Span::from_millis(2500));
}

#[test]
fn what_a_cluster_recovers_by_has_defaults() {
    let plan = compiled(&minimal());
    assert_eq!(plan.parameters.callmanager_notice, Span::from_secs(5));
    assert_eq!(plan.parameters.reopen_interval, Span::from_millis(10));
    assert_eq!(plan.parameters.phone_return_interval, Span::from_millis(100));
    assert_eq!(plan.parameters.code_yellow, None);
    assert_eq!(plan.topology, Topology::CtiManager);
    assert!(plan.applications[0].recovery && plan.applications[0].least_priority.is_none());
    assert!(plan.devices[0].cannot_open_on.is_empty() && plan.changes.is_empty());
    let yellow = |key: &str| {
        let text = minimal().replace("[[node]]\nname = \"a\"", &format!("[cti]\n{key}\n[[node]]\nname = \"a\""));
        compiled(&text).parameters.code_yellow
    };
    let latencies = |entry, exit| Some((Span::from_millis(entry), Span::from_millis(exit)));
    assert_eq!(yellow("code_yellow = \"off\""), None);
    assert_eq!(yellow("code_yellow = {}"), latencies(20, 8));
    assert_eq!(yellow("code_yellow = { entry = \"5ms\" }"), latencies(5, 5));
    assert_eq!(yellow("code_yellow = { entry = \"1s\", exit = \"0s\" }"), latencies(1000, 0));
}

#[test]
fn all_that_can_fail_recover_and_change_becomes_the_plan_it_describes() {
    let text = fs::read_to_string(directory("tests/bad").join("redundant.toml.in")).expect("a workload");
    let plan = compiled(&text);
    let (a, b, c) = (NodeId(0), NodeId(1), NodeId(2));
    let ivr = FaultTarget::Application(ApplicationId(0), ApplicationFault::Exit);
    assert_eq!(
        plan.faults[..6],
        [
            once(FaultTarget::CallManager(a, ProcessFault::Exit), 1500, 600),
            once(FaultTarget::CtiManager(b, ProcessFault::Exit), 1230, 60),
            once(FaultTarget::Node(a), 600, 900),
            Fault {
                failing: FaultTarget::Node(c),
                occurs: Occurs::Once { at: Time::ZERO + Span::from_secs(660), duration: Span::FOREVER }
            },
            once(ivr, 60, 30),
            once(ivr, 91, 10),
        ]
    );
    let Fault {
        failing: FaultTarget::CallManager(NodeId(1), ProcessFault::Exit),
        occurs: Occurs::Random { time_to_failure, time_to_repair, name },
    } = &plan.faults[6]
    else {
        panic!("{:?}", plan.faults[6]);
    };
    assert_eq!(
        (time_to_failure.mean().seconds(), time_to_repair.mean().seconds(), name.as_str()),
        (2_592_000.0, 900.0, "b-crashes")
    );
    assert!(
        matches!(time_to_failure, Distribution::Exponential { .. })
            && matches!(time_to_repair, Distribution::Erlang { .. })
    );

    let application = &plan.applications[0];
    assert_eq!(application.ctimanagers, [a, b]);
    assert_eq!(application.least_priority, Some((b, Span::from_secs(200))));
    assert!(!application.recovery);
    // The route point, the two ports, the three phones: in this order, although the file has another.
    assert_eq!(application.devices.iter().map(|device| device.0).collect::<Vec<_>>(), [0, 1, 2, 5, 6, 7]);
    let kinds: Vec<DeviceKind> = application.devices.iter().map(|id| plan.devices[id.index()].kind).collect();
    assert_eq!(kinds[2..4], [DeviceKind::CtiPort, DeviceKind::Phone]);
    assert_eq!(plan.devices[3].application, None);
    assert_eq!((&plan.devices[0].cannot_open_on[..], &plan.devices[1].cannot_open_on[..]), (&[b][..], &[][..]));
    assert_eq!(plan.devices[5].cannot_open_on[..], [a, b]);
    assert_eq!(plan.phone_groups[0].failover.mean().seconds(), 75.0);
    assert_eq!(plan.phone_groups[1].failover.mean(), Span::ZERO);
    assert_eq!(plan.phone_groups[1].openers.first(), Some(ApplicationId(0)));
    assert!(!plan.port_groups[0].keeps_media && plan.phone_groups[0].keeps_media && !plan.phone_groups[1].keeps_media);

    let changes: Vec<(f64, &str, Forward, Option<&str>)> = plan
        .changes
        .iter()
        .map(|it| {
            let Setting::Forward(forward, leads) = it.setting else { panic!("a forward: {it:?}") };
            (it.at.seconds(), plan.target_name(it.whose), forward, leads.map(|leads| plan.target_name(leads)))
        })
        .collect();
    assert_eq!(
        changes,
        [
            (60.0, "agents", Forward::Cfb, Some("out")),
            (60.0, "agents", Forward::Cfna, None),
            (1800.0, "welcome", Forward::Cfof, Some("agents")),
            (1800.0, "ports", Forward::Cfur, None),
        ]
    );
}

#[test]
fn the_direct_topology_ties_each_application_to_one_node_which_does_the_work() {
    let named = minimal().replace("workers = 2", "workers = 2\nctimanagers = [\"b\", \"a\"]\nleast_priority = \"a\"");
    let managers = |text: &str, assignments: &[&str]| {
        let plan = compiled(&set(text, assignments).expect("keys"));
        let runs: Vec<bool> = plan.nodes.iter().map(|node| node.ctimanager.is_some()).collect();
        (plan.applications[0].ctimanagers.iter().map(|node| node.0).collect::<Vec<_>>(), runs)
    };
    assert_eq!(managers(&named, &[]), (vec![1, 0], vec![true, true]));
    assert_eq!(managers(&named, &["topology=direct"]), (vec![1], vec![false, true]));
    // Whether a node would run a CTIManager makes no difference then.
    let none = ["topology=direct", "node.a.ctimanager=false", "node.b.ctimanager=false"];
    assert_eq!(managers(&named, &none), (vec![1], vec![false, true]));
    assert_eq!(managers(&minimal(), &none), (vec![0], vec![true, false]));
    let plan = compiled(&set(&named, &["topology=direct"]).expect("keys"));
    assert_eq!((plan.topology, plan.applications[0].least_priority), (Topology::Direct, None));
}

#[test]
fn before_ctimanager_is_callmanager_failure_in_the_direct_topology() {
    let shipped = |name: &str, assignments: &[&str]| {
        let text = set(&shipped(name), assignments).expect("keys");
        Plan { question: String::new(), ..compiled(&text) }
    };
    assert_eq!(shipped("before_ctimanager.toml", &[]), shipped("callmanager_failure.toml", &["topology=direct"]));
}

#[test]
fn a_change_may_clear_a_setting() {
    let text = minimal() + "[[change]]\nat = \"1m\"\nof = \"welcome\"\ncfb = \"none\"\n";
    let changes = compiled(&text).changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].setting, Setting::Forward(Forward::Cfb, None));
}

#[test]
fn set_changes_what_is_simulated() {
    let busy_hour = shipped("busy_hour.toml");
    let changed = set(
        &busy_hour,
        &[
            "run.length=30m",
            "traffic.callers.arrivals.poisson=40000/h",
            "node.sub1.work.setup=1ms",
            "traffic.callers.to=9000",
        ],
    );
    let plan = compiled(&changed.expect("keys"));
    assert_eq!(plan.length.seconds(), 1800.0);
    assert!((plan.expected_calls() - 20_000.0).abs() < 1e-6);
    assert_eq!(plan.nodes[0].callmanager.setup.mean().seconds(), 0.001);
    assert_ne!(plan.nodes[1].callmanager.setup, plan.nodes[0].callmanager.setup);
    assert_eq!(plan.target_name(plan.sources[0].to), "operator");
}

#[test]
fn a_digest_follows_the_meaning_and_not_the_looks() {
    let beside = Beside(directory("tests/bad"));
    let of = |text: &str| digest(text, &beside);
    let text = minimal();
    let named = of(&text);
    assert_eq!(named.len(), 64);
    let same = [
        format!("# a comment\n\n{text}"),
        text.replace("name = \"a\"", "name   =   'a' # first"),
        text.replace("question = \"What?\"", "question = \"Why?\""),
        text.replace("workers = 2", "workers = 0b1_0"),
        set(&text, &["run.replications=7", "run.seed=9"]).expect("keys"),
    ];
    for text in same {
        assert_eq!(of(&text), named, "{text}");
    }
    for assignment in ["run.length=59m", "application.ivr.workers=3", "traffic.main.to=out"] {
        assert_ne!(of(&set(&text, &[assignment]).expect("a key")), named, "{assignment}");
    }
    let listed = text.replace("{ poisson = \"100/h\" }", "{ file = \"good_calls.csv\" }");
    let other = listed.replace("good_calls", "late_calls");
    assert_ne!(of(&listed), of(&other));
    struct Renamed;
    impl Files for Renamed {
        fn read(&self, _: &str) -> Result<Arc<Contents>, String> {
            Ok(Contents::quotable(fs::read(directory("tests/bad").join("good_calls.csv")).expect("a file")))
        }
    }
    assert_eq!(of(&listed), digest(&other, &Renamed));
}

/// 100 calls an hour are a hundred or so: some ten KB of 512 bytes each beside the histograms of
/// a few scopes. 100,000 a second for ten hours are 3.6e9, and with six times their root 3,600,360,000, whoever hangs up: 1,717 GiB.
#[test]
fn the_bound_on_memory_counts_every_call() {
    let small = compiled(&minimal());
    let large = set(&minimal(), &["traffic.main.arrivals.poisson=100000/s", "run.length=10h"]).expect("keys");
    assert!(small.memory_bound(1) < 10 << 20);
    assert!(small.memory_bound(4) > small.memory_bound(1));
    let of_calls = 3_600_360_000 * 512;
    for text in [large.clone(), large.replace("name = \"main\"\nto", "name = \"main\"\npatience = \"1m\"\nto")] {
        let bound = compiled(&text).memory_bound(1);
        assert!((of_calls..of_calls + (10 << 20)).contains(&bound), "{bound}");
    }
}

proptest! {
    #[test]
    fn no_damage_to_a_workload_makes_the_reader_panic(
        file in 0_usize..20,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..12, damage_text()), 1..6),
    ) {
        let path = &files(&directory("workloads"), "toml")[file];
        let mut text = fs::read_to_string(path).expect("a text file");
        for (at, length, with) in damage {
            let mut from = at.index(text.len());
            let mut to = (from + length).min(text.len());
            while !text.is_char_boundary(from) { from -= 1; }
            while !text.is_char_boundary(to) { to += 1; }
            text.replace_range(from..to, &with);
        }
        let beside = Beside(directory("tests/bad"));
        match compile("damaged.toml", &text, &beside) {
            Ok(plan) => prop_assert!(plan.memory_bound(1) > 0),
            Err(problems) => {
                prop_assert!(!problems.list.is_empty());
                prop_assert!(!problems.render(Ink::Coloured).is_empty());
            }
        }
        let found = ctisim::check::examine("damaged.toml", &text, &beside);
        prop_assert_eq!(found.checklist.len(), 9);
        let page = ctisim::report::check_page(&found, &[]);
        for format in [Format::Table, Format::Csv, Format::Json, Format::Md, Format::Sarif] {
            prop_assert!(!draw(&page, format, Ink::Coloured).unwrap().is_empty());
        }
        digest(&text, &beside);
        let _ = set(&text, &["run.length=1m", "traffic.callers.to=1", "fault.1.at=1s"]);
    }
}

/// What may be left by a slip of the hand, or by malice.
fn damage_text() -> impl Strategy<Value = String> {
    let words = [
        "",
        "\n",
        "\"",
        "'",
        "=",
        "0",
        "-1",
        "99999999999999999999",
        "1e308",
        "nan",
        "0s",
        "1ns",
        "500y",
        "0/h",
        "[",
        "]]",
        "{",
        "}",
        "[[node]]\n",
        "[run]\n",
        "name = \"sub1\"\n",
        "\u{e9}\u{1f4de}",
        "\t",
        "\r\n",
        "\u{0}",
        "# ",
        ",",
        "\"good_calls.csv\"",
        "true",
        "1979-05-27",
        "\"\"\"",
    ];
    prop_oneof![prop::sample::select(words.to_vec()).prop_map(str::to_owned), "[ -~]{0,6}"]
}

/// A small workload that is right.
fn minimal() -> String {
    fs::read_to_string(directory("tests/bad").join("good.toml.in")).expect("the small workload")
}
