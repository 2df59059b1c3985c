//! The list of checks, and their outcome.

use serde::Serialize;

use crate::experiment::{Audit, Failure, MeasuredCluster};

use super::check::{Check, CheckVerdict, Part};
use super::comparison::{Comparison, compile};
use super::coverage::{KnownTruth, STUDIES, STUDIES_QUICK, known_truths};
use super::rare::{Rare, rare};
use super::shipped::{self, FINGERPRINTS, WORKLOADS};
use super::workers::Workers;
use super::{changes, days, people, rehoming, screen_pop, service, theory};

/// A group of comparisons under a name.
pub type Family = (&'static str, fn() -> Vec<Comparison>);

/// Every comparison with a closed form.
pub const FAMILIES: [Family; 35] = [
    ("M/M/1", theory::mm1),
    ("M/M/1, busy", theory::mm1_busy),
    ("M/D/1", theory::md1),
    ("M/G/1", theory::mg1),
    ("Erlang B", theory::erlang_b),
    ("Erlang B, line", theory::erlang_b_of_a_line),
    ("Cobham", theory::cobham),
    ("Erlang C by wish", theory::erlang_c_by_wish),
    ("Engset", theory::engset),
    ("Erlang B, wrap-up", people::erlang_b),
    ("Waits, wrap-up", people::waits),
    ("Erlang A, wrap-up", people::erlang_a),
    ("Screen pop", screen_pop::screen_pop),
    ("Erlang B, conferences", changes::bridges),
    ("Agents and experts", changes::people),
    ("Erlang A", theory::erlang_a),
    ("Erlang A, patient", theory::erlang_a_patient),
    ("Erlang C, in time", service::erlang_c),
    ("Erlang A, in time", service::erlang_a),
    ("M/M/inf", theory::poisson_exponential),
    ("M/G/inf", theory::poisson_lognormal),
    ("Days", days::days),
    ("States", days::states),
    ("R23, timer", theory::detection_by_timer),
    ("R23, grid", theory::detection_by_grid),
    ("R22, R24, timer", theory::callers_until_timer),
    ("R22, R24, grid", theory::callers_until_grid),
    ("R18, exponential", rehoming::exponential),
    ("R18, fixed", rehoming::fixed),
    ("R18, Erlang", rehoming::erlang),
    ("R18, lognormal", rehoming::lognormal),
    ("R18, outage", rehoming::outage),
    ("R18, limited", rehoming::limited),
    ("R18, split", rehoming::split),
    ("R18, day", rehoming::day),
];

/// What to verify.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Half a minute instead of several: a fifth of the replications, a tenth of the studies and a few of the workloads.
    pub quick: bool,
    /// A seed other than the fixed one.
    pub seed: Option<u64>,
    /// Only checks with one of these in their name or the name of their part; all checks if there are none.
    pub filters: Vec<String>,
}

/// The fixed seed, with which the outcome is known.
const FIXED: u64 = 1;
/// The confidence of the intervals of closed forms.
const CONFIDENCE: f64 = 0.999;
/// A correct program fails with another seed once in so many runs.
const RUNS: f64 = 1_000.0;

/// A task.
enum Task {
    Compare(Comparison),
    Identities(&'static str, &'static str),
    Sameness(&'static str, &'static str),
    Fingerprint(&'static str, &'static str),
    Coverage(KnownTruth),
    Rare(Rare),
}

impl Task {
    const fn part(&self) -> Part {
        match self {
            Task::Compare(_) => Part::Theory,
            Task::Identities(..) => Part::Identities,
            Task::Sameness(..) => Part::Sameness,
            Task::Fingerprint(..) => Part::Fingerprints,
            Task::Coverage(_) | Task::Rare(_) => Part::Coverage,
        }
    }

    fn name(&self) -> &str {
        match self {
            Task::Compare(comparison) => &comparison.name,
            Task::Identities(name, _) | Task::Sameness(name, _) | Task::Fingerprint(name, _) => name,
            Task::Coverage(known) => known.name,
            Task::Rare(rare) => rare.name,
        }
    }

    fn matches(&self, filters: &[String]) -> bool {
        let names = format!("{} {}", self.part().name(), self.name()).to_lowercase();
        filters.is_empty() || filters.iter().any(|filter| names.contains(&filter.to_lowercase()))
    }

    /// The number of checks of random values.
    const fn random_checks(&self) -> usize {
        match self {
            Task::Compare(comparison) => comparison.cells.len(),
            Task::Coverage(known) => known.intervals(),
            Task::Rare(rare) => rare.checks(),
            Task::Identities(..) | Task::Sameness(..) | Task::Fingerprint(..) => 0,
        }
    }
}

