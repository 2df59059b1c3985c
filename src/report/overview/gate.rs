//! What a gate says: the verdict, why, and what changed, the worst first.

use crate::analysis::{Gate, GateReport, GateRow, Reason, relative};
use crate::record::Better;
use crate::report::chart::{Chart, Level, Row, RowMark, Rows, Shape};
use crate::report::gate::{headline, helps, notes, reason, speed_line, table, uncounted};
use crate::report::page::Tone;
use crate::report::words::{self, change, counted, human, measured_beside, relative_change};

use super::comparison::{MOST_ROWS, axis};
use super::parts::{capitalised, drawn, report as blank};
use super::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};

/// The report of it.
pub(in crate::report) fn gate_report(report: &GateReport, command: &str) -> Report {
    let chart = changes(report).map(|chart| Chapter {
        heading: "What changed".to_owned(),
        about: String::new(),
        items: vec![Item::Chart(chart)],
    });
    let numbers = table(report, |_| true);
    let numbers = (!numbers.rows.is_empty()).then(|| Chapter {
        heading: "All numbers".to_owned(),
        about: String::new(),
        items: std::iter::once(Item::Table(numbers))
            .chain(notes(report).map(|note| Item::Note(note.to_owned())))
            .collect(),
    });
    Report {
        about: headline(report),
        verdicts: verdicts(report),
        answer: answer(report),
        advice: advice(report),
        figures: figures(report),
        chapters: chart.into_iter().chain(numbers).collect(),
        ..blank("gate", &report.workload, format!("Has {} become worse than its baseline?", report.workload), command)
    }
}

const fn tone(verdict: Gate) -> Tone {
    match verdict {
        Gate::Pass | Gate::Improvement => Tone::Good,
        Gate::Regression => Tone::Bad,
        Gate::Inconclusive | Gate::NotComparable => Tone::Open,
    }
}

/// The verdict on all, and on the speed.
fn verdicts(report: &GateReport) -> Vec<Verdict> {
    let of =
        |verdict: Gate, about: String| Verdict { tone: tone(verdict), words: words::verdict(verdict.name()), about };
    let all = match report.rows.len() {
        0 => report.workload.clone(),
        rows => counted(rows, ["measure", "measures"]),
    };
    let speed = report.speed.as_ref().map(|speed| of(speed.verdict, "speed".to_owned()));
    std::iter::once(of(report.verdict, all)).chain(speed).collect()
}

/// What happened.
fn answer(report: &GateReport) -> Vec<Sentence> {
    let strong = |words: &str| Sentence::default().strong(words);
    let count = |verdict: Gate| report.rows.iter().filter(|row| row.verdict == verdict).count();
    if report.rows.is_empty() {
        let why: Vec<String> = report.reasons.iter().map(reason).collect();
        return vec![strong("Nothing was judged").plain(format!(": {}.", why.join("; ")))];
    }
    if report.same == Some(true) {
        let same = strong("Nothing changed").plain(": all results are identical, byte for byte.");
        return std::iter::once(same).chain(speed(report)).collect();
    }
    let of = report.rows.len();
    let first = match [Gate::Regression, Gate::Inconclusive, Gate::Improvement].map(count) {
        [0, 0, 0] => strong("Nothing is worse").plain(format!(": all {of} measures are within their margins.")),
        [0, 0, better] => {
            strong("Nothing is worse").plain(format!(", and {better} of {of} measures {} better.", is_are(better)))
        }
        [0, open, _] => strong(&format!("{open} of {of} measures could not be judged"))
            .plain(": their intervals allow for both a change for the worse and none."),
        [worse, open, _] => {
            strong(&format!("{worse} of {of} measures {} worse than accepted", is_are(worse))).plain(match open {
                0 => ".".to_owned(),
                open => format!("; {open} could not be judged."),
            })
        }
    };
    let ranked = ranked(report);
    let worst = ranked.first().filter(|row| row.verdict != Gate::Pass).map(|row| told(row));
    let speed = speed(report);
    std::iter::once(first).chain(worst).chain(speed).collect()
}

const fn is_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// A change with its margin.
fn told(row: &GateRow) -> Sentence {
    let compared = &row.compared;
    let unit = compared.measure.unit().name();
    let value =
        |value: Option<f64>| value.map_or_else(|| "no value".to_owned(), |it| measured_beside(unit, it, it.abs()));
    let sentence = Sentence::default().code(compared.measure.to_string());
    let change_of = drawn(compared.relative()).map_or_else(String::new, |it| format!(" ({})", relative_change(it)));
    let accepted = match row.better {
        Better::Neither => "a change of",
        Better::Lower => "an increase of",
        Better::Higher => "a decrease of",
    };
    let sentence =
        sentence.plain(" was ").plain(value(compared.first)).plain(" and is ").strong(value(compared.second));
    sentence.plain(format!("{change_of}; {accepted} {} is accepted.", change(unit, compared.margin)))
}

/// What the speed became, if it was judged and is not as it was.
fn speed(report: &GateReport) -> Option<Sentence> {
    let speed = report.speed.as_ref()?;
    (speed.verdict != Gate::Pass || report.same == Some(true)).then(|| capitalised(&speed_line(speed)))
}

