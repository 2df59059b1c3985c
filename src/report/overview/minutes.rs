//! What happens minute by minute: calls, waits, queues, devices and what is busiest, all on one axis of time.

use crate::analysis::Study;
use crate::engine::{Span, Time};
use crate::plan::Plan;
use crate::record::{Banded, Bins, Level as Of, Measure, Metric, OfDuration, Quantile, Subject, Tally, Wait};
use crate::report::chart::{Axis, Chart, Moment, Plot, Point, Scale, Series, Shape, Stretch, StretchKind, Stroke};
use crate::report::timeline::BAND;
use crate::report::words::{human, span};
use crate::stats::Confidence;

use super::busy::{Full, fullest};
use super::faults::{at_random, only, scheduled, when, words};
use crate::report::kept::{Chapter, Item};

/// So many of the busiest are drawn over time; less busy ones are not.
const BUSIEST: usize = 5;
const BUSY: f64 = 0.2;

/// The charts over time.
pub(super) fn minutes(study: &Study) -> Chapter {
    let mut chapter = Chapter { heading: "Over time".to_owned(), about: about(study), items: Vec::new() };
    let bins = study.outcome.merged.timeline.bins();
    if bins > Bins::MOST_BANDED {
        let words = format!(
            "The run has {} bins, too many to draw: a longer `run.bin` makes charts of it.",
            human(bins as f64)
        );
        chapter.items.push(Item::Note(words));
        return chapter;
    }
    let time = TimeAxis::of(study);
    let each = each(study.window.bin);
    let calls = |tallies: &[Tally]| tallies.iter().copied().map(Banded::Calls).collect::<Vec<_>>();
    let lost = [calls(&[Tally::Abandoned, Tally::Refused]), vec![Banded::Dropped], calls(&[Tally::Forwarded])].concat();
    let charts = [
        (
            "calls",
            format!("Calls offered and answered in each {each}"),
            "calls",
            "count",
            calls(&[Tally::Offered, Tally::Answered]),
        ),
        ("losses", format!("Calls lost and forwarded in each {each}"), "calls", "count", lost),
        (
            "waits",
            format!("Mean wait for the first answer, by a person or a machine, of the calls answered in each {each}"),
            "mean wait",
            "ms",
            [Wait::Setup, Wait::Queue].map(Banded::Wait).to_vec(),
        ),
        ("waiting", "Callers who wait in queues".to_owned(), "callers", "count", vec![Banded::Level(Of::Waiting)]),
        ("calls-in-progress", "Calls in progress".to_owned(), "calls", "count", vec![Banded::Level(Of::Calls)]),
        (
            "devices",
            "Devices in service, and those that an application controls".to_owned(),
            "devices",
            "count",
            vec![Banded::Level(Of::InService), Banded::Level(Of::Controlled)],
        ),
    ];
    let exist: Vec<Banded> = Banded::all_of(&study.catalogue).collect();
    for (id, title, axis, unit, mut banded) in charts {
        banded.retain(|it| exist.contains(it));
        let mut series: Vec<Series> = banded.into_iter().map(|it| over_bins(study, it)).collect();
        // What never happens, and what never changes, is no curve to look at.
        match id {
            "devices" => series.retain(|it| !is_level(it)),
            _ => series.retain(|it| it.points.iter().any(|point| point.y.is_some_and(|y| y > 0.0))),
        }
        if !series.is_empty() {
            chapter.items.push(Item::Chart(time.chart(id, title, Axis::from_zero(axis, unit), series)));
        }
    }
    let busiest = busiest(study);
    if !busiest.is_empty() {
        let title = format!("How full the busiest are in each {each}");
        chapter.items.push(Item::Chart(time.chart(
            "busiest",
            title,
            Axis::from_zero("share in use", "ratio"),
            busiest,
        )));
    }
    chapter
}