/// A list of tasks.
pub struct Verification {
    options: Options,
    tasks: Vec<Task>,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The program's version.
    pub version: &'static str,
    /// The seed of all checks but those of the released bytes.
    pub seed: u64,
    /// Whether it was the short list.
    pub quick: bool,
    /// The confidence of the intervals of closed forms.
    pub confidence: f64,
    /// How many of these a correct program misses, on average over seeds.
    pub misses_expected: f64,
    /// The number of failed checks.
    pub failed: usize,
    /// All checks.
    pub checks: Vec<Check>,
}

impl Verification {
    /// The tasks that the options ask for; none if no name has any of the filters in it.
    pub fn new(options: Options) -> Verification {
        let workloads = || WORKLOADS.into_iter().filter(|(name, _)| !options.quick || shipped::QUICK.contains(name));
        let comparisons = FAMILIES.into_iter().flat_map(|(_, make)| make());
        let tasks = comparisons
            .map(Task::Compare)
            .chain(workloads().map(|(name, text)| Task::Identities(name, text)))
            .chain(workloads().map(|(name, text)| Task::Sameness(name, text)))
            .chain(WORKLOADS.into_iter().map(|(name, text)| Task::Fingerprint(name, text)))
            .chain(known_truths().into_iter().map(Task::Coverage))
            .chain(rare().into_iter().map(Task::Rare))
            .filter(|task| task.matches(&options.filters))
            .collect();
        Verification { options, tasks }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The number of replications of all tasks.
    pub fn replications(&self) -> u64 {
        let of = |task: &Task| match task {
            Task::Compare(comparison) => self.of_comparison(comparison),
            Task::Identities(..) => shipped::AUDITED,
            Task::Sameness(..) => shipped::sameness_replications(),
            Task::Fingerprint(..) => shipped::FINGERPRINTED,
            Task::Coverage(known) => known.replications(self.studies()),
            Task::Rare(_) => Rare::replications(self.options.quick),
        };
        self.tasks.iter().map(of).sum()
    }

    fn of_comparison(&self, comparison: &Comparison) -> u64 {
        if self.options.quick { comparison.replications.div_ceil(5) } else { comparison.replications }
    }

    const fn studies(&self) -> u64 {
        if self.options.quick { STUDIES_QUICK } else { STUDIES }
    }

    fn random_checks(&self) -> f64 {
        self.tasks.iter().map(Task::random_checks).sum::<usize>() as f64
    }

    /// With the fixed seed the outcome of every comparison is constant, and each is judged separately. With another one, all
    /// together fail a correct program once in [`RUNS`].
    fn confidence(&self) -> f64 {
        match self.options.seed {
            None => CONFIDENCE,
            Some(_) => 1.0 - 1.0 / RUNS / self.random_checks().max(1.0),
        }
    }

    /// The number of standard errors by which a coverage may miss its bounds: none in the full list with the fixed seed.
    fn slack(&self) -> f64 {
        match (self.options.seed, self.options.quick) {
            (None, false) => 0.0,
            (None, true) => crate::stats::normal_quantile(0.975),
            (Some(_), _) => crate::stats::normal_quantile((1.0 + self.confidence()) / 2.0),
        }
    }

    /// Runs all tasks.
    ///
    /// # Errors
    /// If it was interrupted or could not start. Failed checks are in the outcome.
    pub fn run(&self, workers: &Workers, jobs: usize) -> Result<Outcome, Failure> {
        let seed = self.options.seed.unwrap_or(FIXED);
        let mut checks = Vec::new();
        for task in &self.tasks {
            match task {
                Task::Compare(comparison) => {
                    checks.extend(comparison.check(
                        workers,
                        seed,
                        self.of_comparison(comparison),
                        self.confidence(),
                    )?);
                }
                Task::Identities(name, text) => {
                    let plan = compile(name, text);
                    checks.push(shipped::identities(workers, name, jobs, || {
                        MeasuredCluster::new(&plan, plan.window(), seed, Audit::On)
                    })?);
                }
                Task::Sameness(name, text) => {
                    let plan = compile(name, text);
                    let worker = |audit| MeasuredCluster::new(&plan, plan.window(), seed, audit);
                    checks.push(shipped::sameness(workers, &plan, seed, worker)?);
                }
                Task::Fingerprint(name, text) => {
                    checks.push(shipped::fingerprint(workers, name, text, FINGERPRINTS)?);
                }
                Task::Coverage(known) => checks.extend(known.check(workers, seed, self.studies(), self.slack())?),
                Task::Rare(rare) => {
                    checks.extend(rare.check(workers, seed, self.options.quick, self.studies(), self.slack())?);
                }
            }
        }
        Ok(self.outcome(seed, checks))
    }

    fn outcome(&self, seed: u64, checks: Vec<Check>) -> Outcome {
        let cells = checks.iter().filter(|check| check.part == Part::Theory).count() as f64;
        Outcome {
            version: env!("CARGO_PKG_VERSION"),
            seed,
            quick: self.options.quick,
            confidence: self.confidence(),
            misses_expected: cells * (1.0 - self.confidence()),
            failed: checks.iter().filter(|check| check.verdict == CheckVerdict::Failed).count(),
            checks,
        }
    }
}

impl Outcome {
    /// Whether there are checks and all of them passed.
    pub const fn passed(&self) -> bool {
        self.failed == 0 && !self.checks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Replicator;
    use crate::fake;
    use crate::record::{Merged, ReplicationSummary};
    use crate::report::{Format, Ink, draw};
    use crate::verify::check::Figure;
    use crate::verify::show::verify_page;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    fn with_workers<T>(work: impl FnOnce(&Workers) -> T) -> T {
        let stop = AtomicBool::new(false);
        work(&Workers::new(2, &(), &stop).unwrap())
    }

    fn one_port() -> Comparison {
        let family = theory::erlang_b();
        family.into_iter().next_back().expect("the family ends with a single port")
    }

    #[test]
    fn a_closed_form_that_is_off_fails() {
        let right = with_workers(|workers| one_port().check(workers, FIXED, 40, CONFIDENCE)).unwrap();
        assert!(right.iter().all(|check| check.verdict == CheckVerdict::Passed), "{right:?}");
        let mut wrong = one_port();
        wrong.cells[0].expected = wrong.cells[0].twin;
        let found = with_workers(|workers| wrong.check(workers, FIXED, 40, CONFIDENCE)).unwrap();
        assert_eq!(found[0].verdict, CheckVerdict::Failed);
        assert_eq!(found[0].found, right[0].found, "what is found does not depend on what is expected");
    }

    #[test]
    fn what_should_never_happen_fails_whatever_the_numbers() {
        let mut broken = one_port();
        broken.watch = Box::new(|_, _, replication| match replication {
            7 => Err("a call ended twice".to_owned()),
            _ => Ok(vec![0.5]),
        });
        let found = with_workers(|workers| broken.check(workers, FIXED, 40, CONFIDENCE)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verdict, CheckVerdict::Failed);
        assert_eq!(found[0].found, Figure::Text("a call ended twice".to_owned()));
    }

    #[test]
    fn a_fingerprint_that_differs_or_is_missing_fails() {
        let (name, text) = WORKLOADS.into_iter().find(|(name, _)| *name == "flash_crowd").unwrap();
        let check = |fingerprints: &str| {
            with_workers(|workers| shipped::fingerprint(workers, name, text, fingerprints)).unwrap()
        };
        assert_eq!(check(FINGERPRINTS).verdict, CheckVerdict::Passed);
        let line = FINGERPRINTS.lines().find(|line| line.ends_with("flash_crowd/timeline.csv")).unwrap();
        let other = format!("{:064x}  flash_crowd/timeline.csv", 0xbad);
        let found = check(&FINGERPRINTS.replace(line, &other));
        assert_eq!(found.verdict, CheckVerdict::Failed);
        let Figure::Text(what) = found.found else { panic!("a number") };
        assert!(what.starts_with("flash_crowd/timeline.csv is ") && what.ends_with(&"0".repeat(16)), "{what}");
        let found = check(&FINGERPRINTS.replace(line, ""));
        assert!(found.verdict == CheckVerdict::Failed && format!("{found:?}").contains("no fingerprint"), "{found:?}");
    }

    /// A replicator whose results may be wrong.
    struct Crooked<'p> {
        sound: fake::Replicator<'p>,
        wrong: bool,
    }

