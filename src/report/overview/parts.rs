//! What the reports of several commands are made of.

use std::collections::BTreeSet;

use crate::analysis::{Judged, Measured};
use crate::record::{Count, Goal, Measure, Metric};
use crate::report::chart::{Axis, Level, Point, Scale};
use crate::report::goals::{found, interval, tone};
use crate::report::parameters::numbers;
use crate::report::table::Tone;
use crate::report::words::{counted, human};
use crate::workload::Side;

use super::headline::capital;
use crate::report::kept::{KeyFigure, Report, Sentence};

/// A report that says nothing yet.
pub(crate) fn report(kind: &str, workload: &str, question: impl Into<String>, command: &str) -> Report {
    Report {
        format: Report::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: kind.to_owned(),
        workload: workload.to_owned(),
        question: question.into(),
        about: String::new(),
        command: command.to_owned(),
        digest: None,
        verdicts: Vec::new(),
        answer: Vec::new(),
        advice: Vec::new(),
        surer: Vec::new(),
        figures: Vec::new(),
        chapters: Vec::new(),
    }
}

/// Ids of charts, each given once.
#[derive(Default)]
pub(super) struct Ids(BTreeSet<String>);

impl Ids {
    /// An id made of these words: lower-case letters and digits, with hyphens between; with a number if it has been given.
    pub(super) fn of(&mut self, words: &str) -> String {
        let parts = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
        let mut slug = parts.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
        slug.truncate(LONGEST_ID);
        let slug = if slug.is_empty() { "chart" } else { slug.trim_end_matches('-') };
        let numbered = (2..).map(|number| format!("{slug}-{number}"));
        let mut ids = std::iter::once(slug.to_owned()).chain(numbered);
        let id = ids.find(|id| !self.0.contains(id)).unwrap_or_default();
        self.0.insert(id.clone());
        id
    }
}

/// A longer id is cut off before its number.
const LONGEST_ID: usize = 80;

/// Words with the first occurrence of what matters in them.
pub(super) fn emphasised(words: &str, what: &str) -> Sentence {
    match words.find(what).filter(|_| !what.is_empty()) {
        None => Sentence::default().plain(words),
        Some(at) => {
            let (before, rest) = words.split_at(at);
            let sentence = if before.is_empty() { Sentence::default() } else { Sentence::default().plain(before) };
            sentence.strong(what).plain(&rest[what.len()..])
        }
    }
}

/// Words as a sentence: with a capital and a full stop.
pub(super) fn capitalised(words: &str) -> Sentence {
    Sentence::default().plain(format!("{}.", capital(words)))
}

/// Names in a list, and how many there are beside the first few.
pub(super) fn listed(names: &[String], most: usize) -> String {
    match names.len().checked_sub(most) {
        Some(more @ 1..) => format!("{} and {} more", names[..most].join(", "), human(more as f64)),
        _ => match names {
            [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
            names => names.concat(),
        },
    }
}

/// A number that can be drawn.
pub(super) fn drawn(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.is_finite())
}

/// An estimate with its interval, as text.
pub(super) fn estimate(it: &Measured) -> String {
    match it.value {
        None => "no value".to_owned(),
        Some(_) if it.low.is_none() && it.high.is_none() => format!("{} (interval unknown)", found(it).words()),
        Some(_) => format!("{} {}", found(it).words(), interval(it).words()),
    }
}

/// The point of an estimate.
pub(super) fn point(x: f64, it: &Measured, tone: Tone) -> Point {
    let words = match (it.value, it.seldom) {
        (None, _) => Some("no value".to_owned()),
        (Some(value), _) if value.is_infinite() => Some("not reached".to_owned()),
        (Some(_), Some(seen)) => Some(format!(
            "seen in {} of {} only: no interval",
            human(seen.times as f64),
            counted(seen.replications as usize, ["replication", "replications"])
        )),
        (Some(_), None) if it.low.is_none() && it.high.is_none() => Some("interval unknown".to_owned()),
        _ => None,
    };
    Point { x, y: drawn(it.value), low: drawn(it.low), high: drawn(it.high), words, tone }
}

