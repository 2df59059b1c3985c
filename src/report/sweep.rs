//! A workload at many points: one row a point for people, one row a point and metric for programs.

use super::columns::{block, new_table};
use super::sheet::Sheet;
use super::words::{interval, shown};
use crate::analysis::{COLUMNS, Cell, Judged, NOT_ESTIMABLE, Point, Sweep, number};
use crate::workload::units;

impl Sweep {
    /// `sweep.csv`: the point, the values of its knobs, and the columns of `summary.csv`.
    pub fn sheet(&self) -> Sheet<'_> {
        let knobs = self.knob_columns();
        let columns = knobs.names.iter().map(String::as_str).chain(COLUMNS);
        let rows = self.points.iter().zip(knobs.cells).flat_map(|(point, knobs)| {
            point.result.rows.iter().map(move |row| knobs.iter().chain(row).cloned().collect())
        });
        Sheet::new("sweep", columns, rows)
    }

    /// One row a point: the values of its knobs, and those measures that the table shows, with their intervals and the
    /// verdicts.
    pub fn points_sheet(&self) -> Sheet<'_> {
        let KnobColumns { names: mut columns, cells } = self.knob_columns();
        for measure in &self.measures {
            let name = format!("{measure}_{}", measure.unit());
            columns.extend([name.clone(), format!("{name}_low"), format!("{name}_high")]);
        }
        let goals = self.goals();
        columns.extend(goals.iter().cloned());
        let rows = self.points.iter().zip(cells).map(move |(point, mut row)| {
            for measure in &self.measures {
                let found = point.result.found(measure);
                let end = |end: Option<f64>| match end {
                    None if found.value.is_some() => NOT_ESTIMABLE.into(),
                    end => number(end),
                };
                row.extend([number(found.value), end(found.low), end(found.high)]);
            }
            let judged = point.judged();
            row.extend(goals.iter().map(|goal| Cell::from(verdict(&judged, goal))));
            row
        });
        Sheet::new("points", columns, rows)
    }

    /// The table for a terminal: one row a point.
    pub fn table(&self) -> String {
        let mut table = new_table(self.head());
        for row in self.cells() {
            table.add_row(row);
        }
        let plural = if self.points.len() == 1 { "" } else { "s" };
        let Point { seed, replications, .. } = &self.points[0];
        let alike = self.points.iter().all(|it| (it.seed, &it.replications) == (*seed, replications));
        let of = match (alike, replications.start) {
            (false, _) => String::new(),
            (true, 0) => format!(" of {} replications, seed {seed}", replications.end),
            (true, first) => {
                let last = replications.end - 1;
                format!(" of {} replications (numbers {first} to {last}), seed {seed}", replications.end - first)
            }
        };
        format!("{}: {} point{plural}{of}\n{}\n{}", self.workload, self.points.len(), self.question, block(table))
    }

    /// The same as Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| {
            format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
        };
        let head = self.head();
        let mut text = format!("## {}\n\n{}\n\n", self.workload, self.question);
        let rule = "|--:".repeat(head.len());
        text.push_str(&line(head));
        text.push_str(&format!("{rule}|\n"));
        for row in self.cells() {
            text.push_str(&line(row));
        }
        text
    }

    fn head(&self) -> Vec<String> {
        let mut head = vec!["point".to_owned()];
        head.extend(self.keys.iter().cloned());
        for measure in &self.measures {
            head.extend([measure.to_string(), "95 % interval".to_owned()]);
        }
        head.extend(self.goals());
        head
    }

    /// The cells of the table.
    fn cells(&self) -> impl Iterator<Item = Vec<String>> {
        let goals = self.goals();
        self.points.iter().enumerate().map(move |(at, point)| {
            let mut cells = vec![(at + 1).to_string()];
            cells.extend(point.values.iter().cloned());
            for measure in &self.measures {
                let found = point.result.found(measure);
                match found.value {
                    None => cells.extend(["nothing".to_owned(), String::new()]),
                    Some(value) => cells.extend([shown(found.unit, value), interval(&found)]),
                }
            }
            let judged = point.judged();
            cells.extend(goals.iter().map(|goal| verdict(&judged, goal).unwrap_or_default().to_owned()));
            cells
        })
    }

    fn knob_columns(&self) -> KnobColumns {
        let mut names = vec!["point".to_owned()];
        let mut cells: Vec<Vec<Cell>> = (1..=self.points.len() as u64).map(|point| vec![point.into()]).collect();
        for (at, key) in self.keys.iter().enumerate() {
            let values: Vec<&str> = self.points.iter().map(|point| &*point.values[at]).collect();
            names.push(key.clone());
            for (row, value) in cells.iter_mut().zip(&values) {
                row.push(typed(value));
            }
            if let Some((unit, numbers)) = quantities(&values) {
                names.push(format!("{key}_{unit}"));
                for (row, number) in cells.iter_mut().zip(numbers) {
                    row.push(number.into());
                }
            }
        }
        KnobColumns { names, cells }
    }
}

fn verdict(judged: &[Judged], goal: &str) -> Option<&'static str> {
    judged.iter().find(|it| it.goal.to_string() == goal).map(|it| it.verdict.name())
}

