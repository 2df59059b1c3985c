//! The workload that `ctisim init` writes, over all answers it takes.

use ctisim::plan::{Plan, compile};
use ctisim::starter::{Answers, most, workload};
use ctisim::workload::NoFiles;
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
    )
        .prop_map(|(name, nodes, calls_an_hour, applications, ports, agents, talk)| Answers {
            name,
            nodes,
            calls_an_hour,
            applications,
            ports,
            agents,
            talk,
        })
}

proptest! {
    #[test]
    fn whatever_is_answered_compiles_and_is_what_was_asked_for(answers in answers()) {
        let (text, plan) = planned(&answers);
        let asked = |asked: Option<u32>, got: usize| asked.is_none_or(|asked| asked as usize == got);
        let count = |counts: Vec<u32>| counts.iter().sum::<u32>() as usize;
        prop_assert!(asked(answers.nodes, plan.nodes.len()));
        prop_assert!(asked(answers.applications, plan.applications.len()));
        prop_assert!(asked(answers.ports, count(plan.port_groups.iter().map(|it| it.count).collect())));
        prop_assert!(asked(answers.agents, count(plan.phone_groups.iter().map(|it| it.count).collect())));
        let calls = plan.expected_calls();
        prop_assert!(answers.calls_an_hour.is_none_or(|asked| (calls - f64::from(asked)).abs() < 0.1), "{calls}");
        prop_assert!(answers.name.is_none_or(|name| plan.question.contains(&name)));
        // A file for people: no line is too long to read, and assumptions are marked.
        for line in text.lines().filter(|line| line.starts_with('#') && !line.starts_with("# What do callers")) {
            prop_assert!(line.chars().count() <= 120, "{line}");
        }
        prop_assert!(text.matches("ASSUMPTION").count() >= 5);
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
        prop_assert!(plan.route_points.len() as f64 * 200.0 >= rate * 60.0);
    }
}
