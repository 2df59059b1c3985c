//! How soon callers are answered by a person, and any percentile, by every command that takes measures.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ctisim::analysis::Study;
use ctisim::experiment::{Audit, MeasuredCluster, replicate};
use ctisim::plan::{Plan, compile};
use ctisim::record::{Goal, Measure};
use ctisim::stats::Confidence;
use ctisim::workload::NoFiles;
use std::sync::atomic::AtomicBool;

/// Callers whom ports send to a queue for six people, a few too few.
fn workload() -> String {
    r#"
format = 1
question = "How many people?"
run = { length = "20m", replications = 30 }
[[node]]
name = "sub1"
[[callmanager_group]]
name = "main"
members = ["sub1"]
[[application]]
name = "ivr"
[[cti_port]]
name = "ports"
count = 50
device_pool = "main"
application = "ivr"
treatment = "5s"
transfer_to = "sales"
[[phone]]
name = "people"
count = 6
device_pool = "main"
answer = "2s"
[[queue]]
name = "sales"
phones = ["people"]
[[traffic]]
name = "callers"
to = "ports"
arrivals = { poisson = "3/m" }
talk = { exponential = "2m" }
patience = { exponential = "1m" }
"#
    .to_owned()
}

fn ctisim(directory: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(words).arg("--quiet").output().expect("it starts")
}

/// A directory with the workload in it.
fn beside() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("site.toml"), workload()).expect("it can be written");
    directory
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The cells of a column of a CSV file, by the head.
fn column(file: &Path, head: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(file).expect("a file");
    let at = reader.headers().expect("a head").iter().position(|it| it == head);
    let at = at.unwrap_or_else(|| panic!("no column {head}"));
    reader.records().map(|record| record.expect("a row")[at].to_owned()).collect()
}

#[test]
fn every_asked_time_has_rows_and_columns() {
    let site = beside();
    let found = ctisim(
        site.path(),
        &["run", "site.toml", "--goal", "answered_within.45s>=20%", "--goal", "setup_delay.p80<=20s", "--out", "out"],
    );
    assert!(found.status.success(), "{}", text(&found.stderr));
    let table = text(&found.stdout);
    for line in ["within 20s", "within 45s", "within 45s, queue sales", "answered_within.45s >= 20%", "setup_delay.p80"]
    {
        assert!(table.contains(line), "{line}\n{table}");
    }
    let file = |name: &str| site.path().join("out").join(name);
    let rows = fs::read_to_string(file("summary.csv")).expect("a summary");
    for scope in ["cluster,", "application,ivr", "queue,sales"] {
        for metric in ["answered_within.20s", "answered_within.45s", "answered_within_of_answered.45s"] {
            let row = format!("site,{scope},{metric},ratio,30,30,");
            assert_eq!(rows.matches(&row).count(), 1, "{row}\n{rows}");
        }
    }
    assert!(rows.contains("site,queue,sales,waited,count,") && rows.contains("site,cluster,,queue_stay,ms,"), "{rows}");
    let shares = column(&file("replications.csv"), "answered_within.20s");
    assert!(shares.len() == 30 && shares.iter().all(|it| (0.0..=1.0).contains(&it.parse::<f64>().expect("a share"))));
    // Later is never less; of fewer callers it is never a smaller share.
    let number = |it: &String| it.parse::<f64>().expect("a share");
    let later = column(&file("replications.csv"), "answered_within.45s");
    let answered = column(&file("replications.csv"), "answered_within_of_answered.45s");
    assert!(shares.iter().zip(&later).all(|(sooner, later)| number(sooner) <= number(later)));
    assert!(later.iter().zip(&answered).any(|(all, answered)| number(all) < number(answered)));
}

#[test]
fn what_is_no_service_level_says_what_to_write() {
    let site = beside();
    let direct = "[[destination]]\nname = \"outside\"\n";
    let nobody = workload().replace("transfer_to = \"sales\"\n", "");
    fs::write(site.path().join("nobody.toml"), format!("{nobody}{direct}")).expect("it can be written");
    for (goal, file, word) in [
        ("answered_within>=80%", "site.toml", "write `answered_within.20s`"),
        ("answered_within.20>=80%", "site.toml", "`20` has no unit"),
        ("answered_within.mean>=80%", "site.toml", "write `answered_within.20s`"),
        ("setup_delay.p100<=5s", "site.toml", "`max_p95`"),
        ("answered_within.20s>=80%", "nobody.toml", "cannot occur in this workload: it takes"),
    ] {
        let found = ctisim(site.path(), &["run", file, "--goal", goal, "--no-files"]);
        assert_eq!(found.status.code(), Some(2), "{goal}");
        assert!(text(&found.stderr).contains(word), "{goal}: {}", text(&found.stderr));
    }
}