/// A measure in words that need no glossary, with its name in files; where there are none, that name alone.
pub(super) fn named(measure: &Measure) -> String {
    let words = match measure {
        Measure::Count(_, count, _) => match count {
            Count::Abandoned => "callers who give up",
            Count::Refused => "refused calls",
            Count::Completed => "completed calls",
            Count::DroppedConnected => "calls that are cut off",
            Count::DroppedInSetup => "calls lost in setup",
            Count::Cfb => "forwards because all is busy",
            Count::Cfna => "forwards because nobody answers",
            Count::Cfof => "forwards on failure of the application",
            Count::Cfur => "forwards of what is not registered",
            _ => "",
        },
        Measure::Duration(_, metric, _) => match metric {
            Metric::SetupDelay => "the wait for an answer",
            Metric::PostDialDelay => "the wait for ringing",
            Metric::QueueWait => "the wait in the queue",
            Metric::TransferDelay => "the wait for a transfer",
            Metric::DetectionDelay => "the time until a failure is noticed",
            Metric::CfofDelay => "the wait for the forward on failure",
            Metric::CfnaDelay => "the wait for the forward as nobody answers",
            Metric::CfbDelay => "the wait for the forward as all is busy",
            _ => "",
        },
        Measure::Service(..) => "the share of callers answered in time",
        Measure::Gauge(..) | Measure::Peak(..) => "",
    };
    if words.is_empty() { measure.to_string() } else { format!("{words} ({measure})") }
}

/// The same as a title: words begin with a capital, a name in files stays as it is.
pub(super) fn titled(measure: &Measure) -> String {
    let words = named(measure);
    if words == measure.to_string() { words } else { capital(&words) }
}

/// A measure as a number to remember.
pub(super) fn figure(name: String, it: &Measured, tone: Tone) -> KeyFigure {
    let about = it.value.map_or_else(String::new, |_| interval(it).words().to_owned());
    KeyFigure { name, value: found(it).words().to_owned(), about, tone }
}

/// The verdicts on a measure together, as a tone: plain without a goal.
pub(super) fn tone_of<'j>(judged: impl Iterator<Item = &'j Judged>) -> Tone {
    let mut judged = judged.peekable();
    match judged.peek() {
        None => Tone::Plain,
        Some(_) => tone(crate::analysis::Verdict::of_all(judged.map(|it| it.verdict))),
    }
}

/// The bound of a goal as a level.
pub(super) fn level(goal: &Goal) -> Level {
    Level { at: goal.bound, words: format!("goal: {}", bound(goal)) }
}

/// The bound of a goal: `at most 500ms`.
pub(super) fn bound(goal: &Goal) -> String {
    let side = match goal.side {
        Side::AtMost => "at most",
        Side::AtLeast => "at least",
    };
    goal.required().replacen(['<', '>'], side, 1).replacen('=', "", 1)
}

/// The axis of a measure with these values: from zero, unless they are so different that a logarithmic one shows them better.
pub(super) fn axis_of_measure(measure: &Measure, values: impl Iterator<Item = Option<f64>>) -> Axis {
    let scale = scale_of(&values.filter_map(drawn).collect::<Vec<f64>>());
    let from = (scale == Scale::Linear).then_some(0.0);
    Axis { name: measure.to_string(), unit: measure.unit().name().to_owned(), scale, from, to: None }
}

/// The axis of values of a key, and where each value is on it: at its number if all have one, or else at its name.
pub(super) fn axis_of(key: &str, values: &[&str]) -> (Axis, Vec<f64>) {
    let axis =
        |name: String, unit: &str, scale: Scale| Axis { name, unit: unit.to_owned(), scale, from: None, to: None };
    match numbers(values) {
        Some((unit, at)) => {
            let (name, unit) = match unit {
                "per_h" => (format!("{key}, per hour"), ""),
                unit => (key.to_owned(), unit),
            };
            (axis(name, unit, scale_of(&at)), at)
        }
        None => {
            let mut names: Vec<String> = Vec::new();
            for value in values {
                if !names.iter().any(|name| name == value) {
                    names.push((*value).to_owned());
                }
            }
            let at = values.iter().map(|value| names.iter().position(|name| name == value).unwrap_or(0) as f64);
            let at = at.collect();
            (axis(key.to_owned(), "", Scale::Names(names)), at)
        }
    }
}

