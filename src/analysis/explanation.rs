//! What is behind a number: which calls, and what their time was spent on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::domain::{NodeId, RoutePointId, SourceId, StationId};
use crate::engine::Span;
use crate::facts::Task;
use crate::plan::Plan;
use crate::record::{
    Catalogue, Column, Count, Gauge, Longest, Measure, OfCount, OfDuration, OfGauge, Statistic, at_least,
};
use crate::stats::Confidence;
use crate::trace::{Cause, Found, Why};

use super::study::{NANOS_PER_MILLI, Study};

/// The name of the longest of all values.
const LONGEST: &str = ".max";

/// A number that is to be explained: a measure, or the longest of all its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The measure.
    pub measure: Measure,
    /// Whether it is the longest of all values; the measure is their mean then.
    pub longest: bool,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.measure, if self.longest { LONGEST } else { "" })
    }
}

impl Asked {
    /// Reads one, such as `setup_delay.p99` or `setup_delay.max`.
    ///
    /// # Errors
    /// What is wrong with it, and what was perhaps meant.
    pub fn parse(text: &str) -> Result<Asked, String> {
        let Some(name) = text.strip_suffix(LONGEST) else {
            return Measure::parse(text).map(|measure| Asked { measure, longest: false });
        };
        let measure = Measure::parse(name)?;
        match measure {
            Measure::Duration(.., OfDuration::Mean) => Ok(Asked { measure, longest: true }),
            Measure::Peak(..) | Measure::Gauge(..) | Measure::Count(..) | Measure::Service(..) => {
                Err(format!("only a duration has a longest one; `{name}` is none"))
            }
            Measure::Duration(..) => Err(format!("`{name}` has a statistic already; leave `{LONGEST}` out")),
        }
    }

    /// Where its values are.
    ///
    /// # Errors
    /// Why it is not made of what single calls or devices did, and what to ask for instead.
    pub fn column(&self, catalogue: &Catalogue) -> Result<Column, String> {
        let refused = |why: &str, instead: &str| Err(format!("{why}\n  help: ask for {instead}"));
        let of = |metric: &str| {
            let subject = self.measure.subject();
            if subject.name.is_empty() {
                format!("`{metric}`")
            } else {
                format!("`{}:{}/{metric}`", subject.scope.name(), subject.name)
            }
        };
        let column = self.measure.source(catalogue).ok_or("runs do not measure it")?;
        match (&self.measure, column) {
            (Measure::Gauge(_, gauge, _), _) => {
                let instead = match gauge {
                    Gauge::Utilisation | Gauge::Queue => format!("{}, the wait that it causes", of("station_wait.p99")),
                    Gauge::Waiting => format!("{}, the wait of those callers", of("queue_wait.p95")),
                    Gauge::Occupancy | Gauge::InUse => {
                        "`refused_busy`, the calls for which nothing was free, or `queue_stay`".to_owned()
                    }
                    Gauge::Calls => format!("{}, how long calls stay", of("route_point_stay.p99")),
                    Gauge::Throttled => "`refused_throttled`, the calls that were refused then".to_owned(),
                    Gauge::DevicesInService | Gauge::DevicesControlled | Gauge::Devices => {
                        "`out_of_service`, how long devices were not there".to_owned()
                    }
                    Gauge::CallsInProgress => "a delay, such as `setup_delay.p99`".to_owned(),
                };
                refused("it is followed over time, and not made of what single calls did", &instead)
            }
            (Measure::Peak(..), _) => refused(
                "it is the highest reading of something that is followed over time, and not made of what single calls did",
                "a delay or a count, such as `setup_delay.p99` or `refused_busy`",
            ),
            (Measure::Service(..), _) => refused(
                "it is a share of callers, and says nothing about the waits of the others",
                "the wait itself, such as `queue_stay.p95`, `transfer_delay.p95` or `setup_delay.p95`, or for those who hung up: \
                 `abandoned`",
            ),
            (Measure::Duration(.., OfDuration::Censored), _) => refused(
                "it counts what was not over, of which the parts are not known",
                "what ended it, such as `abandoned`, or the values themselves: the same without `.censored`",
            ),
            (Measure::Count(_, count, _), _) => match count {
                Count::Events => {
                    refused("no call is behind it", "a delay or a count of calls, such as `setup_delay.p99`")
                }
                Count::InProgress => refused(
                    "it is counted at the end of the run, when nothing has become of these calls",
                    "`completed`, or for what took long: `setup_delay.p99`",
                ),
                Count::StillOut | Count::RehomeWaiting => {
                    refused("it is counted at the end of the run", "`out_of_service` or `rehome_wait`")
                }
                Count::Waited => {
                    refused("it is counted at the end of the run", "`queue_stay`, the wait of all who waited")
                }
                _ => Ok(column),
            },
            (Measure::Duration(..), column) => Ok(column),
        }
    }
}

