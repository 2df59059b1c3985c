//! Common random numbers: when the cluster changes, each caller's arrival, patience and talk time do not. So a comparison of
//! two designs shows the difference of the designs.

use crate::common::free;
use ctisim::cluster::Cluster;
use ctisim::domain::{CallName, Ending};
use ctisim::engine::{Span, Stream, Time, stream_number, unit_gamma};
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::Plan;
use std::collections::BTreeMap;

/// What is observed of a caller.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Caller {
    calls: Time,
    connected: Option<Time>,
    /// How long it waited before it gave up, if it did.
    patience: Option<Span>,
    /// How long it talked, if it did.
    talk: Option<Span>,
}

/// The callers, by the name of their source and their number: a source's row may differ between two workloads.
struct Callers<'p> {
    plan: &'p Plan,
    callers: BTreeMap<(&'p str, u32), Caller>,
}

impl<'p> Callers<'p> {
    fn caller(&mut self, name: CallName) -> &mut Caller {
        let key = (self.plan.sources[name.source.index()].name.as_str(), name.number);
        self.callers.get_mut(&key).expect("it was offered")
    }
}

impl Recorder for Callers<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        match fact {
            Fact::Offered { call, .. } => {
                let key = (self.plan.sources[call.source.index()].name.as_str(), call.number);
                self.callers.insert(key, Caller { calls: now, connected: None, patience: None, talk: None });
            }
            Fact::Connected { call, .. } => self.caller(call).connected = Some(now),
            Fact::Ended { call, ending, offered, .. } => {
                let caller = self.caller(call);
                match (ending, caller.connected) {
                    (Ending::Abandoned, None) => caller.patience = Some(now - offered),
                    (Ending::Completed, Some(connected)) => caller.talk = Some(now - connected),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// A contact centre with too few of everything: callers give up, are refused, and talk.
const BASE: &str = r#"
run = { length = "20m" }
[[node]]
name = "sub1"
work = { setup = { exponential = "20ms" } }
[[application]]
name = "ivr"
workers = 2
decide = { exponential = "900ms" }
lookup = { lognormal = { mean = "200ms", cv = 1.0 } }
[[route_point]]
name = "welcome"
device_pool = "main"
application = "ivr"
redirect_to = [{ to = "ports", share = 0.8 }, { to = "office", share = 0.2 }]
[[cti_port]]
name = "ports"
count = 5
device_pool = "main"
application = "ivr"
[[destination]]
name = "office"
answer = { exponential = "3s" }
[[traffic]]
name = "day"
to = "welcome"
ingress = ["sub1"]
arrivals = { poisson = "1/s" }
patience = { weibull = { mean = "8s", shape = 2.0 } }
talk = { lognormal = { mean = "6s", cv = 1.2 } }
[[traffic]]
name = "bursts"
to = "welcome"
arrivals = { poisson = "0.5/s", states = [{ times = 0.2, mean = "40s" }, { times = 3.0, mean = "10s" }] }
patience = { exponential = "5s" }
talk = { exponential = "4s" }
"#;

fn callers(plan: &Plan, replication: u64) -> BTreeMap<(String, u32), Caller> {
    let mut cluster = Cluster::new(plan, Callers { plan, callers: BTreeMap::new() });
    cluster.run(plan.seed, replication);
    let callers = cluster.recorder.callers.into_iter();
    callers.map(|((source, number), caller)| ((source.to_owned(), number), caller)).collect()
}

/// Changes the base and compares every caller with itself.
#[track_caller]
fn the_same_callers(changed: &str) {
    let (before, after) = (free(BASE), free(changed));
    for replication in 0..3 {
        let (before, after) = (callers(&before, replication), callers(&after, replication));
        let (mut gave_up, mut talked, mut fared_otherwise) = (0, 0, 0);
        for (name, one) in &before {
            let other = after.get(name).unwrap_or_else(|| panic!("{name:?} does not call"));
            assert_eq!(one.calls, other.calls, "{name:?} calls at another time");
            if let (Some(one), Some(other)) = (one.patience, other.patience) {
                assert_eq!(one, other, "{name:?} has other patience");
                gave_up += 1;
            }
            if let (Some(one), Some(other)) = (one.talk, other.talk) {
                assert_eq!(one, other, "{name:?} talks for another time");
                talked += 1;
            }
            fared_otherwise += u32::from(one != other);
        }
        let of_base = |name: &&(String, u32)| ["day", "bursts"].contains(&name.0.as_str());
        assert_eq!(after.keys().filter(of_base).count(), before.len(), "there are other callers");
        // Otherwise the test would show nothing.
        assert!(gave_up > 20 && talked > 100, "{gave_up} gave up and {talked} talked in both");
        assert!(fared_otherwise > 20, "the change made a difference to {fared_otherwise} callers only");
    }
}

#[track_caller]
fn with(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "the base has no {from}");
    BASE.replacen(from, to, 1)
}

#[test]
fn another_node_changes_no_caller() {
    // The second source enters at every node in turn, including the new one.
    the_same_callers(&with("[[application]]", "[[node]]\nname = \"sub2\"\n[[application]]"));
}

#[test]
fn more_ports_change_no_caller() {
    the_same_callers(&with("count = 5", "count = 9"));
}

#[test]
fn another_worker_changes_no_caller() {
    the_same_callers(&with("workers = 2", "workers = 3"));
}

#[test]
fn a_forward_changes_no_caller() {
    the_same_callers(&with(
        "application = \"ivr\"\n[[destination]]",
        "application = \"ivr\"\ncfb = \"office\"\n[[destination]]",
    ));
}

#[test]
fn a_failure_changes_no_caller() {
    let fault = "[[fault]]\nat = \"5m\"\napplication = \"ivr\"\nkind = \"exit\"\nfor = \"1m\"\n[[destination]]";
    the_same_callers(&with("[[destination]]", fault));
}

/// Even one that comes first in the file, and so has the row that another had.
#[test]
fn another_source_changes_no_caller() {
    let source = "[[traffic]]\nname = \"more\"\nto = \"welcome\"\narrivals = { poisson = \"0.3/s\" }\npatience = \"6s\"\n[[traffic]]";
    the_same_callers(&with("[[traffic]]", source));
}

/// At twice the rate each caller arrives after half the time, and is otherwise the same.
#[test]
fn a_higher_rate_brings_the_same_callers_sooner() {
    let (before, after) = (free(BASE), free(&with("poisson = \"1/s\"", "poisson = \"2/s\"")));
    let (before, after) = (callers(&before, 0), callers(&after, 0));
    let day = before.iter().filter(|((source, _), _)| source == "day");
    for (name, one) in day {
        let Some(other) = after.get(name) else { continue };
        assert!(one.calls.nanos().abs_diff(2 * other.calls.nanos()) <= 2 * u64::from(name.1 + 1), "{name:?}");
        if let (Some(one), Some(other)) = (one.talk, other.talk) {
            assert_eq!(one, other, "{name:?} talks for another time");
        }
    }
}

/// The factor of the rate of a constant source by a day: its callers arrive sooner or later by it, all of them.
#[track_caller]
fn factor(without: &BTreeMap<(String, u32), Caller>, with: &BTreeMap<(String, u32), Caller>, source: &str) -> f64 {
    let of_source = without.iter().filter(|((name, _), _)| name == source);
    let factors: Vec<f64> = of_source
        .filter_map(|(name, one)| Some(one.calls.nanos() as f64 / with.get(name)?.calls.nanos() as f64))
        .collect();
    assert!(factors.len() > 50, "{source} has {} callers", factors.len());
    // Each arrival is rounded to the nanosecond.
    assert!(factors.iter().all(|factor| (factor / factors[factors.len() - 1] - 1.0).abs() < 1e-6), "{factors:?}");
    factors[factors.len() - 1]
}

/// A day multiplies the rates of all sources that share it by the same factor, which depends on the seed, the replication and the
/// name of the day, and on nothing else of the workload.
#[test]
fn a_day_is_the_same_in_every_design() {
    let sources = |days: [&str; 3]| {
        let source = |(name, day): (&str, &str)| {
            format!(
                "[[traffic]]\nname = \"{name}\"\nto = \"office\"\narrivals = {{ poisson = \"0.5/s\"{day} }}\ntalk = \"1s\"\n"
            )
        };
        ["one", "two", "three"].into_iter().zip(days).map(source).collect::<String>()
    };
    let design = |more: &str, days: [&str; 3]| {
        let text = format!(
            "run = {{ length = \"20m\" }}\n[[node]]\nname = \"sub1\"\n[[destination]]\nname = \"office\"\n{more}{}",
            sources(days)
        );
        free(&text)
    };
    let (site, shared, other) = (
        ", day = { name = \"site\", cv = 0.3 }",
        ", day = { name = \"site\" }",
        ", day = { name = \"other\", cv = 0.3 }",
    );
    let without = design("", ["", "", ""]);
    let with = design("", [site, shared, other]);
    // Another node, and another source that comes first and shares the day.
    let more = "[[node]]\nname = \"sub2\"\n[[traffic]]\nname = \"zero\"\nto = \"office\"\n\
                arrivals = { bhca = 1000, day = { name = \"site\" } }\n";
    let changed = design(more, [shared, site, other]);
    let doubled = design("", [", day = { name = \"site\", cv = 0.6 }", shared, other]);
    let word = |replication, name| Stream::new(without.seed, replication, stream_number("day", name)).next_u64();
    let mut seen = Vec::new();
    for replication in 0..4 {
        let [without, with, changed, doubled] =
            [&without, &with, &changed, &doubled].map(|plan| callers(plan, replication));
        let found = ["one", "two", "three"].map(|source| factor(&without, &with, source));
        let expected =
            [("site", 0.3), ("site", 0.3), ("other", 0.3)].map(|(name, cv)| unit_gamma(cv, word(replication, name)));
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < 1e-6, "replication {replication}: {found}, not {expected}");
        }
        assert!((found[0] / found[2] - 1.0).abs() > 0.01, "two days have one factor: {found:?}");
        assert_eq!(factor(&with, &changed, "one"), 1.0);
        assert_eq!(factor(&with, &changed, "three"), 1.0);
        // Of more variable days the same one is further from the mean.
        let more_variable = factor(&without, &doubled, "two");
        let expected = unit_gamma(0.6, word(replication, "site"));
        assert!((more_variable / expected - 1.0).abs() < 1e-6, "{more_variable}, not {expected}");
        seen.push(found[0]);
    }
    seen.sort_by(f64::total_cmp);
    assert!(seen.windows(2).all(|pair| pair[1] - pair[0] > 1e-3), "days are alike: {seen:?}");
}

