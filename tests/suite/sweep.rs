//! `ctisim sweep`, as users and pipelines see it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

/// A small loss system with a delay to look at.
const LINES: &str = r#"
format = 1
question = "How many lines do 150 calls an hour need?"
run = { length = "30m" }
[[node]]
name = "sub1"
[[destination]]
name = "lines"
lines = 10
[[traffic]]
name = "callers"
to = "lines"
arrivals = { poisson = "150/h" }
talk = { exponential = "3m" }
[[goal]]
metric = "refused"
at_most = "10%"
"#;

const GRID: [&str; 8] = [
    "sweep",
    "lines.toml",
    "--vary",
    "destination.lines.lines=6,12",
    "--vary",
    "node.sub1.work.setup=1ms..3ms:1ms",
    "--replications",
    "24",
];

fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("lines.toml"), LINES).unwrap();
    directory
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments);
    command
}

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    command(directory, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs a sweep that succeeds: its standard output and standard error.
fn sweep(directory: &Path, arguments: &[&str], more: &[&str]) -> (String, String) {
    let output = ctisim(directory, &[arguments, more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The files of finished points, and when each was written.
fn points(out: &Path) -> Vec<(PathBuf, SystemTime)> {
    let entries = fs::read_dir(out.join("points")).unwrap().map(|entry| entry.unwrap().path());
    let mut points: Vec<_> = entries.map(|path| (path.clone(), path.metadata().unwrap().modified().unwrap())).collect();
    points.sort();
    points
}

#[test]
fn a_grid_has_the_same_callers_at_every_point_and_the_last_key_varies_fastest() {
    let directory = directory();
    let (table, log) = sweep(directory.path(), &GRID, &["--goal", "setup_delay.p50<=1s"]);
    assert!(table.starts_with("lines: 6 points of 24 replications, seed 1\nHow many lines "), "{table}");
    assert!(table.contains("refused.share <= 10%") && table.contains("missed") && table.contains(" met"), "{table}");
    assert!(log.contains("point 4 of 6: destination.lines.lines=12, node.sub1.work.setup=1ms: done\n"), "{log}");
    assert!(log.ends_with("wrote sweep.csv, report.json to results/lines.sweep\n"), "{log}");

    let csv = fs::read(directory.path().join("results/lines.sweep/sweep.csv")).unwrap();
    let rows = rows(&csv);
    assert_eq!(
        rows[0][..5],
        ["point", "destination.lines.lines", "node.sub1.work.setup", "node.sub1.work.setup_s", "workload"]
    );
    let offered: Vec<&Vec<String>> = rows.iter().filter(|row| row[5] == "cluster" && row[7] == "offered").collect();
    let grid: Vec<[&str; 4]> = offered.iter().map(|row| [&*row[0], &*row[1], &*row[2], &*row[3]]).collect();
    let (six, twelve) = ("6", "12");
    assert_eq!(
        grid,
        [
            ["1", six, "1ms", "0.001"],
            ["2", six, "2ms", "0.002"],
            ["3", six, "3ms", "0.003"],
            ["4", twelve, "1ms", "0.001"],
            ["5", twelve, "2ms", "0.002"],
            ["6", twelve, "3ms", "0.003"],
        ]
    );
    assert!(offered.iter().all(|row| row[4..] == offered[0][4..]), "{offered:?}");
    // The varied keys do make a difference.
    let refused: Vec<&String> =
        rows.iter().filter(|row| row[5] == "cluster" && row[7] == "refused").map(|row| &row[11]).collect();
    assert!(refused[0] == refused[2] && refused[0] != refused[3], "{refused:?}");
    let (again, log) = sweep(directory.path(), &GRID, &["--format", "csv", "--quiet"]);
    assert_eq!((again.as_bytes(), &*log), (&*csv, ""));
}

/// A scale is the same as the rate written out, and a day that the file does not have may be varied as well: growth and the
/// variation of days are questions to any workload. The same seed has the same days, and every design the same calls.
#[test]
fn a_scale_and_the_variation_of_days_may_be_varied() {
    let directory = directory();
    let offered = |vary: &[&str]| {
        let common = ["sweep", "lines.toml", "--replications", "24", "--format", "csv", "--quiet"];
        let csv = sweep(directory.path(), &common, vary).0;
        let rows = rows(csv.as_bytes());
        let column = |name: &str| rows[0].iter().position(|it| it == name).unwrap();
        let (scope, metric, first) = (column("scope"), column("metric"), column("replications"));
        let offered = rows.iter().filter(|row| row[scope] == "cluster" && row[metric] == "offered");
        offered.map(|row| row[first..].to_vec()).collect::<Vec<_>>()
    };
    let scaled = offered(&["--vary", "traffic.callers.arrivals.scale=0.8..1.2:0.2"]);
    let written = offered(&["--vary", "traffic.callers.arrivals.poisson=120/h,150/h,180/h"]);
    assert_eq!(scaled, written);
    assert!(scaled[0] != scaled[1] && scaled.len() == 3, "{scaled:?}");
    let day =
        ["--set", "traffic.callers.arrivals.day.name=site", "--vary", "traffic.callers.arrivals.day.cv=0,0.2,0.4"];
    let varied = offered(&day);
    assert_eq!(varied[0], scaled[1], "without variation all days are alike");
    assert!(varied[1] != varied[0] && varied[2] != varied[1], "{varied:?}");
    let lines = offered(
        &[&day[..2], &["--set", "traffic.callers.arrivals.day.cv=0.2", "--vary", "destination.lines.lines=6,12"]]
            .concat(),
    );
    assert_eq!(lines, [varied[1].clone(), varied[1].clone()]);
}

/// Points that are damaged, truncated, renamed or gone are run again, and no others; the result is that of one run.
#[test]
fn only_missing_points_are_run_and_the_bytes_are_those_of_one_run() {
    let directory = directory();
    let out = |name: &str| directory.path().join(name);
    sweep(directory.path(), &GRID, &["--out", "one", "--jobs", "1"]);
    sweep(directory.path(), &GRID, &["--out", "two", "--jobs", "2"]);
    let whole = fs::read(out("one").join("sweep.csv")).unwrap();
    assert_eq!(fs::read(out("two").join("sweep.csv")).unwrap(), whole);

    let before = points(&out("two"));
    assert_eq!(before.len(), 6);
    for ((one, _), (two, _)) in points(&out("one")).iter().zip(&before) {
        assert_eq!((one.file_name(), fs::read(one).unwrap()), (two.file_name(), fs::read(two).unwrap()));
    }
    fs::remove_file(&before[0].0).unwrap();
    let mut damaged = fs::read(&before[1].0).unwrap();
    let at = damaged.iter().rposition(u8::is_ascii_digit).unwrap();
    damaged[at] = if damaged[at] == b'1' { b'2' } else { b'1' };
    fs::write(&before[1].0, &damaged).unwrap();
    fs::write(&before[2].0, &fs::read(&before[2].0).unwrap()[..99]).unwrap();
    fs::copy(&before[4].0, &before[3].0).unwrap();
    fs::remove_file(out("two").join("sweep.csv")).unwrap();

    let (_, log) = sweep(directory.path(), &GRID, &["--out", "two"]);
    assert_eq!((log.matches(": already done\n").count(), log.matches(": done\n").count()), (2, 4), "{log}");
    assert_eq!(points(&out("two"))[4..], before[4..]);
    assert_eq!(fs::read(out("two").join("sweep.csv")).unwrap(), whole);
}

#[test]
fn more_points_reuse_existing_ones_and_another_seed_does_not() {
    let directory = directory();
    let vary = |values: &str, more: &[&str]| {
        let assignment = format!("destination.lines.lines={values}");
        let (table, log) = sweep(
            directory.path(),
            &["sweep", "lines.toml", "--set", "run.replications=4", "--vary", &assignment],
            more,
        );
        (table, log.matches(": already done\n").count())
    };
    assert_eq!(vary("6,12", &[]).1, 0);
    assert_eq!(vary("5..12:1", &[]).1, 2);
    // A measure or a goal that was not requested before is available too.
    let (table, had) =
        vary("6,12", &["--metric", "destination:lines/in_use_peak.p50", "--goal", "completed.share>=10%"]);
    assert_eq!(had, 2);
    assert!(table.contains("destination:lines/in_use_peak.p50") && table.contains("completed.share >= 10%"), "{table}");
    assert_eq!(vary("6,12", &["--seed", "2"]).1, 0);
    assert_eq!(vary("6,12", &["--replications", "1..5"]).1, 0);
    assert_eq!(vary("6,12", &["--set", "run.length=20m"]).1, 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_what_is_finished() {
    for (signal, code) in [("-INT", Some(130)), ("-KILL", None)] {
        let directory = directory();
        // The first point takes a moment, the second one hours.
        let rates = |rates: &str| format!("traffic.callers.arrivals.poisson={rates}");
        let (endless, short) = (rates("1/h,100000/h"), rates("1/h,2/h"));
        let arguments = |vary: &'static str| ["sweep", "lines.toml", "--replications", "2000", vary];
        let endless = [&arguments("--vary")[..], &[&endless]].concat();
        let short = [&arguments("--vary")[..], &[&short]].concat();
        let mut run = command(directory.path(), &endless);
        let child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = directory.path().join("results/lines.sweep");
        // Files that are still being written have another extension.
        let is_point = |entry: fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "json");
        let mut waited = 0;
        while !fs::read_dir(out.join("points")).is_ok_and(|mut entries| entries.any(|entry| is_point(entry.unwrap()))) {
            std::thread::sleep(std::time::Duration::from_millis(10));
            waited += 1;
            assert!(waited < 6_000, "no point within a minute");
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code);
        assert_eq!(text(&output.stdout), "");
        let log = text(&output.stderr);
        let notice = "interrupted: 1 of 2 points are done and kept in results/lines.sweep/points; run the same command";
        assert_eq!(log.contains(notice), code.is_some(), "{log}");
        assert!(!out.join("sweep.csv").exists());
        let (table, log) = sweep(directory.path(), &short, &[]);
        assert!(log.contains("point 1 of 2: traffic.callers.arrivals.poisson=1/h: already done\n"), "{log}");
        assert!(table.starts_with("lines: 2 points of 2000 replications"), "{table}");
    }
}

#[test]
fn an_error_at_any_point_is_reported_before_the_first_is_run() {
    let directory = directory();
    let wrong = |more: &[&str], code: i32, words: &[&str]| {
        let output = ctisim(directory.path(), &[&["sweep", "lines.toml"], more].concat());
        assert_eq!(output.status.code(), Some(code), "{more:?}");
        let log = text(&output.stderr);
        for word in words {
            assert!(log.contains(word), "{more:?}: {log}");
        }
        assert!(!directory.path().join("results").exists(), "{more:?}");
    };
    let lines = ["--vary", "destination.lines.lines=6,12"];
    let talk = ["--vary", "traffic.callers.talk=1m,x"];
    wrong(&[&lines[..], &talk[..]].concat(), 3, &["point 2 of 4: destination.lines.lines=6, traffic.callers.talk=x"]);
    wrong(&["--vary", "destination.line.lines=6"], 3, &["did you mean `lines`", "point 1 of 1"]);
    wrong(
        &[&lines[..], &["--metric", "node:sub9/setup_delay"]].concat(),
        2,
        &["--metric node:sub9/", "did you mean `sub1`"],
    );
    wrong(&[&lines[..], &["--goal", "node:sub9/setup_delay<=1s"]].concat(), 2, &["--goal node:sub9/", "point 1 of 2"]);
    wrong(&[&lines[..], &lines[..]].concat(), 2, &["`destination.lines.lines` is varied twice"]);
    wrong(&[], 2, &["--vary"]);
    wrong(
        &["--vary", "destination.lines.lines=1..200:1", "--vary", "traffic.callers.talk=1s..99s:1s"],
        2,
        &["200 x 99 points"],
    );
    wrong(&[&lines[..], &["--replications", "1000000000000"]].concat(), 2, &["at most 1000000 are possible"]);
}

/// The total is named as it was typed, and each key has a column with what it got; a value of each key has none. The points that
/// are kept go by what was set: the same settings by another way are the same point.
#[test]
fn keys_are_tied_together() {
    let directory = directory();
    let more = "[[destination]]\nname = \"more\"\nlines = 3\n";
    fs::write(directory.path().join("lines.toml"), format!("{LINES}{more}").replace("lines = 10", "lines = 6"))
        .unwrap();
    let tied = ["sweep", "lines.toml", "--replications", "4", "--vary"];
    let run = |vary: &[&str]| {
        let (_, log) = sweep(directory.path(), &[&tied[..], vary].concat(), &[]);
        let csv = fs::read(directory.path().join("results/lines.sweep/sweep.csv")).unwrap();
        (rows(&csv), log.matches(": already done\n").count(), log)
    };
    let (sum, kept, log) = run(&["sum(destination.*.lines)=9,12"]);
    assert_eq!(kept, 0, "{log}");
    assert!(log.contains("point 1 of 2: sum(destination.*.lines)=9: done"), "{log}");
    let head = ["point", "sum(destination.*.lines)", "destination.lines.lines", "destination.more.lines", "workload"];
    assert_eq!(sum[0][..5], head);
    let offered = |rows: &[Vec<String>], columns: usize| {
        let such =
            rows.iter().filter(|row| row.iter().any(|cell| cell == "cluster") && row.iter().any(|it| it == "offered"));
        such.map(|row| row[..columns].to_vec()).collect::<Vec<_>>()
    };
    // 2 : 1 in the file.
    assert_eq!(offered(&sum, 4), [["1", "9", "6", "3"], ["2", "12", "8", "4"]]);
    let (each, kept, log) = run(&["each(destination.*.lines)=4,6"]);
    assert_eq!(
        (kept, &each[0][..3]),
        (0, &["point".into(), "each(destination.*.lines)".into(), "workload".into()][..]),
        "{log}"
    );
    let (_, kept, log) = run(&["destination.lines.lines=6,8", "--vary", "destination.more.lines=3,4"]);
    assert_eq!(kept, 2, "{log}");

    let wrong = |vary: &[&str], code: i32, words: &[&str]| {
        let output = ctisim(directory.path(), &[&tied[..], vary].concat());
        let log = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{vary:?}: {log}");
        for word in words {
            assert!(log.contains(word), "{vary:?}: {log}");
        }
    };
    wrong(&["destination.*.lines=9,12"], 2, &["more than one key", "sum(KEYS)", "each(KEYS)"]);
    wrong(&["all(destination.*.lines)=9"], 2, &["`all` is no word"]);
    wrong(&["sum(destination.*.lines)=1,9"], 3, &["--vary sum(destination.*.lines)=1,9: 1 in all is too little"]);
    wrong(&["sum(destination.*.answer)=1s"], 3, &["`destination.lines.answer` is a time", "each(...)"]);
    wrong(&["sum(destinations.*.lines)=9"], 3, &["did you mean `destination`?"]);
    wrong(&["sum(destination.x*.lines)=9"], 3, &["no entry of `destination` is called `x*`"]);
    wrong(&["sum(destination.*.lines,destination.1.lines)=9"], 3, &["is there twice"]);
    wrong(&["sum(destination.*.lines)=9", "--vary", "destination.more.lines=3"], 3, &["sets the same"]);
}

#[test]
fn every_format_is_data_alone() {
    let directory = directory();
    let printed = |format: &str| {
        let grid = [&GRID[..], &["--no-files", "--quiet", "--format", format]].concat();
        let output = ctisim(directory.path(), &grid);
        assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
        output.stdout
    };
    let csv = rows(&printed("csv"));
    let json: serde_json::Value = serde_json::from_slice(&printed("json")).unwrap();
    let objects = json.as_array().unwrap();
    assert_eq!(objects.len(), csv.len() - 1);
    for (object, row) in objects.iter().zip(&csv[1..]) {
        let equal = csv[0].iter().zip(row).all(|(name, cell)| match &object[name] {
            serde_json::Value::Null => cell.is_empty(),
            serde_json::Value::String(text) => text == cell,
            number => number.as_f64() == cell.parse().ok(),
        });
        assert!(equal, "{object} {row:?}");
    }
    assert!(text(&printed("md")).starts_with("## lines\n\nHow many lines do 150 calls an hour need?\n\n| point | "));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// The same bytes at another time and on other threads, in a file and on standard output.
#[cfg(feature = "xlsx")]
#[test]
fn a_workbook_is_the_same_bytes_every_time() {
    let directory = directory();
    let out = |name: &str| fs::read(directory.path().join(name)).unwrap();
    let enough = ["--set", "destination.lines.lines=30"];
    let run = [&["run", "lines.toml", "--replications", "8", "--format", "xlsx", "--quiet"], &enough[..]].concat();
    for arguments in [&run[..], &[&GRID[..], &["--format", "xlsx", "--quiet"]].concat()] {
        let workbook = |name: &str, jobs: &str| {
            let (table, _) = sweep(directory.path(), arguments, &["--out", name, "--jobs", jobs]);
            assert!(table.starts_with("lines: "), "{table}");
        };
        workbook("one", "1");
        // The date of a workbook counts seconds.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        workbook("two", "2");
        assert_eq!(out("one/lines.xlsx"), out("two/lines.xlsx"));
        let piped = ctisim(directory.path(), &[arguments, &["--no-files"]].concat());
        assert_eq!(piped.stdout, out("one/lines.xlsx"));
        assert!(piped.stdout.starts_with(b"PK"));
    }
}
