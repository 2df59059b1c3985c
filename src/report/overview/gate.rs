//! What a gate says: the verdict, why, and what changed, the worst first.

use crate::analysis::{Gate, GateReport, GateRow, Reason, relative};
use crate::record::Better;
use crate::report::chart::{Chart, Level, Row, RowMark, Rows, Shape};
use crate::report::gate::{headline, helps, notes, reason, speed_line, table, uncounted};
use crate::report::table::Tone;
use crate::report::words::{self, change, counted, human, measured_beside, relative_change};

use super::comparison::{MOST_ROWS, axis, without_value};
use super::parts::{capitalised, drawn, report as blank};
use crate::report::kept::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};

/// The report of it.
pub(crate) fn gate_report(report: &GateReport, command: &str) -> Report {
    let chart = changes(report).map(|chart| Chapter {
        heading: "What changed".to_owned(),
        about: String::new(),
        items: vec![Item::Chart(chart)],
    });
    let numbers = table(report, |row| row.compared.first.is_some() || row.compared.second.is_some());
    let empty = without_value(report.rows.len() - numbers.rows.len()).map(Item::Note);
    let numbers = (!numbers.rows.is_empty()).then(|| Chapter {
        heading: "All numbers".to_owned(),
        about: String::new(),
        items: std::iter::once(Item::Table(numbers))
            .chain(empty)
            .chain(notes(report).map(|note| Item::Note(note.to_owned())))
            .collect(),
    });
    Report {
        about: about(report),
        verdicts: verdicts(report),
        answer: answer(report),
        advice: advice(report),
        figures: figures(report),
        chapters: chart.into_iter().chain(numbers).collect(),
        ..blank("gate", &report.workload, format!("Has {} become worse than its baseline?", report.workload), command)
    }
}