/// Days that do not vary are no days, and a scale multiplies profile and bursts alike.
#[test]
fn a_scale_is_the_rate_written_out_and_a_day_without_variation_is_none() {
    let plan = |arrivals: &str| {
        free(&format!(
            "run = {{ length = \"20m\" }}\n[[node]]\nname = \"sub1\"\n[[destination]]\nname = \"office\"\n\
             [[traffic]]\nname = \"one\"\nto = \"office\"\narrivals = {arrivals}\n"
        ))
    };
    let profile = |low: &str, high: &str| {
        format!("profile = [{{ at = \"0s\", rate = \"{low}/s\" }}, {{ at = \"10m\", rate = \"{high}/s\" }}]")
    };
    let steps = "steps = [{ at = \"5m\", for = \"10m\", times = 3 }]";
    // 1.5 x 0.5 = 0.75 and 1.5 x 2 = 3, all exact in binary.
    let scaled = plan(&format!("{{ {}, {steps}, scale = 1.5 }}", profile("0.5", "2")));
    let written = plan(&format!("{{ {}, {steps} }}", profile("0.75", "3")));
    assert_eq!(scaled, written);
    assert_ne!(scaled, plan(&format!("{{ {}, {steps} }}", profile("0.5", "2"))));
    let none = plan("{ poisson = \"1/s\", day = { name = \"site\", cv = 0 } }");
    assert_eq!(none, plan("{ poisson = \"1/s\" }"));
    assert_eq!(plan("{ poisson = \"1/s\", scale = 0 }").expected_calls(), 0.0);
}
