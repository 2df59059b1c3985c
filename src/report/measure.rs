//! One number of a study, by name: what goals, precisions and comparisons speak of.

use std::fmt;

use crate::plan::Plan;
use crate::record::{Catalogue, Count, Gauge, Metric, Scope};
use crate::stats::ratio;
use crate::workload::suggestion;

use super::Study;
use super::summary::{Row, count_row, duration_row, gauge_rows};

/// What of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// The mean of the replications' means.
    Mean,
    /// The median.
    P50,
    /// The 90 % quantile.
    P90,
    /// The 95 % quantile.
    P95,
    /// The 99 % quantile.
    P99,
    /// The 99.9 % quantile.
    P999,
    /// The share of a count in the calls offered.
    Share,
}

impl Statistic {
    /// All of them.
    pub const ALL: [Statistic; 7] = [
        Statistic::Mean,
        Statistic::P50,
        Statistic::P90,
        Statistic::P95,
        Statistic::P99,
        Statistic::P999,
        Statistic::Share,
    ];

    /// The name after the dot.
    pub const fn name(self) -> &'static str {
        match self {
            Statistic::Mean => "mean",
            Statistic::P50 => "p50",
            Statistic::P90 => "p90",
            Statistic::P95 => "p95",
            Statistic::P99 => "p99",
            Statistic::P999 => "p999",
            Statistic::Share => "share",
        }
    }
}

/// One number of a study: `[scope:name/]metric[.statistic]`, as in `setup_delay.p99`, `refused.share` or
/// `route_point:welcome/route_point_delay.p95`. Without a scope, the whole cluster; without a statistic, the mean.
///
/// Of a duration that may not be over when the run is, a quantile is Kaplan and Meier's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// The name of the scope.
    pub scope: &'static str,
    /// Which one; empty for the cluster.
    pub name: String,
    /// The metric.
    pub metric: String,
    /// What of it.
    pub statistic: Statistic,
}

/// What a study says of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The number itself; `None` where there is no value.
    pub value: Option<f64>,
    /// The lower end of its 95 % interval; `None`: not estimable.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// `ms`, `count` or `ratio`.
    pub unit: &'static str,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scope != Scope::Cluster.name() {
            write!(f, "{}:{}/", self.scope, self.name)?;
        }
        f.write_str(&self.metric)?;
        match self.statistic {
            Statistic::Mean => Ok(()),
            statistic => write!(f, ".{}", statistic.name()),
        }
    }
}

impl Measure {
    /// Reads a measure.
    ///
    /// # Errors
    /// What is wrong with it, and what was perhaps meant. Whether a plan has such a thing is another question:
    /// [`Measure::check`].
    pub fn parse(text: &str) -> Result<Measure, String> {
        let (scope, rest) = match text.split_once('/') {
            None => ((Scope::Cluster.name(), String::new()), text),
            Some((scope, rest)) => {
                let (scope, name) = scope.split_once(':').ok_or("expected `scope:name/` before the metric")?;
                let scopes = || Scope::ALL.into_iter().map(Scope::name).filter(|name| *name != "cluster");
                let found = scopes().find(|known| *known == scope);
                let found = found.ok_or_else(|| unknown("scope", scope, scopes()))?;
                ((found, name.to_owned()), rest)
            }
        };
        let (metric, statistic) = match rest.rsplit_once('.') {
            None => (rest, Statistic::Mean),
            Some((metric, name)) => {
                let names = || Statistic::ALL.into_iter().map(Statistic::name);
                let found = Statistic::ALL.into_iter().find(|statistic| statistic.name() == name);
                (metric, found.ok_or_else(|| unknown("statistic", name, names()))?)
            }
        };
        let counts = || Count::ALL.into_iter().map(Count::name);
        let gauges = || Gauge::ALL.into_iter().map(Gauge::name);
        let peaks = ["calls_in_progress_peak", "calls_peak", "in_use_peak"];
        let known = || Metric::ALL.into_iter().map(Metric::name).chain(counts()).chain(gauges()).chain(peaks);
        if !known().any(|name| name == metric) {
            return Err(unknown("metric", metric, known()));
        }
        if statistic == Statistic::Share && !counts().any(|name| name == metric) {
            return Err(format!("only a count has a `share` in the calls offered, and `{metric}` is none"));
        }
        Ok(Measure { scope: scope.0, name: scope.1, metric: metric.to_owned(), statistic })
    }

    /// Whether runs of a plan measure this.
    ///
    /// # Errors
    /// What they do not have, and what was perhaps meant.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        let catalogue = Catalogue::new(plan);
        let mut known: Vec<(&'static str, String, String)> =
            Count::ALL.into_iter().map(|count| ("cluster", String::new(), count.name().to_owned())).collect();
        for series in catalogue.durations.iter().filter(|series| series.exists) {
            known.push((series.scope.name(), series.name.clone(), series.metric.name().to_owned()));
        }
        for series in catalogue.gauges.iter().filter(|series| series.exists) {
            known.push((series.scope.name(), series.name.clone(), series.metric.name().to_owned()));
            known.push((series.scope.name(), series.name.clone(), format!("{}_peak", series.metric.name())));
        }
        if known.iter().any(|(scope, name, metric)| (*scope, name, metric) == (self.scope, &self.name, &self.metric)) {
            return Ok(());
        }
        let of_scope = || known.iter().filter(|(scope, ..)| *scope == self.scope);
        if self.scope != "cluster" && !of_scope().any(|(_, name, _)| *name == self.name) {
            let mut names: Vec<&str> = of_scope().map(|(_, name, _)| name.as_str()).collect();
            names.dedup();
            return Err(unknown(&format!("{} in this workload", self.scope), &self.name, names));
        }
        let here = of_scope().filter(|(_, name, _)| *name == self.name).map(|(.., metric)| metric.as_str());
        Err(unknown(&format!("measurement of {}", self.whose()), &self.metric, here))
    }