    impl Replicator for Crooked<'_> {
        fn run(&mut self, replication: u64) -> Result<ReplicationSummary, Vec<String>> {
            let mut summary = self.sound.run(replication)?;
            summary.counts[0] += u64::from(self.wrong);
            Ok(summary)
        }

        fn into_merged(self) -> Merged {
            self.sound.into_merged()
        }
    }

    /// With some of the workers wrong, the result depends on the thread that computes it, on the part it is computed in, or on
    /// the auditor.
    fn sameness_of(wrong: impl Fn(u64, bool) -> bool + Sync) -> Check {
        let plan = fake::plan();
        let made = AtomicU64::new(0);
        let worker = |audit| {
            let number = made.fetch_add(1, Ordering::Relaxed);
            Crooked { sound: fake::Replicator::new(&plan, 1), wrong: wrong(number, audit == Audit::On) }
        };
        with_workers(|workers| shipped::sameness(workers, &plan, 1, worker)).unwrap()
    }

    #[test]
    fn a_result_that_depends_on_its_thread_part_or_auditor_fails() {
        assert_eq!(sameness_of(|_, _| false).verdict, CheckVerdict::Passed);
        let found = |check: Check| match (check.verdict, check.found) {
            (CheckVerdict::Failed, Figure::Text(what)) => what,
            other => panic!("{other:?}"),
        };
        // The first is the reference on one thread; both of the next two serve the comparison of two threads.
        assert!(found(sameness_of(|number, _| number == 1 || number == 2)).starts_with("2 threads: summary.csv"));
        // Then 3 and 8 threads, of which 7 have something to do.
        assert!(found(sameness_of(|number, _| number >= 1 + 2 + 3 + 7)).starts_with("2 parts merged: "));
        assert!(found(sameness_of(|_, audit| audit)).starts_with("audited: "));
    }

