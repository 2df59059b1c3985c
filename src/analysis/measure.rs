//! Estimates of measures from a study.

use crate::engine::Span;
use crate::record::{
    Censoring, Column, DurationSummary, Measure, OfCount, OfDuration, OfGauge, Quantile, ReplicationSummary,
};
use crate::stats::{Confidence, Seen, order_interval, order_statistic};

use super::cell::{Cell, UNKNOWN, end, number};
use super::mean::Mean;
use super::study::{NANOS_PER_MILLI, Study, mean_millis, millis};

/// The estimate of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The point estimate; `None` if there is no value, infinite if too many were censored.
    pub value: Option<f64>,
    /// The lower end of its confidence interval; `None`: not estimable.
    pub low: Option<f64>,
    /// The upper end; infinite if too many were censored.
    pub high: Option<f64>,
    /// `ms`, `count` or `ratio`.
    pub unit: &'static str,
    /// In how many replications it was seen, if that is too seldom for an interval of its mean.
    pub seldom: Option<Seen>,
}

impl Measured {
    /// The value and the ends of its interval as cells: in any file, what is missing says why.
    pub fn cells(&self) -> [Cell; 3] {
        let some = self.value.is_some();
        let high = match self.high {
            None if self.low.is_some() => UNKNOWN.into(),
            high => end(high, some),
        };
        [number(self.value), end(self.low, some), high]
    }
}

/// One value per replication; `None` for a replication without one.
pub type Values = Vec<Option<f64>>;

impl Measure {
    fn source_in(&self, study: &Study) -> Column {
        self.source(&study.catalogue).expect("a measure is checked against the plan before it is asked for")
    }

    /// Its estimate from a study, with an interval of this confidence.
    ///
    /// # Panics
    /// If the study's plan has no such measurement: see [`Measure::check`].
    pub fn of(&self, study: &Study, confidence: Confidence) -> Measured {
        let unit = self.unit().name();
        let mean = match self.source_in(study) {
            Column::Count(row, OfCount::Share) => Mean::of_share(study, row, confidence),
            Column::Count(row, OfCount::Mean) => Mean::of_count(study, row, confidence),
            Column::Duration(row, OfDuration::Mean) => Mean::of_duration(study, row, confidence),
            Column::Duration(row, OfDuration::Censored) => Mean::of_censored(study, row, confidence),
            Column::Gauge(row, OfGauge::Mean) => {
                Mean::of_level(study, &study.gauge_means(row), self.unit(), confidence)
            }
            Column::Peak(row, OfGauge::Mean) => Mean::of_level(study, &study.gauge_peaks(row), self.unit(), confidence),
            Column::Service(row, service) => Mean::of_service(study, row, service, confidence),
            column => {
                let (value, (low, high)) = quantile_in(study, column, confidence);
                return Measured { value, low, high, unit, seldom: None };
            }
        };
        let Mean { value, low, high, seen } = mean;
        Measured { value, low, high, unit, seldom: (!seen.is_enough()).then_some(seen) }
    }

    /// In how many replications there was any of it, if it is a mean over replications or a percentile of what happens within
    /// them. `None` for a percentile over replications, whose interval by rank is right however rare it is.
    ///
    /// # Panics
    /// If the study's plan has no such measurement: see [`Measure::check`].
    pub fn seen(&self, study: &Study) -> Option<Seen> {
        let some = |values: &[f64]| Some(Seen::among(values));
        match self.source_in(study) {
            Column::Count(count, OfCount::Mean | OfCount::Share) => some(&study.counts_at(count)),
            Column::Duration(row, OfDuration::Mean | OfDuration::Quantile(_)) => {
                let each = study.outcome.summaries.iter().map(|summary| &summary.durations[row]);
                some(&each.map(|it| (it.count + it.censored) as f64).collect::<Vec<f64>>())
            }
            Column::Duration(row, OfDuration::Censored) => some(&study.censored_counts(row)),
            Column::Gauge(row, OfGauge::Mean) => some(&study.gauge_means(row)),
            Column::Peak(row, OfGauge::Mean) => some(&study.gauge_peaks(row)),
            Column::Service(row, service) => some(&study.answered_in_time(row, service).0),
            Column::Count(_, OfCount::Quantile(_))
            | Column::Duration(_, OfDuration::Longest(_))
            | Column::Gauge(_, OfGauge::Quantile(_))
            | Column::Peak(_, OfGauge::Quantile(_)) => None,
        }
    }

