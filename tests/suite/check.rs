//! `ctisim check`: the checklist (R9), every kind of warning, what is printed and which exit code follows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ctisim::check::{ADVICE, Examination, State, Step, compile, examine};
use ctisim::report::{Format, Ink, check_page, draw};
use ctisim::workload::{NoFiles, Problem, Severity, text_of};

use crate::common::Beside;

const SOUND: &str = include_str!("../golden/check/sound.toml");

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What is printed of what was found.
fn drawn(found: &Examination, format: Format) -> Vec<u8> {
    draw(&check_page(found, &[]), format, Ink::Plain).expect("every format has something of it")
}

fn printed(found: &Examination) -> String {
    String::from_utf8(drawn(found, Format::Table)).expect("text")
}

/// The workload in which all is well, with some of it replaced, and more after it.
#[track_caller]
fn planted(replacements: &[(&str, &str)], more: &str) -> Examination {
    let mut text = SOUND.to_owned();
    for (from, to) in replacements {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    examine("planted.toml", &(text + more), &Beside(root("tests/bad")))
}

/// The kinds of warning found; an error has no business here.
#[track_caller]
fn ids(examination: &Examination) -> BTreeSet<&'static str> {
    let id = |problem: &Problem| problem.id.unwrap_or_else(|| panic!("{}", problem.what));
    examination.findings.iter().map(|finding| id(&finding.problem)).collect()
}

fn state(examination: &Examination, step: Step) -> (State, Vec<&str>) {
    let line = &examination.checklist[usize::from(step.number()) - 1];
    assert_eq!(line.step, step);
    (line.state, line.offenders.iter().map(|offender| offender.name.as_str()).collect())
}

/// A mistake: its name, how to make it, what else follows from it, and what is underlined.
struct Mistake {
    id: &'static str,
    replacements: &'static [(&'static str, &'static str)],
    more: &'static str,
    besides: &'static [&'static str],
    underlined: &'static str,
}

const fn mistake(
    id: &'static str,
    replacements: &'static [(&'static str, &'static str)],
    underlined: &'static str,
) -> Mistake {
    Mistake { id, replacements, more: "", besides: &[], underlined }
}

