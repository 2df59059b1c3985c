//! Queues of callers: how long they wait for people, and how many wait.

use super::page::Section;
use super::summary::{interval, mean};
use super::table::{Entry, Table};
use super::words::{human, percent};
use crate::analysis::{Study, all_queues};
use crate::record::{Count, CountRow, Scope};

/// The queues that the workload names; nothing if it names none.
pub(super) fn queues(study: &Study, section: &mut Section<'_>) {
    let mut table = Table::of_numbers([
        "queues",
        "served",
        "had to wait",
        "wait mean, ms",
        "95 % interval",
        "wait p90, ms",
        "wait p99, ms",
        "p90 of all, ms",
        "not served",
        "waiting",
        "peak",
    ]);
    let queues = all_queues(study);
    for it in &queues {
        let wait = &it.wait;
        let value = |value: Option<f64>| Entry::number_if(value, wait.unit, human);
        let of_all = match wait.censored {
            Some(1..) => value(wait.km_p90),
            _ => value(wait.p90),
        };
        table.row([
            wait.name.clone().into(),
            Entry::number(wait.count as f64, "count", human),
            Entry::number_if(share_who_wait(study, &wait.name), "ratio", percent),
            mean(wait),
            interval(wait, human),
            value(wait.p90),
            value(wait.p99),
            of_all,
            Entry::number(wait.censored.unwrap_or_default() as f64, "count", human),
            mean(&it.waiting),
            Entry::number(it.peak, "count", human),
        ]);
    }
    section.table(table);
    if queues.iter().any(|it| it.wait.censored > Some(0)) {
        section.note(
            "(Waits of calls that were not served, as their callers hung up, they were lost or the run ended, are in `of all` only.)",
        );
    }
}

/// The share of a queue's calls that had to wait, in all replications together.
fn share_who_wait(study: &Study, queue: &str) -> Option<f64> {
    let of = study.catalogue.calls.iter().position(|it| it.scope == Scope::Queue && it.name == queue);
    let row = CountRow { count: Count::Waited, of };
    let offered = study.offered(row).iter().sum::<f64>();
    (offered > 0.0).then(|| study.counts_at(row).iter().sum::<f64>() / offered)
}
