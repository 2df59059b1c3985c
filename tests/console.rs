//! Every console block of the README and the book shows what the program prints.
//!
//! In a block that begins with ` ```console `, a line `$ command` is run by `sh`; a `\` at its end continues it on the next line. A line
//! `? 10` after it is the exit code, if that is not 0. What follows is what the command prints on both of its outputs: `...` on a line of
//! its own stands for any lines, within a line for any text. A block such as ` ```toml file=site.toml ` is written to that file, or with
//! `append=` added to it. The blocks of a page run in order, in a folder of their own with a copy of `workloads/`.
//!
//! - `UPDATE=1 cargo test --test console` rewrites the pages, keeps the `...` of a block where it can, and says which blocks to look at.
//! - `PAGE=how-to` takes only pages with that in their path.
//! - `CTISIM=target/release/ctisim` runs another binary than the one of this build. Blocks that take long in a debug build are
//!   marked ` ```console slow ` and left to a release binary.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const ANYTHING: &str = "...";

/// A command of a block, as written.
#[derive(Default)]
struct Step {
    command: Vec<String>,
    code: i32,
    output: Vec<String>,
}

/// The steps of a block; an error names the line that is none.
fn steps(lines: &[&str]) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut continued = false;
    for line in lines {
        match (steps.last_mut(), line.strip_prefix("$ ")) {
            (Some(step), _) if continued => step.command.push((*line).to_owned()),
            (_, Some(_)) => steps.push(Step { command: vec![(*line).to_owned()], ..Step::default() }),
            (Some(step), None) => match line.strip_prefix("? ").map(str::parse) {
                Some(Ok(code)) if step.output.is_empty() => step.code = code,
                _ => step.output.push(line.trim_end().to_owned()),
            },
            (None, None) => return Err(format!("`{line}` comes before a command")),
        }
        continued = steps.last().is_some_and(|step| step.output.is_empty()) && line.ends_with('\\');
    }
    for step in &mut steps {
        trim(&mut step.output);
    }
    Ok(steps)
}

/// Without the empty lines at the end.
fn trim(lines: &mut Vec<String>) {
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
}

impl Step {
    /// Runs the command in a folder, with the binary's folder first on the path: its exit code and what it printed.
    fn run(&self, folder: &Path, path: &str) -> (i32, Vec<String>) {
        let script = self.command.join("\n");
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script.strip_prefix("$ ").unwrap_or(&script)).current_dir(folder).env("PATH", path);
        for variable in ["COLUMNS", "CLICOLOR_FORCE", "FORCE_COLOR"] {
            shell.env_remove(variable);
        }
        let mut child = shell.stdout(writer.try_clone().expect("a handle")).stderr(writer).spawn().expect("a shell");
        // It holds the writing ends of the pipe.
        drop(shell);
        let mut printed = Vec::new();
        reader.read_to_end(&mut printed).expect("its output");
        let code = child.wait().expect("its end").code().unwrap_or(-1);
        let printed = String::from_utf8_lossy(&printed);
        let lines = printed.lines().filter(|line| !is_progress(line));
        let mut lines = lines.map(|line| line.trim_end().to_owned()).collect();
        trim(&mut lines);
        (code, lines)
    }

    fn lines(&self) -> Vec<String> {
        let code = (self.code != 0).then(|| format!("? {}", self.code));
        self.command.iter().cloned().chain(code).chain(self.output.iter().cloned()).collect()
    }
}

/// Whether a line says how far a study is: on a slow machine there are such lines, and on a fast one there are none.
fn is_progress(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let is_number = |word: &str| word.chars().all(|it| it.is_ascii_digit() || it == ',');
    matches!(words[..], [done, "of", all, "replications"] if is_number(done) && is_number(all))
}

/// Whether a line is the one that is expected, in which `...` stands for any text.
fn line_fits(expected: &str, printed: &str) -> bool {
    let Some((head, tail)) = expected.split_once(ANYTHING) else { return expected == printed };
    let Some(rest) = printed.strip_prefix(head) else { return false };
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| line_fits(tail, &rest[at..]))
}

/// Whether lines are those that are expected, among which `...` stands for any lines.
fn fits(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == ANYTHING => (0..=printed.len()).any(|at| fits(rest, &printed[at..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| line_fits(line, first) && fits(rest, others))
        }
    }
}

/// How much two lines have in common, from 0 to 1: their words, and numbers as such.
fn likeness(one: &str, other: &str) -> f64 {
    fn common<'a>(one: impl Iterator<Item = &'a str>, other: impl Iterator<Item = &'a str>) -> f64 {
        let mut left: Vec<_> = other.collect();
        let (mut shared, mut total) = (0, left.len());
        for word in one {
            total += 1;
            if let Some(at) = left.iter().position(|other| *other == word) {
                left.swap_remove(at);
                shared += 2;
            }
        }
        f64::from(shared) / total.max(1) as f64
    }
    let number = |word: &'static str, line| if line_has_digit(line) { word } else { line };
    let words = common(one.split_whitespace(), other.split_whitespace());
    let shape = common(
        one.split_whitespace().map(|word| number("#", word)),
        other.split_whitespace().map(|word| number("#", word)),
    );
    if one == other { 1.0 } else { (words + shape) / 2.0 }
}

