//! One row per metric and scope: the numbers from which every table is derived.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::record::{self, CallsOf, Count, CountRow, OF_CALLS, QUANTILES, Scope, Series, Service, Unit};
use crate::stats::{Confidence, order_interval, order_statistic};
use crate::workload::units;

use super::cell::{Cell, NOT_REACHED, UNKNOWN, end};
use super::mean::Mean;
use super::study::{NANOS_PER_MILLI, Study, millis};

/// The columns of `summary.csv`, in their order.
pub const COLUMNS: [&str; 38] = [
    "workload",
    "scope",
    "name",
    "metric",
    "unit",
    "replications",
    "count",
    "mean",
    "mean_low",
    "mean_high",
    "min",
    "p50",
    "p90",
    "p95",
    "p99",
    "p99_low",
    "p99_high",
    "p999",
    "max",
    "censored",
    "km_p50",
    "km_p90",
    "km_p95",
    "p50_low",
    "p50_high",
    "p90_low",
    "p90_high",
    "p95_low",
    "p95_high",
    "p999_low",
    "p999_high",
    "km_p50_low",
    "km_p50_high",
    "km_p90_low",
    "km_p90_high",
    "km_p95_low",
    "km_p95_high",
    "seen",
];

/// A metric within a scope. Unknown values are `None`.
///
/// The mean is the mean of the replication means, with its 95 % confidence interval over replications. For a duration, the
/// other numbers are those of all its values together; for a count or a gauge, which have one value per replication, they
/// are those of the replication values. The intervals of quantiles are distribution-free; they assume that replications are
/// independent, but not that values within one are (`stats`).
///
/// A duration that may be censored has two more parts: the number of censored values, which are in none of the numbers
/// before, and the Kaplan-Meier estimates, which include them.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The workload's name.
    pub workload: String,
    /// The scope.
    pub scope: &'static str,
    /// The name within the scope; empty for the cluster.
    pub name: String,
    /// The metric.
    pub metric: String,
    /// `ms`, `count` or `ratio`.
    pub unit: &'static str,
    /// How many replications have a value.
    pub replications: u64,
    /// How many values there are in all.
    pub count: u64,
    /// The mean of the replications' means.
    pub mean: Option<f64>,
    /// The lower end of its 95 % interval; `None` if it was seen in too few replications for one.
    pub mean_low: Option<f64>,
    /// The upper end; `None` if nothing is known of it.
    pub mean_high: Option<f64>,
    /// The least value.
    pub min: Option<f64>,
    /// The median.
    pub p50: Option<f64>,
    /// The 90 % quantile.
    pub p90: Option<f64>,
    /// The 95 % quantile.
    pub p95: Option<f64>,
    /// The 99 % quantile.
    pub p99: Option<f64>,
    /// The lower end of its 95 % interval; `None` with too few replications for one.
    pub p99_low: Option<f64>,
    /// The upper end.
    pub p99_high: Option<f64>,
    /// The 99.9 % quantile.
    pub p999: Option<f64>,
    /// The greatest value.
    pub max: Option<f64>,
    /// How many more were censored; `None` for a duration that cannot be.
    pub censored: Option<u64>,
    /// The median including censored values; `None` if it was not reached.
    pub km_p50: Option<f64>,
    /// The 90 % quantile including censored values.
    pub km_p90: Option<f64>,
    /// The 95 % quantile including censored values.
    pub km_p95: Option<f64>,
    /// The lower end of the 95 % interval of the median.
    pub p50_low: Option<f64>,
    /// The upper end.
    pub p50_high: Option<f64>,
    /// The lower end of the 95 % interval of the 90 % quantile.
    pub p90_low: Option<f64>,
    /// The upper end.
    pub p90_high: Option<f64>,
    /// The lower end of the 95 % interval of the 95 % quantile.
    pub p95_low: Option<f64>,
    /// The upper end.
    pub p95_high: Option<f64>,
    /// The lower end of the 95 % interval of the 99.9 % quantile.
    pub p999_low: Option<f64>,
    /// The upper end.
    pub p999_high: Option<f64>,
    /// The lower end of the 95 % interval of the median including censored values.
    pub km_p50_low: Option<f64>,
    /// The upper end.
    pub km_p50_high: Option<f64>,
    /// The lower end of the 95 % interval of the 90 % quantile including censored values.
    pub km_p90_low: Option<f64>,
    /// The upper end.
    pub km_p90_high: Option<f64>,
    /// The lower end of the 95 % interval of the 95 % quantile including censored values.
    pub km_p95_low: Option<f64>,
    /// The upper end.
    pub km_p95_high: Option<f64>,
    /// In how many replications it was seen: was above zero or, for a duration, was measured.
    pub seen: u64,
}