/// Values that grow by factors belong on a logarithmic scale.
fn scale_of(values: &[f64]) -> Scale {
    /// The least ratio of the greatest value to the least one.
    const FACTORS: f64 = 30.0;
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    if least > 0.0 && most / least > FACTORS { Scale::Logarithmic } else { Scale::Linear }
}

/// A sentence without marks.
#[cfg(test)]
pub(super) fn text(sentences: &[Sentence]) -> Vec<String> {
    sentences.iter().map(Sentence::text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::kept::Piece;

    #[test]
    fn an_id_is_given_once() {
        let mut ids = Ids::default();
        let given = ["route_point:Sales/setup_delay.p99", "setup_delay.p99", "setup-delay p99", "\"><é", "/"];
        let expected =
            ["route-point-sales-setup-delay-p99", "setup-delay-p99", "setup-delay-p99-2", "chart", "chart-2"];
        assert_eq!(given.map(|words| ids.of(words)), expected.map(str::to_owned));
        assert_eq!(ids.of(&"x".repeat(500)).len(), LONGEST_ID);
    }

    #[test]
    fn lists_say_how_many_more() {
        let names = ["4", "8", "16"].map(str::to_owned);
        assert_eq!(listed(&names, 3), "4, 8 and 16");
        assert_eq!(listed(&names, 2), "4, 8 and 1 more");
        assert_eq!(listed(&names[..1], 2), "4");
        assert_eq!(listed(&[], 2), "");
    }

    #[test]
    fn what_matters_is_found_once() {
        let Sentence(pieces) = emphasised("All from 30 to 40; 30", "30");
        let plain = |words: &str| Piece::Plain(words.to_owned());
        assert_eq!(pieces, [plain("All from "), Piece::Strong("30".into()), plain(" to 40; 30")]);
        assert_eq!(emphasised("None", "").0, [plain("None")]);
    }

    #[test]
    fn an_axis_has_numbers_quantities_or_names() {
        let of = |values: &[&str]| {
            let (axis, at) = axis_of("k", values);
            (axis.name, axis.unit, axis.scale, at)
        };
        assert_eq!(of(&["10", "20"]), ("k".into(), String::new(), Scale::Linear, vec![10.0, 20.0]));
        assert_eq!(of(&["1", "64"]), ("k".into(), String::new(), Scale::Logarithmic, vec![1.0, 64.0]));
        assert_eq!(of(&["1m", "90s"]), ("k".into(), "s".into(), Scale::Linear, vec![60.0, 90.0]));
        let an_hour = ("k, per hour".into(), String::new(), Scale::Linear, vec![20_000.0, 36_000.0]);
        assert_eq!(of(&["20000/h", "10/s"]), an_hour);
        let names = Scale::Names(vec!["longest_idle".into(), "circular".into()]);
        assert_eq!(
            of(&["longest_idle", "circular", "longest_idle"]),
            ("k".into(), String::new(), names, vec![0.0, 1.0, 0.0])
        );
    }

    #[test]
    fn what_is_not_known_is_said() {
        let measured = |value, low, high| Measured { value, low, high, unit: "ms", seldom: None };
        let text = |value, low, high| estimate(&measured(value, low, high));
        assert_eq!(text(Some(320.0), Some(300.0), Some(340.0)), "320 ms [300 ms, 340 ms]");
        assert_eq!(text(Some(320.0), None, None), "320 ms (interval unknown)");
        assert_eq!(text(Some(320.0), Some(300.0), None), "320 ms [300 ms, unknown]");
        assert_eq!(text(None, None, None), "no value");
        let it = point(3.0, &measured(Some(f64::INFINITY), Some(300.0), Some(f64::INFINITY)), Tone::Plain);
        assert_eq!((it.y, it.low, it.high, it.words.as_deref()), (None, Some(300.0), None, Some("not reached")));
    }
}
