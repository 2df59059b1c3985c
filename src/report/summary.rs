//! One row per metric and scope: the table from which all others are derived.

use super::sheet::Sheet;
use super::table::{Column, Entry, Form, Table};
use super::words::{human, percent};
use crate::analysis::{COLUMNS, Row, Study, rows};
use crate::stats::{Confidence, Seen};

/// `summary.csv`.
pub fn summary_sheet<'a>(study: &'a Study<'_>) -> Sheet<'a> {
    Sheet::new("summary", COLUMNS, move || rows(study).into_iter().map(|row| row.cells()))
}

/// The same rows for people: without the workload, with the interval of the 99 % quantile only, and without rows that have
/// no value.
pub(super) fn summary_table(study: &Study) -> Table {
    let words = ["scope", "name", "metric", "unit"].map(Column::words);
    let numbers = [
        "replications",
        "count",
        "mean",
        "95 % low",
        "95 % high",
        "min",
        "p50",
        "p90",
        "p95",
        "p99",
        "p99 low",
        "p99 high",
        "p99.9",
        "max",
        "censored",
        "KM p50",
        "KM p90",
        "KM p95",
    ];
    let mut table = Table::of(Form::Things, words.into_iter().chain(numbers.map(Column::numbers)));
    for row in rows(study).iter().filter(|row| row.count > 0 || row.censored.is_some_and(|censored| censored > 0)) {
        let names = [row.scope, &row.name, &row.metric, row.unit].map(Entry::from);
        let counts =
            [row.replications, row.count].map(|count| Entry::number(count as f64, "count", |_| count.to_string()));
        let censored = row.censored.map(|censored| censored as f64);
        let values = [
            row.mean,
            row.mean_low,
            row.mean_high,
            row.min,
            row.p50,
            row.p90,
            row.p95,
            row.p99,
            row.p99_low,
            row.p99_high,
            row.p999,
            row.max,
        ];
        let values = values.map(|value| Entry::number_if(value, row.unit, human));
        let censored = Entry::number_if(censored, "count", human);
        let over = [row.km_p50, row.km_p90, row.km_p95].map(|value| Entry::number_if(value, row.unit, human));
        table.row(names.into_iter().chain(counts).chain(values).chain([censored]).chain(over));
    }
    table
}

/// The mean of a row.
pub(super) fn mean(row: &Row) -> Entry {
    Entry::number_if(row.mean, row.unit, human)
}

/// The confidence interval of the mean of a row or, if it was seen too seldom for one, what can be said.
pub(super) fn interval(row: &Row, words: impl Fn(f64) -> String) -> Entry {
    match (row.mean_low, row.mean_high, row.seldom()) {
        (Some(low), Some(high), _) => Entry::interval(low, high, row.unit, words),
        (Some(low), None, _) => Entry::at_least(low, row.unit, words),
        (_, _, Some(0)) => "not seen".into(),
        (_, _, Some(times)) => format!("seen in {times}").into(),
        _ => Entry::missing(""),
    }
}

/// What "not seen" and "seen in 3" mean, where these counts say so.
pub(super) fn seldom(rows: &[Row]) -> Option<String> {
    let replications = rows.first()?.replications;
    let share = percent(Seen { times: 0, replications }.most(Confidence::P95));
    let never = format!("Not seen: it occurs in fewer than {share} of replications, with 95 % confidence.");
    let few = format!("Seen in fewer than {}: too few for an interval.", Seen::ENOUGH);
    let has = |which: fn(u64) -> bool| rows.iter().filter_map(Row::seldom).any(which);
    let words: Vec<String> = [(has(|times| times == 0), never), (has(|times| times > 0), few)]
        .into_iter()
        .filter_map(|(has, words)| has.then_some(words))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{NOT_ESTIMABLE, NOT_REACHED, UNKNOWN, fake_study as study};
    use crate::fake;
    use crate::report::format::csv;

    #[test]
    fn columns_never_move() {
        let plan = fake::plan();
        let csv = String::from_utf8(csv(&summary_sheet(&study(&plan)))).unwrap();
        assert_eq!(
            csv.lines().next().unwrap(),
            "workload,scope,name,metric,unit,replications,count,mean,mean_low,mean_high,min,p50,p90,p95,p99,p99_low,\
             p99_high,p999,max,censored,km_p50,km_p90,km_p95,p50_low,p50_high,p90_low,p90_high,p95_low,p95_high,\
             p999_low,p999_high,km_p50_low,km_p50_high,km_p90_low,km_p90_high,km_p95_low,km_p95_high,seen"
        );
    }

    /// What stands in place of a number.
    const WHYS: [&str; 3] = [NOT_ESTIMABLE, NOT_REACHED, UNKNOWN];

    #[test]
    fn every_number_reads_back() {
        let plan = fake::plan();
        let study = study(&plan);
        let csv = csv(&summary_sheet(&study));
        let mut reader = ::csv::Reader::from_reader(&csv[..]);
        let rows = rows(&study);
        let mut read = 0;
        for (record, row) in reader.records().zip(&rows) {
            let record = record.unwrap();
            let json = serde_json::to_value(row).unwrap();
            for (column, cell) in COLUMNS.iter().zip(record.iter()).skip(5) {
                match &json[column] {
                    serde_json::Value::Null => assert_eq!(cell, "", "{column}"),
                    serde_json::Value::String(why) => assert!(cell == why && WHYS.contains(&cell), "{column}"),
                    number => assert_eq!(number.as_f64(), Some(cell.parse().unwrap()), "{column}"),
                }
            }
            read += 1;
        }
        assert_eq!(read, rows.len());
    }
}
