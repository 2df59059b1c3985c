//! One row a replication.

use crate::record::{Count, Metric, ReplicationSummary};

use super::{Study, cell, csv_of, full, millis};

/// The counts, in the order of their columns.
const COUNTS: [Count; Count::ALL.len()] = [
    Count::Events,
    Count::Offered,
    Count::Completed,
    Count::Abandoned,
    Count::Refused,
    Count::DroppedInSetup,
    Count::DroppedInChange,
    Count::InProgress,
    Count::Preserved,
    Count::Cfof,
    Count::Cfna,
    Count::Cfb,
    Count::FalseFailures,
    Count::DroppedConnected,
    Count::Cfur,
    Count::RequestTimeouts,
    Count::RefusedBusy,
    Count::RefusedNotOpened,
    Count::RefusedNotAnswered,
    Count::RefusedTooManyHops,
    Count::RefusedThrottled,
    Count::RefusedNoCallManager,
    Count::CallManagerFailures,
    Count::CtiManagerFailures,
    Count::Reopened,
    Count::StillOut,
    Count::ClosedCannotOpen,
    Count::ClosedRecoveryForbidden,
    Count::ClosedOutOfReach,
    Count::Rehomed,
    Count::RehomeLost,
    Count::RehomeWaiting,
];

/// `replications.csv`: every count, and three numbers of every duration of the cluster.
pub fn replications_csv(study: &Study) -> Vec<u8> {
    let durations: Vec<(Metric, usize)> =
        Metric::ALL.into_iter().filter_map(|metric| study.catalogue.cluster(metric).map(|row| (metric, row))).collect();

    let mut header: Vec<String> = ["workload", "replication", "seed"].map(String::from).to_vec();
    header.extend(COUNTS.map(|count| count.name().to_owned()));
    for (metric, _) in &durations {
        header.extend(["p50", "p99", "max"].map(|statistic| format!("{}_{statistic}_ms", metric.name())));
    }

    let row = |summary: &ReplicationSummary| {
        let mut cells = vec![cell(&study.plan.name), summary.replication.to_string(), study.seed.to_string()];
        cells.extend(COUNTS.map(|count| summary.count(count).to_string()));
        for &(_, row) in &durations {
            let duration = &summary.durations[row];
            let [p50, _, _, p99, _] = duration.quantiles;
            let numbers = [p50, p99, duration.max];
            cells.extend(numbers.map(|span| if duration.count == 0 { String::new() } else { full(millis(span)) }));
        }
        cells
    };
    csv_of(std::iter::once(header).chain(study.outcome.summaries.iter().map(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake;
    use crate::report::tests::study;

    #[test]
    fn columns_never_move() {
        let plan = fake::plan();
        let csv = String::from_utf8(replications_csv(&study(&plan))).unwrap();
        assert!(csv.starts_with(
            "workload,replication,seed,events,offered,completed,abandoned,refused,dropped_in_setup,dropped_in_change,\
             in_progress,preserved,cfof,cfna,cfb,false_failures,dropped_connected,cfur,request_timeouts,refused_busy,\
             refused_not_opened,refused_not_answered,refused_too_many_hops,refused_throttled,refused_no_callmanager,\
             callmanager_failures,ctimanager_failures,reopened,still_out,closed_cannot_open,\
             closed_recovery_forbidden,closed_out_of_reach,rehomed,rehome_lost,rehome_waiting,post_dial_delay_p50_ms,\
             post_dial_delay_p99_ms,post_dial_delay_max_ms,setup_delay_p50_ms,setup_delay_p99_ms,setup_delay_max_ms,"
        ));
        assert_eq!(csv.lines().count(), 6);
    }

    #[test]
    fn every_count_has_a_column() {
        for count in Count::ALL {
            assert!(COUNTS.contains(&count), "{count:?}");
        }
    }
}
