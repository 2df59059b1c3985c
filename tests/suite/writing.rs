//! What the program writes: sets of files that are all new or all old, whatever comes and whoever else writes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ctisim"));
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    command
}

fn ctisim(directory: &Path, arguments: &[&str]) -> Output {
    command(directory, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The names in a directory, hidden ones too.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A small workload, its list of calls, and a directory for them.
fn site() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("w.toml"), WORKLOAD).unwrap();
    fs::write(directory.path().join("calls.csv"), "at_s,talk_s\n1,10\n2,20\n").unwrap();
    directory
}

const WORKLOAD: &str = r#"
format = 1
question = "Are the files whole?"
run = { length = "1m", replications = 2 }
[[node]]
name = "sub1"
[[destination]]
name = "outside"
[[traffic]]
name = "callers"
to = "outside"
arrivals = { file = "calls.csv" }
"#;

/// Reports of a gate without a baseline: three files, and nothing is simulated.
const REPORTS: [&str; 10] = [
    "gate",
    "w.toml",
    "--baseline",
    "none.json",
    "--junit",
    "out/a.xml",
    "--markdown",
    "out/b.md",
    "--json",
    "out/c.json",
];
const REPORTED: [&str; 3] = ["a.xml", "b.md", "c.json"];

/// The program is killed at each step of writing a set. The next command that writes there, of whatever kind, leaves all
/// files new or all old, and nothing else; and once they are new, no later step makes them old again.
#[cfg(unix)]
#[test]
fn a_set_is_whole_wherever_the_program_is_killed() {
    if !cfg!(debug_assertions) {
        return;
    }
    // Files that are replaced, and files that were not there.
    for former in [&REPORTED[..], &["b.md"], &[]] {
        let mut were_new = false;
        for step in 0.. {
            let directory = site();
            let out = directory.path().join("out");
            fs::create_dir(&out).unwrap();
            former.iter().for_each(|name| fs::write(out.join(name), "old").unwrap());
            let killed =
                command(directory.path(), &REPORTS).env("CTISIM_KILLED_AT", step.to_string()).output().unwrap();
            if killed.status.code().is_some() {
                assert_eq!(killed.status.code(), Some(12), "{}", text(&killed.stderr));
                // Three files are staged, marked, kept, moved, on the disk and cleared up.
                assert!(step > 3 * 3 && were_new, "{step}");
                break;
            }
            let next = ctisim(directory.path(), &["init", "out/next.toml"]);
            assert!(next.status.success(), "{step}: {}", text(&next.stderr));
            fs::remove_file(out.join("next.toml")).unwrap();
            let is_new = out.join("a.xml").exists() && fs::read(out.join("a.xml")).unwrap() != b"old";
            let expected: Vec<&str> = if is_new { REPORTED.to_vec() } else { former.to_vec() };
            assert_eq!(names(&out), expected, "{step}");
            for name in expected {
                assert_eq!(fs::read(out.join(name)).unwrap() != b"old", is_new, "{step}: {name}");
            }
            assert!(is_new || !were_new, "{step}: back to the old ones");
            were_new = is_new;
        }
    }
}

/// The recovery is killed, too: at its first step, its second and so on, until one gets through.
#[cfg(unix)]
#[test]
fn a_recovery_that_is_killed_is_recovered() {
    if !cfg!(debug_assertions) {
        return;
    }
    let directory = site();
    let out = directory.path().join("out");
    fs::create_dir(&out).unwrap();
    REPORTED.iter().for_each(|name| fs::write(out.join(name), "old").unwrap());
    let step = |step: u32, arguments: &[&str]| {
        command(directory.path(), arguments).env("CTISIM_KILLED_AT", step.to_string()).output().unwrap()
    };
    // After the try-outs of three reports (place, lock, file, removal each), the place, the lock and three files: marked.
    let marked = (0..).find(|&at| {
        assert!(step(at, &REPORTS).status.code().is_none(), "never marked");
        out.join(".ctisim.new/forward").exists()
    });
    assert!(marked.is_some());
    let through = (0..).find(|&at| step(at, &["init", "--force", "out/next.toml"]).status.code() == Some(0));
    assert!(through > Some(6), "{through:?}");
    assert_eq!(names(&out), ["a.xml", "b.md", "c.json", "next.toml"]);
    for name in REPORTED {
        assert_ne!(fs::read(out.join(name)).unwrap(), b"old", "{name}");
    }
}

