//! The charts of a study.

use crate::analysis::{Cell, Study};
use crate::engine::Time;
use crate::plan::Occurs;
use crate::record::{Banded, Level, Measure, Metric, OfDuration, Quantile, Subject, Tally, Wait};
use crate::stats::Confidence;

use super::page::{Chart, Drawn, Marks, Scale};
use super::timeline::{BAND, faults_during, name_of};

/// Calls, waits and devices over the minutes of the run, each with its band over replications and the scheduled faults as shade.
pub(super) fn timeline_charts(study: &Study) -> Vec<Chart> {
    let calls = |tallies: &[Tally]| tallies.iter().copied().map(Banded::Calls).collect::<Vec<_>>();
    let lost = [calls(&[Tally::Abandoned, Tally::Refused]), vec![Banded::Dropped]].concat();
    let waits = [Wait::Setup, Wait::Queue].map(Banded::Wait);
    let charts = [
        ("calls offered and answered in a bin", "calls", calls(&[Tally::Offered, Tally::Answered])),
        ("calls lost and forwarded in a bin", "calls", [lost, calls(&[Tally::Forwarded])].concat()),
        ("mean waits of the calls answered in a bin", "ms", waits.to_vec()),
        ("callers in queues", "callers", vec![Banded::Level(Level::Waiting)]),
        ("calls in progress", "calls", vec![Banded::Level(Level::Calls)]),
        ("devices in service", "devices", vec![Banded::Level(Level::InService)]),
    ];
    let exist: Vec<Banded> = Banded::all_of(&study.catalogue).collect();
    let charts = charts.into_iter().map(|(title, axis, mut series)| {
        series.retain(|it| exist.contains(it));
        (title, axis, series)
    });
    charts
        .filter(|(.., series)| !series.is_empty())
        .map(|(title, axis, series)| over_time(study, title, axis, &series))
        .collect()
}

fn over_time(study: &Study, title: &str, axis: &str, series: &[Banded]) -> Chart {
    let merged = &study.outcome.merged;
    let mut columns = vec![match study.plan.clock(Time::ZERO) {
        Some(starts) => format!("minute after {starts}"),
        None => "minute".to_owned(),
    }];
    let mut drawn = Vec::new();
    let bounds = || (0..merged.timeline.bins()).map(|bin| merged.timeline.bounds(bin));
    // To a hundredth: beside an axis, all digits of a third of a minute would be in the way.
    let minute = |start: Time| (start.nanos() / 600_000_000) as f64 / 100.0;
    let mut rows: Vec<Vec<Cell>> = bounds().map(|(start, _)| vec![minute(start).into()]).collect();
    let mut add = |name: String, how: Drawn, cells: &mut dyn Iterator<Item = Option<f64>>| {
        columns.push(name);
        drawn.push(how);
        rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell.into()));
    };
    for &banded in series {
        add(name_of(banded, None), Drawn::Value, &mut study.bin_means(banded).into_iter());
        // With few replications there are no edges, and a column without numbers is none.
        let [low, _, high] = BAND;
        for percent in [low, high] {
            let edge = || merged.bins.bands(banded).map(|band| band.percentile(banded, percent));
            if edge().any(|it| it.is_some()) {
                add(name_of(banded, Some(percent)), Drawn::Edge, &mut edge());
            }
        }
    }
    if study.plan.faults.iter().any(|fault| matches!(fault.occurs, Occurs::Once { .. })) {
        let mut spans = bounds().map(|(start, end)| faults_during(study.plan, start, end).next().map(|_| 1.0));
        add("faults".to_owned(), Drawn::Span, &mut spans);
    }
    let edges = if drawn.contains(&Drawn::Edge) { " (thin: 5 and 95 % of the replications)" } else { "" };
    Chart {
        title: format!("{}: {title}{edges}", study.plan.name),
        marks: Marks::Line,
        columns,
        rows,
        drawn,
        axis: axis.to_owned(),
        scale: Scale::Linear,
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
        drawn: vec![Drawn::Value; metrics.len()],
        axis: "ms".to_owned(),
        // The middle and the tail of a delay may be a thousand times apart.
        scale: Scale::Logarithmic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;
    use crate::plan::Plan;

    /// Bins of two minutes; the faults are at 300 s for 60 s, at 400 s for 30 s and at 560 s for 10 s: in the last three of five.
    #[test]
    fn charts_have_bands_where_there_are_some_and_faults_where_they_strike() {
        let charts = |replications| timeline_charts(&study(&Plan { replications, ..fake::plan() }));
        let (few, many) = (charts(19), charts(20));
        let first = |charts: &[Chart]| charts[0].columns.join(" ");
        assert_eq!(first(&few), "minute offered answered faults");
        assert_eq!(first(&many), "minute offered offered_p5 offered_p95 answered answered_p5 answered_p95 faults");
        use Drawn::{Edge, Span, Value};
        assert_eq!(many[0].drawn, [Value, Edge, Edge, Value, Edge, Edge, Span]);
        let struck: Vec<bool> = many[0].rows.iter().map(|row| *row.last().unwrap() == Cell::Number(1.0)).collect();
        assert_eq!(struck, [false, false, true, true, true]);
        // Nobody queues there.
        let titles: Vec<&str> = many.iter().map(|chart| chart.title.as_str()).collect();
        assert!(titles.len() == 5 && titles.iter().all(|title| !title.contains("queue")), "{titles:?}");
        assert!(many.iter().all(|chart| chart.rows.iter().all(|row| row.len() == chart.columns.len())));
        let calm = Plan { faults: Vec::new(), ..fake::plan() };
        assert_eq!(first(&timeline_charts(&study(&calm))), "minute offered answered");
    }
}
