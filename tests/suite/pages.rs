//! Pages for people: the same bytes now and later, nothing that a name or question could do in them, and what is wrong with the
//! results they are made of.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const WORKLOAD: &str = r#"
format = 1
question = "How long do callers wait?"
run = { length = "4m", replications = 3 }
[[node]]
name = "sub1"
[[destination]]
name = "outside"
lines = 4
[[traffic]]
name = "callers"
to = "outside"
arrivals = { poisson = "120/h" }
talk = "30s"
[[goal]]
metric = "setup_delay.p99"
at_most = "1s"
"#;

/// The exit code, and what is printed to both streams.
fn ctisim(directory: &Path, line: &str) -> (i32, String, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    let output = command.current_dir(directory).args(line.split(' ')).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn site() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("site.toml"), WORKLOAD).unwrap();
    directory
}

/// Every command that runs replications.
const COMMANDS: [&str; 5] = [
    "run site.toml",
    "sweep site.toml --vary destination.outside.lines=2..4:1",
    "compare site.toml --set-b destination.outside.lines=2",
    "capacity site.toml --vary destination.outside.lines=2..4:1 --goal refused.share<=50% --replications 3",
    "gate site.toml --baseline base.json",
];

#[test]
fn a_page_is_the_same_now_and_later() {
    let site = site();
    let (code, _, said) = ctisim(site.path(), "gate site.toml --baseline base.json --record");
    assert_eq!(code, 0, "{said}");
    for command in COMMANDS {
        let (_, _, said) = ctisim(site.path(), &format!("{command} --out kept --html"));
        assert!(said.contains("report.json, report.html to kept"), "{command}: {said}");
        let page = fs::read(site.path().join("kept/report.html")).unwrap();
        assert!(page.starts_with(b"<!doctype html>") && page.len() > 4_000, "{command}: {} bytes", page.len());
        // Later, from what was kept; to a file of its own, with or without results; printed.
        fs::remove_file(site.path().join("kept/report.html")).unwrap();
        let (code, _, said) = ctisim(site.path(), "report kept");
        assert_eq!((code, &*said), (0, "wrote kept/report.html\n"), "{command}");
        assert!(fs::read(site.path().join("kept/report.html")).unwrap() == page, "{command}: not the same later");
        let (_, printed, _) = ctisim(site.path(), "report kept/report.json --out -");
        assert!(printed.as_bytes() == page, "{command}: not the same from the file");
        let without = if command.starts_with("gate") { "" } else { " --no-files" };
        let (_, printed, _) = ctisim(site.path(), &format!("{command}{without} --format html"));
        assert!(printed.as_bytes() == page, "{command}: not the same with --format html");
        let (_, _, said) = ctisim(site.path(), &format!("{command}{without} --html own/page.html"));
        assert!(said.contains("wrote own/page.html\n"), "{command}: {said}");
        assert!(fs::read(site.path().join("own/page.html")).unwrap() == page, "{command}: not the same elsewhere");
        fs::remove_dir_all(site.path().join("kept")).unwrap();
    }
}

/// A page beside the results is one of them: it is never that of another run.
#[test]
fn a_page_beside_the_results_is_theirs() {
    let site = site();
    ctisim(site.path(), "run site.toml --out kept --html");
    let first = fs::read(site.path().join("kept/report.html")).unwrap();
    let (_, _, said) = ctisim(site.path(), "run site.toml --out kept --seed 2");
    assert!(said.contains("report.json, report.html to kept"), "{said}");
    let second = fs::read(site.path().join("kept/report.html")).unwrap();
    assert!(first != second && String::from_utf8(second).unwrap().contains("--seed 2"));
}

/// A question, a name and a path are text, whatever they look like.
#[test]
fn nothing_in_a_workload_gets_into_a_page_but_text() {
    let site = site();
    let hostile = r#"</title><script>alert(1)</script><img src=x onerror=alert(2)>"' &amp; ]]> {{x}} \u202E"#;
    let text = WORKLOAD.replace("How long do callers wait?", &hostile.replace('"', "\\\""));
    let name = "<svg onload=alert(3)>.toml";
    fs::write(site.path().join(name), text).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    let arguments = ["run", name, "--out", "kept", "--html", "--set", "traffic.callers.talk=40s"];
    let output = command.current_dir(site.path()).args(arguments).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code == 0 || code >= 10), "{output:?}");
    let page = fs::read_to_string(site.path().join("kept/report.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "one script, which is the page's own");
    assert!(!page.contains("<img") && !page.contains("<svg onload") && !page.contains('\u{202e}'), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)"), "the question is shown");
}

#[test]
fn what_no_page_can_be_made_of_is_named() {
    let site = site();
    let path = site.path();
    ctisim(path, "run site.toml --out kept");
    fs::create_dir(path.join("empty")).unwrap();
    let report = fs::read_to_string(path.join("kept/report.json")).unwrap();
    let other =
        report.replacen("\"format\":1", "\"format\":2", 1).replacen("\"version\":\"0.1.0\"", "\"version\":\"9.9\"", 1);
    fs::write(path.join("other.json"), other).unwrap();
    fs::write(path.join("cut.json"), &report[..report.len() / 2]).unwrap();
    fs::write(path.join("else.json"), "{\"format\": 1, \"version\":\"0.1.0\"}").unwrap();
    for (line, code, words) in [
        ("report gone", 1, "gone: cannot be read: No such file"),
        ("report empty", 1, "empty: there is no report.json in it"),
        ("report cut.json", 1, "cut.json: it is no report"),
        ("report else.json", 1, "else.json: it is damaged: missing field"),
        (
            "report other.json",
            1,
            "other.json: version 9.9 wrote it in form 2; this is version 0.1.0, which reads form 1",
        ),
        ("report kept/summary.csv", 1, "kept/summary.csv: it is no report"),
        ("report kept --out kept/report.json", 2, "a page is written to a file that ends in .html"),
        ("run site.toml --no-files --html", 2, "--html: there is no directory of results to write it to"),
        ("run --html site.toml", 2, "--html site.toml: a page is written to a file that ends in .html"),
        ("run site.toml --html -", 2, "`--format html` prints it"),
        ("gate site.toml --baseline base.json --record --html page.html", 2, "cannot be used with"),
    ] {
        let (found, printed, said) = ctisim(path, line);
        assert_eq!(found, code, "{line}: {said}");
        assert!(said.contains(words) && printed.is_empty(), "{line}: {said}");
    }
    assert_eq!(fs::read_to_string(path.join("site.toml")).unwrap(), WORKLOAD, "the workload was not overwritten");
}
