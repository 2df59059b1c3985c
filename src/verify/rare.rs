//! How often the intervals of rare and skewed means are wrong, and goals on them are met that are missed.
//!
//! The truth of such a mean is seldom known in closed form, and small studies by the thousand are needed of every size. So
//! some thousand replications are taken as all there are: studies are drawn from these at random, and what holds for all
//! of them is the truth.

use crate::analysis::{Measured, Study, Verdict, judge_found};
use crate::experiment::{Audit, Failure, MeasuredCluster, Outcome, Replicator};
use crate::plan::Plan;
use crate::record::{Goal, Measure, ReplicationSummary};
use crate::stats::{Confidence, proportion_interval};

use super::check::{Check, CheckVerdict, Figure, Part};
use super::comparison::{compile, free};
use super::workers::Workers;

/// A workload with measures that are hardly ever seen, or very skewed.
pub(super) struct Rare {
    pub(super) name: &'static str,
    workload: String,
    measures: &'static [&'static str],
}

/// The numbers of replications of the studies.
const SIZES: [u64; 4] = [30, 100, 200, 1_000];
/// The replications that studies are drawn from.
const POOL: u64 = 20_000;
const POOL_QUICK: u64 = 4_000;
/// At most so many percent of studies may show an interval without the truth, whatever the size of the study.
const WRONG: f64 = 6.5;
/// At most so many percent may find a goal met that the truth misses.
const FALSELY_MET: f64 = 2.5;
/// A goal that the truth misses: this share of it.
const MISSED: f64 = 0.85;

impl Rare {
    /// The number of checks.
    pub(super) const fn checks(&self) -> usize {
        2 * self.measures.len() * SIZES.len()
    }

    /// The number of replications.
    pub(super) const fn replications(quick: bool) -> u64 {
        if quick { POOL_QUICK } else { POOL }
    }

    /// The wrong intervals and false verdicts in so many studies of each size. The bounds are widened by `slack` standard errors.
    pub(super) fn check(
        &self,
        workers: &Workers,
        seed: u64,
        quick: bool,
        studies: u64,
        slack: f64,
    ) -> Result<Vec<Check>, Failure> {
        /// How many replications a worker runs at a time.
        const BATCH: u64 = 100;
        let plan = compile("verify", &self.workload);
        let batch = |number: u64| {
            let mut worker = MeasuredCluster::new(&plan, plan.window(), seed, Audit::Off);
            let run = |replication| worker.run(replication).expect("without an auditor nothing is checked");
            (number * BATCH..(number + 1) * BATCH).map(run).collect::<Vec<ReplicationSummary>>()
        };
        let pool: Vec<ReplicationSummary> =
            workers.each(0..Rare::replications(quick) / BATCH, batch)?.into_iter().flatten().collect();
        let measures: Vec<Measure> =
            self.measures.iter().map(|name| Measure::parse(name).expect("an embedded measure can be read")).collect();
        let all: Vec<&ReplicationSummary> = pool.iter().collect();
        let truths: Vec<f64> = found(&plan, seed, &all, &measures).iter().map(|it| it.value.unwrap_or(0.0)).collect();
        let mut checks = Vec::new();
        for size in SIZES {
            let one = |number: u64| {
                let mut random = SplitMix((size << 32) + number);
                let drawn: Vec<&ReplicationSummary> =
                    (0..size).map(|_| &pool[random.below(pool.len() as u64) as usize]).collect();
                let judged = found(&plan, seed, &drawn, &measures).into_iter().zip(&truths).zip(&measures);
                judged.map(|((found, truth), measure)| Outcomes::of(found, *truth, measure)).collect::<Vec<_>>()
            };
            let outcomes = workers.each(0..studies, one)?;
            for (row, measure) in measures.iter().enumerate() {
                let count = |which: fn(&Outcomes) -> bool| outcomes.iter().filter(|of| which(&of[row])).count() as u64;
                let (wrong, met) = (count(|it| it.wrong), count(|it| it.falsely_met));
                let name = format!("{}: {measure}, {size} replications", self.name);
                checks.push(judged(format!("{name}, wrong intervals"), wrong, studies, WRONG, slack));
                checks.push(judged(format!("{name}, falsely met"), met, studies, FALSELY_MET, slack));
            }
        }
        Ok(checks)
    }
}

/// What a study says about a measure.
#[derive(Clone, Copy)]
struct Outcomes {
    /// It shows an interval, or an upper end, without the truth.
    wrong: bool,
    /// It finds a goal met that the truth misses.
    falsely_met: bool,
}