    /// Its value in each replication, for paired comparison: their mean is the mean of the measure. For a percentile of
    /// durations it is the percentile within the replication, if that has enough values (100 for the 99 % one). For a share
    /// it is the linearised ratio, whose mean is the overall share and whose variance is that of the share. `None` for a
    /// number over replications, such as a percentile of counts.
    pub fn values(&self, study: &Study) -> Option<Values> {
        let some = |values: Vec<f64>| Some(values.into_iter().map(Some).collect());
        let of_durations = |row: usize, value: &dyn Fn(&DurationSummary) -> Option<f64>| {
            Some(study.outcome.summaries.iter().map(|summary| value(&summary.durations[row])).collect())
        };
        match self.source_in(study) {
            Column::Count(count, OfCount::Share) => Some(shares(&study.counts_at(count), &study.offered(count))),
            Column::Service(row, service) => {
                let (in_time, among) = study.answered_in_time(row, service);
                Some(shares(&in_time, &among))
            }
            Column::Count(count, OfCount::Mean) => some(study.counts_at(count)),
            Column::Duration(row, OfDuration::Mean) => {
                of_durations(row, &|duration| (duration.count > 0).then(|| mean_millis(duration)))
            }
            Column::Duration(row, OfDuration::Quantile(quantile)) => {
                let of = |summary: &ReplicationSummary| {
                    let it = &summary.durations[row];
                    (it.count >= quantile.enough()).then(|| millis(quantile_of_one(study, summary, row, quantile)))
                };
                Some(study.outcome.summaries.iter().map(of).collect())
            }
            Column::Duration(row, OfDuration::Censored) => some(study.censored_counts(row)),
            Column::Gauge(row, OfGauge::Mean) => some(study.gauge_means(row)),
            Column::Peak(row, OfGauge::Mean) => some(study.gauge_peaks(row)),
            Column::Count(_, OfCount::Quantile(_))
            | Column::Duration(_, OfDuration::Longest(_))
            | Column::Gauge(_, OfGauge::Quantile(_))
            | Column::Peak(_, OfGauge::Quantile(_)) => None,
        }
    }
}

/// A quantile of a duration in one replication, which keeps it: see [`Measure::ask`].
fn quantile_of_one(study: &Study, summary: &ReplicationSummary, row: usize, quantile: Quantile) -> Span {
    if let Some(place) = quantile.kept() {
        return summary.durations[row].quantiles[place];
    }
    let asked = study.plan.asked.percentiles();
    let place = asked.binary_search(&quantile.millionths()).expect("it was asked for before the study was run");
    summary.percentiles[row * asked.len() + place]
}

/// The linearised ratio of two sums over replications, such as a count and the calls offered: one value per replication.
fn shares(above: &[f64], below: &[f64]) -> Values {
    let (numerator, denominator) = (above.iter().sum::<f64>(), below.iter().sum::<f64>());
    if denominator <= 0.0 {
        return vec![None; above.len()];
    }
    let (share, each) = (numerator / denominator, denominator / below.len() as f64);
    let linear = |(above, below): (&f64, &f64)| Some(share + (above - share * below) / each);
    above.iter().zip(below).map(linear).collect()
}

/// A quantile, or the censored number, of what a column has.
fn quantile_in(study: &Study, column: Column, confidence: Confidence) -> (Option<f64>, Interval) {
    match column {
        Column::Count(row, OfCount::Quantile(quantile)) => {
            over_replications(study.counts_at(row), quantile, confidence)
        }
        Column::Duration(row, OfDuration::Quantile(quantile)) => quantile_of(study, row, quantile, confidence),
        Column::Duration(row, OfDuration::Longest(longest)) => longest_of(study, row, longest.quantile(), confidence),
        Column::Gauge(row, OfGauge::Quantile(quantile)) => {
            over_replications(study.gauge_means(row), quantile, confidence)
        }
        Column::Peak(row, OfGauge::Quantile(quantile)) => {
            over_replications(study.gauge_peaks(row), quantile, confidence)
        }
        _ => unreachable!("means have been answered"),
    }
}

/// A quantile over replications of the longest duration in each. A censored one lasted at least as long as it was observed,
/// and may last for ever.
fn longest_of(study: &Study, row: usize, quantile: Quantile, confidence: Confidence) -> (Option<f64>, Interval) {
    let durations = || study.outcome.summaries.iter().map(|summary| &summary.durations[row]);
    let with_one = || durations().filter(|duration| duration.count + duration.censored > 0);
    let longest = |duration: &DurationSummary| if duration.count > 0 { millis(duration.max) } else { 0.0 };
    let at_least = |it: &DurationSummary| longest(it).max(millis(it.longest_censored));
    // A caller who has hung up does not wait any longer.
    let is_over = study.catalogue.durations[row].metric.row().censoring == Censoring::Callers;
    let at_most = |it: &DurationSummary| if it.censored > 0 && !is_over { f64::INFINITY } else { at_least(it) };
    let (at_least, at_most) = (with_one().map(at_least), with_one().map(at_most));
    let (_, (low, _)) = over_replications(at_least.collect(), quantile, confidence);
    let (value, (_, high)) = over_replications(at_most.collect(), quantile, confidence);
    (value, (low, high))
}

/// The ends of an interval, as far as they are known.
type Interval = (Option<f64>, Option<f64>);

/// The quantile of one value per replication.
fn over_replications(mut values: Vec<f64>, quantile: Quantile, confidence: Confidence) -> (Option<f64>, Interval) {
    let quantile = quantile.share();
    values.sort_unstable_by(f64::total_cmp);
    (order_statistic(&values, quantile), order_interval(&values, quantile, confidence))
}

