//! The workload that `ctisim init` writes, over all answers it takes.

use ctisim::check;
use ctisim::plan::{Plan, compile};
use ctisim::starter::{Answers, Failure, most, workload};
use ctisim::workload::{NoFiles, Severity, Tie, Tied, set};
use proptest::prelude::*;

fn planned(answers: &Answers) -> (String, Plan) {
    let text = workload(&answers.complete());
    let plan = compile("starter.toml", &text, &NoFiles).unwrap_or_else(|problems| panic!("{answers:?}\n{problems}"));
    (text, plan)
}

fn answers() -> impl Strategy<Value = Answers> {
    let some = |range: std::ops::RangeInclusive<u32>| prop::option::of(range);
    (
        prop::option::of("[ -~\u{e9}]{1,60}"),
        some(1..=most::NODES),
        some(1..=most::CALLS_AN_HOUR),
        some(1..=most::APPLICATIONS),
        prop_oneof![some(1..=12), some(1..=most::PORTS)],
        prop_oneof![some(0..=9), some(0..=most::AGENTS)],
        some(1..=most::TALK_S),
        prop::option::of(prop::sample::select(&Failure::ALL[..])),
        (some(1..=most::TALK_S), some(1..=10_000), some(1..=most::TALK_S)),
        any::<(bool, bool)>(),
    )
        .prop_map(|(name, nodes, calls_an_hour, applications, ports, agents, talk, failure, callers, extras)| {
            Answers {
                name,
                nodes,
                calls_an_hour,
                applications,
                ports,
                agents,
                talk,
                menu: callers.0,
                to_agents: callers.1,
                patience: callers.2,
                failure,
                standby: extras.0,
                desktop: extras.1,
            }
        })
}

/// The warnings of `check` about a written workload, which has no errors.
fn warnings(answers: &Answers) -> Vec<&'static str> {
    let examination = check::examine("starter.toml", &workload(&answers.complete()), &NoFiles);
    let found = examination.findings.iter().map(|it| &it.problem);
    found
        .map(|problem| {
            assert_eq!(problem.severity, Severity::Warning, "{answers:?}: {problem:?}");
            problem.id.expect("a warning has a name")
        })
        .collect()
}