/// Hours of simulation in one replication.
const LONG: [&str; 9] =
    ["run", "--replications", "1", "--set", "run.length=8000h", "--set", "run.warm_up=1h", "--set", "fault=[]"];

/// What one program is going to write, no other one does meanwhile.
#[cfg(unix)]
#[test]
fn a_directory_belongs_to_one_program() {
    let directory = site();
    let run = [&LONG[..], &["--out", "out"]].concat();
    let run = command(directory.path(), &run).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wait_for(|| directory.path().join("out").exists());
    std::thread::sleep(std::time::Duration::from_millis(300));
    let second = ctisim(directory.path(), &["run", "w.toml", "--out", "out"]);
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write out: another ctisim is writing there") && said.contains("--out"), "{said}");
    // A killed program keeps nobody out, and an empty directory is all it leaves.
    signal(&run, "-KILL");
    assert_eq!(run.wait_with_output().unwrap().status.code(), None);
    assert_eq!(names(&directory.path().join("out")), [""; 0]);
    assert!(ctisim(directory.path(), &["run", "w.toml", "--out", "out"]).status.success());
}

fn signal(child: &std::process::Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn wait_for(mut is: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("not within half a minute");
}

/// Each signal ends a long replication within a second, with its own code, and nothing is left. Before the second is over it
/// is ended the hard way, without the number of replications; a busy machine gets one more.
#[cfg(unix)]
#[test]
fn a_signal_ends_a_long_replication() {
    // Under `nohup` the program is to outlive a hang-up.
    let outlives = is_ignored(1);
    for (name, code) in
        [("-INT", 130), ("-TERM", 143), ("-HUP", 129)].into_iter().filter(|it| it.0 != "-HUP" || !outlives)
    {
        let directory = tempfile::tempdir().unwrap();
        let long =
            ["run", "--set", "run.length=8000h", "--replications", "1", "--set", "fault=[]", "--set", "run.warm_up=1h"];
        let run = command(directory.path(), &long).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for(|| directory.path().join("results/busy_hour").exists());
        std::thread::sleep(std::time::Duration::from_millis(300));
        signal(&run, name);
        let (sender, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(run.wait_with_output().unwrap()));
        // It takes less than a second; on a machine that does much else the test waits longer. The run itself takes minutes.
        let output = ended.recv_timeout(std::time::Duration::from_secs(30)).expect("long before its end");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        // In good order, or at once if that took too long.
        let in_order = said.contains("interrupted after 0 of 1 replications: nothing was written");
        assert!(in_order || said.ends_with("interrupted\n"), "{said}");
        assert_eq!(names(directory.path()), [""; 0]);
    }
}

/// Whether those who started the tests ignore this signal, as Linux says: then what the tests start does, too.
#[cfg(unix)]
fn is_ignored(signal: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// `nohup` asks a program to outlive its terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_that_is_ignored_stays_ignored() {
    let directory = site();
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    let script = format!("trap '' HUP; exec '{}' {}", program.display(), LONG.join(" "));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(directory.path()).stdin(Stdio::null());
    let run = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| directory.path().join("results/busy_hour").exists());
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&run, "-HUP");
    std::thread::sleep(std::time::Duration::from_millis(100));
    signal(&run, "-INT");
    assert_eq!(run.wait_with_output().unwrap().status.code(), Some(130));
}