/// Which values are behind a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Group {
    /// All of them.
    All,
    /// Those at least this long, as far as a histogram tells them apart.
    AtLeast(Span),
    /// The longest of all, which is so long.
    Longest(Span),
    /// Of each of these replications the longest, which is so long.
    LongestOfEach(BTreeMap<u64, Span>),
    /// Those of these replications.
    Replications(BTreeSet<u64>),
}

impl Group {
    /// Whether a value of a replication is in it.
    pub fn has(&self, replication: u64, value: Span) -> bool {
        match self {
            Group::All => true,
            Group::AtLeast(least) => at_least(value, *least),
            Group::Longest(longest) => value == *longest,
            Group::LongestOfEach(longest) => longest.get(&replication) == Some(&value),
            Group::Replications(some) => some.contains(&replication),
        }
    }
}

/// A number of a study, and which values are behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The number, in the unit of its measure.
    pub value: f64,
    /// Its values.
    pub group: Group,
    /// How many values there are in all.
    pub values: u64,
    /// Their sum, in nanoseconds; zero of a count.
    pub nanos: u128,
    /// How many more were censored.
    pub censored: u64,
    /// How long the typical one is.
    pub typical: Span,
}

impl Number {
    /// The number of a study.
    ///
    /// # Errors
    /// Why there is none: there are no values, or too many were censored.
    pub fn of(asked: &Asked, column: Column, study: &Study) -> Result<Number, String> {
        let found = asked.measure.of(study, Confidence::P95);
        let span = |millis: f64| Span::from_nanos((millis * NANOS_PER_MILLI).round() as u64);
        match column {
            Column::Count(row, statistic) => {
                let counts = study.counts_at(row);
                let values = counts.iter().sum::<f64>() as u64;
                let value = found.value.unwrap_or(0.0);
                let group = match statistic {
                    OfCount::Mean | OfCount::Share => Group::All,
                    OfCount::Quantile(_) => {
                        let numbers = study.outcome.summaries.iter().map(|it| it.replication);
                        let those = numbers.zip(&counts).filter(|(_, count)| **count >= value);
                        Group::Replications(those.map(|(replication, _)| replication).collect())
                    }
                };
                match values {
                    0 => Err(never(study)),
                    _ => Ok(Number { value, group, values, nanos: 0, censored: 0, typical: Span::ZERO }),
                }
            }
            Column::Duration(row, statistic) => {
                let totals = *study.outcome.merged.histograms[row].totals();
                let censored = study.censored(row);
                let not_reached = match (totals.count, censored) {
                    (0, 0) => return Err(never(study)),
                    (0, _) => {
                        return Err(format!("all {censored} of its values were cut short or not over at the end"));
                    }
                    _ => "too many of its values were cut short or not over at the end: it was not reached",
                };
                let (value, group) = match found.value.filter(|value| value.is_finite()) {
                    _ if asked.longest => (totals.max.nanos() as f64 / NANOS_PER_MILLI, Group::Longest(totals.max)),
                    None => return Err(not_reached.to_owned()),
                    Some(value) => match statistic {
                        OfDuration::Mean | OfDuration::Censored => (value, Group::All),
                        OfDuration::Quantile(_) => (value, Group::AtLeast(span(value))),
                        OfDuration::Longest(Longest::P50 | Longest::P95) => {
                            let of_each = study.outcome.summaries.iter().filter_map(|it| {
                                let duration = &it.durations[row];
                                let is_there = duration.count > 0 && duration.max >= span(value);
                                is_there.then_some((it.replication, duration.max))
                            });
                            (value, Group::LongestOfEach(of_each.collect()))
                        }
                    },
                };
                let typical = if asked.longest { totals.max } else { span(value) };
                Ok(Number { value, group, values: totals.count, nanos: totals.sum_nanos, censored, typical })
            }
            Column::Gauge(_, OfGauge::Mean | OfGauge::Quantile(_)) | Column::Peak(..) | Column::Service(..) => {
                Err("it is not made of single values".to_owned())
            }
        }
    }
}