/// The distribution of the values of a row, beside their mean.
struct Spread {
    count: u64,
    min: Option<f64>,
    quantiles: [Option<f64>; QUANTILES.len()],
    intervals: [(Option<f64>, Option<f64>); QUANTILES.len()],
    max: Option<f64>,
}

impl Spread {
    /// Of one value per replication.
    fn over_replications(values: &[f64]) -> Spread {
        let mut ascending = values.to_vec();
        ascending.sort_unstable_by(f64::total_cmp);
        Spread {
            count: values.len() as u64,
            min: ascending.first().copied(),
            quantiles: QUANTILES.map(|quantile| order_statistic(&ascending, quantile)),
            intervals: QUANTILES.map(|quantile| order_interval(&ascending, quantile, Confidence::P95)),
            max: ascending.last().copied(),
        }
    }
}

/// Every row: counts, of the cluster and then of each thing that calls reach, then durations, then gauges.
pub fn rows(study: &Study) -> Vec<Row> {
    let of_cluster = record::counts(study.plan).map(|count| count_row(study, count));
    let of_calls = (0..study.catalogue.calls.len()).flat_map(|of| {
        let waited = (study.catalogue.calls[of].scope == Scope::Queue).then_some(Count::Waited);
        OF_CALLS.into_iter().chain(waited).map(move |count| calls_row(study, of, count))
    });
    let counts = of_cluster.chain(of_calls);
    let durations = (0..study.catalogue.durations.len()).filter_map(|row| duration_row(study, row));
    let gauges = (0..study.catalogue.gauges.len()).flat_map(|row| gauge_rows(study, row));
    let catalogue = &study.catalogue;
    let subjects = (0..catalogue.service.len()).filter(|row| catalogue.service[*row].exists);
    let service = subjects.flat_map(|row| {
        (0..catalogue.within.len()).flat_map(move |time| Service::ALL.map(|it| service_row(study, row, time, it)))
    });
    counts.chain(durations).chain(service).chain(gauges).collect()
}

/// The row of a share of the callers of one thing, by its row in the catalogue, and of a time within which they are to be answered. Its mean is the
/// share over all replications together; the rest is of the replications' shares.
pub fn service_row(study: &Study, of: usize, time: usize, service: Service) -> Row {
    let Series { scope, name, .. } = &study.catalogue.service[of];
    let row = of * study.catalogue.within.len() + time;
    let (in_time, among) = study.answered_in_time(row, service);
    let shares = in_time.iter().zip(&among).filter(|(_, among)| **among > 0.0).map(|(in_time, among)| in_time / among);
    let spread = Spread::over_replications(&shares.collect::<Vec<f64>>());
    let metric = format!("{}.{}", service.name(), units::words(study.catalogue.within[time]));
    let mean = Mean::of_service(study, row, service, Confidence::P95);
    make_row(study, *scope, name, &metric, service.row().unit, mean, spread)
}

/// The row of a count of the whole cluster.
pub fn count_row(study: &Study, count: Count) -> Row {
    row_of_count(study, Scope::Cluster, "", CountRow { count, of: None })
}

/// The row of a count of the calls of one thing, by its row in the catalogue.
pub fn calls_row(study: &Study, of: usize, count: Count) -> Row {
    let CallsOf { scope, name } = &study.catalogue.calls[of];
    row_of_count(study, *scope, name, CountRow { count, of: Some(of) })
}

fn row_of_count(study: &Study, scope: Scope, name: &str, row: CountRow) -> Row {
    let values = study.counts_at(row);
    let spread = Spread::over_replications(&values);
    make_row(study, scope, name, row.count.name(), Unit::Count, Mean::of_count(study, row, Confidence::P95), spread)
}

/// A count as a share of the calls offered, in all replications together; `None` if there were none.
pub fn share_of_offered(study: &Study, count: Count) -> Option<f64> {
    let total = |count: Count| study.counts(count).iter().sum::<f64>();
    let offered = total(Count::Offered);
    (offered > 0.0).then(|| total(count) / offered)
}

