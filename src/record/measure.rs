//! Measures: the named numbers of a study, which goals, precisions and comparisons refer to.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::engine::Span;
use crate::plan::Plan;
use crate::workload::{suggestion, units};

use super::catalogue::{CallsOf, Catalogue, OF_CALLS, Series, counts};
use super::metric::{Better, Count, Gauge, Metric, Peak, Scope, Service, Unit};
use super::named::Named;
use super::possible::lacks;
use super::quantile::Quantile;

/// A statistic of a metric, as it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// The mean of the replications' means.
    Mean,
    /// A quantile.
    Quantile(Quantile),
    /// The share of a count in the calls offered.
    Share,
    /// A quantile, over replications, of the longest in each.
    Longest(Longest),
    /// The number per replication that were not over at the end, or were cut short.
    Censored,
    /// Within this time, of a share of callers.
    Within(Span),
}

impl Statistic {
    /// All of them, apart from those of which there is one for every time and every percentage.
    pub const ALL: [Statistic; 10] = [
        Statistic::Mean,
        Statistic::Quantile(Quantile::P50),
        Statistic::Quantile(Quantile::P90),
        Statistic::Quantile(Quantile::P95),
        Statistic::Quantile(Quantile::P99),
        Statistic::Quantile(Quantile::P999),
        Statistic::Share,
        Statistic::Longest(Longest::P50),
        Statistic::Longest(Longest::P95),
        Statistic::Censored,
    ];

    /// The name after the dot.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Statistic::Mean => "mean".into(),
            Statistic::Quantile(quantile) => quantile.name(),
            Statistic::Share => "share".into(),
            Statistic::Longest(Longest::P50) => "max_p50".into(),
            Statistic::Longest(Longest::P95) => "max_p95".into(),
            Statistic::Censored => "censored".into(),
            Statistic::Within(time) => units::words(time).into(),
        }
    }

    /// Reads the name of one that is not [`Statistic::Within`].
    fn parse(name: &str) -> Result<Statistic, String> {
        if let Some(found) = Statistic::ALL.into_iter().find(|statistic| statistic.name() == name) {
            return Ok(found);
        }
        match Quantile::parse(name) {
            Ok(quantile) => return Ok(Statistic::Quantile(quantile)),
            Err(Some(why)) => return Err(why),
            Err(None) => {}
        }
        Err(match Quantile::meant(name) {
            Some(meant) => format!("there is no statistic `{name}`; did you mean `{}`?", meant.name()),
            None => {
                let names = Statistic::ALL.map(Statistic::name);
                unknown("statistic", name, names.iter().map(|name| &**name))
            }
        })
    }

    /// What it is, in a sentence.
    pub const fn what(self) -> &'static str {
        match self {
            Statistic::Mean => "The mean of the replications' means.",
            Statistic::Quantile(Quantile::P50) => "The median.",
            Statistic::Quantile(Quantile::P90) => "The 90 % quantile.",
            Statistic::Quantile(Quantile::P95) => "The 95 % quantile.",
            Statistic::Quantile(Quantile::P99) => "The 99 % quantile.",
            Statistic::Quantile(Quantile::P999) => "The 99.9 % quantile.",
            Statistic::Quantile(_) => "A quantile.",
            Statistic::Within(_) => "Of a share of callers: within this time.",
            Statistic::Share => "Of a count: its share in the calls offered.",
            Statistic::Longest(Longest::P50) => "Of a duration: the median, over replications, of the longest in each.",
            Statistic::Longest(Longest::P95) => {
                "Of a duration: the 95 % quantile, over replications, of the longest in each."
            }
            Statistic::Censored => {
                "Of a duration that may be censored: the number per replication that were not over at the end, or were cut short."
            }
        }
    }
}

/// Which quantile, over replications, of the longest in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Longest {
    /// The median.
    P50,
    /// The 95 % quantile: with this probability, none in a replication takes longer.
    P95,
}

impl Longest {
    /// The quantile that it is.
    pub const fn quantile(self) -> Quantile {
        match self {
            Longest::P50 => Quantile::P50,
            Longest::P95 => Quantile::P95,
        }
    }
}

/// The statistics of a count, which has one value per replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfCount {
    /// The mean per replication.
    Mean,
    /// A quantile over replications.
    Quantile(Quantile),
    /// The share in the calls offered.
    Share,
}

