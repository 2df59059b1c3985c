//! Short texts: quantities, phrases of flags, command lines, tables, and one changed value.

use std::cell::RefCell;
use std::ffi::OsString;

use ctisim::check::compile;
use ctisim::cli::rehearsal::{Prompt, varied};
use ctisim::engine::Distribution;
use ctisim::plan::{Arrivals, Plan};
use ctisim::record::{Goal, Measure};
use ctisim::workload::{Calls, Ink, Reports, Workload, distribution, rates_of, set, shown, text_of, units};

use crate::corpus::SECRET;
use crate::file::{self, Beside, is_for_a_terminal};

/// A text, if the bytes are one.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A reason is given, and one of moderate length.
fn is_a_reason(why: &str, of: &str) {
    assert!(!why.trim().is_empty() && why.len() < 4096 + 4 * of.len(), "{why:?}");
}

/// Durations, rates, shares, numbers and distributions.
pub(crate) fn quantity(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let mut read = false;
    match units::duration(text) {
        Ok(span) => {
            read = true;
            assert_eq!(units::duration(&units::words(span)), Ok(span), "written otherwise than it is read");
            let seconds = seconds_of(text);
            let error = (span.seconds() - seconds).abs();
            assert!(error <= 1e-9 + 1e-12 * seconds, "{text} is {span:?}, and {seconds} s by another count");
        }
        Err(why) => is_a_reason(&why, text),
    }
    match units::rate(text) {
        Ok(rate) => {
            read = true;
            assert!(rate.is_finite() && rate >= 0.0, "{rate}");
        }
        Err(why) => is_a_reason(&why, text),
    }
    match units::share(text) {
        Ok(share) => {
            read = true;
            assert!((0.0..=1.0).contains(&share), "{share}");
        }
        Err(why) => is_a_reason(&why, text),
    }
    match units::number(text) {
        Ok(number) => {
            read = true;
            assert!(number.is_finite() && number >= 0.0, "{number}");
            assert_eq!(units::number(&format!("{}", number + 0.0)), Ok(number), "written otherwise than it is read");
        }
        Err(why) => is_a_reason(&why, text),
    }
    match distribution(text, &Beside::new(b"latency_ms\n1\n2.5\n", true)) {
        Ok(distribution) => {
            read = true;
            sound(&distribution);
        }
        Err(why) => is_a_reason(&why, text),
    }
    read
}

/// The seconds of a duration that is right, counted with fractions.
fn seconds_of(text: &str) -> f64 {
    let (mut sum, mut rest) = (0.0, text);
    while let Some(end) = rest.find(|it: char| it.is_ascii_alphabetic()) {
        let number: f64 = rest[..end].parse().expect("a number before a unit");
        let length = rest[end..].find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(rest.len() - end);
        let unit = match &rest[end..end + length] {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" => 1e-6,
            "ns" => 1e-9,
            unit => panic!("{unit} is read as a unit"),
        };
        sum += number * unit;
        rest = &rest[end + length..];
    }
    sum
}

/// Any luck gives a duration, and more luck not a shorter one where that is promised.
fn sound(distribution: &Distribution) {
    assert!(distribution.cv_squared() >= 0.0, "{distribution:?}");
    let mean = distribution.mean();
    for word in [0, 1, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
        let sample = distribution.sample(word);
        if let Distribution::Uniform { low, high } = distribution {
            assert!(*low <= sample && sample <= *high && *low <= mean && mean <= *high, "{distribution:?}: {sample:?}");
        }
        if let Distribution::Constant(value) = distribution {
            assert_eq!(sample, *value);
        }
    }
}

/// Measures, goals, and keys with values.
pub(crate) fn phrase(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let mut read = false;
    match Measure::parse(text) {
        Ok(measure) => {
            read = true;
            assert_eq!(Measure::parse(&measure.to_string()), Ok(measure), "written otherwise than it is read");
        }
        Err(why) => is_a_reason(&why, text),
    }
    match Goal::parse(text) {
        Ok(goal) => {
            read = true;
            assert!(goal.bound.is_finite() && goal.bound >= 0.0, "{goal:?}");
            let again = Goal::parse(&goal.to_string());
            assert_eq!(again.map(|again| (again.measure, again.bound)), Ok((goal.measure, goal.bound)));
        }
        Err(why) => is_a_reason(&why, text),
    }
    match varied(text) {
        Ok((key, values)) => {
            read = true;
            assert!(!key.trim().is_empty() && (1..=10_000).contains(&values.len()), "{} values", values.len());
            for value in values.iter().take(3).chain(values.last()) {
                assert!(!value.is_empty());
                // Whatever it is, it is a value or refused.
                let _ = set("format = 1\n", &[format!("{key}={value}")]);
            }
            are_steps(text, &values);
        }
        Err(why) => is_a_reason(&why, text),
    }
    read
}