fn line_has_digit(line: &str) -> bool {
    line.contains(|c: char| c.is_ascii_digit())
}

/// What was printed, with the `...` of what was expected where its neighbours are still found; and how many expected lines are not.
fn renewed(expected: &[String], printed: &[String]) -> (Vec<String>, usize) {
    let (rows, columns) = (expected.len(), printed.len());
    // The best score of what is left from each pair on, and the step that leads to it: both lines, a printed one, an expected one.
    let mut best = vec![vec![(0.0, ' '); columns + 1]; rows + 1];
    for row in (0..=rows).rev() {
        for column in (0..=columns).rev() {
            let any = expected.get(row).is_some_and(|line| line == ANYTHING);
            let mut choices = Vec::new();
            if row < rows {
                choices.push((best[row + 1][column].0 - if any { 0.0 } else { 0.2 }, 'e'));
            }
            if column < columns {
                choices.push((best[row][column + 1].0 - if any { 0.0 } else { 0.1 }, 'p'));
            }
            if row < rows && column < columns && !any {
                choices.push((best[row + 1][column + 1].0 + likeness(&expected[row], &printed[column]) - 0.15, 'b'));
            }
            // At the end of both there is no choice.
            best[row][column] =
                choices.into_iter().max_by(|one, other| one.0.total_cmp(&other.0)).unwrap_or((0.0, ' '));
        }
    }
    let (mut lines, mut lost) = (Vec::new(), 0);
    let (mut row, mut column) = (0, 0);
    while row < rows || column < columns {
        let any = expected.get(row).is_some_and(|line| line == ANYTHING);
        match best[row][column].1 {
            'b' => {
                let (old, new) = (&expected[row], &printed[column]);
                lines.push(if line_fits(old, new) { old } else { new }.clone());
                lost += usize::from(likeness(old, new) < 0.3 && !line_fits(old, new));
                (row, column) = (row + 1, column + 1);
            }
            'e' => {
                if any {
                    lines.push(ANYTHING.to_owned());
                } else {
                    lost += 1;
                }
                row += 1;
            }
            _ => {
                if !any {
                    lines.push(printed[column].clone());
                }
                column += 1;
            }
        }
    }
    (lines, lost)
}

/// What was found on the pages.
#[derive(Default)]
struct Report {
    ran: usize,
    skipped: usize,
    problems: String,
}

/// Runs the blocks of a page. Its text, with what was printed in place of what is not.
fn page(name: &str, text: &str, folder: &Path, path: &str, quick: bool, report: &mut Report) -> String {
    let mut lines = text.lines();
    let mut at = 0;
    let mut result = String::new();
    while let Some(fence) = lines.next() {
        at += 1;
        let _ = writeln!(result, "{fence}");
        let Some(info) = fence.strip_prefix("```").filter(|info| !info.starts_with('`')) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        let here = format!("{name}:{at}");
        at += block.len() + 1;
        let mut words = info.split_whitespace();
        let mut written: Vec<String> = block.iter().map(|line| (*line).to_owned()).collect();
        if words.next() == Some("console") {
            if quick && words.any(|word| word == "slow") {
                report.skipped += 1;
            } else {
                report.ran += 1;
                match steps(&block) {
                    Ok(steps) => written = run(&here, steps, folder, path, report),
                    Err(problem) => report.problems += &format!("{here}: {problem}\n"),
                }
            }
        } else if let Some((how, file)) = words.find_map(|word| word.split_once('=')) {
            let file = folder.join(file);
            let before =
                if how == "append" { fs::read_to_string(&file).unwrap_or_default() + "\n" } else { String::new() };
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder that can be made");
            fs::write(&file, before + &block.join("\n") + "\n").expect("a file that can be written");
        } else if block.iter().any(|line| line.starts_with("$ ")) {
            report.problems += &format!("{here}: a block with commands begins with ```console\n");
        }
        for line in written {
            let _ = writeln!(result, "{line}");
        }
        result += "```\n";
    }
    result
}