/// Whether a warning is to be expected: of a single node, or where a remark says that the numbers do not fit.
fn is_foretold(warning: &str, answers: &Answers) -> bool {
    let site = answers.complete();
    match warning {
        "no-backup-callmanager" | "no-backup-ctimanager" => site.nodes() == 1,
        "too-few-ports" => site.remarks().iter().any(|remark| remark.contains("find all ports of their group busy")),
        "too-few-people" | "overloaded" | "many-devices-on-ctimanager" | "many-devices-of-application" => {
            site.remarks().iter().any(|remark| !remark.contains("no phones"))
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn whatever_is_answered_compiles_and_is_what_was_asked_for(answers in answers()) {
        let (text, plan) = planned(&answers);
        let asked = |asked: Option<u32>, got: usize| asked.is_none_or(|asked| asked as usize == got);
        let count = |counts: Vec<u32>| counts.iter().sum::<u32>() as usize;
        prop_assert!(asked(answers.nodes, plan.nodes.len()));
        prop_assert!(asked(answers.applications, plan.applications.iter().filter(|it| !it.name.ends_with("-standby") && it.name != "desktop").count()));
        prop_assert!(asked(answers.ports, count(plan.port_groups.iter().map(|it| it.count).collect())));
        prop_assert!(asked(answers.agents, count(plan.phone_groups.iter().map(|it| it.count).collect())));
        let calls = plan.expected_calls() / (plan.length.nanos() as f64 / 3.6e12);
        prop_assert!(answers.calls_an_hour.is_none_or(|asked| (calls - f64::from(asked)).abs() < 0.1), "{calls}");
        prop_assert!(answers.name.is_none_or(|name| plan.question.contains(&name)));
        // Every phone is controlled by the desktop if one was asked for, and its calls are answered there.
        let desktop = plan.applications.iter().position(|it| it.name == "desktop");
        let wanted = answers.desktop || answers.failure == Some(Failure::Desktop);
        prop_assert_eq!(desktop.is_some(), wanted && !plan.phone_groups.is_empty());
        for phones in &plan.phone_groups {
            prop_assert_eq!(phones.answer_by.map(|it| it.index()), desktop);
        }
        // A file for people: no line is too long to read, and assumptions are marked.
        for line in text.lines().filter(|line| line.starts_with('#') && !line.starts_with("# What do callers")) {
            prop_assert!(line.chars().count() <= 120, "{line}");
        }
        prop_assert!(text.matches("ASSUMPTION").count() >= 5);
    }

    /// People and ports in all can be varied up to twice as many: numbers of groups do not overlap.
    #[test]
    fn twice_as_many_in_all_have_numbers(answers in answers()) {
        let (text, plan) = planned(&answers);
        let groups = [
            ("cti_port.*.count", plan.port_groups.iter().map(|it| it.count).sum::<u32>()),
            ("phone.*.count", plan.phone_groups.iter().map(|it| it.count).sum()),
        ];
        for (keys, count) in groups.into_iter().filter(|(_, count)| *count > 0) {
            let tied = Tied::new(Tie::Sum, &[keys.to_owned()], &text).unwrap();
            let more = set(&text, &tied.assignments(&(2 * count).to_string()).unwrap()).unwrap();
            // A fault may name as many devices as there were.
            compile("starter.toml", &more, &NoFiles).unwrap_or_else(|problems| panic!("{answers:?}\n{problems}"));
        }
    }

    #[test]
    fn check_finds_no_error_and_warns_of_nothing_that_no_remark_foretells(answers in answers()) {
        for warning in warnings(&answers) {
            prop_assert!(is_foretold(warning, &answers), "{warning}: {answers:?}, {:?}", answers.complete().remarks());
        }
    }

    /// If only the load and the organisation are given, the rest can carry the load.
    #[test]
    fn what_follows_from_the_load_is_enough_for_it(
        calls in 1..=100_000_u32,
        applications in 1..=most::APPLICATIONS,
        talk in 30..=300_u32,
        nobody in any::<bool>(),
    ) {
        let agents = nobody.then_some(0);
        let asked = Answers { calls_an_hour: Some(calls), applications: Some(applications), talk: Some(talk), agents, ..Answers::default() };
        let site = asked.complete();
        prop_assume!(site.ports() < most::PORTS && site.agents() < most::AGENTS);
        let (_, plan) = planned(&asked);
        let rate = f64::from(calls) / 3600.0;
        let people = f64::from(plan.phone_groups.iter().map(|it| it.count).sum::<u32>());
        prop_assert!(nobody || people > 1.05 * rate * 0.6 * f64::from(talk), "{people} for {rate}/s");
        let ports = f64::from(plan.port_groups.iter().map(|it| it.count).sum::<u32>());
        prop_assert!(ports > 1.05 * rate * 0.8 * if nobody { f64::from(talk) } else { 30.0 }, "{ports} for {rate}/s");
        prop_assert!(site.remarks().iter().all(|remark| !remark.contains("busy")), "{:?}", site.remarks());
        // 200 calls a minute each.
        prop_assert!(plan.route_points.len() * 200 * 60 >= calls as usize);
    }
}

/// One queue leads to all people, and what was asked for is no assumption.
#[test]
fn a_contact_centre_is_written_as_it_was_asked_for() {
    let answers = Answers {
        applications: Some(1),
        calls_an_hour: Some(4200),
        ports: Some(140),
        nodes: Some(2),
        menu: Some(95),
        to_agents: Some(3_500),
        talk: Some(250),
        patience: Some(120),
        failure: Some(Failure::Nothing),
        ..Answers::default()
    };
    let (text, plan) = planned(&answers);
    for line in [
        "treatment = { erlang = { mean = \"95s\", phases = 3 } }",
        "transfer_to = \"waiting\"\ntransfer_share = \"35%\"",
        "phones = [\"agents-1\", \"agents-2\"]",
        "patience = { weibull = { mean = \"120s\", shape = 2.0 } }",
        "talk = { lognormal = { mean = \"250s\", cv = 1.2 } }",
        "# A menu of 95 s, after which 35 % of the callers ask for a person.",
        // Ten times the 345 s of a call.
        "length = \"117m\"\nwarm_up = \"57m\"",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("queue = true") && !text.contains("ASSUMPTION: a menu"), "{text}");
    assert_eq!(plan.queues.len(), 1);
    // 4200/h x 35 % x 255 s are 104.125 erlangs: nine tenths of that, and 114.54 + 40.82 + 2, rounded up.
    assert_eq!(answers.complete().people_to_try(), Some((93, 158)));
    // Others are assumed.
    let (text, _) = planned(&Answers { menu: Some(95), ..Answers::default() });
    assert!(text.contains("# ASSUMPTION: a menu of 95 s, after which 60 % of"), "{text}");
}

/// Each failure, for each number of applications and nodes.
#[test]
fn check_warns_of_nothing_if_the_size_follows_from_the_organisation() {
    let mut written = 0;
    for (applications, nodes) in (1..=most::APPLICATIONS).flat_map(|it| (2..=most::NODES).map(move |nodes| (it, nodes)))
    {
        for (agents, failure) in [None, Some(0)].into_iter().flat_map(|agents| Failure::ALL.map(|it| (agents, it))) {
            let answers = Answers {
                applications: Some(applications),
                nodes: Some(nodes),
                agents,
                failure: Some(failure),
                standby: (applications + nodes) % 2 == 0,
                desktop: (applications + nodes) % 3 == 0,
                ..Answers::default()
            };
            assert_eq!(warnings(&answers), Vec::<&str>::new(), "{answers:?}");
            written += 1;
        }
    }
    assert_eq!(written, 10 * 7 * 2 * 10);
}