/// The row of a duration, if the plan has it.
pub fn duration_row(study: &Study, row: usize) -> Option<Row> {
    let series = &study.catalogue.durations[row];
    if !series.exists {
        return None;
    }
    let histogram = &study.outcome.merged.histograms[row];
    let totals = histogram.totals();
    let spread = if totals.count == 0 {
        Spread::over_replications(&[])
    } else {
        Spread {
            count: totals.count,
            min: Some(millis(totals.min)),
            quantiles: histogram.quantiles(QUANTILES).map(|span| Some(millis(span))),
            intervals: QUANTILES.map(|quantile| {
                let (low, high) = histogram.quantile_interval(quantile, Confidence::P95);
                (low.map(millis), high.map(millis))
            }),
            max: Some(millis(totals.max)),
        }
    };
    let mean = Mean::of_duration(study, row, Confidence::P95);
    let mut made = make_row(study, series.scope, &series.name, series.metric.name(), Unit::Millis, mean, spread);
    made.replications = made.seen;
    if series.metric.row().censoring.is_possible() {
        made.censored = Some(study.censored(row));
        let survival = study.survival(row);
        [made.km_p50, made.km_p90, made.km_p95] =
            [0.5, 0.9, 0.95].map(|quantile| survival.quantile(quantile).map(|nanos| nanos as f64 / NANOS_PER_MILLI));
        let intervals =
            [0.5, 0.9, 0.95].map(|quantile| study.survival_interval(row, &survival, quantile, Confidence::P95));
        [
            (made.km_p50_low, made.km_p50_high),
            (made.km_p90_low, made.km_p90_high),
            (made.km_p95_low, made.km_p95_high),
        ] = intervals;
    }
    Some(made)
}

/// The row of a gauge's mean and, if peaks are kept, that of its peak.
fn gauge_rows(study: &Study, row: usize) -> Vec<Row> {
    let series = &study.catalogue.gauges[row];
    if !series.exists {
        return Vec::new();
    }
    let mut rows = vec![gauge_row(study, row)];
    if let Some(peak) = series.metric.row().peak {
        rows.push(replication_row(study, series, peak.name, Unit::Count, &study.gauge_peaks(row)));
    }
    rows
}

/// The row of a gauge's mean.
pub fn gauge_row(study: &Study, row: usize) -> Row {
    let series = &study.catalogue.gauges[row];
    replication_row(study, series, series.metric.name(), series.metric.row().unit, &study.gauge_means(row))
}

fn replication_row<M>(study: &Study, series: &Series<M>, metric: &str, unit: Unit, values: &[f64]) -> Row {
    let spread = Spread::over_replications(values);
    let mean = Mean::of_level(study, values, unit, Confidence::P95);
    make_row(study, series.scope, &series.name, metric, unit, mean, spread)
}

fn make_row(study: &Study, scope: Scope, name: &str, metric: &str, unit: Unit, mean: Mean, spread: Spread) -> Row {
    let [p50, p90, p95, p99, p999] = spread.quantiles;
    let [(p50_low, p50_high), (p90_low, p90_high), (p95_low, p95_high), (p99_low, p99_high), (p999_low, p999_high)] =
        spread.intervals;
    Row {
        workload: study.plan.name.clone(),
        scope: scope.name(),
        name: name.to_owned(),
        metric: metric.to_owned(),
        unit: unit.name(),
        replications: mean.seen.replications,
        count: spread.count,
        mean: mean.value,
        mean_low: mean.low,
        mean_high: mean.high,
        min: spread.min,
        p50,
        p90,
        p95,
        p99,
        p99_low,
        p99_high,
        p999,
        max: spread.max,
        censored: None,
        km_p50: None,
        km_p90: None,
        km_p95: None,
        p50_low,
        p50_high,
        p90_low,
        p90_high,
        p95_low,
        p95_high,
        p999_low,
        p999_high,
        km_p50_low: None,
        km_p50_high: None,
        km_p90_low: None,
        km_p90_high: None,
        km_p95_low: None,
        km_p95_high: None,
        seen: mean.seen.times,
    }
}