fn about(study: &Study) -> String {
    let mut words = "Means over all replications.".to_owned();
    if study.outcome.merged.bins.has_bands() && study.outcome.summaries.len() >= 20 {
        words += " The band has nine of ten replications in it.";
    }
    match (scheduled(study.plan).len(), at_random(study.plan)) {
        (_, 0) => {}
        (0, _) => words += " Faults strike at other times in each replication, so that none is drawn.",
        _ => {
            words += " Of the faults, those that strike at random are not drawn: they strike at other times in each replication."
        }
    }
    words
}

/// A bin, after "in each".
pub(super) fn each(bin: Span) -> String {
    match bin.nanos() {
        1_000_000_000 => "second".to_owned(),
        60_000_000_000 => "minute".to_owned(),
        3_600_000_000_000 => "hour".to_owned(),
        _ => span(bin),
    }
}

impl Axis {
    /// A linear axis of amounts.
    pub(super) fn from_zero(name: &str, unit: &str) -> Axis {
        Axis { name: name.to_owned(), unit: unit.to_owned(), scale: Scale::Linear, from: Some(0.0), to: None }
    }

    /// A logarithmic axis.
    pub(super) fn logarithmic(name: &str, unit: &str) -> Axis {
        Axis { scale: Scale::Logarithmic, from: None, ..Axis::from_zero(name, unit) }
    }
}

/// Whether the values are all the same.
fn is_level(series: &Series) -> bool {
    series.points.iter().all(|point| point.y == series.points[0].y && point.low == point.high)
}

/// The mean over the replications, with its band.
fn over_bins(study: &Study, banded: Banded) -> Series {
    let merged = &study.outcome.merged;
    let [low, _, high] = BAND.map(|percent| {
        merged.bins.bands(banded).map(|band| band.percentile(banded, percent)).collect::<Vec<Option<f64>>>()
    });
    let edge = |edges: &[Option<f64>], bin: usize| edges.get(bin).copied().flatten();
    let point = |(bin, y): (usize, Option<f64>)| Point {
        low: edge(&low, bin),
        high: edge(&high, bin),
        ..Point::new(merged.timeline.bounds(bin).0.seconds(), y)
    };
    let points: Vec<Point> = study.bin_means(banded).into_iter().enumerate().map(point).collect();
    let edges = if points.iter().any(|point| point.low.is_some()) { "5 and 95 % of the replications" } else { "" };
    Series { name: banded.name().to_owned(), stroke: Stroke::Steps, edges: edges.to_owned(), points }
}

/// The stations, and the groups of a limited size, that are fullest in their busiest bin: the fullest first.
fn busiest(study: &Study) -> Vec<Series> {
    let all = fullest(study).into_iter().filter(|it| it.busiest_bin >= BUSY).take(BUSIEST);
    let series = |Full { name, row, size, .. }: Full| {
        let of = size.map_or(1.0, f64::from);
        let means = study.timeline_means(row).into_iter().enumerate();
        let point =
            |(bin, mean): (usize, f64)| Point::new(study.outcome.merged.timeline.bounds(bin).0.seconds(), mean / of);
        Series { name, stroke: Stroke::Steps, edges: String::new(), points: means.map(point).collect() }
    };
    all.map(series).collect()
}

/// What all charts over time share.
struct TimeAxis {
    axis: Axis,
    spans: Vec<Stretch>,
    moments: Vec<Moment>,
    about: String,
}

impl TimeAxis {
    fn of(study: &Study) -> TimeAxis {
        let plan = study.plan;
        let scale = match plan.clock {
            Some(clock) => Scale::Clock { starts: (clock.starts().nanos() / 1_000_000_000) as u32 },
            None => Scale::Elapsed,
        };
        let (from, to) = (Some(0.0), Some(plan.length.seconds()));
        let axis = Axis { name: "time".to_owned(), unit: "s".to_owned(), scale, from, to };
        TimeAxis { axis, spans: spans(study), moments: moments(study), about: happens(plan) }
    }

    fn chart(&self, id: &str, title: String, y: Axis, series: Vec<Series>) -> Chart {
        let TimeAxis { axis, spans, moments, about } = self;
        let levels = Vec::new();
        let plot = Plot { x: axis.clone(), y, series, spans: spans.clone(), moments: moments.clone(), levels };
        Chart { id: id.to_owned(), title, about: about.clone(), shape: Shape::Plot(plot) }
    }
}