/// The values of a range: each a step above the one before, from the lower end to no more than the higher.
fn are_steps(text: &str, values: &[String]) {
    let Some((low, rest)) = text.split_once('=').and_then(|(_, values)| values.split_once("..")) else { return };
    let high = rest.split_once(':').map_or(rest, |(high, _)| high);
    let number = |text: &str| match units::duration(text.trim()) {
        Ok(span) => span.seconds(),
        Err(_) => {
            let digits = text.trim().trim_end_matches(|it: char| !it.is_ascii_digit() && it != '.');
            digits.parse().unwrap_or(f64::NAN)
        }
    };
    let (low, high) = (number(low), number(high));
    if !(low.is_finite() && high.is_finite()) {
        return;
    }
    let read: Vec<f64> = values.iter().map(|value| number(value)).collect();
    assert!((read[0] - low).abs() <= 1e-12 * low, "{text} begins with {}", values[0]);
    assert!(read.windows(2).all(|pair| pair[0] < pair[1]), "{text} does not rise: {values:?}");
    assert!(read.iter().all(|value| *value <= high * (1.0 + 1e-12)), "{text} goes beyond its end: {:?}", values.last());
}

thread_local! {
    static PROMPT: RefCell<Prompt> = RefCell::default();
}

/// A command line, a word in each line.
pub(crate) fn command(bytes: &[u8]) -> bool {
    let words: Vec<OsString> = bytes.split(|&byte| byte == b'\n').take(60).map(word).collect();
    match PROMPT.with_borrow_mut(|prompt| prompt.read(&words)) {
        Ok(read) => !read.is_empty(),
        Err((code, said)) => {
            assert!(code == 0 || code == 2, "exit code {code}: {said}");
            assert!(!said.trim().is_empty() && said.len() < 200_000, "{} bytes are said", said.len());
            assert!(code == 0 || said.starts_with("error: ") || said.contains("Usage: "), "{said}");
            false
        }
    }
}

