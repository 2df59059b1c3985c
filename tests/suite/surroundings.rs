//! What surrounds the program: streams that are full or slow, few files to open, odd paths.

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

const WORKLOAD: &str = r#"
format = 1
question = "Where do the results go?"
run = { length = "1m", replications = 2 }
[[node]]
name = "sub1"
[[destination]]
name = "outside"
[[traffic]]
name = "callers"
to = "outside"
arrivals = { poisson = "60/h" }
"#;

/// Help and the version are output as any other: a disk that is full is an error, a reader that has seen enough is none.
#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_printed_is_1() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["run", "--help"], &["help", "run"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(directory.path(), arguments).stdout(full).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("cannot write to standard output: No space left"), "{arguments:?}: {said}");

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(directory.path(), arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{arguments:?}");
    }
}

/// A pipe that does not block takes 64 KiB and then nothing, until somebody reads; the schema is longer.
#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_does_not_block_is_waited_for() {
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;

    const NONBLOCK: i32 = 0o4000;
    let directory = tempfile::tempdir().unwrap();
    let whole = ctisim(directory.path(), &["schema"]).stdout;
    assert!(whole.len() > 100_000, "{}", whole.len());
    let (mut reader, writer) = std::io::pipe().unwrap();
    let again = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let unblocked = fs::OpenOptions::new().write(true).custom_flags(NONBLOCK).open(again).unwrap();
    drop(writer);
    let mut child = command(directory.path(), &["schema"]).stdout(unblocked).stderr(Stdio::piped()).spawn().unwrap();
    // Long enough to fill the pipe.
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert!(read == whole);
}

/// However few files may be open: either all results are there, or nothing is, and the reason is said.
#[cfg(unix)]
#[test]
fn too_few_open_files_leave_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("w.toml"), WORKLOAD).unwrap();
    let program = assert_cmd::cargo::cargo_bin!("ctisim");
    // Standard input, output and error are three; a library may take the fourth.
    for most in 4..40 {
        let script = format!("ulimit -n {most}; exec '{}' run w.toml --jobs 1 --out out", program.display());
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &script]).current_dir(directory.path()).stdin(Stdio::null()).output().unwrap();
        if output.status.success() {
            assert_eq!(names(&directory.path().join("out")).len(), 9);
            assert!(most > 4, "four are too few");
            return;
        }
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{most}: {said}");
        assert!(said.to_lowercase().contains("too many open files"), "{most}: {said}");
        assert_eq!(names(directory.path()), ["w.toml"], "{most}: {said}");
    }
    panic!("40 files are enough");
}

/// A path of 4,090 bytes is short enough for the system, which takes 4,095; the one where files are staged is not. The reason
/// is what the system says, not that something is in the way.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_looked_into_is_not_said_to_be_in_the_way() {
    let root = tempfile::tempdir().unwrap();
    let mut path = root.path().to_owned();
    while path.as_os_str().len() < 3_980 {
        path.push("d".repeat(100));
    }
    path.push("e".repeat(4_088 - 1 - path.as_os_str().len()));
    fs::create_dir_all(&path).unwrap();
    let file = path.join("f");
    assert_eq!(file.as_os_str().len(), 4_090);
    let output = ctisim(root.path(), &["init", file.to_str().unwrap()]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("File name too long") && !said.contains("in the way"), "{said}");
    assert_eq!(names(&path), [""; 0]);
}

/// A directory may be given with a dot at its end, which the system does not make.
#[test]
fn a_dot_at_the_end_of_a_directory_means_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("w.toml"), WORKLOAD).unwrap();
    for out in ["new/.", "new/.", "deep/er/./.", "new/./er"] {
        let output = ctisim(directory.path(), &["run", "w.toml", "--out", out]);
        assert_eq!(output.status.code(), Some(0), "{out}: {}", text(&output.stderr));
        assert!(directory.path().join(out).join("run.json").exists(), "{out}");
    }
    let output = ctisim(directory.path(), &["run", "w.toml", "--out", "w.toml/."]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("not a directory"), "{said}");
    assert_eq!(names(directory.path()), ["deep", "new", "w.toml"]);
}

/// A file whose name is dots and an ending has results of its own, and not those of the directory that the dots mean.
#[test]
fn a_name_of_dots_is_a_name() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["..toml", "...toml"] {
        fs::write(directory.path().join(name), WORKLOAD).unwrap();
        let output = ctisim(directory.path(), &["run", &format!("./{name}")]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        assert!(text(&output.stdout).starts_with(&format!("{name}: 2 replications")), "{}", text(&output.stdout));
    }
    assert_eq!(names(directory.path()), ["...toml", "..toml", "results"]);
    assert_eq!(names(&directory.path().join("results")), ["...toml", "..toml"]);
}
