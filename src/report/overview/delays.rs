//! How long callers and applications wait: percentile curves, and the share that waits longer than a time.

use crate::analysis::{NANOS_PER_MILLI, Study, millis};
use crate::record::{Measure, Metric, OfDuration, Quantile, Scope, Subject};
use crate::report::chart::{Axis, Chart, Plot, Point, Scale, Series, Shape, Stroke};
use crate::report::words::whole;
use crate::stats::Confidence;

use crate::report::kept::{Chapter, Item};

/// The delays of the cluster that are drawn where they occur, the most important first.
const OF_CLUSTER: [Metric; 5] =
    [Metric::PostDialDelay, Metric::SetupDelay, Metric::TransferDelay, Metric::RoutePointDelay, Metric::CfofDelay];

/// The percentiles of a curve, in millionths: nearly even on an axis on which each step to the right is ten times rarer.
const MILLIONTHS: [u32; 21] = [
    100_000, 250_000, 500_000, 600_000, 700_000, 800_000, 900_000, 930_000, 950_000, 970_000, 980_000, 990_000,
    995_000, 998_000, 999_000, 999_500, 999_800, 999_900, 999_950, 999_990, 999_999,
];

/// Times in each power of ten.
const TIMES: [f64; 10] = [1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0];

/// The charts of delays; nothing if nobody waits for anything.
pub(super) fn delays(study: &Study) -> Option<Chapter> {
    let measured = measured(study);
    if measured.is_empty() {
        return None;
    }
    let about = left_out(&measured);
    let chart = |id: &str, title: &str, about: String, x: Axis, y: Axis, series: Vec<Series>| {
        let plot = Plot { x, y, series, spans: Vec::new(), moments: Vec::new(), levels: Vec::new() };
        Item::Chart(Chart { id: id.to_owned(), title: title.to_owned(), about, shape: Shape::Plot(plot) })
    };
    let tail = Axis {
        name: "share of the calls".to_owned(),
        unit: "ratio".to_owned(),
        scale: Scale::Tail,
        from: Some(0.0),
        to: None,
    };
    let percentiles = chart(
        "delays",
        "Percentiles of the delays",
        format!("Each step to the right is ten times rarer. The band is the 95 % confidence interval; where it ends, too few were that long to tell. {about}").trim_end().to_owned(),
        tail,
        Axis::logarithmic("delay", "ms"),
        measured.iter().map(|it| it.percentiles(study)).collect(),
    );
    let longer = chart(
        "longer-than",
        "How many wait longer than a time",
        "Both axes are logarithmic: one in a hundred is at 1 %.".to_owned(),
        Axis::logarithmic("time", "ms"),
        Axis::logarithmic("share that waits longer", "ratio"),
        measured.iter().map(|it| it.longer(study)).collect(),
    );
    let about = "Of all replications together.".to_owned();
    Some(Chapter { heading: "Delays".to_owned(), about, items: vec![percentiles, longer] })
}

/// A delay that occurred.
struct Delay {
    subject: Subject,
    metric: Metric,
    /// Its row in the catalogue.
    row: usize,
    /// How many ended, and how many were censored.
    ended: u64,
    censored: u64,
}

fn measured(study: &Study) -> Vec<Delay> {
    let durations = &study.catalogue.durations;
    let of_cluster = OF_CLUSTER.into_iter().filter_map(|metric| Some((metric, study.catalogue.cluster(metric)?)));
    let of_queues =
        durations.iter().enumerate().filter(|(_, it)| it.metric == Metric::QueueWait && it.scope == Scope::Queue);
    let of_queues = of_queues.map(|(row, it)| (it.metric, row));
    let delay = |(metric, row): (Metric, usize)| {
        let (ended, censored) = (study.outcome.merged.histograms[row].totals().count, study.censored(row));
        let series = &durations[row];
        let subject = Subject { scope: series.scope, name: series.name.clone() };
        (ended > 0).then_some(Delay { subject, metric, row, ended, censored })
    };
    of_cluster.chain(of_queues).filter_map(delay).take(Plot::MOST_SERIES).collect()
}

impl Delay {
    fn name(&self) -> String {
        match &*self.subject.name {
            "" => self.metric.name().to_owned(),
            queue => format!("{} {queue}", self.metric.name()),
        }
    }

