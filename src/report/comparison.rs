//! Two systems beside each other, for people and for programs.

use super::columns::{block, new_table};
use super::sheet::Sheet;
use super::words::{change, human, relative_percent as percent, shown, signed};
use crate::analysis::{Cell, Compared, Difference, relative};
use crate::stats::Paired;

/// The columns for people.
const HEAD: [&str; 8] = ["measure", "A", "B", "B - A", "interval", "relative", "Hodges-Lehmann", "B is"];

/// What people read of it: what differs first, then what is undecided, and of all the others only if they are wanted.
fn lines(compared: &[Compared], all: bool) -> Vec<[String; HEAD.len()]> {
    let order = |it: &Compared| match it.difference() {
        Difference::Higher | Difference::Lower => 0,
        Difference::OnlyFirst | Difference::OnlySecond => 1,
        Difference::Undecided => 2,
        Difference::Alike => 3,
        Difference::Same => 4,
        Difference::Nothing => 5,
    };
    let mut rows: Vec<&Compared> = compared.iter().filter(|it| all || order(it) < 3).collect();
    rows.sort_by_key(|it| order(it));
    let line = |it: &&Compared| {
        let unit = it.measure.unit();
        let value = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| shown(unit, value));
        let [difference, interval, relative, median] = match (&it.paired, it.interval()) {
            (Some(paired), Some((low, high))) => [
                signed(unit, paired.mean()),
                format!("[{}, {}]", change(unit, low), change(unit, high)),
                percent(relative(paired.mean(), it.first)),
                signed(unit, paired.hodges_lehmann(it.confidence).0),
            ],
            _ => [const { String::new() }; 4],
        };
        let said = it.difference().name().replace('_', " ");
        [it.measure.to_string(), value(it.first), value(it.second), difference, interval, relative, median, said]
    };
    rows.iter().map(line).collect()
}

/// The comparison for a terminal: what differs first, then what is undecided. Its names are those of files.
pub fn comparison_table(compared: &[Compared], all: bool) -> String {
    let mut table = new_table(HEAD);
    for line in lines(compared, all) {
        table.add_row(line);
    }
    block(table) + "\n" + &summary(compared) + &undecided(compared)
}

/// The same in Markdown.
pub fn comparison_markdown(compared: &[Compared]) -> String {
    let mut text = format!("| {} |\n|---|{}\n", HEAD.join(" | "), "--:|".repeat(HEAD.len() - 1));
    for line in lines(compared, false) {
        text += &format!("| {} |\n", line.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    text + "\n" + &summary(compared)
}

fn summary(compared: &[Compared]) -> String {
    let count = |difference: Difference| compared.iter().filter(|it| it.difference() == difference).count();
    let tested = compared.len() - count(Difference::Nothing);
    format!(
        "{tested} measure{} compared: {} the same in every replication, {} alike. Intervals allow for their number (Holm): \
         all together they find a difference where there is none with a probability of 5 % at most.\n",
        if tested == 1 { "" } else { "s" },
        count(Difference::Same),
        count(Difference::Alike)
    )
}

/// What would decide the undecided.
fn undecided(compared: &[Compared]) -> String {
    let mut table = new_table(["undecided", "smallest difference found in 4 of 5 studies", "replications more"]);
    for it in compared.iter().filter(|it| it.difference() == Difference::Undecided) {
        let detectable = it.paired.as_ref().map(|paired| change(it.measure.unit(), paired.detectable(it.confidence)));
        let more =
            it.more().map_or_else(|| "cannot be told".to_owned(), |more| format!("about {}", human(more as f64)));
        table.add_row([it.measure.to_string(), detectable.unwrap_or_else(|| "-".to_owned()), more]);
    }
    block(table)
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

/// `comparison.csv`: a row a measure.
pub fn comparison_sheet(compared: &[Compared]) -> Sheet<'_> {
    Sheet::new("comparison", COLUMNS, compared.iter().map(cells))
}

fn cells(it: &Compared) -> Vec<Cell> {
    let paired = it.paired.as_ref();
    let interval = it.interval();
    let lehmann = paired.map(|paired| paired.hodges_lehmann(it.confidence));
    let ranks = lehmann.and_then(|(_, interval)| interval);
    let mut cells: Vec<Cell> = vec![
        it.measure.scope.into(),
        (&*it.measure.name).into(),
        (&*it.measure.metric).into(),
        it.measure.statistic.name().into(),
        it.measure.unit().into(),
        it.pairs.into(),
    ];
    let numbers = [
        it.first,
        it.second,
        paired.map(Paired::mean),
        interval.map(|(low, _)| low),
        interval.map(|(_, high)| high),
        paired.and_then(|paired| relative(paired.mean(), it.first)),
        lehmann.map(|(median, _)| median),
        ranks.map(|(low, _)| low),
        ranks.map(|(_, high)| high),
        paired.map(Paired::p_value),
        paired.map(|_| 2.0 * it.confidence.tail()),
        paired.map(|paired| paired.detectable(it.confidence)),
    ];
    cells.extend(numbers.map(Cell::from));
    cells.push(it.more().into());
    cells.push(it.difference().name().into());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Sample, compare};
    use crate::record::Measure;

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
        assert!(comparison_table(&undecided, false).contains("replications more"));
    }

    #[test]
    fn what_only_one_has_is_a_row_without_numbers() {
        let some = sample("setup_delay", [1.0, 2.0, 3.0].map(Some).to_vec());
        let none = Sample { values: vec![None; 3], ..some.clone() };
        let csv = String::from_utf8(comparison_sheet(&compare(&[some], &[none], 0.01)).csv()).unwrap();
        assert!(csv.ends_with("cluster,,setup_delay,mean,ms,0,2,,,,,,,,,,,,,only_first\r\n"), "{csv}");
    }
}