/// The statistics of a duration, which has many values per replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfDuration {
    /// The mean of the replications' means.
    Mean,
    /// A quantile of all values; the Kaplan-Meier estimate for a duration that may be censored.
    Quantile(Quantile),
    /// A quantile over replications of the longest.
    Longest(Longest),
    /// The number per replication that were not over at the end, or were cut short; only where [`Censoring::is_possible`](super::metric::Censoring::is_possible).
    Censored,
}

/// The statistics of a gauge or of its highest reading, which have one value per replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfGauge {
    /// The mean per replication.
    Mean,
    /// A quantile over replications.
    Quantile(Quantile),
}

impl From<OfCount> for Statistic {
    fn from(statistic: OfCount) -> Statistic {
        match statistic {
            OfCount::Mean => Statistic::Mean,
            OfCount::Quantile(quantile) => Statistic::Quantile(quantile),
            OfCount::Share => Statistic::Share,
        }
    }
}

impl From<OfDuration> for Statistic {
    fn from(statistic: OfDuration) -> Statistic {
        match statistic {
            OfDuration::Mean => Statistic::Mean,
            OfDuration::Quantile(quantile) => Statistic::Quantile(quantile),
            OfDuration::Longest(longest) => Statistic::Longest(longest),
            OfDuration::Censored => Statistic::Censored,
        }
    }
}

impl From<OfGauge> for Statistic {
    fn from(statistic: OfGauge) -> Statistic {
        match statistic {
            OfGauge::Mean => Statistic::Mean,
            OfGauge::Quantile(quantile) => Statistic::Quantile(quantile),
        }
    }
}

/// What a measure is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What kind of thing it is.
    pub scope: Scope,
    /// Which one; empty for the cluster.
    pub name: String,
}

impl Subject {
    /// The whole cluster.
    pub const CLUSTER: Subject = Subject { scope: Scope::Cluster, name: String::new() };

    fn whose(&self) -> String {
        match self.name.as_str() {
            "" => format!("the {}", self.scope.name()),
            name => format!("{} {name}", self.scope.name()),
        }
    }
}

/// One number of a study: `[scope:name/]metric[.statistic]`, as in `setup_delay.p99`, `refused.share` or
/// `route_point:welcome/route_point_delay.p95`. Without a scope, the whole cluster; without a statistic, the mean.
///
/// Whether runs of a plan measure it is checked by [`Measure::check`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Of a count.
    Count(Subject, Count, OfCount),
    /// Of a duration.
    Duration(Subject, Metric, OfDuration),
    /// Of a gauge's mean over time.
    Gauge(Subject, Gauge, OfGauge),
    /// Of a gauge's highest reading.
    Peak(Subject, Peak, OfGauge),
    /// A share of the callers who ask for a person: of those answered within a time.
    Service(Subject, Service, Span),
}

/// Where the values of a count are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountRow {
    /// What is counted.
    pub count: Count,
    /// Whose calls, by their row in the catalogue; `None`: of the whole cluster.
    pub of: Option<usize>,
}

/// Where the values of a measure are, and its statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A count.
    Count(CountRow, OfCount),
    /// A duration, by its row in the catalogue.
    Duration(usize, OfDuration),
    /// A gauge's mean over time, by its row.
    Gauge(usize, OfGauge),
    /// A gauge's highest reading, by its row.
    Peak(usize, OfGauge),
    /// A share of callers answered in time, by the row of the callers and the time's place in [`ReplicationSummary::service`](super::summary::ReplicationSummary::service).
    Service(usize, Service),
}

