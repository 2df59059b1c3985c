//! What people type, and what they read: one name of a measure everywhere, and no character that a terminal obeys.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ctisim::check::ADVICE;

const WORKLOAD: &str = r#"format = 1
question = "Who is refused?"
[run]
length = "10m"
replications = 3
[[node]]
name = "a"
[[callmanager_group]]
name = "main"
members = ["a"]
[[application]]
name = "ivr"
[[cti_port]]
name = "ports"
count = 2
device_pool = "main"
application = "ivr"
treatment = "1m"
[[traffic]]
name = "t"
to = "ports"
arrivals = { poisson = "60/h" }
"#;

/// Escape, bell, carriage return, marks of direction, marks without width, and a control of eight bits.
const EVIL: &str = "a\u{1b}[31m\u{7}\r\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}\u{9b}\u{7f}b";

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).output().expect("ctisim runs")
}

/// The first character of a text that a terminal or a reader's eye would obey, with what follows. Line ends of CSV are meant.
fn obeyed(text: &str) -> Option<String> {
    let is_obeyed = |it: char| {
        (it.is_control() && !"\n\t".contains(it))
            || "\u{200b}\u{200e}\u{200f}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}".contains(it)
            || ('\u{202a}'..='\u{202e}').contains(&it)
    };
    let text = text.replace("\r\n", "\n");
    let at = text.find(is_obeyed)?;
    Some(text[at..].chars().take(40).collect::<String>().escape_unicode().to_string())
}

