//! Sizes that hold: memory is estimated, limits are seen, and what is too large or too long ends with its size.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use ctisim::check::examine;
use ctisim::workload::NoFiles;

fn program() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.stdin(Stdio::null());
    command
}

/// One application, a node, calls that an application redirects to people, who are on the phone for twenty seconds.
const SITE: &str = r#"
    format = 1
    question = "What does this take?"
    profile = "12.5"
    run = { length = "5m", warm_up = "30s", replications = 20 }
    node = [{ name = "pub" }, { name = "sub" }]
    callmanager_group = [{ name = "main", members = ["sub", "pub"] }]
    application = [{ name = "agent", user = "agent" }]
    user = [{ name = "agent", devices = "all" }]
    destination = [{ name = "duty", answer = "8s" }]
    [[route_point]]
    name = "hotline"
    device_pool = "main"
    application = "agent"
    redirect_to = "desk"
    cfna = "duty"
    cfb = "duty"
    cfof = "duty"
    [[phone]]
    name = "desk"
    count = 10
    device_pool = "main"
    answer = "5s"
    [[traffic]]
    name = "callers"
    to = "hotline"
    arrivals = { bhca = 1000 }
    patience = { exponential = "45s" }
    talk = { exponential = "20s" }
"#;

/// A file of this name and text in a directory of its own.
fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("w.toml");
    fs::write(&path, text).expect("it can be written");
    (directory, path)
}

/// Runs the program under these limits of the shell.
#[cfg(unix)]
fn limited(limits: &str, arguments: &[&str]) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")]).arg(assert_cmd::cargo::cargo_bin!("ctisim"));
    shell.args(arguments).stdin(Stdio::null()).output().expect("a shell")
}