impl Named {
    /// A statistic of it, or why it does not have this statistic.
    fn measure(self, of: Subject, statistic: Statistic) -> Result<Measure, &'static str> {
        const SHARE: &str = "only a count has a `share` in the calls offered";
        const LONGEST: &str = "only a duration has a longest one";
        const CENSORED: &str = "only what may last longer than a run can be `censored`";
        const WITHIN: &str = "only a share of callers is of those within a time";
        let of_gauge = || match statistic {
            Statistic::Mean => Ok(OfGauge::Mean),
            Statistic::Quantile(quantile) => Ok(OfGauge::Quantile(quantile)),
            Statistic::Share => Err(SHARE),
            Statistic::Longest(_) => Err(LONGEST),
            Statistic::Censored => Err(CENSORED),
            Statistic::Within(_) => Err(WITHIN),
        };
        match self {
            Named::Count(count) => {
                let statistic = match statistic {
                    Statistic::Mean => OfCount::Mean,
                    Statistic::Quantile(quantile) => OfCount::Quantile(quantile),
                    Statistic::Share => OfCount::Share,
                    Statistic::Longest(_) => return Err(LONGEST),
                    Statistic::Censored => return Err(CENSORED),
                    Statistic::Within(_) => return Err(WITHIN),
                };
                Ok(Measure::Count(of, count, statistic))
            }
            Named::Duration(metric) => {
                let statistic = match statistic {
                    Statistic::Mean => OfDuration::Mean,
                    Statistic::Quantile(quantile) => OfDuration::Quantile(quantile),
                    Statistic::Longest(longest) => OfDuration::Longest(longest),
                    Statistic::Censored if metric.row().censoring.is_possible() => OfDuration::Censored,
                    Statistic::Share => return Err(SHARE),
                    Statistic::Censored => return Err(CENSORED),
                    Statistic::Within(_) => return Err(WITHIN),
                };
                Ok(Measure::Duration(of, metric, statistic))
            }
            Named::Gauge(gauge) => Ok(Measure::Gauge(of, gauge, of_gauge()?)),
            Named::Peak(peak) => Ok(Measure::Peak(of, peak, of_gauge()?)),
            Named::Service(service) => match statistic {
                Statistic::Within(time) => Ok(Measure::Service(of, service, time)),
                _ => Err("it takes a time"),
            },
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { scope, name } = self.subject();
        if *scope != Scope::Cluster {
            write!(f, "{}:{name}/", scope.name())?;
        }
        f.write_str(self.metric())?;
        match self.statistic() {
            Statistic::Mean => Ok(()),
            statistic => write!(f, ".{}", statistic.name()),
        }
    }
}

impl Measure {
    /// Reads a measure.
    ///
    /// # Errors
    /// What is wrong with it, and what was perhaps meant. Whether runs of a plan measure it is checked by
    /// [`Measure::check`].
    pub fn parse(text: &str) -> Result<Measure, String> {
        let (of, rest) = match text.split_once('/') {
            None => (Subject::CLUSTER, text),
            Some((scope, rest)) => {
                let (scope, name) = scope.split_once(':').ok_or("expected `scope:name/` before the metric")?;
                let scopes = || Scope::ALL.into_iter().filter(|scope| *scope != Scope::Cluster);
                let found = scopes().find(|known| known.name() == scope);
                let scope = found.ok_or_else(|| unknown("scope", scope, scopes().map(Scope::name)))?;
                (Subject { scope, name: name.to_owned() }, rest)
            }
        };
        let (metric, statistic) = match rest.split_once('.') {
            None => (rest, None),
            Some((metric, name)) => (metric, Some(name)),
        };
        let found = Named::all().find(|named| named.name() == metric);
        let unknown = || unknown("metric", metric, Named::all().map(Named::name));
        if let Some(Named::Service(service)) = found {
            let time = time_of(service, statistic)?;
            return Ok(Measure::Service(of, service, time));
        }
        let statistic = statistic.map_or(Ok(Statistic::Mean), Statistic::parse)?;
        let named = found.ok_or_else(unknown)?;
        named.measure(of, statistic).map_err(|why| format!("{why}, which `{metric}` is not"))
    }

    /// Has runs of a plan measure what has to be known before: a time within which callers are to be answered, and a percentile that
    /// replications do not keep by themselves.
    pub fn ask(&self, plan: &mut Plan) {
        match self.statistic() {
            Statistic::Within(time) => plan.asked.add_within(time),
            Statistic::Quantile(quantile) if quantile.kept().is_none() => {
                plan.asked.add_percentile(quantile.millionths())
            }
            _ => {}
        }
    }

    /// Has runs of a plan measure this, and checks whether they do.
    ///
    /// # Errors
    /// Those of [`Measure::check`].
    pub fn asked_of(&self, plan: &mut Plan) -> Result<(), String> {
        self.ask(plan);
        self.check(plan)
    }

    /// The share of a count in the calls offered.
    pub const fn share_of(count: Count) -> Measure {
        Measure::Count(Subject::CLUSTER, count, OfCount::Share)
    }

    /// Everything that runs of a plan measure, with every statistic of it that is kept or asked for.
    pub fn all(plan: &Plan) -> Vec<Measure> {
        let quantiles = plan.asked.percentiles().iter().filter_map(|it| Quantile::of_millionths(*it));
        let times = plan.asked.within().iter().copied().map(Statistic::Within);
        let statistics = Statistic::ALL.into_iter().chain(quantiles.map(Statistic::Quantile)).chain(times);
        let statistics: Vec<Statistic> = statistics.collect();
        let of = |(of, named): (Subject, Named)| {
            statistics.iter().filter_map(move |statistic| named.measure(of.clone(), *statistic).ok())
        };
        measured(plan).into_iter().flat_map(of).collect()
    }

