//! One row a bin of simulated time.

use super::sheet::Sheet;
use crate::analysis::{Cell, Study};

/// `timeline.csv`: the mean of every gauge over a bin and over all replications, warm-up included.
pub fn timeline_sheet<'a>(study: &'a Study) -> Sheet<'a> {
    let mut head: Vec<String> = ["workload", "bin", "start_s", "end_s"].map(String::from).to_vec();
    let mut columns = Vec::new();
    for (row, series) in study.catalogue.gauges.iter().enumerate() {
        if series.exists {
            head.push(match &*series.name {
                "" => series.metric.name().to_owned(),
                name => format!("{name}.{}", series.metric.name()),
            });
            columns.push(study.timeline_means(row));
        }
    }
    let timeline = &study.outcome.merged.timeline;
    let row = move |bin| {
        let (start, end) = timeline.bounds(bin);
        let mut cells: Vec<Cell> =
            vec![(&*study.plan.name).into(), (bin as u64).into(), start.seconds().into(), end.seconds().into()];
        cells.extend(columns.iter().map(|column| Cell::Number(column[bin])));
        cells
    };
    Sheet::new("timeline", head, (0..timeline.bins()).map(row))
}
