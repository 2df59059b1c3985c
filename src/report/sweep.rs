//! A parameter sweep: one row per point for people, one row per point and metric for programs.

use crate::analysis::{COLUMNS, Cell, Judged, Point, Sweep};
use crate::record::Measure;

use super::goals::{found, interval, verdict};
use super::page::{Extent, Page, Rank};
use super::parameters::ParameterColumns;
use super::sheet::Sheet;
use super::table::{Entry, Table};
use super::words::plural;

/// The page of a sweep.
pub(super) fn page(sweep: &Sweep) -> Page<'_> {
    let mut page = Page::new(&*sweep.workload);
    let report = page.section(Extent::Report);
    report.paragraph(title(sweep));
    report.note(&*sweep.question);
    let excerpt = page.section(Extent::Excerpt);
    excerpt.heading(Rank::Chapter, &*sweep.workload);
    excerpt.paragraph(&*sweep.question);
    page.section(Extent::Both).table(table(sweep));
    page.sheets = vec![points_sheet(sweep), sweep_sheet(sweep)];
    page.printed = 1;
    page
}

fn title(sweep: &Sweep) -> String {
    format!("{}: {}", sweep.workload, described(sweep))
}

/// How many points there are, of how many replications.
pub(super) fn described(sweep: &Sweep) -> String {
    let Point { seed, replications, .. } = &sweep.points[0];
    let alike = sweep.points.iter().all(|it| (it.seed, &it.replications) == (*seed, replications));
    let of = match (alike, replications.start) {
        (false, _) => String::new(),
        (true, 0) => format!(" of {} replications, seed {seed}", replications.end),
        (true, first) => {
            let last = replications.end - 1;
            format!(" of {} replications (numbers {first} to {last}), seed {seed}", replications.end - first)
        }
    };
    format!("{} point{}{of}", sweep.points.len(), plural(sweep.points.len() as u64))
}

/// One row per point.
pub(super) fn table(sweep: &Sweep) -> Table {
    let goals = sweep.goals();
    let mut head = vec!["point".to_owned()];
    head.extend(sweep.keys.iter().cloned());
    for measure in &sweep.measures {
        head.extend([measure.to_string(), "95 % interval".to_owned()]);
    }
    head.extend(goals.iter().cloned());
    let mut table = Table::of_numbers(head);
    table.keep(|name| name != "95 % interval");
    for (at, point) in sweep.points.iter().enumerate() {
        let mut row = vec![Entry::from((at + 1).to_string())];
        row.extend(point.values.iter().map(|value| Entry::from(&**value)));
        for measure in &sweep.measures {
            let it = point.result.found(measure);
            let interval = if it.value.is_some() { interval(&it) } else { Entry::missing("") };
            row.extend([found(&it), interval]);
        }
        let judged = point.judged();
        row.extend(goals.iter().map(|goal| of(&judged, goal).map_or(Entry::missing(""), |it| verdict(it.verdict))));
        table.row(row);
    }
    table
}

/// The verdict on a goal.
fn of<'j>(judged: &'j [Judged], goal: &str) -> Option<&'j Judged> {
    judged.iter().find(|it| it.goal.to_string() == goal)
}

/// `sweep.csv`: the point, the values of its parameters, and the columns of `summary.csv`.
pub fn sweep_sheet(sweep: &Sweep) -> Sheet<'_> {
    let columns = ParameterColumns::of(sweep).names.into_iter().chain(COLUMNS.map(str::to_owned));
    Sheet::new("sweep", columns, move || {
        sweep.points.iter().zip(ParameterColumns::of(sweep).cells).flat_map(|(point, parameters)| {
            point.result.rows.iter().map(move |row| parameters.iter().chain(row).cloned().collect())
        })
    })
}

/// One row per point: the values of its parameters, and the measures of the table with their confidence intervals and
/// verdicts.
fn points_sheet(sweep: &Sweep) -> Sheet<'_> {
    let mut columns = ParameterColumns::of(sweep).names;
    for name in sweep.measures.iter().map(column) {
        columns.extend([name.clone(), format!("{name}_low"), format!("{name}_high")]);
    }
    columns.extend(sweep.goals());
    Sheet::new("points", columns, move || {
        let goals = sweep.goals();
        sweep.points.iter().zip(ParameterColumns::of(sweep).cells).map(move |(point, mut row)| {
            for measure in &sweep.measures {
                row.extend(point.result.found(measure).cells());
            }
            let judged = point.judged();
            row.extend(goals.iter().map(|goal| Cell::from(of(&judged, goal).map(|it| it.verdict.name()))));
            row
        })
    })
}

/// The name of the column of a measure.
fn column(measure: &Measure) -> String {
    format!("{measure}_{}", measure.unit().name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{PointResult, fake_study as study};
    use crate::fake;
    use crate::record::Goal;
    use crate::report::format::csv;
    use crate::report::format::{Format, Ink, draw};

    fn sweep() -> Sweep {
        let plan = fake::plan();
        let result = PointResult::of(&study(&plan));
        let point = |values: [&str; 2], goal: &str| Point {
            values: values.map(str::to_owned).to_vec(),
            parts: Vec::new(),
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
    fn the_file_has_a_row_per_point_and_metric() {
        let sweep = sweep();
        let csv = csv(&sweep_sheet(&sweep));
        let mut reader = ::csv::Reader::from_reader(&csv[..]);
        let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let parameters = ["point", "a.heartbeat", "a.heartbeat_s", "goal.1.at_most"];
        assert_eq!(head, parameters.into_iter().chain(COLUMNS).collect::<Vec<_>>());
        let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2 * sweep.points[0].result.rows.len());
        let second = &rows[rows.len() / 2];
        assert_eq!(second.iter().take(5).collect::<Vec<_>>(), ["2", "1m", "60", "'007", "fake"]);
    }

    #[test]
    fn every_point_is_judged_by_its_own_goals() {
        let sweep = sweep();
        let sheet = points_sheet(&sweep);
        assert_eq!(sheet.columns[sheet.columns.len() - 2..], ["refused.share <= 10%", "offered <= 1"]);
        let rows: Vec<Vec<Cell>> = sheet.rows().collect();
        let verdicts = |row: &[Cell]| row[row.len() - 2..].to_vec();
        assert_eq!(verdicts(&rows[0])[1], Cell::Missing);
        assert_eq!(verdicts(&rows[1]), [Cell::Missing, "missed".into()]);
        let drawn = |format| String::from_utf8(draw(&page(&sweep), format, Ink::Plain).unwrap()).unwrap();
        let table = drawn(Format::Table);
        assert!(table.starts_with("fake: 2 points of 5 replications, seed 1\n?\n\npoint"), "{table}");
        assert!(table.contains("not reached"), "{table}");
        assert_eq!(drawn(Format::Md).lines().count(), 4 + 2 + sweep.points.len());
    }
}