/// Runs a block: its lines, with what was printed.
fn run(here: &str, steps: Vec<Step>, folder: &Path, path: &str, report: &mut Report) -> Vec<String> {
    let mut lines = Vec::new();
    for mut step in steps {
        let (code, printed) = step.run(folder, path);
        let command = step.command.join("\n");
        if code != step.code {
            let printed = printed.join("\n");
            let _ =
                writeln!(report.problems, "{here}: exit code {code}, not {}, of\n{command}\n{printed}\n", step.code);
        } else if !fits(&step.output, &printed) {
            let (new, lost) = renewed(&step.output, &printed);
            if env::var_os("UPDATE").is_none() {
                let (expected, printed) = (step.output.join("\n"), printed.join("\n"));
                let _ =
                    writeln!(report.problems, "{here}: {command}\n- expected:\n{expected}\n- printed:\n{printed}\n");
            } else if lost > 0 {
                let _ = writeln!(
                    report.problems,
                    "{here}: rewritten, look at it: {lost} of its lines are gone\n{command}\n"
                );
            }
            step.output = new;
        }
        lines.extend(step.lines());
    }
    lines
}

/// The pages below a folder, in order of their paths.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of pages") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long the blocks take is reported and changes nothing")]
fn every_console_block_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console");
    let _ = fs::remove_dir_all(&scratch);
    let other = env::var_os("CTISIM").map(|binary| root.join(binary));
    let quick = other.is_none() && cfg!(debug_assertions);
    fs::create_dir_all(scratch.join("bin")).expect("a folder that can be made");
    let binary = other.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_ctisim")));
    fs::copy(&binary, scratch.join("bin/ctisim")).unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
    let path = format!("{}:{}", scratch.join("bin").display(), env::var("PATH").expect("a path"));
    let chosen = env::var("PAGE").unwrap_or_default();

    let mut report = Report::default();
    let all = Instant::now();
    for file in [root.join("README.md")].into_iter().chain(pages(&root.join("docs"))) {
        let name = file.strip_prefix(root).expect("a page of the project").display().to_string();
        if !name.contains(&chosen) {
            continue;
        }
        let folder = scratch.join(&name);
        fs::create_dir_all(folder.join("workloads")).expect("a folder that can be made");
        for entry in fs::read_dir(root.join("workloads")).expect("workloads") {
            let entry = entry.expect("a workload");
            fs::copy(entry.path(), folder.join("workloads").join(entry.file_name())).expect("a copy");
        }
        let (ran, started) = (report.ran, Instant::now());
        let text = fs::read_to_string(&file).expect("a page");
        let new = page(&name, &text, &folder, &path, quick, &mut report);
        if report.ran > ran {
            println!("{:>6.1} s  {:>2} blocks  {name}", started.elapsed().as_secs_f64(), report.ran - ran);
        }
        if env::var_os("UPDATE").is_some() && new != text {
            fs::write(&file, new).expect("a page that can be written");
        }
    }
    // Not by a macro, whose output a passing test hides.
    let Report { ran, skipped, problems } = report;
    let seconds = all.elapsed().as_secs_f64();
    let slow = if quick { format!("; {skipped} slow ones are left to a release binary") } else { String::new() };
    let _ = writeln!(io::stderr(), "{ran} console blocks ran in {seconds:.0} s{slow}");
    assert!(problems.is_empty(), "\n{problems}");
    assert!(ran + skipped > 0, "no page has a console block");
}

/// Lines of a text, for the tests below.
#[cfg(test)]
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[test]
fn dots_stand_for_any_lines_and_any_text() {
    for (expected, printed, fit) in [
        ("a\nb", "a\nb", true),
        ("a\nb", "a\nb\nc", false),
        ("a\n...", "a\nb\nc", true),
        ("...\nc", "a\nb\nc", true),
        ("a\n...\nc", "a\nc", true),
        ("a\n...\nb", "a\nc", false),
        ("took ... s", "took 3.1 s", true),
        ("took ... s", "took 3.1 min", false),
    ] {
        assert_eq!(fits(&lines(expected), &lines(printed)), fit, "{expected:?} and {printed:?}");
    }
}

#[test]
fn an_update_keeps_the_dots_of_a_block() {
    let expected = "name   value\n...\nlost   3.1 [2, 4]\nkept   17 [16, 18]\n...";
    let printed = "metric   mean\nfirst   1 [0, 2]\nlost   3.4 [3, 5]\nkept   12 [11, 13]\nlast   9";
    let renewed = |expected, printed| renewed(&lines(expected), &lines(printed));
    assert_eq!(
        renewed(expected, printed),
        (lines("metric   mean\n...\nlost   3.4 [3, 5]\nkept   12 [11, 13]\n..."), 1)
    );
    assert_eq!(renewed("a ... z\nb", "a 1 z\nc b"), (lines("a ... z\nc b"), 0));
    assert_eq!(renewed("", "a\nb"), (lines("a\nb"), 0));
}

#[test]
fn a_block_is_read_as_commands_with_their_codes_and_output() {
    let block = ["$ one \\", "    --flag", "? 10", "text", "$ two", "...", ""];
    let steps = steps(&block).expect("a block");
    assert_eq!(steps.len(), 2);
    assert_eq!((steps[0].command.len(), steps[0].code, &steps[0].output), (2, 10, &lines("text")));
    assert_eq!((steps[1].command.len(), steps[1].code, &steps[1].output), (1, 0, &lines("...")));
}