    /// The values, as the logarithm of an axis has no zero.
    fn percentiles(&self, study: &Study) -> Series {
        let all = (self.ended + self.censored) as f64;
        let reached = |quantile: &Quantile| (1.0 - quantile.share()) * all >= 1.0;
        let point = |quantile: Quantile| {
            let measure = Measure::Duration(self.subject.clone(), self.metric, OfDuration::Quantile(quantile));
            let found = measure.of(study, Confidence::P95);
            let drawn = |value: Option<f64>| value.filter(|value| value.is_finite() && *value > 0.0);
            Some(Point {
                low: drawn(found.low),
                high: drawn(found.high),
                ..Point::new(quantile.share(), drawn(found.value)?)
            })
        };
        let mut quantiles: Vec<Quantile> = MILLIONTHS.into_iter().filter_map(Quantile::of_millionths).collect();
        quantiles.dedup();
        let points: Vec<Point> = quantiles.into_iter().filter(reached).filter_map(point).collect();
        let edges = if points.iter().any(|it| it.low.is_some()) { "95 % confidence interval" } else { "" };
        Series { name: self.name(), stroke: Stroke::Line, edges: edges.to_owned(), points }
    }

    /// The share that lasts longer, at times up to the longest.
    fn longer(&self, study: &Study) -> Series {
        let survival = study.survival(self.row);
        let totals = study.outcome.merged.histograms[self.row].totals();
        let (least, most) = (millis(totals.min), millis(totals.max));
        let decades = (-4..8).flat_map(|power| TIMES.map(|time| time * libm::pow(10.0, f64::from(power))));
        let point = |time: f64| {
            let share = survival.beyond((time * NANOS_PER_MILLI) as u64);
            (share > 0.0).then(|| Point::new(time, share))
        };
        let inside = decades.filter(|time| *time > least * 0.8 && *time < most);
        let points = inside.filter_map(point).collect();
        Series { name: self.name(), stroke: Stroke::Line, edges: String::new(), points }
    }
}

/// What the tables leave out, and the curves do not; empty if that is nothing.
fn left_out(measured: &[Delay]) -> String {
    let cut = measured.iter().filter(|it| it.censored > 0);
    let words = |it: &Delay| format!("{}: {} of {}", it.name(), whole(it.censored), whole(it.ended + it.censored));
    let all: Vec<String> = cut.map(words).collect();
    if all.is_empty() {
        return String::new();
    }
    format!(
        "{} were censored (callers hung up or were lost before, or the run ended): the curves take them into account \
         (Kaplan-Meier), the tables leave them out.",
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{duration_row, fake_study};
    use crate::fake;

    /// 1,151 values: one in a thousand of them is one, one in two thousand is none.
    #[test]
    fn a_curve_has_the_numbers_of_the_tables_as_far_as_there_are_values() {
        let plan = fake::plan();
        let study = fake_study(&plan);
        let chapter = delays(&study).unwrap();
        let Item::Chart(Chart { id, shape: Shape::Plot(plot), about, .. }) = &chapter.items[0] else {
            panic!("curves")
        };
        assert!(
            id == "delays" && about.contains("post_dial_delay: 161 of 1,312, setup_delay: 161 of 1,312 were censored"),
            "{about}"
        );
        let series = plot.series.iter().find(|it| it.name == "route_point_delay").unwrap();
        let row = duration_row(&study, study.catalogue.cluster(Metric::RoutePointDelay).unwrap()).unwrap();
        let at = |share: f64| series.points.iter().find(|point| point.x == share).unwrap();
        assert_eq!((row.count, at(0.5).y, at(0.99).y), (1151, row.p50, row.p99));
        assert_eq!((at(0.99).low, at(0.99).high), (row.p99_low, row.p99_high));
        let last = series.points.last().unwrap();
        assert_eq!((last.x, last.y), (0.999, row.p999));
    }

    #[test]
    fn fewer_and_fewer_wait_longer_and_longer() {
        let plan = fake::plan();
        let chapter = delays(&fake_study(&plan)).unwrap();
        let Item::Chart(Chart { shape: Shape::Plot(plot), .. }) = &chapter.items[1] else { panic!("curves") };
        for series in &plot.series {
            let falls = |pair: &[Point]| pair[0].x < pair[1].x && pair[0].y >= pair[1].y;
            assert!(series.points.len() > 2 && series.points.windows(2).all(falls), "{series:?}");
            assert!(series.points.iter().all(|point| point.y.is_some_and(|y| y > 0.0 && y <= 1.0)));
        }
    }
}
