//! One row per bin of simulated time.

use super::sheet::Sheet;
use crate::analysis::{Cell, Study};

/// `timeline.csv`: the mean of every gauge over a bin and over all replications, warm-up included. `clock` is what the clock
/// shows at the start of the bin, if the workload says when a run starts.
pub fn timeline_sheet<'a>(study: &'a Study<'_>) -> Sheet<'a> {
    let gauges = || study.catalogue.gauges.iter().enumerate().filter(|(_, series)| series.exists);
    let mut head: Vec<String> = ["workload", "bin", "start_s", "end_s"].map(String::from).to_vec();
    head.extend(study.plan.clock.map(|_| "clock".to_owned()));
    head.extend(gauges().map(|(_, series)| match &*series.name {
        "" => series.metric.name().to_owned(),
        name => format!("{name}.{}", series.metric.name()),
    }));
    Sheet::new("timeline", head, move || {
        let gauges = study.catalogue.gauges.iter().enumerate().filter(|(_, series)| series.exists);
        let columns: Vec<Vec<f64>> = gauges.map(|(row, _)| study.timeline_means(row)).collect();
        let timeline = &study.outcome.merged.timeline;
        (0..timeline.bins()).map(move |bin| {
            let (start, end) = timeline.bounds(bin);
            let place = [(bin as u64).into(), start.seconds().into(), end.seconds().into()];
            let mut cells = vec![Cell::from(&*study.plan.name)];
            cells.extend(place);
            cells.extend(study.plan.clock(start).map(Cell::Clock));
            cells.extend(columns.iter().map(|column| Cell::Number(column[bin])));
            cells
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study;
    use crate::fake;
    use crate::workload::Clock;

    /// Bins of two minutes around midnight.
    #[test]
    fn the_clock_stands_beside_the_seconds_where_there_is_one() {
        let mut plan = fake::plan();
        let without = timeline_sheet(&fake_study(&plan)).columns;
        plan.clock = Clock::parse("23:56").ok();
        let study = fake_study(&plan);
        let sheet = timeline_sheet(&study);
        assert_eq!(sheet.columns[..5], ["workload", "bin", "start_s", "end_s", "clock"]);
        assert_eq!(
            sheet.columns.iter().filter(|name| *name != "clock").collect::<Vec<_>>(),
            without.iter().collect::<Vec<_>>()
        );
        let shown: Vec<Cell> = sheet.rows().map(|row| row[4].clone()).collect();
        let expected = ["23:56:00", "23:58:00", "00:00:00 +1", "00:02:00 +1", "00:04:00 +1"];
        assert_eq!(shown, expected.map(|time| Cell::Clock(time.to_owned())));
    }
}