fn never(study: &Study) -> String {
    format!("it never occurred in {} replications", study.outcome.summaries.len())
}

/// A share of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// In how many values.
    pub values: u64,
    /// How long in all of them together, in nanoseconds.
    pub nanos: u128,
}

/// A nanosecond in [`Spent::means`]: fine enough that what is rounded off in a million replications is none.
pub const NANO: u128 = 1 << 32;

/// What values were spent on, and whose they are. Sums of whole numbers: they do not depend on the order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// How many values.
    pub values: u64,
    /// Their sum, in nanoseconds; of calls that were counted, their time until then.
    pub nanos: u128,
    /// What it was spent on: adds up to [`Spent::nanos`].
    pub causes: BTreeMap<Cause, Share>,
    /// The sum over replications of the mean of each cause, in parts of a nanosecond ([`NANO`]): the mean of a measure is that of the
    /// replications' means.
    pub means: BTreeMap<Cause, u128>,
    /// In how many replications there is a value.
    pub with_values: u64,
    /// What stations did while work waited for them, in nanoseconds.
    pub behind: BTreeMap<(StationId, Task), u128>,
    /// Why calls were counted.
    pub whys: BTreeMap<Why, u64>,
    /// How many in each replication.
    pub replications: BTreeMap<u64, u64>,
    /// How many in each bin of the timeline.
    pub bins: BTreeMap<u64, u64>,
    /// How many of each source.
    pub sources: BTreeMap<SourceId, u64>,
    /// How many came in at each node.
    pub ingress: BTreeMap<NodeId, u64>,
    /// How many were presented at each route point first.
    pub route_points: BTreeMap<RoutePointId, u64>,
    /// How many there were while each fault was there, by its row in the plan.
    pub faults: BTreeMap<usize, u64>,
}

/// Adds what another map has.
fn add<K: Ord + Copy, N: Copy + Default + std::ops::AddAssign>(sums: &mut BTreeMap<K, N>, others: &BTreeMap<K, N>) {
    others.iter().for_each(|(key, number)| *sums.entry(*key).or_default() += *number);
}

impl std::ops::AddAssign for Share {
    fn add_assign(&mut self, other: Share) {
        self.values += other.values;
        self.nanos += other.nanos;
    }
}

impl Spent {
    /// Adds a value of a replication; the bins of the timeline are so long.
    pub fn count(&mut self, replication: u64, bin: Span, found: &Found) {
        let times = found.times;
        self.values += times;
        let causes = causes_of(found);
        for (cause, nanos) in &causes {
            self.nanos += nanos * u128::from(times);
            *self.causes.entry(*cause).or_default() += Share { values: times, nanos: nanos * u128::from(times) };
        }
        for (station, task, span) in &found.behind {
            *self.behind.entry((*station, *task)).or_default() += u128::from(span.nanos()) * u128::from(times);
        }
        let one = |sums: &mut BTreeMap<u64, u64>, key| *sums.entry(key).or_default() += times;
        one(&mut self.replications, replication);
        one(&mut self.bins, found.at.nanos() / bin.nanos().max(1));
        found.why.iter().for_each(|why| *self.whys.entry(*why).or_default() += times);
        found.call.iter().for_each(|call| *self.sources.entry(call.source).or_default() += times);
        found.ingress.iter().for_each(|node| *self.ingress.entry(*node).or_default() += times);
        found.route_point.iter().for_each(|it| *self.route_points.entry(*it).or_default() += times);
        found.faults.iter().for_each(|row| *self.faults.entry(*row).or_default() += times);
    }