#[cfg(unix)]
fn word(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn word(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// A workload whose calls are in a file.
const LISTED: &str = "format = 1\nquestion = \"What?\"\n[run]\nlength = \"10m\"\n[[node]]\nname = \"a\"\n\
                      [[destination]]\nname = \"out\"\n[[traffic]]\nname = \"t\"\nto = \"out\"\narrivals = { file = \"calls.csv\" }\n";

const SAMPLED: &str = "{ empirical = { file = \"x.csv\", column = \"latency_ms\", unit = \"ms\" } }";

/// A table, read as a list of calls, as a sample and as rates. Its last bit decides whether it may be quoted.
pub(crate) fn table(bytes: &[u8]) -> bool {
    let quotable = bytes.iter().fold(0, |sum, byte| sum ^ byte) & 1 == 0;
    let beside = Beside::new(bytes, quotable);
    let quoted = |said: &str| assert!(quotable || !said.contains(SECRET), "a file that must not be quoted is: {said}");
    let mut read = false;
    match distribution(SAMPLED, &beside) {
        Ok(distribution) => {
            read = true;
            sound(&distribution);
        }
        Err(why) => quoted(&why),
    }
    match rates_of("x.csv", &beside) {
        Ok(rates) => {
            read = true;
            assert!(rates.iter().all(|(_, rate)| rate.is_finite() && *rate >= 0.0), "{rates:?}");
        }
        Err(why) => quoted(&why),
    }
    let reports = Reports::default();
    let workload = Workload::read(LISTED, &beside, &reports);
    let is_read = reports.is_empty();
    let compiled = compile("x.toml", LISTED, &beside);
    if let Some(workload) = workload.filter(|_| is_read)
        && let Calls::Listed(list) = &workload.traffic[0].arrivals.calls
    {
        read = true;
        assert!(list.calls.is_sorted_by_key(|call| call.at), "calls are not in order");
        if let Some(times) = times(bytes) {
            let found: Vec<f64> = list.calls.iter().map(|call| call.at.seconds()).collect();
            assert_eq!(found.len(), times.len(), "calls are lost or made up");
            for (found, expected) in found.iter().zip(times) {
                let error = (found - expected).abs();
                assert!(error <= 1e-9 + 1e-12 * expected.abs(), "{found} s instead of {expected} s");
            }
        }
    }
    let quotes = bytes.iter().filter(|&&byte| byte == b'"').count();
    assert!(!read || quotes % 2 == 0, "a quote that nothing closes is lost");
    match compiled {
        Ok(compiled) => follows(&compiled.plan),
        Err(problems) => {
            let report = problems.render(Ink::Plain);
            is_for_a_terminal(&report);
            quoted(&report);
        }
    }
    read
}

/// The calls of a plan are in order, and some are within the run.
fn follows(plan: &Plan) {
    for source in &plan.sources {
        if let Arrivals::Listed(calls) = &source.arrivals {
            assert!(calls.is_sorted_by_key(|call| call.at), "calls are not in order");
            assert!(calls.iter().any(|call| call.at < plan.length), "no call before the end of the run");
        }
    }
}

/// The times of a list whose header is `at_s,...`, as the csv library reads them: in order; `None` if it is another table.
/// That library takes a quote after a blank as part of the cell.
fn times(bytes: &[u8]) -> Option<Vec<f64>> {
    let text = text_of(bytes).ok()?;
    if text.contains("sep=") || text.contains("SEP=") {
        return None;
    }
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).has_headers(false).from_reader(text.as_bytes());
    let mut rows = reader.records().map(|row| row.expect("what is accepted is CSV"));
    let is_filled = |row: &csv::StringRecord| row.iter().any(|cell| !cell.trim().is_empty());
    let header = rows.find(is_filled)?;
    let column = header.iter().position(|cell| cell.trim() == "at_s")?;
    let rows = rows.filter(is_filled);
    let mut times: Vec<f64> = rows
        .map(|row| row.get(column).unwrap_or("").trim().trim_matches('"').trim().parse().unwrap_or(f64::NAN))
        .collect();
    times.sort_by(f64::total_cmp);
    Some(times)
}

/// A value changed by `--set`, and in the file: the first two lines are the number of the line, and the new value.
pub(crate) fn setting(bytes: &[u8]) -> bool {
    let Some((number, value, text)) = parts(bytes) else { return false };
    let Some((path, edited)) = changed(number, value, text) else { return false };
    let typed = set(text, &[format!("{path}={value}")]).unwrap_or_else(|why| panic!("--set {path}={value}: {why}"));
    let beside = Beside::new(b"at_s\n1\n2\n", true);
    let plan = |text: &str| match compile(file::NAME, text, &beside) {
        Ok(compiled) => Ok(file::written(&compiled.plan)),
        Err(problems) => {
            let mut what: Vec<String> = problems.list.into_iter().map(|problem| problem.what).collect();
            what.sort();
            Err(what)
        }
    };
    let (by_flag, by_hand) = (plan(&typed), plan(&edited));
    // What only a text can be, `--set` reads as one: there `true` is a word that a file would have to quote.
    let alike = match (&by_flag, &by_hand) {
        (Ok(flag), Ok(hand)) => flag == hand,
        (Err(_), Ok(_)) => false,
        (_, Err(_)) => true,
    };
    assert!(alike, "--set {path}={value}: {:?}\nin the file: {:?}", by_flag.err(), by_hand.err());
    by_hand.is_ok()
}

fn parts(bytes: &[u8]) -> Option<(usize, &str, &str)> {
    let (number, rest) = text(bytes)?.split_once('\n')?;
    let (value, text) = rest.split_once('\n')?;
    Some((number.parse().ok()?, value, text))
}

/// The key of a line of a workload, as `--set` takes it, and the text with its value replaced.
fn changed(number: usize, value: &str, text: &str) -> Option<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let (key, old) = lines.get(number)?.split_once(" = ")?;
    let new: toml_edit::Value = value.parse().ok()?;
    let old: toml_edit::Value = old.parse().ok()?;
    // A number in place of a text becomes one.
    if old.is_str() && !new.is_str() || value != value.trim() {
        return None;
    }
    let is_a_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.');
    let header = lines[..number].iter().rev().find(|line| line.starts_with('['));
    let path = match header.map(|line| line.trim()) {
        None => key.to_owned(),
        Some(line) => match line.strip_prefix("[[").and_then(|line| line.strip_suffix("]]")) {
            Some(section) => {
                let position = lines[..number].iter().filter(|other| other.trim() == line).count();
                format!("{section}.{position}.{key}")
            }
            None => format!("{}.{key}", line.strip_prefix('[')?.strip_suffix(']')?),
        },
    };
    let mut edited: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    edited[number] = format!("{key} = {value}");
    let edited = edited.join("\n") + "\n";
    let is_toml = |text: &str| text.parse::<toml_edit::DocumentMut>().is_ok();
    // An entry whose name is a position goes by its name.
    let is_named_so = text.contains("name = \"1\"") || text.contains("name = \"2\"");
    (is_a_key && !is_named_so && is_toml(text) && is_toml(&edited) && shown(value) == value).then_some((path, edited))
}