/// The warm-up and the faults.
fn spans(study: &Study) -> Vec<Stretch> {
    let plan = study.plan;
    let end = plan.length.seconds();
    let warm_up = Stretch {
        from: 0.0,
        to: study.window.warm_up.seconds(),
        words: "warm-up".to_owned(),
        kind: StretchKind::WarmUp,
    };
    let faults = scheduled(plan).into_iter().map(|it| Stretch {
        from: it.at.seconds(),
        to: it.over(plan).map_or(end, Time::seconds),
        words: words(plan, it.fault),
        kind: StretchKind::Fault,
    });
    std::iter::once(warm_up).filter(|it| it.to > 0.0).chain(faults).collect()
}

/// The faults in words, for those who do not see them.
fn happens(plan: &Plan) -> String {
    let faults = scheduled(plan);
    let sentence = |it: &super::faults::Struck<'_>| format!("{} {}", words(plan, it.fault), when(plan, it.at));
    match faults.len() {
        0 => String::new(),
        1..=3 => format!("Shaded: {}.", faults.iter().map(sentence).collect::<Vec<_>>().join("; ")),
        several => format!("Shaded: {several} faults, the first {}.", when(plan, faults[0].at)),
    }
}

/// What follows from the only fault: when it is noticed, when all devices are back and when they are home.
fn moments(study: &Study) -> Vec<Moment> {
    let plan = study.plan;
    let Some(struck) = only(plan) else { return Vec::new() };
    let (at, end) = (struck.at.seconds(), plan.length.seconds());
    let cluster = |metric, statistic| {
        Measure::Duration(Subject::CLUSTER, metric, statistic)
            .of(study, Confidence::P95)
            .value
            .filter(|it| it.is_finite())
    };
    // A moment that some failures do not come to is none.
    let row = study.catalogue.cluster(Metric::DetectionDelay);
    let noticed =
        row.filter(|&row| study.censored(row) == 0).and_then(|_| cluster(Metric::DetectionDelay, OfDuration::Mean));
    let noticed = noticed.map(|millis| (at + millis / 1e3, "noticed"));
    let back = all_back(study, struck.at).map(|time| (time, "all back"));
    let home = |quantile, words| {
        let over = struck.over(plan)?.seconds();
        Some((over + cluster(Metric::RehomeDelay, OfDuration::Quantile(quantile))? / 1e3, words))
    };
    let homes = [home(Quantile::P50, "half home"), home(Quantile::P95, "95 % home")];
    let all = noticed.into_iter().chain(back).chain(homes.into_iter().flatten());
    let mut moments: Vec<(f64, &str)> = all.filter(|(time, _)| *time < end).collect();
    moments.sort_by(|one, other| one.0.total_cmp(&other.0));
    moments.into_iter().map(|(at, words)| Moment { at, words: words.to_owned() }).collect()
}

/// When all devices are back.
fn all_back(study: &Study, struck: Time) -> Option<f64> {
    let timeline = &study.outcome.merged.timeline;
    let bounds: Vec<(Time, Time)> = (0..timeline.bins()).map(|bin| timeline.bounds(bin)).collect();
    let levels = [Of::InService, Of::Controlled].map(|level| study.bin_means(Banded::Level(level)));
    as_before(&bounds, &levels, struck)
}