    /// A replication is over, which had so many values and spent so long on each cause.
    pub fn end(&mut self, values: u64, causes: &BTreeMap<Cause, u128>) {
        if values > 0 {
            self.with_values += 1;
            for (cause, nanos) in causes {
                *self.means.entry(*cause).or_default() += nanos * NANO / u128::from(values);
            }
        }
    }

    /// Adds those of other replications.
    pub fn merge(&mut self, other: &Spent) {
        self.values += other.values;
        self.nanos += other.nanos;
        self.with_values += other.with_values;
        add(&mut self.causes, &other.causes);
        add(&mut self.means, &other.means);
        add(&mut self.behind, &other.behind);
        add(&mut self.whys, &other.whys);
        add(&mut self.replications, &other.replications);
        add(&mut self.bins, &other.bins);
        add(&mut self.sources, &other.sources);
        add(&mut self.ingress, &other.ingress);
        add(&mut self.route_points, &other.route_points);
        add(&mut self.faults, &other.faults);
    }

    /// The causes with their shares of the whole, the greatest first.
    pub fn ranked(&self) -> Vec<(Cause, Share, f64)> {
        let whole = self.nanos.max(1) as f64;
        let mut ranked: Vec<_> =
            self.causes.iter().map(|(cause, share)| (*cause, *share, share.nanos as f64 / whole)).collect();
        ranked.sort_by(|one, other| other.1.nanos.cmp(&one.1.nanos).then(one.0.cmp(&other.0)));
        ranked
    }

    /// The share of a cause.
    pub fn share(&self, cause: Cause) -> f64 {
        self.causes.get(&cause).map_or(0.0, |share| share.nanos as f64) / self.nanos.max(1) as f64
    }
}

/// What a value was spent on, each cause once.
pub fn causes_of(found: &Found) -> BTreeMap<Cause, u128> {
    let mut causes = BTreeMap::new();
    for part in &found.parts {
        *causes.entry(part.cause).or_default() += u128::from(part.length().nanos());
    }
    causes
}

/// What a value is an example of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Of this cause, which took the longest.
    Cause(Cause),
    /// Of this reason.
    Why(Why),
    /// Of nothing in particular.
    Any,
}

/// A call, or whatever has the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The replication.
    pub replication: u64,
    /// What was found.
    pub found: Found,
}

/// What is behind a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// What was asked.
    pub asked: Asked,
    /// The number.
    pub number: Number,
    /// How many replications there are.
    pub replications: u64,
    /// What is behind the number.
    pub group: Spent,
    /// What is behind all values of the measure.
    pub all: Spent,
    /// The most typical.
    pub example: Option<Example>,
    /// The work that stations did, in nanoseconds; of workers, look-ups apart from the rest.
    pub work: BTreeMap<(StationId, Task), u128>,
    /// The length of a bin of the timeline.
    pub bin: Span,
}

impl Explanation<'_> {
    /// How much of the number each cause is, in the unit of the measure, the greatest first. Of a mean these add up to the mean; otherwise to
    /// the mean of the values that are behind the number.
    pub fn parts(&self) -> Vec<(Cause, f64)> {
        let is_mean = self.number.group == Group::All;
        let of = |(cause, share): (&Cause, &Share)| {
            let nanos = match self.group.means.get(cause).filter(|_| is_mean) {
                Some(mean) => *mean as f64 / NANO as f64 / self.group.with_values as f64,
                None => share.nanos as f64 / self.group.values as f64,
            };
            (*cause, nanos / NANOS_PER_MILLI)
        };
        let mut parts: Vec<(Cause, f64)> = self.group.causes.iter().map(of).collect();
        parts.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        parts
    }

    /// Whether it is of a count.
    pub const fn is_count(&self) -> bool {
        matches!(self.asked.measure, Measure::Count(..))
    }

    /// The statistic that was asked for.
    pub fn statistic(&self) -> Statistic {
        self.asked.measure.statistic()
    }
}
