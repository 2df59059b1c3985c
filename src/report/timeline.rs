//! One row a bin of simulated time.

use super::{Study, cell, csv_of, full};

/// `timeline.csv`: the mean of every gauge over a bin and over all replications, warm-up included.
pub fn timeline_csv(study: &Study) -> Vec<u8> {
    let mut header: Vec<String> = ["workload", "bin", "start_s", "end_s"].map(String::from).to_vec();
    let mut columns = Vec::new();
    for (row, series) in study.catalogue.gauges.iter().enumerate() {
        if series.exists {
            header.push(match &*series.name {
                "" => series.metric.name().to_owned(),
                name => cell(&format!("{name}.{}", series.metric.name())),
            });
            columns.push(study.timeline_means(row));
        }
    }
    let timeline = &study.outcome.merged.timeline;
    let row = |bin| {
        let (start, end) = timeline.bounds(bin);
        let mut cells = vec![cell(&study.plan.name), bin.to_string(), full(start.seconds()), full(end.seconds())];
        cells.extend(columns.iter().map(|column| full(column[bin])));
        cells
    };
    csv_of(std::iter::once(header).chain((0..timeline.bins()).map(row)))
}