const MISTAKES: [Mistake; 30] = [
    Mistake {
        more: "[[application]]\nname = \"idle\"\nctimanagers = [\"a\", \"b\"]\nuser = \"ivr\"\n",
        ..mistake("application-without-devices", &[], "\"idle\"")
    },
    // A year, and 527 million calls.
    Mistake {
        more: "[run]\nlength = \"366d\"\n\
               [[traffic]]\nname = \"many\"\nto = \"out\"\narrivals = { poisson = \"60000/h\" }\ntalk = \"1s\"\n",
        ..mistake("long-run", &[], "\"366d\"")
    },
    mistake("no-directory-number", &[("first_dn = \"7101\"\n", "")], "\"ports\""),
    mistake("heartbeat-out-of-bounds", &[("lookup", "heartbeat = \"2s\"\nlookup")], "\"2s\""),
    mistake(
        "application-without-user",
        &[("[[user]]\nname = \"ivr\"\ndevices = [\"welcome\", \"ports\"]\n", ""), ("user = \"ivr\"\n", "")],
        "\"ivr\"",
    ),
    mistake("cti-not-enabled", &[("devices =", "cti_enabled = false\ndevices =")], "false"),
    Mistake {
        more: "[[route_point]]\nname = \"spare\"\ndevice_pool = \"main\"\ncfna = \"out\"\n",
        ..mistake("no-application", &[("cfb = \"out\"", "cfb = \"spare\"")], "\"spare\"")
    },
    mistake(
        "many-calls-at-route-point",
        &[("redirect_to = \"ports\"", "redirect_to = \"ports\"\nmaximum_calls = 201")],
        "201",
    ),
    mistake("many-devices-on-ctimanager", &[("count = 20", "count = 800")], "\"a\""),
    Mistake {
        besides: &["many-devices-on-ctimanager"],
        ..mistake("many-devices-of-application", &[("count = 20", "count = 2000")], "\"ivr\"")
    },
    mistake("no-backup-ctimanager", &[("ctimanagers = [\"a\", \"b\"]\n", "")], "\"ivr\""),
    Mistake {
        more: "[[node]]\nname = \"c\"\n[[node]]\nname = \"d\"\n[[application]]\nname = \"backup\"\n\
               ctimanagers = [\"c\", \"d\"]\nuser = \"ivr\"\n",
        ..mistake(
            "standby-apart",
            &[("application = \"ivr\"\ntreatment", "application = [\"ivr\", \"backup\"]\ntreatment")],
            "\"backup\"",
        )
    },
    mistake("no-backup-callmanager", &[("[\"a\", \"b\"]", "[\"a\"]")], "\"a\""),
    mistake("missing-forward", &[("cfof = \"out\"\n", "")], "\"welcome\""),
    mistake(
        "forward-loop",
        &[
            ("redirect_to = \"ports\"\ncfb = \"out\"", "redirect_to = \"ports\"\ncfb = \"ports\""),
            ("0.5\ncfb = \"out\"", "0.5\ncfb = \"welcome\""),
        ],
        "\"ports\"",
    ),
    mistake("forward-to-same-application", &[("cfof = \"out\"", "cfof = \"ports\"")], "\"ports\""),
    mistake("too-few-ports", &[("count = 20", "count = 10")], "10"),
    mistake("too-few-people", &[("count = 30", "count = 5")], "5"),
    Mistake {
        more: "[[conference_bridge]]\nname = \"bridge\"\nnode = \"a\"\nconferences = 1\n",
        ..mistake(
            "too-few-conferences",
            &[(
                "count = 30",
                "count = 30\nconference = { share = \"50%\", with = \"out\", bridge = \"bridge\", lasts = \"1m\" }",
            )],
            "\"bridge\"",
        )
    },
    mistake("overloaded", &[("lookup = \"10ms\"", "lookup = \"100s\"")], "\"customers\""),
    mistake("forward-of-another-release", &[("cfof = \"out\"", "cfof = \"out\"\ncfur = \"out\"")], "\"out\""),
    mistake("without-effect", &[("lookup = \"10ms\"\n", "")], "\"customers\""),
    mistake("unused-column", &[("{ poisson = \"400/h\" }", "{ file = \"calls_more.csv\" }")], "\"calls_more.csv\""),
    mistake(
        "after-the-end",
        &[("{ poisson = \"400/h\" }", "{ bhca = 400, steps = [{ at = \"1h\", for = \"1m\", times = 1 }] }")],
        "{ bhca = 400, steps = [{ at = \"1h\", for = \"1m\", times = 1 }] }",
    ),
    Mistake { more: "[[database]]\nname = \"old\"\nconnections = 1\n", ..mistake("unused", &[], "\"old\"") },
    Mistake { more: "[[destination]]\nname = \"nobody\"\n", ..mistake("unreachable", &[], "\"nobody\"") },
    Mistake {
        more: "[[goal]]\nmetric = \"cfur\"\nat_most = \"5%\"\n",
        ..mistake("goal-cannot-occur", &[], "\"cfur\"")
    },
    Mistake {
        more: "[[goal]]\nmetric = \"refused_too_many_hops\"\nat_most = 0\n",
        ..mistake("goal-of-zero", &[], "0")
    },
    // Calls of up to a few minutes are still building up in the first hour.
    Mistake {
        more: "[[goal]]\nmetric = \"refused\"\nat_most = \"1%\"\n",
        besides: &["empty-start"],
        ..mistake("goal-blind", &[], "\"refused\"")
    },
    Mistake {
        more: "[[goal]]\nmetric = \"completed\"\nat_least = \"90%\"\n",
        ..mistake("empty-start", &[], "\"completed\"")
    },
];

#[test]
fn every_mistake_is_found_by_its_name_where_it_is_and_nothing_else_is() {
    assert_eq!(ids(&planted(&[], "")), BTreeSet::new());
    for Mistake { id, replacements, more, besides, underlined } in &MISTAKES {
        let found = planted(replacements, more);
        let expected: BTreeSet<&str> = besides.iter().chain([id]).copied().collect();
        assert_eq!(ids(&found), expected, "{id}: {}", printed(&found));
        let first = found.findings.iter().find(|finding| finding.problem.id == Some(*id)).expect("just seen");
        assert_eq!(&found.text[first.problem.place.clone()], *underlined, "{id}");
        assert!(first.problem.hint.is_some() && first.problem.rule.is_some(), "{id}");
    }
}

