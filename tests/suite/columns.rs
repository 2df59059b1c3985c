//! The reference of result files explains every column that is written.

use std::fs;
use std::path::Path;
use std::process::Command;

use ctisim::record::{Count, Gauge, Metric, Scope};

const WORKLOAD: &str = "workloads/application_hang.toml";

/// Runs a command and gives the header of a file that it leaves.
fn header(command: &[&str], file: &str) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a folder");
    let mut ctisim = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    ctisim.current_dir(env!("CARGO_MANIFEST_DIR")).args(command).args(["--quiet", "--out"]).arg(directory.path());
    let output = ctisim.output().expect("ctisim runs");
    let path = directory.path().join(file);
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", path.display(), String::from_utf8_lossy(&output.stderr)));
    text.lines().next().expect("a header").split(',').map(str::to_owned).collect()
}

/// The part of the reference below a heading.
fn section(page: &str, file: &str) -> String {
    let (_, after) = page.split_once(&format!("\n## `{file}`")).unwrap_or_else(|| panic!("no section of {file}"));
    after.split("\n## ").next().unwrap_or_default().to_owned()
}

#[test]
fn every_column_is_in_the_reference() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/results.md");
    let page = fs::read_to_string(page).expect("the page");
    let run = ["run", WORKLOAD, "--replications", "2", "--goal", "refused<=1%"];
    let compare = ["compare", WORKLOAD, "--set-b", "application.agent.heartbeat=10s", "--replications", "2"];
    let vary = ["--vary", "application.agent.heartbeat=5s,10s"];
    let capacity = [&["capacity", WORKLOAD, "--replications", "30", "--goal", "refused<=1%"], &vary[..]].concat();
    let sweep = [&["sweep", WORKLOAD, "--replications", "2"], &vary[..]].concat();
    let counts = Count::ALL.map(|count| count.row().name);
    let durations = Metric::ALL.map(|metric| metric.row().name);
    let in_pattern = |column: &str| {
        let suffixes = ["_mean_ms", "_p50_ms", "_p99_ms", "_max_ms"];
        let of_duration = suffixes.iter().filter_map(|suffix| column.strip_suffix(suffix));
        // `scope:name/` in front of what is not of the whole cluster.
        let (scope, name) = column.split_once('/').unwrap_or(("cluster:", column));
        let scope = scope.split(':').next().unwrap_or_default();
        let is_known = Scope::ALL.into_iter().any(|it| it.name() == scope);
        let is_gauge =
            Gauge::ALL.into_iter().any(|it| it.name() == name || it.row().peak.is_some_and(|it| it.name == name));
        is_known && (counts.contains(&name) || is_gauge)
            || of_duration.into_iter().any(|name| durations.contains(&name))
    };
    let mut lacking = Vec::new();
    for (command, file) in [
        (&run[..], "summary.csv"),
        (&run, "goals.csv"),
        (&run, "replications.csv"),
        (&run, "devices.csv"),
        (&run, "timeline.csv"),
        (&compare, "comparison.csv"),
        (&capacity, "capacity.csv"),
        (&sweep, "sweep.csv"),
    ] {
        // A sweep has the columns of a summary too.
        let own =
            section(&page, file) + &if file == "sweep.csv" { section(&page, "summary.csv") } else { String::new() };
        for column in header(command, file) {
            // A band is explained once, and is of a column that is explained.
            let in_band = ["_p50", "_p5", "_p95"].into_iter().find(|it| file == "timeline.csv" && column.contains(it));
            if let Some(percentile) = in_band {
                assert!(own.contains(&format!("`<column>{percentile}`")), "{percentile}");
            }
            let column = in_band.map_or(column.clone(), |percentile| column.replace(percentile, ""));
            // The bounds of a percentile are explained with those of p50; a column of a node or a group has its name in
            // front, that of a varied key is the key.
            let general = match column.rsplit_once('.') {
                Some((_, measure)) if file == "timeline.csv" => format!(".{measure}`"),
                Some(_) => continue,
                None => {
                    let first =
                        ["p90_", "p95_", "p999_", "p99_"].iter().fold(column.clone(), |it, p| it.replace(p, "p50_"));
                    format!("`{first}`")
                }
            };
            let explained = own.contains(&format!("`{column}`")) || own.contains(&general);
            if !explained && column != "workload" && !(file == "replications.csv" && in_pattern(&column)) {
                lacking.push(format!("{file}: {column}"));
            }
        }
    }
    assert!(lacking.is_empty(), "docs/reference/results.md does not explain\n{}", lacking.join("\n"));
}
