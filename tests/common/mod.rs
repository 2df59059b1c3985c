//! What the statistical tests share: plans from text, free of whatever a test does not mean to cost.

// Each test binary uses its own part of this.
#![allow(dead_code)]

use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::plan::{self, Plan};
use ctisim::record::{Fact, Recorder};
use ctisim::workload::NoFiles;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::hash::{Hash, Hasher};

/// The head of a workload in which no message costs or takes any time unless a node or an application says so. Then one
/// station is all that makes a caller wait, and the closed form for that station holds for the whole model.
pub(crate) const FREE: &str = r#"
format = 1
question = "Does the model agree with the closed form?"
network = { between_nodes = "0s", to_application = "0s", from_caller = "0s" }
work.setup = "0s"
work.offer = "0s"
work.redirect = "0s"
work.answer = "0s"
work.release = "0s"
work.device_open = "0s"
work.event = "0s"
work.request = "0s"
work.heartbeat = "0s"
work.cti_device_open = "0s"
"#;

/// A group for devices to be in.
const GROUP: &str = r#"
[[callmanager_group]]
name = "main"
members = ["sub1"]
"#;

/// The plan of a workload; what is wrong with it is a mistake in the test.
#[track_caller]
pub(crate) fn compile(name: &str, text: &str) -> Plan {
    match plan::compile(name, text, &NoFiles) {
        Ok(plan) => plan,
        Err(problems) => panic!("{}\n{text}", problems.render(false)),
    }
}

/// A plan with the [`FREE`] head and a group `main` of the node `sub1`. `rest` begins with keys of the top level.
#[track_caller]
pub(crate) fn free(rest: &str) -> Plan {
    compile("free", &format!("{FREE}{rest}{GROUP}"))
}

/// The share of intervals that hold the truth.
const CONFIDENCE: f64 = 0.999;

/// What replications say about one number.
pub(crate) struct Measured<'a> {
    what: &'a str,
    mean: f64,
    half_width: f64,
}

impl<'a> Measured<'a> {
    pub(crate) fn new(what: &'a str, samples: impl Iterator<Item = f64>) -> Measured<'a> {
        let samples: Vec<f64> = samples.collect();
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let variance = samples.iter().map(|sample| (sample - mean) * (sample - mean)).sum::<f64>() / (count - 1.0);
        let quantile = StudentsT::new(0.0, 1.0, count - 1.0)
            .expect("there are two replications at least")
            .inverse_cdf((1.0 + CONFIDENCE) / 2.0);
        Measured { what, mean, half_width: quantile * (variance / count).sqrt() }
    }

    /// The check: whether `expected` lies within the interval. Prints its numbers either way.
    pub(crate) fn agrees_with(&self, expected: f64, whose: &str) -> bool {
        let agrees = (self.mean - expected).abs() <= self.half_width;
        println!(
            "{:<46} {whose:<6} {expected:>12.6}  found {:>12.6} +- {:>9.6} ({:>5.2} %)  {}",
            self.what,
            self.mean,
            self.half_width,
            100.0 * self.half_width / expected,
            if agrees { "agree" } else { "disagree" }
        );
        agrees
    }

    /// Agrees with the closed form, and disagrees with its twin: a check that cannot tell them apart would prove nothing.
    #[track_caller]
    pub(crate) fn tells(&self, expected: f64, twin: f64) {
        assert!(self.agrees_with(expected, "oracle"), "{}: not the closed form's {expected}", self.what);
        assert!(!self.agrees_with(twin, "twin"), "{}: cannot be told from the wrong {twin}", self.what);
    }

    /// The same, and precise.
    #[track_caller]
    pub(crate) fn holds(&self, expected: f64, twin: f64) {
        self.tells(expected, twin);
        assert!(self.half_width <= 0.016 * expected, "{}: too few replications to mean much", self.what);
    }
}

/// Runs so many replications, each with a recorder of its own, and gives what each of them measured.
pub(crate) fn replicate<R: Recorder, M: Send>(
    plan: &Plan,
    replications: u64,
    recorder: impl Fn() -> R + Sync,
    measure: impl Fn(R) -> M + Sync,
) -> Vec<M> {
    let replications = (0..replications).into_par_iter();
    replications
        .map(|replication| {
            let mut cluster = Cluster::new(plan, recorder());
            cluster.run(plan.seed, replication);
            measure(cluster.recorder)
        })
        .collect()
}

/// A recorder that folds every fact, with its time, into one number: two runs with the same digest told the same story,
/// in the same order.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct FactDigest(u64);

impl Default for FactDigest {
    fn default() -> FactDigest {
        FactDigest(0xcbf2_9ce4_8422_2325)
    }
}

/// FNV-1a: enough to tell stories apart, and the same in every process, unlike the standard library's hasher.
impl Hasher for FactDigest {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Recorder for FactDigest {
    fn note(&mut self, now: Time, fact: Fact) {
        (now, fact).hash(self);
    }
}
