//! Which calls of a replication are to be traced: one by its name, those of a stretch of time, the worst of a measure, or those of
//! which something is true.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::domain::{CallName, Ending, Forward, Refusal, Rejection, SourceId, Target};
use crate::engine::{Span, Time};
use crate::facts::{Fact, SentTo};
use crate::plan::Plan;
use crate::record::{Catalogue, Column, Measure};
use crate::workload::{suggestion, units};

use super::watch::{Observed, Observer};

/// Which calls are to be traced.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// One, by its name.
    Call(CallName),
    /// Those that something happens to in this stretch of time.
    During(Range<Time>),
    /// The one with the greatest value of a measure.
    Worst(Column),
    /// Those of which all of this is true.
    Where(Vec<Condition>),
}

/// Something that may be true of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It ended so.
    Ended(End),
    /// It is of this traffic.
    Traffic(SourceId),
    /// It was sent there.
    SentTo(SentTo),
    /// It was forwarded so.
    Forwarded(Forward),
    /// It was turned away for this reason, whether or not a forward applied.
    TurnedAway(Rejection),
    /// A duration of it is long, or short.
    Took(Column, Comparison, Span),
}

/// How a call ended, as it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// So.
    So(Ending),
    /// Refused, for any reason.
    Refused,
    /// It did not.
    InProgress,
}

/// How a duration compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// At least so long.
    AtLeast,
    /// At most.
    AtMost,
}

/// Every ending with its name.
fn endings() -> Vec<(String, End)> {
    let endings = [
        Ending::Completed,
        Ending::Abandoned,
        Ending::DroppedInSetup,
        Ending::DroppedInChange,
        Ending::DroppedConnected,
    ];
    let endings = endings.into_iter().chain(Refusal::ALL.map(Ending::Refused));
    let named = endings.map(|ending| (ending.name().to_owned(), End::So(ending)));
    named.chain([("refused".to_owned(), End::Refused), ("in_progress".to_owned(), End::InProgress)]).collect()
}

/// The member of a list with this name, or which ones there are.
fn one_of<T>(kind: &str, name: &str, known: impl IntoIterator<Item = (String, T)>) -> Result<T, String> {
    let mut known: Vec<(String, T)> = known.into_iter().collect();
    if let Some(at) = known.iter().position(|(it, _)| it == name) {
        return Ok(known.swap_remove(at).1);
    }
    let hint = suggestion(name, known.iter().map(|(it, _)| &**it));
    let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
    Err(format!("there is no {kind} `{name}`{hint}"))
}

/// Everything that calls can be sent to, by name.
fn places(plan: &Plan) -> Vec<(String, SentTo)> {
    use crate::domain::{DestinationId, NumbersId, PhoneGroupId, PortGroupId, QueueId, RoutePointId};
    let route_points =
        plan.route_points.iter().zip(0..).map(|(it, row)| (&it.name, Target::RoutePoint(RoutePointId(row))));
    let ports = plan.port_groups.iter().zip(0..).map(|(it, row)| (&it.name, Target::Ports(PortGroupId(row))));
    let phones = plan.phone_groups.iter().zip(0..).map(|(it, row)| (&it.name, Target::Phones(PhoneGroupId(row))));
    let outside = plan.destinations.iter().zip(0..).map(|(it, row)| (&it.name, Target::Outside(DestinationId(row))));
    let numbers = plan.numbers.iter().zip(0..).map(|(it, row)| (&it.name, Target::Numbers(NumbersId(row))));
    let targets = route_points.chain(ports).chain(phones).chain(outside).chain(numbers);
    let targets = targets.map(|(name, target)| (name.clone(), SentTo::Target(target)));
    let queues = plan.queues.iter().zip(0..).take(plan.named_queues());
    targets.chain(queues.map(|(it, row)| (it.name.clone(), SentTo::Queue(QueueId(row))))).collect()
}

/// Reads the name of a call: `callers:17`, or `17` if there is only one traffic.
///
/// # Errors
/// What is wrong with it.
pub fn read_call_name(text: &str, plan: &Plan) -> Result<CallName, String> {
    let sources = || plan.sources.iter().zip(0..).map(|(it, row)| (it.name.clone(), SourceId(row)));
    let (source, number) = match text.rsplit_once(':') {
        Some((traffic, number)) => (one_of("traffic", traffic, sources())?, number),
        None if plan.sources.len() == 1 => (SourceId(0), text),
        None => {
            let first = plan.sources.first().map_or("callers", |it| &*it.name);
            return Err(format!("several traffics have a call of this number; write `{first}:{text}`, for example"));
        }
    };
    let number = number.parse().map_err(|_| format!("`{number}` is no number of a call: they are counted from 0"))?;
    Ok(CallName { source, number })
}