/// Every file below a directory.
fn files(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Wherever a character comes from that a terminal would obey, it is nowhere raw: neither in what is printed nor in reports.
#[cfg(unix)]
#[test]
fn what_was_typed_or_read_is_nowhere_raw() {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path();
    let escaped: String = EVIL.chars().map(|it| format!("\\u{:04x}", u32::from(it))).collect();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).expect("it can be written");
    let changed = |name: &str, from: &str, to: &str| {
        assert!(WORKLOAD.contains(from), "{from}");
        write(name, &WORKLOAD.replacen(from, to, 1));
    };
    write("w.toml", WORKLOAD);
    changed("question.toml", "Who is refused?", &escaped);
    changed("name.toml", "\"ivr\"\n[[cti", &format!("\"{escaped}\"\n[[cti"));
    changed("reference.toml", "to = \"ports\"", &format!("to = \"{escaped}\""));
    changed("key.toml", "count", &format!("\"{escaped}\" = 1\ncount"));
    changed("section.toml", "[run]", &format!("[\"{escaped}\"]\n[run]"));
    changed("word.toml", "format = 1", &format!("format = 1\nprofile = \"{escaped}\""));
    changed("duration.toml", "\"10m\"", &format!("\"{escaped}\""));
    changed("rate.toml", "60/h", &escaped);
    changed("wish.toml", "to = \"ports\"", &format!("to = \"ports\"\nwish = {{ \"{escaped}\" = \"100%\" }}"));
    changed("raw.toml", "\"ports\"\ncount", &format!("\"{EVIL}\"\ncount"));
    changed("nul.toml", "Who", "W\0ho");
    write("latin.toml", "");
    fs::write(path.join("latin.toml"), b"question = \"\xff\x1b\"\n").expect("it can be written");
    let goal = |metric: &str| format!("{WORKLOAD}[[goal]]\nmetric = \"{metric}\"\nat_most = \"{escaped}\"\n");
    write("bound.toml", &goal("setup_delay.p99"));
    write("metric.toml", &goal(&escaped));
    write("scope.toml", &goal(&format!("node:{escaped}/offered")));
    changed("calls.toml", "poisson = \"60/h\"", "file = \"calls.csv\"");
    changed("header.toml", "poisson = \"60/h\"", "file = \"header.csv\"");
    changed("file.toml", "poisson = \"60/h\"", &format!("file = \"{escaped}\""));
    write("calls.csv", &format!("at_s,talk_s\n1,\"{EVIL}\"\n"));
    write("header.csv", &format!("at_s,\"{EVIL}\"\n1,1\n"));
    let file = format!("{EVIL}.toml");
    write(&file, &WORKLOAD.replacen("Who is refused?", &escaped, 1));

    let recorded = ctisim(path, &["gate", "w.toml", "--baseline", "base.json", "--record", "--quiet"]);
    assert!(recorded.status.success(), "{}", String::from_utf8_lossy(&recorded.stderr));
    let base = fs::read_to_string(path.join("base.json")).expect("the baseline");
    write("measure.json", &base.replacen("\"refused", &format!("\"{escaped}"), 1));
    write("command.json", &base.replacen("ctisim gate", &format!("ctisim gate {escaped}"), 1));
    write("raw.json", &base.replacen('{', &format!("{{ \"{EVIL}\": 1,"), 1));

    let mut commands: Vec<Vec<String>> = Vec::new();
    let mut add = |words: &[&str]| commands.push(words.iter().map(|word| (*word).to_owned()).collect());
    for name in [
        "name",
        "reference",
        "key",
        "section",
        "word",
        "duration",
        "rate",
        "wish",
        "raw",
        "nul",
        "latin",
        "bound",
        "metric",
        "scope",
        "calls",
        "header",
        "file",
    ] {
        let name = format!("{name}.toml");
        for format in ["text", "md", "json", "csv", "sarif", "junit"] {
            add(&["check", &name, "--format", format]);
        }
        add(&["run", &name, "--no-files", "--quiet"]);
        add(&["deps", &name]);
    }
    for format in ["table", "md", "json", "csv"] {
        add(&["run", &file, "--no-files", "--format", format]);
        add(&["compare", &file, "w.toml", "--format", format]);
        add(&["sweep", &file, "--vary", "cti_port.ports.count=1,2", "--no-files", "--format", format]);
        add(&["deps", &file, "--format", format]);
        add(&["deps", "w.toml", EVIL, "--format", format]);
    }
    for format in ["dot", "mermaid"] {
        add(&["deps", &file, "--format", format]);
    }
    for base in ["measure.json", "command.json", "raw.json", EVIL] {
        add(&[
            "gate",
            "w.toml",
            "--baseline",
            base,
            "--junit",
            "gate.xml",
            "--markdown",
            "gate.md",
            "--json",
            "gate.json",
        ]);
    }
    add(&["gate", &file, "--baseline", "base.json", "--junit", "g.xml", "--markdown", "g.md", "--json", "g.json"]);
    add(&["run", &file, "--out", "results"]);
    add(&["run", "w.toml", "--out", EVIL]);
    let set = |flag: &str, value: &str| vec!["compare".to_owned(), "w.toml".into(), flag.to_owned(), value.to_owned()];
    for value in [EVIL.to_owned(), format!("{EVIL}=1"), format!("run.length={EVIL}"), format!("question={EVIL}")] {
        for flag in ["--set", "--set-a", "--set-b"] {
            commands.push(set(flag, &value));
        }
    }
    let mut add = |words: &[&str]| commands.push(words.iter().map(|word| (*word).to_owned()).collect());
    for (flag, value) in [
        ("--replications", EVIL),
        ("--seed", EVIL),
        ("--format", EVIL),
        ("--goal", EVIL),
        ("--goal", &format!("{EVIL}<=1")),
        ("--goal", &format!("node:{EVIL}/offered<=1")),
        ("--goal", &format!("setup_delay<={EVIL}")),
        ("--precision", &format!("{EVIL}=5%")),
        (&format!("--{EVIL}"), "1"),
    ] {
        add(&["run", "w.toml", "--no-files", flag, value]);
    }
    add(&["sweep", "w.toml", "--vary", &format!("cti_port.ports.count={EVIL},2")]);
    add(&["sweep", "w.toml", "--vary", &format!("{EVIL}=1,2")]);
    add(&["sweep", "w.toml", "--vary", "cti_port.ports.count=1,2", "--metric", EVIL]);
    add(&["oracle", "erlang-b", "--arrivals", EVIL, "--mean", "3m", "--ports", "3"]);
    add(&["oracle", "mg1", "--arrivals", "1/s", "--service", EVIL]);
    add(&["check", "w.toml", "--deny", EVIL]);
    add(&["init", "new.toml", "--name", EVIL]);
    add(&[EVIL]);

    let mut raw = Vec::new();
    for words in &commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = ctisim(path, &words);
        for printed in [&output.stdout, &output.stderr] {
            let printed = String::from_utf8(printed.clone()).expect("UTF-8");
            raw.extend(obeyed(&printed).map(|at| format!("{:?}: {at}", words.join(" "))));
        }
        assert_ne!(output.status.code(), Some(101), "{words:?}");
    }
    // Reports and results; workbooks are archives and have a test of their own.
    let mut reports = Vec::new();
    files(path, &mut reports);
    let given: Vec<String> =
        ["base.json", "measure.json", "command.json", "raw.json", "calls.csv", "header.csv"].map(str::to_owned).into();
    for report in reports {
        let name = report.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".toml") || given.contains(&name) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&report).expect("it can be read")).into_owned();
        raw.extend(obeyed(&text).map(|at| format!("in {name:?}: {at}")));
    }
    assert!(raw.is_empty(), "{} places:\n{}", raw.len(), raw.join("\n"));
}