    /// The measures that are compared by default: of the whole cluster, every count except the engine's events, the mean, the
    /// 99 % quantile and the censored number of every duration, the shares of callers answered in time, and every gauge; and the utilisation of
    /// each station.
    pub fn standard(plan: &Plan) -> Vec<Measure> {
        let times: Vec<Statistic> = plan.asked.within().iter().copied().map(Statistic::Within).collect();
        let standard = |(of, named): (Subject, Named)| {
            let statistics: &[Statistic] = match named {
                Named::Count(Count::Events) | Named::Peak(_) => &[],
                Named::Gauge(Gauge::Utilisation) => &[Statistic::Mean],
                Named::Count(_) | Named::Gauge(_) if of.scope == Scope::Cluster => &[Statistic::Mean],
                Named::Duration(_) if of.scope == Scope::Cluster => {
                    &[Statistic::Mean, Statistic::Quantile(Quantile::P99), Statistic::Censored]
                }
                Named::Service(_) if of.scope == Scope::Cluster => &times,
                _ => &[],
            };
            let of_it = |&statistic: &Statistic| named.measure(of.clone(), statistic).ok();
            statistics.iter().filter_map(of_it).collect::<Vec<Measure>>()
        };
        measured(plan).into_iter().flat_map(standard).collect()
    }