/// The quantile of a duration over all replications together; by Kaplan-Meier if some are censored.
fn quantile_of(study: &Study, row: usize, quantile: Quantile, confidence: Confidence) -> (Option<f64>, Interval) {
    let quantile = quantile.share();
    if study.censored(row) == 0 {
        let histogram = &study.outcome.merged.histograms[row];
        if histogram.totals().count == 0 {
            return (None, (None, None));
        }
        let [value] = histogram.quantiles([quantile]);
        let (low, high) = histogram.quantile_interval(quantile, confidence);
        return (Some(millis(value)), (low.map(millis), high.map(millis)));
    }
    let survival = study.survival(row);
    let value = survival.quantile(quantile).map_or(f64::INFINITY, |nanos| nanos as f64 / NANOS_PER_MILLI);
    let (low, high) = study.survival_interval(row, &survival, quantile, confidence);
    (Some(value), (low, high.or(low.map(|_| f64::INFINITY))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::engine::Span;
    use crate::fake;
    use crate::record::Count;
    use crate::stats::estimate;

    #[test]
    fn a_measure_is_the_number_of_its_row() {
        let plan = fake::plan();
        let study = study(&plan);
        let mut seen = 0;
        for row in crate::analysis::rows(&study) {
            let scope = match row.scope {
                "cluster" => String::new(),
                scope => format!("{scope}:{}/", row.name),
            };
            let measure = Measure::parse(&format!("{scope}{}.p90", row.metric)).unwrap();
            measure.check(&plan).unwrap();
            let found = measure.of(&study, Confidence::P95);
            let expected = match row.censored {
                Some(1..) => (row.km_p90, row.km_p90_low, row.km_p90_high),
                _ => (row.p90, row.p90_low, row.p90_high),
            };
            let [value, high] = [found.value, found.high].map(|number| number.filter(|number| number.is_finite()));
            assert_eq!((value, found.low, high, found.unit), (expected.0, expected.1, expected.2, row.unit));
            seen += 1;
        }
        assert!(seen > 50);
        let unknown = Measure::parse("route_point:nowhere/route_point_delay").unwrap().check(&plan).unwrap_err();
        assert!(unknown.starts_with("there is no route point `nowhere`"), "{unknown}");
    }

    #[test]
    fn the_values_of_a_measure_have_its_mean() {
        let plan = fake::plan();
        let study = study(&plan);
        for name in ["offered", "completed.share", "lookup_delay", "calls_in_progress", "calls_in_progress_peak"] {
            let measure = Measure::parse(name).unwrap();
            let values: Vec<f64> = measure.values(&study).unwrap().into_iter().flatten().collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let found = measure.of(&study, Confidence::P95);
            assert!((mean - found.value.unwrap()).abs() <= 1e-9 * mean.abs(), "{name}: {mean} {found:?}");
            let again = estimate(&values, Confidence::P95).unwrap().interval.unwrap();
            assert!((again.1 - found.high.unwrap()).abs() <= 1e-9 * again.1.abs(), "{name}: {again:?} {found:?}");
        }
        assert_eq!(Measure::parse("offered.p95").unwrap().values(&study), None);
        assert_eq!(
            Measure::parse("setup_delay.p99").unwrap().values(&study).unwrap().len(),
            study.outcome.summaries.len()
        );
    }

    /// A censored duration lasted at least as long as it was observed, and may last for ever.
    #[test]
    fn the_longest_of_a_replication_may_not_be_known() {
        let plan = fake::plan();
        let mut study = study(&plan);
        let row = Measure::parse("rehome_wait").unwrap().source(&study.catalogue);
        let Some(Column::Duration(row, OfDuration::Mean)) = row else { panic!("{row:?}") };
        let copies = study.outcome.summaries[0].clone();
        study.outcome.summaries = (0..100).map(|_| copies.clone()).collect();
        for (at, summary) in study.outcome.summaries.iter_mut().enumerate() {
            let it = &mut summary.durations[row];
            (it.count, it.max) = (1, Span::from_millis(at as u64 + 1));
            (it.censored, it.longest_censored) = (0, Span::ZERO);
            if at >= 90 {
                (it.censored, it.longest_censored) = (1, Span::from_secs(1));
            }
        }
        let of = |name: &str| Measure::parse(name).unwrap().of(&study, Confidence::P95);
        let p50 = of("rehome_wait.max_p50");
        assert_eq!((p50.value, p50.low, p50.high), (Some(50.0), Some(40.0), Some(61.0)));
        let p95 = of("rehome_wait.max_p95");
        assert_eq!((p95.value, p95.high), (Some(f64::INFINITY), Some(f64::INFINITY)));
        assert_eq!(p95.low, Some(90.0));
    }

    #[test]
    fn a_share_is_of_all_calls_offered() {
        let plan = fake::plan();
        let study = study(&plan);
        let total = |count| study.counts(count).iter().sum::<f64>();
        let share = Measure::parse("completed.share").unwrap().of(&study, Confidence::P95);
        assert!((share.value.unwrap() - total(Count::Completed) / total(Count::Offered)).abs() < 1e-12);
        assert!(share.low < share.value && share.value < share.high);
    }
}
