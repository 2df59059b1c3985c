//! What can be asked of a study, by name: what goals, precisions and comparisons speak of.

use std::collections::BTreeSet;
use std::fmt;

use crate::plan::Plan;
use crate::workload::suggestion;

use super::catalogue::{Catalogue, Count, Gauge, Metric, Scope, Series};

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
    /// The longest of a replication: the median of that over replications.
    MaxP50,
    /// The same, its 95 % quantile: with so much probability all of them take no longer.
    MaxP95,
    /// How many of a replication were not over when it was, or were cut short.
    Censored,
}

impl Statistic {
    /// All of them.
    pub const ALL: [Statistic; 10] = [
        Statistic::Mean,
        Statistic::P50,
        Statistic::P90,
        Statistic::P95,
        Statistic::P99,
        Statistic::P999,
        Statistic::Share,
        Statistic::MaxP50,
        Statistic::MaxP95,
        Statistic::Censored,
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
            Statistic::MaxP50 => "max_p50",
            Statistic::MaxP95 => "max_p95",
            Statistic::Censored => "censored",
        }
    }

    /// The quantile that it is.
    pub const fn quantile(self) -> Option<f64> {
        match self {
            Statistic::P50 | Statistic::MaxP50 => Some(0.5),
            Statistic::P90 => Some(0.9),
            Statistic::P95 | Statistic::MaxP95 => Some(0.95),
            Statistic::P99 => Some(0.99),
            Statistic::P999 => Some(0.999),
            Statistic::Mean | Statistic::Share | Statistic::Censored => None,
        }
    }
}

