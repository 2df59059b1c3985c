//! One row a metric within a scope: the table everything else is drawn from.

use super::sheet::Sheet;
use super::words::human;
use crate::analysis::{COLUMNS, Study, rows};

/// `summary.csv`.
pub fn summary_sheet<'a>(study: &'a Study) -> Sheet<'a> {
    Sheet::new("summary", COLUMNS, rows(study).into_iter().map(|row| row.cells()))
}

/// The same rows as a JSON array of objects; what is missing is `null`.
pub fn summary_json(study: &Study) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(&rows(study)).expect("numbers and texts are JSON");
    json.push(b'\n');
    json
}

/// The same rows as a Markdown table, for pull requests and wikis: without the workload, which its heading names, and
/// with no other interval of a quantile than that of the 99 % one, and only those rows that have a value.
pub fn summary_markdown(study: &Study) -> String {
    let escaped = |text: &str| text.replace('|', "\\|");
    let mut text = format!("## {}\n\n{}\n\n", study.plan.name, study.plan.question);
    text.push_str("| scope | name | metric | unit | replications | count | mean | 95 % low | 95 % high | min | p50 ");
    text.push_str("| p90 | p95 | p99 | p99 low | p99 high | p99.9 | max | censored | KM p50 | KM p90 | KM p95 |\n");
    text.push_str("|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for row in rows(study).iter().filter(|row| row.count > 0 || row.censored.is_some_and(|censored| censored > 0)) {
        let censored = row.censored.map(|censored| censored as f64);
        let numbers = [
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
            censored,
            row.km_p50,
            row.km_p90,
            row.km_p95,
        ];
        let numbers = numbers.map(|number| number.map(human).unwrap_or_default());
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            row.scope,
            escaped(&row.name),
            row.metric,
            row.unit,
            row.replications,
            row.count,
            numbers.join(" | ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{NOT_ESTIMABLE, fake_study as study};
    use crate::fake;

    #[test]
    fn columns_never_move() {
        let plan = fake::plan();
        let csv = String::from_utf8(summary_sheet(&study(&plan)).csv()).unwrap();
        assert_eq!(
            csv.lines().next().unwrap(),
            "workload,scope,name,metric,unit,replications,count,mean,mean_low,mean_high,min,p50,p90,p95,p99,p99_low,\
             p99_high,p999,max,censored,km_p50,km_p90,km_p95,p50_low,p50_high,p90_low,p90_high,p95_low,p95_high,\
             p999_low,p999_high,km_p50_low,km_p50_high,km_p90_low,km_p90_high,km_p95_low,km_p95_high"
        );
    }

    #[test]
    fn every_number_reads_back() {
        let plan = fake::plan();
        let study = study(&plan);
        let csv = summary_sheet(&study).csv();
        let mut reader = csv::Reader::from_reader(&csv[..]);
        let rows = rows(&study);
        let mut read = 0;
        for (record, row) in reader.records().zip(&rows) {
            let record = record.unwrap();
            let json = serde_json::to_value(row).unwrap();
            for (column, cell) in COLUMNS.iter().zip(record.iter()).skip(5) {
                let number = json[column].as_f64();
                let words = cell.is_empty() || cell == NOT_ESTIMABLE;
                assert_eq!(number, if words { None } else { Some(cell.parse().unwrap()) }, "{column}");
            }
            read += 1;
        }
        assert_eq!(read, rows.len());
    }
}