    #[test]
    fn identities_that_do_not_hold_fail() {
        struct Broken;
        impl Replicator for Broken {
            fn run(&mut self, _: u64) -> Result<ReplicationSummary, Vec<String>> {
                Err(vec!["one call too many".to_owned()])
            }
            fn into_merged(self) -> Merged {
                let plan = fake::plan();
                fake::Replicator::new(&plan, 1).into_merged()
            }
        }
        let check = with_workers(|workers| shipped::identities(workers, "fake", 2, || Broken)).unwrap();
        assert_eq!(check.verdict, CheckVerdict::Failed);
        assert_eq!(check.found, Figure::Text("replication 0: one call too many".to_owned()));
    }

    #[test]
    fn an_interval_that_misses_the_truth_too_often_or_never_exists_fails() {
        let mut known = known_truths().remove(0);
        known.keep_one_truth(|truth| *truth);
        let check =
            |known: &KnownTruth| with_workers(|workers| known.check(workers, FIXED, 60, 2.0)).unwrap().remove(0);
        assert_eq!(check(&known).verdict, CheckVerdict::Passed);
        known.keep_one_truth(|truth| 1.03 * truth);
        assert_eq!(check(&known).verdict, CheckVerdict::Failed);
        let alone = known.of_one_replication();
        assert_eq!(check(&alone).verdict, CheckVerdict::Failed, "one replication has no interval");
    }

    #[test]
    fn one_failure_is_enough_and_no_checks_do_not_pass() {
        let verification = Verification::new(Options { filters: vec!["no such thing".into()], ..Options::default() });
        assert!(verification.is_empty());
        assert!(!verification.outcome(FIXED, Vec::new()).passed());
        let check = |passed| {
            let words = || Figure::Text("words".into());
            Check::exact(Part::Identities, "some".into(), words(), words(), passed)
        };
        assert!(verification.outcome(FIXED, vec![check(true), check(true)]).passed());
        let outcome = verification.outcome(FIXED, vec![check(true), check(false)]);
        assert!(!outcome.passed() && outcome.failed == 1);
        let page = verify_page(&outcome);
        let drawn = |format| String::from_utf8(draw(&page, format, Ink::Plain).unwrap()).unwrap();
        let table = drawn(Format::Table);
        assert!(table.contains("1 of 2 checks FAILED"), "{table}");
        assert!(drawn(Format::Md).contains("| FAILED |"));
        let read: serde_json::Value = serde_json::from_str(&drawn(Format::Json)).unwrap();
        assert_eq!(read["checks"][1]["verdict"], "failed");
    }

    /// 99.9 % each with the fixed seed; with another one, all of them together.
    #[test]
    fn another_seed_takes_the_number_of_checks_into_account() {
        let with = |seed| Verification::new(Options { seed, filters: vec!["Erlang B".into()], ..Options::default() });
        assert_eq!((with(None).confidence(), with(None).slack()), (CONFIDENCE, 0.0));
        let other = with(Some(7));
        let number = other.random_checks();
        assert!(number >= 9.0);
        assert!(((1.0 - other.confidence()) * number - 1e-3).abs() < 1e-12);
        assert!(other.slack() > crate::stats::normal_quantile(0.9995));
    }

    #[test]
    fn every_shipped_workload_is_embedded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> = entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        assert!(names.iter().eq(WORKLOADS.map(|(name, _)| name).iter()));
        assert!(shipped::QUICK.iter().all(|quick| names.iter().any(|name| name == quick)));
    }
}
