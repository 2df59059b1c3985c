//! Means over replications, with the interval that what was seen allows.
//!
//! What was seen in fewer than five replications has no interval: how much such a replication has, and how often there is one,
//! cannot be told from so few. Then there is an upper end only: the greatest share of replications in which it may
//! occur, times the most that one of them may have of it.

use crate::plan::{Arrivals, Plan};
use crate::record::{Censoring, Count, CountRow, OF_CALLS, Service, Unit};
use crate::stats::{Confidence, Estimate, Seen, estimate, ratio};

use super::study::Study;

/// A mean over replications.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mean {
    /// The mean; `None` without values.
    pub value: Option<f64>,
    /// The lower end of its confidence interval; `None` if it was seen too seldom for one.
    pub low: Option<f64>,
    /// The upper end; `None` if nothing is known of it.
    pub high: Option<f64>,
    /// In how many replications it was seen.
    pub seen: Seen,
}

/// Without anything in a plan that befalls a whole replication, lost calls come in small groups: at least so many are
/// taken as the most that one replication may have of what was hardly ever seen.
const FEW_AT_ONCE: f64 = 10.0;
/// What was hardly ever seen may be so many times as much where it was not seen.
const TIMES_THE_LARGEST: f64 = 3.0;

impl Mean {
    fn new(estimate: Option<Estimate>, seen: Seen, confidence: Confidence, most: Option<f64>) -> Mean {
        let value = estimate.map(|it| it.mean);
        let (low, high) = match estimate.and_then(|it| it.interval) {
            Some((low, high)) if seen.is_enough() => (Some(low), Some(high)),
            _ if seen.replications < 2 => (None, None),
            _ => (None, most.map(|most| most * seen.most(confidence))),
        };
        Mean { value, low, high, seen }
    }

    /// Of a count.
    pub(super) fn of_count(study: &Study, row: CountRow, confidence: Confidence) -> Mean {
        let values = study.counts_at(row);
        let most = most(study, row, greatest(&values));
        Mean::new(estimate(&values, confidence), Seen::among(&values), confidence, most)
    }

    /// Of a count as a share of the calls offered.
    pub(super) fn of_share(study: &Study, row: CountRow, confidence: Confidence) -> Mean {
        let (values, offered) = (study.counts_at(row), study.offered(row));
        let all = offered.iter().sum::<f64>();
        let most = most(study, row, greatest(&values)).map(|most| most * offered.len() as f64 / all);
        let it = Mean::new(ratio(&values, &offered, confidence), Seen::among(&values), confidence, most);
        match it.value {
            None => Mean { low: None, high: None, ..it },
            // Of calls, those with another ending may be rare.
            Some(_) if is_of_calls(row.count) => it.unless_others_are_rare(study, &values, &offered, confidence),
            Some(_) => it,
        }
    }

    /// Of the callers answered in time, as a share of those among whom they are.
    pub(super) fn of_service(study: &Study, row: usize, service: Service, confidence: Confidence) -> Mean {
        let (in_time, among) = study.answered_in_time(row, service);
        let all = among.iter().sum::<f64>();
        let most = most_calls(study, &among, greatest(&in_time)) * among.len() as f64 / all;
        let it = Mean::new(ratio(&in_time, &among, confidence), Seen::among(&in_time), confidence, Some(most));
        let it = match it.value {
            None => Mean { low: None, high: None, ..it },
            Some(_) => it.unless_others_are_rare(study, &in_time, &among, confidence),
        };
        Mean { high: it.high.map(|high| high.min(1.0)), ..it }
    }

    /// A share of nearly all calls is as well known as that of the others.
    fn unless_others_are_rare(self, study: &Study, values: &[f64], offered: &[f64], confidence: Confidence) -> Mean {
        let others: Vec<f64> = offered.iter().zip(values).map(|(offered, value)| offered - value).collect();
        let seen = Seen::among(&others);
        if !self.seen.is_enough() || seen.is_enough() {
            return self;
        }
        let most = most_calls(study, offered, greatest(&others)) * offered.len() as f64 / offered.iter().sum::<f64>();
        Mean { low: Some((1.0 - most * seen.most(confidence)).max(0.0)), high: Some(1.0), ..self }
    }

    /// Of a duration. With censored values the mean is biased low, and its upper end is unknown; that of callers' waits is of those
    /// who were answered.
    pub(super) fn of_duration(study: &Study, row: usize, confidence: Confidence) -> Mean {
        let values = study.duration_means(row);
        let seen = Seen { times: values.len() as u64, replications: study.outcome.summaries.len() as u64 };
        let mean = Mean::new(estimate(&values, confidence), seen, confidence, None);
        let biased = study.catalogue.durations[row].metric.row().censoring == Censoring::Possible;
        if biased && study.censored(row) > 0 { Mean { high: None, ..mean } } else { mean }
    }

    /// Of the number of a duration's censored values.
    pub(super) fn of_censored(study: &Study, row: usize, confidence: Confidence) -> Mean {
        let values = study.censored_counts(row);
        Mean::new(estimate(&values, confidence), Seen::among(&values), confidence, Some(things(study)))
    }

    /// Of a gauge or its highest reading, in each replication.
    pub(super) fn of_level(study: &Study, values: &[f64], unit: Unit, confidence: Confidence) -> Mean {
        let most = match unit {
            Unit::Ratio => 1.0,
            Unit::Count | Unit::Millis => things(study),
        };
        Mean::new(estimate(values, confidence), Seen::among(values), confidence, Some(most))
    }
}