/// What was compared, without the name.
fn about(report: &GateReport) -> String {
    let headline = headline(report);
    headline.strip_prefix(&format!("{}: ", report.workload)).map_or(headline.clone(), str::to_owned)
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
    let all = counted(of, ["measure", "measures"]);
    let first = match [Gate::Regression, Gate::Inconclusive, Gate::Improvement].map(count) {
        [0, 0, 0] => strong("Nothing is worse").plain(match of {
            1 => ": the one measure is within its margin.".to_owned(),
            of => format!(": all {of} measures are within their margins."),
        }),
        [0, 0, better] => {
            strong("Nothing is worse").plain(format!(", and {better} of {all} {} better.", is_are(better)))
        }
        [0, open, _] => strong(&format!("{open} of {all} could not be judged"))
            .plain(": their intervals allow for both a change for the worse and none."),
        [worse, open, _] => {
            strong(&format!("{worse} of {all} {} worse than accepted", is_are(worse))).plain(match open {
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
        _ if row.verdict == Gate::Improvement => "better by more than its margin of",
        Better::Neither => "accepted is a change of at most",
        Better::Lower => "accepted is an increase of at most",
        Better::Higher => "accepted is a decrease of at most",
    };
    let sentence =
        sentence.plain(" was ").plain(value(compared.first)).plain(" and is ").strong(value(compared.second));
    sentence.plain(format!("{change_of}; {accepted} {}.", change(unit, compared.margin)))
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
            "The change in percent of the baseline, with its interval: regressions first, then what could not be judged, \
             improvements and the rest. Tick: the margin, up to which a change for the worse is accepted.{more}"
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

#[cfg(test)]
mod tests {
    use super::super::parts::text;
    use super::*;
    use crate::analysis::{Cell, Compared, Sample, SpeedResult, Uncounted, compare};
    use crate::record::Measure;
    use crate::report::pages::gate_page;

    /// A measure with a margin of one: ten replications around either mean, with a scatter of one in a hundred.
    fn row(measure: &str, before: f64, now: f64, verdict: Gate) -> GateRow {
        let measure = Measure::parse(measure).unwrap();
        let scatter = |mean: f64, sign: f64| {
            (0..10).map(|at| Some(mean * (1.0 + sign * 0.01 * if at % 2 == 0 { 1.0 } else { -1.0 }))).collect()
        };
        let first = Sample { measure: measure.clone(), values: scatter(before, 1.0) };
        let second = Sample { measure: measure.clone(), values: scatter(now, if before == now { 1.0 } else { -1.0 }) };
        let compared = Compared { margin: 1.0, ..compare(&[first], &[second], 0.0).remove(0) };
        GateRow { compared, better: measure.better(), verdict }
    }

    fn gate(verdict: Gate, rows: Vec<GateRow>) -> GateReport {
        GateReport {
            workload: "site".into(),
            verdict,
            reasons: Vec::new(),
            same: Some(false),
            rows,
            speed: None,
            other_terms: false,
        }
    }

    fn answer(report: &GateReport) -> Vec<String> {
        text(&gate_report(report, "").answer)
    }

    #[test]
    fn a_regression_comes_with_its_numbers_and_what_to_do() {
        let rows = vec![
            row("offered", 1000.0, 1000.0, Gate::Pass),
            row("cfna", 100.0, 100.5, Gate::Inconclusive),
            row("abandoned", 100.0, 120.0, Gate::Regression),
            row("refused", 10.0, 20.0, Gate::Regression),
            row("completed", 900.0, 800.0, Gate::Regression),
        ];
        let report = gate(Gate::Regression, rows);
        assert_eq!(
            answer(&report),
            [
                "3 of 5 measures are worse than accepted; 1 could not be judged.",
                "refused was 10 and is 20 (+100.0 %); accepted is an increase of at most 1."
            ]
        );
        let page = gate_report(&report, "ctisim gate");
        let expected = ["If this change is intended, record a new baseline and have it reviewed."];
        assert_eq!(text(&page.advice), expected);
        let Shape::Rows(rows) = &page.charts().next().unwrap().shape else { panic!("rows") };
        let names: Vec<&str> = rows.rows.iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["refused", "abandoned", "completed", "cfna"]);
        // The margin of what may not fall lies below.
        let ticks: Vec<Option<f64>> = rows.rows.iter().map(|row| row.tick).collect();
        assert_eq!(ticks[..3], [Some(10.0), Some(1.0), Some(-100.0 / 900.0)]);
        assert_eq!(rows.rows[0].words, "10 \u{2192} 20, regression");
        // Of what the file has, as a share of the value before.
        let whole = gate_page(&report, "");
        let cells: Vec<Vec<Cell>> = whole.sheets[0].rows().collect();
        let in_file = cells.iter().find(|row| row[1] == Cell::from("abandoned")).unwrap();
        let shown = [rows.rows[1].value, rows.rows[1].low, rows.rows[1].high];
        for (cell, shown) in in_file[5..8].iter().zip(shown) {
            let Cell::Number(change) = cell else { panic!("{cell:?}") };
            assert!((shown.unwrap() - change).abs() < 1e-9, "{shown:?} {change}");
        }
        assert_eq!(Report::read(&page.json()).unwrap(), page);
    }

    #[test]
    fn what_passes_says_why() {
        let same = GateReport { same: Some(true), ..gate(Gate::Pass, vec![row("offered", 9.0, 9.0, Gate::Pass)]) };
        assert_eq!(answer(&same), ["Nothing changed: all results are identical, byte for byte."]);
        assert!(gate_report(&same, "").charts().next().is_none());
        let within = gate(Gate::Pass, vec![row("offered", 100.0, 100.1, Gate::Pass)]);
        assert_eq!(answer(&within), ["Nothing is worse: the one measure is within its margin."]);
        let better = gate(
            Gate::Improvement,
            vec![row("abandoned", 100.0, 50.0, Gate::Improvement), row("refused", 9.0, 9.0, Gate::Pass)],
        );
        assert_eq!(
            answer(&better),
            [
                "Nothing is worse, and 1 of 2 measures is better.",
                "abandoned was 100 and is 50 (-50.0 %); better by more than its margin of 1."
            ]
        );
        let open = gate(Gate::Inconclusive, vec![row("abandoned", 100.0, 101.0, Gate::Inconclusive)]);
        assert_eq!(
            answer(&open)[0],
            "1 of 1 measure could not be judged: their intervals allow for both a change for the worse and none."
        );
    }

    #[test]
    fn what_cannot_be_compared_says_why_and_what_helps() {
        let missing = gate_report(&GateReport::not_comparable("site", vec![Reason::Missing]), "");
        assert_eq!(text(&missing.answer), ["Nothing was judged: the baseline does not exist."]);
        assert_eq!(text(&missing.advice), ["Record a new baseline with --record and have it reviewed."]);
        assert!(missing.chapters.is_empty() && missing.verdicts[0].tone == Tone::Open);
        let other = gate_report(&GateReport::not_comparable("site", vec![Reason::Workload, Reason::OtherMeasures]), "");
        assert_eq!(
            text(&other.advice),
            [
                "Leave out flags that were not given when it was recorded.",
                "Compare a changed workload with --changed.",
                "Record a new baseline with --record and have it reviewed."
            ]
        );
    }

    #[test]
    fn speed_is_a_figure() {
        let speed = |now, verdict, why| Some(SpeedResult { before: 1000.0, now, margin_percent: 2.0, verdict, why });
        let same =
            || GateReport { same: Some(true), ..gate(Gate::Regression, vec![row("offered", 9.0, 9.0, Gate::Pass)]) };
        let slower = GateReport { speed: speed(Some(1100.0), Gate::Regression, None), ..same() };
        assert_eq!(answer(&slower)[1], "Speed: regression: 1,100 instructions per event, 1,000 before (+10.0 %).");
        let figure = gate_report(&slower, "").figures.pop().unwrap();
        assert_eq!((&*figure.value, &*figure.about, figure.tone), ("1,100", "+10.0 %, 1,000 before", Tone::Bad));
        let why = Some(Uncounted::Failed("there is no valgrind".into()));
        let unknown = GateReport { speed: speed(None, Gate::NotComparable, why), ..same() };
        let page = gate_report(&unknown, "");
        assert_eq!(page.figures.last().unwrap().about, "there is no valgrind");
        assert!(text(&page.advice).contains(&"Install valgrind, or leave speed out with --no-speed.".to_owned()));
    }
}
