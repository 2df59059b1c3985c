//! The charts of a study.

use crate::analysis::{Cell, Study};
use crate::record::{Catalogue, Measure, Metric, OfDuration, Quantile, Subject};
use crate::stats::Confidence;

use super::page::{Band, Chart, Marks, Scale};

/// Calls and devices over the minutes of the run.
pub(super) fn timeline_chart(study: &Study) -> Chart {
    let timeline = &study.outcome.merged.timeline;
    let [calls, devices] =
        [Catalogue::CALLS_IN_PROGRESS, Catalogue::DEVICES_IN_SERVICE].map(|row| study.timeline_means(row));
    let row = |bin: usize| {
        let minute = timeline.bounds(bin).0.seconds() / 60.0;
        [minute, calls[bin], devices[bin]].map(Cell::from).to_vec()
    };
    let [calls, devices] = ["calls in progress", "devices in service"].map(str::to_owned);
    Chart {
        title: format!("{}: calls and devices, mean over replications", study.plan.name),
        marks: Marks::Line,
        columns: vec!["minute".to_owned(), calls.clone(), devices.clone()],
        rows: (0..timeline.bins()).map(row).collect(),
        axes: [Some(calls), Some(devices)],
        scale: Scale::Linear,
        band: Band::None,
    }
}

/// Percentiles of the delays that callers see.
pub(super) fn delays_chart(study: &Study) -> Chart {
    let metrics = [Metric::PostDialDelay, Metric::SetupDelay, Metric::RoutePointDelay];
    let of = |metric: Metric, quantile: Quantile| {
        let measure = Measure::Duration(Subject::CLUSTER, metric, OfDuration::Quantile(quantile));
        measure.of(study, Confidence::P95).value.filter(|value| value.is_finite())
    };
    let row = |quantile: Quantile| {
        let delays = metrics.map(|metric| Cell::from(of(metric, quantile)));
        std::iter::once((&*quantile.name()).into()).chain(delays).collect()
    };
    Chart {
        title: format!("{}: delays, all replications together", study.plan.name),
        marks: Marks::Columns,
        columns: std::iter::once("percentile").chain(metrics.map(Metric::name)).map(str::to_owned).collect(),
        rows: Quantile::ALL.map(row).to_vec(),
        axes: [Some("ms".to_owned()), None],
        // The middle and the tail of a delay may be a thousand times apart.
        scale: Scale::Logarithmic,
        band: Band::None,
    }
}