/// Whatever else the program is doing, here waiting for a reader, a signal ends it at once; what is complete stays.
#[cfg(unix)]
#[test]
fn a_signal_ends_what_waits_and_leaves_what_is_whole() {
    let directory = site();
    let fifo = directory.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reports = ["gate", "w.toml", "--baseline", "none.json", "--markdown", "fifo", "--json", "c.json"];
    let gate = command(directory.path(), &reports).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| directory.path().join("c.json").exists());
    std::thread::sleep(std::time::Duration::from_millis(100));
    signal(&gate, "-TERM");
    let output = gate.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(143), "interrupted\n".to_owned()));
    assert_eq!(names(directory.path()), ["c.json", "calls.csv", "fifo", "w.toml"]);
}

/// A FIFO, a device and links are written through, and are there afterwards as they were.
#[cfg(unix)]
#[test]
fn devices_and_links_are_treated_as_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let directory = site();
    let path = directory.path();
    assert!(Command::new("mkfifo").arg(path.join("fifo")).status().unwrap().success());
    fs::create_dir(path.join("elsewhere")).unwrap();
    fs::write(path.join("elsewhere/real.json"), "old").unwrap();
    fs::set_permissions(path.join("elsewhere/real.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("elsewhere/real.json", path.join("link")).unwrap();
    symlink("/dev/null", path.join("null")).unwrap();
    let reader = Command::new("cat").arg(path.join("fifo")).stdout(Stdio::piped()).spawn().unwrap();
    let reports = ["--markdown", "fifo", "--json", "link", "--junit", "null"];
    let output = ctisim(path, &[&["gate", "w.toml", "--baseline", "none.json"], &reports[..]].concat());
    assert_eq!(output.status.code(), Some(12), "{}", text(&output.stderr));
    assert!(text(&reader.wait_with_output().unwrap().stdout).contains("ctisim gate: not comparable"));
    let kind = |name: &str| fs::symlink_metadata(path.join(name)).unwrap().file_type();
    assert!(kind("fifo").is_fifo() && kind("link").is_symlink() && kind("null").is_symlink());
    assert!(fs::read_to_string(path.join("elsewhere/real.json")).unwrap().starts_with('{'));
    let mode = fs::metadata(path.join("elsewhere/real.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(names(&path.join("elsewhere")), ["real.json"]);

    // A link that leads nowhere yet leads to what is written; one that leads to itself is an error.
    symlink("elsewhere/later.toml", path.join("later")).unwrap();
    assert!(ctisim(path, &["init", "later"]).status.success());
    assert!(kind("later").is_symlink() && path.join("elsewhere/later.toml").exists());
    symlink("circle", path.join("circle")).unwrap();
    let output = ctisim(path, &["init", "circle"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("too many links"), "{}", text(&output.stderr));

    // Standard output by its name: what a shell has opened goes on being written to.
    let both = ["gate", "w.toml", "--baseline", "none.json", "--json", "/dev/stdout", "--format", "csv"];
    let file = fs::File::create(path.join("both")).unwrap();
    assert_eq!(command(path, &both).stdout(file).status().unwrap().code(), Some(12));
    let both = fs::read_to_string(path.join("both")).unwrap();
    assert!(both.starts_with('{') && both.contains("workload,measure"), "{both}");
}

/// Node 1:3 is `/dev/null`; a node of our own is not the machine's.
#[cfg(target_os = "linux")]
#[test]
fn a_device_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let directory = site();
    let node = directory.path().join("node");
    if !Command::new("mknod").arg(&node).args(["c", "1", "3"]).stderr(Stdio::null()).status().unwrap().success() {
        return;
    }
    for arguments in [
        &["gate", "w.toml", "--baseline", "none.json", "--junit", "node"][..],
        &["init", "--force", "node"],
        &["init", "node"],
        &["gate", "w.toml", "--baseline", "node", "--record", "--quiet"],
    ] {
        let output = ctisim(directory.path(), arguments);
        assert!(matches!(output.status.code(), Some(0 | 12)), "{arguments:?}: {}", text(&output.stderr));
        assert!(fs::metadata(&node).unwrap().file_type().is_char_device(), "{arguments:?}");
    }
}

/// Every command that writes files, each with an output that is one of its inputs, by whatever name.
#[cfg(unix)]
#[test]
fn inputs_are_never_overwritten() {
    let directory = site();
    let path = directory.path();
    // What a command would write is one of the files that it reads.
    for name in ["summary.csv", "sweep.csv", "comparison.csv", "capacity.csv"] {
        fs::write(path.join(name), "at_s,talk_s\n1,10\n").unwrap();
        fs::write(path.join(format!("{name}.toml")), WORKLOAD.replace("calls.csv", name)).unwrap();
    }
    std::os::unix::fs::symlink("w.toml", path.join("link")).unwrap();
    fs::hard_link(path.join("w.toml"), path.join("hard")).unwrap();
    fs::write(path.join("b.json"), "{}").unwrap();
    let before: Vec<Vec<u8>> = names(path).iter().map(|name| fs::read(path.join(name)).unwrap()).collect();
    let gate = |arguments: &[&'static str]| [&["gate", "w.toml"], arguments].concat();
    for arguments in [
        vec!["run", "summary.csv.toml", "--out", "."],
        vec!["sweep", "sweep.csv.toml", "--vary", "run.length=1m,2m", "--out", "."],
        vec!["compare", "comparison.csv.toml", "w.toml", "--out", "."],
        vec!["compare", "w.toml", "comparison.csv.toml", "--out", "."],
        vec!["capacity", "capacity.csv.toml", "--vary", "run.length=1m,2m", "--goal", "refused<=1%", "--out", "."],
        gate(&["--baseline", "w.toml", "--record"]),
        gate(&["--baseline", "calls.csv", "--record"]),
        gate(&["--baseline", "b.json", "--junit", "b.json"]),
        gate(&["--baseline", "b.json", "--json", "./link"]),
        gate(&["--baseline", "b.json", "--markdown", "hard"]),
        gate(&["--baseline", "b.json", "--markdown", "x", "--json", "./x"]),
        gate(&["--baseline", "new.json", "--record", "--junit", "x"]),
    ] {
        let output = ctisim(path, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        let said = text(&output.stderr);
        let why = [
            "does not overwrite what it reads",
            "is written to the same file",
            "the argument '--record' cannot be used with",
        ];
        assert!(why.iter().any(|why| said.contains(why)), "{arguments:?}: {said}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        let after: Vec<Vec<u8>> = names(path).iter().map(|name| fs::read(path.join(name)).unwrap()).collect();
        assert!(before == after, "{arguments:?}");
    }
    // A shell has opened it under another name.
    fs::write(path.join("goals.csv"), WORKLOAD).unwrap();
    let mut run = command(path, &["run", "-", "--out", "."]);
    let output = run.stdin(fs::File::open(path.join("goals.csv")).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(path.join("goals.csv")).unwrap(), WORKLOAD);
}

/// Found before anything is run, which would take hours.
#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_before_the_run() {
    use std::os::unix::fs::PermissionsExt;
    let directory = site();
    let path = directory.path();
    fs::create_dir_all(path.join("full/timeline.csv")).unwrap();
    fs::write(path.join("file"), "").unwrap();
    fs::write(path.join("kept.json"), "{}").unwrap();
    fs::set_permissions(path.join("kept.json"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::create_dir(path.join("taken")).unwrap();
    fs::write(path.join("taken/.ctisim.new"), "mine").unwrap();
    let long = "l".repeat(300);
    let record = |baseline| vec!["gate", "w.toml", "--record", "--replications", "1000000", "--baseline", baseline];
    let run = |out| vec!["run", "w.toml", "--replications", "1000000", "--out", out];
    for (arguments, words) in [
        (run("full"), "cannot write full/timeline.csv"),
        (run("file"), "cannot write file"),
        (run(&long), "File name too long"),
        (run("taken"), "taken/.ctisim.new: it is not ctisim's"),
        (record("."), "cannot write ."),
        (record("new/"), "cannot write new/"),
        (record("file/b.json"), "cannot write file/b.json"),
        (record("kept.json"), "kept.json: it is read-only"),
    ] {
        let before = names(path);
        let output = ctisim(path, &arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(words) && said.contains("help: "), "{arguments:?}: {said}");
        assert_eq!(names(path), before, "{arguments:?}");
    }
    assert_eq!(fs::read(path.join("taken/.ctisim.new")).unwrap(), b"mine");
}

/// Three sweeps into one new directory: one wins whole, and the others say why. None removes what another one made.
#[test]
fn of_several_programs_one_writes_and_the_others_say_why() {
    let directory = site();
    let sweep =
        ["sweep", "w.toml", "--vary", "run.length=1m,2m", "--replications", "400", "--jobs", "1", "--out", "out/x"];
    let children: Vec<_> = (0..3)
        .map(|_| command(directory.path(), &sweep).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let mut won = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = text(&output.stderr);
        match output.status.code() {
            Some(0) => won += 1,
            code => assert!(
                code == Some(1) && said.contains("cannot write out/x: another ctisim is writing there"),
                "{said}"
            ),
        }
    }
    assert!(won >= 1);
    assert_eq!(names(&directory.path().join("out/x")), ["points", "report.json", "sweep.csv"]);
    assert_eq!(names(&directory.path().join("out/x/points")).len(), 2);
}

/// A full disk while reports are written: the old ones are untouched, and nothing else is there.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_leaves_what_was() {
    let directory = site();
    let path = directory.path();
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    fs::write(path.join("b.json"), "old").unwrap();
    // Without a trap: the signal of the limit is heeded as an error of the write.
    let script =
        format!("ulimit -f 1; exec '{}' gate w.toml --baseline b.json --record --replications 300", program.display());
    let output = Command::new("sh").args(["-c", &script]).current_dir(path).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("cannot write b.json"), "{}", text(&output.stderr));
    assert_eq!(fs::read(path.join("b.json")).unwrap(), b"old");
    assert_eq!(names(path), ["b.json", "calls.csv", "w.toml"]);
}

/// What a terminal would obey is shown by its number, wherever it comes from.
#[cfg(unix)]
#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let directory = site();
    let path = directory.path();
    let evil = "a\u{1b}[31m\u{202e}b\r";
    let question = WORKLOAD.replace("Are the files whole?", "Q \\u001b[31m\\u202e\\r?");
    fs::write(path.join(format!("{evil}.toml")), &question).unwrap();
    fs::write(path.join("key.toml"), WORKLOAD.replace("length", "\"le\\u001b[31mngth\"")).unwrap();
    fs::write(path.join("raw.toml"), WORKLOAD.replace("outside", "out\u{9b}side\u{202e}")).unwrap();
    let evil = format!("{evil}.toml");
    for arguments in [
        &["run", &*evil, "--no-files", "--quiet"][..],
        &["run", &evil, "--out", "\u{1b}[31m"],
        &["run", &evil, "--no-files", "--format", "md"],
        &["run", &evil, "--no-files", "--format", "csv"],
        &["run", &evil, "--no-files", "--format", "json"],
        &["check", &evil],
        &["deps", &evil],
        &["run", "\u{1b}[31m.toml"],
        &["run", "key.toml"],
        &["check", "raw.toml"],
        &["deps", &evil, "\u{1b}[31m"],
        &["compare", &evil, "w.toml", "--no-files"],
    ] {
        let output = ctisim(path, arguments);
        let printed = text(&output.stdout) + &text(&output.stderr);
        let obeyed = |c: char| (c.is_control() && !"\n\t".contains(c)) || ('\u{202a}'..='\u{202e}').contains(&c);
        // CSV files have their own line ends.
        let printed = printed.replace("\r\n", "\n");
        let at = printed.find(obeyed).map(|at| &printed[at..]);
        let some = at.map(|rest| rest.chars().take(40).collect::<String>());
        assert_eq!(some, None, "{arguments:?}");
        assert!(!printed.is_empty());
    }
}
