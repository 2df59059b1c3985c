//! Any bytes at all, as a workload: everything that is done with them short of a simulation.

use std::fmt::{Debug, Write};
use std::sync::Arc;

use ctisim::check::{Compiled, Examination, compile, examine};
use ctisim::dependencies::Dependencies;
use ctisim::expected::expected;
use ctisim::record::Goal;
use ctisim::report::{Format, check_page, dependencies_page, dependency_page, draw};
use ctisim::workload::{Contents, Files, Ink, Located, Problem, Problems, Typed, digest, edit, shown, text_of};

/// A line that starts so is a comment to TOML; what follows is an assignment, as after `--set`.
const SETTING: &str = "#set ";

/// A line that says this ends the workload; what follows is the file that it names, under any name.
const BESIDE: &str = "\n#beside\n";

/// The name of every workload here.
pub(crate) const NAME: &str = "any/where.toml";

/// A report is not longer than this: a hundred problems, each with a long line or two.
const REPORT_BYTES_MAX: usize = 4 << 20;

/// The file beside the workload.
pub(crate) struct Beside(Arc<Contents>);

impl Beside {
    /// With these contents, which problems may quote or not.
    pub(crate) fn new(bytes: &[u8], quotable: bool) -> Beside {
        Beside(Arc::new(Contents { bytes: bytes.to_vec(), quotable }))
    }
}

impl Files for Beside {
    fn read(&self, _: &str) -> Result<Arc<Contents>, String> {
        Ok(Arc::clone(&self.0))
    }
}

/// Reads bytes as a workload, as the program would; whether it can be run.
pub(crate) fn read(bytes: &[u8]) -> bool {
    let text = match text_of(bytes) {
        Ok(text) => text,
        Err(why) => {
            is_for_a_terminal(&why);
            return false;
        }
    };
    let (text, beside) = text.split_once(BESIDE).unwrap_or((text, ""));
    let beside = Beside::new(beside.as_bytes(), true);
    let settings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(SETTING)).collect();
    match edit(text, &settings) {
        Err((at, why)) => {
            assert!(at < settings.len() && !why.is_empty());
            outcome(text, text, &[], &beside)
        }
        Ok(changed) => outcome(text, &changed, &settings, &beside),
    }
}

/// What becomes of a text that these settings have changed.
fn outcome(text: &str, changed: &str, settings: &[&str], beside: &Beside) -> bool {
    let sum = digest(changed, beside);
    assert_eq!(sum.len(), 64);
    let examination = examine(NAME, changed, beside);
    look_at(&examination);
    let errors = examination.findings.iter().filter(|finding| finding.problem.id.is_none()).count();
    match compile(NAME, changed, beside) {
        Ok(compiled) => {
            assert_eq!(errors, 0, "check finds an error in what compiles: {:?}", examination.findings);
            accepted(&compiled, changed, beside, &sum);
            true
        }
        Err(problems) => {
            assert!(!problems.list.is_empty(), "refused without a reason");
            assert_eq!(problems.list.len(), errors, "check and run do not find the same errors");
            refused(&problems);
            let typed: Vec<Typed<'_>> = settings.iter().map(|assignment| Typed { flag: "--set", assignment }).collect();
            let located = Located::new(text, &problems.text, &typed);
            let list = problems.list.iter().cloned().map(|problem| located.problem(problem)).collect();
            refused(&Problems { list, text: text.to_owned(), ..problems });
            false
        }
    }
}

/// A text for people has nothing that a terminal would obey.
pub(crate) fn is_for_a_terminal(text: &str) {
    assert!(!text.is_empty(), "nothing is said");
    let obeyed = text.chars().find(|&it| it.is_control() && it != '\n' && it != '\t');
    assert_eq!(obeyed, None, "a control character in {text:?}");
    assert!(shown(text) == text, "what changes the order of a line, in {text:?}");
}

fn refused(problems: &Problems) {
    problems.list.iter().for_each(|problem| has_a_place(problem, &problems.text));
    let plain = problems.render(Ink::Plain);
    is_for_a_terminal(&plain);
    assert!(plain.len() < REPORT_BYTES_MAX, "a report of {} bytes", plain.len());
    let coloured = problems.render(Ink::Coloured);
    assert_eq!(without_colours(&coloured), plain, "colour changes more than the colour");
}

