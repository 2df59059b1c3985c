//! What the statistical tests share: plans from text, free of whatever a test does not mean to cost.

// Each test binary uses its own part of this.
#![allow(dead_code, unused_macros, unused_imports)]

use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::{self, Plan};
pub(crate) use ctisim::verify::FREE;
use ctisim::verify::{self, FAMILIES, Reading, Workers};
use ctisim::workload::{Contents, Files, NoFiles};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The files in the folder of a workload.
pub(crate) struct Beside(pub(crate) PathBuf);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Arc<Contents>, String> {
        fs::read(self.0.join(path)).map(Contents::quotable).map_err(|_| "cannot be read".to_owned())
    }
}

/// The plan of a workload; what is wrong with it is a mistake in the test.
#[track_caller]
pub(crate) fn compile(name: &str, text: &str) -> Plan {
    match plan::compile(name, text, &NoFiles) {
        Ok(plan) => plan,
        Err(problems) => panic!("{}\n{text}", problems.render(ctisim::workload::Ink::Plain)),
    }
}

/// A plan with the [`FREE`] head and a group `main` of the node `sub1`. `rest` begins with keys of the top level.
#[track_caller]
pub(crate) fn free(rest: &str) -> Plan {
    compile("free", &verify::free(rest))
}

/// A test for each of these families of comparisons, and their names in `TESTED`.
macro_rules! families {
    ($($test:ident: $family:literal,)*) => {
        const TESTED: &[&str] = &[$($family),*];
        $(
            #[test]
            fn $test() {
                $crate::common::compare($family);
            }
        )*
    };
}
pub(crate) use families;

/// Plays the comparisons of a family. Each has to agree with the closed form, and to disagree with its twin.
#[track_caller]
pub(crate) fn compare(family: &str) {
    let stop = AtomicBool::new(false);
    let crew = Workers::new(THREADS, &(), &stop).unwrap();
    let (_, make) = FAMILIES.into_iter().find(|(name, _)| *name == family).expect("a family of comparisons");
    for comparison in make() {
        let readings = comparison.read(&crew, SEED, comparison.replications, CONFIDENCE).unwrap();
        for reading in readings.unwrap_or_else(|what| panic!("{}: {what}", comparison.name)) {
            let Reading { cell, mean, half_width } = &reading;
            println!(
                "{:<58} {:>12.6}  twin {:>12.6}  found {mean:>12.6} +- {half_width:>9.6}",
                cell.name, cell.expected, cell.twin
            );
            assert!(reading.agrees(), "{}: not the closed form's {}", cell.name, cell.expected);
            assert!(reading.excludes_the_twin(), "{}: cannot be distinguished from {}", cell.name, cell.twin);
            assert!(reading.is_precise(), "{}: too few replications to mean much", cell.name);
        }
    }
}

/// As `ctisim verify` has it: the seed that is frozen, and the share of intervals that hold the truth.
const SEED: u64 = 1;
const CONFIDENCE: f64 = 0.999;
/// Tests of one binary run beside each other, each with so many threads.
const THREADS: usize = 2;

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