/// A hundred studies of many kinds, each estimated by one process and run by another: no peak is above its estimate, and no
/// estimate above 1.5 times the peak and 16 MiB.
#[cfg(target_os = "linux")]
#[test]
fn what_a_study_takes_is_estimated() {
    let output = program().args(["peaks", "--studies", "100", "--calls", "60000"]).output().expect("it runs");
    let (text, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((&*text, output.status.code()), ("0 of 100 estimates are wrong\n", Some(0)), "{why}");
}

/// A million calls a second for two minutes are 120 million, all of whose set-ups are queued for a second each: they are counted.
/// 200 million bytes do not hold them: at 64 bytes and more a call, after some three million calls there is no more.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_the_shell_is_seen() {
    let (_kept, path) = file(SITE);
    let path = path.to_string_lossy();
    let queued = "run.length=2m|traffic.callers.arrivals.bhca=3600000000|traffic.callers.patience=1ms|traffic.callers.talk=1ms|work={ setup = \"1s\" }";
    let settings: Vec<&str> = queued.split('|').flat_map(|setting| ["--set", setting]).collect();
    let study = [&["run", &*path, "--no-files", "--quiet", "--jobs", "1"], &*settings].concat();
    let output = limited("ulimit -v 200000", &study);
    let why = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{why}");
    assert!(why.starts_with("error: ") && why.contains("memory") && why.contains(" MiB"), "{why}");
    assert!(output.stdout.is_empty());
    // The results of a million replications take more, whatever one of them takes: that is known before any runs.
    let many = ["run", &*path, "--no-files", "--quiet", "--replications", "1000000", "--jobs", "2"];
    let output = limited("ulimit -v 200000", &many);
    let why = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{why}");
    assert!(why.contains("this study needs about") && why.contains("reduce --replications"), "{why}");
    // The workload as it is takes little.
    let output = limited("ulimit -v 200000", &["run", &path, "--no-files", "--quiet", "--jobs", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Nothing is left of a study that ends for want of memory.
#[cfg(target_os = "linux")]
#[test]
fn a_study_without_memory_leaves_nothing() {
    let (kept, path) = file(SITE);
    let out = kept.path().join("out");
    let busy = "traffic.callers.arrivals.bhca=360000000";
    let study = [
        "run",
        &path.to_string_lossy(),
        "--quiet",
        "--jobs",
        "1",
        "--set",
        busy,
        "--set",
        "work={ setup = \"1s\" }",
        "--out",
        &out.to_string_lossy(),
    ];
    let output = limited("ulimit -v 200000", &study);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let left: Vec<_> =
        fs::read_dir(kept.path()).expect("its directory").map(|it| it.expect("an entry").file_name()).collect();
    assert_eq!(left, ["w.toml"]);
}

/// 16 MiB that are not TOML, after a workload: `check` says so, within what a workload of that size takes.
#[cfg(target_os = "linux")]
#[test]
fn a_long_text_that_is_no_workload_takes_bounded_memory() {
    let text = format!("{SITE}{}", "=\n".repeat((8 << 20) - SITE.len()));
    let (_kept, path) = file(&text);
    let path = path.to_string_lossy();
    let lines = SITE.lines().count() + 1;
    for more in [&[][..], &["--set", "run.length=1m"]] {
        let check = [&["check", &*path], more].concat();
        let output = limited("ulimit -v 400000", &check);
        let shown = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(3), "{shown}{}", String::from_utf8_lossy(&output.stderr));
        assert!(shown.contains(&format!("{path}:{lines}:1")), "{shown}");
        assert!(shown.contains("there are more syntax errors"), "{shown}");
    }
}

/// However deep something is nested, it is an error: on a stack of a mebibyte too.
#[cfg(unix)]
#[test]
fn nothing_is_nested_deeper_than_the_stack() {
    let deep = |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    let parts = format!("run{}", ".a".repeat(6000));
    let texts = [
        ("a header", format!("{SITE}\n[x{}]\n", ".a".repeat(3000))),
        ("a dotted key", format!("{SITE}\nx{} = 1\n", ".a".repeat(100_000))),
        ("lists", format!("{SITE}\nx = {}\n", deep("[", "]", 100_000))),
        ("open lists", format!("{SITE}\nx = {}\n", "[".repeat(100_000))),
        ("tables", format!("{SITE}\nx = {}\n", deep("{ a = ", " }", 100_000))),
        ("open tables", format!("{SITE}\nx = {}\n", "{a=".repeat(100_000))),
    ];
    let (kept, path) = file(SITE);
    let path = path.to_string_lossy().into_owned();
    let baseline = kept.path().join("b.json");
    fs::write(&baseline, deep("[", "]", 1_000_000)).expect("it can be written");
    let (values, lists) = (format!("{parts}=1,2"), format!("run.length={}", "[".repeat(50_000)));
    for limit in ["ulimit -s 8192", "ulimit -s 1024"] {
        for (what, text) in &texts {
            fs::write(kept.path().join("deep.toml"), text).expect("it can be written");
            let output = limited(limit, &["check", &kept.path().join("deep.toml").to_string_lossy()]);
            assert_eq!(output.status.code(), Some(3), "{what}, {limit}: {}", String::from_utf8_lossy(&output.stderr));
        }
        for (arguments, code) in [
            (&["check", &path, "--set", &format!("{parts}=1")][..], 3),
            (&["check", &path, "--set", &lists][..], 3),
            (&["check", &path, "--set", &format!("x={}", deep("{a=", "}", 20_000))][..], 3),
            (&["sweep", &path, "--vary", &values, "--no-files"][..], 3),
            (&["gate", &path, "--baseline", &baseline.to_string_lossy()][..], 12),
        ] {
            let output = limited(limit, arguments);
            let why = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{limit}: {} {why}", arguments[0]);
        }
    }
}

/// A header of 3,000 parts below a workload: the error is at that header.
#[test]
fn an_error_of_a_deep_header_is_at_its_place() {
    let text = format!("{SITE}\n[x{}]\n", ".a".repeat(3000));
    let found = examine("deep.toml", &text, &NoFiles);
    let place = &found.findings[0].problem.place;
    assert_eq!(place.start, SITE.len() + 1);
}

/// 4,000 million calls in a replication, which is allowed, are some 48,000 million events: at 80 ns each, 64 minutes.
/// 1,000 calls an hour for five minutes are 83, and ten heartbeats: nothing to warn of.
#[test]
fn a_replication_that_takes_an_hour_is_mentioned() {
    let warned = |text: &str| {
        let found = examine("long.toml", text, &NoFiles);
        let warnings = found.findings.into_iter().filter(|it| it.problem.id == Some("long-run"));
        warnings.map(|it| it.problem.what).collect::<Vec<_>>()
    };
    assert_eq!(warned(SITE), [""; 0]);
    let long = SITE.replace("bhca = 1000", "poisson = \"1000000/s\"").replace("\"5m\"", "\"4000s\"");
    let found = warned(&long);
    let [only] = &found[..] else { panic!("one warning") };
    assert!(only.contains("about 48,000,0") && only.contains("1h4m"), "{only}");
}

/// What takes long without simulating, or is not a study of one workload, ends at a signal too: long before its own end, whose exit
/// code would be another.
#[cfg(unix)]
#[test]
fn a_signal_ends_whatever_takes_long() {
    let phones: String =
        (0..65_000).map(|at| format!("[[phone]]\nname = \"p{at}\"\ncount = 1\ndevice_pool = \"main\"\n")).collect();
    let (_kept, path) = file(&format!("{SITE}\n{phones}"));
    let path = path.to_string_lossy();
    for arguments in [&["check", &*path][..], &["verify", "--quiet"]] {
        for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
            let mut child =
                program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
            std::thread::sleep(Duration::from_millis(300));
            let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(kill.expect("kill runs").success());
            assert_eq!(child.wait().expect("it ends").code(), Some(code), "{arguments:?}");
        }
    }
}