/// The rows of warnings in the reference; `UPDATE=1` writes them anew.
#[test]
fn every_kind_of_warning_has_a_mistake_and_a_row_in_the_documentation() {
    const BEGIN: &str = "| id | meaning | reason and source | step |\n|---|---|---|--:|\n";
    let file = root("docs/reference/checks.md");
    let documentation = fs::read_to_string(&file).expect("docs/reference/checks.md");
    let (before, rest) = documentation.split_once(BEGIN).expect("a table of warnings");
    let (_, after) = rest.split_once("\n\n").expect("its end");
    let mut rows = Vec::new();
    for advice in ADVICE {
        assert!(MISTAKES.iter().any(|mistake| mistake.id == advice.id), "no mistake is {}", advice.id);
        let step = advice.step.map_or(String::new(), |step| step.number().to_string());
        rows.push(format!("| `{}` | {} | {} | {step} |", advice.id, advice.meaning, advice.source));
    }
    let page = format!("{before}{BEGIN}{}\n\n{after}", rows.join("\n"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &page).expect("the page can be written");
    }
    let kept = fs::read_to_string(&file).expect("docs/reference/checks.md");
    assert!(page == kept, "docs/reference/checks.md is behind src/check/advice.rs: run with UPDATE=1");
    let names: BTreeSet<&str> = ADVICE.iter().map(|advice| advice.id).collect();
    assert_eq!(names.len(), ADVICE.len());
}

/// Ten calls a second ring, are answered and end at phones: 30 events a second are work of a desktop, 40 ms each more than one worker can
/// do (1.2), 30 ms not (0.9); with answers through it, ten requests a second more are (1.2).
#[test]
fn events_and_requests_at_phones_are_work_of_the_desktop() {
    let overloads = |decide: &str, more: &str| {
        let text = format!(
            "format = 1\nquestion = \"Are there enough workers?\"\n[[node]]\nname = \"a\"\n[[callmanager_group]]\nname = \"main\"\n\
             members = [\"a\"]\n[[application]]\nname = \"desktop\"\nworkers = 1\ndecide = \"{decide}\"\n[[phone]]\nname = \"agents\"\n\
             count = 900\ndevice_pool = \"main\"\napplication = \"desktop\"\n{more}[[traffic]]\nname = \"callers\"\nto = \"agents\"\n\
             arrivals = {{ poisson = \"10/s\" }}\ntalk = \"1m\"\n"
        );
        ids(&examine("desktop.toml", &text, &Beside(root("tests/bad")))).contains("overloaded")
    };
    assert!(overloads("40ms", ""));
    assert!(!overloads("30ms", ""));
    assert!(overloads("30ms", "answer_by = \"desktop\"\n"));
}

/// Two groups consult each other about every call: it goes in a circle until the hop limit, three times sent on. So it visits each group
/// twice, and people are busy for twice 10 s of talk, and twice 5 s each as they consult and are consulted: 40 erlangs at a call a second.
/// On 60 phones that is fine (Erlang B 0.1 %), on 45 it is not (5 %). Each visit costs about 30 ms: no server is overloaded.
#[test]
fn a_call_goes_in_a_circle_as_often_as_the_hop_limit_says() {
    let found = |phones: u32| {
        let group = |name: &str, other: &str| {
            format!(
                "[[phone]]\nname = \"{name}\"\ncount = {phones}\ndevice_pool = \"main\"\nanswer = \"0s\"\n\
                 consult = {{ share = \"100%\", to = \"{other}\", talk = \"5s\" }}\n"
            )
        };
        let text = format!(
            "format = 1\nquestion = \"Who knows?\"\ncti.forward_hops = 3\n[[node]]\nname = \"a\"\n[[callmanager_group]]\nname = \"main\"\n\
             members = [\"a\"]\n{}{}[[traffic]]\nname = \"callers\"\nto = \"first\"\narrivals = {{ poisson = \"1/s\" }}\ntalk = \"10s\"\n",
            group("first", "second"),
            group("second", "first")
        );
        ids(&examine("circle.toml", &text, &Beside(root("tests/bad"))))
    };
    assert!(!found(60).contains("too-few-people") && !found(60).contains("overloaded"), "{:?}", found(60));
    assert!(found(45).contains("too-few-people"));
}

/// 200 calls an hour of 3 min and 5 s of ringing are 10.3 erlangs; with 2 min of work after each 16.9, with 6 min 30.3, too many
/// for 30 people.
#[test]
fn work_after_calls_is_load_of_people() {
    let found = |wrap_up: &str| {
        let with = format!("count = 30\nwrap_up = \"{wrap_up}\"");
        ids(&planted(&[("count = 30", &with)], ""))
    };
    assert_eq!(found("2m"), BTreeSet::new());
    assert_eq!(found("6m"), BTreeSet::from(["too-few-people"]));
}