impl Condition {
    /// The words before `=`, and what they mean.
    pub const KEYS: [(&'static str, &'static str); 5] = [
        ("ended", "how it ended: completed, refused, refused_busy, dropped_in_change, in_progress ..."),
        ("traffic", "the traffic that it is of"),
        ("sent_to", "a route point, group, number or queue that it was sent to"),
        ("forwarded", "the setting that forwarded it: cfb, cfna, cfof, cfur, cfa"),
        ("turned_away", "why something turned it away: busy, not_opened, not_answered, application_failed"),
    ];

    /// Reads a condition: `ended=refused_busy`, `sent_to=welcome`, `setup_delay>=2s`.
    ///
    /// # Errors
    /// What is wrong with it, and what was perhaps meant.
    pub fn parse(text: &str, plan: &Plan) -> Result<Condition, String> {
        let measured = |at: usize, comparison| -> Result<Condition, String> {
            let (metric, bound) = (text[..at].trim(), text[at + 2..].trim());
            let column = duration_column(metric, plan)?;
            let bound = units::duration(bound).map_err(|why| format!("`{bound}` is no duration: {why}"))?;
            Ok(Condition::Took(column, comparison, bound))
        };
        if let Some(at) = text.find(">=") {
            return measured(at, Comparison::AtLeast);
        }
        if let Some(at) = text.find("<=") {
            return measured(at, Comparison::AtMost);
        }
        let Some((key, value)) = text.split_once('=') else {
            return Err("a condition is `ended=refused_busy` or `setup_delay>=2s`, for example".to_owned());
        };
        let (key, value) = (key.trim(), value.trim());
        match key {
            "ended" => one_of("ending", value, endings()).map(Condition::Ended),
            "traffic" => {
                let sources = plan.sources.iter().zip(0..).map(|(it, row)| (it.name.clone(), SourceId(row)));
                one_of("traffic", value, sources).map(Condition::Traffic)
            }
            "sent_to" => one_of("route point, group, number or queue", value, places(plan)).map(Condition::SentTo),
            "forwarded" => {
                let forwards = Forward::ALL.map(|it| (it.name().to_owned(), it));
                one_of("forward", value, forwards).map(Condition::Forwarded)
            }
            "turned_away" => {
                let reasons = Rejection::ALL.map(|it| (it.name().to_owned(), it));
                one_of("reason", value, reasons).map(Condition::TurnedAway)
            }
            _ => {
                let hint = suggestion(key, Condition::KEYS.map(|(key, _)| key));
                Err(match hint {
                    Some(hint) => format!("nothing of a call is called `{key}`; {hint}"),
                    None => format!("nothing of a call is called `{key}`"),
                })
            }
        }
    }
}

/// The values of a duration, by the name of the metric: of the cluster, or as in `application:ivr/app_queue_delay`.
///
/// # Errors
/// What is wrong with it.
pub fn duration_column(metric: &str, plan: &Plan) -> Result<Column, String> {
    if metric.rsplit('/').next().is_some_and(|it| it.contains('.')) {
        return Err(format!("`{metric}` is a statistic of all calls; a single one has `{}`", before_dot(metric)));
    }
    let measure = Measure::parse(metric)?;
    measure.check(plan)?;
    match measure.source(&Catalogue::new(plan)) {
        Some(column @ Column::Duration(..)) => Ok(column),
        _ => Err(format!("`{metric}` is no duration")),
    }
}

/// A measure without its statistic.
fn before_dot(metric: &str) -> &str {
    let begins = metric.rfind('/').map_or(0, |at| at + 1);
    metric[begins..].find('.').map_or(metric, |at| &metric[..begins + at])
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selected {
    /// The calls, in order of the moment at which it was clear.
    pub calls: Vec<CallName>,
    /// How many more there are.
    pub more: u64,
    /// The worst value, if that was looked for, with the fact that has it.
    pub worst: Option<Observed>,
}

/// Looks for calls.
#[derive(Debug)]
pub(super) struct Selector<'s> {
    plan: &'s Plan,
    selection: &'s Selection,
    most: usize,
    /// Which of the conditions are true, as bits, of each call in progress.
    progress: BTreeMap<CallName, u64>,
    places: BTreeMap<u32, CallName>,
    during: BTreeSet<CallName>,
    pub(super) found: Selected,
}