/// The start of the first bin from which on every level is at least what it was before; `None` if none was ever lower, or some
/// still are at the end.
fn as_before(bounds: &[(Time, Time)], levels: &[Vec<Option<f64>>], struck: Time) -> Option<f64> {
    /// Sums of devices over a bin are exact, but their means are rounded.
    const ROUNDED: f64 = 1e-9;
    let before = bounds.iter().rposition(|(_, end)| *end <= struck)?;
    let last_lower = |level: &Vec<Option<f64>>| {
        let usual = level[before]? * (1.0 - ROUNDED);
        (before + 1..level.len()).rev().find(|&bin| level[bin].is_some_and(|mean| mean < usual))
    };
    let last = levels.iter().filter_map(last_lower).max()?;
    bounds.get(last + 1).map(|(start, _)| start.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study;
    use crate::fake;
    use crate::workload::Clock;

    fn chart<'a>(chapter: &'a Chapter, id: &str) -> &'a Chart {
        let charts = chapter.items.iter().filter_map(|item| match item {
            Item::Chart(chart) => Some(chart),
            _ => None,
        });
        charts.into_iter().find(|chart| chart.id == id).unwrap()
    }

    /// The warm-up is a minute; the application fails at 300 s for 60 s. The mean of the three detection delays of the fake model,
    /// in the replications, is 17.271 s.
    #[test]
    fn the_only_fault_has_its_times() {
        let mut plan = fake::plan();
        plan.faults.truncate(1);
        plan.clock = Clock::parse("09:00").ok();
        let study = fake_study(&plan);
        let chapter = minutes(&study);
        let chart = chart(&chapter, "calls");
        let Shape::Plot(plot) = &chart.shape else { panic!("curves") };
        let spans: Vec<(f64, f64, &str)> = plot.spans.iter().map(|it| (it.from, it.to, &*it.words)).collect();
        assert_eq!(spans, [(0.0, 60.0, "warm-up"), (300.0, 360.0, "application ivr hangs")]);
        assert!(
            plot.moments[0].words == "noticed" && (plot.moments[0].at - 317.271).abs() < 1e-3,
            "{:?}",
            plot.moments
        );
        assert_eq!(chart.about, "Shaded: application ivr hangs at 09:05.");
        assert_eq!((&plot.x.scale, plot.x.from, plot.x.to), (&Scale::Clock { starts: 32_400 }, Some(0.0), Some(600.0)));
        // Five bins of two minutes.
        let starts: Vec<f64> = plot.series[0].points.iter().map(|point| point.x).collect();
        assert_eq!(starts, [0.0, 120.0, 240.0, 360.0, 480.0]);
        let means = study.bin_means(Banded::Calls(Tally::Offered));
        assert!(plot.series[0].points.iter().map(|point| point.y).eq(means));
        // Five replications have no band, twenty do.
        assert!(plot.series[0].edges.is_empty() && plot.series[0].points[0].low.is_none());
    }

    #[test]
    fn several_faults_have_no_moments_and_many_replications_a_band() {
        let plan = Plan { replications: 20, ..fake::plan() };
        let chapter = minutes(&fake_study(&plan));
        let Shape::Plot(plot) = &chart(&chapter, "losses").shape else { panic!("curves") };
        assert!(plot.moments.is_empty() && plot.spans.len() == 4);
        assert_eq!(plot.series[0].edges, "5 and 95 % of the replications");
        assert!(plot.series[0].points.iter().all(|it| it.low <= it.high && it.low.is_some()));
    }

    /// Bins of two minutes, and a fault at 300 s: the bin before ends at 240 s.
    #[test]
    fn all_are_back_when_none_is_missing_any_more() {
        let bounds: Vec<(Time, Time)> = (0..5)
            .map(|bin| (Time::ZERO + Span::from_secs(120 * bin), Time::ZERO + Span::from_secs(120 * (bin + 1))))
            .collect();
        let struck = Time::ZERO + Span::from_secs(300);
        let level = |means: [f64; 5]| means.map(Some).to_vec();
        let back = |one, other| as_before(&bounds, &[level(one), level(other)], struck);
        assert_eq!(back([10.0, 10.0, 8.0, 9.5, 10.0], [6.0, 6.0, 3.0, 6.0, 6.0]), Some(480.0));
        assert_eq!(back([10.0, 10.0, 8.0, 10.0, 10.0], [6.0; 5]), Some(360.0));
        // Some are missing at the end; none ever was.
        assert_eq!(back([10.0, 10.0, 8.0, 10.0, 9.0], [6.0; 5]), None);
        assert_eq!(back([10.0; 5], [6.0; 5]), None);
    }
}