    /// Whether runs of a plan measure this.
    ///
    /// # Errors
    /// What they do not have, and what was perhaps meant.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        let (known, subject) = (measured(plan), self.subject());
        if known.iter().any(|(of, named)| (of, *named) == (subject, self.named())) {
            return match *self {
                Measure::Service(.., time) if !plan.asked.within().contains(&time) => Err(format!(
                    "answers within {0} are not counted; write `answered_within = [\"{0}\"]` in `[run]`",
                    units::words(time)
                )),
                _ => Ok(()),
            };
        }
        let of_scope = || known.iter().filter(|(of, _)| of.scope == subject.scope);
        if subject.scope != Scope::Cluster && !of_scope().any(|(of, _)| of == subject) {
            let mut seen = BTreeSet::new();
            let names = of_scope().map(|(of, _)| of.name.as_str()).filter(|&name| seen.insert(name));
            return Err(unknown(&subject.scope.name().replace('_', " "), &subject.name, names));
        }
        if matches!(self, Measure::Service(..))
            && let Some(needs) = self.lacks(plan)
        {
            return Err(cannot_occur(self.metric(), needs));
        }
        let kind = format!("measurement of {}", subject.whose());
        if let Some((of, named)) = known.iter().find(|(_, named)| *named == self.named()) {
            let (metric, scope, name) = (named.name(), of.scope.name(), &of.name);
            return Err(format!("there is no {kind} `{metric}`; write `{scope}:{name}/{metric}`"));
        }
        if let Some(needs) = self.lacks(plan) {
            return Err(cannot_occur(self.metric(), needs));
        }
        let here = of_scope().filter(|(of, _)| of == subject).map(|(_, named)| named.name());
        Err(unknown(&kind, self.metric(), here))
    }

    /// What a workload would need for this to occur in its runs; `None` if it may occur. What cannot occur has no value, or is
    /// zero, however many replications are run.
    pub fn lacks(&self, plan: &Plan) -> Option<&'static str> {
        lacks(plan, self.named())
    }

    /// Where its values are; `None` where runs of the catalogue's plan do not measure it: see [`Measure::check`].
    pub fn source(&self, catalogue: &Catalogue) -> Option<Column> {
        match self {
            Measure::Count(Subject { scope: Scope::Cluster, .. }, count, statistic) => {
                Some(Column::Count(CountRow { count: *count, of: None }, *statistic))
            }
            Measure::Count(of, count, statistic) => {
                let same = |it: &CallsOf| (it.scope, &it.name) == (of.scope, &of.name);
                let is_counted = OF_CALLS.contains(count) || count.row().scopes.contains(&of.scope);
                let row = catalogue.calls.iter().position(same).filter(|_| is_counted);
                row.map(|row| Column::Count(CountRow { count: *count, of: Some(row) }, *statistic))
            }
            Measure::Duration(of, metric, statistic) => {
                let row = row_of(&catalogue.durations, of, |it| it == *metric);
                row.map(|row| Column::Duration(row, *statistic))
            }
            Measure::Gauge(of, gauge, statistic) => {
                let row = row_of(&catalogue.gauges, of, |it| it == *gauge);
                row.map(|row| Column::Gauge(row, *statistic))
            }
            Measure::Peak(of, peak, statistic) => {
                let row = row_of(&catalogue.gauges, of, |it| it.row().peak == Some(*peak));
                row.map(|row| Column::Peak(row, *statistic))
            }
            Measure::Service(of, service, time) => {
                let row = row_of(&catalogue.service, of, |()| true)?;
                let place = catalogue.time(*time)?;
                Some(Column::Service(row * catalogue.within.len() + place, *service))
            }
        }
    }

    /// What it is about.
    pub const fn subject(&self) -> &Subject {
        match self {
            Measure::Count(of, ..)
            | Measure::Duration(of, ..)
            | Measure::Gauge(of, ..)
            | Measure::Peak(of, ..)
            | Measure::Service(of, ..) => of,
        }
    }

    /// The name of its metric.
    pub fn metric(&self) -> &'static str {
        self.named().name()
    }

    /// Its statistic.
    pub fn statistic(&self) -> Statistic {
        match *self {
            Measure::Count(.., statistic) => statistic.into(),
            Measure::Duration(.., statistic) => statistic.into(),
            Measure::Gauge(.., statistic) | Measure::Peak(.., statistic) => statistic.into(),
            Measure::Service(.., time) => Statistic::Within(time),
        }
    }

    /// The mean of the same; a share of callers is one.
    #[must_use]
    pub fn mean(&self) -> Measure {
        let mut mean = self.clone();
        match &mut mean {
            Measure::Count(.., statistic) => *statistic = OfCount::Mean,
            Measure::Duration(.., statistic) => *statistic = OfDuration::Mean,
            Measure::Gauge(.., statistic) | Measure::Peak(.., statistic) => *statistic = OfGauge::Mean,
            Measure::Service(..) => {}
        }
        mean
    }

    fn named(&self) -> Named {
        match *self {
            Measure::Count(_, count, _) => Named::Count(count),
            Measure::Duration(_, metric, _) => Named::Duration(metric),
            Measure::Gauge(_, gauge, _) => Named::Gauge(gauge),
            Measure::Peak(_, peak, _) => Named::Peak(peak),
            Measure::Service(_, service, _) => Named::Service(service),
        }
    }

    /// Whether each replication has a value of its own, so that two systems can be compared in pairs.
    pub const fn is_per_replication(&self) -> bool {
        match self {
            Measure::Count(.., OfCount::Mean | OfCount::Share) => true,
            Measure::Count(.., OfCount::Quantile(_)) => false,
            Measure::Duration(.., OfDuration::Mean | OfDuration::Quantile(_) | OfDuration::Censored) => true,
            Measure::Duration(.., OfDuration::Longest(_)) => false,
            Measure::Gauge(.., statistic) | Measure::Peak(.., statistic) => matches!(statistic, OfGauge::Mean),
            Measure::Service(..) => true,
        }
    }

    /// What its numbers are.
    pub const fn unit(&self) -> Unit {
        match self {
            Measure::Count(.., OfCount::Share) => Unit::Ratio,
            Measure::Duration(.., OfDuration::Censored) | Measure::Peak(..) => Unit::Count,
            Measure::Count(_, count, _) => count.row().unit,
            Measure::Duration(_, metric, _) => metric.row().unit,
            Measure::Gauge(_, gauge, _) => gauge.row().unit,
            Measure::Service(_, service, _) => service.row().unit,
        }
    }

    /// Which way is better.
    pub fn better(&self) -> Better {
        match self {
            Measure::Count(_, count, _) => count.row().better,
            Measure::Duration(_, metric, _) => metric.row().better,
            Measure::Gauge(_, gauge, _) => gauge.row().better,
            Measure::Peak(_, peak, _) => peak.better,
            Measure::Service(_, service, _) => service.row().better,
        }
    }
}