impl Outcomes {
    fn of(found: Measured, truth: f64, measure: &Measure) -> Outcomes {
        let goal = Goal::parse(&format!("{measure}<={}", truth * MISSED)).expect("a measure with a number is a goal");
        Outcomes {
            wrong: found.low.is_some_and(|low| low > truth) || found.high.is_some_and(|high| high < truth),
            falsely_met: judge_found(&goal, found).verdict == Verdict::Met,
        }
    }
}

/// The estimates of a study of these replications.
fn found(plan: &Plan, seed: u64, drawn: &[&ReplicationSummary], measures: &[Measure]) -> Vec<Measured> {
    // Of means, only the summaries matter.
    let merged = MeasuredCluster::new(plan, plan.window(), seed, Audit::Off).into_merged();
    let summaries = drawn.iter().map(|&summary| summary.clone()).collect();
    let study = Study::new(plan, plan.window(), seed, Outcome { summaries, merged });
    measures.iter().map(|measure| measure.of(&study, Confidence::P95)).collect()
}

fn judged(name: String, times: u64, studies: u64, most: f64, slack: f64) -> Check {
    let percent = |share: f64| 100.0 * share;
    let share = percent(times as f64 / studies as f64);
    let most = most + slack * (most * (100.0 - most) / studies as f64).sqrt();
    Check {
        part: Part::Coverage,
        name,
        expected: Figure::Text(format!("at most {most:.1} %")),
        found: Figure::Number(share),
        interval: proportion_interval(times, studies).map(|(low, high)| (percent(low), percent(high))),
        verdict: CheckVerdict::of(share <= most),
    }
}

/// A small random number generator (the SplitMix64 step).
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// All of them.
pub(super) fn rare() -> Vec<Rare> {
    vec![
        // One replication in twenty refuses a call: 0.118 of 100 a replication.
        Rare {
            name: "Rare refusals",
            workload: free(
                r#"
                run = { length = "10m", warm_up = "5m" }
                [[node]]
                name = "sub1"
                [[destination]]
                name = "trunk"
                lines = 34
                answer = "0s"
                [[traffic]]
                name = "callers"
                to = "trunk"
                arrivals = { poisson = "20/m" }
                talk = { exponential = "1m" }
                "#,
            ),
            measures: &["refused", "refused.share"],
        },
        // In one replication of ten a CallManager fails, and takes many calls and devices with it.
        Rare {
            name: "Failures at random",
            workload: FAILURES.to_owned(),
            measures: &["refused_not_opened", "refused_not_opened.share", "preserved", "reopened", "dropped_in_setup"],
        },
    ]
}

const FAILURES: &str = r#"
format = 1
question = "What do rare failures cost?"
run = { length = "1h" }
[[node]]
name = "sub1"
[[node]]
name = "sub2"
[[callmanager_group]]
name = "main"
members = ["sub1", "sub2"]
[[application]]
name = "ivr"
[[cti_port]]
name = "ports"
count = 30
device_pool = "main"
application = "ivr"
treatment = { exponential = "1m" }
[[route_point]]
name = "hotline"
lines = [{ dn = "7000" }]
device_pool = "main"
application = "ivr"
redirect_to = "ports"
[[traffic]]
name = "callers"
to = "7000"
arrivals = { poisson = "600/h" }
patience = { exponential = "30s" }
talk = { exponential = "1m" }
[[fault]]
name = "crash"
callmanager = "sub1"
time_to_failure = { exponential = "10h" }
time_to_repair = { exponential = "10m" }
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    /// Half of the truth counts as the truth: then nearly every interval is wrong.
    #[test]
    fn intervals_of_something_else_are_wrong() {
        let study = |found: (f64, f64), truth| {
            let measure = Measure::parse("refused").unwrap();
            let found = Measured { value: None, low: Some(found.0), high: Some(found.1), unit: "count", seldom: None };
            let outcome = Outcomes::of(found, truth, &measure);
            (outcome.wrong, outcome.falsely_met)
        };
        assert_eq!(study((0.1, 0.2), 0.15), (false, false));
        assert_eq!(study((0.1, 0.2), 0.05), (true, false));
        assert_eq!(study((0.1, 0.2), 0.25), (true, true));
        let check = judged(String::new(), 8, 100, WRONG, 0.0);
        assert_eq!(check.verdict, CheckVerdict::Failed);
        assert_eq!(judged(String::new(), 6, 100, WRONG, 0.0).verdict, CheckVerdict::Passed);
    }

    #[test]
    fn small_pools_are_checked_as_large_ones() {
        let stop = AtomicBool::new(false);
        let workers = Workers::new(2, &(), &stop).unwrap();
        let rare = rare().remove(0);
        let checks = rare.check(&workers, 1, true, 40, 3.0).unwrap();
        assert_eq!(checks.len(), rare.checks());
        assert!(checks.iter().all(|check| check.verdict == CheckVerdict::Passed), "{checks:#?}");
    }
}
