//! How devices come back after faults, and home: survival curves with what was not seen to end.

use crate::analysis::Study;
use crate::domain::{DeviceKind, OutageCause};
use crate::record::{CAUSES, KINDS, MergedHistogram, Metric};
use crate::report::chart::{Axis, Chart, Plot, Point, Scale, Series, Shape, Stroke};
use crate::report::words::{percent, whole};
use crate::stats::Survival;

use crate::report::kept::{Chapter, Item};

/// A curve keeps a step only if it falls by at least this since the last that was kept.
const STEP: f64 = 0.004;
/// Times that are further apart than this are drawn on a logarithmic axis.
const FAR_APART: f64 = 100.0;

/// The curves of outages and of the ways home; nothing if no device was out of service.
pub(super) fn recovery(study: &Study) -> Option<Chapter> {
    let outages = KINDS.map(|kind| (kind, outages(study, kind)));
    let homes = KINDS.map(|kind| {
        let row = study.catalogue.device_kind(Metric::RehomeDelay, kind);
        let merged = &study.outcome.merged;
        (kind, Times { ended: merged.histograms[row].clone(), censored: merged.censored[row].clone() })
    });
    let charts = [
        chart("recovery", "Devices that are still out of service", "time since the fault", "outages", &outages),
        chart(
            "rehoming",
            "Devices that are not home yet",
            "time since the home CallManager is back",
            "ways home",
            &homes,
        ),
    ];
    let items: Vec<Item> = charts.into_iter().flatten().map(Item::Chart).collect();
    let about = "Kaplan-Meier estimates from all replications together: an upright stroke is a device whose end was not seen, and that counts until then.".to_owned();
    (!items.is_empty()).then(|| Chapter { heading: "Recovery".to_owned(), about, items })
}

/// Times that ended and times that did not.
#[derive(Default)]
struct Times {
    ended: MergedHistogram,
    censored: MergedHistogram,
}

impl Times {
    fn all(&self) -> u64 {
        self.ended.totals().count + self.censored.totals().count
    }
}

/// The outages of a kind of device that nobody meant.
fn outages(study: &Study, kind: DeviceKind) -> Times {
    let merged = &study.outcome.merged;
    let causes = CAUSES.into_iter().filter(|cause: &OutageCause| !cause.is_planned());
    causes.fold(Times::default(), |mut times, cause| {
        let row = study.catalogue.device_fate(Metric::OutOfService, kind, cause);
        times.ended.add(&merged.histograms[row]);
        times.censored.add(&merged.censored[row]);
        times
    })
}

const fn plural(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::RoutePoint => "route points",
        DeviceKind::CtiPort => "CTI ports",
        DeviceKind::Phone => "phones",
    }
}

fn chart(id: &str, title: &str, time: &str, what: &str, kinds: &[(DeviceKind, Times)]) -> Option<Chart> {
    let some: Vec<&(DeviceKind, Times)> = kinds.iter().filter(|(_, times)| times.all() > 0).collect();
    let ends =
        some.iter().flat_map(|(_, times)| [times.ended.totals(), times.censored.totals()]).filter(|it| it.count > 0);
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let (least, most) = ends.fold((f64::INFINITY, 0.0_f64), |(least, most), it| {
        (least.min(seconds(it.min.nanos())), most.max(seconds(it.max.nanos())))
    });
    if some.is_empty() || most <= 0.0 {
        return None;
    }
    // The least at which something ends, or a little less, is where a logarithmic axis begins.
    let from = if most > FAR_APART * least.max(1e-3) {
        libm::pow(10.0, libm::floor(libm::log10(least.max(1e-3))))
    } else {
        0.0
    };
    let scale = if from > 0.0 { Scale::Logarithmic } else { Scale::Linear };
    let x = Axis { scale, from: Some(from), to: Some(most), ..Axis::from_zero(time, "s") };
    let y = Axis { to: Some(1.0), ..Axis::from_zero("share", "ratio") };
    let series = some.iter().flat_map(|(kind, times)| curves(plural(*kind), times, from, most)).collect();
    let plot = Plot { x, y, series, spans: Vec::new(), moments: Vec::new(), levels: Vec::new() };
    let (all, cut) = some.iter().fold((0, 0), |(all, cut), (_, it)| (all + it.all(), cut + it.censored.totals().count));
    let about = match cut {
        0 => format!("All {} {what} were seen to end.", whole(all)),
        _ => format!(
            "{} of {} {what} ({}) were not seen to end.",
            whole(cut),
            whole(all),
            percent(cut as f64 / all as f64)
        ),
    };
    Some(Chart { id: id.to_owned(), title: title.to_owned(), about, shape: Shape::Plot(plot) })
}