/// What runs of a plan measure: each subject with each of its metrics.
fn measured(plan: &Plan) -> Vec<(Subject, Named)> {
    let catalogue = Catalogue::new(plan);
    let of_cluster = counts(plan).map(|count| (Subject::CLUSTER, Named::Count(count)));
    let of_calls = catalogue.calls.iter().flat_map(|it| {
        let of = Subject { scope: it.scope, name: it.name.clone() };
        let waited = (it.scope == Scope::Queue).then_some(Count::Waited);
        let counts = OF_CALLS.into_iter().chain(waited);
        counts.map(move |count| (of.clone(), Named::Count(count))).collect::<Vec<_>>()
    });
    let counts = of_cluster.chain(of_calls);
    let durations = catalogue.durations.iter().filter(|series| series.exists);
    let durations = durations.map(|series| (subject(series), Named::Duration(series.metric)));
    let gauges = catalogue.gauges.iter().filter(|series| series.exists).flat_map(|series| {
        let readings = [Some(Named::Gauge(series.metric)), Named::peak_of(series.metric)];
        readings.into_iter().flatten().map(|named| (subject(series), named))
    });
    let service = catalogue.service.iter().filter(|series| series.exists);
    let service = service.flat_map(|series| Service::ALL.map(|service| (subject(series), Named::Service(service))));
    counts.chain(durations).chain(service).chain(gauges).collect()
}

/// The time that the name of a share of callers ends in.
fn time_of(service: Service, text: Option<&str>) -> Result<Span, String> {
    let name = service.name();
    let Some(text) = text else {
        return Err(format!(
            "`{name}` lacks the time within which callers are to be answered: write `{name}.20s`, for example"
        ));
    };
    let is_statistic = Statistic::parse(text).is_ok();
    units::duration(text).map_err(|why| match is_statistic {
        true => format!("`{name}` is a share, and has no `{text}` but a time: write `{name}.20s`, for example"),
        false => format!("`{name}.{text}` is to end in a time, as in `{name}.20s`: {why}"),
    })
}

/// The subject of a series.
fn subject<M>(series: &Series<M>) -> Subject {
    Subject { scope: series.scope, name: series.name.clone() }
}

/// The row of a metric of a subject.
fn row_of<M: Copy>(rows: &[Series<M>], of: &Subject, is_it: impl Fn(M) -> bool) -> Option<usize> {
    let is_of = |series: &Series<M>| (series.scope, &series.name) == (of.scope, &of.name);
    rows.iter().position(|series| series.exists && is_of(series) && is_it(series.metric))
}

/// The sentence about a metric that lacks something.
pub fn cannot_occur(metric: &str, needs: &str) -> String {
    format!("`{metric}` cannot occur in this workload: it takes {needs}")
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
        assert_eq!(Measure::parse("setup_delay.p99.9").unwrap().to_string(), "setup_delay.p999");
        assert_eq!(Measure::parse("setup_delay.p99.95").unwrap().to_string(), "setup_delay.p99.95");
        for (text, name) in [
            ("answered_within.20s", "answered_within.20s"),
            ("answered_within.90s", "answered_within.1m30s"),
            ("answered_within.1.5s", "answered_within.1s500ms"),
            ("queue:sales/answered_within_of_answered.0s", "queue:sales/answered_within_of_answered.0s"),
        ] {
            assert_eq!(Measure::parse(text).unwrap().to_string(), name);
        }
        assert_eq!(Measure::parse("refused.mean").unwrap().to_string(), "refused");
        for (wrong, why) in [
            ("setup_dely.p99", "did you mean `setup_delay`"),
            ("setup_delay.p0", "above 0"),
            ("setup_delay.p100", "`max_p95`"),
            ("setup_delay.p9999", "did you mean `p99.99`?"),
            ("setup_delay.p98x", "there is no statistic `p98x`"),
            ("answered_within", "write `answered_within.20s`"),
            ("answered_within.mean", "a share, and has no `mean` but a time: write `answered_within.20s`"),
            ("answered_within.p90", "write `answered_within.20s`"),
            ("answered_within.20", "`20` has no unit"),
            ("answered_within_of_answered.soon", "as in `answered_within_of_answered.20s`"),
            ("setup_delay.p99,9", "there is no statistic `p99,9`; did you mean `p999`?"),
            ("setup_delay.P99", "did you mean `p99`?"),
            ("setup_delay.99%", "did you mean `p99`?"),
            ("setup_delay.99.9", "did you mean `p999`?"),
            ("setup_delay.95th", "did you mean `p95`?"),
            ("setup_delay.share", "only a count has a `share`"),
            ("offered.max_p95", "only a duration"),
            ("lookup_delay.censored", "longer than a run"),
            ("node/offered", "expected `scope:name/`"),
            ("nod:sub1/offered", "did you mean `node`"),
        ] {
            let error = Measure::parse(wrong).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