/// The most of anything at a time: of calls, or of devices.
fn things(study: &Study) -> f64 {
    greatest(&study.counts(Count::Offered)).max(study.plan.devices.len() as f64)
}

fn greatest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The most of a count that a replication may have, of which no replication had more than `largest`; `None` if there is no
/// telling.
fn most(study: &Study, row: CountRow, largest: f64) -> Option<f64> {
    let all = times_a_call(study.plan, row.count).map(|times| times * greatest(&study.offered(row)));
    if befalls_replications(study.plan) { all } else { Some(few(largest).min(all.unwrap_or(f64::INFINITY))) }
}

/// How often a call counts at most; `None` for what is not of calls.
fn times_a_call(plan: &Plan, count: Count) -> Option<f64> {
    match count {
        _ if is_of_calls(count) => Some(1.0),
        Count::Cfof | Count::Cfna | Count::Cfb | Count::Cfur | Count::Cfa => {
            Some(f64::from(plan.parameters.forward_hops))
        }
        _ => None,
    }
}

/// The same for calls, of which so many were offered.
fn most_calls(study: &Study, offered: &[f64], largest: f64) -> f64 {
    let all = greatest(offered);
    if befalls_replications(study.plan) { all } else { all.min(few(largest)) }
}

/// The most that comes at once where nothing befalls a whole replication.
fn few(largest: f64) -> f64 {
    FEW_AT_ONCE.max(TIMES_THE_LARGEST * largest)
}

/// Whether something in the plan befalls a whole replication and spares others: a fault, or a random state or day of a
/// source.
fn befalls_replications(plan: &Plan) -> bool {
    !plan.faults.is_empty() || plan.sources.iter().any(|source| matches!(source.arrivals, Arrivals::Modulated(..)))
}

/// Whether a count is of calls, each of which counts once: there are no more than were offered.
fn is_of_calls(count: Count) -> bool {
    OF_CALLS.contains(&count)
        || matches!(
            count,
            Count::Waited
                | Count::RefusedBusy
                | Count::RefusedNotOpened
                | Count::RefusedNotAnswered
                | Count::RefusedTooManyHops
                | Count::RefusedThrottled
                | Count::RefusedNoCallManager
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fake_study as study;
    use crate::fake;

    /// Thirty replications of 100 calls each; the count is what the test makes it.
    fn thirty<'p>(plan: &'p Plan, counts: &[u64]) -> Study<'p> {
        let mut study = study(plan);
        let one = study.outcome.summaries[0].clone();
        study.outcome.summaries = vec![one; 30];
        for summary in &mut study.outcome.summaries {
            summary.counts[Count::Offered as usize] = 100;
            summary.counts[Count::Refused as usize] = 0;
        }
        for (summary, &count) in study.outcome.summaries.iter_mut().zip(counts) {
            summary.counts[Count::Refused as usize] = count;
        }
        study
    }

    const REFUSED: CountRow = CountRow { count: Count::Refused, of: None };

    /// The greatest share of replications is 1 - 0.025^(1/30) = 11.57 % if none of thirty had it, 30.72 % if four had.
    #[test]
    fn too_few_have_an_upper_end_only() {
        let mut plan = fake::plan();
        let with_faults = Mean::of_count(&thirty(&plan, &[]), REFUSED, Confidence::P95);
        // A fault may lose all 100 calls.
        assert_eq!((with_faults.value, with_faults.low), (Some(0.0), None));
        assert!((with_faults.high.unwrap() - 11.57).abs() < 5e-3, "{with_faults:?}");
        plan.faults.clear();
        let of = |counts: &[u64]| Mean::of_count(&thirty(&plan, counts), REFUSED, Confidence::P95);
        assert!((of(&[]).high.unwrap() - 1.157).abs() < 5e-4);
        let four = of(&[1, 2, 1, 6]);
        assert_eq!((four.low, four.seen), (None, Seen { times: 4, replications: 30 }));
        assert!((four.high.unwrap() - 0.3072 * 18.0).abs() < 2e-3, "{four:?}");
        // In a failure, a call may be forwarded as often as the hop limit allows.
        let plan_with_faults = fake::plan();
        let mut study = thirty(&plan_with_faults, &[]);
        study.outcome.summaries.iter_mut().for_each(|it| it.counts[Count::Cfb as usize] = 0);
        let forwards = Mean::of_count(&study, CountRow { count: Count::Cfb, of: None }, Confidence::P95);
        let hops = f64::from(plan_with_faults.parameters.forward_hops);
        assert!((forwards.high.unwrap() / hops - 11.57).abs() < 5e-3, "{forwards:?}");
        // Five are enough for an interval.
        let five = of(&[1, 2, 1, 6, 1]);
        assert!(five.low.is_some() && five.high.is_some_and(|high| high < four.high.unwrap()), "{five:?}");
        let share = Mean::of_share(&thirty(&plan, &[]), REFUSED, Confidence::P95);
        assert!((share.high.unwrap() - 0.01157).abs() < 5e-6, "{share:?}");
        // All calls refused: that one was not, was never seen.
        let all = Mean::of_share(&thirty(&plan, &[100; 30]), REFUSED, Confidence::P95);
        assert_eq!(all.high, Some(1.0));
        assert!((all.low.unwrap() - (1.0 - 0.01157)).abs() < 5e-6, "{all:?}");
    }

    #[test]
    fn what_every_replication_has_needs_no_five() {
        let plan = fake::plan();
        let mut study = thirty(&plan, &[7, 9]);
        study.outcome.summaries.truncate(2);
        let both = Mean::of_count(&study, REFUSED, Confidence::P95);
        assert!(both.low.is_some() && both.high.is_some(), "{both:?}");
    }
}
