//! The comparison of two systems.

use std::ops::Range;

use crate::analysis::{Cell, Compared, Difference, end};
use crate::engine::Span;
use crate::stats::Paired;

use super::page::{Extent, Page, Section};
use super::sheet::Sheet;
use super::table::{Entry, Table, Tone};
use super::words::{
    self, change, change_beside, human, measured_beside, plural, relative_change, signed_change, sized, span,
};

/// What was compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The name of the first workload.
    pub name: String,
    /// The first, A, as a user would name it.
    pub a: String,
    /// The second, B.
    pub b: String,
    /// Which replications of each.
    pub replications: Range<u64>,
    /// With which seed.
    pub seed: u64,
    /// Which random numbers they use.
    pub callers: Callers,
    /// The warm-up of both, if they are steady-state studies.
    pub left_out: Option<Span>,
}

/// Which random numbers two systems use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Common random numbers: the same callers.
    Shared,
    /// Independent random numbers: callers of their own.
    Own,
}

/// Which measures a report lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Those that differ or may differ.
    Differing,
    /// All.
    All,
}

/// The page of a comparison: what differs first, then what is undecided.
pub(super) fn page<'a>(pair: &Pair, compared: &'a [Compared], listed: Listed) -> Page<'a> {
    let mut page = Page::new(&*pair.name);
    title(pair, page.section(Extent::Both));
    page.section(Extent::Report).table(differences(compared, listed));
    page.section(Extent::Excerpt).table(differences(compared, Listed::Differing));
    page.section(Extent::Both).paragraph(summary(compared));
    page.section(Extent::Report).table(undecided(compared));
    page.sheets = vec![comparison_sheet(compared)];
    page
}

fn title(pair: &Pair, section: &mut Section<'_>) {
    section.paragraph(format!("A: {}", pair.a));
    section.note(format!("B: {}", pair.b));
    section.note(described(pair));
    section.note("(For a percentile: the mean of the percentiles of each replication.)");
    if let Some(steady) = steady(pair) {
        section.note(format!("({steady})"));
    }
}

/// How many replications of each there are.
pub(super) fn described(pair: &Pair) -> String {
    let Pair { replications: Range { start: first, end }, seed, .. } = pair;
    let count = end - first;
    format!(
        "{count} replication{} of each, {}, seed {seed}{}",
        plural(count),
        match pair.callers {
            Callers::Shared => "with common random numbers",
            Callers::Own => "with independent random numbers",
        },
        if *first == 0 { String::new() } else { format!(" (numbers {first} to {})", end - 1) },
    )
}

/// What is left out of steady-state studies.
pub(super) fn steady(pair: &Pair) -> Option<String> {
    pair.left_out.map(|left_out| format!("Steady state: the first {} of both are warm-up.", span(left_out)))
}

/// A value, a difference and its interval, of a measure with this unit.
pub(super) fn change_entries(compared: &Compared) -> [Entry; 3] {
    let unit = compared.measure.unit().name();
    match (&compared.paired, compared.interval()) {
        (Some(paired), Some((low, high))) => [
            Entry::number(paired.mean(), unit, |value| signed_change(unit, value, size_of_change(compared))),
            Entry::interval(low, high, unit, |value| change_beside(unit, value, size_of_change(compared))),
            Entry::number_if(compared.relative(), "percent", relative_change),
        ],
        _ => [const { Entry::missing("") }; 3],
    }
}

/// The value that selects the unit of a difference and its interval.
fn size_of_change(compared: &Compared) -> f64 {
    let interval = compared.interval();
    let mean = compared.paired.as_ref().map(Paired::mean);
    sized([mean, interval.map(|(_, high)| high), interval.map(|(low, _)| low)])
}

/// The values of both, in one unit.
pub(super) fn value_entries(compared: &Compared) -> [Entry; 2] {
    let unit = compared.measure.unit().name();
    let size = [compared.first, compared.second].map(|value| sized([value])).into_iter().fold(0.0, f64::max);
    [compared.first, compared.second].map(|value| match value {
        Some(value) => Entry::number(value, unit, |value| measured_beside(unit, value, size)),
        None => Entry::missing("-"),
    })
}

/// The rows of the table: what differs first, then what is undecided, and the rest only if all are listed.
pub(super) fn differences(compared: &[Compared], listed: Listed) -> Table {
    let order = |it: &Compared| match it.difference() {
        Difference::Higher | Difference::Lower => 0,
        Difference::OnlyFirst | Difference::OnlySecond => 1,
        Difference::Undecided => 2,
        Difference::Alike => 3,
        Difference::Same => 4,
        Difference::Nothing => 5,
    };
    let mut rows: Vec<&Compared> = compared.iter().filter(|it| listed == Listed::All || order(it) < 3).collect();
    rows.sort_by_key(|it| order(it));
    let head = ["measure", "A", "B", "B - A", "interval", "relative", "Hodges-Lehmann", "B is"];
    let mut table = Table::of_numbers(head);
    table.spare(&["Hodges-Lehmann", "relative", "A", "B"]);
    for it in rows {
        let unit = it.measure.unit().name();
        let median = it.hodges_lehmann.map(|(median, _)| median);
        let difference = it.difference();
        let tone = if difference == Difference::Undecided { Tone::Open } else { Tone::Plain };
        let [a, b] = value_entries(it);
        let verdict = Entry::verdict(tone, words::verdict(difference.name()));
        let [difference, interval, relative] = change_entries(it);
        let median = Entry::number_if(median, unit, |value| signed_change(unit, value, size_of_change(it)));
        table.row([it.measure.to_string().into(), a, b, difference, interval, relative, median, verdict]);
    }
    table
}