/// Every place of a problem is in its text, and between characters.
fn has_a_place(problem: &Problem, text: &str) {
    assert!(!problem.what.is_empty() && problem.what.len() < 4096, "{problem:?}");
    assert!(text.get(problem.place.clone()).is_some(), "not a place in the text: {problem:?}");
    if let Some((also, _)) = &problem.also {
        assert!(text.get(also.clone()).is_some(), "not a place in the text: {problem:?}");
    }
    if let Some(elsewhere) = &problem.elsewhere {
        assert!(elsewhere.line > 0 && elsewhere.text.get(elsewhere.place.clone()).is_some(), "{problem:?}");
    }
    assert!(problem.hint.as_ref().is_none_or(|hint| !hint.trim().is_empty()), "{problem:?}");
}

/// What is left without escape sequences of colours.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (codes, rest) = part.split_once('m').expect("a sequence has an end");
        assert!(codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{codes:?}");
        plain += rest;
    }
    plain
}

/// The result of `check`, in every format.
fn look_at(examination: &Examination) {
    for finding in &examination.findings {
        has_a_place(&finding.problem, &examination.text);
    }
    let starts = examination.findings.iter().map(|finding| finding.problem.place.start);
    assert!(starts.is_sorted(), "findings are not in the order of the text");
    let page = check_page(examination, &[]);
    let drawn = |format| String::from_utf8(draw(&page, format, Ink::Plain).expect("a page of check")).expect("UTF-8");
    for format in [Format::Table, Format::Md] {
        is_for_a_terminal(&drawn(format));
    }
    for format in [Format::Json, Format::Sarif] {
        let json = drawn(format);
        is_for_a_terminal(&json);
        let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
        let found = match format {
            Format::Sarif => value["runs"][0]["results"].as_array(),
            _ => value["findings"].as_array(),
        };
        assert_eq!(found.map(Vec::len), Some(examination.findings.len()));
    }
    let rows = csv::Reader::from_reader(drawn(Format::Csv).as_bytes())
        .records()
        .inspect(|row| assert!(row.is_ok(), "{row:?}"))
        .count();
    assert_eq!(rows, examination.findings.len());
}

/// What can be said of a workload that can be run.
fn accepted(compiled: &Compiled, text: &str, beside: &Beside, sum: &str) {
    let Compiled { workload, plan, goals } = compiled;
    assert!(plan.memory_bound(1) > 0 && plan.expected_calls() >= 0.0);
    for goal in goals {
        let again = Goal::parse(&goal.to_string());
        assert_eq!(again.map(|again| again.to_string()), Ok(goal.to_string()), "a goal that is not read back");
    }
    for value in expected(plan, plan.window()) {
        assert!(value.low.is_finite() && value.low <= value.high, "{value:?}");
    }
    // A comment is nothing, and neither are other ends of lines, unless they are within a text.
    if !text.contains("'''") && !text.contains("\"\"\"") {
        let other = format!("# one more\r\n{}", text.replace("\r\n", "\n").replace('\n', "\r\n"));
        let again =
            compile(NAME, &other, beside).unwrap_or_else(|problems| panic!("refused with other line ends: {problems}"));
        assert!(written(&again.plan) == written(plan), "another plan with other line ends");
        assert_eq!(digest(&other, beside), sum, "another digest with other line ends");
    }
    // What a picture of thousands costs finds no more than one of tens.
    if plan.devices.len() < 200 {
        let dependencies = Dependencies::new(workload, plan, text);
        let pages = [dependencies_page(&dependencies)].into_iter();
        let ids = dependencies.ids().take(3);
        let ids = ids.filter_map(|id| dependencies.find(&dependencies.full_name(id)).ok());
        let pages = pages.chain(ids.map(|subject| dependency_page(&dependencies, subject)));
        for page in pages {
            for format in [Format::Table, Format::Json, Format::Dot, Format::Mermaid] {
                let drawn = draw(&page, format, Ink::Plain).expect("a page of deps");
                is_for_a_terminal(std::str::from_utf8(&drawn).expect("UTF-8"));
            }
        }
    }
}

/// What a value has, in so much detail that two different ones are told apart: a plan may have millions of devices.
pub(crate) fn written(value: &impl Debug) -> String {
    struct Limited(String);
    impl Write for Limited {
        fn write_str(&mut self, more: &str) -> std::fmt::Result {
            self.0.push_str(more);
            if self.0.len() < 200_000 { Ok(()) } else { Err(std::fmt::Error) }
        }
    }
    let mut text = Limited(String::new());
    // An error is the end of the room.
    let _ = write!(text, "{value:?}");
    text.0
}