/// What looks like a mistake and is none.
#[test]
fn what_is_meant_so_is_no_mistake() {
    let other_group = "[[callmanager_group]]\nname = \"other\"\nmembers = [\"b\", \"a\"]\n";
    for (what, replacements, more) in [
        ("a forward that a change sets later", &[("cfof = \"out\"\n", "")][..], {
            "[[change]]\nat = \"1m\"\nof = \"7000\"\ncfof = \"out\"\n"
        }),
        ("a busy trigger below the maximum", &[("cfb =", "busy_trigger = 200\nmaximum_calls = 5000\ncfb =")], ""),
        (
            "a CFNA for the failure of a CallManager",
            &[("device_pool = \"main\"", "device_pool = \"other\""), ("cfna = \"out\"", "cfna = \"ports\"")],
            other_group,
        ),
        (
            "ports that overflow to others",
            &[
                ("count = 20", "count = 4"),
                ("0.5\ncfb = \"out\"", "0.5\ncfb = \"more\""),
                ("[\"welcome\", \"ports\"]", "\"all\""),
            ],
            "[[cti_port]]\nname = \"more\"\ncount = 16\nfirst_dn = \"7201\"\ndevice_pool = \"main\"\n\
             application = \"ivr\"\ncfb = \"out\"\ncfna = \"out\"\ncfof = \"out\"\n",
        ),
        (
            "a burst that is over before the ports fill up",
            &[("\"400/h\" }", "\"400/h\", steps = [{ at = \"30m\", for = \"2s\", times = 10 }] }")],
            "",
        ),
        (
            "a standby that has a CTIManager in common with any before it",
            &[("application = \"ivr\"\ntreatment", "application = [\"ivr\", \"second\", \"third\"]\ntreatment")],
            "[[node]]\nname = \"c\"\n[[application]]\nname = \"second\"\nctimanagers = [\"b\", \"c\"]\nuser = \"ivr\"\n\
             [[node]]\nname = \"d\"\n[[application]]\nname = \"third\"\nctimanagers = [\"d\", \"c\"]\nuser = \"ivr\"\n",
        ),
        (
            "one CTIManager where there are none",
            &[
                ("[[node]]\nname = \"a\"", "topology = \"direct\"\n[[node]]\nname = \"a\""),
                ("ctimanagers = [\"a\", \"b\"]", "ctimanagers = [\"a\"]"),
            ],
            "",
        ),
        (
            "phones that dial and are not called",
            &[],
            "[[phone]]\nname = \"hall\"\ncount = 4\ndevice_pool = \"main\"\n\
             [[traffic]]\nname = \"inside\"\nfrom = \"hall\"\nto = \"7000\"\narrivals = { poisson = \"1/h\" }\n",
        ),
        (
            "no traffic at all",
            &[("[[traffic]]\nname = \"callers\"\nto = \"7000\"\narrivals = { poisson = \"400/h\" }", "")],
            "",
        ),
    ] {
        let found = planted(replacements, more);
        assert_eq!(ids(&found), BTreeSet::new(), "{what}: {}", printed(&found));
    }
}

#[test]
fn a_route_point_that_answers_holds_as_many_calls_as_come_while_one_stays() {
    let answers = ("redirect_to = \"ports\"", "answers = true\ntreatment = \"10m\"");
    let unreached = "unreachable";
    let busy = planted(&[answers, ("400/h", "1300/h")], "");
    assert_eq!(ids(&busy), BTreeSet::from(["many-calls-at-route-point", unreached]));
    let quiet = planted(&[answers, ("400/h", "1100/h")], "");
    assert_eq!(ids(&quiet), BTreeSet::from([unreached]));
}

#[test]
fn a_speed_dial_that_nobody_dials_is_unused() {
    let boss = "[[speed_dial]]\nname = \"boss\"\nphones = \"agents\"\nto = \"out\"\n";
    assert_eq!(ids(&planted(&[], boss)), BTreeSet::from(["unused"]));
    let dialled =
        "[[traffic]]\nname = \"inside\"\nto = \"boss\"\nfrom = \"agents\"\narrivals = { poisson = \"1/h\" }\n";
    assert_eq!(ids(&planted(&[], &format!("{boss}{dialled}"))), BTreeSet::new());
}

/// A group of phones beside the agents, and queues.
fn queued(others: u32, queues: &[(&str, &str)]) -> String {
    let mut more = format!("[[phone]]\nname = \"others\"\ncount = {others}\ndevice_pool = \"main\"\n");
    for (priority, (name, phones)) in (1..).zip(queues) {
        more += &format!("[[queue]]\nname = \"{name}\"\nphones = {phones}\npriority = {priority}\n");
    }
    more
}