/// Where the values of a measure are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A count.
    Count(Count),
    /// A duration, by its row in the catalogue.
    Duration(usize),
    /// A gauge's mean over time, by its row.
    Gauge(usize),
    /// A gauge's highest reading.
    Peak(usize),
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
        let measure = Measure { scope: scope.0, name: scope.1, metric: metric.to_owned(), statistic };
        measure.makes_sense().map_err(|why| format!("{why}, and `{metric}` is none"))?;
        Ok(measure)
    }

    /// Everything that runs of a plan measure, with every statistic of it.
    pub fn all(plan: &Plan) -> Vec<Measure> {
        let of = |(scope, name, metric): &(&'static str, String, String)| {
            let measure = |statistic| Measure { scope, name: name.clone(), metric: metric.clone(), statistic };
            Statistic::ALL.into_iter().map(measure).filter(|it| it.makes_sense().is_ok()).collect::<Vec<_>>()
        };
        measured(plan).iter().flat_map(of).collect()
    }

    /// Whether its metric has this statistic.
    fn makes_sense(&self) -> Result<(), &'static str> {
        let is_count = || Count::ALL.into_iter().any(|count| count.name() == self.metric);
        let mut metrics = Metric::ALL.into_iter().filter(|metric| metric.name() == self.metric);
        match self.statistic {
            Statistic::Share if !is_count() => Err("only a count has a `share` in the calls offered"),
            Statistic::MaxP50 | Statistic::MaxP95 if metrics.next().is_none() => {
                Err("only a duration has a longest one")
            }
            Statistic::Censored if !metrics.any(Catalogue::may_be_censored) => {
                Err("only what may last longer than a run can be `censored`")
            }
            _ => Ok(()),
        }
    }

    /// What is compared if nobody says: of the whole cluster every count but that of the engine's own events, every
    /// duration's mean and 99 % quantile and how many of it were not over, the calls in progress; and how busy each station
    /// is.
    pub fn standard(plan: &Plan) -> Vec<Measure> {
        let catalogue = Catalogue::new(plan);
        let of = |scope: Scope, name: &str, metric: &str, statistic: Statistic| Measure {
            scope: scope.name(),
            name: name.to_owned(),
            metric: metric.to_owned(),
            statistic,
        };
        let counts = Count::ALL.into_iter().filter(|count| *count != Count::Events);
        let mut measures: Vec<Measure> =
            counts.map(|count| of(Scope::Cluster, "", count.name(), Statistic::Mean)).collect();
        for series in catalogue.durations.iter().filter(|series| series.exists && series.scope == Scope::Cluster) {
            let mut statistics = vec![Statistic::Mean, Statistic::P99];
            statistics.extend(Catalogue::may_be_censored(series.metric).then_some(Statistic::Censored));
            let all = statistics.into_iter().map(|statistic| of(Scope::Cluster, "", series.metric.name(), statistic));
            measures.extend(all);
        }
        for series in catalogue.gauges.iter().filter(|series| series.exists) {
            match series.metric {
                Gauge::CallsInProgress | Gauge::DevicesInService | Gauge::Utilisation => {
                    measures.push(of(series.scope, &series.name, series.metric.name(), Statistic::Mean));
                }
                _ => {}
            }
        }
        measures
    }

    /// Whether runs of a plan measure this.
    ///
    /// # Errors
    /// What they do not have, and what was perhaps meant.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        let known = measured(plan);
        if known.iter().any(|(scope, name, metric)| (*scope, name, metric) == (self.scope, &self.name, &self.metric)) {
            return Ok(());
        }
        let of_scope = || known.iter().filter(|(scope, ..)| *scope == self.scope);
        if self.scope != "cluster" && !of_scope().any(|(_, name, _)| *name == self.name) {
            let mut seen = BTreeSet::new();
            let names = of_scope().map(|(_, name, _)| name.as_str()).filter(|&name| seen.insert(name));
            return Err(unknown(&self.scope.replace('_', " "), &self.name, names));
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

    /// Where its values are; `None` where runs of the catalogue's plan do not measure it: see [`Measure::check`].
    pub fn source(&self, catalogue: &Catalogue) -> Option<Source> {
        if let Some(count) = Count::ALL.into_iter().find(|count| count.name() == self.metric) {
            return (self.scope == Scope::Cluster.name()).then_some(Source::Count(count));
        }
        let is_it = |scope: Scope, name: &str| scope.name() == self.scope && name == self.name;
        let of_durations =
            |series: &Series<Metric>| is_it(series.scope, &series.name) && series.metric.name() == self.metric;
        let duration = catalogue.durations.iter().position(|series| series.exists && of_durations(series));
        if let Some(row) = duration {
            return Some(Source::Duration(row));
        }
        let (gauge, source): (&str, fn(usize) -> Source) = match self.metric.strip_suffix("_peak") {
            Some(gauge) => (gauge, Source::Peak),
            None => (&self.metric, Source::Gauge),
        };
        let of_gauges = |series: &Series<Gauge>| is_it(series.scope, &series.name) && series.metric.name() == gauge;
        let row = catalogue.gauges.iter().position(|series| series.exists && of_gauges(series))?;
        (self.metric == gauge || has_peak(catalogue.gauges[row].metric)).then(|| source(row))
    }

    /// Whether each replication has a number of its own, so that two systems can be compared in pairs.
    pub fn is_of_a_replication(&self) -> bool {
        match self.statistic {
            Statistic::Mean | Statistic::Share | Statistic::Censored => true,
            Statistic::MaxP50 | Statistic::MaxP95 => false,
            _ => Metric::ALL.into_iter().any(|metric| metric.name() == self.metric),
        }
    }

    /// What its numbers are: `ms`, `count` or `ratio`.
    pub fn unit(&self) -> &'static str {
        let is_ratio = |gauge: Gauge| matches!(gauge, Gauge::Utilisation | Gauge::Throttled);
        match self.statistic {
            Statistic::Share => "ratio",
            Statistic::Censored => "count",
            _ if Metric::ALL.into_iter().any(|metric| metric.name() == self.metric) => "ms",
            _ if Gauge::ALL.into_iter().any(|gauge| is_ratio(gauge) && gauge.name() == self.metric) => "ratio",
            _ => "count",
        }
    }
}

/// What runs of a plan measure: the scope, which one, and the metric.
fn measured(plan: &Plan) -> Vec<(&'static str, String, String)> {
    let catalogue = Catalogue::new(plan);
    let mut measured: Vec<(&'static str, String, String)> =
        Count::ALL.into_iter().map(|count| ("cluster", String::new(), count.name().to_owned())).collect();
    for series in catalogue.durations.iter().filter(|series| series.exists) {
        measured.push((series.scope.name(), series.name.clone(), series.metric.name().to_owned()));
    }
    for series in catalogue.gauges.iter().filter(|series| series.exists) {
        measured.push((series.scope.name(), series.name.clone(), series.metric.name().to_owned()));
        if has_peak(series.metric) {
            measured.push((series.scope.name(), series.name.clone(), format!("{}_peak", series.metric.name())));
        }
    }
    measured
}

/// Whether the highest reading of a gauge is kept.
pub const fn has_peak(gauge: Gauge) -> bool {
    matches!(gauge, Gauge::CallsInProgress | Gauge::Calls | Gauge::InUse)
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
            ("offered.max_p95", "only a duration"),
            ("setup_delay.censored", "longer than a run"),
            ("node/offered", "expected `scope:name/`"),
            ("nod:sub1/offered", "did you mean `node`"),
        ] {
            let error = Measure::parse(wrong).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