/// The file name is not even a text.
#[cfg(target_os = "linux")]
#[test]
fn what_is_no_text_is_shown_as_one() {
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().expect("a folder");
    let name = std::ffi::OsStr::from_bytes(b"a\xff\x1b[31m.toml");
    fs::write(directory.path().join(name), WORKLOAD).expect("it can be written");
    for command in ["run", "check", "deps"] {
        let mut ctisim = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
        let output = ctisim.current_dir(directory.path()).arg(command).arg(name).output().expect("ctisim runs");
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).expect("UTF-8");
        assert_eq!(obeyed(&printed), None, "{command}");
    }
}

/// Tables head a column `p99.9`, so a measure may be typed so wherever one is.
#[test]
fn a_percentile_is_named_as_tables_head_it() {
    let directory = tempfile::tempdir().expect("a folder");
    let path = directory.path();
    fs::write(path.join("w.toml"), WORKLOAD).expect("it can be written");
    let goal = "[[goal]]\nmetric = \"setup_delay.p99.9\"\nat_most = \"1h\"\n";
    fs::write(path.join("goal.toml"), format!("{WORKLOAD}{goal}")).expect("it can be written");
    let vary = ["--vary", "cti_port.ports.count=1,2"];
    let with_vary = |words: &[&'static str]| [words, &vary[..]].concat();
    for words in [
        vec!["run", "w.toml", "--no-files", "--goal", "setup_delay.p99.9<=1h"],
        vec!["run", "goal.toml", "--no-files"],
        vec!["run", "w.toml", "--no-files", "--precision", "setup_delay.p99.9=100%", "--replications", "40"],
        with_vary(&["sweep", "w.toml", "--metric", "setup_delay.p99.9", "--no-files"]),
        with_vary(&["capacity", "w.toml", "--goal", "setup_delay.p99.9<=1h", "--no-files"]),
        vec!["compare", "w.toml", "--set-b", "cti_port.ports.count=3", "--metric", "setup_delay.p99.9"],
        vec!["gate", "w.toml", "--baseline", "b.json", "--record", "--metric", "setup_delay.p99.9"],
    ] {
        let output = ctisim(path, &words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("statistic"), "{words:?}: {said}");
        assert!(matches!(output.status.code(), Some(0 | 10 | 11)), "{words:?}: {said}");
    }
}

/// What a file of results, a report or a message may say is explained on some page.
#[test]
fn every_word_of_results_is_explained() {
    use ctisim::domain::OutageCause;
    use ctisim::record::{Scope, Statistic, cause_name};
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = |name: &str| fs::read_to_string(root.join("docs/reference").join(name)).expect(name);
    let lacking = |page: &str, names: &[&str]| {
        let text = fs::read_to_string(root.join("docs/reference").join(page)).expect(page);
        names.iter().filter(|name| !text.contains(&format!("`{name}`"))).map(|it| (*it).to_owned()).collect::<Vec<_>>()
    };
    assert!(page("results.md").len() > 1000);
    let causes = [
        OutageCause::ApplicationClosed,
        OutageCause::CallManagerFailed,
        OutageCause::CtiManagerFailed,
        OutageCause::LinkCut,
        OutageCause::DeviceFailed,
        OutageCause::Rehoming,
        OutageCause::HandedOver,
    ];
    assert_eq!(lacking("results.md", &causes.map(cause_name)), [""; 0]);
    assert_eq!(lacking("measures.md", &Statistic::ALL.map(Statistic::name).each_ref().map(|name| &**name)), [""; 0]);
    assert_eq!(lacking("measures.md", &Scope::ALL.map(Scope::name)), [""; 0]);
    assert_eq!(lacking("checks.md", &ADVICE.map(|advice| advice.id)), [""; 0]);
}