pub(super) fn summary(compared: &[Compared]) -> String {
    let count = |difference: Difference| compared.iter().filter(|it| it.difference() == difference).count();
    let tested = compared.len() - count(Difference::Nothing);
    format!(
        "{tested} measure{} compared: {} the same in every replication, {} alike. Intervals are adjusted for multiple \
         comparisons (Holm): the probability of any false difference is at most 5 %.",
        plural(tested as u64),
        count(Difference::Same),
        count(Difference::Alike)
    )
}

/// What it would take to decide the undecided measures.
pub(super) fn undecided(compared: &[Compared]) -> Table {
    let head = ["undecided", "detectable difference (80 % power)", "more replications"];
    let mut table = Table::of_numbers(head);
    for it in compared.iter().filter(|it| it.difference() == Difference::Undecided) {
        let unit = it.measure.unit().name();
        let detectable = match it.paired.as_ref().map(|paired| paired.detectable(it.confidence)) {
            Some(value) => Entry::number(value, unit, |value| change(unit, value)),
            None => Entry::missing("-"),
        };
        let more = match it.more() {
            Some(more) => Entry::number(more as f64, "count", |more| format!("about {}", human(more))),
            None => Entry::missing("unknown"),
        };
        table.row([it.measure.to_string().into(), detectable, more]);
    }
    table
}

/// The columns of `comparison.csv`, in their order.
const COLUMNS: [&str; 20] = [
    "scope",
    "name",
    "metric",
    "statistic",
    "unit",
    "pairs",
    "a",
    "b",
    "difference",
    "difference_low",
    "difference_high",
    "relative_percent",
    "hodges_lehmann",
    "hodges_lehmann_low",
    "hodges_lehmann_high",
    "p_value",
    "level",
    "detectable",
    "more_replications",
    "b_is",
];

/// `comparison.csv`: one row per measure.
pub fn comparison_sheet(compared: &[Compared]) -> Sheet<'_> {
    Sheet::new("comparison", COLUMNS, move || compared.iter().map(cells))
}

fn cells(it: &Compared) -> Vec<Cell> {
    let paired = it.paired.as_ref();
    let interval = it.interval();
    let ranks = it.hodges_lehmann.and_then(|(_, interval)| interval);
    let mut cells: Vec<Cell> = vec![
        it.measure.subject().scope.name().into(),
        (&*it.measure.subject().name).into(),
        it.measure.metric().into(),
        (&*it.measure.statistic().name()).into(),
        it.measure.unit().name().into(),
        it.pairs.into(),
    ];
    cells.extend([it.first, it.second].map(Cell::from));
    // One pair is too few for an interval.
    let some = it.pairs > 0;
    let numbers = [paired.map(Paired::mean), interval.map(|(low, _)| low), interval.map(|(_, high)| high)];
    cells.extend(numbers.map(|number| end(number, some)));
    cells.push(it.relative().into());
    let numbers = [
        it.hodges_lehmann.map(|(median, _)| median),
        ranks.map(|(low, _)| low),
        ranks.map(|(_, high)| high),
        paired.map(Paired::p_value),
    ];
    cells.extend(numbers.map(|number| end(number, some)));
    cells.push(paired.map(|_| 2.0 * it.confidence.tail()).into());
    cells.push(end(paired.map(|paired| paired.detectable(it.confidence)), some));
    cells.push(it.more().into());
    cells.push(it.difference().name().into());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Sample, compare};
    use crate::record::Measure;
    use crate::report::format::csv;
    use crate::report::table::Column;

    fn sample(measure: &str, values: Vec<Option<f64>>) -> Sample {
        Sample { measure: Measure::parse(measure).unwrap(), values }
    }

    #[test]
    fn what_is_undecided_says_what_would_decide_it() {
        let values =
            |shift: f64| (0..101).map(|at| Some((at * 7919 % 101) as f64 / 5.0 + shift * f64::from(at % 7))).collect();
        let compared = compare(&[sample("offered", values(0.0))], &[sample("offered", values(0.0))], 0.01);
        assert_eq!(compared[0].difference(), Difference::Same);
        let one = |sign: f64| (0..10).map(|at| Some(100.0 + sign * f64::from(at % 3) - 0.3 * sign)).collect();
        let undecided = compare(&[sample("offered", one(1.0))], &[sample("offered", one(-1.0))], 0.0001);
        assert_eq!(undecided[0].difference(), Difference::Undecided);
        let more = Column::numbers("more replications");
        assert!(super::undecided(&undecided).columns.contains(&more) && super::undecided(&undecided).rows.len() == 1);
    }

    #[test]
    fn what_only_one_has_is_a_row_without_numbers() {
        let some = sample("setup_delay", [1.0, 2.0, 3.0].map(Some).to_vec());
        let none = Sample { values: vec![None; 3], ..some.clone() };
        let csv = String::from_utf8(csv(&comparison_sheet(&compare(&[some], &[none], 0.01)))).unwrap();
        assert!(csv.ends_with("cluster,,setup_delay,mean,ms,0,2,,,,,,,,,,,,,only_first\r\n"), "{csv}");
    }
}