/// The columns that tell the points apart, and their cells, point after point.
struct KnobColumns {
    names: Vec<String>,
    cells: Vec<Vec<Cell>>,
}

/// The value of a knob: a plain number is one.
pub(super) fn typed(value: &str) -> Cell {
    // What begins with a zero is a directory number rather than an amount.
    let plain = value.len() == 1 || !value.starts_with('0') || value.starts_with("0.");
    match (value.parse::<u64>(), units::number(value)) {
        (Ok(whole), _) if plain => whole.into(),
        (_, Ok(number)) if plain => number.into(),
        _ => value.into(),
    }
}

/// The values of a knob as numbers that can be charted, where all of them are quantities with a unit: durations in seconds,
/// rates an hour, shares as a ratio.
fn quantities(values: &[&str]) -> Option<(&'static str, Vec<f64>)> {
    let all = |read: fn(&str) -> Option<f64>| values.iter().map(|value| read(value)).collect::<Option<Vec<f64>>>();
    let seconds = |value: &str| units::duration(value).ok().map(|span| span.seconds());
    let an_hour = |value: &str| {
        let (number, unit) = value.split_once('/')?;
        let number = units::number(number.trim()).ok()?;
        // Not by way of a rate a second: 20000/h is to stay a round number.
        match unit.trim() {
            "s" => Some(number * 3600.0),
            "m" => Some(number * 60.0),
            "h" => Some(number),
            "d" => Some(number / 24.0),
            _ => None,
        }
    };
    let share = |value: &str| units::share(value).ok();
    let seconds = all(seconds).map(|numbers| ("s", numbers));
    seconds.or_else(|| Some(("per_h", all(an_hour)?))).or_else(|| Some(("ratio", all(share)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{PointResult, fake_study as study};
    use crate::fake;
    use crate::record::{Goal, Measure};

    fn sweep() -> Sweep {
        let plan = fake::plan();
        let result = PointResult::of(&study(&plan));
        let point = |values: [&str; 2], goal: &str| Point {
            values: values.map(str::to_owned).to_vec(),
            seed: 1,
            replications: 0..5,
            goals: vec![Goal::parse(goal).unwrap()],
            result: result.clone(),
        };
        Sweep {
            workload: "fake".into(),
            question: "?".into(),
            keys: vec!["a.heartbeat".into(), "goal.1.at_most".into()],
            points: vec![point(["5s", "10%"], "refused<=10%"), point(["1m", "007"], "offered<=1")],
            measures: vec![Measure::parse("setup_delay.p99").unwrap(), Measure::parse("rehome_wait.p95").unwrap()],
        }
    }

    #[test]
    fn the_file_has_a_row_a_point_and_metric() {
        let sweep = sweep();
        let csv = sweep.sheet().csv();
        let mut reader = csv::Reader::from_reader(&csv[..]);
        let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let knobs = ["point", "a.heartbeat", "a.heartbeat_s", "goal.1.at_most"];
        assert_eq!(head, knobs.into_iter().chain(COLUMNS).collect::<Vec<_>>());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2 * sweep.points[0].result.rows.len());
        let second = &rows[rows.len() / 2];
        assert_eq!(second.iter().take(5).collect::<Vec<_>>(), ["2", "1m", "60", "'007", "fake"]);
    }

    #[test]
    fn every_point_is_judged_by_its_own_goals() {
        let sweep = sweep();
        let sheet = sweep.points_sheet();
        assert_eq!(sheet.columns[sheet.columns.len() - 2..], ["refused.share <= 10%", "offered <= 1"]);
        let rows: Vec<Vec<Cell>> = sheet.rows.collect();
        let verdicts = |row: &[Cell]| row[row.len() - 2..].to_vec();
        assert_eq!(verdicts(&rows[0])[1], Cell::Missing);
        assert_eq!(verdicts(&rows[1]), [Cell::Missing, "missed".into()]);
        let table = sweep.table();
        assert!(table.starts_with("fake: 2 points of 5 replications, seed 1\n?\n\npoint"), "{table}");
        assert!(table.contains("not reached"), "{table}");
        assert_eq!(sweep.markdown().lines().count(), 4 + 2 + sweep.points.len());
    }

    #[test]
    fn values_with_a_unit_can_be_charted() {
        assert_eq!(quantities(&["1h30m", "5ms"]), Some(("s", vec![5400.0, 0.005])));
        assert_eq!(quantities(&["20000/h", "10/s"]), Some(("per_h", vec![20_000.0, 36_000.0])));
        assert_eq!(quantities(&["0.1%"]), Some(("ratio", vec![0.001])));
        assert_eq!(quantities(&["5s", "10%"]), None);
        assert_eq!(quantities(&["10", "20"]), None);
        assert_eq!(
            [typed("10"), typed("0.5"), typed("0"), typed("3.0")],
            [10.into(), 0.5.into(), 0.into(), 3.0.into()]
        );
        assert_eq!([typed("007"), typed("5s"), typed("-1")], ["007".into(), "5s".into(), "-1".into()]);
    }
}