impl Row {
    /// In how many replications it was seen, if that is too seldom for an interval of its mean.
    pub fn seldom(&self) -> Option<u64> {
        (self.mean.is_some() && self.mean_low.is_none()).then_some(self.seen)
    }

    /// In the order of [`COLUMNS`].
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells: Vec<Cell> =
            [&*self.workload, self.scope, &*self.name, &*self.metric, self.unit].map(Cell::from).to_vec();
        cells.extend([self.replications, self.count].map(Cell::from));
        let some = self.count > 0;
        let ends = |ends: [Option<f64>; 2]| ends.map(|it| end(it, some));
        cells.push(self.mean.into());
        let mean_high = match self.mean_high {
            None if self.mean_low.is_some() => UNKNOWN.into(),
            high => end(high, some),
        };
        cells.extend([end(self.mean_low, some), mean_high]);
        cells.push(self.min.into());
        cells.extend([self.p50, self.p90, self.p95, self.p99].map(Cell::from));
        cells.extend(ends([self.p99_low, self.p99_high]));
        cells.extend([self.p999, self.max].map(Cell::from));
        cells.push(self.censored.into());
        let survives = self.censored.is_some() && (some || self.censored > Some(0));
        let not_reached = |value: Option<f64>| match value {
            None if survives => NOT_REACHED.into(),
            value => Cell::from(value),
        };
        cells.extend([self.km_p50, self.km_p90, self.km_p95].map(not_reached));
        cells.extend(ends([self.p50_low, self.p50_high]));
        cells.extend(ends([self.p90_low, self.p90_high]));
        cells.extend(ends([self.p95_low, self.p95_high]));
        cells.extend(ends([self.p999_low, self.p999_high]));
        for (low, high) in [
            (self.km_p50_low, self.km_p50_high),
            (self.km_p90_low, self.km_p90_high),
            (self.km_p95_low, self.km_p95_high),
        ] {
            cells.push(end(low, survives));
            // With a lower end alone, too many were censored for an upper one.
            cells.push(if low.is_some() { not_reached(high) } else { end(high, survives) });
        }
        cells.push(self.seen.into());
        cells
    }
}

/// An object with a member for each of [`COLUMNS`].
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(COLUMNS.len()))?;
        for (name, cell) in COLUMNS.iter().zip(self.cells()) {
            members.serialize_entry(name, &cell)?;
        }
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;
    use crate::record::Metric;

    #[test]
    fn no_row_appears_twice() {
        let plan = fake::plan();
        let study = study(&plan);
        let rows = rows(&study);
        let keys: std::collections::BTreeSet<_> = rows.iter().map(|row| (row.scope, &row.name, &row.metric)).collect();
        assert_eq!(keys.len(), rows.len());
        assert!(keys.iter().all(|(_, name, _)| *name != "sub2.ctimanager"));
    }

    #[test]
    fn quantiles_ascend_between_the_extremes() {
        let plan = fake::plan();
        for row in rows(&study(&plan)) {
            let ascending = [row.min, row.p50, row.p90, row.p95, row.p99, row.p999, row.max];
            assert!(ascending.is_sorted(), "{row:?}");
        }
    }

    #[test]
    fn censored_values_make_a_duration_longer() {
        let plan = fake::plan();
        let rows = rows(&study(&plan));
        let censored: Vec<&Row> = rows.iter().filter(|row| row.censored.is_some()).collect();
        let may_be = |metric: &Metric| metric.row().censoring.is_possible();
        let possible: Vec<&str> = Metric::ALL.into_iter().filter(may_be).map(Metric::name).collect();
        let metric = |row: &Row| possible.contains(&&*row.metric);
        assert!(
            censored.iter().all(|row| metric(row)) && rows.iter().filter(|row| metric(row)).count() == censored.len()
        );
        for row in &censored {
            // Not reached is longer than anything.
            let longer = |km: Option<f64>, plain: Option<f64>| km.is_none() || km >= plain;
            assert!(
                longer(row.km_p50, row.p50) && longer(row.km_p90, row.p90) && longer(row.km_p95, row.p95),
                "{row:?}"
            );
            if row.censored == Some(0) {
                assert_eq!([row.km_p50, row.km_p90, row.km_p95], [row.p50, row.p90, row.p95], "{row:?}");
            }
        }
        assert!(censored.iter().any(|row| row.censored > Some(0) && row.count > 0 && row.km_p95.is_none()));
    }
}
