//! The same workload, seed and replications give the same bytes: repeated, on more threads, audited, observed, on a cluster
//! that has run before, in a debug build and in a release build.
//!
//! `results/fingerprints.txt` has the SHA-256 of every result file of two replications of each shipped workload, in the
//! form that `sha256sum --check` reads. This test compares the build under test with it, `.ci/run` the release build. A
//! change of the model changes these files: if that is intended, `UPDATE=1 cargo test --test suite same::` rewrites them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ctisim::cluster::Cluster;
use ctisim::engine::Time;
use ctisim::facts::{Fact, Recorder};
use ctisim::plan::{Plan, compile};
use ctisim::record::{Auditor, Merged, Meter, ReplicationSummary};
use ctisim::workload::NoFiles;
use sha2::{Digest, Sha256};

/// The files of a run, apart from `run.json`, which describes how it was run.
const FILES: [&str; 5] = ["summary.csv", "replications.csv", "devices.csv", "timeline.csv", "histograms.hlog"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped workloads, in order of their names.
fn shipped() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("workloads")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    paths.sort();
    assert!(paths.len() >= 6);
    paths
}

fn name(workload: &Path) -> String {
    workload.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs the program, and returns the bytes it printed and the bytes of every file it wrote.
fn results(workload: &Path, options: &[&str]) -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().unwrap();
    let mut run = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    run.arg("run").arg(workload).args(["--replications", "2", "--quiet", "--out"]).arg(directory.path()).args(options);
    let output = run.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = FILES.into_iter().chain(["run.json"]).map(|file| fs::read(directory.path().join(file)).unwrap());
    files.chain([output.stdout]).collect()
}

#[test]
fn every_result_file_has_its_fingerprint() {
    let path = root().join("results/fingerprints.txt");
    let mut lines = String::new();
    for workload in shipped() {
        let results = results(&workload, &["--jobs", "1"]);
        for (file, content) in FILES.iter().zip(&results) {
            lines += &format!("{}  {}/{file}\n", hex(content), name(&workload));
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &lines).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differing: Vec<&str> = lines.lines().filter(|line| !expected.lines().any(|kept| kept == *line)).collect();
    assert!(
        lines == expected,
        "not as in {}; if that is meant, run this test again with UPDATE=1. These differ:\n{}",
        path.display(),
        differing.join("\n")
    );
}

#[test]
fn two_runs_two_threads_and_an_auditor_make_no_difference() {
    for workload in shipped() {
        let once = results(&workload, &["--jobs", "1"]);
        for other in [&["--jobs", "1"][..], &["--jobs", "2"], &["--jobs", "2", "--audit"]] {
            assert!(results(&workload, other) == once, "{} with {other:?}", workload.display());
        }
    }
}

#[test]
fn another_seed_does() {
    let workload = &shipped()[0];
    let [one, two] = ["1", "2"].map(|seed| results(workload, &["--seed", seed]));
    for (file, (one, two)) in FILES.iter().zip(one.iter().zip(&two)) {
        assert!(one != two, "{file}");
    }
}

/// Records everything that happens: the digest of all facts.
#[derive(Default)]
struct Story(Sha256, u64);

impl Recorder for Story {
    fn note(&mut self, now: Time, fact: Fact) {
        self.0.update(format!("{} {fact:?}\n", now.nanos()));
        self.1 += 1;
    }
}

/// The recorded digest of a workload whose runs take about a second each.
fn small() -> Vec<Plan> {
    let names = ["application_exit", "application_hang", "flash_crowd"];
    let workloads = shipped().into_iter().filter(|workload| names.contains(&&*name(workload)));
    let plans = workloads.map(|workload| compile(&name(&workload), &fs::read_to_string(workload).unwrap(), &NoFiles));
    plans.collect::<Result<_, _>>().unwrap()
}

const SEED: u64 = 7;

/// The measurements of replication 3 while `other` observes too.
fn watched<R: Recorder>(plan: &Plan, other: R) -> (ReplicationSummary, Merged, R) {
    let mut cluster = Cluster::new(plan, (Meter::new(plan, plan.window()), other));
    cluster.recorder.0.start(3);
    let events = cluster.run(SEED, 3);
    let (mut meter, other) = cluster.recorder;
    (meter.finish(plan.length, events), meter.into_merged(), other)
}

#[test]
fn observers_change_nothing() {
    for plan in small() {
        let (summary, merged, ()) = watched(&plan, ());
        let mut auditor = Auditor::new(&plan);
        auditor.start();
        for (summary_too, merged_too) in [
            {
                let (summary, merged, story) = watched(&plan, Story::default());
                assert!(story.1 > 1000, "{} facts", story.1);
                (summary, merged)
            },
            {
                let (summary, merged, mut auditor) = watched(&plan, auditor);
                auditor.finish(plan.length).unwrap();
                (summary, merged)
            },
        ] {
            assert!(summary_too == summary && merged_too == merged, "{}", plan.name);
        }
        // And without an observer the same number of events is handled.
        let events = Cluster::new(&plan, ()).run(SEED, 3);
        assert_eq!(events, summary.count(ctisim::record::Count::Events), "{}", plan.name);
    }
}

/// Memory reused between replications carries no state over: every fact and its time stay the same.
#[test]
fn earlier_replications_on_a_cluster_change_nothing() {
    for plan in small() {
        let digest = |cluster: &mut Cluster<Story>, replication| {
            cluster.recorder = Story::default();
            cluster.run(SEED, replication);
            std::mem::take(&mut cluster.recorder).0.finalize()
        };
        let mut used = Cluster::new(&plan, Story::default());
        let stories: Vec<_> = [2, 0, 1, 2].map(|replication| digest(&mut used, replication)).into();
        assert_eq!(stories[0], stories[3], "{}", plan.name);
        assert_ne!(stories[0], stories[1], "{}", plan.name);
        for (replication, story) in [(0, stories[1]), (1, stories[2])] {
            assert_eq!(digest(&mut Cluster::new(&plan, Story::default()), replication), story, "{}", plan.name);
        }
    }
}