    fn whose(&self) -> String {
        match self.name.as_str() {
            "" => format!("the {}", self.scope),
            name => format!("{} {name}", self.scope),
        }
    }

    /// What a study says of it.
    ///
    /// # Panics
    /// If the study's plan has no such measurement: see [`Measure::check`].
    pub fn of(&self, study: &Study) -> Measured {
        if self.statistic == Statistic::Share {
            let count = Count::ALL.into_iter().find(|count| count.name() == self.metric).expect("checked");
            let estimate = ratio(&study.counts(count), &study.counts(Count::Offered));
            let interval = estimate.and_then(|estimate| estimate.interval);
            return Measured {
                value: estimate.map(|estimate| estimate.mean),
                low: interval.map(|(low, _)| low),
                high: interval.map(|(_, high)| high),
                unit: "ratio",
            };
        }
        let row = self.row(study);
        let censored = row.censored.is_some_and(|censored| censored > 0);
        let (value, low, high) = match (self.statistic, censored) {
            (Statistic::Mean, _) => (row.mean, row.mean_low, row.mean_high),
            (Statistic::P50, true) => (row.km_p50, row.km_p50_low, row.km_p50_high),
            (Statistic::P90, true) => (row.km_p90, row.km_p90_low, row.km_p90_high),
            (Statistic::P95, true) => (row.km_p95, row.km_p95_low, row.km_p95_high),
            // Not kept so far out: what was not over is beyond it, for all one knows.
            (Statistic::P99 | Statistic::P999, true) => (None, None, None),
            (Statistic::P50, false) => (row.p50, row.p50_low, row.p50_high),
            (Statistic::P90, false) => (row.p90, row.p90_low, row.p90_high),
            (Statistic::P95, false) => (row.p95, row.p95_low, row.p95_high),
            (Statistic::P99, false) => (row.p99, row.p99_low, row.p99_high),
            (Statistic::P999, false) => (row.p999, row.p999_low, row.p999_high),
            (Statistic::Share, _) => unreachable!("answered above"),
        };
        // With some not over, a mean is that of the lucky ones: no interval makes that better.
        let (low, high) = if censored && self.statistic == Statistic::Mean { (low, None) } else { (low, high) };
        Measured { value, low, high, unit: row.unit }
    }

    fn row(&self, study: &Study) -> Row {
        if let Some(count) = Count::ALL.into_iter().find(|count| count.name() == self.metric) {
            return count_row(study, count);
        }
        let durations = &study.catalogue.durations;
        let is_it = |scope: Scope, name: &str| scope.name() == self.scope && name == self.name;
        let duration = durations.iter().position(|it| is_it(it.scope, &it.name) && it.metric.name() == self.metric);
        if let Some(row) = duration.and_then(|row| duration_row(study, row)) {
            return row;
        }
        let gauges = study.catalogue.gauges.iter().enumerate();
        let mut rows = gauges.filter(|(_, it)| is_it(it.scope, &it.name)).flat_map(|(row, _)| gauge_rows(study, row));
        rows.find(|row| row.metric == self.metric)
            .expect("a measure is checked against the plan before it is asked for")
    }
}

fn unknown<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match suggestion(name, known) {
        Some(hint) => format!("there is no {kind} `{name}`; {hint}"),
        None => format!("there is no {kind} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;
    use crate::report::tests::study;

    #[test]
    fn what_can_be_named() {
        for text in ["setup_delay.p99", "refused", "refused.share", "route_point:welcome/route_point_delay.p95"] {
            assert_eq!(Measure::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Measure::parse("refused.mean").unwrap().to_string(), "refused");
        for (wrong, why) in [
            ("setup_dely.p99", "did you mean `setup_delay`"),
            ("setup_delay.p98", "there is no statistic `p98`"),
            ("setup_delay.share", "only a count has a `share`"),
            ("node/offered", "expected `scope:name/`"),
            ("nod:sub1/offered", "did you mean `node`"),
        ] {
            let error = Measure::parse(wrong).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_measure_is_the_number_of_its_row() {
        let plan = fake::plan();
        let study = study(&plan);
        let mut seen = 0;
        for row in crate::report::rows(&study) {
            let scope = match row.scope {
                "cluster" => String::new(),
                scope => format!("{scope}:{}/", row.name),
            };
            let measure = Measure::parse(&format!("{scope}{}.p90", row.metric)).unwrap();
            measure.check(&plan).unwrap();
            let found = measure.of(&study);
            let expected = match row.censored {
                Some(1..) => (row.km_p90, row.km_p90_low, row.km_p90_high),
                _ => (row.p90, row.p90_low, row.p90_high),
            };
            assert_eq!(
                (found.value, found.low, found.high, found.unit),
                (expected.0, expected.1, expected.2, row.unit)
            );
            seen += 1;
        }
        assert!(seen > 50);
        let unknown = Measure::parse("route_point:nowhere/route_point_delay").unwrap().check(&plan).unwrap_err();
        assert!(unknown.starts_with("there is no route_point in this workload `nowhere`"), "{unknown}");
    }

    #[test]
    fn a_share_is_of_all_calls_offered() {
        let plan = fake::plan();
        let study = study(&plan);
        let total = |count| study.counts(count).iter().sum::<f64>();
        let share = Measure::parse("refused.share").unwrap().of(&study);
        assert!((share.value.unwrap() - total(Count::Refused) / total(Count::Offered)).abs() < 1e-12);
        assert!(share.low < share.value && share.value < share.high);
    }
}