#[test]
fn every_command_takes_them() {
    let site = beside();
    let run = |words: &[&str]| {
        let found = ctisim(site.path(), words);
        assert!(found.status.success(), "{words:?}: {}", text(&found.stderr));
        text(&found.stdout)
    };
    let sweep = ["sweep", "site.toml", "--vary", "phone.people.count=5,7", "--out", "out"];
    let first = run(&[&sweep[..], &["--metric", "answered_within.15s"]].concat());
    assert!(first.contains("answered_within.15s"), "{first}");
    // Kept points that lack a measure are not taken for points without a value.
    let second =
        run(&[&sweep[..], &["--metric", "queue:sales/answered_within.5s", "--metric", "transfer_delay.p80"]].concat());
    assert!(!second.contains("no value") && second.contains("transfer_delay.p80"), "{second}");

    let compared = run(&[
        "compare",
        "site.toml",
        "--set-b",
        "phone.people.count=9",
        "--metric",
        "answered_within.15s",
        "--metric",
        "transfer_delay.p80",
        "--metric",
        "queue:sales/waited.share",
        "--no-files",
    ]);
    assert!(compared.contains("answered_within.15s") && compared.contains("transfer_delay.p80"), "{compared}");

    let goal = ["--goal", "answered_within.20s>=90%", "--replications", "400"];
    let capacity =
        run(&[&["capacity", "site.toml", "--vary", "phone.people.count=4..14", "--no-files"][..], &goal].concat());
    assert!(capacity.contains("answered_within.20s >= 90%"), "{capacity}");

    let gate = ["gate", "site.toml", "--baseline", "site.json"];
    let metrics = ["--metric", "answered_within.15s", "--metric", "transfer_delay.p80"];
    run(&[&gate[..], &["--record"], &metrics].concat());
    let baseline = fs::read_to_string(site.path().join("site.json")).expect("a baseline");
    assert!(baseline.contains("\"answered_within.15s\"") && baseline.contains("\"transfer_delay.p80\""));
    run(&gate);
    run(&["run", "site.toml", "--precision", "answered_within.15s=20%", "--no-files", "--replications", "500"]);
}

fn study<'p>(plan: &'p Plan) -> Study<'p> {
    let worker = || MeasuredCluster::new(plan, plan.window(), 1, Audit::On);
    let outcome = replicate(0..30, 2, worker, &(), &AtomicBool::new(false)).expect("it runs");
    Study::new(plan, plan.window(), 1, outcome)
}

/// The share over all replications is that of all callers together; parts of a study add up to it exactly.
#[test]
fn a_share_is_of_all_callers_together() {
    let plan = compile("site.toml", &workload(), &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let study = study(&plan);
    let level = |at: usize| {
        study.outcome.summaries.iter().fold((0, 0, 0), |sum, it| {
            let level = it.service[at];
            (sum.0 + level.in_time, sum.1 + level.answered, sum.2 + level.asked)
        })
    };
    let of = |measure: &str| Measure::parse(measure).expect(measure).of(&study, Confidence::P95);
    // The rows are those of the cluster, the application and the queue.
    let (in_time, answered, asked) = level(0);
    assert!(in_time > 0 && in_time < answered && answered < asked, "{in_time} {answered} {asked}");
    let share = |part: u32, of: u32| Some(f64::from(part) / f64::from(of));
    assert_eq!(of("answered_within.20s").value, share(in_time, asked));
    assert_eq!(of("answered_within_of_answered.20s").value, share(in_time, answered));
    let all = of("answered_within.20s");
    assert!(all.low < all.value && all.value < all.high && all.high < Some(1.0), "{all:?}");
    // All who are answered have `transfer_delay`; who hung up or was lost is censored in it.
    let row = study.catalogue.cluster(ctisim::record::Metric::TransferDelay).expect("a row");
    assert_eq!(u64::from(answered), study.outcome.merged.histograms[row].totals().count);
    // Who waits is not answered before those who find somebody free; they stay as long as the queue says.
    let waited: f64 = study.outcome.summaries.iter().map(|it| f64::from(it.waited[1])).sum();
    let row = study.catalogue.cluster(ctisim::record::Metric::QueueStay).expect("a row");
    let stays = study.outcome.merged.histograms[row].totals().count + study.outcome.merged.censored[row].totals().count;
    assert_eq!(waited, stays as f64);
    assert_eq!(of("queue:sales/waited").value, of("waited").value);
}

/// `check` warns of what a goal on a service level does not see, and of what no run decides.
#[test]
fn a_goal_on_the_service_level_may_be_blind() {
    use ctisim::check::doubts;
    let plan = |text: &str| compile("site.toml", text, &NoFiles).unwrap_or_else(|problems| panic!("{problems}"));
    let told = |plan: &Plan, goals: &[&str]| -> Vec<String> {
        let goals: Vec<Goal> = goals.iter().map(|goal| Goal::parse(goal).expect(goal)).collect();
        doubts(plan, &goals).iter().map(|doubt| format!("{doubt}\n{}", doubt.hint())).collect()
    };
    let site = plan(&workload().replace("patience = { exponential = \"1m\" }", "patience = \"1m\""));
    let blind = told(&site, &["answered_within_of_answered.20s>=80%"]);
    assert!(blind[0].contains("callers who gave up before") && blind[0].contains("`answered_within.20s`"), "{blind:?}");
    let refused = told(&site, &["answered_within.20s>=80%"]);
    assert!(refused[0].contains("`ports` busy") && refused[0].contains("`refused.share`"), "{refused:?}");
    let none = told(&site, &["answered_within.20s>=80%", "refused<=1%"]);
    assert!(none.iter().all(|it| !it.starts_with("the goal `answered_within")), "{none:?}");
    let overflows = workload().replace("transfer_to = \"sales\"", "transfer_to = \"sales\"\ncfb = \"operator\"");
    let overflow =
        told(&plan(&format!("{overflows}[[destination]]\nname = \"operator\"\n")), &["answered_within.20s>=80%"]);
    assert!(overflow[0].contains("CFB to `operator`") && overflow[0].contains("`cfb.share`"), "{overflow:?}");
    assert!(told(&site, &["answered_within.20s>=100%"])[0].contains("no number of replications"));
}