/// What to do.
fn advice(report: &GateReport) -> Vec<Sentence> {
    let mut advice: Vec<Sentence> = helps(report).map(capitalised).collect();
    let words = |words: &str| Sentence::default().plain(words);
    if report.rows.is_empty() {
        let has = |is: fn(&Reason) -> bool| report.reasons.iter().any(is);
        if has(|it| matches!(it, Reason::OtherMeasures | Reason::OtherReplications)) {
            advice.push(words("Leave out flags that were not given when it was recorded."));
        }
        if has(|it| matches!(it, Reason::Workload)) {
            advice.push(words("Compare a changed workload with ").code("--changed").plain("."));
        }
        advice.push(words("Record a new baseline with ").code("--record").plain(" and have it reviewed."));
    } else if report.speed.as_ref().is_some_and(|speed| speed.now.is_none()) {
        advice.push(words("Install valgrind, or leave speed out with ").code("--no-speed").plain("."));
    }
    advice.truncate(3);
    advice
}

/// How many measures are what, and the speed.
fn figures(report: &GateReport) -> Vec<KeyFigure> {
    let count = |verdict: Gate| report.rows.iter().filter(|row| row.verdict == verdict).count();
    let of = format!("of {}", counted(report.rows.len(), ["measure", "measures"]));
    let figure = |name: &str, verdict: Gate| {
        let count = count(verdict);
        let tone = if count == 0 { Tone::Plain } else { tone(verdict) };
        KeyFigure { name: name.to_owned(), value: human(count as f64), about: of.clone(), tone }
    };
    let mut figures = match report.rows.is_empty() {
        true => Vec::new(),
        false => vec![
            figure("worse than accepted", Gate::Regression),
            figure("could not be judged", Gate::Inconclusive),
            figure("better", Gate::Improvement),
        ],
    };
    figures.extend(report.speed.as_ref().map(|speed| KeyFigure {
        name: "instructions per event".to_owned(),
        value: speed.now.map_or_else(|| "not counted".to_owned(), human),
        about: match (speed.now, &speed.why) {
            (Some(now), _) => {
                let change = relative(now - speed.before, Some(speed.before)).map(relative_change).unwrap_or_default();
                format!("{change}, {} before", human(speed.before))
            }
            (None, why) => why.as_ref().map_or_else(String::new, uncounted),
        },
        tone: tone(speed.verdict),
    }));
    figures
}

/// How far beyond its margin a change is at least, as a share of the value before: what is worst comes first.
fn badness(row: &GateRow) -> f64 {
    let compared = &row.compared;
    let change = compared.paired.as_ref().map_or(f64::INFINITY, |paired| paired.mean());
    let worse = match row.better {
        Better::Lower => change,
        Better::Higher => -change,
        Better::Neither => change.abs(),
    };
    match compared.first {
        Some(before) if before != 0.0 => worse / before.abs(),
        // What was nothing has no share.
        _ if worse > 0.0 => f64::INFINITY,
        _ => worse,
    }
}

/// The measures that changed, the worst verdict first, and then the largest change for the worse.
fn ranked(report: &GateReport) -> Vec<&GateRow> {
    let mut ranked: Vec<&GateRow> = report.rows.iter().filter(|row| !row.compared.same).collect();
    // Stable: equal ones stay in their order.
    ranked.sort_by(|one, other| other.verdict.cmp(&one.verdict).then(badness(other).total_cmp(&badness(one))));
    ranked
}

/// The relative changes with their intervals and margins.
fn changes(report: &GateReport) -> Option<Chart> {
    let ranked = ranked(report);
    let rows: Vec<Row> = ranked.iter().take(MOST_ROWS).map(|it| row(it)).collect();
    let more = ranked.len() - rows.len();
    let more = if more > 0 { format!(" {} more are in the table only.", human(more as f64)) } else { String::new() };
    (!rows.is_empty()).then(|| Chart {
        id: "changes".to_owned(),
        title: format!("{} changed", counted(ranked.len(), ["measure", "measures"])),
        about: format!(
            "The change in percent of the baseline, with its interval, the worst first. Tick: the margin, up to which a change \
             for the worse is accepted.{more}"
        ),
        shape: Shape::Rows(Rows {
            axis: axis("change since the baseline", &rows),
            rows,
            mark: RowMark::Dot,
            levels: vec![Level { at: 0.0, words: "no change".to_owned() }],
        }),
    })
}

fn row(row: &GateRow) -> Row {
    let compared = &row.compared;
    let unit = compared.measure.unit().name();
    let value = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |it| measured_beside(unit, it, it.abs()));
    let share = |value: f64| drawn(relative(value, compared.first));
    let interval = compared.interval();
    let margin = match row.better {
        Better::Lower => compared.margin,
        Better::Higher => -compared.margin,
        Better::Neither => compared.margin.copysign(compared.paired.as_ref().map_or(1.0, |paired| paired.mean())),
    };
    Row {
        name: compared.measure.to_string(),
        value: drawn(compared.relative()),
        // Nothing can fall by more than all of it.
        low: interval.and_then(|(low, _)| share(low)).map(|low| low.max(-100.0)),
        high: interval.and_then(|(_, high)| share(high)),
        tick: share(margin),
        words: format!(
            "{} \u{2192} {}, {}",
            value(compared.first),
            value(compared.second),
            words::verdict(row.verdict.name())
        ),
        tone: match row.verdict {
            Gate::Pass => Tone::Plain,
            verdict => tone(verdict),
        },
    }
}
