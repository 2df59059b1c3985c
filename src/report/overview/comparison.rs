//! What a comparison says: the losses and waits that differ most, and every difference with its interval, the largest first.

use crate::analysis::{Compared, Difference};
use crate::record::{Better, Count, Measure, Metric, OfCount, OfDuration, Unit};
use crate::report::chart::{Axis, Chart, Level, Row, RowMark, Rows, Scale, Shape};
use crate::report::comparison::{Listed, Pair, described, differences, steady, summary, undecided};
use crate::report::table::Tone;
use crate::report::words::{self, counted, human, measured_beside};

use super::parts::{drawn, named, report, titled};
use crate::report::kept::{Chapter, Item, KeyFigure, Report, Sentence, Verdict};

/// So many rows are drawn; the table has all.
pub(super) const MOST_ROWS: usize = 25;

/// The report of it.
pub(crate) fn comparison_report(pair: &Pair, compared: &[Compared], command: &str) -> Report {
    let some: Vec<Compared> = compared.iter().filter(|it| it.difference() != Difference::Nothing).cloned().collect();
    let mut items = vec![Item::Table(differences(&some, Listed::All)), Item::Note(summary(compared))];
    items.extend(without_value(compared.len() - some.len()).map(Item::Note));
    let open = undecided(compared);
    if !open.rows.is_empty() {
        items.push(Item::Table(open));
    }
    let mut chapters = vec![Chapter {
        heading: "All numbers".to_owned(),
        about: "For a percentile: the mean of the percentiles of each replication.".to_owned(),
        items,
    }];
    if let Some(forest) = forest(compared) {
        let heading = "What differs, and by how much".to_owned();
        chapters.insert(0, Chapter { heading, about: String::new(), items: vec![Item::Chart(forest)] });
    }
    Report {
        about: [Some(format!("{}. A: {}. B: {}.", described(pair), pair.a, pair.b)), steady(pair)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        verdicts: verdicts(compared),
        answer: answer(compared),
        advice: advice(compared),
        surer: surer(compared),
        figures: figures(compared),
        chapters,
        ..report("compare", &pair.name, question(pair), command)
    }
}

/// What is asked, from the names of the two.
fn question(pair: &Pair) -> String {
    // The name of a file, and what is set in it.
    let short = |name: &str| {
        let (path, set) = name.split_once(" --set ").map_or((name, ""), |(path, set)| (path, set));
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let with = if set.is_empty() { String::new() } else { format!(" with {}", set.replace(" --set ", " and ")) };
        format!("{file}{with}")
    };
    match pair.b.strip_prefix(&*pair.a).and_then(|rest| rest.strip_prefix(" --set ")) {
        Some(settings) => format!("What does {} change in {}?", settings.replace(" --set ", " and "), short(&pair.a)),
        None if pair.a == pair.b => format!("Is {} the same as itself?", short(&pair.a)),
        None => format!("What differs between {} and {}?", short(&pair.a), short(&pair.b)),
    }
}

/// How many measures are left out of a table because neither side has a value.
pub(super) fn without_value(count: usize) -> Option<String> {
    let have = if count == 1 { "has" } else { "have" };
    (count > 0).then(|| format!("{} {have} no value on either side.", measures(count)))
}

/// Whether B is better: `None` if it does not differ for certain, or if neither way is better.
fn is_better(it: &Compared) -> Option<bool> {
    match (it.difference(), it.measure.better()) {
        (Difference::Lower, Better::Lower) | (Difference::Higher, Better::Higher) => Some(true),
        (Difference::Higher, Better::Lower) | (Difference::Lower, Better::Higher) => Some(false),
        _ => None,
    }
}

/// Whether they differ for certain.
fn differs(it: &Compared) -> bool {
    matches!(it.difference(), Difference::Higher | Difference::Lower)
}

/// How many measures are what.
struct Counts {
    measured: usize,
    better: usize,
    worse: usize,
    differ: usize,
    one_sided: usize,
    open: usize,
}

impl Counts {
    fn of(compared: &[Compared]) -> Counts {
        let count = |is: &dyn Fn(&Compared) -> bool| compared.iter().filter(|it| is(it)).count();
        let is = |one: Difference| move |it: &Compared| it.difference() == one;
        Counts {
            measured: compared.len() - count(&is(Difference::Nothing)),
            better: count(&|it| is_better(it) == Some(true)),
            worse: count(&|it| is_better(it) == Some(false)),
            differ: count(&differs),
            one_sided: count(&is(Difference::OnlyFirst)) + count(&is(Difference::OnlySecond)),
            open: count(&is(Difference::Undecided)),
        }
    }
}

fn measures(count: usize) -> String {
    counted(count, ["measure", "measures"])
}

/// How many measures are better, worse, other and undecided in B.
fn verdicts(compared: &[Compared]) -> Vec<Verdict> {
    let Counts { measured, better, worse, differ, one_sided, open } = Counts::of(compared);
    let verdict = |tone: Tone, count: usize, words: &str, about: &str| {
        (count > 0).then(|| Verdict { tone, words: format!("{words} in {count}"), about: about.to_owned() })
    };
    let of = format!("of {}", measures(measured));
    let same = measured - differ - one_sided - open;
    let verdicts = [
        verdict(Tone::Bad, worse, "B is worse", &of),
        verdict(Tone::Good, better, "B is better", &of),
        verdict(Tone::Plain, differ - better - worse, "B differs", "measures of which neither way is better"),
        verdict(Tone::Plain, one_sided, "only A or only B has a value", &of),
        verdict(Tone::Open, open, "undecided", &of),
        verdict(Tone::Plain, same, "alike or the same", &of).filter(|_| differ + one_sided + open == 0),
    ];
    verdicts.into_iter().flatten().collect()
}

/// What happened: losses, waits, and how many differ in all.
fn answer(compared: &[Compared]) -> Vec<Sentence> {
    let Counts { measured, better, worse, differ, one_sided, open } = Counts::of(compared);
    let strong = |words: String| Sentence::default().strong(words);
    if differ == 0 {
        let same = compared.iter().filter(|it| it.difference() == Difference::Same).count();
        let only = match one_sided {
            0 => String::new(),
            count => format!(
                " {} {} a value in one of the two only.",
                measures(count),
                if count == 1 { "has" } else { "have" }
            ),
        };
        return vec![match open {
            _ if measured == 0 => {
                strong("Nothing could be compared".to_owned()).plain(": no measure has a value in either.")
            }
            0 if same == measured => {
                strong("A and B are the same in every replication".to_owned()).plain(format!(", in {}.", all(measured)))
            }
            0 => strong("No measure differs by more than the margin".to_owned())
                .plain(format!(", of {} compared.{only}", measured)),
            open => strong("No difference is certain".to_owned())
                .plain(format!(": {open} of {} could still differ.{only}", measures(measured))),
        }];
    }
    let losses = most(compared, |it| is_loss(&it.measure), by_number);
    let waits = most(compared, |it| is_wait(&it.measure), by_ratio);
    let mut telling: Vec<&Compared> = losses.into_iter().chain(waits).collect();
    // What gets worse is not left out beside what gets better, nor the other way round.
    let missing = [Some(true), Some(false)].into_iter().filter(|side| !telling.iter().any(|it| is_better(it) == *side));
    let mut others: Vec<&Compared> =
        missing.filter_map(|side| most(compared, |it| is_better(it) == side, by_ratio)).collect();
    others.sort_by(|one, other| by_ratio(other).total_cmp(&by_ratio(one)));
    telling.extend(others.into_iter().take(2_usize.saturating_sub(telling.len())));
    if telling.is_empty() {
        telling.extend(most(compared, |_| true, by_ratio));
    }
    let mut answer: Vec<Sentence> = telling.into_iter().map(difference_told).collect();
    let judged = match (better, worse) {
        (0, 0) => "neither way is better in any of them".to_owned(),
        (better, 0) => format!("B is better in {better}, and worse in none"),
        (0, worse) => format!("B is worse in {worse}, and better in none"),
        (better, worse) => format!("B is better in {better} and worse in {worse}"),
    };
    let open = if open > 0 { format!(" {open} could still differ.") } else { String::new() };
    let differ = if differ == 1 { "1 differs".to_owned() } else { format!("{differ} differ") };
    answer.push(Sentence::default().plain(format!("Of {}, {differ} for certain: {judged}.{open}", measures(measured))));
    answer
}

fn all(measured: usize) -> String {
    if measured == 1 { "the one measure".to_owned() } else { format!("all {measured} measures") }
}

/// Whether callers are lost: not connected, or cut off.
fn is_loss(measure: &Measure) -> bool {
    use Count::{Abandoned, DroppedConnected, DroppedInChange, DroppedInSetup, QueueAbandoned, Refused};
    let lost = [Abandoned, Refused, DroppedInSetup, DroppedInChange, DroppedConnected, QueueAbandoned];
    matches!(measure, Measure::Count(_, count, _) if lost.contains(count)) && measure.subject().name.is_empty()
}

/// Whether it is the end of the distribution of a wait.
fn is_wait(measure: &Measure) -> bool {
    use Metric::{PostDialDelay, QueueStay, QueueWait, RoutePointDelay, SetupDelay, TransferDelay};
    let waits = [PostDialDelay, SetupDelay, TransferDelay, QueueWait, QueueStay, RoutePointDelay];
    let is_tail = |of: &OfDuration| matches!(of, OfDuration::Quantile(quantile) if quantile.share() >= 0.9);
    matches!(measure, Measure::Duration(_, metric, of) if waits.contains(metric) && is_tail(of))
}

/// How large a difference of counts is: shares after counts.
fn by_number(it: &Compared) -> f64 {
    let size = it.paired.as_ref().map_or(0.0, |paired| paired.mean().abs());
    if it.measure.unit() == Unit::Ratio { size / 1e9 } else { size }
}

/// How many times as large one is as the other, as a logarithm; infinite if one is zero.
fn by_ratio(it: &Compared) -> f64 {
    match (it.first, it.second) {
        (Some(first), Some(second)) if first > 0.0 && second > 0.0 => libm::log(second / first).abs(),
        (Some(first), Some(second)) if first != second => f64::INFINITY,
        _ => 0.0,
    }
}

/// Whether they differ for certain, by how much and by which factor: worth a sentence.
fn is_telling(it: &Compared) -> bool {
    let is_one_sided = it.relative_interval().is_none_or(|(low, high)| low > 0.0 || high < 0.0);
    differs(it) && is_one_sided && value(it, it.first) != value(it, it.second)
}

/// Of the measures that differ for certain and are of this kind, the one with the largest difference: of equal ones the first.
fn most(compared: &[Compared], is: impl Fn(&Compared) -> bool, size: fn(&Compared) -> f64) -> Option<&Compared> {
    let such = compared.iter().filter(|it| is_telling(it) && is(it));
    such.rev().max_by(|one, other| size(one).total_cmp(&size(other)))
}

/// A value of a measure, in its own unit.
fn value(it: &Compared, value: Option<f64>) -> String {
    let unit = it.measure.unit().name();
    value.map_or_else(|| "none".to_owned(), |value| measured_beside(unit, value, value.abs()))
}

/// A difference in words that a manager reads.
fn difference_told(it: &Compared) -> Sentence {
    let is_lower = it.difference() == Difference::Lower;
    let (now, before) = (value(it, it.second), value(it, it.first));
    let each = if it.measure.unit() == Unit::Count && matches!(it.measure, Measure::Count(..)) {
        " per replication"
    } else {
        ""
    };
    let whose = match &*it.measure.subject().name {
        "" => String::new(),
        name => format!(" of {name}"),
    };
    let sentence = Sentence::default();
    match phrase(&it.measure, is_lower) {
        Some(phrase) => sentence
            .plain(format!("With B, {phrase}{whose}: "))
            .strong(now)
            .plain(format!(" instead of {before}{each} ("))
            .code(it.measure.to_string())
            .plain(")."),
        None => {
            let side = if is_lower { "lower" } else { "higher" };
            let words = named(&it.measure);
            let number = matches!(it.measure, Measure::Count(..)) && words != it.measure.to_string();
            let number = if number { "the number of " } else { "" };
            let sentence = sentence.plain(format!("With B, {number}{words} is {side}: "));
            sentence.strong(now).plain(format!(" instead of {before}{each}."))
        }
    }
}

/// What a lower or higher value means, where it can be said in a few words.
fn phrase(measure: &Measure, is_lower: bool) -> Option<String> {
    let calls = |words: &str| Some(format!("{} {words}", if is_lower { "fewer" } else { "more" }));
    match measure {
        Measure::Count(_, count, OfCount::Mean) => match count {
            Count::Abandoned => calls("callers hang up before they are served"),
            Count::Refused => calls("calls are refused"),
            Count::DroppedInSetup => calls("calls are lost while being set up"),
            Count::DroppedInChange => calls("calls are lost in a transfer"),
            Count::DroppedConnected => calls("calls are cut off"),
            Count::QueueAbandoned => calls("callers hang up in a queue"),
            Count::Completed => calls("calls are completed"),
            _ => None,
        },
        Measure::Duration(_, metric, OfDuration::Quantile(quantile)) if is_wait(measure) => {
            let side = if is_lower { "shorter" } else { "longer" };
            let wait = match metric {
                Metric::PostDialDelay => "waits for ringing",
                Metric::SetupDelay => "waits for an answer",
                Metric::TransferDelay => "waits for a transfer",
                Metric::QueueWait | Metric::QueueStay => "waits in queues",
                Metric::RoutePointDelay => "delays at route points",
                _ => return None,
            };
            let rare = if quantile.share() >= 0.99 { "the worst" } else { "the long" };
            Some(format!("{rare} {wait} are {side}"))
        }
        _ => None,
    }
}

/// What to do.
fn advice(compared: &[Compared]) -> Vec<Sentence> {
    let Counts { better, worse, differ, one_sided, open, .. } = Counts::of(compared);
    let words = |words: String| Sentence::default().plain(words);
    let against = match (better, worse, open) {
        (1.., 0, 0) if one_sided == 0 => Some("Nothing that was measured speaks against B.".to_owned()),
        (1.., 0, _) => Some("Of what is decided, nothing speaks against B.".to_owned()),
        (0, 1.., _) => Some("Nothing that is decided speaks for B.".to_owned()),
        (1.., 1.., _) => {
            Some("Weigh what gets better against what gets worse; the chart has the largest first.".to_owned())
        }
        (0, 0, _) if differ > 0 => {
            Some("Whether B is better is for you to say: of what differs, neither way is.".to_owned())
        }
        _ => None,
    };
    let apart = (one_sided > 0).then(|| {
        let has = if one_sided == 1 { "has" } else { "have" };
        words(format!("{} {has} a value in one of the two only: look at why.", measures(one_sided)))
    });
    against.map(words).into_iter().chain(apart).collect()
}

/// How to be surer of it.
fn surer(compared: &[Compared]) -> Vec<Sentence> {
    let Counts { open, .. } = Counts::of(compared);
    let words = |words: String| Sentence::default().plain(words);
    let more = compared.iter().filter_map(|it| Some((it.more()?, it))).min_by_key(|(more, _)| *more);
    let undecided = (open > 0).then(|| match more {
        Some((more, it)) => words("About ".to_owned())
            .strong(format!("{} more replications", human(more as f64)))
            .plain(" decide ")
            .code(it.measure.to_string())
            .plain(match open {
                1 => " in eight of ten cases.".to_owned(),
                _ => format!(" in eight of ten cases; the other {} take more.", measures(open - 1)),
            }),
        None => words("More replications are needed to decide: with fewer than two nothing is certain.".to_owned()),
    });
    undecided.into_iter().collect()
}

/// The differences to remember.
fn figures(compared: &[Compared]) -> Vec<KeyFigure> {
    let ranked = ranked(compared);
    let telling = || ranked.iter().copied().filter(|it| is_telling(it));
    let losses = telling().filter(|it| is_loss(&it.measure));
    let waits = telling().filter(|it| is_wait(&it.measure));
    let first = losses.take(2).chain(waits.take(1));
    // The worst is among them, whatever else there is; and nothing twice under two names.
    let worst = telling().find(|it| is_better(it) == Some(false));
    let best = telling().find(|it| is_better(it) == Some(true));
    let mut some: Vec<&Compared> = Vec::new();
    for it in worst.into_iter().chain(best).chain(first).chain(telling()) {
        let is_known = |known: &&Compared| (known.first, known.second) == (it.first, it.second);
        if some.len() < 4 && !some.iter().any(is_known) {
            some.push(it);
        }
    }
    let figure = |it: &Compared| KeyFigure {
        name: titled(&it.measure),
        value: value(it, it.second),
        about: format!("instead of {}", value(it, it.first)),
        tone: tone(it),
    };
    some.sort_by(|one, other| by_ratio(other).total_cmp(&by_ratio(one)));
    some.into_iter().map(figure).collect()
}

fn tone(it: &Compared) -> Tone {
    match (it.difference(), is_better(it)) {
        (Difference::Undecided, _) => Tone::Open,
        (_, Some(true)) => Tone::Good,
        (_, Some(false)) => Tone::Bad,
        (_, None) => Tone::Plain,
    }
}

/// What differs, the largest difference first, then what has a value in one only, then what is undecided.
fn ranked(compared: &[Compared]) -> Vec<&Compared> {
    let rank = |it: &Compared| match it.difference() {
        Difference::Higher | Difference::Lower => Some(0),
        Difference::OnlyFirst | Difference::OnlySecond => Some(1),
        Difference::Undecided => Some(2),
        Difference::Alike | Difference::Same | Difference::Nothing => None,
    };
    let mut ranked: Vec<(i32, &Compared)> = compared.iter().filter_map(|it| Some((rank(it)?, it))).collect();
    // Stable: equal ones stay in their order.
    ranked.sort_by(|(one_rank, one), (other_rank, other)| {
        one_rank.cmp(other_rank).then(by_ratio(other).total_cmp(&by_ratio(one)))
    });
    ranked.into_iter().map(|(_, it)| it).collect()
}

/// The relative differences with their intervals; `None` if nothing differs or may differ.
fn forest(compared: &[Compared]) -> Option<Chart> {
    let ranked = ranked(compared);
    let rows: Vec<Row> = ranked.iter().take(MOST_ROWS).map(|it| row(it)).collect();
    let more = ranked.len() - rows.len();
    let differ = ranked.iter().filter(|it| differs(it)).count();
    let title = match (differ, ranked.len() - differ) {
        (0, open) => format!("{} may differ", measures(open)),
        (1, _) => "1 measure differs".to_owned(),
        (differ, _) => format!("{differ} measures differ"),
    };
    let more = if more > 0 { format!(" {} more are in the table only.", human(more as f64)) } else { String::new() };
    let about = format!(
        "B relative to A, in percent, with intervals of the ratio of the means (they hold together at 95 %, by Holm). What is \
         certain is decided by the absolute difference in the table.{more}"
    );
    let axis = axis("B relative to A", &rows);
    (!rows.is_empty()).then(|| Chart {
        id: "differences".to_owned(),
        title,
        about,
        shape: Shape::Rows(Rows {
            axis,
            rows,
            mark: RowMark::Dot,
            levels: vec![Level { at: 0.0, words: "no difference".to_owned() }],
        }),
    })
}

/// The axis of relative differences: an interval may reach beyond it, a value does not.
pub(super) fn axis(name: &str, rows: &[Row]) -> Axis {
    let values = || rows.iter().filter_map(|row| row.value);
    let ends = || rows.iter().flat_map(|row| [row.low, row.value, row.tick, row.high]).flatten();
    let (least, most) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let (lowest, highest) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    // Room for the interval of the outermost value.
    let from = lowest.max(2.0 * least.min(-10.0)).max(-100.0);
    let to = highest.min(2.0 * most.max(10.0));
    Axis {
        name: name.to_owned(),
        unit: "percent".to_owned(),
        scale: Scale::Linear,
        from: Some(from.min(-1.0)),
        to: Some(to.max(1.0)),
    }
}

fn row(it: &Compared) -> Row {
    let (before, now) = (value(it, it.first), value(it, it.second));
    let is_zero = |value: Option<f64>| value == Some(0.0);
    let verdict = words::verdict(it.difference().name());
    // Without a ratio there is no relative difference.
    let verdict = match (is_zero(it.first), is_zero(it.second)) {
        (true, false) if differs(it) => format!("{verdict}: none in A"),
        (false, true) if differs(it) => format!("{verdict}: none in B"),
        _ => verdict,
    };
    let is_ratio = !is_zero(it.first) && !is_zero(it.second);
    let interval = it.relative_interval().filter(|_| is_ratio);
    Row {
        name: it.measure.to_string(),
        value: drawn(it.relative()).filter(|_| is_ratio),
        low: interval.and_then(|(low, _)| drawn(Some(low))),
        high: interval.and_then(|(_, high)| drawn(Some(high))),
        tick: None,
        words: format!("{before} \u{2192} {now}, {verdict}"),
        tone: tone(it),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::text;
    use super::*;
    use crate::analysis::{Cell, Sample, compare};
    use crate::report::comparison::{Callers, comparison_sheet};

    fn pair(a: &str, b: &str) -> Pair {
        Pair {
            name: "site".into(),
            a: a.into(),
            b: b.into(),
            replications: 0..10,
            seed: 1,
            callers: Callers::Shared,
            left_out: None,
        }
    }

    /// Ten replications whose mean is this, with a scatter of one in a hundred.
    fn around(mean: f64) -> Vec<Option<f64>> {
        (0..10).map(|at| Some(mean * (1.0 + 0.01 * if at % 2 == 0 { 1.0 } else { -1.0 }))).collect()
    }

    /// The same, with the scatter the other way round.
    fn against(mean: f64) -> Vec<Option<f64>> {
        let mut values = around(mean);
        values.rotate_left(1);
        values
    }

    /// A measure, and its values in A and in B.
    type Values<'a> = (&'a str, Vec<Option<f64>>, Vec<Option<f64>>);

    fn compared(measures: &[Values]) -> Vec<Compared> {
        let sample = |measure: &str, values: &[Option<f64>]| Sample {
            measure: Measure::parse(measure).unwrap(),
            values: values.to_vec(),
        };
        let (first, second): (Vec<Sample>, Vec<Sample>) =
            measures.iter().map(|(measure, a, b)| (sample(measure, a), sample(measure, b))).unzip();
        compare(&first, &second, 0.01)
    }

    fn of(compared: &[Compared]) -> Report {
        comparison_report(&pair("site.toml", "site.toml --set a=1 --set b=2"), compared, "ctisim compare")
    }

    #[test]
    fn losses_first_then_waits_then_how_many() {
        let compared = compared(&[
            ("offered", around(1000.0), around(1000.0)),
            ("abandoned", around(118.0), against(23.0)),
            ("dropped_connected", around(4.0), against(40.0)),
            ("post_dial_delay.p99", around(13_100.0), against(320.0)),
            ("cfna", around(100.0), against(100.4)),
        ]);
        let report = of(&compared);
        assert_eq!(report.question, "What does a=1 and b=2 change in site.toml?");
        assert_eq!(
            text(&report.answer),
            [
                "With B, fewer callers hang up before they are served: 23 instead of 118 per replication (abandoned).",
                "With B, the worst waits for ringing are shorter: 320 ms instead of 13.10 s (post_dial_delay.p99).",
                "Of 5 measures, 3 differ for certain: B is better in 2 and worse in 1. 1 could still differ."
            ]
        );
        let advice = [text(&report.advice), text(&report.surer)].concat();
        assert_eq!(advice[0], "Weigh what gets better against what gets worse; the chart has the largest first.");
        assert!(
            advice[1].starts_with("About ") && advice[1].ends_with(" decide cfna in eight of ten cases."),
            "{advice:?}"
        );
        let verdicts: Vec<(Tone, &str)> = report.verdicts.iter().map(|it| (it.tone, &*it.words)).collect();
        let expected =
            [(Tone::Bad, "B is worse in 1"), (Tone::Good, "B is better in 2"), (Tone::Open, "undecided in 1")];
        assert_eq!(verdicts, expected);
    }

    #[test]
    fn the_forest_has_the_largest_ratio_first_and_the_numbers_of_the_file() {
        let compared = compared(&[
            ("abandoned", around(118.0), against(23.0)),
            ("refused", vec![Some(0.0); 10], around(7.0)),
            ("post_dial_delay.p99", around(13_100.0), against(320.0)),
            ("cfna", around(100.0), against(100.4)),
            ("dropped_in_setup", around(2.0), vec![Some(0.0); 10]),
            ("offered", around(1000.0), around(1000.0)),
        ]);
        let report = of(&compared);
        let Shape::Rows(rows) = &report.charts().next().unwrap().shape else { panic!("rows") };
        let names: Vec<&str> = rows.rows.iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["refused", "dropped_in_setup", "post_dial_delay.p99", "abandoned", "cfna"]);
        let words: Vec<&str> = rows.rows.iter().map(|row| &*row.words).collect();
        let expected = [
            "0 \u{2192} 7, higher: none in A",
            "2 \u{2192} 0, lower: none in B",
            "13.10 s \u{2192} 320 ms, lower",
            "118 \u{2192} 23, lower",
            "100 \u{2192} 100.4, undecided",
        ];
        assert_eq!(words, expected);
        let tones: Vec<Tone> = rows.rows.iter().map(|row| row.tone).collect();
        assert_eq!(tones, [Tone::Bad, Tone::Good, Tone::Good, Tone::Good, Tone::Open]);
        assert!(rows.rows[..2].iter().all(|row| row.value.is_none() && row.low.is_none() && row.high.is_none()));
        let sheet = comparison_sheet(&compared);
        let at = sheet.columns.iter().position(|name| name == "relative_percent").unwrap();
        let metric = sheet.columns.iter().position(|name| name == "metric").unwrap();
        for row in &rows.rows[2..] {
            let (low, value, high) = (row.low.unwrap(), row.value.unwrap(), row.high.unwrap());
            assert!(-100.0 < low && low < value && value < high, "{row:?}");
            let in_file =
                sheet.rows().find(|it| matches!(&it[metric], Cell::Text(name) if row.name.starts_with(&**name)));
            assert_eq!(in_file.unwrap()[at], Cell::from(value));
        }
        assert_eq!(Report::read(&report.json()).unwrap(), report);
    }

    #[test]
    fn what_gets_worse_is_told_beside_what_gets_better() {
        let report = of(&compared(&[
            ("post_dial_delay.p99", around(4_000.0), against(320.0)),
            ("cfna_delay", around(8_000.0), against(12_000.0)),
            ("cfur", around(100.0), against(110.0)),
        ]));
        assert_eq!(
            text(&report.answer),
            [
                "With B, the worst waits for ringing are shorter: 320 ms instead of 4 s (post_dial_delay.p99).",
                "With B, the wait for the forward as nobody answers (cfna_delay) is higher: 12 s instead of 8 s.",
                "Of 3 measures, 3 differ for certain: B is better in 1 and worse in 2."
            ]
        );
        let named = |a: &str, b: &str| comparison_report(&pair(a, b), &[], "").question;
        assert_eq!(named("some/a.toml --set x=1", "other\\b.toml"), "What differs between a.toml with x=1 and b.toml?");
        assert_eq!(named("a.toml", "a.toml"), "Is a.toml the same as itself?");
    }

    #[test]
    fn a_long_forest_says_how_many_more() {
        let names: Vec<String> = (0..30).map(|at| format!("station:s{at}/utilisation")).collect();
        let all: Vec<_> = names.iter().map(|name| (&**name, around(0.2), against(0.4))).collect();
        let report = of(&compared(&all));
        let chart = report.charts().next().unwrap();
        let Shape::Rows(rows) = &chart.shape else { panic!("rows") };
        assert_eq!((rows.rows.len(), &*chart.title), (MOST_ROWS, "30 measures differ"));
        assert!(chart.about.ends_with(" 5 more are in the table only."), "{}", chart.about);
    }

    #[test]
    fn every_way_not_to_differ() {
        let answer = |measures: &[Values]| text(&of(&compared(measures)).answer).concat();
        let same = ("offered", around(1000.0), around(1000.0));
        let alike = ("refused", around(100.0), around(100.1));
        let open = ("cfna", around(100.0), against(100.4));
        let only = ("setup_delay", around(100.0), vec![None; 10]);
        let nothing = ("rehome_wait", vec![None; 10], vec![None; 10]);
        assert_eq!(
            answer(&[same.clone(), nothing.clone()]),
            "A and B are the same in every replication, in the one measure."
        );
        assert_eq!(
            answer(&[same.clone(), alike.clone()]),
            "No measure differs by more than the margin, of 2 compared."
        );
        assert_eq!(
            answer(&[same.clone(), open, only]),
            "No difference is certain: 1 of 3 measures could still differ. 1 measure has a value in one of the two only."
        );
        assert_eq!(answer(&[nothing]), "Nothing could be compared: no measure has a value in either.");
        let one = [("offered", vec![Some(1.0)], vec![Some(2.0)])];
        let report = of(&compared(&one));
        assert_eq!(text(&report.answer), ["No difference is certain: 1 of 1 measure could still differ."]);
        assert_eq!(
            text(&report.surer),
            ["More replications are needed to decide: with fewer than two nothing is certain."]
        );
        // Neither way is better of calls in progress.
        let neither = [("calls_in_progress", around(100.0), against(200.0))];
        let report = of(&compared(&neither));
        assert_eq!(
            text(&report.answer),
            [
                "With B, calls_in_progress is higher: 200 instead of 100.",
                "Of 1 measure, 1 differs for certain: neither way is better in any of them."
            ]
        );
        assert_eq!(report.verdicts[0].tone, Tone::Plain);
    }
}