/// The curve from one, to the last time that is known of, and the strokes on it.
fn curves(name: &str, times: &Times, from: f64, to: f64) -> Vec<Series> {
    let survival = Survival::new(times.ended.steps(&times.censored));
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let mut points = vec![Point::new(from, 1.0)];
    let (mut kept, mut last) = (1.0, None);
    for (time, share) in survival.curve() {
        last = Some((time, share));
        if kept - share >= STEP || share == 0.0 {
            points.push(Point::new(seconds(time), share));
            (kept, last) = (share, None);
        }
    }
    points.extend(last.map(|(time, share)| Point::new(seconds(time), share)));
    // Beyond the longest nothing is known.
    let longest = seconds(times.ended.totals().max.max(times.censored.totals().max).nanos()).min(to);
    let end = points[points.len() - 1].clone();
    points.extend((end.x < longest).then_some(Point { x: longest, ..end }));
    let curve = Series { name: name.to_owned(), stroke: Stroke::Steps, edges: String::new(), points };
    let mut strokes: Vec<(f64, f64, u64)> = Vec::new();
    for (time, _, cut) in times.ended.steps(&times.censored).filter(|(.., cut)| *cut > 0) {
        let x = seconds(time).min(longest);
        match strokes.last_mut() {
            // No two strokes closer than a thousandth of the axis: they are one.
            Some((last, _, counted)) if x - *last < to / 1e3 => *counted += cut,
            _ => strokes.push((x, survival.beyond(time), cut)),
        }
    }
    let stroke = |(x, y, cut): (f64, f64, u64)| Point {
        words: Some(format!("{} not seen to end", whole(cut))),
        ..Point::new(x, y)
    };
    let strokes: Vec<Point> = strokes.into_iter().map(stroke).collect();
    let ticks = Series {
        name: format!("{name}, not seen to end"),
        stroke: Stroke::Ticks,
        edges: String::new(),
        points: strokes,
    };
    if ticks.points.is_empty() { vec![curve] } else { vec![curve, ticks] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::record::Histogram;

    fn times(seconds: &[u64]) -> MergedHistogram {
        let (mut one, mut all) = (Histogram::default(), MergedHistogram::default());
        seconds.iter().for_each(|&it| one.record(Span::from_secs(it)));
        let [] = one.move_to(&mut all, []);
        all
    }

    /// Of four, one ends after 1 s, one after 2 s and one after 4 s; the fourth is not seen to end after 3 s. After 1 s, 3/4 are
    /// left, after 2 s 3/4 x 2/3 = 1/2, and the last of those that are still seen takes all. A cell of the histogram is a thousandth wide.
    #[test]
    fn a_curve_by_hand() {
        let four = Times { ended: times(&[1, 2, 4]), censored: times(&[3]) };
        let [curve, strokes] = &curves("phones", &four, 0.0, 4.0)[..] else { panic!("a curve and strokes") };
        let near = |series: &Series, expected: &[(f64, f64)]| {
            assert_eq!(series.points.len(), expected.len(), "{series:?}");
            for (point, (x, y)) in series.points.iter().zip(expected) {
                let y_of = point.y.unwrap();
                assert!((point.x - x).abs() <= 2e-3 * x && (y_of - y).abs() < 1e-12, "{point:?} is not at {x}, {y}");
            }
        };
        near(curve, &[(0.0, 1.0), (1.0, 0.75), (2.0, 0.5), (4.0, 0.0)]);
        near(strokes, &[(3.0, 0.5)]);
        assert_eq!(strokes.points[0].words.as_deref(), Some("1 not seen to end"));
    }

    #[test]
    fn a_curve_lasts_as_long_as_somebody_was_seen() {
        let two = Times { ended: times(&[1]), censored: times(&[10]) };
        let all = curves("phones", &two, 0.0, 10.0);
        let last = all[0].points.last().unwrap();
        assert!(last.x == 10.0 && last.y == Some(0.5), "{last:?}");
    }
}