#[test]
fn a_queue_has_the_people_of_all_groups_that_take_its_calls() {
    // Half of 400 calls an hour, which ring for 5 s and last 3 min, are 10.3 erlangs.
    let to_all = [("count = 30", "count = 5"), ("transfer_to = \"agents\"", "transfer_to = \"all\"")];
    let all = [("all", r#"["agents", "others"]"#)];
    assert_eq!(ids(&planted(&to_all, &queued(10, &all))), BTreeSet::new());
    let found = planted(&to_all, &queued(4, &all));
    assert_eq!(ids(&found), BTreeSet::from(["too-few-people"]));
    let what = &found.findings[0].problem.what;
    assert!(what.starts_with("the queue `all` has too few people") && what.contains("on 9,"), "{what}");
    // Each of two queues has enough for itself, and both together do not: 5.1 erlangs each on 7 and on 10, 10.3 on 10.
    let by_wish = [
        ("count = 30", "count = 7"),
        ("transfer_to = \"agents\"", "transfer_to = { one = \"one\", other = \"other\" }"),
        ("to = \"7000\"\n", "to = \"7000\"\nwish = { one = \"50%\", other = \"50%\" }\n"),
    ];
    let two = [("one", r#"["agents"]"#), ("other", r#"["others", "agents"]"#)];
    let found = planted(&by_wish, &queued(3, &two));
    let named: Vec<&str> = found.findings.iter().map(|it| it.problem.what.as_str()).collect();
    assert!(named.len() == 2 && named.iter().all(|what| what.contains("on 10,")), "{named:?}");
    assert_eq!(ids(&planted(&by_wish, &queued(5, &two))), BTreeSet::new());
    // One alone does not, although the other has room: 5.1 on 4.
    let apart = [("one", r#"["agents"]"#), ("other", r#"["others"]"#)];
    let few = by_wish.map(|(from, to)| (from, if to == "count = 7" { "count = 4" } else { to }));
    let found = planted(&few, &queued(30, &apart));
    assert!(
        found.findings.len() == 1 && found.findings[0].problem.what.contains("the queue `one`"),
        "{:?}",
        found.findings
    );
}

#[test]
fn a_queue_to_which_nothing_is_transferred_is_unused() {
    let found = planted(&[], &queued(1, &[("spare", r#"["others"]"#)]));
    let whats: Vec<&str> = found.findings.iter().map(|it| it.problem.what.as_str()).collect();
    assert!(whats.contains(&"nothing uses the queue `spare`"), "{whats:?}");
}

#[test]
fn r9_the_checklist_of_a_sound_workload_is_done() {
    let found = planted(&[], "");
    let states: Vec<State> = found.checklist.iter().map(|line| line.state).collect();
    assert_eq!(states, [State::Done; 9]);
    let numbers: Vec<u8> = found.checklist.iter().map(|line| line.step.number()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn r9_a_step_that_is_not_done_names_what_keeps_it_from_being_done() {
    type Replacements = &'static [(&'static str, &'static str)];
    let cases: [(Step, Replacements, &str, &[&str]); 13] = [
        (
            Step::Devices,
            &[],
            "[[application]]\nname = \"idle\"\nctimanagers = [\"a\", \"b\"]\nuser = \"ivr\"\n",
            &["idle"],
        ),
        (Step::Devices, &[("lookup", "voice_lines = 21\nlookup")], "", &["ivr"]),
        (Step::Numbers, &[("first_dn = \"7101\"\n", "")], "", &["ports"]),
        (
            Step::Numbers,
            &[("[{ dn = \"7000\" }]", "[{ dn = \"7101\" }]"), ("to = \"7000\"", "to = \"welcome\"")],
            "",
            &["welcome"],
        ),
        (Step::Applications, &[("redirect_to = \"ports\"", "redirect_to = \"prots\"")], "", &["welcome"]),
        (Step::CtiManagers, &[("ctimanagers = [\"a\", \"b\"]", "ctimanagers = [\"c\"]")], "", &["ivr"]),
        (Step::Parameters, &[("lookup", "heartbeat = \"2s\"\nlookup")], "", &["ivr"]),
        (Step::Restart, &[("lookup", "heartbeat = \"2s\"\nlookup")], "", &[]),
        (Step::UserEnabled, &[("devices =", "cti_enabled = false\ndevices =")], "", &["ivr"]),
        (Step::Association, &[("devices = [\"welcome\", \"ports\"]", "devices = [\"ports\"]")], "", &["welcome"]),
        (Step::Groups, &[("device_pool = \"main\"", "device_pool = \"mian\"")], "", &["welcome"]),
        // Without a pool, or with one that leads to no CallManager.
        (Step::Groups, &[("device_pool = \"main\"\n", "")], "", &["welcome"]),
        (Step::Groups, &[("members = [\"a\", \"b\"]", "members = []")], "", &["both"]),
    ];
    for (step, replacements, more, offenders) in cases {
        let found = planted(replacements, more);
        assert_eq!(state(&found, step), (State::NotDone, offenders.to_vec()), "{step:?} {}", printed(&found));
        let undone = found.checklist.iter().filter(|line| line.state != State::Done).count();
        // The restart follows from the two steps before it.
        let follows = matches!(step, Step::CtiManagers | Step::Parameters | Step::Restart);
        assert_eq!(undone, 1 + usize::from(follows), "{step:?} {}", printed(&found));
    }
}

#[test]
fn r9_a_line_that_lacks_a_forward_is_named_by_its_number() {
    let lines = "[{ dn = \"7000\" }, { dn = \"7001\", cfb = \"out\", cfna = \"out\", cfof = \"out\" }]";
    let found = planted(&[("[{ dn = \"7000\" }]", lines)], "");
    assert_eq!(ids(&found), BTreeSet::new(), "{}", printed(&found));
    let lines = "[{ dn = \"7000\", cfb = \"out\", cfna = \"out\", cfof = \"out\" }, { dn = \"7001\" }]";
    let forwards =
        ("redirect_to = \"ports\"\ncfb = \"out\"\ncfna = \"out\"\ncfof = \"out\"\n", "redirect_to = \"ports\"\n");
    let found = planted(&[("[{ dn = \"7000\" }]", lines), forwards], "");
    let whats: Vec<&str> = found.findings.iter().map(|finding| finding.problem.what.as_str()).collect();
    assert_eq!(whats, ["`7001` lacks `cfb`, `cfna` and `cfof`"], "{}", printed(&found));
}

#[test]
fn r9_an_application_without_a_user_leaves_both_steps_about_users_undone() {
    let found = planted(
        &[("[[user]]\nname = \"ivr\"\ndevices = [\"welcome\", \"ports\"]\n", ""), ("user = \"ivr\"\n", "")],
        "",
    );
    assert_eq!(state(&found, Step::UserEnabled), (State::NotDone, vec!["ivr"]));
    assert_eq!(state(&found, Step::Association), (State::NotDone, vec!["welcome", "ports"]));
}

#[test]
fn what_cannot_be_read_is_not_taken_for_forgotten() {
    // Each of these would be a warning if the misread key were merely absent.
    for (step, replacement) in [
        (Step::UserEnabled, ("user = \"ivr\"\n", "usr = \"ivr\"\n")),
        (Step::Numbers, ("first_dn = \"7101\"", "first_dn = 7101")),
        (Step::Devices, ("[[route_point]]", "[[route_pont]]")),
    ] {
        let found = planted(&[replacement], "");
        assert_eq!(found.count(Severity::Warning), 0, "{}", printed(&found));
        assert!(found.count(Severity::Error) > 0);
        assert_ne!(state(&found, step).0, if step == Step::Devices { State::NotDone } else { State::Done });
    }
    let nothing = examine("x.toml", "format = \"", &NoFiles);
    assert!(nothing.checklist.iter().all(|line| line.state == State::Unknown));
}

/// Ten mistakes of different kinds, each of which is found whatever else is wrong.
#[test]
fn errors_do_not_hide_what_other_entries_say() {
    let found = planted(
        &[
            ("devices = [", "cti_enabled = false\ndevices = ["),
            ("first_dn = \"7101\"\n", ""),
            ("lookup", "workrs = 1\nheartbeat = \"2s\"\nlookup"),
            ("ctimanagers = [\"a\", \"b\"]", "ctimanagers = [\"a\"]"),
            ("[\"a\", \"b\"]", "[\"a\"]"),
            ("to = \"7000\"", "to = \"7009\""),
            ("400/h", "400"),
        ],
        "[[application]]\nname = \"idle\"\nctimanagers = [\"a\", \"b\"]\n[[route_point]]\nname = \"spare\"\ndevice_pool = \"mian\"\n",
    );
    let of = |severity| found.findings.iter().filter(move |it| it.problem.severity == severity);
    let warned: BTreeSet<&str> = of(Severity::Warning).filter_map(|it| it.problem.id).collect();
    let expected = [
        "application-without-devices",
        "application-without-user",
        "cti-not-enabled",
        "no-application",
        "no-backup-callmanager",
        "no-directory-number",
    ];
    assert_eq!(warned, expected.into(), "{}", printed(&found));
    assert_eq!(of(Severity::Error).count(), 4, "{}", printed(&found));
    assert_eq!(state(&found, Step::UserEnabled), (State::NotDone, vec!["ivr", "idle"]));
    assert!(!found.complete);
    assert!(printed(&found).ends_with("; more warnings may follow once the errors are fixed\n"));
}

#[test]
fn what_is_no_toml_is_told_first_and_not_line_by_line() {
    let found = examine("calls.csv", &"12:00,7000,60\n".repeat(500), &NoFiles);
    assert_eq!(found.count(Severity::Error), 6);
    let text = printed(&found);
    assert!(text.starts_with("error: this is not TOML") && text.contains("is this a TOML file?"), "{text}");
}

#[test]
fn every_error_of_a_run_is_an_error_here() {
    let mut files = 0;
    for entry in fs::read_dir(root("tests/bad")).expect("the bad files") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        let (true, Ok(text)) = (path.extension().is_some_and(|it| it == "toml"), text_of(&bytes)) else { continue };
        files += 1;
        let beside = Beside(root("tests/bad"));
        let expected = compile("x.toml", text, &beside).err().map_or(Vec::new(), |problems| problems.list);
        let found = examine("x.toml", text, &beside).findings;
        let errors = found.into_iter().map(|it| it.problem).filter(|problem| problem.severity == Severity::Error);
        assert_eq!(errors.collect::<Vec<_>>(), expected, "{}", path.display());
    }
    assert!(files > 25, "{files}");
}

/// What each of them warns of has been looked at, and is so: see the comments in the files.
#[test]
fn the_shipped_workloads_have_no_errors_and_only_these_warnings() {
    let mut warned = Vec::new();
    for entry in fs::read_dir(root("workloads")).expect("the workloads") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        if path.extension().is_none_or(|it| it != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        let found = examine(&name, &text, &Beside(root("workloads")));
        assert!(found.checklist.iter().all(|line| line.state == State::Done), "{}", printed(&found));
        warned.extend(ids(&found).into_iter().map(|id| format!("{name}: {id}")));
    }
    warned.sort();
    assert_eq!(
        warned,
        [
            "application_hang: missing-forward",
            "busy_hour: many-devices-of-application",
            "busy_hour: many-devices-on-ctimanager",
            "callmanager_failure_no_spare: no-backup-callmanager",
            "ctimanager_without_backup: no-backup-ctimanager",
            "fan_in: overloaded",
            "flash_crowd: too-few-ports",
            "node_failure_storm: many-devices-on-ctimanager",
            "phones_without_standby: many-devices-on-ctimanager",
            "phones_without_standby: no-backup-callmanager",
        ]
    );
}

#[test]
fn every_format_is_as_kept() {
    let update = std::env::var_os("UPDATE").is_some();
    let folder = root("tests/golden/check");
    let mut wrong = Vec::new();
    for name in ["sound", "planted"] {
        let file = format!("{name}.toml");
        let text = fs::read_to_string(folder.join(&file)).expect("a workload");
        let found = examine(&file, &text, &Beside(folder.clone()));
        for (ending, report) in [
            ("txt", drawn(&found, Format::Table)),
            ("json", drawn(&found, Format::Json)),
            ("sarif", drawn(&found, Format::Sarif)),
        ] {
            let kept = folder.join(format!("{name}.{ending}"));
            // The version is none of this test's business.
            let report = String::from_utf8(report).expect("a text").replace(env!("CARGO_PKG_VERSION"), "VERSION");
            if update {
                fs::write(&kept, &report).expect("written");
            }
            if fs::read_to_string(&kept).unwrap_or_default() != report {
                wrong.push(format!("{}:\n{report}", kept.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE=1 if these are better:\n{}", wrong.join("\n"));
}

/// The properties that the schema of SARIF 2.1.0 requires, and what its text requires of those that are there.
#[test]
fn sarif_has_what_its_schema_requires() {
    let folder = root("tests/golden/check");
    let text = fs::read_to_string(folder.join("planted.toml")).expect("a workload");
    let found = examine("a b/planted.toml", &text, &Beside(folder));
    let log: serde_json::Value = serde_json::from_slice(&drawn(&found, Format::Sarif)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "ctisim");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let lines: Vec<&str> = text.lines().collect();
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), found.findings.len());
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(["error", "warning"].contains(&result["level"].as_str().expect("a level")));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/planted.toml");
        let number = |key: &str| place["region"][key].as_u64().expect("a number") as usize;
        let (line, from, to) = (number("startLine"), number("startColumn"), number("endColumn"));
        assert_eq!(number("endLine"), line, "nothing here has several lines");
        let underlined: String = lines[line - 1].chars().skip(from - 1).take(to - from).collect();
        assert!(underlined.starts_with('"') || underlined == "false", "{underlined}");
    }
    let also = results.iter().filter_map(|result| result["relatedLocations"].as_array()).flatten();
    assert!(also.clone().any(|it| it["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/calls.csv"));
    assert!(also.count() >= 4);
}

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).output().expect("the program runs")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("a text")
}

/// A folder with a sound workload, one with a warning of two kinds, one with a step undone, and one with an error.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("sound.toml", SOUND);
    write("warned.toml", &SOUND.replacen("[\"a\", \"b\"]", "[\"a\"]", 1).replacen("cfof = \"out\"\n", "", 1));
    write("undone.toml", &SOUND.replacen("[[user]]\n", "[[user]]\ncti_enabled = false\n", 1));
    write("wrong.toml", &SOUND.replacen("[\"a\", \"b\"]", "[\"c\"]", 1));
    folder
}

#[test]
fn the_exit_code_says_whether_there_are_errors_or_denied_warnings() {
    let folder = folder();
    for (code, arguments) in [
        (0, &["sound.toml"][..]),
        (0, &["sound.toml", "--deny", "warnings"]),
        (0, &["warned.toml"]),
        (3, &["warned.toml", "--deny", "warnings"]),
        (3, &["warned.toml", "--deny", "missing-forward"]),
        (0, &["warned.toml", "--deny", "unused"]),
        (3, &["warned.toml", "--deny", "warnings", "--allow", "missing-forward"]),
        (0, &["warned.toml", "--deny", "warnings", "--allow", "missing-forward", "--allow", "no-backup-callmanager"]),
        (3, &["warned.toml", "--deny", "missing-forward", "--allow", "missing-forward"]),
        // A step that is not done (R9), though `run` goes on.
        (3, &["undone.toml"]),
        (0, &["undone.toml", "--allow", "cti-not-enabled"]),
        (3, &["wrong.toml"]),
        (3, &["wrong.toml", "--format", "sarif"]),
        (3, &["sound.toml", "--set", "cti_port.ports.count=0"]),
        (
            0,
            &[
                "warned.toml",
                "--deny",
                "no-backup-callmanager",
                "--set",
                "callmanager_group.both.members=[\"a\", \"b\"]",
            ],
        ),
    ] {
        let output = ctisim(folder.path(), &[&["check"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", words(&output.stdout));
        assert_eq!(words(&output.stderr), "", "what was found is data");
        assert!(!words(&output.stdout).contains('\u{1b}'), "no colour but on a terminal");
    }
}

#[test]
fn what_is_denied_is_an_error_and_what_is_allowed_is_left_out() {
    let folder = folder();
    let output = |arguments: &[&str]| {
        let output = ctisim(folder.path(), &[&["check", "warned.toml"], arguments].concat());
        words(&output.stdout)
    };
    let both = output(&[]);
    assert!(both.contains("warning[no-backup-callmanager]: ") && both.contains("warning[missing-forward]: "), "{both}");
    assert!(both.ends_with("warned.toml: 9 of 9 steps done, no errors, 2 warnings\n"), "{both}");
    let one = output(&["--allow", "missing-forward", "--deny", "no-backup-callmanager"]);
    assert!(one.contains("error[no-backup-callmanager]: ") && !one.contains("missing-forward"), "{one}");
    assert!(one.ends_with("warned.toml: 9 of 9 steps done, 1 error, no warnings\n"), "{one}");
    let json: serde_json::Value =
        serde_json::from_str(&output(&["--format", "json", "--deny", "missing-forward"])).expect("JSON");
    assert_eq!((&json["errors"], &json["warnings"]), (&1.into(), &1.into()));
    assert_eq!(json["findings"][0]["level"], "warning");
    assert_eq!(json["findings"][1]["level"], "error");
}

#[test]
fn wrong_usage_is_2_and_a_file_that_is_not_there_1() {
    let folder = folder();
    for (arguments, expected) in [
        (&["check"][..], "<WORKLOAD>"),
        (&["check", "sound.toml", "--allow", "missing-forwards"], "'missing-forward'"),
        (&["check", "sound.toml", "--deny", "warning"], "'warnings'"),
        (&["check", "sound.toml", "--allow", "warnings"], "invalid value"),
        (&["check", "sound.toml", "--format", "xml"], "sarif"),
    ] {
        let output = ctisim(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(words(&output.stderr).contains(expected), "{}", words(&output.stderr));
        assert_eq!(words(&output.stdout), "");
    }
    let output = ctisim(folder.path(), &["check", "absent.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output.stderr).contains("absent.toml"), "{}", words(&output.stderr));
}