impl<'s> Selector<'s> {
    pub(super) fn new(plan: &'s Plan, selection: &'s Selection, most: usize) -> Selector<'s> {
        Selector {
            plan,
            selection,
            most,
            progress: BTreeMap::new(),
            places: BTreeMap::new(),
            during: BTreeSet::new(),
            found: Selected::default(),
        }
    }

    /// The columns that have to be watched, in the order of [`Observed::measure`].
    pub(super) fn columns(&self) -> Vec<Column> {
        match self.selection {
            Selection::Worst(column) => vec![*column],
            Selection::Where(conditions) => {
                let columns = conditions.iter().filter_map(|it| match it {
                    Condition::Took(column, ..) => Some(*column),
                    _ => None,
                });
                columns.collect()
            }
            Selection::Call(_) | Selection::During(_) => Vec::new(),
        }
    }

    fn take(&mut self, call: CallName) {
        if self.found.calls.len() < self.most {
            self.found.calls.push(call);
        } else {
            self.found.more += 1;
        }
    }

    /// Marks the conditions that a fact makes true of a call.
    fn mark(&mut self, call: CallName, is_true: impl Fn(&Condition) -> bool) {
        let Selection::Where(conditions) = self.selection else { return };
        let bits = conditions.iter().enumerate().filter(|(_, it)| is_true(it)).fold(0, |bits, (at, _)| bits | 1 << at);
        if let Some(progress) = self.progress.get_mut(&call) {
            *progress |= bits;
        }
    }

    fn is_over(&mut self, call: CallName, ending: Option<Ending>) {
        self.mark(call, |it| match (it, ending) {
            (Condition::Ended(End::So(so)), Some(ending)) => *so == ending,
            (Condition::Ended(End::Refused), Some(ending)) => matches!(ending, Ending::Refused(_)),
            (Condition::Ended(End::InProgress), None) => true,
            _ => false,
        });
        let Selection::Where(conditions) = self.selection else { return };
        let all = (1_u64 << conditions.len()) - 1;
        if self.progress.remove(&call) == Some(all) {
            self.take(call);
        }
    }
}

impl Observer for Selector<'_> {
    fn noted(&mut self, now: Time, fact: Fact) {
        if let Selection::During(stretch) = self.selection {
            if let Some(call) = fact.call().filter(|_| stretch.contains(&now))
                && self.during.insert(call)
            {
                self.take(call);
            }
            return;
        }
        match fact {
            Fact::Offered { call, place, .. } => {
                self.progress.insert(call, 0);
                self.places.insert(place, call);
                self.mark(call, |it| *it == Condition::Traffic(call.source));
            }
            Fact::Sent { place, to } => {
                if let Some(&call) = self.places.get(&place) {
                    // A number belongs to a group or to a route point.
                    let group = match to {
                        SentTo::Target(target) => SentTo::Target(self.plan.group_of(target)),
                        SentTo::Queue(_) => to,
                    };
                    self.mark(call, |it| [Condition::SentTo(to), Condition::SentTo(group)].contains(it));
                }
            }
            Fact::Forwarded { call, forward, .. } => self.mark(call, |it| *it == Condition::Forwarded(forward)),
            Fact::TurnedAway { call, because, .. } => self.mark(call, |it| *it == Condition::TurnedAway(because)),
            _ => {}
        }
    }

    fn observed(&mut self, observed: Observed) {
        if observed.censored {
            return;
        }
        match self.selection {
            Selection::Worst(_) => {
                if self.found.worst.is_none_or(|worst| observed.value > worst.value) {
                    self.found.worst = Some(observed);
                }
            }
            Selection::Where(_) => {
                let Some(call) = observed.fact.call() else { return };
                let mut watched = 0;
                let Selection::Where(conditions) = self.selection else { return };
                let mut bits = 0;
                for (at, condition) in conditions.iter().enumerate() {
                    let Condition::Took(_, comparison, bound) = condition else { continue };
                    let holds = match comparison {
                        Comparison::AtLeast => observed.value >= *bound,
                        Comparison::AtMost => observed.value <= *bound,
                    };
                    if watched == observed.measure && holds {
                        bits |= 1 << at;
                    }
                    watched += 1;
                }
                if let Some(progress) = self.progress.get_mut(&call) {
                    *progress |= bits;
                }
            }
            Selection::Call(_) | Selection::During(_) => {}
        }
    }
}

impl Selector<'_> {
    /// After the fact and its values: a call that is over is judged.
    pub(super) fn judge(&mut self, fact: Fact) {
        match fact {
            Fact::Ended { call, place, ending, .. } => {
                self.places.remove(&place);
                self.is_over(call, Some(ending));
            }
            Fact::Unfinished { call, .. } => self.is_over(call, None),
            _ => {}
        }
    }
}
